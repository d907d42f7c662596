"""The control page: the paper that came out, and a button for every fault.

JSON over HTTP, on the loopback interface only:

=====================  ===============================================================================================
GET /state             the printer's state, the faults there are, what happened lately
GET /papers            what lies in the tray, newest first
GET /paper/N.png       sheet N at one dot a pixel
GET /strip.png         what hangs in the machine uncut
POST /fault            ``{"name", "at"?, "bytes_per_s"?}`` sets a fault
POST /clear            ``{"name"?}`` takes one back, or all
POST /take             takes the paper away
POST /power            off and on again
=====================  ===============================================================================================

Every POST answers with the new state. 400: the request makes no sense, 404: there is no such thing (any more), 403: the
request names another host than this one, which a page of a foreign site would after rebinding its name.
"""

import json
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit

from workbench.printer.faults import CAPTIONS, DEFAULT_SLOW_RATE, ONCE, PAPER_SIDE
from workbench.printer.machine import Paper
from workbench.printer.network import LOOPBACK, VirtualPrinter

_FILES: Final = {
    "/": ("control.html", "text/html; charset=utf-8"),
    "/control.css": ("control.css", "text/css; charset=utf-8"),
    "/control.js": ("control.js", "text/javascript; charset=utf-8"),
}
_LARGEST_BODY: Final = 4_096


class ControlPage:
    """Serves the control page of one printer from threads of its own; a context manager like the printer."""

    def __init__(self, printer: VirtualPrinter, *, port: int = 0) -> None:
        self._printer = printer
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
        server = self._server = _Server(self._wanted_port, self._printer)
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


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, printer: VirtualPrinter) -> None:
        super().__init__((LOOPBACK, port), _Handler)
        self.printer = printer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that goes away in the middle of an answer is no news; anything else is."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Refused(Exception):
    def __init__(self, status: HTTPStatus, why: str) -> None:
        super().__init__(why)
        self.status = status


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

    def _serve(self, method: Callable[[str], tuple[bytes, str]]) -> None:
        try:
            if urlsplit(f"//{self.headers.get('Host', '')}").hostname not in (LOOPBACK, "localhost"):
                raise _Refused(HTTPStatus.FORBIDDEN, "only for this machine")
            body, kind = method(urlsplit(self.path).path)
            status = HTTPStatus.OK
        except _Refused as refused:
            body, kind, status = _json({"error": str(refused)}), "application/json", refused.status
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

    def _get(self, path: str) -> tuple[bytes, str]:
        printer = self.server.printer
        if path in _FILES:
            name, kind = _FILES[path]
            return (files("workbench.printer") / name).read_bytes(), kind
        if path == "/state":
            return _json(_state(printer)), "application/json"
        if path == "/papers":
            return _json([_summary(paper) for paper in reversed(printer.papers)]), "application/json"
        if path == "/strip.png":
            return printer.strip.png(), "image/png"
        if path.startswith("/paper/") and path.endswith(".png"):
            wanted = path.removeprefix("/paper/").removesuffix(".png")
            for paper in printer.papers:
                if str(paper.number) == wanted:
                    return paper.sheet.png(), "image/png"
        raise _Refused(HTTPStatus.NOT_FOUND, f"there is no {path}")

    def _post(self, path: str) -> tuple[bytes, str]:
        printer, wish = self.server.printer, self._wish()
        try:
            match path:
                case "/fault":
                    printer.fail(
                        wish["name"],
                        at=int(wish.get("at", 0)),
                        bytes_per_s=int(wish.get("bytes_per_s", DEFAULT_SLOW_RATE)),
                    )
                case "/clear":
                    printer.clear(wish.get("name"))
                case "/take":
                    printer.take_paper()
                case "/power":
                    printer.power_cycle()
                case _:
                    raise _Refused(HTTPStatus.NOT_FOUND, f"there is no {path}")
        except (KeyError, TypeError, ValueError) as error:
            raise _Refused(HTTPStatus.BAD_REQUEST, f"{type(error).__name__}: {error}") from error
        return _json(_state(printer)), "application/json"

    def _wish(self) -> dict[str, Any]:
        # A form of a foreign page cannot send this type without asking first, and is not answered when it asks.
        if self.headers.get_content_type() != "application/json":
            raise _Refused(HTTPStatus.BAD_REQUEST, "the body has to be application/json")
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > _LARGEST_BODY:
            raise _Refused(HTTPStatus.BAD_REQUEST, f"the body may have {_LARGEST_BODY} bytes")
        try:
            wish = json.loads(self.rfile.read(int(length)) or b"{}")
        except ValueError as error:
            raise _Refused(HTTPStatus.BAD_REQUEST, f"no JSON: {error}") from error
        if not isinstance(wish, dict):
            raise _Refused(HTTPStatus.BAD_REQUEST, "the body has to be a JSON object")
        return wish


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _state(printer: VirtualPrinter) -> dict[str, Any]:
    kinds = [
        {
            "name": name.value,
            "title": title,
            "hint": hint,
            "side": "paper" if name in PAPER_SIDE else "line",
            "once": name in ONCE,
        }
        for name, (title, hint) in CAPTIONS.items()
    ]
    journal = [{"at": at, "what": what} for at, what in printer.journal]
    return {
        "port": printer.port,
        "model": asdict(printer.model),
        **asdict(printer.state),
        "fault_kinds": kinds,
        "journal": journal,
    }


def _summary(paper: Paper) -> dict[str, Any]:
    sheet = paper.sheet
    return {
        "number": paper.number,
        "at": f"{paper.cut_at:%H:%M:%S}",
        "width": sheet.width,
        "height": sheet.height,
        "mm": round(sheet.length_mm, 1),
        "text": [line.text for line in sheet.text],
        "unknown": len(sheet.unknown),
        "first_unknown": [
            {"offset": note.offset, "what": note.what, "data": note.data.hex(" ")} for note in sheet.unknown[:5]
        ],
        "undrawn": [note.what for note in sheet.undrawn[:20]],
        "url": f"/paper/{paper.number}.png",
    }
