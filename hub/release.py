"""What a release is: its state, its kind, who approved it, and what waits for one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

REVISION = "revision"
OPEN_RELEASE = "open_release"
NEEDED = 2
"""Approvals of different people."""


class State(StrEnum):
    """Where a release stands."""

    PREPARED = "prepared"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


class Kind(StrEnum):
    """What a release is: the city's first content, the usual, or a withdrawal of the one before."""

    BASELINE = "baseline"
    NORMAL = "normal"
    WITHDRAWAL = "withdrawal"


@dataclass(frozen=True, slots=True)
class Approval:
    """One of the two approvals: person (id, login, name), when, and the digest that was approved."""

    person: str
    login: str
    name: str
    at: dt.datetime
    digest: str


@dataclass(frozen=True, slots=True)
class Release:
    """A release. `base`: revision that was out when it was prepared; `revision`: None until publishing begins."""

    id: str
    kind: Kind
    state: State
    base: int
    revision: int | None
    withdraws: int | None
    digest: str
    records: int
    added: int
    changed: int
    dropped: int
    made_by: str | None
    made_at: dt.datetime
    published_at: dt.datetime | None
    approvals: tuple[Approval, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """An approved version that waits for a release, or is part of one. `change`: added, changed or dropped."""

    item: str
    name: str
    department: str
    number: int
    before: int | None
    change: str
