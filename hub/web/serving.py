"""The web server of the hub: one uvicorn in one process."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator

import uvicorn

from hub.office import Office
from hub.web import content, kiosk_api
from hub.web.app import create

GOODBYE_S = 20
"""Seconds for what is being answered when the end is asked for; a kiosk whose line hangs would take for ever."""


class _Server(uvicorn.Server):
    """Says that it serves once it does."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()


def serve(office: Office, ready: Callable[[str], None]) -> None:
    """Serves until SIGINT (raises KeyboardInterrupt) or SIGTERM (raises SystemExit 0), each after what was being
    answered is answered; `ready` is told the address once it does. Raises OSError, with the address as its file name,
    when the port cannot be had.
    """
    web = office.settings.web
    with _ending_in_order(), _listening(web.host, web.port) as listening:
        app = create(office, routers=[content.router(office.home.public), kiosk_api.router(office)])
        host, port = listening.getsockname()[:2]
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GOODBYE_S,
            proxy_headers=bool(web.proxies),
            forwarded_allow_ips=[one.strip() for one in web.proxies.split(",")],
        )
        office.upkeep.start()
        try:
            _Server(config, lambda: ready(f"http://{host}:{port}")).run(sockets=[listening])
        finally:
            office.upkeep.close()


def _listening(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port))
    except OSError as error:
        raise OSError(error.errno, os.strerror(error.errno or 0), f"{host}:{port}") from error


@contextlib.contextmanager
def _ending_in_order() -> Iterator[None]:
    """SIGTERM unwinds, so that the office is closed. When uvicorn has come to its end it sends itself once more what it
    was ended by, and by itself that would be death on the spot.
    """
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
