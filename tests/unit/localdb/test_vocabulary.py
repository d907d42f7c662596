from __future__ import annotations

from domain.records import Vocabulary as Record
from domain.search import Understood
from localdb.catalogue.search.normalise import Normaliser
from localdb.catalogue.search.vocabulary import Question, Vocabulary, meanings
from tests.unit.localdb.conftest import word

PLAIN = Normaliser()
RECORDS = (
    word("v-1", "same", "机动车驾驶证", "驾照", "车本"),
    word("v-2", "same", "机动车驾驶证补领", "驾照丢了"),
    word("v-3", "narrower", "婚姻登记", "结婚登记", "离婚登记", weight=0.8),
    word("v-4", "related", "开饭店", "食品经营许可", weight=0.8),
    word("v-5", "stop", "怎么办", "我要办", "的"),
    word("v-6", "intent", "补领", "丢了", "丢", intent="lost"),
    word("v-7", "intent", "办理地点", "在哪", intent="where"),
    word("v-8", "same", "公园", "park"),
    word("v-9", "same", "退休", "退休了"),
    word("v-10", "intent", "注销", "退", intent="cancel"),
)


def ask(text: str) -> Question:
    known = Vocabulary(entry for record in RECORDS for entry in meanings(Record.model_validate(record), PLAIN))
    return known.understand(PLAIN.query(text))


def told(question: Question) -> list[tuple[str, str | None, str]]:
    return [(one.text, one.meaning, one.role) for one in question.understood()]


def test_the_longest_word_counts_and_the_wish_inside_it() -> None:
    question = ask("我要办驾照丢了怎么办")
    assert told(question) == [
        ("我要办", None, "stop"),
        ("驾照丢了", "机动车驾驶证补领", "word"),
        ("怎么办", None, "stop"),
    ]
    assert question.core == "驾照丢了"
    assert question.intents == {"lost"}


def test_an_everyday_word_stands_for_the_official_one() -> None:
    (part,) = ask("驾照").parts
    assert [(meaning.plain, meaning.weight) for meaning in part.meanings] == [("机动车驾驶证", 0.9)]


def test_an_official_word_may_have_everyday_ones_but_is_not_explained_by_them() -> None:
    question = ask("机动车驾驶证")
    assert [meaning.plain for meaning in question.parts[0].meanings] == ["驾照", "车本"]
    assert question.understood() == ()


def test_a_wide_word_stands_for_the_narrow_ones_and_not_the_other_way() -> None:
    assert [meaning.plain for meaning in ask("婚姻登记").parts[0].meanings] == ["结婚登记", "离婚登记"]
    assert ask("离婚登记").parts[0].meanings == ()


def test_what_carries_no_meaning_alone_is_the_question_when_nothing_else_is_said() -> None:
    assert ask("怎么办").core == "怎么办"


def test_the_subject_is_what_something_is_asked_about() -> None:
    question = ask("公园在哪")
    assert (question.core, question.subject, question.intents) == ("公园在哪", "公园", frozenset({"where"}))
    assert Understood("在哪", "办理地点", "intent") in question.understood()


def test_latin_words_are_whole_words() -> None:
    assert told(ask("park")) == [("park", "公园", "word")]
    assert told(ask("parking")) == []


def test_a_lone_character_is_a_wish_only_at_the_edge() -> None:
    assert ask("退养老保险").intents == {"cancel"}
    assert ask("病退的人").intents == set()
    assert ask("退休").intents == set()


def test_what_is_only_signs_or_worth_nothing_means_nothing() -> None:
    def known(record: dict[str, object]) -> list[tuple[str, str]]:
        return [(key, meaning.plain) for key, meaning in meanings(Record.model_validate(record), PLAIN)]

    assert known(word("v-1", "same", "驾驶证", "？", "驾照")) == [("驾驶证", "驾照"), ("驾照", "驾驶证")]
    assert known(word("v-2", "same", "…", "驾照")) == []
    assert known(word("v-3", "related", "驾驶证", "驾照", weight=0)) == []


def test_a_stored_vocabulary_answers_as_the_one_that_was_stored() -> None:
    entries = [entry for record in RECORDS for entry in meanings(Record.model_validate(record), PLAIN)]
    made = Vocabulary(entries)
    rows = [(word, one.relation, one.target, one.weight, one.intent) for word, one in entries]
    stored = Vocabulary.read(rows, PLAIN)
    for text in ("我要办驾照丢了怎么办", "驾照", "结婚登记", "公园在哪", "退休了", "退", "丢", "不认识的话"):
        assert stored.understand(PLAIN.query(text)) == made.understand(PLAIN.query(text))
    words = {word for word, _ in entries}
    assert {word: stored.meanings_of(word) for word in words} == {word: made.meanings_of(word) for word in words}
    assert stored.meanings_of("不认识") == ()
    assert stored.intent_words == made.intent_words
