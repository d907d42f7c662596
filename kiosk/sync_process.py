"""The sync process: brings new content down and puts it beside the old. It never touches the catalogue that is open.

It is a process of its own, so that no index is built in the interpreter that draws the screen. It keeps its small state
in `sync/` of the home; `device.db` belongs to the screen process. It tells what came of each look in a line of JSON on
standard output, with the time as `at`:

    {"event": "ready", "revision": 8, "digest": "…", "path": "…/catalogue-8.db"}    proved and in place
    {"event": "checked", "revision": 8, "digest": "…"}                              nothing new, proved
    {"event": "refused", "code": "S-02"}                                            heard, not believed
    {"event": "failed", "code": "S-01"}                                             not reached, or no room

On standard input it takes lines: `now` (look at once), `serving N` (revision N is on show), `send …` (what is to be
reported, see `kiosk.delivering`), and its end: then it ends, wherever it is, as if it had been killed. Installing is
made for that.

The newest catalogue is read from end to end once in the life of the process. One whose records are not those of its
revision is mended bucket by bucket; it stays on show until then.
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

from contentsync.buckets import Keyed
from contentsync.channels import Standpoint
from contentsync.client import Client, Installed, Release, UpToDate
from contentsync.fetcher import Fetcher
from contentsync.files import locked
from contentsync.marks import StateFile
from contentsync.trust import EARLIEST, Trust, disk_fault
from domain.errors import CatalogueError, Code, CodedError, RecordError, SyncError
from kiosk.contents import looked_at
from kiosk.home import Home
from kiosk.settings import SyncSettings
from localdb.catalogue.file import prove
from localdb.catalogue.install import install_changes, install_full, readable_records, sweep

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
"""Catalogues that stay in any case: the newest, and the one before it."""

LONGEST_BACKOFF_S = 3600.0
"""Between two looks at a hub that does not answer, or asks to be left alone."""

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
    pause_s: float | None = None
    """What a busy hub asked for before the next look."""

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
    """Looks at one hub for one home. `source`: address or folder; `kiosk`: who it is among the rings of a release at
    that moment; `fetcher`: of its own where the source is no ordinary one. Close it.
    """

    def __init__(
        self,
        home: Home,
        settings: SyncSettings,
        source: str,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
        earliest: dt.datetime = EARLIEST,
        kiosk: Callable[[], Standpoint] | None = None,
        fetcher: Fetcher | None = None,
    ) -> None:
        self._home = home
        self._now = now
        self._state = StateFile(home.sync / "state.json")
        self._fetcher = fetcher or Fetcher(connect_s=settings.connect_s, read_s=settings.read_s)
        trust = Trust(home.sync, self._state, now=now, earliest=earliest)
        self._kiosk = kiosk
        self._client = Client(source, trust, home.sync / "spool", self._fetcher, now)
        self._serving: int | None = None
        self._looked_through: dict[Path, tuple[int, int, bool]] = {}

    def close(self) -> None:
        self._fetcher.close()

    def serving(self, revision: int) -> None:
        """`revision` is on show; what is older than it and its forerunner need not be kept. From any thread."""
        self._serving = revision

    def look(self) -> Answer:
        """Asks, fetches, installs, proves. Never raises for what the hub, the network or the disk does."""
        try:
            with self._alone():
                return self._look()
        except CodedError as error:
            event = "refused" if error.code in REFUSALS else "failed"
            log.warning("%s: %s", event, error.detail, extra={"code": error.code})
            pause = self._fetcher.take_pause()
            return Answer(event, self._now(), code=error.code, detail=error.detail, pause_s=pause)

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
        # A file of another layout cannot be opened, but its records need not be fetched again.
        source = base[0] if base else next(iter(self._home.catalogues()), None)
        held = self._reading(source) if source else None
        if self._kiosk is not None:
            self._client.kiosk = self._kiosk()
        outcome = self._client.poll(base[1] if base else None, held)
        if isinstance(outcome, UpToDate):
            self._state.checked(self._now())
            return Answer("checked", self._now(), outcome.revision, outcome.digest)
        path = self._install(outcome, base[0] if base else None)
        self._client.clear()
        self._state.checked(self._now())
        self._clear_away(outcome.manifest.revision)
        return Answer("ready", self._now(), outcome.manifest.revision, outcome.manifest.digest, path)

    def _newest(self) -> tuple[Path, Installed] | None:
        """The newest catalogue that can be opened. Its digest counts only when its records have it."""
        for path in self._home.catalogues():
            try:
                info = looked_at(path)
            except CatalogueError as error:
                log.warning("passed over: %s", error.detail, extra={"code": error.code})
                continue
            return path, Installed(info.revision, info.digest if self._sound(path) else "")
        return None

    def _sound(self, path: Path) -> bool:
        """Whether the records have the digest that the file claims; read once, and again when it was replaced."""
        try:
            state = path.stat()
            known = self._looked_through.get(path)
            if known is None or known[:2] != (state.st_ino, state.st_mtime_ns):
                try:
                    prove(path)
                    sound = True
                except CatalogueError as error:
                    log.warning("to be mended: %s", error.detail, extra={"code": error.code})
                    sound = False
                self._looked_through = {path: (state.st_ino, state.st_mtime_ns, sound)}
            return self._looked_through[path][2]
        except OSError:
            return False

    def _reading(self, path: Path) -> Callable[[], Iterator[Keyed]]:
        return lambda: readable_records(path)

    def _install(self, release: Release, base: Path | None) -> Path:
        """By the steps when there are any; when they do not lead there, with other buckets; else as a whole."""
        out = self._home.catalogue(release.manifest.revision)
        if release.steps and base is not None:
            try:
                self._install_steps(release, base, out)
                return out
            except (CatalogueError, RecordError, SyncError) as error:
                if error.code is Code.DISK_FULL:
                    raise
                log.warning("going without the changes: %s", error.detail, extra={"code": error.code})
            release = self._client.mended(release, self._reading(base)) or self._client.whole(release)
        said = release.manifest
        if release.mended is not None:
            try:
                lines = release.mended.lines()
                install_full(lines, out, revision=said.revision, digest=said.digest, made_at=said.made_at)
                return out
            except (CatalogueError, RecordError, SyncError) as error:
                if error.code is Code.DISK_FULL:
                    raise
                log.warning("taking the whole catalogue: %s", error.detail, extra={"code": error.code})
            release = self._client.whole(release)
        assert release.whole is not None
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
        """What is on show stays, with all that is newer: it is what the screen goes back to when the newest cannot be
        opened.
        """
        newest = self._home.catalogue(revision)
        kept = [newest, *(path for path in self._home.catalogues() if path != newest)]
        shown = self._home.catalogue(self._serving) if self._serving is not None else None
        sweep(kept, max(KEPT, kept.index(shown) + 1 if shown in kept else 0))


class Listener:
    """Reads standard input on a thread of its own, so that its end is noticed in the middle of a download.

    `serving` hears of the revision that is on show, `send` of what is to be reported.
    """

    def __init__(
        self,
        stream: IO[str],
        gone: Callable[[], None],
        serving: Callable[[int], None] = lambda revision: None,
        send: Callable[[str], None] = lambda batch: None,
    ) -> None:
        self._said: queue.Queue[str] = queue.Queue()
        self._stream = stream
        self._gone = gone
        self._serving = serving
        self._send = send
        threading.Thread(target=self._listen, name="sync-listener", daemon=True).start()

    def _listen(self) -> None:
        try:
            for line in self._stream:
                self._take(line)
        except Exception:  # what cannot be read; a process that hears nothing any more must not outlive the screen's
            log.exception("standard input")
        finally:
            self._gone()

    def _take(self, line: str) -> None:
        word, _, rest = line.strip().partition(" ")
        if word == "now":
            self._said.put("now")
        elif word == "serving" and rest.isascii() and rest.isdigit():
            self._serving(int(rest[:18]))
        elif word == "send":
            self._send(rest)

    def wait(self, seconds: float) -> None:
        """Until `seconds` have passed or somebody says `now`; several of them count as one."""
        try:
            self._said.get(timeout=seconds)
            while True:
                self._said.get_nowait()
        except queue.Empty:
            return


class Pauses:
    """Seconds between looks: `poll_s` give or take the share `jitter`, so that a city's kiosks do not come at once.

    A hub that is out of reach is asked less and less often, up to once an hour: each pause is drawn from the poll's
    up to twice the longest one before, so that a city that lost its hub does not come back as one. What a busy hub
    asks for is kept at least.
    """

    def __init__(self, poll_s: float, jitter: float, uniform: Callable[[float, float], float] = random.uniform) -> None:
        self._poll_s = poll_s
        self._jitter = jitter
        self._uniform = uniform
        self._vain = 0

    def after(self, answer: Answer) -> float:
        """Seconds until the next look."""
        usual = self._poll_s * self._uniform(1 - self._jitter, 1 + self._jitter)
        if answer.code is not Code.HUB_OUT_OF_REACH:
            self._vain = 0
            return usual
        # The first time in vain may be a cable; only then it is worth waiting longer.
        most = max(self._poll_s, min(LONGEST_BACKOFF_S, self._poll_s * 2.0 ** min(self._vain, 16)))
        self._vain += 1
        pause = usual if most <= self._poll_s else self._uniform(self._poll_s, most)
        asked = answer.pause_s or 0.0
        return max(pause, asked * self._uniform(1.0, 1.0 + max(self._jitter, 0.1)))


def run(
    sync: ContentSync,
    settings: SyncSettings,
    stdin: IO[str],
    tell: Callable[[Answer], None],
    send: Callable[[str], None] = lambda batch: None,
) -> None:
    """Looks again and again until standard input ends, which ends the process with status 0. `send` takes what is to
    be reported, from a thread of its own.
    """
    os.nice(NICENESS)
    listener = Listener(stdin, lambda: os._exit(0), sync.serving, send)
    pauses = Pauses(settings.poll_s, settings.jitter)
    while True:
        answer = sync.look()
        tell(answer)
        listener.wait(pauses.after(answer))
