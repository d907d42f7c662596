"""The press: the one place where the hub hands its content to `contentsync`, and where its keys are made."""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from domain.errors import Code, SyncError
from hub.refusal import Reason, Refused

if TYPE_CHECKING:
    from contentsync.channels import Channels, Ring
    from contentsync.publisher import Publisher, Standing
    from uplink.sealing import SealingKey

SKIPPED = 10_000
"""Versions left out when nobody knows how many were signed: ten a day for some three years."""

# contentsync is imported where it is needed: reading and reviewing need no signing libraries.

ROLES = ("publisher", "countersigner")
"""As what the first and the second signer stand in the manifest."""


@dataclass(frozen=True, slots=True)
class Approved:
    """One who approved, by login (the manifest is public: accounts, not names), and when."""

    login: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Press:
    """The public folder, the folder of the keys, and the lock that one release at a time holds."""

    public: Path
    keys: Path
    lock: Path

    @property
    def founded(self) -> bool:
        """Whether the keys were made."""
        return (self.public / "root.json").is_file()

    @property
    def root(self) -> Path:
        """The first trust root, which kiosks are enrolled with."""
        return self.public / "root.json"

    def latest(self) -> tuple[int, str] | None:
        """Revision and digest of what is out; None before the first release. Raises `SyncError`."""
        if not self.founded:
            return None
        manifest = self._publisher().standing().manifest
        return (manifest.revision, manifest.digest) if manifest is not None else None

    def highest(self) -> int:
        """The highest revision that was ever given out, also by a release that did not get to its end."""
        from contentsync.keys import KeyFolder
        from contentsync.repository import Counters

        return Counters(KeyFolder(self.keys).counters)["revision"]

    def publish(
        self,
        lines: Iterable[bytes],
        revision: int,
        digest: str,
        approved: Sequence[Approved],
        made_at: dt.datetime,
        passphrase: str,
        rings: Mapping[str, Ring] | None = None,
    ) -> None:
        """Puts signed files in place; `rings` take them first, None: everybody does.

        Raises `SyncError`: S-08 keys or passphrase, S-07 approvals, S-05 when what came out is not what was approved.
        """
        from contentsync.manifest import Approval

        if not self.founded:
            raise SyncError(Code.KEY_REFUSED, "this hub has no keys yet: hub keys init")
        signed = [Approval(one.login, ROLES[min(place, len(ROLES) - 1)], one.at) for place, one in enumerate(approved)]
        published = self._publisher().publish(
            lines, approvals=signed, made_at=made_at, passphrase=passphrase, revision=revision, rings=rings
        )
        said = published.manifest
        if said.digest != digest or said.revision != revision:
            raise SyncError(Code.DIGEST_DIFFERS, f"revision {said.revision} went out instead of {revision}")

    def steer(self, rings: Mapping[str, Ring], *, paused: bool, passphrase: str) -> None:
        """Signs anew who takes the newest release; without rings, and not paused, everybody. Raises `SyncError`."""
        self._publisher().steer(rings, paused=paused, passphrase=passphrase)

    def channels(self) -> Channels | None:
        """Who takes the newest release; None when it is everybody's. Raises `SyncError`."""
        return self._publisher().standing().channels

    def repair(self) -> bool:
        """Lets kiosks see what was signed before a kill; whether there was need to. Raises `SyncError`."""
        return self.founded and self.keys.is_dir() and self._publisher().repair()

    def found(self, roots: Mapping[int, str], release: str, now: dt.datetime) -> Path:
        """Makes all keys: `roots` has the passphrase of root keys 1, 2, 3, `release` that of the release key.

        Returns the trust root. Raises `SyncError` S-08 when there are keys already or a passphrase is too short.
        """
        from contentsync.ceremony import found
        from contentsync.keys import KeyFolder

        self.public.mkdir(parents=True, exist_ok=True)
        return found(self.public, KeyFolder(self.keys), roots, release, now)

    def renew(
        self,
        signers: Mapping[Path, str],
        now: dt.datetime,
        *,
        release: str | None = None,
        new_release: str | None = None,
        new_online: bool = False,
        new_roots: Mapping[int, str] | None = None,
    ) -> int:
        """Signs the next root, all as `contentsync.ceremony.renew` says; its version. Raises `SyncError` S-08."""
        from contentsync.ceremony import renew
        from contentsync.keys import KeyFolder

        if not self.founded:
            raise SyncError(Code.KEY_REFUSED, "this hub has no keys yet: hub keys init")
        return renew(
            self.public,
            KeyFolder(self.keys),
            signers,
            now,
            release=release,
            new_release=new_release,
            new_online=new_online,
            new_roots=new_roots,
        )

    def resign(self, passphrase: str | None = None) -> Standing:
        """Signs anew that the release is fresh; with the passphrase also the release itself. Raises `SyncError`."""
        return self._publisher().resign(passphrase)

    def skip(self, revision: int, passphrase: str, now: dt.datetime) -> None:
        """Signs what lies in the public folder under far higher numbers, and lets revisions go on above `revision`: for
        kiosks that have seen more than this machine knows of. They take nothing until the next release.

        Raises `SyncError`: S-08 for the passphrase, S-09 when nothing is there that our keys have signed.
        """
        from contentsync.files import locked
        from contentsync.keys import KeyFolder
        from contentsync.repository import Repository

        keys = KeyFolder(self.keys)
        with locked(keys.lock):
            repository = Repository(self.public, keys, now)
            kept = repository.versions()
            if not kept:
                raise SyncError(Code.RELEASE_FAILED, "public/ has no release that these keys have signed")
            newest, release = repository.targets(kept[0]), keys.release.unlock(passphrase)
            held = repository.counters
            signed = {name: held[name] + SKIPPED for name in ("timestamp", "snapshot", "targets")}
            held.raise_to({**signed, "revision": revision})
            repository.sign_targets(newest, release)
            repository.show(repository.freshen())

    def standing(self) -> Standing:
        """What is out, and until when its signatures last. Raises `SyncError`."""
        return self._publisher().standing()

    def export(self, stick: Path) -> tuple[int, str]:
        """Copies the release onto a stick, fresh for 90 days; its revision and digest. Raises `SyncError`."""
        from uplink.stick import LetterboxKey

        if self.founded:
            LetterboxKey(self._letterbox).ready()  # kiosks learn of it from what the stick proves
        manifest = self._publisher().export_usb(stick)
        return manifest.revision, manifest.digest

    def letterbox(self) -> SealingKey:
        """What kiosks seal for when a stick carries it home. Raises `SyncError` S-08."""
        from uplink.stick import LetterboxKey

        return LetterboxKey(self._letterbox).load()

    def note(self, said: Mapping[str, Any]) -> bytes:
        """`said`, signed with the online key for kiosks to believe. Raises `SyncError` S-08."""
        from contentsync.keys import KeyFolder
        from contentsync.usb import note

        return note(said, KeyFolder(self.keys).online.unlock())

    @property
    def _letterbox(self) -> Path:
        from contentsync.keys import KeyFolder

        return KeyFolder(self.keys).letterbox.with_suffix(".key")

    def fingerprints(self) -> Mapping[str, str]:
        """Key ids by file name, of the keys that are on this machine. Raises `SyncError` S-08."""
        from contentsync.keys import KeyFolder

        folder = KeyFolder(self.keys)
        held = [folder.release, folder.online, *(folder.root(number) for number in KeyFolder.ROOTS)]
        return {file.path.name: file.public().keyid for file in held if file.path.exists()}

    def _publisher(self) -> Publisher:
        from contentsync.keys import KeyFolder
        from contentsync.publisher import Publisher

        return Publisher(self.public, KeyFolder(self.keys))


@contextlib.contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    """While nobody else publishes from this home; the kernel lets go of the lock however the process ends.

    Raises `Refused` (already_publishing) at once when somebody does.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(Reason.ALREADY_PUBLISHING) from None
        yield
    finally:
        os.close(handle)
