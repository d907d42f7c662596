"""Content lint: what makes a guide send people on a wasted trip, found before it is published.

The rules follow what inspections of government platforms found most often (missing phone, hours or fee; "other
materials"; a promise
longer than the law allows). Findings are for editors; a record that does not fit the format is refused earlier, in
`domain.records`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from domain.lint.finding import Finding, Level
from domain.lint.guides import GUIDE_RULES
from domain.lint.others import FACT_RULES, PLACE_RULES, whole_catalogue
from domain.lint.rules import RULE_RULES, led_to
from domain.lint.text import TEXT_RULES
from domain.records import Fact, Guide, Place, Record, Rule

STALE_DAYS = 365
"""A record that nobody verified for so long is reported."""


def lint(records: Sequence[Record], *, today: dt.date | None = None) -> list[Finding]:
    """Findings over all of `records`, grouped by record in the order given; `today` adds the rules about age."""
    found: list[Finding] = []
    for record in records:
        for text_rule in TEXT_RULES:
            found.extend(text_rule(record))
        if isinstance(record, Guide):
            for guide_rule in GUIDE_RULES:
                found.extend(guide_rule(record))
        elif isinstance(record, Fact):
            for fact_rule in FACT_RULES:
                found.extend(fact_rule(record))
        elif isinstance(record, Place):
            for place_rule in PLACE_RULES:
                found.extend(place_rule(record))
        elif isinstance(record, Rule):
            for rule_rule in RULE_RULES:
                found.extend(rule_rule(record))
        if today is not None:
            found.extend(_age(record, today))
    found.extend(whole_catalogue(records))
    found.extend(led_to(records))
    return found


def _age(record: Record, today: dt.date) -> Iterable[Finding]:
    if record.valid_until is not None and record.valid_until < today:
        yield Finding.of(record, "valid_until", "expired", Level.WARN, day=record.valid_until.isoformat())
    if record.verified_on is not None and (today - record.verified_on).days > STALE_DAYS:
        yield Finding.of(record, "verified_on", "stale", Level.WARN, days=(today - record.verified_on).days)


__all__ = ["STALE_DAYS", "Finding", "Level", "lint"]
