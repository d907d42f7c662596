"""附近网点: what is near this kiosk, drawn by direction and distance and listed by distance."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from journeys.views import PlaceLine, PlacePanel, Places, Press
from screens.kit.bars import ActionRow, Turner
from screens.kit.buttons import Chip
from screens.kit.kit import Kit
from screens.kit.part import Act, Feel, Part, Target
from screens.kit.pen import Box, Pen
from screens.kit.planes import Column, Empty, Flow, Plane
from screens.kit.rows import paint_badge
from screens.kit.typeset import Block
from screens.kit.words import Note, Tag, Text
from screens.page import Frame, Page
from screens.pages.chart import Chart
from screens.pages.foot import verified_note
from screens.pages.parts_read import Aside, Headline
from screens.pages.passages import Leaf, Passage, ruled, spread


class Measure(NamedTuple):
    """How much of the page the kinds and the drawing take: rows of chips, steps of height."""

    kinds: int
    tall: int


MEASURES = (Measure(3, 40), Measure(3, 34), Measure(2, 34), Measure(1, 30))
"""From the roomiest on; the first one that leaves room for enough of the list is taken."""

TALLEST = 100
"""Steps that the drawing may grow to above a list that is all there."""

MORE = (".kinds", "")


class PlacesPage(Page):
    """The drawing, the kinds, the list; the kinds that have no room unfold over the place of the drawing."""

    def __init__(self) -> None:
        super().__init__()
        self.unfolded = False
        self.kind = ""

    def draw(self, view: Places, page: Frame) -> None:
        kind = next((press.value for press, chosen in view.kinds if chosen), "")
        if kind != self.kind:
            self.kind, self.unfolded = kind, False
        if view.actions:
            page.foot(ActionRow(view.actions), gap=3)
        page.space(3)
        page.add(Headline(view.title, view.line))
        if view.chosen and not self.unfolded:
            panel = panel_of(view.chosen)
            before = page.body
            page.body = before._replace(h=before.h - panel.height(page.kit, before.w) - page.kit.g(3))
            # The way is told again on the place's own page: it gives way to the list.
            if not crowded(view, page):
                page.put(panel, before._replace(y=page.body.bottom, h=before.bottom - page.body.bottom - page.kit.g(3)))
            else:
                page.body = before
        above = above_list(view, page, unfolded=self.unfolded)
        used = sum(part.height(page.kit, page.body.w) + page.kit.g(2) for part in above) + page.kit.g(3)
        leaves = leaves_of(view, page.kit, page.body.w, page.body.h - used)
        at = min(view.page, len(leaves) - 1)
        for part in above:
            page.add(drawn_for(leaves[at], part), gap=2)
        page.space(3)
        if view.empty and not view.rows:
            page.add(Empty(view.empty))
            return
        if len(leaves) > 1:
            page.foot(Turner(at, len(leaves)), gap=3)
        for part in leaves[at].parts:
            page.add(part)

    def handle(self, act: Act) -> bool:
        if act != MORE:
            return False
        self.unfolded = True
        return True


def crowded(view: Places, page: Frame) -> bool:
    """Whether less than three places, or than all, would be listed at once."""
    above = above_list(view, page, unfolded=False)
    used = sum(part.height(page.kit, page.body.w) + page.kit.g(2) for part in above) + page.kit.g(3)
    leaves = leaves_of(view, page.kit, page.body.w, page.body.h - used)
    return len(rows_of(leaves[0])) < min(3, len(view.rows))


def panel_of(chosen: PlacePanel) -> Plane:
    """The chosen place and the way there."""
    lines = tuple(Note(icon, words, "ink", "primary", "t40", steps=5.5) for icon, words in chosen.lines)
    verified = (verified_note(chosen.verified),) if chosen.verified else ()
    head = Numbered(chosen.number, Aside(Text(chosen.name, "t48", bold=True), chosen.remark))
    return Plane((Column((head, *lines, *verified), gap=1),), above=2.5, edge="primary")


@dataclass(frozen=True, slots=True)
class Numbered(Part):
    """A part behind a number on a disc."""

    number: int
    part: Part

    def _inner(self, kit: Kit, box: Box) -> Box:
        indent = kit.grown(8) + kit.g(2.5)
        return Box(box.x + indent, box.y, box.w - indent, self.part.height(kit, box.w - indent))

    def height(self, kit: Kit, width: int) -> int:
        return max(kit.grown(8), self._inner(kit, Box(0, 0, width, 0)).h)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, badge = pen.kit, pen.kit.grown(8)
        inner = self._inner(kit, box)
        paint_badge(pen, box.x + badge / 2, box.y + badge / 2, str(self.number), badge)
        self.part.paint(pen, inner._replace(y=box.y + max(0, (box.h - inner.h) // 2)), feel)


def above_list(view: Places, page: Frame, *, unfolded: bool) -> list[Part]:
    """The drawing and the kinds, as roomy as the list allows."""
    kit, width = page.kit, page.body.w
    enough = 3 if kit.theme.large else 4
    parts: list[Part] = []
    for measure in MEASURES:
        kinds = kinds_of(kit, width, view.kinds, len(view.kinds) if unfolded else measure.kinds)
        chips: list[Part] = [Flow(kinds, gap=1.5)] if kinds else []
        drawn = view.map is not None and not unfolded
        parts = [Chart(view.map, measure.tall), *chips] if view.map and drawn else chips
        room = page.body.h - sum(part.height(kit, width) + kit.g(2) for part in parts) - kit.g(3)
        leaves = leaves_of(view, kit, width, room)
        if len(leaves) == 1:
            spare = room - kit.g(3) - Column(leaves[0].parts).height(kit, width)
            tall = min(TALLEST, measure.tall + max(0, spare) / kit.g(1))
            return [Chart(view.map, tall), *chips] if view.map and drawn else parts
        if len(rows_of(leaves[0])) >= enough:
            break
    return parts


def rows_of(leaf: Leaf) -> list[PlaceLine]:
    """What is listed on a leaf."""
    planes = [part for part in leaf.parts if isinstance(part, Plane)]
    return [row.line for plane in planes for row in plane.parts if isinstance(row, PlaceRow)]


def drawn_for(leaf: Leaf, part: Part) -> Part:
    """A drawing with no pins but those that the leaf lists, if any of them is on it, and the chosen one."""
    if not isinstance(part, Chart):
        return part
    listed = {str(line.number) for line in rows_of(leaf)}
    pins = tuple(pin for pin in part.map.pins if pin.letter in listed or pin.chosen)
    return replace(part, map=replace(part.map, pins=pins)) if pins else part


def leaves_of(view: Places, kit: Kit, width: int, room: int) -> list[Leaf]:
    """The list in `room` pixels of height, with turning when it needs that."""
    passages = [Passage(tuple(map(PlaceRow, view.rows)), None, ruled)]
    room -= kit.g(2)
    leaves = spread(kit, width, passages, room, room)
    if len(leaves) == 1:
        return leaves
    room -= Turner(0, len(leaves)).height(kit, width) + kit.g(3)
    return spread(kit, width, passages, room, room)


def kinds_of(kit: Kit, width: int, kinds: tuple[tuple[Press, bool], ...], most: int) -> tuple[Chip, ...]:
    """All kinds when they need at most so many rows; else what fits, the chosen one too, and a chip for the rest."""
    chips = tuple(Chip(press, chosen, icon=False) for press, chosen in kinds)
    if _rows(kit, width, chips) <= most:
        return chips
    more = Chip(Press("", *MORE, icon="expand_more"))
    chosen = tuple(chip for chip in chips if chip.chosen)
    for count in range(len(chips) - 1, 0, -1):
        shown = chips[:count]
        if chosen and chosen[0] not in shown:
            shown = (*shown[:-1], chosen[0])
        if _rows(kit, width, (*shown, more)) <= most:
            return (*shown, more)
    return (*chosen, more)


def _rows(kit: Kit, width: int, chips: tuple[Chip, ...]) -> int:
    return Flow(chips, gap=1.5, row_gap=0).height(kit, width) // kit.grown(10) if chips else 0


@dataclass(frozen=True, slots=True)
class PlaceRow(Part):
    """A place: its number on the drawing, name and how far; where exactly, and open or not."""

    line: PlaceLine

    def _indent(self, kit: Kit) -> int:
        return kit.grown(8) + kit.g(2.5)

    def _parts(self, kit: Kit, width: int) -> tuple[Text, Block, Text, Tag | None, int, int]:
        """(name, distance, detail, state, width of the name, width of the detail)."""
        line, inner = self.line, width - self._indent(kit)
        far = kit.set(line.distance, bold=True)
        tag = Tag(line.state) if line.state else None
        return (
            Text(line.name, bold=True),
            far,
            Text(line.detail, "t34", "ink2"),
            tag,
            inner - (far.width + kit.g(3) if line.distance else 0),
            inner - (tag.width(kit) + kit.g(2) if tag else 0),
        )

    def _plan(self, kit: Kit, width: int) -> tuple[int, int, bool, int]:
        """(height of the first line, of the second, state beside the detail, height of all)."""
        name, far, detail, tag, wide, rest = self._parts(kit, width)
        upper = max(name.height(kit, wide), far.height)
        tall = tag.height(kit, width) if tag else 0
        inner = width - self._indent(kit)
        if not self.line.detail:
            return upper, tall, True, upper + tall
        if rest >= inner // 3:
            lower = max(detail.height(kit, rest), tall)
            return upper, lower, True, upper + lower
        lower = detail.height(kit, inner)
        return upper, lower, False, upper + lower + tall

    def height(self, kit: Kit, width: int) -> int:
        return max(self._plan(kit, width)[3], kit.grown(8)) + 2 * kit.g(1)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, theme, line = pen.kit, pen.kit.theme, self.line
        if line.chosen or feel.down == self._act():
            pen.fill(box.inset(theme.border - kit.g(4), 0), "tint", theme.small_radius)
        badge, middle = kit.grown(8), box.y + box.h / 2
        paint_badge(pen, box.x + badge / 2, middle, str(line.number), badge)
        name, far, detail, tag, wide, rest = self._parts(kit, box.w)
        upper, lower, beside, tall = self._plan(kit, box.w)
        left, y = box.x + self._indent(kit), round(middle - tall / 2)
        name.paint(pen, Box(left, y, wide, upper), feel)
        pen.text(far, box.right - far.width, y, "ink")
        y += upper
        if line.detail:
            detail.paint(pen, Box(left, y, rest if beside else box.right - left, lower), feel)
        if tag:
            size = min(tag.width(kit), box.right - left), tag.height(kit, rest)
            x = box.right - size[0] if beside else left
            tag.paint(pen, Box(x, y if beside else y + lower, *size), feel)

    def _act(self) -> Act:
        return "choose", self.line.id

    def targets(self, kit: Kit, box: Box) -> tuple[Target, ...]:
        return (Target(box.inset(-kit.g(4), 0), self._act()),)
