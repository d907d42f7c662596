"""`kiosk privacy-scan`: what is told of a scan, to people and to programs."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import typer

from kiosk.home import Home
from kiosk.last_scan import FILE, keep
from kiosk.needles import Finder, UnfitFact, facts_of, forms
from kiosk.privacy import Finding, Gap, Report, scan
from kiosk.terminal import Progress, note, say, say_json

EXIT: Final = {"clean": 0, "found": 1, "incomplete": 2}


def privacy_scan(home: Home, needles: Path | None, pids: Sequence[int], *, as_json: bool, keeping: bool = False) -> int:
    """Scans and tells; the exit status. `keeping`: the outcome is kept for the diagnosis. Raises `typer.BadParameter`
    for facts that cannot be looked for.
    """
    finder = _finder(home, needles)
    with Progress("looking for what may not be left") as progress:
        report = scan(home, finder, pids, progress)
    if keeping:
        try:
            keep(home, report.status, dt.datetime.now(dt.UTC))
        except OSError as error:
            report.gaps.append(Gap(str(home.root / FILE), f"cannot be kept: {error.strerror}"))
    if as_json:
        say_json(as_document(report, with_facts=needles is not None), indent=2)
    else:
        _tell(report, with_facts=needles is not None)
    return EXIT[report.status]


def _finder(home: Home, needles: Path | None) -> Finder:
    if needles is None:
        return Finder()
    if str(needles) != "-" and needles.resolve().is_relative_to(home.root.resolve()):
        raise typer.BadParameter("the facts themselves lie in the kiosk's home; keep them elsewhere, or give them to -")
    try:
        document = json.loads(sys.stdin.buffer.read() if str(needles) == "-" else needles.read_bytes())
        facts = facts_of(document)
        return Finder(form for name, value in facts for form in forms(name, value))
    except UnfitFact as error:
        raise typer.BadParameter(str(error), param_hint="--needles") from None
    except ValueError:
        raise typer.BadParameter("not JSON in UTF-8", param_hint="--needles") from None
    except OSError as error:
        raise typer.BadParameter(f"{needles}: {error.strerror}", param_hint="--needles") from None


def as_document(report: Report, *, with_facts: bool) -> dict[str, Any]:
    """The report for programs."""
    return {
        "status": report.status,
        "facts": with_facts,
        "found": [
            {"what": each.what, "where": each.where, "at": each.at, "times": each.times} for each in report.findings
        ],
        "gaps": [{"where": gap.where, "why": gap.why} for gap in report.gaps],
        "looked": {
            "files": report.files,
            "file_bytes": report.file_bytes,
            "kiosk": report.kiosk,
            "processes": report.processes,
            "seconds": round(report.seconds, 2),
        },
    }


def _tell(report: Report, *, with_facts: bool) -> None:
    for finding in report.findings:
        say(f"found  {finding.what}\n       {finding.where}{_place(finding)}")
    for gap in report.gaps:
        note(f"not looked at: {gap.where}: {gap.why}")
    memory = sum(report.processes.values())
    say(
        f"looked at {report.files} files ({_megabytes(report.file_bytes)}) and {len(report.processes)} processes"
        f" ({_megabytes(memory)}) in {report.seconds:.1f} s"
        f"{'' if with_facts else ', for numbers of people by their shape alone'}"
    )
    if report.kiosk is None:
        say("no kiosk runs in this home")
    say({"clean": "clean", "found": f"{len(report.findings)} found", "incomplete": "incomplete"}[report.status])


def _place(finding: Finding) -> str:
    at = f"0x{finding.at:x}" if finding.in_memory else str(finding.at)
    return f" at {at}" + (f", {finding.times} times" if finding.times > 1 else "")


def _megabytes(count: int) -> str:
    return f"{count / 1e6:.1f} MB"
