"""The city's vocabulary at work on a question: what its parts mean, what it wants, what carries no meaning."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

from domain.records import Vocabulary as VocabularyRecord
from domain.search import Understood
from localdb.catalogue.search.normalise import Normaliser

SAME, NARROWER, RELATED = 0.9, 0.7, 0.6
"""How much of a word's worth its meaning carries; less than 1, because what was really said beats what it may mean."""

COLLOQUIAL = 0.5
"""An official word in a question may also stand for what people call it: some items have only the everyday name."""

COLLOQUIAL_WORDS = 2

TOLD = ("same", "narrower", "related", "intent", "pinyin", "initials", "sound")
"""Relations that explain a word; that an official word has everyday ones explains nothing."""

ASKING = frozenset({"where", "when", "phone", "fee", "how", "who"})
"""Intents that ask something about a thing; the others (lost, change…) say which thing is wanted."""

MEANINGS = 6
"""Meanings of one part of a question that are followed, the surest first."""

INTENT = 0.6
"""丢了 asks for 补领: an item that says so covers that part of the question by as much."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """One thing that a word can mean; `target` is shown to people, `plain` is searched.

    `relation`: same, colloquial, narrower, related, stop or intent from the vocabulary; pinyin, initials or sound for a
    word that was put for what was typed.
    """

    relation: str
    target: str
    plain: str
    weight: float
    intent: str | None = None


def meanings(record: VocabularyRecord, plain: Normaliser) -> Iterator[tuple[str, Meaning]]:
    """(normalised word, what it means) for every word of a vocabulary record; nothing for a word that is only signs."""
    words = [(word, key) for word in record.words if (key := plain.text(word))]
    if not words or words[0][0] != record.words[0] or not record.weight:
        return
    (official, official_plain), rest = words[0], words[1:]
    if record.relation == "same":
        for word, key in words[1 : 1 + COLLOQUIAL_WORDS]:
            yield official_plain, Meaning("colloquial", word, key, COLLOQUIAL * record.weight)
        for _, key in rest:
            yield key, Meaning("same", official, official_plain, SAME * record.weight)
    elif record.relation in ("narrower", "related"):
        share = NARROWER if record.relation == "narrower" else RELATED
        for word, key in rest:
            yield official_plain, Meaning(record.relation, word, key, share * record.weight)
    else:
        for _, key in words:
            yield key, Meaning(record.relation, official, official_plain, INTENT, record.intent)


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the question. `silent`: it says nothing about what is looked for (怎么办)."""

    text: str
    meanings: tuple[Meaning, ...] = ()
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it was read: `core` is what is looked for, silent parts taken out (all of it when nothing else is
    left).
    """

    plain: str
    core: str
    parts: tuple[Part, ...]
    intents: frozenset[str]

    @property
    def subject(self) -> str:
        """The core without what is asked about it: 民政局 of 民政局在哪."""
        asked = (part.silent or any(meaning.intent in ASKING for meaning in part.meanings) for part in self.parts)
        kept = (" " if gone else part.text for part, gone in zip(self.parts, asked, strict=True))
        return " ".join("".join(kept).split())

    def understood(self) -> tuple[Understood, ...]:
        """What the citizen is told: 驾照 → 机动车驾驶证."""
        told = []
        for part in self.parts:
            first = next((meaning for meaning in part.meanings if meaning.relation in TOLD), None)
            if part.silent:
                told.append(Understood(part.text, None, "stop"))
            elif first is not None and first.plain != part.text:
                told.append(Understood(part.text, first.target, "intent" if first.relation == "intent" else "word"))
        return tuple(told)


Stored = tuple[str, str, str, float, str | None]
"""A meaning as a catalogue file holds it: normalised word, relation, target, weight, intent."""


class Vocabulary:
    """Every word of the vocabulary by its normalised spelling. Reading a question costs its length, not the
    vocabulary's. Safe in several threads.
    """

    def __init__(self, entries: Iterable[tuple[str, Meaning]]) -> None:
        by_word: dict[str, list[Meaning]] = defaultdict(list)
        group: dict[str, dict[str, None]] = defaultdict(dict)
        for word, meaning in entries:
            by_word[word].append(meaning)
            if meaning.intent and len(word) > 1:
                group[meaning.intent][word] = None
        self._stored: dict[str, list[Stored]] = {}
        self._plain: Normaliser | None = None
        self._meanings = {word: _surest_first(held) for word, held in by_word.items()}
        self._longest = max(map(len, self._meanings), default=0)
        self.intent_words = {intent: tuple(words) for intent, words in group.items()}

    @classmethod
    def read(cls, rows: Iterable[Stored], plain: Normaliser) -> Self:
        """The vocabulary of a catalogue file. Few of its words are ever asked for, and a kiosk that starts should not
        wait for the others: the rows of a word become meanings when it first occurs in a question.
        """
        made = cls(())
        made._plain = plain
        stored, group = made._stored, defaultdict[str, dict[str, None]](dict)
        for row in rows:
            word, intent = row[0], row[4]
            held = stored.get(word)
            if held is None:
                stored[word] = [row]
            else:
                held.append(row)
            if intent and len(word) > 1:
                group[intent][word] = None
        made._longest = max(map(len, stored), default=0)
        made.intent_words = {intent: tuple(words) for intent, words in group.items()}
        return made

    def meanings_of(self, word: str) -> tuple[Meaning, ...]:
        """What `word` (normalised) stands for, the surest first; empty when nothing is known about it."""
        held = self._meanings.get(word)
        if held is None:
            rows = self._stored.get(word)
            if rows is None or self._plain is None:
                return ()
            text = self._plain.text
            held = self._meanings[word] = _surest_first(
                Meaning(relation, target, text(target), weight, intent) for _, relation, target, weight, intent in rows
            )
        return held

    def understand(self, plain: str) -> Question:
        """Cuts the question at the longest words known, from the left."""
        parts: list[Part] = []
        intents: set[str] = set()
        start = unread = 0
        while start < len(plain):
            end = self._longest_word(plain, start)
            if end is None:
                start += 1
                continue
            if unread < start:
                parts.append(Part(plain[unread:start]))
            held = self.meanings_of(plain[start:end])
            intents.update(self._intents_in(plain[start:end]))
            silent = any(meaning.relation == "stop" for meaning in held)
            parts.append(Part(plain[start:end], () if silent else held[:MEANINGS], silent))
            start = unread = end
        if unread < len(plain):
            parts.append(Part(plain[unread:]))
        core = "".join(" " if part.silent else part.text for part in parts).strip()
        return Question(plain, " ".join(core.split()) or plain, tuple(parts), frozenset(intents))

    def _intents_in(self, word: str) -> Iterator[str]:
        """What a word of the vocabulary asks for, 驾照丢了 for 丢了 inside it."""
        for start in range(len(word)):
            for end in range(start + 2, len(word) + 1):
                for meaning in self.meanings_of(word[start:end]):
                    if meaning.intent:
                        yield meaning.intent
        for meaning in self.meanings_of(word):
            if meaning.intent:
                yield meaning.intent

    def _longest_word(self, plain: str, start: int) -> int | None:
        for end in range(min(start + self._longest, len(plain)), start, -1):
            held = self.meanings_of(plain[start:end])
            if held and _fits(plain, start, end, held):
                return end
        return None


def _surest_first(meanings: Iterable[Meaning]) -> tuple[Meaning, ...]:
    return tuple(sorted(meanings, key=lambda one: -one.weight))


def _fits(plain: str, start: int, end: int, held: tuple[Meaning, ...]) -> bool:
    """Whether the word may be cut out here: Latin words whole; a lone character only where it can hardly be part of
    another.
    """
    if (_latin(plain, start - 1) and _latin(plain, start)) or (_latin(plain, end - 1) and _latin(plain, end)):
        return False
    if end - start > 1 or len(plain) == 1:
        return True
    if any(meaning.relation == "stop" for meaning in held):
        return True
    return any(meaning.intent for meaning in held) and (start == 0 or end == len(plain))


def _latin(plain: str, at: int) -> bool:
    return 0 <= at < len(plain) and plain[at].isascii() and plain[at].isalnum()
