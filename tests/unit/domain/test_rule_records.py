"""Conditions of a rule as records: what is refused and by which field it is named, what survives."""

from __future__ import annotations

from typing import Any

import pytest

from domain.card import CardType, Division, Sex
from domain.errors import Code, RecordError
from domain.records import Retirement, Rule, validate

MEN = {"age_months": 720, "since": "2025-01", "every": 4, "most": 36, "early": 36, "ahead": 12}


def rule(when: Any) -> Rule:
    made = validate({"kind": "rule", "id": "r-1", "name": "规则", "when": when, "reason": "因为如此"})
    assert isinstance(made, Rule)
    return made


def test_everything_that_can_be_asked() -> None:
    when = rule(
        {
            "age": [0, 120], "age_months": [189, 195], "sex": "f", "division": "province",
            "card_type": ["senior", "disabled"], "expires_within_days": 0, "months": [12, 1], "asked": ["low_income"],
            "turns": [18, 18], "retires": MEN,
        }
    ).when  # fmt: skip
    assert when.turns == (18, 18) and when.retires == Retirement.model_validate(MEN)
    assert (when.age, when.age_months, when.sex) == ((0, 120), (189, 195), Sex.FEMALE)
    assert (when.division, when.card_type) == (Division.PROVINCE, (CardType.SENIOR, CardType.DISABLED))
    assert (when.expires_within_days, when.months, when.asked) == (0, (12, 1), ("low_income",))


@pytest.mark.parametrize(
    ("when", "field"),
    [
        ({"age": 60}, "when.age"),
        ({"age": [60]}, "when.age.1"),
        ({"age": [60, 70, 80]}, "when.age"),
        ({"age": [70, 60]}, "when.age"),
        ({"age": [-1, 60]}, "when.age.0"),
        ({"age": [60, 151]}, "when.age.1"),
        ({"age": ["60", 70]}, "when.age.0"),
        ({"age": [60.5, 70]}, "when.age.0"),
        ({"age": [True, 70]}, "when.age.0"),
        ({"age": [None, 70]}, "when.age.0"),
        ({"age_months": [195, 189]}, "when.age_months"),
        ({"age_months": [0, 1801]}, "when.age_months.1"),
        ({"turns": 18}, "when.turns"),
        ({"turns": [22, 18]}, "when.turns"),
        ({"retires": 720}, "when.retires"),
        ({"retires": {"age_months": 720, "since": "2025-01", "every": 4}}, "when.retires.most"),
        ({"retires": {**MEN, "since": "2025"}}, "when.retires.since"),
        ({"retires": {**MEN, "since": "2025-13"}}, "when.retires.since"),
        ({"retires": {**MEN, "every": 0}}, "when.retires.every"),
        ({"retires": {**MEN, "early": -1}}, "when.retires.early"),
        ({"retires": {**MEN, "age_months": "720"}}, "when.retires.age_months"),
        ({"sex": "female"}, "when.sex"),
        ({"sex": ["f"]}, "when.sex"),
        ({"division": "elsewhere else"}, "when.division"),
        ({"division": ["local"]}, "when.division"),
        ({"card_type": "senior"}, "when.card_type"),
        ({"card_type": []}, "when.card_type"),
        ({"card_type": ["old"]}, "when.card_type.0"),
        ({"card_type": ["senior", "senior"]}, "when.card_type"),
        ({"expires_within_days": -1}, "when.expires_within_days"),
        ({"expires_within_days": "90"}, "when.expires_within_days"),
        ({"expires_within_days": 3651}, "when.expires_within_days"),
        ({"months": []}, "when.months"),
        ({"months": [0]}, "when.months.0"),
        ({"months": [1, 13]}, "when.months.1"),
        ({"months": [1, 1]}, "when.months"),
        ({"months": 11}, "when.months"),
        ({"asked": []}, "when.asked"),
        ({"asked": "student"}, "when.asked"),
        ({"asked": ["学生"]}, "when.asked.0"),
        ({"asked": [""]}, "when.asked.0"),
        ([], "when"),
        ("age > 60", "when"),
        (None, "when"),
    ],
)
def test_what_cannot_be_a_condition_is_refused_by_name(when: Any, field: str) -> None:
    with pytest.raises(RecordError) as caught:
        rule(when)
    assert caught.value.code is Code.RECORD_INVALID
    assert len(caught.value.problems) == 1
    assert caught.value.problems[0].startswith(f"rule r-1: {field}: ")


def test_every_fault_of_a_rule_is_told() -> None:
    with pytest.raises(RecordError) as caught:
        rule({"age": [70, 60], "months": [13], "sex": "x"})
    assert [problem.split(": ")[1] for problem in caught.value.problems] == ["when.age", "when.sex", "when.months.0"]


def test_a_law_with_a_number_that_this_version_does_not_know_is_no_law_here() -> None:
    kept = rule({"retires": {**MEN, "hardship": 12}})
    assert kept.when.unknown == ("retires.hardship",)
    assert kept.model_dump(mode="json", exclude_none=True)["when"] == {"retires": {**MEN, "hardship": 12}}
    assert rule({"retires": {**MEN, "hardship": None}}).when.unknown == ()


def test_conditions_of_a_later_version_survive() -> None:
    written = {"card_type": ["senior"], "shoe_size": [40, {"half": True}], "nothing": None}
    kept = rule(written)
    assert kept.when.unknown == ("shoe_size",)
    assert kept.model_dump(mode="json", exclude_none=True)["when"] == {
        "card_type": ["senior"],
        "shoe_size": [40, {"half": True}],
    }
    assert validate(kept.model_dump(mode="json")) == kept
