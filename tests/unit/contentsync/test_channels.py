"""Who takes which revision: the same on every way that the files come, and never backwards."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from contentsync.channels import EARLY, MOST_RINGS, STREET, Channels, Ring, Standpoint, lot
from contentsync.client import Client, Installed, Outcome, Release, UpToDate
from contentsync.fetcher import Fetcher
from contentsync.layout import of_targets
from contentsync.marks import StateFile
from contentsync.repository import Repository
from contentsync.trust import Trust
from domain.errors import Code, SyncError
from domain.records import digest
from tests.unit.contentsync.hub import DAY, NOW, RELEASE, City, Server, Time, city

IN = next(f"kiosk-{number}" for number in range(1000) if lot(f"kiosk-{number}", 2) < 10)
OUT = next(f"kiosk-{number}" for number in range(1000) if 10 <= lot(f"kiosk-{number}", 2) < 50)
NEW = city(ga_003="新的。")


def rings(percent: int, *districts: str, begins: dt.datetime | None = None) -> dict[str, Ring]:
    return {EARLY: Ring(1, 100), STREET: Ring(1, percent, districts, begins)}


class Kiosk:
    """A client that installs whatever it is offered, if only in its head."""

    def __init__(self, folder: Path, hub: City, source: str, time: Time, at: Standpoint) -> None:
        self.fetcher = Fetcher()
        self.folder = folder
        trust = Trust(folder, StateFile(folder / "state.json"), now=time)
        trust.enrol(hub.root)
        self.client = Client(source, trust, folder / "spool", self.fetcher, time, at)
        self.has: Installed | None = None

    def look(self) -> Outcome:
        outcome = self.client.poll(self.has)
        if isinstance(outcome, Release):
            self.has = Installed(outcome.manifest.revision, outcome.manifest.digest)
            self.client.clear()
        return outcome


Make = Callable[..., Kiosk]


@pytest.fixture(params=["http", "folder", "stick"])
def make(hub: City, server: Server, time: Time, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Make]:
    """Kiosks that look over HTTP, into a folder, or at a stick that is exported before each look."""
    made: list[Kiosk] = []

    def one(device: str, ring: str = STREET, district: str | None = None) -> Kiosk:
        stick = tmp_path / f"stick-{len(made)}"
        source = {"http": server.url, "folder": str(hub.public), "stick": str(stick)}[request.param]
        kiosk = Kiosk(tmp_path / f"kiosk-{len(made)}", hub, source, time, Standpoint(device, ring, district))
        if request.param == "stick":
            look = kiosk.look

            def with_stick() -> Outcome:
                stick.mkdir(exist_ok=True)
                hub.publisher.export_usb(stick)
                return look()

            kiosk.look = with_stick  # type: ignore[method-assign]
        made.append(kiosk)
        return kiosk

    yield one
    for kiosk in made:
        kiosk.fetcher.close()


def revision(kiosk: Kiosk) -> int:
    outcome = kiosk.look()
    assert kiosk.has is not None
    if isinstance(outcome, UpToDate):
        assert (outcome.revision, outcome.digest) == (kiosk.has.revision, kiosk.has.digest)
    return kiosk.has.revision


def test_a_release_in_steps(make: Make, hub: City) -> None:
    inside, outside, early = make(IN), make(OUT), make(OUT, EARLY)
    odd = make(IN, "no-such-ring")
    assert [revision(one) for one in (inside, outside, early, odd)] == [1, 1, 1, 1]
    hub.release(NEW, rings=rings(10))
    assert [revision(one) for one in (inside, outside, early, odd)] == [2, 1, 2, 2]
    told = outside.look()
    assert isinstance(told, UpToDate), "not in the ring yet is not stale"
    assert told.digest == digest(city())
    hub.publisher.steer(rings(50), paused=True, passphrase=RELEASE)
    assert [revision(one) for one in (inside, outside)] == [2, 1]
    hub.publisher.steer(rings(50), passphrase=RELEASE)
    assert [revision(one) for one in (inside, outside)] == [2, 2]
    assert outside.has == Installed(2, digest(NEW))
    assert hub.publisher.steer({}, passphrase=RELEASE) is None
    assert [revision(one) for one in (inside, outside, early, make("new"))] == [2, 2, 2, 2]


def test_a_new_kiosk_takes_the_stable_revision(make: Make, hub: City) -> None:
    hub.release(NEW, rings=rings(10))
    assert revision(make(OUT)) == 1
    assert revision(make(IN)) == 2


def test_taken_back_before_it_was_everybodys(make: Make, hub: City) -> None:
    inside, outside = make(IN), make(OUT)
    assert [revision(one) for one in (inside, outside)] == [1, 1]
    hub.release(NEW, rings=rings(10))
    assert [revision(one) for one in (inside, outside)] == [2, 1]
    hub.release(city())
    for kiosk in (inside, outside):
        outcome = kiosk.look()
        assert isinstance(outcome, Release) and outcome.whole is None
        assert kiosk.has == Installed(3, digest(city()))
        assert len(outcome.steps) == 1, "one step, from the stable revision too, which is as it was"


def test_a_newer_release_before_the_last_was_everybodys(make: Make, hub: City) -> None:
    inside, outside = make(IN), make(OUT)
    assert [revision(one) for one in (inside, outside)] == [1, 1]
    hub.release(NEW, rings=rings(10))
    assert revision(inside) == 2
    hub.release(city(ga_004="更新的。"), rings=rings(0))
    assert [revision(one) for one in (inside, outside)] == [2, 1], "never back, and not stale"
    hub.publisher.steer(rings(100), passphrase=RELEASE)
    assert [revision(one) for one in (inside, outside)] == [3, 3]


def test_districts_and_days(make: Make, hub: City, time: Time) -> None:
    here, there = make(IN, district="370602"), make(IN, district="370611")
    nowhere = make(IN)
    hub.release(NEW, rings=rings(100, "370602", begins=time.at + DAY))
    assert [revision(one) for one in (here, there, nowhere)] == [1, 1, 1]
    time.at += 2 * DAY
    assert [revision(one) for one in (here, there, nowhere)] == [2, 1, 1]


def test_a_clock_in_2016_does_not_keep_a_ring_shut(make: Make, hub: City, time: Time) -> None:
    kiosk = make(IN)
    assert revision(kiosk) == 1
    hub.release(NEW, rings=rings(100, begins=time.at + DAY))
    time.at += 2 * DAY
    hub.publisher.resign()
    time.at = NOW.replace(year=2016)
    hub_now = Time(NOW + 2 * DAY)
    hub.publisher = City(hub.folder, hub_now).publisher
    assert revision(kiosk) == 2


def test_a_poll_while_a_release_goes_out_costs_two_requests(hub: City, server: Server, tmp_path: Path) -> None:
    kiosk = Kiosk(tmp_path / "kiosk", hub, server.url, hub.time, Standpoint(OUT))
    assert revision(kiosk) == 1
    hub.release(NEW, rings=rings(10))
    kiosk.look()
    requests, received = kiosk.fetcher.requests, kiosk.fetcher.received
    assert isinstance(kiosk.look(), UpToDate)
    assert (kiosk.fetcher.requests - requests, kiosk.fetcher.received - received <= 600) == (2, True)
    assert len(list((kiosk.folder / "channels").iterdir())) == 1
    hub.publisher.steer(rings(11), passphrase=RELEASE)
    kiosk.look()
    assert len(list((kiosk.folder / "channels").iterdir())) == 1, "the one before is cleared away"
    kiosk.fetcher.close()


def test_a_step_needs_the_passphrase_and_a_release_on_its_way(hub: City) -> None:
    with pytest.raises(SyncError) as refused:
        hub.publisher.steer(rings(10), passphrase=RELEASE)
    assert refused.value.code is Code.RELEASE_FAILED
    hub.release(NEW, rings=rings(10))
    before = hub.publisher.standing()
    with pytest.raises(SyncError) as refused:
        hub.publisher.steer({}, passphrase="not it")
    assert refused.value.code is Code.KEY_REFUSED
    assert hub.publisher.standing() == before
    assert before.channels is not None
    assert (before.channels.stable, before.channels.rings[STREET].revision) == (1, 2)


def test_what_is_offered_gets_less_when_it_is_everybodys(hub: City) -> None:
    hub.release(NEW)
    hub.release(city(ga_003="三"), rings=rings(10))

    def offered() -> set[str]:
        found = Repository(hub.public, hub.keys, NOW).current()
        assert found is not None
        of_targets(found.signed.targets)
        return {path for path in found.signed.targets if "delta" not in path}

    both = {f"{name}-{number}.json" for name, number in (("release", 2), ("buckets", 2), ("buckets", 3))}
    fulls = {f"catalogue/full-{number}.zst" for number in (1, 2, 3)}
    assert offered() == {*both, *fulls, "channels.json", "release.json"}
    hub.publisher.steer({}, passphrase=RELEASE)
    # Revision 1 stays: it is the first of its week.
    assert offered() == {"buckets-3.json", "release.json", "catalogue/full-1.zst", "catalogue/full-3.zst"}


def test_each_revision_has_another_line() -> None:
    devices = [f"kiosk-{number}" for number in range(2000)]
    assert 120 <= sum(lot(one, 7) < 8 for one in devices) <= 200
    assert [lot(one, 7) for one in devices] != [lot(one, 8) for one in devices]
    ten, twenty = Ring(7, 10), Ring(7, 20)
    kiosks = [Standpoint(one) for one in devices]
    inside = {one for one in kiosks if ten.holds(one, NOW)}
    assert inside < {one for one in kiosks if twenty.holds(one, NOW)}
    assert not any(Ring(7, 0).holds(one, NOW) for one in kiosks)
    assert all(Ring(7, 100).holds(one, NOW) for one in kiosks)


CHANNELS = Channels(4, {STREET: Ring(5, 10, ("370602",), NOW)}, True)


def test_it_reads_back() -> None:
    assert Channels.decode(CHANNELS.encode()) == CHANNELS
    assert Channels.decode(Channels(4).encode()) == Channels(4)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("format",), 2),
        (("stable",), 0),
        (("stable",), True),
        (("paused",), "no"),
        (("rings",), {str(number): {} for number in range(MOST_RINGS + 1)}),
        (("rings", STREET, "percent"), 101),
        (("rings", STREET, "revision"), "5"),
        (("rings", STREET, "districts"), [7]),
        (("rings", STREET, "not_before"), "2026-12-01T00:00:00"),
        (("rings", STREET), None),
    ],
    ids=lambda value: json.dumps(value)[:30],
)
def test_what_makes_no_sense_is_refused_although_it_is_signed(path: tuple[str, ...], value: object) -> None:
    said = json.loads(CHANNELS.encode())
    *most, last = path
    place = said
    for name in most:
        place = place[name]
    place[last] = value
    with pytest.raises(SyncError) as refused:
        Channels.decode(json.dumps(said).encode())
    assert refused.value.code is Code.RELEASE_REFUSED
