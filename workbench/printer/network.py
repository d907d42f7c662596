"""The plug of a network printer: port 9100 as the network boards of receipt printers have it."""

from __future__ import annotations

import select
import socket
import struct
from pathlib import Path
from typing import Final

from workbench.printer.machine import PrinterModel
from workbench.printer.running import RunningPrinter

LOOPBACK: Final = "127.0.0.1"
_LINE_BUFFER: Final = 8_192
"""Bytes of the socket's own receive buffer: small, so that the host feels a printer that does not take anything."""
_QUEUE: Final = 4
"""Hosts that may wait for their turn. With fewer, one that hangs up and calls again at once loses a second to TCP."""
_BROKEN: Final = select.POLLERR | select.POLLHUP | select.POLLNVAL


class VirtualPrinter(RunningPrinter):
    """A network printer on the loopback interface.

    One host at a time, as real boards have it: a second connection is accepted by the kernel and waits until the first
    has gone.
    """

    def __init__(
        self,
        model: PrinterModel | None = None,
        *,
        port: int = 0,
        paper_dir: Path | None = None,
        tray_size: int = 200,
    ) -> None:
        super().__init__(model, paper_dir=paper_dir, tray_size=tray_size)
        self._port = port
        self._listener: socket.socket | None = None
        self._client: socket.socket | None = None

    @property
    def port(self) -> int:
        """The TCP port it listens on."""
        if not self.running:
            raise RuntimeError("the printer has not been started")
        return self._port

    @property
    def where(self) -> str:
        return f"{LOOPBACK}:{self.port}"

    def _plug_in(self) -> None:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _LINE_BUFFER)
            listener.bind((LOOPBACK, self._port))
            listener.listen(_QUEUE)
            listener.setblocking(False)
        except OSError:
            listener.close()
            raise
        self._listener, self._port = listener, int(listener.getsockname()[1])

    def _unplug(self) -> None:
        if self._listener is not None:
            self._listener.close()

    def _interests(self, poll: select.poll) -> float | None:
        if self._client is None:
            assert self._listener is not None
            poll.register(self._listener, select.POLLIN)
        else:
            poll.register(
                self._client, (select.POLLIN if self._room() else 0) | (select.POLLOUT if self._outgoing else 0)
            )
        return None

    def _attend(self, ready: dict[int, int]) -> None:
        if self._listener is not None and ready.pop(self._listener.fileno(), 0):
            self._accept(self._listener)
        elif self._client is not None and (events := ready.get(self._client.fileno(), 0)):
            self._hear(self._client, events)

    def _accept(self, listener: socket.socket) -> None:
        try:
            client, _ = listener.accept()
        except OSError:
            return  # the host gave up while it waited
        client.setblocking(False)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._client = client
        self._host_came()

    def _hear(self, client: socket.socket, events: int) -> None:
        if events & select.POLLIN:
            room = self._room()
            try:
                data = client.recv(room) if room else None
            except BlockingIOError:
                data = None
            except OSError:
                data = b""
            if data == b"":
                self._drop_host(reset=False)
            elif data:
                self._take_in(data)
        elif events & _BROKEN:
            self._drop_host(reset=False)

    def _give(self, data: bytes) -> int:
        return self._client.send(data) if self._client is not None else 0

    def _shut(self) -> None:
        try:
            if self._client is not None:
                self._client.shutdown(socket.SHUT_WR)
        except OSError:
            self._drop_host(reset=False)

    def _drop_host(self, *, reset: bool) -> None:
        if self._client is None:
            return
        if reset:
            self._client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._client.close()
        self._client = None
        self._host_gone()
