"""对标补缺: another city's list of items beside ours; what they have and we do not is for a department to answer.

The machine only pairs. Equal codes and equal names (without 办理, 申领 and the like) are pairs; similar names are
offered; whether an item is missing, goes by another name or is nobody's here is said by people, once: an answer hangs
on the city and the name, so that it holds when the list comes again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
import re
import secrets
import threading
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from hub import audit
from hub.audit import Event
from hub.importing.cleaning import clean
from hub.items import Items
from hub.people import Person, person_of
from hub.refusal import Reason, Refused
from hub.searching import ItemSearch
from hub.sheets import SheetRefused, Workbook, read_table
from hub.store import Store, moment, utc_now, written
from hub.tables import gap_answers, gap_lists, gap_rows, items, versions
from hub.workflow import CITY, Role

NEAR = 0.42
"""Similarity from which a name is offered as perhaps the same. However alike, a person says so: 变更 and 注销 of one
permit differ in two characters, and on real names most pairs above .8 were such.
"""

MOST_ROWS = 20_000
LISTS_KEPT = 4
"""Lists of one city that are kept; answers stay anyway."""
COMMON = 0.15
"""Share of names above which a pair of characters says nothing (登记, 申请)."""

_AFFIX = re.compile(
    r"^(?:办理|申请办理|申请|申领|对于?)|(?:的?(?:办理|申请|申领|核发|发放|受理|审核|办事指南|服务|业务|事项))+$"
)
_NOISE = re.compile(r"[^0-9a-z\u3400-\u9fff]+")
_HEADERS = {
    "name": ("事项名称", "名称", "事项", "taskname", "name", "itemname", "cataname"),
    "code": ("实施编码", "事项编码", "编码", "taskcode", "code", "itemcode", "基本编码"),
    "theirs": ("所属部门", "部门", "实施主体", "deptname", "dept", "department", "单位", "主管部门"),
}


class Answer(StrEnum):
    """What a department says; its words are ``gaps.answer_<answer>``."""

    HAVE = "have"
    MISSING = "missing"
    NOT_OURS = "not_ours"
    NOT_HERE = "not_here"
    LATER = "later"


NEEDS_REASON = frozenset({Answer.NOT_OURS, Answer.NOT_HERE})


class Pairing(StrEnum):
    """What the machine says."""

    COVERED = "covered"
    MAYBE = "maybe"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Listed:
    """One item of another city's list, as it was written."""

    name: str
    code: str = ""
    theirs: str = ""


@dataclass(frozen=True, slots=True)
class GapList:
    """A list that was brought: whose, from where, when, how many rows."""

    id: str
    city: str
    source: str
    at: dt.datetime
    rows: int


@dataclass(frozen=True, slots=True)
class Said:
    """An answer: who, when, why; `item`: what covers it or the draft that came of it. `answer` None: only the
    department was set.
    """

    answer: Answer | None
    department: str
    item: str | None
    reason: str
    who: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class GapRow:
    """One row of the list beside ours. `near`: (key, name, score) of the most similar ones, best first."""

    row: int
    mark: str
    listed: Listed
    pairing: Pairing
    near: tuple[tuple[str, str, float], ...]
    department: str
    said: Said | None

    @property
    def waits(self) -> bool:
        """Whether somebody has to say something."""
        return self.pairing is not Pairing.COVERED and (self.said is None or self.said.answer in (None, Answer.LATER))

    @property
    def covered(self) -> bool:
        return self.pairing is Pairing.COVERED or (self.said is not None and self.said.answer is Answer.HAVE)


@dataclass(frozen=True, slots=True)
class Share:
    """A department in figures. `both`: theirs that we have; `only_ours`: names that the list does not have."""

    department: str
    ours: int
    theirs: int
    both: int
    waiting: int
    answered: int
    only_ours: tuple[str, ...]

    @property
    def coverage(self) -> float | None:
        """Percent of theirs that we have; None when they have none."""
        return 100 * self.both / self.theirs if self.theirs else None


@dataclass(frozen=True, slots=True)
class Board:
    """A list beside ours: rows in its order, departments with most missing first."""

    list: GapList
    rows: tuple[GapRow, ...]
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class Ours:
    """One item of ours with every name it goes by."""

    key: str
    name: str
    department: str
    names: tuple[str, ...]
    codes: tuple[str, ...] = ()


def mark_of(name: str) -> str:
    """A name as it is compared: no spaces, brackets and signs, no 办理, 申领 around it."""
    plain = _NOISE.sub("", unicodedata.normalize("NFKC", clean(name)).lower())
    stripped = _AFFIX.sub("", _AFFIX.sub("", plain))
    return stripped if len(stripped) >= 2 else plain


class Pairer:
    """Pairs names with ours: pairs of characters weighed by how seldom they are, compared by their cosine."""

    def __init__(self, ours: Sequence[Ours]) -> None:
        self._ours = {one.key: one for one in ours}
        self._codes = {code: one.key for one in ours for code in one.codes}
        self._exact: dict[str, str] = {}
        documents: list[tuple[str, Counter[str]]] = []
        for one in ours:
            for mark in dict.fromkeys(filter(None, map(mark_of, one.names))):
                self._exact.setdefault(mark, one.key)
                documents.append((one.key, _pairs(mark)))
        seen: Counter[str] = Counter()
        for _, pairs in documents:
            seen.update(pairs.keys())
        self._count = max(1, len(documents))
        self._weights = {pair: math.log(1 + self._count / n) for pair, n in seen.items()}
        self._unseen = math.log(1 + self._count)
        common = max(20, COMMON * self._count)
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        self._keys: list[str] = []
        for key, pairs in documents:
            weights = self._vector(pairs)
            place = len(self._keys)
            self._keys.append(key)
            for pair, weight in weights.items():
                if seen[pair] <= common:
                    self._postings[pair].append((place, weight))
        self._rest: list[dict[str, float]] = []
        for _, pairs in documents:
            self._rest.append({pair: w for pair, w in self._vector(pairs).items() if seen[pair] > common})

    def pair(self, listed: Listed, most: int = 3) -> tuple[Pairing, tuple[tuple[str, str, float], ...]]:
        """What we have like it."""
        key = self._codes.get(listed.code) if listed.code else None
        mark = mark_of(listed.name)
        key = key or self._exact.get(mark)
        if key is not None:
            return Pairing.COVERED, ((key, self._ours[key].name, 1.0),)
        wanted = self._vector(_pairs(mark))
        scores: dict[int, float] = defaultdict(float)
        for pair, weight in wanted.items():
            for place, other in self._postings.get(pair, ()):
                scores[place] += weight * other
        best: dict[str, float] = {}
        for place, score in scores.items():
            rest = self._rest[place]
            whole = score + sum(weight * rest[pair] for pair, weight in wanted.items() if pair in rest)
            found = self._keys[place]
            if whole > best.get(found, 0.0):
                best[found] = whole
        order = sorted(best.items(), key=lambda one: (-one[1], one[0]))[:most]
        near = tuple((one, self._ours[one].name, round(min(1.0, score), 2)) for one, score in order)
        top = near[0][2] if near else 0.0
        return Pairing.MAYBE if top >= NEAR else Pairing.MISSING, near

    def _vector(self, pairs: Mapping[str, int]) -> dict[str, float]:
        raw = {pair: n * self._weights.get(pair, self._unseen) for pair, n in pairs.items()}
        length = math.sqrt(sum(weight * weight for weight in raw.values())) or 1.0
        return {pair: weight / length for pair, weight in raw.items()}


def _pairs(mark: str) -> Counter[str]:
    return Counter([mark[at : at + 2] for at in range(len(mark) - 1)] or [mark])


def read_names(content: bytes, name: str) -> tuple[Listed, ...]:
    """Names, codes and departments of a list: a table with columns of such names, or one name a line.

    Raises `SheetRefused`, `Refused` (gap_list_unfit).
    """
    book = read_table(content, name)
    found = tuple(_listed(book))
    if not found or len(found) > MOST_ROWS:
        raise Refused(Reason.GAP_LIST_UNFIT, most=MOST_ROWS)
    return found


def _listed(book: Workbook) -> Iterable[Listed]:
    seen: set[tuple[str, str]] = set()
    for sheet in book.sheets:
        columns: dict[str, int] = {}
        start = 0
        for place, row in enumerate(sheet.rows[:10]):
            words = [re.sub(r"[\s*＊_]", "", cell).lower() for cell in row.cells]
            # The first of the names in our order counts: a list may have both 名称 and 事项名称.
            columns = {
                field: next(words.index(one) for one in known if one in words)
                for field, known in _HEADERS.items()
                if any(one in words for one in known)
            }
            if "name" in columns:
                start = place + 1
                break
        else:
            if any(len(row.cells) > 1 for row in sheet.rows):
                continue
            columns = {"name": 0}
        for row in sheet.rows[start:]:
            told = {field: clean(row.cell(at))[:200] for field, at in columns.items()}
            one = Listed(told["name"], told.get("code", "")[:64], told.get("theirs", ""))
            if one.name and mark_of(one.name) and (mark_of(one.name), one.theirs) not in seen:
                seen.add((mark_of(one.name), one.theirs))
                yield one


class Gaps:
    """Lists of other cities, what they pair with, and what people answer.

    Whatever changes something raises `Refused`, and nothing was changed then.
    """

    def __init__(
        self, store: Store, item_store: Items, search: ItemSearch, *, now: Callable[[], dt.datetime] = utc_now
    ) -> None:
        self._store = store
        self._items = item_store
        self._search = search
        self._now = now
        self._lock = threading.Lock()
        self._held: tuple[object, tuple[tuple[Pairing, tuple[tuple[str, str, float], ...]], ...]] = (None, ())

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

        def work(connection: Connection) -> tuple[list[Any], dict[str, Said], object]:
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
            state = connection.execute(select(func.count(), func.sum(items.c.last))).one()
            saved = connection.execute(select(func.max(versions.c.saved_at))).scalar()
            return list(rows), said, (*state, saved)

        rows, said, state = self._store.read(work)
        ours = self._ours()
        listed = [Listed(row.name, row.code, row.theirs) for row in rows]
        pairs = self._paired((id, state), ours, listed)
        departments = _guessed(ours, listed, pairs)
        found = tuple(
            GapRow(
                row.row,
                row.mark,
                one,
                pairing,
                near,
                (said[row.mark].department if row.mark in said else "") or department,
                said.get(row.mark),
            )
            for row, one, (pairing, near), department in zip(rows, listed, pairs, departments, strict=True)
        )
        return Board(held, found, _shares(ours, found))

    def waiting(self, person: Person) -> int:
        """How many rows of the newest list wait for an answer of the person's department."""
        held = self.lists()
        if not held or not person.roles & {Role.EDITOR, Role.COLLECTOR}:
            return 0
        rows = self.board(held[0].id).rows
        whole = person.department == CITY or Role.COLLECTOR in person.roles
        return sum(row.waits and (whole or row.department in person.departments) for row in rows)

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
    ) -> str | None:
        """Notes an answer; MISSING begins a draft with the name alone, whose history says where it comes from.

        Returns the key of the item that covers it or was begun. Raises `Refused`: gap_reason_needed, no_such_item,
        not_yours_to_answer, item_exists…
        """
        board = self.board(id)
        row = next((one for one in board.rows if one.mark == mark), None)
        if row is None:
            raise Refused(Reason.NO_SUCH_LIST)
        whose = department or row.department
        if not whose or not person.actor.may_write(whose):
            raise Refused(Reason.NOT_YOURS_TO_ANSWER)
        reason = clean(reason)[:200]
        if answer in NEEDS_REASON and not reason:
            raise Refused(Reason.GAP_REASON_NEEDED)
        key: str | None = None
        if answer is Answer.HAVE:
            key = self._items.get(item or (row.near[0][0] if row.near else "")).key
        elif answer is Answer.MISSING:
            digest = hashlib.sha256(f"{whose}/{row.listed.name}".encode()).hexdigest()[:12]
            raw = {"kind": "guide", "id": f"x-{digest}", "name": row.listed.name, "department": whose}
            told = f"{board.list.city}：{board.list.source}，第 {row.row} 行"
            key = self._items.create(person, raw, told[:400]).item
        self._note(person, board.list.city, mark, whose, answer, key, reason)
        return key

    def assign(self, person: Person, id: str, mark: str, department: str) -> None:
        """Whose answer a row waits for. Raises `Refused` (no_such_list, not_yours_to_answer)."""
        board = self.board(id)
        row = next((one for one in board.rows if one.mark == mark), None)
        if row is None:
            raise Refused(Reason.NO_SUCH_LIST)
        mine = Role.COLLECTOR in person.roles or bool(row.department and person.actor.may_write(row.department))
        if not mine or not self._is_org(department):
            raise Refused(Reason.NOT_YOURS_TO_ANSWER)
        said = row.said
        self._note(
            person,
            board.list.city,
            mark,
            department,
            said.answer if said else None,
            said.item if said else None,
            said.reason if said else "",
        )

    def _note(
        self,
        person: Person,
        city: str,
        mark: str,
        department: str,
        answer: Answer | None,
        item: str | None,
        reason: str,
    ) -> None:
        def work(connection: Connection) -> None:
            now = self._now()
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

        self._store.run_tx(work)

    def _is_org(self, id: str) -> bool:
        wanted = select(items.c.key).where(items.c.key == f"org/{id}")
        return self._store.read(lambda connection: connection.execute(wanted).first()) is not None

    def _ours(self) -> tuple[Ours, ...]:
        """Every guide, live or on its way, with its names and codes."""
        wanted = (
            select(items.c.key, items.c.name, items.c.department, versions.c.line)
            .join(versions, versions.c.item == items.c.key)
            .where(items.c.kind == "guide", versions.c.number == func.coalesce(items.c.live, items.c.open))
            .order_by(items.c.key)
        )
        found = []
        for row in self._store.read(lambda connection: connection.execute(wanted).all()):
            raw = json.loads(row.line)
            names = (row.name, raw["name"], *raw.get("aliases", ()))
            codes = tuple(str(one["code"]) for one in raw.get("codes", ()))
            found.append(Ours(row.key, row.name, row.department, tuple(dict.fromkeys(names)), codes))
        return tuple(found)

    def _paired(
        self, state: object, ours: Sequence[Ours], listed: Sequence[Listed]
    ) -> tuple[tuple[Pairing, tuple[tuple[str, str, float], ...]], ...]:
        with self._lock:
            if self._held[0] != state:
                pairer = Pairer(ours)
                self._held = (state, tuple(pairer.pair(one) for one in listed))
            return self._held[1]


def _guessed(
    ours: Sequence[Ours],
    listed: Sequence[Listed],
    pairs: Sequence[tuple[Pairing, tuple[tuple[str, str, float], ...]]],
) -> list[str]:
    """Whose each row would be here: of the item that it pairs with, else where most of what their department has
    pairs with, else of the nearest one; nothing when nothing is near.
    """
    held = {one.key: one.department for one in ours}
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for one, (pairing, near) in zip(listed, pairs, strict=True):
        if one.theirs and pairing is not Pairing.MISSING:
            votes[one.theirs][held[near[0][0]]] += 3 if pairing is Pairing.COVERED else 1
    found = []
    for one, (pairing, near) in zip(listed, pairs, strict=True):
        if pairing is Pairing.COVERED:
            found.append(held[near[0][0]])
        elif votes.get(one.theirs):
            found.append(votes[one.theirs].most_common(1)[0][0])
        else:
            found.append(held[near[0][0]] if near and pairing is Pairing.MAYBE else "")
    return found


def _shares(ours: Sequence[Ours], rows: Sequence[GapRow]) -> tuple[Share, ...]:
    mine: dict[str, dict[str, str]] = defaultdict(dict)
    for one in ours:
        mine[one.department].setdefault(mark_of(one.name), one.key)
    names = {one.key: one.name for one in ours}
    theirs: dict[str, list[GapRow]] = defaultdict(list)
    for row in rows:
        theirs[row.department].append(row)
    paired = {row.near[0][0] for row in rows if row.pairing is Pairing.COVERED and row.near}
    paired |= {row.said.item for row in rows if row.said is not None and row.said.item}
    found = []
    for department, held in theirs.items():
        own = mine.get(department, {})
        found.append(
            Share(
                department=department,
                ours=len(own),
                theirs=len(held),
                both=sum(row.covered for row in held),
                waiting=sum(row.waits for row in held),
                answered=sum(row.said is not None and row.said.answer not in (None, Answer.LATER) for row in held),
                only_ours=tuple(names[key] for key in own.values() if key not in paired),
            )
        )
    return tuple(sorted(found, key=lambda one: (-one.waiting, -one.theirs, one.department)))


__all__ = ["Answer", "Board", "GapList", "GapRow", "Gaps", "Listed", "Pairer", "Pairing", "Share", "SheetRefused"]
