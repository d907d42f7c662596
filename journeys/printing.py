"""Printing once, and being honest about what became of it: on its way, out, not printed, or nobody knows."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field, replace

from domain.errors import Code, PrintError
from domain.events import Event, JobState, SlipFinished, SlipProgress
from domain.paper import Dots
from domain.reprint import Reprint, same_content
from domain.slip import Slip, Variant
from journeys.moves import Back, Go, Move, Quiet, Replace, Step
from journeys.nearby import nearest_with_paper
from journeys.slip import Make, Paper, Words
from journeys.take_away import TakeAwayText
from journeys.views import NotPrinted, Press, Printed, Printing
from journeys.visit import Visit
from phrases import Phrases

OURS = frozenset((Code.PRINTER_BUSY, Code.FAIR_USE, Code.SAME_SLIP))
"""Why nothing is printed although the printer would; another kiosk is of no use then."""


@dataclass(frozen=True, slots=True)
class Order:
    """A slip as it was asked for: enough to print it once more when its paper was not to be had.

    `make` and `say`: to build it from what the catalogue says then, in the language it had; `number` and `at`: of the
    first of this slip, the time None while the clock is not trusted; `copy`: which one of this slip it is, from 1;
    `reprint`: what it says of the first one, when it is not that itself.
    """

    make: Make
    say: Phrases
    variant: Variant
    paper: Paper = field(compare=False)
    number: int = 0
    at: dt.datetime | None = None
    copy: int = 1
    reprint: Reprint | None = None

    def build(self, number: int) -> Slip:
        """The slip under its own number; one that is not the first says so on the paper."""
        return self.paper.build(number, self.variant, self.reprint)

    def again(self, visit: Visit) -> Order:
        """The next of the same slip, with what the catalogue says now. Raises `CatalogueError` (K-06) when its item is
        gone.
        """
        clock, paper = visit.tools.clock, self.make(self.say)
        before, after = (each.build(self.number, self.variant) for each in (self.paper, paper))
        told = Reprint(
            original=self.number,
            ordinal=self.copy + 1,
            first_at=self.at,
            at=clock.now() if clock.trusted else None,
            changed=not same_content(before, after),
        )
        return replace(self, paper=paper, copy=self.copy + 1, reprint=told)


def send(visit: Visit, order: Order, dots: Dots | None = None) -> Step:
    """Hands a slip to the printer: the step that waits for its word, or the one that says why nothing is printed.

    `dots`: the slip as it was looked at. One that somebody asked for once more on purpose goes without a key, because
    it may be printed within the minute.
    """
    tools, key = visit.tools, order.paper.key
    built: list[tuple[int, Slip]] = []

    def build(number: int) -> Slip:
        built.append((number, order.build(number)))
        return built[-1][1]

    try:
        job = tools.printer.submit(build, key if order.copy == 1 else "")
    except PrintError as error:
        first = visit.slips.get(key) if error.code is Code.SAME_SLIP else None
        return NotPrintedStep(visit, error.code, Words(visit, order.make), order=first, seconds=error.seconds)
    number, slip = built[-1]
    if order.copy == 1:
        order = replace(order, number=number, at=tools.clock.now() if tools.clock.trusted else None)
        visit.slips[key] = order
    visit.printed += 1
    return PrintingStep(visit, job, order, dots or tools.preview.render(slip))


class PrintingStep(Quiet):
    """Waits for the printer's word. It cannot be left, so that nobody asks twice; the spooler's own timers end it."""

    def __init__(self, visit: Visit, job: str, order: Order, dots: Dots) -> None:
        self.visit = visit
        self.job = job
        self.order = order
        self.fraction = 0.0
        self.dots = dots

    def view(self) -> Printing:
        """The page."""
        say = self.visit.say
        return Printing(say("printing.title"), say("printing.line"), self.fraction, self.dots)

    def hear(self, event: Event) -> Move | None:
        """Progress, and the end."""
        if isinstance(event, SlipProgress) and event.job == self.job:
            self.fraction = event.fraction
        if isinstance(event, SlipFinished) and event.job == self.job:
            return Replace(self._ended(event))
        return None

    def _ended(self, event: SlipFinished) -> Step:
        visit, order = self.visit, self.order
        if event.state is JobState.CONFIRMED:
            return PrintedStep(visit, order)
        code, words = event.code or Code.PRINTER_TROUBLE, Words(visit, order.make)
        if event.state is JobState.UNCERTAIN:
            return NotPrintedStep(visit, code, words, order=order, uncertain=True)
        if order.copy == 1:
            visit.slips.pop(order.paper.key, None)
        return NotPrintedStep(visit, code, words)


class PrintedStep(Quiet):
    """印好了; back by itself after a while, because the paper is what matters now.

    Whoever says that nothing came out is told what the printer says and asked to look; only then, and only for the
    first of a slip, another one is offered, which carries on it that it is one.
    """

    lively = True

    def __init__(self, visit: Visit, order: Order) -> None:
        self.visit = visit
        self.order = order
        self.started = visit.tools.clock.monotonic()
        self.left = int(visit.tools.settings.printed_s)
        self.asked = False

    @property
    def _again(self) -> bool:
        return self.order.copy == 1 and self.visit.tools.printer.state.prints

    def view(self) -> Printed:
        """The page."""
        say = self.visit.say
        lines: tuple[str, ...] = (say("printed.line"),)
        press = Press(say("printed.missing"), "missing", "", "help", enabled=not self.asked)
        if self.asked and self._again:
            lines = (say("printed.checked"), say("printed.ask_again"))
            press = Press(say("printed.again"), "again", "", "print")
        elif self.asked:
            lines = (say("printed.checked"), say("printed.ask"))
        return Printed(
            title=say("printed.title"),
            lines=lines,
            seconds=self.left,
            actions=(Press(say("printed.back"), "back", "", "description"), press),
        )

    def do(self, action: str, value: str) -> Move | None:
        """Back, a look at the printer's state, and once that was read another slip."""
        if action == "missing" and not self.asked:
            self.asked = True
            self.started = self.visit.tools.clock.monotonic()
            self.left = int(self.visit.tools.settings.printed_s)
            self.visit.tools.printer.check()
        elif action == "again" and self.asked and self._again:
            return Replace(send(self.visit, self.order.again(self.visit)))
        return Back() if action == "back" else None

    def tick(self, now: float) -> Move | None:
        """Counts down."""
        self.left = max(0, int(self.visit.tools.settings.printed_s - (now - self.started)))
        return Back() if self.left == 0 else None


class NotPrintedStep(Quiet):
    """Nothing was printed, or nobody knows: says so with its code, gives the whole text to the phone, and names the
    nearest kiosk that has paper.

    `order`: what can be printed once more: a slip of which nobody knows whether it came out, or (P-09) one that came
    out less than a minute ago. It is never offered without saying that there may be one already, and printed only when
    that was read and answered. `seconds`: with P-09, how long the same is not printed without that.
    """

    def __init__(
        self,
        visit: Visit,
        code: Code,
        words: Words,
        *,
        order: Order | None = None,
        uncertain: bool = False,
        seconds: int = 0,
    ) -> None:
        self.visit = visit
        self.code = code
        self.words = words
        self.order = order if order is not None and order.copy == 1 else None
        self.uncertain = uncertain
        self.asked = False
        self.left = seconds
        self.lively = seconds > 0
        self._until = visit.tools.clock.monotonic() + seconds

    @property
    def _again(self) -> bool:
        return self.order is not None and self.visit.tools.printer.state.prints

    @property
    def _elsewhere_is_no_better(self) -> bool:
        return self.code in OURS or (self.uncertain and self.visit.tools.printer.state.prints)

    def view(self) -> NotPrinted:
        """The page."""
        visit, say = self.visit, self.visit.say
        key = f"error.{self.code.value}"
        taken = self.words()
        texts = taken.texts
        qr_lines = [say("take.offline")]
        if len(texts) > 1:
            qr_lines.append(say("take.several", n=len(texts)))
        else:
            qr_lines.append(say("take.all_text" if taken.whole else "take.main_points"))
        actions = [Press(say("notprinted.back"), "back", "", "description")]
        if self._again:
            actions.append(Press(say("notprinted.sure" if self.asked else "notprinted.again"), "again", "", "print"))
        actions.append(Press(say("guide.take"), "take", "", "qr_code_2"))
        actions.append(Press(say("help.call"), "", "", "call", enabled=False))
        return NotPrinted(
            title=say(f"{key}.title"),
            lines=tuple(self._lines(key)),
            code=self.code.value,
            tone="warn" if self.uncertain or self.code in OURS else "stop",
            ways_head=say("notprinted.ways"),
            qr=visit.tools.qr.rows(texts[0]),
            qr_head=say("take.head" if taken.whole else "take.head_part"),
            qr_lines=tuple(qr_lines),
            near=None if self._elsewhere_is_no_better else nearest_with_paper(visit),
            actions=tuple(actions),
        )

    def _lines(self, key: str) -> list[str]:
        say = self.visit.say
        code = say("notprinted.code", code=self.code.value)
        if self._again and self.asked:
            return [say("notprinted.look_first"), code]
        lines = [say(f"{key}.line")]
        if self.uncertain:
            lines.append(say("notprinted.uncertain"))
        if self.code is Code.SAME_SLIP:
            lines.append(say("notprinted.wait", n=self.left) if self.left else say("notprinted.now"))
        return [*lines, code]

    def do(self, action: str, value: str) -> Move | None:
        """Back to where the citizen read, all texts, and once it was asked and answered another slip."""
        if action == "take":
            return Go(TakeAwayText(self.visit, self.words))
        if action == "again" and self._again and self.order is not None:
            if self.asked:
                return Replace(send(self.visit, self.order.again(self.visit)))
            self.asked = True
            self.visit.tools.printer.check()
        return Back() if action == "back" else None

    def tick(self, now: float) -> Move | None:
        """Counts down to when the same may be printed."""
        self.left = max(0, math.ceil(self._until - now)) if self.lively else 0
        return None
