"""`kiosk usb`: sticks, for a kiosk without a line. What staff touch in front of it does the same."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kiosk.options import ConfigOption, JsonOption, premises_of

if TYPE_CHECKING:
    from domain.events import FoundStick
    from kiosk.home import Home
    from kiosk.stick import Exchanged


def usb_command(
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="The stick; without it: lists those that are plugged in.")
    ] = None,
    post: Annotated[
        bool, typer.Option("--post", help="Hand out the messages on standard input, take no content.")
    ] = False,
    content: Annotated[bool, typer.Option("--content", help="Take the content alone.")] = False,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Takes the content of a stick and puts on it what there is to report. Status 3: refused, old content kept. A
    running kiosk shows the new content when nobody is there; its reports it hands out itself, in staff mode.
    """
    from kiosk.terminal import note, say, say_json

    settings, home = premises_of(config)
    if folder is None:
        from kiosk.stick import found

        sticks = found(settings.staff.stick_roots)
        if json:
            say_json([_told(one) for one in sticks])
        elif not sticks:
            note(f"no stick below {' or '.join(map(str, settings.staff.stick_roots)) or 'any folder: staff.usb_roots'}")
        for one in () if json else sticks:
            say(f"{one.path}: " + (f"revision {one.revision}" if one.revision else f"no release, {one.code}"))
        return
    if post:
        from kiosk.stick import exchange, lines_of

        say_json(exchange(home, folder, list(lines_of(iter(sys.stdin)))).as_json())
        return

    from kiosk.logs import mask
    from kiosk.stick import take
    from kiosk.sync_commands import status, tell

    home.prepare()
    answer = take(settings, home, folder)
    tell(answer, as_json=json)
    done = None if content else _exchanged(home, folder)
    if done is not None and json:
        say_json(done.as_json())
    elif done is not None:
        say(f"{done.handed or 0} messages on the stick; the hub has {len(done.fates)}")
    if done is not None and done.code is not None:
        note(mask(f"{done.code.value} of what goes home"))
    raise typer.Exit(status(answer))


def _exchanged(home: Home, folder: Path) -> Exchanged | None:
    """Hands out what waits, when no kiosk runs that could; None when one does, or nothing is to be handed out."""
    from domain.errors import CodedError, SyncError
    from kiosk.lock import KioskLock
    from kiosk.stick import exchange
    from kiosk.terminal import note
    from localdb.device.store import DeviceStore
    from uplink.delivery import Outgoing
    from uplink.identity import IdentityFolder

    if not IdentityFolder(home.uplink).enrolled:
        return None
    try:
        with KioskLock(home), DeviceStore(home.device_db) as store:
            import json

            waiting = store.waiting_messages()
            done = exchange(home, folder, [Outgoing(one.id, one.kind, json.loads(one.body)) for one in waiting])
            store.settle_messages(done.fates)
            return done
    except SyncError as error:
        note(f"{error.code.value} {error.detail}")
    except CodedError as error:
        note(f"{error.code.value} {error.detail}; staff mode hands out what this kiosk has to report")
    return None


def _told(stick: FoundStick) -> dict[str, Any]:
    return {
        "path": stick.path,
        "name": stick.name,
        "writable": stick.writable,
        "revision": stick.revision,
        "made_at": stick.made_at.isoformat() if stick.made_at else None,
        "bytes": stick.bytes,
        "code": stick.code.value if stick.code else None,
    }
