"""Letting releases out: an approved release becomes files that kiosks fetch, under the next revision.

The files go first, then the marks in the database. Killed between the two: the next `publish` or `recover` compares the
files with the release and ends what was begun, or puts it back to prepared when nothing had gone out.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlalchemy import Connection, and_, select, update

from domain.errors import CodedError, SyncError
from domain.records import digest_of_lines
from hub import audit, marks, rollout_rows
from hub.audit import Event
from hub.passphrases import Passphrases
from hub.people import Person, person_of
from hub.publishing import Approved, Press, one_at_a_time
from hub.refusal import Reason, Refused
from hub.release import NEEDED, OPEN_RELEASE, REVISION, Kind, Release, State
from hub.release_rows import (
    actor,
    check_publisher,
    current_revision,
    lines_held,
    make_live,
    move,
    note_published,
    open_release,
    release_of,
)
from hub.release_work import Tell, silent
from hub.rollout import First, Route, rings_of
from hub.store import Store, utc_now, written
from hub.tables import release_items, releases, versions
from hub.workflow import Status

if TYPE_CHECKING:
    from contentsync.channels import Channels

log = logging.getLogger(__name__)

EVERYBODY = First()

PUBLISHER = "publisher"
"""Mark that holds the id of who lets a release out while it is on its way; empty: the command line."""

BROKEN_OFF = "broken_off"
"""Why a release is not out whose process has ended half-way."""


class Issuing:
    """Lets releases out, one at a time, and settles what a kill has left.

    `route`: the stages of a release that does not go to everybody at once; `passphrases`: how often somebody can try
    one.
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
        release = self._store.read(open_release)
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
