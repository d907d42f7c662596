"""A hub in a temporary home over SQLite, and over a PostgreSQL that is started here and ended afterwards."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import psycopg
import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from pydantic import SecretStr
from sqlalchemy import Engine, event

import hub.store
from hub.home import HubHome
from hub.item import Version
from hub.office import Office
from hub.passwords import Passwords
from hub.people import Person
from hub.settings import HubSettings
from hub.store import Store, sqlite_url
from hub.tables import metadata
from hub.workflow import CITY, Role
from tests.cheap import cheap_keys
from tests.hub.portable import Statements

PASSPHRASE = "a passphrase for tests"
ROOTS = {number: f"root passphrase {number}" for number in (1, 2, 3)}
PASSWORD = "long enough to pass"
DEPARTMENT = "org-mz"


class Server:
    """A PostgreSQL of our own: a Unix socket in a temporary folder, no network, gone afterwards."""

    def __init__(self, programs: Path) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="hub-pg-"))
        self._as: list[str] = []
        if os.geteuid() == 0:  # which PostgreSQL refuses, and what is unpacked in a home only root may see
            programs = copied(programs, self.folder / "server")
            shutil.chown(self.folder, "nobody", "nogroup")
            self._as = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"]
        # However the tests end, the server ends with them.
        self._mortal = [*(self._as[:-1] or ["setpriv"]), "--pdeathsig=QUIT", "--"]
        data = self.folder / "data"
        environ = {**os.environ, "LC_ALL": "C.UTF-8"}
        initdb = [*self._as, str(programs / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-N"]
        subprocess.run([*initdb, "-E", "UTF8"], check=True, capture_output=True, cwd=self.folder, env=environ)
        options = (
            "listen_addresses=",
            "fsync=off",
            "full_page_writes=off",
            "jit=off",  # its compiler is a package of its own
            f"unix_socket_directories={self.folder}",
        )
        self.process = subprocess.Popen(
            [
                *self._as,
                str(programs / "postgres"),
                "-D",
                str(data),
                *(word for one in options for word in ("-c", one)),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.folder,
            env=environ,
        )
        until = time.monotonic() + 120
        while True:
            try:
                psycopg.connect(self.url("postgres")).close()
                break
            except psycopg.OperationalError:
                if time.monotonic() > until or self.process.poll() is not None:
                    self.stop()
                    raise
                time.sleep(0.05)  # the server says nothing when it is ready; only asking tells
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE hub")
            connection.execute("CREATE DATABASE bare")
        Store(self.url("hub")).close()

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def emptied(self) -> str:
        """The URL of a database with the hub's tables and nothing in them."""
        with psycopg.connect(self.url("hub")) as connection:
            deletions = (f"DELETE FROM {table.name}" for table in reversed(metadata.sorted_tables))
            connection.execute("; ".join(deletions).encode())
        return self.url("hub")

    def keep(self, database: str) -> None:
        """Makes a database of this name out of what is in the hub's, for `copy`."""
        self._made_of(database, "hub")

    def copy(self, database: str) -> str:
        """The URL of a copy of what was kept under this name; one copy at a time."""
        self._made_of("copy", database)
        return self.url("copy")

    def _made_of(self, database: str, template: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)".encode())
            connection.execute(f"CREATE DATABASE {database} TEMPLATE {template}".encode())

    def bare(self) -> str:
        """The URL of a database without a table."""
        with psycopg.connect(self.url("bare"), autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
        return self.url("bare")

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(20)
        shutil.rmtree(self.folder)


def copied(programs: Path, folder: Path) -> Path:
    """The programs with their libraries and tables, copied into `folder`; they find each other by where they lie."""
    usr, version = programs.parents[3], programs.parents[0].name
    shutil.copytree(programs.parent, folder / "lib/postgresql" / version, ignore=shutil.ignore_patterns("bitcode"))
    shutil.copytree(usr / "share/postgresql" / version, folder / "share/postgresql" / version)
    return folder / "lib/postgresql" / version / "bin"


@pytest.fixture(scope="session")
def postgresql(root: Path, lacking: Callable[[str], NoReturn]) -> Iterator[Server]:
    home = Path(os.environ.get("BIANMINTING_HOME") or root / "var")
    places = (home / "services/usr/lib/postgresql", Path("/usr/lib/postgresql"))
    found = [initdb for place in places for initdb in sorted(place.glob("*/bin/initdb"))[-1:]]
    if not found:
        lacking(f"PostgreSQL in {' or '.join(map(str, places))}; deploy/env.sh --tests unpacks it")
    server = Server(found[0].parent)
    yield server
    server.stop()


@pytest.fixture(scope="session", autouse=True)
def all_statements() -> Iterator[Statements]:
    """Every statement that any database of a hub is given in these tests, each looked at once. What else runs in this
    process, a kiosk's own store, has its own dialect.
    """
    statements = Statements()
    made = hub.store.engine_of

    def watched(url: str) -> Engine:
        engine = made(url)
        event.listen(engine, "before_cursor_execute", statements.before)
        return engine

    hub.store.engine_of = watched
    yield statements
    hub.store.engine_of = made


@pytest.fixture(autouse=True)
def statements(all_statements: Statements) -> Iterator[Statements]:
    """Fails a test whose statements not every PostgreSQL understands."""
    yield all_statements
    found, all_statements.found = all_statements.found, []
    assert found == []


@dataclass
class Clock:
    """Time that a test moves."""

    at: dt.datetime = field(default_factory=lambda: dt.datetime(2026, 11, 20, 7, 0, tzinfo=dt.UTC))

    def __call__(self) -> dt.datetime:
        self.at += dt.timedelta(milliseconds=1)
        return self.at

    def later(self, **spans: float) -> None:
        self.at += dt.timedelta(**spans)


@pytest.fixture(scope="session")
def passwords() -> Passwords:
    """Cheap ones: what a real hash costs is not what these tests are about."""
    return Passwords(PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),)))


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> SecretStr | None:
    """None: SQLite in the home; else the URL of an empty PostgreSQL database."""
    if request.param == "sqlite":
        return None
    server: Server = request.getfixturevalue("postgresql")
    return SecretStr(server.emptied())


@pytest.fixture(scope="session")
def new_home(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], HubHome]:
    """Makes a home with a migrated, empty SQLite file: migrations take longer than most tests."""
    migrated = tmp_path_factory.mktemp("migrated") / "hub.db"
    Store(sqlite_url(migrated)).close()
    assert list(migrated.parent.iterdir()) == [migrated]  # nothing is left in a log beside it

    def new(root: Path) -> HubHome:
        home = HubHome(root)
        home.prepare()
        shutil.copyfile(migrated, home.database)
        return home

    return new


@dataclass
class City:
    """An office and its people: writer, first, second (reviewers), signer, cosigner, collector, operator, auditor."""

    office: Office
    clock: Clock
    people: dict[str, Person]

    def __getattr__(self, name: str) -> Person:
        return self.people[name]

    def add(self, login: str, role: Role, department: str = CITY) -> Person:
        person = self.office.people.add(login, f"样本{login}", department, {role}, PASSWORD)
        self.people[login] = person
        return person

    def draft(self, raw: dict[str, Any]) -> Version:
        return self.office.items.create(self.writer, raw)

    def reviewed(self, version: Version) -> Version:
        """Through both reviews."""
        items = self.office.items
        version = items.submit(self.writer, version.item, version.edits)
        version = items.approve(self.first, version.item, version.edits)
        return items.approve(self.second, version.item, version.edits)

    def found(self) -> None:
        with cheap_keys():
            self.office.press.found(ROOTS, PASSPHRASE, dt.datetime.now(dt.UTC))

    def release(self) -> int:
        """Everything approved goes out; the new revision."""
        releases = self.office.releases
        open = releases.prepare(self.signer)
        releases.approve(self.signer, open.id)
        releases.approve(self.cosigner, open.id)
        revision = self.office.issuing.publish(self.signer, open.id, PASSPHRASE).revision
        assert revision is not None
        return revision


STAFF = {
    "writer": (Role.EDITOR, DEPARTMENT),
    "first": (Role.DEPARTMENT_REVIEWER, DEPARTMENT),
    "second": (Role.CITY_REVIEWER, CITY),
    "signer": (Role.PUBLISHER, CITY),
    "cosigner": (Role.PUBLISHER, CITY),
    "operator": (Role.OPERATOR, CITY),
    "auditor": (Role.AUDITOR, CITY),
}


@pytest.fixture
def city(
    tmp_path: Path, database: SecretStr | None, passwords: Passwords, new_home: Callable[[Path], HubHome]
) -> Iterator[City]:
    clock = Clock()
    settings = HubSettings(database=database)
    home = new_home(tmp_path / "home") if database is None else HubHome(tmp_path / "home")
    with Office.open(settings, home, now=clock, passwords=passwords) as office:
        made = City(office, clock, {})
        for login, (role, department) in STAFF.items():
            made.add(login, role, department)
        yield made


@pytest.fixture(scope="session")
def sample_city(root: Path) -> Path:
    return root / "deploy" / "sample_city"


def org(id: str = DEPARTMENT, **fields: Any) -> dict[str, Any]:
    return {"kind": "org", "id": id, "name": "样本局", **fields}


def guide(id: str = "mz-001", **fields: Any) -> dict[str, Any]:
    """A guide without a finding that would stop it; what is None is left out."""
    made = {
        "kind": "guide",
        "id": id,
        "name": f"样本事项 {id}",
        "department": DEPARTMENT,
        "materials": [{"name": "身份证", "originals": 1}],
        "phone": {"enquiry": "0535-6000001", "complaint": "0535-6000002"},
        "fee": {"charged": False, "text": "不收费"},
        **fields,
    }
    return {name: value for name, value in made.items() if value is not None}


def fact(id: str = "f-001", **fields: Any) -> dict[str, Any]:
    return {
        "kind": "fact",
        "id": id,
        "name": "样本问题？",
        "question": "样本问题？",
        "answer": "样本回答。",
        "verified_by": DEPARTMENT,
        **fields,
    }
