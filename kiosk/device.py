"""`device.db` of a kiosk that is just starting: opened when it is first needed, or before by a thread with time."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Self

from domain.errors import Code, DeviceStoreError
from domain.events import JobState
from domain.ports import SlipJob
from kiosk.home import Home
from kiosk.unkept import UnkeptDevice

if TYPE_CHECKING:
    from domain.unmet import Unmet
    from localdb.device.outbox import OutboxState, Waiting
    from localdb.device.store import DeviceStore

log = logging.getLogger(__name__)


class LateDevice:
    """Ports `SlipJournal` and `Marks`, and the keeper of unmet questions, over a `DeviceStore` that is opened at the
    first call, in the caller's thread; the libraries that it needs take longer to load than a search to answer. Whoever
    calls meanwhile waits for it.

    Where `device.db` can be neither opened nor made, an `UnkeptDevice` stands in for it and the log says why. After
    `close` nothing is opened any more; what was not opened until then raises D-05.
    """

    def __init__(self, home: Home) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._held: DeviceStore | UnkeptDevice | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Writes what is queued and lets go of the file, if it was ever opened. May be called again."""
        with self._lock:
            if self._held is None:
                self._held = UnkeptDevice("device.db is closed")
            self._held.close()

    @property
    def kept(self) -> bool:
        """Whether what is written outlives the process."""
        return not isinstance(self._opened(), UnkeptDevice)

    def next_number(self) -> int:
        return self._opened().next_number()

    def open_job(self, job: str) -> int:
        return self._opened().open_job(job)

    def move(self, job: str, state: JobState, code: Code | None = None, millimetres: float = 0.0) -> None:
        self._opened().move(job, state, code, millimetres)

    def jobs(self, limit: int = 50) -> tuple[SlipJob, ...]:
        return self._opened().jobs(limit)

    def get(self, key: str) -> str | None:
        return self._opened().get(key)

    def put(self, key: str, value: str) -> None:
        self._opened().put(key, value)

    def keep_unmet(self, text: str, day: dt.date, visits: int) -> None:
        self._opened().keep_unmet(text, day, visits)

    def unmet(self) -> tuple[Unmet, ...]:
        return self._opened().unmet()

    def put_message(self, kind: str, body: str, name: str | None = None) -> str | None:
        return self._opened().put_message(kind, body, name)

    def due_messages(self, most: int, most_bytes: int) -> tuple[Waiting, ...]:
        return self._opened().due_messages(most, most_bytes)

    def waiting_messages(self) -> tuple[Waiting, ...]:
        return self._opened().waiting_messages()

    def settle_messages(self, fates: Mapping[str, str]) -> None:
        self._opened().settle_messages(fates)

    def postpone_messages(self, ids: Collection[str]) -> None:
        self._opened().postpone_messages(ids)

    def hasten_messages(self) -> None:
        self._opened().hasten_messages()

    def outbox(self) -> OutboxState:
        return self._opened().outbox()

    def slip_counts(self, since: dt.datetime) -> Mapping[JobState, int]:
        return self._opened().slip_counts(since)

    def _opened(self) -> DeviceStore | UnkeptDevice:
        with self._lock:
            if self._held is None:
                self._held = _open(self._home)
            return self._held


def _open(home: Home) -> DeviceStore | UnkeptDevice:
    from localdb.device.store import DeviceStore

    try:
        return DeviceStore(home.device_db)
    except DeviceStoreError as error:
        log.error("nothing will be printed: %s", error.detail, extra={"code": error.code})
        return UnkeptDevice(error.detail)
