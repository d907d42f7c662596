"""Slips, one after another, from a queue of one."""

from __future__ import annotations

import logging
import math
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from domain.errors import Code, CodedError, DeviceStoreError, PrintError
from domain.events import Event, JobState, PrinterChanged, PrinterState, SlipFinished, SlipProgress
from domain.ports import Marks, Post, SlipJournal, SlipPreview
from domain.slip import Slip
from printer.connect import Connect, connection_of
from printer.delivery import Delivery, Outcome
from printer.job import encode, fresh_start_mm
from printer.roll import Roll
from printer.settings import PrinterSettings

_log = logging.getLogger(__name__)

_PROGRESS_STEP: Final = 0.05


@dataclass(frozen=True, slots=True)
class _Asked:
    """All that is known of a slip once it has ended."""

    name: str
    session: int
    key: str


@dataclass(frozen=True, slots=True)
class _Job:
    asked: _Asked
    slip: Slip


_LOOKED_BACK: Final = 50
"""Slips of the journal that are looked at for the last one that was sent."""


class Spooler:
    """Port `SlipPrinter`: one thread that owns the printer.

    A slip is noted as QUEUED before `submit` returns and as SENDING before its first byte; when the journal cannot be
    written nothing is sent (D-05). It ends CONFIRMED, UNCERTAIN or NOT_SENT, is noted so and told as `SlipFinished`; an
    UNCERTAIN one is never sent again by itself, and its paper counts as used. Between slips the printer is asked how it
    is, and a change is told as `PrinterChanged`; a roll that is nearly used up by what was counted is NEAR_END, whether
    the printer has a sensor for it or not. Whatever goes wrong in one slip ends that slip, never the thread.

    Once a slip has ended, or its session while it still waited, nothing of it is held here any more: neither words nor
    dots nor bytes, only the states in the journal.

    Where the settings name no printer there is no thread, the state stays ABSENT and every `submit` raises P-01.
    `start` and `close` belong to the plug board; after `close` no thread is left. A slip on its way is sent to its end
    first, but the printer's word is not waited for.
    """

    def __init__(
        self,
        settings: PrinterSettings,
        layout: SlipPreview,
        journal: SlipJournal,
        marks: Marks,
        post: Post,
        connect: Connect | None = None,
    ) -> None:
        self._settings = settings
        self._layout = layout
        self._journal = journal
        self._roll = Roll(marks, journal, settings.device.roll_mm)
        self._post = post
        self._delivery = Delivery(settings, connect or connection_of(settings), lambda: self._closing)
        self._changed = threading.Condition()
        self._state = PrinterState.CHECKING if settings.present else PrinterState.ABSENT
        self._reserved = False  # a slip is queued, being built or on its way
        self._waiting: _Job | None = None
        self._session = 0
        self._slips = 0
        self._printed: dict[str, float] = {}  # in this session: keys and when they were asked for
        self._asked = settings.present
        self._after_break = False
        self._closing = False
        self._thread: threading.Thread | None = None

    def start(self) -> Self:
        """Begins to ask and to print."""
        if self._settings.present and self._thread is None:
            self._after_break = self._last_one_uncertain()
            self._thread = threading.Thread(target=self._run, name="spooler", daemon=True)
            self._thread.start()
        return self

    def close(self) -> None:
        """Ends the thread; a slip that waits is not sent any more. May be called again."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self.end_session()
        if self._thread is not None:
            self._thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def state(self) -> PrinterState:
        return self._state

    def check(self) -> None:
        if self._thread is None:
            self._tell_state(self._state, always=True)
            return
        with self._changed:
            self._asked = True
            self._changed.notify_all()

    def next_number(self) -> int:
        """As the port says. Raises `DeviceStoreError` (D-05) when the journal cannot be read."""
        return self._journal.next_number()

    def submit(self, build: Callable[[int], Slip], key: str = "") -> str:
        """Queues a slip; `build` is called here and now, in the caller's thread, and what it raises goes through.

        `key` says what the slip is about, and is forgotten with the session; without one the slip is printed however
        lately the same was. Raises `PrintError`: P-01 no printer, P-07 another slip is under way, P-08 enough slips in
        this session, P-09 the same one less than `again_seconds` ago, D-05 the journal cannot be written.
        """
        with self._changed:
            if self._thread is None or self._closing:
                raise PrintError(Code.PRINTER_ABSENT, "no printer")
            if self._reserved:
                raise PrintError(Code.PRINTER_BUSY, "another slip is under way")
            if self._slips >= self._settings.slips_a_session:
                raise PrintError(Code.FAIR_USE, f"{self._slips} slips in this session")
            now = time.monotonic()
            left = self._printed.get(key, -math.inf) + self._settings.again_seconds - now
            if left > 0:
                raise PrintError(Code.SAME_SLIP, "the same slip again", math.ceil(left))
            if key:
                self._printed[key] = now
            self._reserved = True
            self._slips += 1
            session = self._session
        name = secrets.token_hex(8)
        asked = _Asked(name, session, key)
        try:
            try:
                number = self._journal.open_job(name)
            except DeviceStoreError as error:
                raise PrintError(Code.JOURNAL_FAILED, error.detail) from error
            try:
                slip = build(number)
            except BaseException:
                self._note(name, JobState.NOT_SENT, Code.PRINTER_TROUBLE)
                raise
        except BaseException:
            self._release(asked, used=False)
            raise
        with self._changed:
            self._waiting = _Job(asked, slip)
            stale = session != self._session  # ended while the slip was being built
            self._changed.notify_all()
        if stale:
            self._drop_waiting()
        return name

    def end_session(self) -> None:
        with self._changed:
            self._session += 1
            self._slips = 0
            self._printed.clear()
        self._drop_waiting()

    # The thread

    def _run(self) -> None:
        next_look = time.monotonic()
        while True:
            with self._changed:
                while not (self._closing or self._waiting or self._asked or time.monotonic() >= next_look):
                    self._changed.wait(max(0.0, next_look - time.monotonic()))
                if self._closing:
                    return
                job, self._waiting = self._waiting, None
                was_asked = self._asked and job is None
                self._asked = self._asked and job is not None
            if job is not None:
                asked = job.asked
                outcome, millimetres = self._print(job)
                del job  # before anybody is told that the slip has ended, nothing of it is left in this thread
                self._finish(asked, outcome, millimetres)
            else:
                self._look(always_tell=was_asked)
                next_look = time.monotonic() + self._settings.poll_seconds

    def _look(self, *, always_tell: bool = False) -> None:
        try:
            state = self._delivery.ask()
        except Exception:
            _log.exception("asking the printer")
            state = PrinterState.TROUBLE
        self._tell_state(self._with_roll(state), always=always_tell)

    def _print(self, job: _Job) -> tuple[Outcome, float]:
        """What became of it, and the millimetres of paper that it may have used."""
        name = job.asked.name
        millimetres = 0.0
        sending = False

        def about_to_send() -> None:
            nonlocal sending, millimetres
            # All of it counts as used from here on: who loses power in mid-slip can count no more, and the roll is to
            # end later than was foretold, not before.
            used = paper.millimetres + (fresh_start_mm(self._settings.device) if self._after_break else 0.0)
            self._roll.count(used)
            try:
                self._journal.move(name, JobState.SENDING, None, paper.millimetres)
            except BaseException:
                self._roll.count(-used)
                raise
            sending, millimetres = True, paper.millimetres
            self._tell(SlipProgress(name, 0.0))

        try:
            paper = encode(job.slip, self._layout.render, self._settings.device)
            outcome = self._delivery.deliver(
                paper.data,
                after_break=self._after_break,
                about_to_send=about_to_send,
                progress=self._progress(name),
            )
            self._after_break = outcome.broke_off
        except Exception as error:
            _log.exception("slip %s", name)
            code = error.code if isinstance(error, CodedError) else Code.PRINTER_TROUBLE
            outcome = Outcome(JobState.NOT_SENT, code)
            if sending:
                outcome = Outcome(JobState.UNCERTAIN, Code.PRINT_UNCERTAIN, broke_off=True)
                self._after_break = True
        return outcome, millimetres

    def _finish(self, asked: _Asked, outcome: Outcome, millimetres: float) -> None:
        self._note(asked.name, outcome.state, outcome.code, millimetres)
        if outcome.printer is not None:
            self._tell_state(self._with_roll(outcome.printer))
        self._release(asked, used=outcome.state is not JobState.NOT_SENT)
        self._tell(SlipFinished(asked.name, outcome.state, outcome.code, millimetres))
        if outcome.state is not JobState.CONFIRMED and outcome.printer is None:
            self._look()

    def _progress(self, name: str) -> Callable[[float], None]:
        told = 0.0

        def progress(fraction: float) -> None:
            nonlocal told
            if fraction >= told + _PROGRESS_STEP or fraction >= 1.0:
                told = fraction
                self._tell(SlipProgress(name, fraction))

        return progress

    # Bookkeeping

    def _last_one_uncertain(self) -> bool:
        """Whether the printer may still be in the middle of a slip from before this process began. The last one that it
        was given anything of says so: what was not sent after that one has ended nothing.
        """
        try:
            jobs = self._journal.jobs(_LOOKED_BACK)
        except DeviceStoreError:
            return True
        for job in jobs:
            if job.state not in (JobState.QUEUED, JobState.NOT_SENT):
                return job.state is not JobState.CONFIRMED
        return len(jobs) == _LOOKED_BACK

    def _drop_waiting(self) -> None:
        with self._changed:
            job, self._waiting = self._waiting, None
        asked = job.asked if job is not None else None
        del job
        if asked is not None:
            self._note(asked.name, JobState.NOT_SENT)
            self._release(asked, used=False)
            self._tell(SlipFinished(asked.name, JobState.NOT_SENT))

    def _release(self, asked: _Asked, *, used: bool) -> None:
        with self._changed:
            self._reserved = False
            if not used and asked.session == self._session:
                self._slips -= 1
                self._printed.pop(asked.key, None)

    def _note(self, name: str, state: JobState, code: Code | None = None, millimetres: float = 0.0) -> None:
        try:
            self._journal.move(name, state, code, millimetres)
        except DeviceStoreError as error:
            _log.error("slip %s ended %s, which could not be noted: %s", name, state.value, error)

    def _with_roll(self, state: PrinterState) -> PrinterState:
        """`state`, and what the printer may have no sensor for."""
        if state is PrinterState.READY and self._roll.gauge().near_end:
            return PrinterState.NEAR_END
        return state

    def _tell_state(self, state: PrinterState, *, always: bool = False) -> None:
        changed, self._state = state is not self._state, state
        if changed or always:
            _log.info("printer: %s", state.value)
            self._tell(PrinterChanged(state))

    def _tell(self, event: Event) -> None:
        try:
            self._post(event)
        except Exception:
            _log.exception("telling %s", type(event).__name__)
