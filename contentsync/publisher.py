"""The hub's end: records in, signed static files out.

The folder can be served by any web server, copied to a CDN or carried on a stick: nothing in it is ever changed except
timestamp.json, and names of content hold their hash. Everything is in place before timestamp.json points at it, so that
a kiosk sees the release before or the one after.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tuf.api.metadata import Metadata, TargetFile, Targets

from contentsync import buckets, channels, manifest
from contentsync.ceremony import put_in_place
from contentsync.channels import Channels, Ring
from contentsync.files import locked
from contentsync.keys import KeyFolder
from contentsync.layout import Changed, Offers, Whole, of_targets
from contentsync.manifest import Approval, Manifest, check_approvals
from contentsync.packing import CHANGES_LEVEL, FULL_LEVEL
from contentsync.repository import STICK_LASTS, TARGETS_LAST, Repository
from contentsync.stock import Stock
from contentsync.trust import disk_fault
from contentsync.usb import write_release
from contentsync.ways import LONGEST_CHAIN
from domain.errors import Code, RecordError, SyncError
from domain.records import canonical_line, digest_of_lines, read
from domain.records.changes import diff
from domain.records.coherence import Coherence

MOST_CHANGES = 60
"""Steps of changes that are offered; a kiosk that was away for longer takes the whole catalogue."""

MOST_MARKS = 8
"""Weeks of which the first release is kept whole, so that changes can lead from it to the newest in a single step."""

MARK_LEVEL = 12
"""Packing of changes since such a mark: they are many, and there are several of them to be made for a release."""

KEPT = 10
"""Sets of targets that stay on the disk, for `withdraw` and for kiosks in the middle of one."""

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
    """How the hub stands: what is out, until when its signatures last, and, while it reaches the street in steps, who
    takes it.
    """

    manifest: Manifest | None
    root_until: dt.datetime
    targets_until: dt.datetime | None
    channels: Channels | None = None

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
        self._stock = Stock(folder / "targets")
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
        rings: Mapping[str, Ring] | None = None,
    ) -> Published:
        """Releases the records in `lines` (JSON, any order) as the next revision.

        `rings`: who takes it first, all others stay with the revision they are to have now; their numbers of the
        revision need not be right. None: everybody takes it. The first release of a hub is everybody's in any case.

        `revision`: a number of one's own, higher than all before. `anew`: the public folder is lost or is not believed;
        release the whole catalogue without looking at what lies there. Numbers go on from where they were all the same.

        Raises `SyncError` S-07 (fewer than two people approved), S-08 (key), S-09 (the folder is not what was signed),
        `RecordError` R-01 to R-05 for records that no kiosk would take.
        """
        check_approvals(approvals)
        with self._open() as repository:
            return self._publish(repository, lines, tuple(approvals), made_at, passphrase, revision, anew, rings)

    def steer(self, rings: Mapping[str, Ring], *, paused: bool = False, passphrase: str) -> Channels | None:
        """Signs anew who takes the newest release: `rings`, and nobody more while `paused`. Without rings, and not
        paused, it is everybody's from now on; None then.

        What is installed somewhere stays there: a ring that gets smaller calls nobody back. Raises `SyncError` S-08,
        S-09 also when the newest release is everybody's already.
        """
        with self._open() as repository:
            release = self._keys.release.unlock(passphrase)
            current = repository.current()
            before = self._channels(current) if current is not None else None
            if current is None or before is None:
                raise SyncError(Code.RELEASE_FAILED, "the newest release is everybody's already")
            offers = of_targets(current.signed.targets)
            if not rings and not paused:
                # The marks of weeks stay; what only served those who were waiting goes.
                for path in (channels.TARGET, manifest.of(before.stable), buckets.name_of(before.stable)):
                    current.signed.targets.pop(path, None)
                stable = offers.wholes.get(before.stable)
                if stable is not None and stable not in _marks(offers, None):
                    current.signed.targets.pop(stable.path)
                told = None
            else:
                told = Channels(before.stable, _numbered(rings, offers.newest.revision), paused)
                current.signed.targets[channels.TARGET] = self._stock.put(channels.TARGET, told.encode())
            repository.sign_targets(current, release)
            repository.show(repository.freshen())
            self._prune(repository)
            return told

    def repair(self) -> bool:
        """Shows what was signed last, when a kill came between signing and showing; whether there was need to.

        Needs no passphrase. Raises `SyncError` S-08, S-09.
        """
        with self._open() as repository:
            if repository.shown():
                return False
            repository.show(repository.freshen())
            self._prune(repository)
            return True

    def withdraw(
        self, revision: int, *, approvals: Sequence[Approval], made_at: dt.datetime, passphrase: str
    ) -> Published:
        """Releases the records of an earlier `revision` again, under a new number: kiosks never go back, they go on.

        Raises as `publish`; S-09 also when that revision is not kept any more.
        """
        check_approvals(approvals)
        with self._open() as repository:
            lines = self._kept(repository, revision)
            return self._publish(repository, lines, tuple(approvals), made_at, passphrase, None, False, None)

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
        on line afterwards. What else lies on the stick stays. A stick that is pulled out meanwhile holds the release
        before, or this one. Raises `SyncError` S-08, S-09, D-03 when the stick is too small, S-02 for links on it.
        """
        place, ours = stick.resolve(), (self._folder.resolve(), self._keys.path.resolve())
        if any(place == one or one in place.parents or place in one.parents for one in ours):
            raise SyncError(Code.RELEASE_FAILED, f"{stick} is of the hub itself")
        stick.mkdir(parents=True, exist_ok=True)
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
        rings: Mapping[str, Ring] | None,
    ) -> Published:
        release = self._keys.release.unlock(passphrase)  # before the work, not after it
        current = None if anew else repository.current()
        signed = current.signed.targets if current is not None else {}
        offers = of_targets(signed) if current is not None else None
        old = offers.newest if offers is not None else None
        known = _sums(self._stock.proved(old, signed[old.path])) if old is not None else frozenset()
        canonical, counts = _canonical(lines, known)
        records = [line for _, line in canonical]
        sums = _sums(records)
        digest = digest_of_lines(records)
        if current is not None and old is not None and old.digest == digest:
            return Published(self._manifest(current), False, old.length, None)
        highest = repository.counters["revision"]
        number = highest + 1 if revision is None else revision
        if number <= highest:
            raise SyncError(Code.RELEASE_OLDER, f"revision {number}: {highest} was given out already")

        made = int(made_at.timestamp())
        whole, place = self._stock.pack(records, FULL_LEVEL, partial(_whole, number, digest, made))
        targets = {whole.path: place}
        step: Changed | None = None
        if current is not None and offers is not None and old is not None:
            before = self._channels(current)
            stable = before.stable if before is not None else old.revision
            step = self._offer(targets, signed, old, whole, (records, sums), CHANGES_LEVEL, known)
            if stable != old.revision and stable in offers.wholes:
                self._offer(targets, signed, offers.wholes[stable], whole, (records, sums), CHANGES_LEVEL)
            singles = sorted((one for one in offers.changes if _is_step(one, offers)), key=lambda one: one.revision)
            reach = [one.base for one in singles[-(LONGEST_CHAIN - 1) :]]
            for mark in _marks(offers, old):
                targets[mark.path] = signed[mark.path]
                if mark is not old and mark.revision < min(reach, default=0):
                    self._offer(targets, signed, mark, whole, (records, sums), MARK_LEVEL)
            targets.update({one.path: signed[one.path] for one in singles[-(MOST_CHANGES - 1) :]})
            if rings and stable in offers.wholes:
                self._keep_stable(targets, current, offers, stable)
                told = Channels(stable, _numbered(rings, number))
                targets[channels.TARGET] = self._stock.put(channels.TARGET, told.encode())
        said = Manifest(number, digest, made_at, counts, approvals)
        targets[manifest.TARGET] = self._stock.put(manifest.TARGET, said.encode())
        table = self._stock.put_buckets(number, ((kind, id, line) for (kind, id), line in canonical))
        targets[table.path] = table

        repository.counters.raise_to({"revision": number})
        repository.sign_targets(Metadata(Targets(expires=repository.now + TARGETS_LAST, targets=targets)), release)
        repository.show(repository.freshen())
        self._prune(repository)
        return Published(said, True, whole.length, step.length if step else None)

    def _offer(
        self,
        targets: dict[str, TargetFile],
        signed: Mapping[str, TargetFile],
        base: Whole,
        whole: Whole,
        new: tuple[list[bytes], Sums],
        level: int,
        known: Sums | None = None,
    ) -> Changed | None:
        """Puts the changes from `base` to `whole`, which has the `new` lines, among the targets; None where they are
        not smaller than the whole. `known`: of the lines of `base`, when they have been read already.
        """
        before = partial(self._stock.proved, base, signed[base.path])
        describe = partial(Changed, base.revision, base.digest, whole.revision, whole.digest)
        step, place = self._stock.pack(diff(*_differing(before, known or _sums(before()), *new)), level, describe)
        if step.length >= whole.length:
            return None
        targets[step.path] = place
        return step

    def _keep_stable(
        self, targets: dict[str, TargetFile], current: Metadata[Targets], offers: Offers, stable: int
    ) -> None:
        """Goes on offering the revision that kiosks outside of the rings stay with, and ways to it."""
        signed = current.signed.targets
        for path in (offers.wholes[stable].path, manifest.of(stable), buckets.name_of(stable)):
            if path in signed:
                targets[path] = signed[path]
        if manifest.of(stable) not in targets:
            data = self._stock.read(signed[manifest.TARGET])
            targets[manifest.of(stable)] = self._stock.put(manifest.of(stable), data)
        for one in offers.changes:
            if one.revision == stable:
                targets[one.path] = signed[one.path]

    # --- What is there ------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _open(self) -> Iterator[Repository]:
        if not self._keys.path.is_dir():
            raise SyncError(Code.KEY_REFUSED, f"there are no keys in {self._keys.path}")
        with locked(self._keys.lock):
            repository = Repository(self._folder, self._keys, self._now())
            if repository.founded:
                put_in_place(self._keys, repository.root())
            yield repository

    def _channels(self, current: Metadata[Targets]) -> Channels | None:
        target = current.signed.targets.get(channels.TARGET)
        return Channels.decode(self._stock.read(target)) if target is not None else None

    def _kept(self, repository: Repository, revision: int | None) -> Iterator[bytes]:
        for version in repository.versions():
            targets = repository.targets(version).signed.targets
            wholes = of_targets(targets).wholes
            whole = wholes.get(max(wholes) if revision is None else revision)
            if whole is not None:
                return self._stock.proved(whole, targets[whole.path])
        raise SyncError(Code.RELEASE_FAILED, f"revision {revision} is not kept any more")

    def _manifest(self, current: Metadata[Targets]) -> Manifest:
        return Manifest.decode(self._stock.read(current.signed.targets[manifest.TARGET]))

    def _standing(self, repository: Repository) -> Standing:
        root, current = repository.root(), repository.current()
        if current is None:
            return Standing(None, root.signed.expires, None)
        return Standing(self._manifest(current), root.signed.expires, current.signed.expires, self._channels(current))

    def _prune(self, repository: Repository) -> None:
        repository.prune(KEPT)
        kept: list[Mapping[str, TargetFile]] = []
        for version in repository.versions():
            with contextlib.suppress(SyncError):  # signed by a key that has been replaced since
                kept.append(repository.targets(version).signed.targets)
        self._stock.keep_only(kept)

    def _copy(self, repository: Repository, current: Metadata[Targets], timestamp: bytes, stick: Path) -> None:
        """Marks of weeks and buckets stay behind: no kiosk needs the former, and who reads a stick has the whole at
        hand.
        """
        signed = current.signed.targets
        offers, told = of_targets(signed), self._channels(current)
        served = {offers.newest.revision, *((told.stable,) if told is not None else ())}
        idle = {one.path for one in offers.wholes.values() if one.revision not in served}
        wanted: dict[str, str | None] = {
            self._stock.file(target).relative_to(self._folder).as_posix(): target.hashes["sha256"]
            for path, target in signed.items()
            if path not in idle and not path.startswith("buckets-")
        }
        roots = (path.name for path in self._folder.glob("metadata/*.root.json"))
        named = (f"{repository.counters['targets']}.targets.json", f"{repository.counters['snapshot']}.snapshot.json")
        wanted |= {f"metadata/{name}": None for name in (*roots, *named)}
        write_release(self._folder, stick, wanted, timestamp)


def _whole(revision: int, digest: str, made: int, size: int, length: int) -> Whole:
    return Whole(revision, digest, size, length, made)


def _numbered(rings: Mapping[str, Ring], revision: int) -> dict[str, Ring]:
    return {name: Ring(revision, one.percent, one.districts, one.not_before) for name, one in rings.items()}


def _marks(offers: Offers, old: Whole | None) -> list[Whole]:
    """The first release of each week, of those that are still offered whole; newest weeks only, newest first.

    `old`, the release that is the newest now, becomes one when its week has none; without it: those that are marks.
    """
    first: dict[tuple[int, int], Whole] = {}
    for _, one in sorted(offers.wholes.items()):
        if one.made is not None and (old is not None or one is not offers.newest):
            first.setdefault(dt.datetime.fromtimestamp(one.made, dt.UTC).isocalendar()[:2], one)
    return sorted(first.values(), key=lambda one: one.revision, reverse=True)[:MOST_MARKS]


def _is_step(one: Changed, offers: Offers) -> bool:
    """Whether it leads from a release to the very next one: no other changes to the same revision begin later."""
    return not any(other.revision == one.revision and other.base > one.base for other in offers.changes)


Sums = frozenset[bytes]
"""SHA-256 of lines: what is held instead of the lines themselves."""


def _sums(lines: Iterable[bytes]) -> Sums:
    return frozenset(hashlib.sha256(line).digest() for line in lines)


def _canonical(lines: Iterable[bytes], known: Sums) -> tuple[list[tuple[tuple[str, str], bytes]], dict[str, int]]:
    """Keys and canonical lines in canonical order, and how many there are of each kind. A line that is `known` is of
    the release that is out, hence canonical, and is not written a second time.
    """
    came = list(lines)
    keyed: list[tuple[tuple[str, str], bytes]] = []
    counts: Counter[str] = Counter()
    coherence = Coherence()
    for line in read(came):
        record, written = line.record, came[line.number - 1]
        as_it_is = hashlib.sha256(written).digest() in known
        keyed.append(((record.kind, record.id), written if as_it_is else canonical_line(line.raw)))
        counts[record.kind] += 1
        if (fault := coherence.add(record, f"records:{line.number}")) is not None:
            raise RecordError(fault.code, (f"records:{line.number}: {fault}",))
    if lost := coherence.problems():
        raise RecordError(Code.RECORD_DANGLING, tuple(lost))
    keyed.sort(key=lambda one: one[0])
    return keyed, dict(sorted(counts.items()))


def _differing(
    before: Callable[[], Iterator[bytes]], olds: Sums, new: list[bytes], news: Sums
) -> tuple[Iterator[bytes], Iterator[bytes]]:
    """Only the lines that the other side does not have, in their order; 69 of 70 need not be looked into.

    Of the old lines hashes are held, not the lines: they are unpacked twice instead, which takes 40 ms.
    """
    return (
        (line for line in before() if hashlib.sha256(line).digest() not in news),
        (line for line in new if hashlib.sha256(line).digest() not in olds),
    )
