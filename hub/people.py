"""People of the hub: accounts, roles, departments."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from hub import audit
from hub.audit import Event
from hub.passphrases import Passphrases
from hub.passwords import Passwords, check
from hub.reach import NO_FURTHER, Reach, reach_of
from hub.refusal import Reason, Refused
from hub.settings import LoginSettings
from hub.store import Store, moment, utc_now, written
from hub.tables import items, login_tries, people, person_roles, sessions
from hub.throttle import Throttle
from hub.workflow import CITY, Actor, Role

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,31}")

OF_A_DISTRICT = frozenset({Role.EDITOR, Role.DEPARTMENT_REVIEWER, Role.OPERATOR})
"""Roles that an operator of a district may give; all others reach the whole city."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works with the hub. `department`: id of an org record, `CITY` (*) for the whole city; `reach`: what
    else that covers, as it was when the person was looked up alone.
    """

    id: str
    login: str
    name: str
    department: str
    roles: frozenset[Role]
    demo: bool
    disabled: bool
    made_at: dt.datetime
    reach: Reach = field(default=NO_FURTHER, compare=False)

    @property
    def actor(self) -> Actor:
        """As the workflow sees this person."""
        return Actor(self.id, self.roles, self.department, self.reach.below)

    @property
    def departments(self) -> frozenset[str]:
        """Whom the person works for, `CITY` as itself."""
        return self.actor.departments

    def looks_after(self, district: str | None) -> bool:
        """Whether kiosks that stand in `district` (GB/T 2260) are the person's: a district's people have its own."""
        return self.reach.district is None or (district is not None and district == self.reach.district)

    @property
    def kiosks_in(self) -> str | None:
        """The district whose kiosks the person is shown; None: every kiosk, as an auditor of any department."""
        return None if Role.AUDITOR in self.roles else self.reach.district


class People:
    """Accounts. Every change is in the audit log; a new password, other roles, another department and shutting the
    account end its sessions (`hub.sessions`).
    """

    def __init__(
        self,
        store: Store,
        passwords: Passwords,
        login: LoginSettings,
        *,
        now: Callable[[], dt.datetime] = utc_now,
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._now = now
        self._throttle = Throttle(store, login_tries, dt.timedelta(minutes=login.window_minutes), now=now)
        self._limits = login
        self._passphrases = Passphrases(store, login, now=now)

    # Accounts

    def add(
        self,
        login: str,
        name: str,
        department: str,
        roles: Iterable[Role],
        password: str,
        *,
        by: Person | None = None,
        demo: bool = False,
    ) -> Person:
        """A new account. `by` None: the command line; `demo` accounts need no strong password.

        Raises `Refused` (login_taken, login_unfit, name_needed, password_weak, not_an_operator).
        """
        wanted = frozenset(roles)
        _operator(by)
        _within(by, {department}, wanted)
        login = login.strip().lower()
        if not _LOGIN.fullmatch(login):
            raise Refused(Reason.LOGIN_UNFIT)
        if not name.strip():
            raise Refused(Reason.NAME_NEEDED)
        if not demo:
            check(password, login, name)
        encoded = self._passwords.hash(password)
        id = uuid.uuid4().hex

        def work(connection: Connection) -> Person:
            if connection.execute(select(people.c.id).where(people.c.login == login)).first():
                raise Refused(Reason.LOGIN_TAKEN, login=login)
            now = self._now()
            connection.execute(
                insert(people).values(
                    id=id,
                    login=login,
                    name=name.strip(),
                    department=department,
                    password=encoded,
                    demo=demo,
                    made_at=written(now),
                )
            )
            _set_roles(connection, id, wanted)
            details = {"name": name.strip(), "department": department, "roles": sorted(wanted)}
            audit.append(connection, now, Event(_who(by), "person.add", f"person/{login}", details))
            return _found(connection, people.c.id == id)

        return self._store.run_tx(work)

    def all(self) -> tuple[Person, ...]:
        """Every account, by login."""

        def work(connection: Connection) -> tuple[Person, ...]:
            rows = connection.execute(select(people).order_by(people.c.login)).all()
            held = _roles(connection)
            return tuple(_person(row, held.get(row.id, frozenset())) for row in rows)

        return self._store.read(work)

    def get(self, id: str) -> Person | None:
        """The person with this id."""
        return self._store.read(lambda connection: _find(connection, people.c.id == id))

    def by_login(self, login: str) -> Person:
        """The person with this login. Raises `Refused` (no_such_person)."""
        return self._store.read(lambda connection: _found(connection, people.c.login == login.strip().lower()))

    def names(self, ids: Iterable[str]) -> Mapping[str, str]:
        """Names by id; unknown ids are left out."""
        wanted = list(dict.fromkeys(ids))
        return self._store.read(
            lambda connection: {
                row.id: row.name
                for row in connection.execute(select(people.c.id, people.c.name).where(people.c.id.in_(wanted)))
            }
        )

    def set_roles(self, person: Person, roles: Iterable[Role], *, by: Person | None = None) -> Person:
        """Exactly these roles from now on; sessions of the account end. Raises `Refused` (not_an_operator, own_account,
        other_department).
        """
        wanted = frozenset(roles)
        _within(by, {person.department}, wanted)

        def change(connection: Connection, now: dt.datetime) -> Event:
            _set_roles(connection, person.id, wanted)
            _end_sessions(connection, person)
            return Event(_who(by), "person.roles", f"person/{person.login}", {"roles": sorted(wanted)})

        return self._change(person, by, change)

    def move(self, person: Person, department: str, *, by: Person | None = None) -> Person:
        """Gives the person another department; sessions of the account end. Raises as `set_roles`."""
        _within(by, {person.department, department})

        def change(connection: Connection, now: dt.datetime) -> Event:
            connection.execute(update(people).where(people.c.id == person.id).values(department=department))
            _end_sessions(connection, person)
            details = {"before": person.department, "department": department}
            return Event(_who(by), "person.move", f"person/{person.login}", details)

        return self._change(person, by, change)

    def disable(self, person: Person, *, by: Person | None = None) -> Person:
        """Shuts the account and ends its sessions; what it did stays. Raises as `set_roles`."""

        def change(connection: Connection, now: dt.datetime) -> Event:
            connection.execute(update(people).where(people.c.id == person.id).values(disabled_at=written(now)))
            _end_sessions(connection, person)
            return Event(_who(by), "person.disable", f"person/{person.login}")

        return self._change(person, by, change)

    def enable(self, person: Person, *, by: Person | None = None) -> Person:
        """Opens a shut account again. Raises as `set_roles`."""

        def change(connection: Connection, now: dt.datetime) -> Event:
            connection.execute(update(people).where(people.c.id == person.id).values(disabled_at=None))
            return Event(_who(by), "person.enable", f"person/{person.login}")

        return self._change(person, by, change)

    def reset_password(self, person: Person, password: str, *, by: Person | None = None) -> Person:
        """A new password; all sessions of the account end. Everybody may change the own one.

        Raises `Refused` (password_weak, not_an_operator).
        """
        check(password, person.login, person.name)
        encoded = self._passwords.hash(password)

        def change(connection: Connection, now: dt.datetime) -> Event:
            connection.execute(update(people).where(people.c.id == person.id).values(password=encoded, demo=False))
            _end_sessions(connection, person)
            return Event(_who(by), "person.password", f"person/{person.login}")

        return self._change(person, by, change, own=True)

    def _change(
        self,
        person: Person,
        by: Person | None,
        change: Callable[[Connection, dt.datetime], Event],
        *,
        own: bool = False,
    ) -> Person:
        if by is None or by.id != person.id or not own:
            _operator(by)
            if by is not None and by.id == person.id:
                raise Refused(Reason.OWN_ACCOUNT)

        def work(connection: Connection) -> Person:
            now = self._now()
            if by is not None and by.id != person.id:
                # As it stands now: the account may have come under the city's hand meanwhile.
                current = _found(connection, people.c.id == person.id)
                _within(person_of(connection, by.id), {current.department}, current.roles)
            audit.append(connection, now, change(connection, now))
            return _found(connection, people.c.id == person.id)

        return self._store.run_tx(work)

    def locked(self, person: Person) -> bool:
        """Whether so many wrong passwords or passphrases were tried that the person has to wait."""
        limit = ("login", person.login, self._limits.tries_per_login)
        return self._throttle.spent(limit) or self._passphrases.spent(person.id)

    def unlock(self, person: Person, *, by: Person | None = None) -> Person:
        """Gives the person the tries back, of the password and of the passphrase. Raises as `set_roles`."""

        def change(connection: Connection, now: dt.datetime) -> Event:
            self._throttle.forget(connection, "login", person.login)
            self._passphrases.forget(connection, person.id)
            return Event(_who(by), "person.unlock", f"person/{person.login}")

        return self._change(person, by, change)

    def departments(self) -> tuple[tuple[str, str], ...]:
        """(id, name) of every organisation among the items, by id: what a person can belong to."""
        wanted = select(items.c.id, items.c.name).where(items.c.kind == "org").order_by(items.c.id)
        return self._store.read(lambda connection: tuple((row.id, row.name) for row in connection.execute(wanted)))


def person_of(connection: Connection, id: str) -> Person:
    """The person as stored now, inside a unit of work. Raises `Refused` (no_such_person), also for a shut account."""
    person = _found(connection, people.c.id == id)
    if person.disabled:
        raise Refused(Reason.NO_SUCH_PERSON)
    return person


def account_of(connection: Connection, id: str) -> Person:
    """The same, also of a shut account."""
    return _found(connection, people.c.id == id)


def _operator(by: Person | None) -> None:
    if by is not None and Role.OPERATOR not in by.roles:
        raise Refused(Reason.NOT_AN_OPERATOR)


def _within(by: Person | None, departments: Collection[str], roles: Iterable[Role] = ()) -> None:
    """Raises `Refused` when an operator of a district reaches beyond it: other departments, roles of the whole city."""
    if by is None or by.reach.district is None:
        return
    if not all(map(by.actor.covers, departments)) or not frozenset(roles) <= OF_A_DISTRICT:
        raise Refused(Reason.OTHER_DEPARTMENT)


def _end_sessions(connection: Connection, person: Person) -> None:
    connection.execute(delete(sessions).where(sessions.c.person == person.id))


def _who(by: Person | None) -> str:
    return by.id if by else audit.COMMAND_LINE


def _set_roles(connection: Connection, person: str, roles: Iterable[Role]) -> None:
    connection.execute(delete(person_roles).where(person_roles.c.person == person))
    rows = [{"person": person, "role": role.value} for role in sorted(roles)]
    if rows:
        connection.execute(insert(person_roles), rows)


def _roles(connection: Connection, person: str | None = None) -> dict[str, frozenset[Role]]:
    wanted = select(person_roles)
    if person is not None:
        wanted = wanted.where(person_roles.c.person == person)
    held: dict[str, set[Role]] = {}
    for row in connection.execute(wanted):
        held.setdefault(row.person, set()).add(Role(row.role))
    return {id: frozenset(roles) for id, roles in held.items()}


def _find(connection: Connection, which: Any) -> Person | None:
    row = connection.execute(select(people).where(which)).first()
    if row is None:
        return None
    return _person(row, _roles(connection, row.id).get(row.id, frozenset()), reach_of(connection, row.department))


def _found(connection: Connection, which: Any) -> Person:
    person = _find(connection, which)
    if person is None:
        raise Refused(Reason.NO_SUCH_PERSON)
    return person


def _person(row: Any, roles: frozenset[Role], reach: Reach = NO_FURTHER) -> Person:
    return Person(
        id=row.id,
        login=row.login,
        name=row.name,
        department=row.department,
        roles=roles,
        demo=row.demo,
        disabled=row.disabled_at is not None,
        made_at=moment(row.made_at),
        reach=reach,
    )


__all__ = ["CITY", "People", "Person", "account_of", "person_of"]
