"""Pairing names of another city with ours: equal codes and names are pairs, similar ones are offered to a person."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from hub.gap_lists import Listed, mark_of

NEAR = 0.42
"""Similarity from which a name is offered as perhaps the same. However alike, a person says so: 变更 and 注销 of one
permit differ in two characters, and on real names most pairs above .8 were such.
"""

COMMON = 0.15
"""Share of names above which a pair of characters says nothing (登记, 申请)."""


class Pairing(StrEnum):
    """What the machine says."""

    COVERED = "covered"
    MAYBE = "maybe"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Ours:
    """One item of ours with every name it goes by."""

    key: str
    name: str
    department: str
    names: tuple[str, ...]
    codes: tuple[str, ...] = ()


Near = tuple[tuple[str, str, float], ...]
"""The most similar ones of ours, best first: key, name, score from 0 to 1."""

Paired = tuple[Pairing, Near]


class Pairer:
    """Pairs names with ours: pairs of characters weighed by how seldom they are, compared by their cosine."""

    def __init__(self, ours: Sequence[Ours]) -> None:
        self._ours = {one.key: one for one in ours}
        self._codes = {code: one.key for one in ours for code in one.codes}
        self._exact: dict[str, str] = {}
        documents: list[tuple[str, Counter[str]]] = []
        for one in ours:
            for mark in dict.fromkeys(filter(None, map(mark_of, one.names))):
                self._exact.setdefault(mark, one.key)
                documents.append((one.key, _pairs(mark)))
        seen: Counter[str] = Counter()
        for _, pairs in documents:
            seen.update(pairs.keys())
        self._count = max(1, len(documents))
        self._weights = {pair: math.log(1 + self._count / n) for pair, n in seen.items()}
        self._unseen = math.log(1 + self._count)
        common = max(20, COMMON * self._count)
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        self._keys: list[str] = []
        for key, pairs in documents:
            weights = self._vector(pairs)
            place = len(self._keys)
            self._keys.append(key)
            for pair, weight in weights.items():
                if seen[pair] <= common:
                    self._postings[pair].append((place, weight))
        self._rest: list[dict[str, float]] = []
        for _, pairs in documents:
            self._rest.append({pair: w for pair, w in self._vector(pairs).items() if seen[pair] > common})

    def pair(self, listed: Listed, most: int = 3) -> Paired:
        """What we have like it."""
        key = self._codes.get(listed.code) if listed.code else None
        mark = mark_of(listed.name)
        key = key or self._exact.get(mark)
        if key is not None:
            return Pairing.COVERED, ((key, self._ours[key].name, 1.0),)
        wanted = self._vector(_pairs(mark))
        scores: dict[int, float] = defaultdict(float)
        for pair, weight in wanted.items():
            for place, other in self._postings.get(pair, ()):
                scores[place] += weight * other
        best: dict[str, float] = {}
        for place, score in scores.items():
            rest = self._rest[place]
            whole = score + sum(weight * rest[pair] for pair, weight in wanted.items() if pair in rest)
            found = self._keys[place]
            if whole > best.get(found, 0.0):
                best[found] = whole
        order = sorted(best.items(), key=lambda one: (-one[1], one[0]))[:most]
        near = tuple((one, self._ours[one].name, round(min(1.0, score), 2)) for one, score in order)
        top = near[0][2] if near else 0.0
        return Pairing.MAYBE if top >= NEAR else Pairing.MISSING, near

    def _vector(self, pairs: Mapping[str, int]) -> dict[str, float]:
        raw = {pair: n * self._weights.get(pair, self._unseen) for pair, n in pairs.items()}
        length = math.sqrt(sum(weight * weight for weight in raw.values())) or 1.0
        return {pair: weight / length for pair, weight in raw.items()}


def _pairs(mark: str) -> Counter[str]:
    return Counter([mark[at : at + 2] for at in range(len(mark) - 1)] or [mark])


def guessed(
    ours: Sequence[Ours],
    listed: Sequence[Listed],
    pairs: Sequence[Paired],
) -> list[str]:
    """Whose each row would be here: of the item that it pairs with, else where most of what their department has
    pairs with, else of the nearest one; nothing when nothing is near.
    """
    held = {one.key: one.department for one in ours}
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for one, (pairing, near) in zip(listed, pairs, strict=True):
        if one.theirs and pairing is not Pairing.MISSING:
            votes[one.theirs][held[near[0][0]]] += 3 if pairing is Pairing.COVERED else 1
    found = []
    for one, (pairing, near) in zip(listed, pairs, strict=True):
        if pairing is Pairing.COVERED:
            found.append(held[near[0][0]])
        elif votes.get(one.theirs):
            found.append(votes[one.theirs].most_common(1)[0][0])
        else:
            found.append(held[near[0][0]] if near and pairing is Pairing.MAYBE else "")
    return found


SPLIT_FROM = 0.6
"""Similarity from which names count as parts of one item of ours. On the main and sub items of two real registers every
one of the 354 names that this found was a sub item of that very main item.
"""


def splits(listed: Sequence[Listed], pairs: Sequence[Paired]) -> dict[int, str]:
    """Places of names that look like parts (子项) of one item of ours, with its key: at least two of theirs that pair
    with nothing are nearest to it and hold its whole name.
    """
    held: dict[str, list[int]] = defaultdict(list)
    for place, (one, (pairing, near)) in enumerate(zip(listed, pairs, strict=True)):
        if pairing is Pairing.MAYBE and near[0][2] >= SPLIT_FROM and mark_of(near[0][1]) in mark_of(one.name):
            held[near[0][0]].append(place)
    return {
        place: key
        for key, places in held.items()
        if len({mark_of(listed[place].name) for place in places}) > 1
        for place in places
    }
