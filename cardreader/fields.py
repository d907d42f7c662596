"""Fields of card files: BCD, dates, the resident identity number. What does not fit is None, never an exception:
real cards hold blanks, half-written dates and other alphabets.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from domain.card import Sex

OLDEST_YEARS = 120
"""Nobody is older; a birth date before that is a blank or a misprint."""

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_RESIDENT_ID = re.compile(rb"(?=([1-9][0-9]{16}[0-9Xx]))")


@dataclass(frozen=True, slots=True, repr=False)
class Holder:
    """What facts are made from; it lives only while one card is read."""

    birth: dt.date | None = None
    sex: Sex | None = None

    def __repr__(self) -> str:
        return "Holder(…)"


def bcd(data: bytes) -> str | None:
    """Digits of packed BCD; None when a nibble is no digit."""
    digits = data.hex()
    return digits if digits.isdecimal() else None


def bcd_date(data: bytes) -> dt.date | None:
    """YYYYMMDD in four bytes BCD."""
    return date(bcd(data) or "")


def date(digits: str) -> dt.date | None:
    """YYYYMMDD in eight digits."""
    if not re.fullmatch("[0-9]{8}", digits):
        return None
    try:
        return dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def bcd_moment(data: bytes) -> dt.datetime | None:
    """YYYYMMDDhhmmss in seven bytes BCD, local time."""
    day, clock = bcd_date(data[:4]), bcd(data[4:7])
    if day is None or clock is None or len(clock) != 6:
        return None
    try:
        return dt.datetime.combine(day, dt.time(int(clock[:2]), int(clock[2:4]), int(clock[4:])))
    except ValueError:
        return None


def sex(code: str) -> Sex | None:
    """GB/T 2261.1: 1 male, 2 female; 0 and 9 (unknown, unstated) are None."""
    return {"1": Sex.MALE, "2": Sex.FEMALE}.get(code)


def holder_of(data: bytes) -> Holder:
    """Birth date and sex from the first resident identity number (GB 11643) in `data`; a number whose check character
    is wrong is nobody's.

    Its 7th to 14th character are the birth date, the 17th is odd for men. The first six name where it was first
    issued, which says nothing about where its holder lives.
    """
    for match in _RESIDENT_ID.finditer(data):
        number = match[1].decode("ascii").upper()
        if check_character(number) == number[17] and (birth := date(number[6:14])) is not None:
            return Holder(birth, Sex.MALE if int(number[16]) % 2 else Sex.FEMALE)
    return Holder()


def check_character(number: str) -> str:
    """ISO 7064 MOD 11-2 over the first 17 digits."""
    return _CHECKS[sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number[:17], strict=True)) % 11]


def age_months(birth: dt.date | None, today: dt.date) -> int | None:
    """Full months since `birth`; None for the unborn and for anyone older than people get."""
    if birth is None:
        return None
    months = (today.year - birth.year) * 12 + today.month - birth.month - (today.day < birth.day)
    return months if 0 <= months <= OLDEST_YEARS * 12 and birth <= today else None


def masked(number: str) -> str:
    """The last four characters, the others as stars."""
    return "*" * max(len(number) - 4, 0) + number[-4:] if len(number) > 4 else "*" * len(number)
