"""Counts what is asked in vain, in memory and without the words, until enough separate visits have asked the same.

Until then a question is a keyed hash (HMAC-SHA256) with the numbers of the visits that asked it. The key is random,
made each day, never written anywhere; with it go the counts. So nothing on the disk, in a log or in a picture of the
memory after midnight or a restart says what fewer visits asked.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from domain.unmet import LEAST_VISITS, kept_form

if TYPE_CHECKING:
    from domain.ports import Clock

KEY_BYTES = 32

MOST_QUESTIONS = 5000
"""Different questions that are counted in a day; further ones are not. A busy kiosk has some hundred."""


@dataclass(frozen=True, slots=True)
class Ripe:
    """Words that may be written down. `visits`: how many more asked them than were told of before."""

    text: str
    day: dt.date
    visits: int


class VisitCounter:
    """Says when enough visits of a day have asked the same. `least`: how many are enough, at least 1.

    A visit counts once for a question, however often it asks. Not for several threads at once.
    """

    def __init__(self, least: int = LEAST_VISITS, new_key: Callable[[], bytes] | None = None) -> None:
        if least < 1:
            raise ValueError("nobody has asked what nobody asked")
        self._least = least
        self._new_key = new_key or (lambda: secrets.token_bytes(KEY_BYTES))
        self._day: dt.date | None = None
        self._key = b""
        self._visits: dict[bytes, set[int]] = {}

    def __repr__(self) -> str:
        return "VisitCounter()"

    def note(self, query: str, visit: int, day: dt.date) -> Ripe | None:
        """Counts; returns the words once `least` visits of `day` have asked them, and again for every further visit.

        Another day than at the last call forgets everything before, its key first.
        """
        if day != self._day:
            self._day, self._key, self._visits = day, self._new_key(), {}
        text = kept_form(query)
        if text is None:
            return None
        mark = hmac.new(self._key, text.encode("utf-8"), hashlib.sha256).digest()
        asked = self._visits.get(mark)
        if asked is None:
            if len(self._visits) >= MOST_QUESTIONS:
                return None
            asked = self._visits[mark] = set()
        if visit in asked:
            return None
        asked.add(visit)
        if len(asked) < self._least:
            return None
        return Ripe(text, day, self._least if len(asked) == self._least else 1)


class UnmetKeeper(Protocol):
    """Where words go that enough visits asked."""

    def keep_unmet(self, text: str, day: dt.date, visits: int) -> None:
        """Adds `visits` to what is noted of `text` on `day`; returns at once and never raises."""
        ...


class CountedUnmet:
    """Port `UnmetQueries`. While the clock cannot be believed nothing is counted: there would be no day to count in."""

    def __init__(self, counter: VisitCounter, keeper: UnmetKeeper, clock: Clock) -> None:
        self._counter = counter
        self._keeper = keeper
        self._clock = clock
        self._lock = threading.Lock()

    def note(self, query: str, visit: int) -> None:
        if not self._clock.trusted:
            return
        with self._lock:
            ripe = self._counter.note(query, visit, self._clock.now().date())
        if ripe is not None:
            self._keeper.keep_unmet(ripe.text, ripe.day, ripe.visits)
