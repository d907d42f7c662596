"""The pages that are read, fed by the real journeys on the real sample city."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from domain.events import PrinterState
from journeys import views
from journeys.views import Scene
from localdb.catalogue.reader import CatalogueFile
from tests.flows.conftest import Kiosk, sample_catalogue  # noqa: F401 - a fixture
from tests.screens.checks import acts, box_of, check_page, lines, own
from tests.screens.conftest import FULL, UI, pixels, rgb

Way = Callable[[Kiosk], Any]

EVENING = dt.timedelta(hours=8)


@pytest.fixture
def kiosk(sample_catalogue: CatalogueFile) -> Kiosk:  # noqa: F811
    return Kiosk(sample_catalogue)


def pages() -> dict[type, Any]:
    from screens.pages.departments import DepartmentsPage
    from screens.pages.fact import FactPage
    from screens.pages.guide import GuidePage
    from screens.pages.life_event import LifeEventPage
    from screens.pages.place import PlacePage
    from screens.pages.places import PlacesPage

    return {
        views.Guide: GuidePage, views.Fact: FactPage, views.LifeEvent: LifeEventPage, views.Place: PlacePage,
        views.Departments: DepartmentsPage, views.Places: PlacesPage,
    }  # fmt: skip


def go(*steps: tuple[str, str] | str, late: bool = False) -> Way:
    def way(kiosk: Kiosk) -> None:
        if late:
            kiosk.clock.at += EVENING
        kiosk.do("start", *steps)

    return way


WAYS: dict[str, Way] = {
    "guide": go(("open", "ga-001")),
    "guide with nine papers": go(("open", "ga-003")),
    "guide with a long name": go(("open", "zr-001")),
    "guide with seven questions": go(("open", "jy-005")),
    "guide without papers": go(("open", "wj-020")),
    "guide without office": go(("open", "ga-010")),
    "guide in the evening": go(("open", "ga-030"), late=True),
    "guide with a long name in the evening": go(("open", "zr-001"), late=True),
    "guide with another office": go(("open", "ga-024"), late=True),
    "guide with much at its head": go(("open", "ga-045"), late=True),
    "fact with a place": go(("open", "f-001")),
    "fact with a phone": go(("open", "f-033"), late=True),
    "fact alone": go(("open", "f-092")),
    "life event": go(("open", "le-restaurant")),
    "life event, answered": go(("open", "le-restaurant"), ("answer", "form=company"), ("answer", "size=small")),
    "life event, conditions": go(("open", "le-restaurant"), "conditions"),
    "short life event": go(("open", "le-transfer")),
    "departments": go("departments"),
    "departments of another level": go("departments", ("level", "company")),
    "department": go(("open", "org-gaj")),
    "department, sections": go(("open", "org-gaj"), ("tab", "sections")),
    "department deep in the tree": go(("open", "org-xcgs"), ("tab", "staff")),
    "places": go("places"),
    "places in the evening": go("places", late=True),
    "places of a guide": go(("open", "ga-001"), "offices"),
    "place": go(("open", "pl-zfpcs")),
    "place with few items": go(("open", "pl-library")),
}
CASES = [(name, lang, large) for name in WAYS for lang in ("zh-Hans", "en") for large in (False, True)]
CASES += [(name, lang, True) for name in ("guide", "life event", "department", "places") for lang in ("ja", "ko")]
PRIMARY = {
    "guide": ("print", ""),
    "guide in the evening": ("print", ""),
    "life event": ("print", ""),
    "department": ("items", "org-gaj"),
    "places": ("place", "pl-sbzx"),
    "place": ("items", "pl-zfpcs"),
}


def scene(kiosk: Kiosk, way: Way, lang: str = "zh-Hans", *, large: bool = False) -> Scene:
    """Where `way` leads, in another language and type."""
    way(kiosk)
    kiosk.walk.visit.speak(lang)
    kiosk.walk.act("noticed")
    return replace(kiosk.scene, large=large)


def show(ui: UI, scene: Scene, **look: Any) -> Any:
    stage = ui.open(pages(), panel=FULL, **look)
    stage.show(scene)
    return stage


def leaves(ui: UI, kiosk: Kiosk, scene: Scene, **look: Any) -> Iterator[int]:
    """Shows leaf after leaf by touching what leads on until nothing does; yields the number of the one on the glass."""
    stage = show(ui, scene, **look)
    for number in range(40):
        yield number
        before = ui.stage.board.placed
        on = [(action, str(number + 1)) for action in ("page", ".page")]
        found = next((act for act in on if act in acts(ui)), None)
        if found is None:
            return
        if found[0] == "page":
            kiosk.do(found)
            stage.show(replace(kiosk.scene, large=scene.large))
        else:
            ui.tap(found)
        assert ui.stage.board.placed != before
    raise AssertionError("there is always one more leaf")


def kit_of(ui: UI) -> Any:
    return ui.stage.board._kit


def said(ui: UI, kiosk: Kiosk, scene: Scene) -> tuple[str, Counter[tuple[str, str]]]:
    """All that is said on all leaves, without spaces; and how often each thing can be touched."""
    words, touched = [], Counter[tuple[str, str]]()
    for _ in leaves(ui, kiosk, scene):
        words += lines(ui)
        touched.update(acts(ui))
    return squeezed("".join(words)), touched


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize(("name", "lang", "large"), CASES)
def test_every_leaf_of_every_page_holds_what_holds_for_all(
    ui: UI, kiosk: Kiosk, name: str, lang: str, large: bool
) -> None:
    start = scene(kiosk, WAYS[name], lang, large=large)
    for number in leaves(ui, kiosk, start):
        check_page(ui, PRIMARY.get(name) if not number else None)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(
    "name", ["guide", "guide in the evening", "life event, answered", "department", "places", "place"]
)
def test_text_contrasts_with_what_lies_under_it(
    ui: UI, kiosk: Kiosk, name: str, dark: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    from screens.kit import board as board_module
    from screens.kit.pen import Box, Pen
    from screens.theme import contrast

    laid: list[tuple[Box, Any]] = []
    faults: list[Any] = []

    class Watching(Pen):
        def fill(self, box: Box, ink: Any, *args: Any, **options: Any) -> None:
            laid.append((box, self._colours[ink]))
            super().fill(box, ink, *args, **options)

        def disc(self, x: float, y: float, diameter: int, ink: Any) -> None:
            side = round(diameter * 0.7)
            laid.append((Box(round(x - side / 2), round(y - side / 2), side, side), self._colours[ink]))
            super().disc(x, y, diameter, ink)

        def text(self, block: Any, x: int, y: int, ink: Any, *args: Any) -> None:
            known = len(self.written)
            super().text(block, x, y, ink, *args)
            for line in self.written[known:]:
                ground = next((c for box, c in reversed(laid) if box.holds(*line.box.middle)), self._colours["ground"])
                if contrast(self._colours[ink], ground) < 7:
                    faults.append((line, ink))

    monkeypatch.setattr(board_module, "Pen", Watching)
    for _ in leaves(ui, kiosk, scene(kiosk, WAYS[name]), dark=dark):
        board = ui.stage.board
        kit, placed = board._kit, board.placed
        assert kit is not None
        laid.clear()
        faults.clear()
        board.clear()
        board.show(kit, placed)  # all of it anew, and nothing of the leaf before
        assert laid
        assert not faults


# Guides

GUIDES = [name for name in WAYS if name.startswith("guide")]


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("name", GUIDES)
def test_a_guide_says_every_section_once(ui: UI, kiosk: Kiosk, name: str, large: bool) -> None:
    start = scene(kiosk, WAYS[name], large=large)
    guide = kiosk.see(views.Guide)
    text, touched = said(ui, kiosk, start)
    for figure in guide.figures:
        assert squeezed(figure.value) in text
    for section in guide.sections:
        if not isinstance(section, views.OrgsSection):
            assert squeezed(section.head) in text
        match section:
            case views.MaterialsSection(rows=rows, conditional=conditional):
                for line in (*rows, *conditional):
                    assert touched["tick", str(line.index)] == 1, line
                    for words in (line.name, line.supplier, line.when, line.count):
                        assert squeezed(words) in text, line
            case views.StepsSection(rows=steps):
                for step in steps:
                    assert squeezed(step.name) in text and squeezed(step.detail) in text
            case views.PlaceSection():
                assert touched["place", section.id] == 1
                for _, words in section.lines:
                    assert squeezed(words) in text
            case views.OrgsSection(rows=orgs):
                assert all(squeezed(word) in text for role, org, _ in orgs for word in (role, org))
                assert all(touched["org", id] >= 1 for _, _, id in orgs if id)
            case views.TextSection(lines=paragraphs):
                assert all(text.count(squeezed(paragraph)) >= 1 for paragraph in paragraphs)
            case views.QuestionsSection(rows=questions):
                for question, answer in questions:
                    assert text.count(squeezed(question)) == 1 and squeezed(answer) in text
            case views.EmptySection():
                assert squeezed(section.title) in text and squeezed(section.line) in text
            case views.RelatedSection(rows=related):
                assert all(touched["open", row.id] == 1 for row in related)


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("name", GUIDES)
def test_the_first_leaf_of_a_guide_says_where_to_go_and_whom_to_ring(
    ui: UI, kiosk: Kiosk, name: str, large: bool
) -> None:
    start = scene(kiosk, WAYS[name], large=large)
    office = next((s for s in kiosk.see(views.Guide).sections if isinstance(s, views.PlaceSection)), None)
    show(ui, start)
    text = squeezed("".join(lines(ui)))
    if office is not None:
        assert squeezed(office.name) in text
        assert squeezed(dict(office.lines)["call"]) in text
    tag = kiosk.see(views.Guide).verified
    assert tag is None or squeezed(tag.text) in text


def test_a_guide_that_fits_shows_papers_steps_and_office_on_its_first_leaf(ui: UI, kiosk: Kiosk) -> None:
    show(ui, scene(kiosk, go(("open", "ga-001"))))
    view = kiosk.see(views.Guide)
    few: list[views.Section] = []
    for section in view.sections:
        if isinstance(section, views.MaterialsSection):
            few.append(replace(section, rows=section.rows[:2], conditional=()))
        elif isinstance(section, views.StepsSection):
            few.append(replace(section, rows=section.rows[:3]))
        elif isinstance(section, views.PlaceSection):
            few.append(section)
    ui.stage.show(replace(kiosk.scene, view=replace(view, sections=tuple(few))))
    check_page(ui, ("print", ""))
    assert ("place", "pl-zfpcs") in acts(ui) and ("page", "1") not in acts(ui)
    assert "0535-6001101" in lines(ui)


def test_a_leaf_beyond_the_last_one_is_the_last_one(ui: UI, kiosk: Kiosk) -> None:
    start = scene(kiosk, WAYS["guide"])
    count = max(leaves(ui, kiosk, start)) + 1
    last = ui.stage.board.placed
    kiosk.do(("page", "99"))
    show(ui, kiosk.scene)
    assert ui.stage.board.placed == last
    ui.tap(("page", str(count - 2)))
    assert ui.acts == [("page", str(count - 2))]


def test_the_turner_names_what_comes_next(ui: UI, kiosk: Kiosk) -> None:
    promised = ""
    for number in leaves(ui, kiosk, scene(kiosk, WAYS["guide with nine papers"], large=True)):
        assert not number or promised in lines(ui)
        on = ("page", str(number + 1))
        if on in acts(ui):
            button = box_of(ui, on)
            (promised,) = [
                line.text for painted in own(ui) for line in painted.written if button.holds(*line.box.middle)
            ]
    assert number > 3


def test_in_the_evening_the_panel_stands_where_the_figures_were(ui: UI, kiosk: Kiosk) -> None:
    show(ui, scene(kiosk, go(("open", "ga-001"), late=True)))
    guide = kiosk.see(views.Guide)
    assert guide.guard is not None
    heights = {line.text: line.box.y for painted in own(ui) for line in painted.written}
    assert heights[guide.guard.headline] < heights[guide.guard.line] < heights[guide.guard.next]
    assert guide.figures[0].label not in heights
    image = ui.picture()
    assert image.getpixel((90, heights[guide.guard.headline] - 14)) == rgb(kit_of(ui).theme.colours["warnt"])


def test_a_tick_is_seen_at_once_and_nothing_moves(ui: UI, kiosk: Kiosk) -> None:
    stage = show(ui, scene(kiosk, WAYS["guide"]))
    row = box_of(ui, ("tick", "1"))
    before, places = ui.picture().crop((row.x, row.y, row.x + 160, row.bottom)), [p.box for p in stage.board.placed]
    ui.tap(("tick", "1"))
    assert ui.acts == [("tick", "1")]
    kiosk.do(*ui.acts)
    stage.show(kiosk.scene)
    after = ui.picture().crop((row.x, row.y, row.x + 160, row.bottom))
    primary = rgb(kit_of(ui).theme.colours["primary"])
    assert primary not in pixels(before) and primary in pixels(after)
    assert [p.box for p in stage.board.placed] == places


def test_in_large_type_nothing_that_fits_a_leaf_is_torn_and_the_first_leaf_leads_everywhere(
    ui: UI, kiosk: Kiosk
) -> None:
    start = scene(kiosk, WAYS["guide"], large=True)
    papers = next(s for s in kiosk.see(views.Guide).sections if isinstance(s, views.MaterialsSection))
    wanted = {("tick", str(line.index)) for line in papers.rows}
    for number in leaves(ui, kiosk, start):
        here = wanted & set(acts(ui))
        assert not here or here == wanted
        if number:
            continue
        chips = {line.text: line.box for painted in own(ui) for line in painted.written}
        heads = [s.head for s in kiosk.see(views.Guide).sections if not isinstance(s, views.OrgsSection)]
        for head in heads:
            if head not in chips:
                assert head == papers.head
    show(ui, replace(kiosk.scene, view=replace(kiosk.see(views.Guide), page=0), large=True))
    ui.tap(chips["去哪儿"].middle)
    kiosk.do(*ui.acts)
    ui.stage.show(replace(kiosk.scene, large=True))
    assert ("place", "pl-zfpcs") in acts(ui)


def test_a_guide_without_paper_in_the_printer_shows_a_quiet_button(ui: UI, kiosk: Kiosk) -> None:
    kiosk.printer.state = PrinterState.PAPER_OUT
    show(ui, scene(kiosk, WAYS["guide"]))
    check_page(ui)
    assert ("print", "") not in acts(ui) and ("take", "") in acts(ui)
    assert kiosk.see(views.Guide).actions[0].label in lines(ui)


# Words of any length


def numbered(start: int, count: int) -> str:
    """A text whose pieces are numbered, so that each of them must come back in its place."""
    return "".join(f"（{number:04d}）" for number in range(start, start + count))


def numbers(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"（(\d{4})）", text)]


@settings(max_examples=12)
@given(
    lengths=st.lists(st.sampled_from([1, 7, 40, 150, 700]), min_size=1, max_size=4),
    large=st.booleans(),
    title=st.integers(1, 40),
    summary=st.sampled_from([0, 1, 25]),
)
def test_prose_of_any_length_is_spread_without_losing_or_doubling_a_word(
    ui_of_module: UI, guide_view: Scene, lengths: list[int], large: bool, title: int, summary: int
) -> None:
    ui, guide = ui_of_module, guide_view.view
    assert isinstance(guide, views.Guide)
    starts = [sum(lengths[:i]) for i in range(len(lengths) + 1)]
    paragraphs = tuple(numbered(*piece) for piece in zip(starts, lengths, strict=False))
    asked = views.QuestionsSection("问", ((numbered(starts[-1], 20), numbered(starts[-1] + 20, lengths[0])),))
    sections = (guide.sections[0], views.TextSection("头", paragraphs, numbered=True), asked)
    found: list[int] = []
    for number in range(200):
        view = replace(guide, title="长" * title, summary=numbered(9000, summary), sections=sections, page=number)
        ui.stage.show(replace(guide_view, view=view, large=large))
        check_page(ui, ("print", ""))
        found += numbers("".join(lines(ui)))
        if ("page", str(number + 1)) not in acts(ui):
            break
    assert sorted(found) == [*range(starts[-1] + 20 + lengths[0]), *range(9000, 9000 + summary)]
    assert [n for n in found if n < 9000] == list(range(starts[-1] + 20 + lengths[0]))


@pytest.fixture(scope="module")
def guide_view(sample_catalogue: CatalogueFile) -> Scene:  # noqa: F811
    kiosk = Kiosk(sample_catalogue)
    kiosk.do("start", ("open", "ga-030"))
    return kiosk.scene


@pytest.fixture(scope="module")
def ui_of_module(kivy_window: Any, make_kits: Any) -> Iterator[UI]:
    glass = UI(kivy_window, make_kits)
    glass.open(pages(), panel=FULL)
    yield glass
    glass.close()


# Facts


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("id", ["f-001", "f-033", "f-092", "f-134"])
def test_a_fact_is_one_page(ui: UI, kiosk: Kiosk, id: str, large: bool) -> None:
    show(ui, scene(kiosk, go(("open", id)), large=large))
    fact = kiosk.see(views.Fact)
    text = squeezed("".join(lines(ui)))
    assert squeezed(fact.question) in text and squeezed(fact.answer) in text
    assert all(squeezed(words) in text for _, words in fact.lines)
    if fact.place:
        ways = [t.box for painted in own(ui) for t in painted.targets if t.act == ("place", fact.place.id)]
        assert len(ways) == 2 and max(box.y for box in ways) >= 864
    else:
        assert not acts(ui)
    assert ".page" not in {action for action, _ in acts(ui)}


def test_a_short_answer_that_is_alone_is_large(ui: UI, kiosk: Kiosk) -> None:
    show(ui, scene(kiosk, go(("open", "f-092"))))
    answer = kiosk.see(views.Fact).answer
    sizes = {line.size for painted in own(ui) for line in painted.written if line.text[:4] == answer[:4]}
    assert sizes == {kit_of(ui).theme.t88.size}


def test_an_answer_of_many_leaves_is_turned_by_the_page(ui: UI, kiosk: Kiosk) -> None:
    start = scene(kiosk, go(("open", "f-001")))
    long = replace(kiosk.see(views.Fact), answer=numbered(0, 600))
    texts = []
    for _ in leaves(ui, kiosk, replace(start, view=long)):
        check_page(ui)
        texts.append("".join(lines(ui)))
    last = len(texts) - 1
    assert last >= 3
    assert numbers("".join(texts)) == list(range(600))
    ui.tap((".page", str(last - 1)))
    assert f"{last} / {last + 1}" in lines(ui)
    assert ui.acts == []


# Life events


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("name", ["life event", "life event, answered", "short life event"])
def test_a_life_event_has_every_step_paper_and_stop_once(ui: UI, kiosk: Kiosk, name: str, large: bool) -> None:
    start = scene(kiosk, WAYS[name], large=large)
    event = kiosk.see(views.LifeEvent)
    text, touched = said(ui, kiosk, start)
    for line in event.steps:
        assert touched["open", line.id] == 1, line
        for words in (line.name, line.department, line.note, line.limit, line.place):
            assert squeezed(words) in text, line
    for paper in event.materials:
        assert all(squeezed(words) in text for words in paper), paper
    assert text.count(squeezed(event.materials_side)) == 1
    if event.route:
        assert all(squeezed(words) in text for words in (event.route.head, event.route.side, event.intro))
        for stop in event.route.stops:
            assert touched["place", stop.place] == 1, stop
            assert all(squeezed(words) in text for words in (stop.when, stop.name, stop.way)), stop


@pytest.mark.parametrize("large", [False, True])
def test_every_question_and_answer_stands_on_the_pages_of_conditions(ui: UI, kiosk: Kiosk, large: bool) -> None:
    start = scene(kiosk, WAYS["life event, conditions"], large=large)
    event = kiosk.see(views.LifeEvent)
    text, touched = said(ui, kiosk, start)
    for ask, options in event.questions:
        assert squeezed(ask) in text
        assert all(touched[press.action, press.value] == 1 for press, _ in options)
    assert event.steps[0].name not in text


def test_an_answer_is_seen_at_once_and_nothing_moves_and_the_plan_is_shorter(ui: UI, kiosk: Kiosk) -> None:
    stage = show(ui, scene(kiosk, WAYS["life event"]))
    steps = len(kiosk.see(views.LifeEvent).steps)
    ui.tap(("conditions", ""))
    kiosk.do(*ui.acts)
    stage.show(kiosk.scene)
    answer = ("answer", "form=company")
    chips = {act: box_of(ui, act) for act in acts(ui) if act[0] == "answer"}
    ui.acts.clear()
    ui.tap(answer)
    kiosk.do(*ui.acts)
    stage.show(kiosk.scene)
    assert {act: box_of(ui, act) for act in chips} == chips
    chip = box_of(ui, answer)
    primary = rgb(kit_of(ui).theme.colours["primary"])
    assert ui.picture().getpixel((chip.x + 8, round(chip.middle[1]))) == primary
    kiosk.do("plan")
    stage.show(kiosk.scene)
    assert 0 < len(kiosk.see(views.LifeEvent).steps) < steps


def test_the_strip_shows_now_in_coral_and_open_hours_in_dark(ui: UI, kiosk: Kiosk) -> None:
    kiosk.clock.at += dt.timedelta(hours=7, minutes=1)  # 16:42
    show(ui, scene(kiosk, go(("open", "ga-023"))))
    guide = kiosk.see(views.Guide)
    assert guide.guard is not None
    colours = kit_of(ui).theme.colours
    boxes = {line.text: line.box for painted in own(ui) for line in painted.written}
    first, last = boxes["已停止取号"], boxes["9:00 开门"]
    image = ui.picture()
    y = first.bottom + 8 + 24
    cell = boxes["周六"].x - boxes["今天 周五"].x
    row = [image.getpixel((x, y)) for x in range(first.x, first.x + cell)]
    coral = [at for at, colour in enumerate(row) if colour == rgb(colours["coral"])]
    gap = kit_of(ui).g(2)
    assert coral and abs((coral[0] + coral[-1]) / 2 - (cell - gap) * (10 + 42 / 60) / 14) <= 2
    assert rgb(colours["primary"]) not in row and rgb(colours["sea2"]) in row
    monday = [image.getpixel((x, y)) for x in range(last.x, last.x + cell - gap)]
    dark = [at for at, colour in enumerate(monday) if colour == rgb(colours["primary"])]
    assert dark[0] == pytest.approx((cell - gap) * 3 / 14, abs=2)
    assert dark[-1] == pytest.approx((cell - gap) * 11 / 14, abs=2)


# Departments


def chosen_row(ui: UI, id: str) -> bool:
    return ("toggle", id) in acts(ui) or (".panel", id) in acts(ui)


def test_a_department_is_shown_where_it_stands_in_the_tree(ui: UI, kiosk: Kiosk) -> None:
    """Opened from elsewhere its row is on the leaf that is shown, although the journey says page 0."""
    show(ui, scene(kiosk, go(("open", "org-zjj"))))
    assert kiosk.see(views.Departments).page == 0
    assert chosen_row(ui, "org-zjj") and ("toggle", "org-bb") not in acts(ui)
    number = next(int(value) for action, value in acts(ui) if action == ".page") + 1
    ui.tap((".page", str(number - 1)))
    assert not chosen_row(ui, "org-zjj")
    assert ui.acts == []


def test_choosing_on_a_later_leaf_keeps_the_row_in_sight(ui: UI, kiosk: Kiosk) -> None:
    start = scene(kiosk, go("departments"))
    for number in leaves(ui, kiosk, start):
        if number == 1:
            break
    id = [value for action, value in acts(ui) if action == "toggle"][-1]
    ui.tap(("toggle", id))
    kiosk.do(*ui.acts)
    ui.stage.show(kiosk.scene)
    assert chosen_row(ui, id)
    check_page(ui)


def test_tabs_stay_under_the_finger(ui: UI, kiosk: Kiosk) -> None:
    stage = show(ui, scene(kiosk, go(("open", "org-gaj"))))
    tops = []
    for tab in ("duties", "sections", "staff", "duties"):
        kiosk.do(("tab", tab))
        stage.show(kiosk.scene)
        assert chosen_row(ui, "org-gaj")
        tops.append(box_of(ui, ("tab", "staff")))
    assert len(set(tops)) == 1


def test_every_organisation_is_on_one_leaf(ui: UI, kiosk: Kiosk) -> None:
    start = scene(kiosk, go("departments"))
    rows = [row.id for row in kiosk.see(views.Departments).rows]
    found = []
    for _ in leaves(ui, kiosk, start):
        found += [value for action, value in acts(ui) if action == "toggle"]
    assert found == rows


def test_in_large_type_tree_and_panel_take_turns(ui: UI, kiosk: Kiosk) -> None:
    show(ui, scene(kiosk, go(("open", "org-gaj")), large=True))
    assert ("tab", "staff") in acts(ui) and "toggle" not in {action for action, _ in acts(ui)}
    ui.tap((".tree", ""))
    assert ("tab", "staff") not in acts(ui) and (".panel", "org-gaj") in acts(ui)
    check_page(ui)
    ui.tap((".panel", "org-gaj"))
    assert ("tab", "staff") in acts(ui)
    ui.tap((".tree", ""))
    other = next(value for action, value in acts(ui) if action == "toggle")
    ui.acts.clear()
    ui.tap(("toggle", other))
    kiosk.do(*ui.acts)
    ui.stage.show(replace(kiosk.scene, large=True))
    assert ("tab", "staff") in acts(ui)


@pytest.mark.parametrize("large", [False, True])
def test_a_panel_with_too_many_words_is_turned(ui: UI, kiosk: Kiosk, large: bool) -> None:
    start = scene(kiosk, go(("open", "org-gaj")), large=large)
    view = kiosk.see(views.Departments)
    assert view.chosen is not None
    words = (numbered(0, 10), numbered(10, 390))
    long = replace(start, view=replace(view, chosen=replace(view.chosen, lines=words)))
    show(ui, long)
    found = ""
    for number in range(60):
        check_page(ui)
        found += "".join(lines(ui))
        if (".lines", str(number + 1)) not in acts(ui):
            break
        ui.tap((".lines", str(number + 1)))
    assert numbers(found) == list(range(400))


# Places


@pytest.mark.parametrize("large", [False, True])
def test_every_place_is_on_one_leaf_and_on_the_drawing_beside_it(ui: UI, kiosk: Kiosk, large: bool) -> None:
    start = scene(kiosk, go("places"), large=large)
    rows = {row.id: row for row in kiosk.see(views.Places).rows}
    found: list[str] = []
    for _ in leaves(ui, kiosk, start):
        here = [value for action, value in acts(ui) if action == "choose"]
        assert len(here) >= 2 or len(found) > 3
        found += here
        # The chosen one is always there, with the way to it.
        drawn = {pin.letter for pin in drawing(ui).pins if not pin.chosen}
        numbers = {str(rows[id].number) for id in here}
        assert drawn <= numbers or not drawn & numbers
    assert found == list(rows)


def drawing(ui: UI) -> views.MapView:
    from screens.kit.map import Schematic

    return next(painted.placed.part.map for painted in own(ui) if isinstance(painted.placed.part, Schematic))


METRES = st.floats(-3000, 3000)


@settings(max_examples=60)
@given(
    pins=st.lists(st.tuples(METRES, METRES), min_size=1, max_size=4),
    large=st.booleans(),
    tall=st.sampled_from([240, 320, 600]),
)
def test_pins_keep_off_one_another_and_the_compass_and_on_the_ground(
    make_kits: Any, pins: list[tuple[float, float]], large: bool, tall: int
) -> None:
    from screens.kit.pen import Box
    from screens.pages.chart import Chart

    kit, ground = make_kits(FULL).kit(large=large), Box(48, 400, 984, tall)
    view = views.MapView("您在这", "北", tuple(views.Pin(*pin, str(i)) for i, pin in enumerate(pins)))
    chart, half = Chart(view), kit.grown(3.5)
    spots, here = chart.places(kit, ground), chart._here(kit, ground)
    for i, (x, y) in enumerate(spots):
        assert ground.inset(half).holds(x, y)
        assert math.dist((x, y), here) > half + kit.grown(2)
        assert all(math.dist((x, y), other) >= 2 * half - 2 for other in spots[:i])
        assert not (x > ground.right - kit.grown(6) and y < ground.y + kit.g(4.5) + kit.theme.t34.line)


@settings(max_examples=60)
@given(METRES, METRES)
def test_a_place_alone_lies_in_its_true_direction(make_kits: Any, east: float, north: float) -> None:
    from screens.kit.pen import Box
    from screens.pages.chart import Chart

    if math.hypot(east, north) < 1 or (east > 0 and 0.15 < north / east < 1):
        return  # near nothing, or under the compass
    kit, ground = make_kits(FULL).kit(), Box(48, 400, 984, 400)
    chart = Chart(views.MapView("您在这", "北", (views.Pin(east, north, "A"),)))
    ((x, y),), (hx, hy) = chart.places(kit, ground), chart._here(kit, ground)
    turn = math.atan2(x - hx, hy - y) - math.atan2(east, north)
    assert abs((turn + math.pi) % (2 * math.pi) - math.pi) < 0.03


def test_choosing_a_place_marks_it_in_the_list_and_on_the_drawing(ui: UI, kiosk: Kiosk) -> None:
    stage = show(ui, scene(kiosk, go("places")))
    second = kiosk.see(views.Places).rows[1].id
    ui.tap(("choose", second))
    kiosk.do(*ui.acts)
    stage.show(kiosk.scene)
    assert [pin.letter for pin in drawing(ui).pins if pin.chosen] == ["2"]
    row = box_of(ui, ("choose", second))
    tint = rgb(kit_of(ui).theme.colours["tint"])
    assert ui.picture().getpixel((row.x + 20, round(row.middle[1]))) == tint
    ui.tap(("place", second))
    assert ui.acts[-1] == ("place", second)


def test_kinds_that_have_no_room_unfold_and_fold_when_one_is_chosen(ui: UI, kiosk: Kiosk) -> None:
    stage = show(ui, scene(kiosk, go("places"), large=True))
    kinds = {("kind", press.value) for press, _ in kiosk.see(views.Places).kinds}
    assert not kinds <= set(acts(ui))
    ui.tap((".kinds", ""))
    assert kinds <= set(acts(ui))
    check_page(ui)
    ui.tap(("kind", "park"))
    kiosk.do(*ui.acts)
    stage.show(replace(kiosk.scene, large=True))
    assert (".kinds", "") in acts(ui) and ("kind", "park") in acts(ui)


def test_a_kiosk_without_position_has_a_list_without_drawing(ui: UI, kiosk: Kiosk) -> None:
    kiosk.walk.tools = replace(kiosk.walk.tools, place=replace(kiosk.walk.tools.place, lat=None, lon=None))
    kiosk.do("start", "places")
    assert kiosk.see(views.Places).map is None
    show(ui, kiosk.scene)
    check_page(ui)
    assert sum(action == "choose" for action, _ in acts(ui)) >= 5  # beside the panel of the chosen one


def test_nothing_near_is_said(ui: UI, kiosk: Kiosk) -> None:
    start = scene(kiosk, go("places"))
    bare = replace(kiosk.see(views.Places), rows=(), map=None, actions=(), empty="这里还没有内容")
    show(ui, replace(start, view=bare))
    check_page(ui)
    assert "这里还没有内容" in lines(ui)


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("name", ["place", "place with few items"])
def test_a_place_has_its_week_its_way_and_every_item_once(ui: UI, kiosk: Kiosk, name: str, large: bool) -> None:
    start = scene(kiosk, WAYS[name], large=large)
    place = kiosk.see(views.Place)
    text, touched = said(ui, kiosk, start)
    for day, hours, _ in place.week:
        assert squeezed(day + hours) in text
    for _, words in place.lines:
        assert squeezed(words) in text
    assert all(touched["open", row.id] == 1 for row in place.items)


def test_today_stands_out_in_the_week(ui: UI, kiosk: Kiosk) -> None:
    show(ui, scene(kiosk, WAYS["place"]))
    today = next(line for painted in own(ui) for line in painted.written if line.text == "今天")
    sunday = next(line for painted in own(ui) for line in painted.written if line.text == "周日")
    image, colours = ui.picture(), kit_of(ui).theme.colours
    for line, token in ((today, "tint"), (sunday, "surface")):
        assert image.getpixel((line.box.x - 6, round(line.box.middle[1]))) == rgb(colours[token])
