"""`hub rollout`: a release reaches the street in steps."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from hub.office import Office
    from hub.rollout import Rollout

# No markup: rich would be loaded for help alone.
rollout_app = typer.Typer(
    help="How far the newest release is on its way to the street. Steps need the passphrase of the release key.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Settings in TOML.  [default: hub.toml in BIANMINTING_HOME]"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Machine-readable output on standard output.")]


@rollout_app.command("show")
def show(json: JsonOption = False, config: ConfigOption = None) -> None:
    """Who takes the newest release, and how many kiosks have proved it. Status 1 when it is everybody's."""
    from hub.office import Office
    from hub.terminal import note

    with Office.of(config, os.environ) as office:
        found = office.rollouts.open()
        if found is None:
            note("the newest release is everybody's")
            raise typer.Exit(1)
        _tell(office, found, json)


@rollout_app.command("widen")
def widen(
    percent: Annotated[int, typer.Argument(metavar="PERCENT", min=1, max=100, help="Of the street; 100: everybody.")],
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Lets more of the street have it."""
    _step(lambda office, passphrase: office.rollouts.widen(None, percent, passphrase), json, config)


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

    from hub.office import Office
    from hub.terminal import note

    with Office.of(config, os.environ) as office:
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
    from hub.office import Office
    from hub.terminal import note, say, say_json

    with Office.of(config, os.environ) as office:
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
                }
            )
            return
        say(f"revision {hold.revision}, held up at {hold.at:%Y-%m-%d %H:%M} UTC: of {harm.having} kiosks that have it")
        say(f"  {harm.differing} have other content, {harm.restarting} restart, {harm.silent} are silent")


def _step(take: Callable[[Office, str], Rollout], json: bool, config: Path | None) -> None:
    from hub.office import Office
    from hub.terminal import secret

    with Office.of(config, os.environ) as office:
        _tell(office, take(office, secret("passphrase of the release key")), json)


def _tell(office: Office, rollout: Rollout, json: bool) -> None:
    from hub.terminal import say, say_json

    stages = office.rollouts.stages(rollout)
    if json:
        say_json(
            {
                "revision": rollout.revision,
                "stable": rollout.stable,
                "course": rollout.course.value,
                "percent": rollout.percent,
                "districts": list(rollout.districts),
                "not_before": rollout.not_before.isoformat() if rollout.not_before else None,
                "stages": [
                    {
                        "percent": stage.percent,
                        "state": stage.state,
                        "kiosks": len(stage.dots),
                        "proved": stage.count("proved"),
                        "differing": stage.count("differs"),
                    }
                    for stage in stages
                ],
            }
        )
        return
    say(f"revision {rollout.revision} {rollout.course.value}, {rollout.percent} % (others stay with {rollout.stable})")
    for stage in stages:
        say(f"  to {stage.percent} %: {stage.state}, {stage.count('proved')} of {len(stage.dots)} kiosks proved it")
