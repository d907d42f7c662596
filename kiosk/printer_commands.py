"""`kiosk printer`: how it is, a test slip, a ruler to measure, which kinds there are. Imports when a command runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kiosk.options import ConfigOption, JsonOption, alone, group, premises_of

if TYPE_CHECKING:
    from kiosk.settings import Settings
    from printer.profiles import DeviceProfile

printer_app = group("The slip printer: how it is, a test slip, a ruler, kinds of printers.")


@printer_app.command("status")
def printer_status(config: ConfigOption = None, json: JsonOption = False) -> None:
    """Asks the printer how it is. Status 1 when it would not print."""
    from domain.errors import DeviceStoreError
    from domain.events import PrinterState
    from domain.paper import PaperGauge
    from kiosk.diagnosis import kept_gauge
    from kiosk.terminal import say, say_json
    from printer.connect import connection_of
    from printer.inquiry import in_words, inquire

    settings, home = premises_of(config)
    line = settings.printer.spooling()
    found = inquire(line, connection_of(line))
    told = [in_words(number, answer) for number, answer in enumerate(found.answers, 1)]
    try:
        gauge = kept_gauge(settings, home)
    except DeviceStoreError:
        gauge = PaperGauge(line.device.roll_mm, 0.0)  # a new roll; the printer has answered, and that is what was asked
    if json:
        say_json(
            {
                "state": found.state.value,
                "prints": found.state.prints,
                "connection": line.connection.value,
                "where": line.where,
                "profile": line.profile,
                "mode": line.device.mode.value,
                "trouble": found.trouble or None,
                "advice": line.advice or None,
                "answers": [
                    {"question": f"DLE EOT {number}", "byte": answer, "says": words}
                    for number, (answer, words) in enumerate(zip(found.answers, told, strict=True), 1)
                ],
                "paper": {
                    "roll_mm": gauge.roll_mm,
                    "used_mm": gauge.used_mm,
                    "slips_left": gauge.slips_left,
                },
            }
        )
    else:
        say(f"{found.state.value}  ({line.where}; {line.profile}, {line.device.mode.value})")
        if found.trouble:
            say(f"  {found.trouble}")
        if line.advice:
            say(f"  slow line  {line.advice}")
        for number, (answer, words) in enumerate(zip(found.answers, told, strict=True), 1):
            if found.state is not PrinterState.ABSENT and line.device.answers:
                say(f"  DLE EOT {number}  {'--' if answer is None else f'{answer:02x}'}  {words}")
        say(f"  paper      about {gauge.slips_left} slips left, {gauge.used_mm / 1000:.1f} m used of the roll")
    raise typer.Exit(0 if found.state.prints else 1)


@printer_app.command("test")
def printer_test(config: ConfigOption = None) -> None:
    """Prints the test slip of staff mode and waits for it. The kiosk must not be running."""
    from kiosk.slips import print_test

    settings, home = premises_of(config)
    with alone(home):
        raise typer.Exit(print_test(settings, home))


@printer_app.command("calibrate")
def printer_calibrate(
    config: ConfigOption = None,
    ask: Annotated[
        bool | None,
        typer.Option("--ask/--no-ask", help="Ask what was measured.  [default: when somebody sits at a terminal]"),
    ] = None,
) -> None:
    """Prints a ruler, asks what was measured on it, and prints the profile that fits; writes nothing by itself. The
    kiosk must not be running.
    """
    from domain.events import SlipFinished
    from kiosk.slips import print_ruler

    settings, home = premises_of(config)
    heard: list[SlipFinished] = []
    with alone(home):
        status = print_ruler(settings, home, heard.append)
    if heard and heard[0].millimetres and (sys.stdin.isatty() if ask is None else ask):
        _measure(settings, heard[0].millimetres)
    raise typer.Exit(status)


@printer_app.command("profiles")
def printer_profiles(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE.toml", dir_okay=False, exists=True, help="More kinds.  [default: those of printer.profiles]"
        ),
    ] = None,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """The kinds of printers that are known. Status 2 when a profile of FILE is wrong: all mistakes are told."""
    from kiosk.terminal import say, say_json
    from printer.profiles import ProfilesFault, profiles

    try:
        known = profiles(file or premises_of(config)[0].printer.profiles)
    except ProfilesFault as fault:
        raise typer.BadParameter("\n".join(fault.mistakes)) from None
    if json:
        say_json([_row(profile) for profile in known.values()])
        return
    for profile in known.values():
        say(
            f"{profile.name:<14} {profile.width:>4} dots  {profile.mode.value:<7} "
            f"{profile.confirm.value:<11} {profile.about}".rstrip()
        )


def _row(profile: DeviceProfile) -> dict[str, Any]:
    from dataclasses import asdict

    from printer.profiles import CUTS

    return asdict(profile) | {"cut": next(word for word, command in CUTS.items() if command == profile.cut)}


def _measure(settings: Settings, length_mm: float) -> None:
    """Asks for three lengths and says what follows from them."""
    from kiosk.calibration import Measured, advice, as_toml
    from kiosk.terminal import say

    profile = settings.printer.spooling().device
    width = profile.width // 8
    measured = Measured(
        typer.prompt(f"Last millimetre of the scale across that can be read (it goes to {width})", type=float),
        typer.prompt(f"The slip from edge to edge, mm (sent: {length_mm:.0f})", type=float),
        typer.prompt("White below the last line, mm (negative: the cut went through it)", type=float),
    )
    found = advice(profile, length_mm, measured)
    for reason in found.reasons:
        say(f"# {reason}")
    if found.profile == profile:
        say(
            f"# nothing to change in {profile.name}"
            if not found.reasons
            else f"# no profile helps; {profile.name} stays"
        )
        return
    name = f"{profile.name}-measured"
    say("# into the file that printer.profiles names:")
    say(as_toml(found.profile, name))
    say(f'\n# and into the kiosk\'s settings, below [printer]:\nprofile = "{name}"')
    if found.again:
        say("# then print the ruler and measure once more")
