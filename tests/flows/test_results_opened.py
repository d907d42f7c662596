"""Which of the results people open: a place in the list is counted, once a question, and nothing of the question."""

from __future__ import annotations

from journeys import views
from tests.flows.conftest import Kiosk
from tests.flows.test_correction import HandReports, reports

__all__ = ["reports"]

WORD = "补领"


def listed(kiosk: Kiosk) -> list[str]:
    """Ids of what the page of results lists, best first."""
    page = kiosk.see(views.Results)
    return [row.id for row in ((page.best,) if page.best else ()) + page.rows]


def test_the_place_is_counted_once_a_question(kiosk: Kiosk, reports: HandReports) -> None:
    kiosk.do("start", ("ask", WORD))
    ids = listed(kiosk)
    assert len(ids) > 2
    kiosk.do(("open", ids[2]))
    assert reports.opened == [3]
    kiosk.do("back", ("open", ids[0]))
    assert reports.opened == [3], "the same question"
    kiosk.do("back", "home", ("ask", "驾照丢了"))
    kiosk.do(("print", listed(kiosk)[0]))
    assert reports.opened == [3, 1], "to print it is to open it"
    kiosk.do("end", "again", "start", ("ask", WORD), ("open", ids[1]))
    assert reports.opened == [3, 1, 2], "somebody else"


def test_what_is_found_while_typing_counts_and_other_ways_do_not(kiosk: Kiosk, reports: HandReports) -> None:
    kiosk.do("start", ("type", "zh"))
    kiosk.type("jiazhao")
    rows = kiosk.see(views.Search).rows
    kiosk.do(("open", rows[1].id))
    assert reports.opened == [2]
    kiosk.do("home", ("open", rows[0].id), "home", ("ask", WORD), ("open", "nothing-of-ours"))
    assert reports.opened == [2]
