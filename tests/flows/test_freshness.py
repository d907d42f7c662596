"""How old the content is, on every page and never blank."""

from __future__ import annotations

import datetime as dt

import pytest

from domain.freshness import freshness
from journeys import views
from tests.flows.conftest import FRIDAY_MORNING, Kiosk

PAGES = (
    [("start", "")],
    [("start", ""), ("type", "")],
    [("start", ""), ("ask", "驾照丢了")],
    [("start", ""), ("open", "ga-023")],
    [("start", ""), ("open", "ga-023"), ("print", "")],
    [("start", ""), ("departments", "")],
    [("start", ""), ("declare", "")],
    [("start", ""), ("language", "")],
)


@pytest.mark.parametrize("way", PAGES, ids=lambda way: "-".join(action for action, _ in way))
def test_every_page_of_a_visit_says_when_it_was_updated(kiosk: Kiosk, way: list[tuple[str, str]]) -> None:
    kiosk.do(*way)
    assert kiosk.scene.chrome.kiosk == "更新于 11 月 20 日"
    assert kiosk.scene.chrome.old is None


def test_the_invitation_says_it_beside_the_paper(kiosk: Kiosk) -> None:
    assert kiosk.see(views.Attract).health[0].text == "更新于 11 月 20 日"
    assert kiosk.scene.chrome.kiosk == "滨海广场亭"


@pytest.mark.parametrize(("days", "tone"), [(2, None), (3, "warn"), (9, "warn"), (10, "stop"), (60, "stop")])
def test_content_that_nobody_vouched_for_is_called_old(kiosk: Kiosk, days: int, tone: str | None) -> None:
    kiosk.clock.at += dt.timedelta(days=days)
    kiosk.walk.tick()
    kiosk.do("start")
    old = kiosk.scene.chrome.old
    assert (old.tone if old else None) == tone
    assert not old or old.text == f"{days} 天没更新了"
    assert kiosk.scene.chrome.kiosk == "更新于 11 月 20 日"
    kiosk.do("end", "again", "end")
    assert isinstance(kiosk.wait(6), views.Attract)
    health = kiosk.see(views.Attract).health[0]
    assert health.tone == (tone or "plain")


def test_a_hub_that_had_nothing_new_yesterday_keeps_old_content_fresh(kiosk: Kiosk) -> None:
    kiosk.clock.at += dt.timedelta(days=60)
    kiosk.supply.checked_at = kiosk.clock.at - dt.timedelta(days=1)
    kiosk.do("start")
    assert kiosk.scene.chrome.old is None
    assert kiosk.scene.chrome.kiosk == "更新于 1 月 18 日"


def test_a_clock_nobody_believes_makes_nothing_old(kiosk: Kiosk) -> None:
    kiosk.clock.at += dt.timedelta(days=900)
    kiosk.clock.trusted = False
    kiosk.do("start")
    assert kiosk.scene.chrome.old is None
    assert kiosk.scene.chrome.kiosk == "更新于 11 月 20 日"


def test_days_are_days_of_the_calendar_here() -> None:
    late = FRIDAY_MORNING.replace(hour=23, minute=59)
    assert freshness(late.astimezone(dt.UTC), None, late + dt.timedelta(minutes=2), trusted=True).days == 1
    assert freshness(late, None, late - dt.timedelta(days=4), trusted=True).days == 0
