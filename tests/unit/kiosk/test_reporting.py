"""The reporter over a real `device.db`, with a sync process that a hand plays. Whoever visits is invented."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from domain.errors import CatalogueError, Code
from domain.events import CardUnread, JobState, PrinterState, ReaderState
from domain.paper import PaperGauge
from domain.ports import CatalogueInfo
from kiosk.health_report import Sources, health, note_start
from kiosk.home import Home
from kiosk.reporting import NEIGHBOURS, PATIENCE_S, Reporter
from kiosk.settings import PlaceSettings, ReportSettings, Settings
from kiosk.tally import CodeCounter, DayTally
from localdb.device.store import DeviceStore
from uplink.identity import Identity, IdentityFolder
from uplink.messages import Batch

ZONE = dt.timezone(dt.timedelta(hours=8))
DIGEST = "ab" * 32


class HandClock:
    def __init__(self) -> None:
        self.at = dt.datetime(2026, 11, 20, 9, 41, tzinfo=ZONE)
        self.seconds = 1000.0
        self.trusted = True

    def now(self) -> dt.datetime:
        return self.at

    def monotonic(self) -> float:
        return self.seconds

    def pass_(self, seconds: float) -> None:
        self.at += dt.timedelta(seconds=seconds)
        self.seconds += seconds


@dataclass
class HandPost:
    """The pipe to the sync process."""

    process: int | None = 7
    lines: list[bytes] = field(default_factory=list)
    takes: bool = True

    def tell(self, line: bytes) -> bool:
        if self.takes:
            self.lines.append(line)
        return self.takes

    def batch(self) -> dict[str, Any]:
        """What was handed over last."""
        word, _, rest = self.lines[-1].partition(b" ")
        assert word == b"send" and rest.endswith(b"\n") and rest.count(b"\n") == 1
        found: dict[str, Any] = json.loads(rest)
        return found

    def kinds(self) -> dict[str, dict[str, Any]]:
        return {one["kind"]: one["body"] for one in self.batch()["messages"]}


class Shelf:
    def __init__(self) -> None:
        made = dt.datetime(2026, 11, 19, tzinfo=dt.UTC)
        self.info: CatalogueInfo = CatalogueInfo(7, DIGEST, made, {"guide": 3}, False)

    def current(self) -> Any:
        return self


@dataclass
class Bench:
    clock: HandClock
    post: HandPost
    store: DeviceStore
    reporter: Reporter
    codes: CodeCounter
    tally: DayTally
    shelf: Shelf
    home: Home

    def answer(self, fates: Mapping[str, str] | str = "stored", **more: Any) -> None:
        batch = self.post.batch()
        if isinstance(fates, str):
            fates = {one["id"]: fates for one in batch["messages"]}
        self.reporter.heard({"event": "sent", "batch": batch["batch"], "fates": fates, **more})

    def round(self) -> None:
        self.reporter.report()
        self.reporter.hand_over()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    clock, post, shelf, home = HandClock(), HandPost(), Shelf(), Home(tmp_path)
    folder = IdentityFolder(home.uplink)
    folder.write(Identity("d" * 32, "http://nowhere", "1", "样本亭", "", None, "all", None))
    settings = Settings(place=PlaceSettings(number="1", lat=37.5, lon=121.4), report=ReportSettings(every_s=60))
    with DeviceStore(home.device_db, clock.now) as store:
        codes, tally = CodeCounter(clock), DayTally(store, clock)
        sources = Sources(
            settings=settings,
            home=home,
            clock=clock,
            marks=store,
            catalogue=shelf,
            checked_at=lambda: None,
            printer=lambda: PrinterState.NEAR_END,
            paper=lambda: PaperGauge(60_000, 45_000, 200),
            reader=lambda: (ReaderState.EMPTY, True),
            outbox=lambda: (store.outbox().waiting, store.outbox().dead),
            errors=codes.counts,
            began=clock.monotonic(),
        )
        reporter = Reporter(settings, folder, store, post, sources, tally, codes)
        yield Bench(clock, post, store, reporter, codes, tally, shelf, home)


def test_a_round_tells_everything_and_nothing_about_anybody(bench: Bench) -> None:
    for number, end in enumerate((JobState.CONFIRMED, JobState.UNCERTAIN)):
        bench.store.open_job(str(number))
        bench.store.move(str(number), JobState.SENDING)
        bench.store.move(str(number), end)
    bench.store.keep_unmet("公交卡充值", bench.clock.at.date(), 5)
    bench.tally.visit_began()
    bench.tally.hear(CardUnread(Code.CARD_UNREADABLE))
    for place in (1, 5, 6):
        bench.tally.result_opened(place)
    bench.codes.handle(logging.makeLogRecord({"levelno": logging.WARNING, "code": Code.PAPER_OUT}))
    at = bench.clock.at.astimezone(dt.UTC).isoformat()
    bench.reporter.heard({"event": "checked", "revision": 7, "digest": DIGEST, "at": at})
    note_start(bench.store, bench.clock.at)
    bench.clock.pass_(90)
    bench.round()
    Batch.model_validate_json(json.dumps({"messages": bench.post.batch()["messages"]}))
    told = bench.post.kinds()
    assert told["counters"] == {
        "day": "2026-11-20",
        "sessions": 1,
        "slips": {"confirmed": 1, "uncertain": 1},
        "reader": {"C-11": 1},
        "opened": {"all": 3, "first": 2},
    }
    assert told["unmet"] == {"day": "2026-11-20", "queries": [{"text": "公交卡充值", "visits": 5}]}
    assert told["receipt"]["revision"] == 7 and told["receipt"]["digest"] == DIGEST
    health = told["health"]
    assert health["printer"] == {"state": "near_end", "slips_left": 75, "millimetres": 45_000}
    assert health["reader"] == {"state": "empty", "stuck": True}
    assert health["content"]["digest"] == DIGEST and health["content"]["proved_at"]
    assert health["last_visit"] == "2026-11-20T09:00:00+08:00", "the hour, not the minute"
    assert (health["errors"], health["uptime_s"], health["restarts"]) == ({"P-02": 1}, 90, 0)
    assert health["place"] == {"lat": 37.5, "lon": 121.4} and health["privacy"] == {"status": "never"}
    assert health["placement"] == {"ring": "all"}


def test_one_batch_at_a_time_and_the_next_when_it_is_answered(bench: Bench) -> None:
    bench.round()
    bench.reporter.correct("ga-001", 7, "phone")
    bench.round()
    assert len(bench.post.lines) == 1
    bench.answer(newest=5, neighbours=[], drift_s=-3)
    bench.reporter.hand_over()
    assert len(bench.post.lines) == 2 and set(bench.post.kinds()) == {"correction", "health"}
    assert bench.post.kinds()["health"]["clock"] == {"trusted": True}
    bench.answer()
    bench.clock.pass_(60)
    bench.round()
    assert set(bench.post.kinds()) == {"health"}
    assert bench.post.kinds()["health"]["clock"] == {"trusted": True, "drift_s": -3}


def test_a_process_that_ended_or_fell_silent_loses_nothing(bench: Bench) -> None:
    message = bench.reporter.correct("ga-001", 7, "phone")
    bench.reporter.hand_over()
    first = bench.post.batch()
    bench.post.process = 8
    bench.reporter.hand_over()
    second = bench.post.batch()
    assert second["messages"] == first["messages"] and second["batch"] != first["batch"]
    bench.reporter.heard({"event": "sent", "batch": first["batch"], "fates": {message: "stored"}})
    assert bench.store.outbox().waiting == 1, "the answer to a batch that was given up does not count"
    bench.clock.pass_(PATIENCE_S)
    bench.reporter.hand_over()
    assert len(bench.post.lines) == 3
    assert not bench.reporter.arrived(message)
    bench.answer()
    assert bench.reporter.arrived(message) and bench.store.outbox().waiting == 0


def test_without_a_process_it_waits(bench: Bench) -> None:
    bench.reporter.correct("ga-001", 7, "phone")
    bench.post.process = None
    bench.reporter.hand_over()
    bench.post.process, bench.post.takes = 7, False
    bench.reporter.hand_over()
    assert bench.post.lines == []
    bench.post.takes = True
    bench.reporter.hand_over()
    assert len(bench.post.lines) == 1


def test_a_hub_out_of_reach_is_tried_less_and_less_but_health_is_fresh(bench: Bench) -> None:
    bench.reporter.correct("ga-001", 7, "phone")
    for _ in range(3):
        bench.round()
        bench.reporter.heard({"event": "unsent", "batch": bench.post.batch()["batch"], "code": "S-01"})
        bench.clock.pass_(1)
    bench.round()
    assert set(bench.post.kinds()) == {"health"}
    bench.answer()
    bench.reporter.hand_over()
    assert "correction" in bench.post.kinds(), "the hub is there again"


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"event": "sent"},
        {"event": "sent", "batch": 1, "fates": [1]},
        {"event": "sent", "batch": 1, "newest": "x"},
        {"event": "checked", "revision": "x", "digest": 1, "at": "then"},
        {"event": "ready"},
    ],
)
def test_what_is_no_answer_is_passed_over(bench: Bench, said: dict[str, Any]) -> None:
    bench.round()
    bench.reporter.heard(said)
    assert bench.store.outbox().waiting >= 1


def test_neighbours_are_kept_for_the_pages(bench: Bench) -> None:
    near = {"number": "2", "name": "样本亭2", "lon": 121.4, "lat": 37.5, "paper": "ok", "at": "2026-11-20T01:00:00Z"}
    bench.round()
    bench.answer(neighbours=[near])
    assert json.loads(bench.store.get(NEIGHBOURS) or "") == [near]


def test_numbers_of_reports_only_grow(bench: Bench) -> None:
    seen = []
    for step in (60, -86400, 60):
        bench.round()
        seen.append(bench.post.kinds()["health"]["seq"])
        bench.answer(newest=seen[-1] + 1000 * (step < 0))
        bench.clock.pass_(step)
    assert seen == sorted(set(seen)) and seen[2] > seen[1] + 1000 - 2


def test_a_day_that_is_over_is_told_as_it_ended(bench: Bench) -> None:
    bench.tally.visit_began()
    bench.round()
    bench.answer()
    bench.tally.visit_began()
    bench.clock.pass_(15 * 3600)
    bench.tally.visit_began()
    bench.round()
    days = {
        one["body"]["day"]: one["body"]["sessions"]
        for one in bench.post.batch()["messages"]
        if one["kind"] == "counters"
    }
    assert days == {"2026-11-20": 2, "2026-11-21": 1}


def test_counts_survive_a_restart(bench: Bench) -> None:
    bench.tally.begin()
    bench.tally.visit_began()
    again = DayTally(bench.store, bench.clock)
    again.visit_began()
    assert again.counted()[-1].sessions == 2


@pytest.mark.parametrize("ended_by", [DayTally.begin, DayTally.close, DayTally.counted])
def test_what_is_counted_before_the_store_is_asked_is_added_to_what_was_kept(
    bench: Bench, ended_by: Callable[[DayTally], object]
) -> None:
    bench.tally.visit_began()
    bench.tally.begin()
    again = DayTally(bench.store, bench.clock)
    again.visit_began()
    again.result_opened(9)
    again.hear(CardUnread(Code.CARD_UNREADABLE))
    ended_by(again)
    ended_by(again)
    (kept,) = DayTally(bench.store, bench.clock).counted()
    assert (kept.sessions, kept.reader) == (2, {Code.CARD_UNREADABLE: 1})
    assert (kept.opened, kept.first) == (1, 0)


def test_starts_of_a_day_are_counted(bench: Bench) -> None:
    for _ in range(4):
        note_start(bench.store, bench.clock.at)
        bench.clock.pass_(3600)
    bench.round()
    assert bench.post.kinds()["health"]["restarts"] == 3
    bench.answer()
    bench.clock.pass_(21.5 * 3600)
    bench.round()
    assert bench.post.kinds()["health"]["restarts"] == 1


def test_a_catalogue_that_cannot_be_read_is_told_as_none(bench: Bench) -> None:
    def broken() -> Any:
        raise CatalogueError(Code.CATALOGUE_UNREADABLE)

    bench.shelf.current = broken  # type: ignore[method-assign]
    sources = bench.reporter._sources
    body = health(sources, 1, proof=None, last_visit=None, drift_s=None)
    assert "content" not in body


def test_codes_count_for_a_day(bench: Bench) -> None:
    def logged(**fields: Any) -> None:
        bench.codes.handle(logging.makeLogRecord({"levelno": logging.WARNING, **fields}))

    logged(code=Code.PAPER_OUT)
    logged(exc_info=(CatalogueError, CatalogueError(Code.CATALOGUE_UNREADABLE), None))
    logged(code="words")
    logged()
    assert bench.codes.counts() == {Code.PAPER_OUT: 1, Code.CATALOGUE_UNREADABLE: 1}
    bench.clock.pass_(20 * 3600)
    logged(code=Code.PAPER_OUT)
    assert bench.codes.counts()[Code.PAPER_OUT] == 2
    bench.clock.pass_(5 * 3600)
    assert bench.codes.counts() == {Code.PAPER_OUT: 1}


def test_an_unenrolled_kiosk_collects_nothing_and_says_so(bench: Bench) -> None:
    (bench.home.uplink / "device.json").unlink()
    waited: Callable[[], bool] = lambda: bench.reporter.ready  # noqa: E731
    bench.reporter.start()
    try:
        assert not waited()
        assert bench.store.outbox().waiting == 0
    finally:
        bench.reporter.close()
