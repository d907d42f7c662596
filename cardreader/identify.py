"""Which family a card is of, by asking for its application; never by its answer to reset, which only hints."""

from __future__ import annotations

from typing import Final

from cardreader import tlv
from cardreader.apdu import Unreadable, select_name
from cardreader.families import FAMILIES, Family
from cardreader.processors import Processor
from domain.errors import CardError, Code

NAMES: Final = frozenset(family.name for family in FAMILIES)
"""All that is ever selected by name. Bank applications, whose numbers would come freely, are not among them."""

_STORAGE: Final = bytes.fromhex("804F0CA000000306")
"""Historical bytes that a contactless reader makes up for a card without a processor (PC/SC part 3)."""

_BLOCKED: Final = 0x6283


def identify(card: Processor, atr: bytes) -> tuple[Family, bytes]:
    """The family and the FCI of its application, which is selected afterwards.

    Raises `CardError`: C-13 for a card without a processor, which is not sent anything; C-12 when it has none of our
    applications; C-11 when it has one that its issuer has blocked.
    """
    if _STORAGE in atr:
        raise CardError(Code.CARD_WITHOUT_PROCESSOR, "storage card")
    blocked = False
    for family in FAMILIES:
        response = card.send(select_name(family.name))
        if response.ok and _is_named(response.data, family.name):
            return family, response.data
        blocked = blocked or response.sw == _BLOCKED
    if blocked:
        raise Unreadable("application blocked")
    raise CardError(Code.CARD_UNKNOWN, "no application of ours")


def _is_named(fci: bytes, name: bytes) -> bool:
    # A card that answers 9000 to any SELECT still says which file it has selected.
    selected = tlv.find(fci, 0x6F, 0x84)
    return selected is None or selected.startswith(name)
