"""What stands in for `device.db` where it cannot be opened: nothing is kept, so nothing is printed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from domain.errors import Code, DeviceStoreError
from domain.events import JobState
from domain.ports import SlipJob

if TYPE_CHECKING:
    from domain.unmet import Unmet
    from localdb.device.outbox import OutboxState, Waiting


class UnkeptDevice:
    """Ports `SlipJournal` and `Marks` of a kiosk that cannot write.

    Marks live until the process ends. Every write to the journal raises `DeviceStoreError` (D-05): a slip that is not
    noted could come out twice, so the spooler sends none, and citizens read that printing does not work now.
    """

    def __init__(self, why: str) -> None:
        self._why = why
        self._marks: dict[str, str] = {}

    def next_number(self) -> int:
        """Of a slip that is looked at, but never printed."""
        return 0

    def open_job(self, job: str) -> int:
        raise DeviceStoreError(Code.JOURNAL_FAILED, self._why)

    def move(self, job: str, state: JobState, code: Code | None = None, millimetres: float = 0.0) -> None:
        raise DeviceStoreError(Code.JOURNAL_FAILED, self._why)

    def jobs(self, limit: int = 50) -> tuple[SlipJob, ...]:
        return ()

    def get(self, key: str) -> str | None:
        return self._marks.get(key)

    def put(self, key: str, value: str) -> None:
        self._marks[key] = value

    def keep_unmet(self, text: str, day: dt.date, visits: int) -> None:
        """Words that people asked in vain are lost."""

    def unmet(self) -> tuple[Unmet, ...]:
        return ()

    def put_message(self, kind: str, body: str, name: str | None = None) -> str | None:
        raise DeviceStoreError(Code.JOURNAL_FAILED, self._why)

    def due_messages(self, most: int, most_bytes: int) -> tuple[Waiting, ...]:
        return ()

    def waiting_messages(self) -> tuple[Waiting, ...]:
        return ()

    def settle_messages(self, fates: Mapping[str, str]) -> None:
        """There are none."""

    def postpone_messages(self, ids: Collection[str]) -> None:
        """There are none."""

    def hasten_messages(self) -> None:
        """There are none."""

    def outbox(self) -> OutboxState:
        raise DeviceStoreError(Code.JOURNAL_FAILED, self._why)

    def slip_counts(self, since: dt.datetime) -> Mapping[JobState, int]:
        return {}

    def close(self) -> None:
        """Nothing to close."""
