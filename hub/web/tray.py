"""Uploads between the dry run and the import: in memory, few, for a short while. Nothing of them is on disk."""

from __future__ import annotations

import datetime as dt
import secrets
import threading
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from hub.store import utc_now

KEPT = dt.timedelta(minutes=30)
MOST = 8
"""Uploads at once; the oldest gives way."""


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
    """Keeps the newest upload of each person under a random token that only that person can use."""

    def __init__(self, now: Callable[[], dt.datetime] = utc_now) -> None:
        self._now = now
        self._held: dict[str, _Held] = {}
        self._lock = threading.Lock()

    def put(self, person: str, upload: Upload, token: str = "") -> str:
        """Keeps `upload` in the place of the person's earlier one under `token`, else a new one; returns it."""
        packed = zlib.compress(upload.content, 1)
        token = token or secrets.token_urlsafe(16)
        with self._lock:
            self._sweep(person)
            while len(self._held) >= MOST:
                del self._held[min(self._held, key=lambda one: self._held[one].at)]
            self._held[token] = _Held(person, upload.name, packed, self._now())
        return token

    def get(self, person: str, token: str) -> Upload | None:
        """The upload; None when it is somebody else's, too old, or gone with a restart."""
        with self._lock:
            self._sweep()
            held = self._held.get(token)
        if held is None or held.person != person:
            return None
        return Upload(held.name, zlib.decompress(held.packed))

    def drop(self, person: str) -> None:
        """Forgets the person's upload."""
        with self._lock:
            self._sweep(person)

    def _sweep(self, person: str = "") -> None:
        before = self._now() - KEPT
        self._held = {token: held for token, held in self._held.items() if held.at >= before and held.person != person}
