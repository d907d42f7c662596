"""Which function draws which block of a slip, one a kind; their modules are named for what
they draw.

Every function draws at the pen of the page and leaves the pen at the foot of what it drew; the distance to the next
block is `GAP_BEFORE`. Parts that are missing take no room, and whatever does not fit beside something goes below it.
"""

from __future__ import annotations

from typing import Final, assert_never

from domain.slip import (
    Blank,
    Block,
    Boxed,
    CheckCode,
    Choices,
    Codes,
    Figures,
    Guard,
    Keyed,
    Legs,
    Map,
    Mark,
    Masthead,
    Numbered,
    Office,
    Paragraph,
    Secret,
    Separator,
    Shout,
    Sizes,
    Small,
    Staircase,
    Stations,
    Strip,
    Strokes,
    Tab,
    Table,
    TakeAway,
    Ticks,
    Title,
)
from printer.layout import answers, codes, counter, gauge, heads, lines, trips
from printer.layout.page import Page
from printer.layout.sketch import sketch
from printer.layout.ticks import ticks

GAP_BEFORE: Final[dict[type[Block], int]] = {
    Masthead: 0,
    Title: 9,
    Guard: 11,
    Figures: 9,
    Tab: 12,
    Ticks: 9,
    Keyed: 6,
    Numbered: 9,
    Paragraph: 6,
    TakeAway: 14,
    Small: 6,
    Separator: 10,
    Mark: 9,
    Table: 6,
    Choices: 10,
    Office: 7,
    Strip: 12,
    Map: 8,
    Legs: 2,
    Boxed: 8,
    Shout: 0,
    Blank: 4,
    CheckCode: 4,
    Secret: 10,
    Stations: 14,
    Staircase: 12,
    Strokes: 12,
    Sizes: 6,
    Codes: 8,
}
"""Dots of white above a block: more before a section, less inside one, so that nearness shows what belongs together."""


def draw(page: Page, block: Block, other: Block | None = None) -> None:
    """Draws any block; `other`: the same in the second language, None where there is none.

    Raises `ValueError` only for a QR payload that is too long for paper.
    """
    match block:
        case Masthead():
            heads.masthead(page, block, other if isinstance(other, Masthead) else None)
        case Title():
            heads.title(page, block, other if isinstance(other, Title) else None)
        case Mark():
            heads.mark(page, block, other if isinstance(other, Mark) else None)
        case Guard():
            answers.guard(page, block, other if isinstance(other, Guard) else None)
        case Figures():
            answers.figures(page, block, other if isinstance(other, Figures) else None)
        case Tab():
            heads.tab(page, block, other if isinstance(other, Tab) else None)
        case Ticks():
            ticks(page, block, other if isinstance(other, Ticks) else None)
        case Keyed():
            lines.keyed(page, block, other if isinstance(other, Keyed) else None)
        case Numbered():
            lines.numbered(page, block, other if isinstance(other, Numbered) else None)
        case Paragraph():
            lines.paragraph(page, block, other if isinstance(other, Paragraph) else None)
        case TakeAway():
            gap = GAP_BEFORE[TakeAway]
            codes.take_away(page, block, other if isinstance(other, TakeAway) else None, gap)
        case Small():
            lines.small(page, block)
        case Separator():
            lines.separator(page)
        case _:
            _draw_rarer(page, block, other)


def _draw_rarer(
    page: Page,
    block: Table
    | Choices
    | Strip
    | Map
    | Office
    | Legs
    | Boxed
    | Shout
    | Blank
    | CheckCode
    | Secret
    | Stations
    | Staircase
    | Strokes
    | Sizes
    | Codes,
    other: Block | None,
) -> None:
    """What stands on other slips than those of a guide."""
    match block:
        case Table():
            trips.table(page, block, other if isinstance(other, Table) else None)
        case Choices():
            trips.choices(page, block, other if isinstance(other, Choices) else None)
        case Office():
            trips.office(page, block, other if isinstance(other, Office) else None)
        case Strip():
            trips.strip(page, block, other if isinstance(other, Strip) else None)
        case Legs():
            trips.legs(page, block, other if isinstance(other, Legs) else None)
        case Boxed():
            trips.boxed(page, block, other if isinstance(other, Boxed) else None)
        case Shout():
            counter.shout(page, block, other if isinstance(other, Shout) else None)
        case Blank():
            counter.blank(page, block, other if isinstance(other, Blank) else None)
        case CheckCode():
            codes.check_code(page, block, other if isinstance(other, CheckCode) else None)
        case Map():
            sketch(page, block)
        case Secret():
            codes.secret(page, block)
        case Stations():
            counter.stations(page, block)
        case Staircase():
            gauge.staircase(page)
        case Strokes():
            gauge.strokes(page, block)
        case Sizes():
            gauge.sizes(page, block)
        case Codes():
            codes.codes(page, block)
        case _:
            assert_never(block)
