"""One slip over one connection: ask, send, hear that it is done.

The rule is *at most once*: a slip that may have reached the printer is never sent a second time by itself. Printers
keep what they have received and print it when new paper is in, so "nothing came out" is no proof that nothing will.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Final

from domain.errors import Code
from domain.events import JobState, PrinterState
from printer.connect import Connect, Connection, LineLost, NotReached
from printer.profiles import Confirm
from printer.settings import PrinterSettings
from printer.status import QUERIES, Answers, code_of, printer_state

_log = logging.getLogger(__name__)

_ID_DIGITS: Final = b"@ABCDEFGHIJKLMNO"
"""Of our own process ids: no status byte, which may come in between, looks like one of these."""
_GS_R: Final = b"\x1dr\x01"
_QUIET: Final = 0.2
"""Seconds of silence after which no answer to questions that stood next to each other is under way any more."""
_AT_ONCE: Final = 0.001
_UNKNOWN: Final = 8
"""As many old questions as this are reckoned with after a restart, when nobody knows."""
_MOST_UNANSWERED: Final = 64


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a slip.

    `printer` is its state where it was learnt on the way; `broke_off`: it may be waiting for the rest of a picture, or
    still have to answer; `dropped`: what the line holds of it must not reach the printer any more.
    """

    state: JobState
    code: Code | None = None
    printer: PrinterState | None = None
    broke_off: bool = False
    dropped: bool = False


class Delivery:
    """Talks to one printer, from one thread.

    Before a slip the printer is asked how it is; unless it says that it prints, nothing is sent (NOT_SENT). While the
    slip goes out it may be slow, but not stop for `stall_seconds`. Then it is asked for its word that the slip is done;
    only that word makes it CONFIRMED. Anything that goes wrong after the first byte is UNCERTAIN. Every connection is
    closed.
    """

    def __init__(
        self, settings: PrinterSettings, connect: Connect, give_up: Callable[[], bool] = lambda: False
    ) -> None:
        self._settings = settings
        self._profile = settings.device
        self._connect = connect
        self._give_up = give_up
        self._ids = count()
        self._unanswered = _UNKNOWN
        """GS r that were asked and may still be answered, at most."""

    def ask(self) -> PrinterState:
        """How the printer is now; OFFLINE when it is there and says nothing sensible."""
        try:
            line = self._connect()
        except NotReached:
            return PrinterState.ABSENT
        state = PrinterState.OFFLINE
        try:
            state = self._state(line)
        except LineLost as error:
            _log.debug("line lost while asking: %s", str(error))
        finally:
            line.close(give_up=state is PrinterState.OFFLINE)
        return state

    def deliver(
        self,
        job: bytes,
        *,
        after_break: bool,
        about_to_send: Callable[[], None],
        progress: Callable[[float], None],
    ) -> Outcome:
        """Sends `job`; `after_break`: the slip before it broke off.

        `about_to_send` is called before the first byte; when it raises, nothing has been sent and the exception goes
        through. `progress` hears fractions from 0 to 1.
        """
        try:
            line = self._connect()
        except NotReached:
            return Outcome(JobState.NOT_SENT, Code.PRINTER_ABSENT, PrinterState.ABSENT, broke_off=after_break)
        outcome = Outcome(
            JobState.NOT_SENT, Code.PRINTER_OFFLINE, PrinterState.OFFLINE, broke_off=after_break, dropped=True
        )
        try:
            state = self._state(line)
            if not state.prints:
                silent = state is PrinterState.OFFLINE
                outcome = Outcome(
                    JobState.NOT_SENT, code_of(state), state, broke_off=after_break, dropped=silent or after_break
                )
                return outcome
            left = self._start_afresh(line) if after_break else None
            if left is not None and not left.prints:
                outcome = Outcome(JobState.NOT_SENT, code_of(left), left, broke_off=True, dropped=True)
                return outcome
            about_to_send()
            outcome = Outcome(JobState.UNCERTAIN, Code.PRINT_UNCERTAIN, broke_off=True, dropped=True)
            can_confirm = left is None and self._profile.confirm is not Confirm.NONE
            outcome = self._send(line, job, progress, state, can_confirm=can_confirm)
        except LineLost as error:
            _log.warning("line lost: %s", str(error))
        finally:
            line.close(give_up=outcome.dropped)
        return outcome

    def _start_afresh(self, line: Connection) -> PrinterState | None:
        """Gets the printer out of a slip that broke off. None: it is through with that one.

        Else its state, READY when it goes on but its next word could still be about the old slip. Raises `LineLost`
        when it takes nothing.
        """
        from printer import raster

        rest = raster.fresh_start(self._profile)
        if self._hand_over(line, rest, lambda fraction: None) < len(rest):
            raise LineLost("takes nothing")
        if self._profile.confirm is not Confirm.GS_R:
            return None
        return self._catch_up(line)

    def _catch_up(self, line: Connection) -> PrinterState | None:
        """Waits until no answer to an earlier GS r can come any more; what it returns is as with `_start_afresh`.

        These answers all look alike, and between those of two slips that broke off a whole slip may have to come out.
        So one more is asked than may still be answered: with as many answers the first of these has been answered, and
        the rest of them come at once. A printer that owes too many to be asked so may take its time between any two.
        """
        few = self._unanswered <= _MOST_UNANSWERED
        wanted = self._unanswered + 1 if few else 1
        self._unanswered += wanted
        left = self._hear_done(line, _GS_R * wanted, lambda heard: sum(map(_answers_gs_r, heard)) >= wanted)
        if left is not None:
            return left
        quiet = _QUIET if few else self._settings.confirm_seconds
        until = time.monotonic() + quiet
        while (now := time.monotonic()) < until:
            if self._give_up():
                return PrinterState.READY
            if line.receive(min(_QUIET, until - now)):
                until = time.monotonic() + quiet
        self._unanswered = 0
        return None

    def _send(
        self,
        line: Connection,
        job: bytes,
        progress: Callable[[float], None],
        before: PrinterState,
        *,
        can_confirm: bool,
    ) -> Outcome:
        sent = self._hand_over(line, job, progress)
        if sent < len(job):
            _log.warning("the printer stopped taking after %d of %d bytes", sent, len(job))
            return Outcome(JobState.UNCERTAIN, Code.PRINT_UNCERTAIN, broke_off=True, dropped=True)
        if not can_confirm:
            # Where it could have told and did not, the next slip has to be on its guard again; this one is on its way.
            still_owes = self._profile.confirm is not Confirm.NONE
            return Outcome(JobState.UNCERTAIN, Code.PRINT_UNCERTAIN, before, broke_off=still_owes)
        self._unanswered += 1
        trouble = self._hear_done(line, *self._question())
        if trouble is None:
            self._unanswered = 0
            return Outcome(JobState.CONFIRMED, printer=before)
        state = None if trouble is PrinterState.READY else trouble
        return Outcome(JobState.UNCERTAIN, Code.PRINT_UNCERTAIN, state, broke_off=True, dropped=True)

    def _hand_over(self, line: Connection, data: bytes, progress: Callable[[float], None]) -> int:
        """How many bytes the printer took before it stopped taking any."""
        settings, sent = self._settings, 0
        while sent < len(data):
            taken = line.send(data[sent : sent + settings.chunk_bytes], settings.stall_seconds)
            if not taken:
                break
            sent += taken
            progress(sent / len(data))
        return sent

    def _state(self, line: Connection) -> PrinterState:
        """Asks the four questions one by one; the first that stays without a fitting answer ends it."""
        if not self._profile.answers:
            return PrinterState.READY
        line.receive(_AT_ONCE)  # what an earlier question has left in the line is no answer to the next one
        answers = Answers()
        for number, query in enumerate(QUERIES, 1):
            line.send(query, self._settings.status_seconds)
            until = time.monotonic() + self._settings.status_seconds
            while len(answers.status) < number:
                left = until - time.monotonic()
                if left <= 0:
                    return PrinterState.OFFLINE
                answers.hear(line.receive(left))
        return printer_state(answers.status[: len(QUERIES)], self._profile.near_end)

    def _hear_done(self, line: Connection, request: bytes, said: Callable[[bytes], bool]) -> PrinterState | None:
        """None: the printer says that all is printed. Else what is known of its state; READY: it only never said so."""
        if line.send(request, self._settings.stall_seconds) < len(request):
            return PrinterState.READY
        answers = Answers()
        state, waiting = PrinterState.READY, False
        asked = time.monotonic()
        until = asked + self._settings.confirm_seconds
        while (now := time.monotonic()) < until and not self._give_up():
            answers.hear(line.receive(min(until - now, self._settings.watch_seconds / 4)))
            if said(bytes(answers.others)):
                return None
            if waiting and len(answers.status) >= len(QUERIES):
                state, waiting = printer_state(answers.status[: len(QUERIES)], self._profile.near_end), False
                if not state.prints:
                    until = min(until, time.monotonic() + self._settings.settle_seconds)
            if not waiting and time.monotonic() - asked >= self._settings.watch_seconds:
                answers.status.clear()
                line.send(b"".join(QUERIES), self._settings.status_seconds)
                asked, waiting = time.monotonic(), True
        _log.warning("no word from the printer that the slip is done; its state: %s", state.value)
        return state

    def _question(self) -> tuple[bytes, Callable[[bytes], bool]]:
        """The question behind a slip, and how its answer is known."""
        if self._profile.confirm is Confirm.GS_R:
            return _GS_R, _paper_is_there
        number = next(self._ids)
        id = bytes(_ID_DIGITS[number >> shift & 15] for shift in (12, 8, 4, 0))
        return b"\x1d(H\x06\x00\x30\x30" + id, lambda heard: b"\x37\x22" + id + b"\x00" in heard


def _answers_gs_r(byte: int) -> bool:
    """Bits 4 and 7 of such an answer are always 0."""
    return byte & 0x90 == 0


def _paper_is_there(heard: bytes) -> bool:
    """GS r 1: bits 2 and 3 say that the paper has ended."""
    return any(_answers_gs_r(byte) and byte & 0x0C == 0 for byte in heard)
