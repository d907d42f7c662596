"""SQLite as both halves of `localdb` open it to write: one place for pragmas and what SQLite's complaints mean."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool, StaticPool

LITTLE_SPACE = 1 << 20
"""Bytes; with less than this left a failed write is blamed on the disk, whatever SQLite called it."""

BUSY_SECONDS = 5.0
"""How long a connection waits for another one's lock."""


def building_engine(path: Path) -> Engine:
    """Opens a file that nobody reads before it is renamed: no journal, no fsync on the way; one connection."""

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=64)
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "locking_mode = EXCLUSIVE", "temp_store = MEMORY"):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    return _with_real_transactions(create_engine("sqlite://", creator=connect, poolclass=StaticPool))


def device_engine(path: Path) -> Engine:
    """Opens `device.db`: write-ahead log, every commit on the disk before it returns (power may go at any moment)."""

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=BUSY_SECONDS)
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "temp_store = MEMORY"):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    return _with_real_transactions(create_engine("sqlite://", creator=connect, poolclass=QueuePool, pool_size=2))


def _with_real_transactions(engine: Engine) -> Engine:
    """Sends BEGIN ourselves: Python's sqlite3 would leave DDL outside the transaction, and a migration could half
    happen.
    """

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


def is_disk_full(error: BaseException, directory: Path) -> bool:
    """Whether `error` means that there is no room left for what is written in `directory`."""
    original = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(original, OSError) and original.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return True
    if isinstance(original, sqlite3.Error) and getattr(original, "sqlite_errorcode", 0) == sqlite3.SQLITE_FULL:
        return True
    try:
        return shutil.disk_usage(directory).free < LITTLE_SPACE
    except OSError:
        return False


def fsync(path: Path) -> None:
    """Makes a file, or the names in a directory, survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
