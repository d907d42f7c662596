"""发布 while a release reaches the street in steps: its rings, and the steps that a publisher takes."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import update

from hub.demo import RELEASE_PASSPHRASE
from hub.office import Office
from hub.rollout import Goal
from hub.store import utc_now, written
from hub.tables import rollouts
from tests.hub.conftest import City
from tests.hub.test_rollout import heard
from tests.hub.web.conftest import HubServer
from tests.hub.web.test_release_pages import approved
from tests.hub.web.test_review_pages import plain


def waited(office: Office) -> None:
    """The stage began an hour ago."""
    at = written(utc_now() - dt.timedelta(hours=1))
    office.store.run_tx(lambda connection: connection.execute(update(rollouts).values(reached_at=at)))


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
    hub_server.post(one, f"/releases/{open.id}/publish", passphrase=RELEASE_PASSPHRASE, stage=1)
    page = plain(hub_server.text(one, "/releases"))
    for words in ("先放到 1% 的亭子", "第 1 圈 · 1%", "放到 10%", "正在放：1%"):
        assert words in page, page[page.find("第 2 版发出") :][:260]

    hub_server.post(two, "/releases/rollout/widen", passphrase=RELEASE_PASSPHRASE, stage=10)
    assert "还差 30 分钟" in hub_server.text(two, "/releases")
    assert office.rollouts.open().goal == Goal(1)  # type: ignore[union-attr]
    waited(office)
    hub_server.post(one, "/releases/rollout/widen", passphrase="not the passphrase", stage=10)
    assert "口令不对" in hub_server.text(one, "/releases")
    hub_server.post(one, "/releases/rollout/pause", passphrase=RELEASE_PASSPHRASE)
    page = plain(hub_server.text(one, "/releases"))
    assert "接着放第 2 版" in page and "暂停着" in page and "放到 10%" not in page
    hub_server.post(two, "/releases/rollout/resume", passphrase=RELEASE_PASSPHRASE)
    hurry = {"passphrase": RELEASE_PASSPHRASE, "stage": "10", "reason": "样本电话印错了"}
    hub_server.post(two, "/releases/rollout/widen", **hurry)
    page = plain(hub_server.text(two, "/releases"))
    assert "放大 10%，没等够：样本电话印错了" in page and "全部放开（30 分钟后可点，要两人）" in page
    waited(office)
    hub_server.post(two, "/releases/rollout/widen", passphrase=RELEASE_PASSPHRASE, stage=100)
    assert "要两个人" in hub_server.text(two, "/releases")
    hub_server.post(two, "/releases/rollout/approve")
    page = plain(hub_server.text(two, "/releases"))
    assert "请另一位发布的人来放开" in page and "我同意" not in page
    assert "全部放开</button>" in hub_server.text(one, "/releases")
    hub_server.post(two, "/releases/rollout/widen", passphrase=RELEASE_PASSPHRASE, stage=100)
    assert office.rollouts.open() is not None  # nobody is two people
    hub_server.post(one, "/releases/rollout/widen", passphrase=RELEASE_PASSPHRASE, stage=100)
    hub_server.text(one, "/releases")
    page = plain(hub_server.text(two, "/releases"))
    assert "第 2 版" in page and "第 1 圈" not in page
    assert office.rollouts.open() is None and office.press.channels() is None
    auditor = hub_server.client("shenji")
    assert auditor.get("/releases").status_code == 200


def test_what_does_harm_is_held_up_and_the_page_says_why(hub_server: HubServer) -> None:
    office = hub_server.office
    approved(hub_server)
    one = hub_server.client("fabu")
    hub_server.post(one, "/releases/prepare")
    open = office.releases.open()
    assert open is not None
    for client in (one, hub_server.client("fuhe")):
        hub_server.post(client, f"/releases/{open.id}/sign")
    hub_server.post(one, f"/releases/{open.id}/publish", passphrase=RELEASE_PASSPHRASE, stage=10)
    heard(City(office, utc_now, {}), 8, 2, differing=2, restarting=1)  # type: ignore[arg-type]
    assert office.rollouts.judge() is not None
    page = plain(hub_server.text(one, "/releases"))
    for words in (
        "自动停住了",
        "已换的 8 台里，2 台内容不一致，1 台十分钟里重启三次以上。",
        "已签的 10% 还会接着取",
        "签暂停，没换的留在第 1 版",
        "不要紧，接着放",
    ):
        assert words in page, page[page.find("自动停住了") :][:400]
    assert "没了消息" not in page and "全部放开" not in page
    auditor = plain(hub_server.text(hub_server.client("shenji"), "/releases"))
    assert "请发布的人用口令签一次暂停" in auditor and "签暂停，" not in auditor
    hub_server.post(one, "/releases/rollout/pause", passphrase=RELEASE_PASSPHRASE)
    page = plain(hub_server.text(one, "/releases"))
    assert "暂停已经签好" in page and "接着放第 2 版" in page
    channels = office.press.channels()
    assert channels is not None and channels.paused
