"""What a printer says of itself, answer by answer."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from domain.events import PrinterState
from printer.connect import LineLost, connection_of
from printer.inquiry import in_words, inquire
from printer.settings import PrinterSettings
from workbench.printer import VirtualPrinter


class Scripted:
    """A line whose other end says what is written down, an answer for each question."""

    def __init__(self, answer: Callable[[int], bytes]) -> None:
        self._answer = answer
        self._said = b""
        self.closed: list[bool] = []

    def send(self, data: bytes, seconds: float) -> int:
        self._said = self._answer(data[2])
        return len(data)

    def receive(self, seconds: float) -> bytes:
        said, self._said = self._said, b""
        return said

    def close(self, *, give_up: bool = False) -> None:
        self.closed.append(give_up)


def test_a_printer_that_is_well() -> None:
    with VirtualPrinter() as printer:
        settings = PrinterSettings(host="127.0.0.1", port=printer.port)
        found = inquire(settings, connection_of(settings))
    assert (found.state, found.answers, found.trouble) == (PrinterState.READY, (0x12,) * 4, "")


def test_one_answer_that_is_missing_does_not_hide_the_others() -> None:
    line = Scripted(lambda number: b"" if number == 3 else b"\x12" if number < 4 else b"\x1e")
    found = inquire(PrinterSettings(host="x", status_seconds=0.01), lambda: line)
    assert (found.state, found.answers) == (PrinterState.OFFLINE, (0x12, 0x12, None, 0x1E))
    assert line.closed == [True]


def test_what_is_no_status_is_no_answer() -> None:
    line = Scripted(lambda number: b"\x00" if number == 1 else b"\x00\x12")
    found = inquire(PrinterSettings(host="x", status_seconds=0.01), lambda: line)
    assert found.answers == (None, 0x12, 0x12, 0x12)


def test_a_line_that_is_lost_on_the_way() -> None:
    def answer(number: int) -> bytes:
        if number == 2:
            raise LineLost("pulled out")
        return b"\x12"

    line = Scripted(answer)
    found = inquire(PrinterSettings(host="x"), lambda: line)
    assert (found.state, found.answers, found.trouble) == (
        PrinterState.OFFLINE,
        (0x12, None, None, None),
        "pulled out",
    )
    assert line.closed == [True]


def test_near_end_is_what_the_profile_says(tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("p") / "printers.toml"
    file.write_text("[no-sensor]\nwidth = 576\nnear_end = 0\n")
    line = Scripted(lambda number: b"\x12" if number < 4 else b"\x1e")
    assert inquire(PrinterSettings(host="x"), lambda: line).state is PrinterState.NEAR_END
    own = PrinterSettings(host="x", profiles=file, profile="no-sensor")
    assert inquire(own, lambda: line).state is PrinterState.READY


def test_a_printer_that_never_answers_is_not_asked() -> None:
    line = Scripted(lambda number: pytest.fail("it was asked"))
    found = inquire(PrinterSettings(host="x", profile="blind-80"), lambda: line)
    assert (found.state, found.answers) == (PrinterState.READY, (None,) * 4)
    assert line.closed == [False]


@pytest.mark.parametrize(
    ("question", "answer", "words"),
    [
        (1, 0x12, "nothing to report"),
        (1, 0x1A, "offline"),
        (2, 0x36, "cover open, stopped by paper end"),
        (3, 0x1A, "cutter"),
        (4, 0x1E, "roll nearly used up"),
        (4, 0x7E, "roll nearly used up, no paper"),
        (4, None, "no answer"),
    ],
)
def test_in_words(question: int, answer: int | None, words: str) -> None:
    assert in_words(question, answer) == words
