"""Words for the pinyin keyboard: gathered from names and vocabulary, weighed by where they come from and how often."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from localdb.catalogue import sounds
from localdb.catalogue.search.pinyin import fold, initials

LONGEST_WORD = 8
"""Characters; what is longer is not typed as one word of the pinyin keyboard."""

WORD_WEIGHTS = {"alias": 0.6, "vocabulary": 0.5, "name": 0.45, "keyword": 0.4}
"""How likely a word is meant, by where it comes from; each doubling of the cards that have it adds `WEIGHT_A_DOUBLING`.
"""

WEIGHT_A_DOUBLING = 0.08

POPULAR = 1.0
"""The weight of a question that stands on the home screen."""


def is_word(plain: str, syllables: int) -> bool:
    """Whether normalised text that is read in so many syllables is a word of the keyboard: a syllable a character."""
    return 2 <= len(plain) <= LONGEST_WORD and syllables == len(plain) and all(map(sounds.is_han, plain))


def lexicon_row(word: str, syllables: Iterable[str], uses: Mapping[str, int], popular: bool) -> dict[str, Any]:
    """The row of a word. `uses`: how often it is a name, an alias, a keyword, in the vocabulary; not all of them 0."""
    held = tuple(syllables)
    weight = max(WORD_WEIGHTS[source] for source, times in uses.items() if times)
    weight += WEIGHT_A_DOUBLING * math.log2(sum(uses.values()))
    return {
        "word": word,
        "syllables": " ".join(held),
        "letters": "".join(held),
        "folded": "".join(map(fold, held)),
        "initials": initials(held),
        "weight": POPULAR if popular else round(min(weight, 0.99), 3),
        **{source: uses.get(source, 0) for source in WORD_WEIGHTS},
    }


def reading_rows(chars: Iterable[str]) -> Iterator[dict[str, Any]]:
    """How each character is read; nothing for one that no dictionary knows."""
    for char in chars:
        if held := sounds.readings(char):
            yield {"char": char, "syllables": " ".join(held)}


@dataclass(slots=True)
class Words:
    """Counts words as records use them."""

    uses: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    sounded: dict[str, tuple[str, ...]] = field(default_factory=dict)
    popular: set[str] = field(default_factory=set)

    def add(self, source: str, word: str, syllables: tuple[str, ...]) -> None:
        """Counts one use of `word`, unless it is no word of the keyboard."""
        if is_word(word, len(syllables)):
            self.uses[word][source] += 1
            self.sounded[word] = syllables

    def rows(self) -> Iterator[dict[str, Any]]:
        """Rows of the lexicon, by word."""
        for word in sorted(self.uses):
            yield lexicon_row(word, self.sounded[word], self.uses[word], word in self.popular)

    def chars(self) -> set[str]:
        """Characters that occur in words."""
        return {char for word in self.uses for char in word}
