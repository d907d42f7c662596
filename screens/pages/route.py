"""The route of a day: from here over its offices, as a line with stops, or one below the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from journeys.views import RouteStop, RouteView
from screens.kit.kit import Kit
from screens.kit.part import Act, Feel, Part, Target
from screens.kit.pen import Box, Pen
from screens.kit.planes import Column
from screens.kit.rows import paint_badge
from screens.kit.words import Note, Text

MOST_ACROSS = 3
"""More stops than these stand below one another."""


def route_rows(kit: Kit, route: RouteView) -> tuple[Part, ...]:
    """The rows of a route on its white plane: one line across when its words have room, else a row a stop."""
    note = (Note("info", route.note),) if route.note else ()
    line = RouteLine(route.here, route.stops)
    if line.fits(kit, kit.theme.width - 2 * kit.g(4)):
        return (line, *note)
    rows = [StopRow(RouteStop("", "", route.here, "", ""), above=False, below=bool(route.stops))]
    rows += [StopRow(stop, above=True, below=n < len(route.stops)) for n, stop in enumerate(route.stops, 1)]
    return (*rows, *note)


@dataclass(frozen=True, slots=True)
class RouteLine(Part):
    """A line from here over up to three stops: the ways above it, who and when below; a stop leads to its office."""

    here: str
    stops: tuple[RouteStop, ...]

    def _cells(self, box: Box) -> Iterator[tuple[RouteStop | None, Box]]:
        count = len(self.stops) + 1
        for n, stop in enumerate((None, *self.stops)):
            left, right = box.x + box.w * n // count, box.x + box.w * (n + 1) // count
            yield stop, Box(left, box.y, right - left, box.h)

    def _words(self, stop: RouteStop | None) -> str:
        return self.here if stop is None else "\n".join(filter(None, (stop.when, stop.name)))

    def fits(self, kit: Kit, width: int) -> bool:
        """Whether it can stand in `width` pixels: each way in one line, each name in two."""
        if kit.theme.large or not 0 < len(self.stops) <= MOST_ACROSS:
            return False
        return all(
            len(kit.set(self._words(stop), "t34", width=cell.w - kit.g(1)).lines) <= 3
            and (stop is None or kit.set(stop.way, "t34").width <= cell.w - kit.grown(7) - kit.g(1))
            for stop, cell in self._cells(Box(0, 0, width, 0))
        )

    def _below(self, kit: Kit, width: int) -> int:
        cells = self._cells(Box(0, 0, width, 0))
        return max(kit.set(self._words(stop), "t34", width=cell.w - kit.g(1)).height for stop, cell in cells)

    def height(self, kit: Kit, width: int) -> int:
        return self._line(kit) + kit.grown(7) // 2 + kit.g(0.5) + self._below(kit, width) + kit.g(1)

    def _line(self, kit: Kit) -> int:
        """Pixels from the top to the middle of the line."""
        return kit.g(0.5) + max(kit.theme.t34.line + kit.g(0.75), kit.grown(7) // 2)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, badge = pen.kit, pen.kit.grown(7)
        y, half = box.y + self._line(kit), kit.theme.focus
        cells = list(self._cells(box))
        middles = [cell.x + cell.w // 2 for _, cell in cells]
        pen.fill(Box(middles[0], y - half // 2, middles[-1] - middles[0], half), "sea2")
        for n, (stop, cell) in enumerate(cells):
            if stop is not None and feel.down == ("place", stop.place):
                pen.fill(Box(cell.x, y - badge, cell.w, box.bottom - y + badge), "tint", kit.theme.small_radius)
                pen.fill(Box(cell.x, y - half // 2, cell.w // 2, half), "sea2")
            if stop is None:
                pen.disc(middles[n], y, kit.grown(5), "coral")
            else:
                paint_badge(pen, middles[n], y, stop.letter, badge)
                way = kit.set(stop.way, "t34")
                between = (middles[n - 1] + middles[n]) // 2
                pen.text(way, between - way.width // 2, y - half - way.line, "ink2")
            words = kit.set(self._words(stop), "t34", width=cell.w - kit.g(1))
            pen.text(words, cell.x + kit.g(0.5), y + badge // 2 + kit.g(0.5), "ink", cell.w - kit.g(1), "center")

    def targets(self, kit: Kit, box: Box) -> tuple[Target, ...]:
        return tuple(Target(cell, ("place", stop.place)) for stop, cell in self._cells(box) if stop is not None)


@dataclass(frozen=True, slots=True)
class StopRow(Part):
    """One stop below the one before it: its letter, the office, when and how to get there. Without a letter it is the
    place where one stands.
    """

    stop: RouteStop
    above: bool
    below: bool

    @property
    def title(self) -> str:
        """What it is called."""
        return self.stop.name

    def _indent(self, kit: Kit) -> int:
        return kit.grown(7) + kit.g(3)

    def _words(self) -> Column:
        detail = "  ".join(filter(None, (self.stop.when, self.stop.way)))
        name = Text(self.stop.name, bold=bool(self.stop.letter))
        return Column((name, Text(detail, "t34", "ink2")) if detail else (name,))

    def height(self, kit: Kit, width: int) -> int:
        least = kit.grown(12) if self.stop.place else kit.grown(7)
        return max(self._words().height(kit, width - self._indent(kit)) + 2 * kit.g(1), least)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, badge = pen.kit, pen.kit.grown(7)
        if self.stop.place and feel.down == self._act():
            pen.fill(box.inset(kit.theme.border - kit.g(4), 0), "tint", kit.theme.small_radius)
        x, middle = box.x + badge // 2, box.y + box.h // 2
        top, foot = box.y if self.above else middle, box.bottom if self.below else middle
        pen.fill(Box(x - kit.theme.focus // 2, top, kit.theme.focus, foot - top), "sea2")
        if self.stop.letter:
            paint_badge(pen, x, middle, self.stop.letter, badge)
        else:
            pen.disc(x, middle, kit.grown(5), "coral")
        inner = box.w - self._indent(kit)
        words = self._words().height(kit, inner)
        self._words().paint(pen, Box(box.x + self._indent(kit), middle - words // 2, inner, words), feel)

    def _act(self) -> Act:
        return "place", self.stop.place

    def targets(self, kit: Kit, box: Box) -> tuple[Target, ...]:
        return (Target(box.inset(-kit.g(4), 0), self._act()),) if self.stop.place else ()
