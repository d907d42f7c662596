"""What is being written on the pad: the strokes of one character, and what they may mean. Never anything on disk."""

from __future__ import annotations

import math
import re

from domain.ports import Handwriting, Strokes

SIDE = 1000
"""Points on the pad are whole numbers from 0 to this; the longer side of the pad is as long."""

STROKES_MOST = 36
POINTS_MOST = 160
"""Points of one stroke; a longer line is thinned out, its end stays where it was lifted."""

NEAR = 6
"""Points nearer to the last one than this say nothing about the character."""

OFFERED = 6

Point = tuple[int, int]
Stroke = tuple[Point, ...]

_POINT = re.compile(r"(\d{1,4}),(\d{1,4})")


class NoHandwriting:
    """Fills the port `Handwriting` where nothing reads handwriting."""

    available = False

    def candidates(self, strokes: Strokes, limit: int = 10) -> tuple[str, ...]:
        """None."""
        return ()


class Ink:
    """The strokes of the character that is being written."""

    def __init__(self, reader: Handwriting) -> None:
        self._reader = reader
        self._strokes: tuple[Stroke, ...] = ()
        self._read: tuple[tuple[Stroke, ...], tuple[str, ...]] = ((), ())

    def __repr__(self) -> str:
        return f"Ink({len(self._strokes)} strokes)"

    @property
    def strokes(self) -> tuple[Stroke, ...]:
        """In the order in which they were drawn."""
        return self._strokes

    @property
    def candidates(self) -> tuple[str, ...]:
        """What they may mean, best first; read once for the same strokes."""
        if self._read[0] != self._strokes:
            lines = [[(x / SIDE, y / SIDE) for x, y in stroke] for stroke in self._strokes]
            self._read = self._strokes, self._reader.candidates(lines, OFFERED)
        return self._read[1]

    def add(self, line: str) -> None:
        """Takes a stroke as "x,y x,y …"; what is none, and one more than a character can have, is ignored."""
        stroke = stroke_of(line)
        if stroke and len(self._strokes) < STROKES_MOST:
            self._strokes = (*self._strokes, stroke)

    def undo(self) -> None:
        """Takes the last stroke away."""
        self._strokes = self._strokes[:-1]

    def clear(self) -> None:
        """Takes all of them away, and what was read from them."""
        self._strokes, self._read = (), ((), ())


def stroke_of(line: str) -> Stroke:
    """The points of "x,y x,y …", each on the pad, none twice in a place; empty when any part is no point."""
    points: list[Point] = []
    for part in line.split():
        found = _POINT.fullmatch(part)
        if found is None:
            return ()
        x, y = int(found[1]), int(found[2])
        if x > SIDE or y > SIDE:
            return ()
        points.append((x, y))
    kept = points[:1]
    for point in points[1:]:
        if math.dist(kept[-1], point) >= NEAR:
            kept.append(point)
    if len(kept) > POINTS_MOST:
        step = (len(kept) - 1) / (POINTS_MOST - 1)
        kept = [kept[round(i * step)] for i in range(POINTS_MOST)]
    return tuple(kept)


def line_of(stroke: Stroke) -> str:
    """The other way round."""
    return " ".join(f"{x},{y}" for x, y in stroke)
