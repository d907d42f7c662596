"""What a printer says about itself: the four answers to DLE EOT 1-4, read bit by bit.

Bits after Epson's reference, which the makers of clones copy (Bixolon SRP-350, Citizen). No input or output here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from domain.errors import Code
from domain.events import PrinterState

QUERIES: Final = tuple(bytes((0x10, 0x04, n)) for n in (1, 2, 3, 4))
"""DLE EOT 1-4: the printer, why it is offline, its errors, its paper."""

_OFFLINE: Final = 0x08
_COVER_OPEN: Final = 0x04
_STOPPED_BY_PAPER: Final = 0x20
_ERROR: Final = 0x40
_CUTTER: Final = 0x08
_UNRECOVERABLE: Final = 0x20
NEAR_END: Final = 0x0C
"""Both near end bits of the answer to DLE EOT 4; some printers set one of them."""
_PAPER_OUT: Final = 0x60

_CODES: Final = {
    PrinterState.ABSENT: Code.PRINTER_ABSENT,
    PrinterState.PAPER_OUT: Code.PAPER_OUT,
    PrinterState.COVER_OPEN: Code.COVER_OPEN,
    PrinterState.OFFLINE: Code.PRINTER_OFFLINE,
    PrinterState.TROUBLE: Code.PRINTER_TROUBLE,
}


def is_status(byte: int) -> bool:
    """Whether `byte` has the pattern of a DLE EOT answer, 0xx1xx10: automatic status and GS r answers never have it."""
    return byte & 0x93 == 0x12


class Answers:
    """Sorts what a printer says into answers to DLE EOT (`status`) and everything else (`others`).

    Automatic status (ASB), which some printers send unasked, is four bytes of which the last three may look like
    anything, also like the answer to GS r; it is dropped. No byte of the answer to GS ( H is taken for either.
    """

    def __init__(self) -> None:
        self.status = bytearray()
        self.others = bytearray()
        self._automatic = 0

    def hear(self, data: bytes) -> None:
        for byte in data:
            if self._automatic:
                self._automatic -= 1
            elif is_status(byte):
                self.status.append(byte)
            elif byte & 0x93 == 0x10:
                self._automatic = 3
            else:
                self.others.append(byte)


def printer_state(answers: Sequence[int], near_end: int = NEAR_END) -> PrinterState:
    """The state behind the answers to `QUERIES`, in their order; of several troubles the one a person can cure first.
    `near_end`: the bits of the fourth that this printer sets when its roll is about to end.

    An open cover comes before missing paper: with the cover open the paper sensor feels nothing.
    """
    printer, cause, error, paper = answers
    if cause & _COVER_OPEN:
        return PrinterState.COVER_OPEN
    if paper & _PAPER_OUT or cause & _STOPPED_BY_PAPER:
        return PrinterState.PAPER_OUT
    if error & (_CUTTER | _UNRECOVERABLE) or cause & _ERROR:
        return PrinterState.TROUBLE
    if printer & _OFFLINE:
        return PrinterState.OFFLINE
    return PrinterState.NEAR_END if paper & near_end else PrinterState.READY


def code_of(state: PrinterState) -> Code | None:
    """What to tell people when nothing was sent in this state; None when it prints."""
    return _CODES.get(state)
