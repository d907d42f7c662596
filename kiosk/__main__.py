"""The command line of the kiosk: `kiosk --help`.

Exit status 0: done; 1: it did not work, or what was looked at is not in order; 2: it could not begin, because an
option, a setting or the machine has to be changed first. Faults are one coded line each on standard error.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from domain.card import CardType, Sex
from domain.slip import Variant
from kiosk import starting
from kiosk.card_commands import card_app
from kiosk.options import ConfigOption, JsonOption, Premises, alone, group, premises_of
from kiosk.printer_commands import printer_app
from kiosk.unmet_commands import unmet_app
from kiosk.usb_commands import usb_command

if TYPE_CHECKING:
    from localdb.catalogue.handle import CatalogueShelf

# Everything else is imported where it is needed: `kiosk --help` answers before SQLAlchemy, Pillow or Kivy are loaded.


class Coded(TyperGroup):
    """Turns what a command raises into one coded line on standard error and an exit status."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort, TyperException):
            raise
        except BrokenPipeError:
            from kiosk.terminal import close_quietly

            close_quietly()
            raise typer.Exit(1) from None
        except (Exception, KeyboardInterrupt) as error:
            from kiosk.terminal import fault

            raise typer.Exit(fault(error, verbose=bool(ctx.params.get("verbose")))) from None


app = group("便民亭: finds any public service of the city in people's own words and prints the guide.", Coded)
catalogue_app = group("Catalogues: build one from records, lint records.")
app.add_typer(catalogue_app, name="catalogue")
app.add_typer(printer_app, name="printer")
app.add_typer(card_app, name="card")
app.add_typer(unmet_app, name="unmet")

CatalogueOption = Annotated[
    Path | None,
    typer.Option(
        "--catalogue", metavar="FILE.db", exists=True, dir_okay=False, help="Instead of the kiosk's own catalogue."
    ),
]
Records = Annotated[
    list[Path], typer.Argument(metavar="RECORDS", exists=True, help="Record files, or folders of *.jsonl.")
]
Lang = Literal["zh-Hans", "zh-Hant", "en", "ja", "ko"]


@contextlib.contextmanager
def _shelf(premises: Premises, path: Path | None, on: dt.date | None = None) -> Iterator[CatalogueShelf]:
    """The catalogue to read: `path`, else what the kiosk itself would show; as it is today, or as it is `on` a day."""
    from kiosk.clock import system_clock, today_of
    from kiosk.contents import catalogue_file
    from kiosk.terminal import Progress
    from localdb.catalogue.handle import CatalogueShelf

    with Progress("building the sample city") as progress:
        path = path or catalogue_file(premises.settings, premises.home, progress)
    today = today_of(system_clock(premises.settings.clock.zone))
    shelf = CatalogueShelf(today if on is None else lambda: on)
    try:
        shelf.put(path)
        yield shelf
    finally:
        shelf.close()


@app.callback()
def options(
    ctx: typer.Context,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Log lines and tracebacks on standard error.")
    ] = False,
) -> None:
    """Options that stand before the command."""
    import logging

    starting.without_plugins(os.environ)

    root = logging.getLogger()
    handler: logging.Handler = logging.NullHandler()
    if verbose:
        from kiosk.logs import LineFormatter

        handler = logging.StreamHandler()
        handler.setFormatter(LineFormatter())
        ctx.call_on_close(lambda level=root.level: root.setLevel(level))
        root.setLevel(logging.DEBUG)
    root.addHandler(handler)
    ctx.call_on_close(lambda: root.removeHandler(handler))


# --- The kiosk itself -----------------------------------------------------------------------------------------------


@app.command()
def run(
    config: ConfigOption = None,
    windowed: Annotated[bool, typer.Option("--windowed", help="In a window instead of the whole screen.")] = False,
) -> None:
    """Runs the kiosk."""
    from domain.errors import SettingsError

    starting.hurry()
    premises = premises_of(config)
    if problems := premises.settings.unready():
        raise SettingsError(problems)
    with _street_process(premises):
        from kiosk.app import run as run_kiosk

        raise typer.Exit(run_kiosk(premises.settings, premises.home, windowed=windowed))


@app.command()
def tour(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", file_okay=False, help="Where the pictures go.")],
    all_screens: Annotated[
        bool, typer.Option("--all", help="Every screen in every state and language, not only the stations.")
    ] = False,
    workbench: Annotated[
        str | None,
        typer.Option("--workbench", metavar="URL", help="With --all: a virtual printer, to show its faults, too."),
    ] = None,
    cards: Annotated[
        str | None,
        typer.Option("--cards", metavar="URL", help="A virtual card reader, to show what a card brings up, too."),
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Walks through the kiosk without a display and leaves a picture of every station."""
    from kiosk.terminal import say

    premises = premises_of(config)
    out.mkdir(parents=True, exist_ok=True)
    with alone(premises.home):
        starting.quiet_kivy(os.environ, premises.home)
        if all_screens:
            from kiosk.gallery.album import everything

            pictures = everything(premises.settings, premises.home, out, workbench, cards)
        else:
            from kiosk.tour import tour as walk_through

            pictures = walk_through(premises.settings, premises.home, out, cards)
    for picture in pictures:
        say(str(picture))


@contextlib.contextmanager
def _street_process(premises: Premises) -> Iterator[None]:
    """Home, log files, the lock and Kivy's environment, in the order in which each may need the one before."""
    from kiosk.clock import zone_of
    from kiosk.lock import KioskLock
    from kiosk.logs import crash_stacks_in, logging_to

    settings, home = premises.settings, premises.home
    home.prepare()
    starting.quiet_kivy(os.environ, home)
    with (
        KioskLock(home),
        logging_to(home, settings.log, zone_of(settings.clock.zone)),
        crash_stacks_in(home, settings.log),
    ):
        yield


@app.command()
def diagnose(config: ConfigOption = None, json: JsonOption = False) -> None:
    """Says how this kiosk is. Always a complete report, however much is broken; status 1 when anything is not well."""
    from kiosk.diagnosis import diagnose as report

    raise typer.Exit(report(config, os.environ, json=json))


@app.command("privacy-scan")
def privacy_scan_command(
    needles: Annotated[
        Path | None,
        typer.Option(
            "--needles",
            metavar="FILE.json",
            help='Facts of a test card: {"name", "id_number", "card_number", "birth_date", …}; - is standard input.',
        ),
    ] = None,
    pids: Annotated[
        list[int] | None, typer.Option("--pid", metavar="PID", min=1, help="A process to look at as well; repeatable.")
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep the outcome for the diagnosis: clean or not, and when.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Looks for card holders in files and memory of the kiosk. Status 0: clean; 1: found; 2: not everywhere looked."""
    from kiosk.home import Home
    from kiosk.privacy_commands import privacy_scan

    raise typer.Exit(privacy_scan(Home.of(os.environ), needles, pids or (), as_json=json, keeping=keep))


@app.command("staff-pin")
def staff_pin() -> None:
    """Asks for a staff PIN and prints its hash for staff.pin_hash. Without a terminal: a line of standard input."""
    from kiosk.staffgate import PinHash, UnfitPin
    from kiosk.terminal import say

    if sys.stdin.isatty():
        pin = typer.prompt("PIN", hide_input=True, confirmation_prompt=True, err=True)
    else:
        pin = sys.stdin.readline().rstrip("\r\n")
    try:
        say(str(PinHash.make(pin)))
    except UnfitPin as error:
        raise typer.BadParameter(str(error)) from None


# --- Content --------------------------------------------------------------------------------------------------------


@catalogue_app.command("build")
def catalogue_build(
    records: Records,
    out: Annotated[Path, typer.Option("--out", metavar="FILE.db", dir_okay=False, help="The catalogue file to write.")],
    revision: Annotated[int, typer.Option(metavar="N", min=0, help="Number of this release.")] = 1,
    keep_going: Annotated[
        bool, typer.Option("--keep-going", help="Leave out faulty records, and what leads to them; say which.")
    ] = False,
) -> None:
    """Builds a catalogue from records. Nothing is written unless every record is in order."""
    from kiosk.editing import build_catalogue

    build_catalogue(records, out, revision, dt.datetime.now(dt.UTC), keep_going=keep_going)


@catalogue_app.command("lint")
def catalogue_lint(
    files: Records,
    json: JsonOption = False,
    notes: Annotated[bool, typer.Option("--notes", help="Also what would merely be better.")] = False,
) -> None:
    """Lints records, all files together. Status 1 when something in them must not be published."""
    from kiosk.editing import lint_files

    raise typer.Exit(lint_files(files, as_json=json, today=dt.date.today(), notes=notes))


@app.command()
def search(
    query: Annotated[str | None, typer.Argument(metavar="QUERY", help="A question in people's own words.")] = None,
    batch: Annotated[
        Path | None,
        typer.Option(
            "--batch", metavar="FILE", help="One query a line (- is standard input); one JSON object a line out."
        ),
    ] = None,
    catalogue: CatalogueOption = None,
    limit: Annotated[int, typer.Option(metavar="N", min=1, max=1000, help="Most hits a query.")] = 30,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Searches as a citizen would."""
    from kiosk.asking import ask, ask_all

    if (query is None) == (batch is None):
        raise typer.BadParameter("give a query or --batch, not both and not neither")
    with _shelf(premises_of(config), catalogue) as shelf:
        reader = shelf.current()
        assert reader is not None
        if query is not None:
            ask(reader, query, limit, as_json=json)
        elif batch is not None:
            with _lines(batch) as lines:
                ask_all(reader, lines, limit)


@contextlib.contextmanager
def _lines(path: Path) -> Iterator[Iterable[str]]:
    """The lines of a file; `-`: of standard input."""
    if str(path) == "-":
        yield sys.stdin
        return
    if not path.is_file():
        raise typer.BadParameter(f"no file {path}")
    with path.open(encoding="utf-8") as stream:
        try:
            yield stream
        except UnicodeDecodeError as error:
            raise typer.BadParameter(f"{path} is not UTF-8: {error.reason}") from None


@app.command()
def recommend(
    age: Annotated[int | None, typer.Option("--age", metavar="YEARS", min=0, max=150, help="Completed years.")] = None,
    age_months: Annotated[
        int | None, typer.Option("--age-months", metavar="N", min=0, max=1800, help="Instead: completed months.")
    ] = None,
    sex: Annotated[Sex | None, typer.Option("--sex", help="Male or female.")] = None,
    card_type: Annotated[CardType | None, typer.Option("--card-type", help="For whom the card was issued.")] = None,
    district: Annotated[
        str | None,
        typer.Option("--district", metavar="CODE", help="Where the card was issued or one lives, GB/T 2260."),
    ] = None,
    expires_in: Annotated[
        int | None, typer.Option("--expires-in", metavar="DAYS", help="Until the card expires; -1: it did yesterday.")
    ] = None,
    asked: Annotated[
        list[str] | None, typer.Option("--asked", metavar="FLAG", help="What the person chose; may be repeated.")
    ] = None,
    date: Annotated[
        dt.datetime | None,
        typer.Option("--date", metavar="YYYY-MM-DD", formats=["%Y-%m-%d"], help="The day.  [default: today]"),
    ] = None,
    catalogue: CatalogueOption = None,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Says what would concern a person, by which rule, and why. What is not given is not known."""
    import re

    from domain.matching import Person
    from kiosk.clock import system_clock, today_of
    from kiosk.recommendations import division_of, home_of, show_recommendations

    if age is not None and age_months is not None:
        raise typer.BadParameter("give --age or --age-months, not both")
    if district is not None and not re.fullmatch(r"[0-9]{6}", district, re.ASCII):
        raise typer.BadParameter("a district has six digits", param_hint="--district")
    months = None if age_months is None else (age_months, age_months)
    if age is not None:
        months = (age * 12, age * 12 + 11)
    premises = premises_of(config)
    on = date.date() if date is not None else today_of(system_clock(premises.settings.clock.zone))()
    with _shelf(premises, catalogue, on) as shelf:
        reader = shelf.current()
        assert reader is not None
        home = home_of(premises.settings, sample=reader.info.sample)
        person = Person(
            age_months=months,
            sex=sex,
            division=None if district is None else division_of(district, home),
            card_type=card_type,
            expires_in_days=expires_in,
            asked=frozenset(asked or ()),
        )
        show_recommendations(reader, person, on, json=json)


# --- The hub ---------------------------------------------------------------------------------------------------------


@app.command("sync")
def sync_command(
    once: Annotated[
        bool,
        typer.Option(
            "--once",
            help="Look once. Status 0: proved; 1: not reached; 2: cannot begin; 3: refused, old content kept.",
        ),
    ] = False,
    source: Annotated[
        str | None,
        typer.Option("--from", metavar="URL|DIR", help="The hub's public folder, or a stick.  [default: sync.url]"),
    ] = None,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Brings new content down and proves it. Without --once it goes on until its standard input ends."""
    from kiosk.sync_commands import sync

    premises = premises_of(config)
    raise typer.Exit(sync(premises.settings, premises.home, source, once=once, as_json=json))


app.command("usb")(usb_command)


@app.command("enrol")
def enrol_command(
    given: Annotated[
        str,
        typer.Argument(metavar="CODE|ROOT.json", help="A one-time code, or the hub's trust root, brought by hand."),
    ],
    hub: Annotated[
        str | None, typer.Option("--hub", metavar="URL", help="Address of the hub that gave the code.")
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Makes this kiosk trust a hub, and with a code also report to it. Another hub needs another home."""
    import re

    from kiosk.sync_commands import enrol

    if hub is not None and not re.fullmatch(r"https?://[^\s?#/][^\s?#]*", hub):
        raise typer.BadParameter("an address begins with http:// or https://", param_hint="--hub")
    premises = premises_of(config)
    enrol(premises.home, given, hub, premises.settings.report)


# --- Paper ----------------------------------------------------------------------------------------------------------


@app.command()
def slip(
    item: Annotated[str, typer.Argument(metavar="ITEM_ID", help="A guide or a life event.")],
    width: Annotated[Literal["80", "58"], typer.Option("--width", help="Paper width in millimetres.")] = "80",
    lang: Annotated[Lang, typer.Option("--lang", help="Language.")] = "zh-Hans",
    variant: Annotated[
        Variant, typer.Option("--variant", help="Everything, shortened, or for old eyes.")
    ] = Variant.FULL,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="F.png", dir_okay=False, help="Write the picture.")
    ] = None,
    escpos: Annotated[
        Path | None, typer.Option("--escpos", metavar="F.bin", dir_okay=False, help="Write the printer's bytes.")
    ] = None,
    catalogue: CatalogueOption = None,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Draws the guide slip (明白纸) of an item, dot by dot as the printer would get it."""
    from journeys.visit import Visit
    from kiosk.slips import profile_for, show_slip
    from kiosk.wiring import desk_tools

    premises = premises_of(config)
    with _shelf(premises, catalogue) as shelf:
        profile = profile_for(premises.settings, width)
        visit = Visit(desk_tools(premises.settings, shelf, profile.width), 0, lang)
        show_slip(visit, item, variant, profile, picture=out, escpos=escpos, as_json=json)


def main() -> None:
    """Entry point of the `kiosk` command."""
    app(prog_name="kiosk")


if __name__ == "__main__":
    main()
