"""The line to the printer, over python-escpos; nothing else imports that library.

What it does on its own is not safe for slips, so only its sockets are used: it would wait a minute for every answer,
hand 128 kB to the kernel and call it printed, take any byte for a status, and give up a slow but healthy printer in
mid-slip.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import socket
import struct
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

_SEND_BUFFER: Final = 8192
"""Bytes the kernel may hold: with its usual buffer a whole slip is "sent" to a printer that has read nothing."""
_READ: Final = 256


class LineLost(Exception):
    """The connection is gone: reset, or closed by the printer."""


class NotReached(LineLost):
    """There was no connection: refused, or nobody at that address."""


class Connection(Protocol):
    """A line to a printer, for one thread. After `LineLost` only `close` may follow."""

    def send(self, data: bytes, seconds: float) -> int:
        """Hands over what the printer takes within `seconds`, and says how many bytes that was; 0: it takes nothing."""
        ...

    def receive(self, seconds: float) -> bytes:
        """What the printer says; empty when it says nothing for `seconds`."""
        ...

    def close(self, *, give_up: bool = False) -> None:
        """Ends the connection; never fails. `give_up`: what the printer has not taken yet must not reach it later."""
        ...


Connect = Callable[[], Connection]
"""Opens a line; raises `NotReached`."""


class NetworkConnection:
    """A printer at `host`:`port` (IPv4), usually 9100. Raises `NotReached` when it is not there within `seconds`."""

    def __init__(self, host: str, port: int, seconds: float) -> None:
        escpos = _escpos()
        self._printer = escpos.network(host, port, timeout=seconds)
        try:
            self._printer.open()
            self._socket: socket.socket = self._printer.device
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except (escpos.not_found, OSError) as error:
            self._printer.close()
            raise NotReached(f"{host}:{port}") from error

    def send(self, data: bytes, seconds: float) -> int:
        try:
            self._socket.settimeout(seconds)
            return self._socket.send(data)
        except TimeoutError:
            return 0
        except OSError as error:
            raise LineLost(str(error)) from error

    def receive(self, seconds: float) -> bytes:
        try:
            self._socket.settimeout(max(seconds, 0.001))
            data = self._socket.recv(_READ)
        except TimeoutError:
            return b""
        except OSError as error:
            raise LineLost(str(error)) from error
        if not data:
            raise LineLost("closed by the printer")
        return data

    def close(self, *, give_up: bool = False) -> None:
        with contextlib.suppress(OSError):
            if give_up:
                # A reset frees the printer's only connection at once; a polite end would wait behind the stalled bytes.
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self._socket.close()
            self._printer.close()


class DummyConnection:
    """A line to nowhere that keeps what it is given and never answers.

    For profiles that print unseen, and for looking at the bytes of a job.
    """

    def __init__(self) -> None:
        self._printer = _escpos().dummy()

    @property
    def output(self) -> bytes:
        """Everything sent so far."""
        return bytes(self._printer.output)

    def send(self, data: bytes, seconds: float) -> int:
        self._printer._raw(data)
        return len(data)

    def receive(self, seconds: float) -> bytes:
        return b""

    def close(self, *, give_up: bool = False) -> None:
        self._printer.close()


class _Escpos(NamedTuple):
    network: Any
    dummy: Any
    not_found: type[Exception]


@cache
def _escpos() -> _Escpos:
    """The library, loaded when the first line is opened, and leaving nothing behind.

    Importing it takes a quarter of a second, hangs a handler on the root logger and leaves a folder in /tmp; every line
    that it opens and closes is a message of the root logger.
    """
    handlers = list(logging.root.handlers)
    from escpos import capabilities, exceptions, printer

    logging.root.handlers[:] = handlers
    folder = str(Path(printer.__file__).parent)
    logging.root.addFilter(lambda record: not record.pathname.startswith(folder))
    if "ESCPOS_CAPABILITIES_PICKLE_DIR" not in os.environ:
        shutil.rmtree(capabilities.pickle_dir, ignore_errors=True)
    return _Escpos(printer.Network, printer.Dummy, exceptions.DeviceNotFoundError)
