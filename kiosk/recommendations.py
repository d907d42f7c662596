"""`kiosk recommend`: what would concern a person, by which rule, with its reason and legal basis."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from domain.card import Division
from domain.divisions import relation
from domain.matching import Person, Recommendation, recommend
from domain.ports import Catalogue
from domain.records import Rule
from kiosk.settings import Settings
from kiosk.terminal import note, say, say_json

SAMPLE_CITY = "370600"
"""烟台 (GB/T 2260), where the sample city lies."""


def home_of(settings: Settings, *, sample: bool) -> str | None:
    """The division that the kiosk stands in: its own district, else the sample city's for sample content (`sample`)
    and in the demo profile, else None.
    """
    return settings.place.district or (SAMPLE_CITY if sample or settings.demo else None)


def division_of(district: str, home: str | None) -> Division | None:
    """How `district` stands to the kiosk's city; says so when that cannot be told."""
    if home is None:
        note("place.district is not set: where the district lies from here is not known")
        return None
    found = relation(district, home)
    if found is None:
        note(f"{district} does not tell how it stands to {home}")
    return found


def as_json(found: Recommendation) -> dict[str, Any]:
    """The published form of one recommendation."""
    return {"rule": found.rule, "items": list(found.items), "reason": found.reason, "basis": found.basis}


def show_recommendations(catalogue: Catalogue, person: Person, on: dt.date | None, *, json: bool) -> None:
    """The rules that hold, most telling first: for programs, or for people with the names of the items."""
    rules = catalogue.rules()
    for flag in sorted(person.asked - _flags(rules)):
        note(f"no rule asks for {flag}")
    found = recommend(rules, person, on)
    if json:
        say_json([as_json(each) for each in found])
        return
    if not found:
        note("no rule holds")
    for each in found:
        say("  ".join(filter(None, (each.rule, each.reason, f"[{', '.join(each.used)}]", each.basis))))
        marks = "*" if each.sensitive else " "
        for card in catalogue.cards(each.items):
            say(f"  {marks} {card.id}  {card.name}")


def _flags(rules: Sequence[Rule]) -> frozenset[str]:
    return frozenset(flag for rule in rules for flag in rule.when.asked or ())
