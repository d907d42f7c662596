"""A kiosk's two halves and a hub on loopback: what is sent arrives once each, whatever is lost or killed on the way."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import json
import os
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from sqlalchemy import select
from starlette.types import ASGIApp, Receive, Scope, Send

from hub.device import Site
from hub.home import HubHome
from hub.office import Office
from hub.settings import HubSettings, UplinkSettings
from hub.tables import device_counters, device_health, device_reports, stray_corrections
from hub.web.kiosk_api import router
from kiosk.delivering import Dispatch
from kiosk.home import Home
from kiosk.sync_commands import enrol
from localdb.device.store import DeviceStore
from tests.mortal import Mortal
from uplink.delivery import Courier
from uplink.identity import IdentityFolder
from uplink.messages import REPORTS, Placement

PATIENCE_S = 40.0
CORRECTIONS = 120


class LosingAnswers:
    """Loses the share `lost` of the answers to reports, after the hub has done what was asked."""

    def __init__(self, app: ASGIApp, lost: float, seed: int) -> None:
        self._app = app
        self._chance = random.Random(seed)
        self.lost = lost
        self.asked = self.gone = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != REPORTS:
            await self._app(scope, receive, send)
            return
        self.asked += 1
        if self._chance.random() >= self.lost:
            await self._app(scope, receive, send)
            return
        self.gone += 1

        async def nowhere(message: object) -> None:
            """What the hub says is lost."""

        await self._app(scope, receive, nowhere)
        await send({"type": "http.response.start", "status": 503, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})


@dataclasses.dataclass
class Hub:
    url: str
    office: Office
    line: LosingAnswers

    def code(self, number: str = "1") -> str:
        return self.office.enrolling.issue(Site(number, "样本亭")).code


class _Threaded(uvicorn.Server):
    def install_signal_handlers(self) -> None:
        return


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    settings = HubSettings(profile="demo", uplink=UplinkSettings(requests_per_minute=10_000))
    with Office.open(settings, HubHome(tmp_path / "hub")) as office:
        app = FastAPI()
        app.include_router(router(office))
        line = LosingAnswers(app, 0.0, 20261122)
        server = _Threaded(uvicorn.Config(line, host="127.0.0.1", port=0, log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run)
        thread.start()
        until("the hub", lambda: server.started)
        (listening,) = server.servers[0].sockets
        yield Hub(f"http://127.0.0.1:{listening.getsockname()[1]}", office, line)
        server.should_exit = True
        thread.join(20)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "kiosk")
    made.prepare()
    return made


def until(what: str, true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.02)  # what happens does so in other threads and processes


def fill(store: DeviceStore, series: int = 0) -> None:
    """Corrections that no other series has, and counts of the one day."""
    day = dt.date(2026, 11, 20).isoformat()
    for number in range(series * CORRECTIONS, (series + 1) * CORRECTIONS):
        body = {"item": f"mz-{number:03}", "revision": 1, "field": "phone", "day": day}
        assert store.put_message("correction", json.dumps(body))
    for sessions in (1, 2, 3):
        store.put_message("counters", json.dumps({"day": day, "sessions": sessions}), f"counters/{day}")


class Carrier:
    """What `kiosk.reporting` does with a batch, without its clock: hands over, notes the answer."""

    def __init__(self, store: DeviceStore, folder: IdentityFolder) -> None:
        self._answered = threading.Event()
        self._store = store
        courier = Courier(folder, wait=lambda seconds: None, first_wait_s=0.001)
        self._dispatch = Dispatch(courier, self._hear)
        self._ids: set[str] = set()

    def once(self) -> bool:
        """Whether there was anything to send."""
        due = self._store.due_messages(50, 40_000)
        if not due:
            return False
        self._ids = {one.id for one in due}
        self._answered.clear()
        messages = [{"id": one.id, "kind": one.kind, "body": json.loads(one.body)} for one in due]
        self._dispatch.send(json.dumps({"batch": 1, "messages": messages}))
        assert self._answered.wait(PATIENCE_S)
        return True

    def _hear(self, said: dict[str, object]) -> None:
        fates = said.get("fates") or {}
        assert isinstance(fates, dict)
        self._store.settle_messages(fates)
        if said["event"] == "sent":
            self._store.hasten_messages()
        self._answered.set()


def test_most_answers_lost_and_nothing_else(hub: Hub, home: Home) -> None:
    enrol(home, hub.code(), hub.url)
    hub.line.lost = 0.6
    with DeviceStore(home.device_db) as store:
        fill(store)
        carrier = Carrier(store, IdentityFolder(home.uplink))
        while carrier.once():
            pass
        assert (store.outbox().waiting, store.outbox().dead) == (0, 0)
    assert hub.line.gone > 0 and hub.line.asked > hub.line.gone
    everything_once(hub)


def everything_once(hub: Hub, series: int = 1) -> None:
    said_of = series * CORRECTIONS

    def look(connection: object) -> None:
        said = connection.execute(select(stray_corrections.c.item, stray_corrections.c.times)).all()  # type: ignore[attr-defined]
        assert sorted(said) == sorted((f"guide/mz-{number:03}", 1) for number in range(said_of))
        assert [json.loads(row.counts) for row in connection.execute(select(device_counters))] == [{"sessions": 3}]  # type: ignore[attr-defined]
        kinds = [row.kind for row in connection.execute(select(device_reports))]  # type: ignore[attr-defined]
        assert (kinds.count("correction"), kinds.count("counters"), len(kinds)) == (said_of, series, said_of + series)

    hub.office.store.read(look)


SENDING = """
from pathlib import Path
from kiosk.home import Home
from localdb.device.store import DeviceStore
from uplink.identity import IdentityFolder
from tests.integration.test_uplink import Carrier

def work(begun, folder):
    home = Home(Path(folder))
    carrier = Carrier(DeviceStore(home.device_db), IdentityFolder(home.uplink))
    begun()
    while carrier.once():
        pass
"""

KILLS = 20
SOAK = 200


def test_killed_in_the_middle_again_and_again(hub: Hub, home: Home) -> None:
    killed_while_sending(hub, home, range(KILLS))


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_killed_in_the_middle_two_hundred_times(hub: Hub, home: Home) -> None:
    """Begins where it was broken off with `SOAK_FROM`."""
    killed_while_sending(hub, home, range(int(os.environ.get("SOAK_FROM", "0")), SOAK))


def killed_while_sending(hub: Hub, home: Home, kills: range) -> None:
    """A sender is killed so many times while the line loses answers; what waits is filled up whenever all was sent."""
    enrol(home, hub.code(), hub.url)
    hub.line.lost = 0.4
    series = 0
    with Mortal(SENDING) as mortal:

        def refill() -> int:
            with DeviceStore(home.device_db) as store:
                if not store.outbox().waiting:
                    fill(store, series)
                    return series + 1
            return series

        series = refill()
        whole = mortal.run([str(home.root)])
        assert whole.status == 0
        for number in kills:
            chance, ended = random.Random(number), None
            while ended is None or not ended.killed:
                series = refill()
                ended = mortal.run([str(home.root)], chance.uniform(0, whole.took))
                assert ended.killed or ended.status == 0
            if len(kills) > KILLS:
                print(f"{number + 1} of {kills.stop}", flush=True)
        assert mortal.run([str(home.root)]).status == 0
    with DeviceStore(home.device_db) as store:
        assert (store.outbox().waiting, store.outbox().dead) == (0, 0)
    everything_once(hub, series)


KIOSK = """
profile = "demo"
[place]
name = "样本亭"
number = "1"
lat = 37.536
lon = 121.403
[card]
enabled = false
[input]
handwriting = "off"
[report]
every_s = 1
"""


def test_a_whole_kiosk_reports_how_it_is(hub: Hub, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    from domain.events import Event
    from kiosk.settings import load
    from kiosk.wiring import open_rooms

    monkeypatch.setenv("BIANMINTING_HOME", str(home.root))
    home.config.write_text(KIOSK, "utf-8")
    enrol(home, hub.code(), hub.url)
    identity = IdentityFolder(home.uplink)
    assert identity.key_path.stat().st_mode & 0o777 == 0o600
    events: list[Event] = []
    with open_rooms(load(home.config), home, events.append) as rooms:
        reports = rooms.tools.reports
        assert reports is not None
        until("the hub", lambda: reports.ready)
        reports.visit_began()
        message = reports.correct("mz-001", 3, "place")
        until("the correction", lambda: reports.arrived(message))
        fleet = hub.office.devices
        until("a report", lambda: fleet.fleet()[0].health is not None)
        seen = fleet.fleet()[0]
        assert seen.health is not None and seen.health.content is not None
        info = rooms.shelf.current().info  # type: ignore[union-attr]
        assert (seen.health.content.revision, seen.health.content.digest) == (info.revision, info.digest)
        assert (seen.health.printer.state, seen.health.reader.state, seen.health.restarts) == ("none", "none", 0)
        assert seen.health.content.sample and not seen.proved
        until("the neighbours", lambda: rooms.marks.get("fleet.neighbours") == "[]")
        first = seen.health.seq
        assert seen.health.placement == Placement(ring="all")
        fleet.place(seen.device, "early", "370602")
        until("its new ring", lambda: identity.read().ring == "early")
        said = Placement(ring="early", district="370602")
        until("the word of it", lambda: (fleet.fleet()[0].health or seen.health).placement == said)  # type: ignore[union-attr]
        until("the next", lambda: (fleet.fleet()[0].health or seen.health).seq > first)  # type: ignore[union-attr]
    rows = hub.office.store.read(lambda connection: connection.execute(select(device_health)).all())
    assert len(rows) == 1


def test_a_revoked_kiosk_keeps_what_it_has(hub: Hub, home: Home) -> None:
    enrol(home, hub.code(), hub.url)
    hub.office.devices.revoke(hub.office.devices.of_number("1"))
    with DeviceStore(home.device_db) as store:
        fill(store)
        Carrier(store, IdentityFolder(home.uplink)).once()
        assert (store.outbox().waiting, store.outbox().dead) == (CORRECTIONS + 1, 0)


def test_what_is_sealed_stands_nowhere_on_the_disk(hub: Hub, home: Home) -> None:
    import base64

    from uplink.sealing import SealingKeyFile, seal

    file = SealingKeyFile(hub.office.home.sealing)
    file.make("a passphrase for tests")
    enrol(home, hub.code(), hub.url)
    identity = IdentityFolder(home.uplink).read()
    assert identity.sealing is not None
    plain = "样本来信，电话 13900000000".encode()
    sealed = base64.b64encode(seal(plain, identity.sealing, "letter")).decode()
    with DeviceStore(home.device_db) as store:
        store.put_message("letter", json.dumps({"key": identity.sealing, "sealed": sealed}))
        disk = b"".join(path.read_bytes() for path in home.root.rglob("*") if path.is_file())
        assert sealed.encode() in disk and b"13900000000" not in disk and plain not in disk
        while Carrier(store, IdentityFolder(home.uplink)).once():
            pass
        assert store.outbox().waiting == 0
    kept = hub.office.store.read(lambda connection: connection.execute(select(device_reports.c.body)).scalar_one())
    sealed_there = base64.b64decode(json.loads(kept)["sealed"])
    assert file.unlock("a passphrase for tests").open(sealed_there, "letter") == plain
    with contextlib.closing(sqlite3.connect(hub.office.home.database)) as connection:
        assert connection.execute("SELECT count(*) FROM device_reports").fetchone() == (1,)
    assert os.environ.get("BIANMINTING_HOME") != str(home.root)
