"""Breaks text into lines: Chinese between any two characters but for 避头尾, other scripts between words.

Kivy wraps in quadratic time and knows no forbidden line starts, so nothing here is ever wrapped by Kivy.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

NO_START = frozenset(
    "!%),.:;?]}¢°·・’”†‡‥…℃、。々〉》」』】〕〗〞︰︱︳﹐﹑﹒﹔﹕﹖﹗﹚﹜﹞！＂％＇），．：；？］｝～〜—–-/／‰′″％"
    "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶーゝゞヽヾ"
)
"""Characters that may not begin a line (CLREQ 6.1.3, JLREQ small kana)."""

NO_END = frozenset("([{£¥‘“〈《「『【〔〖〝﹙﹛﹝＄（［｛￡￥$#＃№")
"""Characters that may not end a line."""

_AFTER_SPACE = frozenset("–—-/～〜…‥%°¢·")
"""Characters of `NO_START` that may begin a line after all when a space stands before them."""

_TOKEN = re.compile(
    r"\n"
    r"|[^\S\n]+"
    r"|…{2,}|—{2,}"  # 省略号 and 破折号 are two characters and one sign
    r"|[0-9０-９]+(?:[.,:：/–~-][0-9]+)*"
    r"|[A-Za-z\u00c0-\u024f\u1e00-\u1eff][\w'’&@.+-]*(?<![.'’+-])"
    r"|[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]+"  # Korean is set in words
    r"|.[\u0300-\u036f\ufe00-\ufe0f\u20d0-\u20ff]*",
    re.S,
)

Measure = Callable[[str], int]
"""Width of a token in pixels."""


def tokens(text: str) -> list[str]:
    """What text is cut into: newlines, spaces, numbers, words, single characters; joined they are the text."""
    return _TOKEN.findall(text)


def wrap(text: str, width: int, measure: Measure) -> list[str]:
    """Lines of at most `width` pixels, in linear time; every character of `text` but spaces around breaks is in one.

    A chain of characters that may not be separated is broken only when it alone is wider than a line, and a single
    character wider than that stands alone. Spaces at the ends of lines are dropped.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lines.extend(_paragraph(paragraph, width, measure))
    return lines


def _paragraph(text: str, width: int, measure: Measure) -> Iterator[str]:
    line: list[str] = []
    used = 0
    for gap, chain in chains(tokens(text)):
        chain_width = sum(map(measure, chain))
        lead = gap if line else ""
        lead_width = measure(lead) if lead else 0
        if line and used + lead_width + chain_width > width:
            yield "".join(line)
            line, used, lead, lead_width = [], 0, "", 0
        if chain_width > width:
            *full, rest = _force(chain, width, measure)
            yield from full
            line, used = [rest], sum(map(measure, tokens(rest)))
        else:
            line += [lead, *chain]
            used += lead_width + chain_width
    yield "".join(line)


def chains(parts: list[str]) -> Iterator[tuple[str, list[str]]]:
    """(space before, tokens that must stay on one line), in order. A number keeps the unit that follows it: 10 元."""
    chain: list[str] = []
    gap, held = "", ""
    for token in parts:
        if token.isspace():
            held = token
            continue
        joined = bool(chain) and (
            chain[-1][-1] in NO_END
            or (token[0] in NO_START and (not held or token[0] not in _AFTER_SPACE))
            or (not held and _word_parts(chain[-1], token))
            or (len(held) == 1 and len(token) == 1 and chain[-1][0].isdecimal() and "\u4e00" <= token <= "\u9fff")
        )
        if joined:
            chain += [held, token] if held else [token]
        else:
            if chain:
                yield gap, chain
            gap, chain = held, [token]
        held = ""
    if chain:
        yield gap, chain


def _word_parts(one: str, two: str) -> bool:
    """Whether two tokens without a space between them are one word to a reader: P-02, 3D, user's."""
    return one[-1].isascii() and two[0].isascii()


def _force(chain: list[str], width: int, measure: Measure) -> list[str]:
    """Cuts a chain that no line can hold: between its tokens, and inside a token only where that alone is too wide."""
    pieces: list[str] = []
    for token in chain:
        pieces += token if measure(token) > width else [token]
    lines, used = [""], 0
    for piece in pieces:
        piece_width = measure(piece)
        if lines[-1] and used + piece_width > width:
            lines.append("")
            used = 0
        lines[-1] += piece
        used += piece_width
    return [line.strip() for line in lines]
