"""Go now or not: a Friday, a make-up Saturday, a holiday week, the turn of a year, counted by hand."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from domain.guard import Way, due, judge, way_between
from domain.records import Calendar, DayException, Hours, Limit, Place

ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = Calendar(
    id="cal-2026",
    name="2026",
    year=2026,
    off=tuple(dt.date(2026, 10, day) for day in range(1, 8)),
    work=(dt.date(2026, 10, 10),),
)
DAY = Limit(days=1)


def calendars(year: int) -> Calendar | None:
    return CALENDAR if year == 2026 else None


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZONE)


def place(id: str = "pl-a", *spans: str, days: str = "MO-FR", last: int = 30, **fields: object) -> Place:
    hours = tuple(
        Hours(days=days, open=open, close=close)
        for open, _, close in (span.partition("-") for span in spans or ("09:00-17:00",))
    )
    follows = {"open_on_workdays_only": days == "MO-FR"} | fields
    return Place.model_validate({"id": id, "name": id, "hours": hours, "last_acceptance_minutes": last, **follows})


HALL = place()
WALK = Way(9, on_foot=True)


def say(when: str, *places: Place, ways: dict[str, Way] | None = None, limit: Limit | None = DAY):  # type: ignore[no-untyped-def]
    verdict = judge(places or (HALL,), at(when), lambda place: (ways or {}).get(place.id, WALK), calendars, limit)
    assert verdict is not None
    return verdict


def test_in_the_morning_there_is_time() -> None:
    verdict = say("2026-11-20 09:41")
    assert (verdict.standing, verdict.why, verdict.good) == ("open", "", True)
    assert verdict.left == dt.timedelta(hours=6, minutes=40)  # from 9:50 until 16:30
    assert verdict.due is not None and verdict.due.day == dt.date(2026, 11, 23)
    assert verdict.other is None


@pytest.mark.parametrize(("when", "left"), [("2026-11-20 15:52", 29), ("2026-11-20 16:21", 0)])
def test_close_to_the_last_number_one_has_to_hurry(when: str, left: int) -> None:
    verdict = say(when)
    assert verdict.standing == "closing" and verdict.good
    assert verdict.left == dt.timedelta(minutes=left)


def test_half_an_hour_is_time_enough() -> None:
    assert say("2026-11-20 15:51").standing == "open"


def test_the_way_makes_it_too_late_before_the_clock_does() -> None:
    assert (say("2026-11-20 16:22").standing, say("2026-11-20 16:22").why) == ("not_today", "late")
    assert (say("2026-11-20 16:31").standing, say("2026-11-20 16:31").why) == ("not_today", "over")


def test_on_friday_evening_it_is_monday_and_done_on_tuesday() -> None:
    verdict = say("2026-11-20 16:42")
    assert verdict.last == at("2026-11-20 16:30")
    assert verdict.next is not None and verdict.next.opens == at("2026-11-23 09:00")
    assert verdict.due is not None and (verdict.due.accepted, verdict.due.day) == (
        dt.date(2026, 11, 23),
        dt.date(2026, 11, 24),
    )
    assert [day.state for day in verdict.days] == ["over", "day_off", "day_off", "open"]
    assert verdict.days[0].spans == ((3 / 14, 11 / 14),)
    assert verdict.days[0].now == pytest.approx((10 + 42 / 60) / 14)
    assert [day.now for day in verdict.days[1:]] == [None, None, None]


def test_before_opening_and_at_noon_it_is_only_later_today() -> None:
    split = place("pl-b", "08:30-11:30", "13:30-17:00")
    early, noon = say("2026-11-20 07:50", split), say("2026-11-20 12:00", split)
    assert (early.standing, early.why, early.next and early.next.opens) == ("later", "not_yet", at("2026-11-20 08:30"))
    assert (noon.standing, noon.why, noon.next and noon.next.opens) == ("later", "lunch", at("2026-11-20 13:30"))
    assert noon.days[0].state == "open" and noon.days[0].opens == at("2026-11-20 13:30")
    assert noon.due is not None and noon.due.accepted == dt.date(2026, 11, 20)


def test_who_arrives_when_it_has_opened_need_not_wait() -> None:
    assert say("2026-11-20 08:52").standing == "open"


def test_a_saturday_that_is_worked_is_a_day_like_others() -> None:
    verdict = say("2026-10-10 10:00")
    assert verdict.standing == "open"
    assert verdict.due is not None and verdict.due.day == dt.date(2026, 10, 12)
    assert [day.state for day in say("2026-10-08 17:30").days] == ["over", "open", "open", "day_off"]


def test_before_a_holiday_week_the_strip_ends_with_the_day_it_opens_again() -> None:
    verdict = say("2026-09-30 17:00")
    assert [day.day.day for day in verdict.days] == [30, 1, 2, 8]
    assert [day.state for day in verdict.days] == ["over", "holiday", "holiday", "open"]
    assert say("2026-10-03 10:00").why == "holiday"
    assert say("2026-09-30 10:00", limit=Limit(days=3)).due.day == dt.date(2026, 10, 10)
    assert say("2026-09-30 10:00", limit=Limit(days=3, unit="calendar")).due.day == dt.date(2026, 10, 3)


def test_an_exception_says_its_own_words() -> None:
    shut = place("pl-c", exceptions=(DayException(on=dt.date(2026, 11, 20), note="停电，明天照常"),))
    verdict = say("2026-11-20 10:00", shut)
    assert (verdict.standing, verdict.why, verdict.note) == ("not_today", "special", "停电，明天照常")


def test_over_the_turn_of_the_year_it_is_said_that_holidays_are_not_known() -> None:
    verdict = say("2026-12-31 17:00")
    assert verdict.next is not None and verdict.next.opens == at("2027-01-01 09:00")
    assert not verdict.known and verdict.due is not None and not verdict.due.known
    assert say("2026-12-28 10:00").known


def test_another_office_is_named_when_it_is_sooner_and_the_nearest_of_them() -> None:
    near = place("pl-near", "09:00-11:30", days="SA", last=0)
    far = place("pl-far", "09:00-12:00", days="SA-SU", last=0)
    same = place("pl-same")
    verdict = say("2026-11-20 16:42", HALL, same, near, far, ways={"pl-near": Way(25, on_foot=False)})
    assert verdict.other is not None
    assert (verdict.other.place.id, verdict.other.at) == ("pl-near", at("2026-11-21 09:00"))
    assert verdict.other.way == Way(25, on_foot=False)
    earlier = place("pl-early", "08:00-11:30")
    assert say("2026-11-20 16:42", HALL, earlier).other is None, "an hour on the same later day is no reason"
    half_past = place("pl-noon", "12:00-14:00", last=0)
    split = place("pl-b", "08:30-11:30", "13:30-17:00")
    found = say("2026-11-20 12:00", split, half_past).other
    assert found is not None and found.at == at("2026-11-20 12:09")
    always = place("pl-self", "00:00-24:00", days="MO-SU", last=0)
    now = say("2026-11-20 16:42", HALL, always).other
    assert now is not None and now.at == at("2026-11-20 16:51")


def test_nothing_is_said_by_a_clock_that_may_be_wrong_or_about_unknown_hours() -> None:
    never = lambda place: None  # noqa: E731
    assert judge((HALL,), at("2026-11-20 10:00"), never, calendars, trusted=False) is None
    assert judge((), at("2026-11-20 10:00"), never, calendars) is None
    assert judge((Place(id="pl-x", name="x"),), at("2026-11-20 10:00"), never, calendars) is None


def test_round_the_clock_nobody_has_to_hurry() -> None:
    earlier = place("pl-early", "08:00-11:30")
    assert say("2026-11-20 16:42", HALL, earlier).other is None, "an hour on the same later day is no reason"
    half_past = place("pl-noon", "12:00-14:00", last=0)
    split = place("pl-b", "08:30-11:30", "13:30-17:00")
    found = say("2026-11-20 12:00", split, half_past).other
    assert found is not None and found.at == at("2026-11-20 12:09")
    always = place("pl-self", "00:00-24:00", days="MO-SU", last=0)
    verdict = say("2026-11-20 23:45", always)
    assert verdict.standing == "open" and verdict.all_day


def test_near_one_walks_and_far_one_takes_the_bus() -> None:
    # 0.005 degrees of latitude are 556 m: 723 m along the streets.
    assert way_between(37.533, 121.404, 37.538, 121.404) == Way(10, on_foot=True)
    # 0.05 degrees: 5.56 km, 7.2 km along the streets.
    assert way_between(37.533, 121.404, 37.583, 121.404) == Way(41, on_foot=False)
    assert way_between(None, 121.4, 37.5, 121.4) is None


def test_at_once_is_the_same_day() -> None:
    assert due(dt.date(2026, 11, 20), Limit(days=0), calendars).day == dt.date(2026, 11, 20)  # type: ignore[union-attr]
    assert due(dt.date(2026, 11, 20), None, calendars) is None


@given(st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2026, 12, 10)), st.integers(0, 90))
def test_who_goes_when_told_is_accepted(when: dt.datetime, minutes: int) -> None:
    going = Way(minutes, on_foot=True)
    verdict = judge((HALL,), when.replace(tzinfo=ZONE), lambda place: going, calendars, DAY)
    assert verdict is not None
    if verdict.good:
        return
    assert verdict.next is not None and verdict.next.opens > verdict.at
    there = judge((HALL,), verdict.next.opens - going.time, lambda place: going, calendars, DAY)
    assert there is not None and there.good and there.due == verdict.due
    state = {day.day: day.state for day in verdict.days}
    assert state[verdict.next.opens.date()] == "open"
