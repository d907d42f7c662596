"""The trips of a life event (一趟跑完) for one visit: the route from `domain.trip`, and how a page tells it."""

from __future__ import annotations

from domain import wording
from domain.guard import Way, way_between
from domain.life_plan import Plan
from domain.records import Place
from domain.trip import Route, Stop, Trip, plan_route
from journeys import offices
from journeys.names import guide_places
from journeys.views import RouteStop, RouteView
from journeys.visit import Visit


def route_of(visit: Visit, plan: Plan) -> Route:
    """The route for `plan` from this kiosk, beginning now; without times while the clock is not trusted."""
    clock, kiosk = visit.tools.clock, visit.tools.place

    def way(start: Place | None, end: Place) -> Way | None:
        if start is None:
            return way_between(kiosk.lat, kiosk.lon, end.lat, end.lon)
        return way_between(start.lat, start.lon, end.lat, end.lon)

    found = [offices.nearest_first(visit, guide_places(visit.catalogue, step.guide)) for step in plan.steps]
    return plan_route(plan.steps, found, clock.now() if clock.trusted else None, way, visit.calendars)


def first_day(visit: Visit, route: Route) -> RouteView | None:
    """The first trip as a strip; None when there is nowhere to go."""
    say = visit.say
    if not route.trips:
        return None
    trip, letters = route.trips[0], wording.letters(route)
    head = say("event.route_first")
    today = visit.tools.clock.now().date()
    if trip.day is not None and trip.day != today:
        head = say("event.route_day", day=wording.day_word(say, trip.day, today))
    parts = [say("event.route_steps", steps=wording.numbers(say, trip.steps))]
    if len(route.trips) > 1:
        parts.append(_then(visit, route.trips[1], letters))
    stops = tuple(_stop(visit, stop, letters[stop.place.id]) for stop in trip.stops)
    note = say("event.closed", steps=wording.numbers(say, route.closed)) if route.closed else ""
    if not note and not route.known and trip.day is not None:
        note = _no_calendar(visit, route)
    return RouteView(head, say("join.comma").join(parts), say("map.here"), stops, note)


def _no_calendar(visit: Visit, route: Route) -> str:
    years = [trip.day.year for trip in route.trips if trip.day is not None]
    missing = next((year for year in years if visit.calendars(year) is None), max(years) + 1)
    return visit.say("hours.no_calendar", year=missing)


def _then(visit: Visit, trip: Trip, letters: dict[str, str]) -> str:
    say = visit.say
    places = say("join.list").join(letters[stop.place.id] for stop in trip.stops)
    if trip.day is None:
        return say("event.then_later", places=places)
    day = wording.day_word(say, trip.day, visit.tools.clock.now().date())
    return say("event.then_day", day=day, places=places)


def _stop(visit: Visit, stop: Stop, letter: str) -> RouteStop:
    going = wording.way(visit.say, stop.way)
    return RouteStop(letter, wording.half_day(visit.say, stop), stop.place.name, going, stop.place.id)
