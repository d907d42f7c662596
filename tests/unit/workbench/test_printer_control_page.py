"""The control page and its API, over real HTTP on the loopback interface."""

from __future__ import annotations

import http.client
import io
import json
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from workbench.printer import ControlPage, VirtualPrinter
from workbench.printer.faults import FaultName

if TYPE_CHECKING:
    from tests.unit.workbench.conftest import Host

ID = b"\x1d(H\x06\x0000A001"


@pytest.fixture
def page(printer: VirtualPrinter) -> Iterator[ControlPage]:
    with ControlPage(printer) as page:
        yield page


class Browser:
    def __init__(self, page: ControlPage) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", page.port, timeout=5)

    def request(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        self._connection.request(method, path, body, headers or {})
        answer = self._connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()

    def get(self, path: str) -> Any:
        status, _, body = self.request("GET", path)
        assert status == 200, body
        return json.loads(body)

    def post(self, path: str, **wish: object) -> Any:
        body = json.dumps(wish).encode()
        status, _, answer = self.request("POST", path, body, {"Content-Type": "application/json"})
        assert status == 200, answer
        return json.loads(answer)

    def close(self) -> None:
        self._connection.close()


@pytest.fixture
def browser(page: ControlPage) -> Iterator[Browser]:
    browser = Browser(page)
    yield browser
    browser.close()


def test_the_page_and_all_it_needs_come_from_here(browser: Browser) -> None:
    status, headers, body = browser.request("GET", "/")
    text = body.decode()
    assert status == 200
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert headers["Content-Security-Policy"] == "default-src 'self'"
    assert "<title>便民亭工作台 · 打印机</title>" in text
    wanted = re.findall(r'(?:href|src)="([^"]+)"', text)
    assert wanted
    for name in wanted:
        status, _, asset = browser.request("GET", f"/{name}")
        assert (status, b"http://" in asset, b"https://" in asset) == (200, False, False), name


def test_the_script_finds_every_element_it_names(browser: Browser) -> None:
    html, script = (browser.request("GET", path)[2].decode() for path in ("/", "/control.js"))
    named = set(re.findall(r'\$\("([a-z-]+)"\)', script))
    assert named <= set(re.findall(r'id="([a-z-]+)"', html))
    assert {"paper-faults", "line-faults"} <= set(re.findall(r'id="([a-z-]+)"', html))


def test_paper_is_listed_newest_first_and_shown_dot_by_dot(
    browser: Browser, printer: VirtualPrinter, host: Host, job: bytes
) -> None:
    host.ask(job + "明白纸\n".encode("gb18030") + b"\x1bZ\x1dV\x00" + b"\x1bJ\x09" + ID, 7)
    papers = browser.get("/papers")
    assert [(paper["number"], paper["height"], paper["mm"]) for paper in papers] == [(2, 30, 3.8), (1, 532, 66.5)]
    assert (papers[0]["text"], papers[0]["unknown"]) == (["明白纸"], 1)
    assert papers[0]["first_unknown"] == [{"offset": len(job) + 7, "what": "unknown command", "data": "1b 5a"}]
    for paper, kept in zip(papers, reversed(printer.papers), strict=True):
        status, headers, body = browser.request("GET", paper["url"])
        assert (status, headers["Content-Type"]) == (200, "image/png")
        assert np.array_equal(~np.asarray(Image.open(io.BytesIO(body))), kept.sheet.dots)
    strip = Image.open(io.BytesIO(browser.request("GET", "/strip.png")[2]))
    assert strip.size == (576, 9)


def test_every_fault_can_be_set_and_taken_back(browser: Browser, printer: VirtualPrinter) -> None:
    assert {kind["name"] for kind in browser.get("/state")["fault_kinds"]} == set(FaultName)
    for name in FaultName:
        state = browser.post("/fault", name=name.value, at=5000)
        assert [(fault["name"], fault["at"], fault["at_work"]) for fault in state["faults"]] == [(name, 5000, False)]
        assert [fault.name for fault in printer.state.faults] == [name]
        assert browser.post("/clear", name=name.value)["faults"] == []


def test_state_tells_what_a_host_would_be_told(browser: Browser, printer: VirtualPrinter, host: Host) -> None:
    before = browser.get("/state")
    assert (before["online"], before["where"], before["model"]["width"]) == (True, f"127.0.0.1:{printer.port}", 576)
    after = browser.post("/fault", name="paper_out")
    assert (after["online"], "".join(after["status"].values())) == (False, host.status())
    assert after["journal"][0]["what"] == "停了"
    assert after["revision"] > before["revision"]
    browser.post("/fault", name="slow", bytes_per_s=777)
    assert browser.post("/clear")["faults"] == []


def test_paper_is_taken_away_and_the_power_switched(browser: Browser, printer: VirtualPrinter, host: Host) -> None:
    host.ask(b"\x1dV\x00" + ID, 7)
    browser.post("/take")
    assert browser.get("/papers") == []
    assert browser.request("GET", "/paper/1.png")[0] == 404
    printer.fail("paper_out")
    host.send(b"abc")
    printer.wait_for(lambda state: state.buffered == 3)
    assert browser.post("/power")["buffered"] == 0


JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "status"),
    [
        ("GET", "/nothing", {}, b"", 404),
        ("GET", "/paper/../state.png", {}, b"", 404),
        ("GET", "/state", {"Host": "example.org"}, b"", 403),
        ("POST", "/nothing", JSON, b"{}", 404),
        ("POST", "/fault", JSON, b"{}", 400),
        ("POST", "/fault", JSON, b'{"name": "on_fire"}', 400),
        ("POST", "/fault", JSON, b'{"name": "slow", "bytes_per_s": 0}', 400),
        ("POST", "/fault", JSON, b'{"name": "slow", "at": "soon"}', 400),
        ("POST", "/fault", JSON, b"not json", 400),
        ("POST", "/fault", JSON, b"[]", 400),
        ("POST", "/fault", JSON, b" " * 5000, 400),
        ("POST", "/fault", {"Content-Type": "text/plain"}, b'{"name": "mute"}', 400),
        ("POST", "/fault", JSON | {"Host": "example.org"}, b'{"name": "mute"}', 403),
        ("DELETE", "/state", {}, b"", 501),
    ],
)
def test_what_makes_no_sense_is_refused(
    browser: Browser, printer: VirtualPrinter, method: str, path: str, headers: dict[str, str], body: bytes, status: int
) -> None:
    assert browser.request(method, path, body, headers)[0] == status
    assert printer.state.faults == ()


def test_it_listens_on_loopback_only(page: ControlPage) -> None:
    assert page.url == f"http://127.0.0.1:{page.port}/"
    with pytest.raises(OSError, match=r"refused|unreachable|assign"):
        http.client.HTTPConnection("127.0.0.2", page.port, timeout=1).request("GET", "/")


def test_a_port_that_is_taken(printer: VirtualPrinter, page: ControlPage) -> None:
    with pytest.raises(OSError, match="in use"), ControlPage(printer, port=page.port):
        raise AssertionError("it opened a taken port")


def test_it_closes_at_once(printer: VirtualPrinter, closing_time: Callable[[Callable[[], object]], float]) -> None:
    page = ControlPage(printer)
    page.start()
    Browser(page).get("/state")
    assert closing_time(page.close) < 1.0
