"""Which family a card is of, by asking for its application; never by its answer to reset, which only hints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cardreader.apdu import Unreadable
from cardreader.families import Family, Register
from cardreader.session import Path, Session, is_named
from domain.errors import CardError, Code

_STORAGE: Final = bytes.fromhex("804F0CA000000306")
"""Historical bytes that a contactless reader makes up for a card without a processor (PC/SC part 3)."""

_PHONE: Final = bytes.fromhex("3B80800101")
"""What a contactless reader makes of a chip without historical bytes, as phones that stand in for a card have none."""

_BLOCKED: Final = 0x6283


def identify(card: Session, atr: bytes, register: Register) -> tuple[Family, bytes]:
    """The family and the FCI of its application, which is selected afterwards.

    Raises `CardError`: C-13 for a card without a processor, which is not sent anything; C-12 when it has none of our
    applications, C-20 when it then looks like a phone; C-11 when it has one that its issuer has blocked.
    """
    if _STORAGE in atr:
        raise CardError(Code.CARD_WITHOUT_PROCESSOR, "storage card")
    blocked = False
    for family, way in _asked(register):
        card.home = way
        response = card.open(way)
        if response.ok and _is_it(family, way, response.data) and family.confirm(card, response.data):
            return family, response.data
        blocked = blocked or response.sw == _BLOCKED
    if blocked:
        raise Unreadable("application blocked")
    if atr == _PHONE:
        raise CardError(Code.CARD_IN_A_PHONE, "no application of ours, no historical bytes")
    raise CardError(Code.CARD_UNKNOWN, "no application of ours")


def _asked(register: Register) -> Iterator[tuple[Family, Path]]:
    """Group by group: names, then where a fresh card stands, then file identifiers, which any card may have."""
    for group in register.groups:
        ways = [(family, way) for family in group for way in family.ways]
        yield from (each for each in ways if each[1] and len(each[1][-1]) > 2)
        yield from (each for each in ways if not each[1])
        yield from (each for each in ways if each[1] and len(each[1][-1]) == 2)


def _is_it(family: Family, way: Path, fci: bytes) -> bool:
    if not way or family.df_name is None:
        return True
    if len(way[-1]) == 2:
        return is_named(fci, family.df_name, surely=True)
    return is_named(fci, way[-1])
