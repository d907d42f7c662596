"""Heads: mark and word at the top of a slip, its name, the frame of a reprint, the black tabs of its sections."""

from __future__ import annotations

from typing import Final

from domain.slip import Mark, Masthead, Tab, Title
from printer.layout import emblems
from printer.layout.metrics import Type
from printer.layout.page import WHITE, Page, Setting, Span, differ

_FRAME: Final = 4


def masthead(page: Page, block: Masthead, other: Masthead | None) -> None:
    """Mark, word and, where it has room, the number on one line, with a rule below."""
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


def title(page: Page, block: Title, other: Title | None) -> None:
    """The name in the largest size in which it takes two lines."""
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


def mark(page: Page, block: Mark, other: Mark | None) -> None:
    """The word white on black at the left, the lines beside it; a strip above them on narrow paper."""
    m = page.metrics
    top = page.y
    word = page.line([(block.word, True)], m.mark_word)
    column = word.width + 2 * 12
    beside = m.content - column >= 9 * m.body.size
    left = page.left + (column if beside else _FRAME) + 14
    width = page.right - _FRAME - 4 - left
    y = top + _FRAME + 4 if beside else top + word.height + 4
    lines: list[tuple[list[Span], Type]] = [([(block.headline, True)], m.body), ([(block.detail, False)], m.number)]
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
    page.draw(word, page.left + 12, middle, ink=WHITE)
    page.frame(page.left, top, page.right, bottom, _FRAME)
    page.y = bottom


def tab(page: Page, block: Tab, other: Tab | None) -> None:
    """The word white on black, a line from it to the margin, the figure on that line where it fits."""
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
        beside = page.line([(block.beside, True)], m.tab)
        if beside.width <= spare:
            page.draw(beside, edge + 12, top + (height - 3 - beside.height) // 2)
        else:
            page.y += 4
            page.put([(block.beside, True)], m.tab, page.left, m.content)
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
