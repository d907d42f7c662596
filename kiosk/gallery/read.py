"""Reading: guides, facts, life events, places and departments; 报错; what is said at which time of day."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from domain.ports import Faulty
from journeys import views
from kiosk.clock import StandingClock
from kiosk.gallery.steps import (
    EVENT,
    FACT,
    GUIDE_FULL,
    GUIDE_LONG,
    GUIDE_SHORT,
    ORG,
    PLACE,
    answer_event,
    begin,
    codes,
    pages,
)
from kiosk.tour import Tourist

TIMES = (
    ("open", "2026-11-20T09:41"),
    ("closing", "2026-11-20T16:02"),
    ("over", "2026-11-20T16:42"),
    ("early", "2026-11-20T07:30"),
    ("workday-on-saturday", "2026-10-10T10:00"),
    ("holidays", "2026-09-30T17:10"),
)
"""A working Friday from morning to evening, a Saturday that is worked, the evening before a week of holidays."""


def main(tourist: Tourist, folder: str) -> None:
    """A page of each kind."""
    for number, id in (("06", GUIDE_FULL), ("06-long", GUIDE_LONG), ("06-short", GUIDE_SHORT)):
        tourist.walk.act("home")
        tourist.walk.act("open", id)
        tourist.see(views.Guide)
        pages(tourist, f"{folder}/{number}-guide")
    for name, id in (("07-fact", FACT), ("08-event", EVENT)):
        tourist.walk.act("home")
        tourist.walk.act("open", id)
        pages(tourist, f"{folder}/{name}")
    for name, action, value in (
        ("09-theme", "theme", "6"),
        ("09-events", "events", ""),
        ("17-departments", "departments", ""),
        ("18-places", "places", ""),
        ("18-facts", "facts", ""),
        ("19-notices", "notices", ""),
        ("20-languages", "language", ""),
    ):
        tourist.walk.act("home")
        tourist.walk.act(action, value)
        tourist.picture(f"{folder}/{name}")


class _Told:
    """A hub that has what it was told, or not yet."""

    ready = True

    def __init__(self, *, arrives: bool) -> None:
        self._arrives = arrives

    def visit_began(self) -> None:
        """Nothing is counted."""

    def result_opened(self, place: int) -> None:
        """Nothing is counted."""

    def correct(self, item: str, revision: int, field: Faulty) -> str:
        """Port `Reports`."""
        return field

    def arrived(self, message: str) -> bool:
        """Port `Reports`."""
        return self._arrives


def corrections(tourist: Tourist, folder: str) -> None:
    """报错: the way there from a guide, the question, and thanks for it, on its way and there."""
    visit = tourist.walk.visit
    tools = visit.tools
    try:
        for name, arrives in (("waits", False), ("arrived", True)):
            visit.corrected.clear()
            visit.tools = replace(tools, reports=_Told(arrives=arrives))
            tourist.walk.act("home")
            tourist.walk.act("open", GUIDE_FULL)
            if not arrives:
                tourist.picture(f"{folder}/06-guide-correct")
            tourist.walk.act("correct")
            tourist.see(views.Correction)
            if not arrives:
                tourist.picture(f"{folder}/06c-correction")
            tourist.walk.act("say", "phone")
            tourist.picture(f"{folder}/06c-correction-{name}")
        tourist.walk.act("home")
    finally:
        visit.tools = tools


def states(tourist: Tourist) -> None:
    """What a touch makes of a page."""
    begin(tourist, "zh-Hans")
    tourist.walk.act("open", GUIDE_FULL)
    tourist.walk.act("tick", "0")
    tourist.picture("states/guide-ticked")
    tourist.walk.act("take")
    codes(tourist, "states/take-away")
    tourist.walk.act("home")
    tourist.walk.act("open", ORG)
    for tab in ("duties", "sections", "staff"):
        tourist.walk.act("tab", tab)
        tourist.picture(f"states/department-{tab}")
    tourist.walk.act("home")
    tourist.walk.act("open", PLACE)
    pages(tourist, "states/place")
    tourist.walk.act("home")
    answer_event(tourist)
    pages(tourist, "states/event-answered")
    tourist.walk.act("home")


def times(tourist: Tourist) -> None:
    """Go now or not, and one trip for a life event, at times that make a difference."""
    tools = tourist.walk.tools
    try:
        for name, when in TIMES:
            at = dt.datetime.fromisoformat(when).replace(tzinfo=tools.clock.now().tzinfo)
            tourist.walk.tools = replace(tools, clock=StandingClock(at))
            for size, large in (("", False), ("-large", True)):
                begin(tourist, "zh-Hans", large=large)
                tourist.walk.act("open", GUIDE_FULL)
                tourist.see(views.Guide)
                tourist.picture(f"states/guard-{name}{size}")
            begin(tourist, "zh-Hans")
            tourist.walk.act("open", EVENT)
            tourist.see(views.LifeEvent)
            pages(tourist, f"states/planner-{name}")
        tourist.walk.act("conditions")
        tourist.picture("states/planner-conditions")
    finally:
        tourist.walk.tools = tools
        tourist.walk.act("end")
