"""Six kiosks and a release that reaches them in steps: at every step exactly those have it that shall have it.

The hub is a process of its own and signs with real keys; each kiosk is a `kiosk sync` of its own with a home and an
enrolment of its own. What a kiosk has is read out of its newest catalogue file, every record of it, not out of what it
says. The kiosks look when they are told to, so nothing here depends on how fast anything is.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import select
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from contentsync.channels import EARLY, lot
from hub.device import Site
from hub.home import HubHome
from hub.importing import files_of, read_files
from hub.office import Office
from hub.passwords import Passwords
from hub.people import Person
from hub.release import Kind, Release
from hub.rollout import Course, First, Goal
from hub.settings import HubSettings, RolloutSettings
from hub.store import utc_now
from hub.workflow import CITY, Role
from kiosk.home import Home
from kiosk.sync_commands import enrol
from localdb.catalogue.file import prove
from tests.cheap import cheap_keys
from tests.hub.conftest import PASSPHRASE, PASSWORD, ROOTS
from tests.integration.test_phone_number import served, small_city
from uplink.identity import IdentityFolder

PATIENCE_S = 60

GUIDE = "mz-003"
RIGHT, WRONG = "0535-6002188", "0535-6002199"
"""Both invented, as every local number of the sample city is."""

HERE, THERE = "370602", "370611"
"""The district that the release begins in, and another one."""

HALL = "hall"
"""A ring that this city has named, after `early`."""

OLD, NEW, BACK = 2, 3, 4
"""Revisions: what everybody has; the one with the wrong number; the old rows again. Before the old one there was the
first of its week, which a hub keeps whole for reasons of its own.
"""

TENTH, MOST = 10, 60
"""Per cent of two steps."""

TRIES = 1000
"""Devices that a hub may have to name until one stands where it is wanted in the line: one in eleven does."""

STAFF = {
    "bianji": (Role.EDITOR, "org-mzj"),
    "chushen": (Role.DEPARTMENT_REVIEWER, "org-mzj"),
    "fushen": (Role.CITY_REVIEWER, CITY),
    "fabu": (Role.PUBLISHER, CITY),
    "fuhe": (Role.PUBLISHER, CITY),
}


class Hub:
    """The office of a small city in this process, over the database and the public folder that `hub serve` serves."""

    def __init__(self, office: Office, city: Path) -> None:
        self.office = office
        self.digests: dict[int, str] = {}
        self._people: dict[str, Person] = {
            login: office.people.add(login, f"样本{login}", department, {role}, PASSWORD)
            for login, (role, department) in STAFF.items()
        }
        with cheap_keys():
            office.press.found(ROOTS, PASSPHRASE, utc_now())
        report = office.importing.baseline(read_files(files_of(city)))
        assert report.problems == ()
        self._publish(office.releases.prepare(self.signer), First())
        self._correct(RIGHT)
        self._publish(office.releases.prepare(self.signer), First())
        assert max(self.digests) == OLD

    @property
    def signer(self) -> Person:
        return self._people["fabu"]

    def out(self, first: First) -> None:
        """The wrong phone number goes out to those of `first`."""
        self._correct(WRONG)
        self._publish(self.office.releases.prepare(self.signer), first)

    def widen(self, percent: int = 0, ring: str = "") -> None:
        if percent == 100:
            self.office.rollouts.approve(self._people["fuhe"])
        self.office.rollouts.widen(self.signer, Goal(percent, ring), PASSPHRASE)

    def pause(self) -> None:
        assert self.office.rollouts.pause(self.signer, PASSPHRASE).course is Course.PAUSED

    def resume(self) -> None:
        assert self.office.rollouts.resume(self.signer, PASSPHRASE).course is Course.RUNNING

    def withdraw(self) -> None:
        release = self.office.releases.withdraw(self.signer, NEW)
        assert release.kind is Kind.WITHDRAWAL
        self._publish(release, First(1))

    def _correct(self, phone: str) -> None:
        """A guide gets another phone number, and two reviews."""
        items, writer = self.office.items, self._people["bianji"]
        version = items.edit(writer, f"guide/{GUIDE}")
        record = {**version.record, "phone": {**version.record["phone"], "enquiry": phone}}
        version = items.submit(writer, version.item, items.save(writer, version.item, record, version.edits).edits)
        for reviewer in ("chushen", "fushen"):
            version = items.approve(self._people[reviewer], version.item, version.edits)

    def _publish(self, release: Release, first: First) -> None:
        for login in ("fabu", "fuhe"):
            self.office.releases.approve(self._people[login], release.id)
        published = self.office.issuing.publish(self.signer, release.id, PASSPHRASE, first=first)
        assert published.revision is not None
        self.digests[published.revision] = published.digest


class Kiosk:
    """A home, and while it runs a `kiosk sync` that looks when it is told to and at no other time."""

    def __init__(self, name: str, root: Path, folder: Path, source: Path | None = None, **settings: str) -> None:
        self.name = name
        self.home = Home(folder)
        self.home.prepare()
        self._root = root
        self._log = folder.with_suffix(".log")
        self._command = [sys.executable, "-m", "kiosk", "sync", *(("--from", str(source)) if source else ())]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("BIANMINTING_")}
        self._environment = {
            **kept,
            "BIANMINTING_HOME": str(folder),
            "BIANMINTING_SYNC__POLL_S": "86400",
            "BIANMINTING_SYNC__JITTER": "0",
            **{f"BIANMINTING_{key.upper()}": value for key, value in settings.items()},
        }
        self._process: subprocess.Popen[str] | None = None

    @property
    def runs(self) -> bool:
        return self._process is not None

    def start(self) -> None:
        """It looks once by itself; `heard` has what came of it."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, cwd=self._root, env=self._environment, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
            )  # fmt: skip

    def look(self) -> None:
        assert self._process is not None and self._process.stdin is not None
        self._process.stdin.write("now\n")
        self._process.stdin.flush()

    def heard(self) -> dict[str, Any]:
        """The line about the look that was asked for last."""
        assert self._process is not None and self._process.stdout is not None
        readable, _, _ = select.select([self._process.stdout], [], [], PATIENCE_S)
        line = self._process.stdout.readline() if readable else ""
        assert line, f"{self.name} says nothing: {self._log.read_text('utf-8')}"
        return dict(json.loads(line))

    def end(self) -> None:
        """As when the screen process ends."""
        assert self._process is not None and self._process.stdin is not None
        self._process.stdin.close()
        assert self._process.wait(20) == 0
        assert "Traceback" not in self._log.read_text("utf-8")
        self.kill()

    def kill(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            assert stream is not None
            with contextlib.suppress(BrokenPipeError):
                stream.close()

    def content(self) -> tuple[int, str]:
        """Revision and digest of the newest catalogue, after every record of it was read back."""
        info = prove(self.home.catalogues()[0])
        return info.revision, info.digest


def said(kiosk: Kiosk, revision: int) -> dict[tuple[str, str], dict[str, Any]]:
    """What a catalogue that a kiosk holds says, without what only counts how often it was said: numbers of versions and
    the list of changes, which go on growing when something is taken back.
    """
    with contextlib.closing(sqlite3.connect(kiosk.home.catalogue(revision))) as connection:
        found = connection.execute("SELECT kind, id, line FROM record WHERE kind <> 'change'").fetchall()
    return {
        (kind, id): {name: value for name, value in json.loads(line).items() if name != "version"}
        for kind, id, line in found
    }


@dataclasses.dataclass
class Street:
    """The hub and the kiosks; `carry` brings what the hub has signed to where the kiosks look."""

    hub: Hub
    kiosks: Mapping[str, Kiosk]
    carry: Callable[[], object] = lambda: None

    def start(self) -> None:
        """All are switched on with nothing but their trust in the hub, and take what is everybody's."""
        self.carry()
        for kiosk in self.kiosks.values():
            kiosk.start()
        for kiosk in self.kiosks.values():
            told = kiosk.heard()
            assert (told["event"], told["revision"], told["digest"]) == ("ready", OLD, self.hub.digests[OLD]), told
            assert kiosk.content() == (OLD, self.hub.digests[OLD])

    def look(self, expected: Mapping[str, int]) -> None:
        """All that run look, and have the revisions `expected` then, each with the digest that two people signed. Who
        had it before says so; nobody else gets anything.
        """
        running = [kiosk for kiosk in self.kiosks.values() if kiosk.runs]
        assert {kiosk.name for kiosk in running} == set(expected)
        before = {kiosk.name: kiosk.content()[0] for kiosk in running}
        self.carry()
        for kiosk in running:
            kiosk.look()
        found, told = {}, {}
        for kiosk in running:
            line = kiosk.heard()
            told[kiosk.name] = (line["event"], line.get("revision"), line.get("digest"))
            found[kiosk.name] = kiosk.content()
        digests = self.hub.digests
        assert found == {name: (revision, digests[revision]) for name, revision in expected.items()}
        assert told == {
            name: ("checked" if before[name] == revision else "ready", revision, digests[revision])
            for name, revision in expected.items()
        }

    def new_is_with(self, *names: str) -> None:
        """The others stay with the old one."""
        running = [name for name, kiosk in self.kiosks.items() if kiosk.runs]
        assert set(names) <= set(running)
        self.look({name: NEW if name in names else OLD for name in running})

    def everybody_has(self, revision: int) -> None:
        self.look({name: revision for name, kiosk in self.kiosks.items() if kiosk.runs})

    def end(self) -> None:
        for kiosk in self.kiosks.values():
            if kiosk.runs:
                kiosk.end()


def cheap() -> Passwords:
    """What a real hash costs is not what this is about."""
    return Passwords(PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),)))


@pytest.fixture
def hub(tmp_path: Path, root: Path) -> Iterator[Hub]:
    small_city(root / "deploy" / "sample_city", tmp_path / "city")
    with Office.open(
        HubSettings(rollout=RolloutSettings(rings=(EARLY, HALL), stages=(TENTH, MOST, 100), stage_minutes=0)),
        HubHome(tmp_path / "hub"),
        passwords=cheap(),
    ) as office:
        yield Hub(office, tmp_path / "city")


@contextmanager
def switched_off_at_last(kiosks: Mapping[str, Kiosk]) -> Iterator[None]:
    try:
        yield
    finally:
        for kiosk in kiosks.values():
            kiosk.kill()


def enrolled(hub: Hub, url: str, kiosk: Kiosk, site: Site, stands: Callable[[int], bool] = lambda place: True) -> None:
    """Exchanges codes until the hub has named a device that stands where it is wanted in the line for the new revision;
    the ones before it are revoked with that.
    """
    for _ in range(TRIES):
        enrol(kiosk.home, hub.office.enrolling.issue(site).code, url)
        if stands(lot(IdentityFolder(kiosk.home.uplink).read().device, NEW)):
            return
    raise AssertionError(f"none of {TRIES} devices")


def phone(kiosk: Kiosk, revision: int) -> str:
    return str(said(kiosk, revision)["guide", GUIDE]["phone"]["enquiry"])


def in_the_first_tenth(place: int) -> bool:
    return 1 <= place < TENTH


def in_the_middle(place: int) -> bool:
    return TENTH <= place < MOST


def test_six_kiosks_over_the_line(hub: Hub, root: Path, tmp_path: Path) -> None:
    names = ("early", "near", "far", "other", "hall", "away")
    kiosks = {name: Kiosk(name, root, tmp_path / name) for name in names}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BIANMINTING_")} | {
        "BIANMINTING_HOME": str(tmp_path / "hub"),
        "BIANMINTING_HUB__WEB__PORT": "0",
        "BIANMINTING_HUB__UPLINK__ENROLMENTS_PER_ADDRESS": "100000",
    }
    with served(root, environment, tmp_path / "hub.log") as url, switched_off_at_last(kiosks):
        enrolled(hub, url, kiosks["early"], Site("1", "样本一号亭", district=THERE, ring=EARLY))
        enrolled(hub, url, kiosks["near"], Site("2", "样本二号亭", district=HERE), in_the_first_tenth)
        enrolled(hub, url, kiosks["far"], Site("3", "样本三号亭", district=HERE), in_the_middle)
        enrolled(hub, url, kiosks["other"], Site("4", "样本四号亭", district=THERE), in_the_first_tenth)
        enrolled(hub, url, kiosks["hall"], Site("5", "样本五号亭", district=THERE, ring=HALL))
        enrolled(hub, url, kiosks["away"], Site("6", "样本六号亭", district=HERE), in_the_first_tenth)
        street = Street(hub, kiosks)
        street.start()
        kiosks["away"].end()

        hub.out(First(districts=(HERE,), ring=EARLY))
        street.new_is_with("early")
        hub.widen(ring=HALL)
        hub.pause()
        street.new_is_with("early")
        hub.resume()
        street.new_is_with("early", "hall")
        hub.widen(TENTH)
        street.new_is_with("early", "hall", "near")
        hub.pause()
        hub.resume()
        hub.widen(MOST)
        street.new_is_with("early", "near", "hall", "far")
        hub.widen(100)
        street.everybody_has(NEW)
        assert {phone(kiosk, NEW) for kiosk in kiosks.values() if kiosk.runs} == {WRONG}
        assert kiosks["away"].content() == (OLD, hub.digests[OLD])

        hub.withdraw()
        street.everybody_has(BACK)
        street.everybody_has(BACK)
        kiosks["away"].start()
        assert kiosks["away"].heard()["event"] == "ready"
        street.everybody_has(BACK)
        street.end()
    before = said(kiosks["away"], OLD)
    assert phone(kiosks["away"], OLD) == RIGHT
    assert [name for name, kiosk in kiosks.items() if said(kiosk, BACK) != before] == []
    assert len({IdentityFolder(kiosk.home.uplink).read().device for kiosk in kiosks.values()}) == len(names)


def numbered(stands: Callable[[int], bool]) -> str:
    """The first number that stands where it is wanted: a kiosk that no hub has named goes by its number."""
    return next(str(number) for number in range(1, TRIES) if stands(lot(str(number), NEW)))


@pytest.fixture
def carried(hub: Hub, root: Path, tmp_path: Path) -> Iterator[Street]:
    """Two kiosks that know no hub but a folder, where nothing is new before somebody has carried it there."""
    folder = tmp_path / "carried"
    kiosks = {
        "early": Kiosk(
            "early", root, tmp_path / "early", folder, place__number="901", place__district=THERE, sync__ring=EARLY
        ),
        "near": Kiosk(
            "near", root, tmp_path / "near", folder, place__number=numbered(in_the_first_tenth), place__district=HERE
        ),
    }
    for kiosk in kiosks.values():
        enrol(kiosk.home, str(hub.office.press.root))
    with switched_off_at_last(kiosks):
        yield Street(hub, kiosks)


def copied(hub: Hub, folder: Path) -> None:
    """As a CDN does it that fetches what is new; what points at it comes last."""
    public = hub.office.home.public
    shutil.copytree(public, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("timestamp.json"))
    shutil.copy(public / "metadata" / "timestamp.json", folder / "metadata")


def replaced(kiosk: Kiosk) -> None:
    """Its disk is another one: it trusts the hub and has no content. What it takes is what it is to have."""
    kiosk.end()
    for path in kiosk.home.catalogues():
        path.unlink()
    kiosk.start()
    line = kiosk.heard()
    assert (line["event"], line.get("revision")) == ("ready", OLD), line


def test_two_kiosks_over_a_copied_folder(hub: Hub, carried: Street, tmp_path: Path) -> None:
    folder = tmp_path / "carried"
    carried.carry = lambda: copied(hub, folder)
    carried.start()

    hub.out(First(1, (HERE,)))
    carried.carry = lambda: None
    carried.everybody_has(OLD)
    carried.carry = lambda: copied(hub, folder)
    carried.new_is_with("early")
    hub.widen(TENTH)
    hub.pause()
    carried.new_is_with("early")
    replaced(carried.kiosks["near"])
    carried.new_is_with("early")
    hub.resume()
    carried.new_is_with("early", "near")
    hub.widen(MOST)
    hub.widen(100)
    carried.everybody_has(NEW)
    hub.withdraw()
    carried.everybody_has(BACK)
    carried.end()


def test_two_kiosks_with_a_stick_and_withdrawn_while_held_up(hub: Hub, carried: Street, tmp_path: Path) -> None:
    """The one goes on from the new revision, the other from the old one, in one step each."""
    carried.carry = lambda: hub.office.press.export(tmp_path / "carried")
    carried.start()

    hub.out(First(1, (HERE,)))
    carried.new_is_with("early")
    hub.widen(TENTH)
    hub.pause()
    carried.new_is_with("early")
    hub.withdraw()
    found = hub.office.rollouts.current()
    assert found is not None and (found.revision, found.course) == (NEW, Course.OVERTAKEN)
    carried.everybody_has(BACK)
    carried.end()
    assert phone(carried.kiosks["early"], NEW) == WRONG
    assert {phone(kiosk, BACK) for kiosk in carried.kiosks.values()} == {RIGHT}
    assert said(carried.kiosks["early"], BACK) == said(carried.kiosks["near"], OLD)
