"""Reads a card by the table of its family."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from cardreader import purse, tlv
from cardreader.apdu import Unreadable
from cardreader.facts import (
    Asker,
    CityCode,
    Details,
    city_gbt2260,
    city_gbt13497,
    city_postcode,
    city_province,
)
from cardreader.families.family import Family
from cardreader.families.tables import FCI, Condition, FamilyTable, Field, Meaning, Quirk
from cardreader.fields import Holder, bcd, bcd_date
from cardreader.holder import holder_in_ef16
from cardreader.session import Session
from domain.card import CardFacts, CardType


def family_of(table: FamilyTable) -> Family:
    """`table`, ready to be asked."""
    return Family(
        name=table.name,
        family=table.family,
        ways=table.ways,
        df_name=table.df_name,
        tells=table.tells,
        silent=table.silent,
        table=table,
        confirm=partial(confirm, table),
        facts=partial(facts, table),
        details=partial(details, table),
    )


def confirm(table: FamilyTable, card: Session, fci: bytes) -> bool:
    """Whether what was selected is this family: all its conditions hold."""
    return all(_holds(table, card, fci, each) for each in table.conditions)


def _holds(table: FamilyTable, card: Session, fci: bytes, condition: Condition) -> bool:
    if condition.lists:
        return any(each.startswith(condition.values) for each in _applications(fci))
    data = fci if condition.file == FCI else _bytes(table, card, fci, condition.file)
    return data[condition.offset : condition.offset + len(condition.values[0])] in condition.values


def _applications(fci: bytes) -> list[bytes]:
    """Names in the directory of a payment environment: 6F → A5 → BF0C → 61 → 4F."""
    entries = tlv.elements(tlv.find(fci, 0x6F, 0xA5, 0xBF0C) or b"")
    return [name for tag, entry in entries if tag == 0x61 and (name := tlv.find(entry, 0x4F)) is not None]


def _bytes(table: FamilyTable, card: Session, fci: bytes, name: str) -> bytes:
    """The file as far as it can be had; empty when it cannot."""
    file = table.files[name]
    if file.in_fci:
        inside = tlv.find(fci, 0x6F, 0xA5, 0x9F0C) or b""
        if len(inside) >= table.needed(name):
            return inside
    if file.command is None:
        return b""
    if not card.open(card.home if file.path is None else file.path).ok:
        return b""
    response = card.send(file.command)
    return response.data if response.ok else b""


def facts(table: FamilyTable, card: Session, fci: bytes, asker: Asker) -> CardFacts:
    """Raises `Unreadable` when what a table says to read cannot be read."""
    holder = holder_in_ef16(card) if Quirk.HOLDER_FILE in table.quirks else Holder()
    read = _Values(table, card, fci)
    city, valid_to = read.city(), bcd_date(read.raw(Meaning.VALID_TO))
    if table.fields and not read.anything:
        raise Unreadable(f"files of {table.name}")
    return asker.facts(
        table.family,
        issued_in=city.gbt2260 if city else None,
        card_type=read.card_type(),
        holder=holder,
        valid_to=valid_to,
    )


def details(table: FamilyTable, card: Session, fci: bytes) -> Details:
    """The card, never its holder."""
    read = _Values(table, card, fci)
    notes = () if read.complete() or not table.fields else ("not all of its files were read",)
    found = Details(
        family=table.family,
        city=read.city(),
        card_type=read.card_type(),
        valid_from=bcd_date(read.raw(Meaning.VALID_FROM)),
        valid_to=bcd_date(read.raw(Meaning.VALID_TO)),
        number=read.number(),
        notes=(*notes, table.name) if table.name != table.family.value else notes,
    )
    return _with_purse(table, card, found)


def _with_purse(table: FamilyTable, card: Session, found: Details) -> Details:
    # Where the purse cannot be selected, the amount is asked for all the same, where one is.
    card.open(card.home if table.purse is None else table.purse)
    raw = purse.balance(card, table.balance) if table.balance else None
    return replace(
        found,
        balance_fen=None if raw is None else raw * table.times - table.less,
        records=purse.records(card, table.records) if table.records else None,
    )


class _Values:
    """The fields of one card; what is not there is None."""

    def __init__(self, table: FamilyTable, card: Session, fci: bytes) -> None:
        self._table, self._card, self._fci = table, card, fci
        self._fields = {each.meaning: each for each in table.fields}
        self._files: dict[str, bytes] = {}
        self.anything = False

    def raw(self, meaning: Meaning) -> bytes:
        """The bytes of a field, all of them or none."""
        field = self._fields.get(meaning)
        return b"" if field is None else self._of(field)

    def _of(self, field: Field) -> bytes:
        if field.file not in self._files:
            self._files[field.file] = _bytes(self._table, self._card, self._fci, field.file)
        data = self._files[field.file]
        part = data[field.offset : field.offset + field.length]
        self.anything = self.anything or len(part) == field.length
        return part if len(part) == field.length else b""

    def complete(self) -> bool:
        return all(self._of(each) for each in self._table.fields)

    def city(self) -> CityCode | None:
        """Where the field says that the card is from; the family's own city where there is none, or it is no place."""
        field = self._fields.get(Meaning.CITY)
        told = None if field is None else _city(field.encoding, self._of(field))
        implied = None if self._table.city is None else city_gbt2260(self._table.city)
        return implied if implied is not None and (told is None or told.gbt2260 is None) else told

    def card_type(self) -> CardType | None:
        field = self._fields.get(Meaning.CARD_TYPE)
        return None if field is None else field.values.get(self._of(field))

    def number(self) -> str | None:
        field = self._fields.get(Meaning.NUMBER)
        return None if field is None else _number(field.encoding, self._of(field))


def _city(encoding: str, data: bytes) -> CityCode | None:
    if encoding == "province":
        name = data.rstrip(b"\x00\xff ").decode("gbk", "ignore")
        return city_province(name) if name else None
    digits = bcd(data)
    if not digits or not digits.strip("0"):
        return None
    return {"postcode": city_postcode, "gbt13497": city_gbt13497, "gbt2260": city_gbt2260}[encoding](digits)


def _number(encoding: str, data: bytes) -> str | None:
    if not any(data) or set(data) == {0xFF}:
        return None
    match encoding:
        case "little-endian":
            return str(int.from_bytes(data, "little")).zfill(10)
        case "ascii":
            text = data.strip(b"\x00\xff ")
            return text.decode("ascii") if text and text.isascii() else None
        case "bcd":
            digits = data.hex().rstrip("f")
            return digits if digits.isdecimal() else data.hex().upper()
    return data.hex().upper()
