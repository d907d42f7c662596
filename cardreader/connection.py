"""A connection to one card, and how it can break: all that the layers above know of readers."""

from __future__ import annotations

from typing import Protocol

from domain.errors import CardError, Code


class Connection(Protocol):
    """A powered card. One caller at a time; after any transport error the connection is dead and nothing of it may be
    used any more: the card that answers next may be another one.
    """

    @property
    def atr(self) -> bytes:
        """Answer to reset; contactless readers make it up from the card's historical bytes (PC/SC part 3)."""
        ...

    def transmit(self, apdu: bytes) -> bytes:
        """Sends a command APDU; returns the response APDU, data ‖ SW1 SW2, as the card gave it (61xx and 6Cxx, too).

        Raises `CardGone` when the card was taken away, `CardMute` when it does not answer, `CardGarbled` when what
        came back is no response.
        """
        ...


class TransportError(CardError):
    """The exchange broke below the card's own words. A `CardError`, so that what nobody handles still has its code."""


class CardGone(TransportError):
    """The card was taken away, or the reader lost it (C-15)."""

    def __init__(self, detail: str = "card gone") -> None:
        super().__init__(Code.CARD_GONE, detail)


class CardMute(TransportError):
    """The card does not answer in time (C-14)."""

    def __init__(self, detail: str = "card does not answer") -> None:
        super().__init__(Code.CARD_TOO_SLOW, detail)


class CardGarbled(TransportError):
    """The card answers what is no response APDU (C-11)."""

    def __init__(self, detail: str = "not a response") -> None:
        super().__init__(Code.CARD_UNREADABLE, detail)
