"""Slip → the printer's own characters: some 4 % of the bytes of a picture, for serial lines too slow for pictures.

Text goes out as GB 18030 in Chinese mode (FS &), emphasis and sizes by ESC !, GS ! and FS ! together (printers differ
in which of them Chinese characters obey), QR codes by GS ( k with UTF-8 bytes. A printer shows `?` or nothing at all
for a character that it does not have, so every character is checked first: a line with one that is not in the profile's
`charset` is sent as a picture, and so is every block that is a drawing. Nothing is ever left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from domain.paper import DOTS_PER_MM, WIDTH_80, Dots
from domain.slip import Block, Slip, TakeAway
from printer import raster
from printer.job import Job
from printer.profiles import DeviceProfile
from printer.text.blocks import put_block
from printer.text.paper import PLAIN, TextPaper

__all__ = ["encode"]

_CHINESE: Final = b"\x1c&"


def encode(slip: Slip, dots_of: Callable[[Slip], Dots], profile: DeviceProfile) -> Job:
    """The complete job for `slip`. `dots_of` draws what the printer cannot say itself; what it raises goes through.

    Raises `ValueError` for a QR code that is too big for paper, or dots wider than that of `profile`.
    """
    paper = TextPaper(slip, dots_of, profile)
    for index, block in enumerate(slip.blocks):
        first = _fitted(block, profile)
        put_block(paper, first, slip.lang)
        if slip.second and (other := _not_said_yet(first, _fitted(slip.second[index], profile))) is not None:
            put_block(paper, other, slip.second_lang)
    data = raster.beginning(profile) + _CHINESE + paper.data + PLAIN.commands + raster.ending(profile)
    return Job(data, (paper.rows + profile.feed_to_cutter) / DOTS_PER_MM)


def _fitted(block: Block, profile: DeviceProfile) -> Block:
    """With the codes for paper of this width."""
    return block.narrowed() if isinstance(block, TakeAway) and profile.width < WIDTH_80 else block


def _not_said_yet(first: Block, second: Block) -> Block | None:
    """What of a block of the second language is to be said besides the first; codes are printed once."""
    if isinstance(first, TakeAway) and isinstance(second, TakeAway):
        second = replace(second, payload="", more=(), label="", check=None)
        first = replace(first, payload="", more=(), label="", check=None)
    return None if second == first else second
