"""Checks of one record that take a sentence of logic. Each yields (rule, field, what the editor's sentence says)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from domain.lint.finding import Level
from domain.records import Calendar, Guide, LifeEvent, Limit, Record
from domain.records.references import step_circle

STOP, WARN, NOTE = Level.STOP, Level.WARN, Level.NOTE

Hit = tuple[str, str, Mapping[str, object]]
Special = Callable[[Any], Iterator[Hit]]

CALENDAR_TO_WORKING = 5 / 7

CODE_LENGTHS: Mapping[str, int] = {
    "gbt39554-catalogue": 12,
    "gbt39554-implementation": 31,
    "gbt39554-handling": 33,
}
"""Characters of a code by its scheme (GB/T 39554.1: 18 of the body, 1 of the level, 12 of the catalogue, 2 more)."""

NOTHING = re.compile(r"(什么都)?(不用|不需要|无需)带(任何)?(材料|东西)?")
"""The one entry of a list that says that there is nothing to bring."""

LEVELS: Mapping[str, Level] = {
    "promise_over_law": STOP,
    "theme_for_other_audience": WARN,
    "material_without_count": WARN,
    "material_twice": WARN,
    "form_without_blank": NOTE,
    "missing_place": WARN,
    "code_form": WARN,
    "after_circle": STOP,
    "after_not_a_step": WARN,
    "unknown_answer": STOP,
    "date_of_other_year": WARN,
    "off_and_work": STOP,
}
"""How much each of the rules in this module matters."""


def _working_days(limit: Limit) -> float:
    return limit.days if limit.unit == "working" else limit.days * CALENDAR_TO_WORKING


def promise(guide: Guide) -> Iterator[Hit]:
    """A promise is not longer than the law allows."""
    promised, legal = guide.promised_limit, guide.legal_limit
    if promised and legal and _working_days(promised) > _working_days(legal):
        yield "promise_over_law", "promised_limit", {}


def audience(guide: Guide) -> Iterator[Hit]:
    """Themes fit who it is for."""
    if not guide.audience:
        return
    sides = {"person": "person", "legal": "enterprise"}
    for number, theme in enumerate(guide.themes):
        if sides[theme.partition(":")[0]] not in guide.audience:
            yield "theme_for_other_audience", f"themes.{number}", {"theme": theme}


def materials(guide: Guide) -> Iterator[Hit]:
    """Every material can be brought: counted, once, and a form can be had."""
    seen: set[tuple[str, str | None]] = set()
    for number, material in enumerate(guide.materials):
        field = f"materials.{number}"
        counted = material.originals or material.copies or NOTHING.fullmatch(material.name)
        if material.form == "paper" and not counted:
            yield "material_without_count", field, {"name": material.name}
        if (material.name, material.when) in seen:
            yield "material_twice", field, {"name": material.name}
        if material.type == "form" and material.source != "counter" and not material.blank:
            yield "form_without_blank", f"{field}.blank", {"name": material.name}
        seen.add((material.name, material.when))


def where(guide: Guide) -> Iterator[Hit]:
    """People are told where to go, unless they need not go."""
    if guide.visits != 0 and not guide.places and not guide.accepting_office:
        yield "missing_place", "places", {}


def codes(guide: Guide) -> Iterator[Hit]:
    """A code of a national scheme has its length."""
    for number, one in enumerate(guide.codes):
        wanted = CODE_LENGTHS.get(one.scheme)
        if wanted is not None and len(one.code) != wanted:
            yield "code_form", f"codes.{number}.code", {"n": len(one.code), "wanted": wanted}


def steps(event: LifeEvent) -> Iterator[Hit]:
    """Steps come one after another, and are for answers that can be given."""
    if way := step_circle(event):
        yield "after_circle", "steps", {"way": " → ".join((*way, way[0]))}
    guides = {step.guide for step in event.steps}
    answers = {question.id: {option.id for option in question.options} for question in event.questions}
    for number, step in enumerate(event.steps):
        for earlier in step.after:
            if earlier not in guides:
                yield "after_not_a_step", f"steps.{number}.after", {"guide": earlier}
        for question, options in step.when.items():
            known = answers.get(question)
            unknown = [question] if known is None else [option for option in options if option not in known]
            for name in unknown:
                yield "unknown_answer", f"steps.{number}.when", {"name": name}


def year(calendar: Calendar) -> Iterator[Hit]:
    """Days of that year, each either off or worked."""
    for field in ("off", "work"):
        for number, day in enumerate(getattr(calendar, field)):
            if day.year != calendar.year:
                yield "date_of_other_year", f"{field}.{number}", {"day": day.isoformat(), "year": calendar.year}
    for day in sorted(set(calendar.off) & set(calendar.work)):
        yield "off_and_work", "work", {"day": day.isoformat()}


SPECIAL: Mapping[type[Record], tuple[Special, ...]] = {
    Guide: (promise, audience, materials, where, codes),
    LifeEvent: (steps,),
    Calendar: (year,),
}
