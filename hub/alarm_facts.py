"""What is known of kiosks when their alarms are looked at: last reports, counts of two days, what was released."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import BigInteger, Connection, literal, select

from domain.errors import Code
from hub.rollout_rows import newest
from hub.store import moment
from hub.tables import device_counters, device_health, device_starts, devices, releases
from uplink.messages import Health

FEW_SLIPS = 6

READER_CODES = frozenset({Code.CARD_UNREADABLE.value, Code.CARD_TOO_SLOW.value, Code.READER_BUSY.value})
"""What a reader is to blame for; cards of other kinds are not."""

DAY_BEGINS = 7
"""Hour of the day, in the city, from which on the pace of printing is counted."""


@dataclass(frozen=True, slots=True)
class Released:
    """A revision that went out: the digest that it must have, and when a newer one that this kiosk could have came."""

    digest: str
    newer_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a kiosk at `now`. `heard_at`: its last report, else when it was enrolled; `by_stick`: that
    report came on a stick, and `heard_at` is when it was true; `released`: what the hub knows of the revision that it
    shows; `sessions`, `card_faults`: of yesterday and today; `printed`: slips today; `day_hours`: hours of today in
    which people were about.
    """

    now: dt.datetime
    heard_at: dt.datetime
    health: Health | None = None
    by_stick: bool = False
    released: Released | None = None
    sessions: int = 0
    card_faults: int = 0
    printed: int = 0
    day_hours: float = 1.0
    restarts_lately: int = 0

    @property
    def slips_an_hour(self) -> float | None:
        """Slips per hour today; None while fewer than `FEW_SLIPS` say nothing."""
        return self.printed / max(1.0, self.day_hours) if self.printed >= FEW_SLIPS else None

    @property
    def hours_left(self) -> float | None:
        """Hours until the paper is out at today's pace."""
        pace, left = self.slips_an_hour, self.health.printer.slips_left if self.health is not None else None
        return left / pace if pace and left is not None else None


def facts_of(
    connection: Connection, ids: Sequence[str], now: dt.datetime, zone: dt.tzinfo, said: Mapping[str, Health]
) -> Mapping[str, Facts]:
    """What is known of these devices, those left out that are revoked. `said`: the health of those that were just
    written down; of the others it is read.
    """
    local = now.astimezone(zone)
    today, yesterday = local.date().isoformat(), (local.date() - dt.timedelta(days=1)).isoformat()
    counters = device_counters.c
    sessions: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    printed: Counter[str] = Counter()
    days = select(device_counters).where(counters.device.in_(ids), counters.day.in_([yesterday, today]))
    for row in connection.execute(days):
        counts = json.loads(row.counts)
        sessions[row.device] += counts.get("sessions", 0)
        faults[row.device] += sum(counts.get(f"reader.{code}", 0) for code in READER_CODES)
        printed[row.device] += printed_of(counts) if row.day == today else 0
    starts = select(device_starts.c.device, device_starts.c.lately).where(device_starts.c.device.in_(ids))
    lately = {row.device: row.lately for row in connection.execute(starts)}
    last = device_health.c
    wanted = (
        select(devices.c.id, devices.c.enrolled_at, last.received_at, last.by_stick, last.body)
        .outerjoin(device_health, last.device == devices.c.id)
        .where(devices.c.id.in_(ids), devices.c.revoked_at.is_(None))
    )
    rows = connection.execute(wanted).all()
    health = {
        row.id: said[row.id] if row.id in said else Health.model_validate_json(row.body)
        for row in rows
        if row.body is not None
    }
    shown = {one.content.revision for one in health.values() if one.content is not None}
    known = released(connection, shown)
    return {
        row.id: Facts(
            now=now,
            heard_at=moment(row.received_at or row.enrolled_at),
            health=told,
            by_stick=bool(row.by_stick),
            released=known.get(told.content.revision) if told is not None and told.content is not None else None,
            sessions=sessions[row.id],
            card_faults=faults[row.id],
            printed=printed[row.id],
            day_hours=hours_of_day(local),
            restarts_lately=lately.get(row.id, 0),
        )
        for row in rows
        for told in [health.get(row.id)]
    }


def released(connection: Connection, revisions: Iterable[int]) -> Mapping[int, Released]:
    """What the hub knows of these revisions. A kiosk that the open rollout leaves where it is misses nothing newer."""
    shown = set(revisions)
    if not shown:
        return {}
    out = releases.c
    wanted = select(out.revision, out.digest, out.published_at).where(out.published_at.is_not(None))
    # What kiosks say may be more than the column holds, which PostgreSQL would not compare with it.
    least = literal(min(shown), BigInteger)
    rows = connection.execute(wanted.where(out.revision >= least).order_by(out.revision)).all()
    rollout = newest(connection)
    kept = rollout.stable if rollout is not None and rollout.open else None
    found: dict[int, Released] = {}
    newer: dt.datetime | None = None
    for row in reversed(rows):
        if row.revision in shown:
            found[row.revision] = Released(row.digest, None if row.revision == kept else newer)
        newer = moment(row.published_at)
    return found


def printed_of(counts: Mapping[str, int]) -> int:
    """Slips that used paper, of the counts of a day."""
    return counts.get("slips.confirmed", 0) + counts.get("slips.uncertain", 0)


def hours_of_day(local: dt.datetime) -> float:
    """Hours since people are about, for the pace of printing."""
    return max(1.0, local.hour + local.minute / 60 - DAY_BEGINS)
