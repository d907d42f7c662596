"""The horizon: sun, hills, lighthouse, boat. The only picture the kiosk has, drawn once a page."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from screens.kit.kit import Kit
from screens.kit.part import Feel, Part
from screens.kit.pen import Box, Pen
from screens.theme import Token


class Hill(NamedTuple):
    """An ellipse whose middle lies `below` the horizon."""

    x: float
    below: float
    rx: float
    ry: float
    ink: Token


class Tower(NamedTuple):
    """A lighthouse: x, height of its foot above the horizon, height of the shaft, scale of everything else."""

    x: float
    foot: float
    shaft: float
    scale: float
    striped: bool = False


class View(NamedTuple):
    """A scene in pixels of a panel 1080 wide; heights count up from the horizon. `boat`: its x, 0: none."""

    sun: tuple[float, float]
    hills: tuple[Hill, ...]
    tower: Tower
    boat: float = 0.0


BAY = View(
    sun=(210, 70),
    hills=(Hill(552, 16, 262, 60, "tint"), Hill(832, 30, 312, 102, "sea2"), Hill(1020, 20, 221, 76, "sea3")),
    tower=Tower(790, 66, 53, 1.0),
)
"""Above the sea of the home screen."""

OPEN_SEA = View(
    sun=(300, 170),
    hills=(Hill(640, 20, 308, 90, "tint"), Hill(900, 30, 392, 160, "sea2"), Hill(1060, 20, 236, 100, "sea3")),
    tower=Tower(822, 116, 154, 2.1, striped=True),
    boat=650,
)
"""On the first screen, from two metres away."""

EVENING = View(
    sun=(230, 105),
    hills=(Hill(446, 10, 370, 75, "tint"), Hill(864, 28, 462, 136, "sea2"), Hill(1130, 20, 330, 102, "sea3")),
    tower=Tower(800, 99, 79, 1.4),
)
"""When all is cleared, and above a page for low reach."""


@dataclass(frozen=True, slots=True)
class Scenery(Part):
    """`sky` steps of air with sun, hills and lighthouse, and below the horizon `sea` steps of sea.

    `phase`: 0 to 1, where the sun's reflections are in their slow coming and going.
    """

    view: View = BAY
    sky: float = 20
    sea: float = 0
    phase: float = 0.0

    def height(self, kit: Kit, width: int) -> int:
        return kit.g(self.sky) + kit.g(self.sea)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        scale = box.w / 1080
        air = box._replace(h=pen.kit.g(self.sky))
        horizon = air.bottom
        x, radius = self.view.sun
        pen.ellipse(box.x + x * scale, horizon, radius * scale, radius * scale, "coral", floor=horizon)
        for hill in self.view.hills:
            _hill(pen, air, hill, scale)
        _lighthouse(pen, air, self.view.tower, scale)
        # The sea comes after the hills, so that none of their soft edges lies on it.
        pen.fill(Box(box.x, horizon, box.w, box.bottom - horizon), "sea")
        if self.view.boat:
            _boat(pen, box.x + self.view.boat * scale, horizon, scale)
            self._reflections(pen, air, scale)

    def _reflections(self, pen: Pen, air: Box, scale: float) -> None:
        x = self.view.sun[0]
        for i, (y, length) in enumerate(((24, 220), (50, 146), (76, 76))):
            breath = 1 + 0.12 * math.sin(2 * math.pi * (self.phase + i / 3)) if self.phase else 1
            _bar(pen, air, x, y, length * breath, 10, "coral", scale)
        _bar(pen, air, 920, 46, 160, 6, "sea3", scale)
        _bar(pen, air, 620, 70, 120, 6, "sea3", scale)


def _bar(pen: Pen, box: Box, x: float, y: float, length: float, width: float, ink: Token, scale: float) -> None:
    tall = max(2, round(width * scale))
    place = Box(round(box.x + (x - length / 2) * scale), round(box.bottom + y * scale), round(length * scale), tall)
    pen.fill(place, ink, tall // 2)


def _hill(pen: Pen, box: Box, hill: Hill, scale: float) -> None:
    """The part of a hill above the horizon and inside the box: there is no stencil, so nothing may stand over."""
    sea = box.bottom
    cx, cy = box.x + hill.x * scale, sea + hill.below * scale
    rx, ry = hill.rx * scale, hill.ry * scale
    reach = rx * math.sqrt(1 - (hill.below / hill.ry) ** 2)
    left, right = max(box.x, cx - reach), min(box.right, cx + reach)
    steps = 72
    crest = []
    for i in range(steps + 1):
        x = left + (right - left) * i / steps
        y = cy - ry * math.sqrt(max(0.0, 1 - ((x - cx) / rx) ** 2))
        crest.append((x, min(y, sea)))
    pen.polygon([*crest, (right, sea), (left, sea)], hill.ink)


def _lighthouse(pen: Pen, air: Box, tower: Tower, scale: float) -> None:
    x, foot = air.x + tower.x * scale, air.bottom - tower.foot * scale
    size, top = tower.scale * scale, foot - tower.shaft * scale

    def shaft(low: float, high: float, ink: Token) -> None:
        """A piece of the shaft from one share of its height to another; it narrows upwards."""
        wide, narrow = (13 - 3 * low) * size, (13 - 3 * high) * size
        y, lower = foot + (top - foot) * high, foot + (top - foot) * low
        pen.polygon([(x - narrow, y), (x + narrow, y), (x + wide, lower), (x - wide, lower)], ink)

    def slab(half: float, low: float, high: float, ink: Token) -> None:
        upper, lower = round(top - high * size), round(top - low * size)
        pen.fill(Box(round(x - half * size), upper, 2 * round(half * size), lower - upper), ink)

    shaft(0, 1, "paper")
    if tower.striped:
        shaft(0.44, 0.70, "coral")
    slab(14, 0, 5, "primary")
    slab(8, 5, 21, "lamp" if tower.striped else "coral")
    pen.polygon(
        [(x, top - 34 * size), (x + 12.5 * size, top - 21 * size), (x - 12.5 * size, top - 21 * size)], "primary"
    )


def _boat(pen: Pen, x: float, sea: float, scale: float) -> None:
    def at(dx: float, up: float) -> tuple[float, float]:
        return x + dx * scale, sea - up * scale

    pen.polygon([at(-2, 75), at(42, 4), at(-2, 4)], "paper")
    pen.polygon([at(-10, 61), at(-10, 4), at(-38, 4)], "tint")
    pen.polygon([at(-50, -4), at(50, -4), at(34, -28), at(-34, -28)], "paper")
