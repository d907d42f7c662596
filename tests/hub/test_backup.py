"""A copy of the hub and a hub out of it: on each database, from each, with a kiosk that goes on afterwards."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import json
import shutil
import stat
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import MetaData, Table, select, text

from contentsync.client import Client, Installed, UpToDate
from contentsync.fetcher import Fetcher
from contentsync.marks import StateFile
from contentsync.trust import Trust
from domain.errors import Code, HubStoreError, SyncError
from domain.records import digest_of_lines
from hub import migrations
from hub.backup import LEFT_OUT, MANIFEST, BackupUnfit, back_up
from hub.copies import Kept, keep_copy
from hub.home import HubHome
from hub.office import Office
from hub.passwords import Passwords
from hub.publishing import one_at_a_time
from hub.refusal import Reason, Refused
from hub.restoring import read_manifest, restore
from hub.settings import HubSettings
from hub.store import engine_of, sqlite_url
from hub.tables import metadata, sessions
from hub.workflow import Role
from tests.hub.conftest import PASSPHRASE, PASSWORD, City, guide, org

ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
"""What is about files, and the same whatever the database is."""

Rows = dict[str, list[tuple[Any, ...]]]


@pytest.fixture
def filled(city: City) -> City:
    """A hub with two releases, a draft, an open session."""
    city.found()
    boss = city.add("boss", Role.EDITOR)
    items = city.office.items
    version = items.create(boss, org())
    version = items.submit(boss, version.item, version.edits)
    version = items.approve(city.first, version.item, version.edits)
    items.approve(city.second, version.item, version.edits)
    city.reviewed(city.draft(guide(summary="带身份证来。")))
    assert city.release() == 1
    city.reviewed(city.draft(guide("mz-002")))
    assert city.release() == 2
    city.draft(guide("mz-003", name="“样本”事项\u2028=1+1"))
    city.office.sessions.log_in("writer", PASSWORD)
    return city


@pytest.fixture(params=["sqlite", "postgresql"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, SecretStr | None]:
    """URL of an empty database for a home at `tmp_path`/anew, and the setting that names it."""
    if request.param == "sqlite":
        return sqlite_url(HubHome(tmp_path / "anew").database), None
    url = str(request.getfixturevalue("postgresql").bare())
    return url, SecretStr(url)


def rows(office: Office) -> Rows:
    """Everything that a copy holds."""
    return office.store.read(
        lambda connection: {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns))]
            for table in metadata.sorted_tables
            if table.name not in LEFT_OUT
        }
    )


def anew(city: City, home: HubHome, database: SecretStr | None, passwords: Passwords) -> City:
    """The restored hub, with the people of the old one."""
    office = Office.open(HubSettings(database=database), home, now=city.clock, passwords=passwords)
    return City(office, city.clock, {one.login: one for one in office.people.all()})


def kiosk(folder: Path, public: Path) -> Trust:
    trust = Trust(folder / "sync", StateFile(folder / "state.json"))
    trust.enrol((public / "root.json").read_bytes())
    return trust


def look(trust: Trust, public: Path, has: Installed | None) -> Installed | None:
    """What a kiosk has after a look at `public`: taken whole and proved; None: nothing new."""
    client = Client(str(public), trust, public.parent / "spool", Fetcher())
    found = client.poll(has)
    if isinstance(found, UpToDate):
        return None
    whole = found.whole or client.whole(found).whole
    assert whole is not None
    said = found.manifest
    assert digest_of_lines(whole.lines()) == said.digest
    return Installed(said.revision, said.digest)


def test_a_hub_comes_back_row_for_row_and_its_kiosk_goes_on(
    filled: City, target: tuple[str, SecretStr | None], tmp_path: Path, passwords: Passwords
) -> None:
    old, home = filled.office, HubHome(tmp_path / "anew")
    trust = kiosk(tmp_path, old.home.public)
    has = look(trust, old.home.public, None)
    assert has is not None and has.revision == 2
    made = back_up(old.store, old.home, tmp_path / "copy", tmp_path / "keys")
    before = rows(old)
    token = old.sessions.log_in("writer", PASSWORD).token

    done = restore(target[0], home, tmp_path / "copy", tmp_path / "keys", now=filled.clock)
    assert (done.manifest, done.out, done.keys, done.ahead) == (made, 2, True, False)
    new = anew(filled, home, target[1], passwords)
    with new.office:
        after = rows(new.office)
        told = after["audit"].pop()
        # The end of the chain moved on by the entry that tells of the restore, and nothing else did.
        marked: dict[str, dict[Any, Any]] = {
            name: dict(held["marks"]) for name, held in (("before", before), ("after", after))
        }
        assert told[0] == made.audit_seq + 1 and "backup.restore" in told
        assert marked["before"].pop("audit_head") != marked["after"].pop("audit_head")
        assert marked["before"] == marked["after"]
        assert {name: held for name, held in before.items() if name != "marks"} == {
            name: held for name, held in after.items() if name != "marks"
        }
        assert new.office.audit.verify() is None
        assert digest_of_lines(new.office.releases.lines()) == made.content
        assert new.office.sessions.session(token) is None, "who was logged in logs in again"
        assert new.office.sessions.log_in("writer", PASSWORD).session.person == filled.writer
        assert look(trust, home.public, has) is None, "the same release: nothing new"
        open = new.office.items.open("guide/mz-003")
        assert open is not None and open.record["name"] == "“样本”事项\u2028=1+1"
        new.reviewed(new.office.items.save(new.writer, open.item, guide("mz-003"), open.edits))
        assert new.release() == 3
        assert look(trust, home.public, has) == Installed(3, digest_of_lines(new.office.releases.lines()))


@ON_SQLITE
@pytest.mark.parametrize("same", [True, False])
def test_public_is_ahead_of_an_older_copy(filled: City, tmp_path: Path, passwords: Passwords, same: bool) -> None:
    """The database is lost, the files are not: what was released since is written again, and the number goes on.
    What is the same to the last character keeps its number.
    """
    old = filled.office
    back_up(old.store, old.home, tmp_path / "copy", tmp_path / "keys")
    later = filled.reviewed(filled.draft(guide("mz-004")))
    assert filled.release() == 3
    trust = kiosk(tmp_path, old.home.public)
    has = look(trust, old.home.public, None)
    assert has is not None and has.revision == 3
    home = HubHome(tmp_path / "anew")
    shutil.copytree(old.home.public, home.public)
    shutil.copytree(old.home.keys, home.keys)
    url = sqlite_url(home.database)
    with pytest.raises(Refused) as refused:
        restore(url, home, tmp_path / "copy", None, now=filled.clock)
    assert refused.value.reason is Reason.REVISION_ASTRAY
    done = restore(url, home, tmp_path / "copy", None, over_newer=True, now=filled.clock)
    assert (done.manifest.revision, done.out, done.ahead) == (2, 3, True)
    new = anew(filled, home, None, passwords)
    with new.office:
        new.reviewed(new.draft(dict(later.record) if same else guide("mz-005")))
        releases = new.office.releases
        open = releases.prepare(new.signer)
        for signer in (new.signer, new.cosigner):
            releases.approve(signer, open.id)
        with pytest.raises(Refused, match="revision_astray"):
            new.office.issuing.publish(new.signer, open.id, PASSPHRASE)
        assert new.office.issuing.publish(new.signer, open.id, PASSPHRASE, over=True).revision == (3 if same else 4)
        if same:
            assert look(trust, home.public, has) is None
            new.reviewed(new.draft(guide("mz-005")))
            assert new.release() == 4
        assert look(trust, home.public, has) == Installed(4, digest_of_lines(releases.lines()))
        assert new.office.audit.verify() is None


@ON_SQLITE
def test_everything_is_lost_and_kiosks_have_seen_more(filled: City, tmp_path: Path, passwords: Passwords) -> None:
    """Old database, old files, old counters: only kiosks know of revision 3."""
    old = filled.office
    back_up(old.store, old.home, tmp_path / "copy", tmp_path / "keys")
    filled.reviewed(filled.draft(guide("mz-004")))
    assert filled.release() == 3
    trust = kiosk(tmp_path, old.home.public)
    has = look(trust, old.home.public, None)
    home = HubHome(tmp_path / "anew")
    restore(
        sqlite_url(home.database), home, tmp_path / "copy", tmp_path / "keys",
        street=3, passphrase=PASSPHRASE, now=lambda: dt.datetime.now(dt.UTC),
    )  # fmt: skip
    with pytest.raises(SyncError, match="revision 2 released, 3 is installed"):
        look(trust, home.public, has)
    new = anew(filled, home, None, passwords)
    with new.office:
        new.reviewed(new.draft(guide("mz-005")))
        assert new.release() == 4
        assert look(trust, home.public, has) == Installed(4, digest_of_lines(new.office.releases.lines()))


@ON_SQLITE
def test_a_copy_holds_no_session_no_key_and_is_for_its_owner_alone(filled: City, tmp_path: Path) -> None:
    office, folder = filled.office, tmp_path / "copy"
    made = back_up(office.store, office.home, folder, None)
    with office.store.engine.connect() as connection:
        (session,) = connection.execute(select(sessions)).all()
    assert not LEFT_OUT & set(made.rows)
    for path in folder.rglob("*"):
        if path.is_file():
            assert path.stat().st_mode & 0o077 == 0, path
            data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            assert session.id.encode() not in data and session.csrf.encode() not in data
            assert not path.name.endswith(".key") and PASSWORD.encode() not in data
    assert folder.stat().st_mode & 0o077 == 0
    entry = office.audit.entries(limit=1)[0]
    assert (entry.action, entry.details, entry.seq) == ("backup.make", {"keys": False}, made.audit_seq)


@ON_SQLITE
def test_the_settings_come_along_and_come_back_beside_those_of_the_home(filled: City, tmp_path: Path) -> None:
    office, home, folder = filled.office, HubHome(tmp_path / "anew"), tmp_path / "copy"
    said = 'database = "postgresql://hub:a-secret@db.example/hub"\n'
    office.home.config.write_text(said, "utf-8")
    office.home.config.chmod(0o644)
    made = back_up(office.store, office.home, folder, None)
    assert (folder / "hub.toml").read_text("utf-8") == said and "hub.toml" in made.files
    assert stat.S_IMODE((folder / "hub.toml").stat().st_mode) == 0o600
    home.root.mkdir()
    home.config.write_text("# of the new machine\n", "utf-8")
    (home.root / "hub.toml.restored").write_text("# of a restore before\n", "utf-8")
    done = restore(sqlite_url(home.database), home, folder, None, now=filled.clock)
    assert done.config == home.root / "hub.toml.restored-2"
    assert done.config.read_text("utf-8") == said and stat.S_IMODE(done.config.stat().st_mode) == 0o600
    assert home.config.read_text("utf-8") == "# of the new machine\n"
    assert (home.root / "hub.toml.restored").read_text("utf-8") == "# of a restore before\n"


@ON_SQLITE
def test_the_newest_copies_are_kept(filled: City, tmp_path: Path) -> None:
    office, copies = filled.office, tmp_path / "copies"

    def night(most: int = 2) -> Kept:
        filled.clock.later(days=1)
        return keep_copy(office.store, office.home, copies, most, now=filled.clock)

    first, second = night(), night()
    (copies / "20200101T000000Z").mkdir()
    (copies / "20200101T000000Z" / "tables").mkdir()
    half = copies / f"{filled.clock.at + dt.timedelta(hours=20):%Y%m%dT%H%M%SZ}"
    half.mkdir()
    (copies / "notes").mkdir()
    (copies / "20200102T000000Z").symlink_to(tmp_path)
    third = night()
    assert third.removed == 2 and {one.name for one in copies.iterdir()} == {
        second.folder.name, third.folder.name, half.name, "notes", "20200102T000000Z",
    }  # fmt: skip
    assert read_manifest(third.folder) == third.made and not first.folder.exists()
    with one_at_a_time(office.home.publishing), pytest.raises(Refused, match="already_publishing"):
        night(1)
    assert second.folder.exists() and third.folder.exists(), "nothing goes before there is something newer"
    assert sorted(one.name for one in copies.iterdir() if (one / MANIFEST).exists()) == [
        second.folder.name, third.folder.name,
    ]  # fmt: skip
    with pytest.raises(BackupUnfit, match="everybody can fetch"):
        keep_copy(office.store, office.home, office.home.public / "copies", 2, now=filled.clock)


@ON_SQLITE
def test_where_a_copy_cannot_go(filled: City, tmp_path: Path) -> None:
    office, folder = filled.office, tmp_path / "copy"
    for keys in (folder, folder / "keys", tmp_path):
        with pytest.raises(BackupUnfit, match="two places"):
            back_up(office.store, office.home, folder, keys)
    (folder / "something").write_text("here")
    with pytest.raises(BackupUnfit, match="not empty"):
        back_up(office.store, office.home, folder, None)
    with one_at_a_time(office.home.publishing), pytest.raises(Refused, match="already_publishing"):
        back_up(office.store, office.home, tmp_path / "other", None)
    assert not (tmp_path / "other" / MANIFEST).exists()
    with pytest.raises(BackupUnfit, match="not finished"):
        restore(sqlite_url(tmp_path / "x.db"), HubHome(tmp_path / "anew"), tmp_path / "other", None)


def repacked(folder: Path, table: str, change: Any) -> None:
    """Changes a table of a copy, and the manifest so that the file is what it says."""
    file = folder / f"tables/{table}.jsonl.gz"
    held = [json.loads(line) for line in gzip.decompress(file.read_bytes()).splitlines()]
    change(held)
    file.write_bytes(gzip.compress("".join(json.dumps(one) + "\n" for one in held).encode()))
    manifest = json.loads((folder / MANIFEST).read_bytes())
    data = file.read_bytes()
    manifest["files"][f"tables/{table}.jsonl.gz"] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    (folder / MANIFEST).write_text(json.dumps(manifest))


def altered(held: list[list[Any]]) -> None:
    held[1][held[0].index("line")] = held[1][held[0].index("line")].replace("样本", "假的")


def test_what_is_not_the_copy_that_was_made_is_not_restored(
    filled: City, target: tuple[str, SecretStr | None], tmp_path: Path
) -> None:
    office = filled.office
    back_up(office.store, office.home, tmp_path / "copy", tmp_path / "keys")

    def refused(name: str, match: str, spoil: Any) -> None:
        folder = tmp_path / name
        shutil.copytree(tmp_path / "copy", folder)
        spoil(folder)
        with pytest.raises(BackupUnfit, match=match):
            restore(target[0], HubHome(tmp_path / "anew"), folder, None, now=filled.clock)

    refused("torn", "is not as it was", lambda at: (at / "tables/versions.jsonl.gz").write_bytes(b"\x1f\x8b"))
    refused("lost", "is missing", lambda at: (at / "tables/items.jsonl.gz").unlink())
    refused("content", "live content", lambda at: repacked(at, "versions", altered))
    refused("audit", "entry 3 is altered", lambda at: repacked(at, "audit", lambda rows: rows[3].__setitem__(2, "x")))
    refused("cut", "not the", lambda at: repacked(at, "audit", lambda rows: rows.pop()))
    refused("newer", "this hub knows", lambda at: _say(at, schema_="9999"))
    refused("strange", "format 7", lambda at: _say(at, format=7))
    refused("outside", "leads out", lambda at: _say(at, files={"../x": {"bytes": 1, "sha256": "0"}}))
    (tmp_path / "keys" / "online.key").write_text("{}")
    with pytest.raises(BackupUnfit, match=r"online\.key is not as"):
        restore(target[0], HubHome(tmp_path / "anew"), tmp_path / "copy", tmp_path / "keys")
    # Nothing of all this is there, and the whole copy can still come.
    done = restore(target[0], HubHome(tmp_path / "anew"), tmp_path / "copy", None, now=filled.clock)
    assert (done.keys, done.out) == (False, None)
    with pytest.raises(Refused, match="not_empty"):
        restore(target[0], HubHome(tmp_path / "anew"), tmp_path / "copy", None)


def _say(folder: Path, **fields: Any) -> None:
    manifest = json.loads((folder / MANIFEST).read_bytes())
    (folder / MANIFEST).write_text(json.dumps(manifest | fields))


@ON_SQLITE
def test_a_copy_of_older_tables_is_brought_to_todays(filled: City, tmp_path: Path) -> None:
    office, folder, home = filled.office, tmp_path / "copy", HubHome(tmp_path / "anew")
    made = back_up(office.store, office.home, folder, None)
    engine = engine_of(sqlite_url(tmp_path / "then.db"))
    with engine.begin() as connection:
        migrations.upgrade(connection, "0006")
        then = MetaData()
        then.reflect(connection)
    engine.dispose()

    def as_then(held: list[list[Any]], table: Table) -> None:
        names = list(held[0])
        for row in held:
            row[:] = [value for name, value in zip(names, row, strict=True) if name in table.columns]

    for name, table in then.tables.items():
        if name in made.rows:
            repacked(folder, name, partial(as_then, table=table))
    _say(folder, schema_="0006", rows={name: count for name, count in made.rows.items() if name in then.tables})
    restore(sqlite_url(home.database), home, tmp_path / "copy", None, now=filled.clock)
    engine = engine_of(sqlite_url(home.database))
    with engine.begin() as connection:
        assert migrations.revision(connection) == migrations.HEAD
        assert connection.execute(text("SELECT count(*) FROM versions")).scalar_one() == 4
    engine.dispose()


@ON_SQLITE
def test_a_restore_that_was_stopped_half_way_is_told_and_made_again(
    filled: City, tmp_path: Path, passwords: Passwords
) -> None:
    office, home = filled.office, HubHome(tmp_path / "anew")
    back_up(office.store, office.home, tmp_path / "copy", tmp_path / "keys")
    for torn in (home.keys, home.public):  # what a kill leaves while files are being put in place
        aside = torn.with_name(f"{torn.name}.restoring")
        aside.mkdir(parents=True)
        (aside / "root.json").write_text("{")

    def again() -> int | None:
        return restore(sqlite_url(home.database), home, tmp_path / "copy", tmp_path / "keys", now=filled.clock).out

    revision = again()
    assert revision == office.releases.revision() and not list(home.root.rglob("*.restoring"))
    for file in home.folder.glob("hub.db*"):  # a kill before the database was filled
        file.unlink()
    with pytest.raises(HubStoreError, match=f"release {revision}, the database has nothing") as told:
        Office.open(HubSettings(), home, now=filled.clock, passwords=passwords)
    assert told.value.code is Code.HALF_RESTORED
    assert again() == revision
    with Office.open(HubSettings(), home, now=filled.clock, passwords=passwords) as restored:
        assert restored.releases.revision() == revision and restored.audit.verify() is None


@ON_SQLITE
def test_a_hub_whose_keys_are_away_still_opens_and_says_so(filled: City, tmp_path: Path, passwords: Passwords) -> None:
    home = HubHome(tmp_path / "anew")
    shutil.copytree(filled.office.home.public, home.public)
    with Office.open(HubSettings(), home, now=filled.clock, passwords=passwords) as keyless:
        assert keyless.press.founded
        with pytest.raises(SyncError, match="no keys in") as told:
            keyless.press.standing()
    assert told.value.code is Code.KEY_REFUSED


def test_another_hubs_public_folder_is_not_taken_over(filled: City, tmp_path: Path) -> None:
    office, home = filled.office, HubHome(tmp_path / "anew")
    back_up(office.store, office.home, tmp_path / "copy", None)
    home.public.mkdir(parents=True)
    (home.public / "root.json").write_text("{}")
    with pytest.raises(BackupUnfit, match="another hub"):
        restore(sqlite_url(home.database), home, tmp_path / "copy", None)
