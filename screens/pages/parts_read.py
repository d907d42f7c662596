"""Parts of the pages that are read: headlines with a remark, how an office stands and the way there."""

from __future__ import annotations

from dataclasses import dataclass

from journeys.views import MapView, PlaceSection, Tag as TagView
from screens.kit.buttons import paint_focus
from screens.kit.kit import Kit
from screens.kit.part import Act, Feel, Part, Sized, Target
from screens.kit.pen import Box, Pen
from screens.kit.planes import Column, Flow
from screens.kit.typeset import Block
from screens.kit.words import TONES, Note, Tag, Text
from screens.pages.chart import Chart
from screens.pages.passages import Gap
from screens.theme import Token


@dataclass(frozen=True, slots=True)
class Says(Note, Sized):
    """A note with a width of its own, to stand beside others."""

    def width(self, kit: Kit) -> int:
        return self._indent(kit) + kit.set(self.text, self.step, bold=self.bold).width


def say(icon: str, text: str) -> Says:
    """One line of an office: how far, which bus, when, and in bold the number to ring."""
    return Says(icon, text, "ink", "primary", bold=icon == "call")


@dataclass(frozen=True, slots=True)
class Headline(Part):
    """The title of a page, and what it is about behind it on the same baseline, or on the next line."""

    title: str
    line: str = ""
    step: str = "t40"

    def _behind(self) -> tuple[str, float]:
        """(what stands behind the title, steps between the two)."""
        return self.line, 2.5

    def _plan(self, kit: Kit, width: int) -> tuple[Block, Block | None, int, int]:
        """(title, line, x and y of the line)."""
        head = kit.set(self.title, "t60", bold=True, width=width)
        if not self.line:
            return head, None, 0, 0
        behind, gap = self._behind()
        line = kit.set(behind, self.step)
        x = head.lines[-1].width + kit.g(gap)
        if x + line.width <= width:
            # Ideographs reach 0.88 em above the baseline.
            drop = (head.line - line.line) / 2 + 0.38 * (head.strike.size - line.strike.size)
            return head, line, x, head.height - head.line + round(drop)
        return head, kit.set(self.line, self.step, width=width), 0, head.height

    def height(self, kit: Kit, width: int) -> int:
        head, line, x, y = self._plan(kit, width)
        return y + line.height if line and not x else head.height

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        head, line, x, y = self._plan(pen.kit, box.w)
        pen.text(head, box.x, box.y, "ink")
        if line:
            pen.text(line, box.x + x, box.y + y, "ink2")


@dataclass(frozen=True, slots=True)
class Alias(Headline):
    """The official name as the title, and in round brackets the everyday name behind it; on a line of its own it needs
    none.
    """

    step: str = "t48"

    def _behind(self) -> tuple[str, float]:
        wide = any(letter >= "\u2e80" for letter in self.line)
        return (f"（{self.line}）", 0) if wide else (f"({self.line})", 1.5)


@dataclass(frozen=True, slots=True)
class Aside(Part):
    """A part, and a small remark at the right end of its line, or below it when there is no room."""

    part: Text | Note
    remark: str = ""

    def _plan(self, kit: Kit, width: int) -> tuple[int, Block | None, bool]:
        """(height of the part, remark, beside it)."""
        tall = self.part.height(kit, width)
        if not self.remark:
            return tall, None, True
        remark = kit.set(self.remark, "t34")
        own = kit.set(self.part.text, self.part.step, bold=self.part.bold).width
        own += kit.grown(self.part.steps) + kit.g(1.5) if isinstance(self.part, Note) else 0
        if own + kit.g(3) + remark.width <= width:
            return tall, remark, True
        return tall, kit.set(self.remark, "t34", width=width), False

    def height(self, kit: Kit, width: int) -> int:
        tall, remark, beside = self._plan(kit, width)
        return tall if beside or remark is None else tall + remark.height

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        tall, remark, beside = self._plan(pen.kit, box.w)
        self.part.paint(pen, box._replace(h=tall), feel)
        if remark and beside:
            pen.text(remark, box.x, box.y + (tall - remark.line) // 2, "ink2", box.w, "right")
        elif remark:
            pen.text(remark, box.x, box.y + tall, "ink2")


@dataclass(frozen=True, slots=True)
class Standing(Part):
    """A name in bold, and behind it, or on the next line, how it stands; words too long for a tag are a note."""

    name: str
    tag: TagView | None = None
    bold: bool = True

    def _places(self, kit: Kit, box: Box) -> tuple[Box, Part | None, Box, int]:
        """(name, how it stands, its box, height of both)."""
        name = kit.set(self.name, bold=self.bold, width=box.w)
        if self.tag is None:
            return box._replace(h=name.height), None, box, name.height
        tag = Tag(self.tag)
        wide, tall = tag.width(kit), tag.height(kit, box.w)
        if len(name.lines) == 1 and name.width + kit.g(2) + wide <= box.w:
            line = max(name.line, tall)
            place = Box(box.right - wide, box.y + (line - tall) // 2, wide, tall)
            return Box(box.x, box.y + (line - name.line) // 2, box.w - wide, name.line), tag, place, line
        y = name.height + kit.g(0.5)
        if wide <= box.w:
            return box._replace(h=name.height), tag, Box(box.x, box.y + y, wide, tall), y + tall
        look = TONES[self.tag.tone]
        note = Note(self.tag.icon or look.icon, self.tag.text, look.ink, look.icon_ink, bold=True)
        tall = note.height(kit, box.w)
        return box._replace(h=name.height), note, Box(box.x, box.y + y, box.w, tall), y + tall

    def height(self, kit: Kit, width: int) -> int:
        return self._places(kit, Box(0, 0, width, 0))[3]

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        name, part, place, _ = self._places(pen.kit, box)
        Text(self.name, bold=self.bold).paint(pen, name, feel)
        if part:
            part.paint(pen, place, feel)


@dataclass(frozen=True, slots=True)
class Way(Part):
    """Words on the way to a place, and the drawing of where it lies: beside them; or, in large type or where `under`
    says how many steps high it is, below them. Without a drawing there is free room at the right for a chevron.
    """

    words: Column
    map: MapView | None = None
    under: float = 0

    def _boxes(self, kit: Kit, box: Box) -> tuple[Box, Box | None, int]:
        """(words, drawing, height of all)."""
        if self.map is None:
            inner = box.inset(kit.g(4), kit.g(2.5))
            inner = inner._replace(w=inner.w - kit.grown(5))
            height = self.words.height(kit, inner.w)
            return inner._replace(h=height), None, height + 2 * kit.g(2.5)
        pad = kit.g(3)
        if not kit.theme.large and not self.under:
            side, inner = kit.theme.columns(5), box.inset(pad)
            x = inner.x + side + pad
            height = self.words.height(kit, inner.right - x)
            tall = max(height, kit.g(34))
            place = Box(x, inner.y + (tall - height) // 2, inner.right - x, height)
            return place, Box(inner.x, inner.y, side, tall), tall + 2 * pad
        inner = box.inset(kit.g(4), pad)
        height, tall, gap = self.words.height(kit, inner.w), kit.g(self.under or 40), kit.g(2)
        drawing = Box(inner.x, inner.y + height + gap, inner.w, tall)
        return inner._replace(h=height), drawing, height + gap + tall + 2 * pad

    def height(self, kit: Kit, width: int) -> int:
        return self._boxes(kit, Box(0, 0, width, 0))[2]

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit = pen.kit
        words, drawing, _ = self._boxes(kit, box)
        self.words.paint(pen, words, feel)
        if drawing and self.map:
            below = Chart(self.map, 0).height(kit, drawing.w)
            Chart(self.map, (drawing.h - below) / kit.g(1)).paint(pen, drawing, feel)


@dataclass(frozen=True, slots=True)
class Office(Part):
    """An office on a white plane: name, open or not, the way, the hours, the phone. All of it is the target.

    `mapped`: with the drawing of where it lies; without it what is short stands side by side. `under`: see `Way`.
    """

    place: PlaceSection
    mapped: bool = True
    under: float = 0

    def _way(self) -> Way:
        place = self.place
        name = Standing(place.name, place.state)
        lines = tuple(say(*line) for line in place.lines)
        if self.mapped and place.map:
            detail = (Text(place.detail, "t34", "ink2"),) if place.detail else ()
            return Way(Column((name, *detail, Gap(1), *lines)), place.map, self.under)
        if place.detail:
            lines = (say("place", place.detail), *lines)
        # What is short stands together, in the first row; the sort keeps the order otherwise.
        short = ("place", "near_me", "call")
        lines = tuple(sorted(lines, key=lambda line: line.icon not in short))
        return Way(Column((name, Gap(0.5), Flow(lines, gap=4, row_gap=0))))

    def height(self, kit: Kit, width: int) -> int:
        return self._way().height(kit, width)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, theme, act = pen.kit, pen.kit.theme, self._act()
        if feel.focus == act:
            paint_focus(pen, box, theme.radius)
        ground: Token = "tint" if feel.down == act else "surface"
        pen.frame(box, ground, "plane", theme.radius, theme.border if theme.outlined else 0)
        way = self._way()
        way.paint(pen, box, feel)
        if way.map is None:
            side = kit.grown(7)
            x = box.right - kit.g(4) + kit.g(0.75) - side / 2
            pen.icon("chevron_right", x, box.y + box.h / 2, side, "primary")

    def _act(self) -> Act:
        return "place", self.place.id

    def targets(self, kit: Kit, box: Box) -> tuple[Target, ...]:
        return (Target(box, self._act()),)
