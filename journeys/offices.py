"""Offices on a page: open now or not, how to get there, where it lies from this kiosk."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

from domain import wording
from domain.geo import distance_m, offset_m
from domain.hours import opening
from domain.records import Place
from journeys.views import MapView, Pin, PlaceSection, Press, Tag
from journeys.visit import Visit

LETTERS = "ABCDEFGH"
OCTANTS = ("n", "ne", "e", "se", "s", "sw", "w", "nw")
"""Eight directions from north clockwise."""

ALL_DAY = dt.timedelta(hours=24)


def metres_to(visit: Visit, place: Place) -> float | None:
    """Straight-line metres from this kiosk; None when one of the two has no position."""
    kiosk = visit.tools.place
    if kiosk.lat is None or kiosk.lon is None or place.lat is None or place.lon is None:
        return None
    return distance_m(kiosk.lat, kiosk.lon, place.lat, place.lon)


def straight(visit: Visit, place: Place) -> str:
    """从这里往东南，直线 650 米; empty when one of the two has no position."""
    kiosk, say = visit.tools.place, visit.say
    if kiosk.lat is None or kiosk.lon is None or place.lat is None or place.lon is None:
        return ""
    east, north = offset_m(kiosk.lat, kiosk.lon, place.lat, place.lon)
    octant = OCTANTS[round(math.atan2(east, north) / (math.pi / 4)) % len(OCTANTS)]
    far = wording.distance(say, math.hypot(east, north))
    return say("places.way", way=say(f"bearing.{octant}"), distance=far)


def state(visit: Visit, place: Place) -> Tag | None:
    """到 17:00 or 明天 9:00 开门; None when the clock is not trusted or the hours are unknown."""
    clock = visit.tools.clock
    if not clock.trusted or not place.hours:
        return None
    say, now = visit.say, clock.now()
    current = opening(place, now, visit.calendars)
    if current.now is not None and current.now.closes - current.now.opens >= ALL_DAY:
        return Tag(say("open.always"), "check_circle", "ok")
    if current.now is not None:
        return Tag(say("open.until", time=wording.time_of_day(current.now.last_acceptance)), "check_circle", "ok")
    if current.next is None:
        return Tag(say("open.unknown"), "warning", "warn")
    when = wording.relative_day(say, current.next.opens.date(), now.date())
    return Tag(say("open.next", when=when, time=wording.time_of_day(current.next.opens)), "warning", "warn")


def calendar_note(visit: Visit, place: Place) -> str:
    """Said when this year's holidays are not known, so that only weekdays are."""
    clock = visit.tools.clock
    if not clock.trusted or not place.hours or visit.calendars(clock.now().year) is not None:
        return ""
    return visit.say("hours.no_calendar", year=clock.now().year)


def way_lines(visit: Visit, place: Place) -> tuple[tuple[str, str], ...]:
    """(icon, words): distance, bus, hours, phone; hours and phone are said even when nobody checked them."""
    say = visit.say
    lines: list[tuple[str, str]] = []
    metres = metres_to(visit, place)
    if metres is not None:
        lines.append(("near_me", say("place.straight", distance=wording.distance(say, metres))))
    lines.extend(("directions_bus", line) for line in wording.bus_lines(say, place)[:2])
    hours = wording.hours_lines(say, place, visit.tools.clock.now().date())
    lines.extend(("schedule", line) for line in hours[:3])
    if not hours:
        lines.append(("schedule", say("empty.hours")))
    lines.append(("call", place.phone or say("empty.phone")))
    return tuple(lines)


def map_of(visit: Visit, places: Sequence[Place], chosen: str | None, *, numbered: bool = False) -> MapView | None:
    """The schematic with this kiosk in the middle; None when nothing on it has a position."""
    kiosk = visit.tools.place
    if kiosk.lat is None or kiosk.lon is None:
        return None
    pins = []
    for index, place in enumerate(places):
        if place.lat is None or place.lon is None:
            continue
        east, north = offset_m(kiosk.lat, kiosk.lon, place.lat, place.lon)
        letter = str(index + 1) if numbered else LETTERS[index % len(LETTERS)]
        pins.append(Pin(east, north, letter, place.name, "office", place.id == chosen))
    if not pins:
        return None
    return MapView(visit.say("map.here"), visit.say("map.north"), tuple(pins), visit.say("map.schematic"))


def nearest_first(visit: Visit, places: Sequence[Place]) -> tuple[Place, ...]:
    """By distance; places without a position last, in their own order."""

    def key(place: Place) -> float:
        metres = metres_to(visit, place)
        return float("inf") if metres is None else metres

    return tuple(sorted(places, key=key))


def section(visit: Visit, places: Sequence[Place], detail: str = "") -> PlaceSection:
    """去哪儿 with the nearest of `places` (at least one) and a way to the others."""
    say = visit.say
    ordered = nearest_first(visit, places)
    first = ordered[0]
    others = None
    if len(ordered) > 1:
        others = Press(say.count("place.others", len(ordered) - 1), "offices", "", "expand_more")
    return PlaceSection(
        head=say("section.where"),
        id=first.id,
        name=first.name,
        detail=detail if detail and detail != first.name else (first.address or ""),
        state=state(visit, first),
        lines=way_lines(visit, first),
        map=map_of(visit, [first], first.id),
        others=others,
    )
