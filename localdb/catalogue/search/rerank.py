"""Which of a few dozen candidates is meant: how much of the question each covers, and how near its name is to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from rapidfuzz import fuzz, process

from localdb.catalogue.search.normalise import grams
from localdb.catalogue.search.retrieve import Candidate, Counts, Sounded
from localdb.catalogue.search.vocabulary import Question

COVER, OVERLAP, NEAR = 0.5, 0.5, 0.4
"""Weights of: terms covered; characters shared, whatever their order; likeness letter by letter, which prefers short
names."""

PLAIN_BEST = COVER + OVERLAP + NEAR
"""Score of a candidate that is the question itself, before any bonus."""

KEYWORD, BODY = 0.7, 0.25
"""A term met in a keyword or in the text counts by so much of one met in a name."""

COMPARED = 24
"""Candidates whose spelling is compared; the others have nothing to win by it."""

READINGS = 5
"""Spellings of the question that are compared: its own and the best of its meanings."""

WORD_ANSWERS = 0.5
"""A question of which one word of the vocabulary is met is answered by at least so much, whatever noise stands around
it."""

SUBJECT = 0.9
"""The likeness of a name to the question without what is asked, against that to the whole of it."""

EXACT, EXACT_KEYWORD = 0.5, 0.25
"""For a name or alias, and for a keyword, that is the question itself."""

EXACT_KINDS = {"org": 0.3, "topic": 0.3}
"""公积金 is what people call the office, too, but mostly they want what it does."""

LIFE_EVENT = 1.0
"""Somebody who says 结婚 wants the life event first, then its items."""

LIFE_EVENT_SHARE = 0.6
"""Share of the question that the name of a life event must make up."""

WANTED_KINDS = {
    "when": ("fact", "place"),
    "where": ("place", "fact", "org"),
    "phone": ("place", "org", "fact"),
    "fee": ("fact",),
}
"""几点、在哪、电话、多少钱 are answered by facts and places rather than by guides."""

WANTED_KIND = 0.2
INTENT_MET = 0.1
KINDS = {"guide": 0.05, "life_event": 0.04, "fact": 0.0, "place": -0.02, "topic": -0.15, "org": -0.25}
FULL = 0.003
"""A point of fullness: breaks ties in favour of the guide that says more."""

HEARD = 0.95
"""A likeness of sound against one of spelling."""


class Scored(NamedTuple):
    """A candidate, its score, and how much of the question (0–1) it answers; what no record says is unanswered."""

    candidate: Candidate
    score: float
    answers: float


class _Stretch(NamedTuple):
    """A part of the question with its worth, and the ways to say it: (number of a way, what a unit of its terms is
    worth). `is_word`: the vocabulary knows it as a thing, not only as a wish.
    """

    worth: float
    ways: tuple[tuple[int, float], ...]
    is_word: bool = False


class Yardstick:
    """Measures candidates against one question."""

    def __init__(
        self,
        question: Question,
        counts: Counts,
        intent_words: Mapping[str, tuple[str, ...]],
        keyed: Collection[int] = frozenset(),
    ) -> None:
        """`keyed`: cards of which a keyword is the question itself."""
        self._question = question
        self._keyed = keyed
        self._asked = tuple(word for intent in question.intents for word in intent_words.get(intent, ()))
        self._wanted_kinds = Counter(kind for intent in question.intents for kind in WANTED_KINDS.get(intent, ()))
        self._counts = counts
        self._uses: dict[str, list[tuple[int, float]]] = {}
        self._ways = 0
        self._stretches: list[_Stretch] = []
        rest = set(grams(question.core).all)
        for before, part in zip((None, *question.parts), question.parts, strict=False):
            if part.meanings:
                rest.difference_update(grams(part.text).all)
                if before is not None and before.meanings:
                    rest.discard(before.text[-1] + part.text[0])  # 车管所 and 在哪 do not ask for 所在
                is_word = any(meaning.intent is None for meaning in part.meanings)
                said = [(grams(part.text).all, 1.0)]
                said += [(grams(meaning.plain).all, meaning.weight) for meaning in part.meanings]
                self._stretches.append(self._stretch(said, is_word))
        self._stretches.append(self._stretch([(tuple(rest), 1.0)]))
        self._all = sum(stretch.worth for stretch in self._stretches) or 1.0
        unknown = sum(counts.worth(term) for term in rest if not counts[term])
        self._known = (self._all - unknown) or 1.0
        self._readings = _readings(question)

    def _stretch(self, said: Iterable[tuple[Iterable[str], float]], is_word: bool = False) -> _Stretch:
        """`said`: the terms of each way to say it, and how far it is believed; what was really said comes first."""
        ways: list[tuple[int, float]] = []
        own: float | None = None
        for terms, believed in said:
            whole = 0.0
            for term in terms:
                worth = self._counts.worth(term)
                whole += worth
                if self._counts[term]:  # what no card holds can still stand inside a longer word: le in apple
                    self._uses.setdefault(term, []).append((self._ways, worth))
            if whole:
                ways.append((self._ways, believed / whole))
            own = whole if own is None else own
            self._ways += 1
        return _Stretch(own or 0.0, tuple(ways), is_word)

    def measure(self, candidates: Sequence[Candidate]) -> list[Scored]:
        """Every candidate with its score, best first."""
        rough = []
        for candidate in candidates:
            covered, surest = self._covered(candidate)
            answers = max(covered / self._all, WORD_ANSWERS * surest)
            rough.append((COVER * covered / self._known + self._bonus(candidate), answers, candidate))
        rough.sort(key=lambda one: -one[0])
        scored = [
            Scored(candidate, score + (self._likeness(candidate) if place < COMPARED else 0.0), answers)
            for place, (score, answers, candidate) in enumerate(rough)
        ]
        scored.sort(key=lambda one: -one.score)
        return scored

    def measure_sounds(
        self, candidates: Sequence[Candidate], names: Iterable[Sounded], letters: str, initials: str
    ) -> list[Scored]:
        """Candidates by how near the pinyin of one of their names is to the letters or the initials typed; unsorted."""
        best: dict[int, float] = {}
        for name in names:
            near = max(_heard(letters, name.letters), _initialled(initials, name.initials))
            share = near * (KEYWORD if name.via == "keyword" else 1.0)
            best[name.doc] = max(best.get(name.doc, 0.0), share)
        return [
            Scored(one, PLAIN_BEST * HEARD * best[one.doc] + self._bonus(one, spelled=False), HEARD * best[one.doc])
            for one in candidates
            if best.get(one.doc)
        ]

    def _covered(self, candidate: Candidate) -> tuple[float, float]:
        """Worth of what the candidate covers, and the share (0–1) of the word it covers best."""
        names, keys, body = candidate.names, candidate.keys, candidate.body
        met = [0.0] * self._ways
        for term, uses in self._uses.items():
            if term in names:
                strength = 1.0
            elif term in keys:
                strength = KEYWORD
            elif term in body:
                strength = BODY
            else:
                continue
            for way, worth in uses:
                met[way] += strength * worth
        got = surest = 0.0
        for stretch in self._stretches:
            best = 0.0
            for way, share in stretch.ways:
                if met[way] * share > best:
                    best = met[way] * share
            got += best * stretch.worth
            if stretch.is_word and best > surest:
                surest = best
        return got, surest

    def _likeness(self, candidate: Candidate) -> float:
        overlap = near = 0.0
        lines = candidate.lines
        apart = [" ".join(line.replace(" ", "")) for line in lines]
        for spelled, reading, weight in self._readings:
            # The surest comes first, and no reading can do better than its weight: most comparisons end at once.
            least, nearest = overlap / weight, near / weight
            if least < 100:
                best = process.extractOne(spelled, apart, scorer=fuzz.token_set_ratio, score_cutoff=least)
                if best is not None:
                    overlap = max(overlap, weight * best[1])
            if nearest < 100:
                best = process.extractOne(reading, lines, scorer=fuzz.ratio, score_cutoff=nearest)
                if best is not None:
                    near = max(near, weight * best[1])
        return (OVERLAP * overlap + NEAR * near) / 100

    def _bonus(self, candidate: Candidate, *, spelled: bool = True) -> float:
        """`spelled`: it is compared by spelling; of one compared by sound the sound has told how near it is, and that a
        guess at the word is its very name adds nothing to it.
        """
        core, lines = self._question.core, candidate.lines
        score = KINDS.get(candidate.kind, 0.0) + FULL * candidate.fullness
        score += WANTED_KIND * self._wanted_kinds[candidate.kind]
        for _, reading, weight in self._readings if spelled else ():  # the surest comes first
            if reading in lines:
                score += EXACT_KINDS.get(candidate.kind, EXACT) * weight
                break
        if candidate.doc in self._keyed:
            score += EXACT_KEYWORD
        if self._asked:
            names = candidate.names
            if any(word in names for word in self._asked):
                score += INTENT_MET
        if candidate.kind == "life_event":
            longest = max((len(line) for line in lines if line in core), default=0)
            if longest >= 2 and longest >= LIFE_EVENT_SHARE * len(core):
                score += LIFE_EVENT
        return score


def _heard(typed: str, name: str) -> float:
    """How near (0–1) the pinyin of a name is to what was typed; a name that has all of it in a row is compared as
    a name with those characters would be.
    """
    if not typed or not name:
        return 0.0
    likeness = fuzz.ratio(typed, name) / 100
    return (COVER + OVERLAP + NEAR * likeness) / PLAIN_BEST if typed in name else 0.7 * likeness


def _initialled(typed: str, name: str) -> float:
    """The same of initials: so few letters stand in many names by chance, and mean most at the beginning."""
    if not typed or typed not in name:
        return 0.0
    return 0.76 if typed == name else 0.68 if name.startswith(typed) else 0.57


def _readings(question: Question) -> tuple[tuple[str, str, float], ...]:
    """(characters apart, as a string, weight) of the question and of the question with one part put as its meaning."""
    # Letters are like no name; what they were read as is a meaning.
    letters = question.plain.isascii() and any(part.meanings for part in question.parts)
    found: dict[str, float] = {} if letters else {question.core: 1.0}
    if not letters:
        found.setdefault(question.subject or question.core, SUBJECT)
        if len(question.plain) <= 2 * len(question.core):
            found[question.plain] = 1.0
    for part in question.parts:
        for meaning in part.meanings:
            reading = question.core.replace(part.text, meaning.plain, 1)
            found[reading] = max(found.get(reading, 0.0), meaning.weight)
    best = sorted(found.items(), key=lambda pair: -pair[1])[: READINGS - letters]
    return tuple((" ".join(reading.replace(" ", "")), reading, weight) for reading, weight in best)


def wanted_terms(question: Question) -> Mapping[str, float]:
    """Terms to retrieve by, with their weights: the question's own and those of its meanings."""
    wanted = dict.fromkeys(grams(question.core).all, 1.0)
    for part in question.parts:
        for meaning in part.meanings:
            for term in grams(meaning.plain).all:
                wanted[term] = max(wanted.get(term, 0.0), meaning.weight)
    return wanted
