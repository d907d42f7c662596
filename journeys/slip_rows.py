"""What is not as on an old slip, in words: each `Difference` as one row or more of the page that tells it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from domain import wording
from domain.records import Limit, Material, Place
from domain.slip_changes import WITHDRAWN, Difference
from domain.slip_content import (
    AGENCY,
    ALIASES,
    BUS,
    DEPARTMENT,
    ELIGIBILITY,
    FEE_ITEMS,
    GUIDES,
    HOURS,
    LAW,
    MATERIALS,
    PLACES,
    SERIES,
    STEPS,
    is_sum,
    shown,
)
from journeys.views import SlipChange
from journeys.visit import Visit

ICONS = {
    WITHDRAWN: "block",
    GUIDES: "list_alt",
    MATERIALS: "checklist",
    "booking": "event",
    "fee": "payments",
    FEE_ITEMS: "payments",
    "limit": "schedule",
    "legal_limit": "schedule",
    PLACES: "place",
    "address": "place",
    "position": "place",
    HOURS: "schedule",
    "phone": "call",
    "visits": "directions_walk",
    "channels": "touch_app",
    ELIGIBILITY: "fact_check",
    STEPS: "list_alt",
    "plan": "list_alt",
    "questions": "fact_check",
    "result": "description",
    BUS: "directions_bus",
    "complaint": "call",
    DEPARTMENT: "account_balance",
    AGENCY: "account_balance",
    LAW: "gavel",
    "name": "description",
    ALIASES: "description",
}
"""By field of a change; what matters first comes first."""

_ORDER = tuple(ICONS)

_PARTS = ("note", "size", "issued_by", "blank", "filled", "accepted")
"""Texts of a material besides its name."""

_UNTOLD = {"name", "when", "originals", "copies", "necessity", "form", "source", *_PARTS}


@dataclass(frozen=True, slots=True)
class Row:
    """`told`: whether it says what holds now; else only that something is different, and the paper is to be printed
    anew.
    """

    change: SlipChange
    told: bool


class ChangeWords:
    """Rows in the language of a visit, as of its day."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._say = visit.say
        self._today = visit.tools.clock.now().date()

    def standing(self, differences: Iterable[Difference]) -> tuple[Difference, ...]:
        """Those that still are differences: days with other hours that are over are none, and a limit is told once."""
        held = [self._hours_ahead(one) if one.field == HOURS else one for one in differences]
        limits = [(one.old, one.new) for one in held if one.field == "limit"]
        return tuple(
            one
            for one in held
            if one.old != one.new and not (one.field == "legal_limit" and (one.old, one.new) in limits)
        )

    def rows(self, differences: Iterable[Difference]) -> Iterator[Row]:
        """What matters first. Of what a newer hub tells and this kiosk does not understand: only that it changed."""
        for one in sorted(differences, key=lambda one: _ORDER.index(one.field) if one.field in _ORDER else len(_ORDER)):
            icon, told = ICONS.get(one.field, "info"), []
            try:
                told = list(self._told(one)) if one.field in ICONS else []
            except (AttributeError, KeyError, TypeError, ValueError):
                told = []
            for title, detail in told:
                yield Row(SlipChange(icon, title, detail), True)
            if not told:
                yield Row(SlipChange(icon, self._untold(one), self._dated((), one.at)), False)

    def named(self, who: str, row: Row) -> Row:
        """The row of something that the slip is printed from, with its name before it."""
        change = row.change
        return replace(row, change=replace(change, title=self._say("check.at_place", place=who, what=change.title)))

    def day(self, at: dt.datetime) -> str:
        """2026 年 6 月 10 日."""
        day = at.astimezone(self._visit.tools.clock.now().tzinfo).date()
        return self._say("check.day", year=day.year, date=wording.month_day(self._say, day))

    # One difference: title and detail of each of its rows; none when there are no words for it

    def _told(self, one: Difference) -> Iterator[tuple[str, str]]:
        say, field, old, new = self._say, one.field, one.old, one.new
        if is_sum(old) or is_sum(new):
            return
        if field == WITHDRAWN:
            yield say("check.withdrawn"), self._dated((), one.at)
        elif field in SERIES:
            yield from self._series(one)
        elif field == MATERIALS:
            yield from self._material(one)
        elif field in (PLACES, GUIDES, ELIGIBILITY) or (field == FEE_ITEMS and None in (old, new)):
            key = f"check.{field}_more" if old is None else f"check.{field}_less"
            yield say(key, what=self._text(field, old if new is None else new)), self._dated((), one.at)
        elif field == "booking":
            yield say("check.booking_yes" if new else "check.booking_no"), self._dated((), one.at)
        elif new is None:
            yield say("check.left_out", what=say(f"check.field.{field}")), self._was(field, old, one.at)
        elif old is None or (text := self._text(field, new)) != self._text(field, old):
            text = self._text(field, new)
            what = say(f"check.field.{field}")
            title = text if field == FEE_ITEMS else say("check.now", what=what, new=text)
            yield title, self._was(field, old, one.at)

    def _untold(self, one: Difference) -> str:
        """收费有变化; of a material its own name."""
        say, entry = self._say, one.new if one.new is not None else one.old
        if one.field == MATERIALS and isinstance(entry, Mapping):
            return say("check.other", what=shown(str(entry.get("name"))))
        return say("check.other", what=say(f"check.field.{one.field}" if one.field in ICONS else "check.field.else"))

    def _series(self, one: Difference) -> Iterator[tuple[str, str]]:
        """Entries that are new and those that are gone; else that their order is another."""
        say, field = self._say, one.field
        old, new = one.old or [], one.new or []
        for entry in new:
            if entry not in old:
                yield say(f"check.{field}_more", what=self._text(field, entry)), self._dated((), one.at)
        for entry in old:
            if entry not in new:
                yield say(f"check.{field}_less", what=self._text(field, entry)), self._dated((), one.at)
        if all(entry in old for entry in new) and all(entry in new for entry in old):
            yield say("check.order", what=say(f"check.field.{field}")), self._dated((), one.at)

    def _material(self, one: Difference) -> Iterator[tuple[str, str]]:
        say, old, new = self._say, one.old, one.new
        entry = new if new is not None else old
        name, who = shown(entry["name"]), shown(entry["when"]) if entry.get("when") else ""
        if old is None or new is None:
            what = say("join.space").join(filter(None, (name, self._count(entry, entry.get("form", "paper")))))
            more = () if new is None else (self._source(entry), *self._texts(entry, {}))
            source = more if entry.get("source", "self") != "self" else more[1:]
            title = say("check.materials_more" if old is None else "check.materials_less", what=what)
            yield title, self._dated((who, *source), one.at)
            return
        now, was = self._parts(new, old), self._parts(old, new)
        now += [
            say("check.left_out", what=say(f"check.part.{part}"))
            for part in _PARTS
            if old.get(part, new.get(part)) and not new.get(part)
        ]
        if {field for field in {*old, *new} if old.get(field) != new.get(field)} - _UNTOLD or not now:
            return
        before = (say("check.was", old=say("join.sentence").join(was)),) if was else ()
        yield say("join.space").join((name, say("join.sentence").join(now))), self._dated((who, *before), one.at)

    def _parts(self, entry: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
        """What `entry` says of a material that `other` does not."""
        parts = []
        form = entry.get("form", "paper")
        same = form == other.get("form", "paper")
        count = self._count(entry, form if same else "paper")
        if count != self._count(other, form if same else "paper"):
            parts.append(count)
        if not same:
            parts.append(self._say(f"check.form.{form}"))
        if entry.get("source", "self") != other.get("source", "self"):
            parts.append(self._source(entry))
        return [*filter(None, parts), *self._texts(entry, other)]

    def _texts(self, entry: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
        """六个月内, 规格：一寸."""
        say, found = self._say, []
        for part in _PARTS:
            text = entry.get(part)
            if text and text != other.get(part):
                text = shown(text)
                found.append(text if part == "note" else say("check.now", what=say(f"check.part.{part}"), new=text))
        return found

    def _source(self, entry: Mapping[str, Any]) -> str:
        return self._say(f"material.tag.{entry.get('source', 'self')}")

    def _count(self, material: Mapping[str, Any], form: str) -> str:
        """原件 1 份，复印 1 份, and whether it is needed at all."""
        say, necessity = self._say, material.get("necessity", "required")
        fields = {field: material[field] for field in ("originals", "copies", "source") if field in material}
        count = wording.count(say, Material.model_validate({"name": material["name"], "form": form, **fields}))
        unneeded = say(f"check.{necessity}") if necessity in ("optional", "deferrable") else ""
        return say("join.space").join(filter(None, (count, unneeded)))

    def _was(self, field: str, old: Any, at: dt.datetime | None) -> str:
        was = () if old is None else (self._say("check.was", old=self._text(field, old)),)
        return self._dated(was, at)

    def _dated(self, parts: Sequence[str], at: dt.datetime | None) -> str:
        say = self._say
        on = say("check.on", day=self.day(at)) if at is not None else ""
        return say("join.dot").join(filter(None, (*parts, on)))

    # Values

    def _text(self, field: str, value: Any) -> str:
        say = self._say
        match field:
            case "places" | "guides" | "department" | "agency":
                return self._name(value)
            case "limit" | "legal_limit":
                limit = wording.limit(say, None, Limit(days=value["days"], unit=value["unit"])) or ""
                return say("join.note", first=limit, note=shown(value["note"])) if value.get("note") else limit
            case "visits":
                return wording.visits(say, value) or ""
            case "channels":
                known = ("counter", "online", "mail", "kiosk")
                return say("join.list").join(say(f"check.channel.{one}") for one in value if one in known)
            case "fee" if value is False:
                return say("fee.free")
            case "fee_items":
                texts = (value.get(part) for part in ("name", "standard", "reduction"))
                return say("join.space").join(shown(text) for text in texts if text)
            case "hours":
                return self._hours(value)
            case "bus":
                return wording.bus_lines(say, _place({"bus": [value]}))[0]
            case "law":
                return say("slip.law", law=shown(value["law"]), article=shown(value.get("article", ""))).strip()
            case "steps":
                tail = say("join.comma").join(shown(value[part]) for part in ("where", "note") if value.get(part))
                return say("slip.step", name=shown(value["name"]), detail=tail) if tail else shown(value["name"])
        return shown(str(value))

    def _name(self, value: Mapping[str, str]) -> str:
        visit = self._visit
        named = visit.catalogue.names([value["id"]], visit.lang) if visit.lang != "zh-Hans" else {}
        return shown(named.get(value["id"], value["name"]))

    def _hours(self, value: Mapping[str, Any]) -> str:
        """The week, then what is peculiar: holidays, when numbers are given out last, days with other hours."""
        say, place = self._say, _place(value)
        lines = list(wording.hours_lines(say, place, self._today))
        if place.open_on_workdays_only:
            lines.append(say("check.workdays_only"))
        if place.closed_on_holidays:
            lines.append(say("check.holidays_closed"))
        if place.open_on_holidays:
            lines.append(say("check.holidays_open"))
        if place.last_acceptance_minutes:
            lines.append(say("hours.last", n=place.last_acceptance_minutes))
        for one in place.exceptions:
            days = [wording.month_day(say, day) for day in (one.on, one.until) if day is not None]
            times = f"{one.open}–{one.close}" if one.open and one.close else say("hours.closed")
            lines.append(say("hours.line", days="–".join(days), times=times))
        return say("join.semicolon").join(lines)

    def _hours_ahead(self, one: Difference) -> Difference:
        if not self._visit.tools.clock.trusted:
            return one
        return replace(one, old=self._ahead(one.old), new=self._ahead(one.new))

    def _ahead(self, value: Any) -> Any:
        """Hours without the days that are over."""
        if not isinstance(value, Mapping) or not isinstance(value.get("exceptions"), list):
            return value
        today = self._today.isoformat()
        left = [day for day in value["exceptions"] if str(day.get("until") or day.get("on")) >= today]
        kept = {field: given for field, given in value.items() if field != "exceptions"}
        return {**kept, "exceptions": left} if left else kept or None


def _place(fields: Mapping[str, Any]) -> Place:
    return Place.model_validate({"id": "-", "name": "-", **fields})
