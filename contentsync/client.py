"""The kiosk's end: asks the hub, proves what it says, brings what is needed to get from here to there.

Installing is not done here. A release that is ready holds files in the spool; whoever installs it proves the digest of
the content once more, by reading back what it has written.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import requests
from tuf.api.exceptions import DownloadError, DownloadHTTPError, RepositoryError
from tuf.api.metadata import TargetFile

from contentsync import buckets, channels, manifest
from contentsync.buckets import Bucket, Keyed, Table
from contentsync.channels import Channels, Standpoint
from contentsync.fetcher import Fetcher, base_of
from contentsync.layout import Changed, Offers, Whole, of_targets
from contentsync.manifest import Manifest
from contentsync.packing import unpack
from contentsync.trust import Trust, refusal
from contentsync.ways import way
from domain.errors import Code, SyncError
from domain.records.changes import Changes

log = logging.getLogger(__name__)

MENDING = 0.5
"""Share of a whole catalogue's bytes up to which one that differs is mended bucket by bucket."""

GONE = (403, 404, 410)
"""What a hub answers that does not have a file; any other answer is a hub that has trouble of its own."""

OUT_OF_STEP = dt.timedelta(days=1)
"""A difference between this clock and the hub's that is worth a remark when something is said to have expired."""


@dataclass(frozen=True, slots=True)
class Installed:
    """The catalogue that the kiosk has. `digest` is empty when its records are not those of its revision."""

    revision: int
    digest: str


@dataclass(frozen=True, slots=True)
class UpToDate:
    """The kiosk has what it shall have, proved by its digest: what the hub has released last, or while that reaches the
    street in steps, the revision that this kiosk is to stay with.
    """

    revision: int
    digest: str


Held = Callable[[], Iterator[Keyed]]
"""Reads the records of the installed catalogue as far as they can be read, in canonical order."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A target that lies in the spool and is what was signed; it unpacks to `size` bytes."""

    path: Path
    target: Whole | Changed

    def lines(self) -> Iterator[bytes]:
        """Raises `SyncError` S-02 when the frame is not what its entry says."""
        return unpack(self.path, self.target.size)


@dataclass(frozen=True, slots=True)
class Mended:
    """The installed records, with fetched buckets (`files`, each with its entry) in the place of the `bad` ones."""

    held: Held
    bad: tuple[int, ...]
    files: tuple[tuple[Path, Bucket], ...]

    def lines(self) -> Iterator[bytes]:
        """All records of the revision, in canonical order. Raises `SyncError` S-02."""
        return buckets.merged(self.held, self.bad, self._fetched())

    def _fetched(self) -> Iterator[bytes]:
        for path, bucket in self.files:
            yield from _proved_bucket(path, bucket)


@dataclass(frozen=True, slots=True)
class Release:
    """A release that is ready to be installed: `whole`, or else `steps` from the installed revision to it, or else
    `mended`, what is installed with other buckets.
    """

    manifest: Manifest
    whole: Fetched | None
    steps: tuple[Fetched, ...] = ()
    mended: Mended | None = None

    def changes(self) -> Iterator[Changes]:
        """The steps in their order; their lines are read while they are applied."""
        for step in self.steps:
            entry = step.target
            assert isinstance(entry, Changed)
            yield Changes(
                from_revision=entry.base,
                to_revision=entry.revision,
                from_digest=entry.base_digest,
                to_digest=entry.digest,
                lines=step.lines(),
            )


Outcome = UpToDate | Release


class Client:
    """Polls one hub (`source`: an http(s) address or a folder). `spool` holds what is being fetched; `kiosk` says which
    rings this kiosk belongs to; it may be another one at every poll.

    Whatever it raises is a `SyncError`, and nothing of the installed catalogue has been touched then.
    """

    def __init__(
        self,
        source: str,
        trust: Trust,
        spool: Path,
        fetcher: Fetcher,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
        kiosk: Standpoint | None = None,
    ) -> None:
        self._base = base_of(source)
        self._trust = trust
        self._spool = spool
        self._fetcher = fetcher
        self._now = now
        self.kiosk = kiosk or Standpoint("")
        self._targets: Mapping[str, TargetFile] = {}

    def poll(self, installed: Installed | None, held: Held | None = None) -> Outcome:
        """What is new. With nothing new: two requests. `held`: so that what is installed can be mended.

        Raises `SyncError` S-01, S-02, S-03, S-04, S-06, S-07 or D-03; S-03 also when the hub's release is older than
        what is installed.
        """
        try:
            self._targets = self._trust.refresh(self._base, self._fetcher)
        except SyncError as error:
            raise self._with_clock(error) from error
        offers = of_targets(self._targets)
        newest = offers.newest
        if installed is not None and newest.revision < installed.revision:
            raise SyncError(
                Code.RELEASE_OLDER, f"revision {newest.revision} released, {installed.revision} is installed"
            )
        self._trust.note_revision(newest.revision)
        goal = self._goal(offers)
        if installed is not None and goal.revision <= installed.revision:
            if offers.digest_of(installed.revision) == installed.digest:
                return UpToDate(installed.revision, installed.digest)
            goal = offers.wholes.get(installed.revision, newest)
        said = self._manifest(goal, newest)
        steps = way(installed.revision, installed.digest, goal, offers.changes) if installed is not None else None
        if steps is not None:
            try:
                return Release(said, None, tuple(self._fetch(step) for step in steps))
            except SyncError as error:
                # One damaged or missing file of changes must not keep a kiosk from the whole, which is fine.
                if not _of_this_file(error):
                    raise
                log.warning("going without the changes: %s", error.detail, extra={"code": error.code})
        if held is not None and (mended := self._mend(goal, held)) is not None:
            return Release(said, None, mended=mended)
        return Release(said, self._fetch(goal))

    def mended(self, release: Release, held: Held) -> Release | None:
        """The same release as what is installed with other buckets, for when steps could not be applied; None where
        that is no shorter than the whole. Raises as `poll` does.
        """
        mended = self._mend(self._entry(release), held)
        return Release(release.manifest, None, mended=mended) if mended is not None else None

    def whole(self, release: Release) -> Release:
        """The same release without steps, for when they could not be applied. Raises as `poll` does."""
        return Release(release.manifest, self._fetch(self._entry(release)))

    def clear(self) -> None:
        """Throws away what was fetched."""
        for path in self._spool.glob("*"):
            path.unlink(missing_ok=True)

    def _entry(self, release: Release) -> Whole:
        return of_targets(self._targets).wholes[release.manifest.revision]

    def _goal(self, offers: Offers) -> Whole:
        """The revision that this kiosk shall have."""
        entry = self._targets.get(channels.TARGET)
        if entry is None:
            return offers.newest
        # Read at every poll, so it does not lie where things are cleared away.
        folder = self._spool.with_name("channels")
        told = Channels.decode(self._bring(entry, folder).read_bytes())
        for path in folder.glob("*"):
            if not path.name.startswith(entry.hashes["sha256"]):
                path.unlink(missing_ok=True)
        revision = told.revision_for(self.kiosk, self._trust.time())
        if revision not in offers.wholes:
            raise SyncError(Code.RELEASE_REFUSED, f"{channels.TARGET} names revision {revision}, which is not there")
        return offers.wholes[revision]

    def _mend(self, goal: Whole, held: Held) -> Mended | None:
        entry = self._targets.get(buckets.name_of(goal.revision))
        if entry is None or entry.length > goal.length * MENDING:
            return None
        try:
            table = Table.decode(self._bring(entry).read_bytes())
            if table.revision != goal.revision:
                raise SyncError(Code.RELEASE_REFUSED, f"{entry.path} is of revision {table.revision}")
            bad = table.differing(buckets.buckets_of(held()))
            if sum(table.buckets[number].size for number in bad) > goal.size * MENDING:
                return None
            files = tuple((self._bring_bucket(table.buckets[number]), table.buckets[number]) for number in bad)
        except SyncError as error:
            if not _of_this_file(error):
                raise
            log.warning("not mended: %s", error.detail, extra={"code": error.code})
            return None
        return Mended(held, bad, tuple(one for one in files if one[1].digest != buckets.EMPTY))

    def _bring_bucket(self, bucket: Bucket) -> Path:
        place = self._spool / bucket.file
        if bucket.digest == buckets.EMPTY or place.exists():
            return place
        part = place.with_name(f"{place.name}.part")
        try:
            self._spool.mkdir(mode=0o700, parents=True, exist_ok=True)
            data = self._fetcher.small(f"{self._base}/targets/{buckets.FOLDER}/{bucket.file}", bucket.size + 1024)
            part.write_bytes(data)
            for _ in _proved_bucket(part, bucket):
                pass
            part.replace(place)
        except (DownloadError, requests.RequestException, OSError) as error:
            raise refusal(error) from error
        finally:
            part.unlink(missing_ok=True)
        return place

    def _manifest(self, goal: Whole, newest: Whole) -> Manifest:
        path = manifest.TARGET if goal.revision == newest.revision else manifest.of(goal.revision)
        entry = self._targets.get(path)
        if entry is None:
            raise SyncError(Code.RELEASE_REFUSED, f"no {path}")
        said = Manifest.decode(self._bring(entry).read_bytes())
        if (said.revision, said.digest) != (goal.revision, goal.digest):
            raise SyncError(Code.RELEASE_REFUSED, f"{path} and {goal.path} are of different releases")
        return said

    def _fetch(self, entry: Whole | Changed) -> Fetched:
        return Fetched(self._bring(self._targets[entry.path]), entry)

    def _bring(self, entry: TargetFile, where: Path | None = None) -> Path:
        """The target in the spool (or `where`): proved there already, or fetched and proved now."""
        spool = where or self._spool
        sha = entry.hashes.get("sha256", "")
        folder, slash, name = entry.path.rpartition("/")
        place = spool / f"{sha}.{name}"
        part = place.with_name(f"{place.name}.part")
        try:
            spool.mkdir(mode=0o700, parents=True, exist_ok=True)
            if _proved(place, entry):
                return place
            self._fetcher.download(f"{self._base}/targets/{folder}{slash}{sha}.{name}", part, entry.length)
            try:
                with part.open("rb") as file:
                    entry.verify_length_and_hashes(file)
            except RepositoryError:
                part.unlink()  # or the next poll would go on from it
                raise
            part.replace(place)
        except (RepositoryError, DownloadError, requests.RequestException, OSError) as error:
            raise refusal(error) from error
        return place

    def _with_clock(self, error: SyncError) -> SyncError:
        there = self._fetcher.hub_date
        if error.code is not Code.RELEASE_EXPIRED or there is None or abs(self._now() - there) < OUT_OF_STEP:
            return error
        days = round((self._now() - there) / dt.timedelta(days=1))
        return SyncError(error.code, f"{error.detail}; this clock is {days:+d} days from the hub's")


def _proved(path: Path, entry: TargetFile) -> bool:
    if not path.exists():
        return False
    try:
        with path.open("rb") as file:
            entry.verify_length_and_hashes(file)
    except RepositoryError:
        path.unlink()
        return False
    return True


def _proved_bucket(path: Path, bucket: Bucket) -> Iterator[bytes]:
    """The lines of a bucket's file. Raises `SyncError` S-02 at its end when they are not what was signed."""
    sums = hashlib.sha256()
    for line in unpack(path, bucket.size):
        sums.update(line)
        yield line
    if sums.hexdigest()[: buckets.DIGITS] != bucket.digest:
        raise SyncError(Code.RELEASE_REFUSED, f"{path.name} is not what was signed")


def _of_this_file(error: SyncError) -> bool:
    """Whether another file may still be fine: this one is damaged, or not there."""
    cause = error.__cause__
    return error.code is Code.RELEASE_REFUSED or (isinstance(cause, DownloadHTTPError) and cause.status_code in GONE)
