"""Enrolment of kiosks: an operator gives out a one-time code, the kiosk exchanges it for a device of its own."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, delete, insert, select, update

from hub import audit
from hub.audit import COMMAND_LINE, Event
from hub.device import Device, Site
from hub.people import Person
from hub.refusal import Reason, Refused
from hub.store import Store, utc_now, written
from hub.tables import devices, enrolment_codes, enrolment_tries
from hub.throttle import Throttle
from hub.workflow import Role
from uplink.codes import LASTS, hashed, new_code, normal
from uplink.signing import holds, proof_text

WINDOW = dt.timedelta(minutes=10)
"""In which tries to enrol are counted."""

ENROLLER = "kiosk"
"""Who acts in the audit log when a kiosk uses its code."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A code as it is read out, and until when it may be used. It is shown once; the hub keeps its hash."""

    code: str
    site: Site
    until: dt.datetime


class Enrolling:
    """Gives out codes and takes them. Every act is in the audit log, never with the code. `tries`: that one address
    has within `WINDOW`, whichever process of the hub they come to.
    """

    def __init__(self, store: Store, tries: int, *, now: Callable[[], dt.datetime] = utc_now) -> None:
        self._store = store
        self._tries = tries
        self._throttle = Throttle(store, enrolment_tries, WINDOW, now=now)
        self._now = now

    def issue(self, site: Site, *, by: Person | None = None) -> Issued:
        """A code for the kiosk at `site`, good for a quarter of an hour. `by` None: the command line.

        Raises `Refused` (not_an_operator, device_unfit; other_department when it stands in another district, or the
        kiosk that has the number now does).
        """
        if by is not None and Role.OPERATOR not in by.roles:
            raise Refused(Reason.NOT_AN_OPERATOR)
        if not site.fits:
            raise Refused(Reason.DEVICE_UNFIT)
        if by is not None and not by.looks_after(site.district):
            raise Refused(Reason.OTHER_DEPARTMENT)
        code = new_code()
        letters = normal(code)
        assert letters is not None
        who = by.id if by is not None else COMMAND_LINE

        def work(connection: Connection) -> Issued:
            now = self._now()
            until = now + LASTS
            mine = devices.c.number == site.number, devices.c.revoked_at.is_(None)
            for district in connection.execute(select(devices.c.district).where(*mine)).scalars().all():
                if by is not None and not by.looks_after(district):
                    raise Refused(Reason.OTHER_DEPARTMENT)
            connection.execute(delete(enrolment_codes).where(enrolment_codes.c.until < written(now - 30 * LASTS)))
            row = {**asdict(site), "id": hashed(letters), "made_by": who}
            connection.execute(insert(enrolment_codes).values(**row, made_at=written(now), until=written(until)))
            audit.append(connection, now, Event(who, "device.code", f"kiosk/{site.number}", {"name": site.name}))
            return Issued(code, site, until)

        return self._store.run_tx(work)

    def may_try(self, address: str) -> bool:
        """Counts a try from `address`; whether it has one left."""
        return self._throttle.free([("address", address, self._tries)])

    def redeem(self, letters: str, key: str, proof: str) -> Device:
        """The device that the kiosk with the public key `key` is from now on; an older one of the same number is
        revoked.

        Raises `Refused` (code_refused) whatever is wrong: unknown, used or too old a code, no proof of the key, a key
        that was used before.
        """
        if not holds(key, bytes.fromhex(proof), proof_text(letters, key)):
            raise Refused(Reason.CODE_REFUSED)
        id = uuid.uuid4().hex

        def work(connection: Connection) -> Device:
            now = self._now()
            codes = enrolment_codes.c
            taken = connection.execute(
                update(enrolment_codes)
                .where(codes.id == hashed(letters), codes.device.is_(None), codes.until > written(now))
                .values(device=id)
            )
            known = connection.execute(select(devices.c.id).where(devices.c.key == key)).first()
            if taken.rowcount != 1 or known is not None:
                raise Refused(Reason.CODE_REFUSED)
            row = connection.execute(select(enrolment_codes).where(codes.id == hashed(letters))).one()
            site = Site(row.number, row.name, row.place, row.district, row.ring, row.lat, row.lon)
            before = connection.execute(
                update(devices)
                .where(devices.c.number == site.number, devices.c.revoked_at.is_(None))
                .values(revoked_at=written(now))
            ).rowcount
            connection.execute(insert(devices).values(id=id, **asdict(site), key=key, enrolled_at=written(now)))
            told = {"device": id, "replaced": before or None}
            audit.append(connection, now, Event(ENROLLER, "device.enrol", f"kiosk/{site.number}", told))
            return Device(id, site, key, now, None)

        return self._store.run_tx(work)
