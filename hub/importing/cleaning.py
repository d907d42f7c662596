"""Cells as they come from other systems, made text again: what is plainly a slip of a machine is mended, no more."""

from __future__ import annotations

import html
import re

_ESCAPED = re.compile(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[a-zA-Z]{2,8});")
_BREAK = re.compile(r"<\s*/?\s*br\s*/?\s*>|</\s*(?:p|div|li|tr)\s*>", re.IGNORECASE)
_TAG = re.compile(
    r"</?\s*(?:p|div|span|font|b|strong|em|u|o:p|li|ul|ol|tr|td|table|tbody)(?:\s[^<>]*)?/?>", re.IGNORECASE
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060\ufeff]")
_SPACES = re.compile(r"[ \t\u00a0\u3000]+")
_LINES = re.compile(r" *\n\s*")
_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")
_WIDE = {0xFF01 + step: 0x21 + step for step in range(94)} | {0x3000: 0x20}

_ESCAPES = 4
"""Rounds of unescaping; `&amp;amp;nbsp;` was met, three deep."""

ID_NUMBER = re.compile(
    r"(?<![0-9A-Za-z])[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])"
)
"""The form of a citizen's number (GB 11643), whatever its check digit."""

SCIENTIFIC = re.compile(r"[+-]?\d(?:\.\d+)?[eE]\+?\d{2,3}")
"""What Excel makes of a long number."""

_LONG_NUMBER = re.compile(r"\d{11,}[Xx]?")


def clean(text: str) -> str:
    """`text` without HTML escapes, line-break tags, invisible characters and spaces at the ends; ASCII digits."""
    for _ in range(_ESCAPES):
        if not _ESCAPED.search(text):
            break
        text = html.unescape(text)
    if "<" in text:
        text = _TAG.sub("", _BREAK.sub("\n", text))
    text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _LINES.sub("\n", _SPACES.sub(" ", text)).strip().translate(_DIGITS)


def narrow(text: str) -> str:
    """Codes, numbers and telephone numbers: full-width characters as ASCII, no spaces at the ends."""
    return clean(text).translate(_WIDE).replace("—", "-").replace("－", "-").strip()


def masked(text: str) -> str:
    """Without the middle of long numbers: a file that somebody brings may hold what must not be shown."""
    return _LONG_NUMBER.sub(lambda found: found[0][:4] + "*" * (len(found[0]) - 6) + found[0][-2:], text)
