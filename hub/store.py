"""The hub's database: opening it, and units of work that are tried again when two of them meet."""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import os
import random
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.pool import QueuePool

from domain.errors import Code, HubStoreError
from hub.migrations import upgrade

T = TypeVar("T")

TRIES = 12
"""Attempts of one unit of work; with the pauses between them some four seconds."""

PAUSE = 0.02
LONGEST_PAUSE = 0.6
BUSY_SECONDS = 10.0
"""How long SQLite waits for another writer before it says `locked`."""

CONNECTIONS = 16
MORE_CONNECTIONS = 26
"""To PostgreSQL, kept and beyond that for a moment: together more than the threads that answer pages, so that none of
them waits for one while it holds another.
"""

PAGES = 3
"""Pages that read and draw at once. They compute more than they wait, in a process that computes one thing at a time:
more of them finish no sooner, and whoever holds the turn would wait for all of them after every answer of the database.
"""

_AGAIN = {"40001", "40P01"}
"""SQLSTATE: serialisation failure, deadlock. PostgreSQL and its kin say so for work that may be repeated."""

COLLISIONS = 4
"""Attempts after a key that exists already: the second one sees the first; what is still there then is a fault."""

_LOCKED = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


class Meeting(Exception):
    """Raised by a unit of work whose compare-and-set found the row moved on: it is done again from its beginning."""


class Turns:
    """One after the other in the order in which they came. A lock alone lets the last one pass the first."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._taken = False

    def __enter__(self) -> None:
        with self._guard:
            if not self._taken:
                self._taken = True
                return
            mine = threading.Lock()
            mine.acquire()
            self._waiting.append(mine)
        try:
            mine.acquire()
        except BaseException:  # Ctrl C while waiting: whoever was given the turn meanwhile passes it on
            with self._guard:
                given = mine not in self._waiting
                if not given:
                    self._waiting.remove(mine)
            if given:
                self.__exit__()
            raise

    @property
    def waiting(self) -> int:
        """How many wait for the one whose turn it is."""
        with self._guard:
            return len(self._waiting)

    def __exit__(self, *_: object) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False


def utc_now() -> dt.datetime:
    """Wall time."""
    return dt.datetime.now(dt.UTC)


def written(moment: dt.datetime) -> str:
    """A moment as the tables hold it: ISO 8601, UTC, always with microseconds, so that text sorts as time."""
    return moment.astimezone(dt.UTC).isoformat(timespec="microseconds")


def moment(text: str) -> dt.datetime:
    """A moment as written in the tables."""
    return dt.datetime.fromisoformat(text)


def sqlite_url(path: Path) -> str:
    """The URL of a SQLite file."""
    return f"sqlite:///{path}"


class Store:
    """One database, SQLite or PostgreSQL, brought to the newest revision when it is opened.

    `run_tx` gives a unit of work a connection in one transaction and repeats the work when it met another one
    (serialisation failure, deadlock, a locked file, `Meeting`). A unit of work therefore has no effect but on the
    connection. What it raises otherwise rolls everything back and goes to the caller. Transactions are serialisable on
    both databases: on SQLite because writers queue, on PostgreSQL because it is asked to. Writers of this process take
    turns from the beginning: every change moves on the head of the audit log, so that of two side by side one is always
    undone, and thirty people who try again keep undoing each other. What other processes write is met and repeated.

    `read` is one transaction, too; within `one_state` all reads of the thread are the same one, and `one_page`
    is that for what computes.

    Raises `HubStoreError`: D-06 for a database of a newer hub, D-07 for one that cannot be reached or is none;
    PermissionError for a file of another account.
    """

    def __init__(self, url: str) -> None:
        self.engine = engine_of(url)
        self._turns = Turns()
        self._pages = threading.BoundedSemaphore(PAGES)
        self._here = threading.local()
        try:
            with answering(url), self.engine.begin() as connection:
                upgrade(connection)
        except BaseException:
            self.engine.dispose()
            raise

    @property
    def sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Gives the connections back."""
        self.engine.dispose()

    def run_tx(self, work: Callable[[Connection], T]) -> T:
        """What `work` returns, once it is committed."""
        collisions = 0
        for left in range(TRIES - 1, -1, -1):
            try:
                with self._turns, self.engine.begin() as connection:
                    return work(connection)
            except IntegrityError:
                # Two units of work gave the same number or key; the second one, repeated, sees the first.
                collisions += 1
                if collisions == COLLISIONS or not left:
                    raise
            except (DBAPIError, Meeting) as error:
                if not left or not _may_repeat(error):
                    raise
            time.sleep(random.uniform(0.3, 1.0) * min(LONGEST_PAUSE, PAUSE * 2 ** (TRIES - left)))
        raise AssertionError("the loop ends by returning or raising")

    def read(self, work: Callable[[Connection], T]) -> T:
        """What `work` returns, which only reads; it sees one consistent state and waits for no writer."""
        held: Connection | None = getattr(self._here, "reading", None)
        if held is not None:
            return work(held)
        with self._reader() as connection:
            return work(connection)

    @contextlib.contextmanager
    def one_state(self) -> Iterator[None]:
        """For a page that reads many things: every `read` of this thread in the block sees the same state of the
        database, and pays for one transaction. What is written meanwhile is not seen, whoever writes it.
        """
        if getattr(self._here, "reading", None) is not None:
            yield
            return
        with self._reader() as connection:
            self._here.reading = connection
            try:
                yield
            finally:
                self._here.reading = None

    @contextlib.contextmanager
    def one_page(self) -> Iterator[None]:
        """`one_state` for a page that also computes what it shows: `PAGES` at once, the others wait for them."""
        with self._pages, self.one_state():
            yield

    @contextlib.contextmanager
    def _reader(self) -> Iterator[Connection]:
        with self.engine.connect() as connection:
            reading = connection.execution_options(**self._reading)
            with reading.begin():
                yield reading

    @property
    def _reading(self) -> dict[str, Any]:
        if self.sqlite:
            return {"reading": True}
        return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def _may_repeat(error: DBAPIError | Meeting) -> bool:
    if isinstance(error, Meeting):
        return True
    if isinstance(error.orig, sqlite3.OperationalError):
        return (getattr(error.orig, "sqlite_errorcode", 0) & 0xFF) in _LOCKED
    return getattr(error.orig, "sqlstate", None) in _AGAIN


@contextlib.contextmanager
def answering(url: str) -> Iterator[None]:
    """Around the first use of the database at `url`. Raises `HubStoreError` D-07 when it cannot be reached, or is none;
    PermissionError when it is a file of another account.
    """
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise _away(url) from error
    except DBAPIError as error:
        if isinstance(error.orig, sqlite3.Error) and error.orig.sqlite_errorcode == sqlite3.SQLITE_NOTADB:
            raise _away(url, "is no database") from error
        raise


def _away(url: str, how: str = "does not answer") -> HubStoreError | PermissionError:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        # The host of a socket stands in the query.
        host = parsed.host or parsed.query.get("host") or "localhost"
        where = f"database {parsed.database or ''} at {host}, account {parsed.username or 'of whoever runs this'}"
        return HubStoreError(Code.DATABASE_AWAY, f"{where}: {how}; see the setting `database`")
    path = Path(parsed.database or "")
    for one in (path, path.parent):
        if one.exists() and not os.access(one, os.R_OK | os.W_OK):
            return PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(one))
    return HubStoreError(Code.DATABASE_AWAY, f"{path}: {how}")


def engine_of(url: str) -> Engine:
    """The database at `url` as it is, brought to no revision; `Store` is what everything but a restore uses."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite_engine(Path(parsed.database or ""))
    if parsed.drivername in ("postgresql", "postgres"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    return create_engine(
        parsed,
        isolation_level="SERIALIZABLE",
        pool_pre_ping=True,
        pool_size=CONNECTIONS,
        max_overflow=MORE_CONNECTIONS,
    )


def _sqlite_engine(path: Path) -> Engine:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=BUSY_SECONDS)
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "temp_store = MEMORY"):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool, pool_size=8)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer takes the lock at once: one that reads first and writes later could not be helped by waiting.
        reading = connection.get_execution_options().get("reading")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine
