"""保鲜账: which department's content is going stale, and verifying it one item at a time.

An item is in time until `verify_days` after it was verified last, due in the thirty days before that, overdue after it,
and long overdue from a year on (`domain.lint.STALE_DAYS`). A verification is a change of the record like any other: a
draft with nothing new but its dates, which both reviews see.
"""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, and_, func, select

from domain.lint import STALE_DAYS
from hub.item import Version
from hub.items import Items
from hub.owners import owner_of
from hub.people import Person
from hub.refusal import Reason, Refused
from hub.sheets import csv_of, workbook_of
from hub.store import Store, moment, utc_now, written
from hub.tables import items, releases, versions
from hub.verified import FIELDS, Dated, dated
from hub.workflow import CITY, Role, Status
from phrases import Phrases

KINDS = ("guide", "fact", "place")
"""Kinds that people go by, so that somebody has to verify them in turn."""

DUE_DAYS = 30

RELEASES = 6
"""Releases that the trend goes over."""

URGENT = ("where", "phone", "fee", "materials")
"""Groups of fields that every guide should have (要紧栏); when it is open stands in its places."""

MONTH = dt.timedelta(days=30)


class Standing(StrEnum):
    """How an item stands; the words are ``ledger.<standing>``."""

    FRESH = "fresh"
    DUE = "due"
    OVERDUE = "overdue"
    LONG = "long"


@dataclass(frozen=True, slots=True)
class Entry:
    """One live item. `days` since it was verified, None when it never was; `fields`: group → days, for what it has;
    `open`: somebody is at it already.
    """

    key: str
    name: str
    department: str
    days: int | None
    standing: Standing
    fields: Mapping[str, int | None]
    phone: str
    open: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A department in figures. `groups`: group → (in time, of how many that have it); `urgent`: how many of the urgent
    fields of its guides are filled in, and how many there are; `before`: percent in time a month ago, None when nothing
    was out then.
    """

    department: str
    items: int
    counts: Mapping[Standing, int]
    oldest: int | None
    groups: Mapping[str, tuple[int, int]]
    trend: tuple[float, ...]
    urgent: tuple[int, int]
    before: float | None

    @property
    def change(self) -> int | None:
        """Points that it is better (or, below zero, worse) than a month ago."""
        return None if self.before is None else round(self.share) - round(self.before)

    @property
    def share(self) -> float:
        """Percent in time; what is due within thirty days is still in time."""
        good = self.counts[Standing.FRESH] + self.counts[Standing.DUE]
        return 100 * good / self.items if self.items else 100.0

    @property
    def whole(self) -> bool:
        """Whether nothing is to be done here."""
        return self.counts[Standing.FRESH] == self.items


@dataclass(frozen=True, slots=True)
class Point:
    """A release in the trend: percent in time on the day it went out."""

    revision: int
    on: dt.date
    share: float


@dataclass(frozen=True, slots=True)
class Account:
    """The whole ledger: departments with the smallest share first."""

    city: Line
    lines: tuple[Line, ...]
    points: tuple[Point, ...]


class Ledger:
    """Reads the account, and begins verifications. Raises `Refused` as `Items` does, and nothing_verified."""

    def __init__(
        self,
        store: Store,
        item_store: Items,
        verify_days: int,
        *,
        now: Callable[[], dt.datetime] = utc_now,
        zone: dt.tzinfo = dt.UTC,
    ) -> None:
        self._store = store
        self._items = item_store
        self.verify_days = verify_days
        self._now = now
        self._zone = zone
        self._lock = threading.Lock()
        self._parsed: dict[tuple[str, int], Dated] = {}
        self._points: dict[int, dict[str, tuple[int, int]]] = {}
        self._month: tuple[object, dict[str, tuple[int, int]]] = (None, {})

    def entries(self, department: str | None = None) -> tuple[Entry, ...]:
        """Every live item that is to be verified, the longest unverified first."""
        today = self._today()

        def work(connection: Connection) -> list[Any]:
            wanted = (
                select(items.c.key, items.c.name, items.c.department, items.c.live, items.c.open)
                .where(items.c.live.is_not(None), items.c.kind.in_(KINDS))
                .order_by(items.c.key)
            )
            if department is not None:
                wanted = wanted.where(items.c.department == department)
            rows = connection.execute(wanted).all()
            self._read(connection, [(row.key, row.live) for row in rows])
            return list(rows)

        found = []
        for row in self._store.read(work):
            said = self._parsed[(row.key, row.live)]
            days = None if said.on is None else (today - said.on).days
            found.append(
                Entry(
                    key=row.key,
                    name=row.name,
                    department=row.department,
                    days=days,
                    standing=self.standing(days),
                    fields={group: None if on is None else (today - on).days for group, on in said.fields.items()},
                    phone=said.phone,
                    open=row.open is not None,
                )
            )
        return tuple(sorted(found, key=lambda one: (-(one.days if one.days is not None else 99_999), one.key)))

    def standing(self, days: int | None) -> Standing:
        """How something stands that was verified `days` ago."""
        if days is None or days >= max(STALE_DAYS, self.verify_days):
            return Standing.LONG
        if days >= self.verify_days:
            return Standing.OVERDUE
        return Standing.DUE if days >= self.verify_days - DUE_DAYS else Standing.FRESH

    def account(self) -> Account:
        """The whole ledger."""
        held: dict[str, list[Entry]] = defaultdict(list)
        every = self.entries()
        for one in every:
            held[one.department].append(one)
        points, before = self._trend(), self._before()
        lines = [self._line(department, found, points, before) for department, found in held.items()]
        lines.sort(key=lambda line: (line.share, -line.items, line.department))
        told = tuple(Point(revision, on, _share(by.get("", (0, 0)))) for revision, on, by in points)
        return Account(self._line("", every, points, before), tuple(lines), told)

    def waiting(self, person: Person) -> int:
        """Items of the person's department that are overdue and that nobody is at."""
        if not person.roles & {Role.EDITOR, Role.COLLECTOR}:
            return 0
        day = (self._today() - dt.timedelta(days=self.verify_days)).isoformat()
        wanted = (
            select(func.count())
            .select_from(items)
            .where(
                items.c.live.is_not(None),
                items.c.open.is_(None),
                items.c.kind.in_(KINDS),
                items.c.verified_on <= day,
            )
        )
        if person.department != CITY and Role.COLLECTOR not in person.roles:
            wanted = wanted.where(items.c.department.in_(person.departments))
        return self._store.read(lambda connection: int(connection.execute(wanted).scalar_one()))

    def verify(self, person: Person, key: str, group: str = "") -> Version:
        """One item was looked at and is right: as a whole, or (`group`: phone) in one of its fields. A draft that says
        so goes into the department review at once.

        Raises `Refused`: nothing_verified (no such group), nothing_to_call (it has no such field),
        item_being_changed, and as `Items.edit`, `save`, `submit`.
        """
        if group and group not in FIELDS:
            raise Refused(Reason.NOTHING_VERIFIED)
        live = self._items.live(key)
        if live is None:
            raise Refused(Reason.NOT_LIVE)
        present = [name for name in FIELDS[group] if live.record.get(name)] if group else []
        if group and not present:
            raise Refused(Reason.NOTHING_TO_CALL)
        if self._items.get(key).open is not None:
            raise Refused(Reason.ITEM_BEING_CHANGED)
        version = self._items.edit(person, key)
        if version.status is not Status.DRAFT or version.author != person.id:
            raise Refused(Reason.ITEM_BEING_CHANGED)
        raw = dict(version.record)
        today = self._today().isoformat()
        if group:
            by = {} if owner_of(raw) == CITY else {"by": owner_of(raw)}
            fields = {**raw.get("verified_fields", {})}
            fields.update({name: {"on": today, **by} for name in present})
            raw["verified_fields"] = fields
        else:
            raw["verified_on"] = today
            raw.pop("verified_fields", None)  # the whole was looked at: no part of it is older now
        version = self._items.save(person, key, raw, version.edits)
        return self._items.submit(person, key, version.edits)

    def export(self, form: str, say: Phrases, names: Mapping[str, str]) -> bytes:
        """The account as xlsx or csv: one row a department, and (xlsx) every item that is not in time."""
        account = self.account()
        head = [say("ledger.department"), say("ledger.items"), *(say(f"ledger.{one.value}") for one in Standing)]
        head += [say("ledger.share"), say("ledger.oldest"), *(say(f"ledger.field_{group}") for group in FIELDS)]
        rows: list[list[object]] = [[*head]]
        for line in account.lines:
            counts = [line.counts[one] for one in Standing]
            groups = [round(_share(line.groups[group]), 1) if line.groups[group][1] else "" for group in FIELDS]
            oldest: object = line.oldest if line.oldest is not None else say("ledger.never")
            name = names.get(line.department, line.department)
            rows.append([name, line.items, *counts, round(line.share, 1), oldest, *groups])
        if form == "csv":
            return csv_of(rows)
        late: list[list[object]] = [
            [say("ledger.department"), say("ledger.item"), say("ledger.state"), say("ledger.days")]
        ]
        for one in self.entries():
            if one.standing is not Standing.FRESH:
                days: object = one.days if one.days is not None else say("ledger.never")
                whose = names.get(one.department, one.department)
                late.append([whose, one.name, say(f"ledger.{one.standing.value}"), days])
        return workbook_of(
            [
                (say("page.freshness"), rows, (22, 8, *(10 for _ in range(13)))),
                (say("ledger.late"), late, (22, 44, 16, 10)),
            ]
        )

    def _line(
        self,
        department: str,
        found: Sequence[Entry],
        points: Sequence[tuple[int, dt.date, dict[str, tuple[int, int]]]],
        before: Mapping[str, tuple[int, int]],
    ) -> Line:
        counts = dict.fromkeys(Standing, 0)
        groups = dict.fromkeys(FIELDS, (0, 0))
        for one in found:
            counts[one.standing] += 1
            for group, days in one.fields.items():
                good, of = groups[group]
                groups[group] = (good + (days is not None and days < self.verify_days), of + 1)
        known = [one.days for one in found if one.days is not None]
        oldest = None if len(known) < len(found) else max(known, default=None)
        trend = tuple(_share(by[department]) for _, _, by in points if department in by)
        guides = [one for one in found if one.key.startswith("guide/")]
        urgent = sum(group in one.fields for one in guides for group in URGENT), len(guides) * len(URGENT)
        ago = _share(before[department]) if department in before else None
        return Line(department, len(found), counts, oldest, groups, trend, urgent, ago)

    def _before(self) -> Mapping[str, tuple[int, int]]:
        """How things stood a month ago, with what was out then."""
        day = self._today() - MONTH
        until = dt.datetime.combine(day, dt.time.max, self._zone)

        def work(connection: Connection) -> Mapping[str, tuple[int, int]]:
            wanted = select(func.max(releases.c.revision)).where(releases.c.published_at <= written(until))
            revision = connection.execute(wanted).scalar()
            if revision is None:
                return {}
            key, known = self._month
            if key != (revision, day):
                known = self._at(connection, revision, day)
                self._month = ((revision, day), known)
            return known

        return self._store.read(work)

    def _trend(self) -> list[tuple[int, dt.date, dict[str, tuple[int, int]]]]:
        """The last releases, oldest first: (revision, day, department → (in time, items)); "" stands for all."""

        def work(connection: Connection) -> list[tuple[int, dt.date, dict[str, tuple[int, int]]]]:
            wanted = (
                select(releases.c.revision, releases.c.published_at)
                .where(releases.c.revision.is_not(None), releases.c.published_at.is_not(None))
                .order_by(releases.c.revision.desc())
                .limit(RELEASES)
            )
            found = []
            for row in reversed(connection.execute(wanted).all()):
                on = moment(row.published_at).astimezone(self._zone).date()
                if row.revision not in self._points:
                    self._points[row.revision] = self._at(connection, row.revision, on)
                found.append((row.revision, on, self._points[row.revision]))
            return found

        return self._store.read(work)

    def _at(self, connection: Connection, revision: int, on: dt.date) -> dict[str, tuple[int, int]]:
        """How things stood when a release went out."""
        newest = (
            select(versions.c.item, func.max(versions.c.number).label("number"))
            .where(versions.c.revision <= revision)
            .group_by(versions.c.item)
            .subquery()
        )
        wanted = (
            select(versions.c.item, versions.c.number)
            .join(newest, and_(newest.c.item == versions.c.item, newest.c.number == versions.c.number))
            .join(items, items.c.key == versions.c.item)
            .where(items.c.kind.in_(KINDS), versions.c.retired.is_(False))
        )
        held = [(row.item, row.number) for row in connection.execute(wanted)]
        self._read(connection, held)
        found: dict[str, tuple[int, int]] = {}
        for one in held:
            said = self._parsed[one]
            good = said.on is not None and (on - said.on).days < self.verify_days
            for department in ("", said.department):
                before = found.get(department, (0, 0))
                found[department] = (before[0] + good, before[1] + 1)
        return found

    def _read(self, connection: Connection, wanted: Sequence[tuple[str, int]]) -> None:
        """Parses versions that were not parsed yet; a version in a release never changes."""
        lacking = [one for one in wanted if one not in self._parsed]
        if not lacking:
            return
        numbers = set(lacking)
        live = select(versions.c.item, versions.c.number, versions.c.line).join(items, items.c.key == versions.c.item)
        live = live.where(items.c.kind.in_(KINDS), versions.c.revision.is_not(None))
        if len(lacking) <= 200:
            live = live.where(versions.c.item.in_([key for key, _ in lacking]))
        with self._lock:
            for row in connection.execute(live):
                if (row.item, row.number) in numbers:
                    self._parsed[(row.item, row.number)] = dated(row.item, json.loads(row.line))

    def _today(self) -> dt.date:
        return self._now().astimezone(self._zone).date()


def _share(pair: tuple[int, int]) -> float:
    return 100 * pair[0] / pair[1] if pair[1] else 100.0
