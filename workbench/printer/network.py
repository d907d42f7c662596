"""The plug of the virtual printer: port 9100 as the network boards of receipt printers have it."""

import contextlib
import select
import socket
import struct
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from workbench.escpos import Sheet
from workbench.printer.faults import DEFAULT_SLOW_RATE, Fault, FaultName
from workbench.printer.folder import PaperFolder
from workbench.printer.machine import Machine, Paper, PrinterModel, PrinterState

LOOPBACK: Final = "127.0.0.1"
_LINE_BUFFER: Final = 8_192
"""Bytes of the socket's own receive buffer: small, so that the host feels a printer that does not take anything."""
_READ: Final = 4_096
_QUEUE: Final = 4
"""Hosts that may wait for their turn. With fewer, one that hangs up and calls again at once loses a second to TCP."""
_BROKEN: Final = select.POLLERR | select.POLLHUP | select.POLLNVAL


class VirtualPrinter:
    """A network printer on the loopback interface, with a thread inside.

    A context manager: when the block is left the port is closed and the thread has ended. One host at a time, as real
    boards have it: a second connection is accepted by the kernel and waits until the first has gone. The receive
    buffer, a half-received command and the paper outlive connections. All methods may be called from any thread;
    conditions are waited for with ``wait_for``. An error inside the machine ends it and is raised when the block is
    left.
    """

    def __init__(
        self,
        model: PrinterModel | None = None,
        *,
        port: int = 0,
        paper_dir: Path | None = None,
        tray_size: int = 200,
    ) -> None:
        folder = PaperFolder(paper_dir) if paper_dir is not None else None
        self.model = model or PrinterModel()
        self._machine = Machine(self.model, tray_size=tray_size, on_paper=folder.keep if folder else None)
        self._port = port
        self._changed = threading.Condition()
        self._listener: socket.socket | None = None
        self._client: socket.socket | None = None
        self._hung_up = False
        self._outgoing = bytearray()
        self._bell: socket.socket | None = None  # its ringing ends a wait of the thread
        self._rope: socket.socket | None = None  # to ring it
        self._stopping = False
        self._thread: threading.Thread | None = None
        self._died_of: BaseException | None = None

    # Life

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        if self._died_of is not None and error is None:
            raise self._died_of

    def start(self) -> None:
        """Opens the port; OSError when it is taken."""
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
        self._bell, self._rope = socket.socketpair()
        self._bell.setblocking(False)
        self._rope.setblocking(False)
        self._thread = threading.Thread(
            target=self._run, args=(self._bell, listener), name="virtual printer", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Unplugs the printer. A connected host sees its connection reset."""
        with self._changed:
            self._stopping = True
        self._wake()
        if self._thread is not None:
            self._thread.join()
        for each in (self._listener, self._bell, self._rope):
            if each is not None:
                each.close()

    @property
    def port(self) -> int:
        """The TCP port it listens on."""
        if self._thread is None:
            raise RuntimeError("the printer has not been started")
        return self._port

    # Hands on the machine

    def fail(self, name: FaultName | str, *, at: int = 0, bytes_per_s: int = DEFAULT_SLOW_RATE) -> None:
        """Sets a fault, beginning ``at`` bytes from now (see ``Fault``); ValueError for an unknown name."""
        fault = Fault(FaultName(name), at, bytes_per_s)
        with self._changed:
            self._machine.fail(fault, time.monotonic())
        self._wake()

    def clear(self, name: FaultName | str | None = None) -> None:
        """Takes back one fault, or all of them."""
        wanted = None if name is None else FaultName(name)
        with self._changed:
            self._machine.clear(wanted)
        self._wake()

    def power_cycle(self) -> None:
        """Off and on: memory is lost, the connection is reset; paper and faults stay."""
        with self._changed:
            self._machine.power_cycle()
            self._drop_client(reset=True)
        self._wake()

    def take_paper(self) -> tuple[Paper, ...]:
        """Takes the sheets out of the tray, oldest first."""
        with self._changed:
            return self._machine.take_paper()

    # Looking at it

    @property
    def papers(self) -> tuple[Paper, ...]:
        """The sheets in the tray, oldest first."""
        with self._changed:
            return tuple(self._machine.tray)

    @property
    def strip(self) -> Sheet:
        """What has been printed since the last cut."""
        with self._changed:
            return self._machine.strip

    @property
    def state(self) -> PrinterState:
        with self._changed:
            return self._machine.state

    @property
    def journal(self) -> tuple[tuple[str, str], ...]:
        """What happened lately as (time of day, words), newest first."""
        with self._changed:
            return tuple((f"{at:%H:%M:%S}", what) for at, what in self._machine.journal)

    def wait_for(self, condition: Callable[[PrinterState], bool], timeout: float = 5.0) -> PrinterState:
        """Blocks until the state satisfies ``condition``; TimeoutError after ``timeout`` seconds."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._died_of or condition(self._machine.state), timeout):
                raise TimeoutError(f"the printer did not get there in {timeout} s: {self._machine.state}")
            if self._died_of is not None:
                raise RuntimeError("the printer has broken down") from self._died_of
            return self._machine.state

    def wait_for_papers(self, count: int, timeout: float = 5.0) -> tuple[Paper, ...]:
        """Blocks until ``count`` sheets have been cut since the start, and returns the tray."""
        self.wait_for(lambda state: state.sheets_cut >= count, timeout)
        return self.papers

    # The thread

    def _wake(self) -> None:
        # Refused when the bell rings already, or when everything has been closed.
        with contextlib.suppress(OSError):
            if self._rope is not None:
                self._rope.send(b"!")

    def _run(self, bell: socket.socket, listener: socket.socket) -> None:
        try:
            while self._turn(bell, listener):
                pass
        except BaseException as error:
            with self._changed:
                self._died_of = error
        finally:
            with self._changed:
                self._drop_client(reset=True)
                self._changed.notify_all()

    def _turn(self, bell: socket.socket, listener: socket.socket) -> bool:
        with self._changed:
            if self._stopping:
                return False
            more = self._machine.step(time.monotonic())
            self._fire_events()
            self._send_answers()
            self._changed.notify_all()
            poll, timeout = self._interests(bell, listener, more)
        ready = dict(poll.poll(timeout))
        with self._changed:
            if ready.pop(bell.fileno(), 0):
                bell.recv(_READ)
            if ready.pop(listener.fileno(), 0):
                self._accept(listener)
            elif self._client is not None and (events := ready.get(self._client.fileno(), 0)):
                self._attend(self._client, events)
        return True

    def _interests(self, bell: socket.socket, listener: socket.socket, more: bool) -> tuple[select.poll, int | None]:
        """What to wait for, and for how many milliseconds at most."""
        poll = select.poll()
        poll.register(bell, select.POLLIN)
        now = time.monotonic()
        if self._client is None:
            poll.register(listener, select.POLLIN)
        else:
            reading = self._hung_up or self._machine.room(now) > 0
            poll.register(self._client, (select.POLLIN if reading else 0) | (select.POLLOUT if self._outgoing else 0))
        wake_at = now if more else self._machine.wake_at(now)
        # Rounded up: a wake-up too early would only find that it is not yet time.
        return poll, None if wake_at is None else max(0, int((wake_at - now) * 1000 + 0.999))

    def _accept(self, listener: socket.socket) -> None:
        try:
            client, _ = listener.accept()
        except OSError:
            return  # the host gave up while it waited
        client.setblocking(False)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._client, self._hung_up = client, False
        self._outgoing.clear()
        self._machine.connect()

    def _attend(self, client: socket.socket, events: int) -> None:
        if events & select.POLLIN:
            room = _READ if self._hung_up else min(_READ, self._machine.room(time.monotonic()))
            try:
                data = client.recv(room) if room else None
            except BlockingIOError:
                data = None
            except OSError:
                data = b""
            if data == b"":
                self._drop_client(reset=False)
            elif data and not self._hung_up:
                self._machine.take_in(data)
        elif events & _BROKEN:
            self._drop_client(reset=False)

    def _fire_events(self) -> None:
        if self._client is None:
            return
        if self._machine.at_work(FaultName.RESET):
            self._drop_client(reset=True)
            self._machine.happened(FaultName.RESET)
        elif self._machine.at_work(FaultName.HALF_CLOSE):
            self._send_answers()
            self._machine.happened(FaultName.HALF_CLOSE)
            self._hung_up = True
            self._outgoing.clear()
            try:
                self._client.shutdown(socket.SHUT_WR)
            except OSError:
                self._drop_client(reset=False)

    def _send_answers(self) -> None:
        answers = self._machine.answers(time.monotonic())
        if self._client is None or self._hung_up:
            return
        self._outgoing += answers
        if not self._outgoing:
            return
        try:
            sent = self._client.send(self._outgoing)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._drop_client(reset=False)
            return
        del self._outgoing[:sent]

    def _drop_client(self, *, reset: bool) -> None:
        if self._client is None:
            return
        if reset:
            self._client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._client.close()
        self._client = None
        self._outgoing.clear()
        self._machine.disconnect()
