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


TABLE = """
[[family]]
name = "penglai"
family = "city"
select = ["50454E474C4149"]
city = "370614"
file.card = { command = "00 B0 95 00 04" }
field = [{ file = "card", means = "valid_to", offset = 0 }]
"""


def test_the_families_in_their_order_with_those_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "penglai.toml").write_text(TABLE)
    names = [row["name"] for row in json.loads(kiosk("card", "families", "--json", str(tmp_path)).stdout)]
    assert names[:5] == ["t-union", "social-security", "etc", "penglai", "city-union-chongqing"]
    assert names[-1] == "purse"
    shipped = kiosk("card", "families").stdout.splitlines()
    assert "penglai" not in " ".join(shipped)
    assert "bank  bank  C-17" in shipped


def test_a_table_is_tried_on_a_recording(tmp_path: Path) -> None:
    (tmp_path / "penglai.toml").write_text(TABLE)
    card = tmp_path / "card.json"
    card.write_text(
        json.dumps(
            {
                "exchanges": [
                    {"c": "00A404000750454E474C414900", "r": "6F09840750454E474C41499000"},
                    {"c": "00B0950000", "r": "20301231999900019000"},
                ]
            }
        )
    )
    alone = json.loads(kiosk("card", "decode", str(card), "--json").stdout)
    assert alone["family"] is None
    told = json.loads(kiosk("card", "decode", str(card), "--json", "--families", str(tmp_path)).stdout)
    assert (told["family"], told["city"]["name"], told["valid_to"]) == ("city", "烟台市", "2030-12-31")


def test_a_wrong_table_is_status_2_with_its_mistakes(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text(TABLE.replace("00 B0 95 00 04", "00 20 00 03 04").replace("370614", "0"))
    result = kiosk("card", "families", str(tmp_path))
    assert (result.exit_code, result.stdout) == (2, "")
    said = " ".join(result.stderr.split())
    assert "VERIFY" in said
    assert "city" in said


def test_trips_are_told_when_they_are_asked_for(tmp_path: Path) -> None:
    assert "trips" not in json.loads(kiosk("card", "decode", str(NANJING), "--json").stdout)
    card = tmp_path / "trips.json"
    document = json.loads(NANJING.read_text("utf-8"))
    trip = "060000413100435466" + "02" + "00" * 7 + "000000C8" + "000000FA" + "20240614142250" + "3010" + "00" * 14
    document["exchanges"].append({"c": "00B201F430", "r": trip + "9000"})
    card.write_text(json.dumps(document))
    told = json.loads(kiosk("card", "decode", str(card), "--json", "--trips").stdout)
    assert told["trips"] == [
        {
            "kind": "ride",
            "industry": "bus",
            "amount_fen": 200,
            "balance_fen": 250,
            "at": "2024-06-14T14:22:50",
            "city": {"name": "南京市", "gbt2260": "320100", "scheme": "GB/T 13497", "raw": "3010"},
        }
    ]


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
