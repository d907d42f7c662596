"""社会保障卡: LD/T 32, records of tag, length and value.

Every person here is invented, and the numbers show it: no district has the code 370699.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from workbench.cards.chip import FileChip
from workbench.cards.files import MASTER_FILE, DedicatedFile, ElementaryFile, bcd, tlv

AID: Final = "sx1.sh.社会保障".encode("gbk")
CITY: Final = "370600"
"""烟台, GB/T 2260."""
NOWHERE: Final = "370699"
"""Where invented people are registered: a code that was never given out."""
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True, slots=True)
class InventedPerson:
    """Somebody who does not exist. `sex`: GB/T 2261.1, 1 male, 2 female."""

    name: str
    born: date
    sex: int

    @property
    def citizen_number(self) -> str:
        """GB 11643: district, birth date, serial number (odd: male), check digit."""
        body = f"{NOWHERE}{self.born:%Y%m%d}00{self.sex}"
        total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
        return body + "10X98765432"[total % 11]


def _serial(number: str) -> bytes:
    """What makes the identification that of one card: the digits of its number, three bytes of them."""
    return (int("".join(filter(str.isdigit, number)) or "0") % (1 << 24)).to_bytes(3, "big")


def card(person: InventedPerson, *, version: str, issued: date, valid_to: date, number: str, uid: bytes) -> FileChip:
    """A social security card of `version` "1.00", "2.00" or "3.00"; `number`: nine characters.

    From version 2 on the third record of EF06 is the extension of the name, so that sex and birth date stand one
    further down. Version 3 gives the identifier of the card, the version and the two dates to anyone, all else only
    after authentication with a security module.
    """
    identifier = bcd(CITY) + bytes.fromhex("D156000005") + bytes.fromhex("5359") + bcd(CITY) + _serial(number)
    first = (
        tlv(0x01, identifier),
        tlv(0x02, version[:1].encode("ascii")),
        tlv(0x03, version.encode("ascii")),
        tlv(0x04, b"370600SAMPLE"),
        tlv(0x05, bcd(f"{issued:%Y%m%d}")),
        tlv(0x06, bcd(f"{valid_to:%Y%m%d}")),
        tlv(0x07, number.encode("ascii")),
    )
    extension = () if version == "1.00" else (tlv(0x4E, bytes(20)),)
    second = (
        tlv(0x08, person.citizen_number.encode("ascii")),
        tlv(0x09, person.name.encode("gbk").ljust(30, b"\x00")),
        *extension,
        tlv(0x0A, str(person.sex).encode("ascii")),
        tlv(0x0B, b"\x01"),
        tlv(0x0C, bcd(NOWHERE)),
        tlv(0x0D, bcd(f"{person.born:%Y%m%d}")),
    )
    guarded = version == "3.00"
    return FileChip(
        DedicatedFile(MASTER_FILE, b"1PAY.SYS.DDF01"),
        DedicatedFile(
            0xDDF1,
            AID,
            proprietary=tlv(0x9F0C, b"\x86\x01\x01"),
            files=(
                ElementaryFile(0xEF05, 0x05, records=first, locked=frozenset({0x07} if guarded else ())),
                ElementaryFile(0xEF06, 0x06, records=second, all_locked=guarded),
            ),
        ),
        uid=uid,
    )
