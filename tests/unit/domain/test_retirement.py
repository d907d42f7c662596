"""渐进式延迟法定退休年龄: every month of birth from 1960 to 1985 against tables that are made here in another way."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cardreader.fields import age_months
from domain.card import Sex
from domain.matching import Person, recommend
from domain.records import Retirement, Rule, validate
from domain.retirement import first_month, is_due, statutory_month

RULES = Path(__file__).parents[3] / "deploy" / "sample_city" / "rules.jsonl"
TABLES = {"r-27": (Sex.MALE, 60, 4, 36), "r-27-b": (Sex.FEMALE, 50, 2, 60), "r-27-c": (Sex.FEMALE, 55, 4, 36)}
"""Rule → sex, old age in years, months a step, months later at most (the decision's three tables)."""

YEARS = range(1960, 1986)


@pytest.fixture(scope="module")
def laws() -> dict[str, Rule]:
    """The rules of the sample city by id."""
    found = {}
    with RULES.open(encoding="utf-8") as stream:
        for line in stream:
            made = validate(json.loads(line))
            if isinstance(made, Rule) and made.when.retires is not None:
                found[made.id] = made
    assert set(found) == set(TABLES)
    return found


def table(years: int, step: int, most: int) -> dict[tuple[int, int], tuple[int, int]]:
    """Month of birth → month of retirement, as the decision's annex lists them: row by row, each row `step` months of
    birth, each row one month later than the one above it.
    """
    rows: dict[tuple[int, int], tuple[int, int]] = {}
    year, month, later = 2025 - years, 1, 0
    before = (year, month)
    for past in YEARS:
        for each in range(1, 13):
            if (past, each) < before:
                rows[past, each] = (past + years, each)
    while year <= YEARS[-1]:
        later = min(later + 1, most)
        for _ in range(step):
            turned = month + later
            rows[year, month] = (year + years + (turned - 1) // 12, (turned - 1) % 12 + 1)
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return rows


def count(month: tuple[int, int]) -> int:
    return month[0] * 12 + month[1] - 1


@pytest.mark.parametrize(
    ("id", "born", "expected"),
    [
        # From the annexes of the decision: first rows, a row in the middle, the last rows, the month before each table.
        ("r-27", (1964, 12), (2024, 12)),
        ("r-27", (1965, 1), (2025, 2)),
        ("r-27", (1965, 4), (2025, 5)),
        ("r-27", (1965, 5), (2025, 7)),
        ("r-27", (1976, 8), (2039, 7)),
        ("r-27", (1976, 9), (2039, 9)),
        ("r-27", (1976, 12), (2039, 12)),
        ("r-27", (1985, 1), (2048, 1)),
        ("r-27-c", (1969, 12), (2024, 12)),
        ("r-27-c", (1970, 1), (2025, 2)),
        ("r-27-c", (1970, 5), (2025, 7)),
        ("r-27-c", (1981, 9), (2039, 9)),
        ("r-27-b", (1974, 12), (2024, 12)),
        ("r-27-b", (1975, 1), (2025, 2)),
        ("r-27-b", (1975, 3), (2025, 5)),
        ("r-27-b", (1984, 11), (2039, 11)),
        ("r-27-b", (1985, 12), (2040, 12)),
    ],
)
def test_the_annexes(laws: dict[str, Rule], id: str, born: tuple[int, int], expected: tuple[int, int]) -> None:
    law = laws[id].when.retires
    assert law is not None
    _, years, step, most = TABLES[id]
    assert table(years, step, most)[born] == expected
    assert statutory_month(law, count(born)) == count(expected)


@pytest.mark.parametrize("id", TABLES)
def test_every_month_of_birth(laws: dict[str, Rule], id: str) -> None:
    law = laws[id].when.retires
    assert law is not None
    _, years, step, most = TABLES[id]
    rows = table(years, step, most)
    assert len(rows) >= len(YEARS) * 12
    for born, month in rows.items():
        retires = count(month)
        assert statutory_month(law, count(born)) == retires, born
        earliest = max(count(born) + years * 12, retires - 36)
        assert first_month(law, count(born)) == earliest, born
        inside = [now for now in range(retires - 120, retires + 60) if is_due(law, count(born), now)]
        assert inside == list(range(earliest - 12, retires + 1)), born


def birthdays() -> Iterator[dt.date]:
    """The first, a middle and the last day of every month, leap days among them."""
    for year in YEARS:
        for month in range(1, 13):
            after = dt.date(year + month // 12, month % 12 + 1, 1)
            yield from (dt.date(year, month, 1), dt.date(year, month, 15), after - dt.timedelta(1))


@pytest.mark.parametrize("id", TABLES)
def test_who_is_told(laws: dict[str, Rule], id: str) -> None:
    """By what a card tells, an age in months: nobody is left out, and nobody is told too long but for a month, or
    two where the next month of birth begins another row of the table.
    """
    sex, years, step, most = TABLES[id]
    rows, rule = table(years, step, most), [laws[id]]
    days = (1, 14, 15, 28)
    for turn, born in enumerate(birthdays()):
        retires = count(rows[born.year, born.month])
        first = max(born.year * 12 + born.month - 1 + years * 12, retires - 36) - 12
        edges = (*range(first - 3, first + 3), retires - 13, retires - 12, *range(retires - 1, retires + 4))
        for now in edges:
            on = dt.date(now // 12, now % 12 + 1, days[turn % len(days)])
            age = age_months(born, on)
            assert age is not None
            told = bool(recommend(rule, Person(age_months=(age, age), sex=sex), on))
            if first <= now <= retires:
                assert told, (born, on)
            elif not first - 2 <= now <= retires + 2:
                assert not told, (born, on)
    assert not recommend(rule, Person(age_months=(years * 12, years * 12)), dt.date(2026, 1, 1)), "sex is not known"


def test_who_taps_a_band_of_age_is_told_nothing_about_a_month(laws: dict[str, Rule]) -> None:
    for id, (sex, *_) in TABLES.items():
        for band in ((36 * 12, 60 * 12 - 1), (60 * 12, 65 * 12 - 1)):
            assert not recommend([laws[id]], Person(age_months=band, sex=sex), dt.date(2026, 11, 20))


def test_without_a_day_there_is_no_month_of_retirement(laws: dict[str, Rule]) -> None:
    rule = [laws["r-27"]]
    person = Person(age_months=(725, 725), sex=Sex.MALE)
    assert recommend(rule, person, dt.date(2026, 11, 20)) and not recommend(rule, person, None)


def test_another_law_is_other_numbers() -> None:
    """60 years for whoever reaches it before July 2030, then two years at most, a month for each month; half a year."""
    law = Retirement(age_months=720, since="2030-07", every=1, most=24, early=6, ahead=3)
    july = 1970 * 12 + 6
    later = [statutory_month(law, july + late) - (july + late) for late in (-1, 0, 1, 23, 24)]
    assert later == [720, 721, 722, 744, 744]
    assert [first_month(law, july + late) - (july + late) for late in (-1, 0, 5, 6, 23)] == [720, 720, 720, 721, 738]
    assert is_due(law, july, july + 717) and not is_due(law, july, july + 716)
