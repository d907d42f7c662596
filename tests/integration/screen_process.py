"""A real screen process whose fingers are a pipe: ``python -m tests.integration.screen_process [LEAKS]``.

It runs the kiosk of its environment offscreen, with lock, logs and card service as `kiosk run` has them. Every line of
standard input is an act to touch, or nothing; the answer is a line of JSON: what is to be seen then, and which process
reads cards. It ends with its input. LEAKS name something of `tests.integration.leaks` that it does besides.
"""

from __future__ import annotations

import json
import os
import select
import sys
from contextlib import ExitStack

os.environ |= {"KIVY_NO_ARGS": "1", "KIVY_NO_CONFIG": "1", "KIVY_NO_FILELOG": "1", "KIVY_LOG_MODE": "PYTHON"}


def main() -> None:
    from kiosk.home import Home
    from kiosk.lock import KioskLock
    from kiosk.logs import logging_to
    from kiosk.settings import load

    settings, home = load(None), Home.of(os.environ)
    os.environ["KIVY_HOME"] = str(home.root / "kivy")
    home.prepare()
    with ExitStack() as closing:
        closing.enter_context(KioskLock(home))
        closing.enter_context(logging_to(home, settings.log))
        if len(sys.argv) > 1:
            from tests.integration import leaks

            leaks.begin(sys.argv[1], home)
        from kiosk.tour import visiting

        tourist = closing.enter_context(visiting(settings, home, home.tour))
        rest = b""
        while True:
            tourist.frames()
            if not select.select([0], [], [], 0)[0]:
                continue
            more = os.read(0, 4096)
            if not more:
                return
            *lines, rest = (rest + more).split(b"\n")
            for line in lines:
                if line:
                    tourist.touch(line.decode())
                scene, cards = tourist.stage.scene, tourist.walk.tools.cards
                assert scene is not None
                answer = {
                    "view": type(scene.view).__name__,
                    "phase": getattr(scene.sheet, "phase", ""),
                    "reader": cards.state.value,
                    "service": getattr(cards, "process", None),
                }
                os.write(1, json.dumps(answer).encode() + b"\n")


if __name__ == "__main__":
    main()
