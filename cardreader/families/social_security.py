"""社会保障卡 (social-security card, LD/T 32): records of TLV, told apart by tag and never by their place.

Without a terminal's key, versions 1 and 2 usually tell region, expiry, sex and birth date; version 3 region and expiry
only. What would need a key or a PIN is not tried, and name and number are not read where birth date and sex come by
themselves.

Layouts: docs/formats/cards.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from cardreader.apdu import Command, Unreadable, read_record, read_record_by_tag, select_file
from cardreader.facts import Asker, Details, city_gbt2260
from cardreader.fields import Holder, bcd, bcd_date, holder_of, sex
from cardreader.processors import Processor
from domain.card import CardFacts, CardFamily

NAME: Final = bytes.fromhex("7378312E73682E") + "社会保障".encode("gbk")

CARD_FILE, HOLDER_FILE = 0xEF05, 0xEF06

CARD_ID, VERSION, ISSUED, EXPIRES, CARD_NUMBER = 0x01, 0x03, 0x05, 0x06, 0x07
ID_NUMBER, SEX, BIRTH = 0x08, 0x0A, 0x0D

_LENGTHS: Final = {CARD_ID: 16, VERSION: 4, ISSUED: 4, EXPIRES: 4, CARD_NUMBER: 9, ID_NUMBER: 18, SEX: 1, BIRTH: 4}

_APPLICATION: Final = bytes.fromhex("D156000005")
"""RID in the card's identification code, behind the region."""

_HOLDER_RECORDS: Final = {
    "1": {SEX: (3,), BIRTH: (6, 7), ID_NUMBER: (1,)},
    "2": {SEX: (4,), BIRTH: (7, 6), ID_NUMBER: (1,)},
}
"""Where EF06 has its records, by version, for cards that do not take a tag. Version 2 puts the second part of long
names third; the places are chosen so that no name is met on the way.
"""


class _Records:
    """One file: by its short identifier, or (`sfi` 0) the one selected last. Both spellings of READ RECORD are in use;
    what a card has understood once is kept.
    """

    def __init__(self, card: Processor, *, tags_first: bool = False, sfi: int = 0) -> None:
        self._card = card
        self._tags_first = tags_first
        self._sfi = sfi

    def value(self, tag: int, numbers: Iterable[int]) -> bytes | None:
        """The value under `tag`; by number it is looked for at `numbers`. None when it is not there or not for us."""
        by_tag = [(True, read_record_by_tag(tag, _LENGTHS[tag], self._sfi))]
        by_number = [(False, read_record(number, self._sfi)) for number in numbers]
        for tags, command in by_tag + by_number if self._tags_first else by_number + by_tag:
            value, final = self._try(tag, command)
            if value is not None:
                self._tags_first = tags
                return value
            if final:
                return None
        return None

    def _try(self, tag: int, command: Command) -> tuple[bytes | None, bool]:
        response = self._card.send(command)
        data = response.data
        if response.ok and len(data) >= 2 and data[0] == tag and len(data) >= 2 + data[1]:
            return data[2 : 2 + data[1]], True
        # 69xx is the card's no: asking in another way would be knocking on a closed door.
        return None, response.refused


def _open(card: Processor, fid: int, *, tags_first: bool = False) -> _Records:
    """The file, selected; where a card has no SELECT for it, by its short identifier, the low bits of its name."""
    by_fid = select_file(fid)
    below = replace(by_fid, p1=0x02)
    selected = card.send(by_fid).ok or card.send(below).ok
    return _Records(card, tags_first=tags_first, sfi=0 if selected else fid & 0x1F)


def _region(card_id: bytes | None) -> str | None:
    return None if card_id is None else bcd(card_id[:3])


def facts(card: Processor, fci: bytes, asker: Asker) -> CardFacts:
    """Raises `Unreadable` when EF05 tells nothing."""
    records = _open(card, CARD_FILE)
    region = _region(records.value(CARD_ID, (CARD_ID,)))
    expires = bcd_date(records.value(EXPIRES, (EXPIRES,)) or b"")
    if region is None and expires is None:
        raise Unreadable("EF05 of the social-security application")
    version = _text(records.value(VERSION, (VERSION,)))
    return asker.facts(
        CardFamily.SOCIAL_SECURITY,
        issued_in=region,
        card_type=None,
        holder=_holder(card, (version or "")[:1]),
        valid_to=expires,
    )


def _holder(card: Processor, version: str) -> Holder:
    places = _HOLDER_RECORDS.get(version)
    if places is None:
        return Holder()
    records = _open(card, HOLDER_FILE, tags_first=True)
    birth = bcd_date(records.value(BIRTH, places[BIRTH]) or b"")
    if birth is None:
        return holder_of(records.value(ID_NUMBER, places[ID_NUMBER]) or b"")
    return Holder(birth, sex(_text(records.value(SEX, places[SEX])) or ""))


def _text(value: bytes | None) -> str | None:
    """ASCII without padding; None when nothing is left, or what is left is not ASCII."""
    value = (value or b"").strip(b"\x00\xff ")
    return value.decode("ascii") if value and value.isascii() else None


def details(card: Processor, fci: bytes) -> Details:
    """The card, not its holder: EF06 is left alone."""
    records = _open(card, CARD_FILE)
    if recognise(card):
        records = _Records(card)  # a recording that began with the file selected
    region = _region(records.value(CARD_ID, (CARD_ID,)))
    version = _text(records.value(VERSION, (VERSION,)))
    return Details(
        family=CardFamily.SOCIAL_SECURITY,
        city=None if region is None else city_gbt2260(region),
        valid_from=bcd_date(records.value(ISSUED, (ISSUED,)) or b""),
        valid_to=bcd_date(records.value(EXPIRES, (EXPIRES,)) or b""),
        number=_text(records.value(CARD_NUMBER, (CARD_NUMBER,))),
        notes=(f"version {version}",) if version else (),
    )


def recognise(card: Processor) -> bool:
    """By the application's RID in the identification code."""
    value = _Records(card).value(CARD_ID, (CARD_ID,))
    return value is not None and value[3:8] == _APPLICATION
