"""Uploads between the dry run and the import: below the hub's home, where every process of it finds them, for a day.

Each person has a few places of the own, and nobody's file gives way to another's. A file is the hub's alone (0600) and
is gone when it was taken or given up. One with numbers like those of citizens is on no disk: it stays in the memory of
the process that got it, for a short while.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import io
import os
import re
import secrets
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from hub.importing.cleaning import ID_NUMBER
from hub.refusal import Reason, Refused
from hub.sheets import SheetRefused, check_workbook, decoded
from hub.store import utc_now

KEPT = dt.timedelta(hours=24)
KEPT_IN_MEMORY = dt.timedelta(minutes=30)
MOST = 4
"""Files of one person at once."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{8,64}")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that somebody brought: its name and what is in it."""

    name: str
    content: bytes

    @property
    def lines(self) -> list[bytes]:
        return self.content.splitlines(keepends=True)


@dataclass(frozen=True, slots=True)
class _Held:
    person: str
    name: str
    packed: bytes
    at: dt.datetime


class Tray:
    """Keeps uploads in `folder` under tokens that only their person can use."""

    def __init__(self, folder: Path, now: Callable[[], dt.datetime] = utc_now) -> None:
        self._folder = folder
        self._now = now
        self._memory: dict[str, _Held] = {}
        self._lock = threading.Lock()

    def check(self, person: str) -> None:
        """Raises `Refused` (too_many_uploads) when the person has no place left."""
        self._sweep()
        held = len(list(self._of(person).glob("*"))) + sum(one.person == person for one in self._memory.values())
        if held >= MOST:
            raise Refused(Reason.TOO_MANY_UPLOADS, n=MOST, hours=int(KEPT / dt.timedelta(hours=1)))

    def put(self, person: str, upload: Upload, token: str = "") -> str:
        """Keeps `upload` under `token`, else under a new one; returns it. Raises `Refused` as `check`, OSError."""
        self.check(person)
        token = token or secrets.token_urlsafe(16)
        packed = zlib.compress(upload.content, 1)
        if has_numbers_of_citizens(upload.content):
            with self._lock:
                self._memory[token] = _Held(person, upload.name, packed, self._now())
            return token
        folder = self._of(person)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = folder / f".{token}"
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "wb") as stream:
            stream.write(upload.name.encode("utf-8", "replace") + b"\0" + packed)
        at = self._now().timestamp()
        os.utime(made, (at, at))
        made.rename(folder / token)
        return token

    def get(self, person: str, token: str) -> Upload | None:
        """The upload; None when it is somebody else's, too old, or was taken or given up."""
        self._sweep()
        held = self._memory.get(token)
        if held is not None and held.person == person:
            return Upload(held.name, zlib.decompress(held.packed))
        if not _TOKEN.fullmatch(token):
            return None
        try:
            name, _, packed = (self._of(person) / token).read_bytes().partition(b"\0")
        except FileNotFoundError:
            return None
        return Upload(name.decode("utf-8"), zlib.decompress(packed))

    def drop(self, person: str, token: str) -> None:
        """Forgets one upload of the person."""
        with self._lock:
            if token in self._memory and self._memory[token].person == person:
                del self._memory[token]
        if _TOKEN.fullmatch(token):
            (self._of(person) / token).unlink(missing_ok=True)

    def _of(self, person: str) -> Path:
        return self._folder / hashlib.sha256(person.encode()).hexdigest()[:32]

    def _sweep(self) -> None:
        now = self._now()
        with self._lock:
            before = now - KEPT_IN_MEMORY
            self._memory = {token: held for token, held in self._memory.items() if held.at >= before}
        oldest = (now - KEPT).timestamp()
        for path in self._folder.glob("*/*"):
            with contextlib.suppress(FileNotFoundError):  # another process sweeps, too
                if path.stat().st_mtime < oldest:
                    path.unlink()


def has_numbers_of_citizens(content: bytes) -> bool:
    """Whether something in a file looks like the number of a citizen's card, of an xlsx in any of its parts; also True
    for a file that cannot be looked through.
    """
    try:
        return any(ID_NUMBER.search(text) for text in _texts(content))
    except (SheetRefused, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError):
        return True


def _texts(content: bytes) -> Iterator[str]:
    if not content.startswith(b"PK"):
        yield decoded(content)[0]
        return
    check_workbook(content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for entry in archive.infolist():
            yield archive.read(entry).decode("utf-8", "ignore")
