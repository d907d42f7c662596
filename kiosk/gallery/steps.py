"""Steps that walks of the gallery have in common, and the records of the sample city that they open."""

from __future__ import annotations

from domain.events import ReaderState
from journeys import views
from kiosk.tour import Tourist

GUIDE_FULL, GUIDE_LONG, GUIDE_SHORT, FACT, EVENT, PLACE, ORG = (
    "ga-023", "ga-001", "zr-060", "f-001", "le-restaurant", "pl-zwzx", "org-gaj",
)  # fmt: skip
"""Records of the sample city with much, usual and little in them."""


def begin(tourist: Tourist, lang: str, *, large: bool = False) -> None:
    """At the home page of a new visit."""
    tourist.walk.act("end")
    tourist.walk.act("again")
    if not isinstance(tourist.view, views.Home):
        tourist.walk.act("start", lang)
    elif tourist.walk.visit.lang != lang:
        tourist.walk.act("language")
        tourist.walk.act("choose", lang)
    tourist.see(views.Home)
    if large:
        tourist.walk.act("large")


def pages(tourist: Tourist, name: str, most: int = 6) -> None:
    """A picture of each page of what is open; a screen that has no further page shows its last one again."""
    before = b""
    for page in range(most):
        tourist.walk.act("page", str(page))
        path = tourist.picture(f"{name}-{page + 1}")
        now = path.read_bytes()
        if now == before:
            path.unlink()
            tourist.pictures.pop()
            return
        before = now


def codes(tourist: Tourist, name: str) -> None:
    """Every code of what is taken along."""
    for number in range(tourist.see(views.TakeAway).count):
        tourist.walk.act("code", str(number))
        tourist.picture(f"{name}-{number + 1}")


def to_preview(tourist: Tourist) -> None:
    """Before the slip of a guide."""
    tourist.walk.act("home")
    tourist.walk.act("open", GUIDE_FULL)
    tourist.walk.act("print")
    tourist.see(views.SlipPreview)


def to_attract(tourist: Tourist) -> None:
    """Ends the visit and waits until nobody is there."""
    tourist.walk.act("end")
    tourist.until("the attract screen", lambda: isinstance(tourist.view, views.Attract))


def reader_is(tourist: Tourist, state: ReaderState) -> None:
    """Waits for a card reader in this state."""
    tourist.until(f"a reader that is {state}", lambda: tourist.walk.tools.cards.state is state)


def answer_event(tourist: Tourist) -> None:
    """A life event with the first answer to each of its questions."""
    tourist.walk.act("open", EVENT)
    page = tourist.see(views.LifeEvent)
    for _, options in page.questions:
        tourist.walk.act(options[0][0].action, options[0][0].value)
