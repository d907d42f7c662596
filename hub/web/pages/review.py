"""待审核: what changed, what it means for people, and 通过 or 退回."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from domain.lint import Level
from hub.office import Office
from hub.people import Person
from hub.refusal import Reason, Refused
from hub.store import utc_now
from hub.tasks import InReview
from hub.web import words
from hub.web.differing import Difference, difference
from hub.web.view import REVIEWERS, HubView, in_thread, page
from hub.workflow import Status
from phrases import Phrases


@dataclass(frozen=True, slots=True)
class Line:
    """One version of the queue as it is drawn."""

    key: str
    name: str
    kind: str
    whose: str
    author: str
    ago: str
    retired: bool
    barred: str


@dataclass(frozen=True, slots=True)
class Open:
    """The version that is looked at: its line in the queue, its difference, the lint in words."""

    line: Line
    edits: int
    status: Status
    difference: Difference
    stops: tuple[str, ...]
    notes: tuple[str, ...]


class ReviewView(HubView):
    """The queue at the left, one version with its fields side by side at the right."""

    key, group, icon = "review", "content", "fa-solid fa-code-compare"

    @page("", roles=REVIEWERS)
    async def index(self, request: Request) -> Response:
        return await self._show(request, None)

    @page("/{kind}/{id}", roles=REVIEWERS)
    async def one(self, request: Request) -> Response:
        return await self._show(request, _key(request))

    @page("/{kind}/{id}/approve", roles=REVIEWERS, methods=("POST",))
    async def approve(self, request: Request) -> Response:
        form = await self.form(request)
        key, edits, remark = _key(request), self.number(form, "edits"), self.text(form, "remark")
        version = await in_thread(self.office(request).items.approve, self.person(request), key, edits, remark)
        told = self.say(f"review.approved_{version.status.value}", name=str(version.record["name"]))
        return self.back_with(request, told, "/review")

    @page("/{kind}/{id}/return", roles=REVIEWERS, methods=("POST",))
    async def return_(self, request: Request) -> Response:
        form = await self.form(request)
        key, edits, remark = _key(request), self.number(form, "edits"), self.text(form, "remark")
        try:
            version = await in_thread(self.office(request).items.return_, self.person(request), key, edits, remark)
        except Refused as refused:
            if refused.reason is not Reason.REMARK_NEEDED:
                raise
            return await self._show(request, key, told=self.say("review.remark_needed"), status=422)
        return self.back_with(request, self.say("review.returned", name=str(version.record["name"])), "/review")

    def count(self, person: Person) -> int:
        return sum(one.barred is None for one in self._office.tasks.review_queue(person))

    async def _show(self, request: Request, key: str | None, *, told: str = "", status: int = 200) -> Response:
        office, person = self.office(request), self.person(request)
        lines, opened = await in_thread(self._read, office, person, key)
        if key is not None and opened is None:
            return self.back_with(request, self.say("review.gone"), "/review", kind="info")
        if key is None and opened is not None:
            # The address says what is looked at, so that going back and passing it on work.
            return RedirectResponse(f"/review/{opened.line.key}", status_code=303)
        turn = sum(not line.barred for line in lines)
        return await self.render(request, "review.html", status, lines=lines, turn=turn, opened=opened, told=told)

    def _read(self, office: Office, person: Person, key: str | None) -> tuple[list[Line], Open | None]:
        queue = office.tasks.review_queue(person)
        departments = dict(office.people.departments())
        lines = [self._line(office, one, departments) for one in queue]
        if key is None:
            key = next((line.key for line in lines if not line.barred), lines[0].key if lines else None)
        for one, line in zip(queue, lines, strict=True):
            if one.item == key:
                return lines, self._open(office, one, line)
        return lines, None

    def _line(self, office: Office, one: InReview, departments: dict[str, str]) -> Line:
        kind = one.item.partition("/")[0]
        version = office.items.version(one.item, one.number)
        return Line(
            key=one.item,
            name=one.name,
            kind="" if kind == "guide" else self.say(f"kind.{kind}"),
            whose=departments.get(one.department, self.say("department.city")),
            author=one.author,
            ago=words.ago(one.since, utc_now()),
            retired=version.retired,
            barred=self.say(f"refuse.{one.barred.value}") if one.barred else "",
        )

    def _open(self, office: Office, one: InReview, line: Line) -> Open:
        found = difference(office, one.item, one.number, self.say, mine=one.barred is None)
        lint = Phrases()
        said = [(finding.level, finding.message(lint)) for finding in found.findings]
        return Open(
            line=line,
            edits=one.edits,
            status=one.status,
            difference=found,
            stops=tuple(text for level, text in said if level is Level.STOP),
            notes=tuple(text for level, text in said if level is not Level.STOP),
        )


def _key(request: Request) -> str:
    return f"{request.path_params['kind']}/{request.path_params['id']}"
