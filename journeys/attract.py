"""The inviting screen, and the calm one while there is nothing to find yet (尚未同步)."""

from __future__ import annotations

from dataclasses import replace

from domain import wording
from domain.errors import Code
from domain.events import PrinterState, ReaderState
from domain.freshness import Freshness, freshness
from journeys import staff
from journeys.invitation import invitation
from journeys.left_card import where_left
from journeys.moves import Begin, Go, Move, Quiet
from journeys.views import Attract, NotReady, Tag
from journeys.visit import Tools, Visit
from phrases import LANGUAGES, Phrases

PAPER = {
    PrinterState.READY: ("health.paper", "check_circle", "ok"),
    PrinterState.NEAR_END: ("health.paper_low", "check_circle", "ok"),
    PrinterState.CHECKING: ("preview.checking", "print", "ok"),
}


def content_age(tools: Tools) -> Freshness | None:
    """How old the open catalogue is; None while there is none. Raises `CatalogueError` when it cannot be read."""
    catalogue, clock = tools.catalogue.current(), tools.clock
    if catalogue is None:
        return None
    return freshness(catalogue.info.made_at, tools.supply.checked_at, clock.now(), trusted=clock.trusted)


def age_tag(say: Phrases, age: Freshness) -> Tag:
    """The day of the last update; once that is long ago how many days in words."""
    if age.level == "fresh":
        return Tag(say("fresh.updated", date=wording.month_day(say, age.on)), "update")
    return Tag(say.count("fresh.days", age.days), "sync_problem", "warn" if age.level == "ageing" else "stop")


class AttractStep(Quiet):
    """Shows the machine's honest state; any touch begins a visit."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit

    def view(self) -> Attract | NotReady:
        """The invitation, or what is missing."""
        say, tools = self.visit.say, self.visit.tools
        age = content_age(tools)
        if age is None:
            lines = (say("notready.line1"), say("notready.line2"))
            return NotReady(say("notready.title"), lines, Code.NO_CATALOGUE.value, say("help.call"))
        key, icon, tone = PAPER.get(tools.printer.state, ("health.no_paper", "warning", "warn"))
        health = (
            age_tag(say, age),
            Tag(say(key), icon, "ok" if tone == "ok" else "warn"),
        )
        reads = tools.cards.state is not ReaderState.ABSENT
        shown = invitation(say, health, prints=tools.printer.state.prints, reads=reads)
        if tools.cards.state is ReaderState.HOLDING:
            shown = replace(shown, line=say(where_left("attract.card_left", tools.cards.lying)))
        return shown

    def do(self, action: str, value: str) -> Move | None:
        """("start", language or nothing) begins; ("staff",) asks for the PIN."""
        if action == "staff":
            return Go(staff.PinStep(self.visit))
        if action == "start" and self.visit.tools.catalogue.current() is not None:
            return Begin(value if value in LANGUAGES else LANGUAGES[0])
        return None
