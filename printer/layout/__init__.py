"""Slip → dots: what preview, printer and tests share."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Final

from domain.paper import WIDTH_80, Dots
from domain.slip import Slip
from printer.layout import gauge
from printer.layout.blocks import GAP_BEFORE, draw
from printer.layout.faces import Faces
from printer.layout.metrics import METRICS
from printer.layout.page import Page
from printer.raster import harmless
from printer.settings import DEBIAN_FONTS

__all__ = ["SlipLayout"]

_HEAD: Final = 5
_FOOT: Final = 10
"""White rows above the first block and below the last."""


class SlipLayout:
    """Port `SlipPreview`: draws slips for paper `width` dots wide (576 or 384) with the fonts in the folder `fonts`.

    Raises `CodedError` (K-04) when the fonts are missing. May be used from any thread; one slip is drawn at a time.
    """

    def __init__(self, width: int = WIDTH_80, fonts: Path = DEBIAN_FONTS) -> None:
        if not any(known == width for known, _ in METRICS):
            raise ValueError(f"no layout for paper {width} dots wide")
        self.width = width
        self._faces = Faces(fonts)
        self._lock = Lock()

    def render(self, slip: Slip) -> Dots:
        """The picture that will be printed, dot by dot; same slip, same dots.

        Raises `ValueError` when the text for the QR code is longer than paper allows (331 bytes).
        """
        with self._lock:
            try:
                return self._draw(slip)
            finally:
                self._faces.rest()

    def _draw(self, slip: Slip) -> Dots:
        metrics = METRICS[self.width, slip.variant]
        if slip.ruled:
            metrics = replace(metrics, margin=gauge.MARGIN[self.width])
        page = Page(metrics, self._faces, slip.lang, slip.second_lang)
        page.y = _HEAD
        if slip.ruled:
            gauge.top_scale(page)
        top = page.y
        for index, block in enumerate(slip.blocks):
            page.y += metrics.gap(GAP_BEFORE[type(block)]) if index else 0
            draw(page, block, slip.second[index] if slip.second else None)
        page.y += _FOOT
        if slip.ruled:
            gauge.left_scale(page, top, page.y - _FOOT)
        return harmless(page.dots())
