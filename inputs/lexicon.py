"""The catalogue's own words by their pinyin: written out, begun, by initials (jiashizheng, jiashizh, jsz), with sounds
that are taken for each other (jiasizeng), or with a key beside the one that was meant (jiaahizheng).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType

from domain.search import LexiconWord
from inputs.syllables import BESIDE, alike

_BEST = 8  # words remembered below each syllable, for letters that only begin a word
_SWAPPED = "nl"
_DOUBLE_INITIALS = ("zh", "ch", "sh")


def spelling(letters: str) -> str:
    """One way to write ü: after l and n before e it is typed u as often as v, elsewhere v."""
    return letters.replace("ü", "v").replace("lve", "lue").replace("nve", "nue")


class _Node:
    """What can follow one syllable: further syllables, words that end here, the likeliest words that pass here.

    A city has tens of thousands of these, most of them the end of a single word: what is empty is shared, and no more
    room is taken than is filled.
    """

    __slots__ = ("best", "children", "words")

    def __init__(self) -> None:
        self.children: Mapping[str, _Node] = _NOTHING
        self.words: tuple[LexiconWord, ...] = ()
        self.best: tuple[LexiconWord, ...] = ()

    def child(self, syllable: str) -> _Node:
        """The node of a syllable that follows, made if there is none yet."""
        found = self.children.get(syllable)
        if found is None:
            found = _Node()
            if isinstance(self.children, dict):
                self.children[syllable] = found
            else:
                self.children = {syllable: found}
        return found


_NOTHING: Mapping[str, _Node] = MappingProxyType({})


class Lexicon:
    """A tree of syllables. A word whose syllables are not letters a–z is left out: it cannot be typed."""

    def __init__(self, words: Iterable[LexiconWord] = ()) -> None:
        self._root = _Node()
        for word in sorted(words, key=lambda word: (-word.weight, len(word.word), word.word)):
            syllables = [spelling(syllable) for syllable in word.syllables]
            if not syllables or not all(s.isascii() and s.isalpha() and s.islower() for s in syllables):
                continue
            node = self._root
            for syllable in syllables:
                node = node.child(syllable)
                if len(node.best) < _BEST:
                    node.best += (word,)
            node.words = node.best if node.best == (word,) else (*node.words, word)

    def whole(self, letters: str, *, abbreviated: bool = True) -> list[str]:
        """Words that use up all `letters`: those written out first, then by weight."""
        return _ranked((short, word) for short, node in _ends(self._root, letters, abbreviated) for word in node.words)

    def begun(self, letters: str) -> list[str]:
        """Words that `letters` are only a beginning of: the likeliest eight a syllable, best first."""
        ends = _ends(self._root, letters, abbreviated=True)
        return _ranked((short, word) for short, node in ends for word in node.best if word not in node.words)

    def misheard(self, letters: str) -> list[str]:
        """Words that use up all `letters` when syllables are taken for others that sound alike, at least one of them:
        fewest first. All are written out, but the last one may be only begun.
        """
        ends = _walk(self._root, letters, _sounding)
        return _ranked((short, word) for short, node in ends if short for word in node.words)

    def mistyped(self, letters: str) -> list[str]:
        """Words of two syllables and more, written out, that `letters` mean when one key is taken for one beside it."""
        ends = _walk(self._root, letters, _touched, most=1)
        return _ranked((short, word) for short, node in ends if short for word in node.words if len(word.syllables) > 1)

    def first(self, letters: str) -> list[tuple[str, int]]:
        """Words of two syllables and more, written out, that `letters` begin with and go on after: the word and how
        many letters it uses up, longest first.
        """
        found: list[tuple[int, float, str]] = []
        level = [(0, self._root)]
        for depth in range(1, len(letters) + 1):
            level = [
                (position + len(syllable), child)
                for position, node in level
                for syllable, child in node.children.items()
                if letters.startswith(syllable, position)
            ]
            if not level:
                break
            if depth > 1:
                found += [
                    (-position, -word.weight, word.word)
                    for position, node in level
                    if position < len(letters)
                    for word in node.words
                ]
        return [(text, -position) for position, _, text in sorted(found)]


def _ranked(found: Iterable[tuple[int, LexiconWord]]) -> list[str]:
    """Without repeats: a word may be reached on two ways (xian as xi'an and as x'ian)."""
    ranked = sorted((short, -word.weight, len(word.word), word.word) for short, word in found)
    return list(dict.fromkeys(text for *_, text in ranked))


def _ends(root: _Node, letters: str, abbreviated: bool) -> Iterator[tuple[int, _Node]]:
    """Where `letters` can end in the tree, with the number of syllables on the way that were not written out."""
    pending = [(root, 0, 0)]
    while pending:
        node, position, short = pending.pop()
        if position == len(letters):
            if node is not root:
                yield short, node
            continue
        for syllable, child in node.children.items():
            if syllable[0] != letters[position]:
                continue
            if letters.startswith(syllable, position):
                pending.append((child, position + len(syllable), short))
            if abbreviated:
                pending += [(child, position + n, short + 1) for n in _abbreviations(syllable, letters[position:])]


def _walk(
    root: _Node, letters: str, reading: Callable[[str, str], list[tuple[int, int]]], most: int = 99
) -> Iterator[tuple[int, _Node]]:
    """Where `letters` can end in the tree, and what was forgiven on the way, at most `most`. `reading` says how many of
    the letters may stand for a syllable, and what is to be forgiven for that.
    """
    pending = [(root, 0, 0)]
    while pending:
        node, position, forgiven = pending.pop()
        if position == len(letters):
            yield forgiven, node
            continue
        rest = letters[position:]
        for syllable, child in node.children.items():
            for length, faults in reading(syllable, rest):
                if forgiven + faults <= most:
                    pending.append((child, position + length, forgiven + faults))


def _sounding(syllable: str, letters: str) -> list[tuple[int, int]]:
    """`syllable` itself, what sounds like it, and, at the end of what was typed, a beginning of either."""
    if syllable[0] != letters[0] and (syllable[0] not in _SWAPPED or letters[0] not in _SWAPPED):
        return []  # most syllables: only n and l are taken for a sound with another first letter
    found = [(len(syllable), 0)] if letters.startswith(syllable) else []
    for other in alike(syllable):
        if other[0] == letters[0] and letters.startswith(other):
            found.append((len(other), 1))
    if not found and len(letters) > 1:
        for faults, text in ((0, syllable), *((1, other) for other in alike(syllable))):
            if text.startswith(letters):
                return [(len(letters), faults)]
    return found


def _touched(syllable: str, letters: str) -> list[tuple[int, int]]:
    """`syllable` itself, or with one of its keys taken for one beside it."""
    if len(letters) < len(syllable):
        return []
    faults = 0
    for meant, typed in zip(syllable, letters, strict=False):
        if meant != typed:
            faults += 1
            if faults > 1 or typed not in BESIDE[meant]:
                return []
    return [(len(syllable), faults)]


def _abbreviations(syllable: str, letters: str) -> set[int]:
    """How many of `letters` may stand for `syllable` without writing it out: its initial, or, as the last thing typed,
    any beginning of it.
    """
    lengths = {1}
    if syllable.startswith(_DOUBLE_INITIALS) and letters.startswith(syllable[:2]):
        lengths.add(2)
    if len(letters) < len(syllable) and syllable.startswith(letters):
        lengths.add(len(letters))
    return {length for length in lengths if length < len(syllable)}
