"""Parts that many views are made of, and the frame around every page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Tone = Literal["plain", "sea", "ok", "warn", "stop"]
"""How something stands; each tone has its own colour *and* icon shape on the screen."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A small fact with an icon: 10 元, 跑 1 次."""

    text: str
    icon: str
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Press:
    """Something to touch: its words, icon (Material name, may be empty) and what to hand back. `enabled` false:
    shown, but quiet.
    """

    label: str
    action: str
    value: str = ""
    icon: str = ""
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """A list row: official name, everyday name, why it is here, whose it is, up to three tags. Touch hands back
    ("open", id).

    `why` is split into (text, emphasised) runs. `answer` set: the row is a fact and is the answer itself.
    """

    id: str
    kind: str
    title: str
    alias: str = ""
    why: tuple[tuple[str, bool], ...] = ()
    department: str = ""
    tags: tuple[Tag, ...] = ()
    answer: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Nav:
    """The row at the foot of every page. `large_on`: big type is switched on."""

    back: Press | None
    home: Press | None
    large: Press
    language: Press
    end: Press | None
    large_on: bool = False


@dataclass(frozen=True, slots=True)
class Chrome:
    """The frame around every page: who, where, when, and that the content is a sample when it is."""

    brand: str
    kiosk: str
    date: str
    time: str
    sun: float
    """Position of the sun on the horizon line, 0 = 06:00 at the left, 1 = 20:00 at the right; outside: below the
    line.
    """
    sample: str = ""
    """Words of the sample mark; empty for real content."""
    old: Tag | None = None
    """How long ago the content was last updated, once that is long ago."""
