"""历次版本: every revision that went out, who signed it, and what was in it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from domain.records import KINDS
from hub.office import Office
from hub.release import Release, Waiting
from hub.task import ON_A_PAGE
from hub.web.view import ANYONE, HubView, in_thread, page, page_number

MOST = 200
"""Revisions in the list, the newest first."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One item in a revision. `kind`: in words, empty for guides; `compare`: its page beside what it was before."""

    item: Waiting
    kind: str
    whose: str
    compare: str


class RevisionsView(HubView):
    """The list of revisions, one of them opened."""

    key, group, icon = "revisions", "release", "fa-solid fa-box-archive"

    @page("", roles=ANYONE)
    async def index(self, request: Request) -> Response:
        office = self.office(request)
        text = request.query_params.get("n", "")
        history = await in_thread(office.releases.history, MOST)
        chosen = next((one for one in history if str(one.revision) == text), None)
        if text and chosen is None:
            raise HTTPException(404, self.say("refuse.no_such_release"))
        chosen = chosen or (history[0] if history else None)
        asked = request.query_params
        department, at = asked.get("department", ""), page_number(asked.get("page", ""))
        opened = await in_thread(self._opened, office, chosen, department, at) if chosen else {}
        return await self.render(request, "revisions.html", history=history, chosen=chosen, **opened)

    def _opened(self, office: Office, release: Release, department: str, at: int) -> dict[str, Any]:
        """One page of what was in a revision; `department`: of that one alone. The first one of a city has
        thousands.
        """
        held = sorted(office.releases.contents(release.id), key=_order)
        names = dict(office.people.departments())
        counted = Counter(one.department for one in held)
        wanted = [one for one in held if not department or one.department == department]
        pages = max(1, -(-len(wanted) // ON_A_PAGE))
        at = min(at, pages)
        sent = []
        for one in wanted[(at - 1) * ON_A_PAGE : at * ON_A_PAGE]:
            old = f"&old={one.before}" if one.before is not None else ""
            whose = names.get(one.department, self.say("department.city"))
            kind = one.item.partition("/")[0]
            words = "" if kind == "guide" else self.say(f"kind.{kind}")
            sent.append(Sent(one, words, whose, f"/items/{one.item}/versions?new={one.number}{old}"))
        shares = [(id, names.get(id, self.say("department.city")), n) for id, n in sorted(counted.items())]
        return {
            "sent": sent,
            "total": len(held),
            "departments": shares,
            "department": department,
            "at": at,
            "pages": pages,
        }


def _order(one: Waiting) -> tuple[int, str, str]:
    """Guides first, then the other kinds in the order of the format; by name within."""
    kind = one.item.partition("/")[0]
    kinds = list(KINDS)
    return kinds.index(kind) if kind in kinds else len(kinds), one.name, one.item
