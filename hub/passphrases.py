"""The passphrase of the release key, tried by people: as often as a password, and counted for each of them."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator

from sqlalchemy import Connection

from domain.errors import Code, SyncError
from hub.refusal import Reason, Refused
from hub.settings import LoginSettings
from hub.store import Store, utc_now
from hub.tables import login_tries
from hub.throttle import Limit, Throttle

TRIED = "passphrase"


class Passphrases:
    """Counts wrong passphrases by the id of the person. Whoever tries one holds the lock of publishing, so that no two
    are tried side by side.

    The command line is not counted: whoever is there has the key file itself, and the hub's owner must never be shut
    out of it.
    """

    def __init__(
        self, store: Store, login: LoginSettings | None = None, *, now: Callable[[], dt.datetime] = utc_now
    ) -> None:
        self._store = store
        self._limits = login or LoginSettings()
        self._throttle = Throttle(store, login_tries, dt.timedelta(minutes=self._limits.window_minutes), now=now)

    def check(self, person: str | None) -> None:
        """Raises `Refused` (too_many_tries) when the person has none left."""
        if person is not None and self.spent(person):
            raise Refused(Reason.TOO_MANY_TRIES, minutes=self._limits.window_minutes)

    @contextlib.contextmanager
    def tried_by(self, person: str | None) -> Iterator[None]:
        """Around the use of a passphrase: S-08 is counted, a right one gives the tries back."""
        try:
            yield
        except SyncError as error:
            if person is not None and error.code is Code.KEY_REFUSED:
                self._throttle.count(TRIED, person)
            raise
        if person is not None and self._throttle.tried(TRIED, person):
            self._store.run_tx(lambda connection: self.forget(connection, person))

    def spent(self, person: str) -> bool:
        """Whether the person has to wait."""
        limit: Limit = (TRIED, person, self._limits.tries_per_login)
        return self._throttle.spent(limit)

    def forget(self, connection: Connection, person: str) -> None:
        """Gives the person all tries back, in the caller's transaction."""
        self._throttle.forget(connection, TRIED, person)
