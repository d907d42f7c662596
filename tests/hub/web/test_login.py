from __future__ import annotations

import shutil
from pathlib import Path

import httpx

from hub.home import HubHome
from hub.office import Office
from hub.passwords import Passwords
from hub.settings import HubSettings, LoginSettings, WebSettings
from hub.web.app import create
from tests.hub.web.conftest import HubServer, serving, tokens


def test_nobody_sees_a_page_without_logging_in_and_then_gets_where_they_wanted(hub_server: HubServer) -> None:
    client = hub_server.client()
    answer = client.get("/review?x=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=%2Freview%3Fx%3D1")
    form = {**tokens(client, "/login"), "login": "chushen", "password": "demo"}
    answer = client.post("/login?next=%2Freview%3Fx%3D1", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/review?x=1")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie and "secure" not in cookie


def test_no_other_address_is_taken_for_where_they_wanted(hub_server: HubServer) -> None:
    for wanted in ("//elsewhere.example/x", "https://elsewhere.example/", "/\\elsewhere.example", "javascript:1"):
        client = hub_server.client()
        form = {**tokens(client, "/login"), "login": "chushen", "password": "demo"}
        answer = client.post("/login", params={"next": wanted}, data=form)
        assert (answer.status_code, answer.headers["location"]) == (303, "/"), wanted


def test_a_wrong_password_is_told_kindly_and_opens_nothing(hub_server: HubServer) -> None:
    client = hub_server.client()
    answer = client.post("/login", data={**tokens(client, "/login"), "login": "chushen", "password": "no"})
    assert answer.status_code == 401 and "账号或密码不对。" in answer.text and 'value="chushen"' in answer.text
    assert "hub=" not in answer.headers.get("set-cookie", "")
    assert client.get("/tasks").status_code == 303


def test_logging_out_ends_the_session_on_the_hub_not_only_in_the_browser(hub_server: HubServer) -> None:
    client = hub_server.client("bianji")
    token = client.cookies["hub"]
    assert client.get("/tasks").status_code == 200
    answer = hub_server.post(client, "/logout")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert hub_server.office.sessions.session(token) is None
    client.cookies.set("hub", token, domain="127.0.0.1", path="/")
    assert client.get("/tasks").status_code == 303


def test_trying_passwords_is_slowed_down_also_for_the_right_one(
    made_home: Path, tmp_path: Path, passwords: Passwords
) -> None:
    shutil.copytree(made_home, tmp_path / "home")
    settings = HubSettings(
        profile="demo", web=WebSettings(secure_cookies=False), login=LoginSettings(tries_per_login=2)
    )
    with Office.open(settings, HubHome(tmp_path / "home"), passwords=passwords) as office:
        for url in serving(create(office)):
            with httpx.Client(base_url=url) as client:
                sealed = tokens(client, "/login")
                got = [
                    client.post("/login", data={**sealed, "login": "bianji", "password": password})
                    for password in ("one", "two", "demo")
                ]
                assert [one.status_code for one in got] == [401, 401, 429]
                assert "试得太多了" in got[-1].text
                other = client.post("/login", data={**sealed, "login": "chushen", "password": "demo"})
                assert other.status_code == 303


def test_behind_https_the_cookie_is_secure_and_bound_to_the_host(
    made_home: Path, tmp_path: Path, passwords: Passwords
) -> None:
    shutil.copytree(made_home, tmp_path / "home")
    with Office.open(HubSettings(profile="demo"), HubHome(tmp_path / "home"), passwords=passwords) as office:
        for url in serving(create(office)):
            with httpx.Client(base_url=url) as client:
                data = {**tokens(client, "/login"), "login": "bianji", "password": "demo"}
                cookie = client.post("/login", data=data).headers["set-cookie"]
    assert cookie.startswith("__Host-hub=") and "; Secure" in cookie and "Path=/" in cookie
    assert "HttpOnly" in cookie and "domain" not in cookie.lower()


def test_somebody_who_logs_in_again_leaves_no_old_session_behind(hub_server: HubServer) -> None:
    client = hub_server.client("bianji")
    old = client.cookies["hub"]
    data = {**tokens(client, "/tasks"), "login": "chushen", "password": "demo"}
    assert client.post("/login", data=data).status_code == 303
    assert client.cookies["hub"] != old and hub_server.office.sessions.session(old) is None
    assert "样本初审" in hub_server.text(client, "/tasks")
