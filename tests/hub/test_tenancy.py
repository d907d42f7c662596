"""Who reaches what: a department itself, a district with everything below it, the whole city."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from hub.care import Care
from hub.corrections import State, take
from hub.device import Site
from hub.importing import read_lines
from hub.people import Person
from hub.refusal import Reason, Refused
from hub.standing import Asked
from hub.tables import items as items_table, versions
from hub.workflow import CITY, Role, Status
from tests.hub import fleets
from tests.hub.conftest import PASSWORD, City, guide, org
from tests.hub.kiosks import issue
from uplink.messages import Correction
from uplink.signing import DeviceKey

QU, STREET, OTHER = "org-fsq", "org-fsq-jd", "org-lsq"
"""A district, a street office below one of its offices, and another district."""


@pytest.fixture
def districts(city: City) -> City:
    """Live: the city's government, two districts with their places, an office and a street below the first."""
    place = {"kind": "place", "address": "样本路1号"}
    records = [
        org("org-sgov", name="样本市政府"),
        org(QU, name="样本甲区", level="district", parent="org-sgov", place="pl-fs"),
        org("org-fsq-mz", name="样本甲区民政局", parent=QU, level="district"),
        org(STREET, name="样本街道办", parent="org-fsq-mz"),
        org(OTHER, name="样本乙区", level="district", parent="org-sgov", place="pl-ls"),
        {**place, "id": "pl-fs", "name": "样本甲区政务大厅", "district": "370611"},
        {**place, "id": "pl-ls", "name": "样本乙区政务大厅", "district": "370613"},
        guide("fs-001", department=STREET),
        guide("ls-001", department=OTHER),
    ]
    live(city, records)
    return city


def live(city: City, records: Iterable[Mapping[str, object]]) -> None:
    """Puts records in as if a release had brought them; what signing costs is not what these tests are about."""
    lines = [json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in records]
    report = city.office.importing.baseline(read_lines([("tests", lines)]))
    assert not report.problems, report.problems
    out(city)


def out(city: City) -> None:
    """Whatever is open is live."""
    published = versions.update().values(status=Status.PUBLISHED.value, revision=1)
    city.office.store.run_tx(lambda connection: connection.execute(published))
    moved = items_table.update().where(items_table.c.open.is_not(None)).values(live=items_table.c.open, open=None)
    city.office.store.run_tx(lambda connection: connection.execute(moved))


def again(city: City, person: Person) -> Person:
    """The person as a session finds them."""
    return city.office.sessions.log_in(person.login, PASSWORD).session.person


def reason(call: object, *args: object, **named: object) -> Reason:
    with pytest.raises(Refused) as refused:
        call(*args, **named)  # type: ignore[operator]
    return refused.value.reason


def test_a_district_reaches_down_and_nobody_reaches_up_or_aside(districts: City) -> None:
    city = districts
    people = {
        id: again(city, city.add(f"w-{n}", Role.EDITOR, id)) for n, id in enumerate([QU, STREET, OTHER, "org-sgov"])
    }
    assert people[QU].departments == {QU, "org-fsq-mz", STREET}
    assert people[QU].reach.district == "370611"
    assert people["org-sgov"].departments == {"org-sgov"}, "all the city hangs below it; CITY says so, a tree does not"
    assert people[STREET].departments == {STREET} and people[STREET].reach.district is None
    items = city.office.items
    version = items.edit(people[QU], "guide/fs-001")
    items.save(people[QU], version.item, guide("fs-001", department=STREET, summary="区里写的。"), version.edits)
    assert reason(items.edit, people[QU], "guide/ls-001") is Reason.OTHER_DEPARTMENT
    assert reason(items.create, people[QU], guide("fs-002", department=OTHER)) is Reason.OTHER_DEPARTMENT
    assert reason(items.edit, people["org-sgov"], "guide/ls-001") is Reason.OTHER_DEPARTMENT
    assert reason(items.edit, people[OTHER], f"org/{QU}") is Reason.OTHER_DEPARTMENT


def test_a_districts_reviewer_reviews_below_and_sees_no_more(districts: City) -> None:
    city = districts
    writers = {id: city.add(f"w{n}", Role.EDITOR, id) for n, id in enumerate((STREET, OTHER))}
    reviewer = again(city, city.add("quchushen", Role.DEPARTMENT_REVIEWER, QU))
    items = city.office.items
    for key, id in (("guide/fs-001", STREET), ("guide/ls-001", OTHER)):
        version = items.edit(writers[id], key)
        changed = guide(key.removeprefix("guide/"), department=id, summary="样本改动。")
        version = items.save(writers[id], key, changed, version.edits)
        items.submit(writers[id], key, version.edits)
    assert [one.item for one in city.office.tasks.review_queue(reviewer)] == ["guide/fs-001"]
    open = items.open("guide/fs-001")
    assert open is not None and items.approve(reviewer, open.item, open.edits).status is Status.CITY_REVIEW
    other = items.open("guide/ls-001")
    assert other is not None
    assert reason(items.approve, reviewer, other.item, other.edits) is Reason.OTHER_DEPARTMENT


def test_a_draft_of_the_tree_makes_no_reach_longer(districts: City) -> None:
    """Whoever may write an organisation could else hang it, or a whole district, below the own one."""
    city = districts
    items = city.office.items
    editor = city.add("ls", Role.EDITOR, OTHER)
    version = items.edit(editor, f"org/{OTHER}")
    items.save(editor, version.item, org(OTHER, name="样本乙区", level="district", parent=QU), version.edits)
    assert again(city, city.add("qu", Role.EDITOR, QU)).departments == {QU, "org-fsq-mz", STREET}


def test_a_tree_that_bites_its_tail_ends(districts: City) -> None:
    city = districts
    boss, items = city.add("boss", Role.EDITOR), city.office.items
    version = items.edit(boss, f"org/{QU}")
    items.save(
        boss, version.item, org(QU, name="样本甲区", level="district", parent=STREET, place="pl-fs"), version.edits
    )
    out(city)
    assert again(city, city.add("qu", Role.EDITOR, QU)).departments == {QU, "org-fsq-mz", STREET}


def test_corrections_of_a_district(districts: City, tmp_path: Path) -> None:
    city = districts

    def said(connection: object) -> None:
        for item in ("fs-001", "ls-001"):
            body = {"item": item, "revision": 1, "field": "phone", "day": dt.date(2026, 11, 20)}
            take(connection, device, Correction.model_validate(body), city.clock())  # type: ignore[arg-type]

    device = enrolled(city, "9", "370611", tmp_path)
    city.office.store.run_tx(said)
    mine, other = (again(city, city.add(f"e{n}", Role.EDITOR, id)) for n, id in enumerate((QU, OTHER)))
    corrections = city.office.corrections
    assert [one.item for one in corrections.tickets(mine)] == ["guide/fs-001"]
    assert corrections.waiting(mine) == corrections.waiting(other) == 1
    (theirs,) = corrections.tickets(other)
    assert reason(corrections.not_so, mine, theirs, "没有错") is Reason.OTHER_DEPARTMENT
    (own,) = corrections.tickets(mine)
    assert corrections.not_so(mine, own, "没有错").state is State.NOT_SO


def enrolled(city: City, number: str, district: str | None, folder: Path) -> str:
    """A device without a kiosk behind it; its id."""

    letters = issue(city.office, number, district=district)
    key = DeviceKey.make(folder / f"{number}.key")
    return city.office.enrolling.redeem(letters, key.public, key.proof(letters)).id


def test_kiosks_of_a_district(districts: City, tmp_path: Path) -> None:
    city = districts
    for number, district in (("1", "370611"), ("2", "370613"), ("3", None)):
        enrolled(city, number, district, tmp_path)
    mine = again(city, city.add("qu", Role.OPERATOR, QU))
    whole = again(city, city.add("shi", Role.OPERATOR, "org-sgov"))
    office = city.office
    assert [one.device.number for one in office.devices.fleet(person=mine)] == ["1"]
    assert [one.device.number for one in office.devices.fleet(person=whole)] == ["1", "2", "3"]
    for number in ("2", "3"):
        device = office.devices.of_number(number)
        assert reason(office.devices.revoke, device, by=mine) is Reason.OTHER_DEPARTMENT
        # A code for the number of another district's kiosk would revoke that kiosk.
        site = Site(number, "样本亭", district="370611")
        assert reason(office.enrolling.issue, site, by=mine) is Reason.OTHER_DEPARTMENT
    for district in ("370613", None):
        assert (
            reason(office.enrolling.issue, Site("7", "样本亭", district=district), by=mine) is Reason.OTHER_DEPARTMENT
        )
    assert office.enrolling.issue(Site("8", "样本亭", district="370611"), by=mine).site.number == "8"
    assert office.devices.revoke(office.devices.of_number("1"), by=mine).revoked_at is not None


def test_a_district_without_a_place_has_no_kiosk(districts: City, tmp_path: Path) -> None:
    city = districts
    enrolled(city, "3", None, tmp_path)
    mine = again(city, city.add("mz", Role.OPERATOR, "org-fsq-mz"))
    assert mine.reach.district == "" and city.office.devices.fleet(person=mine) == ()


def test_a_districts_operator_looks_after_its_own_people(districts: City) -> None:
    city = districts
    mine = again(city, city.add("qu", Role.OPERATOR, QU))
    people = city.office.people
    own = people.add("own", "样本", STREET, {Role.EDITOR}, PASSWORD, by=mine)
    assert people.set_roles(own, {Role.DEPARTMENT_REVIEWER}, by=mine).roles == {Role.DEPARTMENT_REVIEWER}
    for department, roles in (
        (CITY, {Role.EDITOR}),
        (OTHER, {Role.EDITOR}),
        (QU, {Role.CITY_REVIEWER}),
        (QU, {Role.PUBLISHER}),
    ):
        assert reason(people.add, "x1", "样本", department, roles, PASSWORD, by=mine) is Reason.OTHER_DEPARTMENT
    assert reason(people.set_roles, own, {Role.COLLECTOR}, by=mine) is Reason.OTHER_DEPARTMENT
    assert reason(people.move, own, CITY, by=mine) is Reason.OTHER_DEPARTMENT
    for other in (city.writer, city.signer):
        for act in (people.disable, people.enable):
            assert reason(act, other, by=mine) is Reason.OTHER_DEPARTMENT
        assert reason(people.reset_password, other, "another long one", by=mine) is Reason.OTHER_DEPARTMENT
        assert reason(people.set_roles, other, {Role.EDITOR}, by=mine) is Reason.OTHER_DEPARTMENT
        assert reason(people.move, other, QU, by=mine) is Reason.OTHER_DEPARTMENT
    # Somebody of the own department whom the city gave a role of the whole city is the city's.
    boss = people.add("boss", "样本", QU, {Role.PUBLISHER}, PASSWORD)
    assert reason(people.reset_password, boss, "another long one", by=mine) is Reason.OTHER_DEPARTMENT
    # What the page had in its hands may be old: what counts is how the account stands now.
    people.set_roles(own, {Role.PUBLISHER})
    assert reason(people.reset_password, own, "another long one", by=mine) is Reason.OTHER_DEPARTMENT


def test_a_district_sees_writes_about_and_silences_its_own_kiosks_alone(districts: City) -> None:
    city = districts
    office = city.office
    places = [("11", "370611"), ("12", "370611"), ("21", "370613"), ("31", None)]
    made = {
        one.number: one
        for one in fleets.enrol(office, [fleets.place(number, where) for number, where in places], city.clock())
    }
    for device in made.values():
        fleets.say(office, device, 1, printer={"state": "paper_out", "slips_left": 0, "millimetres": 49_000})
    own = again(city, city.add("qu", Role.OPERATOR, QU))
    none = again(city, city.add("mz", Role.OPERATOR, "org-fsq-mz"))
    whole = again(city, city.add("shi", Role.OPERATOR, "org-sgov"))
    books = again(city, city.add("shenji", Role.AUDITOR, QU))
    fleet, desk = office.fleet, office.alarms
    wanted = {own: {"11", "12"}, none: set(), whole: set(made), books: set(made), None: set(made)}
    for person, numbers in wanted.items():
        assert {one.number for one in fleet.standings(Asked(), person)[0]} == numbers
        assert fleet.standings(Asked(), person)[1] == fleet.counts(person).total == len(numbers)
        assert sum(one.counts.total for one in fleet.districts(person)) == len(numbers)
        assert fleet.to_visit(person) == len(numbers)
        assert {stop.standing.number for one in fleet.rounds(person) for stop in one.stops} == numbers
        assert {one.number for one in desk.open("paper_out", person=person)} == numbers
        assert desk.counts(person).get("paper_out", 0) == len(numbers)
    # A district cannot ask its way into another one.
    assert fleet.standings(Asked(district="370613"), own) == ((), 0)
    assert fleet.standings(Asked(district="-", text="31"), own) == ((), 0)
    until = city.clock() + dt.timedelta(days=1)
    for number in ("21", "31", "99"):
        assert reason(city.office.care.keep, own, Care(number, "样本周")) is Reason.OTHER_DEPARTMENT
        assert (
            reason(city.office.care.note_visit, own, number, city.clock(), "样本周", "换纸") is Reason.OTHER_DEPARTMENT
        )
    for number in ("21", "31"):
        assert reason(desk.mute, own, made[number].id, "paper_out", until, "修路") is Reason.OTHER_DEPARTMENT
        assert city.office.care.of(number) == Care(number) and city.office.care.visits(number) == ()
    desk.mute(whole, made["21"].id, "paper_out", until, "修路")
    assert reason(desk.unmute, own, made["21"].id, "paper_out") is Reason.OTHER_DEPARTMENT
    assert (desk.muted(whole), desk.muted(own)) == (1, 0)
    assert city.office.care.keep(own, Care("11", "样本周")).contact == "样本周"
    city.office.care.note_visit(own, "11", city.clock(), "样本周", "换纸")
    desk.mute(own, made["11"].id, "paper_out", until, "修路")
    assert (len(city.office.care.visits("11")), desk.muted(own), fleet.to_visit(own)) == (1, 1, 1)


def test_a_number_is_the_districts_in_which_its_kiosk_stands_now(districts: City) -> None:
    """A kiosk moved from one district into another: the first one has nothing to say about it any more."""
    city = districts
    office = city.office
    fleets.enrol(office, [fleets.place("5", "370611")], city.clock())
    office.devices.revoke(office.devices.of_number("5"))
    own = again(city, city.add("qu", Role.OPERATOR, QU))
    assert office.care.keep(own, Care("5", "样本周")).edits == 1, "the last that stood here was the district's"
    fleets.enrol(office, [fleets.place("5", "370613")], city.clock())
    assert reason(office.care.keep, own, Care("5", "样本邓", edits=1)) is Reason.OTHER_DEPARTMENT
