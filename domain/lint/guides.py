"""Rules for guides."""

from __future__ import annotations

import re
from collections.abc import Iterator

from domain.lint.finding import Finding, Level
from domain.records import Guide, Limit

CATCH_ALL = re.compile(r"其他材料|其它材料|其他资料|相关材料|按规定(提交|提供)的|法律法规规定的其他")
"""Materials that tell nobody what to bring (13 % of inspected guides)."""

PHONE = re.compile(r"^(0\d{2,3}-\d{7,8}(-\d{1,5})?|1\d{2,4}|9\d{4}|400-?\d{3}-?\d{4})$")
"""Area code and number, or a public hotline."""

LONGEST_SUMMARY = 40
LONGEST_STEP = 20
MOST_ALIASES = 8
CALENDAR_TO_WORKING = 5 / 7


def _working_days(limit: Limit) -> float:
    return limit.days if limit.unit == "working" else limit.days * CALENDAR_TO_WORKING


def limits(guide: Guide) -> Iterator[Finding]:
    """即办 is done at once; a promise is not longer than the law allows."""
    if guide.immediate and guide.promised_limit is not None and guide.promised_limit.days > 0:
        yield Finding.of(guide, "promised_limit", "immediate_with_limit", Level.STOP, days=guide.promised_limit.days)
    if (
        guide.promised_limit
        and guide.legal_limit
        and _working_days(guide.promised_limit) > _working_days(guide.legal_limit)
    ):
        yield Finding.of(guide, "promised_limit", "promise_over_law", Level.STOP)


def money(guide: Guide) -> Iterator[Finding]:
    """A fee says how much."""
    if guide.fee is None:
        yield Finding.of(guide, "fee", "missing_fee", Level.WARN)
    elif guide.fee.charged and not re.search(r"\d|标准|免|约", guide.fee.text):
        yield Finding.of(guide, "fee", "fee_without_figure", Level.WARN)


def phones(guide: Guide) -> Iterator[Finding]:
    """A guide has an enquiry number that is not the complaint number, both with area code."""
    enquiry = guide.phone.enquiry if guide.phone else None
    complaint = guide.phone.complaint if guide.phone else None
    if enquiry is None:
        yield Finding.of(guide, "phone.enquiry", "missing_phone", Level.WARN)
    elif enquiry == complaint:
        yield Finding.of(guide, "phone.complaint", "same_phone", Level.WARN)
    for field, number in (("phone.enquiry", enquiry), ("phone.complaint", complaint)):
        if number and not PHONE.match(number):
            yield Finding.of(guide, field, "phone_form", Level.STOP, phone=number)


def audience(guide: Guide) -> Iterator[Finding]:
    """Themes fit who it is for."""
    if not guide.audience or not guide.themes:
        return
    sides = {"person": "person", "legal": "enterprise"}
    for theme in guide.themes:
        if sides[theme.partition(":")[0]] not in guide.audience:
            yield Finding.of(guide, "themes", "theme_for_other_audience", Level.WARN, theme=theme)


def materials(guide: Guide) -> Iterator[Finding]:
    """Every material can be brought: named, counted, from somewhere."""
    if not guide.materials:
        yield Finding.of(guide, "materials", "missing_materials", Level.WARN)
    seen: set[tuple[str, str | None]] = set()
    for index, material in enumerate(guide.materials):
        field = f"materials.{index}"
        if CATCH_ALL.search(material.name):
            yield Finding.of(guide, field, "catch_all_material", Level.STOP, name=material.name)
        if material.form == "paper" and not material.originals and not material.copies:
            yield Finding.of(guide, field, "material_without_count", Level.WARN, name=material.name)
        if (material.name, material.when) in seen:
            yield Finding.of(guide, field, "material_twice", Level.WARN, name=material.name)
        seen.add((material.name, material.when))


def where(guide: Guide) -> Iterator[Finding]:
    """People are told where to go, unless they need not go."""
    must_go = guide.visits is None or guide.visits > 0
    if must_go and not guide.places and not guide.accepting_office:
        yield Finding.of(guide, "places", "missing_place", Level.WARN)
    if guide.visits == 0 and guide.channels and not {"online", "mail"} & set(guide.channels):
        yield Finding.of(guide, "visits", "no_visit_no_way", Level.STOP)


def words(guide: Guide) -> Iterator[Finding]:
    """Short enough for a row and a slip; the everyday name says something new."""
    if guide.summary and len(guide.summary) > LONGEST_SUMMARY:
        yield Finding.of(guide, "summary", "too_long", Level.WARN, n=len(guide.summary), most=LONGEST_SUMMARY)
    for index, step in enumerate(guide.steps):
        if len(step.name) > LONGEST_STEP:
            yield Finding.of(guide, f"steps.{index}.name", "too_long", Level.WARN, n=len(step.name), most=LONGEST_STEP)
    if guide.alias == guide.name:
        yield Finding.of(guide, "aliases", "alias_is_name", Level.WARN)
    if len(set(guide.aliases)) < len(guide.aliases):
        yield Finding.of(guide, "aliases", "alias_twice", Level.WARN)
    if len(guide.aliases) > MOST_ALIASES:
        yield Finding.of(guide, "aliases", "many_aliases", Level.WARN, n=len(guide.aliases))


GUIDE_RULES = (limits, money, phones, audience, materials, where, words)
