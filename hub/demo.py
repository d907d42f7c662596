"""A ready hub for a demonstration: keys, people and the sample city, released. Everything in it is invented."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hub.importing import files_of, read_files
from hub.office import Office
from hub.release import Release
from hub.workflow import CITY, Role

PASSWORD = "demo"
"""Of every demonstration account; such an account may log in only where the profile is demo."""

ROOT_PASSPHRASES = {1: "demo root one", 2: "demo root two", 3: "demo root three"}
RELEASE_PASSPHRASE = "demo release key"
"""Known to everybody, so good for nothing but a demonstration."""

DEPARTMENT = "org-mzj"
"""The department of the demonstration's editor and first reviewer."""

SETTINGS = """\
# Made by `hub demo`: sample content and accounts that everybody knows. Never reachable from outside.
profile = "demo"

[web]
secure_cookies = false
"""

PEOPLE: tuple[tuple[str, str, str, Role], ...] = (
    ("bianji", "样本编辑", DEPARTMENT, Role.EDITOR),
    ("chushen", "样本初审", DEPARTMENT, Role.DEPARTMENT_REVIEWER),
    ("zongshen", "样本总审", CITY, Role.DEPARTMENT_REVIEWER),
    ("fushen", "样本复审", CITY, Role.CITY_REVIEWER),
    ("caibian", "样本采编", CITY, Role.COLLECTOR),
    ("fabu", "样本发布", CITY, Role.PUBLISHER),
    ("fuhe", "样本复核", CITY, Role.PUBLISHER),
    ("yunwei", "样本运维", CITY, Role.OPERATOR),
    ("shenji", "样本审计", CITY, Role.AUDITOR),
)
"""(login, name, department, role): one a role, a first reviewer of what is the whole city's, and the second signer."""

SIGNERS = ("fabu", "fuhe")


@dataclass(frozen=True, slots=True)
class Demo:
    """What stands ready. `root`: the trust root that kiosks are enrolled with."""

    release: Release
    root: Path
    fresh: bool


def write_settings(config: Path) -> bool:
    """hub.toml with the profile demo, unless there is one; whether it was written."""
    if config.exists():
        return False
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(SETTINGS, "utf-8")
    return True


def prepare(office: Office, sample_city: Path, tell: Callable[[str], None], now: dt.datetime) -> Demo:
    """Does what is still to do of: keys, people, content, release. Again: nothing.

    Raises `Refused`, `SyncError`, OSError as its steps do; what was done stays, the next run goes on from there.
    """
    if not office.press.founded:
        tell("keys")
        office.press.found(ROOT_PASSPHRASES, RELEASE_PASSPHRASE, now)
    known = {person.login for person in office.people.all()}
    for login, name, department, role in PEOPLE:
        if login not in known:
            tell(f"account {login}")
            office.people.add(login, name, department, {role}, PASSWORD, demo=True)
    latest = office.releases.latest()
    if latest is not None:
        office.press.resign(RELEASE_PASSPHRASE)  # it may be weeks since it was looked at
        return Demo(latest, office.press.root, False)
    if not office.items.all(limit=1):
        tell("sample city")
        report = office.importing.baseline(read_files(files_of(sample_city)))
        if report.problems:
            raise ValueError(report.problems[0])
    release = office.releases.open() or office.releases.prepare(None)
    signed = {one.login for one in release.approvals}
    for login in SIGNERS:
        if login not in signed:
            office.releases.approve(office.people.by_login(login), release.id)
    tell("release")
    return Demo(office.issuing.publish(None, release.id, RELEASE_PASSPHRASE), office.press.root, True)
