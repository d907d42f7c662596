"""The hub under an office's day: editors who save, send in and review at the same time over HTTP, and a fleet that
reports. PostgreSQL where it was unpacked, else SQLite; health is taken in on both.
"""

from __future__ import annotations

import contextlib
import json
import random
import re
import statistics
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from pydantic import SecretStr
from sqlalchemy import insert

from domain.home import checkout
from hub.home import HubHome
from hub.importing import read_lines
from hub.office import Office
from hub.passwords import Passwords
from hub.reports import Sent
from hub.settings import HubSettings, LoginSettings, WebSettings
from hub.store import utc_now, written
from hub.tables import devices
from hub.web.app import create
from hub.workflow import CITY, Action, Role
from tests.bench.figure import Figure
from tests.hub.conftest import PASSWORD, Server, guide, org
from tests.hub.kiosks import health
from tests.hub.long_lists import workbook
from tests.hub.web.conftest import serving, tokens
from tests.hub.web.reading import form_of, words
from uplink.messages import Batch

QUICKER = re.compile("改过了，请并排看一看再存|这一条现在没有在审|这一步是编办复核")
"""What somebody reads who was not the first."""
DONE = ("”过了初审，", "”过了复核，", "”退回去了，")
"""What a reviewer reads whose word was taken."""
PEOPLE = 30
REVIEWERS = 10
LISTED = 7_000
"""Drafts of one person that came with a list."""
LISTED_PAGES = ("/tasks", "/tasks?show=imported", "/items", "/candidates", "/import")
TURNS = 12
"""How often each of these pages is opened."""
OWN = 6
"""Drafts that each editor begins with."""
TOGETHER = 5
"""Editors who write the same item at the same time."""
LASTS_S = 60.0
WITHOUT_PAUSES = 1 / 3
"""Share of that in which they do not pause at all, which nobody does: it tells where the processor is full."""
GLANCES = 3
"""How often somebody who types stops for long enough that the page shows what the lint and the slip say now."""
GLANCE_S = (2.0, 6.0)
READING_S = (5.0, 15.0)
"""Seconds, from and to: what is typed between two glances, and what a reviewer reads before a word."""
KIOSKS = 500
"""Their reports come as one batch."""
ROUNDS = 4


def figures(folder: Path, seconds: float = LASTS_S) -> list[Figure]:
    """The figures of this part; people who pause are at work for `seconds`, people who do not for a part of that."""
    found: list[Figure] = []
    with _postgresql() as server:
        databases = {"SQLite": None, **({"PostgreSQL": SecretStr(server.emptied())} if server is not None else {})}
        for name, database in databases.items():
            with _office(folder / name, database) as office:
                found.append(Figure(f"health taken in, {name}, batches of {KIOSKS}", _ingest(office), "/s"))
            emptied = SecretStr(server.emptied()) if server is not None and databases[name] is not None else None
            with _office(folder / f"{name}-list", emptied) as office:
                read, tried, took, worked = _listed(office)
                found.append(Figure(f"{LISTED} records in and linted, {name}, of a processor", read, "s", most=20))
                found.append(Figure(f"{LISTED} rows of an xlsx tried out, {name}, of a processor", tried, "s", most=20))
                pages = f"pages of who has {LISTED} drafts, {name}, p95"
                found.append(Figure(pages, took, "s"))
                found.append(Figure(f"{pages}, of a processor", worked, "s", most=0.3))
        name = list(databases)[-1]
        for paced in (False, True):
            emptied = SecretStr(server.emptied()) if server is not None else None
            with _office(folder / f"{name}-day-{paced}", emptied) as office:
                found += _day(office, name, seconds if paced else seconds * WITHOUT_PAUSES, paced=paced)
    return found


@contextlib.contextmanager
def _postgresql() -> Iterator[Server | None]:
    tree = checkout()
    places = (tree / "var/services/usr/lib/postgresql" if tree else Path("/"), Path("/usr/lib/postgresql"))
    programs = [one for place in places for one in sorted(place.glob("*/bin/initdb"))[-1:]]
    server = Server(programs[0].parent) if programs else None
    try:
        yield server
    finally:
        if server is not None:
            server.stop()


@contextlib.contextmanager
def _office(home: Path, database: SecretStr | None) -> Iterator[Office]:
    settings = HubSettings(
        database=database,
        web=WebSettings(secure_cookies=False),
        login=LoginSettings(tries_per_login=1000, tries_per_address=100_000),
    )
    cheap = Passwords(PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),)))
    with Office.open(settings, HubHome(home), passwords=cheap) as office:
        yield office


def _ingest(office: Office) -> float:
    """Reports of health a second, all kiosks in one transaction; the first, which begins the rows, is left out."""
    now = written(utc_now())
    rows = [
        {"id": f"{n:032x}", "number": str(n), "name": f"样本亭{n}", "place": "", "ring": "all", "key": f"{n:064x}"}
        for n in range(1, KIOSKS + 1)
    ]
    office.store.run_tx(
        lambda connection: connection.execute(insert(devices), [{**row, "enrolled_at": now} for row in rows])
    )
    kiosks = [found for row in rows if (found := office.devices.get(row["id"])) is not None]
    took = []
    for seq in range(1, ROUNDS + 1):
        sent = [Sent(device, Batch.model_validate_json(_batch(seq)).messages) for device in kiosks]
        since = time.monotonic()
        taken = office.reports.ingest(sent)
        took.append(time.monotonic() - since)
        assert len(taken) == KIOSKS and all(one.newest == seq for one in taken)
    return KIOSKS / statistics.median(took[1:])


def _listed(office: Office) -> tuple[float, float, float, float]:
    """Seconds of the processor for a list of a whole city that becomes drafts, and for one that is tried out. Then of a
    page of the one whose drafts they are, 95th percentile: on the clock, and of the processor of this process, which is
    the hub and who asks it.
    """
    person = office.people.add("lister", "样本采编", CITY, {Role.COLLECTOR}, PASSWORD)
    records = [org(f"org-{n}", name=f"样本局{n}") for n in range(60)]
    records += [guide(f"mz-{n:05}", department=f"org-{n % 60}") for n in range(LISTED)]
    lines = [json.dumps(one, ensure_ascii=False).encode() for one in records]
    since = time.process_time()
    report = office.importing.drafts(read_lines([("list", lines)]), person)
    read = time.process_time() - since
    assert len(report.new) == len(records)
    content = workbook(LISTED)
    since = time.process_time()
    id = office.trials.begin(person, "list.xlsx", content)
    office.trials.run(person, id, content)
    tried = time.process_time() - since
    told = office.trials.get(person, id)
    assert told.report is not None and told.report["lines"] == 4 * LISTED, told.told
    took: list[float] = []
    worked: list[float] = []
    for url in serving(create(office)):
        with httpx.Client(base_url=url, timeout=60) as client:
            client.post("/login", data={**tokens(client, "/login"), "login": "lister", "password": PASSWORD})
            for turn in range(TURNS + 1):
                for path in LISTED_PAGES:
                    since, used = time.monotonic(), time.process_time()
                    answer = client.get(path)
                    assert answer.status_code == 200 and len(answer.content) < 200_000, path
                    if turn:  # the first one fills caches
                        took.append(time.monotonic() - since)
                        worked.append(time.process_time() - used)
    return read, tried, statistics.quantiles(took, n=20)[-1], statistics.quantiles(worked, n=20)[-1]


def _batch(seq: int) -> bytes:
    return json.dumps({"messages": [health(seq)]}).encode()


# --- The day ----------------------------------------------------------------------------------------------------------


@dataclass
class Worker:
    """Somebody at a browser: logs in, waits until all have, works for so many seconds.

    `paced`: with the pauses of people, else without any. `took`: seconds of each form that wrote. `done`: what the hub
    acknowledged, as (item, edits that were seen, action).
    """

    url: str
    login: str
    seconds: float
    together: threading.Barrier
    paced: bool = False
    took: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    done: list[tuple[str, int, Action]] = field(default_factory=list)
    conflicts: int = 0

    def run(self) -> None:
        try:
            with httpx.Client(base_url=self.url, timeout=60) as client:
                given = {**tokens(client, "/login"), "login": self.login, "password": PASSWORD}
                answer = client.post("/login", data=given)
                if answer.status_code != 303:
                    self.errors.append(f"logging in: {answer.status_code}")
                self.together.wait(60)
                until = time.monotonic() + self.seconds
                self._pause(0.0, READING_S[1])  # nobody begins at the same second
                while time.monotonic() < until and not self.errors:
                    self.work(client)
        except Exception as error:
            self.errors.append(repr(error))
            self.together.abort()

    def work(self, client: httpx.Client) -> None:
        raise AssertionError("an editor or a reviewer")

    def _pause(self, least: float, most: float) -> None:
        if self.paced:
            time.sleep(random.uniform(least, most))

    def did(self, action: Action) -> int:
        """How often the hub acknowledged it."""
        return sum(one[2] is action for one in self.done)

    def _seen(self, client: httpx.Client, path: str) -> str:
        got = client.get(path, follow_redirects=True)
        if got.status_code != 200:
            self.errors.append(f"GET {path}: {got.status_code}")
        return got.text

    def _sent(self, client: httpx.Client, path: str, fields: Any, done: tuple[str, ...] = ()) -> bool:
        """Whether it was done; False when somebody else was quicker, and anything else is an error. `done`: what the
        next page says then, where it may say something else.
        """
        since = time.monotonic()
        got = client.post(path, data=fields)
        self.took.append(time.monotonic() - since)
        said = got.text
        if got.status_code == 303:
            if not path.startswith("/review/"):
                return True
            said = self._seen(client, "/tasks")  # a refusal is a sentence on the page that comes next
            if any(word in said for word in done):
                return True
        if got.status_code in (303, 409) and QUICKER.search(said):
            self.conflicts += 1
        else:
            told = re.search(r'role="(?:alert|status)".*?</div>', said, re.DOTALL)
            self.errors.append(f"POST {path}: {got.status_code} {words(told[0]) if told else ''}")
        return False


@dataclass
class Editor(Worker):
    """Saves the own guides, and one that colleagues save at the same time; sends the own ones in. With pauses, the page
    asks for the lint and the slip in each of them, as it does in a browser (`glanced`: seconds of that).
    """

    own: list[str] = field(default_factory=list)
    shared: str = ""
    saved: set[str] = field(default_factory=set)
    turn: int = 0
    glanced: list[float] = field(default_factory=list)

    def work(self, client: httpx.Client) -> None:
        self.turn += 1
        key = self.own[-1] if self.own and self.turn % 3 else self.shared
        submit = key in self.saved
        if self._save(client, key, submit) and key != self.shared:
            if submit:
                self.own.pop()
            else:
                self.saved.add(key)

    def _save(self, client: httpx.Client, key: str, submit: bool) -> bool:
        page = self._seen(client, f"/items/{key}")
        if self.errors:
            return False
        written = form_of(page) | {"summary": [f"{self.login}：{self.turn}"]}
        if self.paced:
            for _ in range(GLANCES):
                self._pause(*GLANCE_S)
                self._glance(client, key, written)
        fields = written | {"_do": ["submit" if submit else "save"]}
        edits = int(fields["_edits"][0])
        if not self._sent(client, f"/items/{key}", fields):
            return False
        self.done.append((key, edits, Action.SAVE))
        if submit:
            self.done.append((key, edits + 1, Action.SUBMIT))
        return True

    def _glance(self, client: httpx.Client, key: str, written: Any) -> None:
        since = time.monotonic()
        got = client.post(f"/items/{key}/preview", data=written | {"_do": ["check"]})
        self.glanced.append(time.monotonic() - since)
        if got.status_code != 200 or 'id="slip"' not in got.text:
            self.errors.append(f"preview of {key}: {got.status_code}")


@dataclass
class Reviewer(Worker):
    """Looks at one of those that wait; passes it, and every fifth one goes back."""

    turn: int = 0

    def work(self, client: httpx.Client) -> None:
        waiting = re.findall(r'href="/review/(guide/[a-z0-9-]+)"', self._seen(client, "/review"))
        if not waiting:
            if not self.paced:
                time.sleep(0.5)  # as somebody who looks again
            self._pause(*READING_S)
            return
        page = self._seen(client, f"/review/{random.choice(waiting[:20])}")
        form = re.search(r'action="/review/(guide/[a-z0-9-]+)/approve".*?name="edits" value="(\d+)"', page, re.DOTALL)
        if form is None:
            return  # somebody else was quicker, and nothing waits any more
        key, edits = form[1], int(form[2])  # the page may be that of another one when this one is gone
        sealed = dict(re.findall(r'name="(csrftoken|seal)" value="([^"]*)"', page))
        self._pause(*READING_S)
        self.turn += 1
        back = self.turn % 5 == 0
        fields = {**sealed, "edits": str(edits), "remark": "请写出处。" if back else ""}
        if self._sent(client, f"/review/{key}/{'return' if back else 'approve'}", fields, DONE):
            self.done.append((key, edits, Action.RETURN if back else Action.APPROVE))


def _day(office: Office, name: str, seconds: float, *, paced: bool = False) -> list[Figure]:
    people = office.people
    boss = people.add("boss", "样本", CITY, {Role.EDITOR, Role.COLLECTOR}, PASSWORD)
    office.items.create(boss, org())
    editors = [
        people.add(f"e{place}", f"样本编辑{place}", "org-mz", {Role.EDITOR}, PASSWORD)
        for place in range(PEOPLE - REVIEWERS)
    ]
    for place in range(REVIEWERS):
        role = Role.DEPARTMENT_REVIEWER if place % 2 else Role.CITY_REVIEWER
        people.add(f"r{place}", f"样本审核{place}", "org-mz" if place % 2 else CITY, {role}, PASSWORD)
    together = threading.Barrier(PEOPLE + 1)
    for url in serving(create(office)):
        workers: list[Worker] = []
        for place, person in enumerate(editors):
            own = [office.items.create(person, guide(f"own-{place}-{n}")).item for n in range(OWN)]
            shared = f"shared-{place // TOGETHER}"
            if place % TOGETHER == 0:
                office.items.create(person, guide(shared))
            workers.append(Editor(url, person.login, seconds, together, paced, own=own, shared=f"guide/{shared}"))
        workers += [Reviewer(url, f"r{place}", seconds, together, paced) for place in range(REVIEWERS)]
        threads = [threading.Thread(target=worker.run) for worker in workers]
        for thread in threads:
            thread.start()
        with contextlib.suppress(threading.BrokenBarrierError):  # whoever broke it says why
            together.wait(60)
        begun = time.monotonic()
        for thread in threads:
            thread.join(seconds + 90)
        lasted = time.monotonic() - begun
    errors = [error for worker in workers for error in worker.errors]
    for error in errors[:5]:
        sys.stderr.write(f"  {error}\n")

    def did(action: Action) -> int:
        return sum(worker.did(action) for worker in workers)

    editing = [worker for worker in workers if isinstance(worker, Editor)]
    took = sorted(one for worker in editing for one in worker.took) or [0.0]
    glanced = sorted(one for worker in editing for one in worker.glanced)
    about = f"{PEOPLE} people{' who pause as people do' if paced else ''}, {name}"
    found = [
        Figure(f"{about}: errors", len(errors), most=0),
        Figure(f"{about}: lost updates", _lost(office, workers), most=0),
        Figure(f"{about}: audit log is whole", float(office.audit.verify() is None), least=1),
        Figure(f"{about}: saves", did(Action.SAVE) / lasted, "/s"),
        Figure(f"{about}: sent in", did(Action.SUBMIT), least=None if paced else 1),
        Figure(f"{about}: approved", did(Action.APPROVE), least=None if paced else 1),
        Figure(f"{about}: returned", did(Action.RETURN)),
        Figure(f"{about}: told that somebody was quicker", sum(worker.conflicts for worker in workers)),
        Figure(f"{about}: a save, median", 1000 * took[len(took) // 2], "ms", most=300 if paced else None),
        Figure(f"{about}: a save, p95", 1000 * took[int(len(took) * 0.95)], "ms"),
    ]
    if glanced:
        found += [
            Figure(f"{about}: lint and slip while typing", len(glanced) / lasted, "/s"),
            Figure(f"{about}: lint and slip, median", 1000 * glanced[len(glanced) // 2], "ms"),
            Figure(f"{about}: lint and slip, p95", 1000 * glanced[int(len(glanced) * 0.95)], "ms"),
        ]
    return found


def _lost(office: Office, workers: list[Worker]) -> int:
    """What was acknowledged and is not in the history, and what went over something that its writer had not seen:
    two that were acknowledged for the same count of edits.
    """
    done = [one for worker in workers for one in worker.done]
    wanted = Counter((key, action) for key, _, action in done)
    lost = len(done) - len({(key, edits) for key, edits, _ in done})
    for key in {key for key, _ in wanted}:
        held = Counter(step.action for step in office.items.history(key, 1))
        actions = [action for of, action in wanted if of == key]
        lost += sum(max(0, wanted[key, action] - held[action]) for action in actions)
        edits = office.items.version(key, 1).edits
        lost += max(0, 1 + sum(wanted[key, action] for action in actions) - edits)
    return lost
