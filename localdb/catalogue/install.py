"""A release becomes the catalogue beside the one that is open, whole or by what changed; proved before it is in place.

Whatever happens on the way, a full disk or a kill included, the catalogues that are there stay as they are. What a
killed process left behind is removed by the next one that installs into the same directory.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from domain.errors import CatalogueError, Code
from domain.ports import CatalogueInfo
from domain.records.changes import parse
from localdb.catalogue.amendment import bring_along, change_records
from localdb.catalogue.beside import place_beside
from localdb.catalogue.build import build
from localdb.catalogue.derive import summary_of
from localdb.catalogue.file import check, open_file, write_meta
from localdb.engine import building_engine, fsync, is_disk_full
from localdb.reading import ReadingPool

SPARE = 64 << 20
"""Bytes that must be free besides a copy of the catalogue: so that there is room left for everybody else."""

CACHE = 64 << 20
"""Bytes of pages that SQLite may hold while it works; a city's catalogue has 40 MB."""

_FICLONE = 0x40049409
_BROKEN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def install_full(
    lines: Iterable[bytes],
    out: Path,
    *,
    revision: int,
    digest: str,
    made_at: dt.datetime,
    progress: Callable[[float], None] | None = None,
) -> CatalogueInfo:
    """Builds `out` from all records of a revision, as `build` does. `digest`: what was signed; hexadecimal SHA-256.

    Raises what `build` raises, `CatalogueError` S-05 when the records do not have `digest`, D-03 when less than `SPARE`
    is free; nothing is left behind then.
    """
    with _told(out):
        _need(out.parent, SPARE)
        return build(lines, out, revision=revision, made_at=made_at, progress=progress, digest=digest)


def install_changes(
    base: Path, changes: Iterable[bytes], out: Path, *, revision: int, digest: str, made_at: dt.datetime
) -> CatalogueInfo:
    """Makes `out` of a copy of `base`, a catalogue, by `changes` (lines as `domain.records.changes.diff` yields them).

    Records, what follows from them, and both full-text indexes change in one transaction, in which the digest of all
    records is computed from the table and compared with `digest` before anything else is done. When too much has
    changed to go on from, everything is derived anew from the changed records; that takes as long as a build.

    Raises `CatalogueError`: D-01 and D-02 when `base` cannot be gone on from, S-05 when its records with the changes do
    not have `digest`, D-03 when there is no room for a copy and `SPARE`, or the disk gets full, D-04 when the file
    cannot be written for another reason. Raises `RecordError` for changes that make no sense (R-01, R-02) or were made
    for other records (S-05), and what `changes` raises while it is read. Nothing is left behind then: take the whole
    catalogue instead, except for D-03.
    """
    with _told(out):
        pool, _ = open_file(base)
        pool.close()
        _need(out.parent, base.stat().st_size + SPARE)
        with place_beside(out, "changes") as beside:
            _copy(base, beside)
            if _amend(beside, changes, revision, digest, made_at):
                fsync(beside)
                info = check(beside)
                beside.replace(out)
                fsync(out.parent)
                return info
            return build(_lines(beside), out, revision=revision, made_at=made_at, digest=digest)


def readable_records(path: Path) -> Iterator[tuple[str, str, bytes]]:
    """Kind, id and canonical line of the records in `path`, in canonical order, as far as they can be read: a broken
    page ends them. Whatever is done with them has to be proved.
    """
    pool = ReadingPool(path)
    try:
        with contextlib.suppress(sqlite3.Error, OSError), pool.connect() as connection:
            for kind, id, line in connection.execute("SELECT kind, id, line FROM record ORDER BY kind, id"):
                if isinstance(kind, str) and isinstance(id, str) and isinstance(line, bytes):
                    yield kind, id, line
    finally:
        pool.close()


def sweep(catalogues: Iterable[Path], keep: int = 2) -> tuple[Path, ...]:
    """Removes all but the first `keep` of `catalogues` (newest first) and returns those removed. A reader that has one
    open can go on reading it. Raises OSError.
    """
    older = tuple(catalogues)[keep:]
    for path in older:
        path.unlink(missing_ok=True)
    return older


def _amend(path: Path, changes: Iterable[bytes], revision: int, digest: str, made_at: dt.datetime) -> bool:
    """False when the records are changed, but the rest could not be brought along."""
    engine = building_engine(path)
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql(f"PRAGMA cache_size = -{CACHE >> 10}")
            changed = change_records(connection, parse(changes))
            summary = summary_of(connection)
            if summary.digest != digest:
                raise CatalogueError(Code.DIGEST_DIFFERS, f"revision {revision}: {summary.digest} instead of {digest}")
            brought = bring_along(connection, changed)
            write_meta(connection, CatalogueInfo(revision, digest, made_at, summary.counts, summary.sample))
    finally:
        engine.dispose()
    return brought


def _lines(path: Path) -> Iterator[bytes]:
    pool = ReadingPool(path)
    try:
        with pool.connect() as connection:
            for (line,) in connection.execute("SELECT line FROM record ORDER BY kind, id"):
                yield line
    finally:
        pool.close()


def _copy(source: Path, target: Path) -> None:
    """Shares the blocks where the file system can, else copies them. `target` is there and stays the same file."""
    with source.open("rb") as read, target.open("r+b") as written:
        try:
            fcntl.ioctl(written.fileno(), _FICLONE, read.fileno())
            return
        except OSError:
            pass  # no such file system, or not the same one
    shutil.copyfile(source, target)


def _need(directory: Path, bytes_: int) -> None:
    free = shutil.disk_usage(directory).free
    if free < bytes_:
        raise CatalogueError(Code.DISK_FULL, f"{free >> 20} MB free in {directory.name}, {bytes_ >> 20} MB are needed")


@contextlib.contextmanager
def _told(out: Path) -> Iterator[None]:
    """Says what a fault of the file system or of SQLite means."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        original = getattr(error, "orig", None) or error  # SQLAlchemy would repeat the records that were being written
        if is_disk_full(error, out.parent):
            code = Code.DISK_FULL
        elif getattr(original, "sqlite_errorcode", 0) & 0xFF in _BROKEN:
            code = Code.CATALOGUE_UNREADABLE
        else:
            code = Code.BUILD_FAILED
        raise CatalogueError(code, f"{out.name}: {original.__class__.__name__}: {original}") from error
