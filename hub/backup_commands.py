"""`hub backup` and `hub restore`: a copy of the hub in a folder, and a hub again out of it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from hub.options import ConfigOption, JsonOption, open_office


def backup_command(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", file_okay=False, help="New or empty; with --keep, where the copies are.")
    ],
    keys: Annotated[
        Path | None,
        typer.Option(
            "--keys", metavar="DIR", file_okay=False, help="Where the keys go: another medium, another drawer."
        ),
    ] = None,
    keep: Annotated[
        int | None,
        typer.Option("--keep", metavar="N", min=1, help="A folder of its own in DIR; the N newest there are kept."),
    ] = None,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Copies the hub while it runs: every table, public/, mappings, hub.toml. Keys only with --keys, and never into the
    same folder. Status 1 when the copy was not finished.
    """
    if keep is not None and keys is not None:
        raise typer.BadParameter("keys are copied by hand, when they change", param_hint="--keys")
    from hub.backup import BackupUnfit, back_up
    from hub.copies import keep_copy
    from hub.terminal import note, say, say_json

    with open_office(config) as office:
        try:
            removed = 0
            if keep is not None:
                kept = keep_copy(office.store, office.home, folder, keep, config=config)
                made, folder, removed = kept.made, kept.folder, kept.removed
            else:
                made = back_up(office.store, office.home, folder, keys, config=config)
        except BackupUnfit as unfit:
            raise _told(unfit) from None
        lacking = keys is None and office.home.keys.is_dir()
    if json:
        say_json(
            {
                "folder": str(folder),
                "revision": made.revision,
                "rows": sum(made.rows.values()),
                "keys": not lacking,
                "removed": removed,
            }
        )
    else:
        say(f"{folder}: revision {made.revision}, {sum(made.rows.values())} rows, {len(made.files)} files")
        if removed:
            say(f"{removed} older ones are gone")
    if lacking:
        note("the keys are not in it: without them nothing can be signed again; --keys DIR copies them elsewhere")


def restore_command(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", exists=True, file_okay=False, help="As `hub backup` made it.")
    ],
    keys: Annotated[
        Path | None,
        typer.Option(
            "--keys", metavar="DIR", exists=True, file_okay=False, help="The keys, as `hub backup --keys` made them."
        ),
    ] = None,
    over_newer: Annotated[
        bool, typer.Option("--over-newer", help="Although public/ has a newer revision than the copy; it stays.")
    ] = False,
    street: Annotated[
        int | None,
        typer.Option(
            "--street", metavar="REVISION", min=1, help="Highest revision of any kiosk, when public/ is lost, too."
        ),
    ] = None,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Makes the hub of a copy again, in an empty home and database; proves the audit log and the live content. What is
    left of public/ and of the keys stays. Status 1: nothing was restored.
    """
    from hub.backup import BackupUnfit
    from hub.home import HubHome
    from hub.restoring import restore
    from hub.settings import load
    from hub.store import sqlite_url
    from hub.terminal import note, say, say_json, secret

    home = HubHome.of(os.environ)
    database = load(config, os.environ).database
    url = database.get_secret_value() if database else sqlite_url(home.database)
    try:
        passphrase = secret("passphrase of the release key") if street is not None else ""
        done = restore(url, home, folder, keys, over_newer=over_newer, street=street, passphrase=passphrase)
    except BackupUnfit as unfit:
        raise _told(unfit) from None
    made = done.manifest
    if json:
        told = {"revision": made.revision, "rows": sum(made.rows.values()), "public": done.out, "keys": done.keys}
        say_json(told | {"config": str(done.config) if done.config else None})
    else:
        say(f"revision {made.revision} of {made.made_at:%Y-%m-%d %H:%M} UTC, {sum(made.rows.values())} rows")
    if done.config is not None:
        note(f"the settings of then are in {done.config}: compare them with hub.toml, then remove them")
    if not done.keys:
        note("there are no keys here: nothing can be signed until they are brought back (--keys DIR)")
    if done.ahead:
        note(f"public/ has revision {done.out}: see what is missing, then `hub publish --over-newer`")


def _told(unfit: Exception) -> typer.Exit:
    from hub.terminal import note

    for problem in getattr(unfit, "problems", ()):
        note(problem)
    return typer.Exit(1)
