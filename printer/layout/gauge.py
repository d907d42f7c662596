"""What a ruler page measures: scales in millimetres, every dot of the head, thin lines, dense fields, small letters."""

from __future__ import annotations

from typing import Final

from PIL import Image

from domain.paper import DOTS_PER_MM
from domain.slip import Sizes, Strokes
from printer.layout.metrics import Type
from printer.layout.page import RULE, Page

MARGIN: Final = {576: 56, 384: 56}
"""Dots at both sides of a ruled page, by paper width: room for the scale at the left."""

_STEP: Final = 64
"""Dots after which the staircase begins again at the top."""
_BAR: Final = 20
_LABEL: Final = Type(20, 24)
_BOLD_LABEL: Final = Type(22, 26, True)
_FIELD: Final = (76, 36)
_BAYER: Final = ((0, 8, 2, 10), (12, 4, 14, 6), (3, 11, 1, 9), (15, 7, 13, 5))
"""Order in which the sixteen dots of a field turn black: never two together before half of them are."""


def top_scale(page: Page) -> None:
    """Millimetres from the first dot of the head to the last; every tenth with its number."""
    width = page.metrics.width
    for column in range(0, width, DOTS_PER_MM):
        number = column // DOTS_PER_MM
        depth = 28 if number % 10 == 0 else 20 if number % 5 == 0 else 13
        page.bar(column, page.y, column + RULE, page.y + depth)
        if number % 10 == 0:
            word = page.line(str(number), _BOLD_LABEL)
            left = min(max(0, column - word.width // 2), width - word.width)
            page.draw(word, left, page.y + 31)
    page.y += 31 + _BOLD_LABEL.line


def left_scale(page: Page, top: int, bottom: int) -> None:
    """Millimetres down the left edge, counted from the first row of the page, where nothing else burns."""
    for row in range(-(-top // DOTS_PER_MM) * DOTS_PER_MM, bottom, DOTS_PER_MM):
        number = row // DOTS_PER_MM
        long = number % 10 == 0
        if any(first - 14 <= row < last + 14 for first, last in page.unruled):
            continue
        page.bar(0, row, 16 if long else 11 if number % 5 == 0 else 7, row + RULE)
        if long:
            word = page.line(str(number), _LABEL)
            page.draw(word, 18, row - _LABEL.line // 2 + 1)


def staircase(page: Page) -> None:
    """A slope of single dots, four rows each, and a bar as wide as the head: a dead dot leaves a gap in both."""
    width = page.metrics.width
    top = page.y
    rows = bytearray()
    for step in range(_STEP):
        row = bytearray(width // 8)
        for column in range(step, width, _STEP):
            for dot in range(column, min(column + 4, width)):
                row[dot // 8] |= 0x80 >> dot % 8
        rows += row
    page.stamp(Image.frombytes("1", (width, _STEP), bytes(rows)), 0, top)
    page.bar(0, top + _STEP + 8, width, top + _STEP + 8 + _BAR)
    page.y = top + _STEP + 8 + _BAR
    page.unruled.append((top, page.y))


def strokes(page: Page, block: Strokes) -> None:
    """Lines across and down in columns; below them the fields."""
    m = page.metrics
    columns = max(len(block.lines), len(block.fields), 1)
    pitch = m.content // columns
    foot = page.y
    for n, (dots, word) in enumerate(block.lines):
        left = page.left + n * pitch
        page.bar(left, page.y, left + pitch - 22, page.y + dots)
        page.bar(left + pitch - 14, page.y, left + pitch - 14 + dots, page.y + 38)
        label = page.set(word, _LABEL, pitch - 16)
        page.draw(label, left, page.y + 14, align="centre", width=pitch - 22)
        foot = max(foot, page.y + 42, page.y + 14 + label.height)
    page.y = foot + 8
    for n, (sixteenths, word) in enumerate(block.fields):
        left = page.left + n * pitch
        page.stamp(_field(min(_FIELD[0], pitch - 8), _FIELD[1], sixteenths), left, page.y)
        label = page.set(word, _LABEL, pitch - 8)
        page.draw(label, left, page.y + _FIELD[1] + 3, align="centre", width=min(_FIELD[0], pitch - 8))
        foot = max(foot, page.y + _FIELD[1] + 3 + label.height)
    page.y = foot


def _field(width: int, height: int, eighths: int) -> Image.Image:
    picture = Image.new("1", (width, height), 0)
    for y in range(height):
        for x in range(width):
            black = (x + y) % 8 < RULE if eighths == 0 else _BAYER[y % 4][x % 4] < 2 * eighths
            if black:
                picture.putpixel((x, y), 255)
    return picture


def sizes(page: Page, block: Sizes) -> None:
    """Every size behind its number; what does not fit on the line is left out, letter by letter."""
    for size, words in block.rows:
        type = Type(size, round(size * 1.3))
        number = page.line(str(size), _BOLD_LABEL)
        left = page.left + 40
        count = len(words)
        while count > 1 and page.line(words[:count], type).width > page.right - left:
            count -= 1
        setting = page.line(words[:count], type)
        page.draw(number, page.left, page.y + (type.line - _BOLD_LABEL.line) // 2)
        page.draw(setting, left, page.y)
        page.y += type.line
