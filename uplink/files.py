"""Small files of keys and identities: whole or not there at all, also after the power went."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from domain.errors import Code, SyncError


def write_whole(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Puts `data` at `path`, flushed; makes its folder, for its owner alone, when there is none.

    Raises `SyncError` S-08 when it cannot be written; what was at `path` stays then.
    """
    beside = written_beside(path, data, mode)
    try:
        moved(beside, path)
    except SyncError:
        beside.unlink(missing_ok=True)
        raise


def written_beside(path: Path, data: bytes, mode: int = 0o600) -> Path:
    """Writes `data` beside `path`, flushed, for `moved`; where it lies now. Raises as `write_whole`."""
    beside = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside.unlink(missing_ok=True)  # of a process that was killed; its mode may be another one
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        raise SyncError(Code.KEY_REFUSED, f"{path.name}: {error.strerror}") from error
    return beside


def moved(beside: Path, path: Path) -> None:
    """Gives what was written beside its name, for good. Raises as `write_whole`."""
    try:
        beside.replace(path)
        handle = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise SyncError(Code.KEY_REFUSED, f"{path.name}: {error.strerror}") from error
