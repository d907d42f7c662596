"""What a slip shows of the records that it is printed from, as values that two versions of a record are compared by.

Every field of a record is in one of three places: it is told here, under the name that a `Change` has it by; it is in
`UNSEEN`, because no slip shows it; or it counts as something else that changed (`ELSE`), of which a kiosk says that the
slip should be printed anew. A field that is new in the record format is in the third place by itself.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from pydantic import BaseModel

from domain.records import (
    KINDS as RECORDS,
    BusStop,
    EventStep,
    Fee,
    FeeItem,
    Guide,
    LegalBasis,
    LifeEvent,
    Limit,
    Material,
    Org,
    Place,
    Step,
)
from domain.records.parts import GuidePhone, Outcome

KINDS: Final = (Guide.KIND, LifeEvent.KIND, Org.KIND, Place.KIND)
"""Kinds that a slip prints from."""

NUMBERED: Final = (Guide.KIND, LifeEvent.KIND)
"""Kinds that have slips of their own."""

MATERIALS: Final = "materials"
PLACES: Final = "places"
GUIDES: Final = "guides"
ELIGIBILITY: Final = "eligibility"
FEE_ITEMS: Final = "fee_items"
ENTRIES: Final = (ELIGIBILITY, FEE_ITEMS, GUIDES, MATERIALS, PLACES)
"""Fields whose entries are told one by one, each known by something; their order is nothing to know."""

ALIASES: Final = "aliases"
BUS: Final = "bus"
LAW: Final = "law"
STEPS: Final = "steps"
SERIES: Final = (ALIASES, BUS, LAW, STEPS)
"""Fields that are told as whole lists, in their order."""

DEPARTMENT: Final = "department"
AGENCY: Final = "agency"
HOURS: Final = "hours"
ELSE: Final = "else"
"""What has no words of its own."""

LONGEST: Final = 120
"""Characters of a text that are kept; a longer one ends with … and has its sum beside it."""

MOST: Final = 40
"""Entries of one list whose changes are told one by one; of a longer list only that it changed."""

ALIASES_PRINTED: Final = 3

_POSITION = 4
"""Decimals of a degree, ten metres: less is nothing to see on the way."""

# Who looked when is printed, and is left out: that somebody looked again and found the same makes no paper old.
_VERIFIED = {"verified_on", "verified_by", "verified_fields"}
# Ids never change; the last three say when it is shown, and whether the city is a sample.
_EVERY = {"kind", "id", "keywords", *_VERIFIED, "valid_from", "valid_until", "sample"}

UNSEEN: Final[Mapping[str, frozenset[str]]] = {
    Guide.KIND: frozenset(
        {
            *_EVERY,
            # the hub's own: they are how versions are told apart
            "number",
            "version",
            # for search and statistics
            "codes",
            "type",
            "use_level",
            "power_source",
            "body_type",
            "audience",
            "themes",
            "related",
            "online_depth",
            # on the page of the guide only
            "summary",
            "handler",
            "joint_agencies",
            "entrusted_by",
            "coverage",
            "faq",
        }
    ),
    "guide.materials": frozenset({"type", "basis"}),
    "guide.fee": frozenset({"basis", "online_payment"}),
    "guide.fee.items": frozenset({"basis"}),
    "guide.result": frozenset({"kind", "sample"}),
    "guide.legal_basis": frozenset({"number", "text", "issuer", "in_force_on"}),
    # What kind of place it is, its district and how one gets around inside are on its page only.
    Place.KIND: frozenset({*_EVERY, "place_kind", "district", "accessibility"}),
    # A slip names an organisation, and no more.
    Org.KIND: frozenset(
        {*_EVERY, "aliases", "level", "parent", "short_name", "duties", "sections", "place", "phone", "staff"}
    ),
    LifeEvent.KIND: frozenset({*_EVERY, "number", "version", "aliases", "audience", "intro"}),
}
"""What no slip shows, by kind and by part: a change of it leaves every paper as good as it was."""

_HOURS = (
    "hours",
    "exceptions",
    "last_acceptance_minutes",
    "open_on_workdays_only",
    "closed_on_holidays",
    "open_on_holidays",
)


def told(raw: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """What a slip shows of a record of `KINDS`, a JSON object: field → value. Fields of `ENTRIES` are {what an entry is
    known by: entry}. `names`: of what the record leads to, by id.
    """
    kind = str(raw["kind"])
    held = _given(RECORDS[kind], raw)
    found: dict[str, Any] = {"name": cut(held.pop("name"))}
    match kind:
        case Guide.KIND:
            found |= _guide(held, names)
        case Place.KIND:
            found |= _place(held)
        case LifeEvent.KIND:
            found |= _event(held, names)
    found[ELSE] = sum_of({field: value for field, value in held.items() if field not in UNSEEN[kind]})
    return {field: value for field, value in found.items() if value not in (None, {}, [])}


def leads_to(raw: Mapping[str, Any]) -> tuple[str, ...]:
    """Ids, or texts in their place, of the offices, organisations and guides that a slip of `raw` prints from."""
    found = [*(raw.get("places") or ()), raw.get("accepting_office"), raw.get("department"), raw.get("handling_agency")]
    if raw["kind"] == LifeEvent.KIND:
        found = [step["guide"] for step in raw.get("steps") or ()]
    return tuple(dict.fromkeys(one for one in found if one))


def _guide(held: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    fee = _given(Fee, held.pop("fee", None) or {})
    phone = _given(GuidePhone, held.pop("phone", None) or {})
    result = _given(Outcome, held.pop("result", None) or {})
    legal, promised = held.pop("legal_limit", None), held.pop("promised_limit", None)
    immediate = held.pop("immediate", None)
    office = held.pop("accepting_office", None)
    offices = dict.fromkeys([*held.pop("places", ()), *([office] if office else [])])
    materials = [_given(Material, one) for one in held.pop("materials", ())]
    found: dict[str, Any] = {field: held.pop(field, None) for field in ("visits", "channels")}
    found |= {
        "booking": held.pop("appointment", None) or None,
        ALIASES: _series(map(cut, held.pop("aliases", ())[:ALIASES_PRINTED])),
        "fee": _fee(fee),
        FEE_ITEMS: _fee_items(fee.pop("items", ())),
        "phone": _cut(phone.pop("enquiry", None)),
        "complaint": _cut(phone.pop("complaint", None)),
        "limit": {"days": 0, "unit": "working"} if immediate else _limit(promised or legal),
        "legal_limit": _limit(legal),
        ELIGIBILITY: {cut(one): cut(one) for one in held.pop("eligibility", ())},
        MATERIALS: _materials(materials),
        STEPS: _series(_cut_all(_given(Step, one)) for one in held.pop("steps", ())),
        LAW: _series(_law(one) for one in held.pop("legal_basis", ())),
        "result": _cut(result.pop("name", None)),
        DEPARTMENT: _named(held.pop("department", None), names),
        AGENCY: _named(held.pop("handling_agency", None), names),
        PLACES: {cut(id): _named(id, names) for id in offices},
    }
    rest = {"fee": _rest("guide.fee", fee), "phone": phone, "result": _rest("guide.result", result)}
    held.update((field, left) for field, left in rest.items() if left)
    return found


def _place(held: dict[str, Any]) -> dict[str, Any]:
    hours = {field: _any_order(held.pop(field)) for field in _HOURS if field in held}
    north, east = held.pop("lat", None), held.pop("lon", None)
    known = north is not None and east is not None
    long = any(isinstance(value, list) and len(value) > MOST for value in hours.values())
    return {
        ALIASES: _series(map(cut, held.pop("aliases", ())[:1])),
        "address": _cut(held.pop("address", None)),
        "phone": _cut(held.pop("phone", None)),
        HOURS: sum_of(hours) if long else hours,
        BUS: _series(_cut_all(_given(BusStop, one)) for one in held.pop("bus", ())),
        "position": sum_of([round(north, _POSITION), round(east, _POSITION)]) if known else None,
    }


def _event(held: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    steps = [_given(EventStep, one) for one in held.pop("steps", ())]
    return {
        GUIDES: {one["guide"]: _named(one["guide"], names) for one in steps},
        "plan": sum_of(steps),
        "questions": sum_of(held.pop("questions", None)),
    }


def _fee(fee: dict[str, Any]) -> Any:
    """The text; false where nothing is charged: whatever the text says then, a slip says that it is free."""
    text, charged = fee.pop("text", None), fee.pop("charged", None)
    return False if charged is False else text and cut(text)


def _fee_items(items: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """By name; of several of one name the texts are put together."""
    found: dict[str, dict[str, Any]] = {}
    for one in items:
        _join(found.setdefault(one["name"], {"name": cut(one["name"])}), _left("guide.fee.items", FeeItem, one))
    return found


def _materials(materials: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """By name and who needs it; of several that have both alike the pieces are added up, texts put together, and there
    is the sum of them all: which is which counts, too.
    """
    found: dict[str, dict[str, Any]] = {}
    alike: dict[str, list[dict[str, Any]]] = {}
    for one in materials:
        who = one.get("when")
        entry = found.setdefault(f"{one['name']}\n{who}", {"name": cut(one["name"]), "originals": 0, "copies": 0})
        if who:
            entry["when"] = cut(who)
        entry["originals"] += one.get("originals", 0)
        entry["copies"] += one.get("copies", 0)
        left = _left("guide.materials", Material, one)
        _join(entry, {field: left[field] for field in left if field not in ("when", "originals", "copies")})
        alike.setdefault(f"{one['name']}\n{who}", []).append(_rest("guide.materials", one))
    for key, several in alike.items():
        if len(several) > 1:
            found[key]["each"] = sum_of(several)
    return found


def _left(part: str, model: type[BaseModel], raw: Mapping[str, Any]) -> dict[str, Any]:
    """What counts of an entry besides its name."""
    return {field: value for field, value in _rest(part, _given(model, raw)).items() if field != "name"}


def _join(entry: dict[str, Any], more: Mapping[str, Any]) -> None:
    for field, value in more.items():
        text = value if isinstance(value, str) else str(sum_of(value))
        held = entry.get(field)
        entry[field] = cut(text if held in (None, text) else f"{held}；{text}")


def _limit(limit: Mapping[str, Any] | None) -> Any:
    return None if limit is None else {"unit": "working", **_cut_all(_given(Limit, limit))}


def _law(law: Mapping[str, Any]) -> dict[str, Any]:
    return _cut_all(_rest("guide.legal_basis", _given(LegalBasis, law)))


def _named(id: str | None, names: Mapping[str, str]) -> dict[str, str] | None:
    return None if id is None else {"id": id[:64], "name": cut(names.get(id, id))}


def _series(entries: Iterable[Any]) -> Any:
    """A list, or its sum when it is too long to be told."""
    found = list(entries)
    return sum_of(found) if len(found) > MOST else found


def _any_order(value: Any) -> Any:
    """A list in an order of its own: spans and days mean the same in any."""
    return sorted(value, key=lambda one: json.dumps(one, sort_keys=True)) if isinstance(value, list) else value


def _given(model: type[BaseModel], raw: Mapping[str, Any]) -> dict[str, Any]:
    """What `raw` says in fields that `model` knows, without what is so anyway."""
    found: dict[str, Any] = {}
    for field, info in model.model_fields.items():
        value = raw.get(info.alias or field)
        default = info.get_default(call_default_factory=True)
        if value in (None, [], {}) or (value == default and type(value) is type(default)):
            continue
        found[field] = value
    return found


def _rest(part: str, held: Mapping[str, Any]) -> dict[str, Any]:
    return {field: value for field, value in held.items() if field not in UNSEEN[part]}


def _cut_all(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {field: cut(value) if isinstance(value, str) else value for field, value in entry.items()}


def _cut(text: str | None) -> str | None:
    return text and cut(text)


def cut(text: str) -> str:
    """At most `LONGEST` characters; what is cut ends with … and four bytes of its sum, so that two long texts that only
    end differently stay different.
    """
    if len(text) <= LONGEST:
        return text
    return f"{text[: LONGEST - 10]}…#{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def shown(text: str) -> str:
    """A text that may have been cut, without its sum."""
    head, mark, tail = text.rpartition("…#")
    return f"{head}…" if mark and len(text) == LONGEST and len(tail) == 8 else text


def sum_of(value: Any) -> str | None:
    """A short sum of what is not told in words; None of nothing."""
    if not value:
        return None
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"#{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def is_sum(value: Any) -> bool:
    """Whether it is only the sum of something that is not told."""
    return isinstance(value, str) and len(value) == 9 and value.startswith("#")


def names_wanted(raws: Iterable[Mapping[str, Any]]) -> Collection[str]:
    """Ids whose names `told` asks for."""
    return {id for raw in raws for id in leads_to(raw)}
