"""The whole answer to a question: how it was read, what fits best, everything else; or, kindly, that nothing fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from journeys.views import Press, Results, Row, Tag as TagView, Word
from screens.kit.buttons import Button, Chip, act_of
from screens.kit.kit import Kit
from screens.kit.part import Feel, Part, Sized, Target
from screens.kit.pen import Box, Pen
from screens.kit.planes import Column, Flow, Grid, Plane
from screens.kit.rows import list_row
from screens.kit.search import SearchField
from screens.kit.words import Head, Named, Note, Tag, Text
from screens.page import Frame, Page
from screens.pages.horizon import Shore, close, lower
from screens.pages.parts_find import Filters, Line, Ways, rows_plane, turn_rows
from screens.pages.parts_read import Aside
from screens.pages.turning import turn


class ResultsPage(Page):
    """The question stays above; the first page explains how it was read and opens the best guide a little."""

    def draw(self, view: Results, page: Frame) -> None:
        page.add(SearchField("", view.query, edit=view.edit), gap=3)
        if view.weak:
            self._weak(view, page)
        else:
            self._answer(view, page)

    def _answer(self, view: Results, page: Frame) -> None:
        kit, body = page.kit, page.body
        opening = self._opening(view, page)
        counted = _counted(view)
        rows = [list_row(row) for row in view.rows]
        room = body.h - kit.g(3)
        first = room - sum(part.height(kit, body.w) + kit.g(gap) for part, gap in opening) - kit.g(3)
        rest = room - counted.height(kit, body.w) - kit.g(5)
        shown = turn_rows(page, rows, view.page, first=first, rest=rest)
        for part, gap in opening if shown.number == 0 else [(counted, 3.0)]:
            page.add(part, gap)
        if shown.first < shown.last:
            page.add(rows_plane(rows[shown.first : shown.last]), gap=3 if shown.number == 0 else 2)
        close(page)

    def _opening(self, view: Results, page: Frame) -> list[tuple[Part, float]]:
        """What stands above the rows of the first page, each with the steps above it; in large type no more of it than
        there is room for.
        """
        kit, width = page.kit, page.body.w
        room = page.body.h - kit.g(3) - kit.grown(14) - kit.g(3)
        short = replace(view, understood_side="")
        brief = replace(short, best_summary="")
        parts: list[tuple[Part, float]] = []
        for less in (view, short, brief, replace(brief, understood=())):
            parts = _above(less, kit, width)
            if sum(part.height(kit, width) + kit.g(gap) for part, gap in parts) <= room:
                break
        if view.best is None:
            return parts
        end = page.body.y + sum(part.height(kit, width) + kit.g(gap) for part, gap in parts)
        # The filled button comes down to where a seated person reaches it.
        spare = lower(page) - (end - kit.g(3.5) - kit.grown(14))
        return [*parts[:-1], (Shore(spare), 0), parts[-1]] if spare > 0 else parts

    def _weak(self, view: Results, page: Frame) -> None:
        kit, body = page.kit, page.body
        page.foot(Ways(view.actions), gap=3)
        if view.heard:
            page.foot(Note("inbox", view.heard), gap=1.5)
        words = Column((Text(view.weak_head, "t60", bold=True), Text(view.weak_line, ink="ink2")), gap=0.5)
        head = Head(view.near_head)
        rows = [list_row(row) for row in view.rows]
        free = page.body.h - kit.g(3) - (head.height(kit, body.w) + kit.g(4) if rows else 0)
        above = words.height(kit, body.w) + kit.g(4)
        turner = kit.grown(14) + kit.g(3) if rows else 0
        here, later = _helps(view, kit, body.w, free - above - kit.g(2) - turner)
        below = sum(part.height(kit, body.w) + kit.g(4) for part in here)
        inner = body.w - 2 * kit.g(rows_plane(()).pad)
        heights = [row.height(kit, inner) for row in rows] + [part.height(kit, body.w) + kit.g(4) for part in later]
        shown = turn(page, heights, view.page, between=0, first=free - above - below, rest=free)
        if shown.number == 0:
            for part in reversed(here):
                page.foot(part, gap=4)
            page.add(words, gap=4)
        if shown.first < min(shown.last, len(rows)):
            page.add(head, gap=4)
            page.add(rows_plane(rows[shown.first : shown.last]), gap=1)
        for part in [*rows, *later][max(shown.first, len(rows)) : shown.last]:
            page.add(part, gap=4)
        close(page)


def _above(view: Results, kit: Kit, width: int) -> list[tuple[Part, float]]:
    """How the question was read, or a question back; filters; the best guide."""
    parts: list[tuple[Part, float]] = []
    if view.asks:
        # A word that one is asked about is not explained at the same time.
        parts.append((Column((Text(view.ask_head, bold=True), _chips(view.asks, kit, width)), gap=1), 3))
    elif view.understood:
        parts.append((_understood(view), 3))
    parts.append((_counted(view), 3))
    if view.best is not None:
        parts.append((_best(view, view.best), 3))
    return parts


def _helps(view: Results, kit: Kit, width: int, room: int) -> tuple[list[Part], list[Part]]:
    """您是不是要找 and the question back: what there is room for, and the rest."""
    here: list[Part] = []
    later: list[Part] = []
    for part in (_suggestions(view, kit, width), _asks(view, kit, width)):
        if part is None:
            continue
        need = part.height(kit, width) + kit.g(4)
        if need <= room and not later:
            here.append(part)
            room -= need
        else:
            later.append(part)
    return here, later


def _counted(view: Results) -> Part:
    """The filters, and how many things were found."""
    chips = [Chip(press, on) for press, on in view.filters]
    chips += [Chip(press, True) for press in view.chosen]
    if view.narrow:
        chips.append(Chip(view.narrow))
    return Filters(tuple(chips), view.count_line) if chips else Line(view.count_line)


def _asks(view: Results, kit: Kit, width: int) -> Column | None:
    """A question back with its answers, or categories: large where nothing else is offered."""
    if not view.asks:
        return None
    if view.suggestions:
        return Column((Head(view.ask_head), _chips(view.asks, kit, width)), gap=1)
    buttons = tuple(Button(press, "tertiary", tall=13, icon_ink="primary") for press in view.asks)
    return Column((Head(view.ask_head), Grid(buttons, 2, row_gap=2)), gap=1)


def _understood(view: Results) -> Plane:
    """我们是这样理解的."""
    words = Flow(tuple(Reading(word) for word in view.understood), gap=5, row_gap=2)
    head = Aside(Text(view.understood_head, "t34", "ink2"), view.understood_side)
    return Plane((head, words), "sand", above=2.5, gap=1)


def _best(view: Results, row: Row) -> Plane:
    """The first guide, opened a little."""
    parts: list[Part] = [
        Marked(TagView(view.best_mark, "star", "sea"), row.department),
        Named(row.title, row.alias, "t48", "t48"),
    ]
    if view.best_summary:
        parts.append(Text(view.best_summary))
    if row.tags:
        parts.append(Flow(tuple(Tag(tag) for tag in row.tags), gap=1.5, row_gap=1))
    last: list[Part] = [Column(tuple(parts), gap=1)]
    if view.best_actions:
        first, *others = view.best_actions
        buttons = (Button(first, "primary"), *(Button(press, "secondary") for press in others))
        last.append(Grid(buttons, len(buttons)))
    return Plane(tuple(last), above=3.5, gap=2.5, edge="primary")


def _suggestions(view: Results, kit: Kit, width: int) -> Column | None:
    """您是不是要找."""
    if not view.suggestions:
        return None
    return Column((Head(view.suggestions_head), _chips(view.suggestions, kit, width)), gap=1)


def _chips(presses: Sequence[Press], kit: Kit, width: int) -> Grid:
    """Chips in as many equal columns as their words allow."""
    chips = tuple(Chip(press, tall=12, icon=False) for press in presses)
    widest = max(chip.width(kit) for chip in chips)
    if widest > width:
        plain = (replace(press, icon="") for press in presses)
        return Grid(tuple(Button(press, "tertiary", tall=12) for press in plain), 1, row_gap=1.5)
    columns = max(1, min(3, (width + kit.theme.gutter) // (widest + kit.theme.gutter)))
    return Grid(chips, columns, row_gap=2)


@dataclass(frozen=True, slots=True)
class Reading(Sized):
    """A part of the question over what it was taken for, a line between them. One that was perhaps read wrongly can be
    touched.
    """

    word: Word

    def width(self, kit: Kit) -> int:
        return max(kit.set(self.word.text, "t48", bold=True).width, kit.set(self.word.meaning, "t34").width)

    def height(self, kit: Kit, width: int) -> int:
        meaning = kit.set(self.word.meaning, "t34", width=width)
        return kit.set(self.word.text, "t48", bold=True, width=width).height + kit.g(1.5) + meaning.height

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit = pen.kit
        other = self.word.other
        if other and feel.down == act_of(other):
            pen.fill(box.inset(-kit.g(1)), "tint", kit.theme.radius)
        text = kit.set(self.word.text, "t48", bold=True, width=box.w)
        pen.text(text, box.x, box.y, "primary" if other else "ink", box.w, "center")
        y = box.y + text.height
        pen.fill(Box(box.x, y + kit.g(0.25), box.w, kit.g(0.75)), "primary" if other else "sea3", kit.g(0.25))
        pen.text(kit.set(self.word.meaning, "t34", width=box.w), box.x, y + kit.g(1.5), "ink2", box.w, "center")

    def targets(self, kit: Kit, box: Box) -> tuple[Target, ...]:
        other = self.word.other
        return (Target(box.inset(-kit.g(1)), act_of(other)),) if other else ()


@dataclass(frozen=True, slots=True)
class Marked(Part):
    """A tag, and quiet words at the right end of its line, or below it."""

    tag: TagView
    words: str

    def _beside(self, kit: Kit, width: int) -> bool:
        return Tag(self.tag).width(kit) + kit.g(3) + kit.set(self.words, "t34").width <= width

    def height(self, kit: Kit, width: int) -> int:
        tag = Tag(self.tag).height(kit, width)
        return tag if self._beside(kit, width) else tag + kit.set(self.words, "t34", width=width).height

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, tag = pen.kit, Tag(self.tag)
        height = tag.height(kit, box.w)
        tag.paint(pen, Box(box.x, box.y, min(box.w, tag.width(kit)), height), feel)
        if self._beside(kit, box.w):
            words = kit.set(self.words, "t34")
            pen.text(words, box.x, box.y + (height - words.line) // 2, "ink2", box.w, "right")
        else:
            pen.text(kit.set(self.words, "t34", width=box.w), box.x, box.y + height, "ink2")
