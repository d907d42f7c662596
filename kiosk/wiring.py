"""Makes the rooms of one kiosk out of its settings, hands them to each other, and closes them in reverse order."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cardreader.absent import NoReader
from cardreader.service import CardReaderService
from domain.errors import CatalogueError, Code, CodedError, DeviceStoreError
from domain.paper import Dots
from domain.ports import CardService, CatalogueHandle, Marks, Post, SlipPreview
from domain.slip import Slip
from inputs.pinyin import PinyinTyping, open_typing
from journeys.visit import Tools, VisitSettings
from kiosk.clock import MARK, SystemClock, system_clock, today_of
from kiosk.contents import looked_at, sample_city, synced
from kiosk.diagnosis import running
from kiosk.health import KioskDiagnosis
from kiosk.home import Home
from kiosk.settings import Settings
from kiosk.staffgate import DEMO_HASH, HashedStaffGate, PinHash
from kiosk.supply import ContentSupply, NoSupply, supplying
from kiosk.unkept import UnkeptDevice
from localdb.catalogue.handle import CatalogueShelf
from localdb.device.store import DeviceStore
from phrases import Phrases
from printer.qr import SegnoQrCodes
from printer.settings import PrinterSettings
from printer.spooler import Spooler

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rooms:
    """What a screen process is given. `tools` is all that journeys ever see; the rest is for the plug board alone."""

    tools: Tools
    shelf: CatalogueShelf
    clock: SystemClock
    marks: Marks
    supply: ContentSupply | NoSupply
    demo: bool

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
    words: bool = True,
) -> Iterator[Rooms]:
    """The rooms of this kiosk, running while the block does. `post` is called from their threads, `progress` while the
    sample city is built; `preview` draws the paper, as the printer room does it unless given; without `words` the
    pinyin keyboard waits for
    `Rooms.learn_words`, so that a kiosk answers sooner after its start.

    Whatever is missing is left out, logged, and told by the diagnosis: without a printer slips can be looked at and
    taken along as QR codes; without a card reader people answer three questions instead; without a readable catalogue
    citizens see 尚未同步; without a writable `device.db` nothing is printed; without the pinyin library the keyboard
    knows the catalogue's words alone.
    """
    with contextlib.ExitStack() as closing:
        preview = preview or LatePreview(settings.printer.spooling().device.width)
        device = closing.enter_context(_device(home))
        clock = system_clock(settings.clock.zone, device)
        shelf = CatalogueShelf(today_of(clock))
        closing.callback(shelf.close)
        typing = open_typing()
        spooler = closing.enter_context(Spooler(settings.printer.spooling(), preview, device, device, post))
        cards = closing.enter_context(_cards(settings, post))
        supply = closing.enter_context(_supply(settings, home, post, device))
        rooms = Rooms(
            tools=Tools(
                catalogue=shelf,
                printer=spooler,
                cards=cards,
                supply=supply,
                preview=preview,
                qr=SegnoQrCodes(),
                typing=typing,
                clock=clock,
                place=settings.place.place(),
                gate=staff_gate(settings),
                diagnosis=running(settings, home, shelf, spooler, device, clock, typing.missing, os.environ, cards),
                marks=device,
                settings=visit_settings(settings),
            ),
            shelf=shelf,
            clock=clock,
            marks=device,
            supply=supply,
            demo=settings.demo,
        )
        _first_catalogue(rooms, settings, home, progress, words)
        closing.callback(rooms.keep_time)
        yield rooms


@contextlib.contextmanager
def _cards(settings: Settings, post: Post) -> Iterator[CardService]:
    """What reads cards while the block runs."""
    if not settings.card.enabled:
        yield NoReader()
        return
    with CardReaderService(settings.card.reading(settings.place, settings.clock.zone), post, os.environ) as service:
        yield service


@contextlib.contextmanager
def _supply(settings: Settings, home: Home, post: Post, marks: Marks) -> Iterator[ContentSupply | NoSupply]:
    """Where content comes from while the block runs."""
    if settings.sync.url is None:
        yield NoSupply()
        return
    with supplying(settings, home, post, marks, os.environ) as supply:
        yield supply


@contextlib.contextmanager
def _device(home: Home) -> Iterator[DeviceStore | UnkeptDevice]:
    """`device.db` while the block runs; where it can be neither opened nor made, what stands in for it."""
    try:
        store = DeviceStore(home.device_db)
    except DeviceStoreError as error:
        log.error("nothing will be printed: %s", error.detail, extra={"code": error.code})
        yield UnkeptDevice(error.detail)
    else:
        with store:
            yield store


def _first_catalogue(
    rooms: Rooms, settings: Settings, home: Home, progress: Callable[[float], None] | None, words: bool
) -> None:
    """The newest catalogue that opens, in the demo profile else the sample city, else none."""
    for path in synced(settings, home):
        try:
            rooms.open_catalogue(path, words=words)
        except CatalogueError as error:
            log.warning("passed over: %s", error.detail, extra={"code": error.code})
        else:
            return
    try:
        if settings.demo:
            rooms.open_catalogue(sample_city(settings, home, progress), words=words)
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
        qr=SegnoQrCodes(),
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
