"""The hub's end: records in, signed static files out.

The folder can be served by any web server, copied to a CDN or carried on a stick: nothing in it is ever changed except
timestamp.json, and names of content hold their hash. Everything is in place before timestamp.json points at it, so that
a kiosk sees the release before or the one after.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from tuf.api.metadata import Metadata, TargetFile, Targets

from contentsync import manifest
from contentsync.files import locked, sync_file, sync_folder, write_whole
from contentsync.keys import KeyFolder
from contentsync.layout import Changed, Whole, entry, of_targets
from contentsync.manifest import Approval, Manifest, check_approvals
from contentsync.packing import CHANGES_LEVEL, FULL_LEVEL, pack, unpack
from contentsync.repository import STICK_LASTS, TARGETS_LAST, Repository
from contentsync.trust import disk_fault
from domain.errors import Code, RecordError, SyncError
from domain.records import canonical_line, digest_of_lines, read
from domain.records.changes import diff
from domain.records.coherence import Coherence

D = TypeVar("D", Whole, Changed)

MOST_CHANGES = 60
"""Steps of changes that are offered; a kiosk that was away for longer takes the whole catalogue."""

KEPT = 10
"""Releases that stay on the disk, for `withdraw` and for kiosks in the middle of one."""

WARN = dt.timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Published:
    """What `publish` did. `fresh` is false when the records were those of the release that is out already. Bytes are
    packed; `changes_bytes` is None for a release without a step from the one before.
    """

    manifest: Manifest
    fresh: bool
    whole_bytes: int
    changes_bytes: int | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How the hub stands: what is out, and until when its signatures last."""

    manifest: Manifest | None
    root_until: dt.datetime
    targets_until: dt.datetime | None

    def warnings(self, now: dt.datetime) -> tuple[str, ...]:
        """What people with keys must soon do, one sentence each."""
        told = []
        if self.root_until - now < WARN:
            told.append(f"the root expires on {self.root_until:%Y-%m-%d}: two root keys are needed")
        if self.targets_until is not None and self.targets_until - now < WARN:
            told.append(f"the release expires on {self.targets_until:%Y-%m-%d}: publish, or sign it anew")
        return tuple(told)


class Publisher:
    """Publishes into `folder` with the keys in `keys`. Several processes may; they wait for each other.

    Whatever fails on the way (`SyncError`, `RecordError`, OSError) leaves out what was out before.
    """

    def __init__(
        self, folder: Path, keys: KeyFolder, now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)
    ) -> None:
        self._folder = folder
        self._keys = keys
        self._now = now

    def publish(
        self,
        lines: Iterable[bytes],
        *,
        approvals: Sequence[Approval],
        made_at: dt.datetime,
        passphrase: str,
        revision: int | None = None,
        anew: bool = False,
    ) -> Published:
        """Releases the records in `lines` (JSON, any order) as the next revision.

        `revision`: a number of one's own, higher than all before. `anew`: the public folder is lost or is not believed;
        release the whole catalogue without looking at what lies there. Numbers go on from where they were all the same.

        Raises `SyncError` S-07 (fewer than two people approved), S-08 (key), S-09 (the folder is not what was signed),
        `RecordError` R-01 to R-05 for records that no kiosk would take.
        """
        check_approvals(approvals)
        with self._open() as repository:
            return self._publish(repository, lines, tuple(approvals), made_at, passphrase, revision, anew)

    def withdraw(
        self, revision: int, *, approvals: Sequence[Approval], made_at: dt.datetime, passphrase: str
    ) -> Published:
        """Releases the records of an earlier `revision` again, under a new number: kiosks never go back, they go on.

        Raises as `publish`; S-09 also when that revision is not kept any more.
        """
        check_approvals(approvals)
        with self._open() as repository:
            lines = self._kept(repository, revision)
            return self._publish(repository, lines, tuple(approvals), made_at, passphrase, None, False)

    def resign(self, passphrase: str | None = None) -> Standing:
        """Signs anew that the release is fresh; to be done every day, or kiosks take it for expired after 14 days.

        With the passphrase of the release key the release itself is signed for another year, too.
        """
        with self._open() as repository:
            if passphrase is not None and (current := repository.current()) is not None:
                repository.sign_targets(current, self._keys.release.unlock(passphrase))
            repository.show(repository.freshen())
            self._prune(repository)
            return self._standing(repository)

    def standing(self) -> Standing:
        """What is out. Raises `SyncError` S-09."""
        with self._open() as repository:
            return self._standing(repository)

    def lines(self, revision: int | None = None) -> Iterator[bytes]:
        """The canonical lines of the release that is out, or of an earlier one. Raises `SyncError` S-09."""
        with self._open() as repository:
            return self._kept(repository, revision)

    def export_usb(self, stick: Path) -> Manifest:
        """Copies the release to `stick`, with a freshness of its own that lasts 90 days.

        It gets a version of the same count, and the hub takes the next one: a kiosk that was fed from the stick goes on
        on line afterwards. Raises `SyncError` S-08, S-09, D-03; a stick that was half written holds nothing to believe.
        """
        with self._open() as repository:
            travelling = repository.freshen(STICK_LASTS)
            repository.show(None)
            current = repository.current()
            assert current is not None
            try:
                self._copy(repository, current, travelling, stick)
            except OSError as error:
                raise disk_fault(error) from error
            finally:
                repository.show(repository.freshen())
            self._prune(repository)
            return self._manifest(current)

    # --- Publishing ---------------------------------------------------------------------------------------------

    def _publish(
        self,
        repository: Repository,
        lines: Iterable[bytes],
        approvals: tuple[Approval, ...],
        made_at: dt.datetime,
        passphrase: str,
        revision: int | None,
        anew: bool,
    ) -> Published:
        release = self._keys.release.unlock(passphrase)  # before the work, not after it
        canonical, counts = _canonical(lines)
        digest = digest_of_lines(canonical)
        current = None if anew else repository.current()
        old, steps = of_targets(current.signed.targets) if current is not None else (None, {})
        if current is not None and old is not None and old.digest == digest:
            return Published(self._manifest(current), False, old.length, None)
        highest = repository.counters["revision"]
        number = highest + 1 if revision is None else revision
        if number <= highest:
            raise SyncError(Code.RELEASE_OLDER, f"revision {number}: {highest} was given out already")

        whole, place = self._pack(canonical, FULL_LEVEL, partial(Whole, number, digest))
        targets = {whole.path: place}
        step: Changed | None = None
        if current is not None and old is not None:
            before = partial(self._proved, old, current.signed.targets[old.path])
            made = diff(*_differing(before, canonical))
            step, place = self._pack(made, CHANGES_LEVEL, partial(Changed, old.revision, old.digest, number, digest))
            if step.length < whole.length:
                targets[step.path] = place
            else:
                step = None
            newest = sorted(steps.values(), key=lambda one: one.revision)[-(MOST_CHANGES - 1) :]
            targets.update({one.path: current.signed.targets[one.path] for one in newest})
        said = Manifest(number, digest, made_at, counts, approvals)
        targets[manifest.TARGET] = self._put(manifest.TARGET, said.encode())

        repository.counters.raise_to({"revision": number})
        repository.sign_targets(Metadata(Targets(expires=repository.now + TARGETS_LAST, targets=targets)), release)
        repository.show(repository.freshen())
        self._prune(repository)
        return Published(said, True, whole.length, step.length if step else None)

    def _pack(self, lines: Iterable[bytes], level: int, describe: Callable[[int, int], D]) -> tuple[D, TargetFile]:
        """Writes a frame under the name that its hash gives it; `describe` is told bytes unpacked and packed."""
        folder = self._targets / "catalogue"
        folder.mkdir(parents=True, exist_ok=True)
        beside = folder / f".{os.getpid()}.new"
        try:
            size = pack(lines, beside, level)
            sync_file(beside)
            sha256, length = _sha256(beside), beside.stat().st_size
            described = describe(size, length)
            beside.replace(folder / f"{sha256}.{Path(described.path).name}")
            sync_folder(folder)
        finally:
            beside.unlink(missing_ok=True)
        return described, entry(described, length, sha256)

    def _put(self, path: str, data: bytes) -> TargetFile:
        target = TargetFile.from_data(path, data, ["sha256"])
        write_whole(self._targets / f"{target.hashes['sha256']}.{path}", data)
        return target

    # --- What is there ------------------------------------------------------------------------------------------

    @property
    def _targets(self) -> Path:
        return self._folder / "targets"

    @contextlib.contextmanager
    def _open(self) -> Iterator[Repository]:
        with locked(self._keys.lock):
            yield Repository(self._folder, self._keys, self._now())

    def _file(self, target: TargetFile) -> Path:
        folder, _, name = target.path.rpartition("/")
        return self._targets / folder / f"{target.hashes['sha256']}.{name}"

    def _proved(self, whole: Whole, target: TargetFile) -> Iterator[bytes]:
        """The lines of a catalogue that lies there. Raises `SyncError` S-09 when it is not what was signed."""
        path = self._file(target)
        if not path.exists() or _sha256(path) != target.hashes["sha256"]:
            raise SyncError(Code.RELEASE_FAILED, f"{path.name} is not what was signed")
        return unpack(path, whole.size)

    def _kept(self, repository: Repository, revision: int | None) -> Iterator[bytes]:
        for version in repository.versions():
            targets = repository.targets(version).signed.targets
            whole, _ = of_targets(targets)
            if revision is None or whole.revision == revision:
                return self._proved(whole, targets[whole.path])
        raise SyncError(Code.RELEASE_FAILED, f"revision {revision} is not kept any more")

    def _manifest(self, current: Metadata[Targets]) -> Manifest:
        path = self._file(current.signed.targets[manifest.TARGET])
        try:
            data = path.read_bytes()
            current.signed.targets[manifest.TARGET].verify_length_and_hashes(data)
        except Exception as error:
            raise SyncError(Code.RELEASE_FAILED, f"{path.name} is not what was signed") from error
        return Manifest.decode(data)

    def _standing(self, repository: Repository) -> Standing:
        root, current = repository.root(), repository.current()
        if current is None:
            return Standing(None, root.signed.expires, None)
        return Standing(self._manifest(current), root.signed.expires, current.signed.expires)

    def _prune(self, repository: Repository) -> None:
        repository.prune(KEPT)
        kept: set[Path] = set()
        for version in repository.versions():
            try:
                kept.update(self._file(target) for target in repository.targets(version).signed.targets.values())
            except SyncError:
                continue  # signed by a key that has been replaced since
        for path in (*self._targets.glob("*.json"), *(self._targets / "catalogue").glob("*.zst")):
            if path not in kept:
                path.unlink(missing_ok=True)

    def _copy(self, repository: Repository, current: Metadata[Targets], timestamp: bytes, stick: Path) -> None:
        """Old freshness goes first and the new one comes last: in between there is nothing to believe."""
        metadata = stick / "metadata"
        metadata.mkdir(parents=True, exist_ok=True)
        for path in metadata.glob("*.json"):
            path.unlink()
        wanted = {self._file(target).relative_to(self._folder) for target in current.signed.targets.values()}
        for path in (stick / "targets").rglob("*"):
            if path.is_file() and path.relative_to(stick) not in wanted:
                path.unlink()
        roots = sorted(self._folder.glob("metadata/*.root.json"))
        named = (f"{repository.counters['targets']}.targets.json", f"{repository.counters['snapshot']}.snapshot.json")
        for path in (
            *wanted,
            *(root.relative_to(self._folder) for root in roots),
            *(Path("metadata", n) for n in named),
        ):
            place = stick / path
            place.parent.mkdir(parents=True, exist_ok=True)
            if not place.exists() or place.stat().st_size != (self._folder / path).stat().st_size:
                shutil.copyfile(self._folder / path, place)
                sync_file(place)
        write_whole(stick / "root.json", (self._folder / "root.json").read_bytes())
        write_whole(metadata / "timestamp.json", timestamp)


def _canonical(lines: Iterable[bytes]) -> tuple[list[bytes], dict[str, int]]:
    """The canonical lines in canonical order, and how many there are of each kind."""
    keyed: list[tuple[tuple[str, str], bytes]] = []
    counts: Counter[str] = Counter()
    coherence = Coherence()
    for line in read(lines):
        record = line.record
        keyed.append(((record.kind, record.id), canonical_line(line.raw)))
        counts[record.kind] += 1
        if (fault := coherence.add(record, f"records:{line.number}")) is not None:
            raise RecordError(fault.code, (f"records:{line.number}: {fault}",))
    if lost := coherence.problems():
        raise RecordError(Code.RECORD_DANGLING, tuple(lost))
    keyed.sort(key=lambda one: one[0])
    return [line for _, line in keyed], dict(sorted(counts.items()))


def _differing(old: Callable[[], Iterator[bytes]], new: list[bytes]) -> tuple[Iterator[bytes], Iterator[bytes]]:
    """Only the lines that the other side does not have, in their order; 69 of 70 need not be looked into.

    Of the old lines hashes are held, not the lines: they are unpacked twice instead, which takes 40 ms.
    """
    olds = {hashlib.sha256(line).digest() for line in old()}
    news = {hashlib.sha256(line).digest() for line in new}
    return (
        (line for line in old() if hashlib.sha256(line).digest() not in news),
        (line for line in new if hashlib.sha256(line).digest() not in olds),
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
