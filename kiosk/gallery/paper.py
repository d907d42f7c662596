"""Paper: the slip, how printing ends, what is taken along instead, and what is said of old slips.

Ends of a slip come from a printer that is told how to end it. With `workbench`, the address of a virtual printer's
control page, faults of a real one are shown, too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

from domain.check_code import NUMBERS, make
from domain.errors import Code, PrintError
from domain.events import JobState, PrinterState, SlipFinished, SlipProgress
from domain.ports import NearbyKiosk
from domain.records import Guide
from domain.slip import Slip
from journeys import views
from kiosk.gallery.steps import GUIDE_FULL, GUIDE_LONG, answer_event, begin, codes, to_attract, to_preview
from kiosk.tour import Tourist, ask

FAULTS = (("paper_out", PrinterState.PAPER_OUT), ("cover_open", PrinterState.COVER_OPEN))
"""Named as the virtual printer does, and what ours then says."""

ENDS = (
    ("13-printing", PrinterState.READY, None, None, ()),
    ("13b-printed", PrinterState.READY, JobState.CONFIRMED, None, ()),
    ("13c-missing", PrinterState.READY, JobState.CONFIRMED, None, ("missing",)),
    ("14-paper-out", PrinterState.PAPER_OUT, JobState.NOT_SENT, Code.PAPER_OUT, ()),
    ("14-uncertain", PrinterState.READY, JobState.UNCERTAIN, Code.PRINT_UNCERTAIN, ()),
    ("14-uncertain-asked", PrinterState.READY, JobState.UNCERTAIN, Code.PRINT_UNCERTAIN, ("again",)),
    ("14-uncertain-out", PrinterState.PAPER_OUT, JobState.UNCERTAIN, Code.PRINT_UNCERTAIN, ()),
)
"""What becomes of a slip: name, what the printer says then, how it ended and why, what is touched on the page."""

REFUSED = (("14-same", Code.SAME_SLIP, 42), ("14-fair-use", Code.FAIR_USE, 0))


class _Ending:
    """A printer that ends every slip as it is told, for pages that a good printer never shows."""

    def __init__(self, state: PrinterState, refuse: PrintError | None = None) -> None:
        self.state = state
        self._refuse = refuse

    def check(self) -> None:
        """Nothing to ask."""

    def next_number(self) -> int:
        """As of a journal that has forgotten nothing."""
        return 419

    def submit(self, build: Callable[[int], Slip], key: str = "") -> str:
        """Port `SlipPrinter`."""
        if self._refuse is not None:
            raise self._refuse
        build(self.next_number())
        return "slip"

    def end_session(self) -> None:
        """Nothing is kept."""


class _Next:
    """One other kiosk that had paper half an hour ago. Invented, as the sample city is."""

    def __init__(self, now: dt.datetime) -> None:
        self._at = now - dt.timedelta(minutes=31)

    def with_paper(self) -> tuple[NearbyKiosk, ...]:
        """Port `Neighbours`."""
        return (NearbyKiosk("021", "月亮湾亭", self._at, metres=650.0, bearing=135.0),)


def main(tourist: Tourist, folder: str) -> None:
    """The slip before it is printed, and codes to take along."""
    tourist.walk.act("home")
    tourist.walk.act("open", GUIDE_FULL)
    tourist.walk.act("print")
    tourist.see(views.SlipPreview)
    tourist.picture(f"{folder}/12-slip-preview")
    tourist.walk.act("slip_for", "clerk")
    tourist.picture(f"{folder}/12-slip-preview-clerk")
    tourist.walk.act("take")
    codes(tourist, f"{folder}/12-take-away")


def ends(tourist: Tourist, folder: str) -> None:
    """Every page around the paper, whatever printer this kiosk has."""
    walk = tourist.walk
    tools, visit = walk.tools, walk.visit
    try:
        for name, state, end, code, touches in ENDS:
            printer = _Ending(PrinterState.READY)
            visit.tools = replace(tools, printer=printer, neighbours=_Next(tools.clock.now()))
            visit.slips.clear()
            to_preview(tourist)
            walk.act("submit")
            if end is None:
                walk.hear(SlipProgress("slip", 0.55))
                tourist.picture(f"{folder}/{name}")
                walk.hear(SlipFinished("slip", JobState.CONFIRMED))
                continue
            printer.state = state
            walk.hear(SlipFinished("slip", end, code))
            for touch in touches:
                walk.act(touch)
            tourist.picture(f"{folder}/{name}")
        walk.act("take")
        if isinstance(tourist.view, views.TakeAway):
            tourist.picture(f"{folder}/14-take-away-out")
        for name, code, seconds in REFUSED:
            visit.tools = replace(tools, printer=_Ending(PrinterState.READY, PrintError(code, seconds=seconds)))
            to_preview(tourist)
            walk.act("submit")
            tourist.picture(f"{folder}/{name}")
        visit.tools = replace(tools, printer=_Ending(PrinterState.NEAR_END))
        to_preview(tourist)
        tourist.picture(f"{folder}/12-slip-preview-low")
        walk.act("home")
    finally:
        visit.tools = tools


def slips(tourist: Tourist) -> None:
    """Every kind of slip."""
    begin(tourist, "zh-Hans")
    answer_event(tourist)
    tourist.walk.act("plan")
    tourist.walk.act("print")
    tourist.picture("states/slip-event")
    tourist.walk.act("take")
    codes(tourist, "states/take-away-event")
    for variant in ("full", "large", "compact"):
        tourist.walk.act("home")
        tourist.walk.act("open", GUIDE_LONG)
        tourist.walk.act("print")
        tourist.walk.act("variant", variant)
        tourist.picture(f"states/slip-{variant}")
    tourist.walk.act("slip_lang", "both")
    tourist.picture("states/slip-bilingual")
    tourist.walk.act("home")


def old_slips(tourist: Tourist) -> None:
    """The pad for check codes, a misread group, and what is said of papers: unknown here, unchanged, newer than here;
    the last two where a hub has numbered the guides.
    """
    begin(tourist, "zh-Hans")
    catalogue = tourist.walk.visit.catalogue
    guide = catalogue.get(Guide, GUIDE_FULL)
    codes = {"misread": "2222", "unknown": make(NUMBERS - 1, 1)}
    if guide is not None and guide.number is not None and guide.version is not None:
        codes |= {"same": make(guide.number, guide.version), "newer": make(guide.number, guide.version + 1)}
    tourist.walk.act("check")
    tourist.see(views.CheckSlip)
    tourist.picture("states/check-slip")
    for name, code in codes.items():
        tourist.walk.act("home")
        tourist.walk.act("check")
        for symbol in code.replace("-", ""):
            tourist.walk.act("key", symbol)
        tourist.see(views.CheckSlip if name == "misread" else views.SlipChecked)
        tourist.picture(f"states/check-slip-{name}")
    tourist.walk.act("home")


def printing(tourist: Tourist, workbench: str | None) -> None:
    """What the printer of this kiosk makes of it; faults are set at `workbench`."""
    begin(tourist, "zh-Hans")
    to_preview(tourist)
    tourist.walk.act("submit")
    if isinstance(tourist.view, views.Printing):
        tourist.picture("states/printing")
    tourist.until("the printer's word", lambda: isinstance(tourist.view, views.Printed | views.NotPrinted))
    tourist.picture("states/printed")
    tourist.walk.act("missing")
    tourist.picture("states/printed-missing")
    tourist.walk.act("again")
    tourist.until("the printer's word", lambda: isinstance(tourist.view, views.Printed | views.NotPrinted))
    tourist.picture("states/printed-again")
    if workbench is None:
        return
    for fault, state in FAULTS:
        begin(tourist, "zh-Hans")
        to_preview(tourist)
        ask(workbench, "fault", name=fault)
        tourist.walk.act("submit")
        tourist.until(fault, lambda: isinstance(tourist.view, views.NotPrinted))
        tourist.picture(f"states/not-printed-{fault}")
        tourist.walk.tools.printer.check()
        _printer_is(tourist, state)
        tourist.walk.act("back")
        tourist.picture(f"states/guide-{fault}")
        to_attract(tourist)
        tourist.picture(f"states/attract-{fault}")
        ask(workbench, "clear")
        tourist.walk.tools.printer.check()
        tourist.until("a printer that prints", lambda: tourist.walk.tools.printer.state.prints)
    begin(tourist, "zh-Hans")
    to_preview(tourist)
    ask(workbench, "fault", name="reset", at=4000)
    tourist.walk.act("submit")
    tourist.until("an uncertain end", lambda: isinstance(tourist.view, views.NotPrinted))
    tourist.picture("states/not-printed-uncertain")
    ask(workbench, "clear")


def _printer_is(tourist: Tourist, state: PrinterState) -> None:
    tourist.until(f"a printer that is {state}", lambda: tourist.walk.tools.printer.state is state)
