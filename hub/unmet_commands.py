"""`hub unmet`: what kiosks report was asked in vain."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

# No markup: rich would be loaded for help alone.
unmet_app = typer.Typer(
    help="What people asked kiosks in vain.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@unmet_app.command("import")
def unmet_import(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", exists=True, dir_okay=False, help="As `kiosk unmet export` makes."),
    ],
    json: Annotated[bool, typer.Option("--json", help="Machine-readable output on standard output.")] = False,
    config: Annotated[
        Path | None,
        typer.Option("--config", metavar="FILE", help="Settings in TOML.  [default: hub.toml in BIANMINTING_HOME]"),
    ] = None,
) -> None:
    """Takes in what kiosks were asked in vain; again does no harm. One faulty file, and nothing is taken; status 1
    then.
    """
    from domain.unmet import LARGEST_FILE, LEAST_VISITS, read_unmet
    from hub.office import Office
    from hub.terminal import say, say_json

    with Office.of(config, os.environ) as office:
        least = 1 if office.settings.demo else LEAST_VISITS
        read = []
        for path in files:
            with path.open("rb") as stream:
                read.append(read_unmet(stream.read(LARGEST_FILE + 1), name=path.name, least=least))
        taken = office.candidates.take(read)
    if json:
        say_json({"files": len(read), "new": taken.new, "grown": taken.grown, "same": taken.same})
    else:
        say(f"{len(read)} files: {taken.new} new, {taken.grown} grown, {taken.same} here already")
