"""The report of a trial: plain JSON in the words of the office, with long numbers masked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from domain.lint import Finding, Level
from hub.differences import diff_fields, field_name
from hub.importing.cleaning import masked
from hub.importing.outcome import Conversion, Problem
from hub.importing.taking import Batch, Incoming, Report
from hub.items import Items
from phrases import Phrases

if TYPE_CHECKING:
    from hub.importing.trials import Tried

EXAMPLES = 3
"""Examples of each problem; the rest is counted, and listed row by row."""

MOST_COMPARED = 500
"""Changed items that are compared field by field for the summary."""

MOST_NAMED = 12
MOST_ROWS = 5000
"""Rows that are listed one by one."""

_PROBLEM = re.compile(r"^(?P<name>.*?):(?P<line>\d+): (?P<what>.*)$", re.DOTALL)
_VALUE = re.compile(r"\{\w+\}")
_TWICE = re.compile(r"stands already (?:on line |at .*:)(?P<line>\d+)$")


class Reporter:
    """Makes reports; `say` speaks for the hub."""

    def __init__(self, items: Items, say: Phrases) -> None:
        self._items = items
        self._say = say
        self._lint = Phrases()

    def report(self, tried: Tried, report: Report, coming: Sequence[Incoming], seconds: float) -> dict[str, Any]:
        """Everything that the page shows."""
        batch, conversion = tried.batch, tried.conversion
        own = {one.key for one in tried.own.records}
        keys = {one.key for one in coming}
        remarked = {f"{one.kind}/{one.record}" for one in batch.findings or ()}
        incoming = {one.key: one for one in batch.records}
        changed = [incoming[key] for key in report.changed if key in own][:MOST_COMPARED]
        marked = sum(key in remarked for key in keys)
        bad, rows, out = self._rejected(tried, report)
        barred = [key for key in (*report.new, *report.changed) if key not in own]
        return {
            "lines": tried.lines,
            "seconds": round(seconds, 1),
            "form": tried.book.form if tried.book else "jsonl",
            "encoding": tried.book.encoding if tried.book else "",
            "records": report.records,
            "new": len(report.new),
            "changed": len(report.changed),
            "unchanged": report.unchanged,
            "busy": len(report.busy),
            "missing": len(report.missing),
            "named": self._called(report, incoming),
            "changes": report.changes,
            "numbered": report.numbered,
            "bad": bad,
            "rows": rows[:MOST_ROWS],
            "out": out,
            "looks": self._looks(batch, keys),
            "clean": len(keys) - marked,
            "marked": marked,
            "barred": len(barred),
            "coming": len(coming),
            "fields": self._fields(changed),
            "compared": len(changed),
            "columns": self._columns(conversion) if conversion else None,
        }

    def sentence(self, problem: Problem) -> str:
        """What is wrong with a cell."""
        return self._say(f"import.cell_{problem.reason}", **problem.values)

    def finding(self, one: Finding) -> str:
        """What the lint says about a record, with its field."""
        words = self._say("import.dangling") if one.rule == "dangling" else self._plain(one)
        return f"{field_name(one.field, self._say)}：{words}" if one.field else words

    def _plain(self, one: Finding) -> str:
        return masked(_VALUE.sub("…", self._lint(f"lint.{one.rule}")))

    # What stays out

    def _rejected(self, tried: Tried, report: Report) -> tuple[list[dict[str, Any]], list[list[str]], int]:
        """(kinds of problems, most of them first; every cell in question; how many rows stay out)."""
        if tried.conversion is None:
            bad = self._unreadable(tried, report.problems)
            return bad, [], sum(one["count"] for one in bad)
        conversion = tried.conversion
        found = [(one.name, problem) for one in conversion.rows for problem in one.problems]
        found.extend(("", problem) for problem in conversion.strays)
        groups: dict[str, list[tuple[str, Problem]]] = {}
        for name, problem in found:
            groups.setdefault(problem.reason, []).append((name, problem))
        bad = [
            {
                "words": self._say(f"import.sort_{reason}"),
                "count": len(held),
                "examples": [[problem.cell, self._example(name, problem)] for name, problem in held[:EXAMPLES]],
                "stops": True,
                "how": self._say(f"import.how_{reason}"),
            }
            for reason, held in groups.items()
        ]
        rows = [[problem.cell, problem.name, name, self.sentence(problem)] for name, problem in found]
        out = sum(one.raw is None for one in conversion.rows) + len(conversion.strays)
        return sorted(bad, key=lambda one: -one["count"]), rows, out

    def _example(self, name: str, problem: Problem) -> str:
        shown = problem.shown or self._say("import.nothing_there")
        return f"{shown[:40]} · {name[:30]}" if name and name != problem.shown else shown[:40]

    def _unreadable(self, tried: Tried, problems: Sequence[str]) -> list[dict[str, Any]]:
        """Lines of a record file, the same problems together; one of them keeps the whole file out."""
        found: dict[str, list[list[str]]] = {}
        rest = 0
        for problem in problems:
            match = _PROBLEM.match(problem)
            if match is None:
                number = re.search(r"and (\d+) more$", problem)
                rest += int(number[1]) if number else 1
                continue
            place = self._say("import.line", n=int(match["line"]))
            twice = _TWICE.search(match["what"])
            if twice:
                held = found.setdefault(self._say("import.twice"), [])
                held.append([place, self._say("import.first", n=twice["line"])])
            else:
                for words, field in tried_faults(tried, int(match["line"]), self._say):
                    found.setdefault(words, []).append([place, field])
        made: list[dict[str, Any]] = [
            {"words": words, "count": len(held), "examples": held[:EXAMPLES], "stops": True, "how": ""}
            for words, held in found.items()
        ]
        if rest:
            made.append({"words": self._say("import.more"), "count": rest, "examples": [], "stops": True, "how": ""})
        return sorted(made, key=lambda one: -one["count"])

    # What comes in

    def _looks(self, batch: Batch, coming: set[str]) -> list[dict[str, Any]]:
        """Findings of the lint about what comes in, the same rule together; what was written is not quoted."""
        incoming = {one.key: one for one in batch.records}
        groups: dict[tuple[str, bool], list[Finding]] = {}
        for finding in batch.findings or ():
            if f"{finding.kind}/{finding.record}" in coming:
                groups.setdefault((finding.rule, finding.level is Level.STOP), []).append(finding)
        made: list[dict[str, Any]] = []
        for (rule, stops), held in groups.items():
            examples = []
            for one in held[:EXAMPLES]:
                came = incoming[f"{one.kind}/{one.record}"]
                words = f"{came.record.name}：{field_name(one.field, self._say)}" if one.field else came.record.name
                examples.append([came.place, masked(words)])
            words = self._say("import.dangling") if rule == "dangling" else self._plain(held[0])
            made.append({"words": words, "count": len(held), "examples": examples, "stops": stops, "how": ""})
        return sorted(made, key=lambda one: (not one["stops"], -one["count"]))

    def _fields(self, changed: Sequence[Incoming]) -> list[list[Any]]:
        counted: Counter[str] = Counter()
        for one in changed:
            live = self._items.live(one.key)
            after = one.record.model_dump(mode="json", by_alias=True, exclude_unset=True)
            names = {change.path.partition(".")[0] for change in diff_fields(live.record if live else {}, after)}
            counted.update(field_name(name, self._say) for name in names)
        return [[name, count] for name, count in counted.most_common(8)]

    def _called(self, report: Report, incoming: Mapping[str, Incoming]) -> dict[str, list[str]]:
        """Names of the first items of each sort."""

        def names(keys: Sequence[str]) -> list[str]:
            called = self._items.called(key.partition("/")[2] for key in keys[:MOST_NAMED])
            return [
                masked(incoming[key].record.name)
                if key in incoming
                else called.get(key.partition("/")[2], ("", key))[1]
                for key in keys[:MOST_NAMED]
            ]

        return {
            "new": names(report.new),
            "changed": names(report.changed),
            "busy": names(report.busy),
            "missing": names(report.missing),
        }

    def _columns(self, conversion: Conversion) -> dict[str, Any]:
        """How the columns were understood."""
        layout = conversion.layout
        tables = [*((one, "") for one in layout.items), *((one, "materials.") for one in layout.materials)]
        paired = [
            [table.sheet, table.names.get(places[0], ""), self._field(prefix, field)]
            for table, prefix in tables
            for field, places in table.columns.items()
        ]
        return {
            "dialect": layout.dialect.id,
            "title": layout.dialect.title,
            "sheets": [table.sheet for table, _ in tables],
            "others": list(layout.others),
            "paired": paired,
            "unknown": [[table.sheet, name] for table, _ in tables for _, name in table.unknown],
            "left": [[table.sheet, name] for table, _ in tables for name in table.left],
            "cleaned": conversion.cleaned,
            "ended": conversion.ended,
            "twenty": self._twenty(conversion),
        }

    def _twenty(self, conversion: Conversion) -> list[str]:
        """What code 20 of the item type was read as, when it stands there: two registers mean two things by it."""
        for table in conversion.layout.items:
            for column in table.columns.get("type", ()):
                rows = sum(row.cell(column).strip() in ("20", "20.0") for row in table.rows)
                if rows:
                    read = conversion.layout.dialect.lists["type"]["20"]
                    return [str(rows), self._say(f"import.type_{read}")]
        return []

    def _field(self, prefix: str, field: str) -> str:
        key = f"import.field_{prefix}{field}"
        if self._say.has(key):
            return self._say(key)
        return field_name(f"{prefix}{field}", self._say)


def tried_faults(tried: Tried, line: int, say: Phrases) -> list[tuple[str, str]]:
    """(words, field) for each fault of a line of a record file."""
    from hub.web.faults import faults_of_line

    if not 0 < line <= len(tried.text):
        return []
    found = faults_of_line(tried.text[line - 1].strip().removeprefix(b"\xef\xbb\xbf"), say)
    return [(one.words, field_name(one.path, say) if one.path else "") for one in found]
