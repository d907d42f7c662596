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


_LARGEST: Final = 40
_MADE_WITH: Final = 0
"""The mask that a code is made with until it is known which one suits it."""


def modules(text: str, largest: int = _LARGEST) -> tuple[bytes, ...]:
    """Rows of modules, one byte a module, 1 = dark, without quiet zone.

    Raises `ValueError` when `text` is empty or does not fit into version `largest`.
    """
    if not text:
        raise ValueError("nothing to encode")
    # These bring numpy along, and nobody looks at a code before they have found something.
    import numpy as np
    from qrcode import constants, exceptions, main, util

    from printer.masks import masked

    data = text.encode()
    code = main.QRCode(error_correction=constants.ERROR_CORRECT_M, mask_pattern=_MADE_WITH, border=0)
    code.add_data(util.QRData(data, mode=util.MODE_8BIT_BYTE))
    try:
        code.make(fit=True)
    except (exceptions.DataOverflowError, ValueError) as error:  # beyond version 40 it says either
        raise ValueError(f"{len(data)} bytes do not fit into a QR code") from error
    if code.version > largest:
        raise ValueError(f"{len(data)} bytes need version {code.version}, at most {largest} is allowed")
    alignment = tuple(util.pattern_position(code.version))
    return tuple(row.tobytes() for row in masked(np.array(code.modules, np.uint8), _MADE_WITH, alignment))


class ScreenQrCodes:
    """Port `QrCodes`: codes for the screen, in any version.

    Raises `ValueError` for text of more than 2 331 bytes, and for none at all.
    """

    def rows(self, text: str) -> tuple[bytes, ...]:
        return modules(text)
