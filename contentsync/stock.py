"""The files of targets on the hub's disk: written under the names that their hashes give them, proved when read."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

import zstandard
from tuf.api.metadata import TargetFile

from contentsync import buckets
from contentsync.buckets import EMPTY, Bucket, Keyed, Table, parts_of
from contentsync.files import sync_file, sync_folder, write_whole
from contentsync.layout import Changed, Whole, entry
from contentsync.packing import pack, unpack
from domain.errors import Code, SyncError

D = TypeVar("D", Whole, Changed)

BUCKET_LEVEL = 9
"""Of a bucket's 80 kB; level 19 saves 6 % and takes ten times as long."""


class Stock:
    """Targets below `folder`. What is in it is never changed, only added and, by `keep_only`, removed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def file(self, target: TargetFile) -> Path:
        """Where a target lies."""
        folder, _, name = target.path.rpartition("/")
        return self._folder / folder / f"{target.hashes['sha256']}.{name}"

    def pack(self, lines: Iterable[bytes], level: int, describe: Callable[[int, int], D]) -> tuple[D, TargetFile]:
        """Writes a frame under the name that its hash gives it; `describe` is told bytes unpacked and packed."""
        folder = self._folder / "catalogue"
        folder.mkdir(parents=True, exist_ok=True)
        beside = folder / f".{os.getpid()}.new"
        try:
            size = pack(lines, beside, level)
            sync_file(beside)
            sha256, length = _sha256(beside), beside.stat().st_size
            described = describe(size, length)
            beside.replace(folder / f"{sha256}.{Path(described.path).name}")
            sync_folder(folder)
        finally:
            beside.unlink(missing_ok=True)
        return described, entry(described, length, sha256)

    def put(self, path: str, data: bytes) -> TargetFile:
        """Writes a small target whole."""
        target = TargetFile.from_data(path, data, ["sha256"])
        self._folder.mkdir(parents=True, exist_ok=True)
        write_whole(self.file(target), data)
        return target

    def put_buckets(self, revision: int, records: Iterable[Keyed]) -> TargetFile:
        """Writes the buckets that are not there yet, and then their table."""
        parts = parts_of(records)
        table = Table(revision, tuple(map(Bucket.of, parts)))
        folder = self._folder / buckets.FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        packer = zstandard.ZstdCompressor(level=BUCKET_LEVEL, write_checksum=True)
        for bucket, lines in zip(table.buckets, parts, strict=True):
            place = folder / bucket.file
            if bucket.digest == EMPTY or place.exists():
                continue
            beside = folder / f".{os.getpid()}.new"
            try:
                beside.write_bytes(packer.compress(lines))
                sync_file(beside)
                beside.replace(place)
            finally:
                beside.unlink(missing_ok=True)
        sync_folder(folder)
        return self.put(buckets.name_of(revision), table.encode())

    def read(self, target: TargetFile) -> bytes:
        """A small target. Raises `SyncError` S-09 when it is not what was signed."""
        path = self.file(target)
        try:
            data = path.read_bytes()
            target.verify_length_and_hashes(data)
        except Exception as error:
            raise SyncError(Code.RELEASE_FAILED, f"{path.name} is not what was signed") from error
        return data

    def proved(self, whole: Whole, target: TargetFile) -> Iterator[bytes]:
        """The lines of a catalogue that lies there. Raises `SyncError` S-09 when it is not what was signed."""
        path = self.file(target)
        if not path.exists() or _sha256(path) != target.hashes["sha256"]:
            raise SyncError(Code.RELEASE_FAILED, f"{path.name} is not what was signed")
        return unpack(path, whole.size)

    def keep_only(self, releases: Iterable[Mapping[str, TargetFile]]) -> None:
        """Removes what none of these sets of targets names."""
        kept: set[Path] = set()
        for targets in releases:
            for target in targets.values():
                path = self.file(target)
                if path not in kept and target.path.startswith("buckets-"):
                    kept.update(self._buckets_named_in(path))
                kept.add(path)
        for path in (
            *self._folder.glob("*.json"),
            *(self._folder / "catalogue").glob("*.zst"),
            *(self._folder / buckets.FOLDER).glob("*.zst"),
            *self._folder.rglob(".*.new"),  # a killed process' beginnings
        ):
            if path not in kept:
                path.unlink(missing_ok=True)

    def _buckets_named_in(self, table: Path) -> Iterator[Path]:
        try:
            for one in Table.decode(table.read_bytes()).buckets:
                yield self._folder / buckets.FOLDER / one.file
        except (OSError, SyncError):
            return  # a table that nobody can read names nothing


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
