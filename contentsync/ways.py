"""The way from the catalogue that a kiosk has to the one it shall have, over the changes that are offered."""

from __future__ import annotations

import heapq
from collections.abc import Sequence

from contentsync.layout import Changed, Whole

LONGEST_CHAIN = 8
"""Steps of changes that are applied one after another; each costs a copy of the catalogue, so that beyond it a whole
one is quicker.
"""


def way(revision: int, digest: str, goal: Whole, changes: Sequence[Changed]) -> tuple[Changed, ...] | None:
    """The changes that lead from `revision` (its records have `digest`) to `goal` with the fewest bytes, in at most
    `LONGEST_CHAIN` steps; None where there is no such way, or the whole catalogue is smaller than it.
    """
    onward: dict[int, list[Changed]] = {}
    for one in changes:
        if one.revision <= goal.revision:
            onward.setdefault(one.base, []).append(one)
    # The number of steps is part of the place: a cheap way of nine steps must not hide a dearer one of two.
    best: dict[tuple[int, int], int] = {}
    ahead: list[tuple[int, int, int, str, tuple[Changed, ...]]] = [(0, 0, revision, digest, ())]
    while ahead:
        cost, steps, at, held, walked = heapq.heappop(ahead)
        if at == goal.revision:
            return walked if walked and held == goal.digest and cost < goal.length else None
        if steps == LONGEST_CHAIN:
            continue
        for one in onward.get(at, ()):
            reached = (one.revision, steps + 1)
            spent = cost + one.length
            if one.base_digest == held and spent < best.get(reached, goal.length):
                best[reached] = spent
                heapq.heappush(ahead, (spent, steps + 1, one.revision, one.digest, (*walked, one)))
    return None
