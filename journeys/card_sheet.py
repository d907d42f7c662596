"""Laying a card down: the sheet that says how, that it is being read, or why nothing was read and what else helps."""

from __future__ import annotations

from domain.errors import Code
from domain.events import Event, ReaderChanged, ReaderState
from journeys.left_card import where_left
from journeys.moves import Back, Declare, Move, Quiet, Step
from journeys.views import CardPhase, CardSheet, Press, View
from journeys.visit import Visit

WORTH_ANOTHER_TRY = frozenset({Code.CARD_UNREADABLE, Code.CARD_TOO_SLOW, Code.CARD_GONE, Code.READER_BUSY})
"""Reasons that laying the same card down once more may cure."""


class CardSheetStep(Quiet):
    """A sheet over the step it was asked from, whose page stays in sight. It changes by itself with what the
    reader says: a card that is laid down again is read again.

    返回 while a card is being read means that the citizen would rather not, and so do the three taps: what the card
    says then is not taken. `asked` false: it rose by itself, because a card already lay there when the visit began; it
    goes away with that card.
    """

    def __init__(self, visit: Visit, below: Step, *, asked: bool = True) -> None:
        self.visit = visit
        self.below = below
        self._alone = not asked

    def view(self) -> View:
        """The page below."""
        return self.below.view()

    @property
    def phase(self) -> CardPhase:
        """What the reader and the visit's card together come to."""
        card = self.visit.card
        if card.reading:
            return "reading"
        if self._code() is not None:
            return "unread"
        return "left" if card.lying else "waiting"

    def _code(self) -> Code | None:
        card = self.visit.card
        if card.code is None and self.visit.tools.cards.state is ReaderState.ABSENT:
            return Code.NO_READER
        return card.code

    def sheet(self) -> CardSheet:
        """The sheet."""
        say, phase, code = self.visit.say, self.phase, self._code()
        key = f"card.{phase}"
        if phase == "unread" and code is not None:
            key = f"error.{code.value}"
        elif phase == "left":
            key = where_left("card.left", self.visit.tools.cards.lying)
        steps: tuple[str, ...] = ()
        if phase == "waiting":
            steps = (say("card.step_flat"), say("card.step_wait"), say("card.step_look"))
        elif phase == "unread" and code in WORTH_ANOTHER_TRY:
            steps = (say("card.step_away"), say("card.step_flat"), say("card.step_longer"))
        away = int(self.visit.tools.settings.card_away_s)
        return CardSheet(
            phase=phase,
            title=say(f"{key}.title"),
            line=say(f"{key}.line"),
            steps=steps,
            promise=(say("card.promise"), say.count("card.promise_clear", away)) if phase != "unread" else (),
            actions=(
                Press(say("card.declare"), "declare", "", "touch_app"),
                Press(say("card.cancel"), "back"),
                Press(say("nav.end"), "end"),
            ),
            note=say("card.kinds") if phase == "waiting" else "",
            code=say("notprinted.code", code=code.value) if phase == "unread" and code is not None else "",
        )

    def do(self, action: str, value: str) -> Move | None:
        """The way without a card, and away."""
        return Declare() if action == "declare" else None

    def hear(self, event: Event) -> Move | None:
        """Whoever takes away a card that somebody left need not be told any more."""
        if self._alone and isinstance(event, ReaderChanged):
            if event.state is ReaderState.READING:
                self._alone = False
            elif event.state is not ReaderState.HOLDING:
                return Back()
        return None
