"""Counts of a day that the hub is told: visits, results that were opened, cards that gave nothing. Nothing about who it
was or what was asked.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import logging
import threading
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from domain.errors import Code, CodedError, DeviceStoreError
from domain.events import CardUnread, Event

if TYPE_CHECKING:
    from domain.ports import Clock, Marks

MARK: Final = "uplink.tally"

HOURS: Final = 24

FIRST: Final = 5
"""So many results count as found at once."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted on `day` so far. `opened`: questions of whose results one was opened; `first`: of these, where
    it was one of the first five. `last_visit`: the hour in which a visit began last, on whatever day.
    """

    day: dt.date
    sessions: int = 0
    reader: dict[Code, int] = field(default_factory=dict)
    last_visit: dt.datetime | None = None
    opened: int = 0
    first: int = 0


class DayTally:
    """Counts for one kiosk, kept as a mark so that a restart loses nothing. Any thread may tell it something.

    Whoever comes first after a start is not kept waiting for `device.db`: until `begin` counts are held in memory.
    """

    def __init__(self, marks: Marks, clock: Clock) -> None:
        self._marks = marks
        self._clock = clock
        self._lock = threading.Lock()
        self._now: Tally | None = None
        self._early: list[Callable[[Tally], Tally]] = []
        self._over: list[Tally] = []

    def begin(self) -> None:
        """Reads what was kept and adds what was counted before; may be called again. Raises `DeviceStoreError`."""
        if self._now is not None:
            return
        kept = _read(self._marks.get(MARK))  # which may take its time: nobody who counts waits for the lock meanwhile
        with self._lock:
            if self._now is None:
                self._now = kept or Tally(self._clock.now().date())
                early, self._early = self._early, []
                for counting in early:
                    self._keep(counting(self._today()))

    def close(self) -> None:
        """Keeps what was counted before `begin`, should it never have come to that."""
        if self._early:
            with contextlib.suppress(DeviceStoreError):
                self.begin()

    def visit_began(self) -> None:
        """Somebody began a visit."""
        hour = self._clock.now().replace(minute=0, second=0, microsecond=0)
        self._count(lambda today: replace(today, sessions=today.sessions + 1, last_visit=hour))

    def result_opened(self, place: int) -> None:
        """Of what a question found, the result at `place` was opened, 1 is the best."""
        first = int(place <= FIRST)
        self._count(lambda today: replace(today, opened=today.opened + 1, first=today.first + first))

    def hear(self, event: Event) -> None:
        """An event of a device."""
        if isinstance(event, CardUnread):
            code = event.code
            self._count(lambda today: replace(today, reader={**today.reader, code: today.reader.get(code, 0) + 1}))

    def counted(self) -> tuple[Tally, ...]:
        """Days that are over since this was asked last, and today at the end."""
        self.begin()
        with self._lock:
            today = self._today()
            over, self._over = self._over, []
            return (*over, today)

    def _count(self, counting: Callable[[Tally], Tally]) -> None:
        with self._lock:
            if self._now is None:
                self._early.append(counting)
            else:
                self._keep(counting(self._today()))

    def _today(self) -> Tally:
        day = self._clock.now().date()
        held = self._now
        assert held is not None
        if held.day != day:
            if held.sessions or held.reader or held.opened:
                self._over.append(held)
            held = Tally(day, last_visit=held.last_visit)
        self._now = held
        return held

    def _keep(self, tally: Tally) -> None:
        self._now = tally
        with contextlib.suppress(DeviceStoreError):
            self._marks.put(MARK, _written(tally))


def _written(tally: Tally) -> str:
    value: dict[str, Any] = {"day": tally.day.isoformat(), "sessions": tally.sessions, "reader": tally.reader}
    if tally.opened:
        value |= {"opened": tally.opened, "first": tally.first}
    if tally.last_visit is not None:
        value["last_visit"] = tally.last_visit.isoformat()
    return json.dumps(value)


def _read(text: str | None) -> Tally | None:
    try:
        value = json.loads(text or "")
        last = value.get("last_visit")
        return Tally(
            dt.date.fromisoformat(value["day"]),
            int(value["sessions"]),
            {Code(code): int(count) for code, count in value["reader"].items()},
            dt.datetime.fromisoformat(last) if last else None,
            int(value.get("opened", 0)),
            int(value.get("first", 0)),
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


class CodeCounter(logging.Handler):
    """How often each code came into the log in the last 24 hours, by the hour, in memory."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(logging.WARNING)
        self._clock = clock
        self._hours: deque[tuple[int, Counter[Code]]] = deque(maxlen=HOURS)

    def emit(self, record: logging.LogRecord) -> None:
        """Counts the code of a line, or of the coded error that was logged with it."""
        code = getattr(record, "code", None)
        error = record.exc_info[1] if record.exc_info else None
        if code is None and isinstance(error, CodedError):
            code = error.code
        if isinstance(code, Code):
            hour = int(self._clock.monotonic() // 3600)
            if not self._hours or self._hours[-1][0] != hour:
                self._hours.append((hour, Counter()))
            self._hours[-1][1][code] += 1

    def counts(self) -> dict[Code, int]:
        """By code; the oldest hour counts until the next one has begun."""
        since = int(self._clock.monotonic() // 3600) - HOURS
        with self.lock or contextlib.nullcontext():
            found: Counter[Code] = Counter()
            for hour, counts in self._hours:
                if hour > since:
                    found.update(counts)
        return dict(found)
