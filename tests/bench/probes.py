"""What `tests.bench.screen` runs, each in a process of its own: ``python -m tests.bench.probes NAME`` prints JSON."""

from __future__ import annotations

import functools
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ |= {"KIVY_NO_ARGS": "1", "KIVY_NO_CONFIG": "1", "KIVY_NO_FILELOG": "1", "KIVY_LOG_MODE": "PYTHON"}
os.environ["SDL_VIDEODRIVER"] = "offscreen"

CHANGES = 2_000
TOUCHES = 25


def since_exec() -> float:
    """Seconds since this process was started by the kernel, imports included."""
    ticks = float(Path("/proc/self/stat").read_text().rsplit(") ", 1)[1].split()[19])
    uptime = float(Path("/proc/uptime").read_text().split()[0])
    return uptime - ticks / os.sysconf("SC_CLK_TCK")


def rss_mb() -> float:
    """Resident memory of this process now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def bare() -> dict[str, float]:
    """A Kivy window of the same size with one label, up to its first frame."""
    from kivy.config import Config

    Config.set("graphics", "width", "1080")
    Config.set("graphics", "height", "1920")
    from kivy.app import App
    from kivy.base import EventLoop
    from kivy.uix.label import Label

    class Bare(App):  # type: ignore[misc]
        def build(self) -> Any:
            return Label(text="bare")

    app = Bare()
    app._run_prepare()
    EventLoop.idle()
    return {"first_frame_s": since_exec()}


def visiting(*, opened: bool = True) -> Any:
    """The kiosk in our hands, see `kiosk.tour`."""
    from kiosk import starting

    starting.without_plugins(os.environ)
    starting.hurry()
    from kiosk.home import Home
    from kiosk.settings import load

    home = Home.of(os.environ)
    home.prepare()
    starting.quiet_kivy(os.environ, home)
    from kiosk.tour import visiting

    return visiting(load(None, {}), home, home.tour, opened=opened)


def start() -> dict[str, float]:
    """The kiosk up to its attract frame, then until typed letters are answered."""
    from journeys import views

    with visiting(opened=False) as tourist:
        assert isinstance(tourist.view, views.Attract)
        attract = since_exec()
        tourist.wait_for_rooms(settled=False)
        walk = tourist.walk
        walk.act("start")
        walk.act("type")
        for letter in "jz":
            walk.act("key", letter)
        tourist.until("an answer", lambda: bool(tourist.see(views.Search).rows))
        return {"attract_s": attract, "search_s": since_exec()}


def touch() -> dict[str, float]:
    """Touches that change the page, and the same finished page drawn once more by bare Kivy."""
    import statistics

    from kivy.base import EventLoop
    from kivy.graphics.opengl import glFinish

    from journeys import views
    from tests.screens.bare import widget

    pages = (("theme", "6"), ("open", "ga-023"), ("departments", ""), ("places", ""), ("type", ""))
    with visiting() as tourist:
        tourist.touch("start")
        tourist.see(views.Home)
        stage, window = tourist.stage, EventLoop.window

        def timed(draw: Callable[[], None]) -> float:
            began = time.perf_counter()
            draw()
            EventLoop.idle()
            glFinish()
            return (time.perf_counter() - began) * 1000

        def redrawn_by_kivy() -> float:
            bare = widget(stage.kit, stage.board.placed)
            window.remove_widget(stage)
            window.add_widget(bare)
            tourist.frames(2)
            spent = timed(bare.canvas.ask_update)
            window.remove_widget(bare)
            window.add_widget(stage)
            tourist.frames(2)
            return spent

        touched, redrawn = [], []
        for number in range(TOUCHES):
            action, value = pages[number % len(pages)]
            for move, target in ((action, value), ("home", "")):
                touched.append(timed(functools.partial(tourist.walk.act, move, target)))
                redrawn.append(redrawn_by_kivy())
        steady = len(pages) * 2  # the first round opens faces and fills the atlas, as the first citizen of a day does
        return {
            "touch_ms": statistics.median(touched[steady:]),
            "redraw_ms": statistics.median(redrawn[steady:]),
            "first_touch_ms": statistics.median(touched[:steady]),
        }


def memory() -> dict[str, float]:
    """Resident memory over many screen changes, visits ended in between; then with a slip looked at and a character
    written in each language, which loads what draws paper and reads ink.
    """
    pages = [("theme", str(n)) for n in range(12)] + [("open", f"ga-{n:03}") for n in range(1, 56)]
    pages += [("ask", word) for word in ("驾照丢了", "上户口", "老年卡", "开饭店", "图书馆几点开门")]
    pages += [(tool, "") for tool in ("departments", "places", "events", "notices", "type")]
    languages = ("zh-Hans", "en", "ja", "ko", "zh-Hant")
    with visiting() as tourist:
        sizes = []
        changes = 0
        while changes < CHANGES:
            tourist.walk.act("start", languages[changes // len(pages) % len(languages)])
            for action, value in pages:
                tourist.walk.act(action, value)
                tourist.frames()
                tourist.walk.act("home")
                tourist.frames()
                changes += 2
            tourist.walk.act("end")
            tourist.frames()
            tourist.walk.act("again")
            sizes.append(rss_mb())
        half = sizes[len(sizes) // 2 :]
        for lang in languages:
            tourist.walk.act("start", lang)
            for act in (
                ("open", "ga-023"),
                ("print", ""),
                ("home", ""),
                ("type", "hand"),
                ("stroke", "100,500 900,500"),
            ):
                tourist.walk.act(*act)
                tourist.frames()
            tourist.walk.act("end")
            tourist.frames()
            tourist.walk.act("again")
        return {
            "rss_mb": max(sizes),
            "drift_mb": (max(half) - min(half)) / 2,
            "changes": changes,
            "with_paper_mb": rss_mb(),
        }


PROBES = {probe.__name__: probe for probe in (bare, start, touch, memory)}

if __name__ == "__main__":
    sys.stdout.write(json.dumps(PROBES[sys.argv[1]]()) + "\n")
