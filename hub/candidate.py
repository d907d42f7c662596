"""A candidate for an alias (叫法候选): words asked in vain, what search finds for them, what became of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from hub.workflow import Status

TOP = 5
"""Hits that people look at: what stands further down is not found."""


class Standing(StrEnum):
    """Where a candidate stands. Whether words that were adopted are out follows from the item, never from a note."""

    OPEN = "open"
    """Nobody has decided, or the draft that had it was given up."""
    COMING = "coming"
    """In an open version of its item."""
    LIVE = "live"
    """In the newest release."""
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Found:
    """One hit: key and name of the item, id and short name of its department."""

    key: str
    name: str
    department: str
    whose: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What search says: its first `TOP` hits, and whether it is `sure` of them. When not, a kiosk says so."""

    sure: bool
    hits: tuple[Found, ...] = ()

    def meets(self, item: str | None) -> bool:
        """Whether the question is met: search is sure, and where it is known which item is meant, that is among the
        hits.
        """
        return self.sure and (item is None or item in (hit.key for hit in self.hits))

    def place(self, item: str) -> int | None:
        """Where the item stands, from 1."""
        return next((place for place, hit in enumerate(self.hits, 1) if hit.key == item), None)


NOTHING = Answer(False)


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decided what, when. `met`: whether search met the question then, with revision `revision`."""

    adopted: bool
    item: str | None
    reason: str | None
    person: str
    at: dt.datetime
    revision: int
    met: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """Words with how many kiosks reported them, how many visits asked, and on which day last."""

    text: str
    kiosks: int
    visits: int
    last: dt.date


@dataclass(frozen=True, slots=True)
class Candidate:
    """One row of the board. `now`: with the newest release; `after`: with everything adopted put into it.

    `item`: of what was adopted; `version`: where its open version stands.
    """

    asked: Asked
    standing: Standing
    now: Answer
    after: Answer
    decision: Decision | None = None
    item: Found | None = None
    version: Status | None = None

    @property
    def met_before(self) -> bool:
        """Whether it was met before anything was adopted for it."""
        return self.decision.met if self.decision is not None and self.item is not None else self.now.meets(None)

    @property
    def met_after(self) -> bool:
        return self.after.meets(self.item.key if self.item is not None else None)


@dataclass(frozen=True, slots=True)
class Rate:
    """Share of visits whose question is met, over all words that were reported and not declined; `texts`: how many."""

    texts: int
    visits: int
    before: int
    after: int
    texts_before: int
    texts_after: int

    @staticmethod
    def of(candidates: tuple[Candidate, ...]) -> Rate:
        """Over candidates of which none is declined."""
        before = [one for one in candidates if one.met_before]
        after = [one for one in candidates if one.met_after]
        return Rate(
            texts=len(candidates),
            visits=sum(one.asked.visits for one in candidates),
            before=sum(one.asked.visits for one in before),
            after=sum(one.asked.visits for one in after),
            texts_before=len(before),
            texts_after=len(after),
        )


@dataclass(frozen=True, slots=True)
class Board:
    """What a person sees. `rate` is that of the whole city; `complete` is false when what is adopted could not be
    tried out, and `after` is what is out now.
    """

    candidates: tuple[Candidate, ...]
    rate: Rate
    revision: int
    complete: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """What one alias would do: the answer to its words then, and other words whose first hit would change:
    (words, name before, name after), empty for nothing.
    """

    answer: Answer
    moved: tuple[tuple[str, str, str], ...]
    looked_at: int


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of reports: rows that are new, that have grown, that were here already."""

    new: int
    grown: int
    same: int
