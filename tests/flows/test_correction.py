"""报错: from a guide, one touch, once a visit for each thing that may be wrong."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from domain.ports import Faulty
from journeys import views
from tests.flows.conftest import Kiosk


@dataclass
class HandReports:
    """A hub that is told in this process. `keeps` false: nothing can be kept here."""

    ready: bool = True
    keeps: bool = True
    said: list[tuple[str, int, str]] = field(default_factory=list)
    visits: int = 0
    opened: list[int] = field(default_factory=list)
    there: set[str] = field(default_factory=set)

    def visit_began(self) -> None:
        self.visits += 1

    def result_opened(self, place: int) -> None:
        self.opened.append(place)

    def correct(self, item: str, revision: int, field: Faulty) -> str:
        if not self.keeps:
            return ""
        self.said.append((item, revision, field))
        return f"m{len(self.said)}"

    def arrived(self, message: str) -> bool:
        return message in self.there


@pytest.fixture
def reports(kiosk: Kiosk) -> HandReports:
    made = HandReports()
    walk = kiosk.walk
    walk.tools = walk.visit.tools = replace(walk.tools, reports=made)
    return made


def labels(kiosk: Kiosk) -> list[tuple[str, bool]]:
    return [(press.value, press.enabled) for press in kiosk.see(views.Correction).choices]


def test_what_is_wrong_is_said_once_and_the_page_says_when_it_has_arrived(kiosk: Kiosk, reports: HandReports) -> None:
    kiosk.do("start", ("open", "ga-001"))
    press = kiosk.see(views.Guide).actions[-1]
    assert (press.label, press.action) == ("报错", "correct")
    kiosk.do("correct")
    page = kiosk.see(views.Correction)
    assert (page.title, page.thanks, page.fate) == ("哪里不对？", "", "")
    assert [press.label for press in page.choices] == ["电话不通", "地址不对", "材料不符", "别的地方不对"]

    kiosk.do(("say", "phone"), ("say", "phone"), ("say", "nothing of ours"))
    page = kiosk.see(views.Correction)
    assert (page.thanks, page.fate) == ("谢谢，记下了", "等线路通了，就送到部门。")
    assert labels(kiosk) == [("phone", False), ("place", True), ("materials", True), ("other", True)]
    catalogue = kiosk.handle.catalogue
    assert catalogue is not None
    assert reports.said == [("ga-001", catalogue.info.revision, "phone")]

    reports.there.add("m1")
    kiosk.wait(1)
    assert kiosk.see(views.Correction).fate == "已经送到部门了。"
    kiosk.do(("say", "place"))
    assert kiosk.see(views.Correction).fate == "等线路通了，就送到部门。"
    kiosk.do("back")
    kiosk.see(views.Guide)
    kiosk.do("correct")
    assert labels(kiosk)[:2] == [("phone", False), ("place", False)]


def test_another_guide_and_another_visit_begin_anew(kiosk: Kiosk, reports: HandReports) -> None:
    kiosk.do("start", ("open", "ga-001"), "correct", ("say", "phone"), "home", ("open", "ga-023"), "correct")
    assert labels(kiosk)[0] == ("phone", True)
    kiosk.do("end", "again", ("open", "ga-001"), "correct")
    assert labels(kiosk)[0] == ("phone", True)
    assert reports.visits == 2


def test_what_could_not_be_kept_is_not_said_to_be_noted(kiosk: Kiosk, reports: HandReports) -> None:
    reports.keeps = False
    kiosk.do("start", ("open", "ga-001"), "correct", ("say", "other"))
    page = kiosk.see(views.Correction)
    assert page.thanks == "" and "12345" in page.fate


@pytest.mark.parametrize("there", [False, True])
def test_without_a_hub_nothing_is_offered(kiosk: Kiosk, reports: HandReports, there: bool) -> None:
    reports.ready = False
    if not there:
        kiosk.walk.tools = kiosk.walk.visit.tools = replace(kiosk.walk.tools, reports=None)
    kiosk.do("start", ("open", "ga-001"))
    assert "correct" not in [press.action for press in kiosk.see(views.Guide).actions]
