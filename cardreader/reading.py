"""Reading a card for the person who laid it down."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable

from cardreader.connection import Connection
from cardreader.facts import Asker
from cardreader.families import Register, register
from cardreader.identify import identify
from cardreader.processors import pipeline
from cardreader.session import Session
from domain.card import CardFacts
from domain.errors import CardError


def opened(
    connection: Connection, families: Register, budget_s: float, monotonic: Callable[[], float] = time.monotonic
) -> Session:
    """A session behind the whole pipeline, in which nothing can be selected but what `families` name."""
    return Session(
        pipeline(connection, names=families.names, silent=families.silent, budget_s=budget_s, monotonic=monotonic)
    )


def read(
    connection: Connection,
    *,
    today: dt.date,
    city: str,
    budget_s: float = 5.0,
    families: Register | None = None,
    monotonic: Callable[[], float] = time.monotonic,
) -> CardFacts:
    """What the card tells about its holder, with the fewest exchanges: three for most 交通联合 cards, six for
    social-security cards of version 3, nine for those of version 1; docs/formats/cards.md counts the others.

    `city` is the kiosk's city or district (GB/T 2260, six digits); `budget_s` seconds are for all exchanges together;
    `families` None: those that are shipped. Raises `CardError`: C-11 unreadable, C-12 no family of ours, C-13 no
    processor, C-14 too slow, C-15 taken away, C-17 to C-20 what it is instead. Nothing that was read outlives the call
    except the facts.
    """
    families = families or register()
    card = opened(connection, families, budget_s, monotonic)
    family, fci = identify(card, connection.atr, families)
    if family.tells is not None:
        raise CardError(family.tells, family.name)
    return family.facts(card, fci, Asker(today, city))
