"""`hub unmet`: what kiosks report was asked in vain."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hub.options import ConfigOption, JsonOption, group, open_office

unmet_app = group("What people asked kiosks in vain.")


@unmet_app.command("import")
def unmet_import(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", exists=True, dir_okay=False, help="As `kiosk unmet export` makes."),
    ],
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Takes in what kiosks were asked in vain; again does no harm. One faulty file, and nothing is taken; status 1
    then.
    """
    from domain.unmet import LARGEST_FILE, LEAST_VISITS, read_unmet
    from hub.terminal import say, say_json

    with open_office(config) as office:
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
