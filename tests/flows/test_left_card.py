"""A card that was exchanged or forgotten: nothing of one person is printed for another, and somebody is called back."""

from __future__ import annotations

import dataclasses
import logging

import pytest

from domain.card import CardFacts, CardFamily, CardType
from domain.events import JobState, ReaderKind, ReaderState
from journeys import views
from journeys.left_card import ALARM_S, LEFT_MARK, MOST_RINGS, RING_S
from journeys.walk import Walk
from tests.flows.conftest import Kiosk

SENIOR = CardFacts(CardFamily.T_UNION, CardType.SENIOR)
STUDENT = CardFacts(CardFamily.T_UNION, CardType.STUDENT)
CONTACT, CONTACTLESS = ReaderKind.CONTACT, ReaderKind.CONTACTLESS


class HandBell:
    def __init__(self) -> None:
        self.rings = 0

    def ring(self) -> None:
        self.rings += 1


@pytest.fixture
def bell(kiosk: Kiosk) -> HandBell:
    """The kiosk with a bell."""
    bell = HandBell()
    tools = dataclasses.replace(kiosk.walk.tools, bell=bell)
    kiosk.walk = Walk(tools, kiosk.scenes.append)
    kiosk.walk.start()
    return bell


def leave(kiosk: Kiosk, *lying: ReaderKind) -> None:
    """Somebody goes without their card, and the farewell is over."""
    kiosk.lay(SENIOR)
    kiosk.reader.lying = frozenset(lying)
    kiosk.do("end")
    kiosk.see(views.Cleared)


# The same card before something is printed


def to_preview(kiosk: Kiosk) -> views.SlipPreview:
    kiosk.do(("open", "ga-001"), "print")
    return kiosk.see(views.SlipPreview)


def test_a_slip_waits_for_the_readers_word_that_it_is_the_same_card(kiosk: Kiosk) -> None:
    kiosk.lay(SENIOR)
    to_preview(kiosk)
    kiosk.do("submit", "submit", "submit")
    page = kiosk.see(views.SlipPreview)
    assert not page.actions[0].enabled and kiosk.printer.slips == []
    assert kiosk.reader.proofs == 1
    kiosk.proved()
    kiosk.see(views.Printing)
    assert len(kiosk.printer.slips) == 1


def test_another_card_prints_nothing_and_ends_the_visit(kiosk: Kiosk) -> None:
    kiosk.lay(SENIOR)
    to_preview(kiosk)
    first = kiosk.scene.visit
    kiosk.do("submit")
    kiosk.reader_is(ReaderState.EMPTY)
    kiosk.lay(STUDENT)
    kiosk.proved(same=False)
    assert kiosk.printer.slips == [] and kiosk.scene.visit > first
    assert kiosk.see(views.CardResults).rows[0].reason.text == "因为您的卡是学生卡"


def test_a_card_that_does_not_answer_may_be_tried_again(kiosk: Kiosk) -> None:
    kiosk.lay(SENIOR)
    to_preview(kiosk)
    kiosk.do("submit")
    kiosk.proved(same=False)
    page = kiosk.see(views.SlipPreview)
    assert page.state.text == "卡好像动过，请放稳，再点一次打印" and page.actions[0].enabled
    kiosk.do("submit")
    kiosk.proved()
    kiosk.see(views.Printing)


def test_an_answer_that_never_comes_is_not_waited_for_for_ever(kiosk: Kiosk) -> None:
    kiosk.lay(SENIOR)
    to_preview(kiosk)
    kiosk.do("submit")
    kiosk.wait(10)
    page = kiosk.see(views.SlipPreview)
    assert page.actions[0].enabled and page.state.tone == "warn"
    kiosk.proved()  # too late: nobody asked for this any more
    kiosk.see(views.SlipPreview)
    assert kiosk.printer.slips == []


@pytest.mark.parametrize("kept", [False, True])
def test_without_a_card_on_the_reader_nobody_is_asked(kiosk: Kiosk, kept: bool) -> None:
    if kept:
        kiosk.lay(SENIOR)
        kiosk.take_away()
        kiosk.do("stay")
    else:
        kiosk.do("start")
    to_preview(kiosk)
    kiosk.do("submit")
    kiosk.see(views.Printing)
    assert kiosk.reader.proofs == 0
    kiosk.finish(JobState.CONFIRMED)


# A card that was left behind


@pytest.mark.parametrize(
    ("lying", "warning", "line"),
    [
        ({CONTACTLESS}, "卡还在读卡区，别忘了拿走。", "读卡区有张卡忘了拿。是您的，请拿走。"),
        ({CONTACT}, "卡还在插口里，别忘了拔走。", "插口里有张卡忘了拔。是您的，请拔走。"),
        ({CONTACT, CONTACTLESS}, "读卡区和插口里都还有卡，别忘了拿走。", "读卡区和插口里都有卡忘了拿。"),
    ],
)
def test_farewell_and_invitation_say_where_the_card_is(
    kiosk: Kiosk, lying: set[ReaderKind], warning: str, line: str
) -> None:
    leave(kiosk, *lying)
    assert kiosk.see(views.Cleared).warning == warning
    kiosk.wait(20)
    assert kiosk.see(views.Attract).line == line
    kiosk.reader.lying = frozenset()
    kiosk.reader_is(ReaderState.EMPTY)
    assert kiosk.see(views.Attract).line == "去哪儿办、带什么，问我就行。"


@pytest.mark.parametrize(
    ("lying", "title"),
    [
        ({CONTACTLESS}, "读卡区有张卡，先拿起来"),
        ({CONTACT}, "插口里有张卡，先拔出来"),
        ({CONTACT, CONTACTLESS}, "两处都有卡，都先拿起来"),
    ],
)
def test_the_next_person_is_told_where_it_is(kiosk: Kiosk, lying: set[ReaderKind], title: str) -> None:
    leave(kiosk, *lying)
    kiosk.wait(20)
    kiosk.do("start")
    sheet = kiosk.card_sheet()
    assert (sheet.phase, sheet.title) == ("left", title)


def test_a_card_in_the_slot_rings_every_five_seconds_until_somebody_comes(kiosk: Kiosk, bell: HandBell) -> None:
    leave(kiosk, CONTACT)
    assert bell.rings == 0
    kiosk.wait(1)
    assert bell.rings == 1
    kiosk.wait(int(RING_S) * 3)
    assert bell.rings == 4
    kiosk.do("start")
    kiosk.wait(20)
    assert bell.rings == 4


def test_it_does_not_ring_all_night_and_not_for_a_card_on_the_glass(kiosk: Kiosk, bell: HandBell) -> None:
    leave(kiosk, CONTACT)
    kiosk.wait(1000)
    assert bell.rings == MOST_RINGS
    kiosk.reader.lying = frozenset()
    kiosk.take_away()
    leave(kiosk, CONTACTLESS)
    kiosk.wait(30)
    assert bell.rings == MOST_RINGS


def test_after_a_minute_staff_can_know_and_nothing_about_the_card_is_said(
    kiosk: Kiosk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    leave(kiosk, CONTACT)
    kiosk.wait(int(ALARM_S) - 5)
    assert kiosk.marks.get(LEFT_MARK) is None
    kiosk.wait(10)
    assert kiosk.marks.get(LEFT_MARK) == kiosk.clock.at.replace(microsecond=0).isoformat(timespec="minutes")[:16] + (
        "+08:00"
    )
    told = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert told == ["a card was left behind"]
    kiosk.wait(300)
    assert len([record for record in caplog.records if record.levelno >= logging.WARNING]) == 1
    kiosk.take_away()
    kiosk.wait(1)
    assert kiosk.marks.get(LEFT_MARK) == ""


def test_somebody_who_is_there_is_no_forgotten_card(kiosk: Kiosk) -> None:
    kiosk.lay(SENIOR)
    for _ in range(5):
        kiosk.wait(20)
        kiosk.do("back")
        kiosk.walk.touched()
    assert kiosk.marks.get(LEFT_MARK) is None
