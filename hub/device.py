"""Kiosks as the hub knows them, as values."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

from uplink.messages import RING, Health

_NUMBER = re.compile(r"[0-9A-Za-z-]{1,16}")
_DISTRICT = re.compile(r"[0-9]{6}")
_RING = re.compile(RING)

LONGEST_NAME, LONGEST_PLACE = 40, 80


@dataclass(frozen=True, slots=True)
class Site:
    """Where a kiosk stands and how people call it. `ring`: of the staged releases; position WGS 84, both or none."""

    number: str
    name: str
    place: str = ""
    district: str | None = None
    ring: str = "all"
    lat: float | None = None
    lon: float | None = None

    @property
    def fits(self) -> bool:
        """Whether all of it is as kiosks and pages take it."""
        return (
            _NUMBER.fullmatch(self.number) is not None
            and 0 < len(self.name.strip()) <= LONGEST_NAME
            and len(self.place) <= LONGEST_PLACE
            and (self.district is None or _DISTRICT.fullmatch(self.district) is not None)
            and _RING.fullmatch(self.ring) is not None
            and (self.lat is None) == (self.lon is None)
            and (self.lat is None or (-90 <= self.lat <= 90 and -180 <= (self.lon or 0.0) <= 180))
        )


@dataclass(frozen=True, slots=True)
class Device:
    """An enrolled kiosk. `key`: its public key, hexadecimal."""

    id: str
    site: Site
    key: str
    enrolled_at: dt.datetime
    revoked_at: dt.datetime | None

    @property
    def number(self) -> str:
        return self.site.number


@dataclass(frozen=True, slots=True)
class Seen:
    """A kiosk and what it said last; None: nothing yet. `received_at` is the hub's time."""

    device: Device
    health: Health | None
    received_at: dt.datetime | None
    proved: bool = False
    paper: str = "none"

    def silent_for(self, now: dt.datetime) -> dt.timedelta | None:
        """How long nothing was heard; None: never anything."""
        return now - self.received_at if self.received_at is not None else None


@dataclass(frozen=True, slots=True)
class DeviceDay:
    """A day of a kiosk: [least, most] of what its reports said, by name (slips_left, disk_free_mb, waiting, errors,
    revision), and its counters.
    """

    day: dt.date
    spans: Mapping[str, tuple[int, int]]
    counts: Mapping[str, int]
