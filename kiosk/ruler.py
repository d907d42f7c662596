"""A ruler in dots, for `kiosk printer calibrate`: what a slip never shows, because slips keep margins."""

from __future__ import annotations

from collections.abc import Iterator

from domain.paper import DOTS_PER_MM, Dots
from domain.ports import SlipPreview
from domain.slip import Slip

RUNG_MM = 10
RUNGS = 4


class RulerAbove:
    """Port `SlipPreview`: the slip, with a ruler as wide as the paper above it."""

    def __init__(self, layout: SlipPreview) -> None:
        self._layout = layout

    def render(self, slip: Slip) -> Dots:
        """The picture."""
        below = self._layout.render(slip)
        data = b"".join(ruler_rows(below.width)) + below.data
        return Dots(below.width, len(data) // below.stride, data)


def ruler_rows(width: int) -> Iterator[bytes]:
    """Rows of `width` dots: millimetre marks from the first dot to the last, a band in which every dot of the head
    burns, a comb in which every second one does, and rungs ten millimetres apart that show how far the paper is fed.
    """
    blank = bytes(width // 8)
    full = b"\xff" * (width // 8)
    yield from _marks(width)
    yield from [blank] * DOTS_PER_MM
    yield from [full] * (10 * DOTS_PER_MM)
    yield from [blank] * DOTS_PER_MM
    yield from [b"\xaa" * (width // 8)] * (5 * DOTS_PER_MM)
    yield from [blank] * DOTS_PER_MM
    rung = (b"\xff" * (width // 16)).ljust(width // 8, b"\0")
    for number in range(RUNGS):
        yield rung
        if number < RUNGS - 1:
            yield from [blank] * (RUNG_MM * DOTS_PER_MM - 1)
    yield from [blank] * (2 * DOTS_PER_MM)


def _marks(width: int) -> Iterator[bytes]:
    """A base line with a mark a millimetre hanging from it, longer at five and at ten; the last dot has one, too."""
    yield from [b"\xff" * (width // 8)] * 2
    for depth, every in ((3, 1), (2, 5), (3, 10)):
        columns = {*range(0, width, every * DOTS_PER_MM), width - 1}
        yield from [_row(width, columns)] * (depth * DOTS_PER_MM)


def _row(width: int, black: set[int]) -> bytes:
    row = bytearray(width // 8)
    for column in black:
        row[column // 8] |= 0x80 >> column % 8
    return bytes(row)
