"""`device.db` in use: one thread writes, whoever asks reads."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Self, TypeVar

from sqlalchemy import Connection, Engine, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from domain.errors import Code, DeviceStoreError
from domain.events import JobState
from domain.ports import SlipJob
from domain.unmet import Unmet
from localdb.device import journal, outbox, unmet
from localdb.device.migrations import HEAD, revision, upgrade
from localdb.device.outbox import OutboxState, Waiting
from localdb.device.tables import marks
from localdb.engine import device_engine

T = TypeVar("T")

log = logging.getLogger(__name__)

PATIENCE = 10.0
"""Seconds that a caller waits for a commit; a healthy disk needs milliseconds."""

_BROKEN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def utc_now() -> dt.datetime:
    """Wall time, as far as the machine knows it."""
    return dt.datetime.now(dt.UTC)


class DeviceStore:
    """The journal of slips, the marks, and words asked in vain; implements `domain.ports.SlipJournal` and `Marks`.

    One thread of its own writes, in short transactions that are on the disk when they end (power may go at any moment);
    reads happen in the caller's thread. What the last run left unfinished is closed when the file is opened: SENDING
    becomes UNCERTAIN, QUEUED becomes NOT_SENT. One process at a time may hold a store.

    A full or read-only disk: `open_job` and `move` raise `DeviceStoreError` (D-05), nothing is noted then; a mark that
    cannot be written is logged and keeps its value until the process ends. The store stays usable, and writes again as
    soon as the disk does. A damaged file is set aside as ``device.db.damaged`` and a new one begun, with the numbers of
    the old one going on if they can still be read. A file that a newer kiosk has written is left alone.

    Raises `DeviceStoreError` (D-05) when the file can be neither opened nor made.
    """

    def __init__(self, path: Path, now: Callable[[], dt.datetime] = utc_now) -> None:
        self.path = path
        self._now = now
        try:
            self._engine = self._opened()
            with self._engine.begin() as connection:
                self._marks = {row.key: row.value for row in connection.execute(select(marks))}
        except (SQLAlchemyError, OSError) as error:
            raise _failed(error) from error
        self._lock = threading.Lock()
        self._unwritten: set[str] = set()
        self._write_due = False
        self._closed = False
        self._work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write, name="device-store", daemon=True)
        self._writer.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Writes what is queued and lets go of the file; further writes raise D-05."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._work.put(None)
        self._writer.join(PATIENCE)
        self._engine.dispose()

    # The journal of slips

    def next_number(self) -> int:
        return self._read(journal.last_number) + 1

    def open_job(self, job: str) -> int:
        return self._done(lambda connection: journal.open_job(connection, job, self._now()))

    def move(self, job: str, state: JobState, code: Code | None = None, millimetres: float = 0.0) -> None:
        if not self._done(lambda connection: journal.move(connection, job, state, code, millimetres, self._now())):
            log.warning("a slip stays as it is, not %s", state.value)

    def jobs(self, limit: int = 50) -> tuple[SlipJob, ...]:
        return self._read(lambda connection: journal.latest(connection, limit))

    # Marks

    def get(self, key: str) -> str | None:
        with self._lock:
            return self._marks.get(key)

    def put(self, key: str, value: str) -> None:
        with self._lock:
            self._marks[key] = value
            self._unwritten.add(key)
            if not self._write_due and not self._closed:
                self._write_due = True
                self._work.put(self._write_marks)

    def _write_marks(self) -> None:
        with self._lock:
            self._write_due = False
            rows = [{"key": key, "value": self._marks[key]} for key in sorted(self._unwritten)]
            self._unwritten.clear()
        statement = insert(marks)
        try:
            with self._engine.begin() as connection:
                connection.execute(
                    statement.on_conflict_do_update(index_elements=["key"], set_={"value": statement.excluded.value}),
                    rows,
                )
        except SQLAlchemyError as error:
            log.warning("marks are not on the disk: %s", _failed(error).detail, extra={"code": Code.JOURNAL_FAILED})
            with self._lock:
                self._unwritten.update(row["key"] for row in rows)  # they go along with the next mark

    # Words that enough people asked in vain

    def keep_unmet(self, text: str, day: dt.date, visits: int) -> None:
        """Adds `visits` to what is noted of `text` on `day`. Returns at once; what cannot be written is logged, without
        the words, and lost.
        """

        def task() -> None:
            try:
                with self._engine.begin() as connection:
                    unmet.keep(connection, text, day, visits)
            except SQLAlchemyError as error:
                log.warning("words are not kept: %s", _failed(error).detail, extra={"code": Code.JOURNAL_FAILED})

        with self._lock:
            if not self._closed:
                self._work.put(task)

    def unmet(self) -> tuple[Unmet, ...]:
        """What is kept, the newest day first, then what most visits asked. Raises `DeviceStoreError`."""
        return self._read(unmet.kept)

    # What waits to be sent home

    def put_message(self, kind: str, body: str, name: str | None = None) -> str | None:
        """Adds a message to the outbox, on the disk when this returns; its id, None when there is nothing new to say
        under `name`. Raises `DeviceStoreError`.
        """
        return self._done(lambda connection: outbox.put(connection, kind, body, self._now(), name))

    def due_messages(self, most: int, most_bytes: int) -> tuple[Waiting, ...]:
        """Messages that may go now, the oldest first. Raises `DeviceStoreError`."""
        return self._read(lambda connection: outbox.due(connection, self._now(), most, most_bytes))

    def waiting_messages(self) -> tuple[Waiting, ...]:
        """All messages that wait, the oldest first. Raises `DeviceStoreError`."""
        return self._read(outbox.everything)

    def settle_messages(self, fates: Mapping[str, str]) -> None:
        """Notes what the hub answered, by id. Raises `DeviceStoreError`."""
        self._done(lambda connection: outbox.settle(connection, fates, self._now()))

    def postpone_messages(self, ids: Collection[str]) -> None:
        """Notes that they did not reach the hub. Raises `DeviceStoreError`."""
        self._done(lambda connection: outbox.postpone(connection, ids, self._now()))

    def hasten_messages(self) -> None:
        """The hub is there again: what waited for it may go. Raises `DeviceStoreError`."""
        self._done(outbox.hasten)

    def outbox(self) -> OutboxState:
        """How much waits. Raises `DeviceStoreError`."""
        return self._read(outbox.state)

    def slip_counts(self, since: dt.datetime) -> Mapping[JobState, int]:
        """Slips whose state is of `since` (aware) or later, by state. Raises `DeviceStoreError`."""
        return self._read(lambda connection: journal.counts(connection, since))

    # The writing thread, and waiting for it

    def _write(self) -> None:
        while (task := self._work.get()) is not None:
            task()

    def _done(self, work: Callable[[Connection], T]) -> T:
        """What `work` returns, once it is on the disk."""
        promise: Future[T] = Future()

        def task() -> None:
            try:
                with self._engine.begin() as connection:
                    found = work(connection)
            except Exception as error:
                promise.set_exception(_failed(error))
            else:
                promise.set_result(found)

        with self._lock:
            if self._closed:
                raise DeviceStoreError(Code.JOURNAL_FAILED, "device.db is closed")
            self._work.put(task)
        try:
            return promise.result(PATIENCE)
        except TimeoutError:
            raise DeviceStoreError(Code.JOURNAL_FAILED, f"device.db: no answer in {PATIENCE:.0f} s") from None

    def _read(self, work: Callable[[Connection], T]) -> T:
        try:
            with self._engine.connect() as connection:
                return work(connection)
        except (SQLAlchemyError, ValueError) as error:
            raise _failed(error) from error

    # Opening

    def _opened(self) -> Engine:
        """The engine of a sound file of the newest revision, unfinished jobs closed."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return self._prepared(0)
        except DBAPIError as error:
            if getattr(error.orig, "sqlite_errorcode", 0) & 0xFF not in _BROKEN:
                raise
            log.error("%s is damaged and set aside", self.path.name, extra={"code": Code.JOURNAL_FAILED})
        number = _rescued_number(self.path)
        self.path.replace(self.path.with_name(f"{self.path.name}.damaged"))
        for rest in ("-wal", "-shm"):
            self.path.with_name(self.path.name + rest).unlink(missing_ok=True)
        return self._prepared(number)

    def _prepared(self, last_number: int) -> Engine:
        engine = device_engine(self.path)
        try:
            with engine.begin() as connection:
                new = revision(connection) is None
                if not new:
                    _check(connection)
                upgrade(connection)
                if new and last_number:
                    journal.continue_after(connection, last_number)
                closed = journal.close_unfinished(connection, self._now())
        except BaseException:
            engine.dispose()
            raise
        if closed:
            log.warning("%d slips were unfinished at the last stop", closed)
        return engine


def _check(connection: Connection) -> None:
    """Raises what SQLite raises for a file that it cannot read, or that it can read, but not trust."""
    found = revision(connection)
    if found is not None and found > HEAD:
        raise DeviceStoreError(Code.JOURNAL_FAILED, f"device.db has revision {found}, this kiosk knows {HEAD}")
    verdict = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
    if verdict != "ok":
        damaged = sqlite3.DatabaseError(verdict)
        damaged.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise DBAPIError(None, None, damaged)


def _rescued_number(path: Path) -> int:
    """The last number given, as far as a damaged file still tells."""
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(path)) as connection:
        found: Any = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'slip_jobs'").fetchone()
        return int(found[0]) if found else 0
    return 0


def _failed(error: BaseException) -> DeviceStoreError:
    """The coded error for what went wrong; SQLite's own words hold no contents."""
    original = getattr(error, "orig", None) or error
    failed = DeviceStoreError(Code.JOURNAL_FAILED, f"device.db: {original.__class__.__name__}: {original}")
    failed.__cause__ = error
    return failed
