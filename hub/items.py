"""Items and their versions: writing, reviewing, taking back. Every record kind is an item; every version is a row.

An item has at most one open version (being written, reviewed or waiting for a release) and at most one live one (in the
newest release). A version holds the whole record in canonical form. Whoever changes one names the count of edits that
they have seen; when it has grown meanwhile, nothing is changed and they are told by whom and when (`Conflict`).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from sqlalchemy import Connection, and_, func, insert, select, update

from domain.lint import Finding
from hub import audit
from hub.audit import Event
from hub.checks import checked, findings, key_of, line_of, stops
from hub.differences import FieldChange, diff_fields
from hub.item import Hand, Item, Step, Version
from hub.item_rows import (
    begin_version,
    called,
    item_from,
    item_of,
    narrowed,
    note_part,
    note_step,
    opened,
    rename,
    step_from,
    subject_of,
    version_from,
    version_of,
    whose,
)
from hub.owners import check, owner
from hub.people import Person, person_of
from hub.refusal import Conflict, Reason, Refused
from hub.store import Store, moment, utc_now, written
from hub.tables import hands, items, people, steps, versions
from hub.workflow import Action, Part, Status, decide

T = TypeVar("T")

OPEN = (Status.DRAFT, Status.DEPARTMENT_REVIEW, Status.CITY_REVIEW, Status.APPROVED)


class Items:
    """Everything that people do with items. Roles are read anew with every action, never trusted from the session.

    Every method that changes something raises `Refused` with its reason (which is in the audit log then, too) and
    `Conflict` when somebody else was quicker; in both cases nothing was changed.
    """

    def __init__(self, store: Store, *, now: Callable[[], dt.datetime] = utc_now, zone: dt.tzinfo = dt.UTC) -> None:
        self._store = store
        self._now = now
        self._zone = zone

    # Reading

    def get(self, key: str) -> Item:
        """The item. Raises `Refused` (no_such_item)."""
        return self._store.read(lambda connection: item_of(connection, key))

    def all(
        self,
        *,
        kind: str | None = None,
        department: str | None = None,
        text: str | None = None,
        limit: int = 100,
        offset: int = 0,
        opened: bool | None = None,
    ) -> tuple[Item, ...]:
        """Items by key; `text`: part of the name or the id. (`hub.searching` finds as the kiosk does.) `opened`: only
        those that have an open version, or only those that have none.
        """
        wanted = select(items).order_by(items.c.key).limit(limit).offset(offset)
        wanted = wanted.where(*narrowed(kind, department, text, opened))
        return self._store.read(lambda connection: tuple(map(item_from, connection.execute(wanted))))

    def count(
        self,
        *,
        kind: str | None = None,
        department: str | None = None,
        text: str | None = None,
        opened: bool | None = None,
    ) -> int:
        """How many `all` finds without a limit."""
        wanted = select(func.count()).select_from(items).where(*narrowed(kind, department, text, opened))
        return self._store.read(lambda connection: int(connection.execute(wanted).scalar_one()))

    def called(self, ids: Iterable[str]) -> Mapping[str, tuple[str, str]]:
        """(key, name) of the items with these ids; an id that several kinds have stands for the first of them."""
        held = list(dict.fromkeys(ids))

        def work(connection: Connection) -> dict[str, tuple[str, str]]:
            found: dict[str, tuple[str, str]] = {}
            for start in range(0, len(held), 500):
                wanted = select(items).where(items.c.id.in_(held[start : start + 500])).order_by(items.c.key)
                for row in connection.execute(wanted):
                    found.setdefault(row.id, (row.key, row.name))
            return found

        return self._store.read(work)

    def standing(self, keys: Iterable[str]) -> Mapping[str, Status]:
        """Where the open versions of these items stand."""
        held = list(dict.fromkeys(keys))
        wanted = (
            select(versions.c.item, versions.c.status)
            .join(items, and_(items.c.key == versions.c.item, items.c.open == versions.c.number))
            .where(items.c.key.in_(held))
        )
        return self._store.read(lambda connection: {row.item: Status(row.status) for row in connection.execute(wanted)})

    def counts(self) -> Mapping[str, int]:
        """How many live items of each kind."""
        wanted = select(items.c.kind, func.count()).where(items.c.live.is_not(None)).group_by(items.c.kind)
        return self._store.read(
            lambda connection: {kind: int(count) for kind, count in connection.execute(wanted).tuples()}
        )

    def records(self, kinds: Iterable[str]) -> tuple[Mapping[str, Any], ...]:
        """The live record of every item of these kinds, by key; the open one where nothing is live."""
        wanted = (
            select(versions.c.line)
            .join(items, versions.c.item == items.c.key)
            .where(items.c.kind.in_(tuple(kinds)), versions.c.number == func.coalesce(items.c.live, items.c.open))
            .order_by(items.c.key)
        )
        lines = self._store.read(lambda connection: list(connection.execute(wanted).scalars()))
        return tuple(json.loads(line) for line in lines)

    def version(self, key: str, number: int) -> Version:
        """One version. Raises `Refused` (no_such_version)."""
        return self._store.read(lambda connection: version_of(connection, key, number))

    def live(self, key: str) -> Version | None:
        """The version in the newest release."""

        def work(connection: Connection) -> Version | None:
            item = item_of(connection, key)
            return version_of(connection, key, item.live) if item.live is not None else None

        return self._store.read(work)

    def open(self, key: str) -> Version | None:
        """The version that is being written or reviewed."""

        def work(connection: Connection) -> Version | None:
            item = item_of(connection, key)
            return version_of(connection, key, item.open) if item.open is not None else None

        return self._store.read(work)

    def versions(self, key: str) -> tuple[Version, ...]:
        """All versions, newest first."""
        wanted = select(versions).where(versions.c.item == key).order_by(versions.c.number.desc())
        return self._store.read(lambda connection: tuple(map(version_from, connection.execute(wanted))))

    def history(self, key: str, number: int) -> tuple[Step, ...]:
        """What happened to a version, oldest first."""
        wanted = select(steps).where(steps.c.item == key, steps.c.number == number).order_by(steps.c.step)
        return self._store.read(lambda connection: tuple(map(step_from, connection.execute(wanted))))

    def hands(self, key: str, number: int) -> tuple[Hand, ...]:
        """Who has had a part in a version, in order of time."""
        wanted = select(hands).where(hands.c.item == key, hands.c.number == number).order_by(hands.c.at, hands.c.person)
        return self._store.read(
            lambda connection: tuple(
                Hand(row.person, Part(row.part), moment(row.at)) for row in connection.execute(wanted)
            )
        )

    def changes(self, key: str, number: int) -> list[FieldChange]:
        """What a version changes against the one that was live when it was begun."""

        def work(connection: Connection) -> list[FieldChange]:
            version = version_of(connection, key, number)
            before = version_of(connection, key, version.base).record if version.base is not None else {}
            return diff_fields(before, {} if version.retired else version.record)

        return self._store.read(work)

    def findings(self, key: str, number: int) -> list[Finding]:
        """The lint of a version; nothing for one that takes its item down."""

        def work(connection: Connection) -> list[Finding]:
            version = version_of(connection, key, number)
            return [] if version.retired else findings(connection, checked(version.record), self._today())

        return self._store.read(work)

    def try_out(self, raw: Mapping[str, Any]) -> list[Finding]:
        """The lint of what is in a form now, without saving it. Raises `Refused` (record_unfit)."""
        record = checked(raw)
        return self._store.read(lambda connection: findings(connection, record, self._today()))

    # Writing

    def create(self, person: Person, raw: Mapping[str, Any], remark: str | None = None) -> Version:
        """A new item with a first draft; `remark` opens its history. Raises `Refused`: record_unfit, item_exists,
        not_an_editor…
        """
        record = checked(raw)
        key = key_of(raw)

        def work(connection: Connection, now: dt.datetime) -> Version:
            check(person_of(connection, person.id).actor, record, owner(connection, record))
            row = connection.execute(select(items).where(items.c.key == key)).first()
            if row is not None and (row.live is not None or row.open is not None):
                raise Refused(Reason.ITEM_EXISTS, name=row.name)
            if row is None:
                values = called(connection, record)
                connection.execute(insert(items).values(key=key, kind=record.kind, id=record.id, last=0, **values))
            else:
                rename(connection, item_of(connection, key), record)
            return begin_version(connection, now, person.id, key, line_of(raw), base=None, remark=remark)

        return self._act(person, "item.create", key, work)

    def edit(self, person: Person, key: str) -> Version:
        """The open version, or a new draft that begins as the live one. Raises `Refused`: not_live, not_an_editor…"""

        def work(connection: Connection, now: dt.datetime) -> Version:
            item = item_of(connection, key)
            if item.open is not None:
                return version_of(connection, key, item.open)
            live = self._to_change(connection, person, item)
            if live is None:
                raise Refused(Reason.NOT_LIVE)
            return begin_version(connection, now, person.id, key, line_of(live.record), base=live.number)

        return self._act(person, "item.edit", key, work)

    def retire(self, person: Person, key: str, remark: str) -> Version:
        """A draft that takes the item down when it is published (下线); goes through both reviews like any other.

        Raises `Refused`: not_live, item_being_changed, remark_needed, not_an_editor…
        """

        def work(connection: Connection, now: dt.datetime) -> Version:
            item = item_of(connection, key)
            live = self._to_change(connection, person, item)
            if not remark.strip():
                raise Refused(Reason.REMARK_NEEDED)
            if live is None:
                raise Refused(Reason.NOT_LIVE)
            if item.open is not None:
                raise Refused(Reason.ITEM_BEING_CHANGED)
            line = line_of(live.record)
            return begin_version(
                connection, now, person.id, key, line, base=live.number, retired=True, remark=remark.strip()
            )

        return self._act(person, "item.retire", key, work)

    def save(self, person: Person, key: str, raw: Mapping[str, Any], edits: int) -> Version:
        """Puts `raw` in the place of the draft's record. Kind and id stay.

        Raises `Refused`: record_unfit, key_changes, not_draft (under review: take it back first), reviewer_writes…
        """
        record = checked(raw)
        line = line_of(raw)

        def work(connection: Connection, now: dt.datetime) -> Version:
            item, version = opened(connection, key)
            actor = person_of(connection, person.id).actor
            subject = subject_of(connection, item, version)
            check(actor, version.record, subject.department)
            move = decide(actor, Action.SAVE, subject)
            if key_of(raw) != key:
                raise Refused(Reason.KEY_CHANGES)
            check(actor, record, owner(connection, record))
            self._touch(connection, version, edits, {"line": line, "saved_by": person.id, "saved_at": written(now)})
            note_part(connection, version, person.id, move.part, now)
            rename(connection, item, record)
            note_step(connection, version, now, person.id, Action.SAVE, move.status)
            return version_of(connection, key, version.number)

        return self._act(person, "item.save", key, work)

    def submit(self, person: Person, key: str, edits: int, remark: str = "") -> Version:
        """Sends the draft to the department review. Raises `Refused`: lint_stops (details: one line a finding)…"""

        def before(connection: Connection, version: Version) -> None:
            if version.retired:
                return
            if version.base is not None and version.record == version_of(connection, key, version.base).record:
                raise Refused(Reason.NO_CHANGE)
            stopping = stops(findings(connection, checked(version.record), self._today()))
            if stopping:
                raise Refused(
                    Reason.LINT_STOPS,
                    details=tuple(f"{finding.field} {finding.rule}" for finding in stopping),
                    n=len(stopping),
                )

        return self._step(person, key, Action.SUBMIT, edits, remark, before)

    def approve(self, person: Person, key: str, edits: int, remark: str = "") -> Version:
        """Passes the review that the version is in: department → city → approved."""
        return self._step(person, key, Action.APPROVE, edits, remark)

    def return_(self, person: Person, key: str, edits: int, remark: str) -> Version:
        """Sends the version back to who wrote it; the remark says what to mend. Raises `Refused`: remark_needed…"""
        return self._step(person, key, Action.RETURN, edits, remark)

    def withdraw(self, person: Person, key: str, edits: int, remark: str = "") -> Version:
        """The writer takes it back into draft (撤回), until a release holds it. The reviewers see it in the history."""
        return self._step(person, key, Action.WITHDRAW, edits, remark)

    def discard(self, person: Person, key: str, edits: int) -> Version:
        """Gives a draft up; the item is as before, the version stays readable."""
        return self._step(person, key, Action.DISCARD, edits, "")

    def _to_change(self, connection: Connection, person: Person, item: Item) -> Version | None:
        """The live version of an item that the person may write."""
        live = version_of(connection, item.key, item.live) if item.live is not None else None
        said = live.record if live is not None else {"kind": item.kind, "id": item.id}
        check(person_of(connection, person.id).actor, said, whose(connection, item))
        return live

    def _step(
        self,
        person: Person,
        key: str,
        action: Action,
        edits: int,
        remark: str,
        before: Callable[[Connection, Version], None] | None = None,
    ) -> Version:
        remark = remark.strip()

        def work(connection: Connection, now: dt.datetime) -> Version:
            item, version = opened(connection, key)
            actor, subject = person_of(connection, person.id).actor, subject_of(connection, item, version)
            if action in (Action.SUBMIT, Action.DISCARD):
                check(actor, version.record, subject.department)
            move = decide(actor, action, subject, remark)
            if action is Action.SUBMIT:
                check(actor, version.record, owner(connection, version.record))
            if before is not None:
                before(connection, version)
            values: dict[str, Any] = {"status": move.status.value, "status_at": written(now)}
            if action is Action.RETURN:
                values["remark"] = remark
            self._touch(connection, version, edits, values)
            note_part(connection, version, person.id, move.part, now)
            if move.status is Status.DISCARDED:
                connection.execute(update(items).where(items.c.key == key).values(open=None))
            note_step(connection, version, now, person.id, action, move.status, remark)
            return version_of(connection, key, version.number)

        return self._act(person, f"item.{action.value}", key, work, remark)

    def _touch(self, connection: Connection, version: Version, edits: int, values: Mapping[str, Any]) -> None:
        """Changes the row if it is what the person has seen, else tells who was quicker."""
        touched = connection.execute(
            update(versions)
            .where(versions.c.item == version.item, versions.c.number == version.number, versions.c.edits == edits)
            .values(edits=versions.c.edits + 1, **values)
        ).rowcount
        if touched == 1:
            return
        last = connection.execute(
            select(steps.c.at, people.c.name)
            .outerjoin(people, people.c.id == steps.c.person)
            .where(steps.c.item == version.item, steps.c.number == version.number)
            .order_by(steps.c.step.desc())
            .limit(1)
        ).one()
        raise Conflict(last.name or "", moment(last.at).astimezone(self._zone))

    def _act(
        self,
        person: Person,
        action: str,
        key: str,
        work: Callable[[Connection, dt.datetime], Version],
        remark: str = "",
    ) -> Version:
        """Runs `work` with its audit entry in one transaction; a refusal leaves an entry, too."""

        def whole(connection: Connection) -> Version:
            now = self._now()
            version = work(connection, now)
            details = {"version": version.number, "status": version.status.value, "remark": remark}
            audit.append(connection, now, Event(person.id, action, key, details))
            return version

        try:
            return self._store.run_tx(whole)
        except Conflict:
            raise
        except Refused as refused:
            told = Event(person.id, action, key, {"reason": refused.reason.value}, done=False)
            self._store.run_tx(lambda connection: audit.append(connection, self._now(), told))
            raise

    def _today(self) -> dt.date:
        return self._now().astimezone(self._zone).date()
