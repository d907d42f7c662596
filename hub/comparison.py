"""Whether a release makes kiosks worse: those that have it beside those that stay with the one before, in the same
span, which begins with each stage.

What is compared is what kiosks tell anyhow: slips that came out (counts of the day), starts of the screen process
(health), words of citizens that something is not so, and how many of the questions of whose results one was opened led
to one of the first five (counts of the day).

A measure is worse when the share of kiosks on which something went wrong is higher by more than the points of the
setting, and when luck alone would bring that about less than once in a thousand times: the chance that of all kiosks
on which it went wrong so many are among those with the release (Fisher's exact test, one side). So three kiosks hold
nothing up, whatever they say, and no number for a least sample has to be guessed. Kiosks are counted, not slips: one
broken printer spoils fifty slips of one kiosk and says nothing of the release.

Of results that were opened some lie beyond the first five on every kiosk. There it went wrong on a kiosk whose own
share of them is higher than that of all kiosks together, of both sides: without a difference as many of one side lie
above it as of the other. So that a street of thousands is not held up for a trifle, the share among all that were
opened must be higher by more than the points, too.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, and_, func, select

from hub.rollout import Rollout
from hub.store import written
from hub.tables import corrections, device_counters, device_health, devices, rollout_kiosks
from hub.upserts import upsert

CHANCE = 1e-3
"""What luck brings about less often than this is not put down to luck. Looked at every minute of a stage the figures
hardly move between two looks, so that this holds for the stage as well, or nearly.
"""

GOOD = "slips.confirmed"
SLIPS = (GOOD, "slips.uncertain", "slips.not_sent")
"""Counts of a day that say how slips ended."""


OPENED, FIRST = "opened.all", "opened.first"
"""Counts of a day that say which of their results people opened."""


class Verdict(StrEnum):
    """How the kiosks with the release stand beside the others. FEW: so few that nothing they say could tell."""

    BETTER = "better"
    SAME = "same"
    WORSE = "worse"
    FEW = "few"


@dataclass(frozen=True, slots=True)
class Side:
    """One half of a comparison: kiosks that could tell, on how many of them it went wrong; and the events themselves,
    `wrong` of `events` (of slips those that did not come out surely, of opened results those beyond the first five; for
    what has no good events both are the same).
    """

    kiosks: int = 0
    bad: int = 0
    events: int = 0
    wrong: int = 0

    @property
    def share(self) -> float:
        """Of the kiosks, 0 to 1."""
        return self.bad / self.kiosks if self.kiosks else 0.0

    @property
    def wrong_share(self) -> float:
        """Of the events, 0 to 1."""
        return self.wrong / self.events if self.events else 0.0


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure: slips, opened, restarts or corrections; kiosks with the release and those without."""

    name: str
    new: Side
    old: Side
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that is compared since `since`; kiosks on both sides."""

    since: dt.datetime
    new: int
    old: int
    measures: tuple[Measure, ...]

    @property
    def worse(self) -> tuple[Measure, ...]:
        return tuple(one for one in self.measures if one.verdict is Verdict.WORSE)


def watch(connection: Connection, rollout: Rollout, now: dt.datetime) -> None:
    """Notes where each kiosk stands when it is first seen with its revision in this stage, and each start of its screen
    process from then on. To be called every minute, before `compare`.
    """
    health, held = device_health.c, _watched(connection)
    wanted = (
        select(devices.c.id, health.revision, health.body)
        .join(device_health, health.device == devices.c.id)
        .where(devices.c.revoked_at.is_(None), health.revision.in_((rollout.revision, rollout.stable)))
        .order_by(devices.c.id)
    )
    rows: list[dict[str, Any]] = []
    fresh: list[dict[str, Any]] = []
    for row in connection.execute(wanted):
        said = int(json.loads(row.body).get("restarts", 0))
        before = held.get(row.id)
        known = {"device": row.id, "revision": row.revision, "said": said}
        if before is None or before["revision"] != row.revision:
            fresh.append({**known, "since": written(now), "restarts": 0, "day": "", "counts": "{}"})
        elif said != before["said"]:
            rows.append({**before, **known, "restarts": before["restarts"] + max(0, said - before["said"])})
    if fresh:
        days = _newest_days(connection)
        for one in fresh:
            one["day"], one["counts"] = days.get(one["device"], ("", "{}"))
    upsert(connection, rollout_kiosks, [*rows, *fresh])


def compare(connection: Connection, rollout: Rollout, points: int) -> Comparison:
    """What `watch` has noted, beside what kiosks have told since. `points`: how much higher, in per cent of the kiosks,
    a share must be to be worse; 100: nothing ever is.
    """
    held = _watched(connection)
    new = [id for id, row in held.items() if row["revision"] == rollout.revision]
    old = [id for id, row in held.items() if row["revision"] != rollout.revision]
    counted, said = _counted(connection, held), _corrections(connection)
    printed = {id: Counter({name: counts[name] for name in SLIPS}) for id, counts in counted.items()}
    found = {id: (counts[OPENED], counts[OPENED] - counts[FIRST]) for id, counts in counted.items() if counts[OPENED]}
    told = {
        "slips": {id: (of.total(), of.total() - of[GOOD]) for id, of in printed.items() if of.total()},
        "restarts": {id: (row["restarts"], row["restarts"]) for id, row in held.items()},
        "corrections": {id: (said[id], said[id]) for id in held},
    }
    measures = [
        Measure(name, here, there, verdict(here, there, points))
        for name, here, there in ((name, _side(of, new), _side(of, old)) for name, of in told.items())
    ]
    measures.insert(1, _opened(found, new, old, points))
    return Comparison(rollout.reached_at, len(new), len(old), tuple(measures))


def _opened(told: Mapping[str, tuple[int, int]], new: Sequence[str], old: Sequence[str], points: int) -> Measure:
    """Results that were opened beyond the first five."""
    every = _side(told, [*new, *old])

    def side(ids: Sequence[str]) -> Side:
        own = [told[id] for id in ids if id in told]
        return replace(_side(told, ids), bad=sum(wrong * every.events > every.wrong * events for events, wrong in own))

    here, there = side(new), side(old)
    found = verdict(here, there, points)
    higher = 100 * (here.wrong_share - there.wrong_share)
    if (found is Verdict.WORSE and higher <= points) or (found is Verdict.BETTER and -higher <= points):
        found = Verdict.SAME
    return Measure("opened", here, there, found)


def _side(told: Mapping[str, tuple[int, int]], ids: Sequence[str]) -> Side:
    """Of those that could tell; `told`: events, and how many of them went wrong."""
    own = [told[id] for id in ids if id in told]
    return Side(
        len(own), sum(wrong > 0 for _, wrong in own), sum(count for count, _ in own), sum(wrong for _, wrong in own)
    )


def verdict(new: Side, old: Side, points: int) -> Verdict:
    """How `new` stands beside `old`; the rule is told above."""
    kiosks, bad = new.kiosks + old.kiosks, new.bad + old.bad
    if not new.kiosks or not old.kiosks or _chance(new.kiosks, kiosks, new.kiosks, new.kiosks) >= CHANCE:
        return Verdict.FEW
    higher = 100 * (new.share - old.share)
    if higher > points and _chance(new.bad, kiosks, bad, new.kiosks) < CHANCE:
        return Verdict.WORSE
    if -higher > points and _chance(old.bad, kiosks, bad, old.kiosks) < CHANCE:
        return Verdict.BETTER
    return Verdict.SAME


def _chance(hits: int, kiosks: int, bad: int, drawn: int) -> float:
    """That of `drawn` kiosks out of `kiosks`, `bad` of them bad ones, `hits` or more are bad by luck."""

    def ways(of: int, take: int) -> float:
        return math.lgamma(of + 1) - math.lgamma(take + 1) - math.lgamma(of - take + 1)

    least = max(hits, drawn + bad - kiosks)
    total = ways(kiosks, drawn)
    return sum(
        math.exp(ways(bad, n) + ways(kiosks - bad, drawn - n) - total) for n in range(least, min(bad, drawn) + 1)
    )


def _watched(connection: Connection) -> Mapping[str, dict[str, Any]]:
    wanted = (
        select(rollout_kiosks)
        .join(devices, devices.c.id == rollout_kiosks.c.device)
        .where(devices.c.revoked_at.is_(None))
        .order_by(rollout_kiosks.c.device)
    )
    return {row.device: dict(row._mapping) for row in connection.execute(wanted)}


def _newest_days(connection: Connection) -> Mapping[str, tuple[str, str]]:
    """The newest day of each kiosk, with its counts so far."""
    counters = device_counters.c
    newest = select(counters.device, func.max(counters.day).label("day")).group_by(counters.device).subquery()
    same = and_(newest.c.device == counters.device, newest.c.day == counters.day)
    wanted = select(counters.device, counters.day, counters.counts).join(newest, same)
    return {row.device: (row.day, row.counts) for row in connection.execute(wanted)}


def _counted(connection: Connection, held: Mapping[str, dict[str, Any]]) -> Mapping[str, Counter[str]]:
    """What each kiosk has counted since it is watched."""
    if not held:
        return {}
    counters = device_counters.c
    wanted = select(device_counters).where(counters.day >= min(row["day"] for row in held.values()))
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for row in connection.execute(wanted):
        if (watched := held.get(row.device)) is None or row.day < watched["day"]:
            continue
        counts = json.loads(row.counts)
        before = json.loads(watched["counts"]) if row.day == watched["day"] else {}
        for name in (*SLIPS, OPENED, FIRST):
            found[row.device][name] += max(0, counts.get(name, 0) - before.get(name, 0))
    return found


def _corrections(connection: Connection) -> Counter[str]:
    """Words of citizens since each kiosk is watched, about the very revision that it has."""
    watched, told = rollout_kiosks.c, corrections.c
    about = and_(told.device == watched.device, told.revision == watched.revision, told.received_at >= watched.since)
    wanted = select(told.device, func.count().label("words")).join(rollout_kiosks, about).group_by(told.device)
    return Counter({row.device: row.words for row in connection.execute(wanted)})
