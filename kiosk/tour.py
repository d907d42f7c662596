"""The tour: the real kiosk, touched where a person would touch it, and a picture of what is seen then.

Nothing is drawn for the picture's sake: a touch is put into Kivy's own queue at the middle of what it means.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kivy.base import EventLoop
from kivy.clock import Clock
from kivy.graphics.opengl import GL_RGB, GL_UNSIGNED_BYTE, glFinish, glReadPixels
from kivy.graphics.texture import Texture
from kivy.input.motionevent import MotionEvent

from domain.errors import Code, CodedError
from domain.events import ReaderState
from journeys import views
from kiosk import window
from kiosk.app import KioskApp
from kiosk.bridge import Bridge
from kiosk.home import Home
from kiosk.settings import Settings
from screens.kit.part import Target
from screens.stage import Stage

if TYPE_CHECKING:
    from journeys.walk import Walk
    from kiosk.wiring import Rooms

log = logging.getLogger(__name__)

PATIENCE_S = 30.0
"""How long a station may take; a slip needs a few seconds."""

QUERY = "jiazhao"

CARD = "tunion-senior"
"""The card that the virtual reader is asked to hold: it tells no more than for whom it was issued."""


class Finger(MotionEvent):
    """One finger on the glass, at a pixel counted from the lower left corner."""

    def __init__(self, number: int, x: float, y: float) -> None:
        win = EventLoop.window
        super().__init__("tour", number, {"sx": x / win.width, "sy": y / win.height}, is_touch=True, type_id="touch")

    def depack(self, args: Any) -> None:
        self.profile = ["pos"]
        self.sx, self.sy = args["sx"], args["sy"]
        super().depack(args)


class Tourist:
    """Touches and looks. Raises `CodedError` K-05 naming what never came."""

    def __init__(self, app: KioskApp, out: Path) -> None:
        self._app = app
        self._out = out
        self._fingers = 0
        self.pictures: list[Path] = []

    @property
    def view(self) -> views.View:
        """What is on the screen."""
        assert self.stage.scene is not None
        return self.stage.scene.view

    @property
    def sheet(self) -> views.IdleSheet | views.CardSheet | None:
        """What stands over it."""
        assert self.stage.scene is not None
        return self.stage.scene.sheet

    @property
    def stage(self) -> Stage:
        """The widget that is touched."""
        assert self._app.stage is not None
        return self._app.stage

    @property
    def walk(self) -> Walk:
        """The walk behind it."""
        assert self._app.walk is not None
        return self._app.walk

    def frames(self, count: int = 1) -> None:
        """Lets the main loop run. Offscreen nothing waits for the renderer, which would hoard frames."""
        for _ in range(count):
            EventLoop.idle()
            glFinish()

    def wait_for_rooms(self, *, settled: bool = True) -> None:
        """Until the kiosk takes touches, and (`settled`) until everything else has begun as well. Raises what kept it
        from opening.
        """
        self.until("an open kiosk", lambda: self._app.walk is not None or self._app.fault is not None)
        if self._app.fault is not None:
            raise self._app.fault
        if settled:
            self.until("a settled kiosk", lambda: self._app.settled)
        self.frames(2)

    def until(self, what: str, true: Callable[[], bool]) -> None:
        """Runs the main loop until `true`."""
        deadline = time.monotonic() + PATIENCE_S
        while not true():
            if time.monotonic() > deadline:
                raise CodedError(Code.SCREEN_TROUBLE, f"the tour waited in vain for: {what}")
            self.frames()

    def see(self, kind: type[Any]) -> Any:
        """Waits for a view of `kind`."""
        self.until(kind.__name__, lambda: isinstance(self.view, kind))
        self.frames(2)
        return self.view

    def target(self, action: str, value: str | None = None) -> Target:
        """Waits for the thing that hands back `action` (and `value`, when one is named) to take touches."""
        found: list[Target] = []

        def there() -> bool:
            wanted = (action, value)
            found[:] = [it for it in self.stage.targets if it.act == wanted or (value is None and it.act[0] == action)]
            return bool(found) and self.stage.ready

        self.until(f"{action} {value or ''}", there)
        return found[0 if value is None else -1]

    def touch(self, action: str, value: str | None = None) -> None:
        """Touches it in the middle, and lets the finger go."""
        box = self.target(action, value).box
        self._fingers += 1
        x, y = box.x + box.w / 2, EventLoop.window.height - (box.y + box.h / 2)
        finger = Finger(self._fingers, x, y)
        for kind in ("begin", "end"):
            if kind == "end":
                finger.update_time_end()
            EventLoop.post_dispatch_input(kind, finger)
            self.frames()
        self.frames()

    def picture(self, name: str) -> Path:
        """Keeps what is on the glass as ``name.png``."""
        self.frames(2)
        width, height = EventLoop.window.system_size
        glass = Texture.create(size=(width, height), colorfmt="rgb")
        glass.blit_buffer(glReadPixels(0, 0, width, height, GL_RGB, GL_UNSIGNED_BYTE), colorfmt="rgb")
        path = self._out / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        glass.save(str(path), flipped=True)
        self.pictures.append(path)
        return path


@contextmanager
def visiting(settings: Settings, home: Home, out: Path, *, opened: bool = True) -> Iterator[Tourist]:
    """The kiosk of `settings` offscreen, its main loop in our hands; `opened`: once the catalogue is there."""
    panel = window.panel(settings.screen)
    window.prepare(panel, windowed=False, offscreen=True)
    bridge = Bridge()
    with ExitStack() as closing:

        def rooms() -> Rooms:
            from kiosk.wiring import open_rooms

            return closing.enter_context(open_rooms(settings, home, bridge.post, settled=False))

        def settle(rooms: Rooms) -> threading.Event:
            from kiosk.wiring import settling

            return closing.enter_context(settling(rooms))

        app = KioskApp(settings, home, panel, bridge, rooms, settle, motion=False)
        app._run_prepare()
        try:
            tourist = Tourist(app, out)
            tourist.frames()
            if opened:
                tourist.wait_for_rooms()
            yield tourist
        finally:
            app.stop()
            for event in Clock.get_events():
                event.cancel()


def stations(tourist: Tourist) -> None:
    """Home, search, results, guide, slip preview, and what came of printing."""
    tourist.see(views.Attract)
    tourist.touch("start")
    tourist.see(views.Home)
    tourist.picture("1-home")
    tourist.touch("type")
    for letter in QUERY:
        tourist.see(views.Search)
        tourist.touch("key", letter)
    tourist.until("results while typing", lambda: len(tourist.see(views.Search).rows) >= 3)
    tourist.picture("2-search")
    tourist.touch("pick", "0")
    tourist.touch("submit")
    tourist.see(views.Results)
    tourist.picture("3-results")
    tourist.touch("open")
    tourist.see(views.Guide)
    tourist.picture("4-guide")
    tourist.touch("print")
    tourist.see(views.SlipPreview)
    tourist.picture("5-slip-preview")
    tourist.touch("submit")
    tourist.until("the printer's word", lambda: isinstance(tourist.view, views.Printed | views.NotPrinted))
    tourist.picture("6-printed")


def card_stations(tourist: Tourist, cards: str) -> None:
    """How to tap, and what a card brings up; `cards` is the address of a virtual reader's control page."""
    tourist.until("an empty reader", lambda: tourist.walk.tools.cards.state is ReaderState.EMPTY)
    tourist.touch("home")
    tourist.see(views.Home)
    tourist.touch("card")
    tourist.until("the card sheet", lambda: isinstance(tourist.sheet, views.CardSheet))
    tourist.picture("7-tap")
    ask(cards, "insert", card=CARD)
    tourist.see(views.CardResults)
    tourist.picture("8-for-you")
    ask(cards, "remove")
    tourist.until("an empty reader", lambda: tourist.walk.tools.cards.state is ReaderState.EMPTY)
    tourist.touch("end")
    tourist.see(views.Cleared)


def content_station(tourist: Tourist) -> None:
    """The invitation with the day of the last update, once the hub has vouched for it."""
    tourist.until("the hub's word", lambda: tourist.walk.tools.supply.checked_at is not None)
    tourist.see(views.Attract)
    tourist.picture("9-updated")


def tour(settings: Settings, home: Home, out: Path, cards: str | None = None) -> list[Path]:
    """Walks the stations, with `cards` those of the card and, where there is a hub, that of its content, too, and
    returns the pictures made, in order.

    Raises `CodedError`: K-04 without fonts, K-05 naming the station that was never reached.
    """
    with visiting(settings, home, out) as tourist:
        stations(tourist)
        if cards is not None:
            card_stations(tourist, cards)
        if settings.sync.url is not None and cards is not None:
            content_station(tourist)
        return tourist.pictures


def ask(workbench: str, what: str, **values: object) -> None:
    """Tells the control page of a virtual device what to do. Raises `OSError` when it is not there."""
    import urllib.request  # which brings TLS along, and few walks have anything to ask

    request = urllib.request.Request(
        f"{workbench.rstrip('/')}/{what}",
        data=json.dumps(values).encode(),
        headers={"Content-Type": "application/json"},
        method="POST",
    )
    with urllib.request.urlopen(request, timeout=10):
        pass
