"""The C library of dinkit (PyPI) through ctypes: characters from strokes. The only file that knows it.

The wheel holds one library with a built-in model of 5 MB; it opens no file and no socket. Loading and the first
character cost 10 ms and 7 MB, each further character about 5 ms. Some of its answers are strokes, radicals and signs
(， for a short stroke): what is no ideograph is left out, and common characters are put in front.

Two of its habits decide how it is used here:

- The wheel's own Python classes close the library twice for each time they opened it. The second of two readers in a
  process then runs in memory that is gone. So they are passed over, and the library stays until the process ends.
- Time grows with strokes faster than with points (36 strokes of 16 points: 50 ms), so no more strokes are given to it
  than a character can have.
"""

from __future__ import annotations

import ctypes
import importlib.util
from pathlib import Path

from domain.ports import Strokes
from inputs.missing import EngineMissing

PACKAGE = "dinkit"
SQUARE = 1000
"""Points are given to it as whole numbers in a square of this side."""

STROKES_MOST = 36
"""龘 and the like apart, no character in use has more."""

_ASKED = 24
_SURCHARGE = (1.0, 1.2, 1.5)
"""By `rarity`: what the distance that the library tells is multiplied with, because it knows nothing of how often a
character is written. 500 common characters with joined strokes: first in 95 of 100 cases instead of 92.
"""

_ONE_CHARACTER = 1  # recognise a single character, neither a line nor what may follow
_LONGEST = 64  # bytes of a candidate


class _Point(ctypes.Structure):
    _fields_ = (("x", ctypes.c_uint16), ("y", ctypes.c_uint16))


_END_OF_STROKE = _Point(65535, 0)


class _Config(ctypes.Structure):
    _fields_ = (
        ("singles", ctypes.c_uint16),
        ("candidates", ctypes.c_uint16),
        ("charset", ctypes.c_uint16),
        ("mode", ctypes.c_uint16),
    )


class DinkitInk:
    """Raises `EngineMissing` when the library is not installed or cannot be loaded."""

    def __init__(self, package: str = PACKAGE) -> None:
        path = _library(package)
        if path is None:
            raise EngineMissing(dinkit_lacks(package))
        try:
            self._engine = ctypes.CDLL(str(path))
            _declare(self._engine)
        except (OSError, AttributeError) as error:
            raise EngineMissing(str(error)) from None
        self._kernel = self._engine.HWKernel_New(None, None)
        if not self._kernel:
            raise EngineMissing(f"{path} has no model")
        config = _Config(_ASKED, _ASKED, 0, _ONE_CHARACTER)
        self._engine.HWKernel_SetConfig(self._kernel, ctypes.byref(config))

    def candidates(self, strokes: Strokes, limit: int) -> tuple[str, ...]:
        """Characters, best first; no more than two dozen."""
        points: list[_Point] = []
        for stroke in [stroke for stroke in strokes if stroke][:STROKES_MOST]:
            points += (_Point(*(min(SQUARE, max(0, round(SQUARE * v))) for v in point)) for point in stroke)
            points.append(_END_OF_STROKE)
        if not points:
            return ()
        distances = self._read(points)
        found = [(distance * _SURCHARGE[rarity(text)], text) for text, distance in distances if ideograph(text)]
        return tuple(text for _, text in sorted(found, key=lambda pair: pair[0]))[:limit]

    def _read(self, points: list[_Point]) -> list[tuple[str, int]]:
        """What the library makes of it: texts and how far each is from what was drawn."""
        engine, kernel = self._engine, self._kernel
        if not engine.HWKernel_SetStrokesWithSeparators(kernel, (_Point * len(points))(*points), len(points)):
            return []
        text, distance, found = ctypes.create_string_buffer(_LONGEST), ctypes.c_uint32(), []
        for index in range(min(_ASKED, engine.HWKernel_GetCandTotal(kernel))):
            if engine.HWKernel_GetCandItemUtf8(kernel, index, text, _LONGEST, ctypes.byref(distance)):
                found.append((text.value.decode("utf-8", "replace"), distance.value))
        return found


def dinkit_lacks(package: str = PACKAGE) -> str:
    """Why the library surely cannot be loaded; "" when it is installed. Loads nothing."""
    return "" if _library(package) else f"no Python package {package} with a library for this machine"


def ideograph(text: str) -> bool:
    """Whether it is one character of Unicode's first block of ideographs, which every face here can show."""
    return len(text) == 1 and "一" <= text <= "鿿"


def rarity(character: str) -> int:
    """0: in the first level of GB 2312, whose 3 755 characters are 99.7 % of what is written; 1: in its second level;
    2: elsewhere (丟, 囯).
    """
    try:
        first = character.encode("gb2312")[0]
    except UnicodeEncodeError:
        return 2
    return 0 if first <= 0xD7 else 1


def _library(package: str) -> Path | None:
    """Where the installed wheel keeps it; the package itself is not imported."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / "lib" / "libdinkit.so"
    return path if path.is_file() else None


def _declare(engine: ctypes.CDLL) -> None:
    thing, short = ctypes.c_void_p, ctypes.c_uint16
    engine.HWKernel_New.argtypes = [thing, thing]
    engine.HWKernel_New.restype = thing
    engine.HWKernel_SetConfig.argtypes = [thing, ctypes.POINTER(_Config)]
    engine.HWKernel_SetStrokesWithSeparators.argtypes = [thing, ctypes.POINTER(_Point), ctypes.c_uint32]
    engine.HWKernel_SetStrokesWithSeparators.restype = ctypes.c_int
    engine.HWKernel_GetCandTotal.argtypes = [thing]
    engine.HWKernel_GetCandTotal.restype = short
    engine.HWKernel_GetCandItemUtf8.argtypes = [thing, short, thing, short, ctypes.POINTER(ctypes.c_uint32)]
    engine.HWKernel_GetCandItemUtf8.restype = short
