"""What a stick, a server or a thief may say before anything is proved: refused in our own words, never a crash."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from contentsync import fetcher
from contentsync.marks import Mark, StateFile
from contentsync.trust import EARLIEST, Trust
from contentsync.usb import StickFolder, described, release_folder
from domain.errors import Code, SyncError
from tests.unit.contentsync.hub import City, Server, Time
from tests.unit.contentsync.test_client import Kiosk


@pytest.fixture
def kiosk(hub: City, server: Server, tmp_path: Path, time: Time) -> Iterator[Kiosk]:
    made = Kiosk(tmp_path / "sync", server.url, time)
    made.trust.enrol(hub.root)
    yield made
    made.fetcher.close()


@pytest.fixture
def stick(hub: City, tmp_path: Path) -> Path:
    place = tmp_path / "stick" / "bianminting"
    hub.publisher.export_usb(place)
    found = release_folder(place.parent)
    assert found is not None and described(found).revision == 1
    return found


def altered(path: Path, *keys: str, value: Any) -> None:
    document = inner = json.loads(path.read_bytes())
    for key in keys[:-1]:
        inner = inner[key]
    inner[keys[-1]] = value
    path.write_text(json.dumps(document))


@pytest.mark.parametrize("made_at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_date_that_no_zone_can_hold(stick: Path, made_at: str) -> None:
    (manifest,) = stick.glob("targets/*.release.json")
    altered(manifest, "made_at", value=made_at)
    with pytest.raises(SyncError) as refused:
        described(stick)
    assert refused.value.code is Code.RELEASE_REFUSED


def test_a_version_without_end(stick: Path) -> None:
    altered(stick / "metadata" / "timestamp.json", "signed", "meta", "snapshot.json", "version", value=float("inf"))
    with pytest.raises(SyncError) as refused:
        described(stick)
    assert refused.value.code is Code.RELEASE_REFUSED


def test_a_digest_that_is_a_way_out_of_the_stick(stick: Path) -> None:
    (manifest,) = stick.glob("targets/*.release.json")
    manifest.rename(stick.parents[1] / "of-this-machine.release.json")
    (targets,) = stick.glob("metadata/*.targets.json")
    altered(targets, "signed", "targets", "release.json", "hashes", "sha256", value="../../../of-this-machine")
    with pytest.raises(SyncError) as refused:
        described(stick)
    assert refused.value.code is Code.RELEASE_REFUSED


@pytest.mark.parametrize("name", ["..", ".", "", "a/b", "../secret", "a\nb"])
def test_names_that_are_none_of_ours_are_not_opened(tmp_path: Path, name: str) -> None:
    (tmp_path / "stick").mkdir()
    (tmp_path / "secret").write_text("of this machine")
    with pytest.raises(SyncError) as refused:
        StickFolder(tmp_path / "stick").read(name, most=100)
    assert refused.value.code is Code.RELEASE_REFUSED


def test_a_hub_whose_clock_has_twenty_digits_is_read_all_the_same(kiosk: Kiosk, server: Server) -> None:
    class Endless:
        def strftime(self, form: str) -> str:
            return "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"

    server.time = Endless  # type: ignore[assignment]
    assert kiosk.ready().manifest.revision == 1
    assert kiosk.fetcher.hub_date is None


@pytest.mark.parametrize(
    ("header", "value", "have", "told"),
    [
        ("Content-Length", "17", 0, 17),
        ("Content-Length", "²", 0, None),
        ("Content-Length", "9" * 5000, 0, None),
        ("Content-Range", "bytes 5-16/17", 5, 17),
        ("Content-Range", "bytes 5-16/²", 5, None),
        ("Content-Range", "bytes 5-16/*", 5, None),
    ],
)
def test_a_length_is_a_number_or_none(header: str, value: str, have: int, told: int | None) -> None:
    answer = requests.Response()
    answer.headers[header] = value
    assert fetcher._told(answer, have) == told


@pytest.mark.parametrize("seconds", [-(10**30), 10**30, -1])
def test_a_mark_that_is_no_time_does_not_stop_the_clock(tmp_path: Path, time: Time, seconds: int) -> None:
    marks = StateFile(tmp_path / "state.json")
    marks.keep({"time": Mark("keys", seconds)})
    assert Trust(tmp_path, marks, now=time).time() >= EARLIEST
