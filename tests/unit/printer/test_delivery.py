"""Whose word is it: answers that come late, on a line that says exactly what the test lets it say."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from domain.errors import Code
from domain.events import JobState, PrinterState
from printer.delivery import Delivery, Outcome
from printer.line import Connection, LineLost
from printer.settings import PrinterSettings
from printer.status import is_status
from workbench.printer.status import GARBAGE, LIKE_QUEUED, Garbage

SETTINGS = PrinterSettings(
    host="nowhere",
    status_seconds=0.2,
    stall_seconds=0.2,
    confirm_seconds=0.15,
    settle_seconds=0.05,
    watch_seconds=10.0,
    quiet_seconds=0.02,
)
BY_ID = replace(SETTINGS, profile="epson-80")
GS_R = b"\x1dr\x01"
SECOND_ROUND = (3, 4, 5, 6)
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
    assert printer.owes == 2

    second = desk.print()  # sent, although the printer still owes its word for the one before
    assert (second.state, second.broke_off, printer.slips) == (JobState.UNCERTAIN, True, 3)
    assert (printer.asked[-1], printer.owes) == (3, 5)
    assert not printer.given_up[-1], "what the line still holds of it is on its way"

    printer.grants = 5  # the words for those before, while this one is sent
    third = desk.print()
    assert third.state is JobState.UNCERTAIN
    assert (printer.asked[-1], printer.owes) == (6, 6)

    printer.grants = 1_000
    assert desk.print().state is JobState.CONFIRMED
    assert (printer.asked[-1] - 12 - 2 in SECOND_ROUND, printer.owes) == (True, 0)
    assert desk.print().state is JobState.CONFIRMED
    assert printer.asked[-1] - 2 in SECOND_ROUND


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


class Talking:
    """A line on which every DLE EOT is answered, all being well, and `says` decides what else is heard: it is given
    what was sent since it was last asked, and asked whenever somebody listens.
    """

    def __init__(self, says: Callable[[bytes], bytes]) -> None:
        self._says = says
        self._sent = b""
        self._said = b""
        self.status = b"\x12"

    def send(self, data: bytes, seconds: float) -> int:
        self._sent += data
        self._said += self.status * len(re.findall(rb"\x10\x04[\x01-\x04]", data))
        return len(data)

    def receive(self, seconds: float) -> bytes:
        said, self._said = self._said + self._says(self._sent), b""
        self._sent = b""
        if not said:
            time.sleep(min(seconds, 0.005))
        return said

    def close(self, *, give_up: bool = False) -> None:
        pass


def delivered(line: Talking, settings: PrinterSettings = SETTINGS) -> Outcome:
    return Delivery(settings, lambda: line).deliver(
        JOB, after_break=False, about_to_send=lambda: None, progress=lambda fraction: None
    )


def obedient(sent: bytes, answer: bytes = b"\x00") -> bytes:
    """What a printer says that knows both questions."""
    ids = re.findall(rb"\x1d\(H\x06\x00\x30\x30(.{4})", sent, re.DOTALL)
    return answer * sent.count(GS_R) + b"".join(b"\x37\x22" + id + b"\x00" for id in ids)


@pytest.mark.parametrize("settings", [SETTINGS, BY_ID], ids=["GS r", "GS ( H"])
def test_both_questions_confirm(settings: PrinterSettings) -> None:
    assert delivered(Talking(obedient), settings) == Outcome(JobState.CONFIRMED, printer=PrinterState.READY)


@pytest.mark.parametrize("settings", [SETTINGS, BY_ID], ids=["GS r", "GS ( H"])
@pytest.mark.parametrize("byte", [bytes((byte,)) for byte in LIKE_QUEUED], ids=lambda byte: byte.hex())
def test_a_byte_in_mid_slip_is_a_doubt(settings: PrinterSettings, byte: bytes) -> None:
    """A printer that was switched off and on has forgotten the first half, and answers behind the second."""
    outcome = delivered(Talking(lambda sent: byte * sent.count(b" a slip ") + obedient(sent)), settings)
    assert outcome == Outcome(JobState.UNCERTAIN, Code.PRINT_UNCERTAIN, PrinterState.READY, broke_off=True)


@pytest.mark.parametrize("times", range(1, 9))
@pytest.mark.parametrize("byte", sorted({*GARBAGE, 0x0C}), ids=hex)
def test_bytes_that_nobody_said_are_no_word(byte: int, times: int) -> None:
    """So many of them behind the slip, and GS r is never answered."""
    left = [bytes((byte,)) * times]
    quick = replace(SETTINGS, confirm_seconds=0.03, quiet_seconds=0.005)
    line = Talking(lambda sent: left.pop() if left and GS_R in sent else b"")
    assert delivered(line, quick).state is JobState.UNCERTAIN


@pytest.mark.parametrize("settings", [SETTINGS, BY_ID], ids=["GS r", "GS ( H"])
@pytest.mark.parametrize("seed", range(25))
def test_a_noisy_line_is_no_word(seed: int, settings: PrinterSettings) -> None:
    noise = Garbage(seed)
    quick = replace(settings, confirm_seconds=0.05, quiet_seconds=0.005)
    line = Talking(lambda sent: noise.burst() if noise.pause() < 0.03 else b"")
    assert delivered(line, quick).state in (JobState.UNCERTAIN, JobState.NOT_SENT)


def test_bytes_at_regular_times_are_no_word() -> None:
    """With pauses as long as they like: an answer comes together, and silence is as long as no answer pauses."""
    for pause in (0.002, 0.01, 0.02, 0.03):
        due = [0.0]

        def tick(sent: bytes, pause: float = pause, due: list[float] = due) -> bytes:
            now = time.monotonic()
            if not due[0]:
                due[0] = now + pause if GS_R in sent else 0.0
            elif now >= due[0]:
                due[0] = now + pause
                return b"\x00"
            return b""

        assert delivered(Talking(tick)).state is JobState.UNCERTAIN


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ((b"\x00", b"\x03"), "another answer the second time"),
        ((b"\x0c", b"\x0c"), "the paper has ended"),
        ((b"\x00", b"\x00\x00"), "two answers a question"),
        ((b"\x00\x00", b"\x00"), "two answers a question at first"),
        ((b"\x00", b""), "no answer once all is quiet"),
        ((b"\x90", b"\x90"), "bits that are never set"),
    ],
)
def test_two_rounds_must_agree(answers: tuple[bytes, bytes], why: str) -> None:
    def says(sent: bytes) -> bytes:
        return obedient(sent, answers[0] if sent.count(GS_R) == 2 else answers[1])

    assert delivered(Talking(says)).state is JobState.UNCERTAIN, why


def test_near_the_end_of_the_roll_is_paper_all_the_same() -> None:
    assert delivered(Talking(lambda sent: obedient(sent, b"\x03"))).state is JobState.CONFIRMED


def test_a_printer_that_stands_when_it_has_answered_is_no_word() -> None:
    line = Talking(obedient)

    def says(sent: bytes) -> bytes:
        if sent.count(GS_R) in SECOND_ROUND:
            line.status = b"\x16"  # DLE EOT 2: the cover is open
        return obedient(sent)

    line._says = says
    outcome = delivered(line)
    assert (outcome.state, outcome.printer) == (JobState.UNCERTAIN, PrinterState.COVER_OPEN)


def test_the_answer_for_another_slip_is_no_word_and_no_doubt() -> None:
    assert delivered(Talking(lambda sent: b"\x37\x22@@@@\x00" * (b"(H" in sent)), BY_ID).state is JobState.UNCERTAIN
    late = Talking(lambda sent: b"\x37\x22@@@@\x00" * (b"(H" in sent) + obedient(sent))
    assert delivered(late, BY_ID).state is JobState.CONFIRMED


def test_every_slip_of_every_run_has_a_number_of_its_own() -> None:
    seen: list[bytes] = []

    def says(sent: bytes) -> bytes:
        seen.extend(re.findall(rb"\(H\x06\x00\x30\x30(.{4})", sent, re.DOTALL))
        return obedient(sent)

    for _ in range(20):  # a process that starts anew, each
        assert delivered(Talking(says), BY_ID).state is JobState.CONFIRMED
    assert len(set(seen)) == len(seen) == 20
    assert all(0x20 <= byte <= 0x7E and not is_status(byte) for id in seen for byte in id)
