"""都清掉了: says what was erased, then makes room for the next person."""

from __future__ import annotations

from journeys.moves import Begin, Leave, Move, Quiet
from journeys.views import Cleared, Press
from journeys.visit import Visit


class ClearedStep(Quiet):
    """Holds nothing of the visit but whether there was something to erase; `visit` is already the next, empty one."""

    lively = True

    def __init__(self, visit: Visit, *, looked: bool, typed: bool, waiting: bool) -> None:
        self.visit = visit
        self.rows = (
            ("cleared.looked", looked),
            ("cleared.typed", typed),
            ("cleared.ticked", looked),
            ("cleared.paper", waiting),
        )
        self.started = visit.tools.clock.monotonic()
        self.left = int(visit.tools.settings.cleared_s)

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
        )

    def do(self, action: str, value: str) -> Move | None:
        """Starts anew at once."""
        return Begin(self.visit.lang) if action == "again" else None

    def tick(self, now: float) -> Move | None:
        """Counts down."""
        self.left = max(0, int(self.visit.tools.settings.cleared_s - (now - self.started) + 0.999))
        return Leave() if self.left == 0 else None
