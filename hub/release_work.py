"""Long work on a release that a page has begun: 排定, 发出 and 撤回, how far it is, and how it ended.

The work runs on a thread of its own while whoever began it may go away. Where it stands lies in a small file, so that
every process of the hub can tell; that it is still running says the kernel's lock, which ends with the process. The
work itself is one transaction, or is settled as a whole after a kill: this only tells of it.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path

log = logging.getLogger(__name__)

Tell = Callable[[int], None]
"""How far it is, in percent."""

EVERY_S = 0.2
"""So often at most the file is written anew."""


def silent(percent: int) -> None:
    """Tells nobody."""


class Kind(StrEnum):
    """What is being done; the words are ``releases.work_<kind>``."""

    PREPARE = "prepare"
    PUBLISH = "publish"
    WITHDRAW = "withdraw"


class Stand(StrEnum):
    """Where it is. BROKEN: its process ended before it did."""

    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Work:
    """`person`: id of who began it; `told`: the sentence at its end."""

    kind: Kind
    person: str
    stand: Stand
    percent: int
    told: str = ""


class ReleaseWork:
    """At most one work at a time in this home. `lock`: held by the process that does it."""

    def __init__(self, lock: Path) -> None:
        self._lock = lock
        self._state = lock.with_suffix(".json")

    def now(self) -> Work | None:
        """The newest work; None before the first, and after `forget`."""
        found = self._read()
        if found is None or found.stand is not Stand.RUNNING or self._held():
            return found
        found = self._read()  # between the two looks it may have ended as it should
        if found is None or found.stand is not Stand.RUNNING:
            return found
        return replace(found, stand=Stand.BROKEN)

    def begin(
        self, kind: Kind, person: str, run: Callable[[Tell], str], sorry: Callable[[Exception], str]
    ) -> threading.Thread | None:
        """Runs `run` on a thread; its words, or those of `sorry` for what it raised, are told at the end. None when
        another work is running: nothing was begun.
        """
        handle = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                held = self._read()
                if held is not None and held.stand is Stand.RUNNING:
                    os.close(handle)
                    return None
                time.sleep(0.01)  # somebody only looks, or is about to say that it runs or has ended
        self._write(Work(kind, person, Stand.RUNNING, 0))
        thread = threading.Thread(
            target=self._run, args=(handle, kind, person, run, sorry), name="hub-release", daemon=True
        )
        thread.start()
        return thread

    def forget(self) -> None:
        """Whoever began it has read how it ended."""
        with contextlib.suppress(FileNotFoundError):
            self._state.unlink()

    def _run(
        self, handle: int, kind: Kind, person: str, run: Callable[[Tell], str], sorry: Callable[[Exception], str]
    ) -> None:
        told_at = time.monotonic()

        def tell(percent: int) -> None:
            nonlocal told_at
            if time.monotonic() - told_at >= EVERY_S:
                self._write(Work(kind, person, Stand.RUNNING, min(99, percent)))
                told_at = time.monotonic()

        try:
            ended = Work(kind, person, Stand.DONE, 100, run(tell))
        except Exception as error:
            ended = Work(kind, person, Stand.REFUSED, 100, sorry(error))
        try:
            self._write(ended)
        finally:
            os.close(handle)

    def _read(self) -> Work | None:
        try:
            raw = json.loads(self._state.read_text("utf-8"))
            return Work(Kind(raw["kind"]), raw["person"], Stand(raw["stand"]), raw["percent"], raw["told"])
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.warning("the note of a release's work cannot be read: %s", type(error).__name__)
            return None

    def _write(self, work: Work) -> None:
        fresh = self._state.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(work), ensure_ascii=False), "utf-8")
        fresh.replace(self._state)

    def _held(self) -> bool:
        handle = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(handle)
        return False
