from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.events import JobState
from localdb.device import outbox
from localdb.device.outbox import OutboxState
from localdb.device.store import DeviceStore

BYTES = 40_000


class Clock:
    def __init__(self) -> None:
        self.at = dt.datetime(2026, 11, 20, 4, 0, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        self.at += dt.timedelta(milliseconds=1)
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[DeviceStore]:
    with DeviceStore(tmp_path / "device.db", clock) as made:
        yield made


def due(store: DeviceStore, most: int = 50) -> list[str]:
    return [one.body for one in store.due_messages(most, BYTES)]


def ids(store: DeviceStore) -> list[str]:
    return [one.id for one in store.due_messages(50, BYTES)]


def test_messages_go_in_the_order_they_came_and_only_once_home(store: DeviceStore) -> None:
    first, second = (store.put_message("correction", body) for body in ("1", "2"))
    assert first and second and due(store) == ["1", "2"] and due(store, 1) == ["1"]
    store.settle_messages({first: "stored", "somebody else's": "stored"})
    assert due(store) == ["2"]
    store.settle_messages({second: "duplicate"})
    assert store.outbox() == OutboxState(0, 0)


def test_of_one_name_only_the_newest_waits_and_an_older_answer_changes_nothing(store: DeviceStore) -> None:
    older = store.put_message("health", '{"seq":1}', "health")
    newer = store.put_message("health", '{"seq":2}', "health")
    assert older and newer and older != newer and due(store) == ['{"seq":2}']
    store.settle_messages({older: "stored"})
    assert due(store) == ['{"seq":2}']
    assert store.put_message("health", '{"seq":2}', "health") is None


def test_what_the_hub_has_is_not_said_again(store: DeviceStore) -> None:
    id = store.put_message("counters", '{"sessions":1}', "counters/2026-11-20")
    assert id
    store.settle_messages({id: "stored"})
    assert store.put_message("counters", '{"sessions":1}', "counters/2026-11-20") is None
    assert store.put_message("counters", '{"sessions":2}', "counters/2026-11-20")
    assert store.put_message("counters", '{"sessions":1}', "counters/2026-11-21")


def test_what_did_not_arrive_waits_longer_each_time_up_to_an_hour(store: DeviceStore, clock: Clock) -> None:
    store.put_message("correction", "1")
    pauses = []
    for _ in range(12):
        (id,) = ids(store)
        begin = clock.at
        store.postpone_messages([id])
        assert due(store) == []
        while not due(store):
            clock.at += dt.timedelta(seconds=5)
        pauses.append((clock.at - begin).total_seconds())
    assert 7 <= pauses[0] <= 25 and max(pauses) <= outbox.LONGEST_PAUSE_S + 10
    assert min(pauses[-3:]) > 1500


def test_the_pause_survives_a_restart_and_ends_when_the_hub_is_heard(tmp_path: Path, clock: Clock) -> None:
    for turn in range(2):
        with DeviceStore(tmp_path / "device.db", clock) as store:
            if not turn:
                store.put_message("correction", "1")
                store.postpone_messages(ids(store))
            assert due(store) == []
            if turn:
                store.hasten_messages()
                assert due(store) == ["1"]


def test_a_pause_of_another_clock_does_not_count(store: DeviceStore, clock: Clock) -> None:
    store.put_message("correction", "1")
    clock.at += dt.timedelta(days=1000)
    store.postpone_messages(ids(store))
    assert due(store) == []
    clock.at -= dt.timedelta(days=1000)
    assert due(store) == ["1"]


def test_what_the_hub_will_not_have_is_put_aside_and_counted(store: DeviceStore, clock: Clock) -> None:
    id = store.put_message("correction", "1")
    assert id
    for turn in range(outbox.REFUSALS):
        assert store.outbox() == OutboxState(1, 0), turn
        store.settle_messages({id: "conflict" if turn else "unfit"})
        store.hasten_messages()
        assert due(store) == [], "it waits although the hub is there"
        clock.at += dt.timedelta(hours=1)
    assert store.outbox() == OutboxState(0, 1) and due(store) == []


def test_a_full_outbox_drops_the_oldest_and_letters_never(store: DeviceStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "MOST", 5)
    store.put_message("letter", '"a"')
    for number in range(8):
        store.put_message("correction", str(number))
    store.put_message("letter", '"b"')
    assert due(store) == ['"a"', "5", "6", "7", '"b"']
    monkeypatch.setattr(outbox, "MOST_BYTES", 60)
    store.put_message("letter", json.dumps("x" * 100))
    assert [one.kind for one in store.due_messages(50, BYTES)] == ["letter"] * 3


def test_a_batch_is_bounded_in_bytes_but_never_empty(store: DeviceStore) -> None:
    for _ in range(3):
        store.put_message("letter", json.dumps("x" * 30_000))
    assert len(store.due_messages(50, BYTES)) == 1
    assert len(store.due_messages(50, 70_000)) == 2
    assert len(store.due_messages(50, 1)) == 1


def test_slips_of_a_day_are_counted_by_state(store: DeviceStore, clock: Clock) -> None:
    for number, end in enumerate((JobState.CONFIRMED, JobState.CONFIRMED, JobState.UNCERTAIN)):
        store.open_job(f"{number}")
        store.move(f"{number}", JobState.SENDING)
        store.move(f"{number}", end)
    since = clock()
    store.open_job("later")
    assert store.slip_counts(since) == {JobState.QUEUED: 1}
    assert store.slip_counts(since - dt.timedelta(hours=1))[JobState.CONFIRMED] == 2
