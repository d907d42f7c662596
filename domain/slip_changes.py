"""What has changed for a citizen: between two versions of a record, and since the version that a slip was printed from.

The hub writes the first as `Change` records, a kiosk reads the second out of them, offline. Only what somebody who goes
there needs to know counts: name, materials, fee, time limits, places, phone, visits, eligibility and channels of a
guide; name, address, phone and hours of a place.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from domain.records import Change

WITHDRAWN: Final = "withdrawn"
"""Field of a change that took an item down (下线), or put it up again."""

PRUNED: Final = "pruned"
"""Field that says: changes up to this version are not kept any more."""

MATERIALS: Final = "materials"
PLACES: Final = "places"
HOURS: Final = "hours"

KINDS: Final = ("guide", "place")
"""Kinds whose changes are written."""

LONGEST: Final = 120
"""Characters of a text that are kept; a longer one ends with … and has its sum beside it."""

MOST: Final = 40
"""Entries of one list whose changes are told one by one; of a longer list only that it changed."""

_WHOLE = ("name", "visits", "channels")
_LISTS = {"eligibility", MATERIALS, PLACES}


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
    """What became of an item since one of its versions. `known`: whether all changes since then are still kept."""

    differences: tuple[Difference, ...]
    known: bool


def differences(old: Mapping[str, Any], new: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[Difference]:
    """What matters of two versions of a guide or a place, as JSON objects; `names`: of places and offices by id."""
    before, after = _told(old, names), _told(new, names)
    for field in sorted({*before, *after}):
        one, other = before.get(field), after.get(field)
        if one == other:
            continue
        if field not in _LISTS:
            yield Difference(field, one, other)
            continue
        held, kept = one or {}, other or {}
        if max(len(held), len(kept)) > MOST:
            yield Difference(field, _sum_of(held), _sum_of(kept))
            continue
        for key in sorted({*held, *kept}):
            if held.get(key) != kept.get(key):
                yield Difference(field, held.get(key), kept.get(key))


def since(changes: Iterable[Change], version: int) -> Since:
    """What all `changes` of one item after `version` come to: what was changed back is no difference."""
    first: dict[tuple[str, str], Any] = {}
    last: dict[tuple[str, str], Change] = {}
    known = True
    for change in sorted(changes, key=lambda one: (one.version, one.id)):
        if change.version <= version:
            continue
        if change.field == PRUNED:
            known = False
            continue
        key = (change.field, _key_of(change))
        first.setdefault(key, change.old)
        last[key] = change
    found = (Difference(key[0], first[key], change.new, change.at) for key, change in last.items())
    return Since(tuple(one for one in found if not _same(one)), known)


def _same(one: Difference) -> bool:
    """A place that was taken off the list and put back is the same, also under a new name."""
    if one.field == PLACES and isinstance(one.old, Mapping) and isinstance(one.new, Mapping):
        return True
    return bool(one.old == one.new)


def _told(raw: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """What counts of a record, field by field; lists as {what an entry is known by: entry}."""
    told: dict[str, Any] = {field: raw[field] for field in _WHOLE if raw.get(field) not in (None, [])}
    told["name"] = cut(raw["name"])
    if raw["kind"] == "place":
        told["address"] = raw.get("address") and cut(raw["address"])
        told["phone"] = raw.get("phone") and cut(raw["phone"])
        told[HOURS] = _sum_of({field: raw.get(field) for field in _HOURS if raw.get(field) is not None})
        return {field: value for field, value in told.items() if value is not None}
    told["fee"] = cut(raw["fee"]["text"]) if raw.get("fee") else None
    phone = (raw.get("phone") or {}).get("enquiry")
    told["phone"] = phone and cut(phone)
    told["limit"] = _limit(raw)
    told["eligibility"] = {cut(one): cut(one) for one in raw.get("eligibility") or ()}
    told[MATERIALS] = _materials(raw.get(MATERIALS) or ())
    office = raw.get("accepting_office")
    ids = [*(raw.get(PLACES) or ()), *([office] if office else [])]
    told[PLACES] = {cut(id): {"id": id[:64], "name": cut(names.get(id, id))} for id in ids}
    return {field: value for field, value in told.items() if value is not None and value != {}}


_HOURS = (
    "hours",
    "exceptions",
    "last_acceptance_minutes",
    "open_on_workdays_only",
    "closed_on_holidays",
    "open_on_holidays",
)


def _limit(raw: Mapping[str, Any]) -> Any:
    if raw.get("immediate"):
        return {"days": 0, "unit": "working"}
    limit = raw.get("promised_limit") or raw.get("legal_limit")
    return None if limit is None else {"days": limit["days"], "unit": limit.get("unit", "working")}


def _materials(materials: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """By name and who needs it; of several that have both alike the pieces are added up."""
    found: dict[str, dict[str, Any]] = {}
    for one in materials:
        who = one.get("when")
        entry = found.setdefault(f"{one['name']}\n{who}", {"name": cut(one["name"]), "originals": 0, "copies": 0})
        if who:
            entry["when"] = cut(who)
        if (necessity := one.get("necessity", "required")) != "required":
            entry["necessity"] = necessity
        entry["originals"] += one.get("originals", 0)
        entry["copies"] += one.get("copies", 0)
    return found


def cut(text: str) -> str:
    """At most `LONGEST` characters; what is cut ends with … and four bytes of its sum, so that two long texts that only
    end differently stay different.
    """
    if len(text) <= LONGEST:
        return text
    return f"{text[: LONGEST - 10]}…#{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def pieces(differences: Iterable[Difference]) -> tuple[int, int]:
    """How many pieces of materials are to be brought less, and how many more."""
    less = more = 0
    for one in differences:
        if one.field == MATERIALS and not isinstance(one.old, str) and not isinstance(one.new, str):
            step = _pieces(one.new) - _pieces(one.old)
            less, more = less + max(0, -step), more + max(0, step)
    return less, more


def _pieces(material: Mapping[str, Any] | None) -> int:
    """One at least of what has to be brought, also where the record does not say how many."""
    return 0 if material is None else max(1, material.get("originals", 0) + material.get("copies", 0))


def shown(text: str) -> str:
    """A text that may have been cut, without its sum."""
    head, mark, tail = text.rpartition("…#")
    return f"{head}…" if mark and len(text) == LONGEST and len(tail) == 8 else text


def _sum_of(value: Any) -> str | None:
    """A short sum of what is not told in words."""
    if not value:
        return None
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"#{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def _key_of(change: Change) -> str:
    """What the entry of a list is known by; empty for a field that is one thing."""
    entry = change.new if change.new is not None else change.old
    if change.field == MATERIALS and isinstance(entry, Mapping):
        return f"{entry.get('name')}\n{entry.get('when')}"
    if change.field == PLACES and isinstance(entry, Mapping):
        return str(entry.get("id"))
    if change.field == "eligibility" and isinstance(entry, str):
        return entry
    return ""
