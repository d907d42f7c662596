"""Running text: lines with a key, numbered steps, paragraphs, the small lines at the foot, the rule between them."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from domain.slip import Keyed, Numbered, Paragraph, Small
from printer.layout import emblems
from printer.layout.emphasis import phones_bold
from printer.layout.metrics import Metrics, Type
from printer.layout.page import RULE, WHITE, Page, Span, differ

_BEHIND_KEY: Final = 12


def keyed(page: Page, block: Keyed, other: Keyed | None) -> None:
    """Short keys stand in a column of their own; with a long one all of them run in, and their text goes on below."""
    m = page.metrics
    if block.head or block.head_note:
        head = page.pair((block.head, True), (block.head_note, False), m.name, m.content)
        page.draw(head, page.left, page.y)
        page.y += head.height
    if other and differ(f"{other.head}{other.head_note}", f"{block.head}{block.head_note}"):
        page.put([page.theirs(" ".join((other.head, other.head_note)).strip())], m.other_name, page.left, m.content)
    body, key_type = _types(m, fine=block.fine)
    theirs = other.rows if other and len(other.rows) == len(block.rows) else block.rows
    keys = [page.line(key, key_type).width for key, _ in block.rows if key]
    column = max(m.key_column, max(keys, default=0) + _BEHIND_KEY)
    running = column > max(m.key_column, 3 * key_type.size + _BEHIND_KEY) or any(
        key != their[0] for (key, _), their in zip(block.rows, theirs, strict=True)
    )
    for (key, text), (their_key, their_text) in zip(block.rows, theirs, strict=True):
        spans = phones_bold(text)
        if not key:
            page.put(spans, body, page.left, m.content)
        elif running:
            words: list[Span] = [(key, key_type.bold)]
            if their_key != key:
                words += [(" ", False), page.theirs(their_key, bold=True)]
            _run_in(page, words, spans, key_type, body)
        else:
            page.draw(page.line(key, key_type), page.left, page.y)
            page.put(spans, body, page.left + column, m.content - column)
        if differ(their_text, text):
            page.put([page.theirs(their_text)], m.other_body, page.left, m.content)


def _types(m: Metrics, *, fine: bool) -> tuple[Type, Type]:
    """Of the text and of its key."""
    return (m.detail, replace(m.detail, bold=True)) if fine else (m.body, m.key)


def _run_in(page: Page, key: list[Span], spans: list[Span], key_type: Type, body: Type) -> None:
    m = page.metrics
    word = page.set(key, m.key, m.content)
    page.draw(word, page.left, page.y)
    page.y += word.height - key_type.line
    indent = word.lines[-1].width + key_type.size
    text = page.set(spans, body, m.content, indent=min(indent, m.content - body.size))
    page.draw(text, page.left, page.y, indent=indent)
    page.y += max(key_type.line, text.height)


def numbered(page: Page, block: Numbered, other: Numbered | None) -> None:
    """Black discs with the numbers, the text in a column of its own."""
    m = page.metrics
    theirs = other.rows if other and len(other.rows) == len(block.rows) else block.rows
    words = [page.line(str(number), m.disc) for number in range(1, len(block.rows) + 1)]
    discs = [max(m.disc_height, word.width + m.disc_height // 3) for word in words]
    left = page.left + max(discs, default=0) + 12
    height = max(m.disc_height, m.body.line)
    for index, (word, disc, row, their) in enumerate(zip(words, discs, block.rows, theirs, strict=True)):
        page.y += m.gap(2) if index else 0
        page.stamp(emblems.pill(disc, m.disc_height), page.left, page.y + (height - m.disc_height) // 2)
        page.draw(word, page.left, page.y + (height - m.disc.line) // 2, ink=WHITE, align="centre", width=disc)
        text = page.set(row, m.body, page.right - left)
        page.draw(text, left, page.y + (height - m.body.line) // 2)
        page.y += max(height, text.height)
        if differ(their, row):
            page.put([page.theirs(their)], m.other_body, left, page.right - left)


def paragraph(page: Page, block: Paragraph, other: Paragraph | None) -> None:
    """The text over the whole width."""
    m = page.metrics
    page.put([(block.text, block.bold)], m.body, page.left, m.content)
    if other and differ(other.text, block.text):
        page.put([page.theirs(other.text)], m.other_body, page.left, m.content)


def small(page: Page, block: Small) -> None:
    """Machine lines stand there once: whoever looks something up by them reads the first language."""
    for line in block.lines:
        page.put(line, page.metrics.small, page.left, page.metrics.content)


def separator(page: Page) -> None:
    """A thin rule from margin to margin."""
    page.bar(page.left, page.y, page.right, page.y + RULE)
    page.y += RULE
