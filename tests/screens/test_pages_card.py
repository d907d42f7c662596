"""The pages of the card: laying it down, what concerns its holder, the three taps, and its row on the home screen."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from domain.card import CardFacts, CardFamily, CardType, Division, Sex
from domain.errors import Code
from domain.events import ReaderState
from journeys import views
from journeys.card_results import DISCREET
from journeys.views import CardPhase, Scene
from localdb.catalogue.reader import CatalogueFile
from tests.flows.conftest import Kiosk, sample_catalogue  # noqa: F401 - a fixture
from tests.screens import card_views as made
from tests.screens.checks import (
    acts,
    box_of,
    check_lines,
    check_page,
    check_places,
    check_targets,
    lines,
    overlap,
    own,
    pale,
)
from tests.screens.conftest import FULL, HALF, UI, keep, pixels, rgb

PHASES: tuple[CardPhase, ...] = ("waiting", "reading", "unread", "left")

LOOKS = [(lang, large) for large in (False, True) for lang in made.LANGS]

GREATEST = 1000
"""Far more pages than there are: the last one."""


def page(make: Callable[..., Any], *, end: bool = True, **given: Any) -> Callable[[str], Scene]:
    return lambda lang: made.scene(make(lang, **given), lang, end=end)


def card(**given: Any) -> Callable[[str], Scene]:
    """Results in a session: 结束 stands in its bar and not in the navigation row."""
    return page(made.results, end=False, **given)


PAGES: dict[str, Callable[[str], Scene]] = {
    "results": card(),
    "results, card lies there": card(seconds=None, folded=False),
    "results, taps beside": card(again=True),
    "results, eight, taps beside": card(count=8, long=True, open=None, again=True),
    "results, one": card(count=1, open=None),
    "results, eight": card(count=8, open=None),
    "results, eight long": card(count=8, long=True, open=1),
    "results, second page": card(count=8, long=True, open=4, page=1),
    "results, last page": card(count=8, long=True, open=7, page=GREATEST),
    "results, nothing": card(count=0, folded=False),
    "results, all put away": card(count=0),
    "results without card": page(made.results, session=False),
    "results without card, eight": page(made.results, session=False, count=8, long=True, open=1),
    "declaration": page(made.declaration),
    "declaration, nothing chosen": page(made.declaration, chosen=()),
    "cleared": lambda lang: replace(made.scene(made.cleared(lang), lang), nav=None),
    "home": lambda lang: made.scene(made.offered(made.home(), lang), lang),
}

PRIMARY = {"declaration": ("show", ""), "results": ("stay", ""), "cleared": ("again", ""), "home": ("type", "zh")}


def show(ui: UI, scene: Scene, **look: Any) -> Any:
    from screens.pages import PAGES as pages

    stage = ui.open(dict(pages), **({"panel": FULL} | look))
    stage.show(scene)
    return stage


def on_sheet(ui: UI) -> list[str]:
    return [line.text for line in ui.stage.written]


@pytest.mark.parametrize(("lang", "large"), LOOKS)
@pytest.mark.parametrize("name", PAGES)
def test_every_page_keeps_the_rules(ui: UI, name: str, lang: str, large: bool) -> None:
    show(ui, replace(PAGES[name](lang), large=large))
    check_page(ui, PRIMARY.get(name))
    for painted in own(ui):
        for line in painted.written:
            assert not line.text.endswith("…"), line


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("name", PAGES)
def test_pictures(ui: UI, name: str, dark: bool) -> None:
    """Each page is drawn on its ground with the ink of its words; `PICTURES=DIR` keeps the pictures."""
    stage = show(ui, PAGES[name]("zh-Hans"), dark=dark)
    image = ui.picture()
    keep(image, f"card-{name.replace(', ', '-').replace(' ', '-')}{'-dark' if dark else ''}")
    colours = pixels(image)
    for token in ("ground", "ink"):
        assert rgb(stage.board._kit.theme.colours[token]) in colours, token


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("name", PAGES)
def test_text_contrasts_seven_to_one_with_what_lies_under_it(
    ui: UI, name: str, dark: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults = pale(monkeypatch)
    show(ui, PAGES[name]("zh-Hans"), dark=dark)
    assert ui.stage.written and not faults


def keeps_the_rules_on_the_sheet(stage: Any, view: views.CardSheet) -> None:
    """Every word of it has room, and its ways can be hit."""
    box = stage.sheet.placed[-1].box
    assert box.bottom == FULL.height and box.h <= FULL.height * 0.65
    theme = stage.kit.theme
    written, targets = stage.written, stage.targets
    for line in written:
        assert line.size >= 34 and not line.text.endswith("…"), line
        assert theme.margin <= line.box.x and line.box.right <= FULL.width - theme.margin, line
        assert box.y <= line.box.y and line.box.bottom <= box.bottom, line
    for i, one in enumerate(written):
        for other in written[i + 1 :]:
            ink = [line.box.inset(0, (line.box.h - line.size) // 2 + 2) for line in (one, other)]
            assert not overlap(*ink), (one, other)
    for target in targets:
        assert min(target.box.w, target.box.h) >= 112 and target.box.bottom <= FULL.height, target
    for i, target in enumerate(targets):
        assert not any(overlap(target.box, other.box) for other in targets[i + 1 :])
    said = "".join(line.text for line in written).replace(" ", "")
    for words in (view.title, view.line, *view.steps, *view.promise, view.code, *(a.label for a in view.actions)):
        assert words.replace(" ", "") in said, words


class TestLayingDown:
    def show(self, ui: UI, phase: CardPhase, lang: str = "zh-Hans", *, large: bool = False, **look: Any) -> Any:
        return show(ui, made.scene(made.home(), lang, large=large, sheet=made.sheet(phase, lang)), **look)

    @pytest.mark.parametrize("phase", PHASES)
    @pytest.mark.parametrize(("lang", "large"), LOOKS)
    def test_every_word_has_room_on_it(self, ui: UI, lang: str, large: bool, phase: CardPhase) -> None:
        stage = self.show(ui, phase, lang, large=large)
        keeps_the_rules_on_the_sheet(stage, made.sheet(phase, lang))

    @pytest.mark.parametrize("lang", made.LANGS)
    def test_lines_are_read_from_the_top(self, ui: UI, lang: str) -> None:
        first, *_, last = self.show(ui, "waiting", lang).written
        assert made.sheet("waiting", lang).title.startswith(first.text)
        assert last.text == made.sheet("waiting", lang).actions[-1].label

    @pytest.mark.parametrize("large", [False, True])
    def test_the_ways_on_stay_where_they_are_from_phase_to_phase(self, ui: UI, large: bool) -> None:
        places = [self.show(ui, phase, large=large).targets for phase in PHASES]
        assert [target.act for target in places[0]] == [("declare", ""), ("back", ""), ("end", "")]
        assert all(each == places[0] for each in places[1:])

    def test_a_touch_beside_the_ways_on_means_nothing(self, ui: UI) -> None:
        stage = self.show(ui, "waiting")
        ui.tap((540, 300))
        ui.tap((540, stage.sheet.placed[-1].box.y + 20))
        assert ui.acts == []
        for act in ("declare", "back", "end"):
            ui.tap((act, ""))
        assert ui.acts == [("declare", ""), ("back", ""), ("end", "")]

    def test_it_takes_no_touch_for_a_moment_when_it_comes_and_when_it_goes(self, ui: UI) -> None:
        """The second tap of a trembling finger on 刷卡 is no answer to the sheet, nor the one on 取消 to the page."""
        stage = show(ui, made.scene(made.home()), settle=0.25)
        ui.now += 1
        stage.show(made.scene(made.home(), sheet=made.sheet("waiting")))
        ui.tap(("back", ""))
        assert ui.acts == []
        ui.now += 0.3
        stage.show(made.scene(made.home(), sheet=made.sheet("reading")))
        ui.tap(("back", ""))
        assert ui.acts == [("back", "")], "a card that is found does not make anybody wait"
        stage.show(made.scene(made.home()))
        ui.tap(("card", ""))
        assert ui.acts == [("back", "")]
        ui.now += 0.3
        ui.tap(("card", ""))
        assert ui.acts == [("back", ""), ("card", "")]

    def test_the_page_below_is_covered_and_stays_as_it_was(self, ui: UI) -> None:
        stage = show(ui, made.scene(made.home()))
        board = stage.board._painted

        def beside() -> Any:
            return ui.picture().getpixel((20, 200))

        ground = beside()
        stage.show(made.scene(made.home(), sheet=made.sheet("waiting")))
        assert stage.board._painted == board
        assert all(after < before * 0.6 for after, before in zip(beside(), ground, strict=True))

    @pytest.mark.parametrize("dark", [False, True])
    def test_the_arrow_says_where_the_card_goes(self, ui: UI, dark: bool) -> None:
        """Below the card when it is to be laid down, above it when it is to be taken away, neither while it is read."""

        def coral(phase: CardPhase) -> tuple[float, float]:
            """(share of coral in the upper, in the lower half of the card with its arrow)."""
            from screens.kit.card import Laying

            stage = self.show(ui, phase, dark=dark, panel=HALF)
            placed = stage.sheet.placed[-1]
            assert isinstance(placed.part, Laying)
            place = next(p for part, p in placed.part._places(stage.kit, placed.box) if hasattr(part, "way"))
            image, colour = ui.picture(), rgb(stage.kit.theme.colours["coral"])
            x = place.x + place.w // 2
            column = [image.getpixel((x, y)) == colour for y in range(place.y, place.bottom)]
            half = len(column) // 2
            return sum(column[:half]) / half, sum(column[half:]) / half

        upper, lower = coral("waiting")
        assert upper == 0 and lower > 0.05
        upper, lower = coral("left")
        assert upper > 0.05 and lower == 0

    def test_a_card_is_drawn_with_chip_sea_and_sun(self, ui: UI) -> None:
        stage = self.show(ui, "waiting")
        colours = pixels(ui.picture().crop((200, 800, 880, 1400)))
        for token in ("primary", "lamp", "sea3", "sea2", "coral", "onsea"):
            assert rgb(stage.kit.theme.colours[token]) in colours, token

    def test_what_was_not_read_has_a_shape_and_a_code(self, ui: UI) -> None:
        stage = self.show(ui, "unread")
        assert "C-11" in on_sheet(ui)
        colours = pixels(ui.picture().crop((300, 900, 780, 1400)))
        for token in ("warn", "warnt"):
            assert rgb(stage.kit.theme.colours[token]) in colours, token

    @pytest.mark.parametrize("lang", made.LANGS)
    def test_the_code_stands_there_in_large_type_too(self, ui: UI, lang: str) -> None:
        self.show(ui, "unread", lang, large=True)
        assert "C-11" in on_sheet(ui)

    def test_while_a_card_is_read_the_ring_moves_once_a_second_and_nothing_moves_else(self, ui: UI) -> None:
        from kivy.clock import Clock

        def beats() -> int:
            return stage.sheet.placed[-1].part.beats

        before = len(Clock.get_events())
        stage = self.show(ui, "reading", panel=HALF)
        assert beats() == 0
        board, until = stage.board._painted, time.monotonic() + 20
        while not beats() and time.monotonic() < until:
            ui.frames()
        assert beats() > 0 and stage.board._painted == board
        stage.show(made.scene(made.home(), sheet=made.sheet("unread")))
        assert len(Clock.get_events()) == before
        stage.show(made.scene(made.home(), sheet=made.sheet("reading")))
        assert beats() == 0, "another card begins at the top of the ring"
        stage.show(made.scene(made.home()))
        assert len(Clock.get_events()) == before

    def test_each_second_shows_another_ring(self, ui: UI) -> None:
        stage = self.show(ui, "reading", panel=HALF)
        stage._follow(False)
        seen = set()
        for _ in range(4):
            stage._sheet_beaten(1.0)
            seen.add(ui.picture().tobytes())
        assert len(seen) == 4

    def test_nothing_moves_where_movement_is_switched_off(self, ui: UI) -> None:
        from kivy.clock import Clock

        from screens.pages import PAGES as pages
        from screens.stage import Stage

        before = len(Clock.get_events())
        stage = Stage(ui.make_kits(HALF), dict(pages), lambda *_: None, motion=False)
        stage.show(made.scene(made.home(), sheet=made.sheet("reading")))
        assert len(Clock.get_events()) == before


# What concerns this person


def test_everything_on_the_results_leads_somewhere(ui: UI) -> None:
    show(ui, PAGES["results"]("zh-Hans"))
    rows = {(action, f"g-{i}") for i in range(4) for action in ("open", "why", "fold")}
    assert set(acts(ui)) == rows | {("type", ""), ("restore", ""), ("stay", ""), ("end", "")}
    for act in sorted(set(acts(ui))):
        ui.tap(act)
    assert ui.acts == sorted(set(acts(ui)))


def test_a_row_opens_by_its_name_and_by_its_reason(ui: UI) -> None:
    stage = show(ui, PAGES["results"]("zh-Hans"))
    name = next(line.box for line in stage.written if line.text == made.WORDS["zh-Hans"]["row"][0])
    reason = next(line.box for line in stage.written if line.text == made.WORDS["zh-Hans"]["row"][2])
    ui.tap(name.middle)
    ui.tap(reason.middle)
    assert ui.acts == [("open", "g-0"), ("open", "g-0")]


def test_the_reason_is_warm_and_its_words_are_ink(ui: UI) -> None:
    stage = show(ui, PAGES["results"]("zh-Hans"))
    reason = next(line for line in stage.written if line.text == made.WORDS["zh-Hans"]["row"][2])
    assert reason.ink == "ink"
    theme = stage.kit.theme
    edge = ui.picture().getpixel((reason.box.x - 4, reason.box.y + 2))
    assert edge == rgb(theme.colours["coralt"])
    icon = ui.picture().crop((reason.box.x - 50, reason.box.y, reason.box.x - 4, reason.box.bottom))
    assert rgb(theme.colours["coral"]) in pixels(icon)


def test_why_unfolds_below_its_row_and_nothing_else_changes_place_above_it(ui: UI) -> None:
    folded = show(ui, card(open=None)("zh-Hans")).written
    stage = show(ui, card(open=1)("zh-Hans"))
    basis = [line for line in stage.written if line.text[:5] in made.WORDS["zh-Hans"]["basis"]]
    assert "".join(line.text for line in basis) == made.WORDS["zh-Hans"]["basis"]
    why, following = box_of(ui, ("why", "g-1")), box_of(ui, ("why", "g-2"))
    assert why.bottom < basis[0].box.y and basis[-1].box.bottom < following.y
    upper = [line for line in folded if line.box.bottom < why.bottom]
    assert [line for line in stage.written if line.box.bottom < why.bottom] == upper


@pytest.mark.parametrize(("lang", "large"), LOOKS)
def test_what_is_unfolded_stays_on_the_page_on_which_it_was_touched(ui: UI, lang: str, large: bool) -> None:
    """Whichever of eight it is; its ways stay on the page, and every word of it is there."""
    for at in range(8):
        number = next(
            n
            for n in range(8)
            if ("why", f"g-{at}") in _shown(ui, made.results(lang, count=8, open=None, long=True, page=n), lang, large)
        )
        view = made.results(lang, count=8, open=at, long=True, page=number)
        assert {("why", f"g-{at}"), ("fold", f"g-{at}"), ("open", f"g-{at}")} <= _shown(ui, view, lang, large)
        check_lines(ui)
        check_places(ui)
        said = "".join(lines(ui)).replace(" ", "")
        assert made.WORDS[lang]["basis"].replace(" ", "") in said


def _shown(ui: UI, view: views.CardResults, lang: str, large: bool) -> set[tuple[str, str]]:
    show(ui, made.scene(view, lang, large=large, end=False))
    return set(acts(ui))


@pytest.mark.parametrize("open", [None, 0, 4])
@pytest.mark.parametrize(("lang", "large"), [("zh-Hans", False), ("zh-Hans", True), ("en", True)])
def test_turning_pages_passes_everything(ui: UI, lang: str, large: bool, open: int | None) -> None:
    seen: set[str] = set()
    number = 0
    while True:
        found = _shown(ui, made.results(lang, count=8, open=open, long=True, page=number), lang, large)
        seen |= {value for action, value in found if action == "open"}
        if ("page", str(number + 1)) not in found:
            if open is None or len(seen) == 8:
                break
            # One thing fills the page while it is unfolded; folding it gives the way on back.
            found = _shown(ui, made.results(lang, count=8, open=None, long=True, page=number), lang, large)
            seen |= {value for action, value in found if action == "open"}
            if ("page", str(number + 1)) not in found:
                break
        number += 1
    assert seen == {f"g-{i}" for i in range(8)}


def test_seconds_are_read_from_afar_and_the_bar_shows_what_is_left(ui: UI) -> None:
    shares = []
    for seconds in (30, 15, 3):
        stage = show(ui, card(seconds=seconds)("zh-Hans"))
        figure = next(line for line in stage.written if line.text == str(seconds))
        assert figure.size == 88 and figure.ink == "onsea"
        stay = box_of(ui, ("stay", ""))
        image, colours = ui.picture(), stage.kit.theme.colours
        y = next(y for y in range(stay.y - 60, stay.y) if image.getpixel((70, y)) == rgb(colours["seaedge"]))
        row = [image.getpixel((x, y + 8)) == rgb(colours["seaedge"]) for x in range(48, 1032)]
        shares.append(sum(row) / len(row))
    assert [round(share, 1) for share in shares] == [1.0, 0.5, 0.1]


def test_each_second_paints_the_bar_alone(ui: UI) -> None:
    stage = show(ui, card(seconds=24)("zh-Hans"))
    before = stage.board._painted
    stage.show(card(seconds=23)("zh-Hans"))
    changed = [new.placed.part for new, old in zip(stage.board._painted, before, strict=True) if new is not old]
    assert [type(part).__name__ for part in changed] == ["Session"]


def test_taking_the_card_away_moves_nothing_above_the_bar(ui: UI) -> None:
    for large in (False, True):
        lying = show(ui, replace(card(seconds=None)("zh-Hans"), large=large))
        places = {target.act: target.box for target in lying.targets if target.act[0] in ("open", "why", "fold")}
        taken = show(ui, replace(card(seconds=30)("zh-Hans"), large=large))
        assert places == {t.act: t.box for t in taken.targets if t.act[0] in ("open", "why", "fold")}


def test_while_the_card_lies_there_nothing_is_counted_and_one_way_ends(ui: UI) -> None:
    show(ui, card(seconds=None)("zh-Hans"))
    assert not any(line.isdigit() for line in lines(ui))
    assert ("end", "") in acts(ui) and ("stay", "") not in acts(ui)


def test_without_a_card_there_is_no_bar_and_the_taps_are_offered_again(ui: UI) -> None:
    stage = show(ui, PAGES["results without card"]("zh-Hans"))
    assert ("declare", "") in acts(ui) and ("stay", "") not in acts(ui)
    assert not any(type(placed.part).__name__ == "Session" for placed in stage.board.placed)


def test_nothing_found_says_so_kindly_and_leads_on(ui: UI) -> None:
    show(ui, PAGES["results, nothing"]("zh-Hans"))
    assert made.WORDS["zh-Hans"]["empty"][0] in "".join(lines(ui))
    assert {("type", ""), ("declare", "")} <= set(acts(ui))


def test_what_was_put_away_is_told_and_brought_back(ui: UI) -> None:
    show(ui, PAGES["results, all put away"]("zh-Hans"))
    assert made.WORDS["zh-Hans"]["folded"][0] in lines(ui)
    ui.tap(("restore", ""))
    assert ui.acts == [("restore", "")]
    show(ui, card(folded=False)("zh-Hans"))
    assert ("restore", "") not in acts(ui) and made.WORDS["zh-Hans"]["folded"][0] not in lines(ui)


# Three taps


@pytest.mark.parametrize(("lang", "large"), LOOKS)
def test_every_question_can_be_answered(ui: UI, lang: str, large: bool) -> None:
    """On one page, or on further ones that are turned by touching; the way to the answers is on all of them."""
    stage = show(ui, made.scene(made.declaration(lang), lang, large=large))
    wanted = {choice.value for question in made.declaration(lang).questions for choice in question.choices}
    found: set[str] = set()
    said = ""
    for _ in range(3):
        check_page(ui, ("show", ""))
        found |= {value for action, value in acts(ui) if action == "choose"}
        said += "".join(lines(ui))
        on = max((act for act in acts(ui) if act[0].startswith(".")), default=None)
        if on is None or int(on[1]) <= stage.page.at:
            break
        ui.tap(on)
    assert found == wanted
    said = said.replace(" ", "")
    for question in made.declaration(lang).questions:
        assert question.title.replace(" ", "") in said
    for note in made.declaration(lang).notes:
        assert note.replace(" ", "") in said
    assert ui.acts == []


@pytest.mark.parametrize("lang", made.LANGS)
def test_in_normal_type_all_questions_stand_on_one_page(ui: UI, lang: str) -> None:
    show(ui, made.scene(made.declaration(lang), lang))
    assert not any(action.startswith(".") for action, _ in acts(ui))
    assert len([act for act in acts(ui) if act[0] == "choose"]) == 15


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_answering_in_large_type_stays_at_the_question(ui: UI, lang: str) -> None:
    stage = show(ui, made.scene(made.declaration(lang, ()), lang, large=True))
    ui.tap((".question", "1"))
    before = set(acts(ui))
    ui.tap(("choose", "life-2"))
    assert ui.acts == [("choose", "life-2")]
    stage.show(made.scene(made.declaration(lang, ("life-2",)), lang, large=True))
    assert set(acts(ui)) - {("clear", "")} == before


def test_a_chosen_answer_is_filled_bold_and_ticked_and_moves_nothing(ui: UI) -> None:
    stage = show(ui, made.scene(made.declaration(chosen=())))
    places = {target.act: target.box for target in stage.targets}
    box, colours = places["choose", "age-4"], stage.kit.theme.colours
    plain = ui.picture().crop((box.x, box.y, box.right, box.bottom))
    stage.show(made.scene(made.declaration(chosen=("age-4",))))
    chosen = ui.picture().crop((box.x, box.y, box.right, box.bottom))
    assert {t.act: t.box for t in stage.targets if t.act != ("clear", "")} == {
        act: place for act, place in places.items() if act != ("clear", "")
    }
    assert chosen.getpixel((20, box.h // 2)) == rgb(colours["primary"])
    assert plain.getpixel((20, box.h // 2)) == rgb(colours["surface"])
    label = next(line for line in stage.written if line.text == "65–79 岁")
    assert label.ink == "onp" and label.box.x - box.x > box.w - (label.box.right - box.x), "the mark stands before it"
    mark = chosen.crop((label.box.x - box.x - 46, 20, label.box.x - box.x - 4, box.h - 20))
    assert rgb(colours["onp"]) in pixels(mark)


def test_nothing_chosen_nothing_to_clear(ui: UI) -> None:
    show(ui, PAGES["declaration, nothing chosen"]("zh-Hans"))
    assert ("clear", "") not in acts(ui) and ("show", "") in acts(ui)


# Home and farewell


@pytest.mark.parametrize(("lang", "large"), LOOKS)
def test_the_card_has_its_row_on_the_home_screen_in_every_language_and_size(ui: UI, lang: str, large: bool) -> None:
    show(ui, replace(PAGES["home"](lang), large=large))
    said = "".join(lines(ui)).replace(" ", "")
    title, line, _ = made.WORDS[lang]["offer"]
    assert title.replace(" ", "") in said
    if not large:
        assert line.replace(" ", "") in said
    places = [box_of(ui, act) for act in (("card", ""), ("type", "zh"))]
    assert places[0].bottom < places[1].y and places[1].y >= FULL.height * 0.45
    ui.tap(("card", ""))
    assert ui.acts == [("card", "")]


def test_without_a_reader_the_home_screen_says_nothing_of_cards(ui: UI) -> None:
    plain = replace(made.home(), card=None)
    show(ui, made.scene(plain))
    assert ("card", "") not in acts(ui) and plain.card_title not in lines(ui)
    bare = ui.picture()
    show(ui, made.scene(replace(plain, card_title="", card_line="")))
    assert ui.picture().tobytes() == bare.tobytes()


def test_a_card_that_was_left_is_told_of_in_amber_above_the_way_on(ui: UI) -> None:
    scene = PAGES["cleared"]("zh-Hans")
    stage = show(ui, scene)
    warning = next(line for line in stage.written if line.text == made.WORDS["zh-Hans"]["warning"])
    assert warning.ink == "warn" and warning.box.bottom < box_of(ui, ("again", "")).y
    image = ui.picture()
    assert image.getpixel((60, warning.box.y + 20)) == rgb(stage.kit.theme.colours["warnt"])
    show(ui, replace(scene, view=made.cleared(warned=False)))
    assert made.WORDS["zh-Hans"]["warning"] not in lines(ui)
    check_targets(ui)


@pytest.mark.parametrize(("lang", "large"), LOOKS)
def test_planes_and_bars_keep_their_distance(ui: UI, lang: str, large: bool) -> None:
    """What is placed below something else begins below it, on every page of a long list."""
    for number in range(3):
        show(ui, replace(card(count=8, long=True, open=None, page=number)(lang), large=large))
        boxes = sorted((each.placed.box for each in own(ui) if each.written or each.targets), key=lambda box: box.y)
        for upper, lower in pairwise(boxes):
            assert upper.bottom < lower.y or not overlap(upper, lower), (upper, lower)


# What the real journey says of real cards on the real sample city


@pytest.fixture
def kiosk(sample_catalogue: CatalogueFile) -> Kiosk:  # noqa: F811
    return Kiosk(sample_catalogue)


def begun(kiosk: Kiosk) -> None:
    kiosk.do("start")


def three_taps(kiosk: Kiosk) -> None:
    kiosk.do("start", "card", "declare")


def after_three_taps(kiosk: Kiosk) -> None:
    three_taps(kiosk)
    kiosk.do(("choose", "age:65_79"), ("choose", "doing:retired"), "show")


def waiting(kiosk: Kiosk) -> None:
    kiosk.do("start", "card")


def reading(kiosk: Kiosk) -> None:
    waiting(kiosk)
    kiosk.reader_is(ReaderState.READING)


def unread(kiosk: Kiosk) -> None:
    kiosk.do("start", "card")
    kiosk.lay(Code.CARD_UNREADABLE)


def left_lying(kiosk: Kiosk) -> None:
    kiosk.do("start")
    kiosk.lay(SENIOR)
    kiosk.do("end")
    kiosk.do("again")


def lying(kiosk: Kiosk) -> None:
    kiosk.do("start")
    kiosk.lay(SENIOR)


def taken(kiosk: Kiosk) -> None:
    lying(kiosk)
    kiosk.take_away()


def unfolded(kiosk: Kiosk) -> None:
    taken(kiosk)
    kiosk.do(("why", kiosk.see(views.CardResults).rows[0].id))


def sensitive(kiosk: Kiosk) -> None:
    kiosk.do("start")
    kiosk.lay(DISABLED)
    kiosk.do(("open", DISCREET))


def sensitive_unfolded(kiosk: Kiosk) -> None:
    sensitive(kiosk)
    first, second, *_ = kiosk.see(views.CardResults).rows
    kiosk.do(("fold", second.id), ("why", first.id))


def sensitive_away(kiosk: Kiosk) -> None:
    sensitive(kiosk)
    kiosk.take_away()
    kiosk.do("stay")


def child(kiosk: Kiosk) -> None:
    kiosk.do("start")
    kiosk.lay(CHILD)


def expired(kiosk: Kiosk) -> None:
    kiosk.do("start")
    kiosk.lay(replace(SENIOR, expires_in_days=-30))
    kiosk.do(("why", kiosk.see(views.CardResults).rows[0].id))


def ended(kiosk: Kiosk) -> None:
    lying(kiosk)
    kiosk.do("end")


SENIOR = CardFacts(CardFamily.SOCIAL_SECURITY, CardType.SENIOR, Division.LOCAL, 67 * 12, Sex.FEMALE, 20)

DISABLED = CardFacts(CardFamily.T_UNION, CardType.DISABLED, Division.LOCAL)
CHILD = CardFacts(CardFamily.SOCIAL_SECURITY, CardType.STUDENT, Division.LOCAL, 9 * 12, Sex.MALE, 900)

WAYS: dict[str, Callable[[Kiosk], None]] = {
    "home": begun,
    "waiting": waiting,
    "reading": reading,
    "unread": unread,
    "left lying": left_lying,
    "card lies there": lying,
    "card taken away": taken,
    "unfolded": unfolded,
    "sensitive": sensitive,
    "sensitive unfolded": sensitive_unfolded,
    "sensitive, card away": sensitive_away,
    "child": child,
    "expired": expired,
    "ended": ended,
    "three taps": three_taps,
    "after three taps": after_three_taps,
}


@pytest.mark.parametrize(("lang", "large"), LOOKS)
@pytest.mark.parametrize("name", WAYS)
def test_real_cards_keep_the_rules(ui: UI, kiosk: Kiosk, name: str, lang: str, large: bool) -> None:
    WAYS[name](kiosk)
    kiosk.walk.visit.speak(lang)
    kiosk.walk.act("noticed")
    scene = replace(kiosk.scene, large=large)
    stage = show(ui, scene)
    if isinstance(scene.sheet, views.CardSheet):
        keeps_the_rules_on_the_sheet(stage, scene.sheet)
    else:
        check_page(ui)
    keep(ui.picture(), f"real-{name.replace(', ', '-').replace(' ', '-')}-{lang}{'-large' if large else ''}")


@pytest.mark.parametrize(("lang", "large"), LOOKS)
def test_every_real_answer_of_the_three_taps_can_be_touched(ui: UI, kiosk: Kiosk, lang: str, large: bool) -> None:
    """On one page in normal type, on further ones in large type."""
    three_taps(kiosk)
    kiosk.walk.visit.speak(lang)
    kiosk.walk.act("noticed")
    view = kiosk.see(views.Declaration)
    stage = show(ui, replace(kiosk.scene, large=large))
    wanted = {choice.value for question in view.questions for choice in question.choices}
    found: set[str] = set()
    for _ in range(len(view.questions)):
        check_page(ui)
        found |= {value for action, value in acts(ui) if action == "choose"}
        on = max((act for act in acts(ui) if act[0].startswith(".")), default=None)
        if on is None or int(on[1]) <= stage.page.at:
            break
        ui.tap(on)
    assert found == wanted and len(wanted) == 21
    assert large or not any(action.startswith(".") for action, _ in acts(ui))
