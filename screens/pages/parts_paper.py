"""Paper on the glass: a window onto the very dots, the whole slip in small, and the printer it comes out of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, cycle

from domain.paper import Dots
from screens.kit.kit import Kit
from screens.kit.part import Feel, Part, Target
from screens.kit.pen import Box, Pen
from screens.theme import Token

TURN = ".paper"
"""Act of looking at another part of the paper; its value is the number of the part, from 0."""

PULL = ".pull"
"""Act of pulling the paper along under the finger; its value is by how many pixels, downwards positive."""

_STRIP = 1024
"""Dot rows of one texture: a slip is longer than some boards' textures may be, and one that was shown needs not be made
again when the paper is pulled.
"""

_DOTS = [bytes(byte >> (7 - bit) & 1 for bit in range(8)) for byte in range(256)]

_SHRINK_MOST = 15
"""A byte counts the black dots of a square this wide."""


def grey(dots: Dots, first: int, rows: int, shrink: int = 1) -> bytes:
    """A byte a pixel, 0 black, for `rows` dot rows from `first`; `shrink` × `shrink` dots are averaged into one pixel.

    Rows and columns beyond the last whole square are left out.
    """
    stride = dots.stride
    black = b"".join(map(_DOTS.__getitem__, dots.data[first * stride : (first + rows) * stride]))
    shades = bytes(255 - min(255, round(count * 255 / shrink**2)) for count in range(256))
    if shrink == 1:
        return black.translate(shades)
    wide = dots.width // shrink
    out = []
    for top in range(0, rows - shrink + 1, shrink):
        # Squares are counted a whole row at a time: numbers with a digit a dot, none of which can overflow.
        lines = (black[y * dots.width : (y + 1) * dots.width] for y in range(top, top + shrink))
        columns = sum(int.from_bytes(line, "big") for line in lines).to_bytes(dots.width, "big")
        squares = (int.from_bytes(columns[x : wide * shrink : shrink], "big") for x in range(shrink))
        out.append(sum(squares).to_bytes(wide, "big"))
    return b"".join(out).translate(shades)


def looks(dots: Dots, rows: int, spare: int = 0) -> tuple[int, ...]:
    """First row of each look at the paper through a window of `rows` rows, from its head to its end; `spare` rows more
    can be seen where the paper ends with them.

    A look begins between two lines of print wherever there is white in the lower half of the look before, so that
    each line is whole in one of them.
    """
    blank = bytes(dots.stride)
    end = _print_end(dots)
    tops = [0]
    while tops[-1] + rows + spare < end:
        edge = tops[-1] + rows
        lower_half = range(edge, edge - rows // 2, -1)
        white = (y for y in lower_half if dots.data[y * dots.stride : (y + 1) * dots.stride] == blank)
        tops.append(min(next(white, edge - rows // 8), dots.height - rows))
    return tuple(tops)


def _print_end(dots: Dots) -> int:
    """The row behind the last one with a black dot."""
    return -(-len(dots.data.rstrip(b"\0")) // dots.stride)


class Fit:
    """How many pixels a dot has in a given width: a whole number of them, or whole dots to a pixel."""

    def __init__(self, dots: Dots, width: int) -> None:
        self.zoom = max(1, width // dots.width)
        self.shrink = 1 if width >= dots.width else -(-dots.width // max(1, width))
        self.width = dots.width // self.shrink * self.zoom

    def rows(self, pixels: int) -> int:
        """Dot rows in so many pixels."""
        return pixels // self.zoom * self.shrink

    def pixels(self, rows: int) -> int:
        """Pixels of so many dot rows."""
        return rows // self.shrink * self.zoom


@dataclass(frozen=True, slots=True)
class Window(Part):
    """The part of the paper that begins with row `top`, dot for dot, on a plane.

    Where there is more above or below, the paper runs on beneath the edge; its last row is followed by the torn edge.
    `margin`: free steps beside the paper and beyond its ends.
    """

    dots: Dots
    top: int = 0
    margin: float = 3

    def fit(self, kit: Kit, width: int) -> Fit:
        """The scale at which dots are shown in a window `width` pixels wide."""
        return Fit(self.dots, width - 2 * kit.g(self.margin))

    def rows(self, kit: Kit, box: Box) -> int:
        """Dot rows that a window shows whole."""
        return self.fit(kit, box.w).rows(box.h - 2 * kit.g(self.margin))

    def looks(self, kit: Kit, box: Box) -> tuple[int, ...]:
        """First row of each look through a window in `box`."""
        spare = self.fit(kit, box.w).rows(kit.g(self.margin) - _tear(kit))
        return looks(self.dots, self.rows(kit, box), spare)

    def height(self, kit: Kit, width: int) -> int:
        return self.fit(kit, width).pixels(self.dots.height) + 2 * kit.g(self.margin)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, fit, dots = pen.kit, self.fit(pen.kit, box.w), self.dots
        margin = kit.g(self.margin)
        beyond = fit.rows(margin)
        first = max(0, self.top - beyond)
        edge = self.top + self.rows(kit, box) + beyond
        # White paper is cut off where the torn edge would not fit below it.
        room = edge - fit.rows(_tear(kit))
        ends = _print_end(dots) <= room
        last = min(dots.height, room if ends else edge)
        last -= (last - first) % fit.shrink
        x, y = box.x + (box.w - fit.width) // 2, box.y + margin - fit.pixels(self.top - first)
        paper = Box(x, y, fit.width, fit.pixels(last - first))
        self._strips(pen, paper, first, last)
        if ends:
            torn_edge(pen, paper)
        else:
            pen.fill(Box(paper.x, paper.bottom, paper.w, box.bottom - paper.bottom), "paper")

    def _strips(self, pen: Pen, paper: Box, first: int, last: int) -> None:
        """The rows from `first` to `last` out of the strips that they lie on."""
        fit, dots = self.fit(pen.kit, paper.w + 2 * pen.kit.g(self.margin)), self.dots
        tall = _STRIP - _STRIP % fit.shrink
        for strip in range(first // tall, -(-last // tall)):
            begin = strip * tall
            rows = min(tall, dots.height - begin)
            rows -= rows % fit.shrink
            upper, lower = max(first, begin), min(last, begin + rows)
            if lower <= upper:
                continue
            texture = pen.kit.texture(
                (dots, begin, fit.shrink), dots.width // fit.shrink, rows // fit.shrink,
                lambda begin=begin, rows=rows: grey(dots, begin, rows, fit.shrink),  # type: ignore[misc]
            )  # fmt: skip
            place = paper._replace(y=paper.y + fit.pixels(upper - first), h=fit.pixels(lower - upper))
            pen.picture(texture, place, (upper - begin) / rows, (lower - begin) / rows)

    def targets(self, kit: Kit, box: Box) -> Sequence[Target]:
        """The paper can be pulled where there is more of it than the window shows."""
        if len(self.looks(kit, box)) < 2:
            return ()
        return (Target(box, (PULL, ""), way="pull"),)


def whole_slip(pen: Pen, dots: Dots, place: Box, shown: int = 0) -> None:
    """The slip as large as `place`; `shown`: only its first pixel rows. Smoothed, because here no dot is a pixel."""
    shrink = max(1, min(_SHRINK_MOST, dots.height // max(1, place.h)))
    texture = pen.kit.texture(
        (dots, "whole", shrink), dots.width // shrink, dots.height // shrink,
        lambda: grey(dots, 0, dots.height, shrink),
    )  # fmt: skip
    texture.min_filter = texture.mag_filter = "linear"
    part = min(1.0, shown / place.h) if shown else 1.0
    pen.picture(texture, place._replace(h=round(place.h * part)), 0.0, part)


def _tear(kit: Kit) -> int:
    """Pixels that the torn edge needs below the paper."""
    return kit.g(1.25) + 2


def torn_edge(pen: Pen, paper: Box, border: int = 0) -> None:
    """Teeth below the paper; `border`: pixels of a line along them."""
    tear = _tear(pen.kit) - 2
    teeth = max(4, round(paper.w / (2 * tear)))
    pitch, lip = paper.w / teeth, paper.bottom + 1
    layers: tuple[tuple[Token, int], ...] = (("line", border), ("paper", 0)) if border else (("paper", 0),)
    for ink, lower in layers:
        # The teeth begin below a lip, so that their soft edge does not lie on the last row of dots.
        pen.fill(Box(paper.x - lower, paper.bottom, paper.w + 2 * lower, 2), ink)
        for i in range(teeth):
            left, right = paper.x + i * pitch, paper.x + (i + 1) * pitch
            reach = tear + lower * 1.4
            pen.polygon([(left - lower, lip), (right + lower, lip), ((left + right) / 2, lip + reach)], ink)


@dataclass(frozen=True, slots=True)
class Printer(Part):
    """A printer with its slip: the head comes first, and as much of it as was sent (`fraction`).

    Without `dots` the slip has lines instead of print. A slip that is longer than its place is drawn in proportion,
    but never slimmer than two columns: then it runs on beneath the lower edge. `done`: the lamp is a tick.
    """

    dots: Dots | None
    fraction: float = 1.0
    done: bool = False

    def _body(self, kit: Kit) -> int:
        return kit.g(18)

    def height(self, kit: Kit, width: int) -> int:
        return self._body(kit) + kit.g(90)

    def _paper(self, kit: Kit, box: Box) -> Box:
        """Where the whole slip would hang."""
        top = box.y + kit.g(12)
        room = box.bottom - top - kit.g(2)
        if self.dots is None:
            wide, tall = kit.g(38), min(room, kit.g(110))
        else:
            shape = self.dots.height / self.dots.width
            wide = max(kit.theme.columns(2), min(kit.g(46), int(room / shape)))
            tall = int(wide * shape)
        return Box(box.x + (box.w - wide) // 2, top, wide, tall)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, theme = pen.kit, pen.kit.theme
        paper = self._paper(kit, box)
        wide = paper.w + 2 * kit.g(16)
        body = Box(box.x + (box.w - wide) // 2, box.y, wide, self._body(kit))
        if theme.outlined:
            pen.frame(body, "sea", "seaedge", theme.sheet_radius, theme.border)
        else:
            pen.fill(body, "sea", theme.sheet_radius)
        self._lamp(pen, body)
        slot = Box(paper.x - kit.g(4), paper.y - kit.g(1.75), paper.w + 2 * kit.g(4), kit.g(3.5))
        pen.fill(slot, "dots", theme.radius, alpha=0.32)
        shown = min(round(paper.h * max(0.0, min(1.0, self.fraction))), box.bottom - paper.y)
        if shown >= kit.g(1):
            self._slip(pen, paper, shown, ends=paper.y + shown < box.bottom - kit.g(1.5))

    def _lamp(self, pen: Pen, body: Box) -> None:
        side = pen.kit.g(4)
        x, y = body.right - pen.kit.g(5), body.y + pen.kit.g(5)
        pen.disc(x, y, side, "onsea" if self.done else "coral")
        if self.done:
            pen.icon("check", x, y, round(side * 0.8), "sea")

    def _slip(self, pen: Pen, paper: Box, shown: int, *, ends: bool) -> None:
        line = pen.kit.theme.border
        visible = paper._replace(h=shown)
        pen.fill(visible.inset(-line, 0), "line")
        pen.fill(visible, "paper")
        if ends:
            torn_edge(pen, visible, line)
        if self.dots is not None:
            whole_slip(pen, self.dots, paper, shown)
        else:
            _lines(pen, visible)


_PRINT = ((14, 0.40, 10), (24, 0.70, 22), (16, 0.54, 10), (30, 0.90, 10), (18, 0.78, 10), (18, 0.84, 10),
          (34, 0.90, 10), (18, 0.70, 10), (18, 0.80, 10), (18, 0.62, 10), (34, 0.48, 10), (18, 0.84, 10),
          (18, 0.66, 10), (34, 0.90, 10), (18, 0.58, 10))  # fmt: skip
"""(space above, share of the width, height) of lines on a slip that is meant and not shown, in eighths of a step; they
begin anew with the fourth when the slip is longer.
"""


def _lines(pen: Pen, paper: Box) -> None:
    pad = pen.kit.g(3.5)
    y = paper.y + pad // 2
    for above, share, tall in chain(_PRINT, cycle(_PRINT[3:])):
        y += pen.kit.g(above / 8)
        height = pen.kit.g(tall / 8)
        if y + height > paper.bottom - pad // 2:
            return
        pen.fill(Box(paper.x + pad, y, round((paper.w - 2 * pad) * share), height), "dots", height // 4)
        y += height
