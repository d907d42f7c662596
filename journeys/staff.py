"""Staff mode behind a PIN: paper change, test slip, diagnosis, stop. A citizen never gets past the first page."""

from __future__ import annotations

from domain import wording
from domain.errors import PrintError
from domain.events import Event, JobState, PrinterChanged, PrinterState, SlipFinished
from domain.paper import PAPER_MARK, ROLL_MARK, PaperGauge, millimetres
from domain.slip import Figures, Keyed, Masthead, Paragraph, Slip, Small, Tab, Tick, Ticks, Title
from journeys.moves import Leave, Move, Quiet, Replace, Shut
from journeys.views import Press, Staff, StaffPin
from journeys.visit import Visit

PIN_LONGEST = 12

ROLLS_M = (30, 50, 80, 100)
"""Lengths of rolls that are sold, in metres."""

USUAL_ROLL_MM = 50_000
"""Stands first while nobody has said how long the last one was."""


class PinStep(Quiet):
    """Asks for the PIN; wrong ones slow down in the gate itself."""

    lively = True

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.digits = ""
        self.trouble = ""
        self.touched = visit.tools.clock.monotonic()

    def view(self) -> StaffPin:
        """The page."""
        say = self.visit.say
        return StaffPin(say("staff.pin_title"), say("staff.pin_line"), len(self.digits), self.trouble)

    def do(self, action: str, value: str) -> Move | None:
        """Digits, enter, leave."""
        self.touched = self.visit.tools.clock.monotonic()
        if action == "digit" and value.isdigit() and len(self.digits) < PIN_LONGEST:
            self.digits += value
            self.trouble = ""
        elif action == "delete":
            self.digits = self.digits[:-1]
        elif action == "enter":
            pin, self.digits = self.digits, ""
            if self.visit.tools.gate.open(pin):
                return Replace(StaffStep(self.visit))
            self.trouble = self.visit.say("staff.pin_wrong")
        elif action == "leave":
            return Leave()
        return None

    def tick(self, now: float) -> Move | None:
        """Shuts by itself."""
        return Leave() if now - self.touched > self.visit.tools.settings.alert_s else None


class StaffStep(Quiet):
    """The machine's state and what staff do with it; shuts by itself when nobody touches it."""

    lively = True

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.message = ""
        self.page = 0
        self.job = ""
        self.stopping = False
        """Whether the last touch was on 关掉程序: only a second one in a row stops the kiosk."""
        self.touched = visit.tools.clock.monotonic()
        self.report = visit.tools.diagnosis.report()

    def view(self) -> Staff:
        """The page."""
        say = self.visit.say
        return Staff(
            title=say("staff.title"),
            rows=self.report,
            message=self.message or self._alarm(),
            page=self.page,
            actions=(
                Press(say("staff.test_slip"), "test_slip", "", "print"),
                Press(say("staff.paper_changed"), "paper_changed", "", "receipt_long"),
                *((Press(say("staff.usb"), "usb", "", "usb"),) if self.visit.tools.sticks is not None else ()),
                Press(say("staff.refresh"), "refresh", "", "refresh"),
                Press(say("staff.stop"), "stop", "", "power_settings_new"),
                Press(say("staff.leave"), "leave", "", "logout"),
            ),
        )

    def do(self, action: str, value: str) -> Move | None:
        """What staff do."""
        tools, say = self.visit.tools, self.visit.say
        self.touched = tools.clock.monotonic()
        if action == "test_slip":
            try:
                self.job = tools.printer.submit(self._test_slip)
                self.message = say("staff.test_sent")
            except PrintError as error:
                self.message = say("staff.test_refused", code=error.code.value)
        elif action == "paper_changed":
            return Replace(PaperStep(self))
        elif action == "usb" and tools.sticks is not None:
            from journeys.staff_stick import StickStep

            return Replace(StickStep(self, tools.sticks))
        elif action == "refresh":
            tools.printer.check()
            self.report = tools.diagnosis.report()
            self.message = ""
        elif action == "page" and value.isdigit():
            self.page = int(value)
        elif action == "leave":
            return Leave()
        elif action == "stop" and self.stopping:
            return Shut()
        elif action == "stop":
            self.message = say("staff.stop_again")
        self.stopping = action == "stop"
        return None

    def hear(self, event: Event) -> Move | None:
        """What became of the test slip, and the printer's new state."""
        if isinstance(event, SlipFinished) and event.job == self.job:
            done = event.state is JobState.CONFIRMED
            code = event.code.value if event.code else ""
            self.message = (
                self.visit.say("staff.test_done") if done else self.visit.say("staff.test_refused", code=code)
            )
        if isinstance(event, PrinterChanged | SlipFinished):
            self.report = self.visit.tools.diagnosis.report()
        return None

    def tick(self, now: float) -> Move | None:
        """Shuts by itself."""
        return Leave() if now - self.touched > self.visit.tools.settings.staff_idle_s else None

    def paper_changed(self, roll_mm: int) -> None:
        """Notes a new roll of that length."""
        marks = self.visit.tools.marks
        marks.put(ROLL_MARK, str(roll_mm))
        marks.put(PAPER_MARK, "0")
        self.visit.tools.printer.check()
        self.report = self.visit.tools.diagnosis.report()
        self.message = self.visit.say("staff.paper_noted")
        self.touched = self.visit.tools.clock.monotonic()

    def _alarm(self) -> str:
        """That a new roll is wanted, with how many slips the old one still holds where its length is known."""
        say, tools = self.visit.say, self.visit.tools
        roll, used = millimetres(tools.marks.get(ROLL_MARK)), millimetres(tools.marks.get(PAPER_MARK))
        gauge = PaperGauge(roll, used or 0.0) if roll else None
        if gauge is not None and gauge.near_end:
            return say("staff.paper_left", n=gauge.slips_left)
        return say("staff.paper_low") if tools.printer.state is PrinterState.NEAR_END else ""

    def _test_slip(self, number: int) -> Slip:
        """Every block once, so that one look at the paper tells whether printer and layout are well."""
        say, tools = self.visit.say, self.visit.tools
        now = tools.clock.now()
        rows = tuple((what, how) for what, how, _ in self.report)
        return Slip(
            (
                Masthead(say("slip.word"), say("slip.number", number=f"{number:06}")),
                Title(say("staff.test_title"), tools.place.name),
                Figures(
                    (
                        (say("staff.test_date"), wording.month_day(say, now.date())),
                        (say("staff.test_time"), f"{now:%H:%M}"),
                    )
                ),
                Tab(say("staff.test_look"), say("staff.test_width")),
                Ticks(tuple(Tick(say(f"staff.test_tick{index}"), "") for index in (1, 2, 3))),
                Tab(say("staff.title")),
                Keyed(rows[:8]),
                Paragraph(say("staff.test_end"), bold=True),
                Small(
                    (
                        say(
                            "slip.printed",
                            when=f"{now:%Y-%m-%d %H:%M}",
                            kiosk=tools.place.name,
                            number=tools.place.number,
                        ),
                    )
                ),
            )
        )


class PaperStep(Quiet):
    """换纸: how long the new roll is; choosing it is what says that it was changed, so that a touch by mistake resets
    nothing. The length of the last roll stands first.
    """

    lively = True

    def __init__(self, staff: StaffStep) -> None:
        self.staff = staff
        self.visit = staff.visit
        self.touched = self.visit.tools.clock.monotonic()

    def view(self) -> Staff:
        """The page: what was used of the old roll, and lengths."""
        say, marks = self.visit.say, self.visit.tools.marks
        used, roll = millimetres(marks.get(PAPER_MARK)), millimetres(marks.get(ROLL_MARK))
        unknown = say("staff.paper_unknown")
        rows = tuple(
            (say(key), say("staff.paper_roll", n=round(mm / 1000)) if mm is not None else unknown, True)
            for key, mm in (("staff.paper_used", used), ("staff.paper_length", roll))
        )
        lengths = sorted(ROLLS_M, key=lambda metres: metres * 1000 != (roll or USUAL_ROLL_MM))
        presses = (Press(say("staff.paper_roll", n=m), "roll", str(m * 1000), "receipt_long") for m in lengths)
        return Staff(
            title=say("staff.paper_title"),
            rows=rows,
            message=say("staff.paper_choose"),
            page=0,
            actions=(*presses, Press(say("staff.paper_kept"), "kept", "", "arrow_back")),
        )

    def do(self, action: str, value: str) -> Move | None:
        """A length, or back as it was."""
        self.touched = self.visit.tools.clock.monotonic()
        if action == "roll" and value in {str(metres * 1000) for metres in ROLLS_M}:
            self.staff.paper_changed(int(value))
            return Replace(self.staff)
        if action == "kept":
            self.staff.touched = self.touched
            return Replace(self.staff)
        return None

    def tick(self, now: float) -> Move | None:
        """Shuts by itself."""
        return Leave() if now - self.touched > self.visit.tools.settings.staff_idle_s else None
