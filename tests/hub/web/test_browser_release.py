"""In a real browser: a telephone number changes, three people look at it, two let it out; and the pages by keyboard."""

from __future__ import annotations

import json

import pytest
from selenium.webdriver.common.keys import Keys

from hub.demo import RELEASE_PASSPHRASE
from tests.hub.web.conftest import Browser, HubServer
from tests.hub.web.test_review_pages import KEY, change, sent

NUMBER = "0535-6000777"


def test_a_telephone_number_goes_from_the_editor_to_the_public_folder(hub_server: HubServer, browser: Browser) -> None:
    browser.log_in("bianji")
    assert browser.path == "/tasks" and "样本编辑" in browser.text
    browser.open(f"/items/{KEY}")
    browser.press("改这一条")
    browser.fill("phone.enquiry", NUMBER)
    browser.press("送初审")
    browser.open("/tasks")
    assert "等部门初审" in browser.text

    for login, after in (("chushen", "等编办复核"), ("fushen", "过了，等发布")):
        browser.log_in(login)
        browser.press("审")
        assert browser.path == f"/review/{KEY}" and NUMBER in browser.text
        assert "咨询电话" in browser.text and "群众会打新号码" in browser.text
        browser.press("通过，")
        assert "结婚登记”过了" in browser.text
        browser.log_in("bianji")
        assert after in browser.text

    browser.log_in("fabu")
    browser.open("/releases")
    browser.press("把这 1 条排成下一版")
    browser.ended()
    assert "内容已定住" in browser.text and "还差 2 个人签" in browser.text
    browser.press("看过了，我签")
    assert "您签过了，要另一个人签。" in browser.text
    browser.log_in("fuhe")
    browser.press("看，签")
    browser.press("看过了，我签")
    browser.fill("passphrase", RELEASE_PASSPHRASE)
    browser.press("发出第 2 版")
    browser.ended()
    assert "第 2 版发出去了" in browser.text and "线上 第 2 版" in browser.text

    latest = hub_server.office.press.latest()
    assert latest is not None and latest[0] == 2
    live = hub_server.office.items.live(KEY)
    assert live is not None and live.record["phone"]["enquiry"] == NUMBER
    public = b"".join(path.read_bytes() for path in (hub_server.office.home.public).rglob("*.json"))
    assert json.dumps(latest[1]).strip('"').encode() in public
    assert browser.complaints() == []


def test_review_by_keyboard_alone(hub_server: HubServer, browser: Browser) -> None:
    sent(hub_server)
    change(hub_server, "guide/mz-002", summary="双方都同意，来两次，中间等 30 天，一天也不少。")
    items, writer = hub_server.office.items, hub_server.office.people.by_login("bianji")
    items.submit(writer, "guide/mz-002", 2)
    browser.log_in("chushen")
    browser.open("/review")
    assert browser.path == f"/review/{KEY}"
    body = browser.find("body")
    body.send_keys("j")
    before = browser.find("html")
    browser.driver.switch_to.active_element.send_keys(Keys.ENTER)
    browser.left(before)
    assert browser.path == "/review/guide/mz-002"

    # In the comment, letters are letters.
    remark = browser.find("#remark")
    remark.send_keys("araR")
    assert remark.get_attribute("value") == "araR" and browser.path == "/review/guide/mz-002"
    remark.clear()
    before = browser.find("html")
    remark.send_keys(Keys.CONTROL, "r")
    browser.left(before)
    assert "退回要写一句改哪里。" in browser.text
    assert browser.driver.switch_to.active_element.get_attribute("id") == "remark"
    before = browser.find("html")
    browser.driver.switch_to.active_element.send_keys("请写出处。", Keys.CONTROL + "r")
    browser.left(before)
    assert "“离婚登记”退回去了" in browser.text

    before = browser.find("html")
    browser.find("body").send_keys("a")
    browser.left(before)
    assert "“结婚登记”过了初审" in browser.text
    assert items.version("guide/mz-002", 2).remark == "请写出处。"
    assert browser.complaints() == []


def test_the_search_key_and_the_table_of_keys(hub_server: HubServer, browser: Browser) -> None:
    browser.log_in("shenji")
    browser.find("body").send_keys("/")
    assert browser.driver.switch_to.active_element.get_attribute("name") == "q"
    browser.driver.switch_to.active_element.send_keys("?", Keys.ESCAPE)
    assert not browser.driver.find_element("id", "keys").is_displayed()
    browser.find("body").send_keys("?")
    assert browser.find("#keys").is_displayed() and "下一条、上一条" in browser.text


def test_focus_can_be_seen_and_the_first_stop_leads_to_the_text(hub_server: HubServer, browser: Browser) -> None:
    browser.log_in("bianji")
    browser.find("body").send_keys(Keys.TAB)
    stop = browser.driver.switch_to.active_element
    assert stop.text == "跳到正文" and stop.location["x"] >= 0
    browser.driver.switch_to.active_element.send_keys(Keys.TAB)
    style = "var s = getComputedStyle(document.activeElement); return s.outlineStyle + ' ' + s.outlineWidth"
    assert browser.driver.execute_script(style) == "solid 2px"


@pytest.mark.parametrize("width", [1440, 1280, 1000, 800])
def test_no_page_is_wider_than_the_window(hub_server: HubServer, browser: Browser, width: int) -> None:
    sent(hub_server)
    browser.driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    )
    browser.log_in("chushen")
    for path in ("/tasks", "/review", "/releases", "/login"):
        browser.open(path)
        wide = browser.driver.execute_script("return document.documentElement.scrollWidth")
        assert wide <= width, (path, wide)
