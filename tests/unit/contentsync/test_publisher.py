"""What lies in the public folder after a release, and what the publisher refuses."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from contentsync.keys import KeyFolder
from contentsync.layout import Changed, Whole, of_targets
from contentsync.manifest import Approval, Manifest
from contentsync.packing import unpack
from contentsync.publisher import Publisher
from contentsync.repository import Repository
from domain.errors import Code, RecordError, SyncError
from domain.records import digest
from tests.unit.contentsync.hub import APPROVALS, DAY, NOW, RELEASE, City, Time, city, lines


def signed(hub: City, name: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((hub.public / "metadata" / name).read_bytes())["signed"]
    return value


def current(hub: City) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    timestamp = signed(hub, "timestamp.json")
    snapshot = signed(hub, f"{timestamp['meta']['snapshot.json']['version']}.snapshot.json")
    return timestamp, snapshot, signed(hub, f"{snapshot['meta']['targets.json']['version']}.targets.json")


def steps(hub: City) -> dict[int, Changed]:
    found = Repository(hub.public, hub.keys, NOW).current()
    assert found is not None
    return {one.base: one for one in of_targets(found.signed.targets).changes}


def public_files(hub: City) -> dict[str, bytes]:
    return {str(path.relative_to(hub.public)): path.read_bytes() for path in hub.public.rglob("*") if path.is_file()}


def test_a_release_holds_the_content_and_says_what_it_is(hub: City) -> None:
    records = city(ga_003="改到二楼办。")
    published = hub.release(records)
    _, _, targets = current(hub)
    whole = targets["targets"]["catalogue/full-2.zst"]
    assert whole["custom"]["to"] == 2
    assert whole["custom"]["digest"] == digest(records) == published.manifest.digest
    content = list(unpack(hub.whole(2), whole["custom"]["size"]))
    assert hashlib.sha256(b"".join(content)).hexdigest() == digest(records)
    assert hashlib.sha256(hub.whole(2).read_bytes()).hexdigest() == whole["hashes"]["sha256"]
    step = targets["targets"]["catalogue/delta-1-2.zst"]["custom"]
    assert (step["from"], step["from_digest"]) == (1, digest(city()))
    assert (step["to"], step["digest"]) == (2, digest(records))
    assert published.changes_bytes is not None
    assert published.changes_bytes < published.whole_bytes / 4
    sha256 = targets["targets"]["release.json"]["hashes"]["sha256"]
    manifest = Manifest.decode((hub.public / "targets" / f"{sha256}.release.json").read_bytes())
    assert manifest == published.manifest
    assert manifest.counts == {"guide": 40, "org": 1}
    assert [one.who for one in manifest.approvals] == ["liu", "chen"]


def test_the_order_of_records_does_not_matter(hub: City) -> None:
    same = hub.release(list(reversed(city())))
    assert (same.fresh, same.manifest.revision) == (False, 1)


def test_the_same_content_is_not_released_twice(hub: City) -> None:
    before = public_files(hub)
    assert not hub.release(city()).fresh
    assert public_files(hub) == before


@pytest.mark.parametrize(
    "approvals", [(), APPROVALS[:1], (APPROVALS[0], Approval(" LIU ", "publisher", NOW))], ids=["none", "one", "twice"]
)
def test_two_different_people_must_approve(hub: City, approvals: tuple[Approval, ...]) -> None:
    before = public_files(hub)
    with pytest.raises(SyncError) as refused:
        hub.publisher.publish(lines(city(3)), approvals=approvals, made_at=NOW, passphrase=RELEASE)
    assert refused.value.code is Code.APPROVALS_MISSING
    assert public_files(hub) == before


def test_a_manifest_with_one_approval_is_refused_where_it_is_read() -> None:
    manifest = Manifest(1, "0" * 64, NOW, {}, APPROVALS)
    alone = json.loads(manifest.encode())
    alone["approvals"] = alone["approvals"][:1]
    with pytest.raises(SyncError) as refused:
        Manifest.decode(json.dumps(alone).encode())
    assert refused.value.code is Code.APPROVALS_MISSING


def test_a_wrong_passphrase_releases_nothing(hub: City) -> None:
    before = public_files(hub)
    with pytest.raises(SyncError) as refused:
        hub.publisher.publish(lines(city(3)), approvals=APPROVALS, made_at=NOW, passphrase="not the passphrase")
    assert refused.value.code is Code.KEY_REFUSED
    assert public_files(hub) == before


@pytest.mark.parametrize(
    ("record", "code"),
    [
        ({"kind": "guide", "id": "ga-900", "name": "x", "department": "org-none"}, Code.RECORD_DANGLING),
        ({"kind": "guide", "id": "ga-900"}, Code.RECORD_INVALID),
        (city()[1], Code.RECORD_DUPLICATE),
    ],
)
def test_records_that_no_kiosk_would_take_are_not_released(hub: City, record: dict[str, Any], code: Code) -> None:
    before = public_files(hub)
    with pytest.raises(RecordError) as refused:
        hub.release([*city(), record])
    assert refused.value.code is code
    assert public_files(hub) == before


def test_withdrawing_goes_on_to_the_old_records(hub: City) -> None:
    hub.release(city(ga_003="印错了。"))
    back = hub.publisher.withdraw(1, approvals=APPROVALS, made_at=NOW, passphrase=RELEASE)
    assert (back.manifest.revision, back.manifest.digest) == (3, digest(city()))
    assert b"".join(hub.publisher.lines()) == b"".join(hub.publisher.lines(1))


def test_resigning_changes_freshness_and_nothing_else(hub: City, time: Time) -> None:
    before = current(hub)
    time.at += 10 * DAY
    standing = hub.publisher.resign()
    after = current(hub)
    assert after[0]["version"] == before[0]["version"] + 1
    assert after[0]["expires"] == "2026-12-25T08:00:00Z"
    assert after[0]["signed_at"] == int(time.at.timestamp())
    assert after[2] == before[2]
    assert standing.warnings(time.at) == ()
    time.at += 320 * DAY
    assert len(hub.publisher.resign().warnings(time.at)) == 1
    assert hub.publisher.resign(RELEASE).warnings(time.at) == ()
    assert current(hub)[2]["version"] == before[2]["version"] + 1


def test_versions_never_go_back_although_the_folder_does(hub: City) -> None:
    backup = public_files(hub)
    hub.release(city(ga_003="二"))
    high = current(hub)[0]["version"]
    for path in list(hub.public.rglob("*")):
        if path.is_file():
            path.unlink()
    for name, data in backup.items():
        (hub.public / name).write_bytes(data)
    with pytest.raises(SyncError) as refused:
        hub.release(city(ga_003="三"))
    assert refused.value.code is Code.RELEASE_FAILED
    again = hub.release(city(ga_003="三"), anew=True)
    timestamp, _, targets = current(hub)
    assert again.manifest.revision == 3
    assert timestamp["version"] > high
    assert [path for path in targets["targets"] if "delta" in path] == []


def test_a_file_slipped_into_the_folder_is_not_signed(hub: City) -> None:
    """Whoever can write to the web server must not be able to have something signed with the next release."""
    name = f"{current(hub)[1]['meta']['targets.json']['version']}.targets.json"
    path = hub.public / "metadata" / name
    value = json.loads(path.read_bytes())
    value["signed"]["targets"]["catalogue/delta-0-1.zst"] = value["signed"]["targets"]["catalogue/full-1.zst"]
    path.write_text(json.dumps(value))
    with pytest.raises(SyncError) as refused:
        hub.release(city(ga_003="二"))
    assert refused.value.code is Code.RELEASE_FAILED


def test_a_changed_catalogue_is_not_built_upon(hub: City) -> None:
    data = bytearray(hub.whole(1).read_bytes())
    data[len(data) // 2] ^= 1
    hub.whole(1).write_bytes(data)
    with pytest.raises(SyncError) as refused:
        hub.release(city(ga_003="二"))
    assert refused.value.code is Code.RELEASE_FAILED


def test_a_number_of_ones_own_must_be_higher(hub: City) -> None:
    with pytest.raises(SyncError) as refused:
        hub.release(city(3), revision=1)
    assert refused.value.code is Code.RELEASE_OLDER
    assert hub.release(city(3), revision=40).manifest.revision == 40


def test_old_files_go_and_steps_stay(hub: City) -> None:
    for number in range(2, 15):
        hub.release(city(ga_003=f"第{number}次"))
    assert set(steps(hub)) == set(range(1, 14))
    assert len(list((hub.public / "metadata").glob("*.targets.json"))) == 10
    # Those of the ten sets of targets that stay, and the first one of this week.
    wholes = (hub.public / "targets" / "catalogue").glob("*.full-*.zst")
    assert {int(path.stem.partition("full-")[2]) for path in wholes} == {1, *range(5, 15)}


def test_what_no_release_names_is_cleared_away(hub: City) -> None:
    stray = hub.public / "targets" / "catalogue" / ("0" * 64 + ".full-9.zst")
    stray.write_bytes(b"left behind")
    hub.publisher.resign()
    assert not stray.exists()
    assert hub.whole(1).exists()


def test_a_stick_holds_the_release_for_ninety_days(hub: City, tmp_path: Path) -> None:
    hub.release(city(ga_003="二"))
    manifest = hub.publisher.export_usb(tmp_path / "stick")
    assert manifest.revision == 2
    travelling = json.loads((tmp_path / "stick" / "metadata" / "timestamp.json").read_bytes())["signed"]
    here = current(hub)[0]
    assert travelling["expires"] == "2027-03-01T08:00:00Z"
    assert here["version"] == travelling["version"] + 1
    assert here["expires"] == "2026-12-15T08:00:00Z"
    names = {str(path.relative_to(tmp_path / "stick")) for path in (tmp_path / "stick").rglob("*") if path.is_file()}
    assert "root.json" in names
    assert "metadata/1.root.json" in names
    assert sum("full-" in name for name in names) == 1


def test_a_stick_is_written_over(hub: City, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    hub.publisher.export_usb(stick)
    hub.release(city(ga_003="二"))
    hub.publisher.export_usb(stick)
    assert len(list(stick.rglob("*.full-*.zst"))) == 1
    assert len(list(stick.rglob("*.targets.json"))) == 1


def test_nothing_can_be_published_before_the_founding(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    publisher = Publisher(tmp_path / "public", KeyFolder(tmp_path / "keys"), lambda: NOW)
    with pytest.raises(SyncError) as refused:
        publisher.publish(lines(city(3)), approvals=APPROVALS, made_at=NOW, passphrase=RELEASE)
    assert refused.value.code is Code.KEY_REFUSED


def test_a_whole_in_its_own_words() -> None:
    whole = Whole(3, "0" * 64, 10, 5)
    assert (whole.path, whole.custom()) == ("catalogue/full-3.zst", {"to": 3, "digest": "0" * 64, "size": 10})
