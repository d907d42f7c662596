"""What stands before everything else: how much may be sent, from which pages, and the headers of every answer.

Pure ASGI, so that nothing has been read when they refuse.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
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
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}

KEEP_NOTHING = "no-store"
"""Pages are not kept by browsers: the next person at the same desk sees nothing with the back button."""


class TooLong(Exception):
    """More was sent than may be."""


class BodyLimit:
    """Answers 413 to a request whose body is longer than `limit` bytes, before anybody reads it.

    A length that is told is refused at once; one that is not told is refused when the limit is passed, and what is
    inside then sees the connection end. `larger`: paths that take more, but only from somebody whom `known` knows.
    """

    def __init__(
        self,
        app: ASGIApp,
        limit: int,
        larger: Mapping[str, int] | None = None,
        known: Callable[[Scope], Awaitable[bool]] | None = None,
    ) -> None:
        self._app = app
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
            await self._refuse(limit, scope, receive, send)
            return
        begun = False
        length = 0

        async def counted() -> Message:
            nonlocal length
            message = await receive()
            length += len(message.get("body", b""))
            if length > limit:
                raise TooLong
            return message

        async def noted(message: Message) -> None:
            nonlocal begun
            # Whoever is inside may have caught `TooLong`; its own answer would tell of a fault that there is not.
            if length > limit and not begun:
                raise TooLong
            begun = True
            await send(message)

        try:
            await self._app(scope, counted, noted)
        except BaseException:
            if length <= limit or begun:
                raise
            await self._refuse(limit, scope, receive, send)

    async def _of(self, scope: Scope) -> int:
        larger = self._larger.get(scope["path"])
        if larger is None or self._known is None or not await self._known(scope):
            return self._limit
        return larger

    async def _refuse(self, limit: int, scope: Scope, receive: Receive, send: Send) -> None:
        sentence = self._say("web.too_long", kb=f"{limit // 1024:,}".replace(",", "\u2009"))
        # What was not read cannot be followed by another request on the same connection.
        await PlainTextResponse(sentence, 413, {"connection": "close"})(scope, receive, send)


class SameSite:
    """Answers 403 to a browser that posts from a page of another site, whatever cookies it brings along."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._say = Phrases(domain="hub")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in SAFE:
            headers = Headers(scope=scope)
            if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
                await PlainTextResponse(self._say("web.other_site"), 403)(scope, receive, send)
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
