"""译文: the Chinese at the left, one language at the right, text by text; and what is missing in which department."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from hub.checks import key_of
from hub.differences import field_name
from hub.office import Office
from hub.people import Person
from hub.refusal import Conflict, Reason, Refused
from hub.translations import LANGS, TEXTS, Count, Sheet, Standing, State, Text, Translations
from hub.web.view import ANYONE, WRITERS, HubView, in_thread, page
from hub.web.words import marked
from hub.workflow import CITY, Status

ON_A_PAGE = 50

STATES = {State.MISSING: "wait", State.STALE: "warn", State.DONE: "ok"}

LONG = 60
"""Characters from which a text gets a box of several lines."""


@dataclass(frozen=True, slots=True)
class Line:
    """One text on the page. `was`, `now`: the Chinese before and after, marked, where it changed; `long`: a box."""

    text: Text
    label: str
    state: str
    was: object
    now: object
    long: bool
    written: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is narrowed to."""

    department: str
    lang: str
    kind: str
    page: int


class TranslationsView(HubView):
    """The list, and below it a page for each item."""

    key, group, icon = "translations", "content", "fa-solid fa-language"

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self._translations = Translations(office.store, office.items)

    @page("", roles=ANYONE)
    async def index(self, request: Request) -> Response:
        office, person = self.office(request), self.person(request)
        wanted = _wanted(request, person)
        names = dict(await in_thread(office.people.departments))
        rows = await in_thread(self._translations.board, wanted.department or None, wanted.kind or None)
        rows = tuple(sorted(rows, key=lambda one: (-_open(one, wanted.lang), one.key)))
        per = {lang: _sum(rows, lang) for lang in LANGS}
        start = (wanted.page - 1) * ON_A_PAGE
        return await self.render(
            request,
            "translations.html",
            rows=rows[start : start + ON_A_PAGE],
            total=len(rows),
            pages=max(1, -(-len(rows) // ON_A_PAGE)),
            wanted=wanted,
            departments=sorted(names.items()),
            names=names,
            langs=LANGS,
            kinds=list(TEXTS),
            per=per,
        )

    @page("/{kind}/{id}", roles=ANYONE)
    async def show(self, request: Request) -> Response:
        lang = request.query_params.get("lang", LANGS[0])
        return await self._sheet(request, key_of(request.path_params), lang if lang in LANGS else LANGS[0])

    @page("/{kind}/{id}", roles=WRITERS, methods=("POST",))
    async def write(self, request: Request) -> Response:
        """Keeps the draft, or (``_do`` submit) keeps it and sends it to the review."""
        office, person, key = self.office(request), self.person(request), key_of(request.path_params)
        form = await self.form(request)
        lang = self.text(form, "lang")
        if lang not in LANGS:
            raise Refused(Reason.NO_SUCH_VERSION)
        said = _said(form, "text.")
        confirmed = [path for path, ticked in _said(form, "holds.").items() if ticked]
        edits = self.number(form, "edits")
        submits = self.text(form, "_do") == "submit"

        def save() -> Status:
            version = self._translations.save(person, key, lang, said, confirmed, edits)
            if submits:
                version = office.items.submit(person, version.item, version.edits)
            return version.status

        try:
            status = await in_thread(save)
        except Refused as refused:
            told = self.told(refused)
            return await self._sheet(request, key, lang, said, told, 409 if isinstance(refused, Conflict) else 422)
        words = self.say("form.submitted" if status is not Status.DRAFT else "form.saved")
        return self.back_with(request, words, f"/translations/{key}?lang={lang}")

    async def _sheet(
        self,
        request: Request,
        key: str,
        lang: str,
        said: Mapping[str, str] | None = None,
        told: str = "",
        status: int = 200,
    ) -> Response:
        person = self.person(request)

        def read() -> tuple[Sheet, Mapping[str, Count], list[Line]]:
            sheet = self._translations.sheet(key, lang)
            counts = self._translations.counts(key)
            return sheet, counts, [self._line(one, said) for one in sheet.texts]

        sheet, counts, lines = await in_thread(read)
        version = sheet.version
        draft = version is None or version.status in (Status.DRAFT, Status.PUBLISHED)
        return await self.render(
            request,
            "translation.html",
            status,
            title=sheet.item.name,
            sheet=sheet,
            counts=counts,
            lines=lines,
            langs=LANGS,
            told=told,
            edits=version.edits if version is not None and version.status is Status.DRAFT else 0,
            writable=draft and bool(person.roles & WRITERS),
            whose=await in_thread(self.department, sheet.item.department),
            uneven=[field_name(name, self.say) for name in sheet.uneven],
        )

    def _line(self, one: Text, said: Mapping[str, str] | None) -> Line:
        was, now = marked(one.was, one.chinese) if one.state is State.STALE else ("", "")
        written = one.text if said is None else said.get(one.path, "")
        return Line(
            text=one,
            label=self._label(one.path),
            state=STATES[one.state],
            was=was,
            now=now,
            long=len(one.chinese) > LONG or len(written) > LONG,
            written=written,
        )

    def _label(self, path: str) -> str:
        """``申请材料 2：名称`` for what stands in an entry of a list."""
        words = path.split(".")
        if len(words) < 3:
            return field_name(path, self.say)
        return f"{field_name('.'.join(words[:2]), self.say)}：{field_name(f'{words[0]}.{words[2]}', self.say)}"


def _said(form: FormData, beginning: str) -> dict[str, str]:
    return {
        name.removeprefix(beginning): value.replace("\r\n", "\n").strip()
        for name, value in form.multi_items()
        if name.startswith(beginning) and isinstance(value, str)
    }


def _open(one: Standing, lang: str) -> int:
    return sum(count.open for each, count in one.counts.items() if lang in ("", each))


def _sum(rows: tuple[Standing, ...], lang: str) -> Count:
    held = [one.counts[lang] for one in rows]
    return Count(sum(one.done for one in held), sum(one.stale for one in held), sum(one.total for one in held))


def _wanted(request: Request, person: Person) -> Wanted:
    query = request.query_params
    own = "" if person.department == CITY else person.department
    number = query.get("page", "1")
    lang, kind = query.get("lang", ""), query.get("kind", "")
    return Wanted(
        department=query.get("department", own),
        lang=lang if lang in LANGS else "",
        kind=kind if kind in TEXTS else "",
        page=max(1, int(number)) if number.isascii() and number.isdigit() and len(number) < 6 else 1,
    )
