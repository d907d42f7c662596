"""How the hub's commands speak: results on standard output, everything else on standard error; and how they ask."""

from __future__ import annotations

import json
import sys
import traceback
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
    elif isinstance(error, OSError) and error.filename is not None:
        note(f"{error.filename}: {error.strerror}")
    elif isinstance(error, KeyboardInterrupt):
        note("interrupted")
        status = 130
    else:
        # What a driver says may hold the row that it was writing, or a URL with its password.
        note(f"unexpected {type(error).__name__}" + ("" if verbose else " (--verbose shows where)"))
    if verbose:
        sys.stderr.write("".join(traceback.format_exception(error)))
    return status


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
