"""`kiosk card`: recorded cards, and readers that are not there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kiosk.__main__ import app
from tests.unit.cardreader.samples import CARDS

NANJING = CARDS / "nanjing-ten-records.json"
NUMBER = "3104830099900000002"


def kiosk(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), prog_name="kiosk")


def test_a_recorded_card_for_programs() -> None:
    result = kiosk("card", "decode", str(NANJING), "--json")
    assert result.exit_code == 0, result.stderr
    document = json.loads(result.stdout)
    assert list(document) == [
        "family",
        "city",
        "card_type",
        "valid_from",
        "valid_to",
        "number",
        "balance_fen",
        "records",
        "notes",
    ]
    assert document["city"] == {"name": "南京市", "gbt2260": "320100", "scheme": "GB/T 13497", "raw": "3010"}
    assert document["records"][0] == {"seq": 87, "amount_fen": -600, "type": "09", "at": "2024-06-14T14:22:50"}
    assert document["card_type"] is None
    assert NUMBER not in result.stdout
    assert json.loads(kiosk("card", "decode", str(NANJING), "--json", "--unmask").stdout)["number"] == NUMBER


def test_a_recorded_card_for_people() -> None:
    result = kiosk("card", "decode", str(NANJING))
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[:2] == ["family       t-union", "city         南京市  320100  GB/T 13497  3010"]
    assert len([line for line in lines if line.startswith("records ")]) == 10
    assert not any(line.startswith("card_type") for line in lines), "what is not known is left out"
    assert NUMBER not in result.stdout


@pytest.mark.parametrize("text", ["", "{}", "a\tb\n1\t2\n", '{"exchanges": [{"c": "zz", "r": "9000"}]}'])
def test_what_is_no_transcript_is_refused_with_a_code(tmp_path: Path, text: str) -> None:
    path = tmp_path / "odd.json"
    path.write_text(text)
    result = kiosk("card", "decode", str(path), "--json")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("kiosk: R-01 ")
    assert "odd.json" in result.stderr


@pytest.mark.parametrize("words", [("decode", "no-such-file.json"), ("decode",), ("read", "--reader", "(")])
def test_what_cannot_begin_is_status_2(words: tuple[str, ...]) -> None:
    assert kiosk("card", *words).exit_code == 2


def test_without_a_card_service_reading_says_so(root: Path, tmp_path: Path) -> None:
    environ = {**os.environ, "PCSCLITE_CSOCK_NAME": str(tmp_path / "nobody.comm")}
    record = tmp_path / "card.json"
    run = subprocess.run(
        [sys.executable, "-m", "kiosk", "card", "read", "--json", "--record", str(record)],
        cwd=root,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr.startswith("kiosk: C-01 ")
    assert not record.exists()
