"""Records → a catalogue file: read, checked, indexed, proved and only then put in place."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, insert
from sqlalchemy.exc import SQLAlchemyError

from domain.errors import CatalogueError, Code, RecordError
from domain.ports import CatalogueInfo
from domain.records import Line, canonical_line, read, references
from localdb.catalogue import schema
from localdb.catalogue.beside import place_beside
from localdb.catalogue.derive import derive, summary_of
from localdb.catalogue.file import prove, write_meta
from localdb.engine import building_engine, fsync, is_disk_full

BATCH = 500
"""Rows sent to SQLite at once."""

Progress = Callable[[float], None]
"""Told how much of the work is done, 0–1, never going back."""


def build(
    source: Path | Iterable[Path] | Iterable[bytes],
    out: Path,
    *,
    revision: int,
    made_at: dt.datetime,
    progress: Progress | None = None,
    digest: str | None = None,
) -> CatalogueInfo:
    """Builds `out` from record files (a directory stands for its ``*.jsonl``) or from the lines of one.

    The file grows beside its place under a name of its own and is renamed when its digest has been proved by reading it
    back; until then `out` stays what it was. Whatever happens on the way, a full disk or a kill included, nothing
    half-built stands in its place; what a killed build left behind is removed by the next one. The same records give
    the same answers in the same order, whatever order they came in. Lines are read once, as they come.

    `digest`: what the records must have; with another one nothing is put in place (`CatalogueError` S-05).
    Raises `RecordError` naming file, line and field of every fault: R-01, R-02 and R-03 as `domain.records.read` does,
    over all files together, R-04 for references that lead nowhere. Raises `CatalogueError` D-03 when the disk is full
    and D-04 when the file cannot be written for another reason or does not read back as it was written.
    """
    tell = progress or (lambda _: None)
    try:
        with place_beside(out) as beside:
            taken = _fill(beside, _files(source), revision, made_at, digest, tell)
            fsync(beside)
            tell(0.95)
            info = prove(beside, taken.sums)
            beside.replace(out)
            fsync(out.parent)
    except (SQLAlchemyError, OSError) as error:
        code = Code.DISK_FULL if is_disk_full(error, out.parent) else Code.BUILD_FAILED
        original = getattr(error, "orig", None) or error  # SQLAlchemy would repeat the records that were being written
        raise CatalogueError(code, f"{out.name}: {original.__class__.__name__}: {original}") from error
    except CatalogueError as error:
        if error.code is Code.DIGEST_DIFFERS:
            raise
        raise CatalogueError(Code.BUILD_FAILED, error.detail) from error
    tell(1.0)
    return info


@dataclass(slots=True)
class _Taken:
    """What is remembered of the records while they stream by; the records themselves are not kept."""

    sums: dict[tuple[str, str], bytes] = field(default_factory=dict)
    places: dict[tuple[str, str], str] = field(default_factory=dict)
    references: list[tuple[str, str, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    code: Code | None = None

    def note(self, code: Code, *problems: str) -> None:
        self.code = self.code or code
        self.problems.extend(problems)

    def add(self, line: Line, canonical: bytes, place: str) -> bool:
        """False when another file has the record already."""
        key = (line.record.kind, line.record.id)
        if key in self.sums:
            self.note(Code.RECORD_DUPLICATE, f"{place}: {key[0]} {key[1]} stands already at {self.places[key]}")
            return False
        self.sums[key] = hashlib.sha256(canonical).digest()
        self.places[key] = place
        who = f"{place}: {key[0]} {key[1]}"
        self.references.extend((who, name, target) for name, target in references(line.record))
        return True

    def check(self) -> None:
        if self.code is None:
            ids = {id for _, id in self.sums}
            lost = [
                f"{who}: {name}: {target} is not here" for who, name, target in self.references if target not in ids
            ]
            if lost:
                self.note(Code.RECORD_DANGLING, *lost)
        if self.code is not None:
            raise RecordError(self.code, tuple(self.problems))
        self.references.clear()
        self.places.clear()


def _fill(
    path: Path,
    files: list[tuple[str, Iterable[bytes], int]],
    revision: int,
    made_at: dt.datetime,
    digest: str | None,
    tell: Progress,
) -> _Taken:
    engine = building_engine(path)
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql(f"PRAGMA application_id = {schema.APPLICATION_ID}")
            connection.exec_driver_sql(f"PRAGMA user_version = {schema.LAYOUT}")
            schema.metadata.create_all(connection)
            for statement in schema.FULL_TEXT:
                connection.exec_driver_sql(statement)
            taken = _take(connection, files, lambda part: tell(0.3 * part))
            if digest is not None and (own := summary_of(connection).digest) != digest:
                raise CatalogueError(Code.DIGEST_DIFFERS, f"revision {revision}: {own} instead of {digest}")
            summary = derive(connection, len(taken.sums), lambda part: tell(0.3 + 0.6 * part))
            write_meta(connection, CatalogueInfo(revision, summary.digest, made_at, summary.counts, summary.sample))
            connection.exec_driver_sql("ANALYZE")
    finally:
        engine.dispose()
    return taken


def _take(connection: Connection, files: list[tuple[str, Iterable[bytes], int]], tell: Progress) -> _Taken:
    """Reads every file to its end, so that an editor hears of all faults at once."""
    taken = _Taken()
    batch: list[dict[str, object]] = []
    total = sum(size for _, _, size in files) or 1
    done = 0

    def counted(lines: Iterable[bytes]) -> Iterator[bytes]:
        nonlocal done
        for line in lines:
            done += len(line)
            yield line

    for name, lines, _ in files:
        try:
            for line in read(counted(lines), name=name):
                canonical = canonical_line(line.raw)
                if taken.add(line, canonical, f"{name}:{line.number}"):
                    batch.append({"kind": line.record.kind, "id": line.record.id, "line": canonical})
                if len(batch) >= BATCH:
                    connection.execute(insert(schema.record), batch)
                    batch.clear()
                    tell(min(done / total, 1.0))
        except RecordError as error:
            taken.note(error.code, *error.problems)
    if batch:
        connection.execute(insert(schema.record), batch)
    taken.check()
    return taken


def _files(source: Path | Iterable[Path] | Iterable[bytes]) -> list[tuple[str, Iterable[bytes], int]]:
    """(name in messages, its lines, bytes or 0) of every file."""
    if isinstance(source, Path):
        source = [source]
    held: Iterator[Path | bytes] = iter(source)
    paths: list[Path] = []
    for one in held:
        if isinstance(one, bytes):
            lines = (line for line in itertools.chain([one], held) if isinstance(line, bytes))
            return [("records", lines, 0)]
        paths.append(one)
    found = [file for path in paths for file in (sorted(path.glob("*.jsonl")) if path.is_dir() else [path])]
    return [(file.name, _lines(file), file.stat().st_size) for file in found]


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from file
