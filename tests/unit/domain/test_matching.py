"""Who is recommended what: small rules for one point each, then people against the sample city's rules."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from domain.card import CardFacts, CardFamily, CardType, Division, Sex
from domain.lint import lint
from domain.matching import MOST_ITEMS, Person, Recommendation, attributes, recommend
from domain.records import Rule, validate

DAY = dt.date(2026, 11, 21)
M, F = Sex.MALE, Sex.FEMALE
CITY = Path(__file__).parents[3] / "deploy" / "sample_city"


def rule(id: str = "r-1", items: list[str] | None = None, needs: list[str] | None = None, **more: Any) -> Rule:
    """A rule; what is no field of a rule is a condition. Its items are called after it unless given."""
    fields: dict[str, Any] = {
        key: more.pop(key) for key in ("sensitive", "basis", "reason", "valid_from", "valid_until") if key in more
    }
    made = validate(
        {
            "kind": "rule", "id": id, "name": id, "needs": needs or [], "when": more, "reason": "因为如此",
            "items": [f"{id}-a"] if items is None else items, **fields,
        }
    )  # fmt: skip
    assert isinstance(made, Rule)
    return made


def aged(years: int, months: int = 0, **more: Any) -> Person:
    return Person(age_months=(years * 12 + months,) * 2, **more)


def ids(rules: list[Rule], person: Person, on: dt.date | None = DAY) -> list[str]:
    return [found.rule for found in recommend(rules, person, on)]


# --- When a rule holds ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "person", "holds"),
    [
        ({"age": [60, 120]}, aged(59, 11), False),
        ({"age": [60, 120]}, aged(60), True),
        ({"age": [60, 120]}, Person(age_months=(719, 800)), False),
        ({"age": [60, 120]}, Person(age_months=(720, 99999)), True),
        ({"age": [60, 119]}, Person(age_months=(720, 99999)), False),
        ({"age": [20, 45]}, aged(45, 11), True),
        ({"age": [20, 45]}, aged(46), False),
        ({"age": [20, 45]}, Person(age_months=(230, 300)), False),
        ({"age_months": [189, 195]}, Person(age_months=(189, 195)), True),
        ({"age_months": [189, 195]}, Person(age_months=(189, 196)), False),
        ({"age": [16, 16], "age_months": [195, 300]}, aged(16), False),
        ({"age": [16, 16], "age_months": [195, 300]}, aged(16, 3), True),
        # On 2026-11-21: whoever is 17 years and 10 months old has turned 18 by New Year, by 20 December at the latest.
        ({"turns": [18, 18]}, aged(17, 10), True),
        ({"turns": [18, 18]}, aged(17, 9), False),
        ({"turns": [18, 18]}, aged(18, 10), True),
        ({"turns": [18, 18]}, aged(18, 11), False),
        ({"turns": [18, 22]}, Person(age_months=(17 * 12 + 11, 22 * 12 + 10)), True),
        ({"turns": [18, 22]}, Person(age_months=(17 * 12 + 11, 23 * 12)), False),
        ({"sex": "f"}, Person(sex=F), True),
        ({"sex": "f"}, Person(sex=M), False),
        ({"division": "province"}, Person(division=Division.PROVINCE), True),
        ({"division": "province"}, Person(division=Division.ELSEWHERE), False),
        ({"card_type": ["senior", "disabled"]}, Person(card_type=CardType.DISABLED), True),
        ({"card_type": ["senior", "disabled"]}, Person(card_type=CardType.ORDINARY), False),
        ({"expires_within_days": 90}, Person(expires_in_days=90), True),
        ({"expires_within_days": 90}, Person(expires_in_days=91), False),
        ({"expires_within_days": 90}, Person(expires_in_days=-400), True),
        ({"expires_within_days": 0}, Person(expires_in_days=1), False),
        ({"months": [11, 12]}, Person(), True),
        ({"months": [12, 1]}, Person(), False),
        ({"asked": ["student"]}, Person(asked=frozenset({"student", "retired"})), True),
        ({"asked": ["student", "retired"]}, Person(asked=frozenset({"student"})), False),
        ({"asked": ["student", "retired"]}, Person(asked=frozenset({"student", "retired"})), True),
        ({"age": [20, 45], "sex": "f"}, aged(30, sex=F), True),
        ({"age": [20, 45], "sex": "f"}, aged(30, sex=M), False),
    ],
)  # fmt: skip
def test_conditions(when: dict[str, Any], person: Person, holds: bool) -> None:
    assert ids([rule(**when)], person) == (["r-1"] if holds else [])


@pytest.mark.parametrize(
    "when",
    [
        {"age": [0, 120]},
        {"turns": [0, 120]},
        {"retires": {"age_months": 720, "since": "2025-01", "every": 4, "most": 36, "ahead": 720}},
        {"sex": "f"},
        {"division": "local"},
        {"card_type": [card.value for card in CardType]},
        {"expires_within_days": 3650},
        {"asked": ["student"]},
    ],
    ids=lambda when: next(iter(when)),
)
def test_what_is_not_known_does_not_fit(when: dict[str, Any]) -> None:
    assert ids([rule(**when)], Person()) == []


@pytest.mark.parametrize("need", ["age", "sex", "division", "card_type", "card_expiry", "asked:student"])
def test_a_need_has_to_be_known_even_where_no_condition_uses_it(need: str) -> None:
    wanting = [rule(needs=[need], months=[11])]
    assert ids(wanting, Person()) == []
    everything = aged(
        30,
        sex=F, division=Division.LOCAL, card_type=CardType.TEST, expires_in_days=9, asked=frozenset({"student"}),
    )  # fmt: skip
    assert ids(wanting, everything) == ["r-1"]


def test_conditions_and_needs_of_a_later_version_never_hold() -> None:
    everything = aged(30, sex=F, asked=frozenset({"student"}))
    assert ids([rule(months=[11], shoe_size=[40, 44])], everything) == []
    assert ids([rule(months=[11], needs=["shoe_size"])], everything) == []
    assert ids([rule(months=[11], needs=["asked"])], everything) == []
    assert ids([rule(months=[11], shoe_size=None)], everything) == ["r-1"]


def test_a_rule_that_asks_for_nothing_recommends_nothing() -> None:
    assert ids([rule()], aged(30, sex=F)) == []


def test_seasons_are_for_anybody_while_the_day_is_known() -> None:
    season = [rule(months=[11])]
    assert ids(season, Person()) == ["r-1"]
    assert ids(season, Person(), None) == []
    assert ids([rule(asked=["student"])], Person(asked=frozenset({"student"})), None) == ["r-1"]


def test_a_rule_holds_on_its_days_only() -> None:
    year = [rule(months=[11], valid_from="2026-01-01", valid_until="2026-11-21")]
    assert ids(year, Person()) == ["r-1"]
    assert ids(year, Person(), dt.date(2026, 11, 22)) == []


def test_a_card_tells_what_it_tells() -> None:
    told = Person.of(CardFacts(CardFamily.T_UNION, card_type=CardType.SENIOR, expires_in_days=-2))
    rules = [rule("r-age", age=[0, 120]), rule("r-card", card_type=["senior"]), rule("r-due", expires_within_days=0)]
    assert ids(rules, told) == ["r-due", "r-card"]
    exact = Person.of(CardFacts(CardFamily.SOCIAL_SECURITY, age_months=803, sex=F, division=Division.LOCAL))
    assert (exact.age_months, exact.sex, exact.division, exact.card_type) == ((803, 803), F, Division.LOCAL, None)


def test_a_person_is_never_printed() -> None:
    assert repr(aged(67, sex=F, asked=frozenset({"student"}))) == "Person(…)"


# --- Children -------------------------------------------------------------------------------------------------------

GENERIC = rule("r-all", age=[0, 15])


@pytest.mark.parametrize("person", [aged(0), aged(13, 11), Person(age_months=(0, 191)), Person(age_months=(160, 190))])
def test_who_may_be_a_child_gets_what_every_child_gets(person: Person) -> None:
    known = Person(
        person.age_months, F, Division.ELSEWHERE, CardType.STUDENT, 3, frozenset({"student"})
    )  # a card that tells all
    others = [
        rule("r-girls", age=[13, 13], sex="f"),
        rule("r-some", age=[0, 12]),
        rule("r-sex", age=[0, 15], sex="f"),
        rule("r-card", card_type=["student"]),
        rule("r-due", expires_within_days=90),
        rule("r-asked", asked=["student"]),
        rule("r-season", months=[11]),
        rule("r-needy", age=[0, 15], needs=["age", "division"]),
    ]
    assert ids([*others, GENERIC], known) == ["r-all"]


def test_fourteen_is_old_enough() -> None:
    assert ids([GENERIC, rule("r-card", card_type=["student"])], aged(14, card_type=CardType.STUDENT)) == [
        "r-card",
        "r-all",
    ]


# --- Order and sharing ----------------------------------------------------------------------------------------------


def test_the_most_telling_comes_first() -> None:
    rules = [
        rule("r-1", months=[11]),
        rule("r-2", asked=["retired"]),
        rule("r-3", division="local"),
        rule("r-4", age=[60, 120]),
        rule("r-5", card_type=["senior"]),
        rule("r-6", expires_within_days=90),
        rule("r-7", age=[65, 69], asked=["retired"]),
    ]
    person = aged(
        67, card_type=CardType.SENIOR, division=Division.LOCAL, expires_in_days=5, asked=frozenset({"retired"})
    )
    assert ids(rules, person) == ["r-6", "r-5", "r-7", "r-4", "r-3", "r-2", "r-1"]


def test_among_equals_the_one_that_asks_for_more_then_the_narrower_then_the_id() -> None:
    rules = [
        rule("r-e", age=[60, 120]),
        rule("r-d", age=[65, 120]),
        rule("r-c", age=[60, 70]),
        rule("r-b", age=[60, 70]),
        rule("r-a", age=[0, 130], sex="f"),
        rule("r-f", expires_within_days=90),
        rule("r-g", expires_within_days=0),
    ]
    expected = ["r-g", "r-f", "r-a", "r-b", "r-c", "r-d", "r-e"]
    assert ids(rules, aged(67, sex=F, expires_in_days=-1)) == expected
    assert ids(rules[::-1], aged(67, sex=F, expires_in_days=-1)) == expected


def test_an_item_stands_under_the_first_rule_that_has_it() -> None:
    rules = [
        rule("r-1", ["a", "b", "a"], months=[11]),
        rule("r-2", ["b", "c"], asked=["x"]),
        rule("r-3", ["c"], sex="f"),
    ]
    found = recommend(rules, Person(sex=F, asked=frozenset({"x"})), DAY)
    assert [(each.rule, each.items) for each in found] == [("r-3", ("c",)), ("r-2", ("b",)), ("r-1", ("a",))]
    rules.append(rule("r-0", ["b"], asked=["x"], months=[11]))
    assert "r-2" not in ids(rules, Person(sex=F, asked=frozenset({"x"})))


def test_rules_take_turns_where_there_is_not_room_for_all() -> None:
    def many(id: str, **when: Any) -> Rule:
        return rule(id, [f"{id}{n}" for n in range(6)], **when)

    rules = [many("x", asked=["x"]), many("y", asked=["y"]), many("z", asked=["z"]), many("s", months=[11])]
    found = recommend(rules, Person(asked=frozenset("xyz")), DAY)
    assert [(each.rule, each.items) for each in found] == [
        ("x", ("x0", "x1", "x2")),
        ("y", ("y0", "y1", "y2")),
        ("z", ("z0", "z1")),
    ]
    found = recommend(rules, Person(asked=frozenset("x")), DAY)
    assert [(each.rule, len(each.items)) for each in found] == [("x", 6), ("s", 2)]


def test_a_recommendation_says_on_what_it_rests() -> None:
    rules = [
        rule(needs=["date"], age=[20, 45], sex="f", asked=["x"], basis="民法典", sensitive=True, reason="到了年龄")
    ]
    assert recommend(rules, aged(30, sex=F, asked=frozenset("x")), DAY) == (
        Recommendation("r-1", ("r-1-a",), "到了年龄", "民法典", True, ("age", "sex", "date", "asked")),
    )


# --- Properties -----------------------------------------------------------------------------------------------------

FLAGS = ("student", "retired", "caregiver")
AGES = st.tuples(st.integers(0, 1400), st.integers(0, 300)).map(lambda pair: (pair[0], pair[0] + pair[1]))
PEOPLE = st.builds(
    Person,
    age_months=st.none() | AGES,
    sex=st.none() | st.sampled_from(Sex),
    division=st.none() | st.sampled_from(Division),
    card_type=st.none() | st.sampled_from(CardType),
    expires_in_days=st.none() | st.integers(-500, 500),
    asked=st.frozensets(st.sampled_from(FLAGS)),
)
NEEDS = ["age", "sex", "division", "card_type", "card_expiry", "date", *(f"asked:{flag}" for flag in FLAGS)]
SPANS = st.tuples(st.integers(0, 100), st.integers(0, 50)).map(lambda pair: [pair[0], pair[0] + pair[1]])
WHENS = st.fixed_dictionaries(
    {},
    optional={
        "age": SPANS,
        "age_months": SPANS.map(lambda span: [span[0] * 12, span[1] * 12]),
        "turns": SPANS,
        "retires": st.builds(
            lambda age, every, most, early, ahead: {
                "age_months": age,
                "since": "2025-01",
                "every": every,
                "most": most,
                "early": early,
                "ahead": ahead,
            },
            st.integers(500, 800),
            st.integers(1, 6),
            st.integers(0, 60),
            st.integers(0, 60),
            st.integers(0, 24),
        ),
        "sex": st.sampled_from(["m", "f"]),
        "division": st.sampled_from(["local", "province", "elsewhere"]),
        "card_type": st.lists(st.sampled_from([card.value for card in CardType]), min_size=1, unique=True),
        "expires_within_days": st.integers(0, 400),
        "months": st.lists(st.integers(1, 12), min_size=1, unique=True),
        "asked": st.lists(st.sampled_from(FLAGS), min_size=1, unique=True),
    },
)
ITEMS = st.lists(st.sampled_from([f"i-{n:02}" for n in range(20)]), min_size=1, max_size=9)
RULES = st.lists(st.tuples(WHENS, ITEMS, st.lists(st.sampled_from(NEEDS), max_size=2)), max_size=12).map(
    lambda rows: [rule(f"r-{n:02}", items, needs, **when) for n, (when, items, needs) in enumerate(rows)]
)
DAYS = st.dates(dt.date(2025, 1, 1), dt.date(2028, 12, 31))

FIELDS = {"age": "age_months", "card_expiry": "expires_in_days"}


def known(person: Person, attribute: str) -> bool:
    return attribute == "date" or getattr(person, FIELDS.get(attribute, attribute)) not in (None, frozenset())


@given(RULES, PEOPLE, DAYS)
def test_only_what_is_known_decides(rules: list[Rule], person: Person, day: dt.date) -> None:
    by_id = {each.id: each for each in rules}
    for found in recommend(rules, person, day):
        assert found.used
        assert all(known(person, attribute) for attribute in found.used)
        assert set(found.used) >= {need.partition(":")[0] for need in by_id[found.rule].needs}
        assert set(found.items) <= set(by_id[found.rule].items)


@given(RULES, PEOPLE, DAYS)
def test_never_too_many_never_twice(rules: list[Rule], person: Person, day: dt.date) -> None:
    items = [item for found in recommend(rules, person, day) for item in found.items]
    assert len(items) == len(set(items)) <= MOST_ITEMS
    assert all(found.items for found in recommend(rules, person, day))


@given(RULES, PEOPLE, DAYS, st.randoms(use_true_random=False))
def test_the_order_in_which_rules_come_does_not_matter(
    rules: list[Rule], person: Person, day: dt.date, dice: Any
) -> None:
    mixed = list(rules)
    dice.shuffle(mixed)
    assert recommend(mixed, person, day) == recommend(rules, person, day)


@given(WHENS, ITEMS, PEOPLE, DAYS, st.data())
def test_what_holds_for_a_range_holds_for_each_age_in_it(
    when: dict[str, Any], items: list[str], person: Person, day: dt.date, data: st.DataObject
) -> None:
    rules = [rule("r-1", items, **when)]
    if person.age_months is None or not recommend(rules, person, day):
        return
    age = data.draw(st.integers(*person.age_months))
    exact = Person(
        (age, age), person.sex, person.division, person.card_type, person.expires_in_days, person.asked
    )  # the same person, who said the age exactly
    assert recommend(rules, exact, day) == recommend(rules, person, day)


@given(RULES, PEOPLE, DAYS)
def test_telling_less_never_adds_a_rule(rules: list[Rule], person: Person, day: dt.date) -> None:
    if person.age_months is not None and person.age_months[0] < 14 * 12:
        return  # a child who does not tell the age cannot be known as one
    told = {each.id for each in rules if recommend([each], person, day)}
    bare = Person(age_months=person.age_months)
    assert {each.id for each in rules if recommend([each], bare, day)} <= told


# --- The sample city ------------------------------------------------------------------------------------------------


def city(name: str) -> list[Any]:
    with (CITY / name).open(encoding="utf-8") as stream:
        return [validate(json.loads(line)) for line in stream]


@pytest.fixture(scope="module")
def rules() -> list[Rule]:
    return city("rules.jsonl")


def test_the_rules_are_in_order(rules: list[Rule]) -> None:
    assert [found for found in lint([*rules, *city("guides.jsonl")]) if found.kind == "rule"] == []
    assert len([each for each in rules if each.basis and each.valid_at(DAY)]) > 50


@pytest.mark.parametrize(
    ("person", "month", "expected"),
    [
        pytest.param(Person(), 11, ["r-40", "r-26"], id="a card that says nothing"),
        pytest.param(Person(), 8, [], id="the same in August"),
        pytest.param(Person(card_type=CardType.SENIOR), 11, ["r-30-b", "r-40", "r-26"], id="a senior card without age"),
        pytest.param(
            aged(67, sex=F, card_type=CardType.SENIOR, division=Division.LOCAL), 11, ["r-30-b", "r-40", "r-26"],
            id="67, a senior card",
        ),
        pytest.param(aged(67, sex=F, division=Division.LOCAL), 7, ["r-31", "r-29", "r-30"], id="67, an ordinary card"),
        pytest.param(
            Person(card_type=CardType.SENIOR, expires_in_days=30), 7, ["r-39", "r-30-b"], id="a senior card runs out"
        ),
        pytest.param(Person(expires_in_days=-30), 7, ["r-39-b"], id="a card that has run out"),
        pytest.param(Person(expires_in_days=91), 7, [], id="a card good for long"),
        pytest.param(Person(card_type=CardType.STUDENT), 7, ["r-11-b"], id="a student card"),
        pytest.param(Person(card_type=CardType.DISABLED), 7, ["r-36"], id="a card of a disabled person"),
        pytest.param(Person(card_type=CardType.MILITARY), 7, ["r-37"], id="a card of a soldier's family"),
        pytest.param(Person(division=Division.ELSEWHERE), 7, ["r-19"], id="from elsewhere"),
        pytest.param(Person(division=Division.PROVINCE), 7, ["r-19-c"], id="from the province"),
        pytest.param(Person(division=Division.LOCAL), 7, [], id="from here"),
        pytest.param(aged(85), 7, ["r-33", "r-32", "r-29", "r-30"], id="85"),
        pytest.param(aged(101), 7, ["r-34-b", "r-34", "r-33", "r-32", "r-29", "r-30"], id="101"),
        pytest.param(Person(age_months=(80 * 12, 1451)), 7, ["r-33", "r-32", "r-29", "r-30"], id="tap: 80 and more"),
        pytest.param(
            Person(age_months=(65 * 12, 80 * 12 - 1), asked=frozenset({"retired"})), 7,
            ["r-31", "r-29", "r-30", "r-29-b"], id="taps: 65 to 79, retired",
        ),
        pytest.param(Person(age_months=(60 * 12, 65 * 12 - 1)), 7, ["r-29", "r-30"], id="tap: 60 to 64"),
        pytest.param(Person(age_months=(0, 191)), 11, ["r-07"], id="tap: under 16"),
        pytest.param(aged(8, sex=F, card_type=CardType.STUDENT, expires_in_days=3), 11, ["r-07"], id="a child's card"),
        pytest.param(Person(asked=frozenset({"enterprise"})), 11, ["r-41-c", "r-40", "r-26"], id="tap: own business"),
        pytest.param(Person(asked=frozenset({"enterprise"})), 5, ["r-41", "r-41-c"], id="the same in May"),
        pytest.param(
            Person(asked=frozenset({"unemployed", "caregiver"})), 7, ["r-22", "r-45"], id="taps: no work, caring"
        ),
        pytest.param(aged(16, 1, sex=M), 7, ["r-10", "r-11"], id="just 16"),
        pytest.param(aged(17, 8, sex=M), 3, ["r-12", "r-11", "r-40-b", "r-41-b"], id="turns 18 this year"),
        pytest.param(aged(17, 8, sex=M), 11, ["r-11", "r-40"], id="turns 18 next year"),
        pytest.param(aged(18, sex=M), 11, ["r-12", "r-11", "r-13", "r-14", "r-40"], id="18, a man"),
        pytest.param(aged(30, sex=F), 11, ["r-15", "r-17", "r-40", "r-26"], id="30, a woman"),
        pytest.param(aged(52, sex=F, asked=frozenset({"unemployed"})), 7, ["r-23", "r-18", "r-22"], id="52, no work"),
    ],
)  # fmt: skip
def test_people_in_the_sample_city(rules: list[Rule], person: Person, month: int, expected: list[str]) -> None:
    assert ids(rules, person, dt.date(2026, month, 21)) == expected


def test_topics_that_are_nobodys_business_are_marked(rules: list[Rule]) -> None:
    open_items = {item for each in rules if not each.sensitive for item in each.items}
    # HPV, 两癌, marriage, minimum living allowance, disability, long-term care, death.
    assert not open_items & {"wj-017", "wj-013", "mz-001", "mz-010", "mz-022", "mz-026", "yb-015", "wj-021", "ga-002"}


def test_evaluation_takes_no_time(rules: list[Rule]) -> None:
    person = aged(
        67, sex=F, card_type=CardType.SENIOR, division=Division.LOCAL, expires_in_days=5, asked=frozenset({"retired"})
    )

    def spent() -> Iterator[float]:
        for _ in range(20):
            since = time.process_time()
            recommend(rules, person, DAY)
            yield (time.process_time() - since) * 1000

    assert min(spent()) < 5


def test_every_rule_can_hold_for_somebody(rules: list[Rule]) -> None:
    flags = frozenset(flag for each in rules for flag in each.when.asked or ())

    def somebody(each: Rule) -> Iterator[tuple[Person, dt.date]]:
        when = each.when
        ages = range(168, 1440) if "age" in attributes(each) else [400]
        for age in [*ages, 0]:
            for month in when.months or (11,):
                for year in (2026, 2027, 2028):
                    yield (
                        Person(
                            (age, age),
                            when.sex,
                            when.division,
                            (when.card_type or (None,))[0],
                            when.expires_within_days,
                            flags,
                        ),
                        dt.date(year, month, 1),
                    )

    assert not [each.id for each in rules if not any(recommend([each], *who) for who in somebody(each))]
