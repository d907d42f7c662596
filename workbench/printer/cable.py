"""The plugs that are a file to the host: a serial line (a pty pair), a FIFO as a device file, a plain file."""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import shutil
import stat
import tempfile
import tty
from pathlib import Path
from typing import Final

from workbench.printer.machine import PrinterModel
from workbench.printer.running import READ, RunningPrinter

_LOOK: Final = 0.005
"""Seconds between two looks for a host: nothing tells when somebody opens the other end."""
_PIPE_BUFFER: Final = 8_192
"""Bytes that a FIFO holds, as many as Linux' printer driver keeps; with its usual 64 kB a slip is "sent" to nobody."""


class _CablePrinter(RunningPrinter):
    """Common to both: a descriptor that says HUP as long as nobody has the other end open."""

    _fd = -1

    def _interests(self, poll: select.poll) -> float | None:
        if not self._machine.connected or self._left():
            return _LOOK
        poll.register(self._fd, (select.POLLIN if self._room() else 0) | (select.POLLOUT if self._outgoing else 0))
        return None

    def _attend(self, ready: dict[int, int]) -> None:
        events, room = self._events(), self._room()
        if not self._machine.connected:
            if events & select.POLLHUP and not events & select.POLLIN:
                return
            self._host_came()
        if not events & select.POLLIN:
            if events & select.POLLHUP:
                self._drop_host(reset=False)
        elif room:
            try:
                data = os.read(self._fd, room)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            if data:
                self._take_in(data)
            else:
                self._drop_host(reset=False)

    def _events(self) -> int:
        poll = select.poll()
        poll.register(self._fd, select.POLLIN)
        return dict(poll.poll(0)).get(self._fd, 0)

    def _left(self) -> bool:
        return bool(self._events() & select.POLLHUP)

    def _drop_host(self, *, reset: bool) -> None:
        if not self._machine.connected:
            return
        if reset:
            self._replug()
        self._host_gone()

    def _replug(self) -> None:
        """Breaks the line for whoever holds it; a new one is in the same place by then."""
        broken, self._fd = self._fd, -1
        try:
            if not self._stopping:
                self._plug_in()
        finally:
            os.close(broken)


class SerialPrinter(_CablePrinter):
    """A printer on a serial line: a pty pair behind ``path``, which stays the same when the line was broken.

    ``reset`` is an adapter that is pulled out and put back: whoever has it open gets an input/output error for good.
    There is no such thing as hanging up on a serial line; ``half_close`` is a printer that takes no notice any more
    until the host opens the line anew. Speed and flow control of a real line are not there: use ``slow``.
    """

    def __init__(
        self,
        model: PrinterModel | None = None,
        *,
        path: Path | None = None,
        paper_dir: Path | None = None,
        tray_size: int = 200,
    ) -> None:
        """``path``: a name for the line, a symbolic link; by default one in a folder that goes with the printer."""
        super().__init__(model, paper_dir=paper_dir, tray_size=tray_size)
        self._folder: Path | None = None
        self._path = path

    @property
    def path(self) -> Path:
        """What the host opens."""
        if self._path is None or not self.running:
            raise RuntimeError("the printer has not been started")
        return self._path

    @property
    def where(self) -> str:
        return str(self.path)

    def _plug_in(self) -> None:
        if self._path is None:
            self._folder = Path(tempfile.mkdtemp(prefix="printer-"))
            self._path = self._folder / "tty"
        master, slave = os.openpty()
        try:
            tty.setraw(slave)
            fresh = self._path.with_name(f"{self._path.name}.new")
            fresh.symlink_to(os.ttyname(slave))
            fresh.replace(self._path)
        except OSError:
            os.close(master)
            raise
        finally:
            os.close(slave)  # from now on the other end says HUP until a host opens it
        os.set_blocking(master, False)
        self._fd = master

    def _unplug(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
        if self._path is not None:
            self._path.unlink(missing_ok=True)
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _give(self, data: bytes) -> int:
        return os.write(self._fd, data)

    def _power_lost(self) -> None:
        """The host's side of the line does not notice."""


class FilePrinter(_CablePrinter):
    """A printer behind a file without a way back.

    A FIFO, made when ``path`` does not exist, stands for a printer's device file as /dev/usb/lp0; ``reset`` pulls it
    out and puts it back. Of a plain file everything is printed that stands in it or is added to it; faults of the line
    mean nothing there. Questions are heard and never answered.
    """

    def __init__(
        self, path: Path, model: PrinterModel | None = None, *, paper_dir: Path | None = None, tray_size: int = 200
    ) -> None:
        super().__init__(model, paper_dir=paper_dir, tray_size=tray_size)
        self.path = path
        self._made = False
        self._plain = False

    @property
    def where(self) -> str:
        return str(self.path)

    def _plug_in(self) -> None:
        self._plain = self.path.exists() and stat.S_ISREG(self.path.stat().st_mode)
        if self._plain:
            self._fd = os.open(self.path, os.O_RDONLY)
            self._host_came()
            return
        fresh = self.path.with_name(f"{self.path.name}.new")
        os.mkfifo(fresh, 0o600)
        fresh.replace(self.path)
        self._made = True
        self._fd = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK)
        writer = os.open(self.path, os.O_WRONLY | os.O_NONBLOCK)
        fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, _PIPE_BUFFER)
        os.close(writer)  # from now on it says HUP until a host opens it

    def _unplug(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
        if self._made:
            self.path.unlink(missing_ok=True)

    def _interests(self, poll: select.poll) -> float | None:
        return _LOOK if self._plain else super()._interests(poll)

    def _attend(self, ready: dict[int, int]) -> None:
        if not self._plain:
            super()._attend(ready)
        elif room := self._room():
            self._take_in(os.read(self._fd, room))

    def _replug(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while os.read(self._fd, READ):
                pass
        super()._replug()

    def _drop_host(self, *, reset: bool) -> None:
        if not self._plain:
            super()._drop_host(reset=reset)

    def _give(self, data: bytes) -> int:
        return len(data)
