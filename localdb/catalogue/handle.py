"""The catalogue that is open now, exchangeable while others read."""

from __future__ import annotations

import threading
from pathlib import Path

from domain.ports import CatalogueInfo
from localdb.catalogue.reader import CatalogueFile, Today


class CatalogueShelf:
    """Holds the open catalogue; implements `domain.ports.CatalogueHandle`.

    `put` swaps file, lexicon and vocabulary as one. Who still holds the catalogue before can go on reading it until the
    next `put`, a screen or a search under way is not torn. When the new file cannot be opened, the old one stays and
    `CatalogueError` (D-01, D-02) goes to the caller.
    """

    def __init__(self, today: Today) -> None:
        self._today = today
        self._lock = threading.Lock()
        self._current: CatalogueFile | None = None
        self._before: CatalogueFile | None = None

    def current(self) -> CatalogueFile | None:
        """The open catalogue; None until the first `put`."""
        return self._current

    def put(self, path: Path) -> CatalogueInfo:
        """Opens `path` and makes it the current catalogue."""
        opened = CatalogueFile(path, self._today)
        opened.warm()
        with self._lock:
            done, self._before, self._current = self._before, self._current, opened
        if done is not None:
            done.close()
        return opened.info

    def close(self) -> None:
        """Gives all files back; the shelf is empty then."""
        with self._lock:
            held, self._current, self._before = (self._current, self._before), None, None
        for catalogue in held:
            if catalogue is not None:
                catalogue.close()
