"""`device.db` read beside the process that holds it: unlike a start of the kiosk, this closes no slip that is open."""

from __future__ import annotations

import contextlib
import datetime as dt
import sqlite3
from pathlib import Path

from domain.errors import Code, DeviceStoreError
from domain.unmet import Unmet

BUSY_SECONDS = 5.0


def kept_mark(path: Path, key: str) -> str | None:
    """What `DeviceStore.get` would say of the mark `key`; None for a file that is not there yet or is of an older
    kiosk.

    Raises `DeviceStoreError` (D-05) for one that cannot be read.
    """
    if not path.exists():
        return None
    try:
        uri = f"{path.absolute().as_uri()}?mode=ro"
        with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS)) as connection:
            known = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'marks'"
            if not connection.execute(known).fetchone()[0]:
                return None
            row = connection.execute("SELECT value FROM marks WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])
    except sqlite3.Error as error:
        raise DeviceStoreError(Code.JOURNAL_FAILED, f"{path.name}: {type(error).__name__}") from error


def kept_unmet(path: Path) -> tuple[Unmet, ...]:
    """What `DeviceStore.unmet` would say; nothing for a file that is not there yet or is of an older kiosk.

    Raises `DeviceStoreError` (D-05) for one that cannot be read.
    """
    if not path.exists():
        return ()
    wanted = "SELECT text, day, visits FROM unmet_query ORDER BY day DESC, visits DESC, text"
    try:
        uri = f"{path.absolute().as_uri()}?mode=ro"
        with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS)) as connection:
            known = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'unmet_query'"
            rows = connection.execute(wanted).fetchall() if connection.execute(known).fetchone()[0] else []
        return tuple(Unmet(text, dt.date.fromisoformat(day), visits) for text, day, visits in rows)
    except (sqlite3.Error, ValueError) as error:
        raise DeviceStoreError(Code.JOURNAL_FAILED, f"{path.name}: {type(error).__name__}") from error


def kept_outbox(path: Path) -> tuple[int, int]:
    """How many messages wait, and how many the hub will not have; (0, 0) for a file that is not there yet or is of an
    older kiosk.

    Raises `DeviceStoreError` (D-05) for one that cannot be read.
    """
    if not path.exists():
        return 0, 0
    try:
        uri = f"{path.absolute().as_uri()}?mode=ro"
        with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS)) as connection:
            known = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'outbox'"
            if not connection.execute(known).fetchone()[0]:
                return 0, 0
            counts = dict(connection.execute("SELECT dead, count(*) FROM outbox GROUP BY dead").fetchall())
        return int(counts.get(0, 0)), int(counts.get(1, 0))
    except sqlite3.Error as error:
        raise DeviceStoreError(Code.JOURNAL_FAILED, f"{path.name}: {type(error).__name__}") from error
