"""What the commands have in common: how a group of them is made, their usual options, and where a command works."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer
from typer.core import TyperGroup

if TYPE_CHECKING:
    from kiosk.home import Home
    from kiosk.settings import Settings

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Settings in TOML.  [default: kiosk.toml in BIANMINTING_HOME]"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Machine-readable output on standard output.")]


class Premises(NamedTuple):
    """Where a command works: the settings and the home."""

    settings: Settings
    home: Home


def group(help: str, cls: type[TyperGroup] | None = None, *, answers_alone: bool = False) -> typer.Typer:
    """Commands that stand under one word; `answers_alone`: that word is a command, too, else it brings up help."""
    # No markup: rich would be loaded for help alone.
    return typer.Typer(
        help=help,
        cls=cls,
        no_args_is_help=not answers_alone,
        invoke_without_command=answers_alone,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )


def premises_of(config: Path | None) -> Premises:
    """Raises `SettingsError`. Imported only now: help answers before pydantic is loaded."""
    from kiosk.home import Home
    from kiosk.settings import load

    return Premises(load(config), Home.of(os.environ))


@contextlib.contextmanager
def alone(home: Home) -> Iterator[None]:
    """While no kiosk runs in this home. Raises `CodedError` K-02 when one does."""
    from kiosk.lock import KioskLock

    home.prepare()
    with KioskLock(home):
        yield
