from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from localdb.catalogue.search.normalise import LONGEST_QUERY, Normaliser, grams

PLAIN = Normaliser()


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("駕照", "驾照"),
        ("ＡＢＣ　证", "abc 证"),
        ("驾 照", "驾照"),
        ("驾照，丢了？", "驾照 丢了"),
        ("😀驾😀照", "驾照"),
        ("驾\u200b照\x00\x07", "驾照"),
        ("\ud800驾照", "驾照"),
        ("iPhone 驾照\t\n", "iphone 驾照"),
        ("《“补领”》", "补领"),
        ("", ""),
        ("  \u3000 ", ""),
        ("%_'\";--", ""),
    ],
)
def test_one_spelling_for_what_means_the_same(typed: str, plain: str) -> None:
    assert PLAIN.query(typed) == plain


def test_a_query_is_cut() -> None:
    assert PLAIN.query("驾駛證" * 100_000) == "驾驶证" * 66 + "驾驶"
    assert len(PLAIN.query("ﷺ" * 10_000)) <= LONGEST_QUERY


@given(st.text())
def test_nothing_is_left_but_letters_digits_and_single_blanks(text: str) -> None:
    plain = PLAIN.text(text)
    assert all(char.isalnum() or char == " " for char in plain)
    assert plain == " ".join(plain.split())


def test_grams_of_mixed_text() -> None:
    cut = grams("c1驾照 补领")
    assert cut.chars == ("驾", "照", "补", "领")
    assert cut.pairs == ("c1", "驾照", "补领")


@given(st.text(max_size=50))
def test_no_gram_holds_a_blank(text: str) -> None:
    assert all(gram and " " not in gram for gram in grams(PLAIN.text(text)).all)
