"""The hub's web application: guards outermost, then the shell with its pages."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence

from fastapi import APIRouter, FastAPI
from starlette.concurrency import run_in_threadpool as in_thread
from starlette.types import Scope

from hub.office import Office
from hub.web.catalogue import refresh_soon
from hub.web.content import PREFIX
from hub.web.guards import BodyLimit, Legible, SafeHeaders, SameSite
from hub.web.pages import VIEWS
from hub.web.shell import Shell, has_session
from hub.web.view import HubView

BODY_LIMIT = 1024 * 1024
"""Bytes of a request; the largest form, a guide with everything in it, has some 100 kB."""

UPLOAD_LIMIT = 32 * 1024 * 1024
"""Bytes of an import, from somebody who is logged in; 7 000 guides as records have some 20 MB."""

UPLOADS = ("/import", "/gaps", "/stick")


def create(
    office: Office,
    *,
    views: Sequence[type[HubView]] = VIEWS,
    routers: Sequence[APIRouter] = (),
    body_limit: int = BODY_LIMIT,
    upload_limit: int = UPLOAD_LIMIT,
) -> FastAPI:
    """The application over an open office, which the caller closes afterwards.

    `routers`: further interfaces (of the kiosks), behind the same guards but without sessions.
    """

    @contextlib.asynccontextmanager
    async def alive(app: FastAPI) -> AsyncIterator[None]:
        building = refresh_soon(office)
        yield
        # The office is closed next, and with it the database that is being read.
        await in_thread(building.join, 30)

    app = FastAPI(title="bianminting hub", docs_url=None, redoc_url=None, openapi_url=None, lifespan=alive)
    for router in routers:
        app.include_router(router)
    shell = Shell(office)
    for view in views:
        shell.add_view(view(office))
    shell.mount_to(app)
    app.state.office = office
    app.state.shell = shell

    async def known(scope: Scope) -> bool:
        return await has_session(scope, office)

    # The last one added is the outermost.
    app.add_middleware(Legible, elsewhere=PREFIX)
    app.add_middleware(SameSite)
    app.add_middleware(BodyLimit, limit=body_limit, larger=dict.fromkeys(UPLOADS, upload_limit), known=known)
    app.add_middleware(SafeHeaders)
    return app
