"""PC/SC, as far as a kiosk needs it: contexts, names of readers, one exclusive connection to one card.

Straight on `smartcard.scard`: handles are numbers, nothing has a destructor that talks to a reader, and every context
is released by the block that made it. Result codes come negative or above 2³¹, depending on the way they took, and are
masked to 32 bits before they are looked at. Meanings of codes: PC/SC Workgroup, part 5; which of them pcsc-lite 1.9
returns when was measured with a card emulator.
"""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Final, Protocol, Self, cast

from cardreader.connection import CardGarbled, CardGone
from cardreader.roles import Roles
from cardreader.settings import ReaderSettings
from domain.errors import CardError, Code

SCOPE_USER: Final = 0
SHARE_EXCLUSIVE: Final = 1
PROTOCOLS_ANY: Final = 3
"""T=0 or T=1, as the card likes it."""
LEAVE: Final = 0
UNPOWER: Final = 2

OK: Final = 0
CANCELLED: Final = 0x80100002
UNKNOWN_READER: Final = 0x80100009
TIMEOUT: Final = 0x8010000A
SHARING_VIOLATION: Final = 0x8010000B
NO_SMARTCARD: Final = 0x8010000C
PROTO_MISMATCH: Final = 0x8010000F
NOT_TRANSACTED: Final = 0x80100016
READER_UNAVAILABLE: Final = 0x80100017
NO_SERVICE: Final = 0x8010001D
SERVICE_STOPPED: Final = 0x8010001E
NO_READERS: Final = 0x8010002E
COMM_ERROR: Final = 0x80100013
UNRESPONSIVE: Final = 0x80100066
UNPOWERED: Final = 0x80100067
RESET: Final = 0x80100068
REMOVED: Final = 0x80100069
DENIED: Final = 0x8010006A
"""What pcscd says to whom it may not serve, and a call that was on its way when pcscd died."""

STATE_CHANGED: Final = 0x0002
STATE_UNKNOWN: Final = 0x0004
STATE_UNAVAILABLE: Final = 0x0008
STATE_PRESENT: Final = 0x0020
STATE_MUTE: Final = 0x0200

_GONE: Final = frozenset({NO_SMARTCARD, NOT_TRANSACTED, REMOVED, UNPOWERED, RESET})
_NO_SERVICE: Final = frozenset({UNKNOWN_READER, READER_UNAVAILABLE, NO_SERVICE, SERVICE_STOPPED, COMM_ERROR, DENIED})

BUSY_TRIES: Final = 5
BUSY_PAUSE_S: Final = 0.1
_LOOK_S: Final = 0.1

Status = tuple[str, int]
"""A reader and the state it was last known in, as SCardGetStatusChange takes it."""

Change = tuple[str, int, Sequence[int]]
"""A reader, its state, the card's ATR, as SCardGetStatusChange gives it."""


class Scard(Protocol):
    """What is used of `smartcard.scard`; each function gives its result code first."""

    def SCardEstablishContext(self, scope: int, /) -> Sequence[int]: ...
    def SCardReleaseContext(self, context: int, /) -> int: ...
    def SCardCancel(self, context: int, /) -> int: ...
    def SCardListReaders(self, context: int, groups: list[str], /) -> tuple[int, list[str]]: ...
    def SCardGetStatusChange(
        self, context: int, timeout_ms: int, states: list[Status], /
    ) -> tuple[int, list[Change]]: ...
    def SCardConnect(self, context: int, reader: str, share: int, protocols: int, /) -> tuple[int, int, int]: ...
    def SCardReconnect(self, card: int, share: int, protocols: int, first: int, /) -> tuple[int, int]: ...
    def SCardStatus(self, card: int, /) -> tuple[int, str, int, int, Sequence[int]]: ...
    def SCardTransmit(self, card: int, protocol: int, apdu: list[int], /) -> tuple[int, list[int]]: ...
    def SCardDisconnect(self, card: int, disposition: int, /) -> int: ...


def system_scard() -> Scard:
    """The real one, pyscard's. Imported when it is asked for: without libpcsclite it cannot be loaded."""
    from smartcard import scard

    return cast("Scard", scard)


def masked(result: int) -> int:
    """A result code as the documents write it."""
    return result & 0xFFFFFFFF


def fault(result: int, doing: str) -> CardError:
    """The error for a result code that is not OK."""
    detail = f"{doing}: 0x{result:08X}"
    if result in _GONE:
        return CardGone(detail)
    if result in _NO_SERVICE:
        return CardError(Code.NO_READER, detail)
    if result == SHARING_VIOLATION:
        return CardError(Code.READER_BUSY, detail)
    return CardGarbled(detail)


class Context:
    """A conversation with the PC/SC service; released when its block ends. pcscd serves 200 at a time, and one more
    looks like a missing permission. Once the service has gone away a context never works again: make a new one.

    Raises `CardError` C-01 on entering when there is no service.
    """

    def __init__(self, scard: Scard) -> None:
        self.scard = scard
        self._handle: int | None = None

    @property
    def handle(self) -> int:
        """For calls that this class does not wrap. Only within the block."""
        if self._handle is None:
            raise CardError(Code.NO_READER, "context is not open")
        return self._handle

    def __enter__(self) -> Self:
        result, handle = self.scard.SCardEstablishContext(SCOPE_USER)
        if masked(result) != OK:
            raise CardError(Code.NO_READER, f"establish: 0x{masked(result):08X}")
        self._handle = handle
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        handle, self._handle = self._handle, None
        if handle is not None:
            self.scard.SCardReleaseContext(handle)  # a service that has gone has released it already

    def readers(self) -> tuple[str, ...]:
        """Names of all readers, in the service's order. Raises `CardError` C-01 when the service has gone."""
        result, names = self.scard.SCardListReaders(self.handle, [])
        if masked(result) == NO_READERS:
            return ()
        if masked(result) != OK:
            raise CardError(Code.NO_READER, f"list: 0x{masked(result):08X}")
        return tuple(names)

    def look(self, reader: str) -> int:
        """State of `reader` now, without waiting: flags `STATE_…`, count of insertions and removals from bit 16 on.

        Raises `CardError` C-01 when reader or service have gone.
        """
        result, changes = self.scard.SCardGetStatusChange(self.handle, 0, [(reader, 0)])
        if masked(result) not in (OK, TIMEOUT) or not changes:
            raise CardError(Code.NO_READER, f"look: 0x{masked(result):08X}")
        return changes[0][1]

    @contextlib.contextmanager
    def connected(self, reader: str, *, cold: bool = False) -> Iterator[PcscConnection]:
        """The card in `reader`, nobody else's while the block runs. `cold`: its power is switched off and on first, so
        that whatever lies there now begins anew.

        Afterwards the card is left as it is, and pcscd takes its power away by itself. Doing so here, on a card that
        has just been lifted, makes pcscd 1.9 believe that the reader is empty while its own watch still waits for the
        removal: a card that is laid down within the next 0.4 s is then never noticed.

        Raises `CardError`: C-01 reader or service gone, C-11 the card cannot be talked to, C-15 no card, C-16 somebody
        else holds it.
        """
        for remaining in reversed(range(BUSY_TRIES)):
            result, card, protocol = self.scard.SCardConnect(self.handle, reader, SHARE_EXCLUSIVE, PROTOCOLS_ANY)
            if masked(result) != SHARING_VIOLATION or not remaining:
                break
            time.sleep(BUSY_PAUSE_S)
        if masked(result) != OK:
            raise fault(masked(result), "connect")
        try:
            if cold:
                result, protocol = self.scard.SCardReconnect(card, SHARE_EXCLUSIVE, PROTOCOLS_ANY, UNPOWER)
                if masked(result) != OK:
                    raise fault(masked(result), "reconnect")
            yield PcscConnection(self.scard, card, protocol)
        finally:
            self.scard.SCardDisconnect(card, LEAVE)


class PcscConnection:
    """`cardreader.connection.Connection` over PC/SC. After the first transport error it is dead: pcscd may by then
    have another card behind the same handle, so whatever is asked raises the same error again.
    """

    def __init__(self, scard: Scard, card: int, protocol: int) -> None:
        self._scard = scard
        self._card = card
        self._protocol = protocol
        self._dead: CardError | None = None
        result, _name, _state, _protocol, atr = scard.SCardStatus(card)
        if masked(result) != OK:
            self._die(fault(masked(result), "status"))
        self._atr = bytes(atr)

    @property
    def atr(self) -> bytes:
        return self._atr

    def transmit(self, apdu: bytes) -> bytes:
        """As the protocol says; besides, `CardError` C-01 when reader or service have gone. May block for as long as
        the driver does: a silent card is waited for without end, and only ending the process ends that.
        """
        if self._dead is not None:
            raise self._dead
        result, response = self._scard.SCardTransmit(self._card, self._protocol, list(apdu))
        if masked(result) != OK:
            self._die(fault(masked(result), "transmit"))
        if not response:
            self._die(CardGone("transmit: success without an answer"))
        if len(response) < 2:
            self._die(CardGarbled("transmit: less than a status word"))
        return bytes(response)

    def prove_same(self) -> None:
        """Raises what `transmit` would if the card is not the one that was connected: gone, reset or exchanged."""
        if self._dead is not None:
            raise self._dead
        result, _name, _state, _protocol, atr = self._scard.SCardStatus(self._card)
        if masked(result) != OK:
            self._die(fault(masked(result), "status"))
        if bytes(atr) != self._atr:
            self._die(CardGone("status: another card"))

    def _die(self, error: CardError) -> None:
        self._dead = error
        raise error


def our_readers(settings: ReaderSettings, scard: Scard) -> tuple[str, ...]:
    """Names of the readers that `settings` mean, contactless ones first.

    Raises `CardError` C-01 when there is no service.
    """
    roles = Roles(settings)
    with Context(scard) as context:
        found = [(role, name) for name in context.readers() if (role := roles.of(name)) is not None]
    return tuple(name for _role, name in sorted(found, key=lambda pair: pair[0].value, reverse=True))


@contextlib.contextmanager
def open_card(pattern: str | None, wait_s: float = 0.0, scard: Scard | None = None) -> Iterator[PcscConnection]:
    """The card that lies on a reader now, or is laid there within `wait_s` seconds; for the command line.

    `pattern`: regular expression searched in the names of readers; None: any but those of security modules.
    Raises `ValueError` for a pattern that is none, `CardError`: C-01 no service or no such reader, C-11 the card cannot
    be talked to, C-15 no card, C-16 somebody else holds it.
    """
    try:
        wanted = re.compile(pattern) if pattern else None
    except re.error as error:
        raise ValueError(f"no regular expression: {error}") from None
    try:
        scard = scard or system_scard()
    except ImportError as error:
        raise CardError(Code.NO_READER, f"{type(error).__name__}: {error}") from error
    roles = Roles(ReaderSettings())
    with Context(scard) as context:
        until = time.monotonic() + wait_s
        while True:
            names = [name for name in context.readers() if (wanted.search(name) if wanted else roles.of(name))]
            if not names:
                raise CardError(Code.NO_READER, "no reader of that name")
            laid = [name for name in names if context.look(name) & STATE_PRESENT]
            if laid or time.monotonic() >= until:
                break
            time.sleep(_LOOK_S)
        if not laid:
            raise CardGone("no card on the reader")
        with context.connected(laid[0]) as connection:
            yield connection
