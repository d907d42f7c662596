"""The writing pad: strokes become characters. A setting says which engine reads them; it is loaded at the first one."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Literal, Protocol

from domain.ports import Strokes
from inputs.dinkit_ink import DinkitInk, dinkit_lacks
from inputs.missing import EngineMissing
from inputs.zinnia import ZinniaInk, zinnia_lacks

log = logging.getLogger(__name__)

Kind = Literal["dinkit", "zinnia", "off"]


class InkEngine(Protocol):
    """Reads one character."""

    def candidates(self, strokes: Strokes, limit: int) -> tuple[str, ...]:
        """Characters, best first."""
        ...


class LateHandwriting:
    """Fills the port `Handwriting`.

    Most visits never touch the pad, so nothing is loaded before a first stroke. An engine that turns out to be missing
    then makes the pad unavailable: the switch to it goes away, and `missing` tells the diagnosis why.
    """

    def __init__(self, open_engine: Callable[[], InkEngine] | None, missing: str = "") -> None:
        self._open = open_engine
        self._engine: InkEngine | None = None
        self.missing = missing

    @property
    def off(self) -> bool:
        """Whether it was switched off on purpose."""
        return self._open is None

    @property
    def available(self) -> bool:
        """Port `Handwriting`."""
        return self._open is not None and not self.missing

    def candidates(self, strokes: Strokes, limit: int = 10) -> tuple[str, ...]:
        """Port `Handwriting`."""
        if not any(strokes) or not self.load():
            return ()
        assert self._engine is not None
        return tuple(dict.fromkeys(self._engine.candidates(strokes, limit)))[:limit]

    def load(self) -> bool:
        """Loads the engine unless it is loaded; whether it is there now."""
        if self._engine is None and self.available:
            assert self._open is not None
            try:
                self._engine = self._open()
            except EngineMissing as error:
                self.missing = str(error)
                log.error("no handwriting: %s", self.missing)
        return self._engine is not None


def open_handwriting(kind: Kind) -> LateHandwriting:
    """The pad with the engine of this machine that was asked for; no other takes its place."""
    if kind == "off":
        return LateHandwriting(None)
    if kind == "zinnia":
        return LateHandwriting(ZinniaInk, zinnia_lacks())
    return LateHandwriting(DinkitInk, dinkit_lacks())
