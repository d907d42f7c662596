"""Families of cards that are understood, in the order in which a card is asked for them.

交通联合 first: on cards that carry both applications it also tells for whom the card was issued. Nothing else is ever
selected on a citizen's card.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from cardreader.facts import Asker, Details
from cardreader.families import social_security, t_union
from cardreader.processors import Processor
from domain.card import CardFacts, CardFamily


@dataclass(frozen=True, slots=True)
class Family:
    """One family: the DF name of its application, and what to do once that is selected.

    `facts(card, fci, asker)` gives what a kiosk needs, with as few exchanges as possible; `details(card, fci)` what
    staff want to see. Both raise `CardError`. `recognise(card)` tells whether an application that was selected before
    is this one; only recordings that begin in the middle need it.
    """

    family: CardFamily
    name: bytes
    facts: Callable[[Processor, bytes, Asker], CardFacts]
    details: Callable[[Processor, bytes], Details]
    recognise: Callable[[Processor], bool]


FAMILIES: Final = (
    Family(CardFamily.T_UNION, t_union.NAME, t_union.facts, t_union.details, t_union.recognise),
    Family(
        CardFamily.SOCIAL_SECURITY,
        social_security.NAME,
        social_security.facts,
        social_security.details,
        social_security.recognise,
    ),
)
