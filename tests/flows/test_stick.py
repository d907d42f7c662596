"""U 盘 in staff mode, with sticks in the test's hands."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from domain.errors import Code
from domain.events import FoundStick, SticksFound, StickTaken
from journeys.staff_stick import SENTENCES
from journeys.views import Attract, Staff
from journeys.walk import Walk
from tests.flows.conftest import Kiosk

MADE = dt.datetime(2026, 11, 19, 20, tzinfo=dt.UTC)
STICK = FoundStick("/media/A", "A", writable=True, revision=5, made_at=MADE, bytes=3 << 20)


class HandSticks:
    def __init__(self) -> None:
        self.looks = 0
        self.taken: list[str] = []

    def look(self) -> None:
        self.looks += 1

    def take(self, path: str) -> None:
        self.taken.append(path)


@pytest.fixture
def sticks(kiosk: Kiosk) -> HandSticks:
    hand = HandSticks()
    kiosk.walk = Walk(dataclasses.replace(kiosk.walk.tools, sticks=hand), kiosk.scenes.append, lambda: None)
    kiosk.walk.start()
    kiosk.do("staff", *(("digit", digit) for digit in "2468"), "enter", "usb")
    return hand


def acts(kiosk: Kiosk) -> list[tuple[str, str]]:
    return [(press.action, press.value) for press in kiosk.see(Staff).actions]


def test_without_anybody_who_reads_sticks_there_is_no_such_button(kiosk: Kiosk) -> None:
    kiosk.do("staff", *(("digit", digit) for digit in "2468"), "enter")
    assert ("usb", "") not in acts(kiosk)


def test_a_stick_is_shown_in_plain_words_and_taken(kiosk: Kiosk, sticks: HandSticks) -> None:
    assert sticks.looks == 1
    assert acts(kiosk) == [("look", ""), ("done", "")]
    kiosk.walk.hear(SticksFound((STICK,)))
    told = {what: how for what, how, _ in kiosk.see(Staff).rows}
    assert told == {"名称": "A", "版本": "第 5 版", "日期": "11 月 20 日", "大小": "3.0 MB"}  # its day here, not in UTC
    assert acts(kiosk)[0] == ("take", "/media/A")
    kiosk.do(("take", "/media/A"))
    assert sticks.taken == ["/media/A"]
    assert acts(kiosk) == [] and "先别拔" in kiosk.see(Staff).message
    kiosk.do(("take", "/media/A"), "done", "look")
    assert (sticks.taken, sticks.looks) == (["/media/A"], 1)
    kiosk.wait(400)
    kiosk.see(Staff)  # it does not shut while the stick is in use
    assert kiosk.walk.resting, "the new content may be shown"
    kiosk.walk.hear(StickTaken(5, fresh=True, handed=12, home=3))
    rows = kiosk.see(Staff).rows
    assert [how for _, how, _ in rows] == ["第 5 版装好了", "放上了 12 条消息", "3 条"]
    assert "可以拔了" in kiosk.see(Staff).message
    kiosk.wait(200)
    kiosk.see(Attract)


@pytest.mark.parametrize("code", [*SENTENCES, Code.RELEASE_FAILED])
def test_what_went_wrong_is_said_and_the_old_content_stays(kiosk: Kiosk, sticks: HandSticks, code: Code) -> None:
    kiosk.walk.hear(SticksFound((STICK,)))
    kiosk.do(("take", "/media/A"))
    kiosk.walk.hear(StickTaken(None, code=code, mail_code=Code.HUB_OUT_OF_REACH))
    page = kiosk.see(Staff)
    assert page.message and (code in SENTENCES) != (code.value in page.message)
    assert [row[1:] for row in page.rows] == [
        ("原来的还在，照常用", False),
        ("没放上去，编号 S-01", False),
    ]
    assert ("done", "") in acts(kiosk)


def test_only_what_was_found_can_be_taken(kiosk: Kiosk, sticks: HandSticks) -> None:
    empty = dataclasses.replace(STICK, path="/media/B", name="B", revision=None, made_at=None)
    kiosk.walk.hear(SticksFound((empty,)))
    kiosk.do(("take", "/media/B"), ("take", "/etc"))
    assert sticks.taken == [] and kiosk.see(Staff).rows == (("B", "里面没有能装的内容", False),)
    kiosk.walk.hear(SticksFound((STICK, dataclasses.replace(STICK, path="/media/C", name="C", writable=False), empty)))
    assert acts(kiosk)[:2] == [("take", "/media/A"), ("take", "/media/C")]
    assert ("带回中心", "这个 U 盘只能读，带不走消息", False) in kiosk.see(Staff).rows
