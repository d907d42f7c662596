"""发布 while a release reaches the street in steps: its rings, and the steps that a publisher takes."""

from __future__ import annotations

from hub.demo import RELEASE_PASSPHRASE
from tests.hub.web.conftest import HubServer
from tests.hub.web.test_release_pages import approved
from tests.hub.web.test_review_pages import plain


def test_one_per_cent_pause_go_on_everybody(hub_server: HubServer) -> None:
    office = hub_server.office
    approved(hub_server)
    one, two = hub_server.client("fabu"), hub_server.client("fuhe")
    hub_server.post(one, "/releases/prepare")
    open = office.releases.open()
    assert open is not None
    for client in (one, two):
        hub_server.post(client, f"/releases/{open.id}/sign")
    assert "先放给多少亭子" in hub_server.text(one, "/releases")
    hub_server.post(one, f"/releases/{open.id}/publish", passphrase=RELEASE_PASSPHRASE, percent=1)
    page = plain(hub_server.text(one, "/releases"))
    for words in ("先放到 1% 的亭子", "第 1 圈 · 1%", "放到 10%", "正在放：1%"):
        assert words in page, page[page.find("第 2 版发出") :][:260]

    hub_server.post(one, "/releases/rollout/widen", passphrase="not the passphrase", percent=10)
    assert "口令不对" in hub_server.text(one, "/releases")
    hub_server.post(one, "/releases/rollout/pause", passphrase=RELEASE_PASSPHRASE)
    page = plain(hub_server.text(one, "/releases"))
    assert "接着放第 2 版" in page and "暂停着" in page and "放到 10%" not in page
    hub_server.post(two, "/releases/rollout/resume", passphrase=RELEASE_PASSPHRASE)
    hub_server.post(two, "/releases/rollout/widen", passphrase=RELEASE_PASSPHRASE, percent=100)
    page = plain(hub_server.text(two, "/releases"))
    assert "全部放开了" in page and "第 1 圈" not in page
    assert office.rollouts.open() is None and office.press.channels() is None
    auditor = hub_server.client("shenji")
    assert auditor.get("/releases").status_code == 200
