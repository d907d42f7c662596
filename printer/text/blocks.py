"""How each block of a slip is set as text; one that is not here is a drawing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

from domain.slip import (
    Blank,
    Block,
    Boxed,
    CheckCode,
    Choices,
    Figures,
    Guard,
    Keyed,
    Legs,
    Mark,
    Masthead,
    Numbered,
    Office,
    Paragraph,
    Secret,
    Separator,
    Shout,
    Slip,
    Small,
    Stations,
    Strip,
    Tab,
    Table,
    TakeAway,
    Tick,
    Ticks,
    Title,
)
from printer.text.characters import bytes_of, cells_of, plain
from printer.text.paper import AIR, GAP, LARGE, LINE, PLAIN, TITLE, TextPaper

_PEN: Final = "_" * 8
"""Where somebody writes by hand."""

_MOSTLY: Final = 3
"""A block of which one character in so many is missing from the printer is drawn as a whole."""


def put_block(paper: TextPaper, block: Block, lang: str) -> None:
    """Any block in the language `lang`: set where this file knows how, else drawn."""
    paper.lang = lang
    set_it = SET.get(type(block))
    if set_it is None or _mostly_missing(paper, block):
        paper.picture(Slip((block,), paper.variant, lang))
    else:
        set_it(paper, block)


def _mostly_missing(paper: TextPaper, block: Block) -> bool:
    letters = [char for text in words_of(block) for char in plain(text) if not char.isspace()]
    missing = sum(bytes_of(char, paper.profile.charset) is None for char in letters)
    return missing * _MOSTLY > len(letters)


def words_of(value: object) -> Iterable[str]:
    """Every text in a block, codes to be scanned left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from words_of(each)
    elif isinstance(value, TakeAway):
        yield from (value.head, *value.lines, value.several, *value.closing)
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            yield from words_of(getattr(value, name))


def _masthead(paper: TextPaper, block: Masthead) -> None:
    paper.put(block.word, style=replace(LARGE, bold=True), tail=(block.number, False))
    paper.rule("=")


def _title(paper: TextPaper, block: Title) -> None:
    paper.put(block.name, style=TITLE)
    if block.alias_line:
        paper.put(block.alias_line)


def _mark(paper: TextPaper, block: Mark) -> None:
    paper.rule("*")
    paper.put(block.word, style=TITLE)
    paper.put(block.headline, bold=True)
    paper.put(block.detail)
    paper.rule("*")


def _guard(paper: TextPaper, block: Guard) -> None:
    paper.rule("*")
    if block.label:
        paper.put(block.label, bold=True)
    paper.put(block.headline, style=replace(LARGE, bold=True))
    if block.detail:
        paper.put(block.detail)
    paper.rule("*")


def _figures(paper: TextPaper, block: Figures) -> None:
    for label, value in block.cells:
        paper.put(label, tail=(value, True))


def _tab(paper: TextPaper, block: Tab) -> None:
    paper.feed(AIR)
    words = "  ".join(filter(None, (f"■{block.word}", block.beside)))
    paper.put(words, bold=True, tail=(block.figure, True))
    paper.rule("-")


def _ticks(paper: TextPaper, block: Ticks) -> None:
    for row in block.rows:
        _tick(paper, row)
    if not block.conditional:
        return
    if block.rows:
        paper.rule("- ")
    if block.conditional_head:
        paper.put(block.conditional_head, bold=True)
    for row in block.conditional:
        _tick(paper, row, bold=False)


def _tick(paper: TextPaper, row: Tick, *, bold: bool = True) -> None:
    tag = f"〔{row.tag}〕" if row.tag else ""
    name = "  ".join(filter(None, (row.name, row.count)))
    paper.put(name, bold=bold, lead=("□", bold), hang=3, tail=(tag, row.tag_style == "solid"))
    if row.detail:
        paper.put(row.detail, lead=(" ", False), hang=3)


def _table(paper: TextPaper, block: Table) -> None:
    originals, copies, steps = block.heads
    if block.legend:
        paper.put(block.legend)
    for row in block.rows:
        numbers = ",".join(map(str, row.steps))
        told = f"{originals} {row.originals}  {copies} {row.copies}  {steps} {numbers}"
        paper.put(row.name, bold=True, lead=("□", True), hang=3)
        paper.put(told, lead=(" ", False), hang=3)
        if row.detail:
            paper.put(row.detail, lead=(" ", False), hang=3)
    word, total = block.total
    paper.put(word, bold=True, tail=(str(total), True))


def _choices(paper: TextPaper, block: Choices) -> None:
    paper.put(block.head, bold=True)
    for row in block.rows:
        paper.put(row.ask)
        for text, steps in row.answers:
            paper.put(text, lead=("□", False), hang=3, tail=(",".join(map(str, steps)), False))


def _office(paper: TextPaper, block: Office) -> None:
    paper.feed(AIR)
    paper.put(" ".join(filter(None, (block.half, block.letter, block.name))), bold=True, tail=(block.hours, True))
    if block.detail:
        paper.put(block.detail)


def _keyed(paper: TextPaper, block: Keyed) -> None:
    if block.head:
        paper.put(block.head, bold=True, tail=(block.head_note, False))
    elif block.head_note:
        paper.put(block.head_note)
    widest = max((cells_of(plain(key)) for key, _ in block.rows), default=0) + GAP
    for key, text in block.rows:
        paper.put(text, lead=(key, True), hang=widest if key else 0)


def _strip(paper: TextPaper, block: Strip) -> None:
    for index, (letter, name, address) in enumerate(block.stops):
        if index:
            paper.put(block.ways[index - 1], lead=(" ↓", False), hang=5)
        paper.put(name, bold=True, lead=(letter or "◎", True), hang=3)
        if address:
            paper.put(address, lead=(" ", False), hang=3)


def _numbered(paper: TextPaper, block: Numbered) -> None:
    for number, row in enumerate(block.rows, 1):
        paper.put(row, lead=(f"{number}.", True), hang=len(str(len(block.rows))) + 2)


def _legs(paper: TextPaper, block: Legs) -> None:
    for row in block.rows:
        paper.put(row.name, bold=True, lead=(f"{row.number}.", True), hang=4, tail=(row.result, True))
        if row.detail:
            paper.put(row.detail, lead=(" ", False), hang=4)


def _boxed(paper: TextPaper, block: Boxed) -> None:
    paper.rule("-")
    for word, sentence in block.rows:
        paper.put(sentence, lead=(word, True), hang=cells_of(plain(word)) + GAP)
    paper.rule("-")


def _shout(paper: TextPaper, block: Shout) -> None:
    paper.put(block.text, style=TITLE, centre=True)


def _blank(paper: TextPaper, block: Blank) -> None:
    """Gaps between words are as wide as a date; one at the end goes on to the margin."""
    paper.feed(LINE)  # room for a hand
    *words, last = map(plain, block.words or ("",))
    line = _PEN.join([*words, last])
    if words and not last:
        line += "_" * (paper.cells - cells_of(line))
    paper.put(line)


def _paragraph(paper: TextPaper, block: Paragraph) -> None:
    paper.put(block.text, bold=block.bold)


def _check_code(paper: TextPaper, block: CheckCode) -> None:
    paper.put(block.code, style=replace(TITLE, wide=2 * cells_of(block.code) <= paper.cells), centre=True)
    for line in block.lines:
        paper.put(line)


def _secret(paper: TextPaper, block: Secret) -> None:
    paper.rule("*")
    paper.put(block.word, bold=True, tail=(block.note, False))
    paper.put(block.code, style=replace(TITLE, wide=2 * cells_of(block.code) <= paper.cells), centre=True)
    paper.rule("*")


def _stations(paper: TextPaper, block: Stations) -> None:
    for index, (word, day) in enumerate(block.rows):
        sign = "●" if index < block.done else "○"
        paper.put(word, lead=(sign, False), hang=3, tail=(day, index == len(block.rows) - 1))


def _take_away(paper: TextPaper, block: TakeAway) -> None:
    if block.head:
        paper.put(block.head, bold=True)
    if block.payload:
        paper.code(block.payload, block.module)
        if block.label:
            paper.put(block.label, centre=True)
    for payload, word in block.more:
        paper.code(payload, block.module)
        paper.put(word, centre=True)
    for line in (*((block.several,) if block.several else ()), *block.lines):
        paper.put(line)
    if block.check is not None:
        _check_code(paper, block.check)
    for line in block.closing:
        paper.put(line, bold=True)


def _small(paper: TextPaper, block: Small) -> None:
    for line in block.lines:
        paper.put(line, style=PLAIN)


def _separator(paper: TextPaper, block: Separator) -> None:
    paper.rule("-")


SET: Final[dict[type, Callable[..., None]]] = {
    Masthead: _masthead,
    Title: _title,
    Mark: _mark,
    Guard: _guard,
    Figures: _figures,
    Tab: _tab,
    Ticks: _ticks,
    Table: _table,
    Choices: _choices,
    Keyed: _keyed,
    Strip: _strip,
    Numbered: _numbered,
    Office: _office,
    Legs: _legs,
    Boxed: _boxed,
    Shout: _shout,
    Blank: _blank,
    Paragraph: _paragraph,
    TakeAway: _take_away,
    CheckCode: _check_code,
    Secret: _secret,
    Stations: _stations,
    Small: _small,
    Separator: _separator,
}
"""How a block is set. One that is not here is a drawing."""
