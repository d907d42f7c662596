from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from journeys.views import Chrome, NotReady, Press, Staff
from screens.theme import LIGHT, rgba
from tests.screens.conftest import FULL, HALF, UI, rgb

DEEP, PRIMARY = (rgb(rgba(colour)) for colour in (LIGHT.deep, LIGHT.primary))
GO = ("go", "1")


def scene(**changes: Any) -> Any:
    from tests.screens import specimen

    return replace(specimen.scene(), **changes)


def pages() -> dict[type, Any]:
    """Two kinds of page, with a large button each; the first one has a list of its own, too."""
    from screens.kit.bars import Anywhere
    from screens.kit.buttons import Button
    from screens.kit.pen import Box
    from screens.kit.words import Text
    from screens.page import Frame, Page

    class One(Page):
        def __init__(self) -> None:
            super().__init__()
            self.unfolded = False

        def draw(self, view: NotReady, page: Frame) -> None:
            page.add(Text(view.title), gap=4)
            page.add(Button(Press("走", *GO), "primary", 16), gap=4)
            page.add(Button(Press("不能", "never", enabled=False)), gap=4)
            page.add(Button(Press("展开", ".list", "unfold")), gap=4)
            page.put(Anywhere(("clock", ""), hold=("staff", "")), Box(page.body.x, page.body.bottom - 120, 300, 100))
            if self.unfolded:
                page.add(Text("展开了"), gap=4)

        def handle(self, act: tuple[str, str]) -> bool:
            self.unfolded = act == (".list", "unfold")
            return True

    class Two(Page):
        beat = 0.01

        def draw(self, view: Staff, page: Frame) -> None:
            page.add(Text(f"{view.title} {self.beats}"), gap=4)
            page.add(Button(Press("走", *GO), "primary", 16), gap=4)

    return {NotReady: One, Staff: Two}


ONE = NotReady("一", (), "", "")
TWO = Staff("二", (), "", 0, ())


@pytest.fixture
def stage(ui: UI) -> Any:
    stage = ui.open(pages(), panel=FULL)
    stage.show(scene(view=ONE))
    ui.frames(2)
    return stage


def corner(ui: UI) -> tuple[int, int]:
    """A point on the button beside its words."""
    box = next(target.box for target in ui.stage.targets if target.act == GO)
    return box.x + 30, box.y + box.h // 2


class TestFinger:
    def test_a_tap_hands_back_what_the_button_stands_for(self, ui: UI, stage: Any) -> None:
        ui.tap(GO)
        assert ui.acts == [GO]
        assert ui.touches == 1

    def test_a_button_is_pressed_in_the_frame_of_the_touch_and_at_rest_after_it(self, ui: UI, stage: Any) -> None:
        assert ui.picture().getpixel(corner(ui)) == PRIMARY
        finger = ui.touch(*corner(ui))
        finger.touch_down()
        pressed = ui.next_frame()
        assert pressed is not None
        assert pressed.getpixel(corner(ui)) == DEEP
        finger.touch_up()
        after = ui.next_frame()
        assert after is not None
        assert after.getpixel(corner(ui)) == PRIMARY

    def test_lifted_elsewhere_it_means_nothing(self, ui: UI, stage: Any) -> None:
        finger = ui.touch(*corner(ui))
        finger.touch_down()
        ui.frames()
        ui.move(finger, 900, 1500)
        image = ui.next_frame()
        assert image is not None
        assert image.getpixel(corner(ui)) == PRIMARY, "still looks pressed"
        finger.touch_up()
        ui.frames()
        assert ui.acts == []

    def test_coming_back_before_it_is_lifted_presses_again(self, ui: UI, stage: Any) -> None:
        finger = ui.touch(*corner(ui))
        finger.touch_down()
        ui.frames()
        ui.move(finger, 900, 1500)
        ui.frames()
        ui.move(finger, *corner(ui))
        image = ui.next_frame()
        assert image is not None
        assert image.getpixel(corner(ui)) == DEEP
        finger.touch_up()
        ui.frames()
        assert ui.acts == [GO]

    @pytest.mark.parametrize(("slip_mm", "acts"), [(5, [GO]), (7, [])])
    def test_an_unsteady_finger_may_slip_six_millimetres(self, ui: UI, stage: Any, slip_mm: float, acts: Any) -> None:
        box = next(target.box for target in stage.targets if target.act == GO)
        finger = ui.touch(box.x + 200, box.bottom - 2)
        finger.touch_down()
        ui.frames()
        ui.move(finger, box.x + 200, box.bottom + slip_mm / FULL.mm)
        finger.touch_up()
        ui.frames()
        assert ui.acts == acts

    def test_a_near_miss_is_the_nearest_target(self, ui: UI, stage: Any) -> None:
        box = next(target.box for target in stage.targets if target.act == GO)
        ui.tap((box.x + 200, box.y - 2 / FULL.mm))
        assert ui.acts == [GO]
        ui.tap((box.x + 200, box.y - 4 / FULL.mm))
        assert ui.acts == [GO]

    def test_a_second_finger_is_a_palm(self, ui: UI, stage: Any) -> None:
        first, second = ui.touch(900, 1500), ui.touch(*corner(ui))
        first.touch_down()
        second.touch_down()
        ui.frames()
        second.touch_up()
        ui.frames()
        assert ui.acts == []
        first.touch_up()
        ui.tap(GO)
        assert ui.acts == [GO]

    def test_a_finger_lifted_unseen_does_not_block_the_kiosk(self, ui: UI, stage: Any) -> None:
        ui.touch(900, 1500).touch_down()
        ui.frames()
        ui.now += 4
        ui.tap(GO)
        assert ui.acts == [GO]

    def test_what_is_quiet_does_not_answer(self, ui: UI, stage: Any) -> None:
        assert "never" not in {target.act[0] for target in stage.targets}
        line = next(line for line in stage.written if line.text == "不能")
        ui.tap(line.box.middle)
        assert ui.acts == []

    def test_resting_on_the_clock_calls_staff_and_a_tap_does_not(self, ui: UI, stage: Any) -> None:
        ui.tap(("clock", ""))
        assert ui.acts == [("clock", "")]
        finger = ui.touch(*ui.middle(("clock", "")))
        finger.touch_down()
        ui.frames()
        stage._held(0)  # what the clock of Kivy calls after five seconds
        finger.touch_up()
        ui.frames()
        assert ui.acts == [("clock", ""), ("staff", "")]

    def test_five_seconds_are_kivys_clock(self, ui: UI, stage: Any) -> None:
        from screens.kit.part import HOLD_S

        finger = ui.touch(*ui.middle(("clock", "")))
        finger.touch_down()
        ui.frames()
        assert stage._hold.is_triggered
        assert stage._hold.timeout == HOLD_S == 5.0
        ui.move(finger, 1000, 300)
        ui.frames()
        assert not stage._hold.is_triggered, "a finger that left must not call staff"


class TestPages:
    def test_the_new_page_takes_no_touch_for_a_moment(self, ui: UI) -> None:
        stage: Any = ui.open(pages(), panel=HALF, settle=0.25)
        stage.show(scene(view=ONE))
        assert not stage.ready
        ui.tap(GO)
        assert ui.acts == []
        assert ui.touches == 1, "somebody is there all the same"
        ui.now += 0.3
        assert stage.ready
        ui.tap(GO)
        assert ui.acts == [GO]

    def test_new_contents_of_the_same_page_take_touches_at_once(self, ui: UI) -> None:
        stage: Any = ui.open(pages(), panel=HALF, settle=0.25)
        stage.show(scene(view=ONE))
        ui.now += 1
        stage.show(scene(view=replace(ONE, title="打字")))
        ui.tap(GO)
        assert ui.acts == [GO]

    def test_a_page_that_comes_under_the_finger_takes_the_touch_away(self, ui: UI, stage: Any) -> None:
        finger = ui.touch(*corner(ui))
        finger.touch_down()
        ui.frames()
        stage.show(scene(view=TWO))
        finger.touch_up()
        ui.frames()
        assert ui.acts == []
        assert ui.picture().getpixel(corner(ui)) == PRIMARY

    def test_contents_that_change_under_the_finger_keep_what_was_meant(self, ui: UI, stage: Any) -> None:
        finger = ui.touch(*corner(ui))
        finger.touch_down()
        ui.frames()
        stage.show(scene(view=replace(ONE, title="长" * 80)))  # everything moves down
        finger.touch_up()
        ui.frames()
        assert ui.acts == [GO]

    def test_acts_with_a_dot_stay_on_the_screen(self, ui: UI, stage: Any) -> None:
        ui.tap((".list", "unfold"))
        assert ui.acts == []
        assert "展开了" in {line.text for line in stage.written}

    def test_what_a_page_remembers_lasts_while_its_kind_is_shown_to_one_citizen(self, ui: UI, stage: Any) -> None:
        ui.tap((".list", "unfold"))
        stage.show(scene(view=replace(ONE, title="别的")))
        assert stage.page.unfolded
        stage.show(scene(view=ONE, visit=2))
        assert not stage.page.unfolded
        ui.tap((".list", "unfold"))
        stage.show(scene(view=TWO, visit=2))
        stage.show(scene(view=ONE, visit=2))
        assert not stage.page.unfolded

    def test_a_page_that_fails_leaves_the_old_one_standing(self, ui: UI, stage: Any) -> None:
        before = ui.picture()
        with pytest.raises(AttributeError):
            stage.show(scene(view=replace(ONE, title=cast(str, None))))
        assert stage.scene.view is ONE
        assert ui.picture().tobytes() == before.tobytes()
        ui.tap(GO)
        assert ui.acts == [GO]

    def test_nothing_is_drawn_while_nothing_changes(self, ui: UI, stage: Any) -> None:
        ui.frames(2)
        assert ui.next_frame() is None
        stage.show(scene(view=ONE))
        assert ui.next_frame() is None
        chrome = Chrome("便民亭", "滨海广场亭", "11 月 20 日 周五", "9:42", 0.264)
        stage.show(scene(view=ONE, chrome=chrome))
        assert ui.next_frame() is not None

    def test_a_page_that_moves_is_drawn_again_by_itself(self, ui: UI, stage: Any) -> None:
        stage.show(scene(view=TWO))
        for _ in range(2000):
            ui.frames()
            if stage.page.beats:
                break
        assert stage.page.beats >= 1
        assert any(line.text.startswith("二 ") and line.text != "二 0" for line in stage.written)

    def test_nothing_moves_where_movement_is_switched_off(self, ui: UI) -> None:
        from kivy.clock import Clock

        from screens.stage import Stage

        before = len(Clock.get_events())
        stage = Stage(ui.make_kits(HALF), pages(), lambda *_: None, motion=False)
        stage.show(scene(view=TWO))
        assert len(Clock.get_events()) == before

    def test_large_type_and_languages_are_other_kits_of_the_same_page(self, ui: UI, stage: Any) -> None:
        normal = next(line for line in stage.written if line.text == "一")
        page = stage.page
        stage.show(scene(view=ONE, large=True, lang="ja"))
        large = next(line for line in stage.written if line.text == "一")
        assert (normal.size, large.size) == (40, 54)
        assert stage.page is page


class TestSheet:
    def sheet(self, stage: Any) -> Any:
        from tests.screens.specimen import IDLE

        stage.show(scene(view=ONE, sheet=IDLE))
        return IDLE

    def test_it_covers_the_page_and_takes_its_touches(self, ui: UI, stage: Any) -> None:
        self.sheet(stage)
        assert ui.picture().getpixel(corner_of(stage)) != PRIMARY
        ui.tap(corner_of(stage))
        assert ui.acts == [("stay", "")], "any touch continues, and the button below does nothing"

    def test_its_other_buttons_are_themselves(self, ui: UI, stage: Any) -> None:
        self.sheet(stage)
        ui.tap(("end", ""))
        ui.tap(("print", ""))
        assert ui.acts == [("end", ""), ("print", "")]

    def test_a_finger_on_the_page_is_not_carried_over(self, ui: UI, stage: Any) -> None:
        finger = ui.touch(*corner(ui))
        finger.touch_down()
        ui.frames()
        self.sheet(stage)
        finger.touch_up()
        ui.frames()
        assert ui.acts == []

    def test_each_second_paints_the_sheet_alone(self, ui: UI, stage: Any) -> None:
        idle = self.sheet(stage)
        page = stage.board._painted
        stage.show(scene(view=ONE, sheet=replace(idle, seconds=13, fraction=0.65)))
        assert stage.board._painted is page
        assert "13" in {line.text for line in stage.written}

    def test_it_is_no_higher_than_two_thirds(self, ui: UI, stage: Any) -> None:
        for large in (False, True):
            from tests.screens.specimen import IDLE

            stage.show(scene(view=ONE, sheet=IDLE, large=large))
            assert stage.sheet.placed[-1].box.h <= FULL.height * 0.65

    def test_when_it_goes_the_page_is_back(self, ui: UI, stage: Any) -> None:
        self.sheet(stage)
        stage.show(scene(view=ONE))
        ui.tap(GO)
        assert ui.acts == [GO]


def corner_of(stage: Any) -> tuple[int, int]:
    box = next(target.box for target in stage.board.targets if target.act == GO)
    return box.x + 30, box.y + box.h // 2


class TestKeypad:
    def test_keys_walk_over_the_targets_and_do_what_they_stand_on(self, ui: UI, stage: Any) -> None:
        acts = [target.act for target in stage.targets]
        stage.step(1)
        stage.enter()
        assert ui.acts == [acts[0]]
        stage.step(1)
        stage.enter()
        stage.step(-2)
        stage.enter()
        assert ui.acts == [acts[0], acts[1], acts[-1]]

    def test_focus_is_a_ring_around_the_target(self, ui: UI, stage: Any) -> None:
        box = next(target.box for target in stage.targets if target.act == GO)
        ring = (box.x + box.w // 2, box.y - 9)
        before = ui.picture().getpixel(ring)
        while stage._feel.focus != GO:
            stage.step(1)
        image = ui.next_frame()
        assert image is not None
        assert image.getpixel(ring) == rgb(rgba(LIGHT.ink)) != before
        stage.show(scene(view=replace(ONE, title="别的")))
        assert stage._feel.focus == GO
        stage.show(scene(view=TWO))
        assert stage._feel.focus is None
