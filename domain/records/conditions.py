"""Conditions of a recommendation rule as they are written (`docs/formats/records.md`, rule)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints

from domain.card import CardType, Division, Sex
from domain.records.parts import Value


def _in_order(span: tuple[int, int]) -> tuple[int, int]:
    if span[0] > span[1]:
        raise ValueError("the first is larger than the second")
    return span


def _some_each_once(values: tuple[Any, ...]) -> tuple[Any, ...]:
    # Not `min_length`: with that, pydantic also calls a list empty whose members it has refused.
    if not values:
        raise ValueError("nothing is in it")
    if len(set(values)) < len(values):
        raise ValueError("something is in it twice")
    return values


Flag = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,32}$")]
Years = Annotated[int, Field(strict=True, ge=0, le=150)]
Months = Annotated[int, Field(strict=True, ge=0, le=1800)]
MonthNumber = Annotated[int, Field(strict=True, ge=1, le=12)]
SomeMonths = Annotated[int, Field(strict=True, ge=1, le=120)]
MonthOfYear = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]


class Retirement(Value):
    """A statutory age that rises step by step (渐进式延迟法定退休年龄), and how long before it a person is told.

    All in months, except `since` (``YYYY-MM``). Whoever reaches `age_months` before `since` retires then; from `since`
    on one month later for every `every` months that they reach it later, at most `most` months later. Leaving `early`
    months before that is possible, though never before `age_months`. The rule is for those who reach the first month
    in which they can leave within `ahead` months, until the month in which they have to.
    """

    age_months: Months
    since: MonthOfYear
    every: SomeMonths
    most: Months
    early: Months = 0
    ahead: Months = 0


class Conditions(Value):
    """What must be known and fit, all of it, for a rule to hold. A condition that this version does not know is kept
    and never holds.

    `age`: completed years, both ends count, a last year of 120 or more means no end. `age_months`: completed months,
    both ends count. `turns`: years of age that are reached in the year of the day, both ends count. `retires`: the way
    to a statutory age. `expires_within_days`: the card expires in so many days at most, or has expired already.
    `months`: 1–12, the month of the day. `asked`: flags that the person chose, all of them.
    """

    age: Annotated[tuple[Years, Years], AfterValidator(_in_order)] | None = None
    age_months: Annotated[tuple[Months, Months], AfterValidator(_in_order)] | None = None
    turns: Annotated[tuple[Years, Years], AfterValidator(_in_order)] | None = None
    retires: Retirement | None = None
    sex: Sex | None = None
    division: Division | None = None
    card_type: Annotated[tuple[CardType, ...], AfterValidator(_some_each_once)] | None = None
    expires_within_days: Annotated[int, Field(strict=True, ge=0, le=3650)] | None = None
    months: Annotated[tuple[MonthNumber, ...], AfterValidator(_some_each_once)] | None = None
    asked: Annotated[tuple[Flag, ...], AfterValidator(_some_each_once)] | None = None

    @property
    def unknown(self) -> tuple[str, ...]:
        """Names of conditions that this version does not know, sorted; of a part of one as ``retires.name``."""
        parts = {
            f"retires.{name}": value for name, value in ((self.retires and self.retires.model_extra) or {}).items()
        }
        return tuple(sorted(name for name, value in {**(self.model_extra or {}), **parts}.items() if value is not None))
