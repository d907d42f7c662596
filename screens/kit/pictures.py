"""Pictures made of dots: the paper as the printer gets it, and QR codes. Drawn dot for dot, never smoothed."""

from __future__ import annotations

from dataclasses import dataclass

from domain.paper import Dots
from screens.kit.kit import Kit
from screens.kit.part import Feel, Part
from screens.kit.pen import Box, Pen

_GREY = [bytes(0 if byte >> (7 - bit) & 1 else 255 for bit in range(8)) for byte in range(256)]

QUIET_ZONE = 4
"""Modules of white around a QR code that a reader may count on (ISO/IEC 18004)."""


@dataclass(frozen=True, slots=True)
class Paper(Part):
    """The slip: the very dots of the paper on a white strip with a torn lower edge.

    As many screen pixels a dot as fit the width; on a panel narrower than the paper, whole dots are averaged. `first`:
    dot row at the top, `rows`: how many are shown (0: to the end).
    """

    dots: Dots
    first: int = 0
    rows: int = 0

    def _scale(self, width: int) -> tuple[int, int]:
        """(pixels a dot, dots a pixel), one of which is 1."""
        if width >= self.dots.width:
            return width // self.dots.width, 1
        return 1, -(-self.dots.width // max(1, width))

    def _size(self, width: int) -> tuple[int, int]:
        zoom, shrink = self._scale(width)
        rows = self.rows or self.dots.height - self.first
        return self.dots.width * zoom // shrink, rows * zoom // shrink

    def _tear(self, kit: Kit) -> int:
        return kit.g(1.5)

    def height(self, kit: Kit, width: int) -> int:
        return self._size(width)[1] + self._tear(kit)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        wide, tall = self._size(box.w)
        x = box.x + (box.w - wide) // 2
        zoom, shrink = self._scale(box.w)
        size = self.dots.height // shrink
        texture = pen.kit.texture(
            (self.dots, shrink), self.dots.width // shrink, size, lambda: _grey(self.dots, shrink)
        )
        place = Box(x, box.y, wide, tall)
        pen.picture(texture, place, self.first / shrink / size, (self.first / shrink + tall / zoom) / size)
        tear = self._tear(pen.kit)
        teeth = max(4, round(wide / (2 * tear)))
        pitch, lip = wide / teeth, box.y + tall + 1
        # The teeth begin below a lip, so that their soft edge does not lie on the last row of dots.
        pen.fill(Box(x, box.y + tall, wide, 2), "paper")
        for i in range(teeth):
            left = x + i * pitch
            pen.polygon([(left, lip), (left + pitch, lip), (left + pitch / 2, lip + tear * 0.8)], "paper")


def _grey(dots: Dots, shrink: int) -> bytes:
    """A byte a pixel, 0 black; `shrink` × `shrink` dots are averaged into one."""
    grey = b"".join(map(_GREY.__getitem__, dots.data))
    if shrink == 1:
        return grey
    wide, tall = dots.width // shrink, dots.height // shrink
    out = bytearray(wide * tall)
    area = shrink * shrink
    for y in range(tall):
        rows = [grey[(y * shrink + dy) * dots.width :][: wide * shrink] for dy in range(shrink)]
        columns = [row[dx::shrink] for row in rows for dx in range(shrink)]
        out[y * wide : (y + 1) * wide] = bytes(sum(group) // area for group in zip(*columns, strict=True))
    return bytes(out)


@dataclass(frozen=True, slots=True)
class Qr(Part):
    """A QR code, black on white in every theme, with its quiet zone; a whole number of pixels a module.

    `rows`: one byte a module, 1 = dark, without quiet zone. `side`: its side in steps.
    """

    rows: tuple[bytes, ...]
    side: float = 52

    def _module(self, kit: Kit, width: int) -> int:
        return max(1, min(kit.g(self.side), width) // (len(self.rows) + 2 * QUIET_ZONE))

    def height(self, kit: Kit, width: int) -> int:
        return self._module(kit, width) * (len(self.rows) + 2 * QUIET_ZONE)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit = pen.kit
        module, count = self._module(kit, box.w), len(self.rows)
        whole = module * (count + 2 * QUIET_ZONE)
        frame = Box(box.x + (box.w - whole) // 2, box.y, whole, whole)
        pen.fill(frame, "paper", kit.theme.small_radius)
        texture = kit.texture(self.rows, count, count, lambda: b"".join(row.translate(_MODULE) for row in self.rows))
        pen.picture(texture, frame.inset(module * QUIET_ZONE))


_MODULE = bytes([255, *[0] * 255])
"""Dark module to black, light one to white."""
