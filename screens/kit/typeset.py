"""From strings to positioned glyphs: faces, strikes (a face at one size), lines and blocks."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from screens.faces import ENDONYMS, FontsMissing, face_file, strip_file
from screens.kit import icons
from screens.kit.atlas import Atlas, Sprite
from screens.kit.outlines import Outlines
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


_EM_ABOVE = 0.88
"""Share of the ideographic em box above the baseline. Lines are centred by it and not by a font's larger ascent and
descent."""


class Faces:
    """The faces that are known, by name; a file is opened when the first glyph of it is needed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[tuple[str, bool], Path] = {}
        self._open: dict[Path, Outlines] = {}

    def language(self, lang: str = "zh-Hans") -> str:
        """The name of the face for `lang`.

        Raises `FontsMissing` (K-04) when the faces were not split or the icon font is not installed.
        """
        face = FACE_OF.get(lang, "SC")
        self._add(face, face_file(self._folder, face, "Regular"), face_file(self._folder, face, "Bold"))
        if not icons.FONT.is_file():
            raise FontsMissing(icons.FONT, "fonts-material-design-icons-iconfont")
        self._files[ICON_FACE, False] = self._files[ICON_FACE, True] = icons.FONT
        return face

    def name(self, lang: str, name: str) -> str:
        """The face in which a language's own name is written: a strip face that holds only this name, so that no whole
        face is opened for it; SC when the strip does not hold all of `name`.
        """
        face = FACE_OF.get(lang, "SC")
        if not set(name) <= set(ENDONYMS.get(face, "")):
            return self.language()
        strip = f"{face}-name"
        self._add(strip, strip_file(self._folder, face, "Regular"), strip_file(self._folder, face, "Bold"))
        return strip

    def _add(self, name: str, regular: Path, bold: Path) -> None:
        for path in (regular, bold):
            if not path.is_file():
                raise FontsMissing(path, "fonts-noto-cjk, then run: python -m screens.faces")
        self._files[name, False], self._files[name, True] = regular, bold

    def outlines(self, face: str, bold: bool) -> Outlines:
        """The glyphs of a face that `language` or `name` has named."""
        path = self._files[face, bold]
        found = self._open.get(path)
        if found is None:
            found = self._open[path] = Outlines(path)
        return found

    def rest(self) -> None:
        """Lets go of what is mapped of the files."""
        for outlines in self._open.values():
            outlines.rest()


class Strike:
    """A face at one size and weight: how wide its characters are, and their sprites."""

    def __init__(self, atlas: Atlas, faces: Faces, face: str, size: int, bold: bool) -> None:
        self._atlas = atlas
        self.outlines = faces.outlines(face, bold)
        self.size = size
        self._above = round((self.outlines.ascent if face == ICON_FACE else _EM_ABOVE) * size)
        self.marks: dict[str, Sprite | None] = atlas.store()
        self._advances: dict[str, int] = {}

    def advance(self, token: str) -> int:
        """Width of a token in whole pixels: kerned inside Latin words, as it is drawn."""
        known = self._advances.get(token)
        if known is None:
            if len(self._advances) > _TOKENS_KEPT:
                self._advances.clear()
            cells = _CELL.findall(token)
            known = self.outlines.advance(token, self.size) if len(cells) <= 1 else sum(map(self.advance, cells))
            self._advances[token] = known
        return known

    def mark(self, cell: str) -> Sprite | None:
        """The sprite of a cell, offset from the upper left corner of its em box; None for one without ink."""
        try:
            return self.marks[cell]
        except KeyError:
            pass
        mask = self.outlines.mask(cell, self.size)
        sprite = None
        if mask is not None:
            sprite = self._atlas.place(mask.width, mask.height, mask.alpha, mask.left, self._above - mask.top)
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

    def __init__(self, atlas: Atlas, faces: Faces, face: str) -> None:
        self.atlas = atlas
        self.face = face
        self._faces = faces
        self._strikes: dict[tuple[str, int, bool], Strike] = {}
        self._blocks: dict[tuple, Block] = {}

    def strike(self, size: int, bold: bool = False, face: str = "") -> Strike:
        """The face at `size` pixels."""
        key = (face or self.face, size, bold)
        found = self._strikes.get(key)
        if found is None:
            found = self._strikes[key] = Strike(self.atlas, self._faces, *key)
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
