"""A slip printed once more (补打): its own number, and a frame that says which one it repeats."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from domain import wording
from domain.slip import Block, Guard, Mark, Masthead, Slip, Small
from phrases import Phrases


@dataclass(frozen=True, slots=True)
class Reprint:
    """What is repeated: the number of the first slip, which sheet of it this one is (from 2 on), when both were printed
    (aware; None while the clock could not be trusted), and whether what they say has changed (None: not known).
    """

    original: int
    ordinal: int
    first_at: dt.datetime | None
    at: dt.datetime | None
    changed: bool | None = None


def reprinted(say: Phrases, slip: Slip, reprint: Reprint, second: Phrases | None = None) -> Slip:
    """`slip` with the frame below its masthead; `second`: the sentences of its other language, if it has one."""
    blocks = _framed(slip.blocks, _mark(say, reprint))
    theirs = _framed(slip.second, _mark(second or say, reprint)) if slip.second else ()
    return replace(slip, blocks=blocks, second=theirs)


def same_content(one: Slip, other: Slip) -> bool:
    """Whether two slips say the same, apart from their numbers, the time of printing and the frame of a reprint."""
    return _content(one) == _content(other)


def _content(slip: Slip) -> tuple[Block, ...]:
    return tuple(block for block in slip.blocks if not isinstance(block, Masthead | Mark | Guard | Small))


def _framed(blocks: tuple[Block, ...], mark: Mark) -> tuple[Block, ...]:
    at = next((n for n, block in enumerate(blocks, 1) if isinstance(block, Masthead)), 0)
    return (*blocks[:at], mark, *blocks[at:])


def _mark(say: Phrases, reprint: Reprint) -> Mark:
    parts = []
    if reprint.first_at is not None and reprint.at is not None:
        same_day = reprint.first_at.date() == reprint.at.date()
        first = wording.time_of_day(reprint.first_at)
        if not same_day:
            first = f"{wording.month_day(say, reprint.first_at.date())} {first}"
        parts.append(say("reprint.times", first=first, now=wording.time_of_day(reprint.at)))
    if reprint.changed is not None:
        parts.append(say("reprint.changed" if reprint.changed else "reprint.same"))
    return Mark(
        say("reprint.word"),
        say("reprint.line", ordinal=reprint.ordinal, number=f"{reprint.original:06}"),
        say("join.comma").join(parts),
    )
