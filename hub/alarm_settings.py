"""From where on something about a kiosk is an alarm, and what the alarm makes of the kiosk: for each city to set.

``alarms.paper_low.raise_at`` is ``raise_at`` under ``[alarms.paper_low]`` in hub.toml; what a city does not set stays
as it is here. What is measured and what stands for what is in `hub.alarm_rules`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from domain.configuration import Group

MarkName = Literal["look", "lost", "soon", "now"]

_LONGEST_MINUTES = 7 * 24 * 60


class State(Group):
    """An alarm about something that is so or is not."""

    after_minutes: float = Field(ge=0, le=_LONGEST_MINUTES, description="minutes it must last before it is raised")
    well_minutes: float = Field(ge=0, le=_LONGEST_MINUTES, description="minutes all must be well before it is cleared")
    mark: MarkName = Field(
        description="what it makes of the kiosk: look (from the desk), lost, soon (somebody must go there), now (today)"
    )


class Rising(State):
    """An alarm about a figure that grows worse as it grows."""

    raise_at: float = Field(ge=0, le=1_000_000, description="raised from this figure on")
    clear_at: float = Field(ge=0, le=1_000_000, description="cleared from this figure on")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.clear_at >= self.raise_at:
            raise ValueError("clear_at must be below raise_at")
        return self


class Falling(State):
    """An alarm about a figure that grows worse as it falls."""

    raise_at: float = Field(ge=0, le=1_000_000, description="raised from this figure on")
    clear_at: float = Field(ge=0, le=1_000_000, description="cleared from this figure on")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.clear_at <= self.raise_at:
            raise ValueError("clear_at must be above raise_at")
        return self


def _state(after: float, well: float, mark: MarkName) -> State:
    return State(after_minutes=after, well_minutes=well, mark=mark)


def _rising(raise_at: float, clear_at: float, after: float, well: float, mark: MarkName) -> Rising:
    return Rising(raise_at=raise_at, clear_at=clear_at, after_minutes=after, well_minutes=well, mark=mark)


def _falling(raise_at: float, clear_at: float, after: float, well: float, mark: MarkName) -> Falling:
    return Falling(raise_at=raise_at, clear_at=clear_at, after_minutes=after, well_minutes=well, mark=mark)


class AlarmSettings(Group):
    """When something about a kiosk is an alarm; a group each."""

    privacy: State = Field(_state(0, 0, "now"), description="a privacy scan found something")
    paper_out: State = Field(_state(0, 2, "now"), description="no paper")
    printer: State = Field(_state(5, 5, "now"), description="printer open, off, gone or in trouble")
    silent: Rising = Field(
        _rising(24 * 60, 15, 0, 0, "now"), description="minutes without a report, of a kiosk with a line"
    )
    restarts: Rising = Field(_rising(3, 0, 0, 30, "now"), description="starts of the screen within ten minutes")
    content_stale: Rising = Field(
        _rising(10, 3, 0, 0, "now"),
        description="days since the hub confirmed the content, or since something newer could be had",
    )
    paper_low: Falling = Field(
        _falling(20, 40, 0, 5, "soon"), description="slips left; the printer's own sensor counts as 20"
    )
    paper_soon: Falling = Field(
        _falling(8, 14, 0, 15, "soon"), description="hours until the paper is out at today's pace"
    )
    reader_gone: State = Field(_state(5, 5, "soon"), description="card reader gone, or stuck")
    reader_errors: Rising = Field(
        _rising(30, 15, 0, 60, "soon"), description="per cent of two days' visits with a card not read, at least five"
    )
    untouched: Rising = Field(_rising(24, 1, 0, 0, "soon"), description="hours without a visit")
    disk: Falling = Field(_falling(500, 800, 0, 30, "soon"), description="MB of storage left")
    clock: Rising = Field(_rising(60, 20, 30, 10, "soon"), description="seconds that the clock is wrong")
    stick_late: Rising = Field(
        _rising(14, 13, 0, 0, "soon"), description="days since the last report, of a kiosk that reports by stick"
    )
    offline: Rising = Field(_rising(15, 5, 0, 0, "lost"), description="as `silent`")
    digest: State = Field(_state(0, 2, "look"), description="another digest than was released")
    unproved: State = Field(_state(30, 2, "look"), description="content not read back whole")
    content_old: Rising = Field(_rising(3, 1, 0, 0, "look"), description="as `content_stale`")
    dead: Rising = Field(_rising(1, 0, 0, 5, "look"), description="messages that the hub will not have")

    @model_validator(mode="before")
    @classmethod
    def _over_defaults(cls, given: Any) -> Any:
        """A group that a city sets in part keeps the rest."""
        if not isinstance(given, Mapping):
            return given
        defaults = {name: field.default for name, field in cls.model_fields.items()}
        return {
            name: defaults[name].model_dump() | value if name in defaults and isinstance(value, dict) else value
            for name, value in given.items()
        }

    def of(self, kind: str) -> State:
        """The settings of one alarm."""
        found: State = getattr(self, kind)
        return found
