"""From the slip to the paper, over a real socket to a printer that fails in every way it knows.

The rule: a slip is CONFIRMED only when it lies in the tray, and never more sheets than slips were asked for.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import NoReturn

import numpy as np
import pytest
import zxingcpp

from domain.errors import Code, CodedError
from domain.events import JobState, PrinterChanged, PrinterState, SlipFinished
from domain.paper import PAPER_MARK, WIDTH_80
from domain.slip import Slip, Variant
from printer.layout import SlipLayout
from printer.raster import encode
from printer.settings import PrinterSettings
from printer.spooler import Spooler
from tests.unit.printer.samples import FULL, PAYLOAD, Mailbox, MemoryJournal, MemoryMarks, black, numbered
from workbench.escpos import Sheet
from workbench.printer import PrinterModel, VirtualPrinter

SETTINGS = PrinterSettings(
    host="127.0.0.1",
    connect_seconds=2.0,
    status_seconds=0.25,
    stall_seconds=1.0,
    confirm_seconds=4.0,
    settle_seconds=0.2,
    watch_seconds=0.1,
    poll_seconds=60.0,
)
PROFILES = ["generic-80", "epson-80"]
SMALL_BUFFER = PrinterModel(receive_buffer=16_384)
REST = 2_000
"""Bytes before the end of a job at which everything has been taken, but not everything printed."""


@pytest.fixture(scope="module")
def layout(lacking: Callable[[str], NoReturn]) -> SlipLayout:
    try:
        return SlipLayout(WIDTH_80)
    except CodedError as error:
        lacking(str(error))


class Desk:
    """A spooler, its printer, and the slips asked for so far."""

    def __init__(self, layout: SlipLayout, printer: VirtualPrinter, settings: PrinterSettings) -> None:
        self.layout = layout
        self.printer = printer
        self.settings = replace(settings, port=printer.port)
        self.journal = MemoryJournal()
        self.marks = MemoryMarks()
        self.mail = Mailbox()
        self.spooler = Spooler(self.settings, layout, self.journal, self.marks, self.mail.post)
        self.asked = 0

    @property
    def job_bytes(self) -> int:
        return len(encode(self.layout.render(FULL), self.settings.device))

    def print(self) -> SlipFinished:
        self.asked += 1
        self.spooler.end_session()
        return self.mail.finished(self.spooler.submit(lambda number: numbered(FULL, number)))

    def restart(self) -> None:
        """Another process, with the same journal."""
        self.spooler.close()
        self.spooler = Spooler(self.settings, self.layout, self.journal, self.marks, self.mail.post).start()

    def wait_for_state(self, state: PrinterState) -> None:
        self.mail.wait_for(lambda event: event == PrinterChanged(state))

    def shows(self, sheet: Sheet, number: int) -> bool:
        """Whether `sheet` is slip `number`, whole and nothing else."""
        dots = self.layout.render(numbered(FULL, number))
        paper = sheet.dots
        whole = dots.height + self.settings.device.feed_to_cutter
        return (
            paper.shape[0] == whole
            and np.array_equal(paper[: dots.height], black(dots))
            and not paper[dots.height :].any()
        )


@pytest.fixture(params=PROFILES)
def desk(layout: SlipLayout, request: pytest.FixtureRequest) -> Iterator[Desk]:
    with VirtualPrinter(SMALL_BUFFER) as printer:
        desk = Desk(layout, printer, replace(SETTINGS, profile=request.param))
        with desk.spooler:
            desk.wait_for_state(PrinterState.READY)
            yield desk
        # Whatever happened: no sheet without a slip that was asked for, but for strips cut off before a fresh start.
        assert len([paper for paper in printer.papers if paper.sheet.ink.size]) <= desk.asked


@dataclass(frozen=True)
class Case:
    fault: str
    at: int | None
    """Bytes into the slip; negative: from its end. None: already there when the slip is asked for."""
    state: JobState
    code: Code | None
    cut: int
    printer: PrinterState | None = None
    slow: int = 2_000

    def __str__(self) -> str:
        return f"{self.fault}{'' if self.at is None else f'@{self.at}'}"


SENT_NOT = JobState.NOT_SENT
UNSURE = JobState.UNCERTAIN
DONE = JobState.CONFIRMED
UNCERTAIN = Code.PRINT_UNCERTAIN

CASES = [
    Case("near_end", None, DONE, None, 1),
    Case("slow", None, DONE, None, 1, slow=200_000),
    Case("paper_out", None, SENT_NOT, Code.PAPER_OUT, 0, PrinterState.PAPER_OUT),
    Case("cover_open", None, SENT_NOT, Code.COVER_OPEN, 0, PrinterState.COVER_OPEN),
    Case("offline", None, SENT_NOT, Code.PRINTER_OFFLINE, 0, PrinterState.OFFLINE),
    Case("cutter_jam", None, SENT_NOT, Code.PRINTER_TROUBLE, 0, PrinterState.TROUBLE),
    Case("mute", None, SENT_NOT, Code.PRINTER_OFFLINE, 0, PrinterState.OFFLINE),
    Case("stall", None, SENT_NOT, Code.PRINTER_OFFLINE, 0, PrinterState.OFFLINE),
    Case("garbage_status", None, SENT_NOT, Code.PRINTER_OFFLINE, 0, PrinterState.OFFLINE),
    Case("half_close", None, SENT_NOT, Code.PRINTER_OFFLINE, 0),
    # With its buffer full a printer reads nothing any more, questions neither: all that is known is that it stands.
    Case("paper_out", 5_000, UNSURE, UNCERTAIN, 0, PrinterState.OFFLINE),
    Case("paper_out", -REST, UNSURE, UNCERTAIN, 0, PrinterState.PAPER_OUT),
    Case("cover_open", 5_000, UNSURE, UNCERTAIN, 0, PrinterState.OFFLINE),
    Case("cover_open", -REST, UNSURE, UNCERTAIN, 0, PrinterState.COVER_OPEN),
    Case("offline", -REST, UNSURE, UNCERTAIN, 0, PrinterState.OFFLINE),
    Case("cutter_jam", -REST, UNSURE, UNCERTAIN, 0, PrinterState.TROUBLE),
    Case("reset", 1, UNSURE, UNCERTAIN, 0),
    Case("reset", 20_000, UNSURE, UNCERTAIN, 0),
    Case("half_close", 20_000, UNSURE, UNCERTAIN, 0),
    Case("stall", 20_000, UNSURE, UNCERTAIN, 0),
    Case("mute", 1, UNSURE, UNCERTAIN, 1),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_becomes_of_a_slip(desk: Desk, case: Case) -> None:
    at = 0 if case.at is None else case.at if case.at >= 0 else desk.job_bytes + case.at
    desk.printer.fail(case.fault, at=at, bytes_per_s=case.slow)
    finished = desk.print()
    assert (finished.state, finished.code) == (case.state, case.code)
    if case.printer is not None:
        desk.wait_for_state(case.printer)
    assert [job.state for job in desk.journal.jobs()] == [case.state]
    assert desk.printer.state.sheets_cut == case.cut
    assert (finished.millimetres > 0) is (case.state is not SENT_NOT)
    assert float(desk.marks.get(PAPER_MARK) or 0) == pytest.approx(finished.millimetres, abs=0.1)
    if case.state is DONE:
        assert desk.shows(desk.printer.papers[0].sheet, 1)
    else:
        the_next_slip_is_whole_and_the_old_one_is_not_sent_again(desk)


def the_next_slip_is_whole_and_the_old_one_is_not_sent_again(desk: Desk) -> None:
    desk.printer.clear()
    desk.printer.wait_for(lambda state: state.buffered == 0)
    assert desk.printer.state.sheets_cut <= 1
    assert desk.print().state is DONE
    sheets = [paper.sheet for paper in desk.printer.papers]
    assert desk.shows(sheets[-1], 2)
    assert not any(desk.shows(sheet, 2) for sheet in sheets[:-1])


def test_a_printer_that_ignores_process_ids_is_uncertain_but_prints(layout: SlipLayout) -> None:
    with VirtualPrinter() as printer:
        desk = Desk(layout, printer, replace(SETTINGS, profile="epson-80", confirm_seconds=0.4))
        printer.fail("no_process_id")
        with desk.spooler:
            for number in (1, 2):
                assert desk.print().state is UNSURE
                assert desk.shows(printer.papers[-1].sheet, number)


def test_a_line_reset_before_the_slip_prints_nothing(desk: Desk) -> None:
    desk.printer.fail("reset")
    finished = desk.print()
    # The reset may come before or after the connection counts as made.
    assert finished.state is SENT_NOT
    assert finished.code in (Code.PRINTER_ABSENT, Code.PRINTER_OFFLINE)
    assert desk.printer.state.received == 0
    assert desk.print().state is DONE


def test_refused_connections_print_nothing(layout: SlipLayout) -> None:
    with socket.socket() as taken, VirtualPrinter() as printer:
        taken.bind(("127.0.0.1", 0))
        desk = Desk(layout, printer, SETTINGS)
        settings = replace(SETTINGS, port=taken.getsockname()[1])
        with Spooler(settings, layout, desk.journal, desk.marks, desk.mail.post) as spooler:
            desk.wait_for_state(PrinterState.ABSENT)
            finished = desk.mail.finished(spooler.submit(lambda number: FULL))
        assert (finished.state, finished.code) == (SENT_NOT, Code.PRINTER_ABSENT)
        assert desk.marks.get(PAPER_MARK) is None


def test_a_printer_that_comes_back_is_used_again(desk: Desk) -> None:
    desk.printer.fail("paper_out")
    assert desk.print().code is Code.PAPER_OUT
    desk.wait_for_state(PrinterState.PAPER_OUT)
    desk.printer.clear()
    desk.spooler.check()
    assert desk.print().state is DONE
    assert desk.spooler.state is PrinterState.READY


@pytest.mark.parametrize("restarted", [False, True], ids=["", "restarted"])
@pytest.mark.parametrize("profile", PROFILES)
def test_an_old_answer_does_not_confirm_a_new_slip(layout: SlipLayout, profile: str, restarted: bool) -> None:
    """The word for a slip that comes out late must not pass for the next one's: GS r answers all look alike, and a
    process that begins anew knows nothing of the numbers before.
    """
    with VirtualPrinter(PrinterModel(receive_buffer=200_000, mm_per_s=400)) as printer:
        desk = Desk(layout, printer, replace(SETTINGS, profile=profile))
        with desk.spooler:
            printer.fail("paper_out", at=desk.job_bytes // 2)
            assert desk.print().state is UNSURE
            if restarted:
                desk.restart()
            # New paper: the other half begins to come out, its answer falls due while the next slip is being sent,
            # and that one stops half way.
            printer.clear()
            printer.fail("cover_open", at=desk.job_bytes)
            second = desk.print()
            desk.spooler.close()
        assert second.state is not DONE
        assert printer.state.sheets_cut <= 2  # the old slip, and the strip before the fresh start


@pytest.mark.parametrize("profile", PROFILES)
def test_a_slip_that_stands_on_a_noisy_line_is_not_confirmed(layout: SlipLayout, profile: str) -> None:
    """Bytes of the line's own, and a printer that stopped in mid-slip and answers no more."""
    with VirtualPrinter(PrinterModel(receive_buffer=200_000)) as printer:
        desk = Desk(layout, printer, replace(SETTINGS, profile=profile, confirm_seconds=0.8))
        with desk.spooler:
            desk.wait_for_state(PrinterState.READY)
            for fault in ("offline", "mute", "noise"):
                printer.fail(fault, at=desk.job_bytes // 2)
            assert desk.print().state is UNSURE
            assert printer.state.sheets_cut == 0


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize(
    "model",
    [
        PrinterModel(mm_per_s=1_500, cutter_gap=104),
        PrinterModel(realtime_in_raster=True),
        PrinterModel(receive_buffer=4_096, half_command_survives=False),
    ],
    ids=["paper takes its time", "obeys bytes in pictures", "small buffer"],
)
def test_real_machines_differ(layout: SlipLayout, model: PrinterModel, profile: str) -> None:
    with VirtualPrinter(model) as printer:
        desk = Desk(layout, printer, replace(SETTINGS, profile=profile))
        with desk.spooler:
            assert desk.print().state is DONE
            assert desk.print().state is DONE
    for paper, number in zip(printer.papers, (1, 2), strict=True):
        dots = layout.render(numbered(FULL, number))
        assert np.array_equal(paper.sheet.ink, ink_of(black(dots)))


def ink_of(picture: np.ndarray[tuple[int, int], np.dtype[np.bool_]]) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    rows = np.flatnonzero(picture.any(axis=1))
    return picture[rows[0] : rows[-1] + 1]


@pytest.mark.parametrize("variant", Variant)
def test_the_code_is_read_from_the_paper(layout: SlipLayout, variant: Variant) -> None:
    slip = Slip(FULL.blocks, variant)
    with VirtualPrinter() as printer:
        desk = Desk(layout, printer, SETTINGS)
        with desk.spooler as spooler:
            assert desk.mail.finished(spooler.submit(lambda number: slip)).state is DONE
        sheet = printer.papers[0].sheet
    assert sheet.unknown == ()
    grey = np.where(np.pad(sheet.dots, 40), 0, 255).astype(np.uint8)
    assert [code.text for code in zxingcpp.read_barcodes(grey)] == [PAYLOAD]
