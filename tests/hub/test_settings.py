from __future__ import annotations

from pathlib import Path

import pytest

from domain.errors import SettingsError
from hub.home import HubHome
from hub.settings import CONFIGURATION, load


def test_defaults_file_and_environment(tmp_path: Path) -> None:
    home = {"BIANMINTING_HOME": str(tmp_path)}
    assert load(environ=home).session.hours == 10
    (tmp_path / "hub.toml").write_text('profile = "demo"\n[session]\nhours = 8\nidle_minutes = 5\n', "utf-8")
    settings = load(environ={**home, "BIANMINTING_HUB__SESSION__HOURS": "4"})
    assert (settings.demo, settings.session.hours, settings.session.idle_minutes) == (True, 4, 5)
    database = load(environ={**home, "BIANMINTING_HUB__DATABASE": "postgresql://hub@/hub"}).database
    assert database is not None
    assert database.get_secret_value() == "postgresql://hub@/hub"


def test_every_fault_at_once_and_no_secret_in_it(tmp_path: Path) -> None:
    environ = {
        "BIANMINTING_HOME": str(tmp_path),
        "BIANMINTING_HUB__DATABASE": "mysql://hub:secret@host/hub",
        "BIANMINTING_HUB__SESSION__HOURS": "many",
        "BIANMINTING_HUB__NOTHING": "1",
        "BIANMINTING_PRINTER__HOST": "not the hub's",
    }
    with pytest.raises(SettingsError) as error:
        load(environ=environ)
    told = " ".join(error.value.problems)
    assert len(error.value.problems) == 3
    assert "database" in told and "session.hours" in told and "nothing" in told
    assert "secret" not in told


def test_a_key_with_a_slip_of_the_pen_is_answered_with_the_right_one(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as error:
        load(environ={"BIANMINTING_HOME": str(tmp_path), "BIANMINTING_HUB__SESION__HOURS": "4"})
    assert error.value.problems == (f"sesion ({tmp_path / 'hub.toml'}): no such setting; did you mean session.hours?",)


def test_an_alarm_is_set_in_part_and_every_fault_is_told(tmp_path: Path) -> None:
    home = {"BIANMINTING_HOME": str(tmp_path)}
    (tmp_path / "hub.toml").write_text("[alarms.paper_low]\nraise_at = 60\nclear_at = 90\n", "utf-8")
    settings = load(environ={**home, "BIANMINTING_HUB__ALARMS__SILENT__MARK": "soon"})
    low, silent = settings.alarms.paper_low, settings.alarms.silent
    assert (low.raise_at, low.clear_at, low.well_minutes, low.mark) == (60, 90, 5, "soon")
    assert (silent.raise_at, silent.mark) == (24 * 60, "soon")
    (tmp_path / "hub.toml").write_text(
        "[alarms.paper_low]\nraise_at = 60\n[alarms.silent]\nmark = 'grave'\nclear_at = -1\n"
        "[alarms.paper_out]\nraise_at = 1\n[alarms.nothing]\nmark = 'now'\n",
        "utf-8",
    )
    with pytest.raises(SettingsError) as error:
        load(environ=home)
    told = [problem.split(" ")[0] for problem in error.value.problems]
    assert sorted(told) == [
        "alarms.nothing", "alarms.paper_low", "alarms.paper_out.raise_at", "alarms.silent.clear_at",
        "alarms.silent.mark",
    ]  # fmt: skip
    assert "clear_at must be above raise_at" in str(error.value.problems)


@pytest.mark.parametrize("written", ["[session", "profile = 1\n"])
def test_a_file_that_does_not_fit(tmp_path: Path, written: str) -> None:
    (tmp_path / "hub.toml").write_text(written, "utf-8")
    with pytest.raises(SettingsError):
        load(environ={"BIANMINTING_HOME": str(tmp_path)})


def test_every_key_is_documented(root: Path) -> None:
    page = (root / "docs" / "operations" / "hub.md").read_text("utf-8")
    for key, field in CONFIGURATION.fields():
        if key[0] == "alarms":
            continue  # on the page about the fleet, a row an alarm, made from the code
        (row,) = (line for line in page.splitlines() if line.startswith(f"| `{'.'.join(key)}`<br>"))
        assert f"`{CONFIGURATION.variable(key)}`" in row
        assert field.description is not None
        assert field.description in row


def test_the_home(tmp_path: Path) -> None:
    assert HubHome.of({"BIANMINTING_HOME": str(tmp_path)}).database == tmp_path / "hub" / "hub.db"
    assert HubHome.of({}).root.name == "var"
