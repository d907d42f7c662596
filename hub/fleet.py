"""The fleet as its operator sees it: where somebody must go today, what to bring, how every kiosk is; who looks after
which, and what was done there.

Lists are cut by the database: a page of ten thousand kiosks costs what a page of ten does.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, or_, select, update

from hub import audit
from hub.alarm_rules import Facts, Mark
from hub.alarms import Alarm, Alarms, calling, hours_of_day, printed_of, released
from hub.audit import Event
from hub.device import Device
from hub.devices import device_from
from hub.people import Person
from hub.reach import kiosks_of
from hub.refusal import Reason, Refused
from hub.rollout import Kiosk
from hub.rounds import hours, walk
from hub.store import Store, moment, utc_now, written
from hub.tables import alarms, corrections, device_counters, device_health, devices, kiosk_care, tickets, visits
from hub.workflow import Role
from uplink.messages import Health

PAGE = 50

ORDERS = ("look", "district", "number")
STATES = ("visit", "lost", "look", "normal")

LONGEST_CONTACT, LONGEST_NOTE = 40, 600
WIDTHS = (80, 58)
"""Millimetres of paper that kiosks take."""

USUAL_SLIP_MM = 220.0
"""Length of a slip, by which the millimetres since the last roll are told in slips."""

FORECAST = dt.timedelta(days=3)
"""A paper's end farther away than this is nobody's appointment."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be listed. `state`: of `STATES`, empty for all; `district`: a code, ``-`` for kiosks without one."""

    state: str = ""
    district: str = ""
    text: str = ""
    order: str = "look"
    page: int = 1


@dataclass(frozen=True, slots=True)
class Counts:
    """How many kiosks are in which state; they add up to the fleet."""

    visit: int = 0
    lost: int = 0
    look: int = 0
    normal: int = 0

    @property
    def total(self) -> int:
        return self.visit + self.lost + self.look + self.normal

    def of(self, state: str) -> int:
        """The count of one of `STATES`."""
        found: int = getattr(self, state)
        return found


@dataclass(frozen=True, slots=True)
class District:
    """Kiosks of a district, GB/T 2260; empty: nobody said where they stand."""

    code: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class Care:
    """What people keep about a kiosk. `contact`: who goes there; `paper_mm`: None when nobody noted it."""

    number: str
    contact: str = ""
    paper_mm: int | None = None
    note: str = ""
    edits: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """A kiosk as it is listed. `alarms`: its open ones, the gravest first, muted ones too. `digest`: equal, differs,
    unproved, unknown (a revision that this hub did not release) or none; `printed`, `used`: today, None when nobody
    knows; `pace`: slips an hour.
    """

    device: Device
    care: Care
    health: Health | None
    heard_at: dt.datetime | None
    mark: Mark
    alarms: tuple[Alarm, ...]
    digest: str
    printed: int | None
    used: int | None
    pace: float | None

    @property
    def number(self) -> str:
        return self.device.number

    @property
    def called(self) -> tuple[Alarm, ...]:
        """The alarms that call somebody."""
        return tuple(one for one in self.alarms if one.mute is None)

    @property
    def place(self) -> tuple[float, float] | None:
        """Latitude and longitude: as enrolled, else as the kiosk says."""
        site, said = self.device.site, self.health.place if self.health is not None else None
        if site.lat is not None and site.lon is not None:
            return site.lat, site.lon
        return (said.lat, said.lon) if said is not None else None

    @property
    def roll(self) -> tuple[int, int] | None:
        """Slips left, and slips of a whole roll; both estimates."""
        printer = self.health.printer if self.health is not None else None
        if printer is None or printer.slips_left is None:
            return None
        return printer.slips_left, printer.slips_left + round((printer.millimetres or 0) / USUAL_SLIP_MM)


@dataclass(frozen=True, slots=True)
class Stop:
    """Where somebody must go. `due`: a moment by which the paper will be out, or today, tomorrow. `bring`: words."""

    standing: Standing
    reasons: tuple[Alarm, ...]
    due: dt.datetime | str
    bring: tuple[str, ...]

    @property
    def urgent(self) -> bool:
        return self.due == "today"


@dataclass(frozen=True, slots=True)
class Round:
    """The stops of one person, in the order in which they are walked; `hours` is an estimate."""

    contact: str
    stops: tuple[Stop, ...]
    hours: float


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody was there. `person`: id of who wrote it down."""

    came_at: dt.datetime
    who: str
    done: str
    person: str


@dataclass(frozen=True, slots=True)
class Told:
    """A correction that came from a kiosk."""

    ticket: str
    item: str
    field: str
    day: dt.date
    times: int
    state: str


class Fleet:
    """Reads the fleet, and writes what people keep about it. Also what `hub.rollout.Proofs` asks for.

    What takes a `person` counts and lists the kiosks that the person is shown; None: all.
    """

    def __init__(
        self, store: Store, desk: Alarms, *, now: Callable[[], dt.datetime] = utc_now, zone: dt.tzinfo = dt.UTC
    ) -> None:
        self._store = store
        self._alarms = desk
        self._now = now
        self._zone = zone

    # For releases on their way

    def kiosks(self) -> Sequence[Kiosk]:
        """Every kiosk and what it has proved: the digest that was released, read back whole. By number."""
        health = device_health.c
        wanted = (
            select(devices, health.revision, health.content_digest, health.proved)
            .outerjoin(device_health, health.device == devices.c.id)
            .where(devices.c.revoked_at.is_(None))
            .order_by(devices.c.number)
        )

        def work(connection: Connection) -> Sequence[Kiosk]:
            rows = connection.execute(wanted).all()
            known = released(connection, {row.revision for row in rows if row.revision is not None})
            return tuple(
                Kiosk(
                    row.id,
                    row.number,
                    row.ring,
                    row.district,
                    row.revision,
                    bool(row.proved) and row.revision in known and known[row.revision].digest == row.content_digest,
                )
                for row in rows
            )

        return self._store.read(work)

    # Lists

    def counts(self, person: Person | None = None) -> Counts:
        """The whole fleet by state, in one query."""
        view = _Ranked(written(self._now()))
        shown = (*view.asked(Asked()), *kiosks_of(person))
        held = select(view.rank.label("rank")).select_from(view.devices).where(*shown).subquery()
        wanted = select(held.c.rank, func.count()).group_by(held.c.rank)
        return self._store.read(lambda connection: _counted(connection.execute(wanted).all()))

    def to_visit(self, person: Person | None = None) -> int:
        """Kiosks where somebody must go."""
        wanted = (
            select(func.count(alarms.c.device.distinct()))
            .select_from(alarms.join(devices, devices.c.id == alarms.c.device))
            .where(*calling(written(self._now())), alarms.c.rank >= int(Mark.SOON), devices.c.revoked_at.is_(None))
            .where(*kiosks_of(person))
        )
        return self._store.read(lambda connection: int(connection.execute(wanted).scalar_one()))

    def districts(self, person: Person | None = None) -> tuple[District, ...]:
        """Every district with its counts, by code; kiosks without one last."""
        view = _Ranked(written(self._now()))
        code = func.coalesce(devices.c.district, "").label("code")
        shown = (*view.asked(Asked()), *kiosks_of(person))
        known = select(code, view.rank.label("rank")).select_from(view.devices).where(*shown).subquery()
        wanted = select(known.c.code, known.c.rank, func.count()).group_by(known.c.code, known.c.rank)

        def work(connection: Connection) -> tuple[District, ...]:
            found: dict[str, list[tuple[int, int]]] = defaultdict(list)
            for held, place, count in connection.execute(wanted):
                found[held].append((place, count))
            return tuple(District(one, _counted(found[one])) for one in sorted(found, key=lambda one: (not one, one)))

        return self._store.read(work)

    def standings(self, asked: Asked, person: Person | None = None) -> tuple[tuple[Standing, ...], int]:
        """A page of the list, and how many there are on all pages."""
        now = self._now()

        def work(connection: Connection) -> tuple[tuple[Standing, ...], int]:
            view = _Ranked(written(now))
            counting = select(func.count()).select_from(view.devices).where(*view.asked(asked), *kiosks_of(person))
            total = int(connection.execute(counting).scalar_one())
            first: Mapping[str, tuple[Any, ...]] = {
                "look": (view.rank.desc(), devices.c.number),
                "district": (func.coalesce(devices.c.district, "~"), devices.c.number),
                "number": (devices.c.number,),
            }
            wanted = view.rows(asked).where(*kiosks_of(person))
            wanted = wanted.order_by(*first.get(asked.order, first["look"])).limit(PAGE)
            rows = connection.execute(wanted.offset((max(1, asked.page) - 1) * PAGE)).all()
            return self._standings(connection, rows, now), total

        rows, total = self._store.read(work)
        return self._with_alarms(rows), total

    def standing(self, device: Device) -> Standing:
        """One kiosk. Raises `Refused` (no_such_device)."""
        now = self._now()

        def work(connection: Connection) -> tuple[Standing, ...]:
            wanted = _Ranked(written(now)).rows().where(devices.c.id == device.id)
            return self._standings(connection, connection.execute(wanted).all(), now)

        found = self._store.read(work)
        if not found:
            raise Refused(Reason.NO_SUCH_DEVICE)
        return self._with_alarms(found)[0]

    def rounds(self, person: Person | None = None) -> tuple[Round, ...]:
        """Where somebody must go, person by person, those with the most urgent stops first."""
        now = self._now()

        def work(connection: Connection) -> tuple[Standing, ...]:
            wanted = _Ranked(written(now)).rows(Asked(state="visit")).where(*kiosks_of(person))
            wanted = wanted.order_by(devices.c.number)
            return self._standings(connection, connection.execute(wanted).all(), now)

        by_contact: dict[str, list[Stop]] = defaultdict(list)
        for one in self._with_alarms(self._store.read(work)):
            by_contact[one.care.contact].append(self._stop(one, now))
        rounds = []
        for contact, stops in by_contact.items():
            stops.sort(key=lambda one: (_pressing(one.due), -one.standing.mark, one.standing.number))
            going = walk(stops, lambda one: one.standing.place)
            rounds.append(Round(contact, going, hours([one.standing.place for one in going])))
        rounds.sort(key=lambda one: (-sum(stop.urgent for stop in one.stops), not one.contact, one.contact))
        return tuple(rounds)

    def _stop(self, one: Standing, now: dt.datetime) -> Stop:
        reasons = tuple(alarm for alarm in one.called if alarm.rule.mark.visit)
        dues: list[dt.datetime | str] = []
        for alarm in reasons:
            due: dt.datetime | str = alarm.rule.due
            if due == "forecast":
                left = one.roll[0] if one.roll is not None else None
                ends = now + dt.timedelta(hours=left / one.pace) if left is not None and one.pace else None
                due = ends if ends is not None and ends - now <= FORECAST else "tomorrow"
            dues.append(due)
        bring = dict.fromkeys(alarm.rule.bring for alarm in reasons if alarm.rule.bring)
        return Stop(one, reasons, min(dues, key=_pressing), tuple(bring))

    def _standings(self, connection: Connection, rows: Sequence[Row[Any]], now: dt.datetime) -> tuple[Standing, ...]:
        local = now.astimezone(self._zone)
        ids = [row.id for row in rows]
        counted: dict[str, Mapping[str, int]] = {}
        for start in range(0, len(ids), 500):
            wanted = select(device_counters).where(
                device_counters.c.device.in_(ids[start : start + 500]),
                device_counters.c.day == local.date().isoformat(),
            )
            counted |= {row.device: json.loads(row.counts) for row in connection.execute(wanted)}
        known = released(connection, {row.revision for row in rows if row.revision is not None})
        found = []
        for row in rows:
            counts = counted.get(row.id)
            health = Health.model_validate_json(row.body) if row.body is not None else None
            printed = printed_of(counts) if counts is not None else None
            facts = Facts(now, now, health, printed=printed or 0, day_hours=hours_of_day(local))
            digest = "none" if row.revision is None else "unknown"
            if row.revision in known:
                digest = "equal" if known[row.revision].digest == row.content_digest else "differs"
                digest = "unproved" if digest == "equal" and not row.proved else digest
            found.append(
                Standing(
                    device=device_from(row),
                    care=_care(row.number, row),
                    health=health,
                    heard_at=moment(row.received_at) if row.received_at else None,
                    mark=Mark(row.rank),
                    alarms=(),
                    digest=digest,
                    printed=printed,
                    used=counts.get("sessions", 0) if counts is not None else None,
                    pace=facts.slips_an_hour,
                )
            )
        return tuple(found)

    def _with_alarms(self, rows: tuple[Standing, ...]) -> tuple[Standing, ...]:
        held: dict[str, list[Alarm]] = defaultdict(list)
        ids = [one.device.id for one in rows]
        for start in range(0, len(ids), 500):
            for alarm in self._alarms.open(devices_of=ids[start : start + 500]):
                held[alarm.device].append(alarm)
        return tuple(replace(one, alarms=tuple(held[one.device.id])) for one in rows)

    # What people keep

    def care(self, number: str) -> Care:
        """What is kept about a kiosk, by its number."""

        def work(connection: Connection) -> Care:
            row = connection.execute(select(kiosk_care).where(kiosk_care.c.number == number)).first()
            return _care(number, row) if row is not None else Care(number)

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

    def told(self, device: Device, limit: int = 30) -> tuple[Told, ...]:
        """Corrections that came from a kiosk, the newest first."""
        wanted = (
            select(corrections, tickets.c.state)
            .join(tickets, tickets.c.id == corrections.c.ticket)
            .where(corrections.c.device == device.id)
            .order_by(corrections.c.day.desc(), corrections.c.item)
            .limit(limit)
        )
        return self._store.read(
            lambda connection: tuple(
                Told(row.ticket, row.item, row.field, dt.date.fromisoformat(row.day), row.times, row.state)
                for row in connection.execute(wanted)
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


def _pressing(due: dt.datetime | str) -> tuple[int, str]:
    """Today comes first, then what a forecast says, then tomorrow."""
    if isinstance(due, dt.datetime):
        return 1, written(due)
    return (0, "") if due == "today" else (2, "")


class _Ranked:
    """Devices that are not revoked, with their worst alarm that calls somebody at `now`."""

    def __init__(self, now: str) -> None:
        worst = (
            select(alarms.c.device, func.max(alarms.c.rank).label("rank"))
            .where(*calling(now))
            .group_by(alarms.c.device)
            .subquery("worst")
        )
        self.rank = func.coalesce(worst.c.rank, int(Mark.NORMAL))
        self.devices = devices.outerjoin(worst, worst.c.device == devices.c.id)

    def rows(self, asked: Asked = Asked()) -> Select[Any]:
        """Every device that was asked for, with its last report and what is kept of it."""
        health, care = device_health.c, kiosk_care.c
        joined = self.devices.outerjoin(device_health, health.device == devices.c.id)
        wanted = (
            select(
                devices,
                self.rank.label("rank"),
                *(health.revision, health.content_digest, health.proved, health.body, health.received_at),
                *(care.contact, care.paper_mm, care.note, care.edits),
            )
            .select_from(joined.outerjoin(kiosk_care, care.number == devices.c.number))
            .where(*self.asked(asked))
        )
        return wanted

    def asked(self, asked: Asked) -> tuple[Any, ...]:
        """The conditions of what was asked for."""
        found: list[Any] = [devices.c.revoked_at.is_(None)]
        states = {
            "visit": self.rank >= int(Mark.SOON),
            "lost": self.rank == int(Mark.LOST),
            "look": self.rank == int(Mark.LOOK),
            "normal": self.rank == int(Mark.NORMAL),
        }
        if asked.state in states:
            found.append(states[asked.state])
        if asked.district:
            none = asked.district == "-"
            found.append(devices.c.district.is_(None) if none else devices.c.district == asked.district)
        for word in asked.text.split()[:4]:
            columns = (devices.c.number, devices.c.name, devices.c.place)
            found.append(or_(*(column.icontains(word, autoescape=True) for column in columns)))
        return tuple(found)


def _counted(rows: Iterable[Any]) -> Counts:
    found = dict.fromkeys(STATES, 0)
    for rank, count in rows:
        mark = Mark(rank)
        found["visit" if mark.visit else mark.name.lower()] += int(count)
    return Counts(**found)


def _care(number: str, row: Row[Any]) -> Care:
    if row.edits is None:
        return Care(number)
    return Care(number, row.contact, row.paper_mm, row.note, row.edits)
