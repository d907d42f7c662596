"""Characters as an unsteady hand writes them: another size, another slant, strokes a little beside their place."""

from __future__ import annotations

import math
import random
from itertools import pairwise
from pathlib import Path

Line = list[tuple[float, float]]

CHARACTERS = Path(__file__).with_name("characters.txt")


def characters() -> dict[str, list[Line]]:
    """The strokes in characters.txt, in a square of side 1."""
    found = {}
    for text in CHARACTERS.read_text(encoding="utf-8").splitlines():
        if not text.startswith("#"):
            character, _, strokes = text.partition(": ")
            found[character] = [
                [(float(x) / 100, float(y) / 100) for x, y in (point.split(",") for point in stroke.split())]
                for stroke in strokes.split("/")
            ]
    return found


def written(strokes: list[Line], chance: random.Random, *, shake: float, stretch: float, slant: float) -> list[Line]:
    """As one hand writes them once. `shake`: how far strokes lie beside their place, as a share of the square;
    `stretch` and `slant`: how much size and uprightness differ.
    """
    wide, tall = 1 + chance.uniform(-stretch, stretch), 1 + chance.uniform(-stretch, stretch)
    lean = chance.uniform(-slant, slant)
    lines = []
    for stroke in strokes:
        dx, dy = chance.gauss(0, shake), chance.gauss(0, shake)
        line = []
        for x, y in _points(stroke):
            right = 0.5 + (x - 0.5) * wide + (y - 0.5) * lean + dx + chance.gauss(0, shake / 2)
            down = 0.5 + (y - 0.5) * tall + dy + chance.gauss(0, shake / 2)
            line.append((min(1.0, max(0.0, right)), min(1.0, max(0.0, down))))
        lines.append(line)
    return lines


def _points(stroke: Line) -> Line:
    """As many points as a finger leaves behind: one every twentieth of the square."""
    found = stroke[:1]
    for (xa, ya), (xb, yb) in pairwise(stroke):
        steps = max(1, round(math.dist((xa, ya), (xb, yb)) * 20))
        found += [(xa + (xb - xa) * n / steps, ya + (yb - ya) * n / steps) for n in range(1, steps + 1)]
    return found
