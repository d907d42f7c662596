"""Which catalogue this kiosk shows: the newest one that can be read, in the demo profile else the sample city."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import localdb
from domain.errors import CatalogueError, Code
from domain.ports import CatalogueInfo
from kiosk.home import Home
from kiosk.settings import Settings
from localdb.catalogue.file import open_file

log = logging.getLogger(__name__)

SAMPLE_REVISION = 1


def catalogue_file(settings: Settings, home: Home, progress: Callable[[float], None] | None = None) -> Path:
    """The file to open. Raises `CatalogueError` K-01 when there is nothing to show, and what building the sample city
    raises (R-…, D-03, D-04).
    """
    for path in synced(settings, home):
        return path
    if not settings.demo:
        raise CatalogueError(Code.NO_CATALOGUE, f"no catalogue in {home.root}")
    return sample_city(settings, home, progress)


def synced(settings: Settings, home: Home) -> Iterator[Path]:
    """Synced catalogues that may be shown, newest first. What cannot be read is passed over; so is sample content on a
    street kiosk, wherever it comes from.
    """
    for path in home.catalogues():
        try:
            info = looked_at(path)
        except CatalogueError as error:
            log.warning("passed over: %s", error.detail, extra={"code": error.code})
            continue
        if info.sample and not settings.demo:
            log.warning("passed over: %s is a sample", path.name)
            continue
        yield path


def looked_at(path: Path) -> CatalogueInfo:
    """What a catalogue file says about itself. Raises `CatalogueError` (D-01, D-02)."""
    pool, info = open_file(path)
    pool.close()
    return info


def sample_city(settings: Settings, home: Home, progress: Callable[[float], None] | None = None) -> Path:
    """The catalogue of the sample city, built when records or builder are others than those it was built from.

    Raises `CatalogueError` K-01 when there is no folder with its records.
    """
    folder = settings.sample_city
    files = sorted(folder.glob("*.jsonl")) if folder else []
    if not files:
        raise CatalogueError(
            Code.NO_CATALOGUE, f"no catalogue in {home.root} and no sample city in {folder or 'sight'}"
        )
    path = home.sample(_fingerprint(files))
    try:
        looked_at(path)
    except CatalogueError:
        # Brings pypinyin's dictionaries into the process for good, so only when there is something to build.
        from localdb.catalogue.build import build

        home.prepare()
        # Dated by its records, not by the moment that somebody happened to need them.
        newest = max(file.stat().st_mtime for file in files)
        build(
            files,
            path,
            revision=SAMPLE_REVISION,
            made_at=dt.datetime.fromtimestamp(int(newest), dt.UTC),
            progress=progress,
        )
        for older in home.samples():
            if older != path:
                older.unlink(missing_ok=True)
    return path


def _fingerprint(files: list[Path]) -> str:
    """SHA-256 over the records and over the code that turns them into a catalogue."""
    state = hashlib.sha256()
    builder = sorted(Path(localdb.__file__).parent.rglob("*.py"))
    for file in (*files, *builder):
        content = file.read_bytes()
        state.update(f"{file.name} {len(content)}\n".encode())
        state.update(content)
    return state.hexdigest()
