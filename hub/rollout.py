"""A release reaches the street in steps: who takes it, how far it is, holding it up, letting it go on.

Every step is signed data among the released files (`contentsync.channels`), so it needs the passphrase of the release
key, pausing too: whoever could hold a release up without the key could keep content from a city. One publisher may take
a step, but the last one, to everybody, needs the word of another one before it. Steps only grow. When too many of the
kiosks that have it are not well (`hub.harm`), the hub offers no further step. What has gone wrong is taken back by a
withdrawal, which is a release of its own and everybody's at once.

The files come first, the row behind them; `reconcile` reads the files after a kill.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import takewhile
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import Connection, Row, func, insert, select, update

from domain.errors import SyncError
from hub import audit
from hub.audit import Event
from hub.harm import Harm, Hold, harm_of, hold_of, keep
from hub.people import Person
from hub.publishing import Press, one_at_a_time
from hub.refusal import Reason, Refused
from hub.release_rows import actor, check_publisher
from hub.settings import RolloutSettings
from hub.store import Store, moment, utc_now, written
from hub.tables import people, rollout_steps, rollouts

if TYPE_CHECKING:
    from contentsync.channels import Channels, Ring

log = logging.getLogger(__name__)

STAGES = (1, 10, 100)
"""Per cent of the street that a release takes, one after another."""


class Course(StrEnum):
    """Where a release is on its way to the street."""

    RUNNING = "running"
    HELD = "held"
    """The hub offers no further step, of itself; what was signed still holds."""
    PAUSED = "paused"
    DONE = "done"
    OVERTAKEN = "overtaken"
    """A newer release went out before this one was everybody's."""


@dataclass(frozen=True, slots=True)
class First:
    """The first step of a release: per cent, of these districts (GB/T 2260; none: of all), not before a moment."""

    percent: int = 100
    districts: tuple[str, ...] = ()
    not_before: dt.datetime | None = None

    @property
    def everybody(self) -> bool:
        return self.percent == 100 and not self.districts and self.not_before is None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a rollout: start, widen, approve, hold, pause, resume, overtaken, reconcile; `who` is the name of a
    person, or empty.
    """

    at: dt.datetime
    action: str
    percent: int
    who: str


@dataclass(frozen=True, slots=True)
class Rollout:
    """How far a revision is. `stable`: the revision that everybody else stays with."""

    revision: int
    stable: int
    course: Course
    percent: int
    districts: tuple[str, ...]
    not_before: dt.datetime | None
    begun_at: dt.datetime

    @property
    def open(self) -> bool:
        """Whether there is a step left to take."""
        return self.course in (Course.RUNNING, Course.HELD, Course.PAUSED)

    @property
    def next_stage(self) -> int:
        """The per cent that the next step leads to."""
        return next((stage for stage in STAGES if stage > self.percent), 100)


@dataclass(frozen=True, slots=True)
class Kiosk:
    """What the hub knows of a kiosk that reports: `revision` is None until it has proved one."""

    device: str
    number: str
    ring: str
    district: str | None
    revision: int | None
    proved: bool


class Proofs(Protocol):
    """Where it is known what kiosks have proved."""

    def kiosks(self) -> Sequence[Kiosk]:
        """Every kiosk of the fleet, by number."""
        ...


@dataclass(frozen=True, slots=True)
class Dot:
    """A kiosk in a stage: `state` is proved (it has the revision, with its digest), differs, or waiting."""

    number: str
    state: str


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of the way: per cent, done, now or todo, and the kiosks that it brings in."""

    percent: int
    state: str
    dots: tuple[Dot, ...]

    def count(self, state: str) -> int:
        """Kiosks in that state."""
        return sum(dot.state == state for dot in self.dots)


class Rollouts:
    """The way of the newest release to the street. `proofs` may come later, `watch`; without it no kiosk is known.

    Whatever changes something raises `Refused` (no_rollout, not_wider, paused_already, not_paused, rollout_held,
    two_for_all, not_a_publisher, already_publishing), and `SyncError` when the keys or the public folder do not do
    their part; nothing was changed then. `rules`: when the hub holds a release up.
    """

    def __init__(
        self,
        store: Store,
        press: Press,
        proofs: Proofs | None = None,
        *,
        rules: RolloutSettings | None = None,
        now: Callable[[], dt.datetime] = utc_now,
    ) -> None:
        self._rules = rules or RolloutSettings()
        self._store = store
        self._press = press
        self._proofs = proofs
        self._now = now

    # Reading

    def current(self) -> Rollout | None:
        """The way of the newest release that took one in steps."""
        return self._store.read(newest)

    def open(self) -> Rollout | None:
        """The one that has a step left to take."""
        found = self.current()
        return found if found is not None and found.open else None

    def steps(self, revision: int) -> tuple[Step, ...]:
        """What was done, oldest first."""
        wanted = (
            select(rollout_steps, people.c.name)
            .outerjoin(people, people.c.id == rollout_steps.c.person)
            .where(rollout_steps.c.revision == revision)
            .order_by(rollout_steps.c.step)
        )
        return self._store.read(
            lambda connection: tuple(
                Step(moment(row.at), row.action, row.percent, row.name or "") for row in connection.execute(wanted)
            )
        )

    def hold(self, revision: int) -> Hold | None:
        """Why the hub held it up, the last time that it did."""
        return self._store.read(lambda connection: hold_of(connection, revision))

    def approved(self, revision: int) -> tuple[str, ...]:
        """Ids of the publishers who have said since the last step that everybody may have it."""
        return self._store.read(lambda connection: _approved(connection, revision))

    def fleet(self) -> int:
        """Kiosks that are known."""
        return len(self._proofs.kiosks()) if self._proofs is not None else 0

    def stages(self, rollout: Rollout) -> tuple[Stage, ...]:
        """The stages of a rollout, each with the kiosks that it brings in beyond the one before."""
        from contentsync.channels import EARLY, Standpoint, lot

        dots: dict[int, list[Dot]] = {stage: [] for stage in STAGES}
        for one in self._proofs.kiosks() if self._proofs is not None else ():
            kiosk = Standpoint(one.device, one.ring, one.district)
            place = 0 if one.ring == EARLY else lot(kiosk.device, rollout.revision)
            if one.ring != EARLY and rollout.districts and one.district not in rollout.districts:
                place = 99
            dots[next(stage for stage in STAGES if place < stage)].append(Dot(one.number, _state(one, rollout)))
        return tuple(
            Stage(
                stage,
                "done" if rollout.percent > stage or rollout.course is Course.DONE
                # A share between two stages belongs to the one that it has not filled yet.
                else "now" if stage == next(at for at in STAGES if at >= rollout.percent)
                else "todo",
                tuple(dots[stage]),
            )
            for stage in STAGES
        )  # fmt: skip

    # Steps

    def approve(self, person: Person) -> Rollout:
        """The word of a publisher that everybody may have it; somebody else then takes the step. It lasts until the
        next step. Raises `Refused` (signs_twice) besides.
        """

        def work(connection: Connection) -> Rollout:
            known = self._checked(connection, person)
            _check_running(known)
            if person.id in _approved(connection, known.revision):
                raise Refused(Reason.SIGNS_TWICE)
            now = self._now()
            _add_step(connection, known, "approve", now, person)
            told = Event(person.id, "rollout.approve", f"revision/{known.revision}", {"percent": known.percent})
            audit.append(connection, now, told)
            return known

        return self._store.run_tx(work)

    def judge(self, now: dt.datetime | None = None) -> Hold | None:
        """Holds the release up when more of the kiosks that have it are not well than the rules allow; returns the
        hold when it was put in place now. Left to the next time while a step is being signed.
        """
        at = now or self._now()
        found = self.current()
        if found is None or found.course is not Course.RUNNING:
            return None
        try:
            with one_at_a_time(self._press.lock):
                hold = self._store.run_tx(lambda connection: self._judge(connection, at))
        except Refused:
            return None
        if hold is not None:
            harm = hold.harm
            log.warning(
                "revision %d is held up: of %d kiosks that have it %d differ, %d restart, %d are silent",
                hold.revision, harm.having, harm.differing, harm.restarting, harm.silent,
            )  # fmt: skip
        return hold

    def _judge(self, connection: Connection, at: dt.datetime) -> Hold | None:
        known = newest(connection)
        if known is None or known.course is not Course.RUNNING:
            return None
        harm, before = self._harm(connection, known, at), hold_of(connection, known.revision)
        if not harm.over(self._rules.hold_percent, before.harm.bad if before is not None else 0):
            return None
        hold = Hold(known.revision, at, harm, True)
        after = _with(known, course=Course.HELD)
        _write(connection, known, after)
        _add_step(connection, after, "hold", at, None)
        keep(connection, hold)
        details = {"having": harm.having, "differing": harm.differing, "restarting": harm.restarting}
        details |= {"silent": harm.silent, "percent": known.percent}
        audit.append(connection, at, Event(audit.COMMAND_LINE, "rollout.hold", f"revision/{known.revision}", details))
        return hold

    def _harm(self, connection: Connection, known: Rollout, at: dt.datetime) -> Harm:
        silent = dt.timedelta(minutes=self._rules.silent_minutes)
        return harm_of(connection, known.revision, known.begun_at, at, silent)

    def widen(self, person: Person | None, percent: int, passphrase: str) -> Rollout:
        """Lets `percent` of the street have it; 100: it is everybody's, whatever districts it began in. To everybody it
        goes only when another publisher has approved; by the command line, when two have.
        """
        return self._steer(person, "widen", passphrase, percent=percent)

    def pause(self, person: Person | None, passphrase: str) -> Rollout:
        """Nobody more takes it; who has it keeps it."""
        return self._steer(person, "pause", passphrase)

    def resume(self, person: Person | None, passphrase: str) -> Rollout:
        """Goes on where it was held up."""
        return self._steer(person, "resume", passphrase)

    def _steer(self, person: Person | None, action: str, passphrase: str, *, percent: int | None = None) -> Rollout:
        with one_at_a_time(self._press.lock):
            known, said = self._store.read(lambda connection: self._read_for_step(connection, person))
            after = _after(known, action, percent)
            if after.course is Course.DONE and len(said - {person.id if person else ""}) < (1 if person else 2):
                raise Refused(Reason.TWO_FOR_ALL)
            rings = {} if after.course is Course.DONE else rings_of(
                First(after.percent, after.districts, after.not_before)
            )  # fmt: skip
            self._press.steer(rings, paused=after.course is Course.PAUSED, passphrase=passphrase)

            def note(connection: Connection) -> Rollout:
                now = self._now()
                _write(connection, known, after)
                _add_step(connection, after, action, now, person)
                if action == "resume" and hold_of(connection, known.revision) is not None:
                    keep(connection, Hold(known.revision, now, self._harm(connection, known, now), False))
                details = {"revision": after.revision, "percent": after.percent}
                told = Event(actor(person), f"rollout.{action}", f"revision/{after.revision}", details)
                audit.append(connection, now, told)
                return after

            return self._store.run_tx(note)

    def _read_for_step(self, connection: Connection, person: Person | None) -> tuple[Rollout, frozenset[str]]:
        known = self._checked(connection, person)
        return known, frozenset(_approved(connection, known.revision))

    def _checked(self, connection: Connection, person: Person | None) -> Rollout:
        check_publisher(connection, person)
        found = newest(connection)
        if found is None or not found.open:
            raise Refused(Reason.NO_ROLLOUT)
        return found

    def reconcile(self) -> None:
        """Makes the row say what the signed files say; they differ after a kill between the two. Left to the next start
        while a release is going out, and when the public folder cannot be read.
        """
        found = self.current()
        if found is None or not found.open or not self._press.founded:
            return
        try:
            with one_at_a_time(self._press.lock):
                self._read_back()
        except Refused:
            return
        except SyncError as error:
            log.warning("how far the release is cannot be read: %s", error)

    def _read_back(self) -> None:
        told = self._press.channels()

        def work(connection: Connection) -> None:
            known = newest(connection)
            if known is None or not known.open:
                return
            after = _as_signed(known, told)
            if after != known:
                _write(connection, known, after)
                _add_step(connection, after, "reconcile", self._now(), None)
                told_of = {"revision": after.revision, "percent": after.percent, "course": after.course.value}
                event = Event(audit.COMMAND_LINE, "rollout.reconcile", f"revision/{after.revision}", told_of)
                audit.append(connection, self._now(), event)

        self._store.run_tx(work)


def begin(
    connection: Connection, revision: int, person: str | None, channels: Channels | None, now: dt.datetime
) -> None:
    """Notes how `revision` went out, in the transaction that says that it did. Earlier rollouts end with that."""
    known = newest(connection)
    if known is not None and known.open:
        after = _with(known, course=Course.OVERTAKEN)
        _write(connection, known, after)
        _add_step(connection, after, "overtaken", now, None)
    ring = street_ring(channels)
    if channels is None or ring is None or ring.revision != revision:
        return
    connection.execute(
        insert(rollouts).values(
            revision=revision,
            stable=channels.stable,
            course=(Course.PAUSED if channels.paused else Course.RUNNING).value,
            percent=ring.percent,
            districts=json.dumps(list(ring.districts)),
            not_before=written(ring.not_before) if ring.not_before else None,
            begun_at=written(now),
        )
    )
    begun = newest(connection)
    assert begun is not None
    _add_step(connection, begun, "start", now, None, person)


def newest(connection: Connection) -> Rollout | None:
    """The rollout of the highest revision that had one."""
    row = connection.execute(select(rollouts).order_by(rollouts.c.revision.desc()).limit(1)).first()
    return _rollout(row) if row is not None else None


def rings_of(first: First) -> Mapping[str, Ring]:
    """The rings of a step: kiosks under the eyes of the office at once, so many of the street."""
    from contentsync.channels import EARLY, STREET, Ring

    # The revision is filled in by whoever signs.
    return {EARLY: Ring(1, 100), STREET: Ring(1, first.percent, first.districts, first.not_before)}


def street_ring(channels: Channels | None) -> Ring | None:
    """What the street takes by the signed files."""
    from contentsync.channels import STREET

    return channels.rings.get(STREET) if channels is not None else None


def _after(known: Rollout, action: str, percent: int | None) -> Rollout:
    if action == "pause":
        if known.course is Course.PAUSED:
            raise Refused(Reason.PAUSED_ALREADY)
        return _with(known, course=Course.PAUSED)
    if action == "resume":
        if known.course is Course.RUNNING:
            raise Refused(Reason.NOT_PAUSED)
        return _with(known, course=Course.RUNNING)
    assert percent is not None
    if not known.percent < percent <= 100 and not (percent == 100 and (known.districts or known.not_before)):
        raise Refused(Reason.NOT_WIDER, percent=known.percent)
    _check_running(known)
    if percent == 100:
        return _with(known, course=Course.DONE, percent=100)
    return _with(known, percent=percent)


def _check_running(known: Rollout) -> None:
    if known.course is Course.PAUSED:
        raise Refused(Reason.PAUSED_ALREADY)
    if known.course is Course.HELD:
        raise Refused(Reason.ROLLOUT_HELD)


def _approved(connection: Connection, revision: int) -> tuple[str, ...]:
    wanted = (
        select(rollout_steps.c.action, rollout_steps.c.person)
        .where(rollout_steps.c.revision == revision)
        .order_by(rollout_steps.c.step.desc())
    )
    rows = connection.execute(wanted).all()
    return tuple(row.person for row in takewhile(lambda row: row.action == "approve", rows))


def _as_signed(known: Rollout, told: Channels | None) -> Rollout:
    ring = street_ring(told)
    if told is None or ring is None or ring.revision != known.revision:
        return _with(known, course=Course.DONE, percent=100)
    going = Course.HELD if known.course is Course.HELD else Course.RUNNING  # nothing is signed about a hold
    return _with(known, course=Course.PAUSED if told.paused else going, percent=ring.percent)


def _with(known: Rollout, *, course: Course | None = None, percent: int | None = None) -> Rollout:
    return Rollout(
        known.revision,
        known.stable,
        course or known.course,
        percent if percent is not None else known.percent,
        known.districts,
        known.not_before,
        known.begun_at,
    )


def _state(kiosk: Kiosk, rollout: Rollout) -> str:
    if kiosk.revision is None or kiosk.revision < rollout.revision:
        return "waiting"
    return "proved" if kiosk.proved else "differs"


def _write(connection: Connection, known: Rollout, after: Rollout) -> None:
    moved = connection.execute(
        update(rollouts)
        .where(
            rollouts.c.revision == known.revision,
            rollouts.c.course == known.course.value,
            rollouts.c.percent == known.percent,
        )
        .values(course=after.course.value, percent=after.percent)
    ).rowcount
    if not moved:
        raise Refused(Reason.NO_ROLLOUT)


def _add_step(
    connection: Connection,
    after: Rollout,
    action: str,
    now: dt.datetime,
    person: Person | None,
    id: str | None = None,
) -> None:
    last = connection.execute(
        select(func.max(rollout_steps.c.step)).where(rollout_steps.c.revision == after.revision)
    ).scalar()
    connection.execute(
        insert(rollout_steps).values(
            revision=after.revision,
            step=(last or 0) + 1,
            at=written(now),
            action=action,
            percent=after.percent,
            person=person.id if person else id,
        )
    )


def _rollout(row: Row[tuple[object, ...]]) -> Rollout:
    return Rollout(
        revision=row.revision,
        stable=row.stable,
        course=Course(row.course),
        percent=row.percent,
        districts=tuple(json.loads(row.districts)),
        not_before=moment(row.not_before) if row.not_before else None,
        begun_at=moment(row.begun_at),
    )
