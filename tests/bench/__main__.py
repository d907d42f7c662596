"""Figures, and ratios within one run: ``python -m tests.bench`` prints a table and one JSON object.

Machines differ and are noisy, so time is compared with something measured in the same run: a bare Kivy window, the same
page redrawn by Kivy alone, python-escpos encoding the same picture. ``--only NAME`` runs one part; ``--seconds N`` says
how long people are at work on the hub.
"""

from __future__ import annotations

import argparse
import functools
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.bench import card, content, hub, paper, screen, sync
from tests.bench.figure import Figure

PARTS: dict[str, Callable[[Path], list[Figure]]] = {
    "content": content.figures,
    "paper": paper.figures,
    "card": card.figures,
    "sync": sync.figures,
    "hub": hub.figures,
    "screen": screen.figures,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", choices=sorted(PARTS))
    parser.add_argument("--seconds", type=float, default=hub.LASTS_S, help="that people are at work on the hub")
    given = parser.parse_args()
    chosen = given.only
    day = functools.partial(hub.figures, seconds=given.seconds)
    parts: dict[str, Callable[[Path], list[Figure]]] = {**PARTS, "hub": day}
    found: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for name, part in parts.items():
            if chosen in (None, name):
                sys.stderr.write(f"{name} …\n")
                found += part(Path(folder))
    width = max(len(figure.name) for figure in found)
    for figure in found:
        verdict = {True: "holds", False: "DOES NOT HOLD", None: ""}[figure.holds]
        sys.stdout.write(f"{figure.name:<{width}}  {figure.said:>12}  {figure.bar_said:>12}  {verdict}\n")
    sys.stdout.write(json.dumps({figure.name: figure.value for figure in found}, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
