"""The commands, each in a process of its own as an operator starts them."""

from __future__ import annotations

import json
import os
import pwd
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hub.terminal import fault
from tests.hub.conftest import guide, org

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def hub(root: Path, tmp_path: Path) -> Run:
    def run(*words: str, given: str = "", status: int = 0) -> subprocess.CompletedProcess[str]:
        environ = {name: value for name, value in os.environ.items() if not name.startswith("BIANMINTING_")}
        done = subprocess.run(
            [sys.executable, "-m", "hub", *words],
            cwd=root,
            env={**environ, "BIANMINTING_HOME": str(tmp_path / "home")},
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status, done.stderr
        return done

    return run


def written(folder: Path, *raws: dict[str, Any]) -> str:
    path = folder / "records.jsonl"
    path.write_text("".join(json.dumps(raw, ensure_ascii=False) + "\n" for raw in raws), "utf-8")
    return str(path)


def test_a_demonstration_twice(hub: Run, tmp_path: Path) -> None:
    first = json.loads(hub("demo", "--json").stdout)
    assert (first["revision"], first["fresh"]) == (1, True)
    assert first["records"] > 2000
    public = tmp_path / "home" / "public"
    assert Path(first["root"]) == public / "root.json"
    assert json.loads((public / "root.json").read_bytes())["signed"]["_type"] == "root"
    targets = {path.relative_to(public): path.read_bytes() for path in (public / "targets").rglob("*.*")}
    signed = (public / "metadata" / "timestamp.json").read_bytes()
    second = json.loads(hub("demo", "--json").stdout)
    assert (second["revision"], second["fresh"], second["digest"]) == (1, False, first["digest"])
    assert {path.relative_to(public): path.read_bytes() for path in (public / "targets").rglob("*.*")} == targets
    # It may be weeks since the demonstration was last looked at: the same release is signed anew.
    assert (public / "metadata" / "timestamp.json").read_bytes() != signed
    people = json.loads(hub("users", "list", "--json").stdout)
    assert {role for person in people for role in person["roles"]} == {
        "editor", "department_reviewer", "city_reviewer", "collector", "publisher", "operator", "auditor",
    }  # fmt: skip
    assert all(person["demo"] and person["name"].startswith("样本") for person in people)
    assert json.loads(hub("audit", "verify", "--json").stdout)["whole"] is True
    stick = tmp_path / "stick"
    stick.mkdir()
    exported = json.loads(hub("export-usb", str(stick), "--json").stdout)
    assert (exported["revision"], exported["digest"]) == (1, first["digest"])
    assert (stick / "metadata" / "timestamp.json").is_file()
    assert json.loads(hub("resign", "--json").stdout)["revision"] == 1


def test_a_citys_first_release_by_hand(hub: Run, tmp_path: Path) -> None:
    passphrases = [f"passphrase number {number}" for number in range(4)]
    hub("keys", "init", given="\n".join(passphrases) + "\n")
    for login in ("zhao", "sun"):
        hub("users", "add", login, "--name", f"样本{login}", "--role", "publisher", given="a long enough one\n")
    records = written(tmp_path, org(), guide())
    dry = json.loads(hub("import", records, "--dry-run", "--json").stdout)
    assert dry["new"] == ["org/org-mz", "guide/mz-001"]
    hub("import", records, "--baseline")
    told = hub("publish", "--sign", "zhao", given="a long enough one\n").stdout
    assert "prepared" in told and "signed by zhao" in told
    refused = hub("publish", "--sign", "zhao", given="a long enough one\n", status=1)
    assert "您签过了" in refused.stderr
    wrong = hub("publish", "--sign", "sun", given="a wrong one\n", status=1)
    assert "账号或密码不对" in wrong.stderr
    done = json.loads(hub("publish", "--sign", "sun", "--json", given=f"a long enough one\n{passphrases[3]}\n").stdout)
    assert (done["revision"], done["state"], done["approved_by"]) == (1, "published", ["zhao", "sun"])
    keys = json.loads(hub("keys", "show", "--json").stdout)
    assert set(keys["keys"]) == {"release.key", "online.key", "root-1.key", "root-2.key", "root-3.key"}
    assert hub("publish", status=1).stderr.startswith("hub: 没有等着发的")

    drawers = [str(tmp_path / "home" / "hub" / "keys" / f"root-{number}.key") for number in (1, 3)]
    keepers = [passphrases[0], passphrases[2]]
    short = hub("keys", "renew", *drawers, "--new-release", given="\n".join([*keepers, "short"]) + "\n", status=2)
    assert "at least 12 characters" in short.stderr
    given = "\n".join([*keepers, "passphrase that is new", "another drawer's words"]) + "\n"
    options = ["--new-online", "--new-release", "--replace", "2"]
    assert json.loads(hub("keys", "renew", *drawers, *options, "--json", given=given).stdout)["root"] == 2
    renewed = json.loads(hub("keys", "show", "--json").stdout)
    assert {name for name, id in renewed["keys"].items() if keys["keys"][name] == id} == {"root-1.key", "root-3.key"}
    assert json.loads(hub("resign", "--whole", "--json", given="passphrase that is new\n").stdout)["revision"] == 1


def test_a_broken_file_changes_nothing_and_names_the_line(hub: Run, tmp_path: Path) -> None:
    records = written(tmp_path, org(), guide())
    Path(records).write_text(Path(records).read_text("utf-8") + '{"kind":"guide",', "utf-8")
    done = hub("import", records, status=1)
    assert "records.jsonl:3" in done.stderr and "nothing was imported" in done.stderr
    assert json.loads(hub("import", records, "--dry-run", "--json", status=1).stdout)["problems"]
    assert json.loads(hub("audit", "verify", "--json").stdout)["entries"] == 0


def test_people(hub: Run) -> None:
    hub("users", "add", "li", "--name", "样本李", "--role", "editor", "--department", "org-mz", given="good enough 1\n")
    assert hub("users", "roles", "li", "editor", "auditor").stdout.split() == [
        "li",
        "样本李",
        "org-mz",
        "auditor,editor",
    ]
    hub("users", "reset-password", "li", given="another good one\n")
    assert "disabled" in hub("users", "disable", "li").stdout
    assert "没有这个账号" in hub("users", "disable", "nobody", status=1).stderr
    assert "密码至少 10 个字" in hub(
        "users", "add", "wu", "--name", "样本吴", "--role", "editor", given="short\n", status=1
    ).stderr  # fmt: skip


def test_a_broken_chain_is_status_one(hub: Run, tmp_path: Path) -> None:
    hub("users", "add", "li", "--name", "样本李", "--role", "editor", given="good enough 1\n")
    hub("users", "disable", "li")
    with sqlite3.connect(tmp_path / "home" / "hub" / "hub.db") as connection:
        connection.execute("UPDATE audit SET who = 'x' WHERE seq = 1")
    connection.close()
    assert hub("audit", "verify", status=1).stdout == "entry 1 is altered\n"


def test_wrong_settings_are_status_two_and_a_city_is_no_demonstration(hub: Run, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "hub.toml").write_text("nothing = 1\n", "utf-8")
    assert "K-03" in hub("users", "list", status=2).stderr
    (home / "hub.toml").write_text('profile = "city"\n', "utf-8")
    assert "profile city" in hub("demo", status=2).stderr
    assert not (home / "hub").exists()


COMMANDS = (["serve"], ["import", "FILE"], ["backup", "DIR"])
"""What an operator starts when something is wrong with the database."""


def told(hub: Run, tmp_path: Path, words: list[str]) -> str:
    """What a command says on standard error that ends with status 1: lines, no traceback."""
    records = written(tmp_path, org())
    places = {"FILE": records, "DIR": str(tmp_path / "copy")}
    said = hub(*(places.get(word, word) for word in words), status=1)
    assert said.stdout == "" and "Traceback" not in said.stderr and "unexpected" not in said.stderr
    assert not (tmp_path / "copy").exists()
    return said.stderr


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_a_database_of_a_newer_hub_is_told_with_what_to_do(hub: Run, tmp_path: Path, words: list[str]) -> None:
    database = tmp_path / "home" / "hub" / "hub.db"
    database.parent.mkdir(parents=True)
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES ('9999')")
    connection.close()
    said = told(hub, tmp_path, words)
    assert said.startswith("hub: D-06\n") and "revision 9999" in said and "install the hub that wrote it" in said


def test_a_database_that_does_not_answer_is_told_without_its_password(hub: Run, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "hub.toml").write_text('database = "postgresql://bob:a-secret@127.0.0.1:9/city"\n', "utf-8")
    for words in (["serve"], ["users", "list"]):
        said = told(hub, tmp_path, words)
        assert said.startswith("hub: D-07\n") and "city at 127.0.0.1, account bob" in said and "a-secret" not in said


def test_a_file_that_is_no_database_is_told(hub: Run, tmp_path: Path) -> None:
    database = tmp_path / "home" / "hub" / "hub.db"
    database.parent.mkdir(parents=True)
    database.write_bytes(b"not a database at all, however long one looks at it" * 40)
    said = told(hub, tmp_path, ["users", "list"])
    assert said.startswith("hub: D-07\n") and f"{database}: is no database" in said


def test_a_home_of_another_account_is_told_with_whose_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = Path("/etc/passwd")
    if os.geteuid() == 0:
        path = tmp_path / "hub.db"
        path.touch()
        os.chown(path, 65534, 65534)
    assert fault(PermissionError(13, "Permission denied", str(path))) == 1
    said = capsys.readouterr().err
    owner = pwd.getpwuid(path.stat().st_uid).pw_name
    assert said.startswith(f"hub: D-08\nhub:   {path}: Permission denied\n") and f"belongs to {owner}" in said
    assert f"sudo -u {owner} hub" in said


def test_every_command_has_help(hub: Run) -> None:
    for words in (
        ["demo"], ["serve"], ["import"], ["publish"], ["resign"], ["export-usb"], ["keys", "init"], ["keys", "show"],
        ["keys", "renew"],
        ["users", "add"], ["users", "list"], ["users", "disable"], ["users", "unlock"], ["users", "reset-password"],
        ["users", "roles"],
        ["audit", "verify"],
    ):  # fmt: skip
        assert hub(*words, "--help").stdout.startswith(f"Usage: hub {' '.join(words)}")
