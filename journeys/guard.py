"""Go now or not (白跑预警): what `domain.guard` says of the offices of an item, for a page and for a row of a list."""

from __future__ import annotations

from collections.abc import Sequence

from domain import wording
from domain.guard import Other, StripDay, Verdict, judge, limit_of, way_from
from domain.records import Guide, Place
from domain.search import Card
from journeys import offices
from journeys.names import guide_places
from journeys.views import Figure, GuardDay, GuardPanel, Tag
from journeys.visit import Visit

WEEK = 7
SOON_DAYS = 3
"""So many days until the next chance are 这两天; more are 这几天."""


def verdict(visit: Visit, guide: Guide, places: Sequence[Place]) -> Verdict | None:
    """The verdict on going to the first of `places` now; None while nothing may be said (see `domain.guard.judge`)."""
    tools = visit.tools
    return judge(
        places,
        tools.clock.now(),
        way_from(tools.place),
        visit.calendars,
        limit_of(guide),
        trusted=tools.clock.trusted,
    )


def tag(visit: Visit, card: Card) -> Tag | None:
    """现在去来得及, for the best row of a list; None for what is no item, or when nothing may be said."""
    if card.kind != "guide":
        return None
    guide = visit.catalogue.get(Guide, card.id)
    if guide is None:
        return None
    found = verdict(visit, guide, offices.nearest_first(visit, guide_places(visit.catalogue, guide)))
    if found is None or found.standing == "unknown":
        return None
    say = visit.say
    if found.standing == "open":
        return Tag(say("guard.tag_open"), "check_circle", "ok")
    if found.standing == "closing" and found.span is not None:
        return Tag(say("guard.tag_hurry", time=wording.time_of_day(found.span.last_acceptance)), "timer", "warn")
    if found.next is None:
        return None
    when = wording.day_word(say, found.next.opens.date(), found.at.date())
    return Tag(say("open.next", when=when, time=wording.time_of_day(found.next.opens)), "warning", "warn")


def figure(visit: Visit, found: Verdict | None) -> Figure | None:
    """来得及, the calm cell of the figures; None when the panel speaks, or nobody can tell."""
    if found is None or found.standing != "open" or found.span is None:
        return None
    say = visit.say
    if found.all_day:
        return Figure(say("verdict.in_time"), say("open.always"), "ok")
    until = wording.time_of_day(found.span.last_acceptance)
    return Figure(say("verdict.in_time"), say("verdict.until", time=until), "ok")


def panel(visit: Visit, found: Verdict | None) -> GuardPanel | None:
    """The panel; None while going now is fine, or nobody can tell."""
    if found is None or found.standing == "open":
        return None
    say = visit.say
    shown = found.next is not None and not found.good
    return GuardPanel(
        headline=wording.guard_headline(say, found),
        line=wording.guard_line(say, found),
        days=tuple(_day(visit, found, day) for day in found.days),
        next_head=say("guard.next_head") if shown else "",
        next=wording.guard_when(say, found) if shown else "",
        due=wording.due_line(say, found.due) if shown else "",
        other=_other(visit, found, found.other) if found.other else None,
        note="" if found.known else _no_calendar(visit, found),
    )


def _no_calendar(visit: Visit, found: Verdict) -> str:
    years = (found.at.year, *(day.day.year for day in found.days))
    missing = next((year for year in years if visit.calendars(year) is None), found.at.year + 1)
    return visit.say("hours.no_calendar", year=missing)


def _day(visit: Visit, found: Verdict, day: StripDay) -> GuardDay:
    say, today = visit.say, found.at.date()
    label = wording.weekday(say, day.day)
    if day.day == today:
        label = say("guard.day_today", day=say("day.today"), weekday=label)
    elif (day.day - today).days >= len(found.days):
        label = wording.month_day(say, day.day)
    open_now = day.day == today and found.good
    if open_now and found.span is not None:
        state = say("open.until", time=wording.time_of_day(found.span.last_acceptance))
    elif day.state == "open" and day.opens is not None:
        state = say("guard.day_opens", time=wording.time_of_day(day.opens))
    else:
        state = say(f"guard.day_{day.state}")
    return GuardDay(label, state, day.spans, day.state == "open", day.now)


def _other(visit: Visit, found: Verdict, other: Other) -> tuple[str, str, str]:
    """(不想等？周六有一处开门, which, id)."""
    say = visit.say
    if other.span.opens <= found.at:
        title = say("guard.other_now")
    else:
        title = say("guard.other_day", day=wording.day_word(say, other.at.date(), found.at.date()))
    if other.span.closes - other.span.opens >= offices.ALL_DAY:
        hours = say("open.always")
    else:
        hours = f"{wording.time_of_day(other.span.opens)}–{wording.time_of_day(other.span.closes)}"
    parts = (other.place.name, hours, wording.way(say, other.way))
    return title, say("join.comma").join(filter(None, parts)), other.place.id


def bring_head(visit: Visit, found: Verdict | None, count: int) -> str:
    """趁这两天备齐 3 样 while one has to wait for days; else empty."""
    if found is None or found.good or found.next is None or not count:
        return ""
    ahead = (found.next.opens.date() - found.at.date()).days
    if ahead < 2:
        return ""
    return visit.say.count("guard.bring_soon" if ahead <= SOON_DAYS else "guard.bring_long", count)


def print_label(visit: Visit, found: Verdict | None) -> str:
    """打印，写上周一去; 打印明白纸 when today is the day."""
    say = visit.say
    if found is None or found.good or found.next is None or found.next.opens.date() == found.at.date():
        return say("guide.print")
    ahead = (found.next.opens.date() - found.at.date()).days
    key = "guard.print" if ahead < WEEK else "guard.print_date"
    return say(key, day=wording.day_word(say, found.next.opens.date(), found.at.date()))


def accepted_today(visit: Visit, found: Verdict | None) -> str:
    """今天受理，最迟 11 月 24 日（周二）办完; empty when not today, or nobody has said how long."""
    if found is None or not found.good or found.due is None or not found.due.known:
        return ""
    if found.due.day == found.due.accepted:
        return ""
    return visit.say("guard.due_today", date=wording.dated_weekday(visit.say, found.due.day))
