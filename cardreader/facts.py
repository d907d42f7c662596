"""What families are asked, and what they answer to staff."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cardreader import divisions
from cardreader.fields import Holder, age_months
from cardreader.purse import PurseRecord
from domain.card import CardFacts, CardFamily, CardType

if TYPE_CHECKING:
    from cardreader.trips import Trip


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: the day, and the kiosk's city or district (GB/T 2260, six digits)."""

    today: dt.date
    city: str

    def facts(
        self,
        family: CardFamily,
        *,
        issued_in: str | None,
        card_type: CardType | None,
        holder: Holder,
        valid_to: dt.date | None,
    ) -> CardFacts:
        """What may leave, made relative to place and day, so that no date and no code goes with it."""
        return CardFacts(
            family=family,
            card_type=card_type,
            division=None if issued_in is None else divisions.relation(issued_in, self.city),
            age_months=age_months(holder.birth, self.today),
            sex=holder.sex,
            expires_in_days=None if valid_to is None else (valid_to - self.today).days,
        )


@dataclass(frozen=True, slots=True)
class CityCode:
    """A place as a card writes it, and what it means; `gbt2260` and `name` are None for a code that is no place."""

    scheme: str
    raw: str
    gbt2260: str | None
    name: str | None


def city_gbt13497(raw: str) -> CityCode:
    """A place code of a 交通联合 card."""
    place = divisions.of_gbt13497(raw)
    return CityCode("GB/T 13497", raw, place.gbt2260 if place else None, place.name if place else None)


def city_gbt2260(raw: str) -> CityCode:
    """A place code of a social-security card; it keeps its district, the name is that of the city."""
    place = divisions.of_gbt2260(raw)
    return CityCode("GB/T 2260", raw, raw if place else None, place.name if place else None)


def city_postcode(raw: str) -> CityCode:
    """A place code of a city union card: the first four digits of a postcode."""
    place = divisions.of_postcode(raw)
    return CityCode("postcode", raw, place.gbt2260 if place else None, place.name if place else None)


def city_province(raw: str) -> CityCode:
    """The province that a toll card names."""
    place = divisions.of_province(raw)
    return CityCode("province", raw, place.gbt2260 if place else None, place.name if place else None)


@dataclass(frozen=True, slots=True, repr=False)
class Details:
    """All that staff may want to see of a card; None is what it does not say. `records` newest first."""

    family: CardFamily | None = None
    city: CityCode | None = None
    card_type: CardType | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    number: str | None = None
    balance_fen: int | None = None
    records: tuple[PurseRecord, ...] | None = None
    trips: tuple[Trip, ...] | None = None
    notes: tuple[str, ...] = field(default=())

    def __repr__(self) -> str:
        return f"Details({self.family}, …)"
