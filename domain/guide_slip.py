"""The 明白纸 of one guide, block by block, after the duty to tell everything at once (一次性告知).

What the department has not filled is left out whole, except phone and hours: these say that nobody checked them and
that 12345 helps.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from domain import wording
from domain.geo import distance_m
from domain.guard import judge, limit_of, way_from
from domain.hours import Calendars
from domain.ports import KioskPlace
from domain.records import Guide, Material, Place
from domain.slip import (
    Block,
    Figures,
    Guard,
    Keyed,
    Masthead,
    Numbered,
    Paragraph,
    Separator,
    Slip,
    Small,
    Tab,
    TakeAway,
    Tick,
    Ticks,
    Title,
    Variant,
)
from phrases import Phrases

QR_BYTES = 331
"""Capacity of a version 13 code at level M: the densest that old phones read from thermal paper (4 dots a module)."""

HOTLINE = "12345"


@dataclass(frozen=True, slots=True)
class SlipFacts:
    """What a slip is made from besides the guide; nothing here is about the person.

    `department`, `agency`: names to print; `places`: offices, nearest first; `trusted`: whether `at` may be believed.
    """

    department: str
    agency: str
    places: tuple[Place, ...]
    kiosk: KioskPlace
    at: dt.datetime
    trusted: bool
    calendars: Calendars
    revision: int
    catalogue_day: dt.date
    sample: bool
    office: str = ""
    verified_by: str = ""


def build_guide_slip(
    say: Phrases, guide: Guide, facts: SlipFacts, *, number: int, variant: Variant = Variant.FULL
) -> Slip:
    """The slip of `guide`; `number` is the slip's own number."""
    blocks: list[Block] = [Masthead(say("slip.word"), say("slip.number", number=f"{number:06}"))]
    blocks.append(_title(say, guide, variant))
    guard = _guard(say, guide, facts)
    if guard is not None:
        blocks.append(guard)
    blocks.append(_figures(say, guide))
    blocks.extend(_materials(say, guide, variant))
    blocks.extend(_place(say, guide, facts, variant))
    if variant is Variant.FULL:
        blocks.extend(_steps(say, guide))
        blocks.extend(_know(say, guide, facts))
    blocks.append(Separator())
    blocks.append(
        TakeAway(
            payload=guide_text(say, guide, facts, QR_BYTES),
            head=say("slip.take_head"),
            lines=(say("slip.take_line"), say("slip.other_kiosk")),
        )
    )
    blocks.append(Separator())
    blocks.append(Paragraph(say("slip.window_counts"), bold=True))
    if facts.sample:
        blocks.append(Paragraph(say("slip.sample"), bold=True))
    blocks.append(_foot(say, guide, facts))
    return Slip(tuple(blocks), variant, say.lang)


def _title(say: Phrases, guide: Guide, variant: Variant) -> Title:
    if not guide.aliases:
        return Title(guide.name)
    if variant is Variant.LARGE:
        return Title(guide.aliases[0], say("slip.official", name=guide.name))
    return Title(guide.name, say("slip.aliases", aliases=say("join.list").join(guide.aliases[:3])))


def _guard(say: Phrases, guide: Guide, facts: SlipFacts) -> Guard | None:
    """Only when it would be in vain to go now, the clock is right and the office's hours are known."""
    verdict = judge(
        facts.places, facts.at, way_from(facts.kiosk), facts.calendars, limit_of(guide), trusted=facts.trusted
    )
    if verdict is None or verdict.good or verdict.next is None:
        return None
    parts = [say("guard.go", when=wording.guard_when(say, verdict))]
    last = verdict.next.last_acceptance
    if last < verdict.next.closes:
        parts.append(say("guard.last", time=wording.time_of_day(last)))
    detail = say("join.comma").join(parts)
    finished = wording.due_line(say, verdict.due)
    return Guard(
        say("guard.label"),
        wording.guard_headline(say, verdict),
        say("join.sentence").join(filter(None, (detail, finished))),
    )


def _figures(say: Phrases, guide: Guide) -> Figures:
    cells = []
    fee = wording.fee_figure(say, guide.fee)
    if fee:
        cells.append((say("figure.fee"), fee))
    if guide.visits is not None:
        cells.append((say("figure.visits"), say.count("visits.times", guide.visits)))
    limit = wording.limit(say, guide.immediate, guide.promised_limit or guide.legal_limit)
    if limit:
        cells.append((say("figure.limit"), limit))
    cells.append((say("figure.copies"), say("figure.copies_count", n=copies(guide))))
    return Figures(tuple(cells))


def copies(guide: Guide) -> int:
    """Photocopies of everything that everybody needs."""
    return sum(material.copies for material in guide.materials if material.when is None)


def _tick(say: Phrases, material: Material) -> Tick:
    own = material.source == "self"
    detail = material.note or ""
    if material.necessity == "deferrable":
        detail = say("join.semicolon").join(filter(None, (detail, say("material.deferrable"))))
    elif material.necessity == "optional" and material.when is None:
        detail = say("join.semicolon").join(filter(None, (detail, say("material.optional"))))
    if material.when:
        detail = say("join.semicolon").join(filter(None, (material.when, detail)))
    return Tick(
        name=material.name,
        count=wording.count(say, material),
        detail=detail,
        tag=say(f"material.tag.{material.source}"),
        tag_style="solid" if own else "outline",
    )


def _materials(say: Phrases, guide: Guide, variant: Variant) -> list[Block]:
    if not guide.materials:
        return [Tab(say("slip.bring")), Paragraph(say("empty.materials"))]
    always = [material for material in guide.materials if material.when is None]
    conditional = [material for material in guide.materials if material.when is not None]
    own = sum(material.source == "self" for material in always)
    blocks: list[Block] = [Tab(say("slip.bring"), say("slip.bring_own", n=own) if own else "")]
    rows = tuple(_tick(say, material) for material in always)
    if variant is Variant.FULL:
        extra = tuple(_tick(say, material) for material in conditional)
        blocks.append(Ticks(rows, extra, say("slip.conditional") if extra else ""))
    else:
        blocks.append(Ticks(rows))
        if conditional:
            names = say("join.list").join(dict.fromkeys(material.name for material in conditional))
            blocks.append(Paragraph(say("slip.conditional_short", names=names)))
    return blocks


def _place(say: Phrases, guide: Guide, facts: SlipFacts, variant: Variant) -> list[Block]:
    rows: list[tuple[str, str]] = []
    phone = guide.phone.enquiry if guide.phone else None
    figure = head = ""
    if facts.places:
        place = facts.places[0]
        head = place.name
        kiosk = facts.kiosk
        if None not in (kiosk.lat, kiosk.lon, place.lat, place.lon):
            metres = distance_m(kiosk.lat or 0, kiosk.lon or 0, place.lat or 0, place.lon or 0)
            figure = say("slip.distance", distance=wording.distance(say, metres))
        if place.address:
            rows.append((say("key.address"), place.address))
        hours = wording.hours_lines(say, place, facts.at.date())
        rows.append((say("key.hours"), say("join.semicolon").join(hours) or say("slip.unverified")))
        phone = phone or place.phone
        rows.append((say("key.phone"), phone or say("slip.unverified")))
        bus = wording.bus_lines(say, place)
        if bus and variant is not Variant.LARGE:
            rows.append((say("key.bus"), bus[0]))
    else:
        if facts.office:
            head = facts.office
        rows.append((say("key.phone"), phone or say("slip.unverified")))
    note = facts.office if head and facts.office and facts.office != head else ""
    return [Tab(say("slip.where"), figure), Keyed(tuple(rows), head, note)]


def _steps(say: Phrases, guide: Guide) -> list[Block]:
    if not guide.steps:
        return []
    rows = []
    for step in guide.steps:
        tail = say("join.comma").join(filter(None, (step.where, step.note)))
        rows.append(say("slip.step", name=step.name, detail=tail) if tail else step.name)
    return [Tab(say("slip.how"), say.count("slip.steps", len(rows))), Numbered(tuple(rows))]


def _know(say: Phrases, guide: Guide, facts: SlipFacts) -> list[Block]:
    rows: list[tuple[str, str]] = []
    if guide.eligibility:
        rows.append((say("key.who"), say("join.semicolon").join(guide.eligibility)))
    if guide.fee is not None and guide.fee.charged:
        rows.append((say("key.fee"), guide.fee.text))
    if guide.result is not None:
        rows.append((say("key.result"), guide.result.name))
    if guide.legal_basis:
        first = guide.legal_basis[0]
        rows.append((say("key.law"), say("slip.law", law=first.law, article=first.article or "").strip()))
    rows.append(
        (say("key.department"), say("join.list").join(dict.fromkeys(filter(None, (facts.department, facts.agency)))))
    )
    complaint = guide.phone.complaint if guide.phone else None
    rows.append((say("key.complaint"), say("join.list").join(dict.fromkeys(filter(None, (complaint, HOTLINE))))))
    return [Tab(say("slip.know")), Keyed(tuple(rows))]


def _foot(say: Phrases, guide: Guide, facts: SlipFacts) -> Small:
    lines = [say("slip.catalogue", revision=facts.revision, day=facts.catalogue_day.isoformat(), item=guide.id)]
    if guide.verified_on:
        lines.append(say("slip.verified", day=guide.verified_on.isoformat(), by=facts.verified_by or facts.department))
    when = f"{facts.at:%Y-%m-%d %H:%M}"
    printed = say("slip.printed", when=when, kiosk=facts.kiosk.name, number=facts.kiosk.number)
    lines.append(
        printed if facts.trusted else say("slip.printed_unsure", kiosk=facts.kiosk.name, number=facts.kiosk.number)
    )
    return Small(tuple(lines))


def guide_text(say: Phrases, guide: Guide, facts: SlipFacts, limit: int) -> str:
    """The guide in plain words for a QR code, at most `limit` UTF-8 bytes: whole lines, the least needed left out
    first.
    """
    place = facts.places[0] if facts.places else None
    phone = (guide.phone.enquiry if guide.phone else None) or (place.phone if place else None) or HOTLINE
    bring = say("join.list").join(
        say("text.material", name=material.name, count=wording.count(say, material)).strip()
        for material in guide.materials
        if material.when is None
    )
    fee = wording.fee_figure(say, guide.fee)
    limit_text = wording.limit(say, guide.immediate, guide.promised_limit or guide.legal_limit)
    ranked: list[tuple[int, str]] = [(0, say("text.title", name=guide.name))]
    if bring:
        ranked.append((2, say("text.bring", items=bring)))
    if place is not None:
        ranked.append((1, say("text.where", place=place.name, address=place.address or "").strip()))
        hours = wording.hours_lines(say, place, facts.at.date())
        if hours:
            ranked.append((4, hours[0]))
    ranked.append((3, say("text.phone", phone=phone)))
    figures = say("join.comma").join(filter(None, (fee, limit_text)))
    if figures:
        ranked.append((5, figures))
    if guide.steps:
        ranked.append((6, say("text.steps", steps=say("join.arrow").join(step.name for step in guide.steps))))
    ranked.append((7, say("slip.window_counts")))
    kept = list(ranked)
    while len("\n".join(line for _, line in kept).encode()) > limit and len(kept) > 1:
        kept.remove(max(kept))
    text = "\n".join(line for _, line in kept)
    return text.encode()[:limit].decode(errors="ignore")
