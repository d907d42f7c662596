"""Where somebody must go, with what, by when; and in which order: begin where it is most urgent, then always the
nearest one.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

from domain.geo import distance_m
from hub.alarms import Alarm
from hub.standing import Standing
from hub.store import written

T = TypeVar("T")

ROUNDABOUT = 1.4
"""Ways through a city are so much longer than straight lines."""

SPEED_KMH = 15.0
"""Electric bicycle, with lights and parking."""

MINUTES_THERE = 25.0
"""At each kiosk."""

FORECAST = dt.timedelta(days=3)
"""A paper's end farther away than this is nobody's appointment."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Where somebody must go. `due`: a moment by which the paper will be out, or today, tomorrow. `bring`: words."""

    standing: Standing
    reasons: tuple[Alarm, ...]
    due: dt.datetime | str
    bring: tuple[str, ...]

    @property
    def urgent(self) -> bool:
        return self.due == "today"


@dataclass(frozen=True, slots=True)
class Round:
    """The stops of one person, in the order in which they are walked; `hours` is an estimate."""

    contact: str
    stops: tuple[Stop, ...]
    hours: float


def rounds_of(standings: Iterable[Standing], now: dt.datetime) -> tuple[Round, ...]:
    """Where somebody must go, person by person, those with the most urgent stops first. `standings`: with alarms."""
    by_contact: dict[str, list[Stop]] = defaultdict(list)
    for one in standings:
        by_contact[one.care.contact].append(_stop(one, now))
    rounds = []
    for contact, stops in by_contact.items():
        stops.sort(key=lambda one: (_pressing(one.due), -one.standing.mark, one.standing.number))
        going = walk(stops, lambda one: one.standing.place)
        rounds.append(Round(contact, going, hours([one.standing.place for one in going])))
    rounds.sort(key=lambda one: (-sum(stop.urgent for stop in one.stops), not one.contact, one.contact))
    return tuple(rounds)


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


def _stop(one: Standing, now: dt.datetime) -> Stop:
    reasons = tuple(alarm for alarm in one.called if alarm.rule.mark.visit)
    dues: list[dt.datetime | str] = []
    for alarm in reasons:
        due: dt.datetime | str = alarm.rule.due
        if due == "forecast":
            left = one.roll[0] if one.roll is not None else None
            ends = now + dt.timedelta(hours=left / one.pace) if left is not None and one.pace else None
            due = ends if ends is not None and ends - now <= FORECAST else "tomorrow"
        dues.append(due)
    bring = dict.fromkeys(alarm.rule.bring for alarm in reasons if alarm.rule.bring)
    return Stop(one, reasons, min(dues, key=_pressing), tuple(bring))


def _pressing(due: dt.datetime | str) -> tuple[int, str]:
    """Today comes first, then what a forecast says, then tomorrow."""
    if isinstance(due, dt.datetime):
        return 1, written(due)
    return (0, "") if due == "today" else (2, "")
