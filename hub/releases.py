"""Releases: what is approved goes out together, signed off by two people, under the next revision.

A release is prepared (its versions are locked, its content has a digest), approved by two publishers who wrote nothing
in it, and published: the files first, then the marks in the database. Revisions only grow. A withdrawal is a release,
too: a new revision with the rows of the one before, and needs two approvals like any other.

Killed between the files and the database: the next `publish` or `recover` compares the files with the release and ends
what was begun, or puts it back to prepared when nothing had gone out.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import uuid
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import Connection, and_, bindparam, func, insert, select, update

from domain.errors import CodedError, SyncError
from domain.records import digest_of_lines
from hub import audit, changes, marks, rollout_rows
from hub.audit import Event
from hub.differences import FieldChange, diff_fields
from hub.passphrases import Passphrases
from hub.people import Person, person_of
from hub.publishing import Approved, Press, one_at_a_time
from hub.refusal import Reason, Refused
from hub.release import NEEDED, OPEN_RELEASE, REVISION, Kind, Release, State, Waiting
from hub.release_rows import (
    CHANGES,
    Plan,
    actor,
    check_may_prepare,
    check_publisher,
    current_revision,
    lines_held,
    live_lines,
    make_live,
    move,
    note_published,
    pending,
    plan_of,
    planned,
    published_releases,
    release_from,
    release_of,
    unfit,
)
from hub.release_work import Tell, silent
from hub.rollout import First, Route, rings_of
from hub.store import Store, utc_now, written
from hub.tables import approvals, hands, items, people, person_roles, release_items, releases, steps, versions
from hub.workflow import Action, Part, Role, Status

if TYPE_CHECKING:
    from contentsync.channels import Channels

log = logging.getLogger(__name__)

EVERYBODY = First()

PUBLISHER = "publisher"
"""Mark that holds the id of who lets a release out while it is on its way; empty: the command line."""

BROKEN_OFF = "broken_off"
"""Why a release is not out whose process has ended half-way."""

ROUNDS = 5
"""How often a release is put together anew when somebody changes the content meanwhile."""


class Releases:
    """Puts releases together, collects approvals, publishes. One release at a time is open.

    Whoever acts is a publisher (`Role.PUBLISHER`); None stands for the command line, which may do everything but
    approve. Every method that changes something raises `Refused`, and nothing was changed then. `route`: the stages of
    a release that does not go to everybody at once; `passphrases`: how often somebody can try one.
    """

    def __init__(
        self,
        store: Store,
        press: Press,
        *,
        route: Route | None = None,
        passphrases: Passphrases | None = None,
        now: Callable[[], dt.datetime] = utc_now,
    ) -> None:
        self._store = store
        self._press = press
        self._route = route or Route()
        self._passphrases = passphrases or Passphrases(store, now=now)
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

        def work(connection: Connection) -> Release | None:
            id = marks.get(connection, OPEN_RELEASE)
            return release_of(connection, id) if id else None

        return self._store.read(work)

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

    def withdraw(self, person: Person | None, revision: int) -> Release:
        """Prepares a release that takes back what the newest one changed: a new revision with what editors had written
        before it. What it changes back is a change, too.

        Raises `Refused`: not_latest, first_release, release_open, not_a_publisher.
        """

        def work(connection: Connection) -> Release:
            check_may_prepare(connection, person)
            row = connection.execute(select(releases).where(releases.c.revision == revision)).first()
            if row is None or revision != current_revision(connection):
                raise Refused(Reason.NOT_LATEST)
            if row.base == 0:
                raise Refused(Reason.FIRST_RELEASE)
            id = uuid.uuid4().hex
            now = self._now()
            waiting = self._restored(connection, row.id, id, row.revision)
            changes.give_numbers(connection)
            plan = plan_of(connection, waiting, now)
            before = connection.execute(select(releases.c.content).where(releases.c.revision == row.base)).scalar()
            if plan.content != before:
                raise Refused(Reason.CONTENT_MOVED)
            return self._open(connection, person, id, Kind.WITHDRAWAL, plan, now, withdraws=revision)

        return self._store.run_tx(work)

    def _restored(self, connection: Connection, withdrawn: str, id: str, revision: int) -> tuple[Waiting, ...]:
        """Versions that say again what was live before: new numbers, so that every item's history only grows."""
        at = written(self._now())
        held = connection.execute(
            select(release_items, items.c.name, items.c.department, items.c.last, items.c.live)
            .join(items, items.c.key == release_items.c.item)
            .where(release_items.c.release == withdrawn)
        ).all()
        waiting, rows, told = [], [], []
        for row in held:
            number = row.last + 1
            source = row.before if row.before is not None else row.number
            old = connection.execute(
                select(versions.c.line).where(versions.c.item == row.item, versions.c.number == source)
            ).scalar_one()
            retired = row.before is None
            change = "dropped" if retired else "added" if row.live is None else "changed"
            waiting.append(Waiting(row.item, row.name, row.department, number, row.live, change))
            rows.append(
                {
                    "item": row.item,
                    "number": number,
                    "line": old,
                    "retired": retired,
                    "status": Status.APPROVED.value,
                    "status_at": at,
                    "edits": 1,
                    "made_at": at,
                    "saved_at": at,
                    "base": row.live,
                    "release": id,
                    "remark": str(revision),
                }
            )
            told.append(
                {
                    "item": row.item,
                    "number": number,
                    "step": 1,
                    "at": at,
                    "action": Action.RESTORE.value,
                    "status": Status.APPROVED.value,
                    "remark": str(revision),
                }
            )
        connection.execute(insert(versions), rows)
        connection.execute(insert(steps), told)
        connection.execute(
            update(items).where(items.c.key == bindparam("of")).values(last=bindparam("given")),
            [{"of": one.item, "given": one.number} for one in waiting],
        )
        return tuple(sorted(waiting, key=lambda one: (one.department, one.name, one.item)))

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

    # Publishing

    def publish(
        self,
        person: Person | None,
        id: str,
        passphrase: str,
        *,
        over: bool = False,
        first: First = EVERYBODY,
        tell: Tell = silent,
    ) -> Release:
        """Lets an approved release out; returns it with its revision.

        `first`: who takes it first; `hub.rollouts` leads it on from there. A withdrawal and the first release of a hub
        are everybody's whatever it says. `over`: also when the public folder has a newer revision than the database,
        as after a restored backup; the number then goes on from there.

        Raises `Refused`: two_needed, release_closed, content_moved (the content is not what was approved),
        already_publishing, revision_astray, no_such_stage, not_a_publisher, too_many_tries (wrong passphrases);
        `SyncError` when the keys or the public folder do not do their part (S-08: wrong passphrase). The release is
        prepared as before then, and the audit log has who tried and why it is not out.
        """
        self._route.goal(first.goal.name)
        with one_at_a_time(self._press.lock):
            self._settle()
            self._passphrases.check(person.id if person else None)
            release, lines = self._store.run_tx(lambda connection: self._begin(connection, person, id, over))
            assert release.revision is not None
            tell(25)
            signed = [Approved(one.login, one.at) for one in release.approvals]
            steps = release.kind is Kind.NORMAL and not first.everybody
            rings = rings_of(self._route, first.goal, first.districts, first.not_before) if steps else None
            try:
                with self._passphrases.tried_by(person.id if person else None):
                    self._press.publish(lines, release.revision, release.digest, signed, self._now(), passphrase, rings)
            except Exception as error:
                self._settle(error.code.value if isinstance(error, CodedError) else type(error).__name__)
                raise
            del lines
            tell(75)
            told = self._press.channels()
            return self._store.run_tx(lambda connection: self._finish(connection, person, id, told))

    def recover(self) -> Release | None:
        """Ends what a kill left between the files and the database; returns the release that it concerned.

        Does nothing while a release is going out in another process, and leaves it to the next `publish` when the
        public folder cannot be read.
        """
        try:
            with one_at_a_time(self._press.lock):
                self._press.repair()
                return self._settle()
        except Refused:
            return None
        except SyncError as error:
            log.warning("a release was left half-way: %s", error)
            return None

    def _settle(self, reason: str = BROKEN_OFF) -> Release | None:
        """`reason`: why what is on its way is not out, when it is not."""
        release = self.open()
        if release is None or release.state is not State.PUBLISHING:
            return None
        out = self._press.latest()
        if out is not None and out == (release.revision, release.digest):
            told = self._press.channels()
            return self._store.run_tx(
                lambda connection: self._finish(connection, _beginner(connection), release.id, told)
            )

        def back(connection: Connection) -> Release:
            move(connection, release.id, State.PUBLISHING, State.PREPARED)
            connection.execute(update(releases).where(releases.c.id == release.id).values(revision=None))
            who = actor(_beginner(connection))
            told = Event(who, "release.publish", f"release/{release.id}", {"reason": reason}, done=False)
            audit.append(connection, self._now(), told)
            return release_of(connection, release.id)

        return self._store.run_tx(back)

    def _begin(self, connection: Connection, person: Person | None, id: str, over: bool) -> tuple[Release, list[bytes]]:
        check_publisher(connection, person)
        release = release_of(connection, id)
        if release.state is not State.PREPARED:
            raise Refused(Reason.RELEASE_CLOSED)
        if len({one.person for one in release.approvals if one.digest == release.digest}) < NEEDED:
            raise Refused(Reason.TWO_NEEDED, n=len(release.approvals))
        if current_revision(connection) != release.base:
            raise Refused(Reason.CONTENT_MOVED)
        lines = lines_held(connection, release)
        if digest_of_lines(lines) != release.digest:
            raise Refused(Reason.CONTENT_MOVED)
        out = self._press.latest()
        if out is not None and out[0] > release.base and not over:
            raise Refused(Reason.REVISION_ASTRAY, out=out[0], known=release.base)
        # A release that was killed half-way has used its number up.
        revision = max(release.base, self._press.highest()) + 1
        if out is not None and out[0] > release.base and out[1] == release.digest:
            revision = out[0]  # after a restored backup: what was lost was brought back, and is what is out
        move(connection, id, State.PREPARED, State.PUBLISHING)
        marks.move(connection, PUBLISHER, marks.get(connection, PUBLISHER), person.id if person else "")
        connection.execute(update(releases).where(releases.c.id == id).values(revision=revision))
        return release_of(connection, id), lines

    def _finish(self, connection: Connection, person: Person | None, id: str, told: Channels | None) -> Release:
        """What went out is live: versions, items, the revision and the audit log say so together."""
        now = self._now()
        release = release_of(connection, id)
        revision = release.revision
        assert revision is not None
        held = connection.execute(
            select(release_items, versions.c.line)
            .join(
                versions,
                and_(versions.c.item == release_items.c.item, versions.c.number == release_items.c.number),
            )
            .where(release_items.c.release == id)
        ).all()
        marks.move(connection, REVISION, str(release.base) if release.base else "", str(revision))
        marks.move(connection, OPEN_RELEASE, id, "")
        move(connection, id, State.PUBLISHING, State.PUBLISHED)
        connection.execute(
            update(versions)
            .where(versions.c.release == id)
            .values(
                status=Status.PUBLISHED.value,
                status_at=written(now),
                revision=revision,
                edits=versions.c.edits + 1,
            )
        )
        make_live(connection, held)
        note_published(connection, id, now, revision)
        rollout_rows.begin(connection, revision, person.id if person else None, told, self._route, now)
        events = [
            Event(actor(person), "item.publish", row.item, {"version": row.number, "revision": revision})
            for row in held
        ]
        details = {
            "revision": revision,
            "digest": release.digest,
            "records": release.records,
            "approved_by": [one.login for one in release.approvals],
        }
        events.append(Event(actor(person), "release.publish", f"release/{id}", details))
        audit.append(connection, now, *events)
        seq, chain = audit.head(connection)
        connection.execute(
            update(releases)
            .where(releases.c.id == id)
            .values(published_at=written(now), audit_seq=seq, audit_hash=chain)
        )
        return release_of(connection, id)


def _beginner(connection: Connection) -> Person | None:
    """Who let the release out that is on its way; None: the command line, or somebody whose account was shut."""
    id = marks.get(connection, PUBLISHER)
    try:
        return person_of(connection, id) if id else None
    except Refused:
        return None


def _written_by(connection: Connection, person: Person, id: str) -> int:
    wanted = (
        select(func.count())
        .select_from(hands)
        .join(versions, and_(versions.c.item == hands.c.item, versions.c.number == hands.c.number))
        .where(versions.c.release == id, hands.c.person == person.id, hands.c.part == Part.AUTHOR.value)
    )
    return int(connection.execute(wanted).scalar_one())
