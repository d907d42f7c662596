"""`kiosk unmet`: what enough people asked in vain, and taking it to the hub on a stick."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kiosk.options import ConfigOption, JsonOption, group, premises_of

if TYPE_CHECKING:
    from domain.unmet import Unmet

unmet_app = group("What enough people asked in vain: a list, a file for the hub.", answers_alone=True)


@unmet_app.callback()
def unmet_list(ctx: typer.Context, json: JsonOption = False) -> None:
    """Lists the words that enough separate visits of a day asked in vain. The kiosk may be running."""
    if ctx.invoked_subcommand is not None:
        return
    from kiosk.home import Home
    from kiosk.terminal import say, say_json

    found = _kept(Home.of(os.environ).device_db)
    if json:
        say_json([{"text": one.text, "day": one.day.isoformat(), "visits": one.visits} for one in found])
        return
    for one in found:
        say(f"{one.day.isoformat()}  {one.visits:>5}  {one.text}")


@unmet_app.command("export")
def unmet_export(
    file: Annotated[Path, typer.Argument(metavar="FILE.json", dir_okay=False, help="The file to write.")],
    config: ConfigOption = None,
) -> None:
    """Writes everything that is kept into a file for `hub unmet import`. Bringing it twice does no harm."""
    import datetime as dt

    from domain.errors import SettingsError
    from domain.unmet import UnmetFile
    from kiosk.clock import zone_of
    from kiosk.terminal import say

    settings, home = premises_of(config)
    if not settings.demo and "number" not in settings.place.model_fields_set:
        raise SettingsError(("place.number: must be set, the hub counts kiosks",))
    if not file.parent.is_dir():  # told here: below it would be the name of the part
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(file))
    found = _kept(home.device_db)
    made_at = dt.datetime.now(zone_of(settings.clock.zone))
    beside = file.with_name(f".{file.name}.part")
    try:
        beside.write_bytes(UnmetFile(settings.place.number, made_at, found).document())
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)
    say(f"{file}: {len(found)} of kiosk {settings.place.number}")


def _kept(path: Path) -> tuple[Unmet, ...]:
    """What is kept in `device.db`, read beside a running kiosk. Raises `DeviceStoreError` (D-05)."""
    from localdb.device.reading import kept_unmet

    return kept_unmet(path)
