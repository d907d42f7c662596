"""Type for words that must have room: the step in which they fit, and lines that are about equally long."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from screens.kit.kit import Kit
from screens.kit.typeset import Block
from screens.kit.wrap import chains, tokens

_STOPS = "。！？.!?"
_PAUSES = "，、：；,:;"


def step_that_fits(kit: Kit, words: Iterable[str], width: int, steps: Sequence[str] = ("t40", "t34")) -> str:
    """The first of `steps` in which each of `words` stands on one line of `width` pixels, else the last one."""
    every = tuple(words)
    return next((step for step in steps if all(kit.set(text, step).width <= width for text in every)), steps[-1])


def balanced(kit: Kit, text: str, step: str, width: int, *, bold: bool = False) -> str:
    """Text with newlines, so that its lines are about equally long: まとめ over 案内, not まとめ案 over 内. A word is
    not broken for it.
    """
    lines = len(kit.set(text, step, bold=bold, width=width).lines)
    if lines < 2:
        return text
    advance = kit.type.strike(kit.theme.type(step).size, bold).advance
    longest = max(sum(map(advance, chain)) for _, chain in chains(tokens(text)))
    narrow, wide = min(longest, width) - 1, width
    while wide - narrow > 1:
        middle = (narrow + wide) // 2
        tried = kit.set(text, step, bold=bold, width=middle)
        fits = len(tried.lines) <= lines and tried.width <= middle
        narrow, wide = (narrow, middle) if fits else (middle, wide)
    return "\n".join(line.text for line in kit.set(text, step, bold=bold, width=wide).lines)


def breathed(kit: Kit, text: str, step: str, width: int, *, bold: bool = False) -> Block:
    """Text in as few lines of `width` pixels as it needs, broken where one would draw breath: at the end of a sentence,
    else at a pause, else so that the lines are about equally long and none has but one sign.
    """
    block = kit.set(text, step, bold=bold, width=width)
    count = len(block.lines)
    if count < 2 or "\n" in text:
        return block
    for marks in (_STOPS, _PAUSES):
        ends = [
            i + 1 for i, letter in enumerate(text[:-1]) if letter in marks and (text[i + 1] == " " or letter > "\x7f")
        ]
        parted = [kit.set(f"{text[:end]}\n{text[end:].lstrip()}", step, bold=bold, width=width) for end in ends]
        if fitting := [other for other in parted if len(other.lines) == count == 2]:
            return min(fitting, key=lambda other: other.width)
    low, high = block.width // count, block.width
    while low < high:
        middle = (low + high) // 2
        if len(kit.set(text, step, bold=bold, width=middle).lines) == count:
            high = middle
        else:
            low = middle + 1
    return kit.set(text, step, bold=bold, width=high)
