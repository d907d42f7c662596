"""The guide slip (明白纸) as blocks: what is on the paper and in which order, without a single dot.

`printer.layout` turns it into dots. Nothing about the person ever enters a slip: the builders take records, a kiosk
and a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Variant(StrEnum):
    """full: everything; compact: paper is running out; large: for old eyes, shortened, nothing under 4 mm."""

    FULL = "full"
    COMPACT = "compact"
    LARGE = "large"


@dataclass(frozen=True, slots=True)
class Masthead:
    """Mark and word at the top, slip number at the right."""

    word: str
    number: str


@dataclass(frozen=True, slots=True)
class Title:
    """Official name, and the line of everyday names below (None: none known)."""

    name: str
    alias_line: str | None = None


@dataclass(frozen=True, slots=True)
class Guard:
    """Framed answer to "go now?" (白跑预警): a short label at the left, the headline, and when instead."""

    label: str
    headline: str
    detail: str


@dataclass(frozen=True, slots=True)
class Figures:
    """Two to four figures side by side: (label, value)."""

    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Tab:
    """Section head, white on black, with the section's one figure at the right."""

    word: str
    figure: str = ""


@dataclass(frozen=True, slots=True)
class Tick:
    """One thing to bring: box, name, count, detail below, and who supplies it as a tag (solid: yourself; outlined:
    the office).
    """

    name: str
    count: str
    detail: str = ""
    tag: str = ""
    tag_style: Literal["solid", "outline"] = "outline"


@dataclass(frozen=True, slots=True)
class Ticks:
    """Tick rows; `conditional` come behind a dashed line under their own heading."""

    rows: tuple[Tick, ...]
    conditional: tuple[Tick, ...] = ()
    conditional_head: str = ""


@dataclass(frozen=True, slots=True)
class Keyed:
    """Lines with a bold key column: 时间, 电话, 乘车. A bold `head` with a regular `head_note` may stand above."""

    rows: tuple[tuple[str, str], ...]
    head: str = ""
    head_note: str = ""


@dataclass(frozen=True, slots=True)
class Numbered:
    """Steps with numbered discs."""

    rows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Plain text; `bold` for the one sentence that matters."""

    text: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class TakeAway:
    """The guide itself as a QR code (UTF-8, level M, at most 331 bytes) beside a few lines."""

    payload: str
    head: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Small:
    """Machine lines at the foot, in the smallest size allowed."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Separator:
    """A thin line across."""


Block = Masthead | Title | Guard | Figures | Tab | Ticks | Keyed | Numbered | Paragraph | TakeAway | Small | Separator


@dataclass(frozen=True, slots=True)
class Slip:
    """A slip ready for layout. `lang` chooses the face, `variant` the sizes."""

    blocks: tuple[Block, ...]
    variant: Variant = Variant.FULL
    lang: str = "zh-Hans"
