"""Tables of families from TOML, one ``[[family]]`` each; docs/formats/cards.md names every key.

What a table asks for is checked here and not only at the card: its commands are READ BINARY, READ RECORD and GET
BALANCE, no command may fetch more bytes than its fields look at, and nothing is read of a bank's application. All
mistakes of all files are told together, each with file, line, field and reason.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Container, Iterable, Sequence
from typing import Any, Final

from cardreader import divisions
from cardreader.apdu import ANY_LENGTH, GET_BALANCE, READ_BINARY, READ_RECORD, SELECT, Command
from cardreader.families.tables import (
    ENCODINGS,
    FCI,
    CardFile,
    Condition,
    FamilyTable,
    Field,
    Meaning,
    Quirk,
)
from cardreader.holder import SFI as HOLDER_SFI
from cardreader.session import Path
from domain.card import CardFamily, CardType
from domain.errors import Code

BANKS: Final = tuple(
    bytes.fromhex(name)
    for name in ("A000000333", "A00000000310", "A00000000320", "A000000004", "A000000025", "A000000065", "A000000152")
)
"""UnionPay, Visa (whose first five bytes the city union has, too), Mastercard, American Express, JCB, Diners:
applications that give their number to anyone.
"""

ENVIRONMENTS: Final = (b"2PAY.SYS.DDF01", b"1PAY.SYS.DDF01", b"1PUB.SYS.DDF01")
"""Lists of applications, on bank cards and on others."""

_READING: Final = {READ_BINARY, READ_RECORD}

_FORBIDDEN: Final = {
    0x20: "VERIFY tries a PIN, and a wrong one burns a try",
    0x24: "CHANGE PIN writes",
    0x2C: "RESET RETRY COUNTER writes",
    0x50: "INITIALIZE FOR LOAD or PURCHASE begins to move money",
    0x52: "CREDIT FOR LOAD moves money",
    0x54: "DEBIT FOR PURCHASE moves money",
    0x82: "EXTERNAL AUTHENTICATE burns a try of a key",
    0x88: "INTERNAL AUTHENTICATE uses a key",
    0xD0: "WRITE BINARY writes",
    0xD2: "WRITE RECORD writes",
    0xD6: "UPDATE BINARY writes",
    0xDC: "UPDATE RECORD writes",
    0xE2: "APPEND RECORD writes",
}

_KEYS: Final = {
    "name", "family", "select", "df_name", "file", "is", "field", "city", "tells", "quirks", "balance", "times", "less",
    "records", "purse",
}  # fmt: skip

_NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

_ABSENT: Final = object()


class TablesFault(ValueError):
    """Tables that cannot be used. `mistakes`: one line each, with file, line, field and reason."""

    def __init__(self, mistakes: Iterable[str]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("; ".join(self.mistakes))


def tables_of(
    texts: Sequence[tuple[str, str]], *, taken: Iterable[str] = (), reserved: Iterable[bytes] = ()
) -> tuple[FamilyTable, ...]:
    """The tables in `texts` (name of the file, TOML), in order.

    `taken` are names of families that there are already, `reserved` DF names that no table may select. Raises
    `TablesFault`.
    """
    mistakes: list[str] = []
    tables: list[FamilyTable] = []
    names = set(taken)
    for file, text in texts:
        try:
            document = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            mistakes.append(f"{file}: {error}")
            continue
        blocks = document.get("family")
        if set(document) != {"family"} or not isinstance(blocks, list) or not all(isinstance(b, dict) for b in blocks):
            mistakes.append(f"{file}: must hold [[family]] and nothing else")
            continue
        for number, block in enumerate(blocks):
            reading = _Block(file, text, number, block, frozenset(reserved))
            table = reading.table()
            if table.name in names:
                reading.wrong("name", "is there already", table.name)
            names.add(table.name)
            mistakes += reading.mistakes
            tables.append(table)
    if mistakes:
        raise TablesFault(mistakes)
    return tuple(tables)


class _Block:
    """One ``[[family]]``. Every part that is wrong is noted and replaced by nothing, so that the rest is looked at,
    too.
    """

    def __init__(self, file: str, text: str, number: int, block: dict[str, Any], reserved: frozenset[bytes]) -> None:
        self.mistakes: list[str] = []
        self._file = file
        self._block = block
        self._reserved = reserved
        lines = text.splitlines()
        heads = [at for at, line in enumerate(lines) if re.match(r"\s*\[\[\s*family\s*\]\]", line)]
        self._first = heads[number] if number < len(heads) else 0
        last = heads[number + 1] if number + 1 < len(heads) else len(lines)
        self._lines = lines[self._first : last]
        self._title = block["name"] if isinstance(block.get("name"), str) else f"family {number + 1}"

    def wrong(self, field: str, why: str, said: object = None) -> None:
        """Notes a mistake, with the line of what was `said` there, else of the field, else of the family."""
        key = ".".join(field.split(".")[:2]) if field.startswith("file.") else re.split(r"[.\[]", field)[0]
        needles = (
            [f'"{said}"', f"{said} =", f".{said} ="] if isinstance(said, str) else [f"= {said}"] * (said is not None)
        )
        for needle in (*needles, f"{key} =", f"{key}."):
            at = next((at for at, line in enumerate(self._lines) if needle in line), None)
            if at is not None:
                self._note(at, field, why)
                return
        self._note(0, field, why)

    def _note(self, at: int, field: str, why: str) -> None:
        self.mistakes.append(f"{self._file}, line {self._first + at + 1}: {self._title}: {field}: {why}")

    def table(self) -> FamilyTable:
        for key in sorted(self._block.keys() - _KEYS):
            self.wrong(key, "is no key of a family", key)
        name = self._text("name")
        if not _NAME.fullmatch(name):
            self.wrong("name", "must be small letters, digits and hyphens", name)
        files = self._files()
        ways = tuple(self._ways())
        table = FamilyTable(
            name=name,
            family=self._member("family", CardFamily, CardFamily.CITY),
            ways=ways,
            df_name=self._df_name(ways),
            conditions=tuple(self._conditions(files)),
            files=files,
            fields=tuple(self._fields(files)),
            city=self._city(),
            tells=self._tells(),
            quirks=frozenset(self._quirks()),
            balance=tuple(self._balance()),
            times=self._number("times", 1, default=1),
            less=self._number("less", 0, default=0),
            records=self._records(),
            purse=self._path("purse", self._block["purse"]) if "purse" in self._block else None,
        )
        self._sizes(table)
        self._whole(table)
        return table

    # Parts

    def _text(self, key: str) -> str:
        value = self._block.get(key, "")
        if isinstance(value, str) and value:
            return value
        self.wrong(key, "is missing or no text", key)
        return ""

    def _list(self, key: str, of: type = str) -> list[Any]:
        value = self._block.get(key, [])
        if isinstance(value, list) and all(isinstance(each, of) for each in value):
            return value
        self.wrong(key, f"must be a list of {'texts' if of is str else 'tables'}", key)
        return []

    def _number(self, key: str, least: int, *, default: int, of: dict[str, Any] | None = None, field: str = "") -> int:
        value = (self._block if of is None else of).get(key, default)
        if type(value) is int and value >= least:
            return value
        self.wrong(field or key, f"must be a whole number from {least} on", value)
        return default

    def _member(self, key: str, kind: type[CardFamily], default: CardFamily) -> CardFamily:
        said = self._text(key)
        try:
            return kind(said)
        except ValueError:
            if said:
                self.wrong(key, f"{said!r} is none of {', '.join(kind)}", said)
            return default

    def _bytes(self, field: str, value: object, least: int = 1, most: int = 64) -> bytes:
        try:
            found = bytes.fromhex(value) if isinstance(value, str) else None
        except ValueError:
            found = None
        if found is None:
            self.wrong(field, "must be hexadecimal", value)
            return b""
        if not least <= len(found) <= most:
            self.wrong(field, f"must have {least} to {most} bytes", value)
            return b""
        return found

    def _ways(self) -> Iterable[Path]:
        ways = self._list("select")
        if not ways and not any(mistake for mistake in self.mistakes if ": select:" in mistake):
            self.wrong("select", "is missing: nothing would be selected", "select")
        for at, way in enumerate(ways):
            yield self._path(f"select[{at}]", way)

    def _path(self, field: str, way: object) -> Path:
        """DF names and file identifiers, parted by slashes; MF: what a fresh card has selected by itself."""
        if way == "MF":
            return ()
        parts = way.split("/") if isinstance(way, str) else [way]
        path = tuple(self._bytes(field, part, 2, 16) for part in parts)
        for part in path:
            if 2 < len(part) < 5:
                self.wrong(field, "is neither a file identifier (2 bytes) nor a DF name (5 to 16)", way)
            if part in self._reserved:
                self.wrong(field, "has a reader of its own and is asked for already", way)
        return path

    def _df_name(self, ways: Sequence[Path]) -> bytes | None:
        if "df_name" in self._block:
            return self._bytes("df_name", self._block["df_name"], 3, 16)
        return next((way[-1] for way in ways if way and len(way[-1]) > 2), None)

    def _files(self) -> dict[str, CardFile]:
        files = self._block.get("file", {})
        if not isinstance(files, dict):
            self.wrong("file", "must be tables", "file")
            return {}
        return {name: self._card_file(name, said) for name, said in files.items()}

    def _card_file(self, name: str, said: object) -> CardFile:
        if not isinstance(said, dict) or not said.keys() <= {"command", "fci", "select"} or name == FCI:
            self.wrong(f"file.{name}", "must be a table of command, fci and select, and not called fci")
            return CardFile(name, None)
        in_fci = said.get("fci", False)
        if type(in_fci) is not bool:
            self.wrong(f"file.{name}.fci", "must be true or false")
        command = None
        if "command" in said:
            command = self._command(f"file.{name}.command", said["command"], _READING)
        elif not in_fci:
            self.wrong(f"file.{name}.command", "is missing")
        path = self._path(f"file.{name}.select", said["select"]) if "select" in said else None
        return CardFile(name, command, bool(in_fci), path)

    def _command(self, field: str, said: object, allowed: set[tuple[int, int]]) -> Command | None:
        """Five bytes: CLA INS P1 P2 Le. Refused with what it would do."""
        if not isinstance(said, str):
            self.wrong(field, "must be hexadecimal", said)
            return None
        try:
            apdu = bytes.fromhex(said)
        except ValueError:
            self.wrong(field, "must be hexadecimal", said)
            return None
        instruction = (apdu[0], apdu[1]) if len(apdu) >= 2 else (0, 0)
        if len(apdu) >= 2 and instruction not in allowed:
            names = {READ_BINARY: "READ BINARY", READ_RECORD: "READ RECORD", GET_BALANCE: "GET BALANCE"}
            may = " or ".join(names[each] for each in sorted(allowed))
            why = _FORBIDDEN.get(instruction[1], "SELECT belongs into select" if instruction == SELECT else "")
            head = apdu[:2].hex(" ").upper()
            self.wrong(field, f"{head} is not allowed{': ' + why if why else ''}; only {may} is", said)
            return None
        if len(apdu) != 5:
            self.wrong(field, "must be CLA INS P1 P2 Le, five bytes", said)
            return None
        if (instruction == READ_BINARY and apdu[2] == 0x80 | HOLDER_SFI) or (
            instruction == READ_RECORD and apdu[3] >> 3 == HOLDER_SFI
        ):
            self.wrong(field, "reads EF16, where name and number of the holder stand", said)
            return None
        cla, ins, p1, p2, le = apdu
        return Command(cla, ins, p1, p2, b"", le or ANY_LENGTH)

    def _conditions(self, files: dict[str, CardFile]) -> Iterable[Condition]:
        for at, said in enumerate(self._list("is", dict)):
            field = f"is[{at}]"
            if not said.keys() <= {"file", "offset", "values", "lists"} or ("values" in said) == ("lists" in said):
                self.wrong(field, "must have file, offset and values; or lists")
                continue
            lists = "lists" in said
            key = "lists" if lists else "values"
            file = FCI if lists else said.get("file")
            if file != FCI and not _among(file, files):
                self.wrong(f"{field}.file", f"{file!r} is no file of this family", file)
                continue
            given = said[key] if isinstance(said[key], list) else []
            values = tuple(self._bytes(f"{field}.{key}", each) for each in given)
            if not values or (not lists and len({len(each) for each in values}) != 1):
                self.wrong(f"{field}.{key}", "must be one or more, all of the same length")
                continue
            yield Condition(str(file), self._number("offset", 0, default=0, of=said, field=field), values, lists)

    def _fields(self, files: dict[str, CardFile]) -> Iterable[Field]:
        for at, said in enumerate(self._list("field", dict)):
            name = f"field[{at}]"
            if extra := said.keys() - {"file", "means", "offset", "length", "encoding", "values"}:
                self.wrong(name, f"{', '.join(sorted(extra))}: no key of a field", sorted(extra)[0])
                continue
            if not _among(said.get("means"), set(Meaning)):
                self.wrong(f"{name}.means", f"{said.get('means')!r} is none of {', '.join(Meaning)}", said.get("means"))
                continue
            meaning = Meaning(said["means"])
            if not _among(said.get("file"), files):
                self.wrong(f"{name}.file", f"{said.get('file')!r} is no file of this family", said.get("file"))
                continue
            encodings = ENCODINGS[meaning]
            encoding = said.get("encoding", next(iter(encodings)) if len(encodings) == 1 else None)
            if not isinstance(encoding, str) or encoding not in encodings:
                self.wrong(f"{name}.encoding", f"{encoding!r} is none of {', '.join(encodings)}", encoding)
                continue
            length = encodings[encoding]
            if not length:
                length = self._number("length", 1, default=1, of=said, field=f"{name}.length")
            elif said.get("length", length) != length:
                self.wrong(f"{name}.length", f"{encoding} has {length}", said["length"])
            offset = self._number("offset", 0, default=0, of=said, field=f"{name}.offset")
            values = self._card_types(name, said) if meaning is Meaning.CARD_TYPE else {}
            yield Field(meaning, said["file"], offset, length, encoding, values)

    def _card_types(self, name: str, said: dict[str, Any]) -> dict[bytes, CardType]:
        values = said.get("values")
        if not isinstance(values, dict) or not values:
            self.wrong(f"{name}.values", "is missing: what do the codes mean?")
            return {}
        types = {}
        for code, kind in values.items():
            if not _among(kind, set(CardType)):
                self.wrong(f"{name}.values", f"{kind!r} is none of {', '.join(CardType)}", kind)
            else:
                types[self._bytes(f"{name}.values", code, 1, 1)] = CardType(kind)
        return types

    def _city(self) -> str | None:
        city = self._block.get("city", _ABSENT)
        if city is _ABSENT:
            return None
        if not isinstance(city, str) or divisions.of_gbt2260(city) is None:
            self.wrong("city", "must be a place of GB/T 2260, six digits", city)
            return None
        return city

    def _tells(self) -> Code | None:
        said = self._block.get("tells", _ABSENT)
        if said is _ABSENT:
            return None
        if not _among(said, set(Code)) or not str(said).startswith("C-"):
            self.wrong("tells", "is no code of cards", said)
            return None
        return Code(said)

    def _quirks(self) -> Iterable[Quirk]:
        for said in self._list("quirks"):
            if said in set(Quirk):
                yield Quirk(said)
            else:
                self.wrong("quirks", f"{said!r} is none of {', '.join(Quirk)}", said)

    def _balance(self) -> Iterable[Command]:
        said = self._list("balance")
        if len(said) > 2:
            self.wrong("balance", "is one command, or two, the second of which is taken from the first")
        for each in said[:2]:
            command = self._command("balance", each, {GET_BALANCE})
            if command is not None:
                if command.le != 4:
                    self.wrong("balance", "has four bytes", each)
                yield command

    def _records(self) -> Command | None:
        said = self._block.get("records", _ABSENT)
        return None if said is _ABSENT else self._command("records", said, {READ_RECORD})

    # The whole

    def _sizes(self, table: FamilyTable) -> None:
        """What is fetched and not looked at could be anything of anybody's."""
        for file in table.files.values():
            needed = table.needed(file.name)
            if not needed:
                self.wrong(f"file.{file.name}", "is read, but no field and no condition looks at it")
            elif file.command is not None and file.command.le != needed:
                self.wrong(
                    f"file.{file.name}.command",
                    f"fetches {file.command.le} bytes, of which {needed} are looked at: Le must be {needed:02X}",
                )

    def _whole(self, table: FamilyTable) -> None:
        for way in table.ways:
            bank = any(part.startswith(BANKS) or part in ENVIRONMENTS for part in way)
            if bank and not table.silent:
                self.wrong("select", "is a bank's application, or a list of them: nothing of it may be read", way)
            if way == () and not table.conditions:
                self.wrong("is", "is missing: every card has a master file", "MF")
            if way and len(way[-1]) == 2 and table.df_name is None and not table.conditions:
                self.wrong("df_name", "is missing, and so is `is`: any card may have that file")
        if table.purse is not None and any(part.startswith(BANKS) for part in table.purse):
            self.wrong("purse", "is a bank's application")
        if table.tells is None and not table.city and not any(each.meaning is Meaning.CITY for each in table.fields):
            self.wrong("city", "is missing, and no field tells it: what would be known of its holder?")


def _among(said: object, known: Container[str]) -> bool:
    """Whether a text of TOML, which may be a list or a table instead, is one of `known`."""
    return isinstance(said, str) and said in known
