"""叫法候选: what stands on the page, who may do what on it, and a word that becomes an alias in a browser."""

from __future__ import annotations

import datetime as dt

import pytest

from domain.unmet import Unmet, UnmetFile
from hub.workflow import CITY, Role
from tests.hub.web.conftest import Browser, HubServer
from tests.hub.web.reading import words

LOST = "老人卡丢哪补"
MOON = "月亮上怎么办事"
SURE = "驾照丢了"


@pytest.fixture
def asked(hub_server: HubServer) -> HubServer:
    now = dt.datetime.now(dt.timezone(dt.timedelta(hours=8)))
    day = now.date()
    hub_server.office.candidates.take(
        [
            UnmetFile("017", now, (Unmet(LOST, day, 9), Unmet(MOON, day, 5))),
            UnmetFile("018", now, (Unmet(LOST, day, 6), Unmet(SURE, day, 20))),
        ]
    )
    return hub_server


def item_of_the_department(server: HubServer) -> str:
    """A live guide that bianji may write."""
    department = server.office.people.by_login("bianji").department
    return next(one.key for one in server.office.items.all(kind="guide", department=department) if one.live)


def test_the_page_tells_what_fails_and_how_often(asked: HubServer) -> None:
    client = asked.client("caibian")
    page = words(asked.text(client, "/candidates"))
    assert page.index(LOST) < page.index(SURE) < page.index(MOON)
    assert "待定 3" in page and "已提议 0" in page and "不收的 0" in page
    assert "收之前，问了能找到" in page and "/3 句" in page
    assert f"{LOST} 2 15" in page


def test_an_item_is_tried_out_before_it_is_chosen(asked: HubServer) -> None:
    client = asked.client("caibian")
    key = item_of_the_department(asked)
    name = asked.office.items.get(key).name
    page = asked.text(client, f"/candidates?open={MOON}&q={name}&item={key}")
    assert f"{name}（{MOON}）" in words(page) and "加为日常叫法，进草稿" in page
    assert "个别的说法，第一名都没变" in page or "会不会碍着别的词" in page
    assert asked.office.items.open(key) is None


def test_a_word_becomes_an_alias_in_a_draft(asked: HubServer) -> None:
    client, key = asked.client("bianji"), item_of_the_department(asked)
    got = asked.post(client, "/candidates/adopt", "/candidates", text=LOST, item=key)
    assert got.status_code == 303 and got.headers["location"] == f"/items/{key}"
    draft = asked.office.items.open(key)
    assert draft is not None and draft.record["aliases"][-1] == LOST
    page = words(asked.text(client, "/candidates?show=adopted"))
    assert LOST in page and "没找到" in page and "第 1 位" in page and "草稿" in page
    again = asked.post(client, "/candidates/adopt", "/candidates", text=LOST, item=key)
    assert again.status_code == 303 and "已经有人定了" in asked.text(client, "/candidates")


def test_a_department_cannot_decline_and_the_city_can(asked: HubServer) -> None:
    editor, reviewer = asked.client("bianji"), asked.client("fushen")
    assert asked.post(editor, "/candidates/decline", "/candidates", text=MOON, reason="闲聊").status_code == 303
    assert "收不收是全市的事" in asked.text(editor, "/candidates")
    assert asked.post(reviewer, "/candidates/decline", "/candidates", text=MOON, reason="").status_code == 303
    assert MOON in words(asked.text(reviewer, "/candidates"))
    asked.post(reviewer, "/candidates/decline", "/candidates", text=MOON, reason='<b>"闲聊"</b>')
    page = asked.text(reviewer, "/candidates?show=declined")
    assert "&lt;b&gt;&#34;闲聊&#34;&lt;/b&gt;" in page and '<b>"闲聊' not in page
    assert asked.post(reviewer, "/candidates/reopen", "/candidates", text=MOON).status_code == 303
    assert "待定 3" in words(asked.text(reviewer, "/candidates"))


def test_readers_are_offered_nothing_that_they_may_not_do(asked: HubServer) -> None:
    client = asked.client("fushen")
    page = asked.text(client, f"/candidates?open={LOST}")
    assert "加为日常叫法" not in page and "看一看" not in page and LOST in page
    assert asked.post(client, "/candidates/adopt", "/candidates", text=LOST, item="guide/x").status_code == 403
    assert asked.client("fabu").get("/candidates").status_code == 403


def test_people_of_another_department_do_not_see_it(asked: HubServer) -> None:
    asked.office.people.add("stranger", "样本外人", "org-none", [Role.EDITOR], "long enough to pass")
    page = words(asked.text(asked.client("stranger", "long enough to pass"), "/candidates"))
    assert LOST not in page and MOON not in page and "待定 0" in page and "只列可能归本局的" in page


def test_an_unknown_word_or_item_is_refused_in_words(asked: HubServer) -> None:
    client = asked.client("caibian")
    for text, item in (("", ""), ("没人问过的", "guide/x"), ("=1+1", "guide/x"), (LOST, "guide/x"), (LOST * 50, "x")):
        assert asked.post(client, "/candidates/adopt", "/candidates", text=text, item=item).status_code == 303
    for asked_for in (
        "open=没人问过",
        f"open={LOST}&item=guide/x",
        f"open={LOST}&q=<script>",
        "show=nothing",
        "open=" + "长" * 999,
    ):
        assert "<script>alert" not in asked.text(client, f"/candidates?{asked_for}")


def test_a_word_is_tried_out_and_adopted_in_a_browser(asked: HubServer, browser: Browser) -> None:
    browser.log_in("caibian")
    browser.open("/candidates")
    assert [row.text for row in browser.driver.find_elements("css selector", "tbody .ti")] == [LOST, SURE, MOON]
    browser.go(browser.find(f'a[aria-label="看一看 {LOST}"]'))
    guide = browser.find('.choices a[href*="guide%2F"]')
    name = guide.text
    browser.go(guide)
    assert browser.find(".after li").text == f"{name}（{LOST}）"
    browser.press("加为日常叫法")
    assert browser.path.startswith("/items/guide/") and LOST in browser.driver.page_source
    browser.open("/candidates?show=adopted")
    assert "第 1 位" in browser.text
    assert browser.complaints() == []


def test_a_city_editor_may_decline(asked: HubServer) -> None:
    asked.office.people.add("city", "样本全市", CITY, [Role.EDITOR], "long enough to pass")
    client = asked.client("city", "long enough to pass")
    asked.post(client, "/candidates/decline", "/candidates", text=MOON, reason="闲聊")
    assert "不收的 1" in words(asked.text(client, "/candidates"))
