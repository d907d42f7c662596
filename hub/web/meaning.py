"""What a change of a field means for the people at the kiosks, in a few words beside the difference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hub.differences import FieldChange
from phrases import Phrases


@dataclass(frozen=True, slots=True)
class Meaning:
    """`state`: ok (easier for people), warn (look twice: more to bring, pay, wait or walk), info (just different)."""

    state: str
    words: str


def meaning(change: FieldChange, say: Phrases) -> Meaning | None:
    """What the change means; None where a rule cannot say it."""
    field, _, rest = change.path.partition(".")
    if field == "phone":
        return _phone(change, rest, say)
    if field == "materials":
        return _material(change, say)
    if field in ("promised_limit", "legal_limit"):
        return _limit(change, rest, say)
    if field == "visits":
        return _visits(change, say)
    if field == "fee":
        return _fee(change, rest, say)
    if field == "aliases":
        return _aliases(change, say)
    if field in ("places", "accepting_office", "address", "place"):
        return Meaning("warn", say("means.place"))
    if field in ("hours", "open_on_workdays_only", "closed_on_holidays"):
        return Meaning("warn", say("means.hours"))
    if field == "eligibility":
        return Meaning("warn", say("means.eligibility"))
    if field == "name":
        return Meaning("info", say("means.name"))
    if field in ("verified_on", "verified_by"):
        return Meaning("ok", say("means.verified"))
    return None


def _phone(change: FieldChange, rest: str, say: Phrases) -> Meaning:
    if change.new is None:
        return Meaning("warn", say("means.phone_gone"))
    if rest == "complaint":
        return Meaning("warn", say("means.phone_complaint"))
    return Meaning("warn", say("means.phone"))


def _material(change: FieldChange, say: Phrases) -> Meaning:
    if change.old is None:
        return Meaning("warn", say("means.material_more", name=_name(change.new)))
    if change.new is None:
        return Meaning("ok", say("means.material_less", name=_name(change.old)))
    more = _sheets(change.new) - _sheets(change.old)
    if more:
        return Meaning("warn" if more > 0 else "ok", say("means.more" if more > 0 else "means.less", n=abs(more)))
    return Meaning("info", say("means.material"))


def _limit(change: FieldChange, rest: str, say: Phrases) -> Meaning:
    old, new = (value.get("days") if isinstance(value, Mapping) else value for value in (change.old, change.new))
    if rest in ("", "days") and isinstance(old, int) and isinstance(new, int) and old != new:
        slower = new - old
        return Meaning(
            "warn" if slower > 0 else "ok", say("means.slower" if slower > 0 else "means.faster", n=abs(slower))
        )
    return Meaning("info", say("means.limit"))


def _visits(change: FieldChange, say: Phrases) -> Meaning:
    more = _number(change.new) - _number(change.old)
    if change.old is None or change.new is None or not more:
        return Meaning("info", say("means.visits"))
    return Meaning(
        "warn" if more > 0 else "ok", say("means.visits_more" if more > 0 else "means.visits_less", n=abs(more))
    )


def _fee(change: FieldChange, rest: str, say: Phrases) -> Meaning:
    old, new = (value.get("charged") if isinstance(value, Mapping) else value for value in (change.old, change.new))
    if rest in ("", "charged") and isinstance(new, bool) and new is not old:
        return Meaning("warn", say("means.fee_now")) if new else Meaning("ok", say("means.fee_none"))
    return Meaning("warn", say("means.fee"))


def _aliases(change: FieldChange, say: Phrases) -> Meaning:
    old, new = (tuple(value) if isinstance(value, list | tuple) else () for value in (change.old, change.new))
    gone = [word for word in old if word not in new]
    come = [word for word in new if word not in old]
    if gone:
        return Meaning("warn", say("means.alias_gone", words="、".join(gone)))
    return Meaning("ok", say("means.alias_new", words="、".join(come)) if come else say("means.alias_order"))


def _sheets(material: Any) -> int:
    return _number(material.get("originals")) + _number(material.get("copies")) if isinstance(material, Mapping) else 0


def _name(material: Any) -> str:
    return str(material.get("name", "")) if isinstance(material, Mapping) else ""


def _number(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
