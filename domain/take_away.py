"""The guide itself to take along on a phone: one to three plain texts, each as a QR code of its own.

A text fits a code of version 13 at level M (331 bytes), the densest that old phones read from thermal paper with 4 dots
a module; each begins with the name and its number (1/2), so that it can be read alone. What to bring comes first. When
even the largest number of texts does not hold everything, it is left out in this order: details, conditions, law, notes
on papers, steps, figures and hours, what the window supplies, papers of some, and papers of everybody last of all; then
the last line says how many papers are missing. Nothing about a person is in it, and never an address of the web: it is
read without a network.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from domain import wording
from domain.life_plan import MergedMaterial, Plan, merge_materials
from domain.records import Guide, Material

if TYPE_CHECKING:
    from domain.guide_slip import SlipFacts
    from domain.trip import Route
    from phrases import Phrases

TEXT_BYTES = 331
"""UTF-8 bytes of one text."""

PART_BYTES = 287
"""Of each of two: a code of version 12, two of which stand side by side on 80 mm paper. A third stands below them."""

MOST_TEXTS = 3
"""One after the other on the screen; on wide paper two side by side, the third below them with the words beside it."""

HOTLINE = "12345"

_NAME_BYTES = 96
"""So much of a name stands at the head of every text."""
_ITEM_BYTES = 120
"""What is not a paper is cut behind so many bytes before anything is left out."""
_STEP_BYTES = 8
_MARK_BYTES = len(" 3/3")
_LONG = "…"


class _Rank(IntEnum):
    """What can be done without: the highest is left out first."""

    KEPT = 0
    EXTRA = 1
    SUPPLIED = 2
    HOURS = 3
    FIGURES = 4
    STEPS = 5
    NOTES = 6
    LAW = 7
    CONDITIONS = 8
    DETAILS = 9


@dataclass(frozen=True, slots=True)
class _Part:
    """A line of a text: `key` is its phrase with `{items}`, said once more, or `again`, when the line goes on in the
    next text; no key: every item is a line of its own. `brief`: the items in fewer words, for when everything of
    `brief_rank` has to go. `papers`: left out one by one from the end, and counted.
    """

    items: tuple[str, ...]
    key: str = ""
    separator: str = ""
    rank: _Rank = _Rank.KEPT
    brief: tuple[str, ...] = ()
    brief_rank: _Rank = _Rank.DETAILS
    papers: bool = False
    again: str = ""


@dataclass(frozen=True, slots=True)
class TakenAlong:
    """One to three texts. `whole`: nothing was cut or left out of them; `missing`: how many papers were; `lacking`: how
    many of these everybody brings.
    """

    texts: tuple[str, ...]
    whole: bool
    missing: int = 0
    lacking: int = 0


def take_away(
    say: Phrases, guide: Guide, facts: SlipFacts, most: int = MOST_TEXTS, part: int = TEXT_BYTES
) -> TakenAlong:
    """One to `most` texts of `guide`, each at most `TEXT_BYTES` long, the first two of several at most `part`; the
    check code stands in the first.
    """
    return _texts(say, guide.name, facts.check, _guide_parts(say, guide, facts), most, part)


def event_take_away(
    say: Phrases,
    plan: Plan,
    facts: Sequence[SlipFacts],
    route: Route,
    most: int = MOST_TEXTS,
    part: int = TEXT_BYTES,
    check: str = "",
) -> TakenAlong:
    """The same of a life event: papers for all steps, the trips, the offices. `facts` belong to the steps, in order."""
    return _texts(say, plan.event.name, check, _event_parts(say, plan, facts, route), most, part)


def for_paper(make: Callable[[int, int], TakenAlong], *, brief: bool = False) -> tuple[TakenAlong, TakenAlong]:
    """The texts of a slip for paper on which two codes stand side by side, and for paper on which one stands below the
    other. `make`: the texts for so many codes at most, each of several with so many bytes.

    Every code in a row of its own makes the slip longer by some four centimetres. So there is one, and more only where
    it would lack a paper that everybody brings; `brief`: so it is on wide paper, too. Else wide paper has two, and the
    third where that brings a paper, or no more than `PART_BYTES` bring all the rest.
    """
    alone = make(1, TEXT_BYTES)
    if alone.whole or (brief and not alone.lacking):
        return alone, alone
    narrow = _complete(make, TEXT_BYTES) if alone.lacking else alone
    if brief:
        return _complete(make, PART_BYTES), narrow
    two, three = make(2, PART_BYTES), make(MOST_TEXTS, PART_BYTES)
    whole = three.whole and len(three.texts[-1].encode()) <= PART_BYTES
    return (three if whole or three.missing < two.missing else two), narrow


def _complete(make: Callable[[int, int], TakenAlong], part: int) -> TakenAlong:
    """The fewest texts that hold all that everybody brings, or as much of it as can be."""
    texts = (make(most, part) for most in range(2, MOST_TEXTS + 1))
    return min(texts, key=lambda taken: taken.lacking)


def _guide_parts(say: Phrases, guide: Guide, facts: SlipFacts) -> list[_Part]:
    place = facts.places[0] if facts.places else None
    comma, listed = say("join.comma"), say("join.list")
    parts = [*_paper_parts(say, guide), _Part((wording.electronic(say, guide),), rank=_Rank.DETAILS)]
    if place is not None:
        where = say("text.where", place=place.name, address=place.address or "").strip()
        parts.append(
            _Part((where,), brief=(say("text.where", place=place.name, address="").strip(),), brief_rank=_Rank.EXTRA)
        )
        parts.append(_Part(wording.bus_lines(say, place)[:1], rank=_Rank.DETAILS))
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
    names = tuple(step.name for step in guide.steps)
    parts.append(_Part(wording.steps(say, guide), "text.steps", say("join.arrow"), _Rank.STEPS, names))
    laws = dict.fromkeys(say("slip.law", law=law.law, article=law.article or "").strip() for law in guide.legal_basis)
    parts.append(_Part(tuple(laws), "text.law", listed, _Rank.LAW))
    if complaint:
        parts.append(_Part((say("text.complaint", phone=complaint),), rank=_Rank.LAW))
    cut = tuple(_cut(each, _ITEM_BYTES) for each in guide.eligibility)
    parts.append(_Part(guide.eligibility, "text.who", say("join.semicolon"), _Rank.CONDITIONS, cut))
    parts.append(_Part((say("text.window_counts"),)))
    return parts


def _paper_parts(say: Phrases, guide: Guide) -> list[_Part]:
    """What everybody brings, what some bring, what is there already; what one can do without stands last in each."""
    listed, semicolon = say("join.list"), say("join.semicolon")
    ordered = sorted(guide.materials, key=lambda material: material.necessity != "required")
    always = [material for material in ordered if material.when is None]
    brought = [material for material in always if material.source in wording.BROUGHT]
    plain, marked = _single(brought), wording.marked_form(guide)

    def bring(material: Material, *, plain: bool, notes: bool) -> str:
        count = _count(say, material.originals, material.copies, plain=plain)
        if material.form == "electronic":
            count = say("material.electronic")
        item = say("text.material", name=material.name, count=count).strip()
        detail = wording.material_detail(say, material, marked) if notes else ""
        return say("text.noted", item=item, note=detail) if detail else item

    def conditional(*, notes: bool) -> tuple[str, ...]:
        return tuple(
            say("text.when", when=material.when, item=bring(material, plain=False, notes=notes))
            for material in ordered
            if material.when is not None
        )

    def supplied(source: str) -> tuple[str, ...]:
        return tuple(material.name for material in always if material.source == source)

    return [
        _Part(
            tuple(bring(material, plain=plain, notes=True) for material in brought),
            "text.bring_single" if plain else "text.bring",
            listed,
            brief=tuple(bring(material, plain=plain, notes=False) for material in brought),
            brief_rank=_Rank.NOTES,
            papers=True,
            again="text.bring",
        ),
        _Part(supplied("counter"), "text.supplied", listed, _Rank.SUPPLIED, papers=True),
        _Part(supplied("department"), "text.held", listed, _Rank.SUPPLIED, papers=True),
        _Part(
            conditional(notes=True),
            "text.conditional",
            semicolon,
            _Rank.EXTRA,
            conditional(notes=False),
            _Rank.NOTES,
            papers=True,
        ),
    ]


def _single(materials: Sequence[Material | MergedMaterial]) -> bool:
    """Whether one original each is so common that it is said once for all that have no number."""
    counts = [(material.originals, material.copies) for material in materials]
    return counts.count((1, 0)) > 1 and (0, 0) not in counts


def _count(say: Phrases, originals: int, copies: int, *, plain: bool) -> str:
    """In as few bytes as can be. `plain`: one original goes without saying."""
    if originals and copies:
        return say("text.both", originals=originals, copies=copies)
    if copies:
        return say("text.copies", n=copies)
    return say("text.originals", n=originals) if originals > plain else ""


def _event_parts(say: Phrases, plan: Plan, facts: Sequence[SlipFacts], route: Route) -> list[_Part]:
    merged = merge_materials([step.guide for step in plan.steps])
    plain = _single(merged)
    papers = []
    for item in merged:
        count = _count(say, item.originals, item.copies, plain=plain)
        papers.append(say("text.material", name=item.name, count=count).strip())
    steps, names = [], []
    for number, (step, fact, office) in enumerate(zip(plan.steps, facts, route.offices, strict=True), 1):
        where = office.name if office else fact.office or fact.department
        steps.append(say("text.step", n=number, name=step.guide.name, where=where))
        names.append(say("text.step_name", n=number, name=step.guide.name))
    marks = wording.letters(route)
    offices = []
    for place in route.places:
        text = say("text.place", letter=marks[place.id], place=place.name, address=place.address or "").strip()
        offices.append(say("join.comma").join(filter(None, (text, place.phone))))
    others = wording.other_papers(say, plan)
    return [
        _Part(
            tuple(papers),
            "text.bring_single" if plain else "text.bring",
            say("join.list"),
            papers=True,
            again="text.bring",
        ),
        _Part((others,), rank=_Rank.NOTES),
        _Part(tuple(steps), rank=_Rank.HOURS, brief=tuple(names), brief_rank=_Rank.LAW),
        _Part(wording.trip_lines(say, route), rank=_Rank.STEPS),
        _Part(tuple(offices), rank=_Rank.CONDITIONS),
        _Part((say("text.hotline", phone=HOTLINE),), rank=_Rank.FIGURES),
        _Part((say("text.window_counts"),)),
    ]


def _texts(
    say: Phrases, name: str, check: str, parts: Sequence[_Part], most: int, part_bytes: int = TEXT_BYTES
) -> TakenAlong:
    """The fewest texts that hold as much as `most` texts can."""
    title = _cut(name, _NAME_BYTES)
    head = say("text.title", name=title)
    first = [say("text.check", code=check)] if check else []
    given = [replace(part, items=tuple(filter(None, part.items))) for part in parts]
    given = [replace(part, brief=() if part.brief == part.items else part.brief) for part in given if part.items]
    kept, missing, lacking = list(given), 0, 0
    end: list[_Part] = []
    taken = len(f"{head}\n".encode())
    while len(texts := _fewest(say, taken, first, [*kept, *end], most, part_bytes)) > most:
        gone = _leave_out(kept)
        if gone is None:
            break
        missing += gone.papers
        lacking += gone.papers if gone.everybodys else 0
        line = say.count("text.missing", missing) if missing else say("text.more")
        end = [_Part((line,))]
    texts = texts[:most]
    held = all(any(item in text for text in texts) for part in given for item in part.items)
    if len(texts) == 1:
        return TakenAlong((f"{head}\n{texts[0]}",), held and title == name, missing, lacking)
    numbered = tuple(f"{head} {number}/{len(texts)}\n{text}" for number, text in enumerate(texts, 1))
    return TakenAlong(numbered, held and title == name, missing, lacking)


class _Gone(NamedTuple):
    """What was left out: so many papers, of those that everybody brings or of others."""

    papers: int
    everybodys: bool = False


def _leave_out(parts: list[_Part]) -> _Gone | None:
    """Says the next thing in fewer words or leaves it out; None when every list is down to what must be there."""
    brief = [(part.brief_rank, 1, n) for n, part in enumerate(parts) if part.brief]
    gone = [(part.rank, 0, n) for n, part in enumerate(parts) if part.rank is not _Rank.KEPT]
    papers = [(_Rank.KEPT, 0, n) for n, part in enumerate(parts) if part.papers and len(part.items) > 1]
    choices = [*brief, *gone, *papers]
    if not choices:
        return None
    _, shorter, n = max(choices)
    part = parts[n]
    if shorter:
        parts[n] = replace(part, items=part.brief, brief=())
        return _Gone(0)
    if part.papers and len(part.items) > 1:
        parts[n] = replace(part, items=part.items[:-1])
        return _Gone(1, part.rank is _Rank.KEPT)
    del parts[n]
    return _Gone(int(part.papers))


def _fewest(
    say: Phrases, taken: int, first: list[str], parts: Sequence[_Part], most: int, part_bytes: int
) -> list[str]:
    """A single text, or several of about the same length, so that their codes are equally small; longer ones, up to
    `part_bytes`, where these are fewer. `taken`: bytes of the head.
    """
    whole = _packed(say, TEXT_BYTES - taken, first, parts)
    if len(whole) == 1 or most == 1:
        return whole
    full = TEXT_BYTES - _MARK_BYTES - taken
    long = _packed(say, part_bytes - _MARK_BYTES - taken, first, parts)
    if len(long) > most == MOST_TEXTS:
        long = _packed(say, part_bytes - _MARK_BYTES - taken, first, parts, full)
    short = _packed(say, PART_BYTES - _MARK_BYTES - taken, first, parts)
    if len(short) > len(long):
        return long
    least = sum(len(text.encode()) for text in short) // len(short)
    for room in range(max(_ITEM_BYTES, least), PART_BYTES - _MARK_BYTES - taken, _STEP_BYTES):
        evened = _packed(say, room, first, parts)
        if len(evened) == len(short):
            return evened
    return short


def _packed(say: Phrases, room: int, first: list[str], parts: Sequence[_Part], third: int = 0) -> list[str]:
    """The lines of `parts` in as few texts of `room` bytes as their order allows, without the head. `third`: room of
    the third, where that is more.
    """
    texts: list[list[str]] = [list(first)]
    for part in parts:
        line: list[str] = []
        key = part.key
        for whole in part.items:
            item = _cut(whole, room)
            if _bytes([*texts[-1], _line(say, key, part.separator, [*line, item])]) <= room:
                line.append(item)
                continue
            if line:
                texts[-1].append(_line(say, key, part.separator, line))
                key = part.again or key
            if texts[-1]:
                texts.append([])
                room = max(room, third) if len(texts) == MOST_TEXTS else room
            line = [_cut(item, room - len(_line(say, key, "", [""]).encode()))]
        texts[-1].append(_line(say, key, part.separator, line))
    return ["\n".join(text) for text in texts]


def _line(say: Phrases, key: str, separator: str, items: Sequence[str]) -> str:
    return say(key, items=separator.join(items)) if key else "\n".join(items)


def _bytes(lines: Sequence[str]) -> int:
    return len("\n".join(lines).encode())


def _cut(text: str, limit: int) -> str:
    """`text` in at most `limit` bytes; what was cut ends with an ellipsis."""
    if len(text.encode()) <= limit:
        return text
    return text.encode()[: limit - len(_LONG.encode())].decode(errors="ignore") + _LONG
