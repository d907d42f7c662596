"""`hub import`: records, and tables, which are tried out first and taken by the id of the trial; `hub template`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub.options import ConfigOption, JsonOption, open_office

if TYPE_CHECKING:
    from hub.importing import Report
    from hub.office import Office
    from hub.people import Person


def template_command(
    out: Annotated[Path, typer.Option("--out", metavar="FILE.xlsx", dir_okay=False, help="Where it is written.")],
    department: Annotated[
        str, typer.Option("--department", metavar="ORG", help="Fills in what this organisation has already.")
    ] = "",
    filled: Annotated[bool, typer.Option("--filled", help="Fills in what the whole city has already.")] = False,
    config: ConfigOption = None,
) -> None:
    """Writes the prescribed template (规定的表) for departments: drop-downs, examples, or their items to be edited."""
    from hub.terminal import say
    from hub.web.pages.importing import template_for

    with open_office(config) as office:
        if department and department not in dict(office.people.departments()):
            raise typer.BadParameter(f"there is no organisation {department}")
        out.write_bytes(template_for(office, department, filled or bool(department)))
    say(f"{out}")


def import_command(
    given: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", exists=True, help="Records (*.jsonl), a folder of them, or a table (xlsx, csv)."
        ),
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
    baseline: Annotated[
        bool,
        typer.Option("--baseline", help="The first content of an empty hub, reviewed elsewhere: ready to release."),
    ] = False,
    by: Annotated[str | None, typer.Option("--as", metavar="LOGIN", help="Who answers for the drafts.")] = None,
    mapping: Annotated[
        str, typer.Option("--mapping", metavar="ID", help="Whose columns a table has.  [default: found out]")
    ] = "",
    trial: Annotated[
        str, typer.Option("--trial", metavar="ID", help="Of the dry run of a table; without it none is taken.")
    ] = "",
    annotated: Annotated[
        Path | None, typer.Option("--annotated", metavar="FILE.xlsx", help="The table with the remarks of its dry run.")
    ] = None,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Takes records in as drafts. Nothing is taken from record files with a fault; status 1 then. A table is tried out
    first (--dry-run), and taken by the id of that trial; rows with a fault stay out, and status is 1 then.
    """
    from hub.importing import files_of, read_files
    from hub.terminal import say_json

    if _is_table(given):
        if baseline:
            raise typer.BadParameter("--baseline takes records (*.jsonl) only")
        with open_office(config) as office:
            person = office.people.by_login(by) if by else None
            status = _import_table(office, person, given, dry_run, mapping, trial, annotated, json)
        raise typer.Exit(status)

    if baseline and by:
        raise typer.BadParameter("--baseline has no author; leave --as out")
    batch = read_files(files_of(given))
    with open_office(config) as office:
        person = office.people.by_login(by) if by else None
        if dry_run:
            report = office.importing.dry_run(batch)
        elif baseline:
            report = office.importing.baseline(batch)
        else:
            report = office.importing.drafts(batch, person)
    if json:
        say_json(report.as_json())
    else:
        _tell_report(report, dry_run)
    raise typer.Exit(1 if report.problems else 0)


def _tell_report(report: Report, dry_run: bool) -> None:
    from hub.terminal import MOST_LINES, note, say

    for problem in report.problems[:MOST_LINES]:
        note(problem)
    if report.problems:
        note(f"{len(report.problems)} faults; nothing was imported")
        return
    say(
        f"{report.records} records: {len(report.new)} new, {len(report.changed)} changed,"
        f" {report.unchanged} as they are, {len(report.busy)} being written by somebody"
        + (" (nothing was changed)" if dry_run else "")
    )
    if report.changes or report.numbered:
        own = f"{report.changes} lines of changes and the numbers of {report.numbered} guides"
        say(f"{own} are the hub's own and stay out")
    if report.missing:
        say(f"{len(report.missing)} are live and not in the file; they stay")
    if report.findings:
        say(f"{len(report.findings)} findings, {report.stopping} of them keep a record from being published")


def _is_table(given: Path) -> bool:
    """Whether `hub import` was given a table: anything but a folder and files of records. Raises OSError."""
    from hub.importing.trials import is_records

    if given.is_dir() or given.suffix in (".jsonl", ".ndjson"):
        return False
    with given.open("rb") as stream:
        return not is_records(stream.read(4096))


def _import_table(
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
