"""What stands in for `device.db` where it cannot be opened: nothing is kept, so nothing is printed."""

from __future__ import annotations

import datetime as dt

from domain.errors import Code, DeviceStoreError
from domain.events import JobState
from domain.ports import SlipJob


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

    def close(self) -> None:
        """Nothing to close."""
