"""Two programs that share an environment, as a kiosk and a hub may."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import Field

from domain.configuration import Configuration, Group
from domain.errors import SettingsError


class Line(Group):
    host: str | None = Field(None, min_length=3)
    port: int = Field(80, ge=1)


class Whole(Group):
    name: str = "x"
    line: Line = Line()


OURS = Configuration(Whole, "TRADE_", others=("TRADE_HUB__",))
THEIRS = Configuration(Whole, "TRADE_HUB__")


def problems(configuration: Configuration[Whole], path: Path | None, usual: Path, **environ: str) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        configuration.load(path, usual, environ)
    return caught.value.problems


def test_environment_over_file_over_defaults_key_by_key(tmp_path: Path) -> None:
    usual = tmp_path / "usual.toml"
    assert OURS.load(None, usual, {}) == Whole()
    usual.write_text('name = "a"\n[line]\nhost = "one"\nport = 81\n')
    named = tmp_path / "named.toml"
    named.write_text("[line]\nport = 82\n")
    assert OURS.load(None, usual, {"TRADE_LINE__PORT": "83", "TRADE_NAME": ""}) == Whole(
        name="a", line=Line(host="one", port=83)
    )
    assert OURS.load(named, usual, {}) == Whole(line=Line(port=82))


def test_each_program_hears_its_own_variables_alone(tmp_path: Path) -> None:
    environ = {"TRADE_NAME": "kiosk", "TRADE_HUB__NAME": "hub", "BIANMINTING_HOME": "/", "OTHER": "thing"}
    assert OURS.load(None, tmp_path / "no.toml", environ).name == "kiosk"
    assert THEIRS.load(None, tmp_path / "no.toml", environ).name == "hub"


def test_the_home_is_no_setting(tmp_path: Path) -> None:
    kiosk = Configuration(Whole, "BIANMINTING_")
    assert kiosk.load(None, tmp_path / "no.toml", {"BIANMINTING_HOME": "/"}) == Whole()
    (found,) = problems(kiosk, None, tmp_path / "no.toml", BIANMINTING_HOMES="/")
    assert found.startswith("homes (BIANMINTING_HOMES): no such setting")


def test_every_fault_at_once_by_key_and_place_and_without_the_value(tmp_path: Path) -> None:
    named = tmp_path / "named.toml"
    named.write_text('[line]\nport = 0\nhots = "hush"\n')
    assert problems(OURS, named, tmp_path, TRADE_LINE__HOST="a", TRADE_ZZ__ZZ="hush") == (
        "line.host (TRADE_LINE__HOST): String should have at least 3 characters",
        f"line.port ({named}): Input should be greater than or equal to 1",
        f"line.hots ({named}): no such setting; did you mean line.host?",
        f"zz ({named}): no such setting",
    )


def test_a_file_that_cannot_be_taken_is_told_beside_faults_of_the_environment(tmp_path: Path) -> None:
    first, second = problems(OURS, tmp_path / "nowhere.toml", tmp_path, TRADE_LINE__PORT="many")
    assert first.startswith(f"{tmp_path / 'nowhere.toml'}: cannot be read: ")
    assert second.startswith("line.port (TRADE_LINE__PORT): ")


def test_every_key_with_its_variable() -> None:
    assert [key for key, _ in OURS.fields()] == [("name",), ("line", "host"), ("line", "port")]
    assert [THEIRS.variable(key) for key, _ in THEIRS.fields()][1] == "TRADE_HUB__LINE__HOST"
