"""What the hub does by itself while it runs: looks at kiosks that are silent, holds up a release that does harm, closes
tickets that a release has mended, forgets which messages came long ago.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Callable
from typing import Self

from sqlalchemy import Connection, delete, select

from hub.alarm_judge import Judge
from hub.rollouts import Rollouts
from hub.store import Store, utc_now, written
from hub.tables import device_reports
from hub.ticket_book import TicketBook

log = logging.getLogger(__name__)

EVERY_S = 60.0

REPORTS_KEPT = dt.timedelta(days=92)
"""A message that comes a second time after this would count again; outboxes are emptied long before. Letters stay."""

_AT_ONCE = 5000


class Upkeep:
    """One round of it, and a thread that makes a round every minute until it is closed. A round that is not made (the
    database is away) is logged and made a minute later; several processes do no harm to each other.
    """

    def __init__(
        self,
        store: Store,
        judge: Judge,
        book: TicketBook,
        rollouts: Rollouts | None = None,
        *,
        now: Callable[[], dt.datetime] = utc_now,
    ) -> None:
        self._rollouts = rollouts
        self._store = store
        self._judge = judge
        self._book = book
        self._now = now
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="hub-upkeep", daemon=True)

    def round(self) -> None:
        """Everything that is due. Raises what SQLAlchemy raises when the database cannot be reached."""
        self._judge.sweep()
        if self._rollouts is not None:
            self._rollouts.judge()
        self._book.settle_released()
        while self._store.run_tx(self._forget) == _AT_ONCE:
            pass

    def start(self) -> Self:
        """Begins."""
        self._thread.start()
        return self

    def close(self) -> None:
        """Ends after the round that is being made."""
        self._end.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._end.is_set():
            try:
                self.round()
            except Exception as error:
                # What a driver says may hold the row that it was writing.
                log.error("a round of upkeep was left out: %s", type(error).__name__)
            self._end.wait(EVERY_S)

    def _forget(self, connection: Connection) -> int:
        old = device_reports.c.received_at < written(self._now() - REPORTS_KEPT)
        wanted = select(device_reports.c.device, device_reports.c.id).where(old, device_reports.c.kind != "letter")
        rows = connection.execute(wanted.limit(_AT_ONCE)).all()
        for row in rows:
            here = (device_reports.c.device == row.device) & (device_reports.c.id == row.id)
            connection.execute(delete(device_reports).where(here))
        return len(rows)
