"""One place: open or not, how to get there, its week, and what is done there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from journeys.views import Place
from screens.kit.bars import ActionRow
from screens.kit.kit import Kit
from screens.kit.part import Feel, Part
from screens.kit.pen import Box, Pen
from screens.kit.planes import Column, Flow, Plane
from screens.kit.rows import ResultRow
from screens.kit.typeset import Block
from screens.kit.words import Head, Note, Tag, Text
from screens.page import Frame, Page
from screens.pages.foot import Foot, NamedTurner, verified_note
from screens.pages.parts_read import Alias, Way, say
from screens.pages.passages import Leaf, Passage, bare, spread

UNDER = (72, 64, 56, 48, 40)
"""Steps of height of a drawing below the words, tried in this order."""


class PlacePage(Page):
    """The way, the week, the items. What has no room goes on over further leaves."""

    def draw(self, view: Place, page: Frame) -> None:
        if view.actions:
            page.foot(ActionRow(view.actions), gap=3)
        leaves = leaves_of(view, page)
        at = min(view.page, len(leaves) - 1)
        page.foot(foot_of(view, leaves, at), gap=2 if view.actions else 3)
        page.space(3)
        for part, gap in opening(view) if at == 0 else running_head(view):
            page.add(part, gap)
        for i, part in enumerate(leaves[at].parts):
            page.add(part, 3 if i or at == 0 else 2)


def opening(view: Place) -> Iterator[tuple[Part, float]]:
    """The head of the first leaf: (part, gap above)."""
    yield Alias(view.name, view.alias), 0
    if view.state:
        yield Flow((Tag(view.state),)), 1


def running_head(view: Place) -> Iterator[tuple[Part, float]]:
    """The head of the other leaves."""
    yield Text(view.name, ink="ink2", most=2), 0


def foot_of(view: Place, leaves: list[Leaf], at: int) -> Foot:
    """Who has checked it, and turning."""
    notes = (verified_note(view.verified),) if view.verified and at == 0 else ()
    following = leaves[at + 1].name if at + 1 < len(leaves) else ""
    return Foot(notes, NamedTurner(at, len(leaves), following) if len(leaves) > 1 else None)


def leaves_of(view: Place, page: Frame) -> list[Leaf]:
    """The leaves. What room the first one has left over goes to the drawing."""
    kit, width = page.kit, page.body.w

    def room_below(head: Iterator[tuple[Part, float]]) -> int:
        used = sum(part.height(kit, width) + kit.g(gap) for part, gap in head)
        return page.body.h - used - kit.g(3 + 3 + 2 + 2)

    def roomiest(first: int, other: int) -> list[Leaf]:
        leaves = spread(kit, width, passages_of(view), first, other)
        if any(
            part.height(kit, width) > (other if at else first) for at, leaf in enumerate(leaves) for part in leaf.parts
        ):
            return spread(kit, width, passages_of(replace(view, map=None)), first, other)
        for under in UNDER if view.map else ():
            tried = spread(kit, width, passages_of(view, under), first, other)
            if [len(leaf.parts) for leaf in tried] == [len(leaf.parts) for leaf in leaves]:
                return tried
        return leaves

    notes = (verified_note(view.verified),) if view.verified else ()
    first, other = room_below(opening(view)), room_below(running_head(view))
    alone = first - Foot(notes).height(kit, width)
    if len(leaves := roomiest(alone, alone)) == 1:
        return leaves
    tall = max(Foot(notes, NamedTurner(0, 2, name)).height(kit, width) for name in (view.items_head, ""))
    return roomiest(first - tall, other - kit.grown(12))


def passages_of(view: Place, under: float = 0) -> list[Passage]:
    """Way, week, items; the drawing `under` steps high below the words, or beside them (0)."""
    words = Column(tuple(say(*line) for line in view.lines))
    found = [Passage((Plane((Way(words, view.map, under),), pad=0),), None, bare, 0)]
    if view.week:
        week = Plane(tuple(Day(*day) for day in view.week), above=1)
        note = (Note("info", view.week_note),) if view.week_note else ()
        found.append(Passage((Column((week, *note), gap=1),), None, bare, 0))
    if view.items:
        found.append(Passage(tuple(map(ResultRow, view.items)), Head(view.items_head)))
    return found


@dataclass(frozen=True, slots=True)
class Day(Part):
    """A day and its hours; today stands out."""

    name: str
    hours: str
    today: bool

    def _blocks(self, kit: Kit, width: int) -> tuple[Block, Block, int]:
        """(day, hours, x of the hours)."""
        name = kit.set(self.name, bold=self.today, width=0 if self.hours else width)
        x = max(kit.grown(18), name.width + kit.g(3)) if self.hours else 0
        return name, kit.set(self.hours, bold=self.today, width=max(1, width - x)), x

    def height(self, kit: Kit, width: int) -> int:
        name, hours, _ = self._blocks(kit, width)
        return max(name.height, hours.height) + 2 * kit.g(0.5)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, theme = pen.kit, pen.kit.theme
        if self.today:
            pen.fill(box.inset(-kit.g(2), 0), "tint", theme.small_radius)
        name, hours, x = self._blocks(kit, box.w)
        pen.text(name, box.x, box.y + (box.h - name.height) // 2, "ink")
        if self.hours:
            pen.text(hours, box.x + x, box.y + (box.h - hours.height) // 2, "ink")
