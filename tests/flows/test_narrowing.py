"""Narrowing an answer, undoing how a word was read, and what happens to a question that found nothing good."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.card import CardFacts, CardFamily, CardType
from journeys import views
from journeys.visit import Visit
from localdb.catalogue.reader import CatalogueFile
from phrases import LANGUAGES, Phrases
from tests.flows.conftest import Kiosk

WEAK = "月亮"
NO_CARD = CardFacts(CardFamily.T_UNION, CardType.SENIOR)


class Told:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, int]] = []

    def note(self, query: str, visit: int) -> None:
        self.heard.append((query, visit))


def listening(kiosk: Kiosk) -> Told:
    told = Told()
    kiosk.walk.tools = replace(kiosk.walk.tools, unmet=told)
    return told


def rows(kiosk: Kiosk) -> list[str]:
    view = kiosk.see(views.Results)
    return [row.id for row in (*filter(None, [view.best]), *view.rows)]


def visit_of(kiosk: Kiosk) -> Visit:
    return kiosk.walk.visit


# Narrowing


def test_every_choice_leaves_something_and_all_that_is_left_fits_it(
    kiosk: Kiosk, sample_catalogue: CatalogueFile
) -> None:
    kiosk.do("start", ("ask", "驾照"))
    everything = rows(kiosk)
    assert kiosk.see(views.Results).narrow is not None
    kiosk.do("narrow")
    groups = kiosk.see(views.Narrow).groups
    assert [group.head for group in groups][:2] == ["哪个部门", "哪方面的事"]
    for group in groups:
        assert 1 <= len(group.presses) <= 6
        for press in group.presses:
            kiosk.do((press.action, press.value))
            found = rows(kiosk)
            assert found, press.label
            chosen = kiosk.see(views.Results).chosen
            assert len(chosen) == 1 and press.label.startswith(chosen[0].label)
            axis, _, value = press.value.partition("=")
            if axis == "department":
                cards = sample_catalogue.cards(found)
                assert {card.department_id for card in cards} <= {value, None} | {c.department_id for c in cards
                                                                                 if c.id == value}  # fmt: skip
            kiosk.do(("drop", chosen[0].value))
            assert rows(kiosk) == everything and not kiosk.see(views.Results).chosen
            kiosk.do("narrow")


def test_choices_add_up_and_nothing_is_offered_that_would_leave_nothing(kiosk: Kiosk) -> None:
    kiosk.do("start", ("ask", "营业执照"), ("audience", "enterprise"), "narrow")
    for _ in range(5):
        press = kiosk.see(views.Narrow).groups[0].presses[0]
        kiosk.do((press.action, press.value))
        assert rows(kiosk)
        if kiosk.see(views.Results).narrow is None:
            break
        kiosk.do("narrow")
    else:
        raise AssertionError("an attribute is offered twice")
    view = kiosk.see(views.Results)
    assert len(view.chosen) >= 2
    assert [on for _, on in view.filters] in ([False, True], [])


def test_back_leaves_the_answer_as_it_was_and_strange_choices_are_ignored(kiosk: Kiosk) -> None:
    kiosk.do("start", ("ask", "驾照"))
    before = kiosk.see(views.Results)
    kiosk.do("narrow", ("choose", "department=org-nobody"), ("choose", "colour=red"), ("choose", ""))
    assert isinstance(kiosk.scene.view, views.Narrow)
    kiosk.do("back")
    assert kiosk.see(views.Results) == before
    kiosk.do(("drop", "colour"), ("drop", "theme"))
    assert kiosk.see(views.Results) == before


def test_content_that_is_exchanged_meanwhile_never_leaves_an_empty_page(
    kiosk: Kiosk, sample_catalogue: CatalogueFile
) -> None:
    kiosk.do("start", ("ask", "驾照"), "narrow", ("choose", "department=org-gaj"))
    assert kiosk.see(views.Results).chosen

    class Other:
        """The sample city in which nothing can be narrowed any more."""

        def __getattr__(self, name: str) -> object:
            return getattr(sample_catalogue, name)

        def search(self, query: str, **how: object) -> object:
            found = sample_catalogue.search(query, **how)  # type: ignore[arg-type]
            return replace(found, hits=()) if "department='org" in repr(how["narrow"]) else found

    kiosk.handle.catalogue = Other()  # type: ignore[assignment]
    kiosk.do("noticed")
    view = kiosk.see(views.Results)
    assert rows(kiosk) and not view.chosen


# How a word was read


def test_a_word_that_was_read_wrongly_is_left_out_on_request(kiosk: Kiosk) -> None:
    kiosk.do("start", ("ask", "退休医保怎么办"))
    view = kiosk.see(views.Results)
    others = {word.text: word.other for word in view.understood}
    assert others["退休"] is not None and others["怎么办"] is None and view.understood_side
    kiosk.do((others["退休"].action, others["退休"].value))
    again = kiosk.see(views.Results)
    assert again.query == "医保怎么办"
    assert all(word.other is None for word in again.understood) and not again.understood_side
    kiosk.do("back")
    assert kiosk.see(views.Results).query == "退休医保怎么办"


def test_a_wide_word_is_asked_about_and_nothing_is_taken_for_the_best(kiosk: Kiosk) -> None:
    kiosk.do("start", ("ask", "不动产登记"))
    view = kiosk.see(views.Results)
    assert not view.weak and "不动产登记" in view.ask_head and len(view.asks) >= 2
    assert view.best is None and view.rows
    kiosk.do((view.asks[1].action, view.asks[1].value))
    assert kiosk.see(views.Results).query == view.asks[1].label


# Nothing fits


def test_a_weak_answer_leads_to_themes_that_have_something(kiosk: Kiosk) -> None:
    kiosk.do("start", ("ask", "阿巴阿巴"))
    view = kiosk.see(views.Results)
    assert view.weak and view.asks and not view.filters and view.narrow is None
    for press in view.asks:
        kiosk.do((press.action, press.value))
        page = kiosk.see(views.ListPage)
        assert page.title == press.label and page.rows
        kiosk.do("back")


def test_what_found_nothing_good_is_passed_on_once(kiosk: Kiosk) -> None:
    told = listening(kiosk)
    kiosk.do("start", ("ask", WEAK))
    view = kiosk.see(views.Results)
    assert view.heard == Phrases()("weak.heard")
    kiosk.wait(61)
    kiosk.do("large", "large")
    assert told.heard == [(WEAK, kiosk.walk.visit.number)]
    kiosk.do("home", ("ask", "驾照丢了怎么办"))
    assert not kiosk.see(views.Results).heard and len(told.heard) == 1


def test_nothing_is_passed_on_in_a_visit_that_has_read_a_card(kiosk: Kiosk) -> None:
    told = listening(kiosk)
    kiosk.do("start")
    kiosk.lay(NO_CARD)
    kiosk.take_away()
    kiosk.do("home", ("ask", WEAK))
    view = kiosk.see(views.Results)
    assert view.weak and not view.heard and told.heard == []


def test_nothing_is_said_of_passing_on_where_nobody_is_told(kiosk: Kiosk) -> None:
    kiosk.do("start", ("ask", WEAK))
    assert not kiosk.see(views.Results).heard


# Themes


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_theme_of_the_code_lists_has_words_in_every_language(lang: str) -> None:
    say = Phrases(lang)
    person = [*range(5, 80, 5), *range(85, 160, 5), 998, 999]
    legal = [*range(5, 80, 5), *range(85, 175, 5), 998, 999]
    # 080 is in neither list.
    for kind, codes in (("person", person), ("legal", [code for code in legal if code != 80])):
        for code in codes:
            key = f"theme.{kind}.{code:03}"
            assert say.has(key), key
