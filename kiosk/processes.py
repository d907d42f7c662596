"""Processes as Linux shows them in /proc: who they are, what they have open, and what is in their memory.

Reading another process's memory is allowed to root, and to its own user where the kernel does not narrow that (Yama). A
process is not stopped meanwhile: what moves while it is looked at may be missed or seen twice.
"""

from __future__ import annotations

import contextlib
import os
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

PROC: Final = Path("/proc")
CHUNK: Final = 256 << 10
CARD_SERVICE: Final = "cardreader.process"
"""The module whose name stands in the command of every card service."""

_PAGE: Final = os.sysconf("SC_PAGE_SIZE")
_PRESENT: Final = 3 << 62
"""Bits of /proc/PID/pagemap: in memory, or on a swap device."""
_WRITES: Final = os.O_WRONLY | os.O_RDWR


@dataclass(frozen=True, slots=True)
class Process:
    """A living process. `started` (clock ticks since boot) tells it from a later one with the same number."""

    pid: int
    parent: int
    started: int
    name: str
    command: tuple[str, ...]

    @classmethod
    def of(cls, pid: int) -> Self | None:
        """None when there is none, or only its exit status is left."""
        try:
            told = (PROC / str(pid) / "stat").read_text("utf-8", "replace")
            command = (PROC / str(pid) / "cmdline").read_bytes()
        except OSError:
            return None
        name = told[told.index("(") + 1 : told.rindex(")")]
        fields = told[told.rindex(")") + 2 :].split()
        if fields[0] in "ZX":
            return None
        words = tuple(word.decode("utf-8", "replace") for word in command.split(b"\0")[:-1])
        return cls(pid, int(fields[1]), int(fields[19]), name, words)

    @property
    def lives(self) -> bool:
        """Whether it is still there."""
        now = Process.of(self.pid)
        return now is not None and now.started == self.started

    @property
    def is_card_service(self) -> bool:
        """By its command; it keeps its memory and its environment from others of its user."""
        return CARD_SERVICE in self.command

    def __str__(self) -> str:
        return f"process {self.pid} ({self.name})"

    @property
    def folder(self) -> Path:
        return PROC / str(self.pid)

    def open_files(self) -> Iterator[tuple[int, Path, bool]]:
        """(descriptor, path as it sees it, whether that is removed) of files it may write to. Raises `OSError`."""
        for descriptor in list(self.folder.joinpath("fd").iterdir()):
            try:
                path = str(descriptor.readlink())
                about = (self.folder / "fdinfo" / descriptor.name).read_text()
                is_file = descriptor.is_file()
            except OSError:
                continue  # closed meanwhile
            flags = next((int(line.split()[1], 8) for line in about.splitlines() if line.startswith("flags:")), 0)
            removed = path.endswith(" (deleted)") or path.startswith("/memfd:")
            if is_file and (flags & _WRITES or removed):
                yield int(descriptor.name), Path(path.removesuffix(" (deleted)")), removed

    def variable(self, name: str) -> str | None:
        """What it was started with in its environment. Raises `OSError`."""
        for entry in (self.folder / "environ").read_bytes().split(b"\0"):
            key, _, value = entry.partition(b"=")
            if key == name.encode("ascii"):
                return os.fsdecode(value)
        return None


def living() -> list[Process]:
    """Every process that can be seen, oldest first."""
    found = [Process.of(int(entry.name)) for entry in PROC.iterdir() if entry.name.isdecimal()]
    return sorted((each for each in found if each is not None), key=lambda each: (each.started, each.pid))


def family(pid: int, everybody: list[Process]) -> list[Process]:
    """The process `pid` and all that it has started, and those have started; [] when it does not live."""
    members: dict[int, Process] = {each.pid: each for each in everybody if each.pid == pid}
    grown = True
    while grown and members:
        more = {each.pid: each for each in everybody if each.parent in members and each.pid not in members}
        members |= more
        grown = bool(more)
    return list(members.values())


@dataclass(frozen=True, slots=True)
class Region:
    """A piece of memory that holds what a process has put there, not what a file holds. `name`: [heap], [stack], a
    file or nothing; `runs`: its populated parts.
    """

    start: int
    end: int
    name: str
    runs: tuple[tuple[int, int], ...]


class Memory:
    """The memory of one process, open for reading. Raises `OSError`, on entering, when that is not allowed."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self._fd = -1

    def __enter__(self) -> Self:
        self._fd = os.open(self.process.folder / "mem", os.O_RDONLY | os.O_CLOEXEC)
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._fd)

    def regions(self) -> list[Region]:
        """What there is to look at now. Raises `OSError`."""
        with contextlib.ExitStack() as closing:
            try:
                pagemap = os.open(self.process.folder / "pagemap", os.O_RDONLY | os.O_CLOEXEC)
                closing.callback(os.close, pagemap)
            except OSError:
                pagemap = -1
            return [
                Region(start, end, name, _populated(pagemap, start, end) if private else ((start, end),))
                for start, end, name, private in self._own()
            ]

    def _own(self) -> Iterator[tuple[int, int, str, bool]]:
        """(first address, the one behind the last, name, whether nobody shares it)."""
        for line in (self.process.folder / "maps").read_text("utf-8", "replace").splitlines():
            span, rights, _, _, inode, *rest = line.split(maxsplit=5)
            name = rest[0].strip() if rest else ""
            start, end = (int(part, 16) for part in span.split("-"))
            private = rights[3] == "p"
            if rights[0] != "r" or name.startswith(("[v", "/dev/dri", "anon_inode:")):
                continue
            unnamed = inode == "0" or name.endswith("(deleted)") or name.startswith(("/memfd:", "/dev/shm/", "/SYSV"))
            if unnamed or (private and rights[1] == "w"):
                yield start, end, name, private

    def read(self, run: tuple[int, int]) -> Iterator[bytes]:
        """The bytes of a part of a region, in pieces of `CHUNK`; ends early where it was given back meanwhile. Raises
        `OSError` when a part that is still there cannot be read.
        """
        at, end = run
        while at < end:
            try:
                data = os.pread(self._fd, min(CHUNK, end - at), at)
            except OSError:
                if self._still(at):
                    raise
                return
            if not data:
                return
            yield data
            at += len(data)

    def _still(self, address: int) -> bool:
        try:
            return any(start <= address < end for start, end, _, _ in self._own())
        except OSError:
            return False


def _populated(pagemap: int, start: int, end: int) -> tuple[tuple[int, int], ...]:
    """The parts of a private region that were ever written: the rest reads as zeros, and reading it would make it."""
    runs: list[tuple[int, int]] = []
    at = start
    while at < end:
        try:
            told = os.pread(pagemap, min((end - at) // _PAGE, 1 << 16) * 8, at // _PAGE * 8)
        except OSError:
            return ((start, end),)
        pages = array("Q")
        pages.frombytes(told[: len(told) // 8 * 8])
        if not pages:
            return ((start, end),)
        for page in pages:
            if page & _PRESENT:
                if runs and runs[-1][1] == at:
                    runs[-1] = runs[-1][0], at + _PAGE
                else:
                    runs.append((at, at + _PAGE))
            at += _PAGE
    return tuple(runs)
