"""The line above the actions of what is read: who has checked it, whom to ring, and turning the leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from journeys.views import PlaceSection, Tag as TagView
from screens.kit.buttons import COATS, PRESSED, paint_focus
from screens.kit.kit import Kit
from screens.kit.part import Act, Feel, Part, Sized, Target
from screens.kit.pen import Align, Box, Pen
from screens.kit.planes import Column, Flow
from screens.kit.typeset import Block
from screens.kit.words import Note
from screens.pages.parts_read import say


@dataclass(frozen=True, slots=True)
class Turn(Sized):
    """One way of turning leaves: an arrow, and before it what comes; a long name is set smaller, then cut."""

    icon: str
    act: Act
    name: str = ""

    def _side(self, kit: Kit) -> int:
        return kit.grown(6)

    def _around(self, kit: Kit) -> int:
        return self._side(kit) + kit.g(1.5) + 2 * kit.g(3)

    def _block(self, kit: Kit, width: int) -> Block | None:
        if not self.name:
            return None
        free = width - self._around(kit)
        block = kit.set(self.name, bold=True)
        return block if block.width <= free else kit.set(self.name, "t34", bold=True, width=free, most=1)

    def width(self, kit: Kit) -> int:
        words = kit.set(self.name, bold=True).width + self._around(kit) if self.name else 0
        return max(kit.grown(13), words)

    def height(self, kit: Kit, width: int) -> int:
        return kit.grown(12)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, theme = pen.kit, pen.kit.theme
        if feel.focus == self.act:
            paint_focus(pen, box, theme.radius)
        coat = (PRESSED if feel.down == self.act else COATS)["secondary"]
        pen.frame(box, coat.fill, coat.edge, theme.radius, theme.border)
        side, block = self._side(kit), self._block(kit, box.w)
        x = box.x + (box.w - side) // 2
        if block:
            x -= (block.width + kit.g(1.5)) // 2
            pen.text(block, x, box.y + (box.h - block.line) // 2, coat.ink)
            x += block.width + kit.g(1.5)
        pen.icon(self.icon, x + side / 2, box.y + box.h / 2, side, coat.ink)

    def targets(self, kit: Kit, box: Box) -> tuple[Target, ...]:
        return (Target(box, self.act),)


@dataclass(frozen=True, slots=True)
class NamedTurner(Sized):
    """Back, where one is, on; on stands at the right edge of every leaf. In large type, where a leaf says one thing,
    on takes all the room there is.

    `next`: what the next leaf begins with. `action`: what turning hands back, with the number of the leaf.
    """

    at: int
    count: int
    next: str = ""
    action: str = "page"

    def _back(self) -> Turn | None:
        return Turn("expand_less", (self.action, str(self.at - 1))) if self.at > 0 else None

    def _on(self) -> Turn | None:
        if self.at + 1 >= self.count:
            return None
        return Turn("expand_more", (self.action, str(self.at + 1)), self.next)

    def _words(self) -> str:
        return f"{self.at + 1} / {self.count}"

    def _widths(self, kit: Kit, room: int) -> tuple[int, int, int]:
        """(back, words, on) when `room` pixels are there for all."""
        back, words = self._back(), kit.set(self._words()).width + 2 * kit.g(3)
        left = back.width(kit) if back else 0
        on = self._on()
        return left, words, min(on.width(kit), room - left - words) if on else 0

    def width(self, kit: Kit) -> int:
        return sum(self._widths(kit, kit.theme.width))

    def height(self, kit: Kit, width: int) -> int:
        return kit.grown(12)

    def _places(self, kit: Kit, box: Box) -> tuple[tuple[Turn | None, Box], Box, tuple[Turn | None, Box]]:
        left, words, right = self._widths(kit, box.w)
        spare = box.w - left - words - right
        if kit.theme.large and right and self.next:
            right, spare = right + spare, 0
        x = box.x + spare
        return (
            (self._back(), Box(x, box.y, left, box.h)),
            Box(x + left, box.y, words, box.h),
            (self._on(), Box(box.right - right, box.y, right, box.h)),
        )

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        back, words, on = self._places(pen.kit, box)
        for turn, place in (back, on):
            if turn:
                turn.paint(pen, place, feel)
        block = pen.kit.set(self._words())
        align: Align = "center" if on[0] else "right"
        pen.text(block, words.x, words.y + (words.h - block.line) // 2, "ink2", words.w, align)

    def targets(self, kit: Kit, box: Box) -> Sequence[Target]:
        back, _, on = self._places(kit, box)
        return [target for turn, place in (back, on) if turn for target in turn.targets(kit, place)]


@dataclass(frozen=True, slots=True)
class Foot(Part):
    """The line above the actions: who says so and whom to ring at the left, turning leaves at the right. When there
    is no room side by side, the turner first gives up the name of what comes, and then stands below the notes.
    """

    notes: tuple[Part, ...] = ()
    turner: NamedTurner | None = None

    def _column(self) -> Column:
        return Column(self.notes)

    def _plan(self, kit: Kit, box: Box) -> tuple[Box, NamedTurner | None, Box, int]:
        """(notes, turner, its box, height of all)."""
        column, turner = self._column(), self.turner
        whole = column.height(kit, box.w)
        if turner is None:
            return box._replace(h=whole), None, box, whole
        tall = turner.height(kit, box.w)
        if not self.notes:
            return box, turner, box._replace(h=tall), tall
        for each, most in ((turner, max(whole, tall)), (replace(turner, next=""), whole + tall // 2)):
            wide = each.width(kit)
            left = box.w - wide - kit.g(3)
            beside = column.height(kit, left)
            if left >= kit.theme.columns(4) and beside <= most:
                height = max(beside, tall)
                notes = Box(box.x, box.y + (height - beside) // 2, left, beside)
                return notes, each, Box(box.right - wide, box.y + (height - tall) // 2, wide, tall), height
        y = whole + kit.g(1.5)
        return box._replace(h=whole), turner, Box(box.x, box.y + y, box.w, tall), y + tall

    def height(self, kit: Kit, width: int) -> int:
        return self._plan(kit, Box(0, 0, width, 0))[3]

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        notes, turner, place, _ = self._plan(pen.kit, box)
        self._column().paint(pen, notes, feel)
        if turner:
            turner.paint(pen, place, feel)

    def targets(self, kit: Kit, box: Box) -> Sequence[Target]:
        _, turner, place, _ = self._plan(kit, box)
        return turner.targets(kit, place) if turner else ()


def verified_note(tag: TagView) -> Note:
    """Who has checked this, and when."""
    return Note(tag.icon, tag.text, "ok")


def office_note(place: PlaceSection) -> Flow:
    """Where to go and whom to ring, on a leaf that does not show the office."""
    rings = [say(*line) for line in place.lines if line[0] == "call"]
    return Flow((say("place", place.name), *rings), gap=4, row_gap=0)
