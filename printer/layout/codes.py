"""Codes: QR codes with their words beside or below them, and the code that is typed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from PIL import Image

from domain.slip import CheckCode, Codes, Secret, TakeAway
from printer import qr
from printer.layout import emblems
from printer.layout.metrics import Type
from printer.layout.page import RULE, WHITE, Align, Page, Span, differ

_SMALLEST_MODULE: Final = 4
"""Dots. With 2 or 3 a little spreading of the heat already closes the gaps."""

_PAPER_WHITE: Final = 12
"""Dots of the quiet zone that lie in the white beside the head: the paper is wider by some millimetres each side."""

_LONG: Final = 2050
"""Dots of paper behind which there is but one code where that has every paper: the rest stands above it."""

_BESIDE_CODE: Final = 16
"""Between the check code and its words."""

_SMALLEST_GAP: Final = 6
"""What stands below the code at least."""


@dataclass(frozen=True, slots=True)
class _Code:
    """A code that is not made before it is drawn: `size` dots wide and high, with `quiet` dots of white around it."""

    payload: str
    module: int
    label: str

    @property
    def size(self) -> int:
        return qr.side(self.payload) * self.module

    @property
    def quiet(self) -> int:
        return qr.QUIET_ZONE * self.module

    def picture(self) -> Image.Image:
        return emblems.qr_code(qr.modules(self.payload, qr.PAPER_VERSION), self.module)


def take_away(page: Page, block: TakeAway, other: TakeAway | None, gap_before: int) -> None:
    """One code with the words beside it where they have room, else below it; two beside one another with the words
    below. `gap_before`: dots of white that are above already.
    """
    m = page.metrics
    if not block.payload:
        _words(page, block, other, page.left, m.content, "left")
        _closing(page, block, other, page.left, m.content)
        return
    rows = _rows(page, block)
    if block.alone and (len(rows[0]) < 2 <= len(rows) or (page.y > _LONG and len(block.alone.codes) == 1)):
        block, other = block.narrowed(), other.narrowed() if other is not None else None
        rows = _rows(page, block)
    if len(rows) == 1 and len(rows[0]) > 1:
        _abreast(page, block, other, rows[0])
        _closing(page, block, other, page.left, m.content)
        return
    if block.several:
        block = replace(block, lines=(block.several, *block.lines))
    if other is not None and other.several and block.more:
        other = replace(other, lines=(other.several, *other.lines))
    for number, row in enumerate(rows):
        last = number == len(rows) - 1
        quiet = row[0].quiet
        left = page.left + max(0, quiet - _PAPER_WHITE)
        right = left + sum(code.size for code in row) + quiet * (len(row) - 1)
        beside = page.right - (right + quiet + 4)
        words_beside = last and beside >= 6 * m.take_head.size
        if not words_beside and len(row) == 1:
            left = (m.width - row[0].size) // 2
        top = page.y
        low: CheckCode | None = None
        closed = False
        if words_beside:
            page.y += 2
            told = block if number == 0 else replace(block, head="")
            if _words_height(page, told, other, beside) > row[0].size + quiet:
                low, told = block.check, replace(told, check=None)
            _words(page, told, other, page.right - beside, beside, "left")
            room = top + row[0].size + 2 * quiet - page.y
            closed = _closing_height(page, block, other, beside) <= room
            if closed:
                _closing(page, block, other, page.right - beside, beside)
        elif number == 0 and block.head:
            _head(page, block, other)
            top = page.y + quiet - m.gap(gap_before)
        top += max(0, quiet - m.gap(gap_before))
        foot = _stamp(page, row, left, top)
        page.y = max(page.y, foot + quiet - m.gap(_SMALLEST_GAP))
        if low is not None:
            _check_row(page, low, other.check if other else None)
        if last and not closed:
            if not words_beside:
                _words(page, TakeAway("", "", block.lines, block.check), other, page.left, m.content, "centre")
            _closing(page, block, other, page.left, m.content)
        if not last:
            page.y += m.gap(_SMALLEST_GAP)


def _closing(page: Page, block: TakeAway, other: TakeAway | None, left: int, width: int) -> None:
    """The last sentences, a little apart from what stands above."""
    m = page.metrics
    page.y += m.gap(_SMALLEST_GAP) if block.closing else 0
    for spans, type in _closing_lines(page, block, other):
        page.put(spans, type, left, width)


def _closing_height(page: Page, block: TakeAway, other: TakeAway | None, width: int) -> int:
    height = sum(page.set(spans, type, width).height for spans, type in _closing_lines(page, block, other))
    return height + page.metrics.gap(_SMALLEST_GAP)


def _closing_lines(page: Page, block: TakeAway, other: TakeAway | None) -> list[tuple[list[Span], Type]]:
    m = page.metrics
    theirs = other.closing if other and len(other.closing) == len(block.closing) else block.closing
    found: list[tuple[list[Span], Type]] = []
    for line, their in zip(block.closing, theirs, strict=True):
        found.append(([(line, True)], m.body))
        if differ(their, line):
            found.append(([page.theirs(their)], m.other_body))
    return found


def _abreast(page: Page, block: TakeAway, other: TakeAway | None, row: list[_Code]) -> None:
    """All codes of a slip in one row, as far apart as the paper allows: read from the left, they need no words of their
    own. Above them the head and how many there are, below them the rest.
    """
    m = page.metrics
    quiet = row[0].quiet
    head = page.line([(block.head, True)], m.take_head)
    count = page.line(block.several, m.take_line)
    if head.width + count.width + m.take_head.size <= m.content:
        page.draw(count, page.left, page.y + (m.take_head.line - m.take_line.line) // 2, align="right", width=m.content)
        page.draw(head, page.left, page.y)
        page.y += m.take_head.line
    else:
        page.put([(block.head, True)], m.take_head, page.left, m.content)
        page.put(block.several, m.take_line, page.left, m.content)
    if other is not None and differ(f"{other.head}{other.several}", f"{block.head}{block.several}"):
        page.put([page.theirs(f"{other.head} {other.several}".strip())], m.take_line, page.left, m.content)
    top = page.y + quiet - _SMALLEST_GAP
    edge = page.left + max(0, quiet - _PAPER_WHITE)
    taken = sum(code.size for code in row)
    between = max(quiet, (m.width - 2 * edge - taken) // (len(row) - 1))
    left = min(edge, (m.width - taken - between * (len(row) - 1)) // 2)
    for code in row:
        page.stamp(code.picture(), left, top)
        left += code.size + between
    page.y = top + max(code.size for code in row) + quiet - m.gap(_SMALLEST_GAP)
    lines: list[Span] = [(line, False) if other is None else page.theirs(line) for line in (other or block).lines]
    ends = [page.line([line], m.small) for line in lines]
    if len(ends) == 2 and ends[0].width + ends[1].width + m.small.size <= m.content:
        page.draw(ends[0], page.left, page.y)
        page.draw(ends[1], page.left, page.y, align="right", width=m.content)
        page.y += m.small.line
    else:
        for line in lines:
            page.put([line], m.take_line, page.left, m.content)
    if block.check:
        page.y += m.gap(_SMALLEST_GAP)
        _check_row(page, block.check, other.check if other else None)


def _code(page: Page, payload: str, label: str, module: int) -> _Code:
    m = page.metrics
    module = module or m.module
    if (qr.side(payload) + 2 * qr.QUIET_ZONE) * module > m.width:
        module = _SMALLEST_MODULE
    return _Code(payload, module, label)


def _rows(page: Page, block: TakeAway) -> list[list[_Code]]:
    rows: list[list[_Code]] = [[]]
    for code in [_code(page, *each, block.module) for each in ((block.payload, block.label), *block.more)]:
        used = sum(each.size + each.quiet for each in rows[-1])
        if rows[-1] and page.left + code.quiet - _PAPER_WHITE + used + code.size > page.right:
            rows.append([])
        rows[-1].append(code)
    return rows


def _stamp(page: Page, row: list[_Code], left: int, top: int) -> int:
    """Draws the codes of a row, each with its word below; the row behind the last black one."""
    m = page.metrics
    foot = top
    for code in row:
        page.stamp(code.picture(), left, top)
        low = top + code.size
        if code.label:
            word = page.set([(code.label, True)], m.take_line, code.size)
            page.draw(word, left, low + code.quiet // 2, align="centre", width=code.size)
            low += code.quiet // 2 + word.height
        foot = max(foot, low)
        left += code.size + code.quiet
    return foot


def _head(page: Page, block: TakeAway, other: TakeAway | None) -> None:
    m = page.metrics
    page.put([(block.head, True)], m.take_head, page.left, m.content, align="centre")
    if other and other.head and differ(other.head, block.head):
        page.put([page.theirs(other.head)], m.take_line, page.left, m.content, align="centre")


def _words_height(page: Page, block: TakeAway, other: TakeAway | None, width: int) -> int:
    """What `_words` would take, white above the check code included."""
    m = page.metrics
    lines: list[tuple[list[Span], Type]] = [([(block.head, True)], m.take_head)]
    if other and differ(other.head, block.head):
        lines.append(([page.theirs(other.head)], m.take_line))
    told = block.lines if other is None else other.lines
    lines += [([(line, False) if other is None else page.theirs(line)], m.take_line) for line in told]
    if block.check:
        lines += [([(line, False)], m.take_line) for line in block.check.lines]
        if other and other.check:
            lines += [([page.theirs(line)], m.take_line) for line in other.check.lines]
        groups = block.check.code.split("-")
        stacked = width < _groups_width(page, block.check.code, m.check)
        lines += [([(text, True)], m.check) for text in (groups if stacked else groups[:1])]
    return sum(page.set(spans, type, width).height for spans, type in lines) + m.gap(14)


def _words(page: Page, block: TakeAway, other: TakeAway | None, left: int, width: int, align: Align) -> None:
    m = page.metrics
    if block.head:
        page.put([(block.head, True)], m.take_head, left, width, align=align)
        if other and differ(other.head, block.head):
            page.put([page.theirs(other.head)], m.take_line, left, width, align=align)
        page.y += m.gap(6) if block.lines else 0
    for line in block.lines if other is None else other.lines:
        text: list[Span] = [(line, False)] if other is None else [page.theirs(line)]
        page.put(text, m.take_line, left, width, align=align)
    if block.check:
        page.y += m.gap(8)
        stacked = align == "left" and width < _groups_width(page, block.check.code, m.check)
        _check(page, block.check, other.check if other else None, left, width, align, stacked=stacked)


def check_code(page: Page, block: CheckCode, other: CheckCode | None) -> None:
    """On one line behind its word where both fit, else below its words."""
    m = page.metrics
    word = page.line(block.lines[0], m.take_line) if block.lines else None
    groups = _groups_width(page, block.code, m.check)
    if word and len(block.lines) == 1 and word.width + 20 + groups <= m.content:
        page.draw(word, page.left, page.y + (m.check.line - m.take_line.line) // 2)
        page.draw(page.line(block.code.replace("-", " "), m.check), page.left + word.width + 20, page.y)
        page.y += m.check.line
    else:
        _check(page, block, other, page.left, m.content, "left", stacked=groups > m.content)


def _check_row(page: Page, block: CheckCode, other: CheckCode | None) -> None:
    """The code at the left, its words beside it in small letters; below one another where these would be many lines."""
    m = page.metrics
    type = m.check_note
    code = page.line(block.code.replace("-", " "), m.check)
    beside = page.right - page.left - code.width - _BESIDE_CODE
    spans: list[Span] = [(line, number == 0) for number, line in enumerate((other or block).lines)]
    if other is not None:
        spans = [page.theirs(text, bold=bold) for text, bold, *_ in spans]
    for between in (" ", "\n"):
        joined = [span for each in spans for span in (each, (between, False))][:-1]
        words = page.set(joined, type, max(beside, type.size))
        if len(words.lines) <= len(spans):
            break
    if words.height > 2 * m.check.line:
        _check(page, block, other, page.left, m.content, "left", stacked=code.width > m.content)
        return
    height = max(words.height, m.check.line)
    page.draw(code, page.left, page.y + (height - m.check.line) // 2)
    page.draw(words, page.right - beside, page.y + (height - words.height) // 2)
    page.y += height


def _check(
    page: Page, block: CheckCode, other: CheckCode | None, left: int, width: int, align: Align, *, stacked: bool
) -> None:
    m = page.metrics
    pairs = zip(block.lines, other.lines if other else block.lines, strict=False)
    for number, (line, theirs) in enumerate(pairs):
        spans: list[Span] = [(line, number == 0 and len(block.lines) > 1)]
        if differ(theirs, line):
            if number == 0:
                spans += [(" ", False), page.theirs(theirs)]
            else:
                spans = [page.theirs(theirs)]
        page.put(spans, m.take_line, left, width, align=align)
    for text in block.code.split("-") if stacked else [block.code.replace("-", " ")]:
        setting = page.line(text, m.check)
        page.draw(setting, left, page.y, align=align, width=width)
        page.y += m.check.line


def _groups_width(page: Page, code: str, type: Type) -> int:
    return page.line(code.replace("-", " "), type).width


_SECRET: Final = (104, 88, 72, 60, 48, 40)


def secret(page: Page, block: Secret) -> None:
    """A frame with a black head; the code in the largest size that fits on one line."""
    m = page.metrics
    top = page.y
    word = page.set([(block.word, True)], m.body, m.content - 28)
    note = page.line(block.note, m.detail)
    beside = word.width + note.width + 28 + 20 <= m.content
    page.bar(page.left, top, page.right, top + word.height + 6 + (0 if beside else m.detail.line))
    page.draw(word, page.left + 14, top + 3, ink=WHITE)
    if beside:
        page.draw(
            note,
            page.left,
            top + 3 + (m.body.line - m.detail.line) // 2,
            ink=WHITE,
            align="right",
            width=m.content - 14,
        )
        page.y = top + word.height + 6
    else:
        page.draw(note, page.left + 14, top + 3 + word.height, ink=WHITE)
        page.y = top + word.height + 6 + m.detail.line
    spoken = block.code.replace("-", " ")
    for size in _SECRET:
        code = page.line(spoken, Type(size, round(size * 1.25), True, True))
        if code.width <= m.content - 24:
            break
    page.draw(code, page.left, page.y, align="centre", width=m.content)
    page.y += code.height + 6
    page.frame(page.left, top, page.right, page.y, 4)


def codes(page: Page, block: Codes) -> None:
    """The same text as codes of growing size, side by side where they fit, each with its word below."""
    m = page.metrics
    rows = qr.modules(block.payload, qr.PAPER_VERSION)
    x, top, foot = page.left, page.y, page.y
    for module, word, bold in block.rows:
        picture = emblems.qr_code(rows, module)
        quiet = qr.QUIET_ZONE * module
        if x > page.left and x + picture.width > page.right + quiet:
            x, top = page.left, foot + RULE * 8
        page.stamp(picture, x, top + quiet // 2)
        label = page.set([(word, bold)], m.detail, picture.width + quiet + 20)
        page.draw(label, x, top + picture.height + quiet)
        foot = max(foot, top + picture.height + quiet + label.height)
        x += picture.width + 2 * quiet + 12
    page.y = foot
