"""The whole answer to a question: how it was read, what fits best, everything else; or, kindly, that nothing fits."""

from __future__ import annotations

from dataclasses import dataclass

from journeys.views import Results, Row, Tag as TagView, Word
from screens.kit.buttons import Button, Chip
from screens.kit.kit import Kit
from screens.kit.part import Feel, Part, Sized
from screens.kit.pen import Box, Pen
from screens.kit.planes import Column, Flow, Grid, Plane
from screens.kit.rows import list_row
from screens.kit.search import SearchField
from screens.kit.words import Head, Named, Tag, Text
from screens.page import Frame, Page
from screens.pages.horizon import Shore, close, lower
from screens.pages.parts_find import Filters, Line, Ways, rows_plane, turn_rows


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
        """What stands above the rows of the first page, each with the steps above it."""
        kit = page.kit
        parts: list[tuple[Part, float]] = []
        if view.understood:
            parts.append((_understood(view), 3))
        parts.append((_counted(view), 3))
        if view.best is None:
            return parts
        best = _best(view, view.best)
        end = page.body.y + sum(part.height(kit, page.body.w) + kit.g(gap) for part, gap in [*parts, (best, 3)])
        # The filled button comes down to where a seated person reaches it.
        spare = lower(page) - (end - kit.g(3.5) - kit.grown(14))
        if spare > 0:
            parts.append((Shore(spare), 0))
        parts.append((best, 3))
        return parts

    def _weak(self, view: Results, page: Frame) -> None:
        kit, body = page.kit, page.body
        page.foot(Ways(view.actions), gap=3)
        words = Column((Text(view.weak_head, "t60", bold=True), Text(view.weak_line, ink="ink2")), gap=0.5)
        head = Head(view.near_head)
        rows = [list_row(row) for row in view.rows]
        asks = _suggestions(view, kit, body.w)
        free = page.body.h - kit.g(3) - head.height(kit, body.w) - kit.g(4)
        above = words.height(kit, body.w) + kit.g(4)
        below = asks.height(kit, body.w) + kit.g(4) if asks else 0
        shown = turn_rows(page, rows, view.page, first=free - above - below, rest=free)
        if shown.number == 0:
            if asks:
                page.foot(asks, gap=4)
            page.add(words, gap=4)
        if shown.first < shown.last:
            page.add(head, gap=4)
            page.add(rows_plane(rows[shown.first : shown.last]), gap=1)
        close(page)


def _counted(view: Results) -> Part:
    """The filters, and how many things were found."""
    if view.filters:
        return Filters(tuple(Chip(press, on) for press, on in view.filters), view.count_line)
    return Line(view.count_line)


def _understood(view: Results) -> Plane:
    """我们是这样理解的."""
    words = Flow(tuple(Reading(word) for word in view.understood), gap=5, row_gap=2)
    return Plane((Text(view.understood_head, "t34", "ink2"), words), "sand", above=2.5, gap=1)


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
    widest = max(Chip(press).width(kit) for press in view.suggestions)
    columns = max(1, min(3, (width + kit.theme.gutter) // (widest + kit.theme.gutter)))
    chips = Grid(tuple(Chip(press, tall=12) for press in view.suggestions), columns, row_gap=2)
    return Column((Head(view.suggestions_head), chips), gap=1)


@dataclass(frozen=True, slots=True)
class Reading(Sized):
    """A part of the question over what it was taken for, a line between them."""

    word: Word

    def width(self, kit: Kit) -> int:
        return max(kit.set(self.word.text, "t48", bold=True).width, kit.set(self.word.meaning, "t34").width)

    def height(self, kit: Kit, width: int) -> int:
        meaning = kit.set(self.word.meaning, "t34", width=width)
        return kit.set(self.word.text, "t48", bold=True, width=width).height + kit.g(1.5) + meaning.height

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit = pen.kit
        text = kit.set(self.word.text, "t48", bold=True, width=box.w)
        pen.text(text, box.x, box.y, "ink", box.w, "center")
        y = box.y + text.height
        pen.fill(Box(box.x, y + kit.g(0.25), box.w, kit.g(0.75)), "sea3", kit.g(0.25))
        pen.text(kit.set(self.word.meaning, "t34", width=box.w), box.x, y + kit.g(1.5), "ink2", box.w, "center")


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
