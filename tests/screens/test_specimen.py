"""Every part in every theme and at two resolutions: what can be asserted of a page without knowing what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from journeys.views import NotReady
from tests.screens.checks import pale
from tests.screens.conftest import FULL, HALF, UI, keep, pixels, rgb

if TYPE_CHECKING:
    from screens.kit.pen import Box

NAMES = [
    *(f"{page}{look}"
      for page in ("28-components", "03-search", "02-home", "12-pictures", "01-attract", "18-map", "pin")
      for look in ("", "-dark", "-large")),
    *(f"{page}{look}" for page in ("06-guide", "05-rows", "23-english") for look in ("", "-dark")),
    "15-idle", "15-idle-large",
    *(f"09-card-{phase}{look}"
      for phase in ("waiting", "reading", "unread", "left") for look in ("", "-dark", "-large")),
]  # fmt: skip


def show(ui: UI, name: str, panel: Any = HALF) -> Any:
    from tests.screens import specimen

    page, stage_options, scene_options = next(look[1:] for look in specimen.looks() if look[0] == name)
    stage = ui.open({NotReady: page}, panel=panel, **stage_options)
    stage.show(specimen.scene(**scene_options))
    return stage


def test_names_are_all_there_is(kivy_window: Any) -> None:
    from tests.screens import specimen

    assert sorted(NAMES) == sorted(look[0] for look in specimen.looks())


@pytest.mark.parametrize("name", NAMES)
def test_pictures(ui: UI, name: str) -> None:
    """Each page is drawn whole: its ground, its ink and soft edges between them are on the glass."""
    stage = show(ui, name, FULL)
    image = ui.picture()
    keep(image, name)
    colours = pixels(image)
    for token in ("ground", "ink"):
        assert rgb(stage.board._kit.theme.colours[token]) in colours, token
    assert len(colours) > 200


@pytest.mark.parametrize("name", NAMES)
def test_what_is_written_is_large_enough_and_inside_its_place(ui: UI, name: str) -> None:
    stage = show(ui, name, FULL)
    for board in (stage.board, stage.sheet):
        for painted in board._painted:
            left, right = painted.placed.box.x, painted.placed.box.right
            for line in painted.written:
                assert line.size >= 34, line
                assert left <= line.box.x, (line, painted.placed)
                assert line.box.right <= right, (line, painted.placed)
                assert line.box.y >= 0, line
                assert line.box.bottom <= FULL.height, line


@pytest.mark.parametrize("name", NAMES)
def test_no_line_lies_on_another(ui: UI, name: str) -> None:
    lines = show(ui, name, FULL).written
    for i, one in enumerate(lines):
        for other in lines[i + 1 :]:
            # Line boxes of two sizes may share their empty edges; the letters themselves may not touch.
            ink = [line.box.inset(0, (line.box.h - line.size) // 2 + 2) for line in (one, other)]
            assert not overlap(*ink), (one, other)


@pytest.mark.parametrize("name", NAMES)
def test_targets_can_be_hit_with_a_finger_and_do_not_overlap(ui: UI, name: str) -> None:
    targets = show(ui, name, FULL).targets
    for target in targets:
        assert min(target.box.w, target.box.h) >= 51, target
        assert target.box.x >= 0, target
        assert target.box.right <= FULL.width, target
        assert target.box.bottom <= FULL.height, target
    fields = [target for target in targets if target.act[0] in ("search", "stay")]  # other things lie on these
    rest = [target for target in targets if target not in fields]
    for i, one in enumerate(rest):
        for other in rest[i + 1 :]:
            assert not overlap(one.box, other.box), (one, other)


def overlap(one: Box, other: Box) -> bool:
    return one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom


@pytest.mark.parametrize("name", [name for name in NAMES if "idle" not in name])
def test_text_contrasts_seven_to_one_with_what_lies_under_it(ui: UI, name: str, monkeypatch: Any) -> None:
    faults = pale(monkeypatch)
    show(ui, name)
    assert ui.stage.written
    assert not faults


@pytest.mark.parametrize("name", [name for name in NAMES if "idle" not in name])
def test_nothing_runs_out_of_the_page(ui: UI, name: str, monkeypatch: Any) -> None:
    """What is added from the top and what stands at the foot never meet."""
    from screens import stage as stage_module
    from screens.page import Frame

    frames: list[Frame] = []

    class Kept(Frame):
        def __init__(self, *given: Any) -> None:
            super().__init__(*given)
            frames.append(self)

    monkeypatch.setattr(stage_module, "Frame", Kept)
    show(ui, name)
    assert frames[-1].body.h >= 0
