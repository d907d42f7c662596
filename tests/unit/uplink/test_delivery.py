"""The courier against a hub that answers as it likes: real sockets, the hub's words are made up."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import json
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from domain.errors import Code, SyncError
from uplink.codes import new_code
from uplink.delivery import TRIES, Courier, Outgoing
from uplink.enrolling import enrol
from uplink.identity import Identity, IdentityFolder
from uplink.line import Line
from uplink.messages import ENROL, REPORTS, Answers
from uplink.signing import DEVICE, SIGNATURE, TS, DeviceKey, request_holds

Reply = tuple[int, dict[str, str], bytes]
AT = dt.datetime(2026, 11, 20, 4, 0, tzinfo=dt.UTC)
NEAR = {"number": "2", "name": "样本亭2", "lon": 121.4, "lat": 37.5, "paper": "low", "at": "2026-11-20T03:00:00Z"}


class Hub:
    """Answers each request by `reply`, which is given path, headers and body; notes what was asked."""

    def __init__(self) -> None:
        self.reply: Callable[[str, Any, bytes], Reply] = lambda path, headers, body: (500, {}, b"")
        self.asked: list[tuple[str, dict[str, str], bytes]] = []
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                hub.asked.append((self.path, dict(self.headers), body))
                status, headers, answer = hub.reply(self.path, self.headers, body)
                self.send_response(status)
                for name, value in {**headers, "content-length": str(len(answer))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def hub() -> Iterator[Hub]:
    made = Hub()
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


@pytest.fixture
def folder(hub: Hub, tmp_path: Path) -> IdentityFolder:
    made = IdentityFolder(tmp_path / "uplink")
    DeviceKey.make(made.key_path)
    made.write(Identity("d" * 32, hub.url, "1", "样本亭", "", None, "all", None))
    return made


@pytest.fixture
def waited() -> list[float]:
    return []


@pytest.fixture
def courier(folder: IdentityFolder, waited: list[float]) -> Courier:
    return Courier(folder, wait=waited.append, now=AT.timestamp)


def stored(path: str, headers: Any, body: bytes, **more: Any) -> Reply:
    answers = [{"id": one["id"], "status": "stored"} for one in json.loads(body)["messages"]]
    told = {"answers": answers, "newest": 4, "server_time": "2026-11-20T04:01:30+00:00", **more}
    return 200, {}, json.dumps(told).encode()


def messages(count: int) -> list[Outgoing]:
    return [Outgoing(f"0000000{n}-0000-4000-8000-000000000000", "counters", {"n": n}) for n in range(count)]


def test_a_request_is_signed_and_its_answer_comes_back(hub: Hub, courier: Courier, folder: IdentityFolder) -> None:
    hub.reply = lambda *asked: stored(*asked, neighbours=[NEAR], sealing="ab" * 32)
    found = courier.deliver(messages(2))
    assert list(found.fates.values()) == ["stored", "stored"]
    assert (found.newest, found.drift_s, found.neighbours[0]["name"]) == (4, 90, "样本亭2")
    ((path, headers, body),) = hub.asked
    assert path == REPORTS and headers[DEVICE] == "d" * 32
    assert request_holds(folder.key().public, "POST", path, headers[TS], headers[SIGNATURE], body)
    assert folder.read().sealing == "ab" * 32


def test_another_ring_is_kept_for_the_next_look_at_the_hub(hub: Hub, courier: Courier, folder: IdentityFolder) -> None:
    before = folder.read()
    hub.reply = lambda *asked: stored(*asked, placement={"ring": "early", "district": "370602"})
    courier.deliver(messages(1))
    assert folder.read() == dataclasses.replace(before, ring="early", district="370602")
    hub.reply = stored
    courier.deliver(messages(1))
    assert folder.read().ring == "early", "a hub that says nothing changes nothing"
    hub.reply = lambda *asked: stored(*asked, placement={"ring": "all"})
    courier.deliver(messages(1))
    assert folder.read() == before


def test_busy_hubs_are_asked_again_and_their_wish_is_kept(hub: Hub, courier: Courier, waited: list[float]) -> None:
    replies = iter([(503, {"Retry-After": "7"}, b""), (429, {"Retry-After": "900"}, b""), (500, {}, b"")])
    hub.reply = lambda *asked: next(replies, None) or stored(*asked)
    assert list(courier.deliver(messages(1)).fates.values()) == ["stored"]
    assert waited[:2] == [7.0, 10.0] and 0 <= waited[2] <= 10
    assert len({body for _, _, body in hub.asked}) == 1, "the same message under the same id"


def test_a_hub_that_stays_away_costs_nothing_but_tries(hub: Hub, courier: Courier) -> None:
    with pytest.raises(SyncError) as error:
        courier.deliver(messages(1))
    assert error.value.code is Code.HUB_OUT_OF_REACH and len(hub.asked) == TRIES
    hub.server.server_close()
    with pytest.raises(SyncError) as gone:
        courier.deliver(messages(1))
    assert gone.value.code is Code.HUB_OUT_OF_REACH


@pytest.mark.parametrize("answer", [b"", b"<html>log in here</html>", b"{}", b"x" * 700_000])
def test_what_does_not_answer_as_a_hub_is_none(hub: Hub, courier: Courier, answer: bytes) -> None:
    hub.reply = lambda *asked: (200, {}, answer)
    with pytest.raises(SyncError) as error:
        courier.deliver(messages(1))
    assert error.value.code is Code.HUB_OUT_OF_REACH


def test_an_answer_that_drips_is_given_up(folder: IdentityFolder) -> None:
    """Each byte comes within the patience for a byte; all of them together do not."""
    ended = threading.Event()

    def drip(listening: socket.socket) -> None:
        line, _ = listening.accept()
        with line:
            line.recv(65536)
            line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            with contextlib.suppress(OSError):
                while not ended.wait(0.01):
                    line.sendall(b" ")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=drip, args=(listening,))
        thread.start()
        line = Line(f"http://127.0.0.1:{listening.getsockname()[1]}", read_s=20.0, whole_s=0.2)
        try:
            with pytest.raises(SyncError) as error:
                line.post(REPORTS, b"{}", Answers)
        finally:
            line.close()
            ended.set()
            thread.join()
    assert error.value.code is Code.HUB_OUT_OF_REACH and "TimeoutError" in error.value.detail


@pytest.mark.parametrize(
    "more",
    [
        {"newest": 10**30},
        {"newest": -1},
        {"neighbours": [{**NEAR, "lon": float("nan")}]},
        {"neighbours": [{**NEAR, "lat": 1e308}]},
    ],
)
def test_numbers_that_no_kiosk_can_keep_are_not_taken(hub: Hub, courier: Courier, more: dict[str, Any]) -> None:
    hub.reply = lambda *asked: stored(*asked, **more)
    with pytest.raises(SyncError) as error:
        courier.deliver(messages(1))
    assert error.value.code is Code.HUB_OUT_OF_REACH


def test_nothing_to_deliver_is_not_asked_about(hub: Hub, courier: Courier) -> None:
    hub.reply = lambda *asked: (400, {}, b"")
    assert courier.deliver([]).fates == {}
    assert hub.asked == []


def test_redirects_are_not_followed(hub: Hub, courier: Courier) -> None:
    hub.reply = lambda *asked: (307, {"Location": f"{hub.url}/elsewhere"}, b"")
    with pytest.raises(SyncError):
        courier.deliver(messages(1))
    assert {path for path, _, _ in hub.asked} == {REPORTS}


def test_a_poisoned_message_is_found_and_the_others_go(hub: Hub, courier: Courier) -> None:
    def reply(path: str, headers: Any, body: bytes) -> Reply:
        if any(one["body"]["n"] == 5 for one in json.loads(body)["messages"]):
            return 400, {}, b'{"error":"unfit"}'
        return stored(path, headers, body)

    hub.reply = reply
    found = courier.deliver(messages(8))
    assert [found.fates[one.id] for one in messages(8)] == ["stored"] * 5 + ["unfit"] + ["stored"] * 2
    assert found.newest == 4


def test_a_revoked_kiosk_is_told_so_once(hub: Hub, courier: Courier) -> None:
    hub.reply = lambda *asked: (401, {}, b'{"error":"unknown"}')
    with pytest.raises(SyncError) as error:
        courier.deliver(messages(2))
    assert error.value.code is Code.NOT_ENROLLED and len(hub.asked) == 1


def test_answers_about_other_messages_do_not_count(hub: Hub, courier: Courier) -> None:
    def reply(path: str, headers: Any, body: bytes) -> Reply:
        status, more, answer = stored(path, headers, body)
        return status, more, answer.replace(b"00000000-", b"99999999-")

    hub.reply = reply
    assert courier.deliver(messages(1)).fates == {}


def test_enrolment_that_is_refused_leaves_the_old_key(hub: Hub, folder: IdentityFolder) -> None:
    before = folder.key().public, folder.read()
    cases = {403: Code.NOT_ENROLLED, 429: Code.NOT_ENROLLED, 500: Code.HUB_OUT_OF_REACH}
    statuses = iter(cases)
    hub.reply = lambda *_: (next(statuses), {}, b"")
    for code in cases.values():
        with pytest.raises(SyncError) as error:
            enrol(folder, new_code(), hub.url)
        assert error.value.code is code
    with pytest.raises(SyncError) as typed:
        enrol(folder, "not a code", hub.url)
    assert typed.value.code is Code.NOT_ENROLLED
    assert (folder.key().public, folder.read()) == before
    assert sorted(path.name for path in folder.path.iterdir()) == ["device.json", "device.key"]
    assert [path for path, _, _ in hub.asked] == [ENROL] * 3


def test_an_identity_that_cannot_be_written_leaves_the_old_key(hub: Hub, folder: IdentityFolder) -> None:
    before = folder.key().public, folder.read()
    told = {
        "device": "e" * 32,
        "number": "2",
        "name": "样本亭2",
        "place": "",
        "district": None,
        "ring": "all",
        "root": None,
        "sealing": None,
        "server_time": "2026-11-20T04:01:30+00:00",
    }
    hub.reply = lambda *_: (200, {}, json.dumps(told).encode())
    (folder.path / ".device.json.new").mkdir()  # nothing can be written there
    with pytest.raises(SyncError) as error:
        enrol(folder, new_code(), hub.url)
    assert error.value.code is Code.KEY_REFUSED
    assert (folder.key().public, folder.read()) == before
    (folder.path / ".device.json.new").rmdir()
    assert enrol(folder, new_code(), hub.url).identity.device == folder.read().device == "e" * 32
    assert folder.key().public != before[0]
    assert sorted(path.name for path in folder.path.iterdir()) == ["device.json", "device.key"]


def test_an_identity_that_cannot_be_read_is_said(folder: IdentityFolder, tmp_path: Path) -> None:
    with pytest.raises(SyncError) as nobody:
        IdentityFolder(tmp_path / "none").read()
    assert nobody.value.code is Code.NOT_ENROLLED
    (folder.path / "device.json").write_text("{}")
    with pytest.raises(SyncError) as broken:
        folder.read()
    assert broken.value.code is Code.KEY_REFUSED
