"""The inviting screen, and the calm one while there is nothing to find yet (尚未同步)."""

from __future__ import annotations

from domain import wording
from domain.errors import Code
from domain.events import PrinterState, ReaderState
from domain.freshness import Freshness, freshness
from journeys import staff
from journeys.moves import Begin, Go, Move, Quiet
from journeys.views import Attract, NotReady, Press, Tag
from journeys.visit import Tools, Visit
from phrases import LANGUAGES, Phrases

PAPER = {
    PrinterState.READY: ("health.paper", "check_circle", "ok"),
    PrinterState.NEAR_END: ("health.paper_low", "check_circle", "ok"),
}


def invitation(say: Phrases, health: tuple[Tag, ...], *, prints: bool, reads: bool = False) -> Attract:
    """What invites from two metres; without a card reader the second promise is browsing, without paper the third is
    the
    phone.
    """
    promises = [("search", say("attract.find"), say("attract.find_how"))]
    if reads:
        promises.append(("contactless", say("attract.card"), say("attract.card_how")))
    else:
        promises.append(("account_tree", say("attract.browse"), say("attract.browse_how")))
    if prints:
        promises.append(("receipt_long", say("attract.print"), say("attract.print_how")))
    else:
        promises.append(("qr_code_2", say("attract.scan"), say("attract.scan_how")))
    return Attract(
        question=say("attract.question"),
        line=say("attract.line"),
        promises=tuple(promises),
        start=Press(say("attract.start"), "start", "", "touch_app"),
        languages=tuple((lang, Phrases(lang)("language.own_name")) for lang in LANGUAGES),
        lang=say.lang,
        health=health,
        help=say("help.call"),
    )


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
        return invitation(say, health, prints=tools.printer.state.prints, reads=reads)

    def do(self, action: str, value: str) -> Move | None:
        """("start", language or nothing) begins; ("staff",) asks for the PIN."""
        if action == "staff":
            return Go(staff.PinStep(self.visit))
        if action == "start" and self.visit.tools.catalogue.current() is not None:
            return Begin(value if value in LANGUAGES else LANGUAGES[0])
        return None
