"""`kiosk sync` and `kiosk enrol`."""

from __future__ import annotations

import sys
from pathlib import Path

from contentsync.marks import StateFile
from contentsync.trust import Trust
from domain.errors import Code, SettingsError, SyncError
from kiosk.home import Home
from kiosk.logs import mask
from kiosk.settings import Settings
from kiosk.sync_process import Answer, ContentSync, run
from kiosk.terminal import CANNOT_BEGIN, note, say, say_json

REFUSED = 3
"""Exit status of `kiosk sync --once` when the hub was heard and not believed; the old content is kept."""

LARGEST_ROOT = 64 << 10


def sync(settings: Settings, home: Home, source: str | None, *, once: bool, as_json: bool) -> int:
    """Looks at the hub, once or again and again; returns the exit status of `--once`.

    Raises `SettingsError` when nobody says where the hub is.
    """
    source = source or settings.sync.url
    if source is None:
        raise SettingsError(("sync.url: must be set, or give --from",))
    home.prepare()
    content = ContentSync(home, settings.sync, source)
    try:
        if not once:
            run(content, settings.sync, sys.stdin, lambda answer: _tell(answer, as_json=True))
            return 0
        answer = content.look()
        _tell(answer, as_json=as_json)
        return _status(answer)
    finally:
        content.close()


def _tell(answer: Answer, *, as_json: bool) -> None:
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


def _status(answer: Answer) -> int:
    if answer.code is None:
        return 0
    if answer.event == "refused":
        return REFUSED
    return 2 if answer.code in CANNOT_BEGIN else 1


def enrol(home: Home, given: str) -> None:
    """Takes the trust root in the file `given`.

    Raises `SyncError`: S-06 when it is no file (codes are not taken here) or when another root is trusted already, S-02
    when it is no root.
    """
    path = Path(given)
    if not path.is_file():
        raise SyncError(Code.NOT_ENROLLED, "no such file; enrol with the root.json of the hub, brought by hand")
    if path.stat().st_size > LARGEST_ROOT:
        raise SyncError(Code.RELEASE_REFUSED, f"{path.name} is no trust root: too large")
    home.prepare()
    version = Trust(home.sync, StateFile(home.sync / "state.json")).enrol(path.read_bytes())
    say(f"this kiosk trusts the hub of root {version}")
