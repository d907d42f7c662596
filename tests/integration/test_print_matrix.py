"""Every fault × moments of a slip, on every line and with every way in which a printer says that it is done.

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
BY_GS_R, BY_ID, IN_WORDS, UNSEEN = "generic-80", "epson-80", "text-80", "blind-80"
"""Profiles, for the way in which a slip is confirmed and what it consists of."""
NOT_SENT, UNSURE, DONE = JobState.NOT_SENT, JobState.UNCERTAIN, JobState.CONFIRMED


def expected(fault: str, moment: str, way: str) -> tuple[set[JobState], set[int]]:
    """What a line with a way back may make of it, and how many sheets may have been cut by then."""
    if fault in ("near_end", "slow"):
        return {DONE}, {1}
    if fault == "noise":
        # Whatever it makes up. Where a pause is long enough for the questions, the word is a true one.
        return {NOT_SENT, UNSURE, DONE}, {0, 1}
    if fault == "no_process_id":
        return {UNSURE}, {1}
    if moment == BEFORE:
        return {NOT_SENT}, {0}
    if fault == "garbage_status" and way == BY_ID:
        return {UNSURE, DONE}, {1}  # the number it says is right; it is doubted when it was asked how it is meanwhile
    cut_all_the_same = fault in ("mute", "garbage_status") or moment == AFTER
    return {UNSURE}, {int(cut_all_the_same)}


def patient(settings: PrinterSettings) -> PrinterSettings:
    """For slips that are to come out, however busy the machine is that runs the test."""
    return replace(settings, status_seconds=5.0, stall_seconds=5.0, confirm_seconds=20.0, quiet_seconds=0.1)


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

Case = tuple[str, str, FaultName, str]

TRIED: list[tuple[str, str, tuple[str, ...]]] = [
    ("network", BY_GS_R, (BEFORE, INSIDE, AFTER)),
    ("network", BY_ID, (INSIDE, AFTER)),
    ("serial", BY_GS_R, (INSIDE,)),
    ("serial", BY_ID, (INSIDE,)),
    ("serial", IN_WORDS, (BEFORE, INSIDE, AFTER)),
    ("usb", BY_GS_R, (AFTER,)),
    ("usb", BY_ID, (BEFORE, INSIDE)),
    ("device", BY_GS_R, (INSIDE,)),
    ("device", BY_ID, (AFTER,)),
    ("pipe", UNSEEN, (INSIDE, AFTER)),
]

CASES: list[Case] = [
    (kind, way, fault, moment)
    for kind, way, moments in TRIED
    for moment in moments
    for fault in FaultName
    if fault is not FaultName.NO_PROCESS_ID or way == BY_ID
]


def test_every_line_and_every_way_meets_every_fault() -> None:
    assert {kind for kind, *_ in CASES} == set(KINDS)
    for way in (BY_GS_R, BY_ID, IN_WORDS):
        met = {fault for _, each, fault, _ in CASES if each == way}
        assert met == set(FaultName) - ({FaultName.NO_PROCESS_ID} if way != BY_ID else set())


@contextlib.contextmanager
def desk_for(kind: str, way: str, fault: str, folder: Path) -> Iterator[Desk]:
    settings = replace(STEADY, profile=way)
    if fault in ("near_end", "slow"):
        settings = patient(settings)
    with plugged(kind, folder, settings=settings) as (printer, settings, connect):
        yield Desk(printer, settings, connect)


@pytest.fixture(scope="module")
def ended(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[Case, Future[None]]]:
    """The cases that were asked for, begun in their order."""
    here = [item for item in request.session.items if item.path == request.path]
    wanted = [item.callspec.params["case"] for item in here if hasattr(item, "callspec")]
    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        yield {case: pool.submit(becomes, case, tmp_path_factory.mktemp("desk")) for case in wanted}
    finally:
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize(
    "case", CASES, ids=[f"{kind}-{way}-{fault}-{moment.split()[0]}" for kind, way, fault, moment in CASES]
)
def test_what_becomes_of_a_slip(case: Case, ended: Mapping[Case, Future[None]]) -> None:
    ended[case].result()


def becomes(case: Case, folder: Path) -> None:
    """What becomes of a slip in this case, and of the one after it."""
    kind, way, fault, moment = case
    with desk_for(kind, way, fault, folder) as desk:
        _becomes(desk, fault, moment, way)


def _becomes(desk: Desk, fault: FaultName, moment: str, way: str) -> None:
    length = job_bytes(desk.settings)
    at = {BEFORE: 0, INSIDE: length // 2, AFTER: length}[moment]
    answers = desk.settings.device.answers
    with desk.spooling(desk.settings) as print_one:
        desk.printer.fail(fault, at=at, bytes_per_s=400_000)
        finished = print_one()
        desk.check()
        if answers:
            states, cuts = expected(fault, moment, way)
            assert finished.state in states
            if cuts == {1}:
                desk.printer.wait_for(lambda state: state.sheets_cut == 1, 20)  # its line may have ended before it has
            assert desk.printer.state.sheets_cut in cuts
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
