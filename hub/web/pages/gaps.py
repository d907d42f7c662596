"""对标补缺: another city's list beside ours, department by department; what is missing is for the department to say."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import PurePath
from urllib.parse import urlencode

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from hub.gaps import Answer, Board, GapRow, Pairing
from hub.office import Office
from hub.people import Person
from hub.refusal import Reason, Refused
from hub.sheets import SheetRefused, workbook_of
from hub.web.pages.importing import download
from hub.web.view import WRITERS, HubView, in_thread, page
from hub.workflow import CITY, Role

READERS = WRITERS | {Role.DEPARTMENT_REVIEWER, Role.CITY_REVIEWER}

TABS = ("waiting", "maybe", "covered", "said")

PAGE = 50

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
        shown = asked.get("show", "waiting")
        shown = shown if shown in TABS else "waiting"
        within = [row for row in board.rows if row.department == department]
        rows = [row for row in within if _TESTS[shown](row)]
        number = asked.get("page", "1")
        at = max(1, int(number)) if number.isdecimal() and len(number) < 6 else 1
        people = await in_thread(office.people.names, [row.said.who for row in rows if row.said])
        return await self.render(
            request,
            "gaps.html",
            lists=lists,
            board=board,
            department=department,
            names=names,
            share=next((one for one in board.shares if one.department == department), None),
            tabs=[(tab, self.say(f"gaps.tab_{tab}"), sum(map(_TESTS[tab], within))) for tab in TABS],
            shown=shown,
            rows=rows[(at - 1) * PAGE : at * PAGE],
            at=at,
            pages=-(-len(rows) // PAGE),
            href=lambda **more: _href(chosen.id, **more),
            answers=[(one.value, self.say(f"gaps.answer_{one.value}")) for one in Answer],
            people=people,
            writes=person.actor.may_write(department) if department else Role.COLLECTOR in person.roles,
            assigns=Role.COLLECTOR in person.roles,
            paired=sum(row.covered for row in board.rows),
            answered=sum(row.said is not None and row.said.answer is not None for row in board.rows),
            begun=sum(row.said is not None and row.said.answer is Answer.MISSING for row in board.rows),
        )

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
            words = self.say(f"sheet.{refused.reason}", **refused.values)
            return self.back_with(request, words, "/gaps", kind="error")
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
        answer = Answer(self.text(form, "answer")) if self.text(form, "answer") in set(Answer) else Answer.LATER
        item, reason = self.text(form, "item"), self.text(form, "reason")
        await in_thread(
            lambda: office.gaps.answer(
                person, id, mark, answer, item=item, reason=reason, department="" if row.department else to
            )
        )
        if answer is Answer.MISSING:
            return self.back_with(request, self.say("gaps.begun", name=row.listed.name))
        return self.back_with(
            request, self.say("gaps.said", name=row.listed.name, answer=self.say(f"gaps.answer_{answer.value}"))
        )

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
        row = next((one for one in office.gaps.board(id).rows if one.mark == mark), None)
        if row is None:
            raise Refused(Reason.NO_SUCH_LIST)
        return row

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
        words = ("row", "name", "theirs", "pairing", "near", "score", "department", "answer", "reason")
        rows: list[list[object]] = [[self.say(f"gaps.export_{one}") for one in words]]
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


def _href(id: str, **more: object) -> str:
    return f"/gaps?{urlencode({'list': id, **{name: value for name, value in more.items() if value is not None}})}"
