"""Founding a hub, and changing its keys: the acts for which people come together with their sticks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from tuf.api.metadata import Metadata, Root

from contentsync.files import locked
from contentsync.keys import KeyFile, KeyFolder
from contentsync.repository import ROOT_LASTS, Repository
from domain.errors import Code, SyncError

THRESHOLD = 2
"""Root keys that must sign, of three."""

ONLINE_ROLES = ("snapshot", "timestamp")


def found(folder: Path, keys: KeyFolder, roots: Mapping[int, str], release: str, now: dt.datetime) -> Path:
    """Makes all keys and the first root; returns the root.json that kiosks are enrolled with.

    `roots` has the passphrase of each root key (1, 2, 3), `release` that of the release key. Afterwards the root keys
    belong onto three sticks, and off this machine. Raises `SyncError` S-08, also when the hub was founded before.
    """
    if set(roots) != set(KeyFolder.ROOTS):
        raise SyncError(Code.KEY_REFUSED, "there are three root keys, each with its passphrase")
    keys.path.mkdir(mode=0o700, parents=True, exist_ok=True)
    with locked(keys.lock):
        repository = Repository(folder, keys, now)
        if repository.founded:
            raise SyncError(Code.KEY_REFUSED, "this hub has its keys already")
        root = Metadata(Root(version=1, expires=repository.now + ROOT_LASTS, consistent_snapshot=True))
        for number, passphrase in sorted(roots.items()):
            root.signed.add_key(keys.root(number).make(passphrase), "root")
        root.signed.roles["root"].threshold = THRESHOLD
        root.signed.add_key(keys.release.make(release), "targets")
        online = keys.online.make(None)
        for role in ONLINE_ROLES:
            root.signed.add_key(online, role)
        for number, passphrase in sorted(roots.items()):
            root.sign(keys.root(number).unlock(passphrase), append=True)
        repository.write_root(root)
        repository.show(None)
    return folder / "root.json"


def renew(
    folder: Path,
    keys: KeyFolder,
    signers: Mapping[Path, str],
    now: dt.datetime,
    *,
    release: str,
    new_release: str | None = None,
    new_online: bool = False,
    new_roots: Mapping[int, str] | None = None,
) -> int:
    """Signs the next root with the root keys in `signers` (file of each key and its passphrase); returns its version.

    Lengthens the life of the root by two years and, as asked, puts new keys in place: the online key (`new_online`: it
    was stolen, or a year is over), the release key (`new_release` is its passphrase) and root keys (by number; the old
    ones must still sign). What is published is signed anew with them, so `release`, the passphrase of the release key
    as it is, is needed in any case. Replaced key files stay beside the new ones with `.old` behind their names.

    Raises `SyncError` S-08 with fewer than two root keys or a wrong passphrase; nothing has changed then.
    """
    with locked(keys.lock):
        repository = Repository(folder, keys, now)
        root = repository.root()
        published = repository.current()
        opened = [KeyFile(path, "root").unlock(passphrase) for path, passphrase in signers.items()]
        before = set(root.signed.roles["root"].keyids)
        if len({signer.public_key.keyid for signer in opened} & before) < THRESHOLD:
            raise SyncError(Code.KEY_REFUSED, f"needs {THRESHOLD} of the root keys")
        releasing = keys.release.unlock(release)
        root.signed.version = repository.next("root")
        root.signed.expires = repository.now + ROOT_LASTS
        fresh: dict[KeyFile, KeyFile] = {}

        def replace(held: KeyFile, passphrase: str | None, roles: tuple[str, ...]) -> KeyFile:
            beside = KeyFile(held.path.with_suffix(".new"), held.role)
            beside.path.unlink(missing_ok=True)
            public = beside.make(passphrase)
            for role in roles:
                if held.path.exists():
                    root.signed.revoke_key(held.public().keyid, role)
                root.signed.add_key(public, role)
            fresh[held] = beside
            return beside

        if new_online:
            replace(keys.online, None, ONLINE_ROLES)
        if new_release is not None:
            replace(keys.release, new_release, ("targets",))
        for number, passphrase in (new_roots or {}).items():
            if not keys.root(number).path.exists():
                raise SyncError(Code.KEY_REFUSED, f"root key {number} that is to be replaced must be at hand")
            opened.append(replace(keys.root(number), passphrase, ("root",)).unlock(passphrase))
        root.signatures.clear()
        for signer in opened:
            root.sign(signer, append=True)
        root.verify_delegate("root", root)
        for held, beside in fresh.items():
            if held.path.exists():
                held.path.replace(held.path.with_suffix(".old"))
            beside.path.replace(held.path)
        repository.write_root(root)
        if published is not None:
            if new_release is not None:
                releasing = keys.release.unlock(new_release)
            repository.sign_targets(published, releasing)
        repository.show(repository.freshen() if published is not None else None)
        return root.signed.version
