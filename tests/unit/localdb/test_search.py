from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import HealthCheck, example, given, settings, strategies as st

from domain.search import Match, Narrowing, Results
from localdb.catalogue.reader import CatalogueFile
from localdb.catalogue.search.normalise import LONGEST_QUERY
from tests.unit.localdb.conftest import Made, guide, org, word


def ids(results: Results) -> list[str]:
    return [hit.card.id for hit in results.hits]


def test_why_a_record_was_found_is_told(made: Made) -> None:
    catalogue = made(
        org(),
        guide("g-1", "机动车驾驶证补领", aliases=["驾照丢了"], keywords=["遗失"], summary="满分学习以后再来。"),
        guide("g-2", "居民身份证换领"),
        word("v-1", "same", "居民身份证", "二代证"),
        word("v-2", "intent", "补领", "丢了", intent="lost"),
    )

    def matched(query: str) -> tuple[Match, ...]:
        return catalogue.search(query).hits[0].matched

    assert matched("驾驶证补领") == (Match("驾驶证", "name"), Match("补领", "name"))
    assert matched("驾照丢了") == (Match("驾照丢了", "alias"),)
    assert matched("遗失") == (Match("遗失", "keyword"),)
    assert matched("二代证") == (Match("居民身份证", "vocabulary"),)
    assert matched("jiazhaodiule") == (Match("驾照丢了", "pinyin"),)
    assert matched("jzdl") == (Match("驾照丢了", "initials"),)
    assert matched("架照丢了")[0].text == "驾照丢了"
    assert matched("满分学习") == (Match("满分学习", "content"),)


def test_what_sounds_like_a_word_is_read_as_that_word(made: Made) -> None:
    catalogue = made(org(), guide("g-1", "机动车驾驶证期满换领", aliases=["驾驶证"]), guide("g-2", "使用林地审核"))
    results = catalogue.search("驾使证")
    assert ids(results)[0] == "g-1"
    assert results.hits[0].matched == (Match("驾驶证", "sound"),)
    assert results.suggestions == ("驾驶证",)
    assert [(one.text, one.meaning) for one in results.understood] == [("驾使证", "驾驶证")]
    assert results.weak is False


@pytest.mark.parametrize("typed", ["gongjijin", "gong ji jin", "gjj", "gongjij", "GONGJIJIN"])
def test_letters_are_pinyin_or_initials(made: Made, typed: str) -> None:
    catalogue = made(
        org(), guide("g-1", "租房提取", aliases=["公积金"]), guide("g-2", "公章刻制"), guide("g-3", "公交卡")
    )
    assert ids(catalogue.search(typed))[0] == "g-1"


@pytest.mark.parametrize("typed", ["公积jin", "公积jint", "租房gongjijin", "住房gjj", "zufang公积金"])
def test_letters_behind_and_before_characters_are_pinyin_too(made: Made, typed: str) -> None:
    catalogue = made(
        org(),
        guide("g-1", "租房提取住房公积金", aliases=["公积金"]),
        guide("g-2", "公安积案查询"),
        guide("g-3", "公交卡"),
    )
    assert ids(catalogue.search(typed))[0] == "g-1"


def test_syllables_that_no_word_is_known_for_count(made: Made) -> None:
    others = [guide(f"h-{number}", f"{what}查询") for number, what in enumerate(("大苗", "小苗", "案件", "导游证"))]
    catalogue = made(org(), guide("g-1", "龙舟竞赛查询服务"), *others, word("v-1", "same", "查询", "查一下"))
    assert ids(catalogue.search("jingsaichaxun"))[0] == "g-1"
    assert ids(catalogue.search("竞赛chaxun"))[0] == "g-1"


def test_a_reading_with_other_cuts_is_found(made: Made) -> None:
    catalogue = made(
        org(), guide("g-1", "应急方案审批事项"), guide("g-2", "番红花种植"), guide("g-3", "从业人员健康证明")
    )
    assert ids(catalogue.search("fanganshenpi"))[0] == "g-1"
    assert ids(catalogue.search("congyerenyuan"))[0] == "g-3"


def test_southern_speakers_are_understood(made: Made) -> None:
    catalogue = made(org(), guide("g-1", "暂住证"), guide("g-2", "老年证"))
    assert ids(catalogue.search("zanzuzen"))[0] == "g-1"
    assert ids(catalogue.search("laolianzheng"))[0] == "g-2"


def test_latin_words_are_found_as_they_are(made: Made) -> None:
    catalogue = made(org(), guide("g-1", "HPV 疫苗接种"), guide("g-2", "KTV 备案"), guide("g-3", "C1 驾驶证"))
    assert ids(catalogue.search("hpv")) == ["g-1"]
    assert ids(catalogue.search("办ＫＴＶ"))[0] == "g-2"
    assert ids(catalogue.search("C1驾驶证"))[0] == "g-3"


def test_an_english_name_finds_the_record(made: Made) -> None:
    catalogue = made(
        org(),
        guide("g-1", "普通护照申领"),
        guide("g-2", "结婚登记"),
        {
            "kind": "translation",
            "id": "t-1",
            "name": "Apply for a passport",
            "of": "g-1",
            "lang": "en",
            "fields": {"aliases": ["travel document"]},
        },
    )
    assert ids(catalogue.search("passport"))[0] == "g-1"
    assert ids(catalogue.search("travel document"))[0] == "g-1"


def test_what_is_asked_for_moves_what_answers_it_up(made: Made) -> None:
    catalogue = made(
        org(),
        guide("g-1", "社会保障卡申领", aliases=["社保卡"]),
        guide("g-2", "社会保障卡补领", aliases=["社保卡"]),
        guide("g-3", "社会保障卡注销", aliases=["社保卡"]),
        {"kind": "place", "id": "pl-1", "name": "社保卡大厅"},
        word("v-1", "intent", "补领", "丢了", intent="lost"),
        word("v-2", "intent", "注销", "不要了", intent="cancel"),
        word("v-3", "intent", "办理地点", "在哪", intent="where"),
    )
    assert ids(catalogue.search("社保卡丢了"))[0] == "g-2"
    assert ids(catalogue.search("社保卡不要了"))[0] == "g-3"
    assert ids(catalogue.search("社保卡大厅在哪"))[0] == "pl-1"


def test_a_life_event_comes_before_its_items(made: Made) -> None:
    catalogue = made(
        org(),
        guide("g-1", "结婚", aliases=["结婚登记"]),
        {"kind": "life_event", "id": "le-1", "name": "办喜事", "aliases": ["结婚"], "steps": [{"guide": "g-1"}]},
        guide("g-2", "补领结婚证", aliases=["结婚证丢了"]),
        word("v-1", "stop", "怎么办理"),
    )
    assert ids(catalogue.search("结婚怎么办理"))[:2] == ["le-1", "g-1"]
    assert ids(catalogue.search("结婚证丢了"))[0] == "g-2"


def test_letters_inside_a_longer_word_prove_nothing(made: Made) -> None:
    catalogue = made(org(), guide("g-1", "APPLE 手机回收"), guide("g-2", "乐园门票"))
    assert ids(catalogue.search("le"))[0] == "g-2"
    assert "g-1" not in ids(catalogue.search("leyuan"))


def test_only_what_concerns_the_audience(made: Made) -> None:
    catalogue = made(
        org(),
        guide("g-1", "公积金提取", audience=["person"]),
        guide("g-2", "公积金开户", audience=["enterprise"]),
        guide("g-3", "公积金查询"),
    )
    assert set(ids(catalogue.search("公积金"))) >= {"g-1", "g-2", "g-3"}
    assert "g-2" not in ids(catalogue.search("公积金", narrow=Narrowing(audience="person")))
    assert "g-1" not in ids(catalogue.search("公积金", narrow=Narrowing(audience="enterprise")))
    assert "g-3" in ids(catalogue.search("公积金", narrow=Narrowing(audience="enterprise")))


def test_hidden_records_do_not_crowd_out_the_others(made: Made) -> None:
    old = [guide(f"g-{number}", "公积金提取", valid_until="2020-01-01") for number in range(150)]
    catalogue = made(org(), *old, guide("h-1", "住房公积金租房提取办理"), today=dt.date(2026, 11, 21))
    assert [id for id in ids(catalogue.search("公积金提取")) if id != "org-a"] == ["h-1"]


def test_the_limit_is_kept(city: CatalogueFile) -> None:
    assert len(city.search("登记", limit=5).hits) == 5
    assert city.search("登记", limit=0).hits == ()
    assert len(city.search("登记", limit=1000).hits) > 5


def test_scores_fall_and_no_record_comes_twice(city: CatalogueFile) -> None:
    for query in ("驾照", "社保", "gongjijin", "老人补贴怎么申请"):
        hits = city.search(query).hits
        scores = [hit.score for hit in hits]
        assert scores == sorted(scores, reverse=True)
        assert len({hit.card.id for hit in hits}) == len(hits)
        assert all(hit.matched for hit in hits)


@pytest.mark.parametrize("query", ["", " \n ", "😀", "？！", "\x00", "\u200b", '"', "*", "()"])
def test_nothing_typed_is_nothing_found(city: CatalogueFile, query: str) -> None:
    assert city.search(query) == Results(query, weak=True)


@pytest.mark.parametrize(
    "query",
    ["asdfghjkl", "qqqqqqq", "龘靐齉爩", "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"],
)
def test_what_nothing_fits_is_weak(city: CatalogueFile, query: str) -> None:
    assert city.search(query).weak is True


def test_near_names_are_suggested_when_nothing_fits_well(city: CatalogueFile) -> None:
    results = city.search("末婚证明")
    assert results.weak is True
    assert results.hits
    assert results.suggestions


FTS = [
    '驾照"',
    "驾照*",
    "^驾照",
    "驾照 NEAR 丢了",
    "NEAR(驾照 丢了, 2)",
    "驾照 AND",
    "OR",
    "NOT 驾照",
    "name:驾照",
    "-驾照",
    "(驾照",
]
SQL = ["%", "_", "驾照%", "'; DROP TABLE card; --", "驾照' OR '1'='1", "\\", "?1", ":day", "json_each('[')"]


@pytest.mark.parametrize("query", FTS + SQL)
def test_no_character_is_an_operator(city: CatalogueFile, query: str) -> None:
    results = city.search(query)
    if "驾照" in query:
        assert "驾照" in {hit.card.alias for hit in results.hits[:3]}
    assert city.search("驾照").hits, "the table is still there"


def test_a_query_of_ten_thousand_characters_is_answered(city: CatalogueFile) -> None:
    text = "请问我的驾驶证和身份证还有社保卡在公交车上丢了现在应该先去哪里办理补领手续需要带什么材料"
    for query in (text, "驾", "jia", "驾jia", "a", "1", "驾 "):
        results = city.search(query * 10_000)
        assert len(results.query) <= LONGEST_QUERY or results.query == query * 10_000
    assert city.search(text * 10_000).hits[0].card.id == city.search(text * 4).hits[0].card.id


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.text(max_size=300))
@example(query="\ud800")
@example(query="驾" * 300)
@example(query="a" * 300)
@example(query="ﷺ" * 300)
@example(query="驾\x00照")
@example(query="jia" * 100)
def test_any_string_is_a_question(city: CatalogueFile, query: str) -> None:
    results = city.search(query)
    assert results.query == query
    assert len(results.hits) <= 30
    assert results == city.search(query)


WORDS = [
    "驾照",
    "丢了",
    "怎么办",
    "身份证",
    "jiazhao",
    "sfz",
    "在哪",
    "一",
    "证",
    "C1",
    " ",
    "，",
    "公积金",
    "shebaoka",
    "🚗",
]


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(st.sampled_from(WORDS), max_size=12))
def test_any_mixture_of_words_is_a_question(city: CatalogueFile, parts: list[str]) -> None:
    results = city.search("".join(parts))
    assert all(hit.card.kind in {"guide", "fact", "place", "org", "life_event", "topic"} for hit in results.hits)
