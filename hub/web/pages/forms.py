"""The page of one item: reading it, writing it with the lint beside each field and the slip beside the form.

One form holds everything; its buttons say what they do in ``_do``: save, submit, check (show what the lint says now),
``more:materials`` (another row), ``use:phone.complaint`` (what the live version says), ``look:58:large`` (another
paper), ``day:2026-10-01`` (what kind of day it is), ``page:entries:3`` (another page of a long list). Only save, submit
and turning a page write. Whatever keeps a form from being saved, what was written comes back with it.
`hub.web.pages.live` does the same while somebody writes.
"""

from __future__ import annotations

import base64
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from domain.errors import CodedError
from domain.lint import Finding
from domain.paper import LONG_MM
from domain.records import KINDS, Calendar, Guide, Org
from domain.slip import Variant
from hub.checks import key_of
from hub.differences import as_text, field_name
from hub.item import Item, Version
from hub.office import Office
from hub.owners import FREE
from hub.people import Person
from hub.refusal import Conflict, Reason, Refused
from hub.slips import WIDTHS, Slips
from hub.translations import Count, Translations, laid_over
from hub.web.bound import OFFICES, Binder, Form, ids_in, words_of
from hub.web.differing import Link, Row, difference as differing, shown
from hub.web.explained import Explained, Explainer
from hub.web.faults import Fault, faults
from hub.web.fields import (
    LONG_LIST,
    NOT_WRITTEN,
    Field,
    Widget,
    Window,
    field_at,
    lists_of,
    origins,
    record_of,
    sections_of,
    window_of,
    windows,
)
from hub.web.lists import lists_for
from hub.web.months import Month, months, turned
from hub.web.pages.versions import differing_rows
from hub.web.view import ANYONE, WRITERS, HubView, in_thread, item_path, page
from hub.workflow import CITY, Part, Status
from phrases import Phrases

log = logging.getLogger(__name__)

SECOND_LANGUAGE = "en"
"""What stands below the Chinese of a bilingual slip on the form's page."""

MORE_ROWS = 3
"""Rows that a press of the button adds."""

LOOKS = tuple((width, variant) for width in WIDTHS for variant in Variant)


@dataclass(frozen=True, slots=True)
class Look:
    """How the slip is looked at: paper in millimetres, and which slip."""

    width: int = 80
    variant: Variant = Variant.FULL

    @classmethod
    def of(cls, text: str) -> Look:
        """From ``58:large``; anything else is the usual one."""
        width, _, variant = text.partition(":")
        found = next((cls(one, kind) for one, kind in LOOKS if (str(one), kind.value) == (width, variant)), None)
        return found or cls()

    def __str__(self) -> str:
        return f"{self.width}:{self.variant.value}"


@dataclass(frozen=True, slots=True)
class Slip:
    """The drawn slip for the page, or the sentence that says why there is none."""

    look: Look
    src: str = ""
    width: int = 0
    height: int = 0
    millimetres: int = 0
    long: bool = False
    told: str = ""
    code: bool = False
    places: str = ""

    @property
    def share(self) -> int:
        """Per cent of the longest paper, for the bar."""
        return min(100, round(100 * self.millimetres / LONG_MM))


@dataclass(frozen=True, slots=True)
class Written:
    """What a form holds between two pages: the record, where its rows came from, spare rows, edits that were seen."""

    raw: dict[str, Any]
    edits: int = 0
    at: Mapping[str, Sequence[str]] | None = None
    more: Mapping[str, int] = field(default_factory=dict)
    look: Look = Look()
    windows: Mapping[str, Window] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything that the form's page shows. `months`: of a calendar; `explained`: what the record does, in words."""

    item: Item | None
    kind: str
    version: Version | None
    whose: str
    form: Form
    slip: Slip | None
    live: Version | None
    chain: tuple[Link, ...]
    remarks: tuple[Link, ...]
    changed: tuple[str, ...]
    theirs: tuple[Row, ...]
    months: tuple[Month, ...] = ()
    explained: Explained | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What stands above the form: the sentence, its kind, further lines."""

    words: str
    kind: str = "error"
    lines: tuple[str, ...] = ()


class FormsView(HubView):
    """Pages under ``/items/<kind>/<id>`` and ``/items/new``."""

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self._lint = Phrases()
        self._binder = Binder(self.say, self._lint)
        self._slips = Slips(office.items, office.store)
        self._explainer = Explainer(office, self.say)
        self._translations = Translations(office.store, office.items)

    def translated(self, key: str) -> Count | None:
        """How far the item is in all languages together; None for kinds without texts. Blocks."""
        counts = self._translations.counts(key).values()
        if not counts:
            return None
        return Count(*(sum(each) for each in zip(*((one.done, one.stale, one.total) for one in counts), strict=True)))

    def _source(self, office: Office, version: Version) -> str:
        """The key of what a translation translates; empty for everything else."""
        of = version.record.get("of") if version.item.startswith("translation/") else None
        return office.items.called([str(of)])[str(of)][0] if of and str(of) in office.items.called([str(of)]) else ""

    def written_kinds(self) -> list[str]:
        """Kinds that people write; the others come about in the hub."""
        return [kind for kind in KINDS if kind not in NOT_WRITTEN]

    def writable_kinds(self, person: Person) -> list[str]:
        """Those of which the person may begin an item. A department has its own organisation already."""
        whole = person.actor.may_write(CITY)
        return [kind for kind in self.written_kinds() if whole or (kind in FREE and kind != Org.KIND)]

    # A new item

    @page("/new", roles=WRITERS)
    async def new(self, request: Request) -> Response:
        kind = request.query_params.get("kind", "guide")
        if kind not in self.written_kinds():
            raise HTTPException(404, self.say("refuse.no_such_item"))
        person = self.person(request)
        if kind not in self.writable_kinds(person):
            raise HTTPException(403, self.say(f"refuse.{Reason.CITYS_KIND.value}"))
        raw: dict[str, Any] = {"kind": kind}
        if person.department != CITY and kind in FREE:
            raw["verified_by"] = person.department
            if kind == Guide.KIND:
                raw["department"] = person.department
        return await self._new(request, Written(raw), fresh=True)

    @page("/new", roles=WRITERS, methods=("POST",))
    async def create(self, request: Request) -> Response:
        posted = posted_of(await self.form(request))
        held = self._begun(posted)
        do = last(posted, "_do")
        if do not in ("", "save"):
            return await self._new(request, held)
        unfit = faults(held.raw, self.say)
        if unfit:
            told = Told(self.say("form.unfit", n=len(unfit)))
            return await self._new(request, held, told, 422)
        try:
            version = await in_thread(self.office(request).items.create, self.person(request), held.raw)
        except Refused as refused:
            return await self._new(request, held, self._told(refused), 409)
        return self.back_with(request, self.say("form.created"), item_path(version.item))

    def _begun(self, posted: Mapping[str, Sequence[str]]) -> Written:
        """What was sent of an item that is not kept yet."""
        kind = last(posted, "_kind")
        if kind not in self.written_kinds():
            raise HTTPException(400, self.say("web.form_unfit"))
        raw = record_of(kind, {"kind": kind}, posted)
        if id := last(posted, "_id").strip():
            raw["id"] = id
        return self._arranged(Written(raw, at=origins(kind, posted), windows=windows(kind, posted)), posted, None)

    async def _new(
        self, request: Request, held: Written, told: Told | None = None, status: int = 200, *, fresh: bool = False
    ) -> Response:
        office, kind = self.office(request), str(held.raw["kind"])

        def read() -> Desk:
            with office.store.one_page():
                return self._desk(office, kind, None, held, fresh=fresh)

        desk = await in_thread(read)
        return await self.render(
            request, "item_form.html", status, title=self.say("form.new", kind=self._kind(kind)), desk=desk, held=held,
            told=told, new=True, mine=False, translations=None, kinds=self.writable_kinds(self.person(request)),
            others=[one for one in self.written_kinds() if one not in self.writable_kinds(self.person(request))],
            departments=await in_thread(office.people.departments),
        )  # fmt: skip

    # An item

    @page("/{kind}/{id}", roles=ANYONE)
    async def show(self, request: Request) -> Response:
        office, person, key = self.office(request), self.person(request), _key(request)
        item, version, _ = await in_thread(self._standing, office, key)
        look = Look.of(request.query_params.get("look", ""))
        if version is not None and _may_write(person, item, version):
            held = Written(
                dict(version.record), version.edits, look=look, windows=_opened_at(request, item.kind, version)
            )
            return await self._form(request, item, version, held)
        return await self._reading(request, item, version, look)

    @page("/{kind}/{id}", roles=WRITERS, methods=("POST",))
    async def write(self, request: Request) -> Response:
        office, key = self.office(request), _key(request)
        posted = posted_of(await self.form(request))
        item, version, live = await in_thread(self._standing, office, key)
        if version is None:
            raise Refused(Reason.NO_SUCH_VERSION)
        raw = record_of(item.kind, version.record, posted)
        edits = int(last(posted, "_edits")) if last(posted, "_edits").isdecimal() else 0
        written = Written(raw, edits, origins(item.kind, posted), windows=windows(item.kind, posted))
        held = self._arranged(written, posted, live)
        do, _, page = last(posted, "_do").partition(":")
        if do not in ("", "save", "submit", "page"):
            return await self._form(request, item, version, held)
        unfit = faults(held.raw, self.say)
        if unfit:
            return await self._form(request, item, version, held, Told(self.say("form.unfit", n=len(unfit))), 422)
        try:
            saved = await in_thread(self._save, office, self.person(request), version, held, do == "submit")
        except Conflict as conflict:
            now = await in_thread(office.items.open, key)
            if now is None:
                raise
            seen = replace(held, edits=now.edits)
            return await self._form(request, item, now, seen, self._told(conflict), 409, theirs=now)
        except Refused as refused:
            now = await in_thread(office.items.open, key) or version
            return await self._form(request, item, now, replace(held, edits=now.edits), self._told(refused), 409)
        words = self.say("form.saved")
        if saved.status is not Status.DRAFT:
            words = await in_thread(self._sent, office, key)
        asked = {"look": str(held.look)} if held.look != Look() else {}
        if do == "page":
            asked["page"] = page[:80]
        return self.back_with(request, words, item_path(key) + (f"?{urlencode(asked)}" if asked else ""))

    def _standing(self, office: Office, key: str) -> tuple[Item, Version | None, Version | None]:
        """The item with its open and its live version."""
        with office.store.one_state():
            return office.items.get(key), office.items.open(key), office.items.live(key)

    def _sent(self, office: Office, key: str) -> str:
        """What is told of what was sent in: also that it will wait, when nobody can review it."""
        nobody = office.tasks.nobody_for(key)
        return self.say(f"form.nobody_{nobody.value}" if nobody else "form.submitted")

    def _save(self, office: Office, person: Person, version: Version, held: Written, submit: bool) -> Version:
        saved = version
        if held.raw != version.record or held.edits != version.edits:
            saved = office.items.save(person, version.item, held.raw, held.edits)
        return office.items.submit(person, version.item, saved.edits) if submit else saved

    @page("/{kind}/{id}/edit", roles=WRITERS, methods=("POST",))
    async def edit(self, request: Request) -> Response:
        await in_thread(self.office(request).items.edit, self.person(request), _key(request))
        return RedirectResponse(item_path(_key(request)), status_code=303)

    @page("/{kind}/{id}/retire", roles=WRITERS, methods=("POST",))
    async def retire(self, request: Request) -> Response:
        remark = self.text(await self.form(request), "remark")
        await in_thread(self.office(request).items.retire, self.person(request), _key(request), remark)
        return self.back_with(request, self.say("form.retiring"), item_path(_key(request)))

    @page("/{kind}/{id}/submit", roles=WRITERS, methods=("POST",))
    async def submit(self, request: Request) -> Response:
        edits = self.number(await self.form(request), "edits")
        await in_thread(self.office(request).items.submit, self.person(request), _key(request), edits)
        return self.back_with(
            request, await in_thread(self._sent, self.office(request), _key(request)), item_path(_key(request))
        )

    @page("/{kind}/{id}/withdraw", roles=WRITERS, methods=("POST",))
    async def withdraw(self, request: Request) -> Response:
        edits = self.number(await self.form(request), "edits")
        await in_thread(self.office(request).items.withdraw, self.person(request), _key(request), edits)
        return self.back_with(request, self.say("form.withdrawn"), item_path(_key(request)))

    @page("/{kind}/{id}/discard", roles=WRITERS, methods=("POST",))
    async def discard(self, request: Request) -> Response:
        edits = self.number(await self.form(request), "edits")
        await in_thread(self.office(request).items.discard, self.person(request), _key(request), edits)
        return self.back_with(request, self.say("form.discarded"), item_path(_key(request)))

    # Drawing

    async def _form(
        self,
        request: Request,
        item: Item,
        version: Version,
        held: Written,
        told: Told | None = None,
        status: int = 200,
        theirs: Version | None = None,
    ) -> Response:
        office = self.office(request)
        person = self.person(request)

        def read() -> dict[str, Any]:
            with office.store.one_page():
                return {
                    "desk": self._desk(office, item.kind, version, held, item, theirs),
                    "departments": office.people.departments(),
                    "mine": wrote(office, person, version),
                    "translations": self.translated(item.key),
                    "source_key": self._source(office, version),
                }

        return await self.render(
            request, "item_form.html", status, title=item.name, held=held, told=told, new=False, **await in_thread(read)
        )

    async def _reading(self, request: Request, item: Item, opened: Version | None, look: Look) -> Response:
        office, person = self.office(request), self.person(request)

        def read() -> dict[str, Any]:
            with office.store.one_page():
                return shown_now()

        def shown_now() -> dict[str, Any]:
            live = office.items.live(item.key)
            version = opened or live or office.items.version(item.key, item.last)
            found = differing(office, item.key, version.number, self.say)
            guide = version.record if item.kind == "guide" and not version.retired else None
            return {
                "item": item,
                "version": version,
                "live": live,
                "opened": opened,
                "whose": self.department(item.department),
                "sections": self._sections(office, item.kind, version.record),
                "chain": found.chain,
                "remarks": found.remarks,
                "changed": tuple(row.name for row in found.rows),
                "slip": self._slip(office, guide, look) if guide is not None else None,
                "mine": opened is not None and wrote(office, person, opened),
                "translations": self.translated(item.key),
                "source_key": self._source(office, version),
            }

        return await self.render(request, "item.html", title=item.name, look=look, **await in_thread(read))

    def _sections(self, office: Office, kind: str, raw: Mapping[str, Any]) -> list[tuple[str, list[tuple[str, str]]]]:
        """The record in sections of (field, text); ids of other records in their names."""
        if kind not in KINDS:
            return [("", [(name, as_text(value, self.say)) for name, value in raw.items()])]
        called = office.items.called(ids_in(kind, raw))
        sections = []
        for section in sections_of(kind):
            rows = [
                (field_name(one.name, self.say), self._text(one, raw[one.name], called))
                for one in section.fields
                if raw.get(one.name) not in (None, [], {})
            ]
            if rows:
                sections.append((self.say(f"section.{section.key}"), rows))
        return sections

    def _text(self, one: Field, value: Any, called: Mapping[str, tuple[str, str]]) -> str:
        if one.id or one.name in OFFICES:
            ids = value if isinstance(value, list) else [value]
            return "、".join(called[id][1] if id in called else str(id) for id in ids)
        if isinstance(value, list) and any(isinstance(entry, Mapping) or len(str(entry)) > 12 for entry in value):
            return "\n".join(shown(entry, self.say) for entry in value)
        if one.widget in (Widget.CHOICE, Widget.CHOICES):
            choices = value if isinstance(value, list) else [value]
            return "、".join(words_of(one.name, str(choice), self.say) for choice in choices)
        return shown(value, self.say)

    def _desk(
        self,
        office: Office,
        kind: str,
        version: Version | None,
        held: Written,
        item: Item | None = None,
        theirs: Version | None = None,
        *,
        fresh: bool = False,
    ) -> Desk:
        """`fresh`: nobody has written anything yet: what has to be written is counted, not held against them."""
        unfit = faults(held.raw, self.say)
        live = office.items.live(item.key) if item is not None else None
        found = differing(office, item.key, version.number, self.say) if item and version else None
        changed = differing_rows(live, replace(version, record=held.raw), self.say) if version is not None else ()
        bound = partial(
            self._binder.form,
            kind,
            held.raw,
            findings=() if unfit else self._findings(office, held.raw),
            live=live.record if live is not None else None,
            called=office.items.called(ids_in(kind, held.raw)),
            more=held.more,
            at=held.at,
            windows=held.windows,
            lists=lists_for(office.items, kind, held.raw, self.say),
            judged=not unfit,
        )
        form = bound(faults=self._shown(unfit))
        if fresh:
            form = bound().counting(form)
        slip = self._slip(office, held.raw, held.look, unfit, fresh=fresh) if kind == Guide.KIND else None
        if slip is not None and slip.long:
            form = form.told(self.say("form.slip_long", mm=slip.millimetres, most=round(LONG_MM)))
        mine = replace(version, record=held.raw) if version is not None else None
        return Desk(
            item=item,
            kind=self._kind(kind),
            version=version,
            whose=self.department(item.department) if item else "",
            form=form,
            slip=slip,
            live=live,
            chain=found.chain if found else (),
            remarks=found.remarks if found else (),
            changed=tuple(row.name for row in changed),
            theirs=differing_rows(theirs, mine, self.say) if theirs is not None and mine is not None else (),
            months=months(held.raw, self.say) if kind == Calendar.KIND else (),
            explained=None if unfit else self._explainer.of(held.raw),
        )

    def _shown(self, unfit: Sequence[Fault]) -> list[Fault]:
        """The id is no field of the form; what is wrong with it stands above."""
        return [one if one.path != "id" else Fault("", one.sentence(self.say)) for one in unfit]

    def _findings(self, office: Office, raw: Mapping[str, Any]) -> list[Finding]:
        try:
            return office.items.try_out(raw)
        except Refused:
            return []

    def _slip(
        self, office: Office, raw: Mapping[str, Any], look: Look, unfit: Sequence[Fault] = (), *, fresh: bool = False
    ) -> Slip:
        if any(one.path != "id" for one in unfit):
            return Slip(look, told=self.say("form.slip_to_come" if fresh else "form.no_slip"))
        try:
            second = None
            if look.variant is Variant.BILINGUAL and raw.get("id"):
                fields = self._translations.fields(str(raw["id"]), SECOND_LANGUAGE)
                second = (SECOND_LANGUAGE, Guide.model_validate(laid_over(Guide.KIND, raw, fields)))
            paper = self._slips.draw(
                Guide.model_validate({"id": "new", **raw}),
                office.releases.revision(),
                millimetres=look.width,
                variant=look.variant,
                second=second,
                placed=True,
            )
        except CodedError as error:
            return Slip(look, told=self.fault(error))
        except ValueError as error:
            log.warning("no slip can be drawn: %s", type(error).__name__)
            return Slip(look, told=self.say("form.no_slip"))
        src = f"data:image/png;base64,{base64.b64encode(paper.png).decode('ascii')}"
        return Slip(
            look,
            src,
            paper.width,
            paper.height,
            round(paper.millimetres),
            paper.long,
            code=paper.code,
            places=" ".join(f"{name}:{row}" for name, row in paper.places.items()),
        )

    def _arranged(self, held: Written, posted: Mapping[str, Sequence[str]], live: Version | None) -> Written:
        """The form with what a button asked for: more rows, what the live version says, another paper."""
        look = Look.of(last(posted, "_look"))
        verb, _, rest = last(posted, "_do").partition(":")
        raw, more = held.raw, dict(held.more)
        if verb == "more":
            rows = _at(raw, rest.split("."))
            more[rest] = min(MORE_ROWS, max(1, LONG_LIST - (len(rows) if isinstance(rows, list) else 0)))
        elif verb == "day":
            raw = turned(raw, rest)
        elif verb == "look":
            look = Look.of(rest)
        elif verb == "use" and live is not None and field_at(str(raw["kind"]), rest) is not None:
            raw = _with(raw, rest.split("."), _at(live.record, rest.split(".")))
        return replace(held, raw=raw, more=more, look=look)

    def _told(self, refused: Refused) -> Told:
        lines = () if refused.reason is Reason.LINT_STOPS else refused.details[:5]
        return Told(refused.sentence(self.say), "warning" if isinstance(refused, Conflict) else "error", lines)

    def _kind(self, kind: str) -> str:
        return self.say(f"kind.{kind}") if self.say.has(f"kind.{kind}") else kind


def _may_write(person: Person, item: Item, version: Version) -> bool:
    """Whether the form is shown; the hub decides when it is sent."""
    return (
        version.status is Status.DRAFT
        and not version.retired
        and item.kind in KINDS
        and person.actor.may_write(item.department)
    )


def wrote(office: Office, person: Person, version: Version) -> bool:
    """Whether the person had a hand in writing the version."""
    return any(
        hand.person == person.id and hand.part is Part.AUTHOR
        for hand in office.items.hands(version.item, version.number)
    )


def _opened_at(request: Request, kind: str, version: Version) -> dict[str, Window]:
    """The page of a long list that the address asks for: ``?page=entries:3``."""
    asked, _, number = request.query_params.get("page", "").rpartition(":")
    found = {}
    for path, listed in lists_of(kind):
        rows = _at(version.record, path.split("."))
        if path == asked and number.isascii() and number.isdigit() and len(number) < 6 and isinstance(rows, list):
            window = window_of(listed, len(rows), int(number))
            if window is not None:
                found[path] = window
    return found


def _key(request: Request) -> str:
    return key_of(request.path_params)


def posted_of(form: FormData) -> dict[str, list[str]]:
    """What a form sent, without files."""
    found: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            found.setdefault(name, []).append(value)
    return found


def last(posted: Mapping[str, Sequence[str]], name: str) -> str:
    """The last value under a name, empty when there is none."""
    values = posted.get(name, ())
    return values[-1] if values else ""


def _at(raw: Any, words: Sequence[str]) -> Any:
    for word in words:
        raw = raw.get(word) if isinstance(raw, Mapping) else None
    return raw


def _with(raw: Mapping[str, Any], words: Sequence[str], value: Any) -> dict[str, Any]:
    first, *rest = words
    made = dict(raw)
    if rest:
        below = raw.get(first)
        value = _with(below if isinstance(below, Mapping) else {}, rest, value)
    if value is None or value == {}:
        made.pop(first, None)
    else:
        made[first] = value
    return made
