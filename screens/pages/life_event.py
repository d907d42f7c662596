"""A life event (一件事): what it takes, in which order, with which papers; and the questions that make it shorter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from journeys.views import EventLine, LifeEvent, Press, Tag as TagView
from screens.kit.bars import ActionRow
from screens.kit.buttons import Chip
from screens.kit.kit import Kit
from screens.kit.part import Act, Feel, Part, Target
from screens.kit.pen import Box, Pen
from screens.kit.planes import Flow, Plane
from screens.kit.rows import LinkRow, SummaryStrip, paint_badge
from screens.kit.typeset import Block
from screens.kit.words import Head, Runs, Tag, Text
from screens.page import Frame, Page
from screens.pages.foot import Foot, NamedTurner, verified_note
from screens.pages.parts_read import Headline
from screens.pages.passages import Leaf, Passage, Prose, bare, plain, ruled, spread
from screens.pages.route import route_rows


class LifeEventPage(Page):
    """Figures, steps in order, the papers of all of them together, the route of the first day. The questions that make
    it shorter have leaves of their own, which one comes to from the foot, where the hand is.
    """

    def draw(self, view: LifeEvent, page: Frame) -> None:
        if view.actions:
            page.foot(ActionRow(view.actions), gap=3)
        head, leaves, foot = asking_of(view, page) if view.asking else leaves_of(view, page)
        at = min(view.page, len(leaves) - 1)
        if len(leaves) > 1:
            following = leaves[at + 1].name if at + 1 < len(leaves) else ""
            page.foot(Foot(notes_of(view), NamedTurner(at, len(leaves), following)), gap=2)
        elif notes_of(view):
            page.foot(Foot(notes_of(view)), gap=2)
        if foot and at == 0:
            page.foot(foot, gap=2)
        page.space(3)
        for part, gap in running_head(view) if at else head:
            page.add(part, gap)
        for i, part in enumerate(leaves[at].parts):
            page.add(part, 3 if i else 2)


def notes_of(view: LifeEvent) -> tuple[Part, ...]:
    """Who has checked all of it."""
    return (verified_note(view.verified),) if view.verified and not view.asking else ()


def opening(view: LifeEvent, *, brief: bool = False) -> list[tuple[Part, float]]:
    """The head of the first leaf: (part, gap above). `brief`: no more than the title."""
    if brief:
        return [(Headline(view.title), 0)]
    return [(Headline(view.title, view.line), 0), *(((SummaryStrip(view.figures), 2.0),) if view.figures else ())]


def left_over(view: LifeEvent) -> list[Passage]:
    """What a brief head leaves to the leaves."""
    figures = [Passage((SummaryStrip(view.figures),), None, bare, 0)] if view.figures else []
    line = [Passage((Prose((Text(view.line, ink="ink2"),), pad=0),), None, bare, 0)] if view.line else []
    return [*figures, *line]


def running_head(view: LifeEvent) -> list[tuple[Part, float]]:
    """The head of the other leaves."""
    return [(Text(view.title, ink="ink2", most=2), 0)]


Leaves = tuple[list[tuple[Part, float]], list[Leaf], Part | None]


def leaves_of(view: LifeEvent, page: Frame) -> Leaves:
    """The head of the first leaf, the leaves, and the first open question when it stands at the foot of the first."""
    kit, width = page.kit, page.body.w
    head, passages = opening(view), passages_of(kit, view)
    asked = view.next_question
    foot: Part | None = None
    if asked:
        foot = Plane((LinkRow(asked.label, icon="help", act=(asked.action, asked.value), bold=False),), fill="sand")
    needed = foot.height(kit, width) + kit.g(2) if foot else 0
    if _room(page, head, turning=True) < notes_height(view, kit, width) + needed:
        head, passages, foot, needed = opening(view, brief=True), left_over(view) + passages, None, 0
    return head, _bound(view, page, head, passages, needed), foot


def asking_of(view: LifeEvent, page: Frame) -> Leaves:
    """The questions, with as many leaves as they need."""
    head: list[tuple[Part, float]] = [(Headline(view.title, view.ask_head), 0), (Text(view.ask_line, ink="ink2"), 1)]
    asked = tuple(Question(*question) for question in view.questions)
    return head, _bound(view, page, head, [Passage(asked)], 0), None


def notes_height(view: LifeEvent, kit: Kit, width: int) -> int:
    """What the notes at the foot take, pixels."""
    notes = notes_of(view)
    return Foot(notes).height(kit, width) + kit.g(2) if notes else 0


def _room(page: Frame, head: list[tuple[Part, float]], *, turning: bool) -> int:
    """Height left for passages below a head, pixels; `turning`: with something to turn leaves."""
    kit, width = page.kit, page.body.w
    used = sum(part.height(kit, width) + kit.g(gap) for part, gap in head)
    return page.body.h - used - kit.g(3 + 2 + 2) - (kit.grown(12) + kit.g(2) if turning else 0)


def _bound(
    view: LifeEvent, page: Frame, head: list[tuple[Part, float]], passages: list[Passage], needed: int
) -> list[Leaf]:
    """The passages on their leaves; `needed`: pixels that stand at the foot of the first."""
    kit, width = page.kit, page.body.w
    notes = notes_height(view, kit, width)
    alone = _room(page, head, turning=False) - needed - notes
    leaves = spread(kit, width, passages, alone, alone)
    if len(leaves) == 1:
        return leaves
    # Where one goes is sooner needed than a long list of papers.
    route = [passage for passage in passages if passage.head and view.route and passage.head.text == view.route.head]
    rest = [passage for passage in passages if passage not in route]
    papers = next((n for n, passage in enumerate(rest) if passage.head), len(rest))
    passages = [*rest[:papers], *route, *rest[papers:]]
    most = max(
        Foot(notes_of(view), NamedTurner(1, 3, name)).height(kit, width)
        for name in ("", *(passage.head.text for passage in passages if passage.head))
    )
    extra = most - kit.grown(12)
    first = _room(page, head, turning=True) - needed - extra
    other = _room(page, running_head(view), turning=True) - extra
    return spread(kit, width, passages, first, other)


def passages_of(kit: Kit, view: LifeEvent) -> list[Passage]:
    """Steps, papers, the route of the first day, and what the editor says of it all."""
    steps = tuple(EventRow(line, i > 0, i + 1 < len(view.steps)) for i, line in enumerate(view.steps))
    papers = papers_of(kit, view.materials)
    found = [Passage(steps, None, plain)] if steps else []
    if papers:
        found.append(Passage(papers, Head(view.materials_head, view.materials_side), ruled))
    if view.route:
        found.append(Passage(route_rows(kit, view.route), Head(view.route.head, view.route.side), plain))
    if view.intro:
        found.append(Passage((Prose((Text(view.intro, "t34", "ink2"),), pad=0),), None, bare, 0))
    return found


@dataclass(frozen=True, slots=True)
class EventRow(Part):
    """One step: its number, joined to those before and after it; the item and how long it takes; whose it is, what to
    mind, and which place. All of it leads to the item.
    """

    line: EventLine
    above: bool
    below: bool

    @property
    def title(self) -> str:
        """What it is called."""
        return self.line.name

    def _indent(self, kit: Kit) -> int:
        return kit.grown(7) + kit.g(3)

    def _parts(self, kit: Kit, width: int) -> tuple[Text, Block, Runs, Tag | None, int, int]:
        """(name, limit, whose, place, width of the name, width of whose)."""
        line, inner = self.line, width - self._indent(kit)
        limit = kit.set(line.limit)
        tag = Tag(TagView(line.place, line.icon, "sea")) if line.place else None
        return (
            Text(line.name, bold=True),
            limit,
            Runs(((line.department, False),) if line.department else (), line.note),
            tag,
            inner - (limit.width + kit.g(3) if line.limit else 0),
            inner - (tag.width(kit) + kit.g(3) if tag else 0),
        )

    def _heights(self, kit: Kit, width: int) -> tuple[int, int]:
        """(name, whose) in pixels."""
        name, limit, whose, tag, wide, rest = self._parts(kit, width)
        below = max(whose.height(kit, rest), tag.height(kit, rest) if tag else 0)
        return max(name.height(kit, wide), limit.height), below

    def height(self, kit: Kit, width: int) -> int:
        return max(sum(self._heights(kit, width)), kit.grown(7)) + 2 * kit.g(1)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, theme = pen.kit, pen.kit.theme
        if feel.down == self._act():
            pen.fill(box.inset(theme.border - kit.g(4), 0), "tint", theme.small_radius)
        badge = kit.grown(7)
        x, middle = box.x + badge // 2, box.y + box.h / 2
        top, foot = box.y if self.above else round(middle), box.bottom if self.below else round(middle)
        pen.fill(Box(x - theme.focus // 2, top, theme.focus, foot - top), "sea2")
        paint_badge(pen, x, middle, str(self.line.number), badge)
        name, limit, whose, tag, wide, rest = self._parts(kit, box.w)
        upper, lower = self._heights(kit, box.w)
        left, y = box.x + self._indent(kit), round(middle - (upper + lower) / 2)
        name.paint(pen, Box(left, y, wide, upper), feel)
        pen.text(limit, box.right - limit.width, y, "ink")
        y += upper
        whose.paint(pen, Box(left, y, rest, lower), feel)
        if tag:
            size = tag.width(kit), tag.height(kit, rest)
            tag.paint(pen, Box(box.right - size[0], y + max(0, (theme.t34.line - size[1]) // 2), *size), feel)

    def _act(self) -> Act:
        return "open", self.line.id

    def targets(self, kit: Kit, box: Box) -> tuple[Target, ...]:
        return (Target(box.inset(-kit.g(4), 0), self._act()),)


@dataclass(frozen=True, slots=True)
class Paper(Part):
    """One paper of the merged list: its name, where it is needed, how many; columns of all rows are the same. Where
    the name would become too narrow, the second stands below it.
    """

    name: str
    uses: str
    pieces: str
    columns: tuple[int, int]

    def _texts(self, kit: Kit, width: int) -> tuple[Block, Block, Block]:
        uses, pieces = self.columns
        inner = width - pieces - kit.g(3) - (uses + kit.g(3) if uses else 0)
        return (
            kit.set(self.name, bold=True, width=inner),
            kit.set(self.uses, "t34", width=0 if uses else inner),
            kit.set(self.pieces, width=pieces),
        )

    def height(self, kit: Kit, width: int) -> int:
        name, uses, pieces = self._texts(kit, width)
        left = name.height if self.columns[0] else name.height + uses.height
        return max(left, pieces.height) + 2 * kit.g(1)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit = pen.kit
        name, uses, pieces = self._texts(kit, box.w)
        beside = self.columns[0]
        y = box.y + (box.h - name.height - (0 if beside else uses.height)) // 2
        pen.text(name, box.x, y, "ink")
        if beside:
            x = box.right - self.columns[1] - kit.g(3) - beside
            pen.text(uses, x, box.y + (box.h - uses.height) // 2, "ink2")
        else:
            pen.text(uses, box.x, y + name.height, "ink2")
        x = box.right - self.columns[1]
        pen.text(pieces, x, box.y + (box.h - pieces.height) // 2, "ink", self.columns[1], "right")


def papers_of(kit: Kit, rows: Sequence[tuple[str, str, str]]) -> tuple[Part, ...]:
    """The merged papers. The last column is as narrow as it can be without any third line in it."""
    width = kit.theme.width - 2 * kit.g(4)
    uses = max((kit.set(row[1], "t34").width for row in rows), default=0)
    pieces, em = {row[2] for row in rows}, kit.theme.t40.size
    widths = sorted(kit.set(piece).width + em for piece in pieces)
    column = next((w for w in widths if all(len(kit.set(piece, width=w).lines) <= 2 for piece in pieces)), width // 3)
    column = min(column, width // 2)
    if width - uses - column - 2 * kit.g(3) < 0.4 * width:
        uses = 0
    return tuple(Paper(*row, (uses, column)) for row in rows)


@dataclass(frozen=True, slots=True)
class Answer(Chip):
    """A chip that is as wide before it is chosen as after, so that nothing moves under the finger."""

    def width(self, kit: Kit) -> int:
        return Chip.width(replace(self, chosen=True), kit) if not self.chosen else Chip.width(self, kit)


@dataclass(frozen=True, slots=True)
class Question(Part):
    """A question and its answers as chips: behind it when there is room, else below."""

    ask: str
    options: tuple[tuple[Press, bool], ...]

    @property
    def title(self) -> str:
        """What it is called."""
        return self.ask

    def _chips(self) -> Flow:
        return Flow(tuple(Answer(press, chosen) for press, chosen in self.options), gap=1.5)

    def _places(self, kit: Kit, box: Box) -> tuple[Box, Box, int]:
        """(question, chips, height of both)."""
        pad, chips = kit.g(1), self._chips()
        ask = kit.set(self.ask)
        wide = sum(part.width(kit) for part in chips.parts) + kit.g(1.5) * (len(chips.parts) - 1)
        if ask.width + kit.g(3) + wide <= box.w:
            tall = chips.height(kit, wide)
            place = Box(box.right - wide, box.y + pad, wide, tall)
            return Box(box.x, box.y + pad + (tall - ask.line) // 2, box.w - wide, ask.line), place, tall + 2 * pad
        words = Text(self.ask).height(kit, box.w)
        tall = chips.height(kit, box.w)
        y = box.y + pad + words + kit.g(0.5)
        return Box(box.x, box.y + pad, box.w, words), Box(box.x, y, box.w, tall), y + tall + pad - box.y

    def height(self, kit: Kit, width: int) -> int:
        return self._places(kit, Box(0, 0, width, 0))[2]

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        words, chips, _ = self._places(pen.kit, box)
        Text(self.ask).paint(pen, words, feel)
        self._chips().paint(pen, chips, feel)

    def targets(self, kit: Kit, box: Box) -> Sequence[Target]:
        return self._chips().targets(kit, self._places(kit, box)[1])
