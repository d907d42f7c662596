"""One trip: every step once, nothing before what it needs, no closed door, as few trips as can be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from hypothesis import given, settings, strategies as st

from domain.guard import Way
from domain.hours import spans_on
from domain.life_plan import PlannedStep, ordered_steps, total
from domain.records import Calendar, EventStep, Fee, Guide, Hours, LifeEvent, Limit, Place
from domain.trip import Route, plan_route

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


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZONE)


def office(id: str, *spans: str, days: str = "MO-FR") -> Place:
    hours = tuple(
        Hours(days=days, open=open, close=close)
        for open, _, close in (span.partition("-") for span in spans or ("09:00-17:00",))
    )
    return Place(id=id, name=id, hours=hours, open_on_workdays_only=days == "MO-FR", last_acceptance_minutes=30)


A, B = office("pl-a"), office("pl-b", "08:30-11:30", "13:30-17:00")


def step(id: str, days: int | None = 0, *after: str, visits: int | None = 1) -> PlannedStep:
    limit = None if days is None else Limit(days=days)
    guide = Guide(id=id, name=id, department="org-a", promised_limit=limit, visits=visits)
    return PlannedStep(guide, None, after)


def walk(start: Place | None, end: Place) -> Way:
    return Way(9 if start is None else 20, on_foot=True)


def shown(route: Route) -> list[tuple[str, list[tuple[str, str, list[int]]]]]:
    return [
        (
            f"{trip.day:%m-%d}" if trip.day else "",
            [(stop.place.id, f"{stop.at:%H:%M}" if stop.at else "", list(stop.steps)) for stop in trip.stops],
        )
        for trip in route.trips
    ]


RESTAURANT = [
    step("licence", 1),
    step("sign", 0),
    step("health", 3),
    step("food", 8, "licence", "health"),
    step("fire", 5, "licence", visits=0),
]


def test_a_restaurant_takes_two_trips() -> None:
    route = plan_route(RESTAURANT, [(A,), (A,), (B,), (A,), (A,)], at("2026-11-20 09:41"), walk, calendars)
    assert shown(route) == [
        ("11-20", [("pl-a", "09:50", [0, 1]), ("pl-b", "10:50", [2])]),
        ("11-25", [("pl-a", "09:00", [3])]),
    ]
    assert route.trips[1].waits == (0, 2)
    assert route.at_home == (4,) and route.closed == ()
    assert (route.working_days, route.at_least, route.known) == (11, False, True)
    assert [place.id for place in route.places] == ["pl-a", "pl-b"]


def test_the_break_at_noon_makes_it_the_afternoon() -> None:
    route = plan_route(RESTAURANT[:3], [(A,), (A,), (B,)], at("2026-11-20 10:30"), walk, calendars)
    first, second = route.trips[0].stops
    assert first.morning and not second.morning
    assert second.at == at("2026-11-20 13:30")


def test_in_the_evening_the_first_day_is_the_next_working_day() -> None:
    route = plan_route(RESTAURANT[:3], [(A,), (A,), (B,)], at("2026-09-30 17:10"), walk, calendars)
    assert [trip.day for trip in route.trips] == [dt.date(2026, 10, 8)]


def test_one_waits_over_a_weekend_for_a_day_on_which_all_can_be_done_but_not_over_a_holiday_week() -> None:
    daily = office("pl-daily", days="MO-SU")
    both = [step("a", 1), step("b", 1)]
    weekend = plan_route(both, [(daily,), (A,)], at("2026-11-20 18:00"), walk, calendars)
    assert [(trip.day, trip.steps) for trip in weekend.trips] == [(dt.date(2026, 11, 23), (0, 1))]
    week = plan_route(both, [(daily,), (A,)], at("2026-09-30 18:00"), walk, calendars)
    assert [(trip.day, trip.steps) for trip in week.trips] == [
        (dt.date(2026, 10, 1), (0,)),
        (dt.date(2026, 10, 8), (1,)),
    ]


def test_without_a_clock_there_is_a_route_without_times() -> None:
    route = plan_route(RESTAURANT, [(A,), (A,), (B,), (A,), ()], None, walk, calendars)
    assert shown(route) == [("", [("pl-a", "", [0, 1]), ("pl-b", "", [2])]), ("", [("pl-a", "", [3])])]
    assert route.working_days == 11


def test_steps_share_the_office_at_which_most_can_be_done() -> None:
    far = office("pl-far")
    route = plan_route(
        [step("a"), step("b"), step("c")], [(A, far), (B, far), (far,)], at("2026-11-20 09:41"), walk, calendars
    )
    assert [place and place.id for place in route.offices] == ["pl-far"] * 3
    nearest = plan_route([step("a")], [(A, far)], at("2026-11-20 09:41"), walk, calendars)
    assert nearest.offices[0] is A


def test_an_office_that_is_open_only_in_the_morning_is_not_put_off_for_ever() -> None:
    morning, noon = office("pl-m", "09:00-11:30", days="TU,TH"), office("pl-n", "13:00-16:00", days="MO-SU")
    steps = [step("a", 1), step("b", 0, "a"), step("c")]
    route = plan_route(steps, [(noon,), (noon,), (morning,)], at("2026-11-24 08:00"), walk, calendars)
    assert shown(route) == [
        ("11-24", [("pl-m", "09:00", [2]), ("pl-n", "13:00", [0])]),
        ("11-25", [("pl-n", "13:00", [1])]),
    ]


def test_an_office_that_never_opens_is_named_with_all_that_needs_it() -> None:
    never = Place(
        id="pl-n", name="n", hours=(Hours.model_validate({"days": "MO-SU", "open": "08:00", "close": "18:00",
        "from": "2025-07-01", "until": "2025-07-31"}),),
    )  # fmt: skip
    steps = [step("a", 1), step("b", 1, "a"), step("c", 1, "b"), step("d")]
    route = plan_route(steps, [(never,), (A,), (), (A,)], at("2026-11-20 09:41"), walk, calendars)
    assert route.closed == (0, 1, 2)
    assert [trip.steps for trip in route.trips] == [(3,)]


def test_an_unknown_limit_waits_a_day_at_least_and_says_so() -> None:
    route = plan_route([step("a", None), step("b", 2, "a")], [(A,), (A,)], at("2026-11-23 09:41"), walk, calendars)
    assert [trip.day for trip in route.trips] == [dt.date(2026, 11, 23), dt.date(2026, 11, 24)]
    assert route.at_least and route.working_days == 3


def test_the_year_after_next_holidays_are_not_known() -> None:
    route = plan_route([step("a", 20), step("b", 1, "a")], [(A,), (A,)], at("2026-12-20 09:41"), walk, calendars)
    assert not route.known


def test_a_circle_of_an_editor_is_cut_where_his_order_says() -> None:
    event = LifeEvent(
        id="le-a", name="a", steps=(EventStep(guide="g-a", after=("g-b",)), EventStep(guide="g-b", after=("g-a",)))
    )
    guides = {id: Guide(id=id, name=id, department="org-a", promised_limit=Limit(days=2)) for id in ("g-a", "g-b")}
    plan = ordered_steps(event, guides, {})
    assert [step.after for step in plan.steps] == [(), ("g-a",)]
    route = plan_route(plan.steps, [(A,), (A,)], at("2026-11-20 09:41"), walk, calendars)
    assert [trip.steps for trip in route.trips] == [(0,), (1,)]


def test_fees_are_added_when_they_are_plain_sums() -> None:
    def costs(*texts: str | None) -> tuple[str, int, int]:
        fees = [Fee(charged=text != "不收费", text=text) if text else None for text in texts]
        money = total([Guide(id=f"g-{n}", name="g", department="org-a", fee=fee) for n, fee in enumerate(fees)])
        return str(money.yuan), money.charged, money.unknown

    assert costs("不收费", "不收费") == ("0", 0, 0)
    assert costs("10 元", "5.5元", "不收费") == ("15.5", 0, 0)
    assert costs("10 元，体检费另付医院", None) == ("0", 1, 1)


PLACES = (
    A,
    B,
    office("pl-c", "09:00-11:30", days="TU,TH"),
    office("pl-d", "13:00-16:00", days="MO-SU"),
    office("pl-e", "14:00-14:30", days="WE"),
)


@st.composite
def events(draw: st.DrawFn) -> tuple[list[PlannedStep], list[Sequence[Place]]]:
    count = draw(st.integers(1, 9))
    steps: list[PlannedStep] = []
    candidates: list[Sequence[Place]] = []
    for n in range(count):
        after = draw(st.lists(st.integers(0, n - 1), max_size=3, unique=True)) if n else []
        days = draw(st.sampled_from((0, 0, 1, 3, 12, None)))
        steps.append(step(f"g-{n}", days, *(f"g-{b}" for b in after)))
        candidates.append(draw(st.lists(st.sampled_from(PLACES), max_size=3, unique_by=lambda place: place.id)))
    return steps, candidates


@settings(max_examples=150, deadline=None)
@given(events(), st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2026, 12, 1)))
def test_every_step_once_in_order_at_open_doors(
    event: tuple[list[PlannedStep], list[Sequence[Place]]], when: dt.datetime
) -> None:
    steps, candidates = event
    start = when.replace(tzinfo=ZONE)
    route = plan_route(steps, candidates, start, walk, calendars)
    assert route == plan_route(steps, candidates, start, walk, calendars)
    done = [number for trip in route.trips for number in trip.steps]
    assert sorted((*done, *route.at_home, *route.closed)) == list(range(len(steps)))
    assert not route.closed
    number = {step.guide.id: n for n, step in enumerate(steps)}
    when_done: dict[int, dt.date] = {}
    for trip in route.trips:
        assert trip.day is not None
        for stop in trip.stops:
            assert stop.at is not None and stop.at >= start
            doors = spans_on(stop.place, trip.day, calendars, ZONE)
            assert any(span.opens <= stop.at <= span.last_acceptance for span in doors)
            for n in stop.steps:
                assert stop.place in candidates[n]
                when_done[n] = trip.day
    position = {n: at for at, n in enumerate(done)}
    for n in done:
        for needed in (number[id] for id in steps[n].after):
            if needed not in position:
                continue
            assert position[needed] < position[n]
            limit = steps[needed].guide.promised_limit
            if limit is None or limit.days:
                assert when_done[n] > when_done[needed]
    assert [trip.day for trip in route.trips] == sorted({trip.day for trip in route.trips if trip.day})
    assert len(route.trips) <= len(route.places) * _waves(steps, route.offices)


def _waves(steps: list[PlannedStep], offices: Sequence[Place | None]) -> int:
    number = {step.guide.id: n for n, step in enumerate(steps)}
    waves: list[int] = []
    for n, each in enumerate(steps):
        before = [number[id] for id in each.after]
        waits = [
            waves[b]
            + ((offices[b] is not None and offices[b] != offices[n]) or steps[b].guide.promised_limit != Limit(days=0))
            for b in before
        ]
        waves.append(max(waits, default=0))
    return max(waves) + 1
