"""A copy of the hub in a folder, and a hub again out of such a copy.

The copy holds every table as lines of JSON, taken in one reading of the database, so that SQLite and PostgreSQL make
the same copy and either can be filled from it; what kiosks fetch; the operator's mappings; hub.toml as it is, which may
name the password of the database; and a manifest with the SHA-256 of every file, the digest of the live content and the
end of the audit chain, written last: a folder without it is no copy. Keys are not in it: they go into a folder of their
own, which belongs elsewhere. Sessions, tries and one-time codes are nowhere: what was ended must not come back to life.

A restore reads everything before it writes anything, works in one transaction, and commits only when the audit chain is
whole and the live content has the digest that the manifest names. The hub.toml of the copy is put beside that of the
home: the one that is there names the database that is being filled.
"""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import itertools
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy import Connection, MetaData, Table, func, insert, inspect, select

from domain.errors import SyncError
from domain.records import digest_of_lines
from hub import audit, marks
from hub.audit import COMMAND_LINE, Event
from hub.home import HubHome
from hub.migrations import HEAD, revision as schema_of, upgrade
from hub.publishing import Press, one_at_a_time
from hub.refusal import Reason, Refused
from hub.release import REVISION
from hub.release_rows import current_revision, live_lines
from hub.store import Store, answering, engine_of, utc_now, written
from hub.tables import (
    audit as audit_table,
    enrolment_codes,
    enrolment_tries,
    items,
    login_tries,
    metadata,
    people,
    sessions,
)

MANIFEST = "manifest.json"
CONFIG = "hub.toml"
KEYS_MANIFEST = "keys.json"
FORMAT = 1

LEFT_OUT = frozenset({sessions.name, login_tries.name, enrolment_tries.name, enrolment_codes.name})

ROWS_AT_ONCE = 500
PIECE = 1 << 20


class Copied(BaseModel):
    """One file of a copy, by its path in the manifest."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bytes: int
    sha256: str


class Manifest(BaseModel):
    """What a copy says of itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int
    made_at: dt.datetime
    schema_: str
    """Revision of the tables."""
    rows: dict[str, int]
    revision: int
    """That was out; 0: none yet."""
    content: str
    """SHA-256 of the live lines."""
    audit_seq: int
    audit_hash: str
    files: dict[str, Copied]


class BackupUnfit(Exception):
    """A copy is not whole, or not what it says; `problems`: what, a line each. Nothing was changed."""

    def __init__(self, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore made. `out`: the revision in public/, None when it cannot be read (no keys). `config`: where the
    copy's hub.toml lies now, beside that of the home; None: the copy had none.
    """

    manifest: Manifest
    out: int | None
    keys: bool
    config: Path | None = None

    @property
    def ahead(self) -> bool:
        """Whether public/ has a newer release than the database: the next one is published with --over-newer."""
        return self.out is not None and self.out > self.manifest.revision


# --- The copy ---------------------------------------------------------------------------------------------------------


def back_up(
    store: Store,
    home: HubHome,
    folder: Path,
    keys: Path | None,
    *,
    config: Path | None = None,
    now: Callable[[], dt.datetime] = utc_now,
) -> Manifest:
    """Copies the hub into `folder`, which is empty or not there, and its keys into `keys` when it is given, which is
    neither in nor around `folder`. `config`: the settings when they are not in the home. No release goes out meanwhile;
    everything else goes on.

    Raises `BackupUnfit` for folders that will not do, `Refused` (already_publishing), OSError.
    """
    _fresh(folder)
    if keys is not None:
        if keys.resolve().is_relative_to(folder.resolve()) or folder.resolve().is_relative_to(keys.resolve()):
            raise BackupUnfit("keys and database belong into two places")
        _fresh(keys)
    with one_at_a_time(home.publishing):
        at = now()
        told = Event(COMMAND_LINE, "backup.make", "hub", {"keys": keys is not None})
        store.run_tx(lambda connection: audit.append(connection, at, told))
        _folder(folder / "tables")

        def dump(connection: Connection) -> Manifest:
            rows = {table.name: _dump(connection, table, folder) for table in _kept(metadata)}
            seq, chain = audit.head(connection)
            return Manifest(
                format=FORMAT,
                made_at=at,
                schema_=schema_of(connection) or HEAD,
                rows=rows,
                revision=current_revision(connection),
                content=digest_of_lines(live_lines(connection)),
                audit_seq=seq,
                audit_hash=chain,
                files={},
            )

        made = store.read(dump)
        if home.public.is_dir():
            _copy_tree(home.public, folder / "public")
        if home.mappings.is_dir():
            _copy_tree(home.mappings, folder / "mappings")
        if (config or home.config).is_file():
            _copy_file(config or home.config, folder / CONFIG)
        if keys is not None and home.keys.is_dir():
            _copy_tree(home.keys, keys, leave={"lock"})
            _write(keys / KEYS_MANIFEST, json.dumps({name: one.model_dump() for name, one in _files(keys).items()}))
    made = made.model_copy(update={"files": _files(folder)})
    _write(folder / MANIFEST, made.model_dump_json(indent=1))
    return made


def _kept(known: MetaData) -> list[Table]:
    return [table for table in known.sorted_tables if table.name not in LEFT_OUT and table.name != "alembic_version"]


def _dump(connection: Connection, table: Table, folder: Path) -> int:
    """Writes a table, a JSON list a row below one of the columns' names; how many rows."""
    count = 0
    names = [column.name for column in table.columns]
    wanted = select(table).order_by(*table.primary_key.columns)
    with (
        _open_new(folder / _place(table.name)) as raw,
        gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed,
    ):
        packed.write(_line(names))
        for row in connection.execute(wanted, execution_options={"yield_per": ROWS_AT_ONCE}):
            packed.write(_line(list(row)))
            count += 1
    return count


def _line(value: list[Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _place(table: str) -> str:
    return f"tables/{table}.jsonl.gz"


# --- The hub again ----------------------------------------------------------------------------------------------------


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a copy whose every file is as it was written. Raises `BackupUnfit`, OSError."""
    try:
        made = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except FileNotFoundError:
        raise BackupUnfit(f"{folder}: no {MANIFEST}; the copy was not finished, or this is none") from None
    except ValidationError as error:
        raise BackupUnfit(*(f"{MANIFEST}: {'.'.join(map(str, one['loc']))} {one['type']}" for one in error.errors()))  # noqa: B904
    if made.format != FORMAT:
        raise BackupUnfit(f"format {made.format}; this hub reads {FORMAT}")
    if made.schema_ > HEAD:
        raise BackupUnfit(f"the copy has revision {made.schema_} of the tables, this hub knows {HEAD}")
    _check(folder, made.files)
    missing = sorted(name for name in made.rows if _place(name) not in made.files)
    if missing:
        raise BackupUnfit(*(f"{_place(name)} is missing" for name in missing))
    return made


def restore(
    url: str,
    home: HubHome,
    folder: Path,
    keys: Path | None,
    *,
    over_newer: bool = False,
    street: int | None = None,
    passphrase: str = "",
    now: Callable[[], dt.datetime] = utc_now,
) -> Restored:
    """Makes the hub of the copy in `folder` in an empty database, and in `home`.

    What the home has already of `public/` and of the keys stays: it may be newer. `over_newer`: go on although the
    public folder has a newer release than the copy. `street`: the highest revision that any kiosk has, when that is
    newer than all that is left; numbers go on above it, which the release key has to sign (`passphrase`).

    Raises `BackupUnfit` when the copy is not whole or belongs to another hub than what is there, `Refused` (not_empty;
    revision_astray without `over_newer`), `SyncError`, OSError. The database is untouched then.
    """
    made = read_manifest(folder)
    if keys is not None:
        _check_keys(keys)
    if street is not None and keys is None and not home.keys.is_dir():
        raise BackupUnfit("numbers cannot go on without the keys")
    home.prepare()
    engine = engine_of(url)
    try:
        with answering(url), engine.begin() as connection:
            if _holds_something(connection):
                raise Refused(Reason.NOT_EMPTY)
        _put_files(home, folder, keys)
        out = _out(home)
        if out is not None and out > made.revision and not over_newer:
            raise Refused(Reason.REVISION_ASTRAY, out=out, known=made.revision)
        with engine.begin() as connection:
            _fill(connection, made, folder)
            told = {"revision": made.revision, "made_at": written(made.made_at), "out": out}
            audit.append(connection, now(), Event(COMMAND_LINE, "backup.restore", "hub", told))
    finally:
        engine.dispose()
    press = _press(home)
    if street is not None:
        press.skip(street, passphrase, now())
    home.catalogue.unlink(missing_ok=True)
    return Restored(made, _out(home), home.keys.is_dir(), _put_config(home, folder, made))


def _holds_something(connection: Connection) -> bool:
    """Whether anybody has worked with the database."""
    known = set(inspect(connection).get_table_names())
    return any(
        table.name in known and connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in (people, items, audit_table)
    )


def _fill(connection: Connection, made: Manifest, folder: Path) -> None:
    """Rows into tables as they were when the copy was made, then on to today's, and proved."""
    if schema_of(connection) is None:
        upgrade(connection, made.schema_)
        known = MetaData()
        known.reflect(connection)
    elif made.schema_ == HEAD == schema_of(connection):
        known = metadata
    else:
        raise BackupUnfit("the database has tables of another revision already; begin with one that has none")
    by_name = {table.name: table for table in _kept(known)}
    strange = sorted(set(made.rows) - set(by_name))
    if strange:
        raise BackupUnfit(*(f"no table {name}" for name in strange))
    for table in by_name.values():
        if table.name in made.rows and _load(connection, table, folder / _place(table.name)) != made.rows[table.name]:
            raise BackupUnfit(f"{table.name}: not the {made.rows[table.name]} rows of the manifest")
    upgrade(connection, HEAD)
    _prove(connection, made)


def _prove(connection: Connection, made: Manifest) -> None:
    bad = audit.first_bad(connection)
    if bad is not None:
        raise BackupUnfit(f"audit log: entry {bad.seq} is {bad.how}")
    if audit.head(connection) != (made.audit_seq, made.audit_hash):
        raise BackupUnfit("audit log: its end is not that of the manifest")
    if int(marks.get(connection, REVISION) or 0) != made.revision:
        raise BackupUnfit("the revision is not that of the manifest")
    if digest_of_lines(live_lines(connection)) != made.content:
        raise BackupUnfit("the live content is not that of the manifest")


def _load(connection: Connection, table: Table, file: Path) -> int:
    count = 0
    with gzip.open(file) as stream:
        names = json.loads(next(stream, b"[]"))
        if not set(names) <= set(table.columns.keys()):
            raise BackupUnfit(f"{table.name}: columns that the table does not have")
        for batch in _batches(stream):
            rows = [dict(zip(names, json.loads(line), strict=True)) for line in batch]
            connection.execute(insert(table), rows)
            count += len(rows)
    return count


def _batches(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    source = iter(lines)
    while batch := list(itertools.islice(source, ROWS_AT_ONCE)):
        yield batch


def _put_files(home: HubHome, folder: Path, keys: Path | None) -> None:
    """Public files, mappings and keys, where the home has none of its own."""
    own, copied = home.public / "root.json", folder / "public" / "root.json"
    if own.is_file():
        if copied.is_file() and own.read_bytes() != copied.read_bytes():
            raise BackupUnfit("public/ belongs to another hub: its root.json is not that of the copy")
    elif (folder / "public").is_dir():
        _put_tree(folder / "public", home.public, private=False)
    if (folder / "mappings").is_dir() and not home.mappings.is_dir():
        _put_tree(folder / "mappings", home.mappings)
    if keys is not None and not home.keys.is_dir():
        _put_tree(keys, home.keys, leave={KEYS_MANIFEST})


def _put_config(home: HubHome, folder: Path, made: Manifest) -> Path | None:
    """The copy's settings beside those of the home, under a name that there was not."""
    if CONFIG not in made.files:
        return None
    for number in itertools.count(1):
        aside = home.config.with_name(f"{home.config.name}.restored{f'-{number}' if number > 1 else ''}")
        if not os.path.lexists(aside):
            break
    _copy_file(folder / CONFIG, aside)
    return aside


def _press(home: HubHome) -> Press:
    return Press(home.public, home.keys, home.publishing)


def _out(home: HubHome) -> int | None:
    """The revision in the public folder; None when there is none, or no key to read it with."""
    press = _press(home)
    if not home.keys.is_dir() or not press.founded:
        return None
    try:
        latest = press.latest()
    except SyncError:
        return None
    return latest[0] if latest is not None else None


# --- Files ------------------------------------------------------------------------------------------------------------


def _check(folder: Path, files: Mapping[str, Copied]) -> None:
    """Raises `BackupUnfit` with every file that is missing or another than it was."""
    problems = []
    for name, said in sorted(files.items()):
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts:
            raise BackupUnfit(f"{name}: leads out of the copy")
        file = folder / path
        if file.is_symlink() or not file.is_file():
            problems.append(f"{name} is missing")
        elif _copied(file) != said:
            problems.append(f"{name} is not as it was written")
    if problems:
        raise BackupUnfit(*problems)


def _check_keys(keys: Path) -> None:
    try:
        said = json.loads((keys / KEYS_MANIFEST).read_bytes())
        files = {name: Copied.model_validate(one) for name, one in said.items()}
    except FileNotFoundError:
        raise BackupUnfit(f"{keys}: no {KEYS_MANIFEST}; this is no copy of keys") from None
    except (ValueError, AttributeError):
        raise BackupUnfit(f"{KEYS_MANIFEST} cannot be read") from None
    _check(keys, files)


def _files(folder: Path) -> dict[str, Copied]:
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())
    return {path.relative_to(folder).as_posix(): _copied(path) for path in found}


def _copied(path: Path) -> Copied:
    state, length = hashlib.sha256(), 0
    with path.open("rb") as stream:
        while piece := stream.read(PIECE):
            state.update(piece)
            length += len(piece)
    return Copied(bytes=length, sha256=state.hexdigest())


def _fresh(folder: Path) -> None:
    _folder(folder)
    if any(folder.iterdir()):
        raise BackupUnfit(f"{folder} is not empty")


def _folder(path: Path) -> None:
    path.mkdir(mode=0o700, parents=True, exist_ok=True)


def _copy_tree(source: Path, target: Path, *, private: bool = True, leave: Iterable[str] = ()) -> None:
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
            _copy_file(path, target / inside, private=private)


def _put_tree(source: Path, target: Path, *, private: bool = True, leave: Iterable[str] = ()) -> None:
    """The same in one step: `target`, which is empty or not there, has all of it or nothing, so that a restore that was
    stopped half-way can be made again.
    """
    aside = target.with_name(f"{target.name}.restoring")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(mode=0o700 if private else 0o755)
    _copy_tree(source, aside, private=private, leave=leave)
    aside.rename(target)


def _copy_file(source: Path, target: Path, *, private: bool = True) -> None:
    with source.open("rb") as read, _open_new(target, 0o600 if private else 0o644) as write:
        shutil.copyfileobj(read, write, PIECE)


def _write(path: Path, text: str) -> None:
    with _open_new(path) as stream:
        stream.write(text.encode())
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class _open_new:
    """A new file for its owner alone; flushed to the disk when it is closed."""

    def __init__(self, path: Path, mode: int = 0o600) -> None:
        self._handle = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode), "wb")

    def __enter__(self) -> Any:
        return self._handle

    def __exit__(self, *_: object) -> None:
        with self._handle:
            self._handle.flush()
            os.fsync(self._handle.fileno())
