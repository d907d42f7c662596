"""What a kiosk believes of a hub: TUF's rules, our own high-water marks, and a clock that may be wrong.

Nothing here decides what is shown. The catalogue that is open stays open whatever the answer is; trust gates new
content only. Nothing here speaks to the network either: the fetcher that is handed in does.
"""

from __future__ import annotations

import datetime as dt
import errno
from collections.abc import Callable, Mapping
from pathlib import Path

import requests
from securesystemslib.signer import Key
from tuf.api.exceptions import (
    BadVersionNumberError,
    DownloadError,
    DownloadLengthMismatchError,
    ExpiredMetadataError,
    RepositoryError,
)
from tuf.api.metadata import Metadata, Root, TargetFile, Timestamp
from tuf.ngclient import Updater, UpdaterConfig
from tuf.ngclient.fetcher import FetcherInterface

from contentsync.files import write_whole
from contentsync.marks import Mark, MarkKeeper, below, key_set, raised
from domain.errors import Code, SyncError

EARLIEST = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
"""It cannot be earlier: this software did not exist. The floor of a kiosk that has not seen a hub yet."""

SIGNED_AT = "signed_at"
"""Field of timestamp.json, seconds since 1970: TUF itself says only when a thing expires, not when it was signed."""

LETTERBOX = "letterbox"
"""Field of timestamp.json: the public key (X25519, hexadecimal) that kiosks seal for what a stick carries home."""

LIMITS = UpdaterConfig(
    max_root_rotations=64,
    root_max_length=64 << 10,
    timestamp_max_length=4 << 10,
    snapshot_max_length=64 << 10,
    targets_max_length=1 << 20,
)


class Trust:
    """What this kiosk believes, kept in `folder`: root.json as it was enrolled, and TUF's metadata beside it.

    `now` is wall time, which may be years off. It counts only where it is later than the floor, the latest of: the date
    of this software, the last proof of freshness that the hub's online key signed.
    """

    def __init__(
        self,
        folder: Path,
        marks: MarkKeeper,
        *,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
        earliest: dt.datetime = EARLIEST,
    ) -> None:
        self._folder = folder
        self._marks = marks
        self._now = now
        self._earliest = earliest

    @property
    def root_file(self) -> Path:
        return self._folder / "root.json"

    @property
    def metadata(self) -> Path:
        return self._folder / "metadata"

    def enrol(self, root: bytes) -> int:
        """Takes `root` as the beginning of all trust; returns its version. The same root again changes nothing.

        Raises `SyncError` S-02 when it is no root that its own keys have signed, S-06 when another root is trusted
        already: a kiosk changes hubs with a new, empty home only, or the old hub's catalogue would stay on show.
        """
        try:
            loaded = Metadata[Root].from_bytes(root)
            if not isinstance(loaded.signed, Root):
                raise RepositoryError("not a root")
            loaded.verify_delegate(Root.type, loaded)
        except (RepositoryError, ValueError) as error:
            raise SyncError(Code.RELEASE_REFUSED, f"not a trust root: {error.__class__.__name__}") from error
        if self.root_file.exists():
            if self.root_file.read_bytes() != root:
                raise SyncError(Code.NOT_ENROLLED, "this kiosk trusts another root already; it needs a new home")
            return loaded.signed.version
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(self.root_file, root, mode=0o600)
        return loaded.signed.version

    def refresh(self, base: str, fetcher: FetcherInterface) -> Mapping[str, TargetFile]:
        """Asks the hub at `base` what is current; the targets by path, proved and noted in the marks.

        Raises `SyncError`: S-01 out of reach, S-02 not signed as it must be, S-03 older than what was seen before, S-04
        expired, S-06 no root enrolled, D-03 disk full.
        """
        try:
            return self._refresh(base.rstrip("/"), fetcher)
        except (RepositoryError, DownloadError, requests.RequestException, OSError) as error:
            raise refusal(error) from error

    def _refresh(self, base: str, fetcher: FetcherInterface) -> Mapping[str, TargetFile]:
        bootstrap = self._bootstrap()
        self.metadata.mkdir(mode=0o700, parents=True, exist_ok=True)
        marks = self._marks.marks()
        floor = self._floor(marks.get("time"))
        while True:
            updater = Updater(
                str(self.metadata), f"{base}/metadata/", fetcher=fetcher, config=LIMITS, bootstrap=bootstrap
            )
            trusted = updater._trusted_set  # no public way: TUF takes the machine's clock as it is
            trusted.reference_time = max(self._now(), floor)
            try:
                updater.refresh()
                break
            except ExpiredMetadataError:
                # The floor may be a thief's, who had the online key and dated things into the future. A new root that
                # has taken that key away takes its word on the time away with it.
                known = marks.get("time")
                lower = self._floor(known if known and known.keys == _keys(trusted.root, Timestamp.type) else None)
                if lower >= floor:
                    raise
                floor = lower
        root, timestamp = trusted.root, trusted.timestamp
        online, release = _keys(root, Timestamp.type), _keys(root, "targets")
        seen = {
            "root": Mark("", root.version),
            "timestamp": Mark(online, timestamp.version),
            "snapshot": Mark(_keys(root, "snapshot"), trusted.snapshot.version),
            "targets": Mark(release, trusted.targets.version),
        }
        signed = timestamp.unrecognized_fields.get(SIGNED_AT)
        if type(signed) is int and 0 <= signed <= timestamp.expires.timestamp():
            seen["time"] = Mark(online, signed)
        older = below(marks, {name: mark for name, mark in seen.items() if name != "time"})
        if older is not None:
            raise SyncError(Code.RELEASE_OLDER, older)
        self._marks.keep(raised(marks, seen))
        return trusted.targets.targets

    def time(self) -> dt.datetime:
        """Now, or the floor where the clock is behind it: what rings that begin later are measured against."""
        return max(self._now(), self._floor(self._marks.marks().get("time")))

    @property
    def letterbox(self) -> str | None:
        """The key that the last proof of freshness names for what sticks carry home; None: it named none."""
        try:
            timestamp = Metadata[Timestamp].from_bytes((self.metadata / "timestamp.json").read_bytes())
        except (OSError, RepositoryError):
            return None
        found = timestamp.signed.unrecognized_fields.get(LETTERBOX)
        return found if isinstance(found, str) else None

    def online_keys(self) -> Mapping[str, Key]:
        """The keys that sign that a release is current, by id, as the newest root says that this kiosk has seen.

        Raises `SyncError` S-06 when no root is enrolled.
        """
        try:
            root = Metadata[Root].from_bytes((self.metadata / "root.json").read_bytes())
        except (OSError, RepositoryError):
            root = Metadata[Root].from_bytes(self._bootstrap())
        return {keyid: root.signed.keys[keyid] for keyid in root.signed.roles[Timestamp.type].keyids}

    def note_revision(self, revision: int) -> None:
        """Notes that the hub has released `revision`.

        Raises `SyncError` S-03 when a higher one was seen, signed by the same keys.
        """
        marks = self._marks.marks()
        release = marks["targets"].keys if "targets" in marks else ""
        seen = {"revision": Mark(release, revision)}
        if older := below(marks, seen):
            raise SyncError(Code.RELEASE_OLDER, older)
        self._marks.keep(raised(marks, seen))

    def _bootstrap(self) -> bytes:
        try:
            root = self.root_file.read_bytes()
            Metadata[Root].from_bytes(root)
        except FileNotFoundError:
            raise SyncError(Code.NOT_ENROLLED, "no trust root; run `kiosk enrol ROOT.json`") from None
        except RepositoryError as error:
            raise SyncError(Code.NOT_ENROLLED, "the trust root is damaged; enrol anew in an empty home") from error
        return root

    def _floor(self, proof: Mark | None) -> dt.datetime:
        if proof is None:
            return self._earliest
        # Bounded on both sides: a number that no date can hold must not be what every later look falls over.
        return max(self._earliest, dt.datetime.fromtimestamp(min(max(proof.value, 0), 1 << 33), dt.UTC))


def refusal(error: Exception) -> SyncError:
    """What TUF, requests or the disk have to say, as one of our codes."""
    if isinstance(error, SyncError):
        return error
    detail = f"{error.__class__.__name__}: {error}"
    if isinstance(error, ExpiredMetadataError):
        return SyncError(Code.RELEASE_EXPIRED, detail)
    if isinstance(error, BadVersionNumberError):
        return SyncError(Code.RELEASE_OLDER, detail)
    if isinstance(error, RepositoryError | DownloadLengthMismatchError):
        return SyncError(Code.RELEASE_REFUSED, detail)
    if isinstance(error, DownloadError | requests.RequestException):
        return SyncError(Code.HUB_OUT_OF_REACH, detail)
    if isinstance(error, OSError):
        return disk_fault(error)
    return SyncError(Code.RELEASE_REFUSED, detail)


def disk_fault(error: OSError) -> SyncError:
    """A fault of this machine's own disk: D-03 when it is full, else S-09."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return SyncError(Code.DISK_FULL, "no space left in the home")
    return SyncError(Code.RELEASE_FAILED, f"{error.filename or 'a file'}: {error.strerror}")


def _keys(root: Root, role: str) -> str:
    return key_set(root.roles[role].keyids)
