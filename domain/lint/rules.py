"""Rules for recommendation rules: they can hold, they say what they ask for, they lead to guides, they are discreet."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from domain.lint.finding import Finding, Level
from domain.lint.special import Hit
from domain.matching import ASKED, ATTRIBUTES, CHILD_YEARS, age_window, for_all_children, implied
from domain.records import Guide, Record, Rule

DELICATE = re.compile(r"残疾|残障|失能|低保|最低生活保障|特困|困难|救助|婚|HPV|两癌|病残|精神|艾滋|戒毒|死亡|遗体|殡葬")
"""Guides whose name must not stand on a screen in the street as what concerns the person in front of it."""

REASON = re.compile(r"^(因为|到了)")
"""How a reason begins: 因为您的卡快到期了, 到了领身份证的年龄."""

RULE_LEVELS: Mapping[str, Level] = {
    "unknown_condition": Level.STOP,
    "rule_for_everybody": Level.STOP,
    "ages_exclude_each_other": Level.STOP,
    "rule_for_some_children": Level.STOP,
    "unknown_need": Level.STOP,
    "need_without_condition": Level.WARN,
    "condition_without_need": Level.STOP,
    "reason_form": Level.WARN,
    "missing_basis": Level.WARN,
    "rule_without_items": Level.STOP,
    "item_twice": Level.WARN,
}
"""How much each of the rules about one rule matters."""


def conditions(rule: Rule) -> Iterator[Hit]:
    """It asks for something known to this version, and for something that can be."""
    for key in rule.when.unknown:
        yield "unknown_condition", f"when.{key}", {"name": key}
    if not rule.needs and not implied(rule) and not rule.when.unknown:
        yield "rule_for_everybody", "when", {}
    window = age_window(rule)
    if window is None:
        return
    if window[0] > window[1]:
        yield "ages_exclude_each_other", "when.age_months", {}
    elif window[1] < CHILD_YEARS * 12 and not for_all_children(rule):
        yield "rule_for_some_children", "when.age", {"years": CHILD_YEARS}


def needs(rule: Rule) -> Iterator[Hit]:
    """`needs` names what the conditions ask for, no more and no less."""
    asked_for = implied(rule)
    for need in dict.fromkeys(rule.needs):
        flag = need.removeprefix(ASKED) if need.startswith(ASKED) else ""
        if not flag and (need not in ATTRIBUTES or need == "asked"):
            yield "unknown_need", "needs", {"name": need}
        elif need not in asked_for:
            yield "need_without_condition", "needs", {"name": need}
    for need in asked_for:
        if need not in rule.needs:
            yield "condition_without_need", "needs", {"name": need}


def reasons(rule: Rule) -> Iterator[Hit]:
    """The reason reads like one, and there is something in law behind it."""
    if not REASON.search(rule.reason):
        yield "reason_form", "reason", {}
    if rule.basis is None:
        yield "missing_basis", "basis", {}


def items(rule: Rule) -> Iterator[Hit]:
    """There is something to recommend, each of it once."""
    if not rule.items:
        yield "rule_without_items", "items", {}
    for item, times in Counter(rule.items).items():
        if times > 1:
            yield "item_twice", "items", {"item": item}


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
