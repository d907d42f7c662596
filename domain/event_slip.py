"""One slip for a whole life event (一趟跑完): the steps in order with their offices, and one list of papers."""

from __future__ import annotations

from collections.abc import Sequence

from domain import wording
from domain.guide_slip import SlipFacts
from domain.life_plan import Plan, merge_materials
from domain.slip import (
    Block,
    Figures,
    Keyed,
    Masthead,
    Numbered,
    Paragraph,
    Separator,
    Slip,
    Small,
    Tab,
    Tick,
    Ticks,
    Title,
    Variant,
)
from domain.trip import Route
from phrases import Phrases


def build_event_slip(
    say: Phrases,
    plan: Plan,
    facts: Sequence[SlipFacts],
    route: Route,
    *,
    number: int,
    variant: Variant = Variant.FULL,
) -> Slip:
    """The slip of `plan`; `facts` belong to its steps, in order; `route`: its trips."""
    merged = merge_materials([step.guide for step in plan.steps])
    copies = sum(item.copies for item in merged)
    large = variant is Variant.LARGE
    blocks: list[Block] = [
        Masthead(say("slip.word"), say("slip.number", number=f"{number:06}")),
        Title(plan.event.name, say("event.slip_line")),
        Figures(
            (
                (say("event.in_order"), say.count("event.figure_steps", len(plan.steps))),
                *_trips(say, route),
                (say("event.soonest"), wording.working_days(say, route)),
                (say("figure.copies"), say("figure.copies_count", n=copies)),
            )
        ),
        Tab(say("slip.bring"), say("event.copies", n=copies)),
        Ticks(tuple(_tick(say, item.name, item.originals, item.copies, 0 if large else item.uses) for item in merged)),
        Tab(say("slip.how"), say.count("slip.steps", len(plan.steps))),
    ]
    rows = []
    marks = wording.letters(route)
    for step, fact, office in zip(plan.steps, facts, route.offices, strict=True):
        limit = wording.limit(say, step.guide.immediate, step.guide.promised_limit or step.guide.legal_limit)
        where = office.name if office else fact.office or fact.department
        detail = where if large else say("join.comma").join(filter(None, (where, limit, step.note)))
        rows.append(say("slip.step", name=step.guide.name, detail=detail))
    blocks.append(Numbered(tuple(rows)))
    if route.trips and not large:
        blocks += [Tab(say("event.slip_route")), *map(Paragraph, wording.trip_lines(say, route))]
    if route.closed:
        blocks.append(Paragraph(say("event.closed", steps=wording.numbers(say, route.closed)), bold=True))
    if route.places and variant is Variant.FULL:
        blocks.append(Tab(say("slip.where")))
        for place in route.places:
            hours = say("join.semicolon").join(wording.hours_lines(say, place, facts[0].at.date()))
            lines = [(say("key.address"), place.address or say("slip.unverified"))]
            lines.append((say("key.hours"), hours or say("slip.unverified")))
            lines.append((say("key.phone"), place.phone or say("slip.unverified")))
            blocks.append(Keyed(tuple(lines), f"{marks[place.id]} {place.name}"))
    blocks += [Separator(), Paragraph(say("slip.window_counts"), bold=True)]
    if facts and facts[0].sample:
        blocks.append(Paragraph(say("slip.sample"), bold=True))
    if facts:
        first = facts[0]
        when = f"{first.at:%Y-%m-%d %H:%M}"
        key = "slip.printed" if first.trusted else "slip.printed_unsure"
        catalogue = say(
            "slip.catalogue", revision=first.revision, day=first.catalogue_day.isoformat(), item=plan.event.id
        )
        blocks.append(Small((catalogue, say(key, when=when, kiosk=first.kiosk.name, number=first.kiosk.number))))
    return Slip(tuple(blocks), variant, say.lang)


def _trips(say: Phrases, route: Route) -> tuple[tuple[str, str], ...]:
    if not route.trips:
        return ()
    places = say.count("event.figure_places", len(route.places))
    return ((places, say.count("event.figure_trips", len(route.trips))),)


def _tick(say: Phrases, name: str, originals: int, copies: int, uses: int) -> Tick:
    parts = [say("material.originals", n=originals)] if originals else []
    if copies:
        parts.append(say("material.copies", n=copies))
    return Tick(name, say("join.comma").join(parts), "", say.count("event.used", uses) if uses else "", "outline")
