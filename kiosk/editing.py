"""Record files from the command line: build a catalogue of them, or lint them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from domain.errors import Code, RecordError
from domain.lint import Level, lint
from domain.records import Record, read
from kiosk.terminal import Progress, note, say, say_json
from phrases import Phrases


def record_files(given: Sequence[Path]) -> list[Path]:
    """The files meant; a folder stands for its *.jsonl."""
    found: list[Path] = []
    for path in given:
        inside = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
        if not inside:
            raise typer.BadParameter(f"no *.jsonl in {path}")
        found += inside
    return found


def build_catalogue(
    given: Sequence[Path], out: Path, revision: int, made_at: dt.datetime, *, keep_going: bool = False
) -> None:
    """Builds `out` and says what is in it. `keep_going`: what is faulty is left out, each with a line of its own.
    Raises what `localdb.catalogue.build` does.
    """
    from localdb.catalogue.build import LeftOut, build

    files = record_files(given)
    if not out.parent.is_dir():
        raise typer.BadParameter(f"{out.parent} is no folder")
    left_out: list[LeftOut] = []
    with Progress(f"building {out.name}") as progress:
        info = build(
            files,
            out,
            revision=revision,
            made_at=made_at,
            progress=progress,
            leave_out=left_out.append if keep_going else None,
        )
    for one in left_out:
        for line in one.lines():
            note(f"{one.code.value} {line}")
    if keep_going:
        records = sum(one.record for one in left_out)
        note(f"{records} records left out, references left out of {len(left_out) - records} more")
    counts = ", ".join(f"{count} {kind}" for kind, count in sorted(info.counts.items()))
    say(f"{out}: revision {info.revision}, {counts}")
    say(f"digest {info.digest}")


@dataclass(frozen=True, slots=True)
class Fault:
    """A finding of the lint or a line that is no record, as the command shows it. `level`: stop, warn or note; `at`:
    file and line, as far as they are not in the message.
    """

    kind: str | None
    record: str | None
    field: str | None
    rule: str
    level: str
    message: str
    at: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("kind", "record", "field", "rule", "level", "message", "at")}

    def __str__(self) -> str:
        where = " ".join(filter(None, (self.at, self.kind, self.record, self.field)))
        return f"{self.level:<4}  {where + '  ' if where else ''}{self.message}  [{self.rule}]"


def lint_files(given: Sequence[Path], *, as_json: bool, today: dt.date, notes: bool = False) -> int:
    """Shows every finding over all files together, with `notes` also what would merely be better; exit status 1 when
    something must not be published.
    """
    with Progress("reading") as progress:
        records, faults, places = _read_all(record_files(given), progress)
    phrases = Phrases()
    faults += [
        Fault(
            found.kind,
            found.record,
            found.field,
            found.rule,
            found.level.value,
            found.message(phrases),
            places.get((found.kind, found.record)),
        )
        for found in lint(records, today=today, least=Level.NOTE if notes else Level.WARN)
    ]
    stops = sum(fault.level == Level.STOP.value for fault in faults)
    if as_json:
        say_json([fault.as_json() for fault in faults])
    else:
        for fault in faults:
            say(str(fault))
        note(f"{len(records)} records, {stops} to stop, {len(faults) - stops} to look at")
    return 1 if stops else 0


def _read_all(
    files: Sequence[Path], progress: Progress
) -> tuple[list[Record], list[Fault], dict[tuple[str, str], str]]:
    records: list[Record] = []
    faults: list[Fault] = []
    seen: dict[tuple[str, str], str] = {}

    def unfit(code: Code, problems: Iterable[str]) -> None:
        faults.extend(Fault(None, None, None, code.value, Level.STOP.value, problem) for problem in problems)

    total = sum(file.stat().st_size for file in files) or 1
    done = 0
    for file in files:
        with file.open("rb") as stream:
            try:
                for line in read(stream, name=file.name):
                    progress((done + stream.tell()) / total)
                    place = f"{file.name}:{line.number}"
                    key = (line.record.kind, line.record.id)
                    if key in seen:
                        unfit(Code.RECORD_DUPLICATE, (f"{place}: {key[0]} {key[1]} stands already at {seen[key]}",))
                        continue
                    seen[key] = place
                    records.append(line.record)
            except RecordError as error:
                unfit(error.code, error.problems)
            done += stream.tell()
    return records, faults, seen
