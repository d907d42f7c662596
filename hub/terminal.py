"""How the hub's commands speak: results on standard output, everything else on standard error; and how they ask."""

from __future__ import annotations

import json
import os
import pwd
import sys
import traceback
from pathlib import Path
from typing import Any

import typer

from domain.errors import Code, CodedError, RecordError, SettingsError
from hub.refusal import Refused
from phrases import Phrases

PROGRAM = "hub"
MOST_LINES = 20

CANNOT_BEGIN = frozenset({Code.BAD_SETTINGS})
"""Exit status 2, as for a wrong option: whoever started the command has to change something. Every other fault is 1."""


def say(text: str = "") -> None:
    """A line of the result."""
    sys.stdout.write(f"{text}\n")


def say_json(value: Any) -> None:
    """A result for programs: one JSON document, Chinese as it is."""
    say(json.dumps(value, ensure_ascii=False))


def note(text: str) -> None:
    """A line beside the result."""
    sys.stderr.write(f"{PROGRAM}: {text}\n")


def fault(error: BaseException, *, verbose: bool = False) -> int:
    """Tells a fault on standard error, a line each where it has several; returns the exit status."""
    status = 1
    if isinstance(error, Refused):
        note(error.sentence(Phrases(domain="hub")))
        _some(error.details)
    elif isinstance(error, CodedError):
        problems = error.problems if isinstance(error, RecordError | SettingsError) else (error.detail,)
        note(error.code.value)
        _some(problems)
        status = 2 if error.code in CANNOT_BEGIN else 1
    elif isinstance(error, PermissionError) and Path(os.fsdecode(error.filename or "")).is_absolute():
        note(Code.HOME_OF_ANOTHER.value)
        note(f"  {error.filename}: {error.strerror}")
        note(f"  {_whose(Path(os.fsdecode(error.filename)))}")
    elif isinstance(error, OSError) and error.filename is not None:
        note(f"{error.filename}: {error.strerror}")
    elif isinstance(error, KeyboardInterrupt):
        note("interrupted")
        status = 130
    elif _is_away(error):
        note(Code.DATABASE_AWAY.value)
        note("  the database does not answer any more; nothing of this command is in it")
    else:
        # What a driver says may hold the row that it was writing, or a URL with its password.
        note(f"unexpected {type(error).__name__}" + ("" if verbose else " (--verbose shows where)"))
    if verbose:
        sys.stderr.write("".join(traceback.format_exception(error)))
    return status


def _whose(path: Path) -> str:
    """To whom the nearest part of `path` belongs that can be looked at, and what to do about it."""
    for one in (path, *path.parents):
        try:
            owner = one.stat().st_uid
        except OSError:
            continue
        if owner == os.geteuid():
            return "it is yours, but its permissions are not those that the hub gave it"
        name = _account(owner)
        return f"{one} belongs to {name}, this is {_account(os.geteuid())}: run it as sudo -u {name} hub …"
    return "its owner cannot be seen"


def _account(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"#{uid}"


def _is_away(error: BaseException) -> bool:
    """Whether the database went away during the command. Nothing is loaded for it: what SQLAlchemy raises can only be
    raised where it is loaded.
    """
    known = sys.modules.get("sqlalchemy.exc")
    return known is not None and isinstance(error, known.OperationalError | known.InterfaceError)


def _some(lines: tuple[str, ...]) -> None:
    for line in lines[:MOST_LINES]:
        note(f"  {line}")
    if len(lines) > MOST_LINES:
        note(f"  and {len(lines) - MOST_LINES} more")


def secret(what: str, *, twice: bool = False) -> str:
    """A password or passphrase: asked for on a terminal, else the next line of standard input; never an argument."""
    if sys.stdin.isatty():
        return str(typer.prompt(what, hide_input=True, confirmation_prompt=twice, err=True))
    line = sys.stdin.readline()
    if not line:
        raise typer.BadParameter(f"{what}: nothing on standard input")
    return line.rstrip("\r\n")
