"""旧纸还能用吗: the check code of a slip is typed; the kiosk says, offline, what has changed since it was printed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeGuard

from domain.check_code import ALPHABET, GROUP, GROUPS, Misread, SlipCode, holds, read
from domain.records import Change, Guide, LifeEvent, Org, Place
from domain.slip_changes import WITHDRAWN, Difference, Since, pieces, since, since_moment
from domain.slip_content import AGENCY, DEPARTMENT, GUIDES, PLACES, shown
from journeys.moves import Ask, Go, Move, Open, Quiet, Replace
from journeys.preview import EventSlipStep, SlipStep
from journeys.slip_rows import ChangeWords, Row
from journeys.views import CheckSlip, CodeGroup, Press, SlipChecked, Tag, Tone
from journeys.visit import Visit


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
    """What the catalogue knows of a slip. `item`: None when it is not shown (any more); `gone`: when it was taken
    down, where that is known; `rows`: what changed in the item, `around`: in what else the slip is printed from;
    `inside`: whether that is a guide of a life event.
    """

    id: str | None
    name: str = ""
    item: Guide | LifeEvent | None = None
    gone: dt.datetime | None = None
    known: bool = True
    pieces: tuple[int, int] = (0, 0)
    rows: tuple[Row, ...] = ()
    around: tuple[Row, ...] = ()
    inside: bool = False

    @property
    def current(self) -> int:
        """The version that a slip would have now; 0 where no hub counts."""
        return (self.item.version or 0) if self.item else 0


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
        made = Tag(say("check.fresh", day=ChangeWords(visit).day(info.made_at)), "event_available", "plain")
        told = bool(found.rows or found.around)
        return SlipChecked(
            title=found.name or say("check.title"),
            tone=tone,
            verdict=verdict,
            lines=lines,
            changes_head=say.count("check.changes", len(found.rows)) if found.rows else "",
            changes=tuple(row.change for row in found.rows),
            around_head=say("check.around_event" if found.inside else "check.around") if found.around else "",
            around=tuple(row.change for row in found.around),
            page=self.page,
            fresh=made,
            actions=self._actions(found),
            chinese_only=say("check.chinese") if told and visit.lang not in ("zh-Hans", "zh-Hant") else "",
        )

    def _actions(self, found: _Found) -> tuple[Press, ...]:
        say = self.visit.say
        retype = Press(say("check.again"), "retype", "", "keyboard")
        if found.item is not None:
            prints = self.visit.tools.printer.state.prints
            return (
                Press(say("check.print"), "print", found.item.id, "print", enabled=prints),
                Press(say("check.guide"), "open", found.item.id, "description"),
            )
        if found.name:
            return (Press(say("check.search"), "ask", found.name, "search"), retype)
        return (retype,)

    def do(self, action: str, value: str) -> Move | None:
        """To the guide, to a new paper, to another code."""
        if action == "print":
            event = self.visit.catalogue.get(LifeEvent, value)
            return Go(SlipStep(self.visit, value) if event is None else EventSlipStep(self.visit, value, {}))
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
            return _Found(None)
        item = catalogue.get(Guide, id) or catalogue.get(LifeEvent, id)
        told = catalogue.changes(id)
        if item is None:
            gone = [one for one in told if one.field == WITHDRAWN and one.new]
            name = gone[-1].name if gone else told[-1].name if told else ""
            return _Found(id, shown(name), gone=gone[-1].at if gone else None)
        name = self._name(id, item.name)
        if code.version > (item.version or 0):
            return _Found(id, name, item)
        become, words = since(told, code.version), ChangeWords(self.visit)
        differences = words.standing(one for one in become.differences if one.field != WITHDRAWN)
        around, known, inside = self._around(become, words)
        rows = tuple(words.rows(differences))
        return _Found(id, name, item, None, become.known and known, pieces(differences), rows, tuple(around), inside)

    def _around(self, become: Since, words: ChangeWords) -> tuple[list[Row], bool, bool]:
        """What changed in what else the slip is printed from; whether all of it is still kept; whether a guide of a
        life event is among it. What is on the paper no more, or not yet, is told of the item itself.
        """
        told = {value.get("id") for one in become.differences for value in (one.old, one.new) if _names_one(one, value)}
        rows: list[Row] = []
        known, inside = True, False
        for id, at in become.around.items():
            if id in told:
                continue
            changes = self.visit.catalogue.changes(id)
            later = since_moment(changes, at)
            known = known and later.known
            gone = [one for one in later.differences if one.field == WITHDRAWN and one.new]
            kept = words.standing(one for one in later.differences if one.field != WITHDRAWN)
            who = self._called(id, changes)
            mine = [words.named(who, row) for row in words.rows(gone or kept)]
            inside = inside or (bool(mine) and self.visit.catalogue.get(Guide, id) is not None)
            rows += mine
        return rows, known, inside

    def _called(self, id: str, changes: tuple[Change, ...]) -> str:
        catalogue = self.visit.catalogue
        for kind in (Place, Org, Guide):
            record = catalogue.get(kind, id)
            if record is not None:
                return self._name(id, record.name)
        return shown(changes[-1].name) if changes else id

    def _name(self, id: str, name: str) -> str:
        visit = self.visit
        named = visit.catalogue.names([id], visit.lang) if visit.lang != "zh-Hans" else {}
        return named.get(id, name)

    def _verdict(self, found: _Found) -> tuple[Tone, str, tuple[str, ...]]:
        say, code = self.visit.say, self.code
        if found.id is None:
            return "warn", say("check.unknown"), (say("check.unknown_line"),)
        if found.item is None:
            since_day = (say("check.gone_on", day=ChangeWords(self.visit).day(found.gone)),) if found.gone else ()
            return "stop", say("check.gone"), (*since_day, say("check.gone_line"))
        if code.version > found.current:
            return "warn", say("check.newer"), (say("check.newer_line"),)
        versions = say("check.version", version=code.version)
        if code.version < found.current:
            versions = say("check.versions", version=code.version, current=found.current)
        unsure = () if found.known else (say("check.pruned"),)
        less, more = found.pieces
        counts = [*([say("check.less", n=less)] if less else []), *([say("check.more", n=more)] if more else [])]
        lines = (*([say("join.list").join(counts)] if counts else []), versions, *unsure)
        if not all(row.told for row in (*found.rows, *found.around)):
            return "warn", say("check.reprint"), lines
        if found.rows or found.inside:
            return "warn", say("check.changed"), lines
        if not found.known:
            return "warn", say("check.unsure"), lines
        if found.around:
            return "warn", say("check.place_changed"), lines
        return "ok", say("check.same"), (versions, say("check.same_line"))


def _names_one(one: Difference, value: object) -> TypeGuard[Mapping[str, str]]:
    """Whether `value` of a difference is somebody that the slip names."""
    return one.field in (AGENCY, DEPARTMENT, GUIDES, PLACES) and isinstance(value, Mapping)
