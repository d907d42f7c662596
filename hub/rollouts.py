"""Leading a release on: its steps, holding it up, letting it go on.

Every step is signed data among the released files (`contentsync.channels`), so it needs the passphrase of the release
key, pausing too: whoever could hold a release up without the key could keep content from a city. One publisher may take
a step, but the last one, to everybody, needs the word of another one before it. Steps only grow, go stage by stage, and
a stage lasts a while before the next. When the kiosks that have it are not well (`hub.harm`) or do worse than the
others (`hub.comparison`), the hub offers no further step. What has gone wrong is taken back by a withdrawal, which is a
release of its own and everybody's at once.

The files come first, the row behind them; `reconcile` reads the files after a kill.
"""

from __future__ import annotations

import datetime as dt
import logging
import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from sqlalchemy import Connection

from domain.errors import SyncError
from hub import audit
from hub.audit import Event
from hub.comparison import Comparison, compare, watch
from hub.harm import Harm, Hold, harm_of, hold_of, keep
from hub.passphrases import Passphrases
from hub.people import Person
from hub.publishing import Press, one_at_a_time
from hub.refusal import Reason, Refused
from hub.release_rows import actor, check_publisher
from hub.rollout import EVERYBODY, Course, Goal, Proofs, Rollout, Route, Step, rings_of
from hub.rollout_rows import add_step, approved, as_signed, move, newest, steps_of
from hub.rollout_stages import Stage, stages
from hub.settings import RolloutSettings
from hub.store import Store, utc_now

log = logging.getLogger(__name__)

LONGEST_REASON = 200


def route_of(rules: RolloutSettings) -> Route:
    """The stages that the city has set."""
    return Route(rules.rings, rules.stages)


class Rollouts:
    """The way of the newest release to the street. `proofs` may come later, `watch`; without it no kiosk is known.

    Whatever changes something raises `Refused` (no_rollout, not_wider, stage_skipped, stage_too_soon, paused_already,
    not_paused, rollout_held, two_for_all, not_a_publisher, already_publishing), and `SyncError` when the keys or the
    public folder do not do their part; nothing was changed then. `rules`: its stages, and when the hub holds a release
    up.
    """

    def __init__(
        self,
        store: Store,
        press: Press,
        proofs: Proofs | None = None,
        *,
        rules: RolloutSettings | None = None,
        passphrases: Passphrases | None = None,
        now: Callable[[], dt.datetime] = utc_now,
    ) -> None:
        self._rules = rules or RolloutSettings()
        self._store = store
        self._press = press
        self._proofs = proofs
        self._passphrases = passphrases or Passphrases(store, now=now)
        self._now = now

    # Reading

    @property
    def route(self) -> Route:
        """The stages of a release that goes out now."""
        return route_of(self._rules)

    @property
    def wait(self) -> dt.timedelta:
        """How long a stage lasts before the next."""
        return dt.timedelta(minutes=self._rules.stage_minutes)

    def current(self) -> Rollout | None:
        """The way of the newest release that took one in steps."""
        return self._store.read(newest)

    def open(self) -> Rollout | None:
        """The one that has a step left to take."""
        found = self.current()
        return found if found is not None and found.open else None

    def steps(self, revision: int) -> tuple[Step, ...]:
        """What was done, oldest first."""
        return self._store.read(lambda connection: steps_of(connection, revision))

    def hold(self, revision: int) -> Hold | None:
        """Why the hub held it up, the last time that it did."""
        return self._store.read(lambda connection: hold_of(connection, revision))

    def approved(self, revision: int) -> tuple[str, ...]:
        """Ids of the publishers who have said since the last step that everybody may have it."""
        return self._store.read(lambda connection: approved(connection, revision))

    def fleet(self) -> int:
        """Kiosks that are known."""
        return len(self._proofs.kiosks()) if self._proofs is not None else 0

    def stages(self, rollout: Rollout) -> tuple[Stage, ...]:
        """The stages of a rollout, each with the kiosks that it brings in beyond the one before."""
        kiosks = self._proofs.kiosks() if self._proofs is not None else ()
        return stages(rollout, self.steps(rollout.revision), kiosks)

    def comparison(self, rollout: Rollout) -> Comparison:
        """How the kiosks that have it do beside the others, since it is as far as it is."""
        return self._store.read(lambda connection: compare(connection, rollout, self._rules.worse_percent))

    def left(self, rollout: Rollout) -> int:
        """Whole minutes until it may be widened; 0: now."""
        left = rollout.widens_at(self.wait) - self._now()
        return max(0, math.ceil(left / dt.timedelta(minutes=1)))

    # Steps

    def approve(self, person: Person) -> Rollout:
        """The word of a publisher that everybody may have it; somebody else then takes the step. It lasts until the
        next step. Raises `Refused` (signs_twice) besides.
        """

        def work(connection: Connection) -> Rollout:
            known = self._checked(connection, person)
            _check_running(known)
            if person.id in approved(connection, known.revision):
                raise Refused(Reason.SIGNS_TWICE)
            now = self._now()
            add_step(connection, known, "approve", now, person)
            told = Event(person.id, "rollout.approve", f"revision/{known.revision}", _goal_told(known.goal))
            audit.append(connection, now, told)
            return known

        return self._store.run_tx(work)

    def judge(self, now: dt.datetime | None = None) -> Hold | None:
        """Looks at the kiosks. Holds the release up when more of those that have it are not well than the rules allow,
        or when they do worse than the others; returns the hold when it was put in place now. Left to the next time
        while a step is being signed.
        """
        found = self.current()
        if found is None or found.course is not Course.RUNNING:
            return None
        try:
            with one_at_a_time(self._press.lock):
                return self._look(now or self._now())
        except Refused:
            return None

    def _look(self, at: dt.datetime) -> Hold | None:
        hold = self._store.run_tx(lambda connection: self._judge(connection, at))
        if hold is not None:
            harm = hold.harm
            log.warning(
                "revision %d is held up: of %d kiosks that have it %d differ, %d restart, %d are silent; worse: %s",
                hold.revision, harm.having, harm.differing, harm.restarting, harm.silent,
                ", ".join(one.name for one in hold.worse) or "nothing",
            )  # fmt: skip
        return hold

    def _judge(self, connection: Connection, at: dt.datetime) -> Hold | None:
        known = newest(connection)
        if known is None or known.course is not Course.RUNNING:
            return None
        watch(connection, known, at)
        worse = compare(connection, known, self._rules.worse_percent).worse
        harm, before = self._harm(connection, known, at), hold_of(connection, known.revision)
        if not worse and not harm.over(self._rules.hold_percent, before.harm.bad if before is not None else 0):
            return None
        hold = Hold(known.revision, at, harm, True, worse)
        after = replace(known, course=Course.HELD)
        move(connection, known, after)
        add_step(connection, after, "hold", at, None)
        keep(connection, hold)
        details: dict[str, object] = {"having": harm.having, "differing": harm.differing, "restarting": harm.restarting}
        details |= {"silent": harm.silent, "worse": [one.name for one in worse], **_goal_told(known.goal)}
        audit.append(connection, at, Event(audit.COMMAND_LINE, "rollout.hold", f"revision/{known.revision}", details))
        return hold

    def _harm(self, connection: Connection, known: Rollout, at: dt.datetime) -> Harm:
        silent = dt.timedelta(minutes=self._rules.silent_minutes)
        return harm_of(connection, known.revision, known.begun_at, at, silent)

    def widen(self, person: Person | None, goal: Goal, passphrase: str, *, reason: str = "") -> Rollout:
        """Takes it on as far as `goal`, which is the next stage or lies before it; everybody: whatever districts it
        began in. To everybody it goes only when another publisher has approved; by the command line, when two have.
        Kiosks are looked at once more first. `reason`: why the rest of the stage is not waited for, for the audit log.
        """
        return self._steer(person, "widen", passphrase, goal=goal, reason=" ".join(reason.split())[:LONGEST_REASON])

    def pause(self, person: Person | None, passphrase: str) -> Rollout:
        """Nobody more takes it; who has it keeps it."""
        return self._steer(person, "pause", passphrase)

    def resume(self, person: Person | None, passphrase: str) -> Rollout:
        """Goes on where it was held up; the stage begins anew."""
        return self._steer(person, "resume", passphrase)

    def _steer(
        self, person: Person | None, action: str, passphrase: str, *, goal: Goal | None = None, reason: str = ""
    ) -> Rollout:
        with one_at_a_time(self._press.lock):
            now = self._now()
            if action == "widen":
                self._store.read(lambda connection: self._checked(connection, person))
                self._look(now)
            known, said = self._store.read(lambda connection: self._read_for_step(connection, person))
            after = _after(known, action, goal, now)
            if after.course is Course.DONE and len(said - {person.id if person else ""}) < (1 if person else 2):
                raise Refused(Reason.TWO_FOR_ALL)
            early = self.left(known) if action == "widen" else 0
            if early and not reason:
                raise Refused(Reason.STAGE_TOO_SOON, minutes=early, of=self._rules.stage_minutes)
            done, paused = after.course is Course.DONE, after.course is Course.PAUSED
            rings = {} if done else rings_of(after.route, after.goal, after.districts, after.not_before)
            self._sign(person, f"rollout.{action}", known, partial(self._press.steer, rings, paused=paused), passphrase)

            def note(connection: Connection) -> Rollout:
                move(connection, known, after)
                add_step(connection, after, action, now, person, reason if early else "")
                if action == "resume" and hold_of(connection, known.revision) is not None:
                    keep(connection, Hold(known.revision, now, self._harm(connection, known, now), False))
                details: dict[str, object] = {"revision": after.revision, **_goal_told(after.goal)}
                if early:
                    details |= {"minutes_early": early, "reason": reason}
                told = Event(actor(person), f"rollout.{action}", f"revision/{after.revision}", details)
                audit.append(connection, now, told)
                return after

            return self._store.run_tx(note)

    def _sign(
        self, person: Person | None, action: str, known: Rollout, steer: Callable[..., None], passphrase: str
    ) -> None:
        """Signs a step. What the press does not do is in the audit log, with who wanted it."""
        who = person.id if person else None
        self._passphrases.check(who)
        try:
            with self._passphrases.tried_by(who):
                steer(passphrase=passphrase)
        except SyncError as error:
            details = {"reason": error.code.value}
            told = Event(actor(person), action, f"revision/{known.revision}", details, done=False)
            self._store.run_tx(lambda connection: audit.append(connection, self._now(), told))
            raise

    def _read_for_step(self, connection: Connection, person: Person | None) -> tuple[Rollout, frozenset[str]]:
        known = self._checked(connection, person)
        return known, frozenset(approved(connection, known.revision))

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
            now = self._now()
            after = as_signed(known, told, now)
            if after != known:
                move(connection, known, after)
                add_step(connection, after, "reconcile", now, None)
                told_of = {"revision": after.revision, **_goal_told(after.goal), "course": after.course.value}
                event = Event(audit.COMMAND_LINE, "rollout.reconcile", f"revision/{after.revision}", told_of)
                audit.append(connection, now, event)

        self._store.run_tx(work)


def _after(known: Rollout, action: str, goal: Goal | None, now: dt.datetime) -> Rollout:
    if action == "pause":
        if known.course is Course.PAUSED:
            raise Refused(Reason.PAUSED_ALREADY)
        return replace(known, course=Course.PAUSED)
    if action == "resume":
        if known.course is Course.RUNNING:
            raise Refused(Reason.NOT_PAUSED)
        return replace(known, course=Course.RUNNING, reached_at=now)
    assert goal is not None
    place = known.route.place
    wider = place(goal) > place(known.goal) or (goal == EVERYBODY and bool(known.districts or known.not_before))
    if not wider:
        raise Refused(Reason.NOT_WIDER)
    _check_running(known)
    if place(goal) > place(known.next):
        raise Refused(Reason.STAGE_SKIPPED)
    return replace(known, course=Course.DONE if goal == EVERYBODY else known.course, goal=goal, reached_at=now)


def _check_running(known: Rollout) -> None:
    if known.course is Course.PAUSED:
        raise Refused(Reason.PAUSED_ALREADY)
    if known.course is Course.HELD:
        raise Refused(Reason.ROLLOUT_HELD)


def _goal_told(goal: Goal) -> dict[str, object]:
    """A goal as the audit log has it."""
    return {"percent": goal.percent, **({"ring": goal.ring} if goal.ring else {})}
