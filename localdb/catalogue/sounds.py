"""How names are read aloud. Only a build needs this: the readings it makes are stored in the catalogue file.

pypinyin's dictionaries take 55 MB and a third of a second, and stay for good. They are loaded when the first name has
to be looked up: a release that changes phone numbers needs none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003134f]")
_PIECES = re.compile(r"[0-9a-z]+|[^\s0-9a-z]+")


def syllables(plain: str) -> tuple[str, ...]:
    """Normalised text → syllables without tones, ü as v; Latin words and numbers stay whole (办 hpv 疫苗 → ban, hpv,
    yi, miao).

    Characters of several readings are read by the word they stand in (行长 → hang, zhang).
    """
    from pypinyin import Style, lazy_pinyin

    read: list[str] = []
    for piece in _PIECES.findall(plain):
        if piece[0].isascii():
            read.append(piece)
        else:
            read.extend(
                syllable for syllable in lazy_pinyin(piece, style=Style.NORMAL, errors="ignore") if syllable.isascii()
            )
    return tuple(read)


def readings(char: str) -> tuple[str, ...]:
    """Every reading of one character, the most frequent first, without tones."""
    from pypinyin import Style, pinyin

    held = pinyin(char, style=Style.NORMAL, heteronym=True, errors="ignore")
    return tuple(dict.fromkeys(syllable for syllable in held[0] if syllable.isascii())) if held else ()


def common_characters() -> Iterator[str]:
    """The 6 763 characters of GB 2312: what a keyboard or a hand is likely to put into a question."""
    for row in range(0xB0, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                yield bytes((row, cell)).decode("gb2312")
            except UnicodeDecodeError:
                continue


def is_han(char: str) -> bool:
    """Whether `char` is a Chinese character."""
    return _HAN.match(char) is not None
