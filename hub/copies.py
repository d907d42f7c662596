"""A folder of copies of the hub, each named after its moment; the newest are kept.

Only folders with such a name are ever removed: those with a manifest beyond the number that is kept, and those without
one that a copy a day ago or earlier left half-made.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hub.backup import MANIFEST, BackupUnfit, Manifest, back_up
from hub.home import HubHome
from hub.store import Store, utc_now

log = logging.getLogger(__name__)

_NAME = re.compile(r"\d{8}T\d{6}Z", re.ASCII)
_WRITTEN = "%Y%m%dT%H%M%SZ"

HALF_MADE = dt.timedelta(days=1)
"""A folder without a manifest that is older than this is no copy that is being made."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A copy that was made in `folder`, and how many others are gone now."""

    made: Manifest
    folder: Path
    removed: int


def keep_copy(
    store: Store,
    home: HubHome,
    copies: Path,
    most: int,
    *,
    config: Path | None = None,
    now: Callable[[], dt.datetime] = utc_now,
) -> Kept:
    """Makes a copy in `copies` and keeps the `most` newest, this one among them; no keys. Nothing whole is removed
    before the new one is, and what cannot be removed is logged and stays.

    Raises as `hub.backup.back_up`; what was half-made is gone then.
    """
    if copies.resolve().is_relative_to(home.public.resolve()):
        raise BackupUnfit(f"{copies} lies in {home.public}, which everybody can fetch")
    copies.mkdir(mode=0o700, parents=True, exist_ok=True)
    at = now().astimezone(dt.UTC)
    folder = copies / at.strftime(_WRITTEN)
    removed = sum(_remove(one) for one in _folders(copies) if not _whole(one) and at - _moment(one) > HALF_MADE)
    if folder.exists():
        raise BackupUnfit(f"{folder} is there already")
    try:
        made = back_up(store, home, folder, None, config=config, now=now)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    whole = [one for one in _folders(copies) if _whole(one)]
    removed += sum(_remove(one) for one in whole[:-most])
    return Kept(made, folder, removed)


def _folders(copies: Path) -> list[Path]:
    """Folders that are named after a moment, the oldest first."""
    found = (one for one in copies.iterdir() if _NAME.fullmatch(one.name) and one.is_dir() and not one.is_symlink())
    return sorted(found, key=lambda one: one.name)


def _whole(folder: Path) -> bool:
    return (folder / MANIFEST).is_file()


def _moment(folder: Path) -> dt.datetime:
    """When it was begun; a name that is no moment is one of long ago."""
    try:
        return dt.datetime.strptime(folder.name, _WRITTEN).replace(tzinfo=dt.UTC)
    except ValueError:
        return dt.datetime.min.replace(tzinfo=dt.UTC)


def _remove(folder: Path) -> bool:
    """Whether it is gone. The manifest goes first: what is left after a kill is no copy."""
    try:
        (folder / MANIFEST).unlink(missing_ok=True)
        shutil.rmtree(folder)
    except OSError as error:
        log.warning("%s is not removed: %s", folder, error.strerror)
        return False
    return True
