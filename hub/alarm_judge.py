"""Alarms are raised and cleared here, by `hub.alarm_rules`: when a kiosk reports, and by a timer for those that do not.

An alarm that did not last long enough was none: its row goes. One that is over stays with its times for a year.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, exists, func, or_, select, update

from hub.alarm_facts import Facts, facts_of
from hub.alarm_rules import Rule, Rules
from hub.store import Store, moment, utc_now, written
from hub.tables import alarm_mutes, alarms, device_health, device_starts, devices
from hub.upserts import upsert
from uplink.messages import Health

TEN_MINUTES = dt.timedelta(minutes=10)
FIFTEEN_MINUTES = dt.timedelta(minutes=15)

KEPT = dt.timedelta(days=366)
"""How long an alarm that is over can be looked up; DB12/T 1060-2021 asks how long a mending took."""

_AT_ONCE = 400
"""Kiosks that are looked at in one transaction."""

Place = tuple[Any, ...]
"""Where a row stands: its primary key."""


@dataclass(frozen=True, slots=True)
class _Held:
    """An open row as it is before a look; `row`: with its names, as the table has it."""

    row: Mapping[str, Any]
    began_at: dt.datetime
    value: float
    raised_at: dt.datetime | None
    quiet_at: dt.datetime | None

    @property
    def place(self) -> Place:
        return _place(self.row)


@dataclass(slots=True)
class _Changes:
    """What a look at many kiosks leads to: rows to be written, whole, and rows that go."""

    rows: dict[Place, dict[str, Any]] = field(default_factory=dict)
    gone: set[Place] = field(default_factory=set)

    def add(self, row: dict[str, Any]) -> None:
        """An alarm that there was not."""
        self.rows[_place(row)] = row

    def set(self, open: _Held, **values: Any) -> None:
        """The row with these values."""
        self.rows[open.place] = {**self.rows.get(open.place, open.row), **values}

    def end(self, open: _Held, now: dt.datetime) -> None:
        """The alarm is over; one that was never raised was none."""
        if open.raised_at is None:
            self.rows.pop(open.place, None)
            self.gone.add(open.place)
        else:
            self.set(open, cleared_at=written(now))

    def write(self, connection: Connection) -> None:
        """All of them, in one statement each."""
        key = list(alarms.primary_key)
        if self.gone:
            here = and_(*(column == bindparam(f"_{column.name}") for column in key))
            gone = [{f"_{column.name}": value for column, value in zip(key, one, strict=True)} for one in self.gone]
            connection.execute(delete(alarms).where(here), gone)
        upsert(connection, alarms, list(self.rows.values()))


class Judge:
    """`judge` is called by whoever has just written what a kiosk said, in the same transaction; `sweep` by the timer
    of the hub's process.
    """

    def __init__(
        self,
        store: Store,
        rules: Rules,
        *,
        now: Callable[[], dt.datetime] = utc_now,
        zone: dt.tzinfo = dt.UTC,
    ) -> None:
        self._store = store
        self._rules = rules
        self._now = now
        self._zone = zone

    def heard(self, connection: Connection, said: Mapping[str, Health], now: dt.datetime) -> None:
        """Judges the kiosks that have just reported."""
        _note_starts(connection, said, now)
        self.judge(connection, list(said), now, said)

    def judge(
        self,
        connection: Connection,
        ids: Sequence[str],
        now: dt.datetime,
        said: Mapping[str, Health] | None = None,
    ) -> None:
        """Raises and clears what the rules say of these devices, in the caller's transaction. `said`: the health of
        those that were just written down; of the others it is read.
        """
        for start in range(0, len(ids), _AT_ONCE):
            self._judge(connection, ids[start : start + _AT_ONCE], now, said or {})

    def sweep(self) -> int:
        """Looks at every kiosk that is silent or has an alarm; how many were looked at. A revoked one has none."""
        now = self._now()

        def wanted(connection: Connection) -> list[str]:
            open = exists().where(alarms.c.device == devices.c.id, alarms.c.cleared_at.is_(None))
            heard = func.coalesce(device_health.c.received_at, devices.c.enrolled_at)
            quiet = heard < written(now - self._rules.spans.lost)
            found = (
                select(devices.c.id)
                .outerjoin(device_health, device_health.c.device == devices.c.id)
                .where(devices.c.revoked_at.is_(None), or_(quiet, open))
                .order_by(devices.c.id)
            )
            return list(connection.execute(found).scalars())

        ids = self._store.read(wanted)
        for start in range(0, len(ids), _AT_ONCE):
            part = ids[start : start + _AT_ONCE]
            self._store.run_tx(lambda connection, part=part: self._judge(connection, part, now, {}))  # type: ignore[misc]
        self._store.run_tx(lambda connection: _tidy(connection, now))
        return len(ids)

    def _judge(self, connection: Connection, ids: Sequence[str], now: dt.datetime, said: Mapping[str, Health]) -> None:
        held: dict[str, dict[str, _Held]] = defaultdict(dict)
        open = select(alarms).where(alarms.c.device.in_(ids), alarms.c.cleared_at.is_(None))
        for row in connection.execute(open):
            held[row.device][row.kind] = _Held(
                row._asdict(),
                moment(row.began_at),
                row.value,
                moment(row.raised_at) if row.raised_at else None,
                moment(row.quiet_at) if row.quiet_at else None,
            )
        changes = _Changes()
        for device, facts in facts_of(connection, ids, now, self._zone, said).items():
            self._look(changes, device, facts, held[device])
        changes.write(connection)

    def _look(self, changes: _Changes, device: str, facts: Facts, held: Mapping[str, _Held]) -> None:
        """Notes what becomes of the alarms of a kiosk."""
        raised: set[str] = set()
        for rule in self._rules:
            open, value = held.get(rule.kind), rule.measure(facts, self._rules.spans)
            if open is not None and open.row["rank"] != rule.mark:
                changes.set(open, rank=int(rule.mark))  # the city has thought better of it
            if rule.beneath in raised:
                raised.add(rule.kind)  # as far as what lies beneath it is concerned
                if open is not None:
                    changes.end(open, facts.now)
            elif value is None:
                if open is not None and open.raised_at is not None:
                    raised.add(rule.kind)
            elif open is None:
                if rule.bad(value):
                    at_once = not rule.lasts
                    changes.add(_row(device, rule, value, facts, at_once))
                    raised |= {rule.kind} if at_once else set()
            elif open.raised_at is None:
                if not rule.bad(value):
                    changes.end(open, facts.now)
                elif facts.now - open.began_at >= rule.lasts:
                    now = written(facts.now)
                    changes.set(open, raised_at=now, value=value, told=_word(rule, facts))
                    raised.add(rule.kind)
            elif _still(changes, rule, open, value, facts):
                raised.add(rule.kind)


def _still(changes: _Changes, rule: Rule, open: _Held, value: float, facts: Facts) -> bool:
    """Whether a raised alarm goes on."""
    if rule.good(value):
        if open.quiet_at is None and rule.well:
            changes.set(open, quiet_at=written(facts.now))
        elif open.quiet_at is None or facts.now - open.quiet_at >= rule.well:
            changes.end(open, facts.now)
            return False
        return True
    values: dict[str, Any] = {"quiet_at": None} if open.quiet_at is not None and rule.bad(value) else {}
    if abs(value - open.value) >= 1 and not rule.grows:
        values |= {"value": value, "told": _word(rule, facts)}
    if values:
        changes.set(open, **values)
    return True


def _place(row: Mapping[str, Any]) -> Place:
    return tuple(row[column.name] for column in alarms.primary_key)


def _row(device: str, rule: Rule, value: float, facts: Facts, at_once: bool) -> dict[str, Any]:
    began = facts.heard_at if rule.grows else facts.now
    return {
        "device": device,
        "kind": rule.kind,
        "began_at": written(began),
        "rank": int(rule.mark),
        "value": value,
        "told": _word(rule, facts),
        "raised_at": written(facts.now) if at_once else None,
        "quiet_at": None,
        "cleared_at": None,
    }


def _word(rule: Rule, facts: Facts) -> str:
    if facts.health is None:
        return ""
    if rule.kind == "printer":
        return str(facts.health.printer.state)
    if rule.kind == "reader_gone":
        return "stuck" if facts.health.reader.stuck else str(facts.health.reader.state)
    return ""


def _note_starts(connection: Connection, said: Mapping[str, Health], now: dt.datetime) -> None:
    starts = device_starts.c
    held = {row.device: row for row in connection.execute(select(device_starts).where(starts.device.in_(list(said))))}
    changed = []
    for device, health in said.items():
        row = held.get(device)
        if row is None:
            changed.append({"device": device, "restarts": health.restarts, "at": written(now), "lately": 0})
            continue
        age = now - moment(row.at)
        lately = max(0, health.restarts - row.restarts) if age <= FIFTEEN_MINUTES else 0
        values: dict[str, Any] = {"lately": lately} if lately != row.lately else {}
        if age > TEN_MINUTES or health.restarts < row.restarts:
            values |= {"restarts": health.restarts, "at": written(now)}
        if values:
            changed.append({**row._mapping, **values})
    upsert(connection, device_starts, changed)


def _tidy(connection: Connection, now: dt.datetime) -> None:
    gone = select(devices.c.id).where(devices.c.revoked_at.is_not(None))
    open = alarms.c.cleared_at.is_(None)
    connection.execute(delete(alarms).where(open, alarms.c.raised_at.is_(None), alarms.c.device.in_(gone)))
    connection.execute(update(alarms).where(open, alarms.c.device.in_(gone)).values(cleared_at=written(now)))
    connection.execute(delete(alarms).where(alarms.c.cleared_at < written(now - KEPT)))
    connection.execute(delete(alarm_mutes).where(alarm_mutes.c.until < written(now - KEPT)))
