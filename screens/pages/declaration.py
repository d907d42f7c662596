"""Three taps instead of a card: three questions, each of which may stay open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from journeys.views import Choice, Declaration, Question
from screens.kit.bars import ActionRow
from screens.kit.buttons import COATS, PRESSED, paint_focus
from screens.kit.fitting import balanced
from screens.kit.kit import Kit
from screens.kit.part import Act, Feel, Part, Target
from screens.kit.pen import Box, Pen
from screens.kit.planes import Column, Grid
from screens.kit.rows import paint_badge
from screens.kit.typeset import Block
from screens.kit.words import Note, title
from screens.kit.wrap import chains, tokens
from screens.page import Frame, Page
from screens.pages.foot import NamedTurner
from screens.pages.parts_print import Said
from screens.pages.turning import Leaf, leaf

TURN = ".question"
"""Act of looking at other questions when they do not all fit; its value is the number of the leaf, from 0."""


class Air(NamedTuple):
    """How much room everything has, in steps: an answer's height, above a question, between head and answers, between
    answers; and the type of the answers.
    """

    tall: float
    above: float
    head: float
    between: float
    step: str = "t40"


AIRS = (
    Air(16, 5.5, 2, 3),
    Air(14, 4, 1.5, 2),
    Air(12, 3, 1, 1.5),
    Air(10, 2, 0.5, 1.5),
    Air(10, 2, 0.5, 1.5, "t34"),
)
"""From the roomiest; the first in which all questions stand on one page is taken. Where none is, they take turns."""


class DeclarationPage(Page):
    """Questions from the top, notes and the one filled button at the foot. What was chosen stays in the journey; here
    is only which of the questions are seen, when type is too large for all of them.
    """

    def __init__(self) -> None:
        super().__init__()
        self.at = 0

    def handle(self, act: Act) -> bool:
        """Turns to other questions."""
        if act[0] != TURN:
            return False
        self.at = int(act[1])
        return True

    def draw(self, view: Declaration, page: Frame) -> None:
        kit, width = page.kit, page.body.w
        page.foot(ActionRow((view.show, view.clear), kinds=("primary", "tertiary")), gap=3)
        page.add(title(view.title), gap=3)
        if view.line:
            page.add(Said(view.line, ink="ink2"))
        notes = Note("lock", "\n".join(view.notes), icon_ink="primary") if view.notes else None
        taken = notes.height(kit, width) + kit.g(3) if notes else 0
        for air in AIRS:
            asked = _asked(view, kit, width, air)
            if sum(part.height(kit, width) + kit.g(air.above) for part in asked) + taken <= page.body.h:
                if notes:
                    page.foot(notes, gap=3)
                for part in asked:
                    page.add(part, gap=air.above)
                return
        self._leaf(view, page, notes)

    def _leaf(self, view: Declaration, page: Frame, notes: Note | None) -> None:
        """As many questions as fit, the others on further leaves: as few leaves as can be, with as much air as they
        leave. The notes stand on the first one; they give way where a question alone needs the room.
        """
        kit, width = page.kit, page.body.w
        turner = NamedTurner(0, 2, action=TURN).height(kit, width) + kit.g(3)
        rest = page.body.h - turner
        first = rest - (notes.height(kit, width) + kit.g(3) if notes else 0)

        def cut(air: Air, at: int = 0) -> Leaf:
            heights = [part.height(kit, width) + kit.g(air.above) for part in _asked(view, kit, width, air)]
            return leaf(heights, at, whole=first, first=first, rest=rest)

        def few(air: Air) -> int:
            return cut(air).pages

        air = min(AIRS, key=few)
        if cut(air).last == 0:
            notes, first = None, rest
            air = min(AIRS, key=few)
        found = cut(air, self.at)
        self.at = found.number
        room = first if found.number == 0 else rest
        for air in AIRS:
            asked = _asked(view, kit, width, air)
            if sum(p.height(kit, width) + kit.g(air.above) for p in asked[found.first : found.last]) <= room:
                break
        following = view.questions[found.last].title if found.last < len(asked) else ""
        page.foot(NamedTurner(found.number, found.pages, following, action=TURN), gap=3)
        if notes and found.number == 0:
            page.foot(notes, gap=3)
        for part in asked[found.first : found.last]:
            page.add(part, gap=air.above)


def _asked(view: Declaration, kit: Kit, width: int, air: Air) -> list[Column]:
    """Each question with its answers."""
    found = []
    for i, question in enumerate(view.questions):
        answers = tuple(Answer(choice, air.tall, air.step) for choice in question.choices)
        columns = _columns(kit, width, question, air)
        grid = Grid(answers, columns, row_gap=air.between)
        found.append(Column((Numbered(i + 1, question.title), grid), gap=air.head))
    return found


def _columns(kit: Kit, width: int, question: Question, air: Air) -> int:
    """Three side by side, or as few as the longest word asks for."""
    for columns in (3, 2):
        cell = (width - kit.g(3) * (columns - 1)) // columns
        free = _free(kit, cell)
        advance = kit.type.strike(kit.theme.type(air.step).size, bold=True).advance
        words = [chain for choice in question.choices for _, chain in chains(tokens(choice.label))]
        if all(sum(map(advance, word)) <= free for word in words) and all(
            len(kit.set(choice.label, air.step, bold=True, width=free).lines) <= 2 for choice in question.choices
        ):
            return columns
    return 1


def _tail(kit: Kit) -> int:
    """The check mark and what is free behind it."""
    return kit.grown(5) + kit.g(1)


def _free(kit: Kit, width: int) -> int:
    """Pixels for the words of an answer, so that it needs no further line when it is chosen."""
    return width - _tail(kit) - 2 * kit.g(1)


@dataclass(frozen=True, slots=True)
class Numbered(Part):
    """A question with its number."""

    number: int
    text: str

    def _lead(self, kit: Kit) -> int:
        return kit.grown(8) + kit.g(2.5)

    def _block(self, kit: Kit, width: int) -> Block:
        return kit.set(self.text, "t48", bold=True, width=width - self._lead(kit))

    def height(self, kit: Kit, width: int) -> int:
        return max(kit.grown(8), self._block(kit, width).height)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit = pen.kit
        side, block = kit.grown(8), self._block(kit, box.w)
        paint_badge(pen, box.x + side / 2, box.y + max(side, block.line) / 2, str(self.number), side)
        pen.text(block, box.x + self._lead(kit), box.y + max(0, (side - block.height) // 2), "ink")


@dataclass(frozen=True, slots=True)
class Answer(Part):
    """One answer; chosen: filled, bold, with a check mark. It is as high chosen as not."""

    choice: Choice
    tall: float = 16
    step: str = "t40"

    def _act(self) -> Act:
        return "choose", self.choice.value

    def _block(self, kit: Kit, width: int, bold: bool) -> Block:
        free = _free(kit, width)
        return kit.set(balanced(kit, self.choice.label, self.step, free, bold=bold), self.step, bold=bold, width=free)

    def height(self, kit: Kit, width: int) -> int:
        return max(kit.grown(self.tall), *(self._block(kit, width, bold).height + kit.g(1.5) for bold in (False, True)))

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, theme = pen.kit, pen.kit.theme
        if feel.focus == self._act():
            paint_focus(pen, box, theme.radius)
        chosen = self.choice.chosen
        coat = (PRESSED if feel.down == self._act() else COATS)["primary" if chosen else "tertiary"]
        pen.frame(box, coat.fill, coat.edge, theme.radius, theme.border)
        block = self._block(kit, box.w, chosen)
        tail = _tail(kit) if chosen else 0
        x = box.x + (box.w - block.width - tail) // 2
        if chosen:
            pen.icon("check", x + kit.grown(5) / 2, box.y + box.h / 2, kit.grown(5), coat.ink)
        pen.text(block, x + tail, box.y + (box.h - block.height) // 2, coat.ink, block.width, "center")

    def targets(self, kit: Kit, box: Box) -> tuple[Target, ...]:
        return (Target(box, self._act()),)
