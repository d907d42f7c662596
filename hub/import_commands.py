"""`hub template`, and `hub import` for tables: tried out first, taken by the id of the trial."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from hub.office import Office
    from hub.people import Person


def template_command(
    out: Annotated[Path, typer.Option("--out", metavar="FILE.xlsx", dir_okay=False, help="Where it is written.")],
    department: Annotated[
        str, typer.Option("--department", metavar="ORG", help="Fills in what this organisation has already.")
    ] = "",
    filled: Annotated[bool, typer.Option("--filled", help="Fills in what the whole city has already.")] = False,
    config: Annotated[
        Path | None,
        typer.Option("--config", metavar="FILE", help="Settings in TOML.  [default: hub.toml in BIANMINTING_HOME]"),
    ] = None,
) -> None:
    """Writes the prescribed template (规定的表) for departments: drop-downs, examples, or their items to be edited."""
    from hub.office import Office
    from hub.terminal import say
    from hub.web.pages.importing import template_for

    with Office.of(config, os.environ) as office:
        if department and department not in dict(office.people.departments()):
            raise typer.BadParameter(f"there is no organisation {department}")
        out.write_bytes(template_for(office, department, filled or bool(department)))
    say(f"{out}")


def is_table(given: Path) -> bool:
    """Whether `hub import` was given a table: anything but a folder and files of records. Raises OSError."""
    from hub.importing.trials import is_records

    if given.is_dir() or given.suffix in (".jsonl", ".ndjson"):
        return False
    with given.open("rb") as stream:
        return not is_records(stream.read(4096))


def import_table(
    office: Office,
    person: Person | None,
    given: Path,
    dry_run: bool,
    mapping: str,
    trial_id: str,
    annotated: Path | None,
    json: bool,
) -> int:
    """Tries a table out (`dry_run`), or takes in what the trial `trial_id` saw; returns the exit status."""
    from hub.importing.trials import State
    from hub.terminal import MOST_LINES, note, say, say_json

    content = given.read_bytes()
    if not dry_run:
        if not trial_id:
            raise typer.BadParameter("a table is tried out first: --dry-run tells the id for --trial")
        report = office.trials.take(person, trial_id, content)
        if json:
            say_json(report.as_json())
        else:
            say(f"{len(report.new)} new, {len(report.changed)} changed, {report.unchanged} as they are")
        return 0
    if mapping and mapping not in {one.id for one in office.trials.dialects()}:
        raise typer.BadParameter(f"there is no mapping {mapping}")
    id = office.trials.begin(person, given.name, content, mapping)
    trial = office.trials.run(person, id, content)
    if trial.state is State.BROKEN or trial.report is None:
        note(trial.told)
        return 1
    told = trial.report
    if annotated is not None:
        annotated.write_bytes(office.trials.annotated(person, id, content))
    if json:
        say_json({"trial": id, **told})
        return 1 if told["out"] else 0
    for cell, column, name, why in told["rows"][:MOST_LINES]:
        note("  ".join(word for word in (cell, column, name, why) if word))
    say(
        f"{told['records']} items: {told['new']} new, {told['changed']} changed, {told['unchanged']} as they are,"
        f" {told['busy']} being written by somebody, {told['out']} rows stay out (nothing was changed)"
    )
    say(f"to take it in: hub import {given} --trial {id}")
    return 1 if told["out"] else 0
