"""The guide slip (明白纸) as blocks: what is on the paper and in which order, without a single dot.

`printer.layout` turns it into dots. Nothing about the person ever enters a slip: the builders take records, a kiosk
and a time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal


class Variant(StrEnum):
    """full: everything; compact: paper is running out; large: for old eyes, shortened, nothing under 4 mm; bilingual:
    Chinese and, below it, the citizen's language; clerk: what the citizen shows at the window.
    """

    FULL = "full"
    COMPACT = "compact"
    LARGE = "large"
    BILINGUAL = "bilingual"
    CLERK = "clerk"


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
class Mark:
    """Framed note at the head of a slip that is not like others: a word in large letters (补打) and two lines."""

    word: str
    headline: str
    detail: str


@dataclass(frozen=True, slots=True)
class Figures:
    """Two to four figures side by side: (label, value)."""

    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Tab:
    """Section head, white on black, with the section's one figure at the right; `beside`: bold words between them."""

    word: str
    figure: str = ""
    beside: str = ""


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
    """Lines with a bold key column: 时间, 电话, 乘车. A bold `head` with a regular `head_note` may stand above. `fine`:
    in the size of details.
    """

    rows: tuple[tuple[str, str], ...]
    head: str = ""
    head_note: str = ""
    fine: bool = False


@dataclass(frozen=True, slots=True)
class Numbered:
    """Steps with numbered discs."""

    rows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TableRow:
    """One paper of many steps: how many originals and photocopies, and the numbers of the steps that want it. `given`:
    the step before them that hands it out; 0: one has it already.
    """

    name: str
    originals: int
    copies: int
    steps: tuple[int, ...]
    detail: str = ""
    given: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """Papers of several steps, each with a box to tick; `heads`: words above originals, copies, steps; `total`: its
    word and the number of photocopies; `legend`: what figures mean where the rows are too many for columns.
    """

    heads: tuple[str, str, str]
    rows: tuple[TableRow, ...]
    total: tuple[str, str]
    legend: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A question that the citizen has not answered, and those answers that lead to steps, with their numbers."""

    ask: str
    answers: tuple[tuple[str, tuple[int, ...]], ...]


@dataclass(frozen=True, slots=True)
class Choices:
    """Questions to tick on paper under a head that says what the numbers are."""

    head: str
    rows: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Strip:
    """The way in one line: from the kiosk by stops to the last. `stops`: (letter, name, address), the kiosk's letter
    is empty; `ways`: what stands on the line before each stop but the first.
    """

    stops: tuple[tuple[str, str, str], ...]
    ways: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Office:
    """An office on the way: the half of the day (empty: unknown), its letter and name, at the right its hours, below
    where it lies and how to ask there.
    """

    half: str
    letter: str
    name: str
    hours: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Leg:
    """One step of a trip: its number, name, what more, and at the right what comes of it."""

    number: int
    name: str
    detail: str = ""
    result: str = ""


@dataclass(frozen=True, slots=True)
class Legs:
    """Steps done one after the other at one office: numbered discs joined by a line."""

    rows: tuple[Leg, ...]


@dataclass(frozen=True, slots=True)
class Boxed:
    """Sentences in a thin frame, each behind a bold word."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Map:
    """Where the office lies, seen from the kiosk, to scale and north up: nothing but what the records know.

    `east_m`, `north_m`: metres from the kiosk to the office; `bar`: length of the scale bar in metres is chosen by the
    layout, its words by `metres` and `kilometres` (`{n}` is the number). `stop`: the nearest bus stop and the walk from
    it, drawn as a line of its own, because its position is not known.
    """

    kiosk: str
    place: str
    distance: str
    north: str
    east_m: float
    north_m: float
    metres: str
    kilometres: str
    stop: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Shout:
    """One word as large as the paper is wide, at most 16 mm high."""

    text: str


@dataclass(frozen=True, slots=True)
class Blank:
    """A line for a pen: words and gaps in turns, beginning with words; a gap at the end goes to the margin."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Plain text; `bold` for the one sentence that matters."""

    text: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class CheckCode:
    """A code to be typed: its groups in letters of one width, below a few lines. Groups are divided by hyphens."""

    code: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Alone:
    """The codes of a slip for paper on which two do not stand side by side, (payload, word below it), as few as can be;
    their `head`, and `several`, a line for a paper that bears more than one.
    """

    codes: tuple[tuple[str, str], ...]
    head: str = ""
    several: str = ""


@dataclass(frozen=True, slots=True)
class TakeAway:
    """The guide itself as a QR code (UTF-8, level M, at most 331 bytes) beside a few lines and the check code.

    `more`: further codes, (payload, word below it). `label`: the word below the first when there are more. `several`: a
    line for a paper that bears them all. `alone`: instead of all these where they do not stand side by side. `module`:
    dots a module, 0 for what the variant has. `closing`: bold sentences that end the slip; they stand beside the code
    where it is higher than its words.
    """

    payload: str
    head: str
    lines: tuple[str, ...] = ()
    check: CheckCode | None = None
    label: str = ""
    more: tuple[tuple[str, str], ...] = ()
    module: int = 0
    several: str = ""
    alone: Alone | None = None
    closing: tuple[str, ...] = ()

    def narrowed(self) -> TakeAway:
        """With the codes of `alone`, where there are some."""
        if self.alone is None:
            return self
        (payload, label), *more = self.alone.codes
        head, several = self.alone.head, self.alone.several
        return replace(self, payload=payload, label=label, more=tuple(more), head=head, several=several, alone=None)


@dataclass(frozen=True, slots=True)
class Secret:
    """A code that is all that its holder has: framed, as large as the paper allows; (word, note) stand in the head."""

    word: str
    note: str
    code: str


@dataclass(frozen=True, slots=True)
class Stations:
    """Dated stations on a line, (word, day); so many of them are `done`. The last day is bold."""

    rows: tuple[tuple[str, str], ...]
    done: int


@dataclass(frozen=True, slots=True)
class Staircase:
    """One dot after the other over the whole width, so that every dot of the head burns alone, and a black bar."""


@dataclass(frozen=True, slots=True)
class Strokes:
    """Lines of so many dots, (dots, word), and fields of so many black dots in eight, (eighths, word); 0: hatched."""

    lines: tuple[tuple[int, str], ...]
    fields: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Sizes:
    """The same words in growing sizes: (dots an em, words)."""

    rows: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Codes:
    """QR codes of one text at several sizes: (dots a module, word below it, bold)."""

    payload: str
    rows: tuple[tuple[int, str, bool], ...]


@dataclass(frozen=True, slots=True)
class Small:
    """Machine lines at the foot, in the smallest size allowed."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Separator:
    """A thin line across."""


Block = (
    Masthead
    | Title
    | Mark
    | Guard
    | Figures
    | Tab
    | Ticks
    | Table
    | Choices
    | Keyed
    | Strip
    | Map
    | Numbered
    | Office
    | Legs
    | Boxed
    | Shout
    | Blank
    | Paragraph
    | TakeAway
    | CheckCode
    | Secret
    | Stations
    | Staircase
    | Strokes
    | Sizes
    | Codes
    | Small
    | Separator
)


@dataclass(frozen=True, slots=True)
class Slip:
    """A slip ready for layout. `lang` chooses the face, `variant` the sizes.

    `second`: the same blocks, kind by kind, in the language `second_lang`, printed smaller below the first ones; what
    is the same in both is printed once. `ruled`: with scales in millimetres at the top and at the left. Raises
    `ValueError` when the kinds of `second` are not those of `blocks`.
    """

    blocks: tuple[Block, ...]
    variant: Variant = Variant.FULL
    lang: str = "zh-Hans"
    second: tuple[Block, ...] = ()
    second_lang: str = ""
    ruled: bool = False

    def __post_init__(self) -> None:
        if self.second and [type(block) for block in self.second] != [type(block) for block in self.blocks]:
            raise ValueError("the blocks of the second language are others")
