"""打印前看一眼: look at the very paper, choose its size, its language and whom it is for, and print it."""

from __future__ import annotations

from domain.events import CardProved, Event, PrinterState
from domain.paper import LONG_MM, Dots
from domain.slip import Slip, Variant
from journeys.moves import Move, Quiet, Replace
from journeys.printing import Order, send
from journeys.slip import CHINESE, SIZES, EventPaper, GuidePaper, Make, Words
from journeys.take_away import TakeAwayText
from journeys.views import Press, SlipPreview, Tag
from journeys.visit import Visit
from phrases import LANGUAGES, Phrases

PROOF_S = 8.0
"""So long a proof of the card is waited for; the card service gives up on a silent card before that."""


class PreviewStep(Quiet):
    """打印前看一眼. The paper is built once a choice; its number is the one that the journal will give it.

    When the roll is nearly used up the short slip is chosen, and the page says why, until somebody chooses otherwise;
    not for large type, whose slip is short already. Who reads another language gets both on the paper, because the
    clerk reads Chinese.

    While a card lies there that this visit has read, nothing is printed before the reader has said that it is still the
    same one: what is on the glass is about its holder. Another card ends the visit by itself, as one that is laid down.
    """

    def __init__(self, visit: Visit, make: Make) -> None:
        self.visit = visit
        self.make = make
        self.paper = make(visit.say)
        self.lang = visit.lang
        self.size: Variant | None = None
        """The size that the citizen chose; None: the one that suits."""
        self.tongue = ""
        """"own" for the citizen's language, "zh", "both"; empty: what suits."""
        self.clerk = False
        self._drawn: tuple[Slip, Dots] | None = None
        self._long = False
        """Whether the full slip was seen to be longer than people like to carry."""
        self._proving: float | None = None
        self._unproved = False
        self.lively = False
        """From the first question to the reader on: its answer may fail to come."""

    # What is to be printed

    @property
    def _saving(self) -> bool:
        """Whether the short slip was chosen because of the roll."""
        low = self.visit.tools.printer.state is PrinterState.NEAR_END
        return low and self.size is None and not self.visit.large and not self.tongue and not self.clerk

    @property
    def _tongue(self) -> str:
        if self.tongue:
            return self.tongue
        both = self.visit.lang not in CHINESE and Variant.BILINGUAL in self.paper.variants
        return "both" if both and self.size is None and not self.visit.large and not self._saving else "own"

    @property
    def variant(self) -> Variant:
        """As what the slip is printed."""
        if self.clerk:
            return Variant.CLERK
        if self._tongue == "both":
            return Variant.BILINGUAL
        if self.size is not None:
            return self.size
        if self._saving:
            return Variant.COMPACT
        return Variant.LARGE if self.visit.large else Variant.FULL

    @property
    def _say(self) -> Phrases:
        """The language that the paper is built in."""
        return Phrases(LANGUAGES[0]) if self._tongue == "zh" else self.visit.say

    def slip(self, number: int | None = None) -> Slip:
        """The slip as it will be printed; its facts are taken anew only when the language was switched."""
        say = self._say
        if self.lang != say.lang:
            self.paper, self.lang = self.make(say), say.lang
        return self.paper.build(self.visit.tools.printer.next_number() if number is None else number, self.variant)

    def dots(self) -> Dots:
        """The paper as it will come out; drawn again only when the slip is another."""
        slip = self.slip()
        if self._drawn is None or self._drawn[0] != slip:
            self._drawn = (slip, self.visit.tools.preview.render(slip))
            if slip.variant is Variant.FULL:
                self._long = self._drawn[1].millimetres > LONG_MM
        return self._drawn[1]

    # The page

    def view(self) -> SlipPreview:
        """The page."""
        say, tools = self.visit.say, self.visit.tools
        dots = self.dots()
        prints = tools.printer.state.prints
        return SlipPreview(
            title=say("preview.title"),
            paper=dots,
            length=say("preview.length", n=round(dots.millimetres / 10)),
            choices=tuple(filter(None, (self._sizes(), self._tongues(), self._readers()))),
            privacy=say("preview.privacy"),
            state=self._state(),
            actions=(
                Press(say("preview.print"), "submit", "", "print", enabled=prints and self._proving is None),
                Press(say("guide.take"), "take", "", "qr_code_2"),
            ),
        )

    def _sizes(self) -> tuple[str, tuple[tuple[Press, str, bool], ...]]:
        """Both languages come in one size, so none is chosen then; for the clerk's slip they are quiet. The short slip
        stands first where the full one is long.
        """
        say = self.visit.say
        sizes = sorted(SIZES, key=lambda size: size is not Variant.COMPACT) if self._long else SIZES
        rows = tuple(
            (
                Press(say(f"variant.{size.value}"), "variant", size.value, enabled=not self.clerk),
                say(f"variant.{size.value}_line"),
                size is self.variant,
            )
            for size in sizes
        )
        return say("preview.size"), rows

    def _tongues(self) -> tuple[str, tuple[tuple[Press, str, bool], ...]] | None:
        say, chosen = self.visit.say, self._tongue
        tongues = ["own"] if self.visit.lang in CHINESE else ["zh", "own"]
        if Variant.BILINGUAL in self.paper.variants:
            tongues.append("both")
        if len(tongues) < 2:
            return None
        rows = tuple(
            (
                Press(say(f"preview.lang.{each}"), "slip_lang", each, enabled=not self.clerk),
                say(f"preview.lang.{each}_line"),
                each == chosen and not self.clerk,
            )
            for each in tongues
        )
        return say("preview.lang"), rows

    def _readers(self) -> tuple[str, tuple[tuple[Press, str, bool], ...]] | None:
        if Variant.CLERK not in self.paper.variants:
            return None
        say = self.visit.say
        rows = tuple(
            (Press(say(f"preview.for.{who}"), "slip_for", who), say(f"preview.for.{who}_line"), clerk is self.clerk)
            for who, clerk in (("self", False), ("clerk", True))
        )
        return say("preview.for"), rows

    def _state(self) -> Tag:
        say, state = self.visit.say, self.visit.tools.printer.state
        if self._unproved and state.prints:
            return Tag(say("preview.card_moved"), "contactless", "warn")
        if state is PrinterState.CHECKING:
            return Tag(say("preview.checking"), "print", "ok")
        if not state.prints:
            return Tag(say("preview.no_paper"), "warning", "warn")
        if self._saving:
            return Tag(say("preview.low_short"), "warning", "warn")
        if self._long and self.variant is Variant.FULL and state is not PrinterState.NEAR_END:
            return Tag(say("preview.long"), "print", "ok")
        line = say("preview.low") if state is PrinterState.NEAR_END else say("preview.ready")
        return Tag(line, "check_circle", "ok")

    # What is done with it

    def do(self, action: str, value: str) -> Move | None:
        """Choices and printing. A printer that cannot print leads to the page that says why and what else helps."""
        if action == "variant" and value in SIZES:
            self.size, self.clerk = Variant(value), False
            if self._tongue == "both":
                self.tongue = "own"
        elif action == "slip_lang" and value in ("zh", "own", "both"):
            self.tongue, self.clerk = value, False
        elif action == "slip_for":
            self.clerk = value == "clerk" and Variant.CLERK in self.paper.variants
        elif action == "take":
            return Replace(TakeAwayText(self.visit, Words(self.visit, self.make)))
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
        dots = self.dots()
        order = Order(self.make, self._say, self.variant, self.paper)
        return Replace(send(self.visit, order, dots))


class SlipStep(PreviewStep):
    """Preview of one guide's slip."""

    def __init__(self, visit: Visit, id: str) -> None:
        super().__init__(visit, lambda say: GuidePaper(visit, id, say))


class EventSlipStep(PreviewStep):
    """Preview of a life event's slip."""

    def __init__(self, visit: Visit, id: str, answers: dict[str, str]) -> None:
        super().__init__(visit, lambda say: EventPaper(visit, id, answers, say))
