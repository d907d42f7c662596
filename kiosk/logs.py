"""What is written down about the kiosk: rotating files in the home and standard error, without a word about people.

Rule of the house: nothing that a citizen typed, chose or carried is ever handed to a logger, at no level. Should it
happen all the same, in a message of a foreign library for instance, `mask` removes what numbers of people look like
before a line is written; a test reads every log call of the product for the rule itself.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import faulthandler
import logging
import logging.handlers
import os
import re
import sys
import threading
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import IO

from domain.errors import CodedError
from kiosk.clock import CHINA
from kiosk.home import Home
from kiosk.settings import LogSettings

FILE = "kiosk.log"
FAULTS = "faults.log"

_NUMBERS = re.compile(
    r"""
    (?P<digest> \b (?=[0-9]*[a-f]) [0-9a-f]{32,128} \b )          # SHA-256 and the like stay: they name content
    | (?P<result> \b 0x8010[0-9A-F]{4} \b )                       # what PC/SC answers
    | \d{7,} [Xx]?                                                # ID: 15 or 18; card: 16 to 19; phone: 7, 8 or 11
    | \d{6} [ -] \d{8} [ -] \d{3} [\dXx]                          # resident ID in groups
    | \d{4} (?: [ -] \d{4} ){2,3} (?: [ -] \d{1,3} )?             # card number in groups
    | 1[3-9]\d [ -] \d{4} [ -] \d{4}                              # mobile in groups
    | 0\d{2,3} [ -] \d{3,4} [ -]? \d{4}                           # landline with area code
    """,
    re.VERBOSE,
)


def mask(text: str) -> str:
    """`text` with ID, card and phone numbers replaced by the count of their digits; also full-width digits.

    Dates, times, addresses of machines, results of PC/SC and hexadecimal digests stay. Seven digits in a row are enough
    to be taken for a phone number, so write sizes in kB.
    """

    def shown(match: re.Match[str]) -> str:
        if match["digest"] or match["result"]:
            return match[0]
        return f"[{sum(letter.isdigit() for letter in match[0])} digits]"

    return _NUMBERS.sub(shown, text)


class LineFormatter(logging.Formatter):
    """`2026-11-21T10:00:00.123+08:00 INFO    printer  P-02 text`: local time, level, room, code, text.

    The code is that of the record (`extra={"code": …}`) or of the coded error logged with it, else a dash. Message and
    traceback are masked here, where nothing gets past. Of an exception that is none of ours only the kind is told and
    where it came from: its words may be what somebody typed, as a `KeyError` is its key and an error of SQLAlchemy has
    the parameters in it.
    """

    def __init__(self, zone: dt.tzinfo = CHINA) -> None:
        super().__init__()
        self._zone = zone

    def format(self, record: logging.LogRecord) -> str:
        moment = dt.datetime.fromtimestamp(record.created, self._zone).isoformat(timespec="milliseconds")
        room = record.name.partition(".")[0]
        text = record.getMessage()
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            text = "\n".join((text, *_stacks(error)))
        if record.stack_info:
            text = f"{text}\n{self.formatStack(record.stack_info)}"
        # One record, one first column: lines of a traceback or of a foreign text cannot pose as records.
        text = mask(text).replace("\r", "").replace("\n", "\n    ")
        return f"{moment} {record.levelname:<8} {room:<9} {_code(record):<4} {text}"


_OURS = (CodedError, OSError, ImportError)
"""Exceptions whose words are codes, names of files and of modules."""


def _stacks(error: BaseException, told: frozenset[int] = frozenset()) -> Iterator[str]:
    """The exception and those that led to it, the first one first, without words that are not known to be harmless."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    told |= {id(error)}
    if before is not None and id(before) not in told:
        yield from _stacks(before, told)
    if error.__traceback__ is not None:
        yield "Traceback (most recent call last):"
        yield from (frame.rstrip("\n") for frame in traceback.format_tb(error.__traceback__))
    yield f"{type(error).__qualname__}: {error}" if isinstance(error, _OURS) else type(error).__qualname__


def _code(record: logging.LogRecord) -> str:
    code = getattr(record, "code", None)
    error = record.exc_info[1] if record.exc_info else None
    if code is None and isinstance(error, CodedError):
        code = error.code
    return str(getattr(code, "value", code)) if code else "-"


class PrivateFiles(logging.handlers.RotatingFileHandler):
    """Rotating files that only their owner reads."""

    def _open(self) -> IO[str]:  # type: ignore[override]  # typeshed promises the concrete class
        fd = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        return os.fdopen(fd, self.mode, encoding="utf-8", errors="backslashreplace")


@contextlib.contextmanager
def logging_to(
    home: Home, settings: LogSettings, zone: dt.tzinfo = CHINA, stderr: IO[str] | None = None
) -> Iterator[None]:
    """Logs to the home and to `stderr` while the block runs, and puts everything back as it was.

    Uncaught exceptions of every thread and of finalisers are logged too. A home that cannot be written to costs the
    files, not the start: standard error says so.
    """
    root = logging.getLogger()
    before_level, before_handlers = root.level, list(root.handlers)
    handlers: list[logging.Handler] = [logging.StreamHandler(stderr or sys.stderr)]
    trouble: OSError | None = None
    try:
        home.logs.mkdir(mode=0o700, exist_ok=True)
        handlers.append(
            PrivateFiles(
                home.logs / FILE, maxBytes=settings.file_kb * 1024, backupCount=settings.files, encoding="utf-8"
            )
        )
    except OSError as error:
        trouble = error
    for handler in handlers:
        handler.setFormatter(LineFormatter(zone))
    root.handlers[:] = handlers
    root.setLevel(settings.level)
    try:
        if trouble is not None:
            logging.getLogger(__name__).warning("no log files: %s", trouble.strerror)
        with _hooks():
            yield
    finally:
        root.handlers[:] = before_handlers
        root.setLevel(before_level)
        for handler in handlers:
            handler.close()


@contextlib.contextmanager
def crash_stacks_in(home: Home, settings: LogSettings) -> Iterator[None]:
    """While the block runs, a crash below Python (GL driver, foreign library) leaves every thread's stack in
    faults.log.

    The file is open all the time, since a crash cannot open one; it is begun anew at a start that finds it larger than
    a log file may be. Where it cannot be written, stacks go to standard error.
    """
    path = home.logs / FAULTS
    mode = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
    try:
        if path.exists() and path.stat().st_size > settings.file_kb * 1024:
            mode |= os.O_TRUNC
        fd = os.open(path, mode, 0o600)
    except OSError:
        fd = os.dup(sys.__stderr__.fileno() if sys.__stderr__ else 2)
    try:
        faulthandler.enable(fd, all_threads=True)
        yield
    finally:
        faulthandler.disable()
        os.close(fd)


@contextlib.contextmanager
def _hooks() -> Iterator[None]:
    log = logging.getLogger("kiosk")

    def uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
        else:
            log.critical("the kiosk stops", exc_info=(kind, error, trace))

    def uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is None or issubclass(args.exc_type, SystemExit):
            return
        name = args.thread.name if args.thread else "?"
        log.error("thread %s has died", name, exc_info=(args.exc_type, args.exc_value, args.exc_traceback))

    def unraisable(args: sys.UnraisableHookArgs) -> None:
        if args.exc_value is not None:
            log.error("a finaliser failed", exc_info=(args.exc_type, args.exc_value, args.exc_traceback))

    before = sys.excepthook, threading.excepthook, sys.unraisablehook
    sys.excepthook, threading.excepthook, sys.unraisablehook = uncaught, uncaught_in_thread, unraisable
    try:
        yield
    finally:
        sys.excepthook, threading.excepthook, sys.unraisablehook = before
