"""亭子: where somebody must go today, and how every kiosk is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from hub.districts import DistrictNames
from hub.fleet import ORDERS, PAGE
from hub.office import ZONE, Office
from hub.people import Person
from hub.rounds import Round, Stop
from hub.standing import STATES, Asked, Counts, District, Standing
from hub.store import utc_now
from hub.web import kiosk_words
from hub.web.view import AUDITORS, OPERATORS, HubView, in_thread, page
from hub.workflow import Role

READERS = OPERATORS | AUDITORS

FIRST = 7
"""Stops that are listed before somebody asks for all."""

NEAR = 2
"""Of the others, so many are named in the line that leads to them."""

ACROSS = 14
"""Squares in a row of a district."""

MOST_SQUARES = 126
"""Squares of a district; where there are more kiosks one square stands for several."""

UNITS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)

PITCH = 7


@dataclass(frozen=True, slots=True)
class Block:
    """A district as it is drawn: `squares` are (state, x, y); `key`: the digit that narrows the list to it."""

    district: District
    name: str
    key: str
    squares: tuple[tuple[str, int, int], ...]
    height: int


@dataclass(frozen=True, slots=True)
class Visit:
    """A stop in words."""

    stop: Stop
    place: int
    who: str
    reasons: tuple[tuple[str, str, str], ...]
    bring: str
    due: str


@dataclass(frozen=True, slots=True)
class Line:
    """A kiosk of the list in words."""

    one: Standing
    state: tuple[str, str]
    digest: tuple[str, str, str]
    reader: tuple[str, str]
    muted: int


class FleetView(HubView):
    """The operator's first page. Lists are cut by the database, so that ten thousand kiosks are no more than ten."""

    key, group, icon = "fleet", "street", "fa-solid fa-tower-observation"

    @page("", roles=READERS)
    async def index(self, request: Request) -> Response:
        office, asked = self.office(request), _asked(request)
        why, every = request.query_params.get("why", ""), request.query_params.get("visits") == "all"
        found = await in_thread(self._read, office, asked, self.person(request))
        counts, blocks, unit, rounds, lines, total = found
        visits = self._visits(rounds)
        groups = {name: [one for one in visits if name in _groups(one)] for name in ("paper", "broken", "away")}
        shown = groups.get(why, visits)
        return await self.render(
            request,
            "fleet.html",
            counts=counts,
            blocks=blocks,
            unit=unit,
            rounds=rounds,
            hours=sum(one.hours for one in rounds),
            visits=shown if every else shown[:FIRST],
            rest=[] if every else shown[FIRST:],
            near=NEAR,
            silent_hours=office.rules["silent"].raise_at / 60 if office.rules["silent"].mark.visit else 0,
            all_visits=len(visits),
            groups={name: len(held) for name, held in groups.items()},
            why=why,
            lines=lines,
            total=total,
            pages=max(1, ceil(total / PAGE)),
            asked=asked,
            href=lambda **more: _href(asked, **more),
            states=STATES,
            orders=ORDERS,
            at=utc_now().astimezone(ZONE),
            operates=Role.OPERATOR in self.person(request).roles,
        )

    @page("/sheet", roles=READERS)
    async def sheet(self, request: Request) -> Response:
        """打印上门单: what to take along, a line for what was done."""
        office = self.office(request)
        rounds = await in_thread(office.fleet.rounds, self.person(request))
        visits = self._visits(rounds)
        sheets = [
            (one, kiosk_words.packing(one.stops, self.say), [visit for visit in visits if visit.who == one.contact])
            for one in rounds
        ]
        return await self.render(
            request,
            "fleet_sheet.html",
            title=self.say("fleet.sheet"),
            sheets=sheets,
            total=len(visits),
            at=utc_now().astimezone(ZONE),
        )

    def count(self, person: Person) -> int:
        return self._office.fleet.to_visit(person)

    def is_active(self, request: Request) -> bool:
        return super().is_active(request) or str(request.scope["path"]).startswith("/kiosks")

    def _read(
        self, office: Office, asked: Asked, person: Person
    ) -> tuple[Counts, list[Block], int, tuple[Round, ...], list[Line], int]:
        fleet = office.fleet
        names = DistrictNames(office.items)
        blocks, unit = self._blocks(fleet.districts(person), names)
        found, total = fleet.standings(asked, person)
        lines = [self._line(one) for one in found]
        return fleet.counts(person), blocks, unit, fleet.rounds(person), lines, total

    def _blocks(self, districts: Sequence[District], names: DistrictNames) -> tuple[list[Block], int]:
        most = max((one.counts.total for one in districts), default=0)
        unit = next((one for one in UNITS if most <= one * MOST_SQUARES), UNITS[-1])
        blocks = []
        for place, one in enumerate(districts):
            # What is not well is rounded up: it never vanishes.
            states = [state for state in STATES for _ in range(ceil(one.counts.of(state) / unit))]
            squares = tuple((state, n % ACROSS * PITCH, n // ACROSS * PITCH) for n, state in enumerate(states))
            name = names.of(one.code) if one.code else self.say("fleet.no_district")
            height = max(1, ceil(len(states) / ACROSS)) * PITCH + 2
            blocks.append(Block(one, name, str(place + 1) if place < 9 else "", squares, height))
        return blocks, unit

    def _visits(self, rounds: Sequence[Round]) -> list[Visit]:
        now = utc_now()
        found: list[Visit] = []
        for one in rounds:
            for stop in one.stops:
                reasons = tuple(
                    (
                        kiosk_words.SHAPES[alarm.rule.mark],
                        kiosk_words.alarm(alarm, now, self.say),
                        kiosk_words.detail(alarm, stop.standing, now, self.say),
                    )
                    for alarm in stop.reasons
                )
                paper = stop.standing.care.paper_mm
                bring = "、".join(kiosk_words.bring(word, paper, self.say) for word in stop.bring)
                due = kiosk_words.due(stop, now, self.say)
                found.append(Visit(stop, len(found) + 1, one.contact, reasons, bring, due))
        return found

    def _line(self, one: Standing) -> Line:
        now = utc_now()
        return Line(
            one,
            kiosk_words.state(one, now, self.say),
            kiosk_words.digest(one, now, self.say),
            kiosk_words.reader(one, self.say),
            sum(alarm.mute is not None for alarm in one.alarms),
        )


def _groups(visit: Visit) -> set[str]:
    return {kiosk_words.group(alarm.kind) for alarm in visit.stop.reasons}


def _asked(request: Request) -> Asked:
    told = request.query_params
    number = told.get("page", "1")
    return Asked(
        state=told.get("state", "") if told.get("state") in STATES else "",
        district=told.get("district", "")[:6],
        text=told.get("text", "").strip()[:40],
        order=told.get("order", "look") if told.get("order") in ORDERS else "look",
        page=max(1, int(number)) if number.isascii() and number.isdigit() and len(number) < 6 else 1,
    )


def _href(asked: Asked, **more: object) -> str:
    told: dict[str, object] = {
        "state": asked.state,
        "district": asked.district,
        "text": asked.text,
        "order": asked.order if asked.order != "look" else "",
    }
    kept = {name: value for name, value in (told | more).items() if value}
    return f"/fleet?{urlencode(kept)}#all" if kept else "/fleet#all"
