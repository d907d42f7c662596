"""The screen process: opens the rooms, puts the stage into the window, and keeps both going."""

from __future__ import annotations

import logging
import signal
import time
from collections import deque
from typing import Any

from kivy.app import App
from kivy.base import EventLoop, ExceptionHandler, ExceptionManager
from kivy.clock import Clock

from journeys.views import Scene
from journeys.walk import Walk
from kiosk import window
from kiosk.bridge import Bridge
from kiosk.home import Home
from kiosk.settings import Settings
from kiosk.wiring import Rooms, open_rooms
from screens.kit.kit import Kits
from screens.pages import PAGES
from screens.stage import Stage
from screens.theme import Panel

log = logging.getLogger(__name__)

TICK_S = 1.0
"""Countdowns on the screen step once a second."""

KEEP_TIME_S = 600.0

MOST_FAULTS, FAULT_WINDOW_S = 10, 60.0
"""More unexpected faults than this in so many seconds, and a new process is better than this one."""


class KioskApp(App):
    """Kivy's side of a kiosk. F1, Escape and the window's cross lead nowhere; SIGTERM ends it cleanly."""

    use_kivy_settings = False

    def __init__(
        self, settings: Settings, rooms: Rooms, bridge: Bridge, home: Home, panel: Panel, **options: Any
    ) -> None:
        self._windowed = bool(options.pop("windowed", False))
        self._motion = bool(options.pop("motion", True))
        super().__init__(title=rooms.tools.place.name)
        self._settings = settings
        self._rooms = rooms
        self._bridge = bridge
        self._home = home
        self._panel = panel
        self.walk: Walk | None = None
        self.stage: Stage | None = None

    def build(self) -> Stage:
        EventLoop.ensure_window()
        kits = Kits(self._panel, self._home.fonts, dark=self._settings.screen.theme == "hc")
        stage = Stage(kits, PAGES, self._act, touched=self._touched, motion=self._motion)
        walk = Walk(self._rooms.tools, self._show, self.stop)
        self.stage, self.walk = stage, walk
        return stage

    def on_start(self) -> None:
        assert self.walk is not None
        self.root_window.bind(on_request_close=self._on_request_close)
        self.walk.start()
        self._bridge.to(self.walk.hear)
        Clock.schedule_interval(lambda _dt: self._tick(), TICK_S)
        Clock.schedule_interval(lambda _dt: self._rooms.keep_time(), KEEP_TIME_S)

    def open_settings(self, *_: Any) -> bool:
        """F1 would open Kivy's own settings."""
        return False

    def _on_request_close(self, *_: Any, **__: Any) -> bool:
        return not self._windowed

    def _act(self, action: str, value: str) -> None:
        if self.walk is not None:
            self.walk.act(action, value)

    def _touched(self) -> None:
        if self.walk is not None:
            self.walk.touched()

    def _tick(self) -> None:
        if self.walk is not None:
            self.walk.tick()

    def _show(self, scene: Scene) -> None:
        """A page that cannot be drawn is replaced by the one that says so; should that fail, too, the process ends."""
        assert self.stage is not None and self.walk is not None
        try:
            self.stage.show(scene)
        except Exception:
            log.exception("%s could not be drawn", type(scene.view).__name__)
            if self.walk.in_trouble:
                raise
            self.walk.trouble()


class Faults(ExceptionHandler):
    """What no room caught: noted, and the kiosk goes on, unless it happens again and again."""

    def __init__(self) -> None:
        super().__init__()
        self._times: deque[float] = deque(maxlen=MOST_FAULTS)

    def handle_exception(self, inst: BaseException) -> int:
        if isinstance(inst, KeyboardInterrupt | SystemExit):
            return int(ExceptionManager.RAISE)
        log.error("on the main loop", exc_info=inst)
        now = time.monotonic()
        self._times.append(now)
        crowded = len(self._times) == MOST_FAULTS and now - self._times[0] < FAULT_WINDOW_S
        return int(ExceptionManager.RAISE if crowded else ExceptionManager.PASS)


def run(settings: Settings, home: Home, *, windowed: bool) -> int:
    """Runs the kiosk until staff, a signal or (in a window) its cross ends it; the exit status.

    Raises `CodedError` K-04 when there are no fonts.
    """
    panel = window.panel(settings.screen, windowed=windowed)
    window.prepare(panel, windowed=windowed)
    bridge = Bridge()
    faults = Faults()
    with open_rooms(settings, home, bridge.post) as rooms:
        app = KioskApp(settings, rooms, bridge, home, panel, windowed=windowed)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: Clock.schedule_once(lambda _dt: app.stop()))
        ExceptionManager.add_handler(faults)
        try:
            app.run()
        finally:
            ExceptionManager.remove_handler(faults)
    return 0
