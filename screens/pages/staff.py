"""机器的状态: what works and what does not, and what staff do about it."""

from __future__ import annotations

from dataclasses import dataclass

from journeys.views import Press, Staff
from screens.kit.buttons import Button
from screens.kit.kit import Kit
from screens.kit.part import Feel, Part
from screens.kit.pen import Box, Pen
from screens.kit.planes import Beside, Grid, Plane
from screens.kit.typeset import Block
from screens.kit.words import TONES, Note, Text, title
from screens.page import Frame, Page
from screens.pages.parts_print import IconButton


@dataclass(frozen=True, slots=True)
class Finding(Part):
    """One thing of the machine and how it is; the shape before it says whether it is well."""

    what: str
    how: str
    well: bool

    def _blocks(self, kit: Kit, width: int) -> tuple[Block, Block, int, int]:
        """(what, how, x of each)."""
        left = kit.grown(6) + kit.g(2.5)
        middle = left + (width - left) * 9 // 25
        what = kit.set(self.what, bold=True, width=middle - left - kit.g(2))
        return what, kit.set(self.how, width=width - middle), left, middle

    def height(self, kit: Kit, width: int) -> int:
        what, how, _, _ = self._blocks(kit, width)
        return max(what.height, how.height) + 2 * kit.g(2)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, look = pen.kit, TONES["ok" if self.well else "stop"]
        what, how, left, middle = self._blocks(kit, box.w)
        side, y = kit.grown(6), box.y + kit.g(2)
        pen.icon(look.icon, box.x + side / 2, y + what.line / 2, side, look.icon_ink)
        pen.text(what, box.x + left, y, "ink")
        pen.text(how, box.x + middle, y, "ink" if self.well else look.ink)


@dataclass(frozen=True, slots=True)
class Room(Part):
    """The place of a part that is not there now."""

    part: Part

    def height(self, kit: Kit, width: int) -> int:
        return self.part.height(kit, width)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        """Nothing to see."""


class StaffPage(Page):
    """Findings on as many pages as they need, the latest message, and actions: the first one filled across, the others
    in pairs, so that the last two, stopping and leaving, are at the foot.
    """

    def draw(self, view: Staff, page: Frame) -> None:
        """Places findings, message and actions."""
        page.add(title(view.title), gap=3)
        first, rest = view.actions[:1], view.actions[1:]
        *others, last = _pairs(rest) if rest else [()]
        gap = 4
        for pair in (last, *reversed(others)):
            if pair:
                page.foot(Grid(tuple(Button(press, "tertiary") for press in pair), columns=len(pair)), gap=gap)
                gap = 2
        for press in first:
            page.foot(Button(press, "primary", tall=16), gap=gap)
        # A message has its place even when there is none, so that nothing jumps when it comes.
        message = Plane((Note("info", view.message, "ink", "primary", "t40"),), fill="tint", pad=3, above=1.5)
        page.foot(message if view.message else Room(message), gap=3)
        page.space(2)
        rows = tuple(Finding(*row) for row in view.rows)
        leaves = _leaves(page, rows, 0)
        if len(leaves) > 1:
            leaves = _leaves(page, rows, page.kit.grown(14) + page.kit.g(3))
        at = max(0, min(view.page, len(leaves) - 1))
        if len(leaves) > 1:
            page.foot(_turner(at, len(leaves)), gap=3)
        page.add(leaves[at])


def _pairs(presses: tuple[Press, ...]) -> list[tuple[Press, ...]]:
    """Two and two, from the last one on; the first row takes a third one."""
    rows: list[tuple[Press, ...]] = []
    while presses:
        size = 3 if len(presses) == 3 else 2
        rows.insert(0, presses[-size:])
        presses = presses[:-size]
    return rows


def _leaves(page: Frame, rows: tuple[Finding, ...], less: int) -> list[Plane]:
    """Rows on as few planes as they need when `less` pixels of the page are something else's."""
    room = page.body.h - page.kit.g(3) - less
    leaves: list[tuple[Finding, ...]] = [()]
    for row in rows:
        if leaves[-1] and _plane((*leaves[-1], row)).height(page.kit, page.body.w) > room:
            leaves.append(())
        leaves[-1] += (row,)
    return [_plane(leaf) for leaf in leaves]


def _plane(rows: tuple[Finding, ...]) -> Plane:
    return Plane(rows, rules=True)


def _turner(at: int, count: int) -> Beside:
    back = IconButton("expand_less", ("page", str(at - 1)) if at else None)
    on = IconButton("expand_more", ("page", str(at + 1)) if at + 1 < count else None)
    return Beside((back, Text(f"{at + 1} / {count}", "t48", "ink2", align="center"), on), shares=(1, 1, 1))
