"""The writing pad under real touches, and a keyboard under fingers that are not steady."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from domain.ports import Strokes
from journeys import views
from journeys.views import Scene
from phrases import LANGUAGES
from tests.flows.conftest import Kiosk, sample_catalogue  # noqa: F401 - a fixture
from tests.screens.checks import check_page, own
from tests.screens.conftest import FULL, UI, pixels, rgb

LOOKS = [(lang, large) for lang in LANGUAGES for large in (False, True)]


@pytest.fixture
def kiosk(sample_catalogue: Any) -> Kiosk:  # noqa: F811
    return Kiosk(sample_catalogue)


def pages() -> dict[type, Any]:
    from screens.pages.home import HomePage
    from screens.pages.search import SearchPage

    return {views.Search: SearchPage, views.Home: HomePage}


def pad(ui: UI, kiosk: Kiosk, *steps: tuple[str, str] | str, **look: Any) -> Any:
    """The pad on the glass, wired to the journey."""
    kiosk.do("start", "type", ("mode", "hand"), *steps)
    stage: Any = ui.open(pages(), panel=FULL, **look)
    stage.show(kiosk.scene)

    def act(action: str, value: str) -> None:
        ui.acts.append((action, value))
        kiosk.do((action, value))
        stage.show(kiosk.scene)

    stage._act = act
    ui.frames(2)
    return stage


def plane(ui: UI) -> Any:
    return next(target.box for target in ui.stage.targets if target.way == "ink")


def draw(ui: UI, *points: tuple[float, float], lift: bool = True) -> Any:
    """A line through points that are shares of the pad."""
    box = plane(ui)
    at = [(box.x + box.w * x, box.y + box.h * y) for x, y in points]
    finger = ui.touch(*at[0])
    finger.touch_down()
    ui.frames()
    for point in at[1:]:
        ui.move(finger, *point)
        ui.frames()
    if lift:
        finger.touch_up()
        ui.frames()
    return finger


def inked(ui: UI) -> int:
    """Pixels of the pad that are as dark as ink."""
    box, image = plane(ui), ui.picture()
    ink = rgb(ui.stage.kit.theme.colours["ink"])
    part = image.crop((box.x, box.y, box.right, box.bottom))
    found: Any = part.getcolors(part.width * part.height)
    return sum(count for count, colour in found if colour == ink)


class TestWriting:
    def test_the_line_follows_the_finger_before_it_is_lifted(self, ui: UI, kiosk: Kiosk) -> None:
        pad(ui, kiosk)
        assert inked(ui) == 0
        finger = draw(ui, (0.2, 0.5), (0.4, 0.5), lift=False)
        short = inked(ui)
        assert short > 0
        box = plane(ui)
        ui.move(finger, box.x + box.w * 0.8, box.y + box.h * 0.5)
        image = ui.next_frame()
        assert image is not None, "the move is seen in the very next frame"
        assert image.getpixel((box.x + int(box.w * 0.7), box.y + box.h // 2)) == rgb(ui.stage.kit.theme.colours["ink"])
        assert ui.acts == [], "nothing is handed back before the finger is lifted"
        finger.touch_up()
        ui.frames()
        ((action, line),) = ui.acts
        assert action == "stroke"
        xs = [int(point.split(",")[0]) for point in line.split()]
        assert xs == sorted(xs) and xs[0] == pytest.approx(200, abs=2) and xs[-1] == pytest.approx(800, abs=2)

    def test_a_move_paints_nothing_of_the_page(self, ui: UI, kiosk: Kiosk) -> None:
        stage = pad(ui, kiosk)
        before = [painted.runs for painted in stage.board._painted]
        finger = draw(ui, *((0.1 + i / 200, 0.5) for i in range(100)), lift=False)
        after = [painted.runs for painted in stage.board._painted]
        assert all(one is other for one, other in zip(before, after, strict=True))
        assert max(len(mesh.vertices) for mesh in stage.ink.canvas.children if hasattr(mesh, "vertices")) < 32 * 200 * 8
        finger.touch_up()

    def test_the_line_stays_where_it_was_drawn(self, ui: UI, kiosk: Kiosk) -> None:
        stage = pad(ui, kiosk)
        finger = draw(ui, (0.2, 0.3), (0.5, 0.7), (0.8, 0.2), lift=False)
        live = inked(ui)
        finger.touch_up()
        ui.frames()
        assert stage.ink.line == ""
        assert inked(ui) == pytest.approx(live, rel=0.03), "the page shows the stroke that the finger left"
        assert stage.scene.view.candidates[0] == "丢"

    def test_a_character_is_written_taken_back_and_chosen(self, ui: UI, kiosk: Kiosk) -> None:
        stage = pad(ui, kiosk)
        draw(ui, (0.2, 0.3), (0.8, 0.3))
        one = inked(ui)
        draw(ui, (0.5, 0.1), (0.5, 0.9))
        assert inked(ui) > one
        ui.tap(("undo_stroke", ""))
        assert inked(ui) == one
        ui.tap(("pick", "0"))
        assert stage.scene.view.text == "丢"
        assert inked(ui) == 0
        draw(ui, (0.2, 0.3), (0.8, 0.3))
        ui.now += 1
        ui.tap(("rewrite", ""))
        assert inked(ui) == 0
        ui.tap(("delete", ""))
        assert stage.scene.view.text == ""

    def test_a_dot_is_a_stroke(self, ui: UI, kiosk: Kiosk) -> None:
        pad(ui, kiosk)
        draw(ui, (0.5, 0.5))
        assert inked(ui) > 50
        assert ui.acts == [("stroke", "500,500")]

    def test_beside_the_pad_the_line_goes_along_its_edge(self, ui: UI, kiosk: Kiosk) -> None:
        pad(ui, kiosk)
        box = plane(ui)
        draw(ui, (0.5, 0.5), (0.5, 1.4), (1.5, 1.4))
        outside = ui.picture().crop((box.x, box.bottom + 1, box.right, box.bottom + 12))
        assert pixels(outside) == {rgb(ui.stage.kit.theme.colours["sand"])}

    def test_only_the_first_finger_writes(self, ui: UI, kiosk: Kiosk) -> None:
        pad(ui, kiosk)
        first = draw(ui, (0.2, 0.2), (0.4, 0.2), (0.6, 0.2), lift=False)
        draw(ui, (0.8, 0.9), (0.2, 0.9))
        assert ui.acts == []
        first.touch_up()
        ui.frames()
        (stroke,) = kiosk.see(views.Search).ink
        assert max(y for _, y in stroke) < 500

    def test_the_heel_of_the_hand_rests_and_the_finger_writes(self, ui: UI, kiosk: Kiosk) -> None:
        pad(ui, kiosk)
        palm = draw(ui, (0.8, 0.9), (0.805, 0.9), lift=False)
        draw(ui, (0.2, 0.2), (0.6, 0.2))
        palm.touch_up()
        ui.frames()
        (stroke,) = kiosk.see(views.Search).ink
        assert max(y for _, y in stroke) < 500, "what rested is no stroke"

    def test_a_page_that_comes_takes_the_line_away(self, ui: UI, kiosk: Kiosk) -> None:
        stage = pad(ui, kiosk)
        finger = draw(ui, (0.2, 0.3), (0.8, 0.3), lift=False)
        kiosk.do("home")
        stage.show(kiosk.scene)
        assert stage.ink.line == "" and not stage.ink.canvas.children
        finger.touch_up()
        ui.frames()
        assert ui.acts == []

    def test_nothing_of_the_ink_stays_on_the_glass_after_the_visit(self, ui: UI, kiosk: Kiosk) -> None:
        stage = pad(ui, kiosk)
        draw(ui, (0.2, 0.3), (0.8, 0.3))
        finger = draw(ui, (0.2, 0.5), (0.8, 0.5), lift=False)
        kiosk.do("end", "again")
        stage.show(kiosk.scene)
        assert stage.ink.line == "" and stage.ink._points == [] and len(stage.ink._vertices) == 0
        assert "WritingPad" not in {type(each.placed.part).__name__ for each in stage.board._painted}
        finger.touch_up()

    def test_a_minute_that_passes_does_not_break_the_line(self, ui: UI, kiosk: Kiosk) -> None:
        stage = pad(ui, kiosk)
        finger = draw(ui, (0.2, 0.3), (0.5, 0.3), lift=False)
        stage.show(replace(kiosk.scene, chrome=replace(kiosk.scene.chrome, time="9:42")))
        assert inked(ui) > 0
        finger.touch_up()
        ui.frames()
        assert [action for action, _ in ui.acts] == ["stroke"]


@pytest.mark.parametrize(("lang", "large"), LOOKS)
@pytest.mark.parametrize("dark", [False, True])
def test_the_page_in_every_language_and_size(ui: UI, kiosk: Kiosk, lang: str, large: bool, dark: bool) -> None:
    def show(*steps: tuple[str, str] | str) -> None:
        kiosk.do(*steps)
        kiosk.walk.visit.speak(lang)
        kiosk.walk.act("noticed")
        scene: Scene = replace(kiosk.scene, large=large)
        ui.stage.show(scene)
        ui.frames()

    pad(ui, kiosk, dark=dark)
    show(("stroke", "100,500 900,500"))
    check_page(ui, ("submit", ""))
    show(("pick", "0"), ("stroke", "100,500 900,500"), ("stroke", "500,200 500,800"))
    check_page(ui)
    kinds = [type(painted.placed.part).__name__ for painted in own(ui)]
    assert "WritingPad" in kinds and "SearchField" in kinds
    box = plane(ui)
    assert box.w == 732 and box.h >= 470
    picks = [target.box for target in ui.stage.targets if target.act[0] == "pick"]
    assert [(place.w, place.h) for place in picks] == [(144, 128)] * 6
    rows = [target for target in ui.stage.targets if target.act[0] == "open"]
    assert rows, "what was found stays in sight"


class TestUnsteadyKeys:
    @pytest.fixture
    def keys(self, ui: UI) -> Any:
        from tests.screens import specimen

        stage: Any = ui.open({views.NotReady: specimen.Finding}, panel=FULL)
        stage.show(specimen.scene())
        ui.frames(2)
        return stage

    def press(self, ui: UI, letter: str, *, for_s: float = 0.06, slide: float = 0.0) -> None:
        """Touches a key for so long, and slides by so many of its widths before it is lifted."""
        x, y = ui.middle(("key", letter))
        wide = next(target.box.w for target in ui.stage.targets if target.act == ("key", letter))
        finger = ui.touch(x, y)
        finger.touch_down()
        ui.now += for_s
        if slide:
            ui.move(finger, x + slide * wide, y)
        finger.touch_up()
        ui.frames()

    def test_two_of_the_same_letter_are_typed_at_an_honest_pace(self, ui: UI, keys: Any) -> None:
        for _ in range(2):
            self.press(ui, "j", for_s=0.08)
            ui.now += 0.08
        assert ui.acts == [("key", "j")] * 2, "160 ms from one to the other"

    @pytest.mark.parametrize(("held", "pause"), [(0.03, 0.05), (0.05, 0.06), (0.15, 0.02), (0.4, 0.03)])
    def test_a_tremor_types_a_letter_once(self, ui: UI, keys: Any, held: float, pause: float) -> None:
        for _ in range(4):
            self.press(ui, "j", for_s=held)
            ui.now += pause
        assert ui.acts == [("key", "j")]
        ui.now += 0.3
        self.press(ui, "j")
        assert len(ui.acts) == 2

    def test_another_letter_is_never_a_tremor(self, ui: UI, keys: Any) -> None:
        for letter in "jiji":
            self.press(ui, letter, for_s=0.01)
        assert ui.acts == [("key", letter) for letter in "jiji"]

    def test_it_can_be_switched_off(self, ui: UI, keys: Any) -> None:
        keys._bounce = 0.0
        self.press(ui, "j", for_s=0.01)
        self.press(ui, "j", for_s=0.01)
        assert ui.acts == [("key", "j")] * 2

    @pytest.mark.parametrize(("slide", "typed"), [(0.4, ["g"]), (0.5, ["g"]), (-0.5, ["g"]), (1.1, [])])
    def test_a_finger_may_slide_half_a_key(self, ui: UI, keys: Any, slide: float, typed: list[str]) -> None:
        self.press(ui, "g", slide=slide)
        assert ui.acts == [("key", letter) for letter in typed]

    def test_a_hand_that_lands_on_the_keys_types_nothing(self, ui: UI, keys: Any) -> None:
        hand = [ui.touch(*ui.middle(("key", letter))) for letter in "asd"]
        for finger in hand:
            finger.touch_down()
        for finger in hand:
            finger.touch_up()
        ui.frames()
        assert ui.acts == []
        self.press(ui, "g")
        assert ui.acts == [("key", "g")], "after it the keys answer again"

    def test_what_rests_on_a_key_types_nothing_and_blocks_nobody(self, ui: UI, keys: Any) -> None:
        x, y = ui.middle(("key", "a"))
        palm = ui.touch(x, y)
        palm.touch_down()
        for _ in range(8):
            ui.now += 0.5
            ui.move(palm, x + 1, y)
            ui.frames()
        self.press(ui, "g")
        palm.touch_up()
        ui.frames()
        assert ui.acts == [("key", "g")]
        self.press(ui, "h", for_s=3.5)
        assert ui.acts == [("key", "g")]

    def test_a_slow_finger_still_presses_a_button(self, ui: UI, keys: Any) -> None:
        x, y = ui.middle(("end", ""))
        finger = ui.touch(x, y)
        finger.touch_down()
        ui.now += 4
        finger.touch_up()
        ui.frames()
        assert ui.acts == [("end", "")], "only keys are typed in passing"


def test_numbers_and_places_on_the_pad_go_both_ways(kivy_window: Any) -> None:
    from screens.kit.ink import numbered, placed
    from screens.kit.pen import Box

    wide, square = Box(48, 1000, 732, 600), Box(0, 0, 500, 500)
    assert numbered(wide, (48, 1000)) == (0, 90) and numbered(wide, (780, 1600)) == (1000, 910)
    assert numbered(square, (250, 500)) == (500, 1000)
    for point in ((0, 90), (500, 500), (1000, 910), (123, 456)):
        assert numbered(wide, placed(wide, point)) == point
    assert placed(wide, (500, 0)) == (414, 1000), "numbers beside the pad lie on its edge"


def test_ink_tells_nothing_of_what_was_written() -> None:
    strokes: Strokes = [[(0.5, 0.5)]]
    from journeys.writing import Ink, NoHandwriting

    ink = Ink(NoHandwriting())
    ink.add("123,456 789,12")
    assert "123" not in repr(ink) and "123" not in str(vars(ink).keys())
    assert NoHandwriting().candidates(strokes) == ()
