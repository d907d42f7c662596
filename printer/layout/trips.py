"""Blocks of a life event: papers in a table, the way in one line, steps joined by a line, sentences in a box."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from domain.slip import Boxed, Leg, Legs, Strip, Table, TableRow
from printer.layout import emblems
from printer.layout.metrics import Type
from printer.layout.page import RULE, WHITE, Page, Span, differ

_CIRCLED: Final = 0x2460
_LAST_CIRCLED: Final = 20
_NARROW: Final = 500
"""Dots of content below which a table has no columns."""
_GUTTER: Final = 18
_MANY: Final = 12
"""Rows beyond which a table would be longer than anybody reads."""


def table(page: Page, block: Table, other: Table | None) -> None:
    """Columns of figures on wide paper; on narrow paper they stand in the line below the name."""
    m = page.metrics
    label = Type(m.figure_label.size, m.figure_label.line)
    heads = block.heads
    theirs_heads = other.heads if other else heads
    crowded = len(block.rows) > _MANY
    if m.content < _NARROW:
        for row, theirs in zip(block.rows, _rows(block, other), strict=True):
            words = [f"{head} {count}" for head, count in zip(heads, _counts(row), strict=True)]
            _row(page, row, theirs, m.content, " · ".join(words), crowded=crowded)
        _total(page, block, other, page.left + m.tick + 14)
        return
    steps = max([page.line(heads[2], label).width, *(page.line(_marks(row), m.body).width for row in block.rows)])
    steps = min(steps, m.content // 4)
    widths = [max(46, page.line(head, label).width) for head in heads[:2]] + [steps]
    lefts: list[int] = []
    x = page.right
    for width in reversed(widths):
        lefts.insert(0, x - width)
        x -= width + _GUTTER
    low = page.y
    for head, their, left, width in zip(heads, theirs_heads, lefts, widths, strict=True):
        lines: list[Span] = [(head, False)]
        if differ(their, head):
            lines += [("\n", False), page.theirs(their)]
        words_above = page.set(lines, label, width + _GUTTER // 2)
        page.draw(words_above, left - _GUTTER // 4, page.y, align="centre", width=width + _GUTTER // 2)
        low = max(low, page.y + words_above.height)
    page.y = low
    for row, theirs in zip(block.rows, _rows(block, other), strict=True):
        top = page.y
        _row(page, row, theirs, lefts[0] - _GUTTER - page.left, "", crowded=crowded)
        low = top + (max(m.tick, m.body.line if crowded else m.name.line) - m.body.line) // 2
        for number, (text, left, width) in enumerate(zip(_counts(row), lefts, widths, strict=True)):
            bold = number == 1 and row.copies > 0
            cell = page.set([(text, bold)], m.body, width)
            page.draw(cell, left, low, align="centre", width=width)
            page.y = max(page.y, low + cell.height)
    _total(page, block, other, lefts[1])


def _rows(block: Table, other: Table | None) -> tuple[TableRow, ...]:
    return other.rows if other and len(other.rows) == len(block.rows) else block.rows


def _counts(row: TableRow) -> tuple[str, str, str]:
    return str(row.originals or "–"), str(row.copies or "–"), _marks(row)


def _marks(row: TableRow) -> str:
    return "".join(chr(_CIRCLED + n - 1) if n <= _LAST_CIRCLED else f" {n}" for n in row.steps)


def _row(page: Page, row: TableRow, theirs: TableRow, width: int, below: str, *, crowded: bool) -> None:
    """Box and name; what stands below the name has the whole width. A long table has smaller names and no notes."""
    m = page.metrics
    left = page.left + m.tick + 14
    name_type = Type(m.body.size, m.body.line, True) if crowded else m.name
    name = page.set(row.name, name_type, page.left + width - left)
    height = max(m.tick, name_type.line)
    box = m.option_tick if crowded else m.tick
    low = page.y + (height - box) // 2
    page.frame(page.left, low, page.left + box, low + box, m.tick_stroke)
    page.draw(name, left, page.y + (height - name_type.line) // 2)
    page.y += max(height, (height - name_type.line) // 2 + name.height)
    room = page.right - left
    if differ(theirs.name, row.name):
        page.put([page.theirs(theirs.name)], m.other_body, left, room)
    if below:
        page.put(below, m.detail, left, room)
    if row.detail and not crowded:
        page.put(row.detail, m.detail, left, room)
    page.y += m.gap(2 if crowded else 3)


def _total(page: Page, block: Table, other: Table | None, left: int) -> None:
    m = page.metrics
    page.y += m.gap(3)
    page.bar(page.left, page.y, page.right, page.y + RULE)
    page.y += RULE + m.gap(3)
    word, figure = block.total
    spans: list[Span] = [(word, True)]
    if other and differ(other.total[0], word):
        spans += [(" ", False), page.theirs(other.total[0])]
    words = page.set(spans, m.body, m.content)
    value = page.line(figure, m.name)
    page.draw(words, page.left + m.tick + 14, page.y)
    beside = page.left + m.tick + 14 + words.width + _GUTTER
    if len(words.lines) == 1 and max(left, beside) + value.width <= page.right:
        page.draw(value, max(left, beside), page.y - (m.name.line - m.body.line) // 2)
        page.y += max(words.height, m.body.line)
    else:
        page.y += words.height
        page.put([(figure, True)], m.name, page.left + m.tick + 14, m.content - m.tick - 14)


_MARK: Final = 40


def strip(page: Page, block: Strip, other: Strip | None) -> None:
    """Kiosk and offices on a line, the way between them written on it, names and addresses below."""
    m = page.metrics
    small = Type(m.figure_label.size, m.figure_label.line)
    count = len(block.stops)
    column = m.content // count
    middle = page.y + _MARK // 2
    centres = [page.left + _MARK // 2 + (m.content - _MARK) * n // max(1, count - 1) for n in range(count)]
    page.bar(centres[0], middle - 2, centres[-1], middle + 2)
    for n, way in enumerate(block.ways[: count - 1]):
        word = page.line(way, Type(m.figure_label.size, m.figure_label.line, True))
        room = centres[n + 1] - centres[n] - _MARK - 12
        if way and word.width <= room:
            at = (centres[n] + centres[n + 1] - word.width) // 2
            page.bar(at - 8, middle - 4, at + word.width + 8, middle + 4, WHITE)
            page.draw(word, at, middle - word.height // 2)
    foot = page.y + _MARK
    for n, (letter, name, address) in enumerate(block.stops):
        picture = emblems.pill(_MARK, _MARK) if letter else emblems.pavilion(_MARK - 4)
        left = centres[n] - picture.width // 2
        page.bar(max(page.left, left - 6), page.y, min(page.right, left + picture.width + 6), page.y + _MARK, WHITE)
        page.stamp(picture, max(page.left, min(left, page.right - picture.width)), page.y)
        if letter:
            word = page.line(letter, Type(26, 34, True))
            page.draw(word, centres[n] - _MARK // 2, middle - 17, ink=WHITE, align="centre", width=_MARK)
        align = "left" if n == 0 else "right" if n == count - 1 else "centre"
        x = page.left if n == 0 else page.right - column + 8 if n == count - 1 else centres[n] - column // 2 + 4
        y = page.y + _MARK + 2
        theirs = other.stops[n][1] if other and len(other.stops) == count and differ(other.stops[n][1], name) else ""
        for spans, type in (
            ([(name, True)], Type(m.detail.size, m.detail.line)),
            ([page.theirs(theirs)], small),
            ([(address, False)], small),
        ):
            if spans[0][0]:
                setting = page.set(spans, type, column - 8)
                page.draw(setting, x, y, align=align, width=column - 8)  # type: ignore[arg-type]
                y += setting.height
        foot = max(foot, y)
    page.y = foot


def legs(page: Page, block: Legs, other: Legs | None) -> None:
    """Discs joined by a line; name bold, at the right what comes of it."""
    m = page.metrics
    rows = other.rows if other and len(other.rows) == len(block.rows) else block.rows
    size = m.disc_height
    above: int | None = None
    for row, theirs in zip(block.rows, rows, strict=True):
        above = _leg(page, row, theirs, size, above)
    page.y += m.gap(2)


def _leg(page: Page, row: Leg, theirs: Leg, size: int, above: int | None) -> int:
    """Draws one step; returns the foot of its disc."""
    m = page.metrics
    name_type, result_type = replace(m.body, bold=True), replace(m.detail, bold=True)
    word = page.line(str(row.number), m.disc)
    width = max(size, word.width + size // 3)
    left = page.left + max(size, width) + 14
    height = max(size, name_type.line)
    top = page.y + (height - size) // 2
    if above is not None:
        page.bar(page.left + size // 2 - 2, above, page.left + size // 2 + 2, top)
    page.stamp(emblems.pill(width, size), page.left, top)
    page.draw(word, page.left, page.y + (height - m.disc.line) // 2, ink=WHITE, align="centre", width=width)
    result = page.line(row.result, result_type) if row.result else None
    room = page.right - left - (result.width + 16 if result else 0)
    beside = result is not None and room >= 6 * name_type.size
    name = page.set(row.name, name_type, room if beside else page.right - left)
    page.draw(name, left, page.y + (height - name_type.line) // 2)
    if result is not None and beside:
        page.draw(result, page.left, page.y + (height - result_type.line) // 2, align="right", width=m.content)
    page.y += max(height, (height - name_type.line) // 2 + name.height)
    if result is not None and not beside:
        page.put(row.result, result_type, left, page.right - left)
    if differ(theirs.name, row.name):
        page.put([page.theirs(theirs.name)], m.other_body, left, page.right - left)
    if row.detail:
        page.put(row.detail, m.detail, left, page.right - left)
    if differ(theirs.result, row.result):
        page.put([page.theirs(theirs.result)], m.other_body, left, page.right - left)
    page.y += m.gap(3)
    return top + size


def boxed(page: Page, block: Boxed, other: Boxed | None) -> None:
    """A thin frame; every word stands before its sentence."""
    m = page.metrics
    top = page.y
    page.y += RULE + m.gap(5)
    rows = other.rows if other and len(other.rows) == len(block.rows) else block.rows
    for (word, text), (their_word, their_text) in zip(block.rows, rows, strict=True):
        spans: list[Span] = [(word, True), ("\u2003" if word else "", False), (text, False)]
        page.put(spans, m.detail, page.left + 12, m.content - 24)
        if differ(f"{their_word}{their_text}", f"{word}{text}"):
            gap: Span = (" " if their_word else "", False)
            page.put(
                [page.theirs(their_word, bold=True), gap, page.theirs(their_text)],
                m.other_body,
                page.left + 12,
                m.content - 24,
            )
    page.y += m.gap(5) + RULE
    page.frame(page.left, top, page.right, page.y, RULE)
