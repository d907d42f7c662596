"""A window in this process, drawn frame by frame: `ui` shows scenes, taps with real touches, reads pixels.

Kivy reads its environment while it is imported, so everything that imports it does so inside fixtures and tests.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from screens import faces
from screens.theme import Panel

if TYPE_CHECKING:
    from PIL.Image import Image

    from screens.kit.kit import Kits
    from screens.stage import Stage

FULL = Panel(1080, 1920, 0.248)
HALF = Panel(540, 960, 0.496)
"""The same glass with half the pixels a millimetre: everything is drawn, and it is four times as quick."""

_ENVIRONMENT = {
    "KIVY_NO_ARGS": "1",  # or Kivy's argparse eats pytest's
    "KIVY_NO_CONFIG": "1",
    "KIVY_NO_FILELOG": "1",
    "KIVY_LOG_MODE": "MIXED",
}


@pytest.fixture(scope="session")
def kivy_window() -> Any:
    """The one window of the process, without a display if there is none, without input devices. A smaller panel takes
    its lower left: SDL's offscreen driver cannot change the size of a window.
    """
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    os.environ.setdefault("KIVY_HOME", tempfile.mkdtemp(prefix="kivy-"))
    if "DISPLAY" not in os.environ:
        os.environ.setdefault("SDL_VIDEODRIVER", "offscreen")
    from kivy.config import Config

    settings: dict[str, int] = {
        "width": FULL.width,
        "height": FULL.height,
        "maxfps": 0,
        "vsync": 0,
        "multisamples": 0,
        "borderless": 1,
    }
    for name, number in settings.items():
        Config.set("graphics", name, str(number))
    Config.remove_section("input")
    Config.add_section("input")
    from kivy.base import EventLoop

    EventLoop.ensure_window()
    assert EventLoop.window is not None, "no OpenGL context: libegl1 is needed without a display"
    return EventLoop.window


@pytest.fixture(scope="session")
def fonts() -> Path:
    """The split faces, made on first use."""
    folder = faces.default_dir()
    try:
        faces.split(folder)
    except faces.FontsMissing as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))
    return folder


def rgb(colour: Sequence[float]) -> tuple[int, int, int]:
    """A colour of the theme as it stands in a picture."""
    red, green, blue = (round(255 * part) for part in colour[:3])
    return red, green, blue


def pixels(image: Image) -> set[tuple[int, int, int]]:
    """All colours of a picture."""
    found: Any = image.getcolors(image.width * image.height)
    return {colour for _, colour in found}


def keep(image: Image, name: str) -> None:
    """For whoever wants to look: into the folder `PICTURES`, where that is set."""
    if folder := os.environ.get("PICTURES"):
        image.save(Path(folder) / f"{name}.png")


class UI:
    """Hands on the glass and eyes on the pixels."""

    def __init__(self, window: Any, kits: Callable[..., Kits]) -> None:
        self.window = window
        self.make_kits = kits
        self.panel = HALF
        self.acts: list[tuple[str, str]] = []
        self.touches = 0
        self.now = 100.0
        self._stage: Stage | None = None

    @property
    def stage(self) -> Stage:
        assert self._stage is not None, "open() first"
        return self._stage

    def open(self, pages: dict[type, Any], *, panel: Panel = HALF, dark: bool = False, settle: float = 0.0) -> Stage:
        """A new stage as the only widget; its clock stands still until a test moves `now`."""
        from screens.stage import Stage

        self.close()
        self.panel = panel
        self._stage = Stage(
            self.make_kits(panel, dark=dark),
            pages,
            lambda action, value: self.acts.append((action, value)),
            touched=self._touched,
            settle=settle,
            clock=lambda: self.now,
        )
        self.window.add_widget(self._stage)
        return self._stage

    def _touched(self) -> None:
        self.touches += 1

    def close(self) -> None:
        from kivy.clock import Clock

        for child in self.window.children[:]:
            self.window.remove_widget(child)
        for event in Clock.get_events():
            event.cancel()
        self._stage = None
        self.acts.clear()

    def frames(self, count: int = 1) -> None:
        """Lets Kivy draw. SDL's offscreen driver swaps nothing and so never flushes: without this the driver would keep
        the buffers of every frame, half a megabyte each, also those of bare Kivy.
        """
        from kivy.base import EventLoop
        from kivy.graphics.opengl import glFlush

        for _ in range(count):
            EventLoop.idle()
            glFlush()

    def touch(self, x: float, y: float) -> Any:
        """A finger about to land on (x, y), counted from the upper left."""
        from kivy.tests.common import UnitTestTouch

        return UnitTestTouch(x, self.panel.height - y)

    def move(self, touch: Any, x: float, y: float) -> None:
        touch.touch_move(x, self.panel.height - y)

    def tap(self, act: tuple[str, str] | Sequence[float]) -> None:
        """Presses and lifts on the target of an act, or on a point."""
        x, y = self.middle(act) if isinstance(act[0], str) else act  # type: ignore[arg-type]
        touch = self.touch(float(x), float(y))
        touch.touch_down()
        self.frames()
        touch.touch_up()
        self.frames()

    def middle(self, act: tuple[str, str]) -> tuple[float, float]:
        found = [target.box for target in self.stage.targets if target.act == act]
        assert found, f"nothing on the page hands back {act}: {[t.act for t in self.stage.targets]}"
        return found[-1].middle

    def picture(self) -> Image:
        """What is on the glass."""
        self.frames(1)
        self.stage.canvas.ask_update()
        image = self.next_frame()
        assert image is not None
        return image

    def next_frame(self) -> Image | None:
        """What the very next frame shows; None if nothing was drawn because nothing had changed."""
        seen: list[Image] = []

        def read(*_: Any) -> None:
            seen.append(self._read())  # called between drawing and swapping, so this is the new frame

        self.window.bind(on_flip=read)
        self.frames(1)
        self.window.unbind(on_flip=read)
        return seen[0] if seen else None

    def _read(self) -> Image:
        from kivy.graphics.opengl import GL_RGBA, GL_UNSIGNED_BYTE, glReadPixels
        from PIL import Image

        width, height = self.panel[:2]
        pixels = glReadPixels(0, 0, width, height, GL_RGBA, GL_UNSIGNED_BYTE)
        upside_down = Image.frombytes("RGBA", (width, height), pixels)
        return upside_down.transpose(Image.Transpose.FLIP_TOP_BOTTOM).convert("RGB")


@pytest.fixture(scope="session")
def make_kits(kivy_window: Any, fonts: Path) -> Callable[..., Kits]:
    """Kits of a panel, shared by all tests: their textures stay where they are, as on the street."""
    made: dict[tuple[Panel, bool], Kits] = {}

    def make(panel: Panel = HALF, *, dark: bool = False) -> Kits:
        from screens.kit.kit import Kits

        key = (panel, dark)
        if key not in made:
            made[key] = Kits(panel, fonts, dark=dark)
        return made[key]

    return make


@pytest.fixture
def ui(kivy_window: Any, make_kits: Callable[..., Kits]) -> Iterator[UI]:
    """The glass, empty before and after."""
    glass = UI(kivy_window, make_kits)
    glass.close()
    yield glass
    glass.close()
