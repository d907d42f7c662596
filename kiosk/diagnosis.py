"""Which probes look at what: at the whole machine for `kiosk diagnose`, at the running kiosk for staff in front of it.

Each probe imports what it needs by itself, so that a room that cannot even be imported costs one line of the report.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from domain.errors import CardError, CatalogueError, Code, DeviceStoreError, SettingsError
from domain.events import PrinterState, ReaderState
from domain.paper import PAPER_MARK, ROLL_MARK, PaperGauge, millimetres
from domain.ports import CatalogueHandle, CatalogueInfo, Clock, Marks, SlipJournal, SlipPrinter
from journeys.left_card import LEFT_MARK
from kiosk import last_scan, probes
from kiosk.clock import SystemClock, system_clock
from kiosk.health import KioskDiagnosis, as_json, examine
from kiosk.home import Home
from kiosk.probes import Finding, Probe
from kiosk.settings import Settings, load
from kiosk.terminal import say, say_json
from phrases import Phrases


class ReaderHealth(Protocol):
    """How the card reader is: its state, and whether the service behind it is stuck."""

    @property
    def state(self) -> ReaderState: ...

    @property
    def stuck(self) -> bool: ...


def diagnose(config: Path | None, environ: Mapping[str, str], *, json: bool) -> int:
    """Prints the report on this machine; exit status 1 when anything is not well."""
    settings = _settings(config, environ)
    at = system_clock(settings.clock.zone).now()
    report = as_json(examine(machine_probes(config, environ)), at)
    if json:
        say_json(report, indent=2)
    else:
        for probe in report["probes"]:
            say(f"{'ok' if probe['well'] else '!!'}  {probe['probe']:<10} {probe['state']:<11} {probe['detail']}")
    return 0 if report["well"] else 1


def _settings(config: Path | None, environ: Mapping[str, str]) -> Settings:
    """The settings, or the defaults where they do not fit: everything else is still worth looking at."""
    try:
        return load(config, environ)
    except SettingsError:
        return Settings()


def machine_probes(config: Path | None, environ: Mapping[str, str]) -> Mapping[str, Probe]:
    """Everything that can be asked of a machine on which the kiosk does not need to run."""
    settings, home = _settings(config, environ), Home.of(environ)
    return {
        "settings": lambda: probes.settings(lambda: load(config, environ)),
        "software": probes.software,
        "libraries": probes.libraries,
        "fonts": lambda: probes.fonts(font_files(home)),
        "home": lambda: probes.home(home),
        "catalogue": lambda: probes.catalogue(lambda: _proved(settings, home)),
        "journal": lambda: _journal_file(home),
        "printer": lambda: _printer_asked(settings),
        "roll": lambda: _roll(settings, lambda: kept_gauge(settings, home)),
        "card": lambda: _card_asked(settings),
        "pinyin": lambda: probes.pinyin(_pinyin_missing),
        "handwriting": lambda: probes.handwriting(lambda: _handwriting(settings)),
        "display": lambda: probes.display(environ),
        "clock": lambda: probes.clock(_clock(settings, home)),
        "staff": lambda: probes.staff(settings),
        "outbox": lambda: probes.outbox(lambda: _outbox_file(home)),
        "privacy": lambda: _privacy(home, _clock(settings, home)),
    }


def running(
    settings: Settings,
    home: Home,
    catalogue: CatalogueHandle,
    printer: SlipPrinter,
    journal: SlipJournal,
    clock: Clock,
    pinyin_missing: str,
    environ: Mapping[str, str],
    cards: ReaderHealth,
    handwriting_missing: Callable[[], str] = lambda: "",
    marks: Marks | None = None,
    outbox: Callable[[], tuple[int, int] | None] = lambda: None,
) -> KioskDiagnosis:
    """The diagnosis of a running kiosk; nothing in it waits for a device. `handwriting_missing` is asked every time: an
    engine may prove to be missing when the writing pad is first touched.
    """

    def open_now() -> CatalogueInfo | None:
        held = catalogue.current()
        return held.info if held is not None else None

    live: dict[str, Probe] = {
        "printer": lambda: _printer(settings, printer.state.value),
        "roll": lambda: _roll(settings, lambda: _gauge(settings, marks, journal)),
        "card": lambda: _card_now(settings, cards, marks, clock),
        "catalogue": lambda: probes.catalogue(open_now),
        "clock": lambda: probes.clock(clock),
        "journal": lambda: _journal(journal),
        "outbox": lambda: probes.outbox(outbox),
        "home": lambda: probes.home(home),
        "privacy": lambda: _privacy(home, clock),
        "handwriting": lambda: probes.handwriting(lambda: (settings.input.handwriting, handwriting_missing())),
    }
    lasting: dict[str, Probe] = {
        "pinyin": lambda: probes.pinyin(lambda: pinyin_missing),
        "staff": lambda: probes.staff(settings),
        "settings": lambda: probes.settings(lambda: settings),
        "fonts": lambda: probes.fonts(font_files(home)),
        "display": lambda: probes.display(environ),
        "libraries": probes.libraries,
        "software": probes.software,
    }
    return KioskDiagnosis(live, lasting, Phrases())


def font_files(home: Home) -> Mapping[Path, str]:
    """Every font file that screen and paper need, and what makes it appear."""
    from printer.settings import DEBIAN_FONTS
    from screens.faces import FACES, WEIGHTS, face_file
    from screens.kit.icons import FONT

    wanted = {face_file(home.fonts, face, weight): "python -m screens.faces" for face in FACES for weight in WEIGHTS}
    wanted |= {DEBIAN_FONTS / f"NotoSansCJK-{weight}.ttc": "apt-get install fonts-noto-cjk" for weight in WEIGHTS}
    return wanted | {FONT: "apt-get install fonts-material-design-icons-iconfont"}


def _proved(settings: Settings, home: Home) -> CatalogueInfo | None:
    """The catalogue that would be shown, read from end to end; None when there is none."""
    from kiosk.contents import catalogue_file
    from localdb.catalogue.file import prove

    try:
        path = catalogue_file(settings, home)
    except CatalogueError as error:
        broken = home.catalogues()
        if error.code is Code.NO_CATALOGUE and not broken:
            return None
        if error.code is Code.NO_CATALOGUE:
            return prove(broken[0])  # raises what is wrong with the newest one
        raise
    return prove(path)


def _printer(settings: Settings, state: str) -> Finding:
    line = settings.printer.spooling()
    if not line.present:
        return Finding.of("printer", "none", "no printer is set")
    where = f"{line.where}, {line.profile}" + (f"; {line.advice}" if line.advice else "")
    return Finding.of("printer", state, where, connection=line.connection.value, where=line.where)


def _roll(settings: Settings, look: Callable[[], PaperGauge]) -> Finding:
    """How much paper is left, by what was counted."""
    if not settings.printer.spooling().present:
        return Finding.of("roll", "none", "no printer is set")
    gauge = look()
    detail = f"about {gauge.slips_left} slips, {gauge.used_mm / 1000:.1f} of {gauge.roll_mm / 1000:.1f} m used"
    return Finding.of("roll", "low" if gauge.near_end else "ok", detail, n=gauge.slips_left, used_mm=gauge.used_mm)


def _gauge(settings: Settings, marks: Marks | None, journal: SlipJournal) -> PaperGauge:
    from printer.roll import Roll

    roll_mm = settings.printer.spooling().device.roll_mm
    return PaperGauge(roll_mm, 0.0) if marks is None else Roll(marks, journal, roll_mm).gauge()


def kept_gauge(settings: Settings, home: Home) -> PaperGauge:
    """The roll as `device.db` has it, with slips of the usual length. Raises `DeviceStoreError`."""
    from localdb.device.reading import kept_mark

    roll_mm = millimetres(kept_mark(home.device_db, ROLL_MARK)) or settings.printer.spooling().device.roll_mm
    return PaperGauge(roll_mm, millimetres(kept_mark(home.device_db, PAPER_MARK)) or 0.0)


def ask_printer(settings: Settings) -> PrinterState:
    """What the printer says now, within its own time limits; ABSENT when none is set."""
    from printer.connect import connection_of
    from printer.delivery import Delivery

    line = settings.printer.spooling()
    return Delivery(line, connection_of(line)).ask()


def _printer_asked(settings: Settings) -> Finding:
    return _printer(settings, ask_printer(settings).value)


def _card(settings: Settings, state: ReaderState, detail: str, **values: object) -> Finding:
    if not settings.card.enabled:
        return Finding.of("card", "none", "card.enabled is false")
    return Finding.of("card", state.value, detail, **values)


def _card_now(settings: Settings, cards: ReaderHealth, marks: Marks | None, clock: Clock) -> Finding:
    """The reader as the card service sees it, and a card that nobody has taken away for long."""
    if cards.stuck and settings.card.enabled:
        return Finding.of("card", "stuck", "PC/SC does not answer; restart pcscd")
    since = marks.get(LEFT_MARK) if marks is not None and cards.state is ReaderState.HOLDING else None
    if since and settings.card.enabled:
        when = dt.datetime.fromisoformat(since)
        told = f"{when:%H:%M}" if when.date() == clock.now().date() else f"{when:%Y-%m-%d %H:%M}"
        return Finding.of("card", "left", f"a card was left behind, since {since}", since=told)
    return _card(settings, cards.state, "the card service says so")


def _privacy(home: Home, clock: Clock) -> Finding:
    return probes.privacy(lambda: last_scan.kept(home), clock.now(), clock.trusted)


def _card_asked(settings: Settings) -> Finding:
    """Asks the PC/SC service for readers, not for cards: a running kiosk goes on reading."""
    from cardreader.pcsc import our_readers, system_scard

    try:
        names = our_readers(settings.card.reading(settings.place.district, settings.clock.zone), system_scard())
    except (CardError, ImportError) as error:
        return _card(settings, ReaderState.ABSENT, f"no PC/SC service: {error}")
    if not names:
        return _card(settings, ReaderState.ABSENT, "no reader whose name fits card.contactless or card.contact")
    return _card(settings, ReaderState.EMPTY, ", ".join(names), readers=names)


def _journal(journal: SlipJournal) -> Finding:
    try:
        number = journal.next_number()
    except DeviceStoreError as error:
        return Finding.of("journal", "damaged", error.detail, code=error.code.value)
    if number == 0:
        return Finding.of("journal", "damaged", "device.db could not be opened", code=Code.JOURNAL_FAILED.value)
    return Finding.of("journal", "ok", f"next slip is number {number}", next=number)


def _pinyin_missing() -> str:
    from inputs.pinyin import open_typing

    return open_typing().missing


def _handwriting(settings: Settings) -> tuple[str, str]:
    """The engine that is set and what it lacks; loads it, which is the only proof that it can be loaded."""
    from inputs.handwriting import open_handwriting

    pad = open_handwriting(settings.input.handwriting)
    pad.load()
    return settings.input.handwriting, pad.missing


def _clock(settings: Settings, home: Home) -> SystemClock:
    """The clock with the newest catalogue as its floor, as the kiosk would have it."""
    from kiosk.contents import looked_at, synced

    clock = system_clock(settings.clock.zone)
    for path in synced(settings, home):
        clock.raise_floor(looked_at(path).made_at)
        break
    return clock


def _outbox_file(home: Home) -> tuple[int, int] | None:
    """What waits to be sent, read beside a running kiosk; None when this kiosk is not enrolled."""
    from localdb.device.reading import kept_outbox
    from uplink.identity import IdentityFolder

    return kept_outbox(home.device_db) if IdentityFolder(home.uplink).enrolled else None


def _journal_file(home: Home) -> Finding:
    """Looks at `device.db` without opening it as a kiosk does: that would close the slips of a running one."""
    path = home.device_db
    if not path.exists():
        return Finding.of("journal", "new", f"no {path.name} yet")
    try:
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        verdict = str(error)
    if verdict != "ok":
        return Finding.of("journal", "damaged", f"{path.name}: {verdict}", code=Code.JOURNAL_FAILED.value)
    return Finding.of("journal", "ok", f"{path.name} is sound")
