"""What the last nightly privacy scan said: a state and a time, in a file of the home, never where or what.

A file and no mark in `device.db`, because the scan is a process of its own and only the kiosk writes that database.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from dataclasses import dataclass
from typing import Final

from kiosk.home import Home

FILE: Final = "privacy-scan.json"
STATES: Final = ("clean", "found", "incomplete")


@dataclass(frozen=True, slots=True)
class Kept:
    """`status` is one of `STATES`; `at` is aware."""

    status: str
    at: dt.datetime


def keep(home: Home, status: str, at: dt.datetime) -> None:
    """Keeps the outcome in place of the last one; all of it or nothing. Raises `OSError`."""
    path = home.root / FILE
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    # Root may run this in a folder of the kiosk's user, who must not be able to lead it to another file by a link.
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        json.dump({"status": status, "at": at.isoformat(timespec="seconds")}, file)
        owner = home.root.stat()
        if (os.geteuid(), os.getegid()) != (owner.st_uid, owner.st_gid):
            os.fchown(descriptor, owner.st_uid, owner.st_gid)  # run by root: the kiosk is to read it
        file.flush()
        os.fsync(descriptor)
    fresh.replace(path)


def kept(home: Home) -> Kept | None:
    """The outcome of the last scan that was kept; None when there is none, "incomplete" when it cannot be read."""
    path = home.root / FILE
    try:
        body = json.loads(path.read_text("ascii"))
        status, at = body["status"], dt.datetime.fromisoformat(body["at"])
        if status not in STATES or at.tzinfo is None:
            raise ValueError(status)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        return Kept("incomplete", dt.datetime.fromtimestamp(0, dt.UTC))
    return Kept(status, at)
