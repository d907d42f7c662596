"""The first thing on the glass: the invitation, which needs no catalogue, no device and no step.

What is imported here stands between the start of a kiosk and its first frame.
"""

from __future__ import annotations

from domain import wording
from domain.ports import Clock, KioskPlace
from journeys.views import Attract, Chrome, Press, Scene, Tag
from phrases import LANGUAGES, Phrases

SUNRISE_H, SUNSET_H = 6.0, 20.0


def chrome(say: Phrases, clock: Clock, place: KioskPlace, *, sample: bool) -> Chrome:
    """The frame around every page. A clock that is not trusted is not shown."""
    now = clock.now()
    hour = now.hour + now.minute / 60
    return Chrome(
        brand=say("brand"),
        kiosk=place.name,
        date=say("join.space").join((wording.month_day(say, now.date()), wording.weekday(say, now.date()))),
        time=wording.time_of_day(now) if clock.trusted else "",
        sun=round((hour - SUNRISE_H) / (SUNSET_H - SUNRISE_H), 3),
        sample=say("sample.mark") if sample else "",
    )


def invitation(say: Phrases, health: tuple[Tag, ...], *, prints: bool, reads: bool = False) -> Attract:
    """What invites from two metres; without a card reader the second promise is browsing, without paper the third is
    the phone.
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


def opening(clock: Clock, place: KioskPlace) -> Scene:
    """What is seen while the catalogue is being opened: the invitation, with nothing claimed yet."""
    say = Phrases(LANGUAGES[0])
    view = invitation(say, (Tag(say("health.opening"), "update"),), prints=True)
    return Scene(0, say.lang, False, chrome(say, clock, place, sample=False), None, view)
