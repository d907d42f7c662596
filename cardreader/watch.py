"""What happens at the readers: a loop over SCardGetStatusChange that outlives the PC/SC service.

pyscard's own monitors die for ever when pcscd is restarted; this loop makes a new context each time. Measured with
pcsc-lite 1.9: a killed pcscd is noticed within 10 ms, a restarted one within `RETRY_S`; a card within the time of
pcscd's own look at the reader, up to 400 ms for drivers that cannot tell by themselves.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from cardreader import pcsc
from cardreader.pcsc import Context, Scard
from domain.errors import CardError

_log = logging.getLogger(__name__)

RETRY_S: Final = 0.5
"""Between attempts to reach the service while there is none."""

LONGEST_WAIT_S: Final = 5.0
"""Then the list of readers is asked for anew: the notification tells that their number changed, not which they are."""

PNP: Final = "\\\\?PnP?\\Notification"
"""Stands for the list of readers in SCardGetStatusChange; the high word of its state is the number that is known."""

_COUNT: Final = 16


class What(StrEnum):
    """What can happen. SERVICE_GONE: no reader can be watched. READERS: the readers that are watched are now these;
    what lay on one that is no longer among them is out of sight. CARD_THERE: a card lay there when a reader was first
    looked at. LOOKED: every reader has been looked at since READERS. CARD_IN: a card was laid down before our eyes.
    CARD_OUT: it was taken away. DUE: the time that `remind` was given has come, and nothing has happened at that
    reader meanwhile. ASKED: `poke` was called.
    """

    SERVICE_GONE = "service gone"
    READERS = "readers"
    CARD_THERE = "card there"
    LOOKED = "looked"
    CARD_IN = "card in"
    CARD_OUT = "card out"
    DUE = "due"
    ASKED = "asked"


@dataclass(frozen=True, slots=True)
class Happening:
    """`reader` is for CARD_… and DUE; `readers` is for READERS. `again`: a CARD_IN that `look_again` asked
    for.
    """

    what: What
    reader: str = ""
    readers: tuple[str, ...] = ()
    again: bool = False


class Watch:
    """Tells `hear` what happens at the readers for which `wanted(name)` holds, in order, in the thread that `run`s it.

    A card that was taken and laid again between two looks shows by its reader's count of events: CARD_OUT, CARD_IN. The
    same goes for what happens while `hear` works. An exception of `hear` goes through and ends `run`.
    """

    def __init__(self, scard: Scard, wanted: Callable[[str], bool], hear: Callable[[Happening], None]) -> None:
        self._scard = scard
        self._wanted = wanted
        self._hear = hear
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._context: Context | None = None
        self._up: bool | None = None
        self._known: dict[str, int] = {}
        self._told: tuple[str, ...] | None = None
        self._again: dict[str, tuple[float, What]] = {}
        self._poked = threading.Event()

    def run(self) -> None:
        """Watches until `stop`."""
        while not self._stopping.is_set():
            try:
                with Context(self._scard) as context:
                    self._watch(context)
            except CardError as error:
                if self._up is not False:
                    _log.warning("no PC/SC service", extra={"code": error.code})
            if not self._stopping.is_set():
                self._lose_service()
                self._stopping.wait(RETRY_S)

    def stop(self) -> None:
        """Ends `run` soon, within `LONGEST_WAIT_S` if the service was just about to be asked: call it again until `run`
        has ended. From any thread.
        """
        self._stopping.set()
        with self._lock:
            if self._context is not None:
                self._scard.SCardCancel(self._context.handle)

    @property
    def stopping(self) -> bool:
        """Whether `stop` was called."""
        return self._stopping.is_set()

    def look_again(self, reader: str, after_s: float) -> None:
        """Tells CARD_IN once more for `reader` in `after_s` seconds if until then nothing at all has happened there and
        a card is present: the card was lost to the reader and came back before the service noticed. Called by `hear`.
        """
        self._again[reader] = time.monotonic() + after_s, What.CARD_IN

    def remind(self, reader: str, after_s: float) -> None:
        """Tells DUE for `reader` in `after_s` seconds, under the same conditions. Called by `hear`."""
        self._again[reader] = time.monotonic() + after_s, What.DUE

    def poke(self) -> None:
        """Tells ASKED soon. From any thread."""
        self._poked.set()
        self.nudge()

    def nudge(self) -> None:
        """For a poke that met the watch just before it began to wait: call it until `poked` is false."""
        with self._lock:
            if self._context is not None and self._poked.is_set():
                self._scard.SCardCancel(self._context.handle)

    @property
    def poked(self) -> bool:
        """Whether a poke has not been told yet."""
        return self._poked.is_set()

    def count(self, reader: str) -> int:
        """Insertions and removals at `reader` up to the last look, modulo 65536."""
        return self._known.get(reader, 0) >> _COUNT

    def _watch(self, context: Context) -> None:
        with self._lock:
            self._context = context
        try:
            while not self._stopping.is_set():
                names = context.readers()
                first = self._meet(tuple(filter(self._wanted, names)))
                asked = [*((name, self._known.get(name, 0)) for name in self._told or ()), (PNP, len(names) << _COUNT)]
                result, changes = self._scard.SCardGetStatusChange(context.handle, self._patience(first), asked)
                result = pcsc.masked(result)
                if result == pcsc.CANCELLED:  # by `stop`, or by `poke`: what else has happened comes first
                    continue
                if result == pcsc.UNKNOWN_READER:  # unplugged between the two questions
                    self._stopping.wait(RETRY_S / 10)
                    continue
                if result not in (pcsc.OK, pcsc.TIMEOUT):
                    raise pcsc.fault(result, "wait")
                for name, state, _atr in changes:
                    if name != PNP:
                        self._see(name, state)
                if first:
                    self._hear(Happening(What.LOOKED))
                self._remember()
                self._answer()
        finally:
            with self._lock:
                self._context = None

    def _patience(self, first: bool) -> int:
        """Milliseconds to wait for something to happen."""
        if first:
            return 0
        if self._poked.is_set():
            return 0
        due = min((due for due, _what in self._again.values()), default=None)
        left = LONGEST_WAIT_S if due is None else min(LONGEST_WAIT_S, due - time.monotonic())
        return max(0, int(left * 1000) + 1)

    def _meet(self, readers: tuple[str, ...]) -> bool:
        """Tells the readers when they are others than before; whether they are."""
        if readers == self._told:
            return False
        self._up = True
        for gone in [name for name in self._known if name not in readers]:
            del self._known[gone]
            self._again.pop(gone, None)
        self._told = readers
        self._hear(Happening(What.READERS, readers=readers))
        return True

    def _see(self, reader: str, state: int) -> None:
        """Compares `state` with what was known and tells the difference."""
        if state & (pcsc.STATE_UNKNOWN | pcsc.STATE_UNAVAILABLE):
            state &= ~pcsc.STATE_PRESENT  # it is being unplugged; the list of readers tells the next time round
        before = self._known.get(reader)
        self._known[reader] = state & ~pcsc.STATE_CHANGED
        present = bool(state & pcsc.STATE_PRESENT)
        if before is None:
            if present:
                self._hear(Happening(What.CARD_THERE, reader))
            return
        was = bool(before & pcsc.STATE_PRESENT)
        counted = before >> _COUNT != state >> _COUNT
        if was and (not present or counted):
            self._again.pop(reader, None)
            self._hear(Happening(What.CARD_OUT, reader))
        if present and (not was or counted):
            self._again.pop(reader, None)
            self._hear(Happening(What.CARD_IN, reader))

    def _remember(self) -> None:
        """Tells the cards again that somebody wanted to be told again."""
        now = time.monotonic()
        for reader in [name for name, (due, _what) in self._again.items() if due <= now]:
            _due, what = self._again.pop(reader)
            if self._known.get(reader, 0) & pcsc.STATE_PRESENT:
                self._hear(Happening(what, reader, again=what is What.CARD_IN))

    def _answer(self) -> None:
        """Tells a poke, once what had happened before it has been told."""
        if self._poked.is_set():
            self._poked.clear()
            self._hear(Happening(What.ASKED))

    def _lose_service(self) -> None:
        self._known.clear()
        self._again.clear()
        self._told = None
        if self._up is not False:
            self._up = False
            self._hear(Happening(What.SERVICE_GONE))
