from __future__ import annotations

import pytest
from hypothesis import HealthCheck, example, given, settings, strategies as st

from domain.search import AskBack
from localdb.catalogue.reader import CatalogueFile
from localdb.catalogue.search.normalise import LONGEST_QUERY, Normaliser
from tests.unit.localdb.conftest import Made, guide, org, word

PLAIN = Normaliser()


def test_a_weak_answer_names_the_categories_near_it(made: Made) -> None:
    catalogue = made(
        org(),
        guide("g-1", "婚姻登记档案查询", themes=["person:060"]),
        guide("g-2", "护照申领", themes=["person:105"]),
        guide("g-3", "签证延期", themes=["person:105"]),
    )
    near = catalogue.search("婚姻介绍所的会员退款纠纷调解", facets=True)
    assert (near.weak, near.categories) == (True, ("person:060",))
    far = catalogue.search("龘靐")
    assert (far.weak, far.hits, far.categories) == (True, (), ("person:105", "person:060"))
    assert catalogue.search("护照申领").categories == ()


def test_a_wide_word_is_asked_back(made: Made) -> None:
    catalogue = made(
        org(),
        guide("g-1", "居民身份证补领", aliases=["身份证丢了"]),
        guide("g-2", "机动车驾驶证补领"),
        guide("g-3", "证件照拍摄点"),
        word("v-1", "narrower", "证件", "身份证", "驾驶证", "海员证"),
        word("v-2", "intent", "补领", "丢了", intent="lost"),
        word("v-3", "stop", "怎么办"),
    )
    assert catalogue.search("证件怎么办").ask_back == AskBack("证件", ("身份证", "驾驶证"))
    assert catalogue.search("证件丢了").ask_back == AskBack("证件", ("身份证丢了", "驾驶证丢了"))
    assert catalogue.search("身份证丢了").ask_back is None
    for option in ("身份证丢了", "驾驶证丢了"):
        assert catalogue.search(option).hits


def test_what_has_two_meanings_is_asked_back(made: Made) -> None:
    catalogue = made(
        org(),
        guide("g-1", "居住证签注"),
        guide("g-2", "往来港澳签注"),
        word("v-1", "same", "居住证签注", "续签"),
        word("v-2", "same", "往来港澳签注", "续签"),
    )
    assert catalogue.search("续签").ask_back == AskBack("续签", ("居住证签注", "往来港澳签注"))


def test_what_is_the_very_name_of_something_is_not_asked_back(made: Made) -> None:
    catalogue = made(
        org(),
        guide("g-1", "婚姻登记"),
        guide("g-2", "结婚登记"),
        guide("g-3", "离婚登记"),
        word("v-1", "narrower", "婚姻登记", "结婚登记", "离婚登记"),
    )
    assert catalogue.search("婚姻登记").ask_back is None


@pytest.mark.parametrize("query", ["末婚证明", "社保咔", "龘靐齉爩", "qqqq", "x", "7", "한국", "привет", "ﾊﾝｶｸ", "ʰ"])
def test_no_question_ends_in_an_empty_page(city: CatalogueFile, query: str) -> None:
    results = city.search(query)
    assert results.hits or results.suggestions or results.categories


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.text(max_size=60))
@example(query="\ud800a")
@example(query="\u202eabc")
def test_whatever_has_a_letter_is_offered_something(city: CatalogueFile, query: str) -> None:
    results = city.search(query)
    if PLAIN.query(query):
        assert results.hits or results.suggestions or results.categories
    assert len(results.categories) <= 6 and len(results.suggestions) <= 3
    assert results.ask_back is None or 2 <= len(results.ask_back.options) <= 6


@settings(max_examples=200)
@given(query=st.text(st.characters(categories=["Lo", "Lu", "Ll", "Nd"]), min_size=1, max_size=LONGEST_QUERY))
def test_letters_and_digits_are_never_taken_for_nothing(query: str) -> None:
    assert PLAIN.query(query)


def test_every_option_finds_something(city: CatalogueFile) -> None:
    asked = {
        query: city.search(query).ask_back for query in ("婚姻登记", "补贴", "证件", "证明", "落户", "保险", "执照")
    }
    for back in filter(None, asked.values()):
        for option in back.options:
            assert city.search(option).hits, option
