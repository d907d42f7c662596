"""What went over the readers, and what happened to cards, since the start."""

from __future__ import annotations

import threading
import time
from collections import deque
from datetime import datetime
from typing import Any, Final

_KEPT: Final = 20_000


class Journal:
    """Commands and events, oldest first, of which the last 20 000 are kept. May be called from any thread.

    `at` is seconds on the machine's monotonic clock, the same in all its processes. The `response` of a command that
    was never answered is None; `ms` is the time the card took.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._commands: deque[dict[str, Any]] = deque(maxlen=_KEPT)
        self._events: deque[dict[str, Any]] = deque(maxlen=_KEPT)
        self._count = 0

    def command(self, card: str, reader: str, command: bytes, response: bytes | None, began: float) -> None:
        now = time.monotonic()
        with self._lock:
            self._count += 1
            self._commands.append(
                {
                    "n": self._count, "at": now, "clock": _clock(), "card": card, "reader": reader,
                    "command": command.hex().upper(), "response": None if response is None else response.hex().upper(),
                    "ms": round((now - began) * 1_000, 3),
                }
            )  # fmt: skip

    def event(self, what: str, *, card: str = "", reader: str = "") -> None:
        """`what`: insert, remove, power-on, power-off, reset, pcscd-start, pcscd-stop, pcscd-kill."""
        with self._lock:
            self._events.append(
                {"at": time.monotonic(), "clock": _clock(), "event": what, "card": card, "reader": reader}
            )

    def all(self) -> dict[str, list[dict[str, Any]]]:
        with self._lock:
            return {"apdus": list(self._commands), "events": list(self._events)}

    def latest(self, count: int) -> list[dict[str, Any]]:
        """The last commands, newest first."""
        with self._lock:
            return [self._commands[-1 - i] for i in range(min(count, len(self._commands)))]


def _clock() -> str:
    return f"{datetime.now():%H:%M:%S}"
