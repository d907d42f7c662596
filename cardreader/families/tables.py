"""Families as tables: what is selected, what is read, and where in it stands what.

A table can only say what to read. `cardreader.families.loading` makes tables of TOML and checks them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from cardreader.apdu import Command
from cardreader.session import Path
from domain.card import CardFamily, CardType
from domain.errors import Code

FCI: Final = "fci"
"""Name of the file that conditions mean when they look at the answer to SELECT itself."""


class Meaning(StrEnum):
    """What a field tells. A holder's name or identity number is none of these."""

    CITY = "city"
    CARD_TYPE = "card_type"
    VALID_FROM = "valid_from"
    VALID_TO = "valid_to"
    NUMBER = "number"


ENCODINGS: Final[Mapping[Meaning, Mapping[str, int]]] = {
    Meaning.CITY: {"postcode": 2, "gbt13497": 2, "gbt2260": 3, "province": 4},
    Meaning.CARD_TYPE: {"code": 1},
    Meaning.VALID_FROM: {"bcd": 4},
    Meaning.VALID_TO: {"bcd": 4},
    Meaning.NUMBER: {"bcd": 0, "hex": 0, "ascii": 0, "little-endian": 0},
}
"""How each can be written, with its length; 0: the table says."""


class Quirk(StrEnum):
    """What no offset can say. `HOLDER_FILE`: EF16 may hold an identity number at 交通联合's place, for age and sex."""

    HOLDER_FILE = "holder-file"


@dataclass(frozen=True, slots=True)
class Field:
    """`length` bytes from `offset` of `file` mean `meaning`; `values`: what the codes of a card type mean."""

    meaning: Meaning
    file: str
    offset: int
    length: int
    encoding: str
    values: Mapping[bytes, CardType]


@dataclass(frozen=True, slots=True)
class Condition:
    """The bytes of `file` from `offset` on are one of `values`; `lists`: the answer to SELECT lists one of them as an
    application (tag 4F).
    """

    file: str
    offset: int
    values: tuple[bytes, ...]
    lists: bool = False


@dataclass(frozen=True, slots=True)
class CardFile:
    """Where bytes come from: inside the answer to SELECT (`in_fci`, tag 9F0C) if there are enough of them, else by
    `command`, after `path` was selected where the file is not in the application itself.
    """

    name: str
    command: Command | None
    in_fci: bool = False
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class FamilyTable:
    """One family. `ways` are paths to its application, tried until one succeeds; `df_name` is what it calls itself.

    `tells` is the code that a citizen is told instead of facts. `city` is the GB/T 2260 code of the place whose cards
    these all are. The balance is that of the first command less that of the second, times `times`, less `less`; it
    and the records are in the application at `purse`, None: the one that is selected.
    """

    name: str
    family: CardFamily
    ways: tuple[Path, ...]
    df_name: bytes | None = None
    conditions: tuple[Condition, ...] = ()
    files: Mapping[str, CardFile] = field(default_factory=dict)
    fields: tuple[Field, ...] = ()
    city: str | None = None
    tells: Code | None = None
    quirks: frozenset[Quirk] = frozenset()
    balance: tuple[Command, ...] = ()
    times: int = 1
    less: int = 0
    records: Command | None = None
    purse: Path | None = None

    def needed(self, file: str) -> int:
        """Bytes of `file` that fields and conditions look at."""
        ends = [each.offset + each.length for each in self.fields if each.file == file]
        ends += [each.offset + len(each.values[0]) for each in self.conditions if each.file == file]
        return max(ends, default=0)

    def harmless(self, file: str) -> set[int]:
        """Offsets in `file` of what says nothing of one single card: all that is looked at but its number."""
        return self._offsets(file, lambda each: each.meaning is not Meaning.NUMBER) | self.marks(file)

    def marks(self, file: str) -> set[int]:
        """Offsets in `file` of what conditions look at: the same on all cards of a family."""
        marks = [each for each in self.conditions if each.file == file]
        return {at for each in marks for at in range(each.offset, each.offset + len(each.values[0]))}

    def numbered(self, file: str) -> set[int]:
        """Offsets in `file` of the card's number."""
        return self._offsets(file, lambda each: each.meaning is Meaning.NUMBER)

    def _offsets(self, file: str, wanted: Callable[[Field], bool]) -> set[int]:
        fields = [each for each in self.fields if each.file == file and wanted(each)]
        return {at for each in fields for at in range(each.offset, each.offset + each.length)}

    @property
    def silent(self) -> bool:
        """Whether nothing is read of it, only seen that it is there."""
        return not (self.files or self.balance or self.records or self.quirks)
