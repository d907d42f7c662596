"""Glyphs from font files, through HarfBuzz: shaping of words and drawing of outlines. uharfbuzz stays here.

Kivy's own text provider opens a font once for every size and weight and keeps up to 64 of them; with the full faces of
five languages that is most of what a screen process may weigh. Here a file is opened once, whatever the size, and is
mapped instead of read.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import uharfbuzz as hb

_UNITS = 64
"""Outlines are laid out in 1/64 of a pixel."""

_DRAWN_UNTIL_REST = 60
"""Every glyph leaves pages of the file mapped, up to 64 kB around the one that it was read from. Opening the file anew
lets go of them, in the time that one glyph takes."""


class Mask(NamedTuple):
    """An alpha mask, rows top down, one byte a pixel; `left` of its first column and `top` of its first row are
    pixels from the pen on the baseline, top counting upwards.
    """

    width: int
    height: int
    left: int
    top: int
    alpha: bytes


class Outlines:
    """One font file. Raises nothing for what it does not hold: such characters look like an empty box.

    `ascent` is how far the em box reaches above the baseline, as a share of it: what the file says for fonts that fill
    their em box, as icons do.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._raster = hb.RasterDraw()
        self._raster.scale_factor = (float(_UNITS), float(_UNITS))
        self.rest()
        extents = self._font(1).get_font_extents("ltr")
        self.ascent = extents.ascender / _UNITS

    def rest(self) -> None:
        """Opens the file anew and so lets go of what was mapped of it."""
        self._face = hb.Face(hb.Blob.from_file_path(str(self.path)))
        self._fonts: dict[int, hb.Font] = {}
        self._drawn = 0

    def _font(self, size: int) -> hb.Font:
        font = self._fonts.get(size)
        if font is None:
            font = self._fonts[size] = hb.Font(self._face)
            font.scale = (size * _UNITS, size * _UNITS)
        return font

    def _shaped(self, text: str, size: int) -> tuple[hb.Font, hb.Buffer]:
        font, buffer = self._font(size), hb.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        hb.shape(font, buffer, {})
        return font, buffer

    def advance(self, text: str, size: int) -> int:
        """Width of `text` in whole pixels at `size` pixels an em, kerned."""
        if not text:
            return 0
        _, buffer = self._shaped(text, size)
        return round(sum(position.x_advance for position in buffer.glyph_positions) / _UNITS)

    def mask(self, text: str, size: int) -> Mask | None:
        """`text` drawn in one piece; None when it leaves no ink."""
        if not text:
            return None
        self._drawn += len(text)
        if self._drawn > _DRAWN_UNTIL_REST:
            self.rest()
        font, buffer = self._shaped(text, size)
        x = y = 0
        for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            self._raster.transform = (1.0, 0.0, 0.0, 1.0, float(x + position.x_offset), float(y + position.y_offset))
            self._raster.draw_glyph(font, info.codepoint)
            x += position.x_advance
            y += position.y_advance
        image = self._raster.render()
        if image is None:
            return None
        extents = image.extents
        width, height, stride = extents.width, extents.height, extents.stride
        pixels = bytes(image.buffer)
        rows = [pixels[row * stride : row * stride + width] for row in range(height - 1, -1, -1)]
        alpha = b"".join(rows)
        if not alpha.strip(b"\0"):
            return None
        return Mask(width, height, extents.x_origin, extents.y_origin + height, alpha)
