"""The hub's folder of metadata: read with suspicion, written in an order that kiosks may watch.

What lies in the public folder is not believed because it lies there: whoever can write to it must not be able to slip a
file into what is signed next. It counts when the root that lies with the keys says so.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from pathlib import Path

from securesystemslib.signer import CryptoSigner
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, MetaFile, Root, Snapshot, Targets, Timestamp
from tuf.api.serialization.json import JSONSerializer

from contentsync.files import write_whole
from contentsync.keys import KeyFolder
from contentsync.trust import LETTERBOX, SIGNED_AT
from domain.errors import Code, SyncError

ROOT_LASTS = dt.timedelta(days=730)
TARGETS_LAST = dt.timedelta(days=365)
SNAPSHOT_LASTS = dt.timedelta(days=90)
TIMESTAMP_LASTS = dt.timedelta(days=14)
STICK_LASTS = dt.timedelta(days=90)
"""How long a USB stick may travel."""

_COMPACT = JSONSerializer(compact=True)
_TARGETS = re.compile(r"([0-9]{1,18})\.targets\.json")


class Counters:
    """The highest version ever given out, by role, and the highest revision; kept with the keys and flushed first."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            value = json.loads(path.read_bytes())
            self._highest = {str(name): int(number) for name, number in value.items()}
        except FileNotFoundError:
            self._highest = {}
        except (OSError, ValueError, AttributeError, TypeError) as error:
            raise SyncError(Code.RELEASE_FAILED, f"{path.name} is unreadable: {error.__class__.__name__}") from error

    def __getitem__(self, name: str) -> int:
        return self._highest.get(name, 0)

    def raise_to(self, numbers: Mapping[str, int]) -> None:
        """Keeps `numbers` where they are higher. Before anything is published under them."""
        for name, number in numbers.items():
            self._highest[name] = max(number, self[name])
        write_whole(self._path, json.dumps(self._highest, sort_keys=True).encode() + b"\n", mode=0o600)


class Repository:
    """Metadata of the releases in `folder`, under the keys in `keys`. One writer at a time: hold `keys.lock`."""

    def __init__(self, folder: Path, keys: KeyFolder, now: dt.datetime) -> None:
        self.folder = folder
        self.keys = keys
        self.now = now.astimezone(dt.UTC).replace(microsecond=0)
        self.counters = Counters(keys.counters)

    @property
    def metadata(self) -> Path:
        return self.folder / "metadata"

    @property
    def roots(self) -> Path:
        """Every root, with the keys: what all else is checked against, and what a lost public folder gets back."""
        return self.keys.path / "roots"

    @property
    def founded(self) -> bool:
        return self.counters["root"] > 0

    def root(self) -> Metadata[Root]:
        """The newest root. Raises `SyncError` S-09 when the hub was never founded."""
        try:
            return Metadata[Root].from_bytes((self.roots / f"{self.counters['root']}.root.json").read_bytes())
        except (OSError, RepositoryError) as error:
            raise SyncError(Code.RELEASE_FAILED, "there is no root with the keys; found the hub first") from error

    def write_root(self, root: Metadata[Root]) -> None:
        """Keeps a signed root with the keys. `show` lets kiosks have it."""
        self.roots.mkdir(mode=0o700, exist_ok=True)
        write_whole(self.roots / f"{root.signed.version}.root.json", root.to_bytes(_COMPACT))
        self.counters.raise_to({"root": root.signed.version})

    def current(self) -> Metadata[Targets] | None:
        """What was signed last, checked; None before the first release. The counter says which, not the public folder.

        Raises `SyncError` S-09 when it is not there, or not what our keys have signed: then somebody was in the folder,
        or it is an old copy.
        """
        version = self.counters["targets"]
        return self.targets(version) if version else None

    def targets(self, version: int) -> Metadata[Targets]:
        """The targets as signed under `version`. Raises as `current`."""
        name = f"{version}.targets.json"
        try:
            read = Metadata[Targets].from_bytes((self.metadata / name).read_bytes())
            if not isinstance(read.signed, Targets):
                raise RepositoryError("not targets")
            self.root().verify_delegate("targets", read)
        except (OSError, RepositoryError) as error:
            raise SyncError(Code.RELEASE_FAILED, f"{name} is not what was signed: {error}") from error
        return read

    def versions(self) -> list[int]:
        """Versions of the targets that are still kept, newest first; what nobody has signed is not among them."""
        found = [int(match[1]) for path in self.metadata.glob("*") if (match := _TARGETS.fullmatch(path.name))]
        return sorted((version for version in found if version <= self.counters["targets"]), reverse=True)

    def next(self, role: str) -> int:
        """The version after all that were ever given out."""
        return self.counters[role] + 1

    def sign_targets(self, targets: Metadata[Targets], release: CryptoSigner) -> None:
        """Signs `targets` under the next version and for another year; nobody sees them before `show`."""
        targets.signed.version = self.next("targets")
        targets.signed.expires = self.now + TARGETS_LAST
        targets.sign(release)
        self.metadata.mkdir(parents=True, exist_ok=True)
        write_whole(self.metadata / f"{targets.signed.version}.targets.json", targets.to_bytes(_COMPACT))
        # Behind the file: a version that was counted is there. One that was not counted, nobody has seen.
        self.counters.raise_to({"targets": targets.signed.version})

    def freshen(self, lasts: dt.timedelta = TIMESTAMP_LASTS) -> bytes:
        """Signs that the current targets are current: a snapshot is put in place, the timestamp returned for `show`.

        Raises `SyncError` S-08 and S-09.
        """
        current = self.current()
        if current is None:
            raise SyncError(Code.RELEASE_FAILED, "nothing was released yet")
        online = self.keys.online.unlock()
        versions = {"snapshot": self.next("snapshot"), "timestamp": self.next("timestamp")}
        self.counters.raise_to(versions)
        snapshot = Metadata(
            Snapshot(
                version=versions["snapshot"],
                expires=self.now + max(lasts, SNAPSHOT_LASTS),
                meta={"targets.json": MetaFile(current.signed.version)},
            )
        )
        snapshot.sign(online)
        write_whole(self.metadata / f"{snapshot.signed.version}.snapshot.json", snapshot.to_bytes(_COMPACT))
        timestamp = Metadata(
            Timestamp(
                version=versions["timestamp"],
                expires=self.now + lasts,
                snapshot_meta=MetaFile(snapshot.signed.version),
                unrecognized_fields={SIGNED_AT: int(self.now.timestamp()), **self._letterbox()},
            )
        )
        timestamp.sign(online)
        return timestamp.to_bytes(_COMPACT)

    def _letterbox(self) -> dict[str, str]:
        try:
            return {LETTERBOX: self.keys.letterbox.read_text("ascii").strip()}
        except FileNotFoundError:
            return {}
        except (OSError, UnicodeDecodeError) as error:
            raise SyncError(Code.KEY_REFUSED, f"{self.keys.letterbox.name}: {type(error).__name__}") from error

    def show(self, timestamp: bytes | None) -> None:
        """Lets kiosks see what was put in place before: the roots, and with `timestamp` all the rest in one moment."""
        self.metadata.mkdir(parents=True, exist_ok=True)
        for root in sorted(self.roots.glob("*.root.json")):
            data = root.read_bytes()
            public = self.metadata / root.name
            if not public.exists() or public.read_bytes() != data:
                write_whole(public, data)
        newest = (self.roots / f"{self.counters['root']}.root.json").read_bytes()
        write_whole(self.folder / "root.json", newest)
        if timestamp is not None:
            write_whole(self.metadata / "timestamp.json", timestamp)

    def shown(self) -> bool:
        """Whether kiosks see what was signed last; not so when a kill came between signing and `show`."""
        try:
            root = self.root()
            newest = (self.roots / f"{root.signed.version}.root.json").read_bytes()
            if (self.metadata / f"{root.signed.version}.root.json").read_bytes() != newest:
                return False
            if (self.folder / "root.json").read_bytes() != newest:
                return False
            if not self.counters["targets"]:
                return True
            timestamp = Metadata[Timestamp].from_bytes((self.metadata / "timestamp.json").read_bytes())
            root.verify_delegate("timestamp", timestamp)
            name = f"{timestamp.signed.snapshot_meta.version}.snapshot.json"
            snapshot = Metadata[Snapshot].from_bytes((self.metadata / name).read_bytes())
            root.verify_delegate("snapshot", snapshot)
            return snapshot.signed.meta["targets.json"].version == self.counters["targets"]
        except (OSError, RepositoryError):
            return False

    def prune(self, kept: int) -> None:
        """Removes targets and snapshots behind the newest `kept`; a kiosk may be in the middle of the one before. And
        what killed processes had begun to write: the lock says that nobody writes now.
        """
        for beginning in (*self.folder.glob(".*.new"), *self.metadata.glob(".*.new")):
            beginning.unlink(missing_ok=True)
        for role in ("targets", "snapshot"):
            for path in self.metadata.glob(f"*.{role}.json"):
                number = path.name.partition(".")[0]
                if number.isdecimal() and int(number) <= self.counters[role] - kept:
                    path.unlink(missing_ok=True)
