"""What stands before the pages: how much may be sent, from where, and what every answer carries."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import text

from hub.web.app import BODY_LIMIT, UPLOAD_LIMIT
from tests.hub.web.conftest import HubServer, tokens
from tests.hub.web.test_doors import PAGES, filled

MB = 1024 * 1024


def head(server: HubServer, path: str, headers: str, cookies: str = "") -> tuple[socket.socket, str]:
    """Sends only the head of a POST; what is answered before any body was sent."""
    parts = urlsplit(server.url)
    connection = socket.create_connection((parts.hostname or "", parts.port or 0), timeout=20)
    cookie = f"Cookie: {cookies}\r\n" if cookies else ""
    connection.sendall(f"POST {path} HTTP/1.1\r\nHost: {parts.netloc}\r\n{cookie}{headers}\r\n\r\n".encode())
    return connection, connection.recv(4096).decode("utf-8", "replace")


def test_a_body_that_is_told_to_be_too_long_is_refused_before_a_byte_of_it_is_sent(hub_server: HubServer) -> None:
    for path in ("/login", "/tasks/verified", "/nowhere", "/import"):
        connection, got = head(hub_server, path, f"Content-Length: {300 * MB}\r\nContent-Type: text/plain")
        with connection:
            assert got.startswith("HTTP/1.1 413 "), (path, got)
            assert "connection: close" in got.lower()


def chunks(size: int, sent: list[int]) -> Iterator[bytes]:
    for _ in range(size // 65536):
        sent.append(65536)
        yield b"x" * 65536


@pytest.mark.parametrize("path", ["/login", "/tasks/verified"])
def test_a_body_that_does_not_tell_its_length_is_cut_off_at_the_limit(hub_server: HubServer, path: str) -> None:
    sent: list[int] = []
    headers = {"content-type": "application/x-www-form-urlencoded"}
    with httpx.Client(base_url=hub_server.url, timeout=30) as client:
        try:
            got = client.post(path, content=chunks(200 * MB, sent), headers=headers)
        except httpx.WriteError:
            got = None  # the hub hung up while we were sending, before we read its answer
    assert sum(sent) < 60 * MB
    assert got is None or got.status_code == 413


def test_only_who_is_logged_in_may_send_an_import_that_is_larger(hub_server: HubServer) -> None:
    size = f"Content-Length: {8 * MB}\r\nContent-Type: text/plain\r\nExpect: 100-continue"
    connection, got = head(hub_server, "/import", size)
    with connection:
        assert got.startswith("HTTP/1.1 413 ")
    cookie = f"hub={hub_server.client('bianji').cookies['hub']}"
    connection, got = head(hub_server, "/import", size, cookie)
    with connection:
        assert not got.startswith("HTTP/1.1 413 "), got
    connection, got = head(hub_server, "/import", f"Content-Length: {UPLOAD_LIMIT + 1}", cookie)
    with connection:
        assert got.startswith("HTTP/1.1 413 ")
    connection, got = head(hub_server, "/tasks/verified", size, cookie)
    with connection:
        assert got.startswith("HTTP/1.1 413 ") and 8 * MB > BODY_LIMIT


def test_a_form_without_its_tokens_changes_nothing(hub_server: HubServer) -> None:
    client = hub_server.client("bianji")
    mine = tokens(client, "/tasks")
    other = tokens(hub_server.client("caibian"), "/tasks")
    data = {"key": "guide/mz-001"}
    for given in ({}, {"csrftoken": mine["csrftoken"]}, {"seal": mine["seal"]}, {**mine, "seal": other["seal"]}):
        got = client.post("/tasks/verified", data={**data, **given})
        assert got.status_code == 403 and "刷新" in got.text, given
    assert hub_server.office.items.get("guide/mz-001").open is None
    assert client.post("/tasks/verified", data={**data, **mine}).status_code == 303
    assert hub_server.office.items.get("guide/mz-001").open == 2


def test_a_page_of_another_site_cannot_post(hub_server: HubServer) -> None:
    client = hub_server.client("bianji")
    data = {"key": "guide/mz-001", **tokens(client, "/tasks")}
    for site in ("cross-site", "same-site"):
        got = client.post("/tasks/verified", data=data, headers={"sec-fetch-site": site})
        assert got.status_code == 403
    assert hub_server.office.items.get("guide/mz-001").open is None


def paths() -> list[str]:
    found = {filled(one.path) for view in PAGES for one in view.declared() if "GET" in one.methods}
    return ["/login", "/nowhere", *sorted(found)]


def test_no_page_names_a_foreign_host_and_every_page_has_a_strict_policy(hub_server: HubServer) -> None:
    clients = {
        login: hub_server.client(login) for login in ("bianji", "chushen", "fabu", "yunwei", "shenji", "caibian")
    }
    linked: set[str] = set()
    for path in paths():
        answers = [client.get(path, follow_redirects=True) for client in clients.values()]
        assert {200, 404} & {got.status_code for got in answers}, path
        for got in answers:
            policy = got.headers["content-security-policy"]
            assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
            assert got.headers["cache-control"] == "no-store" and got.headers["x-content-type-options"] == "nosniff"
            if "html" not in got.headers["content-type"]:
                continue
            html = got.text
            assert '<html lang="zh-CN"' in html, path
            assert not re.search(r"""(?:https?:|["'(]\s*)//[a-z0-9]""", html, re.I), path
            assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", html), path
            linked |= set(re.findall(r'(?:href|src)="(/static/[^"]+)"', html))
    assert linked
    for asset in linked:
        got = clients["bianji"].get(asset)
        assert got.status_code == 200, asset
        if "css" in got.headers["content-type"]:
            own = re.sub(r"/\*.*?\*/", "", got.text, flags=re.S)
            assert not re.search(r"@import|url\(['\"]?(?:https?:)?//", own), asset


def test_a_fault_inside_a_page_is_told_without_details(hub_server: HubServer, caplog: pytest.LogCaptureFixture) -> None:
    client = hub_server.client("bianji")
    data = {**tokens(client, "/tasks"), "key": "guide/mz-001"}
    with hub_server.office.store.engine.begin() as connection:
        connection.execute(text("ALTER TABLE hands RENAME TO gone"))
    got = client.post("/tasks/verified", data=data)
    assert got.status_code == 500 and "没有改动任何内容" in got.text
    assert "OperationalError" in caplog.text and "hub/items.py" in caplog.text
    for detail in ("no such table", "INSERT", "mz-001"):
        assert detail not in got.text and detail not in caplog.text
    assert hub_server.office.items.get("guide/mz-001").open is None


def test_without_its_database_the_hub_says_so(hub_server: HubServer) -> None:
    client = hub_server.client("bianji")
    with hub_server.office.store.engine.begin() as connection:
        connection.execute(text("ALTER TABLE sessions RENAME TO gone"))
    got = client.get("/tasks")
    assert got.status_code == 503 and "数据库这会儿连不上" in got.text
