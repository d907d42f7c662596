"""Distance and bearing between two WGS 84 positions in one city."""

from __future__ import annotations

import math

EARTH_M = 6_371_000.0
"""Mean radius of the earth in metres."""


def offset_m(lat: float, lon: float, to_lat: float, to_lon: float) -> tuple[float, float]:
    """(metres east, metres north) from the first position to the second; flat within a city (error under 0.1 % at 50
    km).
    """
    north = math.radians(to_lat - lat) * EARTH_M
    east = math.radians(to_lon - lon) * EARTH_M * math.cos(math.radians((lat + to_lat) / 2))
    return east, north


def distance_m(lat: float, lon: float, to_lat: float, to_lon: float) -> float:
    """Straight-line metres."""
    return math.hypot(*offset_m(lat, lon, to_lat, to_lon))
