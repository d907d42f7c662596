"""Views of 旧纸还能用吗: typing the check code of a slip, and what has changed since it was printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from journeys.views.parts import Press, Tag, Tone


@dataclass(frozen=True, slots=True)
class CodeGroup:
    """Four characters of a code: typed so far, and whether it is the one being typed or to be looked at again."""

    text: str
    state: Literal["plain", "now", "wrong"]


@dataclass(frozen=True, slots=True)
class CheckSlip:
    """The pad. `keys`: the characters that codes have, each ("key", c); others: ("delete",), and ("group", n) to type
    group n, from 0, once more. `trouble`: which group to look at again; empty: none.
    """

    title: str
    line: str
    groups: tuple[CodeGroup, ...]
    trouble: str
    keys: str


@dataclass(frozen=True, slots=True)
class SlipChange:
    """One thing that is not as on the paper: what holds now, and below it what was and since when."""

    icon: str
    title: str
    detail: str


@dataclass(frozen=True, slots=True)
class SlipChecked:
    """The answer: verdict in `tone`, what has changed in the item, and `around` it, in the offices, organisations and
    guides that the paper is printed from. Actions: ("print", id), ("open", id), ("retype",). ("page", n) turns what is
    long.
    """

    title: str
    tone: Tone
    verdict: str
    lines: tuple[str, ...]
    changes_head: str
    changes: tuple[SlipChange, ...]
    around_head: str
    around: tuple[SlipChange, ...]
    page: int
    fresh: Tag
    actions: tuple[Press, ...]
    chinese_only: str = ""
