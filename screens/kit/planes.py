"""What holds other parts: columns, grids, flowing rows, white planes and the dashed place of what is not there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from screens.kit.kit import Kit
from screens.kit.part import Feel, Part, Sized, Target
from screens.kit.pen import Box, Pen
from screens.kit.words import Text
from screens.theme import Token


class _Holder(Part):
    """A part whose content is other parts, each in the box that `_boxes` gives it."""

    __slots__ = ()

    def _boxes(self, kit: Kit, box: Box) -> Iterator[tuple[Part, Box]]:
        raise TypeError(f"{type(self).__name__} does not say where its parts are")

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        for part, place in self._boxes(pen.kit, box):
            part.paint(pen, place, feel)

    def targets(self, kit: Kit, box: Box) -> Sequence[Target]:
        return [target for part, place in self._boxes(kit, box) for target in part.targets(kit, place)]


@dataclass(frozen=True, slots=True)
class Column(_Holder):
    """Parts below one another, `gap` steps apart."""

    parts: tuple[Part, ...]
    gap: float = 0

    def height(self, kit: Kit, width: int) -> int:
        heights = [part.height(kit, width) for part in self.parts]
        return sum(heights) + kit.g(self.gap) * max(0, len(heights) - 1)

    def _boxes(self, kit: Kit, box: Box) -> Iterator[tuple[Part, Box]]:
        y = box.y
        for part in self.parts:
            height = part.height(kit, box.w)
            yield part, Box(box.x, y, box.w, height)
            y += height + kit.g(self.gap)


@dataclass(frozen=True, slots=True)
class Grid(_Holder):
    """Parts in equal columns, row by row; a row is as high as its highest part."""

    parts: tuple[Part, ...]
    columns: int
    gap: float = 3
    row_gap: float = 3

    def _width(self, kit: Kit, width: int) -> float:
        return (width - kit.g(self.gap) * (self.columns - 1)) / self.columns

    def _rows(self, kit: Kit, width: int) -> list[tuple[tuple[Part, ...], int]]:
        cell = round(self._width(kit, width))
        rows = [self.parts[i : i + self.columns] for i in range(0, len(self.parts), self.columns)]
        return [(row, max(part.height(kit, cell) for part in row)) for row in rows]

    def height(self, kit: Kit, width: int) -> int:
        rows = self._rows(kit, width)
        return sum(height for _, height in rows) + kit.g(self.row_gap) * max(0, len(rows) - 1)

    def _boxes(self, kit: Kit, box: Box) -> Iterator[tuple[Part, Box]]:
        width, y = self._width(kit, box.w), box.y
        for row, height in self._rows(kit, box.w):
            for i, part in enumerate(row):
                x = box.x + round(i * (width + kit.g(self.gap)))
                yield part, Box(x, y, round(width), height)
            y += height + kit.g(self.row_gap)


@dataclass(frozen=True, slots=True)
class Flow(_Holder):
    """Parts of their own width side by side, going on in the next row when a row is full."""

    parts: tuple[Sized, ...]
    gap: float = 2
    row_gap: float = 1.5

    def _rows(self, kit: Kit, width: int) -> list[list[tuple[Sized, int]]]:
        rows: list[list[tuple[Sized, int]]] = []
        used = 0
        for part in self.parts:
            wish = min(width, part.width(kit))
            if rows and used + kit.g(self.gap) + wish <= width:
                rows[-1].append((part, wish))
                used += kit.g(self.gap) + wish
            else:
                rows.append([(part, wish)])
                used = wish
        return rows

    def height(self, kit: Kit, width: int) -> int:
        rows = self._rows(kit, width)
        heights = [max(part.height(kit, wish) for part, wish in row) for row in rows]
        return sum(heights) + kit.g(self.row_gap) * max(0, len(rows) - 1)

    def _boxes(self, kit: Kit, box: Box) -> Iterator[tuple[Part, Box]]:
        y = box.y
        for row in self._rows(kit, box.w):
            x, height = box.x, max(part.height(kit, wish) for part, wish in row)
            for part, wish in row:
                yield part, Box(x, y, wish, height)
                x += wish + kit.g(self.gap)
            y += height + kit.g(self.row_gap)


@dataclass(frozen=True, slots=True)
class Beside(_Holder):
    """Parts side by side in shares of the width, centred on one another."""

    parts: tuple[Part, ...]
    shares: tuple[float, ...]
    gap: float = 3

    def _widths(self, kit: Kit, width: int) -> list[int]:
        free = width - kit.g(self.gap) * (len(self.parts) - 1)
        return [round(free * share / sum(self.shares)) for share in self.shares]

    def height(self, kit: Kit, width: int) -> int:
        return max(p.height(kit, w) for p, w in zip(self.parts, self._widths(kit, width), strict=True))

    def _boxes(self, kit: Kit, box: Box) -> Iterator[tuple[Part, Box]]:
        x = box.x
        for part, width in zip(self.parts, self._widths(kit, box.w), strict=True):
            height = part.height(kit, width)
            yield part, Box(x, box.y + (box.h - height) // 2, width, height)
            x += width + kit.g(self.gap)


@dataclass(frozen=True, slots=True)
class Plane(_Holder):
    """A plane that lies on the sand, its parts separated by hairlines when `rules`.

    `pad` and `above`: free steps beside, and above and below the parts. `edge`: border of a plane that stands out.
    """

    parts: tuple[Part, ...]
    fill: Token = "surface"
    pad: float = 4
    above: float = 0
    gap: float = 0
    rules: bool = False
    edge: Token | None = None

    def _between(self, kit: Kit) -> int:
        return kit.g(self.gap) + (kit.theme.border if self.rules else 0)

    def height(self, kit: Kit, width: int) -> int:
        inner = width - 2 * kit.g(self.pad)
        heights = [part.height(kit, inner) for part in self.parts]
        return sum(heights) + self._between(kit) * max(0, len(heights) - 1) + 2 * kit.g(self.above)

    def _boxes(self, kit: Kit, box: Box) -> Iterator[tuple[Part, Box]]:
        x, width, y = box.x + kit.g(self.pad), box.w - 2 * kit.g(self.pad), box.y + kit.g(self.above)
        for part in self.parts:
            height = part.height(kit, width)
            yield part, Box(x, y, width, height)
            y += height + self._between(kit)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, theme = pen.kit, pen.kit.theme
        if self.edge:
            pen.frame(box, self.fill, self.edge, theme.radius, theme.focus)
        elif theme.outlined:
            pen.frame(box, self.fill, "plane", theme.radius, theme.border)
        else:
            pen.fill(box, self.fill, theme.radius)
        first = True
        for part, place in self._boxes(kit, box):
            if self.rules and not first:
                gap = kit.g(self.gap) - kit.g(self.gap) // 2
                pen.fill(Box(place.x, place.y - theme.border - gap, place.w, theme.border), "line")
            first = False
            part.paint(pen, place, feel)


@dataclass(frozen=True, slots=True)
class Band(Part):
    """A coloured band from one edge of the panel to the other, such as the sea."""

    ink: Token = "sea"
    tall: float = 0

    def height(self, kit: Kit, width: int) -> int:
        return kit.g(self.tall)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        pen.fill(box, self.ink)


@dataclass(frozen=True, slots=True)
class Empty(Part):
    """The place of something that is not there: says so, and what can be done instead; `way` is the one way on."""

    title: str
    line: str = ""
    icon: str = "info"
    way: Part | None = None

    def _parts(self) -> Column:
        texts = (Text(self.title, bold=True), Text(self.line, "t34", "ink2")) if self.line else (
            Text(self.title, bold=True),)  # fmt: skip
        return Column(texts)

    def _places(self, kit: Kit, box: Box) -> tuple[Box, Box]:
        left = kit.g(4) + kit.grown(8) + kit.g(3)
        right = kit.g(4)
        if self.way:
            right += kit.theme.columns(3) + kit.g(3)
        texts = Box(box.x + left, box.y, box.w - left - right, box.h)
        return texts, Box(box.right - kit.g(4) - kit.theme.columns(3), box.y, kit.theme.columns(3), box.h)

    def height(self, kit: Kit, width: int) -> int:
        texts, way = self._places(kit, Box(0, 0, width, 0))
        inner = max(self._parts().height(kit, texts.w), self.way.height(kit, way.w) if self.way else 0)
        return inner + 2 * kit.g(1.5)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, theme = pen.kit, pen.kit.theme
        pen.dashes(box, "edge", theme.radius, theme.border, kit.g(0.8), kit.g(0.6))
        side = kit.grown(8)
        pen.icon(self.icon, box.x + kit.g(4) + side / 2, box.y + box.h / 2, side, "ink2")
        texts, way = self._places(kit, box)
        column = self._parts()
        height = column.height(kit, texts.w)
        column.paint(pen, Box(texts.x, box.y + (box.h - height) // 2, texts.w, height), feel)
        if self.way:
            self.way.paint(pen, self._way_box(kit, way), feel)

    def _way_box(self, kit: Kit, place: Box) -> Box:
        height = self.way.height(kit, place.w) if self.way else 0
        return Box(place.x, place.y + (place.h - height) // 2, place.w, height)

    def targets(self, kit: Kit, box: Box) -> Sequence[Target]:
        if self.way is None:
            return ()
        return self.way.targets(kit, self._way_box(kit, self._places(kit, box)[1]))
