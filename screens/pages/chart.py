"""The schematic map where there are many places or little ground."""

from __future__ import annotations

import math
from dataclasses import dataclass

from screens.kit.kit import Kit
from screens.kit.map import Schematic
from screens.kit.pen import Box, Point

BEND = 0.6
"""Distances are drawn to the power of this, as on every schematic."""

MARGIN = 0.3
"""The kiosk keeps so much of the ground on every side of it."""

ROUNDS = 80
"""Pins are moved apart so often at most."""


@dataclass(frozen=True, slots=True)
class Chart(Schematic):
    """A schematic on which this kiosk need not stand in the middle, so that places that all lie on one side have more
    than half of the ground. Pins keep off one another, the kiosk and the compass, and stay on the ground while they do.
    """

    def _ways(self) -> list[Point]:
        """From the kiosk to each pin, right and down, as long as it is to be drawn, in no unit."""
        ways = []
        for pin in self.map.pins:
            metres = math.hypot(pin.east_m, pin.north_m)
            bent = metres**BEND / metres if metres else 0.0
            ways.append((pin.east_m * bent, -pin.north_m * bent))
        return ways

    def _ground(self, kit: Kit, ground: Box) -> Box:
        """Where the middle of a pin may be."""
        return ground.inset(kit.grown(4) + kit.g(1.5))

    def _fit(self, kit: Kit, ground: Box) -> tuple[float, Point]:
        """(pixels a unit, kiosk): as large as can be while the kiosk is not near an edge."""
        inner, ways = self._ground(kit, ground), self._ways()
        sides = []
        for side, low, high, start, length in (
            (0, inner.x, inner.right, ground.x, ground.w),
            (1, inner.y, inner.bottom, ground.y, ground.h),
        ):
            least, most = min((way[side] for way in ways), default=0), max((way[side] for way in ways), default=0)
            first, last = start + MARGIN * length, start + (1 - MARGIN) * length
            # The kiosk is at least `first` and at least as far from the edge as the outermost pin needs it.
            scales = [(high - low) / (most - least) if most > least else math.inf]
            scales += [(high - first) / most] if most > 0 else []
            scales += [(last - low) / -least] if least < 0 else []
            sides.append((min(scales), first, last, low, high, least, most))
        scale = min((side[0] for side in sides), default=1.0)
        if not math.isfinite(scale):
            scale = 0.0
        here = []
        for _, first, last, low, high, least, most in sides:
            near, far = max(first, low - scale * least), min(last, high - scale * most)
            here.append(min(max((first + last) / 2, near), far))
        return scale, (here[0], here[1])

    def _here(self, kit: Kit, ground: Box) -> Point:
        return self._fit(kit, ground)[1]

    def places(self, kit: Kit, ground: Box) -> list[Point]:
        """Where each pin stands; those that would cover something are moved."""
        scale, (hx, hy) = self._fit(kit, ground)
        shortest = kit.grown(9)
        spots: list[Point] = []
        for right, down in self._ways():
            length = math.hypot(right, down)
            way = max(shortest, scale * length) / length if length else 0.0
            spots.append((hx + right * way, hy + down * way) if length else (hx, hy - shortest))
        inner, apart = self._ground(kit, ground), 2 * kit.grown(4) + kit.g(0.5)
        compass = ground.right - kit.grown(4.5), ground.y + kit.g(2) + kit.grown(4)
        fixed = ((hx, hy, kit.grown(6.5) + kit.g(1.5)), (*compass, kit.grown(8)))
        for _ in range(ROUNDS):
            moved = [_pushed(spot, i, spots, fixed, apart) for i, spot in enumerate(spots)]
            moved = [(min(max(x, inner.x), inner.right), min(max(y, inner.y), inner.bottom)) for x, y in moved]
            if all(math.dist(old, new) < 0.5 for old, new in zip(spots, moved, strict=True)):
                break
            spots = moved
        return spots


def _pushed(
    spot: Point, i: int, spots: list[Point], fixed: tuple[tuple[float, float, float], ...], apart: float
) -> Point:
    """A spot after everything too near it has pushed it: other spots half the way, fixed things all of it."""
    x, y = spot
    for j, (ox, oy) in enumerate(spots):
        if j != i:
            dx, dy = _push(spot, (ox, oy), apart, i - j)
            x, y = x + dx / 2, y + dy / 2
    for fx, fy, reach in fixed:
        dx, dy = _push(spot, (fx, fy), reach, 1)
        x, y = x + dx, y + dy
    return x, y


def _push(spot: Point, other: Point, apart: float, order: int) -> Point:
    """How far `other` pushes `spot` away. What lies at the same height is pushed a little sideways as well, so that
    pins at the edge of the ground find a way past each other.
    """
    dx, dy = spot[0] - other[0], spot[1] - other[1]
    gap = math.hypot(dx, dy)
    if gap >= apart:
        return 0.0, 0.0
    if gap < 1:
        dx, dy, gap = math.copysign(1.0, order), 0.0, 1.0
    push = (apart - gap) / gap
    return dx * push + math.copysign(0.1 * (apart - gap), dx or order), dy * push
