"""What is wrong with a kiosk, as data: what is measured, from where on it is an alarm, and from where on it is none.

A rule has two thresholds, so that a value that wavers about one of them raises nothing twice, and two spans: how long
it must last before it is raised, and how long all must be well before it is cleared; a city sets them
(`hub.alarm_settings`). Words are ``alarm.<kind>`` in the hub's phrases.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from domain.events import PrinterState, ReaderState
from hub.alarm_facts import Facts
from hub.alarm_settings import AlarmSettings, Falling, Rising


class Mark(IntEnum):
    """What an alarm makes of its kiosk; the highest of a kiosk counts. Its name is ``fleet.<name>``."""

    NORMAL = 0
    LOOK = 1
    """Content is old, or something is to be looked at from the desk."""
    LOST = 2
    """Not heard for longer than a line may be away."""
    SOON = 3
    """Somebody must go there, and may go when it fits."""
    NOW = 4
    """Somebody must go there today."""

    @property
    def visit(self) -> bool:
        return self >= Mark.SOON


FEW_FAULTS = 5
"""Fewer cards that could not be read than these are no share of anything."""

_DOWN = (PrinterState.COVER_OPEN, PrinterState.OFFLINE, PrinterState.ABSENT, PrinterState.TROUBLE)

NEAR_END = 20.0
"""Slips that are taken to be left when the printer's own sensor says that the roll is nearly used up."""


@dataclass(frozen=True, slots=True)
class Spans:
    """What a measure has to know of the city's rules: from when on a kiosk with a line is lost, and how far apart the
    visits with a stick are.
    """

    lost: dt.timedelta
    sticks: dt.timedelta


Measure = Callable[[Facts, Spans], float | None]
"""None: nobody knows, and an alarm stays as it is."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One alarm. It is raised from `raise_at` on, cleared from `clear_at` on, whichever way these lie; between them all
    stays as it is. `bring`: what to take along, ``bring.<word>``. `forecast`: somebody must be there before the paper
    is out. `beneath`: the alarm that says the same and more.
    """

    kind: str
    measure: Measure
    raise_at: float
    clear_at: float
    mark: Mark
    lasts: dt.timedelta
    well: dt.timedelta
    bring: str
    forecast: bool = False
    beneath: str = ""

    @property
    def due(self) -> str:
        """When somebody must have been there: today, tomorrow, forecast, or empty for nobody."""
        if not self.mark.visit:
            return ""
        return "today" if self.mark is Mark.NOW else "forecast" if self.forecast else "tomorrow"

    @property
    def grows(self) -> bool:
        """Whether the value grows by itself; what is shown of it comes from the moment at which it began."""
        return self.measure in (_silent, _stick_days)

    def bad(self, value: float) -> bool:
        """Whether it is to be raised."""
        return value >= self.raise_at if self.raise_at > self.clear_at else value <= self.raise_at

    def good(self, value: float) -> bool:
        """Whether it may be cleared."""
        return value <= self.clear_at if self.raise_at > self.clear_at else value >= self.clear_at


def _silent(facts: Facts, spans: Spans) -> float | None:
    return 0.0 if facts.by_stick else (facts.now - facts.heard_at).total_seconds() / 60


def _stick_days(facts: Facts, spans: Spans) -> float | None:
    return (facts.now - facts.heard_at).total_seconds() / 86_400 if facts.by_stick else 0.0


def _paper_out(facts: Facts, spans: Spans) -> float | None:
    printer = facts.health.printer if facts.health is not None else None
    if printer is None or printer.state is PrinterState.CHECKING:
        return None
    return float(printer.state is PrinterState.PAPER_OUT or printer.slips_left == 0)


def _paper_left(facts: Facts, spans: Spans) -> float | None:
    printer = facts.health.printer if facts.health is not None else None
    if printer is None:
        return None
    left = float(printer.slips_left) if printer.slips_left is not None else None
    if printer.state is PrinterState.NEAR_END:
        return min(left, NEAR_END) if left is not None else NEAR_END
    return left


def _hours_left(facts: Facts, spans: Spans) -> float | None:
    return facts.hours_left


def _printer_down(facts: Facts, spans: Spans) -> float | None:
    if facts.health is None or facts.health.printer.state is PrinterState.CHECKING:
        return None
    return float(facts.health.printer.state in _DOWN)


def _reader_gone(facts: Facts, spans: Spans) -> float | None:
    reader = facts.health.reader if facts.health is not None else None
    return float(reader.state is ReaderState.ABSENT or reader.stuck) if reader is not None else None


def _reader_share(facts: Facts, spans: Spans) -> float | None:
    if facts.card_faults < FEW_FAULTS:
        return 0.0
    return 100 * facts.card_faults / max(facts.card_faults, facts.sessions)


def _digest_differs(facts: Facts, spans: Spans) -> float | None:
    content = facts.health.content if facts.health is not None else None
    if content is None or facts.released is None:
        return None
    return float(content.digest != facts.released.digest)


def _unproved(facts: Facts, spans: Spans) -> float | None:
    content = facts.health.content if facts.health is not None else None
    return float(content.proved_at is None) if content is not None else None


def _content_days(facts: Facts, spans: Spans) -> float | None:
    """Days since the hub last said that what is shown is right, or since something newer could have been had. What came
    by stick was so when it was written down, and content there may be as old as sticks are apart.
    """
    content = facts.health.content if facts.health is not None else None
    if content is None:
        return None
    at = facts.heard_at - spans.sticks if facts.by_stick else facts.now
    since = [content.checked_at or content.made_at]
    if facts.released is not None and facts.released.newer_at is not None:
        since.append(facts.released.newer_at)
    return max(0.0, (at - min(since)).total_seconds() / 86_400)


def _disk(facts: Facts, spans: Spans) -> float | None:
    return float(facts.health.disk_free_mb) if facts.health is not None else None


def _drift(facts: Facts, spans: Spans) -> float | None:
    drift = facts.health.clock.drift_s if facts.health is not None else None
    return float(abs(drift)) if drift is not None else None


def _privacy(facts: Facts, spans: Spans) -> float | None:
    status = facts.health.privacy.status if facts.health is not None else None
    return {"found": 1.0, "clean": 0.0}.get(status) if status is not None else None


def _restarts(facts: Facts, spans: Spans) -> float | None:
    return float(facts.restarts_lately)


def _dead(facts: Facts, spans: Spans) -> float | None:
    return float(facts.health.outbox.dead) if facts.health is not None else None


def _untouched(facts: Facts, spans: Spans) -> float | None:
    """Hours without a visit; while the kiosk is silent nobody knows."""
    last = facts.health.last_visit if facts.health is not None else None
    if last is None or facts.now - facts.heard_at > spans.lost:
        return None
    return (facts.now - last).total_seconds() / 3600


@dataclass(frozen=True, slots=True)
class _Kind:
    """What of an alarm no city sets."""

    kind: str
    measure: Measure
    bring: str
    beneath: str = ""
    forecast: bool = False


_ALL = (
    _Kind("privacy", _privacy, "nothing"),
    _Kind("paper_out", _paper_out, "paper"),
    _Kind("printer", _printer_down, "printer", "paper_out"),
    _Kind("silent", _silent, "stick"),
    _Kind("restarts", _restarts, "stick"),
    _Kind("content_stale", _content_days, "stick", "silent"),
    _Kind("paper_low", _paper_left, "paper", "paper_out", forecast=True),
    _Kind("paper_soon", _hours_left, "paper", "paper_low", forecast=True),
    _Kind("reader_gone", _reader_gone, "reader"),
    _Kind("reader_errors", _reader_share, "reader", "reader_gone"),
    _Kind("untouched", _untouched, "screen"),
    _Kind("disk", _disk, "stick"),
    _Kind("clock", _drift, "battery"),
    _Kind("stick_late", _stick_days, "stick"),
    _Kind("offline", _silent, "stick", "silent"),
    _Kind("digest", _digest_differs, "stick"),
    _Kind("unproved", _unproved, "stick", "digest"),
    _Kind("content_old", _content_days, "stick", "content_stale"),
    _Kind("dead", _dead, "stick"),
)

KINDS: tuple[str, ...] = tuple(one.kind for one in _ALL)
"""Every alarm, the gravest first as a city has them that sets nothing: the order in which a kiosk's are told."""


def order(kind: str) -> int:
    """Where a kind stands among the rules; one that there is no more stands last."""
    return KINDS.index(kind) if kind in KINDS else len(KINDS)


class Rules:
    """The rules of one city, in the order of `KINDS`."""

    def __init__(self, settings: AlarmSettings) -> None:
        self._by_kind = {one.kind: _rule(one, settings) for one in _ALL}
        self.spans = Spans(
            lost=dt.timedelta(minutes=min(settings.offline.raise_at, settings.silent.raise_at)),
            sticks=dt.timedelta(days=settings.stick_late.raise_at),
        )

    def __iter__(self) -> Iterator[Rule]:
        return iter(self._by_kind.values())

    def __getitem__(self, kind: str) -> Rule:
        return self._by_kind[kind]


def _rule(one: _Kind, settings: AlarmSettings) -> Rule:
    said = settings.of(one.kind)
    raise_at, clear_at = (said.raise_at, said.clear_at) if isinstance(said, Rising | Falling) else (1.0, 0.0)
    return Rule(
        kind=one.kind,
        measure=one.measure,
        raise_at=raise_at,
        clear_at=clear_at,
        mark=Mark[said.mark.upper()],
        lasts=dt.timedelta(minutes=said.after_minutes),
        well=dt.timedelta(minutes=said.well_minutes),
        bring=one.bring,
        forecast=one.forecast,
        beneath=one.beneath,
    )
