"""Records → a catalogue file: read, checked, indexed, proved and only then put in place."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from domain.errors import CatalogueError, Code, RecordError
from domain.ports import CatalogueInfo
from domain.records import Refused, canonical_line, scan, validate
from domain.records.codec import shortened
from domain.records.coherence import Coherence, Key
from domain.records.references import without
from localdb.catalogue import layout, schema
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
    leave_out: Callable[[LeftOut], None] | None = None,
) -> CatalogueInfo:
    """Builds `out` from record files (a directory stands for its ``*.jsonl``) or from the lines of one.

    The file grows beside its place under a name of its own and is renamed when its digest has been proved by reading it
    back; until then `out` stays what it was. Whatever happens on the way, a full disk or a kill included, nothing
    half-built stands in its place; what a killed build left behind is removed by the next one. The same records give
    the same answers in the same order, whatever order they came in. Lines are read once, as they come.

    `digest`: what the records must have; with another one nothing is put in place (`CatalogueError` S-05).
    `leave_out`: with it, a faulty record is left out instead of stopping the build, and what leads to nothing because
    of that: a reference that can be done without is taken out of its record, else that record is left out too, and so
    on. It is told of each. For content under way only, never for a release.
    Raises `RecordError` naming file, line and field of every fault: R-01, R-02, R-03 and R-05 as `domain.records.scan`
    and `Coherence` find them, over all files together, R-04 for references that lead nowhere. Raises `CatalogueError`
    D-03 when the disk is full and D-04 when the file cannot be written for another reason or does not read back as it
    was written.
    """
    tell = progress or (lambda _: None)
    try:
        with place_beside(out) as beside:
            taken = _fill(beside, _files(source), revision, made_at, digest, leave_out, tell)
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


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What a build went on without. `place`: file and line; `problems` name record and field; `record`: all of the
    record, else only references in it.
    """

    place: str
    code: Code
    problems: tuple[str, ...]
    record: bool = True

    def lines(self) -> tuple[str, ...]:
        """Each problem with its place, and what was done about it."""
        done = "left out" if self.record else "left out this reference"
        return tuple(f"{self.place}: {problem}: {done}" for problem in self.problems)


@dataclass(slots=True)
class _Taken:
    """What is remembered of the records while they stream by; the records themselves are not kept."""

    sums: dict[Key, bytes] = field(default_factory=dict)
    coherence: Coherence = field(default_factory=Coherence)
    problems: list[str] = field(default_factory=list)
    code: Code | None = None

    def note(self, code: Code, *problems: str) -> None:
        self.code = self.code or code
        self.problems.extend(problems)

    def check(self) -> None:
        if self.code is None and (lost := self.coherence.problems()):
            self.note(Code.RECORD_DANGLING, *lost)
        if self.code is not None:
            raise RecordError(self.code, tuple(self.problems))


def _fill(
    path: Path,
    files: list[tuple[str, Iterable[bytes], int]],
    revision: int,
    made_at: dt.datetime,
    digest: str | None,
    leave_out: Callable[[LeftOut], None] | None,
    tell: Progress,
) -> _Taken:
    engine = building_engine(path)
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql(f"PRAGMA application_id = {layout.APPLICATION_ID}")
            connection.exec_driver_sql(f"PRAGMA user_version = {layout.LAYOUT}")
            schema.metadata.create_all(connection)
            for statement in schema.FULL_TEXT:
                connection.exec_driver_sql(statement)
            schema.incoming.create(connection)
            taken = _take(connection, files, leave_out, lambda part: tell(0.3 * part))
            # In canonical order, by the index: a sort of its own would hold all of it in memory.
            connection.exec_driver_sql(
                "INSERT INTO record (kind, id, line) SELECT kind, id, line FROM incoming ORDER BY kind, id"
            )
            schema.incoming.drop(connection)
            if digest is not None and (own := summary_of(connection).digest) != digest:
                raise CatalogueError(Code.DIGEST_DIFFERS, f"revision {revision}: {own} instead of {digest}")
            summary = derive(connection, len(taken.sums), lambda part: tell(0.3 + 0.6 * part))
            write_meta(connection, CatalogueInfo(revision, summary.digest, made_at, summary.counts, summary.sample))
            connection.exec_driver_sql("ANALYZE")
    finally:
        engine.dispose()
    return taken


def _take(
    connection: Connection,
    files: list[tuple[str, Iterable[bytes], int]],
    leave_out: Callable[[LeftOut], None] | None,
    tell: Progress,
) -> _Taken:
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
        faults: list[LeftOut] = []
        for one in scan(counted(lines)):
            place = f"{name}:{one.number}"
            if isinstance(one, Refused):
                faults.append(LeftOut(place, one.code, one.problems))
            elif fault := taken.coherence.add(one.record, place):
                faults.append(LeftOut(place, fault.code, (str(fault),)))
            else:
                canonical = canonical_line(one.raw)
                taken.sums[one.record.kind, one.record.id] = hashlib.sha256(canonical).digest()
                batch.append({"kind": one.record.kind, "id": one.record.id, "line": canonical})
            if len(batch) >= BATCH:
                connection.execute(insert(schema.incoming), batch)
                batch.clear()
                tell(min(done / total, 1.0))
            while leave_out is not None and faults:
                leave_out(faults.pop(0))
        if faults:
            told = [f"{fault.place}: {problem}" for fault in faults for problem in fault.problems]
            taken.note(faults[0].code, *shortened(told, name))
    if batch:
        connection.execute(insert(schema.incoming), batch)
    if leave_out is None:
        taken.check()
    else:
        _let_go(connection, taken, leave_out)
    return taken


def _let_go(connection: Connection, taken: _Taken, leave_out: Callable[[LeftOut], None]) -> None:
    """Takes references that lead nowhere out of the records that came in, and records that mean nothing without them,
    until nothing leads nowhere any more.
    """
    held = schema.incoming.c
    while lost := taken.coherence.lost():
        for key, references in lost.items():
            here = (held.kind == key[0]) & (held.id == key[1])
            raw = json.loads(connection.execute(select(held.line).where(here)).scalar_one())
            record = validate(raw)
            left = without(record, raw, {target for _, target in references})
            place = taken.coherence.places[key]
            taken.coherence.drop(key)
            problems = tuple(f"{' '.join(key)}: {name}: {target} is not here" for name, target in references)
            leave_out(LeftOut(place, Code.RECORD_DANGLING, problems, left is None))
            if left is None:
                connection.execute(delete(schema.incoming).where(here))
                del taken.sums[key]
                continue
            canonical = canonical_line(left)
            connection.execute(update(schema.incoming).where(here).values(line=canonical))
            taken.sums[key] = hashlib.sha256(canonical).digest()
            taken.coherence.add(validate(left), place)


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
