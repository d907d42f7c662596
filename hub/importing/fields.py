"""What can be brought in a column: every field of a guide and of a material, and how its cell is read and written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

SHORT, LONG = 200, 4000

HANDLING, CATALOGUE = "gbt39554-handling", "gbt39554-catalogue"
"""Schemes of codes, GB/T 39554; that of the code that implements an item is its dialect's."""


@dataclass(frozen=True, slots=True)
class Field:
    """How a cell is read. `form`: text, list (several in one cell), lines (one a line), parts (one a line, its parts
    between ｜), code (one of `list`), codes (several), number, yes, day, item_code, org, limit, phone, places.

    `parts`: the fields of an entry, in order. `most`: characters.
    """

    form: str
    list: str = ""
    most: int = SHORT
    parts: tuple[str, ...] = ()
    least: int = 0
    largest: int = 0


ITEM_FIELDS: Mapping[str, Field] = {
    "id": Field("text", most=64),
    "name": Field("text"),
    "aliases": Field("list"),
    "keywords": Field("list"),
    "department": Field("org"),
    "codes": Field("item_code"),
    "codes.handling": Field("item_code"),
    "codes.catalogue": Field("item_code"),
    "codes.version": Field("text", most=16),
    "type": Field("code", "type"),
    "use_level": Field("code", "use_level"),
    "power_source": Field("code", "power_source"),
    "body_type": Field("code", "body_type"),
    "audience": Field("codes", "audience"),
    "themes.person": Field("codes", "person_theme"),
    "themes.legal": Field("codes", "legal_theme"),
    "summary": Field("text"),
    "accepting_office": Field("text"),
    "handling_agency": Field("text"),
    "handler": Field("text"),
    "joint_agencies": Field("list"),
    "entrusted_by": Field("text"),
    "eligibility": Field("lines", most=LONG),
    "steps": Field("parts", parts=("name", "where", "note")),
    "immediate": Field("code", "immediate"),
    "legal_limit": Field("limit", largest=3650),
    "legal_limit.unit": Field("code", "limit_unit"),
    "legal_limit.note": Field("text"),
    "promised_limit": Field("limit", largest=3650),
    "promised_limit.unit": Field("code", "limit_unit"),
    "promised_limit.note": Field("text"),
    "special_procedure": Field("text", most=LONG),
    "visits": Field("number", largest=20),
    "visit_reason": Field("text"),
    "online_depth": Field("code", "online_depth"),
    "appointment": Field("yes"),
    "fee.charged": Field("yes"),
    "fee.text": Field("text"),
    "fee.basis": Field("text", most=LONG),
    "fee.online_payment": Field("yes"),
    "channels": Field("codes", "channels"),
    "coverage": Field("code", "coverage"),
    "places": Field("places"),
    "phone.enquiry": Field("phone"),
    "phone.complaint": Field("phone"),
    "appeal": Field("text", most=LONG),
    "result.name": Field("text"),
    "result.kind": Field("code", "result_kind"),
    "legal_basis": Field("parts", parts=("law", "article", "number")),
    "faq": Field("parts", parts=("q", "a"), most=LONG),
    "valid_from": Field("day"),
    "valid_until": Field("day"),
    "state": Field("code", "state"),
}
"""Fields of an item by the name that a mapping gives a column."""

MATERIAL_FIELDS: Mapping[str, Field] = {
    "of.id": Field("text", most=64),
    "of.code": Field("item_code"),
    "of.name": Field("text"),
    "order": Field("number", largest=9999),
    "name": Field("text"),
    "type": Field("code", "material_type"),
    "source": Field("code", "material_source"),
    "originals": Field("number", largest=99),
    "copies": Field("number", largest=99),
    "form": Field("code", "material_form"),
    "necessity": Field("code", "material_necessity"),
    "when": Field("text"),
    "note": Field("text"),
    "issued_by": Field("text"),
    "size": Field("text"),
    "basis": Field("text"),
    "blank": Field("text"),
    "filled": Field("text"),
    "accepted": Field("text"),
}

_PERSON = (
    "005 010 015 020 025 030 035 040 045 050 055 060 065 070 075 085 090 095 100 105 110 115 120 125 130 135 140 145"
    " 150 155 998 999"
)
_LEGAL = (
    "005 010 015 020 025 030 035 040 045 050 055 060 065 070 075 085 090 095 100 105 110 115 120 125 130 135 140 145"
    " 150 155 160 165 170 998 999"
)

LISTS: Mapping[str, frozenset[str]] = {
    "type": frozenset({"01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "15", "20"}),
    "use_level": frozenset("123456"),
    "power_source": frozenset("123456"),
    "body_type": frozenset("123"),
    "audience": frozenset({"person", "enterprise"}),
    "person_theme": frozenset(_PERSON.split()),
    "legal_theme": frozenset(_LEGAL.split()),
    "immediate": frozenset({"yes", "no"}),
    "limit_unit": frozenset({"working", "calendar"}),
    "online_depth": frozenset("1234"),
    "yes": frozenset({"yes", "no"}),
    "channels": frozenset({"counter", "online", "mail", "kiosk"}),
    "coverage": frozenset({"office", "district", "city", "province", "national"}),
    "result_kind": frozenset({"certificate", "document", "money", "other"}),
    "state": frozenset({"in_force", "ended"}),
    "material_type": frozenset({"credential", "form", "other"}),
    "material_source": frozenset({"self", "counter", "department", "other"}),
    "material_form": frozenset({"paper", "electronic", "either"}),
    "material_necessity": frozenset({"required", "optional", "deferrable"}),
}
"""Lists of codes and the codes of ours that a mapping may lead to."""

NESTED: Mapping[str, tuple[str, str]] = {
    "phone.enquiry": ("phone", "enquiry"),
    "phone.complaint": ("phone", "complaint"),
    "result.name": ("result", "name"),
    "result.kind": ("result", "kind"),
    "fee.charged": ("fee", "charged"),
    "fee.text": ("fee", "text"),
    "fee.basis": ("fee", "basis"),
    "fee.online_payment": ("fee", "online_payment"),
}
"""Fields that stand one level down in the record."""

THEMES: Mapping[str, str] = {"themes.person": "person:", "themes.legal": "legal:"}
"""Fields that share one list of the record, told apart by how an entry begins."""
