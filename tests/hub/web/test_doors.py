"""Who gets in where: every route, every role, and nobody at all."""

from __future__ import annotations

import httpx
import pytest
from starlette.routing import Mount, Route

from hub.demo import PEOPLE
from hub.web.pages import VIEWS
from hub.web.pages.front import FrontView
from hub.web.view import Declared, HubView
from hub.workflow import Role
from tests.hub.web.conftest import HubServer, tokens

PAGES: tuple[type[HubView], ...] = (FrontView, *VIEWS)

WITHOUT_LOGIN = {"/login", "/logout", "/static"}

FILLED = {
    "{kind}": "guide",
    "{id}": "mz-001",
    "{number}": "1",
    "{release}": "none",
    "{login}": "bianji",
    "{form}": "csv",
    "{step}": "widen",
}

DECLARED = sorted((one for view in PAGES for one in view.declared()), key=lambda one: (one.path, one.methods))


def filled(path: str) -> str:
    for name, value in FILLED.items():
        path = path.replace(name, value)
    assert "{" not in path, f"say in this test what stands for {path}"
    return path


def test_every_route_says_who_may_call_it(hub_server: HubServer) -> None:
    from hub.web.app import create

    shell = create(hub_server.office).state.shell
    served = {
        (route.path, method)
        for route in shell.app.routes
        if isinstance(route, Route)
        for method in route.methods or ()
        if method != "HEAD"
    }
    mounted = {route.path for route in shell.app.routes if isinstance(route, Mount)}
    declared = {(one.path, method) for one in DECLARED for method in one.methods}
    assert {path for path, _ in served - declared} | mounted == WITHOUT_LOGIN
    assert declared - served == set()
    assert all(one.roles for one in DECLARED)


def test_the_outer_application_serves_nothing_else(hub_server: HubServer) -> None:
    from hub.web.app import create

    assert [getattr(route, "path", None) for route in create(hub_server.office).routes] == [""]


def answer(server: HubServer, client: httpx.Client, one: Declared, sealed: dict[str, str]) -> httpx.Response:
    path = filled(one.path)
    if "GET" in one.methods:
        return client.get(path)
    return client.post(path, data=sealed, headers={"referer": f"{server.url}/tasks"})


@pytest.mark.timeout(600)
def test_the_whole_matrix_of_routes_and_roles(hub_server: HubServer) -> None:
    roles = {login: role for login, _, _, role in PEOPLE}
    for login, role in roles.items():
        client = hub_server.client(login)
        sealed = tokens(client, "/tasks")
        assert set(sealed) == {"csrftoken", "seal"}
        for one in DECLARED:
            got = answer(hub_server, client, one, sealed)
            where = f"{role} {one.methods[0]} {one.path}: {got.status_code} {got.headers.get('location', '')}"
            assert got.headers.get("location", "") != "/login", where
            if role in one.roles:
                assert got.status_code in (200, 303, 400, 404, 422), where
            else:
                assert got.status_code == 403 and "身份" in got.text, where
    assert set(roles.values()) == set(Role)


def test_without_a_session_every_route_leads_to_the_login_page(hub_server: HubServer) -> None:
    client = hub_server.client()
    sealed = tokens(client, "/login")
    for one in DECLARED:
        got = answer(hub_server, client, one, sealed)
        assert got.status_code == 303 and got.headers["location"].partition("?")[0] == "/login", one


def test_somebody_without_a_role_gets_in_nowhere_but_out(hub_server: HubServer) -> None:
    hub_server.office.people.add("nobody", "样本新人", "*", (), "long enough to pass")
    client = hub_server.client("nobody", "long enough to pass")
    for one in DECLARED:
        if "GET" in one.methods:
            assert client.get(filled(one.path)).status_code == 403, one
    got = hub_server.post(client, "/logout")
    assert got.status_code == 303 and client.get("/").headers["location"] == "/login"


def test_an_action_above_ones_role_is_refused_and_told_in_the_audit_log(hub_server: HubServer) -> None:
    client = hub_server.client("bianji")
    got = hub_server.post(client, "/releases/prepare")
    assert got.status_code == 403 and "这里要有发布的身份。" in got.text
    entry = hub_server.office.audit.entries(limit=1)[0]
    writer = hub_server.office.people.by_login("bianji")
    assert (entry.action, entry.subject, entry.who, entry.done) == (
        "web.refused",
        "page/releases/prepare",
        writer.id,
        False,
    )


def test_a_role_that_is_taken_away_closes_the_page_at_once(hub_server: HubServer) -> None:
    people = hub_server.office.people
    client = hub_server.client("chushen")
    assert client.get("/review", follow_redirects=True).status_code == 200
    people.set_roles(people.by_login("chushen"), [Role.AUDITOR])
    assert client.get("/review").headers["location"].startswith("/login"), "whoever they were is not logged in any more"
    client = hub_server.client("chushen")
    assert client.get("/review").status_code == 403
    people.disable(people.by_login("chushen"))
    assert client.get("/tasks").headers["location"].startswith("/login")
