"""人员与权限: accounts are opened, changed and shut; everybody but oneself."""

from __future__ import annotations

import pytest

from hub.demo import PEOPLE
from hub.refusal import Refused
from hub.workflow import Role
from tests.hub.web.conftest import HubServer, tokens
from tests.hub.web.reading import words

PASSWORD = "long enough to pass"


def test_a_new_account_works_at_once(hub_server: HubServer) -> None:
    client = hub_server.client("yunwei")
    got = hub_server.post(
        client,
        "/people",
        "/people",
        login="Wangfang",
        name="样本王",
        department="org-mzj",
        roles="editor",
        password=PASSWORD,
    )
    assert got.status_code == 303 and got.headers["location"] == "/people/wangfang"
    person = hub_server.office.people.by_login("wangfang")
    assert (person.name, person.department, person.roles, person.demo) == (
        "样本王",
        "org-mzj",
        frozenset({Role.EDITOR}),
        False,
    )
    assert "样本王的账号开好了" in words(hub_server.text(client, "/people/wangfang"))
    assert hub_server.client("wangfang", PASSWORD).get("/items").status_code == 200
    (entry,) = hub_server.office.audit.entries(action="person.add", limit=1)
    assert entry.who == hub_server.office.people.by_login("yunwei").id and PASSWORD not in str(entry.details)


def test_what_cannot_be_opened_is_told_and_typed_text_stays(hub_server: HubServer) -> None:
    client = hub_server.client("yunwei")
    for fields, told in (
        ({"login": "bianji"}, "账号 bianji 已经有人用了。"),
        ({"login": "王芳"}, "账号用小写字母和数字"),
        ({"password": "short"}, "密码至少 10 个字"),
        ({"name": " "}, "要写姓名。"),
        ({"department": "org-nowhere"}, "没有这一条"),
    ):
        given = {
            "login": "wangfang",
            "name": "样本王",
            "department": "org-mzj",
            "roles": "auditor",
            "password": PASSWORD,
        }
        got = hub_server.post(client, "/people", "/people", **(given | fields))
        assert got.status_code == 422 and told in words(got.text), told
        assert 'value="auditor" checked' in got.text and PASSWORD not in got.text
    assert len(hub_server.office.people.all()) == len(PEOPLE)


def test_roles_department_and_password_change_and_sessions_end(hub_server: HubServer) -> None:
    client, people = hub_server.client("yunwei"), hub_server.office.people
    editor = hub_server.client("bianji")
    data = {"roles": ["auditor", "collector", "king"]}
    page = hub_server.text(client, "/people/bianji")
    assert "样本编辑" in page and 'value="editor" checked' in page
    assert client.post("/people/bianji/roles", data={**tokens(client, "/people/bianji"), **data}).status_code == 303
    assert people.by_login("bianji").roles == {Role.AUDITOR, Role.COLLECTOR}
    assert editor.get("/audit").headers["location"].startswith("/login"), "other rights begin with another login"
    editor = hub_server.client("bianji")
    assert editor.get("/audit").status_code == 200
    hub_server.post(client, "/people/bianji/move", "/people/bianji", department="org-gaj")
    assert people.by_login("bianji").department == "org-gaj"
    hub_server.post(client, "/people/bianji/move", "/people/bianji", department="nowhere")
    assert people.by_login("bianji").department == "org-gaj"
    hub_server.post(client, "/people/bianji/password", "/people/bianji", password="  blanks count  ")
    assert editor.get("/items").headers["location"].startswith("/login")
    assert hub_server.client("bianji", "  blanks count  ").get("/items").status_code == 200


def test_a_shut_account_is_out_at_once_and_can_come_back(hub_server: HubServer) -> None:
    client = hub_server.client("yunwei")
    editor = hub_server.client("bianji")
    hub_server.post(client, "/people/bianji/disable", "/people/bianji")
    assert editor.get("/items").headers["location"].startswith("/login")
    assert "停用" in words(hub_server.text(client, "/people"))
    with pytest.raises(Refused, match="wrong_login"):
        hub_server.office.sessions.log_in("bianji", "demo")
    hub_server.post(client, "/people/bianji/enable", "/people/bianji")
    assert hub_server.client("bianji").get("/items").status_code == 200


def test_nobody_gives_roles_to_themselves(hub_server: HubServer) -> None:
    client, people = hub_server.client("yunwei"), hub_server.office.people
    for action, fields in (("roles", {"roles": "publisher"}), ("move", {"department": "org-mzj"}), ("disable", {})):
        hub_server.post(client, f"/people/yunwei/{action}", "/people/yunwei", **fields)
        page = words(hub_server.text(client, "/people/yunwei"))
        assert "不能改自己的身份和部门，请别人来改。" in page
    person = people.by_login("yunwei")
    assert (person.roles, person.department, person.disabled) == (frozenset({Role.OPERATOR}), "*", False)


def test_only_operators_open_the_page(hub_server: HubServer) -> None:
    assert hub_server.client("shenji").get("/people").status_code == 403
    assert hub_server.client("yunwei").get("/people/nobody").status_code == 404
