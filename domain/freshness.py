"""How old what people read here is: counted from the day the hub last said that there is nothing newer."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

Level = Literal["fresh", "ageing", "stale"]
"""ageing: people are told how old it is; stale: nobody should go by it without asking first."""

AGEING_DAYS, STALE_DAYS = 3, 10


@dataclass(frozen=True, slots=True)
class Freshness:
    """`on`: local day of the newest word from the hub; `days` since then, 0 while nobody knows what day it is."""

    on: dt.date
    days: int
    level: Level


def freshness(made_at: dt.datetime, checked_at: dt.datetime | None, now: dt.datetime, *, trusted: bool) -> Freshness:
    """`made_at`: of the release that is open; `checked_at`: when the hub last said that it is the newest one, None
    when it never did; `now`: aware local time, of which nothing follows unless it is `trusted`.

    A hub that was asked yesterday and had nothing new makes old content no older than a day.
    """
    newest = made_at if checked_at is None else max(made_at, checked_at)
    on = newest.astimezone(now.tzinfo).date()
    days = max(0, (now.date() - on).days) if trusted else 0
    level: Level = "stale" if days >= STALE_DAYS else "ageing" if days >= AGEING_DAYS else "fresh"
    return Freshness(on, days, level)
