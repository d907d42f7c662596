"""How many visits asked for an item of another city's list in vain (30 天有人搜), as far as kiosks tell.

Kiosks tell only what they could not answer (`domain.unmet`), and only words of at least `LEAST_KIOSKS` of them count.
Words count for a name when they are the name, or when it is the only one of the list that holds them or that they hold;
what could mean several counts for none.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import Connection, func, select

from hub.gap_lists import mark_of
from hub.tables import unmet_report

DAYS = 30

LEAST_KIOSKS = 5
"""Words of fewer kiosks could be somebody's."""

MOST_WORDS = 2000

SHORTEST_HELD, SHORTEST_HOLDING = 3, 4
"""Characters of words that a name holds, and of a name that words hold."""


def asked_in_vain(connection: Connection, today: dt.date) -> Mapping[str, int]:
    """Visits by words, of the last `DAYS` days."""
    here = unmet_report.c
    visits = func.sum(here.visits)
    wanted = (
        select(here.text, visits.label("visits"))
        .where(here.day > (today - dt.timedelta(days=DAYS)).isoformat(), here.day <= today.isoformat())
        .group_by(here.text)
        .having(func.count(here.kiosk.distinct()) >= LEAST_KIOSKS)
        .order_by(visits.desc(), here.text)
        .limit(MOST_WORDS)
    )
    return {row.text: int(row.visits) for row in connection.execute(wanted)}


def wanted_by(words: Mapping[str, int], marks: Collection[str]) -> Mapping[str, int]:
    """Visits by the name's mark (`hub.gap_lists.mark_of`); names that nobody asked for are not there."""
    known = frozenset(marks)
    held: dict[str, set[str]] = defaultdict(set)
    for mark in known if words else ():
        for at in range(len(mark) - 1):
            held[mark[at : at + 2]].add(mark)
    found: dict[str, int] = defaultdict(int)
    for text, visits in words.items():
        meant = _meant(mark_of(text), known, held)
        if meant is not None:
            found[meant] += visits
    return dict(found)


def _meant(words: str, known: frozenset[str], held: Mapping[str, set[str]]) -> str | None:
    """The one name that the words mean."""
    if words in known:
        return words
    meant: set[str] = set()
    if len(words) >= SHORTEST_HELD:
        pairs = [held.get(words[at : at + 2], set()) for at in range(len(words) - 1)]
        meant.update(mark for mark in set.intersection(*pairs) if words in mark)
    if not meant:
        for length in range(len(words) - 1, SHORTEST_HOLDING - 1, -1):
            meant = {words[at : at + length] for at in range(len(words) - length + 1)} & known
            if meant:
                break
    return next(iter(meant)) if len(meant) == 1 else None
