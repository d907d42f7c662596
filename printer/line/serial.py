"""A printer at a serial port: RS-232, or an adapter at USB that behaves like one.

pyserial opens the port and sets it up; reading and writing are done here, because its `write` does not say how much of
a piece went out before time was up.
"""

from __future__ import annotations

import contextlib
import errno
import os
import select
import termios
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from printer.line import LineLost, NotReached
from printer.line.library import library
from printer.settings import Flow

_READ: Final = 256
_PIECE: Final = 64
"""Bytes handed out between two looks at DSR. Printers call busy with 128 bytes and more left in their buffer."""
_LOOK: Final = 0.002
"""Seconds between two looks at a line that says busy."""
_STANDSTILL: Final = 1.0
"""Seconds in which not a byte goes out while the line is being closed; then the rest is dropped."""
_BUSY_TTY: Final = (errno.EAGAIN, errno.EINTR)


class SerialConnection:
    """A printer at the port `path`: 8 bits, no parity, one stop bit, `baud` bits a second.

    The port is held exclusively. Raises `NotReached` when it is not there, when another program has it, or when it is
    no serial port. Linux knows no DTR/DSR flow control, so with it DSR is looked at here, a few bytes at a time; `dsr`
    stands in for the line where the port has none to look at.
    """

    def __init__(self, path: Path, baud: int, flow: Flow, *, dsr: Callable[[], bool] | None = None) -> None:
        import serial

        escpos = library()
        self._path, self._flow = path, flow
        # dsrdtr only tells pyserial to leave DTR alone, and a printer waits for it.
        self._printer = escpos.serial(
            devfile=str(path), baudrate=baud, timeout=0, xonxoff=flow is Flow.XON, dsrdtr=False
        )
        self._fd = -1
        try:
            self._printer.open()
            port: Any = self._printer.device
            self._fd = port.fileno()
            port.exclusive = True
            port.write_timeout = 0
            if flow is Flow.RTS:
                port.rtscts = True
            if flow is Flow.XON:
                _without_our_own_xoff(self._fd)
            _with_marks(self._fd)
            self._dsr = dsr or (lambda: bool(port.dsr))
            if flow is Flow.DTR:
                self._dsr()
        except (escpos.not_found, serial.SerialException, OSError, ValueError, termios.error) as error:
            self.close(give_up=True)
            cause = error.__context__ if isinstance(error, escpos.not_found) else error  # what pyserial said
            raise NotReached(f"{path}: {' '.join(str(cause).split())}") from error

    def send(self, data: bytes, seconds: float) -> int:
        until = time.monotonic() + seconds
        try:
            if self._flow is Flow.DTR:
                if not self._is_ready(until):
                    return 0
                data = data[:_PIECE]
            while True:
                left = until - time.monotonic()
                _, free, _ = select.select([], [self._port()], [], max(0.0, left))
                if not free:
                    return 0
                with contextlib.suppress(BlockingIOError, InterruptedError):
                    taken = os.write(self._port(), data)
                    break
                if left <= 0:
                    return 0
            return taken
        except (OSError, termios.error, ValueError) as error:
            raise LineLost(f"{self._path}: {error}") from error

    def receive(self, seconds: float) -> bytes:
        try:
            heard, _, _ = select.select([self._port()], [], [], max(0.0, seconds))
            if not heard:
                return b""
            data = os.read(self._port(), _READ)
        except OSError as error:
            if error.errno in _BUSY_TTY:
                return b""
            raise LineLost(f"{self._path}: {error}") from error
        except ValueError as error:
            raise LineLost(f"{self._path}: {error}") from error
        if not data:
            raise LineLost(f"{self._path}: hung up")
        return data

    def close(self, *, give_up: bool = False) -> None:
        if self._fd >= 0:
            with contextlib.suppress(OSError, termios.error):
                if give_up or not self._drained():
                    # Both python-escpos and the kernel (for 30 s) would wait for a printer that takes nothing.
                    termios.tcflush(self._fd, termios.TCOFLUSH)
            self._fd = -1
        port, self._printer.device = self._printer._device, False
        if port:
            with contextlib.suppress(OSError, termios.error):
                port.close()

    def _port(self) -> int:
        if self._fd < 0:
            raise LineLost(f"{self._path}: closed")
        return self._fd

    def _is_ready(self, until: float) -> bool:
        """Waits until the printer says that it takes something and has got everything before."""
        while self._waiting() or not self._dsr():
            if time.monotonic() >= until:
                return False
            time.sleep(_LOOK)
        return True

    def _waiting(self) -> int:
        """Bytes that the kernel has not sent yet."""
        return int(self._printer.device.out_waiting) if self._printer.device else 0

    def _drained(self) -> bool:
        """Waits for what the kernel has not sent yet, as long as it goes on sending; whether all is out."""
        left = self._waiting()
        until = time.monotonic() + _STANDSTILL
        while left and time.monotonic() < until:
            time.sleep(_LOOK)
            now = self._waiting()
            if now < left:
                left, until = now, time.monotonic() + _STANDSTILL
        return not left


def _with_marks(fd: int) -> None:
    """What was garbled on the line arrives as FF 00 and the byte, a break as FF 00 00, a real FF as FF FF.

    pyserial has a break arrive as a NUL, which looks like an answer. To ignore breaks would be to look away: one in
    mid-slip is a printer that was switched off.
    """
    attributes = termios.tcgetattr(fd)
    attributes[0] = attributes[0] & ~(termios.IGNBRK | termios.BRKINT | termios.IGNPAR) | termios.PARMRK
    termios.tcsetattr(fd, termios.TCSANOW, attributes)


def _without_our_own_xoff(fd: int) -> None:
    """The printer's XOFF is obeyed, but none is sent: inside a picture 0x13 is dots."""
    attributes = termios.tcgetattr(fd)
    attributes[0] &= ~termios.IXOFF
    termios.tcsetattr(fd, termios.TCSANOW, attributes)
