"""最近有纸的亭: where else the slip can be had when this kiosk has no paper."""

from __future__ import annotations

import datetime as dt

from domain import wording
from domain.ports import NearbyKiosk
from journeys.offices import OCTANTS
from journeys.views import NearPaper, Tag
from journeys.visit import Visit

KNOWN_FOR = dt.timedelta(hours=2)
"""What another kiosk said of its paper longer ago is not told."""


def nearest_with_paper(visit: Visit) -> NearPaper | None:
    """The nearest one of which it is known; None when nothing is known, or what time it is is not."""
    clock, neighbours = visit.tools.clock, visit.tools.neighbours
    if neighbours is None or not clock.trusted:
        return None
    now = clock.now()
    fresh = [kiosk for kiosk in neighbours.with_paper() if dt.timedelta() <= now - kiosk.at < KNOWN_FOR]
    if not fresh:
        return None
    return _view(visit, min(fresh, key=lambda kiosk: (kiosk.metres is None, kiosk.metres or 0.0)), now)


def _view(visit: Visit, kiosk: NearbyKiosk, now: dt.datetime) -> NearPaper:
    say = visit.say
    way = ""
    if kiosk.metres is not None:
        way = say("place.straight", distance=wording.distance(say, kiosk.metres))
        if kiosk.bearing is not None:
            octant = OCTANTS[round(kiosk.bearing / 45) % len(OCTANTS)]
            way = say("places.way", way=say(f"bearing.{octant}"), distance=wording.distance(say, kiosk.metres))
    at = wording.time_of_day(kiosk.at.astimezone(now.tzinfo))
    tag = Tag(say("near.low", time=at), "warning", "warn") if kiosk.low else Tag(
        say("near.paper", time=at), "check_circle", "ok"
    )  # fmt: skip
    return NearPaper(say("near.go", name=kiosk.name), way, tag)
