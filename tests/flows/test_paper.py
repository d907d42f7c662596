"""Around the paper: which slip is chosen, what is taken along, where else there is paper, and one slip more."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from domain.errors import Code
from domain.events import JobState, PrinterChanged, PrinterState
from domain.paper import PAPER_MARK, ROLL_MARK
from domain.ports import NearbyKiosk
from domain.slip import Mark, Slip, Title, Variant
from domain.take_away import TEXT_BYTES
from journeys import views
from journeys.walk import Walk
from tests.flows.conftest import Kiosk

GUIDE, EVENT = "ga-001", "le-restaurant"


def at_preview(kiosk: Kiosk, item: str = GUIDE, lang: str = "zh-Hans") -> views.SlipPreview:
    kiosk.do(("start", lang), ("open", item), "print")
    return kiosk.see(views.SlipPreview)


def chosen(kiosk: Kiosk) -> list[str]:
    """The values that are chosen on the preview, group by group."""
    groups = kiosk.see(views.SlipPreview).choices
    return [press.value for _, rows in groups for press, _, on in rows if on]


def printed(kiosk: Kiosk) -> Slip:
    kiosk.do("submit")
    kiosk.see(views.Printing)
    return kiosk.printer.slips[-1]


def told_of(kiosk: Kiosk, *near: NearbyKiosk) -> None:
    """A kiosk that knows of others."""

    class Told:
        def with_paper(self) -> tuple[NearbyKiosk, ...]:
            return near

    kiosk.walk = Walk(dataclasses.replace(kiosk.walk.tools, neighbours=Told()), kiosk.scenes.append)
    kiosk.walk.start()


def nearby(kiosk: Kiosk, name: str = "月亮湾亭", minutes: int = 30, **more: object) -> NearbyKiosk:
    at = kiosk.clock.now() - dt.timedelta(minutes=minutes)
    return dataclasses.replace(NearbyKiosk("021", name, at, metres=650.0, bearing=135.0), **more)  # type: ignore[arg-type]


# Which slip


def test_a_citizen_who_reads_chinese_may_choose_size_both_languages_and_the_clerk(kiosk: Kiosk) -> None:
    page = at_preview(kiosk)
    assert [head for head, _ in page.choices] == ["字号", "文字", "给谁看"]
    assert chosen(kiosk) == ["full", "own", "self"]
    kiosk.do(("slip_lang", "both"))
    assert chosen(kiosk) == ["both", "self"], "both languages come in one size"
    slip = printed(kiosk)
    assert (slip.variant, slip.lang, slip.second_lang) == (Variant.BILINGUAL, "zh-Hans", "en")


def test_a_size_leads_back_to_one_language(kiosk: Kiosk) -> None:
    at_preview(kiosk)
    kiosk.do(("slip_lang", "both"), ("variant", "large"))
    assert chosen(kiosk) == ["large", "own", "self"]
    slip = printed(kiosk)
    assert (slip.variant, slip.second) == (Variant.LARGE, ())


def test_the_slip_for_the_window_has_one_size_and_is_in_chinese(kiosk: Kiosk) -> None:
    at_preview(kiosk, lang="en")
    kiosk.do(("slip_for", "clerk"))
    groups = kiosk.see(views.SlipPreview).choices
    assert [press.enabled for press, _, _ in groups[0][1]] == [False] * 3
    assert chosen(kiosk) == ["clerk"]
    slip = printed(kiosk)
    assert (slip.variant, slip.lang, slip.second_lang) == (Variant.CLERK, "zh-Hans", "en")


def test_who_reads_another_language_gets_both_and_may_have_either(kiosk: Kiosk) -> None:
    at_preview(kiosk, lang="en")
    assert chosen(kiosk) == ["both", "self"]
    names = [press.label for press, _, _ in kiosk.see(views.SlipPreview).choices[1][1]]
    assert names == ["Chinese", "English", "Both"]
    kiosk.do(("slip_lang", "zh"))
    assert chosen(kiosk) == ["full", "zh", "self"]
    slip = printed(kiosk)
    assert (slip.variant, slip.lang) == (Variant.FULL, "zh-Hans")


def test_a_translated_name_stands_on_the_bilingual_slip(kiosk: Kiosk) -> None:
    at_preview(kiosk, "ds-001", "en")
    slip = printed(kiosk)
    titles = [block.name for block in (*slip.blocks, *slip.second) if isinstance(block, Title)]
    assert len(titles) == 2 and titles[1] == "Electronic certificates" != titles[0]


def test_a_life_event_is_not_laid_before_a_clerk(kiosk: Kiosk) -> None:
    page = at_preview(kiosk, EVENT)
    assert [head for head, _ in page.choices] == ["字号", "文字"]
    kiosk.do(("slip_for", "clerk"))
    assert printed(kiosk).variant is Variant.FULL


def test_near_the_end_of_the_roll_the_short_slip_is_chosen_and_the_page_says_why(kiosk: Kiosk) -> None:
    at_preview(kiosk)
    kiosk.printer.state = PrinterState.NEAR_END
    kiosk.walk.hear(PrinterChanged(PrinterState.NEAR_END))
    assert chosen(kiosk)[0] == "compact"
    state = kiosk.see(views.SlipPreview).state
    assert state.tone == "warn" and "精简" in state.text
    kiosk.do(("variant", "full"))
    assert chosen(kiosk)[0] == "full", "who wants the long one gets it"
    assert "精简" not in kiosk.see(views.SlipPreview).state.text
    assert printed(kiosk).variant is Variant.FULL


def test_large_type_stays_large_near_the_end(kiosk: Kiosk) -> None:
    kiosk.printer.state = PrinterState.NEAR_END
    kiosk.do("start", "large", ("open", GUIDE), "print")
    assert chosen(kiosk)[0] == "large"


def test_a_printer_that_was_not_heard_yet_is_waited_for(kiosk: Kiosk) -> None:
    at_preview(kiosk)
    kiosk.printer.state = PrinterState.CHECKING
    kiosk.walk.hear(PrinterChanged(PrinterState.CHECKING))
    page = kiosk.see(views.SlipPreview)
    assert not page.actions[0].enabled and page.state.tone != "warn"


# Along on the phone


@pytest.mark.parametrize("lang", ["zh-Hans", "zh-Hant", "en", "ja", "ko"])
@pytest.mark.parametrize("item", [GUIDE, EVENT])
def test_every_code_can_be_seen_and_its_words_read(kiosk: Kiosk, item: str, lang: str) -> None:
    kiosk.do(("start", lang), ("open", item), "print", "take")
    first = kiosk.see(views.TakeAway)
    assert 1 <= first.count <= 3
    for number in range(first.count):
        kiosk.do(("code", str(number)))
        page = kiosk.see(views.TakeAway)
        assert page.number == number
        assert b"\n".join(page.qr).decode() == "\n".join(page.text)
        assert len("\n".join(page.text).encode()) <= TEXT_BYTES
        assert bool(page.step) is (first.count > 1)
    kiosk.do(("code", "7"))
    assert kiosk.see(views.TakeAway).number == first.count - 1, "there is no such code"


def test_the_codes_follow_the_language(kiosk: Kiosk) -> None:
    kiosk.do("start", ("open", GUIDE), "take", ("code", "1"))
    before = kiosk.see(views.TakeAway)
    kiosk.do("language", ("choose", "en"))
    after = kiosk.see(views.TakeAway)
    assert after.title != before.title and after.text != before.text


def test_without_paper_a_life_event_can_be_taken_along(kiosk: Kiosk) -> None:
    kiosk.printer.state = PrinterState.PAPER_OUT
    kiosk.do("start", ("open", EVENT))
    actions = [press.action for press in kiosk.see(views.LifeEvent).actions]
    assert "take" in actions and "print" not in actions
    kiosk.do("take")
    assert "饭店" in "".join(kiosk.see(views.TakeAway).text) or kiosk.see(views.TakeAway).text


# Where else there is paper


def test_without_paper_the_nearest_kiosk_that_has_some_is_named(kiosk: Kiosk) -> None:
    far = nearby(kiosk, "远亭", metres=2400.0)
    told_of(kiosk, nearby(kiosk), far)
    kiosk.printer.state = PrinterState.PAPER_OUT
    kiosk.do("start", ("open", GUIDE), "take")
    near = kiosk.see(views.TakeAway).near
    assert near is not None
    assert "月亮湾亭" in near.title and "东南" in near.way and "650 米" in near.way
    assert near.tag.text == "9:11 时有纸"


def test_a_kiosk_with_paper_names_no_other(kiosk: Kiosk) -> None:
    told_of(kiosk, nearby(kiosk))
    kiosk.do("start", ("open", GUIDE), "take")
    assert kiosk.see(views.TakeAway).near is None
    kiosk.printer.refuse = Code.FAIR_USE
    kiosk.do("back", "print", "submit")
    assert kiosk.see(views.NotPrinted).near is None, "another kiosk is no way round fair use"


# One more


def marks(slip: Slip) -> list[Mark]:
    return [block for block in slip.blocks if isinstance(block, Mark)]


def test_a_slip_that_did_not_come_is_printed_once_more_after_one_question(kiosk: Kiosk) -> None:
    at_preview(kiosk)
    kiosk.do("submit")
    kiosk.finish()
    kiosk.do("again")
    assert len(kiosk.printer.slips) == 1, "not before it was asked"
    kiosk.do("missing")
    page = kiosk.see(views.Printed)
    assert "补打" in "".join(page.lines) and page.actions[1].action == "again"
    assert kiosk.printer.checks == 1 and len(kiosk.printer.slips) == 1
    kiosk.wait(120)
    kiosk.do("back")


def test_the_second_one_says_so_and_names_the_first(kiosk: Kiosk) -> None:
    at_preview(kiosk)
    kiosk.do("submit")
    kiosk.finish()
    kiosk.do("missing", "again")
    kiosk.see(views.Printing)
    first, second = kiosk.printer.slips
    assert not marks(first)
    (mark,) = marks(second)
    assert "补打" in mark.word and "000001" in mark.headline
    assert kiosk.printer.keys == [GUIDE, ""], "on purpose, so the minute does not count"
    kiosk.finish()
    kiosk.do("missing")
    assert "12345" in "".join(kiosk.see(views.Printed).lines)
    kiosk.do("again")
    assert len(kiosk.printer.slips) == 2, "a third one is for staff"


@pytest.mark.parametrize(("choice", "second"), [(("slip_lang", "both"), True), (("slip_for", "clerk"), False)])
def test_every_variant_can_be_printed_once_more(kiosk: Kiosk, choice: tuple[str, str], second: bool) -> None:
    at_preview(kiosk)
    kiosk.do(choice, "submit")
    kiosk.finish()
    kiosk.do("missing", "again")
    first, again = kiosk.printer.slips
    assert again.variant is first.variant and bool(again.second) is second
    assert marks(again)


def test_uncertain_never_prints_again_without_saying_that_there_may_be_one(kiosk: Kiosk) -> None:
    at_preview(kiosk)
    kiosk.do("submit")
    kiosk.finish(JobState.UNCERTAIN, Code.PRINT_UNCERTAIN)
    assert any("不会自己再印" in line for line in kiosk.see(views.NotPrinted).lines)
    kiosk.do("again")
    assert len(kiosk.printer.slips) == 1
    assert any("可能已经出来一张" in line for line in kiosk.see(views.NotPrinted).lines)
    kiosk.do("again")
    assert marks(kiosk.printer.slips[1])
    kiosk.finish(JobState.UNCERTAIN, Code.PRINT_UNCERTAIN)
    assert "again" not in [press.action for press in kiosk.see(views.NotPrinted).actions]


def test_what_certainly_was_not_printed_is_simply_printed_later(kiosk: Kiosk) -> None:
    at_preview(kiosk)
    kiosk.do("submit")
    kiosk.finish(JobState.NOT_SENT, Code.COVER_OPEN)
    assert "again" not in [press.action for press in kiosk.see(views.NotPrinted).actions]
    kiosk.do("back", "print", "submit")
    assert not marks(kiosk.printer.slips[-1])


def test_without_paper_no_second_one_is_offered(kiosk: Kiosk) -> None:
    at_preview(kiosk)
    kiosk.do("submit")
    kiosk.printer.state = PrinterState.PAPER_OUT
    kiosk.finish(JobState.UNCERTAIN, Code.PRINT_UNCERTAIN)
    assert "again" not in [press.action for press in kiosk.see(views.NotPrinted).actions]
    kiosk.do("again", "again")
    assert len(kiosk.printer.slips) == 1


def test_the_same_within_a_minute_is_told_with_the_seconds_and_a_way(kiosk: Kiosk) -> None:
    at_preview(kiosk)
    kiosk.do("submit")
    kiosk.finish()
    kiosk.printer.refuse, kiosk.printer.seconds = Code.SAME_SLIP, 42
    kiosk.do("back", "print", "submit")
    page = kiosk.see(views.NotPrinted)
    assert page.code == "P-09" and page.tone == "warn"
    assert any("42 秒" in line for line in page.lines)
    kiosk.wait(12)
    assert any("30 秒" in line for line in kiosk.see(views.NotPrinted).lines)
    kiosk.wait(30)
    assert any("现在可以再印" in line for line in kiosk.see(views.NotPrinted).lines)
    kiosk.printer.refuse = None
    kiosk.do("again", "again")
    (mark,) = marks(kiosk.printer.slips[-1])
    assert "000001" in mark.headline


def test_enough_for_one_visit_is_told_kindly_and_the_phone_helps(kiosk: Kiosk) -> None:
    at_preview(kiosk)
    kiosk.printer.refuse = Code.FAIR_USE
    kiosk.do("submit")
    page = kiosk.see(views.NotPrinted)
    assert page.tone == "warn" and "手机" in "".join(page.lines) and page.qr


def test_another_visit_knows_nothing_of_the_slips_before(kiosk: Kiosk) -> None:
    at_preview(kiosk)
    kiosk.do("submit")
    kiosk.finish()
    before = kiosk.walk.visit
    assert before.slips
    kiosk.do("end")
    assert not kiosk.walk.visit.slips and kiosk.walk.visit is not before


# Staff


def staff(kiosk: Kiosk) -> views.Staff:
    kiosk.do("staff", *(("digit", digit) for digit in "2468"), "enter")
    return kiosk.see(views.Staff)


def test_a_new_roll_is_noted_with_its_length_and_only_by_choosing_one(kiosk: Kiosk) -> None:
    kiosk.marks.put(PAPER_MARK, "41000")
    staff(kiosk)
    kiosk.do("paper_changed")
    page = kiosk.see(views.Staff)
    assert ("上一卷用了", "41 米", True) in page.rows
    assert kiosk.marks.get(PAPER_MARK) == "41000", "nothing is reset yet"
    kiosk.do("kept")
    assert kiosk.see(views.Staff).title == "机器的状态" and kiosk.marks.get(PAPER_MARK) == "41000"
    kiosk.do("paper_changed", ("roll", "12"), ("roll", "80000"))
    assert (kiosk.marks.get(PAPER_MARK), kiosk.marks.get(ROLL_MARK)) == ("0", "80000")
    assert kiosk.see(views.Staff).message == "记下了，从零算起"
    kiosk.do("paper_changed")
    assert kiosk.see(views.Staff).actions[0].value == "80000", "the same again stands first"


def test_staff_are_told_before_the_roll_ends(kiosk: Kiosk) -> None:
    assert staff(kiosk).message == ""
    kiosk.marks.put(ROLL_MARK, "50000")
    kiosk.marks.put(PAPER_MARK, "48000")
    kiosk.walk.tick()
    assert kiosk.see(views.Staff).message == "纸快用完了，大约还能印 9 张"
    kiosk.marks.put(PAPER_MARK, "100")
    kiosk.walk.tick()
    assert kiosk.see(views.Staff).message == ""
    kiosk.printer.state = PrinterState.NEAR_END
    kiosk.walk.tick()
    assert kiosk.see(views.Staff).message == "纸快用完了，该换纸了"


def test_the_page_of_the_roll_shuts_by_itself_and_no_card_opens_a_visit_there(kiosk: Kiosk) -> None:
    staff(kiosk)
    kiosk.do("paper_changed", "end", "home")
    assert kiosk.see(views.Staff).title == "换纸" and kiosk.scene.nav is None
    kiosk.wait(181)
    kiosk.see(views.Attract)
