"""Rows of lists and sections: results, facts, materials, steps, figures."""

from __future__ import annotations

from dataclasses import dataclass

from journeys.views import Figure, MaterialLine, Row, StepLine, Tag as TagView
from screens.kit.buttons import paint_tick
from screens.kit.kit import Kit
from screens.kit.part import Act, Feel, Part, Target
from screens.kit.pen import Box, Pen
from screens.kit.planes import Column, Flow
from screens.kit.typeset import Block
from screens.kit.words import TONES, Named, Runs, Tag, Text
from screens.theme import Token


def _pressed(pen: Pen, box: Box, reach: float) -> None:
    """The ground of a row under a finger; it reaches beyond the words to the edge of the plane."""
    kit = pen.kit
    pen.fill(box.inset(-kit.g(reach) + kit.theme.border, 0), "tint", kit.theme.small_radius)


KIND_ICONS = {"life_event": "event_note", "place": "place", "org": "account_balance", "topic": "menu_book"}
"""Icon of the small word that says what a row is when it is no guide."""


@dataclass(frozen=True, slots=True)
class ResultRow(Part):
    """A guide, place, event or the like: official name（everyday name）, why it is here ∣ whose it is, up to three
    tags, a chevron. What it is, or how many steps it has, is the first of the tags. The whole row is the target and
    hands back ("open", id).
    """

    row: Row
    pad: float = 2.5
    reach: float = 4

    def _column(self) -> Column:
        row = self.row
        parts: list[Part] = [Named(row.title, row.alias)]
        if row.why or row.department:
            parts.append(Runs(row.why, row.department))
        return Column(tuple(parts))

    def _tags(self) -> Flow | None:
        row = self.row
        note = (TagView(row.note, KIND_ICONS.get(row.kind, "")),) if row.note else ()
        tags = (*note, *row.tags)[:3]
        return Flow(tuple(map(Tag, tags)), gap=1.5, row_gap=1) if tags else None

    def _inner(self, kit: Kit, width: int) -> int:
        return width - kit.grown(7)

    def height(self, kit: Kit, width: int) -> int:
        inner, tags = self._inner(kit, width), self._tags()
        words = self._column().height(kit, inner) + (kit.g(1.5) + tags.height(kit, inner) if tags else 0)
        return max(words + 2 * kit.g(self.pad), kit.grown(12))

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit = pen.kit
        if feel.down == self._act():
            _pressed(pen, box, self.reach)
        inner, tags, column = self._inner(kit, box.w), self._tags(), self._column()
        words = column.height(kit, inner)
        whole = words + (kit.g(1.5) + tags.height(kit, inner) if tags else 0)
        y = box.y + (box.h - whole) // 2
        column.paint(pen, Box(box.x, y, inner, words), feel)
        if tags:
            tags.paint(pen, Box(box.x, y + words + kit.g(1.5), inner, whole - words), feel)
        side = kit.grown(7)
        pen.icon("chevron_right", box.right - side / 2 + kit.g(0.75), box.y + box.h / 2, side, "primary")

    def _act(self) -> Act:
        return "open", self.row.id

    def targets(self, kit: Kit, box: Box) -> tuple[Target, ...]:
        return (Target(box.inset(-kit.g(self.reach), 0), self._act()),)


@dataclass(frozen=True, slots=True)
class FactRow(Part):
    """A one-sentence answer: question in bold, the answer, where it comes from. It is the answer itself, so there is
    no chevron; touching it still opens the place and phone behind it.
    """

    row: Row
    reach: float = 4

    def _indent(self, kit: Kit) -> int:
        return kit.grown(7) + kit.g(2.5)

    def _column(self) -> Column:
        row = self.row
        parts: list[Part] = [Text(row.title, bold=True), Text(row.answer)]
        if row.note or row.department:
            parts.append(Text(row.note or row.department, "t34", "ink2"))
        return Column(tuple(parts))

    def height(self, kit: Kit, width: int) -> int:
        return self._column().height(kit, width - self._indent(kit)) + 2 * kit.g(2.5)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit = pen.kit
        if feel.down == self._act():
            _pressed(pen, box, self.reach)
        side = kit.grown(7)
        pen.icon("lightbulb", box.x + side / 2 - kit.g(0.5), box.y + kit.g(2.5) + side / 2, side, "primary")
        indent = self._indent(kit)
        self._column().paint(pen, Box(box.x + indent, box.y + kit.g(2.5), box.w - indent, box.h), feel)

    def _act(self) -> Act:
        return "open", self.row.id

    def targets(self, kit: Kit, box: Box) -> tuple[Target, ...]:
        return (Target(box.inset(-kit.g(self.reach), 0), self._act()),)


def list_row(row: Row, *, tight: bool = False) -> ResultRow | FactRow:
    """The row as its kind wants to be drawn: a fact is its own answer, everything else leads somewhere. `tight`: with
    less air, for the small place above the keyboard.
    """
    if row.answer:
        return FactRow(row)
    return ResultRow(row, pad=1.5) if tight else ResultRow(row)


@dataclass(frozen=True, slots=True)
class LinkRow(Part):
    """An icon, words in bold, words below, and where it leads or a figure at the right end."""

    title: str
    detail: str = ""
    icon: str = ""
    act: Act | None = None
    side: str = ""
    step: str = "t40"
    bold: bool = True
    pad: float = 2
    reach: float = 4
    chevron: bool = True

    def _indent(self, kit: Kit) -> int:
        return kit.grown(7.5) + kit.g(3) if self.icon else 0

    def _side(self, kit: Kit) -> Block | None:
        return kit.set(self.side) if self.side else None

    def _column(self) -> Column:
        detail = (Text(self.detail, "t34", "ink2"),) if self.detail else ()
        return Column((Text(self.title, self.step, bold=self.bold), *detail))

    def _tail(self, kit: Kit) -> int:
        side = self._side(kit)
        tail = side.width + kit.g(3) if side else 0
        return tail + (kit.grown(7) if self.act and self.chevron else 0)

    def height(self, kit: Kit, width: int) -> int:
        words = self._column().height(kit, width - self._indent(kit) - self._tail(kit))
        return max(words + 2 * kit.g(self.pad), kit.grown(12))

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit = pen.kit
        if self.act and feel.down == self.act:
            _pressed(pen, box, self.reach)
        middle = box.y + box.h / 2
        if self.icon:
            side = kit.grown(7.5)
            pen.icon(self.icon, box.x + side / 2, middle, side, "primary")
        indent, tail, column = self._indent(kit), self._tail(kit), self._column()
        inner = box.w - indent - tail
        words = column.height(kit, inner)
        column.paint(pen, Box(box.x + indent, round(middle - words / 2), inner, words), feel)
        right = box.right
        if self.act and self.chevron:
            arrow = kit.grown(7)
            pen.icon("chevron_right", right - arrow / 2 + kit.g(0.75), middle, arrow, "primary")
            right -= arrow
        if block := self._side(kit):
            pen.text(block, right - block.width, round(middle - block.line / 2), "ink")

    def targets(self, kit: Kit, box: Box) -> tuple[Target, ...]:
        return (Target(box.inset(-kit.g(self.reach), 0), self.act),) if self.act else ()


@dataclass(frozen=True, slots=True)
class MaterialRow(Part):
    """One thing to bring: tick box, name, who supplies it, how many. The whole row ticks ("tick", index)."""

    line: MaterialLine
    reach: float = 4

    def _texts(self, kit: Kit, width: int) -> tuple[Column, Block, int, int]:
        """(words, count, x of the words, their width)."""
        x = kit.grown(7) + kit.g(3)
        count = kit.set(self.line.count, width=width // 3)
        below = [text for text in (self.line.supplier, self.line.when) if text]
        words = Column((Text(self.line.name, bold=True), *(Text(text, "t34", "ink2") for text in below)))
        return words, count, x, width - x - (count.width + kit.g(3) if self.line.count else 0)

    def height(self, kit: Kit, width: int) -> int:
        words, count, _, inner = self._texts(kit, width)
        return max(words.height(kit, inner), count.height) + 2 * kit.g(0.75)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit = pen.kit
        if feel.down == self._act():
            _pressed(pen, box, self.reach)
        words, count, x, inner = self._texts(kit, box.w)
        side = kit.grown(7)
        paint_tick(pen, Box(box.x, box.y + (box.h - side) // 2, side, side), self.line.ticked)
        height = words.height(kit, inner)
        words.paint(pen, Box(box.x + x, box.y + (box.h - height) // 2, inner, height), feel)
        if self.line.count:
            y = box.y + (box.h - count.height) // 2
            pen.text(count, box.right - count.width, y, "ink", count.width, "right")

    def _act(self) -> Act:
        return "tick", str(self.line.index)

    def targets(self, kit: Kit, box: Box) -> tuple[Target, ...]:
        return (Target(box.inset(-kit.g(self.reach), 0), self._act()),)


def paint_badge(
    pen: Pen, x: float, y: float, text: str, side: int, fill: Token = "primary", ink: Token = "onp"
) -> None:
    """A number or letter in a disc around a point."""
    pen.disc(x, y, side, fill)
    block = pen.kit.set(text, "t40", bold=True)
    pen.text(block, round(x - block.width / 2), round(y - block.line / 2), ink)


@dataclass(frozen=True, slots=True)
class Steps(Part):
    """Numbered steps: side by side when up to three fit, else below one another, joined by a line."""

    rows: tuple[StepLine, ...]

    def _badge(self, kit: Kit) -> int:
        return kit.grown(8)

    def _across(self, kit: Kit, width: int) -> int:
        """Width of one step when all fit side by side, else 0."""
        if not 1 < len(self.rows) <= 3:
            return 0
        cell = width // len(self.rows)
        free = cell - self._badge(kit) - kit.g(4)
        fits = all(
            kit.set(row.name, bold=True).width <= free and kit.set(row.detail, "t34").width <= free for row in self.rows
        )
        return cell if fits else 0

    def _words(self, row: StepLine) -> Column:
        detail = (Text(row.detail, "t34", "ink2"),) if row.detail else ()
        return Column((Text(row.name, bold=True), *detail))

    def _heights(self, kit: Kit, width: int) -> list[int]:
        inner = width - self._badge(kit) - kit.g(3)
        return [max(self._words(row).height(kit, inner), self._badge(kit)) + kit.g(1.5) for row in self.rows]

    def height(self, kit: Kit, width: int) -> int:
        if cell := self._across(kit, width):
            return max(self._words(row).height(kit, cell) for row in self.rows) + 2 * kit.g(1)
        return sum(self._heights(kit, width)) + kit.g(1.5)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, badge = pen.kit, self._badge(pen.kit)
        if cell := self._across(kit, box.w):
            for i, row in enumerate(self.rows):
                x, words = box.x + i * cell, self._words(row)
                paint_badge(pen, x + badge / 2 - kit.g(1), box.y + box.h / 2, str(row.number), badge)
                height = words.height(kit, cell)
                place = Box(x + badge + kit.g(1), box.y + (box.h - height) // 2, cell - badge - kit.g(1), height)
                words.paint(pen, place, feel)
            return
        inner = box.w - badge - kit.g(3)
        y = box.y + kit.g(0.75)
        tops = []
        for height in self._heights(kit, box.w):
            tops.append(y + kit.g(0.75))
            y += height
        x = box.x + badge // 2
        width = kit.theme.focus
        if len(tops) > 1:
            pen.fill(Box(x - width // 2, tops[0] + badge, width, tops[-1] - tops[0] - badge), "sea2")
        for row, top in zip(self.rows, tops, strict=True):
            paint_badge(pen, x, top + badge / 2, str(row.number), badge)
            words = self._words(row)
            height = words.height(kit, inner)
            shift = max(0, (badge - height) // 2)
            words.paint(pen, Box(box.x + badge + kit.g(3), top + shift, inner, height), feel)


@dataclass(frozen=True, slots=True)
class SummaryStrip(Part):
    """Up to four figures side by side, hairlines between; a figure with a tone is a verdict and has its colour and
    icon. When they do not fit in one line they stand two by two.
    """

    figures: tuple[Figure, ...]

    def _blocks(self, kit: Kit, figure: Figure, width: int = 0) -> tuple[Block, Block, int]:
        """(value, label, side of the icon)."""
        icon = kit.grown(6) if TONES[figure.tone].icon else 0
        free = width - 2 * kit.g(1.5) if width else 0
        value = kit.set(figure.value, "t48", bold=True, width=free - icon - kit.g(1) if free and icon else free)
        return value, kit.set(figure.label, "t34", width=free), icon

    def _natural(self, kit: Kit, figure: Figure) -> int:
        value, label, icon = self._blocks(kit, figure)
        return max(value.width + (icon + kit.g(1) if icon else 0), label.width)

    def _rows(self, kit: Kit, width: int) -> list[list[tuple[Figure, int]]]:
        naturals = [self._natural(kit, figure) for figure in self.figures]
        spare = width - sum(naturals)
        if spare >= len(naturals) * kit.g(4):
            share = spare / len(naturals)
            return [[(f, round(n + share)) for f, n in zip(self.figures, naturals, strict=True)]]
        half = -(-len(self.figures) // 2)
        return [[(f, width // half) for f in self.figures[i : i + half]] for i in range(0, len(self.figures), half)]

    def _cell_height(self, kit: Kit, row: list[tuple[Figure, int]]) -> int:
        blocks = [self._blocks(kit, figure, width) for figure, width in row]
        return max(value.height + label.height for value, label, _ in blocks) + 2 * kit.g(2)

    def height(self, kit: Kit, width: int) -> int:
        return sum(self._cell_height(kit, row) for row in self._rows(kit, width))

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, theme = pen.kit, pen.kit.theme
        if theme.outlined:
            pen.frame(box, "surface", "plane", theme.radius, theme.border)
        else:
            pen.fill(box, "surface", theme.radius)
        y = box.y
        for row in self._rows(kit, box.w):
            x, height = box.x, self._cell_height(kit, row)
            if y > box.y:
                pen.fill(Box(box.x + kit.g(4), y - 1, box.w - 2 * kit.g(4), theme.border), "line")
            for i, (figure, wide) in enumerate(row):
                # The last cell takes what rounding left over.
                width = box.right - x if i == len(row) - 1 else wide
                self._cell(pen, figure, Box(x, y, width, height))
                beside = i + 1 < len(row) and figure.tone == row[i + 1][0].tone == "plain"
                if beside:
                    pen.fill(Box(x + width - 1, y + kit.g(3), theme.border, height - 2 * kit.g(3)), "line")
                x += width
            y += height

    def _cell(self, pen: Pen, figure: Figure, cell: Box) -> None:
        kit, look = pen.kit, TONES[figure.tone]
        value, label, icon = self._blocks(kit, figure, cell.w)
        if figure.tone != "plain":
            inset = kit.theme.border if kit.theme.outlined else 0
            pen.fill(cell.inset(inset), look.ground, kit.theme.radius - inset)
        y = cell.y + (cell.h - value.height - label.height) // 2
        x = cell.x + (cell.w - value.width - (icon + kit.g(1) if icon else 0)) // 2
        if icon:
            pen.icon(look.icon, x + icon / 2, y + value.line / 2, icon, look.icon_ink)
            x += icon + kit.g(1)
        pen.text(value, x, y, look.ink)
        pen.text(label, cell.x, y + value.height, look.ink, cell.w, "center")
