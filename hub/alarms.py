"""Alarms of the fleet: raised and cleared by `hub.alarm_rules` when a kiosk reports and, for those that do not, by a
timer; muted by an operator with a reason and a day until when.

An alarm that did not last long enough was none: its row goes. One that is over stays with its times for a year.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from hub import audit
from hub.alarm_rules import BY_KIND, DAY_BEGINS, MEASURES, READER_CODES, RULES, Facts, Mark, Released, Rule, order
from hub.audit import Event
from hub.people import Person
from hub.reach import kiosks_of
from hub.refusal import Reason, Refused
from hub.rollout import newest
from hub.store import Store, moment, utc_now, written
from hub.tables import alarm_mutes, alarms, device_counters, device_health, device_starts, devices, releases
from hub.upserts import upsert
from hub.workflow import Role
from uplink.messages import Health

SILENT = dt.timedelta(minutes=15)

TEN_MINUTES = dt.timedelta(minutes=10)
FIFTEEN_MINUTES = dt.timedelta(minutes=15)

KEPT = dt.timedelta(days=366)
"""How long an alarm that is over can be looked up; DB12/T 1060-2021 asks how long a mending took."""

LONGEST_MUTE = dt.timedelta(days=31)
LONGEST_REASON = 200

_AT_ONCE = 400
"""Kiosks that are looked at in one transaction."""

_TOLD_LIVE = frozenset({"silent_min"})
"""Measures that grow by themselves; what is shown of them comes from the moment they began."""


@dataclass(frozen=True, slots=True)
class Mute:
    """Nobody is called by this alarm `until` then."""

    until: dt.datetime
    reason: str
    person: str


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm of a kiosk. `heard_at`: when the kiosk was heard last, None for never."""

    device: str
    number: str
    name: str
    district: str | None
    rule: Rule
    value: float
    told: str
    began_at: dt.datetime
    raised_at: dt.datetime
    cleared_at: dt.datetime | None
    heard_at: dt.datetime | None
    mute: Mute | None

    @property
    def kind(self) -> str:
        return self.rule.kind


@dataclass(frozen=True, slots=True)
class _Held:
    """An open row as it is before a look; `row`: with its names, as the table has it."""

    row: Mapping[str, Any]
    began_at: dt.datetime
    value: float
    raised_at: dt.datetime | None
    quiet_at: dt.datetime | None


@dataclass(slots=True)
class _Changes:
    """What a look at many kiosks leads to: rows to be written, whole, and rows that go."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    gone: list[dict[str, Any]] = field(default_factory=list)

    def set(self, open: _Held, **values: Any) -> None:
        """The row with these values. A look changes a row once."""
        self.rows.append({**open.row, **values})

    def end(self, open: _Held, now: dt.datetime) -> None:
        """The alarm is over; one that was never raised was none."""
        if open.raised_at is None:
            self.gone.append({f"_{column.name}": open.row[column.name] for column in alarms.primary_key})
        else:
            self.set(open, cleared_at=written(now))

    def write(self, connection: Connection) -> None:
        """All of them, in one statement each."""
        if self.gone:
            here = and_(*(column == bindparam(f"_{column.name}") for column in alarms.primary_key))
            connection.execute(delete(alarms).where(here), self.gone)
        upsert(connection, alarms, self.rows)


class Alarms:
    """Reads alarms, and mutes them. `judge` is called by whoever has just written what a kiosk said, in the same
    transaction; `sweep` by the timer of the hub's process.
    """

    def __init__(self, store: Store, *, now: Callable[[], dt.datetime] = utc_now, zone: dt.tzinfo = dt.UTC) -> None:
        self._store = store
        self._now = now
        self._zone = zone

    # Looking

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
            quiet = func.coalesce(device_health.c.received_at, devices.c.enrolled_at) < written(now - SILENT)
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
        for device, facts in self._facts(connection, ids, now, said).items():
            _look(changes, device, facts, held[device])
        changes.write(connection)

    def _facts(
        self, connection: Connection, ids: Sequence[str], now: dt.datetime, said: Mapping[str, Health]
    ) -> Mapping[str, Facts]:
        local = now.astimezone(self._zone)
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
        wanted = (
            select(devices.c.id, devices.c.enrolled_at, device_health.c.received_at, device_health.c.body)
            .outerjoin(device_health, device_health.c.device == devices.c.id)
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

    # Reading

    def open(
        self,
        kind: str = "",
        *,
        muted: bool = False,
        devices_of: Iterable[str] | None = None,
        person: Person | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> tuple[Alarm, ...]:
        """Raised ones, the gravest first, then the longest; `muted`: those that are muted instead; `devices_of`: of
        these devices only, whether muted or not; `person`: of kiosks that the person is shown.
        """
        now = written(self._now())
        wanted = _told().where(alarms.c.cleared_at.is_(None), alarms.c.raised_at.is_not(None), *kiosks_of(person))
        if kind:
            wanted = wanted.where(alarms.c.kind == kind)
        if devices_of is not None:
            wanted = wanted.where(alarms.c.device.in_(list(devices_of)))
        else:
            muting = and_(alarm_mutes.c.until.is_not(None), alarm_mutes.c.until > now)
            wanted = wanted.where(muting if muted else or_(alarm_mutes.c.until.is_(None), alarm_mutes.c.until <= now))
        wanted = wanted.order_by(alarms.c.rank.desc(), alarms.c.raised_at, devices.c.number, alarms.c.kind)
        if devices_of is None:
            wanted = wanted.limit(limit).offset(offset)
        found = self._read(wanted)
        return tuple(sorted(found, key=lambda one: order(one.kind))) if devices_of is not None else found

    def of(self, device: str, limit: int = 30) -> tuple[Alarm, ...]:
        """A kiosk's own: open ones first, then those that are over, the newest first."""
        wanted = (
            _told()
            .where(alarms.c.device == device, alarms.c.raised_at.is_not(None))
            .order_by(alarms.c.cleared_at.is_not(None), alarms.c.raised_at.desc(), alarms.c.kind)
            .limit(limit)
        )
        return self._read(wanted)

    def counts(self, person: Person | None = None) -> Mapping[str, int]:
        """How many are open and not muted, by kind, the gravest first; `person` as in `open`."""

        def work(connection: Connection) -> Mapping[str, int]:
            wanted = (
                select(alarms.c.kind, func.count())
                .where(*calling(written(self._now())))
                .select_from(alarms.join(devices, devices.c.id == alarms.c.device))
                .where(devices.c.revoked_at.is_(None), *kiosks_of(person))
                .group_by(alarms.c.kind)
            )
            found = {kind: int(count) for kind, count in connection.execute(wanted)}
            return {kind: found[kind] for kind in sorted(found, key=order)}

        return self._store.read(work)

    def muted(self, person: Person | None = None) -> int:
        """How many are open and muted; `person` as in `open`."""
        now = written(self._now())
        wanted = (
            select(func.count())
            .select_from(alarms.join(alarm_mutes, _same()).join(devices, devices.c.id == alarms.c.device))
            .where(alarms.c.cleared_at.is_(None), alarms.c.raised_at.is_not(None), alarm_mutes.c.until > now)
            .where(devices.c.revoked_at.is_(None), *kiosks_of(person))
        )
        return self._store.read(lambda connection: int(connection.execute(wanted).scalar_one()))

    # Muting

    def mute(self, person: Person, device: str, kind: str, until: dt.datetime, reason: str) -> None:
        """Nobody is called by alarms of this kind of this kiosk until then; they are raised and told all the same.

        Raises `Refused` (not_an_operator, other_department, no_such_alarm, mute_unfit: no reason, in the past, longer
        than a month).
        """
        said = " ".join(reason.split())[:LONGEST_REASON]
        now = self._now()
        if not said or not now < until <= now + LONGEST_MUTE:
            raise Refused(Reason.MUTE_UNFIT, days=LONGEST_MUTE.days)
        self._change(person, device, kind, "alarm.mute", {"until": until.date().isoformat(), "reason": said})(
            {"until": written(until), "reason": said, "person": person.id, "at": written(now)}
        )

    def unmute(self, person: Person, device: str, kind: str) -> None:
        """Whoever is called by such alarms is called again. Raises `Refused` as `mute`."""
        self._change(person, device, kind, "alarm.unmute", {})(None)

    def _change(
        self, person: Person, device: str, kind: str, action: str, told: Mapping[str, Any]
    ) -> Callable[[Mapping[str, Any] | None], None]:
        if Role.OPERATOR not in person.roles:
            raise Refused(Reason.NOT_AN_OPERATOR)

        def change(values: Mapping[str, Any] | None) -> None:
            def work(connection: Connection) -> None:
                found = connection.execute(select(devices.c.number, devices.c.district).where(devices.c.id == device))
                kiosk = found.first()
                if kiosk is None or kind not in BY_KIND:
                    raise Refused(Reason.NO_SUCH_ALARM)
                if not person.looks_after(kiosk.district):
                    raise Refused(Reason.OTHER_DEPARTMENT)
                here = (alarm_mutes.c.device == device) & (alarm_mutes.c.kind == kind)
                gone = connection.execute(delete(alarm_mutes).where(here)).rowcount
                if values is not None:
                    connection.execute(insert(alarm_mutes).values(device=device, kind=kind, **values))
                elif not gone:
                    raise Refused(Reason.NO_SUCH_ALARM)
                audit.append(
                    connection, self._now(), Event(person.id, action, f"kiosk/{kiosk.number}", {"alarm": kind, **told})
                )

            self._store.run_tx(work)

        return change

    def _read(self, wanted: Select[Any]) -> tuple[Alarm, ...]:
        now = self._now()

        def work(connection: Connection) -> tuple[Alarm, ...]:
            return tuple(_alarm(row, now) for row in connection.execute(wanted) if row.kind in BY_KIND)

        return self._store.read(work)


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


def calling(now: str) -> tuple[Any, ...]:
    """Conditions of alarms that call somebody: raised, not over, not muted at `now`."""
    muting = exists().where(_same(), alarm_mutes.c.until > now)
    return alarms.c.cleared_at.is_(None), alarms.c.raised_at.is_not(None), ~muting


def printed_of(counts: Mapping[str, int]) -> int:
    """Slips that used paper, of the counts of a day."""
    return counts.get("slips.confirmed", 0) + counts.get("slips.uncertain", 0)


def hours_of_day(local: dt.datetime) -> float:
    """Hours since people are about, for the pace of printing."""
    return max(1.0, local.hour + local.minute / 60 - DAY_BEGINS)


def _same() -> Any:
    return and_(alarm_mutes.c.device == alarms.c.device, alarm_mutes.c.kind == alarms.c.kind)


def _look(changes: _Changes, device: str, facts: Facts, held: Mapping[str, _Held]) -> None:
    """Notes what becomes of the alarms of a kiosk."""
    raised: set[str] = set()
    for rule in RULES:
        open, value = held.get(rule.kind), MEASURES[rule.measure](facts)
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
                changes.rows.append(_row(device, rule, value, facts, at_once))
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
    if abs(value - open.value) >= 1 and rule.measure not in _TOLD_LIVE:
        values |= {"value": value, "told": _word(rule, facts)}
    if values:
        changes.set(open, **values)
    return True


def _row(device: str, rule: Rule, value: float, facts: Facts, at_once: bool) -> dict[str, Any]:
    began = facts.heard_at if rule.measure == "silent_min" else facts.now
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


def _told() -> Select[Any]:
    return select(
        alarms,
        devices.c.number,
        devices.c.name,
        devices.c.district,
        device_health.c.received_at,
        alarm_mutes.c.until,
        alarm_mutes.c.reason,
        alarm_mutes.c.person,
    ).select_from(
        alarms.join(devices, and_(devices.c.id == alarms.c.device, devices.c.revoked_at.is_(None)))
        .outerjoin(device_health, device_health.c.device == alarms.c.device)
        .outerjoin(alarm_mutes, _same())
    )


def _alarm(row: Row[Any], now: dt.datetime) -> Alarm:
    muted = row.until is not None and moment(row.until) > now
    return Alarm(
        device=row.device,
        number=row.number,
        name=row.name,
        district=row.district,
        rule=BY_KIND[row.kind],
        value=row.value,
        told=row.told,
        began_at=moment(row.began_at),
        raised_at=moment(row.raised_at),
        cleared_at=moment(row.cleared_at) if row.cleared_at else None,
        heard_at=moment(row.received_at) if row.received_at else None,
        mute=Mute(moment(row.until), row.reason, row.person) if muted else None,
    )


__all__ = ["Alarm", "Alarms", "Mark", "Mute", "calling", "released"]
