"""How figures are said: dates, limits, fees, distances, hours. One place, so that screen and paper say the same.

Sentences come from `phrases`; here is only which sentence and with which numbers.
"""

from __future__ import annotations

import datetime as dt
from itertools import groupby

from domain.hours import DAYS, in_season, weekdays
from domain.records import Fee, Hours, Limit, Material, Place
from phrases import Phrases

FIGURE_CHARACTERS = 9
"""What fits a figure cell of the summary strip and of the slip; a longer fee is said in full further down."""

BRACKETS = ("（", "，", "；", "、", "(")


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


def supplier(say: Phrases, material: Material) -> str:
    """Who supplies a material, and its note: 您自己带；看完就还."""
    first = say(f"material.source.{material.source}")
    note = material.note
    return say("join.note", first=first, note=note) if note and note not in first else first


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
