"""Where a person touches to find 驾照 and print it: ``python -m tests.integration.touches`` prints the points as JSON.

It walks the kiosk offscreen with the settings of its environment, so a kiosk with the same settings has its buttons
at the same places.
"""

from __future__ import annotations

import json
import os
import sys

os.environ |= {"KIVY_NO_ARGS": "1", "KIVY_NO_CONFIG": "1", "KIVY_NO_FILELOG": "1", "KIVY_LOG_MODE": "PYTHON"}

TOUCHES = (
    ("start", ""),
    ("type", "zh"),
    *(("key", letter) for letter in "jiazhao"),
    ("pick", "0"),
    ("submit", ""),
    ("open", None),
    ("print", ""),
    ("submit", ""),
)


def points() -> list[tuple[str, int, int]]:
    """(action, x, y from the upper left corner) of each touch."""
    from kiosk.home import Home
    from kiosk.settings import load
    from kiosk.tour import visiting

    home = Home.of(os.environ)
    home.prepare()
    found = []
    with visiting(load(None), home, home.tour) as tourist:
        for number, (action, value) in enumerate(TOUCHES, 1):
            box = tourist.target(action, value).box
            found.append((action, round(box.x + box.w / 2), round(box.y + box.h / 2)))
            if number < len(TOUCHES):  # the last one prints; it is left to the kiosk itself
                tourist.touch(action, value)
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(points()) + "\n")
