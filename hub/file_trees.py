"""Files and folders that are whole on the disk when they are there: what copies of the hub are made of."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

PIECE = 1 << 20


def made_folder(path: Path) -> None:
    """The folder is there, for its owner alone when it was not."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)


def copy_tree(source: Path, target: Path, *, private: bool = True, leave: Iterable[str] = ()) -> None:
    """Copies plain files; what is a link, or half-written (a leading dot), stays. Each file is whole on the disk."""
    left = set(leave)
    for path in sorted(source.rglob("*")):
        inside = path.relative_to(source)
        if path.is_symlink() or any(part.startswith(".") for part in inside.parts) or inside.name in left:
            continue
        if path.is_dir():
            (target / inside).mkdir(mode=0o700 if private else 0o755, parents=True, exist_ok=True)
        elif path.is_file():
            (target / inside).parent.mkdir(mode=0o700 if private else 0o755, parents=True, exist_ok=True)
            copy_file(path, target / inside, private=private)


def put_tree(source: Path, target: Path, *, private: bool = True, leave: Iterable[str] = ()) -> None:
    """The same in one step: `target`, which is empty or not there, has all of it or nothing, so that a restore that was
    stopped half-way can be made again.
    """
    aside = target.with_name(f"{target.name}.restoring")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(mode=0o700 if private else 0o755)
    copy_tree(source, aside, private=private, leave=leave)
    aside.rename(target)


def copy_file(source: Path, target: Path, *, private: bool = True) -> None:
    """Copies one file; `private`: for its owner alone."""
    with source.open("rb") as read, OpenNew(target, 0o600 if private else 0o644) as write:
        shutil.copyfileobj(read, write, PIECE)


def write_text(path: Path, text: str) -> None:
    """A text with its name, both on the disk when this returns."""
    with OpenNew(path) as stream:
        stream.write(text.encode())
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class OpenNew:
    """A new file for its owner alone; flushed to the disk when it is closed."""

    def __init__(self, path: Path, mode: int = 0o600) -> None:
        self._handle = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode), "wb")

    def __enter__(self) -> Any:
        return self._handle

    def __exit__(self, *_: object) -> None:
        with self._handle:
            self._handle.flush()
            os.fsync(self._handle.fileno())
