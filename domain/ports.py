"""Ports: what journeys and screens need from the rooms below, as protocols. The plug board (`kiosk`) fills them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

from domain.errors import Code
from domain.events import Event, JobState, PrinterState, ReaderKind, ReaderState
from domain.paper import Dots
from domain.search import EVERYTHING, Card, LexiconWord, Narrowing, Results

if TYPE_CHECKING:
    # For annotations alone: who waits for a kiosk to start should not wait for the models of all records.
    from domain.records import Calendar, Change, Home, LifeEvent, Notice, Org, Place, Record, Rule, Topic
    from domain.slip import Slip

R = TypeVar("R", bound="Record")

Faulty = Literal["phone", "place", "materials", "other"]
"""What of a guide is not so, as a citizen says it: 电话不通, 地址不对, 材料不符, 其他."""

Post = Callable[[Event], None]
"""Hands an event to the kiosk from any thread; returns at once."""


class Clock(Protocol):
    """Time of the kiosk. While `trusted` is false nothing is said about opening hours or due dates."""

    @property
    def trusted(self) -> bool:
        """Whether wall time can be believed."""
        ...

    def now(self) -> dt.datetime:
        """Local wall time, aware."""
        ...

    def monotonic(self) -> float:
        """Seconds that never jump."""
        ...


@dataclass(frozen=True, slots=True)
class CatalogueInfo:
    """Which catalogue is open: its revision, the digest of its records, when it was made, how much is in it."""

    revision: int
    digest: str
    made_at: dt.datetime
    counts: Mapping[str, int]
    sample: bool


@dataclass(frozen=True, slots=True)
class OrgBranch:
    """An organisation in the tree. `parent`: the one it stands below, so that going up always ends; `items`: guides of
    it and of all below it; `hint`: what it is about, when it does not say what it does; `head`: it stands above
    everybody.
    """

    id: str
    name: str
    level: str
    parent: str | None
    hint: str
    items: int
    head: bool


class Catalogue(Protocol):
    """The read model of one revision. Records outside their validity dates are never returned.

    Every method raises `CatalogueError` (D-01) when the file cannot be read any more; none raises for what a citizen
    typed.
    """

    @property
    def info(self) -> CatalogueInfo:
        """Identity of this catalogue."""
        ...

    def search(self, query: str, *, limit: int = 30, narrow: Narrowing = EVERYTHING, facets: bool = False) -> Results:
        """Records for a question in people's own words, best first; any string is a valid query. `facets`: also say
        what the answer can be narrowed to.
        """
        ...

    def get(self, kind: type[R], id: str) -> R | None:
        """The record, or None."""
        ...

    def cards(self, ids: Sequence[str]) -> tuple[Card, ...]:
        """List rows for `ids` in the order given; unknown ids are left out."""
        ...

    def by_theme(self, themes: Sequence[str], audience: str | None = None) -> tuple[Card, ...]:
        """Guides and facts of any of `themes`; guides first, complete ones before short ones."""
        ...

    def by_department(self, org: str) -> tuple[Card, ...]:
        """Guides that belong to, are accepted by or handled by the organisation or one below it."""
        ...

    def at_place(self, place: str) -> tuple[Card, ...]:
        """Guides and facts that lead to the place."""
        ...

    def orgs(self, parent: str | None) -> tuple[Org, ...]:
        """Children of an organisation; None: the roots."""
        ...

    def org_tree(self) -> tuple[OrgBranch, ...]:
        """All organisations, city departments first, with how many items each has; the whole tree at once."""
        ...

    def facts(self) -> tuple[tuple[Card, tuple[str, ...]], ...]:
        """All one-sentence answers, each with the themes that it stands under."""
        ...

    def places(self) -> tuple[Place, ...]:
        """All places."""
        ...

    def life_events(self) -> tuple[LifeEvent, ...]:
        """All life events, in the editors' order (by id)."""
        ...

    def topics(self) -> tuple[Topic, ...]:
        """Topics that are shown today."""
        ...

    def notices(self, district: str | None) -> tuple[Notice, ...]:
        """Notices that are shown today in `district`, warnings first."""
        ...

    def home(self) -> Home | None:
        """What the home screen offers."""
        ...

    def calendar(self, year: int) -> Calendar | None:
        """Holidays of `year`; None when the city has not published them."""
        ...

    def rules(self) -> tuple[Rule, ...]:
        """Rules that hold today by date of validity, in the editors' order (by id), with the items that this catalogue
        has and shows; a rule with none of them left is not among them.
        """
        ...

    def translation(self, id: str, lang: str) -> Mapping[str, Any]:
        """Translated fields of a record; empty when there are none."""
        ...

    def by_number(self, number: int) -> str | None:
        """Id of the guide or life event that the number of a check code means, also when it was taken down; None: of
        none here.
        """
        ...

    def changes(self, of: str) -> tuple[Change, ...]:
        """What the hub noted as changed in a guide or a place, the oldest first, as far as it is kept."""
        ...

    def names(self, ids: Sequence[str], lang: str) -> Mapping[str, str]:
        """Translated names by id, only where there is one."""
        ...

    def lexicon(self) -> tuple[LexiconWord, ...]:
        """Words for the pinyin keyboard."""
        ...


class CatalogueHandle(Protocol):
    """The open catalogue, exchangeable as one."""

    def current(self) -> Catalogue | None:
        """The open catalogue; None while nothing was ever synced (尚未同步)."""
        ...


@dataclass(frozen=True, slots=True)
class Candidate:
    """A candidate of the pinyin keyboard: its text, and how many of the typed letters it uses up."""

    text: str
    letters: int


class Typing(Protocol):
    """Pinyin letters → candidates. Keeps nothing of what was typed."""

    def use(self, words: Sequence[LexiconWord]) -> None:
        """Puts the catalogue's own words in front; replaces those given before."""
        ...

    def candidates(self, letters: str, limit: int = 24) -> tuple[Candidate, ...]:
        """Best first, without repeats; `letters` are a–z, anything else is ignored."""
        ...


Strokes = Sequence[Sequence[tuple[float, float]]]
"""Strokes in the order they were drawn, each a line of points in a square: x to the right, y down, both 0–1."""


class Handwriting(Protocol):
    """Strokes → characters. Keeps nothing of what was written."""

    @property
    def available(self) -> bool:
        """Whether a recogniser is on this machine; without one the writing pad is not offered."""
        ...

    def candidates(self, strokes: Strokes, limit: int = 10) -> tuple[str, ...]:
        """Characters that may be meant, best first, without repeats; none for no strokes. Never raises for what was
        drawn.
        """
        ...


class Reports(Protocol):
    """Tells the hub what happens here, without telling of anybody. Returns at once and never raises."""

    @property
    def ready(self) -> bool:
        """Whether this kiosk has a hub to report to."""
        ...

    def visit_began(self) -> None:
        """Somebody began a visit."""
        ...

    def result_opened(self, place: int) -> None:
        """Of what a question found the result at `place` was opened, 1 is the best: once a question, without it."""
        ...

    def correct(self, item: str, revision: int, field: Faulty) -> str:
        """Somebody says that `field` of a guide, as catalogue `revision` has it, is not so. Returns the name of the
        message; "" when it could not be kept.
        """
        ...

    def arrived(self, message: str) -> bool:
        """Whether the hub has the message."""
        ...


class UnmetQueries(Protocol):
    """Remembers what people ask in vain, so that the city can learn their words, without learning who asked."""

    def note(self, query: str, visit: int) -> None:
        """Tells of a question that found nothing good. `visit`: number of the visit; one visit counts once a question.

        The words are not kept until several separate visits asked the same (`docs/operations/privacy.md`). Returns at
        once and never raises. Never call it in a visit that has read a card.
        """
        ...


@dataclass(frozen=True, slots=True)
class SlipJob:
    """One job of the journal: states only, never contents. `number` is printed on the slip and read out by staff."""

    job: str
    number: int
    state: JobState
    code: Code | None
    millimetres: float
    changed_at: dt.datetime


class SlipJournal(Protocol):
    """Where the spooler writes what became of each slip, before and after it touches the printer.

    Raises `DeviceStoreError` (D-05) when it cannot write; the spooler then does not send.
    """

    def next_number(self) -> int:
        """The number that the next job will get."""
        ...

    def open_job(self, job: str) -> int:
        """Notes a job as QUEUED; returns its number (consecutive, never reused)."""
        ...

    def move(self, job: str, state: JobState, code: Code | None = None, millimetres: float = 0.0) -> None:
        """Notes the new state; a job in a final state stays in it."""
        ...

    def jobs(self, limit: int = 50) -> tuple[SlipJob, ...]:
        """Latest jobs first."""
        ...


class Marks(Protocol):
    """Small facts that outlive a restart (millimetres since the last roll…); writes are queued, reads see them at
    once.
    """

    def get(self, key: str) -> str | None:
        """The value, or None."""
        ...

    def put(self, key: str, value: str) -> None:
        """Remembers `value` under `key`."""
        ...


class SlipPreview(Protocol):
    """Slip → the very dots that the printer would get."""

    def render(self, slip: Slip) -> Dots:
        """The picture; same slip, same dots."""
        ...


class SlipPrinter(Protocol):
    """Prints slips one after another, in the background, at most once each."""

    @property
    def state(self) -> PrinterState:
        """What the printer said last; never blocks."""
        ...

    def check(self) -> None:
        """Asks the printer again; the answer comes as `PrinterChanged`."""
        ...

    def next_number(self) -> int:
        """The number that the next slip will carry, so that a preview shows the very paper."""
        ...

    def submit(self, build: Callable[[int], Slip], key: str = "") -> str:
        """Queues a slip; `build` makes it from its number. Returns the job's name; `SlipFinished` follows.

        `key` says what the slip is about: the same one a second time within a minute of this session is not printed
        (P-09, with the seconds left), unless somebody asks for it again on purpose, without a key.
        Raises `PrintError` when certainly nothing will be printed (P-07 another slip is under way, P-08 and P-09 fair
        use).
        """
        ...

    def end_session(self) -> None:
        """Forgets the bytes of everything that is not on its way; states stay in the journal."""
        ...


class Supply(Protocol):
    """Where content comes from."""

    @property
    def checked_at(self) -> dt.datetime | None:
        """When the hub last said that what is here is the newest; None: it never did."""
        ...


class CardService(Protocol):
    """Reads cards in a process of its own and tells of it by `ReaderChanged`, `CardRead` and `CardUnread`."""

    @property
    def state(self) -> ReaderState:
        """What the reader was last known to be; never blocks."""
        ...

    @property
    def lying(self) -> frozenset[ReaderKind]:
        """On which readers cards lie, as far as the reader has told; never blocks."""
        ...

    def prove(self) -> None:
        """Asks whether the card that gave the last facts still lies there; returns at once. `CardProved` is the answer
        and always comes, unless the session is ended first. When it is another card, EMPTY and what that one gives
        follow as if the first had been taken away.
        """
        ...

    def end_session(self) -> None:
        """Ends the process that has read a card and starts a fresh one; returns at once. A card that still lies there
        is HOLDING for the new one, never read again by itself.
        """
        ...


class Bell(Protocol):
    """A sound that calls somebody back."""

    def ring(self) -> None:
        """Rings once; returns at once and never raises."""
        ...


class QrCodes(Protocol):
    """Text → QR code."""

    def rows(self, text: str) -> tuple[bytes, ...]:
        """Rows of modules, one byte a module, 1 = dark, without quiet zone; UTF-8, level M."""
        ...


@dataclass(frozen=True, slots=True)
class KioskPlace:
    """Where this kiosk stands: the name that people read, its number, district (GB/T 2260) and position (WGS 84)."""

    name: str
    number: str
    district: str | None = None
    lat: float | None = None
    lon: float | None = None
    stop: str | None = None


@dataclass(frozen=True, slots=True)
class NearbyKiosk:
    """Another kiosk that said `at` (aware) that it has paper; `low`: not much. `metres` in a straight line and
    `bearing` (degrees from north, clockwise) from this kiosk; None when one of the two has no position.
    """

    number: str
    name: str
    at: dt.datetime
    low: bool = False
    metres: float | None = None
    bearing: float | None = None


class Neighbours(Protocol):
    """Knows of other kiosks what the hub told last."""

    def with_paper(self) -> tuple[NearbyKiosk, ...]:
        """Those that had paper in the last two hours, nearest first; none when nothing is known, or what time it is
        is not. Never raises.
        """
        ...


class Sticks(Protocol):
    """Sticks that are plugged in. What is read from one is done in processes of their own: a stick may hang."""

    def look(self) -> None:
        """Looks which there are; returns at once. `SticksFound` is the answer."""
        ...

    def take(self, path: str) -> None:
        """Takes the content of the stick at `path`, and puts on it what there is to report; returns at once.
        `StickTaken` is the answer and always comes; one stick at a time.
        """
        ...


class StaffGate(Protocol):
    """Knows the staff PIN (hashed) and slows guessing down."""

    def open(self, pin: str) -> bool:
        """Whether `pin` is right; after five wrong ones in a row False for a minute, whatever is typed."""
        ...


class Diagnosis(Protocol):
    """Tells staff how the kiosk is."""

    def report(self) -> tuple[tuple[str, str, bool], ...]:
        """(what, how it is, whether it is well), always complete even when half is broken."""
        ...
