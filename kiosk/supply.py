"""The kiosk's side of content coming down: keeps the sync process, and passes on what it says."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self

from domain.errors import DeviceStoreError
from domain.events import CatalogueReady, ContentChecked
from domain.home import VARIABLE
from domain.ports import Marks, Post
from kiosk.home import Home
from kiosk.settings import CONFIGURATION, Settings

_log = logging.getLogger(__name__)

MARK: Final = "content.checked"
"""The hub's last word that there is nothing newer: revision it was said of, and when, in seconds since 1970."""

ROOT: Final = Path(__file__).parents[1]
"""Where the rooms lie: the process finds the very code that this one runs."""

PAUSE_S: Final = 5.0
PAUSE_MOST_S: Final = 300.0

LONGEST_LINE: Final = 8192
"""Bytes; what is longer is no message, none of it."""

LARGEST_REVISION: Final = 10**18 - 1
"""That a file of the home can be named after."""


@dataclass(frozen=True, slots=True)
class Word:
    """The hub said `at` that time that `revision` is the newest."""

    revision: int
    at: dt.datetime


class NoSupply:
    """Port `Supply` of a kiosk that no hub was named to."""

    checked_at: dt.datetime | None = None
    process: int | None = None

    def tell(self, line: bytes) -> bool:
        """There is nobody to tell."""
        return False

    def start(self) -> Self:
        """There is nobody to ask."""
        return self

    def close(self) -> None:
        """Nothing to close."""

    def showing(self, revision: int) -> None:
        """Nobody vouches for any revision."""


class ContentSupply:
    """Port `Supply`: a thread that starts the sync process, listens to it, and starts it again when it ends.

    `CatalogueReady` is posted for a catalogue that was proved and put in place, `ContentChecked` whenever the hub
    was asked and believed. What the process could not do is in its own log lines on standard error; the content that is
    open stays. What is no message is passed over, and so is a line that the end of the process cut short. A process
    that ends, or cannot be started, is started again after `pause_s`, twice as long after every time that it had
    nothing to say. `close` ends process and thread.

    `checked_at` holds for the revision that is on show: the hub's word about a newer one, which waits for a citizen to
    leave or was not taken, makes the content that people read no fresher.
    """

    def __init__(
        self,
        command: Sequence[str],
        post: Post,
        marks: Marks,
        environ: Mapping[str, str],
        pause_s: float = PAUSE_S,
        heard: Callable[[Mapping[str, Any]], None] = lambda said: None,
    ) -> None:
        self._command = tuple(command)
        self._post = post
        self._marks = marks
        self._environ = dict(environ)
        self._pause_s = pause_s
        self._heard = heard
        self._word: Word | None = None
        self._shown: int | None = None
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._telling = threading.Lock()
        """Held while the process is told what is on show."""
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._run, name="content supply", daemon=True)

    @property
    def checked_at(self) -> dt.datetime | None:
        word = self._word
        return word.at if word is not None and word.revision == self._shown else None

    def showing(self, revision: int) -> None:
        """`revision` is on show from now on; the process keeps it until a newer one is. Returns at once."""
        self._shown = revision
        process = self._process
        if process is not None:
            # Not here: a process that reads nothing just now would hold whoever draws the screen.
            threading.Thread(target=self._tell_shown, args=(process,), name="serving", daemon=True).start()

    @property
    def process(self) -> int | None:
        """The id of the process that was started last; None before the first."""
        process = self._process
        return process.pid if process is not None else None

    def tell(self, line: bytes) -> bool:
        """Hands the process a line; whether there is one that takes it. What it says to that goes to `heard`."""
        process = self._process
        if process is None or process.stdin is None:
            return False
        try:
            process.stdin.write(line)
            process.stdin.flush()
        except (OSError, ValueError):
            return False
        return True

    def recall(self) -> None:
        """Reads what the hub said before the restart. Part of `start`."""
        self._word = _remembered(self._marks)

    def start(self) -> Self:
        """Begins to ask for content."""
        self.recall()
        self._thread.start()
        return self

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends process and thread, if there are any; a catalogue half installed is left to the next process, which
        clears it away.
        """
        with self._lock:
            self._closing.set()
            process = self._process
            if process is not None:
                process.kill()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        pause = self._pause_s
        while not self._closing.is_set():
            if self._listen():
                pause = self._pause_s
            self._closing.wait(pause)
            pause = min(PAUSE_MOST_S, pause * 2)

    def _listen(self) -> bool:
        """Starts a process and hears it out; whether it had anything to say."""
        heard = False
        with self._lock:
            if self._closing.is_set():
                return heard
            try:
                process = self._process = subprocess.Popen(
                    self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=self._environ
                )
            except OSError as error:
                _log.warning("the sync process does not start: %s", error.strerror)
                return heard
        assert process.stdout is not None and process.stdin is not None
        self._tell_shown(process)
        with process.stdout, contextlib.suppress(OSError):
            for line in _lines(process.stdout):
                try:
                    heard = self._take_line(line) or heard
                except Exception:  # else nobody would listen any more, and no process ever be started again
                    _log.exception("what the sync process said came to nothing")
        with contextlib.suppress(OSError):
            process.stdin.close()
        process.wait()
        return heard

    def _take_line(self, line: bytes) -> bool:
        """Whether it says anything."""
        said, told = parse(line), _told(line)
        if said is not None:
            self._take(said)
        if told is not None:
            self._heard(told)
        return said is not None or told is not None

    def _tell_shown(self, process: subprocess.Popen[bytes]) -> None:
        """What is on show at this moment, so that of several of these at a time the last one is right, too."""
        with self._telling, contextlib.suppress(OSError, ValueError):  # it has ended; the next one is told
            if self._shown is not None and process.stdin is not None:
                process.stdin.write(f"serving {self._shown}\n".encode())
                process.stdin.flush()

    def _take(self, said: CatalogueReady | Word) -> None:
        if isinstance(said, CatalogueReady):
            self._post(said)
            return
        self._word = said
        with contextlib.suppress(DeviceStoreError):
            self._marks.put(MARK, f"{said.revision} {int(said.at.timestamp())}")
        self._post(ContentChecked(said.at))


def parse(line: bytes) -> CatalogueReady | Word | None:
    """What a line of the sync process tells the screen; None for a line that tells it nothing."""
    try:
        said = json.loads(line)
        if said["event"] == "ready":
            return CatalogueReady(_revision(said["revision"]), Path(_text(said["path"])))
        if said["event"] == "checked":
            at = dt.datetime.fromisoformat(_text(said["at"]))
            return Word(_revision(said["revision"]), at.astimezone(dt.UTC)) if at.tzinfo is not None else None
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        _log.warning("the sync process said what is no message")
    return None


def _told(line: bytes) -> Mapping[str, Any] | None:
    """A line about deliveries and proofs, as it is; None for any other."""
    try:
        said = json.loads(line)
        return said if said["event"] in ("sent", "unsent", "checked", "ready") else None
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _revision(value: object) -> int:
    if type(value) is not int or not 0 <= value <= LARGEST_REVISION:
        raise ValueError("no revision")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise ValueError("no text")
    return value


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    """Whole lines of at most `LONGEST_LINE` bytes; of longer ones nothing, not even their ends."""
    whole = True
    while piece := stream.readline(LONGEST_LINE):
        ends = piece.endswith(b"\n")
        if whole and ends:
            yield piece
        elif whole:
            _log.warning("the sync process said what is no line")
        whole = ends


def supplying(
    settings: Settings,
    home: Home,
    post: Post,
    marks: Marks,
    environ: Mapping[str, str],
    heard: Callable[[Mapping[str, Any]], None] = lambda said: None,
) -> ContentSupply:
    """The supply of this kiosk."""
    command = (sys.executable, "-P", "-m", "kiosk", "sync")
    return ContentSupply(command, post, marks, told_through(settings, home, environ), heard=heard)


def told_through(settings: Settings, home: Home, environ: Mapping[str, str]) -> dict[str, str]:
    """The environment of a process of this kiosk that brings content: `environ`, and what it must know of the settings,
    which may have come from a file that it does not know.
    """
    variable = CONFIGURATION.variable
    told = {variable(("sync", key)): str(value) for key, value in settings.sync.model_dump(exclude_none=True).items()}
    if settings.report.url is not None:
        told[variable(("report", "url"))] = settings.report.url
    told[variable(("place", "number"))] = settings.place.number
    if settings.place.district is not None:
        told[variable(("place", "district"))] = settings.place.district
    told[variable(("staff", "usb_roots"))] = settings.staff.usb_roots
    path = os.pathsep.join(filter(None, (str(ROOT), environ.get("PYTHONPATH", ""))))
    return {**environ, **told, VARIABLE: str(home.root), "PYTHONPATH": path}


def _remembered(marks: Marks) -> Word | None:
    value = marks.get(MARK)
    with contextlib.suppress(ValueError, OverflowError, OSError):
        revision, at = (value or "").split()
        return Word(int(revision), dt.datetime.fromtimestamp(int(at), dt.UTC))
    return None
