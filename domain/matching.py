"""Rules → what may concern a person, each with its reason. Pure: the same person on the same day, the same answer.

A rule holds only when everything it asks for is known and fits. What is not known is not filled in from what is: a
senior card says nothing about an age, a card's division nothing about where its holder lives. So the answer degrades by
itself, from all that a card tells, over its type alone and what the person chose, to the season.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from domain.card import CardFacts, CardType, Division, Sex
from domain.records import Rule
from domain.retirement import is_due

Attribute = Literal["age", "sex", "division", "card_type", "card_expiry", "date", "asked"]
"""What a rule can ask about a person; a citizen reads which of them a recommendation rests on."""

ATTRIBUTES: tuple[Attribute, ...] = get_args(Attribute)

ASKED = "asked:"
"""Begins the need of a flag that the person chose: ``asked:student``."""

MOST_ITEMS = 8
"""A screen of reasons is read; a catalogue of them is not."""

CHILD_YEARS = 14
"""What tells about people younger than this is sensitive (个人信息保护法第二十八条): here all children are alike."""

OLDEST_YEARS = 120
"""A last year of age from here on means no end, so that "80 or more" fits however wide it is written."""

_MONTHS_A_YEAR = 12

_TELLING: tuple[frozenset[Attribute], ...] = (
    frozenset({"card_expiry"}),
    frozenset({"card_type"}),
    frozenset({"age", "sex"}),
    frozenset({"division"}),
    frozenset({"asked"}),
    frozenset({"date"}),
)
"""The most telling first: the very card, for whom it was issued, who its holder is, where from, what was chosen, and
last what is the same for everybody, the season.
"""

_SEASON = len(_TELLING) - 1


@dataclass(frozen=True, slots=True, repr=False)
class Person:
    """What is known of the one who stands here: from a card, from three taps, or from nothing.

    `age_months` is a closed range, exact for a card and as wide as the answer for a tap; a rule holds only when it
    holds for the whole range. `asked` are flags that the person chose.
    """

    age_months: tuple[int, int] | None = None
    sex: Sex | None = None
    division: Division | None = None
    card_type: CardType | None = None
    expires_in_days: int | None = None
    asked: frozenset[str] = frozenset()

    def __repr__(self) -> str:
        return "Person(…)"

    @classmethod
    def of(cls, facts: CardFacts) -> Person:
        """The holder of a card."""
        age = facts.age_months
        return cls(
            age_months=None if age is None else (age, age),
            sex=facts.sex,
            division=facts.division,
            card_type=facts.card_type,
            expires_in_days=facts.expires_in_days,
        )


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One rule that holds: its items, best first, why, on what basis in law, and which attributes decided."""

    rule: str
    items: tuple[str, ...]
    reason: str
    basis: str | None
    sensitive: bool
    used: tuple[Attribute, ...]


def recommend(rules: Sequence[Rule], person: Person, on: dt.date | None) -> tuple[Recommendation, ...]:
    """The rules that hold for `person` on the day `on`, most telling first; every item stands under one rule only and
    there are at most `MOST_ITEMS` in all. A rule about something unknown does not hold.

    `on` None: the day is not known (the clock is not trusted), and no rule about the season holds.

    Where more items are due than fit, the rules take turns, so that whoever said three things reads about all three;
    seasons get what places are left. Who may be under `CHILD_YEARS` gets the rules for all children and no others.
    """
    holding = [rule for rule in rules if _holds(rule, person, on)]
    if may_be_child(person):
        holding = [rule for rule in holding if for_all_children(rule)]
    holding.sort(key=_order)
    items = _shared_out(holding)
    return tuple(
        Recommendation(rule.id, chosen, rule.reason, rule.basis, rule.sensitive, attributes(rule))
        for rule, chosen in zip(holding, items, strict=True)
        if chosen
    )


def may_be_child(person: Person) -> bool:
    """Whether this may be somebody under `CHILD_YEARS`, for whom there is general content only."""
    return person.age_months is not None and person.age_months[0] < CHILD_YEARS * _MONTHS_A_YEAR


def attributes(rule: Rule) -> tuple[Attribute, ...]:
    """What `rule` asks about a person, by its conditions and its needs together, in the order of `ATTRIBUTES`."""
    wanted = {need.partition(":")[0] for need in rule.needs} | {need.partition(":")[0] for need in implied(rule)}
    return tuple(attribute for attribute in ATTRIBUTES if attribute in wanted)


def implied(rule: Rule) -> tuple[str, ...]:
    """The needs that follow from the conditions of `rule`, as `needs` should have them."""
    when = rule.when
    found = {
        "age": any(each is not None for each in (when.age, when.age_months, when.turns, when.retires)),
        "sex": when.sex is not None,
        "division": when.division is not None,
        "card_type": when.card_type is not None,
        "card_expiry": when.expires_within_days is not None,
        "date": any(each is not None for each in (when.months, when.turns, when.retires)),
    }
    return (*(need for need, there in found.items() if there), *(f"{ASKED}{flag}" for flag in when.asked or ()))


def for_all_children(rule: Rule) -> bool:
    """Whether `rule` treats everyone under `CHILD_YEARS` alike: it asks for an age only, and means all of these."""
    window = age_window(rule)
    return (
        attributes(rule) == ("age",)
        and window is not None
        and window[0] <= 0
        and window[1] >= CHILD_YEARS * _MONTHS_A_YEAR - 1
    )


def age_window(rule: Rule) -> tuple[float, float] | None:
    """First and last age in completed months that `rule` can be for on any day; None when it asks for no age."""
    when = rule.when
    spans: list[tuple[float, float]] = []
    if when.age is not None:
        first, last = when.age
        end = float("inf") if last >= OLDEST_YEARS else last * _MONTHS_A_YEAR + _MONTHS_A_YEAR - 1
        spans.append((first * _MONTHS_A_YEAR, end))
    if when.age_months is not None:
        spans.append(when.age_months)
    if when.turns is not None:
        first, last = when.turns
        spans.append(((first - 1) * _MONTHS_A_YEAR, last * _MONTHS_A_YEAR + _MONTHS_A_YEAR - 1))
    if when.retires is not None:
        law = when.retires
        # The month of a birthday is not known from an age alone, so either end is a month wider than the law.
        spans.append((law.age_months - law.ahead - 1, law.age_months + law.most))
    return (max(span[0] for span in spans), min(span[1] for span in spans)) if spans else None


def _holds(rule: Rule, person: Person, on: dt.date | None) -> bool:
    asks = (*rule.needs, *implied(rule))
    # Without a question there is no reason either, whatever the rule gives as one.
    if not asks or rule.when.unknown or not all(_known(need, person, on) for need in asks):
        return False
    return (on is None or rule.valid_at(on)) and all(_fits(rule, person, on))


def _known(need: str, person: Person, on: dt.date | None) -> bool:
    match need:
        case "age":
            return person.age_months is not None
        case "sex":
            return person.sex is not None
        case "division":
            return person.division is not None
        case "card_type":
            return person.card_type is not None
        case "card_expiry":
            return person.expires_in_days is not None
        case "date":
            return on is not None
        case _:
            return need.startswith(ASKED) and need.removeprefix(ASKED) in person.asked


def _fits(rule: Rule, person: Person, on: dt.date | None) -> Iterator[bool]:
    """Whether each condition fits; everything it looks at is known."""
    when, age, left = rule.when, person.age_months, person.expires_in_days
    window = age_window(rule)
    if window is not None and age is not None:
        yield window[0] <= age[0] <= age[1] <= window[1]
    if when.turns is not None and age is not None and on is not None:
        first, last = when.turns
        yield _born(age, on, lambda born, now: first <= now // _MONTHS_A_YEAR - born // _MONTHS_A_YEAR <= last)
    if when.retires is not None and age is not None and on is not None:
        law = when.retires
        yield _born(age, on, lambda born, now: is_due(law, born, now))
    if when.sex is not None:
        yield person.sex == when.sex
    if when.division is not None:
        yield person.division == when.division
    if when.card_type is not None:
        yield person.card_type in when.card_type
    if when.expires_within_days is not None and left is not None:
        yield left <= when.expires_within_days
    if when.months is not None and on is not None:
        yield on.month in when.months


def _born(age: tuple[int, int], on: dt.date, fits: Callable[[int, int], bool]) -> bool:
    """Whether `fits` (month of birth, month of the day `on`, both counted from year 0) for every age of a range.

    An age in completed months leaves two months of birth open, as the birthday in this month may be over or not; where
    either of them fits, the age does: rather a month too long than somebody left out.
    """
    now = on.year * _MONTHS_A_YEAR + on.month - 1
    return all(fits(now - months, now) or fits(now - months - 1, now) for months in range(age[0], age[1] + 1))


def _rank(rule: Rule) -> int:
    asks = frozenset(attributes(rule))
    return next(rank for rank, telling in enumerate(_TELLING) if telling & asks)


def _order(rule: Rule) -> tuple[int, int, float, int, int, str]:
    """Most telling first; among equals the rule that asks for more, then the narrower one, then by id."""
    when = rule.when
    first, last = age_window(rule) or (0.0, float("inf"))
    days = when.expires_within_days
    # Ages without end: the later they begin, the fewer people they mean.
    width = last - first if last < float("inf") else 2 * OLDEST_YEARS * _MONTHS_A_YEAR - first
    return (_rank(rule), -len((*implied(rule),)), width, len(when.months or ()), -1 if days is None else days, rule.id)


def _shared_out(rules: Sequence[Rule]) -> list[tuple[str, ...]]:
    """The items that each of `rules` (in their order) shows."""
    taken: set[str] = set()
    own: list[list[str]] = []
    for rule in rules:
        own.append([item for item in dict.fromkeys(rule.items) if item not in taken])
        taken.update(own[-1])
    shown = [0] * len(rules)
    for season in (False, True):
        turns = [place for place, rule in enumerate(rules) if (_rank(rule) == _SEASON) is season]
        while turns := [place for place in turns if shown[place] < len(own[place])]:
            for place in turns:
                if sum(shown) == MOST_ITEMS:
                    break
                shown[place] += 1
            else:
                continue
            break
    return [tuple(items[:count]) for items, count in zip(own, shown, strict=True)]
