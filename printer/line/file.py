"""A printer behind a device file of the kernel: /dev/usb/lp0, a parallel port, or a pipe that another program reads.

python-escpos opens such a file as an ordinary one: where the device is missing it makes a file of that name, and a
printer that takes nothing holds it for ever. So the file is opened here, and never made.
"""

from __future__ import annotations

import contextlib
import errno
import os
import select
import stat
import termios
import time
from pathlib import Path
from typing import Final

from printer.line import LineLost, NotReached

_READ: Final = 256
_WRITE_ONLY: Final = (errno.EACCES, errno.EPERM, errno.EINVAL, errno.EROFS)
_HUNG_UP: Final = select.POLLERR | select.POLLHUP | select.POLLNVAL
_LOOK: Final = 0.02


class FileConnection:
    """The device file `path`. Raises `NotReached` when it is not there or may not be written.

    `readable`: whether answers may come back. A pipe or an ordinary file never answers; a device of the kernel may.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            kind = path.stat().st_mode
            self.readable = stat.S_ISCHR(kind)
            self._fd = self._opened(os.O_APPEND if stat.S_ISREG(kind) else 0)
        except OSError as error:
            raise NotReached(f"{path}: {error.strerror}") from error

    def _opened(self, more: int) -> int:
        flags = os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC | more
        if self.readable:
            try:
                return os.open(self._path, os.O_RDWR | flags)
            except OSError as error:
                if error.errno not in _WRITE_ONLY:
                    raise
                self.readable = False
        return os.open(self._path, os.O_WRONLY | flags)

    def send(self, data: bytes, seconds: float) -> int:
        until = time.monotonic() + seconds
        while True:
            left = until - time.monotonic()
            try:
                if self._wait(select.POLLOUT, left):
                    return os.write(self._fd, data)
            except (BlockingIOError, InterruptedError):
                time.sleep(min(_LOOK, max(0.0, left)))  # ready by its own account, and full all the same
            except OSError as error:
                raise LineLost(f"{self._path}: {error.strerror}") from error
            if left <= 0:
                return 0

    def receive(self, seconds: float) -> bytes:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if not self.readable:
                time.sleep(left)
                break
            try:
                happened = self._wait(select.POLLIN, left)
                data = os.read(self._fd, _READ) if happened else b""
            except (BlockingIOError, InterruptedError):
                happened, data = 0, b""
            except OSError as error:
                raise LineLost(f"{self._path}: {error.strerror}") from error
            if data:
                return data
            if happened & _HUNG_UP:
                raise LineLost(f"{self._path}: hung up")
            time.sleep(min(_LOOK, max(0.0, until - time.monotonic())))  # readable and empty: nothing said yet
        return b""

    def close(self, *, give_up: bool = False) -> None:
        fd, self._fd = self._fd, -1
        if fd < 0:
            return
        if give_up and self.readable:
            with contextlib.suppress(OSError, termios.error):  # of devices only a terminal holds what was not taken
                termios.tcflush(fd, termios.TCOFLUSH)
        with contextlib.suppress(OSError):
            os.close(fd)

    def _wait(self, wanted: int, seconds: float) -> int:
        """What has happened within `seconds`, `wanted` among it; 0 when nothing has."""
        if self._fd < 0:
            raise LineLost(f"{self._path}: closed")
        poll = select.poll()
        poll.register(self._fd, wanted)
        happened = dict(poll.poll(max(0, int(seconds * 1000)))).get(self._fd, 0)
        if happened & _HUNG_UP and not happened & wanted:
            raise LineLost(f"{self._path}: hung up")
        return happened
