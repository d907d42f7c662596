"""The ways round the search field: themes, life events, departments, places, facts, notices."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from domain.search import Card
from journeys import views
from localdb.catalogue.reader import CatalogueFile
from tests.flows.conftest import Kiosk


def test_home_offers_what_the_city_put_there(kiosk: Kiosk) -> None:
    kiosk.do("start")
    home = kiosk.see(views.Home)
    assert home.greeting == "上午好"
    assert len(home.events) == 4 and len(home.tiles) == 12 and len(home.popular) == 4
    assert {tool.action for tool in home.tools} == {"departments", "events", "places", "facts", "notices", "check"}


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
    assert guide.guard is None and place.state is None
    assert all(figure.tone == "plain" for figure in guide.figures)
    assert kiosk.scene.chrome.time == ""


def test_on_saturday_a_guide_warns_before_it_tells_figures(kiosk: Kiosk) -> None:
    kiosk.clock.at += dt.timedelta(days=1)
    kiosk.do("start", ("open", "ga-001"))
    guard = kiosk.see(views.Guide).guard
    assert guard is not None and guard.headline == "现在去，今天办不上了" and "周一" in guard.next


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


# Departments and the ways between them, their items and their places


def test_from_an_item_to_its_department_and_straight_back(kiosk: Kiosk) -> None:
    kiosk.do("start", ("open", "ga-023"))
    guide = kiosk.see(views.Guide)
    orgs = next(section for section in guide.sections if isinstance(section, views.OrgsSection))
    id = next(id for _, _, id in orgs.rows if id)
    kiosk.do(("org", id))
    page = kiosk.see(views.Departments)
    assert page.chosen is not None and page.chosen.id == id
    assert [row.id for row in page.rows if row.chosen] == [id]
    kiosk.do("back")
    assert kiosk.see(views.Guide).id == guide.id


def test_duties_items_and_place_are_one_touch_apart(kiosk: Kiosk) -> None:
    kiosk.do("start", "departments", ("toggle", "org-gaj"))
    page = kiosk.see(views.Departments)
    assert page.chosen is not None and page.chosen.place is not None
    kiosk.do((page.actions[0].action, page.actions[0].value))
    items = kiosk.see(views.ListPage)
    row = next(row for row in page.rows if row.id == "org-gaj")
    assert row.count == f"{len(items.rows)} 件事"
    kiosk.do((items.actions[0].action, items.actions[0].value))
    assert kiosk.see(views.Place).id == page.chosen.place[0]
    kiosk.do("back", "back")
    assert kiosk.see(views.Departments) == page


def test_every_organisation_is_in_the_tree_of_its_level(kiosk: Kiosk, sample_catalogue: CatalogueFile) -> None:
    branches = sample_catalogue.org_tree()
    kiosk.do("start", "departments")
    for level, _ in kiosk.see(views.Departments).levels:
        kiosk.do((level.action, level.value))
        for _ in range(6):
            shut = [row.id for row in kiosk.see(views.Departments).rows if row.opened is False]
            kiosk.do(*(("toggle", id) for id in shut))
        shown = [row.id for row in kiosk.see(views.Departments).rows]
        assert len(shown) == len(set(shown))
        wanted = {branch.id for branch in branches if branch.level == level.value and not branch.head}
        assert wanted <= set(shown), level.label


def test_the_head_of_all_offers_no_list_of_everything(kiosk: Kiosk, sample_catalogue: CatalogueFile) -> None:
    head = next(branch for branch in sample_catalogue.org_tree() if branch.head)
    kiosk.do("start", ("open", head.id))
    page = kiosk.see(views.Departments)
    assert page.chosen is not None and page.chosen.id == head.id and page.actions == ()


def test_who_is_in_charge_can_be_asked_in_own_words(kiosk: Kiosk) -> None:
    kiosk.do("start", "departments")
    which = kiosk.see(views.Departments).which
    assert which is not None
    kiosk.do((which.action, which.value))
    assert kiosk.see(views.Search).text == ""
    kiosk.do("back")
    assert kiosk.see(views.Departments).which == which


# Facts, events, places


def test_facts_are_listed_by_theme_and_every_fact_stands_under_one_chip(
    kiosk: Kiosk, sample_catalogue: CatalogueFile
) -> None:
    kiosk.do("start", "facts")
    page = kiosk.see(views.ListPage)
    everything = [row.id for row in page.rows]
    assert len(everything) == sample_catalogue.info.counts["fact"] and len(page.filters) == 8
    found: list[str] = []
    for press, _ in page.filters:
        kiosk.do((press.action, press.value))
        listed = kiosk.see(views.ListPage)
        assert [on for _, on in listed.filters].count(True) == 1
        assert press.label.endswith(f" {len(listed.rows)}")
        found += [row.id for row in listed.rows]
        kiosk.do((press.action, press.value))
    assert sorted(found) == sorted(everything)
    kiosk.do(("open", everything[0]))
    assert isinstance(kiosk.scene.view, views.Fact)


def test_life_events_can_be_narrowed_to_an_audience(kiosk: Kiosk) -> None:
    kiosk.do("start", "events")
    page = kiosk.see(views.ListPage)
    assert [press.value for press, _ in page.filters] == ["person", "enterprise"]
    kiosk.do(("audience", "enterprise"))
    fewer = kiosk.see(views.ListPage)
    assert 0 < len(fewer.rows) < len(page.rows)
    assert "le-restaurant" in {row.id for row in fewer.rows}


def test_a_list_is_made_anew_for_another_language(kiosk: Kiosk) -> None:
    kiosk.do("start", ("theme", "0"))
    chinese = kiosk.see(views.ListPage)
    kiosk.do("language", ("choose", "en"), "back")
    kiosk.do(("theme", "0")) if isinstance(kiosk.scene.view, views.Home) else None
    english = kiosk.see(views.ListPage)
    assert english.line != chinese.line and len(english.rows) == len(chinese.rows)


def test_the_chosen_place_says_the_way_and_stands_on_the_drawing(kiosk: Kiosk) -> None:
    kiosk.do("start", "places")
    page = kiosk.see(views.Places)
    assert page.map is not None and 6 < len(page.map.pins) <= 9
    last = page.rows[7]
    kiosk.do(("choose", last.id))
    page = kiosk.see(views.Places)
    assert page.chosen is not None and page.map is not None
    assert (page.chosen.number, page.chosen.name) == (8, last.name)
    pin = next(pin for pin in page.map.pins if pin.chosen)
    words = page.chosen.lines[0][1]
    assert pin.letter == "8" and last.distance in words
    assert ("北" in words) == (pin.north_m > 0.42 * abs(pin.east_m)), (words, pin)
    assert ("东" in words) == (pin.east_m > 0.42 * abs(pin.north_m)), (words, pin)
    items = next(press for press in page.actions if press.action == "items")
    kiosk.do((items.action, items.value))
    assert kiosk.see(views.ListPage).title == last.name


def test_the_stop_beside_the_kiosk_is_told_in_words(kiosk: Kiosk) -> None:
    kiosk.walk.tools = replace(kiosk.walk.tools, place=replace(kiosk.walk.tools.place, stop="滨海广场站"))
    kiosk.do("start", "places")
    drawn = kiosk.see(views.Places).map
    assert drawn is not None and "滨海广场站" in drawn.line
    assert all(pin.kind == "office" for pin in drawn.pins)
