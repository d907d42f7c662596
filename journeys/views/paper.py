"""Views of paper: the preview, printing, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass

from domain.paper import Dots
from journeys.views.parts import Press, Tag, Tone


@dataclass(frozen=True, slots=True)
class NearPaper:
    """最近有纸的亭: where it is, how to get there, and when it said so."""

    title: str
    way: str
    tag: Tag


@dataclass(frozen=True, slots=True)
class SlipPreview:
    """打印前看一眼: the very dots of the paper, and choices ("variant", …), ("slip_lang", …), ("slip_for", …).
    Primary: ("submit",).
    """

    title: str
    paper: Dots
    length: str
    choices: tuple[tuple[str, tuple[tuple[Press, str, bool], ...]], ...]
    """(head, ((press, second line, selected), …))."""
    privacy: str
    state: Tag
    actions: tuple[Press, ...]


@dataclass(frozen=True, slots=True)
class Printing:
    """The slip is on its way: `fraction` 0–1 sent; `paper` is drawn head first. No way back until it ends."""

    title: str
    line: str
    fraction: float
    paper: Dots


@dataclass(frozen=True, slots=True)
class Printed:
    """The printer said it is done: where to take it, and what to do when nothing came out: ("missing",) asks,
    then ("again",) prints another one.
    """

    title: str
    lines: tuple[str, ...]
    seconds: int
    actions: tuple[Press, ...]


@dataclass(frozen=True, slots=True)
class NotPrinted:
    """Nothing was printed, or nobody knows: what happened, what was not done, the whole text as a QR code, a person
    to ask.
    """

    title: str
    lines: tuple[str, ...]
    code: str
    tone: Tone
    ways_head: str
    qr: tuple[bytes, ...]
    qr_head: str
    qr_lines: tuple[str, ...]
    actions: tuple[Press, ...]
    """Back; then what there is of: once more ("again",), which asks before it prints; all texts ("take",); a person."""
    near: NearPaper | None = None


@dataclass(frozen=True, slots=True)
class TakeAway:
    """手机带走: the guide's text as QR codes that need no network, one at a time ("code", number from 0); `text`: the
    lines that the code holds, `step`: which one it is of how many, empty when there is only one.
    """

    title: str
    qr: tuple[bytes, ...]
    lines: tuple[str, ...]
    actions: tuple[Press, ...]
    text_head: str = ""
    text: tuple[str, ...] = ()
    number: int = 0
    count: int = 1
    step: str = ""
    near: NearPaper | None = None
