"""Who is asked to verify what has gone stale, and content that nobody looks after (没人认领).

A reminder is a task of the department, never a message that leaves the hub; there is one a department, and reminding
again renews it. Nothing is verified by it.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from hub import asking, audit
from hub.asking import Request, Topic
from hub.audit import Event
from hub.freshness import Entry, Ledger, Standing
from hub.item import Version
from hub.items import Items
from hub.owners import owner_of
from hub.people import Person
from hub.refusal import Reason, Refused
from hub.store import Store, utc_now
from hub.tables import items
from hub.workflow import CITY, Status
from hub.writers import Writer, writers

_STALE = (Standing.OVERDUE, Standing.LONG)


@dataclass(frozen=True, slots=True)
class Desk:
    """What departments are asked for. `requests`: by department, also when all is done; `waiting`: departments that
    can be reminded, with how many items wait there; `unclaimed`: live items whose department does not exist or has
    nobody who writes, the longest unverified first; `writers`: who writes, by department that has somebody.
    """

    requests: Mapping[str, Request]
    waiting: Mapping[str, int]
    unclaimed: tuple[Entry, ...]
    writers: Mapping[str, tuple[Writer, ...]]


class Reminders:
    """Reminds departments and hands items over. Raises `Refused`, and nothing was changed then."""

    def __init__(
        self,
        store: Store,
        item_store: Items,
        ledger: Ledger,
        *,
        now: Callable[[], dt.datetime] = utc_now,
        zone: dt.tzinfo = dt.UTC,
    ) -> None:
        self._store = store
        self._items = item_store
        self._ledger = ledger
        self._now = now
        self._zone = zone

    def desk(self) -> Desk:
        """How things stand now."""
        entries = self._ledger.entries()
        asked, claimed = self._store.read(
            lambda connection: (asking.held(connection, Topic.FRESHNESS), _claimed(connection))
        )
        waiting, today = _stale(entries), self._today()
        there = {one.key for one in entries}
        return Desk(
            requests={
                one.department: asking.progress(one, there, waiting.get(one.department, frozenset()), today)
                for one in asked
            },
            waiting={department: len(keys) for department, keys in waiting.items() if department in claimed},
            unclaimed=tuple(one for one in entries if one.department != CITY and one.department not in claimed),
            writers=claimed,
        )

    def remind(self, person: Person, due: dt.date | None = None) -> tuple[Request, ...]:
        """Asks every department that has overdue items and somebody to verify them, until `due` (None:
        `hub.asking.DAYS` from today). Raises `Refused`: not_a_collector, due_unfit, nothing_to_ask.
        """
        today = self._today()
        until = asking.fitting(due, today)
        entries = self._ledger.entries()
        waiting, there = _stale(entries), {one.key for one in entries}

        def work(connection: Connection) -> tuple[Request, ...]:
            asking.may_ask(connection, person)
            now, claimed = self._now(), _claimed(connection)
            made = []
            for department in sorted(waiting.keys() & claimed.keys()):
                keys = waiting[department]
                asked = asking.put(connection, Topic.FRESHNESS, "", department, keys, until, person, now)
                told = {"rows": len(keys), "due": until.isoformat()}
                audit.append(connection, now, Event(person.id, "freshness.ask", f"org/{department}", told))
                made.append(asking.progress(asked, there, keys, today))
            if not made:
                raise Refused(Reason.NOTHING_TO_ASK)
            return tuple(made)

        return self._store.run_tx(work)

    def requests(self, person: Person) -> tuple[Request, ...]:
        """What is still open of what departments were asked: the person's own, and whatever is late for who asks."""
        actor = person.actor
        asked = self._store.read(lambda connection: asking.held(connection, Topic.FRESHNESS))
        mine = [one for one in asked if asking.concerns(actor, one.department)]
        if not mine:
            return ()
        entries = self._ledger.entries()
        waiting, there, today = _stale(entries), {one.key for one in entries}, self._today()
        made = [asking.progress(one, there, waiting.get(one.department, frozenset()), today) for one in mine]
        return tuple(one for one in made if one.open and asking.shown_to(actor, one))

    def hand_over(self, person: Person, key: str, department: str) -> Version:
        """Gives an item to another department: a draft with nothing new but whose it is, which goes into review. Until
        that is out the item is the old department's, so where that one has no reviewer somebody who reviews for the
        whole city looks at it first.

        Raises `Refused`: not_a_collector, nobody_there (no such department, or nobody who writes for it), not_live,
        item_being_changed, and as `Items.edit`, `save`, `submit`.
        """

        def check(connection: Connection) -> None:
            asking.may_ask(connection, person)
            if department not in _claimed(connection):
                raise Refused(Reason.NOBODY_THERE)

        self._store.read(check)
        if self._items.get(key).open is not None:
            raise Refused(Reason.ITEM_BEING_CHANGED)
        version = self._items.edit(person, key)
        if version.status is not Status.DRAFT or version.author != person.id:
            raise Refused(Reason.ITEM_BEING_CHANGED)
        raw = dict(version.record)
        if owner_of(raw) != department:
            raw["department" if raw.get("department") else "verified_by"] = department
        version = self._items.save(person, key, raw, version.edits)
        return self._items.submit(person, key, version.edits)

    def _today(self) -> dt.date:
        return self._now().astimezone(self._zone).date()


def _stale(entries: Sequence[Entry]) -> Mapping[str, frozenset[str]]:
    """By department: what is overdue and nobody is at."""
    found: dict[str, set[str]] = defaultdict(set)
    for one in entries:
        if one.standing in _STALE and not one.open:
            found[one.department].add(one.key)
    return {department: frozenset(keys) for department, keys in found.items()}


def _claimed(connection: Connection) -> Mapping[str, tuple[Writer, ...]]:
    """Who writes for each department that exists and has somebody, by id."""
    known = connection.execute(select(items.c.id).where(items.c.kind == "org").order_by(items.c.id)).scalars()
    held = writers(connection)
    return {id: held[id] for id in known if id in held}
