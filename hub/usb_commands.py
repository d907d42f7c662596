"""`hub export-usb` and `hub import-usb`: sticks, for kiosks without a line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hub.options import ConfigOption, JsonOption, open_office

Folder = Annotated[Path, typer.Argument(metavar="DIR", exists=True, file_okay=False, help="Folder on the stick.")]


def export_command(
    folder: Folder,
    kiosks: Annotated[
        list[str] | None,
        typer.Option("--kiosks", metavar="NUMBER", help="Answer these only; again for more.  [default: all by stick]"),
    ] = None,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Puts the release onto a stick for kiosks without a line, fresh for 90 days, and what the hub has of those that
    send their reports on sticks. A stick that was used before is brought up to date.
    """
    from hub.terminal import say, say_json

    with open_office(config) as office:
        made = office.sticks.export(folder, kiosks)
    if json:
        told = {"revision": made.revision, "digest": made.digest, "folder": str(folder)}
        say_json(told | {"answered": list(made.answered)})
        return
    say(f"revision {made.revision} in {folder}")
    if made.answered:
        say(f"answered: {' '.join(made.answered)}")


def import_command(folder: Folder, json: JsonOption = False, config: ConfigOption = None) -> None:
    """Takes in what kiosks have put on a stick, and puts the answers on it. Again does no harm. Status 3 when something
    was refused; it is named and stays on the stick.
    """
    from hub.terminal import note, say, say_json

    with open_office(config) as office:
        home = office.sticks.bring_home(folder)
    if json:
        files = [
            {
                "file": one.file,
                "kiosk": one.kiosk or None,
                "fate": one.fate.value,
                "stored": one.stored,
                "known": one.known,
                "conflicts": one.conflicts,
            }
            for one in home.files
        ]
        say_json({"files": files, "answered": list(home.answered), "unanswered": list(home.unanswered)})
    else:
        stored, known = (sum(getattr(one, name) for one in home.files) for name in ("stored", "known"))
        kiosks = len({one.kiosk for one in home.files if one.kiosk})
        say(f"{len(home.files)} envelopes of {kiosks} kiosks: {stored} messages new, {known} here already")
        for one in home.refused:
            note(f"{one.file}: {one.fate.value}" + (f", kiosk {one.kiosk}" if one.kiosk else ""))
        for number in home.unanswered:
            note(f"kiosk {number} is not answered: the stick cannot be written")
    raise typer.Exit(3 if home.refused else 0)
