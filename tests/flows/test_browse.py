"""The ways round the search field: themes, life events, departments, places, facts, notices."""

from __future__ import annotations

import datetime as dt

from domain.search import Card
from journeys import views
from tests.flows.conftest import Kiosk


def test_home_offers_what_the_city_put_there(kiosk: Kiosk) -> None:
    kiosk.do("start")
    home = kiosk.see(views.Home)
    assert home.greeting == "上午好"
    assert len(home.events) == 4 and len(home.tiles) == 12 and len(home.popular) == 4
    assert {tool.action for tool in home.tools} == {"departments", "events", "places", "notices"}


def test_every_tile_leads_to_something(kiosk: Kiosk) -> None:
    kiosk.do("start")
    for tile in kiosk.see(views.Home).tiles:
        kiosk.do((tile.action, tile.value))
        page = kiosk.see(views.ListPage)
        assert page.rows and not page.empty, tile.label
        kiosk.do("back")


def test_every_event_opens_and_its_answers_narrow_it(kiosk: Kiosk) -> None:
    kiosk.do("start", "events")
    events = kiosk.see(views.ListPage).rows
    assert len(events) >= 10
    for row in events:
        kiosk.do(("open", row.id))
        page = kiosk.see(views.LifeEvent)
        assert page.steps
        for _, options in page.questions:
            kiosk.do((options[0][0].action, options[0][0].value))
        assert 0 < len(kiosk.see(views.LifeEvent).steps) <= len(page.steps)
        kiosk.do("back")


def test_opening_a_restaurant_prints_as_one_slip(kiosk: Kiosk) -> None:
    kiosk.do("start", ("ask", "开餐馆"))
    results = kiosk.see(views.Results)
    first = results.best or results.rows[0]
    assert first.title == "开餐馆"
    kiosk.do(("open", first.id), "print", "submit")
    assert "开餐馆" in repr(kiosk.printer.slips[0])


def test_from_a_guide_to_its_department_and_what_else_it_does(kiosk: Kiosk) -> None:
    kiosk.do("start", ("open", "ga-001"))
    orgs = next(section for section in kiosk.see(views.Guide).sections if isinstance(section, views.OrgsSection))
    assert [role for role, _, _ in orgs.rows][:3] == ["所属部门", "受理单位", "办理机构"]
    kiosk.do(("org", orgs.rows[0][2]))
    page = kiosk.see(views.Departments)
    assert page.chosen is not None and page.chosen.name == "市公安局"
    assert any(row.chosen for row in page.rows)
    kiosk.do(("items", page.chosen.id))
    assert len(kiosk.see(views.ListPage).rows) > 20


def test_the_tree_of_departments(kiosk: Kiosk) -> None:
    kiosk.do("start", "departments")
    page = kiosk.see(views.Departments)
    assert len(page.rows) > 15 and page.chosen is None
    branch = next(row for row in page.rows if row.opened is False)
    kiosk.do(("toggle", branch.id))
    opened = kiosk.see(views.Departments)
    assert len(opened.rows) > len(page.rows)
    assert opened.chosen is not None and opened.chosen.name == branch.name
    kiosk.do(("tab", "staff"))
    assert kiosk.see(views.Departments).chosen is not None
    kiosk.do(("toggle", branch.id))
    assert len(kiosk.see(views.Departments).rows) == len(page.rows)
    for level, _ in page.levels:
        kiosk.do((level.action, level.value))
        assert kiosk.see(views.Departments).rows, level.label


def test_places_are_sorted_by_distance_and_open_states_are_said(kiosk: Kiosk) -> None:
    kiosk.do("start", "places")
    page = kiosk.see(views.Places)
    assert page.map is not None and page.rows[0].number == 1

    def metres(text: str) -> float:
        figure, unit = text.split(" ")
        return float(figure) * (1000 if unit == "公里" else 1)

    distances = [metres(row.distance) for row in page.rows]
    assert distances == sorted(distances)
    assert all(row.state is not None for row in page.rows)
    kiosk.do(("choose", page.rows[1].id))
    assert kiosk.see(views.Places).rows[1].chosen
    kiosk.do("place")
    kiosk.do(("place", page.rows[1].id))
    place = kiosk.see(views.Place)
    assert place.name == page.rows[1].name and len(place.week) == 7 and place.week[0][2]


def test_a_fact_is_the_answer_and_knows_its_place(kiosk: Kiosk) -> None:
    kiosk.do("start", ("ask", "图书馆几点开门"))
    row = kiosk.see(views.Results).rows[0]
    assert row.kind == "fact" and row.title == "图书馆几点开门" and "8:30" in row.answer
    kiosk.do(("open", row.id))
    fact = kiosk.see(views.Fact)
    assert fact.answer == row.answer and fact.place is not None
    kiosk.do(("place", fact.place.id))
    assert "图书馆" in kiosk.see(views.Place).name


def test_notices_of_the_day_and_the_district(kiosk: Kiosk) -> None:
    kiosk.do("start", "notices")
    page = kiosk.see(views.Notices)
    assert page.rows and page.rows[0].tone == "warn"


def test_a_clock_that_cannot_be_trusted_says_nothing_about_hours(kiosk: Kiosk) -> None:
    kiosk.clock.trusted = False
    kiosk.do("start", ("open", "ga-001"))
    guide = kiosk.see(views.Guide)
    place = next(section for section in guide.sections if isinstance(section, views.PlaceSection))
    assert guide.warning is None and place.state is None
    assert all(figure.tone == "plain" for figure in guide.figures)
    assert kiosk.scene.chrome.time == ""


def test_on_saturday_a_guide_warns_before_it_tells_figures(kiosk: Kiosk) -> None:
    kiosk.clock.at += dt.timedelta(days=1)
    kiosk.do("start", ("open", "ga-001"))
    warning = kiosk.see(views.Guide).warning
    assert warning is not None and warning[0] == "现在去，今天办不上了" and "周一" in warning[1]


def test_a_question_without_an_answer_still_leads_on(kiosk: Kiosk) -> None:
    for nonsense in ("zzzzqqqq", "😀😀", "'; DROP TABLE", "\x00\x07", "盖公章的宇宙飞船", '"*NEAR('):
        kiosk.do("start", ("ask", nonsense))
        page = kiosk.see(views.Results)
        assert page.weak_head and page.edit.action == "edit"
        kiosk.do("end", "again")


def test_a_question_of_ten_thousand_characters(kiosk: Kiosk) -> None:
    kiosk.do("start", ("ask", "驾照丢了怎么办" * 1500))
    assert len(kiosk.see(views.Results).query) <= 40


def test_a_row_says_why_it_is_here(kiosk: Kiosk) -> None:
    kiosk.do("start", ("ask", "驾照"))
    page = kiosk.see(views.Results)
    rows = [*filter(None, [page.best]), *page.rows]
    assert any(("驾照", True) in row.why for row in rows)


def test_cards_without_audience_are_for_everybody() -> None:
    from journeys.rows import keep

    both, person = Card("a", "guide", "a"), Card("b", "guide", "b", audience=("person",))
    assert keep((both, person), "enterprise") == (both,)


def test_a_place_that_never_closes_says_so(kiosk: Kiosk) -> None:
    kiosk.clock.at = kiosk.clock.at.replace(hour=3)
    kiosk.do("start", "places")
    tags = [row.state.text for row in kiosk.see(views.Places).rows if row.state is not None]
    assert "24 小时开" in tags
    assert not any("0:00" in tag for tag in tags)
