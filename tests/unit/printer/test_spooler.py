"""The spooler's bookkeeping, with a real line to a virtual printer."""

from __future__ import annotations

import gc
import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from domain.errors import Code, PrintError
from domain.events import Event, JobState, PrinterChanged, PrinterState, SlipFinished, SlipProgress
from domain.paper import PAPER_MARK, ROLL_MARK, Dots
from domain.slip import Masthead, Slip, TakeAway, Title
from printer.connect import DummyConnection
from printer.job import Job
from printer.layout import SlipLayout
from printer.raster import encode
from printer.settings import PrinterSettings
from printer.spooler import Spooler
from tests.unit.printer.samples import SHORT, Mailbox, MemoryJournal, MemoryMarks, black, numbered
from workbench.printer import VirtualPrinter

QUICK = PrinterSettings(
    connect_seconds=2.0,
    status_seconds=0.3,
    stall_seconds=0.4,
    confirm_seconds=2.0,
    settle_seconds=0.2,
    watch_seconds=0.1,
    poll_seconds=60.0,
)
FEED_MM = QUICK.device.feed_to_cutter / 8


class Desk:
    """A spooler with everything around it."""

    def __init__(self, layout: SlipLayout, settings: PrinterSettings, journal: MemoryJournal | None = None) -> None:
        self.layout = layout
        self.journal = journal or MemoryJournal()
        self.marks = MemoryMarks()
        self.mail = Mailbox()
        self.spooler = Spooler(settings, layout, self.journal, self.marks, self.mail.post)

    def print(self, slip: Slip = SHORT) -> SlipFinished:
        return self.mail.finished(self.spooler.submit(lambda number: slip))


@pytest.fixture
def printer() -> Iterator[VirtualPrinter]:
    with VirtualPrinter() as machine:
        yield machine


@pytest.fixture
def settings(printer: VirtualPrinter) -> PrinterSettings:
    return replace(QUICK, host="127.0.0.1", port=printer.port)


@pytest.fixture
def desk(layout: SlipLayout, settings: PrinterSettings) -> Iterator[Desk]:
    desk = Desk(layout, settings)
    with desk.spooler:
        desk.mail.wait_for(lambda event: isinstance(event, PrinterChanged))
        yield desk
    assert [thread.name for thread in threading.enumerate() if thread.name == "spooler"] == []


def test_a_slip_is_noted_printed_and_told(desk: Desk, printer: VirtualPrinter) -> None:
    expected = desk.spooler.next_number()
    seen = []

    def build(number: int) -> Slip:
        seen.append(number)
        return numbered(SHORT, number)

    job = desk.spooler.submit(build)
    finished = desk.mail.finished(job)
    assert seen == [expected]
    assert desk.journal.states(job) == [JobState.QUEUED, JobState.SENDING, JobState.CONFIRMED]
    dots = desk.layout.render(numbered(SHORT, expected))
    assert finished == SlipFinished(job, JobState.CONFIRMED, None, dots.millimetres + FEED_MM)
    assert np.array_equal(printer.papers[0].sheet.dots[: dots.height], black(dots))


def test_progress_goes_up_to_the_end(desk: Desk) -> None:
    job = desk.print().job
    told = [event.fraction for event in desk.mail.events if isinstance(event, SlipProgress) and event.job == job]
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0.0, 1.0)
    assert len(told) <= 22


def test_paper_used_is_counted_with_its_feed(desk: Desk) -> None:
    first = desk.print()
    desk.print()
    used = desk.layout.render(SHORT).millimetres + FEED_MM
    assert first.millimetres == used
    assert float(desk.marks.get(PAPER_MARK) or 0) == pytest.approx(2 * used, abs=0.2)
    desk.marks.put(PAPER_MARK, "no number")
    desk.print()
    assert float(desk.marks.get(PAPER_MARK) or 0) == pytest.approx(used, abs=0.1)


def test_one_slip_at_a_time(desk: Desk) -> None:
    refused: list[Code] = []

    def build(number: int) -> Slip:
        with pytest.raises(PrintError) as caught:
            desk.spooler.submit(lambda again: SHORT)
        refused.append(caught.value.code)
        return SHORT

    job = desk.spooler.submit(build)
    assert refused == [Code.PRINTER_BUSY]
    assert desk.mail.finished(job).state is JobState.CONFIRMED


def test_three_slips_a_session(desk: Desk) -> None:
    for _ in range(3):
        assert desk.print().state is JobState.CONFIRMED
    with pytest.raises(PrintError) as caught:
        desk.spooler.submit(lambda number: SHORT)
    assert caught.value.code is Code.FAIR_USE
    desk.spooler.end_session()
    assert desk.print().state is JobState.CONFIRMED


def test_the_same_slip_again_within_a_minute_wants_a_reason(layout: SlipLayout, settings: PrinterSettings) -> None:
    desk = Desk(layout, replace(settings, again_seconds=30.0, slips_a_session=9))
    with desk.spooler as spooler:

        def ask(key: str) -> JobState:
            return desk.mail.finished(spooler.submit(lambda number: SHORT, key)).state

        assert ask("guide-1") is JobState.CONFIRMED
        with pytest.raises(PrintError) as caught:
            ask("guide-1")
        assert (caught.value.code, 1 <= caught.value.seconds <= 30) == (Code.SAME_SLIP, True)
        assert len(desk.journal.jobs()) == 1
        assert [ask(key) for key in ("guide-2", "", "")] == [JobState.CONFIRMED] * 3
        spooler.end_session()
        assert ask("guide-1") is JobState.CONFIRMED  # somebody else


def test_the_same_slip_is_printed_again_once_the_time_is_over(layout: SlipLayout, settings: PrinterSettings) -> None:
    desk = Desk(layout, replace(settings, again_seconds=0.05))
    with desk.spooler as spooler:
        desk.mail.finished(spooler.submit(lambda number: SHORT, "guide-1"))
        time.sleep(0.06)
        assert desk.mail.finished(spooler.submit(lambda number: SHORT, "guide-1")).state is JobState.CONFIRMED


def test_what_was_not_printed_may_be_asked_for_again(desk: Desk, printer: VirtualPrinter) -> None:
    printer.fail("cover_open")
    first = desk.mail.finished(desk.spooler.submit(lambda number: SHORT, "guide-1"))
    assert first.state is JobState.NOT_SENT
    printer.clear()
    assert desk.mail.finished(desk.spooler.submit(lambda number: SHORT, "guide-1")).state is JobState.CONFIRMED


def left_in_memory(marker: str) -> list[str]:
    """Names of the kinds of objects that still hold a slip with these words, or dots, or the bytes of a job."""
    gc.collect()
    held = [each for each in gc.get_objects() if isinstance(each, Dots | Job)]
    slips = [each for each in gc.get_objects() if isinstance(each, Slip) and marker in repr(each)]
    return [type(each).__name__ for each in (*held, *slips)]


@pytest.mark.parametrize("fault", [None, "cover_open", "half_close", "stall"])
def test_nothing_of_a_slip_is_held_once_it_has_ended(
    layout: SlipLayout, settings: PrinterSettings, printer: VirtualPrinter, fault: str | None
) -> None:
    words = f"样本一 {secrets.token_hex(8)}"

    def build(number: int) -> Slip:
        return Slip((Masthead("办事明白纸", "第 000125 张"), Title(words)))

    desk = Desk(layout, settings)
    before = left_in_memory(words)
    with desk.spooler as spooler:
        desk.mail.wait_for(lambda event: isinstance(event, PrinterChanged))
        if fault is not None:
            printer.fail(fault, at=2_000 if fault in ("half_close", "stall") else 0)
        job = spooler.submit(build, words)
        desk.mail.finished(job)
        spooler.end_session()
        assert left_in_memory(words) == before
        assert words not in repr(vars(spooler))
    assert desk.journal.states(job)[-1].final


def test_nothing_of_a_slip_that_waited_is_held_after_its_session(desk: Desk, printer: VirtualPrinter) -> None:
    words = f"样本二 {secrets.token_hex(8)}"
    before = left_in_memory(words)
    printer.fail("stall")
    desk.spooler.check()
    printer.wait_for(lambda state: state.connected)
    job = desk.spooler.submit(lambda number: Slip((Masthead(words, ""),)), words)
    desk.spooler.end_session()
    assert desk.mail.finished(job).state is JobState.NOT_SENT
    assert left_in_memory(words) == before


def test_nothing_is_known_of_the_printer_before_its_first_answer(
    layout: SlipLayout, settings: PrinterSettings, printer: VirtualPrinter
) -> None:
    printer.fail("stall")
    desk = Desk(layout, settings)
    assert desk.spooler.state is PrinterState.CHECKING
    assert not desk.spooler.state.prints
    with desk.spooler:
        assert desk.spooler.state is PrinterState.CHECKING
        desk.mail.wait_for(lambda event: event == PrinterChanged(PrinterState.OFFLINE))
        printer.clear()
        desk.spooler.check()
        desk.mail.wait_for(lambda event: event == PrinterChanged(PrinterState.READY))


def test_a_roll_that_is_nearly_used_up_is_told_without_a_sensor(
    layout: SlipLayout, settings: PrinterSettings, printer: VirtualPrinter
) -> None:
    desk = Desk(layout, settings)
    slip_mm = layout.render(SHORT).millimetres + FEED_MM
    with desk.spooler as spooler:
        desk.mail.wait_for(lambda event: isinstance(event, PrinterChanged))
        desk.print()
        desk.marks.put(ROLL_MARK, f"{slip_mm * 23.5:.1f}")
        assert desk.print().state is JobState.CONFIRMED
        assert PrinterChanged(PrinterState.NEAR_END) not in desk.mail.events
        assert desk.print().state is JobState.CONFIRMED
        assert spooler.state is PrinterState.NEAR_END
        assert printer.state.status["4"] == "12"  # its sensor feels nothing
        spooler.end_session()
        assert desk.print().state is JobState.CONFIRMED  # it is an estimate, and stops nobody
        desk.marks.put(PAPER_MARK, "0")
        spooler.check()
        desk.mail.wait_for(lambda event: desk.spooler.state is PrinterState.READY)


def test_a_printer_whose_sensor_means_something_else(
    layout: SlipLayout, settings: PrinterSettings, printer: VirtualPrinter, tmp_path: Path
) -> None:
    profiles = tmp_path / "profiles.toml"
    profiles.write_text('[no-sensor]\nabout = "its near end bits float"\nwidth = 576\nnear_end = 0\n', encoding="utf-8")
    printer.fail("near_end")
    desk = Desk(layout, replace(settings, profile="no-sensor", profiles=profiles))
    with desk.spooler:
        desk.mail.wait_for(lambda event: event == PrinterChanged(PrinterState.READY))


def test_what_was_not_printed_does_not_count_as_used(desk: Desk, printer: VirtualPrinter) -> None:
    printer.fail("cover_open")
    for _ in range(4):
        assert desk.print().code is Code.COVER_OPEN
    printer.clear()
    assert desk.print().state is JobState.CONFIRMED
    assert desk.marks.get(PAPER_MARK) == f"{desk.layout.render(SHORT).millimetres + FEED_MM:.1f}"


def test_paper_counts_as_used_before_the_first_byte(desk: Desk, printer: VirtualPrinter) -> None:
    """Who loses power in mid-slip counts nothing any more; the whole slip has to be noted by then."""
    whole = desk.layout.render(SHORT).millimetres + FEED_MM
    printer.fail("stall", at=2_000)
    job = desk.spooler.submit(lambda number: SHORT)
    desk.mail.wait_for(lambda event: isinstance(event, SlipProgress), 20)
    (noted,) = desk.journal.jobs()
    assert noted.millimetres == whole
    assert float(desk.marks.get(PAPER_MARK) or 0) == pytest.approx(whole, abs=0.1)
    assert desk.mail.finished(job, 20).millimetres == whole
    assert float(desk.marks.get(PAPER_MARK) or 0) == pytest.approx(whole, abs=0.1)
    printer.clear()
    assert desk.print().state is JobState.CONFIRMED  # and the strip that is cut off before it
    assert float(desk.marks.get(PAPER_MARK) or 0) == pytest.approx(2 * whole + FEED_MM, abs=0.2)


def test_nothing_is_sent_that_could_not_be_noted(desk: Desk, printer: VirtualPrinter) -> None:
    desk.journal.fails_at = {"open"}
    with pytest.raises(PrintError) as caught:
        desk.spooler.submit(lambda number: SHORT)
    assert caught.value.code is Code.JOURNAL_FAILED
    desk.journal.fails_at = {"sending"}
    assert desk.print().code is Code.JOURNAL_FAILED
    assert printer.state.received == 0
    assert float(desk.marks.get(PAPER_MARK) or 0) == 0
    desk.journal.fails_at = set()
    assert desk.print().state is JobState.CONFIRMED


def test_an_end_that_cannot_be_noted_is_told_all_the_same(desk: Desk, printer: VirtualPrinter) -> None:
    desk.journal.fails_at = {"confirmed"}
    finished = desk.print()
    assert finished.state is JobState.CONFIRMED
    assert desk.journal.states(finished.job)[-1] is JobState.SENDING
    assert len(printer.papers) == 1


def test_a_slip_that_cannot_be_built_or_drawn_ends_alone(desk: Desk, printer: VirtualPrinter) -> None:
    def broken(number: int) -> Slip:
        raise LookupError("no such guide")

    with pytest.raises(LookupError):
        desk.spooler.submit(broken)
    assert [job.state for job in desk.journal.jobs()] == [JobState.NOT_SENT]
    too_long = desk.print(Slip((TakeAway("办" * 200, ""),)))
    assert (too_long.state, too_long.code, too_long.millimetres) == (JobState.NOT_SENT, Code.PRINTER_TROUBLE, 0.0)
    assert printer.state.received == 0
    assert desk.print().state is JobState.CONFIRMED


def test_the_end_of_a_session_drops_what_still_waits(desk: Desk, printer: VirtualPrinter) -> None:
    printer.fail("stall")
    desk.spooler.check()
    printer.wait_for(lambda state: state.connected)
    job = desk.spooler.submit(lambda number: SHORT)
    desk.spooler.end_session()
    assert desk.mail.finished(job) == SlipFinished(job, JobState.NOT_SENT)
    assert desk.journal.states(job) == [JobState.QUEUED, JobState.NOT_SENT]
    printer.clear()
    assert desk.print().state is JobState.CONFIRMED
    assert len(printer.papers) == 1


def test_the_end_of_a_session_while_a_slip_is_being_built(desk: Desk, printer: VirtualPrinter) -> None:
    def build(number: int) -> Slip:
        desk.spooler.end_session()
        return SHORT

    job = desk.spooler.submit(build)
    assert desk.mail.finished(job).state is JobState.NOT_SENT
    assert printer.state.received == 0


def test_closing_does_not_wait_for_the_printers_word(
    layout: SlipLayout, settings: PrinterSettings, printer: VirtualPrinter
) -> None:
    printer.fail("mute", at=1)
    desk = Desk(layout, replace(settings, confirm_seconds=50.0))
    with desk.spooler:
        job = desk.spooler.submit(lambda number: SHORT)
        printer.wait_for_papers(1)
    assert desk.mail.finished(job).state is JobState.UNCERTAIN
    assert desk.journal.states(job)[-1] is JobState.UNCERTAIN
    with pytest.raises(PrintError):
        desk.spooler.submit(lambda number: SHORT)


def test_what_happens_to_the_printer_is_noticed_unasked(
    layout: SlipLayout, settings: PrinterSettings, printer: VirtualPrinter
) -> None:
    desk = Desk(layout, replace(settings, poll_seconds=0.05))
    with desk.spooler as spooler:
        for fault, state in [("near_end", PrinterState.NEAR_END), ("paper_out", PrinterState.PAPER_OUT)]:
            printer.fail(fault)
            desk.mail.wait_for(lambda event, state=state: event == PrinterChanged(state))  # type: ignore[misc]
            assert spooler.state is state
    told = [event for event in desk.mail.events if isinstance(event, PrinterChanged)]
    assert len(told) == len(set(told))


def test_who_asks_is_answered_even_when_nothing_has_changed(desk: Desk) -> None:
    desk.spooler.check()
    desk.mail.wait_for(lambda event: desk.mail.events.count(PrinterChanged(PrinterState.READY)) == 2)


def test_a_listener_that_fails_does_not_stop_the_printing(layout: SlipLayout, settings: PrinterSettings) -> None:
    mail = Mailbox()

    def post(event: Event) -> None:
        mail.post(event)
        raise RuntimeError("a handler is broken")

    with Spooler(settings, layout, MemoryJournal(), MemoryMarks(), post) as spooler:
        for _ in range(2):
            assert mail.finished(spooler.submit(lambda number: SHORT)).state is JobState.CONFIRMED


@pytest.mark.parametrize("refused", [0, 2, 60])
def test_after_a_restart_in_mid_slip_the_paper_is_cut_first(
    layout: SlipLayout, settings: PrinterSettings, printer: VirtualPrinter, refused: int
) -> None:
    """Also when slips were not sent between the one that broke off and the restart."""
    journal = MemoryJournal()
    journal.open_job("before the power failed")
    journal.move("before the power failed", JobState.UNCERTAIN, Code.PRINT_UNCERTAIN)
    for number in range(refused):
        journal.open_job(f"refused {number}")
        journal.move(f"refused {number}", JobState.NOT_SENT, Code.PRINTER_OFFLINE)
    desk = Desk(layout, settings, journal)
    with desk.spooler:
        assert desk.print().state is JobState.CONFIRMED
        assert desk.print().state is JobState.CONFIRMED
    sheets = [paper.sheet for paper in printer.papers]
    assert [bool(sheet.ink.size) for sheet in sheets] == [False, True, True]


def test_no_printer_at_all(layout: SlipLayout) -> None:
    desk = Desk(layout, PrinterSettings())
    with desk.spooler as spooler:
        assert spooler.state is PrinterState.ABSENT
        with pytest.raises(PrintError) as caught:
            spooler.submit(lambda number: SHORT)
        assert caught.value.code is Code.PRINTER_ABSENT
        spooler.check()
        spooler.end_session()
        assert [thread.name for thread in threading.enumerate() if thread.name == "spooler"] == []
    assert desk.mail.events == (PrinterChanged(PrinterState.ABSENT),)
    assert desk.journal.jobs() == ()


def test_a_printer_that_cannot_answer_is_printed_to_unseen(layout: SlipLayout) -> None:
    line, mail, journal = DummyConnection(), Mailbox(), MemoryJournal()
    settings = replace(QUICK, host="unseen", profile="blind-80")
    with Spooler(settings, layout, journal, MemoryMarks(), mail.post, lambda: line) as spooler:
        mail.wait_for(lambda event: event == PrinterChanged(PrinterState.READY))
        finished = mail.finished(spooler.submit(lambda number: SHORT))
    assert (finished.state, finished.code) == (JobState.UNCERTAIN, Code.PRINT_UNCERTAIN)
    assert line.output == encode(layout.render(SHORT), settings.device)
