"""`kiosk slip` and `kiosk printer`: the paper of an item as picture and bytes, and how the printer is."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from pathlib import Path

from domain.errors import CatalogueError, Code, PrintError
from domain.events import Event, JobState, SlipFinished
from domain.paper import WIDTH_58, WIDTH_80
from domain.ports import SlipPreview
from domain.slip import Slip, Variant
from journeys.slip import EventPaper, GuidePaper, Paper
from journeys.staff import StaffStep
from journeys.visit import Visit
from kiosk.home import Home
from kiosk.ruler import RulerAbove, ruler_slip
from kiosk.settings import Settings
from kiosk.terminal import note, say, say_json
from kiosk.wiring import Rooms, open_rooms
from phrases import Phrases
from printer.job import encode
from printer.layout import SlipLayout
from printer.picture import png
from printer.profiles import PROFILES, DeviceProfile

WIDTHS = {"80": WIDTH_80, "58": WIDTH_58}
"""Dots a line by paper width in millimetres."""

LONGEST_S = 180.0
"""A slip that nobody has heard of for so long is not waited for: the spooler's own timers end one much earlier."""


def paper_of(visit: Visit, id: str) -> Paper:
    """The paper of a guide or a life event. Raises `CatalogueError` K-06 when the catalogue has neither."""
    for kind in (GuidePaper, lambda visit, id: EventPaper(visit, id, {})):
        try:
            return kind(visit, id)
        except CatalogueError as error:
            if error.code is not Code.NO_SUCH_ITEM:
                raise
    raise CatalogueError(Code.NO_SUCH_ITEM, f"no guide and no life event {id!r} in the catalogue")


def show_slip(
    visit: Visit,
    id: str,
    variant: Variant,
    profile: DeviceProfile,
    *,
    picture: Path | None,
    escpos: Path | None,
    as_json: bool,
) -> None:
    """Draws the paper of item `id` and writes it as PNG and as the bytes that the printer would get."""
    slip = paper_of(visit, id).build(visit.tools.printer.next_number(), variant)
    dots = visit.tools.preview.render(slip)
    render = visit.tools.preview.render
    job = encode(slip, lambda each: dots if each is slip else render(each), profile).data
    if picture is not None:
        picture.write_bytes(png(dots))
    if escpos is not None:
        escpos.write_bytes(job)
    if as_json:
        say_json(
            {
                "item": id,
                "variant": variant.value,
                "lang": slip.lang,
                "width": dots.width,
                "height": dots.height,
                "millimetres": round(dots.millimetres, 1),
                "bytes": len(job),
            }
        )
    else:
        say(f"{id}: {dots.width} x {dots.height} dots, {dots.millimetres:.0f} mm of paper, {len(job)} bytes")


def profile_for(settings: Settings, width_mm: str) -> DeviceProfile:
    """The kiosk's own printer where it takes paper of that width, else a common one that does."""
    own = settings.printer.spooling().device
    return own if own.width == WIDTHS[width_mm] else PROFILES[f"generic-{width_mm}"]


def print_test(settings: Settings, home: Home) -> int:
    """Prints the test slip of staff mode."""

    def submit(rooms: Rooms) -> str:
        step = StaffStep(Visit(rooms.tools, 0))
        step.do("test_slip", "")
        if not step.job:
            note(step.message)
        return step.job

    return _print(settings, home, submit)


def print_ruler(settings: Settings, home: Home, heard: Callable[[SlipFinished], None] | None = None) -> int:
    """Prints a slip that shows whether the whole width of the paper is printed and every dot of the head burns.

    `heard` is told how it ended, before a fault is raised.
    """
    width = settings.printer.spooling().device.width

    def submit(rooms: Rooms) -> str:
        return rooms.tools.printer.submit(lambda number: ruler_words(Phrases(), number, width, rooms))

    return _print(settings, home, submit, RulerAbove(SlipLayout(width)), heard)


def ruler_words(phrases: Phrases, number: int, width: int, rooms: Rooms) -> Slip:
    """What stands below the ruler of `width` dots, with the facts of this kiosk."""
    place, now = rooms.tools.place, rooms.clock.now()
    machine = [phrases("calibrate.paper", mm=80 if width == WIDTH_80 else 58, dots=width)]
    catalogue = rooms.tools.catalogue.current()
    if catalogue is not None:
        info = catalogue.info
        made = info.made_at.astimezone(now.tzinfo).date().isoformat()
        machine.append(phrases("calibrate.catalogue", revision=info.revision, day=made, digest=info.digest[:12]))
    machine.append(phrases("slip.printed", when=f"{now:%Y-%m-%d %H:%M}", kiosk=place.name, number=place.number))
    return ruler_slip(phrases, number, width, tuple(machine))


def _print(
    settings: Settings,
    home: Home,
    submit: Callable[[Rooms], str],
    preview: SlipPreview | None = None,
    heard: Callable[[SlipFinished], None] | None = None,
) -> int:
    """Prints one slip, waits for what becomes of it and says so; exit status 0 only when the printer confirmed it."""
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    with open_rooms(settings, home, events.put, preview=preview) as rooms:
        job = submit(rooms)
        finished = _finished(events, job) if job else None
    if finished is None:
        return 1
    if heard is not None:
        heard(finished)
    say(f"{finished.state.value}, {finished.millimetres:.0f} mm of paper")
    if finished.code is not None:
        raise PrintError(finished.code, "the slip is on its way to nobody: look at the printer")
    return 0 if finished.state is JobState.CONFIRMED else 1


def _finished(events: queue.SimpleQueue[Event], job: str) -> SlipFinished | None:
    until = time.monotonic() + LONGEST_S
    while (left := until - time.monotonic()) > 0:
        try:
            event = events.get(timeout=left)
        except queue.Empty:
            break
        if isinstance(event, SlipFinished) and event.job == job:
            return event
    note(f"{Code.PRINT_UNCERTAIN.value} nothing was heard of the slip")
    return None
