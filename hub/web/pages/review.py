"""待审核: what changed, what it means for people, and 通过 or 退回."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from domain.lint import Level
from hub.office import Office
from hub.people import Person
from hub.refusal import Reason, Refused
from hub.store import utc_now
from hub.task import ON_A_PAGE, InReview, Narrowed
from hub.web import words
from hub.web.differing import Difference, difference
from hub.web.view import REVIEWERS, HubView, in_thread, page, page_number
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


@dataclass(frozen=True, slots=True)
class Queue:
    """One page of the queue. `total`, `turn`: how many there are, and how many of them are the person's; `departments`,
    `kinds`: what it can be narrowed to, as (value, words, how many).
    """

    lines: list[Line]
    total: int
    turn: int
    at: int
    pages: int
    departments: list[tuple[str, str, int]]
    kinds: list[tuple[str, str, int]]


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
        return self.back_with(request, told, f"/review{_asked(_narrowed(request))}")

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
        told = self.say("review.returned", name=str(version.record["name"]))
        return self.back_with(request, told, f"/review{_asked(_narrowed(request))}")

    def count(self, person: Person) -> int:
        return self._office.tasks.in_queue(person)[1]

    async def _show(self, request: Request, key: str | None, *, told: str = "", status: int = 200) -> Response:
        office, person, narrowed = self.office(request), self.person(request), _narrowed(request)
        wanted = request.query_params.get("page", "")
        if key is None and not wanted:
            first = await in_thread(office.tasks.next_in_queue, person, narrowed)
            if first is not None:
                # The address says what is looked at, so that going back and passing it on work.
                return RedirectResponse(f"/review/{first}{_asked(narrowed)}", status_code=303)
        at = page_number(wanted) if wanted else None
        queue, opened = await in_thread(self._read, office, person, key, narrowed, at)
        if key is not None and opened is None:
            return self.back_with(request, self.say("review.gone"), f"/review{_asked(narrowed)}", kind="info")
        return await self.render(
            request,
            "review.html",
            status,
            queue=queue,
            opened=opened,
            told=told,
            narrowed=narrowed,
            asked=_asked(narrowed),
            paged=f"/review?{urlencode({'department': narrowed.department, 'kind': narrowed.kind})}&page=",
        )

    def _read(
        self, office: Office, person: Person, key: str | None, narrowed: Narrowed, at: int | None
    ) -> tuple[Queue, Open | None]:
        """The page `at` of the queue, else the one where `key` stands, with what is looked at."""
        with office.store.one_page():
            return self._read_now(office, person, key, narrowed, at)

    def _read_now(
        self, office: Office, person: Person, key: str | None, narrowed: Narrowed, at: int | None
    ) -> tuple[Queue, Open | None]:
        total, turn = office.tasks.in_queue(person, narrowed)
        pages = max(1, -(-total // ON_A_PAGE))
        place = office.tasks.place_in_queue(person, key, narrowed) if key is not None else None
        at = min(pages, at if at is not None else (place or 0) // ON_A_PAGE + 1)
        found = office.tasks.review_queue(person, narrowed, offset=(at - 1) * ON_A_PAGE)
        departments = dict(office.people.departments())
        lines = [self._line(one, departments) for one in found]
        shares, kinds = office.tasks.queue_shares(person)
        city = self.say("department.city")
        queue = Queue(
            lines,
            total,
            turn,
            at,
            pages,
            [(id, departments.get(id, city), n) for id, n in sorted(shares.items())],
            [(kind, self.say(f"kind.{kind}"), n) for kind, n in sorted(kinds.items())],
        )
        opened = next(((one, line) for one, line in zip(found, lines, strict=True) if one.item == key), None)
        return queue, self._open(office, *opened) if opened is not None else None

    def _line(self, one: InReview, departments: dict[str, str]) -> Line:
        kind = one.item.partition("/")[0]
        return Line(
            key=one.item,
            name=one.name,
            kind="" if kind == "guide" else self.say(f"kind.{kind}"),
            whose=departments.get(one.department, self.say("department.city")),
            author=one.author,
            ago=words.ago(one.since, utc_now()),
            retired=one.retired,
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


def _narrowed(request: Request) -> Narrowed:
    asked = request.query_params
    return Narrowed(asked.get("department", "")[:100], asked.get("kind", "")[:40])


def _asked(narrowed: Narrowed) -> str:
    """The end of an address that keeps the queue as narrow as it is."""
    asked = {name: value for name, value in (("department", narrowed.department), ("kind", narrowed.kind)) if value}
    return f"?{urlencode(asked)}" if asked else ""
