"""What is wrong with a kiosk, as data: what is measured, from where on it is an alarm, and from where on it is none.

A rule has two thresholds, so that a value that wavers about one of them raises nothing twice, and two spans: how long
it must last before it is raised, and how long all must be well before it is cleared. Words are ``alarm.<kind>`` in
the hub's phrases.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from domain.errors import Code
from domain.events import PrinterState, ReaderState
from uplink.messages import Health


class Mark(IntEnum):
    """What an alarm makes of its kiosk; the highest of a kiosk counts. Its name is ``fleet.<name>``."""

    NORMAL = 0
    LOOK = 1
    """Content is old, or something is to be looked at from the desk."""
    LOST = 2
    """Not heard for a quarter of an hour."""
    SOON = 3
    """Somebody must go there, and may go when it fits."""
    NOW = 4
    """Somebody must go there today."""

    @property
    def visit(self) -> bool:
        return self >= Mark.SOON


@dataclass(frozen=True, slots=True)
class Released:
    """A revision that went out: the digest that it must have, and when a newer one that this kiosk could have came."""

    digest: str
    newer_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a kiosk at `now`. `heard_at`: its last report, else when it was enrolled; `released`: what the
    hub knows of the revision that it shows; `sessions`, `card_faults`: of yesterday and today; `printed`: slips today;
    `day_hours`: hours of today in which people were about.
    """

    now: dt.datetime
    heard_at: dt.datetime
    health: Health | None = None
    released: Released | None = None
    sessions: int = 0
    card_faults: int = 0
    printed: int = 0
    day_hours: float = 1.0
    restarts_lately: int = 0

    @property
    def slips_an_hour(self) -> float | None:
        """Slips per hour today; None while fewer than `FEW_SLIPS` say nothing."""
        return self.printed / max(1.0, self.day_hours) if self.printed >= FEW_SLIPS else None

    @property
    def hours_left(self) -> float | None:
        """Hours until the paper is out at today's pace."""
        pace, left = self.slips_an_hour, self.health.printer.slips_left if self.health is not None else None
        return left / pace if pace and left is not None else None


FEW_SLIPS = 6
FEW_FAULTS = 5
"""Fewer cards that could not be read than these are no share of anything."""

READER_CODES = frozenset({Code.CARD_UNREADABLE.value, Code.CARD_TOO_SLOW.value, Code.READER_BUSY.value})
"""What a reader is to blame for; cards of other kinds are not."""

DAY_BEGINS = 7
"""Hour of the day, in the city, from which on the pace of printing is counted."""

_DOWN = (PrinterState.COVER_OPEN, PrinterState.OFFLINE, PrinterState.ABSENT, PrinterState.TROUBLE)

NEAR_END = 20.0
"""Slips that are taken to be left when the printer's own sensor says that the roll is nearly used up."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One alarm. `measure` names a function of `MEASURES`. It is raised from `raise_at` on, cleared from `clear_at` on,
    whichever way these lie; between them all stays as it is. `due`: when somebody must have been there: today,
    tomorrow, or forecast (before the paper is out). `bring`: what to take along, ``bring.<word>``. `beneath`: the
    alarm that says the same and more.
    """

    kind: str
    measure: str
    raise_at: float
    clear_at: float
    mark: Mark
    lasts: dt.timedelta = dt.timedelta()
    well: dt.timedelta = dt.timedelta()
    due: str = ""
    bring: str = ""
    beneath: str = ""

    def bad(self, value: float) -> bool:
        """Whether it is to be raised."""
        return value >= self.raise_at if self.raise_at > self.clear_at else value <= self.raise_at

    def good(self, value: float) -> bool:
        """Whether it may be cleared."""
        return value <= self.clear_at if self.raise_at > self.clear_at else value >= self.clear_at


def _silent(facts: Facts) -> float | None:
    return (facts.now - facts.heard_at).total_seconds() / 60


def _paper_out(facts: Facts) -> float | None:
    printer = facts.health.printer if facts.health is not None else None
    if printer is None or printer.state is PrinterState.CHECKING:
        return None
    return float(printer.state is PrinterState.PAPER_OUT or printer.slips_left == 0)


def _paper_left(facts: Facts) -> float | None:
    printer = facts.health.printer if facts.health is not None else None
    if printer is None:
        return None
    left = float(printer.slips_left) if printer.slips_left is not None else None
    if printer.state is PrinterState.NEAR_END:
        return min(left, NEAR_END) if left is not None else NEAR_END
    return left


def _hours_left(facts: Facts) -> float | None:
    return facts.hours_left


def _printer_down(facts: Facts) -> float | None:
    if facts.health is None or facts.health.printer.state is PrinterState.CHECKING:
        return None
    return float(facts.health.printer.state in _DOWN)


def _reader_gone(facts: Facts) -> float | None:
    reader = facts.health.reader if facts.health is not None else None
    return float(reader.state is ReaderState.ABSENT or reader.stuck) if reader is not None else None


def _reader_share(facts: Facts) -> float | None:
    if facts.card_faults < FEW_FAULTS:
        return 0.0
    return 100 * facts.card_faults / max(facts.card_faults, facts.sessions)


def _digest_differs(facts: Facts) -> float | None:
    content = facts.health.content if facts.health is not None else None
    if content is None or facts.released is None:
        return None
    return float(content.digest != facts.released.digest)


def _unproved(facts: Facts) -> float | None:
    content = facts.health.content if facts.health is not None else None
    return float(content.proved_at is None) if content is not None else None


def _content_days(facts: Facts) -> float | None:
    """Days since the hub last said that what is shown is right, or since something newer could have been had."""
    content = facts.health.content if facts.health is not None else None
    if content is None:
        return None
    spans = [facts.now - (content.checked_at or content.made_at)]
    if facts.released is not None and facts.released.newer_at is not None:
        spans.append(facts.now - facts.released.newer_at)
    return max(0.0, max(span.total_seconds() for span in spans) / 86_400)


def _disk(facts: Facts) -> float | None:
    return float(facts.health.disk_free_mb) if facts.health is not None else None


def _drift(facts: Facts) -> float | None:
    drift = facts.health.clock.drift_s if facts.health is not None else None
    return float(abs(drift)) if drift is not None else None


def _privacy(facts: Facts) -> float | None:
    status = facts.health.privacy.status if facts.health is not None else None
    return {"found": 1.0, "clean": 0.0}.get(status) if status is not None else None


def _restarts(facts: Facts) -> float | None:
    return float(facts.restarts_lately)


def _dead(facts: Facts) -> float | None:
    return float(facts.health.outbox.dead) if facts.health is not None else None


def _untouched(facts: Facts) -> float | None:
    """Hours without a visit; while the kiosk is silent nobody knows."""
    last = facts.health.last_visit if facts.health is not None else None
    if last is None or facts.now - facts.heard_at > dt.timedelta(minutes=15):
        return None
    return (facts.now - last).total_seconds() / 3600


MEASURES: Mapping[str, Callable[[Facts], float | None]] = {
    "silent_min": _silent,
    "paper_out": _paper_out,
    "paper_left": _paper_left,
    "hours_left": _hours_left,
    "printer_down": _printer_down,
    "reader_gone": _reader_gone,
    "reader_share": _reader_share,
    "digest_differs": _digest_differs,
    "unproved": _unproved,
    "content_days": _content_days,
    "disk_mb": _disk,
    "drift_s": _drift,
    "privacy_found": _privacy,
    "restarts": _restarts,
    "dead": _dead,
    "untouched_h": _untouched,
}
"""What can be measured; None: nobody knows, and an alarm stays as it is."""

_MINUTES = dt.timedelta(minutes=1)
_NONE = dt.timedelta()

RULES: tuple[Rule, ...] = (
    Rule("privacy", "privacy_found", 1, 0, Mark.NOW, due="today", bring="nothing"),
    Rule("paper_out", "paper_out", 1, 0, Mark.NOW, well=2 * _MINUTES, due="today", bring="paper"),
    Rule("printer", "printer_down", 1, 0, Mark.NOW, 5 * _MINUTES, 5 * _MINUTES, "today", "printer", "paper_out"),
    Rule("silent", "silent_min", 24 * 60, 15, Mark.NOW, due="today", bring="stick"),
    Rule("restarts", "restarts", 3, 0, Mark.NOW, well=30 * _MINUTES, due="today", bring="stick"),
    Rule("content_stale", "content_days", 10, 3, Mark.NOW, due="today", bring="stick", beneath="silent"),
    Rule("paper_low", "paper_left", 20, 40, Mark.SOON, _NONE, 5 * _MINUTES, "forecast", "paper", "paper_out"),
    Rule("paper_soon", "hours_left", 8, 14, Mark.SOON, _NONE, 15 * _MINUTES, "forecast", "paper", "paper_low"),
    Rule("reader_gone", "reader_gone", 1, 0, Mark.SOON, 5 * _MINUTES, 5 * _MINUTES, "tomorrow", "reader"),
    Rule("reader_errors", "reader_share", 30, 15, Mark.SOON, _NONE, 60 * _MINUTES, "tomorrow", "reader", "reader_gone"),
    Rule("untouched", "untouched_h", 24, 1, Mark.SOON, due="tomorrow", bring="screen"),
    Rule("disk", "disk_mb", 500, 800, Mark.SOON, well=30 * _MINUTES, due="tomorrow", bring="stick"),
    Rule("clock", "drift_s", 60, 20, Mark.SOON, 30 * _MINUTES, 10 * _MINUTES, "tomorrow", "battery"),
    Rule("offline", "silent_min", 15, 5, Mark.LOST, beneath="silent"),
    Rule("digest", "digest_differs", 1, 0, Mark.LOOK, well=2 * _MINUTES),
    Rule("unproved", "unproved", 1, 0, Mark.LOOK, 30 * _MINUTES, 2 * _MINUTES, beneath="digest"),
    Rule("content_old", "content_days", 3, 1, Mark.LOOK, beneath="content_stale"),
    Rule("dead", "dead", 1, 0, Mark.LOOK, well=5 * _MINUTES),
)  # fmt: skip
"""Every alarm, the gravest first: that is the order in which a kiosk's are told."""

BY_KIND: Mapping[str, Rule] = {rule.kind: rule for rule in RULES}


def order(kind: str) -> int:
    """Where a kind stands among the rules; one that there is no more stands last."""
    return next((place for place, rule in enumerate(RULES) if rule.kind == kind), len(RULES))
