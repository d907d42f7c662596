"""历次版本: every revision that went out, who signed it, and what was in it."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from domain.records import KINDS
from hub.office import Office
from hub.release import Release, Waiting
from hub.web.view import ANYONE, HubView, in_thread, page

MOST = 200
"""Revisions in the list, the newest first."""

MOST_ITEMS = 300
"""Items of one revision that are listed; the first release of a city has thousands."""


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
        sent, total = await in_thread(self._sent, office, chosen) if chosen else ([], 0)
        return await self.render(
            request, "revisions.html", history=history, chosen=chosen, sent=sent, total=total, most=MOST_ITEMS
        )

    def _sent(self, office: Office, release: Release) -> tuple[list[Sent], int]:
        held = sorted(office.releases.contents(release.id), key=_order)
        names = dict(office.people.departments())
        sent = []
        for one in held[:MOST_ITEMS]:
            old = f"&old={one.before}" if one.before is not None else ""
            whose = names.get(one.department, self.say("department.city"))
            kind = one.item.partition("/")[0]
            words = "" if kind == "guide" else self.say(f"kind.{kind}")
            sent.append(Sent(one, words, whose, f"/items/{one.item}/versions?new={one.number}{old}"))
        return sent, len(held)


def _order(one: Waiting) -> tuple[int, str, str]:
    """Guides first, then the other kinds in the order of the format; by name within."""
    kind = one.item.partition("/")[0]
    kinds = list(KINDS)
    return kinds.index(kind) if kind in kinds else len(kinds), one.name, one.item
