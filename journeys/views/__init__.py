"""View states: everything a screen needs to draw itself, as frozen values with the final text in the citizen's
language.

A screen that is given an equal view may keep what it has drawn. `action` names in views are what the screen hands back
to `Walk.act(action, value)` when the thing is touched; a view never holds a callback.
"""

from __future__ import annotations

from dataclasses import dataclass

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
    Places,
)
from journeys.views.find import (
    Attract,
    Home,
    HomeTile,
    ListPage,
    NotReady,
    Results,
    Search,
    Word,
)
from journeys.views.guide import (
    EmptySection,
    Fact,
    Figure,
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

__all__ = [
    "Attract",
    "CardPhase",
    "CardResults",
    "CardSheet",
    "Choice",
    "Chrome",
    "Cleared",
    "Declaration",
    "Departments",
    "EmptySection",
    "EventLine",
    "Fact",
    "Figure",
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
    "Nav",
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
    "Row",
    "Scene",
    "Search",
    "Section",
    "SessionBar",
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

View = (
    NotReady
    | Attract
    | Home
    | Search
    | Results
    | ListPage
    | Guide
    | Fact
    | CardResults
    | Declaration
    | LifeEvent
    | Departments
    | Places
    | Place
    | SlipPreview
    | Printing
    | Printed
    | NotPrinted
    | TakeAway
    | Notices
    | Languages
    | Cleared
    | StaffPin
    | Staff
    | Trouble
)


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
