"""The rooms as they are put together, with everything that may be missing missing in turn."""

from __future__ import annotations

import dataclasses
import datetime as dt
import queue
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.errors import Code, PrintError
from domain.events import Event, JobState, PrinterChanged, PrinterState, SlipFinished
from domain.paper import PAPER_MARK
from domain.ports import KioskPlace
from domain.slip import Paragraph, Slip
from journeys.visit import VisitSettings
from kiosk.clock import MARK
from kiosk.home import Home
from kiosk.settings import CatalogueSettings, PlaceSettings, PrinterSettings, Settings, StaffSettings
from kiosk.staffgate import PinHash
from kiosk.unkept import UnkeptDevice
from kiosk.wiring import Rooms, open_rooms, staff_gate, visit_settings
from localdb.device.store import DeviceStore
from printer.settings import PrinterSettings as SpoolingSettings
from workbench.printer import VirtualPrinter

Events = queue.SimpleQueue[Event]
WORDS = Slip((Paragraph("一张小票"),))


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
        assert isinstance(rooms.marks, UnkeptDevice)
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
    from phrases import Phrases

    say = Phrases()
    names = {say(f"health.{probe}"): probe for probe in ("catalogue", "printer", "clock", "journal", "home", "display")}
    return {names[what]: well for what, how, well in rooms.tools.diagnosis.report() if what in names}


def test_report_of_a_running_kiosk_does_not_wait(
    home: Home, built: Path, printer: VirtualPrinter, events: Events
) -> None:
    shutil.copy(built, home.catalogue(7))
    printer.fail("mute")
    with open_rooms(street(printer=at(printer)), home, events.put) as rooms:
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
