"""A slip as the bytes for one printer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from domain.paper import DOTS_PER_MM, Dots
from domain.slip import Slip
from printer.profiles import DeviceProfile, Mode


@dataclass(frozen=True, slots=True)
class Job:
    """What is sent, and how much paper comes out, feed to the cutter included."""

    data: bytes
    millimetres: float


def fresh_start_mm(profile: DeviceProfile) -> float:
    """The paper that goes before a slip when the one before it broke off."""
    return profile.feed_to_cutter / DOTS_PER_MM


def encode(slip: Slip, dots_of: Callable[[Slip], Dots], profile: DeviceProfile) -> Job:
    """The complete job for `slip`: initialise, contents, feed to the cutter, cut.

    `dots_of` draws a slip; in text mode it is asked only for what the printer's own characters cannot say, and for a
    ruler, which measures dots. What it raises goes through. Raises `ValueError` when its dots are wider than the paper,
    or a QR code would be too big.
    """
    # numpy comes with both: a kiosk that prints nothing yet need not load it.
    if profile.mode is Mode.TEXT and not slip.ruled:
        from printer import text

        return text.encode(slip, dots_of, profile)
    from printer import raster

    dots = dots_of(slip)
    return Job(raster.encode(dots, profile), dots.millimetres + profile.feed_to_cutter / DOTS_PER_MM)
