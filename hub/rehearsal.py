"""What kiosks would find if aliases were out already: the newest release with them in it, indexed and searched."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import logging
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from domain.errors import CodedError
from domain.records import canonical_line, digest_of_lines
from domain.records.changes import Change
from hub.items import Items
from hub.releases import Releases
from hub.searching import ItemSearch
from hub.store import utc_now

if TYPE_CHECKING:
    from localdb.catalogue.reader import CatalogueFile

log = logging.getLogger(__name__)

PREFIX = "rehearsal-"

LEFT_BEHIND = 3600.0
"""Seconds after which a folder belongs to a process that was killed."""


class Rehearsal:
    """Makes catalogues for a moment, beside the one that editors search, in `folder`."""

    def __init__(
        self,
        folder: Path,
        search: ItemSearch,
        items: Items,
        releases: Releases,
        *,
        today: Callable[[], dt.date] = dt.date.today,
        now: Callable[[], dt.datetime] = utc_now,
    ) -> None:
        self._folder = folder
        self._search = search
        self._items = items
        self._releases = releases
        self._today = today
        self._now = now

    @contextlib.contextmanager
    def with_aliases(self, added: Mapping[str, Sequence[str]]) -> Iterator[CatalogueFile | None]:
        """The newest release with further aliases of live items (by key), for as long as the block takes; some tenths
        of a second until it is there. None when there is no release yet, or it changed on the way (say so and go on).
        """
        self._sweep()
        with tempfile.TemporaryDirectory(prefix=PREFIX, dir=self._folder) as folder:
            catalogue = self._made(Path(folder) / "catalogue.db", added)
            try:
                yield catalogue
            finally:
                if catalogue is not None:
                    catalogue.close()

    def _sweep(self) -> None:
        for folder in self._folder.glob(f"{PREFIX}*"):
            with contextlib.suppress(OSError):
                if time.time() - folder.stat().st_mtime > LEFT_BEHIND:
                    shutil.rmtree(folder)

    def _made(self, out: Path, added: Mapping[str, Sequence[str]]) -> CatalogueFile | None:
        from localdb.catalogue.install import install_changes  # loads what only a build needs
        from localdb.catalogue.reader import CatalogueFile

        try:
            revision = self._search.refresh()
            if not revision:
                return None
            lines: list[bytes] = []
            changes: list[Change] = []
            for line in self._releases.lines():  # they have what a release adds to an item: its number and version
                old = json.loads(line)
                aliases = added.get(f"{old['kind']}/{old['id']}")
                if aliases is None:
                    lines.append(line)
                    continue
                new = {**old, "aliases": list(dict.fromkeys([*old.get("aliases", ()), *aliases]))}
                lines.append(canonical_line(new))
                told = {name: value for name, value in new.items() if name not in ("kind", "id")}
                changes.append(Change(old["kind"], old["id"], "put", told))
            install_changes(
                self._search.path,
                [one.line() for one in changes],
                out,
                revision=revision,
                digest=digest_of_lines(lines),
                made_at=self._now(),
            )
            return CatalogueFile(out, self._today)
        except CodedError as error:
            log.warning("aliases cannot be tried out: %s", error.code.value)
            return None
