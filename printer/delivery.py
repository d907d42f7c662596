"""One slip over one connection: ask, send, hear that it is done.

The rule is *at most once*: a slip that may have reached the printer is never sent a second time by itself. Printers
keep what they have received and print it when new paper is in, so "nothing came out" is no proof that nothing will.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from domain.errors import Code
from domain.events import JobState, PrinterState
from printer.connect import Connect, Connection, LineLost, NotReached
from printer.profiles import Confirm
from printer.settings import PrinterSettings
from printer.status import QUERIES, code_of, printer_state
from printer.word import (
    FIRST_ROUND,
    GS_R,
    Heard,
    all_agree,
    answers_gs_r,
    fresh_id,
    id_answer,
    id_question,
    second_round,
    strays,
    together,
)

_log = logging.getLogger(__name__)

_AT_ONCE: Final = 0.001
_LOOK: Final = 0.2
"""Seconds between two looks at whether the kiosk is being closed."""
_GLANCES: Final = 16
"""At most so many looks for what came while a slip was sent: a line that never falls silent is not waited for."""
_UNKNOWN: Final = 16
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
    only that word makes it CONFIRMED, and only if nothing came down the line meanwhile that was not asked for: that may
    be a printer that lost its power and its memory. Anything that goes wrong after the first byte is UNCERTAIN. Every
    connection is closed.
    """

    def __init__(
        self, settings: PrinterSettings, connect: Connect, give_up: Callable[[], bool] = lambda: False
    ) -> None:
        self._settings = settings
        self._profile = settings.device
        self._connect = connect
        self._give_up = give_up
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
        heard = Heard()
        left = self._hear_done(line, GS_R * wanted, heard, lambda: sum(map(answers_gs_r, heard.others)) >= wanted)
        if left is not None:
            return left
        quiet = 2 * self._settings.quiet_seconds if few else self._settings.confirm_seconds
        if not self._until_quiet(line, heard, quiet):
            return PrinterState.READY
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
        heard = Heard()
        for _ in range(_GLANCES):
            if not self._listen(line, _AT_ONCE, heard):
                break
        if self._profile.confirm is Confirm.PROCESS_ID:
            return self._ask_by_id(line, heard, before)
        return self._ask_by_gs_r(line, heard)

    def _ask_by_id(self, line: Connection, heard: Heard, before: PrinterState) -> Outcome:
        id = fresh_id()
        answer = id_answer(id)
        trouble = self._hear_done(line, id_question(id), heard, lambda: answer in heard.others)
        if trouble is not None:
            return _unsure(trouble)
        return self._doubt(line) if strays(heard.others) else Outcome(JobState.CONFIRMED, printer=before)

    def _ask_by_gs_r(self, line: Connection, heard: Heard) -> Outcome:
        """Two rounds, and then how it is; see `printer.word`."""
        sure = not heard.others
        asked = at = 0
        for count in (FIRST_ROUND, second_round()):
            asked, at = asked + count, len(heard.others)
            trouble = self._ask_round(line, heard, count)
            if trouble is not None:
                return _unsure(trouble)
            sure = self._until_quiet(line, heard, self._settings.quiet_seconds) and sure
            if not sure or not all_agree(heard.others, asked):
                return self._doubt(line)
        after = self._state(line, heard)
        if not after.prints:
            return _unsure(after)
        if len(heard.others) != asked or not together(heard.at[at:], self._settings.quiet_seconds):
            return self._doubt(line)
        self._unanswered = 0
        return Outcome(JobState.CONFIRMED, printer=after)

    def _ask_round(self, line: Connection, heard: Heard, count: int) -> PrinterState | None:
        self._unanswered += count
        wanted = len(heard.others) + count
        return self._hear_done(line, GS_R * count, heard, lambda: len(heard.others) >= wanted)

    def _doubt(self, line: Connection) -> Outcome:
        """Something was said, but not as by a printer that is done. While it prints, what the line still holds may be
        the end of a slip that comes out, so that is left to go its way.
        """
        _log.warning("what the printer said is no answer to what it was asked")
        state = self._state(line)
        if not state.prints:
            return _unsure(state)
        return Outcome(JobState.UNCERTAIN, Code.PRINT_UNCERTAIN, state, broke_off=True)

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

    def _listen(self, line: Connection, seconds: float, heard: Heard) -> bool:
        """Whether the printer says something within `seconds`."""
        data = line.receive(seconds)
        heard.hear(data, time.monotonic())
        return bool(data)

    def _until_quiet(self, line: Connection, heard: Heard, quiet: float) -> bool:
        """Listens until nothing has come for so many seconds; whether it was, after `confirm_seconds` at the latest."""
        silent_since = time.monotonic()
        until = silent_since + self._settings.confirm_seconds + quiet
        while (now := time.monotonic()) < until and not self._give_up():
            if self._listen(line, min(_LOOK, max(_AT_ONCE, silent_since + quiet - now)), heard):
                silent_since = time.monotonic()
            elif time.monotonic() >= silent_since + quiet:
                return True  # only with a look behind it: this thread itself may have slept
        return False

    def _state(self, line: Connection, heard: Heard | None = None) -> PrinterState:
        """Asks the four questions one by one; the first that stays without a fitting answer ends it. What comes that is
        no answer is added to `heard`.
        """
        if not self._profile.answers:
            return PrinterState.READY
        if heard is None:
            line.receive(_AT_ONCE)  # what an earlier question has left in the line is no answer to the next one
            heard = Heard()
        answers = []
        for query in QUERIES:
            heard.status.clear()
            line.send(query, self._settings.status_seconds)
            until = time.monotonic() + self._settings.status_seconds
            while not heard.status:
                left = until - time.monotonic()
                if left <= 0:
                    return PrinterState.OFFLINE
                self._listen(line, left, heard)
            answers.append(heard.status[0])
        return printer_state(answers, self._profile.near_end)

    def _hear_done(
        self, line: Connection, request: bytes, heard: Heard, said: Callable[[], bool]
    ) -> PrinterState | None:
        """None: the printer has `said` what was waited for. Else what is known of its state; READY: it only never said
        so.
        """
        if line.send(request, self._settings.stall_seconds) < len(request):
            return PrinterState.READY
        state, waiting = PrinterState.READY, False
        asked = time.monotonic()
        until = asked + self._settings.confirm_seconds
        heard.status.clear()
        while (now := time.monotonic()) < until and not self._give_up():
            self._listen(line, min(until - now, self._settings.watch_seconds / 4), heard)
            if said():
                return None
            if waiting and len(heard.status) >= len(QUERIES):
                state, waiting = printer_state(heard.status[: len(QUERIES)], self._profile.near_end), False
                if not state.prints:
                    until = min(until, time.monotonic() + self._settings.settle_seconds)
            if not waiting and time.monotonic() - asked >= self._settings.watch_seconds:
                heard.status.clear()
                line.send(b"".join(QUERIES), self._settings.status_seconds)
                asked, waiting = time.monotonic(), True
        _log.warning("no word from the printer that the slip is done; its state: %s", state.value)
        return state


def _unsure(state: PrinterState) -> Outcome:
    """The printer never said that the slip is done, and this is its state; READY: nothing is known of it."""
    known = None if state is PrinterState.READY else state
    return Outcome(JobState.UNCERTAIN, Code.PRINT_UNCERTAIN, known, broke_off=True, dropped=True)
