"""How each block of a slip is drawn: one function a kind.

Every function draws at the pen of the page and leaves the pen at the foot of what it drew; the distance to the next
block is `GAP_BEFORE`. Parts that are missing take no room, and whatever does not fit beside something goes below it.
"""

from __future__ import annotations

import re
from typing import Final, assert_never

from domain.slip import (
    Block,
    Figures,
    Guard,
    Keyed,
    Masthead,
    Numbered,
    Paragraph,
    Separator,
    Small,
    Tab,
    TakeAway,
    Ticks,
    Title,
)
from printer import qr
from printer.layout import emblems
from printer.layout.page import RULE, WHITE, Align, Page, Span
from printer.layout.ticks import ticks

GAP_BEFORE: Final[dict[type[Block], int]] = {
    Masthead: 0,
    Title: 9,
    Guard: 11,
    Figures: 9,
    Tab: 13,
    Ticks: 9,
    Keyed: 6,
    Numbered: 9,
    Paragraph: 6,
    TakeAway: 14,
    Small: 6,
    Separator: 12,
}
"""Dots of white above a block: more before a section, less inside one, so that nearness shows what belongs together."""

_SMALLEST_GAP: Final = 6
"""What stands below the code at least."""

_FRAME: Final = 4

_DAY: Final = "(?:今天|明天|后天|下?[周週][一二三四五六日天])"
_CALENDAR: Final = re.compile(
    rf"(?:{_DAY}（\d{{1,2}}月\d{{1,2}}日）|\d{{1,2}}月\d{{1,2}}日(?:（[周週].）)?)\s?(?:\d{{1,2}}:\d\d)?|{_DAY}\s?\d{{1,2}}:\d\d"
)
_PHONE: Final = re.compile(r"(?<![\d-])(?:0\d{2,3}-?\d{7,8}|400-?\d{3}-?\d{4}|1[3-9]\d{9}|12\d{3}|\d{7,8})(?![\d年-])")


def draw(page: Page, block: Block) -> None:
    """Draws any block. Raises `ValueError` only for a QR payload that is too long for paper."""
    match block:
        case Masthead():
            _masthead(page, block)
        case Title():
            _title(page, block)
        case Guard():
            _guard(page, block)
        case Figures():
            _figures(page, block)
        case Tab():
            _tab(page, block)
        case Ticks():
            ticks(page, block)
        case Keyed():
            _keyed(page, block)
        case Numbered():
            _numbered(page, block)
        case Paragraph():
            _paragraph(page, block)
        case TakeAway():
            _take_away(page, block)
        case Small():
            _small(page, block)
        case Separator():
            _separator(page)
        case _:
            assert_never(block)


def _masthead(page: Page, block: Masthead) -> None:
    m = page.metrics
    mark = emblems.pavilion(m.masthead.line - 2)
    top = page.y
    number = page.set(block.number, m.number, m.content)
    beside = len(number.lines) == 1 and number.width < m.content // 2
    left = page.left + mark.width + 10
    word = page.set(block.word, m.masthead, page.right - left - (number.width + 12 if beside else 0))
    page.stamp(mark, page.left, top)
    page.draw(word, left, top)
    page.y = top + max(word.height, mark.height)
    if beside:
        lower = (m.masthead.line - m.number.line) // 2
        page.draw(number, page.left, top + lower, align="right", width=m.content)
    elif block.number:
        page.draw(number, page.left, page.y, align="right", width=m.content)
        page.y += number.height
    page.y += 7
    page.bar(page.left, page.y, page.right, page.y + _FRAME)
    page.y += _FRAME


def _title(page: Page, block: Title) -> None:
    m = page.metrics
    for type in m.titles:
        name = page.set(block.name, type, m.content)
        if len(name.lines) <= 2:
            break
    page.draw(name, page.left, page.y)
    page.y += name.height
    if block.alias_line:
        page.put(block.alias_line, m.alias, page.left, m.content)


def _guard(page: Page, block: Guard) -> None:
    """Label beside the answer where its words fit into the column, else as a strip above it."""
    m = page.metrics
    beside = _label_fits_beside(page, block.label)
    left = page.left + (m.guard_column if beside else _FRAME) + 14
    width = page.right - _FRAME - 4 - left
    head = page.set(block.headline, m.guard_head, width)
    detail = page.set(_dates_bold(block.detail), m.guard_detail, width) if block.detail else None

    top = page.y
    if block.label and not beside:
        _strip(page, block.label)
    y = (page.y if page.y > top else top + _FRAME) + m.gap(7)
    page.draw(head, left, y)
    y += head.height
    if detail:
        page.draw(detail, left, y)
        y += detail.height
    bottom = y + m.gap(7) + _FRAME
    if beside:
        label = page.set(block.label, m.guard_label, m.guard_column - 2 * 16)
        bottom = max(bottom, top + label.height + 2 * 12)
        page.bar(page.left, top, page.left + m.guard_column, bottom)
        middle = top + (bottom - top - label.height) // 2
        page.draw(label, page.left, middle, ink=WHITE, align="centre", width=m.guard_column)
    page.frame(page.left, top, page.right, bottom, _FRAME)
    page.y = bottom


def _label_fits_beside(page: Page, label: str) -> bool:
    m = page.metrics
    if not label or m.content < 5 * m.guard_column:
        return False
    column = m.guard_column - 2 * 16
    return page.widest_piece(label, m.guard_label) <= column and len(page.set(label, m.guard_label, column).lines) <= 3


def _strip(page: Page, label: str) -> None:
    m = page.metrics
    text = page.set(label, m.guard_label, m.content - 2 * 14)
    page.bar(page.left, page.y, page.right, page.y + text.height + 4)
    page.draw(text, page.left + 14, page.y + 2, ink=WHITE)
    page.y += text.height + 4


def _figures(page: Page, block: Figures) -> None:
    """Cells as wide as their words, what is left over shared out; two a row where one row is too narrow."""
    cells = list(block.cells)
    if not cells:
        return
    m = page.metrics
    wanted = [_cell_width(page, cell) for cell in cells]
    if sum(wanted) + (len(cells) - 1) * _CELL_GUTTER <= m.content:
        _figure_row(page, cells, wanted)
        return
    columns = [max(wanted[0::2]), max(wanted[1::2], default=0)]
    if sum(columns) + _CELL_GUTTER > m.content:
        columns = [(m.content - _CELL_GUTTER) // 2] * 2
    for index in range(0, len(cells), 2):
        page.y += m.gap(4) if index else 0
        _figure_row(page, cells[index : index + 2], columns)


_CELL_GUTTER: Final = 30


def _cell_width(page: Page, cell: tuple[str, str]) -> int:
    m = page.metrics
    return max(page.line(cell[0], m.figure_label).width, page.line(cell[1], m.figure_value).width)


def _figure_row(page: Page, cells: list[tuple[str, str]], widths: list[int]) -> None:
    m = page.metrics
    spare = (m.content - sum(widths) - (len(widths) - 1) * _CELL_GUTTER) // len(widths)
    x, foot = page.left, page.y
    rules = []
    for index, ((label, value), width) in enumerate(zip(cells, widths, strict=False)):
        if index:
            rules.append(x + _CELL_GUTTER // 2 - 1)
            x += _CELL_GUTTER
        y = page.y
        for text, type in ((label, m.figure_label), (value, m.figure_value)):
            if text:
                setting = page.set(text, type, width)
                page.draw(setting, x, y)
                y += setting.height
        foot = max(foot, y)
        x += width + max(0, spare)
    for rule in rules:
        page.bar(rule, page.y + 1, rule + RULE, foot)
    page.y = foot


def _tab(page: Page, block: Tab) -> None:
    m = page.metrics
    top = page.y
    word = page.set(block.word, m.tab, m.content - 2 * 12)
    height = max(m.tab_height, word.height + 4)
    edge = page.left + word.width + 2 * 12
    page.bar(page.left, top, edge, top + height)
    page.draw(word, page.left + 12, top + (height - word.height) // 2, ink=WHITE)
    page.bar(edge, top + height - 3, page.right, top + height)
    page.y = top + height
    if not block.figure:
        return
    figure = page.line(block.figure, m.tab_figure)
    if figure.width <= page.right - edge - 16:
        page.draw(figure, page.left, top + (height - 3 - figure.height) // 2, align="right", width=m.content)
    else:
        page.y += 4
        page.put(block.figure, m.tab_figure, page.left, m.content)


def _keyed(page: Page, block: Keyed) -> None:
    """Short keys stand in a column of their own; with a long one all of them run in, and their text goes on below."""
    m = page.metrics
    if block.head or block.head_note:
        head = page.pair((block.head, True), (block.head_note, False), m.name, m.content)
        page.draw(head, page.left, page.y)
        page.y += head.height
    keys = [page.line(key, m.key).width for key, _ in block.rows if key]
    column = max(m.key_column, max(keys, default=0) + 12)
    running = column > max(m.key_column, 3 * m.key.size)
    for key, text in block.rows:
        spans = _phones_bold(text)
        if not key:
            page.put(spans, m.body, page.left, m.content)
        elif running:
            _run_in(page, key, spans)
        else:
            page.draw(page.line(key, m.key), page.left, page.y)
            page.put(spans, m.body, page.left + column, m.content - column)


def _run_in(page: Page, key: str, spans: list[Span]) -> None:
    m = page.metrics
    word = page.set(key, m.key, m.content)
    page.draw(word, page.left, page.y)
    page.y += word.height - m.key.line
    indent = word.lines[-1].width + m.key.size
    text = page.set(spans, m.body, m.content, indent=min(indent, m.content - m.body.size))
    page.draw(text, page.left, page.y, indent=indent)
    page.y += max(m.key.line, text.height)


def _numbered(page: Page, block: Numbered) -> None:
    m = page.metrics
    words = [page.line(str(number), m.disc) for number in range(1, len(block.rows) + 1)]
    discs = [max(m.disc_height, word.width + m.disc_height // 3) for word in words]
    left = page.left + max(discs, default=0) + 12
    height = max(m.disc_height, m.body.line)
    for index, (word, disc, row) in enumerate(zip(words, discs, block.rows, strict=True)):
        page.y += m.gap(2) if index else 0
        page.stamp(emblems.pill(disc, m.disc_height), page.left, page.y + (height - m.disc_height) // 2)
        page.draw(word, page.left, page.y + (height - m.disc.line) // 2, ink=WHITE, align="centre", width=disc)
        text = page.set(row, m.body, page.right - left)
        page.draw(text, left, page.y + (height - m.body.line) // 2)
        page.y += max(height, text.height)


def _paragraph(page: Page, block: Paragraph) -> None:
    m = page.metrics
    page.put([(block.text, block.bold)], m.body, page.left, m.content)


def _take_away(page: Page, block: TakeAway) -> None:
    """The code at the left with its words beside it; one above the other where the words would get too narrow."""
    m = page.metrics
    if not block.payload:
        _words(page, block, page.left, m.content, "left")
        return
    rows = qr.modules(block.payload, qr.PAPER_VERSION)
    module = m.module if (len(rows) + 2 * qr.QUIET_ZONE) * m.module <= m.width else _SMALLEST_MODULE
    code = emblems.qr_code(rows, module)
    quiet = qr.QUIET_ZONE * module
    # The paper is wider than the head by some millimetres of white at each side: they hold most of the quiet zone.
    left = page.left + max(0, quiet - 12)
    beside = page.right - (left + code.width + quiet + 4)
    top = page.y
    if beside >= 6 * m.take_head.size:
        page.y += 2
        _words(page, block, page.right - beside, beside, "left")
    else:
        left = (m.width - code.width) // 2
        _words(page, TakeAway("", block.head), page.left, m.content, "centre")
        top = page.y + (quiet if block.head else 0)
    top += max(0, quiet - m.gap(GAP_BEFORE[TakeAway]))
    page.stamp(code, left, top)
    page.y = max(page.y, top + code.height + quiet - m.gap(_SMALLEST_GAP))
    if beside < 6 * m.take_head.size:
        _words(page, TakeAway("", "", block.lines), page.left, m.content, "centre")


_SMALLEST_MODULE: Final = 4
"""Dots. With 2 or 3 a little spreading of the heat already closes the gaps."""


def _words(page: Page, block: TakeAway, left: int, width: int, align: Align) -> None:
    m = page.metrics
    if block.head:
        page.put([(block.head, True)], m.take_head, left, width, align=align)
        page.y += m.gap(6) if block.lines else 0
    for line in block.lines:
        page.put(line, m.take_line, left, width, align=align)


def _small(page: Page, block: Small) -> None:
    for line in block.lines:
        page.put(line, page.metrics.small, page.left, page.metrics.content)


def _separator(page: Page) -> None:
    page.bar(page.left, page.y, page.right, page.y + RULE)
    page.y += RULE


def _dates_bold(text: str) -> list[Span]:
    return _bold_where(_CALENDAR, text)


def _phones_bold(text: str) -> list[Span]:
    return _bold_where(_PHONE, text)


def _bold_where(pattern: re.Pattern[str], text: str) -> list[Span]:
    spans: list[Span] = []
    end = 0
    for found in pattern.finditer(text):
        spans += [(text[end : found.start()], False), (found.group(), True)]
        end = found.end()
    return [span for span in [*spans, (text[end:], False)] if span[0]]
