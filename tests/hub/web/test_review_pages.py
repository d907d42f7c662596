"""我的任务 and 待审核 over HTTP: what stands on them is what the hub has, and every step leaves its trace."""

from __future__ import annotations

import re
from typing import Any

import pytest

from hub.item import Version
from hub.workflow import Role, Status
from tests.hub.web.conftest import HubServer

KEY = "guide/mz-001"


def change(server: HubServer, key: str = KEY, login: str = "bianji", **fields: Any) -> Version:
    """A draft of `login` with other fields."""
    items, person = server.office.items, server.office.people.by_login(login)
    version = items.edit(person, key)
    return items.save(person, key, {**version.record, **fields}, version.edits)


def sent(server: HubServer, key: str = KEY, **fields: Any) -> Version:
    """The same, sent to the department review."""
    version = change(server, key, **(fields or {"phone": {"enquiry": "0535-6000231", "complaint": "0535-6000232"}}))
    return server.office.items.submit(server.office.people.by_login("bianji"), key, version.edits)


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))


def test_an_empty_list_of_tasks_says_so_kindly(hub_server: HubServer) -> None:
    for login in ("chushen", "fabu", "shenji"):
        assert "今天没有要您动手的。" in hub_server.text(hub_server.client(login), "/tasks")


def test_each_step_turns_up_with_who_has_to_act(hub_server: HubServer) -> None:
    writer, first, second = (hub_server.client(login) for login in ("bianji", "chushen", "fushen"))
    version = sent(hub_server)
    assert "等部门初审" in hub_server.text(writer, "/tasks")
    assert "结婚登记" in hub_server.text(first, "/tasks") and "结婚登记" not in hub_server.text(second, "/tasks")
    page = hub_server.text(first, "/review")
    assert "0535-600<del>" in page and "0535-600<ins>0231</ins>" in page and "群众会打新号码" in page
    got = hub_server.post(first, f"/review/{KEY}/approve", f"/review/{KEY}", edits=version.edits)
    assert got.headers["location"] == "/review"
    page = plain(hub_server.text(first, "/review"))
    assert "“结婚登记”过了初审，送到编办复核。" in page and "都审完了" in page
    assert "等编办复核" in hub_server.text(writer, "/tasks")
    page = plain(hub_server.text(second, "/review"))
    assert "初审通过 样本初审" in page and "复核：您" in page and "写 样本编辑" in page
    edits = hub_server.office.items.version(KEY, 2).edits
    hub_server.post(second, f"/review/{KEY}/approve", f"/review/{KEY}", edits=edits)
    assert hub_server.office.items.version(KEY, 2).status is Status.APPROVED
    assert "过了，等发布" in hub_server.text(writer, "/tasks")
    assert "结婚登记" in hub_server.text(hub_server.client("fabu"), "/releases")


def test_a_return_needs_a_sentence_and_the_writer_reads_it(hub_server: HubServer) -> None:
    first = hub_server.client("chushen")
    version = sent(hub_server)
    where = f"/review/{KEY}/return"
    got = hub_server.post(first, where, f"/review/{KEY}", edits=version.edits, remark="  ")
    assert got.status_code == 422 and "退回要写一句改哪里。" in got.text and "autofocus" in got.text
    assert hub_server.office.items.version(KEY, 2).status is Status.DEPARTMENT_REVIEW
    remark = "电话 <b>没有</b> 出处"
    got = hub_server.post(first, where, f"/review/{KEY}", edits=version.edits, remark=remark)
    assert got.status_code == 303
    page = hub_server.text(hub_server.client("bianji"), "/tasks")
    assert "样本初审：“电话 &lt;b&gt;没有&lt;/b&gt; 出处”" in page and "退回，要改" in page


def test_who_wrote_it_is_shown_why_somebody_else_must_review_it(hub_server: HubServer) -> None:
    people, items = hub_server.office.people, hub_server.office.items
    people.set_roles(people.by_login("bianji"), [Role.EDITOR, Role.DEPARTMENT_REVIEWER])
    version = sent(hub_server)
    client = hub_server.client("bianji")
    page = hub_server.text(client, "/review")
    assert "您写的，要别人审。" in page and f'action="/review/{KEY}/approve"' not in page
    got = hub_server.post(client, f"/review/{KEY}/approve", f"/review/{KEY}", edits=version.edits)
    assert got.status_code == 303
    assert "您写的，要别人审。" in hub_server.text(client, "/review")
    assert items.version(KEY, 2).status is Status.DEPARTMENT_REVIEW
    entry = hub_server.office.audit.entries(limit=1)[0]
    assert (entry.action, entry.done, entry.details["reason"]) == ("item.approve", False, "author_reviews")


def test_a_page_that_is_out_of_date_changes_nothing_and_says_who_was_quicker(hub_server: HubServer) -> None:
    first = hub_server.client("chushen")
    old = sent(hub_server)
    items, writer = hub_server.office.items, hub_server.office.people.by_login("bianji")
    version = items.withdraw(writer, KEY, old.edits)
    version = items.save(writer, KEY, {**version.record, "summary": "另一句说明。"}, version.edits)
    items.submit(writer, KEY, version.edits)
    got = hub_server.post(first, f"/review/{KEY}/approve", f"/review/{KEY}", edits=old.edits)
    assert got.status_code == 303
    page = plain(hub_server.text(first, f"/review/{KEY}"))
    assert re.search(r"样本编辑 在 \d\d-\d\d \d\d:\d\d 改过了", page)
    assert items.version(KEY, 2).status is Status.DEPARTMENT_REVIEW


def test_what_is_gone_from_the_queue_leads_back_to_it(hub_server: HubServer) -> None:
    client = hub_server.client("chushen")
    got = client.get(f"/review/{KEY}")
    assert (got.status_code, got.headers["location"]) == (303, "/review")
    assert "这一条已经不在等您审。" in hub_server.text(client, "/review")


def test_nothing_changed_is_verified_with_one_button_and_goes_through_the_review(hub_server: HubServer) -> None:
    with hub_server.office.store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE items SET verified_on = '2020-01-02' WHERE key = 'guide/mz-002'")
    client = hub_server.client("bianji")
    page = hub_server.text(client, "/tasks")
    assert "该核验了" in page and "离婚登记" in page and "没变" in page
    got = hub_server.post(client, "/tasks/verified", key="guide/mz-002")
    assert got.headers["location"] == "/tasks"
    assert "“离婚登记”没有变，已送初审。" in plain(hub_server.text(client, "/tasks"))
    changes = hub_server.office.items.changes("guide/mz-002", 2)
    assert [change.path for change in changes] == ["verified_on"]
    assert hub_server.office.items.version("guide/mz-002", 2).status is Status.DEPARTMENT_REVIEW
    again = hub_server.post(client, "/tasks/verified", key="guide/mz-002")
    assert again.status_code == 303 and "有人正在改这一条" in hub_server.text(client, "/tasks")


def test_the_writer_takes_back_what_was_sent(hub_server: HubServer) -> None:
    client = hub_server.client("bianji")
    version = sent(hub_server)
    hub_server.post(client, "/tasks/withdraw", key=KEY, edits=version.edits)
    assert hub_server.office.items.version(KEY, 2).status is Status.DRAFT
    assert "“结婚登记”撤回来了" in plain(hub_server.text(client, "/tasks"))


@pytest.mark.parametrize("edits", ["", "x", "1e3"])
def test_a_form_that_lacks_its_count_of_edits_is_refused(hub_server: HubServer, edits: str) -> None:
    sent(hub_server)
    client = hub_server.client("chushen")
    got = hub_server.post(client, f"/review/{KEY}/approve", f"/review/{KEY}", edits=edits)
    assert got.status_code == 400 and "请回上一页" in got.text


def test_what_is_to_be_taken_down_is_said_with_its_reason(hub_server: HubServer) -> None:
    items, writer = hub_server.office.items, hub_server.office.people.by_login("bianji")
    version = items.retire(writer, KEY, "已经并入别的事项")
    items.submit(writer, KEY, version.edits)
    page = plain(hub_server.text(hub_server.client("chushen"), f"/review/{KEY}"))
    assert "为什么下线：已经并入别的事项" in page and "亭子上就找不到这一条了" in page and "要下线" in page


def test_names_stand_in_the_place_of_ids(hub_server: HubServer) -> None:
    place = hub_server.office.items.get("place/pl-hydj").name
    other = next(one for one in hub_server.office.items.all(kind="place", limit=9) if one.id != "pl-hydj")
    sent(hub_server, accepting_office=other.id)
    page = plain(hub_server.text(hub_server.client("chushen"), f"/review/{KEY}"))
    row = page[page.index("受理单位") :]
    assert row.index(place[:2]) < row.index("去的地方变了") and "pl-hydj" not in page and "org-mzj" not in page


def test_the_department_sees_what_it_has(hub_server: HubServer) -> None:
    page = plain(hub_server.text(hub_server.client("bianji"), "/tasks"))
    live = [one for one in hub_server.office.items.all(department="org-mzj", limit=9999) if one.live]
    assert f"在线{len(live)} 条" in page.replace("\u2009", "") and "本局的账市民政局" in page
    assert "您" in page and "能写本部门的" in page
