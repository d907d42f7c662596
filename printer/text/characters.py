"""What characters a printer has, and how wide they are: cells of a small character, a Chinese one takes two."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from printer.layout.page import tidy
from printer.profiles import Charset

_RARE: Final = (("\u3400", "\u4dbf"), ("\u9fa6", "\u9fff"))
"""Ideographs of four bytes that a GB 18030 printer has; of Hangul and signs nobody says that it does."""
_ACCENTED: Final = ("\u00c0", "\u024f")
"""Two-byte printers have some of these letters, each as wide as a Chinese character, which tears words."""
_BLANKS: Final = {"\u00a0": " ", "\u2002": " ", "\u2003": "  ", "\u2009": " "}


def plain(text: str) -> str:
    """`text` with blanks that every printer knows."""
    return "".join(_BLANKS.get(char, char) for char in tidy(text))


def advances(text: str) -> list[int]:
    """Cells of every character."""
    return [1 if char < "\x7f" else 2 for char in text]


def cells_of(text: str) -> int:
    """Cells of all of them."""
    return sum(advances(text))


def padded(text: str, cells: int) -> str:
    """`text` with blanks behind it until it is `cells` wide."""
    return text + " " * (cells - cells_of(text))


def encoded(text: str, charset: Charset) -> bytes | None:
    """`text` for a printer with `charset`; None when it lacks a character."""
    letters = [bytes_of(char, charset) for char in text]
    return None if None in letters else b"".join(filter(None, letters))


@lru_cache(maxsize=4096)
def bytes_of(char: str, charset: Charset) -> bytes | None:
    """A single character, as `encoded`."""
    if " " <= char <= "~":
        return char.encode()
    if _ACCENTED[0] <= char <= _ACCENTED[1]:
        return None
    try:
        data = char.encode("gb18030")
        if charset is Charset.GB2312:
            data.decode("gb2312")
        elif charset is Charset.GBK or not any(first <= char <= last for first, last in _RARE):
            data.decode("gbk")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return None
    return data
