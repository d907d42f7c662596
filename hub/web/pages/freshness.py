"""保鲜账: which department's content is going stale, and verifying it one item at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from hub.asking import DAYS
from hub.freshness import DUE_DAYS, Account, Entry, Ledger, Line, Standing
from hub.office import ZONE
from hub.people import Person
from hub.refusal import Reason, Refused
from hub.store import utc_now
from hub.verified import FIELDS
from hub.web import words
from hub.web.pages.gaps import day_of
from hub.web.pages.importing import XLSX, download
from hub.web.view import WRITERS, HubView, in_thread, page
from hub.workflow import CITY, Role

READERS = WRITERS | {Role.DEPARTMENT_REVIEWER, Role.CITY_REVIEWER, Role.AUDITOR}

PAGE = 20
"""Items on a page: each has to be looked at."""

_ORDERS: dict[str, Callable[[Line], tuple[object, ...]]] = {
    "": lambda line: (line.share, -line.items, line.department),
    "items": lambda line: (-line.items, line.department),
    "progress": lambda line: (-(line.change if line.change is not None else -1000), line.department),
}
"""How the departments are ordered: what needs most first, by number of items, by progress."""

COLLECTORS = frozenset({Role.COLLECTOR})

FORMS = {"xlsx": XLSX, "csv": "text/csv; charset=utf-8"}


class FreshnessView(HubView):
    """The account of the city, and the items of one department."""

    key, group, icon = "freshness", "content", "fa-solid fa-leaf"

    @page("", roles=READERS)
    async def index(self, request: Request) -> Response:
        office, person, asked = self.office(request), self.person(request), request.query_params
        account = await in_thread(office.ledger.account)
        names = {**dict(await in_thread(office.people.departments)), CITY: self.say("department.city")}
        every = asked.get("all") == "1"
        lines = [
            line for line in account.lines if every or not line.whole or line.department == asked.get("department")
        ]
        mine = person.departments - {CITY}
        sort = asked.get("sort", "")
        lines.sort(key=_ORDERS.get(sort, _ORDERS[""]))
        lines.sort(key=lambda line: line.department not in mine)
        desk = await in_thread(office.reminders.desk)
        told = {one.department: one for one in await in_thread(office.book.accounts)}
        department = _department(asked.get("department"), account, person)
        today = utc_now().astimezone(ZONE).date()
        state = asked.get("state", "")
        entries = await in_thread(office.ledger.entries, department) if department else ()
        shown = _narrowed(entries, state)
        number = asked.get("page", "1")
        at = max(1, int(number)) if number.isdecimal() and len(number) < 6 else 1
        return await self.render(
            request,
            "freshness.html",
            account=account,
            lines=lines,
            hidden=len(account.lines) - len(lines),
            every=every,
            names=names,
            sort=sort if sort in _ORDERS else "",
            desk=desk,
            reminds=Role.COLLECTOR in person.roles,
            told=told,
            said=(sum(one.told for one in told.values()), sum(one.mended for one in told.values())),
            writers=[one.name for one in desk.writers.get(department, ())][:3],
            due=(today + dt.timedelta(days=DAYS)).isoformat(),
            today=today.isoformat(),
            department=department,
            line=next((one for one in account.lines if one.department == department), None),
            entries=shown[(at - 1) * PAGE : at * PAGE],
            total=len(shown),
            at=at,
            pages=-(-len(shown) // PAGE),
            state=state,
            standings=[one.value for one in Standing],
            fields=list(FIELDS),
            verify_days=office.ledger.verify_days,
            due_days=DUE_DAYS,
            writes=bool(department) and person.actor.may_write(department),
            href=lambda **more: _href(department=department, **more),
        )

    @page("/verify", roles=WRITERS, methods=("POST",))
    async def verify(self, request: Request) -> Response:
        """One item: 电话打过了，还对, or all of it was read. Goes through both reviews."""
        office, person, form = self.office(request), self.person(request), await self.form(request)
        key, group = self.text(form, "key"), self.text(form, "group")
        version = await in_thread(office.ledger.verify, person, key, group)
        words = "ledger.verified_phone" if group == "phone" else "ledger.verified_whole"
        return self.back_with(request, self.say(words, name=str(version.record["name"])))

    @page("/remind", roles=COLLECTORS, methods=("POST",))
    async def remind(self, request: Request) -> Response:
        """提醒部门: a task of every department that is behind and has somebody, with a day."""
        office, person, form = self.office(request), self.person(request), await self.form(request)
        made = await in_thread(office.reminders.remind, person, day_of(self.text(form, "due")))
        n = sum(one.of - one.done for one in made)
        told = self.say("ledger.reminded", departments=len(made), n=n, due=words.day(made[0].asked.due))
        return self.back_with(request, told)

    @page("/unclaimed", roles=READERS)
    async def unclaimed(self, request: Request) -> Response:
        """没人认领的条目, twenty at a time, each to be looked at and handed over."""
        office, person = self.office(request), self.person(request)
        desk = await in_thread(office.reminders.desk)
        names = {**dict(await in_thread(office.people.departments)), CITY: self.say("department.city")}
        number = request.query_params.get("page", "1")
        at = max(1, int(number)) if number.isdecimal() and len(number) < 6 else 1
        return await self.render(
            request,
            "unclaimed.html",
            entries=desk.unclaimed[(at - 1) * PAGE : at * PAGE],
            total=len(desk.unclaimed),
            at=at,
            pages=-(-len(desk.unclaimed) // PAGE),
            names=names,
            takers=[(id, names.get(id, id)) for id in desk.writers],
            gives=Role.COLLECTOR in person.roles,
        )

    @page("/hand", roles=COLLECTORS, methods=("POST",))
    async def hand(self, request: Request) -> Response:
        """One item goes to another department, through both reviews."""
        office, person, form = self.office(request), self.person(request), await self.form(request)
        key, to = self.text(form, "key"), self.text(form, "to")
        version = await in_thread(office.reminders.hand_over, person, key, to)
        whose = await in_thread(self.department, to)
        return self.back_with(
            request,
            self.say("ledger.handed", name=str(version.record["name"]), department=whose),
            "/freshness/unclaimed",
        )

    @page("/ledger.{form}", roles=READERS)
    async def export(self, request: Request) -> Response:
        """导出本月账."""
        office, form = self.office(request), str(request.path_params["form"])
        if form not in FORMS:
            raise Refused(Reason.NO_SUCH_LIST)
        names = dict(await in_thread(office.people.departments))
        made = await in_thread(office.ledger.export, form, self.say, names)
        return download(made, f"freshness.{form}", FORMS[form])

    def count(self, person: Person) -> int:
        return self._office.ledger.waiting(person)


def _narrowed(entries: tuple[Entry, ...], state: str) -> list[Entry]:
    """The entries of one standing; without one those that are not in time, or all when there are none such."""
    if state == "all":
        return list(entries)
    if state in set(Standing):
        return [one for one in entries if one.standing == state]
    return [one for one in entries if one.standing is not Standing.FRESH]


def _department(asked: str | None, account: Account, person: Person) -> str:
    """The department that is looked at: as asked, one's own, one below it, else where most is to be done."""
    held = {line.department for line in account.lines}
    if asked in held and asked is not None:
        return asked
    if Role.COLLECTOR not in person.roles:
        mine = person.departments - {CITY}
        if person.department in held & mine:
            return person.department
        below = next((line.department for line in account.lines if line.department in mine), None)
        if below is not None:
            return below
    return account.lines[0].department if account.lines else ""


def _href(**asked: object) -> str:
    return f"/freshness?{urlencode({name: value for name, value in asked.items() if value})}"


__all__ = ["FreshnessView", "Ledger"]
