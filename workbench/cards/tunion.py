"""交通联合 (T-Union) cards: JT/T 978 as public readers have met it.

Layouts: EF15 and SFI 18 are PBOC's; EF17, SFI 1E and the AIDs are T-Union's. City codes are GB/T 13497.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from workbench.cards.chip import FileChip
from workbench.cards.files import MASTER_FILE, DedicatedFile, ElementaryFile, Purse, bcd, tlv

PURSE_AID: Final = bytes.fromhex("A000000632010105")
CASH_AID: Final = bytes.fromhex("A000000632010106")
PAYMENT_ENVIRONMENT: Final = b"2PAY.SYS.DDF01"
ORDINARY, STUDENT, SENIOR, TEST, MILITARY = 1, 2, 3, 4, 5
"""Card types in EF17."""
TOP_UP, RIDE = 0x02, 0x09
"""Transaction types in SFI 18: load of the purse, compound purchase."""

_RECORDS: Final = 10
_TRIPS: Final = 30


@dataclass(frozen=True, slots=True)
class Payment:
    """One entry of SFI 18, newest first on the card. `amount` in fen."""

    at: datetime
    amount: int
    kind: int = RIDE


def card(
    *,
    number: str,
    city: str,
    kind: int,
    valid: tuple[date, date],
    purse: Purse,
    payments: Sequence[Payment] = (),
    shows_balance: bool = False,
    full: bool = True,
    uid: bytes,
) -> FileChip:
    """A T-Union card.

    `number`: 19 digits, begins with 310. `city`: four digits of GB/T 13497. `shows_balance`: bytes 2 to 4 of a
    transaction hold the balance after it instead of zeros, as Shanghai's cards do. `full`: the record files have all
    their records, empty ones as zeros; otherwise they end with the last one written.
    """
    if len(number) != 19 or not number.startswith("310"):
        raise ValueError("a T-Union number has 19 digits and begins with 310")
    issuer = b"\x05\x21" + bcd(city) + b"\xff" * 4
    public = issuer + b"\x02\x00" + bcd(number) + _day(valid[0]) + _day(valid[1]) + b"\x00\x00"
    holder = bytes(2) + b" " * 20 + b" " * 32 + b"\x00"
    management = bytes.fromhex("00000156") + bcd(city[:2] + "00") + bcd(city) + b"\x00\x01" + bytes((kind,))
    records, trips = _history(purse, payments, city, shows_balance)
    empty = (_RECORDS, _TRIPS) if full else (0, 0)
    return FileChip(
        DedicatedFile(MASTER_FILE, b"1PAY.SYS.DDF01"),
        DedicatedFile(name=PAYMENT_ENVIRONMENT, proprietary=_directory()),
        DedicatedFile(
            name=PURSE_AID,
            purses={2: purse},
            proprietary=tlv(0x9F08, b"\x02") + tlv(0x9F0C, public),
            files=(
                ElementaryFile(short=0x15, data=public),
                ElementaryFile(short=0x16, data=holder),
                ElementaryFile(short=0x17, data=management.ljust(60, b"\x00")),
                ElementaryFile(short=0x18, records=_filled(records, empty[0], 23)),
                ElementaryFile(short=0x1E, records=_filled(trips, empty[1], 48)),
            ),
        ),
        uid=uid,
    )


def _history(
    purse: Purse, payments: Sequence[Payment], city: str, shows_balance: bool
) -> tuple[list[bytes], list[bytes]]:
    records, trips = [], []
    balance, sequence = purse.balance, 40 + len(payments)
    for payment in payments:
        terminal = bcd("45600100" + f"{sequence:04}")
        shown = balance.to_bytes(3, "big") if shows_balance else bytes(3)
        when = bcd(f"{payment.at:%Y%m%d%H%M%S}")
        records.append(
            sequence.to_bytes(2, "big")
            + shown
            + payment.amount.to_bytes(4, "big")
            + bytes((payment.kind,))
            + terminal
            + when
        )
        if payment.kind == RIDE:
            trips.append(
                b"\x06" + terminal.rjust(8, b"\x00") + b"\x02" + bytes(7) + payment.amount.to_bytes(4, "big")
                + balance.to_bytes(4, "big") + when + bcd(city) + b"\x05\x21" + bcd(city) + b"\xff" * 4 + bytes(6)
            )  # fmt: skip
        balance += payment.amount if payment.kind == RIDE else -payment.amount
        sequence -= 1
    return records, trips


def _filled(records: list[bytes], count: int, size: int) -> tuple[bytes, ...]:
    return tuple(records + [bytes(size)] * (count - len(records)))


def _directory() -> bytes:
    entries = b"".join(
        tlv(0x61, tlv(0x4F, aid) + tlv(0x50, label) + tlv(0x87, bytes((priority,))))
        for aid, label, priority in ((CASH_AID, b"MOT_T_CASH", 1), (PURSE_AID, b"MOT_T_EP", 2))
    )
    return tlv(0xBF0C, entries)


def _day(day: date) -> bytes:
    return bcd(f"{day:%Y%m%d}")
