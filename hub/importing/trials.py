"""Trying a list out before it is taken in: what would come of it, kept as a report; what was seen is what is taken.

The file itself is not in the database: whoever tries it out keeps it (`hub.web.tray`), brings it again to take it, and
its hash must be that of the file that was tried out.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from hub.checks import line_of
from hub.importing.annotated import annotated
from hub.importing.conversion import convert
from hub.importing.known import Known
from hub.importing.layout import Layout, understood
from hub.importing.outcome import Conversion
from hub.importing.report import Reporter
from hub.importing.taking import Batch, Importing, Incoming, Report, read_lines, writable
from hub.items import Items
from hub.mappings import Dialect, dialects
from hub.people import Person
from hub.refusal import Reason, Refused
from hub.sheets import SheetRefused, Workbook, read_table
from hub.store import Store, moment, utc_now, written
from hub.tables import import_trials
from hub.workflow import CITY
from phrases import Phrases

KEPT = dt.timedelta(days=14)
"""How long the report of a trial can be read."""

SILENT = dt.timedelta(minutes=2)
"""After this time without a sign of life a trial has ended with its process."""

TRIED = dt.timedelta(hours=24)
"""How long after its trial a file may be taken in."""


class State(StrEnum):
    """Where a trial stands."""

    RUNNING = "running"
    READY = "ready"
    BROKEN = "broken"
    TAKEN = "taken"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Trial:
    """One trial. `report`: what `hub.importing.report` made, once it is ready; `told`: why it could not be read."""

    id: str
    person: str | None
    name: str
    dialect: str
    state: State
    done: int
    total: int
    at: dt.datetime
    report: Mapping[str, Any] | None
    told: str


@dataclass(frozen=True, slots=True)
class Tried:
    """What was made of a file: all of it, what the person may write of it, and how it was read. `text`: lines of a
    record file.
    """

    batch: Batch
    own: Batch
    book: Workbook | None
    conversion: Conversion | None
    lines: int
    text: Sequence[bytes] = ()


class Trials:
    """Tries files out and takes them in. `folder`: the operator's own mappings.

    Raises `Refused` (no_such_trial, trial_unfit, trial_other_file, trial_moved, and as `Importing.drafts`).
    """

    def __init__(
        self,
        store: Store,
        importing: Importing,
        item_store: Items,
        folder: Path,
        *,
        now: Callable[[], dt.datetime] = utc_now,
    ) -> None:
        self._store = store
        self._importing = importing
        self._items = item_store
        self._folder = folder
        self._now = now
        self._say = Phrases(domain="hub")

    def dialects(self) -> tuple[Dialect, ...]:
        """Every mapping that can be chosen. Raises `MappingUnfit`."""
        return dialects(self._folder)

    def begin(self, person: Person | None, name: str, content: bytes, dialect: str = "") -> str:
        """Notes a trial that is about to run; its id."""
        id = secrets.token_urlsafe(12)
        now = self._now()

        def work(connection: Connection) -> None:
            connection.execute(delete(import_trials).where(import_trials.c.at < written(now - KEPT)))
            connection.execute(
                insert(import_trials).values(
                    id=id,
                    person=person.id if person else None,
                    name=name,
                    sha256=hashlib.sha256(content).hexdigest(),
                    dialect=dialect,
                    state=State.RUNNING.value,
                    done=0,
                    total=0,
                    at=written(now),
                    moved_at=written(now),
                    plan="",
                )
            )

        self._store.run_tx(work)
        return id

    def run(self, person: Person | None, id: str, content: bytes) -> Trial:
        """Tries the file out, telling its progress in the trial's row, and keeps the report; changes no item."""
        trial = self.get(person, id)
        begun = self._now()
        try:
            tried = self.tried(
                person, trial.name, content, trial.dialect, lambda done, total: self._move(id, done=done, total=total)
            )
            report = self._importing.dry_run(tried.batch)
            coming = _coming(tried, report)
            told = Reporter(self._items, self._say).report(tried, report, coming, (self._now() - begun).total_seconds())
        except SheetRefused as refused:
            words = self._say(f"sheet.{refused.reason}", **refused.values)
            self._move(id, state=State.BROKEN.value, told=words)
        except Exception:
            self._move(id, state=State.BROKEN.value, told=self._say("import.broke_off"))
            raise
        else:
            self._move(
                id,
                state=State.READY.value,
                plan=_plan(coming),
                report=json.dumps(told, ensure_ascii=False),
            )
        return self.get(person, id)

    def get(self, person: Person | None, id: str) -> Trial:
        """The trial, which only who began it may see. One whose process has ended is broken."""
        whose = import_trials.c.person == person.id if person else import_trials.c.person.is_(None)
        row = self._store.read(
            lambda connection: connection.execute(select(import_trials).where(import_trials.c.id == id, whose)).first()
        )
        if row is None:
            raise Refused(Reason.NO_SUCH_TRIAL)
        state, told = State(row.state), row.told or ""
        if state is State.RUNNING and self._now() - moment(row.moved_at) > SILENT:
            state, told = State.BROKEN, self._say("import.broke_off")
        return Trial(
            id=row.id,
            person=row.person,
            name=row.name,
            dialect=row.dialect,
            state=state,
            done=row.done,
            total=row.total,
            at=moment(row.at),
            report=json.loads(row.report) if row.report else None,
            told=told,
        )

    def latest(self, person: Person, limit: int = 5) -> tuple[Trial, ...]:
        """The person's newest trials."""
        wanted = (
            select(import_trials.c.id)
            .where(import_trials.c.person == person.id)
            .order_by(import_trials.c.at.desc())
            .limit(limit)
        )
        ids = self._store.read(lambda connection: list(connection.execute(wanted).scalars()))
        return tuple(self.get(person, id) for id in ids)

    def take(self, person: Person | None, id: str, content: bytes) -> Report:
        """What was seen becomes drafts. Raises `Refused` when it is another file, or would do something else by now."""
        trial = self.get(person, id)
        if trial.state is not State.READY or self._now() - trial.at > TRIED:
            raise Refused(Reason.TRIAL_UNFIT)
        row = self._store.read(
            lambda connection: connection.execute(
                select(import_trials.c.sha256, import_trials.c.plan).where(import_trials.c.id == id)
            ).one()
        )
        if hashlib.sha256(content).hexdigest() != row.sha256:
            raise Refused(Reason.TRIAL_OTHER_FILE)
        tried = self.tried(person, trial.name, content, trial.dialect)
        if tried.batch.problems or _plan(_coming(tried, self._importing.dry_run(tried.batch))) != row.plan:
            raise Refused(Reason.TRIAL_MOVED)
        report = self._importing.drafts(tried.own, person)
        self._move(id, state=State.TAKEN.value)
        return report

    def annotated(self, person: Person | None, id: str, content: bytes) -> bytes:
        """The file as an xlsx with its remarks in it. Raises `Refused` when it is another one."""
        trial = self.get(person, id)
        sha256 = self._store.read(
            lambda connection: connection.execute(
                select(import_trials.c.sha256).where(import_trials.c.id == id)
            ).scalar_one()
        )
        if hashlib.sha256(content).hexdigest() != sha256 or is_records(content):
            raise Refused(Reason.TRIAL_OTHER_FILE)
        tried = self.tried(person, trial.name, content, trial.dialect)
        report = self._importing.dry_run(tried.batch)
        return annotated(content, tried, report, Reporter(self._items, self._say), self._say)

    def drop(self, person: Person | None, id: str) -> None:
        """Gives a trial up; its report stays readable."""
        self.get(person, id)
        self._move(id, state=State.DROPPED.value)

    def tried(
        self,
        person: Person | None,
        name: str,
        content: bytes,
        dialect: str = "",
        tell: Callable[[int, int], None] = lambda done, total: None,
    ) -> Tried:
        """Reads a file to its end. Raises `SheetRefused`, `MappingUnfit`."""
        if is_records(content):
            lines = content.splitlines(keepends=True)
            batch = self._importing.linted(read_lines([(name, lines)]))
            return Tried(batch, self._own(batch, person), None, None, len(lines), lines)
        book = read_table(content, name)
        layout = understood(book, self.dialects(), dialect)
        own = person.department if person is not None and person.department != CITY else None
        conversion = convert(layout, self._known(), tell, department=own)
        records = tuple(
            Incoming(one.key, line_of(one.raw), one.record, one.place)
            for one in conversion.rows
            if one.raw is not None and one.record is not None
        )
        batch = self._importing.linted(Batch(records, ()))
        return Tried(batch, self._own(batch, person), book, conversion, _rows(layout))

    def _own(self, batch: Batch, person: Person | None) -> Batch:
        """What the person may write; the rest of the file stays out."""
        if person is None:
            return batch
        mine = self._store.read(lambda connection: writable(connection, person.actor, batch.records))
        return replace(batch, records=tuple(mine))

    def _known(self) -> Known:
        """What the hub has, as the rows of a list are laid over it."""
        return Known.of(self._items.records(("guide", "org", "place")))

    def _move(self, id: str, **values: object) -> None:
        at = written(self._now())
        self._store.run_tx(
            lambda connection: connection.execute(
                update(import_trials).where(import_trials.c.id == id).values(moved_at=at, **values)
            )
        )


def is_records(content: bytes) -> bool:
    """Whether it is a file of records: its first character begins a JSON object or list."""
    return content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def _coming(tried: Tried, report: Report) -> list[Incoming]:
    """What would become drafts."""
    wanted = {*report.new, *report.changed}
    return [one for one in tried.own.records if one.key in wanted]


def _plan(coming: Sequence[Incoming]) -> str:
    digest = hashlib.sha256()
    for one in sorted(coming, key=lambda one: one.key):
        digest.update(f"{one.key}\0{one.line}\n".encode())
    return digest.hexdigest()


def _rows(layout: Layout) -> int:
    return sum(len(table.rows) for table in (*layout.items, *layout.materials))
