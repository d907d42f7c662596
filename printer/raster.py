"""Dots → ESC/POS: the whole slip as raster pictures, as few bytes as the paper allows.

Rows without ink become a feed (ESC J), the rest goes out as GS v 0 pictures cut off behind their last black dot.
Neither needs a font in the printer, and what is printed can be told dot by dot.

Some printers obey real-time commands (DLE EOT 10 04, DLE ENQ 10 05, DLE DC4 10 14) wherever the bytes turn up, also
inside a picture: a status is sent, the buffer cleared, the drawer fired. Two measures keep these pairs off the line:

- Where the pair would lie across two rows, the picture is split between them. The dots stay as they are.
- Within one row there is nothing to split. `harmless` sets one more dot: 0x10 is a lone dot with white at both sides,
  and the dot to its right makes it 0x18. A hairline is an eighth of a millimetre wider on one row; QR codes and rules
  never hold a lone dot. The layout applies it before anyone sees the slip, so preview and paper stay the same picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from domain.paper import Dots
from printer.profiles import DeviceProfile

Rows = npt.NDArray[np.uint8]
Widths = npt.NDArray[np.intp]
"""Of every row the bytes up to its last black dot."""

_INITIALISE: Final = b"\x1b@\x1da\x00"
"""ESC @, and GS a 0: no status unasked, whose bytes could be taken for the answer to a question."""
_DOTS_AS_UNITS: Final = b"\x1dP\xcb\xcb"
"""GS P 203 203: feeds count in dots. Epson's own default is 1/360 or 1/406 inch, by model."""
_PICTURE_COST: Final = 32
"""Bytes. The head has 8; the rest stands for the moment that some printers stop the paper between two pictures."""
_FEED_COST: Final = 3
_LONGEST_FEED: Final = 255

_DLE: Final = 0x10
_REALTIME: Final = np.isin(np.arange(256), (0x04, 0x05, 0x14))
"""Of every byte, whether it makes a real-time command behind DLE."""
_LONE_DOT_WIDENED: Final = 0x18


def harmless(dots: Dots) -> Dots:
    """`dots` with every real-time pair inside a row broken by one added dot; the same object when there is none."""
    flat = np.frombuffer(dots.data, np.uint8)
    at = np.flatnonzero(flat[:-1] == _DLE)
    at = at[_REALTIME[flat[at + 1]] & ((at + 1) % dots.stride != 0)]
    if not len(at):
        return dots
    changed = flat.copy()
    changed[at] = _LONE_DOT_WIDENED
    return Dots(dots.width, dots.height, changed.tobytes())


def encode(dots: Dots, profile: DeviceProfile) -> bytes:
    """The complete job for one slip: initialise, picture, feed to the cutter, cut.

    The paper shows `harmless(dots)`. Raises `ValueError` when `dots` are wider than the paper of `profile`.
    """
    if dots.width > profile.width:
        raise ValueError(f"{dots.width} dots do not fit on paper {profile.width} dots wide")
    return beginning(profile) + picture(dots, profile) + ending(profile)


def beginning(profile: DeviceProfile) -> bytes:
    """What every job begins with."""
    return _INITIALISE + (_DOTS_AS_UNITS if profile.set_motion_units else b"")


def picture(dots: Dots, profile: DeviceProfile) -> bytes:
    """`dots` from the left edge of the paper, and nothing around them."""
    return b"".join(_pictures(_rows(harmless(dots)), profile))


def ending(profile: DeviceProfile) -> bytes:
    """What every job ends with: the paper comes to the cutter, and is cut."""
    return b"".join([*_feed(profile.feed_to_cutter), profile.cut])


def fresh_start(profile: DeviceProfile) -> bytes:
    """What goes before a slip when the one before it broke off: ends its picture and cuts off what there is of it.

    A printer that lost its line inside a picture takes whatever comes next for the missing dots. White dots for the
    largest picture fill it up; where none is open they are NULs, which do nothing.
    """
    white = bytes(profile.band_height * (profile.width // 8))
    return white + _INITIALISE + ending(profile)


def _rows(dots: Dots) -> Rows:
    return np.frombuffer(dots.data, np.uint8).reshape(dots.height, dots.stride)


def _pictures(rows: Rows, profile: DeviceProfile) -> Iterator[bytes]:
    widths = _widths(rows)
    for start, end, inked in _stretches(widths):
        if inked:
            yield from _raster(rows[start:end], widths[start:end], profile)
        else:
            yield from _feed(end - start)


def _stretches(widths: Widths) -> list[tuple[int, int, bool]]:
    """Rows that go out together, and whether they hold ink: short lines apart from long ones, white apart from both.

    From the top down, a stretch joins the one above it as long as that costs no more bytes. On slips this comes within
    a hundredth of the best division there is, in half a millisecond.
    """
    starts = [0, *(np.flatnonzero(np.diff(widths)) + 1).tolist()]
    done: list[tuple[int, int, int, int]] = []
    for start, end, width in zip(starts, [*starts[1:], len(widths)], widths[starts].tolist(), strict=True):
        last = (start, end, width, _cost(end - start, width))
        while done:
            first, _, above, cost = done[-1]
            widest = max(above, last[2])
            joined = _cost(end - first, widest)
            if joined > cost + last[3]:
                break
            done.pop()
            last = (first, end, widest, joined)
        done.append(last)
    return [(start, end, width > 0) for start, end, width, _ in done]


def _cost(height: int, width: int) -> int:
    return _PICTURE_COST + height * width if width else _FEED_COST


def _widths(rows: Rows) -> Widths:
    black = rows != 0
    return np.where(black.any(axis=1), rows.shape[1] - np.argmax(black[:, ::-1], axis=1), 0)


def _raster(rows: Rows, widths: Widths, profile: DeviceProfile) -> Iterator[bytes]:
    at = 0
    while at < len(rows):
        below = at + profile.band_height
        height, width = _band(rows[at:below], widths[at:below], profile)
        head = bytes((0x1D, 0x76, 0x30, 0, width, 0, height, 0))
        yield head + rows[at : at + height, :width].tobytes()
        at += height


def _band(rows: Rows, widths: Widths, profile: DeviceProfile) -> tuple[int, int]:
    """How many of `rows` may go out as one picture, and their width in bytes."""
    height = len(rows)
    while True:
        if height > 1 and profile.avoid_multiple and height % profile.avoid_multiple == 0:
            height -= 1
        width = max(1, int(widths[:height].max()))
        ends, starts = rows[: height - 1, width - 1], rows[1:height, 0]
        torn = np.flatnonzero((ends == _DLE) & _REALTIME[starts])
        if not len(torn) or not profile.obeys_in_pictures:
            return height, width
        height = int(torn[0]) + 1


def _feed(dots: int) -> list[bytes]:
    """ESC J moves 255 dots at most."""
    whole, rest = divmod(dots, _LONGEST_FEED)
    return [b"\x1bJ\xff"] * whole + ([bytes((0x1B, 0x4A, rest))] if rest else [])
