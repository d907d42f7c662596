"""Counts of a day that the hub is told: visits, and cards that gave nothing. Nothing about who it was."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import logging
import threading
from collections import Counter, deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from domain.errors import Code, CodedError, DeviceStoreError
from domain.events import CardUnread, Event

if TYPE_CHECKING:
    from domain.ports import Clock, Marks

MARK: Final = "uplink.tally"

HOURS: Final = 24


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted on `day` so far. `last_visit`: the hour in which a visit began last, on whatever day."""

    day: dt.date
    sessions: int = 0
    reader: dict[Code, int] = field(default_factory=dict)
    last_visit: dt.datetime | None = None


class DayTally:
    """Counts for one kiosk, kept as a mark so that a restart loses nothing. Any thread may tell it something."""

    def __init__(self, marks: Marks, clock: Clock) -> None:
        self._marks = marks
        self._clock = clock
        self._lock = threading.Lock()
        self._now: Tally | None = None
        self._over: list[Tally] = []

    def visit_began(self) -> None:
        """Somebody began a visit."""
        now = self._clock.now()
        with self._lock:
            today = self._today()
            hour = now.replace(minute=0, second=0, microsecond=0)
            self._keep(replace(today, sessions=today.sessions + 1, last_visit=hour))

    def hear(self, event: Event) -> None:
        """An event of a device."""
        if isinstance(event, CardUnread):
            with self._lock:
                today = self._today()
                self._keep(replace(today, reader={**today.reader, event.code: today.reader.get(event.code, 0) + 1}))

    def counted(self) -> tuple[Tally, ...]:
        """Days that are over since this was asked last, and today at the end."""
        with self._lock:
            today = self._today()
            over, self._over = self._over, []
            return (*over, today)

    def _today(self) -> Tally:
        day = self._clock.now().date()
        held = self._now
        if held is None:
            held = _read(self._marks.get(MARK)) or Tally(day)
        if held.day != day:
            if held.sessions or held.reader:
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
