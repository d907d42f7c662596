"""What the staff see, and what shows when nobody is there or nothing works."""

from __future__ import annotations

from journeys import views
from kiosk.gallery.steps import GUIDE_FULL, begin, pages, to_attract
from kiosk.tour import Tourist


def desk(tourist: Tourist) -> None:
    """The PIN, wrong and right, and what is behind it."""
    to_attract(tourist)
    tourist.walk.act("staff")
    for digit in "13":
        tourist.walk.act("digit", digit)
    tourist.picture("states/staff-pin")
    tourist.walk.act("enter")
    tourist.picture("states/staff-pin-wrong")
    for digit in "2468":
        tourist.walk.act("digit", digit)
    tourist.walk.act("enter")
    if isinstance(tourist.view, views.Staff):
        pages(tourist, "states/staff", 3)
        tourist.walk.act("paper_changed")
        tourist.picture("states/staff-paper")
        tourist.walk.act("kept")
        tourist.walk.act("usb")
        tourist.until("a look at the sticks", lambda: _says(tourist, "staff.usb_none", "staff.usb_look_at"))
        tourist.picture("states/staff-usb")
        tourist.walk.act("done")
    tourist.walk.act("leave")


def _says(tourist: Tourist, *keys: str) -> bool:
    say = tourist.walk.visit.say
    return isinstance(tourist.view, views.Staff) and tourist.view.message in {say(key) for key in keys}


def trouble(tourist: Tourist) -> None:
    """The page that stands where another could not be drawn."""
    begin(tourist, "zh-Hans")
    tourist.walk.trouble()
    tourist.picture("states/trouble")
    tourist.walk.act("home")


def idle(tourist: Tourist) -> None:
    """The question whether anyone is there; wants settings with a short wait."""
    tourist.touch("start")
    tourist.walk.act("open", GUIDE_FULL)
    tourist.until(
        "the question whether anyone is there", lambda: bool(tourist.stage.scene and tourist.stage.scene.sheet)
    )
    tourist.picture("states/idle")


def not_ready(tourist: Tourist) -> None:
    """A street kiosk that has never had content."""
    tourist.see(views.NotReady)
    tourist.picture("states/not-ready")
