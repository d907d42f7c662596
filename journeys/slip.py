"""Printing: look at the very paper, print it once, and be honest about what became of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from domain.errors import CatalogueError, Code, PrintError
from domain.event_slip import build_event_slip
from domain.events import CardProved, Event, JobState, PrinterState, SlipFinished, SlipProgress
from domain.guide_slip import QR_BYTES, SlipFacts, build_guide_slip, guide_text
from domain.life_plan import ordered_steps
from domain.paper import Dots
from domain.records import Guide, LifeEvent
from domain.slip import Slip, Variant
from journeys import offices
from journeys.moves import Back, Move, Quiet, Replace
from journeys.names import guide_places, org_name
from journeys.trip import route_of
from journeys.views import NotPrinted, Press, Printed, Printing, SlipPreview, Tag, TakeAway
from journeys.visit import Visit

STATE_CODES = {
    PrinterState.PAPER_OUT: Code.PAPER_OUT,
    PrinterState.COVER_OPEN: Code.COVER_OPEN,
    PrinterState.OFFLINE: Code.PRINTER_OFFLINE,
    PrinterState.ABSENT: Code.PRINTER_ABSENT,
    PrinterState.TROUBLE: Code.PRINTER_TROUBLE,
}


def slip_facts(visit: Visit, guide: Guide) -> SlipFacts:
    """What the paper needs besides the guide, taken now, so that preview and paper are the same."""
    catalogue, clock = visit.catalogue, visit.tools.clock
    info = catalogue.info
    now = clock.now()
    return SlipFacts(
        department=org_name(catalogue, guide.department),
        agency=org_name(catalogue, guide.handling_agency),
        places=offices.nearest_first(visit, guide_places(catalogue, guide)),
        kiosk=visit.tools.place,
        at=now,
        trusted=clock.trusted,
        calendars=visit.calendars,
        revision=info.revision,
        catalogue_day=info.made_at.astimezone(now.tzinfo).date(),
        sample=info.sample,
        office=org_name(catalogue, guide.accepting_office),
        verified_by=org_name(catalogue, guide.verified_by),
    )


class Paper(Protocol):
    """What is to be printed: named for the pages around it, built for a number and a size."""

    def build(self, number: int, variant: Variant) -> Slip:
        """The slip."""
        ...

    def text(self) -> str:
        """The same in plain words for a QR code, at most `QR_BYTES` bytes."""
        ...


class GuidePaper:
    """The 明白纸 of one guide; its facts are taken once, so that every look at it shows the same."""

    def __init__(self, visit: Visit, id: str) -> None:
        guide = visit.catalogue.get(Guide, id)
        if guide is None:
            raise CatalogueError(Code.NO_SUCH_ITEM)
        self.guide = guide
        self.say = visit.say
        self.facts = slip_facts(visit, guide)

    def build(self, number: int, variant: Variant) -> Slip:
        """The slip."""
        return build_guide_slip(self.say, self.guide, self.facts, number=number, variant=variant)

    def text(self) -> str:
        """The guide in plain words."""
        return guide_text(self.say, self.guide, self.facts, QR_BYTES)


class EventPaper:
    """One slip for a whole life event."""

    def __init__(self, visit: Visit, id: str, answers: dict[str, str]) -> None:
        catalogue = visit.catalogue
        event = catalogue.get(LifeEvent, id)
        if event is None:
            raise CatalogueError(Code.NO_SUCH_ITEM)
        guides = {step.guide: catalogue.get(Guide, step.guide) for step in event.steps}
        held = {id: guide for id, guide in guides.items() if guide is not None}
        self.plan = ordered_steps(event, held, answers)
        self.say = visit.say
        self.facts = [slip_facts(visit, step.guide) for step in self.plan.steps]
        self.route = route_of(visit, self.plan)

    def build(self, number: int, variant: Variant) -> Slip:
        """The slip."""
        return build_event_slip(self.say, self.plan, self.facts, self.route, number=number, variant=variant)

    def text(self) -> str:
        """The steps in plain words."""
        lines = [self.say("text.title", name=self.plan.event.name)]
        lines += [f"{number} {step.guide.name}" for number, step in enumerate(self.plan.steps, 1)]
        while len("\n".join(lines).encode()) > QR_BYTES and len(lines) > 1:
            lines.pop()
        return "\n".join(lines)


PROOF_S = 8.0
"""So long a proof of the card is waited for; the card service gives up on a silent card before that."""


class PreviewStep(Quiet):
    """打印前看一眼. The paper is built once a size; its number is the one that the journal will give it.

    While a card lies there that this visit has read, nothing is printed before the reader has said that it is still the
    same one: what is on the glass is about its holder. Another card ends the visit by itself, as one that is laid down.
    """

    def __init__(self, visit: Visit, paper: Callable[[], Paper]) -> None:
        self.visit = visit
        self.make = paper
        self.paper = paper()
        self.lang = visit.lang
        self.variant = Variant.LARGE if visit.large else Variant.FULL
        self._drawn: tuple[Slip, Dots] | None = None
        self._proving: float | None = None
        self._unproved = False
        self.lively = False
        """From the first question to the reader on: its answer may fail to come."""

    def slip(self, number: int | None = None) -> Slip:
        """The slip as it will be printed; built anew only when the language was switched."""
        if self.lang != self.visit.lang:
            self.paper, self.lang = self.make(), self.visit.lang
        return self.paper.build(self.visit.tools.printer.next_number() if number is None else number, self.variant)

    def dots(self) -> Dots:
        """The paper as it will come out; drawn again only when the slip is another."""
        slip = self.slip()
        if self._drawn is None or self._drawn[0] != slip:
            self._drawn = (slip, self.visit.tools.preview.render(slip))
        return self._drawn[1]

    def view(self) -> SlipPreview:
        """The page."""
        say, tools = self.visit.say, self.visit.tools
        dots = self.dots()
        state = tools.printer.state
        sizes = tuple(
            (
                Press(say(f"variant.{variant.value}"), "variant", variant.value),
                say(f"variant.{variant.value}_line"),
                variant is self.variant,
            )
            for variant in (Variant.FULL, Variant.LARGE, Variant.COMPACT)
        )
        if state.prints:
            line = say("preview.low") if state is PrinterState.NEAR_END else say("preview.ready")
            tag = Tag(line, "check_circle", "ok")
        else:
            tag = Tag(say("preview.no_paper"), "warning", "warn")
        if self._unproved and state.prints:
            tag = Tag(say("preview.card_moved"), "contactless", "warn")
        return SlipPreview(
            title=say("preview.title"),
            paper=dots,
            length=say("preview.length", n=round(dots.millimetres / 10)),
            choices=((say("preview.size"), sizes),),
            privacy=say("preview.privacy"),
            state=tag,
            actions=(
                Press(say("preview.print"), "submit", "", "print", enabled=state.prints and self._proving is None),
                Press(say("guide.take"), "take", "", "qr_code_2"),
            ),
        )

    def do(self, action: str, value: str) -> Move | None:
        """Sizes and printing. A printer that cannot print leads to the page that says why and what else helps."""
        if action == "variant" and value in {variant.value for variant in Variant}:
            self.variant = Variant(value)
        elif action == "take":
            return Replace(TakeAwayText(self.visit, self.paper.text()))
        elif action == "submit" and self._proving is None:
            card, tools = self.visit.card, self.visit.tools
            if card.person is None or not card.lying:
                return self._submit()
            self._proving, self._unproved = tools.clock.monotonic(), False
            self.lively = True
            tools.cards.prove()
        return None

    def hear(self, event: Event) -> Move | None:
        """Prints once the card is known to be the same."""
        if isinstance(event, CardProved) and self._proving is not None:
            self._proving, self._unproved = None, not event.same
            return self._submit() if event.same else None
        return None

    def tick(self, now: float) -> Move | None:
        """Does not wait for ever."""
        if self._proving is not None and now - self._proving > PROOF_S:
            self._proving, self._unproved = None, True
        return None

    def _submit(self) -> Move:
        text, dots = self.paper.text(), self.dots()
        try:
            job = self.visit.tools.printer.submit(self.slip)
        except PrintError as error:
            return Replace(NotPrintedStep(self.visit, error.code, text))
        self.visit.printed += 1
        return Replace(PrintingStep(self.visit, job, text, dots))


class SlipStep(PreviewStep):
    """Preview of one guide's slip."""

    def __init__(self, visit: Visit, id: str) -> None:
        super().__init__(visit, lambda: GuidePaper(visit, id))


class EventSlipStep(PreviewStep):
    """Preview of a life event's slip."""

    def __init__(self, visit: Visit, id: str, answers: dict[str, str]) -> None:
        super().__init__(visit, lambda: EventPaper(visit, id, answers))


class PrintingStep(Quiet):
    """Waits for the printer's word. It cannot be left, so that nobody asks twice; the spooler's own timers end it."""

    def __init__(self, visit: Visit, job: str, text: str, dots: Dots) -> None:
        self.visit = visit
        self.job = job
        self.fraction = 0.0
        self.text = text
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
            if event.state is JobState.CONFIRMED:
                return Replace(PrintedStep(self.visit))
            return Replace(NotPrintedStep(self.visit, event.code or Code.PRINTER_TROUBLE, self.text, event.state))
        return None


class PrintedStep(Quiet):
    """印好了; back by itself after a while, because the paper is what matters now."""

    lively = True

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.started = visit.tools.clock.monotonic()
        self.left = int(visit.tools.settings.printed_s)
        self.checked = False

    def view(self) -> Printed:
        """The page."""
        say = self.visit.say
        lines: tuple[str, ...] = (say("printed.line"),)
        if self.checked:
            lines = (say("printed.checked"), say("printed.ask"))
        return Printed(
            title=say("printed.title"),
            lines=lines,
            seconds=self.left,
            actions=(
                Press(say("printed.back"), "back", "", "description"),
                Press(say("printed.missing"), "missing", "", "help", enabled=not self.checked),
            ),
        )

    def do(self, action: str, value: str) -> Move | None:
        """Back, or a look at the printer's state: never a second slip without being asked for one."""
        if action == "missing":
            self.checked = True
            self.visit.tools.printer.check()
        return Back() if action == "back" else None

    def tick(self, now: float) -> Move | None:
        """Counts down."""
        self.left = max(0, int(self.visit.tools.settings.printed_s - (now - self.started)))
        return Back() if self.left == 0 else None


class NotPrintedStep(Quiet):
    """Nothing was printed, or nobody knows: says so with its code, and gives the whole text to the phone."""

    def __init__(self, visit: Visit, code: Code, text: str, state: JobState = JobState.NOT_SENT) -> None:
        self.visit = visit
        self.code = code
        self.text = text
        self.state = state

    def view(self) -> NotPrinted:
        """The page."""
        say = self.visit.say
        key = f"error.{self.code.value}"
        uncertain = self.state is JobState.UNCERTAIN
        lines = [say(f"{key}.line")]
        if uncertain:
            lines.append(say("notprinted.uncertain"))
        lines.append(say("notprinted.code", code=self.code.value))
        return NotPrinted(
            title=say(f"{key}.title"),
            lines=tuple(lines),
            code=self.code.value,
            tone="warn" if uncertain else "stop",
            ways_head=say("notprinted.ways"),
            qr=self.visit.tools.qr.rows(self.text),
            qr_head=say("take.head"),
            qr_lines=(say("take.offline"), say("take.all_text")),
            actions=(
                Press(say("notprinted.back"), "back", "", "description"),
                Press(say("help.call"), "", "", "call", enabled=False),
            ),
        )

    def do(self, action: str, value: str) -> Move | None:
        """Back to where the citizen read."""
        return Back() if action == "back" else None


class TakeAwayText(Quiet):
    """手机带走: the text itself as a QR code."""

    def __init__(self, visit: Visit, text: str) -> None:
        self.visit = visit
        self._text = text

    def text(self) -> str:
        """What the code holds."""
        return self._text

    def view(self) -> TakeAway:
        """The page."""
        say = self.visit.say
        return TakeAway(
            title=say("take.title"),
            qr=self.visit.tools.qr.rows(self.text()),
            lines=(say("take.offline"), say("take.all_text"), say("take.no_phone")),
            actions=(Press(say("take.back"), "back", "", "arrow_back"),),
        )

    def do(self, action: str, value: str) -> Move | None:
        """Back."""
        return Back() if action == "back" else None


class TakeAwayStep(TakeAwayText):
    """手机带走 of one guide, in the language that is chosen when it is looked at."""

    def __init__(self, visit: Visit, id: str) -> None:
        super().__init__(visit, "")
        self.id = id

    def text(self) -> str:
        """The guide in plain words. Raises `CatalogueError` (K-06) when it is gone."""
        return GuidePaper(self.visit, self.id).text()
