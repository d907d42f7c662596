"""The pen of a part: shapes, text and pictures as coloured quads, in painter's order.

Coordinates are pixels from the upper left corner of the panel, as pages are read; the pen turns them over for OpenGL.
All shapes are anti-aliased by what is in the atlas or by a fringe of falling alpha, so no multisampling is needed.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

from kivy.graphics.texture import Texture

from screens.kit.icons import glyph
from screens.kit.typeset import ICON_FACE, Block
from screens.theme import Rgba, Token

if TYPE_CHECKING:
    from screens.kit.kit import Kit

Point = tuple[float, float]
Align = Literal["left", "center", "right"]

FLOATS = 8
"""A vertex: x y, u v, red green blue alpha."""

WHITE: Rgba = (1.0, 1.0, 1.0, 1.0)

_LARGE_DISC = 64


class Box(NamedTuple):
    """A rectangle in pixels; y counts from the top of the panel."""

    x: int
    y: int
    w: int
    h: int

    @property
    def right(self) -> int:
        """First pixel column beyond it."""
        return self.x + self.w

    @property
    def bottom(self) -> int:
        """First pixel row below it."""
        return self.y + self.h

    @property
    def middle(self) -> tuple[float, float]:
        """Its centre."""
        return self.x + self.w / 2, self.y + self.h / 2

    def inset(self, dx: int, dy: int | None = None) -> Box:
        """Smaller by `dx` left and right and `dy` above and below; larger when negative."""
        dy = dx if dy is None else dy
        return Box(self.x + dx, self.y + dy, self.w - 2 * dx, self.h - 2 * dy)

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies in it."""
        return self.x <= x < self.x + self.w and self.y <= y < self.y + self.h

    def gap(self, x: float, y: float) -> float:
        """Distance of a point from it, 0 inside."""
        return math.hypot(max(self.x - x, 0, x - self.right), max(self.y - y, 0, y - self.bottom))


class Written(NamedTuple):
    """Text that was drawn, for whoever reads the page without eyes: where, how large, in what ink."""

    text: str
    box: Box
    size: int
    ink: Token


Run = tuple[Texture | None, "array[float]"]
"""Quads that share a texture; None: the atlas."""


class Pen:
    """Gathers what one part draws. `written` lists its lines of text in reading order."""

    def __init__(self, kit: Kit) -> None:
        self.kit = kit
        self._colours = kit.theme.colours
        self._tall = kit.theme.panel.height
        self._atlas = kit.atlas
        self._quads: list[float] = []
        self._runs: list[Run] = []
        self.written: list[Written] = []

    def runs(self) -> list[Run]:
        """Everything drawn so far."""
        self._close()
        return self._runs

    def _close(self) -> None:
        if self._quads:
            self._runs.append((None, array("f", self._quads)))
            self._quads = []

    def _quad(
        self, x0: float, y0: float, x1: float, y1: float, u0: float, v0: float, u1: float, v1: float, colour: Rgba
    ) -> None:
        y0, y1 = self._tall - y0, self._tall - y1
        self._quads += (x0, y0, u0, v0, *colour, x1, y0, u1, v0, *colour,
                        x1, y1, u1, v1, *colour, x0, y1, u0, v1, *colour)  # fmt: skip

    def _patch(self, a: Point, b: Point, c: Point, d: Point, inner: Rgba, outer: Rgba) -> None:
        """Four corners in order; a and b in the `inner` colour, c and d in the `outer` one."""
        u, v = self._atlas.solid
        t = self._tall
        self._quads += (a[0], t - a[1], u, v, *inner, b[0], t - b[1], u, v, *inner,
                        c[0], t - c[1], u, v, *outer, d[0], t - d[1], u, v, *outer)  # fmt: skip

    def fill(self, box: Box, ink: Token, radius: int = 0, corners: str = "tltrblbr", alpha: float = 1.0) -> None:
        """A filled rectangle; `corners` names the rounded ones (tl tr bl br)."""
        x, y, w, h = box
        if w <= 0 or h <= 0:
            return
        colour = self._colours[ink] if alpha == 1.0 else (*self._colours[ink][:3], alpha)
        u, v = self._atlas.solid
        r = min(radius, w // 2, h // 2)
        if r <= 0:
            self._quad(x, y, x + w, y + h, u, v, u, v, colour)
            return
        sprite = self._atlas.corner(r)
        u, v = self._atlas.solid
        u0, v0, u1, v1 = sprite[:4]
        x1, y1 = x + w, y + h
        self._quad(x + r, y, x1 - r, y + r, u, v, u, v, colour)
        self._quad(x, y + r, x1, y1 - r, u, v, u, v, colour)
        self._quad(x + r, y1 - r, x1 - r, y1, u, v, u, v, colour)
        for name, left, top, flip_u, flip_v in (
            ("tl", x, y, False, False),
            ("tr", x1 - r, y, True, False),
            ("bl", x, y1 - r, False, True),
            ("br", x1 - r, y1 - r, True, True),
        ):
            if name in corners:
                ua, ub = (u1, u0) if flip_u else (u0, u1)
                va, vb = (v1, v0) if flip_v else (v0, v1)
                self._quad(left, top, left + r, top + r, ua, va, ub, vb, colour)
            else:
                self._quad(left, top, left + r, top + r, u, v, u, v, colour)

    def frame(self, box: Box, fill: Token, edge: Token, radius: int, width: int) -> None:
        """A filled rectangle with a border inside its edge."""
        self.fill(box, edge, radius)
        self.fill(box.inset(width), fill, max(0, radius - width))

    def disc(self, x: float, y: float, diameter: int, ink: Token) -> None:
        """A filled circle around a point."""
        if diameter > _LARGE_DISC:
            self.ellipse(x, y, diameter / 2, diameter / 2, ink)
            return
        sprite = self._atlas.disc(diameter)
        left, top = round(x - diameter / 2), round(y - diameter / 2)
        self._quad(left, top, left + diameter, top + diameter, *sprite[:4], self._colours[ink])

    def ellipse(self, x: float, y: float, rx: float, ry: float, ink: Token, floor: float | None = None) -> None:
        """A filled ellipse; what lies below `floor` (a y) is cut off straight."""
        steps = max(24, min(96, round(math.sqrt(max(rx, ry)) * 5)))
        if floor is None or floor >= y + ry:
            start, end = 0.0, 2 * math.pi * (1 - 1 / steps)
        else:
            reach = math.asin(max(-1.0, min(1.0, (floor - y) / ry)))
            start, end = math.pi - reach, 2 * math.pi + reach
        turn = (end - start) / steps
        self.polygon([(x + rx * math.cos(start + turn * i), y + ry * math.sin(start + turn * i))
                      for i in range(steps + 1)], ink)  # fmt: skip

    def polygon(self, points: Sequence[Point], ink: Token) -> None:
        """A filled convex polygon, corners clockwise as seen, with a soft edge of one pixel."""
        colour = self._colours[ink]
        faint = (*colour[:3], 0.0)
        inner, outer = _fringe(points, closed=True)
        for i in range(1, len(inner) - 1, 2):
            last = inner[min(i + 2, len(inner) - 1)]
            self._patch(inner[0], inner[i], inner[i + 1], last, colour, colour)
        for i in range(len(inner)):
            j = (i + 1) % len(inner)
            self._patch(inner[i], inner[j], outer[j], outer[i], colour, faint)

    def stroke(self, points: Sequence[Point], width: int, ink: Token) -> None:
        """A line of `width` pixels through `points` with round ends and joints."""
        colour = self._colours[ink]
        faint = (*colour[:3], 0.0)
        half = width / 2
        for (xa, ya), (xb, yb) in pairwise(points):
            length = math.hypot(xb - xa, yb - ya)
            if length == 0:
                continue
            nx, ny = (yb - ya) / length, (xa - xb) / length
            for near, far, side in ((half - 0.5, half + 0.5, 1), (half - 0.5, half + 0.5, -1)):
                a, b = (xa + nx * near * side, ya + ny * near * side), (xb + nx * near * side, yb + ny * near * side)
                c, d = (xb + nx * far * side, yb + ny * far * side), (xa + nx * far * side, ya + ny * far * side)
                self._patch(a, b, c, d, colour, faint)
                self._patch(a, b, (xb, yb), (xa, ya), colour, colour)
        for x, y in points:
            self.disc(x, y, width, ink)

    def ring(
        self, x: float, y: float, radius: float, width: int, ink: Token, share: float = 1.0, start: float = 0.0
    ) -> None:
        """A ring around a point, clockwise from the top over `share` of the circle, with round ends. `start`: the share
        of the circle to leave out before it begins.
        """
        steps = max(2, round(72 * share))
        turn = 2 * math.pi * share / steps
        colour = self._colours[ink]
        faint = (*colour[:3], 0.0)
        edges = (radius - width / 2 - 0.5, radius - width / 2 + 0.5, radius + width / 2 - 0.5, radius + width / 2 + 0.5)

        def at(distance: float, step: int) -> Point:
            angle = 2 * math.pi * start + turn * step
            return x + distance * math.sin(angle), y - distance * math.cos(angle)

        for step in range(steps):
            for near, far, other in ((1, 2, colour), (1, 0, faint), (2, 3, faint)):
                self._patch(
                    at(edges[near], step), at(edges[near], step + 1), at(edges[far], step + 1), at(edges[far], step),
                    colour, other,
                )  # fmt: skip
        if share < 1:
            self.disc(*at(radius, 0), width, ink)
            self.disc(*at(radius, steps), width, ink)

    def dashes(self, box: Box, ink: Token, radius: int, width: int, dash: int, gap: int) -> None:
        """The outline of a rounded rectangle in dashes."""
        for y in (box.y, box.bottom - width):
            for x, w in _dashed(box.x + radius, box.right - radius, dash, gap):
                self.fill(Box(x, y, w, width), ink)
        for x in (box.x, box.right - width):
            for y, h in _dashed(box.y + radius, box.bottom - radius, dash, gap):
                self.fill(Box(x, y, width, h), ink)
        reach = radius - width / 2
        for cx, cy, start in (
            (box.x + radius, box.y + radius, 180),
            (box.right - radius, box.y + radius, 270),
            (box.right - radius, box.bottom - radius, 0),
            (box.x + radius, box.bottom - radius, 90),
        ):
            angles = [math.radians(start + 20 + step * 10) for step in range(6)]
            self.stroke([(cx + reach * math.cos(a), cy + reach * math.sin(a)) for a in angles], width, ink)

    def dots(self, start: Point, end: Point, diameter: int, pitch: int, ink: Token) -> None:
        """A dotted line."""
        length = math.hypot(end[0] - start[0], end[1] - start[1])
        count = int(length // pitch)
        for i in range(count + 1):
            part = i * pitch / length if length else 0.0
            x, y = start[0] + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part
            self.disc(x, y, diameter, ink)

    def icon(self, name: str, x: float, y: float, side: int, ink: Token) -> None:
        """An icon around a point."""
        sprite = self.kit.type.strike(side, face=ICON_FACE).mark(glyph(name))
        if sprite is not None:
            left, top = round(x - side / 2) + sprite.dx, round(y - side / 2) + sprite.dy
            self._quad(left, top, left + sprite.w, top + sprite.h, *sprite[:4], self._colours[ink])

    def text(self, block: Block, x: int, y: int, ink: Token, width: int = 0, align: Align = "left") -> None:
        """A set block with the upper left of its first line box at (x, y), aligned in `width`."""
        colour = self._colours[ink]
        strike = block.strike
        mark = strike.mark
        tall = self._tall
        add = self._quads.extend
        inset = (block.line - strike.size) // 2
        for line in block.lines:
            left = x
            if align != "left":
                left += (width - line.width) // (2 if align == "center" else 1)
            top = tall - y - inset
            for cell, offset in line.cells:
                sprite = mark(cell)
                if sprite is not None:
                    u0, v0, u1, v1, dx, dy, w, h = sprite
                    x0 = left + offset + dx
                    x1, y0 = x0 + w, top - dy
                    y1 = y0 - h
                    add((x0, y0, u0, v0, *colour, x1, y0, u1, v0, *colour,
                         x1, y1, u1, v1, *colour, x0, y1, u0, v1, *colour))  # fmt: skip
            if line.width:
                self.written.append(Written(line.text, Box(left, y, line.width, block.line), strike.size, ink))
            y += block.line

    def picture(self, texture: Texture, box: Box, top: float = 0.0, bottom: float = 1.0) -> None:
        """A texture over a box, its first row on top; `top` and `bottom`: the share of its height that is shown."""
        self._close()
        self._quad(box.x, box.y, box.right, box.bottom, 0.0, top, 1.0, bottom, WHITE)
        self._runs.append((texture, array("f", self._quads)))
        self._quads = []


def _fringe(points: Sequence[Point], closed: bool) -> tuple[list[Point], list[Point]]:
    """The polygon half a pixel smaller and half a pixel larger, corner by corner."""
    inner, outer = [], []
    count = len(points)
    for i in range(count):
        (xa, ya), (x, y), (xb, yb) = points[i - 1], points[i], points[(i + 1) % count]
        ax, ay = _normal(x - xa, y - ya)
        bx, by = _normal(xb - x, yb - y)
        nx, ny = ax + bx, ay + by
        # At a sharp corner the offset point runs away; twice the fringe is as far as it may go.
        scale = 0.5 / max(0.25, (nx * nx + ny * ny) / 2)
        inner.append((x - nx * scale, y - ny * scale))
        outer.append((x + nx * scale, y + ny * scale))
    return inner, outer


def _normal(dx: float, dy: float) -> Point:
    length = math.hypot(dx, dy) or 1.0
    return dy / length, -dx / length


def _dashed(start: int, end: int, dash: int, gap: int) -> list[tuple[int, int]]:
    """(begin, length) of dashes that fill start…end evenly, a dash at either end."""
    count = max(1, round((end - start + gap) / (dash + gap)))
    pitch = (end - start + gap) / count
    return [(round(start + i * pitch), round(pitch - gap)) for i in range(count)]
