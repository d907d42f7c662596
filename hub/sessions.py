"""Logging in, and the sessions of who is logged in."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from hub import audit
from hub.audit import Event
from hub.passwords import Passwords
from hub.people import Person, account_of
from hub.refusal import Reason, Refused
from hub.settings import LoginSettings, SessionSettings
from hub.store import Store, moment, utc_now, written
from hub.tables import login_tries, people, sessions
from hub.throttle import Throttle

SEEN_AGAIN = dt.timedelta(minutes=1)
"""A session's last use is written down this often, not with every request."""


@dataclass(frozen=True, slots=True)
class Session:
    """An open session. `csrf` is what its forms carry; the web layer compares it."""

    person: Person
    csrf: str
    made_at: dt.datetime


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A fresh session: `token` goes into the cookie (HttpOnly, Secure, SameSite=Lax); the hub keeps only its hash."""

    token: str
    session: Session


class Sessions:
    """Sessions of people.

    A session ends when it was not used for `idle_minutes`, `hours` after it began, at logging out, with a new password,
    other roles or another department, and when the account is shut. Wrong passwords can be tried only so often, by
    login and by address (`hub.throttle`); a right one gives the login its tries back, and an operator can. A hash of
    another cost than today's is made anew at the next login. A wrong password is told in the audit log by the login
    that was tried only when that login exists. `demo`: whether accounts that everybody knows may log in.
    """

    def __init__(
        self,
        store: Store,
        passwords: Passwords,
        session: SessionSettings,
        login: LoginSettings,
        *,
        demo: bool = False,
        now: Callable[[], dt.datetime] = utc_now,
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._session = session
        self._demo = demo
        self._now = now
        self._throttle = Throttle(store, login_tries, dt.timedelta(minutes=login.window_minutes), now=now)
        self._limits = login

    def log_in(self, login: str, password: str, address: str = "") -> LoggedIn:
        """A new session for who knows the password. Takes a quarter of a second: call it from a worker thread.

        Raises `Refused`: wrong_login whatever is wrong (login, password, shut, a demo account in a city's hub),
        too_many_tries before anything is looked at. Only wrong tries are kept: those of a login are counted first, so
        that guesses made side by side count each; those of an address when they were wrong, for a whole office may
        stand behind one.
        """
        login = login.strip().lower()[:64]
        spent = bool(address) and self._throttle.spent(("address", address, self._limits.tries_per_address))
        if spent or not self._throttle.free([("login", login, self._limits.tries_per_login)]):
            raise Refused(Reason.TOO_MANY_TRIES, minutes=self._limits.window_minutes)
        row = self._store.read(lambda connection: connection.execute(_account(login)).first())
        usable = row is not None and row.disabled_at is None and (self._demo or not row.demo)
        fits, anew = self._passwords.checked(password, row.password if row is not None and usable else None)
        if row is None or not fits:
            if address:
                self._throttle.count("address", address)
            if row is not None:
                self._store.run_tx(
                    lambda connection: audit.append(
                        connection, self._now(), Event(row.id, "session.begin", f"person/{login}", done=False)
                    )
                )
            raise Refused(Reason.WRONG_LOGIN)
        token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)

        def work(connection: Connection) -> LoggedIn:
            now = self._now()
            person = account_of(connection, row.id)
            if person.disabled:
                raise Refused(Reason.WRONG_LOGIN)
            at = written(now)
            self._throttle.forget(connection, "login", login)
            if anew is not None:
                # Unless the password is another one by now.
                old = people.c.id == row.id, people.c.password == row.password
                connection.execute(update(people).where(*old).values(password=anew))
            connection.execute(delete(sessions).where(sessions.c.made_at < written(now - self._absolute)))
            connection.execute(
                insert(sessions).values(id=_hashed(token), person=person.id, made_at=at, seen_at=at, csrf=csrf)
            )
            audit.append(connection, now, Event(person.id, "session.begin", f"person/{login}"))
            return LoggedIn(token, Session(person, csrf, now))

        return self._store.run_tx(work)

    def session(self, token: str) -> Session | None:
        """The open session of a cookie's value; None when there is none (any more). Notes that it is used."""

        def look(connection: Connection) -> tuple[Session, dt.datetime] | None:
            row = connection.execute(select(sessions).where(sessions.c.id == _hashed(token))).first()
            if row is None:
                return None
            person = account_of(connection, row.person)
            now, made_at, seen_at = self._now(), moment(row.made_at), moment(row.seen_at)
            if person.disabled or now - made_at >= self._absolute or now - seen_at >= self._idle:
                return None
            return Session(person, row.csrf, made_at), seen_at

        found = self._store.read(look)
        if found is None:
            return None
        session, seen_at = found
        now = self._now()
        if now - seen_at >= SEEN_AGAIN:
            self._store.run_tx(
                lambda connection: connection.execute(
                    update(sessions).where(sessions.c.id == _hashed(token)).values(seen_at=written(now))
                )
            )
        return session

    def log_out(self, token: str) -> None:
        """Ends the session; nothing happens when it has ended."""

        def work(connection: Connection) -> None:
            row = connection.execute(
                select(sessions.c.person, people.c.login).join(people).where(sessions.c.id == _hashed(token))
            ).first()
            if row is not None:
                connection.execute(delete(sessions).where(sessions.c.id == _hashed(token)))
                audit.append(connection, self._now(), Event(row.person, "session.end", f"person/{row.login}"))

        self._store.run_tx(work)

    @property
    def _absolute(self) -> dt.timedelta:
        return dt.timedelta(hours=self._session.hours)

    @property
    def _idle(self) -> dt.timedelta:
        return dt.timedelta(minutes=self._session.idle_minutes)


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _account(login: str) -> Any:
    return select(people).where(people.c.login == login)
