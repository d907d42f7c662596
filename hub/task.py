"""What a person has to do, and what stands in the queue of reviews, as values."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from hub.refusal import Reason
from hub.workflow import Status

A_FEW = 10
"""Tasks of one turn that are told at once; of more there are pages."""

ON_A_PAGE = 50


class Turn(StrEnum):
    """Why something is on a person's list; its sentence is ``task.<turn>`` in the hub's phrases."""

    RETURNED = "returned"
    REVIEW = "review"
    SIGN = "sign"
    STUCK = "stuck"
    """It waits for a review that nobody on the hub can do; who manages accounts is told."""
    WRITE = "write"
    """Somebody asked for it, with a day by which it is to be written."""
    DRAFT = "draft"
    IMPORTED = "imported"
    """A draft that came with a list and was not sent in yet."""
    VERIFY = "verify"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do, or (WAITING) to know of.

    `item`: its key, the release's id for SIGN. `number`: version, 0 for VERIFY and SIGN; `status`, `edits`, `held` (a
    release has it): of that version. `since`: when it came onto the list; for VERIFY the day of the last verification.
    `remark` and `who` (a name): of the return, who asked for it, or who waits for whom. `due`: the last day for what
    somebody asked for. `fresh`: nothing of the item is live. `stuck`: the review that it waits for and that nobody can
    do.
    """

    turn: Turn
    item: str
    name: str
    department: str
    number: int
    since: dt.datetime | None
    remark: str = ""
    who: str = ""
    due: dt.date | None = None
    status: Status | None = None
    edits: int = 0
    held: bool = False
    fresh: bool = False
    stuck: Status | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """How many of something are a department's; `fresh`: of these, items of which nothing is live."""

    department: str
    count: int
    fresh: int


@dataclass(frozen=True, slots=True)
class InReview:
    """A version in the queue. `barred`: why this person may not review it (shown, not hidden), else None."""

    item: str
    name: str
    department: str
    number: int
    status: Status
    edits: int
    author: str
    since: dt.datetime
    retired: bool
    barred: Reason | None


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What the queue is narrowed to; empty texts mean everything."""

    department: str = ""
    kind: str = ""


ALL = Narrowed()


@dataclass(frozen=True, slots=True)
class Held:
    """What departments have: `live` items, of which `dated` are to be verified and `fresh` were in time; versions that
    are `written` and `reviewed` now.
    """

    live: int
    dated: int
    fresh: int
    written: int
    reviewed: int
