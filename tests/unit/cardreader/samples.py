"""Cards made up for tests: connections with a file system behind them. Every person is invented: no district has the
code 370699.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from cardreader.families import social_security, t_union
from cardreader.fields import check_character
from workbench.cards.chip import Chip, Interface

CARDS = Path(__file__).with_name("exchanges")

TODAY = dt.date(2026, 11, 21)
YANTAI = "370602"

NAME = "样本一".encode("gbk")

CONTACTLESS = bytes.fromhex("3B888001")
CONTACT_T0 = bytes.fromhex("3B6C00021302863818")
STORAGE = bytes.fromhex("3B8F8001804F0CA000000306030001000000006A")

NOT_FOUND, NO_RECORD, DENIED, OK = (bytes.fromhex(sw) for sw in ("6A82", "6A83", "6982", "9000"))


def resident_id(first_17: str) -> str:
    return first_17 + check_character(first_17)


ID_NUMBER = resident_id("37069919590815002")
"""A woman, born on 15 August 1959."""


def tlv(tag: str, value: bytes) -> bytes:
    return bytes.fromhex(tag) + bytes((len(value),)) + value


def fci(name: bytes, inside: bytes = b"") -> bytes:
    return tlv("6F", tlv("84", name) + tlv("A5", inside))


class Scripted:
    """A card that answers from a table of command prefixes; what is not in it is 6A82 for SELECT and 6A83 else. It
    keeps every command.
    """

    def __init__(self, answers: Mapping[str, bytes], atr: bytes = CONTACTLESS) -> None:
        self.atr = atr
        self.sent: list[bytes] = []
        self._answers = {bytes.fromhex(command): answer for command, answer in answers.items()}

    def transmit(self, apdu: bytes) -> bytes:
        self.sent.append(apdu)
        for command, answer in self._answers.items():
            if apdu.startswith(command):
                return answer
        return NOT_FOUND if apdu[1] == 0xA4 else NO_RECORD


class OnReader:
    """A chip of the workbench's wallet, without a reader in between."""

    def __init__(self, chip: Chip, interface: Interface, atr: bytes) -> None:
        self.atr = atr
        self.sent: list[bytes] = []
        self._chip, self._interface = chip, interface

    def transmit(self, apdu: bytes) -> bytes:
        self.sent.append(apdu)
        return self._chip.answer(apdu, self._interface)


class Failing:
    """Passes on to another connection until its `count`-th exchange, which fails as `how` says."""

    def __init__(self, inner: Scripted, count: int, how: Callable[[], bytes]) -> None:
        self.atr = inner.atr
        self._inner, self._left, self._how = inner, count, how

    def transmit(self, apdu: bytes) -> bytes:
        self._left -= 1
        return self._how() if self._left == 0 else self._inner.transmit(apdu)


def public_file(city: str = "4560", valid_to: str = "20301231", number: str = "03104930699900000001") -> bytes:
    return bytes.fromhex(f"0521{city}FFFFFFFF0200{number}20201020{valid_to}0000")


def holder_file(number: str = "", kind: int = 0) -> bytes:
    return b"\x00\x00" + NAME.ljust(20, b"\x00") + number.encode("ascii").ljust(32, b"\x20") + bytes((kind,))


def management_file(card_type: int = 1, city: str = "4560") -> bytes:
    return bytes.fromhex(f"00000156{city[:2]}00{city}0001{card_type:02X}") + bytes(49)


def t_union_card(
    public: bytes | None = None,
    holder: bytes | None = None,
    management: bytes | None = None,
    *,
    in_fci: bool = True,
    atr: bytes = CONTACTLESS,
) -> Scripted:
    public = public_file() if public is None else public
    told = fci(t_union.NAME, tlv("9F08", b"\x02") + (tlv("9F0C", public) if in_fci else b""))
    answers = {"00A4040008" + t_union.NAME.hex(): told + OK, "00B09500": public + OK}
    if holder is not None:
        answers["00B0961621"] = holder[22:55] + OK
        answers["00B09600"] = holder + OK
    if management is not None:
        answers["00B097000B"] = management[:11] + OK
    return Scripted(answers, atr)


CARD_RECORDS = {
    1: tlv("01", bytes.fromhex("370602D156000005") + bytes.fromhex("9990000000000001")),
    2: tlv("02", b"1"),
    3: tlv("03", b"1.00"),
    4: tlv("04", b"370600SAMPLE"),
    5: tlv("05", bytes.fromhex("20200115")),
    6: tlv("06", bytes.fromhex("20300115")),
    7: tlv("07", b"S99900001"),
}

HOLDER_VALUES = {
    "08": ID_NUMBER.encode("ascii"),
    "09": NAME.ljust(30, b"\x00"),
    "4E": bytes(20),
    "0A": b"2",
    "0B": b"\x01",
    "0C": bytes.fromhex("370699"),
    "0D": bytes.fromhex("19590815"),
}
VERSION_1 = ("08", "09", "0A", "0B", "0C", "0D")
VERSION_2 = ("08", "09", "4E", "0A", "0B", "0C", "0D")


class SocialSecurity:
    """A social-security card: EF05 and EF06 by record number, by tag, or both; `denied` files say 6982. They are
    selected with P1 = `select_p1`, or, where that is None, never but have short identifiers.
    """

    def __init__(
        self,
        version: str = "1.00",
        order: tuple[str, ...] = VERSION_1,
        *,
        values: Mapping[str, bytes] | None = None,
        by_number: bool = True,
        by_tag: bool = True,
        denied: frozenset[int] = frozenset(),
        select_p1: int | None = 0x00,
    ) -> None:
        self.atr = CONTACTLESS
        self.sent: list[bytes] = []
        self.given: list[bytes] = []
        told = {**HOLDER_VALUES, **(values or {})}
        self._files = {
            0xEF05: [*(CARD_RECORDS | {3: tlv("03", version.encode("ascii"))}).values()],
            0xEF06: [tlv(tag, told[tag]) for tag in order],
        }
        self._by_number, self._by_tag, self._denied, self._p1 = by_number, by_tag, denied, select_p1
        self._file: int | None = None

    def transmit(self, apdu: bytes) -> bytes:
        self.sent.append(apdu)
        answer = self._answer(apdu)
        if apdu[1] == 0xB2:
            self.given.append(answer[:-2])
        return answer

    def _answer(self, apdu: bytes) -> bytes:
        if apdu[:4] == bytes.fromhex("00A40400"):
            ours = apdu[5 : 5 + apdu[4]] == social_security.NAME
            return fci(social_security.NAME, bytes.fromhex("9F0C03860101")) + OK if ours else NOT_FOUND
        if apdu[1] == 0xA4:
            fid = int.from_bytes(apdu[5:7], "big")
            if fid not in self._files or apdu[2] != self._p1:
                return NOT_FOUND
            self._file = fid
            return OK
        if apdu[3] >> 3 and self._p1 is None:
            self._file = 0xEF00 | apdu[3] >> 3
        if apdu[1] != 0xB2 or self._file not in self._files:
            return bytes.fromhex("6D00")
        if self._file in self._denied:
            return DENIED
        records = self._files[self._file]
        if apdu[3] & 7 == 0x04 and self._by_number:
            return records[apdu[2] - 1] + OK if 1 <= apdu[2] <= len(records) else NO_RECORD
        if apdu[3] & 7 == 0x00 and self._by_tag:
            return next((each + OK for each in records if each[0] == apdu[2]), NO_RECORD)
        return bytes.fromhex("6A81")


def transcript(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((CARDS / f"{name}.json").read_text("utf-8"))
    return document
