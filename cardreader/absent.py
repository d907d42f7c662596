"""A kiosk without a card reader."""

from __future__ import annotations

from domain.events import ReaderState


class NoReader:
    """Port `CardService` where there is nothing to read cards with; people answer three questions instead."""

    @property
    def state(self) -> ReaderState:
        return ReaderState.ABSENT

    def end_session(self) -> None:
        """Nothing was read."""
