"""审计日志: who did what to what, whether the chain is whole, and a copy to take along."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from hub import audit
from hub.audit import COMMAND_LINE, BadEntry, Entry, Event
from hub.office import ZONE, Office
from hub.people import Person
from hub.refusal import Refused
from hub.sheets import begins_formula
from hub.store import utc_now
from hub.web.view import AUDITORS, HubView, in_thread, page
from hub.web.words import groups, whole
from phrases import Phrases

ON_A_PAGE = 40
ACTIONS = ("item.", "candidate.", "release.", "person.", "session.", "gaps.", "web.", "audit.")
"""What the log can be narrowed to."""

CHECKED_ANEW = dt.timedelta(minutes=5)
"""An older proof is made again when the page is opened."""

_PLACEHOLDER = re.compile(r"\{\w+\}")


@dataclass(frozen=True, slots=True)
class Filter:
    """What is looked for; empty texts mean everything. `until` is the last day that counts."""

    text: str = ""
    who: str = ""
    action: str = ""
    result: str = ""
    since: str = ""
    until: str = ""

    def as_query(self) -> dict[str, str]:
        """For links."""
        return {name: value for name in self.__slots__ if (value := getattr(self, name))}


@dataclass(frozen=True, slots=True)
class Line:
    """One entry in words."""

    entry: Entry
    at: str
    who: str
    roles: str
    action: str
    subject: str
    href: str
    details: str


@dataclass(frozen=True, slots=True)
class Proof:
    """When the chain was walked from its beginning, up to where, and the first bad entry."""

    at: dt.datetime
    entries: int
    head: str
    bad: BadEntry | None


@dataclass(frozen=True, slots=True)
class Chained:
    """The entry that is looked at with its neighbours' hashes; empty where there is none."""

    line: Line
    before: tuple[int, str] | None
    after: tuple[int, str] | None


class AuditView(HubView):
    """The log. Looking changes nothing; exporting is an entry itself."""

    key, group, icon = "audit", "books", "fa-solid fa-book"

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self._proof: Proof | None = None
        self._proving = threading.Lock()
        self._codes = Phrases()

    @page("", roles=AUDITORS)
    async def index(self, request: Request) -> Response:
        query = request.query_params
        wanted = _filter(query)
        older = _number(query.get("older", ""))
        seq = _number(query.get("seq", ""))
        anew = query.get("check") == "1"
        return await self.render(
            request,
            "audit.html",
            wanted=wanted,
            actions=ACTIONS,
            **await in_thread(self._read, self.office(request), wanted, older, seq, anew),
        )

    @page("/export", roles=AUDITORS, methods=("POST",))
    async def export(self, request: Request) -> Response:
        form = await self.form(request)
        wanted = _filter({name: self.text(form, name) for name in Filter.__slots__})
        office, person = self.office(request), self.person(request)
        await in_thread(self._note, office, person, wanted)
        name = f"audit-{utc_now().astimezone(ZONE):%Y%m%d-%H%M}.csv"
        return StreamingResponse(
            self._csv(office, wanted),
            media_type="text/csv; charset=utf-8",
            headers={"content-disposition": f'attachment; filename="{name}"'},
        )

    def _note(self, office: Office, person: Person, wanted: Filter) -> None:
        told = Event(person.id, "audit.export", "audit/log", dict(wanted.as_query()))
        office.store.run_tx(lambda connection: audit.append(connection, utc_now(), told))

    def _read(self, office: Office, wanted: Filter, older: int | None, seq: int | None, anew: bool) -> dict[str, Any]:
        people = {person.id: person for person in office.people.all()}
        entries = list(self._entries(office, wanted, people, older, ON_A_PAGE + 1))
        shown = entries[:ON_A_PAGE]
        chosen = self._one(office, seq) if seq is not None else (shown[0] if shown else None)
        departments = dict(office.people.departments())
        known = {entry.seq: entry for entry in shown}
        if chosen is not None:
            known.setdefault(chosen.seq, chosen)
        lines = {line.entry.seq: line for line in self._lines(office, list(known.values()), people, departments)}
        total, head = office.audit.head()
        return {
            "lines": [lines[entry.seq] for entry in shown],
            "older": shown[-1].seq if len(entries) > ON_A_PAGE else None,
            "newer": older is not None,
            "chosen": self._chained(office, lines[chosen.seq]) if chosen is not None else None,
            "people": sorted(people.values(), key=lambda one: one.login),
            "total": total,
            "head": head,
            "proof": self._proved(office, anew),
        }

    def _entries(
        self, office: Office, wanted: Filter, people: Mapping[str, Person], older: int | None, most: int | None
    ) -> Iterator[Entry]:
        """Newest first; a text is looked for in subject, people and details, entry by entry."""
        found = 0
        while most is None or found < most:
            part = office.audit.entries(
                limit=500 if most is None or wanted.text else most - found,
                older_than=older,
                who=wanted.who or None,
                action=wanted.action or None,
                done={"done": True, "refused": False}.get(wanted.result),
                since=_day(wanted.since, 0),
                until=_day(wanted.until, 1),
            )
            if not part:
                return
            older = part[-1].seq
            for entry in part:
                if not wanted.text or self._has(office, entry, wanted.text, people):
                    found += 1
                    yield entry
                    if found == most:
                        return

    def _has(self, office: Office, entry: Entry, text: str, people: Mapping[str, Person]) -> bool:
        who = people.get(entry.who)
        words = (entry.subject, self._action(entry.action), json.dumps(entry.details, ensure_ascii=False))
        return any(text in one for one in (*words, who.name if who else "", who.login if who else ""))

    def _one(self, office: Office, seq: int) -> Entry | None:
        found = office.audit.entries(limit=1, older_than=seq + 1)
        return found[0] if found and found[0].seq == seq else None

    def _chained(self, office: Office, line: Line) -> Chained:
        seq = line.entry.seq
        before = self._one(office, seq - 1)
        after = self._one(office, seq + 1)
        return Chained(line, (before.seq, before.hash) if before else None, (after.seq, after.hash) if after else None)

    def _proved(self, office: Office, anew: bool) -> Proof:
        with self._proving:
            held = self._proof
            if held is None or anew or utc_now() - held.at > CHECKED_ANEW:
                total, head = office.audit.head()
                held = self._proof = Proof(utc_now(), total, head, office.audit.verify())
            return held

    # In words

    def _lines(
        self,
        office: Office,
        entries: Sequence[Entry],
        people: Mapping[str, Person],
        departments: Mapping[str, str],
    ) -> Iterator[Line]:
        called = office.items.called(
            entry.subject.partition("/")[2] for entry in entries if entry.action.startswith("item.")
        )
        for entry in entries:
            who = people.get(entry.who)
            subject, href = self._subject(office, entry, called)
            yield Line(
                entry=entry,
                at=whole(entry.at),
                who=who.name if who else self.say("audit.command_line") if entry.who == COMMAND_LINE else entry.who,
                roles="、".join(self.say(f"role.{role.value}") for role in sorted(who.roles)) if who else "",
                action=self._action(entry.action),
                subject=subject,
                href=href,
                details="；".join(self._details(entry, departments)),
            )

    def _action(self, action: str) -> str:
        key = f"audit.{action.replace('.', '_')}"
        return self.say(key) if self.say.has(key) else action

    def _subject(self, office: Office, entry: Entry, called: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
        kind, _, id = entry.subject.partition("/")
        if entry.action.startswith("item."):
            name = called.get(id, ("", ""))[1]
            return name or entry.subject, f"/items/{entry.subject}" if name else ""
        if kind == "release":
            try:
                revision = office.releases.get(id).revision
            except Refused:
                return id[:8], ""
            return self.say("audit.revision", n=revision) if revision else self.say("audit.to_be_released"), ""
        if kind == "audit":
            return self.say("page.audit"), ""
        return id or entry.subject, ""

    def _details(self, entry: Entry, departments: Mapping[str, str]) -> Iterator[str]:
        for name, value in entry.details.items():
            key = f"audit.detail_{name}"
            if name == "reason":
                yield self._reason(str(value))
            elif self.say.has(key) and value not in ("", None, 0, []):
                yield self.say(key, v=self._value(name, value, departments))

    def _reason(self, value: str) -> str:
        """Why something was not done: a code with its title, or a sentence."""
        title = f"error.{value}.title"
        if self._codes.has(title):
            return f"{value} {self._codes(title)}"
        for key in (f"refuse.{value}", f"audit.reason_{value}"):
            if self.say.has(key):
                return _PLACEHOLDER.sub("…", self.say(key))
        return value

    def _value(self, name: str, value: Any, departments: Mapping[str, str]) -> str:
        if name == "status" and self.say.has(f"status.{value}"):
            return self.say(f"status.{value}")
        if name == "kind" and self.say.has(f"release.{value}"):
            return self.say(f"release.{value}")
        if name == "roles" and isinstance(value, list):
            return "、".join(self.say(f"role.{one}") for one in value) or self.say("audit.none")
        if name in ("department", "before"):
            return departments.get(str(value), self.say("department.city") if value == "*" else str(value))
        if name == "digest":
            return groups(str(value), 16)
        return str(value)

    def _csv(self, office: Office, wanted: Filter) -> Iterator[bytes]:
        """The entries that the filter lets through, newest first, with what a proof needs; UTF-8 with its mark, as
        spreadsheets want it.
        """
        people = {person.id: person for person in office.people.all()}
        yield b"\xef\xbb\xbf"
        yield _row(self.say(f"audit.column_{name}") for name in _COLUMNS)
        for entry in self._entries(office, wanted, people, None, None):
            who = people.get(entry.who)
            yield _row(
                (
                    str(entry.seq),
                    entry.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
                    entry.who,
                    who.name if who else "",
                    entry.action,
                    self._action(entry.action),
                    entry.subject,
                    self.say("audit.done" if entry.done else "audit.refused"),
                    json.dumps(entry.details, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
                    entry.before,
                    entry.hash,
                )
            )


_COLUMNS = ("seq", "at", "who", "name", "action", "words", "subject", "result", "details", "before", "hash")


def _row(cells: Iterable[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerow([f"'{cell}" if begins_formula(cell) else cell for cell in cells])
    return out.getvalue().encode("utf-8")


def _filter(query: Mapping[str, str]) -> Filter:
    action = query.get("action", "")
    return Filter(
        text=query.get("text", "").strip()[:60],
        who=query.get("who", "")[:64],
        action=action if action in ACTIONS else "",
        result=query.get("result", "") if query.get("result") in ("done", "refused") else "",
        since=query.get("since", "") if _day(query.get("since", ""), 0) else "",
        until=query.get("until", "") if _day(query.get("until", ""), 0) else "",
    )


def _day(text: str, days: int) -> dt.datetime | None:
    try:
        date = dt.date.fromisoformat(text) + dt.timedelta(days=days)
    except (ValueError, OverflowError):
        return None
    return dt.datetime.combine(date, dt.time(), ZONE)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None
