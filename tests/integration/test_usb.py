"""The way of a phone number without a line: released at the hub, carried on a stick, taken in staff mode, read on the
glass; and the way home of what the kiosk has to report. Then sticks that somebody else has prepared.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

import pytest
from sqlalchemy import func, select

from contentsync.marks import StateFile
from contentsync.trust import Trust
from contentsync.usb import StickFolder, described, read_note, release_folder
from domain.errors import Code, SyncError
from hub.demo import RELEASE_PASSPHRASE
from hub.device import Device, Site
from hub.home import HubHome
from hub.office import Office
from hub.publishing import Press
from hub.settings import HubSettings
from hub.tables import device_reports
from hub.usb import Fate
from kiosk.home import Home
from kiosk.settings import Settings, StaffSettings
from kiosk.stick import exchange, found, take
from localdb.catalogue.file import prove
from localdb.device.store import DeviceStore
from tests.cheap import cheap_keys
from tests.integration.glass import Glass
from tests.integration.test_phone_number import GUIDE, KEY, NEW, OLD, number_on_the_guide_page, served, small_city
from tests.unit.contentsync.hub import City, Time, city
from uplink.delivery import Outgoing
from uplink.identity import Identity, IdentityFolder
from uplink.signing import DeviceKey
from uplink.stick import ANSWER, FOLDER, Envelope, HubAnswer

TODAY = dt.datetime.now(dt.UTC).date().isoformat()
SECONDS = 60


# --- The whole way ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Town:
    """A hub that nobody can reach any more, and a kiosk that was enrolled while it could be; `stick` is plugged in."""

    hub: Mapping[str, str]
    kiosk: Mapping[str, str]
    stick: Path
    root: Path

    def run(self, environment: Mapping[str, str], *command: str | Path, status: int = 0) -> str:
        return run(self.root, environment, *command, status=status)

    @contextlib.contextmanager
    def office(self) -> Iterator[Office]:
        with Office.of(None, self.hub) as office:
            yield office


def run(root: Path, environment: Mapping[str, str], *command: str | Path, status: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *map(str, command)],
        cwd=root, env=dict(environment), capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == status, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture
def town(tmp_path: Path, root: Path, lacking: Callable[[str], NoReturn]) -> Town:
    fonts = Path(os.environ.get("BIANMINTING_HOME") or root / "var").absolute() / "fonts"
    if not fonts.is_dir():
        lacking(f"the faces in {fonts}; make env makes them")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BIANMINTING_", "SDL_"))}
    for name in ("hub", "kiosk", "media"):
        (tmp_path / name).mkdir()
    (tmp_path / "media" / "SAMPLE").mkdir()
    (tmp_path / "kiosk" / "fonts").symlink_to(fonts)
    small_city(root / "deploy" / "sample_city", tmp_path / "city")
    hub = kept | {
        "BIANMINTING_HOME": str(tmp_path / "hub"),
        "BIANMINTING_HUB__CONTENT__SAMPLE_CITY": str(tmp_path / "city"),
        "BIANMINTING_HUB__WEB__PORT": "0",
    }
    kiosk = kept | {
        "BIANMINTING_HOME": str(tmp_path / "kiosk"),
        "BIANMINTING_PROFILE": "demo",
        "BIANMINTING_CARD__ENABLED": "false",
        "BIANMINTING_VISIT__IDLE_S": "600",
        "BIANMINTING_VISIT__CLEARED_S": "1",
        "BIANMINTING_STAFF__USB_ROOTS": str(tmp_path / "media"),
        "BIANMINTING_REPORT__EVERY_S": "30",
    }
    run(root, hub, "hub", "demo", "--json")
    with served(root, hub, tmp_path / "hub.log") as url:
        code = json.loads(run(root, hub, "hub", "devices", "enrol", "017", "--name", "样本亭", "--json"))["code"]
        run(root, kiosk, "kiosk", "enrol", code, "--hub", url)
        synced = json.loads(run(root, kiosk, "kiosk", "sync", "--once", "--json"))
        assert (synced["event"], synced["revision"]) == ("ready", 1)
    return Town(hub, kiosk, tmp_path / "media" / "SAMPLE", root)


def changed_number(office: Office) -> None:
    """The department writes it, two people review it, two sign."""
    who = office.people.by_login
    items, releases = office.items, office.releases
    draft = items.edit(who("bianji"), KEY)
    raw = json.loads(json.dumps(dict(draft.record)).replace(OLD, NEW))
    version = items.save(who("bianji"), KEY, raw, draft.edits)
    version = items.submit(who("bianji"), KEY, version.edits)
    version = items.approve(who("chushen"), KEY, version.edits)
    items.approve(who("fushen"), KEY, version.edits)
    open_ = releases.prepare(who("fabu"))
    for login in ("fabu", "fuhe"):
        releases.approve(who(login), open_.id)
    assert office.issuing.publish(who("fuhe"), open_.id, RELEASE_PASSPHRASE).revision == 2


def into_staff_mode(glass: Glass) -> None:
    glass.see("Attract")
    glass.ask("act", action="staff")
    glass.see("StaffPin")
    for digit in "2468":
        glass.touch("digit", digit)
    glass.touch("enter")
    glass.see("Staff")


def take_in_staff_mode(glass: Glass) -> list[str]:
    """Touches U 盘 and 装上; what stands there in the end."""
    into_staff_mode(glass)
    glass.touch("usb")
    seen = glass.until("the stick", lambda seen: any(act[0] == "take" for act in seen["acts"]))
    assert any("第 2 版" in line for line in seen["written"]), seen["written"]
    glass.touch("take")
    seen = glass.until("the end of it", lambda seen: any("可以拔了" in line for line in seen["written"]))
    return list(seen["written"])


def test_a_changed_phone_number_reaches_the_street_on_a_stick(town: Town, tmp_path: Path) -> None:
    with town.office() as office:
        changed_number(office)
    exported = json.loads(town.run(town.hub, "hub", "export-usb", town.stick, "--json"))
    assert exported["revision"] == 2
    with Glass(town.kiosk, tmp_path / "kiosk.log") as glass:
        glass.until("an open catalogue", lambda seen: seen["revision"] == 1)
        assert OLD in number_on_the_guide_page(glass)
        written = take_in_staff_mode(glass)
        assert any("第 2 版装好了" in line for line in written), written
        assert any("放上了" in line for line in written), written
        seen = glass.look()
        assert (seen["revision"], seen["digest"]) == (2, exported["digest"])
        glass.touch("done")
        glass.see("Staff")
        glass.touch("leave")
        read = number_on_the_guide_page(glass)
        assert NEW in read and OLD not in read
        # What is on the stick tells nobody anything.
        (folder,) = (town.stick / FOLDER).iterdir()
        envelopes = list(folder.glob("*.post"))
        assert envelopes
        for path in envelopes:
            assert b"revision" not in path.read_bytes() and b"printer" not in path.read_bytes()
        proved = prove(Home(Path(town.kiosk["BIANMINTING_HOME"])).catalogue(2))
        assert (proved.revision, proved.digest) == (2, exported["digest"])

        brought = json.loads(town.run(town.hub, "hub", "import-usb", town.stick, "--json"))
        assert brought["answered"] == ["017"] and {one["fate"] for one in brought["files"]} == {"taken"}
        (told,) = json.loads(town.run(town.hub, "hub", "devices", "list", "--json"))
        assert (told["number"], told["revision"], told["digest"]) == ("017", 2, exported["digest"])
        assert told["proved"] is True and told["by_stick_at"][:10] == TODAY
        assert not list(folder.glob("*.post")) and (folder / ANSWER).exists()
        with town.office() as office:
            kinds = office.store.read(lambda c: c.execute(select(device_reports.c.kind)).scalars().all())
        assert {"receipt", "stick"} <= set(kinds)

        # The next visit of the same stick: the hub's word is read, and nothing of it is sent again.
        waiting = outbox_of(town)
        assert any(kind == "receipt" for kind in waiting.values())
        written = take_in_staff_mode(glass)
        assert any("本来就是第 2 版" in line for line in written), written
        assert any("中心已收到" in line for line in written), written
        assert "receipt" not in outbox_of(town).values()
    again = json.loads(town.run(town.hub, "hub", "import-usb", town.stick, "--json"))
    assert sum(one["conflicts"] for one in again["files"]) == 0


def outbox_of(town: Town) -> dict[str, str]:
    import sqlite3

    path = Home(Path(town.kiosk["BIANMINTING_HOME"])).device_db
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return dict(connection.execute("SELECT id, kind FROM outbox WHERE NOT dead").fetchall())


def test_a_running_kiosk_takes_up_what_was_installed_beside_it(town: Town, tmp_path: Path) -> None:
    with town.office() as office:
        changed_number(office)
    town.run(town.hub, "hub", "export-usb", town.stick)
    with Glass(town.kiosk, tmp_path / "kiosk.log") as glass:
        glass.until("an open catalogue", lambda seen: seen["revision"] == 1)
        said = town.run(town.kiosk, "kiosk", "usb", town.stick, "--json").splitlines()
        assert json.loads(said[0])["event"] == "ready"
        glass.until("revision 2, without a restart", lambda seen: seen["revision"] == 2)
        assert NEW in number_on_the_guide_page(glass)
    # The kiosk is off: the same command hands out what waits.
    said = town.run(town.kiosk, "kiosk", "usb", town.stick, "--json").splitlines()
    assert json.loads(said[1])["handed"] > 0
    brought = json.loads(town.run(town.hub, "hub", "import-usb", town.stick, "--json"))
    assert {one["fate"] for one in brought["files"]} == {"taken"}
    assert GUIDE  # the guide that is read on the glass


# --- Sticks of others -------------------------------------------------------------------------------------------------


@dataclass
class Street:
    """A hub of revision 2, a kiosk with revision 1, and a stick with what the hub exported."""

    hub: City
    time: Time
    home: Home
    stick: Path

    def take(self) -> Any:
        return take(Settings(), self.home, self.stick)

    @property
    def newest(self) -> list[str]:
        return [path.name for path in self.home.catalogues()]

    def unchanged(self, code: Code) -> None:
        answer = self.take()
        assert answer.code is code, answer
        assert self.newest == ["catalogue-1.db"] and prove(self.home.catalogue(1)).revision == 1


@pytest.fixture
def street(tmp_path: Path) -> Street:
    time = Time(dt.datetime.now(dt.UTC))
    hub = City.found(tmp_path / "hub", time)
    hub.release(city(12))
    home = Home(tmp_path / "home")
    home.prepare()
    Trust(home.sync, StateFile(home.sync / "state.json")).enrol(hub.root)
    stick = tmp_path / "media" / "STICK"
    stick.mkdir(parents=True)
    made = Street(hub, time, home, stick)
    hub.publisher.export_usb(stick)
    assert made.take().event == "ready"
    hub.release(city(12, ga_003="换了"))
    hub.publisher.export_usb(stick)
    return made


def test_a_stick_is_found_and_described(street: Street) -> None:
    (seen,) = found([street.stick.parent, street.stick / "nowhere"])
    assert (seen.path, seen.name, seen.revision, seen.writable) == (str(street.stick), "STICK", 2, True)
    assert seen.made_at is not None and seen.bytes == sum(
        path.stat().st_size for path in street.stick.rglob("*") if path.is_file()
    )
    (street.stick / "bianminting").mkdir()
    for name in ("metadata", "targets", "root.json"):
        (street.stick / name).rename(street.stick / "bianminting" / name)
    assert release_folder(street.stick) == street.stick / "bianminting"
    assert street.take().revision == 2


@pytest.mark.parametrize("where", ["metadata/7.root.json", "targets/x.release.json", "home", "targets/catalogue/loop"])
def test_a_link_anywhere_keeps_the_stick_out(street: Street, where: str) -> None:
    secret = street.home.root / "secret"
    secret.write_text("nobody's")
    (street.stick / where).symlink_to(secret)
    street.unchanged(Code.RELEASE_REFUSED)
    (street.stick / where).unlink()
    os.mkfifo(street.stick / where)
    street.unchanged(Code.RELEASE_REFUSED)


def test_a_link_that_comes_after_the_look_is_not_followed(street: Street) -> None:
    target = next((street.stick / "targets").glob("*.release.json"))
    data = target.read_bytes()
    folder = StickFolder(street.stick)
    assert folder.read("targets", target.name, most=1 << 16) == data
    elsewhere = street.home.root / "same.json"
    elsewhere.write_bytes(data)
    target.unlink()
    target.symlink_to(elsewhere)
    with pytest.raises(OSError, match=r"symbolic links"):
        folder.read("targets", target.name, most=1 << 16)
    (street.stick / "targets").rename(street.stick / "aside")
    (street.stick / "targets").symlink_to(street.stick / "aside")
    with pytest.raises(OSError):
        folder.read("targets", "any", most=1)


def test_ten_gigabytes_of_nothing_are_refused_at_once(street: Street) -> None:
    with (street.stick / "targets" / "huge.bin").open("wb") as file:
        file.truncate(10 << 30)
    street.unchanged(Code.RELEASE_REFUSED)
    (street.stick / "targets" / "huge.bin").unlink()
    with (street.stick / "metadata" / "timestamp.json").open("r+b") as file:
        file.truncate(400 << 20)  # within what a file may have, beyond what a timestamp may
    street.unchanged(Code.RELEASE_REFUSED)


def test_more_files_than_any_stick_has(street: Street) -> None:
    for number in range(10_001):
        (street.stick / "metadata" / f"{number}.x").touch()
    street.unchanged(Code.RELEASE_REFUSED)


def test_names_that_lead_elsewhere_are_never_followed(street: Street) -> None:
    """Somebody writes paths instead of versions and hashes into what is on the stick."""
    (street.home.root / "outside.json").write_text("{}")
    folder = StickFolder(street.stick)
    for names in (("..", "home", "outside.json"), ("metadata", "../../../home/outside.json"), ("/etc/passwd",)):
        with pytest.raises(ValueError):
            folder.write(*names, data=b"")
    path = next((street.stick / "metadata").glob("*.snapshot.json"))
    timestamp = street.stick / "metadata" / "timestamp.json"
    said = json.loads(timestamp.read_bytes())
    said["signed"]["meta"]["snapshot.json"]["version"] = f"../../../home/{path.name.partition('.')[0]}"
    timestamp.write_text(json.dumps(said))
    with pytest.raises(SyncError):
        described(street.stick)
    street.unchanged(Code.RELEASE_REFUSED)


def test_another_hubs_stick(street: Street, tmp_path: Path) -> None:
    other = City.found(tmp_path / "other", street.time)
    other.release(city(12))
    other.release(city(12, ga_003="别处"))
    shutil.rmtree(street.stick)
    street.stick.mkdir()
    other.publisher.export_usb(street.stick)
    street.unchanged(Code.RELEASE_REFUSED)
    # The hub writes its own release over it, whole, and the kiosk takes that.
    street.hub.publisher.export_usb(street.stick)
    assert street.take().revision == 2


def test_an_older_stick(street: Street, tmp_path: Path) -> None:
    old = tmp_path / "old"
    shutil.copytree(street.stick, old)
    street.hub.release(city(12, ga_003="又换了"))
    street.hub.publisher.export_usb(street.stick)
    assert street.take().revision == 3
    answer = take(Settings(), street.home, old)
    assert answer.code is Code.RELEASE_OLDER
    assert street.newest[0] == "catalogue-3.db"


def test_an_expired_stick(street: Street) -> None:
    later = street.time.at + dt.timedelta(days=91)
    trust_state = StateFile(street.home.sync / "state.json")
    trust_state.write(trust_state.read())
    marks = dict(trust_state.read().marks)
    marks["time"] = type(marks["time"])(marks["time"].keys, int(later.timestamp()))
    trust_state.keep(marks)
    street.unchanged(Code.RELEASE_EXPIRED)


def test_twenty_torn_copies(street: Street, tmp_path: Path) -> None:
    """The copy ends at a random byte of its files in their order: the old content stays, and the whole stick is taken
    afterwards.
    """
    whole = tmp_path / "whole"
    shutil.copytree(street.stick, whole)
    files = sorted(path.relative_to(whole) for path in whole.rglob("*") if path.is_file() and path.name != "root.json")
    sizes = [(whole / path).stat().st_size for path in files]
    chance = random.Random(20261122)
    codes = set()
    for _ in range(20):
        shutil.rmtree(street.stick)
        left = chance.randrange(sum(sizes))
        for path, size in zip(files, sizes, strict=True):
            (street.stick / path).parent.mkdir(parents=True, exist_ok=True)
            (street.stick / path).write_bytes((whole / path).read_bytes()[: max(0, left)])
            left -= size
            if left <= 0:
                break
        answer = street.take()
        if answer.code is None:  # what was missing it did not need: the step was whole
            assert answer.revision == 2
            street.home.catalogue(2).unlink()
        else:
            codes.add(answer.code)
            assert street.newest == ["catalogue-1.db"]
    assert codes <= {Code.RELEASE_REFUSED, Code.HUB_OUT_OF_REACH}, codes
    shutil.rmtree(street.stick)
    shutil.copytree(whole, street.stick)
    assert street.take().revision == 2


def test_a_stick_that_is_gone(street: Street) -> None:
    shutil.rmtree(street.stick)
    street.unchanged(Code.HUB_OUT_OF_REACH)


def test_the_hub_writes_nothing_through_links(street: Street, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious.json").write_text("{}")
    for name in ("metadata", "targets"):
        shutil.rmtree(street.stick / name)
        (street.stick / name).symlink_to(outside)
        with pytest.raises(SyncError) as refused:
            street.hub.publisher.export_usb(street.stick)
        assert refused.value.code is Code.RELEASE_REFUSED
        (street.stick / name).unlink()
    assert [path.name for path in outside.iterdir()] == ["precious.json"]


def test_export_pulled_out_at_any_write_holds_one_release_or_the_other(
    street: Street, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    street.hub.release(city(12, ga_003="三"))
    before = tmp_path / "before"
    shutil.copytree(street.stick, before)
    plain, counts = StickFolder.write, set()
    for at in range(40):
        shutil.rmtree(street.stick)
        shutil.copytree(before, street.stick)
        left = [at]

        def write(self: StickFolder, *names: str, data: Any, left: list[int] = left) -> None:
            if not left[0]:
                raise OSError(5, "pulled out")
            left[0] -= 1
            plain(self, *names, data=data)

        monkeypatch.setattr(StickFolder, "write", write)
        failed = False
        try:
            street.hub.publisher.export_usb(street.stick)
        except SyncError:
            failed = True
        monkeypatch.setattr(StickFolder, "write", plain)
        home = Home(tmp_path / f"home-{at}")
        shutil.copytree(street.home.root, home.root)
        counts.add(take(Settings(), home, street.stick).revision)
        if not failed:
            break
    assert counts == {2, 3}


# --- The way home -----------------------------------------------------------------------------------------------------


@dataclass
class Letters:
    """A hub whose kiosk 017 was enrolled, and the stick between them."""

    office: Office
    device: Device
    home: Home
    stick: Path
    folder: Path

    def messages(self, count: int = 3) -> list[Outgoing]:
        with DeviceStore(self.home.device_db) as store:
            for number in range(count):
                body = {"item": f"mz-{number:03}", "revision": 1, "field": "phone", "day": TODAY}
                store.put_message("correction", json.dumps(body))
            return [Outgoing(one.id, one.kind, json.loads(one.body)) for one in store.waiting_messages()]

    def rows(self) -> int:
        wanted = select(func.count()).select_from(device_reports).where(device_reports.c.kind != "stick")
        return int(self.office.store.read(lambda c: c.execute(wanted).scalar_one()))

    def fates(self) -> list[Fate]:
        return [one.fate for one in self.office.sticks.bring_home(self.stick).files]


@pytest.fixture
def letters(tmp_path: Path) -> Iterator[Letters]:
    with Office.open(HubSettings(profile="demo"), HubHome(tmp_path / "office")) as office:
        yield correspond(office, tmp_path, "017")


def correspond(office: Office, tmp_path: Path, number: str) -> Letters:
    time = Time(dt.datetime.now(dt.UTC))
    stick = tmp_path / "stick"
    if not office.press.founded:
        roots = {one: f"root passphrase {one}" for one in (1, 2, 3)}
        with cheap_keys():
            office.press.found(roots, "passphrase of release", time())
        from tests.unit.contentsync.hub import APPROVALS, lines

        office.press._publisher().publish(
            lines(city(3)), approvals=APPROVALS, made_at=time(), passphrase="passphrase of release"
        )
        stick.mkdir()
        assert office.sticks.export(stick).answered == ()
    home = Home(tmp_path / f"kiosk-{number}")
    home.prepare()
    folder = IdentityFolder(home.uplink)
    key = DeviceKey.make(folder.key_path)
    letters = office.enrolling.issue(Site(number, "样本亭")).code.replace("-", "")
    device = office.enrolling.redeem(letters, key.public, key.proof(letters))
    folder.write(Identity(device.id, "http://nowhere", number, "样本亭", "", None, "all", None))
    Trust(home.sync, StateFile(home.sync / "state.json")).enrol(office.press.root.read_bytes())
    assert take(Settings(), home, stick).revision == 1
    return Letters(office, device, home, stick, stick / FOLDER / device.id)


def test_messages_go_home_once_and_are_answered(letters: Letters) -> None:
    sent = letters.messages(120)
    done = exchange(letters.home, letters.stick, sent)
    assert (done.handed, done.code, dict(done.fates)) == (120, None, {})
    assert len(list(letters.folder.glob("*.post"))) == 3
    home = letters.office.sticks.bring_home(letters.stick)
    assert [one.fate for one in home.files] == [Fate.TAKEN] * 3
    assert sum(one.stored for one in home.files) == letters.rows() == 120
    assert home.answered == ("017",)
    done = exchange(letters.home, letters.stick, sent)
    assert (done.handed, len(done.fates)) == (0, 120) and set(done.fates.values()) == {"stored"}
    with DeviceStore(letters.home.device_db) as store:
        store.settle_messages(done.fates)
        assert store.outbox().waiting == 0
    assert letters.office.devices.by_stick().keys() == {letters.device.id}


def test_a_later_stick_brings_the_answer_too(letters: Letters, tmp_path: Path) -> None:
    sent = letters.messages()
    exchange(letters.home, letters.stick, sent)
    letters.office.sticks.bring_home(letters.stick)
    other = tmp_path / "other"
    other.mkdir()
    assert letters.office.sticks.export(other).answered == ("017",)
    done = exchange(letters.home, other, sent)
    assert done.handed == 0 and set(done.fates) == {one.id for one in sent}
    assert letters.office.sticks.export(other, []).answered == ()


def test_another_ring_comes_with_the_answer(letters: Letters) -> None:
    exchange(letters.home, letters.stick, letters.messages())
    letters.office.devices.place(letters.device, "early", "370602")
    folder = IdentityFolder(letters.home.uplink)
    before = folder.read()
    letters.office.sticks.bring_home(letters.stick)
    exchange(letters.home, letters.stick, [])
    assert folder.read() == replace(before, ring="early", district="370602")


def test_replayed_envelopes_are_known_and_change_nothing(letters: Letters) -> None:
    exchange(letters.home, letters.stick, letters.messages())
    kept = {path.name: path.read_bytes() for path in letters.folder.glob("*.post")}
    assert letters.fates() == [Fate.TAKEN]
    for name, data in kept.items():
        (letters.folder / name).write_bytes(data)
    assert letters.fates() == [Fate.KNOWN]
    assert letters.rows() == 3


def test_forged_truncated_misplaced_and_foreign_files_are_named(letters: Letters, tmp_path: Path) -> None:
    other = correspond(letters.office, tmp_path, "018")
    exchange(letters.home, letters.stick, letters.messages())
    (path,) = letters.folder.glob("*.post")
    data, said = path.read_bytes(), json.loads(path.read_bytes())

    def fate_of(content: bytes, place: Path = path) -> Fate:
        shutil.rmtree(letters.stick / FOLDER)
        place.parent.mkdir(parents=True)
        place.write_bytes(content)
        (one,) = letters.office.sticks.bring_home(letters.stick).files
        assert place.exists(), "what was refused stays"
        assert letters.rows() == 0, "nothing half taken"
        return one.fate

    assert fate_of(data[: len(data) // 2]) is Fate.DAMAGED
    assert fate_of(b"") is Fate.DAMAGED
    assert fate_of(b"[" * 100_000) is Fate.DAMAGED
    assert fate_of(b"x" * (2 << 20)) is Fate.DAMAGED
    assert fate_of(json.dumps({**said, "ts": "1"}).encode()) is Fate.FORGED
    stranger = DeviceKey.make(tmp_path / "stranger.key")
    envelope = Envelope.read(data)
    headers = stranger.headers(envelope.device, "STICK", f"/kiosk/v1/reports/{envelope.id}", 5, envelope.sealed)
    assert fate_of(json.dumps({**said, "ts": "5", "sig": headers["X-Sig"]}).encode()) is Fate.FORGED
    assert fate_of(data, other.folder / path.name) is Fate.MISPLACED
    assert fate_of(data, letters.folder / f"{'0' * 8}-0000-4000-8000-{'0' * 12}.post") is Fate.MISPLACED
    assert fate_of(data, letters.folder / "letter.txt") is Fate.FOREIGN
    assert fate_of(data, letters.stick / FOLDER / "f" / path.name) is Fate.FOREIGN
    unknown = "f" * 32
    assert fate_of(json.dumps({**said, "device": unknown}).encode(), letters.stick / FOLDER / unknown / path.name) is (
        Fate.UNKNOWN
    )
    for one in (tmp_path / "office" / "hub" / "keys").glob("letterbox.*"):
        one.unlink()
    Press(*(getattr(letters.office.press, name) for name in ("public", "keys", "lock"))).export(tmp_path / "third")
    assert fate_of(data) is Fate.SEALED


def test_a_revoked_kiosk_is_unknown(letters: Letters) -> None:
    exchange(letters.home, letters.stick, letters.messages())
    letters.office.devices.revoke(letters.device)
    assert letters.fates() == [Fate.UNKNOWN]
    assert letters.rows() == 0


def test_a_link_among_the_letters_keeps_the_stick_out(letters: Letters, tmp_path: Path) -> None:
    exchange(letters.home, letters.stick, letters.messages())
    (letters.folder / "link.post").symlink_to(tmp_path / "office" / "hub" / "hub.db")
    with pytest.raises(SyncError) as refused:
        letters.office.sticks.bring_home(letters.stick)
    assert refused.value.code is Code.RELEASE_REFUSED and letters.rows() == 0


def test_answers_are_believed_for_their_signature(letters: Letters, tmp_path: Path) -> None:
    """Somebody who could say that the hub has them would make a kiosk forget its messages."""
    sent = letters.messages()
    exchange(letters.home, letters.stick, sent)
    fates = {one.id: "stored" for one in sent}
    answer = HubAnswer(letters.device.id, dt.datetime.now(dt.UTC), fates).as_note()
    path = letters.folder / ANSWER
    path.write_text(json.dumps({"said": json.dumps(answer), "keyid": "0" * 64, "sig": "0" * 128}))
    done = exchange(letters.home, letters.stick, sent)
    assert (done.handed, done.code, dict(done.fates)) == (3, Code.RELEASE_REFUSED, {})
    # Another kiosk's answer, signed by the hub, is not this one's.
    other = correspond(letters.office, tmp_path, "018")
    path.write_bytes(letters.office.press.note(HubAnswer(other.device.id, answer_at(), fates).as_note()))
    done = exchange(letters.home, letters.stick, sent)
    assert (done.handed, done.code, dict(done.fates)) == (3, Code.RELEASE_REFUSED, {})
    trust = Trust(letters.home.sync, StateFile(letters.home.sync / "state.json"))
    path.write_bytes(letters.office.press.note(answer))
    assert read_note(path.read_bytes(), trust.online_keys())["fates"] == fates
    done = exchange(letters.home, letters.stick, sent)
    assert (done.handed, done.code, dict(done.fates)) == (0, None, fates)


def answer_at() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def test_a_kiosk_puts_its_new_letters_in_the_place_of_its_old_ones(letters: Letters) -> None:
    exchange(letters.home, letters.stick, letters.messages(2))
    first = {path.name for path in letters.folder.glob("*.post")}
    exchange(letters.home, letters.stick, letters.messages(2))
    second = {path.name for path in letters.folder.glob("*.post")}
    assert len(second) == 1 and not first & second
    assert letters.fates() == [Fate.TAKEN] and letters.rows() == 4


def test_a_stick_too_small_for_the_release(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(street.stick)
    street.hub.release(city(12, ga_003="四"))
    with monkeypatch.context() as small:
        small.setattr(shutil, "disk_usage", lambda path: usage._replace(free=1 << 20))
        with pytest.raises(SyncError) as refused:
            street.hub.publisher.export_usb(street.stick)
    assert refused.value.code is Code.DISK_FULL
    assert street.take().revision == 2


def test_roots_come_from_one_setting() -> None:
    assert StaffSettings(usb_roots="/a:/b c").stick_roots == (Path("/a"), Path("/b c"))
    assert StaffSettings(usb_roots="").stick_roots == ()
