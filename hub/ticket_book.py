"""What departments owe to citizens who said that something is not so: what is due and when, in which version it was
read, what became of it, and the score that the city shows.

A ticket whose field another version changed is closed by itself when that version is out, whether or not anybody
answered it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, select, update

from domain.errors import RecordError
from domain.hours import working_days_after
from domain.records import Calendar, validate
from hub import audit
from hub.audit import COMMAND_LINE, Event
from hub.corrections import WEEK, State, counted_tickets
from hub.differences import diff_fields
from hub.sheets import csv_of, workbook_of
from hub.store import Store, moment, utc_now, written
from hub.tables import corrections, tickets, versions

if TYPE_CHECKING:
    from hub.items import Items
    from phrases import Phrases

DUE_DAYS = 2
"""Working days in which a department answers."""

FIELDS: Mapping[str, tuple[str, ...]] = {
    "phone": ("phone",),
    "place": ("places", "place", "address", "accepting_office"),
    "materials": ("materials",),
}
"""Fields of a record that mend what citizens name; "other" names none, so somebody has to answer."""


@dataclass(frozen=True, slots=True)
class Reading:
    """In which version of the item it was read (None: not known here): how often, on how many kiosks, since when."""

    version: int | None
    times: int
    kiosks: int
    since: dt.date
    until: dt.date


@dataclass(frozen=True, slots=True)
class Owed:
    """An open ticket of a department. `times`: visits that said so; `due`: the last day for an answer."""

    ticket: str
    item: str
    name: str
    department: str
    field: str
    times: int
    kiosks: int
    opened_at: dt.datetime
    due: dt.date
    late: bool


@dataclass(frozen=True, slots=True)
class Account:
    """A department within a time: what citizens told, how much of it is mended on the street, answered as right, open.
    All in visits that said so.
    """

    department: str
    told: int
    mended: int
    right: int
    waiting: int


class TicketBook:
    """Reads tickets as work and as a score, and closes those that a release has mended."""

    def __init__(
        self, store: Store, item_store: Items, *, now: Callable[[], dt.datetime] = utc_now, zone: dt.tzinfo = dt.UTC
    ) -> None:
        self._store = store
        self._items = item_store
        self._now = now
        self._zone = zone

    def tasks_for(self, department: str | None) -> tuple[Owed, ...]:
        """What waits for an answer of a department (None: of any), what is due first at the beginning."""
        wanted = (
            counted_tickets().where(tickets.c.state == State.OPEN.value).order_by(tickets.c.opened_at, tickets.c.id)
        )
        if department is not None:
            wanted = wanted.where(tickets.c.department == department)
        rows = self._store.read(lambda connection: connection.execute(wanted).all())
        today, due = self._today(), self._dues({moment(row.opened_at) for row in rows})
        return tuple(
            Owed(
                ticket=row.id,
                item=row.item,
                name=row.name,
                department=row.department,
                field=row.field,
                times=int(row.said),
                kiosks=row.kiosks,
                opened_at=moment(row.opened_at),
                due=due[moment(row.opened_at)],
                late=due[moment(row.opened_at)] < today,
            )
            for row in rows
        )

    def readings(self, ids: list[str]) -> Mapping[str, tuple[Reading, ...]]:
        """By ticket: in which versions it was read, the newest first."""
        wanted = (
            select(
                corrections.c.ticket,
                corrections.c.version,
                func.sum(corrections.c.times).label("said"),
                func.count(corrections.c.device.distinct()).label("kiosks"),
                func.min(corrections.c.day).label("since"),
                func.max(corrections.c.day).label("until"),
            )
            .where(corrections.c.ticket.in_(ids))
            .group_by(corrections.c.ticket, corrections.c.version)
        )
        found: dict[str, list[Reading]] = defaultdict(list)
        for row in self._store.read(lambda connection: connection.execute(wanted).all()):
            since, until = dt.date.fromisoformat(row.since), dt.date.fromisoformat(row.until)
            found[row.ticket].append(Reading(row.version, int(row.said), row.kiosks, since, until))
        return {id: tuple(sorted(held, key=lambda one: -(one.version or 0))) for id, held in found.items()}

    def revisions(self, mended: Mapping[str, tuple[str, int]]) -> Mapping[str, int]:
        """By ticket: the revision with which the version (item, number) that mends it went out."""
        if not mended:
            return {}
        wanted = select(versions.c.item, versions.c.number, versions.c.revision).where(
            versions.c.item.in_({item for item, _ in mended.values()}), versions.c.revision.is_not(None)
        )
        rows = self._store.read(lambda connection: connection.execute(wanted).all())
        known = {(row.item, row.number): int(row.revision) for row in rows}
        return {id: known[pair] for id, pair in mended.items() if pair in known}

    def accounts(self, within: dt.timedelta = WEEK) -> tuple[Account, ...]:
        """Department by department, those that were told most first."""
        since = written(self._now() - within)
        wanted = (
            select(
                tickets.c.department, tickets.c.state, tickets.c.version, func.sum(corrections.c.times).label("said")
            )
            .join(tickets, tickets.c.id == corrections.c.ticket)
            .where(corrections.c.received_at >= since)
            .group_by(tickets.c.department, tickets.c.state, tickets.c.version)
        )
        found: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
        for row in self._store.read(lambda connection: connection.execute(wanted).all()):
            said, closed = int(row.said), row.state == State.CLOSED.value
            mended = closed and row.version is not None
            right = (closed and row.version is None) or row.state == State.NOT_SO.value
            for place, counts in enumerate((True, mended, right, row.state == State.OPEN.value)):
                found[row.department][place] += said if counts else 0
        made = [Account(department, *counts) for department, counts in found.items()]
        return tuple(sorted(made, key=lambda one: (-one.told, one.department)))

    def export(self, form: str, say: Phrases, names: Mapping[str, str]) -> bytes:
        """The account of the week as xlsx or csv."""
        head = [say(f"correction.column_{name}") for name in ("department", "told", "mended", "right", "waiting")]
        rows: list[list[object]] = [[*head]]
        for one in self.accounts():
            name = names.get(one.department, one.department)
            rows.append([name, one.told, one.mended, one.right, one.waiting])
        if form == "csv":
            return csv_of(rows)
        return workbook_of([(say("page.corrections"), rows, (24, 12, 12, 12, 12))])

    def settle_released(self) -> int:
        """Closes open and answered tickets whose field a version changed that is out now; how many."""
        waiting = (State.OPEN.value, State.NOT_SO.value)
        found = select(tickets.c.id).where(tickets.c.state.in_(waiting), tickets.c.field.in_(list(FIELDS)))
        if not self._store.read(lambda connection: connection.execute(found.limit(1)).first()):
            return 0
        return self._store.run_tx(lambda connection: self._settle(connection, waiting))

    def _settle(self, connection: Connection, states: tuple[str, ...]) -> int:
        wanted = (
            select(tickets, func.max(corrections.c.version).label("read"))
            .join(corrections, corrections.c.ticket == tickets.c.id)
            .where(tickets.c.state.in_(states), tickets.c.field.in_(list(FIELDS)))
            .group_by(*tickets.c)
        )
        now, closed = self._now(), 0
        for row in connection.execute(wanted).all():
            mending = _mending(connection, row.item, row.field, row.read) if row.read is not None else None
            if mending is None:
                continue
            moved = connection.execute(
                update(tickets)
                .where(tickets.c.id == row.id, tickets.c.edits == row.edits)
                .values(
                    state=State.CLOSED.value,
                    version=mending[0],
                    reason=None,
                    closed_at=written(now),
                    edits=row.edits + 1,
                )
            )
            closed += moved.rowcount
            told = {"field": row.field, "version": mending[0], "revision": mending[1]}
            audit.append(connection, now, Event(COMMAND_LINE, "ticket.released", row.item, told))
        return closed

    def _today(self) -> dt.date:
        return self._now().astimezone(self._zone).date()

    def _dues(self, opened: set[dt.datetime]) -> Mapping[dt.datetime, dt.date]:
        """The last day for an answer, by the city's own calendar of working days."""
        if not opened:
            return {}
        held: dict[int, Calendar] = {}
        for raw in self._items.records(("calendar",)):
            try:
                record = validate(dict(raw))
            except RecordError:
                continue
            if isinstance(record, Calendar):
                held[record.year] = record
        return {at: working_days_after(at.astimezone(self._zone).date(), DUE_DAYS, held.get)[0] for at in opened}


def _mending(connection: Connection, item: str, field: str, read: int) -> tuple[int, int] | None:
    """Number and revision of the first version after the one that was read that says the field differently and is out.

    A later version that is out, too, counts as long as the live one still says it differently.
    """
    wanted = (
        select(versions.c.number, versions.c.revision, versions.c.line)
        .where(versions.c.item == item, versions.c.number >= read)
        .order_by(versions.c.number)
    )
    rows = connection.execute(wanted).all()
    told = next((json.loads(row.line) for row in rows if row.number == read), None)
    out = [row for row in rows if row.number > read and row.revision is not None]
    if told is None or not out or not _differs(told, json.loads(out[-1].line), field):
        return None
    first = next(row for row in out if _differs(told, json.loads(row.line), field))
    return first.number, int(first.revision)


def _differs(old: Mapping[str, Any], new: Mapping[str, Any], field: str) -> bool:
    names = FIELDS[field]
    return bool(diff_fields({name: old.get(name) for name in names}, {name: new.get(name) for name in names}))
