"""A hub to test with: keys, releases, a clock that can be set, and a web server that can be made to misbehave."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import shutil
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from contentsync import ceremony
from contentsync.keys import KeyFolder
from contentsync.manifest import Approval
from contentsync.publisher import Published, Publisher
from tests.cheap import cheap_keys

Record = dict[str, Any]

NOW = dt.datetime(2026, 12, 1, 8, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
RELEASE = "kept by the publishers"
ROOTS = {1: "kept in drawer one", 2: "kept in drawer two", 3: "kept in drawer three"}
APPROVALS = (Approval("liu", "reviewer", NOW), Approval("chen", "publisher", NOW))


class Time:
    """A clock that stands until it is set."""

    def __init__(self, at: dt.datetime = NOW) -> None:
        self.at = at

    def __call__(self) -> dt.datetime:
        return self.at


def city(guides: int = 40, **said: str) -> list[Record]:
    """A small city; `said` gives guides another summary (by id, `_` for `-`)."""
    records: list[Record] = [{"kind": "org", "id": "org-ga", "name": "公安局"}]
    for number in range(guides):
        id = f"ga-{number:03}"
        records.append(
            {
                "kind": "guide",
                "id": id,
                "name": f"第{number}号证件补领",
                "aliases": [f"证件{number}丢了"],
                "department": "org-ga",
                "audience": ["person"],
                "themes": ["person:095"],
                "summary": said.get(id.replace("-", "_"), f"带身份证到{number}号窗口，当场取。{hard_text(number)}"),
            }
        )
    return records


def hard_text(number: int) -> str:
    """Text that does not shrink much when it is packed, so that a whole catalogue is larger than a change."""
    return "".join(chr(0x4E00 + (number * 7919 + place * 104729) % 20000) for place in range(60))


def lines(records: list[Record]) -> list[bytes]:
    return [json.dumps(record, ensure_ascii=False).encode() + b"\n" for record in records]


class City:
    """A founded hub in `folder`: `public` is what kiosks see."""

    def __init__(self, folder: Path, time: Time) -> None:
        self.folder = folder
        self.public = folder / "public"
        self.keys = KeyFolder(folder / "keys")
        self.time = time
        self.publisher = Publisher(self.public, self.keys, time)

    @classmethod
    def found(cls, folder: Path, time: Time) -> City:
        hub = cls(folder, time)
        with cheap_keys():
            ceremony.found(hub.public, hub.keys, ROOTS, RELEASE, time())
        return hub

    def copy(self, folder: Path, time: Time) -> City:
        shutil.copytree(self.folder, folder)
        return City(folder, time)

    @property
    def root(self) -> bytes:
        """What kiosks are enrolled with."""
        return (self.public / "metadata" / "1.root.json").read_bytes()

    def release(self, records: list[Record], **options: Any) -> Published:
        return self.publisher.publish(
            lines(records), approvals=APPROVALS, made_at=self.time(), passphrase=RELEASE, **options
        )

    def renew(self, **options: Any) -> int:
        signers = {self.keys.root(number).path: ROOTS[number] for number in (1, 3)}
        return ceremony.renew(self.public, self.keys, signers, self.time(), release=RELEASE, **options)

    def whole(self, revision: int) -> Path:
        (found,) = (self.public / "targets" / "catalogue").glob(f"*.full-{revision}.zst")
        return found

    def step(self, revision: int) -> Path:
        (found,) = (self.public / "targets" / "catalogue").glob(f"*.delta-{revision - 1}-{revision}.zst")
        return found


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        server = self.server
        asked = self.headers.get("Range", "")
        server.asked.append((self.path, asked))
        if server.trick is not None and server.trick(self):
            return
        path = server.folder / self.path.lstrip("/")
        if not path.is_file():
            self.answer(404)
            return
        data = path.read_bytes()
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
        if start and start >= len(data):
            self.answer(416)
            return
        headers = {"Content-Range": f"bytes {start}-{len(data) - 1}/{len(data)}"} if asked else {}
        self.answer(206 if asked else 200, data[start:], headers)

    def answer(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        cut = self.server.cut_after
        if cut is not None and len(body) > cut:
            self.wfile.write(body[:cut])
            self.close_connection = True
            self.server.sent += cut
            return
        self.wfile.write(body)
        self.server.sent += len(body)

    def date_time_string(self, timestamp: float | None = None) -> str:
        return self.server.time().strftime("%a, %d %b %Y %H:%M:%S GMT")

    def log_message(self, format: str, *args: Any) -> None:
        pass


class Server(ThreadingHTTPServer):
    """Serves `folder`. `trick` may answer in its place (True: it did); bodies longer than `cut_after` break off there;
    `asked` has (path, range) of every request, `sent` the bytes of all bodies.
    """

    daemon_threads = True

    def __init__(self, folder: Path, time: Time) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.folder = folder
        self.time = time
        self.trick: Callable[[Handler], bool] | None = None
        self.cut_after: int | None = None
        self.asked: list[tuple[str, str]] = []
        self.sent = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up on a trick is what tests want."""


@contextlib.contextmanager
def serving(folder: Path, time: Time) -> Iterator[Server]:
    with Server(folder, time) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
