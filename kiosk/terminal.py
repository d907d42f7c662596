"""How the commands speak: results on standard output, everything else on standard error, one coded line a fault."""

from __future__ import annotations

import errno
import json
import os
import sys
import time
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, Self

from domain.errors import Code, CodedError, RecordError, SettingsError
from kiosk.logs import mask

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

PROGRAM = "kiosk"

CANNOT_BEGIN = frozenset(
    {
        Code.NO_CATALOGUE,
        Code.ALREADY_RUNNING,
        Code.BAD_SETTINGS,
        Code.FONTS_MISSING,
        Code.NO_SUCH_ITEM,
        Code.NOT_ENROLLED,
    }
)
"""Exit status 2, as for a wrong option: whoever started the command has to change something. Every other code is 1."""


MOST_LINES = 20
"""Faults of one kind come in hundreds, when a file was left out for instance; nobody reads them all."""


def say(text: str = "") -> None:
    """A line of the result."""
    sys.stdout.write(f"{text}\n")


def say_json(value: Any, *, indent: int | None = None) -> None:
    """A result for programs: one JSON document, Chinese as it is."""
    say(json.dumps(value, ensure_ascii=False, indent=indent))


def note(text: str) -> None:
    """A line beside the result."""
    sys.stderr.write(f"{PROGRAM}: {text}\n")


def fault(error: BaseException, *, verbose: bool = False) -> int:
    """Tells a fault on standard error, a line each where it has several; returns the exit status."""
    if isinstance(error, CodedError):
        problems = error.problems if isinstance(error, RecordError | SettingsError) else ()
        for problem in problems[:MOST_LINES] or (error.detail,):
            note(mask(f"{error.code.value} {problem}".rstrip()))
        if len(problems) > MOST_LINES:
            note(f"{error.code.value} and {len(problems) - MOST_LINES} more")
        status = 2 if error.code in CANNOT_BEGIN else 1
    elif isinstance(error, OSError) and error.filename is not None:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        note(f"{Code.DISK_FULL.value + ' ' if full else ''}{error.filename}: {error.strerror}")
        status = 1
    elif isinstance(error, KeyboardInterrupt):
        note("interrupted")
        status = 130
    else:
        note(mask(f"unexpected {type(error).__name__}: {error}") + ("" if verbose else " (--verbose shows where)"))
        status = 1
    if verbose:
        sys.stderr.write(mask("".join(traceback.format_exception(error))))
    return status


def close_quietly() -> None:
    """After `kiosk … | head` has gone: no second complaint when Python flushes at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class Progress:
    """A bar on standard error for work that has taken a second; nothing for quicker work or without a terminal."""

    AFTER_S = 1.0

    def __init__(
        self, what: str, stream: IO[str] | None = None, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._what = what
        self._stream = stream or sys.stderr
        self._monotonic = monotonic
        self._since = monotonic()
        self._bar: Bar | None = None

    def __enter__(self) -> Self:
        return self

    def __call__(self, part: float) -> None:
        """`part` (0–1) of the work is done."""
        if self._bar is None:
            if not self._stream.isatty() or self._monotonic() - self._since < self.AFTER_S:
                return
            self._bar = self._open()
        self._bar.update(self._bar.task_ids[0], completed=part)

    def _open(self) -> Bar:
        from rich.console import Console
        from rich.progress import Progress as Bar

        bar = Bar(console=Console(file=self._stream), transient=True)
        bar.add_task(self._what, total=1.0)
        bar.start()
        return bar

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()
