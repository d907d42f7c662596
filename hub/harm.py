"""Whether a release does harm where it has arrived: what the kiosks that have it report, and the hold that comes of it
or of a comparison with the others (`hub.comparison`).

A hold is the hub's own: no further step is offered. What is signed stays signed, so kiosks whose turn it is by then go
on taking the release until a publisher signs a pause.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, case, func, or_, select

from hub import marks
from hub.comparison import Measure, Side, Verdict
from hub.store import moment, written
from hub.tables import device_health, device_starts, devices, releases

HOLD = "rollout_hold"
"""Mark with the newest hold."""

MANY_RESTARTS = 3
"""Starts of the screen process within ten minutes from which on a kiosk is not well."""

LATELY = dt.timedelta(minutes=30)
"""How long ago ten minutes full of restarts may have begun to count."""


@dataclass(frozen=True, slots=True)
class Harm:
    """Kiosks that have a revision, and those of them that are not well, each under the first that fits: it has another
    digest than was released, starts again and again, or is silent.
    """

    having: int
    differing: int
    restarting: int
    silent: int

    @property
    def bad(self) -> int:
        return self.differing + self.restarting + self.silent

    def over(self, percent: int, excused: int) -> bool:
        """Whether more than `percent` of them are not well, those left out that a publisher has looked at."""
        return max(0, self.bad - excused) * 100 > self.having * percent


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a revision was held up, and whether it still is: a publisher who lets it go on excuses what there is."""

    revision: int
    at: dt.datetime
    harm: Harm
    held: bool
    worse: tuple[Measure, ...] = ()
    """What those that have it do worse than those that stay with the one before."""


def harm_of(connection: Connection, revision: int, since: dt.datetime, now: dt.datetime, silent: dt.timedelta) -> Harm:
    """What the kiosks say that have `revision`, which began to go out at `since`. Silent is who has said since then
    that it has it, and nothing more for as long as `silent`; a kiosk that reports by stick never is.
    """
    health, starts = device_health.c, device_starts.c
    digest = select(releases.c.digest).where(releases.c.revision == revision).scalar_subquery()
    differing = or_(~health.proved, health.content_digest.is_(None), health.content_digest != digest)
    restarting = (starts.lately >= MANY_RESTARTS) & (starts.at >= written(now - LATELY))
    quiet = ~health.by_stick & (health.received_at < written(now - silent)) & (health.received_at >= written(since))
    state = case((differing, "differing"), (restarting, "restarting"), (quiet, "silent"), else_="well")
    wanted = (
        select(state.label("state"), func.count().label("kiosks"))
        .select_from(
            device_health.join(devices, devices.c.id == health.device).outerjoin(
                device_starts, starts.device == health.device
            )
        )
        .where(devices.c.revoked_at.is_(None), health.revision == revision)
        .group_by(state)
    )
    found = {row.state: row.kiosks for row in connection.execute(wanted)}
    named = (found.get(name, 0) for name in ("differing", "restarting", "silent"))
    return Harm(sum(found.values()), *named)


def hold_of(connection: Connection, revision: int) -> Hold | None:
    """The newest hold of `revision`."""
    kept = marks.get(connection, HOLD)
    if not kept:
        return None
    said = json.loads(kept)
    if said["revision"] != revision:
        return None
    harm = Harm(said["having"], said["differing"], said["restarting"], said["silent"])
    worse = (
        Measure(one["name"], Side(**one["new"]), Side(**one["old"]), Verdict.WORSE) for one in said.get("worse", ())
    )
    return Hold(revision, moment(said["at"]), harm, said["held"], tuple(worse))


def keep(connection: Connection, hold: Hold) -> None:
    """Puts it in the place of the one before."""
    said = {
        "revision": hold.revision,
        "at": written(hold.at),
        "having": hold.harm.having,
        "differing": hold.harm.differing,
        "restarting": hold.harm.restarting,
        "silent": hold.harm.silent,
        "held": hold.held,
        "worse": [{"name": one.name, "new": asdict(one.new), "old": asdict(one.old)} for one in hold.worse],
    }
    marks.move(connection, HOLD, marks.get(connection, HOLD), json.dumps(said))
