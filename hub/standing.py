"""How a kiosk stands: its last report, its gravest alarm, what is kept about it; and the query for all of that."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, func, or_, select

from hub.alarm_facts import Facts, hours_of_day, printed_of, released
from hub.alarm_rules import Mark
from hub.alarms import Alarm, calling
from hub.care import Care, care_from
from hub.device import Device
from hub.devices import device_from
from hub.store import moment
from hub.tables import alarms, device_counters, device_health, devices, kiosk_care
from uplink.messages import Health

STATES = ("visit", "lost", "look", "normal")

USUAL_SLIP_MM = 220.0
"""Length of a slip, by which the millimetres since the last roll are told in slips."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be listed. `state`: of `STATES`, empty for all; `district`: a code, ``-`` for kiosks without one."""

    state: str = ""
    district: str = ""
    text: str = ""
    order: str = "look"
    page: int = 1


@dataclass(frozen=True, slots=True)
class Counts:
    """How many kiosks are in which state; they add up to the fleet."""

    visit: int = 0
    lost: int = 0
    look: int = 0
    normal: int = 0

    @property
    def total(self) -> int:
        return self.visit + self.lost + self.look + self.normal

    def of(self, state: str) -> int:
        """The count of one of `STATES`."""
        found: int = getattr(self, state)
        return found


@dataclass(frozen=True, slots=True)
class District:
    """Kiosks of a district, GB/T 2260; empty: nobody said where they stand."""

    code: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class Standing:
    """A kiosk as it is listed. `alarms`: its open ones, the gravest first, muted ones too. `digest`: equal, differs,
    unproved, unknown (a revision that this hub did not release) or none; `printed`, `used`: today, None when nobody
    knows; `pace`: slips an hour; `by_stick`: its last report came on a stick, and was true at `heard_at`.
    """

    device: Device
    care: Care
    health: Health | None
    heard_at: dt.datetime | None
    by_stick: bool
    mark: Mark
    alarms: tuple[Alarm, ...]
    digest: str
    printed: int | None
    used: int | None
    pace: float | None

    @property
    def number(self) -> str:
        return self.device.number

    @property
    def called(self) -> tuple[Alarm, ...]:
        """The alarms that call somebody."""
        return tuple(one for one in self.alarms if one.mute is None)

    @property
    def place(self) -> tuple[float, float] | None:
        """Latitude and longitude: as enrolled, else as the kiosk says."""
        site, said = self.device.site, self.health.place if self.health is not None else None
        if site.lat is not None and site.lon is not None:
            return site.lat, site.lon
        return (said.lat, said.lon) if said is not None else None

    @property
    def roll(self) -> tuple[int, int] | None:
        """Slips left, and slips of a whole roll; both estimates."""
        printer = self.health.printer if self.health is not None else None
        if printer is None or printer.slips_left is None:
            return None
        return printer.slips_left, printer.slips_left + round((printer.millimetres or 0) / USUAL_SLIP_MM)


def standings_of(
    connection: Connection, rows: Sequence[Row[Any]], now: dt.datetime, zone: dt.tzinfo
) -> tuple[Standing, ...]:
    """Kiosks out of the rows of `Ranked.rows`, without their alarms."""
    local = now.astimezone(zone)
    ids = [row.id for row in rows]
    counted: dict[str, Mapping[str, int]] = {}
    for start in range(0, len(ids), 500):
        wanted = select(device_counters).where(
            device_counters.c.device.in_(ids[start : start + 500]),
            device_counters.c.day == local.date().isoformat(),
        )
        counted |= {row.device: json.loads(row.counts) for row in connection.execute(wanted)}
    known = released(connection, {row.revision for row in rows if row.revision is not None})
    found = []
    for row in rows:
        counts = counted.get(row.id)
        health = Health.model_validate_json(row.body) if row.body is not None else None
        printed = printed_of(counts) if counts is not None else None
        facts = Facts(now, now, health, printed=printed or 0, day_hours=hours_of_day(local))
        digest = "none" if row.revision is None else "unknown"
        if row.revision in known:
            digest = "equal" if known[row.revision].digest == row.content_digest else "differs"
            digest = "unproved" if digest == "equal" and not row.proved else digest
        found.append(
            Standing(
                device=device_from(row),
                care=care_from(row.number, row),
                health=health,
                heard_at=moment(row.received_at) if row.received_at else None,
                by_stick=bool(row.by_stick),
                mark=Mark(row.rank),
                alarms=(),
                digest=digest,
                printed=printed,
                used=counts.get("sessions", 0) if counts is not None else None,
                pace=facts.slips_an_hour,
            )
        )
    return tuple(found)


class Ranked:
    """Devices that are not revoked, with their worst alarm that calls somebody at `now`."""

    def __init__(self, now: str) -> None:
        worst = (
            select(alarms.c.device, func.max(alarms.c.rank).label("rank"))
            .where(*calling(now))
            .group_by(alarms.c.device)
            .subquery("worst")
        )
        self.rank = func.coalesce(worst.c.rank, int(Mark.NORMAL))
        self.devices = devices.outerjoin(worst, worst.c.device == devices.c.id)

    def rows(self, asked: Asked = Asked()) -> Select[Any]:
        """Every device that was asked for, with its last report and what is kept of it."""
        health, care = device_health.c, kiosk_care.c
        joined = self.devices.outerjoin(device_health, health.device == devices.c.id)
        wanted = (
            select(
                devices,
                self.rank.label("rank"),
                *(
                    health.revision,
                    health.content_digest,
                    health.proved,
                    health.body,
                    health.received_at,
                    health.by_stick,
                ),
                *(care.contact, care.paper_mm, care.note, care.edits),
            )
            .select_from(joined.outerjoin(kiosk_care, care.number == devices.c.number))
            .where(*self.asked(asked))
        )
        return wanted

    def asked(self, asked: Asked) -> tuple[Any, ...]:
        """The conditions of what was asked for."""
        found: list[Any] = [devices.c.revoked_at.is_(None)]
        states = {
            "visit": self.rank >= int(Mark.SOON),
            "lost": self.rank == int(Mark.LOST),
            "look": self.rank == int(Mark.LOOK),
            "normal": self.rank == int(Mark.NORMAL),
        }
        if asked.state in states:
            found.append(states[asked.state])
        if asked.district:
            none = asked.district == "-"
            found.append(devices.c.district.is_(None) if none else devices.c.district == asked.district)
        for word in asked.text.split()[:4]:
            columns = (devices.c.number, devices.c.name, devices.c.place)
            found.append(or_(*(column.icontains(word, autoescape=True) for column in columns)))
        return tuple(found)


def counted(rows: Iterable[Any]) -> Counts:
    """Counts out of rows of (rank, how many)."""
    found = dict.fromkeys(STATES, 0)
    for rank, count in rows:
        mark = Mark(rank)
        found["visit" if mark.visit else mark.name.lower()] += int(count)
    return Counts(**found)
