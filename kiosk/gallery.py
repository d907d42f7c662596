"""Every screen in every state, as pictures: what an editor, a translator or a designer looks through.

States of the printer come from a printer, those of a card from a card reader. With `workbench` and `cards`, the
addresses of control pages of a virtual printer and a virtual reader, faults are set and cards laid down there, so that
the pages about them are what a citizen would see; without them these states are left out.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from domain.check_code import NUMBERS, make
from domain.errors import Code, PrintError
from domain.events import JobState, PrinterState, ReaderState, SlipFinished, SlipProgress
from domain.ports import Faulty, NearbyKiosk
from domain.records import Guide
from domain.slip import Slip
from journeys import views
from kiosk.clock import StandingClock
from kiosk.home import Home
from kiosk.settings import Settings
from kiosk.tour import CARD, Tourist, ask, visiting
from phrases import LANGUAGES

GUIDE_FULL, GUIDE_LONG, GUIDE_SHORT, FACT, EVENT, PLACE, ORG = (
    "ga-023", "ga-001", "zr-060", "f-001", "le-restaurant", "pl-zwzx", "org-gaj",
)  # fmt: skip
"""Records of the sample city with much, usual and little in them."""

FAULTS = (("paper_out", PrinterState.PAPER_OUT), ("cover_open", PrinterState.COVER_OPEN))
DECLARED = ("age:65_79", "home:local", "doing:retired")
"""Answers to the three questions."""

DIU = (
    "560,180 430,230 270,260",
    "220,310 430,305 610,290",
    "395,225 400,350 398,440",
    "110,470 380,455 690,450",
    "400,465 330,560 250,700 420,670 560,640",
    "520,570 580,640 640,720",
)
"""丢 on the pad, stroke by stroke, as a hand writes it."""

TIMES = (
    ("open", "2026-11-20T09:41"),
    ("closing", "2026-11-20T16:02"),
    ("over", "2026-11-20T16:42"),
    ("early", "2026-11-20T07:30"),
    ("workday-on-saturday", "2026-10-10T10:00"),
    ("holidays", "2026-09-30T17:10"),
)
"""A working Friday from morning to evening, a Saturday that is worked, the evening before a week of holidays."""

IDLE_S, ALERT_S = 2.0, 20.0


def everything(
    settings: Settings, home: Home, out: Path, workbench: str | None, cards: str | None = None
) -> list[Path]:
    """Walks all screens and returns the pictures made. Raises `CodedError` K-05 naming what was never reached."""
    made: list[Path] = []
    with visiting(settings, home, out) as tourist:
        for lang in LANGUAGES:
            _main_pages(tourist, lang, lang, cards=cards)
        _main_pages(tourist, "zh-Hans", "large", large=True, cards=cards)
        _side_pages(tourist)
        _finding(tourist)
        _times(tourist)
        _writing(tourist)
        if cards is not None:
            _cards(tourist, cards)
        _printing(tourist, workbench)
        _staff(tourist)
        made += tourist.pictures
    dark = settings.model_copy(update={"screen": settings.screen.model_copy(update={"theme": "hc"})})
    with visiting(dark, home, out) as tourist:
        _main_pages(tourist, "zh-Hans", "dark", cards=cards)
        made += tourist.pictures
    short = settings.visit.model_copy(update={"idle_s": IDLE_S, "alert_s": ALERT_S, "cleared_s": 60})
    with visiting(settings.model_copy(update={"visit": short}), home, out) as tourist:
        _idle(tourist)
        made += tourist.pictures
    with (
        _empty_home(home) as nothing,
        visiting(settings.model_copy(update={"profile": "street"}), nothing, out) as tourist,
    ):
        tourist.see(views.NotReady)
        tourist.picture("states/not-ready")
        made += tourist.pictures
    return made


def _begin(tourist: Tourist, lang: str, *, large: bool = False) -> None:
    tourist.walk.act("end")
    tourist.walk.act("again")
    if not isinstance(tourist.view, views.Home):
        tourist.walk.act("start", lang)
    elif tourist.walk.visit.lang != lang:
        tourist.walk.act("language")
        tourist.walk.act("choose", lang)
    tourist.see(views.Home)
    if large:
        tourist.walk.act("large")


def _pages(tourist: Tourist, name: str, most: int = 6) -> None:
    """A picture of each page of what is open; a screen that has no further page shows its last one again."""
    before = b""
    for page in range(most):
        tourist.walk.act("page", str(page))
        path = tourist.picture(f"{name}-{page + 1}")
        now = path.read_bytes()
        if now == before:
            path.unlink()
            tourist.pictures.pop()
            return
        before = now


def _main_pages(tourist: Tourist, lang: str, folder: str, *, large: bool = False, cards: str | None = None) -> None:
    if not isinstance(tourist.view, views.Attract):
        tourist.walk.act("end")
        tourist.until("the attract screen", lambda: isinstance(tourist.view, views.Attract))
    tourist.picture(f"{folder}/01-attract")
    _begin(tourist, lang, large=large)
    tourist.picture(f"{folder}/02-home")
    tourist.touch("type")
    tourist.see(views.Search)
    tourist.picture(f"{folder}/03-search-empty")
    for letter in "jiazhao":
        tourist.touch("key", letter)
    tourist.picture(f"{folder}/03-search")
    tourist.walk.act("clear")
    for name, question in (("05-results", "驾照丢了怎么办"), ("26-weak", "量子纠缠")):
        tourist.walk.act("home")
        tourist.walk.act("ask", question)
        tourist.see(views.Results)
        tourist.picture(f"{folder}/{name}")
    for number, id in (("06", GUIDE_FULL), ("06-long", GUIDE_LONG), ("06-short", GUIDE_SHORT)):
        tourist.walk.act("home")
        tourist.walk.act("open", id)
        tourist.see(views.Guide)
        _pages(tourist, f"{folder}/{number}-guide")
    for name, id in (("07-fact", FACT), ("08-event", EVENT)):
        tourist.walk.act("home")
        tourist.walk.act("open", id)
        _pages(tourist, f"{folder}/{name}")
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
    tourist.walk.act("home")
    tourist.walk.act("declare")
    for answer in DECLARED:
        tourist.walk.act("choose", answer)
    tourist.picture(f"{folder}/11-declaration")
    if cards is not None:
        tourist.walk.act("home")
        _reader_is(tourist, ReaderState.EMPTY)
        tourist.walk.act("card")
        tourist.picture(f"{folder}/09-card-tap")
        ask(cards, "insert", card=CARD)
        tourist.see(views.CardResults)
        _pages(tourist, f"{folder}/10-card-results", 3)
        ask(cards, "remove")
        _reader_is(tourist, ReaderState.EMPTY)
        tourist.picture(f"{folder}/10-card-away")
        tourist.walk.act("stay")
    tourist.walk.act("home")
    tourist.walk.act("open", GUIDE_FULL)
    tourist.walk.act("print")
    tourist.see(views.SlipPreview)
    tourist.picture(f"{folder}/12-slip-preview")
    tourist.walk.act("slip_for", "clerk")
    tourist.picture(f"{folder}/12-slip-preview-clerk")
    tourist.walk.act("take")
    _codes(tourist, f"{folder}/12-take-away")
    _paper_ends(tourist, folder)
    _corrections(tourist, folder)
    tourist.walk.act("end")
    tourist.picture(f"{folder}/16-cleared")


def _codes(tourist: Tourist, name: str) -> None:
    """Every code of what is taken along."""
    for number in range(tourist.see(views.TakeAway).count):
        tourist.walk.act("code", str(number))
        tourist.picture(f"{name}-{number + 1}")


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


def _paper_ends(tourist: Tourist, folder: str) -> None:
    """Every page around the paper, whatever printer this kiosk has."""
    walk = tourist.walk
    tools, visit = walk.tools, walk.visit
    try:
        for name, state, end, code, touches in ENDS:
            printer = _Ending(PrinterState.READY)
            visit.tools = replace(tools, printer=printer, neighbours=_Next(tools.clock.now()))
            visit.slips.clear()
            _to_preview(tourist)
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
            _to_preview(tourist)
            walk.act("submit")
            tourist.picture(f"{folder}/{name}")
        visit.tools = replace(tools, printer=_Ending(PrinterState.NEAR_END))
        _to_preview(tourist)
        tourist.picture(f"{folder}/12-slip-preview-low")
        walk.act("home")
    finally:
        visit.tools = tools


class _Told:
    """A hub that has what it was told, or not yet."""

    ready = True

    def __init__(self, *, arrives: bool) -> None:
        self._arrives = arrives

    def visit_began(self) -> None:
        """Nothing is counted."""

    def correct(self, item: str, revision: int, field: Faulty) -> str:
        """Port `Reports`."""
        return field

    def arrived(self, message: str) -> bool:
        """Port `Reports`."""
        return self._arrives


def _corrections(tourist: Tourist, folder: str) -> None:
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


def _to_preview(tourist: Tourist) -> None:
    tourist.walk.act("home")
    tourist.walk.act("open", GUIDE_FULL)
    tourist.walk.act("print")
    tourist.see(views.SlipPreview)


def _side_pages(tourist: Tourist) -> None:
    _begin(tourist, "zh-Hans")
    tourist.walk.act("open", GUIDE_FULL)
    tourist.walk.act("tick", "0")
    tourist.picture("states/guide-ticked")
    tourist.walk.act("take")
    _codes(tourist, "states/take-away")
    tourist.walk.act("home")
    tourist.walk.act("open", ORG)
    for tab in ("duties", "sections", "staff"):
        tourist.walk.act("tab", tab)
        tourist.picture(f"states/department-{tab}")
    tourist.walk.act("home")
    tourist.walk.act("open", PLACE)
    _pages(tourist, "states/place")
    tourist.walk.act("home")
    tourist.walk.act("open", EVENT)
    page = tourist.see(views.LifeEvent)
    for _, options in page.questions:
        tourist.walk.act(options[0][0].action, options[0][0].value)
    _pages(tourist, "states/event-answered")
    tourist.walk.act("plan")
    tourist.walk.act("print")
    tourist.picture("states/slip-event")
    tourist.walk.act("take")
    _codes(tourist, "states/take-away-event")
    for variant in ("full", "large", "compact"):
        tourist.walk.act("home")
        tourist.walk.act("open", GUIDE_LONG)
        tourist.walk.act("print")
        tourist.walk.act("variant", variant)
        tourist.picture(f"states/slip-{variant}")
    tourist.walk.act("slip_lang", "both")
    tourist.picture("states/slip-bilingual")
    tourist.walk.trouble()
    tourist.picture("states/trouble")
    tourist.walk.act("home")
    _old_slips(tourist)


def _old_slips(tourist: Tourist) -> None:
    """The pad for check codes, a misread group, and what is said of papers: unknown here, unchanged, newer than here;
    the last two where a hub has numbered the guides.
    """
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


def _writing(tourist: Tourist) -> None:
    """The pad: empty, while a character grows, with characters that were chosen; then candidates of the keyboard."""
    _begin(tourist, "zh-Hans")
    tourist.touch("type")
    if not any(press.value == "hand" for press, _ in tourist.see(views.Search).modes):
        return
    tourist.touch("mode", "hand")
    tourist.picture("states/writing-empty")
    for line in DIU[:2]:
        tourist.walk.act("stroke", line)
    tourist.picture("states/writing-begun")
    for line in DIU[2:]:
        tourist.walk.act("stroke", line)
    tourist.picture("states/writing-whole")
    tourist.walk.act("pick", "0")
    tourist.picture("states/writing-chosen")
    tourist.walk.act("large")
    for line in DIU:
        tourist.walk.act("stroke", line)
    tourist.picture("states/writing-large")
    tourist.walk.act("large")
    tourist.walk.act("mode", "zh")
    tourist.walk.act("clear")
    for letter in "jia":
        tourist.touch("key", letter)
    tourist.touch(".candidates", "1")
    tourist.picture("states/candidates")


def _times(tourist: Tourist) -> None:
    """Go now or not, and one trip for a life event, at times that make a difference."""
    tools = tourist.walk.tools
    try:
        for name, when in TIMES:
            at = dt.datetime.fromisoformat(when).replace(tzinfo=tools.clock.now().tzinfo)
            tourist.walk.tools = replace(tools, clock=StandingClock(at))
            for size, large in (("", False), ("-large", True)):
                _begin(tourist, "zh-Hans", large=large)
                tourist.walk.act("open", GUIDE_FULL)
                tourist.see(views.Guide)
                tourist.picture(f"states/guard-{name}{size}")
            _begin(tourist, "zh-Hans")
            tourist.walk.act("open", EVENT)
            tourist.see(views.LifeEvent)
            _pages(tourist, f"states/planner-{name}")
        tourist.walk.act("conditions")
        tourist.picture("states/planner-conditions")
    finally:
        tourist.walk.tools = tools
        tourist.walk.act("end")


def _finding(tourist: Tourist) -> None:
    """What helps where an answer is too long, too wide or not there, and the ways round the search field."""
    _begin(tourist, "zh-Hans")
    for name, question in (
        ("results-two-readings", "退休医保怎么办"),
        ("results-asking-back", "不动产登记"),
        ("weak-near", "月亮"),
        ("weak-categories", "阿巴阿巴"),
    ):
        tourist.walk.act("home")
        tourist.walk.act("ask", question)
        tourist.see(views.Results)
        _pages(tourist, f"states/{name}", 2)
    tourist.walk.act("home")
    tourist.walk.act("ask", "驾照")
    tourist.walk.act("narrow")
    choice = tourist.see(views.Narrow).groups[0].presses[0]
    tourist.picture("states/results-narrow")
    tourist.walk.act(choice.action, choice.value)
    tourist.picture("states/results-narrowed")
    tourist.walk.act("home")
    tourist.walk.act("departments")
    tourist.walk.act("toggle", ORG)
    below = next(row for row in tourist.see(views.Departments).rows if row.depth and row.opened is False)
    tourist.walk.act("toggle", below.id)
    tourist.picture("states/departments-opened")
    tourist.walk.act("items", ORG)
    tourist.picture("states/department-items")
    tourist.walk.act("home")
    tourist.walk.act("places")
    tourist.walk.act("choose", tourist.see(views.Places).rows[2].id)
    tourist.picture("states/places-chosen")
    tourist.walk.act("home")
    tourist.walk.act("facts")
    tourist.picture("states/facts")
    filters = tourist.see(views.ListPage).filters
    tourist.walk.act(filters[0][0].action, filters[0][0].value)
    tourist.picture("states/facts-theme")
    tourist.walk.act("home")


def _cards(tourist: Tourist, cards: str) -> None:
    """What can come of a card, beside the usual."""
    _begin(tourist, "zh-Hans")
    _reader_is(tourist, ReaderState.EMPTY)
    ask(cards, "fault", name="slow", argument=1)
    ask(cards, "insert", card=CARD, wait=False)
    _sheet_is(tourist, "reading")
    tourist.picture("states/card-reading")
    first = tourist.see(views.CardResults).rows[0].id
    ask(cards, "clear")
    tourist.walk.act("why", first)
    tourist.picture("states/card-why")
    tourist.walk.act("fold", first)
    tourist.picture("states/card-folded")
    tourist.walk.act("end")
    tourist.see(views.Cleared)
    tourist.picture("states/cleared-card-left")
    tourist.walk.act("again")
    _sheet_is(tourist, "left")
    tourist.picture("states/card-left")
    ask(cards, "remove")
    _begin(tourist, "zh-Hans")
    _reader_is(tourist, ReaderState.EMPTY)
    ask(cards, "insert", card="social-v1")
    tourist.until("a read card", lambda: isinstance(tourist.view, views.CardResults))
    tourist.walk.act("end")
    tourist.picture("states/cleared-card-left-slot")
    tourist.until("the attract screen", lambda: isinstance(tourist.view, views.Attract))
    tourist.picture("states/attract-card-left-slot")
    tourist.walk.act("start")
    _sheet_is(tourist, "left")
    tourist.picture("states/card-left-slot")
    ask(cards, "remove")
    for name in (
        "unknown",
        "storage",
        "bank",
        "social-v1",
        "social-v1-senior",
        "social-v3",
        "tunion-elsewhere",
        "expiring",
    ):
        _begin(tourist, "zh-Hans")
        _reader_is(tourist, ReaderState.EMPTY)
        ask(cards, "insert", card=name)
        tourist.until(
            "what came of the card",
            lambda: isinstance(tourist.view, views.CardResults) or _phase(tourist) == "unread",
        )
        tourist.picture(f"states/card-{name}")
        if isinstance(tourist.view, views.CardResults):
            tourist.walk.act("open", tourist.view.rows[0].id)
            ask(cards, "remove")
            _reader_is(tourist, ReaderState.EMPTY)
            tourist.picture(f"states/card-{name}-away")
        else:
            ask(cards, "remove")
            _reader_is(tourist, ReaderState.EMPTY)
        tourist.walk.act("end")
    _begin(tourist, "zh-Hans")
    tourist.walk.act("declare")
    tourist.walk.act("choose", DECLARED[0])
    tourist.walk.act("show")
    tourist.picture("states/declared")


def _phase(tourist: Tourist) -> str:
    sheet = tourist.sheet
    return sheet.phase if isinstance(sheet, views.CardSheet) else ""


def _sheet_is(tourist: Tourist, phase: str) -> None:
    tourist.until(f"the card sheet, {phase}", lambda: _phase(tourist) == phase)


def _reader_is(tourist: Tourist, state: ReaderState) -> None:
    tourist.until(f"a reader that is {state}", lambda: tourist.walk.tools.cards.state is state)


def _printing(tourist: Tourist, workbench: str | None) -> None:
    _begin(tourist, "zh-Hans")
    tourist.walk.act("open", GUIDE_FULL)
    tourist.walk.act("print")
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
        _begin(tourist, "zh-Hans")
        tourist.walk.act("open", GUIDE_FULL)
        tourist.walk.act("print")
        tourist.see(views.SlipPreview)
        ask(workbench, "fault", name=fault)
        tourist.walk.act("submit")
        tourist.until(fault, lambda: isinstance(tourist.view, views.NotPrinted))
        tourist.picture(f"states/not-printed-{fault}")
        tourist.walk.tools.printer.check()
        _printer_is(tourist, state)
        tourist.walk.act("back")
        tourist.picture(f"states/guide-{fault}")
        tourist.walk.act("end")
        tourist.until("the attract screen", lambda: isinstance(tourist.view, views.Attract))
        tourist.picture(f"states/attract-{fault}")
        ask(workbench, "clear")
        tourist.walk.tools.printer.check()
        tourist.until("a printer that prints", lambda: tourist.walk.tools.printer.state.prints)
    _begin(tourist, "zh-Hans")
    tourist.walk.act("open", GUIDE_FULL)
    tourist.walk.act("print")
    tourist.see(views.SlipPreview)
    ask(workbench, "fault", name="reset", at=4000)
    tourist.walk.act("submit")
    tourist.until("an uncertain end", lambda: isinstance(tourist.view, views.NotPrinted))
    tourist.picture("states/not-printed-uncertain")
    ask(workbench, "clear")


def _printer_is(tourist: Tourist, state: PrinterState) -> None:
    tourist.until(f"a printer that is {state}", lambda: tourist.walk.tools.printer.state is state)


def _staff(tourist: Tourist) -> None:
    tourist.walk.act("end")
    tourist.until("the attract screen", lambda: isinstance(tourist.view, views.Attract))
    tourist.walk.act("staff")
    for digit in "13":
        tourist.walk.act("digit", digit)
    tourist.picture("states/staff-pin")
    tourist.walk.act("enter")
    tourist.picture("states/staff-pin-wrong")
    for digit in "2468":
        tourist.walk.act("digit", digit)
    tourist.walk.act("enter")
    if isinstance(tourist.view, views.Staff):
        _pages(tourist, "states/staff", 3)
        tourist.walk.act("paper_changed")
        tourist.picture("states/staff-paper")
        tourist.walk.act("kept")
        tourist.walk.act("usb")
        tourist.until("a look at the sticks", lambda: _says(tourist, "staff.usb_none", "staff.usb_look_at"))
        tourist.picture("states/staff-usb")
        tourist.walk.act("done")
    tourist.walk.act("leave")


def _says(tourist: Tourist, *keys: str) -> bool:
    say = tourist.walk.visit.say
    return isinstance(tourist.view, views.Staff) and tourist.view.message in {say(key) for key in keys}


def _idle(tourist: Tourist) -> None:
    tourist.touch("start")
    tourist.walk.act("open", GUIDE_FULL)
    tourist.until(
        "the question whether anyone is there", lambda: bool(tourist.stage.scene and tourist.stage.scene.sheet)
    )
    tourist.picture("states/idle")


@contextmanager
def _empty_home(home: Home) -> Iterator[Home]:
    """A home with fonts and nothing else."""
    with tempfile.TemporaryDirectory(prefix="bianminting-") as folder:
        nothing = Home(Path(folder))
        nothing.fonts.symlink_to(home.fonts)
        nothing.prepare()
        yield nothing
