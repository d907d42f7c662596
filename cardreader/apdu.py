"""Commands and responses (ISO 7816-4), and the few of them that a kiosk may send.

Everything that changes a card, counts a try or proves a key is not merely left out: there is no function that makes
it, and `processors.Guard` refuses it should one ever be made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from domain.errors import CardError, Code

ANY_LENGTH: Final = 256
"""Le for "all there is"; written as 00."""


@dataclass(frozen=True, slots=True)
class Command:
    """A short command APDU; `le` is 1–256, or None when no data is expected back."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = b""
    le: int | None = None

    @property
    def header(self) -> bytes:
        """CLA INS P1 P2."""
        return bytes((self.cla, self.ins, self.p1, self.p2))

    def encoded(self, *, with_le: bool = True) -> bytes:
        """The bytes for the reader."""
        body = bytes((len(self.data),)) + self.data if self.data else b""
        return self.header + body + (bytes((self.le & 0xFF,)) if self.le is not None and with_le else b"")


@dataclass(frozen=True, slots=True, repr=False)
class Response:
    """Data and status word."""

    data: bytes
    sw: int

    def __repr__(self) -> str:
        return f"Response({len(self.data)} B, {self.sw:04X})"

    @property
    def ok(self) -> bool:
        """9000, or 6282: the file ended before Le bytes, which is how short files answer."""
        return self.sw in (0x9000, 0x6282)

    @property
    def refused(self) -> bool:
        """The card has it but does not give it to us (69xx), whichever way one asks."""
        return self.sw in (0x6982, 0x6983, 0x6984, 0x6985, 0x6988)


class Unreadable(CardError):
    """The card was understood, but not what it said (C-11). `detail` names file and status word."""

    def __init__(self, detail: str) -> None:
        super().__init__(Code.CARD_UNREADABLE, detail)


SELECT, READ_BINARY, READ_RECORD, GET_RESPONSE = (0x00, 0xA4), (0x00, 0xB0), (0x00, 0xB2), (0x00, 0xC0)
GET_BALANCE = (0x80, 0x5C)

ALLOWED: Final = frozenset({SELECT, READ_BINARY, READ_RECORD, GET_RESPONSE, GET_BALANCE})
"""(CLA, INS) of all that is ever sent to a citizen's card."""


def select_name(name: bytes) -> Command:
    """SELECT an application by its DF name."""
    return Command(*SELECT, 0x04, 0x00, name, ANY_LENGTH)


def select_file(fid: int) -> Command:
    """SELECT an elementary file under the current DF; cards differ in whether they give an FCI for it."""
    return Command(*SELECT, 0x00, 0x00, fid.to_bytes(2, "big"), ANY_LENGTH)


def read_binary(sfi: int, offset: int = 0, length: int = ANY_LENGTH) -> Command:
    """READ BINARY of the transparent file with short identifier `sfi`; `offset` ≤ 255."""
    return Command(*READ_BINARY, 0x80 | sfi, offset, b"", length)


def read_record(number: int, sfi: int = 0) -> Command:
    """READ RECORD by number; `sfi` 0: of the file selected last."""
    return Command(*READ_RECORD, number, sfi << 3 | 0x04, b"", ANY_LENGTH)


def read_record_by_tag(tag: int, length: int, sfi: int = 0) -> Command:
    """READ RECORD by identifier, the tag of its TLV; `length` is that of the value. `sfi` as in `read_record`."""
    return Command(*READ_RECORD, tag, sfi << 3, b"", length + 2)


def get_balance(p1: int = 0) -> Command:
    """GET BALANCE of the electronic purse (PBOC); `p1` 1: of its overdraft."""
    return Command(*GET_BALANCE, p1, 0x02, b"", 4)
