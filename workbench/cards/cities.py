"""Cards of single cities, and what is taken for them: city union, toll, health and campus cards.

Layouts as public readers have met them; docs/formats/cards.md has them. Numbers are invented: nines where the issuer's
own would stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from workbench.cards.chip import FileChip
from workbench.cards.files import MASTER_FILE, DedicatedFile, ElementaryFile, Purse, bcd, tlv

CITY_UNION_AID: Final = bytes.fromhex("A00000000386980701")
SHENZHEN, WUHAN, LINGNAN, LINGNAN_PURSE = b"PAY.SZT", b"AP1.WHCTC", b"PAY.APPY", b"PAY.TICL"
SUZHOU, SUZHOU_TICKETS = b"SUXIN.DDF01", b"SZPK_ZYY"
CHENGDU: Final = bytes.fromhex("D156000015") + "公共应用".encode("gbk")
MACAU: Final = "澳门通钱包".encode("gbk")
PAYMENT: Final = b"1PAY.SYS.DDF01"

Valid = tuple[date, date]


def _days(valid: Valid) -> bytes:
    return b"".join(bcd(f"{day:%Y%m%d}") for day in valid)


def _records(*fen: int) -> ElementaryFile:
    """SFI 18: rides of yesteryear, newest first."""
    entries = tuple(
        number.to_bytes(2, "big") + bytes(3) + amount.to_bytes(4, "big") + b"\x09" + bytes(6) + bcd("20250102080910")
        for number, amount in zip(range(len(fen), 0, -1), fen, strict=True)
    )
    return ElementaryFile(short=0x18, records=entries)


def city_union(postcode: str, number: bytes, valid: Valid, *, in_fci: bool = True, uid: bytes) -> FileChip:
    """住建部互联互通. `postcode`: four digits; `number`: eight bytes, digits or binary as the city has it."""
    public = bcd("8698") + bcd(postcode) + bytes(4) + b"\x02\x05" + bcd(postcode) + number + _days(valid) + b"\x18\x14"
    return _union(public, in_fci, uid=uid)


def chongqing(number: str, valid_to: date, *, in_fci: bool = True, uid: bytes) -> FileChip:
    """City union of Chongqing: the last day in bytes 8 to 11; the number, 16 digits, in EF05 of the master file."""
    public = bcd("86984000") + bytes(4) + bcd(f"{valid_to:%Y%m%d}") + bytes(18)
    issue = bcd("86984000") + bytes(8) + bcd(number) + bytes(20)
    return _union(public, in_fci, ElementaryFile(short=0x05, data=issue), uid=uid)


def toll(province: str, number: str, valid: Valid, plate: str, *, uid: bytes) -> FileChip:
    """ETC, stored value. `plate` is invented, and what must not be read."""
    head = province.encode("gbk")[:4].ljust(7, b"\x00") + b"\x01" + b"\x16\x10" + bcd("3701") + bcd(number)
    data = head + _days(valid) + plate.encode("gbk").ljust(12, b"\x00") + b"\x00\x05\x01"
    return _union(data, False, uid=uid)


def _union(public: bytes, in_fci: bool, *at_master: ElementaryFile, uid: bytes) -> FileChip:
    return FileChip(
        DedicatedFile(MASTER_FILE, PAYMENT, files=at_master),
        DedicatedFile(
            0x1001,
            CITY_UNION_AID,
            proprietary=tlv(0x9F08, b"\x02") + tlv(0x9F0C, public) if in_fci else tlv(0x50, b"PURSE"),
            purses={2: Purse(2_350)},
            files=(
                ElementaryFile(short=0x15, data=public),
                ElementaryFile(short=0x16, data=bytes(2) + b" " * 52 + b"\x00"),
                _records(240, 120),
            ),
        ),
        uid=uid,
    )


def issue_file_only(postcode: str, number: str, issued: date, *, uid: bytes) -> FileChip:
    """A city union card that shows nothing but EF05 of its master file (Zhenjiang); `number`: eight characters."""
    data = bcd(f"8698{postcode}7590") + b"\xff\xff\x05\x00" + bcd(postcode) + number.encode("ascii")
    data += bcd(f"{issued:%Y%m%d}") + bytes(8) + b"999900000000"
    return FileChip(DedicatedFile(MASTER_FILE, files=(ElementaryFile(short=0x05, data=data),)), uid=uid)


def shenzhen(serial: int, valid: Valid, *, uid: bytes) -> FileChip:
    """深圳通: the serial number binary, lowest byte first; the highest bit of the balance set."""
    public = bytes(16) + serial.to_bytes(4, "little") + _days(valid) + b"\x01\x00"
    purse = {2: Purse(0x8000_0000 | 1_760)}
    files = (ElementaryFile(short=0x15, data=public), _records(160))
    return _single(0x1001, SHENZHEN, tlv(0x9F0C, public + b"\x00\x00"), files, purse, uid)


def _single(
    number: int | None,
    name: bytes,
    proprietary: bytes,
    files: Sequence[ElementaryFile],
    purses: dict[int, Purse],
    uid: bytes,
    master: DedicatedFile | None = None,
) -> FileChip:
    application = DedicatedFile(number, name, tuple(files), purses, proprietary)
    return FileChip(master or DedicatedFile(MASTER_FILE), application, uid=uid)


def wuhan(serial: str, valid: Valid, *, uid: bytes) -> FileChip:
    """武汉通: serial number (ten digits) and days in the master file, the last day first."""
    master = DedicatedFile(
        MASTER_FILE,
        files=(
            ElementaryFile(short=0x0A, data=bcd(serial) + bytes(5)),
            ElementaryFile(short=0x05, data=bytes(16) + _days((valid[1], valid[0])) + bytes(8)),
        ),
    )
    return _single(None, WUHAN, b"", (_records(180),), {2: Purse(980)}, uid, master)


def lingnan(number: str, valid: Valid, *, uid: bytes) -> FileChip:
    """羊城通: one application for the card, one for the money."""
    public = b"\xff" * 8 + bcd(number) + bytes(7) + _days(valid) + bytes(57)
    return FileChip(
        DedicatedFile(MASTER_FILE),
        DedicatedFile(name=LINGNAN, files=(ElementaryFile(short=0x15, data=public),)),
        DedicatedFile(name=LINGNAN_PURSE, purses={2: Purse(5_120)}, files=(_records(190, 190),)),
        uid=uid,
    )


def chengdu(number: str, valid: Valid, *, uid: bytes) -> FileChip:
    """天府通: a city union file under a name of its own."""
    public = bcd("54466100") + bytes(8) + bcd(number) + _days(valid) + bytes(5)
    files = (ElementaryFile(short=0x15, data=public), _records(200))
    return _single(None, CHENGDU, b"", files, {2: Purse(3_300)}, uid)


def suzhou(number: str, valid: Valid, *, uid: bytes) -> FileChip:
    """苏州市民卡: the number first."""
    public = bcd(number) + bcd("215000") + bytes(9) + _days(valid) + b"\xff\xff"
    files = (ElementaryFile(short=0x15, data=public.ljust(30, b"\x00")),)
    return _single(None, SUZHOU, tlv(0x9F0C, public[:30]), files, {}, uid)


def suzhou_tickets(*, uid: bytes) -> FileChip:
    """苏州次卡: an application whose files nobody has described."""
    return _single(None, SUZHOU_TICKETS, b"", (ElementaryFile(short=0x05, data=bytes(9)),), {}, uid)


def beijing(number: str, valid: Valid, *, uid: bytes) -> FileChip:
    """北京市政交通一卡通 before 交通联合: no name; EF04 of the master file begins with 1000."""
    data = bcd(number) + bytes(16) + _days(valid) + bytes(12)
    master = DedicatedFile(MASTER_FILE, files=(ElementaryFile(short=0x04, data=data),))
    return _single(0x1001, b"PBOC", b"", (_records(100, 300),), {2: Purse(0x8000_0000 | 5_710)}, uid, master)


def macau(*, uid: bytes) -> FileChip:
    """澳门通: the purse counts in tenths from 100 on."""
    return _single(0x1001, MACAU, b"", (_records(30),), {2: Purse(530)}, uid)


def health(city: str, citizen_number: str, *, uid: bytes) -> FileChip:
    """居民健康卡: EF05 by tag; 08 is the holder's identity number, which anyone may read and nobody should."""
    records = (
        tlv(0x01, b"1"),
        tlv(0x02, b"1.00"),
        tlv(0x08, citizen_number.encode("ascii")),
        tlv(0x39, bcd(city)),
    )
    return FileChip(
        DedicatedFile(MASTER_FILE),
        DedicatedFile(0xDDF1, files=(ElementaryFile(0xEF05, 0x05, records=records),)),
        uid=uid,
    )


def campus(name: str, *, uid: bytes) -> FileChip:
    """校园卡: PBOC's payment environment, with a file of names that anyone may read."""
    holder = ElementaryFile(0x0016, 0x16, data=bytes(2) + name.encode("gbk").ljust(53, b" "))
    files = (ElementaryFile(0x0015, 0x15, data=bytes(30)), holder)
    return FileChip(DedicatedFile(MASTER_FILE, PAYMENT, files=files, purses={2: Purse(1_200)}), uid=uid)


def phone() -> FileChip:
    """A phone with no card opened."""
    return FileChip(DedicatedFile(MASTER_FILE), uid=bytes.fromhex("08574B01"))
