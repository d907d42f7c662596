"""What has happened, told from devices to journeys. Handlers log their own faults and go on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from domain.card import CardFacts
from domain.errors import Code


class PrinterState(StrEnum):
    """What the printer said last. READY and NEAR_END print; everything else does not. CHECKING: it was not heard yet
    since the start. NEAR_END: its sensor says so, or the roll is nearly used up by what was counted.
    """

    CHECKING = "checking"
    READY = "ready"
    NEAR_END = "near_end"
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    OFFLINE = "offline"
    ABSENT = "absent"
    TROUBLE = "trouble"

    @property
    def prints(self) -> bool:
        """Whether a slip may be sent now."""
        return self in (PrinterState.READY, PrinterState.NEAR_END)


class JobState(StrEnum):
    """Life of a slip. CONFIRMED: the printer said that it is done. UNCERTAIN: sent, but nobody knows; never sent again
    by itself. NOT_SENT: certainly nothing was printed.
    """

    QUEUED = "queued"
    SENDING = "sending"
    CONFIRMED = "confirmed"
    UNCERTAIN = "uncertain"
    NOT_SENT = "not_sent"

    @property
    def final(self) -> bool:
        """Whether the job will not change any more."""
        return self in (JobState.CONFIRMED, JobState.UNCERTAIN, JobState.NOT_SENT)


class ReaderState(StrEnum):
    """The card reader. ABSENT: no reader, or no service that knows it; EMPTY: ready for a card; READING: a card was
    laid down and is being read; HOLDING: a card lies there that is not being read (any more), whether it gave facts,
    could not be read, or lay there before anybody came.
    """

    ABSENT = "absent"
    EMPTY = "empty"
    READING = "reading"
    HOLDING = "holding"


@dataclass(frozen=True, slots=True)
class PrinterChanged:
    """The printer's state is now `state`."""

    state: PrinterState


@dataclass(frozen=True, slots=True)
class SlipProgress:
    """Job `job` is `fraction` (0–1) sent."""

    job: str
    fraction: float


@dataclass(frozen=True, slots=True)
class SlipFinished:
    """Job `job` ended as `state` (final); `code` says why when it is not CONFIRMED; `millimetres` of paper incl.
    feed.
    """

    job: str
    state: JobState
    code: Code | None = None
    millimetres: float = 0.0


@dataclass(frozen=True, slots=True)
class CatalogueReplaced:
    """A newer catalogue is open."""

    revision: int


@dataclass(frozen=True, slots=True)
class CatalogueReady:
    """A newer catalogue lies in the file `path`, proved; it is opened when nobody is there."""

    revision: int
    path: Path


@dataclass(frozen=True, slots=True)
class ContentChecked:
    """The hub said `at` that time (aware) that there is nothing newer than what this kiosk has."""

    at: dt.datetime


class ReaderKind(StrEnum):
    """How a card meets its reader: laid on it, or put into a slot, where it is easily forgotten."""

    CONTACTLESS = "contactless"
    CONTACT = "contact"


@dataclass(frozen=True, slots=True)
class ReaderChanged:
    """The card reader is now `state`. A good tap is READING, `CardRead`, HOLDING, and EMPTY once the card is away.

    `lying`: with HOLDING, on which readers cards lie. It is not compared: what happens is told by the state.
    """

    state: ReaderState
    lying: frozenset[ReaderKind] = field(default=frozenset(), compare=False)


@dataclass(frozen=True, slots=True)
class CardRead:
    """The card that was laid down gave `facts`."""

    facts: CardFacts


@dataclass(frozen=True, slots=True)
class CardUnread:
    """The card that was laid down gave no facts; `code` (C-…) says why. HOLDING or EMPTY follows."""

    code: Code


@dataclass(frozen=True, slots=True)
class CardProved:
    """The answer to `CardService.prove`: whether the card that gave the last facts is the one on the reader now."""

    same: bool


@dataclass(frozen=True, slots=True)
class FoundStick:
    """A stick that is plugged in: what its folder is called, and what it says of itself, which nothing has proved.

    `revision` is None when there is no release on it; `code` says why (S-…). `bytes`: of everything in the release's
    folder.
    """

    path: str
    name: str
    writable: bool
    revision: int | None = None
    made_at: dt.datetime | None = None
    bytes: int = 0
    code: Code | None = None


@dataclass(frozen=True, slots=True)
class SticksFound:
    """The answer to `Sticks.look`."""

    sticks: tuple[FoundStick, ...]


@dataclass(frozen=True, slots=True)
class StickTaken:
    """The answer to `Sticks.take`. `revision`: that is proved to be here now; `code`: why nothing was taken (S-…, D-03,
    K-02), the old content is kept then. `fresh`: whether it is new here.

    `handed`: messages that are on the stick now; None: nothing was handed out, `mail_code` says why where it is a
    fault. `home`: messages of which the stick brought word that the hub has them.
    """

    revision: int | None
    fresh: bool = False
    code: Code | None = None
    handed: int | None = None
    home: int = 0
    mail_code: Code | None = None


Event = (
    PrinterChanged
    | SlipProgress
    | SlipFinished
    | CatalogueReplaced
    | CatalogueReady
    | ContentChecked
    | ReaderChanged
    | CardRead
    | CardUnread
    | CardProved
    | SticksFound
    | StickTaken
)
