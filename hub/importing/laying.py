"""What a row says, laid over what the hub has of the item. What a cell cannot say stays as it was written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.importing.cells import write_cell
from hub.importing.fields import CATALOGUE, ITEM_FIELDS, NESTED, THEMES
from hub.importing.reading import ReadRow

_LIMITS = ("legal_limit", "promised_limit")
_SPECIAL = {"id", "name", "department", "codes", "codes.handling", "codes.catalogue", "codes.version", "state"}


@dataclass(frozen=True, slots=True)
class Laying:
    """Lays rows of one list. `places`: ids by what places are called; `words`: for each list of codes the word that a
    code is written with, to see whether a cell says what is there already.
    """

    places: Mapping[str, str]
    words: Mapping[str, Mapping[str, str]]

    def lay(
        self, raw: dict[str, Any], before: Mapping[str, Any], read: ReadRow, codes: Sequence[Mapping[str, str]]
    ) -> None:
        """Into `raw`, which begins as `before`, what is there; refuses the row where both do not go together."""
        if not raw["name"] and before:
            raw["name"] = before["name"]
        if codes or "codes.catalogue" in read.values:
            wanted = [dict(one) for one in codes]
            if "codes.catalogue" in read.values:
                wanted.append({"scheme": CATALOGUE, "code": read.values["codes.catalogue"]})
            raw["codes"] = _merged_codes(before.get("codes", ()), wanted)
        for name, value in read.values.items():
            if name in _SPECIAL or name.endswith((".unit", "_limit.note")):
                continue
            if name in THEMES:
                prefix = THEMES[name]
                kept = [one for one in raw.get("themes", ()) if not one.startswith(prefix)]
                fresh = [f"{prefix}{one}" for one in value]
                if [one for one in raw.get("themes", ()) if one.startswith(prefix)] != fresh:
                    raw["themes"] = [*kept, *fresh]
            elif name in NESTED:
                outer, inner = NESTED[name]
                raw[outer] = {**raw.get(outer, {}), inner: value}
            elif name in _LIMITS:
                _lay_limit(raw, name, read)
            elif name == "immediate":
                raw[name] = value == "yes"
            elif name == "online_depth":
                raw[name] = int(value)
            elif name == "places":
                self._lay_places(raw, value, read)
            elif write_cell(before.get(name), ITEM_FIELDS[name], self.words) == write_cell(
                value, ITEM_FIELDS[name], self.words
            ):
                continue  # says what is there; what the cell cannot say (law texts, for one) stays
            else:
                raw[name] = _with_rest(value, before.get(name))
        _settle_fee(raw, read)
        if "kind" in raw.get("result", {}) and "name" not in raw["result"]:
            read.refuse("result.kind", "result_without_name")
        for name in read.emptied:
            if name in _SPECIAL:
                read.refuse(name, "cannot_empty")
            elif name in NESTED:
                outer, inner = NESTED[name]
                raw[outer] = {word: value for word, value in raw.get(outer, {}).items() if word != inner}
                if not raw[outer]:
                    del raw[outer]
            elif name in THEMES:
                raw["themes"] = [one for one in raw.get("themes", ()) if not one.startswith(THEMES[name])]
            else:
                raw.pop(name.partition(".")[0], None)

    def _lay_places(self, raw: dict[str, Any], words: Sequence[str], read: ReadRow) -> None:
        ids = []
        for word in words:
            id = self.places.get(word)
            if id is None:
                read.refuse("places", "unknown_place", values={"text": word[:30]})
            else:
                ids.append(id)
        raw["places"] = ids


def _lay_limit(raw: dict[str, Any], name: str, read: ReadRow) -> None:
    days, unit = read.values[name]
    held = raw.get(name, {})
    told = read.values.get(f"{name}.unit")
    if unit and told and unit != told:
        read.refuse(f"{name}.unit", "two_units")
        return
    unit = unit or told or (held.get("unit", "working") if held.get("days") == days else None)
    if unit is None and days:
        read.refuse(name, "no_unit", f"{name}.unit")
        return
    found = {**held, "days": days, "unit": unit or "working"}
    if f"{name}.note" in read.values:
        found["note"] = read.values[f"{name}.note"]
    if found != held:
        raw[name] = found


def _settle_fee(raw: dict[str, Any], read: ReadRow) -> None:
    """A fee says whether there is one and what people read; of the two neither is guessed from the other, except that
    nothing to pay reads 不收费.
    """
    fee = raw.get("fee")
    if fee is None or not any(name.startswith("fee.") for name in read.values):
        return
    if "charged" not in fee:
        read.refuse("fee.charged", "fee_unsaid", "fee.text")
    elif "text" not in fee:
        if fee["charged"]:
            read.refuse("fee.text", "fee_text", "fee.charged")
        else:
            raw["fee"] = {**fee, "text": "不收费"}


def _merged_codes(before: Sequence[Mapping[str, Any]], wanted: Sequence[dict[str, str]]) -> list[dict[str, Any]]:
    """Codes of the same scheme give way, others stay; one that says the same stays as it was written."""
    found: list[dict[str, Any]] = []
    fresh = {one["scheme"]: one for one in wanted}
    for one in before:
        new = fresh.pop(one["scheme"], None)
        same = new is None or (new["code"], new.get("version", "1")) == (one["code"], one.get("version", "1"))
        found.append(dict(one) if same or new is None else dict(new))
    return [*found, *(dict(one) for one in fresh.values())]


def _with_rest(value: Any, before: Any) -> Any:
    """Entries of a list with what the cell cannot say of the ones that are there already."""
    if not (isinstance(value, list) and value and isinstance(value[0], dict)):
        return value
    first = next(iter(value[0]))
    known = {str(one.get(first)): one for one in before or () if isinstance(one, Mapping)}
    return [{**known.get(str(one.get(first)), {}), **one} for one in value]
