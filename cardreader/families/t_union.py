"""交通联合 (T-Union, JT/T 978): the e-purse application A000000632010105.

Facts come from three exchanges: SELECT, whose FCI holds the public file (EF15); the head of EF17 for whom the card is;
the ID-number part of EF16, which most cards leave blank. The name in EF16 is never read: the reading starts behind it.

Layouts: docs/formats/cards.md.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from cardreader import purse, tlv, trips
from cardreader.apdu import Unreadable, read_binary, read_record
from cardreader.divisions import of_gbt13497
from cardreader.facts import Asker, Details, city_gbt13497
from cardreader.fields import bcd, bcd_date
from cardreader.holder import holder_in_ef16
from cardreader.processors import Processor
from domain.card import CardFacts, CardFamily, CardType

NAME: Final = bytes.fromhex("A000000632010105")

PUBLIC_SFI, MANAGEMENT_SFI = 0x15, 0x17

_HEAD_OF_MANAGEMENT = 11
"""Country 4 · province 2 · city 2 · interoperability 2 · card type 1."""

_CARD_TYPES: Final = {
    0x01: CardType.ORDINARY,
    0x02: CardType.STUDENT,
    0x03: CardType.SENIOR,
    0x04: CardType.TEST,
    0x05: CardType.MILITARY,
}


@dataclass(frozen=True, slots=True, repr=False)
class PublicFile:
    """EF15: city (GB/T 13497), number, first and last day."""

    city: str | None
    number: str | None
    valid_from: dt.date | None
    valid_to: dt.date | None

    @classmethod
    def parse(cls, data: bytes) -> PublicFile | None:
        """Issuer 8 (city in 2-3) · type 1 · version 1 · number 10 · start 4 · end 4 · FCI 2; None when it is shorter
        than its last day.
        """
        if len(data) < 28:
            return None
        return cls(bcd(data[2:4]), _number(data[10:20]), bcd_date(data[20:24]), bcd_date(data[24:28]))

    def __repr__(self) -> str:
        return "PublicFile(…)"


def _number(data: bytes) -> str | None:
    """19 digits behind a leading 0; F pads."""
    digits = data.hex().rstrip("f")
    return digits.removeprefix("0") if digits.isdecimal() and digits.strip("0") else None


def _public(card: Processor, fci: bytes) -> PublicFile | None:
    # Of 9F0C there are 30, 32, 33, 45 and 50 bytes; the first 30 are always EF15. Some cards leave it out.
    public = PublicFile.parse(tlv.find(fci, 0x6F, 0xA5, 0x9F0C) or b"")
    if public is not None:
        return public
    response = card.send(read_binary(PUBLIC_SFI))
    return PublicFile.parse(response.data) if response.ok else None


@dataclass(frozen=True, slots=True)
class _Management:
    """EF17: city (GB/T 13497) and for whom the card is."""

    city: str | None = None
    card_type: CardType | None = None


def _management(card: Processor) -> _Management:
    response = card.send(read_binary(MANAGEMENT_SFI, 0, _HEAD_OF_MANAGEMENT))
    if not response.ok or len(response.data) < _HEAD_OF_MANAGEMENT:
        return _Management()
    return _Management(bcd(response.data[6:8]), _CARD_TYPES.get(response.data[10]))


def _city(public: PublicFile | None, management: _Management) -> str | None:
    """The first of both codes that is a place, else whatever there is."""
    codes = [code for code in (public.city if public else None, management.city) if code is not None]
    return next((code for code in codes if of_gbt13497(code)), codes[0] if codes else None)


def facts(card: Processor, fci: bytes, asker: Asker) -> CardFacts:
    """Raises `Unreadable` when neither FCI nor EF15 can be read."""
    public = _public(card, fci)
    if public is None:
        raise Unreadable("EF15 of the transport application")
    management = _management(card)
    place = of_gbt13497(_city(public, management) or "")
    return asker.facts(
        CardFamily.T_UNION,
        issued_in=place.gbt2260 if place else None,
        card_type=management.card_type,
        holder=holder_in_ef16(card),
        valid_to=public.valid_to,
    )


def details(card: Processor, fci: bytes) -> Details:
    """Everything but the holder, whom staff have no business with."""
    public = _public(card, fci)
    management = _management(card)
    city = _city(public, management)
    return Details(
        family=CardFamily.T_UNION,
        city=None if city is None else city_gbt13497(city),
        card_type=management.card_type,
        valid_from=public.valid_from if public else None,
        valid_to=public.valid_to if public else None,
        number=public.number if public else None,
        balance_fen=purse.balance(card),
        records=purse.records(card),
        notes=() if public else ("EF15 (public file) was not read",),
    )


def recognise(card: Processor) -> bool:
    """By a number that begins with 310, as all of these do, or by trip records of 48 bytes, which nobody else has."""
    response = card.send(read_binary(PUBLIC_SFI))
    if response.ok and len(response.data) == 30:
        public = PublicFile.parse(response.data)
        return public is not None and (public.number or "").startswith("310")
    response = card.send(read_record(1, trips.SFI))
    return response.ok and len(response.data) == trips.SIZE
