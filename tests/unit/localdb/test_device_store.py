from __future__ import annotations

import datetime as dt
import json
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from domain.errors import Code, DeviceStoreError
from domain.events import JobState
from domain.ports import Marks, SlipJob, SlipJournal
from domain.unmet import Unmet
from localdb.device.journal import KEPT_JOBS
from localdb.device.reading import kept_unmet
from localdb.device.store import DeviceStore
from localdb.device.unmet import KEPT_DAYS, MOST_KEPT

ROOT = Path(__file__).parents[3]
NOON = dt.datetime(2026, 11, 21, 12, 0, tzinfo=dt.timezone(dt.timedelta(hours=8)))

Opened = Callable[[], DeviceStore]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "device.db"


@pytest.fixture
def opened(path: Path) -> Iterator[Opened]:
    """Opens the store as a start of the kiosk does; the one before is closed first."""
    stores: list[DeviceStore] = []

    def open_store() -> DeviceStore:
        for store in stores:
            store.close()
        stores.append(DeviceStore(path, lambda: NOON))
        return stores[-1]

    yield open_store
    for store in stores:
        store.close()


def states(journal: SlipJournal) -> list[tuple[int, str, str]]:
    return [(job.number, job.job, job.state.value) for job in journal.jobs()]


def test_a_slip_goes_through_the_journal(opened: Opened) -> None:
    journal: SlipJournal = opened()
    assert journal.next_number() == 1
    assert journal.open_job("a") == 1
    assert journal.open_job("b") == 2
    assert journal.next_number() == 3
    journal.move("a", JobState.SENDING)
    journal.move("a", JobState.CONFIRMED, millimetres=212.5)
    journal.move("b", JobState.NOT_SENT, Code.PAPER_OUT)
    assert journal.jobs() == (
        SlipJob("b", 2, JobState.NOT_SENT, Code.PAPER_OUT, 0.0, NOON),
        SlipJob("a", 1, JobState.CONFIRMED, None, 212.5, NOON),
    )
    assert journal.jobs(1) == journal.jobs()[:1]


def test_a_final_state_stays(opened: Opened) -> None:
    journal = opened()
    journal.open_job("a")
    journal.move("a", JobState.UNCERTAIN, Code.PRINT_UNCERTAIN)
    journal.move("a", JobState.CONFIRMED)
    journal.move("never opened", JobState.CONFIRMED)
    assert states(journal) == [(1, "a", "uncertain")]


def test_a_job_is_opened_once(opened: Opened) -> None:
    journal = opened()
    journal.open_job("a")
    with pytest.raises(DeviceStoreError) as caught:
        journal.open_job("a")
    assert caught.value.code is Code.JOURNAL_FAILED
    assert journal.open_job("b") == 2


def test_a_restart_closes_what_was_under_way(opened: Opened) -> None:
    journal = opened()
    for job in ("waiting", "sending", "done"):
        journal.open_job(job)
    journal.move("sending", JobState.SENDING)
    journal.move("done", JobState.SENDING)
    journal.move("done", JobState.CONFIRMED)
    again = opened()
    assert states(again) == [(3, "done", "confirmed"), (2, "sending", "uncertain"), (1, "waiting", "not_sent")]
    assert [job.code for job in again.jobs()] == [None, Code.PRINT_UNCERTAIN, None]
    assert again.open_job("next") == 4


def test_old_jobs_are_forgotten_and_their_numbers_never_given_again(opened: Opened, path: Path) -> None:
    opened().close()
    with sqlite3.connect(path) as connection:
        connection.executemany(
            "INSERT INTO slip_jobs (job, state, millimetres, changed_at)"
            " VALUES (?, 'confirmed', 1, '2026-01-01T00:00:00+00:00')",
            ((f"old-{number}",) for number in range(KEPT_JOBS + 3)),
        )
    connection.close()
    journal = opened()
    assert journal.open_job("new") == KEPT_JOBS + 4
    kept = journal.jobs(2 * KEPT_JOBS)
    assert (len(kept), kept[0].number, kept[-1].number) == (KEPT_JOBS, KEPT_JOBS + 4, 5)
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM slip_jobs")
    connection.close()
    assert journal.open_job("after all were gone") == KEPT_JOBS + 5


def test_marks_are_seen_at_once_and_outlive_a_restart(opened: Opened) -> None:
    store = opened()
    marks: Marks = store
    assert marks.get("millimetres") is None
    for value in range(500):
        marks.put("millimetres", str(value))
        assert marks.get("millimetres") == str(value)
    marks.put("clock", "1795238400")
    again = opened()
    assert (again.get("millimetres"), again.get("clock")) == ("499", "1795238400")


def test_many_threads_write_and_every_number_is_given_once(opened: Opened) -> None:
    store = opened()
    numbers: list[int] = []

    def print_slips(clerk: int) -> None:
        for slip in range(10):
            numbers.append(store.open_job(f"{clerk}-{slip}"))
            store.move(f"{clerk}-{slip}", JobState.CONFIRMED)
            store.put(f"clerk {clerk}", str(slip))

    clerks = [threading.Thread(target=print_slips, args=(clerk,)) for clerk in range(4)]
    for thread in clerks:
        thread.start()
    for thread in clerks:
        thread.join()
    assert sorted(numbers) == list(range(1, 41))
    assert {job.state for job in store.jobs()} == {JobState.CONFIRMED}
    assert [opened().get(f"clerk {clerk}") for clerk in range(4)] == ["9"] * 4


def test_a_closed_store_says_so(opened: Opened) -> None:
    store = opened()
    store.put("a", "1")
    store.close()
    store.close()
    with pytest.raises(DeviceStoreError):
        store.open_job("late")
    store.put("a", "2")
    assert opened().get("a") == "1"


def test_a_damaged_file_is_set_aside_and_printing_goes_on(opened: Opened, path: Path) -> None:
    opened().close()
    path.write_bytes(b"\x00garbage" * 1000)
    store = opened()
    assert store.open_job("a") == 1
    assert path.with_name("device.db.damaged").read_bytes().startswith(b"\x00garbage")


def test_the_numbers_of_a_damaged_file_go_on_if_they_can_still_be_read(opened: Opened, path: Path) -> None:
    store = opened()
    for number in range(30):
        store.open_job(f"slip number {number:040}")
    store.close()
    with sqlite3.connect(path) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'slip_jobs'").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    content = bytearray(path.read_bytes())
    content[(page - 1) * size : page * size] = b"\xff" * size
    path.write_bytes(bytes(content))
    again = opened()
    assert (again.jobs(), again.next_number(), again.open_job("next")) == ((), 31, 31)


def test_a_file_of_a_newer_kiosk_is_left_alone(opened: Opened, path: Path) -> None:
    opened().close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(DeviceStoreError) as caught:
        opened()
    assert "9999" in caught.value.detail
    assert path.read_bytes() == before


def test_a_place_where_nothing_can_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "file" / "device.db", Path("/proc/device.db")):
        with pytest.raises(DeviceStoreError) as caught:
            DeviceStore(path)
        assert caught.value.code is Code.JOURNAL_FAILED


FULL = """
import json, resource, sys
from pathlib import Path
from domain.errors import DeviceStoreError
from domain.events import JobState
from localdb.device.store import DeviceStore

def limit(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

store = DeviceStore(Path(sys.argv[1]))
told = []
store.open_job("before")
limit(1)
for work in (lambda: store.open_job("full"), lambda: store.move("before", JobState.SENDING)):
    try:
        work()
    except DeviceStoreError as error:
        told.append(error.code)
store.put("mark", "1")
told.append(store.get("mark"))
try:  # behind the mark in the queue
    store.open_job("still full")
except DeviceStoreError as error:
    told.append(error.code)
limit(resource.RLIM_INFINITY)
told.append(store.open_job("after"))
store.put("other", "2")
store.close()
store = DeviceStore(Path(sys.argv[1]))
told += [store.get("mark"), store.get("other"), [(job.job, job.state.value) for job in store.jobs()]]
store.close()
print(json.dumps(told))
"""


def test_a_full_disk_is_told_and_the_store_writes_again_when_there_is_room(path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL, path], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [
        "D-05",
        "D-05",
        "1",
        "D-05",
        2,
        "1",
        "2",
        [["after", "not_sent"], ["before", "not_sent"]],
    ]


def test_nothing_but_states_is_kept(opened: Opened, path: Path) -> None:
    store = opened()
    store.open_job("a")
    store.close()
    with sqlite3.connect(path) as connection:
        columns = {
            table: [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            if not table.startswith("sqlite_")
        }
    connection.close()
    assert columns == {
        "alembic_version": ["version_num"],
        "slip_jobs": ["number", "job", "state", "code", "millimetres", "changed_at"],
        "marks": ["key", "value"],
        "unmet_query": ["day", "text", "visits"],
        "outbox": ["id", "kind", "name", "body", "size", "made_at", "tries", "refusals", "next_at", "dead"],
        "outbox_told": ["name", "digest", "at"],
    }


def test_words_asked_in_vain_add_up_day_by_day(opened: Opened, path: Path) -> None:
    store = opened()
    friday, saturday = dt.date(2026, 11, 20), dt.date(2026, 11, 21)
    for day, text, visits in (
        (friday, "打狗证", 5),
        (friday, "打狗证", 1),
        (saturday, "打狗证", 5),
        (friday, "补卡", 9),
    ):
        store.keep_unmet(text, day, visits)
    store.open_job("behind them")
    wanted = (Unmet("打狗证", saturday, 5), Unmet("补卡", friday, 9), Unmet("打狗证", friday, 6))
    assert store.unmet() == wanted
    assert kept_unmet(path) == wanted
    assert opened().unmet() == wanted


def test_words_are_kept_for_a_time_and_so_many(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    store = opened()
    day = dt.date(2026, 11, 20)
    store.keep_unmet("早就问过", day - dt.timedelta(days=KEPT_DAYS + 1), 5)
    store.keep_unmet("刚刚好", day - dt.timedelta(days=KEPT_DAYS), 5)
    store.keep_unmet("今天问的", day, 5)
    store.open_job("behind them")
    assert [one.text for one in store.unmet()] == ["今天问的", "刚刚好"]
    monkeypatch.setattr("localdb.device.unmet.MOST_KEPT", 3)
    for number in range(4):
        store.keep_unmet(f"第{'一二三四'[number]}件", day, 6 + number)
    store.open_job("behind them, too")
    assert [(one.text, one.visits) for one in store.unmet()] == [("第四件", 9), ("第三件", 8), ("第二件", 7)]
    assert MOST_KEPT > 1000


def test_words_that_cannot_be_written_are_lost_without_a_word(
    opened: Opened, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = opened()
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE unmet_query")
    connection.close()
    store.keep_unmet("补卡", dt.date(2026, 11, 20), 5)
    store.open_job("goes on")
    own = [record.levelname for record in caplog.records if record.name.startswith("localdb")]
    assert own == ["WARNING"]
    assert "补卡" not in caplog.text
    assert kept_unmet(path) == ()
    store.close()
    store.keep_unmet("补卡", dt.date(2026, 11, 20), 5)
