"""Answers to reset: what a reader shows of a card before the first command."""

from __future__ import annotations

from functools import reduce
from operator import xor
from typing import Final


def contactless(historical: bytes) -> bytes:
    """The ATR that a contactless reader makes up for an ISO 14443-4 card (PC/SC part 3); up to 15 historical bytes."""
    body = bytes((0x80 | len(historical), 0x80, 0x01)) + historical
    return b"\x3b" + body + bytes((reduce(xor, body),))


def storage(card: int) -> bytes:
    """The ATR for a storage card of ISO 14443-3 A; `card` 1: Mifare Classic 1K, 2: 4K, 3: Ultralight (PC/SC part 3)."""
    return contactless(bytes.fromhex("804F0CA000000306") + b"\x03" + card.to_bytes(2, "big") + bytes(4))


def contact(historical: bytes) -> bytes:
    """A contact card that speaks T=0 and says so by keeping silent about protocols: TB1 = 00, TC1 = 02, no checksum."""
    return bytes((0x3B, 0x60 | len(historical), 0x00, 0x02)) + historical


MIFARE_1K: Final = storage(1)
