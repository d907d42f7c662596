"""A finished catalogue file as a file: what it says about itself, and whether that is true."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from domain.errors import CatalogueError, Code
from domain.ports import CatalogueInfo
from localdb.catalogue import layout
from localdb.reading import ReadingPool

if TYPE_CHECKING:
    from sqlalchemy import Connection

_DIGEST = re.compile(r"[0-9a-f]{64}")


def write_meta(connection: Connection, info: CatalogueInfo) -> None:
    """Puts the identity of a catalogue into its file, in place of another one."""
    values = {
        "revision": str(info.revision),
        "digest": info.digest,
        "made_at": info.made_at.isoformat(),
        "counts": json.dumps(dict(sorted(info.counts.items()))),
        "sample": "yes" if info.sample else "no",
    }
    connection.exec_driver_sql("DELETE FROM meta")
    connection.exec_driver_sql("INSERT INTO meta (key, value) VALUES (?, ?)", list(values.items()))


def open_file(path: Path) -> tuple[ReadingPool, CatalogueInfo]:
    """Opens a catalogue for reading; a few milliseconds, whatever its size.

    Raises `CatalogueError`: D-01 when the file is missing, cut short, not a database or without the mark of a digest
    that was proved, D-02 when it is one, but not a catalogue of this layout.
    """
    pool = ReadingPool(path)
    try:
        with pool.connect() as connection:
            found = _pragma(connection, "user_version")
            if _pragma(connection, "application_id") != layout.APPLICATION_ID or found != layout.LAYOUT:
                raise CatalogueError(Code.CATALOGUE_FORMAT, f"{path.name}: layout {found}, not {layout.LAYOUT}")
            pages, size = _pragma(connection, "page_count"), _pragma(connection, "page_size")
            if pages * size != path.stat().st_size:
                raise CatalogueError(
                    Code.CATALOGUE_UNREADABLE, f"{path.name}: {path.stat().st_size} bytes, not {pages * size}"
                )
            info = _read_meta(connection)
    except (sqlite3.Error, OSError, LookupError, ValueError) as error:
        pool.close()
        raise CatalogueError(Code.CATALOGUE_UNREADABLE, f"{path.name}: {error.__class__.__name__}") from error
    except CatalogueError:
        pool.close()
        raise
    return pool, info


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    found: int = connection.execute(f"PRAGMA {name}").fetchone()[0]
    return found


def _read_meta(connection: sqlite3.Connection) -> CatalogueInfo:
    values: dict[str, str] = dict(connection.execute("SELECT key, value FROM meta"))
    if not _DIGEST.fullmatch(values["digest"]):
        raise ValueError("digest")
    return CatalogueInfo(
        revision=int(values["revision"]),
        digest=values["digest"],
        made_at=dt.datetime.fromisoformat(values["made_at"]),
        counts=json.loads(values["counts"]),
        sample=values["sample"] == "yes",
    )


def check(path: Path) -> CatalogueInfo:
    """Opens the file and looks through its pages, but not at what the records say. Raises as `prove`."""
    pool, info = open_file(path)
    try:
        with pool.connect() as connection:
            _check_pages(connection, path)
    except sqlite3.Error as error:
        raise CatalogueError(Code.CATALOGUE_UNREADABLE, f"{path.name}: {error.__class__.__name__}") from error
    finally:
        pool.close()
    return info


def _check_pages(connection: sqlite3.Connection, path: Path) -> None:
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise CatalogueError(Code.CATALOGUE_UNREADABLE, f"{path.name}: {verdict}")


def prove(path: Path, sums: Mapping[tuple[str, str], bytes] | None = None) -> CatalogueInfo:
    """Reads the whole file back: sound pages, the digest it claims and, when given, the SHA-256 of every canonical
    line.

    Raises `CatalogueError` (D-01, D-02).
    """
    pool, info = open_file(path)
    try:
        with pool.connect() as connection:
            _check_pages(connection, path)
            whole = hashlib.sha256()
            count = 0
            for kind, id, line in connection.execute("SELECT kind, id, line FROM record ORDER BY kind, id"):
                whole.update(line)
                count += 1
                if sums is not None and sums.get((kind, id)) != hashlib.sha256(line).digest():
                    raise CatalogueError(Code.CATALOGUE_UNREADABLE, f"{path.name}: {kind} {id} reads back differently")
            if whole.hexdigest() != info.digest or (sums is not None and count != len(sums)):
                raise CatalogueError(
                    Code.CATALOGUE_UNREADABLE, f"{path.name}: its records do not have the digest it claims"
                )
    except sqlite3.Error as error:
        raise CatalogueError(Code.CATALOGUE_UNREADABLE, f"{path.name}: {error.__class__.__name__}") from error
    finally:
        pool.close()
    return info
