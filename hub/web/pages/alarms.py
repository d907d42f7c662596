"""告警: what is wrong on the street now, kind by kind; what is muted, why and until when."""

from __future__ import annotations

from math import ceil

from starlette.requests import Request
from starlette.responses import Response

from hub.alarm_rules import KINDS
from hub.people import Person
from hub.store import utc_now
from hub.web import kiosk_words
from hub.web.pages.device import MUTES
from hub.web.pages.fleet import READERS
from hub.web.view import HubView, in_thread, page
from hub.workflow import Role

PAGE = 60


class AlarmsView(HubView):
    """One list, the gravest first. Muting is done here and on a kiosk's own page."""

    key, group, icon = "alarms", "street", "fa-solid fa-bell"

    @page("", roles=READERS)
    async def index(self, request: Request) -> Response:
        office, told = self.office(request), request.query_params
        kind = told.get("kind", "") if told.get("kind", "") in KINDS else ""
        muted = told.get("muted") == "1"
        number = told.get("page", "1")
        at = max(1, int(number)) if number.isascii() and number.isdigit() and len(number) < 5 else 1
        person = self.person(request)
        counts = await in_thread(office.alarms.counts, person)
        quiet = await in_thread(office.alarms.muted, person)
        total = quiet if muted else counts.get(kind, 0) if kind else sum(counts.values())
        found = await in_thread(
            lambda: office.alarms.open(kind, muted=muted, person=person, limit=PAGE, offset=(at - 1) * PAGE)
        )  # fmt: skip
        now = utc_now()
        lines = [
            (
                one,
                kiosk_words.SHAPES[one.rule.mark],
                kiosk_words.alarm(one, now, self.say),
                kiosk_words.clock(one.raised_at, now),
            )
            for one in found
        ]
        return await self.render(
            request,
            "alarms.html",
            lines=lines,
            counts=counts,
            quiet=quiet,
            kind=kind,
            muted=muted,
            total=total,
            at=at,
            pages=max(1, ceil(total / PAGE)),
            mutes=MUTES,
            names=await in_thread(office.people.names, {one.mute.person for one in found if one.mute is not None}),
            operates=Role.OPERATOR in person.roles,
        )

    def count(self, person: Person) -> int:
        return sum(self._office.alarms.counts(person).values())
