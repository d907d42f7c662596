"""历次版本 of one item: every version with its people, and any two of them side by side."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from hub.differences import diff_fields
from hub.item import Item, Version
from hub.office import Office
from hub.web.differing import Row, shown
from hub.web.meaning import meaning
from hub.web.view import ANYONE, HubView, in_thread, page
from hub.web.words import marked
from phrases import Phrases


@dataclass(frozen=True, slots=True)
class Past:
    """One version in the list, with the names of its people in the order of their parts."""

    version: Version
    people: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Happened:
    """One step of a version: when, who (a name), what, with which remark."""

    at: object
    who: str
    words: str
    remark: str
    state: str


@dataclass(frozen=True, slots=True)
class Between:
    """Two versions: what the newer one says differently, and what happened to it. `old` None: against nothing."""

    new: Version
    old: Version | None
    rows: tuple[Row, ...]
    steps: tuple[Happened, ...]


def differing_rows(old: Version | None, new: Version, say: Phrases) -> tuple[Row, ...]:
    """Field by field, marked."""
    before = dict(old.record) if old is not None and not old.retired else {}
    after = {} if new.retired else dict(new.record)
    rows = []
    for change in diff_fields(before, after):
        left, right = marked(shown(change.old, say), shown(change.new, say))
        rows.append(Row(change.name(say), change.path, left, right, meaning(change, say)))
    return tuple(rows)


class VersionsView(HubView):
    """The pages below an item that look back."""

    @page("/{kind}/{id}/versions", roles=ANYONE)
    async def versions(self, request: Request) -> Response:
        office = self.office(request)
        key = f"{request.path_params['kind']}/{request.path_params['id']}"
        new, old = (_number(request.query_params.get(name, "")) for name in ("new", "old"))
        item, past, between = await in_thread(self._past, office, key, new, old)
        return await self.render(
            request,
            "versions.html",
            title=item.name,
            item=item,
            past=past,
            between=between,
            whose=await in_thread(self.department, item.department),
        )

    def _past(
        self, office: Office, key: str, new: int | None, old: int | None
    ) -> tuple[Item, tuple[Past, ...], Between | None]:
        item = office.items.get(key)
        versions = office.items.versions(key)
        past = tuple(Past(version, self._people(office, version)) for version in versions)
        if not versions:
            return item, past, None
        newer = office.items.version(key, new) if new is not None else versions[0]
        before = old if old is not None else newer.base
        older = office.items.version(key, before) if before else None
        return item, past, Between(newer, older, differing_rows(older, newer, self.say), self._steps(office, newer))

    def _people(self, office: Office, version: Version) -> tuple[tuple[str, str], ...]:
        hands = office.items.hands(version.item, version.number)
        names = office.people.names(hand.person for hand in hands)
        return tuple((self.say(f"part.{hand.part.value}"), names.get(hand.person, "")) for hand in hands)

    def _steps(self, office: Office, version: Version) -> tuple[Happened, ...]:
        history = office.items.history(version.item, version.number)
        names = office.people.names(step.person for step in history if step.person)
        return tuple(
            Happened(
                at=step.at,
                who=names.get(step.person or "", "") or self.say("audit.command_line"),
                words=self.say(f"action.{step.action.value}"),
                remark=step.remark or "",
                state={"return": "bad", "discard": "off", "approve": "ok", "publish": "ok"}.get(
                    step.action.value, "info"
                ),
            )
            for step in history
        )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
