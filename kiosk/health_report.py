"""How this kiosk is, as the hub is told every minute: states, counts and free space, nothing about people.

The models of messages are loaded with the first report: a start has other things to do.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import importlib.metadata
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from domain.errors import Code, CodedError, DeviceStoreError
from domain.events import PrinterState, ReaderState
from kiosk import last_scan

if TYPE_CHECKING:
    from domain.paper import PaperGauge
    from domain.ports import CatalogueHandle, Clock, Marks
    from kiosk.home import Home
    from kiosk.settings import Settings
    from uplink.messages import Content, Placement, PrinterHealth, PrivacyHealth, ReaderHealth

STARTS: Final = "uplink.starts"
"""When the screen process began, in seconds since 1970, the last ones."""

MOST_STARTS: Final = 50

DAY_S: Final = 86400


@dataclass(frozen=True, slots=True)
class Proof:
    """The sync process has read `revision` from end to end and found `digest`."""

    revision: int
    digest: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the facts come from; whatever raises a coded error is told as unknown. `printer` and `reader` None: the
    kiosk has none.
    """

    settings: Settings
    home: Home
    clock: Clock
    marks: Marks
    catalogue: CatalogueHandle
    checked_at: Callable[[], dt.datetime | None]
    printer: Callable[[], PrinterState] | None
    paper: Callable[[], PaperGauge] | None
    reader: Callable[[], tuple[ReaderState, bool]] | None
    outbox: Callable[[], tuple[int, int]]
    errors: Callable[[], Mapping[Code, int]]
    began: float = field(default=0.0)


def health(
    sources: Sources, seq: int, *, proof: Proof | None, last_visit: dt.datetime | None, drift_s: int | None
) -> dict[str, Any]:
    """The body of the report number `seq`."""
    from uplink.messages import ClockHealth, Health, OutboxHealth, Position, body_of

    clock, place = sources.clock, sources.settings.place
    position = Position(lat=place.lat, lon=place.lon) if place.lat is not None and place.lon is not None else None
    waiting, dead = sources.outbox()
    return body_of(
        Health(
            seq=seq,
            at=clock.now().replace(microsecond=0),
            version=version(),
            content=_content(sources, proof),
            printer=_printer(sources),
            reader=_reader(sources),
            last_visit=last_visit,
            errors=dict(sources.errors()),
            disk_free_mb=shutil.disk_usage(sources.home.root).free >> 20,
            clock=ClockHealth(trusted=clock.trusted, drift_s=drift_s),
            uptime_s=max(0, int(clock.monotonic() - sources.began)),
            restarts=max(0, len(_starts(sources.marks, clock.now().timestamp())) - 1),
            outbox=OutboxHealth(waiting=waiting, dead=dead),
            privacy=_privacy(sources.home),
            place=position,
            placement=_placement(sources),
        )
    )


def version() -> str:
    """Of the installed software; 0 in a checkout that is not installed."""
    try:
        return importlib.metadata.version("bianminting")
    except importlib.metadata.PackageNotFoundError:
        return "0"


def note_start(marks: Marks, now: dt.datetime) -> None:
    """The screen process has begun."""
    moments = [*_starts(marks, now.timestamp()), int(now.timestamp())]
    with contextlib.suppress(DeviceStoreError):
        marks.put(STARTS, json.dumps(moments[-MOST_STARTS:]))


def _starts(marks: Marks, now: float) -> list[int]:
    try:
        return [int(one) for one in json.loads(marks.get(STARTS) or "[]") if now - DAY_S < one <= now]
    except (ValueError, TypeError):
        return []


def _content(sources: Sources, proof: Proof | None) -> Content | None:
    from uplink.messages import Content

    try:
        held = sources.catalogue.current()
        info = held.info if held is not None else None
    except CodedError:
        return None
    if info is None:
        return None
    proved = proof is not None and (proof.revision, proof.digest) == (info.revision, info.digest)
    return Content(
        revision=info.revision,
        digest=info.digest,
        made_at=info.made_at,
        proved_at=proof.at if proved and proof is not None else None,
        checked_at=sources.checked_at(),
        sample=info.sample,
    )


def _printer(sources: Sources) -> PrinterHealth:
    from uplink.messages import PrinterHealth

    if sources.printer is None:
        return PrinterHealth(state="none")
    left = used = None
    if sources.paper is not None:
        with contextlib.suppress(CodedError, ValueError):
            gauge = sources.paper()
            left, used = gauge.slips_left, int(gauge.used_mm)
    return PrinterHealth(state=sources.printer(), slips_left=left, millimetres=used)


def _reader(sources: Sources) -> ReaderHealth:
    from uplink.messages import ReaderHealth

    if sources.reader is None:
        return ReaderHealth(state="none")
    state, stuck = sources.reader()
    return ReaderHealth(state=state, stuck=stuck)


def _placement(sources: Sources) -> Placement:
    from kiosk.standpoint import standpoint
    from uplink.messages import Placement

    here = standpoint(sources.settings, sources.home)
    return Placement(ring=here.ring, district=here.district)


def _privacy(home: Home) -> PrivacyHealth:
    from uplink.messages import PrivacyHealth

    last = last_scan.kept(home)
    if last is None:
        return PrivacyHealth(status="never")
    known: dict[str, Literal["clean", "found", "incomplete"]] = {"clean": "clean", "found": "found"}
    return PrivacyHealth(status=known.get(last.status, "incomplete"), at=last.at)
