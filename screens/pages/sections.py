"""The sections of a guide as passages: what to bring, what to do, where, and all that comes after."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from journeys.views import (
    EmptySection,
    Guide,
    MaterialsSection,
    OrgsSection,
    PlaceSection,
    QuestionsSection,
    RelatedSection,
    Section,
    StepLine,
    StepsSection,
    TextSection,
)
from screens.kit.kit import Kit
from screens.kit.part import Act, Feel, Part, Target
from screens.kit.pen import Box, Pen
from screens.kit.planes import Column, Empty, Grid
from screens.kit.rows import MaterialRow, ResultRow, Steps, paint_badge
from screens.kit.typeset import Block
from screens.kit.words import Head, Runs, Text
from screens.pages.parts_read import Office
from screens.pages.passages import Passage, Prose, bare, plain, ruled


def passages_of(kit: Kit, view: Guide, *, slim: bool = False) -> list[Passage]:
    """Every section as rows that may be spread over leaves. `slim`: the office without its drawing."""
    return [passage for section in view.sections for passage in _passages(kit, section, slim)]


def _passages(kit: Kit, section: Section, slim: bool) -> Iterator[Passage]:
    match section:
        case MaterialsSection():
            if section.rows:
                yield Passage(tuple(map(MaterialRow, section.rows)), Head(section.head, section.side))
            if section.conditional:
                head = section.conditional_head or section.head
                yield Passage(tuple(map(ConditionalRow, section.conditional)), Head(head))
        case StepsSection():
            yield Passage(steps_of(kit, section.rows), Head(section.head, section.side), plain)
        case PlaceSection():
            where = Head(section.head)
            if others := section.others:
                where = Head(section.head, others.label, (others.action, others.value), "chevron_right")
            yield Passage((Office(section, mapped=not slim),), where, bare, 0)
        case OrgsSection():
            cells = tuple(OrgCell(*row) for row in section.rows)
            yield Passage((Grid(cells, OrgCell.columns(kit, cells), row_gap=1),), None, bare, 0)
        case TextSection():
            numbers = [str(n) if section.numbered else "" for n in range(1, len(section.lines) + 1)]
            prose = tuple(Prose((Text(line),), number, 1) for line, number in zip(section.lines, numbers, strict=True))
            yield Passage(prose, Head(section.head), plain)
        case QuestionsSection():
            answers = tuple(Prose((Text(ask, bold=True), Text(answer)), pad=2) for ask, answer in section.rows)
            yield Passage(answers, Head(section.head), ruled)
        case EmptySection():
            yield Passage((Empty(section.title, section.line),), Head(section.head), bare, 0)
        case RelatedSection():
            yield Passage(tuple(map(ResultRow, section.rows)), Head(section.head))


@dataclass(frozen=True, slots=True)
class ConditionalRow(MaterialRow):
    """One thing that only some must bring: for whom comes before who supplies it."""

    def _texts(self, kit: Kit, width: int) -> tuple[Column, Block, int, int]:
        _, count, x, inner = MaterialRow._texts(self, kit, width)
        whom = Runs(((self.line.when, True),), self.line.supplier)
        return Column((Text(self.line.name, bold=True), whom)), count, x, inner


@dataclass(frozen=True, slots=True)
class StepRow(Part):
    """One step: its number, joined to those before and after it, its name, and where and how: in a column of its own
    that begins `column` pixels behind the name, or below the name (0).
    """

    line: StepLine
    column: int
    above: bool
    below: bool

    def _indent(self, kit: Kit) -> int:
        return kit.grown(7) + kit.g(3)

    def _texts(self) -> tuple[Text, Text]:
        return Text(self.line.name, bold=True), Text(self.line.detail, "t34", "ink2")

    def _words(self, kit: Kit, width: int) -> int:
        name, detail = self._texts()
        if not self.line.detail:
            return name.height(kit, width)
        if self.column:
            return max(name.height(kit, self.column), detail.height(kit, width - self.column))
        return name.height(kit, width) + detail.height(kit, width)

    def height(self, kit: Kit, width: int) -> int:
        return max(self._words(kit, width - self._indent(kit)), kit.grown(7)) + 2 * kit.g(1)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, badge, width = pen.kit, pen.kit.grown(7), pen.kit.theme.focus
        x, middle = box.x + badge // 2, box.y + box.h / 2
        top, foot = box.y if self.above else round(middle), box.bottom if self.below else round(middle)
        pen.fill(Box(x - width // 2, top, width, foot - top), "sea2")
        paint_badge(pen, x, middle, str(self.line.number), badge)
        name, detail = self._texts()
        left, inner = box.x + self._indent(kit), box.w - self._indent(kit)
        y = round(middle - self._words(kit, inner) / 2)
        if self.column and self.line.detail:
            for text, at, wide in ((name, left, self.column), (detail, left + self.column, inner - self.column)):
                height = text.height(kit, wide)
                text.paint(pen, Box(at, round(middle - height / 2), wide, height), feel)
        else:
            name.paint(pen, Box(left, y, inner, box.h), feel)
            if self.line.detail:
                detail.paint(pen, Box(left, y + name.height(kit, inner), inner, box.h), feel)


def steps_of(kit: Kit, lines: tuple[StepLine, ...]) -> tuple[Part, ...]:
    """Up to three short steps side by side; else rows, where and how in one column when it is wide enough."""
    width = kit.theme.width - 2 * kit.g(4)
    steps = Steps(lines)
    if 1 < len(lines) <= 3 and steps.height(kit, width) < 2 * kit.grown(9):
        return (steps,)
    inner = width - kit.grown(7) - kit.g(3)
    column = max((kit.set(line.name, bold=True).width for line in lines), default=0) + kit.g(3)
    narrow = any(len(kit.set(line.detail, "t34", width=max(1, inner - column)).lines) > 2 for line in lines)
    if column > 0.5 * inner or narrow:
        column = 0
    return tuple(StepRow(line, column, i > 0, i + 1 < len(lines)) for i, line in enumerate(lines))


@dataclass(frozen=True, slots=True)
class OrgCell(Part):
    """An organisation and its part in this; where it is known, its name leads to it."""

    role: str
    name: str
    id: str

    @staticmethod
    def columns(kit: Kit, cells: tuple[OrgCell, ...]) -> int:
        """As many side by side as need no second line, two at least, one in large type."""
        for count in (4, 3, 2):
            cell = (kit.theme.width - kit.g(3) * (count - 1)) // count
            if count <= len(cells) and all(each.natural(kit) <= cell for each in cells) and len(cells) % count != 1:
                return count
        return 1 if kit.theme.large else 2

    def natural(self, kit: Kit) -> int:
        """Its width in one line."""
        name = kit.set(self.name).width + (kit.grown(5) if self.id else 0)
        return max(name, kit.set(self.role, "t34").width)

    def _texts(self, kit: Kit, width: int) -> tuple[Text, Text, int]:
        """(role, name, width of the name)."""
        inner = width - (kit.grown(5) if self.id else 0)
        return Text(self.role, "t34", "ink2"), Text(self.name, ink="primary" if self.id else "ink"), inner

    def height(self, kit: Kit, width: int) -> int:
        role, name, inner = self._texts(kit, width)
        return role.height(kit, width) + name.height(kit, inner)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit = pen.kit
        if self.id and feel.down == self._act():
            pen.fill(box.inset(-kit.g(1), 0), "tint", kit.theme.small_radius)
        role, name, inner = self._texts(kit, box.w)
        role.paint(pen, box, feel)
        top = box.y + role.height(kit, box.w)
        name.paint(pen, Box(box.x, top, inner, box.h), feel)
        if self.id:
            block = kit.set(self.name, width=inner)
            side = kit.grown(5)
            x = box.x + block.lines[-1].width + side / 2
            pen.icon("chevron_right", x, top + block.height - block.line / 2, side, "primary")

    def _act(self) -> Act:
        return "org", self.id

    def targets(self, kit: Kit, box: Box) -> tuple[Target, ...]:
        return (Target(box, self._act()),) if self.id else ()
