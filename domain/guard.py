"""The wasted-trip guard (白跑预警): whether going now is in vain, when it is not, and when it is finished then.

Pure: opening hours of the offices, the way there, holidays and the item's time limit go in, a `Verdict` comes out.
Screen, list rows and paper say what it says, so that they never differ.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from domain.geo import distance_m
from domain.hours import Calendars, Span, exceptions_on, opening, spans_on, working_days_after

if TYPE_CHECKING:
    from domain.ports import KioskPlace
    from domain.records import Guide, Limit, Place  # for annotations alone, as in domain.ports

DETOUR = 1.3
"""Streets are no straight line: about the mean of route to straight distance in cities built in blocks (1.2 to 1.4)."""

WALK_M_MIN = 75.0
"""4.5 km/h, an unhurried adult; with luggage or in old age one is slower, so minutes are rounded up."""

WALK_MOST_M = 2500.0
"""Longest way on foot that is proposed, metres along the streets: 34 minutes."""

BUS_WAIT_MIN = 12.0
"""To the stop, and waiting: half an interval of a city line, and the walks at both ends."""

BUS_M_MIN = 250.0
"""15 km/h with stops, the usual travelling speed of city buses."""

SOON = dt.timedelta(minutes=30)
"""Less than this between arrival and the last number is told as short."""

SOONER = dt.timedelta(minutes=30)
"""Another office is named only when one is accepted there so much earlier today, or on an earlier day."""

AFTERNOON = 15
"""A break that ends before this hour is the one at noon."""

ALL_DAY = dt.timedelta(hours=24)

STRIP_DAYS = 4
STRIP_FROM, STRIP_UNTIL = 6, 20
"""Hours of the day that a strip shows, the same as the horizon line above every page."""

Standing = Literal["open", "closing", "later", "not_today", "unknown"]
"""open: going now is right; closing: accepted, with little time; later: only later today; not_today; unknown: no hours
soon.
"""

Why = Literal["", "over", "late", "not_yet", "lunch", "day_off", "holiday", "special"]
"""Why not now: numbers are no longer given; they will not be when one arrives; not open yet; the break at noon; no
working day; a public holiday; closed on this very day.
"""

DayState = Literal["open", "over", "day_off", "holiday", "special"]


@dataclass(frozen=True, slots=True)
class Way:
    """The way to a place: minutes, rounded up, on foot or by bus."""

    minutes: int
    on_foot: bool

    @property
    def time(self) -> dt.timedelta:
        """How long."""
        return dt.timedelta(minutes=self.minutes)


@dataclass(frozen=True, slots=True)
class StripDay:
    """One day of the strip: spans as shares of 06:00 to 20:00, its state, when it opens, and where now is (today)."""

    day: dt.date
    spans: tuple[tuple[float, float], ...]
    state: DayState
    opens: dt.datetime | None
    now: float | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """Accepted on `accepted`, finished on `day` at the latest; `known`: every year on the way has its calendar."""

    accepted: dt.date
    day: dt.date
    known: bool


@dataclass(frozen=True, slots=True)
class Other:
    """Another office of the same item where one is accepted sooner, from `at` on, in `span`."""

    place: Place
    at: dt.datetime
    span: Span
    way: Way | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What comes of going now to `place`.

    `span`: where one is accepted now; `left`: from arrival until the last number; `last`: when numbers ended today;
    `next`: the next span that takes one; `due`: if accepted now, or then. `known`: this year and the days ahead have a
    calendar of holidays.
    """

    place: Place
    at: dt.datetime
    way: Way | None
    standing: Standing
    why: Why
    span: Span | None
    left: dt.timedelta | None
    last: dt.datetime | None
    next: Span | None
    due: Due | None
    days: tuple[StripDay, ...]
    known: bool
    note: str = ""
    other: Other | None = None

    @property
    def good(self) -> bool:
        """Whether to go now."""
        return self.standing in ("open", "closing")

    @property
    def all_day(self) -> bool:
        """Whether it is open round the clock."""
        return self.span is not None and self.span.closes - self.span.opens >= ALL_DAY


def way_between(lat: float | None, lon: float | None, to_lat: float | None, to_lon: float | None) -> Way | None:
    """The way from one position to another (WGS 84 degrees); None when one of them is unknown."""
    if lat is None or lon is None or to_lat is None or to_lon is None:
        return None
    metres = distance_m(lat, lon, to_lat, to_lon) * DETOUR
    if metres <= WALK_MOST_M:
        return Way(max(1, math.ceil(metres / WALK_M_MIN)), on_foot=True)
    return Way(math.ceil(BUS_WAIT_MIN + metres / BUS_M_MIN), on_foot=False)


def way_from(kiosk: KioskPlace) -> Callable[[Place], Way | None]:
    """The ways from a kiosk."""
    return lambda place: way_between(kiosk.lat, kiosk.lon, place.lat, place.lon)


def limit_of(guide: Guide) -> Limit | None:
    """How long the item takes: at once, as promised, else as the law allows; None when nobody has said."""
    from domain.records import Limit

    return Limit(days=0) if guide.immediate else guide.promised_limit or guide.legal_limit


def due(accepted: dt.date, limit: Limit | None, calendars: Calendars) -> Due | None:
    """When an item that is accepted on a day is finished: the day itself does not count."""
    if limit is None:
        return None
    if limit.unit == "calendar":
        return Due(accepted, accepted + dt.timedelta(days=limit.days), known=True)
    day, known = working_days_after(accepted, limit.days, calendars)
    return Due(accepted, day, known)


def judge(
    places: Sequence[Place],
    at: dt.datetime,
    way: Callable[[Place], Way | None],
    calendars: Calendars,
    limit: Limit | None = None,
    *,
    trusted: bool = True,
) -> Verdict | None:
    """Whether someone who leaves at `at` (aware) for the first of `places` (nearest first) is accepted, and what else
    helps. None when the clock is not `trusted`, there is no place, or its hours are unknown: then nothing is said.
    """
    if not trusted or not places or not (places[0].hours or places[0].exceptions):
        return None
    place, going = places[0], way(places[0])
    arrival = at + (going.time if going else dt.timedelta())
    state = opening(place, at, calendars, going.time if going else dt.timedelta())
    today = spans_on(place, at.date(), calendars, at.tzinfo)
    note = next((each.note for each in exceptions_on(place, at.date()) if each.note), "")
    standing, why = _standing(place, arrival, at, state.now, state.next, today, calendars)
    left = state.now.last_acceptance - arrival if state.now else None
    accepted = arrival.date() if state.now else state.next.opens.date() if state.next else None
    other = None if state.now else _other(places[1:], at, way, calendars, state.next)
    return Verdict(
        place=place,
        at=at,
        way=going,
        standing=standing,
        why=why,
        span=state.now,
        left=left,
        last=today[-1].last_acceptance if today else None,
        next=state.next,
        due=due(accepted, limit, calendars) if accepted else None,
        days=_strip(place, at, arrival, state.next, calendars),
        known=state.calendar_known,
        note=note,
        other=other,
    )


def _standing(
    place: Place,
    arrival: dt.datetime,
    at: dt.datetime,
    now: Span | None,
    following: Span | None,
    today: tuple[Span, ...],
    calendars: Calendars,
) -> tuple[Standing, Why]:
    if now is not None:
        short = now.last_acceptance - arrival < SOON and now.closes - now.opens < ALL_DAY
        return ("closing" if short else "open"), ""
    if following is None:
        return "unknown", ""
    if following.opens.date() == at.date():
        begun = any(span.opens <= arrival for span in today)
        return "later", "lunch" if begun and following.opens.hour < AFTERNOON else "not_yet"
    if not today:
        return "not_today", _shut(place, at.date(), calendars)
    # Numbers are still given while one reads this, but not any more when one arrives.
    return "not_today", "late" if at <= today[-1].last_acceptance else "over"


def _shut(place: Place, day: dt.date, calendars: Calendars) -> Literal["day_off", "holiday", "special"]:
    """Why a place has no hours on `day`."""
    if exceptions_on(place, day):
        return "special"
    calendar = calendars(day.year)
    follows = place.open_on_workdays_only or place.closed_on_holidays
    return "holiday" if follows and calendar is not None and day in calendar.off else "day_off"


def _strip(
    place: Place, at: dt.datetime, arrival: dt.datetime, following: Span | None, calendars: Calendars
) -> tuple[StripDay, ...]:
    """Today and the three days after it; should the next span lie further ahead, its day is the last one."""
    days = [at.date() + dt.timedelta(days=step) for step in range(STRIP_DAYS)]
    if following is not None and following.opens.date() > days[-1]:
        days[-1] = following.opens.date()
    strip = []
    for day in days:
        spans = spans_on(place, day, calendars, at.tzinfo)
        still = [span for span in spans if span.last_acceptance >= arrival]
        state: DayState = "open" if still else "over" if spans else _shut(place, day, calendars)
        shares = tuple((_share(span.opens, day), _share(span.closes, day)) for span in spans)
        now = _share(at, day) if day == at.date() else None
        opens = next((span.opens for span in still), None)
        strip.append(StripDay(day, tuple(s for s in shares if s[1] > s[0]), state, opens, now))
    return tuple(strip)


def _share(moment: dt.datetime, day: dt.date) -> float:
    """Where a moment lies between 06:00 and 20:00 of `day`, within 0…1."""
    first = dt.datetime.combine(day, dt.time(STRIP_FROM), moment.tzinfo)
    hours = (moment - first).total_seconds() / 3600
    return min(1.0, max(0.0, hours / (STRIP_UNTIL - STRIP_FROM)))


def _other(
    places: Sequence[Place],
    at: dt.datetime,
    way: Callable[[Place], Way | None],
    calendars: Calendars,
    following: Span | None,
) -> Other | None:
    """The nearest other office that takes one sooner than the first does."""
    for place in places:
        going = way(place)
        if not (place.hours or place.exceptions):
            continue
        time = going.time if going else dt.timedelta()
        state = opening(place, at, calendars, time)
        span = state.now or state.next
        if span is None:
            continue
        accepted = max(at + time, span.opens)
        if following is None or _sooner(accepted, following.opens, at):
            return Other(place, accepted, span, going)
    return None


def _sooner(one: dt.datetime, other: dt.datetime, at: dt.datetime) -> bool:
    """Whether the first is so much sooner that one would go elsewhere for it: on an earlier day, or today by `SOONER`;
    the morning of the same later day is not.
    """
    if other.date() > at.date():
        return one.date() < other.date()
    return one + SOONER <= other
