"""A card as staff and programs see it: `kiosk card read` and `kiosk card decode`."""

from __future__ import annotations

import dataclasses
from typing import Any, Final

from cardreader import purse, trips
from cardreader.connection import Connection
from cardreader.facts import CityCode, Details
from cardreader.families import Family, Register, register
from cardreader.fields import masked
from cardreader.identify import identify
from cardreader.reading import opened
from cardreader.session import Session
from cardreader.transcript import Replay, Transcript
from domain.card import CardFamily
from domain.errors import CardError, Code

BUDGET_S: Final = 10.0
"""All records of a slow contact card."""


def details_of(
    connection: Connection,
    *,
    families: Register | None = None,
    with_trips: bool = False,
    budget_s: float = BUDGET_S,
) -> Details:
    """A card on a reader; `with_trips`: also where its holder went, if it keeps that. Raises `CardError` as
    `cardreader.reading.read` does, except that a toll card gives what is no secret of it.
    """
    families = families or register()
    card = opened(connection, families, budget_s)
    family, fci = identify(card, connection.atr, families)
    if family.tells is not None and family.silent:
        raise CardError(family.tells, family.name)
    return _told(family, card, fci, with_trips)


def details_in(transcript: Transcript, *, families: Register | None = None, with_trips: bool = False) -> Details:
    """A recorded card. A recording may begin after its application was selected; one of a card that is of no family
    gives what any purse would tell, with the reason in `notes`. Raises `CardError` only for a storage card.
    """
    families = families or register()
    connection = Replay(transcript)
    card = opened(connection, families, BUDGET_S)
    try:
        family, fci = identify(card, connection.atr, families)
        return _told(family, card, fci, with_trips)
    except CardError as error:
        if error.code is Code.CARD_WITHOUT_PROCESSOR:
            raise
        notes = () if error.code is Code.CARD_UNKNOWN else (f"{error.code.value} {error.detail}",)
    try:
        return _begun_late(opened(connection, families, BUDGET_S), families, notes, with_trips)
    except CardError as error:
        return Details(notes=(*notes, f"{error.code.value} {error.detail}"))


def _told(family: Family, card: Session, fci: bytes, with_trips: bool) -> Details:
    found = family.details(card, fci)
    if family.tells is not None:
        found = dataclasses.replace(found, notes=(*found.notes, "not read for citizens"))
    return _with_trips(found, card) if with_trips else found


def _with_trips(found: Details, card: Session) -> Details:
    return dataclasses.replace(found, trips=trips.trips(card)) if found.family is CardFamily.T_UNION else found


def _begun_late(card: Session, families: Register, notes: tuple[str, ...], with_trips: bool) -> Details:
    for family in families.families:
        if family.recognise(card):
            found = _told(family, card, b"", with_trips)
            return dataclasses.replace(found, notes=(*notes, *found.notes, "no SELECT in the recording"))
    return Details(
        balance_fen=purse.balance(card),
        records=purse.records(card),
        notes=(*notes, "not a family that is read"),
    )


def as_document(details: Details, *, unmask: bool = False) -> dict[str, Any]:
    """For programs; what is not known is null. The number keeps its last four characters unless `unmask`. `trips` are
    there only when they were asked for.
    """
    number = details.number
    document: dict[str, Any] = {
        "family": details.family and details.family.value,
        "city": _city(details.city),
        "card_type": details.card_type and details.card_type.value,
        "valid_from": details.valid_from and details.valid_from.isoformat(),
        "valid_to": details.valid_to and details.valid_to.isoformat(),
        "number": number if number is None or unmask else masked(number),
        "balance_fen": details.balance_fen,
        "records": None
        if details.records is None
        else [
            {
                "seq": record.seq,
                "amount_fen": record.amount_fen,
                "type": record.type,
                "at": record.at and record.at.isoformat(),
            }
            for record in details.records
        ],
        "notes": list(details.notes) or None,
    }
    if details.trips is not None:
        document["trips"] = [
            {
                "kind": trip.kind,
                "industry": trip.industry,
                "amount_fen": trip.amount_fen,
                "balance_fen": trip.balance_fen,
                "at": trip.at and trip.at.isoformat(),
                "city": _city(trip.city),
            }
            for trip in details.trips
        ]
    return document


def _city(city: CityCode | None) -> dict[str, str | None] | None:
    return (
        None if city is None else {"name": city.name, "gbt2260": city.gbt2260, "scheme": city.scheme, "raw": city.raw}
    )
