"""都清掉了: says what was erased, then makes room for the next person."""

from __future__ import annotations

import math

from domain.events import Event, ReaderChanged, ReaderState
from journeys.left_card import where_left
from journeys.moves import Begin, Leave, Move, Quiet
from journeys.views import Cleared, Press
from journeys.visit import Visit

FORGOTTEN_CARD = 3
"""So many times as long the farewell stands at most while a card still lies on the reader."""


class ClearedStep(Quiet):
    """Holds nothing of the visit but whether there was something to erase; `visit` is already the next, empty one.

    While a card lies there (`lying`), it says so and waits for its holder; once the card is away it stands as long as
    ever, but never longer than `FORGOTTEN_CARD` times that in all.
    """

    lively = True

    def __init__(
        self, visit: Visit, *, looked: bool, typed: bool, card: bool, waiting: bool, lying: bool = False
    ) -> None:
        self.visit = visit
        self.rows = (
            ("cleared.looked", looked),
            ("cleared.card", card),
            ("cleared.typed", typed),
            ("cleared.paper", waiting),
        )
        self.lying = lying
        self._stands = visit.tools.settings.cleared_s
        self._since = visit.tools.clock.monotonic()
        self._last = self._since + FORGOTTEN_CARD * self._stands
        self.left = self._left(self._since)

    def _left(self, now: float) -> int:
        until = self._last if self.lying else min(self._since + self._stands, self._last)
        return max(0, math.ceil(until - now))

    def view(self) -> Cleared:
        """The page."""
        say = self.visit.say
        rows = tuple((say(key), say("cleared.done") if had else say("cleared.none")) for key, had in self.rows)
        return Cleared(
            title=say("cleared.title"),
            line=say("cleared.line"),
            rows=rows,
            again=Press(say("cleared.again"), "again"),
            countdown=say.count("cleared.countdown", self.left),
            warning=say(where_left("cleared.take_card", self.visit.tools.cards.lying)) if self.lying else "",
        )

    def do(self, action: str, value: str) -> Move | None:
        """Starts anew at once."""
        return Begin(self.visit.lang) if action == "again" else None

    def hear(self, event: Event) -> Move | None:
        """Whether the card is still there. A reader that is lost from sight for a moment, as while a fresh process
        takes
        it over, says nothing about that.
        """
        if isinstance(event, ReaderChanged):
            now = self.visit.tools.clock.monotonic()
            if event.state is ReaderState.HOLDING:
                self.lying = True
            elif event.state is ReaderState.EMPTY and self.lying:
                self.lying, self._since = False, now
            self.left = self._left(now)
        return None

    def tick(self, now: float) -> Move | None:
        """Counts down."""
        self.left = self._left(now)
        return Leave() if self.left == 0 else None
