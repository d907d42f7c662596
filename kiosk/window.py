"""How Kivy is set up for a street: no keys that lead out, no cursor, no second touch, no files of its own.

Call `prepare` before anything imports `kivy.core.window`: what Kivy reads at import cannot be changed later.
"""

from __future__ import annotations

import os

from kiosk.settings import ScreenSettings
from screens.theme import Panel

WINDOWED_SCALE = 0.5
"""A kiosk's panel is taller than a desk's; at half size it fits one."""

FRAMES_PER_SECOND = 60
"""Zero would let the main loop spin and use up a core."""


def panel(settings: ScreenSettings, *, windowed: bool = False) -> Panel:
    """The glass to lay out for: the kiosk's own, or the same millimetres on fewer pixels in a window."""
    scale = WINDOWED_SCALE if windowed else 1.0
    return Panel(round(settings.width_px * scale), round(settings.height_px * scale), settings.mm_per_px / scale)


def prepare(panel: Panel, *, windowed: bool, offscreen: bool = False) -> None:
    """Sets Kivy's own configuration. `offscreen`: no display is used even where there is one."""
    if offscreen:
        os.environ["SDL_VIDEODRIVER"] = "offscreen"
    from kivy.config import Config

    fullscreen = not windowed and not offscreen
    values = {
        ("graphics", "width"): panel.width,
        ("graphics", "height"): panel.height,
        ("graphics", "fullscreen"): "auto" if fullscreen else "0",
        ("graphics", "borderless"): int(fullscreen),
        ("graphics", "resizable"): 0,
        ("graphics", "multisamples"): 0,
        ("graphics", "maxfps"): FRAMES_PER_SECOND,
        ("graphics", "show_cursor"): int(windowed),
        ("graphics", "allow_screensaver"): 0,
        ("kivy", "exit_on_escape"): 0,
        ("kivy", "log_level"): "warning",
    }
    for (section, key), value in values.items():
        Config.set(section, key, str(value))
    # The default providers see every touch twice under X11, and mark where a second finger would be.
    Config.remove_section("input")
    Config.add_section("input")
    if not offscreen:
        Config.set("input", "mouse", "mouse,disable_multitouch")
