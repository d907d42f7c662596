"""What people keep about a kiosk: who goes there, which paper it takes, a note, and who was there to do what.

It belongs to the number of the kiosk, whichever device stands there.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from hub import audit
from hub.audit import Event
from hub.people import Person
from hub.refusal import Reason, Refused
from hub.store import Store, moment, utc_now, written
from hub.tables import devices, kiosk_care, visits
from hub.workflow import Role

LONGEST_CONTACT, LONGEST_NOTE = 40, 600
WIDTHS = (80, 58)
"""Millimetres of paper that kiosks take."""


@dataclass(frozen=True, slots=True)
class Care:
    """What people keep about a kiosk. `contact`: who goes there; `paper_mm`: None when nobody noted it."""

    number: str
    contact: str = ""
    paper_mm: int | None = None
    note: str = ""
    edits: int = 0


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody was there. `person`: id of who wrote it down."""

    came_at: dt.datetime
    who: str
    done: str
    person: str


class Caring:
    """Reads what people keep, and writes it down. Every change is in the audit log."""

    def __init__(self, store: Store, *, now: Callable[[], dt.datetime] = utc_now) -> None:
        self._store = store
        self._now = now

    def of(self, number: str) -> Care:
        """What is kept about a kiosk, by its number."""

        def work(connection: Connection) -> Care:
            row = connection.execute(select(kiosk_care).where(kiosk_care.c.number == number)).first()
            return care_from(number, row) if row is not None else Care(number)

        return self._store.read(work)

    def keep(self, person: Person, care: Care) -> Care:
        """Keeps who goes there, which paper it takes, and a note.

        Raises `Refused` (not_an_operator, other_department for a kiosk of another district, care_unfit, care_moved:
        somebody else was quicker).
        """
        _operator(person)
        contact, note = " ".join(care.contact.split()), care.note.strip()
        if len(contact) > LONGEST_CONTACT or len(note) > LONGEST_NOTE or care.paper_mm not in (None, *WIDTHS):
            raise Refused(Reason.CARE_UNFIT)
        row = {"contact": contact, "paper_mm": care.paper_mm, "note": note}

        def work(connection: Connection) -> Care:
            _looked_after(connection, person, care.number)
            here = kiosk_care.c.number == care.number
            held = connection.execute(select(kiosk_care.c.edits).where(here)).scalar()
            if (held or 0) != care.edits:
                raise Refused(Reason.CARE_MOVED)
            if held is None:
                connection.execute(insert(kiosk_care).values(number=care.number, edits=1, **row))
            else:
                connection.execute(update(kiosk_care).where(here).values(edits=held + 1, **row))
            told = {"contact": contact, "paper_mm": care.paper_mm}
            audit.append(connection, self._now(), Event(person.id, "kiosk.care", f"kiosk/{care.number}", told))
            return Care(care.number, contact, care.paper_mm, note, care.edits + 1)

        return self._store.run_tx(work)

    def note_visit(self, person: Person, number: str, came_at: dt.datetime, who: str, done: str) -> Visit:
        """Writes down that somebody was there. Raises `Refused` (not_an_operator, other_department, visit_unfit)."""
        _operator(person)
        name, what, now = " ".join(who.split()), done.strip(), self._now()
        fits = 0 < len(name) <= LONGEST_CONTACT and 0 < len(what) <= LONGEST_NOTE
        if not fits or came_at > now + dt.timedelta(minutes=5):
            raise Refused(Reason.VISIT_UNFIT)

        def work(connection: Connection) -> Visit:
            _looked_after(connection, person, number)
            row = {"number": number, "id": uuid.uuid4().hex, "who": name, "done": what, "person": person.id}
            connection.execute(insert(visits).values(**row, came_at=written(came_at), at=written(now)))
            audit.append(
                connection, now, Event(person.id, "kiosk.visit", f"kiosk/{number}", {"who": name, "done": what})
            )
            return Visit(came_at, name, what, person.id)

        return self._store.run_tx(work)

    def visits(self, number: str, limit: int = 50) -> tuple[Visit, ...]:
        """Who was there, the newest first."""
        wanted = select(visits).where(visits.c.number == number).order_by(visits.c.came_at.desc()).limit(limit)
        return self._store.read(
            lambda connection: tuple(
                Visit(moment(row.came_at), row.who, row.done, row.person) for row in connection.execute(wanted)
            )
        )


def _operator(person: Person) -> None:
    if Role.OPERATOR not in person.roles:
        raise Refused(Reason.NOT_AN_OPERATOR)


def _looked_after(connection: Connection, person: Person, number: str) -> None:
    """A number that no kiosk has, or that one of another district had last, is not a district's to write about."""
    wanted = select(devices.c.district).where(devices.c.number == number)
    wanted = wanted.order_by(devices.c.revoked_at.is_(None).desc(), devices.c.enrolled_at.desc()).limit(1)
    if not person.looks_after(connection.execute(wanted).scalar()):
        raise Refused(Reason.OTHER_DEPARTMENT)


def care_from(number: str, row: Row[Any]) -> Care:
    """What is kept, out of its row; of a kiosk that has none, nothing."""
    if row.edits is None:
        return Care(number)
    return Care(number, row.contact, row.paper_mm, row.note, row.edits)
