"""Ink: the line under a finger while it is being drawn, and how points on a pad become numbers and back."""

from __future__ import annotations

import math
from array import array

from kivy.graphics import InstructionGroup, Mesh

from screens.kit.board import FORMAT, INDICES
from screens.kit.kit import Kit
from screens.kit.pen import FLOATS, Box, Pen, Point

SIDE = 1000
"""Numbers go from 0 to this along the longer side of a pad, in whose middle the shorter one lies."""

WIDTH_STEPS = 2.25
"""Breadth of a line in grid steps."""

_STEP = 3.0
"""Pixels that a finger must have moved for another point."""

_CHUNK = 32
"""Points to a mesh: a move sends no more than these to the graphics card."""

_REST_STEPS = 2.5
"""A touch that has not left a circle of so many grid steps has not begun to write."""


def numbered(box: Box, point: Point) -> tuple[int, int]:
    """A point in pixels of a pad in `box` as numbers; points beside the pad lie on its edge."""
    side = max(box.w, box.h)
    x, y = _inside(box, point)
    return (
        round((x - box.x + (side - box.w) / 2) * SIDE / side),
        round((y - box.y + (side - box.h) / 2) * SIDE / side),
    )


def placed(box: Box, point: tuple[int, int], edge: int = 0) -> Point:
    """Numbers as a point in pixels of a pad in `box`; no point is nearer than `edge` to the edge of the pad."""
    side = max(box.w, box.h)
    x = box.x + point[0] * side / SIDE - (side - box.w) / 2
    y = box.y + point[1] * side / SIDE - (side - box.h) / 2
    return _inside(box.inset(edge), (x, y))


def _inside(box: Box, point: Point) -> Point:
    return min(max(point[0], box.x), box.right), min(max(point[1], box.y), box.bottom)


class LiveInk:
    """One line while a finger draws it, on a layer of its own. It is forgotten with `clear`."""

    def __init__(self) -> None:
        self.canvas = InstructionGroup()
        self._kit: Kit | None = None
        self._generation = -1
        self._box = Box(0, 0, 0, 0)
        self._points: list[Point] = []
        self._mesh: Mesh | None = None
        self._vertices: array[float] = array("f")

    def __repr__(self) -> str:
        return f"LiveInk({len(self._points)} points)"

    def begin(self, kit: Kit, box: Box, point: Point) -> None:
        """A line begins at a point on the pad in `box`."""
        self.clear()
        self._kit, self._box, self._generation = kit, box, kit.atlas.generation
        self._add(self._whole(point))

    def draw(self, point: Point) -> None:
        """It goes on to a point; beside the pad it goes along the edge."""
        if not self._points:
            return
        point = self._whole(point)
        if math.dist(self._points[-1], point) >= _STEP:
            self._add(point)

    def clear(self) -> None:
        """Forgets the line."""
        self._points.clear()
        self._kit, self._mesh, self._vertices = None, None, array("f")
        self.canvas.clear()

    def keep(self, kit: Kit) -> None:
        """After a page was painted: the line is drawn anew if the marks of the atlas lie elsewhere now."""
        if self._kit is not None and (self._kit is not kit or self._generation != kit.atlas.generation):
            points, box = self._points[:], self._box
            self.begin(kit, box, points[0])
            for point in points[1:]:
                self._add(point)

    @property
    def line(self) -> str:
        """The line as numbers, "x,y x,y …"; empty when there is none."""
        return " ".join("{},{}".format(*numbered(self._box, point)) for point in self._points)

    @property
    def resting(self) -> bool:
        """Whether it is no line yet: the touch has stayed where it began."""
        if self._kit is None:
            return False
        reach = self._kit.g(_REST_STEPS)
        return all(math.dist(self._points[0], point) <= reach for point in self._points)

    def _whole(self, point: Point) -> Point:
        """The point, moved so that the whole breadth of the line lies on the pad."""
        assert self._kit is not None
        return _inside(self._box.inset(self._kit.g(WIDTH_STEPS) // 2 + 1), point)

    def _add(self, point: Point) -> None:
        assert self._kit is not None
        if self._mesh is None or len(self._points) % _CHUNK == 0:
            self._mesh, self._vertices = Mesh(fmt=FORMAT, mode="triangles"), array("f")
            self.canvas.add(self._mesh)
        pen = Pen(self._kit)
        pen.stroke((*self._points[-1:], point), self._kit.g(WIDTH_STEPS), "ink")
        self._points.append(point)
        for _, vertices in pen.runs():
            self._vertices.extend(vertices)
        self._mesh.vertices = self._vertices
        self._mesh.indices = INDICES[: len(self._vertices) // (4 * FLOATS) * 6]
        self._mesh.texture = self._kit.atlas.texture
