"""The screen process: opens the rooms, puts the stage into the window, and keeps both going."""

from __future__ import annotations

import contextlib
import logging
import signal
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kivy.app import App
from kivy.base import EventLoop, ExceptionHandler, ExceptionManager
from kivy.clock import Clock

from domain.errors import CodedError
from domain.events import CatalogueReady, CatalogueReplaced, Event
from journeys.invitation import opening
from kiosk import starting, window
from kiosk.bridge import Bridge
from kiosk.clock import system_clock
from kiosk.home import Home
from kiosk.settings import Settings
from screens.kit.kit import Kits
from screens.pages import PAGES
from screens.stage import Stage
from screens.theme import Panel

if TYPE_CHECKING:
    # Loaded behind the first frame: they bring every step and every room along.
    from journeys.views import Scene
    from journeys.walk import Walk
    from kiosk.wiring import Rooms

log = logging.getLogger(__name__)

TICK_S = 1.0
"""Countdowns on the screen step once a second."""

KEEP_TIME_S = 600.0

SETTLED_S = 0.5
"""After the first question can be asked, what it does not need; before anyone can have typed one."""

GIVE_BACK_S = 0.2
"""After a visit, what it needed: once the page that follows it is on the glass."""

MOST_FAULTS, FAULT_WINDOW_S = 10, 60.0
"""More unexpected faults than this in so many seconds, and a new process is better than this one."""


class KioskApp(App):
    """Kivy's side of a kiosk. F1, Escape and the window's cross lead nowhere; SIGTERM ends it cleanly.

    A start has three steps: the invitation stands on the glass; `open_rooms` makes everything that a question needs;
    `settle` begins the rest in the background, because printer and device database take longer to load than a
    passer-by to look away. What `open_rooms` raises ends the app and is kept in `fault`.
    """

    use_kivy_settings = False

    def __init__(
        self,
        settings: Settings,
        home: Home,
        panel: Panel,
        bridge: Bridge,
        open_rooms: Callable[[], Rooms],
        settle: Callable[[Rooms], threading.Event],
        *,
        windowed: bool = False,
        motion: bool = True,
    ) -> None:
        self._place = settings.place.place()
        super().__init__(title=self._place.name)
        self._settings = settings
        self._home = home
        self._panel = panel
        self._bridge = bridge
        self._open_rooms = open_rooms
        self._settle_rooms = settle
        self._windowed = windowed
        self._motion = motion
        self.walk: Walk | None = None
        self.stage: Stage | None = None
        self._rooms: Rooms | None = None
        self._ready: CatalogueReady | None = None
        self._settling: threading.Event | None = None
        self.fault: Exception | None = None

    @property
    def settled(self) -> bool:
        """Whether everything has begun that a start begins: printer, card reader, content coming down."""
        return self._settling is not None and self._settling.is_set()

    def build(self) -> Stage:
        EventLoop.ensure_window()
        kits = Kits(self._panel, self._home.fonts, dark=self._settings.screen.theme == "hc")
        bounce = self._settings.input.bounce_ms / 1000
        self.stage = Stage(kits, PAGES, self._act, touched=self._touched, motion=self._motion, bounce=bounce)
        return self.stage

    def on_start(self) -> None:
        assert self.stage is not None
        self.root_window.bind(on_request_close=self._on_request_close)
        self.stage.show(opening(system_clock(self._settings.clock.zone), self._place))
        # The next tick comes before the first frame, the one after it behind it.
        Clock.schedule_once(lambda _dt: Clock.schedule_once(lambda _dt: self._open()))

    def _open(self) -> None:
        try:
            rooms = self._open_rooms()
        except Exception as error:
            self.fault = error
            self.stop()
            return
        from journeys.walk import Walk

        self._rooms = rooms
        self.walk = Walk(rooms.tools, self._show, self.stop)
        self.walk.start()
        self._bridge.to(self._hear)
        # Kivy counts from the tick that is under way, which began before the rooms were opened.
        Clock.schedule_once(lambda _dt: Clock.schedule_once(lambda _dt: self._settle(rooms), SETTLED_S))
        Clock.schedule_interval(lambda _dt: self._tick(), TICK_S)
        Clock.schedule_interval(lambda _dt: rooms.keep_time(), KEEP_TIME_S)

    def _settle(self, rooms: Rooms) -> None:
        self._settling = self._settle_rooms(rooms)
        starting.steady()
        # A page at a time, so that a touch is never kept waiting.
        Clock.schedule_interval(lambda _dt: PAGES.load(), 0)  # until it says that there are no more

    def _hear(self, event: Event) -> None:
        assert self.walk is not None
        if isinstance(event, CatalogueReady):
            self._ready = event
            self._adopt()
        else:
            self.walk.hear(event)

    def _adopt(self) -> None:
        """Opens the newest catalogue as soon as nobody is there to be interrupted."""
        if self._ready is None or self._rooms is None or self.walk is None or not self.walk.resting:
            return
        ready, self._ready = self._ready, None
        try:
            self._rooms.adopt(ready.path)
        except CodedError as error:
            log.warning("not taken: %s", error.detail, extra={"code": error.code})
        else:
            self.walk.hear(CatalogueReplaced(ready.revision))

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
            self._adopt()
            self.walk.tick()

    def _show(self, scene: Scene) -> None:
        """A page that cannot be drawn is replaced by the one that says so; should that fail, too, the process ends."""
        assert self.stage is not None and self.walk is not None
        before = self.stage.scene
        if before is not None and before.visit != scene.visit:
            Clock.schedule_once(lambda _dt: starting.give_back(), GIVE_BACK_S)
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
    with contextlib.ExitStack() as closing:

        def rooms() -> Rooms:
            from kiosk.wiring import open_rooms

            return closing.enter_context(open_rooms(settings, home, bridge.post, settled=False))

        def settle(rooms: Rooms) -> threading.Event:
            from kiosk.wiring import settling

            return closing.enter_context(settling(rooms))

        app = KioskApp(settings, home, panel, bridge, rooms, settle, windowed=windowed)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: Clock.schedule_once(lambda _dt: app.stop()))
        ExceptionManager.add_handler(faults)
        try:
            app.run()
        finally:
            ExceptionManager.remove_handler(faults)
    if app.fault is not None:
        raise app.fault
    return 0
