"""Turning the pages of a list: which rows stand on which page, by measured height."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from screens.kit.bars import Turner
from screens.page import Frame


class Leaf(NamedTuple):
    """Which of a list's rows stand on a page: `first` up to but not including `last`."""

    first: int
    last: int
    number: int
    pages: int


def leaf(heights: Sequence[int], page: int, *, whole: int, first: int, rest: int, between: int = 0) -> Leaf:
    """The rows of page `page` (0 is the first; beyond the last one: the last one), by measured height in pixels.

    `whole`: room when one page holds everything; `first`, `rest`: room on the first and on every further page when
    there is a row for turning pages. `between`: pixels from row to row. A row higher than a page has one to itself,
    but the first page may hold no row at all.
    """
    if sum(heights) + between * max(0, len(heights) - 1) <= whole:
        return Leaf(0, len(heights), 0, 1)
    cuts, used, room = [0], 0, first
    for i, height in enumerate(heights):
        need = height + (between if i > cuts[-1] else 0)
        if used + need > room and (i > cuts[-1] or len(cuts) == 1):
            cuts.append(i)
            used, need, room = 0, height, rest
        used += need
    number = min(max(0, page), len(cuts) - 1)
    return Leaf(cuts[number], (*cuts, len(heights))[number + 1], number, len(cuts))


def turn(
    page: Frame,
    heights: Sequence[int],
    number: int,
    *,
    between: float,
    first: int | None = None,
    rest: int | None = None,
) -> Leaf:
    """The rows of page `number`; when there are more than fit, a row for turning pages takes the foot of the page.

    `first`, `rest`: pixels for rows on the first and on every further page if they differ from what is free now;
    `between`: steps from row to row, 0: a hairline.
    """
    kit = page.kit
    row = kit.grown(14) + kit.g(3)
    free = page.body.h - kit.g(3)
    first, rest = free if first is None else first, free if rest is None else rest
    gap = kit.g(between) or kit.theme.border
    found = leaf(heights, number, whole=first, first=first - row, rest=rest - row, between=gap)
    if found.pages > 1:
        page.foot(Turner(found.number, found.pages), gap=3)
    return found
