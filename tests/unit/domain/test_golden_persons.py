"""Invented people on either side of every line that the sample city's rules draw, from a birth date and a card to the
rules that hold, in their order (`golden_persons.tsv`).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from cardreader.fields import age_months
from domain.card import CardFacts, CardFamily, CardType, Sex
from domain.divisions import relation
from domain.matching import MOST_ITEMS, Person, for_all_children, recommend
from domain.records import Rule, validate

HERE = Path(__file__).parent
CITY = HERE.parents[2] / "deploy" / "sample_city"
KIOSK = "370602"
NOTHING = "-"


@dataclass(frozen=True, slots=True)
class Golden:
    """One line: who comes, on which day, and the rules that hold."""

    who: str
    person: Person
    on: dt.date
    rules: tuple[str, ...]


def golden() -> Iterator[Golden]:
    """Every line; the age is counted as a card's reader counts it."""
    for line in (HERE / "golden_persons.tsv").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        who, *rest, rules = line.split("\t")
        born, on, sex, card, division, until, asked = (None if each == NOTHING else each for each in rest)
        assert on is not None
        day = dt.date.fromisoformat(on)
        facts = CardFacts(
            CardFamily.SOCIAL_SECURITY,
            card_type=CardType(card) if card else None,
            division=relation(division, KIOSK) if division else None,
            age_months=age_months(dt.date.fromisoformat(born), day) if born else None,
            sex=Sex(sex) if sex else None,
            expires_in_days=(dt.date.fromisoformat(until) - day).days if until else None,
        )
        person = replace(Person.of(facts), asked=frozenset((asked or "").split()))
        yield Golden(who, person, day, () if rules == NOTHING else tuple(rules.split()))


PEOPLE = tuple(golden())


@pytest.fixture(scope="module")
def rules() -> list[Rule]:
    """The rules of the sample city."""
    with (CITY / "rules.jsonl").open(encoding="utf-8") as stream:
        made = [validate(json.loads(line)) for line in stream]
    return [each for each in made if isinstance(each, Rule)]


@pytest.mark.parametrize("one", PEOPLE, ids=[one.who for one in PEOPLE])
def test_golden_person(rules: list[Rule], one: Golden) -> None:
    found = recommend(rules, one.person, one.on)
    assert tuple(each.rule for each in found) == one.rules
    assert sum(len(each.items) for each in found) <= MOST_ITEMS


def test_there_are_enough_and_each_once() -> None:
    assert len(PEOPLE) >= 60 and len({one.who for one in PEOPLE}) == len(PEOPLE)


def test_every_rule_that_a_card_or_a_day_can_bring_is_met(rules: list[Rule]) -> None:
    met = {id for one in PEOPLE for id in one.rules}
    assert {each.id for each in rules if not each.when.asked} <= met


def test_nobody_under_fourteen_gets_anything_but_what_all_children_get(rules: list[Rule]) -> None:
    general = {each.id for each in rules if for_all_children(each)}
    children = [one for one in PEOPLE if one.person.age_months and one.person.age_months[0] < 14 * 12]
    assert len(children) >= 3
    assert all(set(one.rules) <= general for one in children)
    elders = [one for one in PEOPLE if one.person.age_months and one.person.age_months[0] >= 16 * 12]
    assert not any(set(one.rules) & general for one in elders)
