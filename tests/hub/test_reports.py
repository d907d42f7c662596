from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import BaseModel, ValidationError
from sqlalchemy import Table, func, select
from starlette.testclient import TestClient

from hub.corrections import State
from hub.device import Site
from hub.devices import Devices
from hub.refusal import Reason, Refused
from hub.reports import Sent
from hub.tables import (
    corrections,
    device_counters,
    device_health,
    device_receipts,
    device_reports,
    devices,
    stray_corrections,
    tickets,
    unmet_report,
)
from hub.web.app import create
from hub.web.kiosk_api import LONGEST_ENROLMENT, description, router
from hub.workflow import Role
from kiosk.settings import SyncSettings
from tests.hub.conftest import City, guide, org
from tests.hub.kiosks import (
    DAY,
    DIGEST,
    Kiosk,
    correction,
    counters,
    enrolled,
    enrolment,
    health,
    issue,
    message,
    receipt,
    unmet,
)
from uplink.messages import ENROL, LONGEST_REQUEST, REPORTS, RING, Answers, Batch, Enrolled, Neighbour, Placement
from uplink.sealing import SealingKeyFile, seal
from uplink.signing import DeviceKey

Count = Callable[[Table], int]


@pytest.fixture
def client(city: City) -> httpx.Client:
    return TestClient(create(city.office, routers=[router(city.office)]), raise_server_exceptions=False)


@pytest.fixture
def kiosk(client: httpx.Client, city: City, tmp_path: Path) -> Kiosk:
    return enrolled(client, city.office, tmp_path)


@pytest.fixture
def rows(city: City) -> Count:
    return lambda table: city.office.store.read(
        lambda connection: int(connection.execute(select(func.count()).select_from(table)).scalar_one())
    )


# --- Enrolment -------------------------------------------------------------------------------------------------------


def test_a_code_makes_one_device(client: httpx.Client, city: City, tmp_path: Path, rows: Count) -> None:
    city.found()
    letters, key = issue(city.office, "7", district="370602"), DeviceKey.make(tmp_path / "a.key")
    answer = client.post(ENROL, json=enrolment(letters, key)).json()
    assert (answer["number"], answer["district"], answer["ring"]) == ("7", "370602", "all")
    assert answer["root"] == city.office.press.root.read_text("utf-8")
    assert answer["sealing"] is None
    again = client.post(ENROL, json=enrolment(letters, key))
    other = client.post(ENROL, json=enrolment(letters, DeviceKey.make(tmp_path / "b.key")))
    assert [(one.status_code, one.json()) for one in (again, other)] == [(403, {"error": "refused"})] * 2
    assert rows(devices) == 1
    told = [(one.action, one.subject) for one in city.office.audit.entries(action="device.")]
    assert told == [("device.enrol", "kiosk/7"), ("device.code", "kiosk/7")]
    assert letters not in str(city.office.audit.entries())


def test_a_code_does_not_last(client: httpx.Client, city: City, tmp_path: Path, rows: Count) -> None:
    letters = issue(city.office)
    city.clock.later(minutes=15)
    assert client.post(ENROL, json=enrolment(letters, DeviceKey.make(tmp_path / "key"))).status_code == 403
    assert rows(devices) == 0


def test_who_has_the_code_must_have_the_key(client: httpx.Client, city: City, tmp_path: Path, rows: Count) -> None:
    letters = issue(city.office)
    mine, stolen = DeviceKey.make(tmp_path / "a"), DeviceKey.make(tmp_path / "b")
    assert client.post(ENROL, json={**enrolment(letters, mine), "key": stolen.public}).status_code == 403
    assert client.post(ENROL, json={**enrolment(letters, mine), "key": "zz" * 32}).status_code == 400
    assert client.post(ENROL, json=enrolment(letters, mine)).status_code == 200, "a failed proof uses no code up"
    assert rows(devices) == 1


def test_enrolling_a_number_again_revokes_the_older_device(
    client: httpx.Client, city: City, tmp_path: Path, kiosk: Kiosk
) -> None:
    fresh = enrolled(client, city.office, tmp_path, "1")
    assert kiosk.send(health(1)).status_code == 401
    assert fresh.statuses(health(1)) == ["stored"]
    assert city.office.devices.of_number("1").id == fresh.device


@pytest.mark.parametrize("ring", ["early", "hall-2", "0", "r" * 24, "", "Early", "a.b", "a+b", "r" * 25, "early\n"])
def test_a_ring_is_called_what_a_kiosk_can_be_told(ring: str) -> None:
    answer = {
        "device": "a" * 32, "number": "1", "name": "样本亭", "place": "", "district": None, "ring": ring, "root": None,
        "sealing": None, "server_time": "2026-11-21T08:00:00Z",
    }  # fmt: skip

    def taken(model: type[BaseModel], value: object) -> bool:
        try:
            model.model_validate_json(json.dumps(value))
        except ValidationError:
            return False
        return True

    by_setting = taken(SyncSettings, {"ring": ring})
    assert by_setting is (ring in {"early", "hall-2", "0", "r" * 24})
    assert taken(Enrolled, answer) is by_setting
    assert (re.fullmatch(RING, ring) is not None) is by_setting


def test_guessing_codes_is_slowed_down(client: httpx.Client, city: City, tmp_path: Path) -> None:
    key = DeviceKey.make(tmp_path / "key")
    found = [client.post(ENROL, json=enrolment("A" * 12, key)) for _ in range(21)]
    assert [one.status_code for one in found] == [403] * 20 + [429]
    assert found[-1].json() == {"error": "too_many"} and int(found[-1].headers["retry-after"]) > 0


@pytest.mark.parametrize(
    "site",
    [
        Site("no spaces", "样本亭"),
        Site("1", " "),
        Site("1", "样" * 41),
        Site("1", "样本亭", district="3706"),
        Site("1", "样本亭", ring="Early"),
        Site("1", "样本亭", ring="early.2"),
        Site("1", "样本亭", ring="r" * 25),
        Site("1", "样本亭", lat=37.5),
        Site("1", "样本亭", lat=97.5, lon=121.4),
    ],
)
def test_a_site_that_does_not_fit_gets_no_code(city: City, site: Site) -> None:
    with pytest.raises(Refused) as error:
        city.office.enrolling.issue(site)
    assert error.value.reason is Reason.DEVICE_UNFIT


def test_only_operators_give_out_codes_and_revoke(city: City, kiosk: Kiosk) -> None:
    with pytest.raises(Refused):
        city.office.enrolling.issue(Site("2", "样本亭"), by=city.writer)
    with pytest.raises(Refused):
        city.office.devices.revoke(city.office.devices.of_number("1"), by=city.writer)
    city.office.enrolling.issue(Site("2", "样本亭"), by=city.operator)
    city.office.devices.revoke(city.office.devices.of_number("1"), by=city.operator)
    assert kiosk.send(health(1)).status_code == 401


def test_a_kiosk_is_given_another_ring_and_told_so(city: City, kiosk: Kiosk) -> None:
    devices_of, events = city.office.devices, city.office.audit
    own = devices_of.of_number("1")
    for said in (health(1), health(2, placement={"ring": "all"})):
        assert "placement" not in kiosk.send(said).json(), "nothing is otherwise"
    placed = devices_of.place(own, "early", "370602", by=city.operator)
    assert (placed.site.ring, placed.site.district) == ("early", "370602")
    (told,) = events.entries(action="device.place", limit=5)
    assert (told.who, told.subject, dict(told.details)) == (
        city.operator.id,
        "kiosk/1",
        {"ring": "all → early", "district": "- → 370602"},
    )
    assert "placement" not in kiosk.send(health(3)).json(), "a kiosk that does not say takes no answer about it"
    answer = kiosk.send(health(4, placement={"ring": "all"}))
    assert Answers.model_validate_json(answer.content).placement == Placement(ring="early", district="370602")
    assert "placement" not in kiosk.send(health(5, placement={"ring": "early", "district": "370602"})).json()
    devices_of.place(placed, "early", "370602", by=city.operator)
    assert len(events.entries(action="device.place", limit=5)) == 1, "nothing was changed"
    refused = [
        (city.writer, "early", None, Reason.NOT_AN_OPERATOR),
        (city.operator, "Early!", None, Reason.DEVICE_UNFIT),
        (city.operator, "early", "37", Reason.DEVICE_UNFIT),
    ]
    for person, ring, district, reason in refused:
        with pytest.raises(Refused) as error:
            devices_of.place(own, ring, district, by=person)
        assert error.value.reason is reason
    devices_of.revoke(own)
    with pytest.raises(Refused):
        devices_of.place(own, "all", None)


# --- Signed requests -------------------------------------------------------------------------------------------------


def test_forged_unknown_and_revoked_look_the_same(
    client: httpx.Client, city: City, tmp_path: Path, kiosk: Kiosk, rows: Count
) -> None:
    body = json.dumps({"messages": [health(1)]}).encode()
    good = dict(kiosk.key.headers(kiosk.device, "POST", REPORTS, 1, body))
    stranger = DeviceKey.make(tmp_path / "stranger")
    tries: list[tuple[bytes, dict[str, str]]] = [
        (body, dict(stranger.headers(kiosk.device, "POST", REPORTS, 1, body))),
        (body, dict(stranger.headers("0" * 32, "POST", REPORTS, 1, body))),
        (body, {**good, "X-Ts": "2"}),
        (body, {**good, "X-Sig": "AAAA"}),
        (body, {**good, "X-Sig": good["X-Sig"][:-1]}),
        (body, {**good, "X-Device": "x"}),
        (body, {**good, "X-Ts": ""}),
        (body, {}),
        (body.replace(b'"seq": 1', b'"seq": 2'), good),
        (b"no JSON at all", {}),
        (body, dict(kiosk.key.headers(kiosk.device, "PUT", REPORTS, 1, body))),
        (body, dict(kiosk.key.headers(kiosk.device, "POST", ENROL, 1, body))),
    ]
    found = [kiosk.post(*one) for one in tries]
    city.office.devices.revoke(city.office.devices.of_number("1"))
    found.append(kiosk.post(body, good))
    assert {(one.status_code, one.text) for one in found} == {(401, '{"error":"unknown"}')}
    assert rows(device_health) == 0


def test_what_does_not_fit_is_refused_whole(kiosk: Kiosk, rows: Count) -> None:
    good = counters(1)
    unfit: list[Any] = [
        {},
        {"messages": []},
        {"messages": [good], "more": 1},
        {"messages": [good | {"kind": "nothing"}]},
        {"messages": [good | {"id": "1"}]},
        {"messages": [good | {"id": good["id"].upper() + "A"}]},
        {"messages": [good, message("counters", {**good["body"], "name": "x"})]},
        {"messages": [message("counters", {**good["body"], "sessions": "1"})]},
        {"messages": [message("counters", {**good["body"], "day": "2026-02-30"})]},
        {"messages": [message("correction", {**correction()["body"], "field": "words of somebody"})]},
        {"messages": [counters(1) for _ in range(51)]},
        [good],
    ]
    for body in unfit:
        raw = json.dumps(body).encode()
        answer = kiosk.post(raw, kiosk.key.headers(kiosk.device, "POST", REPORTS, 1, raw))
        assert (answer.status_code, answer.json()) == (400, {"error": "unfit"}), body
    assert rows(device_reports) == 0 and rows(device_counters) == 0


def test_too_much_is_refused_before_it_is_read(client: httpx.Client, kiosk: Kiosk) -> None:
    raw = b" " * (LONGEST_REQUEST + 1)
    assert kiosk.post(raw, {}).json() == {"error": "too_large"}
    answer = client.post(ENROL, content=b" " * (LONGEST_ENROLMENT + 1))
    assert (answer.status_code, answer.json()) == (413, {"error": "too_large"})


def test_one_kiosk_cannot_keep_the_hub_busy(city: City, kiosk: Kiosk) -> None:
    most = city.office.settings.uplink.requests_per_minute
    found = [kiosk.send(health(1)).status_code for _ in range(most + 1)]
    assert found == [200] * most + [429]


# --- Once each -------------------------------------------------------------------------------------------------------


def test_the_same_again_is_a_duplicate_and_other_content_a_conflict(kiosk: Kiosk, rows: Count) -> None:
    one, said, proof, asked = counters(3, confirmed=2), correction(), receipt(7), unmet(6)
    assert kiosk.statuses(one, said, proof, asked) == ["stored"] * 4
    assert kiosk.statuses(asked, one, one, proof, said) == ["duplicate"] * 5
    forged = [{**one, "body": {**one["body"], "sessions": 4}}, {**proof, "id": one["id"]}, health(1, id=said["id"])]
    assert kiosk.statuses(*forged) == ["conflict"] * 3
    tables = (device_counters, stray_corrections, device_receipts, unmet_report, device_reports, device_health)
    assert [rows(table) for table in tables] == [1, 1, 1, 1, 4, 0]


def test_ids_belong_to_a_device(client: httpx.Client, city: City, tmp_path: Path, kiosk: Kiosk, rows: Count) -> None:
    other = enrolled(client, city.office, tmp_path, "2")
    one = counters(3)
    assert [kiosk.statuses(one), other.statuses(one)] == [["stored"], ["stored"]]
    assert rows(device_reports) == 2


def test_only_the_newest_health_is_kept_in_whatever_order_it_comes(city: City, kiosk: Kiosk, rows: Count) -> None:
    first, second, third = health(5), health(9, disk_free_mb=100), health(7)
    assert kiosk.statuses(second) == ["stored"]
    assert kiosk.send(first).json()["newest"] == 9
    assert kiosk.statuses(third, first, second) == ["duplicate"] * 3
    assert kiosk.statuses({**second, "body": {**second["body"], "uptime_s": 1}}) == ["conflict"]
    assert rows(device_health) == 1
    seen = city.office.devices.seen(city.office.devices.of_number("1"))
    assert seen.health is not None and (seen.health.seq, seen.health.disk_free_mb) == (9, 100)
    assert (seen.proved, seen.paper) == (True, "ok")
    assert city.office.devices.proofs() == {(7, DIGEST): 1}


def test_counts_of_a_day_only_grow(city: City, kiosk: Kiosk) -> None:
    assert kiosk.statuses(counters(5, confirmed=3), counters(2, confirmed=4, uncertain=1)) == ["stored"] * 2
    (day,) = city.office.devices.days(city.office.devices.of_number("1"))
    assert day.counts == {"sessions": 5, "slips.confirmed": 4, "slips.uncertain": 1, "reader.C-11": 2}


def test_what_people_opened_is_counted_and_need_not_be_told(city: City, kiosk: Kiosk) -> None:
    told = [message("counters", {"day": DAY, "sessions": 5, "opened": {"all": 9, "first": 8}})]
    told.append(message("counters", {"day": DAY, "sessions": 6}))  # of a kiosk with an older program
    assert kiosk.statuses(*told) == ["stored"] * 2
    (day,) = city.office.devices.days(city.office.devices.of_number("1"))
    assert day.counts == {"sessions": 6, "opened.all": 9, "opened.first": 8}
    more = message("counters", {"day": DAY, "sessions": 5, "opened": {"all": 9, "first": 10}})
    assert kiosk.send(more).status_code == 400, "more of the first five than of all"


def test_a_day_keeps_the_least_and_the_most(city: City, kiosk: Kiosk) -> None:
    for seq, left in ((1, 100), (2, 40), (3, 70)):
        kiosk.statuses(health(seq, printer={"state": "ready", "slips_left": left}))
    city.clock.later(days=1)
    kiosk.statuses(health(4, disk_free_mb=10))
    days = city.office.devices.days(city.office.devices.of_number("1"))
    assert [day.spans["slips_left"] for day in days] == [(40, 100), (100, 100)]
    assert days[1].spans["disk_free_mb"] == (10, 10)


def test_words_that_too_few_asked_or_that_tell_of_somebody_are_never_taken(kiosk: Kiosk, rows: Count) -> None:
    tomorrow = unmet(9, day="2026-11-23")
    assert kiosk.statuses(unmet(4), unmet(9, "我叫样本"), tomorrow) == ["conflict"] * 3
    assert rows(unmet_report) == 0 and rows(device_reports) == 0
    assert kiosk.statuses(unmet(6), unmet(5)) == ["stored"] * 2


def test_many_kiosks_in_one_transaction(client: httpx.Client, city: City, tmp_path: Path, rows: Count) -> None:
    kiosks = [enrolled(client, city.office, tmp_path, str(number)) for number in range(1, 6)]
    sent = []
    for kiosk in kiosks:
        device = city.office.devices.get(kiosk.device)
        assert device is not None
        batch = Batch.model_validate_json(json.dumps({"messages": [health(1), counters(1), health(2)]}))
        sent.append(Sent(device, batch.messages))
    taken = city.office.reports.ingest([*sent, *sent])
    assert [[one.status for one in each.answers] for each in taken[:5]] == [["stored"] * 3] * 5
    assert [[one.status for one in each.answers] for each in taken[5:]] == [["duplicate"] * 3] * 5
    assert {each.newest for each in taken} == {2}
    assert rows(device_health) == 5 and rows(device_reports) == 5


def neighbours(city: City, number: str) -> tuple[Neighbour, ...]:
    """As a hub that was started this moment tells them: a running one uses a map of half a minute ago."""
    fleet = Devices(city.office.store, now=city.clock)
    return fleet.neighbours(fleet.of_number(number))


# --- What comes back -------------------------------------------------------------------------------------------------


def test_neighbours_are_the_nearest_with_paper_heard_lately(client: httpx.Client, city: City, tmp_path: Path) -> None:
    spots = {"1": 121.40, "2": 121.41, "3": 121.43, "4": 121.60, "5": 121.42, "6": 121.405, "7": 121.50}
    kiosks = {
        number: enrolled(client, city.office, tmp_path, number, lat=37.53, lon=lon) for number, lon in spots.items()
    }
    kiosks["6"].statuses(health(1))
    city.clock.later(hours=3)
    kiosks["5"].statuses(health(1, printer={"state": "paper_out"}))
    kiosks["3"].statuses(health(1, printer={"state": "near_end"}))
    for number in ("2", "4", "7"):
        kiosks[number].statuses(health(1))
    kiosks["1"].statuses(health(1))
    near = neighbours(city, "1")
    assert [(one.number, one.name, one.paper) for one in near] == [
        ("2", "样本亭2", "ok"),
        ("3", "样本亭3", "low"),
        ("7", "样本亭7", "ok"),
    ]
    assert near[0].lon == 121.41 and near[0].at.isoformat().startswith("2026-11-20T10:")


def test_a_kiosk_that_nobody_can_place_has_no_neighbours_until_it_says_where_it_is(
    client: httpx.Client, city: City, tmp_path: Path, kiosk: Kiosk
) -> None:
    enrolled(client, city.office, tmp_path, "2", lat=37.53, lon=121.4).statuses(health(1))
    assert kiosk.send(health(1)).json()["neighbours"] == []
    kiosk.statuses(health(2, place={"lat": 37.54, "lon": 121.41}))
    assert [one.number for one in neighbours(city, "1")] == ["2"]


def test_the_answer_to_a_report_names_the_neighbours(client: httpx.Client, city: City, tmp_path: Path) -> None:
    near = {"lat": 37.54, "lon": 121.41}
    first, second = (enrolled(client, city.office, tmp_path, number, **near) for number in ("1", "2"))
    device = city.office.devices.get(second.device)
    assert device is not None
    batch = Batch.model_validate_json(json.dumps({"messages": [health(1)]}))
    city.office.reports.ingest([Sent(device, batch.messages)])
    (told,) = first.send(health(1)).json()["neighbours"]
    assert (told["number"], told["name"], told["paper"], told["lat"]) == ("2", "样本亭2", "ok", 37.54)


def test_letters_stay_sealed(city: City, kiosk: Kiosk) -> None:
    file = SealingKeyFile(city.office.home.sealing)
    public = file.make("a passphrase for tests")
    assert kiosk.send(health(1)).json()["sealing"] == public
    sealed = base64.b64encode(seal("样本来信".encode(), public, "letter")).decode()
    letter = message("letter", {"key": public, "sealed": sealed})
    assert kiosk.statuses(letter, letter) == ["stored", "duplicate"]
    kept = city.office.store.read(lambda connection: connection.execute(select(device_reports.c.body)).scalar_one())
    assert "样本" not in kept
    opened = file.unlock("a passphrase for tests").open(base64.b64decode(json.loads(kept)["sealed"]), "letter")
    assert opened.decode() == "样本来信"


def test_the_description_names_everything_that_is_answered(city: City) -> None:
    told = description(city.office)
    assert set(told["paths"]) == {ENROL, REPORTS}
    assert set(told["paths"][REPORTS]["post"]["responses"]) >= {"200", "400", "401", "413", "429", "503"}
    schemas = told["components"]["schemas"]
    assert schemas["Batch"]["properties"]["messages"]["maxItems"] == 50
    loose = [
        name
        for name, one in schemas.items()
        if one.get("type") == "object" and one.get("additionalProperties") is not False
    ]
    assert loose == []
    used = set(re.findall(r'"#/components/schemas/([A-Za-z]+)"', json.dumps(told)))
    assert used <= set(schemas)


# --- Corrections -----------------------------------------------------------------------------------------------------


def released(city: City) -> None:
    """The department and one guide are out as revision 1."""
    city.found()
    city.reviewed(city.draft(org()))
    city.reviewed(city.draft(guide()))
    city.release()


def test_corrections_become_one_ticket_that_its_department_answers(city: City, kiosk: Kiosk) -> None:
    released(city)
    assert kiosk.statuses(correction(), correction(), correction(field="place")) == ["stored"] * 3
    desk = city.office.corrections
    first, second = desk.tickets(city.writer)
    assert (first.item, first.field, first.count, first.kiosks) == ("guide/mz-001", "phone", 2, 1)
    assert (first.department, first.name, second.count) == ("org-mz", "样本事项 mz-001", 1)
    assert desk.waiting(city.writer) == 2 and desk.score().said == 3
    with pytest.raises(Refused) as unfit:
        desk.mended(city.writer, first, 9)
    assert unfit.value.reason is Reason.NO_SUCH_VERSION

    draft = city.office.items.edit(city.writer, "guide/mz-001")
    draft = city.office.items.save(
        city.writer, draft.item, guide(phone={"enquiry": "0535-6000009", "complaint": "0535-6000002"}), draft.edits
    )
    city.reviewed(draft)
    answered = desk.mended(city.writer, first, draft.number)
    revision = city.release()
    assert answered.state is State.MENDED and desk.score().mended == 0
    assert kiosk.statuses(receipt(revision - 1)) == ["stored"]
    assert desk.get(first.id).state is State.MENDED, "the street still shows the older one"
    assert kiosk.statuses(receipt(revision)) == ["stored"]
    assert desk.get(first.id).state is State.CLOSED
    assert (desk.score().said, desk.score().mended) == (3, 2)

    kiosk.statuses(correction(revision=revision))
    assert {(one.field, one.state.value) for one in desk.tickets(city.writer)} == {
        ("phone", "closed"),
        ("phone", "open"),
        ("place", "open"),
    }


def test_not_so_needs_a_reason_and_the_city_to_close_it(city: City, kiosk: Kiosk) -> None:
    released(city)
    kiosk.statuses(correction(field="materials"))
    desk = city.office.corrections
    (ticket,) = desk.tickets(city.writer)
    with pytest.raises(Refused) as empty:
        desk.not_so(city.writer, ticket, " ")
    answered = desk.not_so(city.writer, ticket, "窗口核对过，没有变化")
    with pytest.raises(Refused) as stale:
        desk.not_so(city.writer, ticket, "又一次")
    with pytest.raises(Refused) as own:
        desk.close(city.writer, answered)
    again = desk.reopen(city.second, answered)
    with pytest.raises(Refused) as unanswered:
        desk.close(city.second, again)
    closed = desk.close(city.second, desk.not_so(city.first, again, "再核对过"))
    assert (closed.state, closed.reason) == (State.CLOSED, "再核对过")
    assert [error.value.reason for error in (empty, stale, own, unanswered)] == [
        Reason.REMARK_NEEDED,
        Reason.TICKET_CLOSED,
        Reason.NOT_FOR_DEPARTMENT,
        Reason.TICKET_CLOSED,
    ]
    assert desk.score().mended == 0


def test_other_departments_neither_see_nor_answer(city: City, kiosk: Kiosk) -> None:
    released(city)
    kiosk.statuses(correction())
    stranger = city.add("stranger", Role.EDITOR, "org-other")
    desk = city.office.corrections
    assert desk.tickets(stranger) == ()
    assert {one.department for one in desk.tickets(city.second)} == {"org-mz"}
    with pytest.raises(Refused) as error:
        desk.not_so(stranger, desk.tickets(city.writer)[0], "不归我们")
    assert error.value.reason is Reason.OTHER_DEPARTMENT


def test_what_was_never_out_is_kept_apart_and_counts_nowhere(city: City, kiosk: Kiosk, rows: Count) -> None:
    released(city)
    city.draft(guide("mz-002"))
    told = [correction("nope-1"), correction("nope-1"), correction("nope-1", revision=7), correction("mz-002")]
    assert kiosk.statuses(*told) == ["stored"] * 4
    assert kiosk.statuses(*told) == ["duplicate"] * 4, "and is not asked for again"
    desk = city.office.corrections
    assert desk.tickets(city.second) == () and desk.waiting(city.second) == 0 and desk.score().said == 0
    assert city.office.book.accounts() == () and rows(tickets) == 0 and rows(corrections) == 0
    found = {(one.item, one.field, one.times, one.revision, one.kiosks) for one in desk.strays()}
    assert found == {
        ("guide/nope-1", "phone", 3, 7, ("1",)),
        ("guide/mz-002", "phone", 1, 1, ("1",)),
    }
    assert desk.strays("110101") == (), "a district sees its own kiosks"
    kiosk.statuses(correction())
    assert [one.count for one in desk.tickets(city.second)] == [1] and len(desk.strays()) == 2
