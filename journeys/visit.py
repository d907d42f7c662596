"""One citizen's visit: the language, the size, what was ticked. It is dropped whole when the visit ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from domain.errors import CatalogueError, Code
from domain.ports import (
    Bell,
    CardService,
    Catalogue,
    CatalogueHandle,
    Clock,
    Diagnosis,
    Handwriting,
    KioskPlace,
    Marks,
    Neighbours,
    QrCodes,
    Reports,
    SlipPreview,
    SlipPrinter,
    StaffGate,
    Sticks,
    Supply,
    Typing,
    UnmetQueries,
)
from domain.records import Calendar, Rule
from journeys.card import CardSession
from journeys.writing import NoHandwriting
from phrases import LANGUAGES, Phrases

if TYPE_CHECKING:
    from journeys.printing import Order


@dataclass(frozen=True, slots=True)
class VisitSettings:
    """Seconds of a visit. Big type gets the longer pair: people who need it read more slowly."""

    idle_s: float = 60
    alert_s: float = 20
    idle_large_s: float = 120
    alert_large_s: float = 30
    cleared_s: float = 5
    printed_s: float = 30
    staff_idle_s: float = 180
    card_away_s: float = 30
    card_idle_s: float = 45
    card_idle_large_s: float = 90
    card_most_s: float = 600


@dataclass(frozen=True, slots=True)
class Tools:
    """What the kiosk gives to a visit."""

    catalogue: CatalogueHandle
    printer: SlipPrinter
    cards: CardService
    supply: Supply
    preview: SlipPreview
    qr: QrCodes
    typing: Typing
    clock: Clock
    place: KioskPlace
    gate: StaffGate
    diagnosis: Diagnosis
    marks: Marks
    settings: VisitSettings = field(default_factory=VisitSettings)
    handwriting: Handwriting = field(default_factory=NoHandwriting)
    reports: Reports | None = None
    """Who tells the hub; None: nobody."""
    unmet: UnmetQueries | None = None
    """Who is told what was asked in vain; None: nobody."""
    bell: Bell | None = None
    """What calls back somebody who forgot a card; None: nothing does."""
    neighbours: Neighbours | None = None
    """Who knows where else there is paper; None: nobody."""
    sticks: Sticks | None = None
    """Who reads sticks; None: nobody."""


class Visit:
    """State that all steps of a visit share. A new citizen gets a new one, so nothing can stay behind."""

    def __init__(self, tools: Tools, number: int, lang: str = LANGUAGES[0], card: CardSession | None = None) -> None:
        self.tools = tools
        self.number = number
        self.card = card or CardSession()
        self.large = False
        self.ticked: dict[str, set[int]] = {}
        self.looked = False
        """Whether anything was searched, opened or printed: says what there was to erase."""
        self._opened: set[str] = set()
        self.typed = False
        self.by_hand = False
        """Whether this citizen writes on the pad rather than with keys."""
        self.corrected: dict[tuple[str, str], str] = {}
        """What was said not to be so, by guide and field: the message that tells of it."""
        self.printed = 0
        self.slips: dict[str, Order] = {}
        """Slips that came out or may have, by what they are about, so that one can be printed once more."""
        self.put_away: set[str] = set()
        """Ids that the citizen folded away with 与我无关."""
        self.say = Phrases(lang)
        self._rules: tuple[Catalogue, tuple[Rule, ...]] | None = None

    def __repr__(self) -> str:
        return f"Visit({self.number})"

    @property
    def lang(self) -> str:
        """The citizen's language (BCP 47)."""
        return self.say.lang

    def speak(self, lang: str) -> None:
        """Switches the language; views made from now on are in it."""
        self.say = Phrases(lang)

    def result_opened(self, question: str, shown: Sequence[str], id: str) -> None:
        """Somebody opens `id` of what is `shown` for a question, best first. Counted is its place, once a question."""
        if self.tools.reports is not None and id in shown and question not in self._opened:
            self._opened.add(question)
            self.tools.reports.result_opened(shown.index(id) + 1)

    @property
    def catalogue(self) -> Catalogue:
        """The open catalogue. Raises `CatalogueError` (K-01) while there is none."""
        catalogue = self.tools.catalogue.current()
        if catalogue is None:
            raise CatalogueError(Code.NO_CATALOGUE)
        return catalogue

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules of the open catalogue, read once a visit: they are asked anew at every answer."""
        catalogue = self.catalogue
        if self._rules is None or self._rules[0] is not catalogue:
            self._rules = catalogue, catalogue.rules()
        return self._rules[1]

    def calendars(self, year: int) -> Calendar | None:
        """Holidays of `year`."""
        return self.catalogue.calendar(year)
