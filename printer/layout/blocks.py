"""How each block of a slip is drawn: one function a kind.

Every function draws at the pen of the page and leaves the pen at the foot of what it drew; the distance to the next
block is `GAP_BEFORE`. Parts that are missing take no room, and whatever does not fit beside something goes below it.
"""

from __future__ import annotations

import re
from typing import Final, assert_never

from domain.slip import (
    Blank,
    Block,
    Boxed,
    CheckCode,
    Codes,
    Figures,
    Guard,
    Keyed,
    Legs,
    Map,
    Mark,
    Masthead,
    Numbered,
    Paragraph,
    Secret,
    Separator,
    Shout,
    Sizes,
    Small,
    Staircase,
    Stations,
    Strip,
    Strokes,
    Tab,
    Table,
    TakeAway,
    Ticks,
    Title,
)
from printer.layout import codes, counter, emblems, gauge, trips
from printer.layout.metrics import Type
from printer.layout.page import RULE, WHITE, Page, Setting, Span, differ
from printer.layout.sketch import sketch
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
    Mark: 9,
    Table: 6,
    Strip: 12,
    Map: 8,
    Legs: 8,
    Boxed: 8,
    Shout: 0,
    Blank: 4,
    CheckCode: 4,
    Secret: 10,
    Stations: 14,
    Staircase: 12,
    Strokes: 12,
    Sizes: 6,
    Codes: 8,
}
"""Dots of white above a block: more before a section, less inside one, so that nearness shows what belongs together."""

_FRAME: Final = 4

_DAY: Final = "(?:今天|明天|后天|下?[周週][一二三四五六日天])"
_DATE: Final = r"\d{1,2} ?月 ?\d{1,2} ?日"
_CALENDAR: Final = re.compile(
    rf"(?:{_DAY}（{_DATE}）|(?:{_DAY} )?{_DATE}(?:（[周週].）)?)\s?(?:\d{{1,2}}:\d\d)?|{_DAY}\s?\d{{1,2}}:\d\d"
)
_PHONE: Final = re.compile(r"(?<![\d-])(?:0\d{2,3}-?\d{7,8}|400-?\d{3}-?\d{4}|1[3-9]\d{9}|12\d{3}|\d{7,8})(?![\d年-])")


def draw(page: Page, block: Block, other: Block | None = None) -> None:
    """Draws any block; `other`: the same in the second language, None where there is none.

    Raises `ValueError` only for a QR payload that is too long for paper.
    """
    match block:
        case Masthead():
            _masthead(page, block, other if isinstance(other, Masthead) else None)
        case Title():
            _title(page, block, other if isinstance(other, Title) else None)
        case Mark():
            _mark(page, block, other if isinstance(other, Mark) else None)
        case Guard():
            _guard(page, block, other if isinstance(other, Guard) else None)
        case Figures():
            _figures(page, block, other if isinstance(other, Figures) else None)
        case Tab():
            _tab(page, block, other if isinstance(other, Tab) else None)
        case Ticks():
            ticks(page, block, other if isinstance(other, Ticks) else None)
        case Keyed():
            _keyed(page, block, other if isinstance(other, Keyed) else None)
        case Numbered():
            _numbered(page, block, other if isinstance(other, Numbered) else None)
        case Paragraph():
            _paragraph(page, block, other if isinstance(other, Paragraph) else None)
        case TakeAway():
            gap = GAP_BEFORE[TakeAway]
            codes.take_away(page, block, other if isinstance(other, TakeAway) else None, gap)
        case Small():
            _small(page, block)
        case Separator():
            _separator(page)
        case _:
            _draw_rarer(page, block, other)


def _draw_rarer(
    page: Page,
    block: Table
    | Strip
    | Map
    | Legs
    | Boxed
    | Shout
    | Blank
    | CheckCode
    | Secret
    | Stations
    | Staircase
    | Strokes
    | Sizes
    | Codes,
    other: Block | None,
) -> None:
    """What stands on other slips than those of a guide."""
    match block:
        case Table():
            trips.table(page, block, other if isinstance(other, Table) else None)
        case Strip():
            trips.strip(page, block, other if isinstance(other, Strip) else None)
        case Legs():
            trips.legs(page, block, other if isinstance(other, Legs) else None)
        case Boxed():
            trips.boxed(page, block, other if isinstance(other, Boxed) else None)
        case Shout():
            counter.shout(page, block, other if isinstance(other, Shout) else None)
        case Blank():
            counter.blank(page, block, other if isinstance(other, Blank) else None)
        case CheckCode():
            codes.check_code(page, block, other if isinstance(other, CheckCode) else None)
        case Map():
            sketch(page, block)
        case Secret():
            codes.secret(page, block)
        case Stations():
            counter.stations(page, block)
        case Staircase():
            gauge.staircase(page)
        case Strokes():
            gauge.strokes(page, block)
        case Sizes():
            gauge.sizes(page, block)
        case Codes():
            codes.codes(page, block)
        case _:
            assert_never(block)


def _masthead(page: Page, block: Masthead, other: Masthead | None) -> None:
    m = page.metrics
    mark = emblems.pavilion(m.masthead.line - 2)
    top = page.y
    number = page.set(block.number, m.number, m.content)
    beside = len(number.lines) == 1 and number.width < m.content // 2
    left = page.left + mark.width + 10
    room = page.right - left - (number.width + 12 if beside else 0)
    word = page.set(block.word, m.masthead, room)
    if other and other.word != block.word:
        both = page.pair((block.word, True), page.theirs(other.word), m.masthead, room)
        word = both if len(both.lines) == 1 else word
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


def _title(page: Page, block: Title, other: Title | None) -> None:
    m = page.metrics
    for type in m.titles:
        name = page.set(block.name, type, m.content)
        if len(name.lines) <= 2:
            break
    page.draw(name, page.left, page.y)
    page.y += name.height
    if other and differ(other.name, block.name):
        page.put([page.theirs(other.name, bold=True)], m.other_title, page.left, m.content)
    if block.alias_line:
        page.put(block.alias_line, m.alias, page.left, m.content)


def _mark(page: Page, block: Mark, other: Mark | None) -> None:
    """The word white on black at the left, the lines beside it; a strip above them on narrow paper."""
    m = page.metrics
    top = page.y
    word = page.line([(block.word, True)], m.mark_word)
    column = word.width + 2 * 16
    beside = m.content - column >= 9 * m.body.size
    left = page.left + (column if beside else _FRAME) + 14
    width = page.right - _FRAME - 4 - left
    y = top + _FRAME + 4 if beside else top + word.height + 4
    lines: list[tuple[list[Span], Type]] = [([(block.headline, True)], m.body), ([(block.detail, False)], m.detail)]
    if other:
        lines += [([page.theirs(other.headline)], m.other_body), ([page.theirs(other.detail)], m.other_body)]
    own = {block.headline, block.detail}
    for number, (spans, type) in enumerate(lines):
        if spans[0][0] and (number < 2 or spans[0][0] not in own):
            setting = page.set(spans, type, width)
            page.draw(setting, left, y)
            y += setting.height
    bottom = max(y + 4 + _FRAME, top + word.height + 2 * 8 if beside else 0)
    page.bar(page.left, top, page.left + column if beside else page.right, bottom if beside else top + word.height + 4)
    middle = top + (bottom - top - word.height) // 2 if beside else top + 2
    page.draw(word, page.left + 16, middle, ink=WHITE)
    page.frame(page.left, top, page.right, bottom, _FRAME)
    page.y = bottom


def _guard(page: Page, block: Guard, other: Guard | None) -> None:
    """Label beside the answer where its words fit into the column, else as a strip above it."""
    m = page.metrics
    beside = _label_fits_beside(page, block.label)
    left = page.left + (m.guard_column if beside else _FRAME) + 14
    width = page.right - _FRAME - 4 - left
    texts = [page.set(block.headline, m.guard_head, width)]
    if block.detail:
        texts.append(page.set(_dates_bold(block.detail), m.guard_detail, width))
    if other and differ(other.headline, block.headline):
        texts.append(page.set([page.theirs(other.headline, bold=True)], m.other_name, width))
    if other and other.detail and differ(other.detail, block.detail):
        texts.append(page.set([page.theirs(other.detail)], m.other_body, width))

    top = page.y
    if block.label and not beside:
        _strip(page, block.label)
    y = (page.y if page.y > top else top + _FRAME) + m.gap(7)
    for text in texts:
        page.draw(text, left, y)
        y += text.height
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


def _figures(page: Page, block: Figures, other: Figures | None) -> None:
    """Cells as wide as their words, what is left over shared out; two a row where one row is too narrow."""
    theirs = other.cells if other and len(other.cells) == len(block.cells) else block.cells
    cells = [_cell(page, mine, their) for mine, their in zip(block.cells, theirs, strict=True)]
    if not cells:
        return
    m = page.metrics
    wanted = [max((page.line(spans, type).width for spans, type in cell), default=0) for cell in cells]
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

_Cell = list[tuple[list[Span], Type]]
"""Lines of a cell: spans and their size."""


def _cell(page: Page, mine: tuple[str, str], their: tuple[str, str]) -> _Cell:
    m = page.metrics
    lines: _Cell = [([(mine[0], m.figure_label.bold)], m.figure_label)]
    if differ(their[0], mine[0]):
        lines.append(([page.theirs(their[0])], m.figure_label))
    lines.append(([(mine[1], m.figure_value.bold)], m.figure_value))
    if differ(their[1], mine[1]):
        lines.append(([page.theirs(their[1])], m.other_body))
    return [(spans, type) for spans, type in lines if any(span[0] for span in spans)]


def _figure_row(page: Page, cells: list[_Cell], widths: list[int]) -> None:
    m = page.metrics
    spare = (m.content - sum(widths) - (len(widths) - 1) * _CELL_GUTTER) // len(widths)
    x, foot = page.left, page.y
    rules = []
    for index, (cell, width) in enumerate(zip(cells, widths, strict=False)):
        if index:
            rules.append(x + _CELL_GUTTER // 2 - 1)
            x += _CELL_GUTTER
        y = page.y
        for spans, type in cell:
            setting = page.set(spans, type, width)
            page.draw(setting, x, y)
            y += setting.height
        foot = max(foot, y)
        x += width + max(0, spare)
    for rule in rules:
        page.bar(rule, page.y + 1, rule + RULE, foot)
    page.y = foot


def _tab(page: Page, block: Tab, other: Tab | None) -> None:
    m = page.metrics
    top = page.y
    words: list[Span] = [(block.word, m.tab.bold)]
    if other and other.word != block.word:
        words += [(" ", False), page.theirs(other.word, bold=True)]
    word = page.set(words, m.tab, m.content - 2 * 12)
    height = max(m.tab_height, word.height + 4)
    edge = page.left + word.width + 2 * 12
    page.bar(page.left, top, edge, top + height)
    page.draw(word, page.left + 12, top + (height - word.height) // 2, ink=WHITE)
    page.bar(edge, top + height - 3, page.right, top + height)
    page.y = top + height
    room = page.right - edge - 16
    figure = _tab_figure(page, block, other, room)
    if block.beside:
        spare = room - (figure.width + 16 if figure else 0)
        beside = page.line([(block.beside, True)], m.name)
        if beside.width <= spare:
            page.draw(beside, edge + 12, top + (height - 3 - beside.height) // 2)
        else:
            page.y += 4
            page.put([(block.beside, True)], m.name, page.left, m.content)
    if figure is None:
        return
    if figure.width <= room:
        page.draw(figure, page.left, top + (height - 3 - figure.height) // 2, align="right", width=m.content)
    else:
        page.y += 4
        page.put(block.figure, m.tab_figure, page.left, m.content)


def _tab_figure(page: Page, block: Tab, other: Tab | None, room: int) -> Setting | None:
    """The figure in both languages where they fit beside one another, else in the second one, which is not beside the
    tick rows again.
    """
    m = page.metrics
    if not block.figure:
        return None
    own = page.line(block.figure, m.tab_figure)
    if other is None or other.figure in ("", block.figure):
        return own
    theirs = page.theirs(other.figure, bold=True)
    both = page.line([(block.figure, True), ("\u2003", False), theirs], m.tab_figure)
    if both.width <= room:
        return both
    alone = page.line([theirs], m.tab_figure)
    return alone if alone.width <= room else own


def _keyed(page: Page, block: Keyed, other: Keyed | None) -> None:
    """Short keys stand in a column of their own; with a long one all of them run in, and their text goes on below."""
    m = page.metrics
    if block.head or block.head_note:
        head = page.pair((block.head, True), (block.head_note, False), m.name, m.content)
        page.draw(head, page.left, page.y)
        page.y += head.height
    if other and differ(f"{other.head}{other.head_note}", f"{block.head}{block.head_note}"):
        page.put([page.theirs(" ".join((other.head, other.head_note)).strip())], m.other_name, page.left, m.content)
    theirs = other.rows if other and len(other.rows) == len(block.rows) else block.rows
    keys = [page.line(key, m.key).width for key, _ in block.rows if key]
    column = max(m.key_column, max(keys, default=0) + 12)
    running = column > max(m.key_column, 3 * m.key.size) or any(
        key != their[0] for (key, _), their in zip(block.rows, theirs, strict=True)
    )
    for (key, text), (their_key, their_text) in zip(block.rows, theirs, strict=True):
        spans = _phones_bold(text)
        if not key:
            page.put(spans, m.body, page.left, m.content)
        elif running:
            words: list[Span] = [(key, m.key.bold)]
            if their_key != key:
                words += [(" ", False), page.theirs(their_key, bold=True)]
            _run_in(page, words, spans)
        else:
            page.draw(page.line(key, m.key), page.left, page.y)
            page.put(spans, m.body, page.left + column, m.content - column)
        if differ(their_text, text):
            page.put([page.theirs(their_text)], m.other_body, page.left, m.content)


def _run_in(page: Page, key: list[Span], spans: list[Span]) -> None:
    m = page.metrics
    word = page.set(key, m.key, m.content)
    page.draw(word, page.left, page.y)
    page.y += word.height - m.key.line
    indent = word.lines[-1].width + m.key.size
    text = page.set(spans, m.body, m.content, indent=min(indent, m.content - m.body.size))
    page.draw(text, page.left, page.y, indent=indent)
    page.y += max(m.key.line, text.height)


def _numbered(page: Page, block: Numbered, other: Numbered | None) -> None:
    m = page.metrics
    theirs = other.rows if other and len(other.rows) == len(block.rows) else block.rows
    words = [page.line(str(number), m.disc) for number in range(1, len(block.rows) + 1)]
    discs = [max(m.disc_height, word.width + m.disc_height // 3) for word in words]
    left = page.left + max(discs, default=0) + 12
    height = max(m.disc_height, m.body.line)
    for index, (word, disc, row, their) in enumerate(zip(words, discs, block.rows, theirs, strict=True)):
        page.y += m.gap(2) if index else 0
        page.stamp(emblems.pill(disc, m.disc_height), page.left, page.y + (height - m.disc_height) // 2)
        page.draw(word, page.left, page.y + (height - m.disc.line) // 2, ink=WHITE, align="centre", width=disc)
        text = page.set(row, m.body, page.right - left)
        page.draw(text, left, page.y + (height - m.body.line) // 2)
        page.y += max(height, text.height)
        if differ(their, row):
            page.put([page.theirs(their)], m.other_body, left, page.right - left)


def _paragraph(page: Page, block: Paragraph, other: Paragraph | None) -> None:
    m = page.metrics
    page.put([(block.text, block.bold)], m.body, page.left, m.content)
    if other and differ(other.text, block.text):
        page.put([page.theirs(other.text)], m.other_body, page.left, m.content)


def _small(page: Page, block: Small) -> None:
    """Machine lines stand there once: whoever looks something up by them reads the first language."""
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
