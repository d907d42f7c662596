"""Syllables of Mandarin as they are typed, those that many people do not tell apart, and keys beside each other."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

_TABLE = """
a ai an ang ao
b: a ai an ang ao ei en eng i ian iao ie in ing o u
p: a ai an ang ao ei en eng i ian iao ie in ing o ou u
m: a ai an ang ao e ei en eng i ian iao ie in ing iu o ou u
f: a an ang ei en eng o ou u
d: a ai an ang ao e ei en eng i ia ian iao ie ing iu ong ou u uan ui un uo
t: a ai an ang ao e eng i ian iao ie ing ong ou u uan ui un uo
n: a ai an ang ao e ei en eng i ian iang iao ie in ing iu ong ou u uan ue uo v
l: a ai an ang ao e ei eng i ia ian iang iao ie in ing iu ong ou u uan ue un uo v
g: a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo
k: a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo
h: a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo
j: i ia ian iang iao ie in ing iong iu u uan ue un
q: i ia ian iang iao ie in ing iong iu u uan ue un
x: i ia ian iang iao ie in ing iong iu u uan ue un
zh: a ai an ang ao e ei en eng i ong ou u ua uai uan uang ui un uo
ch: a ai an ang ao e en eng i ong ou u ua uai uan uang ui un uo
sh: a ai an ang ao e ei en eng i ou u ua uai uan uang ui un uo
r: an ang ao e en eng i ong ou u ua uan ui un uo
z: a ai an ang ao e ei en eng i ong ou u uan ui un uo
c: a ai an ang ao e en eng i ong ou u uan ui un uo
s: a ai an ang ao e en eng i ong ou u uan ui un uo
y: a an ang ao e i in ing o ong ou u uan ue un
w: a ai an ang ao ei en eng o u
e ei en eng er o ou
"""
"""GB/T 16159 without tones; ü is v after n and l, and ue after them (`inputs.lexicon.spelling`)."""

LONGEST = 6

_INITIALS = {"zh": "z", "ch": "c", "sh": "s", "z": "zh", "c": "ch", "s": "sh", "n": "l", "l": "n"}
_FINALS = (("ing", "in"), ("eng", "en"), ("ang", "an"), ("in", "ing"), ("en", "eng"), ("an", "ang"))
"""Initials and endings that stand for each other where people speak a dialect; longer ones first."""

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_INDENTS = (0.0, 0.5, 1.5)
"""The rows of the keyboard on the screen, and by how many keys each is moved to the right."""


def _read(table: str) -> frozenset[str]:
    found: set[str] = set()
    for line in table.split("\n"):
        initial, _, finals = line.rpartition(":")
        found.update(initial + final for final in finals.split())
    return frozenset(found)


SYLLABLES = _read(_TABLE)
_BEGINNINGS = frozenset(syllable[:n] for syllable in SYLLABLES for n in range(1, len(syllable) + 1))


def divided(letters: str) -> tuple[str, ...]:
    """`letters` as syllables that are written out, as few as there can be; the last one may be only begun. Empty when
    they are no such thing (jsz, jiazjao).
    """
    best: list[tuple[str, ...] | None] = [None] * (len(letters) + 1)
    best[0] = ()
    for end in range(1, len(letters) + 1):
        for start in range(max(0, end - LONGEST), end):
            before, part = best[start], letters[start:end]
            fits = part in SYLLABLES or (end == len(letters) and part in _BEGINNINGS)
            now = best[end]
            if before is not None and fits and (now is None or len(before) + 1 < len(now)):
                best[end] = (*before, part)
    return best[-1] or ()


@cache
def alike(syllable: str) -> tuple[str, ...]:
    """Syllables that are taken for `syllable`, those that differ in one thing first: zen → zhen, zeng, zheng.

    >>> alike("zen")
    ('zeng', 'zhen', 'zheng')
    """
    initial = next((i for i in ("zh", "ch", "sh", "z", "c", "s", "n", "l") if syllable.startswith(i)), "")
    rest = syllable[len(initial) :]
    other = _INITIALS.get(initial)
    ending = next((pair for pair in _FINALS if rest.endswith(pair[0])), None)
    ends = rest[: len(rest) - len(ending[0])] + ending[1] if ending else ""
    found = []
    if ends:
        found.append(initial + ends)
    if other:
        found.append(other + rest)
    if ends and other:
        found.append(other + ends)
    return tuple(text for text in found if text in SYLLABLES)


def misheard(syllables: tuple[str, ...], most: int) -> Iterator[str]:
    """At most `most` other readings of `syllables`, as letters: one syllable taken for another, then two."""
    singles = [(i, other) for i, syllable in enumerate(syllables) for other in alike(syllable)]
    pairs = [(one, other) for n, one in enumerate(singles) for other in singles[n + 1 :] if one[0] != other[0]]
    for changes in [*((one,) for one in singles), *pairs][:most]:
        changed = list(syllables)
        for i, other in changes:
            changed[i] = other
        yield "".join(changed)


def _beside() -> dict[str, str]:
    places = {key: (_INDENTS[row] + column, row) for row, keys in enumerate(_ROWS) for column, key in enumerate(keys)}
    return {
        key: "".join(k for k, (x1, y1) in places.items() if k != key and abs(x1 - x) <= 1 and abs(y1 - y) <= 1)
        for key, (x, y) in places.items()
    }


BESIDE = _beside()
"""Every key, and the keys around it."""
