"""One slot of the virtual reader: the card's end of vpcd's connection.

vpcd listens; connecting is laying a card on the reader, hanging up is taking it away. Every message is two bytes of
length, big-endian, and a body. Bodies of one byte are control: 00 power off, 01 power on, 02 reset, 04 tell the ATR
(which is answered, and is how the driver looks every 0.4 s whether the card is still there). All others are commands.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from dataclasses import dataclass
from datetime import date
from typing import Final

from workbench.cards.chip import Chip, Interface
from workbench.cards.faults import Fault, FaultName, Faults
from workbench.cards.journal import Journal
from workbench.cards.wallet import WALLET

LOOPBACK: Final = "127.0.0.1"
_POWER_OFF, _POWER_ON, _RESET, _TELL_ATR = 0, 1, 2, 4
_POWER: Final = {_POWER_OFF: "power-off", _POWER_ON: "power-on", _RESET: "reset"}
_RETRY_S: Final = 0.05
"""Between two attempts to reach a pcscd that is not there."""


@dataclass(frozen=True, eq=False)
class _Laid:
    """A card on the reader. Each laying is another one, also of the same card."""

    name: str
    chip: Chip
    reset: bytes


class Slot:
    """Lays cards on one reader, from a thread of its own. A pcscd that goes and comes finds the card where it lay."""

    def __init__(self, interface: Interface, port: int, faults: Faults, lock: threading.Lock, journal: Journal) -> None:
        self.interface = interface
        self._port = port
        self._faults = faults
        self._faults_lock = lock
        self._journal = journal
        self._changed = threading.Condition()
        self._laid: _Laid | None = None
        self._connection: socket.socket | None = None
        self._closing = False
        self._thread = threading.Thread(target=self._run, name=f"{interface} slot", daemon=True)
        self._thread.start()

    @property
    def card(self) -> str | None:
        with self._changed:
            return self._laid.name if self._laid else None

    def insert(self, name: str) -> bytes:
        """Lays card `name` on the reader and gives its ATR. Raises `ValueError` when it cannot be read there."""
        laid = self._taken_out(name)
        self.remove()
        with self._changed:
            self._laid = laid
            self._changed.notify_all()
        self._journal.event("insert", card=name, reader=self.interface)
        return laid.reset

    def remove(self) -> None:
        """Takes the card away, if there is one; also in the middle of a command."""
        with self._changed:
            laid, self._laid = self._laid, None
            self._hang_up()
            self._changed.notify_all()
        if laid:
            self._journal.event("remove", card=laid.name, reader=self.interface)

    def close(self) -> None:
        with self._changed:
            self._closing = True
        self.remove()
        self._thread.join()

    def _taken_out(self, name: str) -> _Laid:
        card = WALLET.get(name)
        if card is None:
            raise ValueError(f"there is no card {name!r}")
        if self.interface not in card.resets:
            raise ValueError(f"{name} cannot be read on the {self.interface} reader")
        return _Laid(name, card.make(date.today()), card.resets[self.interface])

    def _hang_up(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(OSError):
                self._connection.shutdown(socket.SHUT_RDWR)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._laid is not None or self._closing)
                laid = self._laid
            if laid is None:
                return
            try:
                connection = socket.create_connection((LOOPBACK, self._port), timeout=5)
            except OSError:
                self._pause(laid, _RETRY_S)
                continue
            with connection:
                connection.settimeout(None)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                with self._changed:
                    if self._laid is not laid:
                        continue
                    self._connection = connection
                laid.chip.reset()
                with contextlib.suppress(OSError):
                    self._talk(connection, laid)
                with self._changed:
                    self._connection = None

    def _talk(self, connection: socket.socket, laid: _Laid) -> None:
        """Until either end hangs up, which is an `OSError`."""
        while True:
            message = _receive(connection)
            if len(message) == 1:
                if message[0] in _POWER:
                    laid.chip.reset()
                    self._journal.event(_POWER[message[0]], card=laid.name, reader=self.interface)
                elif message[0] == _TELL_ATR:
                    _send(connection, laid.reset)
                continue
            if not self._command(connection, laid, message):
                return

    def _command(self, connection: socket.socket, laid: _Laid, command: bytes) -> bool:
        """Answers one command as the faults will have it; False when the card is gone then."""
        began = time.monotonic()
        with self._faults_lock:
            faults = self._faults.command()
        if FaultName.PULL in faults:
            self._journal.command(laid.name, self.interface, command, None, began)
            self.remove()
            return False
        if FaultName.SILENT in faults:
            self._journal.command(laid.name, self.interface, command, None, began)
            return True
        if FaultName.SLOW in faults and not self._pause(laid, float(faults[FaultName.SLOW].argument)):
            self._journal.command(laid.name, self.interface, command, None, began)
            return False
        response = laid.chip.answer(command, self.interface)
        for fault in faults.values():
            response = fault.bend(response)
        self._journal.command(laid.name, self.interface, command, response, began)
        _send(connection, response)
        return FaultName.SWAP not in faults or not self._swap(laid, faults[FaultName.SWAP])

    def _pause(self, laid: _Laid, seconds: float) -> bool:
        """False when the card was taken away meanwhile."""
        with self._changed:
            return not self._changed.wait_for(lambda: self._laid is not laid, seconds)

    def _swap(self, laid: _Laid, fault: Fault) -> bool:
        """Puts another card in the place of this one, faster than the driver looks. False: it cannot be read here."""
        try:
            other = self._taken_out(fault.argument)
        except ValueError:
            return False
        with self._changed:
            if self._laid is not laid:
                return True
            self._laid = other
            self._hang_up()
        self._journal.event("remove", card=laid.name, reader=self.interface)
        self._journal.event("insert", card=other.name, reader=self.interface)
        return True


def _receive(connection: socket.socket) -> bytes:
    (length,) = struct.unpack(">H", _exactly(connection, 2))
    return _exactly(connection, length)


def _exactly(connection: socket.socket, count: int) -> bytes:
    got = b""
    while len(got) < count:
        # vpcd writes length and body apart with Nagle's algorithm on: without an acknowledgement at once, every
        # command takes 44 ms. The option does not last, so it is set before each read.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        more = connection.recv(count - len(got))
        if not more:
            raise ConnectionResetError("the driver hung up")
        got += more
    return got


def _send(connection: socket.socket, body: bytes) -> None:
    connection.sendall(struct.pack(">H", len(body)) + body)
