"""The check code: there and back, and every slip of the pen or the eye that it promises to tell."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, strategies as st

from domain.check_code import ALPHABET, NUMBERS, PLACES, VERSIONS, Misread, SlipCode, holds, make, read

slips = st.builds(SlipCode, st.integers(1, NUMBERS - 1), st.integers(1, VERSIONS - 1), st.integers(0, PLACES - 1))


def code_of(slip: SlipCode) -> str:
    return make(slip.number, slip.version, slip.place_or_variant)


def bare(slip: SlipCode) -> str:
    return code_of(slip).replace("-", "")


def test_the_letters_leave_out_what_looks_alike() -> None:
    assert len(set(ALPHABET)) == 31
    assert not set(ALPHABET) & set("0O1IL")


def test_a_code_that_is_on_paper_reads_for_ever() -> None:
    assert make(1, 1) == "6ND2-TAW8-K4FQ"
    assert make(4711, 12, 3) == "6S99-RAW6-X4J5"
    assert read("6S99-RAW6-X4J5") == SlipCode(4711, 12, 3)


@given(slips)
def test_there_and_back(slip: SlipCode) -> None:
    code = code_of(slip)
    assert [len(group) for group in code.split("-")] == [4, 4, 4]
    assert set(code) <= {*ALPHABET, "-"}
    assert read(code) == slip


@given(slips, st.sampled_from(["{}{}{}", " {} {} {} ", "{}－{}－{}", "{}—{} {}", "{}\n{}\n{}"]), st.booleans())
def test_spaces_dashes_and_small_letters_do_not_matter(slip: SlipCode, form: str, small: bool) -> None:
    text = form.format(*code_of(slip).split("-"))
    wide = "".join(chr(ord(symbol) + 0xFEE0) if symbol.isalnum() else symbol for symbol in text)
    assert read(text.lower() if small else text) == read(wide) == slip


@given(slips)
def test_any_single_misreading_is_told_with_its_group(slip: SlipCode) -> None:
    code = bare(slip)
    for at, symbol in itertools.product(range(12), ALPHABET):
        if symbol != code[at]:
            assert read(code[:at] + symbol + code[at + 1 :]) == Misread((at // 4 + 1,))


def test_no_group_stands_one_character_or_one_swap_beside_another() -> None:
    """Over all groups there are: 31³ at each of three places."""
    for at in range(3):
        sound = set(_all(at))
        assert len(sound) == 31**3
        for place in range(4):
            assert len({group[:place] + group[place + 1 :] for group in sound}) == 31**3
        for one, other in itertools.combinations(range(4), 2):
            swapped = (_swap(group, one, other) for group in sound if group[one] != group[other])
            assert not any(group in sound for group in swapped)


def test_a_sound_group_is_sound_at_one_place_only() -> None:
    groups = [set(_all(at)) for at in range(3)]
    assert not any(one & other for one, other in itertools.combinations(groups, 2))


def _all(at: int) -> list[str]:
    """Every group that is sound at `at`, by its check symbol."""
    found = []
    for triple in itertools.product(ALPHABET, repeat=3):
        start = "".join(triple)
        found.append(next(start + check for check in ALPHABET if holds(at, start + check)))
    return found


def _swap(text: str, one: int, other: int) -> str:
    letters = list(text)
    letters[one], letters[other] = letters[other], letters[one]
    return "".join(letters)


@given(slips)
def test_any_two_characters_beside_each_other_that_changed_places(slip: SlipCode) -> None:
    code = bare(slip)
    for at in range(11):
        if code[at] != code[at + 1]:
            told = read(_swap(code, at, at + 1))
            assert isinstance(told, Misread)
            assert set(told.groups) == {at // 4 + 1, (at + 1) // 4 + 1}


@given(slips, st.permutations(range(3)))
def test_whole_groups_that_changed_places(slip: SlipCode, order: list[int]) -> None:
    groups = code_of(slip).split("-")
    told = read("-".join(groups[at] for at in order))
    moved = tuple(place + 1 for place, at in enumerate(order) if place != at)
    assert told == (Misread(moved) if moved else slip)


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("6ND2-TAW8-K4F0", (3,)),
        ("6ND2-TAW88-K4FQ", (2,)),
        ("6ND-TAW8-K4FQ", (1,)),
        ("OND2 TAW8 K4FQ", (1,)),
        ("6ND2TAW8K4F", (3,)),
        ("6ND2TAW8", (1, 2, 3)),
        ("6ND2TAW8K4FQ2", (1, 2, 3)),
        ("", (1, 2, 3)),
        ("补领身份证", (1, 2, 3)),
    ],
)
def test_what_no_code_has_is_never_guessed(text: str, groups: tuple[int, ...]) -> None:
    told = read(text)
    assert isinstance(told, Misread)
    assert (told.groups, told.group) == (groups, groups[0])


@given(st.text(max_size=40))
def test_any_text_is_answered(text: str) -> None:
    told = read(text)
    if isinstance(told, SlipCode):
        assert read(code_of(told)) == told


@pytest.mark.parametrize("wrong", [(0, 1, 0), (1, 0, 0), (NUMBERS, 1, 0), (1, VERSIONS, 0), (1, 1, PLACES), (1, 1, -1)])
def test_what_does_not_go_into_a_code(wrong: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="range"):
        make(*wrong)
