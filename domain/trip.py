"""One trip for a whole life event (一趟跑完): which steps on which day, at which office, morning or afternoon.

Greedy and deterministic. A trip begins on the first day on which everything that comes next is ready; on the way
everything else that is ready is done, too. So nothing is done before what it needs, never at a closed office, and
there are at most as many trips as offices times waves (a wave: what needs no result of its own wave).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from domain.guard import Way, due, limit_of
from domain.hours import Calendars, spans_on, works
from domain.life_plan import PlannedStep
from domain.records import Hours, Place

SERVICE = dt.timedelta(minutes=20)
"""At a window for one step, with waiting for the number; sets when one leaves for the next office."""

WAIT = dt.timedelta(minutes=30)
"""Less waiting at a door than this does not change the order of a day."""

LOOK_AHEAD_DAYS = 60
"""So far ahead a day for the next trip is looked for."""

WORTH_WAITING_DAYS = 3
"""So long one rather waits for a day on which more can be done: over a weekend."""

ROUND_THE_CLOCK = (Hours(days="MO-SU", open="00:00", close="24:00"),)
NOON = 12
ANY_DAY = dt.datetime(2001, 1, 1)
"""A Monday; the plan by limits alone is counted from it."""

WayBetween = Callable[[Place | None, Place], Way | None]
"""The way from an office (None: from the kiosk) to another."""


@dataclass(frozen=True, slots=True)
class Stop:
    """An office on a trip: the steps done there (their places in the plan, from 0), the way to it, and from when one
    is served; None when its hours are unknown or the clock is not trusted.
    """

    place: Place
    steps: tuple[int, ...]
    way: Way | None
    at: dt.datetime | None

    @property
    def morning(self) -> bool:
        """Whether before noon."""
        return self.at is not None and self.at.hour < NOON


@dataclass(frozen=True, slots=True)
class Trip:
    """One day out. `day` None: the clock is not trusted. `waits`: steps before whose results it needs."""

    day: dt.date | None
    stops: tuple[Stop, ...]
    waits: tuple[int, ...] = ()

    @property
    def steps(self) -> tuple[int, ...]:
        """All steps of the day, in order of doing."""
        return tuple(step for stop in self.stops for step in stop.steps)


@dataclass(frozen=True, slots=True)
class Route:
    """The trips; `at_home`: steps without an office to go to; `closed`: steps whose office does not open within two
    months.

    `working_days`: from the first step until the last result by limits alone (工作日), the first day not counting;
    `at_least`: some department has not said how long it takes. `known`: every year on the way has its calendar.
    """

    trips: tuple[Trip, ...]
    at_home: tuple[int, ...]
    closed: tuple[int, ...]
    working_days: int
    at_least: bool
    known: bool
    offices: tuple[Place | None, ...] = field(default=())
    """The office of each step, None: none to go to."""

    @property
    def places(self) -> tuple[Place, ...]:
        """Offices in the order in which one comes to them."""
        found = {stop.place.id: stop.place for trip in self.trips for stop in trip.stops}
        return tuple(found.values())


def plan_route(
    steps: Sequence[PlannedStep],
    candidates: Sequence[Sequence[Place]],
    at: dt.datetime | None,
    way: WayBetween,
    calendars: Calendars,
) -> Route:
    """The route for `steps` in the plan's order; `candidates`: the offices of each, nearest first (none: nothing to go
    to); `at`: when one leaves the kiosk (aware), None while the clock is not trusted: then trips have no times.
    """
    offices = _offices(steps, candidates)
    bare = [place and place.model_copy(update={"hours": ROUND_THE_CLOCK, **_ALWAYS}) for place in offices]
    abstract = _Planner(steps, bare, way, lambda year: None).plan(ANY_DAY)
    at_least = any(limit_of(step.guide) is None for step in steps)
    count = sum(works(ANY_DAY.date() + dt.timedelta(days=n), lambda year: None) for n in range(1, abstract.length + 1))
    planned = abstract if at is None else _Planner(steps, offices, way, calendars).plan(at)
    at_home = tuple(n for n, office in enumerate(offices) if office is None and n not in planned.closed)
    trips = tuple(
        Trip(
            trip.day if at else None,
            tuple(
                Stop(
                    next(office for office in offices if office and office.id == stop.place.id),
                    stop.steps,
                    stop.way,
                    stop.at if at else None,
                )
                for stop in trip.stops
            ),
            trip.waits,
        )
        for trip in planned.trips
    )
    return Route(trips, at_home, planned.closed, count, at_least, planned.known or at is None, tuple(offices))


_ALWAYS = {"exceptions": (), "open_on_workdays_only": False, "closed_on_holidays": False, "last_acceptance_minutes": 0}


def _offices(steps: Sequence[PlannedStep], candidates: Sequence[Sequence[Place]]) -> list[Place | None]:
    """One office a step, so that they are few: again and again the one at which most of the steps that are left can be
    done, the nearest of equals.
    """
    chosen: list[Place | None] = [None] * len(steps)
    left = {n for n, places in enumerate(candidates) if places and steps[n].guide.visits != 0}
    while left:
        uses: dict[str, int] = {}
        nearness: dict[str, int] = {}
        for n in sorted(left):
            for near, place in enumerate(candidates[n]):
                uses[place.id] = uses.get(place.id, 0) + 1
                nearness[place.id] = min(near, nearness.get(place.id, near))
        best = min(uses, key=lambda id: (-uses[id], nearness[id], list(uses).index(id)))
        for n in sorted(left):
            found = next((place for place in candidates[n] if place.id == best), None)
            if found:
                chosen[n] = found
                left.discard(n)
    return chosen


@dataclass(frozen=True, slots=True)
class _Planned:
    trips: tuple[Trip, ...]
    closed: tuple[int, ...]
    length: int
    """Days from the first one until the last result."""
    known: bool


class _Planner:
    """One planning: what is done and when its result is there."""

    def __init__(
        self,
        steps: Sequence[PlannedStep],
        offices: Sequence[Place | None],
        way: WayBetween,
        calendars: Calendars,
    ) -> None:
        self._steps = steps
        self._offices = offices
        self._way = way
        self._calendars = calendars
        numbers = {step.guide.id: n for n, step in enumerate(steps)}
        self._after = [tuple(numbers[id] for id in step.after if id in numbers) for step in steps]
        self._done: dict[int, dt.datetime] = {}
        """When the result of a step is there."""
        self._closed: list[int] = []
        self._known = True

    def plan(self, at: dt.datetime) -> _Planned:
        """Trips from the moment `at` on."""
        self._start, trips = at, []
        waves = self._waves()
        now = at
        while True:
            self._stay_home(now)
            left = [n for n in range(len(self._steps)) if n not in self._done and n not in self._closed]
            if not left:
                break
            wave = min(waves[n] for n in left)
            first = [n for n in left if waves[n] == wave]
            ready = max([now, *(self._ready(n) for n in first)])
            found = self._next_trip(ready, first, at)
            if found is None:
                self._closed.extend(first)
                # What needs the result of an item that cannot be had is left out with it.
                self._closed.extend(n for n in left if n not in first and not self._can(n))
                continue
            trip, now = found
            trips.append(trip)
        last = max([at, *self._done.values()])
        return _Planned(tuple(trips), tuple(sorted(set(self._closed))), (last.date() - at.date()).days, self._known)

    def _can(self, step: int) -> bool:
        return all(before not in self._closed and self._can(before) for before in self._after[step])

    def _waves(self) -> list[int]:
        """The wave of each step: one more than any it needs whose result takes days, or that is done at another
        office.
        """
        waves: list[int] = []
        for n, before in enumerate(self._after):
            waves.append(max((waves[b] + (self._takes(b) or self._elsewhere(n, b)) for b in before), default=0))
        return waves

    def _takes(self, step: int) -> bool:
        limit = limit_of(self._steps[step].guide)
        return limit is None or limit.days > 0

    def _elsewhere(self, one: int, other: int) -> bool:
        here, there = self._offices[one], self._offices[other]
        return there is not None and (here is None or here.id != there.id)

    def _ready(self, step: int) -> dt.datetime:
        """When all results that a step needs are there."""
        return max([self._start, *(self._done[b] for b in self._after[step] if b in self._done)])

    def _finish(self, step: int, served: dt.datetime) -> None:
        limit = limit_of(self._steps[step].guide)
        if limit is None or limit.days == 0:
            # Nobody has said how long: at least until the next day.
            self._done[step] = served if limit else _midnight(served, 1)
            return
        end = due(served.date(), limit, self._calendars)
        assert end is not None
        self._known = self._known and end.known
        self._done[step] = _midnight(served, (end.day - served.date()).days)

    def _stay_home(self, now: dt.datetime) -> None:
        """Does the steps without an office whose turn it is."""
        for n, office in enumerate(self._offices):
            if office is None and n not in self._done and all(b in self._done for b in self._after[n]):
                self._finish(n, self._ready(n))

    def _next_trip(self, ready: dt.datetime, first: list[int], at: dt.datetime) -> tuple[Trip, dt.datetime] | None:
        """The day from `ready` on on which most can be done, some of `first` among it, no later than
        `WORTH_WAITING_DAYS` after the first such day; and the moment from which to plan on.
        """
        before, known = dict(self._done), self._known
        most, best, until = 0, ready, LOOK_AHEAD_DAYS
        possible = sum(office is not None and n not in before for n, office in enumerate(self._offices))
        for ahead in range(LOOK_AHEAD_DAYS):
            if ahead > until or most == possible:
                break
            start = ready if ahead == 0 else _midnight(ready, ahead)
            self._day(start, first, leaving=start == at)
            count = len(self._done) - len(before) if any(n in self._done for n in first) else 0
            self._done, self._known = dict(before), known
            if count > most:
                until = ahead + WORTH_WAITING_DAYS if not most else until
                most, best = count, start
        if not most:
            return None
        stops = self._day(best, first, leaving=best == at)
        needed = {b for stop in stops for n in stop.steps for b in self._after[n] if b in before}
        self._known = self._known and self._calendars(best.year) is not None
        waits = tuple(sorted(n for n in needed if before[n].date() > at.date()))
        return Trip(best.date(), tuple(stops), waits), _midnight(best, 1)

    def _day(self, start: dt.datetime, first: list[int], *, leaving: bool) -> list[Stop]:
        """The stops of one day, those for steps of `first` before others. `leaving`: from the kiosk at `start`; else
        one is at the first office when it opens.
        """
        stops: list[Stop] = []
        time, where = start, None
        while found := self._next_stop(time, where, first, travels=leaving or bool(stops)):
            office, going, served = found
            steps = self._serve(office, served)
            stops.append(Stop(office, steps, going, served if office.hours or office.exceptions else None))
            time, where = served + SERVICE * len(steps), office
        return stops

    def _next_stop(
        self, time: dt.datetime, where: Place | None, first: list[int], *, travels: bool
    ) -> tuple[Place, Way | None, dt.datetime] | None:
        """(office, way, when one is served): for `first` before others, where one waits least, then in the plan's
        order; None when nothing more can be done that day.
        """
        best: tuple[tuple[bool, int], tuple[Place, Way | None, dt.datetime]] | None = None
        for n, office in enumerate(self._offices):
            if office is None or n in self._done or n in self._closed or not self._due_by(n, time):
                continue
            going = self._way(where, office)
            arrival = time + (going.time if going and travels else dt.timedelta())
            served = self._served(office, arrival, time.date())
            if served is not None:
                rank = n not in first, (served - arrival) // WAIT
                if best is None or rank < best[0]:
                    best = rank, (office, going, served)
        return best[1] if best else None

    def _due_by(self, step: int, time: dt.datetime) -> bool:
        """Whether all that a step needs is there on the day of `time`."""
        return all(b in self._done and self._done[b].date() <= time.date() for b in self._after[step])

    def _served(self, office: Place, arrival: dt.datetime, day: dt.date) -> dt.datetime | None:
        """When one who arrives is served on `day`; None when not any more."""
        if not office.hours and not office.exceptions:
            # Nobody has said when: on a working day, and the citizen rings before.
            return arrival if works(day, self._calendars) else None
        for span in spans_on(office, day, self._calendars, arrival.tzinfo):
            if arrival <= span.last_acceptance:
                return max(arrival, span.opens)
        return None

    def _serve(self, office: Place, served: dt.datetime) -> tuple[int, ...]:
        """Does every step that can be done at `office`, those that need one another at once one after the other."""
        steps: list[int] = []
        for n, its in enumerate(self._offices):
            if its is not None and its.id == office.id and n not in self._done and self._due_by(n, served):
                self._finish(n, served)
                steps.append(n)
        return tuple(steps)


def _midnight(moment: dt.datetime, days: int) -> dt.datetime:
    """The beginning of the day so many days later; of the same day: the moment itself."""
    if days == 0:
        return moment
    return dt.datetime.combine(moment.date() + dt.timedelta(days=days), dt.time(), moment.tzinfo)
