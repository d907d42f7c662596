"""In which order somebody goes from kiosk to kiosk: begin where it is most urgent, then always the nearest one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TypeVar

from domain.geo import distance_m

T = TypeVar("T")

ROUNDABOUT = 1.4
"""Ways through a city are so much longer than straight lines."""

SPEED_KMH = 15.0
"""Electric bicycle, with lights and parking."""

MINUTES_THERE = 25.0
"""At each kiosk."""


def walk(stops: Sequence[T], position: Callable[[T], tuple[float, float] | None]) -> tuple[T, ...]:
    """`stops` (the most urgent first) as they are walked; those whose position nobody knows come last, as given."""
    left = [(stop, place) for stop in stops if (place := position(stop)) is not None]
    nowhere = [stop for stop in stops if position(stop) is None]
    if not left:
        return tuple(nowhere)
    going = [left.pop(0)]
    while left:
        at = going[-1][1]
        nearest = min(range(len(left)), key=lambda place: distance_m(*at, *left[place][1]))
        going.append(left.pop(nearest))
    return (*(stop for stop, _ in going), *nowhere)


def hours(places: Sequence[tuple[float, float] | None]) -> float:
    """Hours that the round takes, an estimate; what has no position counts as if it lay on the way."""
    known = [place for place in places if place is not None]
    metres = sum(distance_m(*here, *there) for here, there in pairwise(known))
    return metres / 1000 * ROUNDABOUT / SPEED_KMH + len(places) * MINUTES_THERE / 60
