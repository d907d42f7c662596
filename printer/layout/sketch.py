"""Where an office lies, as line art: kiosk, office, north, distance, a scale bar; and the walk from the bus stop.

To scale and north up, and nothing but what the records know: no street is drawn, because none is known.
"""

from __future__ import annotations

import math
from typing import Final

from PIL import Image, ImageDraw

from domain.slip import Map
from printer.layout import emblems
from printer.layout.metrics import Type
from printer.layout.page import RULE, WHITE, Page, Setting

HEIGHT: Final = 200
"""Dots of the whole map, 25 mm."""
_STOP_ROW: Final = 46
_FINE: Final = 4
_STROKE: Final = 3
_KIOSK: Final = 34
_OFFICE: Final = (52, 34)
_HATCH: Final = 8
_NAME: Final = Type(22, 28, True)
_SMALL: Final = Type(20, 26)
_BARS_M: Final = (20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)
_LONGEST_BAR: Final = 110
_KM: Final = 1000

_Point = tuple[int, int]


def sketch(page: Page, block: Map) -> None:
    """Draws the map in its frame."""
    top, left, right = page.y, page.left, page.right
    height = HEIGHT - (_STOP_ROW if block.stop else 0)
    scale, kiosk, office = _places(block, right - left, height)
    art = Image.new("L", ((right - left) * _FINE, height * _FINE), 0)
    draw = ImageDraw.Draw(art)
    _dashes(draw, kiosk, office)
    _office(draw, office)
    if north := block.north:
        pin_side = _free_corner(kiosk, office, right - left, top_row=True)
        _north(draw, pin_side, right - left)
    page.stamp(emblems.shrunk(art, _FINE), left, top)
    mark = emblems.pavilion(_KIOSK)
    page.bar(*_box(kiosk, mark.width + 8, _KIOSK + 8, left, top), WHITE)
    page.stamp(mark, left + kiosk[0] - mark.width // 2, top + kiosk[1] - _KIOSK // 2)
    if north:
        x = left + 12 if pin_side else right - 12 - 26
        page.draw(page.line(north, _SMALL), x, top + 42, align="centre", width=26)
    _labels(page, block, kiosk, office, top, height)
    _bar(page, block, scale, kiosk, office, top, height)
    if block.stop:
        _stop_row(page, block.stop, top + height)
    page.frame(left, top, right, top + HEIGHT, RULE)
    page.y = top + HEIGHT


def _places(block: Map, width: int, height: int) -> tuple[float, _Point, _Point]:
    """(dots a metre, kiosk, office); both in the middle of the map, as far apart as it allows."""
    room_x, room_y = width - 2 * 86, height - 2 * 46
    scale = min(
        room_x / abs(block.east_m) if abs(block.east_m) > 1 else math.inf,
        room_y / abs(block.north_m) if abs(block.north_m) > 1 else math.inf,
    )
    if math.isinf(scale):
        scale = 0.0
    dx, dy = block.east_m * scale / 2, -block.north_m * scale / 2
    x, y = width // 2, height // 2
    return scale, (round(x - dx), round(y - dy)), (round(x + dx), round(y + dy))


def _dashes(draw: ImageDraw.ImageDraw, start: _Point, end: _Point) -> None:
    length = math.dist(start, end)
    if not length:
        return
    step_x, step_y = (end[0] - start[0]) / length, (end[1] - start[1]) / length
    at = 0.0
    while at < length:
        to = min(at + 10, length)
        draw.line(
            [
                ((start[0] + step_x * at) * _FINE, (start[1] + step_y * at) * _FINE),
                ((start[0] + step_x * to) * _FINE, (start[1] + step_y * to) * _FINE),
            ],
            fill=255,
            width=4 * _FINE,
        )
        at += 17


def _office(draw: ImageDraw.ImageDraw, at: _Point) -> None:
    """A hatched house with a pin on it."""
    half_w, half_h = _OFFICE[0] // 2, _OFFICE[1] // 2
    left, top, right, bottom = at[0] - half_w, at[1] - half_h, at[0] + half_w, at[1] + half_h
    draw.rectangle(((left - 4) * _FINE, (top - 4) * _FINE, (right + 4) * _FINE, (bottom + 4) * _FINE), fill=0)
    for offset in range(-_OFFICE[1], _OFFICE[0], _HATCH):
        x0, y0, x1, y1 = left + offset, bottom, left + offset + _OFFICE[1], top
        if x0 < left:
            x0, y0 = left, bottom - (left - x0)
        if x1 > right:
            x1, y1 = right, top + (x1 - right)
        draw.line((x0 * _FINE, y0 * _FINE, x1 * _FINE, y1 * _FINE), fill=255, width=2 * _FINE)
    draw.rectangle((left * _FINE, top * _FINE, right * _FINE, bottom * _FINE), outline=255, width=_STROKE * _FINE)
    x, y, r = at[0] * _FINE, (at[1] - half_h + 2) * _FINE, 12 * _FINE
    draw.polygon(((x - r * 0.9, y - r * 0.6), (x + r * 0.9, y - r * 0.6), (x, y + r * 1.5)), fill=255)
    draw.ellipse((x - r, y - 2 * r + r // 3, x + r, y + r // 3), fill=255)
    draw.ellipse((x - r * 0.4, y - r * 1.25, x + r * 0.4, y - r * 0.45), fill=0)


def _north(draw: ImageDraw.ImageDraw, at_left: bool, width: int) -> None:
    x = (12 + 13 if at_left else width - 12 - 13) * _FINE
    points = ((x, 10 * _FINE), (x + 10 * _FINE, 40 * _FINE), (x, 33 * _FINE), (x - 10 * _FINE, 40 * _FINE))
    draw.polygon(points, fill=255)


def _free_corner(kiosk: _Point, office: _Point, width: int, *, top_row: bool) -> bool:
    """Whether the left corner is freer than the right one: farther from whatever lies in that half."""
    upper = min(kiosk, office, key=lambda point: point[1] if top_row else -point[1])
    return upper[0] > width // 2


def _box(at: _Point, width: int, height: int, left: int, top: int) -> tuple[int, int, int, int]:
    x, y = left + at[0] - width // 2, top + at[1] - height // 2
    return x, y, x + width, y + height


def _labels(page: Page, block: Map, kiosk: _Point, office: _Point, top: int, height: int) -> None:
    """Names below or above their marks where these lie side by side, else beside them; the distance on the line."""
    side_by_side = abs(kiosk[0] - office[0]) >= 190
    half = page.metrics.content // 2
    for name, at, reach in ((block.kiosk, kiosk, _KIOSK // 2), (block.place, office, _OFFICE[1] // 2)):
        word = _fitting(page, name, half - 60 if side_by_side else half - 70)
        if side_by_side:
            x = min(max(at[0] - word.width // 2, 8), page.metrics.content - word.width - 8)
            y = at[1] + reach + 5
            if y + word.height > height - 4:
                y = at[1] - reach - word.height - (24 if at == office else 4)
        else:
            right = at[0] + _OFFICE[0] // 2 + 10
            fits = right + word.width < page.metrics.content - 50
            x = right if fits else at[0] - _OFFICE[0] // 2 - 10 - word.width
            y = at[1] - word.height // 2
        _on_white(page, word, page.left + x, top + y)
    word = page.line(block.distance, _SMALL)
    x, y = (kiosk[0] + office[0] - word.width) // 2, (kiosk[1] + office[1] - word.height) // 2
    if side_by_side:
        _on_white(page, word, page.left + x, top + y)
    elif math.dist(kiosk, office) >= 60:
        _on_white(page, word, page.left + (kiosk[0] + office[0]) // 2 - word.width - 14, top + y)


def _fitting(page: Page, name: str, width: int) -> Setting:
    word = page.line(name, _NAME)
    while word.width > width and len(name) > 2:
        name = name.rstrip("…")[:-1] + "…"
        word = page.line(name, _NAME)
    return word


def _on_white(page: Page, word: Setting, x: int, y: int) -> None:
    page.bar(x - 4, y + 1, x + word.width + 4, y + word.height - 1, WHITE)
    page.draw(word, x, y)


def _bar(page: Page, block: Map, scale: float, kiosk: _Point, office: _Point, top: int, height: int) -> None:
    fitting = [metres for metres in _BARS_M if metres * scale <= _LONGEST_BAR]
    if not fitting or not scale:
        return
    metres = fitting[-1]
    length = round(metres * scale)
    words = block.kilometres.format(n=metres // _KM) if metres >= _KM else block.metres.format(n=metres)
    word = page.line(words, _SMALL)
    at_left = _free_corner(kiosk, office, page.metrics.content, top_row=False)
    width = max(length, word.width)
    x = page.left + 14 if at_left else page.right - 14 - width
    y = top + height - 14
    page.bar(x, y, x + length, y + _STROKE)
    page.bar(x, y - 7, x + _STROKE, y + _STROKE)
    page.bar(x + length - _STROKE, y - 7, x + length, y + _STROKE)
    page.draw(word, x, y - 8 - word.height + 6, align="centre", width=max(length, word.width))


def _stop_row(page: Page, stop: tuple[str, str], top: int) -> None:
    """Bus, its stop, a dashed walk, the way; a line of its own, because nobody knows on which side the stop lies."""
    page.bar(page.left, top, page.right, top + RULE)
    middle = top + RULE + (_STOP_ROW - RULE) // 2
    page.stamp(emblems.bus(28), page.left + 12, middle - 14)
    walk = page.line(stop[1], _SMALL)
    name = _fitting(page, stop[0], page.metrics.content - walk.width - 200)
    x = page.left + 12 + 50
    page.draw(name, x, middle - name.height // 2)
    end = page.right - 14 - walk.width
    for dash in range(x + name.width + 12, end - 30, 17):
        page.bar(dash, middle - 2, min(dash + 10, end - 30), middle + 2)
    arrow = emblems.arrow(18)
    page.stamp(arrow, end - 12 - arrow.width, middle - arrow.height // 2)
    page.draw(walk, end, middle - walk.height // 2)
