"""The ruler page, for `kiosk printer calibrate`: what a slip never shows, because slips keep margins; and how small
lines, letters and codes may get on this printer.
"""

from __future__ import annotations

from collections.abc import Iterator

from domain.paper import DOTS_PER_MM, Dots
from domain.ports import SlipPreview
from domain.slip import (
    Blank,
    Codes,
    Masthead,
    Paragraph,
    Sizes,
    Slip,
    Small,
    Staircase,
    Strokes,
    Tab,
    Tick,
    Ticks,
)
from phrases import Phrases

RUNG_MM = 10
RUNGS = 4

SIZES = (20, 22, 24, 26, 30, 36, 46)
"""Dots an em: the smallest that slips use, up to large print."""
MODULES = (3, 4, 5)
"""Dots a module; 3 is below what slips use, to see how much is in reserve."""
STROKES = (1, 2, 3, 4, 6, 8)
FIELDS = ((1, "1/8"), (2, "1/4"), (4, "1/2"), (6, "3/4"))
"""Black dots in eight."""


def ruler_slip(say: Phrases, number: int, width: int, machine: tuple[str, ...]) -> Slip:
    """What stands below the ruler of `width` dots: how to read it, and a code to be scanned at three sizes. `machine`:
    lines about this kiosk.
    """
    fields = (*FIELDS, (0, say("calibrate.hatched")), (8, say("calibrate.black")))
    return Slip(
        (
            Masthead(say("calibrate.word"), say("slip.number", number=f"{number:06}")),
            Paragraph(say("calibrate.line", mm=width // DOTS_PER_MM)),
            Tab(say("calibrate.head"), say("calibrate.head_note")),
            Staircase(),
            Paragraph(say("calibrate.bar_line")),
            Tab(say("calibrate.strokes"), say("calibrate.strokes_note")),
            Strokes(tuple((dots, say("calibrate.dots", n=dots)) for dots in STROKES), fields),
            Tab(say("calibrate.letters"), say("calibrate.letters_note")),
            Sizes(tuple((size, say("calibrate.sample")) for size in SIZES)),
            Paragraph(say("calibrate.marks")),
            Paragraph(say("calibrate.rare")),
            Tab(say("calibrate.codes"), say("calibrate.scan")),
            Codes(
                say("calibrate.word"),
                tuple(
                    (module, say(f"calibrate.code_{module}", dots=say("calibrate.dots", n=module)), module > MODULES[0])
                    for module in MODULES
                ),
            ),
            Paragraph(say("calibrate.scan_line")),
            Tab(say("calibrate.machine")),
            Small(machine),
            Tab(say("calibrate.check")),
            Ticks((), tuple(Tick(say(f"calibrate.tick_{word}"), "") for word in ("head", "size", "code", "cut"))),
            Blank((say("calibrate.signed"), say("calibrate.date"), "")),
        ),
        lang=say.lang,
        ruled=True,
    )


class RulerAbove:
    """Port `SlipPreview`: the slip, with a ruler as wide as the paper above it."""

    def __init__(self, layout: SlipPreview) -> None:
        self._layout = layout

    def render(self, slip: Slip) -> Dots:
        """The picture."""
        below = self._layout.render(slip)
        data = b"".join(ruler_rows(below.width)) + below.data
        return Dots(below.width, len(data) // below.stride, data)


def ruler_rows(width: int) -> Iterator[bytes]:
    """Rows of `width` dots: millimetre marks from the first dot to the last, a band in which every dot of the head
    burns, a comb in which every second one does, and rungs ten millimetres apart that show how far the paper is fed.
    """
    blank = bytes(width // 8)
    full = b"\xff" * (width // 8)
    yield from _marks(width)
    yield from [blank] * DOTS_PER_MM
    yield from [full] * (10 * DOTS_PER_MM)
    yield from [blank] * DOTS_PER_MM
    yield from [b"\xaa" * (width // 8)] * (5 * DOTS_PER_MM)
    yield from [blank] * DOTS_PER_MM
    rung = (b"\xff" * (width // 16)).ljust(width // 8, b"\0")
    for number in range(RUNGS):
        yield rung
        if number < RUNGS - 1:
            yield from [blank] * (RUNG_MM * DOTS_PER_MM - 1)
    yield from [blank] * (2 * DOTS_PER_MM)


def _marks(width: int) -> Iterator[bytes]:
    """A base line with a mark a millimetre hanging from it, longer at five and at ten; the last dot has one, too."""
    yield from [b"\xff" * (width // 8)] * 2
    for depth, every in ((3, 1), (2, 5), (3, 10)):
        columns = {*range(0, width, every * DOTS_PER_MM), width - 1}
        yield from [_row(width, columns)] * (depth * DOTS_PER_MM)


def _row(width: int, black: set[int]) -> bytes:
    row = bytearray(width // 8)
    for column in black:
        row[column // 8] |= 0x80 >> column % 8
    return bytes(row)
