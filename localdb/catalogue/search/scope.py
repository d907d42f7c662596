"""Which cards an answer may hold: those shown on the day, inside what the answer is narrowed to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from domain.search import EVERYTHING, Narrowing

WIDE = ("city", "province", "national")
"""Coverages (通办范围) of what can be done at any office of the city or beyond."""

_VALID = (
    "(card.valid_from IS NULL OR card.valid_from <= :day) AND (card.valid_until IS NULL OR card.valid_until >= :day)"
)


@dataclass(frozen=True, slots=True)
class Scope:
    """A day (ISO) and a narrowing as SQL conditions on `card`.

    A record without the attribute stays in, because it is for everybody; only a guide that does not say that it can be
    done anywhere is not taken for one that can.
    """

    day: str
    narrow: Narrowing = EVERYTHING

    @property
    def is_narrowed(self) -> bool:
        """Whether more is asked for than that a card is shown today."""
        return self.narrow != EVERYTHING

    @property
    def condition(self) -> str:
        """For a WHERE, with the names of `values`."""
        narrow, found = self.narrow, [_VALID]
        if narrow.audience is not None:
            found.append("(card.audience = '' OR instr(' ' || card.audience || ' ', ' ' || :audience || ' '))")
        if narrow.department is not None:
            found.append("(card.department_id IS NULL OR card.department_id = :department OR card.id = :department)")
        if narrow.theme is not None:
            found.append(_listed("theme"))
        if narrow.district is not None:
            found.append(_listed("district"))
        if narrow.coverage:
            among = ", ".join(f"'{one}'" for one in WIDE)
            found.append(f"(card.kind <> 'guide' OR card.coverage IN ({among}))")
        return " AND ".join(found)

    @property
    def values(self) -> Mapping[str, str | None]:
        """What the names in `condition` stand for."""
        narrow = self.narrow
        return {
            "day": self.day,
            "audience": narrow.audience,
            "department": narrow.department,
            "theme": narrow.theme,
            "district": narrow.district,
        }


def _listed(relation: str) -> str:
    """The card stands under the value of `relation`, or under none."""
    under = f"SELECT 1 FROM ref WHERE ref.doc = card.doc AND ref.relation = '{relation}'"
    return f"(EXISTS ({under} AND ref.target = :{relation}) OR NOT EXISTS ({under}))"
