from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from hub.corrections import State
from hub.device import Device
from hub.reports import Sent
from hub.workflow import Role
from phrases import Phrases
from tests.hub import fleets
from tests.hub.conftest import DEPARTMENT, City, guide, org
from tests.hub.kiosks import correction
from uplink.messages import Batch

SAY = Phrases(domain="hub")


@pytest.fixture
def kiosks(city: City) -> tuple[Device, ...]:
    city.found()
    for raw in (org(), guide("mz-001"), guide("mz-002")):
        city.reviewed(city.draft(raw))
    city.release()
    return fleets.enrol(city.office, [fleets.place("1"), fleets.place("2")], city.clock.at)


def tell(city: City, device: Device, *messages: dict[str, Any]) -> None:
    batch = Batch.model_validate_json(json.dumps({"messages": messages}))
    city.office.reports.ingest([Sent(device, batch.messages)])


def mend(city: City, key: str, **fields: Any) -> int:
    items = city.office.items
    version = items.edit(city.writer, key)
    version = items.save(city.writer, key, {**version.record, **fields}, version.edits)
    city.reviewed(version)
    return version.number


def test_what_a_department_owes_and_until_when(city: City, kiosks: tuple[Device, ...]) -> None:
    first, second = kiosks
    tell(city, first, correction(), correction("mz-002", "other"))
    tell(city, second, correction(), correction())
    book = city.office.book
    owed = {one.field: one for one in book.tasks_for(DEPARTMENT)}
    assert (owed["phone"].times, owed["phone"].kiosks, owed["phone"].name) == (3, 2, "样本事项 mz-001")
    assert book.tasks_for("org-other") == () and len(book.tasks_for(None)) == 2
    assert owed["phone"].due == dt.date(2026, 11, 24) and not owed["phone"].late, "Friday, and two working days"
    city.clock.later(days=5)
    assert all(one.late for one in book.tasks_for(DEPARTMENT))
    (reading,) = book.readings([owed["phone"].ticket])[owed["phone"].ticket]
    assert (reading.version, reading.times, reading.kiosks, reading.since) == (1, 3, 2, dt.date(2026, 11, 20))


def test_the_citys_own_calendar_counts(city: City, kiosks: tuple[Device, ...]) -> None:
    raw = {
        "kind": "calendar",
        "id": "cal-2026",
        "name": "2026",
        "year": 2026,
        "off": ["2026-11-23"],
        "work": ["2026-11-21"],
    }
    collector = city.add("collector", Role.COLLECTOR)
    city.office.items.create(collector, raw)
    tell(city, kiosks[0], correction())
    (owed,) = city.office.book.tasks_for(DEPARTMENT)
    assert owed.due == dt.date(2026, 11, 24), "Saturday works, Monday does not"


def test_a_release_that_changes_the_field_closes_by_itself(city: City, kiosks: tuple[Device, ...]) -> None:
    tell(city, kiosks[0], correction(), correction("mz-001", "materials"), correction("mz-002"))
    desk, book = city.office.corrections, city.office.book
    tickets = {(one.item, one.field): one.id for one in desk.tickets(city.writer)}
    assert book.settle_released() == 0
    number = mend(city, "guide/mz-001", phone={"enquiry": "0535-6000009", "complaint": "0535-6000002"})
    assert book.settle_released() == 0, "reviewed is not out"
    revision = city.release()
    city.office.upkeep.round()
    closed = desk.get(tickets["guide/mz-001", "phone"])
    assert (closed.state, closed.version) == (State.CLOSED, number) and closed.closed_at is not None
    assert book.revisions({closed.id: (closed.item, number)}) == {closed.id: revision}
    assert desk.get(tickets["guide/mz-001", "materials"]).state is State.OPEN, "another field"
    assert desk.get(tickets["guide/mz-002", "phone"]).state is State.OPEN, "another item"
    entry = city.office.audit.entries(action="ticket.")[0]
    assert (entry.action, entry.details["revision"]) == ("ticket.released", revision)
    tell(city, kiosks[1], correction(revision=revision))
    again = next(
        one for one in desk.tickets(city.writer, State.OPEN) if (one.item, one.field) == ("guide/mz-001", "phone")
    )
    city.office.upkeep.round()
    assert desk.get(again.id).state is State.OPEN, "read in the new version: it is still not so"
    assert city.office.audit.verify() is None


def test_the_score_that_the_city_shows(city: City, kiosks: tuple[Device, ...]) -> None:
    tell(city, kiosks[0], correction(), correction(), correction("mz-002", "other"))
    desk, book = city.office.corrections, city.office.book
    other = next(one for one in desk.tickets(city.writer) if one.field == "other")
    desk.not_so(city.writer, other, "照原样")
    mend(city, "guide/mz-001", phone={"enquiry": "0535-6000009"})
    city.release()
    book.settle_released()
    (account,) = book.accounts()
    assert (account.department, account.told, account.mended, account.right, account.waiting) == (
        DEPARTMENT,
        3,
        2,
        1,
        0,
    )
    told = book.export("csv", SAY, {DEPARTMENT: "样本局"}).decode("utf-8-sig").splitlines()
    assert told[1] == "样本局,3,2,1,0"
    city.clock.later(days=8)
    assert book.accounts() == ()
