"""Releases: what is approved goes out together, signed off by two people, under the next revision.

A release is prepared (its versions are locked, its content has a digest), approved by two publishers who wrote nothing
in it, and let out by `hub.issuing`. Revisions only grow. A withdrawal is a release, too: a new revision with the rows
of the one before, and needs two approvals like any other.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from sqlalchemy import Connection, and_, func, insert, select, update

from domain.records import digest_of_lines
from hub import audit, changes, marks
from hub.audit import Event
from hub.differences import FieldChange, diff_fields
from hub.people import Person, person_of
from hub.refusal import Reason, Refused
from hub.release import OPEN_RELEASE, Kind, Release, State, Waiting
from hub.release_rows import (
    CHANGES,
    Plan,
    actor,
    check_may_prepare,
    check_publisher,
    current_revision,
    live_lines,
    move,
    open_release,
    pending,
    plan_of,
    planned,
    published_releases,
    release_from,
    release_of,
    unfit,
)
from hub.release_work import Tell, silent
from hub.store import Store, utc_now, written
from hub.tables import approvals, hands, items, people, person_roles, release_items, releases, versions
from hub.withdrawal import restore
from hub.workflow import Part, Role, Status

ROUNDS = 5
"""How often a release is put together anew when somebody changes the content meanwhile."""


class Releases:
    """Puts releases together and collects approvals. One release at a time is open.

    Whoever acts is a publisher (`Role.PUBLISHER`); None stands for the command line, which may do everything but
    approve. Every method that changes something raises `Refused`, and nothing was changed then.
    """

    def __init__(self, store: Store, *, now: Callable[[], dt.datetime] = utc_now) -> None:
        self._store = store
        self._now = now

    # Reading

    def revision(self) -> int:
        """The newest revision; 0 before the first release."""
        return self._store.read(current_revision)

    def pending(self) -> tuple[Waiting, ...]:
        """Approved versions that no release holds yet, by department and name."""
        return self._store.read(pending)

    def open(self) -> Release | None:
        """The release that is prepared or on its way out."""
        return self._store.read(open_release)

    def get(self, id: str) -> Release:
        """Raises `Refused` (no_such_release)."""
        return self._store.read(lambda connection: release_of(connection, id))

    def latest(self) -> Release | None:
        """The release that is out."""

        def work(connection: Connection) -> Release | None:
            row = connection.execute(published_releases().limit(1)).first()
            return release_from(connection, row) if row is not None else None

        return self._store.read(work)

    def history(self, limit: int = 50) -> tuple[Release, ...]:
        """Published releases, newest first."""
        return self._store.read(
            lambda connection: tuple(
                release_from(connection, row) for row in connection.execute(published_releases().limit(limit)).all()
            )
        )

    def contents(self, id: str) -> tuple[Waiting, ...]:
        """What a release changes, by department and name."""
        wanted = (
            select(release_items, items.c.name, items.c.department)
            .join(items, items.c.key == release_items.c.item)
            .where(release_items.c.release == id)
        )

        def work(connection: Connection) -> tuple[Waiting, ...]:
            rows = connection.execute(wanted)
            found = [Waiting(row.item, row.name, row.department, row.number, row.before, row.change) for row in rows]
            return tuple(sorted(found, key=lambda one: (one.department, one.name, one.item)))

        return self._store.read(work)

    def detail(self, shown: Sequence[Waiting]) -> tuple[Mapping[str, list[FieldChange]], Mapping[str, list[str]]]:
        """Of a few of them, by item: the fields that change, and the names of who wrote and reviewed it, in order."""
        keys = [one.item for one in shown]
        number = {one.item: one.number for one in shown}
        lines = select(versions.c.item, versions.c.number, versions.c.line, versions.c.base).where(
            versions.c.item.in_(keys)
        )
        parts = (
            select(hands.c.item, hands.c.number, hands.c.part, people.c.name)
            .join(people, people.c.id == hands.c.person)
            .where(hands.c.item.in_(keys))
            .order_by(hands.c.at, hands.c.person)
        )

        def work(connection: Connection) -> tuple[dict[str, list[FieldChange]], dict[str, list[str]]]:
            held = {(row.item, row.number): row for row in connection.execute(lines)}
            fields = {}
            for one in shown:
                new = held[one.item, one.number]
                if one.change == "changed" and (old := held.get((one.item, new.base))) is not None:
                    fields[one.item] = diff_fields(json.loads(old.line), json.loads(new.line))
            chains: dict[str, dict[str, str]] = {}
            for row in connection.execute(parts):
                if row.number == number[row.item]:
                    chains.setdefault(row.item, {})[row.part] = row.name
            return fields, {key: [said[part] for part in Part if part in said] for key, said in chains.items()}

        return self._store.read(work)

    def written_by(self, person: Person, id: str) -> int:
        """How many of the versions of a release the person had a hand in writing."""
        return self._store.read(lambda connection: _written_by(connection, person, id))

    def lines(self) -> list[bytes]:
        """The live content: canonical lines in canonical order."""
        return self._store.read(live_lines)

    def signers(self) -> tuple[Person, ...]:
        """Who may approve."""

        def work(connection: Connection) -> tuple[Person, ...]:
            ids = connection.execute(
                select(people.c.id)
                .join(person_roles, person_roles.c.person == people.c.id)
                .where(person_roles.c.role == Role.PUBLISHER.value, people.c.disabled_at.is_(None))
                .order_by(people.c.login)
            ).scalars()
            return tuple(person_of(connection, id) for id in ids.all())

        return self._store.read(work)

    # Putting together

    def prepare(self, person: Person | None, tell: Tell = silent) -> Release:
        """Locks everything that is approved into a release and gives its content a digest.

        Raises `Refused`: nothing_pending, release_open, set_unfit (details: one line a finding that must not be
        published, over all records together), not_a_publisher.
        """
        for _ in range(ROUNDS):
            now = self._now()
            tell(2)
            self._store.run_tx(partial(self._number, person=person))
            tell(8)
            plan = self._store.read(partial(planned, person=person, now=now))
            if not plan.waiting or plan.content == plan.out:
                raise Refused(Reason.NOTHING_PENDING)
            found = unfit(plan.lines, lambda share: tell(40 + round(45 * share)))
            if found:
                raise Refused(
                    Reason.SET_UNFIT,
                    details=tuple(f"{one.kind}/{one.record} {one.field} {one.rule}" for one in found),
                    n=len(found),
                )
            tell(85)
            kind = Kind.BASELINE if plan.base == 0 else Kind.NORMAL
            release = self._store.run_tx(partial(self._lock_in, person=person, plan=plan, kind=kind, now=now))
            if release is not None:
                return release
        raise Refused(Reason.CONTENT_MOVED)

    def _number(self, connection: Connection, person: Person | None) -> None:
        check_may_prepare(connection, person)
        changes.give_numbers(connection)

    def _lock_in(
        self, connection: Connection, person: Person | None, plan: Plan, kind: Kind, now: dt.datetime
    ) -> Release | None:
        """None when the content is not what the plan was made of any more."""
        check_may_prepare(connection, person)
        if current_revision(connection) != plan.base or pending(connection) != plan.waiting:
            return None
        id = uuid.uuid4().hex
        locked = connection.execute(
            update(versions)
            .where(versions.c.status == Status.APPROVED.value, versions.c.release.is_(None))
            .values(release=id, edits=versions.c.edits + 1)
        ).rowcount
        if locked != len(plan.waiting):
            return None
        return self._open(connection, person, id, kind, plan, now)

    def _open(
        self,
        connection: Connection,
        person: Person | None,
        id: str,
        kind: Kind,
        plan: Plan,
        now: dt.datetime,
        withdraws: int | None = None,
    ) -> Release:
        counted = {change: sum(one.change == change for one in plan.waiting) for change in CHANGES}
        digest = digest_of_lines(plan.lines)
        marks.move(connection, OPEN_RELEASE, "", id)
        connection.execute(
            insert(releases).values(
                id=id,
                kind=kind.value,
                state=State.PREPARED.value,
                base=plan.base,
                withdraws=withdraws,
                digest=digest,
                content=plan.content,
                records=len(plan.lines),
                made_by=person.id if person else None,
                made_at=written(now),
                **counted,
            )
        )
        rows = [
            {"release": id, "item": one.item, "number": one.number, "before": one.before, "change": one.change}
            for one in plan.waiting
        ]
        connection.execute(insert(release_items), rows)
        changes.note(connection, id, plan.written)
        details = {"kind": kind.value, "digest": digest, "records": len(plan.lines), "withdraws": withdraws, **counted}
        audit.append(connection, now, Event(actor(person), "release.prepare", f"release/{id}", details))
        return release_of(connection, id)

    def withdraw(self, person: Person | None, revision: int, tell: Tell = silent) -> Release:
        """Prepares a release that takes back what the newest one changed: a new revision with what editors had written
        before it. What it changes back is a change, too.

        Raises `Refused`: not_latest, first_release, release_open, not_a_publisher.
        """

        def work(connection: Connection) -> Release:
            tell(2)
            check_may_prepare(connection, person)
            row = connection.execute(select(releases).where(releases.c.revision == revision)).first()
            if row is None or revision != current_revision(connection):
                raise Refused(Reason.NOT_LATEST)
            if row.base == 0:
                raise Refused(Reason.FIRST_RELEASE)
            id = uuid.uuid4().hex
            now = self._now()
            waiting = restore(connection, row.id, id, row.revision, now)
            tell(30)
            changes.give_numbers(connection)
            tell(40)
            plan = plan_of(connection, waiting, now)
            tell(80)
            before = connection.execute(select(releases.c.content).where(releases.c.revision == row.base)).scalar()
            if plan.content != before:
                raise Refused(Reason.CONTENT_MOVED)
            return self._open(connection, person, id, Kind.WITHDRAWAL, plan, now, withdraws=revision)

        return self._store.run_tx(work)

    def cancel(self, person: Person | None, id: str) -> Release:
        """Gives a prepared release up; what it held is free again. Raises `Refused`: release_closed…"""

        def work(connection: Connection) -> Release:
            check_publisher(connection, person)
            release = release_of(connection, id)
            if release.state is not State.PREPARED:
                raise Refused(Reason.RELEASE_CLOSED)
            now = self._now()
            held = update(versions).where(versions.c.release == id)
            if release.kind is Kind.WITHDRAWAL:
                free = held.values(status=Status.DISCARDED.value, status_at=written(now), edits=versions.c.edits + 1)
            else:
                free = held.values(release=None, edits=versions.c.edits + 1)
            connection.execute(free)
            changes.forget(connection, id)
            move(connection, id, State.PREPARED, State.CANCELLED)
            marks.move(connection, OPEN_RELEASE, id, "")
            audit.append(connection, now, Event(actor(person), "release.cancel", f"release/{id}"))
            return release_of(connection, id)

        return self._store.run_tx(work)

    # Approving

    def approve(self, person: Person, id: str) -> Release:
        """One of the two approvals. Raises `Refused`: not_a_publisher, signs_twice, author_signs, release_closed."""

        def work(connection: Connection) -> Release:
            check_publisher(connection, person)
            release = release_of(connection, id)
            if release.state is not State.PREPARED:
                raise Refused(Reason.RELEASE_CLOSED)
            if any(one.person == person.id for one in release.approvals):
                raise Refused(Reason.SIGNS_TWICE)
            wrote = _written_by(connection, person, id)
            if wrote:
                raise Refused(Reason.AUTHOR_SIGNS, n=wrote)
            now = self._now()
            connection.execute(
                insert(approvals).values(release=id, person=person.id, at=written(now), digest=release.digest)
            )
            count = len(release.approvals) + 1
            details = {"digest": release.digest, "approvals": count}
            audit.append(connection, now, Event(person.id, "release.approve", f"release/{id}", details))
            return release_of(connection, id)

        try:
            return self._store.run_tx(work)
        except Refused as refused:
            told = Event(person.id, "release.approve", f"release/{id}", {"reason": refused.reason.value}, done=False)
            self._store.run_tx(lambda connection: audit.append(connection, self._now(), told))
            raise


def _written_by(connection: Connection, person: Person, id: str) -> int:
    wanted = (
        select(func.count())
        .select_from(hands)
        .join(versions, and_(versions.c.item == hands.c.item, versions.c.number == hands.c.number))
        .where(versions.c.release == id, hands.c.person == person.id, hands.c.part == Part.AUTHOR.value)
    )
    return int(connection.execute(wanted).scalar_one())
