"""Files on a card: ISO 7816-4, as far as city and social security cards use it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

MASTER_FILE: Final = 0x3F00


@dataclass(frozen=True, slots=True)
class ElementaryFile:
    """A transparent file (`data`) or a file of records (`records` is not None).

    `number` is the file identifier, None for files that SELECT does not find: on transit cards READ BINARY by short
    identifier works where SELECT 0015 answers 6A82. `short` is the short identifier, 1 to 30. `locked` are records
    that want authentication first, told by their first byte; `all_locked`: the whole file does.
    """

    number: int | None = None
    short: int | None = None
    data: bytes = b""
    records: tuple[bytes, ...] | None = None
    locked: frozenset[int] = frozenset()
    all_locked: bool = False

    def may_read(self, record: bytes = b"") -> bool:
        return not self.all_locked and record[:1] not in {bytes((tag,)) for tag in self.locked}


@dataclass(frozen=True, slots=True)
class Purse:
    """An electronic purse in fen: what is on it, and how far it was drawn below zero (GET BALANCE with P1 = 01)."""

    balance: int
    overdrawn: int = 0


@dataclass(frozen=True, slots=True)
class DedicatedFile:
    """An application: its name (AID), its files, and what SELECT tells besides the name (`proprietary`, tag A5)."""

    number: int | None = None
    name: bytes = b""
    files: tuple[ElementaryFile, ...] = ()
    purses: Mapping[int, Purse] = field(default_factory=dict)
    """By P2 of GET BALANCE: 01 electronic deposit, 02 electronic purse."""
    proprietary: bytes = b""

    def by_number(self, number: int) -> ElementaryFile | None:
        return next((file for file in self.files if file.number == number), None)

    def by_short(self, short: int) -> ElementaryFile | None:
        return next((file for file in self.files if file.short == short), None)

    def control_information(self) -> bytes:
        """What SELECT answers: FCI template 6F with the name (84) and the proprietary part (A5)."""
        inside = tlv(0x84, self.name) if self.name else b""
        return tlv(0x6F, inside + (tlv(0xA5, self.proprietary) if self.proprietary else b""))


def tlv(tag: int, value: bytes) -> bytes:
    """One BER-TLV object, up to 255 bytes of value."""
    head = tag.to_bytes((tag.bit_length() + 7) // 8, "big")
    length = bytes((len(value),)) if len(value) < 0x80 else bytes((0x81, len(value)))
    return head + length + value


def bcd(digits: str) -> bytes:
    """Digits, two a byte; an odd count gets a leading zero."""
    return bytes.fromhex(digits if len(digits) % 2 == 0 else f"0{digits}")
