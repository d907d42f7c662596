"""The wasted-trip guard as a citizen meets it: guide, paper and row of a list say the same."""

from __future__ import annotations

import datetime as dt

from domain.records import Place
from domain.search import Card
from domain.slip import Figures, Guard
from journeys import guard, views
from tests.flows.conftest import ZONE, Kiosk

LICENCE = "ga-023"
"""A guide of the sample city with one office: Monday to Friday 9:00 to 17:00, numbers until 16:30, 1.3 km away."""


def at(kiosk: Kiosk, when: str, id: str = LICENCE) -> views.Guide:
    kiosk.clock.at = dt.datetime.fromisoformat(when).replace(tzinfo=ZONE)
    kiosk.do("end", "again", "start", ("open", id))
    return kiosk.see(views.Guide)


def panel(kiosk: Kiosk, when: str, id: str = LICENCE) -> views.GuardPanel:
    found = at(kiosk, when, id).guard
    assert found is not None
    return found


def tag(kiosk: Kiosk, id: str = LICENCE) -> views.Tag | None:
    return guard.tag(kiosk.walk.visit, Card(id, "guide", "x"))


def paper(kiosk: Kiosk) -> list[Guard]:
    kiosk.do("print", "submit")
    return [block for block in kiosk.printer.slips[-1].blocks if isinstance(block, Guard)]


def test_in_the_morning_it_stays_calm(kiosk: Kiosk) -> None:
    guide = at(kiosk, "2026-11-20 09:41")
    assert guide.guard is None
    assert guide.figures[-1] == views.Figure("来得及", "今天到 16:30", "ok")
    assert guide.actions[0].label == "打印明白纸"
    (result,) = (each for each in guide.sections if isinstance(each, views.TextSection) and each.head == "办完拿到")
    assert result.lines[-1] == "今天受理，最迟 11 月 21 日（周六）办完"
    assert tag(kiosk) == views.Tag("现在去来得及", "check_circle", "ok")
    assert paper(kiosk) == []


def test_shortly_before_the_last_number_it_says_to_hurry(kiosk: Kiosk) -> None:
    shown = panel(kiosk, "2026-11-20 16:05")
    assert shown.headline == "现在就走，还来得及"
    assert shown.line == "窗口 16:30 停止取号，到那儿还剩 8 分钟"
    assert shown.days[0].open and shown.days[0].state == "到 16:30" and not shown.next
    assert tag(kiosk) == views.Tag("要赶快，16:30 停止取号", "timer", "warn")


def test_on_friday_evening_everything_speaks_of_monday(kiosk: Kiosk) -> None:
    guide = at(kiosk, "2026-11-20 16:42")
    shown = guide.guard
    assert shown is not None
    assert shown.headline == "现在去，今天办不上了"
    assert shown.line == "窗口 16:30 停止取号，走过去要 17 分钟"
    assert [(day.label, day.state, day.open) for day in shown.days] == [
        ("今天 周五", "已停止取号", False),
        ("周六", "不上班", False),
        ("周日", "不上班", False),
        ("周一", "9:00 开门", True),
    ]
    assert shown.days[0].now is not None and [day.now for day in shown.days[1:]] == [None] * 3
    assert shown.next == "周一 11 月 23 日 9:00"
    assert shown.due == "当天受理，最迟 11 月 24 日（周二）办完"
    assert guide.actions[0].label == "打印，写上周一去"
    assert guide.sections[0].head.startswith("趁这两天备齐")  # type: ignore[union-attr]
    assert all(figure.tone == "plain" for figure in guide.figures)
    assert tag(kiosk) == views.Tag(
        "11 月 23 日（周一） 9:00 开门".replace("11 月 23 日（周一）", "周一"), "warning", "warn"
    )
    (printed,) = paper(kiosk)
    assert printed.headline == shown.headline
    assert printed.detail == "周一 11 月 23 日 9:00 去，16:30 停止取号"
    (figures,) = (block for block in kiosk.printer.slips[-1].blocks if isinstance(block, Figures))
    assert figures.cells[-2] == ("周一受理，最迟", "11 月 24 日"), "said once, among the figures"


def test_a_saturday_that_is_worked_is_open_and_the_sunday_before_a_workday_is_not(kiosk: Kiosk) -> None:
    assert at(kiosk, "2026-10-10 10:00").guard is None
    shown = panel(kiosk, "2026-09-30 17:10")
    assert [day.state for day in shown.days] == ["已停止取号", "放假", "放假", "9:00 开门"]
    assert shown.days[-1].label == "10 月 8 日" and shown.next == "周四 10 月 8 日 9:00"


def test_before_opening_it_is_still_today(kiosk: Kiosk) -> None:
    guide = at(kiosk, "2026-11-20 07:30")
    assert guide.guard is not None and guide.guard.headline == "现在去，还没开门"
    assert guide.guard.next == "今天 9:00" and guide.actions[0].label == "打印明白纸"
    assert guide.sections[0].head.startswith("要带")  # type: ignore[union-attr]


def test_at_noon_it_is_the_break(kiosk: Kiosk) -> None:
    shown = panel(kiosk, "2026-11-20 11:50", "ga-001")
    assert shown.headline == "现在去，正好午休" and shown.line.startswith("13:30 开门")


def test_another_office_that_is_open_leads_there(kiosk: Kiosk) -> None:
    """The renewal of a licence can be had on Saturday, too, farther away."""
    shown = panel(kiosk, "2026-11-20 18:30", "ga-024")
    assert shown.next == "周一 11 月 23 日 9:00"
    assert shown.other is not None
    title, line, place = shown.other
    assert title == "不想等？明天有一处开门" and line.startswith("莱山车管分所，9:00–11:30，坐车约 ")
    kiosk.do(("place", place))
    assert kiosk.see(views.Place).name == "莱山车管分所"


def test_at_the_end_of_a_year_the_holidays_of_the_next_are_not_known(kiosk: Kiosk) -> None:
    shown = panel(kiosk, "2026-12-31 17:00")
    assert shown.note == "2027 年放假安排还没公布，节假日先打电话问。"


def test_a_clock_that_may_be_wrong_promises_nothing(kiosk: Kiosk) -> None:
    kiosk.clock.trusted = False
    guide = at(kiosk, "2026-11-20 16:42")
    assert guide.guard is None and all(figure.tone == "plain" for figure in guide.figures)
    assert guide.actions[0].label == "打印明白纸"
    assert tag(kiosk) is None and paper(kiosk) == []


def test_a_row_that_is_no_item_has_no_tag(kiosk: Kiosk) -> None:
    kiosk.do("start")
    assert guard.tag(kiosk.walk.visit, Card("pl-cgs", "place", "x")) is None
    assert guard.tag(kiosk.walk.visit, Card("ga-999999", "guide", "x")) is None


def test_the_office_that_this_file_speaks_of(kiosk: Kiosk) -> None:
    office = kiosk.walk.visit.catalogue.get(Place, "pl-cgs")
    assert office is not None and office.last_acceptance_minutes == 30 and office.open_on_workdays_only
