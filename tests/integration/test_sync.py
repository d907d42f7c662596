"""A hub over HTTP, a kiosk's sync, and the catalogue on show: what is taken, and what an attacker gets.

In every row of the table the catalogue that is open keeps answering, and no byte of it changes.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import hashlib
import json
import os
import random
import select
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tuf.api.metadata import Metadata, MetaFile, Snapshot, Targets, Timestamp
from tuf.api.serialization.json import JSONSerializer

from contentsync.marks import StateFile
from contentsync.trust import EARLIEST, SIGNED_AT, Trust
from domain.errors import Code
from domain.records import digest
from kiosk.home import Home
from kiosk.settings import SyncSettings
from kiosk.sync_process import Answer, ContentSync, Listener, Pauses
from localdb.catalogue.file import prove
from localdb.catalogue.handle import CatalogueShelf
from tests.unit.contentsync.hub import DAY, NOW, City, Handler, Server, Time, city, serving

SETTINGS = SyncSettings(connect_s=2, read_s=1)


@dataclass
class Street:
    """A kiosk that has taken revision 1 from the hub and shows it."""

    hub: City
    server: Server
    time: Time
    home: Home
    shelf: CatalogueShelf

    def look(self, source: str | None = None, earliest: dt.datetime = EARLIEST) -> Answer:
        sync = ContentSync(self.home, SETTINGS, source or self.server.url, self.time, earliest)
        try:
            return sync.look()
        finally:
            sync.close()

    def found(self, asked: str = "证件3丢了") -> str:
        shown = self.shelf.current()
        assert shown is not None
        return shown.search(asked).hits[0].card.id


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> City:
    hub = City.found(tmp_path_factory.mktemp("founded") / "hub", Time())
    hub.release(city())
    return hub


@pytest.fixture
def street(founded: City, tmp_path: Path) -> Iterator[Street]:
    time = Time()
    hub = founded.copy(tmp_path / "hub", time)
    home = Home(tmp_path / "home")
    home.prepare()
    Trust(home.sync, StateFile(home.sync / "state.json")).enrol(hub.root)
    with serving(hub.public, time) as server:
        shelf = CatalogueShelf(NOW.date)
        made = Street(hub, server, time, home, shelf)
        answer = made.look()
        assert (answer.event, answer.revision) == ("ready", 1), answer
        assert answer.path is not None
        shelf.put(answer.path)
        yield made
        shelf.close()


# --- What is taken ----------------------------------------------------------------------------------------------------


def test_a_change_reaches_the_street(street: Street) -> None:
    changed = city(ga_003="改到二楼七号窗口办。")
    street.hub.release(changed)
    answer = street.look()
    assert (answer.event, answer.revision, answer.digest) == ("ready", 2, digest(changed))
    assert answer.path == street.home.catalogue(2)
    assert prove(answer.path).digest == digest(changed)
    assert [path for path, _ in street.server.asked if "full-2" in path] == [], "the change alone was fetched"
    street.shelf.put(answer.path)
    assert street.found("二楼七号窗口") == "ga-003"
    assert street.look().event == "checked"
    assert list((street.home.sync / "spool").iterdir()) == []


def test_records_come_and_go(street: Street) -> None:
    fewer = [record for record in city() if record["id"] not in ("ga-003", "ga-004")]
    street.hub.release(fewer)
    assert street.look().digest == digest(fewer)
    more = [*city(), {"kind": "org", "id": "org-rs", "name": "人社局"}]
    street.hub.release(more)
    answer = street.look()
    assert (answer.event, answer.digest) == ("ready", digest(more))
    assert [path.name for path in street.home.catalogues()] == ["catalogue-3.db", "catalogue-2.db"]


def test_a_kiosk_that_was_away_catches_up(street: Street) -> None:
    for number in range(2, 6):
        street.hub.release(city(ga_003=f"第{number}次"))
    answer = street.look()
    assert (answer.event, answer.revision) == ("ready", 5)
    assert answer.digest == digest(city(ga_003="第5次"))
    assert list(street.home.sync.glob("step-*")) == []


def test_a_withdrawal_is_one_more_revision(street: Street) -> None:
    published = street.hub.release(city(ga_003="印错了。"))
    street.look()
    street.hub.publisher.withdraw(
        1, approvals=published.manifest.approvals, made_at=NOW, passphrase="kept by the publishers"
    )
    answer = street.look()
    assert (answer.event, answer.revision, answer.digest) == ("ready", 3, digest(city()))


def test_a_damaged_catalogue_is_fetched_anew(street: Street) -> None:
    path = street.home.catalogue(1)
    path.write_bytes(path.read_bytes()[:-4096])
    answer = street.look()
    assert (answer.event, answer.revision) == ("ready", 1)
    assert prove(path).digest == digest(city())


def test_steps_that_do_not_fit_end_in_the_whole(street: Street) -> None:
    """The catalogue says that it is revision 1, its records are not: the change cannot be applied to it."""
    other = City.found(street.hub.folder.parent / "other", street.time)
    other.release(city(guides=39, ga_001="在别处办。"))
    home = Home(street.home.root.parent / "elsewhere")
    home.prepare()
    Trust(home.sync, StateFile(home.sync / "state.json")).enrol(other.root)
    sync = ContentSync(home, SETTINGS, str(other.public), street.time)
    strange = sync.look().path
    sync.close()
    assert strange is not None
    shutil.copy(strange, street.home.catalogue(1))
    with sqlite3.connect(street.home.catalogue(1)) as connection:
        connection.execute("UPDATE meta SET value = ? WHERE key = 'digest'", (digest(city()),))
    connection.close()
    changed = city(ga_039="只有新的里有。")
    street.hub.release(changed)
    answer = street.look()
    assert (answer.event, answer.digest) == ("ready", digest(changed))
    assert any("full-2" in path for path, _ in street.server.asked)


def test_two_months_without_a_line_are_no_harm(street: Street) -> None:
    street.time.at += 61 * DAY
    street.hub.release(city(ga_003="两个月以后"))
    assert street.look().event == "ready"


def test_a_stick_brings_what_the_line_does_not(street: Street, tmp_path: Path) -> None:
    street.hub.release(city(ga_003="由U盘带来"))
    street.hub.publisher.export_usb(tmp_path / "stick")
    street.time.at += 30 * DAY
    answer = street.look(str(tmp_path / "stick"))
    assert (answer.event, answer.revision) == ("ready", 2)
    street.hub.publisher.resign()
    assert street.look().event == "checked"


def test_a_clock_in_2016_still_takes_what_is_new(street: Street) -> None:
    street.time.at += DAY
    street.hub.release(city(ga_003="二"))
    street.time.at = NOW.replace(year=2016)
    assert street.look().event == "ready"


# --- The table --------------------------------------------------------------------------------------------------------

Attack = Callable[[Street], Answer]


def rollback(street: Street) -> Answer:
    shutil.copytree(street.hub.public, old := street.hub.folder / "old")
    street.hub.publisher.resign()
    assert street.look().event == "checked"
    street.server.folder = old
    return street.look()


def rollback_after_losing_metadata(street: Street) -> Answer:
    shutil.copytree(street.hub.public, old := street.hub.folder / "old")
    street.hub.publisher.resign()
    assert street.look().event == "checked"
    shutil.rmtree(street.home.sync / "metadata")
    street.server.folder = old
    return street.look()


def rollback_after_losing_all_memory(street: Street) -> Answer:
    """A year-old copy of the whole hub; only the catalogue itself remembers."""
    older = City.found(street.hub.folder.parent / "older", street.time)
    shutil.rmtree(street.home.sync)
    Trust(street.home.sync, StateFile(street.home.sync / "state.json")).enrol(older.root)
    older.release(city(3))
    shutil.copytree(older.public, old := older.folder / "old")
    older.release(city(), revision=2)
    street.server.folder = older.public
    assert street.look().revision == 2
    for path in (street.home.sync / "metadata", street.home.sync / "spool"):
        shutil.rmtree(path)
    (street.home.sync / "state.json").unlink()
    street.server.folder = old
    return street.look()


def empty_metadata_files(street: Street) -> Answer:
    """What a power cut leaves: names without content."""
    shutil.copytree(street.hub.public, old := street.hub.folder / "old")
    street.hub.publisher.resign()
    assert street.look().event == "checked"
    for path in (street.home.sync / "metadata").rglob("*.json"):
        if not path.is_symlink():
            path.write_bytes(b"")
    street.server.folder = old
    return street.look()


def freeze(street: Street) -> Answer:
    street.time.at += 15 * DAY
    return street.look()


def freeze_with_a_dead_clock(street: Street) -> Answer:
    street.time.at = NOW.replace(year=2016)
    return street.look(earliest=NOW + 15 * DAY)


def expired_root(street: Street) -> Answer:
    street.time.at += 731 * DAY
    street.hub.publisher.resign("kept by the publishers")
    return street.look()


def clock_three_years_ahead(street: Street) -> Answer:
    street.server.time = Time()
    street.time.at += 1096 * DAY
    answer = street.look()
    assert "+1096 days from the hub's" in answer.detail
    return answer


def mix_of_metadata(street: Street) -> Answer:
    """Fresh timestamp and snapshot, and the targets of before under the new name."""
    before = max((street.hub.public / "metadata").glob("*.targets.json")).read_bytes()
    street.hub.release(city(ga_003="二"))
    (street.hub.public / "metadata" / "2.targets.json").write_bytes(before)
    return street.look()


def tampered(street: Street, change: Callable[[bytes], bytes]) -> Answer:
    """The change and the whole, both: one of them alone would be done without."""
    street.hub.release(city(ga_003="二"))
    for path in (street.hub.step(2), street.hub.whole(2)):
        path.write_bytes(change(path.read_bytes()))
    return street.look()


def mix_of_files(street: Street) -> Answer:
    first = street.hub.whole(1).read_bytes()
    return tampered(street, lambda data: (first * 2)[: len(data)])


def truncation(street: Street) -> Answer:
    return tampered(street, lambda data: data[:-1])


def one_byte_more(street: Street) -> Answer:
    return tampered(street, lambda data: data + b"\0")


def flipped_byte(street: Street) -> Answer:
    return tampered(street, lambda data: data[:40] + bytes([data[40] ^ 4]) + data[41:])


def wrong_keys(street: Street) -> Answer:
    stranger = City.found(street.hub.folder.parent / "stranger", street.time)
    for _ in range(2):
        stranger.release(city(ga_003="来路不明"), revision=None)
        stranger.publisher.resign()
    street.server.folder = stranger.public
    return street.look()


def one_root_key_of_two(street: Street) -> Answer:
    """A second root, signed by one root key alone, hands everything to a stranger."""
    stranger = City.found(street.hub.folder.parent / "stranger", street.time)
    root = Metadata.from_bytes((stranger.public / "root.json").read_bytes())
    root.signed.version = 2
    root.signatures.clear()
    root.sign(street.hub.keys.root(1).unlock("kept in drawer one"))
    root.sign(stranger.keys.root(1).unlock("kept in drawer one"), append=True)
    (street.hub.public / "metadata" / "2.root.json").write_bytes(root.to_bytes())
    return street.look()


def forge(street: Street, **signed: Any) -> None:
    """What a thief of the online key can do: everything in snapshot and timestamp, but he has no release key."""
    online = street.hub.keys.online.unlock()
    metadata = street.hub.public / "metadata"
    targets = Metadata(Targets(version=9, expires=NOW + 300 * DAY))
    targets.sign(online)
    (metadata / "9.targets.json").write_bytes(targets.to_bytes())
    snapshot = Metadata(Snapshot(version=9, expires=NOW + 300 * DAY, meta={"targets.json": MetaFile(9)}))
    write(street, snapshot, 9, **signed)


def write(street: Street, snapshot: Metadata[Snapshot], version: int, years: int = 1, at: int = 0) -> None:
    online = street.hub.keys.online.unlock()
    metadata = street.hub.public / "metadata"
    snapshot.sign(online)
    (metadata / f"{snapshot.signed.version}.snapshot.json").write_bytes(snapshot.to_bytes())
    timestamp = Metadata(
        Timestamp(
            version=version,
            expires=NOW + years * 365 * DAY,
            snapshot_meta=MetaFile(snapshot.signed.version),
            unrecognized_fields={SIGNED_AT: at or int(NOW.timestamp())},
        )
    )
    timestamp.sign(online)
    (metadata / "timestamp.json").write_bytes(timestamp.to_bytes(JSONSerializer(compact=True)))


def stolen_online_key(street: Street) -> Answer:
    forge(street)
    return street.look()


def trick(answer: Callable[[Handler], None], only: str = "") -> Attack:
    def attack(street: Street) -> Answer:
        def play(handler: Handler) -> bool:
            if only not in handler.path:
                return False
            answer(handler)
            return True

        street.hub.release(city(ga_003="二"))
        street.server.trick = play
        return street.look()

    return attack


def endless(handler: Handler) -> None:
    handler.send_response(200)
    handler.end_headers()
    handler.close_connection = True
    with_room = b"x" * 65536
    for _ in range(4000):
        handler.wfile.write(with_room)


def silent(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "400")
    handler.end_headers()
    handler.wfile.write(b"{")
    handler.close_connection = True
    threading.Event().wait(3)


ELSEWHERE = {"Location": "http://203.0.113.1/login"}

TABLE: list[tuple[str, Attack, str, Code]] = [
    ("rollback", rollback, "refused", Code.RELEASE_OLDER),
    ("rollback, metadata lost", rollback_after_losing_metadata, "refused", Code.RELEASE_OLDER),
    ("rollback, metadata emptied", empty_metadata_files, "refused", Code.RELEASE_OLDER),
    ("rollback, all memory lost", rollback_after_losing_all_memory, "refused", Code.RELEASE_OLDER),
    ("freeze", freeze, "refused", Code.RELEASE_EXPIRED),
    ("freeze, dead clock", freeze_with_a_dead_clock, "refused", Code.RELEASE_EXPIRED),
    ("expired root", expired_root, "refused", Code.RELEASE_EXPIRED),
    ("clock ahead", clock_three_years_ahead, "refused", Code.RELEASE_EXPIRED),
    ("mixed metadata", mix_of_metadata, "refused", Code.RELEASE_OLDER),
    ("mixed files", mix_of_files, "refused", Code.RELEASE_REFUSED),
    ("truncation", truncation, "refused", Code.RELEASE_REFUSED),
    ("one byte more", one_byte_more, "refused", Code.RELEASE_REFUSED),
    ("flipped byte", flipped_byte, "refused", Code.RELEASE_REFUSED),
    ("wrong keys", wrong_keys, "refused", Code.RELEASE_REFUSED),
    ("one root key", one_root_key_of_two, "refused", Code.RELEASE_REFUSED),
    ("stolen online key", stolen_online_key, "refused", Code.RELEASE_REFUSED),
    ("500", trick(lambda h: h.answer(500)), "failed", Code.HUB_OUT_OF_REACH),
    ("404", trick(lambda h: h.answer(404)), "failed", Code.HUB_OUT_OF_REACH),
    ("404 of a file", trick(lambda h: h.answer(404), "catalogue/"), "failed", Code.HUB_OUT_OF_REACH),
    ("garbage", trick(lambda h: h.answer(200, b"\xff\x00<html>"), "timestamp"), "refused", Code.RELEASE_REFUSED),
    ("login page", trick(lambda h: h.answer(200, b"<html>")), "refused", Code.RELEASE_REFUSED),
    ("redirect", trick(lambda h: h.answer(302, b"", ELSEWHERE)), "failed", Code.HUB_OUT_OF_REACH),
    ("endless metadata", trick(endless, "timestamp"), "refused", Code.RELEASE_REFUSED),
    ("endless file", trick(endless, "catalogue/"), "refused", Code.RELEASE_REFUSED),
    ("silence", trick(silent, "timestamp"), "failed", Code.HUB_OUT_OF_REACH),
]


@pytest.mark.parametrize(("attack", "event", "code"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_what_is_open_stays_open(street: Street, attack: Attack, event: str, code: Code) -> None:
    path = street.home.catalogue(1)
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    answer = attack(street)
    assert (answer.event, answer.code) == (event, code), answer.detail
    assert answer.path is None
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before
    assert street.found() == "ga-003"
    assert not list(street.home.sync.glob("step-*"))


@pytest.mark.parametrize("missing", [False, True], ids=["damaged", "missing"])
def test_without_a_good_change_the_whole_is_taken(street: Street, missing: bool) -> None:
    street.hub.release(city(ga_003="二"))
    if missing:
        street.hub.step(2).unlink()
    else:
        street.hub.step(2).write_bytes(b"damaged on the way")
    answer = street.look()
    assert (answer.event, answer.digest) == ("ready", digest(city(ga_003="二")))


def test_after_a_refusal_the_right_hub_is_taken_again(street: Street) -> None:
    flipped_byte(street)
    street.hub.release(city(ga_003="三"), anew=True)
    answer = street.look()
    assert (answer.event, answer.revision) == ("ready", 3)


@pytest.mark.parametrize("poisoned", [False, True], ids=["counted up", "and dated ahead"])
def test_a_new_root_heals_what_a_thief_did(street: Street, poisoned: bool) -> None:
    """With the online key he counted up to the end, and dated it to 2099 so that the root seems expired."""
    at = int(dt.datetime(2099, 1, 1, tzinfo=dt.UTC).timestamp()) if poisoned else 0
    snapshot = Metadata(Snapshot(version=2**31 - 1, expires=NOW + 100 * 365 * DAY, meta={"targets.json": MetaFile(1)}))
    write(street, snapshot, 2**31 - 1, years=100, at=at)
    assert street.look().event == "checked"
    street.hub.publisher.resign()
    assert street.look().event == "refused"
    street.hub.renew(new_online=True)
    assert street.look().event == "checked"
    street.hub.release(city(ga_003="二"))
    assert (street.look().event, street.look().event) == ("ready", "checked")


def test_an_old_root_is_not_taken_for_the_new_one(street: Street) -> None:
    """After the rotation the thief shows the hub as it was, to a kiosk that has lost its metadata."""
    shutil.copytree(street.hub.public, old := street.hub.folder / "old")
    street.hub.renew(new_online=True)
    assert street.look().event == "checked"
    shutil.rmtree(street.home.sync / "metadata")
    street.server.folder = old
    answer = street.look()
    assert (answer.event, answer.code) == ("refused", Code.RELEASE_OLDER)


def test_a_new_root_cures_an_expired_one(street: Street) -> None:
    assert expired_root(street).code is Code.RELEASE_EXPIRED
    street.hub.renew()
    assert street.look().event == "checked"


def test_a_home_that_cannot_be_written_is_told_and_harms_nothing(street: Street) -> None:
    street.hub.release(city(ga_003="二"))
    spool = street.home.sync / "spool"
    shutil.rmtree(spool)
    spool.write_text("a file where the folder belongs")
    answer = street.look()
    assert (answer.event, answer.code) == ("failed", Code.RELEASE_FAILED)
    assert street.found() == "ga-003"
    spool.unlink()
    assert street.look().event == "ready"


# --- The process ------------------------------------------------------------------------------------------------------


def environ(street: Street, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BIANMINTING_")}
    return {**kept, "BIANMINTING_HOME": str(street.home.root), **more}


def kiosk(street: Street, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kiosk", *words],
        env=environ(street, **more),
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def fresh(street: Street) -> None:
    """The command knows no other time than the machine's."""
    street.time.at = dt.datetime.now(dt.UTC)
    street.hub.publisher.resign("kept by the publishers")
    street.hub.renew()


def test_the_command(street: Street) -> None:
    fresh(street)
    result = kiosk(street, "sync", "--once", "--from", street.server.url, "--json")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["event"] == "checked"

    street.hub.release(city(ga_003="二"))
    result = kiosk(street, "sync", "--once", "--json", BIANMINTING_SYNC__URL=street.server.url)
    told = json.loads(result.stdout)
    assert (result.returncode, told["event"], told["revision"]) == (0, "ready", 2)
    assert told["path"] == str(street.home.catalogue(2))
    assert told["digest"] == digest(city(ga_003="二"))

    street.hub.release(city(ga_003="三"))
    for path in (street.hub.step(3), street.hub.whole(3)):
        path.write_bytes(b"not what was signed")
    result = kiosk(street, "sync", "--once", "--from", street.server.url, "--json")
    assert (result.returncode, json.loads(result.stdout)["code"]) == (3, "S-02")

    result = kiosk(street, "sync", "--once", "--from", "http://127.0.0.1:9/")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("kiosk: S-01 ")

    result = kiosk(street, "sync", "--once")
    assert (result.returncode, result.stderr.startswith("kiosk: K-03 sync.url")) == (2, True)


def test_enrolling_by_command(street: Street, tmp_path: Path) -> None:
    new = {"BIANMINTING_HOME": str(tmp_path / "new")}
    result = kiosk(street, "sync", "--once", "--from", street.server.url, **new)
    assert (result.returncode, result.stderr[:12]) == (2, "kiosk: S-06 ")
    result = kiosk(street, "enrol", "ABCD-EFGH-JKMN", **new)
    assert (result.returncode, result.stderr[:12]) == (2, "kiosk: S-06 ")
    fresh(street)
    result = kiosk(street, "enrol", str(street.hub.public / "root.json"), **new)
    assert result.returncode == 0, result.stderr
    result = kiosk(street, "sync", "--once", "--from", str(street.hub.public), "--json", **new)
    assert (result.returncode, json.loads(result.stdout)["revision"]) == (0, 1), result.stderr


def read_line(process: subprocess.Popen[str]) -> Any:
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], 40)
    assert ready, "the sync process said nothing"
    return json.loads(process.stdout.readline())


def test_the_process_goes_on_until_its_input_ends(street: Street) -> None:
    fresh(street)
    process = subprocess.Popen(
        [sys.executable, "-m", "kiosk", "sync", "--from", street.server.url],
        env=environ(street),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdin is not None
        assert read_line(process)["event"] == "checked"
        street.hub.release(city(ga_003="二"))
        process.stdin.write("now\n")
        process.stdin.flush()
        told = read_line(process)
        assert (told["event"], told["revision"]) == ("ready", 2)
        process.stdin.close()
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def test_a_process_killed_at_any_moment_leaves_a_proved_catalogue(street: Street) -> None:
    fresh(street)
    changed = city(400, ga_003="二")
    street.hub.release(changed)
    chance = random.Random(7)
    for _ in range(5):
        process = subprocess.Popen(
            [sys.executable, "-m", "kiosk", "sync", "--once", "--json", "--from", street.server.url],
            env=environ(street),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(chance.uniform(0.4, 3.0))
        process.kill()
        process.wait()
        held = street.home.catalogues()
        assert {prove(path).digest for path in held} <= {digest(city()), digest(changed)}
        assert held[-1] == street.home.catalogue(1)
    assert kiosk(street, "sync", "--once", "--from", street.server.url).returncode == 0
    assert prove(street.home.catalogue(2)).digest == digest(changed)


HEARD = Answer("checked", NOW)
UNHEARD = Answer("failed", NOW, code=Code.HUB_OUT_OF_REACH)


def test_pauses_vary() -> None:
    pauses = Pauses(300, 0.2)
    seen = [pauses.after(HEARD) for _ in range(200)]
    assert 240 <= min(seen) < 250
    assert 350 < max(seen) <= 360
    assert [Pauses(300, 0).after(HEARD) for _ in range(3)] == [300, 300, 300]


def test_a_hub_out_of_reach_is_asked_less_and_less_often() -> None:
    longest = Pauses(300, 0.2, lambda least, most: most)
    assert [longest.after(UNHEARD) for _ in range(6)] == [360, 600, 1200, 2400, 3600, 3600]
    assert longest.after(HEARD) == 360
    assert longest.after(UNHEARD) == 360, "begins anew"
    drawn = Pauses(300, 0.2)
    for _ in range(5):
        drawn.after(UNHEARD)
    seen = [drawn.after(UNHEARD) for _ in range(200)]
    assert 300 <= min(seen) < 700 and 3000 < max(seen) <= 3600


def test_what_a_busy_hub_asks_for_is_kept() -> None:
    busy = Answer("failed", NOW, code=Code.HUB_OUT_OF_REACH, pause_s=900)
    seen = [Pauses(300, 0.2).after(busy) for _ in range(100)]
    assert min(seen) >= 900 and max(seen) <= 1080 and max(seen) - min(seen) > 60


def test_the_listener_hears_now_and_the_end() -> None:
    reading, writing = os.pipe()
    gone = threading.Event()
    with os.fdopen(reading) as stream:
        listener = Listener(stream, gone.set)
        with os.fdopen(writing, "w") as far:
            far.write("now\nnow\n")
            far.flush()
            listener.wait(30)
            assert not gone.is_set()
        assert gone.wait(10)


def test_a_second_sync_waits_for_the_first(street: Street) -> None:
    with (street.home.sync / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        release = threading.Timer(0.3, lambda: fcntl.flock(held, fcntl.LOCK_UN))
        release.start()
        assert street.look().event == "checked"
        release.join()
