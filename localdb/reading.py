"""Finished catalogue files as they are read: plain SQLite connections, lent and given back.

Reading needs nothing of SQLAlchemy, and a kiosk that only reads answers before it is loaded.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

KEPT = 2
"""Connections that stay open while nobody reads: one for the screen, one for whoever else."""


class ReadingPool:
    """Connections to one file that is never changed: read-only and immutable, so without any lock; any thread may ask.

    `immutable` is safe because a newer catalogue gets its own file, and whoever still holds this one keeps its inode.
    A connection is one reader's until it is given back; as many as there are readers at a time are opened. After
    `close` those that are lent are closed when they come back, and who asks then gets a new one for this once.

    Raises what sqlite3 raises: `sqlite3.OperationalError` when the file cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._uri = f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"
        self._lock = threading.Lock()
        self._idle: list[sqlite3.Connection] = []
        self._keeps = KEPT

    @contextlib.contextmanager
    def connect(self) -> Iterator[sqlite3.Connection]:
        """A connection for as long as the block takes."""
        with self._lock:
            connection = self._idle.pop() if self._idle else None
        if connection is None:
            connection = self._opened()
        try:
            yield connection
        finally:
            with self._lock:
                kept = len(self._idle) < self._keeps
                if kept:
                    self._idle.append(connection)
            if not kept:
                connection.close()

    def close(self) -> None:
        """Closes what is not lent; what is lent as soon as it comes back."""
        with self._lock:
            self._keeps = 0
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _opened(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._uri, uri=True, check_same_thread=False, cached_statements=64)
        try:
            connection.execute("PRAGMA query_only = ON")
            connection.execute("PRAGMA temp_store = MEMORY")
        except BaseException:
            connection.close()
            raise
        return connection
