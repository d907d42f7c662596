"""Key files, the founding, and putting new keys in place."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from tuf.api.metadata import Metadata, Root, Timestamp

from contentsync import ceremony
from contentsync.keys import KeyFile, KeyFolder
from domain.errors import Code, SyncError
from tests.unit.contentsync.hub import DAY, NOW, RELEASE, ROOTS, City, Time, city


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> KeyFile:
    key = KeyFile(tmp_path_factory.mktemp("keys") / "release.key", "release")
    key.make("a long passphrase")
    return key


def copy(key: KeyFile, folder: Path, role: str = "release", **changed: object) -> KeyFile:
    value = json.loads(key.path.read_bytes()) | changed
    place = folder / "copy.key"
    place.write_text(json.dumps(value))
    return KeyFile(place, role)


def test_a_sealed_key_opens_with_its_passphrase_only(sealed: KeyFile) -> None:
    opened = sealed.unlock("a long passphrase")
    assert opened.public_key.keyid == sealed.public().keyid
    opened.public_key.verify_signature(opened.sign(b"text"), b"text")
    for wrong in ("another passphrase", None):
        with pytest.raises(SyncError) as refused:
            sealed.unlock(wrong)
        assert refused.value.code is Code.KEY_REFUSED


def test_a_key_file_is_for_its_owner_alone_and_does_not_hold_the_secret(sealed: KeyFile) -> None:
    assert stat.S_IMODE(sealed.path.stat().st_mode) == 0o600
    secret = sealed.unlock("a long passphrase").private_bytes
    assert secret.hex() not in sealed.path.read_text()


def test_a_key_cannot_be_passed_off_as_another(sealed: KeyFile, tmp_path: Path) -> None:
    other = KeyFile(tmp_path / "other.key", "release")
    other.make(None)
    public = json.loads(other.path.read_bytes())["public"]
    for forged in (
        copy(sealed, tmp_path, public=public),
        copy(sealed, tmp_path, role="root"),
        copy(sealed, tmp_path, format=2),
        copy(sealed, tmp_path, sealed={"n": 1 << 30, "r": 8, "p": 1, "salt": "AA==", "nonce": "AA==", "secret": ""}),
    ):
        with pytest.raises(SyncError) as refused:
            forged.unlock("a long passphrase")
        assert refused.value.code is Code.KEY_REFUSED


def test_keys_are_never_overwritten_and_passphrases_are_long(tmp_path: Path, sealed: KeyFile) -> None:
    before = sealed.path.read_bytes()
    for key, passphrase in ((sealed, "a long passphrase"), (KeyFile(tmp_path / "new.key", "root"), "short")):
        with pytest.raises(SyncError) as refused:
            key.make(passphrase)
        assert refused.value.code is Code.KEY_REFUSED
    assert sealed.path.read_bytes() == before
    assert not (tmp_path / "new.key").exists()


def root_of(hub: City, version: int) -> Metadata[Root]:
    return Metadata[Root].from_bytes((hub.public / "metadata" / f"{version}.root.json").read_bytes())


def test_the_first_root(hub: City) -> None:
    root = root_of(hub, 1)
    root.verify_delegate("root", root)
    roles = root.signed.roles
    assert (roles["root"].threshold, len(roles["root"].keyids)) == (2, 3)
    assert roles["snapshot"].keyids == roles["timestamp"].keyids
    assert roles["targets"].keyids != roles["timestamp"].keyids
    assert root.signed.consistent_snapshot
    assert (hub.public / "root.json").read_bytes() == hub.root
    assert root.signed.expires == NOW + 730 * DAY
    with pytest.raises(SyncError):
        ceremony.found(hub.public, hub.keys, ROOTS, RELEASE, NOW)


def test_one_root_key_is_not_enough(hub: City) -> None:
    before = {path: path.read_bytes() for path in hub.keys.path.rglob("*") if path.is_file()}
    stranger = KeyFile(hub.folder / "stranger.key", "root")
    stranger.make("kept by a stranger")
    for signers in (
        {hub.keys.root(1).path: ROOTS[1]},
        {hub.keys.root(1).path: ROOTS[1], stranger.path: "kept by a stranger"},
    ):
        with pytest.raises(SyncError) as refused:
            ceremony.renew(hub.public, hub.keys, signers, NOW, release=RELEASE, new_online=True)
        assert refused.value.code is Code.KEY_REFUSED
    assert {path: path.read_bytes() for path in before} == before
    assert not (hub.public / "metadata" / "2.root.json").exists()


def test_every_key_can_be_replaced(hub: City, time: Time) -> None:
    old = root_of(hub, 1)
    time.at += 30 * DAY
    assert hub.renew(new_online=True, new_release="the next passphrase", new_roots={2: "the next drawer two"}) == 2
    new = root_of(hub, 2)
    old.verify_delegate("root", new)
    new.verify_delegate("root", new)
    assert new.signed.expires == time.at + 730 * DAY
    assert not set(new.signed.roles["timestamp"].keyids) & set(old.signed.roles["timestamp"].keyids)
    assert not set(new.signed.roles["targets"].keyids) & set(old.signed.roles["targets"].keyids)
    assert len(set(new.signed.roles["root"].keyids) & set(old.signed.roles["root"].keyids)) == 2
    with pytest.raises(SyncError):
        hub.release(city(ga_003="二"))
    signers = {hub.keys.root(2).path: "the next drawer two", hub.keys.root(1).path: ROOTS[1]}
    assert ceremony.renew(hub.public, hub.keys, signers, time.at, release="the next passphrase") == 3


def test_a_root_key_that_nobody_has_any_more_is_replaced_by_the_others(hub: City, time: Time) -> None:
    lost = hub.keys.root(2)
    gone = lost.public().keyid
    lost.path.unlink()
    signers = {hub.keys.root(number).path: ROOTS[number] for number in (1, 3)}
    again = {2: "the next drawer two"}
    elsewhere = hub.folder / "stick.key"
    elsewhere.write_bytes(hub.keys.root(3).path.read_bytes())
    unclear = {hub.keys.root(1).path: ROOTS[1], elsewhere: ROOTS[3]}  # which one is number 2 is told by names alone
    with pytest.raises(SyncError, match=r"root-1\.key and root-3\.key must sign"):
        ceremony.renew(hub.public, hub.keys, unclear, time.at, release=RELEASE, new_roots=again)
    assert ceremony.renew(hub.public, hub.keys, signers, time.at, release=RELEASE, new_roots=again) == 2
    held = set(root_of(hub, 2).signed.roles["root"].keyids)
    assert held == {hub.keys.root(number).public().keyid for number in (1, 2, 3)} and gone not in held


def test_a_stolen_root_key_may_sign_its_own_end_from_a_stick(hub: City, time: Time) -> None:
    stick = hub.folder / "stick" / "root-2.key"
    stick.parent.mkdir()
    hub.keys.root(2).path.rename(stick)
    stolen, kept = KeyFile(stick, "root").public().keyid, hub.keys.root(3).public().keyid
    signers = {hub.keys.root(1).path: ROOTS[1], stick: ROOTS[2]}
    ceremony.renew(hub.public, hub.keys, signers, time.at, release=RELEASE, new_roots={2: "the next drawer two"})
    held = root_of(hub, 2).signed.roles["root"].keyids
    assert stolen not in held and kept in held and len(held) == 3


def test_a_forgotten_passphrase_of_the_release_key_is_no_end(hub: City, time: Time) -> None:
    hub.keys.release.path.unlink()
    signers = {hub.keys.root(number).path: ROOTS[number] for number in (1, 3)}
    assert ceremony.renew(hub.public, hub.keys, signers, time.at, new_release="the next passphrase") == 2
    hub.publisher.resign("the next passphrase")


@pytest.mark.parametrize("before", [0, 1, 2, 3])
def test_keys_are_those_of_the_newest_root_wherever_the_power_goes(
    hub: City, time: Time, monkeypatch: pytest.MonkeyPatch, before: int
) -> None:
    """`before`: how many of the four renames of two keys are done when it goes; the root is there already."""
    done = 0
    rename = Path.replace

    class Gone(BaseException):
        """The power."""

    def counted(path: Path, target: Path) -> Path:
        nonlocal done
        if target.parent == hub.keys.path and target.suffix in (".old", ".key"):
            if done == before:
                raise Gone
            done += 1
        return rename(path, target)

    monkeypatch.setattr(Path, "replace", counted)
    with pytest.raises(Gone):
        hub.renew(new_online=True, new_roots={2: "the next drawer two"})
    monkeypatch.undo()

    hub.publisher.resign(RELEASE)
    root = root_of(hub, 2)
    shown = Metadata[Timestamp].from_bytes((hub.public / "metadata" / "timestamp.json").read_bytes())
    root.verify_delegate("timestamp", shown)
    assert hub.keys.online.public().keyid in root.signed.roles["timestamp"].keyids
    assert hub.keys.root(2).public().keyid in root.signed.roles["root"].keyids
    assert sorted(path.name for path in hub.keys.path.glob("*.old")) == ["online.old", "root-2.old"]
    assert not list(hub.keys.path.glob("*.new"))
    signers = {hub.keys.root(2).path: "the next drawer two", hub.keys.root(1).path: ROOTS[1]}
    assert ceremony.renew(hub.public, hub.keys, signers, time.at, release=RELEASE) == 3


def test_a_new_key_that_no_root_names_replaces_nothing(hub: City) -> None:
    """The power went before the root was there."""
    online = hub.keys.online.public().keyid
    KeyFile(hub.keys.online.path.with_suffix(".new"), "online").make(None)
    hub.publisher.resign()
    assert hub.keys.online.public().keyid == online
    assert hub.renew(new_online=True) == 2
    assert hub.keys.online.public().keyid != online


def test_a_hub_can_be_renewed_before_its_first_release(tmp_path: Path) -> None:
    hub = City.found(tmp_path / "hub", Time())
    assert hub.renew(new_online=True) == 2
    assert (
        KeyFolder(tmp_path / "hub" / "keys").online.public().keyid in root_of(hub, 2).signed.roles["timestamp"].keyids
    )
    assert hub.release(city(3)).manifest.revision == 1
