from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, insert, inspect, select, text
from sqlalchemy.exc import IntegrityError

from hub import marks
from hub.migrations import HEAD, NewerDatabase, downgrade, revision, upgrade
from hub.store import PAGES, Meeting, Store, Turns, sqlite_url
from hub.tables import marks as marks_table, metadata


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "hub.db")
    return str(request.getfixturevalue("postgresql").bare())


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with Store(url) as opened:
        yield opened


def test_migrations_lead_to_the_tables_and_back(store: Store) -> None:
    with store.engine.begin() as connection:
        assert revision(connection) == HEAD
        found = compare_metadata(MigrationContext.configure(connection), metadata)
        # Comments on columns are for readers of the code; the database has none.
        assert [one for one in found if "modify_comment" not in str(one)] == []
    with store.engine.begin() as connection:
        downgrade(connection, "base")
    with store.engine.begin() as connection:
        assert set(inspect(connection).get_table_names()) == {"alembic_version"}
        upgrade(connection)
    with store.engine.begin() as connection:
        assert set(metadata.tables) < set(inspect(connection).get_table_names())


def test_a_database_of_a_newer_hub_is_left_alone(url: str, store: Store) -> None:
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NewerDatabase, match="9999"):
        Store(url)
    with store.engine.begin() as connection:
        assert revision(connection) == "9999"


def test_tickets_of_what_never_was_become_strays(store: Store) -> None:
    with store.engine.begin() as connection:
        downgrade(connection, "0012")
        at = "2026-11-20T07:00:00.000000+00:00"
        for table, rows in (
            ("devices", [_device(at)]),
            ("items", [{"key": "guide/a", "kind": "guide", "id": "a", "name": "样本", "department": "*", "last": 1}]),
            ("tickets", [_ticket(key, at) for key in ("guide/a", "guide/nope")]),
            ("corrections", [_said(key, at) for key in ("guide/a", "guide/nope")]),
        ):
            connection.execute(insert(metadata.tables[table]), rows)
        upgrade(connection)
    with store.engine.begin() as connection:
        for table, keys in (
            ("tickets", ["guide/a"]),
            ("corrections", ["guide/a"]),
            ("stray_corrections", ["guide/nope"]),
        ):
            assert list(connection.execute(select(metadata.tables[table].c.item)).scalars()) == keys, table
        downgrade(connection, "0012")
        upgrade(connection)


def _device(at: str) -> dict[str, object]:
    row = {"id": "d1", "number": "1", "name": "样本亭", "place": "样本广场", "ring": "stable"}
    return {**row, "key": "00", "enrolled_at": at}


def _ticket(key: str, at: str) -> dict[str, object]:
    row = {"id": f"t-{key}", "item": key, "department": "*", "field": "phone", "state": "open", "edits": 0}
    return {**row, "opened_at": at}


def _said(key: str, at: str) -> dict[str, object]:
    row = {"device": "d1", "item": key, "field": "phone", "day": "2026-11-20", "revision": 1, "times": 2}
    return {**row, "ticket": f"t-{key}", "received_at": at}


def test_what_a_failed_unit_of_work_did_is_undone(store: Store) -> None:
    def work(connection: Connection) -> None:
        marks.move(connection, "revision", "", "1")
        raise KeyError("in the middle")

    with pytest.raises(KeyError):
        store.run_tx(work)
    assert store.read(lambda connection: marks.get(connection, "revision")) == ""


def _step(connection: Connection) -> None:
    now = marks.get(connection, "revision")
    marks.move(connection, "revision", now, str(int(now or 0) + 1))


def _revision(connection: Connection) -> str:
    return marks.get(connection, "revision")


def _side_by_side(*calls: Callable[[], object]) -> None:
    threads = [threading.Thread(target=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(40)


def test_writers_of_one_process_take_turns(store: Store) -> None:
    tries = []

    def step(connection: Connection) -> None:
        tries.append(1)
        _step(connection)

    def run() -> None:
        for _ in range(10):
            store.run_tx(step)

    _side_by_side(*[run] * 4)
    assert (store.read(_revision), len(tries)) == ("40", 40), "nothing met, so nothing was done twice"


def test_writers_of_several_processes_lose_no_step(url: str, store: Store) -> None:
    def run(mine: Store) -> None:
        for _ in range(8):
            mine.run_tx(_step)

    with Store(url) as second, Store(url) as third:
        _side_by_side(*(lambda mine=mine: run(mine) for mine in (store, second, third)))
    assert store.read(_revision) == "24"


def test_who_came_first_has_the_turn_first() -> None:
    turns, done = Turns(), []

    def come(place: int) -> None:
        with turns:
            done.append(place)

    threads = [threading.Thread(target=come, args=(place,)) for place in range(5)]
    with turns:
        for before, thread in enumerate(threads):
            thread.start()
            _until(lambda before=before: turns.waiting == before + 1)  # type: ignore[misc]
    for thread in threads:
        thread.join(20)
    assert (done, turns.waiting) == ([0, 1, 2, 3, 4], 0)


def _until(seen: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not seen():
        assert time.monotonic() < until
        time.sleep(0.001)


def test_compare_and_set_refuses_what_was_moved_on(store: Store) -> None:
    store.run_tx(lambda connection: marks.move(connection, "revision", "", "1"))

    def stale(connection: Connection) -> None:
        marks.move(connection, "revision", "0", "2")

    with store.engine.begin() as connection, pytest.raises(Meeting):
        stale(connection)
    with store.engine.begin() as connection, pytest.raises(Meeting):
        marks.move(connection, "revision", "", "2")
    assert store.read(lambda connection: marks.get(connection, "revision")) == "1"


def test_a_fault_that_stays_is_not_tried_for_ever(store: Store) -> None:
    tries = []

    def work(connection: Connection) -> None:
        tries.append(1)
        connection.execute(text("INSERT INTO person_roles (person, role) VALUES ('nobody', 'editor')"))

    with pytest.raises(IntegrityError):
        store.run_tx(work)
    assert 1 < len(tries) < 6


def test_a_reader_sees_one_state_and_waits_for_no_writer(store: Store) -> None:
    def read(connection: Connection) -> tuple[str, str]:
        before = marks.get(connection, "revision")
        store.run_tx(lambda other: marks.move(other, "revision", "", "1"))
        return before, marks.get(connection, "revision")

    assert store.read(read) == ("", "")
    assert store.read(lambda connection: connection.execute(select(marks_table.c.value)).scalar()) == "1"


def test_a_page_sees_one_state_however_often_it_reads(store: Store) -> None:
    with store.one_state():
        before = store.read(_revision)
        store.run_tx(_step)
        with store.one_state():
            assert (before, store.read(_revision)) == ("", "")
        assert store.read(_revision) == ""
        elsewhere: list[str] = []
        _side_by_side(lambda: elsewhere.append(store.read(_revision)))
        assert elsewhere == ["1"]
    assert store.read(_revision) == "1"


def test_a_page_that_fails_leaves_nothing_behind(store: Store) -> None:
    def draw() -> None:
        with store.one_page():
            assert store.read(_revision) == ""
            raise KeyError("in the middle")

    for _ in range(PAGES + 1):
        with pytest.raises(KeyError):
            draw()
    store.run_tx(_step)
    assert store.read(_revision) == "1"


def test_a_few_pages_are_drawn_at_once_and_writers_do_not_wait_for_them(store: Store) -> None:
    let_go = threading.Event()
    drawn: list[int] = []

    def draw(place: int) -> None:
        with store.one_page():
            drawn.append(place)
            assert let_go.wait(20)

    threads = [threading.Thread(target=draw, args=(place,)) for place in range(PAGES + 2)]
    for thread in threads:
        thread.start()
    _until(lambda: len(drawn) == PAGES)
    store.run_tx(_step)
    assert (store.read(_revision), len(drawn)) == ("1", PAGES)
    let_go.set()
    for thread in threads:
        thread.join(20)
    assert len(drawn) == PAGES + 2
