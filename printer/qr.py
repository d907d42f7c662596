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


def modules(text: str, largest: int = _LARGEST) -> tuple[bytes, ...]:
    """Rows of modules, one byte a module, 1 = dark, without quiet zone.

    Raises `ValueError` when `text` is empty or does not fit into version `largest`.
    """
    # These bring numpy along, and nobody looks at a code before they have found something.
    from printer import codewords
    from printer.masks import masked

    data, version = text.encode(), _version(text, largest)
    made = masked(codewords.symbol(data, version), codewords.MADE_WITH, codewords.alignment(version))
    return tuple(row.tobytes() for row in made)


def side(text: str, largest: int = PAPER_VERSION) -> int:
    """Modules along the side of the code of `text`, known without making it.

    Raises `ValueError` as `modules` does.
    """
    return 17 + 4 * _version(text, largest)


def _version(text: str, largest: int) -> int:
    from printer.codewords import version_of

    if not text:
        raise ValueError("nothing to encode")
    length = len(text.encode())
    version = version_of(length)
    if version is None:
        raise ValueError(f"{length} bytes do not fit into a QR code")
    if version > largest:
        raise ValueError(f"{length} bytes need version {version}, at most {largest} is allowed")
    return version


class ScreenQrCodes:
    """Port `QrCodes`: codes for the screen, in any version.

    Raises `ValueError` for text of more than 2 331 bytes, and for none at all.
    """

    def rows(self, text: str) -> tuple[bytes, ...]:
        return modules(text)
