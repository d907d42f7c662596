"""What a privacy scan looks for: given facts in every form that they can take, and numbers of people by their shape.

A form is a run of bytes: a text in the encodings of files, of cards and of Python's own strings, as hexadecimal,
base64, JSON or percent escapes; digits packed as cards pack them, or as a whole number in memory; a date as Python has
it. Forms of less than five bytes are too like noise in hundreds of megabytes: they count only with what stands beside.

Shapes need no fact: resident identity numbers with a right check character (GB 11643) and 交通联合 numbers (310 and 16
digits, JT/T 978), written out, or packed together with the two dates that follow them in EF15. A packed identity number
alone is not looked for: two hundred megabytes of noise have one every other time.
"""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cardreader.fields import check_character

SHORTEST: Final = 5
"""Bytes of the shortest form that counts by itself."""

KEY: Final = 4
"""Bytes by which forms are told apart before they are compared; none is shorter, whatever stands beside it."""

CONTEXT: Final = 128
"""Bytes of the longest shape with what stands beside it."""

RESIDENT_ID: Final = "resident ID number (by its shape)"
T_UNION: Final = "T-Union number (by its shape)"

_PROVINCES: Final = re.compile("1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|91")
"""First digits of an identity number, GB/T 2260; 83: residents from Taiwan, 91: from abroad."""
_DATE: Final = re.compile(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})")
_DIGITS: Final = re.compile(r"[0-9]{7,32}[Xx]?")
_HEX: Final = re.compile(r"(?:[0-9A-Fa-f]{2}){4,32}")


class UnfitFact(ValueError):
    """A fact that cannot be looked for. Names it, never its value."""


@dataclass(frozen=True, slots=True, repr=False)
class Form:
    """Bytes to look for. `before` and `after` (any of them) have to stand beside it; `aligned` is its address modulo
    16, where it lies in memory.
    """

    kind: str
    body: bytes
    before: bytes = b""
    after: tuple[bytes, ...] = ()
    aligned: int | None = None

    def __repr__(self) -> str:
        return f"Form({self.kind!r})"

    @property
    def counts(self) -> bool:
        """Whether it is long enough, with what stands beside it, not to be met by chance."""
        beside = len(self.before) + min(map(len, self.after), default=0)
        return len(self.body) >= KEY and len(self.body) + beside >= SHORTEST

    def fits(self, data: bytes, at: int, address: int | None) -> bool:
        """Whether it stands in `data` at `at`, where `address` is that of its first byte, None in a file."""
        if not data.startswith(self.body, at):
            return False
        if self.before and not (at >= len(self.before) and data.startswith(self.before, at - len(self.before))):
            return False
        if self.after and not data.startswith(self.after, at + len(self.body)):
            return False
        return self.aligned is None or address is None or address % 16 == self.aligned


def facts_of(document: Any) -> tuple[tuple[str, str], ...]:
    """(name, value) of every fact in `document`: an object or a list of such, their values texts or lists of texts.

    Raises `UnfitFact`, without a value in it.
    """
    people = document if isinstance(document, list) else [document]
    facts = []
    for number, person in enumerate(people, 1):
        if not isinstance(person, Mapping) or not person:
            raise UnfitFact('facts are one object {"name": …, "id_number": …}, or a list of such')
        for name, value in person.items():
            label = f"{name} of {number}" if len(people) > 1 else str(name)
            for each in value if isinstance(value, list) else [value]:
                if not isinstance(each, str) or not each.strip():
                    raise UnfitFact(f"{label}: not a text")
                facts.append((label, each.strip()))
    if not facts:
        raise UnfitFact("no facts")
    return tuple(facts)


def forms(name: str, value: str) -> tuple[Form, ...]:
    """Every form of one fact. What it is shows in the value: a date, a number of seven digits and more (whatever spaces
    and hyphens are in it), else a text; a `name` with uid in it makes hexadecimal digits bytes.

    Raises `UnfitFact` for one that is too short to be told from noise.
    """
    found: list[Form] = []
    plain = re.sub(r"[ -]", "", value)
    if "uid" in name.lower() and _HEX.fullmatch(plain):
        found += _of_bytes(name, bytes.fromhex(plain))
    elif (day := _day(value)) is not None:
        found += _of_date(name, day)
    elif _DIGITS.fullmatch(plain):
        found += _of_number(name, plain)
        found += _of_text(name, value) if value != plain else ()
    else:
        found += _of_text(name, value)
        found += _spelled_out(name, value.encode("utf-8"))
        found += _spelled_out(name, value.encode("gb18030"), " of GBK") if not value.isascii() else ()
    fit = [form for form in found if form.counts]
    if not fit or fit[0] is not found[0]:
        raise UnfitFact(f"{name}: too short to be told from noise")
    return tuple({(form.body, form.before): form for form in reversed(fit)}.values())


def _day(value: str) -> dt.date | None:
    match = _DATE.fullmatch(value)
    try:
        day = dt.date(*map(int, match.groups())) if match else None
    except ValueError:
        return None
    return day if day is not None and 1850 <= day.year <= 2150 else None


def _of_text(name: str, text: str) -> Iterator[Form]:
    """`text` in the encodings of files, cards and Python's own strings."""
    plain = text.encode("utf-8")
    yield Form(f"{name}, {'ASCII' if text.isascii() else 'UTF-8'}", plain)
    yield Form(f"{name}, UTF-16", wide := text.encode("utf-16-le"), after=(b"\0\0",) if len(wide) < SHORTEST else ())
    yield Form(f"{name}, UTF-32", text.encode("utf-32-le"))
    if text.isascii():
        return
    city = text.encode("gb18030")
    yield Form(f"{name}, GBK", city, after=(b"\0", b" ", b"|", b"\n") if len(city) < SHORTEST else ())
    with contextlib.suppress(UnicodeEncodeError):
        yield Form(f"{name}, Latin-1", text.encode("latin-1"))
    escaped = json.dumps(text)[1:-1]
    for spelled in (escaped, re.sub(r"(?<=u)[0-9a-f]{4}", lambda four: four[0].upper(), escaped)):
        yield Form(f"{name}, JSON escapes", spelled.encode("ascii"))


def _spelled_out(name: str, data: bytes, of: str = "") -> Iterator[Form]:
    """`data` as letters: hexadecimal, base64 and, where it is no plain text, escapes."""
    for digits in (data.hex(), data.hex().upper()):
        yield Form(f"{name}, hexadecimal{of}", digits.encode("ascii"))
        if not data.isascii():
            pairs = re.findall("..", digits)
            yield Form(f"{name}, percent escapes{of}", "".join(f"%{pair}" for pair in pairs).encode("ascii"))
            yield Form(f"{name}, escaped bytes{of}", "".join(rf"\x{pair}" for pair in pairs).encode("ascii"))
    yield from (Form(f"{name}, base64{of}", letters) for letters in _base64(data))


def _base64(data: bytes) -> Iterator[bytes]:
    """The letters that are the same whatever stands around, for each of the three ways in which bytes meet letters."""
    for shift in range(3):
        letters = base64.b64encode(bytes(shift) + data + bytes(2))
        inner = letters[-(-shift * 8 // 6) : (shift + len(data)) * 8 // 6]
        if len(inner) > SHORTEST:
            yield inner
            yield inner.translate(bytes.maketrans(b"+/", b"-_"))


def _of_bytes(name: str, data: bytes) -> Iterator[Form]:
    yield Form(f"{name}, as it is", data)
    for spelled in (data.hex(), data.hex().upper(), data.hex(" "), data.hex(" ").upper(), data.hex(":")):
        yield Form(f"{name}, hexadecimal", spelled.encode("ascii"))
    yield from (Form(f"{name}, base64", body) for body in _base64(data))


def _of_number(name: str, number: str) -> Iterator[Form]:
    for spelled in dict.fromkeys((number, number.upper(), number.lower())):
        yield from _of_text(name, spelled)
        yield from _spelled_out(name, spelled.encode("ascii"))
        groups = [" ".join(re.findall(".{1,4}", spelled))]
        if len(spelled) == 18:
            groups.append(f"{spelled[:6]} {spelled[6:14]} {spelled[14:]}")
        for grouped in groups:
            for text in (grouped, grouped.replace(" ", "-")):
                yield from _of_text(f"{name} in groups", text)
    digits = number.rstrip("Xx")
    for half in (0, 1):
        inner = digits[half:]
        packed = bytes.fromhex(inner[: len(inner) // 2 * 2])
        if len(packed) >= SHORTEST:
            yield Form(f"{name}, packed digits", packed)
    if digits == number:
        yield from _of_whole_number(name, int(number))


def _of_whole_number(name: str, number: int) -> Iterator[Form]:
    if number < 1 << 63:
        size = max(KEY, (number.bit_length() + 7) // 8)
        yield Form(f"{name}, 64-bit number", number.to_bytes(size, "little"), after=(bytes(8 - size),))
        yield Form(f"{name}, 64-bit number", number.to_bytes(size, "big"), before=bytes(8 - size))
    # CPython: 30 bits in four bytes each, the lowest first, behind their count (times eight from 3.12 on).
    limbs = b""
    rest = number
    while rest:
        limbs += (rest & 0x3FFFFFFF).to_bytes(4, "little")
        rest >>= 30
    if len(limbs) > SHORTEST:
        yield Form(f"{name}, number of Python", limbs)
    else:
        for count in (1, 8):
            yield Form(f"{name}, number of Python", limbs, before=count.to_bytes(8, "little"), aligned=8)


def _of_date(name: str, day: dt.date) -> Iterator[Form]:
    compact = f"{day:%Y%m%d}"
    for text in (
        compact,
        day.isoformat(),
        f"{day:%Y/%m/%d}",
        f"{day:%Y.%m.%d}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y}年{day:%m}月{day:%d}日",
    ):
        yield from _of_text(name, text)
    # Alone four bytes are too few: as a social-security card has it, with its tag and length.
    yield Form(f"{name}, record of a card", bytes.fromhex(compact), before=b"\x0d\x04")
    # CPython's date and datetime: type and hash, a zero for no time zone, then year, month and day.
    year = day.year.to_bytes(2, "big")
    yield Form(f"{name}, date of Python", year + bytes((day.month, day.day)), before=b"\0", aligned=9)
    yield from (form for form in _of_whole_number(name, int(compact)) if "Python" in form.kind)


@dataclass(frozen=True, slots=True)
class _Pass:
    """One look through the bytes: `pattern` stops at the few places where `pattern`'s first byte and several of what
    follows are those of a form; `forms`, by the four bytes there, has each with how far into it they stand.
    """

    pattern: re.Pattern[bytes]
    forms: Mapping[bytes, tuple[tuple[int, Form], ...]]


class Finder:
    """Finds forms and shapes in bytes.

    A search for one byte and what follows it runs ten times as fast as one for any of many first bytes. So forms are
    gathered around the bytes that most of them have in common, and every such byte gets a pass of its own.
    """

    def __init__(self, forms: Iterable[Form] = (), *, today: dt.date | None = None) -> None:
        self._today = today or dt.date.today()
        forms = tuple(forms)
        self.reach = max([CONTEXT, *(len(form.before) + len(form.body) + _most(form.after) for form in forms)])
        """Bytes around a place that may decide about it."""
        self._passes = tuple(_passes(forms))

    def find(self, data: bytes, address: int | None = None, *, public: bool = False) -> Iterator[tuple[int, str]]:
        """(offset, kind) of everything in `data`; `address` is that of its first byte, None when it is of a file. In
        `public` content a number that can be an organisation's is not a person's. No kind holds a value.
        """
        for each in self._passes:
            for match in each.pattern.finditer(data):
                at = match.start()
                for into, form in each.forms.get(data[at : at + KEY], ()):
                    begin = at - into
                    if begin >= 0 and form.fits(data, begin, None if address is None else address + begin):
                        yield begin, form.kind
        yield from _shapes(data, self._today, public=public)

    def scan(
        self, chunks: Iterable[bytes], address: int | None = None, *, public: bool = False
    ) -> Iterator[tuple[int, str]]:
        """As `find`, over bytes that come in pieces, each place once; no more than two pieces are held."""
        held, start, done = b"", 0, 0
        for chunk in chunks:
            if len(chunk) > 4 * self.reach and chunk == bytes(len(chunk)):
                # Much of memory is zeros, in which nothing begins but what is wrong anyway.
                held += chunk[: self.reach]
                ends, skipped = start + len(held), len(chunk) - self.reach
            else:
                held += chunk
                ends, skipped = start + len(held) - self.reach, 0
            for at, kind in self.find(held, None if address is None else address + start, public=public):
                if done <= start + at < ends:
                    yield start + at, kind
            done = max(done, ends)
            start += len(held) + skipped
            held = chunk[-self.reach :] if skipped else held[-2 * self.reach :]
            start -= len(held)
        for at, kind in self.find(held, None if address is None else address + start, public=public):
            if done <= start + at:
                yield start + at, kind


_PASS_COST: Final = 40.0
_COMMON: Final = {0x00: 1000.0, 0xFF: 20.0, 0x01: 15.0, 0x20: 10.0} | dict.fromkeys(range(2, 9), 5.0)
"""About how many per cent of all stops a byte makes in the memory of a program; any other: 1."""


def _most(after: tuple[bytes, ...]) -> int:
    return max(map(len, after), default=0)


def _passes(forms: tuple[Form, ...]) -> Iterator[_Pass]:
    """As few passes as cover all forms, each around a byte that is not too common."""
    left = set(forms)
    while left:
        having: dict[int, list[Form]] = {}
        for form in left:
            for byte in set(form.body[: 1 - KEY]):
                having.setdefault(byte, []).append(form)
        byte = min(having, key=lambda each: ((_PASS_COST + _COMMON.get(each, 1.0)) / len(having[each]), each))
        left.difference_update(having[byte])
        by_key: dict[bytes, list[tuple[int, Form]]] = {}
        tails = set()
        for form in having[byte]:
            into = form.body.index(byte)
            by_key.setdefault(form.body[into : into + KEY], []).append((into, form))
            tails.add(form.body[into + 1 : into + 8])
        pattern = b"%s(?=%s)" % (_literal(bytes((byte,))), b"|".join(map(_literal, sorted(tails))))
        yield _Pass(re.compile(pattern, re.DOTALL), {key: tuple(found) for key, found in by_key.items()})


def _literal(data: bytes) -> bytes:
    return b"".join(b"\\x%02x" % byte for byte in data)


_DIGITS_ALIKE: Final = bytes(0x30 if 0x30 <= byte <= 0x39 else byte for byte in range(256))
_RUNS: Final = tuple(
    (width, encoding, re.compile(b"%s(?:%s){16,}" % (one, one)))
    for width, encoding, one in ((1, "ASCII", b"0"), (2, "UTF-16", rb"0\x00"), (4, "UTF-32", rb"0\x00\x00\x00"))
)
_EF15: Final = re.compile(rb"\x03\x10[\x00-\x99]{8}(?:\x20[\x00-\x99][\x01-\x12][\x01-\x31]){2}", re.DOTALL)
"""From the number on: number, first and last day, all packed."""


def _shapes(data: bytes, today: dt.date, *, public: bool) -> Iterator[tuple[int, str]]:
    alike = data.translate(_DIGITS_ALIKE)
    for width, encoding, pattern in _RUNS:
        for match in pattern.finditer(alike):
            number = _bounded(data, match.start(), match.end(), width)
            if re.fullmatch(r"310\d{16}", number):
                yield match.start(), f"{T_UNION}, {encoding}"
            elif is_resident_id(number, today) and not (public and is_credit_code(number)):
                yield match.start(), f"{RESIDENT_ID}, {encoding}"
    for match in _EF15.finditer(data):
        if match[0][:10].hex().isdecimal() and all(map(_packed_day, (match[0][10:14], match[0][14:]))):
            yield match.start(), f"{T_UNION}, packed digits"


def _bounded(data: bytes, start: int, end: int, width: int) -> str:
    """The digits there with an X behind them, or nothing when they are part of a longer word."""

    def letter(at: int) -> str:
        unit = data[at : at + width] if at >= 0 else b""
        return chr(unit[0]) if len(unit) == width and not any(unit[1:]) else ""

    number = data[start:end:width].decode("ascii")
    if letter(end) in ("x", "X"):
        number, end = number + "X", end + width
    ours = letter(start - width) + letter(end)
    return "" if any(each.isascii() and each.isalnum() for each in ours) else number


def _packed_day(data: bytes) -> bool:
    text = data.hex()
    return text.isdecimal() and _day(text) is not None


def is_resident_id(number: str, today: dt.date) -> bool:
    """Whether these characters can be somebody's number: province, birth date, check character (GB 11643)."""
    if not re.fullmatch(r"\d{17}[\dX]", number, re.ASCII) or not _PROVINCES.match(number):
        return False
    born = _day(number[6:14])
    return born is not None and dt.date(1900, 1, 1) <= born <= today and check_character(number) == number[17]


_CREDIT: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def is_credit_code(number: str) -> bool:
    """Whether 18 characters are a unified social credit code (统一社会信用代码, GB 32100): departments and firms print
    theirs.
    """
    if number[:2] not in {"11", "12", "13", "19", "51", "52", "53", "59", "91", "92", "93"}:
        return False
    total = sum(_CREDIT.index(letter) * pow(3, place, 31) for place, letter in enumerate(number[:17]))
    return _CREDIT[-total % 31] == number[17]
