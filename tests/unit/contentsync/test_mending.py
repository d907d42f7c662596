"""Bucket by bucket: a catalogue that differs somewhere is mended with a few kilobytes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from contentsync.buckets import COUNT, EMPTY, Bucket, Keyed, Table, bucket_of, buckets_of, merged
from contentsync.client import Client, Installed, Release
from contentsync.fetcher import Fetcher
from contentsync.marks import StateFile
from contentsync.trust import Trust
from domain.errors import Code, SyncError
from domain.records import canonical_line, digest, digest_of_lines
from tests.unit.contentsync.hub import City, Handler, Record, Server, Time, city

GUIDES = 1200
CITY = city(GUIDES)


def keyed(records: list[Record]) -> list[Keyed]:
    found = [(str(one["kind"]), str(one["id"]), canonical_line(one)) for one in records]
    return sorted(found, key=lambda one: one[:2])


@pytest.fixture(scope="module")
def large(founded: City, tmp_path_factory: pytest.TempPathFactory) -> City:
    hub = founded.copy(tmp_path_factory.mktemp("large") / "hub", Time())
    hub.release(CITY)
    return hub


@pytest.fixture
def hub(large: City, tmp_path: Path, time: Time) -> City:
    return large.copy(tmp_path / "hub", time)


class Kiosk:
    def __init__(self, folder: Path, source: str, hub: City) -> None:
        self.fetcher = Fetcher(wait=lambda seconds: None)
        trust = Trust(folder, StateFile(folder / "state.json"), now=hub.time)
        trust.enrol(hub.root)
        self.client = Client(source, trust, folder / "spool", self.fetcher, hub.time)

    def mended(self, held: list[Keyed], installed: Installed | None = None) -> Release:
        outcome = self.client.poll(installed or Installed(2, ""), lambda: iter(held))
        assert isinstance(outcome, Release)
        return outcome


@pytest.fixture
def kiosk(hub: City, server: Server, tmp_path: Path) -> Iterator[Kiosk]:
    made = Kiosk(tmp_path / "kiosk", server.url, hub)
    yield made
    made.fetcher.close()


def test_three_wrong_records_cost_three_buckets(kiosk: Kiosk, hub: City, server: Server) -> None:
    held = keyed(CITY)
    del held[700]
    held[3] = (*held[3][:2], held[3][2].replace(b"\xe8\xa1\xa5", b"\xe8\xa1\xa6"))
    held.append(("guide", "zz-left-over", canonical_line({"kind": "guide", "id": "zz-left-over"})))
    release = kiosk.mended(held)
    assert release.mended is not None and release.whole is None
    lines = list(release.mended.lines())
    assert digest_of_lines(lines) == release.manifest.digest == digest(CITY)
    fetched = [path for path, _ in server.asked if "/buckets/" in path]
    assert len(fetched) == len(release.mended.bad) == 3
    sizes = [len((hub.public / path.lstrip("/")).read_bytes()) for path in fetched]
    assert sum(sizes) < hub.whole(2).stat().st_size / 10


def test_records_of_another_layout_need_nothing_but_the_table(kiosk: Kiosk, server: Server) -> None:
    release = kiosk.mended(keyed(CITY), Installed(2, ""))
    assert release.mended is not None and release.mended.bad == ()
    assert digest_of_lines(list(release.mended.lines())) == digest(CITY)
    assert not [path for path, _ in server.asked if "/buckets/" in path or "full" in path]


def test_what_differs_too_much_comes_whole(kiosk: Kiosk) -> None:
    release = kiosk.mended(keyed(CITY)[::3])
    assert release.mended is None and release.whole is not None
    assert kiosk.mended([]).whole is not None


@pytest.mark.parametrize("damage", ["missing", "damaged", "other", "bomb"])
def test_without_good_buckets_the_whole_is_taken(kiosk: Kiosk, hub: City, damage: str) -> None:
    held = keyed(CITY)
    bad = bucket_of(*held[3][:2])
    right = buckets_of(held)[bad]
    place = hub.public / "targets" / "buckets" / right.file
    other = next(one for one in place.parent.iterdir() if one != place)
    del held[3]
    if damage == "missing":
        place.unlink()
    elif damage == "bomb":
        place.write_bytes(bytes(1 << 22))
    else:
        place.write_bytes(b"not a frame" if damage == "damaged" else other.read_bytes())
    release = kiosk.mended(held)
    assert release.mended is None and release.whole is not None
    assert digest_of_lines(list(release.whole.lines())) == digest(CITY)


def test_a_busy_hub_is_not_asked_for_the_whole_instead(kiosk: Kiosk, server: Server) -> None:
    """A server that has too much to do with a few kilobytes would have more with five million."""

    def busy(handler: Handler) -> bool:
        if "/targets/" not in handler.path:
            return False
        handler.answer(503, headers={"Retry-After": "120"})
        return True

    server.trick = busy
    held = keyed(CITY)[1:]
    with pytest.raises(SyncError) as refused:
        kiosk.client.poll(Installed(2, ""), lambda: iter(held))
    assert refused.value.code is Code.HUB_OUT_OF_REACH
    assert not [path for path, _ in server.asked if "full" in path]
    assert kiosk.fetcher.take_pause() == 120
    assert kiosk.fetcher.take_pause() is None


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [("7", 7), ("999999999", 3600), ("-3", None), ("Tue, 01 Dec 2026 08:05:00 GMT", 300), ("soon", None), ("", None)],
)
def test_what_a_busy_hub_asks_for(kiosk: Kiosk, server: Server, asked: str, seconds: float | None) -> None:
    def busy(handler: Handler) -> bool:
        handler.answer(429, headers={"Retry-After": asked} if asked else {})
        return True

    server.trick = busy
    with pytest.raises(SyncError) as refused:
        kiosk.client.poll(None)
    assert refused.value.code is Code.HUB_OUT_OF_REACH
    assert kiosk.fetcher.take_pause() == seconds


def test_a_busy_hub_does_not_lose_what_has_come(kiosk: Kiosk, hub: City, server: Server, tmp_path: Path) -> None:
    part = tmp_path / "kiosk" / "spool" / f"{hub.whole(2).name}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(hub.whole(2).read_bytes()[:5000])

    def busy(handler: Handler) -> bool:
        if "full" not in handler.path:
            return False
        handler.answer(503)
        return True

    server.trick = busy
    with pytest.raises(SyncError):
        kiosk.client.poll(None)
    assert part.stat().st_size == 5000


def test_a_release_writes_only_the_buckets_that_changed(hub: City) -> None:
    folder = hub.public / "targets" / "buckets"
    before = {path.name for path in folder.iterdir()}
    hub.release(city(GUIDES, ga_003="新的。", ga_1004="也新。"))
    assert len({path.name for path in folder.iterdir()} - before) == 2
    for number in range(12):
        hub.release(city(GUIDES, ga_003=f"第{number}次。"))
    tables = [json.loads(path.read_bytes()) for path in (hub.public / "targets").glob("*.buckets-*.json")]
    assert len(tables) == 10
    named = {f"{digest}.zst" for table in tables for digest in table["buckets"]} - {f"{EMPTY}.zst"}
    assert {path.name for path in folder.iterdir()} == named


@given(st.dictionaries(st.text(max_size=8), st.binary(max_size=12), max_size=60), st.data())
def test_any_difference_is_found_and_mended(records: dict[str, bytes], data: st.DataObject) -> None:
    def lines(of: dict[str, bytes]) -> list[Keyed]:
        return [
            ("fact", id, canonical_line({"kind": "fact", "id": id, "v": value.hex()}))
            for id, value in sorted(of.items())
        ]

    own = dict(records)
    for id in data.draw(st.lists(st.sampled_from(sorted(records)), max_size=5)) if records else []:
        own[id] = data.draw(st.binary(max_size=3))
    for id in data.draw(st.lists(st.text(max_size=8), max_size=3)):
        own[id] = b"only here"
    table = Table(1, buckets_of(lines(records)))
    assert Table.decode(table.encode()) == table
    bad = table.differing(buckets_of(lines(own)))
    fetched = [line for kind, id, line in lines(records) if bucket_of(kind, id) in bad]
    assert list(merged(lambda: lines(own), bad, fetched)) == [line for _, _, line in lines(records)]


GOOD = Table(3, tuple(Bucket("a" * 32, 5) for _ in range(COUNT)))


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"revision": "3"},
        {"buckets": ["a" * 32]},
        {"buckets": ["../" + "a" * 29] * COUNT},
        {"sizes": [-1] * COUNT},
        {"sizes": [1 << 50] * COUNT},
        {"sizes": [True] * COUNT},
    ],
    ids=lambda change: json.dumps(change)[:30],
)
def test_a_table_that_makes_no_sense_is_refused(change: dict[str, object]) -> None:
    assert Table.decode(GOOD.encode()) == GOOD
    with pytest.raises(SyncError) as refused:
        Table.decode(json.dumps({**json.loads(GOOD.encode()), **change}).encode())
    assert refused.value.code is Code.RELEASE_REFUSED
