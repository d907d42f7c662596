"""Alarms of the fleet as people see them: which hold, which are over, which are muted by an operator, why and until
when. `hub.alarm_judge` raises and clears them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, delete, exists, func, insert, or_, select

from hub import audit
from hub.alarm_rules import KINDS, Rule, Rules, order
from hub.audit import Event
from hub.people import Person
from hub.reach import kiosks_of
from hub.refusal import Reason, Refused
from hub.store import Store, moment, utc_now, written
from hub.tables import alarm_mutes, alarms, device_health, devices
from hub.workflow import Role

LONGEST_MUTE = dt.timedelta(days=31)
LONGEST_REASON = 200


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


class Alarms:
    """Reads alarms, and mutes them."""

    def __init__(self, store: Store, rules: Rules, *, now: Callable[[], dt.datetime] = utc_now) -> None:
        self._store = store
        self._rules = rules
        self._now = now

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
                if kiosk is None or kind not in KINDS:
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
            return tuple(
                _alarm(row, self._rules[row.kind], now) for row in connection.execute(wanted) if row.kind in KINDS
            )

        return self._store.read(work)


def calling(now: str) -> tuple[Any, ...]:
    """Conditions of alarms that call somebody: raised, not over, not muted at `now`."""
    muting = exists().where(_same(), alarm_mutes.c.until > now)
    return alarms.c.cleared_at.is_(None), alarms.c.raised_at.is_not(None), ~muting


def _same() -> Any:
    return and_(alarm_mutes.c.device == alarms.c.device, alarm_mutes.c.kind == alarms.c.kind)


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


def _alarm(row: Row[Any], rule: Rule, now: dt.datetime) -> Alarm:
    muted = row.until is not None and moment(row.until) > now
    return Alarm(
        device=row.device,
        number=row.number,
        name=row.name,
        district=row.district,
        rule=rule,
        value=row.value,
        told=row.told,
        began_at=moment(row.began_at),
        raised_at=moment(row.raised_at),
        cleared_at=moment(row.cleared_at) if row.cleared_at else None,
        heard_at=moment(row.received_at) if row.received_at else None,
        mute=Mute(moment(row.until), row.reason, row.person) if muted else None,
    )
