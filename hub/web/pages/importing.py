"""导入: a record file is tried out first; only then, and only what was seen, goes into drafts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from domain.lint import Finding, Level
from hub.checks import owner
from hub.differences import diff_fields, field_name
from hub.importing import Batch, Incoming, Report, read_lines
from hub.office import ZONE, Office
from hub.people import Person
from hub.refusal import Refused
from hub.store import utc_now
from hub.web.bound import lost
from hub.web.faults import faults_of_line
from hub.web.tray import Tray, Upload
from hub.web.view import WRITERS, HubView, in_thread, page
from phrases import Phrases

EXAMPLES = 3
"""Examples of each problem; the rest is counted."""

MOST_COMPARED = 500
"""Changed items that are compared field by field for the summary."""

MOST_NAMED = 12

_PROBLEM = re.compile(r"^(?P<name>.*?):(?P<line>\d+): (?P<what>.*)$", re.DOTALL)
_VALUE = re.compile(r"\{\w+\}")
_NUMBERS = re.compile(r"\d{11,}[Xx]?")
_TWICE = re.compile(r"stands already (?:on line |at .*:)(?P<line>\d+)$")


@dataclass(frozen=True, slots=True)
class Problem:
    """One sort of problem: words, how often, examples (place, what is there), how to mend it."""

    words: str
    count: int
    examples: tuple[tuple[str, str], ...]
    stops: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """What the dry run found, ready to be drawn.

    `bad`: what keeps the file out; `looks`: what comes in with remarks; `barred`: items of other departments, which
    stay out; `coming`: how many would become drafts; `fields`: how many of the changed items change which field.
    """

    name: str
    token: str
    lines: int
    seconds: float
    report: Report
    bad: tuple[Problem, ...]
    looks: tuple[Problem, ...]
    clean: int
    marked: int
    barred: tuple[str, ...]
    coming: int
    fields: tuple[tuple[str, int], ...]
    compared: int
    named: Mapping[str, tuple[str, ...]]


class ImportView(HubView):
    """Choosing the file, the report of the dry run, the import."""

    key, group, icon = "import", "content", "fa-solid fa-file-import"

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self._lint = Phrases()
        self._tray = Tray()

    @page("", roles=WRITERS)
    async def index(self, request: Request) -> Response:
        return await self.render(request, "import.html", told="")

    @page("", roles=WRITERS, methods=("POST",))
    async def dry_run(self, request: Request) -> Response:
        office, person = self.office(request), self.person(request)
        file = (await self.form(request)).get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            return await self.render(request, "import.html", 422, told=self.say("import.no_file"))
        upload = Upload(PurePath(file.filename.replace("\\", "/")).name[:120], await file.read())
        if not upload.content.strip():
            return await self.render(request, "import.html", 422, told=self.say("import.empty"))
        trial = await in_thread(self._try, office, person, upload)
        return await self.render(request, "import_report.html", trial=trial)

    @page("/drafts", roles=WRITERS, methods=("POST",))
    async def drafts(self, request: Request) -> Response:
        office, person = self.office(request), self.person(request)
        token = self.text(await self.form(request), "token")
        upload = self._tray.get(person.id, token)
        if upload is None:
            return self.back_with(request, self.say("import.gone"), "/import", kind="warning")

        def take() -> Report:
            batch = _read(upload)
            return office.importing.drafts(_own(batch, person), person)

        try:
            report = await in_thread(take)
        except Refused as refused:
            return self.back_with(request, self.told(refused), "/import", kind="error")
        self._tray.drop(person.id)
        if report.problems:
            return self.back_with(request, self.say("import.unfit"), "/import", kind="error")
        words = self.say("import.taken", n=len(report.new) + len(report.changed))
        return self.back_with(request, words, "/items?state=open")

    @page("/drop", roles=WRITERS, methods=("POST",))
    async def drop(self, request: Request) -> Response:
        self._tray.drop(self.person(request).id)
        return self.back_with(request, self.say("import.dropped"), "/import", kind="info")

    def _try(self, office: Office, person: Person, upload: Upload) -> Trial:
        begun = utc_now()
        batch = _resolved(office, _read(upload))
        report = office.importing.dry_run(batch)
        own = {one.key for one in _own(batch, person).records}
        coming = [key for key in (*report.new, *report.changed) if key in own]
        remarked = {f"{one.kind}/{one.record}" for one in batch.findings}
        incoming = {one.key: one for one in batch.records}
        changed = [incoming[key] for key in report.changed if key in own][:MOST_COMPARED]
        marked = sum(key in remarked for key in coming)
        bad = self._bad(upload, report.problems)
        return Trial(
            name=upload.name,
            token="" if bad or not coming else self._tray.put(person.id, upload),
            lines=len(upload.lines),
            seconds=(utc_now() - begun).total_seconds(),
            report=report,
            bad=bad,
            looks=self._looks(batch, set(coming)),
            clean=len(coming) - marked,
            marked=marked,
            barred=tuple(key for key in (*report.new, *report.changed) if key not in own),
            coming=len(coming),
            fields=self._fields(office, changed),
            compared=len(changed),
            named=self._called(office, report, incoming),
        )

    def _bad(self, upload: Upload, problems: Sequence[str]) -> tuple[Problem, ...]:
        """Problems of lines in the words of the office, the same ones together."""
        lines = upload.lines
        found: dict[str, list[tuple[str, str]]] = {}
        rest = 0
        seen: set[int] = set()
        for problem in problems:
            match = _PROBLEM.match(problem)
            if match is None:
                number = re.search(r"and (\d+) more$", problem)
                rest += int(number[1]) if number else 1
                continue
            line = int(match["line"])
            place = self.say("import.line", n=line)
            twice = _TWICE.search(match["what"])
            if twice:
                words = self.say("import.twice")
                found.setdefault(words, []).append((place, self.say("import.first", n=twice["line"])))
            elif line not in seen and 0 < line <= len(lines):
                seen.add(line)
                for fault in faults_of_line(lines[line - 1].strip().removeprefix(b"\xef\xbb\xbf"), self.say):
                    field = field_name(fault.path, self.say) if fault.path else ""
                    found.setdefault(fault.words, []).append((place, field))
        made = [Problem(words, len(held), tuple(held[:EXAMPLES]), True) for words, held in found.items()]
        if rest:
            made.append(Problem(self.say("import.more"), rest, (), True))
        return tuple(sorted(made, key=lambda one: -one.count))

    def _looks(self, batch: Batch, coming: set[str]) -> tuple[Problem, ...]:
        """Findings of the lint about what comes in, the same rule together; what was written is not quoted."""
        incoming = {one.key: one for one in batch.records}
        groups: dict[tuple[str, bool], list[Finding]] = {}
        for finding in batch.findings:
            if f"{finding.kind}/{finding.record}" in coming:
                groups.setdefault((finding.rule, finding.level is Level.STOP), []).append(finding)
        made = []
        for (rule, stops), held in groups.items():
            examples = tuple(
                (incoming[f"{one.kind}/{one.record}"].place, self._example(one, incoming)) for one in held[:EXAMPLES]
            )
            words = _VALUE.sub("…", self._lint(f"lint.{rule}"))
            if rule == "dangling":
                words = self.say("import.dangling")
            made.append(Problem(words, len(held), examples, stops))
        return tuple(sorted(made, key=lambda one: (not one.stops, -one.count)))

    def _example(self, finding: Finding, incoming: Mapping[str, Incoming]) -> str:
        name = incoming[f"{finding.kind}/{finding.record}"].record.name
        return masked(f"{name}：{field_name(finding.field, self.say)}" if finding.field else name)

    def _fields(self, office: Office, changed: Sequence[Incoming]) -> tuple[tuple[str, int], ...]:
        counted: Counter[str] = Counter()
        for one in changed:
            live = office.items.live(one.key)
            after = one.record.model_dump(mode="json", by_alias=True, exclude_unset=True)
            names = {change.path.partition(".")[0] for change in diff_fields(live.record if live else {}, after)}
            counted.update(field_name(name, self.say) for name in names)
        return tuple(counted.most_common(8))

    def _called(self, office: Office, report: Report, incoming: Mapping[str, Incoming]) -> dict[str, tuple[str, ...]]:
        """Names of the first items of each sort."""

        def names(keys: Sequence[str]) -> tuple[str, ...]:
            called = office.items.called(key.partition("/")[2] for key in keys[:MOST_NAMED])
            return tuple(
                masked(incoming[key].record.name)
                if key in incoming
                else called.get(key.partition("/")[2], ("", key))[1]
                for key in keys[:MOST_NAMED]
            )

        return {
            "new": names(report.new),
            "changed": names(report.changed),
            "busy": names(report.busy),
            "missing": names(report.missing),
        }


def masked(text: str) -> str:
    """Without the middle of long numbers: a file that somebody brings may hold what must not be shown."""
    return _NUMBERS.sub(lambda found: found[0][:4] + "*" * (len(found[0]) - 6) + found[0][-2:], text)


def _read(upload: Upload) -> Batch:
    return read_lines([(upload.name, upload.lines)], utc_now().astimezone(ZONE).date())


def _resolved(office: Office, batch: Batch) -> Batch:
    """Without the findings about references that the hub's own items resolve."""
    wanted = [lost(one) for one in batch.findings if one.rule == "dangling"]
    known = office.items.called(wanted)
    kept = tuple(one for one in batch.findings if one.rule != "dangling" or lost(one) not in known)
    return replace(batch, findings=kept)


def _own(batch: Batch, person: Person) -> Batch:
    """What the person may write; the rest of the file stays out."""
    actor = person.actor
    return replace(batch, records=tuple(one for one in batch.records if actor.may_write(owner(one.record))))
