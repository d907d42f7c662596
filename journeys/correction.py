"""报错: somebody says that what a guide tells is not so. One touch, no words, no name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from domain.errors import CatalogueError, Code
from domain.records import Guide
from journeys.moves import Move, Quiet
from journeys.views import Correction, Press
from journeys.visit import Visit

if TYPE_CHECKING:
    from domain.ports import Faulty

CHOICES: Final = (("phone", "call"), ("place", "place"), ("materials", "description"), ("other", "flag"))
"""What may be wrong, and the icon of each."""


class CorrectionStep(Quiet):
    """What of one guide is not so. Each can be said once in a visit; the visit remembers, so that coming back shows
    what was said, and whether it has arrived.
    """

    def __init__(self, visit: Visit, id: str) -> None:
        self.visit = visit
        self.id = id
        self.lively = False
        """While something is on its way: the page changes when it has arrived."""

    @property
    def _said(self) -> dict[str, str]:
        """Messages of this visit about this guide, by what they are about."""
        return {field: message for (id, field), message in self.visit.corrected.items() if id == self.id}

    def view(self) -> Correction:
        """The page. Raises `CatalogueError` (K-06) when the guide is gone."""
        visit, say = self.visit, self.visit.say
        guide = visit.catalogue.get(Guide, self.id)
        if guide is None:
            raise CatalogueError(Code.NO_SUCH_ITEM)
        said = self._said
        name = visit.catalogue.names((self.id,), visit.lang).get(self.id, guide.name)
        choices = tuple(
            Press(say(f"correction.{field}"), "say", field, "check" if field in said else icon, field not in said)
            for field, icon in CHOICES
        )
        return Correction(
            title=say("correction.title"),
            name=name,
            line=say("correction.line"),
            thanks=say("correction.thanks") if said and all(said.values()) else "",
            fate=self._fate(said) if said else "",
            choices=choices,
            actions=(Press(say("correction.back"), "back", "", "arrow_back"),),
        )

    def _fate(self, said: dict[str, str]) -> str:
        say, reports = self.visit.say, self.visit.tools.reports
        self.lively = False
        if reports is None or not all(said.values()):
            return say("correction.lost")
        arrived = all(reports.arrived(message) for message in said.values())
        self.lively = not arrived
        return say("correction.arrived" if arrived else "correction.waits")

    def do(self, action: str, value: str) -> Move | None:
        """Says it, once."""
        reports = self.visit.tools.reports
        if action == "say" and reports is not None and value in dict(CHOICES) and value not in self._said:
            revision = self.visit.catalogue.info.revision
            message = reports.correct(self.id, revision, cast("Faulty", value))
            self.visit.corrected[self.id, value] = message
        return None
