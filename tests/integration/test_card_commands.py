"""`kiosk card read` as staff run it: a process of its own, real pcscd, virtual cards."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cardreader.apdu import ALLOWED
from cardreader.details import as_document, details_in
from cardreader.transcript import Transcript
from tests.integration.cards import ROOT, CardBench

PATIENCE_S = 30


def card_read(bench: CardBench, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kiosk", "card", "read", *options],
        cwd=ROOT,
        env=bench.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )


@pytest.mark.parametrize(
    ("name", "family", "city", "balance_fen"),
    [
        ("tunion-senior", "t-union", "烟台市", 1_500),
        ("tunion-elsewhere", "t-union", "南京市", 0),
        ("social-v1", "social-security", "烟台市", None),
        ("social-v3", "social-security", "烟台市", None),
        ("city-union", "city-union", "烟台市", 2_350),
        ("city-union-shanghai", "city-union", "上海市", 2_350),
        ("city-union-chongqing", "city-union", "重庆市", 2_350),
        ("city-union-zhenjiang", "city-union", "镇江市", None),
        ("beijing", "beijing", "北京市", 5_710),
        ("shenzhen", "shenzhen", "深圳市", 1_760),
        ("wuhan", "wuhan", "武汉市", 980),
        ("lingnan", "lingnan", "广东省", 5_120),
        ("chengdu", "chengdu", "成都市", 3_300),
        ("suzhou", "suzhou", "苏州市", None),
        ("macau", "macau", "澳门特别行政区", 4_300),
        ("health", "health", "烟台市", None),
        ("etc", "etc", "山东省", None),
    ],
)
def test_a_card_on_the_reader(
    card_bench: CardBench, tmp_path: Path, name: str, family: str, city: str, balance_fen: int | None
) -> None:
    card_bench.insert(name)
    seen = len(card_bench.log())
    record = tmp_path / "card.json"
    run = card_read(card_bench, "--json", "--record", str(record))
    assert run.returncode == 0, run.stderr
    document = json.loads(run.stdout)
    assert (document["family"], document["city"]["name"], document["balance_fen"]) == (family, city, balance_fen)
    sent = [bytes.fromhex(apdu["command"]) for apdu in card_bench.log()[seen:]]
    assert {(apdu[0], apdu[1]) for apdu in sent} <= ALLOWED
    again = as_document(details_in(Transcript.load(record)))
    assert {key for key in document if again[key] != document[key]} <= {"number", "records"}


@pytest.mark.parametrize(
    ("name", "code"),
    [("bank", "C-17"), ("campus", "C-19"), ("phone", "C-20"), ("unknown", "C-12"), ("storage", "C-13"), (None, "C-15")],
)
def test_a_card_that_is_not_read_is_a_code(card_bench: CardBench, name: str | None, code: str) -> None:
    if name is not None:
        card_bench.insert(name)
    run = card_read(card_bench)
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr.startswith(f"kiosk: {code}")


def test_the_reader_is_chosen_by_its_name(card_bench: CardBench) -> None:
    card_bench.insert("tunion-student")
    name = card_bench.readers[1]
    run = card_read(card_bench, "--reader", name, "--json")
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["card_type"] == "student"
    run = card_read(card_bench, "--reader", "no such reader")
    assert run.returncode == 1
    assert run.stderr.startswith("kiosk: C-01")
