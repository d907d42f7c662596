"""What a search is asked and what it answers: cards, hits, and why each was found."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
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


Axis = Literal["audience", "department", "theme", "district", "coverage"]
"""By what an answer can be narrowed: whom it is for, whose it is, what about, where, and whether it is done anywhere
(通办)."""


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What an answer is narrowed to; a record without the attribute stays in, because it is for everybody.

    `audience`: person or enterprise; `department`: org id; `theme`: theme code (person:095); `district`: GB/T 2260 of
    the offices; `coverage` true: only what can be done at any office of the city or beyond (市内、省内、全国通办).
    """

    audience: str | None = None
    department: str | None = None
    theme: str | None = None
    district: str | None = None
    coverage: bool = False


EVERYTHING = Narrowing()


@dataclass(frozen=True, slots=True)
class Facet:
    """One value that the hits can be narrowed to, and how many of them have it. `value`: as in `Narrowing`; of
    coverage: "wide".
    """

    axis: Axis
    value: str
    count: int


@dataclass(frozen=True, slots=True)
class AskBack:
    """What to ask when a question was too wide: `word` of it stands for several things, `options`, best first."""

    word: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Results:
    """The answer to a query. `weak`: nothing fits well, so the screen offers near ones, categories and a person to
    ask.

    `facets`: what the answer can be narrowed to, only when asked for; values that all hits share are left out.
    `categories`: theme codes near a weak question, best first. `ask_back`: a question that would narrow a weak one.
    """

    query: str
    hits: tuple[Hit, ...] = ()
    understood: tuple[Understood, ...] = ()
    weak: bool = False
    suggestions: tuple[str, ...] = ()
    facets: tuple[Facet, ...] = ()
    categories: tuple[str, ...] = ()
    ask_back: AskBack | None = None


@dataclass(frozen=True, slots=True)
class LexiconWord:
    """A word of the catalogue for the pinyin keyboard: 驾照, ("jia", "zhao"), weight 0–1 (how likely it is meant)."""

    word: str
    syllables: tuple[str, ...]
    weight: float = 0.5
