"""The stages of a rollout as the page shows them: each with the kiosks that it brings in beyond the one before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from hub.rollout import EVERYBODY, Course, Goal, Kiosk, Rollout, Step


@dataclass(frozen=True, slots=True)
class Dot:
    """A kiosk in a stage: `state` is proved (it has the revision, with its digest), differs, or waiting."""

    number: str
    state: str


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of the way: done, now or todo, since when, and the kiosks that it brings in."""

    goal: Goal
    state: str
    at: dt.datetime | None
    dots: tuple[Dot, ...]

    def count(self, state: str) -> int:
        """Kiosks in that state."""
        return sum(dot.state == state for dot in self.dots)


def stages(rollout: Rollout, steps: Sequence[Step], kiosks: Sequence[Kiosk]) -> tuple[Stage, ...]:
    """The stages from the one on with which it began; that one has the kiosks of those before, too. A share between two
    stages belongs to the one that it has not filled yet.
    """
    route = rollout.route
    began = next((step.goal for step in steps if step.action == "start"), rollout.goal)
    goals = [goal for goal in route.goals if route.place(goal) >= route.place(began)] or [EVERYBODY]
    reached = {step.goal: step.at for step in reversed(steps) if step.action in ("start", "widen", "reconcile")}
    at = route.place(rollout.goal)
    now = next(goal for goal in goals if route.place(goal) >= at)
    dots: dict[Goal, list[Dot]] = {goal: [] for goal in goals}
    for one in kiosks:
        place = _place(one, rollout)
        dots[next(goal for goal in goals if route.place(goal) >= place)].append(Dot(one.number, _state(one, rollout)))
    done = rollout.course is Course.DONE
    return tuple(
        Stage(
            goal,
            "done" if done or route.place(goal) < route.place(now) else "now" if goal == now else "todo",
            reached.get(goal),
            tuple(dots[goal]),
        )
        for goal in goals
    )


def _place(kiosk: Kiosk, rollout: Rollout) -> tuple[int, int]:
    """The first goal, as the route compares them, that takes the kiosk in."""
    from contentsync.channels import lot

    if kiosk.ring in rollout.route.rings:
        return rollout.route.place(Goal(ring=kiosk.ring))
    if rollout.districts and kiosk.district not in rollout.districts:
        return rollout.route.place(EVERYBODY)
    return lot(kiosk.device, rollout.revision) + 1, 0


def _state(kiosk: Kiosk, rollout: Rollout) -> str:
    if kiosk.revision is None or kiosk.revision < rollout.revision:
        return "waiting"
    return "proved" if kiosk.proved else "differs"
