"""One kiosk a home: a second start would fight over printer, screen and device.db."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
from pathlib import Path
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


def holder(home: Home) -> int | None:
    """Number of the process that runs a kiosk in `home`; None when there is none.

    The kernel's list is asked: what is written in the file may be of a process long gone, and a home that cannot be
    written has nothing in it.
    """
    inodes = set()
    for path in (home.lock, home.root):
        with contextlib.suppress(OSError):
            inodes.add(path.stat().st_ino)
    for line in Path("/proc/locks").read_text("ascii").splitlines():
        # 1: FLOCK  ADVISORY  WRITE 4711 fe:00:131077 0 EOF
        fields = line.split()
        if fields[1] != "FLOCK":  # "->" is of one that waits
            continue
        pid, inode = int(fields[4]), int(fields[5].rpartition(":")[2])
        if pid > 0 and inode in inodes and _holds(pid, home):
            return pid
    return None


def _holds(pid: int, home: Home) -> bool:
    """Whether what `pid` has locked is here; inodes of other disks have the same numbers. Not to be told: yes."""
    try:
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                if any(path.exists() and descriptor.samefile(path) for path in (home.lock, home.root)):
                    return True
    except PermissionError:
        return True
    except OSError:
        return False
    return False
