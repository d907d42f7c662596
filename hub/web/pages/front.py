"""The address of the hub itself: leads to what the person has to do."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hub.web.view import ANYONE, HubView, page


class FrontView(HubView):
    """`/`: goes on to 我的任务."""

    @page("", roles=ANYONE)
    async def index(self, request: Request) -> Response:
        return RedirectResponse("/tasks", status_code=303)
