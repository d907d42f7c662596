"""对标补缺: another city's list of items beside ours; what they have and we do not is for a department to answer.

The machine only pairs. Equal codes and equal names (without 办理, 申领 and the like) are pairs; similar names are
offered; whether an item is missing, goes by another name or is nobody's here is said by people, once: an answer hangs
on the city and the name, so that it holds when the list comes again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
import threading
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from hub import asking, audit
from hub.asking import Request, Topic
from hub.audit import Event
from hub.gap import NEEDS_REASON, Answer, Board, GapList, GapRow, Said, shares_of
from hub.gap_lists import MOST_ROWS, Listed, mark_of, read_names
from hub.importing.cleaning import clean
from hub.items import Items
from hub.pairing import Ours, Paired, Pairer, guessed, splits
from hub.people import Person, person_of
from hub.refusal import Reason, Refused
from hub.store import Store, moment, utc_now, written
from hub.tables import gap_answers, gap_lists, gap_rows, items, versions
from hub.wanted import asked_in_vain, wanted_by
from hub.workflow import CITY, Role
from hub.writers import Writer, commission, of_department, writers

LISTS_KEPT = 4
"""Lists of one city that are kept; answers stay anyway."""

PAIRED_KEPT = 4
"""Lists whose pairs are remembered until an item changes."""


class Gaps:
    """Lists of other cities, what they pair with, and what people answer.

    Whatever changes something raises `Refused`, and nothing was changed then.
    """

    def __init__(
        self, store: Store, item_store: Items, *, now: Callable[[], dt.datetime] = utc_now, zone: dt.tzinfo = dt.UTC
    ) -> None:
        self._store = store
        self._items = item_store
        self._now = now
        self._zone = zone
        self._lock = threading.Lock()
        self._ours: tuple[object, tuple[Ours, ...]] = (None, ())
        self._paired: dict[tuple[str, object], tuple[Paired, ...]] = {}

    def bring(self, person: Person, city: str, source: str, content: bytes, name: str) -> GapList:
        """Takes a list in; a list of the same city takes the place of the one before on the page.

        Raises `SheetRefused`, `Refused` (gap_list_unfit, not_yours_to_answer).
        """
        city = clean(city)[:40]
        if not city:
            raise Refused(Reason.GAP_LIST_UNFIT, most=MOST_ROWS)
        listed = read_names(content, name)
        id = secrets.token_urlsafe(9)

        def work(connection: Connection) -> GapList:
            if not person_of(connection, person.id).roles & {Role.EDITOR, Role.COLLECTOR}:
                raise Refused(Reason.NOT_YOURS_TO_ANSWER)
            now = self._now()
            connection.execute(
                insert(gap_lists).values(
                    id=id,
                    city=city,
                    source=clean(source)[:200] or name[:200],
                    sha256=hashlib.sha256(content).hexdigest(),
                    person=person.id,
                    at=written(now),
                )
            )
            rows = [
                {
                    "list": id,
                    "row": number,
                    "name": one.name,
                    "mark": mark_of(one.name),
                    "code": one.code,
                    "theirs": one.theirs,
                    "told": json.dumps(one.told, ensure_ascii=False) if one.told else None,
                }
                for number, one in enumerate(listed, 1)
            ]
            connection.execute(insert(gap_rows), rows)
            old = connection.execute(
                select(gap_lists.c.id)
                .where(gap_lists.c.city == city)
                .order_by(gap_lists.c.at.desc())
                .offset(LISTS_KEPT)
            ).scalars()
            for one in list(old):
                connection.execute(delete(gap_rows).where(gap_rows.c.list == one))
                connection.execute(delete(gap_lists).where(gap_lists.c.id == one))
            audit.append(connection, now, Event(person.id, "gaps.bring", f"gaps/{city}"[:200], {"rows": len(rows)}))
            return GapList(id, city, source, now, len(rows))

        return self._store.run_tx(work)

    def lists(self) -> tuple[GapList, ...]:
        """The newest list of each city, newest first."""
        wanted = (
            select(gap_lists, func.count(gap_rows.c.row).label("rows"))
            .outerjoin(gap_rows, gap_rows.c.list == gap_lists.c.id)
            .group_by(*gap_lists.c)
            .order_by(gap_lists.c.at.desc())
        )
        found: dict[str, GapList] = {}
        for row in self._store.read(lambda connection: connection.execute(wanted).all()):
            found.setdefault(row.city, GapList(row.id, row.city, row.source, moment(row.at), row.rows))
        return tuple(found.values())

    def board(self, id: str) -> Board:
        """The list beside what we have now. Raises `Refused` (no_such_list)."""
        held = next((one for one in self.lists() if one.id == id), None)
        if held is None:
            raise Refused(Reason.NO_SUCH_LIST)
        today = self._today()

        def work(connection: Connection) -> tuple[list[Any], dict[str, Said], tuple[asking.Asked, ...], dict[str, int]]:
            rows = connection.execute(select(gap_rows).where(gap_rows.c.list == id).order_by(gap_rows.c.row)).all()
            said = {
                row.mark: Said(
                    Answer(row.answer) if row.answer else None,
                    row.department,
                    row.item,
                    row.reason or "",
                    row.person,
                    moment(row.at),
                )
                for row in connection.execute(select(gap_answers).where(gap_answers.c.city == held.city))
            }
            asked = asking.held(connection, Topic.GAPS, held.city)
            return list(rows), said, asked, dict(asked_in_vain(connection, today))

        rows, said, asked, words = self._store.read(work)
        state, ours = self._ours_now()
        listed = [Listed(row.name, row.code, row.theirs, _told(row.told)) for row in rows]
        pairs = self._pairs((id, state), ours, listed)
        searched = wanted_by(words, {row.mark for row in rows})
        parts = splits(listed, pairs)
        found = tuple(
            GapRow(
                row=row.row,
                mark=row.mark,
                listed=one,
                pairing=pairing,
                near=near,
                department=(said[row.mark].department if row.mark in said else "") or department,
                said=said.get(row.mark),
                part_of=parts.get(place),
                searched=searched.get(row.mark),
            )
            for place, (row, one, (pairing, near), department) in enumerate(
                zip(rows, listed, pairs, guessed(ours, listed, pairs), strict=True)
            )
        )
        there = {row.mark for row in found}
        requests = {
            one.department: asking.progress(one, there, _waiting(found, one.department), today) for one in asked
        }
        return Board(held, found, shares_of(ours, found), requests)

    def waiting(self, person: Person) -> int:
        """How many rows of the newest list wait for an answer of the person's department."""
        held = self.lists()
        if not held or not person.roles & {Role.EDITOR, Role.COLLECTOR}:
            return 0
        rows = self.board(held[0].id).rows
        whole = person.department == CITY or Role.COLLECTOR in person.roles
        return sum(row.waits and (whole or row.department in person.departments) for row in rows)

    # Asking departments

    def ask(self, person: Person, id: str, department: str, due: dt.date | None = None) -> Request:
        """Asks a department to answer the rows that wait, until `due` (None: `hub.asking.DAYS` from today).

        Raises `Refused`: no_such_list, not_a_collector, due_unfit, nothing_to_ask, nobody_there.
        """
        board = self.board(id)
        today = self._today()
        until = asking.fitting(due, today)
        waiting = _waiting(board.rows, department)
        if not waiting or not department:
            raise Refused(Reason.NOTHING_TO_ASK)

        def work(connection: Connection) -> Request:
            asking.may_ask(connection, person)
            if department not in writers(connection):
                raise Refused(Reason.NOBODY_THERE)
            now, city = self._now(), board.list.city
            asked = asking.put(connection, Topic.GAPS, city, department, waiting, until, person, now)
            told = {"department": department, "rows": len(waiting), "due": until.isoformat()}
            audit.append(connection, now, Event(person.id, "gaps.ask", f"gaps/{city}"[:200], told))
            return asking.progress(asked, {row.mark for row in board.rows}, waiting, today)

        return self._store.run_tx(work)

    def requests(self, person: Person) -> tuple[tuple[GapList, Request], ...]:
        """What is still open of what departments were asked: what the person's department answers, and whatever is late
        for who asks departments. What is due first at the beginning.
        """
        actor = person.actor
        asked = self._store.read(lambda connection: asking.held(connection, Topic.GAPS))
        mine = [one for one in asked if asking.concerns(actor, one.department)]
        if not mine:
            return ()
        boards = {one.city: self.board(one.id) for one in self.lists() if one.city in {ask.subject for ask in mine}}
        found = []
        for one in mine:
            board = boards.get(one.subject)
            request = board.requests.get(one.department) if board is not None else None
            if board is not None and request is not None and request.open and asking.shown_to(actor, request):
                found.append((board.list, request))
        return tuple(found)

    def writers(self, department: str) -> tuple[Writer, ...]:
        """Who may write what a department lacks: its own people first."""
        return self._store.read(lambda connection: of_department(connection, department))

    # Answering

    def answer(
        self,
        person: Person,
        id: str,
        mark: str,
        answer: Answer,
        *,
        item: str = "",
        reason: str = "",
        department: str = "",
        writer: str = "",
        due: dt.date | None = None,
    ) -> str | None:
        """Notes an answer; MISSING begins a draft with the name alone, whose history says where it comes from, for
        `writer` (empty: the person) to write until `due` (None: `hub.asking.DAYS` from today).

        Returns the key of the item that covers it or was begun. Raises `Refused`: gap_reason_needed, no_such_item,
        not_yours_to_answer, not_a_writer, due_unfit, item_exists…
        """
        board = self.board(id)
        row = board.row(mark)
        whose = department or row.department
        if not whose or not person.actor.may_write(whose):
            raise Refused(Reason.NOT_YOURS_TO_ANSWER)
        reason = clean(reason)[:200]
        if answer in NEEDS_REASON and not reason:
            raise Refused(Reason.GAP_REASON_NEEDED)
        key: str | None = None
        until = asking.fitting(due, self._today()) if answer is Answer.MISSING else None
        if answer is Answer.HAVE:
            key = self._items.get(item or (row.near[0][0] if row.near else "")).key
        elif answer is Answer.MISSING:
            writer = writer or person.id
            if writer != person.id and writer not in {one.id for one in self.writers(whose)}:
                raise Refused(Reason.NOT_A_WRITER)
            digest = hashlib.sha256(f"{whose}/{row.listed.name}".encode()).hexdigest()[:12]
            raw = {"kind": "guide", "id": f"x-{digest}", "name": row.listed.name, "department": whose}
            told = f"{board.list.city}：{board.list.source}，第 {row.row} 行"
            key = self._items.create(person, raw, told[:400]).item

        def work(connection: Connection) -> None:
            now = self._now()
            self._note(connection, now, person, board.list.city, mark, whose, answer, key, reason)
            if key is not None and until is not None:
                commission(connection, key, writer, until, person, now)

        self._store.run_tx(work)
        return key

    def assign(self, person: Person, id: str, mark: str, department: str) -> None:
        """Whose answer a row waits for. Raises `Refused` (no_such_list, not_yours_to_answer)."""
        board = self.board(id)
        row = board.row(mark)
        mine = Role.COLLECTOR in person.roles or bool(row.department and person.actor.may_write(row.department))
        if not mine or not self._is_org(department):
            raise Refused(Reason.NOT_YOURS_TO_ANSWER)
        answer, item, reason = (row.said.answer, row.said.item, row.said.reason) if row.said else (None, None, "")
        self._store.run_tx(
            lambda connection: self._note(
                connection, self._now(), person, board.list.city, mark, department, answer, item, reason
            )
        )

    def _note(
        self,
        connection: Connection,
        now: dt.datetime,
        person: Person,
        city: str,
        mark: str,
        department: str,
        answer: Answer | None,
        item: str | None,
        reason: str,
    ) -> None:
        here = gap_answers.c
        connection.execute(delete(gap_answers).where(here.city == city, here.mark == mark))
        connection.execute(
            insert(gap_answers).values(
                city=city,
                mark=mark,
                department=department,
                answer=answer.value if answer else "",
                item=item,
                reason=reason or None,
                person=person.id,
                at=written(now),
            )
        )
        told = {"answer": answer.value if answer else "", "department": department, "item": item or ""}
        audit.append(connection, now, Event(person.id, "gaps.answer", f"gaps/{city}/{mark}"[:200], told))

    def _is_org(self, id: str) -> bool:
        wanted = select(items.c.key).where(items.c.key == f"org/{id}")
        return self._store.read(lambda connection: connection.execute(wanted).first()) is not None

    def _today(self) -> dt.date:
        return self._now().astimezone(self._zone).date()

    def _ours_now(self) -> tuple[object, tuple[Ours, ...]]:
        """Every guide, live or on its way, with its names and codes; and what tells whether that has changed."""

        def work(connection: Connection) -> tuple[object, list[Any] | None]:
            here = items.c
            counted = select(func.count(), func.sum(here.last), func.count(here.open), func.sum(here.live))
            saved = connection.execute(select(func.max(versions.c.saved_at))).scalar()
            now = (*connection.execute(counted).one(), saved)
            return now, None if known[0] == now else list(connection.execute(wanted))

        wanted = (
            select(items.c.key, items.c.name, items.c.department, versions.c.line)
            .join(versions, versions.c.item == items.c.key)
            .where(items.c.kind == "guide", versions.c.number == func.coalesce(items.c.live, items.c.open))
            .order_by(items.c.key)
        )
        known = self._ours
        state, rows = self._store.read(work)
        if rows is None:
            return known
        found = []
        for row in rows:
            raw = json.loads(row.line)
            names = (row.name, raw["name"], *raw.get("aliases", ()))
            codes = tuple(str(one["code"]) for one in raw.get("codes", ()))
            found.append(Ours(row.key, row.name, row.department, tuple(dict.fromkeys(names)), codes))
        made = (state, tuple(found))
        self._ours = made
        return made

    def _pairs(self, state: tuple[str, object], ours: Sequence[Ours], listed: Sequence[Listed]) -> tuple[Paired, ...]:
        with self._lock:
            if state not in self._paired:
                pairer = Pairer(ours)
                kept = list(self._paired.items())[-(PAIRED_KEPT - 1) :]
                self._paired = {**dict(kept), state: tuple(pairer.pair(one) for one in listed)}
            return self._paired[state]


def _waiting(rows: Sequence[GapRow], department: str) -> frozenset[str]:
    return frozenset(row.mark for row in rows if row.waits and row.department == department)


def _told(text: str | None) -> tuple[tuple[str, str], ...]:
    return tuple((str(head), str(cell)) for head, cell in json.loads(text)) if text else ()
