"""How far a person's department reaches: itself, and for a district (区县) everything below it in the tree of
organisations, with the kiosks that stand there.

Only what is live counts, which two reviews have seen: a draft cannot make anybody's reach longer. A city's department
reaches no further than itself, also when institutions hang below it, and the city's government, below which everything
hangs, does not reach everything: who works for the whole city says so (`CITY`).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, and_, select

from hub.tables import devices, items, versions

if TYPE_CHECKING:
    from hub.people import Person

DISTRICT = "district"
"""`level` of an organisation that reaches what is below it."""


@dataclass(frozen=True, slots=True)
class Reach:
    """`below`: ids of the organisations below the own one; `district`: GB/T 2260 of a district's kiosks, None for a
    department of the city. A district whose place nobody has entered has an empty one, which no kiosk has.
    """

    below: frozenset[str] = frozenset()
    district: str | None = None


NO_FURTHER = Reach()
"""A department of the city, and one that nobody has entered."""


def reach_of(connection: Connection, department: str) -> Reach:
    """How far `department` reaches as the live records say."""
    own = next(_live(connection, items.c.key == f"org/{department}"), None)
    if own is None or own.get("level") != DISTRICT:
        return NO_FURTHER
    children: dict[str, list[str]] = defaultdict(list)
    for one in _live(connection, items.c.kind == "org"):
        if parent := one.get("parent"):
            children[parent].append(one["id"])
    below: set[str] = set()
    ahead = [department]
    while ahead:
        fresh = [id for id in children[ahead.pop()] if id != department and id not in below]
        below.update(fresh)
        ahead.extend(fresh)
    place = next(_live(connection, items.c.key == f"place/{own.get('place')}"), {})
    return Reach(frozenset(below), str(place.get("district") or ""))


def kiosks_of(person: Person | None) -> tuple[ColumnElement[bool], ...]:
    """Conditions of the devices that `person` is shown: a district's are its own, None is shown all."""
    district = person.kiosks_in if person is not None else None
    return () if district is None else (devices.c.district == district,)


def _live(connection: Connection, which: Any) -> Iterator[dict[str, Any]]:
    wanted = (
        select(versions.c.line)
        .join(items, and_(items.c.key == versions.c.item, items.c.live == versions.c.number))
        .where(which)
    )
    return (json.loads(line) for line in connection.execute(wanted).scalars().all())
