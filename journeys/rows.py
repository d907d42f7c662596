"""Cards and hits of the catalogue as list rows in the citizen's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

from domain import wording
from domain.search import Card, Hit, Match
from journeys.views import Press, Row, Tag
from journeys.visit import Visit

PLAIN_WHY = ("name", "content")


def tags(visit: Visit, card: Card) -> tuple[Tag, ...]:
    """Up to three: how long, how much, how often."""
    say = visit.say
    found: list[Tag] = []
    limit = wording.limit(say, card.immediate, card.limit)
    if card.immediate:
        found.append(Tag(say("limit.immediate"), "bolt", "ok"))
    elif limit:
        found.append(Tag(limit, "schedule"))
    fee = wording.fee_figure(say, card.fee)
    if fee:
        free = card.fee is not None and not card.fee.charged
        found.append(Tag(fee, "money_off" if free else "payments"))
    if card.online:
        found.append(Tag(say("visits.online"), "phone_android", "sea"))
    elif card.visits is not None:
        visits = wording.visits(say, card.visits)
        if visits:
            found.append(Tag(visits, "directions_walk"))
    return tuple(found[:3])


def why(visit: Visit, matched: Sequence[Match]) -> tuple[tuple[str, bool], ...]:
    """驾照 是它的日常叫法: the first match that tells more than the name itself does."""
    for match in matched:
        if match.via not in PLAIN_WHY:
            before, word, after = visit.say(f"why.{match.via}", word="\x00").partition("\x00")
            runs = ((before, False), (match.text if word else "", True), (after, False))
            return tuple((text, bold) for text, bold in runs if text)
    return ()


def row(visit: Visit, card: Card, matched: Sequence[Match] = (), names: Mapping[str, str] | None = None) -> Row:
    """One row; `names` are translated names by id."""
    say = visit.say
    translated = (names or {}).get(card.id)
    note = ""
    if card.kind == "fact":
        parts = [say("fact.mark")]
        if card.verified_on:
            parts.append(say("verified.short", date=wording.month_day(say, card.verified_on)))
        note = say("join.dot").join(parts)
    elif card.kind in ("life_event", "org", "place", "topic"):
        note = say(f"kind.{card.kind}")
    alias = card.alias or ""
    if translated:
        alias = card.name
    return Row(
        id=card.id,
        kind=card.kind,
        title=translated or card.name,
        alias=alias,
        why=why(visit, matched),
        department=card.department or "",
        tags=tags(visit, card) if card.kind == "guide" else (),
        answer=card.answer or "",
        note=note,
    )


def names(visit: Visit, cards: Sequence[Card]) -> Mapping[str, str]:
    """Translated names of `cards`; nothing in Chinese."""
    if visit.lang == "zh-Hans":
        return {}
    return visit.catalogue.names([card.id for card in cards], visit.lang)


def rows(visit: Visit, cards: Sequence[Card]) -> tuple[Row, ...]:
    """Rows in the order of `cards`."""
    translated = names(visit, cards)
    return tuple(row(visit, card, names=translated) for card in cards)


def hit_rows(visit: Visit, hits: Sequence[Hit]) -> tuple[Row, ...]:
    """Rows of search hits with why each was found."""
    translated = names(visit, [hit.card for hit in hits])
    return tuple(row(visit, hit.card, hit.matched, translated) for hit in hits)


class ForSome(Protocol):
    """Anything that is meant for people, for enterprises or for both."""

    @property
    def audience(self) -> tuple[str, ...]:
        """person, enterprise; empty: for everybody."""
        ...


F = TypeVar("F", bound=ForSome)


def audience_filters(visit: Visit, cards: Sequence[ForSome], chosen: str) -> tuple[tuple[Press, bool], ...]:
    """Chips 个人 6, 企业 1; none when they would not split the list."""
    person = sum("person" in card.audience for card in cards)
    enterprise = sum("enterprise" in card.audience for card in cards)
    return audience_chips(visit, person, enterprise, chosen) if person and enterprise else ()


def audience_chips(visit: Visit, person: int, enterprise: int, chosen: str) -> tuple[tuple[Press, bool], ...]:
    """The two chips; `chosen`: person, enterprise or empty."""
    say = visit.say
    return (
        (Press(say("audience.person", n=person), "audience", "person", "person"), chosen == "person"),
        (Press(say("audience.enterprise", n=enterprise), "audience", "enterprise", "business"), chosen == "enterprise"),
    )


def keep(cards: Sequence[F], audience: str) -> tuple[F, ...]:
    """Cards for `audience`; those without one are for everybody."""
    return tuple(card for card in cards if not audience or not card.audience or audience in card.audience)
