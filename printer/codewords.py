"""A text as the modules of a QR code before the mask: codewords, what corrects them, and where each bit lies.

ISO/IEC 18004:2015, 7.4 to 7.7, byte mode, level M. qrcode has the tables and the fixed patterns; putting bit behind
bit and dividing polynomials as it does takes longer than drawing all the rest of a slip. What comes out is the same.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
from qrcode import base, constants, main, util

from printer import masks

Bytes = npt.NDArray[np.uint8]

MADE_WITH: Final = 0
"""The mask that a symbol is made with until it is known which one suits it."""

_BYTE_MODE: Final = 0b0100
_MODE_BITS: Final = 4
_LONG_COUNT: Final = 10
"""Version from which on the number of bytes takes 16 bits instead of 8."""
_PADDING: Final = (0xEC, 0x11)

_NONE: Final = 510
"""The logarithm of 0: added to any other it points behind the powers."""


def version_of(length: int) -> int | None:
    """The smallest version that holds so many bytes; None: there is none."""
    limits = util.BIT_LIMIT_TABLE[constants.ERROR_CORRECT_M]
    fitting = (version for version in range(1, 41) if _MODE_BITS + _count_bits(version) + 8 * length <= limits[version])
    return next(fitting, None)


def symbol(data: bytes, version: int) -> Bytes:
    """The modules of `data` (1 = dark) in `version`, made with the mask `MADE_WITH`; `data` must fit."""
    made = _blank(version).copy()
    bits = np.unpackbits(_codewords(data, version))
    made.reshape(-1)[_path(version)[: len(bits)]] ^= bits
    return made


def alignment(version: int) -> tuple[int, ...]:
    """The coordinates of alignment patterns (annex E)."""
    return tuple(util.pattern_position(version))


def _count_bits(version: int) -> int:
    return 8 if version < _LONG_COUNT else 16


def _codewords(data: bytes, version: int) -> Bytes:
    """All codewords in the order in which they are placed: block by block in turn, data before corrections."""
    blocks = base.rs_blocks(version, constants.ERROR_CORRECT_M)
    room = sum(block.data_count for block in blocks)
    count = _count_bits(version)
    stream = (_BYTE_MODE << count | len(data)) << 8 * len(data) | int.from_bytes(data, "big")
    # The four zeros that end it also fill its last byte: mode, number and bytes are half a byte short of whole ones.
    filled = (stream << _MODE_BITS).to_bytes((_MODE_BITS + count) // 8 + len(data) + 1, "big")[:room]
    pads = room - len(filled)
    held = np.frombuffer(filled + bytes(_PADDING * (pads // 2 + 1))[:pads], np.uint8)
    longest = blocks[-1].data_count
    rows, at = np.zeros((len(blocks), longest), np.uint8), 0
    for row, block in zip(rows, blocks, strict=True):  # a shorter one has a zero in front, which changes nothing
        row[longest - block.data_count :] = held[at : at + block.data_count]
        at += block.data_count
    corrections = _corrections(rows, blocks[0].total_count - blocks[0].data_count)
    shorter = sum(block.data_count < longest for block in blocks)
    if shorter:
        ends = rows[shorter:, -1]
        rows[:shorter, :-1] = rows[:shorter, 1:]
        return np.concatenate((rows[:, :-1].T.reshape(-1), ends, corrections.T.reshape(-1)))
    return np.concatenate((rows.T.reshape(-1), corrections.T.reshape(-1)))


def _corrections(rows: Bytes, number: int) -> Bytes:
    """The remainder of every row, divided by the polynomial of so many corrections: shape (rows, number)."""
    powers, logs = _field()
    products = powers[logs[rows][:, :, None] + logs[_remainders(number, rows.shape[1])]]
    remainders: Bytes = np.bitwise_xor.reduce(products, axis=1)
    return remainders


@lru_cache(maxsize=1)
def _field() -> tuple[Bytes, npt.NDArray[np.int16]]:
    """Powers of 2 in GF(256) by their logarithm, 0 from `_NONE` on, and the logarithms of 0 to 255."""
    powers = np.zeros(2 * _NONE + 1, np.uint8)
    powers[:_NONE] = np.resize(np.array(base.EXP_TABLE[:255], np.uint8), _NONE)
    logs = np.array(base.LOG_TABLE, np.int16)
    logs[0] = _NONE
    return powers, logs


@lru_cache(maxsize=8)
def _remainders(number: int, length: int) -> Bytes:
    """Of every place in a block of so many codewords, the corrections of a 1 in that place: shape (length, number)."""
    powers, logs = _field()
    divisor = np.array([1], np.uint8)
    for exponent in range(number):  # times (x + 2 ** exponent)
        divisor = np.append(divisor, 0).astype(np.uint8) ^ np.append(0, powers[logs[divisor] + exponent]).astype(
            np.uint8
        )
    made = np.empty((length, number), np.uint8)
    row = divisor[1:]
    for place in range(length - 1, -1, -1):
        made[place] = row
        row = np.append(row[1:], 0).astype(np.uint8) ^ powers[logs[divisor[1:]] + logs[row[0]]]
    return made


@lru_cache(maxsize=8)
def _blank(version: int) -> Bytes:
    """A symbol of zeros: the fixed patterns, and the mask where the data will lie."""
    code = main.QRCode(version, constants.ERROR_CORRECT_M, border=0, mask_pattern=MADE_WITH)
    code.data_cache = []
    code.makeImpl(False, MADE_WITH)
    return np.array(code.modules, np.uint8)


@lru_cache(maxsize=8)
def _path(version: int) -> npt.NDArray[np.intp]:
    """Where the bits lie, one behind the other: up and down in columns of two modules, from the right (7.7.3)."""
    size = 17 + 4 * version
    free, _ = masks.regions(size, alignment(version))
    places = list[npt.NDArray[np.intp]]()
    for number, column in enumerate(range(size - 1, 0, -2)):
        right = column if column > 6 else column - 1  # the column of the timing pattern is none of them
        rows = np.arange(size)[:: 1 if number % 2 else -1]
        places.append((rows[:, None] * size + np.array([right, right - 1])).reshape(-1))
    order = np.concatenate(places)
    path: npt.NDArray[np.intp] = order[free.reshape(-1)[order] == 1]
    return path
