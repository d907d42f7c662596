"""What holds for every page, whatever it says: asked of what the stage has painted at full size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from tests.screens.conftest import FULL, UI

if TYPE_CHECKING:
    from screens.kit.part import Target
    from screens.kit.pen import Box, Written
    from screens.theme import Theme, Token

SMALLEST_TYPE = 34
SMALLEST_TARGET = 51
REACH = 864
"""The y from which on everything is within reach of a seated person, for the one filled button."""


def overlap(one: Box, other: Box) -> bool:
    return one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom


def own(ui: UI) -> list[Any]:
    """What the page itself has painted: without the status bar and the navigation row, which have their own tests."""
    from screens.kit.bars import NavRow, StatusBar

    return [each for each in ui.stage.board._painted if not isinstance(each.placed.part, NavRow | StatusBar)]


def _theme(ui: UI) -> Theme:
    kit = ui.stage.board._kit
    assert kit is not None, "nothing is shown"
    return kit.theme


def lines(ui: UI) -> list[str]:
    """What the page says, in reading order."""
    return [line.text for painted in own(ui) for line in painted.written]


def acts(ui: UI) -> list[tuple[str, str]]:
    """What can be touched on the page."""
    return [target.act for painted in own(ui) for target in painted.targets]


def box_of(ui: UI, act: tuple[str, str]) -> Box:
    found = [target.box for target in ui.stage.board.targets if target.act == act]
    assert found, f"nothing hands back {act}: {acts(ui)}"
    return found[-1]


def check_page(ui: UI, primary: tuple[str, str] | None = None) -> None:
    """All of them. `primary`: what the filled button hands back."""
    assert ui.panel == FULL, "figures are those of the full panel"
    check_lines(ui)
    check_targets(ui)
    check_places(ui)
    if primary is not None:
        assert box_of(ui, primary).y >= REACH, (primary, box_of(ui, primary))


def check_lines(ui: UI) -> None:
    """Large enough, between the margins, none on another."""
    margin = _theme(ui).margin
    written = [line for painted in own(ui) for line in painted.written]
    for line in written:
        assert line.size >= SMALLEST_TYPE, line
        assert margin <= line.box.x and line.box.right <= FULL.width - margin, line
        assert line.box.y >= 0 and line.box.bottom <= FULL.height, line
    for i, one in enumerate(written):
        for other in written[i + 1 :]:
            # Line boxes of two sizes may share their empty edges; the letters themselves may not touch.
            ink = [line.box.inset(0, (line.box.h - line.size) // 2 + 2) for line in (one, other)]
            assert not overlap(*ink), (one, other)


def check_targets(ui: UI) -> None:
    """A finger hits what it means."""
    found = list(_targets(ui))
    for target in found:
        assert min(target.box.w, target.box.h) >= SMALLEST_TARGET, target
        assert target.box.x >= 0 and target.box.right <= FULL.width, target
        assert target.box.y >= 0 and target.box.bottom <= FULL.height, target
    for i, one in enumerate(found):
        for other in found[i + 1 :]:
            assert one.act == other.act or not overlap(one.box, other.box), (one, other)


def _targets(ui: UI) -> Iterator[Target]:
    """Everything but the ground of pages that wait for any touch, which lies under all else."""
    from screens.kit.bars import Anywhere

    for painted in ui.stage.board._painted:
        if not isinstance(painted.placed.part, Anywhere):
            yield from painted.targets


def check_places(ui: UI) -> None:
    """What was placed from the top and from the foot does not meet, and the navigation row is where it always is."""
    from screens.kit.bars import NavRow

    placed = [painted.placed for painted in ui.stage.board._painted if painted.written or painted.targets]
    theme = _theme(ui)
    for one in placed:
        assert one.box.w > 0 and one.box.h >= 0, one
        if isinstance(one.part, NavRow):
            assert one.box.x == theme.margin and one.box.bottom == FULL.height - theme.g(4), one.box
    solid = [each.box for each in placed if each.box.h and not _under(each.part)]
    for i, first in enumerate(solid):
        for second in solid[i + 1 :]:
            assert not overlap(first, second), (first, second)


def _under(part: Any) -> bool:
    """Whether other parts may lie on it."""
    from screens.kit.bars import Anywhere
    from screens.kit.planes import Plane

    return isinstance(part, Anywhere) or (isinstance(part, Plane) and not part.parts)


def pale(monkeypatch: Any) -> list[tuple[Written, Token, float]]:
    """Text that contrasts less than 7:1 with what lies under it, gathered while pages are painted from now on."""
    from screens.kit import board as board_module
    from screens.kit.pen import Box, Pen
    from screens.theme import Rgba, contrast

    faults: list[tuple[Written, Token, float]] = []

    class Watching(Pen):
        laid: ClassVar[list[tuple[Box, Rgba]]] = []

        def fill(self, box: Box, ink: Any, radius: int = 0, corners: str = "tltrblbr", alpha: float = 1.0) -> None:
            if alpha == 1:
                self.laid.append((box, self._colours[ink]))
            super().fill(box, ink, radius, corners, alpha)

        def disc(self, x: float, y: float, diameter: int, ink: Any) -> None:
            side = round(diameter * 0.7)
            self.laid.append((Box(round(x - side / 2), round(y - side / 2), side, side), self._colours[ink]))
            super().disc(x, y, diameter, ink)

        def text(self, block: Any, x: int, y: int, ink: Any, width: int = 0, align: Any = "left") -> None:
            super().text(block, x, y, ink, width, align)
            for line in self.written[-len(block.lines) :]:
                for at in (0.02, 0.5, 0.98):
                    point = line.box.x + line.box.w * at, line.box.y + line.box.h / 2
                    ground = next((c for box, c in reversed(self.laid) if box.holds(*point)), self._colours["ground"])
                    if contrast(self._colours[ink], ground) < 7:
                        faults.append((line, ink, round(contrast(self._colours[ink], ground), 2)))

    monkeypatch.setattr(board_module, "Pen", Watching)
    return faults
