"""Breaking Chinese text into lines for narrow paper.

Lines break where the Unicode line breaking algorithm (UAX #14) allows it, and at fewer places: a number stays with its
unit, a date, a span of hours, a telephone number, the number of an article and a short word in katakana stay whole.
Where two full-width marks meet, the blank half of one goes; an opening bracket at the start of a line sits flush; an
eighth of an em stands between Chinese and Latin. The last line of a paragraph never holds a single character, and a
text of two lines breaks behind a mark where it can.

Nothing here knows a font: a `Measure` says how far each character moves on.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property, lru_cache
from typing import Final

Measure = Callable[[str], Sequence[int]]
"""The advance of every character of a text, in dots, before any squeezing."""

SHORTEST_LAST_LINE: Final = 2.6
"""Em. A last line shorter than this takes characters over from the line above."""

_OPENING: Final = frozenset("（《「『【〈〔〖［｛“‘([{«‹")
_CLOSING: Final = frozenset("）》」』】〉〕〗］｝”’)]}»›")
_LOW_STOPS: Final = frozenset("，。、．")
_MID_STOPS: Final = frozenset("：；？！")
_NO_START: Final = (
    _CLOSING
    | _LOW_STOPS
    | _MID_STOPS
    | frozenset(",.:;?!%‰％℃°￠¢…‥—–‒-‐～〜~·・‧•/／々〻ゝゞヽヾーｰ゛゜")
    | frozenset("ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶ")
)
_NO_END: Final = _OPENING | frozenset("¥￥$＄€£￡№＃#+＋")
_SENSE: Final = frozenset("，。；：！？,;:.!?")
_SENSE_LINE: Final = 0.45
"""Part of the width that the first of two lines must fill to be ended at a mark."""
_MIDDLE_DOT: Final = "·"
_SPACES: Final = frozenset(" \u2003\u3000")
_DIGITS: Final = frozenset("0123456789")
_AFTER_PERCENT: Final = frozenset("%％‰℃")

SIMPLIFIED: Final = frozenset("）》」』】〉〕〗］｝”’") | _LOW_STOPS | _MID_STOPS
"""Marks whose right half is blank in a simplified Chinese face."""
TRADITIONAL: Final = frozenset("）》」』】〉〕〗］｝”’")
"""The same for a traditional Chinese face, which sets stops in the middle of their square."""
JAPANESE: Final = TRADITIONAL | _LOW_STOPS
"""The same for Japanese and Korean faces."""

_WEEKDAY: Final = "[周週][一二三四五六日天]"
_NUMERAL: Final = "[〇零一二三四五六七八九十百千]"
_EN_DAY: Final = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),?"
_EN_MONTH: Final = "(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)"
_UNITS: Final = (
    "[个個]?工作日|[个個]?自然日|[个個]月|[周週][年岁歲]|[号號](?:窗口|楼|樓|线|線)|小[时時]|分[钟鐘]|公里|千米|毫米|厘米"
    "|平方米|平方公里|路公交|人民币|万元|亿元|丁目|番地|番[号地]|号室|営業日|時間|分間|日間|週間|年間|[かヶカ]月"
)
_KEPT: Final = re.compile(
    "|".join(
        (
            rf"{_WEEKDAY}（\d{{1,2}}月\d{{1,2}}日）",
            rf"(?:\d{{4}} ?年 ?)?\d{{1,2}} ?月 ?\d{{1,2}} ?日(?:（{_WEEKDAY}）)?",
            r"\d{4} ?年 ?\d{1,2} ?月",
            r"\d{1,2}월 \d{1,2}일(?:\([월화수목금토일]\))?",
            rf"(?:{_EN_DAY} )?\d{{1,2}} {_EN_MONTH}(?: \d{{4}})?",
            rf"\d{{4}}-\d\d-\d\d(?: ?（{_WEEKDAY}）)?",
            r"\d{1,2}:\d\d ?[–—~～至到-] ?\d{1,2}:\d\d",
            r"(?:\d{3,4}[- ])?\d{3,8}(?:[- ]\d{3,8})?(?: ?[转-] ?\d{1,6})",
            r"\d{3,4}[- ]\d{3,8}(?:[- ]\d{3,8})?",
            rf"第? ?\d[\d.,]*(?:[–~～-]\d[\d.,]*)? ?(?:{_UNITS})",
            rf"第{_NUMERAL}+[条條款项項号號章节節編编回批类類](?:[の之]{_NUMERAL}+)?",
            rf"{_NUMERAL}{{2,}}(?:[条條款项項号號]|[个個]工作日|日|年)",
            r"[〔（(]\d{4}[〕）)](?:第 ?)?\d+ ?[号號]",
            r"(?<![A-Za-z])[A-Za-z]{1,2}-[A-Za-z]+",
            r"(?<![ァ-ヺー])[ァ-ヺー]{2,8}(?![ァ-ヺー])",
        )
    )
)


class _Break(IntEnum):
    """How good it is to end a line here."""

    NEVER = 0
    KEPT = 1  # lawful, but it would tear a date, a number and its unit, a Korean word, a short one in katakana
    FREE = 2


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `text` is what stands on it, taken from `start` of the paragraph.

    `offsets` are the left edges of its characters in dots, below zero for an opening bracket set flush. `width` is what
    it takes up; the blank half of a mark at its end does not count.
    """

    start: int
    text: str
    offsets: tuple[int, ...]
    width: int


def wrap(
    text: str,
    width: int,
    measure: Measure,
    em: int,
    *,
    indent: int = 0,
    blank_after: frozenset[str] = SIMPLIFIED,
) -> tuple[Line, ...]:
    """Breaks `text` into lines of at most `width` dots; the first one has `indent` dots less.

    `em` is the font size, `blank_after` the marks that this face leaves blank at the right. A piece that should not be
    broken but is wider than a whole line is broken all the same, and a character wider than the line stands alone on
    one: no text is ever lost. When the first piece does not fit behind the indent, the first line is empty. Line feeds
    in `text` end a line.
    """
    advances = measure(text)
    lines: list[Line] = []
    at = 0
    for part in text.split("\n"):
        paragraph = _Paragraph(part, advances[at : at + len(part)], em, blank_after)
        lines += [
            Line(at + line.start, line.text, line.offsets, line.width)
            for line in paragraph.lines(width, indent if not lines else 0)
        ]
        at += len(part) + 1
    return tuple(lines)


def on_one_line(text: str, measure: Measure, em: int, *, blank_after: frozenset[str] = SIMPLIFIED) -> Line:
    """`text` as a single line, however wide."""
    return _Paragraph(text, measure(text), em, blank_after).line(0, len(text))


def widest_piece(text: str, measure: Measure, em: int, *, blank_after: frozenset[str] = SIMPLIFIED) -> int:
    """Width in dots of the widest piece of `text` that should not be broken: a narrower column tears words."""
    paragraph = _Paragraph(text, measure(text), em, blank_after)
    ends = [index for index in range(1, len(text)) if paragraph.level(index) is _Break.FREE]
    starts = [0, *ends]
    return max((paragraph.line(*piece).width for piece in zip(starts, [*ends, len(text)], strict=True)), default=0)


class _Paragraph:
    """A text set on one endless line, from which lines are cut."""

    def __init__(self, text: str, advances: Sequence[int], em: int, blank_after: frozenset[str]) -> None:
        self._text = text
        self._advances = advances
        self._em = em
        self._blank_after = blank_after
        self._lefts = self._set()

    def level(self, index: int) -> _Break:
        """Whether a line may start at `index`. Asked where lines are to be cut; most texts that are measured stay on
        one.
        """
        level = _level(self._text, index)
        return min(level, _Break.KEPT) if index in self._kept else level

    @cached_property
    def _kept(self) -> frozenset[int]:
        """Where a line would tear what stays whole."""
        groups = _KEPT.finditer(self._text)
        return frozenset(index for group in groups for index in range(group.start() + 1, group.end()))

    def lines(self, width: int, indent: int = 0) -> list[Line]:
        if not self._text:
            return [Line(0, "", (), 0)]
        cuts = self._cuts(width, indent)
        ends = [*cuts[1:], len(self._text)]
        return [self.line(start, end) for start, end in zip(cuts, ends, strict=True)]

    def line(self, start: int, end: int) -> Line:
        start, end = self._visible(start, end)
        if start == end:
            return Line(start, "", (), 0)
        origin = self._lefts[start] + self._lead(start)
        offsets = tuple([left - origin for left in self._lefts[start:end]])
        return Line(start, self._text[start:end], offsets, self._width(start, end))

    def _visible(self, start: int, end: int) -> tuple[int, int]:
        """Without the spaces at both ends."""
        while start < end and self._text[end - 1] in _SPACES:
            end -= 1
        while start < end and self._text[start] in _SPACES:
            start += 1
        return start, end

    def _set(self) -> list[int]:
        lefts, left, before = [], 0, _Kind.OTHER
        eighth = self._em // 8
        for index, (char, advance) in enumerate(zip(self._text, self._advances, strict=True)):
            kind = _kind(char)
            if kind > _LAST_LETTER or before > _LAST_LETTER:
                left += self._kern(index) if index else 0
            elif kind is not before and kind in _SET_APART and before in _SET_APART:
                left += eighth
            lefts.append(left)
            left += advance
            before = kind
        return lefts

    def _full(self, index: int) -> bool:
        return self._advances[index] * 10 >= self._em * 9

    def _kern(self, index: int) -> int:
        """What is added between a character and the one before it, where one of them is neither letter nor space."""
        before, after = self._text[index - 1], self._text[index]
        if before in self._blank_after or before in _OPENING:
            if not (self._full(index - 1) and self._full(index)):
                return 0
            meets = after in _OPENING or (before not in _OPENING and _kind(after) is _Kind.CLOSING)
            return -(self._em // 2) if meets else 0
        if (before, after) in ((" ", _MIDDLE_DOT), (_MIDDLE_DOT, " ")):
            # Chinese faces give the dot a square of its own: the blanks typed around it would be seen twice.
            dot, blank = (index, index - 1) if after == _MIDDLE_DOT else (index - 1, index)
            return -self._advances[blank] if self._full(dot) else 0
        return 0

    def _lead(self, index: int) -> int:
        return self._em // 2 if self._text[index] in _OPENING and self._full(index) else 0

    def _tail(self, index: int) -> int:
        return self._em // 2 if self._text[index] in self._blank_after and self._full(index) else 0

    def _width(self, start: int, end: int) -> int:
        last = end - 1
        right = self._lefts[last] + self._advances[last] - (self._tail(last) if last > start else 0)
        return right - self._lefts[start] - self._lead(start)

    def _cuts(self, width: int, indent: int) -> list[int]:
        """Where lines start."""
        cuts = [0]
        while True:
            indented = len(cuts) == 1 and indent > 0
            end = self._end(cuts[-1], width - indent if indented else width, orphan=indented)
            if end >= len(self._text):
                break
            cuts.append(end)
        self._move_last_cut(cuts, width)
        return cuts

    def _end(self, start: int, width: int, *, orphan: bool) -> int:
        """Where the line from `start` ends; `orphan`: it may stay empty rather than be torn."""
        if self._ink(start, len(self._text)) <= width:
            return len(self._text)
        best = {_Break.KEPT: 0, _Break.NEVER: 0}
        # Lines get no shorter with what is added: the first place that is found, from behind, is the best.
        beyond = bisect_right(self._lefts, self._lefts[start] + width + 2 * self._em)
        for index in range(min(beyond, len(self._text) - 1), start, -1):
            if self._text[index] in _SPACES or self._ink(start, index) > width:
                continue
            level = self.level(index)
            if level is _Break.FREE:
                return index
            best[level] = best[level] or index
        if orphan:
            return start
        return best[_Break.KEPT] or best[_Break.NEVER] or self._next_visible(start)

    def _next_visible(self, start: int) -> int:
        """Behind the first character that can be seen: one that is wider than the paper stands alone."""
        while start < len(self._text) - 1 and self._text[start] in _SPACES:
            start += 1
        return start + 1

    def _move_last_cut(self, cuts: list[int], width: int) -> None:
        """Breaks two lines where the sentence does, and fills up a last line that is too short to stand."""
        if len(cuts) < 2 or cuts[-2] == cuts[-1]:
            return
        end = len(self._text)
        shortest = SHORTEST_LAST_LINE * self._em
        least = _SENSE_LINE * width
        hangs = self._ink(cuts[-1], end) < shortest
        for index in range(cuts[-1], cuts[-2], -1):
            last = self._ink(index, end)
            if last > width:
                return
            if last < shortest or self.level(index) is not _Break.FREE:
                continue
            if len(cuts) == 2 and self._ends_sense(cuts[-2], index) and self._ink(cuts[-2], index) >= least:
                cuts[-1] = index
                return
            if hangs:
                cuts[-1], hangs = index, False

    def _ink(self, start: int, end: int) -> int:
        """The width of a line from `start` to `end`."""
        start, end = self._visible(start, end)
        return self._width(start, end) if start < end else 0

    def _ends_sense(self, start: int, end: int) -> bool:
        start, end = self._visible(start, end)
        return start < end and self._text[end - 1] in _SENSE


class _Kind(IntEnum):
    """What a character is to a line break."""

    SPACE = 0
    WIDE = 1
    HANGUL = 2
    LATIN = 3
    OPENING = 4
    CLOSING = 5
    OTHER = 6


_LAST_LETTER: Final = _Kind.LATIN
"""Kinds up to this one are letters and spaces, of which only `_SET_APART` are set apart."""
_SET_APART: Final = (_Kind.WIDE, _Kind.LATIN)


@lru_cache(maxsize=4096)
def _kind(char: str) -> _Kind:
    if char in _SPACES:
        return _Kind.SPACE
    if char in _OPENING:
        return _Kind.OPENING
    if char in _CLOSING or char in _LOW_STOPS or char in _MID_STOPS:
        return _Kind.CLOSING
    if "가" <= char <= "힣":
        return _Kind.HANGUL
    wide = unicodedata.east_asian_width(char) == "W"
    if char == "〇" or (wide and unicodedata.category(char) == "Lo" and char not in _NO_START):
        return _Kind.WIDE
    if char.isalnum() and not wide:
        return _Kind.LATIN
    return _Kind.OTHER


def _east_asian(text: str, index: int) -> bool:
    return 0 <= index < len(text) and unicodedata.east_asian_width(text[index]) in "FWH"


def _level(text: str, index: int) -> _Break:
    """Whether a line of `text` may start at `index`, above 0; what stays whole is not looked for."""
    before, after = text[index - 1], text[index]
    if after in _SPACES or after in _NO_START or before in _NO_END:
        return _Break.NEVER
    if unicodedata.category(after) in ("Mn", "Mc", "Me", "Cf") or unicodedata.category(before) == "Cf":
        return _Break.NEVER
    if before in _SPACES:
        return _after_space(text, index)
    if after in "“‘" and not (_east_asian(text, index - 1) and _east_asian(text, index + 1)):
        return _Break.NEVER
    if before in "”’" and not (_east_asian(text, index - 2) and _east_asian(text, index)):
        return _Break.NEVER
    return _between(text, index)


def _after_space(text: str, index: int) -> _Break:
    words = text[:index].rstrip(" \u2003\u3000")
    if not words or words[-1] in _NO_END or (text[index] in "“‘" and text[index - 1] != " "):
        return _Break.NEVER
    before, after = words[-1], text[index]
    # "3 号窗口", "window 3": the space belongs to the number, not to the sentence.
    counts = before in _DIGITS and _kind(after) is _Kind.WIDE
    numbers = before.isascii() and before.isalpha() and after in _DIGITS
    return _Break.KEPT if text[index - 1] == " " and (counts or numbers) else _Break.FREE


def _between(text: str, index: int) -> _Break:
    before, after = text[index - 1], text[index]
    match _kind(before), _kind(after):
        case (_Kind.WIDE, _Kind.LATIN):
            return _Break.KEPT if before == "第" and after.isdigit() else _Break.FREE
        case (_Kind.LATIN, _Kind.WIDE):
            return _Break.KEPT if before.isdigit() else _Break.FREE
        case (_Kind.WIDE, _Kind.WIDE | _Kind.OPENING):
            return _Break.FREE
        case (_Kind.HANGUL, _Kind.HANGUL | _Kind.WIDE | _Kind.LATIN) | (_Kind.WIDE | _Kind.LATIN, _Kind.HANGUL):
            return _Break.KEPT
        case (_Kind.CLOSING, _Kind.WIDE):
            return _Break.FREE
        case (_Kind.CLOSING, _Kind.LATIN | _Kind.OPENING) if _east_asian(text, index - 1):
            return _Break.FREE
        case (_Kind.LATIN | _Kind.HANGUL, _Kind.OPENING) if _east_asian(text, index):
            return _Break.FREE
        case (_Kind.OTHER, _Kind.WIDE) if before in _AFTER_PERCENT:
            return _Break.FREE
        case (_Kind.OTHER, _Kind.LATIN) if before in "-/" and index > 1 and text[index - 2].isascii():
            # well-known, office/window: between letters only, numbers with a hyphen or a slash mean something.
            return _Break.FREE if text[index - 2].isalpha() and after.isascii() and after.isalpha() else _Break.NEVER
    return _Break.NEVER
