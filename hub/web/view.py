"""The base of every page: who may open it, what it is given, how it answers.

A page is a `HubView` in `hub.web.pages`; its handlers are methods under `page`, each with the roles that may call it:

    class ItemsView(HubView):
        key, group, icon = "items", "content", "fa-solid fa-file-lines"

        @page("", roles=ANYONE)
        async def index(self, request: Request) -> Response:
            office = self.office(request)
            found = await in_thread(office.items.all)
            return await self.render(request, "items.html", items=found)

        @page("/save", roles=WRITERS, methods=("POST",))
        async def save(self, request: Request) -> Response:
            form = await self.form(request)
            await in_thread(self.office(request).items.save, self.person(request), …)
            return self.back_with(request, self.say("items.saved"))

What a handler raises is answered here: `Refused` becomes its sentence on the page that the person came from (404 when
they only wanted to look), `CodedError` the sentence of its code, anything else a page without details and a line in the
log. The content security policy allows neither inline scripts nor inline styles: classes go into static/hub.css.
"""

from __future__ import annotations

import functools
import hmac
import logging
import traceback
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from starlette.concurrency import run_in_threadpool as in_thread
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette_admin import CustomView, route
from starlette_admin.flash import flash, get_flashed_messages

from domain.errors import CodedError
from hub import audit
from hub.audit import Event
from hub.office import Office
from hub.people import Person
from hub.refusal import Refused
from hub.sessions import Session
from hub.store import utc_now
from hub.web.guards import legible
from hub.workflow import CITY, Role
from phrases import Phrases

log = logging.getLogger(__name__)

ANYONE = frozenset(Role)
"""Everybody who is logged in and has a role at all."""

WRITERS = frozenset({Role.EDITOR, Role.COLLECTOR})
REVIEWERS = frozenset({Role.DEPARTMENT_REVIEWER, Role.CITY_REVIEWER})
PUBLISHERS = frozenset({Role.PUBLISHER})
OPERATORS = frozenset({Role.OPERATOR})
AUDITORS = frozenset({Role.AUDITOR})

SAFE_METHODS = frozenset({"GET", "HEAD"})

SEAL = "seal"
"""Form field with what the session's forms carry (`Session.csrf`), beside the shell's own token; `csrf_input` writes
both."""

LONGEST_NOTE = 400
"""Characters of a message that travels in a cookie to the next page."""


def item_path(key: str) -> str:
    """Address of an item's own page: ``/items/guide/ga-001``."""
    return f"/items/{quote(key)}"


def page_number(text: str) -> int:
    """The number of a page in an address, from 1; 1 for what is none."""
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 6 else 1


Handler = Callable[[Any, Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Declared:
    """One route of a view: its whole path, its methods and who may call it."""

    path: str
    methods: tuple[str, ...]
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class Frame:
    """What surrounds every page: person, department, the release that is out, what waits in the side bar."""

    person: Person
    department: str
    city: str
    demo: bool
    revision: int | None
    published_at: Any
    counts: Mapping[str, int]


def page(
    path: str, *, roles: Collection[Role], methods: tuple[str, ...] = ("GET",), name: str | None = None
) -> Callable[[Handler], Handler]:
    """Makes a method of a view the handler of `path` (below the view's own) for people who hold one of `roles`."""

    def wrap(handler: Handler) -> Handler:
        @functools.wraps(handler)
        async def guarded(self: HubView, request: Request) -> Response:
            return await self._guarded(request, handler, frozenset(roles))

        guarded.declared = (path, methods, frozenset(roles))  # type: ignore[attr-defined]
        routed: Handler = route(path, list(methods), name)(guarded)
        return routed

    return wrap


class HubView(CustomView):
    """A page of the hub. `key`: its name in paths and phrases (``page.<key>``); `group`: of the side bar
    (``nav.<group>``: content, release, street, books); `icon`: classes of Font Awesome.
    """

    key: str = ""
    group: str = ""

    def __init__(self, office: Office) -> None:
        self._office = office
        self.say = Phrases(domain="hub")
        super().__init__(
            menu_label=self.say(f"page.{self.key or 'front'}"),
            icon=self.icon,
            path=f"/{self.key}",
            route_name=self.key or "index",
            add_to_menu=bool(self.group),
        )

    # For pages

    def office(self, request: Request) -> Office:
        """Everything that the hub can do. It blocks: call it through `in_thread`."""
        return self._office

    def person(self, request: Request) -> Person:
        """Who is logged in."""
        session: Session = request.state.session
        return session.person

    def require(self, request: Request, roles: Collection[Role]) -> Person:
        """The person, who must hold one of `roles`. Raises 403, which the person reads as a page."""
        person = self.person(request)
        if not person.roles & frozenset(roles):
            raise HTTPException(403, self.say("web.not_for_you", roles=self._named(roles)))
        return person

    async def form(self, request: Request) -> FormData:
        """What was posted."""
        return await request.form()

    def text(self, form: FormData, name: str) -> str:
        """A text field, empty when it is not there; line ends as in Unix."""
        value = form.get(name)
        return value.replace("\r\n", "\n").strip() if isinstance(value, str) else ""

    def number(self, form: FormData, name: str) -> int:
        """A whole number that the page itself put into the form. Raises 400."""
        try:
            return int(self.text(form, name))
        except ValueError:
            raise HTTPException(400, self.say("web.form_unfit")) from None

    async def render(self, request: Request, template: str, status: int = 200, **context: Any) -> Response:
        """The page, inside the shell; `person`, `frame`, `say`, `view` are there for the template."""

        def surrounding() -> Frame:
            with self._office.store.one_page():
                return self._frame(request)

        frame = await in_thread(surrounding)
        assert self.templates is not None
        known: dict[str, Any] = {
            "title": self.say(f"page.{self.key}"),
            "flashed_messages": get_flashed_messages(request),
            "view": self,
            "frame": frame,
            "person": self.person(request),
            "say": self.say,
        }
        return self.templates.TemplateResponse(
            request=request, name=template, context=known | context, status_code=status
        )

    def back_with(self, request: Request, message: str, to: str | None = None, *, kind: str = "success") -> Response:
        """Goes on to `to` (else the page that the person came from), where `message` stands.

        `kind`: success, info, warning or error, which is its colour and shape.
        """
        if message:
            flash(request, message[:LONGEST_NOTE], kind)
        return RedirectResponse(to or self._came_from(request), status_code=303)

    def told(self, refused: Refused) -> str:
        """The sentence of a refusal with the first of its details."""
        lines = [refused.sentence(self.say), *refused.details[:3]]
        return "　".join(lines)

    def department(self, id: str) -> str:
        """The name of a department, for a template. Blocks."""
        if id == CITY:
            return self.say("department.city")
        return dict(self._office.people.departments()).get(id, id)

    def count(self, person: Person) -> int:
        """How many things wait for the person here; the side bar shows it. Blocks."""
        return 0

    # For the shell

    def is_accessible(self, request: Request) -> bool:
        # Each handler checks its own roles; here only that somebody is logged in.
        return getattr(request.state, "session", None) is not None

    def is_active(self, request: Request) -> bool:
        path = str(request.scope["path"])
        return path == self.path or path.startswith(f"{self.path}/")

    def shown_to(self, person: Person) -> bool:
        """Whether the side bar shows it to the person."""
        return self.add_to_menu and bool(person.roles & self._index_roles())

    @classmethod
    def declared(cls) -> Iterator[Declared]:
        """Every route of this class that says who may call it."""
        for name in dir(cls):
            found = getattr(getattr(cls, name, None), "declared", None)
            if isinstance(found, tuple):
                path, methods, roles = found
                yield Declared(f"/{cls.key}".rstrip("/") + path or "/", methods, roles)

    def _index_roles(self) -> frozenset[Role]:
        own = [one.roles for one in self.declared() if one.path == self.path and "GET" in one.methods]
        return own[0] if own else frozenset()

    async def _guarded(self, request: Request, handler: Handler, roles: frozenset[Role]) -> Response:
        session: Session = request.state.session
        looking = request.method in SAFE_METHODS
        if not looking:
            form = await request.form()
            if not legible(form):
                raise HTTPException(400, self.say("web.odd_characters"))
            sealed = form.get(SEAL)
            if not isinstance(sealed, str) or not hmac.compare_digest(sealed.encode(), session.csrf.encode()):
                raise HTTPException(403, self.say("web.form_stale"))
        if not session.person.roles & roles:
            if not looking:
                await in_thread(self._tell_refused, session.person, request)
            raise HTTPException(403, self.say("web.not_for_you", roles=self._named(roles)))
        try:
            return await handler(self, request)
        except HTTPException:
            raise
        except Refused as refused:
            if looking:
                raise HTTPException(404, self.told(refused)) from None
            return self.back_with(request, self.told(refused), kind="error")
        except CodedError as error:
            log.warning("%s %s: %s", request.method, self.path, error.code.value)
            sentence = self.fault(error)
            if looking:
                raise HTTPException(500, sentence) from None
            return self.back_with(request, sentence, kind="error")
        except Exception as error:
            # What a driver says may hold the row that it was writing: the kind and the place have to do.
            places = "".join(traceback.format_tb(error.__traceback__))
            log.error("%s %s: %s\n%s", request.method, self.path, type(error).__name__, places)
            raise HTTPException(500, self.say("web.fault")) from None

    def fault(self, error: CodedError) -> str:
        """The sentence of a coded error, with its code."""
        key = f"fault.{error.code.value}"
        return self.say(key if self.say.has(key) else "fault.other", code=error.code.value)

    def _tell_refused(self, person: Person, request: Request) -> None:
        told = Event(person.id, "web.refused", f"page{request.url.path}"[:200], done=False)
        self._office.store.run_tx(lambda connection: audit.append(connection, utc_now(), told))

    def _named(self, roles: Collection[Role]) -> str:
        return "、".join(self.say(f"role.{role.value}") for role in Role if role in roles)

    def _came_from(self, request: Request) -> str:
        came = urlsplit(request.headers.get("referer", ""))
        if came.netloc != request.headers.get("host", "") or not came.path.startswith("/"):
            return self.path
        return came.path + (f"?{came.query}" if came.query else "")

    def _frame(self, request: Request) -> Frame:
        person = self.person(request)
        release = self._office.releases.latest()
        assert self._admin is not None
        counts = {
            view.key: view.count(person)
            for view in self._admin._views
            if isinstance(view, HubView) and view.shown_to(person)
        }
        return Frame(
            person=person,
            department=self.department(person.department),
            city=self.say("web.city"),
            demo=self._office.settings.demo,
            revision=release.revision if release else None,
            published_at=release.published_at if release else None,
            counts=counts,
        )


__all__ = [
    "ANYONE",
    "AUDITORS",
    "OPERATORS",
    "PUBLISHERS",
    "REVIEWERS",
    "WRITERS",
    "Declared",
    "Frame",
    "HubView",
    "in_thread",
    "item_path",
    "page",
    "page_number",
]
