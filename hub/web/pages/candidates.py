"""叫法候选: words that people asked in vain; which item they mean, what that would change, or why not."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from domain.unmet import LONGEST
from hub.candidate import Answer, Board, Candidate, Found, Rate, Standing, Trial
from hub.candidates import may_decline
from hub.office import Office
from hub.people import Person
from hub.web.view import WRITERS, HubView, in_thread, item_path, page
from hub.workflow import Role

READERS = WRITERS | {Role.DEPARTMENT_REVIEWER, Role.CITY_REVIEWER}
DECIDERS = WRITERS | {Role.CITY_REVIEWER}

SHOWN = {
    "open": (Standing.OPEN,),
    "adopted": (Standing.COMING, Standing.LIVE),
    "declined": (Standing.DECLINED,),
}
"""The tabs, in order."""

MOST_WORDS = 60
"""Characters that an item is looked for with."""


@dataclass(frozen=True, slots=True)
class Line:
    """One candidate as it is drawn. `now`, `after`: a state of `parts.status` and its words."""

    candidate: Candidate
    href: str
    now: tuple[str, str]
    before_words: str
    after: tuple[str, str]
    meant: Found | None
    kind: str
    whose: str
    version: str
    decided: str


@dataclass(frozen=True, slots=True)
class Choice:
    """An item that the words could belong to. `chosen`: it is tried out."""

    found: Found
    kind: str
    whose: str
    href: str
    writable: bool
    chosen: bool


@dataclass(frozen=True, slots=True)
class Picked:
    """The candidate that is looked at: which items it could be, what was looked for, what the chosen one would do."""

    text: str
    query: str
    choices: tuple[Choice, ...]
    chosen: Choice | None
    trial: Trial | None
    tried: bool


class CandidatesView(HubView):
    """The board, with one candidate opened in place."""

    key, group, icon = "candidates", "content", "fa-solid fa-quote-left"

    @page("", roles=READERS)
    async def index(self, request: Request) -> Response:
        office, person, asked = self.office(request), self.person(request), request.query_params
        shown = asked.get("show", "open")
        shown = shown if shown in SHOWN else "open"
        board = await in_thread(office.candidates.board, person)
        names = dict(await in_thread(office.people.departments))
        found = [one for one in board.candidates if one.standing in SHOWN[shown]]
        picked = None
        open = asked.get("open", "")
        if shown == "open" and person.roles & WRITERS:
            wanted = next((one for one in found if one.asked.text == open), None)
            if wanted is not None:
                query = asked.get("q", "").strip()[:MOST_WORDS]
                picked = await in_thread(self._picked, office, person, wanted, query, asked.get("item", ""), names)
        return await self.render(
            request,
            "candidates.html",
            shown=shown,
            tabs=[(key, self.say(f"candidates.tab_{key}"), _count(board, key)) for key in SHOWN],
            lines=[self._line(one, names) for one in found],
            picked=picked,
            board=board,
            rates=_percents(board.rate),
            writes=bool(person.roles & WRITERS),
            declines=may_decline(person.actor),
            whole=person.actor.department == "*" or Role.COLLECTOR in person.roles,
        )

    @page("/adopt", roles=WRITERS, methods=("POST",))
    async def adopt(self, request: Request) -> Response:
        """加为日常叫法: a draft of the item with the words as its last alias."""
        form = await self.form(request)
        text, key = self.text(form, "text")[:LONGEST], self.text(form, "item")
        version = await in_thread(self.office(request).candidates.adopt, self.person(request), text, key)
        message = self.say("candidates.adopted", text=text, name=str(version.record["name"]))
        return self.back_with(request, message, item_path(key))

    @page("/decline", roles=DECIDERS, methods=("POST",))
    async def decline(self, request: Request) -> Response:
        """不收, with the reason."""
        form = await self.form(request)
        text, reason = self.text(form, "text")[:LONGEST], self.text(form, "reason")
        await in_thread(self.office(request).candidates.decline, self.person(request), text, reason)
        return self.back_with(request, self.say("candidates.declined", text=text), "/candidates")

    @page("/reopen", roles=DECIDERS, methods=("POST",))
    async def reopen(self, request: Request) -> Response:
        """What was declined stands open again."""
        text = self.text(await self.form(request), "text")[:LONGEST]
        await in_thread(self.office(request).candidates.reopen, self.person(request), text)
        return self.back_with(request, self.say("candidates.reopened", text=text), "/candidates?show=declined")

    def count(self, person: Person) -> int:
        return self._office.candidates.waiting(person) if person.roles & WRITERS else 0

    def _line(self, candidate: Candidate, names: dict[str, str]) -> Line:
        meant = candidate.item or next(iter(candidate.now.hits), None)
        decision = candidate.decision
        return Line(
            candidate=candidate,
            href=_href(candidate.asked.text),
            now=self._now(candidate.now),
            before_words=self.say("candidates.met" if candidate.met_before else "candidates.unmet"),
            after=self._after(candidate),
            meant=meant,
            kind=self._kind(meant) if meant is not None else "",
            whose=names.get(meant.department, meant.whose) if meant is not None else "",
            version=self._version(candidate),
            decided=decision.person if decision is not None and candidate.standing is not Standing.OPEN else "",
        )

    def _now(self, answer: Answer) -> tuple[str, str]:
        if answer.sure:
            return "ok", self.say("candidates.now_sure")
        return ("warn", self.say("candidates.now_near")) if answer.hits else ("bad", self.say("candidates.now_nothing"))

    def _after(self, candidate: Candidate) -> tuple[str, str]:
        if not candidate.met_after:
            return "bad", self.say("candidates.unmet")
        place = candidate.after.place(candidate.item.key) if candidate.item is not None else None
        return "ok", self.say("candidates.met_at", n=place) if place else self.say("candidates.met")

    def _version(self, candidate: Candidate) -> str:
        if candidate.standing is Standing.LIVE:
            return self.say("candidates.is_live")
        return self.say(f"status.{candidate.version.value}") if candidate.version is not None else ""

    def _kind(self, found: Found) -> str:
        """What it is, unless it is a guide, as most are."""
        kind = found.key.partition("/")[0]
        return "" if kind == "guide" else self.say(f"kind.{kind}")

    def _picked(
        self, office: Office, person: Person, wanted: Candidate, query: str, key: str, names: dict[str, str]
    ) -> Picked:
        text = wanted.asked.text
        hits = office.candidates.look_for(query) if query else wanted.now.hits
        choices = tuple(
            Choice(
                found=hit,
                kind=self._kind(hit),
                whose=names.get(hit.department, hit.whose),
                href=_href(text, q=query, item=hit.key),
                writable=person.actor.may_write(hit.department or "*"),
                chosen=hit.key == key,
            )
            for hit in hits
        )
        chosen = next((one for one in choices if one.chosen), None)
        trial = office.candidates.trial(text, key) if chosen is not None else None
        return Picked(text, query, choices, chosen, trial, chosen is not None)


def _href(text: str, **more: str) -> str:
    asked = {"open": text, **{name: value for name, value in more.items() if value}}
    return f"/candidates?{urlencode(asked)}#picked"


def _count(board: Board, shown: str) -> int:
    return sum(one.standing in SHOWN[shown] for one in board.candidates)


def _percents(rate: Rate) -> tuple[str, str] | None:
    """Before and after, of visits."""
    if not rate.visits:
        return None
    return f"{100 * rate.before / rate.visits:.0f} %", f"{100 * rate.after / rate.visits:.0f} %"
