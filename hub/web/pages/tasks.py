"""我的任务: what the person has to do, why, and what waits for others."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from hub.freshness import Standing
from hub.item import Version
from hub.office import ZONE, Office
from hub.people import Person
from hub.refusal import Reason, Refused
from hub.store import utc_now
from hub.tasks import MOST_TO_VERIFY, Task, Turn
from hub.ticket_book import Owed
from hub.web import words
from hub.web.view import ANYONE, WRITERS, HubView, in_thread, item_path, page
from hub.workflow import CITY, Role, Status

STATES = {
    Turn.RETURNED: "bad",
    Turn.REVIEW: "info",
    Turn.SIGN: "info",
    Turn.DRAFT: "info",
    Turn.VERIFY: "warn",
    Turn.WAITING: "wait",
}

TICKETS = "ticket"
CANDIDATES = "candidate"
DUE = "due"
"""Groups of the list that come from the ledgers, beside those of `hub.tasks.Turn`."""

ORDER = (
    *(Turn.RETURNED.value, TICKETS, Turn.REVIEW.value, Turn.SIGN.value, Turn.DRAFT.value),
    *(Turn.VERIFY.value, DUE, CANDIDATES, Turn.WAITING.value),
)
"""The groups from above; what somebody waits for comes first."""

MOST_DUE = 10
"""Items that are told before they are overdue, the soonest first."""

ALL_ITEMS = 100_000

VERIFIED_KINDS = frozenset({"guide", "fact", "place"})
"""Kinds of records that people go by, so that somebody has to verify them in turn."""


@dataclass(frozen=True, slots=True)
class Line:
    """One task as it is drawn, in the group `turn`. `key` and `edits` are for the buttons that act at once."""

    turn: str
    key: str
    name: str
    kind: str
    reason: str
    state: str
    words: str
    due: str
    href: str
    edits: int = 0
    takes_back: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """What a department has: live items, those that are to be verified, those that were in time."""

    name: str
    live: int
    dated: int
    fresh: int
    waiting: int


class TasksView(HubView):
    """The first page of everybody: one line a task, with one sentence why it is there."""

    key, group, icon = "tasks", "content", "fa-solid fa-list-check"

    @page("", roles=ANYONE)
    async def index(self, request: Request) -> Response:
        office, person = self.office(request), self.person(request)
        lines, account = await in_thread(self._read, office, person)
        acting = [line for line in lines if line.turn not in (Turn.WAITING, DUE)]
        groups = [(turn, [line for line in lines if line.turn == turn]) for turn in ORDER]
        return await self.render(
            request,
            "tasks.html",
            groups=[(turn, found) for turn, found in groups if found],
            soonest=min((line.due for line in lines if line.turn == DUE), default=""),
            acting=len(acting),
            account=account,
            today=utc_now().astimezone(ZONE),
            roles=[role.value for role in Role if role in person.roles],
            writes=bool(person.roles & WRITERS),
            most=MOST_TO_VERIFY,
        )

    @page("/verified", roles=WRITERS, methods=("POST",))
    async def verified(self, request: Request) -> Response:
        """没变: nothing has changed, and somebody has looked. It goes through the review like every change."""
        form = await self.form(request)
        key = self.text(form, "key")
        version = await in_thread(_verify, self.office(request), self.person(request), key)
        return self.back_with(request, self.say("tasks.verified", name=str(version.record["name"])), "/tasks")

    @page("/withdraw", roles=WRITERS, methods=("POST",))
    async def withdraw(self, request: Request) -> Response:
        form = await self.form(request)
        key, edits = self.text(form, "key"), self.number(form, "edits")
        version = await in_thread(self.office(request).items.withdraw, self.person(request), key, edits)
        return self.back_with(request, self.say("tasks.withdrawn", name=str(version.record["name"])), "/tasks")

    def count(self, person: Person) -> int:
        return sum(task.turn is not Turn.WAITING for task in self._office.tasks.tasks_for(person)) + len(
            _tickets(self._office, person)
        )

    def _read(self, office: Office, person: Person) -> tuple[list[Line], Account | None]:
        lines = [self._line(office, task) for task in office.tasks.tasks_for(person)]
        lines.extend(self._ticket(one) for one in _tickets(office, person))
        lines.extend(self._coming(office, person))
        waiting = office.candidates.waiting(person) if person.roles & WRITERS else 0
        if waiting:
            lines.append(self._candidates(waiting))
        return lines, self._account(office, person)

    def _ticket(self, one: Owed) -> Line:
        """What citizens said is not so, with the day by which the department answers."""
        what = self.say(f"correction.{one.field}") if self.say.has(f"correction.{one.field}") else one.field
        return Line(
            turn=TICKETS,
            key=one.item,
            name=one.name,
            kind=self._kind(one.item),
            reason=self.say("tasks.ticket_why", what=what, times=one.times, kiosks=one.kiosks),
            state="bad" if one.late else "warn",
            words=self.say("tasks.ticket_late" if one.late else "tasks.ticket_due"),
            due=words.day(one.due),
            href="/corrections",
        )

    def _coming(self, office: Office, person: Person) -> list[Line]:
        """What is to be verified soon; what is overdue already is a task of `hub.tasks`."""
        if not person.roles & WRITERS:
            return []
        today, days = utc_now().astimezone(ZONE).date(), office.ledger.verify_days
        soon = [
            one
            for one in office.ledger.entries()
            if one.standing is Standing.DUE and not one.open and one.days is not None
            if person.actor.may_write(one.department)
        ]
        return [
            Line(
                turn=DUE,
                key=one.key,
                name=one.name,
                kind=self._kind(one.key),
                reason=self.say("tasks.verified_ago", days=one.days or 0),
                state="wait",
                words=self.say("tasks.days_left", days=days - (one.days or 0)),
                due=words.day(today + dt.timedelta(days=days - (one.days or 0))),
                href=item_path(one.key),
            )
            for one in soon[:MOST_DUE]
        ]

    def _candidates(self, waiting: int) -> Line:
        return Line(
            turn=CANDIDATES,
            key="",
            name=self.say("tasks.candidates", n=waiting),
            kind="",
            reason=self.say("tasks.candidates_why"),
            state="info",
            words=self.say("tasks.candidates_state"),
            due="",
            href="/candidates",
        )

    def _kind(self, key: str) -> str:
        kind = key.partition("/")[0]
        return self.say(f"kind.{kind}") if kind and kind != "guide" else ""

    def _line(self, office: Office, task: Task) -> Line:
        version: Version | None = None
        if task.turn is Turn.WAITING:
            version = office.items.version(task.item, task.number)
        return Line(
            turn=task.turn.value,
            key=task.item,
            name=task.name or self.say("tasks.release"),
            kind="" if task.turn is Turn.SIGN else self._kind(task.item),
            reason=self._reason(task),
            state=STATES[task.turn],
            words=self.say(f"tasks.at_{version.status.value}") if version else self.say(f"task.{task.turn.value}"),
            due=self._due(task),
            href=_href(task),
            edits=version.edits if version else 0,
            takes_back=version is not None and version.release is None,
        )

    def _reason(self, task: Task) -> str:
        if task.turn is Turn.RETURNED:
            return self.say("tasks.returned_because", who=task.who, remark=task.remark)
        if task.turn is Turn.REVIEW:
            return self.say("tasks.written_by", who=task.who) if task.who else ""
        if task.turn is Turn.SIGN:
            return self.say("tasks.sign_why")
        if task.turn is Turn.VERIFY and task.since is not None:
            return self.say("tasks.verified_ago", days=(utc_now().date() - task.since.date()).days)
        return ""

    def _due(self, task: Task) -> str:
        if task.turn is Turn.VERIFY:
            return words.day(task.since.date()) if task.since else ""
        if task.since is None or task.turn in (Turn.DRAFT, Turn.RETURNED):
            return words.when(task.since)
        key = "tasks.sent" if task.turn is Turn.WAITING else "tasks.since"
        return self.say(key, ago=words.ago(task.since, utc_now()))

    def _account(self, office: Office, person: Person) -> Account | None:
        whose = None if person.department == CITY else person.department
        live = [one for one in office.items.all(department=whose, limit=ALL_ITEMS) if one.live is not None]
        if not live:
            return None
        days = office.settings.content.verify_days
        since = utc_now().astimezone(ZONE).date() - dt.timedelta(days=days)
        return Account(
            name=self.department(person.department),
            live=len(live),
            dated=sum(one.kind in VERIFIED_KINDS for one in live),
            fresh=sum(
                one.kind in VERIFIED_KINDS and one.verified_on is not None and one.verified_on > since for one in live
            ),
            waiting=sum(one.open is not None for one in live),
        )


def _tickets(office: Office, person: Person) -> tuple[Owed, ...]:
    """Tickets that the person answers: who writes or reviews first for a department."""
    if not person.roles & (WRITERS | {Role.DEPARTMENT_REVIEWER}):
        return ()
    return tuple(one for one in office.book.tasks_for(None) if person.actor.covers(one.department))


def _href(task: Task) -> str:
    if task.turn is Turn.REVIEW:
        return f"/review/{task.item}"
    if task.turn is Turn.SIGN:
        return "/releases"
    return item_path(task.item)


def _verify(office: Office, person: Person, key: str) -> Version:
    """A version that says only: verified today. What cannot go into review stays as a draft to be mended."""
    item = office.items.get(key)
    if item.open is not None:
        raise Refused(Reason.ITEM_BEING_CHANGED)
    version = office.items.edit(person, key)
    if version.status is not Status.DRAFT or version.author != person.id:
        raise Refused(Reason.ITEM_BEING_CHANGED)
    today = utc_now().astimezone(ZONE).date().isoformat()
    raw = {**version.record, "verified_on": today}
    version = office.items.save(person, key, raw, version.edits)
    return office.items.submit(person, key, version.edits)
