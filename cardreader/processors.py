"""The way of a command to the card and of its answer back: a pipeline of processors, each with the same `send`.

From the card outwards: `Wire` (bytes, checks), `Guard` (allow-list), `Deadline`, `Trace`, `WrongLength` (6Cxx),
`MoreData` (61xx). The inner ones see every single exchange, also those that the outer ones make themselves.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Protocol

from cardreader.apdu import ALLOWED, ANY_LENGTH, GET_RESPONSE, SELECT, Command, Response, Unreadable
from cardreader.connection import CardGarbled, CardMute, Connection

_log = logging.getLogger(__name__)

MOST_PARTS = 8
"""GET RESPONSEs after one command. A card's files have at most 256 bytes; one that goes on longer is broken."""

MOST_REPEATS = 2
"""Times that a command is sent again with the length that the card asked for."""


class Processor(Protocol):
    """Anything a command can be given to."""

    def send(self, command: Command) -> Response:
        """The card's answer; raises `CardError`."""
        ...


class Wire:
    """Bytes on the wire. Refuses what cannot be an answer, so that nobody above takes noise for data (C-11)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._with_le = not speaks_t0_only(connection.atr)

    def send(self, command: Command) -> Response:
        # Over T=0 a command with data carries no Le: the card answers 61xx and is asked for the rest.
        raw = self._connection.transmit(command.encoded(with_le=self._with_le or not command.data))
        if len(raw) < 2:
            raise CardGarbled(f"{command.header.hex()}: {len(raw)} B")
        response = Response(raw[:-2], int.from_bytes(raw[-2:], "big"))
        # Card gone in the middle of an answer: some drivers fill it up with zeros and call it complete.
        sw1 = response.sw >> 8
        if not (0x61 <= sw1 <= 0x6F or 0x90 <= sw1 <= 0x9F):
            raise CardGarbled(f"{command.header.hex()}: status {response.sw:04X}")
        if len(response.data) > (command.le or 0):
            raise CardGarbled(f"{command.header.hex()}: {len(response.data)} B for {command.le or 0}")
        return response


def speaks_t0_only(atr: bytes) -> bool:
    """Whether the first protocol that the answer to reset offers is T=0, which is then the one in use.

    Without TD1 it is T=0 by definition (ISO 7816-3). Contactless readers always say T=1.
    """
    if len(atr) < 2:
        return False
    y1 = atr[1] >> 4
    if not y1 & 0x8:
        return True
    at = 2 + (y1 & 1) + (y1 >> 1 & 1) + (y1 >> 2 & 1)
    return at < len(atr) and atr[at] & 0x0F == 0 and not _offers_t1(atr, at)


def _offers_t1(atr: bytes, at: int) -> bool:
    # PC/SC's made-up ATR of contactless cards is 3B 8n 80 01: TD1 says T=0, TD2 T=1, and T=1 is in use.
    following = at + 1 + sum(atr[at] >> shift & 1 for shift in (4, 5, 6))
    return bool(atr[at] & 0x80) and following < len(atr) and atr[following] & 0x0F == 1


class Forbidden(Unreadable):
    """A command that a kiosk never sends. The fault is ours; the card has not seen it."""


class Guard:
    """Lets through reading, and nothing else: no PIN, no keys, no purse operation, no writing, and no application
    that is not in `names`. Of those in `silent`, bank applications before all, nothing may be read once they have been
    seen to be there.
    """

    def __init__(self, inner: Processor, names: Collection[bytes], silent: Collection[bytes] = ()) -> None:
        self._inner = inner
        self._names = frozenset(names)
        self._silent = frozenset(silent)
        self._shut = False

    def send(self, command: Command) -> Response:
        instruction = (command.cla, command.ins)
        if instruction not in ALLOWED:
            raise Forbidden(f"{command.header.hex()} is not among the commands of a kiosk")
        if instruction == SELECT and command.p1 & 0x04 and command.data not in self._names:
            raise Forbidden(f"{command.header.hex()} would select an application that is not ours to read")
        if self._shut and instruction not in (SELECT, GET_RESPONSE):
            raise Forbidden(f"{command.header.hex()} would read of an application that is not ours to read")
        response = self._inner.send(command)
        if instruction == SELECT and response.sw >> 8 in (0x61, 0x62, 0x63, 0x90):
            self._shut = command.data in self._silent
        return response


class Deadline:
    """Ends a reading that takes longer than `budget_s` seconds (C-14), before the next exchange or after a late one.

    It cannot end an exchange that never returns; only the end of the process does.
    """

    def __init__(self, inner: Processor, budget_s: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._inner = inner
        self._monotonic = monotonic
        self._until = monotonic() + budget_s

    def send(self, command: Command) -> Response:
        self._check()
        response = self._inner.send(command)
        self._check()
        return response

    def _check(self) -> None:
        if self._monotonic() > self._until:
            raise CardMute("budget spent")


class Trace:
    """Says in the log what went to and fro: headers, lengths and status words, never a byte of data."""

    def __init__(self, inner: Processor) -> None:
        self._inner = inner

    def send(self, command: Command) -> Response:
        response = self._inner.send(command)
        _log.debug("%s → %d B %04X", command.header.hex(), len(response.data), response.sw)
        return response


class WrongLength:
    """6Cxx: the card names the right length and is asked again (T=0, and short files everywhere)."""

    def __init__(self, inner: Processor) -> None:
        self._inner = inner

    def send(self, command: Command) -> Response:
        response = self._inner.send(command)
        for _ in range(MOST_REPEATS):
            if response.sw >> 8 != 0x6C:
                return response
            response = self._inner.send(replace(command, le=response.sw & 0xFF or ANY_LENGTH))
        if response.sw >> 8 == 0x6C:
            raise Unreadable(f"{command.header.hex()}: status {response.sw:04X} again and again")
        return response


class MoreData:
    """61xx: more data waits and is fetched with GET RESPONSE."""

    def __init__(self, inner: Processor) -> None:
        self._inner = inner

    def send(self, command: Command) -> Response:
        response = self._inner.send(command)
        data = response.data
        for _ in range(MOST_PARTS):
            if response.sw >> 8 != 0x61:
                return replace(response, data=data)
            response = self._inner.send(Command(*GET_RESPONSE, 0, 0, b"", response.sw & 0xFF or ANY_LENGTH))
            data += response.data
        if response.sw >> 8 == 0x61:
            raise Unreadable(f"{command.header.hex()}: status {response.sw:04X} again and again")
        return replace(response, data=data)


def pipeline(
    connection: Connection,
    *,
    names: Collection[bytes],
    silent: Collection[bytes] = (),
    budget_s: float,
    monotonic: Callable[[], float] = time.monotonic,
) -> Processor:
    """All of the above around `connection`; `names` are the applications that may be selected, `silent` those of them
    of which nothing may be read.
    """
    inner = Trace(Deadline(Guard(Wire(connection), names, silent), budget_s, monotonic))
    return MoreData(WrongLength(inner))
