"""What has changed for a citizen: between two versions of a record, and since the version that a slip was printed from.

The hub writes the first as `Change` records, a kiosk reads the second out of them, offline. What of a record counts is
in `domain.slip_content`: everything that a slip shows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from domain.records import Change
from domain.slip_content import (
    AGENCY,
    DEPARTMENT,
    ELIGIBILITY,
    ENTRIES,
    FEE_ITEMS,
    GUIDES,
    MATERIALS,
    MOST,
    PLACES,
    is_sum,
    sum_of,
    told,
)

WITHDRAWN: Final = "withdrawn"
"""Field of a change that took an item down (下线), or put it up again."""

PRUNED: Final = "pruned"
"""Field that says: changes up to this version are not kept any more."""

AROUND: Final = "around"
"""Field that says: from this version on a slip is printed from changed records of others, whose ids are in `new`. What
changed in them stands in changes of their own, of the same moment.
"""

_BY_ID = (AGENCY, DEPARTMENT, GUIDES, PLACES)


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it was. `old`, `new`: None where there was or is nothing; `at`: when it last changed,
    where that is known.
    """

    field: str
    old: Any
    new: Any
    at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Since:
    """What became of an item since one of its versions. `known`: whether all changes since then are still kept;
    `around`: the others that a slip of it is printed from and that have changed since, each with the moment from which
    on its changes are news to the paper.
    """

    differences: tuple[Difference, ...]
    known: bool
    around: Mapping[str, dt.datetime]


def differences(old: Mapping[str, Any], new: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[Difference]:
    """What a slip shows differently of two versions of a record, JSON objects of one kind; `names`: of what they lead
    to, by id.
    """
    before, after = told(old, names), told(new, names)
    for field in sorted({*before, *after}):
        one, other = before.get(field), after.get(field)
        if one == other:
            continue
        if field not in ENTRIES:
            yield Difference(field, one, other)
            continue
        held, kept = one or {}, other or {}
        if max(len(held), len(kept)) > MOST:
            yield Difference(field, sum_of(held), sum_of(kept))
            continue
        for key in sorted({*held, *kept}):
            if held.get(key) != kept.get(key):
                yield Difference(field, held.get(key), kept.get(key))


def since(changes: Iterable[Change], version: int) -> Since:
    """What all `changes` of one item after `version` come to: what was changed back is no difference."""
    return _composed(change for change in changes if change.version > version)


def since_moment(changes: Iterable[Change], at: dt.datetime) -> Since:
    """The same of changes `at` a moment and later."""
    return _composed(change for change in changes if change.at >= at)


def _composed(changes: Iterable[Change]) -> Since:
    first: dict[tuple[str, str], Any] = {}
    last: dict[tuple[str, str], Change] = {}
    around: dict[str, dt.datetime] = {}
    known = True
    for change in sorted(changes, key=lambda one: (one.version, one.id)):
        if change.field == PRUNED:
            known = False
        elif change.field == AROUND:
            for id in change.new if isinstance(change.new, list) else ():
                around.setdefault(str(id), change.at)
        else:
            key = (change.field, _key_of(change))
            first.setdefault(key, change.old)
            last[key] = change
    found = (Difference(key[0], first[key], change.new, change.at) for key, change in last.items())
    return Since(tuple(one for one in found if not _same(one)), known, around)


def _same(one: Difference) -> bool:
    """Who is known by an id and was taken off and put back is the same, also under a new name."""
    if one.field in _BY_ID and isinstance(one.old, Mapping) and isinstance(one.new, Mapping):
        return bool(one.old.get("id") == one.new.get("id"))
    return bool(one.old == one.new)


def pieces(differences: Iterable[Difference]) -> tuple[int, int]:
    """How many pieces of materials are to be brought less, and how many more."""
    less = more = 0
    for one in differences:
        if one.field == MATERIALS and not isinstance(one.old, str) and not isinstance(one.new, str):
            step = _pieces(one.new) - _pieces(one.old)
            less, more = less + max(0, -step), more + max(0, step)
    return less, more


def _pieces(material: Mapping[str, Any] | None) -> int:
    """One at least of what has to be brought, also where the record does not say how many; none of what the window or
    a department has.
    """
    if material is None or material.get("source") in ("counter", "department"):
        return 0
    return max(1, int(material.get("originals", 0)) + int(material.get("copies", 0)))


def _key_of(change: Change) -> str:
    """What the entry of a list is known by; empty for a field that is one thing."""
    entry = change.new if change.new is not None else change.old
    if change.field == ELIGIBILITY and isinstance(entry, str) and not is_sum(entry):
        return entry
    if not isinstance(entry, Mapping) or change.field not in ENTRIES:
        return ""
    if change.field == MATERIALS:
        return f"{entry.get('name')}\n{entry.get('when')}"
    return str(entry.get("name" if change.field == FEE_ITEMS else "id"))
