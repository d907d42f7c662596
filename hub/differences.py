"""What two versions of a record say differently, field by field, in the words of the office."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from phrases import Phrases

_IDENTITY = ("name", "q", "law", "stop", "guide", "id", "days", "label", "code", "ask")
"""By which an entry of a list is known again when others were put before it."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One change. `path`: ``phone.enquiry``, ``materials.1`` (position in the newer version; in the older one for what
    is gone); `old`, `new`: plain JSON values, None where there was or is nothing.
    """

    path: str
    old: Any
    new: Any

    def name(self, say: Phrases) -> str:
        """The field's Chinese name, with the position for an entry of a list: 申请材料 2."""
        return field_name(self.path, say)


def diff_fields(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[FieldChange]:
    """Every difference, in the order of the newer record's fields, then what is gone. Empty means: the same."""
    return list(_objects(old, new, ""))


def field_name(path: str, say: Phrases) -> str:
    """The Chinese name of a field path; a field that the hub does not know is shown as it is written."""
    words = path.split(".")
    plain = [word for word in words if not word.isdigit()]
    if not plain:  # the key of a table, not a position: {"1": "05"}
        return path
    key = f"field.{'.'.join(plain)}"
    shown = say(key) if say.has(key) else say(f"field.{plain[-1]}") if say.has(f"field.{plain[-1]}") else plain[-1]
    number = next((int(word) + 1 for word in words if word.isdigit()), None)
    return f"{shown} {number}" if number is not None else shown


def as_text(value: Any, say: Phrases) -> str:
    """A value as an editor reads it, one line; None is empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return say("value.yes") if value else say("value.no")
    if isinstance(value, Mapping):
        parts = (
            f"{field_name(str(name), say)}：{as_text(inner, say)}"
            for name, inner in value.items()
            if inner is not None and inner != "" and inner != []
        )
        return "；".join(parts)
    if isinstance(value, list | tuple):
        return "、".join(as_text(inner, say) for inner in value)
    key = f"value.{value}"
    return say(key) if isinstance(value, str) and say.has(key) else str(value)


def _objects(old: Mapping[str, Any], new: Mapping[str, Any], above: str) -> Iterator[FieldChange]:
    names = [*new, *(name for name in old if name not in new)]
    for name in names:
        before, after = old.get(name), new.get(name)
        path = f"{above}{name}"
        if before == after:
            continue
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            yield from _objects(before, after, f"{path}.")
        elif _entries(before) and _entries(after):
            yield from _lists(before or (), after or (), path)
        else:
            yield FieldChange(path, before, after)


def _entries(value: Any) -> bool:
    """Whether it is a list of objects (or nothing); a list of words is one field."""
    return value is None or (isinstance(value, list | tuple) and all(isinstance(one, Mapping) for one in value))


def _lists(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]], path: str) -> Iterator[FieldChange]:
    matcher = difflib.SequenceMatcher(None, [_known_by(one) for one in old], [_known_by(one) for one in new], False)
    for verb, from_old, to_old, from_new, to_new in matcher.get_opcodes():
        pairs = max(to_old - from_old, to_new - from_new)
        for step in range(pairs):
            before = old[from_old + step] if from_old + step < to_old else None
            after = new[from_new + step] if from_new + step < to_new else None
            if verb == "equal" and before == after:
                continue
            place = from_new + step if after is not None else from_old + step
            yield FieldChange(f"{path}.{place}", before, after)


def _known_by(entry: Mapping[str, Any]) -> str:
    for name in _IDENTITY:
        if name in entry:
            return str(entry[name])
    return repr(sorted(entry.items(), key=lambda pair: pair[0]))
