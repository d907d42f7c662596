"""The screen's side of sticks: port `Sticks` over processes of `kiosk usb`, and a look now and then for content that
somebody has put in place beside this kiosk.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import logging
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, Self

from domain.errors import CatalogueError, Code, CodedError
from domain.events import CatalogueReady, FoundStick, SticksFound, StickTaken
from domain.ports import Marks, Post
from kiosk.home import Home

if TYPE_CHECKING:
    from localdb.device.outbox import Waiting

log = logging.getLogger(__name__)

COMMAND: Final = (sys.executable, "-P", "-m", "kiosk", "usb")

LOOK_S: Final = 20.0
"""What a look at all sticks may take. A stick that hangs is no stick."""

TAKE_S: Final = 900.0
"""What installing may take: a first catalogue on the slowest terminal, read from the slowest stick."""

POST_S: Final = 120.0

GOODBYE_S: Final = 5.0
"""Given to a process that was ended."""

SHOWN_S: Final = 20.0
"""How long it is waited until the new content is on show, so that what goes home tells of it."""

ANSWERED: Final = "stick.answered"
"""Mark: when the hub wrote the last answer that was read whole."""

LONGEST: Final = 4 << 20


class Reporting(Protocol):
    """Who knows what there is to report, as `kiosk.reporting.Reporter`."""

    def for_a_stick(self) -> tuple[Waiting, ...]: ...
    def answered(self, fates: Mapping[str, str], newest: int) -> None: ...
    def heard(self, said: Mapping[str, Any]) -> None: ...


class StickDesk:
    """Port `Sticks`. A thread that starts one process after another; whatever a stick does, an event comes of it.

    `shown` says which revision is on show. Close it: a process that is under way is ended then, and installing is made
    for that.
    """

    def __init__(
        self,
        post: Post,
        marks: Marks,
        reporting: Reporting,
        shown: Callable[[], int | None],
        environ: Mapping[str, str],
        command: Sequence[str] = COMMAND,
    ) -> None:
        self._post = post
        self._marks = marks
        self._reporting = reporting
        self._shown = shown
        self._environ = dict(environ)
        self._command = tuple(command)
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def look(self) -> None:
        self._soon(self._look)

    def take(self, path: str) -> None:
        self._soon(lambda: self._take(path))

    def close(self) -> None:
        """Ends thread and process, as far as a stick that hangs lets it."""
        with self._lock:
            self._closing.set()
            if self._process is not None:
                self._process.kill()
        self._work.put(None)
        if self._thread is not None:
            # A process that waits for a device cannot be ended; it must not keep the kiosk from ending.
            self._thread.join(GOODBYE_S)

    def _soon(self, work: Callable[[], None]) -> None:
        with self._lock:
            if self._thread is None and not self._closing.is_set():
                self._thread = threading.Thread(target=self._run, name="sticks", daemon=True)
                self._thread.start()
        self._work.put(work)

    def _run(self) -> None:
        while (work := self._work.get()) is not None and not self._closing.is_set():
            work()

    # Looking

    def _look(self) -> None:
        sticks: tuple[FoundStick, ...] = ()
        try:
            lines = self._lines((), LOOK_S)
            sticks = tuple(_stick(said) for said in (lines[-1] if lines else ()))
        except Exception:  # whoever waits for an answer gets one, and the next look finds this thread alive
            log.exception("a look at the sticks came to nothing")
        self._post(SticksFound(sticks))

    # Taking

    def _take(self, path: str) -> None:
        told = StickTaken(None, code=Code.HUB_OUT_OF_REACH)
        try:
            told = self._taken(path)
        except CodedError as error:
            log.warning("a stick: %s", error.detail, extra={"code": error.code})
            told = StickTaken(None, code=error.code)
        except Exception:
            log.exception("a stick")
        self._post(told)

    def _taken(self, path: str) -> StickTaken:
        lines = self._lines((path, "--content"), TAKE_S)
        said = next((one for one in lines if isinstance(one, dict) and "event" in one), None)
        if said is None:
            return StickTaken(None, code=Code.HUB_OUT_OF_REACH)
        code = Code(said["code"]) if said.get("code") else None
        revision = None
        if code is None:
            revision = int(said["revision"])
            if said["event"] == "ready":
                self._post(CatalogueReady(revision, Path(str(said["path"]))))
                self._until_shown(revision)
            self._reporting.heard(said)
        outcome = str(said["event"])
        log.info("a stick: %s %s", outcome, code.value if code else f"revision {revision}")
        try:
            handed, mail_code, home = self._exchange(path)
        except CodedError as error:
            # The content is in place all the same; that is what staff came for.
            log.warning("a stick, what goes home: %s", error.detail, extra={"code": error.code})
            handed, mail_code, home = None, error.code, 0
        return StickTaken(revision, said["event"] == "ready", code, handed, home, mail_code)

    def _exchange(self, path: str) -> tuple[int | None, Code | None, int]:
        """Messages on the stick (None: none could be put there), what is wrong, messages that the hub has."""
        waiting = self._reporting.for_a_stick()
        if not waiting:
            return None, None, 0
        given = "".join(
            f'{{"id":{json.dumps(one.id)},"kind":{json.dumps(one.kind)},"body":{one.body}}}\n' for one in waiting
        )
        lines = self._lines((path, "--post"), POST_S, given.encode())
        said = next((one for one in lines if isinstance(one, dict) and one.get("event") == "exchanged"), None)
        if said is None:
            return None, Code.HUB_OUT_OF_REACH, 0
        fates = {str(id): str(fate) for id, fate in said["fates"].items()}
        if said["answered_at"] is not None:
            fates = self._unheard(fates, dt.datetime.fromisoformat(said["answered_at"]))
            self._reporting.answered(fates, int(said["newest"]))
        mine = {one.id for one in waiting}
        home = sum(1 for id, fate in fates.items() if id in mine and fate in ("stored", "duplicate"))
        return said["handed"], Code(said["code"]) if said["code"] else None, home

    def _unheard(self, fates: dict[str, str], at: dt.datetime) -> dict[str, str]:
        """What an answer says that was not read before: a refusal counts once, however often the stick is plugged in;
        what the hub has, it has.
        """
        known = self._marks.get(ANSWERED) or ""
        written = at.astimezone(dt.UTC).isoformat()
        if written <= known:
            return {id: fate for id, fate in fates.items() if fate in ("stored", "duplicate")}
        self._marks.put(ANSWERED, written)
        return fates

    def _until_shown(self, revision: int) -> None:
        until = time.monotonic() + SHOWN_S
        while (self._shown() or 0) < revision and time.monotonic() < until:
            if self._closing.wait(0.05):
                return

    # Processes

    def _lines(self, arguments: tuple[str, ...], within_s: float, given: bytes = b"") -> list[Any]:
        """What a process said, a JSON value a line; [] when it said nothing in time. Its log lines go where this
        process's go.
        """
        with self._lock:
            if self._closing.is_set():
                return []
            try:
                process = self._process = subprocess.Popen(
                    (*self._command, *arguments, "--json"),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    env=self._environ,
                )
            except OSError as error:
                log.warning("a stick cannot be looked at: %s", error.strerror)
                return []
        try:
            out, _ = process.communicate(given, timeout=within_s)
        except subprocess.TimeoutExpired:
            log.warning("a stick does not answer within %.0f s", within_s)
            process.kill()
            # A process that waits for a device cannot be ended before that lets go of it; it is left to itself.
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.communicate(timeout=1.0)
            return []
        found = []
        for line in out[:LONGEST].splitlines():
            with contextlib.suppress(ValueError, RecursionError):
                found.append(json.loads(line))
        return found


def _stick(said: Mapping[str, Any]) -> FoundStick:
    made = said["made_at"]
    return FoundStick(
        str(said["path"]),
        str(said["name"]),
        bool(said["writable"]),
        said["revision"],
        dt.datetime.fromisoformat(made) if made else None,
        int(said["bytes"]),
        Code(said["code"]) if said["code"] else None,
    )


class Arrivals:
    """Notices catalogues that others have put into the home, `kiosk usb` or `kiosk sync --once`, and tells of them as
    the sync process tells of its own. What lies there under its name was proved before: that is what gives it its name.

    `shown`: the revision on show. A catalogue is told of once; whoever opens it decides whether it may be.
    """

    EVERY_S: Final = 5.0

    def __init__(
        self,
        home: Home,
        post: Post,
        shown: Callable[[], int | None],
        heard: Callable[[Mapping[str, Any]], None],
        every_s: float = EVERY_S,
    ) -> None:
        self._home = home
        self._post = post
        self._shown = shown
        self._heard = heard
        self._every_s = every_s
        self._closing = threading.Event()
        self._known = -1
        self._thread = threading.Thread(target=self._run, name="arrivals", daemon=True)

    def start(self) -> Self:
        """Begins to look; what lies there already is nothing new."""
        self._known = self._newest()[0]
        self._thread.start()
        return self

    def close(self) -> None:
        """Ends the thread."""
        self._closing.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._closing.wait(self._every_s):
            try:
                self._look()
            except Exception:
                log.exception("a look into the home")

    def _look(self) -> None:
        revision, path = self._newest()
        if path is None or revision <= self._known:
            return
        # The sync process tells of its own; it is given the time to.
        if self._closing.wait(self._every_s / 2):
            return
        self._known = revision
        if self._shown() == revision:
            return
        from kiosk.contents import looked_at

        try:
            info = looked_at(path)
            at = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)
        except CatalogueError as error:
            log.warning("passed over: %s", error.detail, extra={"code": error.code})
            return
        except OSError:
            return  # gone again
        self._heard({"event": "ready", "revision": info.revision, "digest": info.digest, "at": at.isoformat()})
        self._post(CatalogueReady(revision, path))

    def _newest(self) -> tuple[int, Path | None]:
        for path in self._home.catalogues():
            return int(path.stem.rpartition("-")[2]), path
        return -1, None
