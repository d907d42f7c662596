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

from hub.device import Device
from hub.home import HubHome, checkout
from hub.office import Office
from hub.passwords import Passwords
from hub.reports import Sent
from hub.settings import HubSettings, LoginSettings, WebSettings
from hub.web.app import create
from hub.workflow import CITY, Action, Role
from tests.bench.figure import Figure
from tests.hub.conftest import PASSWORD, Server, guide, org
from tests.hub.kiosks import health, issue
from tests.hub.web.conftest import serving, tokens
from tests.hub.web.reading import form_of
from uplink.messages import Batch
from uplink.signing import DeviceKey

EDITORS = 30
REVIEWERS = 6
OWN = 40
"""Drafts that each editor begins with."""
SAVES = 1
"""Of an own draft, before it is sent in."""
LASTS_S = 30.0
KIOSKS = 500
BATCH = 250
ROUNDS = 4


def figures(folder: Path) -> list[Figure]:
    """The figures of this part."""
    found: list[Figure] = []
    with _postgresql() as server:
        databases = {"SQLite": None, **({"PostgreSQL": SecretStr(server.emptied())} if server is not None else {})}
        for name, database in databases.items():
            with _office(folder / name, database) as office:
                found.append(Figure(f"health taken in, {name}, batches of {BATCH}", _ingest(office, folder), "/s"))
        name = list(databases)[-1]
        with _office(folder / f"{name}-day", SecretStr(server.emptied()) if server is not None else None) as office:
            found += _day(office, name)
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


def _ingest(office: Office, folder: Path) -> float:
    """Reports of health a second, in transactions of `BATCH` kiosks."""
    devices: list[Device] = []
    for number in range(KIOSKS):
        letters = issue(office, str(number + 1))
        key = DeviceKey.make(folder / f"bench-{number}.key")
        devices.append(office.enrolling.redeem(letters, key.public, key.proof(letters)))
        (folder / f"bench-{number}.key").unlink()
    took = []
    for seq in range(1, ROUNDS + 1):
        sent = [Sent(device, Batch.model_validate_json(_batch(seq)).messages) for device in devices]
        since = time.monotonic()
        for start in range(0, KIOSKS, BATCH):
            office.reports.ingest(sent[start : start + BATCH])
        took.append(time.monotonic() - since)
    return KIOSKS / statistics.median(took)


def _batch(seq: int) -> bytes:
    return json.dumps({"messages": [health(seq)]}).encode()


# --- The day ----------------------------------------------------------------------------------------------------------


@dataclass
class Worker:
    """Somebody at a browser, until `until`. `took`: seconds of each request."""

    url: str
    login: str
    until: float
    took: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def run(self) -> None:
        try:
            with httpx.Client(base_url=self.url, timeout=60) as client:
                given = {**tokens(client, "/login"), "login": self.login, "password": PASSWORD}
                self._sent(client, "/login", given, (303,))
                while time.monotonic() < self.until and not self.errors:
                    self.work(client)
        except Exception as error:
            self.errors.append(repr(error))

    def work(self, client: httpx.Client) -> None:
        raise AssertionError("an editor or a reviewer")

    def _seen(self, client: httpx.Client, path: str) -> str:
        since = time.monotonic()
        got = client.get(path, follow_redirects=True)
        self.took.append(time.monotonic() - since)
        if got.status_code != 200:
            self.errors.append(f"GET {path}: {got.status_code}")
        return got.text

    def _sent(self, client: httpx.Client, path: str, fields: Any, fine: tuple[int, ...]) -> int:
        since = time.monotonic()
        got = client.post(path, data=fields)
        self.took.append(time.monotonic() - since)
        if got.status_code not in fine:
            self.errors.append(f"POST {path}: {got.status_code}")
        return got.status_code


@dataclass
class Editor(Worker):
    """Saves the own guides, and one that a colleague saves at the same time; sends the own ones in."""

    own: list[str] = field(default_factory=list)
    shared: str = ""
    saved: Counter[str] = field(default_factory=Counter)
    """Saves by item that the hub acknowledged."""
    last: dict[str, str] = field(default_factory=dict)
    conflicts: int = 0
    sent_in: int = 0
    turn: int = 0

    def work(self, client: httpx.Client) -> None:
        self.turn += 1
        if self.turn % 3 == 0:
            self._save(client, self.shared, "save")
        elif self.own:
            key = self.own[-1]
            submit = self.saved[key] >= SAVES
            if self._save(client, key, "submit" if submit else "save") and submit:
                self.own.pop()
                self.sent_in += 1
        else:
            self._seen(client, "/tasks")

    def _save(self, client: httpx.Client, key: str, do: str) -> bool:
        page = self._seen(client, f"/items/{key}")
        if self.errors:
            return False
        summary = f"{self.login}改的第{self.turn}次"
        fields = form_of(page) | {"_do": [do], "summary": [summary]}
        done = self._sent(client, f"/items/{key}", fields, (303, 409) if key == self.shared else (303,)) == 303
        if done:
            self.saved[key] += 1
            self.last[key] = summary
        elif not self.errors:
            self.conflicts += 1
        return done


@dataclass
class Reviewer(Worker):
    """Approves what waits, the one or the other first."""

    approved: int = 0

    def work(self, client: httpx.Client) -> None:
        page = self._seen(client, "/review")
        found = re.findall(r'href="/review/(guide/[a-z0-9-]+)', page)
        if not found:
            time.sleep(0.2)  # as somebody who looks again
            return
        key = random.choice(found[:5])
        page = self._seen(client, f"/review/{key}")
        edits = re.search(r'name="edits" value="(\d+)"', page)
        if edits is None:
            return  # somebody else was quicker
        sealed = dict(re.findall(r'name="(csrftoken|seal)" value="([^"]*)"', page))
        if self._sent(client, f"/review/{key}/approve", {**sealed, "edits": edits[1]}, (303,)) == 303:
            self.approved += 1


def _day(office: Office, name: str) -> list[Figure]:
    people = office.people
    boss = people.add("boss", "样本", CITY, {Role.EDITOR, Role.COLLECTOR}, PASSWORD)
    office.items.create(boss, org())
    editors = [
        people.add(f"e{place}", f"样本编辑{place}", "org-mz", {Role.EDITOR}, PASSWORD)
        for place in range(EDITORS - REVIEWERS)
    ]
    for place in range(REVIEWERS):
        role = Role.DEPARTMENT_REVIEWER if place % 2 else Role.CITY_REVIEWER
        people.add(f"r{place}", f"样本审核{place}", "org-mz" if place % 2 else CITY, {role}, PASSWORD)
    for url in serving(create(office)):
        until = time.monotonic() + LASTS_S
        writing: list[Editor] = []
        for place, person in enumerate(editors):
            own = [office.items.create(person, guide(f"own-{place}-{n}")).item for n in range(OWN)]
            shared = f"guide/shared-{place // 2}"
            if place % 2 == 0:
                office.items.create(person, guide(shared.removeprefix("guide/")))
            writing.append(Editor(url, person.login, until, own=own, shared=shared))
        workers: list[Worker] = [*writing, *(Reviewer(url, f"r{place}", until) for place in range(REVIEWERS))]
        begun = time.monotonic()
        for worker in workers:
            worker.until = begun + LASTS_S
        threads = [threading.Thread(target=worker.run) for worker in workers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(LASTS_S + 90)
        lasted = time.monotonic() - begun
    took = sorted(one for worker in workers for one in worker.took)
    errors = [error for worker in workers for error in worker.errors]
    for error in errors[:5]:
        sys.stderr.write(f"  {error}\n")
    saves = sum(sum(worker.saved.values()) for worker in writing)
    reviewed = sum(worker.approved for worker in workers if isinstance(worker, Reviewer))
    about = f"{EDITORS} people, {name}"
    return [
        Figure(f"{about}: faults", len(errors), most=0),
        Figure(f"{about}: acknowledged edits that are not in the history", _lost(office, writing), most=0),
        Figure(f"{about}: audit log is whole", float(office.audit.verify() is None), least=1),
        Figure(f"{about}: saves", saves / lasted, "/s"),
        Figure(f"{about}: sent in", sum(worker.sent_in for worker in writing)),
        Figure(f"{about}: approved", reviewed),
        Figure(f"{about}: second of two told so", sum(worker.conflicts for worker in writing)),
        Figure(f"{about}: a request, median", 1000 * took[len(took) // 2], "ms"),
        Figure(f"{about}: a request, p95", 1000 * took[int(len(took) * 0.95)], "ms"),
    ]


def _lost(office: Office, writing: list[Editor]) -> int:
    """Saves that were acknowledged and of which the history, or the text, knows nothing."""
    saved: Counter[str] = Counter()
    for worker in writing:
        saved.update(worker.saved)
    lost = 0
    for key, count in saved.items():
        steps = office.items.history(key, 1)
        lost += max(0, count - sum(step.action is Action.SAVE for step in steps))
        said = {worker.last[key] for worker in writing if key in worker.last}
        lost += office.items.version(key, 1).record.get("summary") not in said
    return lost
