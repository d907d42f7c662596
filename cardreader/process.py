"""The card service: ``python -m cardreader.process``, a process of its own that watches the readers and reads cards.

A process, because a silent card blocks the driver until the process ends, and because memory that was freed keeps what
was read: both are cured by ending it. It is started with one line of settings on standard input, writes
`cardreader.messages` to standard output, and ends when its input is closed. What it knows of a card beyond the facts it
never tells; its standard error has states and codes only, it leaves no core file, and other processes of the same user
cannot read its memory.
"""

from __future__ import annotations

import ctypes
import datetime as dt
import logging
import os
import resource
import select
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from cardreader.connection import CardGone, Connection
from cardreader.messages import PROVE, Message, ProtocolFault, encode, parse, parse_settings
from cardreader.pcsc import STATE_PRESENT, Context, Scard, system_scard
from cardreader.roles import Roles
from cardreader.sameness import Exchanged, Noted, Proof
from cardreader.settings import ReaderSettings
from cardreader.watch import Happening, Watch, What
from domain.card import CardFacts
from domain.errors import CardError, Code
from domain.events import CardProved, CardRead, CardUnread, ReaderChanged, ReaderKind, ReaderState

_log = logging.getLogger("cardreader.process")

CHINA: Final = dt.timezone(dt.timedelta(hours=8), "CST")
"""Asia/Shanghai without a time zone database: no summer time since 1991."""

LOST_S: Final = 0.6
"""A card that was lost to the reader in mid-read and lies there all the same after this long, unnoticed by the service
(which looks every 0.4 s), is read anew from the start, once.
"""

PROVED_S: Final = 0.6
"""A card that gave facts is asked once more after this long: an exchange right behind the reading, between two looks of
the service, is found out then.
"""

MOST_PROOFS: Final = 4
"""A card that is there and never answers is taken for another one after so many questions, `PROVED_S` apart."""

_POKE_S: Final = 0.05

_EVERYDAY: Final = frozenset({Code.CARD_UNKNOWN, Code.CARD_WITHOUT_PROCESSOR, Code.CARD_GONE})
"""Nothing is wrong with reader or card."""

GRACE_S: Final = 1.0
"""Given to the watch to end by itself when standard input is closed."""

_PR_SET_DUMPABLE: Final = 4


class Read(Protocol):
    """`cardreader.reading.read`."""

    def __call__(self, connection: Connection, *, today: dt.date, city: str, budget_s: float) -> CardFacts: ...


class Desk:
    """Makes messages out of what happens at the readers, and reads what is freshly laid down.

    The card that was laid down last is what the state is about: when it is taken away the state is EMPTY, even if
    HOLDING follows because another card was forgotten in the other reader. A card that lay there at the first look is
    never read. Whatever goes wrong in one read ends that read; no message of it holds more than a code.

    The card that gave facts is compared with the one on the reader before the facts are told, once `PROVED_S` seconds
    later, and whenever the kiosk asks. Another card counts as EMPTY and a card that was laid down.
    """

    def __init__(
        self,
        settings: ReaderSettings,
        scard: Scard,
        read: Read,
        tell: Callable[[Message], None],
    ) -> None:
        self._settings = settings
        self._scard = scard
        self._read = read
        self._tell = tell
        self._roles = Roles(settings)
        self._zone: dt.tzinfo = CHINA if settings.zone == "Asia/Shanghai" else ZoneInfo(settings.zone)
        self._today = dt.date.fromisoformat(settings.today) if settings.today is not None else None
        self._readers: tuple[str, ...] = ()
        self._laid: set[str] = set()
        self._last = ""
        self._state: ReaderState | None = None
        self._lying: frozenset[ReaderKind] = frozenset()
        self._proof: Proof | None = None
        """Of the card on `_last`; None when that gave no facts or was taken away."""
        self._unanswered = 0
        """Questions to that card that came to nothing, one after the other."""
        self.watch = Watch(scard, lambda name: self._roles.of(name) is not None, self._hear)

    def _hear(self, happening: Happening) -> None:
        reader = happening.reader
        match happening.what:
            case What.SERVICE_GONE:
                self._readers = ()
                self._laid.clear()
                self._proof = None
            case What.READERS:
                lost = self._last in self._laid and self._last not in happening.readers
                self._readers = happening.readers
                self._laid.intersection_update(happening.readers)
                if lost:
                    self._proof = None
                if lost and self._readers:
                    self._turn(ReaderState.EMPTY)
                return  # a look at every reader follows at once
            case What.CARD_THERE:
                self._laid.add(reader)
                return
            case What.CARD_OUT:
                self._laid.discard(reader)
                if reader == self._last:
                    self._proof = None
                    self._turn(ReaderState.EMPTY)
            case What.DUE:
                self._prove()
            case What.ASKED:
                self._tell(CardProved(self._prove()))
            case What.CARD_IN:
                self._laid.add(reader)
                self._last = reader
                self._take(reader, again=happening.again)
        self._settle()

    def _settle(self) -> None:
        """The state as it follows from what lies where."""
        if not self._readers:
            self._turn(ReaderState.ABSENT)
        else:
            self._turn(ReaderState.HOLDING if self._laid else ReaderState.EMPTY)

    def _turn(self, state: ReaderState) -> None:
        holds = state is ReaderState.HOLDING
        lying = frozenset(kind for name in self._laid if (kind := self._roles.of(name))) if holds else frozenset()
        if (state, lying) != (self._state, self._lying):
            self._state, self._lying = state, lying
            self._tell(ReaderChanged(state, lying))

    def _prove(self) -> bool:
        """Whether the card that gave facts still lies there. When it is another one, that is told first. One that does
        not answer is asked again later: most likely it was just taken away, and the service has not noticed yet.
        """
        proof, reader = self._proof, self._last
        if proof is None:
            return False
        try:
            self._check(proof, reader)
        except CardError as error:
            _log.info("%s", error.detail, extra={"code": error.code})
            self._unanswered += error.code is not Code.READER_BUSY
            if isinstance(error, Exchanged) or self._unanswered >= MOST_PROOFS:
                self._exchanged(reader)
            else:
                self.watch.remind(reader, PROVED_S)
            return False
        self._unanswered = 0
        return True

    def _exchanged(self, reader: str) -> None:
        """As if the watch had seen it: the card was taken away, and if another one lies there it was laid down."""
        self._proof = None
        self._laid.discard(reader)
        self._turn(ReaderState.EMPTY)
        self._laid.add(reader)
        self._take(reader, again=True)
        self._settle()

    def _take(self, reader: str, *, again: bool) -> None:
        """Reads the card that was laid on `reader` and tells what came of it."""
        self._turn(ReaderState.READING)
        self._proof, self._unanswered = None, 0
        try:
            facts = CardRead(self._facts(reader, cold=again))
            parse(encode(facts))  # what the kiosk would not take is not sent
        except CardError as error:
            level = logging.INFO if error.code in _EVERYDAY else logging.WARNING
            _log.log(level, "%s", error.detail, extra={"code": error.code})  # result codes and headers, never contents
            self._tell(CardUnread(error.code))
            if error.code is Code.CARD_GONE and not again:
                self.watch.look_again(reader, LOST_S)
        except Exception as error:  # its text may quote the card
            _log.error("reading fell over: %s", type(error).__name__, extra={"code": Code.CARD_UNREADABLE})
            self._tell(CardUnread(Code.CARD_UNREADABLE))
        else:
            self._tell(facts)
            self.watch.remind(reader, PROVED_S)

    def _facts(self, reader: str, *, cold: bool) -> CardFacts:
        """The facts of the one card that lay there from the first exchange to the last."""
        count = self.watch.count(reader)
        with Context(self._scard) as context, context.connected(reader, cold=cold) as connection:
            noted = Noted(connection)
            facts = self._read(
                noted,
                today=self._today or dt.datetime.now(self._zone).date(),
                city=self._settings.city or "",
                budget_s=self._settings.budget_s,
            )
            connection.prove_same()
            state = context.look(reader)
            if not state & STATE_PRESENT or state >> 16 != count:
                raise CardGone("exchanged while it was read")
            proof = noted.proof()
            if not proof.fresh:
                proof.check(connection)
        if proof.fresh:
            self._check(proof, reader)
        self._proof = proof
        return facts

    def _check(self, proof: Proof, reader: str) -> None:
        """Raises `CardError` unless the card of `proof` lies on `reader`."""
        with Context(self._scard) as context, context.connected(reader, cold=proof.fresh) as connection:
            proof.check(connection)


def serve(scard: Scard, read: Read, given: int, told: int) -> int:
    """Serves until the descriptor `given` is at its end, then returns the exit status: 0, or 2 when what stands there
    is no settings. Messages go to the descriptor `told`; when nobody reads them any more the process ends.
    """

    def tell(message: Message) -> None:
        try:
            os.write(told, encode(message))
        except BrokenPipeError:
            os._exit(0)

    with open(given, "rb", buffering=0, closefd=False) as lines:
        try:
            settings = parse_settings(lines.readline())
            desk = Desk(settings, scard, _with_families(read, settings.families), tell)
        except ProtocolFault as fault:
            _log.error("%s", fault, extra={"code": Code.NO_READER})
            return 2
        ended = threading.Event()

        def until_closed() -> None:
            rest = b""
            while True:
                ready, _, _ = select.select([given], [], [], _POKE_S if desk.watch.poked else None)
                if not ready:
                    desk.watch.nudge()
                    continue
                chunk = lines.read(4096)
                if not chunk:
                    break
                *asked, rest = (rest + chunk)[-len(PROVE) * 64 :].split(b"\n")
                if PROVE.strip() in asked:
                    desk.watch.poke()
            for _ in range(int(GRACE_S / 0.05)):
                desk.watch.stop()
                if ended.wait(0.05):
                    return
            os._exit(0)  # the driver holds the other thread

        listener = threading.Thread(target=until_closed, name="until closed", daemon=True)
        listener.start()
        try:
            desk.watch.run()
        finally:
            ended.set()
        listener.join()
    return 0


def _with_families(read: Read, folder: str | None) -> Read:
    """`read`, for the operator's families, too. When their tables are wrong they are left out and it says so: the
    kiosk, which refuses to start with them, has found them right.
    """
    if folder is None:
        return read
    from cardreader.families import TablesFault, register

    try:
        families = register(folder)
    except TablesFault as fault:
        for mistake in fault.mistakes:
            _log.error("%s", mistake, extra={"code": Code.BAD_SETTINGS})
        return read
    wider: Any = read
    return partial(wider, families=families)


def harden() -> None:
    """No core file, and no look into the memory of this process by others of the same user."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


class _Coded(logging.Formatter):
    """A code and few words; never a traceback, whose last line may quote the card."""

    def format(self, record: logging.LogRecord) -> str:
        code = getattr(record, "code", None)
        return f"card service: {code.value if isinstance(code, Code) else '-'} {record.getMessage()}"


def main() -> int:
    """Runs the service on standard input and output; exit status 0 at the end of the input, 1 when PC/SC cannot be
    loaded, 2 without settings.
    """
    harden()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal is meant for the kiosk, which then ends this
    told = os.dup(1)
    os.dup2(2, 1)  # whatever a library prints is not a message
    handler = logging.StreamHandler()
    handler.setFormatter(_Coded())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    threading.excepthook = lambda args: _log.critical("%s", args.exc_type.__name__)
    sys.excepthook = lambda kind, _error, _trace: _log.critical("%s", kind.__name__)
    from cardreader.families import register
    from cardreader.reading import read

    register()  # now, while nobody waits for a card
    try:
        scard = system_scard()
    except ImportError:
        _log.critical("PC/SC cannot be loaded", extra={"code": Code.NO_READER})
        return 1
    return serve(scard, read, 0, told)


if __name__ == "__main__":
    sys.exit(main())
