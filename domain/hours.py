"""Opening hours of a place: weekly spans with seasons, public holidays and make-up working days, last acceptance.

The calendar is a published record; for a year without one only weekdays are known, and `Opening.calendar_known` says
so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from domain.records import Calendar, Hours, Place

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

LOOK_AHEAD_DAYS = 21
"""The longest closure that is looked past; the Spring Festival week with its neighbours is 10 days."""

Calendars = Callable[[int], Calendar | None]


@dataclass(frozen=True, slots=True)
class Span:
    """From `opens` until `closes` on one day; people are accepted until `last_acceptance`."""

    opens: dt.datetime
    closes: dt.datetime
    last_acceptance: dt.datetime


@dataclass(frozen=True, slots=True)
class Opening:
    """State at one moment: `now` is the span that still accepts, `next` the following one; both None: hours unknown
    or none soon.
    """

    now: Span | None
    next: Span | None
    calendar_known: bool


def weekdays(text: str) -> frozenset[int]:
    """``MO-FR`` or ``MO,WE`` → weekday numbers, Monday 0; a range may wrap (SA-MO)."""
    days: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        start, stop = DAYS.index(first), DAYS.index(last or first)
        span = (stop - start) % 7
        days.update((start + step) % 7 for step in range(span + 1))
    return frozenset(days)


def in_season(hours: Hours, day: dt.date) -> bool:
    """Whether the span's season holds `day`; seasons may wrap the year."""
    if hours.season_from is None or hours.season_until is None:
        return True
    mark = f"{day:%m-%d}"
    if hours.season_from <= hours.season_until:
        return hours.season_from <= mark <= hours.season_until
    return mark >= hours.season_from or mark <= hours.season_until


def _at(day: dt.date, time: str, zone: dt.tzinfo | None) -> dt.datetime:
    hour, minute = map(int, time.split(":"))
    extra, hour = divmod(hour, 24)
    return dt.datetime.combine(day, dt.time(hour, minute), zone) + dt.timedelta(days=extra)


def spans_on(place: Place, day: dt.date, calendars: Calendars, zone: dt.tzinfo | None = None) -> tuple[Span, ...]:
    """The spans of `day`, earliest first. On a make-up working day an office keeps its Monday-to-Friday hours of a
    weekday.
    """
    calendar = calendars(day.year)
    off = calendar is not None and day in calendar.off
    work = calendar is not None and day in calendar.work
    if off and (place.open_on_workdays_only or place.closed_on_holidays):
        return ()
    weekday = day.weekday()
    if work and place.open_on_workdays_only:
        weekday = 0 if weekday > 4 else weekday
    elif place.open_on_workdays_only and weekday > 4:
        return ()
    spans = []
    for hours in place.hours:
        if weekday in weekdays(hours.days) and in_season(hours, day):
            opens, closes = _at(day, hours.open, zone), _at(day, hours.close, zone)
            last = closes - dt.timedelta(minutes=place.last_acceptance_minutes or 0)
            spans.append(Span(opens, closes, max(last, opens)))
    return tuple(sorted(spans, key=lambda span: span.opens))


def opening(place: Place, at: dt.datetime, calendars: Calendars, travel: dt.timedelta = dt.timedelta()) -> Opening:
    """Whether someone who leaves at `at` and needs `travel` is still accepted, and when next otherwise."""
    arrival = at + travel
    current: Span | None = None
    following: Span | None = None
    known = calendars(at.year) is not None
    for ahead in range(LOOK_AHEAD_DAYS):
        day = at.date() + dt.timedelta(days=ahead)
        for span in spans_on(place, day, calendars, at.tzinfo):
            if current is None and span.opens <= arrival <= span.last_acceptance and ahead == 0:
                current = span
            elif span.opens > arrival:
                following = span
                known = known and calendars(day.year) is not None
                return Opening(current, following, known)
    return Opening(current, following, known)


def working_days_after(day: dt.date, count: int, calendars: Calendars) -> tuple[dt.date, bool]:
    """The day `count` working days (工作日) after `day`, and whether every year on the way has a calendar."""
    known = True
    current = day
    left = count
    while left > 0:
        current += dt.timedelta(days=1)
        calendar = calendars(current.year)
        known = known and calendar is not None
        off = calendar is not None and current in calendar.off
        work = calendar is not None and current in calendar.work
        if work or (current.weekday() < 5 and not off):
            left -= 1
    return current, known
