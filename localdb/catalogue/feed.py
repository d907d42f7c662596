"""What a search may find a record by: its names with their sounds (`said`), and the text that is indexed (`feed`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from domain.records import Fact, Guide, LifeEvent, Org, Place, Record, Topic
from localdb.catalogue import sounds
from localdb.catalogue.search.normalise import Grams, Normaliser, grams
from localdb.catalogue.search.pinyin import initial_tokens, initials, sound_tokens

FEWEST_DIGITS = 6
"""Digits of a code that stand for it: fewer are a house number."""

LONGEST_SOUNDED = 24
"""Characters; nobody types the pinyin of a longer name, and its syllables would only blur the index."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """The words of a record by how much they say: aliases are said, keywords found, not shown, the body only hints."""

    name: str
    aliases: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    body: tuple[str, ...] = ()


def spoken(record: Record, departments: Iterable[str] = (), translated: Iterable[str] = ()) -> Spoken:
    """`departments`: names of the organisations it belongs to; `translated`: its names in other languages."""
    aliases, keywords, body = record.aliases, record.keywords, [*departments]
    match record:
        case Guide():
            body += [record.summary or "", record.result.name if record.result else ""]
            body += [material.name for material in record.materials]
            body += [question.q for question in record.faq]
            keywords = (*keywords, *_codes(record))
        case Fact():
            body.append(record.answer)
        case Place():
            body.append(record.address or "")
            body += [stop.stop for stop in record.bus]
        case Org():
            aliases = (*aliases, *((record.short_name,) if record.short_name else ()))
            body += record.duties
            body += [f"{section.name} {section.duty or ''}" for section in record.sections]
        case LifeEvent() | Topic():
            body.append(record.intro or "")
        case _:
            pass
    return Spoken(record.name, aliases, (*keywords, *translated), tuple(text for text in body if text))


def _codes(guide: Guide) -> Iterator[str]:
    """Item codes as people copy them from a form: whole, or the digits only."""
    for one in guide.codes:
        yield one.code
        digits = "".join(char for char in one.code if char.isdecimal())
        if len(digits) >= FEWEST_DIGITS:
            yield digits


@dataclass(frozen=True, slots=True)
class Said:
    """One name as it is said, written and sounded."""

    via: str
    text: str
    plain: str
    syllables: tuple[str, ...] = field(default=())

    @property
    def letters(self) -> str:
        return "".join(self.syllables)

    @property
    def initials(self) -> str:
        return initials(self.syllables)


def said(
    words: Spoken, plain: Normaliser, known: Mapping[str, tuple[str, ...]] = MappingProxyType({})
) -> Iterator[Said]:
    """Every name, alias and keyword once, the strongest first. `known`: how some of them (normalised) are read; looking
    it up is most of the work.
    """
    seen: set[str] = set()
    labelled = [("name", words.name), *(("alias", one) for one in words.aliases)]
    for via, text in [*labelled, *(("keyword", one) for one in words.keywords)]:
        written = plain.text(text)
        if written and written not in seen:
            seen.add(written)
            read = known.get(written)
            if read is None:
                read = sounds.syllables(written) if len(written) <= LONGEST_SOUNDED else ()
            yield Said(via, text, written, read)


def feed_row(names: Iterable[Said], words: Spoken, plain: Normaliser) -> dict[str, Any]:
    """The text to be indexed, and the lines that reranking and explaining read; without `doc`."""
    cut: dict[str, list[Grams]] = {"name": [], "alias": [], "keyword": []}
    spelled: list[str] = []
    keys: list[str] = []
    shown: list[str] = []
    sound: dict[str, None] = {}
    first_letters: dict[str, None] = {}
    for one in names:
        cut[one.via].append(grams(one.plain))
        (keys if one.via == "keyword" else spelled).append(one.plain)
        shown.append(" ".join(one.text.split()))
        sound.update(dict.fromkeys(sound_tokens(one.syllables)))
        first_letters.update(dict.fromkeys(initial_tokens(one.initials)))
    return {
        "plain": "\n".join(spelled),
        "keys": "\n".join(keys),
        "shown": "\n".join(shown),
        "chars": _joined(char for pieces in cut.values() for piece in pieces for char in piece.chars),
        **{column: _joined(pair for piece in pieces for pair in piece.pairs) for column, pieces in cut.items()},
        "body": _joined(pair for text in words.body for pair in grams(plain.text(text)).pairs),
        "sound": _joined(sound),
        "initials": _joined(first_letters),
    }


def _joined(tokens: Iterable[str]) -> str:
    return " ".join(dict.fromkeys(tokens))
