"""zinnia (Debian: libzinnia0, tegaki-zinnia-simplified-chinese) through ctypes. The only file that knows the library.

The other way to read characters from strokes: library BSD, model LGPL-2.1, both of documented origin; 26 MB of model,
and it wants strokes in their usual order.
"""

from __future__ import annotations

import ctypes
from pathlib import Path

from domain.ports import Strokes
from inputs.missing import EngineMissing

LIBRARY = "libzinnia.so.0"
MODEL = Path("/usr/share/tegaki/models/zinnia/handwriting-zh_CN.model")
SQUARE = 400
"""Points are given to it as whole numbers in a square of this side."""

STROKES_MOST = 36


class ZinniaInk:
    """Raises `EngineMissing` when library or model cannot be opened."""

    def __init__(self, library: str = LIBRARY, model: Path = MODEL) -> None:
        try:
            engine = ctypes.CDLL(library)
        except OSError as error:
            raise EngineMissing(str(error)) from None
        _declare(engine)
        self._engine = engine
        self._reader = engine.zinnia_recognizer_new()
        if not engine.zinnia_recognizer_open(self._reader, bytes(model)):
            engine.zinnia_recognizer_destroy(self._reader)
            raise EngineMissing(f"{model} is no model of {library}")

    def candidates(self, strokes: Strokes, limit: int) -> tuple[str, ...]:
        """Characters, best first."""
        engine = self._engine
        if not any(strokes):
            return ()
        character = engine.zinnia_character_new()
        try:
            engine.zinnia_character_clear(character)
            engine.zinnia_character_set_width(character, SQUARE)
            engine.zinnia_character_set_height(character, SQUARE)
            for number, stroke in enumerate(line for line in strokes[:STROKES_MOST] if line):
                for point in stroke:
                    x, y = (min(SQUARE - 1, max(0, round(SQUARE * v))) for v in point)
                    engine.zinnia_character_add(character, number, x, y)
            answer = engine.zinnia_recognizer_classify(self._reader, character, limit)
        finally:
            engine.zinnia_character_destroy(character)
        if not answer:
            return ()
        try:
            count = engine.zinnia_result_size(answer)
            return tuple(engine.zinnia_result_value(answer, i).decode("utf-8") for i in range(count))
        finally:
            engine.zinnia_result_destroy(answer)


def zinnia_lacks(library: str = LIBRARY, model: Path = MODEL) -> str:
    """Why it surely cannot be opened; "" when library and model are there. Does not read the model."""
    try:
        ctypes.CDLL(library)
    except OSError as error:
        return str(error)
    return "" if model.is_file() else f"no {model}"


def _declare(engine: ctypes.CDLL) -> None:
    thing, size, number = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int
    for name, result, arguments in (
        ("zinnia_recognizer_new", thing, []),
        ("zinnia_recognizer_open", number, [thing, ctypes.c_char_p]),
        ("zinnia_recognizer_destroy", None, [thing]),
        ("zinnia_character_new", thing, []),
        ("zinnia_character_clear", None, [thing]),
        ("zinnia_character_set_width", None, [thing, size]),
        ("zinnia_character_set_height", None, [thing, size]),
        ("zinnia_character_add", number, [thing, size, number, number]),
        ("zinnia_character_destroy", None, [thing]),
        ("zinnia_recognizer_classify", thing, [thing, thing, size]),
        ("zinnia_result_size", size, [thing]),
        ("zinnia_result_value", ctypes.c_char_p, [thing, size]),
        ("zinnia_result_destroy", None, [thing]),
    ):
        function = getattr(engine, name)
        function.restype, function.argtypes = result, arguments
