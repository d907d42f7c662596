"""The few shapes that are not letters: the mark of the pavilion, numbered discs, the QR code."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from PIL import Image, ImageDraw

_FINE: Final = 8
"""Drawn this many times larger, averaged down and cut at half, slants and circles get even edges."""


def _shrink(fine: Image.Image) -> Image.Image:
    grey = fine.resize((fine.width // _FINE, fine.height // _FINE), Image.Resampling.BOX)
    return grey.point([255 if value > 127 else 0 for value in range(256)], "1")


@lru_cache(maxsize=8)
def pavilion(height: int) -> Image.Image:
    """The mark: a roof with a round window, two pillars, a counter and a plinth; as wide as 1.05 × `height`."""
    width = round(height * 1.05)
    fine = Image.new("L", (width * _FINE, height * _FINE), 0)
    draw = ImageDraw.Draw(fine)

    def at(*points: tuple[float, float]) -> list[tuple[float, float]]:
        return [(x * width * _FINE, y * height * _FINE) for x, y in points]

    draw.polygon(at((0.5, 0.0), (1.0, 0.36), (0.97, 0.46), (0.03, 0.46), (0.0, 0.36)), fill=255)
    centre, radius = (0.5 * width * _FINE, 0.26 * height * _FINE), 0.085 * height * _FINE
    draw.ellipse(
        (centre[0] - radius, centre[1] - radius, centre[0] + radius, centre[1] + radius),
        fill=0,
    )
    for left, right in ((0.13, 0.24), (0.76, 0.87)):
        draw.rectangle(at((left, 0.46), (right, 0.94)), fill=255)
    draw.rectangle(at((0.24, 0.62), (0.76, 0.72)), fill=255)
    draw.rectangle(at((0.04, 0.9), (0.96, 1.0)), fill=255)
    return _shrink(fine)


@lru_cache(maxsize=32)
def pill(width: int, height: int) -> Image.Image:
    """A black disc, or a lying pill when wider than high."""
    fine = Image.new("L", (width * _FINE, height * _FINE), 0)
    box = (0, 0, fine.width - 1, fine.height - 1)
    ImageDraw.Draw(fine).rounded_rectangle(box, radius=fine.height // 2, fill=255)
    return _shrink(fine)


def qr_code(rows: Sequence[bytes], module: int) -> Image.Image:
    """The code with `module` dots a module, without quiet zone."""
    size = len(rows)
    dark = Image.frombytes("L", (size, size), b"".join(rows)).point([0, *[255] * 255], "1")
    return dark.resize((size * module, size * module), Image.Resampling.NEAREST)
