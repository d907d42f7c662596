"""The kiosk's end: asks the hub, proves what it says, brings what is needed to get from here to there.

Installing is not done here. A release that is ready holds files in the spool; whoever installs it proves the digest of
the content once more, by reading back what it has written.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from tuf.api.exceptions import DownloadError, DownloadHTTPError, RepositoryError
from tuf.api.metadata import TargetFile

from contentsync import manifest
from contentsync.fetcher import Fetcher, base_of
from contentsync.layout import Changed, Whole, of_targets
from contentsync.manifest import Manifest
from contentsync.packing import unpack
from contentsync.trust import Trust, refusal
from domain.errors import Code, SyncError
from domain.records.changes import Changes

log = logging.getLogger(__name__)

LONGEST_CHAIN = 8
"""Steps of changes that are applied one after another; each costs a copy of the catalogue, so that beyond it a whole
one is quicker.
"""

OUT_OF_STEP = dt.timedelta(days=1)
"""A difference between this clock and the hub's that is worth a remark when something is said to have expired."""


@dataclass(frozen=True, slots=True)
class Installed:
    """The catalogue that the kiosk has."""

    revision: int
    digest: str


@dataclass(frozen=True, slots=True)
class UpToDate:
    """The kiosk has what the hub has released last, proved by its digest."""

    revision: int
    digest: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """A target that lies in the spool and is what was signed; it unpacks to `size` bytes."""

    path: Path
    target: Whole | Changed

    def lines(self) -> Iterator[bytes]:
        """Raises `SyncError` S-02 when the frame is not what its entry says."""
        return unpack(self.path, self.target.size)


@dataclass(frozen=True, slots=True)
class Release:
    """A release that is ready to be installed: `whole`, or else `steps` from the installed revision to it."""

    manifest: Manifest
    whole: Fetched | None
    steps: tuple[Fetched, ...] = ()

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
    """Polls one hub (`source`: an http(s) address or a folder). `spool` holds what is being fetched.

    Whatever it raises is a `SyncError`, and nothing of the installed catalogue has been touched then.
    """

    def __init__(
        self,
        source: str,
        trust: Trust,
        spool: Path,
        fetcher: Fetcher,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        self._base = base_of(source)
        self._trust = trust
        self._spool = spool
        self._fetcher = fetcher
        self._now = now
        self._targets: Mapping[str, TargetFile] = {}

    def poll(self, installed: Installed | None) -> Outcome:
        """What is new. With nothing new: two requests.

        Raises `SyncError` S-01, S-02, S-03, S-04, S-06, S-07 or D-03; S-03 also when the hub's release is older than
        what is installed.
        """
        try:
            self._targets = self._trust.refresh(self._base, self._fetcher)
        except SyncError as error:
            raise self._with_clock(error) from error
        whole, changed = of_targets(self._targets)
        if installed is not None and whole.revision < installed.revision:
            raise SyncError(
                Code.RELEASE_OLDER, f"revision {whole.revision} released, {installed.revision} is installed"
            )
        self._trust.note_revision(whole.revision)
        if installed == Installed(whole.revision, whole.digest):
            return UpToDate(whole.revision, whole.digest)
        said = self._manifest(whole)
        steps = _chain(installed, whole, changed)
        if steps is not None:
            try:
                return Release(said, None, tuple(self._fetch(step) for step in steps))
            except SyncError as error:
                # One damaged or missing file of changes must not keep a kiosk from the whole, which is fine.
                if error.code is not Code.RELEASE_REFUSED and not isinstance(error.__cause__, DownloadHTTPError):
                    raise
                log.warning("taking the whole catalogue: %s", error.detail, extra={"code": error.code})
        return Release(said, self._fetch(whole))

    def whole(self, release: Release) -> Release:
        """The same release without steps, for when they could not be applied. Raises as `poll` does."""
        entry, _ = of_targets(self._targets)
        return Release(release.manifest, self._fetch(entry))

    def clear(self) -> None:
        """Throws away what was fetched."""
        for path in self._spool.glob("*"):
            path.unlink(missing_ok=True)

    def _manifest(self, whole: Whole) -> Manifest:
        entry = self._targets.get(manifest.TARGET)
        if entry is None:
            raise SyncError(Code.RELEASE_REFUSED, f"no {manifest.TARGET}")
        said = Manifest.decode(self._bring(entry).read_bytes())
        if (said.revision, said.digest) != (whole.revision, whole.digest):
            raise SyncError(Code.RELEASE_REFUSED, f"{manifest.TARGET} and {whole.path} are of different releases")
        return said

    def _fetch(self, entry: Whole | Changed) -> Fetched:
        return Fetched(self._bring(self._targets[entry.path]), entry)

    def _bring(self, entry: TargetFile) -> Path:
        """The target in the spool: proved there already, or fetched and proved now."""
        sha = entry.hashes.get("sha256", "")
        folder, slash, name = entry.path.rpartition("/")
        place = self._spool / f"{sha}.{name}"
        part = place.with_name(f"{place.name}.part")
        try:
            self._spool.mkdir(mode=0o700, parents=True, exist_ok=True)
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


def _chain(installed: Installed | None, whole: Whole, changed: Mapping[int, Changed]) -> tuple[Changed, ...] | None:
    """Steps from `installed` to `whole`, or None where the whole is the better way."""
    if installed is None:
        return None
    steps: list[Changed] = []
    at: Any = installed
    while at.revision != whole.revision:
        step = changed.get(at.revision)
        if step is None or step.base_digest != at.digest or len(steps) == LONGEST_CHAIN:
            return None
        steps.append(step)
        at = Installed(step.revision, step.digest)
    if not steps or at.digest != whole.digest or sum(step.length for step in steps) >= whole.length:
        return None
    return tuple(steps)
