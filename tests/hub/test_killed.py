"""A hub that is killed while it publishes: whatever the moment, street and database agree afterwards."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from contentsync.keys import KeyFolder
from contentsync.publisher import Publisher
from domain.records import digest_of_lines
from hub.home import HubHome
from hub.office import Office
from hub.passwords import Passwords
from hub.publishing import Press
from hub.release import State
from hub.releases import Releases
from hub.settings import HubSettings
from hub.workflow import Role
from tests.hub.conftest import PASSPHRASE, City, guide, org

PUBLISH = """
import sys
from pathlib import Path
from pydantic import SecretStr
from hub.home import HubHome
from hub.office import Office
from hub.settings import HubSettings

home, url, release, passphrase = sys.argv[1:]
settings = HubSettings(database=SecretStr(url) if url else None)
with Office.open(settings, HubHome(Path(home))) as office:
    print("begin", flush=True)
    office.releases.publish(None, release, passphrase)
    print("end", flush=True)
"""

ROUNDS = 6


def ready(city: City) -> str:
    """A release with two signatures; its id."""
    for person in (city.signer, city.cosigner):
        open = city.office.releases.open() or city.office.releases.prepare(None)
        city.office.releases.approve(person, open.id)
    return open.id


def start(root: Path, home: Path, database: SecretStr | None, release: str) -> subprocess.Popen[str]:
    url = database.get_secret_value() if database else ""
    return subprocess.Popen(
        [sys.executable, "-c", PUBLISH, str(home), url, release, PASSPHRASE],
        cwd=root,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.timeout(180)
def test_killed_at_any_moment_while_publishing(
    city: City, database: SecretStr | None, passwords: Passwords, tmp_path: Path, root: Path
) -> None:
    city.found()
    boss, head = city.add("boss", Role.EDITOR), city.add("head", Role.DEPARTMENT_REVIEWER)
    items = city.office.items
    version = items.create(boss, org())
    version = items.submit(boss, version.item, version.edits)
    version = items.approve(head, version.item, version.edits)
    items.approve(city.second, version.item, version.edits)
    city.reviewed(city.draft(guide()))
    city.release()
    dice = random.Random(7)
    span = 0.5
    for turn in range(ROUNDS):
        version = items.edit(city.writer, "guide/mz-001")
        version = items.save(city.writer, version.item, guide(summary=f"第 {turn} 次"), version.edits)
        city.reviewed(version)
        release = ready(city)
        before = city.office.releases.revision()
        process = start(root, tmp_path / "home", database, release)
        assert process.stdout is not None
        assert process.stdout.readline() == "begin\n"
        began = time.monotonic()
        moment = span * dice.random()
        while time.monotonic() - began < moment and process.poll() is None:
            time.sleep(0.005)  # the moment of the kill is the very thing that is drawn
        process.kill()
        ended = process.stdout.read() == "end\n"
        process.wait(20)
        process.stdout.close()
        settings = HubSettings(database=database)
        with Office.open(settings, HubHome(tmp_path / "home"), now=city.clock, passwords=passwords) as again:
            found = again.releases.get(release)
            assert found.state in (State.PREPARED, State.PUBLISHED)
            assert not ended or found.state is State.PUBLISHED
            if found.state is State.PREPARED:
                assert again.releases.revision() == before
                found = again.releases.publish(None, release, PASSPHRASE)
            assert found.revision is not None
            assert found.revision > before
            _agree(again)


class Killed(BaseException):
    """Ends the process as far as the hub can tell: nothing may catch it."""


class Dying(Press):
    """A press that dies before or after it has put the files in place."""

    files_first = True

    def publish(self, *given: Any, **named: Any) -> None:
        if self.files_first:
            super().publish(*given, **named)
        raise Killed


class DyingEarly(Dying):
    files_first = False


@pytest.mark.parametrize("kind", [Dying, DyingEarly])
def test_killed_just_between_files_and_database(
    city: City, database: SecretStr | None, passwords: Passwords, tmp_path: Path, kind: type[Dying]
) -> None:
    city.found()
    boss, head = city.add("boss", Role.EDITOR), city.add("head", Role.DEPARTMENT_REVIEWER)
    items = city.office.items
    version = items.create(boss, org())
    version = items.submit(boss, version.item, version.edits)
    version = items.approve(head, version.item, version.edits)
    items.approve(city.second, version.item, version.edits)
    release = ready(city)
    home = city.office.home
    press = kind(home.public, home.keys, home.publishing)
    with pytest.raises(Killed):
        Releases(city.office.store, press, now=city.clock).publish(None, release, PASSPHRASE)
    assert city.office.releases.get(release).state is State.PUBLISHING
    with Office.open(HubSettings(database=database), home, now=city.clock, passwords=passwords) as again:
        found = again.releases.get(release)
        if kind.files_first:
            assert (found.state, found.revision, again.items.get("org/org-mz").live) == (State.PUBLISHED, 1, 1)
        else:
            assert (found.state, found.revision, again.press.latest()) == (State.PREPARED, None, None)
            assert again.releases.publish(None, release, PASSPHRASE).revision == 1
        _agree(again)


def _agree(office: Office) -> None:
    publisher = Publisher(office.home.public, KeyFolder(office.home.keys))
    manifest = publisher.standing().manifest
    latest = office.releases.latest()
    assert manifest is not None
    assert latest is not None
    assert (manifest.revision, manifest.digest) == (latest.revision, latest.digest)
    assert digest_of_lines(publisher.lines()) == digest_of_lines(office.releases.lines()) == latest.digest
    assert office.audit.verify() is None
