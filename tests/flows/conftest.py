"""A kiosk without pixels: the real journeys on the real sample catalogue, a printer and a clock in the test's hands."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar, cast
from zoneinfo import ZoneInfo

import pytest

from domain.card import CardFacts
from domain.errors import Code, PrintError
from domain.events import (
    CardProved,
    CardRead,
    CardUnread,
    JobState,
    PrinterState,
    ReaderChanged,
    ReaderKind,
    ReaderState,
    SlipFinished,
)
from domain.paper import WIDTH_80, Dots
from domain.ports import Candidate, Catalogue, KioskPlace, Strokes
from domain.search import LexiconWord
from domain.slip import Slip
from journeys.views import CardSheet, IdleSheet, Scene, View
from journeys.visit import Tools, VisitSettings
from journeys.walk import Walk
from localdb.catalogue.build import build
from localdb.catalogue.reader import CatalogueFile

SAMPLE = Path(__file__).parents[2] / "deploy" / "sample_city"
ZONE = ZoneInfo("Asia/Shanghai")
FRIDAY_MORNING = dt.datetime(2026, 11, 20, 9, 41, tzinfo=ZONE)


V = TypeVar("V")


class HandClock:
    """Time that moves when the test says so."""

    def __init__(self) -> None:
        self.at = FRIDAY_MORNING
        self.trusted = True
        self._seconds = 1000.0

    def now(self) -> dt.datetime:
        return self.at

    def monotonic(self) -> float:
        return self._seconds

    def pass_time(self, seconds: float) -> None:
        self._seconds += seconds
        self.at += dt.timedelta(seconds=seconds)


class HandPrinter:
    """Keeps slips instead of printing them; the test decides what becomes of each."""

    def __init__(self) -> None:
        self.state = PrinterState.READY
        self.slips: list[Slip] = []
        self.waiting: list[str] = []
        self.checks = 0
        self.refuse: Code | None = None
        self.seconds = 0
        """With which P-09 is refused."""
        self.keys: list[str] = []

    def next_number(self) -> int:
        return len(self.slips) + 1

    def check(self) -> None:
        self.checks += 1

    def submit(self, build: Callable[[int], Slip], key: str = "") -> str:
        if self.refuse is not None:
            raise PrintError(self.refuse, seconds=self.seconds)
        self.keys.append(key)
        self.slips.append(build(self.next_number()))
        self.waiting.append(f"job-{len(self.slips)}")
        return self.waiting[-1]

    def end_session(self) -> None:
        self.waiting.clear()


class HandReader:
    """A card reader in the test's hands: the test tells the events itself. Ending its session leaves a card where it
    lies, no longer read.
    """

    def __init__(self) -> None:
        self.state = ReaderState.EMPTY
        self.stuck = False
        self.lying: frozenset[ReaderKind] = frozenset()
        self.ended = 0
        self.proofs = 0
        """Times that somebody asked whether the card is still the same."""

    def prove(self) -> None:
        self.proofs += 1

    def end_session(self) -> None:
        self.ended += 1
        if self.state is ReaderState.READING:
            self.state = ReaderState.HOLDING


class HandSupply:
    """What the hub said last, in the test's hands."""

    checked_at: dt.datetime | None = None


class PlainPreview:
    """A picture whose height tells how much is on the slip."""

    def render(self, slip: Slip) -> Dots:
        height = 8 * len(slip.blocks)
        return Dots(WIDTH_80, height, bytes(WIDTH_80 // 8 * height))


class PlainQr:
    """The text itself, so that a test can read it back."""

    def rows(self, text: str) -> tuple[bytes, ...]:
        return tuple(line.encode() for line in text.splitlines())


class WordTyping:
    """Candidates from the catalogue's own words by full pinyin."""

    def __init__(self) -> None:
        self.spelled: Callable[[], Mapping[str, Sequence[str]]] = dict

    def use(self, words: Sequence[LexiconWord]) -> None:
        self.spelled = lambda: _spelled(words)

    def use_those_of(self, catalogue: Catalogue) -> None:
        """Its words, looked up when somebody types: thousands, and most tests never do."""
        self.spelled = lambda: _spelled_in(cast(Hashable, catalogue))

    def candidates(self, letters: str, limit: int = 24) -> tuple[Candidate, ...]:
        return tuple(Candidate(text, len(letters)) for text in self.spelled().get(letters, ())[:limit])


def _spelled(words: Sequence[LexiconWord]) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    for word in words:
        found.setdefault("".join(word.syllables), []).append(word.word)
    return found


@functools.lru_cache(maxsize=2)
def _spelled_in(catalogue: Catalogue) -> Mapping[str, Sequence[str]]:
    return _spelled(catalogue.lexicon())


class HandInk:
    """Reads 丢 and what looks like it from whatever is drawn; without a recogniser when the test says so."""

    def __init__(self) -> None:
        self.available = True
        self.read: list[Strokes] = []

    def candidates(self, strokes: Strokes, limit: int = 10) -> tuple[str, ...]:
        self.read.append(strokes)
        return tuple("丢去丟云舌劳女"[:limit]) if strokes and self.available else ()


class Gate:
    def open(self, pin: str) -> bool:
        return pin == "2468"


class Report:
    def report(self) -> tuple[tuple[str, str, bool], ...]:
        return (("目录", "第 1 版", True), ("打印机", "有纸", True))


class Notes:
    def __init__(self) -> None:
        self.held: dict[str, str] = {}

    def get(self, key: str) -> str | None:
        return self.held.get(key)

    def put(self, key: str, value: str) -> None:
        self.held[key] = value


class Handle:
    def __init__(self, catalogue: Catalogue | None) -> None:
        self.catalogue = catalogue

    def current(self) -> Catalogue | None:
        return self.catalogue


class Kiosk:
    """What a test does at the kiosk, and what it sees."""

    def __init__(self, catalogue: Catalogue | None) -> None:
        self.clock, self.printer, self.typing, self.marks = HandClock(), HandPrinter(), WordTyping(), Notes()
        self.ink = HandInk()
        self.handle, self.reader, self.supply = Handle(catalogue), HandReader(), HandSupply()
        if catalogue is not None:
            self.typing.use_those_of(catalogue)
        self.scenes: list[Scene] = []
        self.stopped = 0
        place = KioskPlace("滨海广场亭", "017", "370602", 37.533, 121.404)
        tools = Tools(
            self.handle, self.printer, self.reader, self.supply, PlainPreview(), PlainQr(), self.typing, self.clock,
            place,
            Gate(), Report(), self.marks, VisitSettings(), handwriting=self.ink,
        )  # fmt: skip
        self.walk = Walk(tools, self.scenes.append, self._stop)
        self.walk.start()

    def _stop(self) -> None:
        self.stopped += 1

    @property
    def scene(self) -> Scene:
        return self.scenes[-1]

    def see(self, kind: type[V]) -> V:
        """The view on the screen, which must be of `kind`."""
        view = self.scene.view
        assert isinstance(view, kind), view
        return view

    def sheet(self) -> IdleSheet | None:
        """The question 还在吗, when it stands."""
        sheet = self.scene.sheet
        assert sheet is None or isinstance(sheet, IdleSheet)
        return sheet

    def card_sheet(self) -> CardSheet:
        """The sheet of the card, which must stand."""
        sheet = self.scene.sheet
        assert isinstance(sheet, CardSheet), sheet
        return sheet

    def reader_is(self, state: ReaderState) -> View:
        """The reader's word."""
        self.reader.state = state
        self.walk.hear(ReaderChanged(state))
        return self.scene.view

    def read(self, answer: CardFacts | Code) -> View:
        """What the card that is being read gave, or why it gave nothing."""
        self.walk.hear(CardUnread(answer) if isinstance(answer, Code) else CardRead(answer))
        return self.scene.view

    def lay(self, answer: CardFacts | Code) -> View:
        """A card is laid down, read, and lies there."""
        self.reader_is(ReaderState.READING)
        self.read(answer)
        return self.reader_is(ReaderState.HOLDING)

    def proved(self, *, same: bool = True) -> View:
        """The reader's answer to whether the card is still the same, which must have been asked for."""
        assert self.reader.proofs
        self.reader.proofs = 0
        self.walk.hear(CardProved(same))
        return self.scene.view

    def take_away(self) -> View:
        """The card is taken away."""
        return self.reader_is(ReaderState.EMPTY)

    def do(self, *steps: tuple[str, str] | str) -> View:
        """Touches, one after another; returns what is on the screen then."""
        for step in steps:
            action, value = (step, "") if isinstance(step, str) else step
            self.walk.act(action, value)
        return self.scene.view

    def type(self, letters: str) -> View:
        return self.do(*(("key", letter) for letter in letters))

    def wait(self, seconds: int) -> View:
        """Seconds pass, one tick each."""
        for _ in range(seconds):
            self.clock.pass_time(1)
            self.walk.tick()
        return self.scene.view

    def finish(self, state: JobState = JobState.CONFIRMED, code: Code | None = None) -> View:
        """The printer's word on the slip that is under way."""
        self.walk.hear(SlipFinished(f"job-{len(self.printer.slips)}", state, code, 250.0))
        return self.scene.view


@pytest.fixture(scope="session")
def sample_catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CatalogueFile]:
    out = tmp_path_factory.mktemp("catalogue") / "catalogue-1.db"
    build(sorted(SAMPLE.glob("*.jsonl")), out, revision=1, made_at=FRIDAY_MORNING - dt.timedelta(hours=3))
    catalogue = CatalogueFile(out, today=FRIDAY_MORNING.date)
    yield catalogue
    catalogue.close()


@pytest.fixture
def kiosk(sample_catalogue: CatalogueFile) -> Kiosk:
    return Kiosk(sample_catalogue)


@pytest.fixture
def empty_kiosk() -> Kiosk:
    return Kiosk(None)
