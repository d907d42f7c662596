"""What is asked first: whether to go now, in a frame, and what it costs and how long it takes, as figures."""

from __future__ import annotations

from typing import Final

from domain.slip import Figures, Guard
from printer.layout.emphasis import days_bold
from printer.layout.metrics import Type
from printer.layout.page import RULE, WHITE, Page, Span, differ

_FRAME: Final = 4


def guard(page: Page, block: Guard, other: Guard | None) -> None:
    """Label beside the answer where its words fit into the column, else as a strip above it."""
    m = page.metrics
    beside = _label_fits_beside(page, block.label)
    left = page.left + (m.guard_column if beside else _FRAME) + 14
    width = page.right - _FRAME - 4 - left
    texts = [page.set(block.headline, m.guard_head, width)]
    if block.detail:
        texts.append(page.set(days_bold(block.detail), m.guard_detail, width))
    if other and differ(other.headline, block.headline):
        texts.append(page.set([page.theirs(other.headline, bold=True)], m.other_name, width))
    if other and other.detail and differ(other.detail, block.detail):
        texts.append(page.set([page.theirs(other.detail)], m.other_body, width))

    top = page.y
    if block.label and not beside:
        _strip(page, block.label)
    y = (page.y if page.y > top else top + _FRAME) + m.gap(7)
    for text in texts:
        page.draw(text, left, y)
        y += text.height
    bottom = y + m.gap(7) + _FRAME
    if beside:
        label = page.set(block.label, m.guard_label, m.guard_column - 2 * 16)
        bottom = max(bottom, top + label.height + 2 * 12)
        page.bar(page.left, top, page.left + m.guard_column, bottom)
        middle = top + (bottom - top - label.height) // 2
        page.draw(label, page.left, middle, ink=WHITE, align="centre", width=m.guard_column)
    page.frame(page.left, top, page.right, bottom, _FRAME)
    page.y = bottom


def _label_fits_beside(page: Page, label: str) -> bool:
    m = page.metrics
    if not label or m.content < 5 * m.guard_column:
        return False
    column = m.guard_column - 2 * 16
    return page.widest_piece(label, m.guard_label) <= column and len(page.set(label, m.guard_label, column).lines) <= 3


def _strip(page: Page, label: str) -> None:
    m = page.metrics
    text = page.set(label, m.guard_label, m.content - 2 * 14)
    page.bar(page.left, page.y, page.right, page.y + text.height + 4)
    page.draw(text, page.left + 14, page.y + 2, ink=WHITE)
    page.y += text.height + 4


def figures(page: Page, block: Figures, other: Figures | None) -> None:
    """Cells as wide as their words, what is left over shared out; two a row where one row is too narrow."""
    theirs = other.cells if other and len(other.cells) == len(block.cells) else block.cells
    cells = [_cell(page, mine, their) for mine, their in zip(block.cells, theirs, strict=True)]
    if not cells:
        return
    m = page.metrics
    wanted = [max((page.line(spans, type).width for spans, type in cell), default=0) for cell in cells]
    if sum(wanted) + (len(cells) - 1) * _CELL_GUTTER <= m.content:
        _figure_row(page, cells, wanted)
        return
    columns = [max(wanted[0::2]), max(wanted[1::2], default=0)]
    if sum(columns) + _CELL_GUTTER > m.content:
        columns = [(m.content - _CELL_GUTTER) // 2] * 2
    for index in range(0, len(cells), 2):
        page.y += m.gap(4) if index else 0
        _figure_row(page, cells[index : index + 2], columns)


_CELL_GUTTER: Final = 30

_Cell = list[tuple[list[Span], Type]]
"""Lines of a cell: spans and their size."""


def _cell(page: Page, mine: tuple[str, str], their: tuple[str, str]) -> _Cell:
    m = page.metrics
    lines: _Cell = [([(mine[0], m.figure_label.bold)], m.figure_label)]
    if differ(their[0], mine[0]):
        lines.append(([page.theirs(their[0])], m.figure_label))
    lines.append(([(mine[1], m.figure_value.bold)], m.figure_value))
    if differ(their[1], mine[1]):
        lines.append(([page.theirs(their[1])], m.other_body))
    return [(spans, type) for spans, type in lines if any(span[0] for span in spans)]


def _figure_row(page: Page, cells: list[_Cell], widths: list[int]) -> None:
    m = page.metrics
    spare = (m.content - sum(widths) - (len(widths) - 1) * _CELL_GUTTER) // len(widths)
    x, foot = page.left, page.y
    rules = []
    for index, (cell, width) in enumerate(zip(cells, widths, strict=False)):
        if index:
            rules.append(x + _CELL_GUTTER // 2 - 1)
            x += _CELL_GUTTER
        y = page.y
        for spans, type in cell:
            setting = page.set(spans, type, width)
            page.draw(setting, x, y)
            y += setting.height
        foot = max(foot, y)
        x += width + max(0, spare)
    for rule in rules:
        page.bar(rule, page.y + 1, rule + RULE, foot)
    page.y = foot
