"""A card as staff and programs see it: `kiosk card read` and `kiosk card decode`."""

from __future__ import annotations

import dataclasses
from typing import Any, Final

from cardreader import purse
from cardreader.apdu import read_binary
from cardreader.connection import Connection
from cardreader.facts import Details
from cardreader.families import FAMILIES
from cardreader.fields import masked
from cardreader.identify import NAMES, identify
from cardreader.processors import Processor, pipeline
from cardreader.transcript import Replay, Transcript
from domain.errors import CardError, Code

BUDGET_S: Final = 10.0
"""All records of a slow contact card."""

_ELSEWHERE: Final = {
    bytes.fromhex("A000000632010106"): "交通联合 electronic cash",
    bytes.fromhex("A00000000386980701"): "city union purse (or toll card)",
    b"2PAY.SYS.DDF01": "list of payment applications",
    b"1PAY.SYS.DDF01": "PBOC payment environment",
    b"1PUB.SYS.DDF01": "city union environment",
    b"PAY.SZT": "Shenzhen",
    b"AP1.WHCTC": "Wuhan",
    b"PAY.APPY": "Guangdong",
    b"PAY.TICL": "Guangdong",
    b"SUXIN.DDF01": "Suzhou citizen card",
    bytes.fromhex("D156000015") + "公共应用".encode("gbk"): "Chengdu",
}
"""Applications that recordings show and that are not read."""


def details_of(connection: Connection, *, budget_s: float = BUDGET_S) -> Details:
    """A card on a reader. Raises `CardError` as `cardreader.reading.read` does."""
    card = pipeline(connection, names=NAMES, budget_s=budget_s)
    family, fci = identify(card, connection.atr)
    return family.details(card, fci)


def details_in(transcript: Transcript) -> Details:
    """A recorded card. A recording may begin after its application was selected; one of a card that is of no family
    gives what any purse would tell, with the reason in `notes`. Raises `CardError` only for a storage card.
    """
    connection = Replay(transcript)
    card = pipeline(connection, names=NAMES, budget_s=BUDGET_S)
    try:
        family, fci = identify(card, connection.atr)
        return family.details(card, fci)
    except CardError as error:
        if error.code is Code.CARD_WITHOUT_PROCESSOR:
            raise
        notes = () if error.code is Code.CARD_UNKNOWN else (f"{error.code.value} {error.detail}",)
    try:
        return _begun_late(card, transcript, notes)
    except CardError as error:
        return Details(notes=(*notes, *_others(transcript), f"{error.code.value} {error.detail}"))


def _begun_late(card: Processor, transcript: Transcript, notes: tuple[str, ...]) -> Details:
    others = _others(transcript)
    if not others:
        for family in FAMILIES:
            if family.recognise(card):
                found = family.details(card, b"")
                return dataclasses.replace(found, notes=(*notes, *found.notes, "no SELECT in the recording"))
    if _is_toll(card):
        return Details(notes=(*notes, *others, "toll card (ETC), not read"))
    return Details(
        balance_fen=purse.balance(card),
        records=purse.records(card),
        notes=(*notes, *others, "not a family that is read"),
    )


def _others(transcript: Transcript) -> tuple[str, ...]:
    selected = (
        command[5 : 5 + command[4]]
        for command, response in transcript.exchanges
        if command[1:3] == b"\xa4\x04" and len(command) > 5 and response[-2:] == b"\x90\x00"
    )
    return tuple(dict.fromkeys(f"{_ELSEWHERE[name]}, not read" for name in selected if name in _ELSEWHERE))


def _is_toll(card: Processor) -> bool:
    """Toll cards share the city union's application: 43 bytes, a province in GBK, kind 21 to 23."""
    data = card.send(read_binary(0x15)).data
    return len(data) == 43 and data[0] >= 0xB0 and data[8] in (0x15, 0x16, 0x17)


def as_document(details: Details, *, unmask: bool = False) -> dict[str, Any]:
    """For programs; what is not known is null. The number keeps its last four characters unless `unmask`."""
    city, number = details.city, details.number
    return {
        "family": details.family and details.family.value,
        "city": city and {"name": city.name, "gbt2260": city.gbt2260, "scheme": city.scheme, "raw": city.raw},
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
