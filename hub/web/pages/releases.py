"""发布: what goes out next, who answers for it, letting it out with two people, what is out, taking it back."""

from __future__ import annotations

import logging
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from domain.errors import CodedError
from hub.comparison import Comparison
from hub.differences import FieldChange
from hub.harm import Hold
from hub.office import Office
from hub.people import Person
from hub.refusal import Reason, Refused
from hub.release import NEEDED, Kind, Release, State, Waiting
from hub.release_work import Kind as Doing, Stand, Tell, Work
from hub.rollout import Course, First, Goal, Rollout, Step
from hub.rollout_stages import Stage
from hub.task import ON_A_PAGE
from hub.web.catalogue import refresh_soon
from hub.web.differing import Difference, difference
from hub.web.pages.sticks import CARRIERS
from hub.web.view import ANYONE, PUBLISHERS, HubView, in_thread, page, page_number
from hub.workflow import CITY
from phrases import Phrases

log = logging.getLogger(__name__)

PATIENCE = 1.0
"""Seconds that 排定, 发出 and 撤回 may take before the person sees their progress instead of their end."""

RECENT = 6
"""Releases that are listed here; 历次版本 has all."""

MOST_DOTS = 200
"""Kiosks that a stage shows one by one; of more there are only the figures."""

MANY_KIOSKS = 50
"""Kiosks from which on a release is let out in steps unless somebody says otherwise: of fewer, 1 % is nobody."""

MOST_FIELDS = 4
"""Changed fields that a line names."""


@dataclass(frozen=True, slots=True)
class Line:
    """One item that goes out: what changes, who wrote and reviewed it."""

    href: str
    name: str
    kind: str
    change: str
    fields: str
    people: str


@dataclass(frozen=True, slots=True)
class Share:
    """What one department has in a release, and which of it stands on the page that is shown."""

    name: str
    added: int
    changed: int
    dropped: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Signing:
    """Where the open release stands for the person who looks: `barred` says why they cannot sign."""

    release: Release
    missing: int
    signed: bool
    barred: str


@dataclass(frozen=True, slots=True)
class Going:
    """A release on its way to the street."""

    rollout: Rollout
    stages: tuple[Stage, ...]
    steps: tuple[Step, ...]
    watched: bool
    hold: Hold | None
    approved: tuple[str, ...]
    """Names of the publishers who have said that everybody may have it."""
    barred: str
    """Whose word is still missing before the person who looks may let everybody have it: self, other, or nobody's."""
    left: int
    """Minutes until it may be widened; 0: now."""
    compared: Comparison


class ReleasesView(HubView):
    """One page for the release that is put together and for those that are out."""

    key, group, icon = "releases", "release", "fa-solid fa-paper-plane"

    @page("", roles=ANYONE)
    async def index(self, request: Request) -> Response:
        work = self.office(request).release_work
        ended = await in_thread(work.now)
        if ended is not None and ended.stand is not Stand.RUNNING and ended.person == self.person(request).id:
            await in_thread(work.forget)
            return await self._show(request, self._ended(ended))
        return await self._show(request)

    @page("/prepare", roles=PUBLISHERS, methods=("POST",))
    async def prepare(self, request: Request) -> Response:
        office, person = self.office(request), self.person(request)

        def run(tell: Tell) -> str:
            office.releases.prepare(person, tell)
            return self.say("releases.prepared")

        return await self._begin(request, Doing.PREPARE, run)

    @page("/work", roles=PUBLISHERS)
    async def work(self, request: Request) -> Response:
        """How far 排定, 发出 or 撤回 is; whoever began it reads its end on 发布."""
        work = await in_thread(self.office(request).release_work.now)
        if work is not None and work.stand is Stand.RUNNING:
            return await self.render(
                request,
                "running.html",
                heading=self.say(f"releases.work_{work.kind.value}"),
                about="",
                words=self.say("releases.work_words"),
                percent=work.percent,
                done="",
                asks="/releases/work/progress",
                way=(),
            )
        return self.back_with(request, "", "/releases")

    def _ended(self, work: Work) -> tuple[str, str]:
        """How it ended, as a message: its kind and its words."""
        if work.stand is Stand.BROKEN:
            return "warning", self.say(f"releases.broken_{work.kind.value}")
        return ("success" if work.stand is Stand.DONE else "error"), work.told

    @page("/work/progress", roles=PUBLISHERS)
    async def progress(self, request: Request) -> Response:
        """The same for the page that waits for it."""
        work = await in_thread(self.office(request).release_work.now)
        running = work is not None and work.stand is Stand.RUNNING
        return JSONResponse({"running": running, "percent": work.percent if work is not None else 100, "done": ""})

    async def _begin(self, request: Request, kind: Doing, run: Callable[[Tell], str]) -> Response:
        """Begins it, or leads to the one that is running already; answers before nginx or anybody grows impatient."""
        begin = self.office(request).release_work.begin
        running = await in_thread(begin, kind, self.person(request).id, run, self._sorry)
        if running is not None:
            await in_thread(running.join, PATIENCE)
        return self.back_with(request, "", "/releases/work")

    def _sorry(self, error: Exception) -> str:
        if isinstance(error, Refused):
            return self.told(error)
        if isinstance(error, CodedError):
            log.warning("release work: %s", error.code.value)
            return self.fault(error)
        # What a driver says may hold the row that it was writing: the kind and the place have to do.
        log.error("release work: %s\n%s", type(error).__name__, "".join(traceback.format_tb(error.__traceback__)))
        return self.say("web.fault")

    @page("/{release}/sign", roles=PUBLISHERS, methods=("POST",))
    async def sign(self, request: Request) -> Response:
        made = await in_thread(self.office(request).releases.approve, self.person(request), _id(request))
        missing = NEEDED - len(made.approvals)
        told = self.say("releases.signed_more", n=missing) if missing > 0 else self.say("releases.signed_all")
        return self.back_with(request, told, "/releases")

    @page("/{release}/cancel", roles=PUBLISHERS, methods=("POST",))
    async def cancel(self, request: Request) -> Response:
        await in_thread(self.office(request).releases.cancel, self.person(request), _id(request))
        return self.back_with(request, self.say("releases.cancelled"), "/releases")

    @page("/{release}/publish", roles=PUBLISHERS, methods=("POST",))
    async def publish(self, request: Request) -> Response:
        form = await self.form(request)
        passphrase = form.get("passphrase")
        if not isinstance(passphrase, str) or not passphrase:
            return self.back_with(request, self.say("releases.passphrase_needed"), "/releases", kind="warning")
        office = self.office(request)
        first = First()
        if "stage" in form:
            goal = office.rollouts.route.goal(self.text(form, "stage"))
            first = First(goal.percent, ring=goal.ring)
        person, id = self.person(request), _id(request)

        def run(tell: Tell) -> str:
            made = office.issuing.publish(person, id, passphrase, first=first, tell=tell)
            refresh_soon(office)
            going = office.rollouts.open()
            if going is not None:
                return self.say("releases.published_first", revision=made.revision, goal=self._goal(going.goal))
            return self.say("releases.published", revision=made.revision)

        return await self._begin(request, Doing.PUBLISH, run)

    @page("/rollout/{step}", roles=PUBLISHERS, methods=("POST",))
    async def rollout(self, request: Request) -> Response:
        """Widens, holds up, lets go on; each step is signed with the release key. That everybody may have it is the
        word of one publisher before it is the step of another, and needs no key.
        """
        form, rollouts, person = await self.form(request), self.office(request).rollouts, self.person(request)
        if request.path_params["step"] == "approve":
            await in_thread(rollouts.approve, person)
            return self.back_with(request, self.say("releases.rollout_approved"), "/releases")
        passphrase = form.get("passphrase")
        if not isinstance(passphrase, str) or not passphrase:
            return self.back_with(request, self.say("releases.step_passphrase"), "/releases", kind="warning")
        match request.path_params["step"]:
            case "widen":
                found = await in_thread(rollouts.open)
                goal = (found.route if found is not None else rollouts.route).goal(self.text(form, "stage"))
                reason = self.text(form, "reason")
                made = await in_thread(partial(rollouts.widen, person, goal, passphrase, reason=reason))
                key = "releases.widened" if made.open else "releases.widened_all"
            case "pause":
                made, key = await in_thread(rollouts.pause, person, passphrase), "releases.paused"
            case "resume":
                made, key = await in_thread(rollouts.resume, person, passphrase), "releases.resumed"
            case _:
                raise HTTPException(404, self.say("web.form_unfit"))
        told = self.say(key, revision=made.revision, goal=self._goal(made.goal), stable=made.stable)
        return self.back_with(request, told, "/releases")

    @page("/withdraw", roles=PUBLISHERS, methods=("POST",))
    async def withdraw(self, request: Request) -> Response:
        """Prepares a release with the rows of the one before. The number is typed again, so that nobody slips."""
        form = await self.form(request)
        revision, typed = self.number(form, "revision"), self.text(form, "typed")
        if typed != str(revision):
            return self.back_with(
                request, self.say("releases.type_again", revision=revision), "/releases", kind="warning"
            )
        office, person = self.office(request), self.person(request)

        def run(tell: Tell) -> str:
            office.releases.withdraw(person, revision, tell)
            return self.say("releases.withdrawing", revision=revision)

        return await self._begin(request, Doing.WITHDRAW, run)

    @page("/change/{kind}/{id}/{number}", roles=ANYONE)
    async def change(self, request: Request) -> Response:
        """One version of a release with its fields side by side."""
        key = f"{request.path_params['kind']}/{request.path_params['id']}"
        found, name, lint = await in_thread(self._difference, self.office(request), key, request.path_params["number"])
        return await self.render(request, "change.html", difference=found, name=name, lint=lint, title=name)

    def count(self, person: Person) -> int:
        return int(self._office.tasks.signs(person))

    async def _show(self, request: Request, *ended: tuple[str, str]) -> Response:
        office, person = self.office(request), self.person(request)
        asked = request.query_params
        context = await in_thread(
            self._read, office, person, asked.get("department", ""), page_number(asked.get("page", ""))
        )
        publishes, carries = bool(person.roles & PUBLISHERS), bool(person.roles & CARRIERS)
        return await self.render(
            request, "releases.html", publishes=publishes, carries=carries, needed=NEEDED, ended=ended, **context
        )

    def _read(self, office: Office, person: Person, department: str, at: int) -> dict[str, Any]:
        open = office.releases.open()
        held = office.releases.contents(open.id) if open is not None else office.releases.pending()
        latest, goals = office.releases.latest(), office.rollouts.route.goals
        work = office.release_work.now()
        return {
            "signing": self._signing(office, person, open) if open is not None else None,
            "held": held,
            **self._page(office, held, department, at),
            "totals": Counter(one.change for one in held),
            "latest": latest,
            "history": office.releases.history(RECENT),
            "base": latest.revision if latest is not None and latest.revision is not None else 0,
            "signers": office.releases.signers(),
            "founded": office.press.founded,
            "work": work if work is not None and work.stand is Stand.RUNNING else None,
            "preparing": State.PREPARED,
            "going": self._going(office, person),
            "in_steps": open is not None and open.kind is Kind.NORMAL,
            "first": next(one for one in goals if one.percent) if office.rollouts.fleet() >= MANY_KIOSKS else goals[-1],
            "stages": goals,
            "goal": self._goal,
            "wait": int(office.rollouts.wait.total_seconds() // 60),
            "most_dots": MOST_DOTS,
        }

    def _going(self, office: Office, person: Person) -> Going | None:
        found = office.rollouts.open()
        if found is None:
            return None
        stages = office.rollouts.stages(found)
        watched = any(stage.dots for stage in stages)
        hold, said = office.rollouts.hold(found.revision), office.rollouts.approved(found.revision)
        names = office.people.names(said)
        return Going(
            found,
            stages,
            office.rollouts.steps(found.revision),
            watched,
            hold if hold is not None and hold.held else None,
            tuple(names.get(id, "") for id in said),
            "" if set(said) - {person.id} else "other" if person.id in said else "self",
            office.rollouts.left(found) if found.course is Course.RUNNING else 0,
            office.rollouts.comparison(found),
        )

    def _goal(self, goal: Goal) -> str:
        """A stage in words: a share, or a ring by its name."""
        return self.say("rollout.ring", ring=goal.ring) if goal.ring else f"{goal.percent}%"

    def _signing(self, office: Office, person: Person, release: Release) -> Signing:
        signed = any(one.person == person.id for one in release.approvals)
        wrote = 0 if signed else office.releases.written_by(person, release.id)
        barred = ""
        if signed:
            barred = Refused(Reason.SIGNS_TWICE).sentence(self.say)
        elif wrote:
            barred = Refused(Reason.AUTHOR_SIGNS, n=wrote).sentence(self.say)
        return Signing(release, max(0, NEEDED - len(release.approvals)), signed, barred)

    def _page(self, office: Office, held: Sequence[Waiting], department: str, at: int) -> dict[str, Any]:
        """One page of what goes out, under its departments; `department`: of that one alone."""
        names = {**dict(office.people.departments()), CITY: self.say("department.city")}
        counted: dict[str, Counter[str]] = {}
        for one in held:
            counted.setdefault(one.department, Counter())[one.change] += 1
        wanted = [one for one in held if not department or one.department == department]
        pages = max(1, -(-len(wanted) // ON_A_PAGE))
        at = min(at, pages)
        shown = wanted[(at - 1) * ON_A_PAGE : at * ON_A_PAGE]
        fields, chains = office.releases.detail(shown)
        lines: dict[str, list[Line]] = {}
        for one in shown:
            line = self._line(one, fields.get(one.item, []), chains.get(one.item, []))
            lines.setdefault(one.department, []).append(line)
        shares = [
            Share(
                name=names.get(id, names[CITY]),
                added=counted[id]["added"],
                changed=counted[id]["changed"],
                dropped=counted[id]["dropped"],
                lines=tuple(found),
            )
            for id, found in lines.items()
        ]
        departments = [(id, names.get(id, names[CITY]), found.total()) for id, found in counted.items()]
        return {"shares": shares, "departments": departments, "department": department, "at": at, "pages": pages}

    def _line(self, one: Waiting, changes: Sequence[FieldChange], chain: Sequence[str]) -> Line:
        kind = one.item.partition("/")[0]
        named = list(dict.fromkeys(change.name(self.say) for change in changes))
        return Line(
            href=f"/releases/change/{one.item}/{one.number}",
            name=one.name,
            kind="" if kind == "guide" else self.say(f"kind.{kind}"),
            change=one.change,
            fields="、".join(named[:MOST_FIELDS]) + ("…" if len(named) > MOST_FIELDS else ""),
            people=" / ".join(chain) or self.say("chain.imported"),
        )

    def _difference(self, office: Office, key: str, number: str) -> tuple[Difference, str, tuple[str, ...]]:
        if not number.isascii() or not number.isdigit() or len(number) > 9:
            raise Refused(Reason.NO_SUCH_VERSION)
        found = difference(office, key, int(number), self.say)
        lint = Phrases()
        said = tuple(finding.message(lint) for finding in found.findings)
        return found, str(found.version.record["name"]), said


def _id(request: Request) -> str:
    return str(request.path_params["release"])
