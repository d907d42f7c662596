"""Words of the catalogue for what was typed as letters, or misspelled with characters that sound the same."""

from __future__ import annotations

import json
import math
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise, product

from localdb.catalogue.search.pinyin import boundaries, fold, neighbours, segment, spell
from localdb.catalogue.search.retrieve import count_cards
from localdb.catalogue.search.vocabulary import MEANINGS, Meaning, Part, Question, Vocabulary

LONGEST_LETTERS = 40
"""Letters that are read as pinyin; more than ten syllables in one go are not typed."""

LONGEST_WORD = 6
"""Characters or syllables of a word that is looked up."""

WORDS_A_PIECE = 6
"""Words that one piece of letters may stand for: jz is 驾照, but also 救助 and 居住."""

READINGS_A_WORD = 4
"""Readings tried for a misspelled stretch; 行 has three, most characters one."""

LONGEST_INITIALS = 12

_RUNS = re.compile(r"[0-9a-z]+|[^\s0-9a-z]+")

RESPELLED = ("pinyin", "initials", "sound")
"""Relations of a meaning that is a guess at what was meant to be written."""

PINYIN, UNFINISHED, INITIALS, SOUND = 0.95, 0.8, 0.85, 0.85
"""How far a word found by its whole pinyin, by the beginning of it, by initials or by its sound is believed."""

RARE, RARE_INITIALS = 0.6, 0.3
"""What is left of that for a word that is hardly ever meant."""


@dataclass(frozen=True, slots=True)
class Respelled:
    """The question with words put for letters or misspellings, and the syllables to look for beside them. `pairs`:
    neighbours among them, where letters can be cut in several ways all of those.
    """

    question: Question
    syllables: tuple[str, ...] = ()
    initials: str = ""
    pairs: tuple[tuple[str, str], ...] = ()

    @property
    def certain(self) -> bool:
        """Whether words were found for all of it, by whole syllables: then nothing else needs to sound like it."""
        read = [part.meanings[0] for part in self.question.parts if part.meanings]
        return len(read) == len(self.question.parts) and all(meaning.weight >= PINYIN for meaning in read)

    @property
    def words(self) -> tuple[str, ...]:
        """The words put in, the likeliest for each piece: 您是不是要找."""
        found = (part.meanings[0] for part in self.question.parts if part.meanings)
        return tuple(meaning.target for meaning in found if meaning.relation in RESPELLED)


def read_letters(
    connection: sqlite3.Connection, vocabulary: Vocabulary, question: Question, is_word: Callable[[str], bool]
) -> Respelled | None:
    """Reads Latin letters as pinyin or initials, those behind characters, too (社保ka); None when every piece of the
    question is a word already (ktv, hpv) or stands in characters.
    """
    readings = _readings(connection, {char for char in question.core if not char.isascii()})
    parts: list[Part] = []
    syllables: list[str] = []
    pairs: dict[tuple[str, str], None] = {}
    initials = ""
    respelled = False
    for part in question.parts:
        for piece in (part.text,) if part.meanings or part.silent else _RUNS.findall(part.text):
            letters = spell(piece[:LONGEST_LETTERS])
            if part.silent:
                parts.append(part)
            elif part.meanings or not is_letters(letters) or is_word(piece):
                parts.append(part if part.meanings else Part(piece))
                syllables.extend(readings[char][0] for char in piece if char in readings)
            else:
                cut = segment(letters)
                found = list(_by_pinyin(connection, vocabulary, letters)) if cut else []
                syllables.extend(cut or ())
                pairs.update(dict.fromkeys(neighbours(letters)))
                if not any(one.meanings for one in found) and len(letters) <= LONGEST_INITIALS:
                    initials = letters
                    found = [_by_initials(connection, vocabulary, letters)]
                parts.extend(found or [Part(piece)])
                respelled = respelled or bool(cut or initials)
    if not respelled:
        return None
    intents = {meaning.intent for part in parts for meaning in part.meanings[:1] if meaning.intent}
    core = " ".join(part.text for part in parts if not part.silent)
    return Respelled(
        Question(question.plain, core or question.plain, tuple(parts), question.intents | intents),
        tuple(syllables),
        initials,
        tuple(dict.fromkeys((*pairs, *pairwise(syllables)))),
    )


def is_letters(piece: str) -> bool:
    """Whether `piece` may be pinyin or initials; a single letter says too little."""
    return len(piece) > 1 and piece.isascii() and piece.isalpha()


def _by_pinyin(connection: sqlite3.Connection, vocabulary: Vocabulary, letters: str) -> Iterator[Part]:
    """Cuts letters at the longest words known; what no word fits stays letters."""
    cuts = boundaries(letters)
    spans = [(start, end) for start in cuts for end in cuts if start < end]
    known = _lexicon(connection, "letters", {letters[start:end] for start, end in spans})
    start = unread = 0
    while start < len(letters):
        end = max((end for begin, end in spans if begin == start and letters[begin:end] in known), default=0)
        held = known.get(letters[start:end], ()) if end else ()
        share = PINYIN
        if not held and start in cuts and len(letters) - start >= 2:
            held, end, share = _beginning(connection, letters[start:]), len(letters), UNFINISHED
        if not held:
            start = min((cut for cut in cuts if cut > start), default=len(letters))
            continue
        if unread < start:
            yield Part(letters[unread:start])
        yield Part(letters[start:end], _chained(vocabulary, held, "pinyin", share))
        start = unread = end
    if unread < len(letters):
        yield Part(letters[unread:])


def _by_initials(connection: sqlite3.Connection, vocabulary: Vocabulary, letters: str) -> Part:
    """Words with these initials. Letters so few stand for many words, of which one is mostly meant: the one that most
    cards are about. A rare word is believed so much less that even a card called exactly that stands behind.
    """
    rows = connection.execute(
        "SELECT word, weight FROM lexicon WHERE initials = ? ORDER BY weight DESC, length(word) LIMIT ?",
        (letters, 2 * WORDS_A_PIECE),
    ).fetchall()
    likely = [(word, weight * (1 + math.log2(1 + count_cards(connection, word)))) for word, weight in rows]
    likely.sort(key=lambda pair: -pair[1])
    return Part(letters, _chained(vocabulary, likely[:WORDS_A_PIECE], "initials", INITIALS, RARE_INITIALS))


def _beginning(connection: sqlite3.Connection, letters: str) -> list[tuple[str, float]]:
    """Words that begin with `letters`, of which the last syllable is still being typed."""
    rows = connection.execute(
        "SELECT word, weight FROM lexicon WHERE letters >= ? AND letters < ?"
        " ORDER BY weight DESC, length(word) LIMIT ?",
        (letters, letters + "{", WORDS_A_PIECE),
    )
    return [(row[0], row[1]) for row in rows]


def mend(connection: sqlite3.Connection, vocabulary: Vocabulary, question: Question) -> Respelled | None:
    """Puts words for stretches that mean nothing but sound like one (驾使证 → 驾驶证); None when nothing sounds like
    them.
    """
    han = {char for part in question.parts if not part.meanings and not part.silent for char in part.text}
    readings = _readings(connection, han)
    parts: list[Part] = []
    for part in question.parts:
        known = part.meanings or part.silent
        parts.extend([part] if known else _mended(connection, vocabulary, part.text, readings))
    sounds = tuple(readings[char][0] for char in question.core if char in readings)
    question = Question(question.plain, question.core, tuple(parts), question.intents)
    respelled = Respelled(question, sounds, pairs=tuple(pairwise(sounds)))
    return respelled if respelled.words or len(sounds) > 1 else None


def _mended(
    connection: sqlite3.Connection, vocabulary: Vocabulary, text: str, readings: Mapping[str, Sequence[str]]
) -> Iterator[Part]:
    sounds: dict[tuple[int, int], list[str]] = {}
    for start in range(len(text)):
        for end in range(start + 2, min(start + LONGEST_WORD, len(text)) + 1):
            options = [readings.get(char, ()) for char in text[start:end]]
            if all(options):
                sounds[start, end] = ["".join(map(fold, one)) for one in islice(product(*options), READINGS_A_WORD)]
    known = _lexicon(connection, "folded", {sound for held in sounds.values() for sound in held})
    start = unread = 0
    while start < len(text):
        fits = [
            (end, held)
            for (begin, end), spelled in sounds.items()
            if begin == start and (held := [word for sound in spelled for word in known.get(sound, ())])
        ]
        if not fits:
            start += 1
            continue
        end, held = max(fits, key=lambda fit: fit[0])
        held = [(word, weight) for word, weight in held if word != text[start:end]]
        if held:
            if unread < start:
                yield Part(text[unread:start])
            yield Part(text[start:end], _chained(vocabulary, held[:WORDS_A_PIECE], "sound", SOUND))
            unread = end
        start = end
    if unread < len(text):
        yield Part(text[unread:])


def _chained(
    vocabulary: Vocabulary, words: Iterable[tuple[str, float]], relation: str, share: float, rare: float = RARE
) -> tuple[Meaning, ...]:
    """Each word, then what the vocabulary knows about it: jz → 驾照 → 机动车驾驶证. `rare`: the part of `share` that is
    left to a word hardly ever meant.
    """
    best = 0.0
    found: list[Meaning] = []
    for word, weight in words:
        best = best or weight
        believed = share * (rare + (1 - rare) * weight / best)
        beyond = vocabulary.meanings_of(word)
        intent = next((meaning.intent for meaning in beyond if meaning.intent), None)
        found.append(Meaning(relation, word, word, believed, intent))
        found += [
            Meaning(relation, meaning.target, meaning.plain, believed * meaning.weight, meaning.intent)
            for meaning in beyond
            if meaning.relation != "stop"
        ]
    first, rest = found[:1], sorted(found[1:], key=lambda meaning: -meaning.weight)
    return tuple(first + rest)[:MEANINGS]


def _lexicon(connection: sqlite3.Connection, column: str, keys: Iterable[str]) -> dict[str, list[tuple[str, float]]]:
    rows = connection.execute(
        f"SELECT {column}, word, weight FROM lexicon WHERE {column} IN (SELECT value FROM json_each(?))"
        " ORDER BY weight DESC",
        (json.dumps(sorted(keys)),),
    )
    found: dict[str, list[tuple[str, float]]] = {}
    for key, word, weight in rows:
        found.setdefault(key, []).append((word, weight))
    return {key: held[:WORDS_A_PIECE] for key, held in found.items()}


def _readings(connection: sqlite3.Connection, chars: Iterable[str]) -> dict[str, tuple[str, ...]]:
    rows = connection.execute(
        "SELECT char, syllables FROM reading WHERE char IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(chars)),),
    )
    return {row[0]: tuple(row[1].split()) for row in rows}


def sound_terms(respelled: Respelled) -> list[tuple[str, bool]]:
    """What to look for in the sound index; True: the syllable may be unfinished."""
    last = respelled.syllables[-1:]
    pairs = dict.fromkeys((f"{fold(one)}0{fold(other)}", (other,) == last) for one, other in respelled.pairs)
    letters = respelled.initials
    size = min(4, len(letters))
    runs = [letters[at : at + size] for at in range(len(letters) - size + 1)] if size > 1 else []
    return [*pairs, *((run, False) for run in runs)]
