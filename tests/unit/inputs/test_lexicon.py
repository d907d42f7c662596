"""The catalogue's own words by their pinyin."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, strategies as st

from domain.search import LexiconWord
from inputs.lexicon import Lexicon


@pytest.fixture
def lexicon(words: list[LexiconWord]) -> Lexicon:
    return Lexicon(words)


@pytest.mark.parametrize(
    ("letters", "word"),
    [
        ("jiashizheng", "驾驶证"),  # written out
        ("jiashizh", "驾驶证"),  # the last syllable begun
        ("jsz", "驾驶证"),  # initials
        ("jshzh", "驾驶证"),  # initials of two letters
        ("jiasz", "驾驶证"),  # mixed
        ("jshiz", "驾驶证"),
        ("zhszh", "准生证"),
        ("zsz", "准生证"),
        ("nvzhigong", "女职工"),  # ü on a keyboard without one
        ("nzg", "女职工"),
    ],
)
def test_a_word_answers_to_each_way_of_typing_it(lexicon: Lexicon, letters: str, word: str) -> None:
    assert lexicon.whole(letters)[0] == word


def test_written_out_comes_before_initials_and_weight_decides_among_likes() -> None:
    lexicon = Lexicon(
        [
            LexiconWord("社会", ("she", "hui"), 0.9),
            LexiconWord("少", ("sh",), 0.1),
            LexiconWord("生活", ("sheng", "huo"), 0.95),
        ]
    )
    assert lexicon.whole("sh") == ["少", "生活", "社会"]


def test_only_words_that_use_up_every_letter_are_whole(lexicon: Lexicon) -> None:
    assert lexicon.whole("jiazhaoz") == []
    assert lexicon.whole("ju") == []
    assert lexicon.whole("") == []


def test_letters_begin_words(lexicon: Lexicon) -> None:
    assert lexicon.begun("ju") == ["居住证", "居住证明"]
    assert lexicon.begun("shenfenzheng") == ["身份证补领"]
    assert "身份证" not in lexicon.begun("shenfenzheng")
    assert lexicon.begun("sf") == ["身份证", "身份证补领"]


def test_words_at_the_front_are_longest_first_and_say_what_they_use_up(lexicon: Lexicon) -> None:
    assert lexicon.first("juzhuzhengmingzenmeban") == [("居住证明", 14), ("居住证", 10)]
    assert lexicon.first("juzhuzheng") == []  # nothing follows
    assert lexicon.first("jszban") == []  # initials are too vague to commit to


def test_a_word_of_several_readings_appears_once() -> None:
    lexicon = Lexicon([LexiconWord("行长", ("hang", "zhang")), LexiconWord("行长", ("xing", "chang"))])
    assert lexicon.whole("hz") == lexicon.whole("xingchang") == ["行长"]
    assert Lexicon([LexiconWord("阿安", ("a", "an"))]).whole("aa") == ["阿安"]


def test_a_word_that_cannot_be_typed_is_left_out(lexicon: Lexicon) -> None:
    assert all("ETC办理" not in lexicon.whole(letters) + lexicon.begun(letters) for letters in ("e", "ebl", "etcbanli"))


SYLLABLES = [
    "a",
    "an",
    "bu",
    "ban",
    "jia",
    "shi",
    "shan",
    "zh",
    "zhao",
    "zheng",
    "xi",
    "xian",
    "lü",
    "gong",
    "ji",
    "jin",
]


@given(st.lists(st.sampled_from(SYLLABLES), min_size=1, max_size=6), st.data())
def test_any_mixture_of_initials_and_whole_syllables_finds_the_word(syllables: list[str], data: st.DataObject) -> None:
    others = [LexiconWord(f"词{n}", tuple(random.Random(n).choices(SYLLABLES, k=3))) for n in range(60)]
    lexicon = Lexicon([*others, LexiconWord("此词", tuple(syllables))])
    typed = "".join(data.draw(st.sampled_from([s, s[0]])) for s in (s.replace("ü", "v") for s in syllables))
    assert "此词" in lexicon.whole(typed)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", max_size=40))
def test_what_stands_at_the_front_really_does(letters: str) -> None:
    spelled = {"".join(syllables): f"词{n}" for n, syllables in enumerate(zip(SYLLABLES, SYLLABLES[3:], strict=False))}
    lexicon = Lexicon(
        [LexiconWord(f"词{n}", syllables) for n, syllables in enumerate(zip(SYLLABLES, SYLLABLES[3:], strict=False))]
    )
    for word, used in lexicon.first(letters):
        assert spelled[letters[:used]] == word
        assert used < len(letters)


@pytest.mark.parametrize(
    ("letters", "word"),
    [
        ("jiasizeng", "驾驶证"),
        ("jiasizen", "驾驶证"),
        ("senfenzeng", "身份证"),
        ("zunsengzheng", "准生证"),
        ("lvzigong", "女职工"),
        ("jiasize", "驾驶证"),  # the last syllable begun
    ],
)
def test_a_word_answers_to_what_it_sounds_like(lexicon: Lexicon, letters: str, word: str) -> None:
    assert word in lexicon.misheard(letters)
    assert word not in lexicon.whole(letters, abbreviated=False)


def test_what_is_exact_is_not_misheard_and_nearer_sounds_come_first() -> None:
    lexicon = Lexicon([LexiconWord("司机", ("si", "ji"), 0.1), LexiconWord("实际", ("shi", "ji"), 0.9)])
    assert lexicon.misheard("shiji") == ["司机"]
    assert lexicon.misheard("siji") == ["实际"]
    assert lexicon.misheard("") == []
    two = Lexicon([LexiconWord("一处", ("zhen", "sheng"), 0.1), LexiconWord("两处", ("zheng", "sheng"), 0.9)])
    assert two.misheard("zhenseng") == ["一处", "两处"]


@pytest.mark.parametrize("letters", ["jiazjao", "jiazhai", "hiazhao", "jiazhap", "jiqzhao"])
def test_a_key_beside_the_one_that_was_meant(lexicon: Lexicon, letters: str) -> None:
    assert lexicon.mistyped(letters)[0] == "驾照"


def test_only_one_key_and_only_one_beside_it_is_forgiven(lexicon: Lexicon) -> None:
    assert lexicon.mistyped("jiazhao") == [], "that is no mistake"
    assert lexicon.mistyped("jiazjai") == [], "two keys"
    assert lexicon.mistyped("jiazpao") == [], "p is far from h"
    assert lexicon.mistyped("jiazja") == [], "a word is written out"
    assert lexicon.mistyped("") == []
