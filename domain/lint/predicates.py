"""What can be asked of a field: small tests that the table of checks is made of.

A test gets the value of a field (None when it is not there), the object around it and what is known besides. It returns
nothing when all is well, else what the editor's sentence needs to say, often nothing: ``{}``.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel

from domain.records import Record

Values = Mapping[str, object]
Test = Callable[[Any, Any, "Known"], Values | None]
Condition = Callable[[Record], bool]


@dataclass(frozen=True, slots=True)
class Known:
    """`day`: today, None when nobody can say; checks of age are silent then."""

    record: Record
    day: dt.date | None = None


def found(record: Record, path: tuple[str, ...]) -> Iterator[tuple[str, Any, Any]]:
    """(path, value, what is around it) of every field that `path` names; ``*`` stands for each entry of a list or an
    object. A field that is not there is None, an entry that is not there is nothing.
    """
    level: list[tuple[str, Any, Any]] = [("", record, None)]
    for word in path:
        below: list[tuple[str, Any, Any]] = []
        for at, value, _ in level:
            if word != "*":
                name = _written(value.__class__, word)
                below.append((f"{at}.{name}" if at else name, getattr(value, word, None), value))
            elif isinstance(value, Mapping):
                below.extend((f"{at}.{name}", inner, value) for name, inner in value.items())
            else:
                below.extend((f"{at}.{number}", inner, value) for number, inner in enumerate(value or ()))
        level = below
    yield from level


@cache
def _written(kind: Any, field: str) -> str:
    """A field as it stands in a record: the ends of a season are called ``from`` and ``until`` there."""
    info = kind.model_fields.get(field) if issubclass(kind, BaseModel) else None
    return (info.alias if info else None) or field


def value_of(record: Record, path: str) -> Any:
    """The value at a path without ``*``; None when it is not there."""
    value: Any = record
    for word in path.split("."):
        value = getattr(value, word, None)
    return value


def _empty(value: Any) -> bool:
    return value is None or (isinstance(value, str | tuple | Mapping) and not value)


# --- Tests ----------------------------------------------------------------------------------------------------------


def required(value: Any, around: Any, known: Known) -> Values | None:
    """It is there."""
    return {} if _empty(value) else None


def left_empty(value: Any, around: Any, known: Known) -> Values | None:
    """It is not there, or says no."""
    return None if _empty(value) or value is False else {}


def contradiction(value: Any, around: Any, known: Known) -> Values | None:
    """Never well: what it must not go with is said by the conditions."""
    return {}


def at_most(most: int) -> Test:
    """Characters."""

    def test(value: Any, around: Any, known: Known) -> Values | None:
        return {"n": len(value), "most": most} if isinstance(value, str) and len(value) > most else None

    return test


def no_more_than(most: int, says: str) -> Test:
    """A number."""

    def test(value: Any, around: Any, known: Known) -> Values | None:
        return {says: value} if value is not None and value > most else None

    return test


def few(most: int) -> Test:
    """Entries of a list, at most."""

    def test(value: Any, around: Any, known: Known) -> Values | None:
        return {"n": len(value)} if value is not None and len(value) > most else None

    return test


def several(least: int) -> Test:
    """Entries of a list, at least."""

    def test(value: Any, around: Any, known: Known) -> Values | None:
        return {"n": len(value or ()), "least": least} if len(value or ()) < least else None

    return test


def each_once(value: Any, around: Any, known: Known) -> Values | None:
    """No entry of a list is in it twice."""
    return {} if value is not None and len(set(value)) < len(value) else None


def matches(pattern: str, says: str = "") -> Test:
    """A text that is there looks like this somewhere; `says`: under which name it goes into the sentence."""
    compiled = re.compile(pattern)

    def test(value: Any, around: Any, known: Known) -> Values | None:
        if _empty(value) or compiled.search(value):
            return None
        return {says: value} if says else {}

    return test


def forbids(pattern: str, says: str = "", *, part: bool = False) -> Test:
    """Nothing in a text looks like this. `part`: only what does goes into the sentence."""
    compiled = re.compile(pattern)

    def test(value: Any, around: Any, known: Known) -> Values | None:
        hit = None if _empty(value) else compiled.search(value)
        if hit is None:
            return None
        return {says: hit[0] if part else value} if says else {}

    return test


def differs_from(path: str) -> Test:
    """It says something else than another field of the record."""

    def test(value: Any, around: Any, known: Known) -> Values | None:
        return {} if not _empty(value) and value == value_of(known.record, path) else None

    return test


def same_as(path: str) -> Test:
    """It says the same as another field of the record."""

    def test(value: Any, around: Any, known: Known) -> Values | None:
        return {} if value != value_of(known.record, path) else None

    return test


def before(sibling: str, *, or_equal: bool = False) -> Test:
    """A day or time comes before that beside it; where one is not there nothing is compared. Days of every year
    (MM-DD) may go round its end.
    """

    def test(value: Any, around: Any, known: Known) -> Values | None:
        other = getattr(around, sibling, None)
        if value is None or other is None or (isinstance(value, str) and len(value) == len("MM-DD") and "-" in value):
            return None
        if len(str(value)) != len(str(other)):
            return None
        return None if value < other or (or_equal and value == other) else {"first": str(value), "second": str(other)}

    return test


def together_with(sibling: str) -> Test:
    """Either both are there or neither."""

    def test(value: Any, around: Any, known: Known) -> Values | None:
        return {} if _empty(value) is not _empty(getattr(around, sibling, None)) else None

    return test


def not_past(value: Any, around: Any, known: Known) -> Values | None:
    """A day that is today or to come."""
    return {"day": value.isoformat()} if value is not None and known.day is not None and value < known.day else None


def not_future(value: Any, around: Any, known: Known) -> Values | None:
    """A day that is today or over."""
    return {"day": value.isoformat()} if value is not None and known.day is not None and value > known.day else None


def not_older_than(days: int) -> Test:
    """A day so many days ago at most."""

    def test(value: Any, around: Any, known: Known) -> Values | None:
        if value is None or known.day is None or (known.day - value).days <= days:
            return None
        return {"days": (known.day - value).days}

    return test


def no_longer_sentence_than(most: int) -> Test:
    """Characters from one mark that ends a sentence or a part of it to the next."""

    def test(value: Any, around: Any, known: Known) -> Values | None:
        longest = max((len(part) for part in re.split(r"[。；！？：\n]", value or "")), default=0)
        return {"n": longest} if longest > most else None

    return test


# --- Conditions -----------------------------------------------------------------------------------------------------


def when(path: str, *values: object) -> Condition:
    """A field has one of these values; True and 1 are not the same."""
    return lambda record: any(value_of(record, path) is value or value_of(record, path) == value for value in values)


def has(path: str) -> Condition:
    """A field is there."""
    return lambda record: not _empty(value_of(record, path))


def over(path: str, number: int) -> Condition:
    """A field is a number above this."""
    return lambda record: (value_of(record, path) or 0) > number


def ends(path: str, pattern: str) -> Condition:
    """A field's text ends like this."""
    compiled = re.compile(f"(?:{pattern})$")
    return lambda record: compiled.search(value_of(record, path) or "") is not None


def none_of(path: str, *values: str) -> Condition:
    """A list that says something has none of these in it."""
    return lambda record: bool(value_of(record, path)) and not set(values) & set(value_of(record, path))
