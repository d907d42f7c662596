"""Corrections (报错): what citizens say is not so becomes a ticket of the department whose item it is.

Several corrections of the same field of an item are one ticket while it is open. The department answers: mended in
version N, or not so, with a reason. A mended one closes by itself when a kiosk proves that it shows that version; one
that is not so is closed, or opened again, by somebody who works for the whole city.

A correction of something of which no version was ever out (a kiosk of another city, a demonstration, a forged report)
is kept apart for the operator: it is no ticket, and no figure counts it.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    func,
    insert,
    literal,
    select,
    true,
    update,
)

from hub import audit
from hub.audit import Event
from hub.people import Person
from hub.refusal import Reason, Refused
from hub.store import Store, moment, utc_now, written
from hub.tables import corrections, devices, items, stray_corrections, tickets, versions
from hub.workflow import CITY, Actor, Role
from uplink.messages import Correction

LONGEST_REASON = 200

WEEK = dt.timedelta(days=7)


class State(StrEnum):
    """Where a ticket stands; its name is ``ticket.<state>`` in the hub's phrases."""

    OPEN = "open"
    MENDED = "mended"
    """The department says that a version of the item mends it."""
    NOT_SO = "not_so"
    """The department says that it is as it should be."""
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket. `count`: how many visits said so; `kiosks`: on how many kiosks; `item` is its key, kind/id."""

    id: str
    item: str
    name: str
    department: str
    field: str
    state: State
    edits: int
    count: int
    kiosks: int
    opened_at: dt.datetime
    answered_at: dt.datetime | None
    version: int | None
    reason: str | None
    closed_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Stray:
    """What kiosks said about something that this hub never let out. `item`: what they called it; `kiosks`: their
    numbers.
    """

    item: str
    field: str
    times: int
    kiosks: tuple[str, ...]
    revision: int
    last: dt.date


@dataclass(frozen=True, slots=True)
class Score:
    """What the city can show: corrections that came in a time, and how many of them are mended by now."""

    said: int
    mended: int


class Corrections:
    """The tickets, and what people do with them. Whatever changes something raises `Refused`, and nothing was changed
    then.
    """

    def __init__(self, store: Store, *, now: Callable[[], dt.datetime] = utc_now) -> None:
        self._store = store
        self._now = now

    def tickets(self, person: Person, state: State | None = None, *, limit: int = 200) -> tuple[Ticket, ...]:
        """What `person` may see, those that most visits told of first: everything for who works for the whole city,
        else those of the own department.
        """
        wanted = counted_tickets().order_by(func.coalesce(func.sum(corrections.c.times), 0).desc(), tickets.c.opened_at)
        if state is not None:
            wanted = wanted.where(tickets.c.state == state.value)
        if not _of_the_city(person.actor):
            wanted = wanted.where(tickets.c.department.in_(person.departments))
        return self._store.read(
            lambda connection: tuple(_ticket(row) for row in connection.execute(wanted.limit(limit)))
        )

    def get(self, id: str) -> Ticket:
        """Raises `Refused` (no_such_ticket)."""
        return self._store.read(lambda connection: _found(connection, id))

    def waiting(self, person: Person) -> int:
        """How many open tickets wait for somebody like `person`."""
        wanted = select(func.count()).select_from(tickets).where(tickets.c.state == State.OPEN.value)
        if not _of_the_city(person.actor):
            wanted = wanted.where(tickets.c.department.in_(person.departments))
        return self._store.read(lambda connection: int(connection.execute(wanted).scalar_one()))

    def strays(self, district: str | None = None, limit: int = 50) -> tuple[Stray, ...]:
        """What kiosks in `district` (None: all) said about things that the hub does not know, the newest first."""
        told = stray_corrections.c
        there = devices.c.district == district if district is not None else true()
        wanted = (
            select(
                told.item,
                told.field,
                func.sum(told.times).label("said"),
                func.max(told.revision).label("revision"),
                func.max(told.day).label("day"),
            )
            .join(devices, devices.c.id == told.device)
            .where(there)
            .group_by(told.item, told.field)
            .order_by(func.max(told.received_at).desc(), told.item, told.field)
            .limit(limit)
        )

        def work(connection: Connection) -> tuple[Stray, ...]:
            rows = connection.execute(wanted).all()
            here = select(told.item, told.field, devices.c.number).join(devices, devices.c.id == told.device).distinct()
            by: dict[tuple[str, str], list[str]] = {}
            said = told.item.in_([row.item for row in rows])
            for row in connection.execute(here.where(there, said).order_by(devices.c.number)):
                by.setdefault((row.item, row.field), []).append(row.number)
            return tuple(
                Stray(
                    row.item,
                    row.field,
                    int(row.said),
                    tuple(by[row.item, row.field]),
                    row.revision,
                    dt.date.fromisoformat(row.day),
                )
                for row in rows
            )

        return self._store.read(work)

    def mended(self, person: Person, ticket: Ticket, version: int) -> Ticket:
        """The department answers: version `version` of the item says it right. Closed at once when that is out on a
        kiosk already (`settle`).

        Raises `Refused`: other_department, ticket_closed, no_such_version, conflict as ticket_closed.
        """

        def change(connection: Connection, now: dt.datetime) -> dict[str, object]:
            known = select(versions.c.number).where(versions.c.item == ticket.item, versions.c.number == version)
            if connection.execute(known).first() is None:
                raise Refused(Reason.NO_SUCH_VERSION)
            return {"state": State.MENDED.value, "version": version, "reason": None}

        return self._answer(person, ticket, change, "ticket.mended")

    def not_so(self, person: Person, ticket: Ticket, reason: str) -> Ticket:
        """The department answers: it is as the item says. Raises `Refused`: as `mended`, and remark_needed."""
        said = reason.strip()[:LONGEST_REASON]
        if not said:
            raise Refused(Reason.REMARK_NEEDED)
        return self._answer(
            person, ticket, lambda *_: {"state": State.NOT_SO.value, "version": None, "reason": said}, "ticket.not_so"
        )

    def close(self, person: Person, ticket: Ticket) -> Ticket:
        """Somebody of the city agrees with the answer. Raises `Refused`: not_for_department, ticket_closed (it has no
        answer, or changed meanwhile).
        """
        return self._decide(person, ticket, State.CLOSED, "ticket.close")

    def reopen(self, person: Person, ticket: Ticket) -> Ticket:
        """Somebody of the city does not agree; the department is asked again. Raises as `close`."""
        return self._decide(person, ticket, State.OPEN, "ticket.reopen")

    def score(self, within: dt.timedelta = WEEK) -> Score:
        """What was said `within` the last days, and how much of it is mended on the street."""
        since = written(self._now() - within)
        done = and_(tickets.c.state == State.CLOSED.value, tickets.c.version.is_not(None))
        wanted = (
            select(corrections.c.times, done.label("done"))
            .join(tickets, tickets.c.id == corrections.c.ticket)
            .where(corrections.c.received_at >= since)
        )

        def work(connection: Connection) -> Score:
            rows = connection.execute(wanted).all()
            return Score(sum(row.times for row in rows), sum(row.times for row in rows if row.done))

        return self._store.read(work)

    def _answer(
        self,
        person: Person,
        ticket: Ticket,
        values: Callable[[Connection, dt.datetime], dict[str, object]],
        action: str,
    ) -> Ticket:
        def work(connection: Connection) -> Ticket:
            now = self._now()
            current = _found(connection, ticket.id)
            if not _may_answer(person.actor, current.department):
                raise Refused(Reason.OTHER_DEPARTMENT)
            given = {**values(connection, now), "answered_by": person.id, "answered_at": written(now)}
            _move(connection, ticket, (State.OPEN, State.MENDED, State.NOT_SO), given)
            told = {"version": given["version"], "reason": given["reason"]}
            audit.append(connection, now, Event(person.id, action, current.item, {"field": current.field, **told}))
            return _found(connection, ticket.id)

        return self._store.run_tx(work)

    def _decide(self, person: Person, ticket: Ticket, state: State, action: str) -> Ticket:
        if not person.actor.roles & {Role.CITY_REVIEWER, Role.COLLECTOR}:
            raise Refused(Reason.NOT_FOR_DEPARTMENT)

        def work(connection: Connection) -> Ticket:
            now = self._now()
            closed = written(now) if state is State.CLOSED else None
            _move(connection, ticket, (State.MENDED, State.NOT_SO), {"state": state.value, "closed_at": closed})
            audit.append(connection, now, Event(person.id, action, ticket.item, {"field": ticket.field}))
            return _found(connection, ticket.id)

        return self._store.run_tx(work)


def take(connection: Connection, device: str, said: Correction, now: dt.datetime) -> None:
    """Notes what a kiosk told, in the caller's transaction: at the ticket of its item and field, or apart when no
    version of the item was out with that revision or before.
    """
    key = f"guide/{said.item}"
    row = {
        "device": device,
        "item": key,
        "field": said.field,
        "day": said.day.isoformat(),
        "revision": said.revision,
    }
    version = connection.execute(
        select(func.max(versions.c.number)).where(versions.c.item == key, shown_by(said.revision))
    ).scalar()
    book = stray_corrections if version is None else corrections
    here = and_(*(book.c[name] == value for name, value in row.items()))
    held = connection.execute(select(book.c.times).where(here)).first()
    if held is not None:
        connection.execute(update(book).where(here).values(times=held.times + 1))
        return
    row |= {"times": 1, "received_at": written(now)}
    if version is not None:
        row |= {"version": version, "ticket": _ticket_of(connection, key, said.field, now)}
    connection.execute(insert(book).values(row))


def _ticket_of(connection: Connection, key: str, field: str, now: dt.datetime) -> str:
    """The open ticket of this field of the item; opened now when there is none."""
    ticket = connection.execute(
        select(tickets.c.id).where(
            tickets.c.item == key, tickets.c.field == field, tickets.c.state != State.CLOSED.value
        )
    ).scalar()
    if ticket is not None:
        return str(ticket)
    opened = uuid.uuid4().hex
    department = connection.execute(select(items.c.department).where(items.c.key == key)).scalar_one()
    connection.execute(
        insert(tickets).values(
            id=opened,
            item=key,
            department=department,
            field=field,
            state=State.OPEN.value,
            edits=0,
            opened_at=written(now),
        )
    )
    return opened


def settle(connection: Connection, revision: int, now: dt.datetime) -> int:
    """Closes the tickets whose mending version a kiosk has proved with `revision`; how many."""
    wanted = (
        select(tickets.c.id)
        .join(versions, and_(versions.c.item == tickets.c.item, versions.c.number >= tickets.c.version))
        .where(tickets.c.state == State.MENDED.value, shown_by(revision))
        .distinct()
    )
    found = [row.id for row in connection.execute(wanted)]
    for id in found:
        connection.execute(
            update(tickets)
            .where(tickets.c.id == id)
            .values(state=State.CLOSED.value, closed_at=written(now), edits=tickets.c.edits + 1)
        )
    return len(found)


def shown_by(revision: int) -> ColumnElement[bool]:
    """Versions that a kiosk with `revision` has. A kiosk may say a number that no release of this hub has, nor the
    column could hold: PostgreSQL would not even compare it.
    """
    return versions.c.revision <= literal(revision, BigInteger)


def _move(connection: Connection, ticket: Ticket, since: tuple[State, ...], values: dict[str, object]) -> None:
    moved = connection.execute(
        update(tickets)
        .where(
            tickets.c.id == ticket.id,
            tickets.c.edits == ticket.edits,
            tickets.c.state.in_([one.value for one in since]),
        )
        .values(**values, edits=ticket.edits + 1)
    )
    if moved.rowcount != 1:
        raise Refused(Reason.TICKET_CLOSED)


def _of_the_city(actor: Actor) -> bool:
    return bool(actor.roles & {Role.CITY_REVIEWER, Role.COLLECTOR}) or (
        actor.department == CITY and bool(actor.roles & {Role.OPERATOR, Role.PUBLISHER, Role.AUDITOR})
    )


def _may_answer(actor: Actor, department: str) -> bool:
    return actor.may_write(department) or (Role.DEPARTMENT_REVIEWER in actor.roles and actor.covers(department))


def counted_tickets() -> Select[tuple[object, ...]]:
    """Tickets with the item's name, how often it was said (`said`), and at how many kiosks (`kiosks`)."""
    wanted: Select[tuple[object, ...]] = (
        select(
            tickets,
            func.coalesce(items.c.name, tickets.c.item).label("name"),
            func.coalesce(func.sum(corrections.c.times), 0).label("said"),
            func.count(corrections.c.device.distinct()).label("kiosks"),
        )
        .select_from(
            tickets.outerjoin(corrections, corrections.c.ticket == tickets.c.id).outerjoin(
                items, items.c.key == tickets.c.item
            )
        )
        .group_by(*tickets.c, items.c.name)
    )
    return wanted


def _found(connection: Connection, id: str) -> Ticket:
    row = connection.execute(counted_tickets().where(tickets.c.id == id)).first()
    if row is None:
        raise Refused(Reason.NO_SUCH_TICKET)
    return _ticket(row)


def _ticket(row: Row[tuple[object, ...]]) -> Ticket:
    return Ticket(
        id=row.id,
        item=row.item,
        name=row.name,
        department=row.department,
        field=row.field,
        state=State(row.state),
        edits=row.edits,
        count=int(row.said),
        kiosks=row.kiosks,
        opened_at=moment(row.opened_at),
        answered_at=moment(row.answered_at) if row.answered_at else None,
        version=row.version,
        reason=row.reason,
        closed_at=moment(row.closed_at) if row.closed_at else None,
    )
