"""The rooms as they are put together, with everything that may be missing missing in turn."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import queue
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from cardreader.service import CardReaderService
from domain.errors import CatalogueError, Code, PrintError
from domain.events import Event, JobState, PrinterChanged, PrinterState, ReaderState, SlipFinished
from domain.paper import PAPER_MARK
from domain.ports import KioskPlace
from domain.slip import Paragraph, Slip
from domain.unmet import Unmet
from journeys.visit import VisitSettings
from kiosk.clock import MARK
from kiosk.home import Home
from kiosk.printer_settings import PrinterSettings
from kiosk.settings import CatalogueSettings, PlaceSettings, Settings, StaffSettings, UnmetSettings
from kiosk.staffgate import PinHash
from kiosk.supply import MARK as CHECKED
from kiosk.tally import MARK as TALLY
from kiosk.wiring import Rooms, open_rooms, settling, staff_gate, visit_settings
from localdb.catalogue.build import build
from localdb.device.store import DeviceStore
from phrases import Phrases
from printer.settings import PrinterSettings as SpoolingSettings
from tests.unit.kiosk.conftest import RECORDS, written
from workbench.printer import VirtualPrinter

Events = queue.SimpleQueue[Event]
WORDS = Slip((Paragraph("一张小票"),))
ROOT = Path(__file__).parents[3]


@pytest.fixture
def events() -> Events:
    return queue.SimpleQueue()


@pytest.fixture
def printer() -> Iterator[VirtualPrinter]:
    with VirtualPrinter() as plugged_in:
        yield plugged_in


def street(**groups: object) -> Settings:
    place = PlaceSettings(name="银海社区亭", number="37-021")
    return Settings.model_validate({"place": place, **groups})


def at(printer: VirtualPrinter) -> PrinterSettings:
    return PrinterSettings(host="127.0.0.1", port=printer.port, profile="epson-80")


def heard(events: Events, kind: type[Event], job: str | None = None) -> Event:
    while True:
        event = events.get(timeout=10)
        if isinstance(event, kind) and (job is None or getattr(event, "job", None) == job):
            return event


def test_a_whole_kiosk_finds_and_prints(home: Home, built: Path, printer: VirtualPrinter, events: Events) -> None:
    shutil.copy(built, home.catalogue(7))
    with open_rooms(street(printer=at(printer)), home, events.put) as rooms:
        tools = rooms.tools
        catalogue = tools.catalogue.current()
        assert catalogue is not None
        assert catalogue.search("驾照丢了").hits[0].card.id == "ga-023"
        assert tools.typing.candidates("bujiazhao")[0].text == "补驾照"
        assert tools.handwriting.available
        assert tools.handwriting.candidates([[(0.1, 0.5), (0.9, 0.5)], [(0.5, 0.1), (0.5, 0.9)]])[0] == "十"
        assert tools.place == KioskPlace("银海社区亭", "37-021")
        assert heard(events, PrinterChanged) == PrinterChanged(PrinterState.READY)
        number = tools.printer.next_number()
        finished = heard(
            events, SlipFinished, tools.printer.submit(lambda given: WORDS if given == number else Slip(()))
        )
        assert isinstance(finished, SlipFinished)
        assert finished.state is JobState.CONFIRMED
        (paper,) = printer.papers
        dots = tools.preview.render(WORDS)
        assert paper.sheet.ink.shape[1] == dots.width
        assert float(rooms.marks.get(PAPER_MARK) or 0) == pytest.approx(finished.millimetres, abs=0.1)
    with DeviceStore(home.device_db) as store:
        assert [(job.number, job.state) for job in store.jobs()] == [(number, JobState.CONFIRMED)]


def test_questions_are_answered_before_anything_else_has_begun(
    home: Home, built: Path, printer: VirtualPrinter, events: Events
) -> None:
    shutil.copy(built, home.catalogue(7))
    threads = set(threading.enumerate())
    with open_rooms(street(printer=at(printer)), home, events.put, settled=False) as rooms:
        catalogue = rooms.tools.catalogue.current()
        assert catalogue is not None
        assert catalogue.search("驾照丢了").hits[0].card.id == "ga-023"
        reports = rooms.tools.reports
        assert reports is not None
        reports.visit_began()
        assert set(threading.enumerate()) == threads
        assert not home.device_db.exists()
        assert rooms.tools.cards.state is ReaderState.ABSENT
        assert not rooms.tools.printer.state.prints
        with settling(rooms) as settled:
            assert heard(events, PrinterChanged) == PrinterChanged(PrinterState.READY)
            assert settled.wait(10)
            finished = heard(events, SlipFinished, rooms.tools.printer.submit(lambda number: WORDS))
            assert isinstance(finished, SlipFinished)
            assert finished.state is JobState.CONFIRMED
    assert set(threading.enumerate()) == threads
    with DeviceStore(home.device_db) as store:
        assert [job.state for job in store.jobs()] == [JobState.CONFIRMED]
        assert json.loads(store.get(TALLY) or "")["sessions"] == 1


def test_a_visit_is_counted_even_if_nothing_else_had_begun(home: Home, built: Path, events: Events) -> None:
    shutil.copy(built, home.catalogue(7))
    with open_rooms(street(), home, events.put, settled=False) as rooms:
        assert rooms.tools.reports is not None
        rooms.tools.reports.visit_began()
    with DeviceStore(home.device_db) as store:
        assert json.loads(store.get(TALLY) or "")["sessions"] == 1


def test_the_fifth_visit_that_asks_in_vain_is_noted(home: Home, built: Path, events: Events) -> None:
    shutil.copy(built, home.catalogue(7))
    lax = street(unmet=UnmetSettings(visits=1))
    with open_rooms(lax, home, events.put, settled=False) as rooms:
        told = rooms.tools.unmet
        assert told is not None
        for visit in range(1, 5):
            told.note("月亮怎么办", visit)
        assert not home.device_db.exists(), "on the street one visit is never enough"
        told.note("月亮怎么办", 5)
        day = rooms.clock.now().date()
    with DeviceStore(home.device_db) as store:
        assert store.unmet() == (Unmet("月亮怎么办", day, 5),)
    off = street(unmet=UnmetSettings(enabled=False))
    with open_rooms(off, home, events.put, settled=False) as rooms:
        assert rooms.tools.unmet is None


def test_a_kiosk_that_is_stopped_before_it_has_settled(home: Home, built: Path, events: Events) -> None:
    shutil.copy(built, home.catalogue(7))
    threads = set(threading.enumerate())
    with open_rooms(street(), home, events.put, settled=False) as rooms, settling(rooms):
        pass
    assert set(threading.enumerate()) == threads
    with open_rooms(street(), home, events.put, settled=False):
        pass
    assert set(threading.enumerate()) == threads


def test_the_floor_of_the_clock_outlives_the_process(home: Home, built: Path, events: Events) -> None:
    shutil.copy(built, home.catalogue(7))
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=40)
    with open_rooms(street(), home, events.put) as rooms:
        assert rooms.clock.trusted
        rooms.clock.raise_floor(later)
    with open_rooms(street(), home, events.put, settled=False) as rooms:
        rooms.settle()
        assert rooms.clock.floor is not None
        assert rooms.clock.floor >= later - dt.timedelta(seconds=1)
        assert not rooms.clock.trusted


def test_what_answers_a_question_is_loaded_without_what_writes(home: Home, built: Path) -> None:
    """The start of a kiosk is measured in ratios elsewhere; this is what they hang on."""
    shutil.copy(built, home.catalogue(7))
    program = """
import sys
from pathlib import Path
from kiosk.home import Home
from kiosk.settings import PlaceSettings, Settings
import journeys.invitation
early = {"sqlalchemy", "journeys.walk", "domain.records", "localdb", "printer.spooler", "numpy", "qrcode"}
assert not early & set(sys.modules), early & set(sys.modules)
from kiosk.wiring import open_rooms
settings = Settings(place=PlaceSettings(name="亭", number="1"))
with open_rooms(settings, Home(Path(sys.argv[1])), lambda event: None, settled=False) as rooms:
    assert rooms.tools.catalogue.current().search("驾照丢了").hits[0].card.id == "ga-023"
    rooms.tools.reports.visit_began()
    late = {"sqlalchemy", "alembic", "pypinyin", "PIL", "numpy", "qrcode", "requests"}
    assert not late & set(sys.modules), late & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", program, str(home.root)], check=True, timeout=50, cwd=ROOT)


def test_no_thread_is_left_behind(home: Home, built: Path, printer: VirtualPrinter, events: Events) -> None:
    shutil.copy(built, home.catalogue(7))
    before = set(threading.enumerate())
    with open_rooms(street(printer=at(printer)), home, events.put):
        assert set(threading.enumerate()) > before
    assert set(threading.enumerate()) == before


def test_everything_is_closed_when_the_screen_falls_over(home: Home, printer: VirtualPrinter, events: Events) -> None:
    before = set(threading.enumerate())
    with pytest.raises(RuntimeError, match="fell over"), open_rooms(street(printer=at(printer)), home, events.put):
        raise RuntimeError("the screen fell over")
    assert set(threading.enumerate()) == before


def test_cards_are_read_in_a_process_that_ends_with_the_kiosk(home: Home, events: Events) -> None:
    with open_rooms(street(), home, events.put) as rooms:
        cards = rooms.tools.cards
        assert isinstance(cards, CardReaderService)
        until = time.monotonic() + 10
        while cards.process is None:
            assert time.monotonic() < until
            time.sleep(0.01)
        process = psutil.Process(cards.process)
        assert process.is_running()
    assert not process.is_running()


def test_a_kiosk_that_reads_no_cards(home: Home, events: Events) -> None:
    with open_rooms(street(card={"enabled": False}), home, events.put) as rooms:
        assert rooms.tools.cards.state is ReaderState.ABSENT
        assert not any("cardreader.process" in child.cmdline() for child in psutil.Process().children())
        rows = {what: well for what, _how, well in rooms.tools.diagnosis.report()}
        assert rows[Phrases()("health.card")]


def test_without_a_printer(home: Home, events: Events) -> None:
    with open_rooms(street(), home, events.put) as rooms:
        assert rooms.tools.printer.state is PrinterState.ABSENT
        assert rooms.tools.preview.render(WORDS).height > 0
        with pytest.raises(PrintError) as caught:
            rooms.tools.printer.submit(lambda number: WORDS)
        assert caught.value.code is Code.PRINTER_ABSENT


def test_without_a_catalogue(home: Home, events: Events) -> None:
    with open_rooms(street(), home, events.put) as rooms:
        assert rooms.tools.catalogue.current() is None
        assert report(rooms)["catalogue"] is False


def test_broken_catalogue_gives_way_to_the_one_before(home: Home, built: Path, events: Events) -> None:
    shutil.copy(built, home.catalogue(7))
    home.catalogue(8).write_bytes(built.read_bytes()[: 1 << 14])
    with open_rooms(street(), home, events.put) as rooms:
        catalogue = rooms.tools.catalogue.current()
        assert catalogue is not None
        assert catalogue.info.revision == 7


def test_demo_shows_the_sample_city(home: Home, records: Path, events: Events) -> None:
    settings = Settings(profile="demo", catalogue=CatalogueSettings(sample_city=records))
    with open_rooms(settings, home, events.put) as rooms:
        catalogue = rooms.tools.catalogue.current()
        assert catalogue is not None
        assert catalogue.info.counts["guide"] == 2


def test_demo_without_a_sample_city_starts_all_the_same(home: Home, tmp_path: Path, events: Events) -> None:
    settings = Settings(profile="demo", catalogue=CatalogueSettings(sample_city=tmp_path / "nothing"))
    with open_rooms(settings, home, events.put) as rooms:
        assert rooms.tools.catalogue.current() is None


def test_home_that_cannot_be_written(built: Path, printer: VirtualPrinter, events: Events) -> None:
    folder = Path("/sys/kernel")  # nobody makes files there, root neither
    if not folder.is_dir():
        pytest.skip("no /sys on this machine")
    with open_rooms(street(printer=at(printer)), Home(folder), events.put) as rooms:
        rooms.open_catalogue(built)
        assert rooms.tools.catalogue.current() is not None
        assert not rooms.marks.kept
        with pytest.raises(PrintError) as caught:
            rooms.tools.printer.submit(lambda number: WORDS)
        assert caught.value.code is Code.JOURNAL_FAILED
        rooms.marks.put("staff.note", "until the end of the process")
        assert rooms.marks.get("staff.note") == "until the end of the process"
        assert report(rooms)["journal"] is False
        assert report(rooms)["home"] is False
    assert printer.papers == ()


def test_new_catalogue_reaches_search_and_keyboard_at_once(home: Home, built: Path, events: Events) -> None:
    with open_rooms(street(), home, events.put) as rooms:
        assert rooms.tools.typing.candidates("bujz") == () or rooms.tools.typing.candidates("bujz")[0].text != "补驾照"
        rooms.open_catalogue(built)
        assert rooms.tools.typing.candidates("bujz")[0].text == "补驾照"
        catalogue = rooms.tools.catalogue.current()
        assert catalogue is not None
        assert catalogue.info.revision == 7


def test_a_synced_catalogue_is_adopted_with_its_words(home: Home, built: Path, events: Events) -> None:
    with open_rooms(street(), home, events.put) as rooms:
        rooms.adopt(built)
        catalogue = rooms.tools.catalogue.current()
        assert catalogue is not None
        assert catalogue.search("驾照丢了").hits[0].card.id == "ga-023"
        assert rooms.tools.typing.candidates("bujz")[0].text == "补驾照"
        assert rooms.clock.floor is not None
        assert rooms.clock.floor >= catalogue.info.made_at


def other(folder: Path, **marks: object) -> Path:
    """A newer catalogue with one guide about something else."""
    records = [
        {"kind": "org", "id": "org-ga", "name": "公安局"},
        {**RECORDS[3], "name": "养犬登记", "aliases": ["狗证"]},
    ]
    written(folder, [{**record, **marks} for record in records])
    build(folder, folder / "other.db", revision=8, made_at=dt.datetime(2026, 11, 2, tzinfo=dt.UTC))
    return folder / "other.db"


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: 1 << 14])


def scrambled(path: Path) -> None:
    path.write_bytes(b"<html>" + path.read_bytes()[6:])


def unproved(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM meta WHERE key = 'digest'")
    connection.close()


def of_another_layout(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (cut, Code.CATALOGUE_UNREADABLE),
        (scrambled, Code.CATALOGUE_UNREADABLE),
        (Path.unlink, Code.CATALOGUE_UNREADABLE),
        (unproved, Code.CATALOGUE_UNREADABLE),
        (of_another_layout, Code.CATALOGUE_FORMAT),
    ],
    ids=["cut short", "no database", "gone", "without a digest", "another layout"],
)
def test_a_broken_catalogue_is_refused_and_the_old_one_stays(
    home: Home, built: Path, tmp_path: Path, events: Events, spoil: Callable[[Path], None], code: Code
) -> None:
    path = other(tmp_path / "other")
    spoil(path)
    with open_rooms(street(), home, events.put) as rooms:
        rooms.adopt(built)
        with pytest.raises(CatalogueError) as caught:
            rooms.adopt(path)
        assert caught.value.code is code
        stands_as_before(rooms)


def test_a_street_kiosk_shows_no_sample_whatever_a_hub_sends(
    home: Home, built: Path, tmp_path: Path, events: Events
) -> None:
    sample = other(tmp_path / "other", sample=True)
    with open_rooms(street(), home, events.put) as rooms:
        rooms.adopt(built)
        with pytest.raises(CatalogueError) as caught:
            rooms.adopt(sample)
        assert caught.value.code is Code.CATALOGUE_FORMAT
        stands_as_before(rooms)
    with open_rooms(street(profile="demo"), home, events.put) as rooms:
        rooms.adopt(sample)
        catalogue = rooms.tools.catalogue.current()
        assert catalogue is not None
        assert (catalogue.info.revision, catalogue.info.sample) == (8, True)


def stands_as_before(rooms: Rooms) -> None:
    """Catalogue and keyboard answer as those of revision 7 do."""
    catalogue = rooms.tools.catalogue.current()
    assert catalogue is not None
    assert catalogue.info.revision == 7
    assert catalogue.search("驾照丢了").hits[0].card.id == "ga-023"
    assert rooms.tools.typing.candidates("bujz")[0].text == "补驾照"
    assert "狗证" not in [word.text for word in rooms.tools.typing.candidates("gouzheng")]


def test_the_hubs_word_counts_for_the_catalogue_on_show_alone(
    home: Home, built: Path, tmp_path: Path, events: Events
) -> None:
    """What is refused makes the old content no fresher, though the hub says every few minutes that it is the newest."""
    sample = other(tmp_path / "other", sample=True)
    at = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)
    with DeviceStore(home.device_db) as store:
        store.put(CHECKED, f"8 {int(at.timestamp())}")
    settings = street(sync={"url": "http://127.0.0.1:9/public", "poll_s": 3600})
    with open_rooms(settings, home, events.put) as rooms:
        rooms.adopt(built)
        with pytest.raises(CatalogueError):
            rooms.adopt(sample)
        assert rooms.tools.supply.checked_at is None
    with open_rooms(settings.model_copy(update={"profile": "demo"}), home, events.put) as rooms:
        rooms.adopt(sample)
        assert rooms.tools.supply.checked_at == at


def test_catalogue_and_uptime_tell_the_clock_how_late_it_must_be(home: Home, built: Path, events: Events) -> None:
    shutil.copy(built, home.catalogue(7))
    with open_rooms(street(), home, events.put) as rooms:
        floor = rooms.clock.floor
        assert floor is not None
        assert floor >= dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
    with DeviceStore(home.device_db) as store:
        assert int(store.get(MARK) or 0) >= int(floor.timestamp())
    home.catalogue(7).unlink()
    with open_rooms(street(), home, events.put) as rooms:
        assert rooms.clock.floor is not None
        assert rooms.clock.floor >= floor - dt.timedelta(seconds=1)


def report(rooms: Rooms) -> dict[str, bool]:
    """Whether each probe is well, by its Chinese name's key."""

    say = Phrases()
    names = {say(f"health.{probe}"): probe for probe in ("catalogue", "printer", "clock", "journal", "home", "display")}
    return {names[what]: well for what, how, well in rooms.tools.diagnosis.report() if what in names}


def test_report_of_a_running_kiosk_does_not_wait(
    home: Home, built: Path, printer: VirtualPrinter, events: Events
) -> None:
    shutil.copy(built, home.catalogue(7))
    printer.fail("mute")
    with open_rooms(street(printer=at(printer)), home, events.put) as rooms:
        assert heard(events, PrinterChanged) == PrinterChanged(PrinterState.OFFLINE)
        rooms.tools.diagnosis.report()
        begun = rooms.clock.monotonic()
        found = report(rooms)
        assert rooms.clock.monotonic() - begun < 1.0
        assert (found["catalogue"], found["journal"], found["printer"]) == (True, True, False)


def test_gate_of_each_profile() -> None:
    assert staff_gate(Settings(profile="demo")).open("2468")
    assert not staff_gate(street()).open("2468")
    own = StaffSettings.model_validate({"pin_hash": str(PinHash.make("97531"))})
    gate = staff_gate(Settings(profile="demo", staff=own))
    assert gate.open("97531")
    assert not gate.open("2468")


def test_rooms_get_what_was_set() -> None:
    settings = Settings.model_validate({"visit": {"idle_s": 45}, "printer": {"host": "10.0.0.9", "stall_s": 7}})
    assert visit_settings(settings) == VisitSettings(idle_s=45)
    assert settings.printer.spooling() == SpoolingSettings(host="10.0.0.9", stall_seconds=7)
    assert Settings().printer.spooling() == SpoolingSettings()
    assert visit_settings(Settings()) == VisitSettings()
    assert {field.name for field in dataclasses.fields(VisitSettings)} == set(Settings().visit.model_dump())
