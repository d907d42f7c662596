"""What a search is asked and what it answers: cards, hits, and why each was found."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from domain.records import Fee, Limit

Via = Literal["name", "alias", "keyword", "vocabulary", "pinyin", "initials", "sound", "similar", "content"]
"""Through what a query word met a record; the citizen reads it as 驾照 是它的日常叫法."""


@dataclass(frozen=True, slots=True)
class Card:
    """What a list row needs of a guide, fact, place, organisation, topic or life event, so that lists read one table.

    `answer` is set for facts; `department` is the short name that people know (市公安局), `department_id` its record.
    """

    id: str
    kind: str
    name: str
    alias: str | None = None
    department: str | None = None
    department_id: str | None = None
    audience: tuple[str, ...] = ()
    summary: str | None = None
    immediate: bool | None = None
    limit: Limit | None = None
    fee: Fee | None = None
    visits: int | None = None
    online: bool = False
    answer: str | None = None
    phone: str | None = None
    place: str | None = None
    verified_on: dt.date | None = None
    verified_by: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """`text`: the words of the record that were met; `via`: how."""

    text: str
    via: Via


@dataclass(frozen=True, slots=True)
class Hit:
    """One record found, best first; `score` orders within one answer and means nothing across answers."""

    card: Card
    score: float
    matched: tuple[Match, ...] = ()


@dataclass(frozen=True, slots=True)
class Understood:
    """How a part of the question was read: 驾照 → 机动车驾驶证; 怎么办 → None when it carries no meaning."""

    text: str
    meaning: str | None
    role: Literal["word", "intent", "stop"] = "word"


@dataclass(frozen=True, slots=True)
class Results:
    """The answer to a query. `weak`: nothing fits well, so the screen offers near ones, categories and a person to
    ask.
    """

    query: str
    hits: tuple[Hit, ...] = ()
    understood: tuple[Understood, ...] = ()
    weak: bool = False
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LexiconWord:
    """A word of the catalogue for the pinyin keyboard: 驾照, ("jia", "zhao"), weight 0–1 (how likely it is meant)."""

    word: str
    syllables: tuple[str, ...]
    weight: float = 0.5
