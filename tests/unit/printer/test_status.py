"""Status bytes, against a printer's sensors written down apart from the product."""

from __future__ import annotations

import itertools

import pytest

from domain.errors import Code
from domain.events import PrinterState
from printer.status import Answers, code_of, is_status, printer_state
from workbench.printer.status import GARBAGE, LIKE_REALTIME, Sensors, process_id_answer


def answers(sensors: Sensors) -> list[int]:
    return [byte for n in (1, 2, 3, 4) if (byte := sensors.realtime(n)) is not None]


@pytest.mark.parametrize(
    ("sensors", "state"),
    [
        (Sensors(), PrinterState.READY),
        (Sensors(near_end=True), PrinterState.NEAR_END),
        (Sensors(paper_out=True), PrinterState.PAPER_OUT),
        (Sensors(cover_open=True), PrinterState.COVER_OPEN),
        (Sensors(cover_open=True, paper_out=True), PrinterState.COVER_OPEN),
        (Sensors(cutter_jam=True), PrinterState.TROUBLE),
        (Sensors(offline=True), PrinterState.OFFLINE),
        (Sensors(offline=True, near_end=True), PrinterState.OFFLINE),
    ],
)
def test_what_the_sensors_feel(sensors: Sensors, state: PrinterState) -> None:
    assert printer_state(answers(sensors)) is state


def test_it_prints_exactly_when_nothing_stops_it() -> None:
    for felt in itertools.product((False, True), repeat=5):
        sensors = Sensors(*felt)
        assert printer_state(answers(sensors)).prints is not sensors.stopped


def test_bytes_of_the_manual() -> None:
    assert printer_state([0x12, 0x12, 0x12, 0x1E]) is PrinterState.NEAR_END
    assert printer_state([0x1A, 0x32, 0x12, 0x7E]) is PrinterState.PAPER_OUT
    assert printer_state([0x1A, 0x12, 0x32, 0x12]) is PrinterState.TROUBLE  # an error that cannot be recovered from


def test_only_answers_are_taken_for_answers() -> None:
    assert [byte for byte in GARBAGE if is_status(byte)] == list(LIKE_REALTIME)
    for felt in itertools.product((False, True), repeat=5):
        sensors = Sensors(*felt)
        assert all(is_status(byte) for byte in answers(sensors))
        assert not any(is_status(byte) for byte in sensors.automatic())
        assert not is_status(sensors.queued(1) or 0)


def test_automatic_status_is_no_word_on_a_slip() -> None:
    heard = Answers()
    sensors = Sensors(paper_out=True)
    heard.hear(sensors.automatic() + bytes([0x12]) + sensors.automatic()[:2])
    heard.hear(sensors.automatic()[2:] + bytes([0x00]))
    assert bytes(heard.status) == b"\x12"
    assert bytes(heard.others) == b"\x00"


@pytest.mark.parametrize("id", [b"@@@@", b"OOOO", b"@ABC", b"GHIJ"])
def test_status_in_the_middle_of_another_answer_is_sorted_out(id: bytes) -> None:
    answer = process_id_answer(id)
    for at in range(len(answer)):
        heard = Answers()
        heard.hear(answer[:at] + b"\x12\x16" + answer[at:])
        assert bytes(heard.others) == answer
        assert bytes(heard.status) == b"\x12\x16"


def test_every_state_that_does_not_print_has_its_code() -> None:
    assert {state: code_of(state) for state in PrinterState} == {
        PrinterState.CHECKING: None,
        PrinterState.READY: None,
        PrinterState.NEAR_END: None,
        PrinterState.ABSENT: Code.PRINTER_ABSENT,
        PrinterState.PAPER_OUT: Code.PAPER_OUT,
        PrinterState.COVER_OPEN: Code.COVER_OPEN,
        PrinterState.OFFLINE: Code.PRINTER_OFFLINE,
        PrinterState.TROUBLE: Code.PRINTER_TROUBLE,
    }
