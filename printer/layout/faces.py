"""Noto Sans CJK as dots: how far a character moves on, and its picture, black or nothing."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from PIL import Image, ImageFont

from domain.errors import Code, CodedError
from printer import wrap
from printer.settings import DEBIAN_FONTS

_REGULAR: Final = "NotoSansCJK-Regular.ttc"
_BOLD: Final = "NotoSansCJK-Bold.ttc"
_INDEX: Final = {"ja": 0, "ko": 1, "zh-Hans": 2, "zh-Hant": 3}
"""Face of the collection by language; every other language is set in the simplified Chinese one."""
_MONO: Final = 7
"""Noto Sans Mono CJK SC: for codes that are typed, where 8 and B stand below one another."""
_BLANK_AFTER: Final = {"ja": wrap.JAPANESE, "ko": wrap.JAPANESE, "zh-Hant": wrap.TRADITIONAL}

_THRESHOLD: Final = 105
"""Coverage (0-255) above which a dot burns: 255 - 150, where thin strokes stay whole and counters stay open."""
_OPEN_FONTS: Final = 4
"""A tick row goes through four faces."""
_KEPT_GLYPHS: Final = 800
"""Of each face; a slip has some 250 different characters."""
_ASCENT: Final = 0.88
"""Part of the em square above the baseline, as the font has it."""


class Face:
    """One weight at one size.

    Characters are set one by one: the same dots on every machine, whatever shaping library is installed there. A
    character that the font does not have is drawn as the font's empty box.
    """

    def __init__(self, load: Callable[[], ImageFont.FreeTypeFont], size: int, blank_after: frozenset[str]) -> None:
        self._load = load
        self.size = size
        self.blank_after = blank_after
        self.ascent = round(size * _ASCENT)
        self._advances: dict[str, int] = {}
        self._masks: dict[str, tuple[Image.Image, int, int] | None] = {}

    def advances(self, text: str) -> Sequence[int]:
        """How far each character of `text` moves on, in dots."""
        return [self.advance(char) for char in text]

    def advance(self, char: str) -> int:
        known = self._advances.get(char)
        if known is None:
            known = self._advances[char] = round(self._load().getlength(char))
        return known

    def mask(self, char: str) -> tuple[Image.Image, int, int] | None:
        """The dots of `char`, with the place of their upper left corner from the pen on the baseline; None: no ink."""
        if char not in self._masks:
            if len(self._masks) >= _KEPT_GLYPHS:
                self._masks.clear()
            self._masks[char] = self._draw(char)
        return self._masks[char]

    def _draw(self, char: str) -> tuple[Image.Image, int, int] | None:
        core, offset = self._load().getmask2(char, "L", anchor="ls")
        if not core.size[0] or not core.size[1]:
            return None
        grey = Image.frombytes("L", core.size, bytes(core))
        dots = grey.point([255 if value > _THRESHOLD else 0 for value in range(256)], "1")
        ink = dots.getbbox()
        if ink is None:
            return None
        return dots.crop(ink), int(offset[0]) + ink[0], int(offset[1]) + ink[1]


@dataclass(frozen=True, slots=True)
class _Key:
    lang: str
    bold: bool
    size: int
    mono: bool = False


class Faces:
    """All faces of the two collections in `folder`.

    A font file is opened when a glyph is missing and closed by `rest`: it opens in half a millisecond, but each open
    one counts as 17 MB of the process. Raises `CodedError` (K-04) at once when a file is missing or is no font.
    """

    def __init__(self, folder: Path = DEBIAN_FONTS) -> None:
        self._files = {False: folder / _REGULAR, True: folder / _BOLD}
        self._faces: dict[_Key, Face] = {}
        self._open: OrderedDict[_Key, ImageFont.FreeTypeFont] = OrderedDict()
        for bold in (False, True):
            self._load(_Key("zh-Hans", bold, 20))
        self.rest()

    def get(self, lang: str, size: int, *, bold: bool, mono: bool = False) -> Face:
        """The face for `lang` ("zh-Hans", "ja"…) at `size` dots an em; `mono`: every letter as wide as any other."""
        key = _Key(lang if lang in _INDEX and not mono else "zh-Hans", bold, size, mono)
        face = self._faces.get(key)
        if face is None:
            blank_after = _BLANK_AFTER.get(key.lang, wrap.SIMPLIFIED)
            face = self._faces[key] = Face(partial(self._load, key), size, blank_after)
        return face

    def rest(self) -> None:
        """Closes the font files; the next missing glyph opens them again."""
        self._open.clear()

    def _load(self, key: _Key) -> ImageFont.FreeTypeFont:
        font = self._open.get(key)
        if font is not None:
            self._open.move_to_end(key)
            return font
        if len(self._open) >= _OPEN_FONTS:
            self._open.popitem(last=False)
        # Not ImageFont.truetype(): that goes and looks for a file of the same name elsewhere on the machine.
        path = self._files[key.bold]
        try:
            index = _MONO if key.mono else _INDEX[key.lang]
            font = ImageFont.FreeTypeFont(path, key.size, index, layout_engine=ImageFont.Layout.BASIC)
        except OSError as error:
            raise CodedError(Code.FONTS_MISSING, f"{path}: {error}") from error
        self._open[key] = font
        return font
