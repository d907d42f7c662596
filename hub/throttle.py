"""How fast passwords can be tried, by login and by address: counted in the database, so that several processes count
together and a restart forgets nothing.

A try is counted before the password is looked at. The window slides in tenths: a try is forgotten after the window and
at most a tenth of it more.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable

from sqlalchemy import Connection, delete, func, insert, select, update

from hub.settings import LoginSettings
from hub.store import Store, utc_now
from hub.tables import login_tries

SLOTS = 10
"""Parts of the window."""


class Throttle:
    """Counts tries. A login and an address are kept as hashes only."""

    def __init__(self, store: Store, limits: LoginSettings, *, now: Callable[[], dt.datetime] = utc_now) -> None:
        self._store = store
        self._limits = limits
        self._now = now

    def free(self, login: str, address: str = "") -> bool:
        """Counts a try; whether there was still one free, for the login and (unless empty) for the address."""
        wanted = [(_hashed("login", login), self._limits.tries_per_login)]
        if address:
            wanted.append((_hashed("address", address), self._limits.tries_per_address))

        def work(connection: Connection) -> bool:
            slot = self._slot()
            connection.execute(delete(login_tries).where(login_tries.c.slot < slot - SLOTS))
            counted = [_taken(connection, who, slot) < most for who, most in wanted]
            return all(counted)

        return self._store.run_tx(work)

    def _slot(self) -> int:
        return int(self._now().timestamp() * SLOTS / (self._limits.window_minutes * 60))


def _taken(connection: Connection, who: str, slot: int) -> int:
    """How many tries there were; this one is counted now."""
    tries = login_tries.c
    before = connection.execute(
        select(func.coalesce(func.sum(tries.tries), 0)).where(tries.who == who, tries.slot >= slot - SLOTS)
    ).scalar_one()
    here = tries.who == who, tries.slot == slot
    if not connection.execute(update(login_tries).where(*here).values(tries=tries.tries + 1)).rowcount:
        connection.execute(insert(login_tries).values(who=who, slot=slot, tries=1))
    return int(before)


def _hashed(what: str, value: str) -> str:
    return hashlib.sha256(f"{what}:{value}".encode("utf-8", "replace")).hexdigest()
