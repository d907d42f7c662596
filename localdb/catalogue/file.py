"""A finished catalogue file as a file: what it says about itself, and whether that is true."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Connection, Engine, delete, insert
from sqlalchemy.exc import SQLAlchemyError

from domain.errors import CatalogueError, Code
from domain.ports import CatalogueInfo
from localdb.catalogue import schema
from localdb.engine import reading_engine

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
    connection.execute(delete(schema.meta))
    connection.execute(insert(schema.meta), [{"key": key, "value": value} for key, value in values.items()])


def open_file(path: Path) -> tuple[Engine, CatalogueInfo]:
    """Opens a catalogue for reading; a few milliseconds, whatever its size.

    Raises `CatalogueError`: D-01 when the file is missing, cut short, not a database or without the mark of a digest
    that was proved, D-02 when it is one, but not a catalogue of this layout.
    """
    engine = reading_engine(path)
    try:
        with engine.connect() as connection:
            application = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
            layout = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
            if application != schema.APPLICATION_ID or layout != schema.LAYOUT:
                raise CatalogueError(Code.CATALOGUE_FORMAT, f"{path.name}: layout {layout}, not {schema.LAYOUT}")
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            size = connection.exec_driver_sql("PRAGMA page_size").scalar_one()
            if pages * size != path.stat().st_size:
                raise CatalogueError(
                    Code.CATALOGUE_UNREADABLE, f"{path.name}: {path.stat().st_size} bytes, not {pages * size}"
                )
            info = _read_meta(connection)
    except (SQLAlchemyError, OSError, LookupError, ValueError) as error:
        engine.dispose()
        raise CatalogueError(Code.CATALOGUE_UNREADABLE, f"{path.name}: {error.__class__.__name__}") from error
    except CatalogueError:
        engine.dispose()
        raise
    return engine, info


def _read_meta(connection: Connection) -> CatalogueInfo:
    values: dict[str, str] = dict(connection.exec_driver_sql("SELECT key, value FROM meta").all())
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
    engine, info = open_file(path)
    try:
        with engine.connect() as connection:
            _check_pages(connection, path)
    except SQLAlchemyError as error:
        raise CatalogueError(Code.CATALOGUE_UNREADABLE, f"{path.name}: {error.__class__.__name__}") from error
    finally:
        engine.dispose()
    return info


def _check_pages(connection: Connection, path: Path) -> None:
    verdict = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
    if verdict != "ok":
        raise CatalogueError(Code.CATALOGUE_UNREADABLE, f"{path.name}: {verdict}")


def prove(path: Path, sums: Mapping[tuple[str, str], bytes] | None = None) -> CatalogueInfo:
    """Reads the whole file back: sound pages, the digest it claims and, when given, the SHA-256 of every canonical
    line.

    Raises `CatalogueError` (D-01, D-02).
    """
    engine, info = open_file(path)
    try:
        with engine.connect() as connection:
            _check_pages(connection, path)
            whole = hashlib.sha256()
            count = 0
            for kind, id, line in connection.exec_driver_sql("SELECT kind, id, line FROM record ORDER BY kind, id"):
                whole.update(line)
                count += 1
                if sums is not None and sums.get((kind, id)) != hashlib.sha256(line).digest():
                    raise CatalogueError(Code.CATALOGUE_UNREADABLE, f"{path.name}: {kind} {id} reads back differently")
            if whole.hexdigest() != info.digest or (sums is not None and count != len(sums)):
                raise CatalogueError(
                    Code.CATALOGUE_UNREADABLE, f"{path.name}: its records do not have the digest it claims"
                )
    except SQLAlchemyError as error:
        raise CatalogueError(Code.CATALOGUE_UNREADABLE, f"{path.name}: {error.__class__.__name__}") from error
    finally:
        engine.dispose()
    return info
