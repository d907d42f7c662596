"""Dots as a PNG file, for staff and for people who look at slips without a printer."""

from __future__ import annotations

import io

from PIL import Image, ImageOps

from domain.paper import Dots


def png(dots: Dots) -> bytes:
    """A 1-bit PNG, black on white, one pixel a dot."""
    black = Image.frombytes("1", (dots.width, dots.height), dots.data)
    file = io.BytesIO()
    ImageOps.invert(black).save(file, "PNG", dpi=(203.2, 203.2))
    return file.getvalue()
