"""In Chromium: lint and slip follow what is written, a draft is kept, days are pressed, a translation is reviewed."""

from __future__ import annotations

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from hub.translations import State, Translations
from hub.workflow import Status
from tests.hub.web.conftest import Browser, HubServer

KEY = "guide/mz-010"
NAMELESS = """
return Array.from(document.querySelectorAll('input:not([type=hidden]), select, textarea, button, a[href]'))
  .filter(one => one.offsetParent !== null)
  .filter(one => !((one.getAttribute('aria-label') || '').trim() || (one.innerText || '').trim() || one.title
    || (one.labels && one.labels.length && one.labels[0].innerText.trim())))
  .map(one => one.outerHTML.slice(0, 200))
"""
QUICK = """
const real = window.setInterval;
window.setInterval = (work, ms) => real(work, ms === 20000 ? 300 : ms);
"""
"""Keeps a draft every 300 ms instead of every 20 s."""


def field(browser: Browser, name: str) -> WebElement:
    return browser.driver.find_element(By.NAME, name)


def until(browser: Browser, done: object) -> None:
    ignored = [Exception]
    WebDriverWait(browser.driver, 20, ignored_exceptions=ignored).until(lambda _: done())  # type: ignore[operator]


def write(browser: Browser, name: str, text: str) -> None:
    box = field(browser, name)
    browser.driver.execute_script("arguments[0].scrollIntoView({block: 'center'}); arguments[0].focus()", box)
    box.send_keys(Keys.CONTROL, "a")
    box.send_keys(text)


def quickly(browser: Browser) -> None:
    browser.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": QUICK})


def named(browser: Browser) -> None:
    """Everything that can be pressed or written in has a name for who does not see it."""
    assert browser.driver.execute_script(NAMELESS) == []


def test_lint_and_slip_follow_what_is_written_and_nothing_is_saved(hub_server: HubServer, browser: Browser) -> None:
    browser.log_in("bianji")
    browser.open(f"/items/{KEY}")
    browser.press("改这一条")
    named(browser)
    before = hub_server.office.items.open(KEY)
    picture = browser.find(".paper img").get_attribute("src")
    paper = browser.driver.find_element(By.CSS_SELECTOR, ".paper")
    write(browser, "phone.enquiry", "6001")
    until(browser, lambda: "不像能拨通的样子" in browser.find('[id="about-phone.enquiry"]').text)
    assert field(browser, "phone.enquiry").get_attribute("aria-invalid") == "true"
    assert "先改 1 处" in browser.button("送初审").text and "必须改 1" in browser.find("#verdict").text
    assert browser.find("#verdict").get_attribute("aria-live") == "polite"
    assert browser.driver.switch_to.active_element == field(browser, "phone.enquiry"), "the cursor stays"
    until(browser, lambda: browser.find(".paper img").get_attribute("src") != picture)
    paper = browser.find(".paper")
    assert browser.driver.execute_script("return arguments[0].scrollTop", paper) > 0, "the slip shows the phone"
    ActionChains(browser.driver).send_keys(Keys.HOME).key_down(Keys.SHIFT).send_keys(Keys.END).key_up(
        Keys.SHIFT
    ).perform()
    browser.driver.switch_to.active_element.send_keys("0535-6001234")
    until(browser, lambda: "先改" not in browser.button("送初审").text)
    assert field(browser, "phone.enquiry").get_attribute("aria-invalid") is None

    picture = browser.find(".paper img").get_attribute("src")
    browser.button("给窗口看").click()
    until(browser, lambda: browser.button("给窗口看").get_attribute("aria-pressed") == "true")
    assert browser.find(".paper img").get_attribute("src") != picture
    assert browser.driver.switch_to.active_element.text == "给窗口看", "the focus stays where it was"
    assert field(browser, "phone.enquiry").get_attribute("value") == "0535-6001234"
    assert hub_server.office.items.open(KEY) == before
    assert not browser.complaints()


def test_a_draft_is_kept_by_itself_until_somebody_else_was_there(hub_server: HubServer, browser: Browser) -> None:
    office = hub_server.office
    browser.log_in("bianji")
    quickly(browser)
    browser.open(f"/items/{KEY}")
    browser.press("改这一条")
    write(browser, "summary", "自动存的一句。")

    def kept() -> bool:
        draft = office.items.open(KEY)
        return draft is not None and draft.record.get("summary") == "自动存的一句。"

    until(browser, kept)
    until(browser, lambda: "自动存过" in browser.find("#kept").text)
    asks = "return !window.dispatchEvent(new Event('beforeunload', {cancelable: true}))"
    until(browser, lambda: not browser.driver.execute_script(asks))
    draft = office.items.open(KEY)
    assert draft is not None and draft.status is Status.DRAFT

    office.items.save(office.people.by_login("caibian"), KEY, {**draft.record, "summary": "别人写的。"}, draft.edits)
    write(browser, "summary", "又是我写的。")
    until(browser, lambda: browser.find("#elsewhere").is_displayed())
    assert "样本采编" in browser.find("#elsewhere").text
    now = office.items.open(KEY)
    assert now is not None and now.record["summary"] == "别人写的。"
    browser.press("并排看")
    assert "两边不一样" in browser.text and "别人写的。" in browser.text
    assert field(browser, "summary").get_attribute("value") == "又是我写的。"
    browser.press("存草稿")
    now = office.items.open(KEY)
    assert now is not None and now.record["summary"] == "又是我写的。"


def test_without_a_connection_it_stays_in_the_page_and_comes_back(hub_server: HubServer, browser: Browser) -> None:
    browser.log_in("bianji")
    quickly(browser)
    browser.open(f"/items/{KEY}")
    browser.press("改这一条")
    driver = browser.driver
    driver.execute_cdp_cmd("Network.enable", {})
    gone = {"offline": True, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    driver.execute_cdp_cmd("Network.emulateNetworkConditions", gone)
    write(browser, "summary", "没连上时写的。")
    until(browser, lambda: "没连上，写的都在这台电脑里" in browser.find("#offline").text)
    held = "return Object.values(sessionStorage).join()"
    until(browser, lambda: "没连上时写的。" in driver.execute_script(held))
    assert "csrftoken" not in driver.execute_script(held)
    driver.execute_cdp_cmd("Network.emulateNetworkConditions", {**gone, "offline": False})

    def kept() -> bool:
        draft = hub_server.office.items.open(KEY)
        return draft is not None and draft.record.get("summary") == "没连上时写的。"

    until(browser, kept)
    until(browser, lambda: not driver.find_element(By.ID, "offline").is_displayed())
    assert driver.execute_script("return sessionStorage.length") == 0


def test_days_of_a_year_are_pressed_with_mouse_and_keys(hub_server: HubServer, browser: Browser) -> None:
    browser.log_in("caibian")
    browser.open("/items/calendar/cal-2026")
    browser.press("改这一条")
    named(browser)
    day = browser.find('[data-day="2026-11-09"]')
    browser.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", day)
    day.click()
    assert day.get_attribute("aria-label") == "11 月 9 日，周一，放假" and "off" in (day.get_attribute("class") or "")
    assert "2026-11-09" in field(browser, "off").get_attribute("value").split("\n")  # type: ignore[union-attr]
    ActionChains(browser.driver).send_keys(Keys.ARROW_DOWN, Keys.ARROW_LEFT, Keys.ARROW_LEFT, Keys.ENTER).perform()
    saturday = browser.find('[data-day="2026-11-14"]')
    assert browser.driver.switch_to.active_element == saturday and saturday.get_attribute("data-state") == "work"
    assert len(browser.driver.find_elements(By.CSS_SELECTOR, '[data-day][tabindex="0"]')) == 1
    browser.press("存草稿")
    draft = hub_server.office.items.open("calendar/cal-2026")
    assert draft is not None and "2026-11-09" in draft.record["off"] and "2026-11-14" in draft.record["work"]
    assert not browser.complaints()


def test_a_translation_is_written_beside_the_chinese_and_goes_out(hub_server: HubServer, browser: Browser) -> None:
    office = hub_server.office
    translations = Translations(office.store, office.items)
    browser.log_in("bianji")
    browser.open(f"/items/{KEY}")
    browser.go(browser.find('.act a[href^="/translations/"]'))
    assert browser.path == f"/translations/{KEY}" and "没译" in browser.text and "显示中文" in browser.text
    named(browser)
    browser.press("韩文")
    named(browser)
    names = [one.path for one in translations.sheet(KEY, "ko").texts if one.state is State.MISSING]
    material = next(one for one in names if one.startswith("materials."))
    browser.fill(f"text.{material}", "신분증")
    browser.press("存好，送初审")
    assert "送去部门审核了" in browser.text
    sheet = translations.sheet(KEY, "ko")
    assert sheet.version is not None and sheet.version.status is Status.DEPARTMENT_REVIEW
    for login in ("chushen", "fushen"):
        browser.log_in(login)
        browser.open(f"/review/{sheet.key}")
        browser.go(browser.find('[data-act="A"]'))
    version = office.items.open(sheet.key)
    assert version is not None and version.status is Status.APPROVED
    assert next(one.text for one in sheet.texts if one.path == material) == "신분증"
