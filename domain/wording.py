"""How figures are said: dates, limits, fees, distances, hours. One place, so that screen and paper say the same.

Sentences come from `phrases`; here is only which sentence and with which numbers.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING

from domain.hours import DAYS, in_season, weekdays
from phrases import Phrases

if TYPE_CHECKING:
    from domain.guard import Due, Verdict, Way
    from domain.life_plan import Money, Plan
    from domain.records import Fee, Guide, Hours, Limit, Material, Place
    from domain.trip import Route, Stop

FIGURE_CHARACTERS = 9
"""What fits a figure cell of the summary strip and of the slip; a longer fee is said in full further down."""

BRACKETS = ("（", "，", "；", "、", "(")

BROUGHT = ("self", "other")
"""Sources of papers that the citizen comes with; the others are there already."""

_PIECES = re.compile("[，,；;、] *")


def month_day(say: Phrases, day: dt.date) -> str:
    """11 月 18 日."""
    return say("date.month_day", month=day.month, day=day.day, month_name=say(f"month.{day.month}"))


def weekday(say: Phrases, day: dt.date) -> str:
    """周二."""
    return say(f"weekday.{DAYS[day.weekday()]}")


def dated_weekday(say: Phrases, day: dt.date) -> str:
    """11 月 24 日（周二）."""
    return say("date.with_weekday", date=month_day(say, day), weekday=weekday(say, day))


def time_of_day(at: dt.datetime | dt.time) -> str:
    """9:05."""
    return f"{at.hour}:{at.minute:02}"


def relative_day(say: Phrases, day: dt.date, today: dt.date) -> str:
    """今天, 明天, else the date with its weekday."""
    ahead = (day - today).days
    if ahead == 0:
        return say("day.today")
    if ahead == 1:
        return say("day.tomorrow")
    return dated_weekday(say, day)


def limit(say: Phrases, immediate: bool | None, longest: Limit | None) -> str | None:
    """当场办, 3 个工作日; None when nobody has said. `longest`: the promised limit, else the legal one."""
    if immediate or (longest is not None and longest.days == 0):
        return say("limit.immediate")
    if longest is None:
        return None
    return say.count(f"limit.{longest.unit}", longest.days)


def fee_figure(say: Phrases, fee: Fee | None) -> str | None:
    """不收费, 10 元, or 要收费 when the text is too long for a cell; None when the department has not said."""
    if fee is None:
        return None
    if not fee.charged:
        return say("fee.free")
    head = fee.text
    for bracket in BRACKETS:
        head = head.partition(bracket)[0]
    head = head.strip()
    return head if head and len(head) <= FIGURE_CHARACTERS else say("fee.charged")


def visits(say: Phrases, count: int | None) -> str | None:
    """跑 1 次, 不用跑."""
    if count is None:
        return None
    return say("visits.none") if count == 0 else say.count("visits.some", count)


def distance(say: Phrases, metres: float) -> str:
    """650 米 (to ten), 1.3 公里."""
    if metres < 995:
        return say("distance.m", n=max(10, round(metres / 10) * 10))
    return say("distance.km", n=f"{metres / 1000:.1f}")


def supplier(say: Phrases, material: Material, marked: str = "") -> str:
    """Who supplies a material, and what else is to be known of it: 您自己带；看完就还."""
    first = say(f"material.source.{material.source}")
    note = material_detail(say, material, marked)
    return say("join.note", first=first, note=note) if note and note not in first else first


def material_detail(say: Phrases, material: Material, marked: str = "") -> str:
    """Note, format, who issues it, where the form is to be had, what is checked: nothing that the note says already.
    `marked`: the form that is told apart (`marked_form`).
    """
    note = material.note or ""
    formats = (part for part in _PIECES.split(material.size or "") if part and part not in note)
    parts = [note, say("join.comma").join(formats)]
    told = (
        ("issued_by", material.issued_by),
        ("blank", material.blank),
        ("filled", material.filled),
        ("accepted", material.accepted),
    )
    parts += [say(f"material.{key}", text=text) for key, text in told if text and text not in note]
    if marked and material.form == marked and material.source in BROUGHT:
        parts.append(say(f"material.form.{marked}"))
    return say("join.semicolon").join(filter(None, parts))


def marked_form(guide: Guide) -> str:
    """The form of papers that is said of each: of electronic or paper and paper alone the rarer; empty when none of
    what the citizen brings, or all of it, may be electronic.
    """
    forms = [material.form for material in guide.materials if material.source in BROUGHT]
    either, paper = forms.count("either"), forms.count("paper")
    if not either or not paper:
        return ""
    return "paper" if either > paper else "either"


def electronic(say: Phrases, guide: Guide) -> str:
    """One sentence for all papers that may be electronic; empty where each says it itself, or none may."""
    marked = marked_form(guide)
    some = any(material.form == "either" and material.source in BROUGHT for material in guide.materials)
    if not some or marked == "either":
        return ""
    return say("material.either_rest") if marked else say("material.either_all")


def steps(say: Phrases, guide: Guide) -> tuple[str, ...]:
    """What is done there, each with where and how: 交材料：3 号窗口."""
    rows = []
    for step in guide.steps:
        tail = say("join.comma").join(filter(None, (step.where, step.note)))
        rows.append(say("slip.step", name=step.name, detail=tail) if tail else step.name)
    return tuple(rows)


def limit_notes(guide: Guide) -> tuple[str, ...]:
    """What does not count in the time that it takes."""
    limits = (guide.promised_limit, guide.legal_limit)
    return tuple(dict.fromkeys(limit.note for limit in limits if limit is not None and limit.note))


def duties(say: Phrases, guide: Guide) -> list[tuple[str, str]]:
    """(key, sentence) of what is to be told besides: booking, why one has to come, special procedures, appeal."""
    told: list[tuple[str, str]] = []
    if guide.appointment is not None:
        told.append(("appointment", say("appointment.needed" if guide.appointment else "appointment.none")))
    rest = (("visit", guide.visit_reason), ("special", guide.special_procedure), ("appeal", guide.appeal))
    notes = limit_notes(guide)
    return [*told, *((key, text) for key, text in rest if text and text not in notes)]


def other_papers(say: Phrases, plan: Plan) -> str:
    """How many papers of a life event are not in its list: those of some people, and those that the window has."""
    found = [material for step in plan.steps for material in step.guide.materials]
    listed = {
        each.name for each in found if each.source != "counter" and each.when is None and each.necessity != "optional"
    }
    window = {each.name for each in found if each.source == "counter" and each.when is None} - listed
    some = {each.name for each in found if each.when is not None or each.necessity == "optional"} - listed - window
    parts = [say.count("event.some_papers", len(some))] if some else []
    parts += [say.count("event.window_papers", len(window))] if window else []
    return say("join.semicolon").join(parts)


def count(say: Phrases, material: Material) -> str:
    """原件 1 份，复印 2 份; 不用带 when the office looks it up itself; empty when the record does not say."""
    if not material.originals and not material.copies and material.source == "department":
        return say("material.none")
    if material.form == "electronic":
        return say("material.electronic")
    parts = []
    if material.originals:
        parts.append(say("material.originals", n=material.originals))
    if material.copies:
        parts.append(say("material.copies", n=material.copies))
    return say("join.comma").join(parts)


def days_text(say: Phrases, days: frozenset[int]) -> str:
    """周一到周五; 每天; 周一、周三."""
    if len(days) == 7:
        return say("days.every")
    ordered = sorted(days)
    runs = []
    for _, group in groupby(enumerate(ordered), lambda pair: pair[1] - pair[0]):
        run = [day for _, day in group]
        first, last = say(f"weekday.{DAYS[run[0]]}"), say(f"weekday.{DAYS[run[-1]]}")
        if len(run) > 2:
            runs.append(say("days.range", first=first, last=last))
        else:
            runs.extend([first, last] if len(run) == 2 else [first])
    return say("join.list").join(runs)


def span_text(hours: Hours) -> str:
    """8:30–11:30."""
    opens, closes = hours.open.lstrip("0") or "0", hours.close.lstrip("0") or "0"
    return f"{'0' + opens if opens.startswith(':') else opens}–{'0' + closes if closes.startswith(':') else closes}"


def hours_lines(say: Phrases, place: Place, day: dt.date) -> tuple[str, ...]:
    """The weekly hours that hold in the season of `day`, one line a set of days: 周一到周五 8:30–11:30，13:30–17:00."""
    by_days: dict[frozenset[int], list[Hours]] = {}
    for hours in place.hours:
        if in_season(hours, day):
            by_days.setdefault(weekdays(hours.days), []).append(hours)
    lines = []
    for days, spans in sorted(by_days.items(), key=lambda item: min(item[0])):
        times = say("join.comma").join(span_text(span) for span in sorted(spans, key=lambda span: span.open))
        lines.append(say("hours.line", days=days_text(say, days), times=times))
    return tuple(lines)


def bus_lines(say: Phrases, place: Place) -> tuple[str, ...]:
    """17、52 路，政务中心站下，走 80 米."""
    lines = []
    for stop in place.bus:
        text = say("bus.line", lines=say("join.list").join(stop.lines), stop=stop.stop)
        if stop.walk_m is not None:
            text = say("join.comma").join((text, say("bus.walk", distance=distance(say, max(stop.walk_m, 10)))))
        lines.append(text)
    return tuple(lines)


def day_word(say: Phrases, day: dt.date, today: dt.date) -> str:
    """今天, 明天, 周一 within a week, else 10 月 8 日."""
    ahead = (day - today).days
    if ahead in (0, 1):
        return say("day.today" if ahead == 0 else "day.tomorrow")
    return weekday(say, day) if 0 < ahead < 7 else month_day(say, day)


def way(say: Phrases, going: Way | None) -> str:
    """步行约 9 分钟; empty when the way is unknown."""
    if going is None:
        return ""
    return say("way.walk" if going.on_foot else "way.bus", n=going.minutes)


def guard_headline(say: Phrases, verdict: Verdict) -> str:
    """现在去，今天办不上了."""
    if verdict.standing == "closing":
        return say("guard.hurry")
    if verdict.standing == "later":
        return say("guard.lunch_now" if verdict.why == "lunch" else "guard.closed_now")
    return say("guard.closed_today")


def guard_line(say: Phrases, verdict: Verdict) -> str:
    """窗口 16:30 停止取号，走过去要 9 分钟: why not now, or how little time is left."""
    minutes = ""
    if verdict.way is not None:
        minutes = say("guard.walk" if verdict.way.on_foot else "guard.bus", n=verdict.way.minutes)
    match verdict.why:
        case "" if verdict.span is not None and verdict.left is not None:
            left = say("guard.left", n=int(verdict.left.total_seconds() // 60))
            return say("join.comma").join((_window(say, verdict, verdict.span.last_acceptance), left))
        case "over" | "late" if verdict.last is not None:
            return say("join.comma").join(filter(None, (_window(say, verdict, verdict.last), minutes)))
        case "not_yet" | "lunch" if verdict.next is not None:
            opens = say("guard.opens", time=time_of_day(verdict.next.opens))
            return say("join.comma").join(filter(None, (opens, minutes)))
        case "day_off" | "holiday" | "special":
            return verdict.note or say(f"guard.{verdict.why}")
    return say("open.unknown")


def _window(say: Phrases, verdict: Verdict, last: dt.datetime) -> str:
    """窗口 16:30 停止取号; 窗口 17:00 下班 where numbers are given until the end."""
    key = "guard.window_last" if verdict.place.last_acceptance_minutes else "guard.window_shuts"
    return say(key, time=time_of_day(last))


def guard_when(say: Phrases, verdict: Verdict) -> str:
    """周一 11 月 23 日 9:00: when one is accepted next; empty when nobody knows."""
    if verdict.next is None:
        return ""
    opens, today = verdict.next.opens, verdict.at.date()
    if opens.date() == today:
        return say("guard.when_today", day=say("day.today"), time=time_of_day(opens))
    ahead = (opens.date() - today).days
    day = say("day.tomorrow") if ahead == 1 else weekday(say, opens.date())
    return say("guard.when", day=day, date=month_day(say, opens.date()), time=time_of_day(opens))


def due_line(say: Phrases, due: Due | None) -> str:
    """当天受理，最迟 11 月 24 日（周二）办完; empty when the department has not said how long it takes."""
    if due is None:
        return ""
    if due.day == due.accepted:
        return say("guard.due_same_day")
    return say("guard.due", date=dated_weekday(say, due.day))


LETTERS = "ABCDEFGHIJKLMNOP"


def letters(route: Route) -> dict[str, str]:
    """The letter of each office (by id), in the order in which one comes to them."""
    return {place.id: LETTERS[n % len(LETTERS)] for n, place in enumerate(route.places)}


def numbers(say: Phrases, steps: Iterable[int]) -> str:
    """1、2、3: steps by their numbers, from 1."""
    return say("join.list").join(str(step + 1) for step in sorted(steps))


def half_day(say: Phrases, stop: Stop) -> str:
    """上午, 下午; empty while nothing is known of times."""
    if stop.at is None:
        return ""
    return say("event.morning") if stop.morning else say("event.afternoon")


def trip_lines(say: Phrases, route: Route) -> tuple[str, ...]:
    """One line a trip: 第 1 趟，11 月 20 日（周五）：上午 A 市政务服务中心（步骤 1、2）；下午 B …."""
    marks = letters(route)
    lines = []
    for number, trip in enumerate(route.trips, 1):
        head = say("event.trip", n=number)
        if trip.day is not None:
            head = say("event.trip_day", n=number, date=dated_weekday(say, trip.day))
        if trip.waits:
            head = say("join.comma").join((head, say("event.trip_waits", steps=numbers(say, trip.waits))))
        stops = []
        for stop in trip.stops:
            text = say(
                "event.trip_stop",
                letter=marks[stop.place.id],
                place=stop.place.name,
                steps=numbers(say, stop.steps),
            )
            stops.append(" ".join(filter(None, (half_day(say, stop), text))))
        lines.append(say("slip.step", name=head, detail=say("join.semicolon").join(stops)))
    return tuple(lines)


def working_days(say: Phrases, route: Route) -> str:
    """约 11 个工作日; 当场办 when everything is done at once."""
    if route.at_least:
        return say.count("event.figure_days_least", max(1, route.working_days))
    if route.working_days == 0:
        return say("limit.immediate")
    return say.count("event.figure_days", route.working_days)


def money(say: Phrases, sum: Money) -> tuple[str, str]:
    """(0 元, 都不收费): what everything costs, and what is to be said of it."""
    value = say("event.money", n=f"{sum.yuan.normalize():f}")
    if sum.charged:
        return value, say.count("event.fees_more", sum.charged)
    if sum.unknown:
        return value, say("event.fees_known")
    return value, say("event.fees") if sum.yuan else say("event.free")
