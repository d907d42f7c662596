"""群众报错: what citizens say is not so; departments answer, and the city shows how much of it is mended."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from hub.corrections import State, Ticket
from hub.office import Office
from hub.people import Person
from hub.refusal import Reason, Refused
from hub.ticket_book import DUE_DAYS, Owed, Reading
from hub.web.pages.importing import XLSX, download
from hub.web.view import AUDITORS, OPERATORS, REVIEWERS, WRITERS, HubView, in_thread, item_path, page
from hub.workflow import CITY, Role

READERS = WRITERS | REVIEWERS | AUDITORS | OPERATORS
ANSWERERS = WRITERS | {Role.DEPARTMENT_REVIEWER}
DECIDERS = frozenset({Role.CITY_REVIEWER, Role.COLLECTOR})

FORMS = {"xlsx": XLSX, "csv": "text/csv; charset=utf-8"}

MOST = 1000
"""Tickets that are looked through; of more the ones that most visits told of."""


@dataclass(frozen=True, slots=True)
class Line:
    """A ticket in words. `version`: of the item, that may be named as the one that mends it."""

    ticket: Ticket
    readings: tuple[Reading, ...]
    owed: Owed | None
    href: str
    version: int | None
    status: str
    revision: int | None
    answers: bool


class CorrectionsView(HubView):
    """Tickets by state, with their answers; the account of the week beside them."""

    key, group, icon = "corrections", "street", "fa-solid fa-comment-dots"

    @page("", roles=READERS)
    async def index(self, request: Request) -> Response:
        office, person = self.office(request), self.person(request)
        asked = request.query_params.get("state", "")
        state = State(asked) if asked in set(State) else State.OPEN
        lines, counts, names = await in_thread(self._read, office, person, state)
        return await self.render(
            request,
            "corrections.html",
            lines=lines,
            counts=counts,
            state=state.value,
            states=[one.value for one in State],
            names=names,
            score=await in_thread(office.corrections.score),
            accounts=await in_thread(office.book.accounts),
            decides=bool(person.roles & DECIDERS),
            strays=await in_thread(office.corrections.strays, person.kiosks_in) if person.roles & OPERATORS else (),
            due_days=DUE_DAYS,
        )

    @page("/{id}/mended", roles=ANSWERERS, methods=("POST",))
    async def mended(self, request: Request) -> Response:
        """已改: the version that says it right; its release closes the ticket."""
        office, form = self.office(request), await self.form(request)
        version, ticket = self.number(form, "version"), await self._ticket(request)
        await in_thread(office.corrections.mended, self.person(request), ticket, version)
        return self.back_with(request, self.say("corrections.mended", name=ticket.name, version=version))

    @page("/{id}/not-so", roles=ANSWERERS, methods=("POST",))
    async def not_so(self, request: Request) -> Response:
        """不用改: with the reason."""
        office, form = self.office(request), await self.form(request)
        ticket = await self._ticket(request)
        await in_thread(office.corrections.not_so, self.person(request), ticket, self.text(form, "reason"))
        return self.back_with(request, self.say("corrections.not_so", name=ticket.name))

    @page("/{id}/decide", roles=DECIDERS, methods=("POST",))
    async def decide(self, request: Request) -> Response:
        """Somebody of the city agrees with the answer, or asks again."""
        office, form = self.office(request), await self.form(request)
        ticket, close = await self._ticket(request), self.text(form, "close") == "1"
        act = office.corrections.close if close else office.corrections.reopen
        await in_thread(act, self.person(request), ticket)
        return self.back_with(
            request, self.say("corrections.closed" if close else "corrections.reopened", name=ticket.name)
        )

    @page("/account.{form}", roles=READERS)
    async def export(self, request: Request) -> Response:
        """本周的账."""
        office, form = self.office(request), str(request.path_params["form"])
        if form not in FORMS:
            raise Refused(Reason.NO_SUCH_LIST)
        names = {**dict(await in_thread(office.people.departments)), CITY: self.say("department.city")}
        made = await in_thread(office.book.export, form, self.say, names)
        return download(made, f"corrections.{form}", FORMS[form])

    def count(self, person: Person) -> int:
        return self._office.corrections.waiting(person) if person.roles & ANSWERERS else 0

    async def _ticket(self, request: Request) -> Ticket:
        """The ticket as the person saw it: a change since then is met by its number of edits."""
        form = await self.form(request)
        edits = self.number(form, "edits")
        ticket = await in_thread(self.office(request).corrections.get, str(request.path_params["id"]))
        if ticket.edits != edits:
            raise Refused(Reason.TICKET_CLOSED)
        return ticket

    def _read(
        self, office: Office, person: Person, state: State
    ) -> tuple[list[Line], Counter[str], dict[str, str]]:  # fmt: skip
        held = office.corrections.tickets(person, limit=MOST)
        counts = Counter(one.state.value for one in held)
        shown = [one for one in held if one.state is state]
        readings = office.book.readings([one.id for one in shown])
        owed = {one.ticket: one for one in office.book.tasks_for(None)} if state is State.OPEN else {}
        mended = {one.id: (one.item, one.version) for one in shown if one.version is not None}
        revisions = office.book.revisions(mended)
        lines = [
            _line(office, person, one, readings.get(one.id, ()), owed.get(one.id), revisions.get(one.id))
            for one in shown
        ]
        lines.sort(
            key=lambda one: (one.owed.due if one.owed is not None else one.ticket.opened_at.date(), -one.ticket.count)
        )
        names = {**dict(office.people.departments()), CITY: self.say("department.city")}
        return lines, counts, names


def _line(
    office: Office,
    person: Person,
    ticket: Ticket,
    readings: tuple[Reading, ...],
    owed: Owed | None,
    revision: int | None,
) -> Line:
    version, status, href = None, "", ""
    read = max((one.version or 0 for one in readings), default=0)
    try:
        item = office.items.get(ticket.item)
    except Refused:
        item = None
    if item is not None:
        href = item_path(ticket.item)
        newest = item.open or item.live
        if newest is not None and newest > read:
            version, status = newest, office.items.version(ticket.item, newest).status.value
    actor = person.actor
    answers = actor.may_write(ticket.department) or (
        Role.DEPARTMENT_REVIEWER in actor.roles and actor.covers(ticket.department)
    )
    return Line(ticket, readings, owed, href, version, status, revision, answers and ticket.state is not State.CLOSED)
