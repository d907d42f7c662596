"""Departments are asked: to answer what another city has and we do not, to verify what has gone stale.

A request says which rows are meant and by when. What becomes of it follows from the rows themselves, never from a
note: `hub.gaps` and `hub.freshness` say which of them still wait. There is one request a department and a subject;
asking again renews it.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, delete, insert, select

from hub.people import Person, person_of
from hub.refusal import Reason, Refused
from hub.store import moment, written
from hub.tables import asked_rows, asks
from hub.workflow import Actor, Role

DAYS = 14
"""Days that a department is given, unless another day is chosen."""

LONGEST_DAYS = 366


class Topic(StrEnum):
    """What departments are asked for."""

    GAPS = "gaps"
    FRESHNESS = "freshness"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it was made. `subject`: the other city, empty for the ledger; `rows`: what is meant; `due`: the
    last day; `by`: id of who asked last.
    """

    topic: Topic
    subject: str
    department: str
    rows: frozenset[str]
    due: dt.date
    by: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Request:
    """A request and how far it is: `done` of `of` rows. `late`: the last day has passed and not all is done."""

    asked: Asked
    done: int
    of: int
    late: bool

    @property
    def open(self) -> bool:
        return self.done < self.of


def fitting(due: dt.date | None, today: dt.date) -> dt.date:
    """The last day as chosen, else `DAYS` from today. Raises `Refused` (due_unfit): before today, beyond a year."""
    if due is None:
        return today + dt.timedelta(days=DAYS)
    if not today <= due <= today + dt.timedelta(days=LONGEST_DAYS):
        raise Refused(Reason.DUE_UNFIT)
    return due


def may_ask(connection: Connection, person: Person) -> None:
    """Raises `Refused` (not_a_collector) unless the person asks departments for the city."""
    if Role.COLLECTOR not in person_of(connection, person.id).roles:
        raise Refused(Reason.NOT_A_COLLECTOR)


def concerns(actor: Actor, department: str) -> bool:
    """Whether somebody may have to know of a request: who writes for the department, and who asks departments."""
    return Role.COLLECTOR in actor.roles or (Role.EDITOR in actor.roles and department in actor.departments)


def shown_to(actor: Actor, request: Request) -> bool:
    """Whether an open request is among somebody's tasks: the department's own always, any other's when it is late."""
    if Role.EDITOR in actor.roles and request.asked.department in actor.departments:
        return True
    return request.late and Role.COLLECTOR in actor.roles


def put(
    connection: Connection,
    topic: Topic,
    subject: str,
    department: str,
    waiting: Collection[str],
    due: dt.date,
    person: Person,
    now: dt.datetime,
) -> Asked:
    """Asks for the rows that wait, in the caller's transaction. While something of an earlier request waits, that one
    is renewed and keeps its rows with what was done; else it begins anew.
    """
    before = next((one for one in held(connection, topic, subject) if one.department == department), None)
    rows = frozenset(waiting)
    if before is not None and before.rows & rows:
        rows |= before.rows
    for table in (asked_rows, asks):
        here = (table.c.topic == topic.value, table.c.subject == subject, table.c.department == department)
        connection.execute(delete(table).where(*here))
    key = {"topic": topic.value, "subject": subject, "department": department}
    connection.execute(insert(asks).values(**key, due=due.isoformat(), person=person.id, at=written(now)))
    connection.execute(insert(asked_rows), [{**key, "row": row} for row in sorted(rows)])
    return Asked(topic, subject, department, rows, due, person.id, now)


def held(connection: Connection, topic: Topic, subject: str | None = None) -> tuple[Asked, ...]:
    """Every request of a topic, what is due first at the beginning."""
    wanted = select(asks).where(asks.c.topic == topic.value).order_by(asks.c.due, asks.c.subject, asks.c.department)
    meant = select(asked_rows).where(asked_rows.c.topic == topic.value)
    if subject is not None:
        wanted, meant = wanted.where(asks.c.subject == subject), meant.where(asked_rows.c.subject == subject)
    found = connection.execute(wanted).all()
    rows: dict[tuple[str, str], set[str]] = defaultdict(set)
    if found:
        for row in connection.execute(meant):
            rows[(row.subject, row.department)].add(row.row)
    return tuple(
        Asked(
            topic,
            row.subject,
            row.department,
            frozenset(rows[(row.subject, row.department)]),
            dt.date.fromisoformat(row.due),
            row.person,
            moment(row.at),
        )
        for row in found
    )


def progress(asked: Asked, there: Collection[str], waiting: Collection[str], today: dt.date) -> Request:
    """How far a request is: of its rows that are still `there`, those that no longer wait are done."""
    rows = asked.rows & frozenset(there)
    left = len(rows & frozenset(waiting))
    return Request(asked, len(rows) - left, len(rows), left > 0 and asked.due < today)
