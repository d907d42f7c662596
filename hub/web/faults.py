"""What does not fit the format, field by field, in the words of the office."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import StringConstraints, ValidationError

from domain.errors import RecordError
from domain.records import KINDS
from domain.records.codec import MAX_LINE, read_object
from domain.records.conditions import Flag
from domain.records.parts import District, Identifier, SeasonDay, ThemeCode, TimeOfDay, Weekdays
from hub.differences import field_name
from phrases import Phrases

_UNION = ("constrained-str", "literal")
"""Steps in pydantic's paths that are no fields."""


def _pattern(kind: Any) -> str:
    return next(str(one.pattern) for one in get_args(kind) if isinstance(one, StringConstraints))


_PATTERNS = {
    _pattern(Identifier): "identifier",
    _pattern(ThemeCode): "theme",
    _pattern(District): "district",
    _pattern(TimeOfDay): "time",
    _pattern(SeasonDay): "month_day",
    _pattern(Weekdays): "weekdays",
    _pattern(Flag): "flag",
    r"^[0-9]{2}$": "two_digits",
}

_KINDS_OF_FAULT = {
    "missing": "missing",
    "string_too_short": "short",
    "string_too_long": "long",
    "string_type": "text",
    "int_parsing": "number",
    "int_type": "number",
    "int_from_float": "whole",
    "float_parsing": "number",
    "float_type": "number",
    "finite_number": "number",
    "greater_than_equal": "least",
    "less_than_equal": "most",
    "literal_error": "choice",
    "enum": "choice",
    "bool_parsing": "yes_no",
    "bool_type": "yes_no",
    "too_short": "few",
    "too_long": "many",
    "value_error": "value",
    "dict_type": "object",
    "model_type": "object",
    "model_attributes_type": "object",
    "tuple_type": "list",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `path`: ``materials.0.name``, empty for the record as a whole; `words`: what is wrong with it."""

    path: str
    words: str

    def sentence(self, say: Phrases) -> str:
        """With the field's name before it."""
        return f"{field_name(self.path, say)}：{self.words}" if self.path else self.words


def faults(raw: Mapping[str, Any], say: Phrases) -> tuple[Fault, ...]:
    """Everything in a record that does not fit its kind; nothing when it does. Never what is written there: it may be
    something that must not be shown again.
    """
    kind = raw.get("kind")
    if not isinstance(kind, str) or not kind:
        return (Fault("kind", say("unfit.missing")),)
    model = KINDS.get(kind)
    if model is None:
        return ()
    try:
        model.model_validate(dict(raw))
    except ValidationError as error:
        found: dict[tuple[str, str], Fault] = {}
        for one in error.errors(include_url=False, include_input=False):
            path = ".".join(str(word) for word in one["loc"] if word not in _UNION)
            fault = Fault(path, _words(one["type"], one.get("ctx", {}), say))
            found.setdefault((fault.path, fault.words), fault)
        return tuple(found.values())
    return ()


def faults_of_line(line: bytes, say: Phrases) -> tuple[Fault, ...]:
    """The same for a line of a record file, with what keeps it from being read."""
    if len(line) > MAX_LINE:
        return (Fault("", say("unfit.line_too_long", kb=MAX_LINE // 1024)),)
    try:
        raw = read_object(line)
    except RecordError:
        return (Fault("", say("unfit.line")),)
    return faults(raw, say)


def _words(kind: str, context: Mapping[str, Any], say: Phrases) -> str:
    if kind == "string_pattern_mismatch":
        return say(f"unfit.pattern_{_PATTERNS.get(str(context.get('pattern')), 'other')}")
    if kind.startswith("date"):
        return say("unfit.date")
    key = _KINDS_OF_FAULT.get(kind, "other")
    known = {name: context[name] for name in ("min_length", "max_length", "ge", "le") if name in context}
    known["n"] = next(iter(known.values()), "")
    return say(f"unfit.{key}", **known)
