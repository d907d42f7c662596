"""The printer of this terminal prints what it is told, once, and says so."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from domain.events import JobState, PrinterState
from domain.paper import Dots
from domain.slip import Masthead, Paragraph, Slip
from kiosk.settings import Settings
from printer.connect import connection_of
from printer.inquiry import inquire
from printer.job import encode
from printer.profiles import Confirm
from printer.raster import harmless
from printer.settings import PrinterSettings
from printer.spooler import Spooler
from tests.unit.printer.samples import Mailbox, MemoryJournal, MemoryMarks

pytestmark = pytest.mark.hardware

SHORT, LONG = 120, 3_200
"""Dots of paper: 15 mm, and 400 mm, more than the memory of most printers takes at once."""
PATIENCE_S = 180.0


class Stripes:
    """A port `SlipPreview`: stripes that the eye can count, as many dots long as the slip's last paragraph says."""

    def __init__(self, width: int) -> None:
        self._stride = width // 8

    def render(self, slip: Slip) -> Dots:
        last = slip.blocks[-1]
        assert isinstance(last, Paragraph)
        rows = int(last.text)
        data = b"".join((b"\xf0" if row // 8 % 2 else b"\x00") * self._stride for row in range(rows))
        return harmless(Dots(self._stride * 8, rows, data))


@dataclass
class Printer:
    """The spooler over it, and what it told."""

    settings: PrinterSettings
    spooler: Spooler
    mail: Mailbox
    journal: MemoryJournal

    def print(self, rows: int) -> str:
        return self.spooler.submit(lambda number: slip(number, rows))

    @property
    def end(self) -> JobState:
        """How a slip ends when all is well."""
        return JobState.UNCERTAIN if self.settings.device.confirm is Confirm.NONE else JobState.CONFIRMED


def slip(number: int, rows: int) -> Slip:
    return Slip((Masthead("TEST", f"{number:06d}"), Paragraph(str(rows))))


@pytest.fixture
def printer(terminal: Settings) -> Iterator[Printer]:
    settings = terminal.printer.spooling()
    mail, journal = Mailbox(), MemoryJournal()
    stripes = Stripes(settings.device.width)
    with Spooler(settings, stripes, journal, MemoryMarks(), mail.post, connection_of(settings)) as spooler:
        yield Printer(settings, spooler, mail, journal)


def test_it_says_how_it_is(terminal: Settings) -> None:
    settings = terminal.printer.spooling()
    found = inquire(settings, connection_of(settings))
    assert found.state.prints, found
    if settings.device.answers:
        assert None not in found.answers, found


def test_slips_come_out_one_after_another(printer: Printer) -> None:
    ends = [printer.mail.finished(printer.print(SHORT), PATIENCE_S) for _ in range(3)]
    assert [end.state for end in ends] == [printer.end] * 3, ends
    length = encode(slip(1, SHORT), Stripes(printer.settings.device.width).render, printer.settings.device).millimetres
    assert [round(end.millimetres) for end in ends] == [round(length)] * 3


def test_one_longer_than_its_memory(printer: Printer, record_property: Callable[[str, object], None]) -> None:
    began = time.monotonic()
    end = printer.mail.finished(printer.print(LONG), PATIENCE_S)
    seconds = time.monotonic() - began
    assert end.state is printer.end, end
    record_property("mm_a_second", round(end.millimetres / seconds, 1))


def test_it_is_well_afterwards(terminal: Settings) -> None:
    settings = terminal.printer.spooling()
    assert inquire(settings, connection_of(settings)).state in (PrinterState.READY, PrinterState.NEAR_END)
