"""Typed letters as pinyin: whole syllables, a last one that is not finished, or only initials. Standard library alone.

ü is written v, as keyboards do. `fold` joins what southern and coastal speakers do not tell apart (zh/z, ch/c, sh/s,
n/l at the front, ng/n at the end), so that the index finds either and reranking prefers the exact one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

_FINALS = {
    "": "a ai an ang ao e ei en eng er o ou",
    "b": "a ai an ang ao ei en eng i ian iao ie in ing o u",
    "p": "a ai an ang ao ei en eng i ian iao ie in ing o ou u",
    "m": "a ai an ang ao e ei en eng i ian iao ie in ing iu o ou u",
    "f": "a an ang ei en eng o ou u",
    "d": "a ai an ang ao e ei en eng i ia ian iao ie ing iu ong ou u uan ui un uo",
    "t": "a ai an ang ao e ei eng i ian iao ie ing ong ou u uan ui un uo",
    "n": "a ai an ang ao e ei en eng i ian iang iao ie in ing iu ong ou u uan un uo v ve",
    "l": "a ai an ang ao e ei eng i ia ian iang iao ie in ing iu o ong ou u uan un uo v ve",
    "g": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "k": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "h": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "j": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "q": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "x": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "zh": "a ai an ang ao e ei en eng i ong ou u ua uai uan uang ui un uo",
    "ch": "a ai an ang ao e en eng i ong ou u ua uai uan uang ui un uo",
    "sh": "a ai an ang ao e ei en eng i ou u ua uai uan uang ui un uo",
    "r": "an ang ao e en eng i ong ou u ua uan ui un uo",
    "z": "a ai an ang ao e ei en eng i ong ou u uan ui un uo",
    "c": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "s": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "y": "a an ang ao e i in ing o ong ou u uan ue un",
    "w": "a ai an ang ei en eng o u",
}

SYLLABLES = frozenset(initial + final for initial, finals in _FINALS.items() for final in finals.split())
"""Every syllable of standard Mandarin without tones."""

_BEGINNINGS = frozenset(syllable[:end] for syllable in SYLLABLES for end in range(1, len(syllable) + 1))
LONGEST_SYLLABLE = 6


_UMLAUT = {"lyu": "lv", "nyu": "nv", "lue": "lve", "nue": "nve", "lyue": "lve", "nyue": "nve"}
_SPELLED = SYLLABLES | _UMLAUT.keys()


def spell(letters: str) -> str:
    """ü in any of its spellings as v: lue, lyu and nyu are typed, too. Only where it is a syllable (not in renyuan)."""
    cut = _cut(letters, _SPELLED, _BEGINNINGS)
    return letters if cut is None else "".join(_UMLAUT.get(piece, piece) for piece in cut)


@lru_cache(maxsize=1024)
def fold(syllable: str) -> str:
    """The class of syllables that `syllable` is easily taken for."""
    for front, plain in (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l")):
        if syllable.startswith(front):
            syllable = plain + syllable[len(front) :]
            break
    return syllable[:-1] if syllable.endswith("ng") else syllable


def initials(syllables: Sequence[str]) -> str:
    """First letters: ("jia", "zhao") → jz; digits and Latin words keep their first character, too."""
    return "".join(syllable[0] for syllable in syllables if syllable)


def segment(letters: str) -> tuple[str, ...] | None:
    """`letters` as syllables, fewest first; the last may be unfinished (jiazh → jia, zh). None: not pinyin.

    Takes time in proportion to the length.
    """
    return _cut(letters, SYLLABLES, _BEGINNINGS)


def _cut(letters: str, whole: Collection[str], begun: Collection[str]) -> tuple[str, ...] | None:
    best: list[tuple[str, ...] | None] = [(), *([None] * len(letters))]
    for end in range(1, len(letters) + 1):
        for start in range(max(0, end - LONGEST_SYLLABLE), end):
            before, piece = best[start], letters[start:end]
            if before is None:
                continue
            if piece in whole or (end == len(letters) and piece in begun):
                longer = best[end]
                if longer is None or len(before) + 1 < len(longer):
                    best[end] = (*before, piece)
    return best[-1]


def neighbours(letters: str) -> Iterator[tuple[str, str]]:
    """Syllables that follow one another in some reading of `letters`: fanganshenpi has fan, gan and fang, an."""
    cuts = boundaries(letters)
    for start in cuts:
        for middle in cuts:
            first = letters[start:middle]
            if first in SYLLABLES:
                for end in cuts:
                    second = letters[middle:end]
                    if second in SYLLABLES or (end == len(letters) and second in _BEGINNINGS):
                        yield first, second


def boundaries(letters: str) -> tuple[int, ...]:
    """Positions where a syllable may begin or end in some reading of `letters` (xian: 0, 2, 4), the end included."""
    ahead = {0}
    for start in range(len(letters)):
        if start in ahead:
            ahead.update(
                end
                for end in range(start + 1, min(start + LONGEST_SYLLABLE, len(letters)) + 1)
                if letters[start:end] in SYLLABLES
            )
    back = {len(letters)}
    for start in range(len(letters) - 1, -1, -1):
        rest = letters[start:]
        if rest in _BEGINNINGS or any(
            start + length in back and rest[:length] in SYLLABLES for length in range(1, LONGEST_SYLLABLE + 1)
        ):
            back.add(start)
    return tuple(sorted((ahead & back) | {len(letters)}))


def sound_tokens(syllables: Sequence[str]) -> Iterator[str]:
    """What the sound index holds of a word: folded syllables, and neighbours joined by a 0 (xi0an is not xian)."""
    folded = [fold(syllable) for syllable in syllables]
    yield from folded
    yield from map("0".join, pairwise(folded))


def initial_tokens(letters: str) -> Iterator[str]:
    """Runs of two to four initials: what lets jsz find 机动车驾驶证."""
    for size in (2, 3, 4):
        for start in range(len(letters) - size + 1):
            yield letters[start : start + size]
