"""How often something can be tried, by login or by address: counted in the database, so that several processes count
together and a restart forgets nothing.

What must not be guessed is counted before it is looked at, so that guesses made side by side count each, and forgotten
when it was right. A try that is refused is not looked at and not counted: nobody keeps a door shut by knocking. The
window slides in tenths: a try is forgotten after the window and at most a tenth of it more.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence

from sqlalchemy import Connection, Table, delete, func, insert, select, update

from hub.store import Store, utc_now

SLOTS = 10
"""Parts of the window."""

Limit = tuple[str, str, int]
"""What is counted (``login``, ``address``, ``passphrase``), whose it is, and how many tries it has in the window."""


class Throttle:
    """Counts tries in a table of its own (`who`, `slot`, `tries`); whose they are is kept as a hash only."""

    def __init__(
        self, store: Store, table: Table, window: dt.timedelta, *, now: Callable[[], dt.datetime] = utc_now
    ) -> None:
        self._store = store
        self._table = table
        self._window = window
        self._now = now

    def free(self, limits: Sequence[Limit]) -> bool:
        """Whether there is a try free under all of `limits`; it is counted under each of them then."""

        def work(connection: Connection) -> bool:
            slot = self._slot()
            connection.execute(delete(self._table).where(self._table.c.slot < slot - SLOTS))
            wanted = [(_hashed(what, whose), most) for what, whose, most in limits]
            if any(self._tries(connection, who, slot) >= most for who, most in wanted):
                return False
            for who, _ in wanted:
                self._count(connection, who, slot)
            return True

        return self._store.run_tx(work)

    def spent(self, limit: Limit) -> bool:
        """Whether no try is free; counts nothing."""
        what, whose, most = limit
        return self.tried(what, whose) >= most

    def tried(self, what: str, whose: str) -> int:
        """How many tries there were within the window."""
        return self._store.read(lambda connection: self._tries(connection, _hashed(what, whose), self._slot()))

    def count(self, what: str, whose: str) -> None:
        """Counts a try that was looked at already."""
        self._store.run_tx(lambda connection: self._count(connection, _hashed(what, whose), self._slot()))

    def forget(self, connection: Connection, what: str, whose: str) -> None:
        """Gives all tries back, in the caller's transaction."""
        connection.execute(delete(self._table).where(self._table.c.who == _hashed(what, whose)))

    def _slot(self) -> int:
        return int(self._now().timestamp() * SLOTS / self._window.total_seconds())

    def _tries(self, connection: Connection, who: str, slot: int) -> int:
        tries = self._table.c
        found = connection.execute(
            select(func.coalesce(func.sum(tries.tries), 0)).where(tries.who == who, tries.slot >= slot - SLOTS)
        ).scalar_one()
        return int(found)

    def _count(self, connection: Connection, who: str, slot: int) -> None:
        tries = self._table.c
        here = tries.who == who, tries.slot == slot
        if not connection.execute(update(self._table).where(*here).values(tries=tries.tries + 1)).rowcount:
            connection.execute(insert(self._table).values(who=who, slot=slot, tries=1))


def _hashed(what: str, value: str) -> str:
    return hashlib.sha256(f"{what}:{value}".encode("utf-8", "replace")).hexdigest()
