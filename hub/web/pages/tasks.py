"""我的任务: what the person has to do, why, and what waits for others."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from hub.item import Version
from hub.office import ZONE, Office
from hub.people import Person
from hub.refusal import Reason, Refused
from hub.store import utc_now
from hub.tasks import MOST_TO_VERIFY, Task, Turn
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

ALL_ITEMS = 100_000

VERIFIED_KINDS = frozenset({"guide", "fact", "place"})
"""Kinds of records that people go by, so that somebody has to verify them in turn."""


@dataclass(frozen=True, slots=True)
class Line:
    """One task as it is drawn. `key` and `edits` are for the buttons that act at once."""

    turn: Turn
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
        acting = [line for line in lines if line.turn is not Turn.WAITING]
        groups = [(turn, [line for line in lines if line.turn is turn]) for turn in Turn]
        return await self.render(
            request,
            "tasks.html",
            groups=[(turn.value, found) for turn, found in groups if found],
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
        return sum(task.turn is not Turn.WAITING for task in self._office.tasks.tasks_for(person))

    def _read(self, office: Office, person: Person) -> tuple[list[Line], Account | None]:
        tasks = office.tasks.tasks_for(person)
        return [self._line(office, task) for task in tasks], self._account(office, person)

    def _line(self, office: Office, task: Task) -> Line:
        version: Version | None = None
        if task.turn is Turn.WAITING:
            version = office.items.version(task.item, task.number)
        kind = task.item.partition("/")[0] if task.turn is not Turn.SIGN else ""
        return Line(
            turn=task.turn,
            key=task.item,
            name=task.name or self.say("tasks.release"),
            kind=self.say(f"kind.{kind}") if kind and kind != "guide" else "",
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
