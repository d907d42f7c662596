"""The pages about an old slip, fed by the real journeys: what they show, and that fingers and eyes get on with them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from domain.check_code import ALPHABET
from journeys import views
from localdb.catalogue.reader import CatalogueFile
from screens.kit.pen import Box
from tests.flows.conftest import Kiosk
from tests.flows.old_slips import GONE, SHORT_NUMBER, code, old_slips_city
from tests.screens.checks import acts, box_of, check_page, lines
from tests.screens.conftest import FULL, UI, keep, pixels, rgb

LOOKS = [("zh-Hans", False), ("zh-Hans", True), ("en", False), ("en", True), ("ja", True), ("ko", True)]

CODES = {
    "same": code(),
    "changed": code(version=1),
    "places": code(SHORT_NUMBER, 2),
    "fresh": code(SHORT_NUMBER, 3),
    "unsure": code(SHORT_NUMBER, 1),
    "newer": code(version=5),
    "gone": code(GONE, 2),
    "unknown": code(4000, 1),
}


@pytest.fixture(scope="module")
def numbered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CatalogueFile]:
    catalogue = old_slips_city(tmp_path_factory.mktemp("numbered"))
    yield catalogue
    catalogue.close()


def pages() -> dict[type, Any]:
    from screens.pages.check_slip import CheckSlipPage
    from screens.pages.slip_checked import SlipCheckedPage

    return {views.CheckSlip: CheckSlipPage, views.SlipChecked: SlipCheckedPage}


def begun(catalogue: CatalogueFile, lang: str = "zh-Hans", *, large: bool = False) -> Kiosk:
    kiosk = Kiosk(catalogue)
    kiosk.do("start", "language", ("choose", lang), "home", *(["large"] if large else []), "check")
    return kiosk


@pytest.mark.parametrize(("lang", "large"), LOOKS)
def test_the_pad_in_every_look(ui: UI, numbered: CatalogueFile, lang: str, large: bool) -> None:
    kiosk = begun(numbered, lang, large=large)
    ui.open(pages(), panel=FULL).show(kiosk.scene)
    ui.frames(2)
    check_page(ui, ("key", "Z"))
    assert {("key", symbol) for symbol in ALPHABET} | {("delete", ""), ("group", "0"), ("group", "2")} <= set(acts(ui))
    right, wrong = code().split("-")[0], "2222"
    kiosk.type(right + wrong + "AB")
    ui.stage.show(kiosk.scene)
    ui.frames(2)
    check_page(ui)
    said = "".join(lines(ui))
    assert kiosk.see(views.CheckSlip).trouble.replace(" ", "") in said.replace(" ", "").replace("\n", "")
    row = [box_of(ui, ("group", str(at))) for at in range(3)]
    assert [box.x for box in row] == sorted(box.x for box in row)
    assert all(symbol in lines(ui) for symbol in right + "AB")


def test_a_misread_group_stands_out(ui: UI, numbered: CatalogueFile) -> None:
    kiosk = begun(numbered)
    kiosk.type("2222")
    ui.open(pages(), panel=FULL).show(kiosk.scene)
    ui.frames(2)
    picture = ui.picture()
    first, second = (box_of(ui, ("group", str(at))) for at in range(2))
    assert corner(picture, first) != corner(picture, second)


def corner(picture: Any, box: Box) -> Any:
    return picture.getpixel((box.x + 20, box.y + 20))


@pytest.mark.parametrize("state", CODES)
@pytest.mark.parametrize(("lang", "large"), LOOKS)
def test_every_answer_in_every_look(ui: UI, numbered: CatalogueFile, state: str, lang: str, large: bool) -> None:
    kiosk = begun(numbered, lang, large=large)
    kiosk.type(CODES[state])
    view = kiosk.see(views.SlipChecked)
    ui.open(pages(), panel=FULL).show(kiosk.scene)
    ui.frames(2)
    told: list[str] = []
    for number in range(8):
        check_page(ui)
        told += lines(ui)
        assert {(press.action, press.value) for press in view.actions if press.enabled} <= set(acts(ui))
        if ("page", str(number + 1)) not in acts(ui):
            break
        kiosk.do(("page", str(number + 1)))
        ui.stage.show(kiosk.scene)
        ui.frames(2)
    said = "".join(told).replace(" ", "")
    for text in (view.verdict, *(one.title for one in (*view.changes, *view.around))):
        assert text.replace(" ", "") in said, text


@pytest.mark.parametrize("dark", [False, True])
def test_pictures(ui: UI, numbered: CatalogueFile, dark: bool) -> None:
    """Each page is drawn on its ground with the ink of its words; `PICTURES=DIR` keeps the pictures."""
    for name, typed in {"pad": "", "misread": f"{code()[:4]}2222AB", **CODES}.items():
        kiosk = begun(numbered)
        kiosk.type(typed)
        stage = ui.open(pages(), panel=FULL, dark=dark)
        stage.show(kiosk.scene)
        ui.frames(2)
        image = ui.picture()
        keep(image, f"check-{name}{'-dark' if dark else ''}")
        colours = pixels(image)
        for token in ("ground", "ink"):
            assert rgb(stage.kit.theme.colours[token]) in colours, (name, token)
