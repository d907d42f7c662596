"""What the pages around the printer say, and what can be touched on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from journeys.views import NearPaper, Press, Tone
from screens.kit.buttons import act_of, paint_focus, paint_radio
from screens.kit.fitting import breathed
from screens.kit.kit import Kit
from screens.kit.part import Act, Feel, Part, Sized, Target
from screens.kit.pen import Align, Box, Pen
from screens.kit.planes import Column
from screens.kit.rows import paint_badge
from screens.kit.typeset import Block
from screens.kit.words import TONES
from screens.theme import Token


@dataclass(frozen=True, slots=True)
class Said(Part):
    """A sentence or two, broken where one would draw breath."""

    text: str
    step: str = "t40"
    ink: Token = "ink"
    bold: bool = False
    align: Align = "left"

    def _block(self, kit: Kit, width: int) -> Block:
        return breathed(kit, self.text, self.step, width, bold=self.bold)

    def height(self, kit: Kit, width: int) -> int:
        return self._block(kit, width).height

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        pen.text(self._block(pen.kit, box.w), box.x, box.y, self.ink, box.w, self.align)


def headline(text: str, align: Align = "left") -> Said:
    """One sentence to be read from 1.5 metres."""
    return Said(text, "t88", bold=True, align=align)


@dataclass(frozen=True, slots=True)
class Verdict(Part):
    """What has happened: the shape of its tone, the sentence, and below it what that means."""

    tone: Tone
    title: str
    lines: tuple[str, ...] = ()
    step: str = "t60"
    line_step: str = "t40"

    def _indent(self, kit: Kit) -> int:
        return kit.g(12) + kit.g(3)

    def _words(self) -> Column:
        lines = Column(tuple(Said(line, self.line_step, "ink2") for line in self.lines))
        return Column((Said(self.title, self.step, bold=True), lines), gap=1)

    def height(self, kit: Kit, width: int) -> int:
        return max(self._words().height(kit, width - self._indent(kit)), kit.g(12))

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, look = pen.kit, TONES[self.tone]
        indent = self._indent(kit)
        middle = max(kit.theme.type(self.step).line, kit.g(12)) / 2
        pen.icon(look.icon, box.x + kit.g(6), box.y + middle, kit.g(12), look.icon_ink)
        self._words().paint(pen, box._replace(x=box.x + indent, w=box.w - indent), feel)


@dataclass(frozen=True, slots=True)
class SizeCard(Part):
    """One of a few: round button and name, and below them in a line or two what it means. `tall`: steps that it has
    at least; `pad` and `gap`: steps above and below the words, and between them. What cannot be chosen now is quiet.
    """

    press: Press
    detail: str
    chosen: bool
    tall: float = 14
    pad: float = 2
    gap: float = 0.5

    def _blocks(self, kit: Kit, width: int) -> tuple[Block, Block | None, int]:
        """(name, detail, side of the round button)."""
        inner, side = width - 2 * kit.g(2.5), kit.grown(6)
        name = kit.set(self.press.label, bold=True)
        if name.width > inner - side - kit.g(1.5):
            name = kit.set(self.press.label, "t34", bold=True, width=inner - side - kit.g(1.5))
        return name, breathed(kit, self.detail, "t34", inner) if self.detail else None, side

    def height(self, kit: Kit, width: int) -> int:
        name, detail, side = self._blocks(kit, width)
        words = max(name.height, side) + (kit.g(self.gap) + detail.height if detail else 0)
        return max(kit.grown(self.tall), words + 2 * kit.g(self.pad))

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, theme, act = pen.kit, pen.kit.theme, act_of(self.press)
        if feel.focus == act:
            paint_focus(pen, box, theme.radius)
        on, quiet = self.chosen or feel.down == act, not self.press.enabled
        if quiet:
            pen.frame(box, "ground", "line", theme.radius, theme.border)
        else:
            pen.frame(box, "tint" if on else "surface", "primary" if self.chosen else "edge", theme.radius, theme.focus)
        name, detail, side = self._blocks(kit, box.w)
        left, y, head = box.x + kit.g(2.5), box.y + kit.g(self.pad), max(name.height, side)
        if not detail:
            y = box.y + (box.h - head) // 2
        paint_radio(pen, left + side / 2, y + head / 2, side, self.chosen)
        pen.text(name, left + side + kit.g(1.5), y + (head - name.height) // 2, "ink2" if quiet else "ink")
        if detail:
            pen.text(detail, left, y + head + kit.g(self.gap), "ink2")

    def targets(self, kit: Kit, box: Box) -> Sequence[Target]:
        return (Target(box, act_of(self.press)),) if self.press.enabled else ()


@dataclass(frozen=True, slots=True)
class Words(Sized):
    """An icon and words that know their width, so that two can stand in one line; a warning lies on its own
    ground.
    """

    icon: str
    text: str
    tone: Tone = "plain"

    def _pad(self, kit: Kit) -> int:
        return kit.g(2) if self.tone in ("warn", "stop") else 0

    def _indent(self, kit: Kit) -> int:
        return kit.grown(5) + kit.g(1.5)

    def width(self, kit: Kit) -> int:
        return self._indent(kit) + kit.set(self.text, "t34").width + 2 * self._pad(kit)

    def _block(self, kit: Kit, width: int) -> Block:
        return breathed(kit, self.text, "t34", width - self._indent(kit) - 2 * self._pad(kit))

    def height(self, kit: Kit, width: int) -> int:
        return max(self._block(kit, width).height, kit.grown(5)) + self._pad(kit)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, look, pad = pen.kit, TONES[self.tone], self._pad(pen.kit)
        if pad:
            pen.fill(box, look.ground, kit.theme.small_radius)
        block, side = self._block(kit, box.w), kit.grown(5)
        x, y = box.x + pad, box.y + (box.h - block.height) // 2
        ink: Token = "ink2" if self.tone == "plain" else look.ink
        pen.icon(self.icon or look.icon, x + side / 2, y + block.line / 2, side, ink)
        pen.text(block, x + self._indent(kit), y, ink)


@dataclass(frozen=True, slots=True)
class Downwards(Part):
    """An arrow down to the slot below the glass, and words beside it; with `left`, also the seconds that the page
    stays, in a ring that is open by what has passed of `total`.
    """

    lines: tuple[str, ...]
    left: int = 0
    total: int = 0

    def _arrow(self, kit: Kit) -> int:
        return kit.g(13)

    def _ring(self, kit: Kit) -> int:
        return kit.grown(11) if self.total else 0

    def _words(self) -> Column:
        first, *rest = self.lines or ("",)
        return Column((Said(first, "t48", bold=True), *(Said(line, ink="ink2") for line in rest)))

    def _places(self, kit: Kit, box: Box) -> tuple[Box, Box, Box]:
        arrow, ring = self._arrow(kit), self._ring(kit)
        words = box._replace(x=box.x + arrow + kit.g(4), w=box.w - arrow - kit.g(4) - (ring + kit.g(3) if ring else 0))
        side = Box(box.right - ring, box.y + (box.h - ring) // 2, ring, ring)
        return box._replace(w=arrow), words, side

    def height(self, kit: Kit, width: int) -> int:
        _, words, ring = self._places(kit, Box(0, 0, width, 0))
        return max(self._words().height(kit, words.w), kit.g(8), ring.h)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit = pen.kit
        arrow, words, ring = self._places(kit, box)
        x, y = arrow.middle
        half = kit.g(4)
        pen.polygon([(arrow.x, y - half), (arrow.right, y - half), (x, y + half)], "coral")
        column = self._words()
        height = column.height(kit, words.w)
        column.paint(pen, words._replace(y=words.y + (words.h - height) // 2, h=height), feel)
        if self.total:
            width = kit.grown(1.25)
            radius = ring.w / 2 - width / 2
            pen.ring(*ring.middle, radius, width, "key")
            if self.left:
                pen.ring(*ring.middle, radius, width, "coral", min(1.0, self.left / self.total))
            block = kit.set(str(self.left), "t34", bold=True)
            pen.text(block, ring.x, ring.y + (ring.h - block.line) // 2, "ink", ring.w, "center")


@dataclass(frozen=True, slots=True)
class Bar(Part):
    """How much of a slip was sent."""

    fraction: float

    def height(self, kit: Kit, width: int) -> int:
        return kit.g(3)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        radius = pen.kit.theme.small_radius
        pen.fill(box, "key", radius)
        done = round(box.w * max(0.0, min(1.0, self.fraction)))
        if done:
            pen.fill(box._replace(w=max(done, 2 * radius)), "primary", radius)


@dataclass(frozen=True, slots=True)
class Way(Part):
    """A numbered way on, such as 1 手机扫走全文."""

    number: int
    text: str

    def _words(self, kit: Kit, width: int) -> Block:
        return kit.set(self.text, "t48", bold=True, width=width - kit.grown(8) - kit.g(2))

    def height(self, kit: Kit, width: int) -> int:
        return max(self._words(kit, width).height, kit.grown(8))

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit = pen.kit
        side, words = kit.grown(8), self._words(kit, box.w)
        paint_badge(pen, box.x + side / 2, box.y + box.h / 2, str(self.number), side)
        pen.text(words, box.x + side + kit.g(2), box.y + (box.h - words.height) // 2, "ink")


@dataclass(frozen=True, slots=True)
class IconButton(Part):
    """A button that needs no word: an arrow. Without `act` there is nothing more in its direction. `wide`: pixels it
    takes of its place, 0: all.
    """

    icon: str
    act: Act | None
    tall: float = 14
    wide: int = 0

    def _place(self, box: Box) -> Box:
        return box._replace(w=min(box.w, self.wide)) if self.wide else box

    def height(self, kit: Kit, width: int) -> int:
        return kit.grown(self.tall)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        theme, side, box = pen.kit.theme, pen.kit.grown(7), self._place(box)
        if self.act is None:
            pen.frame(box, "ground", "line", theme.radius, theme.border)
            pen.icon(self.icon, *box.middle, side, "line")
            return
        if feel.focus == self.act:
            paint_focus(pen, box, theme.radius)
        pen.frame(box, "tint" if feel.down == self.act else "surface", "primary", theme.radius, theme.border)
        pen.icon(self.icon, *box.middle, side, "primary")

    def targets(self, kit: Kit, box: Box) -> Sequence[Target]:
        return (Target(self._place(box), self.act),) if self.act else ()


def near_paper(near: NearPaper, number: int = 0) -> Column:
    """Where else there is paper, how to get there and when that was known; with `number` as one of the ways left."""
    head: Part = Way(number, near.title) if number else Said(near.title, bold=True)
    known = Words(near.tag.icon, near.tag.text, near.tag.tone)
    return Column((head, *((Words("near_me", near.way),) if near.way else ()), known), gap=0.5)
