"""Syllables, those that are taken for each other, and keys beside each other."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from inputs.syllables import BESIDE, SYLLABLES, alike, divided, misheard


def test_every_syllable_of_the_standard_reader_is_there() -> None:
    """pypinyin's table of single characters, ü as it is typed, without the interjections hm, ng and ê."""
    pypinyin = pytest.importorskip("pypinyin")
    common = [bytes((row, cell)).decode("gb2312", "ignore") for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF)]
    read = {
        reading.replace("ü", "v").replace("lve", "lue").replace("nve", "nue")
        for character in common
        if character
        for (reading,) in pypinyin.pinyin(character, style=pypinyin.Style.NORMAL)
    }
    assert read - SYLLABLES <= {"n", "m", "ng", "hm", "hng", "ê"}
    assert len(read & SYLLABLES) > 380
    assert len(SYLLABLES) == 410


@pytest.mark.parametrize(
    ("letters", "syllables"),
    [
        ("jiazhao", ("jia", "zhao")),
        ("xianggang", ("xiang", "gang")),
        ("jiashiz", ("jia", "shi", "z")),
        ("nvzhigong", ("nv", "zhi", "gong")),
        ("ni", ("ni",)),
        ("jsz", ()),
        ("jiazjao", ()),
        ("vv", ()),
        ("", ()),
    ],
)
def test_letters_are_divided_into_syllables_or_not_at_all(letters: str, syllables: tuple[str, ...]) -> None:
    assert divided(letters) == syllables


@given(st.lists(st.sampled_from(sorted(SYLLABLES)), min_size=1, max_size=8))
def test_what_is_written_out_can_be_divided_and_nothing_is_lost(syllables: list[str]) -> None:
    letters = "".join(syllables)
    found = divided(letters)
    assert "".join(found) == letters
    assert len(found) <= len(syllables)
    assert set(found[:-1]) <= SYLLABLES


def test_sounds_that_are_taken_for_each_other() -> None:
    assert alike("zen") == ("zeng", "zhen", "zheng")
    assert alike("zheng") == ("zhen", "zeng", "zen")
    assert alike("lan") == ("lang", "nan", "nang")
    assert alike("xin") == ("xing",) and alike("si") == ("shi",) and alike("chan") == ("chang", "can", "cang")
    assert alike("hu") == alike("yuan") == ("yuang",)[:0]
    assert alike("shua") == (), "sua is no syllable"


@given(st.sampled_from(sorted(SYLLABLES)))
def test_the_other_way_round_it_is_the_same(syllable: str) -> None:
    for other in alike(syllable):
        assert other in SYLLABLES
        assert syllable in alike(other)


def test_one_syllable_is_taken_for_another_before_two_are() -> None:
    assert list(misheard(("si", "ji"), 9)) == ["shiji"]
    assert list(misheard(("sen", "fen"), 4)) == ["sengfen", "shenfen", "shengfen", "senfeng"]
    assert len(list(misheard(("sen", "fen", "zen"), 12))) == 12


def test_keys_beside_each_other() -> None:
    assert set(BESIDE["g"]) == set("tyfhcvb")
    assert set(BESIDE["q"]) == set("wa")
    assert set(BESIDE["p"]) == set("ol")
    assert all(key in BESIDE[other] for key, others in BESIDE.items() for other in others)
