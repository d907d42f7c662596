"""A one-sentence answer on a page of its own, with the office that it speaks of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from journeys.views import Fact
from screens.kit.bars import ActionRow
from screens.kit.kit import Kit
from screens.kit.part import Act, Feel, Part
from screens.kit.pen import Box, Pen
from screens.kit.planes import Column
from screens.kit.words import Head, Note, Text
from screens.page import Frame, Page
from screens.pages.foot import Foot, NamedTurner, verified_note
from screens.pages.parts_read import Headline, Office
from screens.pages.passages import Leaf, Passage, Prose, bare, plain, spread

LOWEST, TALLEST = 34, 72
"""Steps of height that the drawing of the office takes, and may grow to when nothing else wants the room."""


class FactPage(Page):
    """The question, the answer in large letters, whom to ring, where it is. An answer of more than one leaf is turned
    by the page itself.
    """

    def __init__(self) -> None:
        super().__init__()
        self.id = ""
        self.at = 0

    def draw(self, view: Fact, page: Frame) -> None:
        if view.id != self.id:
            self.id, self.at = view.id, 0
        if view.actions:
            page.foot(ActionRow(view.actions), gap=3)
        leaves = leaves_of(view, page)
        self.at = min(self.at, len(leaves) - 1)
        page.foot(foot_of(view, self.at, len(leaves)), gap=2 if view.actions else 3)
        page.space(3)
        for part, gap in head_of(view):
            page.add(part, gap)
        parts = leaves[self.at].parts
        if len(leaves) == 1 and view.place is None:
            for part in reversed(parts):
                page.foot(part, 3)
            page.space(3)
            page.put(Answer(view.answer), page.body._replace(h=page.body.h - page.kit.g(2)))
            return
        for part in parts:
            page.add(part, 3)

    def handle(self, act: Act) -> bool:
        if act[0] != ".page":
            return False
        self.at = int(act[1])
        return True


@dataclass(frozen=True, slots=True)
class Answer(Part):
    """An answer that has the page to itself: as large as its box allows, in the middle of a plane that fills it."""

    text: str

    def _column(self, kit: Kit, box: Box) -> Column:
        inner = box.inset(kit.g(6))
        for step in ("t88", "t60", "t48"):
            column = Column((Mark("lightbulb", 14), Text(self.text, step)), gap=3)
            if column.height(kit, inner.w) <= 0.8 * inner.h:
                return column
        return Column((Text(self.text),))

    def height(self, kit: Kit, width: int) -> int:
        return Text(self.text).height(kit, width - 2 * kit.g(6)) + 2 * kit.g(3)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, theme = pen.kit, pen.kit.theme
        pen.frame(box, "surface", "plane", theme.radius, theme.border if theme.outlined else 0)
        column, inner = self._column(kit, box), box.inset(kit.g(6), 0)
        height = column.height(kit, inner.w)
        column.paint(pen, Box(inner.x, box.y + (box.h - height) // 2, inner.w, height), feel)


@dataclass(frozen=True, slots=True)
class Mark(Part):
    """A large icon at the left."""

    icon: str
    steps: float

    def height(self, kit: Kit, width: int) -> int:
        return kit.g(self.steps)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        pen.icon(self.icon, box.x + box.h * 0.42, box.y + box.h / 2, box.h, "primary")


def head_of(view: Fact) -> Iterator[tuple[Part, float]]:
    """The question."""
    yield Headline(view.question), 0
    if view.chinese_only:
        yield Note("translate", view.chinese_only), 1


def foot_of(view: Fact, at: int, count: int) -> Foot:
    """Who has checked it, and turning when there is something to turn."""
    notes = (verified_note(view.verified),) if view.verified else ()
    return Foot(notes, NamedTurner(at, count, action=".page") if count > 1 else None)


def leaves_of(view: Fact, page: Frame) -> list[Leaf]:
    """One leaf if it can be: the answer gives up its size first, then the office its drawing. Without an office the
    answer is not among the parts of that one leaf.
    """
    kit, width = page.kit, page.body.w
    room = page.body.h - kit.g(3) - sum(part.height(kit, width) + kit.g(gap) for part, gap in head_of(view))
    room -= kit.g(3 + 2 + 2)
    alone = room - foot_of(view, 0, 1).height(kit, width)
    for step, under in (("t60", LOWEST), ("t48", LOWEST), ("t40", LOWEST), ("t40", 0.0)):
        leaves = spread(kit, width, passages_of(view, step, under), alone, alone)
        if len(leaves) == 1 and view.place is None:
            return [Leaf(leaves[0].parts[1:], ())]
        if len(leaves) == 1:
            spare = alone - Column(leaves[0].parts, gap=3).height(kit, width)
            most = min(TALLEST, under + spare / kit.g(1)) if under else 0.0
            return spread(kit, width, passages_of(view, step, most), alone, alone)
    room -= foot_of(view, 1, 3).height(kit, width)
    return spread(kit, width, passages_of(view, "t40", LOWEST), room, room)


def passages_of(view: Fact, step: str, under: float) -> list[Passage]:
    """The answer, other ways to ask, the office with a drawing `under` steps high (0: none)."""
    found = [Passage((Prose((Text(view.answer, step),), pad=3),), None, plain)]
    if view.lines:
        found.append(Passage(tuple(_large(*line) for line in view.lines), None, plain))
    if view.place:
        found.append(Passage((Office(view.place, bool(under), under),), Head(view.place.head), bare, 0))
    return found


def _large(icon: str, text: str) -> Note:
    return Note(icon, text, "ink", "primary", "t48", bold=icon == "call", steps=6.5)
