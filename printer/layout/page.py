"""One strip of paper being drawn: rows of dots that grow downwards, and text set onto them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
from PIL import Image

from domain.paper import Dots
from printer import wrap
from printer.layout.faces import Face, Faces
from printer.layout.metrics import Metrics, Type

BLACK: Final = 1
WHITE: Final = 0
RULE: Final = 2
"""Dots of a thin line."""

Ink = npt.NDArray[np.uint8]
"""Dots, 1 where paper is burnt."""

Align = Literal["left", "centre", "right"]
Span = tuple[str, bool] | tuple[str, bool, str]
"""A stretch of text, whether it is bold, and its language where that is not the page's."""

_GROWTH: Final = 2048
_EM_SPACE: Final = "\u2003"
_BLANKS: Final = re.compile(r"[^\S\n\u2003\u3000\u00a0]+")


@dataclass(frozen=True, slots=True)
class Setting:
    """A text broken into lines, with the face of every character."""

    lines: tuple[wrap.Line, ...]
    faces: Sequence[Face]
    type: Type

    @property
    def height(self) -> int:
        return len(self.lines) * self.type.line

    @property
    def width(self) -> int:
        return max((line.width for line in self.lines), default=0)


class Page:
    """The strip, its margins and the pen: `y` is where the next block begins.

    Text is placed by whole dots, so that the same words look the same everywhere on the paper.
    """

    def __init__(self, metrics: Metrics, faces: Faces, lang: str, second_lang: str = "") -> None:
        self.metrics = metrics
        self.left = metrics.margin
        self.right = metrics.width - metrics.margin
        self.y = 0
        self._faces = faces
        self._lang = lang
        self._second_lang = second_lang or lang
        self.unruled: list[tuple[int, int]] = []
        """Rows (first, behind the last) over which no scale is drawn."""
        self._ink: Ink = np.zeros((_GROWTH, metrics.width), np.uint8)

    def dots(self) -> Dots:
        """Everything down to the pen."""
        self._reach(self.y)
        return Dots(self.metrics.width, self.y, np.packbits(self._ink[: self.y], axis=1).tobytes())

    def set(self, text: str | Sequence[Span], type: Type, width: int, *, indent: int = 0) -> Setting:
        """`text` in lines of at most `width` dots; the weight of a span stands above that of `type`."""
        plain, faces = self._faced(text, type)
        blank_after = faces[0].blank_after if faces else self._blank_after(type)
        lines = wrap.wrap(plain, width, _measure(faces), type.size, indent=indent, blank_after=blank_after)
        return Setting(lines, faces, type)

    def pair(self, first: Span, second: Span, type: Type, width: int) -> Setting:
        """Two texts an em apart; the second on a line of its own when it would be torn beside the first."""
        spans = [span for span in (first, second) if tidy(span[0]).strip()]
        if len(spans) < 2:
            return self.set(spans, type, width)
        beside = self.set([first, (_EM_SPACE, False), second], type, width)
        if len(beside.lines) <= len(self.set([first], type, width).lines):
            return beside
        return self.set([first, ("\n", False), second], type, width)

    def line(self, text: str | Sequence[Span], type: Type) -> Setting:
        """`text` on a single line, however wide."""
        plain, faces = self._faced(text, type)
        plain = plain.replace("\n", " ")
        line = wrap.on_one_line(plain, _measure(faces), type.size, blank_after=self._blank_after(type))
        return Setting((line,), faces, type)

    def widest_piece(self, text: str, type: Type) -> int:
        """Width of the longest piece of `text` that should stay whole."""
        face = self._faces.get(self._lang, type.size, bold=type.bold)
        return max(
            wrap.widest_piece(part, face.advances, type.size, blank_after=face.blank_after)
            for part in tidy(text).split("\n")
        )

    def draw(
        self,
        setting: Setting,
        x: int,
        top: int,
        *,
        ink: int = BLACK,
        align: Align = "left",
        width: int = 0,
        indent: int = 0,
    ) -> None:
        """Draws lines from `top` down, aligned within `width` dots from `x`; the first one stands in by `indent`."""
        self._reach(top + setting.height)
        type = setting.type
        baseline = top + (type.line - type.size) // 2 + setting.faces[0].ascent if setting.faces else top
        for number, line in enumerate(setting.lines):
            spare = width - line.width
            pen = x + {"left": 0, "centre": spare // 2, "right": spare}[align] + (indent if number == 0 else 0)
            glyphs = [
                (offset + mask.left, mask.up, mask)
                for index, (char, offset) in enumerate(zip(line.text, line.offsets, strict=True), line.start)
                if (mask := setting.faces[index].mask(char)) is not None
            ]
            if glyphs:
                pen -= min(0, glyphs[0][0])  # a j would reach out into the margin
            for left, up, mask in glyphs:
                self._burn(mask.dots(), pen + left, baseline + up, ink)
            baseline += type.line

    def put(self, text: str | Sequence[Span], type: Type, x: int, width: int, *, align: Align = "left") -> None:
        """Sets `text`, draws it at the pen and moves the pen below it."""
        setting = self.set(text, type, width)
        self.draw(setting, x, self.y, align=align, width=width)
        self.y += setting.height

    def bar(self, left: int, top: int, right: int, bottom: int, ink: int = BLACK) -> None:
        """Fills a rectangle; `right` and `bottom` are the first dots outside it."""
        self._reach(bottom)
        self._ink[max(0, top) : max(0, bottom), max(0, left) : max(0, right)] = ink

    def frame(self, left: int, top: int, right: int, bottom: int, stroke: int) -> None:
        """A rectangle of lines `stroke` dots wide, all of them inside."""
        self.bar(left, top, right, top + stroke)
        self.bar(left, bottom - stroke, right, bottom)
        self.bar(left, top, left + stroke, bottom)
        self.bar(right - stroke, top, right, bottom)

    def dashes(self, top: int, stroke: int = RULE, dash: int = 8, space: int = 6) -> None:
        """A broken line from margin to margin."""
        for left in range(self.left, self.right, dash + space):
            self.bar(left, top, min(left + dash, self.right), top + stroke)

    def stamp(self, mask: Image.Image, x: int, y: int, ink: int = BLACK) -> None:
        """Burns the black dots of a 1-bit picture."""
        self._reach(y + mask.height)
        self._burn(np.asarray(mask).astype(np.uint8), x, y, ink)

    def theirs(self, text: str, *, bold: bool = False) -> Span:
        """`text` in the second language."""
        return text, bold, self._second_lang

    def _faced(self, text: str | Sequence[Span], type: Type) -> tuple[str, list[Face]]:
        spans: Sequence[Span] = [(text, type.bold)] if isinstance(text, str) else text
        plain, faces = "", list[Face]()
        for part, bold, *lang in spans:
            kept = tidy(str(part))
            if kept:
                plain += kept
                face = self._faces.get(str(lang[0]) if lang else self._lang, type.size, bold=bool(bold), mono=type.mono)
                faces += [face] * len(kept)
        return plain, faces

    def _blank_after(self, type: Type) -> frozenset[str]:
        return self._faces.get(self._lang, type.size, bold=type.bold).blank_after

    def _burn(self, mask: Ink, x: int, y: int, ink: int) -> None:
        """Black or white where `mask` is 1; what lies outside the paper is lost."""
        height, width = mask.shape
        if x < 0 or y < 0 or x + width > self.metrics.width:
            mask = mask[max(0, -y) :, max(0, -x) : max(0, self.metrics.width - x)]
            x, y = max(0, x), max(0, y)
            height, width = mask.shape
        field = self._ink[y : y + height, x : x + width]
        if ink == BLACK:
            field |= mask
        else:
            field &= mask ^ 1

    def _reach(self, bottom: int) -> None:
        missing = bottom - len(self._ink)
        if missing > 0:
            more = max(missing + _GROWTH, len(self._ink))  # twice as much, so that a long slip is not copied many times
            longer = np.zeros((len(self._ink) + more, self.metrics.width), np.uint8)
            longer[: len(self._ink)] = self._ink  # rows that nothing is drawn on take no memory
            self._ink = longer


def tidy(text: str) -> str:
    """What can be set: composed characters, single blanks, no control characters but the line feed; an em space
    (between a name and what belongs to it) stays.
    """
    if text.isprintable() and "  " not in text and unicodedata.is_normalized("NFC", text):
        return text  # as nearly all are
    text = _BLANKS.sub(" ", unicodedata.normalize("NFC", text))
    return "".join(char for char in text if char == "\n" or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co"))


def differ(one: str, other: str) -> bool:
    """Whether two texts differ in more than their marks: what is the same in two languages is printed once."""
    return _letters(one) != _letters(other)


def _letters(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum())


def _measure(faces: Sequence[Face]) -> wrap.Measure:
    return lambda text: [face.advance(char) for face, char in zip(faces, text, strict=True)]
