"""One texture that holds every glyph, icon and rounded corner that was drawn lately.

With all marks in one texture and colours in the vertices a whole page is a single mesh: showing a page costs what its
new glyphs cost, and memory does not grow with the number of pages seen.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from kivy.graphics.texture import Texture

_TEXTURES = 2

_SHELF = 4
"""Shelves are a multiple of this high, so that marks of almost one height share them."""


class Sprite(NamedTuple):
    """A mark in the atlas: its corners in texture coordinates, its offset from the pen and its size in pixels."""

    u0: float
    v0: float
    u1: float
    v1: float
    dx: int
    dy: int
    w: int
    h: int


class Atlas:
    """Packs alpha masks on shelves; white, so that the vertex colour is the ink.

    When it is full it begins anew in its other texture and with the next `generation`: meshes made before keep the
    texture they were made with until they are painted again, nothing on the screen changes. There are two textures and
    never more, so what it weighs stays the same. A mark larger than the atlas cannot be placed and raises `ValueError`.
    """

    def __init__(self, width: int = 2048, height: int = 1280) -> None:
        self.width, self.height = width, height
        self.generation = 0
        self._textures: list[Texture] = []
        self._stores: list[dict] = []
        self._shapes: dict[tuple[str, int], Sprite] = self.store()
        self._begin()

    def store(self) -> dict:
        """A dictionary for sprites of this atlas, emptied whenever the atlas begins anew."""
        kept: dict = {}
        self._stores.append(kept)
        return kept

    def _begin(self) -> None:
        self.texture = self._textures.pop(0) if len(self._textures) == _TEXTURES else self._empty()
        self._textures.append(self.texture)
        self._shelves: dict[int, tuple[int, int]] = {}
        self._top = 0
        for kept in self._stores:
            kept.clear()
        solid = self.place(2, 2, b"\xff" * 4)
        self.solid = ((solid.u0 + solid.u1) / 2, (solid.v0 + solid.v1) / 2)

    def _empty(self) -> Texture:
        texture = Texture.create(size=(self.width, self.height), colorfmt="luminance_alpha")
        # Marks are drawn on whole pixels at their own size: nearest is exact and lets neighbours touch.
        texture.min_filter = texture.mag_filter = "nearest"
        return texture

    def place(self, width: int, height: int, alpha: bytes, dx: int = 0, dy: int = 0) -> Sprite:
        """Copies an alpha mask (rows top down, one byte a pixel) to a free place."""
        x, y = self._room(width, height)
        pixels = bytearray(b"\xff" * (2 * len(alpha)))
        pixels[1::2] = alpha
        self.texture.blit_buffer(bytes(pixels), size=(width, height), pos=(x, y), colorfmt="luminance_alpha")
        w, h = self.width, self.height
        return Sprite(x / w, y / h, (x + width) / w, (y + height) / h, dx, dy, width, height)

    def _room(self, width: int, height: int) -> tuple[int, int]:
        if width > self.width or height > self.height - _SHELF:
            raise ValueError(f"a mark of {width}x{height} px does not fit the atlas")
        shelf = -(-height // _SHELF) * _SHELF
        x, y = self._shelves.get(shelf, (self.width, 0))
        if x + width > self.width:
            if self._top + shelf > self.height:
                self.generation += 1
                self._begin()
            x, y = 0, self._top
            self._top += shelf
        self._shelves[shelf] = (x + width, y)
        return x, y

    def corner(self, radius: int) -> Sprite:
        """The upper left quarter of a disc."""
        return self._shapes.get(("corner", radius)) or self._disc("corner", radius, radius, radius)

    def disc(self, diameter: int) -> Sprite:
        """A whole disc; for the small ones, large ones are cheaper as polygons."""
        return self._shapes.get(("disc", diameter)) or self._disc("disc", diameter, diameter, diameter / 2)

    def _disc(self, kind: str, key: int, side: int, radius: float) -> Sprite:
        middles = [i + 0.5 - radius for i in range(side)]
        alpha = bytes(
            min(255, max(0, round((radius + 0.5 - math.hypot(x, y)) * 255))) for y in middles for x in middles
        )
        sprite = self.place(side, side, alpha)
        self._shapes[(kind, key)] = sprite
        return sprite
