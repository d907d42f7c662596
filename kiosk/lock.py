"""One kiosk a home: a second start would fight over printer, screen and device.db."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
from types import TracebackType
from typing import Self

from domain.errors import Code, CodedError
from kiosk.home import Home


class KioskLock:
    """Held while a kiosk runs; the kernel lets go of it however the process ends, so a stale file means nothing.

    Raises `CodedError` K-02 naming the other process. Where the file cannot be written (a read-only home) the folder
    itself is locked, which does not tell the other's number.
    """

    def __init__(self, home: Home) -> None:
        self._home = home
        self._fd = -1

    def __enter__(self) -> Self:
        path = self._home.lock
        writable = True
        try:
            fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            if error.errno not in (errno.EROFS, errno.EACCES, errno.ENOSPC, errno.EDQUOT):
                raise
            writable = False
            fd = os.open(self._home.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(fd, 32, 0).decode("ascii", "replace").strip() if writable else ""
            os.close(fd)
            raise CodedError(
                Code.ALREADY_RUNNING,
                f"a kiosk already runs in {self._home.root}" + (f" as process {holder}" if holder else ""),
            ) from None
        self._fd = fd
        if writable:
            with contextlib.suppress(OSError):  # a full disk: the lock holds, only the number is missing
                os.ftruncate(fd, 0)
                os.pwrite(fd, f"{os.getpid()}\n".encode("ascii"), 0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # The file stays: removing it would let a third process lock a file that nobody can see any more.
        os.close(self._fd)
        self._fd = -1
