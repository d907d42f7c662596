"""Record files into the hub: a dry run that changes nothing, then drafts, or the city's first content.

Nothing is taken from a file that has a fault, nothing that the file lacks is taken down, and a draft that somebody is
writing is never written over.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, insert, select, update

from domain.errors import RecordError
from domain.lint import Finding, lint
from domain.records import Change, Line, Record, read, validate
from hub import audit
from hub.audit import Event
from hub.checks import key_of, line_of, stops, without_own
from hub.owners import owners
from hub.people import Person, person_of
from hub.refusal import Reason, Refused
from hub.store import Meeting, Store, utc_now, written
from hub.tables import hands, items, steps, versions
from hub.workflow import Action, Actor, Part, Status

ANY = "any"
"""In the place of a department: whatever department."""

_UNTOLD = 20
"""Items named when a person may not write them; the rest is counted only."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One record of a file. `place`: file and line, for people."""

    key: str
    line: str
    record: Record
    place: str


@dataclass(frozen=True, slots=True)
class Report:
    """What an import would do, or did.

    `problems`: lines that cannot be taken (``file:line: what``); when there are any, nothing is imported. `new`,
    `changed`, `unchanged`, `busy` (somebody writes them; left alone), `missing` (live here, not in the file, of a kind
    that the file has, and where a department has it, of a department that the file has; left alone): keys of items.
    `findings`: what the lint says about the records of the file, among all that the hub has.
    """

    records: int
    new: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: int
    busy: tuple[str, ...]
    missing: tuple[str, ...]
    problems: tuple[str, ...]
    findings: tuple[Finding, ...]
    changes: int = 0
    numbered: int = 0

    @property
    def stopping(self) -> int:
        """Findings that keep a record from being published."""
        return len(stops(self.findings))

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "records": self.records,
            "new": list(self.new),
            "changed": list(self.changed),
            "unchanged": self.unchanged,
            "busy": list(self.busy),
            "missing": list(self.missing),
            "problems": list(self.problems),
            "changes": self.changes,
            "numbered": self.numbered,
            "findings": [
                {"item": f"{one.kind}/{one.record}", "field": one.field, "rule": one.rule, "level": one.level.value}
                for one in self.findings
            ],
        }


@dataclass(frozen=True, slots=True)
class Batch:
    """What was read from files: every sound record, and what is wrong with the others.

    What a release adds to the records is the hub's own, and no file brings it back: `changes` lines of what changed
    for citizens were passed over, `numbered` guides came with a number and version, which were taken off. `findings`:
    None until `Importing.linted` has looked.
    """

    records: tuple[Incoming, ...]
    problems: tuple[str, ...]
    findings: tuple[Finding, ...] | None = None
    changes: int = 0
    numbered: int = 0


def files_of(given: Path) -> list[Path]:
    """The record files meant; a folder stands for its *.jsonl. Raises FileNotFoundError when there are none."""
    found = sorted(given.glob("*.jsonl")) if given.is_dir() else [given]
    if not found or not all(path.is_file() for path in found):
        raise FileNotFoundError(2, "no record file", str(given))
    return found


def read_files(paths: Sequence[Path]) -> Batch:
    """Reads every file to its end. Raises OSError."""
    sources = []
    for path in paths:
        with path.open("rb") as stream:
            sources.append((path.name, stream.readlines()))
    return read_lines(sources)


def read_lines(sources: Iterable[tuple[str, Iterable[bytes]]]) -> Batch:
    """The same for files that are at hand as (name, lines), an upload for instance."""
    found: dict[str, Incoming] = {}
    problems: list[str] = []
    changes = numbered = 0
    for name, lines in sources:
        held: list[Line] = []
        try:
            held.extend(read(lines, name=name))
        except RecordError as error:
            problems.extend(error.problems)
        for line in held:
            if line.record.kind == Change.KIND:
                changes += 1
                continue
            key, place = key_of(line.raw), f"{name}:{line.number}"
            if key in found:
                problems.append(f"{place}: {key} stands already at {found[key].place}")
                continue
            record, kept = line.record, without_own(line.raw)
            if len(kept) < len(line.raw):
                numbered += 1
                record = validate(kept)
            found[key] = Incoming(key, line_of(kept), record, place)
    return Batch(tuple(found.values()), tuple(problems), None, changes, numbered)


class Importing:
    """Compares a batch with the hub and takes it in. `zone`: whose day it is for the checks of age."""

    def __init__(self, store: Store, *, now: Callable[[], dt.datetime] = utc_now, zone: dt.tzinfo = dt.UTC) -> None:
        self._store = store
        self._now = now
        self._zone = zone

    def linted(self, batch: Batch) -> Batch:
        """The batch with what the lint says about its records, among all others that the hub has: what is live, and
        what is written where nothing is live yet. A batch that has its findings stays as it is.
        """
        if batch.findings is not None:
            return batch
        coming = {one.key for one in batch.records}
        beside = [] if not coming else self._store.read(lambda connection: _others(connection, coming))
        today = self._now().astimezone(self._zone).date()
        # What comes stands last: of two that meet, the lint names the second.
        found = lint([*beside, *(one.record for one in batch.records)], today=today)
        return replace(batch, findings=tuple(one for one in found if f"{one.kind}/{one.record}" in coming))

    def dry_run(self, batch: Batch) -> Report:
        """What `drafts` would do now; changes nothing."""
        looked = self.linted(batch)
        return self._store.read(lambda connection: _compared(connection, looked).report(looked))

    def drafts(self, batch: Batch, person: Person | None) -> Report:
        """New and changed records become drafts, in one transaction; review goes as for any other.

        A batch with problems changes nothing: the report says so. `person` None: the command line; then nobody has
        written them, and who submits one answers for it. Raises `Refused` (other_department, details: the items).
        """
        batch = self.linted(batch)

        def work(connection: Connection) -> Report:
            compared = _compared(connection, batch)
            report = compared.report(batch)
            if batch.problems or not compared.coming:
                return report
            if person is not None:
                _may_write(connection, person_of(connection, person.id).actor, compared.coming)
            _put(connection, self._now(), compared, person, Status.DRAFT)
            return report

        return self._store.run_tx(work)

    def baseline(self, batch: Batch) -> Report:
        """The first content of a hub: approved as it is, so that two publishers can release it.

        For content that was reviewed before the hub came; only from the command line, only while nothing was released.
        Raises `Refused`: not_empty; set_unfit when something in it must not be published (nothing is imported).
        """
        if batch.problems:
            return self.dry_run(batch)
        batch = self.linted(batch)

        def work(connection: Connection) -> Report:
            if connection.execute(select(items.c.key).limit(1)).first() is not None:
                raise Refused(Reason.NOT_EMPTY)
            stopping = stops(batch.findings or ())
            if stopping:
                raise Refused(
                    Reason.SET_UNFIT,
                    details=tuple(f"{one.kind}/{one.record} {one.field} {one.rule}" for one in stopping),
                    n=len(stopping),
                )
            compared = _compared(connection, batch)
            _put(connection, self._now(), compared, None, Status.APPROVED)
            return compared.report(batch)

        return self._store.run_tx(work)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the hub has of an item."""

    last: int
    live: int | None
    open: int | None
    line: str | None


@dataclass(frozen=True, slots=True)
class _Compared:
    known: dict[str, _Known]
    new: list[Incoming]
    changed: list[Incoming]
    unchanged: int
    busy: list[str]
    missing: list[str]

    @property
    def coming(self) -> list[Incoming]:
        return [*self.new, *self.changed]

    def report(self, batch: Batch) -> Report:
        return Report(
            records=len(batch.records),
            new=tuple(one.key for one in self.new),
            changed=tuple(one.key for one in self.changed),
            unchanged=self.unchanged,
            busy=tuple(self.busy),
            missing=tuple(self.missing),
            problems=batch.problems,
            findings=batch.findings or (),
            changes=batch.changes,
            numbered=batch.numbered,
        )


def _compared(connection: Connection, batch: Batch) -> _Compared:
    rows = connection.execute(
        select(
            items.c.key, items.c.kind, items.c.department, items.c.last, items.c.live, items.c.open, versions.c.line
        ).outerjoin(versions, and_(versions.c.item == items.c.key, versions.c.number == items.c.live))
    ).all()
    known = {row.key: _Known(row.last, row.live, row.open, row.line) for row in rows}
    new: list[Incoming] = []
    changed: list[Incoming] = []
    busy: list[str] = []
    unchanged = 0
    for one in batch.records:
        held = known.get(one.key)
        if held is not None and held.line == one.line:
            unchanged += 1
        elif held is not None and held.open is not None:
            busy.append(one.key)
        elif held is None or held.live is None:
            new.append(one)
        else:
            changed.append(one)
    arrived = {one.key for one in batch.records}
    whole = _parts(connection, batch)
    missing = sorted(
        row.key
        for row in rows
        if row.live is not None and row.key not in arrived and whole.get(row.kind, frozenset()) & {ANY, row.department}
    )
    return _Compared(known, new, changed, unchanged, busy, missing)


def _parts(connection: Connection, batch: Batch) -> dict[str, set[str]]:
    """Of which part of the city a file may be the whole, kind by kind: departments, or `ANY` for all there is."""
    found: dict[str, set[str]] = {}
    whose = owners(connection, [one.record for one in batch.records])
    for one, department in zip(batch.records, whose, strict=True):
        kind = one.record.kind
        # An organisation is its own; a list of them is the city's.
        found.setdefault(kind, set()).add(ANY if kind == "org" else department)
    return found


def _others(connection: Connection, coming: Collection[str]) -> list[Record]:
    """Everything that the hub has beside `coming`: as it is live, or as it is written where nothing is live yet."""
    rows = connection.execute(
        select(items.c.key, versions.c.line)
        .join(versions, versions.c.item == items.c.key)
        .where(versions.c.number == func.coalesce(items.c.live, items.c.open))
        .order_by(items.c.key)
    )
    return [validate(json.loads(row.line)) for row in rows if row.key not in coming]


def writable(connection: Connection, actor: Actor, coming: Sequence[Incoming]) -> list[Incoming]:
    """What of `coming` somebody may write: theirs are what comes and, where there is one, the item that it changes."""
    rows = connection.execute(select(items.c.key, items.c.department)).all()
    held = {row.key: row.department for row in rows}
    whose = owners(connection, [one.record for one in coming])
    return [
        one
        for one, department in zip(coming, whose, strict=True)
        if actor.may_write(department) and actor.may_write(held.get(one.key, department))
    ]


def _may_write(connection: Connection, actor: Actor, coming: Sequence[Incoming]) -> None:
    mine = {one.key for one in writable(connection, actor, coming)}
    barred = [one for one in coming if one.key not in mine]
    if barred:
        raise Refused(
            Reason.OTHER_DEPARTMENT, details=tuple(f"{one.place} {one.key}" for one in barred[:_UNTOLD]), n=len(barred)
        )


def _put(connection: Connection, now: dt.datetime, compared: _Compared, person: Person | None, status: Status) -> None:
    at = written(now)
    who = person.id if person else None
    fresh: list[dict[str, Any]] = []
    grown: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    told: list[dict[str, Any]] = []
    parts: list[dict[str, Any]] = []
    events: list[Event] = []
    for one, whose in zip(compared.coming, owners(connection, [one.record for one in compared.coming]), strict=True):
        held = compared.known.get(one.key)
        number = (held.last if held else 0) + 1
        if held is None:
            fresh.append(
                {
                    "key": one.key,
                    "kind": one.record.kind,
                    "id": one.record.id,
                    "name": one.record.name,
                    "department": whose,
                    "last": number,
                    "open": number,
                }
            )
        else:
            grown.append({"of": one.key, "given": number, "before": held.last, "called": one.record.name})
        rows.append(
            {
                "item": one.key,
                "number": number,
                "line": one.line,
                "retired": False,
                "status": status.value,
                "status_at": at,
                "edits": 1,
                "author": who,
                "saved_by": who,
                "made_at": at,
                "saved_at": at,
                "base": held.live if held else None,
            }
        )
        told.append(
            {
                "item": one.key,
                "number": number,
                "step": 1,
                "at": at,
                "person": who,
                "action": Action.IMPORT.value,
                "status": status.value,
                "remark": one.place,
            }
        )
        if who is not None:
            parts.append({"item": one.key, "number": number, "person": who, "part": Part.AUTHOR.value, "at": at})
        events.append(
            Event(
                who or audit.COMMAND_LINE,
                "item.import",
                one.key,
                {"version": number, "status": status.value, "from": one.place},
            )
        )
    if fresh:
        connection.execute(insert(items), fresh)
    if grown:
        moved = connection.execute(
            update(items)
            .where(items.c.key == bindparam("of"), items.c.last == bindparam("before"), items.c.open.is_(None))
            .values(last=bindparam("given"), open=bindparam("given"), name=bindparam("called")),
            grown,
        )
        if moved.rowcount not in (len(grown), -1):
            raise Meeting("items")
    connection.execute(insert(versions), rows)
    connection.execute(insert(steps), told)
    if parts:
        connection.execute(insert(hands), parts)
    audit.append(connection, now, *events)
