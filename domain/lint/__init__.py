"""Content lint: what makes a guide send people on a wasted trip, found before it is published.

What is checked is a table (`domain.lint.checks`); the few checks that take a sentence of logic stand in `special`,
`rules` (recommendation rules) and `whole` (the catalogue together). Findings are for editors; a record that does not
fit the format is refused earlier, in `domain.records`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from functools import cache

from domain.lint.checks import CHECKS, STALE_DAYS, Check
from domain.lint.finding import Finding, Level
from domain.lint.predicates import Known, found
from domain.lint.rules import RULE_LEVELS, RULE_RULES, led_to
from domain.lint.special import LEVELS, SPECIAL
from domain.lint.text import unclean
from domain.lint.whole import whole_catalogue
from domain.records import Record, Rule


def lint(records: Sequence[Record], *, today: dt.date | None = None, least: Level = Level.WARN) -> list[Finding]:
    """Findings over all of `records`, grouped by record in the order given; `today` adds the checks of age. `least`:
    the least serious that are wanted.
    """
    findings: list[Finding] = []
    for record in records:
        findings.extend(unclean(record))
        findings.extend(_special(record))
        findings.extend(_checked(record, today, least))
    findings.extend(whole_catalogue(records))
    findings.extend(led_to(records))
    return [finding for finding in findings if finding.level.reaches(least)]


def _special(record: Record) -> Iterator[Finding]:
    for special in SPECIAL.get(type(record), ()):
        for rule, field, values in special(record):
            yield Finding.of(record, field, rule, LEVELS[rule], **values)
    if isinstance(record, Rule):
        for check in RULE_RULES:
            for rule, field, values in check(record):
                yield Finding.of(record, field, rule, RULE_LEVELS[rule], **values)


@cache
def _checks(kind: str, least: Level) -> tuple[tuple[Check, tuple[tuple[str, ...], ...]], ...]:
    """The checks of a kind with their paths in words."""
    return tuple(
        (check, tuple(tuple(path.split(".")) for path in check.fields))
        for check in CHECKS
        if (not check.kinds or kind in check.kinds) and check.level.reaches(least)
    )


def _checked(record: Record, today: dt.date | None, least: Level) -> Iterator[Finding]:
    known = Known(record, today)
    for check, paths in _checks(record.kind, least):
        if not all(condition(record) for condition in check.when):
            continue
        for path in paths:
            for field, value, around in found(record, path):
                values = check.test(value, around, known)
                if values is not None:
                    yield Finding.of(record, field, check.rule, check.level, **values)


__all__ = ["CHECKS", "STALE_DAYS", "Check", "Finding", "Level", "lint"]
