"""The pages on which things are found, fed by the real journeys on the real sample city."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from domain.events import PrinterState
from journeys import views
from journeys.views import Scene
from localdb.catalogue.reader import CatalogueFile
from phrases import LANGUAGES, Phrases
from tests.flows.conftest import Kiosk, sample_catalogue  # noqa: F401 - a fixture
from tests.screens.checks import acts, check_lines, check_page, check_targets, lines, own
from tests.screens.conftest import FULL, UI

Way = Callable[[Kiosk], Any]


@pytest.fixture
def kiosk(sample_catalogue: CatalogueFile) -> Kiosk:  # noqa: F811
    return Kiosk(sample_catalogue)


def pages() -> dict[type, Any]:
    from screens.pages.attract import AttractPage
    from screens.pages.home import HomePage
    from screens.pages.languages import LanguagesPage
    from screens.pages.listing import ListingPage
    from screens.pages.narrow import NarrowPage
    from screens.pages.notices import NoticesPage
    from screens.pages.notready import NotReadyPage
    from screens.pages.results import ResultsPage
    from screens.pages.search import SearchPage

    return {
        views.Attract: AttractPage, views.NotReady: NotReadyPage, views.Home: HomePage, views.Search: SearchPage,
        views.Results: ResultsPage, views.ListPage: ListingPage, views.Notices: NoticesPage,
        views.Languages: LanguagesPage, views.Narrow: NarrowPage,
    }  # fmt: skip


def nothing(kiosk: Kiosk) -> None:
    """The first screen."""


def go(*steps: tuple[str, str] | str) -> Way:
    return lambda kiosk: kiosk.do("start", *steps)


def write(letters: str, *before: tuple[str, str] | str) -> Way:
    def way(kiosk: Kiosk) -> None:
        kiosk.do("start", "type", *before)
        kiosk.type(letters)

    return way


def heard(question: str) -> Way:
    """A question that found nothing good, on a kiosk that passes such questions on."""

    def way(kiosk: Kiosk) -> None:
        kiosk.walk.tools = replace(kiosk.walk.tools, unmet=Told())
        kiosk.do("start", ("ask", question))

    return way


class Told:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, int]] = []

    def note(self, query: str, visit: int) -> None:
        self.heard.append((query, visit))


def out_of_paper(kiosk: Kiosk) -> None:
    kiosk.printer.state = PrinterState.PAPER_OUT
    kiosk.walk.act("noticed")


def without_catalogue(kiosk: Kiosk) -> None:
    kiosk.handle.catalogue = None
    kiosk.walk.act("noticed")


WAYS: dict[str, Way] = {
    "attract": nothing,
    "attract without paper": out_of_paper,
    "not ready": without_catalogue,
    "home": go(),
    "search": go("type"),
    "search jiazhao": write("jiazhao"),
    "search words": write("driving licence", ("mode", "en")),
    "search nothing": write("qqzzxx"),
    "results": go(("ask", "驾照丢了怎么办")),
    "results, second page": go(("ask", "驾照丢了怎么办"), ("page", "1")),
    "results, last page": go(("ask", "驾照丢了怎么办"), ("page", "99")),
    "results of one word": go(("ask", "hukou")),
    "results for people": go(("ask", "营业执照"), ("audience", "person")),
    "results are facts": go(("ask", "图书馆几点开门")),
    "weak": go(("ask", "月亮")),
    "weak, second page": go(("ask", "月亮"), ("page", "1")),
    "weak, long": go(("ask", "我想开一个卖酒的店需要带什么材料去哪里办理登记和许可证明呢谢谢您了啊")),
    "weak, nothing": go(("ask", "阿巴阿巴")),
    "weak, passed on": heard("月亮"),
    "weak, nothing, passed on": heard("阿巴阿巴"),
    "results of two readings": go(("ask", "退休医保怎么办")),
    "results of a wide word": go(("ask", "不动产登记")),
    "narrow": go(("ask", "驾照"), "narrow"),
    "results narrowed": go(("ask", "驾照"), "narrow", ("choose", "department=org-gaj")),
    "facts": go("facts"),
    "facts, later page": go("facts", ("page", "3")),
    "facts of a theme": go("facts", ("theme", "person:095")),
    "items of a department": go("departments", ("items", "org-gaj")),
    "theme": go(("theme", "5")),
    "theme, last page": go(("theme", "5"), ("page", "99")),
    "life events": go("events"),
    "notices": go("notices"),
    "languages": go("language"),
}
LOOKS = [("zh-Hans", False), ("zh-Hans", True), ("en", False), ("en", True), ("ja", True), ("ko", True)]

PRIMARY = {
    "attract": ("start", ""),
    "home": ("type", "zh"),
    "search": ("submit", ""),
    "results": ("open", "ga-023"),
    "results of one word": ("open", "ga-008"),
    "weak": ("edit", ""),
    "weak, nothing": ("edit", ""),
}


def scene(kiosk: Kiosk, way: Way, lang: str = "zh-Hans", *, large: bool = False) -> Scene:
    """Where `way` leads, in another language and type; the first screen is in Chinese until somebody chooses."""
    way(kiosk)
    kiosk.walk.visit.speak(lang)
    kiosk.walk.act("noticed")
    return replace(kiosk.scene, large=large)


def show(ui: UI, scene: Scene, **look: Any) -> Any:
    stage = ui.open(pages(), panel=FULL, **look)
    stage.show(scene)
    return stage


def steps(kiosk: Kiosk, ui: UI, way: Way, *, large: bool = False) -> list[list[str]]:
    """The ids of the rows on every page of a list, turned by touching 下一页 until there is none."""
    way(kiosk)
    found: list[list[str]] = []
    while len(found) < 60:
        show(ui, replace(kiosk.scene, large=large))
        found.append([value for action, value in acts(ui) if action == "open"])
        on = ("page", str(len(found)))
        if on not in acts(ui):
            return found
        kiosk.do(on)
    raise AssertionError("there is always one more page")


@pytest.mark.parametrize(("lang", "large"), LOOKS)
@pytest.mark.parametrize("name", WAYS)
def test_every_page_keeps_the_rules(ui: UI, kiosk: Kiosk, name: str, lang: str, large: bool) -> None:
    show(ui, scene(kiosk, WAYS[name], lang, large=large))
    check_page(ui, PRIMARY.get(name))


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("name", WAYS)
def test_pictures(ui: UI, kiosk: Kiosk, name: str, dark: bool) -> None:
    """Each page is drawn on its ground with the ink of its words; `PICTURES=DIR` keeps the pictures."""
    from tests.screens.conftest import keep, pixels, rgb

    stage = show(ui, scene(kiosk, WAYS[name]), dark=dark)
    image = ui.picture()
    keep(image, f"find-{name.replace(', ', '-').replace(' ', '-')}{'-dark' if dark else ''}")
    colours = pixels(image)
    for token in ("ground", "ink"):
        assert rgb(stage.board._kit.theme.colours[token]) in colours, token


# The first screen


def test_any_touch_begins_and_a_language_chip_begins_in_its_language(ui: UI, kiosk: Kiosk) -> None:
    show(ui, kiosk.scene)
    ui.tap((540, 700))
    ui.tap(("start", "ko"))
    assert ui.acts == [("start", ""), ("start", "ko")]
    kiosk.do(ui.acts[-1])
    assert kiosk.scene.lang == "ko" and isinstance(kiosk.scene.view, views.Home)


def test_the_first_screen_shows_the_time_large_and_a_finger_resting_on_it_asks_for_staff(
    ui: UI,
    kiosk: Kiosk,
) -> None:
    stage = show(ui, kiosk.scene)
    time = next(line for painted in own(ui) for line in painted.written if line.text == "9:41")
    assert time.size == stage.board._kit.theme.t132.size
    target = stage.board.at(*time.box.middle, 0)
    assert target.act == ("start", "") and target.hold == ("staff", "")
    kiosk.do(target.hold)
    assert isinstance(kiosk.scene.view, views.StaffPin)


@pytest.mark.parametrize("ready", [True, False])
def test_staff_get_in_whatever_state_the_kiosk_is_in(ui: UI, kiosk: Kiosk, ready: bool) -> None:
    kiosk.clock.trusted = False
    (nothing if ready else without_catalogue)(kiosk)
    kiosk.wait(60)
    show(ui, kiosk.scene)
    assert not any("9:4" in line for line in lines(ui))
    held = [target for target in ui.stage.board.targets if target.hold == ("staff", "")]
    assert len(held) == 1 and held[0].box.y < 400


def test_only_the_suns_reflections_move(ui: UI, kiosk: Kiosk) -> None:
    from screens.kit.scenery import Scenery

    stage = show(ui, kiosk.scene)
    before = list(stage.board._painted)
    stage.page.beats += 3
    stage.redraw()
    moved = [new.placed.part for old, new in zip(before, stage.board._painted, strict=True) if old is not new]
    assert [type(part) for part in moved] == [Scenery]


def test_without_paper_it_says_so_as_a_warning_and_promises_no_slip(ui: UI, kiosk: Kiosk) -> None:
    show(ui, kiosk.scene)
    say = Phrases()
    assert say("attract.print") in lines(ui)
    out_of_paper(kiosk)
    show(ui, kiosk.scene)
    assert say("attract.print") not in lines(ui) and say("attract.scan") in lines(ui)
    written = {line.text: line.ink for painted in own(ui) for line in painted.written}
    assert written[say("health.no_paper")] == "warn"


def test_a_kiosk_without_content_says_so_and_whom_to_ask(ui: UI, kiosk: Kiosk) -> None:
    without_catalogue(kiosk)
    view = kiosk.see(views.NotReady)
    show(ui, kiosk.scene)
    assert {view.title, *view.lines, view.help, view.code} <= set(lines(ui))


# Home


def test_everything_on_the_home_screen_leads_somewhere(ui: UI, kiosk: Kiosk) -> None:
    kiosk.do("start")
    show(ui, kiosk.scene)
    offered = set(acts(ui))
    view = kiosk.see(views.Home)
    wanted = {(tile.action, tile.value) for tile in (*view.events, *view.tiles)}
    wanted |= {(press.action, press.value) for press in (*view.popular, *view.tools, *view.ask_modes, view.events_all)}
    assert view.card is not None
    wanted.add((view.card.action, view.card.value))
    assert offered == wanted
    for act in sorted(offered):
        ui.tap(act)
        kiosk.do(ui.acts[-1])
        assert kiosk.scene.sheet is not None or not isinstance(kiosk.scene.view, views.Home), act
        kiosk.do("home")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_large_type_leaves_off_only_what_has_another_way(ui: UI, kiosk: Kiosk, lang: str) -> None:
    normal, large = (scene(kiosk, go(), lang, large=large) for large in (False, True))
    show(ui, normal)
    before = set(acts(ui))
    show(ui, large)
    gone = before - set(acts(ui))
    assert ("notices", "") in acts(ui) and ("events", "") in acts(ui) and ("type", "zh") in acts(ui)
    assert {act for act in gone if act[0] not in ("open", "ask")} <= {("type", "hand")}, gone
    view = kiosk.see(views.Home)
    kiosk.do("events")
    listed = {row.id for row in kiosk.see(views.ListPage).rows}
    assert {tile.value for tile in view.events} <= listed
    kiosk.do("home", "type")
    search = kiosk.see(views.Search)
    assert {press.value for press in view.popular} <= {press.value for press in search.examples}
    assert ("mode", "hand") in {(press.action, press.value) for press, _ in search.modes}


def test_the_notice_of_the_day_stands_below_the_greeting(ui: UI, kiosk: Kiosk) -> None:
    kiosk.do("start")
    notice = kiosk.see(views.Home).notice
    assert notice is not None
    show(ui, kiosk.scene)
    assert notice.text in lines(ui)
    ui.tap(("notices", ""))
    assert ui.acts == [("notices", "")]
    with_notice = set(lines(ui))
    show(ui, replace(kiosk.scene, view=replace(kiosk.see(views.Home), notice=None)))
    check_page(ui)
    assert with_notice - set(lines(ui)) == {notice.text}


# Typing


def fixed(ui: UI) -> list[Any]:
    from screens.kit.keyboard import Keyboard
    from screens.kit.search import SearchField

    placed = ui.stage.board.placed
    return [(type(each.part), each.box) for each in placed if isinstance(each.part, Keyboard | SearchField)]


def test_letters_touched_on_the_keyboard_find_in_place(ui: UI, kiosk: Kiosk) -> None:
    kiosk.do("start", "type")
    stage = show(ui, kiosk.scene)
    places, page = fixed(ui), stage.page
    assert len(places) == 2 and kiosk.see(views.Search).examples[0].label in lines(ui)
    for letter in "jiazhao":
        ui.tap(("key", letter))
        kiosk.do(ui.acts[-1])
        stage.show(kiosk.scene)
        assert fixed(ui) == places and stage.page is page
    view = kiosk.see(views.Search)
    assert view.composition == "jiazhao"
    assert [value for action, value in acts(ui) if action == "open"] == [row.id for row in view.rows]
    ui.tap(("pick", "0"))
    kiosk.do(ui.acts[-1])
    stage.show(kiosk.scene)
    assert kiosk.see(views.Search).text == "驾照" and "驾照" in lines(ui)
    ui.tap(("submit", ""))
    kiosk.do(ui.acts[-1])
    assert kiosk.see(views.Results).query == "驾照"


def test_rows_are_whole_and_what_is_left_off_is_one_touch_away(ui: UI, kiosk: Kiosk) -> None:
    write("jiazhao")(kiosk)
    view = kiosk.see(views.Search)
    assert view.more is not None
    show(ui, kiosk.scene)
    assert len([act for act in acts(ui) if act[0] == "open"]) == len(view.rows)
    assert view.more.label in lines(ui)
    show(ui, replace(kiosk.scene, large=True))
    shown = [value for action, value in acts(ui) if action == "open"]
    assert 2 <= len(shown) < len(view.rows) and shown == [row.id for row in view.rows][: len(shown)]
    assert view.more.label in lines(ui), "it counts all of them, also those without room"
    assert acts(ui).count(("submit", "")) == 2, "the line that counts them leads to all"


def test_candidates_unfold_until_the_letters_change(ui: UI, kiosk: Kiosk) -> None:
    unfold, fold = (".candidates", "1"), (".candidates", "0")
    write("jia")(kiosk)
    words = tuple(f"{first}{second}" for first in "家加假价架" for second in "长常厂场")
    view = replace(kiosk.see(views.Search), candidates=words)
    typed = replace(kiosk.scene, view=view)
    stage = show(ui, typed)
    few = [act for act in acts(ui) if act[0] == "pick"]
    assert ("key", "q") in acts(ui) and len(few) < len(words)
    ui.tap(unfold)
    check_page(ui)
    assert [act for act in acts(ui) if act[0] == "pick"] == [("pick", str(i)) for i in range(len(words))]
    assert ("key", "q") not in acts(ui) and fold in acts(ui) and not ui.acts
    ui.tap(("pick", "17"))
    assert ui.acts == [("pick", "17")]
    stage.show(replace(typed, view=replace(view, composition="j")))
    assert ("key", "q") in acts(ui)
    stage.show(typed)
    assert ("key", "q") in acts(ui), "what was unfolded once does not unfold by itself"
    ui.tap(unfold)
    ui.tap(fold)
    assert ("key", "q") in acts(ui)


def test_what_was_typed_is_drawn_letter_by_letter(ui: UI, kiosk: Kiosk) -> None:
    """A word that is drawn as one mark stays in the atlas; what a citizen wrote must not."""
    question = "Zhangsanfeng wants to know something about a very long thing"
    go(("ask", question))(kiosk)
    stage = show(ui, kiosk.scene)
    assert any("Zhangsanfeng" in line for line in lines(ui))
    for strike in stage.board._kit.type._strikes.values():
        assert not any("Zhangsanfeng"[:8] in mark for mark in strike.marks)


# Answers and lists


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("question", ["驾照丢了怎么办", "开餐馆", "图书馆几点开门", "月亮", "hukou"])
def test_every_hit_stands_on_exactly_one_page(ui: UI, kiosk: Kiosk, question: str, large: bool) -> None:
    way = go(("ask", question))
    turned = steps(kiosk, ui, way, large=large)
    view = kiosk.see(views.Results)
    wanted = [row.id for row in ((view.best,) if view.best else ()) + view.rows]
    assert [id for page in turned for id in page] == wanted
    # A weak answer is short: its few near ones may all stand on one page.
    assert len(turned) > 1 or view.weak
    kiosk.do(("page", "999"))
    show(ui, replace(kiosk.scene, large=large))
    assert [value for action, value in acts(ui) if action == "open"] == turned[-1]
    assert len(turned) == 1 or ("page", str(len(turned) - 2)) in acts(ui)


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("way", [("theme", "1"), ("theme", "8"), ("events", "")])
def test_every_row_of_a_list_stands_on_exactly_one_page(
    ui: UI,
    kiosk: Kiosk,
    way: tuple[str, str],
    large: bool,
) -> None:
    turned = steps(kiosk, ui, go(way), large=large)
    assert [id for page in turned for id in page] == [row.id for row in kiosk.see(views.ListPage).rows]
    assert all(turned)


def test_the_best_guide_is_opened_a_little_on_the_first_page_only(ui: UI, kiosk: Kiosk) -> None:
    go(("ask", "驾照丢了怎么办"))(kiosk)
    view = kiosk.see(views.Results)
    assert view.best is not None
    show(ui, kiosk.scene)
    said = lines(ui)
    assert view.best_summary in said and view.best_mark in said
    assert [word.text for word in view.understood] == [
        line for line in said if line in {w.text for w in view.understood}
    ]
    ui.tap(("print", view.best.id))
    kiosk.do(ui.acts[-1])
    assert isinstance(kiosk.scene.view, views.SlipPreview)
    kiosk.do("back", ("page", "1"))
    show(ui, kiosk.scene)
    assert ("print", view.best.id) not in acts(ui) and view.best_summary not in lines(ui)


def test_filters_and_changing_the_question(ui: UI, kiosk: Kiosk) -> None:
    go(("ask", "驾照丢了怎么办"))(kiosk)
    show(ui, kiosk.scene)
    ui.tap(("audience", "enterprise"))
    kiosk.do(ui.acts[-1])
    assert [chosen for _, chosen in kiosk.see(views.Results).filters] == [False, True]
    show(ui, kiosk.scene)
    check_page(ui)
    ui.tap(("edit", ""))
    kiosk.do(ui.acts[-1])
    assert kiosk.see(views.Search).text == "驾照丢了怎么办"


def test_a_question_is_never_cut(ui: UI, kiosk: Kiosk) -> None:
    question = "我在外地上班想问一下老家的房子没有房产证怎么办理过户登记还要交多少税"
    for large in (False, True):
        go(("ask", question))(kiosk)
        show(ui, replace(kiosk.scene, large=large))
        assert question in "".join(lines(ui))
        kiosk.do("end", "again")


def test_a_weak_answer_offers_other_words_and_a_person(ui: UI, kiosk: Kiosk) -> None:
    go(("ask", "月亮"))(kiosk)
    view = kiosk.see(views.Results)
    assert view.weak and view.suggestions
    show(ui, kiosk.scene)
    call = next(press for press in view.actions if not press.enabled)
    assert call.label in lines(ui) and (call.action, call.value) not in acts(ui)
    ui.tap(("ask", view.suggestions[0].value))
    kiosk.do(ui.acts[-1])
    assert kiosk.see(views.Results).query == view.suggestions[0].value


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("lang", ["zh-Hans", "en"])
@pytest.mark.parametrize("name", ["weak, passed on", "weak, nothing, passed on"])
def test_every_way_out_of_a_weak_answer_stands_on_some_page(
    ui: UI, kiosk: Kiosk, name: str, lang: str, large: bool
) -> None:
    show(ui, scene(kiosk, WAYS[name], lang, large=large))
    view = kiosk.see(views.Results)
    wanted = {(press.action, press.value) for press in (*view.asks, *view.suggestions)}
    found: set[tuple[str, str]] = set()
    for number in range(12):
        kiosk.do(("page", str(number)))
        show(ui, replace(kiosk.scene, large=large))
        check_page(ui)
        found |= set(acts(ui))
        if ("page", str(number + 1)) not in acts(ui):
            break
    assert wanted and wanted <= found


@pytest.mark.parametrize("large", [False, True])
def test_every_choice_stands_on_some_page_and_a_chosen_one_can_be_taken_off(ui: UI, kiosk: Kiosk, large: bool) -> None:
    go(("ask", "驾照"), "narrow")(kiosk)
    view = kiosk.see(views.Narrow)
    wanted = [(press.action, press.value) for group in view.groups for press in group.presses]
    found: list[tuple[str, str]] = []
    for number in range(6):
        kiosk.do(("page", str(number)))
        show(ui, replace(kiosk.scene, large=large))
        check_page(ui, ("back", ""))
        found += [act for act in acts(ui) if act[0] == "choose"]
        if ("page", str(number + 1)) not in acts(ui):
            break
    assert found == wanted
    kiosk.do(wanted[0])
    show(ui, replace(kiosk.scene, large=large))
    axis = wanted[0][1].partition("=")[0]
    assert ("drop", axis) in acts(ui)
    ui.tap(("drop", axis))
    kiosk.do(ui.acts[-1])
    assert not kiosk.see(views.Results).chosen


def test_a_word_that_was_perhaps_read_wrongly_can_be_touched(ui: UI, kiosk: Kiosk) -> None:
    show(ui, scene(kiosk, WAYS["results of two readings"]))
    view = kiosk.see(views.Results)
    others = [(word.other.action, word.other.value) for word in view.understood if word.other]
    assert len(others) == 2 and set(others) <= set(acts(ui)) and view.understood_side in lines(ui)
    ui.tap(others[0])
    kiosk.do(ui.acts[-1])
    assert others[0][1] not in kiosk.see(views.Results).query


def test_many_filters_stand_on_the_first_page_only(ui: UI, kiosk: Kiosk) -> None:
    show(ui, scene(kiosk, WAYS["facts"]))
    assert sum(action == "theme" for action, _ in acts(ui)) == 8
    show(ui, scene(kiosk, WAYS["facts, later page"]))
    assert not any(action == "theme" for action, _ in acts(ui))
    assert sum(action == "open" for action, _ in acts(ui)) >= 4


def test_a_row_says_what_it_is_when_it_is_no_guide(ui: UI, kiosk: Kiosk) -> None:
    go("events")(kiosk)
    row = kiosk.see(views.ListPage).rows[0]
    show(ui, kiosk.scene)
    assert row.note and row.note in lines(ui)


@pytest.mark.parametrize("large", [False, True])
def test_an_empty_list_says_so(ui: UI, kiosk: Kiosk, large: bool) -> None:
    go(("theme", "0"))(kiosk)
    words = Phrases()("empty.list")
    view = replace(kiosk.see(views.ListPage), rows=(), filters=(), empty=words)
    show(ui, replace(kiosk.scene, view=view, large=large))
    check_page(ui)
    assert words.replace(" ", "") in "".join(lines(ui)).replace(" ", "")


# Notices and languages


@pytest.mark.parametrize("large", [False, True])
def test_every_notice_stands_on_exactly_one_page(ui: UI, kiosk: Kiosk, large: bool) -> None:
    go("notices")(kiosk)
    view = kiosk.see(views.Notices)
    many = replace(view, rows=tuple(replace(row, title=f"{row.title}{i}") for i in range(4) for row in view.rows))
    said: list[str] = []
    for number in range(20):
        show(ui, replace(kiosk.scene, large=large, view=replace(many, page=number)))
        check_lines(ui)
        check_targets(ui)
        said += lines(ui)
        if ("page", str(number + 1)) not in acts(ui):
            break
    assert number > 0
    assert [line for line in said if line in {row.title for row in many.rows}] == [row.title for row in many.rows]


def test_no_notices_is_said_too(ui: UI, kiosk: Kiosk) -> None:
    go("notices")(kiosk)
    words = Phrases()("notices.empty")
    show(ui, replace(kiosk.scene, view=replace(kiosk.see(views.Notices), rows=(), empty=words)))
    check_page(ui)
    assert words in lines(ui)


def test_each_language_is_written_in_its_own_face_and_touching_it_speaks_it(ui: UI, kiosk: Kiosk) -> None:
    go("language")(kiosk)
    view = kiosk.see(views.Languages)
    stage = show(ui, kiosk.scene)
    assert [name for _, name in view.rows] == [line for line in lines(ui) if line in {name for _, name in view.rows}]
    faces = set(stage.board._kit._names.values())
    assert {"TC-name", "JP-name", "KR-name"} <= faces
    ui.tap(("choose", "ja"))
    kiosk.do(ui.acts[-1])
    assert kiosk.scene.lang == "ja" and isinstance(kiosk.scene.view, views.Home)


# Measuring


@settings(max_examples=200, deadline=None)
@given(
    heights=st.lists(st.integers(1, 700), max_size=40),
    page=st.integers(-1, 50),
    first=st.integers(0, 600),
    rest=st.integers(100, 900),
    between=st.integers(0, 9),
)
def test_leaves_hold_every_row_once_in_order(
    kivy_window: Any, heights: list[int], page: int, first: int, rest: int, between: int
) -> None:
    from screens.pages.turning import leaf

    def at(number: int) -> Any:
        return leaf(heights, number, whole=first + 136, first=first, rest=rest, between=between)

    leaves = [at(number) for number in range(at(0).pages)]
    assert [i for each in leaves for i in range(each.first, each.last)] == list(range(len(heights)))
    assert at(page) == leaves[min(max(page, 0), len(leaves) - 1)]
    for each in leaves:
        rows = heights[each.first : each.last]
        room = first + 136 if each.pages == 1 else first if each.number == 0 else rest
        alone = len(rows) == 1 and each.number > 0
        assert alone or sum(rows) + between * max(0, len(rows) - 1) <= room
        assert rows or each.number == 0
