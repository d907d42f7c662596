"""Beginning, ending and forgetting: what a citizen leaves behind is nothing."""

from __future__ import annotations

import gc

import pytest

from domain.errors import CatalogueError, Code
from domain.events import JobState, SlipFinished
from journeys import views
from journeys.find import SearchStep
from journeys.guide import GuideStep
from journeys.results import ResultsStep
from journeys.visit import Visit
from tests.flows.conftest import Kiosk

SECRET = "我的肝病报销"


def test_idling_asks_and_then_clears(kiosk: Kiosk) -> None:
    kiosk.do("start", ("ask", SECRET))
    kiosk.wait(59)
    assert kiosk.sheet() is None
    kiosk.wait(1)
    sheet = kiosk.sheet()
    assert sheet is not None and sheet.seconds == 20
    kiosk.wait(6)
    later = kiosk.sheet()
    assert later is not None and later.line == "14 秒后清除，回到首页"
    kiosk.wait(14)
    kiosk.see(views.Cleared)
    kiosk.wait(6)
    kiosk.see(views.Attract)


def test_any_touch_continues(kiosk: Kiosk) -> None:
    kiosk.do("start", ("ask", "驾照"))
    kiosk.wait(65)
    kiosk.do("stay")
    assert kiosk.sheet() is None
    kiosk.see(views.Results)
    kiosk.wait(59)
    assert kiosk.sheet() is None


def test_big_type_waits_longer(kiosk: Kiosk) -> None:
    kiosk.do("start", "large")
    assert kiosk.scene.large
    kiosk.wait(119)
    assert kiosk.sheet() is None
    kiosk.wait(1)
    asked = kiosk.sheet()
    assert asked is not None and asked.seconds == 30


def test_ending_says_what_was_erased(kiosk: Kiosk) -> None:
    kiosk.do("start", ("ask", "驾照"), "end")
    page = kiosk.see(views.Cleared)
    assert page.title == "都清掉了，慢走"
    assert dict(page.rows)["查过的话、看过的页"] == "已清空"
    assert dict(page.rows)["打过的拼音"] == "没有"
    kiosk.do("again")
    kiosk.see(views.Home)


def test_nothing_of_a_visit_lives_on(kiosk: Kiosk) -> None:
    kiosk.do("start", ("type", "zh"))
    kiosk.type("ganbing")
    kiosk.do("back", ("ask", SECRET), ("open", "ga-001"), ("tick", "0"), "large", "end")
    kiosk.scenes[:-1] = []
    gc.collect()
    assert SECRET not in repr(kiosk.scene)
    left = [thing for thing in gc.get_objects() if isinstance(thing, SearchStep | ResultsStep | GuideStep)]
    assert left == []
    assert len([thing for thing in gc.get_objects() if isinstance(thing, Visit)]) == 1
    kiosk.do("again")
    assert not kiosk.scene.large
    assert kiosk.do("back") == kiosk.see(views.Home)


def test_each_visit_has_its_own_number_so_that_screens_forget_too(kiosk: Kiosk) -> None:
    numbers = set()
    for _ in range(3):
        kiosk.do("start")
        numbers.add(kiosk.scene.visit)
        kiosk.do("end")
        numbers.add(kiosk.scene.visit)
        kiosk.wait(6)
    assert len(numbers) == 6


def test_a_late_word_of_the_printer_does_not_bring_a_visit_back(kiosk: Kiosk) -> None:
    kiosk.do("start", ("open", "ga-001"), "print", "submit")
    kiosk.finish()
    kiosk.do("end")
    kiosk.walk.hear(SlipFinished("job-1", JobState.CONFIRMED, None, 1.0))
    kiosk.see(views.Cleared)


@pytest.mark.parametrize("lang", ["zh-Hans", "zh-Hant", "en", "ja", "ko"])
def test_a_language_is_chosen_at_the_start_and_ends_with_the_visit(kiosk: Kiosk, lang: str) -> None:
    kiosk.do(("start", lang))
    assert kiosk.scene.lang == lang
    kiosk.do("end")
    assert kiosk.scene.lang == lang
    kiosk.wait(6)
    assert kiosk.scene.lang == "zh-Hans"


def test_switching_the_language_keeps_the_page(kiosk: Kiosk) -> None:
    kiosk.do("start", ("open", "ga-001"), "language")
    rows = dict(kiosk.see(views.Languages).rows)
    assert rows["ko"] == "한국어" and rows["ja"] == "日本語"
    kiosk.do(("choose", "en"))
    guide = kiosk.see(views.Guide)
    assert guide.title == "Register a newborn (hukou)" and guide.alias == "出生登记"
    assert guide.actions[0].label == "Print guide slip"


def test_without_a_catalogue_the_kiosk_says_so_and_offers_a_person(empty_kiosk: Kiosk) -> None:
    page = empty_kiosk.see(views.NotReady)
    assert page.code == "K-01" and "12345" in "".join(page.lines)
    empty_kiosk.do("start", ("start", "en"))
    empty_kiosk.see(views.NotReady)


def test_a_catalogue_that_fails_in_the_middle_leads_to_a_page_with_its_code(kiosk: Kiosk) -> None:
    class Broken:
        def __getattr__(self, name: str) -> object:
            raise CatalogueError(Code.CATALOGUE_UNREADABLE, "disk gone")

    whole = kiosk.handle.catalogue
    kiosk.do("start", ("open", "ga-001"))
    kiosk.handle.catalogue = Broken()  # type: ignore[assignment]
    kiosk.do(("tick", "0"))
    page = kiosk.see(views.Trouble)
    assert page.code == "D-01" and "disk" not in repr(page)
    kiosk.handle.catalogue = whole
    kiosk.do("home")
    kiosk.see(views.Home)


def test_an_item_that_a_newer_catalogue_dropped(kiosk: Kiosk) -> None:
    kiosk.do("start")
    kiosk.walk.steps.append(GuideStep(kiosk.walk.visit, "gone-1"))
    kiosk.walk.act("page", "0")
    assert kiosk.see(views.Trouble).code == "K-06"


def test_a_wrong_touch_changes_nothing(kiosk: Kiosk) -> None:
    home = kiosk.do("start")
    for action, value in (("open", "no-such"), ("theme", "x"), ("theme", "99"), ("page", "-1"), ("nonsense", "")):
        kiosk.do((action, value))
    assert kiosk.scene.view == home


def test_staff_come_in_by_pin_only(kiosk: Kiosk) -> None:
    kiosk.do("staff")
    kiosk.see(views.StaffPin)
    kiosk.do(*(("digit", digit) for digit in "1111"), "enter")
    assert kiosk.see(views.StaffPin).trouble
    kiosk.do(*(("digit", digit) for digit in "2468"), "enter")
    page = kiosk.see(views.Staff)
    assert page.rows == (("目录", "第 1 版", True), ("打印机", "有纸", True))
    kiosk.do("test_slip")
    kiosk.finish()
    assert kiosk.see(views.Staff).message == "测试小票印好了"
    kiosk.marks.put("paper.millimetres", "12345")
    kiosk.do("paper_changed")
    assert kiosk.see(views.Staff).rows[0] == ("上一卷用了", "12 米", True)
    kiosk.do("kept", "paper_changed", ("roll", "80"))
    assert kiosk.marks.get("paper.millimetres") == "12345", "no such roll is sold"
    kiosk.do(("roll", "80000"))
    assert kiosk.marks.get("paper.millimetres") == "0" and kiosk.marks.get("paper.roll_millimetres") == "80000"
    assert "记下" in kiosk.see(views.Staff).message
    kiosk.do("stop", "refresh", "stop")
    assert kiosk.stopped == 0
    kiosk.do("stop")
    assert kiosk.stopped == 1
    kiosk.do("leave")
    kiosk.see(views.Attract)


def test_the_staff_door_shuts_by_itself_and_is_not_reached_from_a_visit(kiosk: Kiosk) -> None:
    kiosk.do("staff")
    kiosk.wait(25)
    kiosk.see(views.Attract)
    kiosk.do("start", "staff")
    kiosk.see(views.Home)


def test_wandering_far_does_not_grow_for_ever(kiosk: Kiosk) -> None:
    kiosk.do("start")
    for _ in range(200):
        kiosk.do(("open", "ga-001"), ("open", "ga-002"))
    assert len(kiosk.walk.steps) <= 45
    for _ in range(60):
        kiosk.do("back")
    kiosk.see(views.Home)
