"""What is recommended stays fair and discreet: nothing is hidden, search is as near as ever, no trace of the person is
left on pages, in logs or on paper. All holders here are invented.
"""

from __future__ import annotations

import logging

import pytest

from domain.card import CardFacts, CardFamily, CardType, Division, Sex
from domain.matching import Person, recommend
from domain.paper import WIDTH_80
from domain.records import Guide
from domain.slip import Slip
from journeys import views
from journeys.card_results import DISCREET, CardResultsStep
from journeys.concerns import LANGUAGE_FLAGS
from localdb.catalogue.reader import CatalogueFile
from printer.layout import SlipLayout
from printer.profiles import PROFILES
from printer.raster import encode
from tests.flows.conftest import Kiosk

SENIOR = CardFacts(CardFamily.SOCIAL_SECURITY, CardType.SENIOR, Division.LOCAL, 67 * 12 + 5, Sex.FEMALE, 41)
DISABLED = CardFacts(CardFamily.T_UNION, CardType.DISABLED, Division.ELSEWHERE, 33 * 12 + 7, Sex.FEMALE, -3)
WOMAN = CardFacts(CardFamily.SOCIAL_SECURITY, CardType.ORDINARY, Division.LOCAL, 30 * 12, Sex.FEMALE, 900)
CHILD = CardFacts(CardFamily.SOCIAL_SECURITY, CardType.STUDENT, Division.LOCAL, 9 * 12, Sex.FEMALE, 20)
FIFTEEN = CardFacts(CardFamily.SOCIAL_SECURITY, CardType.STUDENT, Division.LOCAL, 15 * 12, Sex.MALE, 700)
HOLDERS = (SENIOR, DISABLED, WOMAN, CHILD, FIFTEEN, CardFacts(CardFamily.T_UNION))


def results(kiosk: Kiosk) -> views.CardResults:
    return kiosk.see(views.CardResults)


def discreet(kiosk: Kiosk, holder: CardFacts = DISABLED) -> views.CardResults:
    """The page of sensitive things."""
    kiosk.lay(holder)
    kiosk.do(("open", DISCREET))
    return results(kiosk)


# Sensitive things


def test_the_page_of_sensitive_things_explains_each(kiosk: Kiosk) -> None:
    page = discreet(kiosk)
    assert page.greeting == "还有这几件" and page.bar is not None and page.again is None
    row = page.rows[0]
    assert row.reason.text == "因为您的卡有这些优待" and row.basis == ""
    kiosk.do(("why", row.id))
    assert results(kiosk).rows[0].basis == (
        "只看了卡的种类，姓名和号码没有留下。依据：残疾人保障法第五十条；国发〔2015〕52 号。"
    )
    kiosk.do(("why", row.id))
    assert results(kiosk) == page


def test_each_sensitive_thing_is_put_away_and_brought_back(kiosk: Kiosk) -> None:
    page = discreet(kiosk)
    first, *others = page.rows
    kiosk.do(("fold", first.id))
    assert results(kiosk).rows == tuple(others) and results(kiosk).folded == "已收起 1 件与我无关的"
    kiosk.do("back")
    above = results(kiosk)
    assert next(row for row in above.rows if row.id == DISCREET).title == f"还有 {len(others)} 件，点开再看"
    assert above.folded == "已收起 1 件与我无关的" and above.restore is not None
    kiosk.do(("open", DISCREET), "restore")
    assert results(kiosk) == page
    for row in page.rows:
        kiosk.do(("fold", row.id))
    bare = results(kiosk)
    assert bare.rows == () and bare.empty and bare.restore is not None
    kiosk.do("back")
    assert DISCREET not in {row.id for row in results(kiosk).rows}
    kiosk.do("restore")
    assert DISCREET in {row.id for row in results(kiosk).rows} and results(kiosk).restore is None


def test_while_the_card_is_away_nothing_sensitive_is_named(kiosk: Kiosk) -> None:
    page = discreet(kiosk)
    names = [row.title for row in page.rows]
    kiosk.take_away()
    assert kiosk.sheet() is not None
    assert not any(name in repr(kiosk.scene) for name in names)
    kiosk.do("stay")
    assert [row.title for row in results(kiosk).rows] == names


def test_opening_it_while_the_card_is_away_names_nothing_either(kiosk: Kiosk, sample_catalogue: CatalogueFile) -> None:
    kiosk.lay(DISABLED)
    kiosk.take_away()
    kiosk.do(("open", DISCREET))
    assert kiosk.sheet() is not None
    shown = repr(kiosk.scene)
    assert not any(card.name in shown for card in sample_catalogue.cards(["mz-023", "mz-026", "mz-027"]))


@pytest.mark.parametrize("lang", ["zh-Hans", "zh-Hant", "en", "ja", "ko"])
@pytest.mark.parametrize("holder", [DISABLED, WOMAN], ids=["disabled", "woman"])
def test_no_sensitive_name_or_reason_stands_on_the_page_in_any_language(
    kiosk: Kiosk, sample_catalogue: CatalogueFile, holder: CardFacts, lang: str
) -> None:
    kiosk.lay(holder)
    kiosk.do("language", ("choose", lang))
    shown = repr(results(kiosk))
    rules = [rule for rule in sample_catalogue.rules() if rule.sensitive]
    ids = sorted({item for rule in rules for item in rule.items} - {row.id for row in results(kiosk).rows})
    for card in sample_catalogue.cards(ids):
        translated = sample_catalogue.names([card.id], lang).get(card.id, card.name)
        assert card.name not in shown and translated not in shown
    assert not any(rule.reason in shown for rule in rules)


# Children


def test_a_childs_page_is_general_and_asks_for_an_adult(kiosk: Kiosk) -> None:
    kiosk.lay(CHILD)
    page = results(kiosk)
    assert page.line == "请大人陪着看，这里只有通用内容。" and page.again is None
    assert {row.reason.text for row in page.rows} == {"因为孩子的事由大人办"} and len(page.rows) <= 8
    ids = [row.id for row in page.rows]
    kiosk.take_away()
    kiosk.lay(CardFacts(CardFamily.T_UNION, age_months=4 * 12, sex=Sex.MALE, division=Division.ELSEWHERE))
    assert [row.id for row in results(kiosk).rows] == ids, "every child reads the same"


def test_at_fourteen_it_is_a_page_like_any_other(kiosk: Kiosk) -> None:
    kiosk.lay(CardFacts(CardFamily.SOCIAL_SECURITY, CardType.STUDENT, Division.LOCAL, 14 * 12, Sex.FEMALE, 700))
    page = results(kiosk)
    assert page.line.startswith("有 ") and "因为您的卡是学生卡" in {row.reason.text for row in page.rows}


# Before the card runs out


@pytest.mark.parametrize(
    ("days", "reason"),
    [
        (89, "因为您的卡快到期了"), (1, "因为您的卡快到期了"), (0, "因为您的卡到期了"), (-400, "因为您的卡到期了"),
        (90, None), (91, None), (None, None),
    ],
)  # fmt: skip
def test_a_card_that_runs_out_is_told_of_first(kiosk: Kiosk, days: int | None, reason: str | None) -> None:
    kiosk.lay(CardFacts(CardFamily.T_UNION, CardType.SENIOR, expires_in_days=days))
    first, *_ = results(kiosk).rows
    if reason is None:
        assert first.reason.text == "因为您的卡是老年卡"
        return
    assert first.reason == views.Tag(reason, "event") and first.title == "社会保障卡补换"
    kiosk.do(("why", first.id))
    assert results(kiosk).rows[0].basis.startswith("只看了卡的到期日，姓名和号码没有留下。依据：社会保障卡管理办法")


# The language that was chosen


@pytest.mark.parametrize("lang", LANGUAGE_FLAGS)
def test_another_language_brings_what_people_from_elsewhere_need(kiosk: Kiosk, lang: str) -> None:
    kiosk.do("start", "language", ("choose", lang))
    kiosk.lay(CardFacts(CardFamily.T_UNION))
    ids = [row.id for row in results(kiosk).rows]
    assert ids[0] == ("ga-048" if lang == "zh-Hant" else "ga-049")
    kiosk.do(("why", ids[0]))
    assert results(kiosk).rows[0].basis.startswith(kiosk.walk.visit.say("card.why_asked"))


def test_in_chinese_nobody_is_taken_for_a_foreigner(kiosk: Kiosk) -> None:
    kiosk.lay(CardFacts(CardFamily.T_UNION))
    assert not {"ga-048", "ga-049", "ga-056"} & {row.id for row in results(kiosk).rows}


# Fairness


def touches_to_search(kiosk: Kiosk) -> int:
    """From the page that is there, by the shortest way that it shows."""
    view = kiosk.scene.view
    if isinstance(view, views.CardResults):
        kiosk.do(view.search.action)
    else:
        first = kiosk.see(views.Home).ask_modes[0]
        kiosk.do((first.action, first.value))
    kiosk.see(views.Search)
    return 1


@pytest.mark.parametrize("holder", HOLDERS)
def test_a_card_never_lengthens_the_way_to_search(sample_catalogue: CatalogueFile, holder: CardFacts) -> None:
    plain, carded = Kiosk(sample_catalogue), Kiosk(sample_catalogue)
    plain.do("start")
    carded.lay(holder)
    assert touches_to_search(carded) <= touches_to_search(plain)
    carded.do("home")
    assert touches_to_search(carded) == 1
    plain.do("home")
    carded.do("home")
    assert plain.see(views.Home).ask_modes == carded.see(views.Home).ask_modes
    assert plain.see(views.Home).tiles == carded.see(views.Home).tiles


@pytest.mark.parametrize("holder", HOLDERS)
def test_a_card_hides_nothing_from_search_even_what_was_put_away(
    sample_catalogue: CatalogueFile, holder: CardFacts
) -> None:
    plain, carded = Kiosk(sample_catalogue), Kiosk(sample_catalogue)
    plain.do("start")
    carded.lay(holder)
    for row in results(carded).rows:
        carded.do(("fold", row.id))
    for question in ("老年证", "低保", "领证", "残疾证", "HPV", "兵役登记", "高龄津贴", "社保卡", "上小学"):
        plain.do("home", ("ask", question))
        carded.do("home", ("ask", question))
        assert plain.scene.view == carded.scene.view, question
        assert isinstance(plain.scene.view, views.Results), question


def test_no_rule_hides_an_item(sample_catalogue: CatalogueFile) -> None:
    """Rules have nothing to take away with: whoever it is, the catalogue holds and finds every guide of every rule."""
    items = {item for rule in sample_catalogue.rules() for item in rule.items}
    for holder in HOLDERS:
        recommend(sample_catalogue.rules(), Person.of(holder), None)
        assert {card.id for card in sample_catalogue.cards(sorted(items))} == items
    for item in sorted(items):
        guide = sample_catalogue.get(Guide, item)
        assert guide is not None
        found = sample_catalogue.search(guide.name, limit=8)
        assert item in {hit.card.id for hit in found.hits}, guide.name


@pytest.mark.parametrize("holder", HOLDERS)
def test_at_most_eight_whatever_was_chosen_besides(kiosk: Kiosk, holder: CardFacts) -> None:
    kiosk.do("start", "language", ("choose", "en"), "home")
    kiosk.lay(holder)
    doings = ("employed", "flexible", "enterprise", "baby", "schoolchild", "caregiver", "car_owner", "veteran")
    kiosk.do("declare", *(("choose", f"doing:{doing}") for doing in doings), "show")
    step = kiosk.walk.steps[-1]
    assert isinstance(step, CardResultsStep) and 0 < len(step.found) <= 8


# No trace


def test_nothing_of_the_person_is_logged_or_printed_by_a_program(
    kiosk: Kiosk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for holder in HOLDERS:
        kiosk.lay(holder)
        number = kiosk.walk.visit.number
        person = kiosk.walk.visit.card.person
        assert person is not None
        assert repr(person) == f"{person}" == "Person(…)" and repr(kiosk.walk.visit) == f"Visit({number})"
        assert repr(kiosk.walk.visit.card) == "CardSession(facts)"
        assert repr(holder).startswith("CardFacts(") and str(holder.card_type or "?") not in repr(holder)
        kiosk.do(("why", results(kiosk).rows[0].id), "declare", ("choose", "doing:retired"), "show")
        kiosk.do(("open", DISCREET), "end")
    written = [record for record in caplog.records if record.name.split(".")[0] in ("journeys", "domain", "localdb")]
    assert written == []


def printed(kiosk: Kiosk, id: str) -> Slip:
    kiosk.do(("open", id), "print", "submit")
    if kiosk.walk.visit.card.person is not None:
        kiosk.proved()
    slip = kiosk.printer.slips[-1]
    kiosk.finish()
    return slip


@pytest.fixture(scope="module")
def layout() -> SlipLayout:
    return SlipLayout(WIDTH_80)


@pytest.mark.parametrize(("holder", "id"), [(SENIOR, "mz-016"), (DISABLED, "mz-026"), (WOMAN, "mz-001")])
def test_a_slip_of_a_card_session_is_the_one_that_anybody_gets(
    sample_catalogue: CatalogueFile, layout: SlipLayout, holder: CardFacts, id: str
) -> None:
    """To the block and to the byte: the paper knows neither that there was a card nor whose it was."""
    plain, carded = Kiosk(sample_catalogue), Kiosk(sample_catalogue)
    plain.do("start")
    carded.lay(holder)
    again = results(carded).again
    assert again is not None
    carded.do(again.action, ("choose", "doing:caregiver"), "show")
    mine, anybodys = printed(carded, id), printed(plain, id)
    assert mine == anybodys and mine.blocks
    for rule in sample_catalogue.rules():
        assert rule.reason not in repr(mine.blocks)
    profile = PROFILES["generic-80"]
    paper = encode(layout.render(mine), profile)
    assert paper == encode(layout.render(anybodys), profile) and len(paper) > 1000
