"""Views of finding: the invitation, home, search, results and lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from journeys.views.parts import Press, Row, Tag


@dataclass(frozen=True, slots=True)
class NotReady:
    """尚未同步, or another state in which there is nothing to find yet. Drawn calmly, with a person to ask."""

    title: str
    lines: tuple[str, ...]
    code: str
    help: str


@dataclass(frozen=True, slots=True)
class Attract:
    """The inviting screen. Any touch starts ("start"); a language chip starts in that language ("start", tag).

    `promises`: (icon, what, how). `health`: tags of paper and content. Holding the clock for five seconds: ("staff",).
    """

    question: str
    line: str
    promises: tuple[tuple[str, str, str], ...]
    start: Press
    languages: tuple[tuple[str, str], ...]
    lang: str
    health: tuple[Tag, ...]
    help: str


@dataclass(frozen=True, slots=True)
class HomeTile:
    """A theme tile."""

    label: str
    icon: str
    action: str
    value: str


@dataclass(frozen=True, slots=True)
class Home:
    """The home screen: life events in the sky, the search field and popular questions in the sea, themes, tools."""

    greeting: str
    line: str
    events_head: str
    events: tuple[HomeTile, ...]
    events_all: Press
    ask_head: str
    ask_hint: str
    ask_modes: tuple[Press, ...]
    popular: tuple[Press, ...]
    tiles: tuple[HomeTile, ...]
    tools: tuple[Press, ...]
    notice: Tag | None = None
    """The most urgent notice of today in one line; touch: ("notices",)."""
    card_title: str = ""
    card_line: str = ""
    card: Press | None = None
    """The way to laying a card down ("card",); None: there is no reader, and nothing is said of cards."""


@dataclass(frozen=True, slots=True)
class Search:
    """Typing or writing with results in place. `composition` is underlined behind `text`; candidates are touched
    ("pick", index).

    Keys hand back ("key", letter), ("delete",), ("clear",), ("space",), ("mode", zh|en|num|hand), ("submit",); a row
    ("open", id). The pad (mode hand) hands back ("stroke", "x,y x,y …"), ("undo_stroke",) and ("rewrite",); its points
    are whole numbers from 0 to 1000, its longer side being 1000 long.
    """

    hint: str
    text: str
    composition: str
    candidates: tuple[str, ...]
    mode: Literal["zh", "en", "num", "hand"]
    count_line: str
    rows: tuple[Row, ...]
    more: Press | None
    examples_head: str
    examples: tuple[Press, ...]
    """Shown while nothing is typed yet."""
    keys: tuple[tuple[str, str], ...]
    """Words on the special keys: (name, label) for submit, space, num, zh, en, delete; on the pad for undo, rewrite,
    erase, submit.
    """
    modes: tuple[tuple[Press, bool], ...] = ()
    """Keys or pad: (half of the switch, chosen); empty: there are only keys."""
    ink: tuple[tuple[tuple[int, int], ...], ...] = ()
    """The strokes on the pad."""
    pad_line: str = ""
    """How the pad is used, below it."""


@dataclass(frozen=True, slots=True)
class Word:
    """A part of the question and how it was read. `other`: asks without this part, when it was read wrongly and other
    parts are left to ask for.
    """

    text: str
    meaning: str
    other: Press | None = None


@dataclass(frozen=True, slots=True)
class Results:
    """The whole answer to a question. `best`: the first guide opened up a little. `weak`: nothing fits well.

    Actions: ("edit",), ("open", id), ("print", id), ("audience", person|enterprise|), ("page", n), ("ask", text),
    ("narrow",), ("drop", axis), ("plain", text), ("theme", code).
    """

    query: str
    edit: Press
    understood_head: str
    understood: tuple[Word, ...]
    filters: tuple[tuple[Press, bool], ...]
    """(chip, selected)."""
    count_line: str
    best: Row | None
    best_mark: str
    best_summary: str
    best_actions: tuple[Press, ...]
    rows: tuple[Row, ...]
    page: int
    weak: bool = False
    weak_head: str = ""
    weak_line: str = ""
    near_head: str = ""
    suggestions_head: str = ""
    suggestions: tuple[Press, ...] = ()
    actions: tuple[Press, ...] = ()
    """Bottom actions of the weak answer (写过别的话, 打 12345)."""
    understood_side: str = ""
    """What to do when a part of the question was read wrongly."""
    narrow: Press | None = None
    """To what the answer can be narrowed to; None: there is nothing to choose."""
    chosen: tuple[Press, ...] = ()
    """What the answer is narrowed to; a touch takes it off."""
    ask_head: str = ""
    """A question that would narrow a weak answer, or the words above categories."""
    asks: tuple[Press, ...] = ()
    """Its answers ("ask", text), or categories ("theme", code)."""
    heard: str = ""
    """That the question is passed on, and what of it is not."""


@dataclass(frozen=True, slots=True)
class Choices:
    """One attribute by which an answer can be narrowed, and its values with how many things have each."""

    head: str
    presses: tuple[Press, ...]


@dataclass(frozen=True, slots=True)
class Narrow:
    """筛一筛: what the answer to `query` can be narrowed to, the attribute people choose by most first.

    Actions: ("choose", axis=value), ("page", n), and those of `actions`.
    """

    title: str
    line: str
    query: str
    groups: tuple[Choices, ...]
    page: int
    actions: tuple[Press, ...]


@dataclass(frozen=True, slots=True)
class ListPage:
    """A titled list: a theme, a department's items, a topic, all life events, facts, notices' items."""

    title: str
    line: str
    filters: tuple[tuple[Press, bool], ...]
    rows: tuple[Row, ...]
    page: int
    empty: str = ""
    """What to say when there is nothing."""
    actions: tuple[Press, ...] = ()
    """Where the list leads beside its rows: to the place of an organisation."""
