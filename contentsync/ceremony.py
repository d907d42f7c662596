"""Founding a hub, and changing its keys: the acts for which people come together with their sticks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from tuf.api.metadata import Metadata, Root

from contentsync.files import locked, sync_folder
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
    release: str | None = None,
    new_release: str | None = None,
    new_online: bool = False,
    new_roots: Mapping[int, str] | None = None,
) -> int:
    """Signs the next root with the root keys in `signers` (file of each key and its passphrase); returns its version.

    Lengthens the life of the root by two years and, as asked, puts new keys in place: the online key (`new_online`: it
    was stolen, or a year is over), the release key (`new_release` is its passphrase) and root keys (by number). Any of
    them may be lost: a root key that is neither in `keys` nor among the signers is replaced when all the others sign.
    What is published is signed anew, so without a new release key `release`, the passphrase of the one there is, is
    needed. Replaced key files stay beside the new ones with `.old` behind their names.

    Raises `SyncError` S-08 with fewer than two root keys, for a wrong passphrase, and when it cannot be told which key
    a lost one was; nothing has changed then.
    """
    with locked(keys.lock):
        repository = Repository(folder, keys, now)
        root = repository.root()
        put_in_place(keys, root)
        published = repository.current()
        opened = [KeyFile(path, "root").unlock(passphrase) for path, passphrase in signers.items()]
        before = set(root.signed.roles["root"].keyids)
        if len({signer.public_key.keyid for signer in opened} & before) < THRESHOLD:
            raise SyncError(Code.KEY_REFUSED, f"needs {THRESHOLD} of the root keys")
        releasing = keys.release.unlock(release) if new_release is None else None
        root.signed.version = repository.next("root")
        root.signed.expires = repository.now + ROOT_LASTS

        named = dict(zip((path.name for path in signers), opened, strict=True))

        def held_until_now(key: KeyFile, role: str) -> str:
            """Id of the key that is to be replaced, wherever its file is."""
            if key.path.exists():
                return key.public().keyid
            if role != "root":
                return root.signed.roles[role].keyids[0]
            if key.path.name in named:
                return named[key.path.name].public_key.keyid
            others = {keys.root(number).path.name for number in KeyFolder.ROOTS} - {key.path.name}
            silent = before - {signer.public_key.keyid for signer in opened}
            if set(named) != others or len(silent) != 1:
                raise SyncError(Code.KEY_REFUSED, f"{key.path.name} is gone: {' and '.join(sorted(others))} must sign")
            return silent.pop()

        def replace(key: KeyFile, passphrase: str | None, roles: tuple[str, ...]) -> KeyFile:
            replaced = held_until_now(key, roles[0])
            beside = _beside(key)
            beside.path.unlink(missing_ok=True)
            public = beside.make(passphrase)
            for role in roles:
                root.signed.revoke_key(replaced, role)
                root.signed.add_key(public, role)
            return beside

        if new_online:
            replace(keys.online, None, ONLINE_ROLES)
        if new_release is not None:
            replace(keys.release, new_release, ("targets",))
        fresh = []
        for number, passphrase in (new_roots or {}).items():
            fresh.append(replace(keys.root(number), passphrase, ("root",)).unlock(passphrase))
        root.signatures.clear()
        for signer in (*opened, *fresh):
            root.sign(signer, append=True)
        root.verify_delegate("root", root)
        repository.write_root(root)
        put_in_place(keys, root)
        if published is not None:
            repository.sign_targets(published, releasing or keys.release.unlock(new_release))
        repository.show(repository.freshen() if published is not None else None)
        return root.signed.version


def put_in_place(keys: KeyFolder, root: Metadata[Root]) -> None:
    """Gives the keys that `root`, the newest, has put in place of others their names; the others become `.old`. Does
    nothing where that is done: whoever opens a hub calls it, because the power may have gone in the middle of it. Hold
    `keys.lock`. A new key that no root names is left for the next ceremony to remove.
    """
    held = [(keys.online, "timestamp"), (keys.release, "targets")]
    held += [(keys.root(number), "root") for number in KeyFolder.ROOTS]
    moved = False
    for key, role in held:
        beside = _beside(key)
        if not beside.path.exists() or beside.public().keyid not in root.signed.roles[role].keyids:
            continue
        if key.path.exists():
            key.path.replace(key.path.with_suffix(".old"))
        beside.path.replace(key.path)
        moved = True
    if moved:
        sync_folder(keys.path)


def _beside(key: KeyFile) -> KeyFile:
    """Where the one that is to replace `key` lies until a root says that it does."""
    return KeyFile(key.path.with_suffix(".new"), key.role)
