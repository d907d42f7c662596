"""Cards: what one brings up, and what else can come of it. A virtual reader is asked to hold them."""

from __future__ import annotations

from domain.events import ReaderState
from journeys import views
from kiosk.gallery.steps import begin, pages, reader_is
from kiosk.tour import CARD, Tourist, ask

DECLARED = ("age:65_79", "home:local", "doing:retired")
"""Answers to the three questions."""

KINDS = (
    "unknown",
    "storage",
    "bank",
    "social-v1",
    "social-v1-senior",
    "social-v3",
    "tunion-elsewhere",
    "expiring",
)
"""Cards of the virtual reader's wallet."""


def declaration(tourist: Tourist, folder: str) -> None:
    """What concerns somebody who has no card at hand."""
    tourist.walk.act("home")
    tourist.walk.act("declare")
    for answer in DECLARED:
        tourist.walk.act("choose", answer)
    tourist.picture(f"{folder}/11-declaration")


def main(tourist: Tourist, folder: str, cards: str) -> None:
    """How to tap, what the card brings up, and that it is away. `cards`: the reader's control page."""
    tourist.walk.act("home")
    reader_is(tourist, ReaderState.EMPTY)
    tourist.walk.act("card")
    tourist.picture(f"{folder}/09-card-tap")
    ask(cards, "insert", card=CARD)
    tourist.see(views.CardResults)
    pages(tourist, f"{folder}/10-card-results", 3)
    ask(cards, "remove")
    reader_is(tourist, ReaderState.EMPTY)
    tourist.picture(f"{folder}/10-card-away")
    tourist.walk.act("stay")


def states(tourist: Tourist, cards: str) -> None:
    """What can come of a card, beside the usual."""
    begin(tourist, "zh-Hans")
    reader_is(tourist, ReaderState.EMPTY)
    ask(cards, "fault", name="slow", argument=1)
    ask(cards, "insert", card=CARD, wait=False)
    _sheet_is(tourist, "reading")
    tourist.picture("states/card-reading")
    first = tourist.see(views.CardResults).rows[0].id
    ask(cards, "clear")
    tourist.walk.act("why", first)
    tourist.picture("states/card-why")
    tourist.walk.act("fold", first)
    tourist.picture("states/card-folded")
    tourist.walk.act("end")
    tourist.see(views.Cleared)
    tourist.picture("states/cleared-card-left")
    tourist.walk.act("again")
    _sheet_is(tourist, "left")
    tourist.picture("states/card-left")
    ask(cards, "remove")
    begin(tourist, "zh-Hans")
    reader_is(tourist, ReaderState.EMPTY)
    ask(cards, "insert", card="social-v1")
    tourist.until("a read card", lambda: isinstance(tourist.view, views.CardResults))
    tourist.walk.act("end")
    tourist.picture("states/cleared-card-left-slot")
    tourist.until("the attract screen", lambda: isinstance(tourist.view, views.Attract))
    tourist.picture("states/attract-card-left-slot")
    tourist.walk.act("start")
    _sheet_is(tourist, "left")
    tourist.picture("states/card-left-slot")
    ask(cards, "remove")
    for name in KINDS:
        begin(tourist, "zh-Hans")
        reader_is(tourist, ReaderState.EMPTY)
        ask(cards, "insert", card=name)
        tourist.until(
            "what came of the card",
            lambda: isinstance(tourist.view, views.CardResults) or _phase(tourist) == "unread",
        )
        tourist.picture(f"states/card-{name}")
        if isinstance(tourist.view, views.CardResults):
            tourist.walk.act("open", tourist.view.rows[0].id)
            ask(cards, "remove")
            reader_is(tourist, ReaderState.EMPTY)
            tourist.picture(f"states/card-{name}-away")
        else:
            ask(cards, "remove")
            reader_is(tourist, ReaderState.EMPTY)
        tourist.walk.act("end")
    begin(tourist, "zh-Hans")
    tourist.walk.act("declare")
    tourist.walk.act("choose", DECLARED[0])
    tourist.walk.act("show")
    tourist.picture("states/declared")


def _phase(tourist: Tourist) -> str:
    sheet = tourist.sheet
    return sheet.phase if isinstance(sheet, views.CardSheet) else ""


def _sheet_is(tourist: Tourist, phase: str) -> None:
    tourist.until(f"the card sheet, {phase}", lambda: _phase(tourist) == phase)
