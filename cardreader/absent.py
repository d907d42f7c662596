"""A kiosk without a card reader."""

from __future__ import annotations

from typing import Self

from domain.events import ReaderKind, ReaderState


class NoReader:
    """Port `CardService` where there is nothing to read cards with; people answer three questions instead."""

    @property
    def state(self) -> ReaderState:
        return ReaderState.ABSENT

    @property
    def stuck(self) -> bool:
        """There is nothing to be stuck."""
        return False

    @property
    def lying(self) -> frozenset[ReaderKind]:
        return frozenset()

    def prove(self) -> None:
        """Nobody asks: nothing was ever read."""

    def end_session(self) -> None:
        """Nothing was read."""

    def start(self) -> Self:
        """Nothing begins."""
        return self

    def close(self) -> None:
        """Nothing ends."""
