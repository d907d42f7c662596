"""A row of another city's list beside ours, what a department says to it, and departments in figures."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from hub.asking import Request
from hub.gap_lists import Listed, mark_of
from hub.pairing import Near, Ours, Pairing
from hub.refusal import Reason, Refused


class Answer(StrEnum):
    """What a department says; its words are ``gaps.answer_<answer>``."""

    HAVE = "have"
    MISSING = "missing"
    NOT_OURS = "not_ours"
    NOT_HERE = "not_here"
    LATER = "later"


NEEDS_REASON = frozenset({Answer.NOT_OURS, Answer.NOT_HERE})


@dataclass(frozen=True, slots=True)
class GapList:
    """A list that was brought: whose, from where, when, how many rows."""

    id: str
    city: str
    source: str
    at: dt.datetime
    rows: int


@dataclass(frozen=True, slots=True)
class Said:
    """An answer: who, when, why; `item`: what covers it or the draft that came of it. `answer` None: only the
    department was set.
    """

    answer: Answer | None
    department: str
    item: str | None
    reason: str
    who: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class GapRow:
    """One row of the list beside ours. `near`: (key, name, score) of the most similar ones, best first; `part_of`: key
    of the item of ours of which it looks like one part among several; `searched`: visits of thirty days that asked for
    it in vain, None when nobody is known to have.
    """

    row: int
    mark: str
    listed: Listed
    pairing: Pairing
    near: Near
    department: str
    said: Said | None
    part_of: str | None = None
    searched: int | None = None

    @property
    def waits(self) -> bool:
        """Whether somebody has to say something."""
        return self.pairing is not Pairing.COVERED and (self.said is None or self.said.answer in (None, Answer.LATER))

    @property
    def covered(self) -> bool:
        return self.pairing is Pairing.COVERED or (self.said is not None and self.said.answer is Answer.HAVE)


@dataclass(frozen=True, slots=True)
class Share:
    """A department in figures. `both`: theirs that we have; `only_ours`: names that the list does not have."""

    department: str
    ours: int
    theirs: int
    both: int
    waiting: int
    answered: int
    only_ours: tuple[str, ...]

    @property
    def coverage(self) -> float | None:
        """Percent of theirs that we have; None when they have none."""
        return 100 * self.both / self.theirs if self.theirs else None


@dataclass(frozen=True, slots=True)
class Board:
    """A list beside ours: rows in its order, departments with most missing first, and by department what it was asked
    to answer, also when all of it is answered.
    """

    list: GapList
    rows: tuple[GapRow, ...]
    shares: tuple[Share, ...]
    requests: Mapping[str, Request]

    @property
    def searched(self) -> bool:
        """Whether anything is known of what citizens asked for."""
        return any(row.searched for row in self.rows)

    def row(self, mark: str) -> GapRow:
        """Raises `Refused` (no_such_list)."""
        found = next((one for one in self.rows if one.mark == mark), None)
        if found is None:
            raise Refused(Reason.NO_SUCH_LIST)
        return found


def shares_of(ours: Sequence[Ours], rows: Sequence[GapRow]) -> tuple[Share, ...]:
    """Departments in figures, those with most waiting first."""
    mine: dict[str, dict[str, str]] = defaultdict(dict)
    for one in ours:
        mine[one.department].setdefault(mark_of(one.name), one.key)
    names = {one.key: one.name for one in ours}
    theirs: dict[str, list[GapRow]] = defaultdict(list)
    for row in rows:
        theirs[row.department].append(row)
    paired = {row.near[0][0] for row in rows if row.pairing is Pairing.COVERED and row.near}
    paired |= {row.said.item for row in rows if row.said is not None and row.said.item}
    found = []
    for department, held in theirs.items():
        own = mine.get(department, {})
        found.append(
            Share(
                department=department,
                ours=len(own),
                theirs=len(held),
                both=sum(row.covered for row in held),
                waiting=sum(row.waits for row in held),
                answered=sum(row.said is not None and row.said.answer not in (None, Answer.LATER) for row in held),
                only_ours=tuple(names[key] for key in own.values() if key not in paired),
            )
        )
    return tuple(sorted(found, key=lambda one: (-one.waiting, -one.theirs, one.department)))
