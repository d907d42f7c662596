"""对标补缺 and 保鲜账 as pages: what is shown, what a form does, who may."""

from __future__ import annotations

import httpx
import pytest

from hub.gaps import mark_of
from hub.sheets import csv_of, read_table
from hub.workflow import Status
from tests.hub.web.conftest import Browser, HubServer, tokens
from tests.hub.web.reading import words

NAMES = ["收养登记", "结婚登记", "百岁老人慰问", "居家适老化改造", "户口迁移"]


def bring(server: HubServer, client: httpx.Client) -> str:
    content = csv_of([["事项名称", "所属部门"], *([name, "民政局"] for name in NAMES)])
    fields = {**tokens(client, "/gaps"), "city": "北京", "source": "样本清单"}
    got = client.post("/gaps", data=fields, files={"file": ("b.csv", content)})
    assert got.status_code == 303, got.text
    return str(got.headers["location"])


def test_a_list_is_compared_and_answered(hub_server: HubServer) -> None:
    client = hub_server.client("bianji")
    assert "还没有别的城市的清单" in words(client.get("/gaps").text)
    path = bring(hub_server, client)
    text = client.get(path).text
    page = words(text)
    assert "和北京比" in page and "百岁老人慰问" in page and "等部门答" in page
    id = path.partition("list=")[2]
    post = hub_server.post
    post(client, "/gaps/answer", path, list=id, mark=mark_of("百岁老人慰问"), answer="not_here")
    assert "写一句为什么" in words(client.get(path).text)
    post(client, "/gaps/answer", path, list=id, mark=mark_of("百岁老人慰问"), answer="missing", to="org-mzj")
    assert "进了草稿，只有名称" in words(client.get(path).text)
    (item,) = hub_server.office.items.all(text="百岁老人慰问")
    assert item.department == "org-mzj" and item.live is None
    said = words(client.get(f"{path}&department=org-mzj&show=said").text)
    assert "百岁老人慰问" in said and "缺，要补" in said
    sheet = client.get(f"/gaps/list.xlsx?list={id}")
    assert [row.cells[1] for row in read_table(sheet.content).sheets[0].rows[1:]] == NAMES
    reviewer = hub_server.client("chushen")
    assert 'action="/gaps/answer"' not in reviewer.get(path).text
    assert post(reviewer, "/gaps/answer", path, list=id, mark="x", answer="later").status_code == 403


def test_a_file_that_is_no_list_is_told(hub_server: HubServer) -> None:
    client = hub_server.client("caibian")
    fields = {**tokens(client, "/gaps"), "city": "北京", "source": ""}
    got = client.post("/gaps", data=fields, files={"file": ("b.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99)})
    assert "老的 .xls" in words(client.get(got.headers["location"]).text)


def test_the_ledger_shows_who_is_behind_and_verifies_one(hub_server: HubServer) -> None:
    client = hub_server.client("caibian")
    page = words(client.get("/freshness").text)
    assert "没有要管的，没有列" in page and "最要管的在前" in page
    every = words(client.get("/freshness?all=1").text)
    assert "市民政局" in every
    entry = next(
        one for one in hub_server.office.ledger.entries() if one.phone and not one.open and one.key[:5] == "guide"
    )
    path = f"/freshness?department={entry.department}&state=all"
    assert entry.name in words(client.get(path).text)
    hub_server.post(client, "/freshness/verify", path, key=entry.key, group="phone")
    assert "核验过了，送去初审" in words(client.get(path).text)
    version = hub_server.office.items.open(entry.key)
    assert version is not None and version.status is Status.DEPARTMENT_REVIEW
    assert "phone" in version.record["verified_fields"]
    assert client.get("/freshness/ledger.xlsx").content.startswith(b"PK")
    assert client.get("/freshness/ledger.csv").text.startswith("\ufeff部门,条数")
    assert client.get("/freshness/ledger.exe").status_code == 404
    assert hub_server.client("fabu").get("/freshness").status_code == 403


@pytest.mark.timeout(120)
def test_the_pages_work_in_a_browser_without_a_complaint(browser: Browser, hub_server: HubServer) -> None:
    bring(hub_server, hub_server.client("bianji"))
    browser.log_in("bianji")
    browser.open("/gaps?department=org-mzj")
    assert "对标补缺" in browser.text and "居家适老化改造" in browser.text
    wide = "return document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    assert browser.driver.execute_script(wide)
    browser.press("以后再说")
    assert "以后再说" in browser.text
    for path in ("/freshness", "/import"):
        browser.open(path)
        assert browser.driver.execute_script(wide)
    assert browser.complaints() == []
