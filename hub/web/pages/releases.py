"""发布: what goes out next, who answers for it, letting it out with two people, what is out, taking it back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from hub.harm import Hold
from hub.office import Office
from hub.people import Person
from hub.refusal import Reason, Refused
from hub.release import NEEDED, Kind, Release, State, Waiting
from hub.rollout import STAGES, First, Rollout, Stage, Step
from hub.tasks import Turn
from hub.web.catalogue import refresh_soon
from hub.web.differing import Difference, difference
from hub.web.view import ANYONE, PUBLISHERS, HubView, in_thread, page
from hub.workflow import Part
from phrases import Phrases

MOST_SHOWN = 200
"""Items of a release that are listed one by one; the first release of a city has thousands."""

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
    """What one department has in a release."""

    name: str
    added: int
    changed: int
    dropped: int
    lines: tuple[Line, ...]
    more: int


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


class ReleasesView(HubView):
    """One page for the release that is put together and for those that are out."""

    key, group, icon = "releases", "release", "fa-solid fa-paper-plane"

    @page("", roles=ANYONE)
    async def index(self, request: Request) -> Response:
        return await self._show(request)

    @page("/prepare", roles=PUBLISHERS, methods=("POST",))
    async def prepare(self, request: Request) -> Response:
        await in_thread(self.office(request).releases.prepare, self.person(request))
        return self.back_with(request, self.say("releases.prepared"), "/releases")

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
        first = First(self.number(form, "percent")) if "percent" in form else First()
        if first.percent not in STAGES:
            raise HTTPException(400, self.say("web.form_unfit"))
        publish = partial(office.releases.publish, self.person(request), _id(request), passphrase, first=first)
        made = await in_thread(publish)
        refresh_soon(office)
        going = await in_thread(office.rollouts.open)
        told = self.say("releases.published", revision=made.revision)
        if going is not None:
            told = self.say("releases.published_first", revision=made.revision, percent=going.percent)
        return self.back_with(request, told, "/releases")

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
                percent = self.number(form, "percent")
                made = await in_thread(rollouts.widen, person, percent, passphrase)
                key = "releases.widened" if made.open else "releases.widened_all"
            case "pause":
                made, key = await in_thread(rollouts.pause, person, passphrase), "releases.paused"
            case "resume":
                made, key = await in_thread(rollouts.resume, person, passphrase), "releases.resumed"
            case _:
                raise HTTPException(404, self.say("web.form_unfit"))
        told = self.say(key, revision=made.revision, percent=made.percent, stable=made.stable)
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
        await in_thread(self.office(request).releases.withdraw, self.person(request), revision)
        return self.back_with(request, self.say("releases.withdrawing", revision=revision), "/releases")

    @page("/change/{kind}/{id}/{number}", roles=ANYONE)
    async def change(self, request: Request) -> Response:
        """One version of a release with its fields side by side."""
        key = f"{request.path_params['kind']}/{request.path_params['id']}"
        found, name, lint = await in_thread(self._difference, self.office(request), key, request.path_params["number"])
        return await self.render(request, "change.html", difference=found, name=name, lint=lint, title=name)

    def count(self, person: Person) -> int:
        return sum(task.turn is Turn.SIGN for task in self._office.tasks.tasks_for(person))

    async def _show(self, request: Request) -> Response:
        office, person = self.office(request), self.person(request)
        context = await in_thread(self._read, office, person)
        publishes = bool(person.roles & PUBLISHERS)
        return await self.render(request, "releases.html", publishes=publishes, needed=NEEDED, **context)

    def _read(self, office: Office, person: Person) -> dict[str, Any]:
        open = office.releases.open()
        held = office.releases.contents(open.id) if open is not None else office.releases.pending()
        latest = office.releases.latest()
        return {
            "signing": self._signing(office, person, open) if open is not None else None,
            "held": held,
            "shares": self._shares(office, held),
            "totals": Counter(one.change for one in held),
            "latest": latest,
            "history": office.releases.history(RECENT),
            "base": latest.revision if latest is not None and latest.revision is not None else 0,
            "signers": office.releases.signers(),
            "founded": office.press.founded,
            "preparing": State.PREPARED,
            "going": self._going(office, person),
            "in_steps": open is not None and open.kind is Kind.NORMAL,
            "first": STAGES[0] if office.rollouts.fleet() >= MANY_KIOSKS else STAGES[-1],
            "stages": STAGES,
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
        )

    def _signing(self, office: Office, person: Person, release: Release) -> Signing:
        signed = any(one.person == person.id for one in release.approvals)
        wrote = 0
        if not signed:
            wrote = sum(
                hand.person == person.id and hand.part is Part.AUTHOR
                for one in office.releases.contents(release.id)[:MOST_SHOWN]
                for hand in office.items.hands(one.item, one.number)
            )
        barred = ""
        if signed:
            barred = Refused(Reason.SIGNS_TWICE).sentence(self.say)
        elif wrote:
            barred = Refused(Reason.AUTHOR_SIGNS, n=wrote).sentence(self.say)
        return Signing(release, max(0, NEEDED - len(release.approvals)), signed, barred)

    def _shares(self, office: Office, held: Sequence[Waiting]) -> list[Share]:
        departments = dict(office.people.departments())
        left = MOST_SHOWN
        shares = []
        for id in dict.fromkeys(one.department for one in held):
            own = [one for one in held if one.department == id]
            shown, left = own[:left], max(0, left - len(own))
            counted = Counter(one.change for one in own)
            shares.append(
                Share(
                    name=departments.get(id, self.say("department.city")),
                    added=counted["added"],
                    changed=counted["changed"],
                    dropped=counted["dropped"],
                    lines=tuple(self._line(office, one) for one in shown),
                    more=len(own) - len(shown),
                )
            )
        return shares

    def _line(self, office: Office, one: Waiting) -> Line:
        kind = one.item.partition("/")[0]
        fields = ""
        if one.change == "changed":
            changes = office.items.changes(one.item, one.number)
            named = list(dict.fromkeys(change.name(self.say) for change in changes))
            fields = "、".join(named[:MOST_FIELDS]) + ("…" if len(named) > MOST_FIELDS else "")
        hands = {hand.part: hand.person for hand in office.items.hands(one.item, one.number)}
        names = office.people.names(hands.values())
        chain = [names.get(hands[part], "") for part in Part if part in hands]
        return Line(
            href=f"/releases/change/{one.item}/{one.number}",
            name=one.name,
            kind="" if kind == "guide" else self.say(f"kind.{kind}"),
            change=one.change,
            fields=fields,
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
