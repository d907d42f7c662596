"""Connections to a finished catalogue file, lent to several readers."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from localdb.reading import KEPT, ReadingPool

COUNT = "SELECT count(*) FROM t"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "目录 50%.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE t (n)")
        connection.executemany("INSERT INTO t VALUES (?)", [(n,) for n in range(1000)])
    connection.close()
    return path


def open_files(path: Path) -> int:
    """How often this process has `path` open."""
    held = 0
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            held += descriptor.samefile(path)
        except OSError:
            continue
    return held


def test_nobody_writes(file: Path) -> None:
    pool = ReadingPool(file)
    before = file.read_bytes()
    with pool.connect() as connection, pytest.raises(sqlite3.OperationalError):
        connection.execute("DELETE FROM t")
    pool.close()
    assert file.read_bytes() == before


def test_one_reader_after_the_other_uses_one_connection(file: Path) -> None:
    pool = ReadingPool(file)
    for _ in range(20):
        with pool.connect() as connection:
            assert connection.execute(COUNT).fetchone() == (1000,)
    assert open_files(file) == 1
    pool.close()
    assert open_files(file) == 0


def test_readers_at_a_time_never_share_one(file: Path) -> None:
    pool, readers = ReadingPool(file), 6
    together = threading.Barrier(readers)
    lent: list[int] = []
    sums: list[int] = []

    def read() -> None:
        with pool.connect() as connection:
            lent.append(id(connection))
            together.wait(10)
            sums.append(sum(n for (n,) in connection.execute("SELECT n FROM t")))
            together.wait(10)

    threads = [threading.Thread(target=read) for _ in range(readers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(set(lent)) == readers
    assert sums == [499_500] * readers
    assert open_files(file) == KEPT
    pool.close()
    assert open_files(file) == 0


def test_who_reads_while_it_is_closed_reads_on(file: Path) -> None:
    pool = ReadingPool(file)
    with pool.connect() as connection:
        rows = connection.execute("SELECT n FROM t ORDER BY n")
        assert rows.fetchone() == (0,)
        pool.close()
        file.unlink()
        assert sum(n for (n,) in rows) == 499_500
    assert open_files(file.parent / "other") == 0
    with pytest.raises(sqlite3.ProgrammingError):
        connection.execute(COUNT)


def test_a_fault_while_reading_loses_no_connection(file: Path) -> None:
    pool = ReadingPool(file)
    for _ in range(5):
        with pytest.raises(sqlite3.OperationalError), pool.connect() as connection:
            connection.execute("SELECT nothing FROM t")
    assert open_files(file) == 1
    pool.close()


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    pool = ReadingPool(tmp_path / "nothing.db")
    with pytest.raises(sqlite3.OperationalError), pool.connect() as connection:
        connection.execute("SELECT 1 FROM t")
    pool.close()
    assert not (tmp_path / "nothing.db").exists()
