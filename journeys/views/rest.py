"""Views around a visit: languages, the farewell, staff, trouble, and the question 还在吗."""

from __future__ import annotations

from dataclasses import dataclass

from journeys.views.parts import Press


@dataclass(frozen=True, slots=True)
class Languages:
    """Choosing a language ("choose", tag); each name in its own face."""

    title: str
    rows: tuple[tuple[str, str], ...]
    lang: str


@dataclass(frozen=True, slots=True)
class Cleared:
    """都清掉了: (what, result) rows, then back to the beginning in `seconds`. Actions: ("again",)."""

    title: str
    line: str
    rows: tuple[tuple[str, str], ...]
    again: Press
    countdown: str
    warning: str = ""
    """What was left behind, such as a card on the reader."""


@dataclass(frozen=True, slots=True)
class StaffPin:
    """The staff gate: digits typed so far (count only). Keys: ("digit", d), ("delete",), ("enter",)."""

    title: str
    line: str
    typed: int
    trouble: str


@dataclass(frozen=True, slots=True)
class Staff:
    """Staff mode: (what, how it is, well) rows and actions ("test_slip",), ("paper_changed",), ("refresh",),
    ("leave",), ("stop",).
    """

    title: str
    rows: tuple[tuple[str, str, bool], ...]
    message: str
    page: int
    actions: tuple[Press, ...]


@dataclass(frozen=True, slots=True)
class Trouble:
    """A page could not be shown: what happened, what to do now; never a dead end."""

    title: str
    lines: tuple[str, ...]
    code: str
    actions: tuple[Press, ...]


@dataclass(frozen=True, slots=True)
class IdleSheet:
    """还在吗？: any touch continues ("stay",); ("end",) ends at once. `fraction`: share of the time that is left."""

    seconds: int
    fraction: float
    title: str
    line: str
    loses: tuple[str, ...]
    actions: tuple[Press, ...]
