"""Reading a card for the person who laid it down."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable

from cardreader.connection import Connection
from cardreader.facts import Asker
from cardreader.identify import NAMES, identify
from cardreader.processors import pipeline
from domain.card import CardFacts


def read(
    connection: Connection,
    *,
    today: dt.date,
    city: str,
    budget_s: float = 5.0,
    monotonic: Callable[[], float] = time.monotonic,
) -> CardFacts:
    """What the card tells about its holder, with the fewest exchanges: three for most 交通联合 cards, six for
    social-security cards of version 3, nine for those of version 1.

    `city` is the kiosk's city or district (GB/T 2260, six digits); `budget_s` seconds are for all exchanges together.
    Raises `CardError`: C-11 unreadable, C-12 no family of ours, C-13 no processor, C-14 too slow, C-15 taken away.
    Nothing that was read outlives the call except the facts.
    """
    card = pipeline(connection, names=NAMES, budget_s=budget_s, monotonic=monotonic)
    family, fci = identify(card, connection.atr)
    return family.facts(card, fci, Asker(today, city))
