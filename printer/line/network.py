"""A printer with a network board: raw bytes on a TCP port."""

from __future__ import annotations

import contextlib
import socket
import struct
from typing import Final

from printer.line import LineLost, NotReached
from printer.line.library import library

_SEND_BUFFER: Final = 8192
"""Bytes the kernel may hold: with its usual buffer a whole slip is "sent" to a printer that has read nothing."""
_READ: Final = 256


class NetworkConnection:
    """A printer at `host`:`port` (IPv4), usually 9100. Raises `NotReached` when it is not there within `seconds`."""

    def __init__(self, host: str, port: int, seconds: float) -> None:
        escpos = library()
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
