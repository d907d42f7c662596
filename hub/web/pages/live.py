"""While somebody writes: what the lint and the slip say now, keeping one's own draft, ids by their names.

None of this is needed to write: `hub.web.pages.forms` does the same with its buttons.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from hub.checks import key_of
from hub.item import Version
from hub.office import Office
from hub.people import Person
from hub.refusal import Conflict, Reason, Refused
from hub.web import words
from hub.web.bound import Bound, Form, Row
from hub.web.faults import faults
from hub.web.fields import Widget, origins, record_of, rows_kept, windows
from hub.web.pages.forms import Desk, FormsView, Written, last, posted_of, wrote
from hub.web.view import WRITERS, in_thread, page
from hub.workflow import Status

NAMES_SHOWN = 12
"""Records that are offered for an id."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside one field of a form now. `path`: its name in the form that was sent; `sort`: aside (right of
    a field), cell (below a field of a row), row, list or group.
    """

    path: str
    sort: str
    bound: Bound | Row
    stops: bool
    warns: bool


class LiveView(FormsView):
    """Answers for forms.js, below the addresses of the forms."""

    @page("/preview", roles=WRITERS, methods=("POST",))
    async def preview_new(self, request: Request) -> Response:
        posted = posted_of(await self.form(request))
        held = self._begun(posted)
        kind = str(held.raw["kind"])
        office = self.office(request)

        def look() -> Desk:
            with office.store.one_page():
                return self._desk(office, kind, None, held)

        desk = await in_thread(look)
        return self._pieces(request, kind, desk, posted)

    @page("/{kind}/{id}/preview", roles=WRITERS, methods=("POST",))
    async def preview(self, request: Request) -> Response:
        office, key = self.office(request), key_of(request.path_params)
        posted = posted_of(await self.form(request))

        def look() -> Desk:
            with office.store.one_page():
                item, version, live = self._standing(office, key)
                if version is None:
                    raise Refused(Reason.NO_SUCH_VERSION)
                raw = record_of(item.kind, version.record, posted)
                written = Written(raw, version.edits, origins(item.kind, posted), windows=windows(item.kind, posted))
                return self._desk(office, item.kind, version, self._arranged(written, posted, live), item)

        desk = await in_thread(look)
        return self._pieces(request, str(request.path_params["kind"]), desk, posted)

    @page("/{kind}/{id}/keep", roles=WRITERS, methods=("POST",))
    async def keep(self, request: Request) -> Response:
        """Keeps one's own draft as it stands; anything else is left to the buttons. Answers JSON: ``words`` for the
        page, and once kept ``edits`` and the new values of hidden fields.
        """
        posted = posted_of(await self.form(request))
        office, person, key = self.office(request), self.person(request), key_of(request.path_params)
        try:
            version = await in_thread(self._kept, office, person, key, posted)
        except Conflict as conflict:
            return JSONResponse({"words": conflict.sentence(self.say)}, 409)
        except Refused as refused:
            return JSONResponse({"words": self.told(refused)}, 422)
        if version is None:
            return JSONResponse({"words": self.say("form.not_kept")}, 422)
        hidden = _hidden(str(request.path_params["kind"]), posted)
        told = self.say("form.kept", at=words.when(version.saved_at))
        return JSONResponse({"words": told, "edits": version.edits, "hidden": hidden})

    @page("/names", roles=WRITERS)
    async def names(self, request: Request) -> Response:
        """Records whose names or ids fit what was typed so far, found as on a kiosk."""
        text = request.query_params.get("q", "").strip()[:60]
        office = self.office(request)

        def found() -> list[dict[str, str]]:
            keys = [one.key for one in office.search.search(text, limit=NAMES_SHOWN)] if text else []
            items = [office.items.get(key) for key in keys]
            return [{"id": item.id, "name": item.name} for item in items]

        return JSONResponse(await in_thread(found))

    def _kept(self, office: Office, person: Person, key: str, posted: Mapping[str, Sequence[str]]) -> Version | None:
        version = office.items.open(key)
        if version is None:
            raise Refused(Reason.NO_SUCH_VERSION)
        if version.status is not Status.DRAFT or not wrote(office, person, version):
            return None
        kind = office.items.get(key).kind
        raw = record_of(kind, version.record, posted)
        if faults(raw, self.say):
            return None
        edits = last(posted, "_edits")
        return self._save(office, person, version, Written(raw, int(edits) if edits.isdecimal() else 0), False)

    def _pieces(self, request: Request, kind: str, desk: Desk, posted: Mapping[str, Sequence[str]]) -> Response:
        assert self.templates is not None
        context: dict[str, Any] = {
            "desk": desk,
            "say": self.say,
            "beside": tuple(_beside(desk.form, rows_kept(kind, posted))),
            "translations": None,
        }
        return self.templates.TemplateResponse(request=request, name="item_preview.html", context=context)


def _beside(form: Form, kept: Mapping[str, Sequence[int]]) -> Iterator[Beside]:
    """Everything that a form shows beside its fields, under the names of the form that was sent: there rows may stand
    in another order, and some of them are to be left out.
    """
    for part in form.parts:
        for bound in part.fields:
            yield from _of_field(bound, kept)


def _of_field(bound: Bound, kept: Mapping[str, Sequence[int]]) -> Iterator[Beside]:
    if bound.field.widget is Widget.GROUP:
        yield Beside(bound.path, "group", bound, False, False)
        for inner in bound.fields:
            yield from _of_field(inner, kept)
    elif bound.field.widget is Widget.ROWS:
        yield Beside(bound.path, "list", bound, False, False)
        numbers = kept.get(bound.path, ())
        filled = [row for row in bound.rows if not row.spare]
        for row, number in zip(filled, numbers, strict=False):
            yield Beside(f"{bound.path}.{number}", "row", row, False, False)
            for cell in row.cells:
                path = f"{bound.path}.{number}.{cell.field.name}"
                yield Beside(path, "cell", replace(cell, path=path), cell.stops, cell.warns)
    else:
        yield Beside(bound.path, "aside", bound, bound.stops, bound.warns)


def _hidden(kind: str, posted: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """Hidden fields of a form whose record has been saved meanwhile: where its rows stand in the record now."""
    found = []
    held = windows(kind, posted)
    for path, numbers in rows_kept(kind, posted).items():
        window = held.get(path)
        start = window.start if window else 0
        if window:
            found.append((f"{path}._window", f"{start}:{start + len(numbers)}"))
        places = {number: str(start + place) for place, number in enumerate(numbers)}
        for name in posted:
            if name.startswith(f"{path}.") and name.endswith("._at"):
                number = name.removeprefix(f"{path}.").removesuffix("._at")
                found.append((name, places.get(int(number), "") if number.isdecimal() else ""))
    return found
