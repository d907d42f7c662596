"""Families of cards that are understood, and the order in which a card is asked for them: one register for both, and
for what may be selected at all.

交通联合 first: on cards that carry several applications it also tells for whom the card was issued. Then 社会保障卡,
toll cards (which share an application with the city union), cities that the operator has added, the other cities, and
at last the applications that are only seen to be there: bank cards and purses of schools.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from pathlib import Path as FilePath
from typing import Final

from cardreader.families import social_security, t_union
from cardreader.families.family import Family
from cardreader.families.generic import family_of
from cardreader.families.loading import TablesFault, tables_of
from domain.card import CardFamily

__all__ = ["Family", "Register", "TablesFault", "register"]

Families = tuple[Family, ...]

OWN: Final[Families] = (
    Family(
        "t-union",
        CardFamily.T_UNION,
        ((t_union.NAME,),),
        t_union.NAME,
        t_union.facts,
        t_union.details,
        recognise=t_union.recognise,
    ),
    Family(
        "social-security",
        CardFamily.SOCIAL_SECURITY,
        ((social_security.NAME,),),
        social_security.NAME,
        social_security.facts,
        social_security.details,
        recognise=social_security.recognise,
    ),
)
"""Families with a module of their own."""


@dataclass(frozen=True)
class Register:
    """`groups` of families: each is asked for by DF names first, then where a fresh card stands, then by file
    identifiers, before the next one is.
    """

    groups: tuple[tuple[Family, ...], ...]

    @cached_property
    def families(self) -> tuple[Family, ...]:
        """All, in order."""
        return tuple(family for group in self.groups for family in group)

    @cached_property
    def names(self) -> frozenset[bytes]:
        """DF names that may be selected."""
        return frozenset(part for family in self.families for path in _paths(family) for part in path if len(part) > 2)

    @cached_property
    def silent(self) -> frozenset[bytes]:
        """Those of them of which nothing may be read."""
        read = {path[-1] for family in self.families if not family.silent for path in _paths(family) if path}
        return frozenset(path[-1] for family in self.families if family.silent for path in family.ways if path) - read


def _paths(family: Family) -> Iterable[tuple[bytes, ...]]:
    yield from family.ways
    if family.table is not None:
        yield from (file.path for file in family.table.files.values() if file.path is not None)
        if family.table.purse is not None:
            yield family.table.purse


def register(folder: str | None = None) -> Register:
    """The families that are shipped, and those in the ``*.toml`` of the operator's `folder`, looked at anew every time.

    Raises `TablesFault` with all mistakes of all files; a folder that is not there or cannot be read is one.
    """
    if folder is None:
        return _shipped()
    before, cities, others = _parts()
    added = _families(_texts(FilePath(folder)), [each.name for each in (*before, *cities, *others)])
    return Register(((*before, *added, *cities), others))


@lru_cache(maxsize=1)
def _shipped() -> Register:
    before, cities, others = _parts()
    return Register(((*before, *cities), others))


@lru_cache(maxsize=1)
def _parts() -> tuple[Families, Families, Families]:
    """What is asked before the operator's families, after them, and at last."""
    return (*OWN, *_of_file("toll")), _of_file("cities"), _of_file("others")


def _of_file(name: str) -> Families:
    file = f"{name}.toml"
    return _families([(file, files("cardreader.families").joinpath(file).read_text("utf-8"))], ())


def _families(texts: list[tuple[str, str]], taken: Iterable[str]) -> Families:
    reserved = {family.df_name for family in OWN if family.df_name is not None}
    return tuple(family_of(table) for table in tables_of(texts, taken=taken, reserved=reserved))


def _texts(folder: FilePath) -> list[tuple[str, str]]:
    try:
        found = sorted(path for path in folder.iterdir() if path.suffix == ".toml")
        return [(path.name, path.read_text("utf-8")) for path in found]
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not UTF-8"
        name = error.filename if isinstance(error, OSError) and error.filename else folder
        raise TablesFault([f"{name}: {why}"]) from None
