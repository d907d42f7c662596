"""What to bring: boxes to tick, never ticked beforehand.

Who supplies a thing is told twice, by words and by shape: white on black is yours, outlined is theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from domain.slip import Tick, Ticks
from printer.layout.metrics import Type
from printer.layout.page import BLACK, RULE, WHITE, Page, Span, differ

_BEHIND_HEAD: Final = 14
_BETWEEN: Final = 26
"""Dots from the words of one box to the next box on the same line."""


def ticks(page: Page, block: Ticks, other: Ticks | None = None) -> None:
    """Rows with a box; behind a dashed line what only some people need, in a running line where it is short. `other`:
    the same in the second language.
    """
    m = page.metrics
    theirs = other.rows if other and len(other.rows) == len(block.rows) else block.rows
    for index, (row, their) in enumerate(zip(block.rows, theirs, strict=True)):
        page.y += m.gap(7) if index else 0
        _tick(page, row, their, m.tick, m.name, m.count)
    if not block.conditional:
        return
    theirs = other.conditional if other and len(other.conditional) == len(block.conditional) else block.conditional
    if block.rows:
        page.y += m.gap(7)
        page.dashes(page.y, stroke=RULE if m.loose <= 1 else RULE + 1)
        page.y += RULE + m.gap(6)
    if any(row.detail or row.tag for row in block.conditional):
        if block.conditional_head:
            head: list[Span] = [(block.conditional_head, True)]
            if other and other.conditional_head != block.conditional_head:
                head += [(" ", False), page.theirs(other.conditional_head)]
            page.put(head, m.option, page.left, m.content)
        for index, (row, their) in enumerate(zip(block.conditional, theirs, strict=True)):
            page.y += m.gap(5) if index else 2
            _tick(page, row, their, m.option_tick, m.option, m.option)
    else:
        _options(page, block)
        added = [
            their.name for row, their in zip(block.conditional, theirs, strict=True) if differ(their.name, row.name)
        ]
        if added:
            page.put([page.theirs(", ".join(added))], m.other_body, page.left, m.content)


def _tick(page: Page, row: Tick, their: Tick, box: int, name_type: Type, count_type: Type) -> None:
    """Box, name and count; the tag flush right, or at the head of the detail on narrow paper and in large print. Below,
    what the second language says otherwise.
    """
    m = page.metrics
    left = page.left + box + 14
    tags: list[Span] = [(row.tag, True)]
    if their.tag != row.tag:
        tags += [(" ", False), page.theirs(their.tag, bold=True)]
    inline_tag = not row.tag or not _tag_beside(page, tags, left)
    tag = 0 if inline_tag else page.line(tags, m.tag).width + 2 * 10
    width = page.right - left - (tag + 14 if tag else 0)
    name = page.pair((row.name, name_type.bold), (row.count, count_type.bold), name_type, width)
    alone = page.set([(row.name, name_type.bold)], name_type, width)
    below = bool(row.count) and len(name.lines) > len(alone.lines) and not differ(their.name, row.name)
    name = alone if below else name

    height = max(box, name.type.line)
    page.frame(page.left, page.y + (height - box) // 2, page.left + box, page.y + (height + box) // 2, m.tick_stroke)
    page.draw(name, left, page.y + (height - name.type.line) // 2)
    if tag:
        _tag(page, tags, row.tag_style == "solid", page.right - tag, page.y + height // 2)
    page.y += max(height, (height - name.type.line) // 2 + name.height)
    named = [] if not differ(their.name, row.name) else [page.theirs(their.name, bold=True)]
    if differ(their.count, row.count):
        named += [page.theirs(f"{', ' if named else ''}{their.count}")]
    if named:
        page.put(named, m.other_name, left, page.right - left)
    detail: list[Span] = [(row.detail, False)] if row.detail else []
    if inline_tag and row.tag:
        detail = [*tags, *([(" · ", False), *detail] if detail else [])]
    if below:
        _count_and_detail(page, (row.count, count_type.bold), detail, count_type, left)
    elif detail:
        page.put(detail, m.detail, left, page.right - left)
    if their.detail and differ(their.detail, row.detail):
        page.put([page.theirs(their.detail)], m.other_body, left, page.right - left)


def _count_and_detail(page: Page, count: Span, detail: list[Span], type: Type, left: int) -> None:
    """A count that has no room beside its name stands before the detail, where this does not run on for that."""
    m = page.metrics
    words = page.set([count], type, page.right - left)
    page.draw(words, left, page.y)
    x = left + words.width + type.size // 2
    beside = page.line(detail, m.detail) if detail else None
    if beside is not None and len(words.lines) == 1 and x + beside.width <= page.right:
        page.draw(beside, x, page.y + (type.line - m.detail.line) // 2)
        page.y += words.height
        return
    page.y += words.height
    if detail:
        page.put(detail, m.detail, left, page.right - left)


def _tag_beside(page: Page, tags: list[Span], left: int) -> bool:
    m = page.metrics
    room = page.right - left - page.line(tags, m.tag).width - 34
    return m.content >= 500 and m.loose <= 1 and room >= 7 * m.name.size


def _tag(page: Page, tags: list[Span], solid: bool, left: int, middle: int) -> None:
    m = page.metrics
    word = page.line(tags if solid else [(span[0], False, *span[2:]) for span in tags], m.tag)
    half = m.tag.line // 2 + 1
    if solid:
        page.bar(left, middle - half, page.right, middle + half)
    else:
        page.frame(left, middle - half, page.right, middle + half, RULE)
    ink = WHITE if solid else BLACK
    page.draw(word, left, middle - m.tag.line // 2, ink=ink, align="centre", width=page.right - left)


def _options(page: Page, block: Ticks) -> None:
    words: list[list[Span]] = [[(f"{row.name} {row.count}".strip(), False)] for row in block.conditional]
    heads = [block.conditional_head, *[""] * len(words)]
    running_boxes(page, list(zip(heads, words, strict=False)), page.metrics.option)


Boxed = tuple[str, list[Span]]
"""A bold head (or none) and the words behind a box."""


def running_boxes(page: Page, items: Sequence[Boxed], type: Type, *, packed: bool = False) -> None:
    """Box and words, as many on a line as fit, a head on the line of its first box. `packed`: what is left of a line
    is filled with the next thing that is short enough, so the order is only roughly kept.
    """
    m = page.metrics
    box = m.option_tick
    x, height = page.left, max(type.line, box)
    waiting = [(item, _boxed_width(page, item, type)) for item in items]
    while waiting:
        taken = 0
        if x > page.left:
            candidates = range(len(waiting) if packed else 1)
            taken = next((n for n in candidates if x + waiting[n][1] <= page.right), -1)
            if taken < 0:
                page.y += height + m.gap(3)
                x, taken = page.left, 0
        (head, spans), _ = waiting.pop(taken)
        if head:
            words = page.set([(head, True)], type, m.content)
            page.draw(words, x, page.y + (height - type.line) // 2)
            x += words.width + _BEHIND_HEAD
            if len(words.lines) > 1 or x + box + 8 + page.line(spans, type).width > page.right:
                page.y += words.height
                x = page.left
        text = page.set(spans, type, page.right - x - box - 8)
        page.frame(x, page.y + (height - box) // 2, x + box, page.y + (height + box) // 2, m.tick_stroke)
        page.draw(text, x + box + 8, page.y + (height - type.line) // 2)
        page.y += text.height - type.line
        x += box + 8 + text.width + _BETWEEN
    page.y += height


def _boxed_width(page: Page, item: Boxed, type: Type) -> int:
    head, spans = item
    before = page.line([(head, True)], type).width + _BEHIND_HEAD if head else 0
    return before + page.metrics.option_tick + 8 + page.line(spans, type).width
