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


def build_catalogue(given: Sequence[Path], out: Path, revision: int, made_at: dt.datetime) -> None:
    """Builds `out` and says what is in it. Raises what `localdb.catalogue.build` does."""
    from localdb.catalogue.build import build

    files = record_files(given)
    if not out.parent.is_dir():
        raise typer.BadParameter(f"{out.parent} is no folder")
    with Progress(f"building {out.name}") as progress:
        info = build(files, out, revision=revision, made_at=made_at, progress=progress)
    counts = ", ".join(f"{count} {kind}" for kind, count in sorted(info.counts.items()))
    say(f"{out}: revision {info.revision}, {counts}")
    say(f"digest {info.digest}")


@dataclass(frozen=True, slots=True)
class Fault:
    """A finding of the lint or a line that is no record, as the command shows it. `level`: stop or warn."""

    kind: str | None
    record: str | None
    field: str | None
    rule: str
    level: str
    message: str

    def as_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("kind", "record", "field", "rule", "level", "message")}

    def __str__(self) -> str:
        where = " ".join(filter(None, (self.kind, self.record, self.field)))
        return f"{self.level:<4}  {where + '  ' if where else ''}{self.message}  [{self.rule}]"


def lint_files(given: Sequence[Path], *, as_json: bool, today: dt.date) -> int:
    """Shows every finding over all files together; exit status 1 when something must not be published."""
    with Progress("reading") as progress:
        records, faults = _read_all(record_files(given), progress)
    phrases = Phrases()
    faults += [
        Fault(found.kind, found.record, found.field, found.rule, found.level.value, found.message(phrases))
        for found in lint(records, today=today)
    ]
    stops = sum(fault.level == Level.STOP.value for fault in faults)
    if as_json:
        say_json([fault.as_json() for fault in faults])
    else:
        for fault in faults:
            say(str(fault))
        note(f"{len(records)} records, {stops} to stop, {len(faults) - stops} to look at")
    return 1 if stops else 0


def _read_all(files: Sequence[Path], progress: Progress) -> tuple[list[Record], list[Fault]]:
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
    return records, faults
