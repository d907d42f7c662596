"""最近有纸的亭: where else the slip can be had when this kiosk has no paper."""

from __future__ import annotations

import datetime as dt

from domain import wording
from domain.ports import NearbyKiosk
from journeys.offices import OCTANTS
from journeys.views import NearPaper, Tag
from journeys.visit import Visit


def nearest_with_paper(visit: Visit) -> NearPaper | None:
    """The nearest one of which it is known; None when nothing is known."""
    neighbours = visit.tools.neighbours
    known = neighbours.with_paper() if neighbours is not None else ()
    return _view(visit, known[0], visit.tools.clock.now()) if known else None


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
