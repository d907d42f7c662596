"""Which of the eight masks a QR code gets: the rules of ISO/IEC 18004:2015, 7.8, counted on whole matrices at once.

Looking at every module of every mask one by one takes longer than drawing all the rest of a slip. What is chosen here
is what segno chooses, and all who follow the standard; qrcode would take a third of a second for it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

Modules = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]

_RUN: Final = 5
"""Modules of one colour in a line from which they count."""
_RUN_POINTS, _BLOCK_POINTS, _FINDER_POINTS, _BALANCE_POINTS = 3, 3, 40, 10
_FINDER: Final = (1, 0, 1, 1, 1, 0, 1)
"""What a reader could take for a corner of the code, with four light modules before it or behind."""
_LIGHT: Final = 4


def masked(symbol: Modules, mask: int, alignment: tuple[int, ...]) -> Modules:
    """`symbol` (1 = dark, level M, made with `mask`) with the mask that has the fewest penalty points, the lowest
    number among equals, and with the format information that says so (7.9).

    `alignment` are the coordinates of alignment patterns of its version (annex E).
    """
    data, blank = regions(len(symbol), alignment)
    patterns = _patterns(len(symbol)) & data
    candidates = symbol ^ patterns[mask] ^ patterns
    counted = candidates.copy()
    counted[:, blank] = 0  # format and version are written after the choice and do not count
    best = int(np.argmin(_points(counted)))
    made: Modules = candidates[best]
    bits = _format_bits(best)
    size = len(symbol)
    first = [(row, 8) for row in (0, 1, 2, 3, 4, 5, 7, 8)] + [(8, 7), *((8, 14 - bit) for bit in range(9, 15))]
    second = [(8, size - 1 - bit) for bit in range(8)] + [(size - 15 + bit, 8) for bit in range(8, 15)]
    for places in (first, second):
        for bit, place in enumerate(places):
            made[place] = bits >> bit & 1
    return made


def _format_bits(mask: int) -> int:
    """15 bits: level M (00) and the mask, protected by a BCH code (annex C)."""
    rest = mask
    for _ in range(10):
        rest = (rest << 1) ^ ((rest >> 9) * 0x537)
    return (mask << 10 | rest) ^ 0x5412


@lru_cache(maxsize=8)
def _patterns(size: int) -> Modules:
    """The eight mask patterns (table 10)."""
    i, j = np.indices((size, size))
    conditions = (
        (i + j) % 2,
        i % 2,
        j % 3,
        (i + j) % 3,
        (i // 2 + j // 3) % 2,
        i * j % 2 + i * j % 3,
        (i * j % 2 + i * j % 3) % 2,
        ((i + j) % 2 + i * j % 3) % 2,
    )
    return np.stack([condition == 0 for condition in conditions]).astype(np.uint8)


@lru_cache(maxsize=8)
def regions(size: int, alignment: tuple[int, ...]) -> tuple[Modules, Flags]:
    """Modules that hold data and are masked (1), and those of format and version information."""
    data = np.ones((size, size), np.uint8)
    blank = np.zeros((size, size), np.bool_)
    blank[8, :9] = blank[:9, 8] = blank[8, -8:] = blank[-8:, 8] = True
    blank[8, 6] = blank[6, 8] = False  # timing
    if size >= 45:  # from version 7 on
        blank[:6, -11:-8] = blank[-11:-8, :6] = True
    data[:9, :9] = data[:9, -8:] = data[-8:, :9] = 0
    data[6, :] = data[:, 6] = 0
    data[blank] = 0
    corners = {(6, 6), (6, size - 7), (size - 7, 6)}
    for x in alignment:
        for y in alignment:
            if (x, y) not in corners:
                data[x - 2 : x + 3, y - 2 : y + 3] = 0
    return data, blank


def _points(candidates: Modules) -> npt.NDArray[np.intp]:
    """Penalty points of each candidate (table 11)."""
    lines = np.concatenate((candidates, candidates.transpose(0, 2, 1)), axis=1)
    points: npt.NDArray[np.intp] = _runs(lines) + _blocks(candidates) + _finders(lines)
    size = candidates.shape[1]
    for number, dark in enumerate(candidates.sum(axis=(1, 2), dtype=np.intp).tolist()):
        points[number] += _BALANCE_POINTS * int(abs(dark / size**2 * 100 - 50) / 5)
    return points


def _runs(lines: Modules) -> npt.NDArray[np.intp]:
    same = lines[:, :, 1:] == lines[:, :, :-1]
    long = same[:, :, 3:] & same[:, :, 2:-1] & same[:, :, 1:-2] & same[:, :, :-3]
    first = long.copy()
    first[:, :, 1:] &= ~long[:, :, :-1]
    each = np.count_nonzero(long, axis=(1, 2)) - np.count_nonzero(first, axis=(1, 2))
    whole: npt.NDArray[np.intp] = each + _RUN_POINTS * np.count_nonzero(first, axis=(1, 2))
    return whole


def _blocks(candidates: Modules) -> npt.NDArray[np.intp]:
    beside = candidates[:, :, 1:] == candidates[:, :, :-1]
    below = candidates[:, 1:, :-1] == candidates[:, :-1, :-1]
    whole: npt.NDArray[np.intp] = _BLOCK_POINTS * np.count_nonzero(beside[:, 1:] & beside[:, :-1] & below, axis=(1, 2))
    return whole


def _finders(lines: Modules) -> npt.NDArray[np.intp]:
    size, length = lines.shape[2], len(_FINDER)
    starts = size - length + 1
    dark = lines.astype(np.bool_)
    colours = (~dark, dark)
    found = np.ones((*lines.shape[:2], starts), np.bool_)
    for offset, colour in enumerate(_FINDER):
        found &= colours[colour][:, :, offset : offset + starts]
    at = np.argwhere(found)
    edged = np.pad(dark, ((0, 0), (0, 0), (_LIGHT, _LIGHT)))  # beyond the edge all is light
    number_at, row_at, start_at = at.T
    sides = [(start_at + side)[:, None] + np.arange(_LIGHT) for side in (0, _LIGHT + length)]
    before, behind = (edged[number_at[:, None], row_at[:, None], side].any(axis=1) for side in sides)
    points = np.zeros(len(lines), np.intp)
    line, free = (-1, -1), 0
    for number, row, start in at[~(before & behind)].tolist():
        if (number, row) != line:
            line, free = (number, row), 0
        if start >= free:  # else it shares modules with one that counted
            points[number] += _FINDER_POINTS
            free = start + length
    return points
