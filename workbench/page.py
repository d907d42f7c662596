"""A control page on loopback: files of a package, and JSON over HTTP. The frame that every machine here puts its own
into.

Answers of 400: the request makes no sense, 403: it names another host than this one, which a page of a foreign site
would after rebinding its name, 404: there is no such thing (any more).
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from types import TracebackType
from typing import Any, Final, Protocol, Self
from urllib.parse import urlsplit

LOOPBACK: Final = "127.0.0.1"
_KINDS: Final = {"html": "text/html", "css": "text/css", "js": "text/javascript"}
_LARGEST_BODY: Final = 4_096

Answer = tuple[bytes, str]
"""A body and its content type."""


class Refused(Exception):
    """The request is answered with `status` and the text."""

    def __init__(self, status: HTTPStatus, why: str) -> None:
        super().__init__(why)
        self.status = status


class Desk(Protocol):
    """What a page is about. Both raise `Refused`; `KeyError`, `TypeError` and `ValueError` of `post` mean 400."""

    def get(self, path: str) -> Answer | None:
        """None: there is no such thing here."""

    def post(self, path: str, wish: dict[str, Any]) -> object:
        """Gives what is answered as JSON, None: there is no such thing here."""


class Page:
    """Serves one page from threads of its own; a context manager. `package` has control.html, .css and .js."""

    def __init__(self, desk: Desk, package: str, *, port: int = 0) -> None:
        self._desk = desk
        self._package = package
        self._wanted_port = port
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Opens the port; OSError when it is taken."""
        server = self._server = _Server(self._wanted_port, self._desk, self._package)
        # The interval is how long close() may take at most.
        self._thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="control page", daemon=True)
        self._thread.start()

    def close(self) -> None:
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()

    @property
    def port(self) -> int:
        if self._server is None:
            raise RuntimeError("the control page has not been started")
        return self._server.server_port

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}/"


def as_json(value: object) -> Answer:
    """`value` as the body of an answer."""
    return json.dumps(value, ensure_ascii=False).encode(), "application/json"


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, desk: Desk, package: str) -> None:
        super().__init__((LOOPBACK, port), _Handler)
        self.desk = desk
        self.package = package

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that goes away in the middle of an answer is no news; anything else is."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = 10
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._serve(self._get)

    def do_POST(self) -> None:
        self._serve(self._post)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: the page asks for the state every second."""

    def _serve(self, method: Callable[[str], Answer]) -> None:
        try:
            if urlsplit(f"//{self.headers.get('Host', '')}").hostname not in (LOOPBACK, "localhost"):
                raise Refused(HTTPStatus.FORBIDDEN, "only for this machine")
            (body, kind), status = method(urlsplit(self.path).path), HTTPStatus.OK
        except Refused as refused:
            (body, kind), status = as_json({"error": str(refused)}), refused.status
            self.close_connection = True  # a body may have been left unread
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Security-Policy", "default-src 'self'")
        self.send_header("X-Content-Type-Options", "nosniff")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def _get(self, path: str) -> Answer:
        stem, _, suffix = path.removeprefix("/").partition(".")
        if path == "/" or (stem == "control" and suffix in ("css", "js")):
            suffix = suffix or "html"
            return (files(self.server.package) / f"control.{suffix}").read_bytes(), f"{_KINDS[suffix]}; charset=utf-8"
        answer = self.server.desk.get(path)
        if answer is None:
            raise Refused(HTTPStatus.NOT_FOUND, f"there is no {path}")
        return answer

    def _post(self, path: str) -> Answer:
        wish = self._wish()
        try:
            answer = self.server.desk.post(path, wish)
        except (KeyError, TypeError, ValueError) as error:
            raise Refused(HTTPStatus.BAD_REQUEST, f"{type(error).__name__}: {error}") from error
        if answer is None:
            raise Refused(HTTPStatus.NOT_FOUND, f"there is no {path}")
        return as_json(answer)

    def _wish(self) -> dict[str, Any]:
        # A form of a foreign page cannot send this type without asking first, and is not answered when it asks.
        if self.headers.get_content_type() != "application/json":
            raise Refused(HTTPStatus.BAD_REQUEST, "the body has to be application/json")
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > _LARGEST_BODY:
            raise Refused(HTTPStatus.BAD_REQUEST, f"the body may have {_LARGEST_BODY} bytes")
        try:
            wish = json.loads(self.rfile.read(int(length)) or b"{}")
        except ValueError as error:
            raise Refused(HTTPStatus.BAD_REQUEST, f"no JSON: {error}") from error
        if not isinstance(wish, dict):
            raise Refused(HTTPStatus.BAD_REQUEST, "the body has to be a JSON object")
        return wish
