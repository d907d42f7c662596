from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kiosk.diagnosis import diagnose, machine_probes
from kiosk.health import examine
from kiosk.home import Home
from kiosk.probes import STATES


def environ(home: Home, **more: str) -> dict[str, str]:
    return {"BIANMINTING_HOME": str(home.root), "SDL_VIDEODRIVER": "offscreen", **more}


def states(env: dict[str, str], config: Path | None = None) -> dict[str, str]:
    return {finding.probe: finding.state for finding in examine(machine_probes(config, env))}


def test_every_probe_answers_in_an_empty_home(home: Home) -> None:
    found = states(environ(home))
    assert list(found) == list(STATES)
    assert found["catalogue"] == "absent"
    assert found["journal"] == "new"
    assert found["printer"] == "none"
    assert found["staff"] == "unset"


def test_nothing_is_made_by_looking(tmp_path: Path) -> None:
    home = Home(tmp_path / "nowhere")
    assert states(environ(home))["home"] == "absent"
    assert not home.root.exists()


def test_catalogue_is_read_to_its_end(home: Home, built: Path) -> None:
    shutil.copy(built, home.catalogue(7))
    assert states(environ(home))["catalogue"] == "ok"
    content = bytearray(built.read_bytes())
    middle = content.index("港城东大街".encode())
    content[middle : middle + 3] = "北".encode()
    home.catalogue(7).write_bytes(content)
    (finding,) = (one for one in examine(machine_probes(None, environ(home))) if one.probe == "catalogue")
    assert (finding.state, finding.well, finding.values["code"]) == ("unreadable", False, "D-01")
    assert "digest" in finding.detail


def test_newest_catalogue_that_cannot_be_opened_is_told(home: Home) -> None:
    home.catalogue(3).write_text("not a database")
    assert states(environ(home))["catalogue"] == "unreadable"


def test_printer_that_is_not_there(home: Home) -> None:
    env = environ(home, BIANMINTING_PRINTER__HOST="127.0.0.1", BIANMINTING_PRINTER__PORT="9")
    assert states(env)["printer"] == "absent"


def test_card_reader_that_is_not_there_and_one_that_is_not_meant_to_be(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PCSCLITE_CSOCK_NAME", str(tmp_path / "nobody"))
    assert states(environ(home))["card"] == "absent"
    assert states(environ(home, BIANMINTING_CARD__ENABLED="false"))["card"] == "none"


def test_settings_that_do_not_fit_do_not_end_the_report(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert diagnose(None, environ(home, BIANMINTING_PRINTER__PORT="many"), json=True) == 1
    report: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert report["well"] is False
    found = {probe["probe"]: probe for probe in report["probes"]}
    assert list(found) == list(STATES)
    assert found["settings"]["state"] == "bad"
    assert "BIANMINTING_PRINTER__PORT" in found["settings"]["detail"]


def test_a_room_that_cannot_be_imported_costs_one_line(home: Home, root: Path, tmp_path: Path) -> None:
    broken = tmp_path / "inputs"
    broken.mkdir()
    (broken / "__init__.py").write_text("")
    (broken / "pinyin.py").write_text("raise ImportError('no such symbol: im_search')")
    run = subprocess.run(
        [sys.executable, "-m", "kiosk", "diagnose", "--json"],
        cwd=tmp_path,  # before everything else on the path, so its inputs are found first
        env=os.environ | environ(home) | {"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1, run.stderr
    found = {probe["probe"]: probe for probe in json.loads(run.stdout)["probes"]}
    assert list(found) == list(STATES)
    assert found["pinyin"]["state"] == "unknown"
    assert found["pinyin"]["detail"] == "ImportError: no such symbol: im_search"
    assert [name for name, probe in found.items() if probe["state"] == "unknown"] == ["pinyin"]


def test_report_for_people_is_a_line_a_probe(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert diagnose(None, environ(home), json=False) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[1] for line in lines] == list(STATES)
    assert {line.split()[0] for line in lines} == {"ok", "!!"}
