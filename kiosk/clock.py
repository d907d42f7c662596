"""The kiosk's clock: wall time in local zone, and whether it can be believed."""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

if TYPE_CHECKING:
    from domain.ports import Clock, Marks

CHINA = dt.timezone(dt.timedelta(hours=8), "CST")
"""China has kept one time without summer time since 1991, so a terminal without tzdata can still tell it."""

STEP_S = 90.0
"""A difference that no slewing makes: 500 ppm, the most that the kernel slews, are 1.8 s an hour."""

SETTLE_S = 600.0
"""How long a stepped clock has to run evenly until it is believed again."""

GRACE_S = 300.0
"""How far the clock that dated a catalogue may be ahead of this one."""

MARK = "clock.floor"
"""Where the floor is kept in `Marks`, as seconds since 1970."""


def zone_of(name: str) -> dt.tzinfo:
    """The time zone `name` (IANA). Raises ValueError for one that this machine does not know."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError):
        if name == "Asia/Shanghai":
            return CHINA
        raise ValueError(f"no time zone {name!r} on this machine") from None


class SystemClock:
    """`domain.ports.Clock` over the machine's clocks. `trusted` is false

    - while wall time is before the floor: the kiosk knows that it is later than that. The floor is the latest date
      that something bears which must lie in the past (the open catalogue, a floor kept from before the restart), and
      it rises by what the monotonic clock measures; it never follows wall time, so that one wrong date in the future
      cannot spoil the clock for good;
    - for ten minutes after wall time has stepped: nobody can tell whether that was the fault or its cure.

    Any thread may ask.
    """

    def __init__(
        self,
        zone: dt.tzinfo = CHINA,
        floor: dt.datetime | None = None,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._zone = zone
        self._wall = wall
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._floor = float("-inf")
        self._floor_read = monotonic()
        self._ahead = wall() - monotonic()
        self._settled = float("-inf")
        if floor is not None:
            self.raise_floor(floor)

    def monotonic(self) -> float:
        return self._monotonic()

    def now(self) -> dt.datetime:
        return dt.datetime.fromtimestamp(self._wall(), self._zone)

    @property
    def trusted(self) -> bool:
        with self._lock:
            wall, monotonic = self._wall(), self._monotonic()
            if abs(wall - monotonic - self._ahead) > STEP_S:
                self._settled = monotonic + SETTLE_S
            self._ahead = wall - monotonic
            return monotonic >= self._settled and wall >= self._floor_at(monotonic) - GRACE_S

    def raise_floor(self, moment: dt.datetime) -> None:
        """It is later than `moment` (aware), whatever wall time says; an earlier floor changes nothing."""
        with self._lock:
            monotonic = self._monotonic()
            self._floor = max(self._floor_at(monotonic), moment.timestamp())
            self._floor_read = monotonic

    @property
    def floor(self) -> dt.datetime | None:
        """The earliest moment that it can be now (UTC); None while nothing is known. Keep it under `MARK`."""
        with self._lock:
            floor = self._floor_at(self._monotonic())
        return None if floor == float("-inf") else dt.datetime.fromtimestamp(floor, dt.UTC)

    def _floor_at(self, monotonic: float) -> float:
        return self._floor + (monotonic - self._floor_read)


class StandingClock:
    """`domain.ports.Clock` that always tells one wall time, for pictures of how a page looks then. Seconds pass."""

    trusted = True

    def __init__(self, at: dt.datetime, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._at = at
        self.monotonic = monotonic

    def now(self) -> dt.datetime:
        return self._at


def system_clock(zone: str, marks: Marks | None = None) -> SystemClock:
    """The clock, with the floor that was kept before the restart."""
    return SystemClock(zone_of(zone), kept_floor(marks) if marks is not None else None)


def kept_floor(marks: Marks) -> dt.datetime | None:
    """The floor that was kept before the restart (UTC); None when there is none, or no time under that mark."""
    kept = marks.get(MARK)
    if kept is not None:
        with contextlib.suppress(ValueError, OverflowError, OSError):
            return dt.datetime.fromtimestamp(int(kept), dt.UTC)
    return None


def today_of(clock: Clock) -> Callable[[], dt.date | None]:
    """The day, for what is valid on it; None while the clock cannot be believed."""
    return lambda: clock.now().date() if clock.trusted else None
