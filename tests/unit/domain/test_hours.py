"""Opening hours, holidays and make-up days, counted by hand on real calendars of 2026."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings, strategies as st

from domain.hours import opening, recurrences, rrule, spans_on, weekdays, working_days_after, works
from domain.records import Calendar, DayException, Hours, Place

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


def spans(place: Place, day: str, zone: dt.tzinfo | None = None) -> list[str]:
    return [
        f"{span.opens:%H:%M}-{span.closes:%d %H:%M}"
        for span in spans_on(place, dt.date.fromisoformat(day), calendars, zone)
    ]


MUSEUM = ({"days": "TU-SU", "open": "09:00", "close": "17:00"},)


def test_a_museum_that_closes_on_mondays_opens_when_the_monday_is_a_holiday() -> None:
    museum = place(hours=MUSEUM, open_on_holidays=True)
    assert spans(museum, "2026-10-05") == ["09:00-05 17:00"]  # a Monday of the holidays
    assert spans(museum, "2026-10-12") == []
    assert spans(place(hours=MUSEUM), "2026-10-05") == []


def test_what_opens_on_holidays_keeps_sunday_hours_or_those_of_the_last_day_that_has_any() -> None:
    hours = ({"days": "SA", "open": "10:00", "close": "15:00"}, {"days": "WE", "open": "08:00", "close": "12:00"})
    assert spans(place(hours=hours, open_on_holidays=True), "2026-10-01") == ["10:00-01 15:00"]
    assert spans(place(hours=hours, open_on_holidays=True), "2026-10-07") == ["08:00-07 12:00"]  # a Wednesday


def test_exceptions_go_before_everything_and_the_shortest_counts() -> None:
    office = place(
        open_on_workdays_only=True,
        exceptions=(
            DayException(on=dt.date(2026, 11, 16), until=dt.date(2026, 11, 22)),
            DayException(on=dt.date(2026, 11, 18), open="13:00", close="15:00"),
            DayException(on=dt.date(2026, 11, 21), open="09:00", close="11:30"),
            DayException(on=dt.date(2026, 10, 1), open="10:00", close="12:00"),
        ),
    )
    assert spans(office, "2026-11-16") == []
    assert spans(office, "2026-11-18") == ["13:00-18 15:00"]
    assert spans(office, "2026-11-21") == ["09:00-21 11:30"]  # a Saturday
    assert spans(office, "2026-10-01") == ["10:00-01 12:00"]  # a public holiday
    assert spans(office, "2026-11-23") == ["09:00-23 17:00"]


def test_a_season_of_one_year_and_a_season_with_one_end() -> None:
    once = place(
        hours=({"days": "MO-SU", "open": "08:00", "close": "18:00", "from": "2026-07-01", "until": "2026-07-31"},)
    )
    assert spans(once, "2026-07-01") and spans(once, "2026-07-31")
    assert not spans(once, "2026-06-30") and not spans(once, "2026-08-01") and not spans(once, "2027-07-15")
    since = place(hours=({"days": "MO-SU", "open": "08:00", "close": "18:00", "from": "2026-07-01"},))
    assert not spans(since, "2026-06-30") and spans(since, "2027-01-01")


def test_a_night_that_ends_on_the_next_day_and_a_day_of_24_hours() -> None:
    night = place(last_acceptance_minutes=0, hours=({"days": "FR", "open": "20:00", "close": "06:00"},))
    assert spans(night, "2026-11-20") == ["20:00-21 06:00"]
    late = opening(night, at("2026-11-21 05:30"), calendars)
    assert late.now is not None and late.now.opens == at("2026-11-20 20:00")
    assert opening(night, at("2026-11-21 06:30"), calendars).now is None
    always = place(hours=({"days": "MO-SU", "open": "00:00", "close": "24:00"},))
    assert spans(always, "2026-11-20") == ["00:00-21 00:00"]
    beyond = opening(always, at("2026-11-20 23:55"), calendars, travel=dt.timedelta(minutes=10))
    assert beyond.now is not None and beyond.now.opens == at("2026-11-21 00:00")


@pytest.mark.parametrize("times", [("09:00", "09:00"), ("24:00", "00:00")])
def test_a_span_in_which_nobody_can_come_is_none(times: tuple[str, str]) -> None:
    hours = Hours(days="MO-SU", open=times[0], close=times[1])
    assert (
        spans_on(
            place(hours=({"days": "MO-SU", "open": times[0], "close": times[1]},)), dt.date(2026, 11, 20), calendars
        )
        == ()
    )
    with pytest.raises(ValueError, match="nobody can come"):
        recurrences(hours, 2026)


def test_the_rule_of_a_season() -> None:
    hours = Hours.model_validate(
        {"days": "TU-SU", "open": "09:00", "close": "16:30", "from": "10-01", "until": "05-31"}
    )
    assert rrule(hours, dt.date(2026, 5, 31)) == "FREQ=WEEKLY;BYDAY=TU,WE,TH,FR,SA,SU;UNTIL=20260531T235959"
    first, second = recurrences(hours, 2026)
    assert first.start == dt.datetime(2026, 1, 1, 9) and first.rule.endswith("UNTIL=20260531T235959")
    assert second.start == dt.datetime(2026, 10, 1, 9) and second.rule.endswith("UNTIL=20261231T235959")
    assert second.duration == dt.timedelta(hours=7, minutes=30)


clock_times = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.sampled_from((0, 15, 30)))
season_days = st.builds("{:02}-{:02}".format, st.integers(1, 12), st.integers(1, 28))
dated = st.dates(dt.date(2025, 1, 1), dt.date(2027, 12, 31)).map(dt.date.isoformat)
weeks = st.sampled_from(("MO-FR", "TU-SU", "SA-MO", "MO,WE,FR", "SU", "MO-SU"))


@st.composite
def weekly_hours(draw: st.DrawFn) -> dict[str, str]:
    hours = {"days": draw(weeks), "open": draw(clock_times), "close": draw(st.one_of(clock_times, st.just("24:00")))}
    ends = draw(st.sampled_from(("none", "yearly", "dated")))
    if ends == "yearly":
        hours |= {"from": draw(season_days), "until": draw(season_days)}
    elif ends == "dated":
        first, last = sorted((draw(dated), draw(dated)))
        hours |= {"from": first, "until": last}
    return hours


@settings(max_examples=60, deadline=None)
@given(st.lists(weekly_hours(), min_size=1, max_size=3), st.integers(2025, 2027))
def test_the_same_days_and_times_as_the_rules_of_rfc_5545(wanted: list[dict[str, str]], year: int) -> None:
    """Every day of a year, read by python-dateutil from the rules."""
    its = [Hours.model_validate(hours) for hours in wanted if hours["open"] != hours["close"]]
    office = place(last_acceptance_minutes=0, hours=tuple(wanted))
    theirs: dict[dt.date, list[tuple[dt.datetime, dt.datetime]]] = {}
    for hours in its:
        for stretch in recurrences(hours, year):
            for start in rrulestr(stretch.rule, dtstart=stretch.start):
                theirs.setdefault(start.date(), []).append((start, start + stretch.duration))
    for day in (dt.date(year, 1, 1) + dt.timedelta(days=n) for n in range(365)):
        ours = [(span.opens, span.closes) for span in spans_on(office, day, lambda year: None)]
        assert sorted(ours) == sorted(theirs.get(day, []))


@given(st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)))
def test_an_office_is_open_on_working_days_and_on_no_other(day: dt.date) -> None:
    office = place(open_on_workdays_only=True)
    off = CALENDAR.off
    expected = day in CALENDAR.work or (day.isoweekday() <= 5 and day not in off)
    assert bool(spans_on(office, day, calendars)) is expected is works(day, calendars)
