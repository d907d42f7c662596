"""The fleet: which kiosks there are, what each said last, and how its days were. Reading, placing, and revoking."""

from __future__ import annotations

import datetime as dt
import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection, Row, Select, func, select, update

from domain.geo import distance_m
from hub import audit
from hub.audit import COMMAND_LINE, Event
from hub.device import Device, DeviceDay, Seen, Site
from hub.people import Person
from hub.refusal import Reason, Refused
from hub.reports import STICK
from hub.store import Store, moment, utc_now, written
from hub.tables import device_counters, device_days, device_health, device_reports, devices
from hub.workflow import Role
from uplink.messages import Health, Neighbour

PAPER_FRESH = dt.timedelta(hours=2)
"""A kiosk that said so longer ago may have run out since."""

NEIGHBOURS = 3

MAP_LASTS_S = 30.0
"""How long the map of kiosks with paper is used before it is read anew."""

_CELL = 0.05
"""Degrees: some five kilometres; a city is a few hundred cells."""

_MOST_RINGS = 8
"""Cells away that are looked at; nobody walks farther."""


class Devices:
    """Reads devices, places and revokes them. Whatever changes something is in the audit log."""

    def __init__(
        self,
        store: Store,
        *,
        now: Callable[[], dt.datetime] = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._now = now
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._map: tuple[float, PaperMap] | None = None

    # Who they are

    def get(self, id: str) -> Device | None:
        """The device, revoked or not."""

        def work(connection: Connection) -> Device | None:
            row = connection.execute(select(devices).where(devices.c.id == id)).first()
            return device_from(row) if row is not None else None

        return self._store.read(work)

    def of_number(self, number: str) -> Device:
        """The device of a kiosk that is not revoked, else the one that was revoked last.

        Raises `Refused` (no_such_device).
        """

        def work(connection: Connection) -> Device:
            wanted = select(devices).where(devices.c.number == number).order_by(devices.c.enrolled_at.desc())
            found = [device_from(row) for row in connection.execute(wanted)]
            if not found:
                raise Refused(Reason.NO_SUCH_DEVICE)
            return next((one for one in found if one.revoked_at is None), found[0])

        return self._store.read(work)

    def revoke(self, device: Device, *, by: Person | None = None) -> Device:
        """Nothing that the device signs counts from now on. What it reported stays.

        Raises `Refused` (not_an_operator, other_department for a kiosk of another district, no_such_device when it was
        revoked before).
        """
        _looks_after(by, device.site.district)
        who = by.id if by is not None else COMMAND_LINE

        def work(connection: Connection) -> Device:
            now = self._now()
            mine = devices.c.id == device.id
            gone = connection.execute(
                update(devices).where(mine, devices.c.revoked_at.is_(None)).values(revoked_at=written(now))
            )
            if gone.rowcount != 1:
                raise Refused(Reason.NO_SUCH_DEVICE)
            told = {"device": device.id}
            audit.append(connection, now, Event(who, "device.revoke", f"kiosk/{device.number}", told))
            return device_from(connection.execute(select(devices).where(mine)).one())

        return self._store.run_tx(work)

    def place(self, device: Device, ring: str, district: str | None, *, by: Person | None = None) -> Device:
        """Another ring of the staged releases, or another district. The kiosk learns it with the answer to its next
        report and goes by it from its next look at the hub on; what it has installed stays.

        Raises `Refused` (not_an_operator, device_unfit, other_department for a kiosk that stands in another district
        or shall, no_such_device when it was revoked).
        """
        if not replace(device.site, ring=ring, district=district).fits:
            raise Refused(Reason.DEVICE_UNFIT)
        _looks_after(by, device.site.district, district)
        who = by.id if by is not None else COMMAND_LINE

        def work(connection: Connection) -> Device:
            mine = devices.c.id == device.id, devices.c.revoked_at.is_(None)
            row = connection.execute(select(devices).where(*mine)).first()
            if row is None:
                raise Refused(Reason.NO_SUCH_DEVICE)
            _looks_after(by, row.district)
            connection.execute(update(devices).where(*mine).values(ring=ring, district=district))
            moved = {"ring": (row.ring, ring), "district": (row.district, district)}
            told = {name: f"{was or '-'} → {now or '-'}" for name, (was, now) in moved.items() if was != now}
            if told:
                audit.append(connection, self._now(), Event(who, "device.place", f"kiosk/{device.number}", told))
            return device_from(connection.execute(select(devices).where(*mine)).one())

        return self._store.run_tx(work)

    # How they are

    def fleet(self, *, revoked: bool = False, person: Person | None = None) -> tuple[Seen, ...]:
        """Every kiosk with what it said last, by number; of a district's `person` only those of the district."""

        def work(connection: Connection) -> tuple[Seen, ...]:
            wanted = _seen().order_by(devices.c.number, devices.c.enrolled_at)
            if not revoked:
                wanted = wanted.where(devices.c.revoked_at.is_(None))
            if person is not None and person.reach.district is not None:
                wanted = wanted.where(devices.c.district == person.reach.district)
            return tuple(_seen_from(row) for row in connection.execute(wanted))

        return self._store.read(work)

    def seen(self, device: Device) -> Seen:
        """What a kiosk said last. Raises `Refused` (no_such_device)."""

        def work(connection: Connection) -> Seen:
            row = connection.execute(_seen().where(devices.c.id == device.id)).first()
            if row is None:
                raise Refused(Reason.NO_SUCH_DEVICE)
            return _seen_from(row)

        return self._store.read(work)

    def days(self, device: Device, days: int = 31) -> tuple[DeviceDay, ...]:
        """The last `days` days of which anything is known, oldest first."""
        since = (self._now().date() - dt.timedelta(days=days)).isoformat()

        def work(connection: Connection) -> tuple[DeviceDay, ...]:
            spans = select(device_days).where(device_days.c.device == device.id, device_days.c.day >= since)
            counts = select(device_counters).where(
                device_counters.c.device == device.id, device_counters.c.day >= since
            )
            measured = {row.day: json.loads(row.spans) for row in connection.execute(spans)}
            counted = {row.day: json.loads(row.counts) for row in connection.execute(counts)}
            return tuple(
                DeviceDay(
                    dt.date.fromisoformat(day),
                    {name: (least, most) for name, (least, most) in measured.get(day, {}).items()},
                    counted.get(day, {}),
                )
                for day in sorted({*measured, *counted})
            )

        return self._store.read(work)

    def proofs(self) -> Mapping[tuple[int, str], int]:
        """How many kiosks have read back which (revision, digest) whole; revoked ones left out."""

        def work(connection: Connection) -> Mapping[tuple[int, str], int]:
            health = device_health.c
            wanted = (
                select(health.revision, health.content_digest, func.count())
                .join(devices, devices.c.id == health.device)
                .where(devices.c.revoked_at.is_(None), health.proved, health.revision.is_not(None))
                .group_by(health.revision, health.content_digest)
            )
            return {(revision, digest): count for revision, digest, count in connection.execute(wanted)}

        return self._store.read(work)

    def by_stick(self) -> Mapping[str, dt.datetime]:
        """When a stick last brought something of which kiosk, by device; those that never came on a stick left out."""

        def work(connection: Connection) -> Mapping[str, dt.datetime]:
            ledger = device_reports.c
            wanted = (
                select(ledger.device, func.max(ledger.received_at).label("at"))
                .where(ledger.kind == STICK)
                .group_by(ledger.device)
            )
            return {row.device: moment(row.at) for row in connection.execute(wanted)}

        return self._store.read(work)

    def held_of(self, device: Device, since: dt.datetime, most: int) -> tuple[Mapping[str, str], int]:
        """Ids of the kiosk's messages that came since then, the latest `most`, with their fate, and the highest number
        of its health.
        """

        def work(connection: Connection) -> tuple[Mapping[str, str], int]:
            ledger, health = device_reports.c, device_health.c
            wanted = (
                select(ledger.id)
                .where(ledger.device == device.id, ledger.kind != STICK, ledger.received_at >= written(since))
                .order_by(ledger.received_at.desc(), ledger.id)
                .limit(most)
            )
            held = {row.id: "stored" for row in connection.execute(wanted)}
            last = connection.execute(select(health.id, health.seq).where(health.device == device.id)).first()
            return (held, 0) if last is None else ({**held, last.id: "stored"}, last.seq)

        return self._store.read(work)

    def neighbours(self, device: Device) -> tuple[Neighbour, ...]:
        """Up to three other kiosks nearest to this one that had paper in the last two hours, nearest first; nothing
        for a kiosk whose position nobody knows.
        """
        with self._lock:
            now = self._monotonic()
            if self._map is None or now - self._map[0] > MAP_LASTS_S:
                self._map = now, self._store.read(self._paper_map)
            found = self._map[1]
        return found.near(device.id)

    def _paper_map(self, connection: Connection) -> PaperMap:
        wanted = _seen().where(devices.c.revoked_at.is_(None), device_health.c.device.is_not(None))
        spots = []
        since = written(self._now() - PAPER_FRESH)
        for row in connection.execute(wanted):
            lat = row.lat if row.lat is not None else row.health_lat
            lon = row.lon if row.lon is not None else row.health_lon
            if lat is None or lon is None:
                continue
            paper = row.paper if row.paper in ("ok", "low") and row.received_at >= since else ""
            spots.append(Spot(row.id, row.number, row.name, lat, lon, paper, moment(row.received_at)))
        return PaperMap(spots)


@dataclass(frozen=True, slots=True)
class Spot:
    """A kiosk on the map; `paper` is empty when it has none, or nobody knows."""

    device: str
    number: str
    name: str
    lat: float
    lon: float
    paper: str
    at: dt.datetime


class PaperMap:
    """Kiosks by cells, so that ten thousand of them can ask who is near."""

    def __init__(self, spots: list[Spot]) -> None:
        self._own = {spot.device: spot for spot in spots}
        self._cells: dict[tuple[int, int], list[Spot]] = defaultdict(list)
        for spot in spots:
            if spot.paper:
                self._cells[_cell(spot)].append(spot)

    def near(self, device: str) -> tuple[Neighbour, ...]:
        """The nearest of the others."""
        own = self._own.get(device)
        if own is None:
            return ()
        row, column = _cell(own)
        found: list[Spot] = []
        enough = _MOST_RINGS
        for ring in range(_MOST_RINGS + 1):
            if ring > enough:
                break
            for y in range(row - ring, row + ring + 1):
                step = 1 if abs(y - row) == ring else max(1, 2 * ring)
                for x in range(column - ring, column + ring + 1, step):
                    found += [spot for spot in self._cells.get((y, x), ()) if spot.device != device]
            if len(found) >= NEIGHBOURS and enough == _MOST_RINGS:
                enough = 2 * ring + 1  # a cell is no circle, and narrower than high: nearer ones may lie farther out
        found.sort(key=lambda spot: (distance_m(own.lat, own.lon, spot.lat, spot.lon), spot.number))
        return tuple(
            Neighbour.model_validate(
                {
                    "number": spot.number,
                    "name": spot.name,
                    "lon": spot.lon,
                    "lat": spot.lat,
                    "paper": spot.paper,
                    "at": spot.at,
                }
            )
            for spot in found[:NEIGHBOURS]
        )


def _cell(spot: Spot) -> tuple[int, int]:
    return int(spot.lat // _CELL), int(spot.lon // _CELL)


def _looks_after(by: Person | None, *districts: str | None) -> None:
    """Raises `Refused` for who is no operator, or not one of all these districts; None is the command line."""
    if by is not None and Role.OPERATOR not in by.roles:
        raise Refused(Reason.NOT_AN_OPERATOR)
    if by is not None and not all(map(by.looks_after, districts)):
        raise Refused(Reason.OTHER_DEPARTMENT)


def device_from(row: Row[tuple[object, ...]]) -> Device:
    """A device out of its row."""
    return Device(
        id=row.id,
        site=Site(row.number, row.name, row.place, row.district, row.ring, row.lat, row.lon),
        key=row.key,
        enrolled_at=moment(row.enrolled_at),
        revoked_at=moment(row.revoked_at) if row.revoked_at else None,
    )


def _seen() -> Select[tuple[object, ...]]:
    health = device_health.c
    wanted: Select[tuple[object, ...]] = select(
        devices,
        health.body,
        health.received_at,
        health.proved,
        health.paper,
        health.lat.label("health_lat"),
        health.lon.label("health_lon"),
    ).select_from(devices.outerjoin(device_health, health.device == devices.c.id))
    return wanted


def _seen_from(row: Row[tuple[object, ...]]) -> Seen:
    if row.body is None:
        return Seen(device_from(row), None, None)
    health = Health.model_validate_json(row.body)
    return Seen(device_from(row), health, moment(row.received_at), bool(row.proved), row.paper)
