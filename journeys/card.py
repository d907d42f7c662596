"""What a visit knows of a card: whether one lies there, whether it is being read, and the few facts that it gave.

Nothing here draws or leads anywhere; `Walk` hands in the reader's events and shows what came of them. A name or a
number never gets this far (`domain.card`), and what does is dropped whole with the visit.
"""

from __future__ import annotations

from typing import Literal

from domain.card import CardFacts
from domain.errors import Code
from domain.events import CardRead, CardUnread, ReaderChanged, ReaderState
from domain.matching import Person

CardEvent = ReaderChanged | CardRead | CardUnread

News = Literal["", "reading", "read", "unread"]
"""What happened that the citizen has not been shown yet."""

CUT_OFF = {
    ReaderState.EMPTY: Code.CARD_GONE,
    ReaderState.ABSENT: Code.NO_READER,
    ReaderState.HOLDING: Code.CARD_UNREADABLE,
}
"""Why a read that never got its answer came to nothing, by the state that the reader is in instead."""


class CardSession:
    """The card of one visit. Facts are taken only for a read that was seen to begin in this very visit, so that what a
    card of an earlier visit says late is nobody's.

    Times are monotonic seconds.
    """

    def __init__(self, *, lying: bool = False) -> None:
        self.person: Person | None = None
        self.code: Code | None = None
        """Why the last card gave nothing; None once another one is tried."""
        self.reading = False
        self.lying = lying
        """Whether a card lies on the reader, whoever's it is."""
        self.had = False
        """Whether a card was ever begun to be read: then the process that did it may still know something."""
        self.news: News = ""
        self.away_since: float | None = None
        """When the card that gave the facts was taken away, or the reader was lost from sight; None while it lies there
        and while there are no facts.
        """
        self.kept = False
        """Whether 继续看 was touched after that."""
        self.since = 0.0
        """When the facts came, or when somebody said last that they are still wanted."""

    def __repr__(self) -> str:
        return f"CardSession({'facts' if self.person else 'no facts'})"

    @property
    def leaving(self) -> bool:
        """Whether the card is away and nobody has asked to go on: the seconds until everything is cleared run."""
        return self.away_since is not None and not self.kept

    def hear(self, event: CardEvent, now: float) -> None:
        """Takes one event of the reader; any order is survived."""
        match event:
            case ReaderChanged(ReaderState.READING):
                self.reading = self.had = self.lying = True
                self.code, self.news = None, "reading"
            case ReaderChanged(state):
                self._now(state, now)
            case CardRead(facts) if self.reading:
                self._read(facts, now)
            case CardUnread(code) if self.reading:
                self._unread(code)

    def _now(self, state: ReaderState, now: float) -> None:
        self.lying = state is ReaderState.HOLDING
        if self.reading:
            self._unread(CUT_OFF[state])
        elif self.person is not None and not self.lying and self.away_since is None:
            # A reader that is lost counts as a card that is away: nobody can tell any more whether its holder is there.
            self.away_since = now

    def _read(self, facts: CardFacts, now: float) -> None:
        self.person = Person.of(facts)
        self.reading, self.news = False, "read"
        self.since, self.away_since, self.kept = now, None, False

    def _unread(self, code: Code) -> None:
        self.reading, self.news = False, "unread"
        self.code = code

    def cancel(self) -> None:
        """The citizen would rather not: what the read under way gives is not taken."""
        self.reading, self.news = False, ""

    def keep(self) -> None:
        """继续看: the card may stay away."""
        self.kept = self.away_since is not None

    def hold(self, now: float) -> None:
        """While a slip is printed, the seconds do not run: they begin anew when the paper is out."""
        if self.away_since is not None:
            self.away_since = now
