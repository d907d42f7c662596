"""The schematic map: this kiosk in the middle, places in their direction, nearer ones nearer. Never a road."""

from __future__ import annotations

import math
from dataclasses import dataclass

from journeys.views import MapView, Pin
from screens.kit.kit import Kit
from screens.kit.part import Feel, Part
from screens.kit.pen import Box, Pen, Point
from screens.kit.rows import paint_badge

_BEND = 0.6
"""Distances are drawn to the power of this: what is ten times as far is four times as far on the drawing."""


@dataclass(frozen=True, slots=True)
class Schematic(Part):
    """Directions are true, and who is nearer stands nearer; the metres are said in words below (`map.line`).

    Pins that would cover the kiosk or one another are moved apart a little.
    """

    map: MapView
    tall: float = 36

    def height(self, kit: Kit, width: int) -> int:
        return kit.g(self.tall) + (self._line(kit, width) if self.map.line else 0)

    def _line(self, kit: Kit, width: int) -> int:
        return kit.set(self.map.line, "t34", width=width).height + kit.g(1)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, theme = pen.kit, pen.kit.theme
        line = self._line(kit, box.w) if self.map.line else 0
        ground = box._replace(h=box.h - line)
        if theme.outlined:
            pen.frame(ground, "sand", "plane", theme.radius, theme.border)
        else:
            pen.fill(ground, "sand", theme.radius)
        here = self._here(kit, ground)
        pins = list(zip(self.map.pins, self.places(kit, ground), strict=True))
        for pin, place in pins:
            if pin.chosen:
                pen.dots(here, place, kit.g(1), kit.g(2.5), "primary")
        self._compass(pen, ground)
        # The chosen pin last, so that no other one lies over it.
        for pin, place in sorted(pins, key=lambda item: item[0].chosen):
            self._pin(pen, pin, place)
        self._you(pen, ground, here)
        if self.map.line:
            pen.text(kit.set(self.map.line, "t34", width=box.w), box.x, ground.bottom + kit.g(1), "ink2")

    def _here(self, kit: Kit, ground: Box) -> Point:
        return ground.x + ground.w / 2, ground.y + ground.h / 2

    def places(self, kit: Kit, ground: Box) -> list[Point]:
        """Where each pin stands; pins that would cover the kiosk or one another move apart a little."""
        hx, hy = self._here(kit, ground)
        half = kit.grown(4)
        reach_x, reach_y = ground.w / 2 - half - kit.g(1.5), ground.h / 2 - half - kit.g(1.5)
        lengths, ways = [], []
        scale = math.inf
        for pin in self.map.pins:
            metres = math.hypot(pin.east_m, pin.north_m)
            east, north = (pin.east_m / metres, pin.north_m / metres) if metres else (0.0, 1.0)
            edge = min(reach_x / abs(east) if east else math.inf, reach_y / abs(north) if north else math.inf)
            lengths.append(metres**_BEND)
            ways.append((east, north))
            # As large as the drawing can be before any pin leaves it.
            scale = min(scale, edge / lengths[-1] if metres else math.inf)
        shortest = kit.grown(9)
        spots = [
            [hx + east * max(shortest, scale * length), hy - north * max(shortest, scale * length)]
            for length, (east, north) in zip(lengths, ways, strict=True)
        ]
        for _ in range(24):
            if not _part(spots, (hx, hy), 2 * half + kit.g(0.5)):
                break
        return [(min(max(x, hx - reach_x), hx + reach_x), min(max(y, hy - reach_y), hy + reach_y)) for x, y in spots]

    def _pin(self, pen: Pen, pin: Pin, place: Point) -> None:
        kit = pen.kit
        side = kit.grown(8 if pin.chosen else 7)
        ring = kit.g(0.5)
        if pin.kind == "stop":
            pen.disc(*place, side, "surface")
            pen.disc(*place, side - 2 * ring, "sea2")
            pen.icon("directions_bus", *place, kit.grown(4.5), "ink")
            return
        pen.disc(*place, side + 2 * ring, "surface")
        paint_badge(pen, *place, pin.letter, side)

    def _you(self, pen: Pen, ground: Box, here: Point) -> None:
        kit, theme = pen.kit, pen.kit.theme
        side = kit.grown(5)
        pen.disc(*here, side + 2 * kit.g(0.75), "surface")
        pen.disc(*here, side, "coral")
        label = self._label(kit, ground, here)
        pen.fill(label, "surface", theme.small_radius)
        pen.text(kit.set(self.map.here, "t34", bold=True), label.x, label.y, "ink", label.w, "center")

    def _label(self, kit: Kit, ground: Box, here: Point) -> Box:
        """Where the words beside the kiosk cover least: below, above, right or left of it."""
        words = kit.set(self.map.here, "t34", bold=True)
        width, tall, away = words.width + 2 * kit.g(1.5), words.line, kit.grown(2.5) + kit.g(1.25)
        hx, hy = round(here[0]), round(here[1])
        boxes = [
            Box(hx - width // 2, hy + away, width, tall),
            Box(hx - width // 2, hy - away - tall, width, tall),
            Box(hx + away, hy - tall // 2, width, tall),
            Box(hx - away - width, hy - tall // 2, width, tall),
        ]
        pins = self.places(kit, ground)
        reach = kit.grown(4) + kit.g(0.5)

        def covered(box: Box) -> float:
            return sum(max(0.0, reach - box.gap(x, y)) for x, y in pins) + max(0, box.bottom - ground.bottom) * reach

        return min(boxes, key=covered)

    def _compass(self, pen: Pen, ground: Box) -> None:
        kit = pen.kit
        x, y = ground.right - kit.grown(4.5), ground.y + kit.g(2)
        half, tall = kit.g(1), kit.g(2.5)
        pen.polygon([(x, y), (x + half, y + tall), (x - half, y + tall)], "edge")
        words = kit.set(self.map.north, "t34")
        pen.text(words, round(x - words.width / 2), y + tall, "ink2")


def _part(spots: list[list[float]], here: Point, apart: float) -> bool:
    """Pushes spots that are too near one another or the kiosk away from each other; whether any was."""
    moved = False
    for i, one in enumerate(spots):
        others: list[tuple[float, float, list[float] | None]] = [(here[0], here[1], None)]
        others += [(other[0], other[1], other) for other in spots[i + 1 :]]
        for x, y, other in others:
            dx, dy = one[0] - x, one[1] - y
            gap = math.hypot(dx, dy)
            if gap >= apart - 0.5:
                continue
            moved = True
            dx, dy = (dx / gap, dy / gap) if gap else (1.0, 0.0)
            push = (apart - gap) / (2 if other else 1)
            one[0], one[1] = one[0] + dx * push, one[1] + dy * push
            if other:
                other[0], other[1] = other[0] - dx * push, other[1] - dy * push
    return moved
