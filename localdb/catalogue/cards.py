"""Records as list rows, both ways: what a build writes into `card` and what a screen gets back as `Card`."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Any, Literal

from domain.records import Fact, Fee, Guide, LifeEvent, Limit, Org, Place, Record, Topic
from domain.search import Card

CARDED = ("guide", "fact", "place", "org", "life_event", "topic")
"""Kinds that stand in lists and are found by a search."""

_CARD_FIELDS = (
    "id, kind, name, alias, department, department_id, audience, summary, immediate, limit_days, limit_unit, fee,"
    " visits, online, answer, phone, place, verified_on, verified_by, code"
)
CARD_COLUMNS = ", ".join(f"card.{field.strip()}" for field in _CARD_FIELDS.split(","))
"""What `card_from` reads, in its order, for a SELECT."""


def card_row(record: Record) -> dict[str, Any]:
    """The row of `record` without `doc`; the department's short name is filled in when all organisations are known.

    A fact is answered for by whoever verified it, an organisation stands below its parent: both are shown as
    department.
    """
    row: dict[str, Any] = {
        "kind": record.kind,
        "id": record.id,
        "name": record.name,
        "alias": record.alias,
        "department": None,
        "department_id": None,
        "audience": " ".join(getattr(record, "audience", ())),
        "summary": None,
        "immediate": None,
        "limit_days": None,
        "limit_unit": None,
        "fee": None,
        "visits": None,
        "online": 0,
        "answer": None,
        "phone": None,
        "place": None,
        "verified_on": _iso(record.verified_on),
        "verified_by": record.verified_by,
        "code": None,
        "coverage": None,
        "valid_from": _iso(record.valid_from),
        "valid_until": _iso(record.valid_until),
        "fullness": 0,
    }
    match record:
        case Guide():
            limit = record.promised_limit or record.legal_limit
            row |= {
                "department_id": record.department,
                "summary": record.summary,
                "immediate": record.immediate,
                "limit_days": limit.days if limit else None,
                "limit_unit": limit.unit if limit else None,
                "fee": record.fee.model_dump_json() if record.fee else None,
                "visits": record.visits,
                "online": int("online" in record.channels),
                "phone": record.phone.enquiry if record.phone else None,
                "place": record.places[0] if record.places else None,
                "code": record.codes[0].code if record.codes else None,
                "coverage": record.coverage,
                "fullness": fullness(record),
            }
        case Fact():
            row |= {
                "department_id": record.verified_by,
                "answer": record.answer,
                "phone": record.phone,
                "place": record.place,
            }
        case Place():
            row |= {"summary": record.address, "phone": record.phone, "place": record.id}
        case Org():
            row |= {
                "alias": record.alias or record.short_name,
                "department_id": record.parent,
                "summary": record.duties[0] if record.duties else None,
                "phone": record.phone,
                "place": record.place,
            }
        case LifeEvent() | Topic():
            row["summary"] = record.intro
        case _:
            pass
    return row


def fullness(guide: Guide) -> int:
    """How much of what a citizen asks first is filled in, 0–10; complete guides stand before short ones."""
    filled = (
        guide.summary,
        guide.materials,
        guide.steps,
        guide.eligibility,
        guide.promised_limit or guide.legal_limit or guide.immediate,
        guide.fee,
        guide.places or guide.accepting_office,
        guide.phone,
        guide.visits is not None,
        guide.result,
    )
    return sum(map(bool, filled))


def card_from(row: Any) -> Card:
    """A row of `CARD_COLUMNS` as the value a screen draws."""
    (
        id,
        kind,
        name,
        alias,
        department,
        department_id,
        audience,
        summary,
        immediate,
        limit_days,
        limit_unit,
        fee,
        visits,
        online,
        answer,
        phone,
        place,
        verified_on,
        verified_by,
        code,
    ) = row
    return Card(
        id=id,
        kind=kind,
        name=name,
        alias=alias,
        department=department,
        department_id=department_id,
        audience=tuple(audience.split()),
        summary=summary,
        immediate=None if immediate is None else bool(immediate),
        limit=None if limit_days is None else _limit(limit_days, limit_unit),
        fee=None if fee is None else _fee(fee),
        visits=visits,
        online=bool(online),
        answer=answer,
        phone=phone,
        place=place,
        verified_on=None if verified_on is None else dt.date.fromisoformat(verified_on),
        verified_by=verified_by,
        code=code,
    )


@lru_cache(maxsize=256)
def _limit(days: int, unit: Literal["working", "calendar"]) -> Limit:
    return Limit(days=days, unit=unit)  # frozen, and a city has few different ones


@lru_cache(maxsize=256)
def _fee(text: str) -> Fee:
    return Fee.model_validate_json(text)


def _iso(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()
