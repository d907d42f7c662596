"""An item, its versions, and what happened to them, as values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hub.workflow import Action, Part, Status


@dataclass(frozen=True, slots=True)
class Item:
    """A record in the hub. `live`, `open`: version numbers or None; `verified_on` is that of the live version."""

    key: str
    kind: str
    id: str
    name: str
    department: str
    last: int
    live: int | None
    open: int | None
    verified_on: dt.date | None


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an item. `record` is its JSON object; `edits` is what `save` and the review want back.

    `author` began it, `saved_by` changed it last (ids; None: an import or a withdrawn release). `release`: the release
    that holds it. `revision`: the first one that published it.
    """

    item: str
    number: int
    record: Mapping[str, Any]
    retired: bool
    status: Status
    status_at: dt.datetime
    edits: int
    author: str | None
    saved_by: str | None
    made_at: dt.datetime
    saved_at: dt.datetime
    remark: str | None
    base: int | None
    release: str | None
    revision: int | None


@dataclass(frozen=True, slots=True)
class Step:
    """One step in a version's history: who (id; None: the hub itself) did what, where it led, the remark."""

    at: dt.datetime
    person: str | None
    action: Action
    status: Status
    remark: str | None


@dataclass(frozen=True, slots=True)
class Hand:
    """Who has which part in a version, since when."""

    person: str
    part: Part
    at: dt.datetime
