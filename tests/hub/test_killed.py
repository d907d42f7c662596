"""A hub that is killed while it publishes: whatever the moment, street and database agree afterwards."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from contentsync.keys import KeyFolder
from contentsync.publisher import Publisher
from domain.records import digest_of_lines
from hub.home import HubHome
from hub.issuing import Issuing
from hub.office import Office
from hub.passwords import Passwords
from hub.publishing import Press
from hub.release import State
from hub.settings import HubSettings
from hub.workflow import Role
from tests.hub.conftest import PASSPHRASE, City, guide, org
from tests.mortal import Mortal

PUBLISH = """
from pathlib import Path
from pydantic import SecretStr
from hub.home import HubHome
from hub.office import Office
from hub.settings import HubSettings

def work(begun, home, url, release, passphrase):
    settings = HubSettings(database=SecretStr(url) if url else None)
    with Office.open(settings, HubHome(Path(home))) as office:
        begun()
        office.issuing.publish(None, release, passphrase)
"""

KILLS = 20
SOAK = 200


def ready(city: City) -> str:
    """A release with two signatures; its id."""
    for person in (city.signer, city.cosigner):
        open = city.office.releases.open() or city.office.releases.prepare(None)
        city.office.releases.approve(person, open.id)
    return open.id


def test_killed_at_any_moment_while_publishing(
    city: City, database: SecretStr | None, passwords: Passwords, tmp_path: Path
) -> None:
    killed_while_publishing(city, database, passwords, tmp_path / "home", range(KILLS))


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_killed_two_hundred_times_while_publishing(
    city: City, database: SecretStr | None, passwords: Passwords, tmp_path: Path
) -> None:
    """Begins where it was broken off with `SOAK_FROM`."""
    turns = range(int(os.environ.get("SOAK_FROM", "0")), SOAK)
    killed_while_publishing(city, database, passwords, tmp_path / "home", turns)


def killed_while_publishing(
    city: City, database: SecretStr | None, passwords: Passwords, home: Path, turns: range
) -> None:
    """The same release is let out again and again until it is out; then there is a new one."""
    city.found()
    boss, head = city.add("boss", Role.EDITOR), city.add("head", Role.DEPARTMENT_REVIEWER)
    items = city.office.items
    version = items.create(boss, org())
    version = items.submit(boss, version.item, version.edits)
    version = items.approve(head, version.item, version.edits)
    items.approve(city.second, version.item, version.edits)
    city.reviewed(city.draft(guide()))
    city.release()

    def another(turn: int) -> str:
        version = items.edit(city.writer, "guide/mz-001")
        version = items.save(city.writer, version.item, guide(summary=f"第 {turn} 次"), version.edits)
        city.reviewed(version)
        return ready(city)

    settings, url = HubSettings(database=database), database.get_secret_value() if database else ""
    with Mortal(PUBLISH) as mortal:
        release, killed = another(-1), 0
        whole = mortal.run([str(home), url, release, PASSPHRASE])
        assert whole.status == 0 and city.office.releases.get(release).state is State.PUBLISHED
        for turn in turns:
            if city.office.releases.get(release).state is State.PUBLISHED:
                release = another(turn)
            before = city.office.releases.revision()
            ended = mortal.run([str(home), url, release, PASSPHRASE], random.Random(turn).uniform(0, whole.took))
            assert ended.killed or ended.status == 0
            killed += ended.killed
            with Office.open(settings, HubHome(home), now=city.clock, passwords=passwords) as again:
                found = again.releases.get(release)
                if found.state is State.PUBLISHED:
                    assert found.revision is not None and found.revision > before
                else:
                    assert found.state is State.PREPARED and ended.killed
                    assert again.releases.revision() == before
                _agree(again)
            if len(turns) > KILLS:
                print(f"{turn + 1} of {turns.stop}: {killed} killed", flush=True)
        assert killed, "it was always too late"
    if city.office.releases.get(release).state is State.PREPARED:
        assert city.office.issuing.publish(None, release, PASSPHRASE).state is State.PUBLISHED
    _agree(city.office)


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
        Issuing(city.office.store, press, now=city.clock).publish(city.signer, release, PASSPHRASE)
    assert city.office.releases.get(release).state is State.PUBLISHING
    with Office.open(HubSettings(database=database), home, now=city.clock, passwords=passwords) as again:
        found = again.releases.get(release)
        if kind.files_first:
            assert (found.state, found.revision, again.items.get("org/org-mz").live) == (State.PUBLISHED, 1, 1)
            (told,) = again.audit.entries(action="release.publish", limit=1)
            assert (told.who, told.done) == (city.signer.id, True), "who let it out, not who started the hub again"
        else:
            assert (found.state, found.revision, again.press.latest()) == (State.PREPARED, None, None)
            (told,) = again.audit.entries(action="release.publish", limit=1)
            assert (told.who, told.done, dict(told.details)) == (city.signer.id, False, {"reason": "broken_off"})
            assert again.issuing.publish(None, release, PASSPHRASE).revision == 1
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
