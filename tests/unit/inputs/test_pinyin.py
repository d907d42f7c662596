"""The pinyin keyboard as the journeys use it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from domain.ports import Candidate
from domain.search import LexiconWord
from inputs.googlepinyin import EngineMissing, GooglePinyin
from inputs.pinyin import PinyinTyping, open_typing


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
