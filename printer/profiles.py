"""What the printers in the field are like: data, not code.

`profiles.toml` beside this file holds those that are shipped; an operator may add a file of the same form. Every key is
a field of `DeviceProfile`, and `docs/operations/printer.md` explains them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from domain.paper import WIDTH_80

_SHIPPED: Final = "profiles.toml"
_CELL: Final = 12
"""Dots of a small character; a Chinese one is twice as wide."""
_FEWEST: Final = 16
"""Small characters on a line, for text to be worth setting."""

CUTS: Final[Mapping[str, bytes]] = MappingProxyType({"full": b"\x1dV\x00", "partial": b"\x1dV\x01", "none": b""})
"""Ways of cutting: GS V 0, GS V 1, and none where the paper is torn off."""


class Confirm(StrEnum):
    """How a printer says that a slip is done.

    PROCESS_ID: GS ( H with a number of our own, answered when the paper is through. GS_R: GS r 1, which waits in the
    printer's queue behind the slip. NONE: it cannot say; every slip ends uncertain.
    """

    PROCESS_ID = "process_id"
    GS_R = "gs_r"
    NONE = "none"


class Mode(StrEnum):
    """How slips go out. RASTER: as one picture, the same on every printer. TEXT: as characters of the printer's own
    font, some 4 % of the bytes, for serial lines too slow for pictures.
    """

    RASTER = "raster"
    TEXT = "text"


class Charset(StrEnum):
    """Which Chinese characters a printer has. GB2312: 7 445 of 1980. GBK: all of two bytes. GB18030: those of four
    bytes, too.
    """

    GB2312 = "gb2312"
    GBK = "gbk"
    GB18030 = "gb18030"


@dataclass(frozen=True, slots=True)
class DeviceProfile:
    """One kind of printer.

    `width` of the paper in dots; `band_height`: rows of one GS v 0 picture (1-255, tall pictures overflow small
    buffers); `avoid_multiple`: heights that the printer garbles (a POS-5890K prints rubbish at multiples of 48; 0:
    none); `set_motion_units`: whether GS P must say that feeds count in dots; `feed_to_cutter`: dots between head and
    blade; `cut`: the command, empty where paper is torn off; `answers`: False for a line that carries nothing back,
    where slips are sent unseen; `near_end`: the bits of the answer to DLE EOT 4 that mean that the roll is about to end
    (0: it has no such sensor); `obeys_in_pictures`: whether DLE commands inside a picture may be obeyed, so that they
    are to be kept out; `roll_mm`: paper on a new roll.

    For `mode` TEXT: `columns`: the printer's small characters on a line, a Chinese
    one takes two (0: as many of 12 dots as fit); `charset` it has;
    `native_qr`: whether it draws QR codes itself (GS ( k).

    Raises `ValueError` that names everything that makes no sense.
    """

    name: str
    width: int
    about: str = ""
    band_height: int = 128
    avoid_multiple: int = 0
    set_motion_units: bool = False
    feed_to_cutter: int = 112
    cut: bytes = CUTS["partial"]
    confirm: Confirm = Confirm.GS_R
    answers: bool = True
    near_end: int = 0x0C
    obeys_in_pictures: bool = True
    roll_mm: int = 50_000
    mode: Mode = Mode.RASTER
    columns: int = 0
    charset: Charset = Charset.GBK
    native_qr: bool = True

    def __post_init__(self) -> None:
        wrong = [
            f"{key}: {what}" for key, what in _nonsense({each.name: getattr(self, each.name) for each in fields(self)})
        ]
        if wrong:
            raise ValueError(f"{self.name}: {'; '.join(wrong)}")

    @property
    def cells(self) -> int:
        """Small characters on a line, as set or as many as fit."""
        return self.columns or self.width // _CELL


_RANGES: Final = (
    ("band_height", 1, 255),
    ("avoid_multiple", 0, 255),
    ("feed_to_cutter", 0, 800),
    ("roll_mm", 1000, 1_000_000),
    ("columns", 0, 170),
)


def _nonsense(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(key, what is wrong) for everything in `values` that makes no sense."""
    width, columns = values["width"], values["columns"]
    if width % 8 or not 8 <= width <= 2040:
        yield "width", f"{width} is no multiple of 8 from 8 to 2040"
    for key, least, most in _RANGES:
        if not least <= values[key] <= most:
            yield key, f"{values[key]} is not from {least} to {most}"
    if values["avoid_multiple"] == 1:
        yield "avoid_multiple", "1 would leave no height at all"
    if values["near_end"] & ~0x0C:
        yield "near_end", f"0x{values['near_end']:02x} has other bits than 0x0c"
    if values["confirm"] is not Confirm.NONE and not values["answers"]:
        yield "confirm", "a printer that never answers cannot confirm"
    if columns and not _FEWEST <= columns <= width // _CELL:
        yield "columns", f"{columns} is not from {_FEWEST} to the {width // _CELL} that fit {width} dots"
    if values["mode"] is Mode.TEXT and (columns or width // _CELL) < _FEWEST:
        yield "mode", f"{width} dots are too narrow for text"


class ProfilesFault(ValueError):
    """Profiles that cannot be taken: `mistakes` names file, line, profile and key of each."""

    def __init__(self, mistakes: tuple[str, ...]) -> None:
        super().__init__("; ".join(mistakes))
        self.mistakes = mistakes


Profiles = Mapping[str, DeviceProfile]


def profiles(file: Path | None = None) -> Profiles:
    """By name: the shipped profiles, and those of the operator's `file`, which may not take a name that is taken.

    `file` is looked at anew when it has changed. Raises `ProfilesFault` with every mistake in it; one that cannot be
    read is one.
    """
    if file is None:
        return _shipped()
    try:
        stamp = file.stat()
    except OSError as error:
        raise ProfilesFault((f"{file}: {error.strerror}",)) from None
    return _with_file(file, stamp.st_mtime_ns, stamp.st_size)


@lru_cache(maxsize=1)
def _shipped() -> Profiles:
    return read_profiles(files("printer").joinpath(_SHIPPED).read_text("utf-8"), _SHIPPED)


@lru_cache(maxsize=1)
def _with_file(file: Path, changed: int, size: int) -> Profiles:
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise ProfilesFault((f"{file}: {why}",)) from None
    return MappingProxyType({**_shipped(), **read_profiles(text, str(file), taken=frozenset(_shipped()))})


def read_profiles(text: str, source: str, *, taken: frozenset[str] = frozenset()) -> Profiles:
    """The profiles in the TOML `text`; `source` is the name of its file, for mistakes. Raises `ProfilesFault`."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProfilesFault((f"{source}: not TOML: {error}",)) from None
    lines = _Lines(text)
    mistakes: list[str] = []
    found: dict[str, DeviceProfile] = {}
    for name, table in tables.items():

        def wrong(key: str, what: str, name: str = name) -> None:
            at = lines.of(name, key)
            mistakes.append(f"{source}:{at}: {name}{f'.{key}' if key else ''}: {what}")

        if name in taken:
            wrong("", "this name is taken by a profile that is shipped")
        if not isinstance(table, dict):
            wrong("", "a profile is a table")
            continue
        profile = _profile(name, table, wrong)
        if profile is not None:
            found[name] = profile
    if mistakes:
        raise ProfilesFault(tuple(mistakes))
    return MappingProxyType(found)


def _profile(name: str, table: Mapping[str, Any], wrong: Callable[[str, str], None]) -> DeviceProfile | None:
    """The profile, or None when something was `wrong`, which has been told then."""
    values: dict[str, Any] = {}
    clean = True

    def complain(key: str, what: str) -> None:
        nonlocal clean
        clean = False
        wrong(key, what)

    known = {field.name: field for field in fields(DeviceProfile) if field.name != "name"}
    for key, value in table.items():
        if key not in known:
            complain(key, "no such key")
            continue
        try:
            values[key] = _value(key, value)
        except ValueError as error:
            complain(key, str(error))
    for key, field in known.items():
        if field.default is MISSING and key not in table:
            complain(key, "is missing")
    if not _NAME.fullmatch(name):
        complain("", "a name is small letters, digits and hyphens")
    # Checked even where a value was wrong, with its default in its place: all mistakes are told at once.
    told = set(table) - set(values)
    defaults = {key: WIDTH_80 if each.default is MISSING else each.default for key, each in known.items()}
    for key, what in _nonsense({**defaults, **values}):
        if key not in told:
            complain(key, what)
    return DeviceProfile(name, **values) if clean else None


_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def _value(key: str, value: Any) -> Any:
    """`value` as the field `key` has it. Raises `ValueError` saying what it should be."""
    if key in _CHOICES:
        choices = _CHOICES[key]
        if not isinstance(value, str) or value not in choices:
            raise ValueError(f"{value!r} is none of {', '.join(choices)}")
        return choices[value]
    kind = _KINDS[key]
    if type(value) is not kind:
        raise ValueError(f"{value!r} is no {_SPOKEN[kind]}")
    return value


_CHOICES: Final[Mapping[str, Mapping[str, Any]]] = {
    "cut": CUTS,
    "confirm": {each.value: each for each in Confirm},
    "mode": {each.value: each for each in Mode},
    "charset": {each.value: each for each in Charset},
}
_KINDS: Final[Mapping[str, type]] = {
    "about": str,
    "width": int,
    "band_height": int,
    "avoid_multiple": int,
    "set_motion_units": bool,
    "feed_to_cutter": int,
    "answers": bool,
    "near_end": int,
    "obeys_in_pictures": bool,
    "roll_mm": int,
    "columns": int,
    "native_qr": bool,
}
_SPOKEN: Final[Mapping[type, str]] = {str: "text", int: "whole number", bool: "true or false"}


class _Lines:
    """Where tables and keys stand in a TOML text, which its parser does not tell."""

    def __init__(self, text: str) -> None:
        self._at: dict[tuple[str, str], int] = {}
        table = ""
        for number, line in enumerate(text.splitlines(), 1):
            if head := re.match(r"\s*\[\s*[\"']?([^\"'\]]+?)[\"']?\s*\]", line):
                table = head[1]
                self._at.setdefault((table, ""), number)
            elif key := re.match(r"\s*[\"']?([\w-]+)[\"']?\s*=", line):
                self._at.setdefault((table, key[1]) if table else (key[1], ""), number)

    def of(self, table: str, key: str) -> int:
        """The line of `key`, else of its table, else 1."""
        return self._at.get((table, key)) or self._at.get((table, ""), 1)


class _Shipped(Mapping[str, DeviceProfile]):
    """The shipped profiles, read when they are first looked at."""

    def __getitem__(self, name: str) -> DeviceProfile:
        return _shipped()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(_shipped())

    def __len__(self) -> int:
        return len(_shipped())


PROFILES: Final[Profiles] = _Shipped()
"""Those that are shipped, by name."""
