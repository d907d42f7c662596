"""How much paper is left, by what was sent to the printer."""

from __future__ import annotations

import contextlib
from typing import Final

from domain.errors import DeviceStoreError
from domain.paper import PAPER_MARK, ROLL_MARK, USUAL_SLIP_MM, PaperGauge, millimetres
from domain.ports import Marks, SlipJournal

_LATEST: Final = 50
"""Slips whose mean length stands for the next ones."""


class Roll:
    """The roll that is in the printer. Staff who put in a new one set `PAPER_MARK` to 0, and `ROLL_MARK` to its length
    when it is another than usual. Never raises: what cannot be read counts as new paper, what cannot be written as
    unused.
    """

    def __init__(self, marks: Marks, journal: SlipJournal, roll_mm: float) -> None:
        self._marks = marks
        self._journal = journal
        self._roll_mm = roll_mm

    def count(self, used_mm: float) -> None:
        """Adds what a slip may use, its feed included; less than 0 takes back what was counted for one not sent."""
        if used_mm:
            with contextlib.suppress(DeviceStoreError):
                self._marks.put(PAPER_MARK, f"{max(0.0, self._used() + used_mm):.1f}")

    def gauge(self) -> PaperGauge:
        """What is left, with slips as long as the latest ones were."""
        roll_mm, lengths = None, []
        with contextlib.suppress(DeviceStoreError):
            roll_mm = millimetres(self._marks.get(ROLL_MARK))
            lengths = [job.millimetres for job in self._journal.jobs(_LATEST) if job.millimetres > 0]
        slip_mm = sum(lengths) / len(lengths) if lengths else USUAL_SLIP_MM
        return PaperGauge(roll_mm or self._roll_mm, self._used(), slip_mm)

    def _used(self) -> float:
        with contextlib.suppress(DeviceStoreError):
            return millimetres(self._marks.get(PAPER_MARK)) or 0.0
        return 0.0
