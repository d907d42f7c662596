"""What stands before everything else: how much may be sent, from which pages, in which characters, and the headers of
every answer.

Pure ASGI, so that nothing has been read when they refuse.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import FormData, Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from phrases import Phrases

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""Nothing from elsewhere, nothing inline."""

HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=()",
}

KEEP_NOTHING = "no-store"
"""Pages are not kept by browsers: the next person at the same desk sees nothing with the back button."""


PATIENCE_S = 20.0
"""Seconds that nothing may come of a body that is not at its end."""

GRACE_S = 30.0
SLOWEST = 2048
"""Bytes a second, after the grace: what comes more slowly holds a connection and nothing else."""


class Unread(Exception):
    """What is being sent is not read any further; `status`: 413 too long, 408 too slow."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


class BodyLimit:
    """Answers 413 to a request whose body is longer than `limit` bytes, before anybody reads it, and 408 to one that
    comes in drops.

    A length that is told is refused at once; one that is not told is refused when the limit is passed, and what is
    inside then sees the connection end. `larger`: paths that take more, but only from somebody whom `known` knows.
    `patience`: seconds for the next piece; `grace`: seconds after which `SLOWEST` holds.
    """

    def __init__(
        self,
        app: ASGIApp,
        limit: int,
        larger: Mapping[str, int] | None = None,
        known: Callable[[Scope], Awaitable[bool]] | None = None,
        patience: float = PATIENCE_S,
        grace: float = GRACE_S,
    ) -> None:
        self._app = app
        self._patience = patience
        self._grace = grace
        self._limit = limit
        self._larger = dict(larger or {})
        self._known = known
        self._say = Phrases(domain="hub")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in SAFE:
            await self._app(scope, receive, send)
            return
        limit = await self._of(scope)
        told = Headers(scope=scope).get("content-length", "")
        if told.isascii() and told.isdigit() and int(told) > limit:
            await self._refuse(413, limit, scope, receive, send)
            return
        begun = whole = False
        length = 0
        unread: Unread | None = None
        since = time.monotonic()

        def stop(status: int) -> Unread:
            nonlocal unread
            unread = Unread(status)
            return unread

        async def counted() -> Message:
            nonlocal length, whole
            if whole:
                return await receive()  # waits for the other side to hang up, as long as that takes
            if unread is not None:
                raise unread
            try:
                message = await asyncio.wait_for(receive(), self._patience)
            except TimeoutError:
                raise stop(408) from None
            length += len(message.get("body", b""))
            whole = message["type"] != "http.request" or not message.get("more_body", False)
            if length > limit:
                raise stop(413)
            took = time.monotonic() - since
            if not whole and took > self._grace and length < took * SLOWEST:
                raise stop(408)
            return message

        async def noted(message: Message) -> None:
            nonlocal begun
            # Whoever is inside may have caught `Unread`; its own answer would tell of a fault that there is not.
            if unread is not None and not begun:
                raise unread
            begun = True
            await send(message)

        try:
            await self._app(scope, counted, noted)
        except BaseException:
            if unread is None or begun:
                raise
            await self._refuse(unread.status, limit, scope, receive, send)

    async def _of(self, scope: Scope) -> int:
        larger = self._larger.get(scope["path"])
        if larger is None or self._known is None or not await self._known(scope):
            return self._limit
        return larger

    async def _refuse(self, status: int, limit: int, scope: Scope, receive: Receive, send: Send) -> None:
        if status == 408:
            sentence = self._say("web.too_slow")
        else:
            sentence = self._say("web.too_long", kb=f"{limit // 1024:,}".replace(",", "\u2009"))
        # What was not read cannot be followed by another request on the same connection.
        await PlainTextResponse(sentence, status, {"connection": "close"})(scope, receive, send)


class SameSite:
    """Answers 403 to a browser that posts from a page of another site, whatever cookies it brings along.

    Two headers tell, neither of which a page can set: `Sec-Fetch-Site`, and `Origin` for browsers and addresses without
    it. Programs, kiosks among them, send neither.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._say = Phrases(domain="hub")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in SAFE:
            headers = Headers(scope=scope)
            site, origin = headers.get("sec-fetch-site", "same-origin"), headers.get("origin")
            kind = headers.get("content-type", "").lower()
            if kind.startswith("multipart/") and "boundary=" not in kind:
                # Nobody inside could tell where its parts end.
                await PlainTextResponse(self._say("web.form_stale"), 400)(scope, receive, send)
                return
            if site not in ("same-origin", "none") or not _own(origin, headers.get("host", "")):
                await PlainTextResponse(self._say("web.other_site"), 403)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _own(origin: str | None, host: str) -> bool:
    """Whether `origin` is of `host`, as the proxy passes it on; None: nothing was said."""
    if origin is None:
        return True
    try:
        return bool(host) and urlsplit(origin).netloc.lower() == host.lower()
    except ValueError:
        return False


_UNHELD = re.compile("[\0\ud800-\udfff]")
"""NUL, which PostgreSQL has no place for, and half characters, which are not to be written in UTF-8."""

_CHARSET = re.compile(r";\s*charset\s*=\s*\"?([^\s;\"]*)")


def legible(form: FormData) -> bool:
    """Whether every field of a form, and the name of every file, can be kept as text."""
    for name, value in form.multi_items():
        text = value if isinstance(value, str) else value.filename or ""
        if _UNHELD.search(name) or _UNHELD.search(text):
            return False
    return True


class Legible:
    """Answers 400 to an address with a NUL in it, and to a form in another encoding than UTF-8, which may bring half
    characters. What stands in a form's fields is looked at by `legible` where the form is read. `elsewhere`: where the
    paths begin that look after themselves: a folder of files has its own way of saying that there is nothing.
    """

    def __init__(self, app: ASGIApp, elsewhere: str) -> None:
        self._app = app
        self._elsewhere = elsewhere
        self._say = Phrases(domain="hub")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope["path"].startswith(self._elsewhere):
            query = scope["query_string"]
            charset = _CHARSET.search(Headers(scope=scope).get("content-type", "").lower())
            foreign = charset is not None and charset[1] not in ("utf-8", "utf8", "us-ascii")
            if "\0" in scope["path"] or b"%00" in query or b"\0" in query or foreign:
                await PlainTextResponse(self._say("web.odd_characters"), 400)(scope, receive, send)
                return
        await self._app(scope, receive, send)


class SafeHeaders:
    """Puts the headers on every answer that an inner part has not set itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        kept = scope["path"].startswith("/static/")

        async def headed(message: Any) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "max-age=86400" if kept else KEEP_NOTHING)
            await send(message)

        await self._app(scope, receive, headed)
