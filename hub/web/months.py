"""A year of days as month sheets: which are 放假, which 上班 by 调休, and what one press makes of a day."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from phrases import Phrases

FIELDS = ("off", "work")
"""The fields of a calendar record that hold days."""

_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Day:
    """One day. `state`: off, work or empty (as usual in the week); `words`: the day and what it is."""

    iso: str
    number: int
    state: str
    weekend: bool
    words: str


@dataclass(frozen=True, slots=True)
class Month:
    """One sheet: weeks from Monday, None outside of the month."""

    number: int
    weeks: tuple[tuple[Day | None, ...], ...]


def months(raw: Mapping[str, Any], say: Phrases) -> tuple[Month, ...]:
    """The twelve sheets of a calendar record; none while it says no year that a sheet can be made of."""
    year = raw.get("year")
    if not isinstance(year, int) or not 2000 <= year <= 2200:
        return ()
    held = {iso: field for field in FIELDS for iso in _days(raw, field)}
    made = []
    for month in range(1, 13):
        weeks = calendar.Calendar().monthdatescalendar(year, month)
        made.append(
            Month(
                month,
                tuple(tuple(_day(day, held, say) if day.month == month else None for day in week) for week in weeks),
            )
        )
    return tuple(made)


def turned(raw: Mapping[str, Any], iso: str) -> dict[str, Any]:
    """The record with the next state of a day: on weekdays usual → off → usual, at weekends usual → work → off → usual.
    What is no day of the record's year changes nothing.
    """
    made = dict(raw)
    try:
        day = dt.date.fromisoformat(iso)
    except ValueError:
        return made
    if day.year != raw.get("year") or len(iso) != len("2026-10-01"):
        return made
    off, work = (_days(raw, field) for field in FIELDS)
    if iso in off:
        off.remove(iso)
        work = [one for one in work if one != iso]
    elif iso in work:
        work.remove(iso)
        off = sorted([*off, iso])
    elif day.weekday() >= _SATURDAY:
        work = sorted([*work, iso])
    else:
        off = sorted([*off, iso])
    for field, days in zip(FIELDS, (off, work), strict=True):
        if days:
            made[field] = days
        else:
            made.pop(field, None)
    return made


def _days(raw: Mapping[str, Any], field: str) -> list[str]:
    held = raw.get(field)
    return [str(one) for one in held] if isinstance(held, list | tuple) else []


def _day(day: dt.date, held: Mapping[str, str], say: Phrases) -> Day:
    iso, weekend = day.isoformat(), day.weekday() >= _SATURDAY
    state = held.get(iso, "")
    told = say(f"days.{state}") if state else say("days.rest") if weekend else say("days.usual")
    words = say("days.day", month=day.month, day=day.day, weekday=say(f"days.weekday_{day.weekday()}"), told=told)
    return Day(iso, day.day, state, weekend, words)
