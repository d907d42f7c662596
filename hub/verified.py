"""When a record and its fields were verified, as the record itself says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hub.owners import owner_of

FIELDS: Mapping[str, tuple[str, ...]] = {
    "phone": ("phone",),
    "where": ("places", "address", "place", "accepting_office"),
    "hours": ("hours",),
    "materials": ("materials",),
    "fee": ("fee",),
    "limit": ("promised_limit", "legal_limit"),
}
"""Groups of fields that are looked at apart: the words are ``ledger.field_<group>``."""


@dataclass(frozen=True, slots=True)
class Dated:
    """What a version says about its verification."""

    key: str
    department: str
    on: dt.date | None
    fields: Mapping[str, dt.date | None]
    phone: str


def dated(key: str, raw: Mapping[str, Any]) -> Dated:
    """What a record says about its verification."""
    whole = _day(raw.get("verified_on"))
    fields: dict[str, dt.date | None] = {}
    for group, names in FIELDS.items():
        present = [name for name in names if raw.get(name)]
        if present:
            days = [_of_field(raw, name, whole) for name in present]
            known = [one for one in days if one is not None]
            fields[group] = min(known) if len(known) == len(days) else None
    phone = raw.get("phone")
    number = phone.get("enquiry") if isinstance(phone, dict) else phone
    return Dated(key, owner_of(raw), whole, fields, str(number or ""))


def _of_field(raw: Mapping[str, Any], name: str, whole: dt.date | None) -> dt.date | None:
    """When a field was verified: itself, the oldest of its parts, else the record."""
    held = raw.get("verified_fields", {})
    if name in held:
        return _day(held[name].get("on"))
    parts = [_day(one.get("on")) for path, one in held.items() if path.startswith(f"{name}.")]
    known = [one for one in parts if one is not None]
    return max(known) if known else whole


def _day(text: object) -> dt.date | None:
    try:
        return dt.date.fromisoformat(str(text)) if text else None
    except ValueError:
        return None
