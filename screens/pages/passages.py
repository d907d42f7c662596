"""How a text that is longer than the glass goes on over several leaves: measured, never scrolled, nothing left off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from screens.kit.kit import Kit
from screens.kit.part import Feel, Part
from screens.kit.pen import Box, Pen
from screens.kit.planes import Column, Plane
from screens.kit.rows import paint_badge
from screens.kit.words import Head, Text

Hold = Callable[[tuple[Part, ...]], Part]

FEWEST = 2
"""A passage is torn only where at least so many of its rows stay together."""

WORTH = 0.4
"""A passage that would fit whole on the next leaf is torn only when it would leave more than this share empty; in
large type never, so that a leaf says one thing."""


def ruled(rows: tuple[Part, ...]) -> Part:
    """Rows on a white plane with hairlines between them."""
    return Plane(rows, rules=True)


def plain(rows: tuple[Part, ...]) -> Part:
    """Rows on a white plane, one under the other."""
    return Plane(rows, above=1)


def bare(rows: tuple[Part, ...]) -> Part:
    """Rows on the sand."""
    return Column(rows, gap=1)


@dataclass(frozen=True, slots=True)
class Gap(Part):
    """Free steps."""

    steps: float

    def height(self, kit: Kit, width: int) -> int:
        return kit.g(self.steps)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        """Nothing to see."""


@dataclass(frozen=True, slots=True)
class Prose(Part):
    """Paragraphs that may be torn between two lines. `number` stands before them in a disc."""

    texts: tuple[Text, ...]
    number: str = ""
    pad: float = 1.5

    def _indent(self, kit: Kit) -> int:
        return kit.grown(6) + kit.g(2.5) if self.number else 0

    def height(self, kit: Kit, width: int) -> int:
        return Column(self.texts).height(kit, width - self._indent(kit)) + 2 * kit.g(self.pad)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, indent, top = pen.kit, self._indent(pen.kit), box.y + pen.kit.g(self.pad)
        if self.number:
            side = kit.grown(6)
            line = kit.theme.type(self.texts[0].step).line
            paint_badge(pen, box.x + side / 2, top + line / 2, self.number, side, "tint", "primary")
        Column(self.texts).paint(pen, Box(box.x + indent, top, box.w - indent, box.h), feel)

    def torn(self, kit: Kit, width: int, room: int) -> tuple[Prose, Prose] | None:
        """What fits into `room` pixels of height, and the rest; None when not even one line does."""
        room -= 2 * kit.g(self.pad)
        inner = width - self._indent(kit)
        for i, text in enumerate(self.texts):
            block = kit.set(text.text, text.step, bold=text.bold, width=inner)
            if block.height <= room:
                room -= block.height
                continue
            lines = [line.text for line in block.lines]
            fit = max(0, room // block.line)
            if not i and not fit:
                return None
            # A line stays where it was broken once, so that no word moves.
            upper = (replace(text, text="\n".join(lines[:fit])),) if fit else ()
            lower = replace(text, text="\n".join(lines[fit:]))
            rest = (lower, *self.texts[i + 1 :])
            return replace(self, texts=(*self.texts[:i], *upper)), replace(self, texts=rest, number="")
        return None


@dataclass(frozen=True)
class Passage:
    """A head and its rows. On the leaf where it goes on the head stands again, without its remark; without a head it
    is called by the `title` of its first row, if that has one.

    `hold` makes one part of rows; `pad`: free steps it keeps beside them.
    """

    rows: tuple[Part, ...]
    head: Head | None = None
    hold: Hold = ruled
    pad: float = 4

    def part(self, rows: tuple[Part, ...], *, goes_on: bool) -> Part:
        """Some of its rows as a part."""
        held = self.hold(rows)
        if self.head is None:
            return held
        return Column((Head(self.head.text) if goes_on else self.head, held), gap=0.5)

    def frame(self, kit: Kit, width: int, *, goes_on: bool) -> int:
        """Height of what it has around its rows, pixels."""
        return self.part((Gap(0),), goes_on=goes_on).height(kit, width)

    def between(self, kit: Kit, width: int) -> int:
        """Height of what it has between two rows, pixels."""
        return self.hold((Gap(0), Gap(0))).height(kit, width) - self.hold((Gap(0),)).height(kit, width)


class Leaf(NamedTuple):
    """What stands on one leaf; and what it is called: the heads of it, one that goes on included."""

    parts: tuple[Part, ...]
    names: tuple[str, ...]

    @property
    def name(self) -> str:
        """What it begins with."""
        return self.names[0] if self.names else ""


def spread(kit: Kit, width: int, passages: Sequence[Passage], first: int, other: int, gap: float = 3) -> list[Leaf]:
    """Passages in order on as few leaves as they need, at least one; the later leaves are about equally full.

    `first`, `other`: pixels of height that the first leaf and the others have; `gap`: steps between passages.
    """
    binder = _Binder(kit, width, passages, gap)
    leaves = binder.bind(first, other, other)
    if len(leaves) < 3:
        return leaves
    # The least room that needs no leaf more, to 1/32 of it.
    low, high = other // 2, other
    for _ in range(4):
        middle = (low + high) // 2
        tried = binder.bind(first, other, middle)
        if len(tried) > len(leaves):
            low = middle
        else:
            leaves, high = tried, middle
    return leaves


class _Binder:
    """Measures passages once and puts them on leaves."""

    def __init__(self, kit: Kit, width: int, passages: Sequence[Passage], gap: float) -> None:
        self._kit = kit
        self._gap = kit.g(gap)
        self._width = width
        self._passages = [
            (
                passage,
                [row.height(kit, width - 2 * kit.g(passage.pad)) for row in passage.rows],
                passage.between(kit, width),
                (passage.frame(kit, width, goes_on=False), passage.frame(kit, width, goes_on=True)),
            )
            for passage in passages
        ]

    def bind(self, first: int, other: int, wish: int) -> list[Leaf]:
        """The leaves for these rooms; later leaves are filled to `wish` pixels, and further only for what would else be
        torn.
        """
        leaves: list[Leaf] = []
        parts: list[Part] = []
        names: list[str] = []
        room = first

        def turn() -> None:
            nonlocal room
            leaves.append(Leaf(tuple(parts), tuple(names)))
            parts.clear()
            names.clear()
            room = wish

        for passage, measured, between, frames in self._passages:
            rows, heights, goes_on = passage.rows, measured, False
            while rows:
                lead = self._gap if parts else 0
                free = room - lead - frames[goes_on]
                count = _fitting(heights, between, free)
                if count < len(rows):
                    whole = frames[goes_on] + sum(heights) + between * (len(rows) - 1)
                    if leaves and not parts and room < other and (whole <= other or not count):
                        room = other
                        continue
                    worth = whole > other or (room > WORTH * other and not self._kit.theme.large)
                    if (parts or (not leaves and first < other)) and not (worth and count >= FEWEST):
                        turn()
                        continue
                if count == 0:
                    rows, heights = self._torn(passage, rows, heights, free)
                    count = 1
                parts.append(passage.part(rows[:count], goes_on=goes_on))
                if name := passage.head.text if passage.head else getattr(rows[0], "title", ""):
                    names.append(name)
                room = free - sum(heights[:count]) - between * (count - 1)
                rows, heights, goes_on = rows[count:], heights[count:], True
                if rows:
                    turn()
        if parts or not leaves:
            turn()
        return leaves

    def _torn(
        self, passage: Passage, rows: tuple[Part, ...], heights: list[int], free: int
    ) -> tuple[tuple[Part, ...], list[int]]:
        """The rows and their heights with the first one torn in two so that its upper half fits, if it can be torn."""
        kit, width = self._kit, self._width - 2 * self._kit.g(passage.pad)
        halves = rows[0].torn(kit, width, free) if isinstance(rows[0], Prose) else None
        if halves is None:
            return rows, heights
        return (*halves, *rows[1:]), [*(half.height(kit, width) for half in halves), *heights[1:]]


def _fitting(heights: Sequence[int], between: int, free: int) -> int:
    """How many rows fit into `free` pixels."""
    used, count = 0, 0
    for height in heights:
        used += height + (between if count else 0)
        if used > free:
            break
        count += 1
    return count
