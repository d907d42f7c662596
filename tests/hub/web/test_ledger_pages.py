"""对标补缺 and 保鲜账 as pages: what is shown, what a form does, who may."""

from __future__ import annotations

import datetime as dt
import re

import httpx
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from hub.gap_lists import mark_of
from hub.sheets import csv_of, read_table
from hub.web import words as written
from hub.workflow import CITY, Role, Status
from tests.hub.web.conftest import Browser, HubServer, tokens
from tests.hub.web.reading import words

NAMES = ["收养登记", "结婚登记", "百岁老人慰问", "居家适老化改造", "户口迁移"]


def bring(server: HubServer, client: httpx.Client) -> str:
    rows = ([name, "民政局", f"样本证件{n}"] for n, name in enumerate(NAMES))
    content = csv_of([["事项名称", "所属部门", "办理结果"], *rows])
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


def in_days(n: int) -> dt.date:
    return dt.datetime.now(dt.timezone(dt.timedelta(hours=8))).date() + dt.timedelta(days=n)


def test_a_department_is_asked_and_sees_it_among_its_tasks(hub_server: HubServer) -> None:
    collector, editor, post = hub_server.client("caibian"), hub_server.client("bianji"), hub_server.post
    path = f"{bring(hub_server, collector)}&department=org-mzj"
    id = path.partition("list=")[2].partition("&")[0]
    waiting = [row for row in hub_server.office.gaps.board(id).rows if row.waits and row.department == "org-mzj"]
    n, due = len(waiting), in_days(9)
    assert n >= 2 and f"发给市民政局答（{n}）" in words(collector.get(path).text)
    assert 'action="/gaps/ask"' not in editor.get(path).text
    assert post(editor, "/gaps/ask", path, list=id, department="org-mzj", due=due).status_code == 403
    post(collector, "/gaps/ask", path, list=id, department="org-mzj", due="never")
    assert "日子要从今天起" in words(collector.get(path).text)
    post(collector, "/gaps/ask", path, list=id, department="org-mzj", due=due)
    page = words(collector.get(path).text)
    assert f"已发给 市民政局，{written.day(due)} 前答，已答 0 / {n}" in page and "再发给市民政局答" in page
    tasks = words(editor.get("/tasks").text)
    assert f"北京的清单，{n} 条等着答" in tasks and written.day(due) in tasks and f"已答 0 / {n}" in tasks
    assert "北京的清单" not in words(collector.get("/tasks").text), "nothing is late"
    for row in waiting[1:]:
        post(editor, "/gaps/answer", path, list=id, mark=row.mark, answer="not_here", reason="样本里没有")
    post(editor, "/gaps/answer", path, list=id, mark=waiting[0].mark, answer="")
    assert "先选一种答法" in words(editor.get(path).text)
    assert f"北京的清单，1 条等着答 样本采编 请部门答，已答 {n - 1} / {n}" in words(editor.get("/tasks").text)
    author = hub_server.office.people.add("author", "样本作者", "org-mzj", {Role.EDITOR}, "long enough to pass")
    assert f'<option value="{author.id}">样本作者</option>' in editor.get(path).text
    more = {"answer": "missing", "writer": author.id, "due": in_days(4)}
    post(editor, "/gaps/answer", path, list=id, mark=waiting[0].mark, **more)
    assert "北京的清单" not in words(editor.get("/tasks").text), "all is answered"
    theirs = words(hub_server.client("author", "long enough to pass").get("/tasks").text)
    assert "请您写" in theirs and waiting[0].listed.name in theirs and written.day(in_days(4)) in theirs
    assert "等 样本作者 写" in words(editor.get("/tasks").text)


def test_both_are_seen_side_by_side(hub_server: HubServer) -> None:
    client = hub_server.client("bianji")
    id = bring(hub_server, client).partition("list=")[2]
    row = next(one for one in hub_server.office.gaps.board(id).rows if one.listed.name == "居家适老化改造")
    page = words(client.get(f"/gaps/beside?list={id}&row={row.row}").text)
    assert "办理结果 样本证件3" in page and row.near[0][1] in page and "申请材料" in page
    assert "回到清单" in page and "怎么答" in page
    assert client.get(f"/gaps/beside?list={id}&row=99").status_code == 404
    fields = {"list": id, "mark": row.mark, "answer": "later", "back": "1"}
    got = hub_server.post(client, "/gaps/answer", f"/gaps/beside?list={id}&row={row.row}", **fields)
    assert got.headers["location"].startswith("/gaps?list=")


def test_departments_are_reminded_and_items_of_nobody_handed_over(hub_server: HubServer) -> None:
    collector, post = hub_server.client("caibian"), hub_server.post
    office = hub_server.office
    behind = next(one for one in office.ledger.account().lines if one.share < 100)
    assert behind.department not in office.reminders.desk().waiting
    office.people.add("behind", "样本管事", behind.department, {Role.EDITOR}, "long enough to pass")
    n = office.reminders.desk().waiting[behind.department]
    assert "提醒 1 个部门" in words(collector.get("/freshness").text)
    post(collector, "/freshness/remind", "/freshness", due=in_days(6))
    page = words(collector.get(f"/freshness?department={behind.department}&sort=items").text)
    assert f"{written.day(in_days(6))} 已办 0 / {n}" in page and "再提醒 1 个部门" in page
    assert "比上月" in page and "要紧栏齐全" in page and "联系人 样本管事" in page
    tasks = words(hub_server.client("behind", "long enough to pass").get("/tasks").text)
    assert f"保鲜账，{n} 条等着核验" in tasks and "去办" in tasks
    unclaimed = collector.get("/freshness/unclaimed").text
    assert len(re.findall(r"<tr data-row>", unclaimed)) == 20 and "没有编辑" in words(unclaimed)
    entry = office.reminders.desk().unclaimed[0]
    assert entry.name in words(unclaimed)
    post(collector, "/freshness/hand", "/freshness/unclaimed", key=entry.key, to="org-mzj")
    version = office.items.open(entry.key)
    assert version is not None and version.record.get("department") == "org-mzj"
    auditor = hub_server.client("shenji")
    assert 'action="/freshness/hand"' not in auditor.get("/freshness/unclaimed").text
    assert post(auditor, "/freshness/remind", "/freshness").status_code == 403
    assert CITY not in office.reminders.desk().waiting


def test_the_list_is_answered_without_a_mouse(browser: Browser, hub_server: HubServer) -> None:
    bring(hub_server, hub_server.client("bianji"))
    browser.log_in("bianji")
    browser.open("/gaps?department=org-mzj")

    def chosen() -> str:
        return browser.find("table.gap tr.sel .ti").text

    def press(*keys: str) -> None:
        browser.driver.switch_to.active_element.send_keys(*keys)

    first = chosen()
    press("j")
    second = chosen()
    assert second != first
    shown = [one for one in browser.driver.find_elements(By.CSS_SELECTOR, "input.why-in") if one.is_displayed()]
    assert len(shown) == 1, "only the chosen row shows its fields"
    before = browser.find("html")
    press("c")
    browser.left(before)
    assert browser.path.startswith("/gaps/beside") and second in browser.text
    before = browser.find("html")
    press("c")
    browser.left(before)
    assert chosen() == first
    press("3")
    focused = browser.driver.switch_to.active_element
    assert focused.get_attribute("name") == "reason", "it asks for a reason first"
    before = browser.find("html")
    focused.send_keys("归别的局管", Keys.ENTER)
    browser.left(before)
    assert f"“{first}”记下了：不归我们" in browser.text
    WebDriverWait(browser.driver, 20).until(lambda _: chosen() != first)
    another, before = chosen(), browser.find("html")
    press("2")
    browser.left(before)
    assert f"“{another}”进了草稿" in browser.text
    said = {
        row.listed.name: row.said
        for row in hub_server.office.gaps.board(hub_server.office.gaps.lists()[0].id).rows
        if row.said
    }
    assert [said[name].answer for name in (first, another)] == ["not_ours", "missing"]
    assert said[first].reason == "归别的局管"
    browser.log_in("caibian")
    behind = next(one for one in hub_server.office.ledger.account().lines if one.share < 100)
    hub_server.office.people.add("late", "样本管事", behind.department, {Role.EDITOR}, "long enough to pass")
    browser.open("/freshness")
    before = browser.find("html")
    press("m")
    browser.left(before)
    assert "提醒了 1 个部门" in browser.text
    assert browser.complaints() == []


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
