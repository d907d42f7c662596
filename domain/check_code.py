"""The check code of a slip: twelve characters that say which item a paper is about and which version of it was printed.

Three groups of four, each three digits to the base 31 and a check symbol: `8KQ4-2M7X-WD5P`. The characters are digits
and capitals without 0, O, 1, I and L. 31 is prime, so that a weighted sum tells any single misread character and any
two that were exchanged within a group or across the border of two; every group has a sum of its own, so that whole
groups cannot change places either, and it is known which group to look at again.

A code proves nothing. Anybody can make one: it says what to look up, not that a kiosk printed the paper.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from domain.records import Guide, LifeEvent

ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""What a code is written with; also the keys to type it."""

BASE: Final = 31
GROUPS: Final = 3
GROUP: Final = 4
LENGTH: Final = GROUPS * GROUP

NUMBERS: Final = BASE**4
"""Item numbers are below this: 923 521, more than a city ever gives."""
VERSIONS: Final = BASE**3
PLACES: Final = BASE**2

_WEIGHTS = (1, 5, 11)
"""Of the digits of a group; the check symbol itself has 30. All differ, none is 0."""
_SUMS = (3, 14, 25)
"""What each group comes to, its check symbol included: another one a group."""
_SHIFTS = (4, 19, 11, 23, 8, 27, 16, 2, 13)
"""Added to the digits one by one: small numbers, the usual ones, would all look like 222."""

_APART = re.compile(r"[\s\-_.·‐-―−－]+")
_VALUES = {symbol: value for value, symbol in enumerate(ALPHABET)}


@dataclass(frozen=True, slots=True)
class SlipCode:
    """What a code says. `place_or_variant`: which office or case the slip was made for; 0: none in particular."""

    number: int
    version: int
    place_or_variant: int = 0


@dataclass(frozen=True, slots=True)
class Misread:
    """A code that was not read right. `groups`: which of the three to look at again, from 1; all where it has too few
    or too many characters to tell.
    """

    groups: tuple[int, ...]

    @property
    def group(self) -> int:
        """The first of them."""
        return self.groups[0]


def make(number: int, version: int, place_or_variant: int = 0) -> str:
    """The code, with dashes between its groups.

    Raises `ValueError` for what does not go into it: `number` and `version` are 1 to `NUMBERS` - 1 and `VERSIONS` - 1,
    `place_or_variant` is 0 to `PLACES` - 1.
    """
    if not (0 < number < NUMBERS and 0 < version < VERSIONS and 0 <= place_or_variant < PLACES):
        raise ValueError("out of the range of a check code")
    rest = (number * VERSIONS + version) * PLACES + place_or_variant
    digits: list[int] = []
    for shift in reversed(_SHIFTS):
        rest, digit = divmod(rest, BASE)
        digits.insert(0, (digit + shift) % BASE)
    return "-".join(_written(at, digits[3 * at : 3 * at + 3]) for at in range(GROUPS))


def code_of(item: Guide | LifeEvent) -> str:
    """The check code of a slip of `item`; empty where the hub gave it no number."""
    if item.number is None or item.version is None:
        return ""
    if item.number >= NUMBERS or item.version >= VERSIONS:
        return ""
    return make(item.number, item.version)


def read(text: str) -> SlipCode | Misread:
    """What a typed or scanned code says. Spaces, dashes, lower case and full-width characters do not matter; one
    that no code has is never taken for one that looks like it: its group is misread.
    """
    groups = grouped(text)
    wrong = tuple(at + 1 for at, group in enumerate(groups) if not holds(at, group))
    if len(groups) != GROUPS:
        return Misread(tuple(range(1, GROUPS + 1)))
    if wrong:
        return Misread(wrong)
    rest = 0
    for at, symbol in enumerate(symbol for group in groups for symbol in group[:3]):
        rest = rest * BASE + (_VALUES[symbol] - _SHIFTS[at]) % BASE
    rest, place = divmod(rest, PLACES)
    number, version = divmod(rest, VERSIONS)
    if not number or not version:
        return Misread(tuple(range(1, GROUPS + 1)))
    return SlipCode(number, version, place)


def grouped(text: str) -> tuple[str, ...]:
    """The characters in capitals, four a group; as they are written where that are three groups."""
    plain = unicodedata.normalize("NFKC", text).upper().strip()
    parts = tuple(part for part in _APART.split(plain) if part)
    if len(parts) == GROUPS:
        return parts
    whole = "".join(parts)
    return tuple(whole[start : start + GROUP] for start in range(0, len(whole), GROUP))


def holds(at: int, group: str) -> bool:
    """Whether `group` can be the one at place `at` (from 0) of a code."""
    if len(group) != GROUP or at >= GROUPS or any(symbol not in _VALUES for symbol in group):
        return False
    digits = [_VALUES[symbol] for symbol in group]
    return _check(at, digits[:3]) == digits[3]


def _written(at: int, digits: list[int]) -> str:
    return "".join(ALPHABET[digit] for digit in (*digits, _check(at, digits)))


def _check(at: int, digits: list[int]) -> int:
    """The symbol that brings the weighted sum of a group, its own weight being -1, to that of its place."""
    return (sum(weight * digit for weight, digit in zip(_WEIGHTS, digits, strict=True)) - _SUMS[at]) % BASE
