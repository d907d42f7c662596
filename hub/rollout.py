"""How far a release is on its way to the street, as values: the stages that the city has set, where the release is,
what was done.

A release goes to rings first, kiosks that the city has given a name together (`hub.toml`, `[rollout] rings`), one ring
after another; then to shares of the street. Where it may begin is the publisher's choice; from there it goes stage by
stage.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from hub.refusal import Reason, Refused

if TYPE_CHECKING:
    from contentsync.channels import Ring


class Course(StrEnum):
    """Where a release is on its way to the street."""

    RUNNING = "running"
    HELD = "held"
    """The hub offers no further step, of itself; what was signed still holds."""
    PAUSED = "paused"
    DONE = "done"
    OVERTAKEN = "overtaken"
    """A newer release went out before this one was everybody's."""


@dataclass(frozen=True, slots=True)
class Goal:
    """Who has a release: the rings up to `ring`; or, without one, all rings and so many per cent of the street."""

    percent: int = 0
    ring: str = ""

    @property
    def name(self) -> str:
        """As it is typed, and stands in forms."""
        return self.ring or str(self.percent)

    @property
    def everybody(self) -> bool:
        return self.percent == 100


EVERYBODY = Goal(100)


@dataclass(frozen=True, slots=True)
class Route:
    """The stages of a release: rings in their order, then shares of the street in per cent, the last of them 100."""

    rings: tuple[str, ...] = ("early",)
    shares: tuple[int, ...] = (1, 10, 100)

    @property
    def goals(self) -> tuple[Goal, ...]:
        """Every stage, in order."""
        return (*(Goal(ring=ring) for ring in self.rings), *(Goal(share) for share in self.shares))

    def goal(self, name: str) -> Goal:
        """A stage by its name: a ring of this route, or any whole per cent. Raises `Refused` (no_such_stage)."""
        if name in self.rings:
            return Goal(ring=name)
        if name.isascii() and name.isdigit() and len(name) <= 3 and 1 <= int(name) <= 100:
            return Goal(int(name))
        raise Refused(Reason.NO_SUCH_STAGE)

    def place(self, goal: Goal) -> tuple[int, int]:
        """By which goals are compared: who has a goal has every lower one."""
        return goal.percent, self.rings.index(goal.ring) if goal.ring else 0

    def after(self, goal: Goal) -> Goal:
        """The stage that follows on `goal`."""
        return next((one for one in self.goals if self.place(one) > self.place(goal)), EVERYBODY)


@dataclass(frozen=True, slots=True)
class First:
    """The first step of a release: per cent of the street, of these districts (GB/T 2260; none: of all), not before a
    moment. With a `ring` only the rings up to it have it for now; districts and moment are those of the street later.
    """

    percent: int = 100
    districts: tuple[str, ...] = ()
    not_before: dt.datetime | None = None
    ring: str = ""

    @property
    def everybody(self) -> bool:
        return self.percent == 100 and not self.ring and not self.districts and self.not_before is None

    @property
    def goal(self) -> Goal:
        return Goal(ring=self.ring) if self.ring else Goal(self.percent)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a rollout: start, widen, approve, hold, pause, resume, overtaken, reconcile; `who` is the name of a
    person, or empty; `reason`: why somebody did not wait.
    """

    at: dt.datetime
    action: str
    goal: Goal
    who: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Rollout:
    """How far a revision is. `stable`: the revision that everybody else stays with; `reached_at`: since when it is as
    far as it is, or goes on again.
    """

    revision: int
    stable: int
    course: Course
    goal: Goal
    districts: tuple[str, ...]
    not_before: dt.datetime | None
    begun_at: dt.datetime
    reached_at: dt.datetime
    route: Route = field(default_factory=Route)

    @property
    def open(self) -> bool:
        """Whether there is a step left to take."""
        return self.course in (Course.RUNNING, Course.HELD, Course.PAUSED)

    @property
    def next(self) -> Goal:
        """Where the next step leads to, at the most."""
        return self.route.after(self.goal)

    def widens_at(self, wait: dt.timedelta) -> dt.datetime:
        """From when on it may be widened. What waits for a day of its own has not reached anybody before that."""
        begins = self.not_before if not self.goal.ring else None
        return max(self.reached_at, begins or self.reached_at) + wait


@dataclass(frozen=True, slots=True)
class Kiosk:
    """What the hub knows of a kiosk that reports: `revision` is None until it has proved one."""

    device: str
    number: str
    ring: str
    district: str | None
    revision: int | None
    proved: bool


class Proofs(Protocol):
    """Where it is known what kiosks have proved."""

    def kiosks(self) -> Sequence[Kiosk]:
        """Every kiosk of the fleet, by number."""
        ...


def rings_of(
    route: Route, goal: Goal, districts: tuple[str, ...] = (), not_before: dt.datetime | None = None
) -> Mapping[str, Ring]:
    """What is signed for `goal`. Rings whose turn it is not are named with nothing: one that is not named would be the
    street's.
    """
    from contentsync.channels import STREET, Ring

    # The revision is filled in by whoever signs.
    place = route.place(goal)
    rings = {ring: Ring(1, 100 if route.place(Goal(ring=ring)) <= place else 0) for ring in route.rings}
    return {**rings, STREET: Ring(1, goal.percent, districts, not_before)}


def signed_goal(route: Route, rings: Mapping[str, Ring]) -> Goal:
    """The goal that `rings` say, as `rings_of` has written them."""
    from contentsync.channels import STREET

    street = rings[STREET].percent
    reached = [ring for ring in route.rings if ring in rings and rings[ring].percent]
    return Goal(ring=reached[-1]) if not street and reached else Goal(street)
