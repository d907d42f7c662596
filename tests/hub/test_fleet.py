from __future__ import annotations

import datetime as dt
import time

import pytest

from hub.alarm_rules import Mark
from hub.care import Care
from hub.fleet import PAGE
from hub.refusal import Reason, Refused
from hub.rounds import hours, walk
from hub.standing import Asked
from tests.hub import fleets
from tests.hub.conftest import City


def test_a_round_begins_where_it_is_urgent_and_goes_to_the_nearest() -> None:
    places = {"a": (37.5, 121.40), "b": (37.5, 121.44), "c": (37.5, 121.41), "d": None, "e": (37.5, 121.42)}
    assert walk(["b", "d", "a", "c", "e"], places.__getitem__) == ("b", "e", "c", "a", "d")
    assert walk(["d"], places.__getitem__) == ("d",) and walk([], places.__getitem__) == ()
    near = hours([places["a"], places["c"], None])
    assert near == pytest.approx(3 * 25 / 60 + 0.88 * 1.4 / 15, abs=0.02)


def test_a_fleet_is_listed_page_by_page(city: City) -> None:
    made = fleets.city(city.office, 130, city.clock.at, share=0.2)
    city.office.upkeep.round()
    fleet = city.office.fleet
    counts = fleet.counts()
    wanted = {"visit": {"out", "low", "printer", "reader", "silent", "disk"}, "lost": {"offline"}}
    expected = {state: {one for one, why in made.trouble.items() if why in whys} for state, whys in wanted.items()}
    city.clock.later(minutes=6)  # a printer must be down for five minutes
    seen: list[str] = []
    for number in (1, 2, 3):
        page, total = fleet.standings(Asked(page=number))
        assert total == 130 and len(page) == min(PAGE, 130 - PAGE * (number - 1))
        seen += [one.number for one in page]
        assert [one.mark for one in page] == sorted((one.mark for one in page), reverse=True)
    assert len(set(seen)) == 130
    late = {one for one, why in made.trouble.items() if why == "printer"}
    visit, total = fleet.standings(Asked(state="visit"))
    assert {one.number for one in visit} == expected["visit"] - late and total == counts.visit
    lost, _ = fleet.standings(Asked(state="lost"))
    assert {one.number for one in lost} == expected["lost"] and all(one.mark is Mark.LOST for one in lost)
    ordered = [one.number for one in fleet.standings(Asked(order="number"))[0]]
    assert ordered == sorted(one.number for one in made.devices)[:PAGE]
    blocks = fleet.districts()
    assert sum(one.counts.total for one in blocks) == 130 and [one.code for one in blocks] == sorted(fleets.DISTRICTS)
    code = blocks[0].code
    assert fleet.standings(Asked(district=code))[1] == blocks[0].counts.total
    assert fleet.standings(Asked(district="-"))[1] == 0
    assert fleet.standings(Asked(text="100%_"))[1] == 0, "no pattern of the database"
    one = made.devices[3]
    assert [held.number for held in fleet.standings(Asked(text=one.number))[0]] == [one.number]


def test_rounds_are_one_persons_each_and_say_what_to_bring(city: City) -> None:
    made = fleets.city(city.office, 90, city.clock.at, share=0.3)
    city.office.upkeep.round()
    rounds = city.office.fleet.rounds()
    stops = [stop for one in rounds for stop in one.stops]
    assert len(stops) == len({one.standing.number for one in stops}) == city.office.fleet.counts().visit
    for one in rounds:
        assert {stop.standing.care.contact for stop in one.stops} == {one.contact} and one.hours > 0
        assert one.stops[0].urgent or not any(stop.urgent for stop in one.stops)
    bring = {made.trouble[one.standing.number]: one.bring for one in stops}
    assert bring["out"] == ("paper",) and bring["silent"] == ("stick",) and bring["reader"] == ("reader",)
    low = next(one for one in stops if made.trouble[one.standing.number] == "low")
    assert isinstance(low.due, dt.datetime) and low.due > city.clock.at
    assert [alarm.kind for alarm in low.reasons] == ["paper_low"]


def test_what_people_keep_about_a_kiosk(city: City) -> None:
    (device,) = fleets.enrol(city.office, [fleets.place("1")], city.clock.at)
    caring = city.office.care
    assert caring.of("1") == Care("1")
    kept = caring.keep(city.operator, Care("1", " 样本  周 ", 58, "钥匙在门卫"))
    assert kept == caring.of("1") == Care("1", "样本 周", 58, "钥匙在门卫", 1)
    for person, care, wrong in (
        (city.auditor, kept, Reason.NOT_AN_OPERATOR),
        (city.operator, Care("1", "别人", 58, "", 0), Reason.CARE_MOVED),
        (city.operator, Care("1", "周" * 41, 58, "", 1), Reason.CARE_UNFIT),
        (city.operator, Care("1", "周", 60, "", 1), Reason.CARE_UNFIT),
    ):
        with pytest.raises(Refused) as refused:
            caring.keep(person, care)
        assert refused.value.reason is wrong
    at = city.clock.at
    for person, came, who in ((city.auditor, at, "样本周"), (city.operator, at + dt.timedelta(days=1), "样本周"), (city.operator, at, " ")):  # fmt: skip  # noqa: E501
        with pytest.raises(Refused):
            caring.note_visit(person, "1", came, who, "换纸")
    caring.note_visit(city.operator, "1", at - dt.timedelta(days=1), "样本周", "换纸 2 卷")
    caring.note_visit(city.operator, "1", at, "样本邓", "换读卡器")
    city.office.devices.revoke(device, by=city.operator)
    fleets.enrol(city.office, [fleets.place("1")], city.clock.at)
    assert [one.who for one in caring.visits("1")] == ["样本邓", "样本周"], "they are the kiosk's, not the machine's"
    assert [one.action for one in city.office.audit.entries(action="kiosk.")] == ["kiosk.visit"] * 2 + ["kiosk.care"]


def test_ten_thousand_kiosks_are_listed_as_fast_as_ten(city: City) -> None:
    fleets.city(city.office, 10_000, city.clock.at, share=0.02)
    city.office.upkeep.round()
    fleet = city.office.fleet
    took = {}
    for name, read in (
        ("page", lambda: fleet.standings(Asked(page=100))),
        ("counts", fleet.counts),
        ("districts", fleet.districts),
        ("count", fleet.to_visit),
        ("rounds", fleet.rounds),
        ("proofs", fleet.kiosks),
    ):
        began = time.process_time()
        assert read()
        took[name] = time.process_time() - began
    assert fleet.counts().total == 10_000 and len(fleet.standings(Asked(page=200))[0]) == PAGE
    assert max(took.values()) < 2.0, took
    assert took["page"] + took["counts"] + took["districts"] + took["rounds"] < 2.5, took
