"""From strings to positioned glyphs: faces, strikes (a face at one size), lines and blocks."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from kivy.core.text import Label as CoreLabel, LabelBase

from screens.faces import ENDONYMS, FontsMissing, face_file, strip_file
from screens.kit import icons
from screens.kit.atlas import Atlas, Sprite
from screens.kit.wrap import wrap
from screens.theme import Type

FACE_OF = {"zh-Hans": "SC", "zh-Hant": "TC", "ja": "JP", "ko": "KR", "en": "KR"}
"""Face for a language. English takes the Korean one: its · and quotes are narrow."""

ICON_FACE = "Icons"

ELLIPSIS = "…"

_CELL = re.compile(r"[A-Za-z\u00c0-\u024f]{2,16}|.[\u0300-\u036f\ufe00-\ufe0f\u20d0-\u20ff]*", re.S)
"""What is drawn as one mark: Latin words, because they are kerned, and otherwise single characters."""

_BLOCKS_KEPT = 1500
_TOKENS_KEPT = 8000


def register(folder: Path, lang: str = "zh-Hans") -> str:
    """Makes the face for `lang` known to Kivy and returns its name; a file is opened at the first glyph.

    Raises `FontsMissing` (K-04) when the faces were not split or an icon font is not installed.
    """
    face = FACE_OF.get(lang, "SC")
    _register(face, face_file(folder, face, "Regular"), face_file(folder, face, "Bold"))
    if not icons.FONT.is_file():
        raise FontsMissing(icons.FONT, "fonts-material-design-icons-iconfont")
    LabelBase.register(ICON_FACE, str(icons.FONT))
    return face


def register_name(folder: Path, lang: str, name: str) -> str:
    """The face in which a language's own name is written: a strip face that holds only this name, so that no whole
    face is loaded for it; SC when the strip does not hold all of `name`.
    """
    face = FACE_OF.get(lang, "SC")
    if not set(name) <= set(ENDONYMS.get(face, "")):
        return register(folder)
    strip = f"{face}-name"
    _register(strip, strip_file(folder, face, "Regular"), strip_file(folder, face, "Bold"))
    return strip


def _register(name: str, regular: Path, bold: Path) -> None:
    for path in (regular, bold):
        if not path.is_file():
            raise FontsMissing(path, "fonts-noto-cjk, then run: python -m screens.faces")
    LabelBase.register(name, str(regular), None, str(bold), None)


class _Raster(CoreLabel):
    """Kivy's SDL text provider without its layout and its texture a label."""

    def alpha(self, text: str) -> tuple[int, int, bytes]:
        self._size = self.get_extents(text)
        self._render_begin()
        self._render_text(text, 0, 0)
        image = self._render_end()
        return image.width, image.height, image.data[3::4]


class Strike:
    """A face at one size and weight: how wide its characters are, and their sprites."""

    def __init__(self, atlas: Atlas, face: str, size: int, bold: bool) -> None:
        self._atlas = atlas
        self._raster = _Raster(font_name=face, font_size=size, bold=bold)
        self._raster.resolve_font_name()
        self.size = size
        # Where the top of a rendered glyph goes so that the ideographic em box, not the font's larger ascent and
        # descent, is centred in its line: ideographs reach from 0.88 em above the baseline to 0.12 em below.
        self.rise = self._raster.get_ascent() - round(0.88 * size)
        self.marks: dict[str, Sprite | None] = atlas.store()
        self._advances: dict[str, int] = {}

    def advance(self, token: str) -> int:
        """Width of a token in whole pixels: kerned inside Latin words, as it is drawn."""
        known = self._advances.get(token)
        if known is None:
            if len(self._advances) > _TOKENS_KEPT:
                self._advances.clear()
            cells = _CELL.findall(token)
            if len(cells) <= 1:
                known = self._raster.get_extents(token)[0] if token else 0
            else:
                known = sum(map(self.advance, cells))
            self._advances[token] = known
        return known

    def mark(self, cell: str) -> Sprite | None:
        """The sprite of a cell; None for one without ink."""
        try:
            return self.marks[cell]
        except KeyError:
            pass
        width, _, alpha = self._raster.alpha(cell)
        inked = alpha.lstrip(b"\0")
        sprite = None
        if inked:
            top = (len(alpha) - len(inked)) // width
            bottom = -(-len(alpha.rstrip(b"\0")) // width)
            sprite = self._atlas.place(width, bottom - top, alpha[top * width : bottom * width], 0, top)
        self.marks[cell] = sprite
        return sprite

    def forget(self) -> None:
        """Drops every word that was measured or drawn as a whole; single characters say nothing about anyone."""
        for kept in (self._advances, self.marks):
            for token in [token for token in kept if len(token) > 1]:
                del kept[token]


class Line(NamedTuple):
    """Cells with the x of each, and the width of all, in pixels."""

    cells: tuple[tuple[str, int], ...]
    width: int
    text: str


class Block(NamedTuple):
    """Set text. `width` is that of the widest line; `cut`: words were left off to keep to the lines allowed."""

    strike: Strike
    line: int
    lines: tuple[Line, ...]
    width: int
    cut: bool = False

    @property
    def height(self) -> int:
        """Pixels from the top of the first line box to the bottom of the last."""
        return self.line * len(self.lines)


class Typesetter:
    """Sets text in one face; remembers recent blocks, because pages are drawn from the same words again and again."""

    def __init__(self, atlas: Atlas, face: str) -> None:
        self.atlas = atlas
        self.face = face
        self._strikes: dict[tuple[str, int, bool], Strike] = {}
        self._blocks: dict[tuple, Block] = {}

    def strike(self, size: int, bold: bool = False, face: str = "") -> Strike:
        """The face at `size` pixels."""
        key = (face or self.face, size, bold)
        found = self._strikes.get(key)
        if found is None:
            found = self._strikes[key] = Strike(self.atlas, *key)
        return found

    def set(
        self, text: str, type: Type, *, bold: bool = False, width: int = 0, most: int = 0, face: str = "",
        apart: bool = False,
    ) -> Block:  # fmt: skip
        """Text in lines of at most `width` pixels (0: only where it has newlines), at most `most` lines (0: any).

        What goes beyond `most` lines is replaced by an ellipsis. `apart`: every character is drawn by itself, for
        what a citizen typed, so that no word of theirs stays in the atlas.
        """
        key = (text, type, bold, width, most, face, apart)
        block = self._blocks.get(key)
        if block is None:
            if len(self._blocks) > _BLOCKS_KEPT:
                self._blocks.clear()
            block = self._blocks[key] = self._set(*key)
        return block

    def _set(self, text: str, type: Type, bold: bool, width: int, most: int, face: str, apart: bool) -> Block:
        strike = self.strike(type.size, bold, face)
        rows = wrap(text, width, strike.advance) if width else text.split("\n")
        cut = 0 < most < len(rows)
        if cut:
            rows = [*rows[: most - 1], _shortened(rows[most - 1], width, strike)]
        lines = tuple(_line(row, strike, apart) for row in rows)
        return Block(strike, type.line, lines, max(line.width for line in lines), cut)

    def forget(self) -> None:
        """Drops everything that was remembered of texts."""
        self._blocks.clear()
        for strike in self._strikes.values():
            strike.forget()


def _line(text: str, strike: Strike, apart: bool) -> Line:
    cells, x = [], 0
    for cell in text if apart else _CELL.findall(text):
        cells.append((cell, x))
        x += strike.advance(cell)
    return Line(tuple(cells), x, text)


def _shortened(row: str, width: int, strike: Strike) -> str:
    cells = _CELL.findall(row.rstrip("，。、；：,.;: "))
    while cells and strike.advance("".join(cells)) + strike.advance(ELLIPSIS) > width:
        cells.pop()
    return "".join(cells) + ELLIPSIS
