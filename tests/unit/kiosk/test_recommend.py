"""`kiosk recommend` as a program and as people meet it, over the shipped sample city."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from kiosk.__main__ import app
from kiosk.home import Home
from localdb.catalogue.build import build

Kiosk = Callable[..., Result]
SAMPLE_CITY = Path(__file__).parents[3] / "deploy" / "sample_city"
HEATING = {
    "rule": "r-40",
    "items": ["zr-034", "zr-032", "zr-033"],
    "reason": "到了办供暖的时候",
    "basis": "地方供热条例",
}
INSURANCE = {"rule": "r-26", "items": ["yb-001"], "reason": "到了交居民医保的时候", "basis": "年度缴费通知"}


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped sample city as a catalogue."""
    path = tmp_path_factory.mktemp("city") / "city.db"
    build(SAMPLE_CITY, path, revision=3, made_at=dt.datetime(2026, 11, 1, tzinfo=dt.UTC))
    return path


@pytest.fixture
def kiosk(home: Home, city: Path) -> Kiosk:
    """Runs the command over the sample city, in a home of its own, on 2026-11-21 unless told otherwise."""

    def run(*words: str, catalogue: Path | None = city, date: str | None = "2026-11-21", **environ: str) -> Result:
        clean = {name: None for name in os.environ if name.startswith("BIANMINTING_")}
        env: dict[str, str | None] = {**clean, "BIANMINTING_HOME": str(home.root), **environ}
        given = ["--catalogue", str(catalogue)] if catalogue else []
        day = ["--date", date] if date else []
        return CliRunner().invoke(app, ["recommend", *words, *given, *day], env=env, prog_name="kiosk")

    return run


def answer(result: Result) -> Any:
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def rules(result: Result) -> list[str]:
    return [found["rule"] for found in answer(result)]


def test_a_senior_card(kiosk: Kiosk) -> None:
    result = kiosk("--age", "67", "--sex", "f", "--card-type", "senior", "--district", "370602", "--json")
    assert answer(result) == [
        {
            "rule": "r-30-b",
            "items": ["mz-016", "wj-014", "rs-012", "zr-037"],
            "reason": "因为您的卡是老年卡",
            "basis": "老年人权益保障法第二条、第五章",
        },
        HEATING,
        INSURANCE,
    ]
    assert result.stderr == ""


def test_what_is_not_given_is_not_known(kiosk: Kiosk) -> None:
    assert answer(kiosk("--json")) == [HEATING, INSURANCE]
    assert answer(kiosk("--json", date="2026-08-01")) == []


def test_every_option_counts(kiosk: Kiosk) -> None:
    july = "2026-07-01"
    assert rules(kiosk("--age", "67", "--json", date=july)) == ["r-31", "r-29", "r-30"]
    assert rules(kiosk("--age-months", "804", "--json", date=july)) == ["r-31", "r-29", "r-30"]
    assert rules(kiosk("--card-type", "student", "--json", date=july)) == ["r-11-b"]
    assert rules(kiosk("--expires-in", "89", "--json", date=july)) == ["r-39"]
    assert rules(kiosk("--expires-in", "90", "--json", date=july)) == []
    assert rules(kiosk("--expires-in", "-3", "--json", date=july)) == ["r-39-b"]
    assert rules(kiosk("--asked", "retired", "--asked", "caregiver", "--json", date=july)) == ["r-29-b", "r-45"]
    assert rules(kiosk("--age", "36", "--sex", "f", "--json", date=july)) == ["r-17", "r-18"]
    assert rules(kiosk("--age", "36", "--sex", "m", "--json", date=july)) == []


def test_completed_years_are_a_whole_year_of_ages(kiosk: Kiosk) -> None:
    # Who is 17 and a half in March will be 18 this year, not everyone who is 17 will.
    assert "r-12" in rules(kiosk("--age-months", "210", "--sex", "m", "--json", date="2026-03-01"))
    assert "r-12" not in rules(kiosk("--age", "17", "--sex", "m", "--json", date="2026-03-01"))


@pytest.mark.parametrize(
    ("district", "expected"),
    [("370602", []), ("370684", []), ("370102", ["r-19-c"]), ("110105", ["r-19"])],
)
def test_the_district_is_seen_from_the_sample_city(kiosk: Kiosk, district: str, expected: list[str]) -> None:
    assert rules(kiosk("--district", district, "--json", date="2026-07-01")) == expected


def test_the_district_is_seen_from_where_the_kiosk_stands(kiosk: Kiosk) -> None:
    here = {"BIANMINTING_PLACE__DISTRICT": "110101"}
    assert rules(kiosk("--district", "110105", "--json", date="2026-07-01", **here)) == []
    assert rules(kiosk("--district", "370602", "--json", date="2026-07-01", **here)) == ["r-19"]


def test_a_district_that_tells_nothing_is_said_and_passed_over(kiosk: Kiosk) -> None:
    result = kiosk("--district", "370000", "--json", date="2026-07-01")
    assert answer(result) == []
    assert result.stderr == "kiosk: 370000 does not tell how it stands to 370600\n"


def test_a_kiosk_that_does_not_know_where_it_stands_says_so(kiosk: Kiosk, built: Path) -> None:
    result = kiosk("--district", "370602", "--json", catalogue=built)
    assert answer(result) == []
    assert result.stderr.startswith("kiosk: place.district is not set")


def test_the_day_decides_what_is_valid(kiosk: Kiosk) -> None:
    wanted = ("--age-months", "726", "--sex", "m", "--json")
    # Who is 60 and a half retires in these months, or did so before, by the year of birth.
    assert "r-27" not in rules(kiosk(*wanted, date="2025-07-01"))
    assert rules(kiosk(*wanted, date="2027-07-01"))[0] == "r-27"


def test_for_people(kiosk: Kiosk) -> None:
    result = kiosk("--card-type", "disabled", "--expires-in", "3", date="2026-07-01")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[:3] == [
        "r-39  因为您的卡快到期了  [card_expiry]  社会保障卡管理办法",
        "    rs-002  社会保障卡补换",
        "    zr-040  市民卡补领、换领",
    ]
    assert lines[3:5] == [
        "r-36  因为您的卡有这些优待  [card_type]  残疾人保障法第五十条；国发〔2015〕52 号",
        "  * mz-023  残疾人证换领",
    ]


def test_nothing_to_say(kiosk: Kiosk) -> None:
    result = kiosk("--asked", "nosuchflag", date="2026-07-01")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "kiosk: no rule asks for nosuchflag\nkiosk: no rule holds\n"


@pytest.mark.parametrize(
    "words",
    [
        ("--age", "67", "--age-months", "804"),
        ("--age", "-1"),
        ("--age", "old"),
        ("--sex", "x"),
        ("--card-type", "gold"),
        ("--district", "37060"),
        ("--district", "３７０６０２"),
        ("--expires-in", "soon"),
        ("--date", "21.11.2026"),
        ("--nothing",),
    ],
)
def test_what_cannot_be_meant(kiosk: Kiosk, words: tuple[str, ...]) -> None:
    result = kiosk(*words, date=None)
    assert (result.exit_code, result.stdout) == (2, "")


def test_without_a_catalogue(kiosk: Kiosk) -> None:
    result = kiosk("--json", catalogue=None)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("kiosk: K-01 ")


def test_a_broken_catalogue(kiosk: Kiosk, tmp_path: Path) -> None:
    broken = tmp_path / "broken.db"
    broken.write_text("not a database at all")
    result = kiosk("--json", catalogue=broken)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("kiosk: D-01 ")
