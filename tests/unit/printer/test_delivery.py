"""Whose word is it: answers that come late, on a line that says exactly what the test lets it say."""

from __future__ import annotations

import pytest

from domain.errors import Code
from domain.events import JobState, PrinterState
from printer.delivery import Delivery, Outcome
from printer.line import Connection, LineLost
from printer.settings import PrinterSettings

SETTINGS = PrinterSettings(
    host="nowhere",
    status_seconds=0.2,
    stall_seconds=0.2,
    confirm_seconds=0.15,
    settle_seconds=0.05,
    watch_seconds=10.0,
)
GS_R = b"\x1dr\x01"
JOB = b"\x1b@ a slip \x1dV\x01"


class Printer:
    """Answers DLE EOT at once, and of the GS r it owes as many as `grants` allows, in its own time."""

    def __init__(self) -> None:
        self.owes = 0
        self.grants = 1_000
        self.status = bytes.fromhex("12121212")
        self.slips = 0
        self.asked: list[int] = []
        """How many GS r each connection has brought."""
        self.given_up: list[bool] = []

    def connect(self) -> Connection:
        self.asked.append(0)
        return Line(self)


class Line:
    """One connection to `Printer`."""

    def __init__(self, printer: Printer) -> None:
        self._printer = printer
        self._said = b""

    def send(self, data: bytes, seconds: float) -> int:
        printer = self._printer
        for n in range(1, 5):
            self._said += printer.status[n - 1 : n] * data.count(bytes((0x10, 0x04, n)))
        printer.owes += data.count(GS_R)
        printer.asked[-1] += data.count(GS_R)
        printer.slips += data.count(b" a slip ")
        return len(data)

    def receive(self, seconds: float) -> bytes:
        printer = self._printer
        answered = min(printer.owes, printer.grants)
        printer.owes -= answered
        printer.grants -= answered
        said, self._said = self._said + bytes(answered), b""
        return said

    def close(self, *, give_up: bool = False) -> None:
        self._printer.given_up.append(give_up)


@pytest.fixture
def printer() -> Printer:
    return Printer()


class Desk:
    def __init__(self, printer: Printer) -> None:
        self.delivery = Delivery(SETTINGS, printer.connect)
        self.broke_off = False

    def print(self) -> Outcome:
        outcome = self.delivery.deliver(
            JOB, after_break=self.broke_off, about_to_send=lambda: None, progress=lambda fraction: None
        )
        self.broke_off = outcome.broke_off
        return outcome


def test_the_word_for_slips_before_is_never_taken_for_this_one(printer: Printer) -> None:
    desk = Desk(printer)
    assert desk.print().state is JobState.CONFIRMED

    printer.grants = 0
    assert desk.print().state is JobState.UNCERTAIN
    assert printer.owes == 1

    second = desk.print()  # sent, although the printer still owes its word for the one before
    assert (second.state, second.broke_off, printer.slips) == (JobState.UNCERTAIN, True, 3)
    assert (printer.asked[-1], printer.owes) == (2, 3)
    assert not printer.given_up[-1], "what the line still holds of it is on its way"

    printer.grants = 3  # the words for those before, while this one is sent
    third = desk.print()
    assert third.state is JobState.UNCERTAIN
    assert (printer.asked[-1], printer.owes) == (4, 4)

    printer.grants = 1_000
    assert desk.print().state is JobState.CONFIRMED
    assert (printer.asked[-1], printer.owes) == (9, 0)
    assert desk.print().state is JobState.CONFIRMED
    assert printer.asked[-1] == 1


def test_words_that_were_lost_with_their_connection_are_not_waited_for(printer: Printer) -> None:
    desk = Desk(printer)
    assert desk.print().state is JobState.CONFIRMED
    printer.grants = 0
    assert desk.print().state is JobState.UNCERTAIN
    printer.owes, printer.grants = 0, 1_000  # said while nobody was there
    assert desk.print().state is JobState.CONFIRMED


def test_a_printer_that_never_answers_is_not_asked_without_end(printer: Printer) -> None:
    desk = Desk(printer)
    printer.grants = 0
    for _ in range(12):
        assert desk.print().state is JobState.UNCERTAIN
    assert max(printer.asked) <= 65
    assert printer.slips == 12
    printer.grants = 1_000
    assert desk.print().state is JobState.CONFIRMED


def test_what_an_earlier_question_left_in_the_line_is_no_answer(printer: Printer) -> None:
    class Remembering(Line):
        def __init__(self, printer: Printer) -> None:
            super().__init__(printer)
            self._said = b"\x12\x12"  # for a question of the connection before, when all was well

    def connect() -> Connection:
        printer.connect()
        return Remembering(printer)

    printer.status = bytes.fromhex("1a32127e")
    assert Delivery(SETTINGS, connect).ask() is PrinterState.PAPER_OUT


def test_a_line_that_breaks_in_mid_slip_is_dropped_and_tells_nothing_of_it(
    printer: Printer, caplog: pytest.LogCaptureFixture
) -> None:
    class Breaking(Line):
        def send(self, data: bytes, seconds: float) -> int:
            if b" a slip " in data:
                raise LineLost("reset")
            return super().send(data, seconds)

    def connect() -> Connection:
        printer.connect()
        return Breaking(printer)

    outcome = Delivery(SETTINGS, connect).deliver(
        JOB, after_break=False, about_to_send=lambda: None, progress=lambda fraction: None
    )
    assert outcome == Outcome(JobState.UNCERTAIN, Code.PRINT_UNCERTAIN, broke_off=True, dropped=True)
    assert printer.given_up == [True]
    assert [type(value) for record in caplog.records for value in record.args or ()] == [str]
