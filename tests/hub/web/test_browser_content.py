"""In Chromium: an editor writes with keys and buttons, imports a file; the auditor and the operator do their work."""

from __future__ import annotations

import json
from pathlib import Path

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from hub.workflow import Role, Status
from tests.hub.web.conftest import Browser, HubServer

KEY = "guide/mz-010"


def field(browser: Browser, name: str) -> WebElement:
    return browser.driver.find_element(By.NAME, name)


def focused(browser: Browser) -> str:
    return str(browser.driver.switch_to.active_element.get_attribute("name"))


def edits(server: HubServer) -> int:
    draft = server.office.items.open(KEY)
    return draft.edits if draft is not None else 0


def until(browser: Browser, done: object) -> None:
    WebDriverWait(browser.driver, 15).until(lambda _: done())  # type: ignore[operator]


def test_an_editor_finds_writes_mends_and_submits(hub_server: HubServer, browser: Browser) -> None:
    hub_server.office.search.refresh()
    browser.log_in("bianji")
    # Found with the keyboard alone: / for the search, Enter, J for the first row, Enter.
    ActionChains(browser.driver).send_keys("/").perform()
    before = browser.find("html")
    browser.driver.switch_to.active_element.send_keys("吃低保", Keys.ENTER)
    browser.left(before)
    assert browser.path.startswith("/items?q=")
    ActionChains(browser.driver).send_keys("j").perform()
    before = browser.find("html")
    browser.driver.switch_to.active_element.send_keys(Keys.ENTER)
    browser.left(before)
    assert browser.path == f"/items/{KEY}" and "最低生活保障" in browser.text
    before = browser.find("html")
    ActionChains(browser.driver).send_keys("e").perform()
    browser.left(before)
    assert "改第 2 版草稿" in browser.text

    # A number that nobody can dial is told beside its field; F8 leads there; the live one comes back with a press.
    right = field(browser, "phone.enquiry").get_attribute("value")
    browser.fill("phone.enquiry", "6001")
    browser.press("再查一遍")
    assert "电话 6001 不像能拨通的样子，要带区号" in browser.text and "送初审（先改 1 处）" in browser.text
    ActionChains(browser.driver).send_keys(Keys.F8).perform()
    assert focused(browser) == "phone.enquiry"
    assert field(browser, "phone.enquiry").get_attribute("aria-invalid") == "true"
    browser.press("用线上的")
    assert field(browser, "phone.enquiry").get_attribute("value") == right and "送初审（先改" not in browser.text

    # Rows change places with Alt and an arrow; Ctrl S keeps the draft.
    names = [field(browser, f"materials.{n}.name").get_attribute("value") for n in range(2)]
    row = field(browser, "materials.1.name")
    browser.driver.execute_script("arguments[0].scrollIntoView({block: 'center'}); arguments[0].focus()", row)
    ActionChains(browser.driver).key_down(Keys.ALT).send_keys(Keys.ARROW_UP).key_up(Keys.ALT).perform()
    assert focused(browser) == "materials.1.name"
    before = browser.find("html")
    ActionChains(browser.driver).key_down(Keys.CONTROL).send_keys("s").key_up(Keys.CONTROL).perform()
    browser.left(before)
    assert "存好了。" in browser.text
    draft = hub_server.office.items.open(KEY)
    assert draft is not None and [one["name"] for one in draft.record["materials"][:2]] == names[::-1]

    # Enter in a field saves, it does not submit.
    box = field(browser, "summary")
    box.clear()
    before = browser.find("html")
    box.send_keys("家里收入低，按月领补助。", Keys.ENTER)
    browser.left(before)
    draft = hub_server.office.items.open(KEY)
    assert draft is not None and draft.status is Status.DRAFT and draft.record["summary"] == "家里收入低，按月领补助。"

    browser.press("存好，送初审")
    assert "送去部门审核了" in browser.text and "部门审核" in browser.text
    draft = hub_server.office.items.open(KEY)
    assert draft is not None and draft.status is Status.DEPARTMENT_REVIEW
    assert not browser.complaints()


def test_the_form_fits_the_screen_and_its_slip_stays_in_sight(hub_server: HubServer, browser: Browser) -> None:
    browser.log_in("caibian")
    browser.open("/items/guide/ga-001")
    browser.press("改这一条")
    driver = browser.driver
    assert driver.execute_script("return document.documentElement.scrollWidth") <= 1440
    picture = browser.find(".paper img")
    assert driver.execute_script("return arguments[0].naturalWidth", picture) == 576
    driver.execute_script("window.scrollTo(0, 2000)")
    until(browser, lambda: driver.execute_script("return window.scrollY") > 1500)
    top = driver.execute_script("return arguments[0].getBoundingClientRect().top", browser.find(".slip-card"))
    bar = driver.execute_script(
        "return document.querySelector('.page-header').getBoundingClientRect().bottom",
    )
    assert bar - 2 <= top <= 200
    save = browser.button("存草稿")
    box = driver.execute_script("return arguments[0].getBoundingClientRect().toJSON()", save)
    assert 0 <= box["top"] < 200, "saving is in reach wherever one is"
    for element in driver.find_elements(By.CSS_SELECTOR, "#item-form input.in, #item-form textarea, #item-form select"):
        described = element.get_attribute("aria-label") or driver.execute_script(
            "return arguments[0].labels.length && arguments[0].labels[0].innerText", element
        )
        assert described, element.get_attribute("name")
    assert not browser.complaints()


def test_a_file_is_tried_out_and_goes_into_drafts(hub_server: HubServer, browser: Browser, tmp_path: Path) -> None:
    live = hub_server.office.items.live(KEY)
    assert live is not None
    file = tmp_path / "民政.jsonl"
    changed = {**live.record, "summary": "改过的一句"}
    file.write_text(json.dumps(changed, ensure_ascii=False) + "\n" + '{"kind": "guide", "id": "mz-910"}\n', "utf-8")
    browser.log_in("bianji")
    browser.open("/import")
    field(browser, "file").send_keys(str(file))
    browser.press("试跑")
    browser.ended()
    for words in ("还没写进任何东西", "必须写", "再选一个文件"):
        assert words in browser.text, words
    file.write_text(json.dumps(changed, ensure_ascii=False) + "\n", "utf-8")
    browser.press("再选一个文件")
    field(browser, "file").send_keys(str(file))
    browser.press("试跑")
    browser.ended()
    assert edits(hub_server) == 0
    browser.press("1 条进草稿")
    browser.ended()
    assert "1 条进了草稿，写的人是您。" in browser.text and "最低生活保障" in browser.text
    assert edits(hub_server) == 1
    assert not browser.complaints()


def test_the_operator_opens_an_account_and_the_auditor_sees_it(hub_server: HubServer, browser: Browser) -> None:
    browser.log_in("yunwei")
    browser.press("人员与权限")
    browser.fill("name", "样本新人")
    browser.fill("login", "xinren")
    browser.fill("password", "long enough to pass")
    browser.find('input[value="department_reviewer"]').click()
    browser.press("开账号")
    assert "样本新人的账号开好了" in browser.text
    assert hub_server.office.people.by_login("xinren").roles == {Role.DEPARTMENT_REVIEWER}
    browser.log_in("shenji")
    browser.press("审计日志")
    assert "开账号" in browser.text and "链条完整" in browser.text
    browser.driver.find_element(By.TAG_NAME, "body").send_keys("j")
    before = browser.find("html")
    browser.driver.switch_to.active_element.send_keys(Keys.ENTER)
    browser.left(before)
    assert "seq=" in browser.path and "上一笔" in browser.text
    before = browser.find("html")
    ActionChains(browser.driver).send_keys("c").perform()
    browser.left(before)
    assert "check=1" in browser.path and "链条完整" in browser.text
    assert not browser.complaints()


def test_a_form_that_was_written_in_asks_before_it_is_left(hub_server: HubServer, browser: Browser) -> None:
    browser.log_in("bianji")
    browser.open(f"/items/{KEY}")
    browser.press("改这一条")
    # The driver answers such questions by itself; whether one would be asked tells the event.
    asks = "return !window.dispatchEvent(new Event('beforeunload', {cancelable: true}))"
    assert not browser.driver.execute_script(asks)
    browser.fill("summary", "还没存的一句")
    assert browser.driver.execute_script(asks)
    browser.press("存草稿")
    assert not browser.driver.execute_script(asks)
    browser.press("我的任务")
    assert browser.path.startswith("/tasks")
