"""The 明白纸 of one guide, block by block, after the duty to tell everything at once (一次性告知).

What the department has not filled is left out whole, except phone and hours: these say that nobody checked them and
that 12345 helps.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, replace

from domain import wording
from domain.geo import distance_m, offset_m
from domain.guard import Due, Verdict, judge, limit_of, way_from
from domain.hours import Calendars
from domain.ports import KioskPlace
from domain.records import Guide, Material, Place
from domain.slip import (
    Alone,
    Block,
    CheckCode,
    Figures,
    Guard,
    Keyed,
    Map,
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
from domain.take_away import HOTLINE, TakenAlong, for_paper, take_away
from phrases import Phrases

NEXT_DOOR_M = 60
"""Nearer than this nobody needs a map."""


@dataclass(frozen=True, slots=True)
class SlipFacts:
    """What a slip is made from besides the guide; nothing here is about the person.

    `department`, `agency`: names to print; `places`: offices, nearest first; `trusted`: whether `at` may be believed;
    `check`: the check code of what the slip says (XXXX-XXXX-XXXX), empty when the item has none.
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
    check: str = ""


@dataclass(frozen=True, slots=True)
class Second:
    """The other language of a bilingual slip: its sentences, and the guide and the offices in it as far as they are
    translated; what is not stays as it is and is printed once. `places`: as many as those of the facts.
    """

    say: Phrases
    guide: Guide
    places: tuple[Place, ...]


def build_guide_slip(
    say: Phrases,
    guide: Guide,
    facts: SlipFacts,
    *,
    number: int,
    variant: Variant = Variant.FULL,
    second: Second | None = None,
) -> Slip:
    """The slip of `guide`; `number` is the slip's own number. `second` is for a bilingual one: then `say` is Chinese.

    Raises `ValueError` for `Variant.CLERK`, which `domain.clerk_slip` builds.
    """
    if variant is Variant.CLERK:
        raise ValueError("the slip for the window has a builder of its own")
    if second is None or variant is not Variant.BILINGUAL or second.say.lang == say.lang:
        return Slip(_blocks(say, guide, facts, number, variant, _taken(say, guide, facts, variant)), variant, say.lang)
    their_facts = replace(facts, places=second.places)
    # The phone that reads the codes is the citizen's.
    taken = _taken(second.say, second.guide, their_facts, variant)
    blocks = _blocks(say, guide, facts, number, variant, taken)
    theirs = _blocks(second.say, second.guide, their_facts, number, variant, taken)
    return Slip(blocks, variant, say.lang, theirs, second.say.lang)


def _taken(say: Phrases, guide: Guide, facts: SlipFacts, variant: Variant) -> tuple[TakenAlong, TakenAlong]:
    """The texts for wide paper and for narrow paper."""

    def make(most: int, part: int) -> TakenAlong:
        return take_away(say, guide, facts, most, part)

    return for_paper(make, brief=variant not in (Variant.FULL, Variant.BILINGUAL))


def _blocks(
    say: Phrases,
    guide: Guide,
    facts: SlipFacts,
    number: int,
    variant: Variant,
    taken: tuple[TakenAlong, TakenAlong],
) -> tuple[Block, ...]:
    verdict = judge(
        facts.places, facts.at, way_from(facts.kiosk), facts.calendars, limit_of(guide), trusted=facts.trusted
    )
    whole = variant in (Variant.FULL, Variant.BILINGUAL)
    blocks: list[Block] = [Masthead(say("slip.word"), say("slip.number", number=f"{number:06}"))]
    blocks.append(_title(say, guide, variant))
    guard = _guard(say, verdict)
    if guard is not None:
        blocks.append(guard)
    blocks.append(_figures(say, guide, verdict.due if verdict else None, facts.at.date()))
    blocks.extend(_materials(say, guide, variant))
    blocks.extend(_place(say, guide, facts, variant))
    if whole:
        blocks.extend(_steps(say, guide))
        blocks.extend(_know(say, guide, facts))
    blocks.append(Separator())
    closing = closing_lines(say, variant, sample=facts.sample)
    blocks.append(take_away_block(say, *taken, facts.check, closing))
    blocks.append(Separator())
    blocks.append(_foot(say, guide, facts))
    return tuple(blocks)


def closing_lines(say: Phrases, variant: Variant, *, sample: bool) -> tuple[str, ...]:
    """What every slip ends with: whose word counts, and that sample content is none."""
    lines = [say("slip.window_counts")]
    lines += [say("slip.chinese_counts")] if variant is Variant.BILINGUAL else []
    lines += [say("slip.sample")] if sample else []
    return tuple(lines)


def take_away_block(
    say: Phrases, taken: TakenAlong, alone: TakenAlong, check: str, closing: tuple[str, ...] = ()
) -> TakeAway:
    """The codes of `taken`, or of `alone` on narrow paper, under a head that says whether it is all; how to get the
    paper again, the check code, if any, and the last sentences.
    """
    wide, narrow = _codes(say, taken), _codes(say, alone)
    (payload, label), *more = wide.codes
    return TakeAway(
        payload=payload,
        head=wide.head,
        lines=(say("slip.take_line"), say("slip.other_kiosk")),
        check=CheckCode(check, (say("slip.check_head"), say("slip.check_line"))) if check else None,
        label=label,
        more=tuple(more),
        several=wide.several,
        alone=narrow if len(wide.codes) > 1 else None,
        closing=closing,
    )


def _codes(say: Phrases, taken: TakenAlong) -> Alone:
    most = len(taken.texts)
    labels = (say("slip.part", n=n, most=most) if most > 1 else "" for n in range(1, most + 1))
    several = say("slip.take_all", n=most) if most > 1 else ""
    return Alone(tuple(zip(taken.texts, labels, strict=True)), _take_head(say, taken), several)


def _take_head(say: Phrases, taken: TakenAlong) -> str:
    return say("slip.take_head" if taken.whole else "slip.take_head_part")


def _title(say: Phrases, guide: Guide, variant: Variant) -> Title:
    if not guide.aliases:
        return Title(guide.name)
    if variant is Variant.LARGE:
        # A word that is part of another (驾照 of 补驾照) names the thing and not what is done.
        whole = (each for each in guide.aliases if not any(each != other and each in other for other in guide.aliases))
        return Title(next(whole, guide.aliases[0]), say("slip.official", name=guide.name))
    return Title(guide.name, say("slip.aliases", aliases=say("join.list").join(guide.aliases[:3])))


def _guard(say: Phrases, verdict: Verdict | None) -> Guard | None:
    """Only when it would be in vain to go now, the clock is right and the office's hours are known."""
    if verdict is None or verdict.good or verdict.next is None:
        return None
    parts = [say("guard.go", when=wording.guard_when(say, verdict))]
    last = verdict.next.last_acceptance
    if last < verdict.next.closes:
        parts.append(say("guard.last", time=wording.time_of_day(last)))
    detail = say("join.comma").join(parts)
    finished = "" if _dated(verdict.due) else wording.due_line(say, verdict.due)
    return Guard(
        say("guard.label"),
        wording.guard_headline(say, verdict),
        say("join.sentence").join(filter(None, (detail, finished))),
    )


def _dated(due: Due | None) -> bool:
    """Whether the day on which it is finished stands among the figures; the guard line need not say it again."""
    return due is not None and due.known and due.day != due.accepted


def _figures(say: Phrases, guide: Guide, due: Due | None, today: dt.date) -> Figures:
    """Fee, visits, when it is finished, photocopies: these also when there are none."""
    cells = []
    fee = wording.fee_figure(say, guide.fee)
    if fee:
        cells.append((say("figure.fee"), fee))
    if guide.visits is not None:
        cells.append((say("figure.visits"), say.count("visits.times", guide.visits)))
    limit = wording.limit(say, guide.immediate, guide.promised_limit or guide.legal_limit)
    if due is not None and _dated(due):
        accepted = wording.day_word(say, due.accepted, today)
        cells.append((say("figure.due", day=accepted), wording.month_day(say, due.day)))
    elif limit:
        cells.append((say("figure.limit"), limit))
    cells.append((say("figure.copies"), say("figure.copies_count", n=copies(guide))))
    return Figures(tuple(cells))


def copies(guide: Guide) -> int:
    """Photocopies of everything that everybody needs."""
    return sum(material.copies for material in guide.materials if material.when is None)


def _tick(say: Phrases, material: Material, marked: str, *, brief: bool) -> Tick:
    """`marked`: the form that is told apart; `brief`: the note alone."""
    own = material.source == "self"
    detail = material.note or "" if brief else wording.material_detail(say, material, marked)
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
    window = sum(material.source == "counter" for material in always)
    figures = [say("slip.bring_own", n=own)] if own else []
    figures += [say("slip.bring_counter", n=window)] if window else []
    blocks: list[Block] = [Tab(say("slip.bring"), say("join.comma").join(figures))]
    marked, brief = wording.marked_form(guide), variant is Variant.COMPACT
    rows = tuple(_tick(say, material, marked, brief=brief) for material in always)
    if variant in (Variant.FULL, Variant.BILINGUAL):
        extra = tuple(_tick(say, material, marked, brief=brief) for material in conditional)
        blocks.append(Ticks(rows, extra, say("slip.conditional") if extra else ""))
    else:
        blocks.append(Ticks(rows))
        if conditional:
            names = say("join.list").join(dict.fromkeys(material.name for material in conditional))
            blocks.append(Paragraph(say("slip.conditional_short", names=names)))
    # A full slip says it with what else is to be known.
    electronic = wording.electronic(say, guide)
    if electronic and variant is Variant.LARGE:
        blocks.append(Paragraph(electronic))
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
        rows.append((say("key.hours"), say("slip.unverified")))
        rows.append((say("key.phone"), phone or say("slip.unverified")))
    if variant is Variant.COMPACT and not say.lang.startswith("zh"):
        # What a stranger shows to a driver or a clerk: title and address are Chinese, and so is whose matter it is.
        rows += _departments(say, facts)
    if variant in (Variant.COMPACT, Variant.LARGE):
        rows.append((say("key.complaint"), _complaint(say, guide)))
    note = facts.office if head and facts.office and facts.office != head else ""
    blocks: list[Block] = [Tab(say("slip.where"), figure), Keyed(tuple(rows), head, note)]
    if variant is Variant.FULL and facts.places:
        plan = _map(say, facts.kiosk, facts.places[0])
        blocks += [plan] if plan else []
    return blocks


def _map(say: Phrases, kiosk: KioskPlace, place: Place) -> Map | None:
    """None when the position of one of them is unknown, or both are the same."""
    if kiosk.lat is None or kiosk.lon is None or place.lat is None or place.lon is None:
        return None
    east, north = offset_m(kiosk.lat, kiosk.lon, place.lat, place.lon)
    metres = math.hypot(east, north)
    if metres < NEXT_DOOR_M:
        return None
    # The first stop stands in words above it, with its lines and its walk where that is known.
    told = place.bus[:1] if place.bus and place.bus[0].walk_m is not None else ()
    bus = next((stop for stop in place.bus if stop.walk_m is not None and not told), None)
    return Map(
        kiosk=say("map.kiosk"),
        place=place.alias or place.name,
        distance=wording.distance(say, metres),
        north=say("map.north"),
        east_m=east,
        north_m=north,
        metres=say("distance.m"),
        kilometres=say("distance.km"),
        stop=(bus.stop, say("bus.walk", distance=wording.distance(say, bus.walk_m or 0))) if bus else None,
    )


def _complaint(say: Phrases, guide: Guide) -> str:
    """The department's phone for complaints, if it has one, and the city's."""
    own = guide.phone.complaint if guide.phone else None
    return say("join.list").join(dict.fromkeys(filter(None, (own, HOTLINE))))


def _steps(say: Phrases, guide: Guide) -> list[Block]:
    if not guide.steps:
        return []
    rows = wording.steps(say, guide)
    return [Tab(say("slip.how"), say.count("slip.steps", len(rows))), Numbered(rows)]


def _know(say: Phrases, guide: Guide, facts: SlipFacts) -> list[Block]:
    rows: list[tuple[str, str]] = []
    if guide.eligibility:
        rows.append((say("key.who"), say("join.semicolon").join(guide.eligibility)))
    electronic = wording.electronic(say, guide)
    if electronic:
        rows.append((say("key.electronic"), electronic))
    limits = _limits(say, guide)
    if limits:
        rows.append((say("key.limit"), limits))
    rows += [(say(f"key.{key}"), text) for key, text in wording.duties(say, guide)]
    # The strip of figures has said it already, unless its cell was too narrow for the whole.
    if guide.fee is not None and guide.fee.charged and guide.fee.text != wording.fee_figure(say, guide.fee):
        rows.append((say("key.fee"), guide.fee.text))
    if guide.result is not None:
        rows.append((say("key.result"), guide.result.name))
    if guide.legal_basis:
        laws = dict.fromkeys(
            say("slip.law", law=law.law, article=law.article or "").strip() for law in guide.legal_basis
        )
        rows.append((say("key.law"), say("join.list").join(laws)))
    rows += _departments(say, facts)
    rows.append((say("key.complaint"), _complaint(say, guide)))
    return [Tab(say("slip.know")), Keyed(tuple(rows), fine=True)]


def _departments(say: Phrases, facts: SlipFacts) -> list[tuple[str, str]]:
    """The row of those whose matter it is; none where the head of 去哪儿 has their name already."""
    named = facts.places[0].name if facts.places else facts.office
    departments = dict.fromkeys(name for name in (facts.department, facts.agency) if name and name != named)
    return [(say("key.department"), say("join.list").join(departments))] if departments else []


def _limits(say: Phrases, guide: Guide) -> str:
    """What the department promises, and what the law allows when that is longer."""
    promised = wording.limit(say, guide.immediate, guide.promised_limit)
    legal = wording.limit(say, None, guide.legal_limit)
    parts = [say("slip.promised", limit=promised)] if promised else []
    parts += [say("slip.legal", limit=legal)] if legal and legal != promised else []
    return say("join.comma").join((*parts, *wording.limit_notes(guide)))


def _foot(say: Phrases, guide: Guide, facts: SlipFacts) -> Small:
    version = [say("slip.version", n=guide.version)] if guide.version else []
    catalogue = say("slip.catalogue", revision=facts.revision, day=facts.catalogue_day.isoformat(), item=guide.id)
    lines = [say("join.comma").join((*version, catalogue))]
    if guide.verified_on:
        lines.append(say("slip.verified", day=guide.verified_on.isoformat(), by=facts.verified_by or facts.department))
    when = f"{facts.at:%Y-%m-%d %H:%M}"
    printed = say("slip.printed", when=when, kiosk=facts.kiosk.name, number=facts.kiosk.number)
    lines.append(
        printed if facts.trusted else say("slip.printed_unsure", kiosk=facts.kiosk.name, number=facts.kiosk.number)
    )
    return Small(tuple(lines))
