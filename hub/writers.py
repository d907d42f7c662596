"""Who writes for which department, and what somebody was asked to write until when.

A commission stands beside the item that it is about and is over when its first draft goes into review; it is shown as
a task of its writer (`hub.tasks`) until then.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from hub.people import Person
from hub.reach import Reach, reach_of
from hub.store import written
from hub.tables import commissions, people, person_roles
from hub.workflow import CITY, Role


@dataclass(frozen=True, slots=True)
class Writer:
    """Somebody who may write for a department."""

    id: str
    name: str


def writers(connection: Connection) -> Mapping[str, tuple[Writer, ...]]:
    """Who writes for each department, its own people before those of the district above it; `CITY`: who may write for
    every department. A department that has nobody is not there.
    """
    wanted = (
        select(people.c.id, people.c.name, people.c.department, person_roles.c.role)
        .join(person_roles, person_roles.c.person == people.c.id)
        .where(people.c.disabled_at.is_(None), person_roles.c.role.in_((Role.EDITOR.value, Role.COLLECTOR.value)))
        .order_by(people.c.login, person_roles.c.role)
    )
    rows = connection.execute(wanted).all()
    reaches: dict[str, Reach] = {}
    own: dict[str, list[Writer]] = defaultdict(list)
    above: dict[str, list[Writer]] = defaultdict(list)
    for row in rows:
        one = Writer(row.id, row.name)
        if row.role == Role.COLLECTOR.value or row.department == CITY:
            if one not in own[CITY]:
                own[CITY].append(one)
            continue
        own[row.department].append(one)
        if row.department not in reaches:
            reaches[row.department] = reach_of(connection, row.department)
        for department in reaches[row.department].below:
            above[department].append(one)
    return {department: (*own[department], *above[department]) for department in {*own, *above}}


def of_department(connection: Connection, department: str) -> tuple[Writer, ...]:
    """Who may write for a department: its own people first, then who writes for the whole city."""
    held = writers(connection)
    return tuple(dict.fromkeys((*held.get(department, ()), *held.get(CITY, ()))))


def commission(connection: Connection, item: str, writer: str, due: dt.date, person: Person, now: dt.datetime) -> None:
    """`writer` is to write the item until `due`, in the caller's transaction; what was said before is over."""
    connection.execute(delete(commissions).where(commissions.c.item == item))
    connection.execute(
        insert(commissions).values(item=item, writer=writer, due=due.isoformat(), person=person.id, at=written(now))
    )
