"""Slips in the printer's own characters, all the way: spooler, serial port, a printer that decodes them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from domain.events import JobState
from domain.paper import WIDTH_80
from domain.slip import Keyed, Slip
from printer.layout import SlipLayout
from printer.settings import Flow, Line, PrinterSettings
from printer.spooler import Spooler
from tests.unit.printer.samples import FULL, LARGE, Mailbox, MemoryJournal, MemoryMarks
from workbench.printer.cable import SerialPrinter


@pytest.fixture
def printer() -> Iterator[SerialPrinter]:
    with SerialPrinter() as plugged_in:
        yield plugged_in


def test_two_slips_come_out_word_by_word(printer: SerialPrinter) -> None:
    settings = PrinterSettings(connection=Line.SERIAL, path=printer.path, baud=9600, flow=Flow.NONE, profile="text-80")
    box = Mailbox()
    layout = SlipLayout(WIDTH_80)
    with Spooler(settings, layout, MemoryJournal(), MemoryMarks(), box.post) as spooler:
        ends = [box.finished(spooler.submit(lambda number: FULL)), box.finished(spooler.submit(lambda number: LARGE))]
    assert [end.state for end in ends] == [JobState.CONFIRMED, JobState.CONFIRMED]
    first, second = printer.wait_for_papers(2)
    for paper in (first, second):
        said = re.sub(r"\s", "", "".join(line.text for line in paper.sheet.text))
        for words in (
            "机动车驾驶证补领",
            "居民身份证1件〔自己带〕",
            "8:30–12:00，13:00–17:00",
            "本条供参考，以窗口答复为准。",
        ):
            assert words in said
        assert paper.sheet.unknown == ()
    assert second.sheet.height > first.sheet.height


def test_a_rare_name_is_drawn_among_the_words(printer: SerialPrinter) -> None:
    slip = Slip((Keyed((("地址", "𠮷野镇滨河路 88 号"), ("电话", "12345"))),))
    settings = PrinterSettings(connection=Line.SERIAL, path=printer.path, baud=19200, flow=Flow.NONE, profile="text-80")
    box = Mailbox()
    with Spooler(settings, SlipLayout(WIDTH_80), MemoryJournal(), MemoryMarks(), box.post) as spooler:
        assert box.finished(spooler.submit(lambda number: slip)).state is JobState.CONFIRMED
    (paper,) = printer.wait_for_papers(1)
    assert [line.text for line in paper.sheet.text] == ["电话  12345"]
    assert paper.sheet.ink.any()
