"""Search in the hub: the live content as the kiosk finds it, then by name what is not live yet."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from domain.errors import CatalogueError
from domain.search import Results
from hub.items import Items
from hub.releases import Releases
from hub.store import utc_now
from localdb.catalogue.handle import CatalogueShelf


@dataclass(frozen=True, slots=True)
class Found:
    """One item: its key and name; `live`: found by the kiosk's own search, in its order."""

    key: str
    name: str
    live: bool


class ItemSearch:
    """Finds items in people's own words.

    The catalogue at `path` is derived from the newest release; `refresh` makes it anew when it is older (seconds for
    some thousand items: call it from a worker thread after a release and at the start). Until it is there, and for
    items that are not live, names and ids are searched.
    """

    def __init__(
        self,
        path: Path,
        items: Items,
        releases: Releases,
        *,
        today: Callable[[], dt.date] = dt.date.today,
        now: Callable[[], dt.datetime] = utc_now,
    ) -> None:
        self._path = path
        self._items = items
        self._releases = releases
        self._now = now
        self._shelf = CatalogueShelf(today)
        self._building = threading.Lock()

    @property
    def path(self) -> Path:
        """Where the catalogue lies."""
        return self._path

    @property
    def revision(self) -> int:
        """The revision that is searched; 0: none yet."""
        catalogue = self._shelf.current()
        return catalogue.info.revision if catalogue is not None else 0

    def refresh(self) -> int:
        """Makes the catalogue what is live; returns its revision. Raises `CatalogueError`, `RecordError`."""
        from localdb.catalogue.build import build  # loads what only a build needs

        with self._building:
            release = self._releases.latest()
            if release is None or release.revision is None:
                return 0
            if self.revision != release.revision and not self._opened(release.revision):
                build(self._releases.lines(), self._path, revision=release.revision, made_at=self._now())
                self._shelf.put(self._path)
            return self.revision

    def _opened(self, revision: int) -> bool:
        """Whether a file of an earlier run holds just this revision."""
        if not self._path.is_file():
            return False
        try:
            return self._shelf.put(self._path).revision == revision
        except CatalogueError:
            return False

    def answer(self, query: str, limit: int) -> Results | None:
        """What a kiosk with this content would say; None while there is no catalogue."""
        catalogue = self._shelf.current()
        return catalogue.search(query, limit=limit) if catalogue is not None else None

    def search(self, query: str, limit: int = 30) -> tuple[Found, ...]:
        """Best first; any string is a valid query."""
        found: dict[str, Found] = {}
        catalogue = self._shelf.current()
        if catalogue is not None:
            for hit in catalogue.search(query, limit=limit).hits:
                key = f"{hit.card.kind}/{hit.card.id}"
                found[key] = Found(key, hit.card.name, True)
        if query.strip():
            for item in self._items.all(text=query.strip(), limit=limit):
                found.setdefault(item.key, Found(item.key, item.name, False))
        return tuple(found.values())[:limit]

    def close(self) -> None:
        """Gives the file back."""
        self._shelf.close()
