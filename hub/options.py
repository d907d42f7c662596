"""What the commands have in common: how a group of them is made, their usual options, and the office they work in."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperGroup

if TYPE_CHECKING:
    from hub.office import Office

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Settings in TOML.  [default: hub.toml in BIANMINTING_HOME]"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Machine-readable output on standard output.")]


def group(help: str, cls: type[TyperGroup] | None = None) -> typer.Typer:
    """Commands that stand under one word."""
    # No markup: rich would be loaded for help alone.
    return typer.Typer(
        help=help,
        cls=cls,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )


def open_office(config: Path | None) -> Office:
    """The hub of these settings. Imported only now: help answers before SQLAlchemy or the web are loaded."""
    from hub.office import Office

    return Office.of(config, os.environ)
