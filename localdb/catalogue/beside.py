"""Where a catalogue file grows before it takes its place."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

_SUFFIX = "building"


@contextlib.contextmanager
def place_beside(out: Path, step: str = "") -> Iterator[Path]:
    """An empty file in the directory of `out`, ours alone while we hold its lock; gone afterwards unless it was
    renamed. `step`: tells files apart that one process needs for the same `out` at a time.

    A killed process leaves its file behind without a lock: that is how the next one, whatever it builds in that
    directory, knows it from one that is being written, and removes it. Raises OSError.
    """
    for leftover in out.parent.glob(f".*.{_SUFFIX}"):
        _remove_leftover(leftover)
    beside = out.parent / f".{out.name}.{os.getpid()}{step and '-' + step}.{_SUFFIX}"
    handle = _make(beside)
    try:
        yield beside
    finally:
        beside.unlink(missing_ok=True)
        os.close(handle)


def _make(beside: Path) -> int:
    """The lock on a new file. Somebody may have taken it for a leftover before it was locked: then it is made again."""
    while True:
        handle = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            if beside.stat().st_ino == os.fstat(handle).st_ino:
                return handle
        except FileNotFoundError:
            pass
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)


def _remove_leftover(path: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        handle = os.open(path, os.O_RDWR)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
        except BlockingIOError:
            pass
        finally:
            os.close(handle)
