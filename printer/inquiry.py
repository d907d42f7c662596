"""What a printer says of itself, for the people who set it up: every answer as it came, and in words."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

from domain.events import PrinterState
from printer.line import Connect, LineLost, NotReached
from printer.settings import PrinterSettings
from printer.status import QUERIES, Answers, printer_state

_BITS: Final = (
    ((0x04, "drawer pin high"), (0x08, "offline"), (0x20, "waiting for recovery"), (0x40, "feed button pressed")),
    ((0x04, "cover open"), (0x08, "feeding by button"), (0x20, "stopped by paper end"), (0x40, "fault")),
    ((0x04, "recoverable fault"), (0x08, "cutter"), (0x20, "unrecoverable fault"), (0x40, "waits until it cools down")),
    ((0x0C, "roll nearly used up"), (0x60, "no paper")),
)
"""DLE EOT 1-4, bit by bit, after Epson's reference; of two sensors in one line either may be set."""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """`state` is what the spooler would make of it. `answers`: the four status bytes, None for those that did not come;
    `trouble`: why there was no line, or why it ended.
    """

    state: PrinterState
    answers: tuple[int | None, int | None, int | None, int | None] = (None, None, None, None)
    trouble: str = ""


def inquire(settings: PrinterSettings, connect: Connect) -> Inquiry:
    """Asks the four questions, each within `status_seconds`; unlike the spooler it goes on when one stays unanswered.

    A printer whose profile says that it never answers is only looked for.
    """
    if not settings.present:
        return Inquiry(PrinterState.ABSENT, trouble=settings.where)
    try:
        line = connect()
    except NotReached as error:
        return Inquiry(PrinterState.ABSENT, trouble=str(error))
    said: list[int | None] = []
    trouble = ""
    try:
        if not settings.device.answers:
            return Inquiry(PrinterState.READY, trouble="this kind of printer never answers")
        for query in QUERIES:
            line.send(query, settings.status_seconds)
            answers = Answers()
            until = time.monotonic() + settings.status_seconds
            while not answers.status and (left := until - time.monotonic()) > 0:
                answers.hear(line.receive(left))
            said.append(answers.status[0] if answers.status else None)
    except LineLost as error:
        trouble = str(error)
    finally:
        line.close(give_up=None in said or bool(trouble))
    first, second, third, fourth = (said + [None] * len(QUERIES))[: len(QUERIES)]
    if first is None or second is None or third is None or fourth is None:
        state = PrinterState.OFFLINE
    else:
        state = printer_state((first, second, third, fourth), settings.device.near_end)
    return Inquiry(state, (first, second, third, fourth), trouble)


def in_words(question: int, answer: int | None) -> str:
    """What `answer` to DLE EOT `question` (1-4) says."""
    if answer is None:
        return "no answer"
    found = [words for bits, words in _BITS[question - 1] if answer & bits]
    return ", ".join(found) or "nothing to report"
