"""Lines of records in zstd frames: written as they come, read without ever holding more than a few blocks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import zstandard

from domain.errors import Code, SyncError

FULL_LEVEL = 12
"""7 000 items: 5.3 MB in 1.1 s; level 19 saves an eighth and takes 15 s."""

CHANGES_LEVEL = 19

BLOCK = 1 << 18

MAX_LINE = 4 << 20
"""A change line holds at most one record (1 MB) and its base's digest."""


def pack(lines: Iterable[bytes], path: Path, level: int) -> int:
    """Writes `lines` (each with its line feed) as one frame to `path`; returns how many bytes went in."""
    taken = 0
    with (
        path.open("wb") as file,
        zstandard.ZstdCompressor(level=level, write_checksum=True).stream_writer(file, closefd=False) as frame,
    ):
        for line in lines:
            taken += len(line)
            frame.write(line)
    return taken


def unpack(path: Path, size: int) -> Iterator[bytes]:
    """The lines of a frame that holds exactly `size` bytes.

    Raises `SyncError` S-02 for a frame that is broken, or as soon as it turns out longer than it was said to be (a few
    kilobytes can unpack to a terabyte), or at its end when it is shorter.
    """
    rest = b""
    seen = 0
    try:
        with path.open("rb") as file, zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(file) as frame:
            while block := frame.read(BLOCK):
                seen += len(block)
                if seen > size:
                    raise SyncError(Code.RELEASE_REFUSED, f"{path.name} holds more than {size} bytes")
                first, *others = block.split(b"\n")
                rest += first
                for part in others:
                    yield rest + b"\n"
                    rest = part
                if len(rest) > MAX_LINE:
                    raise SyncError(Code.RELEASE_REFUSED, f"{path.name} has an endless line")
    except zstandard.ZstdError as error:
        raise SyncError(Code.RELEASE_REFUSED, f"{path.name} cannot be unpacked") from error
    if rest or seen != size:
        raise SyncError(Code.RELEASE_REFUSED, f"{path.name} holds {seen} bytes, not {size}")
