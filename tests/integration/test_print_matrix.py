"""Every line × every fault × three moments of a slip.

The rule: CONFIRMED only when it lies in the tray, and no slip twice without having been asked for twice.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from domain.events import JobState, PrinterChanged, SlipFinished
from printer.connect import Connect
from printer.settings import PrinterSettings
from printer.spooler import Spooler
from tests.integration.printers import KINDS, QUICK, Papers, Tally, job_bytes, plugged, settled, slip
from tests.unit.printer.samples import Mailbox, MemoryJournal, MemoryMarks
from workbench.printer.faults import FaultName
from workbench.printer.running import RunningPrinter

BEFORE, INSIDE, AFTER = "before the first byte", "inside the picture", "after the last byte"
STOPS = ("paper_out", "cover_open", "offline", "cutter_jam")
NOT_SENT, UNSURE, DONE = JobState.NOT_SENT, JobState.UNCERTAIN, JobState.CONFIRMED


def expected(fault: str, moment: str) -> tuple[JobState, int]:
    """What a line with a way back makes of it, and how many sheets have been cut by then."""
    if fault in ("near_end", "slow"):
        return DONE, 1
    if fault == "no_process_id":
        return UNSURE, 1
    if moment == BEFORE:
        return NOT_SENT, 0
    cut_all_the_same = fault in ("mute", "garbage_status") or moment == AFTER
    return UNSURE, int(cut_all_the_same)


def patient(settings: PrinterSettings) -> PrinterSettings:
    """For slips that are to come out, however busy the machine is that runs the test."""
    return replace(settings, status_seconds=5.0, stall_seconds=5.0, confirm_seconds=20.0)


class Desk:
    """A printer at some line, its journal, and the slips that were asked for so far."""

    def __init__(self, printer: RunningPrinter, settings: PrinterSettings, connect: Connect) -> None:
        self.printer = printer
        self.settings = settings
        self.connect = connect
        self.journal = MemoryJournal()
        self.tally = Tally(answers=settings.device.answers)
        self.ended: dict[int, SlipFinished] = {}

    @contextlib.contextmanager
    def spooling(self, settings: PrinterSettings) -> Iterator[Callable[[], SlipFinished]]:
        """A spooler for a while; yields what prints a slip and tells how it ended."""
        mail = Mailbox()
        with Spooler(settings, Papers(), self.journal, MemoryMarks(), mail.post, self.connect) as spooler:
            mail.wait_for(lambda event: isinstance(event, PrinterChanged) and event.state.prints)

            def print_one() -> SlipFinished:
                number = spooler.next_number()
                self.ended[number] = mail.finished(spooler.submit(slip), 60)
                return self.ended[number]

            yield print_one

    def check(self) -> None:
        self.tally.look(self.printer)
        for number, finished in self.ended.items():
            self.tally.check(number, finished.state)


STEADY = replace(QUICK, stall_seconds=1.0, confirm_seconds=1.5)
"""For several at once on a busy machine: who only waits for the processor has not stalled."""

AT_ONCE = 4
"""Cases under way at a time, each with a printer and a spooler of its own: most of a case is waiting."""

Case = tuple[str, FaultName, str]

CASES: list[Case] = [
    (kind, fault, moment) for kind in KINDS for fault in FaultName for moment in (BEFORE, INSIDE, AFTER)
]


@contextlib.contextmanager
def desk_for(kind: str, fault: str, folder: Path) -> Iterator[Desk]:
    settings = replace(STEADY, profile="epson-80") if fault == "no_process_id" else STEADY
    if fault in ("near_end", "slow"):
        settings = patient(settings)
    with plugged(kind, folder, settings=settings) as (printer, settings, connect):
        yield Desk(printer, settings, connect)


@pytest.fixture(scope="module")
def ended(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[Case, Future[None]]]:
    """The cases that were asked for, begun in their order."""
    wanted = [item.callspec.params["case"] for item in request.session.items if item.path == request.path]  # type: ignore[attr-defined]
    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        yield {case: pool.submit(becomes, case, tmp_path_factory.mktemp("desk")) for case in wanted}
    finally:
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("case", CASES, ids=[f"{kind}-{fault}-{moment.split()[0]}" for kind, fault, moment in CASES])
def test_what_becomes_of_a_slip(case: Case, ended: Mapping[Case, Future[None]]) -> None:
    ended[case].result()


def becomes(case: Case, folder: Path) -> None:
    """What becomes of a slip in this case, and of the one after it."""
    kind, fault, moment = case
    with desk_for(kind, fault, folder) as desk:
        _becomes(desk, fault, moment)


def _becomes(desk: Desk, fault: FaultName, moment: str) -> None:
    length = job_bytes(desk.settings)
    at = {BEFORE: 0, INSIDE: length // 2, AFTER: length}[moment]
    answers = desk.settings.device.answers
    with desk.spooling(desk.settings) as print_one:
        desk.printer.fail(fault, at=at, bytes_per_s=400_000)
        finished = print_one()
        desk.check()
        if answers:
            state, cut = expected(fault, moment)
            assert finished.state is state
            assert desk.printer.state.sheets_cut == cut
        else:
            assert finished.state in (NOT_SENT, UNSURE)
        assert (finished.millimetres > 0) is (finished.state is not NOT_SENT)

    desk.printer.clear()
    settled(desk.printer)
    desk.check()  # new paper, and the printer has printed what it kept: still no more than was asked for
    received = desk.printer.state.received
    with desk.spooling(patient(desk.settings)) as print_one:
        assert desk.printer.state.received == received  # a spooler that begins anew sends nothing by itself
        again = print_one()
        settled(desk.printer)
        desk.check()
    if answers:
        assert again.state is DONE
