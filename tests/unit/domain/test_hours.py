"""Opening hours, holidays and make-up days, counted by hand on real calendars of 2026."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from domain.hours import opening, spans_on, weekdays, working_days_after
from domain.records import Calendar, Hours, Place

ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = Calendar(
    id="cal-2026",
    name="2026",
    year=2026,
    off=tuple(dt.date(2026, 10, day) for day in range(1, 8)),
    work=(dt.date(2026, 10, 10),),
)


def calendars(year: int) -> Calendar | None:
    return CALENDAR if year == 2026 else None


def place(**fields: object) -> Place:
    hours = fields.pop("hours", ({"days": "MO-FR", "open": "09:00", "close": "17:00"},))
    spans = tuple(Hours.model_validate(span) for span in hours)  # type: ignore[attr-defined]
    return Place.model_validate({"id": "pl-a", "name": "大厅", "hours": spans, "last_acceptance_minutes": 30, **fields})


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZONE)


OFFICE = place(open_on_workdays_only=True)


@pytest.mark.parametrize(
    ("when", "accepts_until", "next_opens"),
    [
        ("2026-11-20 08:59", None, "2026-11-20 09:00"),
        ("2026-11-20 09:00", "2026-11-20 16:30", "2026-11-23 09:00"),
        ("2026-11-20 16:30", "2026-11-20 16:30", "2026-11-23 09:00"),
        ("2026-11-20 16:31", None, "2026-11-23 09:00"),
        ("2026-11-21 10:00", None, "2026-11-23 09:00"),
        ("2026-09-30 17:30", None, "2026-10-08 09:00"),
        ("2026-10-10 10:00", "2026-10-10 16:30", "2026-10-12 09:00"),
    ],
)
def test_an_office_that_follows_working_days(when: str, accepts_until: str | None, next_opens: str) -> None:
    state = opening(OFFICE, at(when), calendars)
    assert (state.now.last_acceptance if state.now else None) == (at(accepts_until) if accepts_until else None)
    assert state.next is not None and state.next.opens == at(next_opens)
    assert state.calendar_known


def test_the_way_there_counts() -> None:
    state = opening(OFFICE, at("2026-11-20 16:20"), calendars, travel=dt.timedelta(minutes=15))
    assert state.now is None
    assert state.next is not None and state.next.opens == at("2026-11-23 09:00")


def test_lunch_and_a_season_that_wraps_the_year() -> None:
    split = place(
        last_acceptance_minutes=0,
        hours=(
            {"days": "MO-FR", "open": "08:30", "close": "11:30"},
            {"days": "MO-FR", "open": "13:30", "close": "17:00", "from": "10-01", "until": "05-31"},
            {"days": "MO-FR", "open": "14:00", "close": "17:30", "from": "06-01", "until": "09-30"},
        ),
    )
    noon = opening(split, at("2026-11-20 12:00"), calendars)
    assert noon.now is None and noon.next is not None and noon.next.opens == at("2026-11-20 13:30")
    summer = spans_on(split, dt.date(2026, 7, 1), calendars, ZONE)
    assert [span.opens.hour for span in summer] == [8, 14]


def test_a_park_is_open_on_holidays_and_a_library_that_closes_on_them_is_not() -> None:
    day = dt.date(2026, 10, 1)
    every_day = ({"days": "MO-SU", "open": "06:00", "close": "22:00"},)
    assert spans_on(place(hours=every_day), day, calendars)
    assert not spans_on(place(hours=every_day, closed_on_holidays=True), day, calendars)


def test_a_year_without_a_calendar_is_said() -> None:
    state = opening(OFFICE, at("2027-01-04 10:00"), calendars)
    assert state.now is not None and not state.calendar_known


def test_unknown_hours_promise_nothing() -> None:
    state = opening(place(hours=()), at("2026-11-20 10:00"), calendars)
    assert state.now is None and state.next is None


@pytest.mark.parametrize(
    ("day", "count", "expected", "known"),
    [
        ("2026-11-20", 1, "2026-11-23", True),
        ("2026-09-30", 1, "2026-10-08", True),
        ("2026-10-09", 1, "2026-10-10", True),
        ("2026-12-31", 1, "2027-01-01", False),
        ("2026-11-20", 0, "2026-11-20", True),
    ],
)
def test_working_days(day: str, count: int, expected: str, known: bool) -> None:
    got = working_days_after(dt.date.fromisoformat(day), count, calendars)
    assert got == (dt.date.fromisoformat(expected), known)


@pytest.mark.parametrize(
    ("text", "days"),
    [("MO-FR", {0, 1, 2, 3, 4}), ("SA-MO", {5, 6, 0}), ("MO,WE", {0, 2}), ("TU-SU", {1, 2, 3, 4, 5, 6})],
)
def test_weekdays(text: str, days: set[int]) -> None:
    assert weekdays(text) == days


@given(st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2026, 12, 10)))
def test_what_is_promised_is_kept(when: dt.datetime) -> None:
    """Going at the time that was named as the next one, one is accepted."""
    state = opening(OFFICE, when.replace(tzinfo=ZONE), calendars)
    assert state.next is not None
    there = opening(OFFICE, state.next.opens, calendars)
    assert there.now == state.next
