"""starlette-admin as the shell of the pages: its layout and styles, our login, our sessions, none of its own pages."""

from __future__ import annotations

import functools
import hashlib
import logging
import secrets
from pathlib import Path
from urllib.parse import quote, urlsplit

from markupsafe import Markup
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool as in_thread
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.base import RequestResponseEndpoint
from starlette.requests import Request, cookie_parser
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.templating import Jinja2Templates
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette_admin import BaseAdmin, I18nConfig
from starlette_admin.auth import AdminUser, BaseAuthProvider
from starlette_admin.security.csrf import CSRFMiddleware, csrf_input

from hub import marks
from hub.office import Office
from hub.people import Person
from hub.refusal import Refused
from hub.sessions import Session
from hub.store import utc_now
from hub.web import words
from hub.web.guards import legible
from hub.web.pages.front import FrontView
from hub.web.view import SEAL, HubView
from phrases import Phrases

log = logging.getLogger(__name__)

STATIC = Path(__file__).with_name("static")

OPEN_TO_ALL = ("/login", "/logout", "/static")
"""Paths that need no session. Logging out does nothing without one."""

WEB_KEY = "web_key"
"""Mark that holds what the shell signs its small cookies with: the same for every process and after a restart."""

LOGIN_PATH = "/login"


def cookie_name(office: Office) -> str:
    """The session cookie's name; with the prefix no other host of the same domain can set it."""
    return "__Host-hub" if office.settings.web.secure_cookies else "hub"


def token_of(scope: Scope, office: Office) -> str:
    """The session's token in a request's cookies, or nothing."""
    return cookie_parser(Headers(scope=scope).get("cookie", "")).get(cookie_name(office), "")


async def has_session(scope: Scope, office: Office) -> bool:
    """Whether a request comes from somebody who is logged in."""
    token = token_of(scope, office)
    return bool(token) and await in_thread(office.sessions.session, token) is not None


def web_key(office: Office) -> str:
    """The key of the small cookies, made at the first start."""

    def work(connection: Connection) -> str:
        held = marks.get(connection, WEB_KEY)
        if not held:
            held = secrets.token_urlsafe(32)
            marks.move(connection, WEB_KEY, "", held)
        return held

    return office.store.run_tx(work)


class Gate:
    """Finds the session of a request. Without one a person is led to the login page, and afterwards where they wanted
    to go. What cannot be looked up because the database is away answers 503.
    """

    def __init__(self, app: ASGIApp, office: Office) -> None:
        self._app = app
        self._office = office
        self._say = Phrases(domain="hub")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        path = str(scope["path"])
        if path.startswith("/static/"):
            await self._app(scope, receive, send)
            return
        token = token_of(scope, self._office)
        session: Session | None = None
        if token:
            try:
                session = await in_thread(self._office.sessions.session, token)
            except SQLAlchemyError as error:
                log.error("no session can be looked up: %s", type(error).__name__)
                await PlainTextResponse(self._say("web.database"), 503)(scope, receive, send)
                return
        request.state.session = session
        request.state.is_anonymous = session is None
        if session is not None:
            request.state.admin_user = AdminUser(session.person.name)
        elif path not in OPEN_TO_ALL:
            wanted = path + (f"?{request.url.query}" if request.url.query else "")
            onward = "" if request.method != "GET" or path == "/" else f"?next={quote(wanted, safe='')}"
            await RedirectResponse(LOGIN_PATH + onward, status_code=303)(scope, receive, send)
            return
        await self._app(scope, receive, send)


class Tokens(CSRFMiddleware):
    """The shell's token against forged forms; a refusal is told in words that help."""

    def __init__(self, app: ASGIApp, secret_key: str) -> None:
        super().__init__(app, secret_key)
        self._say = Phrases(domain="hub")

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        response = await super().dispatch(request, call_next)
        if isinstance(response, PlainTextResponse) and response.status_code == 403:
            log.warning("a form without its token: %s", request.url.path)
            return PlainTextResponse(self._say("web.form_stale"), 403)
        return response


class Door(BaseAuthProvider):
    """Logging in and out with the hub's own accounts and sessions."""

    def __init__(self, office: Office) -> None:
        super().__init__(login_path=LOGIN_PATH)
        self._office = office
        self._say = Phrases(domain="hub")
        self._templates: Jinja2Templates | None = None

    async def authenticate(self, request: Request) -> AdminUser | None:
        user = getattr(request.state, "admin_user", None)
        return user if isinstance(user, AdminUser) else None

    def get_middleware(self) -> Middleware:
        return Middleware(Gate, office=self._office)

    def get_routes(self, templates: Jinja2Templates) -> list[Route]:
        self._templates = templates
        return [
            Route(LOGIN_PATH, self._log_in, methods=["GET", "POST"], name="login"),
            Route("/logout", self._log_out, methods=["POST"], name="logout"),
        ]

    async def _log_in(self, request: Request) -> Response:
        onward = _own_path(request.query_params.get("next", ""))
        if request.method == "GET":
            if request.state.session is not None:
                return RedirectResponse(onward, status_code=303)
            return self._page(request)
        form = await request.form()
        if not legible(form):
            return self._page(request, self._say("web.odd_characters"), 400)
        login, password = form.get("login"), form.get("password")
        if not isinstance(login, str) or not isinstance(password, str) or not login.strip() or not password:
            return self._page(request, self._say("login.both_needed"), 400, str(login or ""))
        address = request.client.host if request.client else ""
        try:
            # argon2 takes a quarter of a second and 64 MB: never on the event loop.
            made = await in_thread(self._office.sessions.log_in, login, password, address)
        except Refused as refused:
            status = 429 if refused.reason.value == "too_many_tries" else 401
            return self._page(request, refused.sentence(self._say), status, login)
        if request.state.session is not None:
            await in_thread(self._office.sessions.log_out, token_of(request.scope, self._office))
        response = RedirectResponse(onward, status_code=303)
        response.set_cookie(
            cookie_name(self._office),
            made.token,
            max_age=self._office.settings.session.hours * 3600,
            path="/",
            secure=self._office.settings.web.secure_cookies,
            httponly=True,
            samesite="lax",
        )
        return response

    async def _log_out(self, request: Request) -> Response:
        token = token_of(request.scope, self._office)
        if token:
            await in_thread(self._office.sessions.log_out, token)
        response = RedirectResponse(LOGIN_PATH, status_code=303)
        response.delete_cookie(
            cookie_name(self._office), path="/", secure=self._office.settings.web.secure_cookies, httponly=True
        )
        return response

    def _page(self, request: Request, told: str = "", status: int = 200, login: str = "") -> Response:
        assert self._templates is not None
        return self._templates.TemplateResponse(
            request=request,
            name="login.html",
            context={
                "title": self._say("page.login"),
                "told": told,
                "login": login[:64],
                "demo": self._office.settings.demo,
                "say": self._say,
            },
            status_code=status,
        )


class Shell(BaseAdmin):
    """The admin without its generic pages: only views of our own are there, so nothing goes round the review."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._say = Phrases(domain="hub")
        super().__init__(
            title=self._say("web.title"),
            base_url="",
            route_name="hub",
            templates_dir=str(Path(__file__).with_name("templates")),
            static_dir=str(STATIC),
            index_view=FrontView(office),
            auth_provider=Door(office),
            secret_key=web_key(office),
            i18n_config=I18nConfig(default_locale="zh", language_cookie_name=None, language_header_name=None),
            timezone_config=None,
        )
        env = self.templates.env
        env.globals.update(csrf_input=sealed_input, asset=_asset, now=utc_now)
        env.tests["in_group"] = _in_group
        env.filters.update(
            when=words.when,
            whole=words.whole,
            day=words.day,
            figure=words.figure,
            groups=words.groups,
        )

    def _collect_core_routes(self) -> list[Route]:
        return []  # list, create, edit, import… of generic models: there are none here

    def _init_csrf(self) -> None:
        assert self.secret_key is not None
        self.middlewares.append(Middleware(Tokens, secret_key=self.secret_key))

    async def _render_error(self, request: Request, exc: Exception | None = None) -> Response:
        exc = exc if isinstance(exc, HTTPException) else HTTPException(500)
        session: Session | None = getattr(request.state, "session", None)
        key = f"web.status_{exc.status_code}"
        plain = exc.detail if any("\u4e00" <= character <= "\u9fff" for character in exc.detail) else ""
        sentence = plain or self._say(key if self._say.has(key) else "web.fault")
        return self.templates.TemplateResponse(
            request=request,
            name="error.html",
            context={
                "title": self._say("web.title"),
                "sentence": sentence,
                "status": exc.status_code,
                "person": session.person if session else None,
                "say": self._say,
            },
            status_code=exc.status_code,
            headers=exc.headers,
        )

    @property
    def hub_views(self) -> tuple[HubView, ...]:
        """The pages, in the order of the side bar."""
        return tuple(view for view in (self.index_view, *self._views) if isinstance(view, HubView))


def sealed_input(request: Request) -> Markup:
    """The hidden fields of a form: the shell's token and, once logged in, the session's own."""
    session: Session | None = getattr(request.state, "session", None)
    if session is None:
        return csrf_input(request)
    return csrf_input(request) + Markup('<input type="hidden" name="{}" value="{}">').format(SEAL, session.csrf)


def _own_path(wanted: str) -> str:
    """`wanted` when it is a path of this hub, else the front page."""
    parts = urlsplit(wanted)
    inside = wanted.startswith("/") and not wanted.startswith("//") and "\\" not in wanted
    return wanted if inside and not parts.scheme and not parts.netloc and wanted.isprintable() else "/"


def _in_group(view: object, group: str, person: Person) -> bool:
    """Whether the side bar shows a view to the person, in this group."""
    return isinstance(view, HubView) and view.group == group and view.shown_to(person)


@functools.cache
def _asset(name: str) -> str:
    """The address of a static file, which changes with what is in it."""
    own = STATIC / name
    mark = hashlib.sha256(own.read_bytes()).hexdigest()[:8] if own.is_file() else "1.0.3"
    return f"/static/{name}?v={mark}"
