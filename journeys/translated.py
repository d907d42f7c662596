"""A record in another language, as far as somebody has translated it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from domain.ports import Catalogue
from domain.records import Record

R = TypeVar("R", bound=Record)


def translated(catalogue: Catalogue, record: R, lang: str) -> R:
    """`record` with its translated fields; what is not translated stays as it is, so does a record whose translation
    does not fit it (any more).
    """
    fields = catalogue.translation(record.id, lang)
    if not fields:
        return record
    told = record.model_dump(mode="json", by_alias=True)
    for name, value in fields.items():
        if name in told:
            told[name] = _merged(told[name], value)
    try:
        return type(record).model_validate(told)
    except ValueError:
        return record


def _merged(ours: Any, theirs: Any) -> Any:
    """Lists of the same things are taken thing by thing: a translated material keeps its number of copies."""
    if isinstance(ours, dict) and isinstance(theirs, Mapping):
        return {**ours, **{name: _merged(ours.get(name), value) for name, value in theirs.items()}}
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        return [_merged(one, other) for one, other in zip(ours, theirs, strict=True)]
    return theirs
