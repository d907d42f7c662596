"""A copy of the hub in a folder. `hub.restoring` makes a hub again out of it.

The copy holds every table as lines of JSON, taken in one reading of the database, so that SQLite and PostgreSQL make
the same copy and either can be filled from it; what kiosks fetch; the operator's mappings; hub.toml as it is, which may
name the password of the database; and a manifest with the SHA-256 of every file, the digest of the live content and the
end of the audit chain, written last: a folder without it is no copy. Keys are not in it: they go into a folder of their
own, which belongs elsewhere. Sessions, tries and one-time codes are nowhere: what was ended must not come back to life.
"""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, MetaData, Table, select

from domain.records import digest_of_lines
from hub import audit
from hub.audit import COMMAND_LINE, Event
from hub.file_trees import PIECE, OpenNew, copy_file, copy_tree, made_folder, write_text
from hub.home import HubHome
from hub.migrations import HEAD, revision as schema_of
from hub.publishing import one_at_a_time
from hub.release_rows import current_revision, live_lines
from hub.store import Store, utc_now
from hub.tables import enrolment_codes, enrolment_tries, login_tries, metadata, sessions

MANIFEST = "manifest.json"
CONFIG = "hub.toml"
KEYS_MANIFEST = "keys.json"
FORMAT = 1

LEFT_OUT = frozenset({sessions.name, login_tries.name, enrolment_tries.name, enrolment_codes.name})

ROWS_AT_ONCE = 500


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
        made_folder(folder / "tables")

        def dump(connection: Connection) -> Manifest:
            rows = {table.name: _dump(connection, table, folder) for table in kept(metadata)}
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
            copy_tree(home.public, folder / "public")
        if home.mappings.is_dir():
            copy_tree(home.mappings, folder / "mappings")
        if (config or home.config).is_file():
            copy_file(config or home.config, folder / CONFIG)
        if keys is not None and home.keys.is_dir():
            copy_tree(home.keys, keys, leave={"lock"})
            write_text(keys / KEYS_MANIFEST, json.dumps({name: one.model_dump() for name, one in _files(keys).items()}))
    made = made.model_copy(update={"files": _files(folder)})
    write_text(folder / MANIFEST, made.model_dump_json(indent=1))
    return made


def kept(known: MetaData) -> list[Table]:
    """The tables that a copy holds, each behind those that it names."""
    return [table for table in known.sorted_tables if table.name not in LEFT_OUT and table.name != "alembic_version"]


def _dump(connection: Connection, table: Table, folder: Path) -> int:
    """Writes a table, a JSON list a row below one of the columns' names; how many rows."""
    count = 0
    names = [column.name for column in table.columns]
    wanted = select(table).order_by(*table.primary_key.columns)
    with (
        OpenNew(folder / place_of(table.name)) as raw,
        gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed,
    ):
        packed.write(_line(names))
        for row in connection.execute(wanted, execution_options={"yield_per": ROWS_AT_ONCE}):
            packed.write(_line(list(row)))
            count += 1
    return count


def _line(value: list[Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def place_of(table: str) -> str:
    """Where the rows of a table lie in the copy."""
    return f"tables/{table}.jsonl.gz"


def _files(folder: Path) -> dict[str, Copied]:
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())
    return {path.relative_to(folder).as_posix(): copied(path) for path in found}


def copied(path: Path) -> Copied:
    """What is to be said of a file. Raises OSError."""
    state, length = hashlib.sha256(), 0
    with path.open("rb") as stream:
        while piece := stream.read(PIECE):
            state.update(piece)
            length += len(piece)
    return Copied(bytes=length, sha256=state.hexdigest())


def _fresh(folder: Path) -> None:
    made_folder(folder)
    if any(folder.iterdir()):
        raise BackupUnfit(f"{folder} is not empty")
