"""Files that are whole or not there at all, also after the power went: written beside, flushed to the disk, renamed."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from domain.errors import Code, SyncError

_FULL = (errno.ENOSPC, errno.EDQUOT)


def write_whole(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Puts `data` at `path`. Raises `SyncError` D-03 when the disk is full, else OSError; `path` is as before then."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        beside.unlink(missing_ok=True)
        if error.errno in _FULL:
            raise SyncError(Code.DISK_FULL, f"no space left for {path.name}") from error
        raise


def sync_file(path: Path) -> None:
    """Until this returns, what was written to `path` may only be in memory."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Makes new names in `folder` last. A stick's file system that cannot do this for folders is let off."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with contextlib.suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def locked(path: Path, patience_s: float = 20.0) -> Iterator[None]:
    """While nobody else holds `path`; the kernel lets go of it however the process ends.

    Raises `SyncError` K-02 when another process still holds it after `patience_s`.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        until = time.monotonic() + patience_s
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= until:
                    raise SyncError(Code.ALREADY_RUNNING, f"another process holds {path.name}") from None
                time.sleep(0.05)
        yield
    finally:
        os.close(handle)
