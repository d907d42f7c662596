"""A page that could not be shown: what is offered in its place."""

from __future__ import annotations

from journeys.moves import GoHome, Move, Quiet
from journeys.views import Press, Trouble
from journeys.visit import Visit


class TroubleStep(Quiet):
    """A page that could not be shown; it offers the way home and a person to ask, and holds nothing else."""

    def __init__(self, visit: Visit, code: str) -> None:
        self.visit = visit
        self.code = code

    def view(self) -> Trouble:
        """The page; a code that has no sentence of its own gets that of K-05."""
        say = self.visit.say
        known = say.has(f"error.{self.code}.title")
        key = f"error.{self.code}" if known else "error.K-05"
        return Trouble(
            title=say(f"{key}.title"),
            lines=(say(f"{key}.line"), say("notprinted.code", code=self.code)),
            code=self.code,
            actions=(
                Press(say("trouble.home"), "home", "", "home"),
                Press(say("help.call"), "", "", "call", enabled=False),
            ),
        )

    def do(self, action: str, value: str) -> Move | None:
        """Home."""
        return GoHome() if action == "home" else None
