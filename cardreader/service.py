"""The kiosk's side of the card service: keeps one process that reads cards, and passes on what it says."""

from __future__ import annotations

import contextlib
import logging
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from enum import Enum, auto
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from cardreader.messages import LONGEST, PROVE, Message, ProtocolFault, encode_settings, parse
from cardreader.rescue import Rescue
from cardreader.settings import ReaderSettings
from domain.errors import Code
from domain.events import CardProved, CardRead, CardUnread, Event, ReaderChanged, ReaderKind, ReaderState
from domain.ports import Post

_log = logging.getLogger(__name__)

PROGRAM: Final = (sys.executable, "-P", "-m", "cardreader.process")
"""-P: modules of the working directory are not ours."""

ROOT: Final = Path(__file__).parents[1]
"""Where the rooms lie: the process finds the very code that this one runs."""

STEADY_S: Final = 10.0
"""A process that has lived so long is no longer one that dies at once."""


class _End(Enum):
    """Why a process is listened to no more."""

    DIED = auto()
    FAULTY = auto()
    SILENT = auto()
    OVERRUN = auto()
    DISMISSED = auto()


class CardReaderService:
    """Port `CardService`: a thread that starts the process `cardreader.process`, listens to it and replaces it.

    Every good tap is posted as READING, `CardRead`, HOLDING, and EMPTY once the card is away, in this order; events are
    posted one at a time, and none of a session after its `end_session` has returned. Nothing is posted twice in a row.

    - A read that takes longer than its budget and margin: the process is killed, `CardUnread` C-14 and HOLDING are
      posted. Only that cures a silent card; as long as the driver is stuck the next process says HOLDING or nothing.
    - A process that dies, writes what is no message or says nothing at its start: `CardUnread` C-11 if it was reading,
      then ABSENT; the next one starts after a pause that grows with every early death.
    - It cannot even be started: ABSENT, and the same pause.
    - A process that has to be killed may leave PC/SC itself stuck; `Rescue` finds out and asks for its restart.

    `prove` is passed on to the process; one that does not answer within budget and margin is killed like one that reads
    too long, and the card counts as taken away: `CardProved` false, EMPTY, and what the next process says.

    While a card is being shown a second process stands by, loaded and without settings, so that the one that read it
    can be ended without a moment in which a new card would already lie there when the next one first looks.

    `start` and `close` belong to the plug board; after `close` neither thread nor process is left.
    """

    def __init__(
        self,
        settings: ReaderSettings,
        post: Post,
        environ: Mapping[str, str],
        program: Sequence[str] = PROGRAM,
    ) -> None:
        self._settings = settings
        self._post = post
        path = os.pathsep.join(filter(None, (str(ROOT), environ.get("PYTHONPATH", ""))))
        self._environ = {**environ, "PYTHONPATH": path}
        self._program = tuple(program)
        self._lock = threading.RLock()
        """Guards what follows, and the order of what is posted."""
        self._state = ReaderState.ABSENT
        self._process: subprocess.Popen[bytes] | None = None
        """The one whose words count."""
        self._touched = False  # it has begun to read a card
        self._lying: frozenset[ReaderKind] = frozenset()
        self._reading_since: float | None = None  # None: no read whose outcome is still to be told
        self._proving_since: float | None = None  # None: nobody waits for a proof
        self._woken, self._wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._rescue = Rescue(settings, self._environ)
        self._spare: subprocess.Popen[bytes] | None = None  # only the thread touches it
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> Self:
        """Begins to watch for cards."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="card service", daemon=True)
            self._thread.start()
        return self

    def close(self) -> None:
        """Ends process and thread. May be called again."""
        with self._lock:
            self._closing.set()
            self._dismiss()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self._rescue.close()
        with self._lock:
            if self._wake >= 0:
                os.close(self._wake)
                os.close(self._woken)
                self._wake = self._woken = -1

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def state(self) -> ReaderState:
        return self._state

    @property
    def lying(self) -> frozenset[ReaderKind]:
        return self._lying

    @property
    def stuck(self) -> bool:
        """Whether PC/SC has been found stuck and has not answered since."""
        return self._rescue.stuck

    def prove(self) -> None:
        """As the port says."""
        with self._lock:
            process = self._process
            if process is None or process.stdin is None or not self._touched or self._reading_since is not None:
                self._tell(CardProved(False))
            elif self._proving_since is None:
                self._proving_since = time.monotonic()
                with contextlib.suppress(BrokenPipeError):  # the end of its output says so
                    process.stdin.write(PROVE)
                os.write(self._wake, b".")  # the thread looks at the time anew

    @property
    def process(self) -> int | None:
        """Number of the process that reads cards; None between two of them."""
        process = self._process
        return process.pid if process is not None else None

    def end_session(self) -> None:
        """As the port says. A process that has not begun to read a card since its start knows nothing and stays."""
        with self._lock:
            if not self._touched:
                return
            if self._reading_since is not None:
                self._rescue.suspect()  # the driver may be in the middle of a command
            self._dismiss()
            if self._state is ReaderState.READING:
                self._turn(ReaderState.HOLDING)

    # The thread

    def _run(self) -> None:
        try:
            self._keep_one()
        finally:
            if self._spare is not None:
                _end(self._spare)

    def _keep_one(self) -> None:
        deaths = 0
        while not self._closing.is_set():
            began = time.monotonic()
            end = self._one_process()
            if end in (_End.DISMISSED, _End.OVERRUN):
                deaths = 0
                continue
            deaths = 1 if time.monotonic() - began > STEADY_S else deaths + 1
            settings = self._settings
            self._closing.wait(min(settings.back_off_most_s, settings.back_off_s * 2 ** min(deaths - 1, 16)))

    def _one_process(self) -> _End:
        """Starts a process, listens to it until one of the two is done, and leaves none behind."""
        process, self._spare = self._spare, None
        if process is not None and process.poll() is not None:
            _end(process)
            process = None
        process = process or self._started()
        if process is None:
            with self._lock:
                self._turn(ReaderState.ABSENT)
            return _End.DIED
        try:
            with self._lock:
                if self._closing.is_set():
                    return _End.DISMISSED
                self._process = process
            try:
                end = self._listen(process)
            except Exception as error:  # this thread is the only one that starts another
                _log.error("listening fell over: %s", type(error).__name__, extra={"code": Code.NO_READER})
                end = _End.FAULTY
            return self._concluded(process, end)
        finally:
            _end(process)

    def _started(self) -> subprocess.Popen[bytes] | None:
        """A process that waits for its settings; None when it cannot be had."""
        try:
            return subprocess.Popen(
                self._program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=self._environ, bufsize=0
            )
        except OSError as error:
            _log.error("no process: %s", error.strerror, extra={"code": Code.NO_READER})
            return None

    def _listen(self, process: subprocess.Popen[bytes]) -> _End:
        assert process.stdin is not None and process.stdout is not None
        with contextlib.suppress(BrokenPipeError):  # it has died already: the end of its output says so
            process.stdin.write(encode_settings(self._settings))
        told = process.stdout.fileno()
        started = time.monotonic()
        heard = False
        rest = b""
        while True:
            due = self._due(None if heard else started)
            if due is not None and due <= time.monotonic():
                return _End.OVERRUN if heard else _End.SILENT
            patience = None if due is None else max(0.0, due - time.monotonic())
            ready, _, _ = select.select([told, self._woken], [], [], patience)
            if self._woken in ready:
                os.read(self._woken, 4096)
            if told not in ready:
                continue
            chunk = os.read(told, 65536)
            if not chunk:
                return _End.DIED
            *lines, rest = (rest + chunk).split(b"\n")
            try:
                for line in lines:
                    if not self._take(process, parse(line)):
                        return _End.DISMISSED
                    heard = True
                if self._spare is None and self._has_read:
                    self._spare = self._started()
                if len(rest) > LONGEST:
                    raise ProtocolFault("endless line")
            except ProtocolFault as fault:
                _log.error("card service: %s", fault, extra={"code": Code.NO_READER})
                return _End.FAULTY

    def _due(self, started: float | None) -> float | None:
        """When the process has to have said something; None: whenever it likes."""
        if started is not None:
            return started + self._settings.start_s
        with self._lock:
            since = self._proving_since if self._reading_since is None else self._reading_since
            return None if since is None else since + self._settings.budget_s + self._settings.margin_s

    @property
    def _has_read(self) -> bool:
        """Whether the process has told what came of a card, and knows it."""
        with self._lock:
            return self._touched and self._reading_since is None

    def _take(self, process: subprocess.Popen[bytes], message: Message) -> bool:
        """Passes `message` on; False when the words of `process` do not count any more. Raises `ProtocolFault` for one
        out of order: between READING and what follows there is exactly one outcome.
        """
        with self._lock:
            if process is not self._process:
                return False
            match message:
                case ReaderChanged(state, lying):
                    if self._reading_since is not None:
                        raise ProtocolFault("a read without an outcome")
                    self._turn(state, lying)
                case CardProved():
                    if self._proving_since is None or self._reading_since is not None:
                        raise ProtocolFault("a proof that nobody waits for")
                    self._proving_since = None
                    self._tell(message)
                case CardRead() | CardUnread():
                    if self._reading_since is None:
                        raise ProtocolFault("an outcome without a read")
                    self._reading_since = None
                    if self._proving_since is not None:
                        self._proving_since = time.monotonic()
                    if isinstance(message, CardUnread):
                        _log.info("card not read", extra={"code": message.code})
                    self._tell(message)
            return True

    def _concluded(self, process: subprocess.Popen[bytes], end: _End) -> _End:
        """Tells what the end of `process` means, unless it was dismissed meanwhile; why it ended in truth."""
        with self._lock:
            if process is not self._process:
                return _End.DISMISSED
            reading, proving, lying = self._reading_since is not None, self._proving_since is not None, self._lying
            self._dismiss()
            if end in (_End.OVERRUN, _End.SILENT):
                self._rescue.suspect()
            if proving:
                self._tell(CardProved(False))
            if end is _End.OVERRUN:
                _log.warning("card service ended in mid-read", extra={"code": Code.CARD_TOO_SLOW})
                if reading:
                    self._tell(CardUnread(Code.CARD_TOO_SLOW))
                else:
                    self._turn(ReaderState.EMPTY)
                self._turn(ReaderState.HOLDING, lying)
                return end
            _log.error("card service: %s", end.name.lower(), extra={"code": Code.NO_READER})
            if reading:
                self._tell(CardUnread(Code.CARD_UNREADABLE))
            self._turn(ReaderState.ABSENT)
            return end

    # Under the lock

    def _dismiss(self) -> None:
        """From here on nothing counts that the process says; the thread waits for its end and starts another."""
        process, self._process = self._process, None
        self._touched = False
        self._reading_since = self._proving_since = None
        if process is not None:
            process.kill()

    def _turn(self, state: ReaderState, lying: frozenset[ReaderKind] = frozenset()) -> None:
        if state is ReaderState.READING:
            self._touched = True
            self._reading_since = time.monotonic()
        if (state, lying) != (self._state, self._lying):
            self._state, self._lying = state, lying
            self._tell(ReaderChanged(state, lying))

    def _tell(self, event: Event) -> None:
        try:
            self._post(event)
        except Exception:
            _log.exception("telling %s", type(event).__name__)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Leaves nothing of `process`."""
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
