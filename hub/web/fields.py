"""Records as forms and forms as records: which fields a kind has, how a value stands in a field, what a form says.

The fields come from the record kinds themselves, so that a form never lacks one. What was not touched in a form stays
as it was in the record, down to the last unknown field: a value is replaced only when its text is another one.

A form's names are paths: ``phone.enquiry``, ``materials.2.name``. Names that begin with ``_`` belong to the form
itself: ``materials.2._at`` (the entry that the row came from), ``materials.2._order``, ``materials.2._drop``. Of a long
list a form holds one page: ``entries._window`` says which entries of the saved record its rows stand for.

What has no field of its own is written in lines, never as JSON: ``card = none、have`` (`hub.web.notation`).
"""

from __future__ import annotations

import datetime as dt
import json
import re
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, StrEnum
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, StringConstraints
from pydantic.fields import FieldInfo

from domain.records import KINDS
from domain.records.codes import FIELDS
from domain.records.parts import Verification
from domain.slip_content import NUMBERED
from hub.changes import OWN
from hub.web import notation
from hub.web.notation import Notation

Posted = Mapping[str, Sequence[str]]
"""What a form sent: every name with its values."""

LONG_TEXT = 1000
"""A field that may hold more characters than this gets a box of several lines."""

LONG_LIST = 20
"""Entries of a list on one page, so that a form never has more fields than a server takes (a thousand)."""

LONG_NARROW_LIST = 50
"""The same where an entry has at most `NARROW` fields."""

NARROW = 3

FIXED = frozenset({"kind", "id"})
"""Fields that make the item what it is; no form changes them, nor what the hub gives a guide by itself."""

NOT_WRITTEN = frozenset({"change"})
"""Kinds that the hub makes by itself."""

ANSWERS = "answers"
"""List of the answers to the questions of the life event itself."""

LISTED: Mapping[str, str] = {**FIELDS, "themes": "themes", "needs": "needs", "asked": "flags"}
"""Fields whose values are from a list, by name."""

OWN_SECTIONS: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "guide": (
        ("names", ("name", "aliases", "summary", "keywords")),
        (
            "who",
            (
                "department",
                "audience",
                "eligibility",
                "type",
                "themes",
                "codes",
                "use_level",
                "power_source",
                "body_type",
            ),
        ),
        ("materials", ("materials",)),
        (
            "where",
            (
                *("places", "accepting_office", "handling_agency", "handler", "joint_agencies", "entrusted_by"),
                *("channels", "online_depth", "appointment", "coverage"),
            ),
        ),
        ("phone", ("phone",)),
        (
            "cost",
            (
                *("fee", "immediate", "promised_limit", "legal_limit", "special_procedure", "visits", "visit_reason"),
                "result",
            ),
        ),
        ("steps", ("steps",)),
        ("basis", ("legal_basis", "appeal")),
        ("faq", ("faq", "related")),
    ),
    "fact": (
        ("answer", ("name", "question", "answer")),
        ("names", ("aliases", "keywords")),
        ("where", ("place", "phone")),
        ("who", ("audience", "themes")),
    ),
}
"""Sections of the two kinds that are written most; the others have names, content and verification."""

NAMES = ("name", "aliases", "keywords")
VERIFICATION = ("verified_on", "verified_by", "verified_fields", "valid_from", "valid_until", "sample")


class Widget(StrEnum):
    """How a field is shown."""

    LINE = "line"
    TEXT = "text"
    LINES = "lines"
    """A list of texts, one a line."""
    NUMBER = "number"
    NUMBERS = "numbers"
    """A list of numbers in one line."""
    DATE = "date"
    CHOICE = "choice"
    CHOICES = "choices"
    FLAG = "flag"
    """A tick; not ticked is the same as not there."""
    YES_NO = "yes_no"
    """Yes, no or nothing."""
    JSON = "json"
    """Anything else, as JSON."""
    NOTED = "noted"
    """What has no fields of its own, in lines: `hub.web.notation`."""
    GROUP = "group"
    ROWS = "rows"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record. `default`: the text of a choice when the record says nothing; `fields`: of a group, or the
    columns of rows; `id`: whether it names another record; `least`, `most`: bounds of a number; `notation`: how the
    lines of NOTED are written; `listed`: the list of `hub.web.lists` that its values are from, where there is one.
    """

    name: str
    widget: Widget
    needed: bool = False
    choices: tuple[str, ...] = ()
    default: str = ""
    fields: tuple[Field, ...] = ()
    id: bool = False
    least: float | None = None
    most: float | None = None
    notation: Notation | None = None
    listed: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """The page of a long list that a form holds. `start`, `stop`: which entries of the saved record its rows replace;
    `length`: how many rows stand for them now.
    """

    start: int
    stop: int
    length: int

    def __str__(self) -> str:
        return f"{self.start}:{self.stop}"


@dataclass(frozen=True, slots=True)
class Section:
    """Fields that stand together under ``section.<key>``."""

    key: str
    fields: tuple[Field, ...]


@cache
def fields_of(kind: str) -> tuple[Field, ...]:
    """The fields of a kind in the order of the format. Raises KeyError for a kind that this version does not know."""
    left = FIXED | (frozenset(OWN) if kind in NUMBERED else frozenset())
    return tuple(field for field in _fields(KINDS[kind]) if field.name not in left)


@cache
def sections_of(kind: str) -> tuple[Section, ...]:
    """The same, in sections; every field is in exactly one."""
    fields = {field.name: field for field in fields_of(kind)}
    named = OWN_SECTIONS.get(kind)
    if named is None:
        content = tuple(name for name in fields if name not in (*NAMES, *VERIFICATION))
        named = (("names", NAMES), ("content", content))
    return tuple(
        Section(key, tuple(fields[name] for name in names)) for key, names in (*named, ("verification", VERIFICATION))
    )


@cache
def field_at(kind: str, path: str) -> Field | None:
    """The field at ``phone.enquiry`` or ``materials.0.name``."""
    held: Sequence[Field] = fields_of(kind)
    found: Field | None = None
    for word in path.split("."):
        if word.isdigit():
            continue
        found = next((field for field in held if field.name == word), None)
        if found is None:
            return None
        held = found.fields
    return found


def naming(fields: Sequence[Field]) -> Iterator[str]:
    """Names of those among `fields`, and within them, that hold ids of other records."""
    for field in fields:
        if field.id and field.name != "id":
            yield field.name
        yield from naming(field.fields)


def drawn(field: Field, value: Any) -> Field:
    """The field as it is drawn for `value`: what was written instead of a list as it is."""
    if field.widget is Widget.ROWS and value is not None and not isinstance(value, list | tuple):
        return replace(field, widget=Widget.JSON, fields=())
    return field


def page_size(field: Field) -> int:
    """How many entries of a list one page has."""
    return LONG_NARROW_LIST if len(field.fields) <= NARROW else LONG_LIST


def window_of(field: Field, total: int, page: int = 1) -> Window | None:
    """The page (from 1) of a list of `total` entries; None when all of it fits on one."""
    size = page_size(field)
    if total <= size:
        return None
    start = min(max(0, page - 1) * size, (total - 1) // size * size)
    return Window(start, min(total, start + size), min(total, start + size) - start)


def shown(field: Field, value: Any) -> str:
    """The text of a value in its field; for CHOICES the chosen ones with a line feed between."""
    if value is None:
        return field.default
    if field.widget in (Widget.YES_NO, Widget.FLAG):
        return {True: "yes", False: "no" if field.widget is Widget.YES_NO else ""}.get(value, str(value))
    if field.widget in (Widget.LINES, Widget.CHOICES) and isinstance(value, list | tuple):
        return "\n".join(str(one) for one in value)
    if field.widget is Widget.NUMBERS and isinstance(value, list | tuple):
        return "、".join(str(one) for one in value)
    if field.notation is not None and (lines := notation.written(field.notation, value)) is not None:
        return lines
    if field.widget in (Widget.JSON, Widget.NOTED) and not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False, indent=2)
    return str(value)


def record_of(kind: str, base: Mapping[str, Any], posted: Posted) -> dict[str, Any]:
    """`base` with what the form says. A text that is no number, date or JSON goes into the record as it is, so that
    checking the record finds it and the form can show it again.
    """
    return _entry(fields_of(kind), base, posted, "")


def rows_posted(posted: Posted, path: str) -> tuple[int, ...]:
    """The numbers of the rows that a form sent for a list, in the order that people gave them."""
    pattern = re.compile(re.escape(path) + r"\.(\d+)\.")
    found = {int(match[1]) for name in posted if (match := pattern.match(name))}
    return tuple(sorted(found, key=lambda row: (_order(posted, f"{path}.{row}._order"), row)))


def origins(kind: str, posted: Posted) -> dict[str, list[str]]:
    """For each list: where the entries that `record_of` makes stood in the saved record; nothing for new ones."""
    return {
        path: [_one(posted, f"{path}.{row}._at") for row in _kept(field, posted, path)]
        for path, field in lists_of(kind)
    }


def rows_kept(kind: str, posted: Posted) -> dict[str, list[int]]:
    """For each list: the numbers in the form of the rows that `record_of` makes entries of, in their order."""
    return {path: _kept(field, posted, path) for path, field in lists_of(kind)}


def windows(kind: str, posted: Posted) -> dict[str, Window]:
    """The pages of long lists that a form holds, with the rows that it has now."""
    found = {}
    for path, field in lists_of(kind):
        span = _span(posted, path)
        if span is not None:
            found[path] = Window(*span, len(_kept(field, posted, path)))
    return found


@cache
def lists_of(kind: str) -> tuple[tuple[str, Field], ...]:
    """Every list with rows and its path, also those within a group."""
    return tuple(_lists(fields_of(kind), ""))


def _lists(fields: Sequence[Field], above: str) -> Iterator[tuple[str, Field]]:
    for field in fields:
        if field.widget is Widget.ROWS:
            yield above + field.name, field
        elif field.widget is Widget.GROUP:
            yield from _lists(field.fields, f"{above}{field.name}.")


def _span(posted: Posted, path: str) -> tuple[int, int] | None:
    match = re.fullmatch(r"([0-9]{1,6}):([0-9]{1,6})", _one(posted, f"{path}._window"), re.ASCII)
    return (int(match[1]), int(match[2])) if match else None


def _kept(field: Field, posted: Posted, path: str) -> list[int]:
    """Rows that are neither taken out nor empty."""
    return [
        row
        for row in rows_posted(posted, path)
        if not _one(posted, f"{path}.{row}._drop") and not _is_empty(field.fields, posted, f"{path}.{row}.")
    ]


def _order(posted: Posted, name: str) -> float:
    text = _one(posted, name)
    try:
        return float(text)
    except ValueError:
        return float("inf")


def _entry(fields: Sequence[Field], base: Mapping[str, Any], posted: Posted, above: str) -> dict[str, Any]:
    made = dict(base)
    for field in fields:
        path = f"{above}{field.name}"
        before = base.get(field.name)
        if field.widget is Widget.GROUP:
            value: Any = _group(field, before, posted, path)
        elif field.widget is Widget.ROWS and path in posted:
            value = _leaf(replace(field, widget=Widget.JSON), before, posted, path)
        elif field.widget is Widget.ROWS:
            value = _rows(field, before, posted, path)
        else:
            value = _leaf(field, before, posted, path)
        if value is None:
            made.pop(field.name, None)
        elif value != before:
            made[field.name] = value
    return made


def _leaf(field: Field, before: Any, posted: Posted, path: str) -> Any:
    if field.widget is Widget.CHOICES or field.listed:
        text = "\n".join(one for one in posted.get(path, ()) if one.strip())
    elif field.widget is Widget.FLAG:
        text = "yes" if _one(posted, path) else ""
    else:
        text = _one(posted, path)
    if _tidy(text) == _tidy(shown(field, before)):
        return before
    value = _value(field, text)
    return before if field.listed == ANSWERS and _same_answers(before, value) else value


def _same_answers(before: Any, value: Any) -> bool:
    """Whether both say the same, in whatever order it was ticked."""
    if not isinstance(before, Mapping) or not isinstance(value, Mapping):
        return False
    return {name: frozenset(said) for name, said in before.items()} == {
        name: frozenset(said) for name, said in value.items()
    }


def _group(field: Field, before: Any, posted: Posted, path: str) -> Any:
    held = before if isinstance(before, Mapping) else {}
    made = _entry(field.fields, held, posted, f"{path}.")
    if made == held:
        return before
    return None if _is_empty(field.fields, posted, f"{path}.") and not _unknown(field, made) else made


def _rows(field: Field, before: Any, posted: Posted, path: str) -> Any:
    held = before if isinstance(before, list | tuple) else ()
    made = []
    for row in _kept(field, posted, path):
        above = f"{path}.{row}."
        at = _one(posted, f"{above}_at")
        base = held[int(at)] if at.isascii() and at.isdigit() and int(at) < len(held) else {}
        made.append(_entry(field.fields, base if isinstance(base, Mapping) else {}, posted, above))
    span = _span(posted, path)
    if span is not None:
        made = [*held[: span[0]], *made, *held[max(span) :]]
    if made == list(held):
        return before
    return made or None


def _unknown(field: Field, made: Mapping[str, Any]) -> bool:
    known = {inner.name for inner in field.fields}
    return any(name not in known for name in made)


def _is_empty(fields: Sequence[Field], posted: Posted, above: str) -> bool:
    """Whether nobody wrote or chose anything; what a choice says from the start does not count."""
    return not any(
        _kept(field, posted, above + field.name)
        if field.widget is Widget.ROWS
        else not _is_empty(field.fields, posted, f"{above}{field.name}.")
        if field.widget is Widget.GROUP
        else any(one.strip() for one in posted.get(above + field.name, ()))
        for field in fields
        if field.widget is not Widget.FLAG and not field.default
    )


def _one(posted: Posted, name: str) -> str:
    values = posted.get(name, ())
    return values[-1] if values else ""


def _tidy(text: str) -> str:
    return "\n".join(line.strip() for line in text.replace("\r\n", "\n").split("\n")).strip()


def _value(field: Field, text: str) -> Any:
    text = _tidy(text)
    if not text or (field.widget is Widget.CHOICE and text == field.default):
        return None
    if field.widget in (Widget.LINES, Widget.CHOICES):
        lines = [line for line in text.split("\n") if line]
        return list(dict.fromkeys(lines)) if field.listed else lines
    if field.widget is Widget.NUMBER:
        return _number(text)
    if field.widget is Widget.NUMBERS:
        return [_number(word) for word in re.split(r"[\s、,，;；~～-]+", text) if word]
    if field.widget is Widget.FLAG:
        return True
    if field.widget is Widget.YES_NO:
        return {"yes": True, "no": False}.get(text, text)
    if field.notation is not None and not text.startswith(("{", "[")):
        return notation.read(field.notation, notation.with_ids(text) if field.notation is Notation.ENTRIES else text)
    if field.widget in (Widget.JSON, Widget.NOTED):
        try:
            return json.loads(text, parse_constant=lambda name: name)
        except (ValueError, RecursionError):
            return text
    return text


def _number(text: str) -> Any:
    for kind in (int, float):
        try:
            number = kind(text)
        except (ValueError, OverflowError):
            continue
        return number if abs(number) < 1e15 else text
    return text


# From the kinds


def _fields(model: type[BaseModel]) -> Iterator[Field]:
    hints = typing.get_type_hints(model, include_extras=True)
    for name, info in model.model_fields.items():
        yield _field(info.alias or name, hints[name], info)


def _field(name: str, annotation: Any, info: FieldInfo) -> Field:
    bare, told = _unwrapped(annotation)
    told = (*told, *info.metadata)
    optional = not info.is_required()
    default = info.default if isinstance(info.default, str) else ""
    least, most = _bound(told, "ge"), _bound(told, "le")
    made = _typed(name, bare, told)
    return Field(
        made.name,
        _flagged(made.widget, optional, info.default),
        needed=not optional,
        choices=made.choices,
        default=default if made.widget is Widget.CHOICE else "",
        fields=made.fields,
        id=made.id,
        least=least,
        most=most,
        notation=made.notation,
        listed=LISTED.get(name, "") if made.widget in (Widget.LINE, Widget.LINES) else "",
    )


def _flagged(widget: Widget, optional: bool, default: Any) -> Widget:
    return Widget.YES_NO if widget is Widget.FLAG and not (optional and default is False) else widget


def _typed(name: str, bare: Any, told: Sequence[Any]) -> Field:
    choices = _choices(bare)
    if choices:
        return Field(name, Widget.CHOICE, choices=choices)
    if bare is bool:
        return Field(name, Widget.FLAG)
    if bare in (int, float):
        return Field(name, Widget.NUMBER)
    if bare is dt.date:
        return Field(name, Widget.DATE)
    if bare in (str, dt.datetime):
        long = any((_longest(one) or 0) > LONG_TEXT for one in told)
        return Field(name, Widget.TEXT if long else Widget.LINE, id=_is_id(told))
    if isinstance(bare, type) and issubclass(bare, BaseModel):
        return Field(name, Widget.GROUP, fields=tuple(_fields(bare)))
    if get_origin(bare) is tuple:
        return _listed(name, get_args(bare)[0])
    found = _mapping(bare)
    return Field(name, Widget.NOTED, notation=found) if found else Field(name, Widget.JSON)


def _mapping(bare: Any) -> Notation | None:
    """How a mapping is written in lines."""
    if get_origin(bare) is not dict:
        return None
    inner, _ = _unwrapped(get_args(bare)[1])
    if get_origin(inner) is tuple:
        return Notation.LISTS
    if get_origin(inner) is dict:
        return Notation.TABLES
    return Notation.CHECKS if inner is Verification else None


def _listed(name: str, annotation: Any) -> Field:
    bare, told = _unwrapped(annotation)
    choices = _choices(bare)
    if choices:
        return Field(name, Widget.CHOICES, choices=choices)
    if bare is int:
        return Field(name, Widget.NUMBERS)
    if bare in (str, dt.date):
        return Field(name, Widget.LINES, id=_is_id(told))
    if isinstance(bare, type) and issubclass(bare, BaseModel):
        return Field(name, Widget.ROWS, fields=tuple(_nested(field) for field in _fields(bare)))
    return Field(name, Widget.JSON)


def _nested(field: Field) -> Field:
    """A list within a row has no room for rows of its own."""
    if field.widget is Widget.ROWS and tuple(inner.name for inner in field.fields) == notation.ENTRY:
        return Field(field.name, Widget.NOTED, needed=field.needed, notation=Notation.ENTRIES)
    if field.widget in (Widget.ROWS, Widget.GROUP):
        return Field(field.name, Widget.JSON, needed=field.needed)
    return replace(field, listed=ANSWERS) if field.notation is Notation.LISTS and field.name == "when" else field


def _unwrapped(annotation: Any) -> tuple[Any, tuple[Any, ...]]:
    """The type without `Annotated` and `| None`, and what was told about it."""
    told: tuple[Any, ...] = ()
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation, *more = get_args(annotation)
            told = (*told, *more)
        elif origin in (Union, types.UnionType):
            annotation = next(one for one in get_args(annotation) if one is not type(None))
        else:
            return annotation, told


def _choices(bare: Any) -> tuple[str, ...]:
    if get_origin(bare) is Literal:
        return tuple(map(str, get_args(bare)))
    if isinstance(bare, type) and issubclass(bare, Enum):
        return tuple(str(one.value) for one in bare)
    return ()


def _longest(told: Any) -> int | None:
    found = getattr(told, "max_length", None)
    return found if isinstance(found, int) else None


def _is_id(told: Sequence[Any]) -> bool:
    return any(isinstance(one, StringConstraints) and one.pattern == _ID for one in told)


def _bound(told: Sequence[Any], name: str) -> float | None:
    for one in told:
        for inner in (one, *getattr(one, "metadata", ())):
            found = getattr(inner, name, None)
            if isinstance(found, int | float):
                return found
    return None


_ID = r"^[a-z0-9-]{1,64}$"
