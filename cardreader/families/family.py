"""What is asked of every family, whether a table tells how or a module of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cardreader.facts import Asker, Details
from cardreader.session import Path, Session
from domain.card import CardFacts, CardFamily
from domain.errors import Code

if TYPE_CHECKING:
    from cardreader.families.tables import FamilyTable


def anything(card: Session, fci: bytes) -> bool:
    """For families that their DF name alone tells apart."""
    return True


def nothing(card: Session) -> bool:
    """For families that only a SELECT tells."""
    return False


@dataclass(frozen=True, slots=True)
class Family:
    """One family: `ways` to select its application, `df_name` as that calls itself, and what to do then.

    `confirm(card, fci)` tells whether what was selected is this family. `facts(card, fci, asker)` gives what a kiosk
    needs, with as few exchanges as possible; `details(card, fci)` what staff want to see. All raise `CardError`.
    `tells`: the code that a citizen is told instead of facts. `silent`: nothing may be read of it. `recognise(card)`
    tells whether an application that was selected before is this one; only recordings that begin in the middle need it.
    """

    name: str
    family: CardFamily
    ways: tuple[Path, ...]
    df_name: bytes | None
    facts: Callable[[Session, bytes, Asker], CardFacts]
    details: Callable[[Session, bytes], Details]
    confirm: Callable[[Session, bytes], bool] = anything
    recognise: Callable[[Session], bool] = nothing
    tells: Code | None = None
    silent: bool = False
    table: FamilyTable | None = None
