"""Which kiosk takes which of the revisions that are offered: signed data, so that a web server, a CDN and a stick need
not know it.

A release reaches the street in steps. Until it is everybody's, `channels.json` lies among the targets and names the
revision that all others stay with (`stable`) and the rings that take the new one: a share of the kiosks, districts, a
day. Each kiosk finds out for itself, with nothing but its own name, whether it is one of them; who was in a ring stays
in it when the ring is widened. A repository without `channels.json` offers its newest revision to everybody.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.errors import Code, SyncError

TARGET = "channels.json"
FORMAT = 1

STREET = "all"
"""The ring of every kiosk that was given no other one, and of those whose ring no release speaks of."""

EARLY = "early"
"""The ring of kiosks under the eyes of the people who make the content; it takes a release before the street does."""

MOST_RINGS = 64
MOST_DISTRICTS = 1000


@dataclass(frozen=True, slots=True)
class Standpoint:
    """What a kiosk knows of itself: `device`, the name that it has by itself; its ring; its district (GB/T 2260)."""

    device: str
    ring: str = STREET
    district: str | None = None


def lot(device: str, revision: int) -> int:
    """0 to 99: the place of a kiosk in the line for a revision. Another revision, another line."""
    return int.from_bytes(hashlib.sha256(f"{device}{revision}".encode()).digest(), "big") % 100


@dataclass(frozen=True, slots=True)
class Ring:
    """Who takes `revision`: so many per cent, of these districts (none named: of all), not before a moment."""

    revision: int
    percent: int
    districts: tuple[str, ...] = ()
    not_before: dt.datetime | None = None

    def holds(self, kiosk: Standpoint, now: dt.datetime) -> bool:
        """Whether `kiosk` is in it at `now`."""
        if self.not_before is not None and now < self.not_before:
            return False
        if self.districts and kiosk.district not in self.districts:
            return False
        return lot(kiosk.device, self.revision) < self.percent


@dataclass(frozen=True, slots=True)
class Channels:
    """`stable`: revision of whoever is in no ring. `paused`: no ring takes anybody in; who has moved on stays there."""

    stable: int
    rings: Mapping[str, Ring] = field(default_factory=dict)
    paused: bool = False

    def revision_for(self, kiosk: Standpoint, now: dt.datetime) -> int:
        """The revision that `kiosk` shall have. It never goes back: with a higher one it stays where it is."""
        ring = self.rings.get(kiosk.ring) or self.rings.get(STREET)
        if ring is None or self.paused or not ring.holds(kiosk, now):
            return self.stable
        return max(ring.revision, self.stable)

    def encode(self) -> bytes:
        """As it lies on the hub: one JSON object, keys sorted."""
        value = {
            "format": FORMAT,
            "stable": self.stable,
            "paused": self.paused,
            "rings": {
                name: {
                    "revision": ring.revision,
                    "percent": ring.percent,
                    "districts": list(ring.districts),
                    "not_before": ring.not_before.astimezone(dt.UTC).isoformat(timespec="seconds")
                    if ring.not_before
                    else None,
                }
                for name, ring in self.rings.items()
            },
        }
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def decode(cls, data: bytes) -> Channels:
        """Raises `SyncError` S-02 for what makes no sense, although it is signed."""
        try:
            value: dict[str, Any] = json.loads(data)
            if value["format"] != FORMAT or type(value["paused"]) is not bool or len(value["rings"]) > MOST_RINGS:
                raise ValueError("format")
            return cls(
                stable=_number(value["stable"], 1, 10**18 - 1),
                rings={str(name): _ring(said) for name, said in value["rings"].items()},
                paused=value["paused"],
            )
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            raise SyncError(Code.RELEASE_REFUSED, f"{TARGET}: {error.__class__.__name__}") from error


def _ring(said: Mapping[str, Any]) -> Ring:
    districts = tuple(said["districts"])
    if len(districts) > MOST_DISTRICTS or not all(isinstance(one, str) for one in districts):
        raise ValueError("districts")
    begins = said["not_before"]
    moment = dt.datetime.fromisoformat(begins) if begins is not None else None
    if moment is not None and moment.tzinfo is None:
        raise ValueError("a time without its zone")
    return Ring(_number(said["revision"], 1, 10**18 - 1), _number(said["percent"], 0, 100), districts, moment)


def _number(value: object, least: int, most: int) -> int:
    if type(value) is not int or not least <= value <= most:
        raise ValueError("number")
    return value
