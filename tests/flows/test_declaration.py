"""Three taps instead of a card. Everyone here is invented."""

from __future__ import annotations

import itertools

import pytest

from domain.card import CardFacts, CardFamily, CardType, Division
from domain.events import ReaderState
from domain.matching import MOST_ITEMS
from journeys import views
from journeys.declaration import AGES, DOINGS, HOMES, DeclarationStep
from localdb.catalogue.reader import CatalogueFile
from tests.flows.conftest import Kiosk


@pytest.fixture
def asked(kiosk: Kiosk) -> Kiosk:
    """A kiosk that asks the three questions."""
    kiosk.do("start", "card", "declare")
    return kiosk


def page(kiosk: Kiosk) -> views.Declaration:
    return kiosk.see(views.Declaration)


def chosen(kiosk: Kiosk) -> set[str]:
    return {choice.value for question in page(kiosk).questions for choice in question.choices if choice.chosen}


def shown(kiosk: Kiosk) -> views.CardResults:
    kiosk.do("show")
    return kiosk.see(views.CardResults)


def test_three_questions_and_nothing_chosen_beforehand(asked: Kiosk) -> None:
    view = page(asked)
    assert [len(question.choices) for question in view.questions] == [6, 3, 12]
    assert [question.several for question in view.questions] == [False, False, True]
    assert [choice.label for choice in view.questions[1].choices] == ["本市", "本省别处", "外省"]
    assert chosen(asked) == set() and asked.scene.sheet is None


def test_answers_are_taken_back_by_touching_them_again(asked: Kiosk) -> None:
    asked.do(("choose", "age:65_79"), ("choose", "home:local"), ("choose", "doing:retired"))
    asked.do(("choose", "doing:caregiver"))
    assert chosen(asked) == {"age:65_79", "home:local", "doing:retired", "doing:caregiver"}
    asked.do(("choose", "age:60_64"), ("choose", "home:local"), ("choose", "doing:retired"))
    assert chosen(asked) == {"age:60_64", "doing:caregiver"}
    asked.do("clear")
    assert chosen(asked) == set()


@pytest.mark.parametrize("value", ["age:", "age:200", "home:", "doing:low_income", "doing", "", "sex:f"])
def test_an_answer_that_was_not_offered_changes_nothing(asked: Kiosk, value: str) -> None:
    before = asked.scene.view
    assert asked.do(("choose", value)) == before


def test_the_button_counts_what_is_shown_then(asked: Kiosk) -> None:
    for answer in ("age:65_79", "home:elsewhere", "doing:caregiver", "doing:retired"):
        asked.do(("choose", answer))
        label = page(asked).show.label
        results = shown(asked)
        count = int(label.removeprefix("看看有哪些事（").removesuffix(" 件）"))
        assert results.line == f"有 {count} 件事可能和您有关" and 0 < count <= MOST_ITEMS
        asked.do("back")


def test_the_answers_decide_and_the_page_says_so(asked: Kiosk) -> None:
    asked.do(("choose", "doing:retired"))
    results = shown(asked)
    row = results.rows[0]
    assert row.reason.text == "因为您说已经退休" and row.reason.icon == "touch_app"
    asked.do(("why", row.id))
    opened = asked.see(views.CardResults).rows[0]
    assert opened.basis.startswith("按您刚才点的挑的，没有记下来。依据：")
    assert results.bar is None and asked.scene.nav is not None and asked.scene.nav.end is not None


def test_changing_the_answers_leads_back_to_them(asked: Kiosk) -> None:
    asked.do(("choose", "doing:retired"))
    again = shown(asked).again
    assert again is not None
    asked.do(again.action)
    assert chosen(asked) == {"doing:retired"}
    asked.do("back")
    asked.see(views.Home)


def test_under_sixteen_there_is_general_content_only(asked: Kiosk) -> None:
    asked.do(("choose", "age:under_16"))
    general = shown(asked)
    asked.do("back", ("choose", "home:elsewhere"), ("choose", "doing:unemployed"), ("choose", "doing:caregiver"))
    assert shown(asked) == general and general.rows


def test_nothing_due_is_said_kindly(asked: Kiosk) -> None:
    asked.clock.trusted = False
    asked.do("clear")
    show = page(asked).show
    assert not show.enabled and show.label
    asked.do("show")
    page(asked)
    asked.do(("choose", "doing:retired"))
    assert page(asked).show.enabled


def test_the_answers_end_with_the_visit(asked: Kiosk) -> None:
    asked.do(("choose", "age:65_79"), ("choose", "doing:retired"), "end")
    assert dict(asked.see(views.Cleared).rows)["查过的话、看过的页"] == "已清空"
    asked.do("again", "card", "declare")
    assert chosen(asked) == set()


def test_the_way_back_keeps_them_as_long_as_the_visit_lasts(asked: Kiosk) -> None:
    asked.do(("choose", "age:65_79"), "language", ("choose", "ko"))
    assert chosen(asked) == {"age:65_79"} and page(asked).title == "세 번만 눌러 골라 보세요"
    asked.do("large")
    assert chosen(asked) == {"age:65_79"}


def test_answers_add_to_what_the_card_said_and_never_replace_it(kiosk: Kiosk) -> None:
    kiosk.lay(CardFacts(CardFamily.T_UNION, CardType.SENIOR, Division.LOCAL))
    again = kiosk.see(views.CardResults).again
    assert again is not None
    kiosk.do(again.action, ("choose", "age:65_79"), ("choose", "home:elsewhere"), ("choose", "doing:retired"))
    step = kiosk.walk.steps[-1]
    assert isinstance(step, DeclarationStep)
    person = step.person
    assert person.card_type is CardType.SENIOR and person.division is Division.LOCAL
    assert person.age_months == AGES["65_79"] and person.asked == {"retired"}
    results = shown(kiosk)
    assert {row.reason.text for row in results.rows} >= {"因为您的卡是老年卡"}
    assert results.bar is not None
    kiosk.take_away()
    kiosk.wait(30)
    kiosk.see(views.Cleared)


def test_idling_with_the_three_taps_is_ordinary_idling(asked: Kiosk) -> None:
    asked.do(("choose", "age:65_79"))
    asked.wait(59)
    assert asked.sheet() is None
    asked.wait(1)
    sheet = asked.sheet()
    assert sheet is not None and sheet.seconds == 20


def test_without_a_reader_home_leads_here(kiosk: Kiosk) -> None:
    kiosk.reader_is(ReaderState.ABSENT)
    home = kiosk.do("start")
    assert isinstance(home, views.Home) and home.card is not None
    kiosk.do(home.card.action)
    page(kiosk)


def test_bands_follow_each_other_without_gap_or_overlap() -> None:
    bands = list(AGES.values())
    assert bands[0][0] == 0
    assert all(last + 1 == first for (_, last), (first, _) in itertools.pairwise(bands))


def test_every_flag_is_one_that_the_sample_rules_know(sample_catalogue: CatalogueFile) -> None:
    known = {flag for rule in sample_catalogue.rules() for flag in rule.when.asked or ()}
    assert set().union(*DOINGS.values()) <= known
    assert set(HOMES) == {division.value for division in Division}


def test_every_mix_of_answers_gives_a_page(asked: Kiosk) -> None:
    for age, home, doing in itertools.product(("", *AGES), ("", *HOMES), ("", *DOINGS)):
        asked.do("clear", *(("choose", f"{name}:{value}") for name, value in
                            (("age", age), ("home", home), ("doing", doing)) if value))  # fmt: skip
        if page(asked).show.enabled:
            results = shown(asked)
            assert results.rows and len(results.rows) <= MOST_ITEMS
            asked.do("back")
