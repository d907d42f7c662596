"""我的任务: what the person has to do, why, and what waits for others."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from hub.asking import Request as Asking
from hub.freshness import Standing
from hub.gap import GapList
from hub.item import Version
from hub.office import ZONE, Office
from hub.people import Person
from hub.refusal import Reason, Refused
from hub.store import utc_now
from hub.task import A_FEW, ON_A_PAGE, Held, Share, Task, Turn
from hub.ticket_book import Owed
from hub.web import words
from hub.web.view import ANYONE, WRITERS, HubView, in_thread, item_path, page, page_number
from hub.workflow import CITY, Role, Status

STATES = {
    Turn.RETURNED: "bad",
    Turn.REVIEW: "info",
    Turn.SIGN: "info",
    Turn.STUCK: "warn",
    Turn.WRITE: "info",
    Turn.DRAFT: "info",
    Turn.IMPORTED: "info",
    Turn.VERIFY: "warn",
    Turn.WAITING: "wait",
}

TICKETS = "ticket"
CANDIDATES = "candidate"
DUE = "due"
ASKED = "asked"
LATE = "late"
"""Groups of the list that come from the ledgers, beside those of `hub.tasks.Turn`."""

ORDER = (
    *(Turn.RETURNED.value, TICKETS, ASKED, Turn.REVIEW.value, Turn.SIGN.value, Turn.STUCK.value, Turn.WRITE.value),
    *(Turn.DRAFT.value, Turn.IMPORTED.value),
    *(LATE, Turn.VERIFY.value, DUE, CANDIDATES, Turn.WAITING.value),
)
"""The groups from above; what somebody waits for comes first."""

MOST_DUE = 10
"""Items that are told before they are overdue, the soonest first."""

PAGED = tuple(turn for turn in Turn if turn is not Turn.SIGN)
"""Groups that have pages of their own when they are long."""

MOST_DEPARTMENTS = 12
"""Departments that the group of imported drafts names."""

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
class Group:
    """The beginning of one group of the list. `total`: how many it has; `href`: its pages, empty when all is here;
    `shares`: where they are too many to begin with, how they lie with the departments (name, figures, address).
    """

    turn: str
    total: int
    lines: tuple[Line, ...]
    href: str = ""
    shares: tuple[tuple[str, Share, str], ...] = ()


class TasksView(HubView):
    """The first page of everybody: one line a task, with one sentence why it is there."""

    key, group, icon = "tasks", "content", "fa-solid fa-list-check"

    @page("", roles=ANYONE)
    async def index(self, request: Request) -> Response:
        office, person = self.office(request), self.person(request)
        if request.query_params.get("show", "") in PAGED:
            return await self._one_group(request, Turn(request.query_params["show"]))
        groups, account = await in_thread(self._read, office, person)
        return await self.render(
            request,
            "tasks.html",
            groups=groups,
            acting=sum(group.total for group in groups if group.turn not in (Turn.WAITING, DUE)),
            account=account,
            whose=await in_thread(self.department, person.department),
            today=utc_now().astimezone(ZONE),
            roles=[role.value for role in Role if role in person.roles],
            writes=bool(person.roles & WRITERS),
        )

    async def _one_group(self, request: Request, turn: Turn) -> Response:
        """All of one group, in pages, narrowed to a department or to what is new or changes something."""
        office, person, asked = self.office(request), self.person(request), request.query_params
        department, fresh = asked.get("department", ""), {"new": True, "changed": False}.get(asked.get("base", ""))
        shares = await in_thread(office.tasks.shares, person, turn)
        held = [one for one in shares if not department or one.department == department]
        n, new = sum(one.count for one in held), sum(one.fresh for one in held)
        total = n if fresh is None else new if fresh else n - new
        pages = max(1, -(-total // ON_A_PAGE))
        at = min(pages, page_number(asked.get("page", "")))

        def read() -> list[Line]:
            offset = (at - 1) * ON_A_PAGE
            found = office.tasks.page_of(person, turn, department=department, fresh=fresh, offset=offset)
            return [self._line(task) for task in found]

        names = await in_thread(self._names, office)
        return await self.render(
            request,
            "task_group.html",
            group=Group(turn.value, total, tuple(await in_thread(read))),
            shares=[(names.get(one.department, one.department), one) for one in shares],
            department=department,
            base=asked.get("base", "") if fresh is not None else "",
            both=turn is Turn.IMPORTED,
            at=at,
            pages=pages,
            writes=bool(person.roles & WRITERS),
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
        office = self._office
        asked = len(office.gaps.requests(person)) + len(office.reminders.requests(person))
        return office.tasks.count(person) + len(_tickets(office, person)) + asked

    def _read(self, office: Office, person: Person) -> tuple[list[Group], Held | None]:
        counts = office.tasks.counts(person)
        begun = [turn for turn, n in counts.items() if turn is not Turn.IMPORTED or n <= A_FEW]
        lines = [self._line(task) for task in office.tasks.tasks_for(person, begun)]
        lines.extend(self._ticket(one) for one in _tickets(office, person))
        lines.extend(self._coming(office, person))
        lines.extend(self._asked(office, person))
        waiting = office.candidates.waiting(person) if person.roles & WRITERS else 0
        if waiting:
            lines.append(self._candidates(waiting))
        totals = {turn.value: n for turn, n in counts.items()}
        groups = []
        for turn in ORDER:
            own = tuple(line for line in lines if line.turn == turn)
            total = totals.get(turn, len(own))
            if turn == Turn.IMPORTED and total > A_FEW:
                groups.append(Group(turn, total, (), f"/tasks?show={turn}", self._imported(office, person)))
            elif own:
                more = f"/tasks?show={turn}" if turn in PAGED and total > len(own) else ""
                groups.append(Group(turn, total, own, more))
        return groups, self._account(office, person)

    def _imported(self, office: Office, person: Person) -> tuple[tuple[str, Share, str], ...]:
        names = self._names(office)
        shares = office.tasks.shares(person, Turn.IMPORTED)[:MOST_DEPARTMENTS]
        turn = Turn.IMPORTED.value
        return tuple(
            (
                names.get(one.department, one.department),
                one,
                f"/tasks?{urlencode({'show': turn, 'department': one.department})}",
            )
            for one in shares
        )

    def _names(self, office: Office) -> dict[str, str]:
        return {**dict(office.people.departments()), CITY: self.say("department.city")}

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

    def _asked(self, office: Office, person: Person) -> list[Line]:
        """What departments were asked for, what is due first at the beginning: of one's own department; of others what
        is late, for who asked them.
        """
        found = [
            (one, self.say("tasks.asked_gaps", city=held.city, n=one.of - one.done), "answered", _gaps_href(held, one))
            for held, one in office.gaps.requests(person)
        ]
        for one in office.reminders.requests(person):
            href = f"/freshness?{urlencode({'department': one.asked.department})}#items"
            found.append((one, self.say("tasks.asked_freshness", n=one.of - one.done), "verified", href))
        found.sort(key=lambda line: (line[0].asked.due, line[0].asked.department, line[1]))
        people = office.people.names([one.asked.by for one, *_ in found])
        lines = []
        for one, name, what, href in found:
            mine = Role.EDITOR in person.roles and one.asked.department in person.departments
            whose = "" if mine and one.asked.department == person.department else self.department(one.asked.department)
            reason = self.say(f"tasks.asked_{what}", who=people.get(one.asked.by, ""), done=one.done, of=one.of)
            lines.append(
                Line(
                    turn=ASKED if mine else LATE,
                    key="",
                    name=self.say("tasks.asked_of", department=whose, what=name) if whose else name,
                    kind="",
                    reason=reason,
                    state="bad" if one.late else "warn",
                    words=self.say("tasks.asked_late" if one.late else "tasks.asked_waits"),
                    due=words.day(one.asked.due),
                    href=href,
                )
            )
        return lines

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

    def _line(self, task: Task) -> Line:
        waits = task.turn is Turn.WAITING
        return Line(
            turn=task.turn.value,
            key=task.item,
            name=task.name or self.say("tasks.release"),
            kind="" if task.turn is Turn.SIGN else self._kind(task.item),
            reason=self._reason(task),
            state=_state(task),
            words=self._words(task),
            due=self._due(task),
            href=_href(task),
            edits=task.edits,
            takes_back=waits and not task.held and task.status is not Status.DRAFT,
        )

    def _words(self, task: Task) -> str:
        if task.stuck is not None:
            return self.say(f"tasks.nobody_{task.stuck.value}")
        if task.turn is not Turn.WAITING or task.status is None:
            return self.say(f"task.{task.turn.value}")
        return self.say("tasks.written_elsewhere", who=task.who) if task.who else self.say(f"tasks.at_{task.status}")

    def _reason(self, task: Task) -> str:
        if task.stuck is not None:
            mine = task.turn is Turn.STUCK
            whose = self.department(task.department)
            key = f"tasks.{'give' if mine else 'ask'}_{task.stuck.value}"
            return self.say(key, department=whose, name=task.name)
        if task.turn is Turn.RETURNED:
            return self.say("tasks.returned_because", who=task.who, remark=task.remark)
        if task.turn is Turn.REVIEW:
            return self.say("tasks.written_by", who=task.who) if task.who else ""
        if task.turn is Turn.SIGN:
            return self.say("tasks.sign_why")
        if task.turn is Turn.IMPORTED:
            return self.say("tasks.imported_new" if task.fresh else "tasks.imported_changes")
        if task.turn is Turn.WRITE:
            return self.say("tasks.write_for", who=task.who) if task.who else self.say("tasks.write_own")
        if task.turn is Turn.VERIFY and task.since is not None:
            return self.say("tasks.verified_ago", days=(utc_now().date() - task.since.date()).days)
        return ""

    def _due(self, task: Task) -> str:
        if task.due is not None:
            return words.day(task.due)
        if task.turn is Turn.VERIFY:
            return words.day(task.since.date()) if task.since else ""
        if task.since is None or task.turn in (Turn.DRAFT, Turn.IMPORTED, Turn.RETURNED):
            return words.when(task.since)
        key = "tasks.sent" if task.turn in (Turn.WAITING, Turn.STUCK) else "tasks.since"
        return self.say(key, ago=words.ago(task.since, utc_now()))

    def _account(self, office: Office, person: Person) -> Held | None:
        since = _today() - dt.timedelta(days=office.settings.content.verify_days)
        held = office.tasks.account(person, VERIFIED_KINDS, since)
        return held if held.live or held.written or held.reviewed else None


def _tickets(office: Office, person: Person) -> tuple[Owed, ...]:
    """Tickets that the person answers: who writes or reviews first for a department."""
    if not person.roles & (WRITERS | {Role.DEPARTMENT_REVIEWER}):
        return ()
    return tuple(one for one in office.book.tasks_for(None) if person.actor.covers(one.department))


def _gaps_href(held: GapList, one: Asking) -> str:
    return f"/gaps?{urlencode({'list': held.id, 'department': one.asked.department})}"


def _today() -> dt.date:
    return utc_now().astimezone(ZONE).date()


def _href(task: Task) -> str:
    if task.turn is Turn.REVIEW:
        return f"/review/{task.item}"
    if task.turn is Turn.SIGN:
        return "/releases"
    if task.turn is Turn.STUCK:
        return "/people"
    return item_path(task.item)


def _state(task: Task) -> str:
    """Late is worse than what it is late with, and what nobody can do worse than what somebody will."""
    if task.stuck is not None:
        return STATES[Turn.STUCK]
    return "bad" if task.due and task.turn is not Turn.WAITING and task.due < _today() else STATES[task.turn]


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
