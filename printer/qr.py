"""QR codes: UTF-8 bytes, no ECI, level M.

A phone reads UTF-8 without being told; GB 18030 bytes come out as garbage on every reader tried, and the Chinese mode
of the standard is not read by all. Level M and no higher: on 203 dpi paper bigger modules help more than redundancy.
"""

from __future__ import annotations

from typing import Final

QUIET_ZONE: Final = 4
"""Modules that must stay white around the code (ISO/IEC 18004)."""

PAPER_VERSION: Final = 13
"""Largest version that is printed: 331 bytes, 69 modules; with 4 dots a module it still fits on 58 mm paper."""

PAPER_BYTES: Final = 331

_ANY: Final = 0
"""The mask that a code is made with until it is known which one suits it."""


def modules(text: str, largest: int = 40) -> tuple[bytes, ...]:
    """Rows of modules, one byte a module, 1 = dark, without quiet zone.

    Raises `ValueError` when `text` is empty or does not fit into version `largest`.
    """
    if not text:
        raise ValueError("nothing to encode")
    # These bring numpy, urllib and ssl along, and nobody looks at a code before they have found something.
    import numpy as np
    import segno
    from segno.consts import ALIGNMENT_POS

    from printer.masks import best_mask, remasked

    try:
        code = segno.make_qr(text, error="m", mode="byte", encoding="utf-8", boost_error=False, mask=_ANY)
    except segno.DataOverflowError as error:
        raise ValueError(f"{len(text.encode())} bytes do not fit into a QR code") from error
    if not isinstance(code.version, int) or code.version > largest:
        raise ValueError(f"{len(text.encode())} bytes need version {code.version}, at most {largest} is allowed")
    alignment = tuple(ALIGNMENT_POS[code.version - 2] if code.version > 1 else ())
    symbol = np.array(code.matrix, np.uint8)
    best = best_mask(symbol, _ANY, alignment)
    if best != _ANY:
        symbol = remasked(symbol, _ANY, best, alignment)
    return tuple(row.tobytes() for row in symbol)


class SegnoQrCodes:
    """Port `QrCodes`: codes for the screen, in any version.

    Raises `ValueError` for text of more than 2 331 bytes, and for none at all.
    """

    def rows(self, text: str) -> tuple[bytes, ...]:
        return modules(text)
