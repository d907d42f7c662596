"""U 盘 over HTTP: what is downloaded installs on a kiosk, and what the kiosk leaves on it comes home."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path

import httpx
from sqlalchemy import func, select

from contentsync.marks import StateFile
from contentsync.trust import Trust
from hub.device import Site
from hub.tables import device_reports
from kiosk.home import Home
from kiosk.settings import Settings
from kiosk.stick import exchange, take
from localdb.device.store import DeviceStore
from tests.hub.web.conftest import HubServer, tokens
from tests.hub.web.test_review_pages import plain
from uplink.delivery import Outgoing
from uplink.identity import Identity, IdentityFolder
from uplink.signing import DeviceKey


def downloaded(server: HubServer, client: httpx.Client, folder: Path) -> Path:
    """An empty stick, with the download unpacked onto it."""
    got = server.post(client, "/stick/download", "/stick")
    assert got.status_code == 200 and got.headers["content-type"] == "application/zip", got.text[:300]
    assert "attachment" in got.headers["content-disposition"] and int(got.headers["content-length"]) == len(got.content)
    with zipfile.ZipFile(io.BytesIO(got.content)) as archive:
        assert {name.split("/")[0] for name in archive.namelist()} == {"bianminting"}
        archive.extractall(folder)
    return folder


def handed_in(server: HubServer, client: httpx.Client, files: Sequence[tuple[str, bytes]]) -> httpx.Response:
    """The form with these files."""
    sent = [("file", (name, data, "application/octet-stream")) for name, data in files]
    return client.post("/stick", data=tokens(client, "/stick"), files=sent, headers={"referer": f"{server.url}/stick"})


def standing(server: HubServer, folder: Path, number: str) -> tuple[Home, str]:
    """A kiosk without a line that was enrolled once: its home and its device."""
    office, home = server.office, Home(folder)
    home.prepare()
    identity = IdentityFolder(home.uplink)
    key = DeviceKey.make(identity.key_path)
    code = office.enrolling.issue(Site(number, "样本亭")).code.replace("-", "")
    device = office.enrolling.redeem(code, key.public, key.proof(code))
    identity.write(Identity(device.id, "http://nowhere", number, "样本亭", "", None, "all", None))
    Trust(home.sync, StateFile(home.sync / "state.json")).enrol(office.press.root.read_bytes())
    return home, device.id


def letters(home: Home, stick: Path, count: int) -> list[Outgoing]:
    """The kiosk puts what it has to say on the stick."""
    with DeviceStore(home.device_db) as store:
        day = dt.datetime.now(dt.UTC).date().isoformat()
        for number in range(count):
            body = {"item": f"mz-{number:03}", "revision": 1, "field": "phone", "day": day}
            store.put_message("correction", json.dumps(body))
        waiting = [Outgoing(one.id, one.kind, json.loads(one.body)) for one in store.waiting_messages()]
    assert exchange(home, stick, waiting).handed == count
    return waiting


def test_out_on_a_stick_and_home_again(hub_server: HubServer, tmp_path: Path) -> None:
    office, client = hub_server.office, hub_server.client("yunwei")
    stick = downloaded(hub_server, client, tmp_path / "stick")
    home, device = standing(hub_server, tmp_path / "kiosk", "017")
    assert take(Settings(), home, stick).revision == 1
    sent = letters(home, stick, 60)
    left = sorted((stick / "bianminting" / "home" / device).iterdir())
    assert len(left) == 2

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(stick.rglob("*")):
            archive.write(path, path.relative_to(stick).as_posix())
    page = plain(handed_in(hub_server, client, [("样本.zip", packed.getvalue())]).text)
    assert "1 台亭子的 2 封，新收 60 条，早就有 0 条" in page and page.count("收下了") == 2 and "017" in page
    page = plain(handed_in(hub_server, client, [(path.name, path.read_bytes()) for path in left]).text)
    assert "新收 0 条，早就有 60 条" in page and "交过了" in page
    wanted = select(func.count()).select_from(device_reports).where(device_reports.c.kind == "correction")
    assert office.store.read(lambda c: c.execute(wanted).scalar_one()) == 60

    again = downloaded(hub_server, client, tmp_path / "again")
    done = exchange(home, again, sent)
    assert (done.handed, set(done.fates)) == (0, {one.id for one in sent}), "the answer is on the next stick"
    mine = office.people.by_login("yunwei").id
    logged = [(one.action, one.who) for one in office.audit.entries(limit=20) if one.action.startswith("usb.")]
    assert logged == [("usb.export", mine), ("usb.import", mine), ("usb.import", mine), ("usb.export", mine)]


def test_what_is_refused_is_told_and_the_rest_is_taken(hub_server: HubServer, tmp_path: Path) -> None:
    client = hub_server.client("fabu")
    stick = downloaded(hub_server, client, tmp_path / "stick")
    home, device = standing(hub_server, tmp_path / "kiosk", "017")
    assert take(Settings(), home, stick).revision == 1
    letters(home, stick, 3)
    (path,) = (stick / "bianminting" / "home" / device).iterdir()
    forged = json.loads(path.read_bytes()) | {"ts": "7"}
    page = handed_in(hub_server, client, [("a.post", json.dumps(forged).encode())])
    assert page.status_code == 200 and "不是这台亭子签的" in page.text
    got = handed_in(hub_server, client, [("a.post", path.read_bytes()), ("b.zip", b"PK\x03\x04 no zip")])
    assert got.status_code == 303 and "什么都没有收" in hub_server.text(client, "/stick")
    wanted = select(func.count()).select_from(device_reports)
    assert hub_server.office.store.read(lambda c: c.execute(wanted).scalar_one()) == 0
    assert handed_in(hub_server, client, [(path.name, path.read_bytes())]).status_code == 200
    assert hub_server.office.store.read(lambda c: c.execute(wanted).scalar_one()) == 4
    hub_server.post(client, "/stick", "/stick")
    assert "先选 U 盘上的信" in hub_server.text(client, "/stick")


def test_links_lead_there_for_those_who_carry(hub_server: HubServer) -> None:
    for login, path in (("fabu", "/releases"), ("yunwei", "/fleet"), ("yunwei", "/releases")):
        assert 'href="/stick"' in hub_server.text(hub_server.client(login), path), (login, path)
    for path in ("/releases", "/fleet"):
        assert 'href="/stick"' not in hub_server.text(hub_server.client("shenji"), path)
