"""One trip for a whole life event, as a citizen sees and prints it."""

from __future__ import annotations

import datetime as dt

from domain.slip import Figures, Office, Tab
from journeys import views
from tests.flows.conftest import ZONE, Kiosk

SMALL_COMPANY = (
    ("answer", "form=company"),
    ("answer", "size=small"),
    ("answer", "sign=no"),
    ("answer", "tobacco=no"),
)


def restaurant(kiosk: Kiosk, *answers: tuple[str, str]) -> views.LifeEvent:
    kiosk.do("start", ("open", "le-restaurant"), *answers)
    return kiosk.see(views.LifeEvent)


def test_figures_steps_and_route_agree(kiosk: Kiosk) -> None:
    page = restaurant(kiosk, *SMALL_COMPANY)
    figures = [(figure.value, figure.label) for figure in page.figures]
    assert figures[0] == (f"{len(page.steps)} 步", "按顺序办")
    assert figures[1] == ("2 趟", "2 个地方")
    assert figures[2][0].startswith("约 ") and figures[2][1] == "最快，按工作日"
    assert figures[3][0] == "0 元"
    assert page.route is not None
    assert page.route.head == "第一天这样跑" and page.route.side.endswith("再去 A")
    assert [stop.letter for stop in page.route.stops] == ["A", "B"]
    assert all(stop.way.startswith(("步行约", "坐车约")) and stop.when in ("上午", "下午") for stop in page.route.stops)
    letters = {line.place for line in page.steps}
    assert {"地点 A", "地点 B"} <= letters


def test_offices_of_the_route_lead_to_their_page(kiosk: Kiosk) -> None:
    page = restaurant(kiosk, *SMALL_COMPANY)
    assert page.route is not None
    stop = page.route.stops[0]
    kiosk.do(("place", stop.place))
    assert kiosk.see(views.Place).name == stop.name


def test_in_the_evening_the_route_is_of_monday(kiosk: Kiosk) -> None:
    kiosk.clock.at = dt.datetime(2026, 11, 20, 18, 0, tzinfo=ZONE)
    page = restaurant(kiosk, *SMALL_COMPANY)
    # One of the offices is open on Saturday, too; but then the hall would take a trip more.
    assert page.route is not None and page.route.head == "周一这样跑"
    assert page.figures[1].value == "2 趟"


def test_without_a_clock_the_route_has_no_times(kiosk: Kiosk) -> None:
    kiosk.clock.trusted = False
    page = restaurant(kiosk, *SMALL_COMPANY)
    assert page.route is not None and page.route.head == "第一天这样跑"
    assert all(stop.when == "" for stop in page.route.stops)
    assert page.route.side.endswith("结果出来再去 A") and not page.route.note


def test_conditions_are_asked_on_a_page_of_their_own(kiosk: Kiosk) -> None:
    page = restaurant(kiosk)
    assert not page.asking and page.next_question is not None
    assert page.next_question.label == page.questions[0][0]
    steps = len(page.steps)
    kiosk.do("conditions")
    page = kiosk.see(views.LifeEvent)
    assert page.asking and [press.action for press in page.actions] == ["print", "plan"]
    kiosk.do(*SMALL_COMPANY, "plan")
    page = kiosk.see(views.LifeEvent)
    assert not page.asking and page.next_question is None and len(page.steps) < steps
    kiosk.do("conditions", SMALL_COMPANY[0])
    page = kiosk.see(views.LifeEvent)
    assert page.asking and page.next_question is not None, "touched again, an answer is taken back"


def test_the_paper_has_the_trips(kiosk: Kiosk) -> None:
    page = restaurant(kiosk, *SMALL_COMPANY)
    kiosk.do("print", "submit")
    blocks = kiosk.printer.slips[-1].blocks
    (figures,) = (block for block in blocks if isinstance(block, Figures))
    assert ("2 个地方", "2 趟") in figures.cells
    heads = [block for block in blocks if isinstance(block, Tab) and block.word.startswith("第 ")]
    assert (heads[0].word, heads[0].beside) == ("第 1 趟", "11 月 20 日（周五）")
    assert heads[1].word == "第 2 趟" and "办好后" in heads[1].figure
    offices = [block for block in blocks if isinstance(block, Office)]
    assert offices[0].half == "上午" and offices[0].letter == "A"
    assert page.route is not None
    letters = dict.fromkeys(office.letter for office in offices if office.letter)
    assert list(letters) == list(dict.fromkeys(stop.letter for stop in page.route.stops))


def test_every_event_of_the_sample_city_has_a_plan_in_which_each_step_stands_once(kiosk: Kiosk) -> None:
    kiosk.do("start", "events")
    for row in kiosk.see(views.ListPage).rows:
        kiosk.do(("open", row.id))
        page = kiosk.see(views.LifeEvent)
        assert len({line.id for line in page.steps}) == len(page.steps)
        assert page.figures and (page.route is None) == all("地点" not in line.place for line in page.steps)
        kiosk.do("back")
