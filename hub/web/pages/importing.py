"""导入: a list is tried out first; only then, and only what was seen, goes into drafts."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from hub.importing.cleaning import masked
from hub.importing.template import template
from hub.importing.trials import State, Trial, is_records
from hub.office import ZONE, Office
from hub.people import Person
from hub.refusal import Reason, Refused
from hub.sheets import SheetRefused
from hub.store import utc_now
from hub.web.tray import Tray, Upload
from hub.web.view import WRITERS, HubView, in_thread, page
from hub.workflow import CITY, Role
from phrases import Phrases

log = logging.getLogger(__name__)

TABS = ("bad", "looks", "new", "missing", "rows", "columns")
PAGE = 100
"""Rows of the list of cells on one page."""

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

PATIENCE = 1.5
"""Seconds that a trial may take before the person sees its progress instead of its report."""


class ImportView(HubView):
    """Choosing the file, its trial on the way, the report, the import."""

    key, group, icon = "import", "content", "fa-solid fa-file-import"

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self._tray = Tray(office.home.uploads)

    @page("", roles=WRITERS)
    async def index(self, request: Request) -> Response:
        return await self._choosing(request)

    @page("", roles=WRITERS, methods=("POST",))
    async def dry_run(self, request: Request) -> Response:
        """试跑 of an upload; goes on to its page."""
        form = await self.form(request)
        file = form.get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            return await self._choosing(request, self.say("import.no_file"), 422)
        upload = Upload(masked(PurePath(file.filename.replace("\\", "/")).name)[:120], await file.read())
        if not upload.content.strip():
            return await self._choosing(request, self.say("import.empty"), 422)
        return await self._begin(request, upload, self.text(form, "dialect"))

    @page("/again", roles=WRITERS, methods=("POST",))
    async def again(self, request: Request) -> Response:
        """The same file, read as another register's list."""
        person, form = self.person(request), await self.form(request)
        upload = await in_thread(self._tray.get, person.id, self.text(form, "trial"))
        if upload is None:
            return self.back_with(request, self.say("import.gone"), "/import", kind="warning")
        await in_thread(self._tray.drop, person.id, self.text(form, "trial"))
        return await self._begin(request, upload, self.text(form, "dialect"))

    @page("/trial/{id}", roles=WRITERS)
    async def trial(self, request: Request) -> Response:
        """How far a trial is, or its report."""
        office, person = self.office(request), self.person(request)
        trial = await in_thread(office.trials.get, person, str(request.path_params["id"]))
        if trial.state is State.RUNNING:
            return await self.render(
                request,
                "running.html",
                heading=self.say("import.running"),
                about=trial.name,
                words=self.say("import.running_words"),
                percent=_percent(trial),
                done=self.say("import.running_done", n=trial.done),
                asks=f"/import/trial/{trial.id}/progress",
                way=[self.say(f"import.way_{step}") for step in ("choose", "try", "take")],
            )
        if trial.report is None:
            return await self._choosing(request, trial.told, 422, name=trial.name)
        held = trial.state is State.READY and await in_thread(self._tray.get, person.id, trial.id) is not None
        tabs = [(tab, _count(trial.report, tab)) for tab in TABS if _count(trial.report, tab)]
        asked = request.query_params.get("show", "")
        shown = asked if asked in dict(tabs) else tabs[0][0] if tabs else ""
        at = max(1, int(asked_page)) if (asked_page := request.query_params.get("page", "1")).isdecimal() else 1
        rows = trial.report["rows"]
        dialects = await in_thread(office.trials.dialects)
        return await self.render(
            request,
            "import_report.html",
            trial=trial,
            r=trial.report,
            tabs=tabs,
            shown=shown,
            held=held,
            rows=rows[(at - 1) * PAGE : at * PAGE],
            at=at,
            pages=-(-len(rows) // PAGE),
            dialects=[(one.id, one.title) for one in dialects],
        )

    @page("/trial/{id}/progress", roles=WRITERS)
    async def progress(self, request: Request) -> Response:
        """The state of a trial for the page that waits for it."""
        person = self.person(request)
        trial = await in_thread(self.office(request).trials.get, person, str(request.path_params["id"]))
        return JSONResponse(
            {
                "running": trial.state is State.RUNNING,
                "percent": _percent(trial),
                "done": self.say("import.running_done", n=trial.done),
            },
        )

    @page("/trial/{id}/annotated.xlsx", roles=WRITERS)
    async def annotated(self, request: Request) -> Response:
        """The file with the remarks in it."""
        person, id = self.person(request), str(request.path_params["id"])
        upload = await in_thread(self._tray.get, person.id, id)
        if upload is None or is_records(upload.content):
            raise Refused(Reason.TRIAL_UNFIT)
        try:
            made = await in_thread(self.office(request).trials.annotated, person, id, upload.content)
        except SheetRefused:  # the trial said so, and why
            raise Refused(Reason.TRIAL_UNFIT) from None
        return download(made, "annotated.xlsx")

    @page("/template.xlsx", roles=WRITERS)
    async def template(self, request: Request) -> Response:
        """The prescribed template, with the department's own items when they are asked for."""
        office, person = self.office(request), self.person(request)
        filled = request.query_params.get("filled") == "1"
        made = await in_thread(template_for, office, person.department if person.department != CITY else "", filled)
        return download(made, "template.xlsx")

    @page("/drafts", roles=WRITERS, methods=("POST",))
    async def drafts(self, request: Request) -> Response:
        """What was seen goes into drafts."""
        office, person = self.office(request), self.person(request)
        id = self.text(await self.form(request), "token")
        upload = await in_thread(self._tray.get, person.id, id)
        if upload is None:
            return self.back_with(request, self.say("import.gone"), "/import", kind="warning")
        try:
            report = await in_thread(office.trials.take, person, id, upload.content)
        except Refused as refused:
            return self.back_with(request, self.told(refused), "/import", kind="error")
        await in_thread(self._tray.drop, person.id, id)
        words = self.say("import.taken", n=len(report.new) + len(report.changed))
        return self.back_with(request, words, "/items?state=open")

    @page("/drop", roles=WRITERS, methods=("POST",))
    async def drop(self, request: Request) -> Response:
        """全部不要: the file is forgotten."""
        person, id = self.person(request), self.text(await self.form(request), "token")
        await in_thread(self._tray.drop, person.id, id)
        if id:
            await in_thread(self.office(request).trials.drop, person, id)
        return self.back_with(request, self.say("import.dropped"), "/import", kind="info")

    async def _choosing(self, request: Request, told: str = "", status: int = 200, name: str = "") -> Response:
        office, person = self.office(request), self.person(request)
        latest = await in_thread(office.trials.latest, person)
        dialects = await in_thread(office.trials.dialects)
        return await self.render(
            request,
            "import.html",
            status,
            told=f"{name}：{told}" if name and told else told,
            latest=latest,
            dialects=[(one.id, one.title) for one in dialects],
            own=person.department != CITY and Role.EDITOR in person.roles,
        )

    async def _begin(self, request: Request, upload: Upload, dialect: str) -> Response:
        office, person = self.office(request), self.person(request)
        try:
            await in_thread(self._tray.check, person.id)
        except Refused as refused:
            return await self._choosing(request, self.told(refused), 422)
        known = {one.id for one in await in_thread(office.trials.dialects)}
        wanted = dialect if dialect in known else ""
        id = await in_thread(office.trials.begin, person, upload.name, upload.content, wanted)
        await in_thread(self._tray.put, person.id, upload, id)
        running = threading.Thread(target=self._run, args=(office, person, id, upload), name="hub-trial", daemon=True)
        running.start()
        await in_thread(running.join, PATIENCE)
        return self.back_with(request, "", f"/import/trial/{id}")

    def _run(self, office: Office, person: Person, id: str, upload: Upload) -> None:
        """On a thread of its own: a list of a whole city takes many seconds. A file without a report takes no place."""
        try:
            office.trials.run(person, id, upload.content)
        except Exception as error:
            # What went wrong is in the trial's row; here only its kind, which holds nothing of the file.
            log.warning("trial %s: %s", hashlib.sha256(id.encode()).hexdigest()[:8], type(error).__name__)
        if office.trials.get(person, id).report is None:
            self._tray.drop(person.id, id)


def template_for(office: Office, department: str, filled: bool) -> bytes:
    """The template, for a department (empty: the whole city). Blocks."""
    guides: list[Mapping[str, Any]] = []
    orgs: dict[str, str] = {}
    places: dict[str, str] = {}
    for raw in office.items.records(("guide", "org", "place")):
        if raw["kind"] == "org":
            orgs[raw["id"]] = raw["name"]
        elif raw["kind"] == "place":
            places[raw["id"]] = raw["name"]
        elif filled and (not department or raw.get("department") == department):
            guides.append(raw)
    return template(
        office.trials.dialects(),
        Phrases(domain="hub"),
        guides=guides,
        orgs=orgs,
        places=places,
        department=department,
        today=utc_now().astimezone(ZONE).date(),
    )


def download(content: bytes, name: str, media: str = XLSX) -> Response:
    """A file that the browser keeps."""
    return Response(content, media_type=media, headers={"content-disposition": f'attachment; filename="{name}"'})


def _percent(trial: Trial) -> int:
    return min(99, 100 * trial.done // trial.total) if trial.total else 0


def _count(report: Mapping[str, Any], tab: str) -> int:
    """How many a tab tells of; 0: it is not there."""
    if tab in ("bad", "looks"):
        return sum(one["count"] for one in report[tab])
    if tab == "columns":
        return len(report["columns"]["paired"]) if report["columns"] else 0
    if tab == "rows":
        return len(report["rows"])
    found: int = report[tab]
    return found
