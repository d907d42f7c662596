"""Parts and measures shared by the pages on which things are found: home, search, answers, lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from journeys.views import Press
from screens.kit.buttons import Button, Chip, Kind, act_of
from screens.kit.kit import Kit
from screens.kit.part import Feel, Part, Sized, Target
from screens.kit.pen import Box, Pen
from screens.kit.planes import Flow, Plane
from screens.kit.typeset import Block
from screens.kit.words import Text
from screens.page import Frame
from screens.pages.turning import Leaf, turn


def rows_plane(rows: Iterable[Part]) -> Plane:
    """Rows on a white plane with hairlines between them."""
    return Plane(tuple(rows), rules=True)


def turn_rows(
    page: Frame, rows: Sequence[Part], number: int, *, first: int | None = None, rest: int | None = None
) -> Leaf:
    """Which of `rows` stand on page `number` when they lie on a plane of rows, see `turn`."""
    inner = page.body.w - 2 * page.kit.g(rows_plane(()).pad)
    heights = [row.height(page.kit, inner) for row in rows]
    return turn(page, heights, number, between=0, first=first, rest=rest)


@dataclass(frozen=True, slots=True)
class Filters(Part):
    """Chips, and how many things there are at the right end of their line, or below them."""

    chips: tuple[Chip, ...]
    line: str

    def _boxes(self, kit: Kit, box: Box) -> tuple[Flow, Box, Text, Box]:
        chips, words = Flow(self.chips), kit.set(self.line, "t34")
        used = sum(chip.width(kit) for chip in self.chips) + kit.g(2) * len(self.chips)
        tall = chips.height(kit, box.w)
        if used + kit.g(2) + words.width <= box.w:
            line = Box(box.x + used, box.y + (tall - words.line) // 2, box.w - used, words.line)
            return chips, box._replace(h=tall), Text(self.line, "t34", "ink2", align="right"), line
        below = Text(self.line, "t34", "ink2")
        line = Box(box.x, box.y + tall + kit.g(1), box.w, below.height(kit, box.w))
        return chips, box._replace(h=tall), below, line

    def height(self, kit: Kit, width: int) -> int:
        _, chips, _, line = self._boxes(kit, Box(0, 0, width, 0))
        return max(chips.bottom, line.bottom)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        flow, chips, text, line = self._boxes(pen.kit, box)
        flow.paint(pen, chips, feel)
        text.paint(pen, line, feel)

    def targets(self, kit: Kit, box: Box) -> Sequence[Target]:
        flow, chips, _, _ = self._boxes(kit, box)
        return flow.targets(kit, chips)


@dataclass(frozen=True, slots=True)
class Info(Sized):
    """Words to know where a button could stand: an icon and bold words on sand, such as the number to call."""

    press: Press
    tall: float = 16

    def _block(self, kit: Kit, width: int = 0) -> Block:
        return kit.set(self.press.label, "t40", bold=True, width=width and width - self._lead(kit) - kit.g(3))

    def _lead(self, kit: Kit) -> int:
        return kit.g(3) + kit.grown(6) + kit.g(2)

    def width(self, kit: Kit) -> int:
        return self._lead(kit) + self._block(kit).width + kit.g(4)

    def height(self, kit: Kit, width: int) -> int:
        return max(kit.grown(self.tall), self._block(kit, width).height + kit.g(2))

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, theme = pen.kit, pen.kit.theme
        pen.fill(box, "sand", theme.radius)
        block, side = self._block(kit, box.w), kit.grown(6)
        x = box.x + (box.w - side - kit.g(2) - block.width) // 2
        pen.icon(self.press.icon, x + side / 2, box.y + box.h / 2, side, "primary")
        pen.text(block, x + side + kit.g(2), box.y + (box.h - block.height) // 2, "ink")


@dataclass(frozen=True, slots=True)
class Ways(Part):
    """What can be done at the foot of a page: the first press is the filled button; a press that only tells
    something, such as a number to call, stands beside it as words. What does not fit side by side stands below.
    """

    presses: tuple[Press, ...]

    def _parts(self) -> list[Sized]:
        kinds: Iterator[Kind] = iter(("primary", "secondary", "tertiary"))
        return [
            Button(press, next(kinds, "tertiary"), tall=16) if press.enabled else Info(press) for press in self.presses
        ]

    def _boxes(self, kit: Kit, box: Box) -> Iterator[tuple[Sized, Box]]:
        parts, gutter = self._parts(), kit.theme.gutter
        wishes = [part.width(kit) for part in parts]
        spare = box.w - gutter * (len(parts) - 1) - sum(wishes)
        x, y = box.x, box.y
        for part, wish in zip(parts, wishes, strict=True):
            width = box.w if spare < 0 else wish + spare // len(parts)
            yield part, Box(x, y, width, part.height(kit, width))
            if spare < 0:
                y += part.height(kit, width) + kit.g(2)
            else:
                x += width + gutter

    def height(self, kit: Kit, width: int) -> int:
        return max((place.bottom for _, place in self._boxes(kit, Box(0, 0, width, 0))), default=0)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        for part, place in self._boxes(pen.kit, box):
            part.paint(pen, place, feel)

    def targets(self, kit: Kit, box: Box) -> list[Target]:
        return [target for part, place in self._boxes(kit, box) for target in part.targets(kit, place)]


@dataclass(frozen=True, slots=True)
class Line(Part):
    """A quiet line of words; with `press` its right end leads on, and the whole line is what one touches.

    `label` false: only the arrow, because the number in the words would not be right.
    """

    text: str
    press: Press | None = None
    label: bool = True

    def _blocks(self, kit: Kit, width: int) -> tuple[Block, Block | None, int]:
        """(words, label, height)."""
        if self.press is None:
            words = kit.set(self.text, "t34", width=width)
            return words, None, words.height
        label = kit.set(self.press.label, "t34", bold=True) if self.label else None
        tail = kit.grown(5) + (label.width + kit.g(3) if label else 0)
        words = kit.set(self.text, "t34", width=max(width - tail, width // 3))
        return words, label, max(words.height, kit.grown(7))

    def height(self, kit: Kit, width: int) -> int:
        return self._blocks(kit, width)[2]

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit = pen.kit
        words, label, _ = self._blocks(kit, box.w)
        if self.press and feel.down == act_of(self.press):
            pen.fill(box.inset(-kit.g(1), 0), "tint", kit.theme.radius)
        pen.text(words, box.x, box.y + (box.h - words.height) // 2, "ink2")
        if self.press is None:
            return
        side = kit.grown(5)
        pen.icon("chevron_right", box.right - side / 2 + kit.g(0.75), box.y + box.h / 2, side, "primary")
        if label:
            pen.text(label, box.right - side - label.width, box.y + (box.h - label.line) // 2, "primary")

    def targets(self, kit: Kit, box: Box) -> tuple[Target, ...]:
        return (Target(box, act_of(self.press)),) if self.press else ()
