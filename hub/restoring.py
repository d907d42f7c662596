"""A hub again out of a copy (`hub.backup`).

It reads everything before it writes anything, works in one transaction, and commits only when the audit chain is
whole and the live content has the digest that the manifest names. The hub.toml of the copy is put beside that of the
home: the one that is there names the database that is being filled.
"""

from __future__ import annotations

import datetime as dt
import gzip
import itertools
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pydantic import ValidationError
from sqlalchemy import Connection, MetaData, Table, func, insert, inspect, select

from domain.errors import SyncError
from domain.records import digest_of_lines
from hub import audit, marks
from hub.audit import COMMAND_LINE, Event
from hub.backup import (
    CONFIG,
    FORMAT,
    KEYS_MANIFEST,
    MANIFEST,
    ROWS_AT_ONCE,
    BackupUnfit,
    Copied,
    Manifest,
    copied,
    kept,
    place_of,
)
from hub.file_trees import copy_file, put_tree
from hub.home import HubHome
from hub.migrations import HEAD, revision as schema_of, upgrade
from hub.publishing import Press
from hub.refusal import Reason, Refused
from hub.release import REVISION
from hub.release_rows import live_lines
from hub.store import answering, engine_of, utc_now, written
from hub.tables import audit as audit_table, items, metadata, people


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
    missing = sorted(name for name in made.rows if place_of(name) not in made.files)
    if missing:
        raise BackupUnfit(*(f"{place_of(name)} is missing" for name in missing))
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
    by_name = {table.name: table for table in kept(known)}
    strange = sorted(set(made.rows) - set(by_name))
    if strange:
        raise BackupUnfit(*(f"no table {name}" for name in strange))
    for table in by_name.values():
        if table.name in made.rows and _load(connection, table, folder / place_of(table.name)) != made.rows[table.name]:
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
        put_tree(folder / "public", home.public, private=False)
    if (folder / "mappings").is_dir() and not home.mappings.is_dir():
        put_tree(folder / "mappings", home.mappings)
    if keys is not None and not home.keys.is_dir():
        put_tree(keys, home.keys, leave={KEYS_MANIFEST})


def _put_config(home: HubHome, folder: Path, made: Manifest) -> Path | None:
    """The copy's settings beside those of the home, under a name that there was not."""
    if CONFIG not in made.files:
        return None
    for number in itertools.count(1):
        aside = home.config.with_name(f"{home.config.name}.restored{f'-{number}' if number > 1 else ''}")
        if not os.path.lexists(aside):
            break
    copy_file(folder / CONFIG, aside)
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
        elif copied(file) != said:
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
