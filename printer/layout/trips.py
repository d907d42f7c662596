"""Blocks of a life event: papers in a table, the way in one line, steps joined by a line, sentences in a box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from domain.slip import Boxed, Choice, Choices, Leg, Legs, Office, Strip, Table, TableRow
from printer.layout import emblems
from printer.layout.emphasis import phones_bold
from printer.layout.metrics import Type
from printer.layout.page import RULE, WHITE, Page, Span, differ
from printer.layout.ticks import running_boxes

_CIRCLED: Final = 0x2460
_LAST_CIRCLED: Final = 20
_NARROW: Final = 500
"""Dots of content below which a table has no columns."""
_GUTTER: Final = 18
_MANY: Final = 8
"""Rows beyond which a table would be longer than anybody reads: its papers stand in running lines then."""


def table(page: Page, block: Table, other: Table | None) -> None:
    """Columns of figures on wide paper; on narrow paper they stand in the line below the name. Many rows run on."""
    m = page.metrics
    label = Type(m.figure_label.size, m.figure_label.line)
    heads = block.heads
    theirs_heads = other.heads if other else heads
    if len(block.rows) > _MANY:
        _running_table(page, block, other)
        return
    if m.content < _NARROW:
        for row, theirs in zip(block.rows, _rows(block, other), strict=True):
            words = [f"{head} {count}" for head, count in zip(heads, _counts(row), strict=True)]
            _row(page, row, theirs, m.content, " · ".join(words))
        _total(page, block, other, page.left + m.tick + 14)
        return
    steps = max([page.line(heads[2], label).width, *(page.line(_marks(row.steps), m.body).width for row in block.rows)])
    steps = min(steps, m.content // 4)
    widths = [max(46, page.line(head, label).width) for head in heads[:2]] + [steps]
    lefts: list[int] = []
    x = page.right
    for width in reversed(widths):
        lefts.insert(0, x - width)
        x -= width + _GUTTER
    low = page.y
    for head, their, left, width in zip(heads, theirs_heads, lefts, widths, strict=True):
        lines: list[Span] = [(head, False)]
        if differ(their, head):
            lines += [("\n", False), page.theirs(their)]
        words_above = page.set(lines, label, width + _GUTTER // 2)
        page.draw(words_above, left - _GUTTER // 4, page.y, align="centre", width=width + _GUTTER // 2)
        low = max(low, page.y + words_above.height)
    page.y = low
    for row, theirs in zip(block.rows, _rows(block, other), strict=True):
        top = page.y
        _row(page, row, theirs, lefts[0] - _GUTTER - page.left, "")
        low = top + (max(m.tick, m.name.line) - m.body.line) // 2
        for number, (text, left, width) in enumerate(zip(_counts(row), lefts, widths, strict=True)):
            bold = number == 1 and row.copies > 0
            cell = page.set([(text, bold)], m.body, width)
            page.draw(cell, left, low, align="centre", width=width)
            page.y = max(page.y, low + cell.height)
    _total(page, block, other, lefts[1])


def _running_table(page: Page, block: Table, other: Table | None) -> None:
    """Every paper behind its box, those of several steps bold; how many only where it is not one original."""
    m = page.metrics
    if block.legend:
        page.put(block.legend, m.detail, page.left, m.content)
        if other and differ(other.legend, block.legend):
            page.put([page.theirs(other.legend)], m.other_body, page.left, m.content)
    originals, copies, _ = block.heads
    items: list[tuple[str, list[Span]]] = []
    for row, theirs in zip(block.rows, _rows(block, other), strict=True):
        spans: list[Span] = [(row.name, len(row.steps) > 1)]
        if differ(theirs.name, row.name):
            spans += [(" ", False), page.theirs(theirs.name)]
        if row.originals > 1 or (row.originals and row.copies):
            spans.append((f" {originals} {row.originals}", False))
        if row.copies:
            spans.append((f" {copies} {row.copies}", False))
        given = f"{_marks((row.given,))}→" if row.given else ""
        items.append(("", [*spans, (f" {given}{_marks(row.steps)}", False)]))
    page.y += m.gap(3)
    running_boxes(page, items, _tight(m.option), packed=True)


def choices(page: Page, block: Choices, other: Choices | None) -> None:
    """Questions in running lines, their answers behind boxes with the steps to which they lead."""
    m = page.metrics
    page.put([(block.head, True)], m.detail, page.left, m.content)
    if other and differ(other.head, block.head):
        page.put([page.theirs(other.head)], m.other_body, page.left, m.content)
    theirs = other.rows if other and len(other.rows) == len(block.rows) else block.rows
    items = [item for row, their in zip(block.rows, theirs, strict=True) for item in _answers(page, row, their)]
    page.y += m.gap(3)
    running_boxes(page, items, m.option)


def _answers(page: Page, row: Choice, their: Choice) -> list[tuple[str, list[Span]]]:
    found: list[tuple[str, list[Span]]] = []
    asked = f"{row.ask} {their.ask}" if differ(their.ask, row.ask) else row.ask
    for number, ((text, steps), (their_text, _)) in enumerate(zip(row.answers, their.answers, strict=True)):
        spans: list[Span] = [(text, False)]
        if differ(their_text, text):
            spans += [(" ", False), page.theirs(their_text)]
        found.append(("" if number else asked, [*spans, (f" {_marks(steps)}", False)]))
    return found


def _rows(block: Table, other: Table | None) -> tuple[TableRow, ...]:
    return other.rows if other and len(other.rows) == len(block.rows) else block.rows


def _counts(row: TableRow) -> tuple[str, str, str]:
    return str(row.originals or "–"), str(row.copies or "–"), _marks(row.steps)


def _marks(steps: Sequence[int]) -> str:
    return "".join(chr(_CIRCLED + n - 1) if n <= _LAST_CIRCLED else f" {n}" for n in steps)


def _row(page: Page, row: TableRow, theirs: TableRow, width: int, below: str) -> None:
    """Box and name; what stands below the name has the whole width."""
    m = page.metrics
    left = page.left + m.tick + 14
    name = page.set(row.name, m.name, page.left + width - left)
    height = max(m.tick, m.name.line)
    low = page.y + (height - m.tick) // 2
    page.frame(page.left, low, page.left + m.tick, low + m.tick, m.tick_stroke)
    page.draw(name, left, page.y + (height - m.name.line) // 2)
    page.y += max(height, (height - m.name.line) // 2 + name.height)
    room = page.right - left
    if differ(theirs.name, row.name):
        page.put([page.theirs(theirs.name)], m.other_body, left, room)
    if below:
        page.put(below, m.detail, left, room)
    if row.detail:
        page.put(row.detail, m.detail, left, room)
    page.y += m.gap(3)


def _total(page: Page, block: Table, other: Table | None, left: int) -> None:
    m = page.metrics
    page.y += m.gap(3)
    page.bar(page.left, page.y, page.right, page.y + RULE)
    page.y += RULE + m.gap(3)
    word, figure = block.total
    spans: list[Span] = [(word, True)]
    if other and differ(other.total[0], word):
        spans += [(" ", False), page.theirs(other.total[0])]
    words = page.set(spans, m.body, m.content)
    value = page.line(figure, m.name)
    page.draw(words, page.left + m.tick + 14, page.y)
    beside = page.left + m.tick + 14 + words.width + _GUTTER
    if len(words.lines) == 1 and max(left, beside) + value.width <= page.right:
        page.draw(value, max(left, beside), page.y - (m.name.line - m.body.line) // 2)
        page.y += max(words.height, m.body.line)
    else:
        page.y += words.height
        page.put([(figure, True)], m.name, page.left + m.tick + 14, m.content - m.tick - 14)


_HALF_PAD: Final = 10
_SINGLE: Final = 1.2
"""Distance of lines, in ems, where a text has mostly one line."""


def _tight(type: Type) -> Type:
    return replace(type, line=round(type.size * _SINGLE))


_ASIDE: Final = 12
"""Between the name of a step and what stands beside it."""
_EDGE: Final = 8
"""Between a step and what comes of it."""

_MARK: Final = 40


def strip(page: Page, block: Strip, other: Strip | None) -> None:
    """Kiosk and offices on a line, the way between them written on it, names and addresses below."""
    m = page.metrics
    small = Type(m.figure_label.size, m.figure_label.line)
    count = len(block.stops)
    column = m.content // count
    middle = page.y + _MARK // 2
    centres = [page.left + _MARK // 2 + (m.content - _MARK) * n // max(1, count - 1) for n in range(count)]
    page.bar(centres[0], middle - 2, centres[-1], middle + 2)
    for n, way in enumerate(block.ways[: count - 1]):
        word = page.line(way, Type(m.figure_label.size, m.figure_label.line, True))
        room = centres[n + 1] - centres[n] - _MARK - 12
        if way and word.width <= room:
            at = (centres[n] + centres[n + 1] - word.width) // 2
            page.bar(at - 8, middle - 4, at + word.width + 8, middle + 4, WHITE)
            page.draw(word, at, middle - word.height // 2)
    foot = page.y + _MARK
    for n, (letter, name, address) in enumerate(block.stops):
        picture = emblems.pill(_MARK, _MARK) if letter else emblems.pavilion(_MARK - 4)
        left = centres[n] - picture.width // 2
        page.bar(max(page.left, left - 6), page.y, min(page.right, left + picture.width + 6), page.y + _MARK, WHITE)
        page.stamp(picture, max(page.left, min(left, page.right - picture.width)), page.y)
        if letter:
            word = page.line(letter, Type(26, 34, True))
            page.draw(word, centres[n] - _MARK // 2, middle - 17, ink=WHITE, align="centre", width=_MARK)
        align = "left" if n == 0 else "right" if n == count - 1 else "centre"
        x = page.left if n == 0 else page.right - column + 8 if n == count - 1 else centres[n] - column // 2 + 4
        y = page.y + _MARK + 2
        theirs = other.stops[n][1] if other and len(other.stops) == count and differ(other.stops[n][1], name) else ""
        for spans, type in (
            ([(name, True)], Type(m.detail.size, m.detail.line)),
            ([page.theirs(theirs)], small),
            ([(address, False)], small),
        ):
            if spans[0][0]:
                setting = page.set(spans, type, column - 8)
                page.draw(setting, x, y, align=align, width=column - 8)  # type: ignore[arg-type]
                y += setting.height
        foot = max(foot, y)
    page.y = foot


def office(page: Page, block: Office, other: Office | None) -> None:
    """Half of the day white on black, letter and name, the hours at the right, else before the detail."""
    m = page.metrics
    word: list[Span] = [(block.half, m.key.bold)]
    if other and differ(other.half, block.half):
        word += [(" ", False), page.theirs(other.half, bold=True)]
    key, detail = _tight(m.key), _tight(m.detail)
    x, top, height = page.left, page.y, m.key.line
    if block.half:
        half = page.line(word, key)
        page.bar(x, top, x + half.width + 2 * _HALF_PAD, top + height)
        page.draw(half, x + _HALF_PAD, top + (height - half.height) // 2, ink=WHITE)
        x += half.width + 2 * _HALF_PAD + 10
    hours = page.line(block.hours, key) if block.hours else None
    name = page.line([(f"{block.letter} {block.name}".strip(), True)], key)
    beside = hours is not None and x + name.width + 16 + hours.width <= page.right
    lines = page.set([(f"{block.letter} {block.name}".strip(), True)], key, page.right - x)
    page.draw(lines, x, top + (height - key.line) // 2)
    if hours is not None and beside:
        page.draw(hours, page.left, top + (height - hours.height) // 2, align="right", width=m.content)
    page.y = top + max(height, lines.height) + 1
    if other and differ(other.name, block.name):
        page.put([page.theirs(other.name)], m.other_body, page.left, m.content)
    spans: list[Span] = []
    if hours is not None and not beside:
        spans = [(block.hours, True), ("\u2003" if block.detail else "", False)]
    spans += phones_bold(block.detail)
    if spans:
        page.put(spans, detail, page.left, m.content)
    if other and differ(other.detail, block.detail):
        page.put([page.theirs(other.detail)], m.other_body, page.left, m.content)


def legs(page: Page, block: Legs, other: Legs | None) -> None:
    """Discs joined by a line; name bold, at the right what comes of it."""
    m = page.metrics
    rows = other.rows if other and len(other.rows) == len(block.rows) else block.rows
    size = m.disc_height
    above: int | None = None
    for row, theirs in zip(block.rows, rows, strict=True):
        above = _leg(page, row, theirs, size, above)


def _leg(page: Page, row: Leg, theirs: Leg, size: int, above: int | None) -> int:
    """Draws one step; returns the foot of its disc."""
    m = page.metrics
    name_type, result_type = _tight(replace(m.body, bold=True)), replace(m.detail, bold=True)
    detail = _tight(m.detail)
    word = page.line(str(row.number), m.disc)
    width = max(size, word.width + size // 3)
    left = page.left + max(size, width) + 10
    height = max(size + 2, name_type.line)
    top = page.y + (height - size) // 2
    if above is not None:
        page.bar(page.left + size // 2 - 2, above, page.left + size // 2 + 2, top)
    page.stamp(emblems.pill(width, size), page.left, top)
    page.draw(word, page.left, page.y + (height - m.disc.line) // 2, ink=WHITE, align="centre", width=width)
    result = page.line(row.result, result_type) if row.result else None
    room = page.right - left - (result.width + _EDGE if result else 0)
    beside = result is not None and room >= 6 * name_type.size
    name = page.set(row.name, name_type, room if beside else page.right - left)
    told = row.detail
    aside = page.line(told, detail)
    if told and len(name.lines) == 1 and name.width + _ASIDE + aside.width <= (room if beside else page.right - left):
        page.draw(aside, left + name.width + _ASIDE, page.y + (height - detail.line) // 2)
        told = ""
    page.draw(name, left, page.y + (height - name_type.line) // 2)
    if result is not None and beside:
        page.draw(result, page.left, page.y + (height - result_type.line) // 2, align="right", width=m.content)
    page.y += max(height, (height - name_type.line) // 2 + name.height)
    if result is not None and not beside:
        page.put(row.result, result_type, left, page.right - left)
    # What comes of it in the second language stands at the right, too, on a line that has room.
    ending = page.line([page.theirs(theirs.result)], m.other_body) if differ(theirs.result, row.result) else None
    lines: list[tuple[list[Span], Type]] = []
    if differ(theirs.name, row.name):
        lines.append(([page.theirs(theirs.name)], m.other_body))
    if told:
        lines.append(([(told, False)], detail))
    for spans, type in lines:
        text = page.set(spans, type, page.right - left)
        if ending is not None and left + text.width + _EDGE + ending.width <= page.right:
            page.draw(ending, page.left, page.y, align="right", width=m.content)
            ending = None
        page.draw(text, left, page.y)
        page.y += text.height
    if ending is not None:
        page.draw(ending, page.left, page.y, align="right", width=m.content)
        page.y += ending.height
    page.y += m.gap(2)
    return top + size


def boxed(page: Page, block: Boxed, other: Boxed | None) -> None:
    """A thin frame; every word stands before its sentence."""
    m = page.metrics
    top = page.y
    page.y += RULE + m.gap(5)
    rows = other.rows if other and len(other.rows) == len(block.rows) else block.rows
    for (word, text), (their_word, their_text) in zip(block.rows, rows, strict=True):
        spans: list[Span] = [(word, True), ("\u2003" if word else "", False), (text, False)]
        page.put(spans, m.detail, page.left + 12, m.content - 24)
        if differ(f"{their_word}{their_text}", f"{word}{text}"):
            gap: Span = (" " if their_word else "", False)
            page.put(
                [page.theirs(their_word, bold=True), gap, page.theirs(their_text)],
                m.other_body,
                page.left + 12,
                m.content - 24,
            )
    page.y += m.gap(5) + RULE
    page.frame(page.left, top, page.right, page.y, RULE)
