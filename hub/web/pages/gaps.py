"""对标补缺: another city's list beside ours, department by department; what is missing is for the department to say."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from hub.asking import DAYS
from hub.differences import field_name
from hub.gap import Answer, Board, GapRow
from hub.office import ZONE, Office
from hub.pairing import Pairing
from hub.people import Person
from hub.refusal import Reason, Refused
from hub.sheets import SheetRefused, workbook_of
from hub.store import utc_now
from hub.web import words
from hub.web.differing import shown
from hub.web.pages.importing import download
from hub.web.view import WRITERS, HubView, in_thread, page
from hub.workflow import CITY, Role

READERS = WRITERS | {Role.DEPARTMENT_REVIEWER, Role.CITY_REVIEWER}

TABS = ("waiting", "maybe", "covered", "said")

PAGE = 50

SHOWN = (
    *("name", "aliases", "department", "codes", "summary", "eligibility", "materials", "result", "fee"),
    *("promised_limit", "legal_limit", "places", "phone", "legal_basis"),
)
"""Fields of ours that are set beside theirs."""

_TESTS: dict[str, Callable[[GapRow], bool]] = {
    "waiting": lambda row: row.waits,
    "maybe": lambda row: row.waits and row.pairing is Pairing.MAYBE,
    "covered": lambda row: row.covered,
    "said": lambda row: row.said is not None and row.said.answer is not None,
}


class GapsView(HubView):
    """One list at a time; the one that was brought last, unless another is asked for."""

    key, group, icon = "gaps", "content", "fa-solid fa-scale-unbalanced"

    @page("", roles=READERS)
    async def index(self, request: Request) -> Response:
        office, person, asked = self.office(request), self.person(request), request.query_params
        lists = await in_thread(office.gaps.lists)
        names = dict(await in_thread(office.people.departments))
        chosen = next((one for one in lists if one.id == asked.get("list")), lists[0] if lists else None)
        if chosen is None:
            return await self.render(request, "gaps.html", lists=lists, board=None)
        board = await in_thread(office.gaps.board, chosen.id)
        department = self._department(asked.get("department"), board, person)
        tab = asked.get("show", "waiting")
        tab = tab if tab in TABS else "waiting"
        within = [row for row in board.rows if row.department == department]
        rows = sorted(
            (row for row in within if _TESTS[tab](row)), key=lambda row: -(row.searched or 0) if board.searched else 0
        )
        number = asked.get("page", "1")
        at = max(1, int(number)) if number.isdecimal() and len(number) < 6 else 1
        made = board.requests.get(department)
        ids = [row.said.who for row in rows if row.said] + ([made.asked.by] if made else [])
        people = await in_thread(office.people.names, ids)
        return await self.render(
            request,
            "gaps.html",
            lists=lists,
            board=board,
            department=department,
            names=names,
            share=next((one for one in board.shares if one.department == department), None),
            tabs=[(one, self.say(f"gaps.tab_{one}"), sum(map(_TESTS[one], within))) for one in TABS],
            shown=tab,
            rows=rows[(at - 1) * PAGE : at * PAGE],
            at=at,
            pages=-(-len(rows) // PAGE),
            href=lambda **more: _href(chosen.id, **more),
            people=people,
            asked=made,
            asks=Role.COLLECTOR in person.roles,
            brings=bool(person.roles & WRITERS),
            **await in_thread(self._answering, office, person, board, department),
            paired=sum(row.covered for row in board.rows),
            answered=sum(row.said is not None and row.said.answer is not None for row in board.rows),
            begun=sum(row.said is not None and row.said.answer is Answer.MISSING for row in board.rows),
        )

    @page("/beside", roles=READERS)
    async def beside(self, request: Request) -> Response:
        """并排看两条: what their list says of an item, and what we have of the one most like it."""
        office, person, asked = self.office(request), self.person(request), request.query_params
        board = await in_thread(office.gaps.board, asked.get("list", ""))
        row = next((one for one in board.rows if str(one.row) == asked.get("row")), None)
        if row is None:
            raise Refused(Reason.NO_SUCH_LIST)
        names = dict(await in_thread(office.people.departments))
        theirs = [(self.say("gaps.their_name"), row.listed.name)]
        theirs += [(self.say("gaps.their_department"), row.listed.theirs)] if row.listed.theirs else []
        theirs += [(self.say("gaps.their_code"), row.listed.code)] if row.listed.code else []
        near = row.near[0] if row.near else None
        return await self.render(
            request,
            "gaps_beside.html",
            board=board,
            row=row,
            department=row.department,
            names=names,
            near=near,
            theirs=[*theirs, *row.listed.told],
            ours=await in_thread(self._ours, office, near[0], names) if near else [],
            back=f"{_href(board.list.id, department=row.department)}#r{row.row}",
            people=await in_thread(office.people.names, [row.said.who] if row.said else []),
            **await in_thread(self._answering, office, person, board, row.department),
        )

    @page("/ask", roles=frozenset({Role.COLLECTOR}), methods=("POST",))
    async def ask(self, request: Request) -> Response:
        """发给部门答: a task of the department, with a day by which it answers."""
        office, person, form = self.office(request), self.person(request), await self.form(request)
        id, department = self.text(form, "list"), self.text(form, "department")
        made = await in_thread(office.gaps.ask, person, id, department, day_of(self.text(form, "due")))
        told = self.say(
            "gaps.asked",
            department=await in_thread(self.department, department),
            n=made.of - made.done,
            due=words.day(made.asked.due),
        )
        return self.back_with(request, told, _href(id, department=department))

    @page("", roles=WRITERS, methods=("POST",))
    async def bring(self, request: Request) -> Response:
        """导入另一个城市: its list, with where it comes from."""
        office, person, form = self.office(request), self.person(request), await self.form(request)
        file = form.get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            return self.back_with(request, self.say("gaps.no_file"), "/gaps", kind="error")
        name = PurePath(file.filename.replace("\\", "/")).name[:120]
        content, city, source = await file.read(), self.text(form, "city"), self.text(form, "source")
        try:
            made = await in_thread(office.gaps.bring, person, city, source or name, content, name)
        except SheetRefused as refused:
            told = self.say(f"sheet.{refused.reason}", **refused.values)
            return self.back_with(request, told, "/gaps", kind="error")
        return self.back_with(request, self.say("gaps.brought", city=made.city, n=made.rows), _href(made.id))

    @page("/answer", roles=WRITERS, methods=("POST",))
    async def answer(self, request: Request) -> Response:
        """What the department says to one row."""
        office, person, form = self.office(request), self.person(request), await self.form(request)
        id, mark, to = (self.text(form, one) for one in ("list", "mark", "to"))
        row = await in_thread(self._row, office, id, mark)
        if self.text(form, "answer") == "assign":
            await in_thread(office.gaps.assign, person, id, mark, to)
            told = self.say("gaps.assigned", name=row.listed.name, department=await in_thread(self.department, to))
            return self.back_with(request, told)
        if self.text(form, "answer") not in set(Answer):
            return self.back_with(request, self.say("gaps.choose_answer"), kind="error")
        answer = Answer(self.text(form, "answer"))
        item, reason, writer = (self.text(form, one) for one in ("item", "reason", "writer"))
        due = day_of(self.text(form, "due")) if answer is Answer.MISSING else None
        whose = row.department or to
        await in_thread(
            lambda: office.gaps.answer(
                person, id, mark, answer, item=item, reason=reason, department=whose, writer=writer, due=due
            )
        )
        said = self.say(f"gaps.answer_{answer.value}")
        told = self.say("gaps.begun" if answer is Answer.MISSING else "gaps.said", name=row.listed.name, answer=said)
        return self.back_with(request, told, _href(id, department=whose) if self.text(form, "back") else None)

    @page("/list.xlsx", roles=READERS)
    async def export(self, request: Request) -> Response:
        """导出给部门: the rows of one department, or all, as an xlsx file without formulas."""
        office, asked = self.office(request), request.query_params
        board = await in_thread(office.gaps.board, asked.get("list", ""))
        names = dict(await in_thread(office.people.departments))
        made = await in_thread(self._exported, board, asked.get("department"), names)
        return download(made, f"gaps-{hashlib.sha256(board.list.id.encode()).hexdigest()[:6]}.xlsx")

    def count(self, person: Person) -> int:
        return self._office.gaps.waiting(person)

    def _row(self, office: Office, id: str, mark: str) -> GapRow:
        return office.gaps.board(id).row(mark)

    def _answering(self, office: Office, person: Person, board: Board, department: str) -> dict[str, Any]:
        """What the form of an answer needs."""
        split: dict[str, list[str]] = defaultdict(list)
        for row in board.rows:
            if row.part_of:
                split[row.part_of].append(row.listed.name)
        today = utc_now().astimezone(ZONE).date()
        return {
            "answers": [(one.value, self.say(f"gaps.answer_{one.value}")) for one in Answer],
            "authors": office.gaps.writers(department) if department else (),
            "writes": person.actor.may_write(department) if department else Role.COLLECTOR in person.roles,
            "assigns": Role.COLLECTOR in person.roles,
            "due": (today + dt.timedelta(days=DAYS)).isoformat(),
            "today": today.isoformat(),
            "split_names": split,
        }

    def _ours(self, office: Office, key: str, names: Mapping[str, str]) -> Sequence[tuple[str, str]]:
        """What the item of ours says, in the order of the list."""
        version = office.items.live(key) or office.items.open(key)
        if version is None:
            return []
        raw = version.record
        ids = [one for value in raw.values() for one in (value if isinstance(value, list) else [value])]
        called = {id: name for id, (_, name) in office.items.called(one for one in ids if isinstance(one, str)).items()}
        held = {**called, **names}
        return [
            (field_name(field, self.say), shown(raw[field], self.say, held, field)) for field in SHOWN if raw.get(field)
        ]

    def _department(self, asked: str | None, board: Board, person: Person) -> str:
        """The department that is looked at: as asked, one's own, one below it, else where most is missing."""
        held = {one.department for one in board.shares}
        if asked is not None and asked in held:
            return asked
        mine = person.departments - {CITY}
        if person.department in held & mine:
            return person.department
        below = next((one.department for one in board.shares if one.department in mine), None)
        if below is not None:
            return below
        named = [one for one in board.shares if one.department]
        return (named or list(board.shares))[0].department if board.shares else ""

    def _exported(self, board: Board, department: str | None, names: dict[str, str]) -> bytes:
        columns = ("row", "name", "theirs", "pairing", "near", "score", "department", "answer", "reason")
        rows: list[list[object]] = [[self.say(f"gaps.export_{one}") for one in columns]]
        for row in board.rows:
            if department is None or row.department == department:
                near = row.near[0] if row.near else ("", "", 0.0)
                answer = row.said.answer if row.said else None
                rows.append(
                    [
                        row.row,
                        row.listed.name,
                        row.listed.theirs,
                        self.say(f"gaps.{row.pairing.value}"),
                        near[1],
                        near[2],
                        names.get(row.department, row.department),
                        self.say(f"gaps.answer_{answer.value}") if answer else "",
                        row.said.reason if row.said else "",
                    ]
                )
        return workbook_of([(self.say("page.gaps"), rows, (6, 40, 20, 10, 40, 8, 20, 16, 30))])


def day_of(text: str) -> dt.date | None:
    """A day as a form sends it, None when it is empty. Raises `Refused` (due_unfit)."""
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise Refused(Reason.DUE_UNFIT) from None


def _href(id: str, **more: object) -> str:
    return f"/gaps?{urlencode({'list': id, **{name: value for name, value in more.items() if value is not None}})}"
