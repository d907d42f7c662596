"""Views of the card: how to lay it down, what concerns its holder and why, and the three taps that do without one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from journeys.views.parts import Press, Tag

CardPhase = Literal["waiting", "reading", "unread", "left"]
"""waiting for a card · reading it · it could not be read · a card lies there that is to be taken away first."""


@dataclass(frozen=True, slots=True)
class CardSheet:
    """How to lay a card down, over the page it was asked from. `steps`: numbered words (平放 …), empty when there is
    nothing to do but read. `promise`: what is shown and kept, beside a lock. `code`: 编号 of the reason when `phase` is
    "unread", else empty. Every phase offers the way without a card ("declare",), back ("back",) and the end ("end",).
    """

    phase: CardPhase
    title: str
    line: str
    steps: tuple[str, ...]
    promise: tuple[str, ...]
    actions: tuple[Press, ...]
    note: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Recommended:
    """A thing that may concern this person: touch hands back ("open", id). `reason`: the tag 因为…. `why` unfolds
    and folds `basis` ("why", id), which is empty while folded; `not_mine` puts the row away ("fold", id).
    """

    id: str
    title: str
    alias: str
    reason: Tag
    why: Press
    not_mine: Press
    basis: str = ""


@dataclass(frozen=True, slots=True)
class SessionBar:
    """How long this stays: `seconds` and the `fraction` that is left of them while the card is away; `seconds` None
    while it lies on the reader. Actions: ("stay",), when there is something to stay for, and ("end",), always last.
    """

    seconds: int | None
    fraction: float
    title: str
    line: str
    actions: tuple[Press, ...]


@dataclass(frozen=True, slots=True)
class CardResults:
    """What concerns this person, at most eight things, on pages from 0. No name, no number, no age anywhere.

    `search` leads to everything else ("type",). `folded` tells how many rows were put away, `restore` brings them
    back ("restore",); both are empty when none was. `empty` says it kindly when there is nothing; `again` offers the
    three taps ("declare",). `bar` None: these come from the three taps, there is no card.
    """

    greeting: str
    line: str
    search: Press
    rows: tuple[Recommended, ...]
    page: int
    folded: str
    restore: Press | None
    empty: str
    again: Press | None
    bar: SessionBar | None


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to touch ("choose", value)."""

    label: str
    value: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its answers; `several`: more than one may be chosen."""

    title: str
    choices: tuple[Choice, ...]
    several: bool


@dataclass(frozen=True, slots=True)
class Declaration:
    """Three taps instead of a card: three questions, every one of which may stay open. `show` says how many things
    there are ("show",), `clear` takes all answers back ("clear",).
    """

    title: str
    line: str
    questions: tuple[Question, ...]
    notes: tuple[str, ...]
    show: Press
    clear: Press
