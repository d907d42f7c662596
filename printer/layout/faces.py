"""Noto Sans CJK as dots: how far a character moves on, and its mask, black or nothing."""

from __future__ import annotations

import contextlib
import ctypes
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import ImageFont

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
_KEPT_BYTES: Final = 800_000
"""Of the masks of all faces together, some two thousand. A slip needs 300 to 500 of them."""
_OBJECT_BYTES: Final = 280
"""What a mask takes besides its dots."""
_KEPT_ADVANCES: Final = 4_000
"""Of a face."""
_ASCENT: Final = 0.88
"""Part of the em square above the baseline, as the font has it."""


class Mask(NamedTuple):
    """The dots of a character, eight to a byte, row behind row, and the place of their upper left corner from the pen
    on the baseline. Unpacked they would take five times the memory, and save a twentieth of the time.
    """

    packed: bytes
    width: int
    height: int
    left: int
    up: int

    def dots(self) -> npt.NDArray[np.uint8]:
        """Shape (height, width), 1 where there is ink."""
        flat = np.unpackbits(np.frombuffer(self.packed, np.uint8), count=self.width * self.height)
        return flat.reshape(self.height, self.width)


class Masks:
    """What has been drawn lately, of all faces together: the one that was not wanted for longest goes first."""

    def __init__(self, most: int = _KEPT_BYTES) -> None:
        self._most = most
        self._held: OrderedDict[tuple[int, str], Mask | None] = OrderedDict()
        self.size = 0
        """Bytes."""

    def get(self, face: int, char: str, draw: Callable[[str], Mask | None]) -> Mask | None:
        """The mask of `char` in the face with the number `face`, drawn by `draw` when it is not held; None: no ink."""
        key = (face, char)
        if key in self._held:
            self._held.move_to_end(key)
            return self._held[key]
        mask = self._held[key] = draw(char)
        self.size += _weight(mask)
        while self.size > self._most and len(self._held) > 1:
            self.size -= _weight(self._held.popitem(last=False)[1])
        return mask


def _weight(mask: Mask | None) -> int:
    return _OBJECT_BYTES + (len(mask.packed) if mask else 0)


class Face:
    """One weight at one size.

    Characters are set one by one: the same dots on every machine, whatever shaping library is installed there. A
    character that the font does not have is drawn as the font's empty box.
    """

    def __init__(
        self,
        load: Callable[[], ImageFont.FreeTypeFont],
        size: int,
        blank_after: frozenset[str],
        number: int,
        masks: Masks,
    ) -> None:
        self._load = load
        self._number = number
        self._masks = masks
        self.size = size
        self.blank_after = blank_after
        self.ascent = round(size * _ASCENT)
        self._advances: dict[str, int] = {}

    def advances(self, text: str) -> Sequence[int]:
        """How far each character of `text` moves on, in dots."""
        return [self.advance(char) for char in text]

    def advance(self, char: str) -> int:
        known = self._advances.get(char)
        if known is None:
            if len(self._advances) >= _KEPT_ADVANCES:
                self._advances.clear()
            known = self._advances[char] = round(self._load().getlength(char))
        return known

    def mask(self, char: str) -> Mask | None:
        """The dots of `char`; None: no ink."""
        return self._masks.get(self._number, char, self._draw)

    def _draw(self, char: str) -> Mask | None:
        core, offset = self._load().getmask2(char, "L", anchor="ls")
        if not core.size[0] or not core.size[1]:
            return None
        width, height = core.size
        dots = np.frombuffer(bytes(core), np.uint8).reshape(height, width) > _THRESHOLD
        rows, columns = np.flatnonzero(dots.any(axis=1)), np.flatnonzero(dots.any(axis=0))
        if not len(rows):
            return None
        top, left = int(rows[0]), int(columns[0])
        ink = dots[top : rows[-1] + 1, left : columns[-1] + 1]
        height, width = ink.shape
        return Mask(np.packbits(ink).tobytes(), width, height, int(offset[0]) + left, int(offset[1]) + top)


class _Key(NamedTuple):
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
        self._masks = Masks()
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
            number = len(self._faces)
            face = self._faces[key] = Face(partial(self._load, key), size, blank_after, number, self._masks)
        return face

    def rest(self) -> None:
        """Closes the font files; the next missing glyph opens them again. What their tables took goes back to the
        machine: 4 MB, which the C heap would keep as holes below the little that was allocated after them.
        """
        if not self._open:
            return
        self._open.clear()
        with contextlib.suppress(AttributeError):  # a C library without it keeps what it keeps
            ctypes.CDLL(None).malloc_trim(0)

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
