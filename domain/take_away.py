"""The guide itself to take along on a phone: one to three plain texts, each as a QR code of its own.

A text fits a code of version 13 at level M (331 bytes), the densest that old phones read from thermal paper with 4 dots
a module; each begins with the name and its number (1/2), so that it can be read alone. What to bring comes first. When
even the largest number of texts does not hold everything, it is left out in this order: the last word, which stands on
the paper beside the code, conditions, law, steps. Nothing about a person is in it, and never an address of the web: it
is read without a network.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TYPE_CHECKING

from domain import wording
from domain.life_plan import Plan, merge_materials
from domain.records import Guide, Material

if TYPE_CHECKING:
    from domain.guide_slip import SlipFacts
    from domain.trip import Route
    from phrases import Phrases

TEXT_BYTES = 331
"""UTF-8 bytes of one text."""

PART_BYTES = 287
"""Of each of several: a code of version 12, two of which stand side by side on 80 mm paper."""

MOST_TEXTS = 3
"""One after the other on the screen."""

PAPER_TEXTS = 2
"""On paper, side by side; the route of a life event is on the paper itself, so it has one."""

HOTLINE = "12345"

_NAME_BYTES = 96
"""So much of a name stands at the head of every text."""
_ITEM_BYTES = 120
"""A single thing to bring, an address or a condition is cut behind so many bytes."""
_STEP_BYTES = 8
_MARK_BYTES = len(" 3/3")
_LONG = "…"


class _Rank(IntEnum):
    """What can be done without: the highest is left out first; behind the steps only where there is but one code."""

    KEPT = 0
    FIGURES = 1
    HOURS = 2
    STEPS = 3
    LAW = 4
    CONDITIONS = 5
    LAST_WORD = 6


@dataclass(frozen=True, slots=True)
class _Part:
    """A line of a text: `key` is its phrase with `{items}`, said again when the line goes on in the next text; no key:
    every item is a line of its own.
    """

    items: tuple[str, ...]
    key: str = ""
    separator: str = ""
    rank: _Rank = _Rank.KEPT


def take_away(
    say: Phrases, guide: Guide, facts: SlipFacts, most: int = MOST_TEXTS, part: int = TEXT_BYTES
) -> tuple[str, ...]:
    """One to `most` texts of `guide`, each at most `TEXT_BYTES` long, each of several at most `part`; the check code
    stands in the first.
    """
    return _texts(say, guide.name, facts.check, _guide_parts(say, guide, facts), most, part)


def event_take_away(
    say: Phrases, plan: Plan, facts: Sequence[SlipFacts], route: Route, most: int = MOST_TEXTS, check: str = ""
) -> tuple[str, ...]:
    """The same of a life event: papers for all steps, the trips, the offices. `facts` belong to the steps, in order."""
    return _texts(say, plan.event.name, check, _event_parts(say, plan, facts, route), most)


def _guide_parts(say: Phrases, guide: Guide, facts: SlipFacts) -> list[_Part]:
    always = [material for material in guide.materials if material.when is None]
    sometimes = [material for material in guide.materials if material.when is not None]
    place = facts.places[0] if facts.places else None
    comma, listed = say("join.comma"), say("join.list")
    parts = [_Part(tuple(_bring(say, material) for material in always), "text.bring", listed)]
    if place is not None:
        where = say("text.where", place=place.name, address=place.address or "").strip()
        parts.append(_Part((where,)))
        hours = wording.hours_lines(say, place, facts.at.date())
        parts.append(_Part((say("join.semicolon").join(hours),), rank=_Rank.HOURS))
    elif facts.office:
        parts.append(_Part((say("text.where", place=facts.office, address="").strip(),)))
    phone = (guide.phone.enquiry if guide.phone else None) or (place.phone if place else None) or HOTLINE
    complaint = guide.phone.complaint if guide.phone else None
    parts.append(_Part((say("text.phone", phone=phone),)))
    figures = (
        wording.fee_figure(say, guide.fee),
        wording.visits(say, guide.visits),
        wording.limit(say, guide.immediate, guide.promised_limit or guide.legal_limit),
    )
    parts.append(_Part((comma.join(filter(None, figures)),), rank=_Rank.FIGURES))
    parts.append(_Part(tuple(step.name for step in guide.steps), "text.steps", say("join.arrow"), _Rank.STEPS))
    laws = dict.fromkeys(say("slip.law", law=law.law, article=law.article or "").strip() for law in guide.legal_basis)
    parts.append(_Part(tuple(laws), "text.law", listed, _Rank.LAW))
    if complaint:
        parts.append(_Part((say("text.complaint", phone=complaint),), rank=_Rank.LAW))
    parts.append(_Part(guide.eligibility, "text.who", say("join.semicolon"), _Rank.CONDITIONS))
    extra = tuple(say("text.when", when=material.when, item=_bring(say, material)) for material in sometimes)
    parts.append(_Part(extra, "text.conditional", say("join.semicolon"), _Rank.CONDITIONS))
    parts.append(_Part((say("slip.window_counts"),), rank=_Rank.LAST_WORD))
    return parts


def _bring(say: Phrases, material: Material) -> str:
    return say("text.material", name=material.name, count=wording.count(say, material)).strip()


def _event_parts(say: Phrases, plan: Plan, facts: Sequence[SlipFacts], route: Route) -> list[_Part]:
    papers = []
    for item in merge_materials([step.guide for step in plan.steps]):
        counts = [say("material.originals", n=item.originals)] if item.originals else []
        counts += [say("material.copies", n=item.copies)] if item.copies else []
        papers.append(say("text.material", name=item.name, count=say("join.comma").join(counts)).strip())
    steps = []
    for number, (step, fact, office) in enumerate(zip(plan.steps, facts, route.offices, strict=True), 1):
        where = office.name if office else fact.office or fact.department
        steps.append(say("text.step", n=number, name=step.guide.name, where=where))
    marks = wording.letters(route)
    offices = []
    for place in route.places:
        text = say("text.place", letter=marks[place.id], place=place.name, address=place.address or "").strip()
        offices.append(say("join.comma").join(filter(None, (text, place.phone))))
    return [
        _Part(tuple(papers), "text.bring", say("join.list")),
        _Part(tuple(steps)),
        _Part(wording.trip_lines(say, route), rank=_Rank.STEPS),
        _Part(tuple(offices), rank=_Rank.CONDITIONS),
        _Part((say("slip.window_counts"),), rank=_Rank.LAST_WORD),
    ]


def _texts(
    say: Phrases, name: str, check: str, parts: Iterable[_Part], most: int, part_bytes: int = TEXT_BYTES
) -> tuple[str, ...]:
    """The fewest texts that hold as much as `most` texts can."""
    head = say("text.title", name=_cut(name, _NAME_BYTES))
    first = [say("text.check", code=check)] if check else []
    kept = [replace(part, items=tuple(filter(None, part.items))) for part in parts]
    kept = [part for part in kept if part.items]
    taken = len(f"{head}\n".encode())
    while len(texts := _fewest(say, taken, first, kept, most, part_bytes)) > most:
        last = max(range(len(kept)), key=lambda n: (kept[n].rank, n), default=-1)
        if last >= 0 and kept[last].rank is not _Rank.KEPT:
            del kept[last]
        elif not _shorten(kept):
            break
    texts = texts[:most]
    if len(texts) == 1:
        return (f"{head}\n{texts[0]}",)
    return tuple(f"{head} {number}/{len(texts)}\n{text}" for number, text in enumerate(texts, 1))


def _shorten(parts: list[_Part]) -> bool:
    """Takes the last thing off the longest list; False when every list is down to one."""
    at = max(range(len(parts)), key=lambda n: len(parts[n].items), default=-1)
    if at < 0 or len(parts[at].items) < 2:
        return False
    items = parts[at].items
    items = items[:-2] if items[-1] == _LONG else items[:-1]
    parts[at] = replace(parts[at], items=(*items, _LONG)) if items else replace(parts[at], items=(_LONG,))
    return True


def _fewest(
    say: Phrases, taken: int, first: list[str], parts: Sequence[_Part], most: int, part_bytes: int
) -> list[str]:
    """A single text, or several of about the same length, so that their codes are equally small; longer ones, up to
    `part_bytes`, where these are fewer. `taken`: bytes of the head.
    """
    whole = _packed(say, TEXT_BYTES - taken, first, parts)
    if len(whole) == 1 or most == 1:
        return whole
    long = _packed(say, part_bytes - _MARK_BYTES - taken, first, parts)
    short = _packed(say, PART_BYTES - _MARK_BYTES - taken, first, parts)
    if len(short) > len(long):
        return long
    least = sum(len(text.encode()) for text in short) // len(short)
    for room in range(max(_ITEM_BYTES, least), PART_BYTES - _MARK_BYTES - taken, _STEP_BYTES):
        evened = _packed(say, room, first, parts)
        if len(evened) == len(short):
            return evened
    return short


def _packed(say: Phrases, room: int, first: list[str], parts: Sequence[_Part]) -> list[str]:
    """The lines of `parts` in as few texts of `room` bytes as their order allows, without the head."""
    texts: list[list[str]] = [list(first)]
    for part in parts:
        line: list[str] = []

        def said(items: Sequence[str], part: _Part = part) -> str:
            return say(part.key, items=part.separator.join(items)) if part.key else "\n".join(items)

        for whole in part.items:
            item = _cut(whole, min(_ITEM_BYTES, room))
            if _bytes([*texts[-1], said([*line, item])]) <= room:
                line.append(item)
                continue
            if line:
                texts[-1].append(said(line))
            if texts[-1]:
                texts.append([])
            line = [_cut(item, room - len(said([""]).encode()))]
        texts[-1].append(said(line))
    return ["\n".join(text) for text in texts]


def _bytes(lines: Sequence[str]) -> int:
    return len("\n".join(lines).encode())


def _cut(text: str, limit: int) -> str:
    """`text` in at most `limit` bytes; what was cut ends with an ellipsis."""
    if len(text.encode()) <= limit:
        return text
    return text.encode()[: limit - len(_LONG.encode())].decode(errors="ignore") + _LONG
