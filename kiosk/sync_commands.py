"""`kiosk sync` and `kiosk enrol`."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path
from typing import Any

from contentsync.fetcher import base_of
from contentsync.marks import StateFile
from contentsync.trust import Trust
from domain.errors import Code, SettingsError, SyncError
from kiosk.delivering import Dispatch
from kiosk.home import Home
from kiosk.logs import mask
from kiosk.settings import ReportSettings, Settings
from kiosk.standpoint import standpoint
from kiosk.sync_process import Answer, ContentSync, run
from kiosk.terminal import CANNOT_BEGIN, note, say, say_json
from uplink.delivery import Courier
from uplink.identity import IdentityFolder

REFUSED = 3
"""Exit status of `kiosk sync --once` when the hub was heard and not believed; the old content is kept."""

LARGEST_ROOT = 64 << 10

OUT_OF_STEP_S = 60
"""A difference between this clock and the hub's that is worth a remark."""


def sync(settings: Settings, home: Home, source: str | None, *, once: bool, as_json: bool) -> int:
    """Looks at the hub, once or again and again; returns the exit status of `--once`.

    Raises `SettingsError` when nobody says where the hub is, or `source` is neither a folder nor an address of the web.
    """
    folder = IdentityFolder(home.uplink)
    source = source or settings.sync.url or (folder.read().public if folder.enrolled else None)
    if source is None:
        raise SettingsError(("sync.url: must be set, or give --from",))
    try:
        base_of(source)
    except ValueError as error:
        raise SettingsError((f"--from: {error}",)) from None
    home.prepare()
    content = ContentSync(home, settings.sync, source, kiosk=lambda: standpoint(settings, home))
    try:
        if not once:
            _go_on(content, folder, settings)
            return 0
        answer = content.look()
        tell(answer, as_json=as_json)
        return status(answer)
    finally:
        content.close()


def _go_on(content: ContentSync, folder: IdentityFolder, settings: Settings) -> None:
    """Looks for content and delivers reports until standard input ends; a line of either is never torn by the other."""
    lock = threading.Lock()
    report = settings.report

    def look_told(answer: Answer) -> None:
        with lock:
            tell(answer, as_json=True)

    def delivery_told(said: dict[str, Any]) -> None:
        with lock:
            say_json(said)
            sys.stdout.flush()

    courier = Courier(folder, hub=report.url, connect_s=report.connect_s, read_s=report.read_s)
    run(content, settings.sync, sys.stdin, look_told, Dispatch(courier, delivery_told).send)


def tell(answer: Answer, *, as_json: bool) -> None:
    """Says what a look came to."""
    if answer.code is not None:
        note(mask(f"{answer.code.value} {answer.detail}".rstrip()))
    if as_json:
        say_json(answer.as_json())
    elif answer.path is not None:
        say(f"{answer.path}: revision {answer.revision}, proved")
    elif answer.code is None:
        say(f"revision {answer.revision}: nothing new, proved")
    if answer.digest is not None and not as_json:
        say(f"digest {answer.digest}")
    sys.stdout.flush()


def status(answer: Answer) -> int:
    """The exit status of a single look."""
    if answer.code is None:
        return 0
    if answer.event == "refused":
        return REFUSED
    return 2 if answer.code in CANNOT_BEGIN else 1


def enrol(home: Home, given: str, hub: str | None = None, times: ReportSettings | None = None) -> None:
    """With `hub`, an address: exchanges the one-time code `given` for a device that may report, and trusts the root
    that the hub answers, unless it trusts one already. Without: takes the trust root in the file `given`.

    Raises `SyncError`: S-06 when it is no file, when the code is not taken, or when another root is trusted already,
    S-02 when it is no root, S-01 and S-08 as `uplink.enrolling.enrol`.
    """
    if hub is not None:
        _enrol_device(home, given, hub, times)
        return
    path = Path(given)
    if not path.is_file():
        raise SyncError(
            Code.NOT_ENROLLED, "no such file; give the root.json of the hub, or a code with --hub and its address"
        )
    if path.stat().st_size > LARGEST_ROOT:
        raise SyncError(Code.RELEASE_REFUSED, f"{path.name} is no trust root: too large")
    home.prepare()
    version = Trust(home.sync, StateFile(home.sync / "state.json")).enrol(path.read_bytes())
    say(f"this kiosk trusts the hub of root {version}")


def _enrol_device(home: Home, code: str, hub: str, times: ReportSettings | None) -> None:
    from uplink.enrolling import enrol as enrol_device

    times = times or ReportSettings()
    home.prepare()
    found = enrol_device(IdentityFolder(home.uplink), code, hub, connect_s=times.connect_s, read_s=times.read_s)
    identity = found.identity
    say(f"this is kiosk {identity.number}, device {identity.device[:8]}, ring {identity.ring}")
    drift = round(found.server_time.timestamp() - time.time())
    if abs(drift) > OUT_OF_STEP_S:
        note(f"this clock is {drift:+d} s from the hub's")
    if found.root is None:
        note("the hub has no trust root yet; bring its root.json by hand")
        return
    version = Trust(home.sync, StateFile(home.sync / "state.json")).enrol(found.root)
    say(f"this kiosk trusts the hub of root {version}")
