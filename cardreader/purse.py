"""The electronic purse (PBOC, JT/T 978): balance and transaction records. Read for staff only; facts need neither."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from cardreader.apdu import Command, get_balance, read_record
from cardreader.fields import bcd_moment
from cardreader.processors import Processor

RECORDS_SFI: Final = 0x18
RECORD_SIZE: Final = 23
MOST_RECORDS: Final = 10

FIRST_RECORD: Final = read_record(1, RECORDS_SFI)

_PAYING: Final = frozenset({0x03, 0x04, 0x05, 0x06, 0x09})
"""Transaction types that take money out: 03 unload, 04 cash, 05/06 purchase, 09 compound purchase (metro, bus)."""


@dataclass(frozen=True, slots=True, repr=False)
class PurseRecord:
    """One transaction: its number on the card, the amount in fen (negative: paid), the card's type code as two hex
    digits, local time (None where the card holds no date).
    """

    seq: int
    amount_fen: int
    type: str
    at: dt.datetime | None

    def __repr__(self) -> str:
        return "PurseRecord(…)"


PURSE_AND_OVERDRAFT: Final = (get_balance(0), get_balance(1))


def balance(card: Processor, commands: Sequence[Command] = PURSE_AND_OVERDRAFT) -> int | None:
    """What the first command tells, less what the others do: the purse less what is overdrawn, in fen, so it can be
    negative. None when the card does not tell.

    The highest bit is no part of the amount (old Beijing and Shenzhen cards set it).
    """
    purse = _amount(card, commands[0])
    return None if purse is None else purse - sum(_amount(card, each) or 0 for each in commands[1:])


def _amount(card: Processor, command: Command) -> int | None:
    response = card.send(command)
    if not response.ok or len(response.data) != 4:
        return None
    return int.from_bytes(response.data, "big") & 0x7FFF_FFFF


def records(card: Processor, first: Command = FIRST_RECORD) -> tuple[PurseRecord, ...] | None:
    """The latest transactions, as the card keeps them (newest first); None when it does not give any away."""
    found: list[PurseRecord] = []
    for number in range(1, MOST_RECORDS + 1):
        response = card.send(replace(first, p1=number))
        if not response.ok:
            return tuple(found) if number > 1 else None
        if (record := parse_record(response.data)) is not None:
            found.append(record)
    return tuple(found)


def parse_record(data: bytes) -> PurseRecord | None:
    """Number 2 · overdraft or balance 3 · amount 4 · type 1 · terminal 6 · date 4 · time 3; None for an empty one.

    Bytes 2-4 are the overdraft limit by the standard and the balance afterwards on Shanghai cards, so nobody is told.
    """
    if len(data) < RECORD_SIZE or not any(data) or set(data) == {0xFF}:
        return None
    amount, type_ = int.from_bytes(data[5:9], "big"), data[9]
    return PurseRecord(
        seq=int.from_bytes(data[:2], "big"),
        amount_fen=-amount if type_ in _PAYING else amount,
        type=f"{type_:02X}",
        at=bcd_moment(data[16:23]),
    )
