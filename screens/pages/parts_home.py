"""What only the home screen has: the table of themes, the notice of the day, the ways to card and search field."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from journeys.views import HomeTile, Press, Tag as TagView
from screens.kit.buttons import COATS, PRESSED, Button, Coat, Tile, act_of, paint_focus
from screens.kit.fitting import balanced, step_that_fits
from screens.kit.kit import Kit
from screens.kit.part import Act, Feel, Part, Target
from screens.kit.pen import Box, Pen
from screens.kit.planes import Grid
from screens.kit.typeset import Block
from screens.kit.words import TONES
from screens.theme import Token

Look = Literal["full", "compact", "brief"]
"""How much the row of the card says."""

TOUCHED = Coat("tint", "tint", "ink")


def press(tile: HomeTile) -> Press:
    """A tile as something to press."""
    return Press(tile.label, tile.action, tile.value, tile.icon)


def tiles(
    kit: Kit,
    width: int,
    presses: Sequence[Press],
    fill: Token | None,
    *,
    tall: float = 14,
    step: str = "",
    icons: bool = True,
) -> tuple[Part, ...]:
    """Tiles `width` pixels wide, all in the same type (`step`, else the largest of two in which every word has one
    line), long words broken evenly; without icons where words need the room.
    """
    free = width - kit.g(2)
    step = step or step_that_fits(kit, (each.label for each in presses), free)
    labels = [balanced(kit, each.label, step, free) for each in presses]
    if not icons:
        coat = Coat(fill, "plane" if kit.theme.outlined and fill else fill, "ink") if fill else None
        return tuple(Words(each, step, coat, tall=10) for each in presses)
    return tuple(
        Tile(Press(label, each.action, each.value, each.icon), fill, tall=tall, step=step)
        for each, label in zip(presses, labels, strict=True)
    )


@dataclass(frozen=True, slots=True)
class Words(Part):
    """Words to press, on two lines if need be."""

    press: Press
    step: str
    coat: Coat | None = None
    pressed: Coat = TOUCHED
    tall: float = 10.5

    def _block(self, kit: Kit, width: int) -> Block:
        return kit.set(balanced(kit, self.press.label, self.step, width - kit.g(2)), self.step)

    def height(self, kit: Kit, width: int) -> int:
        return max(kit.grown(self.tall), self._block(kit, width).height + kit.g(2))

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        theme, act = pen.kit.theme, act_of(self.press)
        if feel.focus == act:
            paint_focus(pen, box, theme.radius)
        coat = self.pressed if feel.down == act else self.coat
        if coat:
            pen.frame(box, coat.fill, coat.edge, theme.radius, theme.border)
        block = self._block(pen.kit, box.w)
        pen.text(block, box.x, box.y + (box.h - block.height) // 2, coat.ink if coat else "ink", box.w, "center")

    def targets(self, kit: Kit, box: Box) -> tuple[Target, ...]:
        return (Target(box, act_of(self.press)),)


def shortcuts(kit: Kit, width: int, presses: Sequence[Press]) -> Grid:
    """Popular questions side by side on the sea."""
    cell = (width - (len(presses) - 1) * kit.g(2)) // len(presses)
    step = step_that_fits(kit, (each.label for each in presses), cell - kit.g(2))
    words = tuple(Words(each, step, COATS["seaghost"], PRESSED["seaghost"]) for each in presses)
    return Grid(words, len(presses), gap=2)


@dataclass(frozen=True, slots=True)
class Themes(Part):
    """Themes as one white table from edge to edge of the panel, hairlines between them."""

    tiles: tuple[HomeTile, ...]
    columns: int
    icons: bool = True

    def _grid(self, kit: Kit) -> Grid:
        tall = 14 if kit.theme.large else 17
        presses = [press(tile) for tile in self.tiles]
        cells = tiles(kit, kit.theme.width // self.columns, presses, None, tall=tall, icons=self.icons)
        return Grid(cells, self.columns, gap=0, row_gap=0)

    def height(self, kit: Kit, width: int) -> int:
        return self._grid(kit).height(kit, kit.theme.width)

    def _place(self, kit: Kit, box: Box) -> Box:
        return Box(box.x + (box.w - kit.theme.width) // 2, box.y, kit.theme.width, box.h)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, rule = pen.kit, pen.kit.theme.border
        pen.fill(box, "surface")
        grid, place = self._grid(kit), self._place(kit, box)
        grid.paint(pen, place, feel)
        cells = [target.box for target in grid.targets(kit, place)]
        for x in sorted({cell.x for cell in cells} - {place.x}):
            pen.fill(Box(x - rule // 2, place.y, rule, place.h), "line")
        for y in sorted({cell.y for cell in cells} - {place.y}):
            pen.fill(Box(place.x, y - rule // 2, place.w, rule), "line")

    def targets(self, kit: Kit, box: Box) -> list[Target]:
        return list(self._grid(kit).targets(kit, self._place(kit, box)))


@dataclass(frozen=True, slots=True)
class Bulletin(Part):
    """The most urgent notice of today in one calm line, which leads to all of them."""

    notice: TagView

    def _act(self) -> Act:
        return "notices", ""

    def _block(self, kit: Kit, width: int) -> tuple[Block, int]:
        """(words, x of the words)."""
        left = kit.g(2) + kit.grown(8) + kit.g(3)
        return kit.set(self.notice.text, bold=True, width=width - left - kit.grown(7) - kit.g(2)), left

    def height(self, kit: Kit, width: int) -> int:
        return max(self._block(kit, width)[0].height + kit.g(3), kit.grown(8) + 2 * kit.g(2))

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, theme, look = pen.kit, pen.kit.theme, TONES[self.notice.tone]
        if feel.focus == self._act():
            paint_focus(pen, box, theme.radius)
        fill: Token = "tint" if feel.down == self._act() else "surface"
        pen.frame(box, fill, "plane" if theme.outlined else fill, theme.radius, theme.border)
        side, middle = kit.grown(8), box.y + box.h / 2
        square = Box(box.x + kit.g(2), round(middle - side / 2), side, side)
        pen.fill(square, look.ground, theme.small_radius)
        pen.icon(self.notice.icon or look.icon, *square.middle, kit.grown(5.5), look.icon_ink)
        block, left = self._block(kit, box.w)
        pen.text(block, box.x + left, box.y + (box.h - block.height) // 2, "ink")
        arrow = kit.grown(7)
        pen.icon("chevron_right", box.right - kit.g(1.5) - arrow / 2, middle, arrow, "primary")

    def targets(self, kit: Kit, box: Box) -> tuple[Target, ...]:
        return (Target(box, self._act()),)


@dataclass(frozen=True, slots=True)
class CardOffer(Part):
    """What a card is good for, in the one warm colour, and the way to laying it down. The whole row is the target.

    `look`: "full"; "compact", lower and with a smaller second line; "brief", only the title and an arrow, where type is
    so large that nothing else has room.
    """

    title: str
    line: str
    press: Press
    look: Look = "full"

    def _button(self) -> Button:
        return Button(replace(self.press, icon=""), "secondary", tall=13 if self.look == "full" else 11)

    def _lead(self, kit: Kit) -> int:
        return kit.g(4) + kit.grown(9) + kit.g(4)

    def _tail(self, kit: Kit) -> int:
        return kit.grown(7) + kit.g(2) if self.look == "brief" else self._button().width(kit) + 2 * kit.g(3)

    def _blocks(self, kit: Kit, width: int) -> list[tuple[Block, Token]]:
        free = width - self._lead(kit) - self._tail(kit)
        found: list[tuple[Block, Token]] = [(kit.set(self.title, "t48", bold=True, width=free), "ink")]
        if self.line and self.look != "brief":
            step = "t40" if self.look == "full" else "t34"
            found.append((kit.set(self.line, step, width=free), "ink2"))
        return found

    def height(self, kit: Kit, width: int) -> int:
        words = sum(block.height for block, _ in self._blocks(kit, width))
        if self.look == "full":
            return max(words + 2 * kit.g(2), kit.grown(13) + 2 * kit.g(3))
        if self.look == "compact":
            return max(words + kit.g(1), kit.grown(11) + 2 * kit.g(2))
        return max(words, kit.grown(9)) + 2 * kit.g(1)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, theme, act = pen.kit, pen.kit.theme, act_of(self.press)
        if feel.focus == act:
            paint_focus(pen, box, theme.radius)
        fill: Token = "tint" if feel.down == act else "surface"
        pen.frame(box, fill, "plane" if theme.outlined else fill, theme.radius, theme.border)
        side, middle = kit.grown(9), box.y + box.h / 2
        # This icon is a disc with waves cut out of it.
        pen.icon(self.press.icon or "contactless", box.x + kit.g(4) + side / 2, middle, side, "coral")
        blocks = self._blocks(kit, box.w)
        y = box.y + (box.h - sum(block.height for block, _ in blocks)) // 2
        for block, ink in blocks:
            pen.text(block, box.x + self._lead(kit), y, ink)
            y += block.height
        if self.look == "brief":
            arrow = kit.grown(7)
            pen.icon("chevron_right", box.right - kit.g(1.5) - arrow / 2, middle, arrow, "primary")
            return
        button = self._button()
        wide = button.width(kit)
        tall = button.height(kit, wide)
        place = Box(box.right - kit.g(3) - wide, round(middle - tall / 2), wide, tall)
        button.paint(pen, place, Feel(down=feel.down))

    def targets(self, kit: Kit, box: Box) -> tuple[Target, ...]:
        return (Target(box, act_of(self.press)),)


@dataclass(frozen=True, slots=True)
class AskField(Part):
    """What looks like the search field of the next page and leads there; its hint is never cut. The first of `ways` is
    what touching the field means, the others have buttons of their own beside the first one's, unless they would leave
    the hint less than two lines: the next page offers them again.
    """

    hint: str
    ways: tuple[Press, ...]

    def _shown(self, kit: Kit, width: int) -> tuple[Press, ...]:
        taken = sum(kit.g(2) + Button(way, tall=12).width(kit) for way in self.ways)
        free = width - self._lead(kit) - taken - kit.g(2)
        fits = free > 0 and kit.set(self.hint, "t40", width=free).height <= 2 * kit.theme.t40.line
        return self.ways if fits else self.ways[:1]

    def _lead(self, kit: Kit) -> int:
        """Pixels from the edge to the words."""
        return kit.g(4) + kit.grown(6.5) + kit.g(2.5)

    def _buttons(self, kit: Kit, box: Box) -> Iterator[tuple[Button, Box]]:
        """From the right: the first way outermost, where a thumb finds it."""
        x, tall = box.right, box.h - 2 * kit.g(2)
        for number, way in enumerate(self._shown(kit, box.w)):
            button = Button(way, "secondary" if number else "primary", tall=12)
            width = button.width(kit)
            x -= kit.g(2) + width
            yield button, Box(x, box.y + kit.g(2), width, tall)

    def _hint(self, kit: Kit, width: int) -> tuple[Block, int]:
        """(words, x of the words)."""
        left = self._lead(kit)
        first = min(place.x for _, place in self._buttons(kit, Box(0, 0, width, 0)))
        free = first - left - kit.g(2)
        step = step_that_fits(kit, (self.hint,), free, ("t48", "t40"))
        return kit.set(self.hint, step, width=free), left

    def height(self, kit: Kit, width: int) -> int:
        return max(kit.g(17), kit.grown(14), self._hint(kit, width)[0].height + kit.g(2))

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, theme = pen.kit, pen.kit.theme
        act = act_of(self.ways[0])
        if feel.focus == act:
            paint_focus(pen, box, theme.radius)
        coat = (PRESSED if feel.down == act else COATS)["sea"]
        pen.frame(box, coat.fill, coat.edge, theme.radius, theme.border)
        side = kit.grown(6.5)
        pen.icon("search", box.x + kit.g(4) + side / 2, box.y + box.h / 2, side, "primary")
        hint, left = self._hint(kit, box.w)
        pen.text(hint, box.x + left, box.y + (box.h - hint.height) // 2, "ink2")
        for button, place in self._buttons(kit, box):
            button.paint(pen, place, Feel(down=feel.down))

    def targets(self, kit: Kit, box: Box) -> tuple[Target, ...]:
        (_, own), *others = self._buttons(kit, box)
        if not others:
            return (Target(box, act_of(self.ways[0])),)
        left = min(place.x for _, place in others) - kit.g(1)
        return (
            Target(Box(box.x, box.y, left - box.x, box.h), act_of(self.ways[0])),
            Target(Box(own.x, box.y, box.right - own.x, box.h), act_of(self.ways[0])),
            *(Target(Box(place.x, box.y, place.w, box.h), act_of(button.press)) for button, place in others),
        )
