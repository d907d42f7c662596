"""亭子, a kiosk's own page, 告警 and 群众报错: what is shown, what a form does, who may. Every kiosk is invented."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter

import pytest

from hub.device import Device
from hub.reports import Carried, Sent
from hub.sheets import read_table
from hub.store import utc_now, written
from hub.tables import device_health, devices, metadata
from hub.workflow import Role
from tests.hub import fleets
from tests.hub.kiosks import correction, health
from tests.hub.web.conftest import Browser, HubServer
from tests.hub.web.reading import words
from uplink.messages import Batch


@pytest.fixture
def now() -> dt.datetime:
    return utc_now()


def pair(server: HubServer, now: dt.datetime) -> tuple[Device, Device]:
    """Two kiosks, the first without paper."""
    office = server.office
    fleets.release(office, at=now - dt.timedelta(hours=20))
    sites = [fleets.place("017", lat=37.5, lon=121.4), fleets.place("018", fleets.DISTRICTS[1])]
    first, second = fleets.enrol(office, sites, now)
    out = {"printer": {"state": "paper_out", "slips_left": 0, "millimetres": 49000}, "content": fleets.content(now)}
    fleets.say(office, first, 1, **out, last_visit=now.isoformat())
    fleets.say(office, second, 1, content=fleets.content(now), last_visit=now.isoformat(), errors={"P-02": 4})
    return first, second


def tell(server: HubServer, device: Device, *messages: dict[str, object]) -> None:
    batch = Batch.model_validate_json(json.dumps({"messages": messages}))
    server.office.reports.ingest([Sent(device, batch.messages)])


def test_an_empty_street(hub_server: HubServer) -> None:
    client = hub_server.client("yunwei")
    assert "还没有登记的亭子" in words(client.get("/fleet").text)
    assert "今天不用上门" in words(client.get("/fleet/sheet").text)
    assert "都好。" in words(client.get("/alarms").text)


def test_where_somebody_must_go(hub_server: HubServer, now: dt.datetime) -> None:
    pair(hub_server, now)
    client = hub_server.client("yunwei")
    page = client.get("/fleet").text
    text = words(page)
    assert "2 台 · 1 台今天要上门" in text and "其余 1 台正常" in text
    assert "热敏纸 2 卷（纸宽没登记）" in text and "纸用完" in text
    rows = re.findall(r"<tr data-row>.*?</tr>", page, re.DOTALL)
    assert [re.search(r"/kiosks/(\d+)", row)[1] for row in rows] == ["017", "017", "018"]  # type: ignore[index]
    assert "abab abab 一致" in words(rows[2]) and "约 100 张" in words(rows[2]) and "正常" in words(rows[2])
    post = hub_server.post
    post(client, "/kiosks/017/care", "/kiosks/017", contact="样本周", paper_mm="80", note="钥匙在门卫", edits=0)
    text = words(client.get("/fleet").text)
    assert "80 毫米纸 2 卷" in text and "样本周" in text
    sheet = words(client.get("/fleet/sheet").text)
    assert "样本周" in sheet and "钥匙在门卫" in sheet and "样本亭017" in sheet
    only = client.get("/fleet", params={"state": "normal"}).text
    assert "找到 1 台" in words(only) and "/kiosks/018" in only
    assert "没有这样的亭子" in words(client.get("/fleet", params={"text": "不存在"}).text)
    assert "找到 1 台" in words(client.get("/fleet", params={"text": "亭018"}).text)
    assert "找到 1 台" in words(client.get("/fleet", params={"district": fleets.DISTRICTS[1]}).text)


def test_a_round_is_told_with_who_goes_by_when_and_how_many_trips(hub_server: HubServer, now: dt.datetime) -> None:
    fleets.city(hub_server.office, 60, now, share=0.5)
    hub_server.office.upkeep.round()
    rounds = hub_server.office.fleet.rounds()
    stops = [stop for one in rounds for stop in one.stops]
    client = hub_server.client("yunwei")
    text = words(client.get("/fleet").text)
    assert f"{len(stops)} 台，去 {len(rounds)} 趟，按走得顺排" in text
    rest = stops[7:]
    assert f"还有 {len(rest)} 台：{rest[0].standing.number} " in text
    every = client.get("/fleet?visits=all").text
    listed = re.findall(r'/kiosks/([0-9-]+)" data-open', every.split('id="all"')[0])
    assert listed == [stop.standing.number for stop in stops], "in the order in which they are walked"
    sheet = words(client.get("/fleet/sheet").text)
    for one in rounds:
        rolls = 2 * sum("paper" in stop.bring for stop in one.stops)
        readers = sum("reader" in stop.bring for stop in one.stops)
        packed = sheet.split(f" {one.contact} ")[1].split("带：")[1].split(" 亭子 为什么")[0]
        assert (f"80 毫米纸 {rolls} 卷" in packed) == bool(rolls), "everything once"
        assert ("读卡器" in packed) == bool(readers) and (readers < 2 or f"读卡器 {readers} 个" in packed)
        assert packed.count("巡检 U 盘") == any("stick" in stop.bring for stop in one.stops)
    for stop in stops:
        row = re.search(rf"<tr data-row>(?:(?!</tr>).)*{stop.standing.number}.*?</tr>", every, re.DOTALL)
        assert row is not None and stop.standing.care.contact in words(row[0])


def test_a_kiosk_fed_by_sticks_is_shown_so(hub_server: HubServer, now: dt.datetime) -> None:
    office = hub_server.office
    fleets.release(office, at=now - dt.timedelta(days=9))
    (device,) = fleets.enrol(office, [fleets.place("017", "370602")], now - dt.timedelta(days=30))
    at = now - dt.timedelta(days=8)
    said = health(1, at=at.isoformat(), content=fleets.content(at))
    batch = Batch.model_validate_json(json.dumps({"messages": [said]}))
    office.reports.ingest([Sent(device, batch.messages, Carried("e" * 32, "cd" * 32))])
    office.upkeep.round()
    client = hub_server.client("yunwei")
    page = client.get("/fleet").text
    text = words(page)
    assert "靠 U 盘" in text and "8 天前一致" in text and "其余 1 台正常" in text
    assert "芝罘区" in text and ">370602<" not in page
    text = words(client.get("/kiosks/017").text)
    assert "靠 U 盘" in text and "芝罘区" in text and "没有告警" in text
    later = now - dt.timedelta(days=15)
    office.store.run_tx(
        lambda connection: connection.execute(device_health.update().values(received_at=written(later)))
    )
    office.upkeep.round()
    text = words(client.get("/fleet").text)
    assert "U 盘 15 天没来" in text and "巡检 U 盘" in text and "联不上 1" in text


def test_a_citys_own_names_of_districts_come_first(hub_server: HubServer, now: dt.datetime) -> None:
    office = hub_server.office
    fleets.enrol(office, [fleets.place("1", "370602"), fleets.place("2", "370611"), fleets.place("3", "370699")], now)
    entries = [{"code": "370602", "name": "样本老城"}]
    named = {
        "kind": "codelist",
        "id": "cl-district",
        "name": "区",
        "list": "district",
        "version": "1",
        "entries": entries,
    }
    office.items.create(office.people.by_login("caibian"), named)
    blocks = hub_server.client("yunwei").get("/fleet").text.split('<ul class="map">')[1].split("</ul>")[0]
    assert re.findall(r"<b>([^<]*)</b>", blocks) == ["样本老城", "福山区", "370699"]


def test_squares_have_shapes_and_words(hub_server: HubServer, now: dt.datetime) -> None:
    fleets.city(hub_server.office, 40, now, share=0.3)
    hub_server.office.upkeep.round()
    counts = hub_server.office.fleet.counts()
    assert counts.total == 40 and counts.visit and counts.lost and counts.look
    page = hub_server.client("shenji").get("/fleet").text
    blocks = page.split('<ul class="map">')[1].split("</ul>")[0]
    drawn = Counter(re.findall(r'#sq-(\w+)"', blocks))
    assert (drawn["visit"], drawn["lost"], drawn["look"]) == (counts.visit, counts.lost, counts.look)
    assert blocks.count("h5v5h-5z") == counts.normal
    labels = " ".join(re.findall(r'aria-label="([^"]*)"', blocks))
    assert sum(map(int, re.findall(r"要上门 (\d+)", labels))) == counts.visit


def test_a_kiosks_own_page(hub_server: HubServer, now: dt.datetime) -> None:
    first, _ = pair(hub_server, now)
    tell(hub_server, first, correction("mz-001", day=now.date().isoformat()))
    operator, auditor = hub_server.client("yunwei"), hub_server.client("shenji")
    text = words(operator.get("/kiosks/018").text)
    assert "P-02" in text and "4 次" in text and "没有告警" in text and "约 100 张" in text
    text = words(operator.get("/kiosks/017").text)
    assert "电话不通" in text and "还没好" in text
    assert "<form" not in auditor.get("/kiosks/017").text.split("<main")[1].split("</main")[0]
    post = hub_server.post
    came = now.astimezone(dt.timezone(dt.timedelta(hours=8))).strftime("%Y-%m-%dT%H:%M")
    post(operator, "/kiosks/017/visit", "/kiosks/017", came=came, who="样本周", done="换纸 2 卷")
    text = words(operator.get("/kiosks/017").text)
    assert "换纸 2 卷" in text and "样本运维 记" in text
    post(operator, "/kiosks/017/visit", "/kiosks/017", came="2099-01-01T00:00", who="样本周", done="x")
    assert "时间不能在以后" in words(operator.get("/kiosks/017").text)
    post(operator, "/kiosks/017/care", "/kiosks/017", contact="一", paper_mm="58", note="", edits=0)
    post(operator, "/kiosks/017/care", "/kiosks/017", contact="二", paper_mm="58", note="", edits=0)
    assert "别人刚改过" in words(operator.get("/kiosks/017").text)
    assert hub_server.office.care.of("017").contact == "一"
    post(operator, "/kiosks/017/revoke", "/kiosks/017", typed="018")
    assert hub_server.office.devices.of_number("017").revoked_at is None
    post(operator, "/kiosks/017/revoke", "/kiosks/017", typed="017")
    assert "已撤销" in words(operator.get("/kiosks/017").text)
    assert operator.get("/kiosks/999").status_code == 404
    with hub_server.office.store.engine.connect() as connection:
        assert connection.execute(devices.select().where(devices.c.id == first.id)).one().revoked_at


def test_a_kiosks_ring_is_changed_on_its_page(hub_server: HubServer, now: dt.datetime) -> None:
    first, _ = pair(hub_server, now)
    operator, devices_of = hub_server.client("yunwei"), hub_server.office.devices
    page = operator.get("/kiosks/017").text
    assert re.findall(r'<option value="([a-z]+)"', page.split('name="ring"')[1].split("</select>")[0]) == [
        "all",
        "early",
    ]
    assert "亭子现在按" not in page, "it has not said"
    told = {"ring": "early", "district": first.site.district}
    hub_server.post(operator, "/kiosks/017/placement", "/kiosks/017", **told)
    assert devices_of.of_number("017").site.ring == "early"
    assert "亭子下次来报时就知道" in operator.get("/kiosks/017").text
    fleets.say(hub_server.office, first, 2, placement={"ring": "all", "district": first.site.district})
    assert "亭子现在按 all ：还没轮到它来报" in words(operator.get("/kiosks/017").text)
    fleets.say(hub_server.office, first, 3, placement=told)
    assert "亭子现在按" not in operator.get("/kiosks/017").text
    hub_server.post(operator, "/kiosks/017/placement", "/kiosks/017", **(told | {"ring": "x y"}))
    assert devices_of.of_number("017").site.ring == "early"
    auditor = hub_server.client("shenji")
    assert "/kiosks/017/placement" not in auditor.get("/kiosks/017").text
    hub_server.post(auditor, "/kiosks/017/placement", "/kiosks/017", **(told | {"ring": "all"}))
    assert devices_of.of_number("017").site.ring == "early"
    assert "改亭子的分批或区" in auditor.get("/audit").text


def test_a_code_for_a_kiosk_is_shown_once(hub_server: HubServer) -> None:
    client = hub_server.client("yunwei")
    fields = {"number": "021", "name": "样本新亭", "place": "路口", "district": "370691", "ring": "all"}
    got = hub_server.post(client, "/kiosks", "/kiosks", **fields, lat="37.5", lon="121.4")
    (code,) = set(re.findall(r"[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}", got.text))
    assert got.status_code == 200 and code not in client.get("/kiosks").text
    assert hub_server.office.audit.entries(limit=1)[0].action == "device.code"
    bad = hub_server.post(client, "/kiosks", "/kiosks", **(fields | {"lat": "north", "lon": ""}))
    assert bad.status_code == 422 and "样本新亭" in bad.text
    assert hub_server.post(hub_server.client("shenji"), "/kiosks", "/fleet", **fields).status_code == 403


def test_alarms_are_listed_and_muted_with_a_reason(hub_server: HubServer, now: dt.datetime) -> None:
    pair(hub_server, now)
    client = hub_server.client("yunwei")
    page = client.get("/alarms").text
    assert "1 个没好的" in words(page) and re.search(r'告警<span class="n">1<', page)
    hub_server.post(client, "/kiosks/017/mute", "/alarms", kind="paper_out", days="3", reason="")
    assert "要写为什么" in words(client.get("/alarms").text)
    hub_server.post(client, "/kiosks/017/mute", "/alarms", kind="paper_out", days="3", reason="路口修路")
    text = words(client.get("/alarms").text)
    assert "静音 3 天" in text and "0 个没好的，1 个静音" in text
    assert "路口修路" in words(client.get("/alarms?muted=1").text) and "样本运维" in words(
        client.get("/alarms?muted=1").text
    )
    assert "今天不用上门" in words(client.get("/fleet").text)
    hub_server.post(client, "/kiosks/017/mute", "/alarms?muted=1", kind="paper_out", days="0")
    assert hub_server.office.fleet.to_visit() == 1
    assert hub_server.client("bianji").get("/alarms").status_code == 403


def test_corrections_are_answered_and_close_with_a_release(hub_server: HubServer, now: dt.datetime) -> None:
    office = hub_server.office
    first, second = pair(hub_server, now)
    item = next(one for one in office.items.all(department="org-mzj", limit=500) if one.kind == "guide" and one.live)
    day = now.date().isoformat()
    for device in (first, second):
        tell(hub_server, device, correction(item.id, day=day), correction(item.id, "materials", day=day))
    editor, other = hub_server.client("bianji"), hub_server.client("caibian")
    page = editor.get("/corrections").text
    text = words(page)
    assert item.name in text and "2 人次，2 台亭子" in text and "第 1 版：2 次" in text and "去改这一条" in text
    assert "说了 4，已改 0" in text and re.search(r'群众报错<span class="n">2<', page)
    tickets = {one.field: one for one in office.corrections.tickets(office.people.by_login("bianji"))}
    path = f"/corrections/{tickets['materials'].id}"
    hub_server.post(editor, f"{path}/not-so", "/corrections", edits=0, reason=" ")
    assert office.corrections.get(tickets["materials"].id).state.value == "open"
    hub_server.post(editor, f"{path}/not-so", "/corrections", edits=0, reason="照办法第三条")
    assert "照办法第三条" in words(other.get("/corrections?state=not_so").text)
    assert hub_server.post(editor, f"{path}/decide", "/corrections", edits=1, close="1").status_code == 403
    hub_server.post(other, f"{path}/decide", "/corrections?state=not_so", edits=0, close="1")
    assert office.corrections.get(tickets["materials"].id).state.value == "not_so", "seen before somebody changed it"
    hub_server.post(other, f"{path}/decide", "/corrections?state=not_so", edits=1, close="1")
    assert office.corrections.get(tickets["materials"].id).state.value == "closed"
    sheet = read_table(editor.get("/corrections/account.xlsx").content).sheets[0]
    assert list(sheet.rows[1].cells[1:]) == ["4", "0", "2", "2"]
    assert editor.get("/corrections/account.csv").text.startswith("\ufeff部门,")
    assert editor.get("/corrections/account.exe").status_code == 404
    writer = office.people.by_login("bianji")
    version = office.items.edit(writer, item.key)
    record = {**version.record, "phone": {**version.record.get("phone", {}), "enquiry": "0535-6009999"}}
    version = office.items.save(writer, item.key, record, version.edits)
    assert f"已改，在第 {version.number} 版" in words(editor.get("/corrections").text)
    ticket = tickets["phone"]
    hub_server.post(editor, f"/corrections/{ticket.id}/mended", "/corrections", edits=0, version=version.number)
    assert "1" in words(editor.get("/corrections?state=mended").text)
    assert office.corrections.get(ticket.id).state.value == "mended"
    tell(hub_server, first, correction("nope-1", day=day))
    strays = words(hub_server.client("yunwei").get("/corrections").text).partition("对不上的")[2]
    assert "guide/nope-1" in strays and "第 1 版" in strays
    assert "nope-1" not in words(editor.get("/corrections").text)
    assert "已改，等上亭" in words(hub_server.client("shenji").get("/corrections?state=mended").text)


def test_ring_cards_show_what_kiosks_proved(hub_server: HubServer, now: dt.datetime) -> None:
    office = hub_server.office
    latest = office.releases.latest()
    assert latest is not None and latest.revision is not None
    made = fleets.enrol(office, [fleets.place("031"), fleets.place("032"), fleets.place("033")], now)
    for device, digest in zip(made, (latest.digest, "cd" * 32, latest.digest), strict=True):
        proved = now.isoformat() if device is not made[2] else None
        shown = fleets.content(now, revision=latest.revision, digest=digest, proved_at=proved)
        fleets.say(office, device, 1, content=shown)
    found = {one.number: one.proved for one in office.fleet.kiosks()}
    assert found == {"031": True, "032": False, "033": False}
    assert office.rollouts.fleet() == 3


def test_the_pages_work_in_a_browser_without_a_complaint(
    browser: Browser, hub_server: HubServer, now: dt.datetime
) -> None:
    fleets.city(hub_server.office, 60, now, share=0.3)
    hub_server.office.upkeep.round()
    browser.log_in("yunwei")
    wide = "return document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    number = hub_server.office.fleet.rounds()[0].stops[0].standing.number
    for path in ("/fleet", "/fleet/sheet", f"/kiosks/{number}", "/kiosks", "/alarms"):
        browser.open(path)
        assert browser.driver.execute_script(wide), path
    browser.open("/fleet")
    body = browser.find("body")
    body.send_keys("1")
    assert browser.find(".map .d.on").is_displayed() and "找到" in browser.text
    assert browser.complaints() == []


def test_a_districts_operator_sees_and_changes_its_own_kiosks_alone(hub_server: HubServer, now: dt.datetime) -> None:
    first, second = pair(hub_server, now)
    out = {"printer": {"state": "paper_out", "slips_left": 0, "millimetres": 49000}}
    fleets.say(hub_server.office, second, 2, **out)
    district(hub_server, second.site.district or "")
    for login, role in (("qu", Role.OPERATOR), ("qushen", Role.AUDITOR)):
        hub_server.office.people.add(login, "样本区", "org-sqx", {role}, "long enough to pass")
    client = hub_server.client("qu", "long enough to pass")
    for path in ("/fleet", "/fleet/sheet", "/alarms"):
        text = client.get(path).text
        assert "样本亭018" in text and "样本亭017" not in text, path
    assert "1 台 · 1 台今天要上门" in words(client.get("/fleet").text)
    assert "没有这样的亭子" in words(client.get("/fleet", params={"district": first.site.district}).text)
    assert client.get("/kiosks/018").status_code == 200
    for path in ("/kiosks/017", "/kiosks?number=017"):
        got = client.get(path)
        assert got.status_code == 404 and "样本亭017" not in got.text, path
    fields: dict[str, dict[str, object]] = {
        "care": {"contact": "样本周", "edits": 0},
        "visit": {"came": now.isoformat()[:16], "who": "样本周", "done": "换纸"},
        "mute": {"kind": "paper_out", "days": 3, "reason": "修路"},
        "revoke": {"typed": "017"},
        "placement": {"ring": "early", "district": second.site.district},
    }
    office = hub_server.office
    for action, given in fields.items():
        hub_server.post(client, f"/kiosks/017/{action}", "/fleet", **given)
    assert office.care.of("017").edits == 0 and office.care.visits("017") == () and office.alarms.muted() == 0
    assert office.devices.of_number("017") == first
    hub_server.post(client, "/kiosks/018/placement", "/kiosks/018", ring="early", district=first.site.district)
    assert office.devices.of_number("018") == second, "away into another district"
    hub_server.post(client, "/kiosks/018/placement", "/kiosks/018", ring="early", district=second.site.district)
    assert office.devices.of_number("018").site.ring == "early"
    hub_server.post(client, "/kiosks/018/care", "/kiosks/018", **fields["care"])
    assert office.care.of("018").contact == "样本周"
    auditor = hub_server.client("qushen", "long enough to pass")
    text = auditor.get("/kiosks/017").text
    assert "样本亭017" in text and "/kiosks/017/care" not in text, "who audits sees all, and changes nothing"


def district(server: HubServer, code: str) -> None:
    """A live district with an office below it that has an item nobody has verified; another city's list has it, too."""
    office = server.office
    collector = office.people.by_login("caibian")
    for record in (
        {"kind": "place", "id": "pl-sqx", "name": "样本区大厅", "address": "样本路1号", "district": code},
        {"kind": "org", "id": "org-sqx", "name": "样本区", "level": "district", "place": "pl-sqx"},
        {"kind": "org", "id": "org-sqx-jd", "name": "样本街道办", "parent": "org-sqx"},
        {"kind": "guide", "id": "sqx-001", "name": "样本街道救助", "department": "org-sqx-jd"},
    ):
        office.items.create(collector, record)
    versions, items = metadata.tables["versions"], metadata.tables["items"]
    made = items.c.open.is_not(None)
    published = versions.update().where(versions.c.status == "draft").values(status="published", revision=1)
    office.store.run_tx(lambda connection: connection.execute(published))
    office.store.run_tx(
        lambda connection: connection.execute(items.update().where(made).values(live=items.c.open, open=None))
    )


def test_ledgers_open_at_what_a_district_is_responsible_for(hub_server: HubServer) -> None:
    district(hub_server, fleets.DISTRICTS[0])
    office = hub_server.office
    office.gaps.bring(office.people.by_login("caibian"), "样本市", "样本", "事项名称\n样本街道救助\n".encode(), "a.csv")
    office.people.add("qu", "样本区", "org-sqx", {Role.EDITOR}, "long enough to pass")
    client = hub_server.client("qu", "long enough to pass")
    page = client.get("/freshness").text
    listed = re.findall(r'class="ti" href="/freshness\?department=([a-z-]+)"', page)
    assert "样本街道救助" in page and listed[0] == "org-sqx-jd", "its own come first"
    assert "/items/guide/sqx-001" in client.get("/gaps", params={"show": "covered"}).text
    chosen = client.get("/freshness", params={"department": "org-mzj"}).text
    assert "样本街道救助" not in chosen, "what somebody asks for is what they get"
    other = hub_server.client("bianji").get("/freshness").text
    assert "样本街道救助" not in other
