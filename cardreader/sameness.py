"""Whether the card on the reader is still the one that was read.

pcscd looks at a reader every 0.4 s: a card that is exchanged between two looks is never told of, and the handle of the
first one then talks to the second. So the first words of a reading are said again, at the moments that matter, and the
answers compared: the selection of the application and, unless that names the card already, the first file behind it.
What is kept for that are the commands and keyed digests of the answers, never the answers.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from typing import Final

from cardreader import tlv
from cardreader.apdu import GET_RESPONSE, SELECT
from cardreader.connection import CardGone, Connection

MOST: Final = 40
"""Exchanges of a proof at most; most have one or three. Many are needed only where a card refused one name after the
other before it was recognised.
"""

_MASTER_FILE: Final = b"\x02\x3f\x00"

_READS: Final = frozenset({0xB0, 0xB2})
_LEAST_NAMING: Final = 8
"""Bytes of a file that tells cards apart; what is shorter (a version, a kind of card) is the same on many."""

_KEY_BYTES: Final = 32


class Exchanged(CardGone):
    """Another card answers."""


@dataclass(frozen=True, slots=True, repr=False)
class Proof:
    """Commands and, for each, the digest of what the card answered. `fresh`: they mean what they meant only to a card
    whose power was just switched on, because none of them selects from the beginning.
    """

    commands: tuple[bytes, ...]
    digests: tuple[bytes, ...]
    key: bytes
    fresh: bool

    def check(self, connection: Connection) -> None:
        """Says the commands again. Raises `Exchanged` when another card answers, `CardError` when none does."""
        for command, digest in zip(self.commands, self.digests, strict=True):
            if not hmac.compare_digest(_digest(self.key, connection.transmit(command)), digest):
                raise Exchanged("another card answers")


def _digest(key: bytes, answer: bytes) -> bytes:
    return hmac.digest(key, answer, hashlib.sha256)


@dataclass(slots=True, repr=False)
class Noted:
    """A connection that notes what `Proof` needs while a card is read through it."""

    inner: Connection
    _key: bytes = field(default_factory=lambda: secrets.token_bytes(_KEY_BYTES))
    _commands: list[bytes] = field(default_factory=list)
    _digests: list[bytes] = field(default_factory=list)
    _whole: bool = False
    _fresh: bool = True

    @property
    def atr(self) -> bytes:
        return self.inner.atr

    def transmit(self, apdu: bytes) -> bytes:
        answer = self.inner.transmit(apdu)
        if not self._whole:
            if _from_the_beginning(apdu) and answer[-2:-1] in (b"\x90", b"\x61", b"\x62", b"\x63"):
                # Wherever the card was before, it begins here.
                self._commands.clear()
                self._digests.clear()
                self._fresh = False
            self._commands.append(apdu)
            self._digests.append(_digest(self._key, answer))
            self._whole = len(self._commands) >= MOST or _names_the_card(self._commands, answer)
        return answer

    def proof(self) -> Proof:
        """What the card on the reader is compared with from now on."""
        return Proof(tuple(self._commands), tuple(self._digests), self._key, self._fresh)


def _from_the_beginning(apdu: bytes) -> bool:
    """Whether this selects by name, or the master file."""
    return tuple(apdu[:2]) == SELECT and (bool(apdu[2] & 0x04) or apdu[4:7] == _MASTER_FILE)


def _names_the_card(commands: list[bytes], answer: bytes) -> bool:
    """Whether cards differ in this answer: a file of some length, or the public file within an FCI (9F0C)."""
    data, asked = answer[:-2], commands[-1]
    if tuple(asked[:2]) == GET_RESPONSE and len(commands) > 1:
        asked = commands[-2]
    if asked[1] in _READS:
        return len(data) >= _LEAST_NAMING
    public = tlv.find(data, 0x6F, 0xA5, 0x9F0C)
    return public is not None and len(public) >= 20
