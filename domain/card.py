"""What a card tells about its holder, and no more: enough to choose what concerns this person, too little to know who.

A name, a number or a birth date never gets into these values; the process that reads a card keeps those to itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CardFamily(StrEnum):
    """Families of cards that are understood, and three that are only recognised: toll cards, bank cards and purses of
    schools or shops. `CITY` is any city that an operator has added.
    """

    T_UNION = "t-union"
    SOCIAL_SECURITY = "social-security"
    CITY_UNION = "city-union"
    BEIJING = "beijing"
    SHENZHEN = "shenzhen"
    WUHAN = "wuhan"
    LINGNAN = "lingnan"
    CHENGDU = "chengdu"
    SUZHOU = "suzhou"
    MACAU = "macau"
    HEALTH = "health"
    CITY = "city"
    TOLL = "etc"
    BANK = "bank"
    PURSE = "purse"


class CardType(StrEnum):
    """For whom a card was issued (卡种), as far as it says so."""

    ORDINARY = "ordinary"
    STUDENT = "student"
    SENIOR = "senior"
    DISABLED = "disabled"
    MILITARY = "military"
    STAFF = "staff"
    TEST = "test"


class Division(StrEnum):
    """How the place that issued a card, or that a person names, stands to this kiosk's city."""

    LOCAL = "local"
    PROVINCE = "province"
    ELSEWHERE = "elsewhere"


class Sex(StrEnum):
    """GB/T 2261.1, the two codes that rules ask for."""

    MALE = "m"
    FEMALE = "f"


@dataclass(frozen=True, slots=True, repr=False)
class CardFacts:
    """What leaves the card service: None is what the card does not say.

    `age_months` is the full months since birth; `expires_in_days` counts from today and is negative once expired.
    """

    family: CardFamily
    card_type: CardType | None = None
    division: Division | None = None
    age_months: int | None = None
    sex: Sex | None = None
    expires_in_days: int | None = None

    def __repr__(self) -> str:
        known = sum(getattr(self, name) is not None for name in self.__slots__) - 1
        return f"CardFacts({self.family.value}, {known} facts)"
