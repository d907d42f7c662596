"""View states: everything a screen needs to draw itself, as frozen values with the final text in the citizen's
language.

A screen that is given an equal view may keep what it has drawn. `action` names in views are what the screen hands back
to `Walk.act(action, value)` when the thing is touched; a view never holds a callback.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from journeys.views.card import (
        CardPhase,
        CardResults,
        CardSheet,
        Choice,
        Declaration,
        Question,
        Recommended,
        SessionBar,
    )
    from journeys.views.check import (
        CheckSlip,
        CodeGroup,
        SlipChange,
        SlipChecked,
    )
    from journeys.views.city import (
        Departments,
        EventLine,
        LifeEvent,
        NoticeLine,
        Notices,
        OrgLine,
        OrgPanel,
        Place,
        PlaceLine,
        PlacePanel,
        Places,
        RouteStop,
        RouteView,
    )
    from journeys.views.find import (
        Attract,
        Choices,
        Home,
        HomeTile,
        ListPage,
        Narrow,
        NotReady,
        Results,
        Search,
        Word,
    )
    from journeys.views.guide import (
        Correction,
        EmptySection,
        Fact,
        Figure,
        GuardDay,
        GuardPanel,
        Guide,
        MapView,
        MaterialLine,
        MaterialsSection,
        OrgsSection,
        Pin,
        PlaceSection,
        QuestionsSection,
        RelatedSection,
        Section,
        StepLine,
        StepsSection,
        TextSection,
    )
    from journeys.views.paper import (
        NearPaper,
        NotPrinted,
        Printed,
        Printing,
        SlipPreview,
        TakeAway,
    )
    from journeys.views.parts import (
        Chrome,
        Nav,
        Press,
        Row,
        Tag,
        Tone,
    )
    from journeys.views.rest import (
        Cleared,
        IdleSheet,
        Languages,
        Staff,
        StaffPin,
        Trouble,
    )
    from journeys.views.view import View

__all__ = [
    "Attract",
    "CardPhase",
    "CardResults",
    "CardSheet",
    "CheckSlip",
    "Choice",
    "Choices",
    "Chrome",
    "Cleared",
    "CodeGroup",
    "Correction",
    "Declaration",
    "Departments",
    "EmptySection",
    "EventLine",
    "Fact",
    "Figure",
    "GuardDay",
    "GuardPanel",
    "Guide",
    "Home",
    "HomeTile",
    "IdleSheet",
    "Languages",
    "LifeEvent",
    "ListPage",
    "MapView",
    "MaterialLine",
    "MaterialsSection",
    "Narrow",
    "Nav",
    "NearPaper",
    "NotPrinted",
    "NotReady",
    "NoticeLine",
    "Notices",
    "OrgLine",
    "OrgPanel",
    "OrgsSection",
    "Pin",
    "Place",
    "PlaceLine",
    "PlacePanel",
    "PlaceSection",
    "Places",
    "Press",
    "Printed",
    "Printing",
    "Question",
    "QuestionsSection",
    "Recommended",
    "RelatedSection",
    "Results",
    "RouteStop",
    "RouteView",
    "Row",
    "Scene",
    "Search",
    "Section",
    "SessionBar",
    "SlipChange",
    "SlipChecked",
    "SlipPreview",
    "Staff",
    "StaffPin",
    "StepLine",
    "StepsSection",
    "Tag",
    "TakeAway",
    "TextSection",
    "Tone",
    "Trouble",
    "View",
    "Word",
]


@dataclass(frozen=True, slots=True)
class Scene:
    """What is on the screen now. `visit` changes with every citizen: whatever a screen remembers of another visit is
    dropped.
    """

    visit: int
    lang: str
    large: bool
    chrome: Chrome
    nav: Nav | None
    view: View
    sheet: IdleSheet | CardSheet | None = None


_MODULES = ("parts", "find", "rest", "card", "paper", "city", "guide", "check", "view")
"""Where the views are, those first that are wanted first."""


def __getattr__(name: str) -> Any:
    """A view by its name, out of the first module that has it: making all these classes takes a tenth of the time in
    which a kiosk starts, and the invitation is made of five.
    """
    if name in __all__:
        for module in _MODULES:
            found = getattr(import_module(f"{__name__}.{module}"), name, None)
            if found is not None:
                globals()[name] = found
                return found
    raise AttributeError(f"no view {name!r}")
