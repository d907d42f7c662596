"""The freshness ledger: who is behind, in which field; one verification at a time, through both reviews."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from typing import Any

import pytest
from openpyxl import load_workbook

from hub.freshness import Standing
from hub.importing import read_lines
from hub.refusal import Reason, Refused
from hub.workflow import CITY, Role, Status
from phrases import Phrases
from tests.hub.conftest import City, fact, guide, org

TODAY = dt.date(2026, 11, 20)


def ago(days: int) -> str:
    return (TODAY - dt.timedelta(days=days)).isoformat()


def out(city: City, *raws: dict[str, Any]) -> None:
    """The first release of a city."""
    city.found()
    lines = [json.dumps(raw, ensure_ascii=False).encode() + b"\n" for raw in raws]
    city.office.importing.baseline(read_lines([("x", lines)]))
    city.release()


@pytest.fixture
def ageing(city: City) -> City:
    out(
        city,
        org(name="样本局", verified_on=ago(1)),
        org("org-ga", name="公安局", verified_on=ago(1)),
        guide("mz-001", verified_on=ago(10)),
        guide("mz-002", verified_on=ago(160)),
        guide("mz-003", verified_on=ago(200), fee=None),
        guide("mz-004", verified_on=ago(200), verified_fields={"phone": {"on": ago(5)}}),
        guide("mz-005"),
        guide("ga-001", department="org-ga", verified_on=ago(3)),
        fact("f-001", verified_on=ago(3), verified_by="org-ga"),
    )
    return city


def test_the_account_by_department_and_field(ageing: City) -> None:
    account = ageing.office.ledger.account()
    assert [line.department for line in account.lines] == ["org-mz", "org-ga"], "the smallest share first"
    line = account.lines[0]
    assert dict(line.counts) == {Standing.FRESH: 1, Standing.DUE: 1, Standing.OVERDUE: 2, Standing.LONG: 1}
    assert (line.items, line.share, line.oldest, line.whole) == (5, 40.0, None, False)
    assert line.groups["phone"] == (3, 5), "a field that was checked apart goes by its own day"
    assert line.groups["materials"] == (2, 5)
    assert account.lines[1].whole and account.lines[1].items == 2, "an organisation is no item that people go by"
    assert (account.city.items, round(account.city.share)) == (7, 57)
    assert [(point.revision, round(point.share)) for point in account.points] == [(1, 57)]
    entries = ageing.office.ledger.entries("org-mz")
    assert [(one.key, one.days) for one in entries][:2] == [("guide/mz-005", None), ("guide/mz-003", 200)]
    assert entries[0].phone == "0535-6000001"


@pytest.mark.parametrize(
    ("days", "standing"),
    [(0, "fresh"), (149, "fresh"), (150, "due"), (179, "due"), (180, "overdue"), (364, "overdue"), (365, "long")],
)
def test_how_old_is_old(city: City, days: int, standing: str) -> None:
    assert city.office.ledger.standing(days).value == standing
    assert city.office.ledger.standing(None) is Standing.LONG


def test_one_item_is_verified_through_both_reviews(ageing: City) -> None:
    ledger, items = ageing.office.ledger, ageing.office.items
    assert ledger.waiting(ageing.writer) == 2
    version = ledger.verify(ageing.writer, "guide/mz-003")
    assert (version.status, version.record["verified_on"]) == (Status.DEPARTMENT_REVIEW, ago(0))
    assert [change.path for change in items.changes("guide/mz-003", version.number)] == ["verified_on"]
    assert ledger.waiting(ageing.writer) == 1, "somebody is at it"
    with pytest.raises(Refused) as refused:
        ledger.verify(ageing.writer, "guide/mz-003")
    assert refused.value.reason is Reason.ITEM_BEING_CHANGED
    assert ledger.account().lines[0].counts[Standing.OVERDUE] == 2, "until it is out, nothing is verified"
    with pytest.raises(Refused):
        items.approve(ageing.writer, "guide/mz-003", version.edits)
    version = items.approve(ageing.first, "guide/mz-003", version.edits)
    items.approve(ageing.second, "guide/mz-003", version.edits)
    ageing.release()
    account = ledger.account()
    assert account.lines[0].counts[Standing.OVERDUE] == 1
    assert [point.revision for point in account.points] == [1, 2]
    assert account.points[0].share < account.points[1].share


def test_a_phone_that_was_called_is_verified_alone(ageing: City) -> None:
    version = ageing.office.ledger.verify(ageing.writer, "guide/mz-002", "phone")
    assert version.record["verified_on"] == ago(160)
    assert version.record["verified_fields"] == {"phone": {"on": ago(0), "by": "org-mz"}}
    whole = ageing.office.ledger.verify(ageing.writer, "guide/mz-004")
    assert "verified_fields" not in whole.record, "no part is older than the whole"
    with pytest.raises(Refused) as refused:
        ageing.office.ledger.verify(ageing.writer, "guide/mz-003", "fee")
    assert refused.value.reason is Reason.NOTHING_TO_CALL
    with pytest.raises(Refused) as refused:
        ageing.office.ledger.verify(ageing.writer, "guide/ga-001")
    assert refused.value.reason is Reason.OTHER_DEPARTMENT
    collector = ageing.add("collector", Role.COLLECTOR, CITY)
    assert ageing.office.ledger.verify(collector, "guide/ga-001").status is Status.DEPARTMENT_REVIEW


def test_what_is_exported_has_no_formulas(city: City) -> None:
    out(city, org(name="=样本局"), guide("mz-001", name="+特别的事", verified_on=ago(200)))
    names = dict(city.office.people.departments())
    say = Phrases(domain="hub")
    book = load_workbook(io.BytesIO(city.office.ledger.export("xlsx", say, names)))
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet[2]][:8] == ["=样本局", 1, 0, 0, 1, 0, 0, 200]
    assert all(cell.data_type != "f" for one in book.worksheets for row in one.iter_rows() for cell in row)
    assert [cell.value for cell in book.worksheets[1][2]] == ["=样本局", "+特别的事", say("ledger.overdue"), 200]
    rows = list(csv.reader(io.StringIO(city.office.ledger.export("csv", say, names).decode("utf-8-sig"))))
    assert rows[1][0] == "'=样本局"
