"""Where an office lies, as line art: kiosk, office, north, distance, a scale bar; and the walk from the bus stop.

To scale and north up, and nothing but what the records know: no street is drawn, because none is known.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from PIL import Image, ImageDraw

from domain.slip import Map
from printer.layout import emblems
from printer.layout.metrics import Type
from printer.layout.page import RULE, WHITE, Page, Setting

_HEIGHTS: Final = range(108, 201, 4)
"""Dots of the whole map, 25 mm at most: the lowest in which everything has its place. A way from east to west needs
less than one from north to south.
"""
_APART: Final = 150
"""Dots between kiosk and office from which a map looks like one."""
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
_NORTH_WIDTH: Final = 26
_ABOVE, _BELOW = 43, 51
"""Of the middle of a mark: room for the pin above it, and for a name below."""
_KM: Final = 1000

_Point = tuple[int, int]
_Box = tuple[int, int, int, int]
"""Left, top, and the first dots behind it at the right and below."""


@dataclass(frozen=True, slots=True)
class _Word:
    """Something written, with its upper left corner."""

    setting: Setting
    x: int
    y: int

    @property
    def box(self) -> _Box:
        """What it takes up; the leading above and below its letters may be shared."""
        return self.x - 4, self.y + 3, self.x + self.setting.width + 4, self.y + self.setting.height - 3


@dataclass(frozen=True, slots=True)
class _Bar:
    """The scale bar: its left end, the row of its line, its length, and its word above."""

    x: int
    y: int
    length: int
    word: _Word

    @property
    def box(self) -> _Box:
        _, top, right, _ = self.word.box
        return min(self.x, self.word.x) - 4, top, max(self.x + self.length, right), self.y + _STROKE


@dataclass(frozen=True, slots=True)
class _Plan:
    """Where everything is on a map of this height, from its upper left corner."""

    height: int
    kiosk: _Point
    office: _Point
    names: tuple[_Word, ...]
    distance: _Word | None
    north_at_left: bool
    bar: _Bar | None


def sketch(page: Page, block: Map) -> None:
    """Draws the map in its frame."""
    top, left, right = page.y, page.left, page.right
    stop_row = _STOP_ROW if block.stop else 0
    plan = _plan(page, block, _HEIGHTS[-1] - stop_row)
    art = Image.new("L", ((right - left) * _FINE, plan.height * _FINE), 0)
    draw = ImageDraw.Draw(art)
    _dashes(draw, plan.kiosk, plan.office)
    _office(draw, plan.office)
    if block.north:
        _north(draw, plan.north_at_left, right - left)
    page.stamp(emblems.shrunk(art, _FINE), left, top)
    mark = emblems.pavilion(_KIOSK)
    page.bar(*_box(plan.kiosk, mark.width + 8, _KIOSK + 8, left, top), WHITE)
    page.stamp(mark, left + plan.kiosk[0] - mark.width // 2, top + plan.kiosk[1] - _KIOSK // 2)
    if block.north:
        x = left + 12 if plan.north_at_left else right - 12 - _NORTH_WIDTH
        page.draw(page.line(block.north, _SMALL), x, top + 42, align="centre", width=_NORTH_WIDTH)
    for word in (*plan.names, *((plan.distance,) if plan.distance else ())):
        _on_white(page, word.setting, left + word.x, top + word.y)
    if plan.bar:
        _bar(page, plan.bar, left, top)
    if block.stop:
        _stop_row(page, block.stop, top + plan.height)
    page.y = top + plan.height + stop_row
    page.frame(left, top, right, page.y, RULE)


def _plan(page: Page, block: Map, highest: int) -> _Plan:
    """The lowest map on which nothing lies on anything else."""
    plan = _planned(page, block, highest)
    for height in _HEIGHTS:
        if height >= highest:
            break
        lower = _planned(page, block, height)
        if _clear(lower, page.metrics.content, bool(block.north)):
            return lower
    return plan


def _planned(page: Page, block: Map, height: int) -> _Plan:
    width = page.metrics.content
    scale, kiosk, office = _places(block, width, height)
    names = _names(page, block, kiosk, office, height)
    distance = _distance(page, block.distance, kiosk, office)
    north_at_left = _free_corner(kiosk, office, width, top_row=True)
    taken = [word.box for word in names]
    if distance:
        taken.append(distance.box)
    taken += [_box(kiosk, _KIOSK, _KIOSK, 0, 0), _office_box(office)]
    return _Plan(
        height,
        kiosk,
        office,
        names,
        distance,
        north_at_left,
        _scale_bar(page, block, scale, kiosk, office, height, taken),
    )


def _clear(plan: _Plan, width: int, north: bool) -> bool:
    if math.dist(plan.kiosk, plan.office) < _APART:
        return False
    boxes = [word.box for word in plan.names]
    boxes += [plan.distance.box] if plan.distance else []
    boxes += [plan.bar.box] if plan.bar else []
    boxes += [_box(plan.kiosk, _KIOSK, _KIOSK, 0, 0), _office_box(plan.office)]
    if north:
        x = 12 if plan.north_at_left else width - 12 - _NORTH_WIDTH
        boxes.append((x, 10, x + _NORTH_WIDTH, 42 + _SMALL.line))
    inside = all(left > 0 and top > 0 and right < width and bottom < plan.height for left, top, right, bottom in boxes)
    return inside and not any(_overlap(one, other) for one, other in combinations(boxes, 2))


def _overlap(one: _Box, other: _Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _office_box(at: _Point) -> _Box:
    """The house and the pin on it."""
    left, _, right, bottom = _box(at, *_OFFICE, 0, 0)
    return left, at[1] - _OFFICE[1] // 2 - 22, right, bottom


def _places(block: Map, width: int, height: int) -> tuple[float, _Point, _Point]:
    """(dots a metre, kiosk, office); both in the middle of the map, as far apart as it allows."""
    room_x, room_y = width - 2 * 86, height - _ABOVE - _BELOW
    scale = min(
        room_x / abs(block.east_m) if abs(block.east_m) > 1 else math.inf,
        room_y / abs(block.north_m) if abs(block.north_m) > 1 else math.inf,
    )
    if math.isinf(scale):
        scale = 0.0
    dx, dy = block.east_m * scale / 2, -block.north_m * scale / 2
    x, y = width // 2, (_ABOVE + height - _BELOW) // 2
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


def _names(page: Page, block: Map, kiosk: _Point, office: _Point, height: int) -> tuple[_Word, ...]:
    """Below or above their marks where these lie side by side, else beside them."""
    content = page.metrics.content
    side_by_side = _side_by_side(kiosk, office)
    words = []
    for name, at, reach in ((block.kiosk, kiosk, _KIOSK // 2), (block.place, office, _OFFICE[1] // 2)):
        if not name:
            continue
        word = _fitting(page, name, content // 2 - 60 if side_by_side else content // 2 - 70)
        if side_by_side:
            x = min(max(at[0] - word.width // 2, 8), content - word.width - 8)
            y = at[1] + reach + 3
            if y + word.height > height - 2:
                y = at[1] - reach - word.height - (24 if at == office else 4)
        else:
            right = at[0] + _OFFICE[0] // 2 + 10
            fits = right + word.width < content - 50
            x = right if fits else at[0] - _OFFICE[0] // 2 - 10 - word.width
            y = at[1] - word.height // 2
        words.append(_Word(word, x, y))
    return tuple(words)


def _side_by_side(kiosk: _Point, office: _Point) -> bool:
    return abs(kiosk[0] - office[0]) >= 190


def _distance(page: Page, distance: str, kiosk: _Point, office: _Point) -> _Word | None:
    """On the dashed line, or at its left where that goes up."""
    word = page.line(distance, _SMALL)
    x, y = (kiosk[0] + office[0] - word.width) // 2, (kiosk[1] + office[1] - word.height) // 2
    if not distance:
        return None
    if _side_by_side(kiosk, office):
        return _Word(word, x, y)
    return _Word(word, (kiosk[0] + office[0]) // 2 - word.width - 14, y) if math.dist(kiosk, office) >= 60 else None


def _fitting(page: Page, name: str, width: int) -> Setting:
    word = page.line(name, _NAME)
    while word.width > width and len(name) > 2:
        name = name.rstrip("…")[:-1] + "…"
        word = page.line(name, _NAME)
    return word


def _on_white(page: Page, word: Setting, x: int, y: int) -> None:
    page.bar(x - 4, y + 1, x + word.width + 4, y + word.height - 1, WHITE)
    page.draw(word, x, y)


def _scale_bar(
    page: Page, block: Map, scale: float, kiosk: _Point, office: _Point, height: int, taken: list[_Box]
) -> _Bar | None:
    """In the freer corner at the foot, else in the other one or in the middle."""
    fitting = [metres for metres in _BARS_M if metres * scale <= _LONGEST_BAR]
    if not fitting or not scale:
        return None
    content, metres = page.metrics.content, fitting[-1]
    length = round(metres * scale)
    words = block.kilometres.format(n=metres // _KM) if metres >= _KM else block.metres.format(n=metres)
    word = page.line(words, _SMALL)
    width = max(length, word.width)
    corners = [14, content - 14 - width]
    if not _free_corner(kiosk, office, content, top_row=False):
        corners.reverse()
    y = height - 14
    bars = [
        _Bar(x, y, length, _Word(word, x + (width - word.width) // 2, y - 2 - word.height))
        for x in (*corners, (content - width) // 2)
    ]
    return next((bar for bar in bars if not any(_overlap(bar.box, box) for box in taken)), bars[0])


def _bar(page: Page, bar: _Bar, left: int, top: int) -> None:
    x, y = left + bar.x, top + bar.y
    page.bar(x, y, x + bar.length, y + _STROKE)
    page.bar(x, y - 7, x + _STROKE, y + _STROKE)
    page.bar(x + bar.length - _STROKE, y - 7, x + bar.length, y + _STROKE)
    page.draw(bar.word.setting, left + bar.word.x, top + bar.word.y)


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
