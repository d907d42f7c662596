"""旧纸还能用吗: the check code of a slip is typed; the kiosk says, offline, what has changed since it was printed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from domain import wording
from domain.check_code import ALPHABET, GROUP, GROUPS, Misread, SlipCode, holds, read
from domain.records import Change, Guide, Limit, Material, Place
from domain.slip_changes import HOURS, MATERIALS, PLACES, WITHDRAWN, Difference, pieces, shown, since
from journeys.moves import Ask, Go, Move, Open, Quiet, Replace
from journeys.names import guide_places
from journeys.preview import SlipStep
from journeys.views import CheckSlip, CodeGroup, Press, SlipChange, SlipChecked, Tag
from journeys.visit import Visit

ICONS = {
    "name": "description",
    "fee": "payments",
    "limit": "schedule",
    "visits": "directions_walk",
    "phone": "call",
    "address": "place",
    HOURS: "schedule",
    PLACES: "place",
    MATERIALS: "checklist",
    "eligibility": "fact_check",
    "channels": "touch_app",
}
"""By field of a change."""

ORDER = (MATERIALS, "fee", "limit", PLACES, "address", HOURS, "phone", "visits", "channels", "eligibility", "name")
"""What matters first."""

UNSAID = "#00000000"
"""In the place of what cannot be told in words, as the sums that a hub writes are."""


class CheckSlipStep(Quiet):
    """The pad. A group that cannot be right is pointed at as soon as it is whole; with the last character of a right
    code the answer comes by itself.
    """

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.groups = [""] * GROUPS
        self.at = 0

    def view(self) -> CheckSlip:
        """The page."""
        say = self.visit.say
        wrong = [at for at, group in enumerate(self.groups) if len(group) == GROUP and not holds(at, group)]
        groups = tuple(
            CodeGroup(group, "wrong" if at in wrong else "now" if at == self.at else "plain")
            for at, group in enumerate(self.groups)
        )
        trouble = say("check.misread", n=wrong[0] + 1) if wrong else ""
        return CheckSlip(say("check.title"), say("check.line"), groups, trouble, ALPHABET)

    def do(self, action: str, value: str) -> Move | None:
        """Keys, groups."""
        visit = self.visit
        visit.looked = True
        if action == "key" and value.upper() in ALPHABET and len(value) == 1:
            self._type(value.upper())
            found = read("-".join(self.groups))
            return Go(SlipCheckedStep(visit, found)) if isinstance(found, SlipCode) else None
        if action == "delete":
            if not self.groups[self.at] and self.at:
                self.at -= 1
            self.groups[self.at] = self.groups[self.at][:-1]
        elif action == "group" and value.isdigit() and int(value) < GROUPS:
            self.at = int(value)
            if len(self.groups[self.at]) == GROUP:
                self.groups[self.at] = ""
        return None

    def _type(self, symbol: str) -> None:
        """Into the group that is being typed; a whole one is begun anew. Then to the first that is not whole, else to
        the first that is not right.
        """
        held = self.groups[self.at]
        self.groups[self.at] = symbol if len(held) == GROUP else held + symbol
        if len(self.groups[self.at]) < GROUP:
            return
        ahead = [*range(self.at + 1, GROUPS), *range(self.at)]
        open = next((at for at in ahead if len(self.groups[at]) < GROUP), None)
        misread = next((at for at, group in enumerate(self.groups) if not holds(at, group)), self.at)
        self.at = misread if open is None else open


def asked(question: str) -> SlipCode | None:
    """The code that somebody typed or scanned where one asks for things; None: they ask for something else."""
    if sum(symbol.isalnum() for symbol in question) != GROUP * GROUPS:
        return None
    found = read(question)
    return None if isinstance(found, Misread) else found


@dataclass(frozen=True, slots=True)
class _Found:
    """What the catalogue knows of a slip. `guide`: None when it is not shown (any more); `gone`: when it was taken
    down, where that is known.
    """

    id: str | None
    name: str
    guide: Guide | None
    gone: dt.datetime | None
    known: bool
    differences: tuple[Difference, ...]
    places: tuple[tuple[Place, Difference], ...]


class SlipCheckedStep(Quiet):
    """What has become of a paper since it was printed."""

    def __init__(self, visit: Visit, code: SlipCode) -> None:
        self.visit = visit
        self.code = code
        self.page = 0
        visit.looked = True

    def view(self) -> SlipChecked:
        """The page; made from the catalogue that is open now."""
        visit, say = self.visit, self.visit.say
        found = self._found()
        info = visit.catalogue.info
        tone, verdict, lines = self._verdict(found)
        retype = Press(say("check.again"), "retype", "", "keyboard")
        actions: tuple[Press, ...] = (retype,)
        if found.guide is not None:
            prints = visit.tools.printer.state.prints
            actions = (
                Press(say("check.print"), "print", found.guide.id, "print", enabled=prints),
                Press(say("check.guide"), "open", found.guide.id, "description"),
            )
        elif found.name:
            actions = (Press(say("check.search"), "ask", found.name, "search"), retype)
        newer = found.guide is not None and self.code.version > (found.guide.version or 0)
        changes = () if newer else tuple(self._rows(found.differences))
        places = () if newer else tuple(self._place_row(place, one) for place, one in found.places)
        made = info.made_at.astimezone(visit.tools.clock.now().tzinfo).date()
        chinese = visit.lang not in ("zh-Hans", "zh-Hant") and bool(changes or places)
        return SlipChecked(
            title=found.name or say("check.title"),
            tone=tone,
            verdict=verdict,
            lines=lines,
            changes_head=say.count("check.changes", len(changes)) if changes else "",
            changes=changes,
            places_head=say("check.places") if places else "",
            places=places,
            page=self.page,
            fresh=Tag(say("check.fresh", day=_day(say, made)), "event_available", "plain"),
            actions=actions,
            chinese_only=say("check.chinese") if chinese else "",
        )

    def do(self, action: str, value: str) -> Move | None:
        """To the guide, to a new paper, to another code."""
        if action == "print":
            return Go(SlipStep(self.visit, value))
        if action == "open":
            return Open(value)
        if action == "ask":
            return Ask(value)
        if action == "retype":
            return Replace(CheckSlipStep(self.visit))
        if action == "page" and value.isdigit():
            self.page = int(value)
        return None

    def _found(self) -> _Found:
        catalogue, code = self.visit.catalogue, self.code
        id = catalogue.by_number(code.number)
        if id is None:
            return _Found(None, "", None, None, True, (), ())
        guide = catalogue.get(Guide, id)
        told = catalogue.changes(id)
        become = since(told, code.version)
        if guide is None:
            gone = [one for one in told if one.field == WITHDRAWN and one.new]
            name = gone[-1].name if gone else told[-1].name if told else ""
            return _Found(id, name, None, gone[-1].at if gone else None, become.known, (), ())
        names = catalogue.names([id], self.visit.lang) if self.visit.lang != "zh-Hans" else {}
        differences = tuple(one for one in become.differences if one.field != WITHDRAWN)
        name = shown(names.get(id, guide.name))
        return _Found(id, name, guide, None, become.known, differences, self._at_places(guide, told))

    def _at_places(self, guide: Guide, told: Iterable[Change]) -> tuple[tuple[Place, Difference], ...]:
        """What changed at the offices since the earliest day on which this version can have been printed."""
        earliest = max((one.at for one in told if one.version <= self.code.version), default=None)
        found = []
        for place in guide_places(self.visit.catalogue, guide):
            later = [one for one in self.visit.catalogue.changes(place.id) if earliest is None or one.at > earliest]
            found += [(place, one) for one in since(later, 0).differences if one.field != WITHDRAWN]
        return tuple(found)

    def _verdict(self, found: _Found) -> tuple[Any, str, tuple[str, ...]]:
        say, code = self.visit.say, self.code
        if found.id is None:
            return "warn", say("check.unknown"), (say("check.unknown_line"),)
        if found.guide is None:
            since_day = (say("check.gone_on", day=self._on(found.gone)),) if found.gone else ()
            return "stop", say("check.gone"), (*since_day, say("check.gone_line"))
        current = found.guide.version or 0
        if code.version > current:
            return "warn", say("check.newer"), (say("check.newer_line"),)
        versions = say("check.version", version=code.version)
        if code.version < current:
            versions = say("check.versions", version=code.version, current=current)
        unsure = () if found.known else (say("check.pruned"),)
        if found.differences:
            less, more = pieces(found.differences)
            summary = say("join.list").join(
                [*([say("check.less", n=less)] if less else []), *([say("check.more", n=more)] if more else [])]
            )
            return "warn", say("check.changed"), (*([summary] if summary else []), versions, *unsure)
        if not found.known:
            return "warn", say("check.unsure"), (versions, *unsure)
        if found.places:
            return "warn", say("check.place_changed"), (versions,)
        return "ok", say("check.same"), (versions, say("check.same_line"))

    # Rows

    def _rows(self, differences: Iterable[Difference]) -> Iterator[SlipChange]:
        ordered = sorted(differences, key=lambda one: ORDER.index(one.field) if one.field in ORDER else len(ORDER))
        for one in ordered:
            icon = ICONS.get(one.field, "info")
            # A newer hub may tell more than this kiosk understands: then only that it changed.
            plain = Difference(one.field if one.field in ORDER else "else", None, UNSAID, one.at)
            try:
                yield SlipChange(icon, *self._words(one if one.field in ORDER else plain))
            except (AttributeError, KeyError, TypeError, ValueError):
                yield SlipChange(icon, *self._words(plain))

    def _words(self, one: Difference) -> tuple[str, str]:
        return self._title(one), self._detail(one)

    def _title(self, one: Difference) -> str:
        say = self.visit.say
        if one.field in (MATERIALS, PLACES, "eligibility") and not _sum(one.old) and not _sum(one.new):
            new, old = self._text(one.field, one.new), self._text(one.field, one.old)
            if one.old is None:
                return say(f"check.{one.field}_more", what=new)
            if one.new is None:
                return say(f"check.{one.field}_less", what=old)
            return new
        what = say(f"check.field.{one.field}")
        if one.new is None or _sum(one.new):
            return say("check.other" if one.new is not None else "check.left_out", what=what)
        return say("check.now", what=what, new=self._text(one.field, one.new))

    def _detail(self, one: Difference) -> str:
        say, parts = self.visit.say, []
        listed = one.field in (PLACES, "eligibility") or (one.field == MATERIALS and None in (one.old, one.new))
        if one.old is not None and not listed and not _sum(one.old):
            old = self._count(one.old) if one.field == MATERIALS else self._text(one.field, one.old)
            parts.append(say("check.was", old=old))
        entry = one.new if one.new is not None else one.old
        if one.field == MATERIALS and listed and isinstance(entry, dict) and entry.get("when"):
            parts.append(shown(entry["when"]))
        if one.at is not None:
            parts.append(say("check.on", day=self._on(one.at)))
        return say("join.dot").join(parts)

    def _place_row(self, place: Place, one: Difference) -> SlipChange:
        row = next(self._rows((one,)))
        named = self.visit.say("check.at_place", place=place.name, what=row.title)
        return SlipChange(row.icon, named, row.detail)

    def _text(self, field: str, value: Any) -> str:
        say = self.visit.say
        if value is None:
            return ""
        if field == MATERIALS:
            return say("join.space").join(filter(None, (shown(value["name"]), self._count(value))))
        if field == PLACES:
            named = self.visit.catalogue.names([value["id"]], self.visit.lang) if self.visit.lang != "zh-Hans" else {}
            return shown(named.get(value["id"], value["name"]))
        if field == "limit":
            return wording.limit(say, None, Limit(days=value["days"], unit=value["unit"])) or ""
        if field == "visits":
            return wording.visits(say, value) or ""
        if field == "channels":
            known = ("counter", "online", "mail", "kiosk")
            return say("join.list").join(say(f"check.channel.{one}") for one in value if one in known)
        return shown(str(value))

    def _count(self, material: Any) -> str:
        """原件 1 份，复印 1 份, and whether it is needed at all."""
        say, necessity = self.visit.say, material.get("necessity", "required")
        pieces = {field: material.get(field, 0) for field in ("originals", "copies")}
        count = wording.count(say, Material(name=material["name"], **pieces))
        unneeded = say(f"check.{necessity}") if necessity in ("optional", "deferrable") else ""
        return say("join.space").join(filter(None, (count, unneeded)))

    def _on(self, at: dt.datetime) -> str:
        return _day(self.visit.say, at.astimezone(self.visit.tools.clock.now().tzinfo).date())


def _sum(value: Any) -> bool:
    """Whether it is only the sum of something that was not written out (`domain.slip_changes`)."""
    return isinstance(value, str) and len(value) == 9 and value.startswith("#")


def _day(say: Any, day: dt.date) -> str:
    return str(say("check.day", year=day.year, date=wording.month_day(say, day)))
