"""The fleet as its operator sees it: how many kiosks are how, a page of them, one of them, and where somebody must go.

Lists are cut by the database: a page of ten thousand kiosks costs what a page of ten does.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, func, select

from hub.alarm_facts import released
from hub.alarm_rules import Mark
from hub.alarms import Alarm, Alarms, calling
from hub.device import Device
from hub.people import Person
from hub.reach import kiosks_of
from hub.refusal import Reason, Refused
from hub.rollout import Kiosk
from hub.rounds import Round, rounds_of
from hub.standing import Asked, Counts, District, Ranked, Standing, counted, standings_of
from hub.store import Store, utc_now, written
from hub.tables import alarms, corrections, device_health, devices, tickets

PAGE = 50

ORDERS = ("look", "district", "number")


@dataclass(frozen=True, slots=True)
class Told:
    """A correction that came from a kiosk."""

    ticket: str
    item: str
    field: str
    day: dt.date
    times: int
    state: str


class Fleet:
    """Reads the fleet. Also what `hub.rollout.Proofs` asks for.

    What takes a `person` counts and lists the kiosks that the person is shown; None: all.
    """

    def __init__(
        self, store: Store, desk: Alarms, *, now: Callable[[], dt.datetime] = utc_now, zone: dt.tzinfo = dt.UTC
    ) -> None:
        self._store = store
        self._alarms = desk
        self._now = now
        self._zone = zone

    # For releases on their way

    def kiosks(self) -> Sequence[Kiosk]:
        """Every kiosk and what it has proved: the digest that was released, read back whole. By number."""
        health = device_health.c
        wanted = (
            select(devices, health.revision, health.content_digest, health.proved)
            .outerjoin(device_health, health.device == devices.c.id)
            .where(devices.c.revoked_at.is_(None))
            .order_by(devices.c.number)
        )

        def work(connection: Connection) -> Sequence[Kiosk]:
            rows = connection.execute(wanted).all()
            known = released(connection, {row.revision for row in rows if row.revision is not None})
            return tuple(
                Kiosk(
                    row.id,
                    row.number,
                    row.ring,
                    row.district,
                    row.revision,
                    bool(row.proved) and row.revision in known and known[row.revision].digest == row.content_digest,
                )
                for row in rows
            )

        return self._store.read(work)

    # Lists

    def counts(self, person: Person | None = None) -> Counts:
        """The whole fleet by state, in one query."""
        view = Ranked(written(self._now()))
        shown = (*view.asked(Asked()), *kiosks_of(person))
        held = select(view.rank.label("rank")).select_from(view.devices).where(*shown).subquery()
        wanted = select(held.c.rank, func.count()).group_by(held.c.rank)
        return self._store.read(lambda connection: counted(connection.execute(wanted).all()))

    def to_visit(self, person: Person | None = None) -> int:
        """Kiosks where somebody must go."""
        wanted = (
            select(func.count(alarms.c.device.distinct()))
            .select_from(alarms.join(devices, devices.c.id == alarms.c.device))
            .where(*calling(written(self._now())), alarms.c.rank >= int(Mark.SOON), devices.c.revoked_at.is_(None))
            .where(*kiosks_of(person))
        )
        return self._store.read(lambda connection: int(connection.execute(wanted).scalar_one()))

    def districts(self, person: Person | None = None) -> tuple[District, ...]:
        """Every district with its counts, by code; kiosks without one last."""
        view = Ranked(written(self._now()))
        code = func.coalesce(devices.c.district, "").label("code")
        shown = (*view.asked(Asked()), *kiosks_of(person))
        known = select(code, view.rank.label("rank")).select_from(view.devices).where(*shown).subquery()
        wanted = select(known.c.code, known.c.rank, func.count()).group_by(known.c.code, known.c.rank)

        def work(connection: Connection) -> tuple[District, ...]:
            found: dict[str, list[tuple[int, int]]] = defaultdict(list)
            for held, place, count in connection.execute(wanted):
                found[held].append((place, count))
            return tuple(District(one, counted(found[one])) for one in sorted(found, key=lambda one: (not one, one)))

        return self._store.read(work)

    def standings(self, asked: Asked, person: Person | None = None) -> tuple[tuple[Standing, ...], int]:
        """A page of the list, and how many there are on all pages."""
        now = self._now()

        def work(connection: Connection) -> tuple[tuple[Standing, ...], int]:
            view = Ranked(written(now))
            counting = select(func.count()).select_from(view.devices).where(*view.asked(asked), *kiosks_of(person))
            total = int(connection.execute(counting).scalar_one())
            first: Mapping[str, tuple[Any, ...]] = {
                "look": (view.rank.desc(), devices.c.number),
                "district": (func.coalesce(devices.c.district, "~"), devices.c.number),
                "number": (devices.c.number,),
            }
            wanted = view.rows(asked).where(*kiosks_of(person))
            wanted = wanted.order_by(*first.get(asked.order, first["look"])).limit(PAGE)
            rows = connection.execute(wanted.offset((max(1, asked.page) - 1) * PAGE)).all()
            return standings_of(connection, rows, now, self._zone), total

        rows, total = self._store.read(work)
        return self._with_alarms(rows), total

    def standing(self, device: Device) -> Standing:
        """One kiosk. Raises `Refused` (no_such_device)."""
        now = self._now()

        def work(connection: Connection) -> tuple[Standing, ...]:
            wanted = Ranked(written(now)).rows().where(devices.c.id == device.id)
            return standings_of(connection, connection.execute(wanted).all(), now, self._zone)

        found = self._store.read(work)
        if not found:
            raise Refused(Reason.NO_SUCH_DEVICE)
        return self._with_alarms(found)[0]

    def rounds(self, person: Person | None = None) -> tuple[Round, ...]:
        """Where somebody must go, person by person, those with the most urgent stops first."""
        now = self._now()

        def work(connection: Connection) -> tuple[Standing, ...]:
            wanted = Ranked(written(now)).rows(Asked(state="visit")).where(*kiosks_of(person))
            wanted = wanted.order_by(devices.c.number)
            return standings_of(connection, connection.execute(wanted).all(), now, self._zone)

        return rounds_of(self._with_alarms(self._store.read(work)), now)

    def told(self, device: Device, limit: int = 30) -> tuple[Told, ...]:
        """Corrections that came from a kiosk, the newest first."""
        wanted = (
            select(corrections, tickets.c.state)
            .join(tickets, tickets.c.id == corrections.c.ticket)
            .where(corrections.c.device == device.id)
            .order_by(corrections.c.day.desc(), corrections.c.item)
            .limit(limit)
        )
        return self._store.read(
            lambda connection: tuple(
                Told(row.ticket, row.item, row.field, dt.date.fromisoformat(row.day), row.times, row.state)
                for row in connection.execute(wanted)
            )
        )

    def _with_alarms(self, rows: tuple[Standing, ...]) -> tuple[Standing, ...]:
        held: dict[str, list[Alarm]] = defaultdict(list)
        ids = [one.device.id for one in rows]
        for start in range(0, len(ids), 500):
            for alarm in self._alarms.open(devices_of=ids[start : start + 500]):
                held[alarm.device].append(alarm)
        return tuple(replace(one, alarms=tuple(held[one.device.id])) for one in rows)
