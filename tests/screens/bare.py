"""A page as bare Kivy would hold it: a Label texture a line, smooth shapes, one instruction each.

The measure for how quickly a page may change: as long as Kivy itself takes to draw the finished page once more.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kivy.core.text import Label
from kivy.graphics import Color, Rectangle, SmoothEllipse, SmoothRoundedRectangle
from kivy.uix.widget import Widget

from screens.kit.icons import glyph
from screens.kit.part import AT_REST
from screens.kit.pen import Box, Pen
from screens.kit.typeset import ICON_FACE

if TYPE_CHECKING:
    from screens.kit.board import Placed
    from screens.kit.kit import Kit


class BarePen(Pen):
    """Draws with Kivy's own instructions. Polygons become the ellipses around them: as many, as large, no dearer."""

    def __init__(self, kit: Kit, canvas: Any) -> None:
        super().__init__(kit)
        self._canvas = canvas

    def _ink(self, ink: Any, alpha: float = 1.0) -> None:
        self._canvas.add(Color(*self._colours[ink][:3], alpha))

    def fill(self, box: Box, ink: Any, radius: int = 0, corners: str = "tltrblbr", alpha: float = 1.0) -> None:
        self._ink(ink, alpha)
        place = {"pos": (box.x, self._tall - box.bottom), "size": (max(1, box.w), max(1, box.h))}
        self._canvas.add(SmoothRoundedRectangle(radius=[radius], **place) if radius else Rectangle(**place))

    def disc(self, x: float, y: float, diameter: int, ink: Any) -> None:
        self._ink(ink)
        half = diameter / 2
        self._canvas.add(SmoothEllipse(pos=(x - half, self._tall - y - half), size=(diameter, diameter)))

    def polygon(self, points: Sequence[tuple[float, float]], ink: Any) -> None:
        xs, ys = [x for x, _ in points], [y for _, y in points]
        self._ink(ink)
        size = (max(xs) - min(xs), max(ys) - min(ys))
        self._canvas.add(SmoothEllipse(pos=(min(xs), self._tall - max(ys)), size=size))

    def icon(self, name: str, x: float, y: float, side: int, ink: Any) -> None:
        file = self.kit.type.strike(side, face=ICON_FACE).outlines.path
        self._label(glyph(name), file, side, x - side / 2, y - side / 2, ink)

    def text(self, block: Any, x: int, y: int, ink: Any, width: int = 0, align: Any = "left") -> None:
        file = block.strike.outlines.path
        for line in block.lines:
            left = x
            if align != "left":
                left += (width - line.width) // (2 if align == "center" else 1)
            if line.text.strip():
                self._label(line.text, file, block.strike.size, left, y, ink)
            y += block.line

    def _label(self, text: str, file: Path, size: int, x: float, y: float, ink: Any) -> None:
        label = Label(text=text, font_name=str(file), font_size=size)
        label.refresh()
        label.texture.bind()
        self._ink(ink)
        texture = label.texture
        self._canvas.add(Rectangle(pos=(x, self._tall - y - texture.height), size=texture.size, texture=texture))


def widget(kit: Kit, placed: Sequence[Placed]) -> Widget:
    """A widget that shows the parts."""
    panel = kit.theme.panel
    shown = Widget(size=(panel.width, panel.height))
    pen = BarePen(kit, shown.canvas)
    for part, box in placed:
        part.paint(pen, box, AT_REST)
    return shown
