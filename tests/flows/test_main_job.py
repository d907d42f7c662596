"""Walk up, find, read, print: the main job as lists of touches."""

from __future__ import annotations

import pytest

from domain.errors import Code
from domain.events import JobState, PrinterState
from journeys import views
from tests.flows.conftest import Kiosk


def test_from_the_street_to_the_paper(kiosk: Kiosk) -> None:
    kiosk.see(views.Attract)
    kiosk.do("start", ("type", "zh"))
    kiosk.type("jiazhao")
    page = kiosk.see(views.Search)
    assert page.composition == "jiazhao" and page.candidates[0] == "驾照"
    assert len(page.rows) >= 3 and all("驾驶" in row.title for row in page.rows[:3])
    kiosk.do(("pick", "0"))
    page = kiosk.see(views.Search)
    assert (page.text, page.composition) == ("驾照", "")
    kiosk.do(("open", page.rows[0].id))
    guide = kiosk.see(views.Guide)
    assert "驾驶证" in guide.title and guide.alias
    assert next(section for section in guide.sections if isinstance(section, views.MaterialsSection)).rows
    kiosk.do("print")
    preview = kiosk.see(views.SlipPreview)
    assert preview.actions[0].enabled
    kiosk.do("submit")
    kiosk.see(views.Printing)
    kiosk.finish()
    assert kiosk.see(views.Printed).title == "印好了，请拿纸"
    kiosk.do("back")
    assert kiosk.see(views.Guide).id == guide.id
    assert len(kiosk.printer.slips) == 1


def test_the_paper_that_was_seen_is_the_paper_that_is_printed(kiosk: Kiosk) -> None:
    kiosk.do("start", ("ask", "驾照丢了"))
    best = kiosk.see(views.Results).best
    assert best is not None
    kiosk.do(("print", best.id))
    seen = kiosk.walk.steps[-1].slip()  # type: ignore[attr-defined]
    kiosk.wait(40)
    kiosk.do("submit")
    assert kiosk.printer.slips == [seen]


def test_printing_cannot_be_left_and_ends_by_the_printers_word(kiosk: Kiosk) -> None:
    kiosk.do("start", ("open", "ga-001"), "print", "submit")
    before = kiosk.see(views.Printing)
    assert kiosk.scene.nav is None
    kiosk.do("back", "home", "submit", "print")
    assert kiosk.see(views.Printing) == before
    assert kiosk.wait(300) == before
    assert len(kiosk.printer.slips) == 1


@pytest.mark.parametrize(
    ("state", "code", "says"),
    [
        (JobState.NOT_SENT, Code.PAPER_OUT, "纸用完了，没有打印"),
        (JobState.NOT_SENT, Code.COVER_OPEN, "打印机的盖子开着，没有打印"),
        (JobState.NOT_SENT, Code.PRINTER_ABSENT, "打印机没有回应，没有打印"),
        (JobState.UNCERTAIN, Code.PRINT_UNCERTAIN, "不知道印好了没有"),
    ],
)
def test_what_was_not_printed_goes_to_the_phone(kiosk: Kiosk, state: JobState, code: Code, says: str) -> None:
    kiosk.do("start", ("open", "ga-001"), "print", "submit")
    kiosk.finish(state, code)
    page = kiosk.see(views.NotPrinted)
    assert page.title == says
    assert any(code.value in line for line in page.lines)
    assert page.qr[0].decode().startswith("【出生登记】")
    assert ("没弄清" in "".join(page.lines)) is (state is JobState.UNCERTAIN)
    kiosk.do("back")
    kiosk.see(views.Guide)


def test_a_printer_that_refuses_is_told_at_once(kiosk: Kiosk) -> None:
    kiosk.printer.refuse = Code.FAIR_USE
    kiosk.do("start", ("open", "ga-001"), "print", "submit")
    assert kiosk.see(views.NotPrinted).code == "P-08"


def test_without_paper_nothing_offers_to_print_but_everything_can_be_taken(kiosk: Kiosk) -> None:
    kiosk.printer.state = PrinterState.PAPER_OUT
    kiosk.wait(60)
    assert "qr_code_2" in [icon for icon, _, _ in kiosk.see(views.Attract).promises]
    kiosk.do("start", ("open", "ga-001"))
    guide = kiosk.see(views.Guide)
    assert not guide.actions[0].enabled and guide.actions[1].enabled
    kiosk.do("take")
    assert kiosk.see(views.TakeAway).qr[0].decode().startswith("【出生登记】")


def test_nothing_came_out_asks_the_printer_and_prints_nothing_again(kiosk: Kiosk) -> None:
    kiosk.do("start", ("open", "ga-001"), "print", "submit")
    kiosk.finish()
    kiosk.do("missing", "missing")
    assert kiosk.printer.checks >= 1
    assert len(kiosk.printer.slips) == 1
    assert kiosk.see(views.Printed).actions[1].action == "again", "another one is asked for by a touch of its own"
    kiosk.wait(40)
    kiosk.see(views.Guide)


def test_sizes_of_the_slip(kiosk: Kiosk) -> None:
    kiosk.do("start", ("open", "ga-001"), "print")
    full = kiosk.see(views.SlipPreview)
    kiosk.do(("variant", "compact"))
    compact = kiosk.see(views.SlipPreview)
    assert compact.paper.height < full.paper.height
    kiosk.do("large", ("variant", "nonsense"))
    assert kiosk.see(views.SlipPreview).paper == compact.paper


def test_ticks_stay_while_one_looks_at_the_office(kiosk: Kiosk) -> None:
    kiosk.do("start", ("open", "ga-001"), ("tick", "0"))
    guide = kiosk.see(views.Guide)
    place = next(section for section in guide.sections if isinstance(section, views.PlaceSection))
    kiosk.do(("place", place.id))
    assert kiosk.see(views.Place).name == place.name
    kiosk.do("back")
    materials = next(
        section for section in kiosk.see(views.Guide).sections if isinstance(section, views.MaterialsSection)
    )
    assert materials.rows[0].ticked
