"""机构编制: the tree of organisations, and what the chosen one does, where it sits and who answers its phone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from journeys.views import Departments, OrgLine, OrgPanel, Press
from screens.kit.bars import ActionRow, Turner
from screens.kit.buttons import Button, Chip, act_of, paint_focus
from screens.kit.kit import Kit
from screens.kit.part import Act, Feel, Part, Target
from screens.kit.pen import Box, Pen
from screens.kit.planes import Column, Flow, Plane
from screens.kit.typeset import Block
from screens.kit.words import Note, Text
from screens.page import Frame, Page
from screens.pages.foot import NamedTurner
from screens.pages.parts_read import Aside, Headline, Standing
from screens.pages.passages import Gap, Leaf, Passage, Prose, ruled, spread

FEWEST = 3
"""Rows of the tree that the panel leaves room for."""


class DepartmentsPage(Page):
    """Levels, the tree leaf by leaf, the panel of the chosen organisation.

    Where an organisation stands in the tree only measuring tells, so the leaf is the page's own business: it shows the
    row of the chosen one until leaves are turned by hand. The text of the panel keeps the greatest height it had, so
    that its tabs stay under the finger. Where tree and panel have no room together, as in large type, they take turns:
    the row of the chosen one leads from each to the other.
    """

    def __init__(self) -> None:
        super().__init__()
        self.level = self.chosen = ""
        self.at = self.piece = self.tall = 0
        self.turned = self.tree = False

    def draw(self, view: Departments, page: Frame) -> None:
        self._follow(view)
        if view.actions:
            page.foot(ActionRow(view.actions), gap=3)
        page.space(3)
        page.add(Top(Headline(view.title, view.line), view.which))
        levels = Flow(tuple(Chip(press, chosen, icon=False) for press, chosen in view.levels))
        together = page.body.h - levels.height(page.kit, page.body.w) - page.kit.g(2 + 3 + 2)
        needed = self._needed(view.chosen, page.kit, page.body.w) if view.chosen else 0
        if view.chosen and needed > together and not self.tree:
            row = next((line for line in view.rows if line.chosen), None)
            page.add(Plane((OrgRow(replace(row, opened=True), (".tree", "")),)) if row else levels, gap=2)
            page.space(2)
            page.foot(self._panel(view.chosen, page, 0), gap=2)
            return
        page.add(levels, gap=2)
        page.space(3)
        if view.chosen and needed <= together:
            page.foot(self._panel(view.chosen, page, self._rows(page.kit)), gap=2)
        self._tree(view, page, ".panel" if needed > together else "toggle")

    def handle(self, act: Act) -> bool:
        action, value = act
        if action == ".page":
            self.at, self.turned = int(value), True
        elif action == ".lines":
            self.piece = int(value)
        else:
            self.tree = action == ".tree"
        return action in (".page", ".lines", ".tree", ".panel")

    def _follow(self, view: Departments) -> None:
        """Forgets what belonged to another level, organisation or tab."""
        level = next((press.value for press, chosen in view.levels if chosen), "")
        chosen = view.chosen.id if view.chosen else ""
        if level != self.level:
            self.at = 0
        if (level, chosen) != (self.level, self.chosen):
            self.turned, self.tree, self.tall, self.piece = False, False, 0, 0
        self.level, self.chosen = level, chosen

    def _tree(self, view: Departments, page: Frame, action: str) -> None:
        """A leaf of the tree; `action`: what the row of the chosen organisation hands back."""
        page.body = page.body._replace(h=page.body.h - page.kit.g(2))
        leaves = leaves_of(view, page, action)
        if not self.turned and self.chosen:
            self.at = next((at for at, leaf in enumerate(leaves) if _holds(leaf, self.chosen)), 0)
        self.at = min(self.at, len(leaves) - 1)
        if len(leaves) > 1:
            page.foot(TreeTurner(self.at, len(leaves)), gap=1)
        for part in leaves[self.at].parts:
            page.add(part)

    def _rows(self, kit: Kit) -> int:
        """Pixels that the tree needs at least, with turning."""
        turner = TreeTurner(0, 1).height(kit, kit.theme.width)
        return FEWEST * (kit.grown(12) + kit.theme.border) + turner + kit.g(1 + 2)

    def _needed(self, chosen: OrgPanel, kit: Kit, width: int) -> int:
        """Pixels of panel and tree together."""
        inner = width - 2 * kit.g(4)
        text = pieces_of(kit, chosen.lines, inner, kit.theme.panel.height)[0].height(kit, inner)
        return Panel(chosen, (), 0).height(kit, inner) + max(text, self.tall) + kit.g(4) + self._rows(kit)

    def _panel(self, chosen: OrgPanel, page: Frame, rest: int) -> Plane:
        """The panel, leaving `rest` pixels; text that has no room in it is turned."""
        kit, width = page.kit, page.body.w - 2 * page.kit.g(4)
        most = page.body.h - Panel(chosen, (), 0).height(kit, width) - kit.g(2 + 2 + 4) - rest
        pieces = pieces_of(kit, chosen.lines, width, max(most, kit.theme.t34.line))
        self.piece = min(self.piece, len(pieces) - 1)
        turner = (NamedTurner(self.piece, len(pieces), action=".lines"),) if len(pieces) > 1 else ()
        text = Column((pieces[self.piece], *turner))
        self.tall = max(self.tall, text.height(kit, width))
        return Plane((Panel(chosen, (text,), self.tall),), above=2, edge="primary")


@dataclass(frozen=True, slots=True)
class Top(Part):
    """The headline, and at its right end, or below it, a button."""

    head: Headline
    press: Press | None

    def _plan(self, kit: Kit, box: Box) -> tuple[Box, Button | None, Box, int]:
        """(headline, button, its box, height of both)."""
        if self.press is None:
            return box, None, box, self.head.height(kit, box.w)
        button = Button(self.press, "secondary")
        wide, tall = button.width(kit), button.height(kit, box.w)
        inner = box.w - wide - kit.g(3)
        if inner >= kit.theme.columns(6):
            beside = self.head.height(kit, inner)
            height = max(beside, tall)
            place = Box(box.right - wide, box.y + (height - tall) // 2, wide, tall)
            return Box(box.x, box.y + (height - beside) // 2, inner, beside), button, place, height
        upper = self.head.height(kit, box.w)
        y = box.y + upper + kit.g(1)
        return box._replace(h=upper), button, Box(box.x, y, min(wide, box.w), tall), upper + kit.g(1) + tall

    def height(self, kit: Kit, width: int) -> int:
        return self._plan(kit, Box(0, 0, width, 0))[3]

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        head, button, place, _ = self._plan(pen.kit, box)
        self.head.paint(pen, head, feel)
        if button:
            button.paint(pen, place, feel)

    def targets(self, kit: Kit, box: Box) -> tuple[Target, ...]:
        _, button, place, _ = self._plan(kit, box)
        return button.targets(kit, place) if button else ()


def leaves_of(view: Departments, page: Frame, action: str) -> list[Leaf]:
    """The rows of the tree."""
    kit = page.kit
    rows = tuple(OrgRow(line, (action if line.chosen else "toggle", line.id)) for line in view.rows)
    passages = [Passage(rows, None, ruled)]
    leaves = spread(kit, page.body.w, passages, page.body.h, page.body.h)
    if len(leaves) == 1:
        return leaves
    room = page.body.h - TreeTurner(0, len(leaves)).height(kit, page.body.w) - kit.g(1 + 2)
    return spread(kit, page.body.w, passages, room, room)


def _holds(leaf: Leaf, id: str) -> bool:
    return any(isinstance(row, OrgRow) and row.line.id == id
               for part in leaf.parts if isinstance(part, Plane) for row in part.parts)  # fmt: skip


def pieces_of(kit: Kit, lines: Sequence[str], width: int, most: int) -> list[Prose]:
    """Lines as pieces of at most `most` pixels of height, mostly one; smaller when there are many lines."""
    texts = tuple(Text(line) for line in lines)
    if Column(texts).height(kit, width) > 3 * kit.theme.t40.line:
        texts = tuple(Text(line, "t34") for line in lines)
    pieces = [Prose(texts, pad=0)]
    if pieces[0].height(kit, width) <= most:
        return pieces
    most = max(most - kit.grown(12), kit.theme.t34.line)
    while (halves := pieces[-1].torn(kit, width, most)) is not None:
        pieces[-1:] = halves
    return pieces


@dataclass(frozen=True, slots=True)
class TreeTurner(Turner):
    """Turns the leaves of the tree, which is the page's own business."""

    def _cells(self, kit: Kit, box: Box) -> Iterator[tuple[Box, str, Act, bool]]:
        for cell, icon, (action, value), enabled in Turner._cells(self, kit, box):
            yield cell, icon, (f".{action}", value), enabled


@dataclass(frozen=True, slots=True)
class OrgRow(Part):
    """An organisation in the tree: deeper ones are indented; how many items it has stands at the right."""

    line: OrgLine
    act: Act

    def _indent(self, kit: Kit) -> int:
        return kit.g(7) * self.line.depth + kit.grown(6) + kit.g(2)

    def _blocks(self, kit: Kit, width: int) -> tuple[Block, Block, Block | None]:
        """(name, count, hint if it fits behind the name)."""
        line, inner = self.line, width - self._indent(kit)
        count = kit.set(line.count, "t34")
        inner -= count.width + kit.g(3) if line.count else 0
        name = kit.set(line.name, bold=line.chosen or not line.depth, width=inner)
        hint = kit.set(line.hint, "t34") if line.hint else None
        if hint and (len(name.lines) > 1 or name.width + kit.g(2) + hint.width > inner):
            hint = None
        return name, count, hint

    def height(self, kit: Kit, width: int) -> int:
        name, _, _ = self._blocks(kit, width)
        return max(kit.grown(11 if self.line.depth else 12), name.height + 2 * kit.g(1.5))

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, theme, line = pen.kit, pen.kit.theme, self.line
        if line.chosen or feel.down == self.act:
            pen.fill(box.inset(theme.border - kit.g(4), 0), "tint", theme.small_radius)
        name, count, hint = self._blocks(kit, box.w)
        middle, left = box.y + box.h / 2, box.x + self._indent(kit)
        side = kit.grown(6)
        if line.opened is not None:
            icon = "expand_more" if line.opened else "chevron_right"
            pen.icon(icon, left - kit.g(2) - side / 2, middle, side, "primary")
        pen.text(name, left, round(middle - name.height / 2), "ink")
        if hint:
            pen.text(hint, left + name.width + kit.g(2), round(middle - hint.line / 2), "ink2")
        pen.text(count, box.right - count.width, round(middle - count.line / 2), "ink2")

    def targets(self, kit: Kit, box: Box) -> tuple[Target, ...]:
        return (Target(box.inset(-kit.g(4), 0), self.act),)


@dataclass(frozen=True, slots=True)
class Tabs(Part):
    """A few views of one thing; a line below the words, strong under the one that is shown."""

    tabs: tuple[tuple[Press, bool], ...]

    def height(self, kit: Kit, width: int) -> int:
        cell = width // max(1, len(self.tabs))
        words = max((self._block(kit, press, True, cell).height for press, _ in self.tabs), default=0)
        return max(kit.grown(9.5), words + kit.g(2))

    def _block(self, kit: Kit, press: Press, chosen: bool, width: int) -> Block:
        return kit.set(press.label, bold=chosen, width=width - kit.g(1))

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, theme = pen.kit, pen.kit.theme
        for (press, chosen), cell in self._cells(box):
            if feel.focus == act_of(press):
                paint_focus(pen, cell, theme.small_radius)
            if feel.down == act_of(press):
                pen.fill(cell, "tint", theme.small_radius)
            block = self._block(kit, press, chosen, cell.w)
            y = cell.y + (cell.h - block.height) // 2
            pen.text(block, cell.x, y, "primary" if chosen else "ink2", cell.w, "center")
            rule = kit.g(0.75)
            pen.fill(Box(cell.x, cell.bottom - rule, cell.w, rule), "primary" if chosen else "line")

    def _cells(self, box: Box) -> list[tuple[tuple[Press, bool], Box]]:
        count = max(1, len(self.tabs))
        edges = [box.x + round(i * box.w / count) for i in range(count + 1)]
        return [(tab, Box(edges[i], box.y, edges[i + 1] - edges[i], box.h)) for i, tab in enumerate(self.tabs)]

    def targets(self, kit: Kit, box: Box) -> list[Target]:
        return [Target(cell, act_of(press)) for (press, _), cell in self._cells(box)]


@dataclass(frozen=True, slots=True)
class Where(Part):
    """Where an organisation sits, and whether it is open now; leads to the place."""

    id: str
    row: Standing

    def _box(self, kit: Kit, box: Box) -> Box:
        left, right = kit.grown(5.5) + kit.g(1.5), kit.grown(6)
        height = self.row.height(kit, box.w - left - right)
        return Box(box.x + left, box.y + (box.h - height) // 2, box.w - left - right, height)

    def height(self, kit: Kit, width: int) -> int:
        return max(kit.grown(9), self._box(kit, Box(0, 0, width, 0)).h + kit.g(1))

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit = pen.kit
        if feel.down == self._act():
            pen.fill(box.inset(-kit.g(2), 0), "tint", kit.theme.small_radius)
        side, middle = kit.grown(5.5), box.y + box.h / 2
        pen.icon("place", box.x + side / 2, middle, side, "primary")
        self.row.paint(pen, self._box(kit, box), feel)
        pen.icon("chevron_right", box.right - kit.grown(6) / 2 + kit.g(1), middle, kit.grown(6), "primary")

    def _act(self) -> Act:
        return "place", self.id

    def targets(self, kit: Kit, box: Box) -> tuple[Target, ...]:
        return (Target(box.inset(-kit.g(2), 0), self._act()),)


@dataclass(frozen=True, slots=True)
class Panel(Part):
    """The chosen organisation. `text`: what the tab says, in a space at least `tall` pixels high."""

    org: OrgPanel
    text: tuple[Part, ...]
    tall: int

    def _rows(self) -> tuple[Part, ...]:
        org = self.org
        place = (Where(org.place[0], Standing(org.place[1], org.state, bold=False)),) if org.place else ()
        phone = Note("call", org.phone, "ink", "primary", "t40", bold=True, steps=5.5)
        return (*place, Aside(phone, org.verified))

    def _boxes(self, kit: Kit, box: Box) -> list[tuple[Part, Box]]:
        org = self.org
        parts = (Aside(Text(org.name, "t48", bold=True), org.belongs), Tabs(org.tabs), Gap(1.5), *self.text)
        found, y = [], box.y
        for part in (*parts, Gap(1), *self._rows()):
            height = part.height(kit, box.w)
            found.append((part, Box(box.x, y, box.w, height)))
            y += max(height, self.tall) if part in self.text else height
        return found

    def height(self, kit: Kit, width: int) -> int:
        boxes = self._boxes(kit, Box(0, 0, width, 0))
        return boxes[-1][1].bottom

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        for part, place in self._boxes(pen.kit, box):
            part.paint(pen, place, feel)

    def targets(self, kit: Kit, box: Box) -> list[Target]:
        return [target for part, place in self._boxes(kit, box) for target in part.targets(kit, place)]
