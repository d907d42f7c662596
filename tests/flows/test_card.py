"""A card from the tap to the last trace of it. All holders here are invented."""

from __future__ import annotations

import gc
import logging

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from domain.card import CardFacts, CardFamily, CardType, Division, Sex
from domain.errors import CatalogueError, Code
from domain.events import CardProved, CardRead, CardUnread, JobState, ReaderChanged, ReaderState
from domain.matching import Person
from domain.records import Rule
from journeys import views
from journeys.card import CardSession
from journeys.card_results import DISCREET
from localdb.catalogue.reader import CatalogueFile
from tests.flows.conftest import Kiosk

SENIOR = CardFacts(CardFamily.T_UNION, CardType.SENIOR)
STUDENT = CardFacts(CardFamily.T_UNION, CardType.STUDENT, expires_in_days=400)
DISABLED = CardFacts(CardFamily.T_UNION, CardType.DISABLED, Division.LOCAL)
KNOWN = CardFacts(CardFamily.SOCIAL_SECURITY, CardType.ORDINARY, Division.LOCAL, 67 * 12, Sex.FEMALE, 900)
CARD_CODES = [code for code in Code if code.value.startswith("C-")]


def results(kiosk: Kiosk) -> views.CardResults:
    return kiosk.see(views.CardResults)


def bar(kiosk: Kiosk) -> views.SessionBar:
    found = results(kiosk).bar
    assert found is not None
    return found


def idle(kiosk: Kiosk) -> views.IdleSheet:
    found = kiosk.sheet()
    assert found is not None
    return found


def person(kiosk: Kiosk) -> Person | None:
    return kiosk.walk.visit.card.person


# Laying a card down


def test_a_tap_on_the_invitation_begins_a_visit_and_leads_to_what_concerns_the_holder(kiosk: Kiosk) -> None:
    invited = kiosk.scene.visit
    home = kiosk.reader_is(ReaderState.READING)
    assert isinstance(home, views.Home) and kiosk.scene.visit > invited and kiosk.scene.lang == "zh-Hans"
    sheet = kiosk.card_sheet()
    assert sheet.phase == "reading" and sheet.title == "正在读卡，先别拿走" and sheet.steps == ()
    kiosk.read(SENIOR)
    kiosk.reader_is(ReaderState.HOLDING)
    page = results(kiosk)
    assert kiosk.scene.sheet is None
    assert page.greeting == "您好" and page.line == f"有 {len(page.rows)} 件事可能和您有关"
    assert page.rows[0].reason.text == "因为您的卡是老年卡"
    kiosk.do("back")
    kiosk.see(views.Home)


def test_a_card_in_a_visit_is_read_over_the_page_that_is_there_and_back_leads_to_it(kiosk: Kiosk) -> None:
    kiosk.do("start", ("open", "ga-001"))
    guide = kiosk.reader_is(ReaderState.READING)
    assert isinstance(guide, views.Guide) and kiosk.card_sheet().phase == "reading"
    kiosk.read(SENIOR)
    results(kiosk)
    assert kiosk.do("back") == guide and kiosk.scene.sheet is None


def test_home_offers_the_card_and_the_sheet_says_how(kiosk: Kiosk) -> None:
    home = kiosk.do("start")
    assert isinstance(home, views.Home) and home.card is not None
    assert (home.card_title, home.card_line) == ("刷市民卡", "看看哪些事和您有关")
    assert (home.card.label, home.card.action, home.card.icon) == ("刷卡", "card", "contactless")
    assert kiosk.do("card") == home
    sheet = kiosk.card_sheet()
    assert sheet.phase == "waiting" and len(sheet.steps) == 3 and sheet.note
    assert sheet.promise == ("屏幕上不出现姓名和卡号。", "拿走卡 30 秒后，看过的都会清掉。")
    assert [press.action for press in sheet.actions] == ["declare", "back", "end"]
    kiosk.do("back")
    assert kiosk.scene.sheet is None and kiosk.scene.view == home
    kiosk.do("card", "end")
    kiosk.see(views.Cleared)


def test_home_leads_back_to_what_the_card_brought(kiosk: Kiosk) -> None:
    kiosk.lay(SENIOR)
    page = results(kiosk)
    kiosk.do("home")
    home = kiosk.see(views.Home)
    assert home.card is not None and home.card_title == "和您有关的事"
    kiosk.do(home.card.action)
    assert results(kiosk) == page


@pytest.mark.parametrize("code", CARD_CODES)
def test_a_card_that_cannot_be_read_is_never_a_dead_end(kiosk: Kiosk, code: Code) -> None:
    kiosk.do("start", ("open", "ga-001"))
    kiosk.lay(code)
    sheet = kiosk.card_sheet()
    assert sheet.phase == "unread" and sheet.code == f"编号 {code.value}"
    assert sheet.title == kiosk.walk.visit.say(f"error.{code.value}.title") and not sheet.title.startswith("error.")
    assert sheet.line and [press.action for press in sheet.actions] == ["declare", "back", "end"]
    kiosk.do("declare")
    kiosk.see(views.Declaration)
    assert kiosk.scene.sheet is None
    kiosk.do("back")
    kiosk.see(views.Guide)


def test_laying_it_down_again_tries_again_by_itself(kiosk: Kiosk) -> None:
    kiosk.do("start", "card")
    kiosk.lay(Code.CARD_GONE)
    kiosk.take_away()
    assert kiosk.card_sheet().phase == "unread" and kiosk.card_sheet().steps
    kiosk.reader_is(ReaderState.READING)
    assert kiosk.card_sheet().phase == "reading"
    kiosk.read(SENIOR)
    results(kiosk)


def test_a_sheet_that_is_opened_anew_does_not_repeat_the_last_trouble(kiosk: Kiosk) -> None:
    kiosk.do("start")
    kiosk.lay(Code.CARD_UNKNOWN)
    kiosk.do("back", "card")
    assert kiosk.card_sheet().phase == "left"
    kiosk.take_away()
    assert kiosk.card_sheet().phase == "waiting"


@pytest.mark.parametrize(
    ("state", "code"),
    [(ReaderState.EMPTY, "C-15"), (ReaderState.ABSENT, "C-01"), (ReaderState.HOLDING, "C-11")],
)
def test_a_read_that_gets_no_answer_ends_all_the_same(kiosk: Kiosk, state: ReaderState, code: str) -> None:
    kiosk.reader_is(ReaderState.READING)
    kiosk.reader_is(state)
    assert (kiosk.card_sheet().phase, kiosk.card_sheet().code) == ("unread", f"编号 {code}")


def test_cancelling_while_it_is_read_leaves_the_facts_alone(kiosk: Kiosk) -> None:
    kiosk.do("start")
    kiosk.reader_is(ReaderState.READING)
    kiosk.do("back")
    kiosk.read(SENIOR)
    kiosk.reader_is(ReaderState.HOLDING)
    kiosk.see(views.Home)
    assert kiosk.scene.sheet is None and person(kiosk) is None
    kiosk.do("card")
    assert kiosk.card_sheet().phase == "left"
    kiosk.do("end")
    assert kiosk.reader.ended == 1


def test_the_three_taps_instead_of_waiting_for_the_card(kiosk: Kiosk) -> None:
    kiosk.reader_is(ReaderState.READING)
    kiosk.do("declare")
    kiosk.read(SENIOR)
    kiosk.see(views.Declaration)
    kiosk.do("back")
    kiosk.see(views.Home)


def test_a_card_that_lay_there_before_is_to_be_taken_away_first(kiosk: Kiosk) -> None:
    kiosk.reader_is(ReaderState.HOLDING)
    kiosk.see(views.Attract)
    home = kiosk.do("start")
    assert isinstance(home, views.Home) and kiosk.card_sheet().phase == "left"
    kiosk.take_away()
    assert kiosk.scene.sheet is None and kiosk.scene.view == home
    kiosk.lay(SENIOR)
    results(kiosk)


def test_a_card_that_lay_there_before_can_be_left_there(kiosk: Kiosk) -> None:
    kiosk.reader_is(ReaderState.HOLDING)
    kiosk.do("start", "back")
    assert kiosk.scene.sheet is None
    kiosk.do("card")
    assert kiosk.card_sheet().phase == "left"
    kiosk.take_away()
    assert kiosk.card_sheet().phase == "waiting"


def test_without_a_reader_no_card_is_offered_and_the_three_taps_stay(kiosk: Kiosk) -> None:
    assert "contactless" in {icon for icon, _, _ in kiosk.see(views.Attract).promises}
    kiosk.reader_is(ReaderState.ABSENT)
    promises = kiosk.see(views.Attract).promises
    assert len(promises) == 3 and "contactless" not in {icon for icon, _, _ in promises}
    home = kiosk.do("start")
    assert isinstance(home, views.Home) and home.card is not None
    assert home.card.action == "declare" and "卡" not in home.card_title + home.card_line + home.card.label
    kiosk.do("card")
    assert kiosk.scene.sheet is None
    kiosk.do("declare")
    kiosk.see(views.Declaration)


def test_a_reader_that_is_lost_while_the_sheet_waits(kiosk: Kiosk) -> None:
    kiosk.do("start", "card")
    kiosk.reader_is(ReaderState.ABSENT)
    assert (kiosk.card_sheet().phase, kiosk.card_sheet().code) == ("unread", "编号 C-01")
    kiosk.reader_is(ReaderState.EMPTY)
    assert kiosk.card_sheet().phase == "waiting"


# How long it stays


def test_taking_the_card_away_starts_thirty_seconds(kiosk: Kiosk) -> None:
    kiosk.lay(SENIOR)
    assert bar(kiosk).seconds is None and [press.action for press in bar(kiosk).actions] == ["end"]
    kiosk.wait(10)
    kiosk.take_away()
    assert (bar(kiosk).seconds, bar(kiosk).fraction) == (30, 1.0)
    assert [press.action for press in bar(kiosk).actions] == ["stay", "end"]
    kiosk.wait(6)
    assert (bar(kiosk).seconds, bar(kiosk).fraction) == (24, 0.8)
    assert kiosk.scene.sheet is None
    kiosk.wait(23)
    results(kiosk)
    kiosk.wait(1)
    kiosk.see(views.Cleared)
    assert person(kiosk) is None and kiosk.reader.ended == 1


def test_other_touches_do_not_stop_the_seconds(kiosk: Kiosk) -> None:
    kiosk.lay(SENIOR)
    kiosk.take_away()
    row = results(kiosk).rows[0].id
    touched = [("why", row), ("fold", row), ("restore", ""), ("page", "0"), ("large", ""), ("large", "")]
    for second, touch in enumerate(touched):
        assert bar(kiosk).seconds == 30 - second
        kiosk.do(touch)
        kiosk.wait(1)
    kiosk.wait(23)
    assert bar(kiosk).seconds == 1
    kiosk.wait(1)
    kiosk.see(views.Cleared)


def test_opening_a_thing_opens_it_and_asks(kiosk: Kiosk) -> None:
    kiosk.lay(SENIOR)
    kiosk.take_away()
    kiosk.wait(12)
    kiosk.do(("open", results(kiosk).rows[0].id))
    kiosk.see(views.Guide)
    assert idle(kiosk).seconds == 18 and idle(kiosk).title == "还要看吗？"
    kiosk.do("stay")
    assert kiosk.sheet() is None
    kiosk.wait(44)
    kiosk.see(views.Guide)
    assert kiosk.sheet() is None


def test_taking_the_card_away_on_another_page_asks_there(kiosk: Kiosk) -> None:
    kiosk.lay(SENIOR)
    kiosk.do(("open", "mz-016"))
    kiosk.take_away()
    sheet = idle(kiosk)
    assert (sheet.seconds, sheet.line) == (30, "卡拿走了，30 秒后清除")
    assert [press.action for press in sheet.actions] == ["stay", "end"]
    kiosk.wait(30)
    kiosk.see(views.Cleared)


def test_reading_on_without_the_card_is_ordinary_idling(kiosk: Kiosk) -> None:
    kiosk.lay(SENIOR)
    kiosk.take_away()
    kiosk.wait(29)
    kiosk.do("stay")
    assert bar(kiosk).seconds is None and bar(kiosk).title == "卡已拿走，可以接着看"
    kiosk.wait(44)
    assert kiosk.sheet() is None
    kiosk.wait(1)
    assert idle(kiosk).seconds == 20 and idle(kiosk).title == "还在吗？"
    kiosk.wait(20)
    kiosk.see(views.Cleared)


def test_while_the_card_lies_there_the_kiosk_asks_sooner(kiosk: Kiosk) -> None:
    kiosk.lay(SENIOR)
    kiosk.wait(44)
    assert kiosk.sheet() is None
    kiosk.wait(1)
    assert idle(kiosk).seconds == 20
    kiosk.wait(20)
    assert kiosk.see(views.Cleared).warning


def test_big_type_waits_longer_with_a_card_too(kiosk: Kiosk) -> None:
    kiosk.lay(SENIOR)
    kiosk.do("large")
    kiosk.wait(89)
    assert kiosk.sheet() is None
    kiosk.wait(1)
    assert idle(kiosk).seconds == 30


def test_taking_the_card_away_answers_the_question_and_asks_another(kiosk: Kiosk) -> None:
    kiosk.lay(SENIOR)
    kiosk.wait(60)
    assert idle(kiosk).seconds == 5
    kiosk.take_away()
    kiosk.wait(1)
    assert kiosk.sheet() is None and bar(kiosk).seconds == 29


def test_nobody_holds_a_card_session_for_ever(kiosk: Kiosk) -> None:
    kiosk.lay(SENIOR)
    for _ in range(29):
        kiosk.wait(20)
        kiosk.do(("page", "0"))
    assert kiosk.sheet() is None
    kiosk.wait(20)
    assert idle(kiosk).seconds == 20
    kiosk.do("stay")
    for _ in range(29):
        kiosk.wait(20)
        assert kiosk.sheet() is None
        kiosk.do(("page", "0"))
    kiosk.wait(20)
    assert idle(kiosk).seconds == 20
    kiosk.wait(20)
    kiosk.see(views.Cleared)


def test_laying_a_card_down_answers_the_question_whether_anyone_is_there(kiosk: Kiosk) -> None:
    kiosk.do("start")
    kiosk.wait(70)
    assert idle(kiosk).seconds == 10
    kiosk.lay(SENIOR)
    assert kiosk.sheet() is None
    kiosk.wait(44)
    results(kiosk)


# Two people


def test_another_card_ends_the_visit_and_begins_the_next(kiosk: Kiosk) -> None:
    kiosk.lay(DISABLED)
    kiosk.do(("fold", results(kiosk).rows[-1].id), "large", ("open", "ga-001"))
    first = kiosk.scene.visit
    kiosk.printer.waiting.append("job-of-the-first")
    kiosk.take_away()
    kiosk.reader_is(ReaderState.READING)
    assert kiosk.scene.visit > first and not kiosk.scene.large and kiosk.printer.waiting == []
    kiosk.see(views.Home)
    assert kiosk.card_sheet().phase == "reading" and person(kiosk) is None
    kiosk.read(SENIOR)
    page = results(kiosk)
    assert {row.reason.text for row in page.rows} >= {"因为您的卡是老年卡"} and not page.folded
    assert DISCREET not in {row.id for row in page.rows}
    assert kiosk.do("back") == kiosk.do("back") and isinstance(kiosk.scene.view, views.Home)
    # The process is reading the second card at that moment: it ends with the visit of the second one.
    assert kiosk.reader.ended == 0
    kiosk.do("end")
    assert kiosk.reader.ended == 1


def test_another_card_that_cannot_be_read_does_not_bring_the_first_one_back(kiosk: Kiosk) -> None:
    kiosk.lay(SENIOR)
    kiosk.take_away()
    kiosk.lay(Code.CARD_UNKNOWN)
    assert kiosk.card_sheet().phase == "unread" and person(kiosk) is None
    kiosk.do("back")
    home = kiosk.see(views.Home)
    assert home.card_title == "刷市民卡"


def test_facts_that_come_late_are_nobodys(kiosk: Kiosk) -> None:
    kiosk.reader_is(ReaderState.READING)
    kiosk.do("end")
    kiosk.read(SENIOR)
    page = kiosk.see(views.Cleared)
    assert dict(page.rows)["从卡里读到的"] == "已清空" and kiosk.reader.ended == 1
    kiosk.do("again")
    kiosk.read(SENIOR)
    assert person(kiosk) is None
    kiosk.see(views.Home)


# The end


def test_the_end_says_that_the_card_was_erased(kiosk: Kiosk) -> None:
    kiosk.do("start", "end")
    assert dict(kiosk.see(views.Cleared).rows)["从卡里读到的"] == "没有"
    assert kiosk.reader.ended == 0
    kiosk.wait(6)
    kiosk.lay(SENIOR)
    kiosk.take_away()
    kiosk.do("end")
    page = kiosk.see(views.Cleared)
    assert len(page.rows) == 4 and dict(page.rows)["从卡里读到的"] == "已清空" and not page.warning
    assert kiosk.reader.ended == 1
    kiosk.wait(5)
    kiosk.see(views.Attract)


def test_a_card_that_was_left_is_not_forgotten(kiosk: Kiosk) -> None:
    kiosk.lay(SENIOR)
    kiosk.do("end")
    page = kiosk.see(views.Cleared)
    assert page.warning == "卡还在读卡区，别忘了拿走。" and page.countdown == "15 秒后回到开始画面"
    # A fresh process takes the reader over.
    kiosk.reader_is(ReaderState.ABSENT)
    kiosk.reader_is(ReaderState.HOLDING)
    assert kiosk.see(views.Cleared).warning
    kiosk.wait(4)
    kiosk.take_away()
    page = kiosk.see(views.Cleared)
    assert not page.warning and page.countdown == "5 秒后回到开始画面"
    kiosk.wait(5)
    kiosk.see(views.Attract)


def test_a_card_that_stays_does_not_hold_the_farewell_for_ever(kiosk: Kiosk) -> None:
    kiosk.lay(SENIOR)
    kiosk.do("end")
    for _ in range(7):
        kiosk.wait(1)
        kiosk.reader_is(ReaderState.HOLDING)
        kiosk.wait(1)
        kiosk.reader_is(ReaderState.EMPTY)
    assert kiosk.see(views.Cleared).countdown == "1 秒后回到开始画面"
    kiosk.wait(1)
    kiosk.see(views.Attract)


def test_a_card_on_the_farewell_begins_anew_in_the_same_language(kiosk: Kiosk) -> None:
    kiosk.do(("start", "ja"), "end")
    kiosk.lay(STUDENT)
    results(kiosk)
    assert kiosk.scene.lang == "ja"


def test_nothing_of_a_card_lives_on(kiosk: Kiosk, caplog: pytest.LogCaptureFixture) -> None:
    gc.collect()
    others = {id(thing) for thing in gc.get_objects() if isinstance(thing, Person | CardSession)}
    with caplog.at_level(logging.DEBUG):
        kiosk.lay(KNOWN)
        assert "67" not in repr(kiosk.walk.visit) + repr(kiosk.walk.visit.card) + repr(kiosk.walk.visit.card.person)
        assert str(67 * 12) not in repr(kiosk.scene) and "67" not in results(kiosk).line
        kiosk.do(("why", results(kiosk).rows[0].id), ("open", "mz-016"), "home", "card", "end")
    kiosk.scenes[:-1] = []
    gc.collect()
    left = [thing for thing in gc.get_objects() if isinstance(thing, Person | CardSession) and id(thing) not in others]
    assert left == [kiosk.walk.visit.card] or left == []
    for word in ("804", "67", "social", "senior", "local", "Person", "CardFacts"):
        assert word not in caplog.text


def test_a_fault_in_a_rule_shows_its_code_and_keeps_the_facts_to_itself(
    kiosk: Kiosk, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        def __init__(self, whole: CatalogueFile) -> None:
            self.whole = whole

        def rules(self) -> tuple[Rule, ...]:
            raise CatalogueError(Code.CATALOGUE_UNREADABLE, "disk gone")

        def __getattr__(self, name: str) -> object:
            return getattr(self.whole, name)

    whole = kiosk.handle.catalogue
    assert isinstance(whole, CatalogueFile)
    kiosk.handle.catalogue = Broken(whole)  # type: ignore[assignment]
    kiosk.lay(KNOWN)
    assert kiosk.see(views.Trouble).code == "D-01" and "67" not in caplog.text
    kiosk.handle.catalogue = whole
    kiosk.do("home", "card")
    results(kiosk)


# While something else is going on


def test_a_card_waits_until_the_slip_is_printed(kiosk: Kiosk) -> None:
    kiosk.do("start", ("open", "ga-001"), "print", "submit")
    printing = kiosk.see(views.Printing)
    kiosk.lay(SENIOR)
    assert kiosk.scene.view == printing and kiosk.scene.sheet is None
    kiosk.finish()
    results(kiosk)
    kiosk.do("back")
    kiosk.see(views.Printed)


def test_a_card_that_is_read_while_the_slip_gets_done(kiosk: Kiosk) -> None:
    kiosk.do("start", ("open", "ga-001"), "print", "submit")
    kiosk.reader_is(ReaderState.READING)
    kiosk.finish()
    kiosk.see(views.Printed)
    assert kiosk.card_sheet().phase == "reading"
    kiosk.read(Code.CARD_TOO_SLOW)
    assert kiosk.card_sheet().code == "编号 C-14"


def test_the_seconds_do_not_run_while_a_slip_is_printed(kiosk: Kiosk) -> None:
    kiosk.lay(SENIOR)
    kiosk.do(("open", "ga-001"), "print", "submit")
    kiosk.proved()
    kiosk.take_away()
    kiosk.wait(90)
    kiosk.do("stay")
    kiosk.see(views.Printing)
    assert kiosk.scene.sheet is None
    kiosk.finish()
    kiosk.see(views.Printed)
    assert idle(kiosk).seconds == 30
    kiosk.do("stay")
    kiosk.see(views.Printed)
    assert kiosk.sheet() is None


def test_another_card_while_a_slip_is_printed_begins_the_next_visit_after_it(kiosk: Kiosk) -> None:
    kiosk.lay(DISABLED)
    kiosk.do(("open", "ga-001"), "print", "submit")
    kiosk.proved()
    first = kiosk.scene.visit
    kiosk.take_away()
    kiosk.lay(SENIOR)
    kiosk.see(views.Printing)
    assert kiosk.scene.visit == first
    kiosk.finish()
    assert kiosk.scene.visit > first
    assert results(kiosk).rows[0].reason.text == "因为您的卡是老年卡"
    kiosk.do("back")
    kiosk.see(views.Home)


def test_a_card_in_staff_mode_is_forgotten_at_once(kiosk: Kiosk) -> None:
    kiosk.do("staff")
    kiosk.lay(SENIOR)
    kiosk.see(views.StaffPin)
    assert person(kiosk) is None and kiosk.reader.ended == 1
    kiosk.do(*(("digit", digit) for digit in "2468"), "enter")
    kiosk.take_away()
    kiosk.reader_is(ReaderState.READING)
    kiosk.see(views.Staff)
    assert kiosk.scene.sheet is None
    kiosk.do("leave")
    kiosk.read(SENIOR)
    kiosk.see(views.Attract)
    assert person(kiosk) is None and kiosk.reader.ended == 2


def test_a_card_without_a_catalogue_is_forgotten_at_once(empty_kiosk: Kiosk) -> None:
    empty_kiosk.lay(SENIOR)
    empty_kiosk.see(views.NotReady)
    assert person(empty_kiosk) is None and empty_kiosk.reader.ended == 1


def test_a_storm_of_events_leaves_one_sheet(kiosk: Kiosk) -> None:
    kiosk.do("start", ("open", "ga-001"))
    for _ in range(200):
        kiosk.lay(Code.CARD_GONE)
        kiosk.take_away()
    assert len(kiosk.walk.steps) == 3
    kiosk.do("back")
    kiosk.see(views.Guide)
    for _ in range(200):
        kiosk.lay(SENIOR)
        kiosk.take_away()
    assert len(kiosk.walk.steps) == 2
    results(kiosk)


def test_a_thing_that_was_left_on_the_reader_does_not_keep_a_visit_alive(kiosk: Kiosk) -> None:
    kiosk.do("start", ("ask", "驾照"))
    for _ in range(20):
        kiosk.lay(Code.CARD_UNKNOWN)
        kiosk.wait(15)
        kiosk.take_away()
        if isinstance(kiosk.scene.view, views.Cleared):
            break
    kiosk.see(views.Cleared)


def test_words_of_the_reader_that_nobody_asked_for_do_not_count_as_somebody(kiosk: Kiosk) -> None:
    kiosk.do("start")
    for _ in range(79):
        kiosk.read(SENIOR)
        kiosk.wait(1)
    assert idle(kiosk).seconds == 1
    kiosk.wait(1)
    kiosk.see(views.Cleared)


def test_a_card_over_the_languages(kiosk: Kiosk) -> None:
    kiosk.do("start", "card", "language")
    kiosk.reader_is(ReaderState.READING)
    kiosk.see(views.Languages)
    assert kiosk.card_sheet().phase == "reading"
    kiosk.read(SENIOR)
    kiosk.do("back", ("choose", "en"))
    kiosk.see(views.Home)
    assert kiosk.scene.lang == "en" and kiosk.scene.sheet is None


# What is on the page


def test_why_tells_what_was_looked_at_and_the_basis(kiosk: Kiosk) -> None:
    kiosk.lay(SENIOR)
    row = results(kiosk).rows[0]
    assert row.basis == "" and row.why.action == "why"
    kiosk.do(("why", row.id))
    opened = results(kiosk).rows[0]
    assert opened.basis.startswith("只看了卡的种类，姓名和号码没有留下。依据：老年人权益保障法")
    season = next(row for row in results(kiosk).rows if row.reason.icon == "today")
    kiosk.do(("why", season.id))
    rows = {row.id: row.basis for row in results(kiosk).rows}
    assert rows[row.id] == "" and rows[season.id].startswith("按时节挑的，谁来都一样。")
    kiosk.do(("why", season.id))
    assert not any(row.basis for row in results(kiosk).rows)


def test_what_is_put_away_comes_back_and_stays_findable(kiosk: Kiosk) -> None:
    kiosk.lay(SENIOR)
    before = results(kiosk)
    assert not before.folded and before.restore is None
    first, second = before.rows[0], before.rows[1]
    kiosk.do(("fold", first.id))
    page = results(kiosk)
    assert first.id not in {row.id for row in page.rows} and page.folded == "已收起 1 件与我无关的"
    assert page.line == f"有 {len(before.rows) - 1} 件事可能和您有关"
    kiosk.do("home", "card")
    assert results(kiosk) == page
    kiosk.do("home", ("ask", first.title))
    found = kiosk.see(views.Results)
    assert first.id in {row.id for row in ((found.best,) if found.best else ()) + found.rows}
    kiosk.do("home", "card", ("fold", second.id), "restore")
    assert results(kiosk) == before


def test_everything_put_away_says_so(kiosk: Kiosk) -> None:
    kiosk.lay(SENIOR)
    for row in results(kiosk).rows:
        kiosk.do(("fold", row.id))
    page = results(kiosk)
    assert page.rows == () and page.empty and page.restore is not None and page.again is not None and page.line == ""


def test_what_is_sensitive_is_not_named_until_it_is_asked_for(kiosk: Kiosk, sample_catalogue: CatalogueFile) -> None:
    kiosk.lay(DISABLED)
    sensitive = [rule for rule in sample_catalogue.rules() if rule.sensitive]
    ids = {id for rule in sensitive if rule.when.card_type == (CardType.DISABLED,) for id in rule.items}
    assert ids
    page = results(kiosk)
    row = next(row for row in page.rows if row.id == DISCREET)
    kiosk.do(("why", DISCREET))
    shown = repr(results(kiosk))
    for card in sample_catalogue.cards(sorted(ids)):
        assert card.name not in shown and card.id not in shown
    assert "残疾" not in shown and not any(rule.reason in shown for rule in sensitive)
    kiosk.do(("fold", DISCREET))
    assert DISCREET not in {row.id for row in results(kiosk).rows}
    kiosk.do("restore", ("open", row.id))
    listed = results(kiosk)
    assert {row.id for row in listed.rows} <= ids and all(row.reason.text for row in listed.rows)
    assert row.title == f"还有 {len(listed.rows)} 件，点开再看"
    kiosk.do(("open", listed.rows[0].id))
    kiosk.see(views.Guide)
    kiosk.do("back", "back")
    results(kiosk)


def test_search_is_one_touch_away_and_at_most_eight_things_are_shown(kiosk: Kiosk) -> None:
    kiosk.lay(KNOWN)
    page = results(kiosk)
    assert 0 < len(page.rows) <= 8
    kiosk.do(page.search.action)
    kiosk.see(views.Search)
    kiosk.do("back", ("page", "1"))
    assert results(kiosk).page == 1


def test_the_bar_has_the_end_so_that_the_foot_has_it_not(kiosk: Kiosk) -> None:
    kiosk.lay(SENIOR)
    nav = kiosk.scene.nav
    assert nav is not None and nav.end is None and bar(kiosk).actions[-1].action == "end"
    assert kiosk.scene.chrome.kiosk == "刷卡使用中 · 更新于 11 月 20 日"
    kiosk.do("home")
    at_home = kiosk.scene.nav
    assert at_home is not None
    assert at_home.end is not None
    kiosk.do("end")
    assert kiosk.scene.chrome.kiosk == "滨海广场亭"


@pytest.mark.parametrize("lang", ["zh-Hant", "en", "ja", "ko"])
def test_another_language_keeps_the_page_and_translates_it(kiosk: Kiosk, lang: str) -> None:
    kiosk.lay(SENIOR)
    chinese = results(kiosk)
    kiosk.do(("why", chinese.rows[0].id), "language", ("choose", lang))
    page = results(kiosk)
    assert [row.id for row in page.rows] == [row.id for row in chinese.rows]
    assert page.line != chinese.line and page.rows[0].why.label != chinese.rows[0].why.label
    translated = kiosk.walk.visit.catalogue.names([row.id for row in page.rows], lang)
    for row, before in zip(page.rows, chinese.rows, strict=True):
        assert row.title == translated.get(row.id, before.title)
        if row.id in translated:
            assert row.alias == before.title
    if lang == "en":
        assert not any("因为" in row.reason.text for row in page.rows) and page.rows[0].reason.text
    assert bar(kiosk).title != chinese.greeting


def test_without_a_trusted_clock_nothing_depends_on_the_season(kiosk: Kiosk) -> None:
    kiosk.lay(SENIOR)
    assert "today" in {row.reason.icon for row in results(kiosk).rows}
    kiosk.do("end", "again")
    kiosk.clock.trusted = False
    kiosk.take_away()
    kiosk.lay(SENIOR)
    assert "today" not in {row.reason.icon for row in results(kiosk).rows}


def test_a_card_that_says_nothing_useful_offers_other_ways(kiosk: Kiosk) -> None:
    kiosk.clock.trusted = False
    kiosk.lay(CardFacts(CardFamily.T_UNION))
    page = results(kiosk)
    assert page.rows == () and page.empty and page.line == "" and page.again is not None
    kiosk.do(page.again.action)
    kiosk.see(views.Declaration)


# Whatever happens

touches = st.sampled_from(
    [
        ("start", ""), ("card", ""), ("declare", ""), ("back", ""), ("home", ""), ("end", ""), ("stay", ""),
        ("large", ""), ("language", ""), ("choose", "en"), ("choose", "age:65_79"), ("choose", "doing:retired"),
        ("show", ""), ("clear", ""), ("type", ""), ("open", "mz-016"), ("open", DISCREET), ("why", "mz-016"),
        ("fold", "mz-016"), ("fold", DISCREET), ("restore", ""), ("page", "1"), ("print", ""), ("submit", ""),
        ("again", ""), ("staff", ""), ("leave", ""), ("ask", "老年卡"),
    ]
)  # fmt: skip
card_events = st.one_of(
    st.sampled_from([ReaderChanged(state) for state in ReaderState]),
    st.sampled_from([CardRead(facts) for facts in (SENIOR, STUDENT, DISABLED, KNOWN, CardFacts(CardFamily.T_UNION))]),
    st.sampled_from([CardUnread(code) for code in CARD_CODES]),
    st.sampled_from([CardProved(True), CardProved(False)]),
)
happenings = st.lists(
    st.one_of(
        st.tuples(st.just("touch"), touches),
        st.tuples(st.just("card"), card_events),
        st.tuples(st.just("wait"), st.sampled_from([1, 5, 31, 70])),
        st.tuples(st.just("printed"), st.sampled_from([JobState.CONFIRMED, JobState.UNCERTAIN])),
    ),
    max_size=40,
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(happenings)
def test_whatever_happens_facts_end_with_their_visit_and_nothing_breaks(
    sample_catalogue: CatalogueFile, what: list[tuple[str, object]]
) -> None:
    kiosk = Kiosk(sample_catalogue)
    owner: dict[int, Person] = {}
    for kind, value in what:
        if kind == "touch":
            assert isinstance(value, tuple)
            kiosk.do(value)
        elif kind == "card":
            assert isinstance(value, ReaderChanged | CardRead | CardUnread | CardProved)
            if isinstance(value, ReaderChanged):
                kiosk.reader.state = value.state
            kiosk.walk.hear(value)
        elif kind == "wait":
            assert isinstance(value, int)
            kiosk.wait(value)
        elif kiosk.printer.slips:
            assert isinstance(value, JobState)
            kiosk.finish(value, None if value is JobState.CONFIRMED else Code.PRINT_UNCERTAIN)
        scene, card = kiosk.scene, kiosk.walk.visit.card
        assert not isinstance(scene.view, views.Trouble)
        if isinstance(scene.view, views.Attract | views.Cleared | views.StaffPin | views.Staff):
            assert card.person is None and not isinstance(scene.sheet, views.CardSheet)
        if card.person is not None:
            # One visit, one person: who it was about once, it is about to its end.
            assert owner.setdefault(scene.visit, card.person) is card.person
        elif scene.visit in owner:
            raise AssertionError("a visit lost its person without ending")
        if isinstance(scene.view, views.CardResults):
            assert len(scene.view.rows) <= 8 and (scene.view.bar is not None) == (card.person is not None)
            ends = [press.action for press in scene.view.bar.actions] if scene.view.bar else ["end"]
            assert "end" in ends
        if isinstance(scene.sheet, views.CardSheet):
            assert [press.action for press in scene.sheet.actions] == ["declare", "back", "end"]
    assert len(kiosk.walk.steps) <= 45
    while not isinstance(kiosk.scene.view, views.Attract):
        if isinstance(kiosk.scene.view, views.Printing):
            kiosk.finish()
        kiosk.wait(20)
    assert person(kiosk) is None
