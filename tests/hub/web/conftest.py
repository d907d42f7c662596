"""A hub with the sample city on a real port, and a real browser."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import httpx
import pytest
import uvicorn
from pydantic import SecretStr
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait
from sqlalchemy import insert, select

from hub import demo
from hub.home import HubHome
from hub.office import Office
from hub.passwords import Passwords
from hub.release_work import Stand
from hub.settings import HubSettings, LoginSettings, WebSettings
from hub.store import engine_of
from hub.tables import metadata
from hub.web.app import create
from tests.cheap import cheap_keys
from tests.hub.conftest import Server

CHROMIUM = Path("/usr/bin/chromium")
DRIVER = Path("/usr/bin/chromedriver")

SETTINGS = HubSettings(
    profile="demo",
    web=WebSettings(secure_cookies=False),
    login=LoginSettings(tries_per_login=1000, tries_per_address=1000),
)


WRITING = frozenset(
    {
        "test_candidate_pages",
        "test_form_choices",
        "test_import_pages",
        "test_ledger_pages",
        "test_people_page",
        "test_release_pages",
        "test_review_pages",
        "test_rollout_page",
        "test_task_pages",
    }
)
"""Modules whose pages write; the others look."""


@pytest.fixture(scope="session")
def made_home(tmp_path_factory: pytest.TempPathFactory, sample_city: Path, passwords: Passwords) -> Path:
    """The home of a demonstration hub: keys, people, the sample city as revision 1. Copied for every test."""
    root = tmp_path_factory.mktemp("demo-hub")
    with Office.open(SETTINGS, HubHome(root), passwords=passwords) as office, cheap_keys():
        demo.prepare(office, sample_city, lambda line: None, dt.datetime.now(dt.UTC))
        office.search.refresh()  # seconds, once: the copies find the file of their revision
    return root


@dataclass
class HubServer:
    """A running hub: its address, its office, browsers' stand-ins that are logged in."""

    url: str
    office: Office
    clients: list[httpx.Client] = field(default_factory=list)

    def client(self, login: str | None = None, password: str = demo.PASSWORD) -> httpx.Client:
        """A client with cookies that follows no redirect; logged in as `login`."""
        # Nothing here speaks TLS; reading the authorities of the world takes longer than most pages.
        client = httpx.Client(base_url=self.url, timeout=30, verify=False)
        self.clients.append(client)
        if login is not None:
            answer = client.post("/login", data={**tokens(client, "/login"), "login": login, "password": password})
            assert answer.status_code == 303, answer.text
        return client

    def post(self, client: httpx.Client, path: str, page: str = "/tasks", **fields: Any) -> httpx.Response:
        """Sends a form to `path` with the tokens of `page`, as a browser on that page would, and waits until the work
        on a release that it began has ended.
        """
        given = {name: str(value) for name, value in fields.items()}
        sealed = {**tokens(client, page), **given}
        answer = client.post(path, data=sealed, headers={"referer": f"{self.url}{page}"})
        until = time.monotonic() + 60
        while answer.headers.get("location") == "/releases/work" and self.working:
            assert time.monotonic() < until, "the release's work does not end"
            time.sleep(0.02)  # only its page tells
        return answer

    @property
    def working(self) -> bool:
        """Whether a release is being put together or on its way out for somebody at a page."""
        work = self.office.release_work.now()
        return work is not None and work.stand is Stand.RUNNING

    def text(self, client: httpx.Client, path: str) -> str:
        """The page at the end of all redirects."""
        answer = client.get(path, follow_redirects=True)
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        return answer.text


def tokens(client: httpx.Client, page: str) -> dict[str, str]:
    """The hidden tokens of a page's forms."""
    text = client.get(page, follow_redirects=True).text
    found = re.findall(r'name="(csrftoken|seal)" value="([^"]*)"', text)
    return dict(found)


class _Threaded(uvicorn.Server):
    """A server on a thread of the test; signals stay with pytest."""

    def install_signal_handlers(self) -> None:
        return


def serving(app: Any) -> Iterator[str]:
    """Serves `app` on a free port of loopback until the generator ends; yields the address."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", server_header=False)
    server = _Threaded(config)
    thread = threading.Thread(target=server.run, name="hub-under-test")
    thread.start()
    until = time.monotonic() + 20
    while not server.started:
        assert thread.is_alive() and time.monotonic() < until, "the hub did not start"
        time.sleep(0.01)  # uvicorn offers no event to wait for
    (listening,) = server.servers[0].sockets
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(20)
    assert not thread.is_alive()


@pytest.fixture(scope="session")
def made_database(made_home: Path, postgresql: Server) -> Callable[[], str]:
    """What the database of `made_home` holds, in PostgreSQL; gives the URL of a copy of it."""
    held, put = engine_of(f"sqlite:///{HubHome(made_home).database}"), engine_of(postgresql.emptied())
    with held.connect() as source, put.begin() as connection:
        for table in metadata.sorted_tables:
            if rows := [dict(row._mapping) for row in source.execute(select(table))]:
                connection.execute(insert(table), rows)
    put.dispose()
    held.dispose()
    postgresql.keep("demonstration")
    return lambda: postgresql.copy("demonstration")


@pytest.fixture
def web_database(request: pytest.FixtureRequest) -> SecretStr | None:
    """Where a `hub_server` keeps its rows: SQLite in its home; for modules of `WRITING` PostgreSQL, too."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return None
    return SecretStr(request.getfixturevalue("made_database")())


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "web_database" in metafunc.fixturenames and metafunc.module.__name__.rpartition(".")[2] in WRITING:
        metafunc.parametrize("web_database", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def hub_server(
    made_home: Path, tmp_path: Path, passwords: Passwords, web_database: SecretStr | None
) -> Iterator[HubServer]:
    """A hub of one's own with the sample city out as revision 1."""
    home = tmp_path / "hub-home"
    shutil.copytree(made_home, home)
    settings = SETTINGS.model_copy(update={"database": web_database})
    with Office.open(settings, HubHome(home), passwords=passwords) as office:
        for url in serving(create(office)):
            server = HubServer(url, office)
            yield server
            for client in server.clients:
                client.close()


@dataclass
class Browser:
    """Chromium with one window; `open`, `log_in`, `fill`, `press` wait for what they need."""

    driver: webdriver.Chrome
    url: str

    def open(self, path: str) -> None:
        self.driver.get(self.url + path)

    def log_in(self, login: str, password: str = demo.PASSWORD) -> None:
        """Out of whatever session, into that of `login`."""
        self.driver.delete_all_cookies()
        self.open("/login")
        self.fill("login", login)
        self.fill("password", password)
        self.go(self.find("form button"))

    def find(self, css: str) -> WebElement:
        """The first element that fits and is shown."""

        def shown(driver: webdriver.Chrome) -> WebElement | None:
            return next((one for one in driver.find_elements(By.CSS_SELECTOR, css) if one.is_displayed()), None)

        return WebDriverWait(self.driver, 15).until(shown, css)  # type: ignore[return-value]

    def fill(self, name: str, text: str) -> None:
        box = self.find(f'[name="{name}"]')
        box.clear()
        box.send_keys(text)

    def button(self, words: str) -> WebElement:
        """The button or link that says `words`."""
        path = f"//*[self::button or self::a][contains(normalize-space(.), '{words}')]"

        def shown(driver: webdriver.Chrome) -> WebElement | None:
            return next((one for one in driver.find_elements(By.XPATH, path) if one.is_displayed()), None)

        return WebDriverWait(self.driver, 15).until(shown, words)  # type: ignore[return-value]

    def go(self, element: WebElement) -> None:
        """Clicks, and waits until another page is there."""
        before = self.driver.find_element(By.TAG_NAME, "html")
        element.click()
        self.left(before)

    def press(self, words: str) -> None:
        """Clicks on the button or link that says `words`, and waits for the next page."""
        self.go(self.button(words))

    def ended(self) -> None:
        """Waits until work that was begun, which has a page of its own while it is on its way, has come to its end."""

        def done(driver: webdriver.Chrome) -> bool:
            on_its_way = "/releases/work" in driver.current_url or driver.find_elements(
                By.CSS_SELECTOR, "[data-running]"
            )
            return not on_its_way and driver.execute_script("return document.readyState") == "complete"

        WebDriverWait(self.driver, 60, ignored_exceptions=[Exception]).until(done)

    def left(self, before: WebElement) -> None:
        def another(driver: webdriver.Chrome) -> bool:
            now = driver.find_element(By.TAG_NAME, "html")
            return now.id != before.id and driver.execute_script("return document.readyState") == "complete"

        WebDriverWait(self.driver, 30, ignored_exceptions=[Exception]).until(another)

    @property
    def text(self) -> str:
        """Everything that can be read on the page."""
        return self.driver.find_element(By.TAG_NAME, "body").text

    @property
    def path(self) -> str:
        return self.driver.current_url.removeprefix(self.url)

    def complaints(self) -> list[str]:
        """What the browser's console has to say against the pages so far."""
        return [
            str(entry["message"])
            for entry in self.driver.get_log("browser")  # type: ignore[no-untyped-call]
            if entry["level"] in ("SEVERE", "WARNING") and "status of 4" not in str(entry["message"])
        ]


def chromium(profile: Path) -> webdriver.Chrome:
    """Chromium without a window, with a profile of its own; Chinese, 1440 × 900."""
    options = Options()
    options.binary_location = str(CHROMIUM)
    for flag in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
        "--lang=zh-CN",
        "--window-size=1440,900",
        "--force-device-scale-factor=1",
        f"--user-data-dir={profile}",
    ):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
    driver.set_page_load_timeout(40)
    # --window-size counts the frame of a window that nobody sees.
    driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": 1440, "height": 900, "deviceScaleFactor": 1, "mobile": False},
    )
    return driver


@pytest.fixture
def browser(hub_server: HubServer, tmp_path: Path, lacking: Callable[[str], NoReturn]) -> Iterator[Browser]:
    """A fresh Chromium at `hub_server`; the browser and its driver end with the test."""
    if not CHROMIUM.exists() or not DRIVER.exists():
        lacking("Chromium and its driver (/usr/bin/chromium, /usr/bin/chromedriver)")
    driver = chromium(tmp_path / "profile")
    try:
        yield Browser(driver, hub_server.url)
    finally:
        driver.quit()
