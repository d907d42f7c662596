"""发布 over HTTP: two people, the passphrase, what is out, taking it back."""

from __future__ import annotations

import json

from hub.demo import RELEASE_PASSPHRASE
from hub.refusal import Reason, Refused
from hub.release import Kind, State
from hub.workflow import Role
from phrases import Phrases
from tests.hub.web.conftest import HubServer
from tests.hub.web.test_review_pages import KEY, plain, sent


def approved(server: HubServer, key: str = KEY, **fields: object) -> None:
    version = sent(server, key, **fields)
    items, people = server.office.items, server.office.people
    version = items.approve(people.by_login("chushen"), key, version.edits)
    items.approve(people.by_login("fushen"), key, version.edits)


def test_two_people_and_the_passphrase_let_a_release_out(hub_server: HubServer) -> None:
    releases = hub_server.office.releases
    approved(hub_server)
    one, two = hub_server.client("fabu"), hub_server.client("fuhe")
    page = plain(hub_server.text(one, "/releases"))
    assert "把这 1 条排成下一版" in page and "样本编辑 / 样本初审 / 样本复审" in page and "咨询电话" in page
    hub_server.post(one, "/releases/prepare")
    open = releases.open()
    assert open is not None and open.state is State.PREPARED
    assert "等您签" in hub_server.text(two, "/tasks")

    hub_server.post(one, f"/releases/{open.id}/sign")
    page = plain(hub_server.text(one, "/releases"))
    assert "还差 1 个人" in page and "您签过了，要另一个人签。" in page and "看过了，我签" not in page
    hub_server.post(one, f"/releases/{open.id}/sign")
    assert "您签过了，要另一个人签。" in hub_server.text(one, "/releases")
    assert len(releases.get(open.id).approvals) == 1
    hub_server.post(one, f"/releases/{open.id}/publish", passphrase=RELEASE_PASSPHRASE)
    assert "要两个人签好才能发，现在签了 1 个。" in hub_server.text(one, "/releases")
    assert releases.revision() == 1

    hub_server.post(two, f"/releases/{open.id}/sign")
    assert "发布密钥的口令" in hub_server.text(two, "/releases")
    hub_server.post(two, f"/releases/{open.id}/publish", passphrase="not the passphrase")
    page = hub_server.text(two, "/releases")
    assert "口令不对" in page and "S-08" in page and "not the passphrase" not in page
    assert (releases.revision(), len(releases.get(open.id).approvals)) == (1, 2)

    hub_server.post(two, f"/releases/{open.id}/publish", passphrase=RELEASE_PASSPHRASE)
    page = plain(hub_server.text(two, "/releases"))
    assert "第 2 版发出去了" in page and "线上 第 2 版" in page
    assert hub_server.office.press.latest() == (2, open.digest)
    live = hub_server.office.items.live(KEY)
    assert live is not None and live.record["phone"]["enquiry"] == "0535-6000231" and live.revision == 2


def test_the_audit_log_and_the_pages_never_hold_the_passphrase(hub_server: HubServer) -> None:
    approved(hub_server)
    client = hub_server.client("fabu")
    hub_server.post(client, "/releases/prepare")
    open = hub_server.office.releases.open()
    assert open is not None
    hub_server.post(client, f"/releases/{open.id}/publish", passphrase=RELEASE_PASSPHRASE)
    told = [[entry.subject, dict(entry.details)] for entry in hub_server.office.audit.entries(limit=1000)]
    assert RELEASE_PASSPHRASE not in json.dumps(told) and RELEASE_PASSPHRASE not in hub_server.text(client, "/releases")


def test_who_wrote_something_in_it_is_told_that_others_sign(hub_server: HubServer) -> None:
    people = hub_server.office.people
    people.set_roles(people.by_login("bianji"), [Role.EDITOR, Role.PUBLISHER])
    approved(hub_server)
    client = hub_server.client("bianji")
    hub_server.post(client, "/releases/prepare")
    open = hub_server.office.releases.open()
    assert open is not None
    assert "这一版里有您写的 1 条，要别人签。" in hub_server.text(client, "/releases")
    hub_server.post(client, f"/releases/{open.id}/sign")
    assert hub_server.office.releases.get(open.id).approvals == ()


def test_a_release_that_is_given_up_frees_what_it_held(hub_server: HubServer) -> None:
    approved(hub_server)
    client = hub_server.client("fabu")
    hub_server.post(client, "/releases/prepare")
    open = hub_server.office.releases.open()
    assert open is not None and hub_server.office.releases.pending() == ()
    hub_server.post(client, f"/releases/{open.id}/cancel")
    assert [one.item for one in hub_server.office.releases.pending()] == [KEY]
    assert "这一版取消了" in hub_server.text(client, "/releases")


def test_a_withdrawal_wants_the_number_typed_again_and_two_people(hub_server: HubServer) -> None:
    releases = hub_server.office.releases
    before, live = hub_server.office.press.latest(), hub_server.office.items.live(KEY)
    assert live is not None
    was = live.record
    approved(hub_server)
    one, two = hub_server.client("fabu"), hub_server.client("fuhe")
    for _ in range(2):
        if releases.open() is None and releases.revision() == 1:
            hub_server.post(one, "/releases/prepare")
        elif releases.open() is None:
            hub_server.post(one, "/releases/withdraw", revision=2, typed="3")
            assert releases.open() is None and "版本号要和 2 一样" in hub_server.text(one, "/releases")
            hub_server.post(one, "/releases/withdraw", revision=2, typed="2")
            text = hub_server.text(one, "/releases")
            assert "撤回第 2 版的一版排好了" in text and "正在排一版撤回" not in text
            answer = hub_server.post(one, "/releases/withdraw", revision=2, typed="2")
            assert answer.headers["location"] == "/releases/work"
            told = Refused(Reason.RELEASE_OPEN).sentence(Phrases(domain="hub"))
            assert told in plain(hub_server.text(one, "/releases")), "a second one is refused, in words"
        open = releases.open()
        assert open is not None
        for client in (one, two):
            hub_server.post(client, f"/releases/{open.id}/sign")
        hub_server.post(one, f"/releases/{open.id}/publish", passphrase=RELEASE_PASSPHRASE)
    latest = releases.latest()
    assert latest is not None and before is not None
    assert (latest.revision, latest.kind) == (3, Kind.WITHDRAWAL)
    assert hub_server.office.press.latest() == (3, latest.digest)
    restored = hub_server.office.items.live(KEY)
    assert restored is not None and restored.record == was
    page = plain(hub_server.text(one, "/releases"))
    assert "撤回第 2 版" in page and "第 3 版 线上" in page


def test_an_item_of_a_release_opens_with_both_sides(hub_server: HubServer) -> None:
    approved(hub_server)
    page = hub_server.text(hub_server.client("shenji"), f"/releases/change/{KEY}/2")
    assert "<ins>0231</ins>" in page and "第 1 版 → 第 2 版" in page
    for number in ("99", "x", "9" * 30):
        assert hub_server.client("shenji").get(f"/releases/change/{KEY}/{number}").status_code == 404
