"""Blocks that somebody reads at arm's length or writes on: one large word, lines for a pen, dated stations."""

from __future__ import annotations

from typing import Final

from domain.slip import Blank, Shout, Stations
from printer.layout import emblems
from printer.layout.metrics import Type
from printer.layout.page import Page, differ

_SHOUTS: Final = (128, 112, 96, 84, 72, 60, 48)
_TWO_LINES: Final = 96
"""From this size down a word may take two lines."""
_PEN: Final = 60
"""Dots that a clerk's pen needs above a line: 7.5 mm."""
_PEN_STROKE: Final = 3
_SHORTEST_GAP: Final = 90
_RING: Final = 36
_NARROWEST: Final = 120
"""Dots that a station with its day needs; on narrower paper they stand one below the other."""


def shout(page: Page, block: Shout, other: Shout | None) -> None:
    """The word in the largest size in which it stays on one line, or on two."""
    m = page.metrics
    for size in _SHOUTS:
        word = page.set([(block.text, True)], Type(size, round(size * 1.2)), m.content)
        if len(word.lines) == 1 or (size <= _TWO_LINES and len(word.lines) == 2):
            break
    page.draw(word, page.left, page.y)
    page.y += word.height
    if other and differ(other.text, block.text):
        page.put([page.theirs(other.text, bold=True)], m.other_title, page.left, m.content)


def blank(page: Page, block: Blank, other: Blank | None) -> None:
    """Words with lines between them; they share what the words leave over."""
    m = page.metrics
    words = [page.line([(text, True)], m.body) for text in block.words]
    gaps = max(1, len(words) - 1)
    height = max(_PEN + 16, m.body.line)
    spare = m.content - sum(word.width + (16 if word.width else 0) for word in words) - 16 * (gaps - 1)
    baseline = page.y + height - 6
    x = page.left
    if spare < gaps * _SHORTEST_GAP:
        page.put([(" … ".join(block.words), True)], m.body, page.left, m.content)
        baseline = page.y + height - 6
        words, gaps, spare = [], 1, 0
        page.bar(page.left, baseline, page.right, baseline + _PEN_STROKE)
    for number, word in enumerate(words):
        page.draw(word, x, baseline - m.body.line + (m.body.line - m.body.size) // 2)
        x += word.width + (16 if word.width else 0)
        if number < gaps:
            end = min(page.right, x + spare // gaps)
            page.bar(x, baseline, end, baseline + _PEN_STROKE)
            x = end + 16
    page.y = baseline + _PEN_STROKE
    if other and other.words != block.words:
        caption = " … ".join(text for text in other.words if text)
        page.y += 4
        page.put([page.theirs(caption)], m.other_body, page.left, m.content)


def stations(page: Page, block: Stations) -> None:
    """Rings on a line, those that are done black with a tick; word and day below each."""
    m = page.metrics
    count = len(block.rows)
    if not count:
        return
    column = m.content // count
    if column < _NARROWEST:
        _stations_down(page, block)
        return
    middle = page.y + _RING // 2
    centres = [page.left + column * n + column // 2 for n in range(count)]
    page.bar(centres[0], middle - 2, centres[-1], middle + 2)
    day_type = Type(m.figure_label.size, m.figure_label.line)
    foot = page.y + _RING
    for n, (word, day) in enumerate(block.rows):
        _ring(page, centres[n] - _RING // 2, page.y, done=n < block.done)
        y = page.y + _RING + 4
        for text, type, bold in (
            (word, Type(m.detail.size, m.detail.line), True),
            (day, day_type, n == count - 1),
        ):
            if text:
                setting = page.set([(text, bold)], type, column - 4)
                page.draw(setting, page.left + column * n + 2, y, align="centre", width=column - 4)
                y += setting.height
        foot = max(foot, y)
    page.y = foot


def _stations_down(page: Page, block: Stations) -> None:
    m = page.metrics
    for n, (word, day) in enumerate(block.rows):
        last = n == len(block.rows) - 1
        height = _RING + 12
        if not last:
            page.bar(page.left + _RING // 2 - 2, page.y + _RING, page.left + _RING // 2 + 2, page.y + height)
        _ring(page, page.left, page.y, done=n < block.done)
        text = page.pair((word, True), (day, last), m.detail, m.content - _RING - 14)
        page.draw(text, page.left + _RING + 14, page.y + (_RING - m.detail.line) // 2)
        page.y += max(height, text.height + 8)


def _ring(page: Page, left: int, top: int, *, done: bool) -> None:
    page.bar(left, top, left + _RING, top + _RING, 0)
    page.stamp(emblems.pill(_RING, _RING) if done else emblems.ring(_RING), left, top)
    if done:
        page.stamp(emblems.tick(_RING - 12), left + 6, top + 6, 0)
