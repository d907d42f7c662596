"""When the PC/SC service itself is stuck: finding out, and asking for its restart.

A card that falls silent in the middle of a command can hold the driver, and with it everybody who asks for that reader;
ending the program that asked frees nothing (measured with pcscd 1.9). Restarting pcscd cures it, which the kiosk may
not do. So it writes a file, and a unit of the machine that waits for that file does it (deploy/systemd).
"""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from cardreader.settings import ReaderSettings
from domain.errors import Code

_log = logging.getLogger(__name__)

PROBE: Final = (sys.executable, "-P", "-m", "cardreader.probe")

LEAST_S: Final = 600.0
"""Between two restarts. Where one does not help, more of them would only take the reader away from everybody."""


class Rescue:
    """Asks PC/SC a question after something was suspicious, and goes on asking while there is no answer.

    The question is a process of its own (`cardreader.probe`), because it may never come back. While one is stuck longer
    than `stuck_s`, the file of the settings is written, at most once in `LEAST_S` seconds; its time also counts when
    the kiosk itself was started anew. Without such a file the log alone says what staff have to do.
    """

    def __init__(
        self,
        settings: ReaderSettings,
        environ: Mapping[str, str],
        program: Sequence[str] = PROBE,
        least_s: float = LEAST_S,
    ) -> None:
        self._patience = settings.stuck_s
        self._file = Path(settings.restart_file) if settings.restart_file else None
        self._environ = dict(environ)
        self._program = tuple(program)
        self._least = least_s
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._asked: float | None = None
        self.stuck = False
        """Whether the last question has not been answered."""

    def suspect(self) -> None:
        """Begins to ask, unless that is under way; returns at once."""
        with self._lock:
            if self._closing.is_set() or (self._thread is not None and self._thread.is_alive()):
                return
            self._thread = threading.Thread(target=self._run, name="card rescue", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Ends what is under way. May be called again."""
        with self._lock:
            self._closing.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._closing.is_set():
            answered = self._answers()
            if answered is None:
                # What was found stuck stays so until somebody answers: it has to be asked again, once it can be.
                if not self.stuck or self._closing.wait(self._patience):
                    return
                continue
            if answered:
                if self.stuck:
                    _log.warning("PC/SC answers again", extra={"code": Code.NO_READER})
                self.stuck = False
                return
            self.stuck = True
            self._ask()

    def _answers(self) -> bool | None:
        """Whether PC/SC answered in time; None: it could not be asked, or nobody wants to know any more."""
        try:
            process = subprocess.Popen(
                self._program, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=self._environ
            )
        except OSError as error:
            _log.error("no process: %s", error.strerror, extra={"code": Code.NO_READER})
            return None
        until = time.monotonic() + self._patience
        try:
            while time.monotonic() < until:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(0.05)
                    return True
                if self._closing.is_set():
                    return None
            return False
        finally:
            process.kill()
            process.wait()

    def _ask(self) -> None:
        """Writes the file, unless that was done a short while ago."""
        now = time.time()
        before = self._asked if self._asked is not None else self._written()
        if before is not None and 0 <= now - before < self._least:
            return
        self._asked = now
        if self._file is None:
            _log.error("PC/SC is stuck; restart pcscd", extra={"code": Code.NO_READER})
            return
        try:
            fd = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
            with os.fdopen(fd, "w", encoding="ascii") as file:
                file.write(f"{int(now)}\n")
        except OSError as error:
            _log.error("PC/SC is stuck, and nobody can be asked: %s", error.strerror, extra={"code": Code.NO_READER})
        else:
            _log.error("PC/SC is stuck; its restart was asked for", extra={"code": Code.NO_READER})

    def _written(self) -> float | None:
        """When the file was written by an earlier process."""
        with contextlib.suppress(OSError):
            return self._file.stat().st_mtime if self._file is not None else None
        return None
