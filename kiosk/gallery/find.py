"""Finding: the invitation, the keys, the pad, answers, and the ways round the search field."""

from __future__ import annotations

from journeys import views
from kiosk.gallery.steps import ORG, begin, pages, to_attract
from kiosk.tour import Tourist

DIU = (
    "560,180 430,230 270,260",
    "220,310 430,305 610,290",
    "395,225 400,350 398,440",
    "110,470 380,455 690,450",
    "400,465 330,560 250,700 420,670 560,640",
    "520,570 580,640 640,720",
)
"""丢 on the pad, stroke by stroke, as a hand writes it."""


def main(tourist: Tourist, folder: str, lang: str, *, large: bool) -> None:
    """From the invitation to answers, in one language."""
    if not isinstance(tourist.view, views.Attract):
        to_attract(tourist)
    tourist.picture(f"{folder}/01-attract")
    begin(tourist, lang, large=large)
    tourist.picture(f"{folder}/02-home")
    tourist.touch("type")
    tourist.see(views.Search)
    tourist.picture(f"{folder}/03-search-empty")
    for letter in "jiazhao":
        tourist.touch("key", letter)
    tourist.picture(f"{folder}/03-search")
    tourist.walk.act("clear")
    for name, question in (("05-results", "驾照丢了怎么办"), ("26-weak", "量子纠缠")):
        tourist.walk.act("home")
        tourist.walk.act("ask", question)
        tourist.see(views.Results)
        tourist.picture(f"{folder}/{name}")


def states(tourist: Tourist) -> None:
    """What helps where an answer is too long, too wide or not there, and the ways round the search field."""
    begin(tourist, "zh-Hans")
    for name, question in (
        ("results-two-readings", "退休医保怎么办"),
        ("results-asking-back", "不动产登记"),
        ("weak-near", "月亮"),
        ("weak-categories", "阿巴阿巴"),
    ):
        tourist.walk.act("home")
        tourist.walk.act("ask", question)
        tourist.see(views.Results)
        pages(tourist, f"states/{name}", 2)
    tourist.walk.act("home")
    tourist.walk.act("ask", "驾照")
    tourist.walk.act("narrow")
    choice = tourist.see(views.Narrow).groups[0].presses[0]
    tourist.picture("states/results-narrow")
    tourist.walk.act(choice.action, choice.value)
    tourist.picture("states/results-narrowed")
    tourist.walk.act("home")
    tourist.walk.act("departments")
    tourist.walk.act("toggle", ORG)
    below = next(row for row in tourist.see(views.Departments).rows if row.depth and row.opened is False)
    tourist.walk.act("toggle", below.id)
    tourist.picture("states/departments-opened")
    tourist.walk.act("items", ORG)
    tourist.picture("states/department-items")
    tourist.walk.act("home")
    tourist.walk.act("places")
    tourist.walk.act("choose", tourist.see(views.Places).rows[2].id)
    tourist.picture("states/places-chosen")
    tourist.walk.act("home")
    tourist.walk.act("facts")
    tourist.picture("states/facts")
    filters = tourist.see(views.ListPage).filters
    tourist.walk.act(filters[0][0].action, filters[0][0].value)
    tourist.picture("states/facts-theme")
    tourist.walk.act("home")


def writing(tourist: Tourist) -> None:
    """The pad: empty, while a character grows, with characters that were chosen; then candidates of the keyboard."""
    begin(tourist, "zh-Hans")
    tourist.touch("type")
    if not any(press.value == "hand" for press, _ in tourist.see(views.Search).modes):
        return
    tourist.touch("mode", "hand")
    tourist.picture("states/writing-empty")
    for line in DIU[:2]:
        tourist.walk.act("stroke", line)
    tourist.picture("states/writing-begun")
    for line in DIU[2:]:
        tourist.walk.act("stroke", line)
    tourist.picture("states/writing-whole")
    tourist.walk.act("pick", "0")
    tourist.picture("states/writing-chosen")
    tourist.walk.act("large")
    for line in DIU:
        tourist.walk.act("stroke", line)
    tourist.picture("states/writing-large")
    tourist.walk.act("large")
    tourist.walk.act("mode", "zh")
    tourist.walk.act("clear")
    for letter in "jia":
        tourist.touch("key", letter)
    tourist.touch(".candidates", "1")
    tourist.picture("states/candidates")
