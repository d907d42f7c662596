"""The sync process: brings new content down and puts it beside the old. It never touches the catalogue that is open.

It is a process of its own, so that no index is built in the interpreter that draws the screen. It keeps its small state
in `sync/` of the home; `device.db` belongs to the screen process. It tells what came of each look in a line of JSON on
standard output, with the time as `at`:

    {"event": "ready", "revision": 8, "digest": "…", "path": "…/catalogue-8.db"}    proved and in place
    {"event": "checked", "revision": 8, "digest": "…"}                              nothing new, proved
    {"event": "refused", "code": "S-02"}                                            heard, not believed
    {"event": "failed", "code": "S-01"}                                             not reached, or no room

On standard input it takes `now` (a line: look at once) and the end of the file: then it ends, wherever it is, as if it
had been killed. Installing is made for that.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import queue
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from contentsync.client import Client, Installed, Release, UpToDate
from contentsync.fetcher import Fetcher
from contentsync.files import locked
from contentsync.marks import StateFile
from contentsync.trust import EARLIEST, Trust, disk_fault
from domain.errors import CatalogueError, Code, CodedError, RecordError, SyncError
from kiosk.contents import looked_at
from kiosk.home import Home
from kiosk.settings import SyncSettings
from localdb.catalogue.install import install_changes, install_full, sweep

log = logging.getLogger(__name__)

REFUSALS = frozenset(
    {
        Code.RELEASE_REFUSED,
        Code.RELEASE_OLDER,
        Code.RELEASE_EXPIRED,
        Code.DIGEST_DIFFERS,
        Code.APPROVALS_MISSING,
    }
)
"""The hub was heard and not believed."""

KEPT = 2
"""Catalogues that stay: the new one, and the one before until the new one has served."""

NICENESS = 10


@dataclass(frozen=True, slots=True)
class Answer:
    """What one look at the hub came to. `event`: ready, checked, refused or failed."""

    event: str
    at: dt.datetime
    revision: int | None = None
    digest: str | None = None
    path: Path | None = None
    code: Code | None = None
    detail: str = ""

    def as_json(self) -> dict[str, Any]:
        value: dict[str, Any] = {"event": self.event}
        if self.code is not None:
            value["code"] = self.code.value
        if self.revision is not None:
            value |= {"revision": self.revision, "digest": self.digest}
        if self.path is not None:
            value["path"] = str(self.path)
        return value | {"at": self.at.isoformat(timespec="seconds")}


class ContentSync:
    """Looks at one hub for one home. `source`: address or folder. Close it."""

    def __init__(
        self,
        home: Home,
        settings: SyncSettings,
        source: str,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
        earliest: dt.datetime = EARLIEST,
    ) -> None:
        self._home = home
        self._now = now
        self._state = StateFile(home.sync / "state.json")
        self._fetcher = Fetcher(connect_s=settings.connect_s, read_s=settings.read_s)
        trust = Trust(home.sync, self._state, now=now, earliest=earliest)
        self._client = Client(source, trust, home.sync / "spool", self._fetcher, now)

    def close(self) -> None:
        self._fetcher.close()

    def look(self) -> Answer:
        """Asks, fetches, installs, proves. Never raises for what the hub, the network or the disk does."""
        try:
            with self._alone():
                return self._look()
        except CodedError as error:
            event = "refused" if error.code in REFUSALS else "failed"
            log.warning("%s: %s", event, error.detail, extra={"code": error.code})
            return Answer(event, self._now(), code=error.code, detail=error.detail)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if not self._home.sync.is_dir():
            raise SyncError(Code.NOT_ENROLLED, "no trust root; run `kiosk enrol ROOT.json`")
        try:
            with locked(self._home.sync / "lock"):
                yield
        except OSError as error:
            raise disk_fault(error) from error

    def _look(self) -> Answer:
        base = self._newest()
        outcome = self._client.poll(base[1] if base else None)
        if isinstance(outcome, UpToDate):
            self._state.checked(self._now())
            return Answer("checked", self._now(), outcome.revision, outcome.digest)
        path = self._install(outcome, base[0] if base else None)
        self._client.clear()
        self._state.checked(self._now())
        self._clear_away(outcome.manifest.revision)
        return Answer("ready", self._now(), outcome.manifest.revision, outcome.manifest.digest, path)

    def _newest(self) -> tuple[Path, Installed] | None:
        for path in self._home.catalogues():
            try:
                info = looked_at(path)
            except CatalogueError as error:
                log.warning("passed over: %s", error.detail, extra={"code": error.code})
                continue
            return path, Installed(info.revision, info.digest)
        return None

    def _install(self, release: Release, base: Path | None) -> Path:
        """By the steps when there are any; when they do not lead there, as a whole."""
        out = self._home.catalogue(release.manifest.revision)
        if release.whole is None and base is not None:
            try:
                self._install_steps(release, base, out)
                return out
            except (CatalogueError, RecordError, SyncError) as error:
                if error.code is Code.DISK_FULL:
                    raise
                log.warning("taking the whole catalogue: %s", error.detail, extra={"code": error.code})
            release = self._client.whole(release)
        assert release.whole is not None
        said = release.manifest
        try:
            install_full(release.whole.lines(), out, revision=said.revision, digest=said.digest, made_at=said.made_at)
        except (CatalogueError, RecordError) as error:
            if not isinstance(error, RecordError) and error.code is not Code.DIGEST_DIFFERS:
                raise  # the disk, not the release
            self._client.clear()
            raise SyncError(Code.DIGEST_DIFFERS, f"{error.code.value} {error.detail}") from error
        return out

    def _install_steps(self, release: Release, base: Path, out: Path) -> None:
        between = list(self._home.sync.glob("step-*.db"))  # a killed process left those
        try:
            for changes in release.changes():
                last = changes.to_revision == release.manifest.revision
                place = out if last else self._home.sync / f"step-{changes.to_revision}.db"
                if not last:
                    between.append(place)
                install_changes(
                    base,
                    changes.lines,
                    place,
                    revision=changes.to_revision,
                    digest=changes.to_digest,
                    made_at=release.manifest.made_at,
                )
                base = place
        finally:
            for place in between:
                place.unlink(missing_ok=True)

    def _clear_away(self, revision: int) -> None:
        newest = self._home.catalogue(revision)
        sweep((newest, *(path for path in self._home.catalogues() if path != newest)), KEPT)


class Listener:
    """Reads standard input on a thread of its own, so that its end is noticed in the middle of a download."""

    def __init__(self, stream: IO[str], gone: Callable[[], None]) -> None:
        self._said: queue.Queue[str] = queue.Queue()
        self._stream = stream
        self._gone = gone
        threading.Thread(target=self._listen, name="sync-listener", daemon=True).start()

    def _listen(self) -> None:
        for line in self._stream:
            if line.strip() == "now":
                self._said.put("now")
        self._gone()

    def wait(self, seconds: float) -> None:
        """Until `seconds` have passed or somebody says `now`; several of them count as one."""
        try:
            self._said.get(timeout=seconds)
            while True:
                self._said.get_nowait()
        except queue.Empty:
            return


def pauses(poll_s: float, jitter: float, uniform: Callable[[float, float], float] = random.uniform) -> Iterator[float]:
    """Seconds between looks: `poll_s` give or take the share `jitter`, so that a city's kiosks do not come at once."""
    while True:
        yield poll_s * uniform(1 - jitter, 1 + jitter)


def run(sync: ContentSync, settings: SyncSettings, stdin: IO[str], tell: Callable[[Answer], None]) -> None:
    """Looks again and again until standard input ends, which ends the process with status 0."""
    os.nice(NICENESS)
    listener = Listener(stdin, lambda: os._exit(0))
    for pause in pauses(settings.poll_s, settings.jitter):
        tell(sync.look())
        listener.wait(pause)
