from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from localdb.catalogue.search.pinyin import (
    SYLLABLES,
    boundaries,
    fold,
    initials,
    neighbours,
    segment,
    sound_tokens,
    spell,
)
from localdb.catalogue.sounds import common_characters, readings, syllables


@pytest.mark.parametrize(
    ("letters", "cut"),
    [
        ("jiazhao", ("jia", "zhao")),
        ("jiazh", ("jia", "zh")),
        ("gongjijintiqu", ("gong", "ji", "jin", "ti", "qu")),
        ("xian", ("xian",)),
        ("lvshi", ("lv", "shi")),
        ("jsz", None),
        ("passport", None),
        ("", ()),
    ],
)
def test_letters_as_syllables(letters: str, cut: tuple[str, ...] | None) -> None:
    assert segment(letters) == cut


def test_every_place_where_a_syllable_may_end() -> None:
    assert boundaries("xian") == (0, 2, 3, 4)
    assert boundaries("fangan") == (0, 3, 4, 5, 6)


def test_spellings_of_the_umlaut() -> None:
    assert [spell(letters) for letters in ("lyushi", "nue", "lue", "nyu")] == ["lvshi", "nve", "lve", "nv"]


def test_letters_of_two_syllables_are_no_umlaut() -> None:
    assert [spell(letters) for letters in ("renyuan", "gongluejing", "jsz")] == ["renyuan", "gonglvejing", "jsz"]


def test_neighbours_in_every_reading() -> None:
    assert {("fan", "gan"), ("fang", "an")} <= set(neighbours("fangan"))
    assert ("xin", "x") in set(neighbours("xinx"))
    assert set(neighbours("jia")) == {("ji", "a")}


def test_what_sounds_alike_is_folded_together() -> None:
    assert fold("zhang") == fold("zang") == fold("zan")
    assert fold("nan") == fold("lan") == fold("lang")
    assert fold("shi") != fold("xi")


def test_two_syllables_are_not_one() -> None:
    assert "xi0an" in sound_tokens(("xi", "an"))
    assert "xian" not in sound_tokens(("xi", "an"))


@given(st.lists(st.sampled_from(sorted(SYLLABLES)), min_size=1, max_size=8))
def test_what_is_made_of_syllables_can_be_cut_again(read: list[str]) -> None:
    cut = segment("".join(read))
    assert cut is not None
    assert "".join(cut) == "".join(read)
    assert len(cut) <= len(read)


def test_words_decide_how_a_character_is_read() -> None:
    assert syllables("银行行长") == ("yin", "hang", "hang", "zhang")
    assert syllables("办 hpv 疫苗") == ("ban", "hpv", "yi", "miao")
    assert initials(syllables("身份证")) == "sfz"


def test_every_common_character_has_readings_that_can_be_typed() -> None:
    common = list(common_characters())
    assert len(common) == 6763
    unread = [char for char in common if not readings(char)]
    assert unread == []
    assert set(readings("行")) >= {"xing", "hang"}
