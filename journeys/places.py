"""附近网点 by distance from this kiosk, and one place with its week and what is done there."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from domain import wording
from domain.errors import CatalogueError, Code
from domain.guard import way_from
from domain.hours import spans_on
from domain.records import Place
from journeys import offices, rows
from journeys.browse import PlaceItemsStep
from journeys.moves import Go, Move, Open, Quiet
from journeys.names import verified_tag
from journeys.views import MapView, Place as PlaceView, PlaceLine, PlacePanel, Places, Press
from journeys.visit import Visit

KINDS = (
    "hall",
    "police",
    "hospital",
    "library",
    "park",
    "school",
    "bus",
    "market",
    "museum",
    "sport",
    "bank",
    "office",
    "other",
)
NEAREST = 24
PINS = 9
"""So many of the nearest are drawn; more would cover one another."""

WEEK = 7
ITEMS = 6


class PlacesStep(Quiet):
    """Places of one kind, nearest first; or only those of a guide (`only`)."""

    def __init__(self, visit: Visit, only: tuple[str, ...] = ()) -> None:
        self.visit = visit
        self.only = only
        self.kind = ""
        self.chosen: str | None = None
        self.page = 0
        visit.looked = True

    def _kinds(self, places: tuple[Place, ...]) -> list[str]:
        present = {place.place_kind for place in places}
        return [kind for kind in KINDS if kind in present]

    def view(self) -> Places:
        """The page."""
        visit, say = self.visit, self.visit.say
        everything = visit.catalogue.places()
        if self.only:
            everything = tuple(place for place in everything if place.id in self.only)
        kinds = [] if self.only else self._kinds(everything)
        if kinds and self.kind not in kinds:
            self.kind = kinds[0]
        listed = tuple(place for place in everything if not kinds or place.place_kind == self.kind)
        near = offices.nearest_first(visit, listed)[:NEAREST]
        if self.chosen not in {place.id for place in near}:
            self.chosen = near[0].id if near else None
        located = visit.tools.place.lat is not None
        return Places(
            title=say("places.of_guide") if self.only else say("places.title"),
            line=say("places.line") if located else say("places.no_position"),
            kinds=tuple((Press(say(f"place_kind.{kind}"), "kind", kind), kind == self.kind) for kind in kinds),
            map=self._map(near),
            rows=tuple(self._line(place, number) for number, place in enumerate(near, 1)),
            page=self.page,
            actions=self._actions(),
            empty="" if near else say("empty.list"),
            chosen=next((self._panel(place, n) for n, place in enumerate(near, 1) if place.id == self.chosen), None),
        )

    def _map(self, near: tuple[Place, ...]) -> MapView | None:
        """The drawing; below it the stop beside this kiosk, whose position nobody has said, so that it is no pin."""
        say, stop = self.visit.say, self.visit.tools.place.stop
        drawn = offices.map_of(self.visit, near[:PINS], self.chosen, numbered=True)
        if drawn is None or not stop:
            return drawn
        return replace(drawn, line=say("join.dot").join((drawn.line, say("places.here_stop", stop=stop))))

    def _actions(self) -> tuple[Press, ...]:
        say = self.visit.say
        if self.chosen is None:
            return ()
        actions = [Press(say("places.see"), "place", self.chosen, "place")]
        if self.visit.catalogue.at_place(self.chosen):
            actions.append(Press(say("places.items"), "items", self.chosen, "list_alt"))
        return tuple(actions)

    def _panel(self, place: Place, number: int) -> PlacePanel:
        visit, say = self.visit, self.visit.say
        straight = offices.straight(visit, place)
        lines = [("near_me", straight)] if straight else []
        lines += [("directions_bus", line) for line in wording.bus_lines(say, place)[:1]]
        if not lines:
            lines.append(("place", place.address or say("empty.address")))
        remark = wording.way(say, way_from(visit.tools.place)(place))
        return PlacePanel(
            number, place.name, remark, tuple(lines), verified_tag(visit, place.verified_on, place.verified_by)
        )

    def _line(self, place: Place, number: int) -> PlaceLine:
        say = self.visit.say
        metres = offices.metres_to(self.visit, place)
        bus = wording.bus_lines(say, place)
        return PlaceLine(
            id=place.id,
            number=number,
            name=place.name,
            detail=place.address or (bus[0] if bus else ""),
            state=offices.state(self.visit, place),
            distance=wording.distance(say, metres) if metres is not None else "",
            chosen=place.id == self.chosen,
        )

    def do(self, action: str, value: str) -> Move | None:
        """Kinds, choosing, pages, leading on."""
        if action == "kind":
            self.kind, self.page, self.chosen = value, 0, None
        elif action == "choose":
            if value == self.chosen:
                return Open(value)
            self.chosen = value
        elif action == "page" and value.isdigit():
            self.page = int(value)
        elif action == "items":
            return Go(PlaceItemsStep(self.visit, value))
        elif action in ("place", "open"):
            return Open(value)
        return None


class PlaceStep(Quiet):
    """One place."""

    def __init__(self, visit: Visit, id: str) -> None:
        self.visit = visit
        self.id = id
        self.page = 0
        visit.looked = True

    def view(self) -> PlaceView:
        """The page. Raises `CatalogueError` (K-06) when the place is gone."""
        visit, say = self.visit, self.visit.say
        place = visit.catalogue.get(Place, self.id)
        if place is None:
            raise CatalogueError(Code.NO_SUCH_ITEM)
        items = visit.catalogue.at_place(self.id)
        lines = (("place", place.address or say("empty.address")), *offices.way_lines(visit, place))
        lines = tuple(line for line in lines if line[0] != "schedule" or not place.hours)
        if place.accessibility:
            known = [say(f"access.{item}") for item in place.accessibility if say.has(f"access.{item}")]
            if known:
                lines = (*lines, ("accessible", say("join.list").join(known)))
        return PlaceView(
            id=place.id,
            name=place.name,
            alias=place.alias or "",
            state=offices.state(visit, place),
            lines=lines,
            week=self._week(place),
            week_note=offices.calendar_note(visit, place) or self._last(place),
            map=offices.map_of(visit, [place], place.id),
            items_head=say.count("place.items", len(items)) if items else "",
            items=rows.rows(visit, items[:ITEMS]),
            verified=verified_tag(visit, place.verified_on, place.verified_by),
            page=self.page,
            actions=(Press(say("place.all_items"), "items", self.id, "list_alt"),) if len(items) > ITEMS else (),
        )

    def _last(self, place: Place) -> str:
        minutes = place.last_acceptance_minutes
        return self.visit.say("hours.last", n=minutes) if minutes else ""

    def _week(self, place: Place) -> tuple[tuple[str, str, bool], ...]:
        """The next seven days with real dates, so that holidays show; plain weekdays while the clock is not trusted."""
        visit, say = self.visit, self.visit.say
        clock = visit.tools.clock
        today = clock.now().date()
        if not place.hours:
            return ()
        if not clock.trusted:
            return tuple((line, "", False) for line in wording.hours_lines(say, place, today))
        week = []
        for ahead in range(WEEK):
            day = today + dt.timedelta(days=ahead)
            spans = spans_on(place, day, visit.calendars)
            times = say("join.comma").join(
                f"{wording.time_of_day(span.opens)}–{wording.time_of_day(span.closes)}" for span in spans
            )
            name = say("day.today") if ahead == 0 else wording.weekday(say, day)
            week.append((name, times or say("hours.closed"), ahead == 0))
        return tuple(week)

    def do(self, action: str, value: str) -> Move | None:
        """Leads on."""
        if action == "open":
            return Open(value)
        if action == "items":
            return Go(PlaceItemsStep(self.visit, self.id))
        if action == "page" and value.isdigit():
            self.page = int(value)
        return None
