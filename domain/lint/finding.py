"""One finding of the content lint."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.records import Record
from phrases import Phrases


class Level(StrEnum):
    """STOP: not fit to be published; WARN: an editor should look; NOTE: would make it better, and few have it."""

    STOP = "stop"
    WARN = "warn"
    NOTE = "note"

    def reaches(self, least: Level) -> bool:
        """Whether this is as serious as `least`, or more."""
        order = list(Level)
        return order.index(self) <= order.index(least)


@dataclass(frozen=True, slots=True)
class Finding:
    """`rule` names the check (its sentence is ``lint.<rule>`` in `phrases`); `values` go into the sentence."""

    kind: str
    record: str
    field: str
    rule: str
    level: Level
    values: tuple[tuple[str, object], ...] = ()

    @classmethod
    def of(cls, record: Record, field: str, rule: str, level: Level, **values: object) -> Finding:
        """A finding on `record`."""
        return cls(record.kind, record.id, field, rule, level, tuple(values.items()))

    def message(self, say: Phrases) -> str:
        """What the editor reads."""
        return say(f"lint.{self.rule}", **dict(self.values))
