"""`hub rollout`: a release reaches the street in steps."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub.options import ConfigOption, JsonOption, group, open_office

if TYPE_CHECKING:
    from hub.comparison import Measure
    from hub.office import Office
    from hub.rollout import Goal, Rollout

rollout_app = group(
    "How far the newest release is on its way to the street. Steps need the passphrase of the release key."
)


@rollout_app.command("show")
def show(json: JsonOption = False, config: ConfigOption = None) -> None:
    """Who takes the newest release, and how many kiosks have proved it. Status 1 when it is everybody's."""
    from hub.terminal import note

    with open_office(config) as office:
        found = office.rollouts.open()
        if found is None:
            note("the newest release is everybody's")
            raise typer.Exit(1)
        _tell(office, found, json)


@rollout_app.command("widen")
def widen(
    stage: Annotated[
        str, typer.Argument(metavar="STAGE", help="A ring by its name, or per cent of the street; 100: everybody.")
    ],
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help="Why the stage is not waited for; goes to the audit log.")
    ] = "",
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Takes it on to the next stage, or to a share before it."""

    def take(office: Office, passphrase: str) -> Rollout:
        found = office.rollouts.open()
        route = found.route if found is not None else office.rollouts.route
        return office.rollouts.widen(None, route.goal(stage), passphrase, reason=reason)

    _step(take, json, config)


@rollout_app.command("pause")
def pause(json: JsonOption = False, config: ConfigOption = None) -> None:
    """Nobody more takes it; who has it keeps it."""
    _step(lambda office, passphrase: office.rollouts.pause(None, passphrase), json, config)


@rollout_app.command("resume")
def resume(json: JsonOption = False, config: ConfigOption = None) -> None:
    """Goes on where it was held up."""
    _step(lambda office, passphrase: office.rollouts.resume(None, passphrase), json, config)


@rollout_app.command("watch")
def watch(
    once: Annotated[
        bool, typer.Option("--once", help="Look a single time; status 1 when it had to be held up.")
    ] = False,
    every: Annotated[int, typer.Option("--every", metavar="SECONDS", min=1, max=3600, help="Between two looks.")] = 60,
    config: ConfigOption = None,
) -> None:
    """Holds a release up when too many of the kiosks that have it are not well; `hub serve` does so by itself."""
    import time

    from hub.terminal import note

    with open_office(config) as office:
        while True:
            hold = office.rollouts.judge()
            if hold is not None:
                note(f"revision {hold.revision} is held up; to stop those whose turn it is by now: hub rollout pause")
            if once:
                raise typer.Exit(int(hold is not None))
            time.sleep(every)


@rollout_app.command("why")
def why(json: JsonOption = False, config: ConfigOption = None) -> None:
    """Why the newest release is held up. Status 1 when it is not."""
    from hub.terminal import note, say, say_json

    with open_office(config) as office:
        found = office.rollouts.open()
        hold = office.rollouts.hold(found.revision) if found is not None else None
        if hold is None or not hold.held:
            note("nothing is held up")
            raise typer.Exit(1)
        harm = hold.harm
        if json:
            say_json(
                {
                    "revision": hold.revision,
                    "at": hold.at.isoformat(),
                    "having": harm.having,
                    "differing": harm.differing,
                    "restarting": harm.restarting,
                    "silent": harm.silent,
                    "worse": [_measured(one) for one in hold.worse],
                }
            )
            return
        say(f"revision {hold.revision}, held up at {hold.at:%Y-%m-%d %H:%M} UTC: of {harm.having} kiosks that have it")
        say(f"  {harm.differing} have other content, {harm.restarting} restart, {harm.silent} are silent")
        for one in hold.worse:
            say(f"  worse: {_measure_line(one)}")


def _step(take: Callable[[Office, str], Rollout], json: bool, config: Path | None) -> None:
    from hub.terminal import secret

    with open_office(config) as office:
        _tell(office, take(office, secret("passphrase of the release key")), json)


def _tell(office: Office, rollout: Rollout, json: bool) -> None:
    from hub.terminal import say, say_json

    stages, compared, left = office.rollouts.stages(rollout), office.rollouts.comparison(rollout), 0
    if rollout.course.value == "running":
        left = office.rollouts.left(rollout)
    if json:
        say_json(
            {
                "revision": rollout.revision,
                "stable": rollout.stable,
                "course": rollout.course.value,
                "percent": rollout.goal.percent,
                "ring": rollout.goal.ring or None,
                "next": rollout.next.name if rollout.open else None,
                "minutes_left": left,
                "districts": list(rollout.districts),
                "not_before": rollout.not_before.isoformat() if rollout.not_before else None,
                "stages": [
                    {
                        "percent": stage.goal.percent,
                        "ring": stage.goal.ring or None,
                        "state": stage.state,
                        "kiosks": len(stage.dots),
                        "proved": stage.count("proved"),
                        "differing": stage.count("differs"),
                    }
                    for stage in stages
                ],
                "compared": {
                    "since": compared.since.isoformat(),
                    "having": compared.new,
                    "others": compared.old,
                    "measures": [_measured(one) for one in compared.measures],
                },
            }
        )
        return
    how = f"{rollout.course.value}, {_goal(rollout.goal)} (others stay with {rollout.stable})"
    say(f"revision {rollout.revision} {how}")
    for stage in stages:
        said = f"{stage.state}, {stage.count('proved')} of {len(stage.dots)} kiosks proved it"
        say(f"  to {_goal(stage.goal)}: {said}")
    if rollout.open:
        for one in compared.measures:
            say(f"  {_measure_line(one)}: {one.verdict.value}")
        if left:
            say(f"  to {_goal(rollout.next)} in {left} minutes, or with --reason")


def _goal(goal: Goal) -> str:
    return f"ring {goal.ring}" if goal.ring else f"{goal.percent} %"


def _measured(one: Measure) -> dict[str, object]:
    from dataclasses import asdict

    return {"name": one.name, "having": asdict(one.new), "others": asdict(one.old), "verdict": one.verdict.value}


def _measure_line(one: Measure) -> str:
    new, old = one.new, one.old
    return f"{one.name} wrong on {new.bad} of {new.kiosks} kiosks that have it, on {old.bad} of {old.kiosks} others"
