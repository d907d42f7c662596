"""`kiosk card`: what a card says, for staff and programs. Everything behind it is imported when a command runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kiosk.options import JsonOption, group

if TYPE_CHECKING:
    from cardreader.facts import Details
    from cardreader.families import Register

card_app = group("Cards: what one says that lies on the reader, or that was recorded.")

FamiliesOption = Annotated[
    Path | None,
    typer.Option(
        "--families", metavar="DIR", file_okay=False, exists=True, help="Folder with tables of more cities' cards, too."
    ),
]
TripsOption = Annotated[bool, typer.Option("--trips", help="Also where the card was used, if it keeps that.")]
UnmaskOption = Annotated[bool, typer.Option("--unmask", help="The whole number instead of its last four characters.")]


@card_app.command("read")
def card_read(
    reader: Annotated[
        str | None, typer.Option("--reader", metavar="REGEX", help="Name of the reader.  [default: any]")
    ] = None,
    record: Annotated[
        Path | None,
        typer.Option(
            "--record",
            metavar="FILE.json",
            dir_okay=False,
            help="Keep the exchanges, also those of a card that is not understood; "
            "without what belongs to its holder unless --unmask.",
        ),
    ] = None,
    families: FamiliesOption = None,
    trips: TripsOption = False,
    json: JsonOption = False,
    unmask: UnmaskOption = False,
) -> None:
    """Reads the card that lies on a reader. The kiosk must not be using that reader."""
    import json as codec

    from cardreader.details import details_of
    from cardreader.pcsc import open_card
    from cardreader.transcript import Recorder

    _check_pattern(reader)
    known = _register(families)
    with open_card(reader) as connection:
        recorder = Recorder(connection, unmask=unmask, families=known)
        try:
            details = details_of(recorder, families=known, with_trips=trips)
        finally:
            if record is not None:
                document = recorder.transcript().document()
                record.write_text(codec.dumps(document, indent=1) + "\n", "utf-8")
    _show(details, as_json=json, unmask=unmask)


@card_app.command("decode")
def card_decode(
    transcript: Annotated[
        Path, typer.Argument(metavar="TRANSCRIPT.json", exists=True, dir_okay=False, help="Recorded exchanges.")
    ],
    families: FamiliesOption = None,
    trips: TripsOption = False,
    json: JsonOption = False,
    unmask: UnmaskOption = False,
) -> None:
    """Reads a recorded card: {"exchanges": [{"c": command, "r": response}]} in hexadecimal."""
    from cardreader.details import details_in
    from cardreader.transcript import Transcript

    known = _register(families)
    _show(details_in(Transcript.load(transcript), families=known, with_trips=trips), as_json=json, unmask=unmask)


@card_app.command("families")
def card_families(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="DIR", file_okay=False, exists=True, help="Folder with tables of more cities' cards."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """The families in the order in which a card is asked for them. Status 2 when a table of DIR is wrong: all mistakes
    are told.
    """
    from kiosk.terminal import say, say_json

    known = [
        {"name": each.name, "family": each.family.value, "tells": each.tells and each.tells.value}
        for each in _register(folder).families
    ]
    if json:
        say_json(known)
        return
    for row in known:
        say("  ".join(str(value) for value in row.values() if value is not None))


def _register(folder: Path | None) -> Register:
    from cardreader.families import TablesFault, register

    try:
        return register(None if folder is None else str(folder))
    except TablesFault as fault:
        raise typer.BadParameter("\n".join(fault.mistakes)) from None


def _check_pattern(pattern: str | None) -> None:
    import re

    try:
        re.compile(pattern or "")
    except re.error as error:
        raise typer.BadParameter(f"--reader {pattern}: {error}") from None


def _show(details: Details, *, as_json: bool, unmask: bool) -> None:
    from cardreader.details import as_document
    from kiosk.terminal import say, say_json

    document = as_document(details, unmask=unmask)
    if as_json:
        say_json(document)
        return
    for name, value in document.items():
        for line in _lines(value):
            say(f"{name:<12} {line}")


def _lines(value: Any) -> list[str]:
    """A value for reading; nothing for what the card does not say."""
    if value is None:
        return []
    if isinstance(value, list):
        return [line for each in value for line in _lines(each)]
    if isinstance(value, dict):
        return ["  ".join(str(part) for part in value.values() if part is not None)]
    return [str(value)]
