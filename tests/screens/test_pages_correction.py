"""报错 and the way there from a guide, in every language and both sizes of type."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from journeys import views
from localdb.catalogue.reader import CatalogueFile
from phrases import LANGUAGES
from tests.flows.conftest import Kiosk, sample_catalogue  # noqa: F401 - a fixture
from tests.flows.test_correction import HandReports
from tests.screens.checks import acts, box_of, check_page, lines, pale
from tests.screens.conftest import FULL, UI

CASES = [(lang, large) for lang in LANGUAGES for large in (False, True)]


@pytest.fixture
def kiosk(sample_catalogue: CatalogueFile) -> Kiosk:  # noqa: F811
    kiosk = Kiosk(sample_catalogue)
    walk = kiosk.walk
    walk.tools = walk.visit.tools = replace(walk.tools, reports=HandReports())
    return kiosk


def show(ui: UI, kiosk: Kiosk, name: str, lang: str, large: bool, **look: Any) -> None:
    from screens.pages.correction import CorrectionPage
    from screens.pages.guide import GuidePage

    kiosk.walk.visit.speak(lang)
    kiosk.walk.act("noticed")
    stage = ui.open({views.Guide: GuidePage, views.Correction: CorrectionPage}, panel=FULL, **look)
    stage.show(replace(kiosk.scene, large=large))
    if folder := os.environ.get("PICTURES"):
        ui.picture().save(Path(folder) / f"{name}-{lang}{'-large' if large else ''}.png")


@pytest.mark.parametrize(("lang", "large"), CASES)
def test_the_guide_leads_there_and_keeps_its_other_buttons(ui: UI, kiosk: Kiosk, lang: str, large: bool) -> None:
    kiosk.do("start", ("open", "ga-023"))
    show(ui, kiosk, "guide", lang, large)
    check_page(ui, ("print", ""))
    assert {("print", ""), ("take", ""), ("correct", "")} <= set(acts(ui))


@pytest.mark.parametrize(("lang", "large"), CASES)
def test_the_question_and_the_thanks(ui: UI, kiosk: Kiosk, lang: str, large: bool) -> None:
    kiosk.do("start", ("open", "ga-023"), "correct")
    show(ui, kiosk, "question", lang, large)
    check_page(ui, ("back", ""))
    choices = [("say", field) for field in ("phone", "place", "materials", "other")]
    assert [act for act in acts(ui) if act[0] == "say"] == choices
    assert len({box_of(ui, act).w for act in choices}) == 1
    before = {act: box_of(ui, act) for act in choices[1:]}
    kiosk.do(("say", "phone"))
    show(ui, kiosk, "thanks", lang, large)
    check_page(ui, ("back", ""))
    assert [act for act in acts(ui) if act[0] == "say"] == choices[1:]
    assert {act: box_of(ui, act) for act in choices[1:]} == before, "nothing moves under the finger"
    view = kiosk.see(views.Correction)
    told = "".join("".join(lines(ui)).split())
    assert "".join(view.thanks.split()) in told and "".join(view.fate.split()) in told


@pytest.mark.parametrize("dark", [False, True])
def test_words_contrast_with_their_ground(ui: UI, kiosk: Kiosk, dark: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    faults = pale(monkeypatch)
    kiosk.do("start", ("open", "ga-023"), "correct", ("say", "phone"))
    show(ui, kiosk, "dark" if dark else "light", "zh-Hans", False, dark=dark)
    assert faults == []
