"""The few shapes that are not letters: the mark of the pavilion, discs, rings, ticks, a bus, the QR code."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from PIL import Image, ImageDraw

_FINE: Final = 8
"""Drawn this many times larger, averaged down and cut at half, slants and circles get even edges."""


def shrunk(fine: Image.Image, times: int) -> Image.Image:
    """A grey picture so many times smaller, black where at least half of it is."""
    grey = fine.resize((fine.width // times, fine.height // times), Image.Resampling.BOX)
    return grey.point([255 if value > 127 else 0 for value in range(256)], "1")


def _shrink(fine: Image.Image) -> Image.Image:
    return shrunk(fine, _FINE)


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


@lru_cache(maxsize=2)
def ring(size: int) -> Image.Image:
    """A circle of four dots' stroke."""
    fine = Image.new("L", (size * _FINE, size * _FINE), 0)
    box = (_FINE, _FINE, fine.width - 1 - _FINE, fine.height - 1 - _FINE)
    ImageDraw.Draw(fine).ellipse(box, outline=255, width=4 * _FINE)
    return _shrink(fine)


@lru_cache(maxsize=2)
def tick(size: int) -> Image.Image:
    """A tick."""
    fine = Image.new("L", (size * _FINE, size * _FINE), 0)
    whole = size * _FINE
    points = [(0.1 * whole, 0.55 * whole), (0.4 * whole, 0.82 * whole), (0.9 * whole, 0.2 * whole)]
    ImageDraw.Draw(fine).line(points, fill=255, width=4 * _FINE, joint="curve")
    return _shrink(fine)


@lru_cache(maxsize=2)
def bus(height: int) -> Image.Image:
    """A bus from the side: body, three windows, two wheels; 1.4 × as wide as `height`."""
    width = round(height * 1.4)
    fine = Image.new("L", (width * _FINE, height * _FINE), 0)
    draw = ImageDraw.Draw(fine)
    w, h = fine.width, fine.height
    draw.rounded_rectangle((0, 0, w - 1, 0.82 * h), radius=h // 7, fill=255)
    for left in (0.08, 0.38, 0.68):
        draw.rectangle((left * w, 0.14 * h, (left + 0.23) * w, 0.44 * h), fill=0)
    for centre in (0.26, 0.74):
        r = 0.19 * h
        draw.ellipse((centre * w - r, 0.81 * h - r, centre * w + r, 0.81 * h + r), fill=0)
        r = 0.14 * h
        draw.ellipse((centre * w - r, 0.83 * h - r, centre * w + r, 0.83 * h + r), fill=255)
    return _shrink(fine)


@lru_cache(maxsize=2)
def arrow(height: int) -> Image.Image:
    """The head of an arrow to the right."""
    fine = Image.new("L", (height * _FINE, height * _FINE), 0)
    ImageDraw.Draw(fine).polygon(((0, 0), (fine.width - 1, fine.height // 2), (0, fine.height - 1)), fill=255)
    return _shrink(fine)


def qr_code(rows: Sequence[bytes], module: int) -> Image.Image:
    """The code with `module` dots a module, without quiet zone."""
    size = len(rows)
    dark = Image.frombytes("L", (size, size), b"".join(rows)).point([0, *[255] * 255], "1")
    return dark.resize((size * module, size * module), Image.Resampling.NEAREST)
