"""A printer that is switched on: its mechanism in a thread of its own, whatever it is plugged into."""

from __future__ import annotations

import contextlib
import select
import socket
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

READ: Final = 4_096
"""Bytes that are taken from a line in one go."""


class RunningPrinter:
    """A printer with a thread inside; what it is plugged into is its subclass's affair.

    A context manager: when the block is left the plug is out and the thread has ended. The receive buffer, a
    half-received command and the paper outlive connections. All methods may be called from any thread; conditions are
    waited for with ``wait_for``. An error inside the machine ends it and is raised when the block is left.
    """

    def __init__(
        self, model: PrinterModel | None = None, *, paper_dir: Path | None = None, tray_size: int = 200
    ) -> None:
        folder = PaperFolder(paper_dir) if paper_dir is not None else None
        self.model = model or PrinterModel()
        self._machine = Machine(self.model, tray_size=tray_size, on_paper=folder.keep if folder else None)
        self._changed = threading.Condition()
        self._hung_up = False  # takes everything in and throws it away, until the host is gone
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
        """Plugs it in and switches it on; OSError when the place is taken."""
        self._plug_in()
        self._bell, self._rope = socket.socketpair()
        self._bell.setblocking(False)
        self._rope.setblocking(False)
        self._thread = threading.Thread(target=self._run, args=(self._bell,), name="virtual printer", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Unplugs the printer. A connected host finds its line broken."""
        with self._changed:
            self._stopping = True
        self._wake()
        if self._thread is not None:
            self._thread.join()
        self._unplug()
        for each in (self._bell, self._rope):
            if each is not None:
                each.close()

    @property
    def running(self) -> bool:
        """Whether it has been switched on."""
        return self._thread is not None

    @property
    def where(self) -> str:
        """The place at which a host finds it, as words for people."""
        raise NotImplementedError

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
            self._power_lost()
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

    def _run(self, bell: socket.socket) -> None:
        try:
            while self._turn(bell):
                pass
        except BaseException as error:
            with self._changed:
                self._died_of = error
        finally:
            with self._changed:
                self._drop_host(reset=True)
                self._changed.notify_all()

    def _turn(self, bell: socket.socket) -> bool:
        with self._changed:
            if self._stopping:
                return False
            more = self._machine.step(time.monotonic())
            self._fire_events()
            self._send_answers()
            self._changed.notify_all()
            poll = select.poll()
            poll.register(bell, select.POLLIN)
            look_in = self._interests(poll)
            timeout = self._timeout(more, look_in)
        ready = dict(poll.poll(timeout))
        with self._changed:
            if ready.pop(bell.fileno(), 0):
                bell.recv(READ)
            self._attend(ready)
        return True

    def _timeout(self, more: bool, look_in: float | None) -> int | None:
        """For how many milliseconds to wait at most."""
        now = time.monotonic()
        times = [now] if more else []
        if (wake_at := self._machine.wake_at(now)) is not None:
            times.append(wake_at)
        if look_in is not None:
            times.append(now + look_in)
        # Rounded up: a wake-up too early would only find that it is not yet time.
        return None if not times else max(0, int((min(times) - now) * 1000 + 0.999))

    def _fire_events(self) -> None:
        if not self._machine.connected:
            return
        if self._machine.at_work(FaultName.RESET):
            self._drop_host(reset=True)
            self._machine.happened(FaultName.RESET)
        elif self._machine.at_work(FaultName.HALF_CLOSE) and not self._hung_up:
            self._send_answers()
            self._machine.happened(FaultName.HALF_CLOSE)
            self._hung_up = True
            self._outgoing.clear()
            self._shut()

    def _send_answers(self) -> None:
        answers = self._machine.answers(time.monotonic())
        if not self._machine.connected or self._hung_up:
            return
        self._outgoing += answers
        if not self._outgoing:
            return
        try:
            given = self._give(bytes(self._outgoing))
        except BlockingIOError:
            given = 0
        except OSError:
            self._drop_host(reset=False)
            return
        del self._outgoing[:given]

    def _room(self) -> int:
        """How many bytes may be taken from the line now."""
        return READ if self._hung_up else min(READ, self._machine.room(time.monotonic()))

    def _take_in(self, data: bytes) -> None:
        if not self._hung_up:
            self._machine.take_in(data)

    def _host_came(self) -> None:
        self._hung_up = False
        self._outgoing.clear()
        self._machine.connect()

    def _host_gone(self) -> None:
        self._hung_up = False
        self._outgoing.clear()
        self._machine.disconnect()

    # The plug. Everything below is called with the lock held, but for the first two.

    def _plug_in(self) -> None:
        raise NotImplementedError

    def _unplug(self) -> None:
        """Gives back whatever ``_plug_in`` has taken; may be called when it failed or never ran."""
        raise NotImplementedError

    def _interests(self, poll: select.poll) -> float | None:
        """Says what to wait for, and in how many seconds to look again even if nothing of it comes; None: never."""
        raise NotImplementedError

    def _attend(self, ready: dict[int, int]) -> None:
        """What came of the interests: events by file descriptor."""
        raise NotImplementedError

    def _give(self, data: bytes) -> int:
        """Gives the host bytes and says how many it took; OSError: it is gone."""
        raise NotImplementedError

    def _shut(self) -> None:
        """Tells the host, if its line can, that nothing more is coming."""

    def _power_lost(self) -> None:
        """What the line makes of a printer that was switched off."""
        self._drop_host(reset=True)

    def _drop_host(self, *, reset: bool) -> None:
        """Ends the connection there is, if there is one."""
        raise NotImplementedError
