"""事项: finding items of every kind, writing them, and what they were before."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from domain.records import KINDS
from hub.item import Item
from hub.office import Office
from hub.web.pages.live import LiveView
from hub.web.pages.versions import VersionsView
from hub.web.view import ANYONE, in_thread, page
from hub.workflow import Status

ON_A_PAGE = 50
MOST_FOUND = 60


@dataclass(frozen=True, slots=True)
class Listed:
    """One row of the list."""

    item: Item
    kind: str
    whose: str
    status: Status | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is narrowed to; empty texts mean everything."""

    text: str
    kind: str
    department: str
    state: str
    page: int


class ItemsView(LiveView, VersionsView):
    """The list and, below it, the pages of each item."""

    key, group, icon = "items", "content", "fa-solid fa-file-lines"

    @page("", roles=ANYONE)
    async def index(self, request: Request) -> Response:
        wanted = _wanted(request)
        office = self.office(request)
        rows, total = await in_thread(self._found, office, wanted)
        departments = await in_thread(office.people.departments)
        return await self.render(
            request,
            "items.html",
            wanted=wanted,
            rows=rows,
            total=total,
            pages=max(1, -(-total // ON_A_PAGE)),
            departments=departments,
            kinds=list(KINDS),
            writable=self.writable_kinds(self.person(request)),
        )

    def _found(self, office: Office, wanted: Wanted) -> tuple[list[Listed], int]:
        kind, department = wanted.kind or None, wanted.department or None
        opened = {"open": True, "closed": False}.get(wanted.state)
        if wanted.text:
            keys = [one.key for one in office.search.search(wanted.text, limit=MOST_FOUND)]
            held = [office.items.get(key) for key in keys]
            items = [
                item
                for item in held
                if (kind is None or item.kind == kind)
                and (department is None or item.department == department)
                and (opened is None or (item.open is not None) == opened)
            ]
            total = len(items)
        else:
            total = office.items.count(kind=kind, department=department, opened=opened)
            items = list(
                office.items.all(
                    kind=kind,
                    department=department,
                    opened=opened,
                    limit=ON_A_PAGE,
                    offset=(wanted.page - 1) * ON_A_PAGE,
                )
            )
        names = dict(office.people.departments())
        standing = office.items.standing(item.key for item in items)
        rows = [
            Listed(
                item=item,
                kind=self.say(f"kind.{item.kind}") if self.say.has(f"kind.{item.kind}") else item.kind,
                whose=names.get(item.department, self.say("department.city")),
                status=standing.get(item.key),
            )
            for item in items
        ]
        return rows, total


def _wanted(request: Request) -> Wanted:
    query = request.query_params
    number = query.get("page", "1")
    text = query.get("q", "").strip()[:100]
    return Wanted(
        text=text,
        kind=query.get("kind", "" if text else "guide"),
        department=query.get("department", ""),
        state=query.get("state", ""),
        page=max(1, int(number)) if number.isascii() and number.isdigit() and len(number) < 6 else 1,
    )
