"""Rules for recommendation rules: they can hold, they say what they ask for, they lead to guides, they are discreet."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from domain.lint.finding import Finding, Level
from domain.matching import ASKED, ATTRIBUTES, CHILD_YEARS, age_window, for_all_children, implied
from domain.records import Guide, Record, Rule

DELICATE = re.compile(r"残疾|残障|失能|低保|最低生活保障|特困|救助|婚|HPV|两癌|病残|精神|艾滋|戒毒|死亡|遗体|殡葬")
"""Guides whose name must not stand on a screen in the street as what concerns the person in front of it."""

REASON = re.compile(r"^(因为|到了)")
"""How a reason begins: 因为您的卡快到期了, 到了领身份证的年龄."""


def conditions(rule: Rule) -> Iterator[Finding]:
    """It asks for something known to this version, and for something that can be."""
    for key in rule.when.unknown:
        yield Finding.of(rule, f"when.{key}", "unknown_condition", Level.STOP, name=key)
    if not rule.needs and not implied(rule) and not rule.when.unknown:
        yield Finding.of(rule, "when", "rule_for_everybody", Level.STOP)
    window = age_window(rule)
    if window is None:
        return
    if window[0] > window[1]:
        yield Finding.of(rule, "when.age_months", "ages_exclude_each_other", Level.STOP)
    elif window[1] < CHILD_YEARS * 12 and not for_all_children(rule):
        yield Finding.of(rule, "when.age", "rule_for_some_children", Level.STOP, years=CHILD_YEARS)


def needs(rule: Rule) -> Iterator[Finding]:
    """`needs` names what the conditions ask for, no more and no less."""
    asked_for = implied(rule)
    for need in dict.fromkeys(rule.needs):
        flag = need.removeprefix(ASKED) if need.startswith(ASKED) else ""
        if not flag and (need not in ATTRIBUTES or need == "asked"):
            yield Finding.of(rule, "needs", "unknown_need", Level.STOP, name=need)
        elif need not in asked_for:
            yield Finding.of(rule, "needs", "need_without_condition", Level.WARN, name=need)
    for need in asked_for:
        if need not in rule.needs:
            yield Finding.of(rule, "needs", "condition_without_need", Level.STOP, name=need)


def reasons(rule: Rule) -> Iterator[Finding]:
    """The reason reads like one, and there is something in law behind it."""
    if not REASON.search(rule.reason):
        yield Finding.of(rule, "reason", "reason_form", Level.WARN)
    if rule.basis is None:
        yield Finding.of(rule, "basis", "missing_basis", Level.WARN)


def items(rule: Rule) -> Iterator[Finding]:
    """There is something to recommend, each of it once."""
    if not rule.items:
        yield Finding.of(rule, "items", "rule_without_items", Level.STOP)
    for item, times in Counter(rule.items).items():
        if times > 1:
            yield Finding.of(rule, "items", "item_twice", Level.WARN, item=item)


def led_to(records: Sequence[Record]) -> Iterator[Finding]:
    """Items are guides, and delicate ones stand only in rules that are marked as sensitive. What is not here at all is
    found as a reference that leads nowhere.
    """
    held: dict[str, list[Record]] = {}
    for record in records:
        held.setdefault(record.id, []).append(record)
    for rule in records:
        if not isinstance(rule, Rule):
            continue
        for item in dict.fromkeys(rule.items):
            found = held.get(item, [])
            guide = next((record for record in found if isinstance(record, Guide)), None)
            if guide is None:
                if found:
                    yield Finding.of(rule, "items", "item_not_guide", Level.STOP, item=item, kind=found[0].kind)
            elif not rule.sensitive and DELICATE.search(guide.name):
                yield Finding.of(rule, "sensitive", "delicate_item", Level.WARN, item=item, name=guide.name)


RULE_RULES = (conditions, needs, reasons, items)
