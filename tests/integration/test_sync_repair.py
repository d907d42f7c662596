"""A kiosk that mends itself, takes what older hubs and programs made, and keeps what it may have to go back to."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from pathlib import Path

import pytest
from tuf.api.metadata import Metadata, TargetFile, Targets

from contentsync.channels import EARLY, STREET, Ring, Standpoint, lot
from contentsync.repository import Repository
from contentsync.ways import LONGEST_CHAIN
from domain.errors import CatalogueError, Code
from domain.records import canonical_line, digest
from kiosk.contents import synced
from kiosk.home import Home
from kiosk.settings import Settings
from kiosk.standpoint import standpoint
from kiosk.supply import ContentSupply
from kiosk.sync_process import ContentSync
from localdb.catalogue.file import prove
from tests.integration.test_sync import SETTINGS, Street, founded, street
from tests.unit.contentsync.hub import DAY, RELEASE, City, city
from uplink.identity import Identity, IdentityFolder

__all__ = ["founded", "street"]

GUIDES = 1200


@pytest.fixture
def large(street: Street) -> Street:
    """The street with a catalogue that is worth mending."""
    street.hub.release(city(GUIDES))
    answer = street.look()
    assert answer.path is not None
    street.shelf.put(answer.path)
    street.server.asked.clear()
    return street


def whole_fetched(street: Street) -> bool:
    return any("/catalogue/" in path and "full-" in path for path, _ in street.server.asked)


def altered(path: Path, statement: str, *values: object) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(statement, values)
    connection.close()


def test_a_record_that_turned_into_another_is_mended(large: Street) -> None:
    path = large.home.catalogue(2)
    wrong = canonical_line({**city(GUIDES)[5], "summary": "一个坏了的存储块。"})
    altered(path, "UPDATE record SET line = ? WHERE kind = 'guide' AND id = 'ga-004'", wrong)
    with pytest.raises(CatalogueError):
        prove(path)
    answer = large.look()
    assert (answer.event, answer.revision, answer.digest) == ("ready", 2, digest(city(GUIDES)))
    assert prove(path).digest == digest(city(GUIDES))
    assert len([one for one, _ in large.server.asked if "/buckets/" in one]) == 1
    assert not whole_fetched(large)
    assert large.look().event == "checked"


def test_a_wrong_record_does_not_keep_the_next_release_away(large: Street) -> None:
    wrong = canonical_line({**city(GUIDES)[5], "summary": "一个坏了的存储块。"})
    altered(large.home.catalogue(2), "UPDATE record SET line = ? WHERE kind = 'guide' AND id = 'ga-004'", wrong)
    changed = city(GUIDES, ga_007="改到二楼。")
    large.hub.release(changed)
    answer = large.look()
    assert (answer.event, answer.revision, answer.digest) == ("ready", 3, digest(changed))
    assert not whole_fetched(large)


@pytest.mark.parametrize("layout", [1, 2])
def test_a_catalogue_of_an_older_layout_is_built_anew_from_its_records(large: Street, layout: int) -> None:
    """The program was updated and the file is of the one before: its records are still good."""
    altered(large.home.catalogue(2), f"PRAGMA user_version = {layout}")
    answer = large.look()
    assert (answer.event, answer.revision, answer.digest) == ("ready", 2, digest(city(GUIDES)))
    assert prove(large.home.catalogue(2)).digest == digest(city(GUIDES))
    assert not whole_fetched(large)
    assert not [path for path, _ in large.server.asked if "/buckets/" in path]


def test_a_broken_file_is_fetched_whole(large: Street) -> None:
    path = large.home.catalogue(2)
    data = bytearray(path.read_bytes())
    for page in range(2, len(data) // 4096, 2):
        data[page * 4096 : page * 4096 + 64] = bytes(64)
    path.write_bytes(data)
    answer = large.look()
    assert (answer.event, answer.digest) == ("ready", digest(city(GUIDES)))
    assert prove(path).digest == digest(city(GUIDES))


def test_a_new_catalogue_that_cannot_be_opened_leads_back_to_the_one_before(large: Street) -> None:
    large.hub.release(city(GUIDES, ga_003="三"))
    answer = large.look()
    assert answer.path == large.home.catalogue(3)
    answer.path.write_bytes(answer.path.read_bytes()[:8192])
    with pytest.raises(CatalogueError):
        large.shelf.put(answer.path)
    assert large.found("证件3丢了") == "ga-003", "what was on show still is"
    settings = Settings()
    assert next(synced(settings, large.home)) == large.home.catalogue(2), "and will be after a restart"
    assert large.look().event == "ready"
    assert next(synced(settings, large.home)) == large.home.catalogue(3)


def test_what_is_on_show_stays_until_something_newer_is(street: Street) -> None:
    sync = ContentSync(street.home, SETTINGS, street.server.url, street.time)
    sync.serving(1)
    for number in (2, 3, 4):
        street.hub.release(city(ga_003=f"第{number}次"))
        assert sync.look().event == "ready"
    assert [path.name for path in street.home.catalogues()] == [f"catalogue-{number}.db" for number in (4, 3, 2, 1)]
    sync.serving(4)
    street.hub.release(city(ga_003="第5次"))
    sync.look()
    sync.close()
    assert [path.name for path in street.home.catalogues()] == ["catalogue-5.db", "catalogue-4.db"]


LISTENING = """
import sys
print('{"event": "ready", "revision": 9, "path": "/nowhere"}', flush=True)
with open(sys.argv[1], "a") as heard:
    for line in sys.stdin:
        heard.write(line)
        heard.flush()
        if line == "serving 9\\n":
            break
"""


def test_the_screen_tells_what_is_on_show_also_after_a_restart(tmp_path: Path) -> None:
    import sys

    heard = tmp_path / "heard"
    twice = threading.Event()
    starts: list[object] = []

    def post(event: object) -> None:
        starts.append(event)
        supply.showing(9)
        if len(starts) == 2:
            twice.set()

    class Marks:
        def get(self, name: str) -> str | None:
            return None

        def put(self, name: str, value: str) -> None:
            pass

    supply = ContentSupply((sys.executable, "-c", LISTENING, str(heard)), post, Marks(), {}, pause_s=0.05)
    supply.showing(8)
    with supply:
        assert twice.wait(30)
        until = time.monotonic() + 30
        while len(heard.read_text().splitlines()) < 3:
            assert time.monotonic() < until, heard.read_text()
            time.sleep(0.01)  # only the file tells that the line has arrived
    assert heard.read_text().splitlines()[:3] == ["serving 8", "serving 9", "serving 9"]


def older_repository(street: Street) -> None:
    """Signs what is out as hubs did before: no day of making, no buckets, nothing said about rings."""
    repository = Repository(street.hub.public, street.hub.keys, street.time())
    found = repository.current()
    assert found is not None
    targets: dict[str, TargetFile] = {}
    for path, target in found.signed.targets.items():
        if path.startswith("buckets-") or (path.startswith("catalogue/full-") and "full-2" not in path):
            continue
        target.unrecognized_fields.get("custom", {}).pop("made", None)
        targets[path] = target
    signer = street.hub.keys.release.unlock(RELEASE)
    repository.sign_targets(Metadata(Targets(expires=found.signed.expires, targets=targets)), signer)
    repository.show(repository.freshen())


def test_a_repository_of_the_format_before_still_installs(street: Street) -> None:
    changed = city(ga_003="由旧的程序发出")
    street.hub.release(changed)
    older_repository(street)
    signed = json.loads(max((street.hub.public / "metadata").glob("*.targets.json"), key=_version).read_bytes())
    assert sorted(signed["signed"]["targets"]) == [
        "catalogue/delta-1-2.zst",
        "catalogue/full-2.zst",
        "release.json",
    ]
    answer = street.look()
    assert (answer.event, answer.digest) == ("ready", digest(changed))
    for path in street.home.catalogues():
        path.unlink()
    assert street.look().digest == digest(changed), "whole, too"
    assert street.look().event == "checked"
    # And today's publisher goes on from it.
    street.hub.release(city(ga_003="由新的程序发出"))
    assert street.look().digest == digest(city(ga_003="由新的程序发出"))


def _version(path: Path) -> int:
    return int(path.name.partition(".")[0])


def test_a_kiosk_outside_of_the_ring_is_not_stale(street: Street) -> None:
    device = next(f"kiosk-{number}" for number in range(100) if lot(f"kiosk-{number}", 2) >= 50)
    street.hub.release(city(ga_003="二"), rings={STREET: Ring(1, 50)})

    def looks(name: str) -> tuple[str, int | None, str | None]:
        sync = ContentSync(street.home, SETTINGS, street.server.url, street.time, kiosk=lambda: Standpoint(name))
        answer = sync.look()
        sync.close()
        return answer.event, answer.revision, answer.digest

    assert looks(device) == ("checked", 1, digest(city()))
    street.hub.publisher.steer({}, passphrase=RELEASE)
    assert looks(device) == ("ready", 2, digest(city(ga_003="二")))


def test_another_ring_counts_from_the_next_look_on(street: Street) -> None:
    street.hub.release(city(ga_003="二"), rings={EARLY: Ring(1, 100), STREET: Ring(1, 0)})
    folder = IdentityFolder(street.home.uplink)
    folder.write(Identity("device-1", "https://hub.example", "31", "样本亭", "", None, STREET, None))
    settings = Settings.model_validate({"place": {"number": "31"}})
    sync = ContentSync(
        street.home, SETTINGS, street.server.url, street.time, kiosk=lambda: standpoint(settings, street.home)
    )
    try:
        assert sync.look().revision == 1
        folder.stand_at(EARLY, None)
        answer = sync.look()
        assert (answer.event, answer.digest) == ("ready", digest(city(ga_003="二")))
        folder.stand_at(STREET, None)
        assert sync.look().revision == 2, "it never goes back"
    finally:
        sync.close()


def test_a_kiosk_that_slept_for_weeks_goes_by_marks(street: Street) -> None:
    """Three releases a week for six weeks; the kiosk has what went out on the first day."""
    first = street.home.catalogue(1)
    for number in range(2, 20):
        if number % 3 == 1:
            street.time.at += 7 * DAY
        street.hub.release(city(ga_003=f"第{number}次", ga_005=f"另外第{number}次"))
    assert LONGEST_CHAIN < 18
    street.server.asked.clear()
    answer = street.look()
    assert (answer.event, answer.revision) == ("ready", 19)
    steps = [path.rpartition(".delta-")[2] for path, _ in street.server.asked if "delta" in path]
    assert steps == ["1-19.zst"]
    assert not whole_fetched(street) and first.exists()


def test_who_a_kiosk_is_among_the_rings(tmp_path: Path) -> None:
    home = Home(tmp_path)
    settings = Settings.model_validate({"place": {"number": "31"}})
    assert standpoint(settings, home) == Standpoint("31", STREET, None)
    IdentityFolder(tmp_path / "uplink").write(
        Identity("device-1", "https://hub.example", "31", "样本亭", "", "370602", "early", None)
    )
    assert standpoint(settings, home) == Standpoint("device-1", "early", "370602")
    own = Settings.model_validate({"place": {"district": "370611"}, "sync": {"ring": "north"}})
    assert standpoint(own, home) == Standpoint("device-1", "north", "370611")


def test_a_full_disk_keeps_serving(large: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    import errno
    import shutil

    large.hub.release(city(GUIDES, ga_003="三"))
    usage = shutil.disk_usage(large.home.root)
    with monkeypatch.context() as full:
        full.setattr(shutil, "disk_usage", lambda path: usage._replace(free=1 << 20))
        answer = large.look()
        assert (answer.event, answer.code) == ("failed", Code.DISK_FULL)
    with monkeypatch.context() as full:
        opened = Path.open

        def no_room(path: Path, mode: str = "r", *rest: object, **named: object) -> object:
            if path.name.endswith(".part"):
                raise OSError(errno.ENOSPC, "No space left on device", str(path))
            return opened(path, mode, *rest, **named)  # type: ignore[call-overload]

        full.setattr(Path, "open", no_room)
        large_again = City(large.hub.folder, large.time)
        large_again.release(city(GUIDES, ga_003="四"))
        answer = large.look()
        assert (answer.event, answer.code) == ("failed", Code.DISK_FULL)
    assert large.found("证件3丢了") == "ga-003"
    assert large.look().revision == 4
