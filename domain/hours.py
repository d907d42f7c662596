"""Opening hours of a place: weekly spans with seasons, exceptions, public holidays and make-up working days, last
acceptance; and the same as rules of RFC 5545.

The calendar is a published record; for a year without one only weekdays are known, and `Opening.calendar_known` says
so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from domain.records import Calendar, DayException, Hours, Place

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

LOOK_AHEAD_DAYS = 21
"""The longest closure that is looked past; the Spring Festival week with its neighbours is 10 days."""

Calendars = Callable[[int], "Calendar | None"]


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
    """Whether the span's season holds `day`, both ends counting. MM-DD to MM-DD comes every year and may wrap it;
    YYYY-MM-DD is one day of one year; a season with one end goes on beyond the other (MM-DD: within the year).
    """
    first, last = hours.season_from, hours.season_until
    if first and last and len(first) == len(last) == len("MM-DD") and first > last:
        return f"{day:%m-%d}" >= first or f"{day:%m-%d}" <= last
    return (not first or _mark(day, first) >= first) and (not last or _mark(day, last) <= last)


def _mark(day: dt.date, like: str) -> str:
    """`day` as the end of a season is written."""
    return f"{day:%m-%d}" if len(like) == len("MM-DD") else day.isoformat()


def _at(day: dt.date, time: str, zone: dt.tzinfo | None) -> dt.datetime:
    hour, minute = map(int, time.split(":"))
    extra, hour = divmod(hour, 24)
    return dt.datetime.combine(day, dt.time(hour, minute), zone) + dt.timedelta(days=extra)


def _possible(opens: str, closes: str) -> bool:
    """Whether anyone can come: not over when it begins, and not beginning when its day is over."""
    return opens not in (closes, "24:00")


def _span(place: Place, day: dt.date, opens: str, closes: str, zone: dt.tzinfo | None) -> Span | None:
    """One span that begins on `day`; one that closes before it opens goes on over midnight. None for one that is
    over when it begins.
    """
    if not _possible(opens, closes):
        return None
    start, end = _at(day, opens, zone), _at(day, closes, zone)
    if end < start:
        end += dt.timedelta(days=1)
    last = end - dt.timedelta(minutes=place.last_acceptance_minutes or 0)
    return Span(start, end, max(last, start))


def exceptions_on(place: Place, day: dt.date) -> tuple[DayException, ...]:
    """What holds on `day` instead of everything else: of several, those for the fewest days."""
    found = [each for each in place.exceptions if each.on <= day <= (each.until or each.on)]
    fewest = min(((each.until or each.on) - each.on for each in found), default=None)
    return tuple(each for each in found if (each.until or each.on) - each.on == fewest)


def spans_on(place: Place, day: dt.date, calendars: Calendars, zone: dt.tzinfo | None = None) -> tuple[Span, ...]:
    """The spans that begin on `day`, earliest first.

    Exceptions of the place go before everything. On a public holiday an office is closed, and a place that is open
    on holidays keeps, on a weekday on which it is else closed, its hours of a Sunday (or of the day nearest before
    Sunday that has any). On a make-up working day an office keeps the hours of its first working day of the week.
    """
    if special := exceptions_on(place, day):
        timed = (_span(place, day, it.open, it.close, zone) for it in special if it.open and it.close)
        return tuple(sorted((span for span in timed if span), key=lambda span: span.opens))
    calendar = calendars(day.year)
    off = calendar is not None and day in calendar.off
    work = calendar is not None and day in calendar.work
    if off and (place.open_on_workdays_only or place.closed_on_holidays):
        return ()
    spans = _weekly(place, day, day.weekday(), zone)
    if place.open_on_workdays_only and day.weekday() > 4:
        return next(filter(None, (_weekly(place, day, each, zone) for each in range(5))), ()) if work else ()
    if off and place.open_on_holidays and not spans:
        return next(filter(None, (_weekly(place, day, each, zone) for each in range(6, -1, -1))), ())
    return spans


def _weekly(place: Place, day: dt.date, weekday: int, zone: dt.tzinfo | None) -> tuple[Span, ...]:
    """The spans of `day` with the hours of `weekday`."""
    found = (
        _span(place, day, hours.open, hours.close, zone)
        for hours in place.hours
        if weekday in weekdays(hours.days) and in_season(hours, day)
    )
    return tuple(sorted((span for span in found if span), key=lambda span: span.opens))


def opening(place: Place, at: dt.datetime, calendars: Calendars, travel: dt.timedelta = dt.timedelta()) -> Opening:
    """Whether someone who leaves at `at` and needs `travel` is still accepted, and when next otherwise."""
    arrival = at + travel
    current: Span | None = None
    known = calendars(at.year) is not None
    # From the day before: a span may go on over midnight.
    for ahead in range(-1, LOOK_AHEAD_DAYS):
        day = arrival.date() + dt.timedelta(days=ahead)
        for span in spans_on(place, day, calendars, at.tzinfo):
            if span.opens <= arrival <= span.last_acceptance:
                current = span
            elif span.opens > arrival:
                return Opening(current, span, known and calendars(day.year) is not None)
    return Opening(current, None, known)


@dataclass(frozen=True, slots=True)
class Recurrence:
    """Hours as RFC 5545 tells them, in local time without a zone: the first day with its time (DTSTART), how long
    (DURATION), and the rule.
    """

    start: dt.datetime
    duration: dt.timedelta
    rule: str


def recurrences(hours: Hours, year: int) -> tuple[Recurrence, ...]:
    """The stretches of one weekly span in `year` (two where its season wraps the year), without holidays, which no
    rule of RFC 5545 knows. Raises ValueError for a span that is over when it begins.
    """
    if not _possible(hours.open, hours.close):
        raise ValueError(f"from {hours.open} to {hours.close} nobody can come")
    opens, closes = _at(dt.date(year, 1, 1), hours.open, None), _at(dt.date(year, 1, 1), hours.close, None)
    duration = closes - opens if closes > opens else closes - opens + dt.timedelta(days=1)
    days = [dt.date(year, 1, 1) + dt.timedelta(days=step) for step in range(366)]
    held = [day for day in days if day.year == year and in_season(hours, day)]
    firsts = [day for day in held if day - dt.timedelta(days=1) not in held]
    lasts = [day for day in held if day + dt.timedelta(days=1) not in held]
    return tuple(
        Recurrence(_at(first, hours.open, None), duration, rrule(hours, last))
        for first, last in zip(firsts, lasts, strict=True)
    )


def rrule(hours: Hours, until: dt.date | None = None) -> str:
    """``FREQ=WEEKLY;BYDAY=MO,TU;UNTIL=20260930T235959`` (RFC 5545, 3.3.10); UNTIL is local, as DTSTART is."""
    days = ",".join(DAYS[day] for day in sorted(weekdays(hours.days)))
    end = f";UNTIL={until:%Y%m%d}T235959" if until else ""
    return f"FREQ=WEEKLY;BYDAY={days}{end}"


def works(day: dt.date, calendars: Calendars) -> bool:
    """Whether `day` is a working day (工作日), make-up days included."""
    calendar = calendars(day.year)
    off = calendar is not None and day in calendar.off
    work = calendar is not None and day in calendar.work
    return work or (day.weekday() < 5 and not off)


def working_days_after(day: dt.date, count: int, calendars: Calendars) -> tuple[dt.date, bool]:
    """The day `count` working days (工作日) after `day`, and whether every year on the way has a calendar."""
    known = True
    current = day
    left = count
    while left > 0:
        current += dt.timedelta(days=1)
        known = known and calendars(current.year) is not None
        left -= works(current, calendars)
    return current, known
