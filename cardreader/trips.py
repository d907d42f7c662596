"""Trips on a 交通联合 card (SFI 1E, JT/T 978): where its holder got on and off. Read only when staff ask for them by
name; facts never need them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from cardreader.apdu import read_record
from cardreader.facts import CityCode, city_gbt13497
from cardreader.fields import bcd, bcd_moment
from cardreader.processors import Processor

SFI: Final = 0x1E
SIZE: Final = 48
MOST: Final = 30

_KINDS: Final = {0x03: "in", 0x04: "out", 0x06: "ride"}
_INDUSTRIES: Final = {0x01: "metro", 0x02: "bus", 0x03: "water", 0x04: "taxi"}


@dataclass(frozen=True, slots=True, repr=False)
class Trip:
    """One end of a trip, or the whole of it: `kind` in, out, ride, else two hex digits; `industry` metro, bus, water,
    taxi, else two hex digits; amounts in fen; local time; the city as the terminal wrote it, which need not be right.
    """

    kind: str
    industry: str
    amount_fen: int
    balance_fen: int
    at: dt.datetime | None
    city: CityCode | None

    def __repr__(self) -> str:
        return "Trip(…)"


def trips(card: Processor) -> tuple[Trip, ...] | None:
    """As the card keeps them, newest first; None when it gives none away."""
    found: list[Trip] = []
    for number in range(1, MOST + 1):
        response = card.send(read_record(number, SFI))
        if not response.ok:
            return tuple(found) if number > 1 else None
        if (trip := parse_trip(response.data)) is not None:
            found.append(trip)
    return tuple(found)


def parse_trip(data: bytes) -> Trip | None:
    """Type 1 · terminal 8 · industry 1 · line and station 7 · amount 4 · balance 4 · moment 7 · city 2 · acquirer 8 ·
    6; None for an empty one.
    """
    if len(data) < SIZE or not any(data) or set(data) == {0xFF}:
        return None
    city = bcd(data[32:34])
    return Trip(
        kind=_KINDS.get(data[0], f"{data[0]:02X}"),
        industry=_INDUSTRIES.get(data[9], f"{data[9]:02X}"),
        amount_fen=int.from_bytes(data[17:21], "big"),
        balance_fen=int.from_bytes(data[21:25], "big"),
        at=bcd_moment(data[25:32]),
        city=None if city is None or city == "0000" else city_gbt13497(city),
    )
