"""The pinyin keyboard as the journeys use it."""

from __future__ import annotations

import collections
import contextlib
import csv
import datetime as dt
import random
import re
import time
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from domain.ports import Candidate
from domain.search import LexiconWord
from inputs.googlepinyin import GooglePinyin
from inputs.missing import EngineMissing
from inputs.pinyin import PinyinTyping, open_typing
from inputs.syllables import BESIDE, alike
from localdb.catalogue.build import build
from localdb.catalogue.reader import CatalogueFile


@pytest.fixture
def typing(engine: GooglePinyin, words: list[LexiconWord]) -> PinyinTyping:
    typing = PinyinTyping(engine)
    typing.use(words)
    return typing


@pytest.mark.parametrize(
    ("letters", "text"),
    [
        ("jiazhao", "驾照"),
        ("jsz", "驾驶证"),  # the general dictionary says 就是在
        ("zhunshengzheng", "准生证"),  # the general dictionary says 准生正
        ("canjizheng", "残疾证"),
        ("gjj", "公积金"),
        ("xian", "西安"),  # the general dictionary reads one syllable
    ],
)
def test_the_word_of_the_catalogue_comes_first(typing: PinyinTyping, letters: str, text: str) -> None:
    assert typing.candidates(letters)[0] == Candidate(text, len(letters))


def test_the_rest_after_a_word_of_the_catalogue_is_put_behind_it(typing: PinyinTyping) -> None:
    assert typing.candidates("shenfenzhengbuban")[0] == Candidate("身份证补办", 17)
    assert typing.candidates("canjizhengshenqing")[0] == Candidate("残疾证申请", 18)


def test_choosing_the_first_part_leaves_the_rest(typing: PinyinTyping) -> None:
    by_text = {candidate.text: candidate.letters for candidate in typing.candidates("canjizhengshenqing", 60)}
    assert by_text["残疾证"] == len("canjizheng")
    assert typing.candidates("canjizhengshenqing"[by_text["残疾证"] :])[0] == Candidate("申请", 8)


def test_what_is_begun_is_offered_behind_what_is_meant(typing: PinyinTyping) -> None:
    texts = [candidate.text for candidate in typing.candidates("juzhuzheng")]
    assert texts[0] == "居住证"
    assert "居住证明" in texts


def test_anything_but_letters_is_ignored_and_not_counted(typing: PinyinTyping) -> None:
    assert typing.candidates(" J1i-A驾zhao! ") == typing.candidates("jiazhao")
    assert typing.candidates("驾照 42 ?!") == ()


def test_words_are_replaced_not_added(typing: PinyinTyping) -> None:
    typing.use([LexiconWord("假照", ("jia", "zhao"))])
    texts = [candidate.text for candidate in typing.candidates("jiazhao")]
    assert texts[:2] == ["假照", "驾照"]
    typing.use([])
    assert "假照" not in [candidate.text for candidate in typing.candidates("jiazhao", 200)]


def test_five_hundred_letters(typing: PinyinTyping) -> None:
    for letters in ("z" * 500, "jiazhao" * 71, "an" * 250, "q" * 500):
        found = typing.candidates(letters)
        assert 0 < len(found) <= 24
        assert all(0 < candidate.letters <= 500 for candidate in found)


@settings(max_examples=200)
@given(letters=st.text(max_size=40), limit=st.integers(1, 30))
def test_any_input_gives_sound_candidates(letters: str, limit: int) -> None:
    typing = open_typing()
    typing.use([LexiconWord("驾照", ("jia", "zhao")), LexiconWord("安", ("an",))])
    found = typing.candidates(letters, limit)
    typed = sum("a" <= letter <= "z" for letter in letters.lower())
    assert len(found) <= limit
    assert len({candidate.text for candidate in found}) == len(found)
    assert all(candidate.text and 0 < candidate.letters <= typed for candidate in found)


def test_without_the_library_the_catalogue_still_can_be_typed(words: list[LexiconWord]) -> None:
    class Absent(GooglePinyin):
        def __init__(self) -> None:
            super().__init__(library="libnowhere.so")

    with pytest.raises(EngineMissing):
        Absent()
    typing = open_typing(Absent)
    typing.use(words)
    assert "libnowhere.so" in typing.missing
    assert typing.candidates("jsz")[0] == Candidate("驾驶证", 3)
    assert typing.candidates("shenfenzhengbuban")[0] == Candidate("身份证补办", 17)
    assert typing.candidates("woaibeijing") == ()


def test_with_the_library_nothing_is_missing(engine: GooglePinyin) -> None:
    assert open_typing().missing == ""


def test_real_words_of_a_catalogue_come_first_when_typed_out(engine: GooglePinyin, shared_data: Path) -> None:
    """The departments' own short names; pinyin as the catalogue build makes it."""
    pypinyin = pytest.importorskip("pypinyin")
    with (shared_data / "catalogue" / "gd_aliases.tsv").open(encoding="utf-8", newline="") as file:
        names = [row[0].strip() for row in csv.reader(file, delimiter="\t")][1:]
    aliases = sorted({name for name in names if 2 <= len(name) <= 6 and all("一" <= sign <= "鿿" for sign in name)})[
        :250
    ]
    spelled = {alias: tuple(pypinyin.lazy_pinyin(alias)) for alias in aliases}
    typing = PinyinTyping(engine)
    typing.use([LexiconWord(alias, syllables) for alias, syllables in spelled.items()])
    first = [alias for alias in aliases if typing.candidates("".join(spelled[alias]))[0].text == alias]
    initials = [
        alias
        for alias in aliases
        if alias in [found.text for found in typing.candidates("".join(s[0] for s in spelled[alias]))[:5]]
    ]
    assert len(aliases) > 100
    assert len(first) >= 0.97 * len(aliases)
    assert len(initials) >= 0.9 * len(aliases)


@pytest.mark.parametrize("letters", ["jiasizeng", "senfenzeng", "canjizen", "gongjijing"])
def test_what_it_sounds_like_is_offered_behind_what_was_typed(typing: PinyinTyping, letters: str) -> None:
    texts = [candidate.text for candidate in typing.candidates(letters)[:5]]
    assert {"驾驶证", "身份证", "残疾证", "公积金"} & set(texts[1:])
    assert texts.index(next(text for text in texts if text in ("驾驶证", "身份证", "残疾证", "公积金"))) > 0


def test_general_words_are_found_by_what_they_sound_like(typing: PinyinTyping) -> None:
    for letters, text in (("sizang", "市长"), ("lanjing", "南京"), ("zongguo", "中国")):
        assert Candidate(text, len(letters)) in typing.candidates(letters), letters


def test_fuzzy_pinyin_can_be_switched_off(engine: GooglePinyin, words: list[LexiconWord]) -> None:
    strict = PinyinTyping(engine, fuzzy=False)
    strict.use(words)
    assert "身份证" not in [candidate.text for candidate in strict.candidates("senfenzeng", 100)]
    assert strict.candidates("shenfenzheng")[0].text == "身份证"
    assert strict.candidates("jiazjao")[0].text == "驾照", "a slipped finger has no dialect"


def test_exact_words_stay_in_front(typing: PinyinTyping) -> None:
    typing.use([LexiconWord("司机", ("si", "ji"), 0.9), LexiconWord("世纪", ("shi", "ji"), 0.1)])
    assert typing.candidates("shiji")[0].text == "世纪"
    assert typing.candidates("siji")[0].text == "司机"
    assert "世纪" in [found.text for found in typing.candidates("siji")[:5]]


def test_a_slipped_key_is_forgiven_where_it_makes_a_word_of_the_catalogue(typing: PinyinTyping) -> None:
    assert typing.candidates("jiazjao")[0] == Candidate("驾照", 7)
    assert typing.candidates("jiaahizheng")[0] == Candidate("驾驶证", 11)
    texts = [candidate.text for candidate in typing.candidates("gongjijim")]
    assert "公积金" in texts[1:5], "gongjijim may still become pinyin, so it comes behind"
    assert typing.candidates("jsz")[0].text == "驾驶证", "initials are no slip"


def test_words_that_sound_the_same_come_before_those_that_are_only_begun(engine: GooglePinyin) -> None:
    typing = PinyinTyping(engine)
    typing.use([LexiconWord(f"登记{n}", ("deng", "ji", *("jie", "hun")[: len(n)]), 0.9) for n in ("结", "结婚")])
    texts = [candidate.text for candidate in typing.candidates("dengji")]
    assert texts.index("登记") < texts.index("登记结婚")


def test_words_of_another_county_and_all_own_words(
    engine: GooglePinyin, shared_data: Path, tmp_path: Path, root: Path
) -> None:
    """Words: every name of the other county's list that has two to six characters, and every part of two to four
    characters that stands in five or more of its names and in the general dictionary; those that the sample city's
    catalogue knows are left out. Typed in full pinyin; 5: how many are among the first five candidates.
    """
    pypinyin = pytest.importorskip("pypinyin")
    catalogue = tmp_path / "catalogue-1.db"
    made = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
    build(sorted((root / "deploy" / "sample_city").glob("*.jsonl")), catalogue, revision=1, made_at=made)
    with contextlib.closing(CatalogueFile(catalogue, today=made.date)) as file:
        own = file.lexicon()
    typing = PinyinTyping(engine)
    typing.use(own)
    with (shared_data / "catalogue" / "guangan_items.tsv").open(encoding="utf-8", newline="") as file_:
        names = [row[0].strip() for row in csv.reader(file_, delimiter="\t")][1:]

    def spelled(word: str) -> str:
        return "".join(pypinyin.lazy_pinyin(word)).replace("ü", "v")

    runs = {run for name in names for run in re.findall("[一-鿿]+", name)}
    parts = collections.Counter(run[i : i + n] for run in runs for n in (2, 3, 4) for i in range(len(run) - n + 1))
    common = (part for part, count in parts.items() if count >= 5)
    words = {part for part in common if part in [found.text for found in engine.candidates(spelled(part), 200)]}
    words |= {name for name in runs & set(names) if 2 <= len(name) <= 6}
    words -= {word.word for word in own}

    def among(pairs: Iterable[tuple[str, str]]) -> tuple[float, float, float]:
        """Shares that are first and among the first five, and the time at the 95th percentile in CPU milliseconds."""
        places, times = [], []
        for word, letters in pairs:
            start = time.process_time()
            texts = [candidate.text for candidate in typing.candidates(letters)]
            times.append(time.process_time() - start)
            places.append(texts.index(word) if word in texts else 99)
        slow = sorted(times)[int(len(times) * 0.95)] * 1000
        return sum(p == 0 for p in places) / len(places), sum(p < 5 for p in places) / len(places), slow

    other = among((word, spelled(word)) for word in sorted(words))
    every = among((word.word, "".join(word.syllables)) for word in own[::5] if 2 <= len(word.word) <= 8)
    chance = random.Random(9)
    long = [word for word in own[::9] if len("".join(word.syllables)) > 6]
    slips, accents = [], []
    for word in long:
        letters = "".join(word.syllables).replace("ü", "v")
        at = chance.randrange(1, len(letters))
        slips.append((word.word, letters[:at] + chance.choice(BESIDE[letters[at]]) + letters[at + 1 :]))
        if others := [(i, text) for i, syllable in enumerate(word.syllables) for text in alike(syllable)]:
            i, text = chance.choice(others)
            accents.append((word.word, "".join((*word.syllables[:i], text, *word.syllables[i + 1 :]))))
    slipped, accented = among(slips), among(accents)
    for name, (first, five, slow) in {
        f"{len(words)} words of another county": other,
        "own words": every,
        f"{len(slips)} with a slipped key": slipped,
        f"{len(accents)} with an accent": accented,
    }.items():
        print(f"\n{name}: first {first:.3f}, of five {five:.3f}, p95 {slow:.2f} ms CPU", end="")
    assert len(words) > 300
    assert other[1] >= 0.85
    assert every[1] >= 0.98
    assert slipped[1] >= 0.9
    assert accented[1] >= 0.9
    assert max(other[2], every[2], slipped[2], accented[2]) <= 5
