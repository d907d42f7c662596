"""What concerns a person: the rules' answer in the citizen's language, and in words what it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from domain.matching import Attribute, Person, Recommendation, recommend
from domain.search import Card
from journeys import rows
from journeys.views import Tag
from journeys.visit import Visit

ICONS: Mapping[Attribute, str] = {
    "card_expiry": "event",
    "card_type": "credit_card",
    "division": "place",
    "age": "person",
    "sex": "person",
    "asked": "touch_app",
    "date": "today",
}
"""Icon of a reason by the first of these that decided."""


LANGUAGE_FLAGS: Mapping[str, str] = {
    "en": "language_foreign",
    "ja": "language_foreign",
    "ko": "language_foreign",
    "zh-Hant": "language_hant",
}
"""What rules may ask of the language that a citizen chose (``asked:`` in `Rule.needs`)."""


@dataclass(frozen=True, slots=True)
class Concern:
    """One item and the rule that brought it."""

    card: Card
    rule: Recommendation


def concerns(visit: Visit, person: Person) -> tuple[Concern, ...]:
    """What the rules of the open catalogue say today, best first; items that it does not hold are left out. Without a
    trusted clock there is no today, and no rule about a season holds. The language that was chosen counts as an answer.
    """
    clock, catalogue = visit.tools.clock, visit.catalogue
    on = clock.now().date() if clock.trusted else None
    if flag := LANGUAGE_FLAGS.get(visit.lang):
        person = replace(person, asked=person.asked | {flag})
    found = recommend(visit.rules, person, on)
    held = {card.id: card for card in catalogue.cards([id for rule in found for id in rule.items])}
    return tuple(Concern(held[id], rule) for rule in found for id in rule.items if id in held)


def names(visit: Visit, found: Sequence[Concern]) -> Mapping[str, str]:
    """Translated names of the items by id."""
    return rows.names(visit, [concern.card for concern in found])


def _in_words(visit: Visit, rule: Recommendation) -> Iterator[str]:
    """The attributes that decided, as the citizen calls them."""
    for attribute in rule.used:
        yield visit.say(f"card.used.{attribute}")


def reason(visit: Visit, rule: Recommendation) -> str:
    """因为…: the editors' words, translated where they are; in a language that has no translation, what it rests on."""
    if visit.lang != "zh-Hans":
        translated = visit.catalogue.translation(rule.rule, visit.lang).get("reason")
        if translated:
            return str(translated)
    if visit.lang.startswith("zh"):
        return rule.reason
    return visit.say("card.because", what=visit.say("join.list").join(_in_words(visit, rule)))


def reason_tag(visit: Visit, rule: Recommendation) -> Tag:
    """The reason with the icon of what decided."""
    icon = next((ICONS[attribute] for attribute in ICONS if attribute in rule.used), "today")
    return Tag(reason(visit, rule), icon)


def basis(visit: Visit, rule: Recommendation) -> str:
    """What unfolds under 为什么推荐: what was looked at, in words, what was not kept, and the basis in law."""
    say = visit.say
    personal = [attribute for attribute in rule.used if attribute != "date"]
    if not personal:
        told = say("card.why_date")
    elif personal == ["asked"] or visit.card.person is None:
        told = say("card.why_asked")
    else:
        told = say("card.why_card", what=say("join.list").join(_in_words(visit, rule)))
    return say("card.basis", told=told, basis=rule.basis) if rule.basis else told
