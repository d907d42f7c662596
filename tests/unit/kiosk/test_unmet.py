"""What fewer visits than the threshold ask is nowhere: not on the disk, in no picture of an object, in no log."""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings as effort, strategies as st
from typer.testing import CliRunner, Result

from domain.unmet import Unmet, read_unmet
from kiosk.__main__ import app
from kiosk.device import LateDevice
from kiosk.home import Home
from kiosk.unmet import MOST_QUESTIONS, CountedUnmet, VisitCounter
from localdb.device.store import DeviceStore

CHINA = dt.timezone(dt.timedelta(hours=8))
FRIDAY = dt.date(2026, 11, 20)
SATURDAY = dt.date(2026, 11, 21)
LOST = "驾驶本丢了"


class HandClock:
    trusted = True

    def __init__(self) -> None:
        self.at = dt.datetime(2026, 11, 20, 9, 0, tzinfo=CHINA)

    def now(self) -> dt.datetime:
        return self.at

    def monotonic(self) -> float:
        return 0.0


class Kept:
    def __init__(self) -> None:
        self.rows: dict[tuple[dt.date, str], int] = {}

    def keep_unmet(self, text: str, day: dt.date, visits: int) -> None:
        self.rows[(day, text)] = self.rows.get((day, text), 0) + visits


def counted(counter: VisitCounter, asked: Sequence[tuple[str, int]], day: dt.date = FRIDAY) -> Kept:
    kept = Kept()
    for query, visit in asked:
        ripe = counter.note(query, visit, day)
        if ripe is not None:
            kept.keep_unmet(ripe.text, ripe.day, ripe.visits)
    return kept


@given(
    st.lists(st.tuples(st.sampled_from([LOST, "老年卡怎么办", "打狗证"]), st.integers(1, 9)), max_size=60),
    st.integers(1, 7),
)
def test_what_is_kept_is_what_enough_separate_visits_asked(asked: list[tuple[str, int]], least: int) -> None:
    visits = {query: len({visit for other, visit in asked if other == query}) for query, _ in asked}
    wanted = {(FRIDAY, query): count for query, count in visits.items() if count >= least}
    assert counted(VisitCounter(least), asked).rows == wanted


@given(st.text(alphabet="驾驶本丢了怎么办", min_size=2, max_size=8), st.integers(1, 4))
@effort(max_examples=50)
def test_a_counter_that_is_not_there_yet_holds_no_words(query: str, visits: int) -> None:
    counter = VisitCounter()
    assert counted(counter, [(query, visit) for visit in range(visits)]).rows == {}
    held = f"{counter!r} {vars(counter)!r}"
    assert query not in held
    assert query.encode("unicode_escape").decode() not in held
    assert repr(query.encode())[2:-1] not in held


def test_a_visit_that_asks_five_times_counts_once() -> None:
    counter = VisitCounter()
    assert counted(counter, [(LOST, 1)] * 5 + [(LOST, 2), (LOST, 3), (LOST, 4)] + [(LOST, 1)]).rows == {}
    assert counted(counter, [(LOST, 5)]).rows == {(FRIDAY, LOST): 5}


def test_the_same_words_written_differently_are_the_same() -> None:
    asked = ["驾驶本丢了", "驾驶本丢了？", " 驾驶本 丢了", "驾驶本丢了！", "1 驾驶本丢了"]
    assert counted(VisitCounter(), list(zip(asked, range(5), strict=True))).rows == {(FRIDAY, LOST): 5}


def test_a_new_day_begins_with_a_new_key_and_from_nothing() -> None:
    keys = iter([b"a" * 32, b"b" * 32])
    counter = VisitCounter(new_key=lambda: next(keys))
    counted(counter, [(LOST, visit) for visit in range(4)])
    before = set(vars(counter)["_visits"])
    assert counted(counter, [(LOST, 4)], SATURDAY).rows == {}
    assert before.isdisjoint(vars(counter)["_visits"]) and len(vars(counter)["_visits"]) == 1


def test_keys_are_random() -> None:
    first, second = VisitCounter(), VisitCounter()
    counted(first, [(LOST, 1)])
    counted(second, [(LOST, 1)])
    assert set(vars(first)["_visits"]).isdisjoint(vars(second)["_visits"])


def test_there_is_an_end_to_what_is_counted() -> None:
    counter = VisitCounter(2)
    signs = [
        chr(0x4E00 + number % 4000) + chr(0x5000 + number // 4000) + "证" for number in range(MOST_QUESTIONS + 500)
    ]
    assert counted(counter, [(sign, 1) for sign in signs]).rows == {}
    assert counted(counter, [(signs[0], 2), (signs[-1], 2)]).rows == {(FRIDAY, signs[0]): 2}


def test_a_clock_that_nobody_believes_counts_nothing() -> None:
    clock, kept = HandClock(), Kept()
    told = CountedUnmet(VisitCounter(1), kept, clock)
    clock.trusted = False
    told.note(LOST, 1)
    assert kept.rows == {}
    clock.trusted = True
    told.note(LOST, 1)
    assert kept.rows == {(FRIDAY, LOST): 1}


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_the_fifth_visit_brings_the_words_to_the_disk_and_no_earlier(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    home.prepare()
    caplog.set_level(logging.DEBUG)
    with LateDevice(home) as device:
        device.put("so that the file", "is there")
        told = CountedUnmet(VisitCounter(), device, HandClock())
        for visit in range(4):
            told.note(LOST, visit)
            told.note("我姐13800138000", visit)
    assert LOST.encode() not in everything_in(home.root)
    with LateDevice(home) as device:
        restarted = CountedUnmet(VisitCounter(), device, HandClock())
        restarted.note(LOST, 1)  # nothing of the counting outlives the process
        for visit in range(1, 8):
            told_again = restarted
            told_again.note(LOST, visit)
    with DeviceStore(home.device_db) as store:
        assert store.unmet() == (Unmet(LOST, FRIDAY, 7),)
    assert b"13800138000" not in everything_in(home.root)
    assert LOST not in caplog.text and "我姐" not in caplog.text


@pytest.fixture
def run(home: Home) -> Callable[..., Result]:
    def run(*words: str | Path, **environ: str) -> Result:
        clean = {name: None for name in os.environ if name.startswith("BIANMINTING_")}
        env: dict[str, str | None] = {**clean, "BIANMINTING_HOME": str(home.root), **environ}
        return CliRunner().invoke(app, [str(word) for word in words], env=env, prog_name="kiosk")

    return run


def test_the_commands_list_and_export_beside_a_running_kiosk(
    home: Home, run: Callable[..., Result], tmp_path: Path
) -> None:
    home.prepare()
    assert json.loads(run("unmet", "--json").stdout) == []
    stick = tmp_path / "unmet.json"
    with DeviceStore(home.device_db) as store:
        store.keep_unmet("打狗证", FRIDAY, 5)
        store.keep_unmet(LOST, FRIDAY, 5)
        store.keep_unmet(LOST, FRIDAY, 1)
        store.next_number()
        store.open_job("written behind them, so they are there")
        listed = run("unmet")
        told = json.loads(run("unmet", "--json").stdout)
        exported = run("unmet", "export", stick, BIANMINTING_PLACE__NUMBER="37-021")
        assert store.jobs()[0].state.value == "queued", "a reader closes nothing"
    assert listed.stdout.splitlines() == [f"2026-11-20      6  {LOST}", "2026-11-20      5  打狗证"]
    assert told[0] == {"text": LOST, "day": "2026-11-20", "visits": 6}
    assert exported.exit_code == 0, exported.stderr
    assert [path.name for path in tmp_path.glob("*unmet*")] == ["unmet.json"]
    assert set(json.loads(stick.read_bytes())) == {"kiosk", "made_at", "queries"}
    read = read_unmet(stick.read_bytes(), name="stick")
    assert (read.kiosk, read.queries) == ("37-021", (Unmet(LOST, FRIDAY, 6), Unmet("打狗证", FRIDAY, 5)))


def test_a_kiosk_without_its_number_exports_nothing(home: Home, run: Callable[..., Result], tmp_path: Path) -> None:
    home.prepare()
    done = run("unmet", "export", tmp_path / "f.json")
    assert done.exit_code == 2 and "place.number" in done.stderr
    assert not (tmp_path / "f.json").exists()


def test_a_damaged_file_is_told_with_its_code(home: Home, run: Callable[..., Result]) -> None:
    home.prepare()
    home.device_db.write_bytes(b"no database" * 100)
    done = run("unmet")
    assert done.exit_code == 1 and "D-05" in done.stderr
