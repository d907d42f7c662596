"""The kiosk's end against a hub over HTTP: how much it asks, how it goes on after a cut, which way it chooses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tuf.api.exceptions import DownloadError

from contentsync.client import Client, Installed, Release, UpToDate
from contentsync.fetcher import Fetcher, base_of
from contentsync.marks import StateFile
from contentsync.trust import Trust
from domain.errors import Code, SyncError
from domain.records import digest
from tests.unit.contentsync.hub import NOW, RELEASE, City, Handler, Server, Time, city, serving


class Kiosk:
    """A client with its folder, as a sync process would hold it."""

    def __init__(self, folder: Path, source: str, time: Time, **options: float) -> None:
        self.waits: list[float] = []
        self.fetcher = Fetcher(wait=self.waits.append, **options)
        self.trust = Trust(folder, StateFile(folder / "state.json"), now=time)
        self.client = Client(source, self.trust, folder / "spool", self.fetcher, time)

    def ready(self, installed: Installed | None = None) -> Release:
        outcome = self.client.poll(installed)
        assert isinstance(outcome, Release)
        return outcome

    def refused(self, installed: Installed | None = None) -> SyncError:
        with pytest.raises(SyncError) as refused:
            self.client.poll(installed)
        return refused.value


@pytest.fixture
def kiosk(hub: City, server: Server, tmp_path: Path, time: Time) -> Iterator[Kiosk]:
    made = Kiosk(tmp_path / "sync", server.url, time)
    made.trust.enrol(hub.root)
    yield made
    made.fetcher.close()


FIRST = Installed(1, digest(city()))


def test_nothing_new_costs_two_requests(kiosk: Kiosk, server: Server) -> None:
    kiosk.ready()
    requests, received, asked = kiosk.fetcher.requests, kiosk.fetcher.received, len(server.asked)
    assert kiosk.client.poll(FIRST) == UpToDate(FIRST.revision, FIRST.digest)
    assert kiosk.fetcher.requests - requests == 2
    assert kiosk.fetcher.received - received <= 600
    assert [path for path, _ in server.asked[asked:]] == ["/metadata/2.root.json", "/metadata/timestamp.json"]


def test_a_new_kiosk_takes_the_whole(kiosk: Kiosk) -> None:
    release = kiosk.ready()
    assert release.steps == ()
    assert release.whole is not None
    assert b"".join(release.whole.lines()).count(b"\n") == 41
    assert release.manifest.revision == 1


def test_steps_lead_from_what_is_installed(kiosk: Kiosk, hub: City) -> None:
    hub.release(city(ga_003="二"))
    hub.release(city(ga_003="三"))
    release = kiosk.ready(FIRST)
    assert release.whole is None
    assert [(one.from_revision, one.to_revision) for one in release.changes()] == [(1, 2), (2, 3)]
    assert next(release.changes()).from_digest == FIRST.digest
    assert kiosk.client.whole(release).whole is not None
    assert kiosk.ready(Installed(2, "0" * 64)).whole is not None, "another content under the same number"
    assert kiosk.ready(Installed(3, "0" * 64)).whole is not None


def test_a_long_way_is_gone_in_one(kiosk: Kiosk, hub: City) -> None:
    for number in range(2, 12):
        hub.release(city(ga_003=f"第{number}次"))
    assert len(kiosk.ready(Installed(10, _digest(10))).steps) == 1
    assert len(kiosk.ready(Installed(3, _digest(3))).steps) == 8
    assert kiosk.ready(Installed(2, _digest(2))).whole is not None
    (since,) = kiosk.ready(FIRST).changes()
    assert (since.from_revision, since.to_revision) == (1, 11), "the first release of the week is a mark"


def _digest(number: int) -> str:
    return digest(city(ga_003=f"第{number}次"))


def test_a_cut_download_goes_on_where_it_was_cut(kiosk: Kiosk, hub: City, server: Server) -> None:
    size = hub.whole(1).stat().st_size
    server.cut_after = size // 3 - 50
    release = kiosk.ready()
    assert release.whole is not None
    assert release.whole.path.read_bytes() == hub.whole(1).read_bytes()
    ranges = [asked for path, asked in server.asked if "full-1" in path]
    assert len(ranges) == 4
    assert ranges[0] == ""
    assert all(asked.startswith("bytes=") for asked in ranges[1:])
    assert server.sent < size * 1.2 + 20_000


def test_a_new_process_goes_on_where_a_dead_one_stopped(
    kiosk: Kiosk, hub: City, server: Server, tmp_path: Path
) -> None:
    data = hub.whole(1).read_bytes()
    part = tmp_path / "sync" / "spool" / f"{hub.whole(1).name}.part"
    part.parent.mkdir()
    part.write_bytes(data[:1000])
    release = kiosk.ready()
    assert release.whole is not None
    assert release.whole.path.read_bytes() == data
    assert ("bytes=1000-") in [asked for path, asked in server.asked if "full-1" in path]
    assert not part.exists()


def test_a_bad_beginning_is_thrown_away(kiosk: Kiosk, hub: City, tmp_path: Path) -> None:
    part = tmp_path / "sync" / "spool" / f"{hub.whole(1).name}.part"
    part.parent.mkdir()
    part.write_bytes(b"x" * 1000)
    assert kiosk.refused().code is Code.RELEASE_REFUSED
    assert kiosk.ready().whole is not None


def test_a_hub_without_ranges_is_read_from_the_beginning(
    kiosk: Kiosk, hub: City, server: Server, tmp_path: Path
) -> None:
    def no_ranges(handler: Handler) -> bool:
        if "full-1" not in handler.path:
            return False
        handler.answer(200, hub.whole(1).read_bytes())
        return True

    server.trick = no_ranges
    part = tmp_path / "sync" / "spool" / f"{hub.whole(1).name}.part"
    part.parent.mkdir()
    part.write_bytes(b"x" * 1000)
    release = kiosk.ready()
    assert release.whole is not None
    assert release.whole.path.read_bytes() == hub.whole(1).read_bytes()


def test_a_download_without_progress_is_given_up(kiosk: Kiosk, server: Server) -> None:
    def hangs_up(handler: Handler) -> bool:
        handler.close_connection = True
        return "full-1" in handler.path

    server.trick = hangs_up
    assert kiosk.refused().code is Code.HUB_OUT_OF_REACH
    assert len(kiosk.waits) == 8
    server.trick = None
    assert kiosk.ready().whole is not None


def test_a_download_that_goes_on_by_single_bytes_has_an_end(
    hub: City, server: Server, tmp_path: Path, time: Time
) -> None:
    """Every attempt brings something, so that none of them counts as one in vain."""
    kiosk = Kiosk(tmp_path / "dripping", server.url, time, whole_s=0.3, least_rate=1e9)
    try:
        kiosk.trust.enrol(hub.root)
        kiosk.trust.refresh(server.url, kiosk.fetcher)
        server.cut_after = 1
        part, length = tmp_path / "part", hub.whole(1).stat().st_size
        with pytest.raises(DownloadError):
            kiosk.fetcher.download(f"{server.url}/targets/catalogue/{hub.whole(1).name}", part, length)
        assert 0 < part.stat().st_size < length
    finally:
        kiosk.fetcher.close()


def test_what_was_fetched_is_not_fetched_again(kiosk: Kiosk, server: Server) -> None:
    kiosk.ready()
    asked = len(server.asked)
    kiosk.ready()
    assert len(server.asked) - asked == 2
    kiosk.client.clear()
    kiosk.ready()
    assert [path for path, _ in server.asked if "full-1" in path][1:] != []


def test_a_folder_is_read_like_a_hub(hub: City, tmp_path: Path, time: Time) -> None:
    kiosk = Kiosk(tmp_path / "sync", str(hub.public), time)
    kiosk.trust.enrol(hub.root)
    assert kiosk.ready().whole is not None
    assert kiosk.client.poll(FIRST) == UpToDate(FIRST.revision, FIRST.digest)
    hub.whole(1).write_bytes(hub.whole(1).read_bytes()[:-5])
    kiosk.client.clear()
    assert kiosk.refused().code is Code.RELEASE_REFUSED
    gone = Kiosk(tmp_path / "sync", str(tmp_path / "no such stick"), time)
    assert gone.refused().code is Code.HUB_OUT_OF_REACH


def test_the_clock_of_the_software_is_the_least(hub: City, server: Server, tmp_path: Path) -> None:
    """Pins the private attribute on which the floor is set: without it a clock in 2016 would take anything."""
    time = Time(NOW.replace(year=2016))
    folder = tmp_path / "sync"
    later = Trust(folder, StateFile(folder / "state.json"), now=time, earliest=NOW.replace(year=2027))
    later.enrol(hub.root)
    fetcher = Fetcher()
    with pytest.raises(SyncError) as refused:
        later.refresh(server.url, fetcher)
    assert refused.value.code is Code.RELEASE_EXPIRED
    Trust(folder, StateFile(folder / "state.json"), now=time).refresh(server.url, fetcher)
    fetcher.close()


def test_without_a_root_nothing_is_believed(hub: City, server: Server, tmp_path: Path, time: Time) -> None:
    kiosk = Kiosk(tmp_path / "sync", server.url, time)
    assert kiosk.refused().code is Code.NOT_ENROLLED
    assert server.asked == []


def test_enrolling(hub: City, tmp_path: Path, time: Time) -> None:
    trust = Trust(tmp_path / "sync", StateFile(tmp_path / "state.json"), now=time)
    for root in (
        b"",
        b"{}",
        (hub.public / "metadata" / "timestamp.json").read_bytes(),
        hub.root.replace(b"2028", b"2038"),
    ):
        with pytest.raises(SyncError) as refused:
            trust.enrol(root)
        assert refused.value.code is Code.RELEASE_REFUSED
    assert not trust.root_file.exists()
    assert trust.enrol(hub.root) == trust.enrol(hub.root) == 1
    hub.renew(new_online=True)
    with pytest.raises(SyncError) as refused:
        trust.enrol((hub.public / "root.json").read_bytes())
    assert refused.value.code is Code.NOT_ENROLLED


@pytest.mark.parametrize(
    ("source", "base"),
    [
        ("https://hub.example/public/", "https://hub.example/public"),
        ("/media/stick", "file:///media/stick"),
        ("file:///media/stick", "file:///media/stick"),
        ("/media/便民 亭", "file:///media/%E4%BE%BF%E6%B0%91%20%E4%BA%AD"),
    ],
)
def test_sources(source: str, base: str) -> None:
    assert base_of(source) == base


def test_other_kinds_of_address_are_refused() -> None:
    with pytest.raises(ValueError, match="ftp"):
        base_of("ftp://hub.example/public")


def test_a_stick_and_the_hub_take_turns(hub: City, server: Server, kiosk: Kiosk, tmp_path: Path, time: Time) -> None:
    """From the stick, then on line, then a newer stick: none of them is taken for an older hub."""
    stick = tmp_path / "stick"
    hub.publisher.export_usb(stick)
    travelling = Kiosk(tmp_path / "sync", str(stick), time)
    assert travelling.ready().manifest.revision == 1
    assert kiosk.client.poll(FIRST) == UpToDate(FIRST.revision, FIRST.digest)
    hub.publisher.withdraw(
        1, approvals=hub.release(city(ga_003="二")).manifest.approvals, made_at=NOW, passphrase=RELEASE
    )
    hub.publisher.export_usb(stick)
    assert travelling.ready(FIRST).manifest.revision == 3
    with serving(hub.public, time) as other:
        again = Kiosk(tmp_path / "sync", other.url, time)
        assert again.ready(FIRST).manifest.revision == 3
        again.fetcher.close()
