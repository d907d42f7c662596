"""A one-sentence answer on a page of its own, with the place that it speaks of."""

from __future__ import annotations

from domain.errors import CatalogueError, Code
from domain.records import Fact, Place
from journeys import offices
from journeys.moves import Move, Open, Quiet
from journeys.names import verified_tag
from journeys.views import Fact as FactView, Press
from journeys.visit import Visit


class FactStep(Quiet):
    """One fact."""

    def __init__(self, visit: Visit, id: str) -> None:
        self.visit = visit
        self.id = id
        visit.looked = True

    def view(self) -> FactView:
        """The page. Raises `CatalogueError` (K-06) when the fact is gone."""
        visit, say = self.visit, self.visit.say
        catalogue = visit.catalogue
        fact = catalogue.get(Fact, self.id)
        if fact is None:
            raise CatalogueError(Code.NO_SUCH_ITEM)
        translated = catalogue.translation(self.id, visit.lang) if visit.lang != "zh-Hans" else {}
        place = catalogue.get(Place, fact.place) if fact.place else None
        lines = (("call", fact.phone),) if fact.phone and (place is None or fact.phone != place.phone) else ()
        actions = (Press(say("fact.place"), "place", place.id, "place"),) if place is not None else ()
        return FactView(
            id=fact.id,
            question=str(translated.get("question") or translated.get("name") or fact.question),
            answer=str(translated.get("answer") or fact.answer),
            lines=lines,
            place=offices.section(visit, [place]) if place is not None else None,
            verified=verified_tag(visit, fact.verified_on, fact.verified_by),
            actions=actions,
            chinese_only="" if translated or visit.lang.startswith("zh") else say("guide.chinese_only"),
        )

    def do(self, action: str, value: str) -> Move | None:
        """Leads to the place."""
        return Open(value) if action in ("place", "open") else None
