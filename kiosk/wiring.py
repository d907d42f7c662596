"""Makes the rooms of one kiosk out of its settings, hands them to each other, and closes them in reverse order."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cardreader.absent import NoReader
from cardreader.service import CardReaderService
from domain.errors import CatalogueError, Code, CodedError, DeviceStoreError
from domain.events import ContentChecked, Event
from domain.paper import Dots
from domain.ports import CatalogueHandle, Post, SlipPreview
from domain.slip import Slip
from inputs.handwriting import open_handwriting
from inputs.pinyin import PinyinTyping, open_typing
from journeys.visit import Tools, VisitSettings
from kiosk.bell import Chime
from kiosk.clock import MARK, SystemClock, kept_floor, system_clock, today_of
from kiosk.contents import looked_at, sample_city, synced
from kiosk.device import LateDevice
from kiosk.diagnosis import running
from kiosk.health import KioskDiagnosis
from kiosk.health_report import Sources
from kiosk.home import Home
from kiosk.neighbours import MarkedNeighbours
from kiosk.reporting import Reporter
from kiosk.settings import Settings
from kiosk.staffgate import DEMO_HASH, HashedStaffGate, PinHash
from kiosk.stick_desk import Arrivals, StickDesk
from kiosk.supply import ContentSupply, NoSupply, supplying, told_through
from kiosk.tally import CodeCounter, DayTally
from kiosk.unkept import UnkeptDevice
from kiosk.unmet import CountedUnmet, VisitCounter
from localdb.catalogue.handle import CatalogueShelf
from phrases import Phrases
from printer.qr import ScreenQrCodes
from printer.roll import Roll
from printer.settings import PrinterSettings
from printer.spooler import Spooler
from uplink.identity import IdentityFolder

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rooms:
    """What a screen process is given. `tools` is all that journeys ever see; the rest is for the plug board alone."""

    tools: Tools
    shelf: CatalogueShelf
    clock: SystemClock
    marks: LateDevice
    spooler: Spooler
    cards: CardReaderService | NoReader
    supply: ContentSupply | NoSupply
    reporter: Reporter
    tally: DayTally
    arrivals: Arrivals
    post: Post
    demo: bool

    def settle(self) -> None:
        """Begins what nobody needs to ask a first question, in the order in which people may: the catalogue's words on
        the keyboard, cards, `device.db` with what it remembers, printer, content coming down. Takes about as long as
        all the rest of a start; any thread.
        """
        try:
            self.learn_words()
        except CodedError as error:
            log.warning("the keyboard does without: %s", error.detail, extra={"code": error.code})
        self.cards.start()
        floor = kept_floor(self.marks)
        if floor is not None:
            self.clock.raise_floor(floor)
        with contextlib.suppress(DeviceStoreError):
            self.tally.begin()
        self.spooler.start()
        self.supply.start()
        self.reporter.start()
        self.arrivals.start()
        if self.supply.checked_at is not None:
            self.post(ContentChecked(self.supply.checked_at))

    def learn_words(self) -> None:
        """Gives the open catalogue's words to the pinyin keyboard."""
        catalogue = self.shelf.current()
        if catalogue is not None:
            self.tools.typing.use(catalogue.lexicon())

    def open_catalogue(self, path: Path, *, words: bool = True) -> None:
        """Shows the catalogue in `path` from now on, on screen and (`words`) on the pinyin keyboard. Call it when no
        citizen is there. Raises `CatalogueError` (D-01, D-02); the old one stays then.
        """
        info = self.shelf.put(path)
        self.clock.raise_floor(info.made_at)
        self.supply.showing(info.revision)
        if words:
            self.learn_words()
        log.info("%s: revision %d, digest %s", path.name, info.revision, info.digest)

    def adopt(self, path: Path) -> None:
        """Shows a catalogue that the hub sent. Call it when no citizen is there. Raises `CatalogueError`: D-01 and D-02
        when it cannot be read, D-02 for sample content on a street kiosk; the old one stays then.
        """
        if looked_at(path).sample and not self.demo:
            raise CatalogueError(Code.CATALOGUE_FORMAT, f"{path.name} is a sample")
        self.open_catalogue(path)

    def keep_time(self) -> None:
        """Notes what the clock knows, so that the next start notices a dead battery; now and then is enough."""
        floor = self.clock.floor
        if floor is not None:
            with contextlib.suppress(DeviceStoreError):
                self.marks.put(MARK, str(int(floor.timestamp())))


class LatePreview:
    """The slip layout, loaded with its picture libraries when the first slip is looked at: people search long before
    they print. Raises `CodedError` K-04 then when the fonts are missing.
    """

    def __init__(self, width: int) -> None:
        self._width = width
        self._layout: SlipPreview | None = None

    def render(self, slip: Slip) -> Dots:
        """Port `SlipPreview`."""
        if self._layout is None:
            from printer.layout import SlipLayout

            self._layout = SlipLayout(self._width)
        return self._layout.render(slip)


@contextlib.contextmanager
def open_rooms(
    settings: Settings,
    home: Home,
    post: Post,
    *,
    progress: Callable[[float], None] | None = None,
    preview: SlipPreview | None = None,
    settled: bool = True,
) -> Iterator[Rooms]:
    """The rooms of this kiosk, running while the block does. `post` is called from their threads, `progress` while the
    sample city is built; `preview` draws the paper, as the printer room does it unless given. Unless it is to be
    `settled`, questions are answered, and everything else waits for `settling`: no printer is asked, no card is read,
    `device.db` is opened only when somebody needs it, and the pinyin keyboard does not know the catalogue's words.

    Whatever is missing is left out, logged, and told by the diagnosis: without a printer slips can be looked at and
    taken along as QR codes; without a card reader people answer three questions instead; without a readable catalogue
    citizens see 尚未同步; without a writable `device.db` nothing is printed; without the pinyin library the keyboard
    knows the catalogue's words alone; without a recogniser the writing pad is not offered.
    """
    with contextlib.ExitStack() as closing:
        preview = preview or LatePreview(settings.printer.spooling().device.width)
        device = closing.enter_context(LateDevice(home))
        clock = system_clock(settings.clock.zone)
        tally = DayTally(device, clock)
        closing.callback(tally.close)
        post = _told_to(tally.hear, post)
        shelf = CatalogueShelf(today_of(clock))
        closing.callback(shelf.close)
        typing = open_typing(fuzzy=settings.input.fuzzy_pinyin)
        handwriting = open_handwriting(settings.input.handwriting)
        spooler = Spooler(settings.printer.spooling(), preview, device, device, post)
        closing.callback(spooler.close)
        cards = _cards(settings, post)
        closing.callback(cards.close)
        later: list[Reporter] = []  # the two know each other

        def heard(said: Mapping[str, Any]) -> None:
            for one in later:
                one.heard(said)

        supply = _supply(settings, home, post, device, heard)
        closing.callback(supply.close)
        reporter = _reporter(settings, home, device, supply, clock, shelf, spooler, cards, tally)
        later.append(reporter)
        closing.callback(reporter.close)

        def shown() -> int | None:
            held = shelf.current()
            return held.info.revision if held is not None else None

        arrivals = Arrivals(home, post, shown, reporter.heard)
        closing.callback(arrivals.close)
        sticks = StickDesk(post, device, reporter, shown, told_through(settings, home, os.environ))
        closing.callback(sticks.close)
        rooms = Rooms(
            tools=Tools(
                catalogue=shelf,
                printer=spooler,
                cards=cards,
                supply=supply,
                preview=preview,
                qr=ScreenQrCodes(),
                typing=typing,
                clock=clock,
                place=settings.place.place(),
                gate=staff_gate(settings),
                diagnosis=running(
                    settings,
                    home,
                    shelf,
                    spooler,
                    device,
                    clock,
                    typing.missing,
                    os.environ,
                    cards,
                    lambda: handwriting.missing,
                    device,
                    reporter.waiting,
                ),
                marks=device,
                settings=visit_settings(settings),
                handwriting=handwriting,
                reports=reporter,
                unmet=_unmet(settings, device, clock),
                bell=Chime(home) if settings.card.left_sound else None,
                neighbours=MarkedNeighbours(device, clock, settings.place.place()),
                sticks=sticks if settings.staff.stick_roots else None,
            ),
            shelf=shelf,
            clock=clock,
            marks=device,
            spooler=spooler,
            cards=cards,
            supply=supply,
            reporter=reporter,
            tally=tally,
            arrivals=arrivals,
            post=post,
            demo=settings.demo,
        )
        _first_catalogue(rooms, settings, home, progress)
        closing.callback(rooms.keep_time)
        if settled:
            rooms.settle()
        yield rooms


@contextlib.contextmanager
def settling(rooms: Rooms) -> Iterator[threading.Event]:
    """Lets `rooms` settle in a thread of its own, so that the screen goes on meanwhile; yields what is set when that is
    done, and waits for it at the end of the block. What goes wrong there is logged, and the kiosk goes on with what has
    begun.
    """
    done = threading.Event()

    def settle() -> None:
        try:
            rooms.settle()
        except Exception:
            log.exception("not everything has begun")
        finally:
            done.set()

    thread = threading.Thread(target=settle, name="settling", daemon=True)
    thread.start()
    try:
        yield done
    finally:
        thread.join()


def _cards(settings: Settings, post: Post) -> CardReaderService | NoReader:
    """What reads cards."""
    if not settings.card.enabled:
        return NoReader()
    return CardReaderService(settings.card.reading(settings.place.district, settings.clock.zone), post, os.environ)


def _supply(
    settings: Settings, home: Home, post: Post, marks: LateDevice, heard: Callable[[Mapping[str, Any]], None]
) -> ContentSupply | NoSupply:
    """Where content comes from: the address that is set, else the hub at which this kiosk was enrolled."""
    if settings.sync.url is None and not IdentityFolder(home.uplink).enrolled:
        return NoSupply()
    return supplying(settings, home, post, marks, os.environ, heard)


def _reporter(
    settings: Settings,
    home: Home,
    device: LateDevice,
    supply: ContentSupply | NoSupply,
    clock: SystemClock,
    shelf: CatalogueShelf,
    spooler: Spooler,
    cards: CardReaderService | NoReader,
    tally: DayTally,
) -> Reporter:
    """Who tells the hub how this kiosk is."""
    codes = CodeCounter(clock)

    def outbox() -> tuple[int, int]:
        state = device.outbox()
        return state.waiting, state.dead

    sources = Sources(
        settings=settings,
        home=home,
        clock=clock,
        marks=device,
        catalogue=shelf,
        checked_at=lambda: supply.checked_at,
        printer=(lambda: spooler.state) if settings.printer.spooling().present else None,
        paper=Roll(device, device, settings.printer.spooling().device.roll_mm).gauge,
        reader=(lambda: (cards.state, cards.stuck)) if settings.card.enabled else None,
        outbox=outbox,
        errors=codes.counts,
        began=clock.monotonic(),
    )
    return Reporter(settings, IdentityFolder(home.uplink), device, supply, sources, tally, codes)


def _told_to(hear: Callable[[Event], None], post: Post) -> Post:
    """`post`, after `hear` has heard of the event."""

    def told(event: Event) -> None:
        hear(event)
        post(event)

    return told


def _unmet(settings: Settings, device: LateDevice, clock: SystemClock) -> CountedUnmet | None:
    """Who counts what was asked in vain."""
    if not settings.unmet.enabled:
        return None
    return CountedUnmet(VisitCounter(settings.unmet_visits), device, clock)


def _first_catalogue(rooms: Rooms, settings: Settings, home: Home, progress: Callable[[float], None] | None) -> None:
    """The newest catalogue that opens, in the demo profile else the sample city, else none."""
    for path in synced(settings, home):
        try:
            rooms.open_catalogue(path, words=False)
        except CatalogueError as error:
            log.warning("passed over: %s", error.detail, extra={"code": error.code})
        else:
            return
    try:
        if settings.demo:
            rooms.open_catalogue(sample_city(settings, home, progress), words=False)
        else:
            log.warning("no catalogue in %s", home.root, extra={"code": Code.NO_CATALOGUE})
    except CodedError as error:
        log.warning("no sample city: %s", error.detail, extra={"code": error.code})


def desk_tools(settings: Settings, catalogue: CatalogueHandle, width: int) -> Tools:
    """Tools of a visit at a desk: paper `width` dots wide can be looked at, no device is touched, nothing is kept."""
    preview = LatePreview(width)
    nothing = UnkeptDevice("nothing is kept here")
    return Tools(
        catalogue=catalogue,
        printer=Spooler(PrinterSettings(), preview, nothing, nothing, lambda event: None),
        cards=NoReader(),
        supply=NoSupply(),
        preview=preview,
        qr=ScreenQrCodes(),
        typing=PinyinTyping(None),
        clock=system_clock(settings.clock.zone),
        place=settings.place.place(),
        gate=HashedStaffGate(None),
        diagnosis=KioskDiagnosis({}, {}, Phrases()),
        marks=nothing,
        settings=visit_settings(settings),
    )


def staff_gate(settings: Settings) -> HashedStaffGate:
    """The gate with the PIN that is set; in the demo profile else the documented one; else it never opens."""
    if settings.staff.pin_hash is not None:
        return HashedStaffGate(PinHash.parse(settings.staff.pin_hash.get_secret_value()))
    return HashedStaffGate(PinHash.parse(DEMO_HASH) if settings.demo else None)


def visit_settings(settings: Settings) -> VisitSettings:
    """As journeys want them."""
    return VisitSettings(**settings.visit.model_dump())
